"""The sentence with marks beneath: they stand under the right words, at any width, in any script."""

from __future__ import annotations

import re

import pytest
import sample_run as sample
from hypothesis import given
from hypothesis import strategies as st

from localproof.render import Style, findings_of
from localproof.render.snippet import draw_snippet, make_snippets
from localproof.render.suggestion_text import describe_changes, widen_to_words
from localproof.render.width import columns, one_line, to_cells
from localproof.report import Finding, Report
from localproof.text import Block, Document, Edit, Piece, Span


def report_of(text: str, *findings: Finding) -> Report:
    return Report(sample.document("a.md", text), findings)


def shown(text: str, *spans: tuple[int, int], room: int = 76, style: Style | None = None) -> list[str]:
    """The lines drawn for findings at `spans`, scene after scene."""
    style = style or Style()
    report = report_of(text, *(Finding(Span(*s), "x/Y", "") for s in spans))
    out: list[str] = []
    for scene in make_snippets(report, report.findings, room, style):
        out += draw_snippet(text, scene, room, style)
    return out


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("plain", 5),
        ("e\u0301", 1),
        ("漢字", 4),
        ("ｆｕｌｌ", 8),
        ("한국", 4),
        ("\u1112\u1161\u11ab", 2),
        ("\N{GRINNING FACE}", 2),
        ("\N{HEAVY BLACK HEART}\ufe0f", 2),
        ("\N{THUMBS UP SIGN}\U0001f3fd", 2),
        ("\N{WOMAN}\u200d\N{PERSONAL COMPUTER}", 2),
        ("\U0001f1eb\U0001f1f7", 2),
        ("שלום", 4),
        ("a\u200bb", 2),
        ("\t", 1),
        ("a\r\n  > b", 3),
        ("\x1b[0m", 7),
        ("\ud800", 6),
        ("…—’", 3),
    ],
)
def test_characters_take_the_columns_that_terminals_give_them(text: str, width: int) -> None:
    assert columns(text) == width
    assert len(to_cells(text)) == len(text)


def test_marks_stand_beneath_the_words() -> None:
    assert shown("I could of gone.", (8, 10)) == ["I could of gone.", "        ~~"]


def test_marks_know_wide_characters_before_the_words() -> None:
    assert shown("漢字 of \N{GRINNING FACE}e\u0301 this", (3, 5), (10, 14)) == [
        "漢字 of \N{GRINNING FACE}e\u0301 this",
        "     ~~     ~~~~",
        "     1      2",
    ]


def test_an_insertion_is_a_caret_where_it_goes() -> None:
    assert shown("However nobody minded", (7, 7)) == ["However nobody minded", "       ^"]
    assert shown("No end", (6, 6)) == ["No end", "      ^"]
    assert shown("No end", (0, 0)) == ["No end", "^"]


def test_surrounding_white_space_is_marked_only_if_it_is_all_there_is() -> None:
    assert shown("the the cat", (4, 8))[1] == "    ~~~"
    assert shown("a shame , yes", (7, 8))[1] == "       ~"


def test_two_findings_in_one_sentence_share_it_and_are_numbered() -> None:
    assert shown("Its a shame , yes. Other words.", (0, 3), (11, 12)) == [
        "Its a shame , yes.",
        "~~~        ~",
        "1          2",
    ]


def test_findings_that_do_not_fit_in_one_line_stand_apart() -> None:
    text = "one " + "word " * 20 + "two"
    assert len(shown(text, (0, 3), (len(text) - 3, len(text)), room=40)) == 4


def test_findings_that_lie_over_each_other_stand_apart() -> None:
    assert len(shown("one two three", (0, 7), (4, 13))) == 4
    assert len(shown("one two three", (4, 4), (4, 7))) == 4


def test_more_than_nine_findings_in_a_sentence_are_told_in_two_groups() -> None:
    text = "ab " * 12
    assert len(shown(text, *((i, i + 2) for i in range(0, 36, 3)))) == 6


def test_only_the_sentence_is_shown() -> None:
    text = "Dr. Smith left, e.g. on Monday. She said so! Then it rained. (Hard.)"
    for inside, sentence in (
        ("Smith", "Dr. Smith left, e.g. on Monday."),
        ("said", "She said so!"),
        ("rained", "Then it rained."),
        ("She", "She said so!"),
        ("Hard", "(Hard.)"),
        ("Monday. She", "Dr. Smith left, e.g. on Monday. She said so!"),
        (" She", "Dr. Smith left, e.g. on Monday. She said so!"),
    ):
        at = text.index(inside)
        assert shown(text, (at, at + len(inside)))[0] == sentence


def test_a_sentence_ends_with_its_block() -> None:
    text = "# A heading\ntext of the paragraph"
    blocks = tuple(
        Block("paragraph", text[a:b], (Piece(Span(0, b - a), Span(a, b), "text"),)) for a, b in ((2, 11), (12, 33))
    )
    report = Report(Document("a.md", text, blocks), (Finding(Span(4, 11), "x/Y", ""),))
    (scene,) = make_snippets(report, report.findings, 76, Style())
    assert draw_snippet(text, scene, 76, Style())[0] == "A heading"


def test_a_sentence_over_several_lines_is_told_in_one() -> None:
    text = "> It runs over\r\n> two lnies\n> and more."
    at = text.index("lnies")
    assert shown(text, (at, at + 5)) == ["> It runs over two lnies and more.", "                   ~~~~~"]


def test_a_long_sentence_is_cut_between_words() -> None:
    text = "word " * 30 + "mistak " + "word " * 30
    at = text.index("mistak")
    assert shown(text, (at, at + 6), room=30) == ["…word word mistak word word…", "           ~~~~~~"]
    ascii_style = Style(unicode=False)
    assert shown(text, (at, at + 6), room=30, style=ascii_style)[0] == "...word mistak word..."


def test_words_longer_than_the_line_show_their_beginning() -> None:
    line, marks = shown("x " + "a" * 90, (2, 92), room=20)
    assert line == "…" + "a" * 18 + "…"
    assert marks == " " + "~" * 18


def test_words_from_right_to_left_are_marked_with_their_whole_run() -> None:
    text = "He said שלום לכם עולם to us."
    at = text.index("לכם")
    assert shown(text, (at, at + 3))[1] == " " * 8 + "~" * 13


WORDS = st.lists(
    st.text(st.sampled_from("abcXYZ.,'é漢字\N{GRINNING FACE}\u0301\u200d\ufe0f\t\x1b\u2028"), min_size=1, max_size=12),
    min_size=1,
    max_size=40,
).map(" ".join)


@given(WORDS, st.integers(14, 110), st.data())
def test_mark_begins_under_flagged_words_and_every_line_fits(text: str, room: int, data: st.DataObject) -> None:
    starts = [i for i, c in enumerate(to_cells(text)) if c.width and c.text.strip()]
    if not starts:
        return
    start = data.draw(st.sampled_from(starts))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    line, marks = shown(text, (start, end), room=room)
    assert columns(line) <= room and len(marks) <= room
    column = len(marks) - len(marks.lstrip())
    under = {line[i:] for i in range(len(line) + 1) if columns(line[:i]) == column}
    flagged = one_line(text)[len("".join(c.text for c in to_cells(text)[:start])) :]
    wanted = {flagged[:1], "…", ""} if start == end else {flagged[:1]}  # an insertion may stand at the end
    assert wanted & {rest[:1] for rest in under}
    assert ("^" in marks) == (start == end)


@given(WORDS, st.integers(1, 200), st.data())
def test_the_whole_text_of_any_finding_stays_within_the_width(text: str, width: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    finding = Finding(span, "x/Y", "Why not.", (Edit(span, "new"), Edit(span, "")), ("x/Y", "z/W"), probability=0.5)
    for line in findings_of(report_of(text, finding), Style(width=width)).splitlines():
        longest = max((columns(word) for word in re.split(r"[ ]", line)), default=0)
        assert columns(line) <= max(width, 16) or columns(line.strip()) <= longest + 3


@pytest.mark.parametrize(
    ("context", "news", "told"),
    [
        ("I could [of] gone", ["have"], [("of", ["have"])]),
        ("for [a] hour", ["an"], [("a", ["an"])]),
        ("in the [the ]cold.", [""], [("the", [""])]),
        ("the man[,] who", [""], [("man,", ["man"])]),
        ("I want[] go", [" to"], [("want go", ["want to go"])]),
        ("a shame[ ], though", [""], [("shame ,", ["shame,"])]),
        ("However[] nobody", [","], [("However", ["However,"])]),
        ("the [goverment] did", ["government", "governor"], [("goverment", ["government", "governor"])]),
        ("and [Its] full", ["It's", "It has"], [("Its", ["It's", "It has"])]),
        ("have [it's] own", ["its"], [("it's", ["its"])]),
        ("[Of] course", ["Off"], [("Of", ["Off"])]),
        ("end of\n[teh] line", ["the"], [("teh", ["the"])]),
        ("end [of] all", ["off", "for"], [("of", ["off", "for"])]),
        ("[of]", ["have"], [("of", ["have"])]),
        ("[]", ["x"], [("", ["x"])]),
    ],
)
def test_a_change_is_told_in_whole_words(context: str, news: list[str], told: list[tuple[str, list[str]]]) -> None:
    text = context.replace("[", "").replace("]", "")
    finding = sample.finding(text, context, *news, source=("x/Y",), message="")
    assert describe_changes(text, finding) == told


@pytest.mark.parametrize(
    ("context", "news", "words"),
    [
        ("have [it's] own", ["its"], "it's"),
        ("I could [of] gone", ["have"], "of"),
        ("in the [the ]cold.", [""], "the"),
        ("the man[,] who", [""], "man,"),
        ("a shame[ ], though", [""], "shame ,"),
        ("a co[-]op", [" "], "co-op"),
    ],
)
def test_the_marks_stand_beneath_the_words_that_the_entry_names(context: str, news: list[str], words: str) -> None:
    head, line, marks, *_ = told(context, *news).splitlines()
    assert line[marks.index("~") : len(marks)] == words
    assert head.partition(": ")[2].removeprefix("remove ").strip("“”").startswith(words)


def test_alternatives_of_different_words_are_marked_together() -> None:
    text = "Well, this are good."
    edits = (Edit(Span(11, 14), "is"), Edit(Span(6, 10), "these"))
    said = findings_of(report_of(text, Finding(Span(11, 14), "x/Y", "", edits)), Style())
    assert said.splitlines()[:3] == [
        "a.md:1:12: this are → this is or these are",
        " 1 │ Well, this are good.",
        "   │       ~~~~~~~~",
    ]


def test_alternatives_of_different_reach_are_told_of_the_same_words() -> None:
    text = "I could of gone"
    edits = (Edit(Span(8, 10), "have"), Edit(Span(2, 10), "could've"))
    assert describe_changes(text, Finding(Span(8, 10), "x/Y", "", edits)) == [("could of", ["could have", "could've"])]


@given(st.text(max_size=40), st.text(max_size=8), st.data())
def test_a_change_told_in_context_has_the_same_result(text: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    edit = Edit(Span(start, data.draw(st.integers(start, len(text)))), new)
    wide = widen_to_words(text, edit)
    assert wide.span.contains(edit.span)
    made = text[: edit.span.start] + new + text[edit.span.end :]
    assert text[: wide.span.start] + wide.text + text[wide.span.end :] == made


def told(context: str, *news: str, style: Style | None = None, **more: object) -> str:
    text = context.replace("[", "").replace("]", "")
    finding = sample.finding(text, context, *news, source=("x/Y",), message="Why.", **more)  # type: ignore[arg-type]
    return findings_of(report_of(text, finding), style or Style())


def test_changes_that_the_eye_cannot_see_are_spelled_out() -> None:
    assert "one␣␣two → one two" in told("one [ ]two", "")
    assert "10<U+00A0>km → 10 km" in told("10[\u00a0]km", " ")
    assert "one__two -> one two" in told("one [ ]two", "", style=Style(unicode=False))


def test_a_word_with_nothing_beside_it_is_removed_in_words() -> None:
    assert "remove “really”" in told("[really]", "")


def test_more_suggestions_than_three_are_counted() -> None:
    assert "a or b or c (2 more)" in told("a word [werd] here", "a", "b", "c", "d", "e")


def test_a_hint_is_advice_and_says_why_it_is_no_suggestion() -> None:
    assert "by hand: “gone” (the change would cross markup)" in told("I [went]", hints=("gone",))


def test_a_hint_says_what_is_in_its_way() -> None:
    for reason, why in (("layout", "no room for it in its column"), ("encoding", "the encoding of the file")):
        assert why in told("I [went]", hints=("gone",), hint_reasons=(reason,))


def test_no_claim_is_ever_certain_or_void() -> None:
    assert "over 99 % sure" in told("I [went]", "go", probability=1.0)
    assert "under 1 % sure" in told("I [went]", "go", probability=0.0)
    assert "sure" not in told("I [went]", "go")
