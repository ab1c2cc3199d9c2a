"""Time: of the run, of its processes and of the whole machine.

Every function here is quick enough to be called twice a run (about a
microsecond each, some ten for /proc/stat) and starts nothing.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..workers.cpu_accounting import foreign_cpu_ns
from ..workers.cpu_clock import family_cpu_ns
from .meter import Machine

if TYPE_CHECKING:
    from . import macos

Pids = Callable[[], Iterable[int]]


class BusyTime(NamedTuple):
    """Seconds that all processors of the machine worked, and that a host took from them, since boot."""

    busy_s: float
    steal_s: float = 0.0


class Clocks(NamedTuple):
    """The clocks of an account of energy. A test gives its own.

    `own_ns` is the CPU time of this process and what a service has worked for it.
    `slept_ns` grows by the time that the machine was suspended and by nothing
    else, give or take the resolution of its clocks. `reaped_ns` is the CPU
    time of all children that ended and were waited for, None where the system
    does not keep it. `child_ns` is that of a live process, None where there
    is none. `busy` is None where the system does not say.
    """

    now_ns: Callable[[], int] = time.monotonic_ns
    slept_ns: Callable[[], int] = lambda: 0
    own_ns: Callable[[], int] = lambda: time.process_time_ns() + foreign_cpu_ns()
    reaped_ns: Callable[[], int | None] = lambda: None
    child_ns: Callable[[int], int | None] = lambda pid: None
    busy: Callable[[], BusyTime | None] = lambda: None
    sleep: Callable[[float], None] = time.sleep
    cpus: int = 1


def machine_clocks(machine: Machine) -> Clocks:
    """The clocks of `machine`."""
    cpus = os.cpu_count() or 1
    if machine.platform == "darwin":
        return _darwin(machine, cpus)
    if machine.platform == "win32":
        return _windows(machine, cpus)
    if machine.platform == "linux":
        return Clocks(
            slept_ns=lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC),
            reaped_ns=_reaped_ns,
            child_ns=family_cpu_ns,
            busy=lambda: proc_stat(machine.text("proc/stat"), os.sysconf("SC_CLK_TCK")),
            cpus=cpus,
        )
    return Clocks(reaped_ns=_reaped_ns, cpus=cpus)


def _reaped_ns() -> int:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((used.ru_utime + used.ru_stime) * 1e9)


def proc_stat(text: str, ticks_per_s: int) -> BusyTime | None:
    """The first line of /proc/stat. Waiting for a disk is idleness; what guests of ours used is in the user time.

    >>> proc_stat("cpu  10 20 30 999 999 1 2 7 5 5\\n", 100)
    BusyTime(busy_s=0.63, steal_s=0.07)
    """
    words = text.split("\n", 1)[0].split()
    if len(words) < 8 or words[0] != "cpu" or not all(w.isdigit() for w in words[1:]):
        return None
    user, nice, system, _idle, _wait, irq, softirq = (int(w) for w in words[1:8])
    steal = int(words[8]) if len(words) > 8 else 0
    return BusyTime((user + nice + system + irq + softirq) / ticks_per_s, steal / ticks_per_s)


def _darwin(machine: Machine, cpus: int) -> Clocks:
    from . import macos

    rusage: macos.Rusage = machine.libraries.get("rusage") or macos.load_rusage()
    per_s = machine.libraries.get("ticks_per_s") or macos.load_ticks_per_s()

    def child_ns(pid: int) -> int | None:
        ticks = macos.cpu_ticks(rusage, pid)
        return None if ticks is None else ticks * 1_000_000_000 // per_s

    return Clocks(
        # On macOS time.monotonic stops in sleep and CLOCK_MONOTONIC does not.
        slept_ns=lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC) - time.monotonic_ns(),
        reaped_ns=_reaped_ns,
        child_ns=child_ns,
        cpus=cpus,
    )


def _windows(machine: Machine, cpus: int) -> Clocks:
    kernel: Kernel32 = machine.libraries.get("kernel32") or load_kernel32()
    return Clocks(
        now_ns=time.perf_counter_ns,
        slept_ns=lambda: kernel.since_boot_ms() * 1_000_000 - kernel.awake_100ns() * 100,
        child_ns=lambda pid: None if (used := kernel.process_100ns(pid)) is None else used * 100,
        busy=lambda: BusyTime(kernel.busy_100ns() / 1e7),
        cpus=cpus,
    )


class Kernel32(NamedTuple):
    """What is asked of Windows: four times, in the units of its calls."""

    awake_100ns: Callable[[], int]
    since_boot_ms: Callable[[], int]
    process_100ns: Callable[[int], int | None]
    busy_100ns: Callable[[], int]


def load_kernel32() -> Kernel32:
    """Windows' own clocks. Raises OSError anywhere else."""
    if sys.platform != "win32":
        raise OSError("kernel32 exists on Windows only")
    import ctypes

    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    kernel.GetTickCount64.restype = ctypes.c_ulonglong

    def times(call: Any, *before: Any, count: int) -> list[int] | None:
        values = [ctypes.c_ulonglong(0) for _ in range(count)]  # a FILETIME is two halves of one number
        return [v.value for v in values] if call(*before, *(ctypes.byref(v) for v in values)) else None

    def awake() -> int:
        value = ctypes.c_ulonglong(0)
        kernel.QueryUnbiasedInterruptTime(ctypes.byref(value))
        return value.value

    def process(pid: int) -> int | None:
        query_limited_information = 0x1000
        handle = ctypes.c_void_p(kernel.OpenProcess(query_limited_information, False, pid))
        if not handle.value:
            return None
        try:
            found = times(kernel.GetProcessTimes, handle, count=4)  # creation, exit, kernel, user
        finally:
            kernel.CloseHandle(handle)
        return None if found is None else found[2] + found[3]

    def busy() -> int:
        idle, kernel_time, user = times(kernel.GetSystemTimes, count=3) or [0, 0, 0]
        return kernel_time + user - idle  # Windows counts idleness as kernel time

    return Kernel32(awake, lambda: int(kernel.GetTickCount64()), process, busy)


class CpuTally:
    """CPU time of this process and its helpers since the tally began, each second counted once.

    A helper that started since counts from its birth, one that ended counts
    through the system's own sum of ended children. `pids` names every live
    helper; it is asked at each reading.
    """

    def __init__(self, clocks: Clocks, pids: Pids) -> None:
        self._clocks, self._pids = clocks, pids
        self._reaped = clocks.reaped_ns() or 0
        self._first = self._live(tuple(pids()))
        self._last = dict(self._first)
        self._gone = 0  # at least this much was used by helpers that are no longer there
        self._own = clocks.own_ns()
        self.before_s = self._own / 1e9

    def note(self, pid: int) -> None:
        """Remember the CPU time of `pid` now, for systems that forget a process that ended."""
        self._last.update(self._live((pid,)))

    def used_s(self) -> tuple[float, float]:
        """Seconds of CPU so far: (all, of which helpers)."""
        own = self._clocks.own_ns() - self._own
        live, reaped = self._consistent_totals()
        for pid, value in self._last.items():
            if live.get(pid, -1) < value:  # ended, or ended and its number went to another process
                self._gone += value
        self._last = live
        children = max(reaped - self._reaped, self._gone) + sum(live.values()) - sum(self._first.values())
        children = max(children, 0)
        return (own + children) / 1e9, children / 1e9

    def _consistent_totals(self) -> tuple[dict[int, int], int]:
        """Live helpers and the sum of the ended ones, taken so that none ended in between."""
        for _ in range(5):
            before = self._clocks.reaped_ns()
            live = self._live(tuple({*self._pids(), *self._last}))
            after = self._clocks.reaped_ns()
            if before == after:
                break
        return live, after or 0

    def _live(self, pids: tuple[int, ...]) -> dict[int, int]:
        return {pid: value for pid in pids if (value := self._clocks.child_ns(pid)) is not None}
