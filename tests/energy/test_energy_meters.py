"""The meters beside powercap, each against a library made by hand."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from energy_fakes import Time, Tree, closed_counter
from hypothesis import given
from hypothesis import strategies as st

from localproof import energy
from localproof.energy import emi, macos, perf
from localproof.energy.calibration import Calibration, load, measure, save
from localproof.energy.meter import ELSEWHERE, Machine, MeterUnavailable
from localproof.energy.nvml import open_nvml
from localproof.energy.perf import open_perf
from localproof.energy.powercap import open_powercap
from localproof.report import Unavailable


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.mark.parametrize("name", [n for n in energy.METERS if n != "nvml"])
def test_a_meter_of_another_system_is_elsewhere_and_asks_nothing(name: str, tmp_path: Path) -> None:
    def forbidden(path: str) -> str:
        raise AssertionError(path)

    meter = energy.METERS[name](Machine("plan9", str(tmp_path), "", forbidden))
    assert meter == ELSEWHERE if name != "estimate" else not isinstance(meter, MeterUnavailable)


# perf


class Events:
    """perf_event_open: a file for each event, to which a test appends the next value."""

    def __init__(self, folder: Path, error: OSError | None = None) -> None:
        self.folder, self.error = folder, error
        self.asked: list[tuple[int, int, int]] = []

    def __call__(self, kind: int, config: int, processor: int) -> int:
        if self.error:
            raise self.error
        self.asked.append((kind, config, processor))
        path = self.folder / f"event-{processor}"
        path.write_bytes(b"")
        return os.open(path, os.O_RDONLY)

    def say(self, processor: int, value: int) -> None:
        with (self.folder / f"event-{processor}").open("ab") as file:
            file.write(struct.pack("<Q", value))


@pytest.fixture
def pmu(tmp_path: Path) -> Tree:
    """A machine without powercap whose kernel has the power events, on two sockets."""
    tree = Tree(tmp_path)
    device = tmp_path / "sys/bus/event_source/devices/power"
    (device / "events").mkdir(parents=True)
    (device / "type").write_text("23\n")
    (device / "cpumask").write_text("0,18\n")
    (device / "events/energy-pkg").write_text("event=0x02\n")
    (device / "events/energy-pkg.scale").write_text("2.3283064365386962890625e-10\n")
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/perf_event_paranoid").write_text("0\n")
    return tree


def test_perf_reads_one_event_for_each_socket(pmu: Tree, time: Time, tmp_path: Path) -> None:
    events = Events(tmp_path)
    machine = pmu.machine(libraries={"perf": events})
    meter = open_perf(machine)
    assert not isinstance(meter, MeterUnavailable)
    assert events.asked == [(23, 2, 0), (23, 2, 18)]
    events.say(0, 1)
    events.say(18, 2)
    assert meter.read(()) == (1, 2)
    meter.close()


def test_perf_serves_where_powercap_does_not(pmu: Tree, time: Time, tmp_path: Path) -> None:
    class Counting(Events):
        def __call__(self, kind: int, config: int, processor: int) -> int:
            fd = super().__call__(kind, config, processor)
            self.say(processor, 10 * 2**32 * (processor + 1))
            self.say(processor, 10 * 2**32 * (processor + 1) + 3 * 2**32)
            return fd

    window = energy.open_window(machine=pmu.machine(libraries={"perf": Counting(tmp_path)}), clocks=time.clocks())
    time.work(1.0, 1.0)
    assert window.method == "linux-perf"
    result = window.close()
    assert (result.status, result.joules) == ("attributed", pytest.approx(6.0))


def test_a_refused_perf_event_is_a_matter_of_permission(pmu: Tree, tmp_path: Path) -> None:
    events = Events(tmp_path, PermissionError(13, "Permission denied"))
    absent = open_perf(pmu.machine(libraries={"perf": events}))
    assert isinstance(absent, MeterUnavailable) and absent.reason == "permission"


@pytest.mark.parametrize(("held", "asked"), [("0000000000000000", False), ("0000004000000000", True)])
def test_perf_is_only_tried_where_it_is_allowed(pmu: Tree, tmp_path: Path, held: str, asked: bool) -> None:
    (tmp_path / "proc/sys/kernel/perf_event_paranoid").write_text("4\n")
    (tmp_path / "proc/self").mkdir()
    (tmp_path / "proc/self/status").write_text(f"Name:\tx\nCapEff:\t{held}\n")
    events = Events(tmp_path)
    meter = open_perf(pmu.machine(libraries={"perf": events}))
    assert isinstance(meter, MeterUnavailable) != asked and bool(events.asked) == asked
    if not isinstance(meter, MeterUnavailable):
        meter.close()


def test_permission_is_the_reason_that_an_estimate_carries(pmu: Tree, time: Time, tmp_path: Path) -> None:
    events = Events(tmp_path, PermissionError(13, "Permission denied"))
    window = energy.open_window(machine=pmu.machine(libraries={"perf": events}), clocks=time.clocks())
    time.work(1.0, 1.0)
    assert window.close().reason == "permission"


@pytest.mark.parametrize("name", ["type", "cpumask", "events/energy-pkg", "events/energy-pkg.scale"])
def test_a_garbled_perf_device_is_no_counter(pmu: Tree, tmp_path: Path, name: str) -> None:
    (tmp_path / "sys/bus/event_source/devices/power" / name).write_text("?\n")
    absent = open_perf(pmu.machine(libraries={"perf": Events(tmp_path)}))
    assert isinstance(absent, MeterUnavailable) and absent.reason == "no_counter"


@pytest.mark.skipif(sys.platform != "linux", reason="perf events are Linux's")
def test_the_system_call_itself_opens_an_event() -> None:
    software, processor_clock = 1, 0
    try:
        fd = perf.load_opener()(software, processor_clock, 0)
    except OSError as error:
        pytest.skip(f"perf_event_open: {error.strerror}")
    try:
        first = int.from_bytes(os.read(fd, 8), "little")
        sum(i * i for i in range(100_000))
        assert int.from_bytes(os.read(fd, 8), "little") > first
    finally:
        os.close(fd)


# macOS


class Kernel:
    """proc_pid_rusage: nanojoules by process; None for a macOS without V6."""

    def __init__(self, own_nj: int | None = 1_000) -> None:
        self.nj: dict[int, int | None] = {os.getpid(): own_nj}

    def __call__(self, pid: int, flavour: int) -> bytes | None:
        value = self.nj.get(pid)
        if value is None or flavour != macos.V6:
            return bytes(112) if flavour == 0 and pid in self.nj else None
        return bytes(16) + bytes(8 * 40) + struct.pack("<Q", value) + bytes(8 * 15)

    def add(self, pid: int, joules: float) -> None:
        self.nj[pid] = (self.nj.get(pid) or 0) + round(joules * 1e9)

    def machine(self) -> Machine:
        return Machine("darwin", libraries={"rusage": self, "ticks_per_s": 1_000_000_000})


def test_macos_gives_the_energy_of_our_processes_without_a_share(time: Time) -> None:
    kernel = Kernel()
    kernel.add(7, 50.0)
    kernel.add(8, 99.0)
    time.busy = None
    window = energy.open_window(machine=kernel.machine(), clocks=time.clocks(), pids=lambda: [7])
    time.work(0.5, 0.4)
    kernel.add(os.getpid(), 1.0)
    kernel.add(7, 2.0)
    kernel.add(8, 4.0)
    result = window.close(1000)
    assert (result.status, result.joules) == ("attributed", pytest.approx(3.0))
    assert result.record["counter_kind"] == "model"
    assert result.record["attribution"] == "kernel_per_process"
    assert "cpu_idle" in result.not_included
    assert energy.summary(result, 1000) == (
        "energy  3.0 J CPU of our processes, by the kernel's model; 3.0 J per 1,000 words"
    )


def test_macos_rests_before_the_last_reading_only(time: Time) -> None:
    window = energy.open_window(machine=Kernel().machine(), clocks=time.clocks())
    assert time.naps == []
    window.close()
    assert time.naps == [0.010]


def test_a_macos_without_the_account_is_estimated(time: Time) -> None:
    window = energy.open_window(machine=Kernel(own_nj=None).machine(), clocks=time.clocks())
    time.work(1.0, 1.0)
    result = window.close()
    assert (result.status, result.reason) == ("estimated", "no_counter")


def test_a_macos_account_that_does_not_advance_is_frozen(time: Time) -> None:
    window = energy.open_window(machine=Kernel().machine(), clocks=time.clocks())
    time.work(1.0, 1.0)
    assert window.close().reason == "counter_frozen"


def test_a_helper_noted_before_it_ends_keeps_its_energy(time: Time) -> None:
    kernel = Kernel()
    kernel.add(7, 50.0)
    pids = [7]
    window = energy.open_window(machine=kernel.machine(), clocks=time.clocks(), pids=lambda: pids)
    time.work(0.5, 0.4)
    kernel.add(os.getpid(), 1.0)
    kernel.add(7, 2.0)
    window.note(7)
    del kernel.nj[7]
    pids.clear()
    result = window.close()
    assert result.joules == pytest.approx(3.0)
    assert "child_energy_missed" in result.record["notes"]


def test_a_helper_that_starts_later_counts_from_its_birth(time: Time) -> None:
    kernel, pids = Kernel(), list[int]()
    window = energy.open_window(machine=kernel.machine(), clocks=time.clocks(), pids=lambda: pids)
    pids.append(9)
    kernel.add(9, 2.0)
    kernel.add(os.getpid(), 1.0)
    time.work(0.5, 0.4)
    assert window.close().joules == pytest.approx(3.0)


@given(st.lists(st.tuples(st.sampled_from(["work", "end", "read"]), st.integers(2, 4)), max_size=30))
def test_the_macos_sum_never_falls(steps: list[tuple[str, int]]) -> None:
    kernel = Kernel()
    meter = macos.open_rusage(kernel.machine())
    assert not isinstance(meter, MeterUnavailable)
    values: list[int] = []
    for what, pid in steps:
        if what == "work":
            kernel.add(pid, 1.0)
        elif what == "end":
            kernel.nj.pop(pid, None)
        read = meter.read(tuple(set(kernel.nj) - {os.getpid()}))
        assert not isinstance(read, MeterUnavailable)
        values += read
    assert values == sorted(values)


# Windows EMI


def metadata(names: list[str], unit: int = 0) -> bytes:
    """An EMI_METADATA_V2."""
    channels = b""
    for name in names:
        raw = (name + "\0").encode("utf-16-le")
        channels += struct.pack("<IH", unit, len(raw)) + raw
    return "Maker\0".encode("utf-16-le").ljust(32, b"\0") * 2 + struct.pack("<HH", 1, len(names)) + channels


class Windows:
    """Energy meter devices by path: their channels, and what each has counted in pWh."""

    def __init__(self, devices: dict[str, list[str]], version: int = 2) -> None:
        self.devices, self.version = devices, version
        self.pwh: dict[str, int] = {}

    def interfaces(self) -> tuple[str, ...]:
        return tuple(self.devices)

    def control(self, path: str, code: int, size: int) -> bytes:
        names = self.devices[path]
        if not names:
            raise PermissionError(5, "Access is denied")
        answer = {
            emi.VERSION: struct.pack("<H", self.version),
            emi.METADATA_SIZE: struct.pack("<I", len(metadata(names))),
            emi.METADATA: metadata(names),
            emi.MEASUREMENT: b"".join(struct.pack("<QQ", self.pwh.get(n, 0), 12345) for n in names),
        }[code]
        return answer[:size]

    def machine(self) -> Machine:
        return Machine("win32", libraries={"emi": self})


CORE = ["RAPL_Package0_Core0_CORE", "RAPL_Package0_Core1_CORE"]
PKG = ["RAPL_Package0_PP0", "RAPL_Package0_PKG", "RAPL_Package0_DRAM"]


def test_windows_takes_the_package_channel_and_no_other(time: Time) -> None:
    system = Windows({"core": CORE, "package": PKG})
    system.pwh = dict.fromkeys(CORE + PKG, 1_000_000_000_000)
    window = energy.open_window(machine=system.machine(), clocks=time.clocks())
    time.work(1.0, 0.5, 1.0)
    for name in CORE + PKG:
        system.pwh[name] += round(4.0 / 3.6e-9)
    result = window.close()
    assert (result.method, result.status) == ("windows-emi", "attributed")
    assert result.joules == pytest.approx(2.0) and result.high == pytest.approx(4.0)
    assert [d["id"] for d in result.record["devices"]] == ["package-0"]


@pytest.mark.parametrize(
    ("system", "reason"),
    [
        (Windows({}), "no_counter"),
        (Windows({"core": CORE}), "no_counter"),
        (Windows({"old": PKG}, version=1), "no_counter"),
        (Windows({"closed": []}), "permission"),
    ],
)
def test_windows_without_a_package_channel_is_estimated(system: Windows, reason: str, time: Time) -> None:
    window = energy.open_window(machine=system.machine(), clocks=time.clocks())
    time.work(1.0, 0.5)
    result = window.close()
    assert (result.status, result.reason) == ("estimated", reason)


def test_a_windows_device_that_goes_away_leaves_no_figure(time: Time) -> None:
    system = Windows({"package": PKG})
    window = energy.open_window(machine=system.machine(), clocks=time.clocks())
    system.devices["package"] = []
    time.work(1.0, 0.5)
    assert window.close().reason == "no_counter"


def test_a_channel_of_another_unit_is_nameless() -> None:
    assert emi.parse_metadata(metadata(PKG, unit=1)) == ("", "", "")


@given(st.integers(0, 400))
def test_a_metadata_buffer_cut_short_is_an_error_and_no_guess(length: int) -> None:
    whole = metadata(PKG)
    if length >= len(whole):
        assert emi.parse_metadata(whole) == tuple(PKG)
    else:
        with pytest.raises(struct.error):
            emi.parse_metadata(whole[:length])


@given(st.binary(max_size=300))
def test_a_garbled_metadata_buffer_is_names_or_a_known_error(raw: bytes) -> None:
    try:
        names = emi.parse_metadata(raw)
    except (struct.error, UnicodeDecodeError):
        return
    assert all(isinstance(name, str) for name in names)


# NVML


class Driver:
    """libnvidia-ml: boards with a counter in mJ and the processes on each."""

    def __init__(self, *boards: int, status: int = 0) -> None:
        self.mj = list(boards)
        self.processes: list[list[int]] = [[] for _ in boards]
        self.status = status
        self.opened = 0

    def nvmlInit_v2(self) -> int:  # noqa: N802
        self.opened += 1
        return 0

    def nvmlShutdown(self) -> int:  # noqa: N802
        self.opened -= 1
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:  # noqa: N802
        count._obj.value = len(self.mj)
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: Any, handle: Any) -> int:  # noqa: N802
        handle._obj.value = index.value + 100
        return 0

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: Any, value: Any) -> int:  # noqa: N802
        value._obj.value = self.mj[handle.value - 100]
        return self.status

    def nvmlDeviceGetComputeRunningProcesses_v3(self, handle: Any, count: Any, room: Any) -> int:  # noqa: N802
        pids = self.processes[handle.value - 100]
        for i, pid in enumerate(pids):
            room[i].pid = pid
        count._obj.value = len(pids)
        return 0

    def work(self, board: int, joules: float) -> None:
        self.mj[board] += round(joules * 1000)


@pytest.fixture
def laptop(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path)
    tree.zone("intel-rapl:0", "package-0")
    return tree


def gpu_run(laptop: Tree, time: Time, driver: Any, seconds: float = 2.0, joules: float = 60.0, **more: Any) -> Any:
    window = energy.open_window(
        machine=laptop.machine(libraries={"nvml": driver}), clocks=time.clocks(), gpu=True, **more
    )
    time.work(seconds, seconds / 2, seconds)
    laptop.add("intel-rapl:0", 10.0)
    driver.work(0, joules)
    return window.close(1000)


def test_a_board_of_our_own_is_added_to_the_processor(laptop: Tree, time: Time) -> None:
    driver = Driver(5000)
    driver.processes[0] = [os.getpid()]
    result = gpu_run(laptop, time, driver)
    assert (result.status, result.joules, result.high) == ("attributed", pytest.approx(65.0), pytest.approx(70.0))
    assert result.scope == ("cpu_package", "gpu_board") and "gpu" not in result.not_included
    assert result.method == "linux-powercap+nvml"
    assert energy.summary(result).endswith("CPU package, our share + GPU board")
    assert driver.opened == 0


def test_a_helper_on_the_board_is_ours(laptop: Tree, time: Time) -> None:
    driver = Driver(5000)
    driver.processes[0] = [77]
    assert gpu_run(laptop, time, driver, pids=lambda: [77]).joules == pytest.approx(65.0)


def test_a_shared_board_is_shown_and_not_claimed(laptop: Tree, time: Time) -> None:
    driver = Driver(5000)
    driver.processes[0] = [os.getpid(), 4242]
    result = gpu_run(laptop, time, driver)
    assert result.joules == pytest.approx(5.0) and "gpu" in result.not_included
    board = result.record["devices"][1]
    assert (board["id"], board["raw_j"], board["shared"]) == ("gpu-0", 60.0, True)
    assert energy.summary(result).endswith("GPU not counted, others used it too")


def test_a_board_that_others_use_does_not_hide_ours(laptop: Tree, time: Time) -> None:
    driver = Driver(5000, 7000)
    driver.processes = [[os.getpid()], [4242]]
    window = energy.open_window(machine=laptop.machine(libraries={"nvml": driver}), clocks=time.clocks(), gpu=True)
    time.work(2.0, 1.0, 2.0)
    laptop.add("intel-rapl:0", 10.0)
    driver.work(0, 60.0)
    driver.work(1, 500.0)
    result = window.close()
    assert result.joules == pytest.approx(65.0)
    assert [d["shared"] for d in result.record["devices"]] == [True, False, True]
    assert "gpu_boards_left_out" in result.record["notes"]


def test_a_run_too_short_for_the_board_says_so_and_never_zero(laptop: Tree, time: Time) -> None:
    driver = Driver(5000)
    driver.processes[0] = [os.getpid()]
    result = gpu_run(laptop, time, driver, seconds=0.4, joules=8.0)
    assert result.joules == pytest.approx(5.0) and "gpu" in result.not_included
    assert result.record["devices"][1]["raw_j"] is None
    assert result.record["devices"][1]["reason"] == "below_resolution"
    assert energy.summary(result).endswith("GPU not counted, run too short for the energy counter")


def test_the_board_alone_may_be_metered(laptop: Tree, time: Time) -> None:
    driver = Driver(5000)
    driver.processes[0] = [os.getpid()]
    result = gpu_run(laptop, time, driver, method="nvml")
    assert (result.status, result.joules, result.scope) == ("measured", pytest.approx(60.0), ("gpu_board",))
    assert result.not_included[0] == "cpu"
    assert energy.summary(result, 1000) == "energy  60 J GPU board; 60 J per 1,000 words"


def test_the_board_alone_and_too_short_is_not_available(laptop: Tree, time: Time) -> None:
    result = gpu_run(laptop, time, Driver(5000), seconds=0.4, joules=8.0, method="nvml")
    assert energy.summary(result) == "energy  not available: run too short for this GPU's counter"


def test_a_shared_board_alone_claims_no_words(laptop: Tree, time: Time) -> None:
    driver = Driver(5000)
    driver.processes[0] = [4242]
    result = gpu_run(laptop, time, driver, method="nvml")
    assert result.status == "measured" and result.record["j_per_1000_words"] is None


@pytest.mark.parametrize(("status", "reason"), [(3, "no_counter"), (4, "permission"), (999, "no_counter")])
def test_a_board_without_a_counter_has_its_reason(laptop: Tree, status: int, reason: str) -> None:
    driver = Driver(5000, status=status)
    absent = open_nvml(laptop.machine(libraries={"nvml": driver}))
    assert isinstance(absent, MeterUnavailable) and absent.reason == reason and driver.opened == 0


def test_a_driver_without_the_call_is_too_old(laptop: Tree, time: Time) -> None:
    class Old(Driver):
        nvmlDeviceGetTotalEnergyConsumption = None  # type: ignore[assignment]  # noqa: N815

    result = gpu_run(laptop, time, Old(5000))
    assert result.joules == pytest.approx(5.0)
    assert result.record["devices"][1]["reason"] == "no_counter"


def test_a_driver_that_hides_its_processes_makes_no_claim(laptop: Tree, time: Time) -> None:
    class Silent(Driver):
        nvmlDeviceGetComputeRunningProcesses_v3 = None  # type: ignore[assignment]  # noqa: N815

    assert "gpu" in gpu_run(laptop, time, Silent(5000)).not_included


def test_no_driver_is_no_counter(laptop: Tree, time: Time) -> None:
    class Broken(Driver):
        def nvmlInit_v2(self) -> int:  # noqa: N802
            return 9

    result = gpu_run(laptop, time, Broken(5000))
    assert result.joules == pytest.approx(5.0) and "gpu_not_counted" in result.record["notes"]


def test_an_estimate_and_a_board_together_are_an_estimate(laptop: Tree, time: Time) -> None:
    driver = Driver(5000)
    driver.processes[0] = [os.getpid()]
    machine = laptop.machine(closed_counter, {"nvml": driver})
    window = energy.open_window(machine=machine, clocks=time.clocks(), gpu=True)
    time.work(2.0, 3.0)
    driver.work(0, 60.0)
    result = window.close()
    assert (result.status, result.joules) == ("estimated", pytest.approx(90.0))
    assert (result.low, result.high) == (pytest.approx(70.0), pytest.approx(150.0))


def test_a_gpu_is_left_alone_unless_asked_for(laptop: Tree, time: Time) -> None:
    driver = Driver(5000)
    window = energy.open_window(machine=laptop.machine(libraries={"nvml": driver}), clocks=time.clocks())
    assert driver.opened == 0
    window.close()


# Calibration


class Bench(Time):
    """A machine that draws 4 W idle and 9 W more for one busy thread, and sleeps or works as it is told."""

    def __init__(self, laptop: Tree, idle_busy: float = 0.0) -> None:
        super().__init__()
        self.laptop, self.idle_busy = laptop, idle_busy

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.laptop.add("intel-rapl:0", 4.0 * seconds)
        self.busy = (self.busy or 0.0) + self.idle_busy * seconds

    def spin(self) -> None:
        self.now += 0.5
        self.laptop.add("intel-rapl:0", 13.0 * 0.5)
        self.busy = (self.busy or 0.0) + 0.5


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state" / "calibration.json"


def test_a_calibration_tells_idle_from_work(laptop: Tree) -> None:
    bench = Bench(laptop)
    found = measure(open_powercap(laptop.machine()), laptop.machine(), bench.clocks(), 10.0, bench.spin)
    assert (found.idle_w, found.w_per_thread) == (pytest.approx(4.0), pytest.approx(9.0))
    assert found.cpu == "Twelfth"


def test_a_busy_machine_is_not_calibrated(laptop: Tree) -> None:
    bench = Bench(laptop, idle_busy=0.5)
    with pytest.raises(Unavailable, match="not idle"):
        measure(open_powercap(laptop.machine()), laptop.machine(), bench.clocks(), 10.0, bench.spin)


def test_a_closed_counter_is_not_calibrated_and_says_how_to_open_it(laptop: Tree) -> None:
    closed = open_powercap(laptop.machine(closed_counter))
    with pytest.raises(Unavailable, match="udev"):
        measure(closed, laptop.machine(), Time().clocks(), 10.0)


def test_a_calibration_holds_for_its_machine_kernel_and_power(laptop: Tree, state: Path) -> None:
    bench = Bench(laptop)
    found = measure(open_powercap(laptop.machine()), laptop.machine(), bench.clocks(), 10.0, bench.spin)
    save(found, state)
    assert load(laptop.machine(), state) == found
    mains = laptop.root / "sys/class/power_supply/AC"
    mains.mkdir(parents=True)
    (mains / "online").write_text("0\n")
    assert load(laptop.machine(), state) is None


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"idle_w": 1}', "\udcff"])
def test_a_broken_calibration_is_none(laptop: Tree, state: Path, text: str | None) -> None:
    if text is not None:
        state.parent.mkdir()
        state.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert load(laptop.machine(), state) is None


def test_what_cannot_be_calibrated_is_unavailable_and_leaves_nothing(laptop: Tree, state: Path) -> None:
    machine = laptop.machine(closed_counter)
    with pytest.raises(Unavailable, match="udev"):
        energy.calibrate(machine=machine, path=state)
    assert not state.exists() and energy.stored_calibration(machine, state) is None


def test_one_thread_that_makes_no_difference_is_no_calibration(laptop: Tree) -> None:
    bench = Bench(laptop)
    with pytest.raises(Unavailable, match="no difference"):
        measure(
            open_powercap(laptop.machine()), laptop.machine(), bench.clocks(), 10.0, lambda: bench.clocks().sleep(0.5)
        )


def test_a_meter_of_processes_cannot_be_calibrated(laptop: Tree) -> None:
    meter = macos.open_rusage(Kernel().machine())
    with pytest.raises(Unavailable, match="whole CPU packages"):
        measure(meter, laptop.machine(), Time().clocks(), 10.0)


def test_a_calibration_names_its_day() -> None:
    assert Calibration(1, 1, "2026-11-20", "", "", "").source == "calibration 2026-11-20"
