"""The tagger and the language model together: who is asked when, and what comes of what both say."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from tiny_model import Tiny, tiny

from localproof.config import BUNDLED, BUNDLED_MODELS, Settings
from localproof.formats import read
from localproof.models import names
from localproof.models.tagger import BIAS, HEAD, TAGS_KEY
from localproof.pipeline.checker import Checker
from localproof.pipeline.merging import merge_findings
from localproof.report import Finding, Unavailable
from localproof.scoring import rescoring
from localproof.scoring.attached_models import AttachedModels, edits_to_ask
from localproof.scoring.edit_tags import TAGS
from localproof.scoring.features import FeatureContext, RuleFacts
from localproof.scoring.language_model_client import LanguageModelClient, ModelResponse
from localproof.scoring.model_client import SelectedModel
from localproof.scoring.rescoring import RescoringModel
from localproof.scoring.tagger_client import TaggedEdit, TaggerClient, TaggerResponse, to_tags
from localproof.scoring.types import Proposal
from localproof.text import Block, Edit, Piece, Span

TEXT = "We saw cat there."
A_CAT = Edit(Span(7, 7), "a ")
THE_CAT = Edit(Span(7, 7), "the ")
SAYS = TaggerResponse({Span(7, 10): 0.9}, (TaggedEdit(A_CAT, "article", 0.7), TaggedEdit(THE_CAT, "article", 0.03)))


def block(text: str = TEXT) -> Block:
    whole = Span(0, len(text))
    return Block("paragraph", text, (Piece(whole, whole, "text"),))


class PutsThe(Tiny):
    """A tagger that would put "the" before every word."""

    def vocabulary(self, writer: Any) -> None:
        super().vocabulary(writer)
        bias = np.full(len(TAGS), -9.0, np.float32)
        bias[TAGS.index("insert the")] = 9.0
        writer.add_array(TAGS_KEY, list(TAGS))
        writer.add_tensor(HEAD, np.zeros((len(TAGS), self.width), np.float32))
        writer.add_tensor(BIAS, bias)


@pytest.fixture
def tagger_file(tmp_path: Path) -> Path:
    model = tiny()
    return PutsThe(model.tokens, model.weights).write(tmp_path / "tagger.gguf")


def weighed(reading: ModelResponse, known: RescoringModel, *found: Finding) -> list[Finding]:
    return list(rescoring.rescore(block(), found, reading, FeatureContext(), RuleFacts(), known))


def of_cat(new: str, probability: float) -> Finding:
    """A finding of an engine that would put `new` in the place of "cat"."""
    span = Span(7, 10)
    return Finding(span, "harper/A", "", (Edit(span, new),), ("harper/A",), "grammar", probability=probability)


def test_the_bundled_name_is_both_models() -> None:
    assert names(BUNDLED) == BUNDLED_MODELS
    assert names("none") == names("") == ()
    assert names("mine/a+b.gguf") == ("mine/a+b.gguf",)


def test_only_likely_edits_of_the_tagger_are_scored() -> None:
    own = Finding(Span(3, 6), "harper/X", "", (Edit(Span(3, 6), "see"),), ("harper/X",))
    assert edits_to_ask([own], SAYS) == (own.edits[0], A_CAT)
    assert edits_to_ask([own], None) == own.edits


def test_a_proposal_of_the_tagger_alone_is_weighed_by_its_probability() -> None:
    trusts = RescoringModel({}, {"bias": -3.0, "tags edit": 2.0}, {})
    (only,) = weighed(ModelResponse({}, (), SAYS), trusts)
    assert (only.rule, only.edits) == ("model/article", (A_CAT,)) and (only.probability or 0) > 0.9
    doubts = RescoringModel({}, {"bias": -3.0, "tags edit": 0.0}, {})
    assert (weighed(ModelResponse({}, (), SAYS), doubts)[0].probability or 1) < 0.1


def test_an_edit_that_both_models_name_is_one_proposal() -> None:
    scored = Proposal(A_CAT, "article", 6.0, 8.0, 3.0)
    (one,) = rescoring.all_proposals(ModelResponse({}, (scored,), TaggerResponse({}, SAYS.edits[:1])))
    assert (one.gain, one.chance) == (6.0, 0.7)


def test_gain_of_an_edit_of_the_tagger_is_the_one_that_was_asked() -> None:
    found = rescoring.all_proposals(ModelResponse({A_CAT: 5.5}, (), SAYS))
    assert [(p.edit, p.gain) for p in found] == [(A_CAT, 5.5), (THE_CAT, None)]


def test_kinds_that_are_not_shown_are_no_proposals() -> None:
    tagged = TaggerResponse({}, (TaggedEdit(Edit(Span(6, 6), ","), "comma", 0.9),))
    assert rescoring.all_proposals(ModelResponse({}, (), tagged)) == []


def test_a_finding_that_the_tagger_makes_too_is_likelier() -> None:
    finding = Finding(
        Span(7, 10), "harper/A", "", (Edit(Span(7, 10), "a cat"),), ("harper/A",), "grammar", probability=0.4
    )
    known = RescoringModel({"bias": -1.0, "log-odds": 1.0, "tags edit": 1.0}, {"bias": -9.0}, {})
    (with_it, *_) = weighed(ModelResponse({}, (), SAYS), known, finding)
    (without, *_) = weighed(ModelResponse({}, (), TaggerResponse({})), known, finding)
    assert (with_it.probability or 0) > 0.8 > 0.4 > (without.probability or 1)
    assert with_it.probability_without_model == 0.4


def test_where_the_tagger_sees_an_error_no_finding_loses() -> None:
    finding = Finding(
        Span(7, 10), "harper/A", "", (Edit(Span(7, 10), "cats"),), ("harper/A",), "grammar", probability=0.6
    )
    doubts = RescoringModel({"bias": -5.0}, {"bias": -9.0}, {})
    assert weighed(ModelResponse({}, (), SAYS), doubts, finding)[0].probability == 0.6


def test_what_is_no_answer_is_refused() -> None:
    for raw in ({}, {"errors": [[1]], "edits": []}, {"errors": [], "edits": [[0, 1, "a"]]}, {"errors": 3, "edits": []}):
        with pytest.raises((LookupError, TypeError, ValueError)):
            to_tags(raw)


class Late:
    """A client whose answer comes when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.answer: Future[Any] = Future()

    def submit(self, *asked: Any) -> Future[Any]:
        self.asked.append(asked)
        return self.answer


class Asks(Late):
    """The same of a language model."""

    def ask(self, text: str, edits: Any, response: Future[Any]) -> None:
        self.submit(text, edits).add_done_callback(lambda done: response.set_result(done.result()))


def both() -> tuple[Late, Late, AttachedModels]:
    model, tagger = Asks(), Late()
    return model, tagger, AttachedModels(cast(LanguageModelClient, model), cast(TaggerClient, tagger))


def test_the_language_model_is_asked_when_the_tagger_has_answered() -> None:
    model, tagger, models = both()
    engine: Future[tuple[Finding, ...]] = Future()
    response = models.submit_after(TEXT, [engine], merge_findings)
    assert tagger.asked == [(TEXT,)] and model.asked == []
    engine.set_result(())
    assert model.asked == []
    tagger.answer.set_result(SAYS)
    assert model.asked == [(TEXT, (A_CAT,))]
    model.answer.set_result(ModelResponse({A_CAT: 4.0}))
    assert response.result(1) == ModelResponse({A_CAT: 4.0}, (), SAYS)


@pytest.mark.parametrize("which", [0, 1])
def test_a_model_that_fails_is_told(which: int) -> None:
    model, tagger, models = both()
    response = models.submit_after(TEXT, [], merge_findings)
    if which:
        tagger.answer.set_result(SAYS)
    (tagger, model)[which].answer.set_exception(Unavailable("model", "broke"))
    with pytest.raises(Unavailable, match="broke"):
        response.result(1)


def test_nobody_waits_for_what_was_given_up() -> None:
    model, tagger, models = both()
    response = models.submit_after(TEXT, [], merge_findings)
    assert response.cancel() and tagger.answer.cancelled() and model.asked == []


def test_a_tagger_alone_reads_and_says_what_it_took(tagger_file: Path) -> None:
    settings = Settings(engines=("harper",), model=str(tagger_file), trust_file=True, service="off", profile="all")
    with Checker(settings) as checker:
        run = checker.check_all([read("a.md", "We saw cat there.", settings)])
    assert not [s for s in run.all_skipped() if "model" in s.what or "tagger" in s.what]
    assert run.model is not None and run.model.blocks == 1 and run.model.tokens > 2
    assert [use.blocks for use in run.models] == [1]
    assert {"model that tags", "model that proposes"} <= {p.role for p in run.provenance}


def test_a_tagger_remembers_what_it_said(tagger_file: Path) -> None:
    kept: dict[bytes, bytes] = {}

    class Shelf:
        get = staticmethod(kept.get)
        put = staticmethod(kept.__setitem__)

    chosen = SelectedModel(tagger_file, "f" * 64)
    said = []
    for _ in range(2):
        client = TaggerClient(chosen, Settings(service="off"), Shelf())
        said.append(client.submit(TEXT).result(60))
        use = client.use()
        said.append(use.blocks if use else None)
        client.close()
    assert said[0] == said[2] and said[0].errors and (said[1], said[3]) == (1, 0)
    assert TaggerClient(chosen, Settings(service="off")).submit("\ud800").result(1) == TaggerResponse({})


@pytest.mark.parametrize(("text", "new"), [("the domain of it", "The"), ("a b  c", "a b ")])
def test_models_say_nothing_of_capitals_and_blanks(text: str, new: str) -> None:
    edit = Edit(Span(0, len(new) + new.endswith(" ")), new)
    found = Finding(edit.span, "harper/A", "", (edit,), ("harper/A",), "grammar", probability=0.3)
    sure = RescoringModel({"bias": 5.0}, {}, {})
    (only,) = rescoring.rescore(block(text), [found], ModelResponse({edit: 9.0}), FeatureContext(), RuleFacts(), sure)
    assert (only.probability, only.probability_without_model) == (0.3, 0.3)
