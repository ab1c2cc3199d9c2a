"""What a meter is, and what it needs to know of the machine.

A meter opens the energy counters of one kind and reads them. It never waits,
starts no thread and knows nothing of shares: who used the energy is worked
out in `account`. The values of this room that every run needs are named
tuples: a frozen dataclass costs half a millisecond to import, and there are
a dozen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

Reason = Literal[
    "permission",
    "no_counter",
    "masked_in_container",
    "vm",
    "below_resolution",
    "counter_frozen",
    "implausible",
    "wrap_ambiguous",
    "suspended",
    "disabled",
]
CounterKind = Literal["sensor", "model", "unknown"]

# Each reason as the end of a sentence that begins "not available:".
REASONS: dict[Reason, str] = {
    "permission": "the energy counter needs permission",
    "no_counter": "no energy counter that can be read here",
    "masked_in_container": "the container hides the energy counter",
    "vm": "this virtual machine has no energy counter",
    "below_resolution": "run too short for the energy counter",
    "counter_frozen": "the energy counter did not move",
    "implausible": "the energy counter gave an impossible value",
    "wrap_ambiguous": "run too long between two readings of a counter that starts again at zero",
    "suspended": "the machine slept during the run",
    "disabled": "switched off",
}


class MeterUnavailable(NamedTuple):
    """A meter that cannot be had, or a reading that failed: why, in words, and what the user can do about it.

    `remedy` is text for the user, commands included; LocalProof never runs
    it. `elsewhere` is true where the meter belongs to another system.
    """

    reason: Reason
    explanation: str
    remedy: str = ""
    elsewhere: bool = False


ELSEWHERE = MeterUnavailable("no_counter", "belongs to another operating system", elsewhere=True)


class Counter(NamedTuple):
    """One counter. It only goes up, except that it starts again at zero when it reaches `wraps_at` units.

    `resolution_j` is its smallest step, 0 where that is its unit.
    `update_period_s` is how often the hardware publishes a value, None where
    nobody says. `limit_w` is more power than the device can draw for long; it
    tells a window in which the counter may have wrapped more than once.
    """

    id: str
    joules_per_unit: float
    wraps_at: int | None = None
    update_period_s: float | None = None
    limit_w: float = 2000.0
    resolution_j: float = 0.0


class MeterScope(NamedTuple):
    """What a meter's figures stand for.

    `scope` names the devices counted. `settle_s` is how long to rest before
    the last reading, where the system credits energy late. Below `honest_s`
    of window a figure may be more than 10 % off; where `strict`, it is not
    given at all.
    """

    method: str
    scope: tuple[str, ...]
    counter_kind: CounterKind | None
    honest_s: float = 0.0
    settle_s: float = 0.0
    strict: bool = False


class Meter(Protocol):
    """One kind of energy counter, opened once and read at least twice."""

    @property
    def scope(self) -> MeterScope: ...

    @property
    def counters(self) -> tuple[Counter, ...]: ...

    def read(self, pids: tuple[int, ...]) -> tuple[int, ...] | MeterUnavailable:
        """The value of each counter now, in its units. `pids` are our live helper processes."""
        ...

    def exclusive(self) -> tuple[bool, ...]:
        """For each counter, whether all it counted between the readings was our work."""
        ...

    def notes(self) -> tuple[str, ...]:
        """What a reader of the figure should know, as words of the record's `notes`."""
        ...

    def close(self) -> None:
        """Let go of what the meter holds."""
        ...


def read_text(path: str) -> str:
    """The first 4 KiB of the file at `path`, from one read: what a pseudo-file of the kernel gives at once."""
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, 4096).decode("utf-8", "replace")
    finally:
        os.close(fd)


class Machine(NamedTuple):
    """The machine as meters and clocks see it. A test gives another root, reader or native library.

    `powercap` is the folder with the ``intel-rapl:N`` zones, "" for the usual
    one. `libraries` stands in for native libraries by name: "perf", "rusage",
    "emi", "kernel32", "nvml".
    """

    platform: str = sys.platform
    root: str = "/"
    powercap: str = ""
    read: Callable[[str], str] = read_text
    libraries: Mapping[str, Any] = MappingProxyType({})

    def path(self, relative: str) -> str:
        """`relative`, such as ``proc/stat``, under this machine's root."""
        return os.path.join(self.root, relative)  # noqa: PTH118 - pathlib costs more than the read itself

    def text(self, relative: str) -> str:
        """What the file holds, "" where it cannot be read."""
        try:
            return self.read(self.path(relative))
        except OSError:
            return ""


def this_machine() -> Machine:
    """The machine we run on; ``LOCALPROOF_POWERCAP_ROOT`` in the environment names another folder of zones."""
    return Machine(powercap=os.environ.get("LOCALPROOF_POWERCAP_ROOT", ""))


def in_container(machine: Machine) -> bool:
    """True where a container engine left its mark."""
    return any(os.path.exists(machine.path(mark)) for mark in (".dockerenv", "run/.containerenv"))  # noqa: PTH110
