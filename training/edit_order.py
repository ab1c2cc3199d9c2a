"""Learn which correction of a misspelling is meant: python -m training.edit_order [--dry]

From what the engines say of the corrections of real misspellings (``python -m training.flags``), and which of their
suggestions was right, by a conditional logit: the right one of those that are offered at a place has to win. Writes the
weights into ``localproof/scoring/coefficients.json`` under ``order`` and prints how often the first is right, before
and after, in the repositories that are learned from and in those that are held back.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from bench import scorer, sets
from localproof.scoring.edit_order import offered, order_features

from . import flags
from .scoring import CORRECTED, OUT, flag, held_back

STRENGTH = 1.0  # inverse of the penalty on large weights
SMALLEST = 0.05  # weights nearer to 0 are left out


@dataclass(frozen=True)
class Place:
    """A misspelling: what speaks for each correction that is offered, and which of them are right."""

    offers: list[dict[str, float]]
    right: list[bool]
    held: bool


def places() -> Iterator[Place]:
    """The misspellings of the corrections that an engine found."""
    for name in CORRECTED:
        items = {str(item.id): item for item in scorer.core(sets.load(name))}
        for ident, text, found in flags.merged(name, missing_end=True):
            item = items.get(ident)
            if item is None:
                continue
            for f in found:
                if f.edits and scorer.verdict(item, flag(f)).detected and (edits := offered(text, f)):
                    right = [
                        scorer.verdict(item, scorer.Flag(e.span.start, e.span.end, e.text)).corrected for e in edits
                    ]
                    offers = [order_features(text, f, e, rank) for rank, e in enumerate(edits)]
                    yield Place(offers, right, held_back(item.meta["repo"]))


def learned(every: Sequence[Place], names: Sequence[str]) -> dict[str, float]:
    """The weights by which the right one wins most clearly."""
    shown = [
        (np.array([[o.get(n, 0.0) for n in names] for o in p.offers]), np.array(p.right))
        for p in every
        if any(p.right) and not all(p.right)
    ]

    def loss(w: Any) -> tuple[float, Any]:
        total, slope = 0.5 / STRENGTH * float(w @ w), w / STRENGTH
        for table, right in shown:
            z = table @ w
            share = np.exp(z - z.max())
            share /= share.sum()
            of_right = float(share[right].sum()) or 1e-300
            total -= math.log(of_right)
            slope = slope + table.T @ (share - np.where(right, share, 0.0) / of_right)
        return total, slope

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    return {name: round(float(w), 3) for name, w in zip(names, found, strict=True) if abs(w) >= SMALLEST}


def first_right(every: Sequence[Place], score: Callable[[dict[str, float]], float]) -> float:
    """In what share of the places the offer with the highest score is right."""
    return float(np.mean([p.right[int(np.argmax([score(o) for o in p.offers]))] for p in every]))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dry", action="store_true", help="write nothing")
    parser.add_argument("--out", type=Path, default=OUT, help="the file of coefficients")
    options = parser.parse_args()
    every = list(places())
    names = sorted({name for p in every for o in p.offers for name in o})
    weights = learned([p for p in every if not p.held], names)
    document = json.loads(options.out.read_text("utf-8"))
    for title, held in (("learned from", False), ("held back", True)):
        of = [p for p in every if p.held == held]
        could = float(np.mean([any(p.right) for p in of]))
        before, after = (
            first_right(of, lambda o, by=by: sum(by.get(n, 0.0) * v for n, v in o.items()))
            for by in (document.get("order", {"first": 1.0}), weights)
        )
        print(f"{title}: {len(of):,} misspellings, first right {before:.4f} before, {after:.4f} now, of {could:.4f}")
    if not options.dry:
        document["order"] = weights
        partial = options.out.with_suffix(".part")
        partial.write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", "utf-8")
        partial.replace(options.out)


if __name__ == "__main__":
    main()
