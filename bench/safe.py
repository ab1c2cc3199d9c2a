"""How the corrections that `--fix` makes without asking earned it: ``python -m bench.quality safe``.

Every certain correction in a set is compared with what the editor of that text
wrote. Where the editor wrote something else or nothing, it is printed, to be
read: an editor may have missed an error, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import scorer
from .product import Proofread, Said
from .sets import Item


@dataclass(frozen=True)
class Fix:
    """A certain correction in a text, and whether it is `exact`ly the editor's, or at least touches one of hers."""

    item: Item
    said: Said
    exact: bool
    touches: bool

    @property
    def shown(self) -> str:
        """The place with the correction in it."""
        flag, text = self.said.flag, self.item.text
        before, after = text[max(flag.start - 30, 0) : flag.start], text[flag.end : flag.end + 30]
        return " ".join(f"{before}[-{text[flag.start : flag.end]}-]{{+{flag.replacement}+}}{after}".split())


def fixes(items: Iterable[Item], proofread: Proofread) -> list[Fix]:
    """Every certain correction in `items`, both engines asked, in order."""
    known = {item.id: item for item in items if item.text.strip()}
    answers = proofread({id: item.text for id, item in known.items()}, ("harper", "languagetool"), "en-US", "plain")
    found = []
    for id, answer in answers.items():
        for said in answer.said:
            if said.certain:
                verdict = scorer.verdict(known[id], said.flag)
                found.append(Fix(known[id], said, verdict.corrected, verdict.overlaps))
    return found


def report(name: str, count: int, found: list[Fix]) -> Iterator[str]:
    """The table, line by line: all, then by the rules that agreed, then those that are not the editor's."""
    yield f"### Certain corrections in {name} ({count:,} texts)\n"
    yield "| rules that agreed | certain | exactly the editor's | share | the editor changed something there |"
    yield "|---|---|---|---|---|"
    rules = Counter(" + ".join(sorted(fix.said.rules)) for fix in found)
    for rule, _ in [("all", len(found)), *rules.most_common()]:
        some = [fix for fix in found if rule in ("all", " + ".join(sorted(fix.said.rules)))]
        exact, touched = sum(fix.exact for fix in some), sum(fix.touches for fix in some)
        share = f"{100 * exact / len(some):.1f} %" if some else ""
        yield f"| {rule} | {len(some):,} | {exact:,} | {share} | {touched:,} |"
    others = [fix for fix in found if not fix.exact]
    if others:
        yield "\nNot the editor's:\n"
    for fix in others:
        yield f"- {fix.shown} ({fix.said.rule})"
