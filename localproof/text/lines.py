"""Offsets to line and column and back, in any unit.

Lines end at ``\\n``, ``\\r\\n`` and ``\\r`` and nowhere else: U+2028, U+0085 and
form feed are ordinary characters, as in CommonMark and LSP.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal

Unit = Literal["utf-8", "utf-16", "utf-32"]
_LINE_END = re.compile(r"\r\n|\r|\n")


class LineIndex:
    """Offsets of one text to line and column and back. Lines and columns count from 0.

    Built in one pass; each conversion costs a bisection and one line.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(m.end() for m in _LINE_END.finditer(text))]

    def line(self, offset: int) -> int:
        """The line that holds code point `offset`; the end of the text belongs to the last line."""
        return bisect_right(self.starts, min(max(offset, 0), len(self.text))) - 1

    def position(self, offset: int, unit: Unit = "utf-32") -> tuple[int, int]:
        """(line, column) of code point `offset`, the column counted in `unit`."""
        offset = min(max(offset, 0), len(self.text))
        line = self.line(offset)
        return line, count_units(self.text[self.starts[line] : offset], unit)

    def offset(self, line: int, column: int, unit: Unit = "utf-32") -> int:
        """The code point at (line, column). Beyond the end of a line means its end (before the line end, as in LSP);
        beyond the last line means the end of the text; inside a character means its start."""
        if line >= len(self.starts):
            return len(self.text)
        if line < 0:
            return 0
        start = self.starts[line]
        content = self.text[start : self.line_end(line)]
        if unit == "utf-32":
            return start + min(max(column, 0), len(content))
        at = 0
        for i, char in enumerate(content):
            at += count_units(char, unit)
            if at > column:
                return start + i
        return start + len(content)

    def line_end(self, line: int) -> int:
        """Where the content of `line` ends, before its line end."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        content = self.text[self.starts[line] : end]
        return end - (2 if content.endswith("\r\n") else 1 if content[-1:] in ("\r", "\n") else 0)


def count_units(text: str, unit: Unit) -> int:
    """The length of `text` in bytes of UTF-8, units of UTF-16, or code points. Lone surrogates count as three bytes.

    >>> [count_units("a\\N{GRINNING FACE}", u) for u in ("utf-8", "utf-16", "utf-32")]
    [5, 3, 2]
    """
    if unit == "utf-32" or text.isascii():
        return len(text)
    if unit == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(char > "\uffff" for char in text)


class UnitMap:
    """Offsets of one text in `unit` to code points, for answers of engines that count bytes or UTF-16 units."""

    def __init__(self, text: str, unit: Unit) -> None:
        self._length = len(text)
        self._starts: list[int] | None = None
        if unit != "utf-32" and not text.isascii():
            self._starts = []
            at = 0
            for char in text:
                self._starts.append(at)
                at += count_units(char, unit)
            self._starts.append(at)

    def __call__(self, offset: int) -> int:
        """The code point that holds unit `offset`; beyond the end means the end.

        >>> UnitMap("a\\N{GRINNING FACE}b", "utf-8")(5)
        2
        """
        if self._starts is None:
            return min(max(offset, 0), self._length)
        return min(max(bisect_right(self._starts, offset) - 1, 0), self._length)
