"""JSON and JSON lines, from the nouns. Their form is described in `schema.json` and only ever grows.

All positions count code points. `offset` and `end` count from 0 and are
half-open; `line` and `column` count from 1. What is not known is null. The
output is ASCII, so that nothing in a text can break it on its way.
"""

from __future__ import annotations

import json as encoder
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..report import Energy, Finding, Provenance, Report, Run, Skipped
from ..text import Document, LineIndex, Span
from .style import Style

SCHEMA = 1

Record = dict[str, Any]


def json(run: Run, style: Style) -> str:
    """The whole run as one JSON object, indented."""
    record = {**_head(run), "documents": [_document(r, style) for r in run.reports], **_tail(run)}
    return encode_record(record, indent=2) + "\n"


def jsonl(run: Run, style: Style) -> str:
    """One object for each finding, `"type": "finding"`, then one for the run, `"type": "run"`."""
    records: list[Record] = []
    for report in run.reports:
        index = LineIndex(report.document.text)
        held = report.held_back if style.show_held_back else ()
        for finding, is_held in sorted(
            [*((f, False) for f in report.findings), *((f, True) for f in held)], key=lambda pair: pair[0].span
        ):
            start = {"type": "finding", "schema": SCHEMA, "path": report.document.name, "held_back": is_held}
            records.append({**start, **_finding(finding, report.document, index)})
    documents = [_about(r) for r in run.reports]
    records.append({"type": "run", **_head(run), "documents": documents, **_tail(run)})
    return "".join(encode_record(r) + "\n" for r in records)


def encode_record(record: Any, indent: int | None = None) -> str:
    """`record` as JSON: ASCII, and null for what JSON has no word for."""
    return encoder.dumps(_sound(record), ensure_ascii=True, allow_nan=False, indent=indent)


def _sound(value: Any) -> Any:
    """`value` with what JSON has no word for, an infinite number or one that is none, as null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _sound(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_sound(item) for item in value]
    return value


def _head(run: Run) -> Record:
    return {
        "schema": SCHEMA,
        "tool": "localproof",
        "version": run.version or None,
        "profile": run.profile,
        "words": run.words,
        "elapsed_s": run.elapsed_s,
        "counts": {
            "documents": len(run.reports),
            "findings": sum(len(r.findings) for r in run.reports),
            "held_back": sum(len(r.held_back) for r in run.reports),
            "held_by_decisions": sum(r.held_by_decisions for r in run.reports),
            "suppressed": sum(r.suppressed for r in run.reports),
            "set_aside": sum(run.set_aside().values()),
            "skipped": len(run.all_skipped()),
        },
    }


def _tail(run: Run) -> Record:
    return {
        "skipped": _skipped(run.skipped),
        "provenance": [part(p) for p in run.provenance],
        "energy": None if run.energy is None else energy(run.energy),
        "model": None if run.model is None else asdict(run.model),
        "models": [asdict(use) for use in run.models],
    }


def _about(report: Report) -> Record:
    """What is to say of a document beside its findings."""
    return {
        "path": report.document.name,
        "format": report.document.format,
        "language": report.document.language or None,
        "sha256": report.digest or None,
        "words": report.words,
        "checked": report.checked,
        "counts": {
            "findings": len(report.findings),
            "held_back": len(report.held_back),
            "held_by_decisions": report.held_by_decisions,
            "suppressed": report.suppressed,
            "set_aside": dict(report.set_aside),
        },
        "notes": list(report.document.notes),
        "skipped": _skipped(report.skipped),
    }


def _document(report: Report, style: Style) -> Record:
    index = LineIndex(report.document.text)
    record = _about(report)
    record["findings"] = [_finding(f, report.document, index) for f in report.findings]
    if style.show_held_back:
        record["held_back"] = [_finding(f, report.document, index) for f in report.held_back]
    return record


def _finding(finding: Finding, document: Document, index: LineIndex) -> Record:
    cell = document.in_cell(finding.span.start)
    return {
        **place(finding.span, index),
        "cell": None if cell is None else {"number": cell[0], "line": cell[1]},
        "text": finding.span.of(document.text),
        "rule": finding.rule,
        "source": list(finding.source or (finding.rule,)),
        "variants": list(finding.variants),
        "engines": list(finding.engines),
        "agreement": finding.agreement,
        "kind": finding.kind,
        "category": finding.category or None,
        "message": finding.message,
        "short_message": finding.short or None,
        "url": finding.url or None,
        "probability": finding.probability,
        "unaided": finding.probability_without_model,
        "learned": finding.learned,
        "certain": finding.is_safe_fix,
        "edits": [
            {"offset": e.span.start, "end": e.span.end, "text": e.text} for e in map(document.whole_edit, finding.edits)
        ],
        "hints": list(finding.hints),
        "hint_reasons": list(finding.hint_reasons),
    }


def place(span: Span, index: LineIndex) -> Record:
    """Where `span` begins and ends, as offsets from 0 and as lines and columns from 1, in code points."""
    (line, column), (end_line, end_column) = index.position(span.start), index.position(span.end)
    return {
        "offset": span.start,
        "end": span.end,
        "line": line + 1,
        "column": column + 1,
        "end_line": end_line + 1,
        "end_column": end_column + 1,
    }


def _skipped(skipped: Sequence[Skipped]) -> list[Record]:
    return [{"what": s.what, "reason": s.reason, "remedy": s.remedy or None} for s in skipped]


def part(p: Provenance) -> Record:
    """One part of the run; null for each gap."""
    return {
        "part": p.part,
        "role": p.role,
        "version": p.version or None,
        "licence": p.licence or None,
        "data": p.data or None,
        "sha256": p.sha256 or None,
        "facts": [{"name": name, "text": text or None} for name, text in p.facts],
        "answers": {question: text or None for question, text in p.answers},
    }


def energy(spent: Energy) -> Record:
    """The energy of the run; null for a figure that there is not."""
    return {
        "status": spent.status,
        "energy_j": spent.joules,
        "low_j": spent.low,
        "high_j": spent.high,
        "method": spent.method or None,
        "reason": spent.reason or None,
        "scope": list(spent.scope),
        "not_included": list(spent.not_included),
        "record": spent.record,
    }
