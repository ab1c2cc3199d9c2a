"""LocalProof's own rules: each speaks in its examples of what is wrong, and keeps still in those of what is right."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.config import Settings
from localproof.engines.own_rules import RULES
from localproof.engines.own_rules.rule import OwnRule
from localproof.engines.patterns import Matcher, PatternEngine, catalogue, own_matcher, remember_answers
from localproof.report import Finding, Unavailable
from localproof.text import apply_edits

_WRONG = [(rule, wrong, right) for rule in RULES for wrong, right in rule.wrong]
_RIGHT = [(rule, text) for rule in RULES for text in (*rule.right, *(right for _, right in rule.wrong))]


@pytest.mark.parametrize(("rule", "wrong", "right"), _WRONG, ids=[f"{r.name}: {w}" for r, w, _ in _WRONG])
def test_a_rule_puts_its_examples_right(rule: OwnRule, wrong: str, right: str) -> None:
    found = Matcher((rule,)).findings(wrong)
    assert apply_edits(wrong, [f.edits[0] for f in found]) == right
    assert {f.rule for f in found} == {f"localproof/{rule.name}"}


@pytest.mark.parametrize(("rule", "text"), _RIGHT, ids=[f"{r.name}: {t}" for r, t in _RIGHT])
def test_a_rule_keeps_still_where_nothing_is_wrong(rule: OwnRule, text: str) -> None:
    assert Matcher((rule,)).findings(text) == ()


def test_looking_at_words_alone_finds_what_looking_everywhere_does() -> None:
    at_words = tuple(rule for rule in RULES if rule.at_word or rule.begins)
    everywhere = Matcher(tuple(replace(rule, at_word=False, begins="") for rule in at_words))
    for text in dict.fromkeys(text for _, wrong, right in _WRONG for text in (wrong, right)):
        assert Matcher(at_words).findings(text) == everywhere.findings(text)


def test_what_edited_prose_knows_decides_whether_a_rule_speaks() -> None:
    rule = OwnRule("Its", "", r"\bit's ([a-z]+)", ("its {1}",), "it's", unseen=("it's {1}",), seen=("its {1}",))
    assert Matcher((rule,)).findings("It is it's contents.")
    assert not Matcher((rule,)).findings("It is it's true.")
    assert not Matcher((replace(rule, least=1e9),)).findings("It is it's contents.")


def test_what_edited_prose_has_most_is_suggested_first() -> None:
    rule = OwnRule("In", "", r"in ([a-z]+) window", ("in the {1} window", "in {a:1} window"), "window", by_count=True)
    (finding,) = Matcher((rule,)).findings("Open it in new window")
    assert [edit.text for edit in finding.edits] == ["a ", "the "]


def test_every_rule_has_examples_of_both_sorts() -> None:
    assert [r.name for r in RULES if not r.wrong or not r.right] == []
    assert len({r.name for r in RULES}) == len(RULES)


@given(st.text(alphabet="ai .,!?()'’-\nmonday its you form everyday", max_size=200))
def test_any_text_gives_edits_that_can_be_made(text: str) -> None:
    for finding in own_matcher().findings(text):
        for edit in finding.edits:
            assert apply_edits(text, [edit]) != text


def test_a_hostile_text_takes_no_longer_than_its_length() -> None:
    begun_s = time.monotonic()
    for piece in (
        "one of the most ",
        "a " * 50,
        "its ",
        "monday ",
        "(" * 50,
        " ,",
        "i ",
        "how the ",
        "to be use by ",
        "in new ",
    ):
        own_matcher().findings(piece * (20_000 // len(piece)))
    assert time.monotonic() - begun_s < 20


def test_the_engine_speaks_english_alone() -> None:
    with pytest.raises(Unavailable):
        PatternEngine(Settings(language="de-DE"))
    engine = PatternEngine(Settings())
    assert [f.rule for f in engine.submit("We met on monday.").result()] == ["localproof/Weekday"]
    assert {r.name for r in catalogue(Settings())} == {f"localproof/{r.name}" for r in RULES}


def test_a_paragraph_that_did_not_change_is_answered_from_memory() -> None:
    asked: list[str] = []

    def findings(text: str) -> tuple[Finding, ...]:
        asked.append(text)
        return ()

    answer = remember_answers(findings)
    long = "A long one. " * 1000
    for text in ("One.", "Two.", "One.", long, long):
        assert answer(text).result() == ()
    assert asked == ["One.", "Two.", long, long]
