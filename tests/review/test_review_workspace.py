"""The review's files: written whole or not at all, journalled, undone, merged, remembered; and the line mode."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from review_fakes import environment, find, workspace

from localproof.config import load_settings
from localproof.pipeline.suppressions import Ignores
from localproof.project import ignore_list, undo_log
from localproof.project.files import InputFile, read_source
from localproof.render import Style
from localproof.report import BadInput, Unavailable
from localproof.review import intake
from localproof.review import session as review
from localproof.review.editor import open_editor
from localproof.review.plain import run_dialogue
from localproof.review.session import ReviewSession
from localproof.review.summary import as_json, as_text, summarize
from localproof.review.workspace import ReviewWorkspace
from localproof.terminal import Terminal


def opened(d: ReviewWorkspace) -> ReviewSession:
    s = ReviewSession()
    for page in d.pages():
        s = intake.add_page(s, page)
    return s


def anew(d: ReviewWorkspace, s: ReviewSession, numbers: list[int]) -> ReviewSession:
    for number in numbers:
        s = d.reread_and_take_in(s, number)
    return s


def source(path: Path) -> object:
    return read_source(InputFile(path, path.name, named=True), 10_000)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project with one file."""
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "a.md").write_bytes(b"\xef\xbb\xbfIt is teh end.\r\n\r\nA wich could of been.\r\n")
    return project


def test_writing_keeps_line_ends_mark_and_mode_and_can_be_undone(tmp_path: Path, place: Path) -> None:
    file = place / "a.md"
    file.chmod(0o640)
    before = file.read_bytes()
    with workspace(tmp_path, file) as d:
        s, again = d.write(review.accept(opened(d)))
        assert (s.note, again) == ("written: 1 file", [])
        assert not d.pending(s)
    assert file.read_bytes() == before.replace(b"teh", b"the")
    assert file.stat().st_mode & 0o777 == 0o640
    (session,) = undo_log.sessions(environment(tmp_path))
    assert [e.state() for e in session.entries()] == ["new"]
    assert undo_log.undo(session) == [f"{file}: put back"]
    assert file.read_bytes() == before
    assert [e.state() for e in session.entries()] == ["old"]
    assert session.undone


def test_a_session_of_several_writes_is_undone_to_its_beginning(tmp_path: Path, place: Path) -> None:
    file = place / "a.md"
    before = file.read_bytes()
    with workspace(tmp_path, file) as d:
        s, _ = d.write(review.accept(opened(d)))
        s, _ = d.write(review.accept(s))
    assert b"the end" in file.read_bytes() and b"which" in file.read_bytes()
    undo_log.undo(undo_log.sessions(environment(tmp_path))[0])
    assert file.read_bytes() == before


def test_file_changed_after_the_session_is_reported_and_not_restored(tmp_path: Path, place: Path) -> None:
    file, other = place / "a.md", place / "b.md"
    other.write_text("teh\n")
    with workspace(tmp_path, file, other) as d:
        s = review.accept(opened(d))
        d.write(review.accept(review.next_page(s, 1)))
    file.write_text("All new.\n")
    (session,) = undo_log.sessions(environment(tmp_path))
    told = undo_log.undo(session)
    assert told[0] == f"{other}: put back"
    assert "left as it is, for it was changed since; what stood there before: " in told[1]
    assert file.read_text() == "All new.\n"
    kept = Path(told[1].rpartition(": ")[2])
    assert b"teh end" in kept.read_bytes()
    assert "changed since" in undo_log.describe_session(session)


def test_what_a_killed_write_left_behind_is_swept_away_by_the_next(tmp_path: Path, place: Path) -> None:
    left, fresh, other = (
        place / f".{name}.tmp" for name in ("a.md.localproof-0123456789ab", "a.md.localproof-ba9876543210", "b.md.mine")
    )
    for path in (left, fresh, other):
        path.write_text("")
    os.utime(left, (0, 0))
    os.utime(other, (0, 0))
    with workspace(tmp_path, place / "a.md") as d:
        d.write(review.accept(opened(d)))
    assert [p.exists() for p in (left, fresh, other)] == [False, True, True]


def test_undoing_after_the_file_was_removed_says_so(tmp_path: Path, place: Path) -> None:
    with workspace(tmp_path, place / "a.md") as d:
        d.write(review.accept(opened(d)))
    (place / "a.md").unlink()
    (session,) = undo_log.sessions(environment(tmp_path))
    assert "it was gone" in undo_log.undo(session)[0]


def test_failed_undo_of_a_session_can_be_repeated_later(tmp_path: Path, place: Path) -> None:
    file, twin = place / "a.md", place / "twin.md"
    before = file.read_bytes()
    with workspace(tmp_path, file) as d:
        d.write(review.accept(opened(d)))
    os.link(file, twin)
    (session,) = undo_log.sessions(environment(tmp_path))
    assert "hard links" in undo_log.undo(session)[0]
    assert not session.undone
    twin.unlink()
    assert undo_log.undo(session) == [f"{file}: put back"]
    assert session.undone and file.read_bytes() == before


def test_an_entry_of_the_journal_never_takes_the_place_of_another(tmp_path: Path) -> None:
    """They are counted in memory, not by what is in the folder, which would be listed for every file."""
    kept = undo_log.start_undo_log(environment(tmp_path))
    for word in ("one", "two", "three"):
        if word == "three":
            (kept.folder / "001.json").unlink()
        kept.note_lines(tmp_path / "dictionary.txt", [word])
    assert [entry.lines for entry in kept.entries()] == [("two",), ("three",)]


def test_journal_is_written_before_the_file_and_keeps_few_sessions(tmp_path: Path, place: Path) -> None:
    locked = undo_log.UndoLog(tmp_path / "nowhere" / "x")
    (tmp_path / "nowhere").write_text("a file, not a folder")
    before = (place / "a.md").read_bytes()
    with pytest.raises(Unavailable, match="the journal cannot be written"):
        locked.write(read_source(InputFile(place / "a.md", "a.md", named=True), 1000), "new")
    assert (place / "a.md").read_bytes() == before


def test_correcting_works_where_no_journal_can_be_kept_and_says_so(tmp_path: Path, place: Path) -> None:
    assert undo_log.why_unavailable(environment(tmp_path)) == ""
    (tmp_path / "a file").write_text("")
    assert "Not a directory" in undo_log.why_unavailable({"LOCALPROOF_STATE_DIR": str(tmp_path / "a file" / "state")})


def test_changes_made_elsewhere_are_brought_together_where_they_fit(tmp_path: Path, place: Path) -> None:
    file = place / "a.md"
    with workspace(tmp_path, file) as d:
        s = review.accept(opened(d))
        file.write_bytes(b"\xef\xbb\xbfA new line.\r\n\r\n" + file.read_bytes()[3:])
        s, again = d.write(s)
        assert "written with both changes" in s.note
        s = anew(d, s, again)
        assert not d.pending(s)
        assert review.current(s) is not None
        assert summarize(d, s).changed_words == 1  # ours; not those of who changed it elsewhere
    assert file.read_bytes().startswith(b"\xef\xbb\xbfA new line.\r\n\r\nIt is the end.\r\n")


def test_what_was_changed_elsewhere_too_is_not_written_over(tmp_path: Path, place: Path) -> None:
    file = place / "a.md"
    with workspace(tmp_path, file) as d:
        s = review.accept(opened(d))
        theirs = file.read_bytes().replace(b"It is teh end.", b"It was teh very end.")
        file.write_bytes(theirs)
        s, again = d.write(s)
        assert "not written" in s.note and again == [0]
        assert file.read_bytes() == theirs
        s = anew(d, s, again)
        assert "1 change of yours did not fit any more" in s.note
        s, again = d.write(review.accept(replace(s, at=(0, 0))))
        assert again == []
    assert b"It was the very end." in file.read_bytes()


def test_a_file_that_cannot_be_written_is_left_and_said(tmp_path: Path, place: Path) -> None:
    file = place / "a.md"
    os.link(file, place / "twin.md")
    with workspace(tmp_path, file) as d:
        s, again = d.write(review.accept(opened(d)))
        assert "hard links" in s.note and again == []
        assert d.pending(s)


def test_words_and_ignored_places_go_to_readable_undoable_lists(tmp_path: Path, place: Path) -> None:
    with workspace(tmp_path, place / "a.md") as d:
        s = review.add_word(opened(d), "project")  # teh
        s = review.silence(review.ignore(s))
        s, _ = d.write(s)
        assert s.note == "written: 3 lines of your lists"
    words, ignores = place / ".localproof/dictionary.txt", place / ".localproof/ignores"
    assert words.read_text() == "teh\n"
    assert ignores.read_text().splitlines()[2:] == [
        "test/Wich: A [[wich]] could of been.",
        "test/CouldOf in a.md",
    ]
    settings = load_settings(place, {}, environment(tmp_path))
    asked = Ignores.of(settings.ignores, settings.root)
    report = find(opened_document(place / "a.md"))
    silent = [asked.covers(str(place / "a.md"), report.document.blocks[1].text, in_block(f)) for f in report.findings]
    assert silent[1:] == [True, True]
    (session,) = undo_log.sessions(environment(tmp_path))
    assert [line.rpartition(": ")[2] for line in undo_log.undo(session)] == ["2 lines taken out", "1 line taken out"]
    assert words.read_text() == ""


def opened_document(path: Path):  # type: ignore[no-untyped-def]
    from localproof.config import Settings
    from localproof.formats import read

    return read(path.name, path.read_bytes().decode("utf-8-sig"), Settings())


def in_block(finding):  # type: ignore[no-untyped-def]
    from localproof.text import Span

    text = "A wich could of been."
    words = {"test/Wich": "wich", "test/CouldOf": "could of"}.get(finding.rule, "A")
    at = text.index(words)
    return replace(finding, span=Span(at, at + len(words)))


def test_undo_after_writing_is_applied_by_the_next_writing(tmp_path: Path, place: Path) -> None:
    before = (place / "a.md").read_bytes()
    with workspace(tmp_path, place / "a.md") as d:
        s = review.ignore(review.accept(opened(d)))
        s, _ = d.write(s)
        s, _ = d.write(review.undo(review.undo(s)))
    assert (place / "a.md").read_bytes() == before
    assert len((place / ".localproof/ignores").read_text().splitlines()) == 2


@pytest.mark.parametrize("later", [True, False])
def test_what_a_list_held_before_is_not_taken_out_by_undoing(tmp_path: Path, place: Path, later: bool) -> None:
    words, ignores = place / ".localproof/dictionary.txt", place / ".localproof/ignores"
    words.parent.mkdir()
    words.write_text("teh\n")
    ignores.write_text("test/Wich: A [[wich]] could of been.\n")
    with workspace(tmp_path, place / "a.md") as d:
        s = review.silence(review.ignore(review.add_word(opened(d), "project")))
        s, _ = d.write(s)
        assert s.note == "written: 1 line of your lists"
        if not later:
            d.write(review.undo(review.undo(review.undo(s))))
    if later:
        undo_log.undo(undo_log.sessions(environment(tmp_path))[0])
    assert words.read_text() == "teh\n"
    assert ignores.read_text() == "test/Wich: A [[wich]] could of been.\n"


def test_without_a_project_places_are_ignored_in_the_users_own_list(tmp_path: Path) -> None:
    settings = load_settings(None, {}, environment(tmp_path))
    path = ignore_list.ignores_file(settings, environment(tmp_path))
    assert path == tmp_path / "config" / "ignores"
    assert ignore_list.append_lines(path, ["x/Y: a [[b]] c"]) == ("x/Y: a [[b]] c",)
    assert ignore_list.append_lines(path, ["x/Y: a [[b]] c"]) == ()
    assert ignore_list.remove_lines(path, ["x/Y: a [[b]] c"]) == ("x/Y: a [[b]] c",)
    assert ignore_list.remove_lines(path, ["x/Y: a [[b]] c"]) == ()


def test_review_resumes_where_it_stopped_even_in_a_changed_file(tmp_path: Path, place: Path) -> None:
    file = place / "a.md"
    with workspace(tmp_path, file) as d:
        s = review.skip(review.accept(opened(d)))
        d.save(s)
        assert d.kept
    file.write_bytes(file.read_bytes() + b"\r\nMore wich is here.\r\n")
    with workspace(tmp_path, file) as d:
        s = opened(d)
        assert s.note == "going on where the last review stopped; --restart begins anew"
        assert s.pages[0].text.startswith("It is the end.")
        assert [i.span.of(s.pages[0].text) for i in review.queue(s)] == ["could of", "wich"]
        assert review.undo(s).pages[0].text == s.pages[0].original
        d.save(s, finished=True, discard=True)
    with workspace(tmp_path, file) as d:
        assert not opened(d).pages[0].changed
    assert not list((tmp_path / "state" / "review").iterdir())


def test_beginning_anew_forgets_these_files_and_no_others(tmp_path: Path, place: Path) -> None:
    other = place / "b.md"
    other.write_text("teh\n")
    with workspace(tmp_path, place / "a.md", other) as d:
        s = review.accept(opened(d))
        d.save(review.accept(review.next_page(s, 1)))
    with workspace(tmp_path, other, restart=True) as d:
        s = opened(d)
        assert not s.pages[0].changed
        d.save(s)
    with workspace(tmp_path, place / "a.md", other) as d:
        assert [p.changed for p in opened(d).pages] == [True, False]


def test_a_memory_that_makes_no_sense_is_as_none(tmp_path: Path, place: Path) -> None:
    with workspace(tmp_path, place / "a.md") as d:
        d.save(review.skip(opened(d)))
    (memory,) = (tmp_path / "state" / "review").iterdir()
    for nonsense in (b"", b"[]", b"\xff", b'{"files": {"x": 1}, "words": []}', b'{"files": [], "words": 3}'):
        memory.write_bytes(nonsense)
        with workspace(tmp_path, place / "a.md") as d:
            assert len(review.queue(opened(d))) == 3


def test_users_editor_opens_at_the_line_and_its_changes_are_read(tmp_path: Path, place: Path) -> None:
    editor = tmp_path / "vi"
    editor.write_text('#!/bin/sh\nprintf "%s" "$1" > ' + str(tmp_path / "line") + '\nprintf "A teh b.\\n" >> "$2"\n')
    editor.chmod(0o755)
    with workspace(tmp_path, place / "a.md") as d:
        s = review.accept(opened(d))
        assert open_editor(s, d)[0].note == "set VISUAL or EDITOR to the editor you use"
        d.env = {**d.env, "EDITOR": "/nowhere/at-all"}
        assert "cannot be started" in open_editor(s, d)[0].note
        d.env = {**d.env, "VISUAL": str(editor)}
        s, number = open_editor(s, d)
        assert number == 0
        s = d.reread_and_take_in(s, 0)
        assert [i.span.of(s.pages[0].text) for i in review.queue(s)] == ["wich", "could of", "teh"]
    assert (tmp_path / "line").read_text() == "+3"
    assert "It is the end." in (place / "a.md").read_text("utf-8-sig")  # what was accepted was written first


def talked(tmp_path: Path, answers: str, *files: Path) -> tuple[str, ReviewWorkspace, ReviewSession]:
    out = io.StringIO()
    terminal = Terminal(io.BytesIO(answers.encode()), out, out, environment(tmp_path))
    with workspace(tmp_path, *files) as d:
        s = run_dialogue(d, terminal, terminal.write, lambda rule: f"{rule} explained\n")
        out.write(as_text(summarize(d, s), Style()))
        return out.getvalue(), d, s


def test_a_script_can_drive_the_review_line_by_line(tmp_path: Path, place: Path) -> None:
    told, _, _ = talked(tmp_path, "?\n2\ne which\ns\nq w\n", place / "a.md")
    assert "test/Teh explained" in told
    assert (place / "a.md").read_text("utf-8-sig").splitlines()[::2] == ["It is tea end.", "A which could of been."]
    assert "1 accepted, 1 edited by hand, 1 skipped; 0 left undecided" in told
    assert "2 of 9 words changed (22.2 %)" in told


def test_a_sentence_is_written_anew_line_by_line(tmp_path: Path, place: Path) -> None:
    told, _, _ = talked(tmp_path, "E It was teh end.\nE\nIt was all.\nq w\n", place / "a.md")
    assert (place / "a.md").read_text("utf-8-sig").splitlines()[0] == "It was all."
    assert "in place of “It was teh end.”: It was all." in told


def test_a_review_works_where_nothing_can_be_remembered_and_says_so(tmp_path: Path, place: Path) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    told, d, _ = talked(tmp_path, "1\nq w\n", place / "a.md")
    assert "nothing can be undone or taken up again later" in told
    assert "It is the end." in (place / "a.md").read_text("utf-8-sig")
    assert not d.kept


def test_every_printed_line_is_without_colour_and_names_the_place(tmp_path: Path, place: Path) -> None:
    told, _, _ = talked(tmp_path, "n\nq x\n", place / "a.md")
    assert "\x1b" not in told
    assert "a.md:1:7: finding 1 of 3 here, 1 of 3 in all\nIt is [teh] end.\nwrong: “teh” (spelling" in told
    assert "1 the\n2 tea\n" in told


@pytest.mark.parametrize(("answers", "text"), [("\nq\nc\nq\nx\n", "teh"), ("\nq\nw\n", "the"), ("\n", "teh")])
def test_the_end_asks_what_becomes_of_what_is_not_written(tmp_path: Path, place: Path, answers: str, text: str) -> None:
    told, d, _ = talked(tmp_path, answers, place / "a.md")
    assert f"It is {text} end." in (place / "a.md").read_text("utf-8-sig")
    assert d.kept == (answers == "\n")
    assert ("remembered for the next review" in told) == d.kept


def test_nonsense_in_line_mode_changes_nothing_and_is_answered(tmp_path: Path, place: Path) -> None:
    told, _, _ = talked(tmp_path, "z\n99\ne\n\n\x1b[A\n\xff\na x\n", place / "a.md")
    assert "'z' is no command" in told
    assert "there is no suggestion 99" in told
    assert "\x1b" not in told


@pytest.mark.parametrize("command", "1 e s i d D r u U n p N P f h w ? ?? a".split())
def test_no_command_fails_where_nothing_is_left_to_decide(tmp_path: Path, command: str) -> None:
    empty = tmp_path / "empty.md"
    empty.write_text("All is well.\n")
    told, _, s = talked(tmp_path, f"{command}\nq\n", empty)
    assert s.pages[0].text == "All is well.\n"
    assert "nothing decided; 0 left undecided" in told


def test_the_summary_for_scripts_holds_the_account(tmp_path: Path, place: Path) -> None:
    _, d, s = talked(tmp_path, "1\nw\nq\n", place / "a.md")
    record = json.loads(as_json(summarize(d, s)))
    assert record["decided"] == {
        "accepted": 1,
        "edited": 0,
        "skipped": 0,
        "ignored": 0,
        "alike": 0,
        "word": 0,
        "rule": 0,
    }
    assert (record["undecided"], record["words_changed"], record["words"]) == (2, 1, 9)
    assert record["written"] == [str(place / "a.md")]
    assert {"energy", "provenance", "skipped", "elapsed_s", "schema"} <= set(record)


def test_unreadable_file_is_named_at_the_end_and_a_pipe_is_refused(tmp_path: Path, place: Path) -> None:
    (place / "b.md").write_bytes(b"caf\xff\xff\xff")
    told, _, _ = talked(tmp_path, "q x\n", place / "a.md", place / "b.md")
    assert "b.md: not UTF-8" in " ".join(told.split())
    with pytest.raises(BadInput, match="needs files"):
        workspace(tmp_path, Path("-"))


def test_hostile_names_and_texts_reach_the_terminal_only_written_out(tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[31m.md"
    file.write_text("It is \x1b[31m teh \x9b end\u202e.\n")
    told, _, _ = talked(tmp_path, "n\nq x\n", file)
    assert "\x1b" not in told and "\u202e" not in told and "\x9b" not in told


def undoable() -> list[Callable[[ReviewSession], ReviewSession]]:
    return [review.accept, review.skip, review.ignore]


@pytest.mark.parametrize("first", undoable())
def test_everything_that_was_decided_survives_a_sudden_end(
    tmp_path: Path, place: Path, first: Callable[[ReviewSession], ReviewSession]
) -> None:
    with workspace(tmp_path, place / "a.md") as d:
        s = first(opened(d))
        d.save(s)  # as after every decision; then the power is cut
    with workspace(tmp_path, place / "a.md") as d:
        after = opened(d)
        assert after.pages[0].text == s.pages[0].text
        assert len(review.queue(after)) == len(review.queue(s))
        assert d.pending(after) == d.pending(s)


def kept(folder: Path, name: str, size: int) -> Path:
    session = folder / name
    session.mkdir(parents=True)
    (session / "001.old").write_bytes(b"x" * size)
    (session / "001.json").write_text(json.dumps({"path": "/a.md", "old": "", "new": ""}))
    return session


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        ([600, 300, 300, 300], [False, True, True, True]),  # the oldest goes first
        ([300, 5000], [False, True]),  # the newest is whole, whatever its size
        ([100, 100], [True, True]),
    ],
)
def test_the_journal_has_a_limit_in_bytes(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch, sizes: list[int], left: list[bool]
) -> None:
    monkeypatch.setattr(undo_log, "_MOST_BYTES", 1200)
    folder = undo_log.start_undo_log(environment(tmp_path)).folder.parent
    old = [kept(folder, f"2020-01-0{n}T000000.000000-aaaaaa", size) for n, size in enumerate(sizes, 1)]
    with workspace(tmp_path, place / "a.md") as d:
        d.write(review.accept(opened(d)))
    assert [session.exists() for session in old] == left
    assert len(undo_log.sessions(environment(tmp_path))) == sum(left) + 1
