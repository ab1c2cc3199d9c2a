"""The service's own process: holds the helpers, answers the door, and ends itself when nobody needs it.

Its program is `localproof.service.__main__`, with one argument, JSON: see `launch`. A
conversation begins with ``{"hello": fingerprint, "want": …}``; one
that comes from other code is told so and ends. What can be wanted is a row of
`_WANTS`. Nothing that a writer wrote gets into the log.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from .. import __version__, energy
from ..energy.clocks import machine_clocks
from ..energy.meter import this_machine
from ..report import TooLong, Unavailable
from ..text.display import one_line
from ..workers.frames import from_json, to_json
from ..workers.unix_socket import HELLO, MOST, Connection, ServiceSocket, code_fingerprint
from .fork_server import ForkServer, Run
from .power import SUPPLIES, on_battery
from .worker_pool import WorkerPool

BATTERY_IDLE_S = 60.0
MOST_LINES = 64  # at a time
MOST_STRANGERS = 32  # that have not said what they want; one more costs the place of the first of them
_HELLO_S = 2.0
CLOSE_S = 4.0  # to let go of everything
_ALIVE_S = 5.0  # between signs of life to somebody who waits
_MOST_LOG = 100_000  # bytes
_MOST_LINE = 300  # characters
_NONSENSE = (OSError, ValueError, LookupError, TypeError, RecursionError)


class ServiceLog:
    """A file of short lines, begun anew when it is long; the one before is kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def __call__(self, said: str) -> None:
        """Add a line with the time. A log that cannot be written is no reason to stop."""
        with self._lock, suppress(OSError):
            if self.path.exists() and self.path.stat().st_size > _MOST_LOG:
                self.path.replace(self.path.with_suffix(".old.log"))
            number = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(number, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {os.getpid()} {one_line(said)[:_MOST_LINE]}\n")


class ServiceHost:
    """One service. `serve` returns when it should end."""

    def __init__(
        self,
        doorway: ServiceSocket,
        template: ForkServer,
        helpers: WorkerPool,
        log: ServiceLog,
        *,
        idle_s: float,
        most_bytes: int,
        supplies: Path = SUPPLIES,
    ) -> None:
        self._doorway, self._template, self._helpers, self._log = doorway, template, helpers, log
        self._idle_s, self._most_bytes, self._supplies = idle_s, most_bytes, supplies
        self._code = code_fingerprint()
        self._begun_s = self._used_s = time.monotonic()
        self._runs = 0
        self._why = ""  # to end, "" while there is no reason
        self._lock = threading.Lock()
        self._strangers: OrderedDict[Connection, None] = OrderedDict()
        self._known = 0
        self._window = energy.open_window(pids=self._pids)
        self._joules = 0.0
        self._clocks = machine_clocks(this_machine())

    def serve(self) -> None:
        """Answer until there is a reason to end."""
        threading.Thread(target=self._watch_template, daemon=True).start()
        checked_s = time.monotonic()
        every_s = min(15.0, self._idle_s / 4)
        while not self._why:
            if (line := self._doorway.accept(every_s)) is not None:
                self._admit(line)
            if time.monotonic() - checked_s >= every_s:
                checked_s = time.monotonic()
                self._look_after()
        self._log(f"ends: {self._why}")

    def end(self, why: str) -> None:
        """Have `serve` return soon."""
        if not self._why:
            self._why = why
            self._doorway.wake()

    def _look_after(self) -> None:
        self._window.poll()
        for name in self._helpers.release_idle(self._idle_s, self._most_bytes):
            self._log(f"lets go of {name}")
        if time.monotonic() - self._used_s >= self._patience_s() and not self._helpers.busy():
            self.end("not used")

    def _patience_s(self) -> float:
        return min(self._idle_s, BATTERY_IDLE_S) if on_battery(self._supplies) else self._idle_s

    def _watch_template(self) -> None:
        self._template.listen()
        self.end("its template is gone")

    def _pids(self) -> list[int]:
        return [self._template.pid, *self._helpers.pids()]

    # Conversations, a thread for each.

    def _admit(self, line: Connection) -> None:
        with self._lock:
            if len(self._strangers) >= MOST_STRANGERS:
                self._strangers.popitem(last=False)[0].shut_down()
            self._strangers[line] = None
        threading.Thread(target=self._converse, args=(line,), daemon=True).start()

    def _converse(self, line: Connection) -> None:
        known = 0
        try:
            hello = from_json(line.receive(HELLO, _HELLO_S))
            want = _WANTS[hello["want"]]
            with self._lock:
                self._strangers.pop(line, None)
                self._known += (known := 1)
                if self._known > MOST_LINES:
                    raise Unavailable("service", "has enough to do")
            if hello["hello"] != self._code and hello["want"] != "stop":
                line.send(to_json({"other": self._code}))
            else:
                want(self, line, hello)
        except Unavailable as error:
            with suppress(OSError):
                line.send(to_json({"refused": error.skipped.reason}))
        except _NONSENSE:
            return  # whoever that was has gone, or is none of ours
        finally:
            with self._lock:
                self._strangers.pop(line, None)
                self._known -= known
            line.close()

    def _lend(self, line: Connection, hello: dict[str, Any]) -> None:
        """Answer questions to one helper, some at a time so that others have their turn."""
        order = dict(hello["order"])
        held = self._helpers.get(order)
        line.send(to_json({"welcome": os.getpid()}))
        answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        slots = threading.Semaphore(held.threads + 2)
        asked: set[Future[Any]] = set()
        writer = threading.Thread(target=_write, args=(line, answers, asked), daemon=True)
        writer.start()
        try:
            while True:
                try:
                    request = from_json(line.receive(MOST, self._idle_s))
                except TimeoutError:
                    if asked:
                        continue
                    return
                number = int(request.pop("id"))
                slots.acquire()
                self._used_s = time.monotonic()
                spent: list[float] = []
                future = self._helpers.submit(order, request, spent.append)
                asked.add(future)
                future.add_done_callback(partial(_queue_answer, number, spent, slots, asked, answers))
        finally:
            for future in tuple(asked):
                future.cancel()
            answers.put(None)
            writer.join(_ALIVE_S)

    def _run(self, line: Connection, hello: dict[str, Any]) -> None:
        self._used_s = time.monotonic()
        self._runs += 1
        try:
            self._template.hand_over(line)
        except OSError:
            self.end("its template does not answer")

    def _tell(self, line: Connection, hello: dict[str, Any]) -> None:
        line.send(to_json(self.status()))

    def _stop(self, line: Connection, hello: dict[str, Any]) -> None:
        self.end("was told to")
        line.send(b'{"stopping":true}')

    def status(self) -> dict[str, Any]:
        """What `localproof service status` shows."""
        cpu_s, asked_s = self._cpu_s()
        return {
            "pid": os.getpid(),
            "version": __version__,
            "up_s": time.monotonic() - self._begun_s,
            "helpers": self._helpers.status_rows(),
            "runs": self._runs,
            "cpu_s": cpu_s,
            "asked_cpu_s": asked_s,
            "energy": self._energy(),
            "bytes": self._helpers.bytes(),
            "most_bytes": self._most_bytes,
            "idle_s": self._patience_s(),
            "on_battery": on_battery(self._supplies),
            "log": os.fspath(self._log.path),
        }

    def _cpu_s(self) -> tuple[float, float]:
        """Seconds of CPU since the start: (all, of which attributed to those who asked)."""
        own_s = time.process_time()
        helpers_s = sum((self._clocks.child_ns(pid) or 0) / 1e9 for pid in self._helpers.pids())
        ended_s = (self._clocks.reaped_ns() or 0) / 1e9
        asked_s = self._helpers.asked_cpu_s() + self._template.cpu_s
        return own_s + self._template.cpu_s + helpers_s + ended_s, asked_s

    def _energy(self) -> str:
        """The energy of the service and its helpers so far, in words. Runs are left out: their account is their own."""
        last = self._window.close()
        self._window = energy.open_window(pids=self._pids)
        if last.joules is None and last.reason != "below_resolution":
            return f"not available ({last.reason})"
        self._joules += last.joules or 0.0
        return f"{'~' if last.status == 'estimated' else ''}{self._joules:.0f} J since its start, {last.status}"

    def close(self) -> None:
        """Let go of everything but the door, which is held until this process has ended. That takes no longer than
        `CLOSE_S`: whatever does not let go by then ends with the process."""
        self._doorway.shut()
        last = threading.Timer(CLOSE_S, os._exit, (1,))
        last.daemon = True
        last.start()
        self._helpers.close()
        self._template.close()
        self._window.close()
        last.cancel()


def _write(line: Connection, answers: queue.SimpleQueue[bytes | None], asked: set[Future[Any]]) -> None:
    """Send answers as they come, and a sign of life where they take long."""
    with suppress(OSError):
        while True:
            try:
                body = answers.get(timeout=_ALIVE_S)
            except queue.Empty:
                if asked:
                    line.send(b'{"alive":true}')
                continue
            if body is None:
                return
            line.send(body)
    line.shut_down()


def _queue_answer(
    number: int,
    spent: list[float],
    slots: threading.Semaphore,
    asked: set[Future[Any]],
    answers: queue.SimpleQueue[bytes | None],
    future: Future[Any],
) -> None:
    """Pass an answer on to whoever asked. Called by the keeper of the helper, so it must be quick."""
    asked.discard(future)
    slots.release()
    if future.cancelled():
        return
    error = future.exception()
    if error is None:
        answer = {"id": number, "cpu_s": sum(spent), "raw": future.result()}
        answers.put(json.dumps(answer, separators=(",", ":")).encode())  # in ASCII: half a character may be in it
    elif isinstance(error, Unavailable):
        late = {"measured": error.measured} if isinstance(error, TooLong) else {}
        answers.put(to_json({"id": number, "error": error.skipped.reason, **late}))


_WANTS: dict[str, Callable[[ServiceHost, Connection, dict[str, Any]], None]] = {
    "helper": ServiceHost._lend,
    "run": ServiceHost._run,
    "status": ServiceHost._tell,
    "stop": ServiceHost._stop,
}


def run_service(arguments: list[str], run: Run, others: frozenset[str], load: Callable[[], object]) -> None:
    """Be the service that `launch` describes. Returns when it has ended.

    `run` is what a command line is given to, and `others` are the commands
    that are not to be run here. `load` imports what the one that is needs.
    """
    import resource

    told = json.loads(arguments[0])
    path = Path(told["path"])
    log = ServiceLog(path.with_suffix(".log"))
    if told["code"] != code_fingerprint():
        log("does not begin: the code has changed meanwhile")
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what people wrote
    os.umask(0o077)
    try:
        doorway = _exclusive_socket(path)
    except OSError:
        return  # another one was quicker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    template = ForkServer(doorway.leave_to_parent, run, others, load)
    helpers = WorkerPool()
    host = ServiceHost(
        doorway, template, helpers, log, idle_s=float(told["idle_s"]), most_bytes=int(told["most_bytes"])
    )
    signal.signal(signal.SIGTERM, lambda *_: host.end("was asked to by a signal"))
    threading.excepthook = lambda failure: log(f"a thread failed: {failure.exc_type.__name__}")
    try:
        doorway.open()
        log(f"begins, LocalProof {__version__}, Python {sys.version.split()[0]}")
        for order in told["orders"]:
            with suppress(Unavailable, *_NONSENSE):
                helpers.get(order)
        host.serve()
    finally:
        host.close()


def _exclusive_socket(path: Path) -> ServiceSocket:
    """The door, held by nobody else: waits for a service that takes no more calls and ends. Raises OSError."""
    begun_s = time.monotonic()
    while (took_s := time.monotonic() - begun_s) < CLOSE_S + 1.0:
        try:
            return ServiceSocket(path)
        except BlockingIOError:
            if took_s > 0.25 and path.exists():  # not somebody who just looks whether it is held
                raise
            time.sleep(0.05)
    return ServiceSocket(path)
