"""Formats: source text in, a `Document` of `Block`s out, each with an exact map to the source.

Start reading in `plain`, the smallest reader, then `block_builder`, by which all of them make their blocks.

- Readers, one for each format: `plain`, `markdown`, `djot`, `html`, `rst`, `asciidoc`, `org`, `latex`, `notebook`,
  `subtitles`, `commit`, and `code` for the comments of source code.
- What readers share: `block_builder`, `lines` (line by line formats), `scalars` (strings of YAML, TOML and JSON),
  `front_matter`, `directives` (the writer's comments to us), `placeholders` (what is no prose), `languages`.
- Of Markdown: `extensions`, `containers`, `unindent`. Of HTML: `html_blocks`, `html_tags`. Of others: `rst_tables`,
  `latex_commands`, `code_languages`, `code_prose`, `code_marks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath

from ..config import Settings
from ..report import BadInput
from ..system.cpu_limits import run_contained
from ..text import Document, Frame
from .code_languages import LANGUAGES, CodeLanguage


@dataclass(frozen=True)
class Format:
    """One way to write a text down.

    `read(name, text, settings)` never raises for what stands in the text, and
    takes time linear in it; that of source code may raise Unavailable (see
    `code`). `walked`: whether such files in a folder are read although nobody
    named them. `suffixes` and `names` of files are in lower case,
    suffixes with the dot; `languages` are what editors call it (the languageId
    of the Language Server Protocol), in the spellings of several editors.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[str, str, Settings], Document]
    languages: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    walked: bool = True


def _in(module: str) -> Callable[[str, str, Settings], Document]:
    """The function ``read_MODULE`` of a module of this room, which is loaded when it is first needed."""

    def read(name: str, text: str, settings: Settings) -> Document:
        reader = getattr(import_module(f".{module}", __name__), f"read_{module}")
        document: Document = reader(name, text, settings)
        return document

    return read


def _code(language: CodeLanguage) -> Callable[[str, str, Settings], Document]:
    """What reads the comments of source code in `language`."""

    def read(name: str, text: str, settings: Settings) -> Document:
        from .code import read_code

        return read_code(language, name, text, settings)

    return read


# A new format is one row here; a new language of source code is one in `code_languages`.
FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format(
            "plain", (".txt", ".text"), _in("plain"), ("plaintext", "text", "plain", "txt", "mail", "message", "email")
        ),
        Format(
            "markdown",
            (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdwn", ".mdx", ".qmd", ".rmd"),
            _in("markdown"),
            (
                *("markdown", "mdx", "quarto", "rmd", "rmarkdown", "juliamarkdown", "pandoc", "gfm", "markdown-math"),
                *("vimwiki", "telekasten", "octo", "prompt", "instructions"),
            ),
        ),
        Format(
            "html",
            (".html", ".htm", ".xhtml", ".njk", ".liquid"),
            _in("html"),
            ("html", "xhtml", "mhtml", "liquid", "nunjucks", "njk", "htmldjango", "django-html", "jinja-html"),
        ),
        Format(
            "commit",
            (".jjdescription",),
            _in("commit"),
            ("git-commit", "gitcommit", "neogitcommitmessage", "scminput", "jj-commit", "jjdescription"),
            ("commit_editmsg", "merge_msg", "squash_msg", "tag_editmsg"),
        ),
        Format("rst", (".rst",), _in("rst"), ("restructuredtext", "rst")),
        Format("asciidoc", (".adoc", ".asciidoc"), _in("asciidoc"), ("asciidoc", "asciidoctor", "adoc")),
        Format("latex", (".tex", ".ltx", ".latex"), _in("latex"), ("latex", "tex", "plaintex", "plain-tex", "context")),
        Format("org", (".org",), _in("org"), ("org", "orgmode")),
        Format("djot", (".dj", ".djot"), _in("djot"), ("djot",)),
        Format("subtitles", (".srt", ".vtt"), _in("subtitles"), ("subrip", "srt", "vtt", "webvtt")),
        Format("notebook", (".ipynb",), _in("notebook"), ("ipynb", "jupyter")),
        *(
            Format(code.name, code.suffixes, _code(code), (code.name, *code.ids), code.names, walked=False)
            for code in LANGUAGES
        ),
    )
}


def format_of(name: str | PurePath) -> Format | None:
    """The format that a file's name tells, or None if no row of `FORMATS` knows it.

    >>> format_of("notes/README.MD").name, format_of("main.py").name, format_of("photo.jpg")
    ('markdown', 'python', None)
    """
    path = PurePath(name)
    whole, suffix = path.name.lower(), path.suffix.lower()
    return next((f for f in FORMATS.values() if suffix in f.suffixes or whole in f.names), None)


def format_of_language(language_id: str) -> Format | None:
    """The format of what an editor calls `language_id`, or None if it is none that is read here. Where it is made of
    parts with dots between them, as Vim's are, the last that is read counts.

    >>> format_of_language("mdx").name, format_of_language("tex.latex").name, format_of_language("json")
    ('markdown', 'latex', None)
    """
    whole = language_id.lower()
    names = (whole, *reversed(whole.split(".")))
    return next((f for name in names for f in FORMATS.values() if name in f.languages), None)


def read(name: str, text: str, settings: Settings, format: str | None = None) -> Document:
    """`text` as a document. `format` is a name in `FORMATS`; None means by the suffix of `name`, plain if unknown.

    Raises BadInput for a format that does not exist, Unavailable for what cannot be read: source code for the most
    part (see `code`), a notebook that is no JSON, else a mistake in a format (see `limits`). Nothing else.
    """
    if format is not None and format not in FORMATS:
        raise BadInput(f"there is no format {format!r}; choose one of {', '.join(FORMATS)}")
    chosen = (format_of(name) or FORMATS["plain"]) if format is None else FORMATS[format]
    return run_contained(
        name, f"read as {chosen.name}", len(text), lambda: chosen.read(name, text, settings), alone=True
    )


def frames_of(document: Document, text: str) -> tuple[Frame, ...]:
    """The frames of `text`, to which `document` was edited. A document that had none gets none."""
    return read(document.name, text, Settings(), document.format).frames if document.frames else ()
