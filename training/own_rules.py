"""What LocalProof's own rules are worth: python -m training.own_rules [RULE…] [--most PARAGRAPHS] [--places N]

A line for each rule, the most right first: how often it spoke rightly, where
something else was meant, and where nobody changed anything, in the corrections
that may be learned from, in those held back, in ErAConD and, where a place is
only said to be wrong, in REALEC; and how often in a million words of edited
prose that the counts of words have not seen. "Nobody changed anything" is
not yet a false alarm: editors overlook much. With `--places` some of those
places and of the edited prose, to be read. A rule that was never right, or
speaks wrongly, is mended or dropped.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from bench import scorer, sets
from localproof.engines.own_rules import RULES
from localproof.engines.patterns import Matcher
from localproof.report import Finding

from . import corpus
from .scoring import held_back

CORRECTED = ("corrections", "more-corrections", "eracond", "realec")
COLUMNS = ("corrections", "held back", "eracond", "realec")
VERDICTS = ("right", "otherwise", "unmarked")
_AROUND = 40  # code points of the text on either side
Verdicts = dict[str, Counter[tuple[str, str]]]  # by rule: how often, by column and verdict


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--most", type=int, default=30_000)
    parser.add_argument("--places", type=int, default=0)
    options = parser.parse_args()
    chosen = tuple(r for r in RULES if not options.rules or r.name in options.rules)
    matcher = Matcher(chosen)
    places: dict[str, list[str]] = defaultdict(list)
    verdicts: Verdicts = {f"localproof/{rule.name}": Counter() for rule in chosen}
    for name in CORRECTED:
        for column, item in _columns(name, sets.load(name)):
            for f in matcher.findings(item.text):
                verdicts[f.rule][column, said := verdict(item, f)] += 1
                if said != "right":
                    places[f.rule].append(f"{column}, {said}: {_place(item.text, f)}")
    words = 0
    spoken: Counter[str] = Counter()
    for _, text in islice(corpus.sample(), options.most):
        words += len(text.split())
        for f in matcher.findings(text):
            spoken[f.rule] += 1
            places[f.rule].append(f"prose: {_place(text, f)}")
    for line in table(verdicts, spoken, words, places, options.places):
        print(line)


def _columns(name: str, items: Iterable[sets.Item]) -> Iterator[tuple[str, sets.Item]]:
    for item in items:
        if name.endswith("corrections"):
            yield ("held back" if held_back(item.meta["repo"]) else "corrections"), item
        else:
            yield name, item


def verdict(item: sets.Item, finding: Finding) -> str:
    """One of `VERDICTS`: whether an edit of the finding is the item's own, or is at a place that the item calls wrong
    without saying what would be right; whether it touches another edit; or neither."""
    tokens = scorer.Tokens(item.text)
    marks = [edit for edits in item.annotators for edit in edits]
    gold = set(scorer.gold_forms(tokens, [m for m in marks if m.replacement is not None]))
    forms = {tokens.normal(e.span.start, e.span.end, e.text) for e in finding.edits}
    touched = [m for m in marks if m.start - 1 <= finding.span.end and finding.span.start <= m.end + 1]
    if forms & gold or any(m.replacement is None for m in touched):
        return "right"
    return "otherwise" if touched else "unmarked"


def table(
    verdicts: Verdicts, spoken: Counter[str], words: int, places: Mapping[str, list[str]], shown: int
) -> Iterator[str]:
    """The lines of the table: the rules, those without support, and `shown` places of each."""
    yield f"{'rule':32} " + " ".join(f"{c:>14}" for c in COLUMNS) + f"   in a million of {words:,} words"
    chance = random.Random(1)
    for rule, counts in sorted(verdicts.items(), key=lambda pair: (-_right(pair[1]), pair[0])):
        cells = ["/".join(str(counts[column, v]) for v in VERDICTS) for column in COLUMNS]
        yield (
            f"{rule.partition('/')[2]:32} "
            + " ".join(f"{c:>14}" for c in cells)
            + f"   {1e6 * spoken[rule] / max(words, 1):.1f}"
        )
        for place in chance.sample(some := places.get(rule, []), min(shown, len(some))):
            yield f"    {place}"
    unsupported = [rule.partition("/")[2] for rule, counts in verdicts.items() if not _right(counts)]
    yield f"never right here: {', '.join(sorted(unsupported)) or 'none'}"


def _right(counts: Counter[tuple[str, str]]) -> int:
    return sum(n for (_, said), n in counts.items() if said == "right")


def _place(text: str, f: Finding) -> str:
    new = " | ".join(e.text for e in f.edits)
    before, after = text[max(f.span.start - _AROUND, 0) : f.span.start], text[f.span.end : f.span.end + _AROUND]
    return f"{before}[{f.span.of(text)} > {new}]{after}".replace("\n", " ")


if __name__ == "__main__":
    main()
