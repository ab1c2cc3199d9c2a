"""A child that answers questions, several at a time."""

from __future__ import annotations

import atexit
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from math import inf
from typing import Any

from ..report import TooLong, Unavailable
from . import cpu_accounting
from .cpu_clock import family_cpu_ns
from .frames import from_json, to_json
from .futures import resolve_future
from .helper_process import HelperProcess
from .serve import FULL

_log = logging.getLogger(__name__)  # loaded anyway, by concurrent.futures

STARTS = 3  # crashes before it was ever ready, in a row, after which it is given up
FRUITLESS = 6  # ends in a row without one answer between them, after which all that waits is refused
STOPPED_S = 0.5  # a watch that wakes so late was not running, and neither was the rest of this process
PATIENCE = 6  # times its limit by the clock on the wall is what a request gets that takes little CPU: it may be blocked
BLIND = 2  # the same where the system does not tell how much CPU it takes
AT_WORK = 0.02  # of the limit of its start, in CPU time, is what a child uses meanwhile that is about to be ready
LOOK_S = 0.05  # between two looks at the clock of a child, at least
LOOKS = 40  # in the time that a request may take, at most
RESUBMISSIONS = 3  # after so many a request is run alone, so that the next end is surely its own doing


class _Request:
    """One question on its way to an answer."""

    __slots__ = (
        "alone",
        "begun_s",
        "body",
        "due_s",
        "future",
        "measured",
        "number",
        "resubmitted",
        "sent",
        "spent",
        "untold_s",
    )

    def __init__(self, number: int, body: bytes, future: Future[Any], spent: Callable[[float], None] | None) -> None:
        self.number = number
        self.body = body
        self.future = future
        self.spent = spent
        self.sent = False
        self.begun_s = 0.0  # when the child began with it, in monotonic seconds
        self.due_s = 0.0  # when to look how long it takes
        self.untold_s: float | None = None  # see `_untold_s`, when it was begun
        self.measured = False  # whether it was CPU time that ended it
        self.resubmitted = 0
        self.alone = False  # under suspicion: run with nothing beside it


class WorkerSupervisor:
    """A child that answers questions, several at a time, and is started again when it ends early.

    Building one starts the child and returns at once; with `at_once` False it
    is `start` or the first question that does. The child works on at most
    `threads` questions; where many wait, it holds as many more, so that it is
    at work while its answers are read here. The rest wait here. One that takes more than
    `limit_s` of CPU on each of the `cores` that an answer is worked out on, or
    `PATIENCE` times as long on the clock, costs the child its life and fails
    with `TooLong`: a machine that has other things to do costs nobody his
    answer. Those beside it are asked again, and where it is
    not plain which one held up the others, each by itself. When the child
    crashes, each question it had is asked again by itself, so that the guilty
    one is found; it fails at its second crash. A child that says it is unable,
    crashes three times before it is ready, or is not ready within
    `start_limit_s`, or as long in CPU time where it gets on, fails every
    question from then on.

    Threads: one that keeps the child, one that watches the time, one that
    drains stderr; none for each question. All methods may be called from any
    thread. Futures are resolved by the keeper: what is attached to them should
    be quick.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        threads: int = 1,
        limit_s: float = 10.0,
        start_limit_s: float = 60.0,
        at_once: bool = True,
        cores: int = 1,
    ) -> None:
        self.name, self.threads, self._command, self._cores = name, threads, list(command), max(cores, 1)
        self._limit_s, self._start_limit_s = limit_s, start_limit_s
        self._look_s = max(LOOK_S, limit_s / LOOKS)
        lock = threading.Lock()
        self._work = threading.Condition(lock)  # the keeper waits on it, and closing wakes it
        self._clock = threading.Condition(lock)  # the watch waits on it
        self._watch_until = 0.0  # monotonic seconds; what is due before must wake it
        self._waiting: deque[_Request] = deque()
        self._suspects: deque[_Request] = deque()
        self._flying: dict[int, _Request] = {}  # the child is at work on them
        self._ahead: dict[int, _Request] = {}  # it has them, and begins with each when it has answered another
        self._condemned: list[_Request] = []
        self._blame = ""  # why the child is being ended, "" while it is not
        self._start_cpu_s = 0.0  # of a child that is not ready, when its time was up before
        self._cpu_told_s = 0.0  # that the child's answers took together
        self._looked: tuple[float, float | None] = (-inf, None)  # when, and `_untold_s` then
        self._child: HelperProcess | None = None
        self._ready = False
        self._begun_s = self._ready_by = self._heard_at = 0.0  # monotonic seconds
        self._wanted = at_once  # the first child is started unasked
        self._failed_starts = self._fruitless = 0
        self._numbers = itertools.count(1)
        self._closed = False
        self._over = ""  # why there will be no more answers, "" while there will
        self._keeper = threading.Thread(target=self._keep, name=f"localproof-{name}", daemon=True)
        self._watch = threading.Thread(target=self._keep_watch, name=f"localproof-{name}-watch", daemon=True)
        atexit.register(self.close)
        self._keeper.start()
        self._watch.start()

    def start(self) -> None:
        """Start the first child, unless that was done."""
        with self._work:
            if self._child is None and not self._failed_starts:
                self._wanted = True
                self._work.notify()

    def submit(self, request: Mapping[str, Any], spent: Callable[[float], None] | None = None) -> Future[Any]:
        """Ask. The future gives what the child answered under "raw", or raises `Unavailable`.

        `spent` is told, before the future is resolved, how many seconds of
        CPU the answer took. Raises UnicodeEncodeError at once where the request holds a lone surrogate.
        """
        future: Future[Any] = Future()
        number = next(self._numbers)
        entry = _Request(number, to_json({"id": number, **request}), future, spent)
        with self._work:
            over = self._over
            if not over:
                self._waiting.append(entry)
                self._work.notify()
        if over:
            resolve_future(entry.future, Unavailable(self.name, over))
        else:
            self._pump()
        return future

    def pids(self) -> tuple[int, ...]:
        """The process id of the child, if one lives."""
        child = self._child
        return () if child is None else (child.pid,)

    def close(self) -> None:
        """End the child now. Questions still open raise `Unavailable`. Closing twice is harmless."""
        with self._work:
            self._closed = True
            child = self._child
            self._work.notify_all()
            self._clock.notify_all()
        if child is not None:
            child.kill()
        for thread in (self._keeper, self._watch):
            if thread is not threading.current_thread():  # a future's callback may close us
                thread.join(5.0)
        atexit.unregister(self.close)

    # The keeper: starts children one after another and hears what they say.

    def _keep(self) -> None:
        try:
            while self._wait_till_wanted():
                self._live()
        finally:  # whatever happened, no future may be left open
            self._give_up("was closed" if self._closed else "stopped")

    def _wait_till_wanted(self) -> bool:
        """True when a child should be started, False when there will be no more."""
        with self._work:
            if self._failed_starts:  # what is short now, memory say, may be there a little later
                self._work.wait_for(lambda: self._closed, 0.1 * self._failed_starts)
            self._work.wait_for(lambda: self._closed or self._over or self._wanted or self._waiting or self._suspects)
            self._wanted = False
            return not (self._closed or self._over)

    def _live(self) -> None:
        try:
            child = HelperProcess(self._command)
        except OSError as error:
            self._handle_exit(f"cannot be started: {error}")
            return
        with child:
            if self._adopt(child):
                for body in child.frames():
                    if not self._handle_frame(body):
                        break
            else:
                child.kill()
        if child.exit_status() == FULL:
            self._make_way()
        else:
            self._handle_exit(child.exit_reason())

    def _make_way(self) -> None:
        """The child has grown enough and answered what it took in; the next one gets the rest."""
        with self._work:
            _log.info("%s: helper process makes way for a new one", self.name)
            self._child, self._ready = None, False
            for request in reversed((*self._flying.values(), *self._ahead.values())):
                (self._suspects if request.alone else self._waiting).appendleft(request)
            self._flying, self._ahead = {}, {}
            self._wanted = True

    def _adopt(self, child: HelperProcess) -> bool:
        with self._work:
            if self._closed:
                return False
            self._child, self._ready, self._blame = child, False, ""
            self._start_cpu_s = self._cpu_told_s = 0.0
            self._looked = -inf, None
            self._begun_s = time.monotonic()
            self._ready_by = self._begun_s + self._start_limit_s
            _log.info("%s: helper process %d starts", self.name, child.pid)
            self._clock.notify()
            return True

    def _handle_frame(self, body: bytes) -> bool:
        """Act on one frame. False where there is no use in hearing more."""
        try:
            message = from_json(body)
        except ValueError:  # it has lost its senses: ended and begun anew, as after a crash
            return False
        if "unable" in message:
            self._give_up(str(message["unable"]))
            return False
        with self._work:
            if "ready" in message:
                self._ready, self._failed_starts = True, 0
                if self._child is not None:
                    cpu_accounting.add_start_cpu(family_cpu_ns(self._child.pid))
                _log.info("%s: ready after %.2f s", self.name, time.monotonic() - self._begun_s)
            cpu_s = float(message.get("cpu_s", 0.0))
            self._note_told(cpu_s)
            number = message.get("id", 0)
            request = self._flying.pop(number, None) or self._ahead.pop(number, None)
            if self._ahead and len(self._flying) < self.threads:
                self._begin(self._ahead.pop(next(iter(self._ahead))))
            if "fatal" in message:  # the child is ending, and this is whose doing it was
                self._blame = str(message["fatal"])
            elif request is not None:
                self._fruitless, self._heard_at = 0, time.monotonic()
            if request is not None and "late" in message and not request.alone:
                request.alone = True
                self._suspects.append(request)
                request = None
        self._pump()  # first, so that the child is at work while its answer is
        if request is not None:
            if request.spent is not None:
                request.spent(cpu_s)
            resolve_future(request.future, self._failure(message) or message.get("raw"))
        return True

    def _failure(self, message: Mapping[str, Any]) -> Unavailable | None:
        """What an answer that is none says."""
        if "late" in message:
            return TooLong(self.name, str(message["late"]), measured=bool(message.get("measured")))
        why = f"crashed: {message['fatal']}" if "fatal" in message else str(message.get("error", ""))
        return Unavailable(self.name, why) if why else None

    def _handle_exit(self, reason: str) -> None:
        """The child has ended: decide what becomes of everything it had."""
        failed: list[tuple[_Request, str | Unavailable]] = []
        hopeless = ""
        with self._work:
            was_ready, blame = self._ready, self._blame
            # Behind a colon stand the helper's last words, in which may be what somebody wrote.
            _log.info("%s: helper process %s", self.name, (blame or reason).partition(":")[0])
            self._child, self._ready = None, False
            flying, condemned = list(self._flying.values()), self._condemned
            self._flying, self._condemned = {}, []
            self._waiting.extendleft(reversed(self._ahead.values()))  # it had not begun with them
            self._ahead = {}
            failed += [(request, self._too_long(request)) for request in condemned]
            if self._closed or self._over:
                failed += [(request, "was closed") for request in flying]
            elif not was_ready:
                self._failed_starts += 1
                if blame or self._failed_starts >= STARTS:
                    hopeless = blame or f"{reason} ({STARTS} starts)"
                self._wanted = True
            else:
                self._fruitless += 1
                failed += [(request, f"crashed: it {reason}") for request in self._requeue(flying, bool(blame))]
                if self._fruitless >= FRUITLESS:
                    self._fruitless = 0
                    why = f"ended again and again: it {blame or reason}"
                    failed += [(request, why) for request in (*self._suspects, *self._waiting)]
                    self._suspects.clear()
                    self._waiting.clear()
        for request, said in failed:
            resolve_future(request.future, Unavailable(self.name, said) if isinstance(said, str) else said)
        if hopeless:
            self._give_up(hopeless)

    def _too_long(self, request: _Request) -> TooLong:
        if request.measured:
            return TooLong(self.name, f"took longer than {self._limit_s:g} s", measured=True)
        times = BLIND if request.untold_s is None else PATIENCE
        return TooLong(self.name, f"gave no answer in {times * self._limit_s:g} s", measured=False)

    def _requeue(self, flying: list[_Request], guilty_known: bool) -> list[_Request]:
        """Queue again what the child had; give back what has now been found guilty. Called with the lock."""
        if not guilty_known and len(flying) == 1 and flying[0].alone:
            return flying
        for request in reversed(flying):
            request.resubmitted += 1
            request.alone |= not guilty_known or request.resubmitted >= RESUBMISSIONS
            (self._suspects if request.alone else self._waiting).appendleft(request)
        return []

    def _give_up(self, why: str) -> None:
        """Fail all that is open and all that will be asked. The first reason counts."""
        with self._work:
            self._over = over = self._over or why
            sent = (*self._condemned, *self._flying.values(), *self._ahead.values())
            left = [*sent, *self._suspects, *self._waiting]
            self._condemned, self._flying, self._ahead = [], {}, {}
            self._suspects.clear()
            self._waiting.clear()
            child = self._child
            self._clock.notify_all()
        if child is not None:
            child.kill()
        for request in left:
            resolve_future(request.future, Unavailable(self.name, over))

    # Sending, by whichever thread asks or has just heard an answer.

    def _pump(self) -> None:
        """Send what may be sent. Outside the lock: a full pipe holds up this thread only, and the watch ends that."""
        while taken := self._take():
            child, request = taken
            child.send(request.body)

    def _take(self) -> tuple[HelperProcess, _Request] | None:
        with self._work:
            if self._child is None or not self._ready or self._blame or self._closed:
                return None
            while queue := self._next_queue():
                request = queue.popleft()
                if not request.sent and not request.future.set_running_or_notify_cancel():
                    continue  # cancelled while it waited
                request.sent = True
                if len(self._flying) < self.threads:
                    self._begin(request)
                else:
                    self._ahead[request.number] = request
                return self._child, request
            return None

    def _begin(self, request: _Request) -> None:
        """The child begins with a request. Called with the lock."""
        request.begun_s = time.monotonic()
        request.due_s = request.begun_s + self._limit_s
        request.untold_s = self._untold_s(request.begun_s)
        self._flying[request.number] = request
        if request.due_s < self._watch_until:
            self._clock.notify()

    def _next_queue(self) -> deque[_Request] | None:
        """The requests of which the child is to get the next. Called with the lock."""
        if self._suspects:
            return None if self._flying or self._ahead else self._suspects
        if any(request.alone for request in self._flying.values()):
            return None
        if len(self._flying) < self.threads:
            return self._waiting or None
        # Only where many wait: what is with the child cannot be taken back any more.
        return self._waiting if len(self._ahead) < self.threads < len(self._waiting) else None

    # The watch: ends a child that is late.

    def _keep_watch(self) -> None:
        with self._clock:
            while not (self._closed or self._over):
                due = self._next_deadline()
                left_s = None if due is None else due - time.monotonic()
                if left_s is None or left_s > 0:
                    self._watch_until = inf if due is None else due
                    self._clock.wait(left_s)
                    self._watch_until = 0.0
                else:
                    if left_s < -STOPPED_S:
                        self._reset_deadlines()
                    self._judge()

    def _next_deadline(self) -> float | None:
        """When to look next, in monotonic seconds; None where nothing is running."""
        if self._child is None or self._blame:
            return None
        if not self._ready:
            return self._ready_by
        return min((request.due_s for request in self._flying.values()), default=None)

    def _reset_deadlines(self) -> None:
        """This process itself was stopped (Ctrl-Z, lid closed), so the clock on the wall says nothing. Called with the
        lock."""
        now = time.monotonic()
        self._ready_by = now + self._start_limit_s
        for request in self._flying.values():
            request.begun_s = now

    def _untold_s(self, now: float) -> float | None:
        """The seconds of CPU that the child has used beyond those that its answers told, at `now` or a moment ago; None
        where the system does not say. By what it grows while a request is with the child, that one took at most, but
        for others that are with it. Called with the lock."""
        if now - self._looked[0] >= self._look_s:
            used_ns = None if self._child is None else family_cpu_ns(self._child.pid)
            self._looked = now, None if used_ns is None else used_ns / 1e9 - self._cpu_told_s
        return self._looked[1]

    def _note_told(self, cpu_s: float) -> None:
        """An answer tells that it took so many seconds of CPU. Called with the lock."""
        self._cpu_told_s += cpu_s
        looked_s, untold_s = self._looked
        self._looked = looked_s, None if untold_s is None else untold_s - cpu_s

    def _worked_s(self, request: _Request, now: float) -> float | None:
        """How long a request has been worked on at most; None where the system does not say. Called with the lock."""
        untold_s = self._untold_s(now)
        if untold_s is None or request.untold_s is None:
            return None
        return (untold_s - request.untold_s) / self._cores

    def _judge(self) -> None:
        """End the child for what takes too long, if anything does. Called with the lock."""
        now = time.monotonic()
        if not self._ready:
            if self._ready_by <= now and not self._still_starts(now):
                self._end(f"was not ready within {self._start_limit_s:g} s")
            return
        overdue = [request for request in self._flying.values() if request.due_s <= now and self._is_late(request, now)]
        if not overdue:
            return
        # Which of several it was is not known, and native code may hold up every thread: where nothing at all was
        # heard for long, those overdue are tried again by themselves before they are judged.
        heard = self._heard_at > now - self._limit_s / 2
        if len(self._flying) == 1 or (heard and len(overdue) == 1):
            self._condemned = overdue
            self._flying = {n: r for n, r in self._flying.items() if r not in overdue}
        for request in overdue:
            request.alone = True
        self._end("took too long")

    def _still_starts(self, now: float) -> bool:
        """Whether a child that should be ready has only had too little of a busy machine; it gets as long again then.
        Called with the lock."""
        used_ns = None if self._child is None else family_cpu_ns(self._child.pid)
        used_s = 0.0 if used_ns is None else used_ns / 1e9
        before_s, self._start_cpu_s = self._start_cpu_s, used_s
        if used_s >= self._start_limit_s or used_s - before_s < AT_WORK * self._start_limit_s:
            return False
        self._ready_by = now + self._start_limit_s
        return True

    def _is_late(self, request: _Request, now: float) -> bool:
        """Whether a request has had its time; else when to look again is noted. Called with the lock."""
        worked_s = self._worked_s(request, now)
        until_s = request.begun_s + self._limit_s * (BLIND if worked_s is None else PATIENCE)
        if now >= until_s or (worked_s is not None and worked_s >= self._limit_s):
            request.measured = worked_s is not None and worked_s >= self._limit_s
            return True
        left_s = inf if worked_s is None else max(self._limit_s - worked_s, self._look_s)
        request.due_s = min(until_s, now + left_s)
        return False

    def _end(self, why: str) -> None:
        """End the child. Called with the lock."""
        assert self._child is not None
        self._blame = why
        self._child.kill()
