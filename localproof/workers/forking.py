"""A child that is renewed before it grows too large: built once, copied, and only the copies answer.

A checker grows with what it reads, patterns that are compiled when they are
first needed for one, and gives nothing back. What was built is left untouched
here, so a new copy of it costs milliseconds and hardly any memory: the system
keeps the pages that both have only once.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` is not imported for this: see the package
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

FULL = 75  # the exit status of a copy that has answered what it was asked and makes way for the next


def can_fork() -> bool:
    """Whether this process can be copied: on Linux, and while it has no other thread, which a copy would lack."""
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names, not paths


def fork_and_continue(settle: Callable[[], object]) -> None:
    """Return in a copy of this process, and in another one whenever a copy ends with the status `FULL`.

    The process itself does nothing but `settle` and wait; it ends as its copy
    ends, and takes it along where it is asked to end (SIGTERM).
    """
    import signal

    while True:
        pid = os.fork()
        if not pid:
            return

        def take_along(_: int, __: FrameType | None, pid: int = pid) -> None:
            os.kill(pid, signal.SIGKILL)

        signal.signal(signal.SIGTERM, take_along)
        settle()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if status < 0:
            signal.signal(-status, signal.SIG_DFL) if -status not in (signal.SIGKILL, signal.SIGSTOP) else None
            os.kill(os.getpid(), -status)
        if status != FULL:
            os._exit(status)


def resident_bytes() -> int:
    """Bytes of memory that this process holds, those that it shares with others included (Linux)."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - read after every answer
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def fork_pids(pid: int, proc: str = "/proc") -> tuple[int, ...]:
    """The processes that `pid` has started and that live; none where the system does not tell."""
    try:
        with open(f"{proc}/{pid}/task/{pid}/children", "rb") as file:  # noqa: PTH123 - as above
            return tuple(map(int, file.read().split()))
    except OSError:
        return ()
