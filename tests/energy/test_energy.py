"""Energy of a window: what the figure is, what it is called, and when there is none."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from energy_fakes import RANGE_UJ, Time, Tree, closed_counter
from hypothesis import given
from hypothesis import strategies as st

from localproof import energy
from localproof.config import Settings
from localproof.energy.account import CpuUse, counter_difference, cpu_share
from localproof.energy.calibration import Calibration
from localproof.energy.clocks import Clocks
from localproof.energy.meter import REASONS, Counter, Machine, MeterUnavailable
from localproof.energy.powercap import RULE, open_powercap
from localproof.report import BadInput, Energy
from localproof.workers import cpu_accounting

GOLDEN = Path(__file__).parents[1] / "golden" / "energy"
PACKAGE = "intel-rapl:0"


@pytest.fixture(autouse=True)
def start_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process: what a helper of another test did not say of its start is forgotten."""
    monkeypatch.setattr(cpu_accounting, "_start_ns", 0)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A laptop with one package, its parts and the whole platform beside it."""
    tree = Tree(tmp_path)
    tree.zone(PACKAGE, "package-0")
    tree.zone("intel-rapl:0:0", "core")
    tree.zone("intel-rapl:1", "psys", 1)
    return tree


@pytest.fixture
def time() -> Time:
    return Time()


def opened(tree: Tree, time: Time, **more: Any) -> energy.EnergyWindow:
    machine = more.pop("machine", None) or tree.machine()
    return energy.open_window(machine=machine, clocks=time.clocks(), **more)


def run(tree: Tree, time: Time, joules: float = 4.4, words: int | None = 812, **more: Any) -> Energy:
    """A run of 0.294 s with 0.41 s of CPU on a machine that was busy for 0.58 s."""
    window = opened(tree, time, **more)
    time.work(0.294, 0.41, 0.58)
    tree.add(PACKAGE, joules)
    return window.close(words)


def same_as_golden(name: str, result: Energy) -> None:
    path = GOLDEN / f"{name}.json"
    got = json.dumps({"energy": result.record}, indent=1) + "\n"
    if os.environ.get("LOCALPROOF_BLESS") == "1":
        path.write_text(got, encoding="utf-8")
    assert got == path.read_text(encoding="utf-8")


# The label and the figure


def test_package_energy_share_is_attributed_and_bounded_by_the_whole(tree: Tree, time: Time) -> None:
    result = run(tree, time)
    assert result.status == "attributed"
    assert result.joules == pytest.approx(4.4 * 0.41 / 0.58)
    assert result.low is None and result.high == pytest.approx(4.4)
    assert result.scope == ("cpu_package",)
    same_as_golden("attributed", result)


def test_a_calibration_gives_the_share_a_lower_bound(tree: Tree, time: Time) -> None:
    idle = Calibration(4.1, 8.0, "2026-11-20", "", "", "mains")
    result = run(tree, time, calibration=idle)
    assert result.low == pytest.approx((4.4 - 4.1 * 0.294) * 0.41 / 0.58)
    same_as_golden("attributed-calibrated", result)


def test_whole_package_is_claimed_without_the_machines_busy_time(tree: Tree, time: Time) -> None:
    time.busy = None
    result = run(tree, time)
    assert (result.status, result.joules) == ("measured", pytest.approx(4.4))
    assert result.record["j_per_1000_words"] is None
    same_as_golden("measured", result)


def test_without_permission_the_figure_is_an_estimate_that_says_so(tree: Tree, time: Time) -> None:
    result = run(tree, time, machine=tree.machine(closed_counter))
    assert (result.status, result.reason) == ("estimated", "permission")
    assert result.joules == pytest.approx(4.1)
    assert (result.low, result.high) == (pytest.approx(4.1 / 3), pytest.approx(12.3))
    same_as_golden("estimated", result)


def test_a_counter_that_slept_gives_no_figure(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    time.work(1.0, 0.5)
    time.slept += 30.0
    tree.add(PACKAGE, 9.0)
    result = window.close(812)
    assert (result.status, result.joules, result.reason) == ("unavailable", None, "suspended")
    same_as_golden("unavailable", result)


def test_switched_off_reads_nothing(tree: Tree, time: Time) -> None:
    def forbidden(path: str) -> str:
        raise AssertionError(path)

    off = Settings(energy_meter="off")
    result = energy.open_window(off, machine=tree.machine(forbidden), clocks=time.clocks()).close(812)
    assert (result.status, result.joules, result.reason) == ("unavailable", None, "disabled")
    same_as_golden("disabled", result)


def test_a_meter_by_name_is_that_meter_or_none(tree: Tree, time: Time) -> None:
    result = run(tree, time, method="powercap", machine=tree.machine(closed_counter))
    assert (result.status, result.joules, result.reason) == ("unavailable", None, "permission")
    assert run(tree, time, method="estimate").status == "estimated"


def test_an_unknown_meter_is_bad_input(tree: Tree, time: Time) -> None:
    with pytest.raises(BadInput, match="powercap"):
        opened(tree, time, method="wattmeter")


def test_every_reason_has_words() -> None:
    for reason in REASONS:
        line = energy.summary(Energy("unavailable", None, reason=reason))
        assert line.startswith("energy  not available: ") and "no reason" not in line


# The counter


def test_a_counter_that_starts_again_is_followed(tree: Tree, time: Time) -> None:
    tree.set(PACKAGE, RANGE_UJ - 1_000_000)
    window = opened(tree, time)
    time.work(0.3, 0.3)
    tree.set(PACKAGE, 2_000_000)
    result = window.close()
    assert result.joules == pytest.approx(3.0)
    assert result.record["devices"][0]["wraps"] == 1


def test_a_counter_that_stands_still_is_no_figure(tree: Tree, time: Time) -> None:
    assert run(tree, time, joules=0.0).reason == "counter_frozen"


def test_a_run_too_short_for_the_counter_is_no_figure_and_no_zero(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    time.work(0.0005, 0.0004)
    result = window.close(5)
    assert (result.joules, result.reason) == (None, "below_resolution")


def test_a_short_window_is_noted_and_rounded_harder(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    time.work(0.010, 0.010)
    tree.add(PACKAGE, 0.17)
    result = window.close()
    assert "short_window" in result.record["notes"]
    assert result.record["energy_j"] == 0.2


def test_a_counter_that_goes_back_is_implausible(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    time.work(0.3, 0.3)
    tree.add(PACKAGE, -2.0)
    assert window.close().reason == "implausible"


def test_more_than_2000_watts_are_implausible(tree: Tree, time: Time) -> None:
    assert run(tree, time, joules=700.0).reason == "implausible"


def test_window_with_an_ambiguous_counter_wrap_has_no_figure(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    time.work(200.0, 200.0)
    tree.add(PACKAGE, 900.0)
    assert window.close().reason == "wrap_ambiguous"


def test_polling_keeps_a_long_window_sure(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    for _ in range(20):
        time.work(10.0, 10.0)
        tree.add(PACKAGE, 45.0)
        window.poll()
    assert window.close().joules == pytest.approx(900.0)


def test_polling_twice_within_ten_seconds_reads_once(tree: Tree, time: Time) -> None:
    reads: list[str] = []

    def counted(path: str) -> str:
        reads.append(path)
        return Path(path).read_text()

    window = opened(tree, time, machine=tree.machine(counted))
    before = len(reads)
    for _ in range(100):
        time.work(0.05, 0.05)
        window.poll()
    assert len(reads) == before


def test_a_readable_power_limit_lets_a_window_be_longer(tree: Tree, time: Time) -> None:
    (tree.folder / PACKAGE / "constraint_0_power_limit_uw").write_text("15000000\n")
    window = opened(tree, time)
    time.work(200.0, 200.0)
    tree.add(PACKAGE, 900.0)
    assert window.close().joules == pytest.approx(900.0)


def test_a_zone_that_vanishes_or_closes_leaves_no_figure(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    (tree.folder / PACKAGE / "energy_uj").unlink()
    time.work(0.3, 0.3)
    assert window.close().reason == "no_counter"


def test_counter_closed_during_the_run_is_not_replaced_by_an_estimate(tree: Tree, time: Time) -> None:
    closed = False
    machine = tree.machine(lambda path: closed_counter(path) if closed else Path(path).read_text())
    window = opened(tree, time, machine=machine)
    closed = True
    time.work(0.3, 0.3)
    result = window.close()
    assert (result.status, result.reason) == ("unavailable", "permission")


def test_a_counter_that_is_no_number_is_no_counter(tree: Tree, time: Time) -> None:
    tree.set(PACKAGE, "<unknown>")
    assert opened(tree, time).method == "cpu-time"


def test_two_packages_are_added(tree: Tree, time: Time) -> None:
    tree.zone("intel-rapl:2", "package-1", 9_000_000_000)
    window = opened(tree, time)
    time.work(0.3, 0.3)
    tree.add(PACKAGE, 3.0)
    tree.add("intel-rapl:2", 2.0)
    result = window.close()
    assert result.joules == pytest.approx(5.0)
    assert [d["id"] for d in result.record["devices"]] == ["package-0", "package-1"]


def test_one_package_of_two_that_cannot_be_read_leaves_none(tree: Tree) -> None:
    tree.zone("intel-rapl:2", "package-1")
    machine = tree.machine(lambda p: closed_counter(p) if "intel-rapl:2" in p else Path(p).read_text())
    absent = open_powercap(machine)
    assert isinstance(absent, MeterUnavailable) and absent.reason == "permission"


def test_the_mmio_tree_repeats_a_package_and_is_not_added(tree: Tree, time: Time) -> None:
    tree.zone("intel-rapl-mmio:0", "package-0", 1)
    window = opened(tree, time)
    time.work(0.3, 0.3)
    tree.add(PACKAGE, 3.0)
    tree.add("intel-rapl-mmio:0", 3.0)
    result = window.close()
    assert result.joules == pytest.approx(3.0) and len(result.record["devices"]) == 1


def test_the_mmio_tree_serves_where_it_alone_may_be_read(tree: Tree) -> None:
    tree.zone("intel-rapl-mmio:0", "package-0", 1)
    machine = tree.machine(lambda p: closed_counter(p) if "intel-rapl:0" in p else Path(p).read_text())
    meter = open_powercap(machine)
    assert not isinstance(meter, MeterUnavailable) and "mmio" in meter.paths[0]


def test_two_dies_that_show_one_counter_count_once(tree: Tree, time: Time) -> None:
    tree.zone("intel-rapl:2", "package-0-die-1", 5_000_000_100)
    window = opened(tree, time)
    time.work(0.3, 0.3)
    tree.add(PACKAGE, 3.0)
    tree.add("intel-rapl:2", 3.0)
    result = window.close()
    assert result.joules == pytest.approx(3.0)
    assert result.record["devices"][1]["mirrors"] == "package-0"
    assert "mirrored_counter" in result.record["notes"]


# Why there is no counter


def reason_of(root: Path, flags: str = "", names: dict[str, str] | None = None, docker: bool = False) -> str:
    tree = Tree(root, flags)
    for zone, name in (names or {}).items():
        tree.zone(zone, name)
        if not name:
            (tree.folder / zone / "name").unlink()
    if docker:
        (root / ".dockerenv").touch()
    absent = open_powercap(tree.machine())
    assert isinstance(absent, MeterUnavailable)
    return absent.reason


@pytest.mark.parametrize(
    ("flags", "names", "docker", "reason"),
    [
        ("", {}, False, "no_counter"),
        ("", {"intel-rapl:0": "psys"}, False, "no_counter"),
        ("hypervisor", {}, False, "vm"),
        ("hypervisor", {}, True, "vm"),
        ("", {}, True, "masked_in_container"),
        ("hypervisor", {"intel-rapl:0": ""}, True, "masked_in_container"),
    ],
)
def test_a_missing_counter_has_its_reason(
    tmp_path: Path, flags: str, names: dict[str, str], docker: bool, reason: str
) -> None:
    assert reason_of(tmp_path, flags, names, docker) == reason


def test_no_powercap_folder_is_no_counter(tmp_path: Path) -> None:
    absent = open_powercap(Machine("linux", str(tmp_path)))
    assert isinstance(absent, MeterUnavailable) and absent.reason == "no_counter"


def test_the_environment_names_another_powercap_folder(tree: Tree, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALPROOF_POWERCAP_ROOT", str(tree.folder))
    window = energy.open_window(clocks=time.clocks())
    time.work(0.3, 0.3)
    tree.add(PACKAGE, 3.0)
    assert window.method == "linux-powercap"
    assert window.close().joules == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("cpuinfo", "kind"),
    [
        ("vendor_id: GenuineIntel\ncpu family: 6\nmodel: 154\n", "sensor"),
        ("vendor_id: GenuineIntel\ncpu family: 6\nmodel: 42\n", "unknown"),
        ("vendor_id: GenuineIntel\ncpu family: 6\nmodel: 62\n", "unknown"),
        ("vendor_id: GenuineIntel\ncpu family: 18\nmodel: 1\n", "sensor"),
        ("vendor_id: AuthenticAMD\ncpu family: 25\nmodel: 80\n", "unknown"),
        ("", "unknown"),
    ],
)
def test_only_intel_from_haswell_on_counts_as_a_sensor(tree: Tree, time: Time, cpuinfo: str, kind: str) -> None:
    (tree.root / "proc/cpuinfo").write_text(cpuinfo)
    assert run(tree, time).record["counter_kind"] == kind


def test_sgx_and_a_virtual_machine_are_noted(tree: Tree, time: Time) -> None:
    (tree.root / "proc/cpuinfo").write_text("flags: sgx hypervisor\n")
    assert {"vm", "sgx_filtering_possible"} <= set(run(tree, time).record["notes"])


# The share


def test_a_share_is_never_more_than_the_whole(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    time.work(0.05, 0.05, 0.04)  # ticks of 10 ms: the machine seems less busy than we were
    tree.add(PACKAGE, 1.0)
    result = window.close()
    assert result.joules == pytest.approx(1.0)
    assert {"coarse_share", "share_clamped"} <= set(result.record["notes"])


def test_a_share_is_never_less_than_what_we_surely_used() -> None:
    use = CpuUse(1.0, 0.5, 0.0, 0.0, 10.0, 0.0, 0.0, 1)  # no machine of one processor is busy for 10 s in 1
    assert cpu_share(use) == (0.5, ("share_clamped",))


def test_time_taken_by_the_host_is_noted(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    time.work(1.0, 0.5)
    time.steal += 0.2
    tree.add(PACKAGE, 3.0)
    assert "steal" in window.close().record["notes"]


# The estimate


def test_many_threads_cost_less_each(tree: Tree, time: Time) -> None:
    closed = tree.machine(closed_counter)
    window = opened(tree, time, machine=closed)
    time.work(1.0, 16.0)
    assert window.close().joules == pytest.approx(16 * 5.0)


def test_the_users_watts_are_taken_as_they_are(tree: Tree, time: Time) -> None:
    settings = Settings(watts_per_thread=4.0)
    window = energy.open_window(settings, machine=tree.machine(closed_counter), clocks=time.clocks())
    time.work(1.0, 16.0)
    result = window.close()
    assert result.joules == pytest.approx(64.0)
    assert result.record["model"] == {"w_per_thread": 4.0, "version": "set by the user"}


def test_calibrated_watts_beat_the_built_in_ones(tree: Tree, time: Time) -> None:
    kept = Calibration(4.1, 6.0, "2026-11-20", "", "", "mains")
    window = opened(tree, time, machine=tree.machine(closed_counter), calibration=kept)
    time.work(1.0, 1.0)
    assert window.close().joules == pytest.approx(6.0)


def test_an_estimate_of_no_work_is_unavailable(tree: Tree, time: Time) -> None:
    window = opened(tree, time, machine=tree.machine(closed_counter))
    time.work(1.0, 0.0, 1.0)
    result = window.close()
    assert (result.status, result.joules) == ("unavailable", None)


def test_an_estimate_outlives_a_nap_and_says_so(tree: Tree, time: Time) -> None:
    window = opened(tree, time, machine=tree.machine(closed_counter))
    time.work(1.0, 1.0)
    time.slept += 60.0
    result = window.close()
    assert result.status == "estimated" and "suspended" in result.record["notes"]


# Windows


def test_windows_may_overlap_and_nest(tree: Tree, time: Time) -> None:
    whole = opened(tree, time)
    loading = opened(tree, time)
    time.work(1.0, 1.0)
    tree.add(PACKAGE, 3.0)
    first = loading.close()
    checking = opened(tree, time)
    time.work(1.0, 1.0)
    tree.add(PACKAGE, 5.0)
    assert first.joules == pytest.approx(3.0)
    assert checking.close().joules == pytest.approx(5.0)
    assert whole.close().joules == pytest.approx(8.0)


def test_a_closed_window_keeps_its_answer(tree: Tree, time: Time) -> None:
    window = opened(tree, time)
    time.work(1.0, 1.0)
    tree.add(PACKAGE, 3.0)
    first = window.close(100)
    time.work(1.0, 1.0)
    tree.add(PACKAGE, 3.0)
    window.poll()
    window.note(1)
    assert window.close(5) is first


def test_leaving_a_window_closes_it(tree: Tree, time: Time) -> None:
    with opened(tree, time) as window:
        time.work(1.0, 1.0)
        tree.add(PACKAGE, 3.0)
    assert window.energy is not None and window.energy.joules == pytest.approx(3.0)


def test_this_machine_gives_a_figure_or_a_reason() -> None:
    with energy.open_window() as window:
        sum(i * i for i in range(300_000))
    result = window.energy
    assert result is not None
    assert (result.joules is None) == (result.status == "unavailable") == (result.record["energy_j"] is None)
    assert result.joules is None or result.joules > 0
    assert result.status != "unavailable" or result.reason


# The line in a terminal


def test_an_attributed_figure_reads_with_its_bounds(tree: Tree, time: Time) -> None:
    idle = Calibration(4.1, 8.0, "2026-11-20", "", "", "mains")
    line = energy.summary(run(tree, time, calibration=idle), 812)
    assert line == "energy  3.1 J (2.3–4.4) CPU package, our share; 3.8 J per 1,000 words"


def test_without_a_calibration_only_the_upper_bound_is_known(tree: Tree, time: Time) -> None:
    assert energy.summary(run(tree, time)) == "energy  3.1 J (at most 4.4) CPU package, our share"


def test_an_estimate_reads_with_one_figure_and_a_warning(tree: Tree, time: Time) -> None:
    line = energy.summary(run(tree, time, machine=tree.machine(closed_counter)), 812)
    assert line == ("energy  ~4 J estimated, may be 3x off; ~5 J per 1,000 words; run 'localproof energy doctor'")


def test_a_whole_device_is_not_divided_by_our_words(tree: Tree, time: Time) -> None:
    time.busy = None
    line = energy.summary(run(tree, time), 812)
    assert line == "energy  4.4 J CPU package, whole device, not only this run"


def test_what_is_not_known_is_not_zero(tree: Tree, time: Time) -> None:
    line = energy.summary(run(tree, time, joules=0.0), 812)
    assert line == "energy  not available: the energy counter did not move"


# The doctor


class Running(Time):
    """Time that goes on by itself, and a counter with it."""

    def __init__(self, tree: Tree, watts: float) -> None:
        super().__init__()
        self.tree, self.watts = tree, watts

    def clocks(self) -> Clocks:
        return super().clocks()._replace(now_ns=self._tick)

    def _tick(self) -> int:
        self.now += 0.01
        self.tree.add(PACKAGE, 0.01 * self.watts)
        return round(self.now * 1e9)


def lines(tree: Tree, watts: float = 15.0, **more: Any) -> dict[str, Any]:
    machine = more.pop("machine", None) or tree.machine()
    clocks = Running(tree, watts).clocks()
    return {line.name: line for line in energy.doctor(machine=machine, clocks=clocks, **more)}


def test_the_doctor_reads_for_real(tree: Tree) -> None:
    line = lines(tree)["CPU package counter (powercap)"]
    assert (line.state, line.used, line.remedy) == ("works", True, "")
    assert "package-0 1" in line.explanation and line.explanation.endswith(" W")


def test_the_doctor_sees_a_counter_that_stands_still(tree: Tree) -> None:
    line = lines(tree, watts=0.0)["CPU package counter (powercap)"]
    assert line.state == "does not move" and "estimate" in line.remedy
    assert line.used  # a run would have no figure either: it never changes its meter


def test_doctor_tells_a_closed_counter_from_none_and_gives_the_remedy(tree: Tree) -> None:
    line = lines(tree, machine=tree.machine(closed_counter))["CPU package counter (powercap)"]
    assert line.state == "needs permission"
    assert RULE in line.remedy and "sudo" in line.remedy
    assert "a+r" not in RULE and "0444" not in RULE  # one group, not every user


def test_the_doctor_names_zones_that_are_never_added(tree: Tree) -> None:
    assert "psys" in lines(tree)["other zones"].explanation


def test_the_doctor_does_not_wake_a_gpu_unasked(tree: Tree) -> None:
    class Touchy:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    found = lines(tree, machine=tree.machine(libraries={"nvml": Touchy()}))
    assert found["GPU board counter (NVML)"].state == "not asked"


def test_the_doctor_says_whether_there_is_a_calibration(tree: Tree) -> None:
    kept = Calibration(4.1, 8.0, "2026-11-20", "", "", "mains")
    assert lines(tree)["calibration"].remedy == "localproof energy calibrate"
    assert "4.1 W idle" in lines(tree, calibration=kept)["calibration"].explanation


def test_the_doctor_has_one_line_in_use_on_every_machine() -> None:
    assert sum(line.used for line in energy.doctor()) == 1


# What holds for any numbers

counts = st.integers(0, RANGE_UJ - 1)


@given(counts, st.lists(st.tuples(st.integers(0, 10_000_000), st.floats(0.02, 9.0)), min_size=1, max_size=30))
def test_wraps_never_make_energy_negative(start: int, steps: list[tuple[int, float]]) -> None:
    counter = Counter("package-0", 1e-6, RANGE_UJ, 0.001)
    at, total = start, 0
    for used, seconds in steps:
        after = (at + used) % RANGE_UJ
        step = counter_difference(counter, at, after, seconds)
        assert not isinstance(step, str)
        at, total = after, total + step[0]
    assert total == sum(used for used, _ in steps)


@given(counts, counts, st.floats(0, 1e4))
def test_a_difference_is_a_plausible_amount_or_a_reason(start: int, end: int, seconds: float) -> None:
    step = counter_difference(Counter("package-0", 1e-6, RANGE_UJ, 0.001), start, end, seconds)
    if isinstance(step, str):
        assert step in REASONS
    else:
        assert 0 <= step[0] * 1e-6 <= 2000 * (seconds + 0.001) and step[1] in (0, 1)


@given(data=st.data())
def test_joules_are_missing_exactly_when_the_status_is_unavailable(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    tree = Tree(tmp_path_factory.mktemp("machine"))
    tree.zone(PACKAGE, "package-0")
    time = Time()
    closed = data.draw(st.booleans(), "closed")
    tree.set(PACKAGE, data.draw(counts, "start"))
    window = opened(tree, time, machine=tree.machine(closed_counter) if closed else None)
    seconds = data.draw(st.floats(0, 300), "seconds")
    time.work(seconds, data.draw(st.floats(0, 2), "own"), data.draw(st.floats(0, 20), "busy"))
    if data.draw(st.booleans(), "busy unknown"):
        time.busy = None
    time.slept += data.draw(st.sampled_from([0.0, 0.0, 5.0]), "slept")
    tree.set(PACKAGE, data.draw(counts, "end"))
    words = data.draw(st.none() | st.integers(0, 10_000), "words")
    result = window.close(words)
    assert (result.joules is None) == (result.status == "unavailable") == (result.record["energy_j"] is None)
    if result.joules is None:
        assert result.reason in REASONS and result.low is None and result.high is None
    else:
        assert result.joules > 0 and math.isfinite(result.joules)
        assert result.low is None or result.low <= result.joules
        assert result.high is None or result.joules <= result.high
    assert json.loads(json.dumps(result.record, allow_nan=False)) == result.record
    assert "\n" not in energy.summary(result, words)
