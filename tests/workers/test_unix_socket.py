"""The door of the service: private, one at a time, and hard to push over."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.report import TooLong, Unavailable
from localproof.service.host import BATTERY_IDLE_S, ServiceHost, ServiceLog
from localproof.service.power import on_battery
from localproof.service.worker_pool import MOST, WorkerPool
from localproof.workers import cpu_accounting
from localproof.workers.frames import from_json, to_json
from localproof.workers.pooled_worker import PooledWorker
from localproof.workers.unix_socket import (
    Connection,
    ServiceSocket,
    code_fingerprint,
    connect,
    filesystem_identity,
    hindrance,
    holder_pid,
    peer_user,
    socket_folder,
    socket_path,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no Unix sockets here")


@pytest.fixture
def place() -> Iterator[Path]:
    """A private folder with a short name, as the names of sockets must be."""
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as name:
        yield Path(name)


# The folder.


def test_the_folder_is_made_for_its_owner_alone(place: Path) -> None:
    made = socket_folder({"LOCALPROOF_RUNTIME_DIR": str(place / "new")}, make=True)
    assert made is not None
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_folder_that_others_may_enter_is_not_used(place: Path) -> None:
    place.chmod(0o755)
    assert socket_folder({"LOCALPROOF_RUNTIME_DIR": str(place)}, make=True) is None


def test_a_link_to_a_private_folder_is_not_used(place: Path) -> None:
    (place / "true").mkdir(mode=0o700)
    (place / "link").symlink_to(place / "true")
    assert socket_folder({"LOCALPROOF_RUNTIME_DIR": str(place / "link")}, make=True) is None


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_not_used(place: Path) -> None:
    (place / "theirs").mkdir(mode=0o700)
    os.chown(place / "theirs", 1234, 1234)
    try:
        assert socket_folder({"LOCALPROOF_RUNTIME_DIR": str(place / "theirs")}, make=True) is None
    finally:
        os.chown(place / "theirs", 0, 0)


def test_missing_runtime_folder_falls_back_to_the_temporary_folder(place: Path) -> None:
    env = {"XDG_RUNTIME_DIR": str(place / "nowhere"), "TMPDIR": str(place)}
    made = socket_folder(env, make=True)
    assert made is not None
    assert made == place / f"localproof-{os.getuid()}" or made.parent == Path(f"/run/user/{os.getuid()}")


@pytest.mark.parametrize("base", ["/" + "x" * 300, "/etc/hostname", "/proc/nowhere"])
def test_inaccessible_runtime_folder_is_passed_over(place: Path, base: str) -> None:
    made = socket_folder({"XDG_RUNTIME_DIR": base, "TMPDIR": str(place)}, make=True)
    assert made is not None
    assert made == place / f"localproof-{os.getuid()}" or made.parent == Path(f"/run/user/{os.getuid()}")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become somebody else")
def test_a_folder_of_the_session_of_somebody_else_is_passed_over(place: Path) -> None:
    (place / "theirs" / "run").mkdir(parents=True)
    (place / "theirs").chmod(0o700)
    os.seteuid(1234)
    try:
        assert socket_folder({"XDG_RUNTIME_DIR": str(place / "theirs" / "run"), "TMPDIR": "/proc/nowhere"}) in {
            None,
            Path("/run/user/0/localproof"),
        }
    finally:
        os.seteuid(0)


def test_the_first_folder_of_the_session_that_is_ours_decides(place: Path) -> None:
    (place / "session").mkdir(mode=0o700)
    (place / f"localproof-{os.getuid()}").mkdir(mode=0o700)  # where the service of another session lives
    env = {"XDG_RUNTIME_DIR": str(place / "session"), "TMPDIR": str(place)}
    assert socket_folder(env) is None
    assert hindrance(env) == ""
    assert socket_folder(env, make=True) == place / "session" / "localproof"
    (place / "session" / "localproof").chmod(0o750)
    assert socket_folder(env, make=True) is None
    assert "is open to others" in hindrance(env)


def test_what_hinders_a_service_is_told_in_words(place: Path) -> None:
    def told(name: str) -> str:
        return hindrance({"LOCALPROOF_RUNTIME_DIR": str(place / name)})

    (place / "file").write_text("")
    (place / "link").symlink_to(place)
    assert told("new") == ""
    assert "cannot be made" in told("no/such")
    assert "is no folder" in told("file")
    assert "is no folder" in told("link")
    assert "too long a name" in told("x" * 90)


def test_relative_runtime_folder_is_made_absolute_for_the_service(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    assert socket_folder({"LOCALPROOF_RUNTIME_DIR": "new"}, make=True) == place / "new"


def test_a_socket_whose_name_would_be_too_long_is_no_door(place: Path) -> None:
    assert socket_path({"LOCALPROOF_RUNTIME_DIR": str(place / ("x" * 90))}, make=True) is None


def test_other_rules_on_disk_have_a_door_of_their_own(place: Path) -> None:
    env = {"LOCALPROOF_RUNTIME_DIR": str(place)}
    assert socket_path(env) != socket_path({**env, "LT_DATA_DIR": "/elsewhere"})


def test_the_fingerprint_changes_with_every_file(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.py").write_text("1")
    before = code_fingerprint(tmp_path)
    assert code_fingerprint(tmp_path) == before
    (tmp_path / "inner" / "a.py").write_text("12")
    assert code_fingerprint(tmp_path) != before


# The doorway.


def test_a_door_is_held_by_one_and_told_from_outside(place: Path) -> None:
    first = ServiceSocket(place / "a.sock")
    with pytest.raises(BlockingIOError):
        ServiceSocket(place / "a.sock")
    assert holder_pid(place / "a.sock") == os.getpid()
    first.close()
    assert holder_pid(place / "a.sock") is None


def test_the_socket_is_closed_to_others_and_goes_with_its_door(place: Path) -> None:
    doorway = ServiceSocket(place / "a.sock")
    doorway.open()
    assert stat.S_IMODE((place / "a.sock").stat().st_mode) == 0o600
    doorway.close()
    assert not (place / "a.sock").exists()


def test_a_socket_that_was_left_behind_is_replaced(place: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(place / "a.sock"))
    assert connect(place / "a.sock") is None
    doorway = ServiceSocket(place / "a.sock")
    doorway.open()
    line = connect(place / "a.sock")
    assert line is not None
    line.close()
    doorway.close()


def test_the_socket_of_a_successor_is_left_alone(place: Path) -> None:
    doorway = ServiceSocket(place / "a.sock")
    doorway.open()
    (place / "a.sock").unlink()
    (place / "a.sock").write_text("the successor's")
    doorway.close()
    assert (place / "a.sock").exists()


def test_a_bell_ends_the_wait_for_a_call(place: Path) -> None:
    doorway = ServiceSocket(place / "a.sock")
    doorway.open()
    threading.Timer(0.05, doorway.wake).start()
    begun = time.monotonic()
    assert doorway.accept(60.0) is None
    assert time.monotonic() - begun < 30
    doorway.close()


def test_the_kernel_says_whose_process_is_at_the_other_end() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert peer_user(one) == os.getuid()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_process_tells_which_files_it_sees(tmp_path: Path) -> None:
    assert filesystem_identity() is not None
    assert filesystem_identity() == filesystem_identity(os.getpid())
    assert filesystem_identity(os.getpid(), str(tmp_path)) is None
    (tmp_path / "7" / "ns").mkdir(parents=True)
    (tmp_path / "7" / "root").symlink_to("/")
    assert filesystem_identity(7, str(tmp_path)) is None
    (tmp_path / "7" / "ns" / "mnt").symlink_to("mnt:[1]")
    before = filesystem_identity(7, str(tmp_path))
    assert before not in (None, filesystem_identity())
    (tmp_path / "7" / "root").unlink()
    (tmp_path / "7" / "root").symlink_to(tmp_path)
    assert filesystem_identity(7, str(tmp_path)) not in (None, before)


CALLER = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); sys.exit(s.recv(1) != b'!')"


@pytest.mark.skipif(sys.platform != "linux", reason="there is one sight of the files here")
@pytest.mark.parametrize("apart", [[], ["--mount"]], ids=["here", "apart"])
def test_who_sees_other_files_is_not_let_in(place: Path, apart: list[str]) -> None:
    before = ["unshare", *([] if os.getuid() == 0 else ["--map-root-user"]), *apart, "--"] if apart else []
    if shutil.which("unshare") is None or subprocess.run([*before, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no mount namespace away")
    doorway = ServiceSocket(place / "a.sock")
    doorway.open()
    with subprocess.Popen([*before, sys.executable, "-c", CALLER, str(place / "a.sock")], stderr=subprocess.PIPE) as it:
        line = doorway.accept(60.0)
        if line is not None:
            with line:
                os.write(line.fileno(), b"!")
        assert (line is None, it.wait(60)) == (bool(apart), 1 if apart else 0)
    doorway.close()


@pytest.mark.skipif(sys.platform != "linux", reason="there is one sight of the files here")
def test_who_sees_other_files_has_another_door(place: Path) -> None:
    apart = ["unshare", "--mount", "--"] if os.getuid() == 0 else ["unshare", "--map-root-user", "--mount", "--"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no mount namespace away")
    code = "import os; from localproof.workers.unix_socket import socket_path; print(socket_path(os.environ))"
    env = {**os.environ, "LOCALPROOF_RUNTIME_DIR": str(place)}
    here, there = (
        subprocess.run(
            [*before, sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        ).stdout
        for before in ([], apart)
    )
    assert here != there
    assert str(place) in there or os.getuid() != 0


# The line.


@contextmanager
def lines(frame_s: float = 10.0) -> Iterator[tuple[Connection, socket.socket]]:
    one, other = socket.socketpair()
    with Connection(one, frame_s) as line, other:
        yield line, other


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 50))
def test_frames_arrive_as_they_were_sent_in_whatever_pieces(bodies: list[bytes], piece: int) -> None:
    with lines() as (line, other):
        sent = b"".join(len(body).to_bytes(4, "big") + body for body in bodies)
        for at in range(0, len(sent), piece):
            other.sendall(sent[at : at + piece])
        assert [line.receive(1000, 1.0) for _ in bodies] == bodies


def test_both_ends_speak_the_same(place: Path) -> None:
    one, other = socket.socketpair()
    with Connection(one) as here, Connection(other) as there:
        here.send(b"hello")
        assert there.receive(100, 1.0) == b"hello"


@pytest.mark.parametrize("size", [101, 2**30, 2**32 - 1])
def test_a_frame_that_is_announced_as_too_long_is_not_waited_for(size: int) -> None:
    with lines() as (line, other):
        other.sendall(size.to_bytes(4, "big"))
        with pytest.raises(ConnectionError):
            line.receive(100, 1.0)


@pytest.mark.parametrize("sent", [b"\0", b"\0\0\0", b"\0\0\0\5abc"])
def test_half_a_frame_is_none(sent: bytes) -> None:
    with lines() as (line, other):
        other.sendall(sent)
        other.close()
        with pytest.raises(ConnectionError):
            line.receive(100, 1.0)


def test_a_frame_that_drips_in_is_given_up() -> None:
    with lines(frame_s=0.3) as (line, other):
        enough = threading.Event()

        def drip() -> None:
            other.sendall((50).to_bytes(4, "big"))
            while not enough.wait(0.02):
                other.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(ConnectionError):
                line.receive(100, 1.0)
        finally:
            enough.set()
            thread.join()


def test_silence_is_told_from_an_end() -> None:
    with lines() as (line, other):
        with pytest.raises(TimeoutError):
            line.receive(100, 0.01)
        other.close()
        with pytest.raises(ConnectionError):
            line.receive(100, 0.01)


def test_open_files_can_be_handed_over(tmp_path: Path) -> None:
    one, other = socket.socketpair()
    with Connection(one) as here, Connection(other) as there, (tmp_path / "f").open("w+") as file:
        here.send_descriptors(file.fileno())
        (number,) = there.receive_descriptors(1)
        os.write(number, b"through the line")
        os.close(number)
        assert (tmp_path / "f").read_text() == "through the line"


# A helper that is borrowed.


class Pretender(threading.Thread):
    """A service for one line: answers `count` questions with the words of the text, then does as `then` says."""

    def __init__(self, path: Path, count: int, then: str) -> None:
        super().__init__(daemon=True)
        self.doorway = ServiceSocket(path)
        self.doorway.open()
        self.count, self.then = count, then
        self.heard: list[dict[str, Any]] = []
        self.enough = threading.Event()
        self.start()

    def run(self) -> None:
        line = self.doorway.accept(20.0)
        if line is None:
            return
        with line, suppress(ConnectionError):
            self.heard.append(from_json(line.receive(10**6, 5.0)))
            if self.then == "refuse":
                line.send(to_json({"refused": "busy"}))
                return
            line.send(to_json({"welcome": 1}))
            for _ in range(self.count):
                request = from_json(line.receive(10**6, 5.0))
                self.heard.append(request)
                line.send(to_json({"id": request["id"], "cpu_s": 0.25, "raw": []}))
            if self.then == "nonsense":
                line.send(b"[[[")
            if self.then == "error":
                request = from_json(line.receive(10**6, 5.0))
                line.send(to_json({"id": request["id"], "error": "took longer than 10 s", "measured": True}))
                self.enough.wait(20.0)
            if self.then == "think":
                request = from_json(line.receive(10**6, 5.0))
                self.enough.wait(0.6)
                line.send(to_json({"id": request["id"], "raw": []}))
            if self.then in ("think", "silence"):
                self.enough.wait(20.0)

    def close(self) -> None:
        self.enough.set()
        self.doorway.wake()
        self.join(20.0)
        self.doorway.close()


@contextmanager
def borrowed(
    place: Path, count: int = 0, then: str = "leave", silence_s: float = 20.0
) -> Iterator[tuple[PooledWorker, Pretender]]:
    env = {"LOCALPROOF_RUNTIME_DIR": str(place)}
    path = socket_path(env)
    assert path is not None
    pretender = Pretender(path, count, then)
    options = '{"dialect": "AMERICAN", "enable": [], "threads": 1}'
    helper = PooledWorker("harper", "localproof.engines.worker", ("harper", options), silence_s=silence_s, env=env)
    try:
        yield helper, pretender
    finally:
        helper.close()
        pretender.close()


def needs_harper() -> None:
    if os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
        pytest.importorskip("harper")


def test_the_service_answers_and_what_it_spent_is_owed(place: Path) -> None:
    before = cpu_accounting.foreign_cpu_ns()
    with borrowed(place, 2) as (helper, pretender):
        assert helper.submit({"text": "One."}).result(10) == []
        assert helper.pids() == ()
        assert cpu_accounting.foreign_cpu_ns() - before == 250_000_000
        assert pretender.heard[0]["order"]["arguments"][0] == "harper"


@pytest.mark.parametrize("then", ["leave", "nonsense", "refuse"])
def test_a_helper_of_our_own_answers_what_the_service_does_not(place: Path, then: str) -> None:
    needs_harper()
    with borrowed(place, 0 if then == "refuse" else 1, then) as (helper, _):
        futures = [helper.submit({"text": f"This is an test of {n}."}) for n in range(20)]
        found = [len(future.result(30)) for future in futures]
        assert sum(count > 0 for count in found) >= 19  # the one that the pretender answered has none
        assert helper.pids()


def test_late_question_is_waited_for_as_long_as_any_other(place: Path) -> None:
    with borrowed(place, 1, "think", silence_s=2.0) as (helper, _):
        assert helper.submit({"text": "This is an test."}).result(10) == []
        time.sleep(1.8)
        assert helper.submit({"text": "This is an test."}).result(30) == []  # our own would find something
        assert helper.pids() == ()


def test_a_service_that_says_nothing_is_given_up(place: Path) -> None:
    needs_harper()
    with borrowed(place, 1, "silence", silence_s=0.5) as (helper, _):
        assert helper.submit({"text": "This is an test."}).result(10) == []
        assert helper.submit({"text": "This is an test."}).result(30)
        assert helper.pids()


def test_what_the_service_says_of_a_failure_is_passed_on(place: Path) -> None:
    with borrowed(place, 0, "error") as (helper, _), pytest.raises(TooLong, match="took longer") as caught:
        helper.submit({"text": "Slow."}).result(10)
    assert caught.value.measured


def test_closing_leaves_no_question_open(place: Path) -> None:
    with borrowed(place, 0, "error") as (helper, _):
        futures = [helper.submit({"text": "Slow."}) for _ in range(30)]
        helper.close()
        assert all(isinstance(future.exception(10), Unavailable) for future in futures)
        with pytest.raises(Unavailable):
            helper.submit({"text": "Late."}).result(10)


def test_switched_off_the_service_is_not_even_looked_for(place: Path) -> None:
    needs_harper()
    with borrowed(place) as (_, pretender):
        options = '{"dialect": "AMERICAN", "enable": [], "threads": 1}'
        for service, env in (("off", {}), ("auto", {"LOCALPROOF_SERVICE": "off"})):
            helper = PooledWorker(
                "harper",
                "localproof.engines.worker",
                ("harper", options),
                service=service,
                env={"LOCALPROOF_RUNTIME_DIR": str(place), **env},
            )
            helper.start()
            assert helper.submit({"text": "This is an test."}).result(30)
            helper.close()
        assert pretender.heard == []


# What the service holds.


class FakeWorker:
    threads = 1

    """A worker whose answers come when the test says so."""

    def __init__(self, pid: int) -> None:
        self.pid, self.closed = pid, threading.Event()
        self.late = False  # asked after it was closed
        self.futures: list[Future[Any]] = []

    def submit(self, request: object, spent: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.late = self.late or self.closed.is_set()
        spent(0.5)
        self.futures.append(future)
        return future

    def pids(self) -> tuple[int, ...]:
        return (self.pid,)

    def close(self) -> None:
        self.closed.set()


class Shelf:
    """Helpers with fake workers, a clock that stands, and a /proc in which each holds 100 MB."""

    def __init__(self, root: Path) -> None:
        self.now = 0.0
        self.workers: list[FakeWorker] = []
        self.root = root
        self.helpers = WorkerPool(lambda: self.now, root, self.build)  # type: ignore[arg-type]

    def build(self, order: object) -> FakeWorker:
        worker = FakeWorker(len(self.workers) + 1)
        self.workers.append(worker)
        (self.root / str(worker.pid)).mkdir()
        pages = 100 * 10**6 // os.sysconf("SC_PAGE_SIZE")
        (self.root / str(worker.pid) / "statm").write_text(f"0 {pages} 0")
        return worker

    def order(self, number: int) -> dict[str, Any]:
        return {
            "name": "harper",
            "module": "localproof.engines.worker",
            "arguments": ["harper", str(number)],
            "threads": 1,
            "limit_s": 10.0,
            "start_limit_s": 60.0,
        }

    def ask(self, number: int) -> Future[Any]:
        return self.helpers.submit(self.order(number), {"text": ""}, lambda _: None)


def test_equal_orders_share_a_helper_and_others_do_not(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.helpers.get(shelf.order(1)) is shelf.helpers.get(shelf.order(1))
    assert shelf.helpers.get(shelf.order(1)) is not shelf.helpers.get(shelf.order(2))


def test_one_too_many_costs_the_place_of_the_longest_unused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for number in range(MOST + 1):
        shelf.now = number
        shelf.helpers.get(shelf.order(number))
    assert shelf.workers[0].closed.wait(5)
    assert [h["options"] for h in shelf.helpers.status_rows()] == [str(n) for n in range(1, MOST + 1)]


def test_a_helper_at_work_is_never_let_go(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    asked = [shelf.ask(number) for number in range(MOST)]
    with pytest.raises(Unavailable, match="all at work"):
        shelf.helpers.get(shelf.order(99))
    shelf.now = 1000.0
    assert shelf.helpers.release_idle(600.0, 10**12) == []
    shelf.workers[3].futures[0].set_result([])
    assert asked[3].done()
    shelf.now = 2000.0
    assert shelf.helpers.release_idle(600.0, 10**12) == ["harper"]
    assert shelf.workers[3].closed.wait(5)


def test_a_helper_that_is_being_asked_is_never_let_go(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    enough = threading.Event()

    def tidy() -> None:
        while not enough.is_set():
            shelf.helpers.release_idle(0.0, 10**12)

    hasty = threading.Thread(target=tidy)
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    hasty.start()
    try:
        for _ in range(2000):
            shelf.ask(1).set_result([])
    finally:
        enough.set()
        hasty.join()
        sys.setswitchinterval(interval_s)
    assert not any(worker.late for worker in shelf.workers)


def test_too_much_memory_costs_the_longest_unused_first(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for number in range(4):
        shelf.now = number
        shelf.helpers.get(shelf.order(number))
    assert len(shelf.helpers.release_idle(600.0, 250 * 10**6)) == 2
    assert [h["options"] for h in shelf.helpers.status_rows()] == ["2", "3"]


def test_what_answers_took_outlasts_their_helper(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.ask(1)
    shelf.workers[0].futures[0].set_result([])
    shelf.now = 1000.0
    shelf.helpers.release_idle(600.0, 10**12)
    assert shelf.helpers.status_rows() == []
    assert shelf.helpers.asked_cpu_s() == 0.5


@pytest.mark.parametrize("module", ["os", "localproof.cli", "localproof.engines.worker; import os"])
def test_no_other_program_is_started_for_anybody(tmp_path: Path, module: str) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(Unavailable):
        shelf.helpers.get({**shelf.order(1), "module": module})
    assert shelf.workers == []


# The battery.


def supply(root: Path, name: str, **facts: str) -> None:
    (root / name).mkdir()
    for fact, value in facts.items():
        (root / name / fact).write_text(value + "\n")


def test_discharging_battery_counts_but_that_of_a_mouse_does_not(tmp_path: Path) -> None:
    assert not on_battery(tmp_path)
    supply(tmp_path, "hidpp_battery_0", type="Battery", scope="Device", status="Discharging")
    assert not on_battery(tmp_path)
    supply(tmp_path, "BAT0", type="Battery", status="Discharging")
    supply(tmp_path, "AC", type="Mains", online="0")
    assert on_battery(tmp_path)


def test_on_mains_a_battery_does_not_count(tmp_path: Path) -> None:
    supply(tmp_path, "BAT0", type="Battery", status="Discharging")
    supply(tmp_path, "AC", type="Mains", online="1")
    assert not on_battery(tmp_path)


def test_a_machine_that_tells_nothing_is_not_on_battery(tmp_path: Path) -> None:
    assert not on_battery(tmp_path / "nowhere")


class NoTemplate:
    """Stands where the template is; nothing is run from it."""

    pid, cpu_s = 1, 0.0

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("online", "waits_s"), [("0", BATTERY_IDLE_S), ("1", 600.0)])
def test_on_battery_the_service_waits_a_minute_only(place: Path, tmp_path: Path, online: str, waits_s: float) -> None:
    supply(tmp_path, "BAT0", type="Battery", status="Discharging")
    supply(tmp_path, "AC", type="Mains", online=online)
    host = ServiceHost(
        ServiceSocket(place / "a.sock"),
        NoTemplate(),  # type: ignore[arg-type]
        WorkerPool(),
        ServiceLog(place / "a.log"),
        idle_s=600.0,
        most_bytes=10**9,
        supplies=tmp_path,
    )
    told = host.status()
    host.close()
    assert (told["idle_s"], told["on_battery"]) == (waits_s, online == "0")


# The log.


def test_the_log_stays_small_and_is_its_owners_alone(tmp_path: Path) -> None:
    log = ServiceLog(tmp_path / "a.log")
    for number in range(3000):
        log(f"line {number} {'x' * 60}")
    files = list(tmp_path.iterdir())
    assert {file.name for file in files} == {"a.log", "a.old.log"}
    assert sum(file.stat().st_size for file in files) < 250_000
    assert "line 2999 " in (tmp_path / "a.log").read_text()
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
