"""A program that is not ours, Java for one, run to the end of the process that started it and no longer."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

TYPE_CHECKING = False  # `typing` is not imported for this: see the package
if TYPE_CHECKING:
    from typing import Self

KEPT = 40  # lines of last words

# Linux ends the program with its parent, however that one dies. The signal is
# asked for between fork and exec in an interpreter of its own: code that runs
# after the fork of a process with threads may never get a lock.
_TIED = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); "  # PR_SET_PDEATHSIG of sys/prctl.h, SIGKILL
    "os.getppid() == int(sys.argv[1]) or os._exit(1); os.execv(sys.argv[2], sys.argv[2:])"
)

# Elsewhere a small process of ours stands between: when its input closes, as it
# does when this process dies, it ends the program.
_WATCHED = """
import os, signal, subprocess, sys, threading
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
signal.signal(signal.SIGTERM, lambda *_: program.terminate())
def watch():
    sys.stdin.buffer.read()
    program.kill()
threading.Thread(target=watch, daemon=True).start()
status = program.wait()
os._exit(status if 0 <= status < 256 else 1)
"""


class Program:
    """One program, with nothing to read, whose output and complaints are read here line by line.

    A context manager: on leaving it the program is ended and reaped. It sees
    the variables of `env` and no others. Start it from a thread that outlives
    it. Raises OSError where it cannot be started.
    """

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], folder: Path, *, platform: str = sys.platform
    ) -> None:
        own = [sys.executable, "-I", "-S", "-c"]
        self._watched = platform != "linux"
        command = [*own, _WATCHED, *command] if self._watched else [*own, _TIED, str(os.getpid()), *command]
        nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
        self._process = subprocess.Popen(
            command,
            stdin=pipe if self._watched else nothing,
            stdout=pipe,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=folder,
        )
        self._said: deque[str] = deque(maxlen=KEPT)
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._heard = True  # whether `hears` still waits for lines
        self._reader = threading.Thread(target=self._read, name="localproof-program", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id: the program's own on Linux, elsewhere that of the process that stands between."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait_for_line(self, line_has: str, limit_s: float) -> bool:
        """Wait for a line that contains `line_has`. False where it ended, or did not say so within `limit_s`."""
        from time import monotonic

        until = monotonic() + limit_s
        try:
            while (left_s := until - monotonic()) > 0:
                line = self._lines.get(timeout=left_s)
                if line is None:
                    return False
                if line_has in line:
                    return True
        except Empty:
            return False
        finally:
            self._heard = False
        return False

    def wait_for_exit(self, limit_s: float) -> int | None:
        """Wait for its end; its exit status, or None where it does not end within `limit_s`."""
        try:
            return self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self) -> None:
        """SIGTERM: the program may still put things in order. On Windows it cannot."""
        self._process.terminate()

    def kill(self) -> None:
        """End it now and reap it, so that its CPU time counts as ours."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
            self.wait_for_exit(2.0)
        self._process.kill()
        self._process.wait()

    def last_lines(self) -> tuple[str, ...]:
        """The last lines that it wrote, oldest first."""
        return tuple(self._said)

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with suppress(OSError, ValueError):  # closed by the other thread
            while raw := pipe.readline(10_000):
                line = raw.decode("utf-8", "replace").rstrip()
                self._said.append(line)
                if self._heard:
                    self._lines.put(line)
        self._lines.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._reader.join(1.0)
        if self._process.stdout is not None and not self._reader.is_alive():
            self._process.stdout.close()
