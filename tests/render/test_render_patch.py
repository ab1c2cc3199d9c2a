"""Patches that git itself takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localproof.render import diff
from localproof.report import Report
from localproof.text import Document

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def report(name: str, text: str) -> Report:
    return Report(Document(name, text, ()))


def git_applied(folder: Path, name: str, old: bytes, patch: str) -> bytes:
    """What `git apply` makes of a file that holds `old`."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(old)
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    env["GIT_CEILING_DIRECTORIES"] = str(folder.parent)
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    done = subprocess.run(command, cwd=folder, env=env, input=patch.encode(), capture_output=True, timeout=20)
    assert done.returncode == 0, done.stderr.decode()
    return path.read_bytes()


def test_equal_texts_make_no_patch() -> None:
    assert diff(report("a.md", "x\n"), "x\n") == ""


def test_a_patch_is_a_unified_diff() -> None:
    assert diff(report("posts/a.md", "one\ncould of\n"), "one\ncould have\n") == (
        "--- a/posts/a.md\n+++ b/posts/a.md\n@@ -1,2 +1,2 @@\n one\n-could of\n+could have\n"
    )


def test_missing_final_line_feed_is_noted_on_the_side_that_lacks_it() -> None:
    assert diff(report("a", "x"), "y\n").endswith("-x\n\\ No newline at end of file\n+y\n")
    assert diff(report("a", "x\n"), "y").endswith("-x\n+y\n\\ No newline at end of file\n")


def test_a_whole_path_becomes_a_relative_one() -> None:
    assert "--- a/tmp/a.md\n" in diff(report("/tmp/a.md", "x"), "y")


CASES = {
    "line feeds": ("one\ntwo\nthree\n", "one\n2\nthree\n"),
    "carriage returns": ("one\r\ntwo\r\nthree", "one\r\n2\r\nthree"),
    "mixed line ends": ("one\r\ntwo\nthree\rfour\n", "one\r\n2\nthree\r4\n"),
    "no line feed at the end": ("one\ntwo", "one\n2"),
    "line feed added": ("one\ntwo", "one\ntwo\n"),
    "line feed removed": ("one\ntwo\n", "one\ntwo"),
    "one text": ("x", "y"),
    "from empty": ("", "new\n"),
    "to empty": ("old\n", ""),
    "separators that are no line ends": ("a\u2028b\x85c\x0bd\x0ce\nf\u2029g\n", "a\u2028B\x85c\x0bd\x0cE\nf\u2029G\n"),
    "far apart": ("a\n" * 50 + "b\n" + "a\n" * 50, "A\n" + "a\n" * 49 + "B\n" + "a\n" * 49 + "A"),
    "lines that look like a patch": ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-y\n"),
    "emoji": ("I could of \N{GRINNING FACE} gone\n", "I could have \N{GRINNING FACE} gone\n"),
}


@needs_git
@pytest.mark.parametrize("case", CASES)
def test_git_makes_the_fixed_text_of_the_old(case: str, tmp_path: Path) -> None:
    old, new = CASES[case]
    assert git_applied(tmp_path, "a.md", old.encode(), diff(report("a.md", old), new)) == new.encode()


@needs_git
@pytest.mark.parametrize("old", ["could of\n", "\r\ncould of"])
def test_a_byte_order_mark_stays_where_it_is(old: str, tmp_path: Path) -> None:
    new, mark = old.replace("of", "have"), b"\xef\xbb\xbf"
    patch = diff(report("a.md", old), new, bom=True)
    assert git_applied(tmp_path, "a.md", mark + old.encode(), patch) == mark + new.encode()


@needs_git
@pytest.mark.parametrize("name", ["a.md", "my posts/new/b c.md", "é.md", "./a.md", "b/../a.md"])
def test_patch_in_a_repository_subfolder_names_the_checked_paths(name: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True, timeout=20)
    here = tmp_path / "content" / "posts"
    (here / "b").mkdir(parents=True)
    assert git_applied(here, name, b"old\n", diff(report(name, "old\n"), "new\n")) == b"new\n"


@needs_git
@pytest.mark.parametrize(
    "name",
    [
        "my post.md",
        "post ",
        "bücher/é 漢.md",
        'a "quoted" name',
        "tab\there",
        "back\\slash",
        "line\nfeed",
        "\N{GRINNING FACE}.md",
        "a b/c d.md",
        "-",
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_git_finds_the_file_whatever_its_name(name: str, tmp_path: Path) -> None:
    assert git_applied(tmp_path, name, b"old\n", diff(report(name, "old\n"), "new\n")) == b"new\n"


@needs_git
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_git_finds_a_file_whose_name_is_not_unicode(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    assert git_applied(tmp_path, name, b"old\n", diff(report(name, "old\n"), "new\n")) == b"new\n"


TEXT = st.text(st.sampled_from("ab \n\n\r\t\x0b\x0c\x85\u2028\ufeff\\-+@é漢"), max_size=60)


@needs_git
@given(TEXT, TEXT, TEXT, TEXT)
@settings(max_examples=40, deadline=None)
def test_git_makes_any_fixed_text_of_any_text(before: str, old: str, new: str, after: str) -> None:
    text, fixed = before + old + after, before + new + after
    patch = diff(report("a b.md", text), fixed)
    if text == fixed:
        assert patch == ""
        return
    with tempfile.TemporaryDirectory() as folder:
        assert git_applied(Path(folder), "a b.md", text.encode(), patch) == fixed.encode()
