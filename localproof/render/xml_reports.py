"""JUnit and Checkstyle XML, which nearly every build server reads.

Lines and columns count from 1, columns in code points. What XML 1.0 cannot
hold, such as control characters and lone surrogates, is written out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

from ..report import Report, Run
from ..text import LineIndex
from .energy import energy_lines
from .labels import learned_note, percent
from .locations import ReportItem, ReportRemark, describe_finding, items, path, remarks
from .style import Style
from .width import one_line

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_XML = re.compile("[\ufffe\uffff]")  # what `one_line` leaves, and XML 1.0 does not allow
_SEVERITIES = {"warning": "warning", "note": "info"}


def junit(run: Run, style: Style) -> str:
    """A test suite for each document, a failed test for each finding, a passed one where there is none.

    What was held back, where it was asked for, and what could not be done are
    skipped tests; what the run was made of stands in the properties of the
    suite of the whole run.
    """
    about = _by_path(run, "")
    suites = [("localproof", [_remark(r) for r in about.pop("", [])], _properties(run))]
    for report in run.reports:
        name = path(report.document.name)
        suites.append((name, [*_cases(report, name, style), *map(_remark, about.pop(name, []))], ""))
    every = [case for _, cases, _ in suites for case in cases]
    top = _attributes(name="localproof", **_count_attributes(every, skipped=False), time=f"{run.elapsed_s:.3f}")
    return f"{_HEAD}<testsuites{top}>\n{''.join(_suite(*suite) for suite in suites)}</testsuites>\n"


class _TestCase(NamedTuple):
    """A test: passed where `outcome` is "", else with a "failure" or "skipped" in it of which the rest tells."""

    name: str
    outcome: str = ""
    message: str = ""
    kind: str = ""
    body: str = ""


def _remark(remark: ReportRemark) -> _TestCase:
    return _TestCase(remark.kind, "skipped", remark.text, remark.kind, remark.text)


def _cases(report: Report, name: str, style: Style) -> Iterator[_TestCase]:
    for item, line, column in _location_attributes(report, style):
        finding = item.finding
        message = describe_finding(report.document.text, finding, style)
        sure = "" if finding.probability is None else f" ({percent(finding.probability)} sure{learned_note(finding)})"
        outcome, title = "skipped" if item.held_back else "failure", f"{line}:{column} {finding.rule}{sure}"
        yield _TestCase(title, outcome, message, finding.kind, f"{name}:{line}:{column}: {message}")
    if not report.checked:
        yield _TestCase("not checked", "skipped", "no engine looked at it", "skipped", "no engine looked at it")
    elif not report.findings:
        yield _TestCase("no findings")


def _suite(name: str, cases: Iterable[_TestCase], properties: str) -> str:
    cases = list(cases)
    rows = "".join(_serialize(name, case) for case in cases)
    return f" <testsuite{_attributes(name=name, **_count_attributes(cases))}>\n{properties}{rows} </testsuite>\n"


def _count_attributes(cases: Iterable[_TestCase], *, skipped: bool = True) -> dict[str, int]:
    outcomes = Counter(case.outcome for case in cases)
    counts = {"tests": outcomes.total(), "failures": outcomes["failure"], "errors": 0}
    return counts | ({"skipped": outcomes["skipped"]} if skipped else {})


def _serialize(suite: str, case: _TestCase) -> str:
    start = f"  <testcase{_attributes(classname=suite, name=case.name)}"
    if not case.outcome:
        return f"{start}/>\n"
    about = _attributes(type=case.kind, message=case.message)
    return f"{start}>\n   <{case.outcome}{about}>{_text(case.body)}</{case.outcome}>\n  </testcase>\n"


def _properties(run: Run) -> str:
    """What the run was made of, and its energy."""
    parts = [(f"part: {p.part}", ", ".join(filter(None, (p.version, p.role, p.licence)))) for p in run.provenance]
    energy = [(f"energy: {label}", text) for label, text in energy_lines(run.energy, run.words)]
    rows = [("version", run.version), ("profile", run.profile), *parts, *energy]
    return "".join(
        ["  <properties>\n", *(f"   <property{_attributes(name=n, value=v)}/>\n" for n, v in rows), "  </properties>\n"]
    )


def checkstyle(run: Run, style: Style) -> str:
    """A file element for each document that there is something to say of. What concerns the run stands under the
    file name ".", for the format has no other place for it."""
    about = _by_path(run, ".")
    parts = [_file(".", (), about.pop(".", []), style)]
    for report in run.reports:
        name = path(report.document.name)
        parts.append(_file(name, (report,), about.pop(name, []), style))
    return f'{_HEAD}<checkstyle version="4.3">\n{"".join(parts)}</checkstyle>\n'


def _by_path(run: Run, whole: str) -> dict[str, list[ReportRemark]]:
    """The remarks on each document; those on the run under `whole`."""
    about: dict[str, list[ReportRemark]] = {}
    for remark in remarks(run):
        about.setdefault(remark.path or whole, []).append(remark)
    return about


def _file(name: str, reports: Iterable[Report], about: Iterable[ReportRemark], style: Style) -> str:
    rows = []
    for report in reports:
        for item, line, column in _location_attributes(report, style):
            message = describe_finding(report.document.text, item.finding, style)
            source = "localproof." + item.finding.rule.replace("/", ".")
            held = "held back: " * item.held_back
            rows.append(_error(line, column, _SEVERITIES[item.grade], held + message, source))
    rows += [_error(1, 1, "info", remark.text, f"localproof.{remark.kind}") for remark in about]
    return f" <file{_attributes(name=name)}>\n{''.join(rows)} </file>\n" if rows else ""


def _error(line: int, column: int, severity: str, message: str, source: str) -> str:
    return f"  <error{_attributes(line=line, column=column, severity=severity, message=message, source=source)}/>\n"


def _location_attributes(report: Report, style: Style) -> Iterator[tuple[ReportItem, int, int]]:
    index = LineIndex(report.document.text)
    for item in items(report, style):
        line, column = index.position(item.finding.span.start)
        yield item, line + 1, column + 1


def _attributes(**values: str | int) -> str:
    return "".join(f' {name}="{_text(str(value))}"' for name, value in values.items())


def _text(text: str) -> str:
    """`text` as one line that may stand in an attribute or between tags."""
    safe = _NOT_XML.sub(lambda m: f"\\u{ord(m.group()):04x}", one_line(text))
    return escape(safe, {'"': "&quot;"})
