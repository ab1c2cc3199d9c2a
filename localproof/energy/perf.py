"""Linux perf events: the same RAPL package counters, through ``perf_event_open``.

The kernel adds up the wraps itself. It helps where powercap is hidden or
closed and an administrator grants CAP_PERFMON.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from .meter import Counter, Machine, MeterScope, MeterUnavailable
from .powercap import cpu, kind, remarks

DEVICE = "sys/bus/event_source/devices/power"
_CAP_SYS_ADMIN, _CAP_PERFMON = 21, 38
_SYSCALL = {"x86_64": 298, "i686": 336, "i386": 336, "aarch64": 241}
REMEDY = "Needs CAP_PERFMON or kernel.perf_event_paranoid at 0 or lower; the powercap permission is the narrower one."

Opener = Callable[[int, int, int], int]  # (type, config, cpu) → file descriptor; raises OSError


@dataclass(frozen=True, slots=True)
class PerfMeter:
    """One open event for each package."""

    scope: MeterScope
    counters: tuple[Counter, ...]
    files: tuple[int, ...]
    remarks: tuple[str, ...] = ()

    def read(self, pids: tuple[int, ...]) -> tuple[int, ...] | MeterUnavailable:
        """Each package's count, in units of its scale."""
        try:
            return tuple(int.from_bytes(os.read(fd, 8), "little") for fd in self.files)
        except OSError as error:
            return MeterUnavailable("no_counter", f"a perf event can no longer be read: {error.strerror}")

    def exclusive(self) -> tuple[bool, ...]:
        """Never: a package serves every process."""
        return (False,) * len(self.counters)

    def notes(self) -> tuple[str, ...]:
        return self.remarks

    def close(self) -> None:
        for fd in self.files:
            os.close(fd)


def open_perf(machine: Machine) -> PerfMeter | MeterUnavailable:
    """One event on the first processor of each package."""
    type_text = machine.text(f"{DEVICE}/type").strip()
    event = _config(machine.text(f"{DEVICE}/events/energy-pkg"))
    if not type_text.isdigit() or event is None:
        return MeterUnavailable("no_counter", "the kernel offers no energy-pkg event")
    if not _permitted(machine):
        return MeterUnavailable("permission", "the kernel offers the energy-pkg event, but not to this user", REMEDY)
    try:
        scale = float(machine.text(f"{DEVICE}/events/energy-pkg.scale"))
        processors = _processors(machine.text(f"{DEVICE}/cpumask"))
    except ValueError:
        return MeterUnavailable("no_counter", "the energy-pkg event does not say its unit or its processors")
    files: list[int] = []
    try:
        opener: Opener = machine.libraries.get("perf") or load_opener()
        for processor in processors:
            files.append(opener(int(type_text), event, processor))
    except OSError as error:
        for fd in files:
            os.close(fd)
        denied = isinstance(error, PermissionError)
        why = f"perf_event_open: {error.strerror}"
        return MeterUnavailable("permission", why, REMEDY) if denied else MeterUnavailable("no_counter", why)
    counters = tuple(Counter(f"package-{i}", scale, None, 0.001) for i in range(len(files)))
    found = cpu(machine)
    about = MeterScope("linux-perf", ("cpu_package",), kind(found), honest_s=0.02)
    return PerfMeter(about, counters, tuple(files), remarks(found))


def _config(text: str) -> int | None:
    name, _, value = text.strip().partition("=")
    try:
        return int(value, 0) if name == "event" else None
    except ValueError:
        return None


def _processors(mask: str) -> tuple[int, ...]:
    """The processor numbers in a kernel list.

    >>> _processors("0,18-19")
    (0, 18, 19)
    """
    numbers: list[int] = []
    for part in mask.strip().split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return tuple(numbers)


def _permitted(machine: Machine) -> bool:
    """True where opening the event can succeed; asked first, as ctypes is dear to import."""
    try:
        if int(machine.text("proc/sys/kernel/perf_event_paranoid")) <= 0:
            return True
    except ValueError:
        pass
    for line in machine.text("proc/self/status").splitlines():
        if line.startswith("CapEff:"):
            held = int(line.split()[1], 16)
            return bool(held >> _CAP_PERFMON & 1 or held >> _CAP_SYS_ADMIN & 1)
    return False


def load_opener() -> Opener:
    """``perf_event_open`` for counting on one processor, all processes."""
    import ctypes
    import platform
    import struct

    number = _SYSCALL.get(platform.machine())
    if number is None:
        raise OSError(38, "no perf_event_open on this kind of processor")
    syscall = ctypes.CDLL(None, use_errno=True).syscall

    def open_event(kind_number: int, config: int, processor: int) -> int:
        # struct perf_event_attr, first published size (64 bytes): type, size, config, and zeros for plain counting.
        attributes = struct.pack("<IIQ48x", kind_number, 64, config)
        close_on_exec = 8
        fd = int(syscall(number, attributes, -1, processor, -1, close_on_exec))
        if fd < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return fd

    return open_event
