"""Strict readers of formats: what a text's own processor makes of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser

Shape = list[str]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shape: Shape = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.shape.append("/" + tag)

    def handle_comment(self, data: str) -> None:
        self.shape.append("!")


def html_shape(text: str) -> Shape:
    """The tags of a page."""
    parser = _Tags()
    parser.feed(text)
    parser.close()
    return parser.shape


def rst_shape(text: str) -> Shape:
    """The elements that docutils reads, less its complaints: a rule that was too short may be long enough after."""
    from docutils.core import publish_doctree
    from docutils.nodes import Text, problematic, system_message

    quiet = {"report_level": 5, "halt_level": 5, "raw_enabled": False, "file_insertion_enabled": False}
    tree = publish_doctree(text.encode(errors="replace").decode(), settings_overrides=quiet)
    for message in [*tree.findall(system_message)]:
        message.parent.remove(message)
    return [type(node).__name__ for node in tree.findall() if not isinstance(node, Text | problematic)]


def asciidoc_shape(text: str) -> Shape:
    """The tags of the page that Asciidoctor makes, without the identifiers that it makes of titles."""
    made = subprocess.run(
        ["asciidoctor", "-q", "-S", "secure", "-s", "-a", "idprefix!", "-o", "-", "-"],
        input=text.encode(errors="replace"), capture_output=True, check=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    return html_shape(made)


def notebook_shape(text: str) -> Shape:
    """A notebook without the words of its Markdown cells."""

    def told(value: object, within: str) -> str:
        if isinstance(value, dict):
            return "{" + ",".join(f"{k}:{told(v, k)}" for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ",".join(told(v, within) for v in value) + "]"
        return "…" if within == "source" else repr(value)

    try:
        return [told(json.loads(text, strict=False), "")]
    except ValueError:
        return ["no JSON"]


def latex_shape(text: str) -> Shape:
    """Commands, braces and signs that mean something."""
    return re.findall(r"\\[A-Za-z]+|\\&|(?<!\\)[{}$&%]", text.replace("\\&", ""))


def subtitles_shape(text: str) -> Shape:
    """The lines of times."""
    return re.findall(r"(?m)^[\d:,. \t]+-->[^\r\n]*", text)


# Who reads strictly, and of how many cases one is given to them: by what it costs.
STRUCTURES: dict[str, tuple[str, int]] = {
    "rst": ("docutils", 20),
    "asciidoc": ("asciidoctor", 200),
    "html": ("html.parser", 1),
    "notebook": ("json", 1),
    "latex": ("its commands", 1),
    "subtitles": ("its times", 1),
}
_SHAPES: dict[str, Callable[[str], Shape]] = {
    "rst": rst_shape,
    "asciidoc": asciidoc_shape,
    "html": html_shape,
    "notebook": notebook_shape,
    "latex": latex_shape,
    "subtitles": subtitles_shape,
}


@lru_cache(maxsize=1)
def _has_asciidoctor() -> bool:
    return shutil.which("asciidoctor") is not None


def differs(format_name: str, before: str, after: str) -> str:
    """The first element that a strict reader finds in only one of two texts, or ""; "" where the reader is missing."""
    if format_name == "asciidoc" and not _has_asciidoctor():
        return ""
    a, b = _SHAPES[format_name](before), _SHAPES[format_name](after)
    if a == b:
        return ""
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return f"{a[at : at + 3]} became {b[at : at + 3]}"
