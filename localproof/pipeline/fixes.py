"""Corrected texts: which edits may be made unasked, and how often a text is looked at until nothing is left to make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..config import Settings
from ..formats import read
from ..report import Finding, Report, Skipped, Unavailable
from ..scoring.rescoring import PROPOSES
from ..system.cpu_limits import run_contained
from ..text import Document, apply_edits, escape_invisible

_MOST_ROUNDS = 3  # of correcting; real texts come to rest in two


@dataclass(frozen=True)
class AppliedFixes:
    """What correcting came to: by name, the corrected text and what is found in it; and what was left as it is.

    `unsafe` is whether more than what is certain was to be corrected.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    unsafe: bool = False


def is_correctable(finding: Finding, *, unsafe: bool = False) -> bool:
    """Whether the first edit of a finding in a report may be made without asking: where it is certain, and with
    `unsafe` also where it is the only one or the first choice of several engines, all of it fits into the source, and
    it is no matter of style. A model's edit never is."""
    if not finding.edits or finding.rule.startswith(PROPOSES):
        return False
    clear = (len(finding.edits) == 1 or finding.agreement > 1) and not finding.hints
    return finding.is_safe_fix or (unsafe and clear and finding.kind != "style")


def fix(report: Report, *, unsafe: bool = False) -> str:
    """The text of the report's document with every certain edit made; see `is_correctable` for `unsafe`."""
    edits = [f.edits[0] for f in report.findings if is_correctable(f, unsafe=unsafe)]
    return apply_edits(report.document.text, report.document.keep_layout(edits))


def apply_fixes(
    reports: Iterable[Report], settings: Settings, check: Callable[[Document], Report], *, unsafe: bool = False
) -> AppliedFixes:
    """Make the certain edits of `reports`, look again, and so on until nothing certain is left, so that correcting
    once more changes nothing; with `unsafe`, more edits than the certain ones (see `is_correctable`).

    A text whose corrections do not come to rest, or would change where its
    paragraphs are, gets only those that are certain, or is left as it is, and
    that is said.
    """
    texts: dict[str, str] = {}
    now: dict[str, Report] = {}
    skipped: list[Skipped] = []
    for report in reports:
        name = report.document.name
        last = report
        for boldly in (True, False) if unsafe else (False,):
            try:
                last = _fix_contained(report, settings, check, unsafe=boldly)
                break
            except Unavailable as error:
                skipped.append(error.skipped)
        if last is not report:
            texts[name], now[name] = last.document.text, last
    return AppliedFixes(texts, now, tuple(skipped), unsafe)


def _fix_contained(report: Report, settings: Settings, check: Callable[[Document], Report], *, unsafe: bool) -> Report:
    """As `fix_until_stable`, for a text that may be beyond us."""
    text = report.document
    return run_contained(
        text.name, "corrected", 100 * len(text.text), lambda: fix_until_stable(report, settings, check, unsafe=unsafe)
    )


def fix_until_stable(
    report: Report, settings: Settings, check: Callable[[Document], Report], *, unsafe: bool
) -> Report:
    """The report on the corrected text; `report` itself if nothing of it is to be corrected. Raises Unavailable."""
    seen = {report.document.text}
    name = escape_invisible(report.document.name)
    left = "corrected only as far as it is certain" if unsafe else "not corrected"
    for _ in range(_MOST_ROUNDS):
        old = report.document
        text = fix(report, unsafe=unsafe)
        if text == old.text:
            return report
        new = replace(read(old.name, text, settings, format=old.format), encoding=old.encoding)
        before = read(old.name, old.text, settings, format=old.format)  # the report's has not all of its blocks
        if [b.kind for b in new.blocks] != [b.kind for b in before.blocks]:
            raise Unavailable(name, f"{left}: it would change the structure of the text")
        if text in seen:
            raise Unavailable(name, f"{left}: one correction leads to another without end")
        seen.add(text)
        report = check(new)
        if not report.checked:
            why = next(iter(report.skipped), Skipped(name, "no engine looked at it again"))
            raise Unavailable(name, f"{left}: {why.reason}", why.remedy)
    if fix(report, unsafe=unsafe) != report.document.text:
        raise Unavailable(name, f"{left}: one correction leads to another, still after {_MOST_ROUNDS} rounds")
    return report
