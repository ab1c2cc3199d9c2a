"""Texts compared by what stands in them: bringing changes together, and how much was changed."""

from __future__ import annotations

from ..project.comparison import changed_runs, equal_runs


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
    for start, _, to, _, equal in equal_runs(old, new):
        if equal:
            now |= {start + i: to + i for i in range(equal)}
    theirs_too = {(i1, i2): new[j1:j2] for i1, i2, j1, j2 in changed_runs(old, new)}
    out: list[str] = []
    at = misfits = 0
    for i1, i2, j1, j2 in changed_runs(old, mine):
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
