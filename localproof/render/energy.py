"""Energy in words: what was counted, how sure the figure is, and what it leaves out. Unknown is never zero."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log10

from ..report import Energy, Run

_PARTS = {
    "cpu": "CPU",
    "cpu_package": "CPU package",
    "cpu_of_our_processes": "CPU of our processes",
    "cpu_above_idle": "CPU above what it draws when idle",
    "cpu_idle": "what the CPU draws when idle",
    "dram": "memory",
    "gpu": "GPU",
    "gpu_board": "GPU board",
    "display": "display",
    "psu_loss": "losses of the power supply",
    "interpreter_start": "the start of Python",
}
_REASONS = {
    "permission": "this user may not read the energy counter",
    "no_counter": "there is no energy counter that can be read here",
    "masked_in_container": "the container hides the energy counter",
    "vm": "this virtual machine has no energy counter",
    "below_resolution": "the run was too short for the counter",
    "counter_frozen": "the counter did not move",
    "implausible": "the counter gave a value that cannot be right",
    "wrap_ambiguous": "the counter may have started over unseen",
    "suspended": "the machine slept during the run",
    "disabled": "reading energy is switched off",
}
_REMARKS = {
    "short_window": "a short run, so a rough figure",
    "gpu_shared": "others used the GPU too",
    "gpu_not_counted": "the GPU was not counted",
    "coarse_share": "the share is rough, the run was short",
    "vm": "in a virtual machine",
    "steal": "other virtual machines took some of the CPU's time",
}


def format_joules(joules: float, digits: int) -> str:
    """`joules` with `digits` significant digits in a fitting unit.

    >>> [format_joules(*each) for each in ((3.84, 2), (3.84, 1), (1234, 2), (0.0042, 1), (25_310, 3))]
    ['3.8 J', '4 J', '1,200 J', '4 mJ', '25.3 kJ']
    """
    if joules < 0.0005:
        return "under 1 mJ"
    unit, scale = ("mJ", 0.001) if joules < 0.1 else ("J", 1.0) if joules < 10_000 else ("kJ", 1000.0)
    return f"{_rounded(joules / scale, digits)} {unit}"


def _rounded(value: float, digits: int) -> str:
    short = float(f"{value:.{digits}g}")
    return f"{short:,.{max(0, digits - 1 - floor(log10(short)))}f}"


def summarize_energy(energy: Energy | None) -> str:
    """The energy of a run in a few words, its status among them."""
    if energy is None:
        return "energy not read"
    if energy.joules is None:
        return "energy not available"
    figure = format_joules(energy.joules, _digits(energy))
    if energy.status == "estimated":
        return f"energy ~{figure}, estimated"
    if energy.status == "attributed":
        return f"energy {figure}, {_share(energy)}"
    return f"energy {figure}, measured for the whole {_devices(energy)}"


def energy_lines(energy: Energy | None, n_words: int) -> list[tuple[str, str]]:
    """Everything that is known of the energy of a run of `n_words` words: (label, text)."""
    if energy is None:
        return [("this run", "not read: no meter was asked")]
    if energy.joules is None:
        why = explain_absence(energy.reason) or "its meter does not say why"
        return [("this run", f"not available: {why}"), *_remarks(energy)]
    digits, about = _digits(energy), "~" if energy.status == "estimated" else ""
    figure = about + format_joules(energy.joules, digits)
    if energy.joules >= 0.0005:
        figure += f" ({about}{_rounded(energy.joules / 3600, digits)} Wh)"
    out = [("this run", f"{figure}, {_status(energy)}")]
    if between := energy_bounds(energy):
        out.append(("range", between))
    out.append(("for scale", everyday(energy.joules)))
    out += _start_and_work(energy)
    if n_words and _is_ours(energy):
        out.append(("per 1,000 words", about + format_joules(1000 * energy.joules / n_words, digits)))
    if energy.reason:
        out.append(("why no counter" if energy.status == "estimated" else "remark", explain_absence(energy.reason)))
    return out + _limits(energy)


_LAMP_W = 10
NOTABLE_J = 3600.0  # a watt-hour: from here on a run speaks of its energy unasked


def everyday(joules: float) -> str:
    """`joules` on a scale that a writer knows.

    >>> everyday(22.0), everyday(5_400.0)
    ('as much as a 10-watt lamp in 2 seconds', 'as much as a 10-watt lamp in 9 minutes')
    >>> everyday(0.3)
    'less than a 10-watt lamp in a second'
    """
    seconds = joules / _LAMP_W
    if seconds < 0.95:
        return f"less than a {_LAMP_W}-watt lamp in a second"
    for unit_s, name in ((3600.0, "hour"), (60.0, "minute"), (1.0, "second")):
        if seconds >= 0.95 * unit_s:
            number = _rounded(seconds / unit_s, 1)
            return f"as much as a {_LAMP_W}-watt lamp in {number} {name}{'' if number == '1' else 's'}"
    raise AssertionError


def energy_sentence(energy: Energy | None) -> str:
    """The energy of a run in a sentence: figure, range, a scale; or why there is none."""
    if energy is None or energy.joules is None:
        return f"{energy_lines(energy, 0)[0][1]}"
    between = energy_bounds(energy)
    figure = ("about " if energy.status == "estimated" else "") + format_joules(energy.joules, _digits(energy))
    ours = "" if _is_ours(energy) else ", of the whole machine"
    return ", ".join(filter(None, (f"{figure}{ours} ({energy.status})", between, everyday(energy.joules))))


def is_notable(run: Run) -> bool:
    """Whether the energy of a run is worth a word unasked."""
    energy = run.energy
    return energy is not None and energy.joules is not None and (run.model is not None or energy.joules >= NOTABLE_J)


def _start_and_work(energy: Energy) -> list[tuple[str, str]]:
    """What of the energy of a run went into building the engines, so that a cold run can be told from a warm one."""
    whole, start = energy.record.get("cpu_s"), energy.record.get("cpu_s_start")
    known = whole and start is not None and 0 <= start <= whole
    if energy.joules is None or not known or not _is_ours(energy) or "gpu_board" in energy.scope:
        return []
    if not start:
        return [("of that, start", "none: no engine had to be built in this run")]
    digits, about = _digits(energy), "~" if energy.status == "estimated" else ""
    share = energy.joules * start / whole
    work = f"{about}{format_joules(energy.joules - share, digits)} are the work itself"
    return [("of that, start", f"{about}{format_joules(share, digits)} built the engines; {work}")]


def energy_parts(energy: Energy | None) -> tuple[str, list[tuple[str, float, str]]]:
    """Where the joules went: how that is known, and for each part its name, joules, and these in words.

    No parts where it is not known. What this run drew of a CPU is split by the
    CPU time of its processes; what whole devices drew, by their counters.
    """
    if energy is None or energy.joules is None:
        return "", []
    digits, about = _digits(energy), "~" if energy.status == "estimated" else ""
    whole, children = energy.record.get("cpu_s") or 0.0, energy.record.get("cpu_s_children") or 0.0
    if _is_ours(energy) and "gpu_board" not in energy.scope and 0 <= children <= whole and whole > 0:
        start = min(energy.record.get("cpu_s_start") or 0.0, children)
        shares = [
            ("building the engines", start),
            ("rule engines, in processes of their own", children - start),
            ("LocalProof itself", whole - children),
        ][0 if start else 1 :]
        rows = [(name, energy.joules * seconds / whole) for name, seconds in shares]
        return "split by the CPU time of our processes", [(n, j, about + format_joules(j, digits)) for n, j in rows]
    devices = [d for d in energy.record.get("devices", ()) if d.get("raw_j") is not None and not d.get("mirrors")]
    return "what each device drew as a whole", [(d["id"], d["raw_j"], format_joules(d["raw_j"], 2)) for d in devices]


def model_energy(run: Run) -> list[tuple[str, str]]:
    """What of the energy of a run went to its language models: (label, text); loading and reading of each apart."""
    uses = run.models or ((run.model,) if run.model is not None else ())
    energy = run.energy
    if not uses or energy is None or energy.joules is None or not _is_ours(energy):
        return []
    whole = energy.record.get("cpu_s") or 0.0
    spent = sum(use.loading_s + use.reading_s for use in uses)
    if not 0 < spent <= 1.1 * whole:  # what the service spent on loading is its own
        return [("model", "not told apart")] if any(use.blocks for use in uses) else []
    digits, about = _digits(energy), "~" if energy.status == "estimated" else ""

    def share(seconds: float) -> str:
        return f"{about}{format_joules(float(energy.joules or 0.0) * seconds / whole, digits)}"

    rows: list[tuple[str, str]] = []
    for use in uses:
        called = "model" if len(uses) == 1 else use.name
        reading = f"{share(use.reading_s)}, by CPU time"
        if run.words:
            reading += f"; {share(1000 * use.reading_s / run.words)} per 1,000 words"
            if use is uses[-1]:
                reading += f", beside {share(1000 * (whole - spent) / run.words)} for all else"
        loading = f"{share(use.loading_s)}, by CPU time"
        rows += [
            (f"{called}, loading", loading if use.loading_s else "none in this run: it was loaded before"),
            (f"{called}, reading", reading),
        ]
    return rows


def explain_absence(code: str) -> str:
    """Why there is no figure, or no better one."""
    return _REASONS.get(code, code)


def _digits(energy: Energy) -> int:
    """The digits a figure can bear: an estimate that may be three times off one, all others two."""
    return 1 if energy.status == "estimated" or "short_window" in energy.record.get("notes", ()) else 2


def _is_ours(energy: Energy) -> bool:
    """True where the joules are this run's own; what a whole device drew may not be divided by our words."""
    return energy.status != "measured" or bool(energy.record.get("share"))


def _devices(energy: Energy) -> str:
    return " and ".join(map(_part, energy.scope)) or "device"


def _share(energy: Energy) -> str:
    if energy.record.get("attribution") == "kernel_per_process":
        return "attributed to our processes by the system"
    return f"our share of the {_devices(energy)}"


def _status(energy: Energy) -> str:
    if energy.status == "measured":
        whole = "" if _is_ours(energy) else ", not only this run"
        return f"measured by a counter for the whole {_devices(energy)}{whole}"
    if energy.status == "attributed":
        own = energy.record.get("attribution") == "kernel_per_process"
        return _share(energy) if own else f"attributed: {_share(energy)}, by CPU time"
    return "estimated; no counter was read"


def energy_bounds(energy: Energy) -> str:
    """Between what the figure lies, in words; "" where it is exact, or nobody can say."""
    digits = _digits(energy)
    low = None if energy.low is None else format_joules(energy.low, digits)
    high = None if energy.high is None else format_joules(energy.high, digits)
    if energy.status == "measured" or low == high:
        return ""
    if low and high:
        return f"{'probably ' if energy.status == 'estimated' else ''}between {low} and {high}"
    return f"at least {low}" if low else f"at most {high}"


def _limits(energy: Energy) -> list[tuple[str, str]]:
    out = [
        ("method", energy.method or "not stated"),
        ("counted", _join_names(map(_part, energy.scope))),
        ("not counted", _join_names(map(_part, energy.not_included))),
    ]
    return out + _remarks(energy)


def _remarks(energy: Energy) -> list[tuple[str, str]]:
    notes = [_REMARKS.get(note, note.replace("_", " ")) for note in energy.record.get("notes", ())]
    return [("remarks", "; ".join(notes))] if notes else []


def _join_names(names: Iterable[str]) -> str:
    return ", ".join(names) or "not stated"


def _part(code: str) -> str:
    return _PARTS.get(code, code.replace("_", " "))
