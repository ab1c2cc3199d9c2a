"""What the writer decides in an editor, as evidence for `scoring.learning`: a correction that was made, a word added, a
place ignored, a rule switched off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..project.learned import today
from ..report import Finding, Report
from ..scoring.learning import Evidence, evidence_of
from ..text import Edit

_MOST_EDITS = 20  # of one change; more is a paste, a reload, a format
_IGNORED = re.compile(r"(\S+): (…?).*?\[\[(.*?)\]\]")


def made_corrections(report: Report, edits: Sequence[Edit]) -> tuple[Evidence, ...]:
    """The findings of `report` whose corrections `edits` make, letter by letter. `edits` count each in the text that
    the one before it left; only those that do not follow another in the text are told for sure."""
    if len(edits) > _MOST_EDITS:
        return ()
    made = []
    first = None
    for edit in edits:
        if first is None or edit.span.end <= first:  # clients send changes from the end of a text on
            made += [f for f in report.findings if edit in f.edits]
            first = edit.span.start
    return tuple(_evidence(report, finding, "accepted") for finding in made)


def word_added(report: Report, word: str) -> tuple[Evidence, ...]:
    """The evidence of a word taken into a list."""
    found = (f for f in report.findings if f.kind == "spelling" and word in f.span.of(report.document.text))
    return _first(report, found, "word")


def place_ignored(report: Report, line: str) -> tuple[Evidence, ...]:
    """The evidence of a line for the ignores file."""
    said = _IGNORED.match(line)
    if said is None:
        return ()
    text = report.document.text
    found = (f for f in report.findings if f.rule == said[1] and " ".join(f.span.of(text).split()) == said[3])
    return _first(report, found, "alike" if said[2] else "ignored")


def rule_silenced(report: Report, rule: str) -> tuple[Evidence, ...]:
    """The evidence of a rule that is switched off."""
    return _first(report, (f for f in report.findings if f.rule == rule), "silenced")


def _first(report: Report, found: Iterable[Finding], decision: str) -> tuple[Evidence, ...]:
    finding = next(iter(found), None)
    return () if finding is None else (_evidence(report, finding, decision),)


def _evidence(report: Report, finding: Finding, decision: str) -> Evidence:
    return evidence_of(finding, finding.span.of(report.document.text), decision, today(), "editor")
