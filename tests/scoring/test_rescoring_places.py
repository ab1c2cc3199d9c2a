"""Where a model has no say, and what it does not propose beside what engines say."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, cast

import pytest

from localproof.config import Settings
from localproof.pipeline.merging import merge_findings
from localproof.pipeline.rules import explain_rule, list_rules
from localproof.report import Finding
from localproof.scoring import rescoring
from localproof.scoring.attached_models import AttachedModels
from localproof.scoring.features import FeatureContext, RuleFacts
from localproof.scoring.language_model_client import LanguageModelClient, ModelResponse
from localproof.scoring.rescoring import RescoringModel
from localproof.scoring.types import MOST_SUSPECTS, Proposal
from localproof.text import Block, Edit, Piece, Span

BELIEVES = RescoringModel({"bias": 3.0}, {"bias": 3.0}, {})


def rescored(text: str, found: list[Finding], reading: ModelResponse, known: RescoringModel) -> list[Finding]:
    whole = Span(0, len(text))
    block = Block("paragraph", text, (Piece(whole, whole, "text"),))
    return list(rescoring.rescore(block, found, reading, FeatureContext(), RuleFacts(), known))


def finding(span: Span, new: str, probability: float, rule: str = "harper/A") -> Finding:
    return Finding(span, rule, "", (Edit(span, new),), (rule,), "grammar", probability=probability)


def test_nothing_is_proposed_beside_a_copy_that_goes() -> None:
    text = "It was long, and the the cat sat."
    assert text[17:25] == "the the "
    second = finding(Span(21, 25), "", 0.95)
    other = Proposal(Edit(Span(17, 20), "then"), "confusion", 9.0, 9.0, 5.0)
    assert [f.rule for f in rescored(text, [second], ModelResponse({}, (other,)), BELIEVES)] == ["harper/A"]
    doubtful = finding(Span(21, 25), "", 0.2)
    known = RescoringModel({"bias": -3.0}, {"bias": 3.0}, {})
    assert len(rescored(text, [doubtful], ModelResponse({}, (other,)), known)) == 2


def test_a_capital_is_not_likelier_for_another_proposal_there() -> None:
    text = "it have been a long day for all."
    capital = finding(Span(0, 2), "It", 0.38)
    i = Proposal(Edit(Span(0, 2), "I"), "agreement", 7.0, 9.0, 5.0)
    found = rescored(text, [capital], ModelResponse({capital.edits[0]: 5.0}, (i,)), BELIEVES)
    assert found[0].probability == 0.38 and [f.rule for f in found[1:]] == ["model/agreement"]


def test_an_edit_that_the_model_put_first_is_not_settled() -> None:
    text = "He go to town every day of it."
    span = Span(3, 5)
    goes, went = Edit(span, "goes"), Edit(span, "went")
    one = Finding(span, "localproof/ItVerbs", "", (goes, went), ("localproof/ItVerbs",), "grammar", probability=0.9)
    doubts = RescoringModel({"bias": -3.0}, {"bias": -9.0}, {})
    (kept,) = rescored(text, [one], ModelResponse({goes: 0.5, went: 0.2}), doubts)
    assert kept.edits[0] == goes and kept.probability == 0.9
    (changed,) = rescored(text, [one], ModelResponse({goes: -9.0, went: 0.2}), doubts)
    assert changed.edits[0] == went and (changed.probability or 1) < 0.1


def test_a_model_is_not_asked_of_what_is_hardly_prose() -> None:
    asked: list[str] = []

    class Model:
        def ask(self, text: str, edits: Any, response: Future[ModelResponse]) -> None:
            asked.append(text)
            response.set_result(ModelResponse({}))

    models = AttachedModels(cast(LanguageModelClient, Model()))
    for count in (3, MOST_SUSPECTS + 1):
        text = "teh " * (count + 1)
        answer: Future[tuple[Finding, ...]] = Future()
        answer.set_result(tuple(finding(Span(4 * i, 4 * i + 3), "the", 0.9) for i in range(count)))
        assert models.submit_after(text, [answer], merge_findings).result(5) == ModelResponse({})
    assert len(asked) == 1


def test_without_engines_the_model_is_asked_at_once() -> None:
    class Broken:
        def ask(self, *_: Any) -> None:
            raise OSError("broke")

    models = AttachedModels(cast(LanguageModelClient, Broken()))
    with pytest.raises(Exception, match="cannot be asked"):
        models.submit_after("It is.", [], merge_findings).result(5)


def test_what_a_model_proposes_is_explained_like_any_rule() -> None:
    said = explain_rule("model/article", Settings(model="bundled"))
    assert (
        said.startswith("model/article\n")
        and "An article that is wrong" in said
        and 'disable = ["model/article"]' in said
    )
    assert "off, by default" in explain_rule("model/article", Settings())
    names = [each.rule.name for each in list_rules(Settings(model="bundled", engines=("localproof",)))[0]]
    assert {f"model/{kind}" for kind in rescoring.KINDS} <= set(names)
