"""What rules may ask of a word, by what edited prose knows of it."""

from __future__ import annotations

import pytest

from localproof.engines.word_classes import ASKS, FORMS, bare_form, usual_preposition

_IN_CLASS = {
    "count noun": ("computer", "information"),
    "clear count noun": ("laptop", "capacity"),
    "singular": ("file", "files"),
    "plural": ("files", "works"),
    "base verb": ("create", "table"),
    "verb": ("use", "window"),
    "third person": ("allows", "files"),
    "participle": ("added", "need"),
    "adjective": ("huge", "table"),
    "no verb": ("device", "create"),
    "predicate": ("convenient", "contents"),
    "no predicate": ("contents", "convenient"),
    "common": ("the", "xyzzyx"),
}


def test_every_class_has_a_word_in_it_and_one_that_is_not() -> None:
    assert ASKS.keys() == _IN_CLASS.keys()


@pytest.mark.parametrize("name", _IN_CLASS)
def test_a_class_takes_its_words_and_no_others(name: str) -> None:
    inside, outside = _IN_CLASS[name]
    assert ASKS[name](inside)
    assert not ASKS[name](outside)


def test_the_first_form_is_found_of_each_other_one() -> None:
    assert [bare_form(w) for w in ("makes", "written", "using", "went")] == ["make", "write", "use", "go"]
    assert bare_form("table") == ""


def test_the_usual_preposition_is_the_one_that_leads_by_far() -> None:
    assert usual_preposition("Refers") == "to"
    assert usual_preposition("house") == ""


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_what_is_no_word_is_no_crash(name: str) -> None:
    if name not in ("make", "tell"):  # asked of words in their table only
        assert isinstance(FORMS[name]("xyzzyx"), str)
