"""How misspellings come about and look, from lists of them to ``localproof/scoring/spelling_errors.json``.

    python -m training.spelling_errors [--corpus DIR] [--data DIR] [--out FILE] [--cache DIR]

Needs ``training/cache/words.json``, which ``python -m training.ngram_counts``
leaves behind. Writes the two tables that `localproof.scoring.spelling_errors` reads:
"slips", the chance of each slip of a letter, and "shape", the weight of each
run of letters; and, for ``python -m training.scoring``, the shape of every word
that "shape" was learned from, as seen by weights that were learned without
that word: ``training/cache/shape_oof.json``. The same lists give the same
bytes. Takes about two minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from localproof import scoring
from localproof.scoring.spelling_errors import letter_runs

from . import corpus as texts
from .ngram_counts import CACHE, say

LICENCE = "CC-BY-SA-4.0"
# A misspelling as a learner really made it counts as much as so many that are only listed.
_LEARNER = 3
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz'-^")
_MOST_SLIPS = 2
_LEAST_SLIPS = 2
# Added to the times a slip was made, and to the times it could have been.
_MADE, _COULD = 0.5, 5
# Words that "shape" learns from: plain ones. Misspellings are seen less often than _UNSEEN in the corpus,
# rare words from _RARE[0] to _RARE[1] times.
_PLAIN = re.compile(r"[a-z']{4,}")
_UNSEEN = 3
_RARE = (2, 40)
_C = 0.1
_TOLERANCE = 5e-5
_FOLDS = 5
_LEAST_WEIGHT = 0.2

Pair = tuple[str, str]


def slips_between(right: str, wrong: str) -> list[str] | None:
    """The fewest slips that turn `right` into `wrong`, last first, named as in `slip_log_probs` of
    `localproof.scoring.spelling_errors`.

    None if there are more than two.

    >>> slips_between("receive", "recieve"), slips_between("until", "untill"), slips_between("tell", "tale")
    (['tei'], ['iil'], ['sle', 'sea'])
    """
    if abs(len(right) - len(wrong)) > _MOST_SLIPS:
        return None
    cost = _costs(right, wrong)
    i, j = len(right), len(wrong)
    if cost[i][j] > _MOST_SLIPS:
        return None
    made = []
    while i or j:
        here = cost[i][j]
        if i and j and right[i - 1] == wrong[j - 1] and here == cost[i - 1][j - 1]:
            i, j = i - 1, j - 1
        elif _swapped(right, wrong, i, j) and here == cost[i - 2][j - 2] + 1:
            made.append("t" + right[i - 2 : i])
            i, j = i - 2, j - 2
        elif i and j and here == cost[i - 1][j - 1] + 1:
            made.append("s" + right[i - 1] + wrong[j - 1])
            i, j = i - 1, j - 1
        elif i and here == cost[i - 1][j] + 1:
            made.append("d" + (right[i - 2] if i > 1 else "^") + right[i - 1])
            i -= 1
        else:
            made.append("i" + (right[i - 1] if i else "^") + wrong[j - 1])
            j -= 1
    return made


def _swapped(right: str, wrong: str, i: int, j: int) -> bool:
    """Whether the two letters before i and the two before j are the same two in the other order."""
    return i > 1 and j > 1 and right[i - 2] != right[i - 1] and right[i - 2 : i] == wrong[j - 2 : j][::-1]


def _costs(right: str, wrong: str) -> list[list[int]]:
    """The number of slips between the first i letters of `right` and the first j of `wrong`."""
    cost = [[i + j for j in range(len(wrong) + 1)] for i in range(len(right) + 1)]
    for i in range(1, len(right) + 1):
        for j in range(1, len(wrong) + 1):
            best = min(cost[i - 1][j], cost[i][j - 1]) + 1
            best = min(best, cost[i - 1][j - 1] + (right[i - 1] != wrong[j - 1]))
            if _swapped(right, wrong, i, j):
                best = min(best, cost[i - 2][j - 2] + 1)
            cost[i][j] = best
    return cost


def slip_table(pairs: Mapping[Pair, int]) -> dict[str, float]:
    """Natural logarithm of how often each slip was made where it could be; `pairs` count (misspelling, correction)."""
    made: Counter[str] = Counter()
    could: Counter[str] = Counter()
    for (wrong, right), times in pairs.items():
        slips = slips_between(right, wrong)
        if not slips:
            continue
        for slip in slips:
            made[slip] += times
        for chance in _chances(right):
            could[chance] += times
    return {
        slip: round(math.log((times + _MADE) / (could[slip[:2] if slip[0] in "si" else slip] + _COULD)), 2)
        for slip, times in made.items()
        if times >= _LEAST_SLIPS and _LETTERS.issuperset(slip[1:])
    }


def _chances(right: str) -> Iterable[str]:
    """Where slips could happen in a word: the name of each slip, without the letter that came in."""
    yield "i^"
    for before, letter in zip("^" + right, right, strict=False):
        yield "s" + letter
        yield "i" + letter
        yield "d" + before + letter
    for first, second in pairwise(right):
        yield "t" + first + second


@dataclass(frozen=True)
class Shapes:
    """The weights of runs of letters ("" is the bias), the shape of each word by weights that never saw it, and how
    well these tell misspellings from rare words (area under the curve)."""

    weights: dict[str, float]
    unseen: dict[str, float]
    auc: float


def learn_shapes(misspellings: Sequence[str], rare: Sequence[str]) -> Shapes:
    """Learn what tells `misspellings` from `rare` words; both in lower case, without repetition, at least a few."""
    words = [*misspellings, *rare]
    wrong = np.array([1] * len(misspellings) + [0] * len(rare))
    # Sorted, as a set of strings has another order in every run, and sums of floats depend on theirs.
    counter = CountVectorizer(analyzer=lambda word: sorted(letter_runs(word)), dtype=np.float64)
    runs = counter.fit_transform(words)
    runs.sort_indices()
    fold = np.array([hashlib.sha256(word.encode()).digest()[0] % _FOLDS for word in words])
    score = np.zeros(len(words))
    with threadpool_limits(1):  # sums in one order, whatever the number of cores
        for k in range(_FOLDS):
            rest = fold == k
            if rest.any():
                model = LogisticRegression(C=_C, tol=_TOLERANCE, max_iter=300).fit(runs[~rest], wrong[~rest])
                score[rest] = model.decision_function(runs[rest])
        model = LogisticRegression(C=_C, tol=_TOLERANCE, max_iter=300).fit(runs, wrong)
    weights = {
        str(run): round(float(weight), 1)
        for run, weight in zip(counter.get_feature_names_out(), model.coef_[0], strict=True)
        if abs(weight) >= _LEAST_WEIGHT
    }
    weights[""] = round(float(model.intercept_[0]), 2)
    unseen = {word: round(float(s), 2) for word, s in sorted(zip(words, score, strict=True))}
    return Shapes(weights, unseen, float(roc_auc_score(wrong, score)))


def build(data: Path, seen: Mapping[str, int], corpus_date: str) -> tuple[dict[str, Any], Shapes]:
    """All of ``spelling_errors.json``; `seen` are the exact counts of words in the corpus."""
    pairs = Counter(dict.fromkeys(texts.listed_misspellings(data), 0))
    for pair in texts.listed_misspellings(data):
        pairs[pair] += 1
    for pair in texts.learners_misspellings(data):
        pairs[pair] += _LEARNER
    slips = slip_table(pairs)
    wrong = {word for word, _ in pairs if _PLAIN.fullmatch(word)}
    misspellings = sorted(word for word in wrong if seen.get(word, 0) < _UNSEEN)
    rare = sorted(
        word
        for word, count in seen.items()
        if _RARE[0] <= count <= _RARE[1] and _PLAIN.fullmatch(word) and not (word in wrong and count < _UNSEEN)
    )
    say(f"{len(pairs):,} pairs; {len(misspellings):,} misspellings against {len(rare):,} rare words")
    shapes = learn_shapes(misspellings, rare)
    say(f"area under the curve, each word unseen: {shapes.auc:.4f}")
    about = {
        "version": corpus_date[:7].replace("-", "."),
        "licence": LICENCE,
        "data": "slips counted and letter runs weighted from crate-ci/typos (MIT OR Apache-2.0) and TOEFL-Spell"
        " (CC-BY-SA-4.0), against rare words of the corpus of ngram_counts.bin; credits in sources.json",
        "facts": {
            "slips": f"{len(slips):,}, from {len(pairs):,} pairs;"
            f" a pair of TOEFL-Spell counts {_LEARNER} times as much",
            "shape": f"{len(shapes.weights):,} weights, from {len(misspellings):,} misspellings of both lists and"
            f" {len(rare):,} words seen {_RARE[0]} to {_RARE[1]} times in the corpus",
            "quality of shape": f"area under the curve {shapes.auc:.3f}, each word judged by weights that never saw it",
        },
        "sources": ["typos-words", "toefl-spell", "all sources of ngram_counts.bin"],
    }
    return {"about": about, "slips": slips, "shape": shapes.weights}, shapes


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.spelling_errors", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--corpus", type=Path, default=texts.CORPUS)
    parser.add_argument("--data", type=Path, default=texts.DATA)
    parser.add_argument("--out", type=Path, default=Path(scoring.__file__).with_name("spelling_errors.json"))
    parser.add_argument("--cache", type=Path, default=CACHE)
    given = parser.parse_args(argv)
    counts = given.cache / "words.json"
    if not counts.exists():
        raise SystemExit(f"{counts} is not there; make it with: python -m training.ngram_counts")
    tables, shapes = build(given.data, json.loads(counts.read_text("utf-8")), texts.collected(given.corpus))
    texts.replace_file(given.cache / "shape_oof.json", json.dumps(shapes.unseen, indent=0).encode())
    texts.replace_file(given.out, json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    say(f"{given.out}: {given.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
