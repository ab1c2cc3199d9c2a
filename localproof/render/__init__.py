"""Renderers: one Run in, text out. Nothing here prints, and no renderer can leave out what was skipped.

How far each may be relied on:

- for machines (`json`, `jsonl`): described in `schema.json`; fields are added,
  never changed or taken away within one `"schema"` number;
- for other programs (`sarif`, `github`, `gitlab`, `junit`, `checkstyle`,
  `rdjson`): keep to the format of those who read it, and change when that does;
  rule names and fingerprints stay, the wording of a message may change;
- for editors (`concise`): the part before the message keeps its form;
- for people (`text`, `html`, `report_block`, `summary_line`): may change any
  day, to read better.

Start reading in `RENDERERS` below, then `concise`, the shortest renderer.

- Renderers: `text`, `concise`, `machine` (JSON), `sarif`, `github`, `gitlab`, `rdjson`, `xml_reports`, `html` with
  `html_findings` and `html_frequent`; `patch` for ``--diff``, `statistics`.
- Parts: `snippet` (the sentence around a finding), `suggestion_text` (edits in words), `run_summary`, `energy`,
  `labels`, `locations` (what other programs' formats share), `charts`.
- Ground: `style`, `width` (columns), `markup` (HTML without holes), `build_log` (what build services obey).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from .style import Style

if TYPE_CHECKING:
    from ..report import Report, Run

__all__ = [
    "FORMS",
    "RENDERERS",
    "Style",
    "closing",
    "diff",
    "findings_of",
    "origin_screen",
    "report_block",
    "summary_line",
]


def _text(run: Run, style: Style) -> str:
    from .text import render

    return render(run, style)


def _concise(run: Run, style: Style) -> str:
    from .concise import render

    return render(run, style)


def _json(run: Run, style: Style) -> str:
    from .machine import json

    return json(run, style)


def _jsonl(run: Run, style: Style) -> str:
    from .machine import jsonl

    return jsonl(run, style)


def _sarif(run: Run, style: Style) -> str:
    from .sarif import render

    return render(run, style)


def _github(run: Run, style: Style) -> str:
    from .github import render

    return render(run, style)


def _gitlab(run: Run, style: Style) -> str:
    from .gitlab import render

    return render(run, style)


def _junit(run: Run, style: Style) -> str:
    from .xml_reports import junit

    return junit(run, style)


def _checkstyle(run: Run, style: Style) -> str:
    from .xml_reports import checkstyle

    return checkstyle(run, style)


def _rdjson(run: Run, style: Style) -> str:
    from .rdjson import render

    return render(run, style)


def _html(run: Run, style: Style) -> str:
    from .html import render

    return render(run, style)


# A new renderer is one row here.
RENDERERS: dict[str, Callable[[Run, Style], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "jsonl": _jsonl,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "checkstyle": _checkstyle,
    "rdjson": _rdjson,
    "html": _html,
}


# How the others than text are written; GitHub's are commands.
FORMS: dict[str, Literal["json", "xml", "html", "commands"]] = {
    **dict.fromkeys(("json", "jsonl", "sarif", "gitlab", "rdjson"), "json"),
    **dict.fromkeys(("junit", "checkstyle"), "xml"),
    "html": "html",
    "github": "commands",
}


def findings_of(report: Report, style: Style) -> str:
    """The findings of one document as `text` shows them, for output as it comes; "" for a clean one."""
    from .text import findings_of

    return findings_of(report, style)


def closing(run: Run, style: Style) -> str:
    """What `text` says after all findings: notes, what was skipped, the summary. Ends with a line feed."""
    from .text import closing

    return closing(run, style)


def summary_line(run: Run, style: Style) -> str:
    """The run in one calm line without a line feed at its end; at a narrow width it takes several."""
    from .run_summary import summary_line

    return summary_line(run, style)


def origin_screen(run: Run, style: Style) -> str:
    """What the run was made of and what it cost, on a screen, for `--report`: five questions first."""
    from .origin import origin_screen

    return origin_screen(run, style)


def report_block(run: Run, style: Style) -> str:
    """The full account, for `--report=full`: every part with its gaps, energy with its limits, what was left undone."""
    from .run_summary import report_block

    return report_block(run, style)


def diff(report: Report, fixed_text: str, *, bom: bool = False, name: str = "", encoding: str = "utf-8") -> str:
    """A patch that `git apply` takes, from the document's text to `fixed_text`; "" if they are equal.

    `bom` says that the file begins with a byte order mark that is in neither text; `name` is what the patch calls the
    file, the document's name if "", and `encoding` what its lines are written in (see `patch.diff`).
    """
    from .patch import unified_diff

    return unified_diff(report, fixed_text, bom=bom, name=name, encoding=encoding)
