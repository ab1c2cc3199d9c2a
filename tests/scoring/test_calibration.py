"""How far another model can be trusted: what is learned from the sentences that ship, and `models calibrate`."""

from __future__ import annotations

import io
import json
import lzma
from concurrent.futures import Future
from pathlib import Path

import pytest
from test_models_store import places
from test_rescoring import needs_llama
from tiny_model import tiny

from localproof.cli import run
from localproof.config import BUNDLED
from localproof.report import BadInput, Finding
from localproof.scoring import calibration
from localproof.scoring.calibration import FILE, CalibrationSentence, fit_weights, learn_weights, sentences, table
from localproof.scoring.language_model_client import ModelResponse
from localproof.scoring.rescoring import RescoringModel, predict
from localproof.scoring.types import Proposal
from localproof.terminal import Terminal
from localproof.text import Edit, Span, apply_edits

FREE = ("CC0-1.0", "CC-BY-4.0", "CC-BY-3.0", "LicenseRef-Public-Domain", "LicenseRef-US-Government-Work")
PLAIN = RescoringModel({"log-odds": 1.0}, {"bias": -3.0, "gain": 2.0}, {})


def test_shipped_sentences_name_their_sources_and_are_freely_licensed() -> None:
    with lzma.open(FILE, "rt", encoding="utf-8") as lines:
        about, *rows = map(json.loads, lines)
    sources = {(s["texts"], s["id"]): s for s in about["sources"]}
    for s in sources.values():
        assert s["credit"] and s["commit"]
        assert all(part in FREE for part in s["licence"].replace(" OR ", " AND ").split(" AND ")), s
    assert {("edited" if r["part"] == "edited" else "corrected", r["source"]) for r in rows} == set(sources)
    assert FILE.stat().st_size < 300_000


def test_every_correction_and_finding_lies_in_its_sentence() -> None:
    every = sentences()
    assert {s.part for s in every} == {"learn", "test", "edited"} and len(every) > 1_500
    for s in every:
        assert len(s.findings) == len(s.right) and bool(s.corrections) == (s.part != "edited")
        for e in (*s.corrections, *(e for f in s.findings for e in f.edits)):
            assert apply_edits(s.text, [e]) != s.text
    test = [ok for s in every if s.part == "test" for ok in s.right]
    assert 0.3 < sum(test) / len(test) < 0.99


def test_no_sentence_of_the_test_stands_among_those_that_teach() -> None:
    by_part: dict[str, set[str]] = {}
    sources: dict[str, set[str]] = {}
    for s in sentences():
        by_part.setdefault(s.part, set()).add(s.text)
        sources.setdefault(s.part, set()).add(s.source)
    assert not by_part["test"] & (by_part["learn"] | by_part["edited"])
    assert not sources["test"] & sources["learn"]


TEXT = "He could of gone there."
OF, THERE = Edit(Span(9, 11), "have"), Edit(Span(17, 22), "their")


def sentence(part: calibration.Part, right: bool, *, correct: bool = True) -> CalibrationSentence:
    found = Finding(OF.span, "example", "", (OF,), ("example",), probability=0.5)
    return CalibrationSentence(TEXT, (found,), (right,), (OF,) if correct else (), part, "source")


def test_a_proposal_is_right_wrong_or_not_known() -> None:
    corrected, edited = sentence("learn", True), sentence("edited", False, correct=False)
    assert corrected.verdict(OF) is True
    assert corrected.verdict(Edit(Span(9, 11), "off")) is False
    assert corrected.verdict(THERE) is None
    assert edited.verdict(THERE) is False


def test_what_a_model_says_is_trusted_as_far_as_it_was_right() -> None:
    good = [
        (sentence("learn", True), ModelResponse({OF: 5.0})),
        (sentence("learn", False), ModelResponse({OF: -5.0})),
    ] * 60
    bad = [(s, ModelResponse({OF: -r.gains[OF]})) for s, r in good]
    up = {"bias": 1.0, "log-odds": 0.0, "gain up": 1.25}
    chances = [predict(up, learn_weights(known, PLAIN, {}).findings) for known in (good, bad)]
    assert chances[0] > 0.7 > 0.4 > chances[1]


def test_what_the_test_has_teaches_nothing() -> None:
    known = [(sentence("test", True), ModelResponse({OF: 5.0}, (Proposal(THERE, "confusion", 5.0, 5.0, 5.0),)))] * 50
    learned = learn_weights(known, PLAIN, {"made by": "a test"})
    assert (learned.findings, learned.proposals) == (PLAIN.findings, PLAIN.proposals)
    assert learned.about == {"made by": "a test"}


def test_few_examples_move_little_and_many_move_much() -> None:
    few, many = (fit_weights([({"x": 1.0}, 1.0, 1.0)] * n, {"x": 0.0})["x"] for n in (1, 1000))
    assert 0 < few < 0.1 < 0.5 < many


def test_the_table_counts_what_is_shown_and_what_of_it_is_right() -> None:
    known = [
        (sentence("test", True), ModelResponse({OF: 5.0}, (Proposal(THERE, "confusion", 9.0, 5.0, 5.0),))),
        (sentence("test", False), ModelResponse({})),
        (sentence("learn", True), ModelResponse({})),
    ]
    rows = {row.what: (row.shown, row.right, row.of) for row in table(known, PLAIN, PLAIN)}
    assert rows["engines alone"] == (2, 1, 1)
    assert rows["its own proposals, as learned"] == (1, 0, 0)


def calibrate(env: dict[str, str], name: str, *more: str) -> tuple[int, str, str]:
    terminal = Terminal(io.BytesIO(), io.StringIO(), io.StringIO(), env)
    status = run(["models", "calibrate", name, *more], terminal)
    return status, terminal.stdout.getvalue(), terminal.stderr.getvalue()  # type: ignore[attr-defined]


@needs_llama
def test_calibrate_asks_the_model_shows_the_table_and_keeps_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = places(tmp_path)
    file = tiny().write(tmp_path / "tiny.gguf")
    some = sentences()[::90]
    monkeypatch.setattr(calibration, "sentences", lambda: some)
    assert run(["models", "add", str(file)], Terminal(io.BytesIO(), io.StringIO(), io.StringIO(), env)) == 0
    status, said, before = calibrate(env, "tiny")
    assert status == 0 and "engines alone" in said and "its own proposals, as learned" in said
    assert f"asking it of {len(some)} sentences takes one core about 1 s" in before
    (kept,) = tmp_path.rglob("weighed/*.json")
    raw = json.loads(kept.read_text("utf-8"))
    assert raw["model"] == kept.stem and raw["about"]["made by"] == "localproof models calibrate" and raw["findings"]


@needs_llama
def test_bundled_model_is_calibrated_only_when_explicitly_requested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = places(tmp_path)
    monkeypatch.setattr(calibration, "sentences", lambda: sentences()[::300])
    terminal = Terminal(io.BytesIO(b"y\n"), io.StringIO(), io.StringIO(), env)
    with pytest.raises(BadInput, match="add --yes"):
        run(["models", "calibrate", BUNDLED], terminal)
    told = terminal.stderr.getvalue()  # type: ignore[attr-defined]
    assert "needs no calibrating" in told and "takes one core about 1 s" in told
    status, said, _ = calibrate(env, BUNDLED, "--yes")
    assert status == 0 and "engines alone" in said
    assert not list(tmp_path.rglob("weighed/*"))


def test_calibrate_wants_a_model_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no model is called"):
        calibrate(places(tmp_path), "nothing-of-that-name")


@pytest.mark.parametrize(("kept", "then"), [(True, "goes on from there"), (False, "begins anew")])
def test_ended_early_it_says_where_it_goes_on(kept: bool, then: str) -> None:
    from localproof.commands.model_calibration import _score_sentences

    class Stopped:
        """A reader whose user presses Ctrl-C at the twelfth sentence."""

        asked = 0

        def submit(self, text: str, edits: object) -> Future[ModelResponse]:
            self.asked += 1
            if self.asked == 12:
                raise KeyboardInterrupt
            done: Future[ModelResponse] = Future()
            done.set_result(ModelResponse({}))
            return done

    log = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        _score_sentences(Stopped(), sentences()[:20], Terminal(None, io.StringIO(), log, {}), kept=kept)  # type: ignore[arg-type]
    assert "localproof: 1 of 20 sentences (5 %), " in log.getvalue()
    assert log.getvalue().endswith(
        f"ended after 3 of 20 sentences; the same command {then}{'' if kept else ', for there is no cache'}\n"
    )
