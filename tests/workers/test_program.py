"""A program that is not ours: what it says is heard, and it ends with the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localproof.workers.program import Program

TALK = "import os, time; print('begun', os.getpid(), flush=True); time.sleep(60)"
ENV = {"PATH": os.environ.get("PATH", "")}
ways = pytest.mark.parametrize("platform", ["linux", "darwin"])
posix = pytest.mark.skipif(sys.platform != "linux", reason="one way asks Linux, and the other is watched through /proc")


def ends(pid: int, within_s: float = 2.0) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def begun(program: Program) -> int:
    assert program.wait_for_line("begun", 30.0)
    return int(program.last_lines()[-1].split()[1])


@posix
@ways
def test_what_it_says_is_heard_and_leaving_the_context_ends_it(tmp_path: Path, platform: str) -> None:
    with Program([sys.executable, "-c", TALK], ENV, tmp_path, platform=platform) as program:
        pid = begun(program)
        assert program.is_alive() and (pid == program.pid) == (platform == "linux")
    assert ends(pid) and not program.is_alive()


@posix
@ways
def test_it_may_put_things_in_order_when_it_is_asked_to_end(tmp_path: Path, platform: str) -> None:
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'in order\\n'), os._exit(0)))\n"
        "print('begun', os.getpid(), flush=True)\ntime.sleep(60)\n"
    )
    with Program([sys.executable, "-c", code], ENV, tmp_path, platform=platform) as program:
        begun(program)
        program.terminate()
        assert program.wait_for_exit(10.0) == 0
    assert program.last_lines()[-1] == "in order"


@posix
@ways
@pytest.mark.parametrize("with_", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_when_whoever_started_it_is_killed(tmp_path: Path, platform: str, with_: signal.Signals) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom localproof.workers.program import Program\n"
        "p = Program([sys.executable, '-c', sys.argv[1]], {}, Path('/'), platform=sys.argv[2])\n"
        "assert p.wait_for_line('begun', 30.0)\nprint(p.last_lines()[-1], flush=True)\ntime.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, TALK, platform]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[1])
        assert not ends(pid, 0.05)
        parent.send_signal(with_)
        parent.wait()
    assert ends(pid)


@posix
@ways
def test_one_that_cannot_be_started_or_ends_early_is_not_waited_for(tmp_path: Path, platform: str) -> None:
    for command in (["/nowhere/java"], [sys.executable, "-c", "print('no'); raise SystemExit(3)"]):
        with Program(command, ENV, tmp_path, platform=platform) as program:
            assert not program.wait_for_line("begun", 30.0)
            assert program.wait_for_exit(10.0) != 0
            assert program.last_lines()


def test_it_sees_no_variables_but_those_it_is_given(tmp_path: Path) -> None:
    with Program(
        [sys.executable, "-c", "import os; print('begun', sorted(os.environ))"], {"A": "b"}, tmp_path
    ) as program:
        assert program.wait_for_line("begun", 30.0)
        assert "'HOME'" not in program.last_lines()[-1] and "'A'" in program.last_lines()[-1]
