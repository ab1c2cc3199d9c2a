"""Files replaced in one step: nobody sees more than before, and nothing is left behind for good."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.project.discovery import discover_files
from localproof.system import atomic
from localproof.system.atomic import is_beside, replace_file, sweep

LEFT = ".a.md.localproof-0123456789ab.tmp"
posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and signals of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def grow_old(path: Path) -> None:
    os.utime(path, (time.time() - 3600,) * 2)


@posix
@pytest.mark.parametrize("old", [0o600, 0o640, 0o604, 0o400, 0o755])
def test_the_old_mode_is_there_before_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: int) -> None:
    path = tmp_path / "a.md"
    path.write_text("secret")
    path.chmod(old)
    seen: list[tuple[int, int]] = []
    take_on, create = atomic._take_on, os.open

    def opened(name: str | Path, flags: int, first: int = 0o777) -> int:
        if flags & os.O_CREAT:
            assert first == 0o600
        return create(name, flags, first)

    def noted(beside: Path, *rest: object) -> None:
        take_on(beside, *rest)  # type: ignore[arg-type]
        seen.append((mode(beside), beside.stat().st_size))

    monkeypatch.setattr(atomic, "_take_on", noted)
    monkeypatch.setattr(os, "open", opened)
    replace_file(path, b"more of it")
    assert (seen, mode(path), path.read_bytes()) == ([(old, 0)], old, b"more of it")


@posix
@pytest.mark.parametrize(("private", "expected"), [(False, 0o644), (True, 0o600)])
def test_a_new_file_is_as_open_as_was_asked(tmp_path: Path, private: bool, expected: int) -> None:
    before = os.umask(0o022)
    try:
        replace_file(tmp_path / "a.md", b"x", private=private)
    finally:
        os.umask(before)
    assert mode(tmp_path / "a.md") == expected


@posix
def test_a_group_that_cannot_be_kept_gives_no_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_text("x")
    path.chmod(0o660)

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "chown", refused)
    about = path.stat()
    other = os.stat_result((*about[:5], about.st_gid + 1, *about[6:]))
    monkeypatch.setattr(atomic, "_state", lambda _: other)
    replace_file(path, b"y")
    assert mode(path) == 0o600


@posix
def test_a_killed_write_shows_its_text_to_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("secret")
    path.chmod(0o600)
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom localproof.system.atomic import replace_file\n"
        "replace_file(Path(sys.argv[1]), b'secret, too',"
        " before_replacing=lambda: os.kill(os.getpid(), signal.SIGKILL))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    left = [p for p in tmp_path.iterdir() if p != path]
    assert done.returncode == -signal.SIGKILL
    assert [(is_beside(p.name), mode(p)) for p in left] == [(True, 0o600)]
    sweep(tmp_path)
    assert left[0].exists()  # it may still be written, for all that can be told
    grow_old(left[0])
    sweep(tmp_path)
    assert (list(tmp_path.iterdir()), path.read_text()) == ([path], "secret")


def test_what_is_left_goes_with_the_next_run_over_it(tmp_path: Path) -> None:
    for name in (LEFT, "below/" + LEFT, "below/.mine.0123456789ab.tmp", "below/b.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
        grow_old(tmp_path / name)
    list(discover_files([str(tmp_path)]))
    assert sorted(p.name for p in tmp_path.rglob("*")) == [".mine.0123456789ab.tmp", "b.md", "below"]


def test_what_is_left_goes_with_the_next_write(tmp_path: Path) -> None:
    (tmp_path / LEFT).write_text("x")
    grow_old(tmp_path / LEFT)
    replace_file(tmp_path / "b.md", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["b.md"]


@posix
def test_what_another_process_holds_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom localproof.system.atomic import replace_file\n"
        "def wait(handle):\n print('ready', flush=True)\n sys.stdin.read()\n"
        "os.fsync = wait\n"
        "replace_file(Path(sys.argv[1]), b'x')"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.md")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None and writer.stdin is not None
        assert writer.stdout.readline() == "ready\n"
        (beside,) = tmp_path.iterdir()
        grow_old(beside)
        sweep(tmp_path)
        assert beside.exists()
        writer.stdin.write("\n")
        writer.stdin.close()
        writer.wait(20)
    assert (tmp_path / "a.md").read_bytes() == b"x"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_nothing_but_a_regular_file_is_swept(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    (tmp_path / LEFT).symlink_to("mine")
    os.utime(tmp_path / LEFT, (0, 0), follow_symlinks=False)
    (tmp_path / LEFT.replace("ab", "cd")).mkdir()
    sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\\0"), min_size=1, max_size=200))
def test_any_name_leaves_room_for_the_one_beside_it(name: str) -> None:
    beside = atomic._name_beside(Path("x") / name) if name not in (".", "..") else Path(LEFT)
    assert len(os.fsencode(beside.name)) <= 255
    assert is_beside(beside.name)
