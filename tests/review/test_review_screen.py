"""The full screen, headless: keys through prompt-toolkit's pipe, pictures as text."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from review_fakes import find, page, session, workspace

from localproof.config import Settings
from localproof.formats import FORMATS, Format, read
from localproof.lsp import diagnostics
from localproof.lsp.code_actions import corrections
from localproof.render import RENDERERS, Style
from localproof.render.width import columns
from localproof.report import Finding, Report, Run
from localproof.review import intake, layout
from localproof.review import session as review
from localproof.review.layout import ScreenState
from localproof.review.plain import describe_item, finish_writing
from localproof.review.program import application
from localproof.review.screen import ReviewScreen
from localproof.review.session import ReviewPage, ReviewSession, ViewFilter
from localproof.review.summary import as_text, summarize
from localproof.text import Document, Edit, Span


class Room(DummyOutput):
    """An output of a certain size."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = Size(columns=size[0], rows=size[1])

    def get_size(self) -> Size:
        return self._size


def text_of(lines: list[layout.Line]) -> str:
    return "\n".join("".join(text for _, text in line) for line in lines)


def seen(s: ReviewSession, size: tuple[int, int] = (80, 20), **look: Any) -> str:
    wide, high = size
    return text_of(
        [layout.header_line(s, ScreenState(**look), wide), *layout.body_lines(s, ScreenState(**look), wide, high - 1)]
    )


def pressed(
    home: Path, texts: dict[str, str], *keys: str, size: tuple[int, int] = (80, 24)
) -> tuple[ReviewScreen, list[str]]:
    """The screen after the keys, each pressed when all that was begun is done, and what was to be seen before each."""
    files = []
    for name, text in texts.items():
        (home / name).write_text(text)
        files.append(home / name)
    shots: list[str] = []
    with workspace(home, *files, restart=True) as d, create_pipe_input() as pipe:
        screen = ReviewScreen(d, lambda rule: f"{rule} explained", colour=False)
        app = application(screen, mouse=True, source=pipe, target=Room(size))

        async def type_them() -> None:
            await settled(lambda: not screen.look.arriving)
            for key in keys:
                if app.is_done:
                    break
                shots.append(text_of(screen.render(*size)))
                pipe.send_text(key)
                await asyncio.sleep(0.15 if key.startswith("\x1b") else 0.01)
                await settled(lambda: screen.checking._work_queue.empty())
                await asyncio.sleep(0.02)
            if not app.is_done:
                shots.append(text_of(screen.render(*size)))
                app.exit()

        def begin() -> None:
            screen.begin()
            app.create_background_task(type_them())

        app.run(pre_run=begin)
        screen.checking.shutdown()
        return screen, shots


async def settled(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not done() and time.monotonic() < end:
        await asyncio.sleep(0.005)


TWO = {"a.md": "It is teh end.\n\nWe could of went, wich is so.\n", "b.md": "teh start\n"}


@pytest.mark.skipif(sys.platform == "win32", reason="an expression cannot be stopped there")
def test_a_text_whose_reader_hangs_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from localproof.review import program
    from localproof.system import cpu_limits

    def never(*_: Any) -> Any:
        return re.match(r"(a+)+$", "a" * 60 + "b")

    monkeypatch.setitem(FORMATS, "bad", Format("bad", (".bad",), never))
    monkeypatch.setattr(cpu_limits, "LEAST_S", 0.3)
    for name in ("a.md", "b.bad", "c.md"):
        (tmp_path / name).write_text("It is teh end.\n")
    kept: list[ReviewScreen] = []

    class Seen(ReviewScreen):
        def begin(self) -> None:
            super().begin()
            kept.append(self)
            self.app.create_background_task(self.wait())

        async def wait(self) -> None:
            await settled(lambda: not self.look.arriving or bool(self.app.is_done))
            self.fate = "discard"
            self.app.exit()

    monkeypatch.setattr(program, "ReviewScreen", Seen)
    files = [tmp_path / name for name in ("a.md", "b.bad", "c.md")]
    with workspace(tmp_path, *files, restart=True) as d, create_pipe_input() as pipe:
        program.run_screen(d, str, source=pipe, target=Room((80, 24)))
        assert [text.found.name.rpartition("/")[2] for text in d.texts] == ["a.md", "c.md"]
        assert "that does not come to an end" in d.skipped[0].reason


def test_a_number_accepts_and_enter_accepts_what_is_chosen(tmp_path: Path) -> None:
    screen, shots = pressed(tmp_path, {"a.md": "It is teh end, wich teh is.\n"}, "2", "\r", "\t", "\r")
    assert screen.session.pages[0].text == "It is tea end, which tea is.\n"
    assert "It is [-teh-] {+the+} end" in shots[0]
    assert "1 the  2 tea" in shots[0]
    assert "{+tea+} is." in shots[3]  # Tab shows the other suggestion in place


def test_a_change_is_checked_again_and_what_it_brings_up_is_shown(tmp_path: Path) -> None:
    screen, shots = pressed(tmp_path, TWO, "s", "1", "1")
    assert "We [-could have went-] {+could have gone+}, wich" in shots[2]
    assert "1 new finding after your change" in shots[2]
    assert screen.session.pages[0].text.endswith("We could have gone, wich is so.\n")


def test_editing_begins_with_the_words_and_shows_them_in_place(tmp_path: Path) -> None:
    screen, shots = pressed(tmp_path, TWO, "e", "\x7f\x7fo", "\r")
    assert screen.session.pages[0].text.startswith("It is to end.")
    assert "It is [-teh-] {+to+} end." in shots[2]
    left, _ = pressed(tmp_path, TWO, "e", "abc", "\x1b")
    assert not left.session.pages[0].changed and left.mode == "deciding"


def test_a_sentence_is_edited_and_shown_as_it_will_be(tmp_path: Path) -> None:
    texts = {"a.md": "It is teh end,\nthey said. More.\n"}
    screen, shots = pressed(tmp_path, texts, "E", "\x1b[H", "So: ", "\r")
    assert "It is [[teh]] end, they said. More." in shots[1]
    assert "[-It-] {+So: It+} is teh end, they said. More." in shots[3]
    assert screen.session.pages[0].text == "So: It is teh end,\nthey said. More.\n"
    assert "So: It is [-teh-] {+the+} end, they said. More." in shots[4]


def test_the_cursor_begins_behind_the_words_and_alt_moves_it(tmp_path: Path) -> None:
    texts = {"a.md": "It is teh end,\nthey said. More.\n"}
    screen, shots = pressed(tmp_path, texts, "E", " very", "\x1bb", "\x1bb", "not ", "\r")
    assert "It is [-teh end-] {+teh very end+}, they" in shots[2]
    assert screen.session.pages[0].text == "It is not teh very end,\nthey said. More.\n"


def test_help_is_told_of_this_screen_and_stands_beside_its_keys(tmp_path: Path) -> None:
    _, shots = pressed(tmp_path, TWO, "?", size=(46, 40))
    assert "line by line" not in shots[1]
    assert shots[1].rstrip().endswith("any other key goes back; arrows and space \n scroll")
    assert [text_of(layout.key_lines(width, rows)).count("? ") for width, rows in ((40, 1), (40, 3), (80, 3))] == [
        1,
        1,
        1,
    ]
    assert "o      open in $VISUAL or $EDITOR at the \n        line; what you accepted there is" in shots[1]


def test_filter_question_is_shown_whole_with_its_hint_above(tmp_path: Path) -> None:
    screen, shots = pressed(tmp_path, TWO, "f", size=(60, 20))
    assert screen.look.question == "Show only: "
    assert "A kind, an engine or a rule, or a part of its name;" in shots[1]


def test_a_click_chooses_a_suggestion(tmp_path: Path) -> None:
    _, shots = pressed(tmp_path, {"a.md": "It is teh end.\n"}, "n", "p")
    row = next(i for i, line in enumerate(shots[0].split("\n"), 1) if "2 tea" in line)
    column = shots[0].split("\n")[row - 1].index("tea") + 1
    click = f"\x1b[<0;{column};{row}M", f"\x1b[<0;{column};{row}m"
    screen, shots = pressed(tmp_path, {"a.md": "It is teh end.\n"}, *click, "\r")
    assert "{+tea+}" in shots[2]
    assert screen.session.pages[0].text == "It is tea end.\n"


def test_undo_and_redo_by_their_keys(tmp_path: Path) -> None:
    assert not pressed(tmp_path, TWO, "1", "s", "u", "u")[0].session.pages[0].changed
    assert pressed(tmp_path, TWO, "1", "u", "U")[0].session.pages[0].changed


def test_files_filters_and_held_back_findings(tmp_path: Path) -> None:
    texts = {**TWO, "c.md": "maybe\n"}
    _, shots = pressed(tmp_path, texts, "N", "P", "f", "gramm", "\r", "f", "\x15", "\r", "h", "N", "N")
    assert "b.md:1:1" in shots[1] and "a.md:1:7" in shots[2]
    assert "[only gramm]" in shots[5] and "could of" in shots[5]
    assert "+held back" in shots[9]
    assert "held back by the profile" in shots[11]


def test_the_whole_explanation_comes_and_goes(tmp_path: Path) -> None:
    _, shots = pressed(tmp_path, TWO, "?", "\x1b[B", "x")
    assert "test/Teh explained" in shots[1]
    assert "It is [-teh-]" in shots[3]


@pytest.mark.parametrize(("key", "end"), [("w", "It is the end."), ("l", "It is teh end."), ("x", "It is teh end.")])
def test_leaving_asks_what_becomes_of_what_is_not_written(tmp_path: Path, key: str, end: str) -> None:
    screen, shots = pressed(tmp_path, TWO, "1", "q", key)
    assert "Not written yet" in shots[2]
    finish_writing(screen.session, screen.workspace, screen.fate)
    assert (tmp_path / "a.md").read_text().startswith(end)
    with workspace(tmp_path, tmp_path / "a.md") as d:
        assert next(d.pages()).changed == (key == "l")


def test_writing_now_and_going_on(tmp_path: Path) -> None:
    screen, shots = pressed(tmp_path, TWO, "1", "w", "q")
    assert "written: 1 file" in shots[2]
    assert (tmp_path / "a.md").read_text().startswith("It is the end.")
    assert screen.fate == "write"


def test_error_in_the_checking_thread_ends_the_screen_and_is_raised(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("teh\n")
    with workspace(tmp_path, tmp_path / "a.md") as d, create_pipe_input() as pipe:
        d._finder = lambda document: 1 // 0
        screen = ReviewScreen(d, str, colour=True)
        with pytest.raises(ZeroDivisionError):
            application(screen, source=pipe, target=DummyOutput()).run(pre_run=screen.begin)


def test_who_leaves_before_anything_is_known_gets_a_summary_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("teh\n")
    go_on = threading.Event()

    def slow(document: Document) -> Report:
        go_on.wait(20)
        return find(document)

    with workspace(tmp_path, tmp_path / "a.md") as d, create_pipe_input() as pipe:
        d._finder = slow
        screen = ReviewScreen(d, str, colour=True)
        pipe.send_text("q")
        application(screen, source=pipe, target=DummyOutput()).run(pre_run=screen.begin)
        screen.checking.shutdown(wait=False, cancel_futures=True)
        said = as_text(summarize(d, finish_writing(screen.session, d, screen.fate)), Style())
        assert "nothing decided; 0 left undecided\n1 file not checked yet when you left\n" in said
        go_on.set()


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 10), (20, 5), (10, 3), (300, 4)])
def test_the_words_and_the_keys_are_seen_on_every_size_of_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    long = "Some words come before " * 90 + "teh end " + "and some after it " * 90
    _, shots = pressed(tmp_path, {"a.md": long + "\n"}, size=size)
    rows = shots[0].split("\n")
    assert len(rows) == size[1]
    assert size[1] < 5 or "teh" in shots[0]
    if size[0] >= 40:
        assert all(columns(row) <= size[0] for row in rows)
        assert "accept" in shots[0]


HARD = ["teh", "漢字", "日本語テキスト", "😀", "👩‍👩‍👧", "e\u0301", "שלום", "עולם"]
HARD += ["\t", "x" * 300, "\x1b[31m", "\u202e", "`code`", "*a*"]


@given(st.lists(st.sampled_from(HARD), min_size=1, max_size=40).map(" ".join), st.integers(20, 120), st.integers(4, 40))
def test_no_text_is_wider_than_the_window_or_reaches_it_raw(text: str, wide: int, high: int) -> None:
    s = session(f"a {text} teh\n")
    for look in (ScreenState(colour=False), ScreenState(draft="漢\x1b", colour=True), ScreenState(selected=2)):
        lines = layout.body_lines(s, look, wide, high)
        assert len(lines) == high
        for line in lines:
            shown = "".join(t for _, t in line)
            assert "\x1b" not in shown and "\u202e" not in shown and "\t" not in shown
            assert columns(shown) <= max(wide, layout._SMALLEST + 2)
        assert high < 8 or "teh" in text_of(lines)


def test_words_in_a_long_line_are_kept_in_sight() -> None:
    line = " ".join(f"word{i}" for i in range(400))
    s = session(f"{line} teh {line}\n")
    assert "[-teh-] {+the+}" in seen(s, colour=False)


ONE = Finding(Span(13, 17), "x/ItsPossessive", "Why.", (Edit(Span(13, 17), "its"),))
TWO_WAYS = Finding(Span(13, 17), "x/Agreement", "Why.", (Edit(Span(13, 17), "its"), Edit(Span(8, 12), "had")))


@pytest.mark.parametrize(
    ("finding", "old", "new"), [(ONE, "it's", ["its"]), (TWO_WAYS, "have it's", ["have its", "had it's"])]
)
def test_every_face_marks_the_words_that_it_names(finding: Finding, old: str, new: list[str]) -> None:
    text = "It must have it's own.\n"
    report = Report(read("a.md", text, Settings()), (finding,), words=5)
    run = Run((report,))
    said = RENDERERS["text"](run, Style(width=200)).splitlines()
    assert said[1][said[2].index("~") : len(said[2])] == old
    assert said[0] == f"a.md:1:{finding.span.start + 1}: {old} → {' or '.join(new)}"
    assert f'"{old}" → {" or ".join(new)}: Why.' in RENDERERS["concise"](run, Style())
    html = RENDERERS["html"](run, Style())
    assert f">{old}</mark>" in html and f"<ins>{new[0]}</ins>" in html
    s = intake.add_page(ReviewSession(), ReviewPage("a.md", text, text, report))
    assert f"[-{old}-] {{+{new[0]}+}}" in seen(s, colour=False)
    assert f"1 {new[0]}" in seen(s, colour=False)
    line_by_line = describe_item(s, review.current(s))
    assert f"[{old}]" in line_by_line and f"1 {new[0]}\n" in line_by_line
    (first, *_) = corrections(report.document, finding)
    (mark,) = diagnostics.make_diagnostics(text, (finding,))
    assert first.title == f"“{mark.span.of(text)}” → “its”"
    assert mark.span == finding.span  # an editor's mark is the place of the edit, as in JSON


def test_two_ways_out_of_two_words_show_no_space_that_is_not_there() -> None:
    text = "He felt the a cat.\n"
    ways = Finding(Span(12, 14), "x/Y", "Why.", (Edit(Span(12, 14), ""), Edit(Span(8, 12), "")))
    s = intake.add_page(
        ReviewSession(), ReviewPage("a.md", text, text, Report(read("a.md", text, Settings()), (ways,)))
    )
    assert "He felt [-the a-] {+the+} cat." in seen(s, colour=False)
    assert "1 the  2 a" in seen(s)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**It** is teh _end_\n", "**It** is [-teh-] {+the+} _end_"),
        ("[A b](c.md) is teh [e](f.md).\n", "[A b](c.md) is [-teh-] {+the+} [e](f.md)."),
        ("- ![teh](a.png)\n", "![[-teh-] {+the+}](a.png)"),
        ("teh [*b*][c]\n\n[c]: d.md\n", "[-teh-] {+the+} [*b*][c]"),
        ("# teh `code`\n", "[-teh-] {+the+} `code`"),
        ("> teh\nend `a`\n", "[-teh-] {+the+} end `a`"),
        ("> teh `a`\r\n> b\r\n", "[-teh-] {+the+} `a` b"),
        ("teh **a**\nb *c*  \nd\n", "[-teh-] {+the+} **a** b *c* d"),
    ],
)
def test_a_paragraph_is_seen_whole_with_the_marks_at_its_ends(text: str, shown: str) -> None:
    assert seen(session(text), colour=False).split("\n")[2].strip() == shown


def test_a_place_in_a_notebook_is_told_by_its_cell() -> None:
    raw = json.dumps(
        {"cells": [{"cell_type": "code", "source": "x"}, {"cell_type": "markdown", "source": ["All well.\n", "teh"]}]},
        indent=1,
    )
    s = intake.add_page(ReviewSession(), page(raw, "notes/nb.ipynb"))
    line = next(n for n, content in enumerate(raw.splitlines(), 1) if "teh" in content)
    assert f" notes/nb.ipynb:{line}:6 (cell 2, line 2)" in seen(s)
    assert "All well. [-teh-] {+the+}\n" in seen(s, colour=False)
    assert "(cell 2, line 2)" in seen(s, (36, 20)).split("\n")[0]
    assert f"\nnotes/nb.ipynb:{line}:6 (cell 2, line 2): finding 1 of 1" in describe_item(s, review.current(s))
    assert "\nAll well. [teh]\n" in describe_item(s, review.current(s))


def test_an_insertion_and_a_finding_without_suggestion_are_marked() -> None:
    s = session("We could *of* gone.\n")
    assert "[[could *of]]" in seen(s, colour=False) or "[[could" in seen(s, colour=False)
    assert "the change would cross markup: “could have”" in seen(s)


def test_the_head_names_place_position_and_what_is_shown() -> None:
    s = review.show(session("teh wich\n", "teh\n"), ViewFilter("spell"))
    assert "a.md:1:1" in seen(s) and "file 1/2  1 of 3 left" in seen(s) and "[only spell]" in seen(s)
    assert "checking 3 more  file 1/5" in seen(s, (100, 20), arriving=3)
    assert seen(s, (24, 20)).split("\n")[0].rstrip().startswith(" a.md:1:1")
    assert seen(s, (14, 20)).split("\n")[0] == "… 1 of 3 left "


def test_where_nothing_is_left_the_screen_says_what_to_do() -> None:
    clean = session("All is well.\n")
    assert "Nothing was found." in seen(clean)
    unchecked = tuple(replace(page, report=replace(page.report, checked=False)) for page in clean.pages)
    assert "Nothing was checked." in seen(replace(clean, pages=unchecked))
    assert "Every finding is decided." in seen(review.skip(session("teh\n")))
    filtered = review.skip(review.show(session("teh could of\n"), ViewFilter("spell")))
    assert "Nothing is left for spell: f and Enter shows all again." in seen(filtered)
    assert review.forward(filtered).note == "there is no finding to go to"
    assert "1 finding before this still undecided: n goes to the first." in seen(review.forward(session("teh\n")))
    assert "Checking: 2 files to come." in seen(ReviewSession(), arriving=2)
