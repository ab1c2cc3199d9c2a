"""What a model said, weighed: findings it supports or holds back, its own proposals, and who asks it when."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from tiny_model import tiny

from localproof import scoring
from localproof.config import BUNDLED, Settings
from localproof.energy import open_window
from localproof.formats import read
from localproof.pipeline.checker import Checker
from localproof.pipeline.fixes import is_correctable
from localproof.pipeline.merging import merge_findings
from localproof.pipeline.resources import Resources
from localproof.report import Finding, ModelUse, Provenance, Report, TooLong, Unavailable
from localproof.scoring import candidate_edits, rescoring
from localproof.scoring.attached_models import AttachedModels
from localproof.scoring.language_model_client import LanguageModelClient, ModelResponse
from localproof.scoring.model_client import SelectedModel
from localproof.scoring.rescoring import RescoringModel
from localproof.scoring.types import Proposal
from localproof.text import Block, Document, Edit, Piece, Span, apply_edits

TEXT = "I could of gone to the the shop, and there house is is big."
OF = Edit(Span(8, 10), "have")
THERE = Edit(Span(37, 42), "their")
SCORES = Provenance("Tiny", "model that scores")
PLAIN = RescoringModel({"log-odds": 1.0, "gain up": 2.0, "gain down": 2.0}, {"bias": -3.0, "gain": 2.0}, {})


def block(text: str = TEXT) -> Block:
    whole = Span(0, len(text))
    return Block("paragraph", text, (Piece(whole, whole, "text"),))


def finding(edit: Edit, probability: float = 0.5) -> Finding:
    return Finding(edit.span, "harper/ModalOf", "why", (edit,), ("harper/ModalOf",), probability=probability)


def weighed(found: list[Finding], reading: ModelResponse) -> tuple[Finding, ...]:
    of = block()
    return scoring.rescore_findings(of, found, reading, scoring.count_words([of]), PLAIN)


def test_what_an_edit_gains_moves_the_finding_up_and_down() -> None:
    (up,) = weighed([finding(OF)], ModelResponse({OF: 6.0}))
    (down,) = weighed([finding(OF)], ModelResponse({OF: -6.0}))
    (silent,) = weighed([finding(OF)], ModelResponse({}))
    assert up.probability is not None and down.probability is not None
    assert down.probability < 0.1 < 0.9 < up.probability
    assert (
        silent.probability == pytest.approx(0.5)
        and up.probability_without_model == down.probability_without_model == silent.probability_without_model == 0.5
    )


def test_a_proposal_is_a_finding_of_the_model_and_never_certain() -> None:
    reading = ModelResponse(
        {}, (Proposal(THERE, "confusion", 9.0, 7.0, 6.0), Proposal(Edit(Span(0, 1), "We"), "agreement", 1.0, 2.0, 0.5))
    )
    sure, unsure = weighed([], reading)
    assert (sure.rule, sure.source, sure.edits, sure.probability_without_model) == (
        "model/confusion",
        ("model/confusion",),
        (THERE,),
        None,
    )
    assert (
        sure.probability is not None and unsure.probability is not None and unsure.probability < 0.2 < sure.probability
    )
    assert not is_correctable(sure, unsafe=True) and not sure.is_safe_fix
    assert "their" in sure.message and "there" in sure.message


@pytest.mark.parametrize(
    ("probability", "unaided", "certain"),
    [(0.95, None, True), (0.95, 0.95, True), (0.99, 0.8, False), (0.8, 0.99, False), (0.8, None, False)],
)
def test_model_can_make_a_safe_correction_unsafe_but_not_the_reverse(
    probability: float, unaided: float | None, certain: bool
) -> None:
    rule = "languagetool/ENGLISH_WORD_REPEAT_RULE"
    twice = Finding(Span(23, 27), rule, "why", (Edit(Span(23, 27), ""),), (rule,), probability=probability)
    assert scoring.is_safe_fix(TEXT, replace(twice, agreement=2, probability_without_model=unaided)) == certain


def test_a_proposal_that_an_engine_makes_too_is_that_engines_finding() -> None:
    (only,) = weighed([finding(THERE)], ModelResponse({THERE: 5.0}, (Proposal(THERE, "confusion", 5.0, 5.0, 5.0),)))
    assert only.rule == "harper/ModalOf"


def test_edits_that_are_nearly_as_likely_are_offered_together() -> None:
    a, the, odd = (Edit(Span(32, 32), word) for word in ("a ", "the ", "an "))
    gains = ((a, 1.6), (the, 1.5), (odd, -3.0))
    reading = ModelResponse({}, tuple(Proposal(edit, "article", gain, 0.0, 0.0) for edit, gain in gains))
    (alone,) = weighed([], ModelResponse({}, reading.proposals[:1]))
    (both,) = weighed([], reading)
    assert both.edits == (a, the) and alone.edits == (a,)
    assert alone.probability is not None and both.probability is not None
    assert alone.probability < both.probability <= 0.9
    other_kind = replace(reading.proposals[1], kind="preposition")
    assert weighed([], ModelResponse({}, (reading.proposals[0], other_kind))) == (alone,)


def test_model_reorders_suggestions_only_by_a_wide_margin() -> None:
    other = Edit(OF.span, "off")
    both = replace(finding(OF), edits=(other, OF))
    (near,) = weighed([both], ModelResponse({other: 1.0, OF: 4.0}))
    (far,) = weighed([both], ModelResponse({other: -2.0, OF: 9.0}))
    assert near.edits == (other, OF) and far.edits == (OF, other)


def test_placeholders_are_left_alone() -> None:
    text = "Call thing now."
    pieces = (
        Piece(Span(0, 5), Span(0, 5), "text"),
        Piece(Span(5, 10), Span(5, 20), "placeholder"),
        Piece(Span(10, 15), Span(20, 25), "text"),
    )
    of = Block("paragraph", text, pieces)
    reading = ModelResponse({}, (Proposal(Edit(Span(5, 10), "think"), "confusion", 9.0, 9.0, 9.0),))
    assert scoring.rescore_findings(of, (), reading, scoring.count_words([of]), PLAIN) == ()


def test_the_tally_says_what_the_model_did() -> None:
    shown = (
        replace(finding(OF, 0.9), probability_without_model=0.6),
        replace(finding(THERE, 0.7), rule="model/confusion", probability_without_model=None),
    )
    held = (
        replace(finding(OF, 0.1), probability_without_model=0.7),
        replace(finding(OF, 0.1), probability_without_model=0.2),
        finding(OF, 0.1),
    )
    report = Report(read("a.md", TEXT, Settings()), shown, held)
    use = rescoring.count_model_use(ModelUse("m"), report, 0.5)
    assert (use.supported, use.held_back, use.proposed) == (1, 1, 1)


def test_the_weights_of_another_model_serve_where_there_are_none(tmp_path: Path) -> None:
    assert not rescoring.load_rescoring_model("0" * 64, "", tmp_path).own
    raw = {"model": "1" * 64, "findings": {"bias": 1.0}, "proposals": {}, "about": {}}
    (tmp_path / f"{'1' * 64}.json").write_text(json.dumps(raw))
    assert rescoring.load_rescoring_model("1" * 64, "", tmp_path).findings == {"bias": 1.0}
    (tmp_path / f"{'2' * 64}.json").write_text("{")
    assert not rescoring.load_rescoring_model("2" * 64, "", tmp_path).own


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("He should of gone.", "He should have gone."),
        ("I went to to town.", "I went to town."),
        ("Their are two.", "There are two."),
        ("The dog bark.", "The dog barks."),
        ("She is in the the house.", "She is in the house."),
        ("It is a idea.", "It is an idea."),
        ("Every one knew.", "Everyone knew."),
        ("We had alot of it.", "We had a lot of it."),
        ("The form of code came form him.", "The form of code came from him."),
        ("He went store.", "He went to store."),
        ("I know its late.", "I know it's late."),
        ("They dont care.", "They don't care."),
    ],
)
def test_the_closed_set_holds_what_fluent_writers_get_wrong(text: str, right: str) -> None:
    row = candidate_edits.split_words(text)
    edits = [
        c.edit
        for i in range(len(row))
        for c in candidate_edits.edits_at_word(text, row, i, candidate_edits.near_words(row[i].low))
    ]
    edits += [c.edit for a, b in itertools.pairwise(row) for c in candidate_edits.insertions_between(text, a, b)]
    assert right in {apply_edits(text, [edit]) for edit in edits}


def test_every_candidate_keeps_letter_case_and_has_a_known_kind() -> None:
    text = "Their house is its own. I’ll go, and it’s a cats’ house of mine."
    row = candidate_edits.split_words(text)
    for i, word in enumerate(row):
        for candidate in candidate_edits.edits_at_word(text, row, i):
            assert candidate.kind in candidate_edits.KINDS
            old, new = candidate.edit.span.of(text), candidate.edit.text
            if new and old[:1].isupper():
                assert new[0].isupper()
            if "’" in word.span.of(text):
                assert "'" not in new


def read_by(reader: LanguageModelClient) -> int:
    """How many blocks it has read so far."""
    use = reader.use()
    return use.blocks if use else 0


def answered(*found: Finding) -> Future[tuple[Finding, ...]]:
    future: Future[tuple[Finding, ...]] = Future()
    future.set_result(found)
    return future


class Shelf:
    """Keeps bytes in memory."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self.kept[key] = value


needs_llama = pytest.mark.skipif(
    os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all"
    and __import__("importlib.util").util.find_spec("llama_cpp") is None,
    reason="llama-cpp-python is not installed: pip install '.[model]'",
)


@pytest.fixture
def chosen(tmp_path: Path) -> SelectedModel:
    return SelectedModel(tiny().write(tmp_path / "tiny.gguf"), "f" * 64)


@needs_llama
def test_block_is_read_once_and_only_after_every_engine_has_answered(chosen: SelectedModel) -> None:
    shelf = Shelf()
    reader = LanguageModelClient(chosen, Settings(service="off"), shelf)
    models = AttachedModels(reader)
    late: Future[tuple[Finding, ...]] = Future()
    reading = models.submit_after(TEXT, [answered(finding(OF)), late], merge_findings)
    assert not reading.done()
    late.set_result((finding(THERE),))
    first = reading.result(120)
    assert set(first.gains) == {OF, THERE} and read_by(reader) == 1
    assert models.submit_after(TEXT, [answered(finding(OF), finding(THERE))], merge_findings).result(60) == first
    assert read_by(reader) == 1
    reader.close()
    other = LanguageModelClient(chosen, Settings(service="off"), shelf)
    again = AttachedModels(other).submit_after(TEXT, [answered(finding(OF), finding(THERE))], merge_findings)
    assert again.result(60) == first
    assert other.use().blocks == 0 and other.pids() == ()
    other.close()


class TooSlow:
    """Stands where the model's helper is, and takes too long for everything."""

    def __init__(self) -> None:
        self.asked = 0

    def submit(self, _: object) -> Future[Any]:
        self.asked += 1
        late: Future[Any] = Future()
        late.set_exception(TooLong("model", "took longer than 30 s", measured=True))
        return late

    def close(self) -> None:
        pass


@needs_llama
def test_a_block_that_the_model_gave_up_is_not_read_again(chosen: SelectedModel) -> None:
    shelf, asked = Shelf(), []
    for _ in range(2):
        reader = LanguageModelClient(chosen, Settings(service="off"), shelf)
        reader._worker = cast(Any, TooSlow())
        errors = [reader.submit(TEXT, [OF]).exception(10) for _ in range(2)]
        assert all(isinstance(error, TooLong) for error in errors)
        asked.append(cast(Any, reader._worker).asked)
        reader.close()
    assert asked == [1, 0]


@needs_llama
def test_an_engine_that_failed_does_not_keep_the_model_from_reading(chosen: SelectedModel) -> None:
    reader = LanguageModelClient(chosen, Settings(service="off"))
    failed: Future[tuple[Finding, ...]] = Future()
    failed.set_exception(Unavailable("harper", "crashed"))
    told = AttachedModels(reader).submit_after(TEXT, [failed, answered(finding(OF))], merge_findings).result(120)
    assert set(told.gains) == {OF}
    reader.close()


@needs_llama
def test_a_file_that_breaks_the_helper_is_said_and_the_rules_go_on(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(200))
    reader = LanguageModelClient(SelectedModel(broken, "0" * 64, (SCORES,)), Settings(service="off"))
    assert reader.provenance() == (SCORES,)
    with pytest.raises(Unavailable, match="model"):
        AttachedModels(reader).submit_after(TEXT, [answered(finding(OF))], merge_findings).result(120)
    assert reader.provenance() == () and reader.use() is None
    reader.close()


@needs_llama
def test_model_that_never_answered_is_skipped_and_has_no_provenance(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(tiny().write(tmp_path / "tiny.gguf").read_bytes().replace(b"qwen3", b"qwen0"))  # no such kind
    settings = Settings(engines=("harper",), model=str(broken), trust_file=True, service="off", profile="all")
    with Checker(settings) as checker:
        run = checker.check_all([read("a.md", TEXT, settings)])
    assert run.model is None and not [p for p in run.provenance if p.role.startswith("model")]
    ((what, reason),) = [(s.what, s.reason) for s in run.all_skipped()]
    assert what == "a.md, model" and "llama.cpp cannot load it: its architecture is 'qwen0'" in reason
    assert [f.probability_without_model for _, f in run.findings()] and all(
        f.probability_without_model is None for _, f in run.findings()
    )


@needs_llama
def test_a_model_that_ends_half_way_had_a_part_in_the_run(chosen: SelectedModel) -> None:
    settings = Settings(engines=("harper",), model=str(chosen.path), trust_file=True, service="off")
    with Checker(settings) as checker:
        assert checker.attached_models is not None

        def texts() -> Iterator[Document]:
            yield read("a.md", TEXT, settings)
            yield read("b.md", "", settings)

        def ended(report: Report) -> None:
            assert checker.attached_models is not None
            if report.document.name == "a.md":
                checker.attached_models.close()

        first = checker.check_all(texts(), on_report=ended)
        second = checker.check_all([read("c.md", TEXT.replace("big", "small"), settings)])
    assert first.model is not None and first.model.blocks == 1 and not first.all_skipped()
    assert [s.what for s in second.all_skipped()] == ["c.md, model"]
    assert {p.role for p in second.provenance} >= {"model that scores", "model that proposes"}


@needs_llama
def test_who_has_lost_interest_in_a_reading_is_not_told(
    chosen: SelectedModel, caplog: pytest.LogCaptureFixture
) -> None:
    reader = LanguageModelClient(chosen, Settings(service="off"))
    late: Future[tuple[Finding, ...]] = Future()
    early = AttachedModels(reader).submit_after(TEXT, [late], merge_findings)
    assert early.cancel()
    late.set_result((finding(OF),))
    asked = AttachedModels(reader).submit_after(TEXT, [answered(finding(OF))], merge_findings)
    asked.cancel()
    assert AttachedModels(reader).submit_after("It is big.", [answered()], merge_findings).result(120).gains == {}
    assert read_by(reader) == 1 and not caplog.records
    reader.close()


@needs_llama
def test_a_run_with_a_model_tells_what_it_did_and_what_it_read(chosen: SelectedModel) -> None:
    settings = Settings(engines=("harper",), model=str(chosen.path), trust_file=True, service="off", profile="all")
    with Checker(settings) as checker:
        run = checker.check_all(
            [read("a.md", TEXT + "\n\nIch und du und er und sie und wir alle gehen nach Hause.", settings)]
        )
    assert run.model is not None and run.model.blocks >= 1 and run.model.tokens > 10 and run.model.reading_s > 0
    assert not [s for s in run.skipped if "model" in s.what]
    assert {p.role for p in run.provenance} >= {"model that scores", "model that proposes"}
    assert all(f.probability_without_model is not None for _, f in run.findings() if not f.rule.startswith("model/"))


def test_repeated_word_is_one_finding_whichever_copy_is_removed() -> None:
    first, second = Edit(Span(20, 24), ""), Edit(Span(22, 26), "")
    assert apply_edits(TEXT, [first]) == apply_edits(TEXT, [second])
    reading = ModelResponse({}, (Proposal(first, "small-word", 9.0, 9.0, 9.0),))
    assert [f.rule for f in weighed([finding(second)], reading)] == ["harper/ModalOf"]


def test_a_model_makes_no_misspelling_likelier() -> None:
    spelling = replace(finding(OF), kind="spelling")
    (up,) = weighed([spelling], ModelResponse({OF: 9.0}))
    (down,) = weighed([spelling], ModelResponse({OF: -9.0}))
    assert up.probability == 0.5 and down.probability is not None and 0.1 < down.probability < 0.2


def test_model_support_for_an_edit_does_not_lower_its_probability() -> None:
    doubts = RescoringModel({"bias": -4.0, "log-odds": 1.0}, {}, {})
    of = block()

    def chance(gain: float) -> float | None:
        (only,) = scoring.rescore_findings(
            of, [finding(OF, 0.5)], ModelResponse({OF: gain}), scoring.count_words([of]), doubts
        )
        return only.probability

    assert chance(8.0) == pytest.approx(0.5)
    assert (chance(0.5) or 1.0) < 0.1 and (chance(-8.0) or 1.0) < 0.1


def test_engine_edit_stands_when_the_model_rates_it_nearly_as_high() -> None:
    proposal = Proposal(Edit(OF.span, "off"), "confusion", 9.0, 9.0, 5.0)
    (one,) = weighed([finding(OF, 0.4)], ModelResponse({OF: 6.0}, (proposal,)))
    assert one.edits == (OF,) and (one.probability or 0.0) > 0.85 and one.probability_without_model == 0.4
    against = weighed([finding(OF, 0.4)], ModelResponse({OF: 3.0}, (proposal,)))
    assert [f.rule for f in against] == ["harper/ModalOf", "model/confusion"]


@needs_llama
def test_the_model_that_comes_along_finds_what_the_rules_do_not() -> None:
    settings = Settings(engines=("harper",), model=BUNDLED, service="off", profile="balanced")
    text = (
        "This is the first time I saw the report form the committee.\n\nWe have been working of this for two years.\n"
    )
    with Checker(settings) as checker:
        run = checker.check_all([read("a.md", text, settings)])
    said = {(f.rule, f.edits[0].text) for _, f in run.findings()}
    assert {("model/confusion", "from"), ("model/preposition", "on")} <= said
    made_of = next(p for p in run.provenance if p.role == "model that scores")
    assert made_of.licence == "CC-BY-4.0" and dict(made_of.facts)["file"].endswith("SHA-256 verified")
    assert run.model is not None and run.model.proposed >= 2


def test_a_model_takes_nothing_from_a_listed_misspelling() -> None:
    doubts = RescoringModel({"bias": -4.0, "log-odds": 1.0}, {}, {})
    of = block("Unbelieveable and Marlowe.")

    def chance(edit: Edit) -> float | None:
        found = Finding(edit.span, "harper/Spell", "", (edit,), ("harper/Spell",), "spelling", probability=0.7)
        (only,) = scoring.rescore_findings(of, [found], ModelResponse({edit: -5.0}), scoring.count_words([of]), doubts)
        return only.probability

    assert chance(Edit(Span(0, 13), "Unbelievable")) == pytest.approx(0.7)
    assert (chance(Edit(Span(18, 25), "Marlow")) or 1.0) < 0.1


@pytest.mark.parametrize(("rival", "certain"), [(0.97, False), (0.9, True)])
def test_finding_whose_rival_the_model_demoted_is_not_auto_corrected(
    monkeypatch: pytest.MonkeyPatch, rival: float, certain: bool
) -> None:
    one = Finding(Span(4, 9), "harper/RepeatedWords", "why", (Edit(Span(6, 9), ""),), ("harper/RepeatedWords",))
    other = Finding(Span(4, 8), "harper/Other", "why", (Edit(Span(4, 8), "be"),), ("harper/Other",))
    alone = {one.rule: 0.95, other.rule: rival}

    def weigh(*_: object) -> tuple[Finding, ...]:
        return tuple(
            replace(f, probability_without_model=alone[f.rule], probability=0.95 if f is one else 0.1)
            for f in (one, other)
        )

    monkeypatch.setattr(
        scoring, "score_finding", lambda block, found, *_: replace(found, probability=alone[found.rule])
    )
    monkeypatch.setattr(scoring, "rescore_findings", weigh)
    monkeypatch.setattr(scoring, "is_safe_fix", lambda text, found: found.rule == one.rule)

    class Model:
        def submit_after(self, *_: object) -> Future[ModelResponse]:
            told: Future[ModelResponse] = Future()
            told.set_result(ModelResponse({}))
            return told

    class Engine:
        name = "harper"

        def submit(self, _: str) -> Future[tuple[Finding, ...]]:
            return answered(one, other)

    resources = Resources(
        {"harper": cast(Any, Engine())},
        open_window(method="off"),
        attached_models=cast(Any, Model()),
        rescoring_model=RescoringModel({}, {}, {}),
    )
    checker = Checker(Settings(profile="all"), resources=resources)
    (found,) = checker.check(read("a.md", "It  is is so.", Settings())).findings
    assert (found.rule, found.is_safe_fix) == (one.rule, certain)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Edit(Span(8, 10), "have"), "would write “have” here, not “of”"),
        (Edit(Span(8, 11), ""), "would leave out “of” here"),
        (Edit(Span(8, 8), "not "), "would write “not” here besides"),
    ],
)
def test_what_an_instruct_model_would_write_is_said_in_words(edit: Edit, said: str) -> None:
    assert said in rescoring.proposal_to_finding(TEXT, Proposal(edit, "rewrite", 5.0, 5.0, 5.0)).message
