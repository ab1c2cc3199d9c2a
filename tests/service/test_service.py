"""The resident service with real processes: the same results as without it, and nothing left behind."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from localproof.service import fast_client
from localproof.service.control import ask
from localproof.workers.frames import from_json, to_json
from localproof.workers.unix_socket import code_fingerprint, connect, holder_pid, socket_path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
REPOSITORY = Path(__file__).resolve().parents[2]
PROSE = "I should of gone their before teh shop closed.\n\nThis is an test, and it was fine.\n"


class Place:
    """A home, a runtime folder and an environment of their own, in which a service may live."""

    def __init__(self, root: Path, **more: str) -> None:
        self.root, self.home, self.runtime = root, root / "home", root / "run"
        self.work = root / "work"
        for folder in (self.home, self.runtime, self.work):
            folder.mkdir(mode=0o700)
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.env = {
            **kept,
            "HOME": str(self.home),
            "LOCALPROOF_CONFIG_DIR": str(self.home),
            "LOCALPROOF_CACHE": "false",
            "LOCALPROOF_RUNTIME_DIR": str(self.runtime),
            "LOCALPROOF_SERVICE": "auto",
            "LOCALPROOF_ENGINES": "harper",
            "PYTHONPATH": str(REPOSITORY),
            "COLUMNS": "80",
            **more,
        }

    @property
    def path(self) -> Path:
        found = socket_path(self.env)
        assert found is not None
        return found

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "localproof", *arguments]
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=self.work, env={**self.env, **env})

    def do(self, *arguments: str, given: bytes = PROSE.encode(), **env: str) -> tuple[int, bytes, bytes]:
        """Exit status, standard output, standard error; without the figures that differ from run to run."""
        with self.start(*arguments, **env) as running:
            out, err = running.communicate(given, timeout=100)
        return running.returncode, _lasting(out), _lasting(err)

    def status(self) -> dict[str, Any] | None:
        return ask(self.env, "status")

    def pid(self) -> int:
        found = holder_pid(self.path)
        assert found is not None
        return found

    def end(self) -> None:
        found = holder_pid(self.path) if self.path.exists() or any(self.runtime.glob("*.lock")) else None
        if found is not None:
            family = [found, *descendants(found)]
            assert self.do("service", "stop")[0] == 0
            wait(lambda: not any(map(lives, family)))


def _lasting(said: bytes) -> bytes:
    said = re.sub(rb'"(elapsed_s|energy)": ?(\{.*?\n  \}|[^,\n]*)', b"", said, flags=re.DOTALL)
    said = re.sub(rb"(\x1b\[\d*m)?Energy.*", b"", said, flags=re.DOTALL)
    said = re.sub(rb"this run: about.*", b"", said, flags=re.DOTALL)
    return re.sub(rb"energy [^\n]* J|took[^\n]* s", b"", said)


def descendants(pid: int) -> list[int]:
    """All live processes below `pid`."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    found, at = [pid], 0
    while at < len(found):
        found += [child for child, parent in parents.items() if parent == found[at]]
        at += 1
    return found[1:]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait(condition: Callable[[], object], limit_s: float = 30.0) -> None:
    until = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


@contextmanager
def a_place(**more: str) -> Iterator[Place]:
    if os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
        pytest.importorskip("harper")
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as name:
        place = Place(Path(name), **more)
        try:
            yield place
        finally:
            place.end()


@pytest.fixture
def place() -> Iterator[Place]:
    """A place without a service."""
    with a_place() as made:
        yield made


@pytest.fixture(scope="module")
def served() -> Iterator[Place]:
    """A place with a service, whose engines are built."""
    with a_place() as made:
        assert made.do("service", "start")[0] == 0
        made.do()
        yield made


@pytest.fixture(scope="module")
def expected(served: Place) -> tuple[int, bytes, bytes]:
    """What `do` gives without a service."""
    return served.do(LOCALPROOF_SERVICE="off")


# The same result as without it.


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["check", "-"],
        ["--output-format", "json"],
        ["--output-format=concise", "--profile", "all"],
        ["--report", "--color", "always"],
        ["--fix"],
        ["--diff"],
        ["--lang", "en-GB", "--stdin-filename", "post.md"],
        ["--exit-zero", "-q"],
        ["a.md", "b.txt"],
        ["--profile", "nonsense"],
        ["--lang"],
    ],
    ids=" ".join,
)
def test_a_served_run_is_like_any_other(served: Place, arguments: list[str]) -> None:
    (served.work / "a.md").write_text("# An title\n\n" + PROSE)
    (served.work / "b.txt").write_text(PROSE)
    assert served.do(*arguments) == served.do(*arguments, LOCALPROOF_SERVICE="off")


@pytest.mark.parametrize(
    ("arguments", "whole"),
    [
        ([], True),
        (["a.md"], True),
        (["--no-cache"], True),
        (["--no-service"], False),
        (["--help"], False),
        (["-o", "out.txt"], False),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_small_runs_are_answered_whole_and_others_are_not(served: Place, arguments: list[str], whole: bool) -> None:
    (served.work / "a.md").write_text(PROSE)
    before = served.status()
    served.do(*arguments)
    after = served.status()
    assert before and after
    assert after["runs"] - before["runs"] == whole


def test_a_run_that_is_not_small_borrows_the_engines(served: Place) -> None:
    before = served.status()
    assert served.do("-o", "out.txt", given=b"It is teh end, a new sentence.")[0] == 1
    after = served.status()
    assert before and after
    assert after["helpers"][0]["answered"] > before["helpers"][0]["answered"]


def test_what_was_read_of_a_long_input_is_not_lost(served: Place) -> None:
    given = b"<!--" + b"long " * (fast_client.MOST_BYTES // 5) + b"-->\n\nIt is teh end.\n"
    name = ("--stdin-filename", "a.md")
    status, out, _ = served.do(*name, given=given)
    assert (status, b"teh" in out) == (1, True)
    assert (status, out) == served.do(*name, given=given, LOCALPROOF_SERVICE="off")[:2]


def test_on_a_terminal_it_looks_the_same(served: Place) -> None:
    def shown(service: str) -> bytes:
        master, slave = pty.openpty()
        env = {**served.env, "LOCALPROOF_SERVICE": service, "TERM": "xterm-256color"}
        del env["COLUMNS"]
        command = [sys.executable, "-m", "localproof"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=slave, stderr=slave, env=env) as running:
            os.close(slave)
            assert running.stdin is not None
            running.stdin.write(PROSE.encode())
            running.stdin.close()
            out = b""
            with suppress(OSError):  # the end of a terminal
                while part := os.read(master, 65536):
                    out += part
        os.close(master)
        return _lasting(out)

    assert b"\x1b[" in shown("auto")
    assert shown("auto") == shown("off")


def test_settings_that_switch_it_off_are_heeded(served: Place) -> None:
    (served.home / "localproof.toml").write_text('service = "off"\n')
    env = dict(served.env)
    try:
        del served.env["LOCALPROOF_SERVICE"]
        before = served.status()
        assert served.do()[0] == 1
        after = served.status()
    finally:
        served.env = env
        (served.home / "localproof.toml").unlink()
    assert before and after
    assert after["helpers"][0]["answered"] == before["helpers"][0]["answered"]


def test_a_reader_that_goes_away_is_no_drama(served: Place) -> None:
    script = f"{sys.executable} -m localproof --profile all | head -c 10 >/dev/null; echo ${{PIPESTATUS[0]}}"
    many = ("Teh recieve is an bad of idea.\n\n" * 400).encode()
    done = subprocess.run(["bash", "-c", script], input=many, capture_output=True, env=served.env, timeout=60)
    assert (done.stdout.strip() in (b"141", b"1"), done.stderr.count(b"Traceback")) == (True, 0)


def test_a_result_that_cannot_be_written_is_no_finding(served: Place) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "localproof"]
        done = subprocess.run(command, input=PROSE.encode(), stdout=full, stderr=subprocess.PIPE, env=served.env)
    assert (done.returncode, done.stderr) == (2, b"localproof: the result cannot be written: No space left on device\n")


def test_the_energy_of_a_served_run_includes_what_the_service_did(served: Place) -> None:
    before = served.status()
    with served.start("--output-format", "json") as running:
        out, _ = running.communicate(("It was a long day, and teh night was too. " * 40).encode(), timeout=60)
    after = served.status()
    assert before and after
    helped_s = after["helpers"][0]["cpu_s"] - before["helpers"][0]["cpu_s"]
    assert json.loads(out)["energy"]["record"]["cpu_s"] > helped_s > 0


# Starting, stopping and telling.


def test_start_status_and_stop_tell_what_they_did(place: Place) -> None:
    assert place.do("service", "status")[:2] == (3, b"The service is not running.\n")
    assert place.do("service", "stop")[:2] == (0, b"The service is not running.\n")
    assert b"is running" in place.do("service", "start")[1]
    assert b"running already" in place.do("service", "start")[1]
    place.do()
    status, out, _ = place.do("service", "status")
    assert (status, b"harper" in out, b"1 answered whole" in out, b"attributed" in out) == (0, True, True, True)
    assert b"{" not in out  # options are told in words
    family = [place.pid(), *descendants(place.pid())]
    assert place.do("service", "stop")[1] == b"The service has stopped.\n"
    wait(lambda: not any(map(lives, family)))
    assert [p.suffix for p in place.runtime.iterdir() if p.suffix == ".sock"] == []


def test_a_run_that_had_to_build_engines_leaves_them_to_a_service(place: Place) -> None:
    assert place.do()[0] == 1
    wait(lambda: (told := place.status()) and "helpers" in told)
    told = place.status()
    assert told is not None
    assert [h["name"] for h in told["helpers"]] == ["harper"]
    assert (told["runs"], place.do()[0]) == (0, 1)
    told = place.status()
    assert told is not None
    assert (told["runs"], len(told["helpers"])) == (1, 1)


@pytest.mark.parametrize("env", [{"LOCALPROOF_SERVICE": "off"}, {"CI": "true"}])
def test_no_service_is_started_where_none_is_wanted(place: Place, env: dict[str, str]) -> None:
    assert place.do(**env)[0] == 1
    assert place.do("--no-service")[0] == 1
    time.sleep(0.3)
    assert holder_pid(place.path) is None


def test_of_two_that_start_it_at_once_one_service_is_left(place: Place) -> None:
    with ExitStack() as stack:
        both = [stack.enter_context(place.start("service", "start")) for _ in range(2)]
        assert [running.wait(30) for running in both] == [0, 0]

    def mine() -> set[int]:
        found = set()
        for program in Path("/proc").iterdir():
            with suppress(OSError):
                if program.name.isdigit() and str(place.runtime).encode() in (program / "cmdline").read_bytes():
                    found.add(int(program.name))
        return found

    wait(lambda: mine() == {place.pid(), *descendants(place.pid())})  # the slower one takes a moment to see it


def test_it_ends_when_nobody_uses_it(place: Place) -> None:
    place.env["LOCALPROOF_SERVICE_MINUTES"] = "0.02"
    assert place.do("service", "start")[0] == 0
    family = [place.pid(), *descendants(place.pid())]
    wait(lambda: not any(map(lives, family)))
    wait(lambda: holder_pid(place.path) is None)
    assert "not used" in next(place.runtime.glob("*.log")).read_text()


def test_nothing_that_was_written_gets_into_the_log(served: Place) -> None:
    served.do(given=b"Xyzzyplugh is teh word.\n")
    assert b"Xyzzy" not in b"".join(p.read_bytes() for p in served.runtime.glob("*.log"))


def test_the_log_of_a_run_says_whether_the_service_did_it(served: Place) -> None:
    assert b"of the service" in served.do("-v")[2]
    assert b"of the service" in served.do(LOCALPROOF_LOG="info")[2]
    assert b"the service was not used, switched off" in served.do("-v", LOCALPROOF_SERVICE="off")[2]
    assert b"the service was not used, not a small run" in served.do("-v", "--no-baseline")[2]


# Other code.


def test_other_code_is_told_so_and_may_end_it(place: Place) -> None:
    assert place.do("service", "start")[0] == 0
    line = connect(place.path)
    assert line is not None
    with line:
        line.send(to_json({"hello": "0.0.0-other", "want": "status"}))
        assert from_json(line.receive(1000, 5.0)) == {"other": code_fingerprint()}
    line = connect(place.path)
    assert line is not None
    with line:
        line.send(to_json({"hello": "0.0.0-other", "want": "stop"}))
        assert from_json(line.receive(1000, 5.0)) == {"stopping": True}
    wait(lambda: holder_pid(place.path) is None)


# What may go wrong.


def test_killed_in_the_middle_of_a_run_the_client_answers_by_itself(place: Place) -> None:
    assert place.do("service", "start")[0] == 0
    given = (PROSE * 200).encode()
    expected = place.do(given=given, LOCALPROOF_SERVICE="off")
    family = [place.pid(), *descendants(place.pid())]
    with place.start(CI="true") as running:
        assert running.stdin is not None
        running.stdin.write(given)
        running.stdin.close()
        wait(lambda: (told := place.status()) and told["runs"])
        family += descendants(place.pid())
        os.kill(place.pid(), signal.SIGKILL)
        assert running.stdout is not None and running.stderr is not None
        out, err = running.stdout.read(), running.stderr.read()
        status = running.wait(60)
    assert (status, _lasting(out), _lasting(err)) == expected
    wait(lambda: not any(map(lives, family)))
    assert place.path.exists()
    assert place.do("service", "start")[0] == 0  # over the socket that was left


def test_a_service_that_is_stopped_in_its_tracks_is_done_without(place: Place) -> None:
    assert place.do("service", "start")[0] == 0
    pid = place.pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        assert place.do(CI="true") == place.do(LOCALPROOF_SERVICE="off")
    finally:
        os.kill(pid, signal.SIGCONT)


def test_an_interrupted_client_leaves_no_run_behind(served: Place) -> None:
    with served.start() as running:
        assert running.stdin is not None
        before = served.status()
        assert before is not None
        running.stdin.write((PROSE * 3000).encode())
        running.stdin.close()
        wait(lambda: (told := served.status()) and told["runs"] > before["runs"])
        running.send_signal(signal.SIGINT)
        assert running.wait(30) in (130, 1)
    template = descendants(served.pid())[0]
    wait(lambda: not descendants(template))


def waiting(number: int) -> int:
    """Bytes in a pipe that nobody has read."""
    return int.from_bytes(fcntl.ioctl(number, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_client_is_interrupted_silently_while_waiting_for_input(served: Place) -> None:
    with served.start() as running:
        assert running.stdin is not None
        running.stdin.write(PROSE.encode())
        running.stdin.flush()
        number = running.stdin.fileno()
        wait(lambda: not waiting(number))
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (130, b"", b"")


def test_client_is_interrupted_silently_while_its_output_is_not_read(served: Place) -> None:
    with served.start("--profile", "all", "--output-format", "json") as running:
        assert running.stdin is not None and running.stdout is not None
        running.stdin.write(b"Teh recieve is an bad of idea.\n\n" * 400)
        running.stdin.close()
        number = running.stdout.fileno()
        wait(lambda: waiting(number))
        running.send_signal(signal.SIGINT)
        status = running.wait(30)
        assert running.stderr is not None
        assert (status, running.stderr.read()) == (130, b"")


def asked_for(place: Place, *argv: str, given: bytes = b"") -> dict[str, Any]:
    """What the service answers to a client that sends whatever it likes."""
    line = connect(place.path)
    assert line is not None
    with line, Path(os.devnull).open("wb") as nothing:
        line.send(to_json({"hello": CODE, "want": "run"}))
        assert "begun" in from_json(line.receive(1000, 10.0))
        request = {
            "argv": list(argv),
            "cwd": str(place.work),
            "env": place.env,
            "encodings": ["utf-8", "utf-8"],
            "cpu_s": 0.0,
        }
        line.send(to_json(request))
        line.send(given)
        line.send_descriptors(nothing.fileno(), nothing.fileno())
        return dict(from_json(line.receive(10**6, 60.0)))


def test_a_client_of_any_kind_has_no_file_written(served: Place) -> None:
    (served.work / "b.md").write_text(PROSE)
    for argv in (["--fix", "b.md"], ["-o", "never.txt", "b.md"], ["--output-file=never.txt", "-"], ["--watch", "b.md"]):
        assert asked_for(served, *argv, given=PROSE.encode()) == {"declined": "no small run"}
    assert (served.work / "b.md").read_text() == PROSE
    assert not (served.work / "never.txt").exists()
    assert asked_for(served, "b.md")["status"] == 1


def hostile(path: Path, *sent: bytes) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(10.0)
    while sock.connect_ex(str(path)):  # so many wait to be let in that the kernel lets no more wait
        time.sleep(0.01)
    for part in sent:
        with suppress(OSError):
            sock.sendall(part)
    return sock


def framed(value: object) -> bytes:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return len(body).to_bytes(4, "big") + body


CODE = code_fingerprint()
ORDER = {
    "name": "harper",
    "module": "localproof.engines.worker",
    "arguments": ["harper", '{"dialect": "AMERICAN", "enable": [], "threads": 1}'],
    "threads": 1,
    "limit_s": 10.0,
    "start_limit_s": 60.0,
}
ATTACKS: dict[str, list[bytes]] = {
    "garbage": [os.urandom(10_000)],
    "nothing": [],
    "half a length": [b"\0\0"],
    "half a frame": [(100).to_bytes(4, "big"), b"{"],
    "a gigabyte": [(2**30).to_bytes(4, "big"), b"x" * 100_000],
    "no JSON": [framed(b"\xff\xfe")],
    "no object": [framed([1, 2])],
    "deep JSON": [framed(b"[" * 60_000)],
    "no wish": [framed({"hello": CODE})],
    "a strange wish": [framed({"hello": CODE, "want": "money"})],
    "a wish that cannot be looked up": [framed({"hello": CODE, "want": []})],
    "no order": [framed({"hello": CODE, "want": "helper"})],
    "a bad order": [framed({"hello": CODE, "want": "helper", "order": {**ORDER, "threads": -5}})],
    "an order for another program": [framed({"hello": CODE, "want": "helper", "order": {**ORDER, "module": "os"}})],
    "a question without a number": [framed({"hello": CODE, "want": "helper", "order": ORDER}), framed({"text": "a"})],
    "half a character": [
        framed({"hello": CODE, "want": "helper", "order": ORDER}),
        framed(b'{"id": 1, "text": "\\ud800"}'),
    ],
    "a question that is none": [framed({"hello": CODE, "want": "helper", "order": ORDER}), framed({"id": 1, "a": 1})],
    "a run without a request": [framed({"hello": CODE, "want": "run"})],
    "a run of nonsense": [framed({"hello": CODE, "want": "run"}), framed({"argv": 1}), framed(b"")],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_client_gets_nowhere(served: Place, expected: tuple[int, bytes, bytes], attack: str) -> None:
    with hostile(served.path, *ATTACKS[attack]):
        assert served.do() == expected
    told = served.status()
    assert told and told["pid"] == served.pid()


def order(**more: Any) -> dict[str, Any]:
    """What asks for a helper, as we do, but for `more`."""
    options = {"dialect": "AMERICAN", "enable": [], "threads": 1}
    options |= {"threads": more.pop("threads_of_the_child")} if "threads_of_the_child" in more else {}
    made = {
        "name": "harper",
        "module": "localproof.engines.worker",
        "arguments": ["harper", json.dumps(options)],
        "threads": 1,
        "limit_s": 10.0,
        "start_limit_s": 60.0,
    }
    return made | more


NUMBERS: tuple[Any, ...] = (-1, 0, 1e-300, 1e300, -1e300, 10**30, float("inf"), float("nan"), "nan", "x", None, [], {})


@pytest.mark.parametrize("field", ["threads", "limit_s", "start_limit_s", "threads_of_the_child"])
def test_numbers_of_an_order_make_it_neither_spin_nor_stay(place: Place, field: str) -> None:
    assert place.do("service", "start")[0] == 0
    for number in NUMBERS:
        line = connect(place.path)
        assert line is not None
        with line, suppress(OSError, ValueError):
            asked = {"hello": code_fingerprint(), "want": "helper", "order": order(**{field: number})}
            line.send(json.dumps(asked).encode())
            line.receive(2**16, 5.0)
            line.send(to_json({"id": 1, "text": "I like teh dog."}))
    assert place.status() is not None
    pid = place.pid()
    family = [pid, *descendants(pid)]
    status, out, _ = place.do("service", "stop")
    assert (status, b"has stopped" in out) == (0, True)
    assert not lives(pid)
    wait(lambda: not any(map(lives, family)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a\nb\x1b[31m"},
        {"name": ["harper"]},
        {"name": "x" * 50_000},
        {"module": "os"},
        {"arguments": "harper"},
        {"arguments": ["harper", "{}"] * 50},
        {"arguments": ["\x1b[31m\n", "x"]},
        {"more": "\x1b[31m\nended by root"},
    ],
)
def test_what_an_order_says_reaches_the_log_as_plain_lines(place: Place, wrong: dict[str, Any]) -> None:
    place.env["LOCALPROOF_SERVICE_MINUTES"] = "0.05"
    assert place.do("service", "start")[0] == 0
    line = connect(place.path)
    assert line is not None
    with line, suppress(OSError, ValueError):
        line.send(to_json({"hello": code_fingerprint(), "want": "helper", "order": order(**wrong)}))
        line.receive(2**16, 5.0)
    wait(lambda: place.status() is None)
    wait(lambda: holder_pid(place.path) is None)
    log = place.path.with_suffix(".log").read_text("utf-8")
    assert "\x1b" not in log
    assert all(re.match(r"\d{4}-\d\d-\d\d ", row) and len(row) < 400 for row in log.splitlines())


def test_stop_is_told_when_the_process_is_gone_and_not_before(place: Place) -> None:
    assert place.do("service", "start")[0] == 0
    place.do()
    pid = place.pid()
    for child in descendants(pid):
        os.kill(child, signal.SIGSTOP)  # none of them ends when asked to
    assert b"has stopped" in place.do("service", "stop")[1]
    assert not lives(pid)


def test_it_is_told_why_there_is_no_service(place: Place) -> None:
    place.runtime.chmod(0o755)
    try:
        status, out, _ = place.do("service", "status")
        assert (status, b"is open to others" in out) == (3, True)
        assert b"is open to others" in place.do("doctor")[1]
        assert b"is open to others" in place.do("-v")[2]
        assert b"is open to others" in place.do("service", "start")[2]
        assert b"open to others" not in place.do()[2]
    finally:
        place.runtime.chmod(0o700)
    assert b"service: not running, starts when needed" in place.do("--verbose", "--no-cache", CI="1")[2]


def answered(served: Place) -> dict[str, Any]:
    """What the service tells of itself, asked again where a busy machine made it late."""
    for _ in range(20):
        if told := served.status():
            return told
        time.sleep(0.2)
    raise AssertionError("the service does not answer")


def test_a_crowd_of_silent_clients_starves_nobody(served: Place) -> None:
    with ExitStack() as stack:
        for number in range(150):
            stack.enter_context(hostile(served.path, b"\0" * (number % 4)))
        before = answered(served)
        assert served.do()[0] == 1
        after = answered(served)
    assert after["runs"] == before["runs"] + 1


def test_somebody_who_never_reads_starves_nobody(served: Place, expected: tuple[int, bytes, bytes]) -> None:
    question = framed({"id": 1, "text": "Teh end is an end. " * 500})
    with hostile(served.path, framed({"hello": CODE, "want": "helper", "order": ORDER})) as greedy:
        greedy.settimeout(0.5)
        with suppress(OSError):
            for _ in range(2000):
                greedy.sendall(question)
        assert served.do() == expected


def test_without_any_network_it_works_as_well(served: Place) -> None:
    apart = ["unshare", "--net", "--"] if os.getuid() == 0 else ["unshare", "--map-root-user", "--net", "--"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no network namespace away")
    before = served.status()
    done = subprocess.run(
        [*apart, sys.executable, "-m", "localproof"], input=PROSE.encode(), capture_output=True, env=served.env
    )
    after = served.status()
    assert before and after
    assert (done.returncode, after["runs"] - before["runs"]) == (1, 1)


# The thin client.


@pytest.mark.parametrize(
    ("argv", "files"),
    [
        ([], []),
        (["-"], []),
        (["check", "--lang", "en-GB", "-q"], []),
        (["--profile=all"], []),
        (["--fix"], []),
        (["--lang"], None),
        (["--output-file", "x"], None),
        (["nowhere.md"], None),
        (["service", "stop"], None),
        (["--", "a.md"], None),
        (["--watch"], None),
    ],
)
def test_only_what_is_surely_small_is_sent(argv: list[str], files: list[str] | None) -> None:
    assert fast_client.named_files(argv) == files


def test_files_are_sent_by_name_unless_they_would_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    (tmp_path / "b.md").write_bytes(b"b" * (fast_client.MOST_BYTES + 1))
    assert fast_client.named_files([str(tmp_path / "a.md")]) == [str(tmp_path / "a.md")]
    assert fast_client.named_files([str(tmp_path / "a.md"), "--fix"]) is None
    assert fast_client.named_files([str(tmp_path / "a.md"), "-"]) is None
    assert fast_client.named_files([str(tmp_path / "b.md")]) is None
    assert fast_client.named_files([str(tmp_path)]) is None


def test_the_thin_client_loads_nothing_of_the_house() -> None:
    code = (
        "import sys\nfrom localproof.service import fast_client\nfrom localproof.workers import frames, unix_socket\n"
    )
    code += "sys.stderr.write(' '.join(m for m in sys.modules if m.startswith('localproof.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    rooms = {"workers", "workers.unix_socket", "workers.frames", "service", "service.fast_client"}
    assert {name.removeprefix("localproof.") for name in done.stderr.split()} == rooms
