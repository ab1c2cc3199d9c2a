"""The review as values: every command, and that undo leads back, character for character."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_fakes import find, page, session

from localproof.config import Settings
from localproof.formats import read
from localproof.project.comparison import edits_between, words_changed
from localproof.review import intake
from localproof.review import session as review
from localproof.review.content_merge import merge_content
from localproof.review.positions import BlockIndex, carry_span, draft_text, inverse_edits, move_offset
from localproof.review.session import ReviewSession, ViewFilter
from localproof.text import Edit, Span, apply_edits


def flagged(s: ReviewSession) -> list[str]:
    return [item.span.of(s.pages[item.page].text) for item in review.queue(s)]


def now(s: ReviewSession) -> str | None:
    item = review.current(s)
    return item.span.of(s.pages[item.page].text) if item else None


def sentence_now(s: ReviewSession) -> str | None:
    """What is offered for writing the present sentence anew."""
    item = review.current(s)
    span = review.editable_span(s, item, sentence=True) if item else None
    return draft_text(s.pages[item.page].text, span) if item and span else None


def again(s: ReviewSession, *, follow: bool = False) -> ReviewSession:
    """Every page that was changed, checked again."""
    for n, p in enumerate(s.pages):
        if p.since:
            report = find(read(p.name, p.text, Settings()))
            s = intake.update_page(s, n, p.version, report, follow=follow)
    return s


def test_going_between_two_views_makes_neither_anew() -> None:
    s = session("teh maybe\n")
    here = review.items(s, 0)
    other = review.show(s, ViewFilter("", True))
    assert len(review.items(other, 0)) == 2
    assert review.items(s, 0) is here


def test_a_suggestion_is_made_and_the_next_finding_comes_up() -> None:
    s = review.accept(session("It is teh end.\n\nWe could of gone.\n"))
    assert s.pages[0].text == "It is the end.\n\nWe could of gone.\n"
    assert now(s) == "could of"
    assert review.tally(s) == {"accepted": 1}


def test_what_a_correction_widens_is_widened_with_it_and_undone() -> None:
    text = "It could of then\n================\n\n+---------+\n| then xx |\n| teh teh |\n| wich xx |\n+---------+\n"
    s = intake.add_page(ReviewSession(), page(text, "a.rst"))
    s = review.accept(review.accept(s))
    assert s.pages[0].text.startswith("It could have than\n==================\n")
    s = review.accept_alike(review.accept(s))
    assert "| than xx |\n| the the |\n" in s.pages[0].text
    s = review.accept(s)
    assert s.note.startswith("there is no room for this in its column")
    for _ in range(4):
        s = review.undo(s)
    assert s.pages[0].text == text


def test_suggestion_is_chosen_by_number_and_a_missing_one_is_refused() -> None:
    s = session("It is teh end.\n")
    assert review.accept(s, 2).pages[0].text == "It is tea end.\n"
    assert review.accept(s, 3).note == "there is no suggestion 3"
    assert review.accept(s, 3).pages == s.pages


def test_what_an_edit_brings_up_is_told_and_gone_to_only_if_wished() -> None:
    s = review.accept(session("We could of went home.\n\nAnd teh end.\n"))
    assert now(again(s)) == "teh"
    assert again(s).note == "1 new finding after your change"
    followed = again(s, follow=True)
    assert now(followed) == "could have went"
    assert now(review.accept(followed)) == "teh"


def test_finding_inside_an_edit_vanishes_and_the_others_move() -> None:
    s = session("We could of teh wich.\n")
    first = review.current(s)
    assert first is not None
    s = review.edit(s, "might")  # rewrites "could of" whole
    assert s.pages[0].text == "We might teh wich.\n"
    assert flagged(s) == ["teh", "wich"]


def test_a_report_on_a_text_that_has_changed_since_is_not_taken() -> None:
    s = session("It is teh end, wich is good.\n")
    late = s.pages[0].report
    s = review.accept(s)
    assert intake.update_page(s, 0, 0, late) is s


def test_dismissed_findings_leave_the_queue_and_return_on_undo() -> None:
    s = session("It is teh end, wich could of been teh start.\n")
    for command in (review.skip, review.ignore, review.silence):
        after = command(s)
        assert len(flagged(after)) < len(flagged(s))
        assert flagged(review.undo(after)) == flagged(s)
    assert flagged(review.silence(s)) == ["wich", "could of"]


def test_a_word_is_right_in_every_file_once_it_is_in_a_list() -> None:
    s = review.add_word(session("It is teh end.\n", "Again teh end, wich is it.\n"), "project")
    assert flagged(s) == ["wich"]
    assert s.words == (("teh", "project"),)
    assert review.undo(s).words == ()


def test_a_word_list_is_not_for_grammar() -> None:
    s = session("Bigger then us.\n")
    assert "spellings" in review.add_word(s, "user").note
    assert review.add_word(s, "user").words == ()


def test_the_same_correction_is_made_wherever_the_words_are_the_same() -> None:
    s = review.accept_alike(session("Teh teh, teh and wich teh.\n", "teh\n"))
    assert s.pages[0].text == "Teh the, the and wich the.\n"
    assert s.pages[1].text == "teh\n"
    assert review.undo(s).pages[0].text == "Teh teh, teh and wich teh.\n"
    assert review.tally(s) == {"accepted": 3}


def test_next_and_previous_go_round_and_files_are_leapt_over() -> None:
    s = session("teh wich.\n", "All is well.\n", "could of been.\n")
    assert now(review.forward(s)) == "wich"
    assert now(review.back(review.forward(s))) == "teh"
    assert now(review.next_page(s, 1)) == "could of"
    assert now(review.next_page(review.next_page(s, 1), -1)) == "teh"
    end = review.forward(review.forward(review.forward(s)))
    assert now(end) is None
    assert review.position(end) == (0, 0, 0, 3)
    assert now(review.back(end)) == "could of"
    assert now(review.forward(end)) == "teh"
    assert review.back(s).note == "this is the first"


def test_findings_are_filtered_and_held_back_ones_shown_on_demand() -> None:
    s = session("Maybe teh end could of been, maybe.\n")
    assert flagged(review.show(s, ViewFilter("grammar"))) == ["could of"]
    assert flagged(review.show(s, ViewFilter("test/teh"))) == ["teh"]
    assert flagged(review.show(s, ViewFilter("", held=True))) == ["teh", "could of", "maybe"]
    later = review.forward(session("maybe teh, maybe wich.\n"))
    assert now(later) == now(review.show(later, ViewFilter("", held=True))) == "wich"
    assert review.show(s, ViewFilter("zebra")).note.startswith("0 findings for zebra")


def test_manual_edits_start_with_whole_words_and_stay_in_the_prose() -> None:
    s = session("He said **teh**-end, `teh` [teh end](http://teh.example/teh).\n")
    item = review.current(s)
    assert item is not None
    span = review.editable_span(s, item)
    assert span is not None and span.of(s.pages[0].text) == "teh"
    assert review.edit(s, "one\ntwo").note.startswith("one line only")
    assert review.edit(s, "teh").note == "nothing changed"


def test_rewritten_sentence_changes_only_the_words_that_differ() -> None:
    s = session("A first. It is teh end\nof a **wich** of us. A third.\n")
    assert sentence_now(s) == "It is teh end of a"
    after = review.edit(s, "It was teh end of a", sentence=True)
    assert after.pages[0].text == "A first. It was teh end\nof a **wich** of us. A third.\n"
    assert (now(after), flagged(after)) == ("teh", ["teh", "wich"])  # which is still to be decided
    assert review.tally(after) == {"edited": 1}
    assert review.undo(after).pages[0].text == s.pages[0].text
    right = review.edit(s, "It is the end of", sentence=True)
    assert right.pages[0].text == "A first. It is the end of **wich** of us. A third.\n"


def test_lines_stay_as_they_are_where_a_sentence_is_written_anew() -> None:
    s = session("It is\r\nteh end\r\nof us.\r\n")
    assert sentence_now(s) == "It is teh end of us."
    assert review.edit(s, "It is the end of us.", sentence=True).pages[0].text == "It is\r\nthe end\r\nof us.\r\n"
    assert review.edit(s, "It is teh end.", sentence=True).pages[0].text == "It is\r\nteh end.\r\n"
    s = session("> It is\n> teh end\n> of us.\n")
    assert sentence_now(s) == "teh end"  # for what lies between is more than a line end


def test_a_sentence_ends_where_the_prose_does() -> None:
    s = session("- He said `a` that teh end is. Another.\n")
    assert sentence_now(s) == "that teh end is."


@pytest.mark.parametrize(
    ("name", "text", "typed", "left"),
    [
        ("a.html", "<p>It is teh end.</p>\n", "a < b & c", "<p>It is a &lt; b &amp; c end.</p>\n"),
        ("a.tex", "It is teh end.\n", "the 5 %", "It is the 5 \\% end.\n"),
        ("a.md", "It is teh end.\n", "*the* & all", "It is *the* & all end.\n"),
        ("a.adoc", "It is teh end.\n", "*the*", ""),
        ("a.tex", "It is teh end.\n", "\\emph{the}", ""),
    ],
)
def test_what_is_written_by_hand_is_written_as_the_format_writes_it(
    name: str, text: str, typed: str, left: str
) -> None:
    s = intake.add_page(ReviewSession(), page(text, name))
    after = review.edit(s, typed)
    assert after.pages[0].text == (left or text)
    assert ("something in this means markup here" in after.note) == (not left)


def test_a_notebook_stays_one_whatever_is_written_by_hand() -> None:
    raw = json.dumps({"cells": [{"cell_type": "markdown", "source": ["It is teh end.\n", "All."]}]}, indent=1)
    s = intake.add_page(ReviewSession(), page(raw, "a.ipynb"))
    after = review.edit(s, 'It is "the" C:\\new end.', sentence=True)
    assert json.loads(after.pages[0].text)["cells"][0]["source"][0] == 'It is "the" C:\\new end.\n'


def test_what_crosses_markup_cannot_be_accepted_or_edited_and_says_so() -> None:
    s = session("We could *of* gone.\n")
    assert "no suggestion" in review.accept(s).note
    assert "crosses markup" in review.edit(s, "could have").note
    assert review.accept(s).pages == s.pages


def test_undo_and_redo_without_anything_to_do_say_so() -> None:
    s = session("teh\n")
    assert review.undo(s).note == "there is nothing to undo"
    assert review.redo(s).note == "there is nothing to redo"


def test_earlier_decisions_are_recognised_by_the_surrounding_words() -> None:
    s = review.skip(session("Before it all, teh end of it.\n"))
    kept = intake.marks_by_context(s.pages[0], s.pages[0].report.document)
    moved_on = page("A new paragraph, wich is here.\n\nBefore it all,\nteh end of it.\n\nAnd teh end.\n")
    s = intake.add_page(ReviewSession(), replace(moved_on, recalled=frozenset(kept)))
    assert flagged(s) == ["wich", "teh"]
    assert s.pages[0].marks[0].verdict == "skipped"


def test_a_file_that_changed_elsewhere_keeps_the_decisions_that_fit() -> None:
    s = review.skip(review.accept(session("It is teh end.\n\nA wich b.\n")))
    both, misfits = merge_content(s.pages[0].original, s.pages[0].text, "New.\n\nIt is teh end.\n\nA wich b.\n")
    assert (both, misfits) == ("New.\n\nIt is the end.\n\nA wich b.\n", 0)
    document = read("a.md", s.pages[0].text, Settings())
    places = intake.marks_by_context(s.pages[0], document)
    s = intake.replace_original(
        s, 0, "New.\n\nIt is teh end.\n\nA wich b.\n", find(read("a.md", both, Settings())), places
    )
    assert flagged(s) == []
    assert s.pages[0].text == both and s.pages[0].changed
    assert review.tally(s) == {"accepted": 1, "skipped": 1}
    assert review.undo(s).note.startswith("a file was changed elsewhere: what was done in it before")


COMMANDS: list[Callable[[ReviewSession], ReviewSession]] = [
    review.accept,
    lambda s: review.accept(s, 2),
    review.accept_alike,
    review.skip,
    review.ignore,
    review.silence,
    lambda s: review.add_word(s, "user"),
    lambda s: review.edit(s, "漢字 and\tmore"),
    lambda s: review.edit(s, ""),
    lambda s: review.edit(s, "Another sentence, teh end.", sentence=True),
    lambda s: review.edit(s, (sentence_now(s) or "a").replace("wich", "which"), sentence=True),
    review.forward,
    review.back,
    again,
]
BITS = ("teh", "wich", "could of", "could of went", "*teh*", "`teh`", "[teh](teh)", "שלום", "漢字", "😀")
BITS += ("\n\n- ", "\n", "\n> ", "a", "\t", "&amp;", "maybe", "**teh** wich", "\r\n")
prose = st.lists(st.sampled_from(BITS), min_size=1, max_size=25).map(" ".join)
moves = st.lists(st.integers(0, len(COMMANDS) - 1), max_size=25)


@given(prose, moves)
def test_undoing_everything_leads_back_and_redoing_it_leads_forth(text: str, chosen: list[int]) -> None:
    s = start = session(text)
    for c in chosen:
        s = COMMANDS[c](s)
    end = s
    while s.past:
        s = review.undo(s)
    assert s.pages[0].text == text
    assert (s.words, s.pages[0].silent, s.pages[0].marks) == ((), (), ())
    assert flagged(again(s)) == flagged(start)
    while s.future:
        s = review.redo(s)
    assert s.pages[0].text == end.pages[0].text
    assert (s.words, s.pages[0].silent, set(s.pages[0].marks)) == (
        end.words,
        end.pages[0].silent,
        set(end.pages[0].marks),
    )


@given(prose, moves)
def test_no_command_touches_anything_but_prose(text: str, chosen: list[int]) -> None:
    s = session(text)
    for c in chosen:
        before = s.pages[0]
        s = COMMANDS[c](s)
        document = read("a.md", before.text, Settings())
        verbatim = [p.source for b in document.blocks for p in b.pieces if p.kind == "text"]
        for edit in edits_made(before, s.pages[0]):
            whole = range(edit.span.start, edit.span.end)
            prose = (any(v.start <= at < v.end for v in verbatim) or before.text[at] in "\r\n" for at in whole)
            assert all(prose), edit


def test_words_that_are_taken_out_take_the_blanks_behind_them_along() -> None:
    for text, left in (("teh \t teh", "teh"), ("- teh  a", "- a"), ("a teh b", "a b"), ("a teh \n\nb", "a  \n\nb")):
        assert review.edit(session(text), "").pages[0].text == left


def edits_made(before: review.ReviewPage, after: review.ReviewPage) -> list[Edit]:
    return [e for group in after.since[len(before.since) :] for e in group] if after.version > before.version else []


@given(prose, moves)
def test_what_is_to_be_decided_lies_in_the_present_text(text: str, chosen: list[int]) -> None:
    s = session(text)
    for c in chosen:
        s = COMMANDS[c](s)
        spans = [item.span for item in review.items(s, 0)]
        assert spans == sorted(spans)
        for item in review.items(s, 0):
            assert item.span.of(s.pages[0].text) == item.finding.span.of(s.pages[0].report.document.text)


texts = st.text("ab \n", max_size=40)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, tuple[Edit, ...]]:
    text = draw(texts)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, tuple(Edit(Span(a, b), draw(st.text("xyz", max_size=3))) for a, b in pairs)


@given(edited())
def test_the_inverse_of_edits_leads_back(case: tuple[str, tuple[Edit, ...]]) -> None:
    text, edits = case
    assert apply_edits(apply_edits(text, edits), inverse_edits(text, edits)) == text


@given(edited(), st.integers(0, 40), st.integers(0, 40))
def test_what_no_edit_went_into_is_carried_to_the_same_characters(
    case: tuple[str, tuple[Edit, ...]], start: int, length: int
) -> None:
    text, edits = case
    span = Span(min(start, len(text)), min(start + length, len(text)))
    there = carry_span(span, [edits])
    if there is not None:
        assert there.of(apply_edits(text, edits)) == span.of(text)
        assert move_offset(span.end, [edits]) >= there.end


@given(texts, texts, texts)
def test_merging_loses_nothing_of_theirs_but_what_we_changed(base: str, ours: str, theirs: str) -> None:
    assert merge_content(base, ours, base) == (ours, 0)
    assert merge_content(base, base, theirs) == (theirs, 0)
    both, _ = merge_content(base, ours, theirs)
    kept = set(theirs.splitlines()) - set(base.splitlines())
    assert kept <= set(both.splitlines())


@given(texts, texts)
def test_edits_between_two_texts_make_one_of_the_other(old: str, new: str) -> None:
    assert apply_edits(old, edits_between(old, new)) == new
    assert (words_changed(old, new) == 0) or old.split() != new.split()


@given(prose)
def test_a_place_of_the_source_is_found_in_its_block(text: str) -> None:
    document = find(read("a.md", text, Settings()))
    blocks = BlockIndex(document.document)
    for finding in document.findings:
        found = blocks.at(finding.span)
        assert found is not None
        block, inner = found
        assert block.to_source(inner) == finding.span
        assert block.from_source(finding.span) == inner


@pytest.mark.parametrize("old", ["", "one", "one two three"])
def test_no_word_has_changed_in_the_same_text(old: str) -> None:
    assert words_changed(old, old) == 0
