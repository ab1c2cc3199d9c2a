"""The streams of a command and how they are to be written to."""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TextIO

from .render import Style
from .render.build_log import Form, disarmed
from .text.display import one_line

if TYPE_CHECKING:
    from .report import Report

# How a command ended: its exit status.
CLEAN = 0
FINDINGS = 1
WRONG = 2  # asked wrongly, or what was asked for could not be read or is not there
NOTHING = 3  # nothing was checked
INTERRUPTED = 130  # 128 + SIGINT, as shells have it

_ORNAMENTS = "→·│…–“”␣"
LOG_LEVELS = ("info", "debug")


class Terminal(NamedTuple):
    """What a command reads from, writes to and is told by its surroundings. `stdin` is None where it is closed."""

    stdin: BinaryIO | None
    stdout: TextIO
    stderr: TextIO
    env: Mapping[str, str]

    def say(self, text: str, form: Form = "text") -> None:
        """Write a notice, or what else is not to be on standard output; as `write` does."""
        text = disarmed(text, self.env, form)
        self.stderr.write(text if text.endswith("\n") else text + "\n")
        self.stderr.flush()

    def write(self, text: str, form: Form = "text") -> None:
        """Write a result, or a part of one, in which a build service is to find no commands, unless it is made of
        them."""
        text = disarmed(text, self.env, form)
        if isinstance(self.stdout, io.TextIOWrapper):
            self.stdout.flush()
            said = text if os.linesep == "\n" else text.replace("\n", os.linesep)
            self.write_bytes(said.encode(self.stdout.encoding, self.stdout.errors or "strict"))
        else:
            self.stdout.write(text)
            self.stdout.flush()

    def write_bytes(self, data: bytes) -> None:
        """Write a corrected document, byte for byte, all of it. Raises BadInput where it cannot be written."""
        try:
            self.stdout.flush()
            _write_all(self.stdout.buffer, data)
        except BrokenPipeError:
            raise
        except OSError as error:
            from .report import BadInput

            raise BadInput(f"standard output: cannot be written: {(error.strerror or str(error)).lower()}") from None


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write to a stream that may take only a part at a time: one without a buffer, or a pipe that does not wait."""
    rest = memoryview(data)
    while rest:
        try:
            written = stream.write(rest)
        except BlockingIOError as error:
            written = error.characters_written
        if not written:
            select.select([], [stream], [])
        rest = rest[written or 0 :]
    while True:
        try:
            stream.flush()
        except BlockingIOError:
            select.select([], [stream], [])
        else:
            return


def process_terminal() -> Terminal:
    """The terminal of this process. What goes to a pipe or a file is UTF-8 whatever the locale says, and a character
    that a stream cannot hold is written out instead of failing."""
    streams = [_safe(s) for s in (sys.stdout, sys.stderr)]
    return Terminal(None if sys.stdin is None else sys.stdin.buffer, streams[0], streams[1], os.environ)


def start_logging(verbose: int, terminal: Terminal) -> bool:
    """Tell on standard error what goes on inside; whether that is wanted, by ``-v`` (`verbose` times) or else by
    ``LOCALPROOF_LOG``.

    The loggers are those of the standard library, named as their modules; they
    speak of engines, files, counts and times, and never of what somebody
    wrote. Where nothing is wanted, nothing is imported. Raises BadInput for a
    level that does not exist.
    """
    level = LOG_LEVELS[min(verbose, len(LOG_LEVELS)) - 1] if verbose else terminal.env.get("LOCALPROOF_LOG", "")
    if not level:
        return False
    if level not in LOG_LEVELS:
        from .report import BadInput

        raise BadInput(f"LOCALPROOF_LOG: unknown level {one_line(level)!r} (choose from {', '.join(LOG_LEVELS)})")
    import logging

    begun_s = time.time()

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            spent_ms = 1000 * (record.created - begun_s)
            with contextlib.suppress(OSError, ValueError):  # nobody reads any more, or the stream is closed
                terminal.say(f"{spent_ms:7.0f} ms {record.name}: {one_line(record.getMessage())}")

    logger = logging.getLogger("localproof")
    logger.handlers = [Lines()]
    logger.propagate = False
    logger.setLevel(level.upper())
    return True


def leave_quietly() -> None:
    """Let nothing more be written: the reader has gone, and the end of Python would complain about it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or not a file at all
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _safe(stream: TextIO | None) -> TextIO:
    if stream is None:  # closed by whoever started us
        return io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=None if is_terminal(stream) else "utf-8", errors="backslashreplace")
    return stream


def is_terminal(stream: BinaryIO | TextIO | None) -> bool:
    """Whether a person sits at the other end."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def ask_yes_no(terminal: Terminal, question: str) -> bool:
    """Whether a person at the terminal says yes; False where nobody can be asked."""
    if terminal.stdin is None or not (is_terminal(terminal.stdin) and is_terminal(terminal.stderr)):
        return False
    terminal.stderr.write(f"{question} [y/N] ")
    terminal.stderr.flush()
    return terminal.stdin.readline().strip().lower() in (b"y", b"yes")


def progress(
    terminal: Terminal,
    total: int,
    clock: Callable[[], float] = time.monotonic,
    what: str = "files",
    *,
    in_log: bool = False,
) -> tuple[Callable[[Report | None], None], Callable[[], None]]:
    """(what to call for each report that is done, what to call at the end): a line for a person who waits.

    Where texts are only looked through, None stands for each report. The line appears after a second, on a terminal
    only, and leaves nothing behind. What takes very long is told `in_log` as well, where there is no terminal: a line
    for each twentieth that is done, and at least one a minute.
    """
    watched = total > 1 and is_terminal(terminal.stderr)
    logged = in_log and not is_terminal(terminal.stderr)
    begun = noted = clock()
    shown = 0.0
    done = words = findings = 0

    def step(report: Report | None) -> None:
        nonlocal done, words, findings, shown, noted
        done += 1
        if report is not None:
            words, findings = words + report.words, findings + len(report.findings)
        now = clock()
        if logged and (now - noted >= 60 or done * 20 // total > (done - 1) * 20 // total):
            noted = now
            left = duration((now - begun) * (total - done) / done)
            rest = f"{left} left" if done < total else "done"
            terminal.say(f"localproof: {done:,} of {total:,} {what} ({100 * done // total} %), {rest}")
        if watched and now - begun > 1.0 and now - shown > 0.1:
            shown = now
            left = duration((now - begun) * (total - done) / done)
            so_far = f", {words:,} words, {findings:,} findings" if report is not None else ""
            line = f"{done:,} of {total:,} {what}{so_far}, {left} left"
            terminal.stderr.write(f"\r\x1b[K{line[: _width(terminal.stderr, terminal.env) - 1]}")
            terminal.stderr.flush()

    def clear() -> None:
        if shown:
            terminal.stderr.write("\r\x1b[K")
            terminal.stderr.flush()

    return step, clear


def duration(seconds: float) -> str:
    """About how long, for a person.

    >>> duration(0.4), duration(75), duration(8_000)
    ('1 s', '2 min', '2 h 14 min')
    """
    if seconds <= 60:
        return f"{max(ceil(seconds), 1)} s"
    minutes = ceil(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def style(stream: TextIO, colour: str, env: Mapping[str, str], *, held_back: bool = False) -> Style:
    """The style of what is written to `stream`; `colour` is auto, always or never."""
    return Style(
        wants_colour(colour, env, is_terminal(stream)), _width(stream, env), _holds_ornaments(stream), held_back
    )


def wants_colour(flag: str, env: Mapping[str, str], terminal: bool) -> bool:
    """The flag decides, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb, then whether it is a
    terminal.

    >>> wants_colour("auto", {"FORCE_COLOR": "1"}, False), wants_colour("auto", {"NO_COLOR": "1"}, True)
    (True, False)
    """
    if flag != "auto":
        return flag == "always"
    if env.get("NO_COLOR"):
        return False
    if any(env.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return env.get("CLICOLOR") != "0" and env.get("TERM") != "dumb" and terminal


def _width(stream: TextIO, env: Mapping[str, str]) -> int:
    if (told := env.get("COLUMNS", "")).isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _holds_ornaments(stream: TextIO) -> bool:
    try:
        _ORNAMENTS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
