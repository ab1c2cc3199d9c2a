"""Formats: source text in, a `Document` of `Block`s out, each with an exact map to the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from ..report import BadInput
from ..settings import Settings
from ..text import Document


@dataclass(frozen=True)
class Format:
    """One way to write a text down.

    `read(name, text, settings)` never raises for what stands in the text, and
    takes time linear in it.
    """

    name: str
    suffixes: tuple[str, ...]  # lower case, with the dot
    read: Callable[[str, str, Settings], Document]


def _plain(name: str, text: str, settings: Settings) -> Document:
    from .plain import read_plain

    return read_plain(name, text, settings)


def _markdown(name: str, text: str, settings: Settings) -> Document:
    from .markdown import read_markdown

    return read_markdown(name, text, settings)


# A new format is one row here.
FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("plain", (".txt", ".text"), _plain),
        Format(
            "markdown",
            (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdwn", ".mdx", ".qmd", ".rmd"),
            _markdown,
        ),
    )
}


def format_of(name: str | PurePath) -> Format | None:
    """The format that a file name ends in, or None if no row of `FORMATS` knows it.

    >>> format_of("notes/README.MD").name, format_of("main.py")
    ('markdown', None)
    """
    suffix = PurePath(name).suffix.lower()
    return next((f for f in FORMATS.values() if suffix in f.suffixes), None)


def read(name: str, text: str, settings: Settings, format: str | None = None) -> Document:
    """`text` as a document. `format` is a name in `FORMATS`; None means by the suffix of `name`, plain if unknown.

    Raises BadInput for a format that does not exist, and for nothing else.
    """
    if format is None:
        return (format_of(name) or FORMATS["plain"]).read(name, text, settings)
    if format not in FORMATS:
        raise BadInput(f"there is no format {format!r}; choose one of {', '.join(FORMATS)}")
    return FORMATS[format].read(name, text, settings)
