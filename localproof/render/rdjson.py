"""The diagnostic format of reviewdog: what it needs to comment on lines and to suggest changes.

Columns count bytes of UTF-8 from 1, as that format wants it. A lone surrogate,
which UTF-8 has no bytes for, counts as three. Output is ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..report import Report, Run
from ..text import Edit, LineIndex, Span
from . import machine
from .locations import describe_finding, items, path, remarks
from .style import Style
from .width import one_line

_MOST_SUGGESTIONS = 3  # each becomes a block of its own in a comment
_SEVERITIES = {"warning": "WARNING", "note": "INFO"}
_SURROGATE = re.compile("[\ud800-\udfff]")

Record = dict[str, Any]


def render(run: Run, style: Style) -> str:
    """The whole run as one result: the findings, then what could not be done and what there is to note."""
    diagnostics = [d for report in run.reports for d in _findings(report, style)]
    for remark in remarks(run):
        severity = "WARNING" if remark.kind == "skipped" else "INFO"
        place = {"path": one_line(remark.path)}
        code = {"value": f"localproof/{remark.kind}"}
        diagnostics.append({"message": remark.text, "location": place, "severity": severity, "code": code})
    result = {"source": {"name": "localproof"}, "diagnostics": diagnostics}
    return machine.encode_record(result, indent=1) + "\n"


def _findings(report: Report, style: Style) -> Iterator[Record]:
    text = report.document.text
    index = LineIndex(text)
    for item in items(report, style):
        finding = item.finding
        edits = [edit for edit in finding.edits if not _SURROGATE.search(edit.text)][:_MOST_SUGGESTIONS]
        yield {
            "message": describe_finding(text, finding, style),
            "location": {"path": one_line(path(report.document.name)), "range": _range(finding.span, index)},
            "severity": _SEVERITIES[item.grade],
            "code": {"value": one_line(finding.rule), **({"url": finding.url} if finding.url else {})},
            "suggestions": [_suggestion(report.document.whole_edit(edit), index) for edit in edits],
        }


def _suggestion(edit: Edit, index: LineIndex) -> Record:
    return {"range": _range(edit.span, index), "text": edit.text}


def _range(span: Span, index: LineIndex) -> Record:
    (line, column), (end_line, end_column) = (index.position(o, "utf-8") for o in (span.start, span.end))
    return {
        "start": {"line": line + 1, "column": column + 1},
        "end": {"line": end_line + 1, "column": end_column + 1},
    }
