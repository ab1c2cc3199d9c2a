"""Lines of a source, and runs of it with inline markup: what the formats that are written line by line share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import NamedTuple

from .block_builder import BlockBuilder, PartKind, Segment
from .html_tags import LookAhead

_LINE = re.compile(r"([ \t]*)([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_BREAK = re.compile(r"[\r\n][ \t\r\n]*")  # what stands before it is stripped when a block is finished
_COLLAPSING = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")


class SourceLine(NamedTuple):
    """One line: where it starts, where its words start and end; `indent` counts characters. `words` has no outer
    white space."""

    start: int
    at: int
    end: int
    words: str

    @property
    def indent(self) -> int:
        """How many characters of white space stand before the words."""
        return self.at - self.start


def behind(line: SourceLine, by: int) -> SourceLine:
    """What is left of a line behind its first `by` characters; it counts as indented up to there."""
    rest = line.words[by:]
    bare = rest.lstrip()
    return SourceLine(line.start, line.at + by + len(rest) - len(bare), line.end, bare)


def lines_of(text: str, start: int = 0) -> list[SourceLine]:
    """The lines of `text` from `start` on, a byte order mark left out."""
    if text.startswith("\ufeff", start):
        start += 1
    out = []
    for match in _LINE.finditer(text, start):
        if match.end() > match.start():
            words = match[2].rstrip()
            out.append(SourceLine(match.start(), match.start(2), match.start(2) + len(words), words))
    return out


def add_inline(
    sheet: BlockBuilder, start: int, end: int, marks: Iterable[Segment] = (), *, collapse: bool = False
) -> None:
    """Add start..end of the source to the open block: `marks` as they are, verbatim text between them, line ends as
    spaces. `collapse`: so is any other run of white space.

    Marks may come in any order; of two that overlap the one that starts first stays.
    """
    at = start
    for mark in sorted(marks, key=lambda m: (m.start, -m.end)):
        if mark.start < at or mark.end > end:
            continue
        _verbatim(sheet, at, mark.start, collapse)
        sheet.add(*mark)
        at = mark.end
    _verbatim(sheet, at, end, collapse)


def _verbatim(sheet: BlockBuilder, start: int, end: int, collapse: bool) -> None:
    at = start
    for space in (_COLLAPSING if collapse else _BREAK).finditer(sheet.source, start, end):
        sheet.text(at, space.start())
        sheet.add("markup", *space.span(), " ")
        at = space.end()
    sheet.text(at, end)


class InlineScanner:
    """A scanner of inline markup in one source: `opener` finds what may begin some, `take` says what it is.

    `take(match, end)` gives the marks that begin at a match and where to go on;
    None where it is only text. Marks may lie ahead: what is in the closing half
    of a pair is not taken for an opening one.
    """

    def __init__(
        self,
        source: str,
        opener: re.Pattern[str],
        take: Callable[[re.Match[str], int], tuple[list[Segment], int] | None],
    ) -> None:
        self.source = source
        self.ahead = LookAhead(source)
        self._opener = opener
        self._take = take

    def marks(self, start: int, end: int) -> list[Segment]:
        """The marks in start..end, which is one run of text: a paragraph, a heading, a cell."""
        found: list[Segment] = []
        ahead: list[tuple[int, int]] = []  # a heap of marks that lie ahead; what is in one begins nothing
        at = start
        while match := self._opener.search(self.source, at, end):
            while ahead and ahead[0][1] <= match.start():
                heappop(ahead)
            if ahead and ahead[0][0] <= match.start():
                at = ahead[0][1]
                continue
            taken = self._take(match, end)
            if taken is None:
                at = max(match.end(), match.start() + 1)
                continue
            parts, at = taken
            found += parts
            for part in parts:
                if part.start >= at:
                    heappush(ahead, (part.start, part.end))
        return found

    def pair(self, match: re.Match[str], closer: str, end: int) -> tuple[list[Segment], int] | None:
        """Both halves of a pair hidden, what is between them to be read on; None if `closer` does not come."""
        close = self.ahead.match(closer, match.end() + 1)
        if close is None or close[1] > end:
            return None
        return [Segment("hidden", *match.span()), Segment("hidden", *close)], match.end()

    def whole(self, match: re.Match[str], closer: str, end: int) -> tuple[list[Segment], int] | None:
        """A placeholder from the match to the end of `closer`; None if that does not come."""
        close = self.ahead.match(closer, match.end())
        if close is None or close[1] > end:
            return None
        return [Segment("placeholder", match.start(), close[1])], close[1]


def alone(kind: PartKind, match: re.Match[str], text: str = "") -> tuple[list[Segment], int]:
    """One mark of the match itself."""
    return [Segment(kind, *match.span(), text)], match.end()
