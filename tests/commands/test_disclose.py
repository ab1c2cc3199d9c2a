"""`localproof disclose`: what is remembered of a run, and a statement that says no more and no less than what ran."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest
from tiny_model import tiny

from localproof.cli import run
from localproof.models.card import WRITES
from localproof.project.disclosure import FORMATS, make_statement, short_lines, short_statement, statement_rows
from localproof.project.run_log import LoggedRun, LoggedText, log_run, logged_runs
from localproof.report import BadInput, Energy, ModelUse, Provenance, Run
from localproof.terminal import Terminal

HARPER = Provenance("Harper", "rules", "2.13.0", "Apache-2.0", "its own", "")
MODEL = Provenance(
    "Tiny <b>model</b>",
    "model that scores",
    "1",
    "",
    "a set (4 trillion tokens)",
    "0" * 64,
    (("consent", "opt out at crawl"), ("training energy", "not disclosed by its makers"), ("training CO2", "")),
)
RULES = Run(provenance=(HARPER,), energy=Energy("estimated", 30.0), version="0.1.0")


def env(folder: Path) -> dict[str, str]:
    return {
        "LOCALPROOF_STATE_DIR": str(folder / "state"),
        "LOCALPROOF_CONFIG_DIR": str(folder / "config"),
        "LOCALPROOF_CACHE_DIR": str(folder / "cache"),
        "LOCALPROOF_SERVICE": "off",
        "LOCALPROOF_ENGINES": "harper",
        "LOCALPROOF_BLOCK_TIMEOUT_S": "300",
    }


def localproof(env: dict[str, str], *args: str) -> tuple[int, str]:
    terminal = Terminal(None, io.StringIO(), io.StringIO(), env)
    status = run(args, terminal)
    return status, terminal.stdout.getvalue()  # type: ignore[attr-defined]


def made(
    texts: Sequence[LoggedText],
    *,
    use: str = "check",
    parts: Sequence[Provenance] = (HARPER,),
    joules: float | None = 30.0,
) -> LoggedRun:
    when = datetime(2026, 11, 28, 9, tzinfo=UTC)
    status = "estimated" if joules is not None else "unavailable"
    return LoggedRun(when, use, "0.1.0", tuple(parts), tuple(texts), joules, status)  # type: ignore[arg-type]


def said(statement_of: Sequence[LoggedRun], path: str = "/site") -> dict[str, str]:
    """Of each line, what is said, and under it the points."""
    told = statement_rows(make_statement(statement_of, [Path(path)]))
    return {r.about: "\n".join([r.said, *(f"{name}: {text}" for name, text in r.points)]) for r in told}


def test_where_nothing_ran_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    status, out = localproof(env(tmp_path), "disclose", str(tmp_path / "a.md"))
    assert status == 0 and "no record of a run on this text" in out
    with pytest.raises(BadInput, match="no such file or folder"):
        localproof(env(tmp_path), "disclose", str(tmp_path / "b.md"))


def test_checking_a_text_again_is_no_further_use() -> None:
    statement = said([made([LoggedText("/site/a.md", 100)])] * 4)
    assert statement["Used for"] == "It pointed out suspected errors, 2026-11-28."
    assert "in 4 runs" in statement["Energy"]


def test_the_short_form_is_three_lines_and_a_link() -> None:
    statement = make_statement(
        [made([LoggedText("/site/a.md", 100, 3)], use="fix", parts=[HARPER, MODEL])], [Path("/")]
    )
    lines = short_lines(statement)
    assert len(lines) == 3 and "Tiny <b>model</b> 1, which judged single edits and wrote no prose" in lines[0]
    assert lines[1] == "3 of its 100 words (3.0 %) were changed by it; the others are the writer's own."
    markdown = short_statement(statement, "markdown", "https://a.b/c (d)")
    assert markdown.count("\n") == 3 and markdown.endswith(" [More](https://a.b/c%20(d%29)\n")
    html = short_statement(statement, "html", 'https://a.b/"><script>')
    assert "<script>" not in html and "<b>" not in html and html.count("<br>") == 2
    assert json.loads(FORMATS["json"](statement))["short"] == list(lines)


def test_the_short_form_of_no_run_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    status, out = localproof(env(tmp_path), "disclose", "--short", str(tmp_path / "a.md"))
    assert status == 0 and out.startswith("LocalProof has no record of a run") and out.count("\n") == 1
    with pytest.raises(BadInput, match="--link belongs to --short"):
        localproof(env(tmp_path), "disclose", "--link", "https://a.b", str(tmp_path / "a.md"))


def test_rules_alone_are_no_language_model() -> None:
    statement = said([made([LoggedText("/site/a.md", 100)])])
    assert statement["Language model"] == "No language model was used."
    assert statement["Words changed"].startswith("None") and "Harper 2.13.0: rules, Apache-2.0" in statement["Parts"]
    assert "pointed out suspected errors, 2026-11-28" in statement["Used for"]


def test_a_model_is_named_with_its_card_and_its_gaps() -> None:
    text = said([made([LoggedText("/site/a.md", 100)], parts=[HARPER, MODEL])])["Language model"]
    for part in ("licence: not known", "4 trillion tokens", "consent: opt out at crawl", "training CO2: not known"):
        assert part in text
    assert "No language model" not in text and "wrote no prose" in text


def test_model_card_is_listed_in_points_with_one_for_each_dataset() -> None:
    data = "a set (4 trillion tokens; pages); letters (12 pages) (disclosed: yes)"
    model = replace(MODEL, part="Tiny", data=data)
    statement = make_statement([made([LoggedText("/site/a.md", 100)], parts=[HARPER, model])], [Path("/site")])
    markdown = FORMATS["markdown"](statement)
    assert (
        "- **Language model:** Tiny 1. It judged single edits and wrote no prose.\n  - licence: not known\n" in markdown
    )
    assert (
        "\n  - trained on: a set (4 trillion tokens; pages)\n  - and on: letters (12 pages) (disclosed: yes)\n"
        in markdown
    )
    assert "<li>and on: letters (12 pages) (disclosed: yes)</li>" in FORMATS["html"](statement)
    told = next(r for r in json.loads(FORMATS["json"](statement))["statement"] if r["about"] == "Language model")
    assert {"about": "and on", "said": "letters (12 pages) (disclosed: yes)"} in told["points"]


def test_what_a_model_did_is_said_as_of_when_it_last_read_each_text() -> None:
    first = [LoggedText("/site/a.md", 100, did=(9, 9, 9)), LoggedText("/site/b.md", 100, did=(1, 0, 0))]
    later = [LoggedText("/site/a.md", 100, did=(4, 1, 2))]
    runs = [made(first, parts=[HARPER, MODEL]), made(later, parts=[HARPER, MODEL]), made(later[:1])]
    runs[2] = replace(runs[2], texts=(LoggedText("/site/a.md", 100),))  # without a model: what it did before stands
    text = said(runs)["What the model did"]
    assert "supported 5 findings of the rules, held back 1 finding that" in text and "proposed 2 findings" in text
    assert "supported 1 finding of the rules, held back no finding" in said(runs, "/site/b.md")["What the model did"]
    record = json.loads(FORMATS["json"](make_statement(runs, [Path("/site")])))["language_model_findings"]
    assert (record["supported"], record["held_back"], record["proposed"], record["texts_unknown"]) == (5, 1, 2, 0)
    assert [(t["path"], t["supported"]) for t in record["by_text"]] == [("/site/a.md", 4), ("/site/b.md", 1)]
    for format in ("markdown", "html"):
        assert "held back 1 finding" in FORMATS[format](make_statement(runs, [Path("/site")]))


def test_model_activity_is_omitted_or_marked_as_not_recorded() -> None:
    without = [made([LoggedText("/site/a.md", 100)])]
    assert "What the model did" not in said(without)
    assert json.loads(FORMATS["json"](make_statement(without, [Path("/site")])))["language_model_findings"] is None
    old = [made([LoggedText("/site/a.md", 100)], parts=[MODEL])]
    assert said(old)["What the model did"].startswith("It is not recorded")
    assert (
        json.loads(FORMATS["json"](make_statement(old, [Path("/site")])))["language_model_findings"]["supported"]
        is None
    )
    both = [*old, made([LoggedText("/site/b.md", 100, did=(1, 2, 3))], parts=[MODEL])]
    assert said(both)["What the model did"].endswith("Not recorded for 1 of 2 texts.")


def test_model_asked_for_its_own_wording_is_disclosed_as_such() -> None:
    asked = Provenance(MODEL.part, "model that proposes", "1", sha256=MODEL.sha256, facts=(("edits from", WRITES),))
    never = replace(asked, facts=())
    text = [LoggedText("/site/a.md", 100)]
    assert "wrote no prose" in said([made(text, parts=[MODEL, never])])["Language model"]
    both = [made(text, parts=[MODEL, asked]), made(text, parts=[MODEL, never])]
    assert "was asked what it would write itself, six tokens" in said(both)["Language model"]


def test_model_activity_is_kept_per_text_and_old_records_still_load(tmp_path: Path) -> None:
    texts = [LoggedText("/a.md", 10, did=(3, 2, 1)), LoggedText("/b.md", 10)]
    log_run(replace(RULES, model=ModelUse("Tiny")), "check", texts, env(tmp_path))
    assert [t.did for t in next(logged_runs(env(tmp_path))).texts] == [(3, 2, 1), None]
    path = next((tmp_path / "state" / "runs").glob("*.json"))
    record = json.loads(path.read_text())
    del record["model"]
    path.write_text(json.dumps(record))
    assert [t.did for t in next(logged_runs(env(tmp_path))).texts] == [None, None]
    log_run(RULES, "check", texts, env(tmp_path))  # in the end no model had a part in the run
    assert [t.did for t in list(logged_runs(env(tmp_path)))[-1].texts] == [None, None]


@pytest.mark.skipif(
    os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all" and find_spec("llama_cpp") is None,
    reason="llama-cpp-python is not installed: pip install '.[model]'",
)
def test_a_check_and_a_review_note_what_their_model_did(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_text("We could of gone.\n")
    surroundings = {**env(tmp_path), "LOCALPROOF_PROFILE": "all", "LOCALPROOF_MODEL_SUGGEST": "none"}
    model = ["--model", str(tiny().write(tmp_path / "tiny.gguf")), "--trust-file"]
    localproof(surroundings, "check", *model, str(post))
    terminal = Terminal(io.BytesIO(b"1\nw\nq\n"), io.StringIO(), io.StringIO(), surroundings)
    run(["review", "--plain", *model, str(post)], terminal)
    noted = [r.texts[0].did for r in logged_runs(surroundings)]
    assert len(noted) == 2 and noted[0] == noted[1] and noted[0] is not None and noted[0][2] == 0
    assert post.read_text() == "We could have gone.\n"


def test_changed_words_are_a_share_of_the_text_as_it_was_last_seen() -> None:
    runs = [made([LoggedText("/site/a.md", 90, 4)], use="fix"), made([LoggedText("/site/a.md", 100, 1)], use="review")]
    assert said(runs)["Words changed"] == "5 of 100 (5.0 %); all others are the writer's own."


def test_what_was_put_back_does_not_count_as_changed() -> None:
    run = made([LoggedText("/site/a.md", 100, 4)], use="fix")
    assert said([replace(run, undone=True)])["Words changed"].startswith("None")


def test_energy_is_shared_by_words_and_a_gap_is_said() -> None:
    texts = [LoggedText("/site/a.md", 100), LoggedText("/site/b.md", 200)]
    assert said([made(texts)], "/site/a.md")["Energy"] == (
        "about 10 J of electricity in 1 run, estimated: as much as a 10-watt lamp in 1 second."
    )
    both = said([made(texts), made(texts, joules=None)], "/site/a.md")["Energy"]
    assert "about 10 J" in both and "not known for 1 of 2 runs" in both
    assert said([made(texts, joules=None)])["Energy"].startswith("Not known")


def test_only_the_texts_that_are_meant_count() -> None:
    runs = [made([LoggedText("/site/a.md", 100), LoggedText("/site-two/b.md", 1000)])]
    assert make_statement(runs, [Path("/site")]).words == 100
    assert make_statement(runs, [Path("/")]).words == 1100
    assert make_statement(runs, [Path("/site/a.m")]).texts == 0


@pytest.mark.parametrize("format", FORMATS)
def test_no_name_of_a_part_becomes_markup(format: str) -> None:
    out = FORMATS[format](make_statement([made([LoggedText("/site/a.md", 100)], parts=[MODEL])], [Path("/site")]))
    assert "Tiny" in out
    if format != "json":
        assert "<b>" not in out


def test_the_html_is_well_formed() -> None:
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Reader().feed(FORMATS["html"](make_statement([made([LoggedText("/site/a.md", 1)])], [Path("/site")])))
    assert opened == []


def test_a_check_is_remembered_without_a_word_of_the_text(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_text("We could of gone to Nethercombe.\n")
    assert localproof(env(tmp_path), "check", str(post))[0] == 1
    runs = list(logged_runs(env(tmp_path)))
    assert [(r.use, r.texts[0].path, r.texts[0].words, r.texts[0].changed) for r in runs] == [
        ("check", str(post), 6, 0)
    ]
    stored = next((tmp_path / "state" / "runs").glob("*.json")).read_text()
    assert "Nethercombe" not in stored and "could" not in stored
    record = json.loads(localproof(env(tmp_path), "disclose", str(post), "--format", "json")[1])
    assert record["language_model_used"] is False and record["words"] == 6 and record["uses"] == {"check": 1}
    assert record["parts"][0]["part"] == "harper-py"


def test_corrections_are_counted_till_they_are_put_back(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_text("We could of gone. They should of stayed.\n")
    surroundings = {**env(tmp_path), "LOCALPROOF_PROFILE": "all"}
    localproof(surroundings, "check", "--fix", "--unsafe-fixes", str(post))
    changed = next(logged_runs(surroundings)).texts[0].changed
    assert changed == 2 and post.read_text() == "We could have gone. They should have stayed.\n"
    assert "2 of 8 (25.0 %)" in localproof(surroundings, "disclose", str(post))[1]
    localproof(surroundings, "review", "--undo-last")
    assert "no word of the text was changed" in localproof(surroundings, "disclose", str(post))[1]


@pytest.mark.parametrize("how", [["--isolated"], ["--no-cache"]])
def test_a_run_that_is_to_leave_nothing_leaves_nothing(tmp_path: Path, how: list[str]) -> None:
    post = tmp_path / "post.md"
    post.write_text("Fine.\n")
    localproof(env(tmp_path), "check", *how, "--engine", "harper", str(post))
    assert list(logged_runs(env(tmp_path))) == []


def test_the_oldest_runs_are_let_go(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "runs"
    folder.mkdir(parents=True)
    for number in range(1050):
        (folder / f"2020-01-01T000000.{number:06}-x.json").write_text("{}")
    log_run(RULES, "check", [LoggedText("/a.md", 1)], env(tmp_path))
    assert len(list(folder.iterdir())) == 1000 and len(list(logged_runs(env(tmp_path)))) == 1


@pytest.mark.parametrize("spoilt", ["", "[]", "{}", '{"parts": 3}', "[" * 100_000, '{"journal": "../../etc"}'])
def test_a_record_that_is_spoilt_is_passed_over(tmp_path: Path, spoilt: str) -> None:
    log_run(RULES, "check", [LoggedText("/a.md", 1)], env(tmp_path))
    (tmp_path / "state" / "runs" / "2020-x.json").write_text(spoilt)
    assert len(list(logged_runs(env(tmp_path)))) == 1


def test_a_state_folder_that_cannot_be_written_spoils_no_run(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder would be")
    log_run(RULES, "check", [LoggedText("/a.md", 1)], env(tmp_path))
    assert list(logged_runs(env(tmp_path))) == []


def test_a_review_is_remembered_with_what_the_writer_changed_in_it(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_text("We could of gone. They should of stayed.\n")
    surroundings = {**env(tmp_path), "LOCALPROOF_PROFILE": "all"}
    terminal = Terminal(io.BytesIO(b"1\ns\nw\nq\n"), io.StringIO(), io.StringIO(), surroundings)
    run(["review", "--plain", str(post)], terminal)
    assert post.read_text() == "We could have gone. They should of stayed.\n"
    remembered = next(logged_runs(surroundings))
    assert (remembered.use, remembered.texts[0].words, remembered.texts[0].changed) == ("review", 8, 1)
    assert "the writer, who decided, " in localproof(surroundings, "disclose", str(post))[1]
