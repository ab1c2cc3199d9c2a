"""What energy figures this machine can give, and what would make them better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from .account import counter_difference
from .calibration import Calibration
from .clocks import Clocks
from .meter import Machine, Meter, MeterUnavailable, Reason
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
class Diagnosis:
    """One meter or one circumstance: its name, its state, a sentence on it, and what the user can do ("" for nothing).

    `used` marks the meter that a run would use now.
    """

    name: str
    state: State
    explanation: str
    remedy: str = ""
    used: bool = False


def examine(
    meters: Mapping[str, Callable[[Machine], Meter | MeterUnavailable]],
    machine: Machine,
    clocks: Clocks,
    calibration: Calibration | None,
    *,
    gpu: bool,
) -> tuple[Diagnosis, ...]:
    """A line for each meter of this system, in order of preference, and then for what the figures rest on."""
    lines: list[Diagnosis] = []
    chosen = False
    for name, opener in meters.items():
        title = _TITLES.get(name, name)
        if name == "nvml" and not gpu:
            lines.append(
                Diagnosis(title, "not asked", "only opened where a model runs on a GPU: asking may wake the board")
            )
            continue
        meter = opener(machine)
        if isinstance(meter, MeterUnavailable):
            if not meter.elsewhere:
                lines.append(_explain_refusal(title, meter))
            continue
        line = _try_meter(title, meter, clocks)
        takes = not chosen and name != "nvml"
        chosen = chosen or takes
        lines.append(Diagnosis(line.name, line.state, line.explanation, line.remedy, takes))
    if any(line.used and line.name.startswith("CPU package") for line in lines):
        lines.append(_calibration(calibration))
    return (*lines, *_circumstances(machine, clocks))


def _try_meter(title: str, meter: Meter, clocks: Clocks) -> Diagnosis:
    """Read, work a little, read again: only a counter that moves works."""
    try:
        if not meter.counters:
            return Diagnosis(
                title, "always", "CPU time times watts, above idle; it may be three times too high or too low"
            )
        before, start = meter.read(()), clocks.now_ns()
        while clocks.now_ns() - start < 50_000_000:
            sum(range(1000))
        clocks.sleep(max([meter.scope.settle_s] + [2 * (c.update_period_s or 0.05) for c in meter.counters]))
        after, seconds = meter.read(()), (clocks.now_ns() - start) / 1e9
        if isinstance(before, MeterUnavailable):
            return _explain_refusal(title, before)
        if isinstance(after, MeterUnavailable):
            return _explain_refusal(title, after)
        seen = []
        for counter, a, b in zip(meter.counters, before, after, strict=True):
            step = counter_difference(counter, a, b, seconds)
            if isinstance(step, str) or step[0] <= 0:
                stuck = f"{counter.id} can be read, but did not count 50 ms of work, so a run has no figure"
                return Diagnosis(
                    title, "does not move", stuck, 'energy-meter = "estimate" in your settings: an estimate'
                )
            seen.append(f"{counter.id} {step[0] * counter.joules_per_unit / seconds:.2g} W")
        return Diagnosis(title, "works", f"{meter.scope.method}, while working: {', '.join(seen)}")
    finally:
        meter.close()


def _explain_refusal(title: str, absent: MeterUnavailable) -> Diagnosis:
    return Diagnosis(title, _STATES.get(absent.reason, "not here"), absent.explanation, absent.remedy)


def _calibration(calibration: Calibration | None) -> Diagnosis:
    if calibration is None:
        missing = "none for this processor, kernel and power source, so a share has no lower bound"
        return Diagnosis("calibration", "not here", missing, "localproof energy calibrate")
    found = f"{calibration.day}: {calibration.idle_w:.2g} W idle, {calibration.w_per_thread:.2g} W per busy thread"
    return Diagnosis("calibration", "works", found)


def _circumstances(machine: Machine, clocks: Clocks) -> list[Diagnosis]:
    lines = []
    if machine.platform != "darwin":
        known = clocks.busy() is not None
        what = "CPU time of the whole machine"
        works = "our share of the package is worked out from it"
        fails = "cannot be read, so a package counter gives a figure for the whole machine only"
        lines.append(Diagnosis(what, "works" if known else "not here", works if known else fails))
    others = sorted({n for n in (zones(machine) or {}).values() if n and not n.startswith("package")})
    if machine.platform == "linux" and others:
        lines.append(Diagnosis("other zones", "noted", f"{', '.join(others)}: there, and never added, as they overlap"))
    if "sgx" in cpu(machine).flags:
        filtered = "the processor has SGX; where it is on, the counter's values are blurred on purpose"
        lines.append(Diagnosis("energy filtering", "noted", filtered))
    return lines
