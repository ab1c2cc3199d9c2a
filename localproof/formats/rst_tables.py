"""The cells of reStructuredText's two kinds of table, each as what stands of it in each line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..text import HeldLine, Span, columns
from .lines import SourceLine

Cell = list[HeldLine]

_COLUMN = re.compile(r"[=-]+")


def grid_cells(text: str, rows: Sequence[SourceLine]) -> Iterator[Cell]:
    """The cells of a table that is drawn with ``+``, ``-`` and ``|``.

    A cell ends where a rule passes below it; one that spans rows is read in two.
    """
    width = _column(rows[0].words, len(rows[0].words))
    corners = {
        column for line in rows if "+-" in line.words or "+=" in line.words for column in _columns_of("+", line.words)
    }
    open_cells: dict[tuple[int, int], Cell] = {}
    for line in rows:
        if line.words.startswith("+") and not line.words.strip("+-=| \t"):
            yield from filter(None, open_cells.values())
            open_cells = {}
            continue
        bars = {column: at for column, at in _columns_of("|+", line.words).items() if column in corners}
        # what is not drawn to its end is no table to docutils, and must not become one
        held = "\t" in line.words or _column(line.words, len(line.words)) != width
        for place in pairwise([0, *sorted(bars.keys() - {0})]):
            left, right = (bars.get(column, 0) for column in place)
            words = line.words[left + 1 : right]
            if words.strip(" \t-=+"):
                start = line.at + left + 1 + len(words) - len(words.lstrip())
                blanks = Span(start + len(words.strip()), line.at + right)
                least, most = (0, 0) if held else (None, max(0, len(blanks) - 1))
                open_cells.setdefault(place, []).append(HeldLine(Span(start, blanks.start), least, most, blanks))
            elif closed := open_cells.pop(place, None):  # an empty line parts paragraphs
                yield closed
    yield from filter(None, open_cells.values())


def _columns_of(signs: str, words: str) -> dict[int, int]:
    """Where each of `signs` stands in a line, by its column."""
    found: dict[int, int] = {}
    column = 0
    for at, char in enumerate(words):
        if char in signs:
            found[column] = at
        column += columns(char, combining=1)
    return found


def simple_cells(text: str, rows: Sequence[SourceLine]) -> Iterator[Cell]:
    """The cells of a table between rules of ``=``; a row goes on where its first column is empty."""
    first = rows[0].indent
    places = [(first + m.start(), first + m.end()) for m in _COLUMN.finditer(rows[0].words)]
    open_cells: dict[int, Cell] = {}
    for line in rows:
        bare = line.words.replace(" ", "")
        begins = bool(line.words) and line.indent <= places[0][0]
        if begins or not bare.strip("=-"):
            yield from open_cells.values()
            open_cells = {}
        if not bare.strip("=-"):
            continue
        for number, cell in _slices(text, line, places):
            open_cells.setdefault(number, []).append(cell)
    yield from open_cells.values()


def _slices(text: str, line: SourceLine, places: Sequence[tuple[int, int]]) -> list[tuple[int, HeldLine]]:
    """The words of each column in a line, by its number; the whole line where words cross from one column to the next:
    how many columns these span is not looked at, so that what stands there keeps its width."""
    whole = text[line.start : line.end]
    cells: list[tuple[int, HeldLine]] = []
    for i, (left, end) in enumerate(places):
        last = i + 1 == len(places)
        start = min(line.start + _offset(whole, left), line.end)
        right = line.end if last else min(line.start + _offset(whole, places[i + 1][0]), line.end)
        if not last and right < line.end and not text[right - 1].isspace():
            return [(0, HeldLine(Span(line.at, line.end), 0, 0))]
        words = text[start : max(start, right)]
        if words.strip():
            begin = start + len(words) - len(words.lstrip())
            stop = begin + len(words.strip())
            most = None if last else max(0, end - _column(whole, stop - line.start))
            blanks = None if last or stop == line.end else Span(stop, right)
            cells.append((i, HeldLine(Span(begin, stop), 0 if "\t" in whole else None, most, blanks)))
    return cells


def _column(line: str, offset: int) -> int:
    """The column in which the character at `offset` of a line stands."""
    return columns(line[:offset], combining=1)


def _offset(line: str, column: int) -> int:
    """Where in a line its `column` begins; beyond its end if it has none."""
    if line.isascii():
        return column
    at = 0
    for i, char in enumerate(line):
        if at >= column:
            return i
        at += columns(char, combining=1)
    return len(line) + max(0, column - at)
