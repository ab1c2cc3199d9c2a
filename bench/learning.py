"""What learning from a writer is worth, on real histories: ``python -m bench.learning REPOSITORY AUTHOR …``

Every small correction in the author's own commits of texts, in the order of time. The engines read each passage as it
was; a finding that the correction mends is right, one that stands in the passage as it became is one that this writer
did not mend. Two tables:

- learned on the first half, measured on the second: what the quiet profile shows, and at the same number of flags how
  many of them the writer mended;
- the first hundred findings that are shown and the second hundred, each passage judged with what those before it taught.

Give pairs of a folder and an author. Nothing of the histories is kept, but the answers of the engines in the cache.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from localproof.commands.learned_history import is_slip, mends, slip_evidence
from localproof.config import Settings, cache_folder
from localproof.formats import read
from localproof.pipeline.checker import Checker
from localproof.project.git_history import Correction, corrections_by
from localproof.report import Finding, Unavailable
from localproof.scoring import threshold
from localproof.scoring.learning import NOTHING, Evidence, Learned, evidence_of, fit

MOST = 400  # corrections of one history


@dataclass(frozen=True)
class Judged:
    """A finding in a passage as it was, and whether the writer mended it. `agreed` is the evidence that it is."""

    finding: Finding
    flagged: str
    mended: bool
    evidence: Evidence


@dataclass(frozen=True)
class Passage:
    """What was found in one passage, and the slips in it that nothing spoke of."""

    findings: tuple[Judged, ...]
    slips: tuple[Evidence, ...]

    def evidence(self) -> tuple[Evidence, ...]:
        """What it teaches."""
        return (*(j.evidence for j in self.findings if (j.finding.probability or 0) >= 0.1 or j.mended), *self.slips)


def judge(correction: Correction, checker: Checker) -> Passage:
    """What the engines say of a passage before and after its correction."""
    try:
        reports = [
            checker.check(read("passage.md", text, checker.settings)) for text in (correction.before, correction.after)
        ]
    except Unavailable:
        return Passage((), ())
    before, after = ((*r.findings, *r.held_back) for r in reports)
    left = {(f.rule, f.span.of(correction.after)) for f in after}
    found, told = [], set()
    for finding in before:
        change = next((c for c in correction.changes if mends(correction.before, finding, c)), None)
        flagged = finding.span.of(correction.before)
        if change is None and (finding.rule, flagged) not in left:
            continue  # changed in another way: that says nothing for sure
        decision = "stood" if change is None else "accepted"
        evidence = evidence_of(finding, flagged, decision, correction.date, "history")
        found.append(Judged(finding, flagged, change is not None, evidence))
        if change is not None:
            told.add(change)
    slips = tuple(
        slip_evidence(c, correction.date, "history") for c in correction.changes if c not in told and is_slip(c)
    )
    return Passage(tuple(found), slips)


def probability(judged: Judged, learned: Learned) -> float:
    """How likely a finding is with what was learned."""
    padded = judged.flagged + " "
    moved = Finding(
        type(judged.finding.span)(0, len(judged.flagged)),
        judged.finding.rule,
        "",
        judged.finding.edits,
        kind=judged.finding.kind,
        probability=judged.finding.probability,
    )
    return learned.rescored(padded, moved).probability or 0.0


def halves(passages: Sequence[Passage]) -> tuple[str, ...]:
    """A row of the first table."""
    middle = len(passages) // 2
    learned = fit([e for p in passages[:middle] for e in p.evidence()])
    test = [j for p in passages[middle:] for j in p.findings]
    least = threshold("quiet")
    alone = sorted(test, key=lambda j: -probability(j, NOTHING))
    taught = sorted(test, key=lambda j: -probability(j, learned))
    shown = [j for j in test if probability(j, NOTHING) >= least]
    with_it = [j for j in test if probability(j, learned) >= least]
    same = len(shown)
    return (
        f"{sum(j.mended for j in shown)} of {len(shown)}",
        f"{sum(j.mended for j in with_it)} of {len(with_it)}",
        f"{sum(j.mended for j in alone[:same])}",
        f"{sum(j.mended for j in taught[:same])}",
        f"{sum(j.mended for j in test)}",
    )


def hundreds(passages: Sequence[Passage], size: int = 100) -> tuple[str, ...]:
    """A row of the second table: of each hundred findings that are shown, how many the writer mended."""
    evidence: list[Evidence] = []
    shown: list[bool] = []
    plain: list[bool] = []
    least = threshold("quiet")
    for passage in passages:
        learned = fit(evidence) if evidence else NOTHING
        shown += [j.mended for j in passage.findings if probability(j, learned) >= least]
        plain += [j.mended for j in passage.findings if probability(j, NOTHING) >= least]
        evidence += passage.evidence()

    def share(of: list[bool], at: int) -> str:
        part = of[at * size : (at + 1) * size]
        return f"{sum(part)} of {len(part)}" if part else "-"

    return share(plain, 0), share(plain, 1), share(shown, 0), share(shown, 1)


def main(arguments: Sequence[str]) -> None:
    """Print both tables."""
    rows = []
    with Checker(Settings(cache_folder=cache_folder(os.environ))) as checker:
        for folder, author in zip(arguments[::2], arguments[1::2], strict=True):
            corrections = corrections_by(Path(folder), author, MOST)
            passages = [judge(c, checker) for c in corrections]
            rows.append((Path(folder).name, len(corrections), halves(passages), hundreds(passages)))
            print(f"{rows[-1][0]}: {len(corrections)} corrections", file=sys.stderr)
    print(
        "| history | corrections | mended of shown, second half | with learning | mended at the same number | with learning | mended in all |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, count, half, _ in rows:
        print(f"| {name} | {count} | {' | '.join(half)} |")
    print(
        "\n| history | mended of the first hundred shown | of the second | with learning: of the first | of the second |"
    )
    print("|---|---|---|---|---|")
    for name, _, _, hundred in rows:
        print(f"| {name} | {' | '.join(hundred)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
