"""What one document may take: it is the unit of failure, and none may end, hold up or starve the work on the others.

Our own readers and our judgement of what engines found run in this process,
where a text that nobody foresaw can make them raise anything, or go on for
ever. `run_contained` makes one `Unavailable` of either, by CPU time: a busy machine
makes no document fail.

How a thread is stopped depends on which it is. In the main thread a timer of
the system's interrupts anything, a regular expression included. Elsewhere, and
on Windows, an exception is raised between two instructions of Python's, so an
expression that never ends is beyond reach there. What touches nothing but its
own is therefore handed to the main thread where that lends itself (`lending`).
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from ..report import LocalProofError, Unavailable

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

LEAST_S = 2.0  # of CPU time, for any document
CHARACTER_S = 1e-5  # more for each character; reading and judging take a tenth of that, or less
AGAIN_S = 0.5  # for one that took too long before, as it may at every key
TICK_S = 0.05  # of CPU time between two looks at the clock
REMEDY = "leave it out with exclude, and please report this: it is a mistake in LocalProof"

_late: set[tuple[str, str]] = set()  # what took too long, and at what


class _TooLong(BaseException):
    """Raised in the middle of work. No `except Exception` of a reader's is to stop it."""

    def __init__(self, limit: _Limit | None = None) -> None:
        super().__init__()
        self.limit = limit


class _Overdue(Exception):
    """Work was stopped at its own limit."""


class _Left(Exception):
    """The main thread does not lend itself any more: whoever asked is to end, too."""


class _Limit:
    """Until when a piece of work may go on, by the `clock` of the thread that does it: seconds of CPU."""

    def __init__(self, limit_s: float, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.until_s = clock() + limit_s
        self.over = False

    def stops(self) -> bool:
        """Whether the work is to be stopped now. Asked again at once the answer is no: it may be on its way out."""
        if self.over or self.clock() < self.until_s:
            return False
        self.until_s = self.clock() + AGAIN_S
        return True


def run_contained(name: str, doing: str, size: int, work: Callable[[], T], *, alone: bool = False) -> T:
    """What `work` returns, which is `doing` ("read", "judged") something with the document `name` of `size` characters.

    Raises Unavailable where it takes longer than a document may, and for
    whatever goes wrong in it. Our own errors, Ctrl-C and the end of the process
    pass. `alone`: the work touches nothing that others use, and any thread may do it.
    """
    limit_s = LEAST_S + CHARACTER_S * size
    if (name, doing) in _late:
        limit_s = min(limit_s, AGAIN_S)
    try:
        made = _by_main_thread(limit_s, work) if alone else _within(limit_s, work)
    except _Overdue:
        _late.add((name, doing))
        why = f"cannot be {doing}: that does not come to an end"
    except (LocalProofError, KeyboardInterrupt, SystemExit, GeneratorExit, _TooLong, _Left):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception; nothing is hidden, it is told
        why = f"cannot be {doing}: {_describe_error(error)}"
    else:
        _late.discard((name, doing))
        return made
    raise Unavailable(name or "the text", why, REMEDY)


def _describe_error(error: BaseException) -> str:
    """The kind of an error and where it was raised: what it says may quote the text at any length."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = "" if at is None else f", {at.tb_frame.f_globals.get('__name__', '?')} line {at.tb_lineno}"
    said = " ".join(str(error).split())[:100]
    return f"{type(error).__name__}{f': {said}' if said else ''}{place}"


def _within(limit_s: float, work: Callable[[], T]) -> T:
    """What `work` returns. Raises _Overdue after `limit_s` of this thread's CPU time."""
    thread = threading.get_ident()
    limit = _Limit(limit_s, _clock_of(thread))
    main = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    end = _timed(limit) if main else _watched(limit, thread)
    try:
        try:
            return work()
        finally:
            limit.over = True
    except _TooLong as late:
        if late.limit is not None and late.limit is not limit:
            raise  # of work around this
        raise _Overdue from None
    finally:
        end()


# In the main thread: a timer that counts CPU time.

_limits: list[_Limit] = []  # of the main thread, each around those behind it
_given_up = False


def _timed(limit: _Limit) -> Callable[[], object]:
    before = signal.getsignal(signal.SIGVTALRM)
    if before is not _tick:
        signal.signal(signal.SIGVTALRM, _tick)
    _limits.append(limit)
    signal.setitimer(signal.ITIMER_VIRTUAL, TICK_S, TICK_S)

    def end() -> None:
        _limits.remove(limit)
        if not _limits:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        # By default the signal ends the process, and one may still be on its way: there is no way back to that.
        if before is not _tick and callable(before):
            signal.signal(signal.SIGVTALRM, before)

    return end


def _tick(*_: object) -> None:
    """Stop what is overdue; and let other threads go on, which an expression at work would not."""
    for limit in _limits:
        if _given_up:
            limit.until_s = min(limit.until_s, limit.clock())
        if limit.stops():
            raise _TooLong(limit)
    time.sleep(0)


def give_up() -> None:
    """Have what the main thread is at end soon: this process is ending. May be called from any thread."""
    global _given_up
    _given_up = True


# In other threads, and where there is no such timer: a thread that looks at the clock.


def _watched(limit: _Limit, thread: int) -> Callable[[], object]:
    lock, over = threading.Lock(), threading.Event()
    raised: list[bool] = []

    def watch() -> None:
        while not over.wait(max(TICK_S, limit.until_s - limit.clock())):
            with lock:
                if not over.is_set() and limit.stops():
                    raised.append(True)
                    _raise_in(thread)

    def end() -> None:
        with lock:
            over.set()
            # One that has not come yet comes here, at a jump of the loop. To take it back (by None) would leave the
            # interpreter looking for it ever after: CPython 3.11 then hangs as soon as a debugger traces a function.
            with suppress(_TooLong):
                for _ in range(100 if raised else 0):
                    pass

    threading.Thread(target=watch, name="localproof-limit", daemon=True).start()
    return end


def _clock_of(thread: int) -> Callable[[], float]:
    """What tells the seconds of CPU of a thread; of the process where the system does not tell threads apart."""
    if hasattr(time, "pthread_getcpuclockid"):
        clock = time.pthread_getcpuclockid(thread)
        return lambda: time.clock_gettime(clock)
    return time.process_time


def _raise_in(thread: int) -> None:
    """Raise `_TooLong` in a thread as soon as Python code runs there."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_TooLong))


# Work that any thread may do, for the main thread.

_post: Callable[[Callable[[], None]], object] | None = None
_posted: set[Future[object]] = set()


@contextmanager
def lending(post: Callable[[Callable[[], None]], object]) -> Iterator[None]:
    """Have the main thread do, by way of `post`, what other threads have to do that is theirs alone. On leaving, what
    it has not begun is cancelled."""
    global _post
    _post = post
    try:
        yield
    finally:
        _post = None
        for future in tuple(_posted):
            future.cancel()


def _by_main_thread(limit_s: float, work: Callable[[], T]) -> T:
    post = _post
    if post is None or threading.current_thread() is threading.main_thread():
        return _within(limit_s, work)
    from concurrent.futures import CancelledError, Future  # 10 ms

    done: Future[T] = Future()

    def do() -> None:
        if done.set_running_or_notify_cancel():
            try:
                done.set_result(_within(limit_s, work))
            except BaseException as error:  # noqa: BLE001 - for the thread that waits
                done.set_exception(error)

    _posted.add(done)  # type: ignore[arg-type]
    try:
        try:
            post(do)
        except RuntimeError:  # its loop has ended
            done.cancel()
        if _post is not post:
            done.cancel()
        return done.result()
    except CancelledError:
        raise _Left from None
    finally:
        _posted.discard(done)
