"""SARIF 2.1.0, as code scanning services and editors read it.

Columns and offsets count code points, and the log says so. Every edit is a fix
with the exact replacement. What could not be done is a notification of the
invocation; what the run was made of and its energy are properties of the run.
Output is ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..report import Finding, Provenance, Report, Run
from ..text import LineIndex, Span, escape_invisible
from . import machine
from .labels import engines_of
from .locations import GRADES, ReportItem, describe_finding, items, join_lines, path, remarks, uri
from .style import Style
from .suggestion_text import suggestion

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_SURROGATE = re.compile("[\ud800-\udfff]")

Record = dict[str, Any]


def render(run: Run, style: Style) -> str:
    """The whole run as one log."""
    rules = {item.finding.rule: item.finding for report in run.reports for item in items(report, style)}
    numbers = {rule: number for number, rule in enumerate(rules)}
    results = [r for i, report in enumerate(run.reports) for r in _results(report, i, numbers, style)]
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(run, rules.values()), "extensions": [_extension(p) for p in run.provenance]},
                "invocations": [_invocation(run)],
                "language": "en",
                "columnKind": "unicodeCodePoints",
                "newlineSequences": ["\r\n", "\n", "\r"],
                "artifacts": [_artifact(report) for report in run.reports],
                "results": results,
                "properties": _properties(run),
            }
        ],
    }
    return machine.encode_record(_unpaired(log), indent=1) + "\n"


def _unpaired(value: Any) -> Any:
    """`value` with what no UTF-8 can hold written out: many readers of SARIF refuse a file that has any."""
    if isinstance(value, str):
        return _SURROGATE.sub(lambda m: escape_invisible(m.group()), value)
    if isinstance(value, dict):
        return {_unpaired(str(key)): _unpaired(item) for key, item in value.items()}
    return [_unpaired(item) for item in value] if isinstance(value, list | tuple) else value


def _driver(run: Run, rules: Iterable[Finding]) -> Record:
    """The tool, with each rule as the last finding of it tells of it."""
    driver: Record = {"name": "LocalProof", "rules": [_rule(finding) for finding in rules]}
    return driver | ({"version": run.version} if run.version else {})


def _extension(p: Provenance) -> Record:
    """A part that spoke or judged, as a component of the tool; gaps are told in the run's properties."""
    record: Record = {"name": p.part or "unnamed", "shortDescription": {"text": p.role or "unnamed part"}}
    return record | ({"version": p.version} if p.version else {})


def _rule(finding: Finding) -> Record:
    rule, name = finding.rule, engines_of(finding)[0]
    text = (
        f"{name} suspects an error of {finding.kind}. `localproof explain {rule}` says what the rule looks for. "
        f'To switch it off write disable = ["{rule}"] into localproof.toml, or <!-- localproof: ignore {rule} --> '
        "before the paragraph."
    )
    markdown = (
        f"{name} suspects an error of {finding.kind}.\n\n"
        f"- What it looks for: `localproof explain {rule}`\n"
        f'- Off for a project: `disable = ["{rule}"]` in `localproof.toml`\n'
        f"- Off for a paragraph: `<!-- localproof: ignore {rule} -->` before it\n"
    )
    return {
        "id": rule,
        "name": rule.partition("/")[2] or rule,
        "shortDescription": {"text": f"{name} ({finding.kind})"},
        "fullDescription": {"text": f"A suspected error of {finding.kind}, found by {name}."},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": GRADES[finding.kind]},
        "properties": {"tags": ["prose", finding.kind], "category": finding.category or None},
        **({"helpUri": finding.url} if finding.url else {}),
    }


def _results(report: Report, number: int, rules: dict[str, int], style: Style) -> Iterator[Record]:
    index = LineIndex(report.document.text)
    for item in items(report, style):
        finding = item.finding
        yield {
            "ruleId": finding.rule,
            "ruleIndex": rules[finding.rule],
            "level": item.grade,
            "message": {"text": describe_finding(report.document.text, finding, style)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {**_location(report), "index": number},
                        "region": _region(finding.span, index)
                        | {"snippet": {"text": finding.span.of(report.document.text)}},
                    }
                }
            ],
            "partialFingerprints": _fingerprints(item),
            "fixes": list(_fixes(report, finding, index, style)),
            **({} if finding.probability is None else {"rank": round(100 * finding.probability, 1)}),
            "properties": {
                "source": list(finding.source or (finding.rule,)),
                "variants": list(finding.variants),
                "engines": list(finding.engines),
                "agreement": finding.agreement,
                "kind": finding.kind,
                "category": finding.category or None,
                "probability": finding.probability,
                "certain": finding.is_safe_fix,
                "hints": list(finding.hints),
                "learned": finding.learned,
                "heldBack": item.held_back,
            },
        }


def _fingerprints(item: ReportItem) -> dict[str, str]:
    """Ours, and under the one name that GitHub looks at, so that it need not count lines."""
    return {"localproof/v1": item.fingerprint, "primaryLocationLineHash": f"{item.fingerprint[:16]}:1"}


def _fixes(report: Report, finding: Finding, index: LineIndex, style: Style) -> Iterator[Record]:
    """Each edit as a change by itself. One that no UTF-8 could hold is left out: it could not be made exactly."""
    for edit in finding.edits:
        if _SURROGATE.search(edit.text):
            continue
        one = Finding(finding.span, finding.rule, "", (edit,))
        made = report.document.whole_edit(edit)
        replacement = {"deletedRegion": _region(made.span, index), "insertedContent": {"text": made.text}}
        yield {
            "description": {"text": join_lines(suggestion(report.document.text, one, style))},
            "artifactChanges": [{"artifactLocation": _location(report), "replacements": [replacement]}],
        }


def _region(span: Span, index: LineIndex) -> Record:
    at = machine.place(span, index)
    return {
        "startLine": at["line"],
        "startColumn": at["column"],
        "endLine": at["end_line"],
        "endColumn": at["end_column"],
        "charOffset": span.start,
        "charLength": len(span),
    }


def _location(report: Report) -> Record:
    reference = uri(report.document.name) or "-"
    return {"uri": reference} if reference.startswith("file:") else {"uri": reference, "uriBaseId": _ROOT}


def _artifact(report: Report) -> Record:
    counts = {"words": report.words, "heldBack": len(report.held_back), "suppressed": report.suppressed}
    counts |= {"heldByDecisions": report.held_by_decisions}
    record: Record = {"location": _location(report), "roles": ["analysisTarget"], "properties": counts}
    return record | ({"hashes": {"sha-256": report.digest}} if report.digest else {})


def _invocation(run: Run) -> Record:
    """What could not be done, as notifications. A run is a success if it looked at any document."""
    places = {path(r.document.name): {"physicalLocation": {"artifactLocation": _location(r)}} for r in run.reports}
    told_ = []
    for remark in remarks(run):
        level = "warning" if remark.kind == "skipped" else "note"
        notification: Record = {"descriptor": {"id": remark.kind}, "level": level, "message": {"text": remark.text}}
        if remark.path in places:
            notification["locations"] = [places[remark.path]]
        told_.append(notification)
    return {"executionSuccessful": run.checked, "toolExecutionNotifications": told_}


def _properties(run: Run) -> Record:
    return {
        "profile": run.profile,
        "words": run.words,
        "setAside": run.set_aside(),
        "elapsed_s": run.elapsed_s,
        "provenance": [machine.part(p) for p in run.provenance],
        "energy": None if run.energy is None else machine.energy(run.energy),
    }
