"""Which texts are checked under which settings, and correcting that comes to rest."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import localproof
from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.batch import Task, TaskOutcome, join_runs, run_task, write_fixes
from localproof.pipeline.fixes import AppliedFixes, apply_fixes, fix, is_correctable
from localproof.pipeline.planning import CheckOptions, plan_tasks
from localproof.project.files import InputFile, read_source
from localproof.report import BadInput, Finding, Report, Run, Skipped
from localproof.terminal import Terminal, progress
from localproof.text import Document, Edit, Span


class PhraseFinder:
    """Finds each of some phrases and is certain of what to write instead."""

    def __init__(self, **instead: str) -> None:
        self.instead = {old.replace("_", " "): new for old, new in instead.items()}

    def __call__(self, document: Document) -> Report:
        found = []
        for old, new in self.instead.items():
            at = document.text.find(old)
            if at >= 0:
                span = Span(at, at + len(old))
                found.append(Finding(span, "test/Phrase", "wrong", (Edit(span, new),), is_safe_fix=True))
        return Report(document, tuple(found))


def corrected(text: str, check: PhraseFinder) -> AppliedFixes:
    report = check(read("a.md", text, Settings()))
    return apply_fixes([report], Settings(), check)


def test_correcting_goes_on_until_nothing_certain_is_left() -> None:
    check = PhraseFinder(could_of="could have", have_went="have gone")
    fixes = corrected("I could of went.\r\n", check)
    assert dict(fixes.texts) == {"a.md": "I could have gone.\r\n"}
    assert fixes.reports["a.md"].findings == ()
    assert corrected(fixes.texts["a.md"], check) == AppliedFixes()


def test_corrections_that_go_round_in_a_circle_are_not_made() -> None:
    fixes = corrected("ping\n", PhraseFinder(ping="pong", pong="ping"))
    assert not fixes.texts
    assert [s.reason for s in fixes.skipped] == ["not corrected: one correction leads to another without end"]


def test_corrections_that_never_end_are_not_made() -> None:
    fixes = corrected("a\n", PhraseFinder(a="aa"))
    assert not fixes.texts
    assert len(fixes.skipped) == 1


def test_a_correction_that_would_change_the_structure_is_not_made() -> None:
    fixes = corrected("One. Two.\n", PhraseFinder(One="# One"))
    assert not fixes.texts
    assert [s.reason for s in fixes.skipped] == ["not corrected: it would change the structure of the text"]


def test_a_text_without_certain_findings_is_left_alone() -> None:
    assert corrected("All is well.\n", PhraseFinder(ill="well")) == AppliedFixes()


def test_failed_write_back_is_reported_and_not_counted_as_corrected(tmp_path: Path) -> None:
    check = PhraseFinder(teh="the")
    sources, reports = {}, []
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("teh")
        sources[name] = read_source(InputFile(tmp_path / name, name, named=True), 100)
        reports.append(check(read(name, "teh", Settings())))
    (tmp_path / "b.md").write_text("mine")
    outcome = TaskOutcome(Settings(), Run(tuple(reports)), sources, fixes=apply_fixes(reports, Settings(), check))
    outcome = write_fixes(outcome)
    assert [(tmp_path / name).read_text() for name in ("a.md", "b.md")] == ["the", "mine"]
    assert [s.what for s in outcome.unwritten] == ["b.md"]
    assert [len(r.findings) for r in outcome.fixed_run().reports] == [0, 1]
    assert outcome.fixed_run().reports[0].digest == hashlib.sha256(b"the").hexdigest()


@pytest.mark.parametrize(
    ("fail_on", "fails"),
    [(("any",), True), (("never",), False), (("spelling",), False), (("style", "grammar"), True)],
)
def test_the_settings_decide_which_findings_are_a_failure(fail_on: tuple[str, ...], fails: bool) -> None:
    document = read("a.md", "teh", Settings())
    run = Run((Report(document, (Finding(Span(0, 3), "test/Phrase", "wrong", kind="grammar"),)),))
    assert TaskOutcome(Settings(fail_on=fail_on), run, {}).fails(run) is fails


def test_runs_that_followed_each_other_become_one() -> None:
    one = Run((Report(read("a.md", "a", Settings())),), skipped=(Skipped("x", "y"),))
    two = replace(one, reports=(Report(read("b.md", "b", Settings())),))
    both = join_runs([one, two])
    assert [r.document.name for r in both.reports] == ["a.md", "b.md"]
    assert both.skipped == (Skipped("x", "y"),)
    assert join_runs([]).reports == ()


def test_what_was_done_before_an_interruption_is_kept(tmp_path: Path) -> None:
    inputs = []
    for number in range(80):  # more than are in flight at a time
        path = tmp_path / f"{number}.md"
        path.write_text("It rains.")
        inputs.append(InputFile(path, path.name, named=True))

    def interrupt(report: Report) -> None:
        if report.document.name == "1.md":
            raise KeyboardInterrupt

    outcome = run_task(Task(Settings(engines=("harper",)), tuple(inputs)), fix=True, on_report=interrupt)
    assert outcome.interrupted
    assert [r.document.name for r in outcome.run.reports] == ["0.md", "1.md"]
    assert [s.reason for s in outcome.run.skipped] == ["interrupted before it was checked"]


def test_a_program_gets_the_whole_run_for_a_text() -> None:
    run = localproof.check("We came to `teh` teh end.", Settings(engines=("harper",)), name="a.md")
    assert [f.span.of("We came to `teh` teh end.") for _, f in run.findings()] == ["teh"]
    assert run.energy is not None
    assert {"rules", "judge"} <= {p.role for p in run.provenance}


# ─ which settings ─


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (".git/HEAD", "a.md", "drafts/b.md", "book/c.md", "book/ch1/d.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Text.")
    (tmp_path / "localproof.toml").write_text('exclude = ["drafts"]\n')
    (tmp_path / "book/localproof.toml").write_text('language = "en-GB"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planned(home: Path, **wishes: object) -> tuple[list[tuple[str, list[str]]], int]:
    tasks, passed_over = plan_tasks(CheckOptions(**wishes), {"LOCALPROOF_CONFIG_DIR": str(home)})  # type: ignore[arg-type]
    return [(t.settings.language, [i.name for i in t.inputs if isinstance(i, InputFile)]) for t in tasks], sum(
        p.by_own_rule for p in passed_over
    )


def test_each_file_is_checked_under_the_settings_nearest_to_it(site: Path) -> None:
    assert planned(site, paths=(".",)) == ([("en-US", ["a.md"]), ("en-GB", ["book/c.md", "book/ch1/d.md"])], 1)


def test_named_file_is_checked_although_excluded_unless_forced(site: Path) -> None:
    assert planned(site, paths=("drafts/b.md",)) == ([("en-US", ["drafts/b.md"])], 0)
    assert planned(site, paths=("drafts/b.md",), force_exclude=True) == ([], 1)


def test_standard_input_is_checked_under_the_settings_of_its_name(site: Path) -> None:
    assert planned(site, stdin_filename="book/new.md") == ([("en-GB", ["book/new.md"])], 0)
    assert planned(site) == ([("en-US", ["-"])], 0)
    assert planned(site, stdin_filename="book/new.md", isolated=True)[0][0][0] == "en-US"


def test_flags_hold_for_all_files(site: Path) -> None:
    tasks, _ = planned(site, paths=(".",), flags={"language": "en-CA"})
    assert {language for language, _ in tasks} == {"en-CA"}


def test_standard_input_and_files_do_not_mix(site: Path) -> None:
    with pytest.raises(BadInput, match="cannot be mixed"):
        planned(site, paths=("-", "a.md"))


def test_unknown_engine_is_named_with_the_file_that_requests_it(site: Path) -> None:
    (site / "localproof.toml").write_text('engines = ["harpr"]\n')
    with pytest.raises(BadInput, match=r"localproof\.toml: unknown engine 'harpr'; did you mean harper\?"):
        planned(site, paths=("a.md",))


# ─ waiting ─


class Screen(io.StringIO):
    """A terminal that remembers what was written to it."""

    def isatty(self) -> bool:
        return True


def progressed(screen: io.StringIO, width: str = "80") -> str:
    """What is written while one of three files a second is done."""
    terminal = Terminal(None, io.StringIO(), screen, {"COLUMNS": width})
    ticks = iter([0.0, 0.9, 62.0, 62.05])
    step, clear = progress(terminal, 3, lambda: next(ticks))
    for _ in range(3):
        step(Report(read("a.md", "Text.", Settings()), (Finding(Span(0, 1), "a/B", "wrong"),), words=1_200))
    clear()
    return screen.getvalue()


def test_progress_is_shown_on_a_terminal_and_cleared_afterwards() -> None:
    assert progressed(Screen()) == "\r\x1b[K2 of 3 files, 2,400 words, 2 findings, 31 s left\r\x1b[K"
    assert progressed(Screen(), "20") == "\r\x1b[K2 of 3 files, 2,400\r\x1b[K"
    assert progressed(io.StringIO()) == ""


def test_a_log_is_told_now_and_then_how_far_it_is() -> None:
    log = io.StringIO()
    now = [0.0]
    step, clear = progress(Terminal(None, io.StringIO(), log, {}), 200, lambda: now[0], "sentences", in_log=True)
    for number in range(1, 201):
        now[0] += 90 if number == 5 else 1
        step(None)
    clear()
    lines = log.getvalue().splitlines()
    assert lines[0] == "localproof: 5 of 200 sentences (2 %), 1 h 2 min left"
    assert lines[-1] == "localproof: 200 of 200 sentences (100 %), done"
    assert len(lines) == 21


def suspect(start: int, end: int, *new: str, **facts: Any) -> Finding:
    """A finding that is shown but not certain."""
    span = Span(start, end)
    return Finding(span, facts.pop("rule", "test/Phrase"), "wrong", tuple(Edit(span, n) for n in new), **facts)


@pytest.mark.parametrize(
    ("finding", "safe", "unsafe"),
    [
        (suspect(0, 3, "the", is_safe_fix=True), True, True),
        (suspect(0, 3, "the"), False, True),
        (suspect(0, 3), False, False),
        (suspect(0, 3, "the", "ten"), False, False),
        (suspect(0, 3, "the", "ten", agreement=2), False, True),
        (suspect(0, 3, "the", kind="style"), False, False),
        (suspect(0, 3, "the", hints=("t*h*e",)), False, False),
        (suspect(0, 3, "the", rule="model/agreement"), False, False),
        (suspect(0, 3, "the", rule="model/agreement", is_safe_fix=True, agreement=2), False, False),
    ],
)
def test_what_may_be_corrected_without_asking(finding: Finding, safe: bool, unsafe: bool) -> None:
    assert is_correctable(finding) is safe
    assert is_correctable(finding, unsafe=True) is unsafe
    report = Report(read("a.md", "teh end", Settings()), (finding,), held_back=(suspect(4, 7, "END"),))
    assert fix(report) == ("the end" if safe else "teh end")
    assert fix(report, unsafe=True) == ("the end" if unsafe else "teh end")


class Doubter(PhraseFinder):
    """As `PhraseFinder`, but certain of some phrases only."""

    def __init__(self, certain: str, **instead: str) -> None:
        super().__init__(**instead)
        self.certain = certain

    def __call__(self, document: Document) -> Report:
        report = super().__call__(document)
        return replace(
            report,
            findings=tuple(replace(f, is_safe_fix=f.span.of(document.text) == self.certain) for f in report.findings),
        )


def test_less_certain_corrections_are_counted_and_made_when_asked_for() -> None:
    check = Doubter("teh", teh="the", ende="end")
    report = check(read("a.md", "teh ende", Settings()))
    safe = apply_fixes([report], Settings(), check)
    assert safe.texts == {"a.md": "the ende"}
    assert TaskOutcome(Settings(), Run((report,)), {}, fixes=safe).more_to_correct() == 1
    unsafe = apply_fixes([report], Settings(), check, unsafe=True)
    assert unsafe.texts == {"a.md": "the end"} and unsafe.skipped == ()
    assert TaskOutcome(Settings(), Run((report,)), {}, fixes=unsafe).more_to_correct() == 0


def test_endless_uncertain_corrections_leave_the_certain_ones() -> None:
    check = Doubter("teh", teh="the", ping="pong", pong="ping")
    report = check(read("a.md", "teh ping", Settings()))
    fixes = apply_fixes([report], Settings(), check, unsafe=True)
    assert fixes.texts == {"a.md": "the ping"}
    assert [s.reason for s in fixes.skipped] == [
        "corrected only as far as it is certain: one correction leads to another without end"
    ]


@pytest.mark.parametrize(("steps", "rests"), [(1, True), (3, True), (4, False)])
def test_three_rounds_of_correcting_are_made_and_no_more(steps: int, rests: bool) -> None:
    check = PhraseFinder(**{f"step{n}": f"step{n + 1}" for n in range(1, steps + 1)})
    looks = []

    def counted(document: Document) -> Report:
        looks.append(document.text)
        return check(document)

    fixes = apply_fixes([check(read("a.md", "step1", Settings()))], Settings(), counted)
    assert bool(fixes.texts) is rests and len(looks) <= 3
    assert [s.reason for s in fixes.skipped] == (
        [] if rests else ["not corrected: one correction leads to another, still after 3 rounds"]
    )
