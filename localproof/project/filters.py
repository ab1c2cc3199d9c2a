"""Only what matters now: findings on lines that did not change, or known from before, are counted and not shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..cache.report_spool import share_equal_parts
from ..config import Settings
from ..report import Finding, Report, Run
from .baseline import Baseline, load_baseline
from .git_changes import GitChanges

Narrow = Callable[[Report], Report]


def keep_all(report: Report) -> Report:
    """The report, whole."""
    return report


def drop_findings(report: Report, aside: Sequence[bool], why: str) -> Report:
    """`report` without the findings for which `aside` is true, which are counted under `why`."""
    count = sum(aside)
    if not count:
        return report
    kept = tuple(f for f, is_aside in zip(report.findings, aside, strict=True) if not is_aside)
    return replace(report, findings=kept, set_aside=(*report.set_aside, (why, count)))


def changes_filter(changes: GitChanges, *, edited: bool = False) -> Narrow:
    """A function that keeps of a report what touches lines that changed, of what is held back, too.

    Of a text whose lines are no longer those that git spoke of, because one was corrected away, it keeps nothing; with
    `edited`, where a person is at work on the text, everything.
    """
    lines: dict[str, int] = {}

    def narrow(report: Report) -> Report:
        path, text = Path(report.document.name), report.document.text
        if lines.setdefault(report.document.name, text.count("\n")) != text.count("\n"):
            return report if edited else replace(report, findings=(), held_back=())

        def touched(findings: Iterable[Finding]) -> list[bool]:
            return changes.touches(path, text, [f.span for f in findings])

        held = tuple(f for f, near in zip(report.held_back, touched(report.held_back), strict=True) if near)
        aside = [not near for near in touched(report.findings)]
        return drop_findings(replace(report, held_back=held), aside, f"on lines unchanged since {changes.base}")

    return narrow


def baseline_filter(baseline: Baseline) -> Narrow:
    """A function that keeps of a report what is not in the baseline."""
    return lambda report: drop_findings(report, baseline.find_known(report), "in the baseline")


def report_filter(changes: GitChanges | None, *, baseline: bool, edited: bool = False) -> Callable[[Settings], Narrow]:
    """What gives, for some settings, the function that narrows reports under them. Baselines are read once; for
    `edited` see `changes_filter`."""
    known: dict[Path | None, Baseline | None] = {}

    def of(settings: Settings) -> Narrow:
        if settings.root not in known:
            known[settings.root] = load_baseline(settings.root) if baseline else None
        steps = [changes_filter(changes, edited=edited)] if changes else []
        if found := known[settings.root]:
            steps.append(baseline_filter(found))

        def narrow(report: Report) -> Report:
            for step in steps:
                report = step(report)
            return report

        return narrow if steps else keep_all

    return of


def limit_findings(run: Run, most: int | None) -> Run:
    """`run` with its first `most` findings; the others are counted."""
    if most is None:
        return run

    def take_some() -> Iterator[Report]:
        left = most
        for report in run.reports:
            aside = [i >= left for i in range(len(report.findings))]
            left = max(left - len(report.findings), 0)
            yield drop_findings(report, aside, "more than --max-findings shows")

    return replace(run, reports=share_equal_parts(run.reports, take_some()))
