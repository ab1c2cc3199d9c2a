"""One line for each finding, for editors and for reading in a pipe.

``path:line:column: rule: "words" → suggestion: message (97 %)``

The message is the short one where the rule has such. What was learned from the writer stands beside how sure it is:
``(69 %, more by your decisions)``.
Line and column count from 1, the column in code points; in a notebook they are
the file's, for editors, and the cell and the line in it follow the rule. Vim's errorformat for
it is ``%f:%l:%c: %m``. Lines that begin with ``localproof:`` speak of the whole
run. Long lines are not broken.
"""

from __future__ import annotations

from ..report import Finding, Report, Run
from ..text import LineIndex
from .labels import in_cell, learned_note, percent, skipped_rows
from .run_summary import summary_parts
from .style import Style
from .suggestion_text import describe_changes
from .width import InkedWord, one_line


def render(run: Run, style: Style) -> str:
    """Every finding on a line of its own, then what could not be done, then the summary."""
    out = [line for report in run.reports for line in _lines(report, style)]
    for report in run.reports:
        out += [f"localproof: note: {report.document.name}: {note}" for note in report.document.notes]
    for why, help_ in skipped_rows(run.all_skipped()):
        out.append(f"localproof: skipped: {_join_lines(why)}" + (f" ({_join_lines(help_)})" if help_ else ""))
    out.append("localproof: " + f" {style.dot} ".join(summary_parts(run)))
    return "".join(one_line(line) + "\n" for line in out)


def _lines(report: Report, style: Style) -> list[str]:
    index = LineIndex(report.document.text)
    shown = [(f, "") for f in report.findings]
    if style.show_held_back:
        shown += [(f, " [held back]") for f in report.held_back]
    return [_line(report, index, f, style) + mark for f, mark in sorted(shown, key=lambda pair: pair[0].span)]


def _line(report: Report, index: LineIndex, finding: Finding, style: Style) -> str:
    text = report.document.text
    line, column = index.position(finding.span.start)
    change = describe_changes(text, finding)
    if change:
        old, news = change[0]
        what = f'"{old}" {style.arrow} {" or ".join(new or "(nothing)" for new in news[:3])}'
    else:
        what = f'"{finding.span.of(text).strip()}"'
    sure = "" if finding.probability is None else f" ({percent(finding.probability)}{learned_note(finding)})"
    why = finding.short or finding.message
    rule = ": ".join(filter(None, [finding.rule, in_cell(report, finding)]))
    return f"{report.document.name}:{line + 1}:{column + 1}: {rule}: {what}: {why}{sure}"


def _join_lines(pieces: list[InkedWord]) -> str:
    return " ".join(word.text for word in pieces)
