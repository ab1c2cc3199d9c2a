"""MDX has no indented code: what is indented for the looks of it is moved to the left before the parser sees it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from .containers import begins_line

_FAR = re.compile(r"[\r\n](?: {0,3}\t| {4})")
_TAG_LINE = re.compile(r"</?[A-Za-z>][^\r\n]{0,500}>[ \t]*(?=[\r\n]|\Z)")
_LINE = re.compile(r"[\r\n]([ \t]+|(?=[`~\-*+0-9]))([^\s][^\r\n]*)")  # all that are indented or open something
_FENCE = re.compile(r"(`{3,}|~{3,})([^\r\n]*)")
_ITEM = re.compile(r"([-*+]|\d{1,9}[.)])([ \t]+|\Z)")
_OPENS = frozenset("`~-*+0123456789")
_MOST_INDENT = 3  # what CommonMark allows before it takes a line for code
_DEEPEST = 100


def without_tag_lines(source: str) -> str:
    """`source` with blanks for lines of nothing but JSX, same length: the parser takes what follows them for HTML."""
    return _TAG_LINE.sub(lambda m: " " * (m.end() - m.start()) if begins_line(source, m.start()) else m.group(), source)


class Unindented:
    """A text that begins no line by four blanks more than what holds it, and where its places are in the source."""

    def __init__(self, source: str) -> None:
        self._starts = [0]  # of runs of the text that are as they stand in the source
        self._places = [0]  # where each of them stands there
        far = _FAR.search(source) or _FAR.match("\n" + source[:4])
        self.text = "".join(self._lines(source)) if far else source

    def place(self, at: int) -> int:
        """The place of the source that `at` of the text stands for; in an indentation that of the first word."""
        i = bisect_right(self._starts, at)
        place = self._places[i - 1] + at - self._starts[i - 1]
        return min(place, self._places[i]) if i < len(self._places) else place

    def moved(self) -> bool:
        """Whether any place is another in the source."""
        return len(self._starts) > 1

    def _lines(self, source: str) -> Iterator[str]:
        """The pieces of the text; follows the items of lists that each line stands in, and fences."""
        by = copied = seen = 0  # `by`: how much further on in the source a line is than in the text
        items: list[tuple[int, int]] = []  # of each open item: the column of its content here, and in the text
        fence = ""
        for match in _LINE.finditer("\n" + source):
            start, blanks, words = match.start(), match[1], match[2]
            column = len(blanks.expandtabs(4)) if "\t" in blanks else len(blanks)
            if items:
                passed_by = seen < start and not source[seen:start].isspace()
                fence = "" if passed_by else fence
                while items and (passed_by or items[-1][0] > column):
                    items.pop()
                    fence = ""
            seen = match.end() - 1
            here, there = items[-1] if items else (0, 0)
            beyond = column - here
            opening = _FENCE.match(words) if words[0] in "`~" else None
            if fence:
                if opening and opening[1].startswith(fence) and not opening[2].strip():
                    fence, beyond = "", 0
            else:
                beyond = beyond if beyond <= _MOST_INDENT else 0
                if opening and not (words[0] == "`" and "`" in opening[2]):
                    fence = opening[1]
                elif words[0] in _OPENS and len(items) < _DEEPEST:
                    _open_items(items, words, column, there + beyond)
            if there + beyond != column or "\t" in blanks:
                indent = " " * (there + beyond)
                by += len(blanks) - len(indent)
                first = match.start(2) - 1
                self._starts.append(first - by)
                self._places.append(first)
                yield source[copied:start]
                yield indent
                copied = first
        yield source[copied:]


def _open_items(items: list[tuple[int, int]], words: str, here: int, there: int) -> None:
    """Enter the items that `words`, at these columns of source and text, begins."""
    at = 0
    while marker := _ITEM.match(words, at):
        wide = len(marker[2].expandtabs(4))
        by = len(marker[1]) + (wide if 0 < wide < 5 and marker.end() < len(words) else 1)
        here, there = here + by, there + by
        items.append((here, there))
        at = marker.end()
