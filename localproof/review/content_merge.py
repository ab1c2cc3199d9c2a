"""Texts compared by what stands in them: bringing changes together, and how much was changed."""

from __future__ import annotations

import difflib
from itertools import accumulate

from ..text import Edit, Span
from ..text.words import COUNTED_WORD

_Hunk = tuple[int, int, int, int]


def merge_content(base: str, ours: str, theirs: str) -> tuple[str, int]:
    """(`theirs` with what `ours` changed in `base`, how many of our changes did not fit), line by line.

    A change of ours fits where the lines it is in are still as they were in
    `base`, wherever they have moved to. What does not fit is left as it is in
    `theirs`.

    >>> merge_content("a\\nb\\nc\\n", "a\\nB\\nc\\n", "new\\na\\nb\\nc\\n")
    ('new\\na\\nB\\nc\\n', 0)
    >>> merge_content("a\\nb\\n", "a\\nB\\n", "a\\nbeta\\n")
    ('a\\nbeta\\n', 1)
    """
    if theirs == base:
        return ours, 0
    if ours in (base, theirs):
        return theirs, 0
    old, mine, new = (t.splitlines(keepends=True) for t in (base, ours, theirs))
    now: dict[int, int] = {}  # where each line of the base is in theirs
    for start, _, to, _, equal in _blocks(old, new):
        if equal:
            now |= {start + i: to + i for i in range(equal)}
    theirs_too = {(i1, i2): new[j1:j2] for i1, i2, j1, j2 in _changes(old, new)}
    out: list[str] = []
    at = misfits = 0
    for i1, i2, j1, j2 in _changes(old, mine):
        if theirs_too.get((i1, i2)) == mine[j1:j2]:
            continue
        spot = _spot(now, i1, i2, len(old), len(new))
        if spot is None or spot < at or not _ends_well(mine[j1:j2], new, spot, spot + i2 - i1):
            misfits += 1
            continue
        out += [*new[at:spot], *mine[j1:j2]]
        at = spot + i2 - i1
    return "".join([*out, *new[at:]]), misfits


def _ends_well(put: list[str], new: list[str], spot: int, end: int) -> bool:
    """Whether `put` in place of the lines from `spot` to `end` runs no two lines together."""
    before = spot == 0 or not put or new[spot - 1][-1] in "\r\n"
    return before and (end == len(new) or not put or put[-1][-1] in "\r\n")


def _spot(now: dict[int, int], i1: int, i2: int, old: int, new: int) -> int | None:
    """Where the lines `i1` to `i2` of the base stand in theirs, side by side and untouched; None if they do not."""
    if i1 == i2:  # an insertion: known by its neighbours
        before = now.get(i1 - 1, -1 if i1 == 0 else None)
        after = now.get(i1, new if i1 == old else None)
        return after if before is not None and after == before + 1 else None
    spots = [now.get(i) for i in range(i1, i2)]
    first = spots[0]
    return first if first is not None and spots == list(range(first, first + len(spots))) else None


def _blocks(a: list[str], b: list[str]) -> list[tuple[int, int, int, int, int]]:
    """(start, end, start, end, length) of the runs that are equal; what begins and ends alike is set apart at once."""
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    most = min(len(a), len(b)) - head
    tail = next((i for i in range(most) if a[-1 - i] != b[-1 - i]), most)
    inner = difflib.SequenceMatcher(None, a[head : len(a) - tail], b[head : len(b) - tail]).get_matching_blocks()
    runs = [(0, 0, head), *((m.a + head, m.b + head, m.size) for m in inner), (len(a) - tail, len(b) - tail, tail)]
    return [(i, i + n, j, j + n, n) for i, j, n in runs if n]


def _changes(a: list[str], b: list[str]) -> list[_Hunk]:
    """The runs (from, to) of `a` and of `b` that differ, in order."""
    out, i, j = [], 0, 0
    for i1, i2, j1, j2, _ in [*_blocks(a, b), (len(a), len(a), len(b), len(b), 0)]:
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
    return tuple(Edit(Span(at[i1], at[i2]), "".join(b[j1:j2])) for i1, i2, j1, j2 in _changes(a, b))


def words_changed(old: str, new: str) -> int:
    """How many words are other ones now, were added or were taken away.

    >>> words_changed("I could of gone there.", "I could have gone.")
    2
    """
    count = 0
    a, b = old.splitlines(), new.splitlines()
    for i1, i2, j1, j2 in _changes(a, b):
        before, after = (COUNTED_WORD.findall(" ".join(lines)) for lines in (a[i1:i2], b[j1:j2]))
        count += sum(max(w2 - w1, v2 - v1) for w1, w2, v1, v2 in _changes(before, after))
    return count
