"""Two sentences, as tokens, to the edits between them.

A Levenshtein alignment in which replacing a word by one that looks alike is
cheaper than deleting and inserting, then merged into edits the way a reader
would cut them: a changed word that resembles its correction stands alone,
punctuation apart from words, the rest of a changed run together.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache

TokenEdit = tuple[int, int, list[str]]
_ALIKE = 0.5  # from this ratio on two words count as forms of one


def edits_between(old: Sequence[str], new: Sequence[str]) -> list[TokenEdit]:
    """(start, end, new tokens) in order; making them all turns `old` into `new`.

    >>> edits_between("he go to school".split(), "he goes to the school ,".split())
    [(1, 2, ['goes']), (3, 3, ['the']), (4, 4, [','])]
    >>> edits_between("I could of gone".split(), "I could have gone".split())
    [(2, 3, ['have'])]
    """
    out: list[TokenEdit] = []
    run: list[TokenEdit] = []
    for step in _steps(list(old), list(new)):
        start, end, words = step
        if list(old[start:end]) == words:
            out += _merged(old, run)
            run = []
        else:
            run.append(step)
    return out + _merged(old, run)


def _merged(old: Sequence[str], run: list[TokenEdit]) -> list[TokenEdit]:
    """Neighbouring steps joined, but for those that stand alone."""
    out: list[TokenEdit] = []
    joinable = False
    for start, end, words in run:
        alone = _stands_alone(list(old[start:end]), words)
        if out and joinable and not alone:
            out[-1] = (out[-1][0], end, out[-1][2] + words)
        else:
            out.append((start, end, words))
        joinable = not alone
    return out


def _stands_alone(old: list[str], new: list[str]) -> bool:
    if not any(char.isalnum() for word in old + new for char in word):
        return True
    return bool(old and new) and _ratio(old[0], new[0]) >= _ALIKE


def _ratio(a: str, b: str) -> float:
    if a.lower() == b.lower():
        return 1.0
    return SequenceMatcher(None, a.lower(), b.lower(), autojunk=False).ratio()


def _steps(old: list[str], new: list[str]) -> list[TokenEdit]:
    """The cheapest way from `old` to `new`, one token (or one pair of tokens) a step."""
    cost = [[float(i + j) if not i or not j else 0.0 for j in range(len(new) + 1)] for i in range(len(old) + 1)]
    for i, a in enumerate(old, 1):
        for j, b in enumerate(new, 1):
            cost[i][j] = min(cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + _exchange(a, b))
    steps: list[TokenEdit] = []
    i, j = len(old), len(new)
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + _exchange(old[i - 1], new[j - 1]):
            steps.append((i - 1, i, [new[j - 1]]))
            i, j = i - 1, j - 1
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            steps.append((i - 1, i, []))
            i -= 1
        else:
            steps.append((i, i, [new[j - 1]]))
            j -= 1
    return steps[::-1]


@cache
def _exchange(a: str, b: str) -> float:
    """What it costs to replace `a` by `b`: 0 if equal, up to 1.7 if they share nothing."""
    if a == b:
        return 0.0
    if any(c.isalnum() for c in a) != any(c.isalnum() for c in b):
        return 1.9
    return 0.3 + 1.4 * (1 - _ratio(a, b))
