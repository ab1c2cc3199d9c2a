"""Two versions of a text compared line by line: what differs, and how much of it."""

from __future__ import annotations

import difflib
from itertools import accumulate

from ..text import Edit, Span
from ..text.words import COUNTED_WORD

_Hunk = tuple[int, int, int, int]


def equal_runs(a: list[str], b: list[str]) -> list[tuple[int, int, int, int, int]]:
    """(start, end, start, end, length) of the runs that are equal; what begins and ends alike is set apart at once."""
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    most = min(len(a), len(b)) - head
    tail = next((i for i in range(most) if a[-1 - i] != b[-1 - i]), most)
    inner = difflib.SequenceMatcher(None, a[head : len(a) - tail], b[head : len(b) - tail]).get_matching_blocks()
    runs = [(0, 0, head), *((m.a + head, m.b + head, m.size) for m in inner), (len(a) - tail, len(b) - tail, tail)]
    return [(i, i + n, j, j + n, n) for i, j, n in runs if n]


def changed_runs(a: list[str], b: list[str]) -> list[_Hunk]:
    """The runs (from, to) of `a` and of `b` that differ, in order."""
    out, i, j = [], 0, 0
    for i1, i2, j1, j2, _ in [*equal_runs(a, b), (len(a), len(a), len(b), len(b), 0)]:
        if (i1, j1) != (i, j):
            out.append((i, i1, j, j1))
        i, j = i2, j2
    return out


def edits_between(old: str, new: str) -> tuple[Edit, ...]:
    """The changes that make `new` of `old`, whole lines each.

    >>> edits_between("a\\nb\\n", "a\\nB\\n")
    (Edit(span=Span(start=2, end=4), text='B\\n'),)
    """
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    at = [0, *accumulate(map(len, a))]
    return tuple(Edit(Span(at[i1], at[i2]), "".join(b[j1:j2])) for i1, i2, j1, j2 in changed_runs(a, b))


def words_changed(old: str, new: str) -> int:
    """How many words are other ones now, were added or were taken away.

    >>> words_changed("I could of gone there.", "I could have gone.")
    2
    """
    count = 0
    a, b = old.splitlines(), new.splitlines()
    for i1, i2, j1, j2 in changed_runs(a, b):
        before, after = (COUNTED_WORD.findall(" ".join(lines)) for lines in (a[i1:i2], b[j1:j2]))
        count += sum(max(w2 - w1, v2 - v1) for w1, w2, v1, v2 in changed_runs(before, after))
    return count
