"""The machine that a figure was measured on, and the memory of a family of processes."""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_NOWHERE = subprocess.DEVNULL


def named() -> str:
    """Processor, cores that may be used, memory, system and Python, in one line."""
    cpu = platform.processor() or "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = ""
    if "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
    return f"{cpu}, {cores} cores{memory}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def family(pid: int) -> list[int]:
    """`pid` and all processes below it (Linux)."""
    out = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it ended meanwhile
            continue
        for child in children:
            out += family(int(child))
    return out


def memory_of(pid: int, *, alone: bool = False) -> int:
    """Bytes of memory of a process and its children, pages they share counted once (PSS, Linux); 0 where unknown.

    With `alone` True the children are left out.
    """
    total = 0
    for each in [pid] if alone else family(pid):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


class Peak:
    """The highest `memory_of` a process while the context is open, sampled every 10 ms."""

    def __init__(self, pid: int, *, alone: bool = False) -> None:
        self.bytes = 0
        self._pid, self._alone = pid, alone
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            self.bytes = max(self.bytes, memory_of(self._pid, alone=self._alone))

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@dataclass(frozen=True)
class Timing:
    """Wall-clock seconds of several runs of one command, how it ended, and the CPU seconds of all its processes."""

    seconds: tuple[float, ...]
    status: int
    cpu_s: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def cpu_median(self) -> float:
        """Of the CPU seconds."""
        return median(self.cpu_s)

    def __str__(self) -> str:
        return f"{self.median:.3f} s ({min(self.seconds):.3f} to {max(self.seconds):.3f})"


def timed(commands: list[list[str]], stdin: str = "", env: Mapping[str, str] | None = None) -> Timing:
    """One run of `commands`, all started at once, until the last has ended. Each is given `stdin`, and `env` for an
    environment where one is."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    children = [subprocess.Popen(c, stdin=subprocess.PIPE, stdout=_NOWHERE, stderr=_NOWHERE, env=env) for c in commands]
    for child in children:
        if child.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # a program that does not read its input
                child.stdin.write(stdin.encode())
            with contextlib.suppress(BrokenPipeError):
                child.stdin.close()
    status = max(abs(child.wait()) for child in children)
    took, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Timing((took,), status, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,))


def interleaved(work: dict[str, list[list[str]]], runs: int, stdin: str = "") -> dict[str, Timing]:
    """`timed` for each name `runs` times, in turn and not in blocks, so that a slow minute falls on all.

    One more turn goes before and is not counted: it reads the files from disk.
    """
    seconds: dict[str, list[float]] = {name: [] for name in work}
    status = dict.fromkeys(work, 0)
    for turn in range(runs + 1):
        for name, commands in work.items():
            one = timed(commands, stdin)
            status[name] = one.status
            if turn:
                seconds[name] += one.seconds
    return {name: Timing(tuple(s), status[name]) for name, s in seconds.items()}


def peak(command: list[str], stdin: str = "") -> int:
    """The most memory in bytes that one run of `command` and its children held; 0 where it cannot be told."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=_NOWHERE, stderr=_NOWHERE) as child:
        with Peak(child.pid) as watch:
            child.communicate(stdin.encode())
        return watch.bytes
