"""macOS: the energy that the kernel books to each process, ``proc_pid_rusage`` with RUSAGE_INFO_V6.

No privilege is needed and no share is taken, as the figure is per process.
It is the kernel's model, not a sensor, and it is credited late, when a thread
next blocks: hence the rest of 10 ms before the last reading.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from .meter import Counter, Machine, MeterScope, MeterUnavailable

V6 = 6
# struct rusage_info_v6 is a UUID of 16 bytes and then 56 numbers of 8 bytes.
_SIZE = 464
_USER, _SYSTEM, _ENERGY_NJ = 0, 1, 40

Rusage = Callable[[int, int], bytes | None]  # (pid, flavour) → the struct, None where the kernel refuses


def open_rusage(machine: Machine) -> RusageMeter | MeterUnavailable:
    """The kernel's energy account of this process and its helpers."""
    rusage: Rusage = machine.libraries.get("rusage") or load_rusage()
    own = os.getpid()
    if nanojoules(rusage, own) is None:
        return MeterUnavailable("no_counter", "this macOS does not book energy to processes (no RUSAGE_INFO_V6)")
    return RusageMeter(rusage, own)


COUNTER = Counter("processes", 1e-9)
ABOUT = MeterScope("macos-rusage", ("cpu_of_our_processes",), "model", honest_s=0.1, settle_s=0.010)


@dataclass
class RusageMeter:
    """One counter: our process and every helper that was ever seen, in nJ.

    A helper that ends between two readings keeps the value it was last seen
    with, so its tail is missing and `notes` says so.
    """

    rusage: Rusage
    own: int
    scope: MeterScope = ABOUT
    counters: tuple[Counter, ...] = (COUNTER,)
    _seen: dict[int, int] = field(default_factory=dict)
    _ended: int = 0
    _missed: bool = False

    def read(self, pids: tuple[int, ...]) -> tuple[int, ...] | MeterUnavailable:
        """The sum over our processes. A helper that is new since the first reading counts from its birth."""
        own = nanojoules(self.rusage, self.own)
        if own is None:
            return MeterUnavailable("no_counter", "the kernel no longer tells this process its energy")
        for pid in set(pids) | set(self._seen):
            value = nanojoules(self.rusage, pid)
            before = self._seen.get(pid, 0)
            if value is None or value < before:  # gone, or its number went to another process
                self._ended += before
                self._missed = self._missed or pid in self._seen
                self._seen.pop(pid, None)
            if value is not None and (value >= before or pid in pids):
                self._seen[pid] = value
        return (own + self._ended + sum(self._seen.values()),)

    def exclusive(self) -> tuple[bool, ...]:
        """Always: the counter knows whose energy it is."""
        return (True,)

    def notes(self) -> tuple[str, ...]:
        return ("child_energy_missed",) if self._missed else ()

    def close(self) -> None:
        pass


def nanojoules(rusage: Rusage, pid: int) -> int | None:
    """The energy booked to `pid` since its birth, None where the kernel does not say."""
    return _number(rusage(pid, V6), _ENERGY_NJ)


def cpu_ticks(rusage: Rusage, pid: int) -> int | None:
    """User and system time of `pid` in Mach ticks (not ns on Apple silicon), None for no such process."""
    v0 = 0  # the first flavour has both times and every macOS knows it
    raw = rusage(pid, v0)
    user, system = _number(raw, _USER), _number(raw, _SYSTEM)
    return None if user is None or system is None else user + system


def _number(raw: bytes | None, index: int) -> int | None:
    at = 16 + 8 * index
    return None if raw is None or len(raw) < at + 8 else int.from_bytes(raw[at : at + 8], "little")


def load_rusage() -> Rusage:
    """``proc_pid_rusage`` of the system's own library."""
    import ctypes

    call = ctypes.CDLL("/usr/lib/libSystem.B.dylib").proc_pid_rusage
    call.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p]

    def rusage(pid: int, flavour: int) -> bytes | None:
        room = ctypes.create_string_buffer(_SIZE)
        return room.raw if call(pid, flavour, room) == 0 else None

    return rusage


def load_ticks_per_s() -> int:
    """Mach ticks in a second. Asked of the kernel, as ``mach_timebase_info`` is wrong under Rosetta."""
    import ctypes

    value, size = ctypes.c_uint64(0), ctypes.c_size_t(8)
    library = ctypes.CDLL("/usr/lib/libSystem.B.dylib")
    failed = library.sysctlbyname(b"hw.tbfrequency", ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0))
    return value.value if not failed and value.value else 1_000_000_000
