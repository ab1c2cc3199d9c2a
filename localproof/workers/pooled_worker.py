"""A helper that the resident service holds, or one of our own where it does not.

The seam of the service: engines ask a `PooledWorker` what they would ask a
`WorkerSupervisor`, in the same words, and get the same rows. What the service does not
answer, for whatever reason and at whatever moment, a helper of our own does.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import math
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from ..report import TooLong, Unavailable
from . import cpu_accounting
from .frames import from_json, to_json
from .futures import resolve_future
from .helper_process import python
from .serve import MOST_THREADS
from .supervisor import WorkerSupervisor
from .unix_socket import MOST, PATIENCE_S, Connection, code_fingerprint, connect, socket_path

_log = logging.getLogger(__name__)  # loaded anyway, by concurrent.futures

AT_A_TIME = 8  # questions that are with the service at once; the rest wait here, where they block nobody
SILENCE_S = 20.0  # a service that owes us an answer says every few seconds that it lives
_CLOSED = "was closed"
_LONGEST_S = 3600.0  # for a paragraph, or to get ready


class PooledWorker:
    """Answers as a `WorkerSupervisor` does (see there for `submit`, `pids`, `close`); starts nothing before that.

    `arguments` are those of ``main`` of `module`, which serves as a child.
    With `service` "off", or ``LOCALPROOF_SERVICE`` set to it, the helper is
    our own from the beginning.
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: tuple[str, ...],
        *,
        threads: int = 1,
        limit_s: float = 10.0,
        start_limit_s: float = 60.0,
        service: str = "auto",
        silence_s: float = SILENCE_S,
        cores: int = 1,
        env: Mapping[str, str] | None = None,
    ) -> None:
        env = os.environ if env is None else env
        self.name = name
        self._order: dict[str, Any] = {
            "name": name,
            "module": module,
            "arguments": list(arguments),
            "threads": threads,
            "limit_s": limit_s,
            "start_limit_s": start_limit_s,
            "cores": cores,
        }
        self._wanted = service != "off" and env.get("LOCALPROOF_SERVICE") != "off"
        self._env, self._silence_s = env, silence_s
        self._lock = threading.RLock()
        self._line: _PoolConnection | None = None
        self._own: WorkerSupervisor | None = None
        self._closed = False

    def start(self) -> None:
        """Have the helper built, unless that was done. A line that went silent, as idle ones do, is taken up anew."""
        with self._lock:
            if self._closed or self._own is not None or (self._line is not None and not self._line.over):
                return
            self._line = self._connect_to_pool()
            if self._line is None:
                self._start_own()

    def submit(self, request: Mapping[str, Any]) -> Future[Any]:
        """Ask. The future gives what the helper answered, or raises `Unavailable`.

        Raises UnicodeEncodeError at once where the request holds a lone surrogate.
        """
        self.start()
        line, own = self._line, self._own
        if line is None and own is not None and not self._closed:
            return own.submit(request)
        future: Future[Any] = Future()
        if line is None or not line.submit(request, future):
            self._ask_own(request, future)
        return future

    def pids(self) -> tuple[int, ...]:
        """The process id of the helper, if it is ours and lives. What a service spends on us is in the `ledger`."""
        return self._own.pids() if self._own is not None else ()

    def close(self) -> None:
        """End or give back the helper. Questions still open raise `Unavailable`. Closing twice is harmless."""
        with self._lock:
            self._closed = True
            line, own = self._line, self._own
        if line is not None:
            line.close()
        if own is not None:
            own.close()

    def _connect_to_pool(self) -> _PoolConnection | None:
        path = socket_path(self._env) if self._wanted else None
        line = connect(path) if path is not None and path.exists() else None
        if line is None:
            _log.info("%s: no service %s", self.name, "is running" if self._wanted else "is wanted")
            return None
        try:
            line.send(to_json({"hello": code_fingerprint(), "want": "helper", "order": self._order}))
            welcome = from_json(line.receive(MOST, PATIENCE_S))
        except (OSError, ValueError):
            welcome = {}
        if "welcome" not in welcome:
            line.close()
            why = "is of other code" if "other" in welcome else welcome.get("refused") or "does not answer"
            _log.info("%s: the service does not hold it: it %s", self.name, why)
            return None
        _log.info("%s: held by the service, process %s", self.name, welcome["welcome"])
        return _PoolConnection(self.name, line, self._ask_own, self._silence_s)

    def _start_own(self) -> WorkerSupervisor:
        with self._lock:
            if self._own is None:
                self._own = start_worker(self._order)
                if self._wanted:
                    cpu_accounting.note_own_worker(self._order)
            return self._own

    def _ask_own(self, request: Mapping[str, Any], future: Future[Any]) -> None:
        """Have our own helper resolve `future`, in place of a service that will not."""
        with self._lock:
            own = None if self._closed else self._start_own()
        if own is None:
            resolve_future(future, Unavailable(self.name, _CLOSED))
            return
        answer = own.submit(request)
        future.add_done_callback(lambda done: answer.cancel() if done.cancelled() else None)
        answer.add_done_callback(partial(_forward_answer, future))


def start_worker(order: Mapping[str, Any]) -> WorkerSupervisor:
    """The worker that `order` describes, being built. Raises LookupError, TypeError or ValueError where it makes no
    sense; numbers beyond what anybody needs are the most, or the least, that is needed."""
    return WorkerSupervisor(
        str(order["name"]),
        python(order["module"], *map(str, order["arguments"])),
        threads=round(_bounded(order["threads"], 1, MOST_THREADS)),
        limit_s=_bounded(order["limit_s"], 0.1, _LONGEST_S),
        start_limit_s=_bounded(order["start_limit_s"], 1.0, _LONGEST_S),
        cores=round(_bounded(order.get("cores", 1), 1, MOST_THREADS)),
    )


def _bounded(number: Any, least: float, most: float) -> float:
    if math.isnan(value := float(number)):
        raise ValueError("not a number")
    return min(max(value, least), most)


def _forward_answer(future: Future[Any], answer: Future[Any]) -> None:
    if answer.cancelled():
        return
    error = answer.exception()
    resolve_future(future, error or answer.result())


class _PendingQuestion:
    """One question that the service was asked, or will be."""

    __slots__ = ("asked_s", "body", "future", "request")

    def __init__(self, request: Mapping[str, Any], body: bytes, future: Future[Any]) -> None:
        self.request, self.body, self.future = request, body, future
        self.asked_s = 0.0  # when the service was asked


class _PoolConnection:
    """A helper in the service and the line to it. Two threads at most: whoever asks, and one that listens."""

    def __init__(self, name: str, line: Connection, instead: Any, silence_s: float) -> None:
        self._name, self._line, self._instead, self._silence_s = name, line, instead, silence_s
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._waiting: deque[_PendingQuestion] = deque()
        self._asked: dict[int, _PendingQuestion] = {}
        self.over = False
        self._closed = False
        atexit.register(self.close)
        self._listener = threading.Thread(target=self._listen, name=f"localproof-{name}-lent", daemon=True)
        self._listener.start()

    def submit(self, request: Mapping[str, Any], future: Future[Any]) -> bool:
        """Ask the service, now or soon. False where it is not there any more, or the question is too long for it."""
        body = to_json(request)
        if len(body) > MOST - 64:
            return False
        with self._lock:
            if self.over:
                return False
            self._waiting.append(_PendingQuestion(request, body, future))
        self._pump()
        return True

    def close(self) -> None:
        """Hang up. Questions still open raise `Unavailable`."""
        with self._lock:
            self._closed = True
        self._line.shut_down()
        if self._listener is not threading.current_thread():
            self._listener.join(5.0)
        atexit.unregister(self.close)

    def _pump(self) -> None:
        while taken := self._take():
            number, question = taken
            try:
                with self._sending:
                    self._line.send(b'{"id":%d,%s' % (number, question.body[1:]))
            except OSError:  # it is gone; the listener hears that too and has everything done without it
                self._line.shut_down()
                return

    def _take(self) -> tuple[int, _PendingQuestion] | None:
        with self._lock:
            while self._waiting and len(self._asked) < AT_A_TIME and not self.over:
                question = self._waiting.popleft()
                if question.future.set_running_or_notify_cancel():
                    number = next(self._numbers)
                    question.asked_s = time.monotonic()
                    self._asked[number] = question
                    return number, question
        return None

    def _listen(self) -> None:
        try:
            while self._handle_frame():
                self._pump()
        finally:
            with self._lock:
                self.over = True
                left = [*self._asked.values(), *self._waiting]
                self._asked.clear()
                self._waiting.clear()
                closed = self._closed
            self._line.close()
            for question in left:
                if closed:
                    resolve_future(question.future, Unavailable(self._name, _CLOSED))
                else:
                    self._instead(question.request, question.future)

    def _next_frame(self) -> bytes:
        """The next frame. Raises OSError where no more is to be expected: the line ended, or a question was met with
        silence for too long, counted from when it was asked."""
        wait_s = self._silence_s
        while True:
            try:
                return self._line.receive(64 * MOST, wait_s)
            except TimeoutError:
                now_s = time.monotonic()
                with self._lock:
                    silent_s = max((now_s - question.asked_s for question in self._asked.values()), default=0.0)
                wait_s = self._silence_s - silent_s
                if wait_s <= 0:
                    raise

    def _handle_frame(self) -> bool:
        """Wait for one frame and act on it. False where no more is to be expected."""
        try:
            message = from_json(self._next_frame())
            number = int(message.get("id", 0))
        except (OSError, ValueError, TypeError):
            return False
        with self._lock:
            question = self._asked.pop(number, None)
        if question is None:
            return True
        if "raw" in message:
            cpu_accounting.add_foreign_cpu(float(message.get("cpu_s", 0.0)))
            resolve_future(question.future, message["raw"])
        else:
            why = str(message.get("error", "gave no answer"))
            late = message.get("measured")
            error = Unavailable(self._name, why) if late is None else TooLong(self._name, why, measured=bool(late))
            resolve_future(question.future, error)
        return True
