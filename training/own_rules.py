"""How often LocalProof's own rules speak in edited prose: python -m training.own_rules [RULE…] [--most PARAGRAPHS]

For each rule the rate in a million words and some of the places, to be read: a
rule that speaks wrongly is mended or dropped.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from itertools import islice

from localproof.engines.own_rules import RULES
from localproof.engines.patterns import Matcher

from . import corpus

_AROUND = 40  # code points of the text on either side
_SHOWN = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--most", type=int, default=10_000)
    options = parser.parse_args()
    matcher = Matcher(tuple(r for r in RULES if not options.rules or r.name in options.rules))
    places: dict[str, list[str]] = defaultdict(list)
    words = 0
    for ident, text in islice(corpus.sample(), options.most):
        if "-late:" in ident:
            continue
        words += len(text.split())
        for f in matcher.findings(text):
            new = " | ".join(e.text for e in f.edits)
            before, after = text[max(f.span.start - _AROUND, 0) : f.span.start], text[f.span.end : f.span.end + _AROUND]
            places[f.rule].append(f"{before}[{f.span.of(text)} > {new}]{after}".replace("\n", " "))
    print(f"{words:,} words")
    chance = random.Random(1)
    for rule, found in sorted(places.items(), key=lambda pair: -len(pair[1])):
        print(f"{rule}: {1e6 * len(found) / words:.1f} in a million words")
        for place in chance.sample(found, min(_SHOWN, len(found))):
            print(f"    {place}")


if __name__ == "__main__":
    main()
