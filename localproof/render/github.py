"""Annotations of GitHub Actions: lines that the runner turns into remarks on a pull request.

``::warning file=post.md,line=12,endLine=12,col=5,endColumn=7,title=…::message``

GitHub shows the first ten warnings and the first ten notices of a step and
drops the rest without a word, so what is most likely an error comes first, and
the whole run is told in one annotation of each kind. Columns count code points
and are left out where a finding runs over several lines, as GitHub wants it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..report import Report, Run
from ..text import LineIndex
from .locations import ReportItem, describe_finding, items, path, remarks
from .run_summary import summary_parts
from .style import Style
from .width import one_line

_MOST_SHOWN = 10  # by GitHub, of each kind in one step
_LONGEST = 16_000  # code points of a message, a quarter of what GitHub takes in bytes
_COMMANDS = {"warning": "warning", "note": "notice"}


def render(run: Run, style: Style) -> str:
    """One line for each annotation: what could not be done, the summary, then the findings, the surest first."""
    out = []
    said = remarks(run)
    if skipped := [_about(r.path, r.text) for r in said if r.kind == "skipped"]:
        out.append(_command("warning", {"title": "LocalProof could not do everything"}, "\n".join(skipped)))
    found = [(item, line) for report in run.reports for item, line in _findings(report, style)]
    found.sort(key=lambda pair: -(pair[0].finding.probability or 0))
    dropped = max(sum(item.grade == "warning" for item, _ in found) - _MOST_SHOWN + len(out), 0)
    dropped += max(sum(item.grade == "note" for item, _ in found) - _MOST_SHOWN + 1, 0)
    summary = [one_line(f" {style.dot} ".join(p for p in summary_parts(run) if not p.startswith("--")))]
    if dropped:
        summary.append(f"GitHub shows no more than {_MOST_SHOWN} of a kind; the rest is in the log of this step.")
    notes: dict[str, list[str]] = {}
    for remark in said:
        if remark.kind == "note":
            notes.setdefault(remark.text, []).append(remark.path)
    summary += [
        _about(paths[0], text) + f" (and {len(paths) - 1:,} more)" * (len(paths) > 1) for text, paths in notes.items()
    ]
    out.append(_command("notice", {"title": "LocalProof"}, "\n".join(summary)))
    return "".join(line + "\n" for line in [*out, *(line for _, line in found)])


def _about(name: str, text: str) -> str:
    return f"{one_line(name)}: {text}" if name and not text.startswith(one_line(name)) else text


def _findings(report: Report, style: Style) -> Iterator[tuple[ReportItem, str]]:
    index = LineIndex(report.document.text)
    name = one_line(path(report.document.name))
    for item in items(report, style):
        (line, column), (end_line, end_column) = (
            index.position(offset) for offset in (item.finding.span.start, item.finding.span.end)
        )
        place = {"file": name} if name not in ("", "-") else {}
        place |= {"line": str(line + 1), "endLine": str(end_line + 1)}
        if line == end_line:
            place |= {"col": str(column + 1), "endColumn": str(end_column + 1)}
        held = "held back: " if item.held_back else ""
        place["title"] = held + one_line(item.finding.rule)
        yield item, _command(_COMMANDS[item.grade], place, describe_finding(report.document.text, item.finding, style))


def _command(name: str, properties: dict[str, str], text: str) -> str:
    """A workflow command on one line, whatever is in it.

    >>> _command("notice", {"file": "a,b:c.md"}, "50 % done\\nnext: more")
    '::notice file=a%2Cb%3Ac.md::50 %25 done%0Anext: more'
    """
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    written = ",".join(
        f"{key}={_data(value).replace(':', '%3A').replace(',', '%2C')}" for key, value in properties.items()
    )
    return f"::{name} {written}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
