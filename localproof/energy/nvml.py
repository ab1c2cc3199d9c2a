"""NVIDIA boards: NVML's total energy counter (Volta and later).

Opened only where a model runs on a GPU, as waking a sleeping board would
spend what it measures. A board publishes about every 100 ms, so a window
under a second has no honest figure.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import Any

from .meter import Counter, Machine, MeterScope, MeterUnavailable

_NOT_SUPPORTED, _NO_PERMISSION = 3, 4
_MOST_PROCESSES = 64
ABOUT = MeterScope("nvml", ("gpu_board",), "sensor", honest_s=1.0, strict=True)


@dataclass
class NvmlMeter:
    """Every board that has a counter, and whose processes were seen on it."""

    library: Any
    handles: tuple[Any, ...]
    counters: tuple[Counter, ...]
    scope: MeterScope = ABOUT
    _seen: list[set[int]] = field(default_factory=list)
    _ours: set[int] = field(default_factory=lambda: {os.getpid()})

    def read(self, pids: tuple[int, ...]) -> tuple[int, ...] | MeterUnavailable:
        """Each board's counter in mJ."""
        self._ours.update(pids)
        self._seen = self._seen or [set() for _ in self.handles]
        values = []
        for handle, seen in zip(self.handles, self._seen, strict=True):
            value = _energy_mj(self.library, handle)
            if not isinstance(value, int):
                return value
            values.append(value)
            seen.update(_processes(self.library, handle))
        return tuple(values)

    def exclusive(self) -> tuple[bool, ...]:
        """True for a board on which only our own processes were ever seen, and at least one of them."""
        return tuple(bool(seen) and seen <= self._ours for seen in self._seen or [set() for _ in self.handles])

    def notes(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        self.library.nvmlShutdown()


def open_nvml(machine: Machine) -> NvmlMeter | MeterUnavailable:
    """The boards with a counter."""
    import ctypes

    library = machine.libraries.get("nvml") or load_library()
    if library is None or library.nvmlInit_v2() != 0:
        return MeterUnavailable("no_counter", "no NVIDIA driver answers")
    count = ctypes.c_uint(0)
    handles: list[Any] = []
    why: MeterUnavailable = MeterUnavailable("no_counter", "the NVIDIA driver lists no board")
    counters: list[Counter] = []
    if library.nvmlDeviceGetCount_v2(ctypes.byref(count)) == 0:
        for index in range(count.value):
            handle = ctypes.c_void_p()
            if library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(handle)) != 0:
                continue
            value = _energy_mj(library, handle)
            if isinstance(value, MeterUnavailable):
                why = value
                continue
            handles.append(handle)
            counters.append(Counter(f"gpu-{index}", 1e-3, None, 0.1))
    if not handles:
        library.nvmlShutdown()
        return why
    return NvmlMeter(library, tuple(handles), tuple(counters))


def _energy_mj(library: Any, handle: Any) -> int | MeterUnavailable:
    import ctypes

    call = getattr(library, "nvmlDeviceGetTotalEnergyConsumption", None)
    if call is None:
        return MeterUnavailable("no_counter", "this NVIDIA driver is too old to have an energy counter")
    value = ctypes.c_ulonglong(0)
    status = call(handle, ctypes.byref(value))
    if status == 0:
        return value.value
    if status == _NO_PERMISSION:
        return MeterUnavailable("permission", "the NVIDIA driver does not let this user read the energy counter")
    what = "this board has no energy counter" if status == _NOT_SUPPORTED else f"NVML answered {status}"
    return MeterUnavailable("no_counter", what)


def _processes(library: Any, handle: Any) -> set[int]:
    """The processes that compute on the board; {0}, which is never ours, where the driver does not tell."""
    import ctypes

    class Process(ctypes.Structure):  # nvmlProcessInfo_v2_t
        _fields_ = (
            ("pid", ctypes.c_uint),
            ("memory", ctypes.c_ulonglong),
            ("gpu_instance", ctypes.c_uint),
            ("compute_instance", ctypes.c_uint),
        )

    call = getattr(library, "nvmlDeviceGetComputeRunningProcesses_v3", None)
    count = ctypes.c_uint(_MOST_PROCESSES)
    room = (Process * _MOST_PROCESSES)()
    if call is None or call(handle, ctypes.byref(count), room) != 0:
        return {0}
    return {room[i].pid for i in range(min(count.value, _MOST_PROCESSES))}


def load_library() -> Any:
    """NVIDIA's library, None where it is not installed."""
    import ctypes

    try:
        if sys.platform == "win32":
            return ctypes.WinDLL("nvml")
        return ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return None
