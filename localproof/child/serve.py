"""The child's end of a worker."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

from .frames import LIMIT, from_json, read_frames, to_json, write_frame

TYPE_CHECKING = False  # `typing` is not imported for this: see the package
if TYPE_CHECKING:
    from queue import SimpleQueue
    from typing import IO, Any

    Answer = Callable[[dict[str, Any]], str]


def serve(build: Callable[[], Callable[[], Answer]], threads: int) -> None:
    """Be a worker: build, say so, and answer until the parent closes the pipe or dies. Does not return.

    `build` runs once and gives a function that is called once in each of the
    `threads`; what that gives answers requests with JSON text. A ValueError or
    RuntimeError of an answer refuses that one request. Anything else that
    escapes, a panic of native code for instance, ends the process after its
    cause was told. ImportError, OSError, RuntimeError and ValueError of `build`
    mean that there is no point in trying again.
    """
    from queue import SimpleQueue

    incoming, outgoing = _private_pipes()
    _end_with_parent()
    give_back = _spare_memory(threads)
    channel = _Channel(outgoing)
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(incoming, requests), daemon=True).start()
    try:
        begin = build()
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        channel.say(to_json({"unable": str(error)}))
        os._exit(1)
    threading.excepthook = channel.end
    channel.say(b'{"ready":true}')
    for _ in range(threads):
        threading.Thread(target=_answer, args=(begin, requests, channel), daemon=True).start()
    give_back()
    threading.Event().wait()


class _Channel:
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


def _answer(begin: Callable[[], Answer], requests: SimpleQueue[bytes], channel: _Channel) -> None:
    answer = begin()
    while True:
        request = from_json(requests.get())
        number = channel.current[threading.get_ident()] = request["id"]
        begun_s = _thread_s()
        try:
            raw = answer(request).encode()
            body = b'{"id":%d,"cpu_s":%.6f,"raw":%s}' % (number, _thread_s() - begun_s, raw)
        except (RuntimeError, ValueError) as error:
            body = to_json({"id": number, "error": f"{type(error).__name__}: {error}"[:500]})
        if len(body) > LIMIT:
            body = to_json({"id": number, "error": "the answer is too long"})
        channel.say(body)


def _thread_s() -> float:
    """Seconds of CPU that this thread has used, 0 where the system does not say."""
    return time.thread_time() if hasattr(time, "thread_time") else 0.0


def _listen(incoming: IO[bytes], requests: SimpleQueue[bytes]) -> None:
    """Pass on what the parent asks. At the end of it the process ends, even while native code is at work."""
    for body in read_frames(incoming):
        requests.put(body)
    os._exit(0)


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


def _spare_memory(threads: int) -> Callable[[], object]:
    """Have glibc, where it is, keep one heap for each thread and not eight for each core. What is given back hands
    what building left unused, 100 MB for LanguageTool, to the system."""
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim"):
            arena_max = -8  # M_ARENA_MAX of malloc.h
            libc.mallopt(arena_max, max(threads, 2))
            return lambda: libc.malloc_trim(0)
    return lambda: None
