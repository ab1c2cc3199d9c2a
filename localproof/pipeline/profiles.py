"""What a profile shows of what was found, and what it holds back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .. import scoring
from ..report import Finding, LazyFindings, Report
from ..scoring import categories
from ..scoring.learning import probability_before
from ..text import Edit
from .placement import QUOTED
from .suppressions import block_extent


@dataclass(frozen=True, slots=True)
class MovableFinding:
    """A finding that stands `by` code points further on in the source than it says."""

    finding: Finding
    by: int = 0

    def at_its_place(self) -> Finding:
        """The finding where it stands."""
        if not self.by:
            return self.finding
        edits = tuple(Edit(e.span.shifted(self.by), e.text) for e in self.finding.edits)
        return replace(self.finding, span=self.finding.span.shifted(self.by), edits=edits)


def apply_profile(report: Report, profile: str) -> Report:
    """`report` with what `profile` shows in its findings, and the rest held back: with "quiet" also what is in a block
    quotation, which is not the writer's to mend."""
    every = [MovableFinding(finding) for finding in (*report.findings, *report.held_back)]
    divided = divide_findings(report, every, profile)
    return replace(divided, held_back=tuple(divided.held_back))


def divide_findings(report: Report, every: Iterable[MovableFinding], profile: str) -> Report:
    """`report` with what `profile` shows of `every` finding, as `apply_profile`. What is held back is put in its place
    when somebody looks at it."""
    threshold, document = scoring.threshold(profile), report.document
    quoted = [s for b in document.blocks if b.kind == QUOTED and (s := block_extent(b))] if profile == "quiet" else []

    def is_shown(each: MovableFinding, probability: float | None) -> bool:
        if quoted and any(span.start <= each.finding.span.start + each.by < span.end for span in quoted):
            return False
        if probability is None:
            return categories.is_shown(each.at_its_place(), document, document.language, profile)
        return probability >= threshold

    shown: list[Finding] = []
    held: list[MovableFinding] = []
    for each in every:
        if is_shown(each, each.finding.probability):
            shown.append(each.at_its_place())
        else:
            held.append(each)
    decided = sum(each.finding.learned < 0 and is_shown(each, probability_before(each.finding)) for each in held)
    held_back = LazyFindings(lambda: _in_order(each.at_its_place() for each in held))
    return replace(report, findings=_in_order(shown), held_back=held_back, held_by_decisions=decided)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.span, f.rule)))
