"""How carelessly a document is written, and what that does to its findings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from localproof.report import Finding
from localproof.scoring.careless import EXPECTED, Carelessness, carelessness
from localproof.text import Block, Edit, Piece, Span


def block(text: str) -> Block:
    whole = Span(0, len(text))
    return Block("paragraph", text, (Piece(whole, whole, "text"),))


def finding(text: str, old: str, new: str, probability: float) -> Finding:
    span = Span(text.index(old), text.index(old) + len(old))
    return Finding(span, "harper/X", "", (Edit(span, new),), probability=probability)


TEXT = "We recieve teh lettre on wensday."
SURE = tuple(finding(TEXT, old, "x", 0.95) for old in ("recieve", "teh", "lettre", "wensday"))


def test_a_careless_text_raises_and_a_careful_one_lowers() -> None:
    suspect = finding(TEXT, "on", "in", 0.4)
    careless = carelessness([(block(TEXT), SURE)], 300).rescored(TEXT, suspect).probability or 0.0
    careful = carelessness([(block(TEXT), ())], 3000).rescored(TEXT, suspect).probability or 0.0
    assert careless > 0.5 > 0.4 > careful


def test_a_short_text_and_a_finding_by_itself_tell_nothing() -> None:
    assert carelessness([(block(TEXT), SURE[:1])], 6).shift(TEXT, SURE[0]) == 0
    assert Carelessness().shift(TEXT, SURE[0]) == 0


def test_the_same_slip_again_and_again_counts_once() -> None:
    once = carelessness([(block(TEXT), SURE[:1])], 300)
    assert carelessness([(block(TEXT), SURE[:1])] * 9, 300) == once


def test_matters_of_taste_are_no_errors() -> None:
    taste = Finding(Span(0, 2), "harper/X", "", (), kind="style", probability=0.9)
    known = carelessness([(block(TEXT), [taste] * 9)], 100)
    assert not known.errors
    assert carelessness([(block(TEXT), SURE)], 100).shift(TEXT, taste) == 0


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_what_is_certain_either_way_stays_within_bounds(probability: float) -> None:
    known = carelessness([(block(TEXT), SURE)], 100)
    assert 0 <= (known.rescored(TEXT, finding(TEXT, "on", "in", probability)).probability or 0.0) <= 1


def test_what_the_tagger_expects_makes_a_document_careless_or_careful() -> None:
    suspect = replace(SURE[0], rule="model/article")
    shifts = [carelessness([], 1000, expected).shift(TEXT, suspect) for expected in (1.0, EXPECTED, 30.0, 300.0)]
    assert shifts == sorted(shifts) and shifts[0] < shifts[2]
    assert carelessness([], 1000, EXPECTED).shift(TEXT, suspect) == carelessness([], 1000).shift(TEXT, suspect)
    assert carelessness([], 1000, 300.0).shift(TEXT, SURE[0]) == carelessness([], 1000).shift(TEXT, SURE[0])
    assert carelessness([], 10, 0.0).shift(TEXT, suspect) == carelessness([], 10).shift(TEXT, suspect)
