"""From two readings to joules with an honest label.

``measured`` is what a counter says of a whole device, ``attributed`` our
share of it (or what a counter books to our processes), ``estimated`` a model
without a counter, ``unavailable`` no figure at all, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..report import EnergyStatus
from .estimate import FACTOR, VERSION, watts_per_thread
from .meter import Counter, MeterScope, MeterUnavailable, Reason

if TYPE_CHECKING:
    from .calibration import Calibration

GPU = ("gpu_board",)
_FROZEN_CPU_S = 0.05  # with this much work in the window, a counter that stands still is broken
_COARSE_BUSY_S = 0.2  # the machine's busy time comes in steps of 10 ms for each processor
_SLEPT_S = 0.1
_MIRROR_J = 0.5  # two packages whose counters stay this close are one counter shown twice


class CpuUse(NamedTuple):
    """What the clocks say of a window. `busy_s` is None where the system does not tell how busy it was, `cpu_s_start`
    is what of `cpu_s_children` went into building helpers."""

    window_s: float
    cpu_s: float
    cpu_s_children: float
    cpu_s_before: float
    busy_s: float | None
    steal_s: float
    slept_s: float
    cpus: int
    cpu_s_start: float | None = None


class DeviceReading(NamedTuple):
    """What one counter says of a window. `raw_j` is None exactly where `reason` says why.

    `mirrors` is the device whose counter this one repeats, "" for none.
    `alone` is true where all of it was our work.
    """

    counter: Counter
    raw_j: float | None
    reason: Reason | None = None
    wraps: int = 0
    mirrors: str = ""
    alone: bool = False


def counter_difference(counter: Counter, start: int, end: int, seconds: float) -> tuple[int, int] | Reason:
    """(units counted, wraps) between two readings `seconds` apart, or why nobody can tell.

    >>> counter_difference(Counter("package-0", 1e-6, 262_143_328_850), 262_143_000_000, 1_000_000, 1.0)
    (1328850, 1)
    """
    wraps = 0
    used = end - start
    if counter.wraps_at is not None:
        if seconds * counter.limit_w >= counter.wraps_at * counter.joules_per_unit:
            return "wrap_ambiguous"
        if used < 0:
            used, wraps = used + counter.wraps_at, 1
    slack_s = 1.0 if counter.update_period_s is None else counter.update_period_s
    if used < 0 or used * counter.joules_per_unit > 2000.0 * (seconds + slack_s):
        return "implausible"
    return used, wraps


def explain_zero(raw_j: float, about: MeterScope, use: CpuUse) -> Reason | None:
    """Why a difference of `raw_j` is no figure: a zero is either too short a window or a counter that is stuck.

    A GPU may rest while the processor works, but its board draws power all the time.
    """
    if raw_j > 0:
        return None
    stuck = use.window_s >= about.honest_s if about.scope == GPU else use.cpu_s > _FROZEN_CPU_S
    return "counter_frozen" if stuck else "below_resolution"


def without_mirrors(
    devices: Sequence[DeviceReading], first: Sequence[int], last: Sequence[int]
) -> tuple[DeviceReading, ...]:
    """The same devices, those marked that repeat the counter of one before (some multi-die parts do)."""
    kept: list[DeviceReading] = []
    for i, device in enumerate(devices):
        twin = ""
        for j in range(i):
            unit = device.counter.joules_per_unit
            near = max(abs(first[i] - first[j]), abs(last[i] - last[j])) * unit <= _MIRROR_J
            same_kind = unit == devices[j].counter.joules_per_unit and device.counter.wraps_at is not None
            if near and same_kind and first[i] and not kept[j].mirrors:
                twin = devices[j].counter.id
                break
        kept.append(DeviceReading(device.counter, device.raw_j, device.reason, device.wraps, twin, device.alone))
    return tuple(kept)


def cpu_share(use: CpuUse) -> tuple[float | None, tuple[str, ...]]:
    """Our part of the machine's busy time, between what we surely used and 1, and what to note about it."""
    if use.busy_s is None or use.window_s <= 0:
        return None, ("machine_busy_unknown",)
    notes = ("coarse_share",) if use.busy_s < _COARSE_BUSY_S else ()
    least = min(1.0, use.cpu_s / (use.window_s * use.cpus))
    raw = use.cpu_s / use.busy_s if use.busy_s > 0 else math.inf
    held = min(max(raw, least), 1.0)
    return held, notes if held == raw else (*notes, "share_clamped")


class Figure(NamedTuple):
    """Joules under one label."""

    status: EnergyStatus
    joules: float | None = None
    low: float | None = None
    high: float | None = None
    reason: Reason | None = None
    scope: tuple[str, ...] = ()
    method: str = ""
    attribution: str | None = None
    share: float | None = None
    w_per_thread: float | None = None
    model: str = ""
    notes: tuple[str, ...] = ()


def figure_of_counters(
    about: MeterScope, devices: Sequence[DeviceReading], use: CpuUse, calibration: Calibration | None
) -> Figure:
    """The figure of a meter with counters: all its devices, or none."""
    blank = Figure("unavailable", method=about.method, scope=about.scope)
    if use.slept_s > _SLEPT_S:
        return blank._replace(reason="suspended", notes=("suspended",))
    for device in devices:
        if device.raw_j is None:
            return blank._replace(reason=device.reason)
    raw = math.fsum(d.raw_j or 0.0 for d in devices if not d.mirrors)
    notes: tuple[str, ...] = ("mirrored_counter",) if any(d.mirrors for d in devices) else ()
    if use.window_s < about.honest_s:
        if about.strict:
            return blank._replace(reason="below_resolution")
        notes += ("short_window",)
    if devices and all(d.alone for d in devices):
        if about.counter_kind == "model":
            return blank._replace(status="attributed", joules=raw, attribution="kernel_per_process", notes=notes)
        return blank._replace(status="measured", joules=raw, low=raw, high=raw, share=1.0, notes=notes)
    if about.scope == GPU:
        return blank._replace(status="measured", joules=raw, notes=(*notes, "gpu_shared"))
    part, more = cpu_share(use)
    notes += more
    if part is None:  # no share can be told, so the whole device is the claim
        return blank._replace(status="measured", joules=raw, notes=notes)
    if part * raw <= 0:
        return blank._replace(reason="below_resolution", notes=notes)
    low = None if calibration is None else max(0.0, raw - calibration.idle_w * use.window_s) * part
    return blank._replace(
        status="attributed",
        joules=raw * part,
        low=low,
        high=raw,
        attribution="cpu_time_share",
        share=part,
        notes=notes,
    )


def figure_of_estimate(
    about: MeterScope, use: CpuUse, absent: MeterUnavailable | None, watts: float, model: str, *, settled: bool
) -> Figure:
    """The figure without a counter: CPU time times watts, within a factor of three either way.

    `settled` watts were set by the user or calibrated, and are not lowered
    where many threads are busy.
    """
    blank = Figure("unavailable", method=about.method, scope=about.scope, reason=absent.reason if absent else None)
    notes = ("suspended",) * (use.slept_s > _SLEPT_S) + ("vm",) * (blank.reason == "vm")
    if use.cpu_s <= 0:
        return blank._replace(reason="below_resolution", notes=notes)
    each = watts if settled else watts_per_thread(use.cpu_s / max(use.window_s, 1e-9), watts)
    joules = use.cpu_s * each
    return blank._replace(
        status="estimated",
        joules=joules,
        low=joules / FACTOR,
        high=joules * FACTOR,
        w_per_thread=each,
        model=model or VERSION,
        notes=notes,
    )


def with_gpu(figure: Figure, gpu: Figure | None) -> Figure:
    """`figure` and the boards that were ours alone. Where they cannot be told, they stay out and a note says so."""
    if figure.joules is None or gpu is None or gpu.joules is None:
        return figure._replace(notes=(*figure.notes, "gpu_not_counted"))
    if gpu.share is None:
        return figure._replace(notes=(*figure.notes, "gpu_shared"))
    return figure._replace(
        joules=figure.joules + gpu.joules,
        low=None if figure.low is None else figure.low + gpu.joules,
        high=None if figure.high is None else figure.high + gpu.joules,
        scope=figure.scope + gpu.scope,
        method=f"{figure.method}+{gpu.method}",
    )
