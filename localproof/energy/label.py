"""The words for a figure: its record of schema localproof.energy/1 and its line in a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..report import Energy, EnergyStatus
from .account import GPU, CpuUse, DeviceReading, Figure
from .meter import REASONS, MeterScope

if TYPE_CHECKING:
    from .calibration import Calibration

SCHEMA = "localproof.energy/1"
_NOT_INCLUDED = ("cpu_idle", "dram", "gpu", "display", "psu_loss", "interpreter_start")


def energy(
    figure: Figure,
    about: MeterScope,
    devices: Sequence[DeviceReading],
    use: CpuUse | None,
    words: int | None,
    calibration: Calibration | None,
    notes: Sequence[str] = (),
) -> Energy:
    """`figure` as the noun of the report, with its record of schema localproof.energy/1."""
    left_out = _outside(figure.scope)
    all_notes = tuple(dict.fromkeys((*figure.notes, *notes)))
    digits = significant(figure.status, all_notes)
    per_1000 = None
    if words and figure.joules is not None and claims_run(figure):
        per_1000 = figure.joules / words * 1000
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "status": figure.status,
        "energy_j": rounded(figure.joules, digits),
        "energy_wh": rounded(None if figure.joules is None else figure.joules / 3600, digits),
        "low_j": rounded(figure.low, 2),
        "high_j": rounded(figure.high, 2),
        "range_kind": _range_kind(figure),
        "reason": figure.reason,
        "scope": list(figure.scope),
        "not_included": list(left_out),
        "method": figure.method or None,
        "counter_kind": about.counter_kind,
        **_times(use),
        "share": rounded(figure.share, 3),
        "attribution": figure.attribution,
        "idle_w": rounded(calibration.idle_w if calibration else None, 3),
        "idle_source": calibration.source if calibration else None,
        "devices": [_device(d) for d in devices],
        "words": words,
        "j_per_1000_words": rounded(per_1000, digits),
        "model": {"w_per_thread": rounded(figure.w_per_thread, 3), "version": figure.model} if figure.model else None,
        "carbon_g": None,
        "grid_g_per_kwh": None,
        "grid_source": None,
        "notes": list(all_notes),
    }
    return Energy(
        figure.status,
        figure.joules,
        figure.low,
        figure.high,
        figure.method,
        figure.reason or "",
        figure.scope,
        left_out,
        record,
    )


def _outside(scope: tuple[str, ...]) -> tuple[str, ...]:
    """What a figure of `scope` does not count."""
    if scope == GPU:
        return ("cpu", "dram", "display", "psu_loss", "interpreter_start")
    counted = {"gpu"} if "gpu_board" in scope else set()
    if "cpu_package" in scope:
        counted.add("cpu_idle")
    return tuple(part for part in _NOT_INCLUDED if part not in counted)


def claims_run(figure: Figure) -> bool:
    """True where the joules are this run's own, so that they may be divided by its words."""
    return figure.status in ("attributed", "estimated") or figure.share is not None


def _range_kind(figure: Figure) -> str | None:
    if figure.low is None and figure.high is None:
        return None
    return "factor_3" if figure.status == "estimated" else "bounds"


def _times(use: CpuUse | None) -> dict[str, float | None]:
    names = ("window_s", "cpu_s", "cpu_s_children", "cpu_s_start", "cpu_s_before_window", "machine_busy_cpu_s")
    if use is None:
        return dict.fromkeys(names)
    values = (use.window_s, use.cpu_s, use.cpu_s_children, use.cpu_s_start, use.cpu_s_before, use.busy_s)
    return {n: None if v is None else round(v, 6) for n, v in zip(names, values, strict=True)}


def _device(device: DeviceReading) -> dict[str, Any]:
    counter = device.counter
    return {
        "id": counter.id,
        "raw_j": rounded(device.raw_j, 6),
        "reason": device.reason,
        "wraps": device.wraps,
        "resolution_j": rounded(counter.resolution_j or counter.joules_per_unit, 3),
        "update_period_s": counter.update_period_s,
        "mirrors": device.mirrors or None,
        "shared": not device.alone,
    }


def significant(status: EnergyStatus, notes: Sequence[str]) -> int:
    """Figures that mean something: one for an estimate or too short a window, else two."""
    return 1 if status == "estimated" or "short_window" in notes else 2


def rounded(value: float | None, digits: int) -> float | None:
    """`value` to so many significant figures.

    >>> rounded(3.1416, 2), rounded(48213.0, 2), rounded(None, 2)
    (3.1, 48000.0, None)
    """
    return None if value is None else float(f"{value:.{digits}g}")


def plain(value: float, digits: int) -> str:
    """`value` to so many significant figures, for people: no exponent, thousands apart.

    >>> plain(3.1416, 2), plain(0.0312, 2), plain(48213, 2), plain(2.96, 2)
    ('3.1', '0.031', '48,000', '3.0')
    """
    short = float(f"{value:.{digits}g}")
    size = math.floor(math.log10(abs(short))) if short else 0
    return f"{short:,.{max(0, digits - 1 - size)}f}"


_SCOPES = {
    "cpu_package": "CPU package",
    "cpu_of_our_processes": "CPU of our processes, by the kernel's model",
    "cpu_above_idle": "CPU",
    "gpu_board": "GPU board",
}


def summary(energy: Energy, words: int | None = None) -> str:
    """The one line of a terminal: the figure, how it came about, and what it is per 1,000 words."""
    notes = energy.record.get("notes", ())
    if energy.joules is None:
        return f"energy  not available: {_reason(energy)}"
    digits = significant(energy.status, notes)
    figure = plain(energy.joules, digits)
    per = ""
    if words and (energy.status != "measured" or energy.record.get("share")):
        about = "~" if energy.status == "estimated" else ""
        per = f"; {about}{plain(energy.joules / words * 1000, digits)} J per 1,000 words"
    if energy.status == "estimated":
        gpu = " + GPU board" if "gpu_board" in energy.scope else ""
        line = f"~{figure} J estimated{gpu}, may be 3x off{per}"
        return f"energy  {line}{_left_out(energy)}; run 'localproof energy doctor'"
    what = " + ".join(_SCOPES.get(s, s) for s in energy.scope)
    if energy.record.get("attribution") == "cpu_time_share":
        what = what.replace("CPU package", "CPU package, our share")
    elif energy.status == "measured" and not energy.record.get("share"):
        what += ", whole device, not only this run"
    return f"energy  {figure} J{_bounds(energy, digits)} {what}{per}{_left_out(energy)}"


def _bounds(energy: Energy, digits: int) -> str:
    low, high = energy.low, energy.high
    if high is None or energy.status != "attributed":
        return ""
    if low is None:
        return f" (at most {plain(high, digits)})"
    return f" ({plain(low, digits)}–{plain(high, digits)})"


def _left_out(energy: Energy) -> str:
    notes = energy.record.get("notes", ())
    if "gpu_not_counted" not in notes and ("gpu_shared" not in notes or "gpu_board" in energy.scope):
        return ""
    reasons = [d["reason"] for d in energy.record.get("devices", ()) if d["id"].startswith("gpu") and d["reason"]]
    if "gpu_shared" in notes:
        return "; GPU not counted, others used it too"
    return f"; GPU not counted, {REASONS[reasons[0]]}" if reasons else "; GPU not counted"


def _reason(energy: Energy) -> str:
    if energy.reason == "below_resolution" and energy.scope == ("gpu_board",):
        return "run too short for this GPU's counter"
    for reason, text in REASONS.items():
        if reason == energy.reason:
            return text
    return "no reason is known"
