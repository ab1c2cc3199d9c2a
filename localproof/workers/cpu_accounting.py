"""What this process owes to others, and what it had to build for itself.

One account for the process, as its CPU clock is: a service that works for it
says with each answer how long that took, and the energy of a run counts it.
"""

from __future__ import annotations

import threading

TYPE_CHECKING = False  # `typing` is not imported for this: see the package
if TYPE_CHECKING:
    from typing import Any

_lock = threading.Lock()
_owed_ns = 0
_start_ns: int | None = 0
_alone: list[dict[str, Any]] = []


def add_foreign_cpu(cpu_s: float) -> None:
    """Another process has worked `cpu_s` seconds for this one."""
    global _owed_ns
    with _lock:
        _owed_ns += max(0, round(cpu_s * 1e9))


def foreign_cpu_ns() -> int:
    """Nanoseconds of CPU that other processes have worked for this one so far."""
    return _owed_ns


def add_start_cpu(cpu_ns: int | None) -> None:
    """A helper of this process was built, which took so many nanoseconds of CPU; None where the system does not say."""
    global _start_ns
    with _lock:
        _start_ns = None if cpu_ns is None or _start_ns is None else _start_ns + max(0, cpu_ns)


def start_cpu_ns() -> int | None:
    """Nanoseconds of CPU that helpers of this process have used so far until they were ready; None if not known."""
    return _start_ns


def note_own_worker(order: dict[str, Any]) -> None:
    """A helper was started here that a service could have held: `order` is what would have been asked of it."""
    with _lock:
        if order not in _alone:
            _alone.append(order)


def own_workers() -> list[dict[str, Any]]:
    """The helpers that were started here and that a service could have held."""
    with _lock:
        return list(_alone)
