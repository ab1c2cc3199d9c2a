"""How much CPU time another process has used."""

from __future__ import annotations

import os
import sys
import time


def family_cpu_ns(pid: int) -> int | None:
    """The CPU time of a process and of those that it has started, as the Java of the original LanguageTool is, in
    nanoseconds; None where there is no such process or the system does not tell: this is Linux's.

    What those that ended have used is told in steps of 10 ms and rounded up, so that the sum never falls.
    """
    own = _cpu_ns(pid)
    if own is None:
        return None
    live = sum(_cpu_ns(each) or 0 for each in _started_pids(pid))
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - read at every reading of a counter
            user, system = file.read().rpartition(b")")[2].split()[13:15]
    except (OSError, ValueError):
        return own + live
    ticks = sum(int(each) + 1 for each in (user, system) if int(each))
    return own + live + ticks * (10**9 // os.sysconf("SC_CLK_TCK"))


def _started_pids(pid: int) -> tuple[int, ...]:
    """The processes that the first thread of `pid` has started and that live; none where the system does not tell."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:  # noqa: PTH123 - as above
            return tuple(map(int, file.read().split()))
    except OSError:
        return ()


def _cpu_ns(pid: int) -> int | None:
    """The CPU clock that Linux keeps for a process; /proc/PID/stat would count in steps of 10 ms."""
    if sys.platform != "linux":
        return None
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return None
