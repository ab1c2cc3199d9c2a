"""What was learned from the writer is told in every face: beside a finding, and of those that are held back for it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from localproof.pipeline.profiles import apply_profile
from localproof.render import RENDERERS, Style
from localproof.render.run_summary import report_block, summary_line
from localproof.report import Finding, Report, Run
from localproof.text import Document, Edit, Span

TEXT = "We met its owner there.\n"
RAISED = Finding(Span(7, 10), "harper/Its", "Say it’s.", (Edit(Span(7, 10), "it's"),), probability=0.7, learned=1.0)
LOWERED = Finding(Span(11, 16), "harper/Own", "Say it.", probability=0.5, learned=-1.0)


def run() -> Run:
    report = Report(Document("a.md", TEXT, ()), (RAISED, LOWERED), words=5)
    return Run((apply_profile(report, "quiet"),), profile="quiet")


def test_what_decisions_hold_back_is_counted() -> None:
    (report,) = run().reports
    assert report.held_back == (LOWERED,)
    assert report.held_by_decisions == 1
    unlikely = replace(LOWERED, probability=0.1)  # below the threshold without them, too
    assert apply_profile(replace(report, held_back=(unlikely,)), "quiet").held_by_decisions == 0
    assert apply_profile(report, "all").held_by_decisions == 0


def test_the_summary_says_what_decisions_did() -> None:
    told = summary_line(run(), Style(width=200))
    assert "1 likelier by your decisions" in told
    assert "1 held back, 1 by your decisions" in told
    assert "1 of them by your decisions" in " ".join(report_block(run(), Style(width=200)).split())


@pytest.mark.parametrize("name", ["text", "concise", "github", "gitlab", "sarif", "rdjson", "junit", "html", "jsonl"])
def test_each_format_says_that_a_finding_was_raised(name: str) -> None:
    told = RENDERERS[name](run(), Style(width=200))
    assert "more by your decisions" in told or '"learned":1.0' in told.replace(" ", "")


def test_sarif_has_what_was_learned_as_numbers() -> None:
    log = json.loads(RENDERERS["sarif"](run(), Style()))["runs"][0]
    assert [result["properties"]["learned"] for result in log["results"]] == [1.0]
    assert log["artifacts"][0]["properties"]["heldByDecisions"] == 1
