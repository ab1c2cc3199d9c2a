"""A window of work between two readings. Nothing runs in between: no thread, no timer."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from ..report import Energy
from ..workers.cpu_accounting import start_cpu_ns
from .account import (
    CpuUse,
    DeviceReading,
    Figure,
    counter_difference,
    explain_zero,
    figure_of_counters,
    figure_of_estimate,
    with_gpu,
    without_mirrors,
)
from .clocks import BusyTime, Clocks, CpuTally, Pids
from .estimate import ABOUT as ESTIMATE
from .label import energy
from .meter import Counter, Meter, MeterUnavailable, Reason

if TYPE_CHECKING:
    from .calibration import Calibration

_POLL_S = 10.0  # a counter of 65.5 kJ is safe for 33 s at 2,000 W


class MeterChoice(NamedTuple):
    """What a window reads, settled when it opens and kept to its end.

    `absent` says why there is no better meter than the estimate, or why there
    is none at all where `meter` is None. `gpu` is None where no GPU was asked
    for. `watts` are those of one busy thread; where the user or a calibration
    gave them, `watts_from` says which.
    """

    meter: Meter | None
    absent: MeterUnavailable | None = None
    gpu: Meter | MeterUnavailable | None = None
    watts: float = 10.0
    watts_from: str = ""
    calibration: Calibration | None = None


class _CounterTrack:
    """The counters of one meter from the first reading on, segment by segment, so that a wrap is never missed."""

    def __init__(self, meter: Meter, pids: tuple[int, ...], now_ns: int) -> None:
        self.meter = meter
        self._totals = [0] * len(meter.counters)
        self._wraps = [0] * len(meter.counters)
        self._faults: list[Reason | None] = [None] * len(meter.counters)
        self._lost: MeterUnavailable | None = None
        self._first = self._last = self._read(pids)
        self._then_ns = now_ns

    def _read(self, pids: tuple[int, ...]) -> tuple[int, ...]:
        values = self.meter.read(pids)
        if isinstance(values, MeterUnavailable):
            self._lost = values
            return (0,) * len(self.meter.counters)
        return values

    def advance(self, pids: tuple[int, ...], now_ns: int) -> None:
        """Read again and add what was counted since."""
        if self._lost:
            return
        values = self._read(pids)
        if self._lost:
            return
        seconds = (now_ns - self._then_ns) / 1e9
        for i, counter in enumerate(self.meter.counters):
            step = counter_difference(counter, self._last[i], values[i], seconds)
            if isinstance(step, str):
                self._faults[i] = self._faults[i] or step
            else:
                self._totals[i] += step[0]
                self._wraps[i] += step[1]
        self._last, self._then_ns = values, now_ns

    def devices(self, use: CpuUse) -> tuple[DeviceReading, ...]:
        """What each counter says of the time between the first and the last reading."""
        found = []
        for i, (counter, alone) in enumerate(zip(self.meter.counters, self.meter.exclusive(), strict=True)):
            raw_j = self._totals[i] * counter.joules_per_unit
            fault = self._lost.reason if self._lost else self._faults[i] or explain_zero(raw_j, self.meter.scope, use)
            found.append(DeviceReading(counter, None if fault else raw_j, fault, self._wraps[i], alone=alone))
        return without_mirrors(found, self._first, self._last)


class EnergyWindow:
    """Work that is being metered; `close` gives its energy. Any number may be open at a time.

    A context manager: leaving it closes the window, and `energy` holds the
    result.
    """

    def __init__(self, choice: MeterChoice, clocks: Clocks, pids: Pids) -> None:
        self._choice, self._clocks, self._pids = choice, clocks, pids
        self.energy: Energy | None = None
        if choice.meter is None:
            return
        self._busy = clocks.busy()
        self._started_ns = start_cpu_ns()
        self._tally = CpuTally(clocks, pids)
        now_ns = clocks.now_ns()
        meters = [
            choice.meter,
            *([] if choice.gpu is None or isinstance(choice.gpu, MeterUnavailable) else [choice.gpu]),
        ]
        self._tracks = [_CounterTrack(meter, tuple(pids()), now_ns) for meter in meters]
        self._slept_ns = clocks.slept_ns()
        self._start_ns = self._polled_ns = clocks.now_ns()

    @property
    def method(self) -> str:
        """The meter in use, such as "linux-powercap"; "" where there is none."""
        return self._choice.meter.scope.method if self._choice.meter else ""

    def poll(self) -> None:
        """Take a reading in between if the last is 10 s old. A run of more than 30 s calls this now and then
        (between two documents, say), as a counter that starts again at zero twice unseen gives no figure."""
        if self._reading and self._clocks.now_ns() - self._polled_ns >= _POLL_S * 1e9:
            self._advance()

    def note(self, pid: int) -> None:
        """A helper is about to be stopped: take its account now, for systems that forget it when it ends."""
        if self._reading:
            self._tally.note(pid)
            self._advance()

    def close(self, words: int | None = None) -> Energy:
        """The second reading, and what it comes to. `words` were proofread. Closing again gives the same answer."""
        if self.energy is None:
            self.energy = self._close(words)
        return self.energy

    def partial(self, words: int | None = None) -> Energy:
        """What the window comes to by now; it stays open."""
        if not self._reading:
            return self.close(words)
        assert self._choice.meter is not None
        self._advance()
        return self._account(self._choice.meter, self._use(), words)

    def __enter__(self) -> EnergyWindow:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _reading(self) -> bool:
        return self.energy is None and self._choice.meter is not None

    def _advance(self) -> None:
        self._polled_ns = self._clocks.now_ns()
        pids = tuple(self._pids())
        for track in self._tracks:
            track.advance(pids, self._polled_ns)

    def _close(self, words: int | None) -> Energy:
        meter, absent = self._choice.meter, self._choice.absent
        if meter is None:
            reason: Reason = absent.reason if absent else "no_counter"
            return energy(Figure("unavailable", reason=reason), ESTIMATE, (), None, words, None)
        if meter.scope.settle_s:
            self._clocks.sleep(meter.scope.settle_s)
        self._advance()
        use = self._use()
        try:
            return self._account(meter, use, words)
        finally:
            for track in self._tracks:
                track.meter.close()

    def _use(self) -> CpuUse:
        cpu_s, children_s = self._tally.used_s()
        busy, then = self._clocks.busy(), self._busy
        known = busy is not None and then is not None
        start = start_cpu_ns()
        return CpuUse(
            window_s=(self._polled_ns - self._start_ns) / 1e9,
            cpu_s=cpu_s,
            cpu_s_children=children_s,
            cpu_s_before=self._tally.before_s,
            cpu_s_start=None if start is None or self._started_ns is None else (start - self._started_ns) / 1e9,
            busy_s=_since(busy, then).busy_s if known else None,
            steal_s=_since(busy, then).steal_s if known else 0.0,
            slept_s=(self._clocks.slept_ns() - self._slept_ns) / 1e9,
            cpus=self._clocks.cpus,
        )

    def _account(self, meter: Meter, use: CpuUse, words: int | None) -> Energy:
        choice = self._choice
        devices = self._tracks[0].devices(use)
        if devices:
            figure = figure_of_counters(meter.scope, devices, use, choice.calibration)
        else:
            settled = bool(choice.watts_from)
            figure = figure_of_estimate(
                meter.scope, use, choice.absent, choice.watts, choice.watts_from, settled=settled
            )
        notes = list(meter.notes())
        if use.steal_s > 0.05 * max(use.busy_s or 0.0, use.cpu_s):
            notes.append("steal")
        if choice.gpu is not None:
            figure, boards = self._gpu(figure, use)
            devices += boards
        return energy(figure, meter.scope, devices, use, words, choice.calibration, notes)

    def _gpu(self, figure: Figure, use: CpuUse) -> tuple[Figure, tuple[DeviceReading, ...]]:
        """`figure` with the boards, and the boards for the record."""
        gpu = self._choice.gpu
        if gpu is None or isinstance(gpu, MeterUnavailable):
            missing = DeviceReading(Counter("gpu", 1e-3), None, gpu.reason if gpu else "disabled")
            return with_gpu(figure, None), (missing,)
        boards = self._tracks[1].devices(use)
        ours = tuple(b for b in boards if b.alone)
        part = figure_of_counters(gpu.scope, ours or boards, use, None)
        if ours and len(ours) < len(boards):
            figure = figure._replace(notes=(*figure.notes, "gpu_boards_left_out"))
        if part.joules is None:
            boards = tuple(b._replace(raw_j=None, reason=b.reason or part.reason) for b in boards)
        return with_gpu(figure, part), boards


def _since(now: BusyTime | None, then: BusyTime | None) -> BusyTime:
    if now is None or then is None:
        return BusyTime(0.0)
    return BusyTime(max(0.0, now.busy_s - then.busy_s), max(0.0, now.steal_s - then.steal_s))


def no_pids() -> Sequence[int]:
    """The helpers of a process that has none."""
    return ()
