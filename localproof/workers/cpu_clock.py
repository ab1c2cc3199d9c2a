"""How much CPU time another process has used."""

from __future__ import annotations

import os
import sys
import time

from .forking import fork_pids


def family_cpu_ns(pid: int) -> int | None:
    """The CPU time of a process, and of the copies of it that it has made to answer in its place (`renewed`), in
    nanoseconds; None where there is no such process or the system does not tell: this is Linux's.

    What copies that ended have used is told in steps of 10 ms and rounded up, so that the sum never falls.
    """
    own = _cpu_ns(pid)
    if own is None:
        return None
    live = sum(_cpu_ns(each) or 0 for each in fork_pids(pid))
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - read at every reading of a counter
            user, system = file.read().rpartition(b")")[2].split()[13:15]
    except (OSError, ValueError):
        return own + live
    ticks = sum(int(each) + 1 for each in (user, system) if int(each))
    return own + live + ticks * (10**9 // os.sysconf("SC_CLK_TCK"))


def _cpu_ns(pid: int) -> int | None:
    """The CPU clock that Linux keeps for a process; /proc/PID/stat would count in steps of 10 ms."""
    if sys.platform != "linux":
        return None
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return None
