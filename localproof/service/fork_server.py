"""Whole runs: a process with everything loaded, from which each run is forked, and such a run.

The template has one thread and no engines, so that forking it is safe. A run
is a process like any other `localproof`, with the arguments, folder,
environment and standard input of whoever asked; what it would write is sent
back when it is done, so that somebody who hears nothing can still do the work
himself.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from ..report import BadInput, Unavailable
from ..workers import cpu_accounting
from ..workers.frames import from_json, to_json
from ..workers.unix_socket import HELLO, MOST, Connection, adopt_connection, connection_pair

Run = Callable[[list[str]], int]  # arguments → exit status

MOST_RUNS = 16  # at a time; whoever comes later does the work himself
_REQUEST_S = 10.0
_SAMPLE = "# It is\n\nI should of gone their before teh shop closed.\n"


class ForkServer:
    """The service's end: start one, hand lines over, end it."""

    def __init__(
        self, at_fork: Callable[[], object], run: Run, others: frozenset[str], load: Callable[[], object]
    ) -> None:
        """Fork the template. `at_fork` is called in it, to let go of what is not its business; `run`, `others` and
        `load` are those of `host.run_service`."""
        preload()
        load()
        self._channel, other = connection_pair()
        service = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            at_fork()
            self._channel.close()
            _run_fork_server(other, service, run, others)
        other.close()
        self.cpu_s = 0.0  # of it and of all runs that have ended

    def hand_over(self, line: Connection) -> None:
        """Have a run begin on `line`. Raises OSError where the template is gone."""
        self._channel.send_descriptors(line.fileno())

    def listen(self) -> None:
        """Take note of what it tells, till it is gone."""
        with suppress(OSError, ValueError):
            while True:
                try:
                    told = from_json(self._channel.receive(HELLO, 3600.0))
                except TimeoutError:
                    continue
                self.cpu_s = float(told["cpu_s"])

    def close(self) -> None:
        """End it. Linux ends the runs with it; elsewhere they end with their answer."""
        self._channel.shut_down()
        with suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def preload() -> None:
    """Import and read what a run needs, by doing all its parts but the engines'. Starts nothing."""
    import sqlite3  # the cache's

    from .. import scoring
    from ..cache.caching_engine import code_digest
    from ..config import Settings
    from ..engines import ENGINES
    from ..formats import read
    from ..pipeline.checker import Checker
    from ..render import RENDERERS, Style, closing, findings_of, origin_screen, report_block
    from ..report import Finding, Kind
    from ..text import Edit, Span
    from . import fast_client

    settings = Settings(engines=(), service="off")
    documents = [read(name, _SAMPLE, settings) for name in ("a.md", "a.txt", "a.html")]
    with Checker(settings) as checker:
        run = checker.check_all(documents)
    block = documents[1].blocks[-1]
    words = scoring.count_words([block])
    kinds: tuple[tuple[str, str, Kind], ...] = (("teh", "the", "spelling"), ("should of", "should have", "grammar"))
    for word, better, kind in kinds:
        span = Span(block.text.index(word), block.text.index(word) + len(word))
        finding = Finding(span, f"harper/{kind}", "", (Edit(span, better),), kind=kind)
        scoring.score_finding(block, finding, words, _SAMPLE)
    for opened in ENGINES.values():
        with suppress(Unavailable):
            engine = opened(Settings(service="off"))
            engine.key()
            engine.provenance()
            engine.close()
    written = [render(run, Style()) for render in (RENDERERS["text"], closing, origin_screen, report_block)]
    assert all((written, fast_client, code_digest(), findings_of, sqlite3))


def _run_fork_server(channel: Connection, service: int, run: Run, others: frozenset[str]) -> NoReturn:
    """Fork a run for each line that comes over `channel`, till it ends. Does not return."""
    runs: set[int] = set()

    def reap(*_: object) -> None:
        for pid in tuple(runs):
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    runs.discard(pid)
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        with suppress(OSError):
            channel.send(to_json({"cpu_s": sum(u.ru_utime + u.ru_stime for u in used)}))

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, reap)
    _die_with(service)
    while True:
        try:
            number = channel.receive_descriptors(1, 3600.0)[0]
        except TimeoutError:
            continue
        except OSError:
            os._exit(0)
        line = adopt_connection(number)
        if len(runs) < MOST_RUNS:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
            template = os.getpid()
            pid = os.fork()
            if pid == 0:
                _begin_run(channel, line, template, run, others)
            runs.add(pid)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        line.close()


def _die_with(parent: int) -> None:
    """Have Linux end this process when its parent ends; elsewhere its line ends, which it hears."""
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1  # PR_SET_PDEATHSIG of sys/prctl.h
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _begin_run(channel: Connection, line: Connection, template: int, run: Run, others: frozenset[str]) -> NoReturn:
    """One run, in a process of its own. Does not return."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        _die_with(template)
        channel.close()
        answer_request(line, run, others)
        status = 0
    except (OSError, ValueError, LookupError, TypeError, SystemExit):
        status = 1  # whoever asked hears nothing, and does the work himself
    finally:
        os._exit(status)


class _StreamCapture(io.RawIOBase):
    """What a run writes to one of its streams, kept in order with the other. It looks like the true stream of whoever
    asked: whether that is a terminal, and how wide."""

    def __init__(self, number: int, which: int, kept: list[tuple[int, bytes]]) -> None:
        self._number, self._which, self._kept = number, which, kept

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        chunk = bytes(data)
        self._kept.append((self._which, chunk))
        return len(chunk)

    def isatty(self) -> bool:
        return os.isatty(self._number)

    def fileno(self) -> int:
        return self._number


def answer_request(line: Connection, run: Run, others: frozenset[str]) -> None:
    """Take the request from `line`, run it, and send the answer.

    The request: JSON with ``argv``, ``cwd``, ``env``, ``encodings``, ``cpu_s``
    (what asking has taken so far); then standard input; then the open files of
    standard output and error. The answer: JSON with ``status`` and
    ``written``, (stream, length) for each piece, then the pieces; or
    ``declined`` and why. Raises what a senseless request causes.
    """
    line.send(to_json({"begun": True}))
    request = from_json(line.receive(MOST, _REQUEST_S))
    given = line.receive(MOST, _REQUEST_S)
    numbers = line.receive_descriptors(2)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    cpu_accounting.add_foreign_cpu(float(request["cpu_s"]))
    threading.Thread(target=_end_when_left, args=(line,), daemon=True).start()
    if why := _why_unfit(request["argv"], others):
        line.send(to_json({"declined": why}))
        return
    kept: list[tuple[int, bytes]] = []
    sys.stdin = io.TextIOWrapper(io.BytesIO(given), "utf-8", "surrogateescape")
    out, err = (
        io.TextIOWrapper(
            io.BufferedWriter(_StreamCapture(number, which, kept)), encoding, "surrogateescape", write_through=True
        )
        for which, (number, encoding) in enumerate(zip(numbers, request["encodings"], strict=True), 1)
    )
    sys.stdout, sys.stderr = out, err
    status = run(request["argv"])
    out.flush()
    err.flush()
    line.send(to_json({"status": status, "written": [[which, len(chunk)] for which, chunk in kept]}))
    line.send(b"".join(chunk for _, chunk in kept))


def _why_unfit(argv: list[str], others: frozenset[str]) -> str:
    """Why a run cannot be done here, "" where it can."""
    from ..config import load_settings
    from . import fast_client

    if argv and argv[0] in others:
        return "another command"
    if fast_client.named_files(argv) is None:  # whoever asks may be anybody's program: it is not only asked there
        return "no small run"
    try:
        off = load_settings(None, {}, os.environ).service == "off"
    except BadInput:
        return "settings that cannot be read"
    return "switched off in the settings" if off else ""


def _end_when_left(line: Connection) -> None:
    """Nobody needs the answer when whoever asked has gone. What is open is closed first, as at SIGTERM."""
    line.wait_for_end()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5.0)
    os._exit(1)
