"""Small corrections in a git history: whose they are, what is one, and what is rewriting."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.project.git_history import corrections_by, own_email, small_changes
from localproof.report import BadInput
from localproof.text import Edit, apply_edits

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed here")


def commit(root: Path, text: str, author: str = "me@example.org", name: str = "a.md") -> None:
    if not (root / ".git").exists():
        subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / name).write_text(text)
    own = ("-c", "user.name=x", "-c", f"user.email={author}", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(root), *own, "commit", "-q", "-m", "x"], check=True)


def test_only_small_corrections_of_the_author_are_told(tmp_path: Path) -> None:
    commit(tmp_path, "It lost it's tail in the end of it.\n\nAnother line stands here.\n")
    commit(tmp_path, "It lost its tail in the end of it.\n\nAnother line stands here.\n")
    commit(tmp_path, "It lost its tail in the end of it.\n\nAnother lime stands here.\n", author="other@example.org")
    commit(
        tmp_path,
        "It lost its tail in the end of it.\n\nQuite something else was written in place of it all, and more.\n",
    )
    commit(tmp_path, "x = 1\n", name="a.py")
    commit(tmp_path, "x = 2\n", name="a.py")
    found = corrections_by(tmp_path, "me@example.org", 10)
    assert [(c.path, c.before, [(x.written, x.meant) for x in c.changes]) for c in found] == [
        ("a.md", "It lost it's tail in the end of it.", [("it's", "its")])
    ]


def test_an_author_that_is_an_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no author"):
        corrections_by(tmp_path, "--output=x", 10)


def test_a_folder_without_git_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="git"):
        corrections_by(tmp_path, "me", 10)


def test_who_one_is_is_asked_of_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "config", "user.email", "me@example.org"], check=True)
    assert own_email(tmp_path) == "me@example.org"


@pytest.mark.parametrize(
    ("before", "after", "written", "meant"),
    [
        ("Then any time you go to end.", "Then any time you go to the end.", "", " the"),
        ("I went the home with it there.", "I went home with it there.", " the", ""),
        ("The the cat sat on it there.", "the cat sat on it there.", "The ", ""),
        ("Cat sat on it there now.", "The Cat sat on it there now.", "", "The "),
    ],
)
def test_words_that_come_or_go_take_a_blank(before: str, after: str, written: str, meant: str) -> None:
    (change,) = small_changes(before, after)
    assert (change.written, change.meant) == (written, meant)
    assert apply_edits(before, [Edit(change.span, change.meant)]) == after


WORDS = st.lists(st.sampled_from("a the its it's teh , . word\n Ünïcode don’t 12".split(" ")), max_size=20).map(
    " ".join
)


@given(WORDS, WORDS)
def test_changes_make_the_words_that_came(before: str, after: str) -> None:
    changes = small_changes(before, after)
    if changes:
        made = apply_edits(before, [Edit(c.span, c.meant) for c in changes])
        assert made.split() == after.split()
        assert all(c.span.of(before) == c.written for c in changes)
