"""Blocks that hold others and begin with a line of their own: ``:::note Title``, ``!!! note "Title"``, ``/// note``.

What such a line says besides its title is no prose. The lines that indent what
they hold (``!!!``, ``???``, ``===``) are to the parser items of a list, for the
content of an item is indented by four as theirs is, to any depth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..text import Span
from .html_tags import LookAhead

_LINE_START, _LINE_END = r"(?<![^\r\n])", r"(?=[\r\n]|\Z)"  # ^ and $ know only \n
_INDENTING = re.compile(
    r"(?:(?:!!!|\?\?\?\+?)[ ]?[\w-][\w \t-]{0,80}(?:\"(?P<title>[^\r\n]{0,300})\")?"
    r"|===[!+]?[ ]{0,4}(?:\"[^\"\r\n]{0,300}\"|'[^'\r\n]{0,300}'))"
    rf"[ \t]{{0,20}}{_LINE_END}"
)
_BEHIND_COMMENT = re.compile(r"(-->[ \t]*(?>\r\n|\n|\r)(?:[ \t>]*(?>\r\n|\n|\r))?[ \t>]*):(?= {1,3}\S)")
_MARKER = re.compile(r"(?:[-*+:]|\d{1,4}[.)])[ \t]{1,4}\Z")
LIST_MARKER = "-   "  # as wide as what indents

_COLONS = re.compile(r":{3,}[^\r\n]*(?:(?>\r\n|\n|\r)[ \t>]*:[A-Za-z][\w-]*:[^\r\n]*)*")
_COLONS_TITLE = re.compile(
    r"""
    :{3,}[ \t]*
    (?:
        \{(?P<directive>[A-Za-z][\w:.-]*)\}[ \t]*(?P<argument>[^\r\n]*?)      # MyST
      | (?P<name>[A-Za-z][\w-]*)?(?:\[(?P<label>[^\r\n]{1,300})\])?[ \t]*\{(?P<attributes>[^{}\r\n]*)\}
      | (?P<only>[A-Za-z][\w-]*)
        (?:\[(?P<label_only>[^\r\n]{1,300})\]|[ \t]+(?P<title>[^\s{][^\r\n]*?))?  # Docusaurus 2, VitePress
        (?:[ \t]*\{[^{}\r\n]*\})?
    )
    [ \t:]*$
    """,
    re.VERBOSE,
)
_NO_PROSE = re.compile(r"\{?(?:code|math|mermaid|toctree|eval-rst|raw|csv-table|literalinclude|plantuml)", re.I)
_NO_TITLE = frozenset(  # directives whose argument is a file, a number, a label of the program
    "figure image include grid tab-set tab-item glossary bibliography embed iframe video audio mdinclude index only "
    "highlight currentmodule automodule autoclass autofunction contents module prf:ref code-group tabs".split()
)
_TITLE_ATTRIBUTE = re.compile(r"(?<![\w-])title=(?:\"(?P<double>[^\"]+)\"|'(?P<single>[^']+)')")
_WORD = re.compile(r"[^\W\d_]{2}")  # what makes a title one of words: two letters are enough

_SLASHES = re.compile(r"(/{3,})[ \t]*([A-Za-z][\w-]*)[ \t]*(?:\|[ \t]*([^\r\n]*?))?[ \t]*(?=[\r\n]|\Z)")
_SLASHES_OPTIONS = re.compile(r"(?:(?>\r\n|\n|\r)[ \t>]*(?: {4}|\t)[ \t]*[A-Za-z][\w-]*:[^\r\n]*)+")
_NO_SLASHES_TITLE = frozenset("html tab define figure-caption caption".split())


@dataclass(frozen=True)
class Opening:
    """The line that opens a container, and the options below it, end at `end`; prose in it is `title`.

    `quote` is the sign that the title may not hold. `indents`: what it holds is indented.
    """

    end: int
    title: Span | None = None
    quote: str = ""
    indents: bool = False


def defined(source: str) -> str:
    """`source` with an item of a list for each definition whose term is a comment, same length.

    A generator fills such a term in. The parser takes a comment for none, and what is below the definition for code.
    """
    return _BEHIND_COMMENT.sub(r"\1-", source) if "-->" in source else source


def sketch(source: str) -> str:
    """`source` with each line that indents what it holds as an item of a list, same length: for a first parse."""
    if not any(sign in source for sign in ("!!!", "???", "=== ", "===!", "===+")):
        return source
    return _INDENTING.sub(_as_item, source)


def _as_item(match: re.Match[str]) -> str:
    if not begins_content(match.string, match.start()):
        return match.group()
    rest = match.group()[len(LIST_MARKER) :]
    return LIST_MARKER + ("x" + rest[1:] if rest[:1].isspace() else rest)


def begins_line(source: str, at: int) -> bool:
    """True if only white space and quote marks stand before `at` in its line."""
    while at > 0 and source[at - 1] in " \t>":
        at -= 1
    return at == 0 or source[at - 1] in "\r\n"


def begins_content(source: str, at: int) -> bool:
    """True if `at` begins a line, or what stands behind the marker of an item or a definition at the start of one."""
    if begins_line(source, at):
        return True
    marker = _MARKER.search(source, max(0, at - 12), at)
    return marker is not None and begins_line(source, marker.start())


def indenting(source: str, at: int) -> Opening | None:
    """The ``!!! note "Title"`` or ``=== "Tab"`` at `at`; a tab's label is no sentence."""
    match = _INDENTING.match(source, at)
    if match is None:
        return None
    title = Span(*match.span("title")) if match["title"] and _WORD.search(match["title"]) else None
    return Opening(match.end(), title, '"', indents=True)


def colons(source: str, at: int, ahead: LookAhead) -> Opening | None:
    """The ``:::note Title``, ``:::{note} Title``, ``::: {.note title="Title"}`` or closing ``:::`` at `at`."""
    whole = _COLONS.match(source, at)
    if whole is None:
        return None
    line_end = ahead.match(r"[\r\n]", at)
    line = _COLONS_TITLE.match(source, at, line_end[0] if line_end else len(source))
    if line is None:
        return Opening(whole.end())
    name = line["directive"] or line["name"] or line["only"] or ""
    if _NO_PROSE.match(name):
        close = ahead.match(rf"{_LINE_START}[ \t>]*:{{3,}}[ \t]*{_LINE_END}", whole.end())
        return Opening(close[1] if close else whole.end())
    groups = ("label", "label_only", "argument", "title")
    group = next((g for g in groups if line[g] and _WORD.search(line[g])), None)
    if group and name.lower() not in _NO_TITLE:
        return Opening(whole.end(), *_unquoted(source, *line.span(group), "]" if group.startswith("label") else ""))
    attribute = _TITLE_ATTRIBUTE.search(source, *line.span("attributes")) if line["attributes"] else None
    if attribute is None:
        return Opening(whole.end())
    group = attribute.lastgroup or ""
    return Opening(whole.end(), Span(*attribute.span(group)), '"' if group == "double" else "'")


def slashes(source: str, at: int, ahead: LookAhead) -> Opening | None:
    """The ``/// note | Title`` of pymdownx with its options, or the closing ``///``, at `at`."""
    close = re.compile(rf"/{{3,}}[ \t]*{_LINE_END}").match(source, at)
    if close:
        return Opening(close.end())
    match = _SLASHES.match(source, at)
    if match is None or not ahead.match(rf"{_LINE_START}[ \t>]*{match[1]}[ \t]*{_LINE_END}", match.end()):
        return None
    options = _SLASHES_OPTIONS.match(source, match.end())
    titled = match[3] and match[2].lower() not in _NO_SLASHES_TITLE and _WORD.search(match[3])
    return Opening(options.end() if options else match.end(), Span(*match.span(3)) if titled else None)


def _unquoted(source: str, start: int, end: int, sign: str) -> tuple[Span, str]:
    """A title without the quotation marks around all of it, and the sign that it may not hold."""
    if end - start > 2 and source[start] == source[end - 1] == '"':
        return Span(start + 1, end - 1), '"'
    return Span(start, end), sign
