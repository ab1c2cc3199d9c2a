"""An edit writes apostrophes, quotation marks, dashes and ellipses as the text around it does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.typography import Typography, decomposed, straight
from localproof.report import Finding, Kind
from localproof.text import Document, Edit, Span, apply_edits


def document(text: str) -> Document:
    return read("a.txt", text, Settings())


def fitted(text: str, old: str, new: str, kind: Kind = "spelling") -> str:
    """What `new` becomes in the place of the last `old` of the text."""
    blocks = document(text).blocks
    number = max(i for i, b in enumerate(blocks) if old in b.text)
    at = blocks[number].text.rindex(old)
    finding = Finding(Span(at, at + len(old)), "x/Y", "why", (Edit(Span(at, at + len(old)), new),), kind=kind)
    ((edit,),) = [f.edits for f in Typography(blocks).fitted(number, [finding])]
    return edit.text


@pytest.mark.parametrize(
    ("text", "old", "new", "written"),
    [
        ("She’s here, but I dont know.", "dont", "don't", "don’t"),
        ("She's here, but I dont know.", "dont", "don’t", "don't"),
        ("I dont know.", "dont", "don't", "don't"),
        ("“Yes,” she said. I dont know.", "dont", "don't", "don’t"),
        ('"Yes," she said. I dont know.', "dont", "don’t", "don't"),
        ("It’s so.\n\nHe said nothing.\n\nI dont know.", "dont", "don't", "don’t"),
        ("It’s so.\n\nIt's so.\n\nI dont know.", "dont", "don't", "don't"),
        ("It's so. It’s so, I dont know.", "dont", "don't", "don’t"),
        ("the dogs’ tails and the cats tail", "cats", "cat's", "cat’s"),
        ("‘So it is’, and I dont", "dont", "don't", "don’t"),
        ("He said “yes” and no.", "no", '"no"', "“no”"),
        ('He said "yes" and no.', "no", "“no”", '"no"'),
        ("Wait… and so on..", "on..", "on...", "on…"),
        ("Wait... and so on", "on", "on…", "on..."),
        ("This — so to speak — is it, that is", "it, that", "it – that", "it — that"),
        ("This -- so to speak -- is it, that is", "it, that", "it — that", "it -- that"),
        ("A — b and 10-20 here", "10-20", "10–20", "10–20"),
    ],
)
def test_marks_are_written_as_the_nearest_of_their_kind(text: str, old: str, new: str, written: str) -> None:
    assert fitted(text, old, new) == written


def test_what_is_of_typography_stays_as_it_is_offered() -> None:
    assert fitted("She's here, isn't she", "isn't", "isn’t", kind="typography") == "isn’t"
    assert fitted("She's here, isn't she", "isn't", "isn’t") == "isn’t"


def test_edits_that_differ_in_typography_alone_become_one() -> None:
    blocks = document("She’s here, but I dont know.").blocks
    edits = (Edit(Span(18, 22), "don't"), Edit(Span(18, 22), "don’t"))
    (one,) = Typography(blocks).fitted(0, [Finding(Span(18, 22), "x/Y", "why", edits)])
    assert one.edits == edits[1:]


@given(st.text("ab '’\"“”….-—–\n1", max_size=30), st.text("ab'’\"….-—", max_size=5), st.data())
def test_nothing_but_marks_is_ever_altered(text: str, new: str, data: st.DataObject) -> None:
    assume("-—" not in new and "—-" not in new)  # beside a dash written as two hyphens nobody tells one
    for number, block in enumerate(document(text).blocks):
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(block.text))] * 2)))
        finding = Finding(Span(start, end), "x/Y", "why", (Edit(Span(start, end), new),))
        (one,) = Typography(document(text).blocks).fitted(number, [finding])
        (edit,) = one.edits
        assert edit.span == Span(start, end)
        plain = straight(edit.text).replace("---", "—").replace("--", "—")
        assert plain == straight(new).replace("---", "—").replace("--", "—")
        apply_edits(block.text, [edit])


def test_accents_are_set_apart_where_all_of_the_text_are() -> None:
    apart = document(unicodedata.normalize("NFD", "Le café et la naïveté"))
    assert decomposed(apart, "né") == "ne\u0301"
    assert decomposed(document("Le café"), "né") == "né"
    assert decomposed(document("Le cafe"), "né") == "né"
