"""A machine whose counters, processes and time stand still until a test moves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from localproof.energy.clocks import BusyTime, Clocks
from localproof.energy.meter import Machine, read_text

RANGE_UJ = 262_143_328_850
INTEL = "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 154\nmodel name\t: Twelfth\nflags\t\t: fpu sse2 {}\n\n"


class Time:
    """Clocks that a test sets. Seconds; CPU seconds of children by process number."""

    def __init__(self, cpus: int = 4) -> None:
        self.now = 1000.0
        self.slept = 0.0
        self.own = 0.06
        self.reaped: float | None = 0.0
        self.live: dict[int, float] = {}
        self.busy: float | None = 500.0
        self.steal = 0.0
        self.naps: list[float] = []
        self.cpus = cpus

    def clocks(self) -> Clocks:
        return Clocks(
            now_ns=lambda: round(self.now * 1e9),
            slept_ns=lambda: round(self.slept * 1e9),
            own_ns=lambda: round(self.own * 1e9),
            reaped_ns=lambda: None if self.reaped is None else round(self.reaped * 1e9),
            child_ns=lambda pid: round(self.live[pid] * 1e9) if pid in self.live else None,
            busy=lambda: None if self.busy is None else BusyTime(self.busy, self.steal),
            sleep=self._sleep,
            cpus=self.cpus,
        )

    def _sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def work(self, seconds: float, own: float, busy: float | None = None) -> None:
        """`seconds` go by, of which we compute for `own` and the machine for `busy` (all of it ours if not given)."""
        self.now += seconds
        self.own += own
        if self.busy is not None:
            self.busy += own if busy is None else busy


class Tree:
    """A powercap folder and some of /proc, written under `root`."""

    def __init__(self, root: Path, cpu_flags: str = "") -> None:
        self.root = root
        self.folder = root / "sys/class/powercap"
        self.folder.mkdir(parents=True)
        (root / "proc").mkdir()
        (root / "proc/cpuinfo").write_text(INTEL.format(cpu_flags))

    def zone(self, zone: str, name: str, uj: int = 5_000_000_000, range_uj: int = RANGE_UJ) -> None:
        place = self.folder / zone
        place.mkdir()
        (place / "name").write_text(name + "\n")
        (place / "max_energy_range_uj").write_text(f"{range_uj}\n")
        (place / "energy_uj").write_text(f"{uj}\n")

    def set(self, zone: str, uj: object) -> None:
        (self.folder / zone / "energy_uj").write_text(f"{uj}\n")

    def add(self, zone: str, joules: float) -> None:
        path = self.folder / zone / "energy_uj"
        path.write_text(f"{int(path.read_text()) + round(joules * 1e6)}\n")

    def machine(self, read: Callable[[str], str] = read_text, libraries: Mapping[str, Any] | None = None) -> Machine:
        return Machine("linux", str(self.root), "", read, libraries or {})


def closed_counter(path: str) -> str:
    """Read as any user but root does: the counter itself is refused."""
    if path.endswith("energy_uj"):
        raise PermissionError(13, "Permission denied", path)
    return read_text(path)
