"""The thin client: a small run is sent to the resident service before anything of LocalProof is loaded.

Small means: `check` with standard input or a few small files, nothing written
to any file, and only options from a closed list. Whatever else it may be, and
whenever the service does not answer, the caller does the work itself; what
was read of standard input by then is put back.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` is not imported for this: the service's answer takes less time
if TYPE_CHECKING:
    from typing import Any

MOST_BYTES = 2**20  # of standard input, or of all files together
_MOST_FILES = 8
_ANSWER_S = 60.0  # a run that takes longer is begun anew, without the service
_INTERRUPTED = 130  # as in `cli`
_CUT_OFF = 141
_WRONG = 2

FLAGS = frozenset(
    {
        "--no-cache",
        "--report",
        "--report=full",
        "--quiet",
        "-q",
        "--fix",
        "--diff",
        "--unsafe-fixes",
        "--isolated",
        "--exit-zero",
        "--force-exclude",
        "--verbose",
        "-v",
        "-vv",
    }
)
VALUES = frozenset(
    {"--lang", "--engine", "--profile", "--output-format", "--format", "--color", "--fail-on", "--stdin-filename"}
)


class Declined(Exception):
    """Why the service has not done a run, in a few words."""


def run(argv: list[str]) -> int | str:
    """The exit status of a run that the service has done and whose output is written; else why it has not."""
    if os.environ.get("LOCALPROOF_SERVICE") == "off":
        return "switched off"
    if sys.platform == "win32":
        return "there is none on this system"
    try:
        return _run(argv)
    except Declined as why:
        return str(why)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(argv: list[str]) -> int:
    files = named_files(argv)
    if files is None:
        raise Declined("not a small run")
    if not (files or _read_stdin()):
        raise Declined("no text is named or piped in")
    from ..workers.unix_socket import socket_path

    path = socket_path(os.environ)
    if path is None or not path.exists():
        raise Declined("none is running")
    given = b"" if files else _take_stdin()
    try:
        answer = _read_answer(path, argv, given)
    except Declined:
        if not files:
            _put_back(given)
        raise
    return _write_output(*answer)


def named_files(argv: list[str]) -> list[str] | None:
    """The files that are named, [] for standard input; None where this is no small run."""
    words = iter(argv[1:] if argv[:1] == ["check"] else argv)
    files: list[str] = []
    piped = False
    for word in words:
        name, equals, _ = word.partition("=")
        if name in VALUES:
            if not equals and next(words, None) is None:
                return None
        elif word == "-":
            piped = True
        elif word.startswith("-"):
            if word not in FLAGS:
                return None
        else:
            files.append(word)
    if not files:
        return files
    fits = len(files) <= _MOST_FILES and all(map(os.path.isfile, files)) and not piped and "--fix" not in argv
    return files if fits and sum(map(os.path.getsize, files)) <= MOST_BYTES else None


def _read_stdin() -> bool:
    try:
        return sys.stdin is not None and not sys.stdin.isatty()
    except ValueError:  # closed
        return False


def _take_stdin() -> bytes:
    """All of standard input. Raises Declined, with what was read put back, where it is long or cannot be read."""
    parts: list[bytes] = []
    size = 0
    try:
        while size <= MOST_BYTES:
            part = os.read(0, 2**16)
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
    except OSError:  # a folder, say: for the other way to tell
        pass
    _put_back(b"".join(parts))
    raise Declined("standard input is long or cannot be read")


def _put_back(data: bytes) -> None:
    """Have standard input begin with `data` again."""
    import io

    class Again(io.RawIOBase):
        def __init__(self) -> None:
            self.left = memoryview(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if not self.left:
                return os.readv(0, [buffer])
            size = min(len(buffer), len(self.left))
            buffer[:size] = self.left[:size]
            self.left = self.left[size:]
            return size

    sys.stdin = io.TextIOWrapper(io.BufferedReader(Again()), sys.stdin.encoding, sys.stdin.errors)


def _read_answer(path: Any, argv: list[str], given: bytes) -> tuple[int, list[list[int]], bytes]:
    """(exit status, what was written where, the bytes) from the service; Raises Declined where it does not answer."""
    import time

    from ..workers.frames import from_json, to_json
    from ..workers.unix_socket import MOST, PATIENCE_S, code_fingerprint, connect

    line = connect(path)
    if line is None:
        raise Declined("nobody answers at its socket")
    with line:
        try:
            line.send(to_json({"hello": code_fingerprint(), "want": "run"}))
            begun = from_json(line.receive(MOST, PATIENCE_S))
            if "begun" not in begun:
                raise Declined(str(begun.get("refused") or "it is of other code"))
            request = {
                "argv": argv,
                "cwd": os.getcwd(),  # noqa: PTH109 - pathlib costs 3 ms
                "env": dict(os.environ),
                "encodings": [sys.stdout.encoding, sys.stderr.encoding],
                "cpu_s": time.process_time(),
            }
            line.send(to_json(request))
            line.send(given)
            line.send_descriptors(1, 2)
            told = from_json(line.receive(64 * MOST, _ANSWER_S))
            if "status" not in told:
                raise Declined(str(told.get("declined") or "it gave no answer"))
            return told["status"], told["written"], line.receive(64 * MOST, PATIENCE_S)
        except (AttributeError, OSError, ValueError):  # a stream is closed, the service has gone, a name is no UTF-8
            raise Declined("it did not answer in time, or went away") from None


def _write_output(status: int, pieces: list[list[int]], data: bytes) -> int:
    """Write what the run wrote, and give its status."""
    at = 0
    try:
        for which, size in pieces:
            left = memoryview(data)[at : at + size]
            at += size
            while left:
                left = left[os.write(which, left) :]
    except BrokenPipeError:
        return _CUT_OFF
    except OSError as error:  # a full disk, say
        if which != 2:
            os.write(2, f"localproof: the result cannot be written: {error.strerror}\n".encode())
        return _WRONG
    return status
