"""The cells of reStructuredText's two kinds of table, each as runs of the source, one a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .lines import Line

Cell = list[tuple[int, int]]

_COLUMN = re.compile(r"[=-]+")


def grid_cells(text: str, rows: Sequence[Line]) -> Iterator[Cell]:
    """The cells of a table that is drawn with ``+``, ``-`` and ``|``.

    A cell ends where a rule passes below it; one that spans rows is read in two.
    """
    open_cells: dict[tuple[int, int], Cell] = {}
    for line in rows:
        if line.words.startswith("+") and not line.words.strip("+-=| \t"):
            yield from filter(None, open_cells.values())
            open_cells = {}
            continue
        bars = [m.start() for m in re.finditer(r"\|(?=\s|$)|(?<=\s)\+(?=-)", line.words)]
        if line.words[:1] in "|+":
            bars = sorted({0, *bars})
        for left, right in pairwise(bars):
            words = line.words[left + 1 : right]
            if words.strip(" \t-=+"):
                start = line.at + left + 1 + len(words) - len(words.lstrip())
                open_cells.setdefault((left, right), []).append((start, start + len(words.strip())))
            elif cell := open_cells.pop((left, right), None):  # an empty line parts paragraphs
                yield cell
    yield from filter(None, open_cells.values())


def simple_cells(text: str, rows: Sequence[Line]) -> Iterator[Cell]:
    """The cells of a table between rules of ``=``; a row goes on where its first column is empty."""
    offset = rows[0].start
    columns = [
        (rows[0].at - offset + m.start(), rows[0].at - offset + m.end()) for m in _COLUMN.finditer(rows[0].words)
    ]
    open_cells: dict[int, Cell] = {}
    for line in rows:
        bare = line.words.replace(" ", "")
        begins = bool(line.words) and line.indent <= columns[0][0]
        if begins or not bare.strip("=-"):
            yield from open_cells.values()
            open_cells = {}
        if not bare.strip("=-"):
            continue
        for number, (start, end) in enumerate(_slices(text, line, columns)):
            words = text[start:end]
            if words.strip():
                first = start + len(words) - len(words.lstrip())
                open_cells.setdefault(number, []).append((first, first + len(words.strip())))
    yield from open_cells.values()


def _slices(text: str, line: Line, columns: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The run of each column in a line; the whole line where words cross from one column to the next."""
    places: list[tuple[int, int]] = []
    for i, (left, _) in enumerate(columns):
        last = i + 1 == len(columns)
        right = line.end if last else min(line.start + columns[i + 1][0], line.end)
        start = min(line.start + left, line.end)
        if not last and right < line.end and not text[right - 1].isspace():
            return [(line.at, line.end)]
        places.append((start, max(start, right)))
    return places
