"""What the neighbours of an unknown word, and its own parts, say of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.report import Finding
from localproof.scoring import features
from localproof.scoring.features import FeatureContext, RuleFacts
from localproof.scoring.name_features import neighbour_signs
from localproof.scoring.ngram_counts import ngram_counts
from localproof.text import Edit, Span

SPELL = ("harper/SpellCheck", "languagetool/MORFOLOGIK_RULE_EN_US")


def signs(text: str, word: str) -> set[str]:
    start = text.index(word)
    return set(neighbour_signs(text, Span(start, start + len(word)), ngram_counts()))


@pytest.mark.parametrize(
    ("text", "word", "sign"),
    [
        ("Thanks to ido-mode I jump.", "ido", "before a hyphen"),
        ("It is named com o pé direito there", "direito", "beside unknown words"),
        ("Alguns livros ajudam a calibrar a mentalidade", "calibrar", "beside unknown words"),
    ],
)
def test_neighbours_of_names_and_foreign_words_show_it(text: str, word: str, sign: str) -> None:
    assert sign in signs(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("We will recieve it on Monday.", "recieve"),
        ("He wrote it. Teh Monday after", "wrote"),
        ("They recieve- and keep it.", "recieve"),
        ("It was begining\nkubernetes is new.", "begining"),
        ("The orginal KubeUI is there.", "orginal"),
        ("It doesn't recieve it, and he'll recieve’t.", "recieve"),
        ("The 'first' recieve-", "recieve"),
    ],
)
def test_neighbours_of_misspellings_show_nothing(text: str, word: str) -> None:
    assert not signs(text, word)


@given(st.text("ab AB,-’'“(é\n", max_size=40), st.integers(0, 40), st.integers(0, 6))
def test_any_place_of_any_text_has_signs_or_none(text: str, start: int, length: int) -> None:
    at = min(start, len(text))
    list(neighbour_signs(text, Span(at, min(at + length, len(text))), ngram_counts()))


def seen(text: str, old: str, new: str) -> dict[str, float]:
    span = Span(text.index(old), text.index(old) + len(old))
    found = Finding(span, SPELL[0], "", (Edit(span, new),), SPELL, "spelling", agreement=2)
    return features.features(text, found, FeatureContext(), ngram_counts(), RuleFacts())


@pytest.mark.parametrize(
    ("old", "new", "sign", "holds"),
    [
        ("outliner", "outlier", "built regularly", True),
        ("occured", "occurred", "built regularly", False),  # a letter that was not doubled
        ("deserialises", "deserializes", "dialect variant", True),
        ("exorcizing", "exorcising", "dialect variant", True),
        ("parametrised", "parameterized", "dialect variant", True),
        ("ctags", "crags", "short and no listed misspelling", True),
        ("teh", "the", "short and no listed misspelling", False),
        ("probit", "profit", "rare word and no listed misspelling", True),
        ("recieve", "receive", "rare word and no listed misspelling", False),
    ],
)
def test_words_regularly_built_are_told_from_slips(old: str, new: str, sign: str, holds: bool) -> None:
    assert (sign in seen(f"We saw {old} there.", old, new)) == holds


def test_a_hyphen_taken_away_is_told() -> None:
    text = "Press a multi-byte key."
    assert "joins at a hyphen" in seen(text, "multi-byte", "multibyte")
    assert "joins at a hyphen" not in seen("The side bar.", "side bar", "sidebar")


@pytest.mark.parametrize(("text", "thrice"), [("Press Up Up Up Enter.", True), ("Press Up Up Enter.", False)])
def test_what_is_said_three_times_is_told(text: str, thrice: bool) -> None:
    span = Span(text.rindex("Up"), text.index("Enter"))
    doubled = Finding(span, "harper/RepeatedWords", "", (Edit(span, ""),), ("harper/RepeatedWords",), "grammar")
    told = features.features(text, doubled, FeatureContext(), ngram_counts(), RuleFacts())
    assert ("said three times" in told) == thrice
