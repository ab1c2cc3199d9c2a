"""Only what matters now: changed lines, what a baseline does not hold, the first so many, and watching."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.commands.baseline import baseline as run_baseline
from localproof.commands.check_texts import check
from localproof.commands.watch import watch
from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.planning import CheckOptions
from localproof.project import baseline
from localproof.project.filters import baseline_filter, changes_filter, limit_findings, report_filter
from localproof.project.git_changes import GitChanges, git_changes
from localproof.render.statistics import statistics
from localproof.report import BadInput, Finding, Report, Run
from localproof.terminal import CLEAN, NOTHING, Terminal
from localproof.text import Span

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed here")


def found(name: str, text: str, *words: str, rule: str = "test/Word") -> Report:
    """A report that flags each place where any of `words` stands in a Markdown text."""
    spans = [Span(i, i + len(w)) for w in words for i in range(len(text)) if text.startswith(w, i)]
    findings = tuple(Finding(span, rule, "wrong") for span in sorted(spans))
    return Report(read(name, text, Settings()), findings)


def lines(report: Report) -> list[int]:
    return [report.document.text.count("\n", 0, f.span.start) + 1 for f in report.findings]


# ─ changed lines ─


class Repository:
    """A repository in a folder, with nothing of the user's own settings for git."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        own = ["-c", "user.name=n", "-c", "user.email=e@x.example", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *own, *arguments], cwd=self.top, capture_output=True, text=True, check=True)
        return done.stdout

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.top / name.replace("__", ".").replace("_in_", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")

    def commit(self, **files: str) -> None:
        self.write(**files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    if shutil.which("git") is None:
        pytest.skip("git is not installed here")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    (tmp_path / "repository").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    return Repository(tmp_path / "repository")


def shown(name: str, base: str = "", word: str = "teh") -> list[int]:
    """The lines of the file `name` on which `word` is shown."""
    text = Path(name).read_bytes().decode()
    return lines(changes_filter(git_changes([Path(name)], base))(found(name, text, word)))


def test_only_lines_that_changed_are_spoken_of(repository: Repository) -> None:
    repository.commit(a__md="teh one\n\nteh two\n\nteh three\n")
    repository.write(a__md="teh one\n\nnew teh\n\nteh two\nteh, more\n\nteh three\n")
    assert shown("a.md") == [3, 6]
    repository.git("add", "a.md")
    assert shown("a.md") == [3, 6]
    repository.commit()
    assert shown("a.md") == []
    assert shown("a.md", "HEAD~1") == [3, 6]


def test_what_is_set_aside_is_counted_with_its_reason(repository: Repository) -> None:
    repository.commit(a__md="teh one\n\nteh two\n")
    report = changes_filter(git_changes([Path()], ""))(found("a.md", "teh one\n\nteh two\n", "teh"))
    assert (report.findings, report.set_aside) == ((), (("on lines unchanged since HEAD", 2),))


def test_a_finding_over_two_lines_is_shown_when_either_changed(repository: Repository) -> None:
    repository.commit(a__md="one\ntwo\nthree\n")
    repository.write(a__md="one\ntwo!\nthree\n")
    changed = git_changes([Path()], "")
    text = "one\ntwo!\nthree\n"
    told = [
        changed.touches(Path("a.md"), text, [Span(start, end)]) for start, end in ((0, 5), (2, 4), (8, 10), (9, 11))
    ]
    assert told == [[True], [False], [True], [False]]


def test_files_unknown_to_git_are_new_but_ignored_files_are_not(repository: Repository) -> None:
    repository.commit(a__md="teh\n", __gitignore="out\n")
    repository.write(b__md="teh\n", out_in_c__md="teh\n")
    assert (shown("a.md"), shown("b.md"), shown("out/c.md")) == ([], [1], [])


def test_where_nothing_was_committed_all_is_new(repository: Repository) -> None:
    repository.write(a__md="teh\n")
    assert shown("a.md") == [1]
    repository.git("add", "a.md")
    assert shown("a.md") == [1]


def test_globs_and_missing_names_are_looked_up_where_they_would_be(repository: Repository) -> None:
    repository.commit(a__md="x\n")
    repository.write(a__md="teh\n")
    for name in ("**/*.md", "none/of/this.md", "a.md"):
        assert git_changes([Path(name)], "").has_changes(Path("a.md"))


def test_a_base_means_where_the_work_parted_from_it(repository: Repository) -> None:
    repository.commit(a__md="teh one\n\nteh two\n")
    repository.git("checkout", "-q", "-b", "work")
    repository.commit(a__md="teh one\n\nteh two\n\nteh mine\n")
    repository.git("checkout", "-q", "main")
    repository.commit(a__md="teh theirs\n\nteh two\n")
    repository.git("checkout", "-q", "work")
    assert shown("a.md", "main") == [5]


def test_a_renamed_file_has_only_its_changed_lines(repository: Repository) -> None:
    text = "".join(f"teh line {n}\n\n" for n in range(20))
    repository.commit(a__md=text)
    repository.git("mv", "a.md", "b.md")
    assert shown("b.md") == []
    repository.write(b__md=text + "teh new\n")
    assert shown("b.md") == [41]


def test_names_of_all_kinds_and_folders_below_work(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["caf\u00e9 au lait.md", "tab\there.md", 'quo"te.md', "back\\slash.md", "two\nlines.md", "+++ b.md"]
    repository.commit(**{f"sub_in_{name}".replace(".md", "__md"): "x\n\nteh\n" for name in names})
    repository.write(**{f"sub_in_{name}".replace(".md", "__md"): "x\n\nteh\n\nteh\n" for name in names})
    repository.git("config", "diff.noprefix", "true")
    repository.git("config", "diff.relative", "true")
    monkeypatch.chdir(repository.top / "sub")
    assert [shown(name) for name in names] == [[5]] * len(names)


def test_lines_that_look_like_a_patch_are_text(repository: Repository) -> None:
    repository.commit(a__md="x\n", b__md="x\n")
    repository.write(a__md="++ b/b.md\n@@ -0,0 +1,9 @@\ndiff --git a/b.md b/b.md\nteh\n", b__md="x\n\nteh\n")
    assert (shown("a.md"), shown("b.md")) == ([4], [3])
    assert git_changes([Path()], "").files[os.path.realpath("b.md")] == ((2, 3),)


def test_a_repositorys_settings_run_nothing(repository: Repository) -> None:
    repository.commit(a__md="teh\n", __gitattributes="*.md diff=evil\n")
    repository.write(a__md="teh\nteh\n")
    for key in ("core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.pager"):
        repository.git("config", key, "touch ran; false")
    assert shown("a.md") == [2]
    assert not (repository.top / "ran").exists()


def test_no_filter_of_a_repository_runs(repository: Repository) -> None:
    repository.commit(a__md="teh\n", __gitattributes="*.md filter=evil\n")
    for key in ("clean", "smudge", "process"):
        repository.git("config", f"filter.evil.{key}", "touch ran; cat")
    repository.git("config", "filter.evil.required", "true")
    repository.write(a__md="teh\nteh\n")
    assert shown("a.md") == [2]
    assert not (repository.top / "ran").exists()


def test_folder_that_looks_like_a_repository_is_not_taken_for_one(repository: Repository) -> None:
    docs = repository.top / "docs"
    for name in ("objects", "refs"):
        (docs / name).mkdir(parents=True)
    (docs / "HEAD").write_text("ref: refs/heads/main\n")
    (docs / "config").write_text(
        '[core]\n\trepositoryformatversion = 0\n\tworktree = .\n[filter "x"]\n\tclean = touch ran; cat\n'
    )
    with pytest.raises(BadInput):
        git_changes([docs], "")
    assert not list(repository.top.rglob("ran"))


def test_what_git_cannot_tell_is_one_clear_line(repository: Repository, tmp_path: Path) -> None:
    repository.commit(a__md="x\n")
    for base, said in (("nope", "git knows no commit nope"), ("--output=x", "is no name of a commit")):
        with pytest.raises(BadInput, match=said):
            git_changes([Path()], base)
    repository.git("checkout", "-q", "--orphan", "apart")
    repository.commit(a__md="y\n")
    with pytest.raises(BadInput, match="no common ancestor"):
        git_changes([Path()], "main")
    with pytest.raises(BadInput, match="not a git repository"):
        git_changes([tmp_path], "")


def test_correcting_never_leaves_the_lines_that_changed() -> None:
    text = "teh\n\nteh\n"
    narrow = changes_filter(GitChanges("HEAD", {os.path.realpath("a.md"): ((3, 3),)}))
    assert lines(narrow(found("a.md", text, "teh"))) == [3]
    assert narrow(found("a.md", "teh\nteh\n", "teh")).findings == ()  # a line is gone: which is which?


# ─ baseline ─

PARAGRAPHS = st.lists(
    st.lists(
        st.sampled_from(["teh cat sat.", "a dog ran!", "We saw teh end", "teh teh.", "It is so."]), max_size=4
    ).map(" ".join),
    max_size=6,
)


def known(root: Path, *reports: Report) -> baseline.Baseline:
    """The baseline of `reports` as it is read from its file again."""
    (root / ".localproof").mkdir(exist_ok=True)
    baseline.write(baseline.make_baseline(reports, root))
    made = baseline.load_baseline(root)
    assert made is not None
    return made


@given(PARAGRAPHS, st.randoms(use_true_random=False))
def test_what_was_there_is_known_wherever_it_moves(
    tmp_path_factory: pytest.TempPathFactory, paragraphs: list[str], random: object
) -> None:
    root = tmp_path_factory.mktemp("project")
    name = str(root / "a.md")
    known_then = known(root, found(name, "\n\n".join(paragraphs), "teh"))
    shuffled = list(paragraphs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    moved = found(name, "# New\n\n" + "\n\n".join(p.replace(" ", "\n") for p in shuffled), "teh")
    assert all(known_then.find_known(moved))
    assert baseline_filter(known_then)(moved).findings == ()


def test_a_new_sentence_and_one_more_of_the_same_are_new(tmp_path: Path) -> None:
    name = str(tmp_path / "a.md")
    then = known(tmp_path, found(name, "See teh end.\n", "teh"))
    assert then.find_known(found(name, "See teh end.\n\nSee teh end.\n", "teh")) == [True, False]
    assert then.find_known(found(name, "See teh very end.\n", "teh")) == [False]
    assert then.find_known(found(name, "See teh end.\n", "teh", rule="test/Other")) == [False]


def test_renamed_file_keeps_its_baseline_but_a_copy_does_not(tmp_path: Path) -> None:
    text, old, new = "See teh end.\n", tmp_path / "old.md", tmp_path / "new.md"
    old.write_text(text)
    then = known(tmp_path, found(str(old), text, "teh"))
    assert then.find_known(found(str(new), text, "teh")) == [False]
    old.rename(new)
    assert then.find_known(found(str(new), text, "teh")) == [True]


def test_the_file_is_one_line_a_finding_and_the_same_in_any_order(tmp_path: Path) -> None:
    one, two = (found(str(tmp_path / n), "See teh end. Is teh\n", "teh") for n in ("a.md", "b.md"))
    text = baseline.baseline_text(baseline.make_baseline([one, two], tmp_path))
    assert text == baseline.baseline_text(baseline.make_baseline([two, one], tmp_path))
    assert text.count("\n") == 4 + 5
    assert [e["file"] for e in json.loads(text)["findings"]] == ["a.md", "a.md", "b.md", "b.md"]


def test_partial_update_keeps_the_baseline_of_other_existing_files(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("x")
    old = baseline.make_baseline(
        [found(str(tmp_path / n), "See teh end.", "teh") for n in ("a.md", "b.md", "c.md")], tmp_path
    )
    new = baseline.update_baseline(old, baseline.make_baseline([], tmp_path), [str(tmp_path / "a.md")])
    assert [key[0] for key in new.known] == ["b.md"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"schema": 2, "findings": []}',
        '{"schema": 1}',
        '{"schema": 1, "findings": [{"file": 1}]}',
        "[" * 9**5,
    ],
)
def test_a_baseline_that_is_none_is_an_error_and_never_silence(tmp_path: Path, text: str) -> None:
    (tmp_path / ".localproof").mkdir()
    (tmp_path / baseline.FILE).write_text(text)
    with pytest.raises(BadInput, match="no baseline that this version reads"):
        baseline.load_baseline(tmp_path)


def test_a_baseline_does_not_lead_out_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "project/.localproof").mkdir(parents=True)
    (tmp_path / "project" / baseline.FILE).symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(BadInput, match="leads out of the project"):
        baseline.write(baseline.make_baseline([], tmp_path / "project"))


def test_a_project_without_baseline_narrows_nothing(tmp_path: Path) -> None:
    report = found("a.md", "teh\n", "teh")
    narrow_of = report_filter(None, baseline=True)
    assert narrow_of(Settings(root=tmp_path))(report) is report
    assert narrow_of(Settings())(report) is report


# ─ some, and numbers ─


def test_the_first_findings_are_shown_and_the_others_counted() -> None:
    run = Run((found("a.md", "teh teh", "teh"), found("b.md", "teh teh", "teh")))
    few = limit_findings(run, 3)
    assert [len(r.findings) for r in few.reports] == [2, 1]
    assert few.set_aside() == {"more than --max-findings shows": 1}
    assert limit_findings(run, None) is run
    assert not list(limit_findings(run, 0).findings())


def test_numbers_are_by_kind_by_rule_and_by_file() -> None:
    run = Run((found("a\x1b.md", "teh teh", "teh"), found("b.md", "teh", "teh", rule="test/Other")))
    assert statistics(run) == (
        "by kind\n      3  grammar\n\nby rule\n      2  test/Word\n      1  test/Other\n\n"
        "by file\n      2  a\\x1b.md\n      1  b.md\n"
    )
    assert statistics(Run()) == ""


# ─ the commands ─


def terminal() -> Terminal:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    return Terminal(None, out, err, {"LOCALPROOF_CONFIG_DIR": "/nowhere", "LOCALPROOF_CACHE": "false"})


def said(stream: io.TextIOBase) -> str:
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined,no-any-return]


HARPER = {"engines": ("harper",)}


def test_a_baseline_silences_what_was_there_till_it_is_switched_off(repository: Repository) -> None:
    repository.write(a__md="We came to teh end.\n")
    wishes = CheckOptions((".",), flags=HARPER)
    assert run_baseline("create", wishes, terminal()) == CLEAN
    with pytest.raises(BadInput, match="has a baseline"):
        run_baseline("create", wishes, terminal())
    assert check(wishes, terminal()) == 0
    assert check(replace(wishes, baseline=False), terminal()) == 1
    repository.write(a__md="We came to teh end.\n\nWe came to teh start.\n")
    now = terminal()
    assert check(replace(wishes, output_format="concise"), now) == 1
    assert said(now.stdout).startswith("a.md:3:12: ")  # type: ignore[arg-type]
    assert "1 in the baseline" in said(now.stderr)  # type: ignore[arg-type]
    assert run_baseline("update", wishes, terminal()) == CLEAN
    assert check(wishes, terminal()) == 0
    now = terminal()
    run_baseline("show", wishes, now)
    assert said(now.stdout).startswith("2 findings known in 1 file\na.md\n")  # type: ignore[arg-type]


def test_no_baseline_is_made_of_nothing(repository: Repository) -> None:
    repository.write(a__png="x")
    assert run_baseline("create", CheckOptions((".",), flags=HARPER), terminal()) == NOTHING
    assert not (repository.top / baseline.FILE).exists()


def test_nothing_changed_is_no_failure(repository: Repository) -> None:
    repository.commit(a__md="We came to teh end.\n")
    now = terminal()
    assert check(CheckOptions((".",), flags=HARPER, changed=""), now) == CLEAN
    assert said(now.stderr) == "localproof: no text changed since HEAD\n"  # type: ignore[arg-type]


def test_a_link_is_told_and_no_failure_where_nothing_changed(repository: Repository) -> None:
    (repository.top / "gone.md").symlink_to("nowhere.md")
    repository.commit(a__md="We came to the end.\n")
    (repository.top / "b.md").symlink_to("a.md")
    now = terminal()
    assert check(CheckOptions((".",), flags=HARPER, changed=""), now) == CLEAN
    assert "b.md: a symbolic link" in said(now.stderr)  # type: ignore[arg-type]
    (repository.top / "b.md").unlink()
    repository.write(b__md="\0")
    assert check(CheckOptions((".",), flags=HARPER, changed=""), terminal()) == NOTHING


def test_only_what_changed_is_corrected(repository: Repository) -> None:
    repository.commit(a__md="We came to teh end.\n")
    repository.write(a__md="We came to teh end.\n\nWe came to teh start of of it.\n")
    both = {"engines": ("harper", "languagetool")}
    check(CheckOptions((".",), flags=both, changed="", correct="fix"), terminal())
    assert (repository.top / "a.md").read_text().startswith("We came to teh end.\n")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_patch_for_a_symlink_or_an_absolute_path_applies(repository: Repository) -> None:
    repository.commit(real_in_a__md="We could of gone.\n", b__md="We could of gone.\n")
    (repository.top / "a.md").symlink_to("real/a.md")
    now = terminal()
    paths = ("a.md", str(repository.top / "b.md"))
    check(CheckOptions(paths, flags=HARPER, correct="diff", unsafe=True), now)
    (repository.top / "x.patch").write_text(said(now.stdout))  # type: ignore[arg-type]
    repository.git("apply", "x.patch")
    assert [p.read_text() for p in (repository.top / "real/a.md", repository.top / "b.md")] == 2 * [
        "We could have gone.\n"
    ]


def acting(*steps: Callable[[], object]) -> tuple[Callable[[float], None], Callable[[], bool]]:
    """(a pause in which the writer does the next of `steps`, whether all is done)."""
    left = list(steps)
    looked = 0

    def pause(seconds: float) -> None:
        if seconds > 0.3 and left:
            left.pop(0)()

    def done() -> bool:
        nonlocal looked
        looked += 1
        return looked > len(steps)

    return pause, done


def test_watching_checks_saved_files_and_all_when_settings_change(repository: Repository) -> None:
    repository.write(a__md="We came to teh end.\n", b__md="We saw teh sea.\n")
    now = terminal()
    pause, done = acting(
        lambda: None,
        lambda: repository.write(b__md="We saw the sea and teh sun.\n"),
        lambda: repository.write(localproof__toml="proflie = 1\n"),
        lambda: repository.write(localproof__toml='words = ["teh"]\n'),
        lambda: (repository.top / "a.md").unlink(),
    )
    wishes = CheckOptions((".",), flags=HARPER, output_format="concise", quiet=True)
    assert watch(wishes, now, pause=pause, once=done) == 0
    places = [line.split(": ")[0] for line in said(now.stdout).splitlines()]  # type: ignore[arg-type]
    assert places == ["a.md:1:12", "b.md:1:8", "b.md:1:20"]
    notices = said(now.stderr)  # type: ignore[arg-type]
    for notice in ("b.md changed", "unknown key 'proflie'", "settings or words changed", "a file is gone"):
        assert notice in notices


def test_interrupting_a_watch_is_its_proper_end(repository: Repository) -> None:
    repository.write(a__md="All is well.\n")

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    assert watch(CheckOptions((".",), flags=HARPER), terminal(), pause=interrupt) == 0


@pytest.mark.parametrize(
    "wishes", [CheckOptions(), CheckOptions((".",), correct="fix"), CheckOptions((".",), output_file=Path("x"))]
)
def test_what_cannot_be_watched_is_said(wishes: CheckOptions) -> None:
    with pytest.raises(BadInput, match="--watch looks at files"):
        watch(wishes, terminal())


def reviewed(*arguments: str) -> str:
    from localproof.cli import run

    now = terminal()
    now = Terminal(io.BytesIO(b""), now.stdout, now.stderr, {**now.env, "LOCALPROOF_STATE_DIR": "/nowhere"})
    assert run(["review", "--plain", "--engine", "harper", *arguments], now) == CLEAN
    return said(now.stdout) + said(now.stderr)  # type: ignore[arg-type]


def test_a_review_is_of_changed_lines_where_that_is_asked(repository: Repository) -> None:
    repository.commit(a__md="We came to teh end.\n", b__md="All is well.\n")
    assert "no text changed since HEAD" in reviewed("--changed")
    repository.write(a__md="We came to teh end.\n\nOur freind is gone.\n")
    assert "finding 1 of 1 here, 1 of 1 in all" in reviewed("--changed")
    assert "finding 1 of 2 here" in reviewed()


def test_a_review_leaves_out_what_the_baseline_accepts(repository: Repository) -> None:
    repository.commit(a__md="We came to teh end.\n")
    assert run_baseline("create", CheckOptions((".",), flags=HARPER), terminal()) == CLEAN
    assert "Nothing was found." in reviewed(".")
    assert "finding 1 of 1 here" in reviewed("--no-baseline", ".")
