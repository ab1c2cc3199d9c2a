"""How much this machine draws when it is idle, and when one thread works: measured once, when the user asks.

Never measured in a run. A calibration holds for one processor, one kernel and
one source of power (mains or battery), and is dated.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from ..config import make_folder, own_folder
from ..report import Unavailable
from ..system.atomic import replace_file
from .clocks import Clocks
from .meter import Machine, Meter, MeterUnavailable
from .powercap import cpu

_QUIET = 0.10  # a machine busier than this, in processors, is not idle


@dataclass(frozen=True, slots=True)
class Calibration:
    """Watts of the packages when idle, and above that for one busy thread."""

    idle_w: float
    w_per_thread: float
    day: str
    cpu: str
    kernel: str
    power: str

    @property
    def source(self) -> str:
        """For the record.

        >>> Calibration(4.1, 8.0, "2026-11-20", "", "", "mains").source
        'calibration 2026-11-20'
        """
        return f"calibration {self.day}"


def measure(
    meter: Meter | MeterUnavailable,
    machine: Machine,
    clocks: Clocks,
    seconds: float = 10.0,
    work: Callable[[], None] | None = None,
) -> Calibration:
    """Rest for `seconds`, then work with one thread for as long, and compare. Raises Unavailable.

    `meter` counts whole packages. `work` does a little on one thread; it is
    called until the time is over.
    """
    what = "energy calibration"
    if isinstance(meter, MeterUnavailable):
        raise Unavailable(what, meter.explanation, meter.remedy)
    if not meter.counters or "cpu_package" not in meter.scope.scope:
        raise Unavailable(what, "there is no counter of whole CPU packages here")
    idle = _watts(meter, clocks, seconds, lambda: clocks.sleep(min(seconds, 0.5)))
    if idle.busy > _QUIET:
        raise Unavailable(what, f"the machine is not idle ({idle.busy:.1f} processors busy)", "close what is running")
    busy = _watts(meter, clocks, seconds, work or _spin)
    threads = busy.busy - idle.busy
    if threads < 0.5 or busy.watts <= idle.watts:
        raise Unavailable(what, "one busy thread made no difference to the counter")
    return Calibration(idle.watts, (busy.watts - idle.watts) / threads, date.today().isoformat(), *_identity(machine))


@dataclass(frozen=True, slots=True)
class _PowerLevel:
    watts: float
    busy: float  # processors


def _watts(meter: Meter, clocks: Clocks, seconds: float, step: Callable[[], None]) -> _PowerLevel:
    before, then, start = meter.read(()), clocks.busy(), clocks.now_ns()
    while clocks.now_ns() - start < seconds * 1e9:
        step()
    window = (clocks.now_ns() - start) / 1e9
    after, now = meter.read(()), clocks.busy()
    if isinstance(before, MeterUnavailable) or isinstance(after, MeterUnavailable) or then is None or now is None:
        raise Unavailable("energy calibration", "a counter could not be read")
    joules = 0.0
    for counter, a, b in zip(meter.counters, before, after, strict=True):
        used = b - a if b >= a else b - a + (counter.wraps_at or 0)
        joules += used * counter.joules_per_unit
    if joules <= 0:
        raise Unavailable("energy calibration", "the counter did not move")
    return _PowerLevel(joules / window, (now.busy_s - then.busy_s) / window)


def _spin() -> None:
    sum(i * i for i in range(100_000))


def _identity(machine: Machine) -> tuple[str, str, str]:
    """(processor, kernel, source of power) that a calibration holds for."""
    import platform  # most have no calibration to compare with

    power = "unknown"
    folder = machine.path("sys/class/power_supply")
    try:
        supplies = sorted(os.listdir(folder))  # noqa: PTH208
    except OSError:
        supplies = []
    for name in supplies:
        online = machine.text(f"sys/class/power_supply/{name}/online").strip()
        if online in ("0", "1"):
            power = "mains" if online == "1" else "battery"
            if online == "1":
                break
    return cpu(machine).name or platform.processor(), platform.release(), power


def default_path() -> Path:
    """Where the calibration of this user and machine is kept."""
    return own_folder("state") / "energy-calibration.json"


def save(calibration: Calibration, path: Path | None = None) -> Path:
    """Keep `calibration`; returns where."""
    path = path or default_path()
    make_folder(path.parent)
    replace_file(path, (json.dumps(asdict(calibration), indent=1) + "\n").encode())
    return path


def load(machine: Machine, path: Path | None = None) -> Calibration | None:
    """The calibration that was kept, None where there is none or it holds for another state of the machine."""
    try:
        kept = Calibration(**json.loads((path or default_path()).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return kept if (kept.cpu, kept.kernel, kept.power) == _identity(machine) else None
