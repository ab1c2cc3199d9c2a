"""What renderers say, in golden files, and what they must never do, whatever the text."""

from __future__ import annotations

import copy
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sample_run as sample
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import localproof.render
from localproof.render import RENDERERS, Style, closing, findings_of, report_block, summary_line
from localproof.render.width import columns
from localproof.report import Energy, Finding, ModelUse, Provenance, Report, Run, Skipped
from localproof.text import Cell, Document, Edit, Span

GOLDEN = Path(__file__).parents[1] / "golden" / "render"
SGR = re.compile(r"\x1b\[[0-9;]*m")
SCHEMA = json.loads((Path(localproof.render.__file__).parent / "schema.json").read_text("utf-8"))


def same_as_golden(name: str, got: str) -> None:
    """Compare with a golden file, or with LOCALPROOF_BLESS=1 write it."""
    path = GOLDEN / name
    if os.environ.get("LOCALPROOF_BLESS") == "1":
        path.write_bytes(got.encode())
    assert got == path.read_bytes().decode()


PAGES = {
    "text-20.txt": ("text", Style(width=20)),
    "text-40.txt": ("text", Style(width=40)),
    "text-80.txt": ("text", Style(width=80)),
    "text-80-colour.txt": ("text", Style(width=80, colour=True, show_held_back=True)),
    "text-80-ascii.txt": ("text", Style(width=80, unicode=False, show_held_back=True)),
    "text-200.txt": ("text", Style(width=200)),
    "concise.txt": ("concise", Style(show_held_back=True)),
    "run.json": ("json", Style()),
    "held-back.json": ("json", Style(show_held_back=True)),
    "run.jsonl": ("jsonl", Style(show_held_back=True)),
    "run.sarif": ("sarif", Style(show_held_back=True)),
    "github.txt": ("github", Style(show_held_back=True)),
    "gitlab.json": ("gitlab", Style()),
    "junit.xml": ("junit", Style(show_held_back=True)),
    "checkstyle.xml": ("checkstyle", Style(show_held_back=True)),
    "rdjson.json": ("rdjson", Style()),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_run_reads_as_its_golden_file(name: str) -> None:
    renderer, style = PAGES[name]
    same_as_golden(name, RENDERERS[renderer](sample.RUN, style))


@pytest.mark.parametrize("width", [40, 80])
def test_the_full_account_reads_as_its_golden_file(width: int) -> None:
    same_as_golden(f"report-{width}.txt", report_block(sample.RUN, Style(width=width)))


def test_energy_of_every_status_reads_as_its_golden_file() -> None:
    runs = [replace(sample.CLEAN, energy=e) for e in (*sample.ENERGIES.values(), None)]
    pages = [closing(run, Style()) + "\n" + report_block(replace(run, provenance=()), Style()) for run in runs]
    same_as_golden("energy.txt", "\n".join(pages))


def test_a_place_in_a_notebook_is_told_by_file_and_cell() -> None:
    text = '"One.\\n",\n"We saw teh cat and teh dog."'
    document = replace(sample.document("nb.ipynb", text), cells=(Cell(3, (1, text.index("We")), len(text) - 1),))
    places = [m.start() for m in re.finditer("teh", text)]
    run = Run((Report(document, tuple(Finding(Span(at, at + 3), "x/Y", "Why.") for at in places)),))
    said = RENDERERS["text"](run, Style(width=200)).splitlines()
    assert said[0] == "nb.ipynb:2:9 (cell 3, line 2): (1) “teh”"
    assert said[1] == "nb.ipynb:2:21 (cell 3, line 2): (2) “teh”"
    concise = RENDERERS["concise"](run, Style()).splitlines()[0]
    assert concise == 'nb.ipynb:2:9: x/Y: cell 3, line 2: "teh": Why.'
    # As editors and the problem matchers of CI take such a line apart.
    assert re.fullmatch(r"(.+?):(\d+):(\d+): (.*)", concise).groups()[:3] == ("nb.ipynb", "2", "9")  # type: ignore[union-attr]
    found = json.loads(RENDERERS["json"](run, Style()))
    Draft202012Validator(SCHEMA).validate(found)
    first = found["documents"][0]["findings"][0]
    assert (first["line"], first["column"], first["cell"]) == (2, 9, {"number": 3, "line": 2})
    assert "line=2," in RENDERERS["github"](run, Style())
    assert "line 2, column 9 (cell 3, line 2)" in RENDERERS["html"](run, Style())


def test_a_clean_run_says_nothing_but_its_summary() -> None:
    said = RENDERERS["text"](sample.CLEAN, Style(width=200))
    assert said == summary_line(sample.CLEAN, Style(width=200)) + "\n"
    assert said.startswith("No findings in 1 file (3 words)")


def test_a_run_without_documents_says_that_nothing_was_checked() -> None:
    assert "Nothing was checked" in RENDERERS["text"](Run(), Style())
    assert "no engine ran" in RENDERERS["text"](Run(), Style())


def test_text_from_a_pipe_is_not_called_a_file() -> None:
    run = Run((Report(Document("-", "Fine.", ()), words=1),))
    assert summary_line(run, Style()).startswith("No findings in 1 word ")


def test_a_text_without_words_is_said_to_have_none() -> None:
    run = Run((Report(Document("-", "", ())),))
    assert summary_line(run, Style(width=200)).startswith("Nothing to check in 0 words")


def test_one_is_singular() -> None:
    report = Report(sample.document("a.md", sample.WINTER), sample.WINTER_FINDINGS[:1], words=1)
    assert summary_line(Run((report,)), Style(width=200)).startswith("1 finding in 1 file (1 word)")


@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_renderer_tells_what_was_skipped_and_what_helps(renderer: str) -> None:
    out = RENDERERS[renderer](sample.RUN, Style(width=200))
    for skipped in sample.RUN.all_skipped():
        assert skipped.what in out and skipped.reason in out and skipped.remedy in out


@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_renderer_answers_the_same_run_with_the_same_text(renderer: str) -> None:
    style = Style(show_held_back=True)
    assert RENDERERS[renderer](sample.RUN, style) == RENDERERS[renderer](copy.deepcopy(sample.RUN), style)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_renderer_hides_held_back_findings_until_asked(renderer: str) -> None:
    assert "DASH_RULE" not in RENDERERS[renderer](sample.RUN, Style())
    assert "DASH_RULE" in RENDERERS[renderer](sample.RUN, Style(show_held_back=True))


def test_the_same_thing_skipped_many_times_is_told_once_with_a_count() -> None:
    run = Run(skipped=(Skipped("model", "stopped after 10 s"),) * 12)
    assert RENDERERS["text"](run, Style()).count("stopped") == 1
    assert "(12 times)" in RENDERERS["text"](run, Style())


def test_streamed_findings_and_closing_make_the_whole_text() -> None:
    style = Style(show_held_back=True)
    parts = "".join(findings_of(r, style) for r in sample.RUN.reports) + closing(sample.RUN, style)
    assert parts == RENDERERS["text"](sample.RUN, style)


def test_findings_of_a_clean_document_are_the_empty_text() -> None:
    assert findings_of(sample.CLEAN.reports[0], Style()) == ""


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_colour_adds_colour_and_nothing_else(width: int) -> None:
    plain, coloured = (Style(width=width, colour=c, show_held_back=True) for c in (False, True))
    for render in (RENDERERS["text"], report_block):
        assert SGR.sub("", render(sample.RUN, coloured)) == render(sample.RUN, plain)
        assert SGR.search(render(sample.RUN, coloured))
        assert "\x1b" not in render(sample.RUN, plain)


@pytest.mark.parametrize("renderer", ["json", "jsonl", "concise"])
def test_machine_formats_are_never_coloured(renderer: str) -> None:
    assert "\x1b" not in RENDERERS[renderer](sample.RUN, Style(colour=True))


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
def test_no_line_is_longer_than_the_width_where_the_words_allow(width: int) -> None:
    style = Style(width=width, show_held_back=True)
    out = RENDERERS["text"](sample.RUN, style) + report_block(sample.RUN, style)
    too_long = [line for line in out.splitlines() if columns(line) > width]
    assert all(re.fullmatch(r"posts/.*:\d+:\d+:|(\(\d\)|skipped|note)? *(\+ )?\S+", line) for line in too_long)
    assert not too_long or width < 80


def test_ascii_style_writes_no_ornament_of_its_own_beyond_ascii() -> None:
    report = Report(sample.document("a.md", "I could of gone.\n"), words=4)
    finding = sample.finding(report.document.text, "could [of] gone", "have", source=("harper/ModalOf",), message="No.")
    style = Style(width=16, unicode=False)
    assert RENDERERS["text"](replace(sample.CLEAN, reports=(replace(report, findings=(finding,)),)), style).isascii()


def test_notes_of_the_reader_of_a_format_are_shown() -> None:
    document = replace(sample.document("a.md", "Fine."), notes=("the front matter does not end",))
    for renderer in RENDERERS:
        assert "the front matter does not end" in RENDERERS[renderer](Run((Report(document),)), Style())


def test_gaps_in_provenance_are_said() -> None:
    out = report_block(Run(provenance=(Provenance("x", "dictionary", facts=(("carbon", ""),)),)), Style())
    assert out.count("not stated by its makers") == 4  # version, licence, data, carbon
    assert "not recorded" in out


def test_unknown_energy_is_never_zero() -> None:
    for energy in (None, Energy("unavailable", None, reason="vm")):
        for render in (RENDERERS["text"], report_block):
            assert not re.search(r"\d J", render(replace(sample.CLEAN, energy=energy), Style()))
    record = json.loads(RENDERERS["json"](replace(sample.CLEAN, energy=Energy("unavailable", None)), Style()))
    assert record["energy"]["energy_j"] is None


def test_what_a_whole_device_drew_is_not_divided_by_our_words() -> None:
    assert "per 1,000 words" not in report_block(replace(sample.RUN, energy=sample.ENERGIES["measured"]), Style())
    assert "per 1,000 words" in report_block(replace(sample.RUN, energy=sample.ENERGIES["attributed"]), Style())


# What no terminal should ever receive from a text, a rule, a message or a file name.
HOSTILE = "a\x1b[31mb\x9bc\x07\r\u202egnp\u2066\u2028x\u2029\ud800y\x00\u061c\ufeffz\n\t"
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def hostile_run() -> Run:
    text = f"One {HOSTILE} two of three."
    at = text.index("two")
    finding = Finding(
        Span(4, at),
        f"x/{HOSTILE}",
        HOSTILE,
        (Edit(Span(4, at), HOSTILE), Edit(Span(at, at), HOSTILE)),
        (f"x/{HOSTILE}", f"{HOSTILE}/y"),
        category=HOSTILE,
        hints=(HOSTILE,),
    )
    document = replace(sample.document(f"dir/{HOSTILE}.md", text), notes=(HOSTILE,))
    skipped = (Skipped(HOSTILE, HOSTILE, HOSTILE),)
    part = Provenance(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),))
    energy = Energy(
        "measured", 1.0, 1.0, 1.0, HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,), {HOSTILE: HOSTILE, "x": float("nan")}
    )
    report = Report(document, (finding,), (replace(finding, span=Span(at, at + 3)),), 0, skipped, 5)
    return Run((report,), (part,), energy, skipped, HOSTILE, 0.0, HOSTILE)


@pytest.mark.parametrize("width", [20, 80])
def test_nothing_from_a_text_or_an_engine_can_steer_the_terminal(width: int) -> None:
    style = Style(width=width, show_held_back=True)
    for render in (RENDERERS["text"], RENDERERS["concise"], report_block, summary_line):
        assert not UNSAFE.search(render(hostile_run(), style))
        coloured = SGR.sub("", render(hostile_run(), style._replace(colour=True)))
        assert not UNSAFE.search(coloured)


def test_concise_is_one_line_for_each_finding_whatever_its_name_holds() -> None:
    out = RENDERERS["concise"](hostile_run(), Style())
    assert len(out.split("\n")) == 1 + 1 + 1 + 1 + 1  # finding, note, skipped, summary, the end


def strict(schema: Any) -> Any:
    """The schema with every object closed, so that a field that it does not describe is seen."""
    if isinstance(schema, dict):
        closed = {key: strict(value) for key, value in schema.items()}
        if "properties" in closed and closed.get("type") == "object":
            closed["additionalProperties"] = False
        return closed
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(
    "run", [sample.RUN, sample.CLEAN, Run(), hostile_run()], ids=["sample", "clean", "empty", "hostile"]
)
def test_json_holds_to_its_published_schema_field_by_field(run: Run) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    check = Draft202012Validator(strict(SCHEMA))
    for style in (Style(), Style(show_held_back=True)):
        out = RENDERERS["json"](run, style)
        assert out.isascii()
        check.validate(json.loads(out, parse_constant=pytest.fail))


@pytest.mark.parametrize("run", [sample.RUN, Run(), hostile_run()], ids=["sample", "empty", "hostile"])
def test_every_jsonl_line_matches_the_schema_and_the_run_comes_last(run: Run) -> None:
    check = Draft202012Validator({**strict(SCHEMA), "$ref": "#/$defs/line", "required": []})
    records = [json.loads(line) for line in RENDERERS["jsonl"](run, Style(show_held_back=True)).splitlines()]
    for record in records:
        check.validate(record)
    assert [r["type"] for r in records].index("run") == len(records) - 1


@pytest.mark.parametrize("status", sample.ENERGIES)
def test_energy_of_every_status_holds_to_the_schema(status: str) -> None:
    out = RENDERERS["json"](replace(sample.RUN, energy=sample.ENERGIES[status]), Style())
    Draft202012Validator(strict(SCHEMA)).validate(json.loads(out))


@given(st.text(st.characters(), max_size=30), st.data())
def test_positions_in_json_lead_back_to_the_characters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    run = Run((Report(Document("a", text, ()), (Finding(span, "x/Y", ""),)),))
    found = json.loads(RENDERERS["json"](run, Style()))["documents"][0]["findings"][0]
    # A pair of surrogates that stood apart is read as one character: nothing that the encoding of JSON could avoid.
    whole = re.search("[\ud800-\udbff][\udc00-\udfff]", text)
    assert whole or found["text"] == text[found["offset"] : found["end"]]
    lines = re.split("(?<=\n)|(?<=\r)(?!\n)", text)
    for line, column, offset in (("line", "column", start), ("end_line", "end_column", span.end)):
        assert sum(map(len, lines[: found[line] - 1])) + found[column] - 1 == offset


def unchecked() -> Run:
    run = sample.RUN
    every = tuple(replace(report, findings=(), held_back=(), checked=False) for report in run.reports)
    return replace(run, reports=every)


@pytest.mark.parametrize("name", sorted(RENDERERS))
def test_where_no_engine_looked_no_format_says_that_nothing_was_found(name: str) -> None:
    said = RENDERERS[name](unchecked(), Style()).lower()
    assert "no findings" not in said and "without findings" not in said


def test_a_note_that_many_documents_share_is_told_once() -> None:
    every = tuple(Report(Document(f"{i}.md", "Text.", (), notes=("as it is",))) for i in range(800))
    for said in (closing(Run(every), Style()), RENDERERS["github"](Run(every), Style())):
        assert said.count("as it is") == 1 and "799 more" in said


def test_what_a_model_did_and_what_that_cost_is_told_apart() -> None:
    energy = Energy("estimated", 10.0, 3.0, 30.0, record={"cpu_s": 2.0, "cpu_s_children": 1.5})
    use = ModelUse("tiny", supported=3, held_back=2, proposed=1, blocks=40, tokens=5310, loading_s=0.2, reading_s=0.8)
    report = Report(Document("a.md", "It rains.", ()), words=500)
    told = " ".join(report_block(Run((report,), energy=energy, model=use), Style(width=200)).split())
    assert "supported 3, held back 2 and proposed 1; read 40 paragraphs (5,310 tokens)" in told
    assert "model, loading ~1 J, by CPU time" in told
    assert "model, reading ~4 J, by CPU time; ~8 J per 1,000 words, beside ~10 J for all else" in told


def test_model_that_did_not_run_is_unmentioned_without_made_up_joules() -> None:
    without = report_block(Run((), energy=Energy("unavailable", None, reason="vm")), Style(width=200))
    assert "model" not in without
    use = ModelUse("tiny", blocks=0)
    told = report_block(Run((), energy=Energy("unavailable", None, reason="vm"), model=use), Style(width=200))
    assert "had read it all before" in told and "model, loading" not in told


def run_of(*texts: str) -> Run:
    """A run with a finding for each "teh" of some texts, all with one explanation."""
    reports = []
    for number, text in enumerate(texts):
        places = [m.start() for m in re.finditer("teh", text)]
        findings = (
            Finding(Span(at, at + 3), "x/Teh", "Nobody writes so.", (Edit(Span(at, at + 3), "the"),)) for at in places
        )
        reports.append(Report(Document(f"{number}.md", text, ()), tuple(findings), words=5))
    return Run(tuple(reports))


def test_an_explanation_stands_once_in_a_file() -> None:
    said = RENDERERS["text"](run_of("We came to teh end.\n\nIt was teh last.\n", "Not teh first.\n"), Style())
    assert said.count("Nobody writes so.") == 2
    assert said.count("→ the") == 3


def test_explanations_that_differ_in_what_they_quote_are_one() -> None:
    text = "teh one.\n\nwich two.\n"
    findings = tuple(
        Finding(
            Span(at, at + len(old)),
            "x/Speller",
            f"The dictionary lacks “{old}”.",
            (Edit(Span(at, at + len(old)), new),),
        )
        for at, old, new in ((0, "teh", "the"), (10, "wich", "which"))
    )
    said = RENDERERS["text"](Run((Report(Document("a.md", text, ()), findings, words=4),)), Style())
    assert said.count("The dictionary lacks") == 1


def test_what_the_correction_says_is_not_said_again() -> None:
    finding = Finding(Span(0, 3), "x/Y", "Did you mean “the”?", (Edit(Span(0, 3), "the"),))
    run = Run((Report(Document("a.md", "teh one.\n", ()), (finding,), words=2),))
    assert "Did you mean" not in RENDERERS["text"](run, Style())


def test_a_certain_correction_is_told_alone() -> None:
    edits = (Edit(Span(0, 3), "the"), Edit(Span(0, 3), "tea"))
    finding = Finding(Span(0, 3), "x/Y", "Why.", edits, is_safe_fix=True)
    said = RENDERERS["text"](Run((Report(Document("a.md", "teh one.\n", ()), (finding,), words=2),)), Style())
    assert "a.md:1:1: teh → the\n" in said and "fixed by --fix" in said


def test_what_has_nothing_else_to_say_is_explained_each_time() -> None:
    findings = tuple(Finding(Span(at, at + 3), "x/Teh", "Nobody writes so.") for at in (0, 9))
    run = Run((Report(Document("a.md", "teh one.\nteh two.\n", ()), findings, words=4),))
    assert RENDERERS["text"](run, Style()).count("Nobody writes so.") == 2


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("teh teh", "fine", "teh"), "3 findings in 2 of 3 files (15 words)"),
        (("teh", "teh"), "2 findings in 2 files (10 words)"),
        (("fine", "fine"), "No findings in 2 files (10 words)"),
        (("teh",), "1 finding in 1 file (5 words)"),
    ],
)
def test_files_with_findings_are_counted_among_all(texts: tuple[str, ...], said: str) -> None:
    assert RENDERERS["text"](run_of(*texts), Style(width=200)).splitlines()[-1].startswith(said)
