"""No counter: joules from CPU time. It charges only what a run adds to an idle machine.

On 106 published load-against-RAPL points, 10 W for each busy thread stays
within a factor of three for runs of one to four threads; more threads cost
less each, as the first one wakes the package.
"""

from __future__ import annotations

import math
import os
from typing import NamedTuple

from .meter import Counter, Machine, MeterScope, MeterUnavailable

VERSION = "lp-2026.1"
FACTOR = 3.0
ABOUT = MeterScope("cpu-time", ("cpu_above_idle",), None)


class EstimateMeter(NamedTuple):
    """The meter of last resort: it has no counter, so the account is made from CPU time."""

    scope: MeterScope = ABOUT
    counters: tuple[Counter, ...] = ()

    def read(self, pids: tuple[int, ...]) -> tuple[int, ...] | MeterUnavailable:
        return ()

    def exclusive(self) -> tuple[bool, ...]:
        return ()

    def notes(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        pass


def watts_of_first_threads(machine: Machine) -> float:
    """Watts of one busy thread while few are busy: 3 on Apple silicon (measured on an M4 Max), else 10."""
    return 3.0 if machine.platform == "darwin" and os.uname().machine == "arm64" else 10.0


def watts_per_thread(busy_threads: float, first: float = 10.0) -> float:
    """Watts of each busy thread when `busy_threads` are busy on average; `first` is that of few.

    >>> watts_per_thread(1), watts_per_thread(16), watts_per_thread(1000)
    (10.0, 5.0, 2.0)
    """
    if busy_threads <= 4:
        return first
    return max(first / 5, first * math.sqrt(4 / busy_threads))
