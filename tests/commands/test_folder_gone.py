"""A working folder that is no longer there, or not open to the user: one sentence, or the work itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localproof import cli

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a folder in use is not removed there")
REPOSITORY = Path(__file__).resolve().parents[2]
GONE = "the folder that you are in is no longer there"


def said(tmp_path: Path, *arguments: str, given: str = "") -> tuple[int, str]:
    """The exit status and standard error of a command in a folder that is gone."""
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    command = [sys.executable, "-P", "-c", code, "-m", "localproof", *arguments]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "LOCALPROOF_ENGINES": "harper"}
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, cwd=gone, env=env, timeout=60
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", ["", "-", "check", "doctor", "dict list", "config path", "init", "disclose"])
def test_a_folder_that_is_gone_is_told_in_one_sentence(tmp_path: Path, command: str) -> None:
    status, err = said(tmp_path, *command.split(), given="This is teh.\n")
    assert status == 2
    assert GONE in err
    assert err.count("\n") == 1


def test_a_file_elsewhere_is_checked_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("A text.\n", "utf-8")
    status, err = said(tmp_path, str(tmp_path / "a.md"))
    assert (status, GONE in err) == (0, False)
    status, err = said(tmp_path, "a.md")
    assert (status, err.count("\n")) == (2, 1)


def test_the_language_server_and_the_service_do_without_it(tmp_path: Path) -> None:
    assert said(tmp_path, "lsp")[0] == 1  # the end of its input, and no goodbye
    assert said(tmp_path, "service", "status") == (3, "")


def test_a_folder_that_is_not_open_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise PermissionError

    assert cli._describe_lost_folder() == ""
    monkeypatch.setattr(os, "stat", closed)
    assert "not open to you" in cli._describe_lost_folder()
