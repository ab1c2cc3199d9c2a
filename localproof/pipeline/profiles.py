"""What a profile shows of what was found, and what it holds back."""

from __future__ import annotations

from dataclasses import replace

from .. import scoring
from ..report import Finding, Report
from ..scoring import categories
from ..scoring.learning import probability_before
from .placement import QUOTED


def apply_profile(report: Report, profile: str) -> Report:
    """`report` with what `profile` shows in its findings, and the rest held back: with "quiet" also what is in a block
    quotation, which is not the writer's to mend."""
    threshold = scoring.threshold(profile)
    every = sorted((*report.findings, *report.held_back), key=lambda f: (f.span, f.rule))
    quotes = [b for b in report.document.blocks if b.kind == QUOTED and b.pieces] if profile == "quiet" else []

    def is_shown(finding: Finding, probability: float | None) -> bool:
        if any(b.pieces[0].source.start <= finding.span.start < b.pieces[-1].source.end for b in quotes):
            return False
        if probability is None:
            return categories.is_shown(finding, report.document, report.document.language, profile)
        return probability >= threshold

    findings = tuple(f for f in every if is_shown(f, f.probability))
    held_back = tuple(f for f in every if not is_shown(f, f.probability))
    decided = sum(f.learned < 0 and is_shown(f, probability_before(f)) for f in held_back)
    return replace(report, findings=findings, held_back=held_back, held_by_decisions=decided)
