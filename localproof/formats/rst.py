"""reStructuredText, with what Sphinx adds.

Read by our own scanner: docutils knows where a paragraph stands but not where
in it a word does, and it runs directives. Nothing here follows the nesting:
what is left out is left out up to the next line that is indented no further.
"""

from __future__ import annotations

import re

from ..config import Settings
from ..text import Document, Frame, HeldLine, RuledTitle, Span, columns
from .block_builder import BlockBuilder, Segment
from .directives import DirectiveCollector
from .lines import InlineScanner, SourceLine, add_inline, alone, behind, lines_of
from .rst_tables import grid_cells, simple_cells

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*")
_BULLET = re.compile(r"(?:[*+\u2022\u2023\u2043-]|\(?(?:\d{1,4}|#|[A-Za-z]|[ivxlcdmIVXLCDM]{1,8})[.)])(?:[ \t]+|$)")
_FIELD = re.compile(r":(?![: ])((?:[^:\\\r\n]|\\.|:(?!\s|$)){1,200}):(?:[ \t]+|$)")
_OPTION = re.compile(r"(?:--?[\w?][\w-]*(?:[ =]<?[\w.-]+>?)?(?:, )?|/[A-Z](?:, )?)+(?:[ \t]{2,}|$)")
_EXPLICIT = re.compile(
    r"\.\.[ \t]+(?:(?P<target>__?.*)|\[(?P<note>[^\]\r\n]+)\](?:[ \t]+|$)|(?:\|(?P<sub>[^|\r\n]+)\|[ \t]+)?"
    r"(?P<directive>[\w:.+-]{1,80})[ \t]?::(?:[ \t]+|$))|\.\.(?=[ \t]|$)|__[ \t]"
)
_GRID = re.compile(r"\+[-=+]{2,}\+$")
_SIMPLE = re.compile(r"=+(?:[ \t]+=+)+$")

# Directives of whose content nothing is prose, and those whose argument is. Of all others the argument is a name and
# the content is prose.
_NO_PROSE = frozenset(
    "code code-block sourcecode highlight literalinclude parsed-literal math raw include csv-table toctree "
    "graphviz digraph graph uml plantuml mermaid plot ipython jupyter-execute testcode testsetup testoutput "
    "testcleanup doctest productionlist prompt program-output command-output console terminal index meta contents "
    "sectnum default-role role unicode date autosummary bibliography tabularcolumns inheritance-diagram click "
    "argparse image video youtube header footer sectionauthor codeauthor moduleauthor spelling:word-list spelling "
    "spelling:ignore exec highlightlang code-cell eval-rst tikz blockdiag seqdiag actdiag nwdiag asciinema embed "
    "http:example jinja nbplot altair-plot pyscript runpython gallery minigallery doxygenfunction doxygenclass "
    "doxygenstruct doxygenfile doxygenenum doxygendefine doxygentypedef doxygengroup kernel-doc".split()
)
_ARGUMENT = frozenset(
    "note warning tip important hint caution danger attention error admonition topic sidebar rubric title table "
    "list-table seealso todo centered replace versionadded versionchanged deprecated versionremoved dropdown "
    "tab-item tab details collapse card grid-item-card compound epigraph highlights pull-quote figure-legend".split()
)
_HEADINGS = frozenset("admonition topic sidebar rubric title table list-table centered dropdown tab-item tab".split())
_VERSIONS = frozenset("versionadded versionchanged deprecated versionremoved".split())
_NO_PROSE_FIELDS = re.compile(
    r"(?:type|rtype|vartype|author|authors|organization|contact|address|version|release|revision|status|date|"
    r"copyright|orphan|tocdepth|nocomments|nosearch|github_url|file|module|pep|bpo|issue|section|nonce|"
    r"last-modified|discussions-to|post-history|created|python-version|requires|replaces|sponsor|delegate|"
    r"pep-delegate|superseded-by|resolution|topic|content-type|bdfl-delegate|homepage|url|license|licence|maintainer|"
    r"python_requires|tags?|category|slug|lang|language|og:.*|field-list|type .*)$",
    re.IGNORECASE,
)
_PROSE_ROLES = frozenset("emphasis strong term abbr dfn title title-reference t any-text subtitle".split())

_INLINE = re.compile(
    r"\\(?:\s|.)|``(?=\S)|(?<![\w:]):(?P<role>[A-Za-z][\w:.+-]{0,60}):`(?=\S)|(?<![\w`])_?`(?=[^\s`])"
    r"|(?<![\w*])\*\*?(?=[^\s*])|(?<![\w|])\|(?=[^\s|])"
    r"|(?<=[^\s\w\[\\])\[(?:\d+|#[\w.-]*|\*|[A-Za-z][\w.-]*)\]_(?!\w)|(?<!\S)\[(?:\d+|#[\w.-]*|\*|[A-Za-z][\w.-]*)\]_(?!\w)"
    r"|(?<=[^\W_])(?P<ref>__?)(?![\w`])"
)
_LITERAL_END, _TICK_END = r"(?<=\S)``(?![\w`])", r"(?<=[^\s\\])`(?::[A-Za-z][\w:.-]{0,60}:|__?)?(?!\w)"
_LONGEST_TARGET = 2000  # of a link, in code points
SPELLING = (*((char, "\\" + char) for char in "*`|\\"), ("_", None), ("\n", None), ("\r", None))


def read_rst(name: str, text: str, settings: Settings) -> Document:
    """The document that `text` makes up."""
    reader = _RstReader(text)
    reader.read()
    blocks = sorted(reader.sheet.blocks, key=lambda b: b.pieces[0].source.start)
    remarks = reader.remarks
    frames = sorted(reader.frames, key=lambda frame: frame.span)
    return Document(
        name,
        text,
        tuple(blocks),
        "rst",
        directives=tuple(remarks.directives),
        notes=tuple(remarks.notes),
        frames=tuple(frames),
    )


class _RstReader:
    """The lines of a text on their way into a sheet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = lines_of(text)
        self.sheet = BlockBuilder(text, spelling=SPELLING)
        self.remarks = DirectiveCollector(text)
        self.inline = InlineScanner(text, _INLINE, self._take)
        self.frames: list[Frame] = []
        self.i = 0

    def read(self) -> None:
        """Go through the lines once."""
        while self.i < len(self.lines):
            line = self.lines[self.i]
            self._line(line, "paragraph")

    def _line(self, line: SourceLine, kind: str) -> None:
        """Read on from `line`, which is the next one or what is left of it behind a bullet."""
        while True:
            words = line.words
            if not words or (len(words) >= 3 and words != "..." and _ADORNMENT.fullmatch(words)):
                self.i += 1  # a rule between paragraphs, or above a title
                return
            if _GRID.match(words):
                self._table(line, grid_cells)
                return
            if _SIMPLE.match(words):
                self._table(line, simple_cells)
                return
            if words.startswith(">>> "):
                self._skip_paragraph()
                return
            if explicit := _EXPLICIT.match(words):
                self._explicit(line, explicit)
                return
            field = _FIELD.match(words)
            if field and "`" not in field[1]:
                if _NO_PROSE_FIELDS.match(field[1]):
                    self.i += 1
                    self._skip(line.indent)
                    return
                line, kind = behind(line, field.end()), "item"
            elif (bullet := _BULLET.match(words)) and not self._is_title(line):
                line, kind = behind(line, bullet.end()), "item"
            elif words[0] in "-/" and (option := _OPTION.match(words)):
                line, kind = behind(line, option.end()), "item"
            elif words[0] == "|" and (words == "|" or words[1] == " "):
                line = behind(line, min(2, len(words)))
                if line.words:
                    self._add([line])
                    self.sheet.close(kind)
                self.i += 1
                return
            else:
                self._paragraph(line, kind)
                return

    def _is_title(self, line: SourceLine) -> bool:
        below = self.lines[self.i + 1] if self.i + 1 < len(self.lines) else None
        return (
            below is not None
            and below.indent == 0
            and len(below.words) >= max(len(line.words) - 1, 3)
            and bool(_ADORNMENT.fullmatch(below.words))
        )

    def _paragraph(self, line: SourceLine, kind: str) -> None:
        """A paragraph that begins in `line`; a title if a rule stands below it, a term if what follows is indented."""
        body = [line]
        self.i += 1
        while self.i < len(self.lines):
            below = self.lines[self.i]
            if not below.words:
                break
            if len(body) == 1 and self._rule_below(line, below):
                self._frame_title(self.lines[self.i - 1], below)
                self.i += 1
                kind = "heading"
                break
            if len(body) == 1 and _ADORNMENT.fullmatch(below.words) and not below.indent:
                # too short a rule for a title, and none it must remain
                short = columns(self.lines[self.i - 1].words) - len(below.words)
                self.frames.append(HeldLine(Span(line.at, line.end), 1 - short))
            column = line.at - line.start
            if below.indent > column and len(body) == 1:  # a term and its definition; or a list item gone wrong
                kind = "item"
                body = [_before(line, " : ")]
                break
            if below.indent < column and (below.indent == 0 or _starts_anew(below.words)):
                break
            if body[-1].words.endswith("::") and below.indent > column:
                break
            body.append(below)
            self.i += 1
        literal = body[-1].words.endswith("::") and kind != "heading"
        if literal:
            body[-1] = _without_colons(body[-1])
        self._add(body)
        self.sheet.close(kind)
        if literal:
            self._skip_literal(line.at - line.start)

    def _rule_below(self, line: SourceLine, below: SourceLine) -> bool:
        rule = _ADORNMENT.fullmatch(below.words)
        return bool(rule) and (len(below.words) >= 4 or len(below.words) >= len(line.words)) and below.indent == 0

    def _frame_title(self, title: SourceLine, below: SourceLine) -> None:
        """Note that `title` is held to its rule, and to one above it if that is like the one below."""
        above = self.lines[self.i - 2] if self.i > 1 else None
        rules = [Span(below.at, below.end)]
        if above and not above.indent and above.words == below.words:
            rules.insert(0, Span(above.at, above.end))
        start = title.at if len(rules) == 1 else title.start  # the rules of an indented title reach to the margin
        self.frames.append(RuledTitle(Span(start, title.end), tuple(rules)))

    def _add(self, body: list[SourceLine]) -> None:
        start, end = body[0].at, body[-1].end
        add_inline(self.sheet, start, end, self.inline.marks(start, end))

    # ── what is left out ──

    def _skip(self, column: int) -> None:
        """Pass over blank lines and what is indented by more than `column`."""
        while self.i < len(self.lines) and (not self.lines[self.i].words or self.lines[self.i].indent > column):
            self.i += 1

    def _skip_paragraph(self) -> None:
        while self.i < len(self.lines) and self.lines[self.i].words:
            self.i += 1

    def _skip_literal(self, column: int) -> None:
        """Pass over a literal block: indented, or each line of it quoted with the same mark."""
        before = self.i
        self._skip(column)
        if self.i < len(self.lines):
            line = self.lines[self.i]
            indented = any(self.lines[j].words for j in range(before, self.i))
            mark = line.words[:1]
            if not indented and line.indent == column and _ADORNMENT.match(mark) and mark not in "*.:`_\\":
                while self.i < len(self.lines) and self.lines[self.i].words.startswith(mark):
                    self.i += 1

    # ── explicit markup ──

    def _explicit(self, line: SourceLine, match: re.Match[str]) -> None:
        column = line.at - line.start
        self.i += 1
        name = (match["directive"] or "").lower()
        if match["note"]:
            rest = behind(line, match.end())
            if rest.words:
                self._body(rest, column, "note")
        elif name:
            self._directive(line, match, name, column)
        elif match["target"] is not None or line.words.startswith("__"):
            self._skip(column) if line.words.rstrip()[-1:] == "\\" else self._skip_attached(column)
        else:
            start = self.i
            if len(line.words) > 2 or (start < len(self.lines) and self.lines[start].words):
                self._skip(column)
            end = max((x.end for x in self.lines[start : self.i] if x.words), default=line.end)
            self.remarks.note_comment(self.text[line.at + 2 : end], line.at, end)

    def _skip_attached(self, column: int) -> None:
        while self.i < len(self.lines) and self.lines[self.i].words and self.lines[self.i].indent > column:
            self.i += 1

    def _body(self, first: SourceLine, column: int, kind: str) -> None:
        """A paragraph that begins behind a marker; its further lines are indented by more than `column`."""
        body = [first]
        while self.i < len(self.lines) and self.lines[self.i].words and self.lines[self.i].indent > column:
            if _FIELD.match(self.lines[self.i].words):
                break
            body.append(self.lines[self.i])
            self.i += 1
        literal = body[-1].words.endswith("::")
        if literal:
            body[-1] = _without_colons(body[-1])
        self._add(body)
        self.sheet.close(kind)
        if literal:
            self._skip_literal(column + 1)

    def _directive(self, line: SourceLine, match: re.Match[str], name: str, column: int) -> None:
        rest = behind(line, match.end())
        if name in _NO_PROSE or (match["sub"] and name != "replace"):
            self._options(column)
            self._skip(column)
            return
        if name in _ARGUMENT and rest.words:
            if name in _VERSIONS:
                rest = behind(rest, len(rest.words.split(None, 1)[0]) + 1)
            if name in _HEADINGS:
                self._add([rest])
                self.sheet.close("heading")
            elif rest.words:
                self._body(rest, column, "paragraph")
        else:  # signatures, file names; they may go on in the next lines
            while self.i < len(self.lines) and rest.words.endswith(("\\", ",")) and self.lines[self.i].words:
                rest = self.lines[self.i]
                self.i += 1
        self._options(column)

    def _options(self, column: int) -> None:
        """The options right below a directive: of these ``:alt:`` is prose."""
        indent = None
        while self.i < len(self.lines):
            line = self.lines[self.i]
            if not line.words or line.indent <= column:
                return
            field = _FIELD.match(line.words)
            if field is None and (indent is None or line.indent <= indent):
                return
            indent = line.indent if field else indent
            self.i += 1
            if field and field[1] in ("alt", "caption"):
                self._body(behind(line, field.end()), line.indent, "caption")

    def _table(self, line: SourceLine, cells_of: object) -> None:
        rows = [line]
        self.i += 1
        borders = 1
        while self.i < len(self.lines):
            below = self.lines[self.i]
            if cells_of is grid_cells and (not below.words or below.words[0] not in "+|"):
                break
            rows.append(below)
            self.i += 1
            if cells_of is simple_cells and _SIMPLE.match(below.words):
                borders += 1
                following = self.lines[self.i].words if self.i < len(self.lines) else ""
                if not following and borders > 1:
                    break
        for cell in (grid_cells if cells_of is grid_cells else simple_cells)(self.text, rows):
            before = 0
            for start, end in ((drawn.span.start, drawn.span.end) for drawn in cell):
                if before:
                    self.sheet.add("markup", before, start, " ")
                add_inline(self.sheet, start, end, self.inline.marks(start, end))
                before = end
            self.frames += cell
            self.sheet.close("cell")

    # ── inline markup ──

    def _take(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        run = match.group()
        if run[0] == "\\":
            start = match.start()
            if run[1:].isspace() and not run[1:].isalnum():
                return alone("hidden", match)
            return [Segment("hidden", start, start + 1)], match.end()
        if run == "``":
            return self.inline.whole(match, _LITERAL_END, end)
        if run.endswith("`"):
            return self._interpreted(match, end)
        if run[0] == "*":
            mark = re.escape(run)
            return self.inline.pair(match, rf"(?<=[^\s\\]){mark}(?!\w)", end)
        if run == "|":
            return self.inline.whole(match, r"(?<=[^\s\\])\|(?:__?)?(?!\w)", end)
        return alone("hidden", match)

    def _interpreted(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        """A role, a link, or a target between backquotes."""
        close = self.inline.ahead.match(_TICK_END, match.end() + 1)
        if close is None or close[1] > end:
            return None
        tail = self.text[close[0] + 1 : close[1]]
        role = (match["role"] or tail.strip(":_")).rsplit(":", 1)[-1].lower()
        target = -1
        if self.text[close[0] - 1] == ">":
            target = self.text.rfind("<", max(match.end(), close[0] - _LONGEST_TARGET), close[0])
        named = tail.startswith("_") or match.group()[0] == "_" or role in _PROSE_ROLES
        if target > match.end() and (named or match["role"]):
            stop = target
        elif named and target < 0:
            stop = close[0]
        else:
            return [Segment("placeholder", match.start(), close[1])], close[1]
        return [Segment("hidden", *match.span()), Segment("hidden", stop, close[1])], match.end()


def _before(line: SourceLine, mark: str) -> SourceLine:
    words = line.words.split(mark, 1)[0].rstrip()
    return SourceLine(line.start, line.at, line.at + len(words), words)


def _without_colons(line: SourceLine) -> SourceLine:
    """``like this::`` is shown as “like this:”, and ``this ::`` as “this”."""
    words = line.words[:-1]
    if words[:-1].rstrip() != words[:-1] or words == ":":
        words = words[:-1].rstrip()
    return SourceLine(line.start, line.at, line.at + len(words), words)


def _starts_anew(words: str) -> bool:
    return bool(_BULLET.match(words) or _EXPLICIT.match(words) or _FIELD.match(words))
