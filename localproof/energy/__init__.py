"""Energy: two readings in, joules with an honest label out.

    window = open_window(settings, pids=checker.pids)
    …the work…
    energy = window.close(words=812)
    print(summary(energy, 812))

A machine without a counter that can be read gives an estimate from CPU time,
labelled as one; a figure that cannot be had is None with a reason, never 0.
The meter is chosen when the window opens and never changes before it closes.

Start reading in `window`, then `account`.

- `window`: work between two readings; `account`: from readings to joules with a label.
- `meter`: what a meter is; `powercap`, `perf`, `emi`, `macos`, `nvml`: one of each kind.
- `estimate`: joules from CPU time where there is no counter; `calibration`: the watts it counts with.
- `clocks`: time of the run, of its processes and of the machine.
- `label`: a figure as its record and its line; `diagnosis`: which figures this machine can give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..report import BadInput
from .clocks import Clocks, Pids, machine_clocks
from .estimate import EstimateMeter, watts_of_first_threads
from .label import summary
from .meter import ELSEWHERE, Machine, Meter, MeterUnavailable, Reason, this_machine
from .window import EnergyWindow, MeterChoice, no_pids

if TYPE_CHECKING:
    from pathlib import Path

    from ..config import Settings
    from .calibration import Calibration
    from .diagnosis import Diagnosis

__all__ = [
    "METERS",
    "EnergyWindow",
    "Machine",
    "Meter",
    "MeterUnavailable",
    "calibrate",
    "doctor",
    "open_window",
    "stored_calibration",
    "summary",
]


def _powercap(machine: Machine) -> Meter | MeterUnavailable:
    if machine.platform != "linux":
        return ELSEWHERE
    from .powercap import open_powercap

    return open_powercap(machine)


def _perf(machine: Machine) -> Meter | MeterUnavailable:
    if machine.platform != "linux":
        return ELSEWHERE
    if not machine.text("sys/bus/event_source/devices/power/type"):  # asked here, as most machines need not import it
        return MeterUnavailable("no_counter", "the kernel offers no energy-pkg event")
    from .perf import open_perf

    return open_perf(machine)


def _rusage(machine: Machine) -> Meter | MeterUnavailable:
    if machine.platform != "darwin":
        return ELSEWHERE
    from .macos import open_rusage

    return open_rusage(machine)


def _emi(machine: Machine) -> Meter | MeterUnavailable:
    if machine.platform != "win32":
        return ELSEWHERE
    from .emi import open_emi

    return open_emi(machine)


def _nvml(machine: Machine) -> Meter | MeterUnavailable:
    from .nvml import open_nvml

    return open_nvml(machine)


def _estimate(machine: Machine) -> Meter | MeterUnavailable:
    return EstimateMeter()


# A new meter is one row here, at its place in the order of preference. Opening
# one takes no reading. NVML is asked only where a model runs on a GPU.
METERS: dict[str, Callable[[Machine], Meter | MeterUnavailable]] = {
    "powercap": _powercap,
    "perf": _perf,
    "rusage": _rusage,
    "emi": _emi,
    "nvml": _nvml,
    "estimate": _estimate,
}

# Of several reasons why there is no counter, the one that tells the user most.
_TELLING: tuple[Reason, ...] = ("permission", "masked_in_container", "vm", "no_counter")


def open_window(
    settings: Settings | None = None,
    *,
    pids: Pids = no_pids,
    gpu: bool = False,
    method: str = "",
    calibration: Calibration | None = None,
    machine: Machine | None = None,
    clocks: Clocks | None = None,
) -> EnergyWindow:
    """Take the first reading and return the window, in well under a millisecond on Linux.

    `pids` names our live helper processes, each from its start to its end; it
    is asked at every reading. `gpu` says that a model runs on one. `method`,
    or else ``settings.energy_meter``, is "auto", "off" or a row of METERS; a row
    that cannot be had here gives "unavailable", not another row. Raises
    BadInput for any other name.
    """
    machine = machine or this_machine()
    wanted = method or (settings.energy_meter if settings else "auto")
    watts = settings.watts_per_thread if settings else 0.0
    choice = _choose(wanted, machine, gpu=gpu, calibration=calibration, watts=watts)
    return EnergyWindow(choice, clocks or machine_clocks(machine), pids)


def _choose(wanted: str, machine: Machine, *, gpu: bool, calibration: Calibration | None, watts: float) -> MeterChoice:
    if wanted == "off":
        return MeterChoice(None, MeterUnavailable("disabled", "switched off"))
    if wanted != "auto" and wanted not in METERS:
        raise BadInput(f"no energy meter is called {wanted!r}; there are auto, off, {', '.join(METERS)}")
    meter: Meter | MeterUnavailable
    refused: list[MeterUnavailable] = []
    for name in [n for n in METERS if n != "nvml"] if wanted == "auto" else [wanted]:
        meter = METERS[name](machine)
        if not isinstance(meter, MeterUnavailable):
            break
        refused.append(meter)
    else:
        return MeterChoice(None, refused[0])
    reasons = sorted((a for a in refused if not a.elsewhere), key=lambda a: _TELLING.index(a.reason))
    each, source = watts_of_first_threads(machine), ""
    if watts > 0:
        each, source = watts, "set by the user"
    elif calibration is not None:
        each, source = calibration.w_per_thread, calibration.source
    board = METERS["nvml"](machine) if gpu and wanted != "nvml" else None
    return MeterChoice(meter, reasons[0] if reasons else None, board, each, source, calibration)


def doctor(
    *,
    gpu: bool = False,
    calibration: Calibration | None = None,
    machine: Machine | None = None,
    clocks: Clocks | None = None,
) -> tuple[Diagnosis, ...]:
    """What this machine offers, meter by meter: each is really opened and read. See `diagnosis.Line`.

    It works for a twentieth of a second to see the counters move. Remedies
    are text; nothing is changed. A GPU is asked only where `gpu` is true.
    """
    from .diagnosis import examine

    machine = machine or this_machine()
    return examine(METERS, machine, clocks or machine_clocks(machine), calibration, gpu=gpu)


def calibrate(seconds: float = 10.0, machine: Machine | None = None, path: Path | None = None) -> Calibration:
    """Measure the idle machine and one busy thread for `seconds` each, keep the result and return it.

    Raises Unavailable where there is no counter of whole packages, or the
    machine is not idle.
    """
    from .calibration import measure, save

    machine = machine or this_machine()
    absent: MeterUnavailable | None = None
    for name in ("powercap", "perf", "emi"):
        meter = METERS[name](machine)
        if not isinstance(meter, MeterUnavailable):
            break
        if absent is None or absent.elsewhere:
            absent = meter
    else:
        meter = absent or ELSEWHERE
    calibration = measure(meter, machine, machine_clocks(machine), seconds)
    save(calibration, path)
    return calibration


def stored_calibration(machine: Machine | None = None, path: Path | None = None) -> Calibration | None:
    """The calibration that `calibrate` kept, None where there is none for this processor, kernel and power source."""
    from .calibration import load

    return load(machine or this_machine(), path)
