"""Linux powercap: the RAPL counters of the CPU packages, as files of the kernel.

Only zones named ``package-…`` count. ``psys`` holds the packages, ``core``
and ``uncore`` lie inside them and ``dram`` is beside or inside, so adding any
of them would count energy twice.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from .meter import Counter, CounterKind, Machine, MeterScope, MeterUnavailable, in_container

RULE_FILE = "/etc/udev/rules.d/70-localproof-energy.rules"
GROUP = "energy-readers"
# Only the package counters, only one group: a counter open to every user is a side channel (CVE-2020-8694).
# MODE= would not do, as it acts on device nodes and energy_uj is an attribute.
RULE = (
    'SUBSYSTEM=="powercap", KERNEL=="intel-rapl:*", ATTR{name}=="package-*", '
    f'RUN+="/usr/bin/chgrp {GROUP} /sys%p/energy_uj", RUN+="/usr/bin/chmod g+r /sys%p/energy_uj"'
)
PERMISSION_REMEDY = f"""\
An administrator can let one group read the package counters, across reboots:
  sudo groupadd --system --force {GROUP}
  sudo usermod --append --groups {GROUP} "$USER"
  echo '{RULE}' | sudo tee {RULE_FILE}
  sudo udevadm control --reload
  sudo udevadm trigger --subsystem-match=powercap --action=add
Then log in again. Members of that group can see how hard the processor works for other users too."""
CONTAINER_REMEDY = """\
Let the container see the host's counters, read-only, and start it as a user who may read them:
  docker run -v /sys/devices/virtual/powercap/intel-rapl:/powercap:ro -e LOCALPROOF_POWERCAP_ROOT=/powercap …"""


class Cpu(NamedTuple):
    """What /proc/cpuinfo says of the first processor; empty where there is none."""

    vendor: str = ""
    family: int = 0
    model: int = 0
    name: str = ""
    flags: frozenset[str] = frozenset()

    @property
    def virtual(self) -> bool:
        """True inside a virtual machine."""
        return "hypervisor" in self.flags


def cpu(machine: Machine) -> Cpu:
    """The processor of `machine`."""
    facts: dict[str, str] = {}
    for line in machine.text("proc/cpuinfo").splitlines():
        name, colon, value = line.partition(":")
        if not colon:
            break  # the blank line after the first processor
        facts[name.strip()] = value.strip()

    def number(name: str) -> int:
        return int(facts.get(name, "0")) if facts.get(name, "0").isdigit() else 0

    return Cpu(
        facts.get("vendor_id", ""),
        number("cpu family"),
        number("model"),
        facts.get("model name", ""),
        frozenset(facts.get("flags", "").split()),
    )


class PowercapMeter(NamedTuple):
    """The package counters of this machine, read from their files each time; it holds nothing open."""

    machine: Machine
    scope: MeterScope
    counters: tuple[Counter, ...]
    paths: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    def read(self, pids: tuple[int, ...]) -> tuple[int, ...] | MeterUnavailable:
        """Each package's counter in µJ."""
        values = []
        for path in self.paths:
            try:
                values.append(int(self.machine.read(path)))
            except PermissionError:
                return MeterUnavailable("permission", f"{path} may no longer be read", PERMISSION_REMEDY)
            except (OSError, ValueError):
                return MeterUnavailable("no_counter", f"{path} gives no number any more")
        return tuple(values)

    def exclusive(self) -> tuple[bool, ...]:
        """Never: a package serves every process."""
        return (False,) * len(self.counters)

    def notes(self) -> tuple[str, ...]:
        return self.remarks

    def close(self) -> None:
        pass


def folder(machine: Machine) -> str:
    """Where the zones of `machine` are."""
    return machine.powercap or machine.path("sys/class/powercap")


def zones(machine: Machine) -> dict[str, str] | None:
    """Folder name to zone name of the top-level RAPL zones, None where there is no powercap folder.

    A zone whose name cannot be read has the name "".
    """
    top = folder(machine)
    try:
        names = os.listdir(top)  # noqa: PTH208
    except OSError:
        return None
    found = {}
    for name in sorted(names):
        if name.startswith("intel-rapl") and name.count(":") == 1:
            try:
                found[name] = machine.read(f"{top}/{name}/name").strip()
            except OSError:
                found[name] = ""
    return found


def open_powercap(machine: Machine) -> PowercapMeter | MeterUnavailable:
    """The package counters, all of them or none: the sum of some would look like the sum of all."""
    found = zones(machine)
    packages: dict[str, list[str]] = {}  # intel-rapl-mmio repeats packages; the other tree has the longer record
    for zone in sorted(found or {}, key=lambda z: z.startswith("intel-rapl-mmio")):
        if (name := (found or {})[zone]).startswith("package"):
            packages.setdefault(name, []).append(zone)
    if not packages:
        return _explain_absence(machine, found)
    opened: list[tuple[Counter, str]] = []
    for name, twins in sorted(packages.items()):
        tries = [_open_zone(machine, name, zone) for zone in twins]
        good = [t for t in tries if not isinstance(t, MeterUnavailable)]
        if not good:
            return next(t for t in tries if isinstance(t, MeterUnavailable))
        opened.append(good[0])
    processor = cpu(machine)
    about = MeterScope("linux-powercap", ("cpu_package",), kind(processor), honest_s=0.02)
    counters, paths = zip(*opened, strict=True)
    return PowercapMeter(machine, about, counters, paths, remarks(processor))


def _open_zone(machine: Machine, name: str, zone: str) -> tuple[Counter, str] | MeterUnavailable:
    base = f"{folder(machine)}/{zone}"
    try:
        wraps_at = int(machine.read(f"{base}/max_energy_range_uj"))
        int(machine.read(f"{base}/energy_uj"))
    except PermissionError:
        return MeterUnavailable(
            "permission",
            f"{base}/energy_uj is there, but only root may read it",
            PERMISSION_REMEDY,
        )
    except (OSError, ValueError):
        return MeterUnavailable("no_counter", f"{base} is there, but gives no number")
    if wraps_at <= 0:
        return MeterUnavailable("no_counter", f"{base} does not say where its counter starts again")
    try:
        # Three times the long-term limit covers short bursts; a limit under 33 W leaves room for a laptop's.
        limit_w = min(2000.0, max(100.0, 3e-6 * int(machine.read(f"{base}/constraint_0_power_limit_uw"))))
    except (OSError, ValueError):
        limit_w = 2000.0
    steps = 2**32  # the register behind the file has 32 bits
    counter = Counter(name, 1e-6, wraps_at, 0.001, limit_w, wraps_at * 1e-6 / steps)
    return counter, f"{base}/energy_uj"


def _explain_absence(machine: Machine, found: dict[str, str] | None) -> MeterUnavailable:
    """Why there is no package counter: a mask leaves zone names without content, a virtual machine has none at all."""
    if found and not any(found.values()) and in_container(machine):
        return MeterUnavailable(
            "masked_in_container", "the zones are listed, but the container hides them", CONTAINER_REMEDY
        )
    if cpu(machine).virtual:
        return MeterUnavailable("vm", "a virtual machine; its host passes no RAPL counter on")
    if in_container(machine):
        return MeterUnavailable(
            "masked_in_container", "container engines hide /sys/devices/virtual/powercap", CONTAINER_REMEDY
        )
    if found:
        others = ", ".join(sorted(set(found.values()) - {""})) or "nothing with a name"
        return MeterUnavailable(
            "no_counter", f"no CPU package among the zones ({others}); other zones are never added up"
        )
    return MeterUnavailable("no_counter", f"{folder(machine)} lists no RAPL zone")


def kind(processor: Cpu) -> CounterKind:
    """ "sensor" for Intel from Haswell on, where RAPL measures; older parts and other makers: "unknown"."""
    if processor.vendor != "GenuineIntel":
        return "unknown"
    # 62 is Ivy Bridge-EP, the others are small cores that were sold beside Haswell.
    modelled = {62, 74, 76, 77, 90, 93}
    newer = processor.family > 6 or (processor.family == 6 and processor.model >= 60)
    return "sensor" if newer and not (processor.family == 6 and processor.model in modelled) else "unknown"


def remarks(processor: Cpu) -> tuple[str, ...]:
    """What the processor's flags say about its RAPL figures."""
    return ("vm",) * processor.virtual + ("sgx_filtering_possible",) * ("sgx" in processor.flags)
