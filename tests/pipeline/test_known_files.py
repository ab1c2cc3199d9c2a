"""Files that have not changed are known without a look into them, and one that has changed never is."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from localproof.cache.store import NAME, Store
from localproof.config import Settings
from localproof.pipeline import known_files
from localproof.pipeline.batch import Task, run_task
from localproof.pipeline.known_files import KnownFiles
from localproof.project.files import InputFile

SECOND_NS = 10**9
LONG_AGO_NS = 1_500_000_000 * SECOND_NS


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / NAME)


def post(folder: Path, text: str = "We saw teh cat.\n") -> InputFile:
    path = folder / "a.md"
    path.write_text(text, encoding="utf-8")
    return InputFile(path, "a.md", named=False)


def noted(store: Store, found: InputFile, later_s: float = 10.0) -> KnownFiles:
    """What a run knows that begins after one that read `found` so much later than it was written."""
    KnownFiles(store, 1_000, lambda: time.time_ns() + int(later_s * SECOND_NS)).read(found)
    files = KnownFiles(store, 1_000, lambda: time.time_ns() + int((later_s + 1) * SECOND_NS))
    files.look_up([found])
    return files


def test_what_has_not_changed_is_known_by_its_digest(tmp_path: Path, store: Store) -> None:
    found = post(tmp_path)
    text = noted(store, found).known(found)
    assert text is not None and found.path is not None
    assert text == ("a.md", hashlib.sha256(found.path.read_bytes()).hexdigest(), "utf-8")


def test_a_note_made_within_a_tick_of_the_change_is_not_trusted(tmp_path: Path, store: Store) -> None:
    found = post(tmp_path)
    assert noted(store, found, later_s=0.0).known(found) is None
    assert noted(store, found, later_s=1.9).known(found) is None


def test_a_change_of_the_same_size_at_the_same_time_is_seen(tmp_path: Path, store: Store) -> None:
    found = post(tmp_path)
    assert found.path is not None
    os.utime(found.path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    files = noted(store, found)
    assert files.known(found) is not None
    found.path.write_text("We saw the cat.\n", encoding="utf-8")
    os.utime(found.path, ns=(LONG_AGO_NS, LONG_AGO_NS))  # the size and this time are what they were
    assert files.known(found) is None


def test_another_file_of_the_same_size_and_time_is_seen(tmp_path: Path, store: Store) -> None:
    found = post(tmp_path)
    assert found.path is not None
    os.utime(found.path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    files = noted(store, found)
    other = tmp_path / "other.md"
    other.write_text("We saw the cat.\n", encoding="utf-8")
    os.utime(other, ns=(LONG_AGO_NS, LONG_AGO_NS))
    other.replace(found.path)
    assert files.known(found) is None


def test_a_note_from_the_future_is_not_trusted(tmp_path: Path, store: Store) -> None:
    found = post(tmp_path)
    KnownFiles(store, 1_000, lambda: time.time_ns() + 3_600 * SECOND_NS).read(found)
    files = KnownFiles(store, 1_000)  # the clock was set back since
    files.look_up([found])
    assert files.known(found) is None


@pytest.mark.parametrize("damaged", [b"", b"\0abcd", b"\0" * 40])
def test_a_damaged_note_is_none(tmp_path: Path, store: Store, damaged: bytes) -> None:
    found = post(tmp_path)
    assert found.path is not None
    store.put(known_files._digest(found.path), damaged)
    files = KnownFiles(store, 1_000)
    files.look_up([found])
    assert files.known(found) is None


def test_what_is_gone_or_larger_than_the_limit_is_not_known(tmp_path: Path, store: Store) -> None:
    found = post(tmp_path)
    noted(store, found)
    small = KnownFiles(store, 4, lambda: time.time_ns() + 20 * SECOND_NS)
    small.look_up([found])
    assert small.known(found) is None
    files = noted(store, found)
    assert found.path is not None
    found.path.unlink()
    assert files.known(found) is None


# ─ whole runs, by an engine that needs no process ─


def words_found(folder: Path, cache: Path) -> dict[str, list[str]]:
    settings = Settings(engines=("localproof",), profile="all", cache_folder=cache)
    inputs = tuple(InputFile(p, p.name, named=False) for p in sorted(folder.glob("*.md")))
    reports = run_task(Task(settings, inputs)).run.reports
    return {r.document.name: [f.span.of(r.document.text) for f in r.findings] for r in reports}


def test_a_change_right_after_a_run_is_seen_by_the_next(tmp_path: Path) -> None:
    folder, cache = tmp_path / "posts", tmp_path / "cache"
    folder.mkdir()
    right, wrong = "We went there on Monday.\n", "We went there on monday.\n"
    for name in ("a.md", "b.md"):
        (folder / name).write_text(right, encoding="utf-8")
    before = words_found(folder, cache)
    for text in (wrong, right, wrong):  # each within the second of the run before it
        about = (folder / "a.md").stat()
        (folder / "a.md").write_text(text, encoding="utf-8")
        os.utime(folder / "a.md", ns=(about.st_atime_ns, about.st_mtime_ns))
        after = words_found(folder, cache)
        assert (after["a.md"] != []) == (text == wrong) and after["b.md"] == before["b.md"] == []


def test_an_unchanged_site_is_not_read_where_nothing_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = tmp_path / "posts", tmp_path / "cache"
    folder.mkdir()
    for name in ("a.md", "b.md"):
        (folder / name).write_text("All is well here.\n", encoding="utf-8")
    now_ns = time.time_ns()
    monkeypatch.setattr(known_files.time, "time_ns", lambda: now_ns + 10 * SECOND_NS)
    first = words_found(folder, cache)
    monkeypatch.setattr(known_files, "read_source", lambda *_: pytest.fail("read again"))
    assert words_found(folder, cache) == first
