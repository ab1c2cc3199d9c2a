"""How a misspelling comes about: edit distance, a channel learned from real misspellings, and word building.

All words are in lower case with straight apostrophes.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path

_FLOOR = -8.0  # natural logarithm of the chance of a slip that was never seen
_PREFIXES = tuple(
    "un re non pre post anti micro macro multi sub super over under up out inter intra co counter de dis mis semi auto"
    " bi bio cyber eco geo hydro hyper infra kilo mega meta mid mini mono nano neo neuro para photo poly pro proto"
    " pseudo psycho quasi retro socio tele thermo trans tri ultra uni vice back down fore self off on side".split()
)
_SUFFIXES = tuple(
    "s es 's ed d ing er ers r or ors able ible ability ness less ful like wise ish ism ist ists ity ly y al ally ize"
    " ized izes izing ise ised ises ising ization isation ation ations ification ship hood dom ware let ette".split()
)


def edit_distance(a: str, b: str, most: int = 4) -> int:
    """Edit distance with transpositions of neighbours as one step (optimal string alignment), at most `most`.

    >>> edit_distance("teh", "the"), edit_distance("form", "from"), edit_distance("abc", "xyz")
    (1, 1, 3)
    """
    if abs(len(a) - len(b)) >= most or max(len(a), len(b)) > 64:  # such words are nobody's slip
        return 0 if a == b else most
    last2: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y)))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                row[j] = min(row[j], last2[j - 2] + 1)
        last2, last = last, row
    return min(last[-1], most)


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, float]]:
    tables: dict[str, dict[str, float]] = json.loads(
        Path(__file__).with_name("spelling_errors.json").read_text("utf-8")
    )
    return tables


def letter_runs(word: str) -> set[str]:
    """The runs of two to four letters of a word (its first 40 letters), with ``^`` and ``$`` for its two ends.

    >>> sorted(letter_runs("ox"))
    ['^o', '^ox', '^ox$', 'ox', 'ox$', 'x$']
    """
    marked = f"^{word[:40]}$"
    return {marked[i : i + n] for n in (2, 3, 4) for i in range(len(marked) - n + 1)}


def letter_ngram_score(word: str) -> float:
    """Log-odds that an unlisted word with these letters is a misspelling and not a rare word or a name.

    A sum over runs of two to four letters, learned by ``training/spelling_errors.py``
    from listed misspellings against rare words of the corpus.

    >>> letter_ngram_score("definetly") > 0 > letter_ngram_score("isoform")
    True
    """
    table = _tables()["shape"]
    return table[""] + math.fsum(table.get(run, 0.0) for run in letter_runs(word))


def slip_log_probs() -> dict[str, float]:
    """Natural logarithms of the chance of each slip where it could happen, as ``training/spelling_errors.py`` counted
    them in listed misspellings. Keys: ``sxy`` x becomes y; ``dxy`` y is left out after x; ``ixy`` y is put in after
    x; ``txy`` xy becomes yx; ``^`` is the start of the word."""
    return _tables()["slips"]


@lru_cache(maxsize=4096)
def error_model_log_prob(wrong: str, right: str) -> float:
    """Log-probability (nats) that a writer who means `right` writes `wrong`, by the likeliest way to get there.

    >>> error_model_log_prob("recieve", "receive") > error_model_log_prob("reteive", "receive")
    True
    """
    if len(wrong) > 40 or len(right) > 40:
        return 4 * _FLOOR
    slip = slip_log_probs().get
    least = 4 * _FLOOR
    last2: list[float] = []
    last = [0.0]
    for y in wrong:
        last.append(max(least, last[-1] + slip("i^" + y, _FLOOR)))
    before = "^"
    for i, x in enumerate(right, 1):
        left_out = slip("d" + before + x, _FLOOR)
        row = [max(least, last[0] + left_out)]
        for j, y in enumerate(wrong, 1):
            best = max(
                least,
                last[j - 1] + (0.0 if x == y else slip("s" + x + y, _FLOOR)),
                last[j] + left_out,
                row[j - 1] + slip("i" + x + y, _FLOOR),
            )
            if i > 1 and j > 1 and x == wrong[j - 2] and y == before and x != y:
                best = max(best, last2[j - 2] + slip("t" + before + x, _FLOOR))
            row.append(best)
        last2, last, before = last, row, x
    return last[-1]


def strip_prefixes(word: str) -> list[str]:
    """What is left of `word` without one common prefix, at least four letters long.

    >>> strip_prefixes("redisclosure")
    ['disclosure']
    """
    return [word[len(p) :].lstrip("-") for p in _PREFIXES if word.startswith(p) and len(word) - len(p) >= 4]


def strip_suffixes(word: str) -> list[str]:
    """What `word` may have been before one common suffix was added.

    >>> "compost" in strip_suffixes("compostable"), "hurry" in strip_suffixes("hurried")
    (True, True)
    """
    found: list[str] = []
    for s in _SUFFIXES:
        if word.endswith(s) and len(word) - len(s) >= 4:
            root = word[: -len(s)]
            found += [root, root + "e"]
            if root.endswith("i"):
                found.append(root[:-1] + "y")
    return found
