"""Without a home, or with one that cannot be used: a run goes on without what is the user's own, and says so once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from localproof import config
from localproof.cli import main

Say = Callable[..., tuple[int, str, str]]
OWN = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Say:
    """The exit status, standard output and standard error of a command, in a folder with one text."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.md").write_text("A text.\n", "utf-8")
    monkeypatch.chdir(work)
    for name in (*OWN, *(f"LOCALPROOF_{kind}_DIR" for kind in ("CONFIG", "CACHE", "STATE", "MODELS"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOCALPROOF_ENGINES", "harper")
    monkeypatch.setenv("LOCALPROOF_ENERGY_METER", "off")

    def do(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        return status, *capfd.readouterr()

    return do


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither HOME nor an entry of the user in the system's list."""

    def given(kind: str) -> Path:
        return Path(f"~/.{kind}/localproof")

    monkeypatch.setattr(config.own_folder, "__defaults__", (given,))
    monkeypatch.delenv("LOCALPROOF_LANGUAGETOOL_DIR")


@pytest.mark.usefixtures("lost")
def test_without_a_home_a_run_goes_on_and_says_so_once(say: Say) -> None:
    for arguments in (["a.md"], ["--fix", "a.md"]):
        status, _, err = say(*arguments)
        assert status == 0
        assert err.count("your home folder is not known") == 1
        assert "skipped" not in err
    for arguments in (["--isolated", "--no-cache", "a.md"], ["-q", "a.md"]):
        assert "home" not in say(*arguments)[2]


@pytest.mark.usefixtures("lost")
@pytest.mark.parametrize(
    "command", ["dict add foo", "models use none", "setup languagetool", "ignores list", "dict list", "cache info"]
)
def test_without_a_home_what_would_be_written_there_is_refused(say: Say, command: str) -> None:
    status, _, err = say(*command.split())
    if command.endswith(("list", "info")):
        assert (status, err) == (0, "")
    else:
        assert status == 2
        assert err.count("\n") == 1
        assert "your home folder is not known: set HOME" in err


@pytest.mark.usefixtures("lost")
def test_folders_that_are_named_need_no_home(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALPROOF_CONFIG_DIR", str(tmp_path / "mine"))
    assert say("dict", "add", "foo")[0] == 0
    assert (tmp_path / "mine" / "dictionary.txt").read_text("utf-8").endswith("foo\n")
    assert "home" not in say("a.md")[2]


@pytest.mark.skipif(sys.platform == "win32", reason="homes are found otherwise there")
@pytest.mark.parametrize("home", ["missing", "file", "/proc/nothing"])
def test_a_home_that_cannot_be_used_costs_the_cache_alone(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    if home == "file":
        (tmp_path / home).write_text("", "utf-8")
    elif home == "missing" and os.getuid() == 0:
        pytest.skip("root can make it")
    monkeypatch.setenv("HOME", str(tmp_path / home))
    status, _, err = say("a.md")
    assert status == 0
    assert err.count("skipped") == 2  # the line that says so, and the count in the summary
    assert "LOCALPROOF_CACHE_DIR" in err
    status, _, err = say("dict", "add", "foo")
    assert (status, err.count("\n")) == (2, 1)
    assert "cannot be created" in err


@pytest.mark.skipif(sys.platform == "win32", reason="they mean nothing there")
def test_a_relative_xdg_folder_is_not_below_the_working_folder(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in OWN[1:]:
        monkeypatch.setenv(name, "relative")
    assert say("a.md")[0] == 0
    assert sorted(p.name for p in Path().iterdir()) == ["a.md"]
