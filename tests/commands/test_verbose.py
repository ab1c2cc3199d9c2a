"""What `-v` and LOCALPROOF_LOG tell, and that nothing is told or loaded where nobody asked."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localproof.report import BadInput
from localproof.terminal import Terminal, start_logging

REPOSITORY = Path(__file__).parents[2]
SECRET = "Xyzzyplugh"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    logger = logging.getLogger("localproof")
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


def terminal(**env: str) -> Terminal:
    return Terminal(None, io.StringIO(), io.StringIO(), env)


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    own = {"HOME": str(folder), "PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "LOCALPROOF_SERVICE": "off"}
    own |= {"LOCALPROOF_CONFIG_DIR": str(folder), "LOCALPROOF_CACHE_DIR": str(folder / "cache"), **env}
    command = [sys.executable, "-m", "localproof", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=own, timeout=120)


def test_the_log_tells_of_engines_and_cache_never_of_text(tmp_path: Path) -> None:
    pytest.importorskip("harper")
    (tmp_path / "a.md").write_text(f"{SECRET} is teh word.\n")
    first, second, plain = (
        run(tmp_path, "--engine", "harper", "--output-format", "json", "-q", *flags, "a.md")
        for flags in (["-vv"], ["-v"], [])
    )
    assert "the service was not used, switched off" in first.stderr
    assert "localproof.commands.check_texts: service: not running" in first.stderr
    assert "harper: ready after" in first.stderr
    assert "a.md: 1 blocks, 4 words" in first.stderr
    assert "1 blocks, 1 of them answered by earlier runs" in second.stderr
    assert "ready after" not in second.stderr
    assert SECRET not in first.stderr + second.stderr
    assert "teh" not in first.stderr + second.stderr
    assert plain.stderr == ""
    assert {done.returncode for done in (first, second, plain)} == {1}


def test_the_variable_asks_as_the_option_does(tmp_path: Path) -> None:
    assert "localproof.cli: cache, LocalProof" in run(tmp_path, "cache", "info", LOCALPROOF_LOG="info").stderr
    assert run(tmp_path, "cache", "info", LOCALPROOF_LOG="").stderr == ""


def test_a_level_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match=r"LOCALPROOF_LOG: unknown level 'loud' \(choose from info, debug\)"):
        start_logging(0, terminal(LOCALPROOF_LOG="loud"))


@pytest.mark.parametrize(("verbose", "level"), [(1, logging.INFO), (2, logging.DEBUG), (7, logging.DEBUG)])
def test_the_option_decides_before_the_variable(verbose: int, level: int) -> None:
    assert start_logging(verbose, terminal(LOCALPROOF_LOG="loud"))
    assert logging.getLogger("localproof").level == level


def test_a_terminal_obeys_nothing_of_a_line_of_the_log() -> None:
    where = terminal()
    start_logging(1, where)
    logging.getLogger("localproof.x").info("read %s", "a\x1b[31m\nb.md")
    assert isinstance(where.stderr, io.StringIO)
    assert where.stderr.getvalue().endswith(" ms localproof.x: read a\\x1b[31m\\nb.md\n")


def test_a_log_that_nobody_reads_disturbs_nobody() -> None:
    where = terminal()
    start_logging(1, where)
    where.stderr.close()
    logging.getLogger("localproof.x").info("read")


@pytest.mark.parametrize(
    "statement",
    [
        "from localproof.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass",
        "from localproof.service import fast_client\nfrom localproof.workers import frames, unix_socket",
    ],
    ids=["version", "warm pipe"],
)
def test_logging_is_not_loaded_unless_asked_for(statement: str) -> None:
    code = f"import sys\n{statement}\nassert 'logging' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True, capture_output=True)
