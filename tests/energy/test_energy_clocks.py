"""CPU time of this process and its helpers: each second counted, and counted once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from energy_fakes import Time
from hypothesis import given
from hypothesis import strategies as st

from localproof import energy
from localproof.energy.clocks import BusyTime, CpuTally, Kernel32, machine_clocks, proc_stat
from localproof.energy.meter import Machine, this_machine

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux keeps a CPU clock for each process")
HELPER = """
import sys, time
for line in sys.stdin:
    end = time.process_time() + float(line)
    while time.process_time() < end:
        pass
    print("done", flush=True)
"""


class Helper:
    """A real child that works for as much CPU time as it is told."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HELPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.work(0)

    def work(self, seconds: float) -> None:
        assert self.process.stdin and self.process.stdout
        print(seconds, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "done\n"

    def end(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@contextmanager
def helper() -> Iterator[Helper]:
    child = Helper()
    try:
        yield child
    finally:
        child.end()


def tally(*pids: int) -> CpuTally:
    return CpuTally(machine_clocks(this_machine()), lambda: pids)


@linux
def test_a_live_helper_counts_what_it_did_since() -> None:
    with helper() as child:
        child.work(0.1)
        count = tally(child.process.pid)
        child.work(0.1)
        assert 0.1 <= count.used_s()[1] < 0.15


@linux
def test_a_helper_that_ends_counts_once_and_only_what_it_did_since() -> None:
    child = Helper()
    child.work(0.2)
    count = tally(child.process.pid)
    child.work(0.1)
    child.end()
    assert 0.1 <= count.used_s()[1] < 0.19


@linux
def test_a_helper_noted_before_it_ends_still_counts_once() -> None:
    child = Helper()
    count = tally(child.process.pid)
    child.work(0.1)
    count.note(child.process.pid)
    child.end()
    assert 0.1 <= count.used_s()[1] < 0.19


@linux
def test_a_helper_that_starts_later_counts_from_its_birth() -> None:
    pids: list[int] = []
    count = CpuTally(machine_clocks(this_machine()), lambda: pids)
    with helper() as child:
        pids.append(child.process.pid)
        child.work(0.1)
        assert 0.1 <= count.used_s()[1] < 1.0  # the start of an interpreter is work too


@linux
def test_a_helper_that_came_and_went_counts() -> None:
    count = tally()
    with helper() as child:
        child.work(0.1)
    assert count.used_s()[1] >= 0.1


@linux
def test_a_window_counts_its_helpers() -> None:
    with helper() as child:
        window = energy.open_window(pids=lambda: [child.process.pid], method="estimate")
        child.work(0.1)
        result = window.close()
    assert 0.1 <= result.record["cpu_s_children"] < 0.15
    assert result.record["cpu_s"] >= result.record["cpu_s_children"]


def test_a_system_that_forgets_ended_children_keeps_what_was_noted() -> None:
    time = Time()
    time.reaped, time.live = None, {7: 1.0}
    count = CpuTally(time.clocks(), lambda: list(time.live))
    time.live[7] = 3.0
    count.note(7)
    del time.live[7]
    assert count.used_s()[1] == pytest.approx(2.0)


def test_a_process_number_used_again_is_another_helper() -> None:
    time = Time()
    time.live = {7: 5.0}
    count = CpuTally(time.clocks(), lambda: list(time.live))
    time.reaped, time.live = 6.0, {7: 0.25}  # the first one did one second more and ended
    assert count.used_s()[1] == pytest.approx(1.25)


def test_a_helper_that_ends_between_two_looks_is_counted_once() -> None:
    time = Time()
    time.live = {7: 1.0}
    looks = 0

    def child(pid: int) -> int | None:
        nonlocal looks
        looks += 1
        if looks == 3:  # the second reading: seen alive, and reaped right after
            value = round(time.live.pop(7) * 1e9)
            time.reaped = 4.0
            return value
        return round(time.live[pid] * 1e9) if pid in time.live else None

    count = CpuTally(time.clocks()._replace(child_ns=child), lambda: [7])
    looks = 2
    time.live[7] = 3.5
    assert count.used_s()[1] == pytest.approx(3.0)


@given(st.lists(st.tuples(st.sampled_from(["start", "work", "end", "look"]), st.integers(1, 5)), max_size=40))
def test_whatever_helpers_do_their_work_is_counted_exactly(steps: list[tuple[str, int]]) -> None:
    time = Time()
    time.live = {1: 2.0, 2: 0.5}
    done = 0.0
    count = CpuTally(time.clocks(), lambda: list(time.live))
    for what, pid in steps:
        if what == "start" and pid not in time.live:
            time.live[pid] = 0.0
        elif what == "work" and pid in time.live:
            time.live[pid] += 1.0
            done += 1.0
        elif what == "end" and pid in time.live:
            assert time.reaped is not None
            time.reaped += time.live.pop(pid)
        elif what == "look":
            assert count.used_s()[1] == pytest.approx(done)
    assert count.used_s()[1] == pytest.approx(done)


@pytest.mark.parametrize("text", ["", "cpu", "cpu  1 2 3", "intr 1 2 3 4 5 6 7 8", "cpu  a b c d e f g h"])
def test_a_strange_proc_stat_is_unknown(text: str) -> None:
    assert proc_stat(text, 100) is None


def test_an_old_proc_stat_has_no_steal() -> None:
    assert proc_stat("cpu  10 0 0 900 0 0 0\n", 100) == BusyTime(0.1, 0.0)


def test_windows_clocks_are_read_in_their_units() -> None:
    kernel = Kernel32(lambda: 50_000_000, lambda: 7_000, lambda pid: 30 if pid == 4 else None, lambda: 20_000_000)
    clocks = machine_clocks(Machine("win32", libraries={"kernel32": kernel}))
    assert clocks.slept_ns() == 2_000_000_000
    assert (clocks.child_ns(4), clocks.child_ns(5)) == (3000, None)
    assert clocks.busy() == BusyTime(2.0) and clocks.reaped_ns() is None


def test_macos_counts_helpers_in_mach_ticks() -> None:
    def rusage(pid: int, flavour: int) -> bytes | None:
        times = (24_000_000).to_bytes(8, "little") + (12_000_000).to_bytes(8, "little")
        return bytes(16) + times if pid == 4 else None

    clocks = machine_clocks(Machine("darwin", libraries={"rusage": rusage, "ticks_per_s": 24_000_000}))
    assert (clocks.child_ns(4), clocks.child_ns(5)) == (1_500_000_000, None)


def test_another_unix_counts_ended_children_only() -> None:
    clocks = machine_clocks(Machine("freebsd14"))
    assert clocks.child_ns(1) is None and clocks.busy() is None and clocks.reaped_ns() is not None
