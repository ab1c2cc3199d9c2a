"""One helper process, from its start to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, Self

from .frames import read_frames, write_frame

STDERR_KEPT = 4096  # bytes of last words
_DYING_S = 0.2  # for one that is ending by itself
_ASKED_S = 2.0  # for one that was asked to end: it may have a program of its own to end first (Java)

# With a heap for each thread, as glibc has them, either checker holds some 70 MB more and is no quicker.
_FRUGAL = {"MALLOC_ARENA_MAX": "1"}

# Where a helper works: a folder of ours. Native code looks for its data, and for more native code, in the folder that
# it is started in, and that of the writer may hold anything.
NEUTRAL = Path(__file__).resolve().parent


def python(module: str, *arguments: str) -> list[str]:
    """The command that calls ``main(arguments)`` of `module` in a fresh interpreter.

    With ``-P``, so that no module is taken from the folder that the writer
    happens to be in. The child finds the LocalProof that runs here, whatever
    other is installed; beyond that, the place where it lies comes last on the
    path, so that nothing there hides another package.
    """
    boot = (
        "import sys, importlib as i; sys.path.insert(0, sys.argv[1]); import localproof; "
        "sys.path.append(sys.path.pop(0)); i.import_module(sys.argv[2]).main(sys.argv[3:])"
    )
    root = Path(__file__).resolve().parents[2]
    return [sys.executable, "-P", "-c", boot, str(root), module, *arguments]


def surroundings(env: Mapping[str, str]) -> dict[str, str]:
    """`env` for a helper that works in another folder than we do: what ``PYTHONPATH`` names is the same, but for the
    folder that we happen to be in, which an empty part of it stands for.

    >>> surroundings({"PYTHONPATH": os.pathsep.join(["", "/lib", "."])}) == {"PYTHONPATH": "/lib"}
    True
    """
    told = [os.path.normpath(place) for place in env.get("PYTHONPATH", "").split(os.pathsep)]
    if all(map(os.path.isabs, told)):
        return dict(env)
    places = [str(Path(place).absolute()) for place in told if place != os.curdir]  # as normpath makes it of ""
    return {**env, "PYTHONPATH": os.pathsep.join(places)}


def find_module(name: str) -> ModuleSpec | None:
    """Where a helper finds the top-level module `name`, None where it is not installed. Unlike with
    `importlib.util.find_spec`, what lies in the working folder is not meant."""
    return PathFinder.find_spec(name, module_path())


def module_path() -> list[str]:
    """Where installed modules are looked for: not in the working folder, for which an empty entry stands."""
    return [place for place in sys.path if Path(place).is_absolute()]


def close_together(closing: Iterable[Callable[[], object]]) -> None:
    """Do what closes things with helpers, all at once: a process that ends gives its memory back in 10 to 50 ms."""
    threads = [threading.Thread(target=close, daemon=True) for close in closing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class HelperProcess:
    """One helper process with pipes to it, in a session of its own, so that Ctrl-C reaches only the parent, and in a
    folder of ours.

    A context manager: on leaving it the process is ended and reaped and its
    pipes are closed. Raises OSError where the command cannot be started. Start
    it from a thread that outlives it: Linux ends a child of `serve` when the
    thread that started it ends.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        pipe, env = subprocess.PIPE, _FRUGAL | surroundings(os.environ if env is None else env)
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, cwd=NEUTRAL, **apart)
        self._writing = threading.Lock()
        self._last_words = b""
        self._drain = threading.Thread(target=self._keep_last_words, name="localproof-stderr", daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, body: bytes) -> None:
        """Send one frame. Returns early, with nothing said, where the process has ended: `frames` tells that."""
        pipe = self._process.stdin
        assert pipe is not None
        try:
            with self._writing:
                write_frame(pipe, body)
        except (OSError, ValueError):  # ended, or closed by another thread
            return

    def frames(self) -> Iterator[bytes]:
        """Each frame from the process, till it ends, closes its output or sends something that is no frame."""
        pipe = self._process.stdout
        assert pipe is not None
        return read_frames(pipe)

    def kill(self) -> None:
        """End the process now. Harmless where it has ended."""
        self._process.terminate()
        try:
            self._process.wait(_ASKED_S)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def exit_status(self) -> int | None:
        """The status that the process ended with, below 0 for a signal; None while it has not ended."""
        return self._process.returncode

    def exit_reason(self) -> str:
        """Why the process ended, in one line. Call it after the context has been left."""
        code = self._process.returncode
        if code is None:
            return "has not ended"
        how = f"ended with status {code}" if code >= 0 else f"was ended by {_signal_name(-code)}"
        lines = self._last_words.decode("utf-8", "replace").splitlines()
        said = [line.strip() for line in lines if line.strip() and not line.startswith("note:")]
        return f"{how}: {said[-1][:300]}" if said else how

    def _keep_last_words(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None
        while chunk := os.read(pipe.fileno(), STDERR_KEPT):
            self._last_words = (self._last_words + chunk)[-STDERR_KEPT:]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:  # one that is ending by itself gets the time to leave its own status
            self._process.wait(_DYING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._drain.join(1.0)
        pipes = [self._process.stdin, self._process.stdout]
        if not self._drain.is_alive():  # else something that the process started holds the other end, and ends it
            pipes.append(self._process.stderr)
        for pipe in pipes:
            assert pipe is not None
            with suppress(OSError):  # what was still to be written has no reader
                pipe.close()


def _signal_name(number: int) -> str:
    names = {s.value: s.name for s in signal.Signals}
    return names.get(number, f"signal {number}")
