"""Letters in another form than engines know: seen plain, and written back without touching what stays."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_formats_every import FRAMES, PROSE
from test_formats_proof import proven

from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.suppressions import UserDictionary
from localproof.report import Finding
from localproof.scoring import count_words
from localproof.text import Block, Edit, Span, apply_edits, plain, plain_forms

# fmt: off
PIECES = [
    "a", "B", "word ", "e\u0301", "e\u0323\u0301", "o\u0308", "\u0301", "é", "\ufb01", "\ufb04", "\u00ad", "\u200b",
    "\u200d", "\u200c", "\u2060", "\u00a0", "\u2011", "\uff28", "\uff10", "\U0001d400", "\u02bc", "😀",
    "👩\u200d👩", "\r\n", "\n\n", "\ufeff", "\u2028", "\t", " ", "שלום", "\u1112\u1161\u11ab", "한", "\u212b",
    "\x00", "\ud800", ".", "\u2019",
]
# fmt: on
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def block_of(text: str, name: str = "a.txt") -> Block:
    (block,) = proven(read(name, text, Settings())).blocks
    return block


@given(TEXTS | st.text())
def test_plain_forms_are_in_order_and_cover_what_differs(text: str) -> None:
    at, out = 0, ""
    for span, form in plain_forms(text):
        assert at <= span.start < span.end <= len(text)
        assert span.of(text) != form
        out += text[at : span.start] + form
        at = span.end
    assert out + text[at:] == plain(text)


def test_a_text_in_plain_form_is_left_as_it_is() -> None:
    text = "All ASCII — and “common” typography… with ½ and m², naïve façade, Ελληνικά, 日本語。"
    assert plain(text) == text


@given(TEXTS.filter(lambda t: any(map(str.isalpha, t))), st.data())
@example("re\u0301sume\u0301", None)
def test_an_edit_alters_the_source_within_its_span_alone(text: str, data: st.DataObject | None) -> None:
    for block in proven(read("a.txt", text, Settings())).blocks:
        start, end = (0, len(block.text))
        if data is not None:
            start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(block.text))] * 2)))
        edit = block.edit_to_source(Edit(Span(start, end), "xyz"))
        if edit is None:
            continue
        after = apply_edits(text, [edit])
        cut = [p for p in block.pieces for at in (start, end) if p.span.start < at < p.span.end and p.kind != "text"]
        place = block.to_source(Span(start, end))
        low = min([place.start, *(p.source.start for p in cut)])
        high = max([place.end, *(p.source.end for p in cut)])
        assert low <= edit.span.start <= edit.span.end <= high
        assert after == text[: edit.span.start] + edit.text + text[edit.span.end :]


@pytest.mark.parametrize("name", PROSE)
def test_every_format_sees_composed_letters(name: str) -> None:
    before, after = FRAMES[name]
    source = f"{before}My re\u0301sume\u0301 is nai\u0308ve and o\ufb03cial.{after}"
    assert [b.text for b in proven(read("a", source, Settings(), format=name)).blocks] == [
        "My résumé is naïve and official."
    ]


@pytest.mark.parametrize(
    ("source", "seen", "old", "new", "after"),
    [
        ("My re\u0301sumee\u0301 here", "My résumeé here", "résumeé", "résumé", "My re\u0301sume\u0301 here"),
        ("in\u00adter\u00adnatoinal", "internatoinal", "internatoinal", "international", "in\u00adter\u00adnational"),
        ("an e\ufb03cent way", "an efficent way", "efficent", "efficient", "an e\ufb03cient way"),
        ("an of\ufb01icial way", "an offiicial way", "offiicial", "official", "an of\ufb01cial way"),
        ("I have alot\u00a0of it", "I have alot of it", "alot of", "a lot of", "I have a lot\u00a0of it"),
        ("well\u2011knwon", "well-knwon", "well-knwon", "well-known", "well\u2011known"),
        ("a nai\u0308ve teh", "a naïve teh", "teh", "the", "a nai\u0308ve the"),
    ],
)
def test_only_the_letters_that_differ_are_written(source: str, seen: str, old: str, new: str, after: str) -> None:
    block = block_of(source)
    assert block.text == seen
    at = seen.index(old)
    edit = block.edit_to_source(Edit(Span(at, at + len(old)), new))
    assert edit is not None and apply_edits(source, [edit]) == after


def test_an_edit_that_cuts_a_ligature_takes_its_letters_along() -> None:
    block = block_of("a \ufb01nal word")
    edit = block.edit_to_source(Edit(Span(2, 3), "v"))
    assert edit is not None and apply_edits("a \ufb01nal word", [edit]) == "a vinal word"


def test_words_are_counted_and_known_in_their_plain_form() -> None:
    block = block_of("Re\u0301sume\u0301 and re\u0301sume\u0301 in\u00adter")
    assert count_words([block]).all == {"résumé": 2, "and": 1, "inter": 1}
    finding = Finding(Span(0, 6), "harper/SpellCheck", "?", kind="spelling")
    for word in ("re\u0301sume\u0301", "résumé"):
        assert UserDictionary.of([word]).covers(block.text, finding)


def test_emoji_scripts_and_meanings_are_kept() -> None:
    kept = "👩\u200d👩\u200d👧 नि\u200dक می\u200cخواهم x̄ m² ½ ① 한글 שלום ™"
    assert plain(kept) == unicodedata.normalize("NFC", kept)


def test_thousands_of_marks_on_one_letter_take_no_time() -> None:
    began = time.process_time()
    plain("a" + "\u0301\u0327" * 50_000)
    assert time.process_time() - began < 5
