"""The child's end of a worker."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

from .frames import LIMIT, from_json, read_frames, to_json, write_frame

MOST_THREADS = 256  # of a child
REST_S = 1.0  # without a question, after which a thread rests
FULL = 75  # the exit status of a child that has answered what it took in, and makes way for a new one

TYPE_CHECKING = False  # `typing` is not imported for this: see the package
if TYPE_CHECKING:
    from typing import IO, Any

    Answer = Callable[[dict[str, Any]], str]


class Late(RuntimeError):
    """Whoever was asked for the answer has not given it in time; `measured` as in `report.TooLong`."""

    def __init__(self, why: str, *, measured: bool = False) -> None:
        super().__init__(why)
        self.measured = measured


def serve(build: Callable[[], Callable[[], Answer]], threads: int, growth: int = 0) -> None:
    """Be a worker: build, say so, and answer until the parent closes the pipe or dies. Does not return.

    `build` runs once and gives a function that is called once in each of the
    `threads`; what that gives answers requests with JSON text. A ValueError or
    RuntimeError of an answer refuses that one request; one that is `Late` is
    asked again with nothing beside it. Anything else that
    escapes, a panic of native code for instance, ends the process after its
    cause was told. Where what answers has a method `rest`, that is called in
    its thread when nothing was asked for a second. ImportError, OSError,
    RuntimeError and ValueError of `build`
    mean that there is no point in trying again. Where `growth` is given, the
    process makes way for a new one (`FULL`) when it has grown by so many bytes,
    where the system tells (Linux).
    """
    threads = min(max(threads, 1), MOST_THREADS)
    incoming, outgoing = _private_pipes()
    _end_with_parent()
    requests = _RequestQueue(_ParentChannel(outgoing), threads)
    give_back = spare_memory(threads)
    threading.Thread(target=requests.listen, args=(incoming,), daemon=True).start()
    try:
        begin = build()
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        requests.channel.say(to_json({"unable": str(error)}))
        os._exit(1)
    threading.excepthook = requests.channel.end
    requests.channel.say(b'{"ready":true}')
    for _ in range(threads):
        threading.Thread(target=requests.answer, args=(begin,), daemon=True).start()
    give_back()
    if growth and sys.platform == "linux":
        requests.most = resident_bytes() + growth
    threading.Event().wait()


class _ParentChannel:
    """The way to the parent, shared by the threads of a child."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self.current: dict[int, int] = {}  # which request each thread is at

    def say(self, body: bytes) -> None:
        try:
            with self._lock:
                write_frame(self._pipe, body)
        except OSError:  # nobody listens any more
            os._exit(0)

    def end(self, failure: threading.ExceptHookArgs) -> None:
        """Tell whose doing it was and end: after an exception that nobody foresaw no state can be trusted."""
        number = self.current.get(threading.get_ident())
        if number is not None:
            why = f"{failure.exc_type.__name__}: {failure.exc_value}"
            self.say(to_json({"id": number, "fatal": why[:500]}))
        sys.excepthook(failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback)
        os._exit(70)


class _RequestQueue:
    """Where requests wait to be answered. `most` is how many bytes of memory this process may hold before it makes way
    for a new one, 0 for any."""

    def __init__(self, channel: _ParentChannel, threads: int) -> None:
        from queue import SimpleQueue

        self.channel, self.most = channel, 0
        self._requests: SimpleQueue[bytes | None] = SimpleQueue()
        self._threads = threads
        self._done = threading.Barrier(threads)

    def listen(self, incoming: IO[bytes]) -> None:
        """Take what the parent asks. At the end of it the process ends, even while native code is at work; where the
        process has grown to its limit, this request is the last: the parent asks the next process what is left."""
        for body in read_frames(incoming):
            self._requests.put(body)
            if self.most and resident_bytes() > self.most:
                for _ in range(self._threads):
                    self._requests.put(None)
                return
        os._exit(0)

    def answer(self, begin: Callable[[], Answer]) -> None:
        """Answer requests, in one of the threads, until there will be no more in this process."""
        answer = begin()
        rest = getattr(answer, "rest", None)
        while body := self._next(rest):
            request = from_json(body)
            number = self.channel.current[threading.get_ident()] = request["id"]
            begun_s = _thread_s()
            try:
                raw = answer(request).encode()
                told = b'{"id":%d,"cpu_s":%.6f,"raw":%s}' % (number, _thread_s() - begun_s, raw)
            except (RuntimeError, ValueError) as error:
                failed: dict[str, Any] = {"error": f"{type(error).__name__}: {error}"[:500]}
                if isinstance(error, Late):
                    failed = {"late": str(error)[:500], "measured": error.measured}
                told = to_json({"id": number, "cpu_s": _thread_s() - begun_s, **failed})
            if len(told) > LIMIT:
                told = to_json({"id": number, "error": "the answer is too long"})
            self.channel.say(told)
        self._done.wait()
        os._exit(FULL)

    def _next(self, rest: Callable[[], None] | None) -> bytes | None:
        """The next request; None where there will be no more in this process."""
        if rest is not None:
            from queue import Empty

            try:
                return self._requests.get(timeout=REST_S)
            except Empty:
                rest()
        return self._requests.get()


def resident_bytes() -> int:
    """Bytes of memory that this process holds, those that it shares with others included (Linux)."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - read after every answer
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _thread_s() -> float:
    """Seconds of CPU that this thread has used, 0 where the system does not say."""
    return time.thread_time() if hasattr(time, "thread_time") else 0.0


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output under numbers that native code does not know, and nothing in their old places."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")


def _end_with_parent() -> None:
    """Leave Ctrl-C to the parent, die with it, and let no crash write the text to a core file."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1  # PR_SET_PDEATHSIG of sys/prctl.h
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def spare_memory(threads: int) -> Callable[[], object]:
    """Have glibc, where it is, keep one heap for each thread and not eight for each core. What is given back hands
    what is not used any more to the system, after building 100 MB for LanguageTool."""
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim"):
            arena_max = -8  # M_ARENA_MAX of malloc.h
            libc.mallopt(arena_max, max(threads, 2))
            return lambda: libc.malloc_trim(0)
    return lambda: None
