"""What learning from a writer is worth, on real histories: ``python -m bench.learning FOLDER AUTHOR …``

Two tables, for each history:

- Small corrections in the author's own commits: learned on the first half, measured on the second. A finding that a
  correction mends is right, one that stands in the passage as it became is one that this writer did not mend.
- Texts as they were first committed, in the order of time, and as they are now: a writer goes through what is shown,
  accepts what was mended since, and ignores what still stands. Of the first hundred findings that the quiet profile
  shows, and of the second, so many were mended: without learning, and where each text is judged with what those
  before it taught.

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
from localproof.project.git_changes import GIT, GIT_ENV
from localproof.project.git_history import Correction, corrections_by
from localproof.report import Finding, Unavailable
from localproof.scoring import threshold
from localproof.scoring.learning import NOTHING, Evidence, Learned, evidence_of, fit
from localproof.workers.captured_output import output_of

MOST = 400  # corrections of one history
MOST_TEXTS = 120
_AROUND = 25  # code points to each side, by which a place is known again


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


def first_versions(folder: Path, most: int) -> list[tuple[str, str]]:
    """(text as it was first committed, text now) of the oldest texts in Markdown that are still there."""
    log = _git(folder, "log", "--reverse", "--diff-filter=A", "--format=%x01%H", "--name-only", "--", "*.md")
    now = set(_git(folder, "ls-tree", "-r", "--name-only", "HEAD").splitlines())
    found: list[tuple[str, str]] = []
    commit = ""
    for line in log.splitlines():
        if line.startswith("\x01"):
            commit = line[1:]
        elif line in now and len(found) < most and Path(line).name.lower() != "readme.md":
            found.append((_git(folder, "show", f"{commit}:{line}"), _git(folder, "show", f"HEAD:{line}")))
    return found


def _git(folder: Path, *arguments: str) -> str:
    return output_of([*GIT[:-1], *arguments], folder, env=GIT_ENV).decode("utf-8", "replace")


def judge_text(first: str, now: str, checker: Checker) -> tuple[Judged, ...]:
    """What the engines say of a text that was mended since, or left standing. What was rewritten is left out."""
    try:
        report = checker.check(read("text.md", first, checker.settings))
    except Unavailable:
        return ()
    found = []
    for finding in sorted((*report.findings, *report.held_back), key=lambda f: f.span):
        flagged = finding.span.of(first)
        before = first[max(finding.span.start - _AROUND, 0) : finding.span.start]
        after = first[finding.span.end : finding.span.end + _AROUND]
        mended = any(e.span == finding.span and before + e.text + after in now for e in finding.edits)
        if mended or before + flagged + after in now:
            evidence = evidence_of(finding, flagged, "accepted" if mended else "ignored", "2026-01-01", "review")
            found.append(Judged(finding, flagged, mended, evidence))
    return tuple(found)


def hundreds(texts: Sequence[tuple[Judged, ...]], size: int = 100) -> tuple[str, ...]:
    """A row of the second table: of each hundred findings that are shown, how many the writer mended."""
    evidence: list[Evidence] = []
    shown: list[bool] = []
    plain: list[bool] = []
    least = threshold("quiet")
    for findings in texts:
        learned = fit(evidence) if evidence else NOTHING
        seen = [j for j in findings if probability(j, learned) >= least]
        shown += [j.mended for j in seen]
        plain += [j.mended for j in findings if probability(j, NOTHING) >= least]
        evidence += [j.evidence for j in seen]  # of what was not shown nothing was decided

    def share(of: list[bool], at: int) -> str:
        part = of[at * size : (at + 1) * size]
        return f"{sum(part)} of {len(part)}" if part else "-"

    total = f"{sum(plain)} of {len(plain)}", f"{sum(shown)} of {len(shown)}"
    return share(plain, 0), share(plain, 1), share(shown, 0), share(shown, 1), *total


def main(arguments: Sequence[str]) -> None:
    """Print both tables."""
    rows = []
    with Checker(Settings(cache_folder=cache_folder(os.environ))) as checker:
        for folder, author in zip(arguments[::2], arguments[1::2], strict=True):
            corrections = corrections_by(Path(folder), author, MOST)
            passages = [judge(c, checker) for c in corrections]
            texts = [judge_text(*pair, checker) for pair in first_versions(Path(folder), MOST_TEXTS)]
            rows.append((Path(folder).name, len(corrections), halves(passages), hundreds(texts)))
            print(f"{rows[-1][0]}: {len(corrections)} corrections", file=sys.stderr)
    print("| history | corrections | mended of shown | learned | at the same number | learned | mended in all |")
    print("|---|---|---|---|---|---|---|")
    for name, count, half, _ in rows:
        print(f"| {name} | {count} | {' | '.join(half)} |")
    print("\n| history | first hundred | second | learned: first | second | all | learned: all |")
    print("|---|---|---|---|---|---|---|")
    for name, _, _, hundred in rows:
        print(f"| {name} | {' | '.join(hundred)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
