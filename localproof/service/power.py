"""Whether the machine runs on its battery, as Linux tells it."""

from __future__ import annotations

from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")


def on_battery(root: Path = SUPPLIES) -> bool:
    """True where a battery of the system is being discharged and no mains supply is on. `root` is sysfs' folder.

    Batteries of mice and headphones (scope "Device") do not count.
    """
    try:
        supplies = sorted(root.iterdir())
    except OSError:
        return False
    discharging = False
    for supply in supplies:
        kind = _read(supply / "type")
        if kind in ("Mains", "USB") and _read(supply / "online") == "1":
            return False
        if kind == "Battery" and _read(supply / "scope") != "Device":
            discharging |= _read(supply / "status") == "Discharging"
    return discharging


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
