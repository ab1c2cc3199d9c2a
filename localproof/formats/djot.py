"""Djot, the small and regular relative of Markdown."""

from __future__ import annotations

import re
from itertools import pairwise

from ..config import Settings
from ..text import Document
from .block_builder import BlockBuilder, Segment
from .directives import DirectiveCollector
from .lines import InlineScanner, SourceLine, add_inline, alone, behind, lines_of

_QUOTE = re.compile(r"(?:>[ \t]|>$)[ \t]*")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*[^\s`]*$")
_DIV = re.compile(r":{3,}(?:[ \t]*[\w-]+)?$")
_HEADING = re.compile(r"#{1,6}(?:[ \t]+|$)")
_ITEM = re.compile(r"(?:[-*+:]|\(?(?:\d{1,4}|[A-Za-z]|[ivxlcdmIVXLCDM]{1,8})[.)])(?:[ \t]+|$)(?:\[[ xX]\][ \t]+)?")
_NOTE = re.compile(r"\[\^[^\]\r\n]+\]:[ \t]*")
_REFERENCE = re.compile(r"\[[^\^\]\r\n][^\]\r\n]*\]:(?:[ \t]|$)")
_RULE = re.compile(r"(?:[*-][ \t]*){3,}$")
_ROW = re.compile(r"\|.*\|(?:[ \t]*\{[^{}]*\})?$")
_CAPTION = re.compile(r"\^[ \t]+")
_ATTRIBUTES = re.compile(r"\{(?:[^{}\"%]|\"[^\"]*\"|%[^%]*%)*\}")

_INLINE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~ \r\n])|\$\$?`+|`+|\{[*_=+^~\-'\"]|[*_=+^~\-'\"]\}|[*_](?=\S)|\^(?=\S)|~(?=\S)"
    r"|!?\[\^[^\]\r\n]{1,200}\]|!\[|\[|\](?=[(\[{])|<(?:https?:|mailto:|ftp:|[\w.+-]+@)[^<>\s]{1,1000}>|\{(?=[.#%\w:\"-])|:[A-Za-z][\w+-]*:"
)
_PAIRS = {
    "*": r"(?<=\S)\*", "_": r"(?<=\S)_", "^": r"(?<=\S)\^", "~": r"(?<=\S)~", "{*": r"\*\}", "{_": r"_\}",
    "{=": r"=\}", "{+": r"\+\}", "{^": r"\^\}", "{~": r"~\}",
}  # fmt: skip
_MOST_TICKS = 20
SPELLING = (*((char, "\\" + char) for char in "*_`[]{}^~\\<$"), ("\n", None), ("\r", None))


def read_djot(name: str, text: str, settings: Settings) -> Document:
    """The document that `text` makes up."""
    reader = _DjotReader(text)
    reader.read()
    blocks = sorted(reader.sheet.blocks, key=lambda b: b.pieces[0].source.start)
    remarks = reader.remarks
    directives = tuple(sorted(remarks.directives, key=lambda d: d.span))
    return Document(name, text, tuple(blocks), "djot", "", directives, {}, tuple(remarks.notes))


class _DjotReader:
    """The lines of a text on their way into a sheet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = lines_of(text)
        self.sheet = BlockBuilder(text, spelling=SPELLING)
        self.remarks = DirectiveCollector(text)
        self.inline = InlineScanner(text, _INLINE, self._take)
        self.open: list[SourceLine] = []  # the lines of the paragraph that is being read
        self.kind = "paragraph"
        self.i = 0

    def read(self) -> None:
        """Go through the lines once."""
        while self.i < len(self.lines):
            line = self.lines[self.i]
            self.i += 1
            self._line(line)
        self._close()

    def _line(self, line: SourceLine) -> None:
        quoted = 0
        while quote := _QUOTE.match(line.words):
            line, quoted = behind(line, quote.end()), quoted + 1
        words = line.words
        if not words or (_RULE.match(words) and not self.open) or _DIV.match(words):
            self._close()
        elif fence := _FENCE.match(words):
            self._close()
            self._skip_code(fence[1], quoted)
        elif self.open and self.kind != "heading" and not (self.kind == "item" and _ITEM.match(words)):
            self.open.append(line)  # nothing but a blank line ends a paragraph
        elif heading := _HEADING.match(words):
            if self.kind != "heading" or not self.open:
                self._close()
            self.kind = "heading"
            self.open.append(behind(line, heading.end()))
        elif self.open and self.kind == "heading":
            self.open.append(line)
        else:
            self._close()
            self._begin(line, quoted > 0)

    def _begin(self, line: SourceLine, quoted: bool) -> None:
        """The first line of a block."""
        words = line.words
        self.kind = "quote" if quoted else "paragraph"
        if words[0] == "{":
            attributes = _ATTRIBUTES.match(self.text, line.at)
            if attributes:
                self._attributes(attributes)
                while self.i < len(self.lines) and self.lines[self.i].start < attributes.end():
                    self.i += 1
                if not self.text[attributes.end() : line.end].strip():
                    return
                line = SourceLine(
                    line.start,
                    attributes.end(),
                    max(line.end, attributes.end()),
                    self.text[attributes.end() : line.end],
                )
        elif _ROW.match(words):
            self._row(line)
            return
        elif _REFERENCE.match(words):
            return
        elif note := _NOTE.match(words):
            line, self.kind = behind(line, note.end()), "note"
        elif caption := _CAPTION.match(words):
            line, self.kind = behind(line, caption.end()), "caption"
        while item := _ITEM.match(line.words):
            line, self.kind = behind(line, item.end()), "item"
        if heading := _HEADING.match(line.words):
            line, self.kind = behind(line, heading.end()), "heading"
        if line.words:
            self.open.append(line)

    def _close(self) -> None:
        """Finish the open paragraph; between its lines stand quote marks and white space."""
        if not self.open:
            return
        start, end = self.open[0].at, self.open[-1].end
        marks = self.inline.marks(start, end)
        for above, below in pairwise(self.open):
            marks.append(Segment("markup", above.end, below.at, " "))
        add_inline(self.sheet, start, end, marks)
        self.sheet.close(self.kind)
        self.open = []

    def _skip_code(self, fence: str, quoted: int) -> None:
        """Pass over code, up to its closing fence or the end of the `quoted` quotations that it stands in."""
        while self.i < len(self.lines):
            words = self.lines[self.i].words
            for _ in range(quoted):
                quote = _QUOTE.match(words)
                if quote is None:
                    return
                words = words[quote.end() :]
            self.i += 1
            if words.startswith(fence) and not words.strip(fence[0]):
                return

    def _row(self, line: SourceLine) -> None:
        if not line.words.strip("|-: \t"):
            return
        for cell in re.finditer(r"(?:\\.|`[^`]*`|[^|\\])+", line.words):
            start, end = line.at + cell.start(), line.at + cell.end()
            add_inline(self.sheet, start, end, self.inline.marks(start, end))
            self.sheet.close("cell")

    def _attributes(self, match: re.Match[str]) -> None:
        """What the comment ``% … %`` in attributes says."""
        comment = re.search(r"%([^%]*)%?", match.group())
        if comment:
            self.remarks.note_comment(comment[1], *match.span())

    # ── inline markup ──

    def _take(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        run = match.group()
        if run == "\\":
            after = self.text[match.end() : match.end() + 1]
            if after and after in "\r\n":
                stop = match.end() + (2 if self.text.startswith("\r\n", match.end()) else 1)
                return [Segment("markup", match.start(), stop, "\n")], stop
            return [Segment("hidden", *match.span())], match.end() + (after != " ")
        if run[-1] == "`":
            ticks = run.lstrip("$")
            if len(ticks) > _MOST_TICKS:
                return alone("placeholder", match)
            return self.inline.whole(match, rf"(?<!`){ticks}(?!`)(?:\{{=\w+\}})?", end)
        if run == "{-":
            found = self.inline.whole(match, r"-\}", end)
            return ([p._replace(kind="hidden") for p in found[0]], found[1]) if found else None
        if run in _PAIRS:
            return self.inline.pair(match, _PAIRS[run], end)
        if run in ("![", "["):
            return self._bracket(match, end)
        if run == "{":
            attributes = _ATTRIBUTES.match(self.text, match.start(), end)
            if attributes is None:
                return None
            self._attributes(attributes)
            return alone("hidden", attributes)
        if run[0] in "<:":
            return alone("placeholder", match)
        return alone("hidden", match) if run.startswith(("[^", "![^")) or run[-1] == "}" else None

    def _bracket(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        """A link, an image or a span: its text is prose, what follows the bracket is not."""
        close = self.inline.ahead.match(r"(?<!\\)\][(\[{]", match.end())
        if close is None or close[1] > end:
            return None
        closer = {"(": r"\)", "[": r"\]", "{": r"\}"}[self.text[close[1] - 1]]
        last = self.inline.ahead.match(closer, close[1])
        if last is None or last[1] > end:
            return None
        if match.group() == "![":
            parts, self.sheet.parts = self.sheet.parts, []
            add_inline(self.sheet, match.end(), close[0])
            self.sheet.close("caption")
            self.sheet.parts = parts
            return [Segment("image", match.start(), last[1])], last[1]
        return [Segment("hidden", *match.span()), Segment("hidden", close[0], last[1])], match.end()
