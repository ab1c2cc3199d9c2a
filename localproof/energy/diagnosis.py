"""What energy figures this machine can give, and what would make them better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from .account import difference
from .calibration import Calibration
from .clocks import Clocks
from .meter import Absent, Machine, Meter, Reason
from .powercap import cpu, zones

State = Literal["works", "needs permission", "not here", "hidden", "does not move", "not asked", "always", "noted"]

_STATES: dict[Reason, State] = {"permission": "needs permission", "masked_in_container": "hidden"}
_TITLES = {
    "powercap": "CPU package counter (powercap)",
    "perf": "CPU package counter (perf events)",
    "rusage": "energy of each process (macOS)",
    "emi": "CPU package counter (Windows EMI)",
    "nvml": "GPU board counter (NVML)",
    "estimate": "estimate from CPU time",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One meter or one circumstance: its name, its state, a sentence on it, and what the user can do ("" for nothing).

    `used` marks the meter that a run would use now.
    """

    name: str
    state: State
    explanation: str
    remedy: str = ""
    used: bool = False


def examine(
    meters: Mapping[str, Callable[[Machine], Meter | Absent]],
    machine: Machine,
    clocks: Clocks,
    calibration: Calibration | None,
    *,
    gpu: bool,
) -> tuple[Line, ...]:
    """A line for each meter of this system, in order of preference, and then for what the figures rest on."""
    lines: list[Line] = []
    chosen = False
    for name, opener in meters.items():
        title = _TITLES.get(name, name)
        if name == "nvml" and not gpu:
            lines.append(Line(title, "not asked", "only opened where a model runs on a GPU: asking may wake the board"))
            continue
        meter = opener(machine)
        if isinstance(meter, Absent):
            if not meter.elsewhere:
                lines.append(_refused(title, meter))
            continue
        line = _tried(title, meter, clocks)
        takes = not chosen and name != "nvml"
        chosen = chosen or takes
        lines.append(Line(line.name, line.state, line.explanation, line.remedy, takes))
    if any(line.used and line.name.startswith("CPU package") for line in lines):
        lines.append(_calibration(calibration))
    return (*lines, *_circumstances(machine, clocks))


def _tried(title: str, meter: Meter, clocks: Clocks) -> Line:
    """Read, work a little, read again: only a counter that moves works."""
    try:
        if not meter.counters:
            return Line(title, "always", "CPU time times watts, above idle; it may be three times too high or too low")
        before, start = meter.read(()), clocks.now_ns()
        while clocks.now_ns() - start < 50_000_000:
            sum(range(1000))
        clocks.sleep(max([meter.about.settle_s] + [2 * (c.update_period_s or 0.05) for c in meter.counters]))
        after, seconds = meter.read(()), (clocks.now_ns() - start) / 1e9
        if isinstance(before, Absent):
            return _refused(title, before)
        if isinstance(after, Absent):
            return _refused(title, after)
        seen = []
        for counter, a, b in zip(meter.counters, before, after, strict=True):
            step = difference(counter, a, b, seconds)
            if isinstance(step, str) or step[0] <= 0:
                stuck = f"{counter.id} can be read, but did not count 50 ms of work, so a run has no figure"
                return Line(title, "does not move", stuck, 'energy-meter = "estimate" in your settings: an estimate')
            seen.append(f"{counter.id} {step[0] * counter.joules_per_unit / seconds:.2g} W")
        return Line(title, "works", f"{meter.about.method}, while working: {', '.join(seen)}")
    finally:
        meter.close()


def _refused(title: str, absent: Absent) -> Line:
    return Line(title, _STATES.get(absent.reason, "not here"), absent.explanation, absent.remedy)


def _calibration(calibration: Calibration | None) -> Line:
    if calibration is None:
        missing = "none for this processor, kernel and power source, so a share has no lower bound"
        return Line("calibration", "not here", missing, "localproof energy calibrate")
    found = f"{calibration.day}: {calibration.idle_w:.2g} W idle, {calibration.w_per_thread:.2g} W per busy thread"
    return Line("calibration", "works", found)


def _circumstances(machine: Machine, clocks: Clocks) -> list[Line]:
    lines = []
    if machine.platform != "darwin":
        known = clocks.busy() is not None
        what = "CPU time of the whole machine"
        works = "our share of the package is worked out from it"
        fails = "cannot be read, so a package counter gives a figure for the whole machine only"
        lines.append(Line(what, "works" if known else "not here", works if known else fails))
    others = sorted({n for n in (zones(machine) or {}).values() if n and not n.startswith("package")})
    if machine.platform == "linux" and others:
        lines.append(Line("other zones", "noted", f"{', '.join(others)}: there, and never added, as they overlap"))
    if "sgx" in cpu(machine).flags:
        filtered = "the processor has SGX; where it is on, the counter's values are blurred on purpose"
        lines.append(Line("energy filtering", "noted", filtered))
    return lines
