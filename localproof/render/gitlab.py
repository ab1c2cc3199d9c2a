"""A code quality report of GitLab, for ``artifacts: reports: codequality``.

GitLab compares the fingerprints of two reports to tell what a merge request
adds. It knows lines and no columns. Output is ASCII.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..report import Report, Run
from ..text import LineIndex
from . import machine
from .locations import describe_finding, digest, items, path, remarks
from .style import Style
from .width import one_line

_SEVERITIES = {"warning": "minor", "note": "info"}


def render(run: Run, style: Style) -> str:
    """A list of issues: the findings, then what could not be done and what there is to note."""
    issues = [issue for report in run.reports for issue in _findings(report, style)]
    for remark in remarks(run):
        print_ = digest(*remark)
        issues.append(_issue(remark.text, f"localproof/{remark.kind}", print_, "info", remark.path, 1, 1))
    return machine.encode_record(issues, indent=1) + "\n"


def _findings(report: Report, style: Style) -> Iterator[dict[str, Any]]:
    text = report.document.text
    index = LineIndex(text)
    name = path(report.document.name)
    for item in items(report, style):
        finding = item.finding
        lines = index.line(finding.span.start) + 1, index.line(max(finding.span.end - 1, finding.span.start)) + 1
        severity = _SEVERITIES[item.grade]
        yield _issue(describe_finding(text, finding, style), finding.rule, item.fingerprint, severity, name, *lines)


def _issue(
    description: str, check: str, fingerprint: str, severity: str, name: str, begin: int, end: int
) -> dict[str, Any]:
    return {
        "type": "issue",
        "description": description,
        "check_name": one_line(check),
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": one_line(name) or ".", "lines": {"begin": begin, "end": end}},
    }
