"""A document is the unit of failure: none that loops or breaks its reader costs another one its findings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from localproof.config import Settings
from localproof.formats import FORMATS, Format, read
from localproof.pipeline import checker
from localproof.pipeline.report_steps import ReportRequest
from localproof.report import BadInput, Report, Run, Unavailable
from localproof.system import cpu_limits
from localproof.system.cpu_limits import run_contained

REPOSITORY = Path(__file__).resolve().parents[2]
GOOD = "I like teh dog.\n"


def loops() -> None:
    while True:
        pass


def loops_and_swallows() -> None:
    while True:
        with suppress(Exception):
            loops()


def matches() -> None:
    re.match(r"(a+)+$", "a" * 60 + "b")


def recurses() -> None:
    recurses()


def breaks(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


class Panic(BaseException):
    """As native code raises it."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cpu_limits, "LEAST_S", 0.3)
    yield
    cpu_limits._late.clear()


WRONG = (KeyError("x"), AssertionError(), MemoryError(), ValueError("no\x1b[31m"), Panic("native"), StopIteration())


@pytest.mark.parametrize("work", [loops, loops_and_swallows, recurses, *map(breaks, WRONG)])
@pytest.mark.parametrize("main", [True, False])
def test_whatever_goes_wrong_is_a_document_skipped(work: Callable[[], None], main: bool) -> None:
    heard: list[Unavailable] = []

    def do() -> None:
        with pytest.raises(Unavailable) as told:
            run_contained("a.md", "read", 10, work)
        heard.append(told.value)

    if main:
        do()
    else:
        thread = threading.Thread(target=do)
        thread.start()
        thread.join(30)
    skipped = heard[0].skipped
    assert skipped.what == "a.md"
    assert skipped.reason.startswith("cannot be read: ")
    assert skipped.remedy == cpu_limits.REMEDY
    assert run_contained("a.md", "read", 10, lambda: 5) == 5


@pytest.mark.skipif(sys.platform == "win32", reason="there is no timer")
def test_an_expression_that_never_ends_is_stopped() -> None:
    with pytest.raises(Unavailable):
        run_contained("a.md", "read", 10, matches)


def test_what_is_meant_to_end_the_run_does() -> None:
    for error in (KeyboardInterrupt(), SystemExit(3), BadInput("x"), Unavailable("y", "z")):
        with pytest.raises(type(error)):
            run_contained("a.md", "read", 10, breaks(error))


def test_waiting_costs_a_document_nothing() -> None:
    assert run_contained("a.md", "read", 10, lambda: time.sleep(0.6)) is None


def test_the_limit_of_work_around_it_is_not_its_own() -> None:
    def around() -> None:
        run_contained("inner.md", "read", 10**9, loops)

    with pytest.raises(Unavailable, match=r"outer\.md"):
        run_contained("outer.md", "judged", 10, around)


def test_one_that_took_too_long_has_less_time_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_limits, "LEAST_S", 1.5)
    took = []
    for _ in range(2):
        begun = time.thread_time()
        with pytest.raises(Unavailable):
            run_contained("a.md", "read", 10, loops)
        took.append(time.thread_time() - begun)
    assert took[1] < 1.0 < took[0]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no timer")
def test_the_main_thread_lends_itself_to_others() -> None:
    posted: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
    heard: list[BaseException] = []

    def ask() -> None:
        for work in (matches, recurses):
            try:
                run_contained("a.md", "read", 10, work, alone=True)
            except Unavailable as error:
                heard.append(error)
        posted.put(None)

    with cpu_limits.lending(posted.put):
        threading.Thread(target=ask).start()
        while (do := posted.get()) is not None:
            do()
    assert len(heard) == 2


def test_nobody_waits_for_a_main_thread_that_has_gone() -> None:
    ended: Future[str] = Future()
    posted: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def ask() -> None:
        try:
            run_contained("a.md", "read", 10, lambda: 5, alone=True)
        except BaseException as error:  # noqa: BLE001
            ended.set_result(type(error).__name__)

    with cpu_limits.lending(posted.put):
        threading.Thread(target=ask, daemon=True).start()
        posted.get()
    assert ended.result(10) == "_Left"


# In every face. A format that loops and others that raise are put among ours by a module that Python imports unasked.

BAD = ("loop", "regex", "recursion", "memory", "key", "assertion")
INJECTED = """
import re, sys
from importlib.machinery import PathFinder

def loop(*_):
    while True: pass
def regex(*_): re.match("(a+)+$", "a" * 60 + "b")
def recursion(*_): recursion()
def memory(*_): raise MemoryError
def key(*_): return {}["x"]
def assertion(*_): assert False

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name != "localproof.formats":
            return None
        spec = PathFinder.find_spec(name, path)
        before = spec.loader.exec_module
        def exec_module(module):
            before(module)
            for read in (loop, regex, recursion, memory, key, assertion):
                suffix = read.__name__
                module.FORMATS[suffix] = module.Format(suffix, ("." + suffix,), read, (suffix,))
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""


class Place:
    """A folder with two good texts and bad ones, and an environment in which their formats are known."""

    def __init__(self, root: Path, bad: tuple[str, ...] = BAD) -> None:
        self.root, self.work = root, root / "work"
        for folder in (root / "own", root / "run", self.work, root / "modules"):
            folder.mkdir(mode=0o700)
        (root / "modules" / "sitecustomize.py").write_text(INJECTED, "utf-8")
        for name in ("a.md", "z.md", *(f"m.{suffix}" for suffix in bad)):
            (self.work / name).write_text(GOOD, "utf-8")
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        self.env = {
            **kept,
            **{f"LOCALPROOF_{name}_DIR": str(root / "own") for name in ("CONFIG", "CACHE", "STATE")},
            "LOCALPROOF_RUNTIME_DIR": str(root / "run"),
            "LOCALPROOF_ENGINES": "harper",
            "LOCALPROOF_SERVICE": "off",
            "PYTHONPATH": os.pathsep.join([str(root / "modules"), str(REPOSITORY)]),
        }

    def do(self, *arguments: str, given: str = "", **env: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "localproof", *arguments]
        env = {**self.env, **env}
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, cwd=self.work, env=env, timeout=100
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def place() -> Iterator[Place]:
    if os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
        pytest.importorskip("harper")
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as name:
        yield Place(Path(name))


def of(said: str) -> dict[str, Any]:
    """The findings of each file that has any, and what was skipped."""
    run = json.loads(said)
    found = {f["path"]: len(f["findings"]) for f in run["documents"] if f["findings"]}
    return {"found": found, "skipped": {s["what"]: s["reason"] for s in run["skipped"]}}


posix = pytest.mark.skipif(sys.platform == "win32", reason="an expression cannot be stopped there")


@posix
def test_in_a_batch_the_others_have_their_findings(place: Place) -> None:
    _, out, _ = place.do("--output-format", "json", ".")
    told = of(out)
    assert told["found"] == {"a.md": 1, "z.md": 1}
    assert set(told["skipped"]) == {f"m.{suffix}" for suffix in BAD}
    status, out, _ = place.do("--output-format", "json", "a.md", "m.loop")
    assert (status, of(out)["found"]) == (2, {"a.md": 1})


@posix
def test_in_a_pipe_one_line_says_so(place: Place) -> None:
    for suffix in ("regex", "memory"):
        status, _, err = place.do("--stdin-filename", f"m.{suffix}", given=GOOD)
        assert status == 2
        assert f"m.{suffix}: cannot be read as {suffix}" in err


@posix
def test_correcting_and_the_baseline_go_on_without_it(place: Place) -> None:
    (place.work / ".git").mkdir()
    (place.work / "a.md").write_text("This is an test.\n", "utf-8")
    _, _, err = place.do("baseline", "create", ".")
    assert "2 findings accepted" in err
    assert "m.loop" in err
    _, out, _ = place.do("--output-format", "json", "--no-baseline", "--fix", "--unsafe-fixes", ".")
    assert (place.work / "a.md").read_text("utf-8") == "This is a test.\n", out
    assert (place.work / "m.loop").read_text("utf-8") == GOOD


@posix
def test_through_the_service_it_is_the_same(place: Place) -> None:
    env = {"LOCALPROOF_SERVICE": "auto"}
    assert place.do("service", "start", **env)[0] == 0
    try:
        for suffix in ("regex", "key"):
            status, out, _ = place.do("--output-format", "json", "a.md", f"m.{suffix}", **env)
            assert (status, of(out)["found"]) == (2, {"a.md": 1})
        assert "2 answered whole" in place.do("service", "status", **env)[1]
    finally:
        assert place.do("service", "stop", **env)[0] == 0


class Server:
    """`localproof lsp`, by hand."""

    def __init__(self, place: Place) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "localproof", "lsp"]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=place.work, env=place.env)
        self.heard: SimpleQueue[dict[str, Any]] = SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.say("initialize", {"capabilities": {}, "rootUri": None}, 1)
        self.say("initialized", {})

    def say(self, method: str, params: Any, number: int | None = None) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number else {}))
        assert self.process.stdin is not None
        self.process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
        self.process.stdin.flush()

    def open(self, name: str, language: str) -> None:
        item = {"uri": f"file:///nowhere/{name}", "languageId": language, "version": 1, "text": GOOD}
        self.say("textDocument/didOpen", {"textDocument": item})

    def _listen(self) -> None:
        assert self.process.stdout is not None
        while head := self.process.stdout.readline():
            if head.startswith(b"Content-Length:"):
                while self.process.stdout.readline() != b"\r\n":
                    pass
                self.heard.put(json.loads(self.process.stdout.read(int(head.split(b":")[1]))))

    def until(self, wanted: Callable[[dict[str, Any]], bool], limit_s: float = 60.0) -> dict[str, Any]:
        until_s = time.monotonic() + limit_s
        while not wanted(message := self.heard.get(timeout=until_s - time.monotonic())):
            pass
        return message


@posix
@pytest.mark.parametrize("suffix", ["loop", "regex", "key"])
def test_the_language_server_says_so_once_and_goes_on(place: Place, suffix: str) -> None:
    server = Server(place)
    server.open(f"m.{suffix}", suffix)
    told = server.until(lambda m: m.get("method") == "window/showMessage")
    assert f"m.{suffix}: cannot be read" in told["params"]["message"]
    about = {"uri": f"file:///nowhere/m.{suffix}", "version": 2}
    server.say("textDocument/didChange", {"textDocument": about, "contentChanges": [{"text": GOOD * 2}]})
    server.open("a.md", "markdown")
    found = server.until(
        lambda m: (
            m.get("method") != "window/showMessage"  # not again
            and bool(m.get("params", {}).get("diagnostics"))
        )
    )
    assert found["params"]["uri"].endswith("a.md")
    server.say("shutdown", None, 2)
    server.until(lambda m: m.get("id") == 2)
    server.say("exit", None)
    assert server.process.wait(5) == 0


@posix
@pytest.mark.parametrize("suffix", ["loop", "regex"])
@pytest.mark.parametrize("goodbye", [True, False])
def test_the_language_server_ends_while_a_reader_hangs(place: Place, suffix: str, goodbye: bool) -> None:
    server = Server(place)
    server.until(lambda m: m.get("id") == 1)
    (place.root / "own" / "config.toml").write_text("", "utf-8")
    server.open(f"m.{suffix}", suffix)
    time.sleep(1.0)
    begun_s = time.monotonic()
    if goodbye:
        server.say("shutdown", None, 2)
        server.until(lambda m: m.get("id") == 2)
        server.say("exit", None)
    else:
        assert server.process.stdin is not None
        server.process.stdin.close()
    assert server.process.wait(20) == (0 if goodbye else 1)
    assert time.monotonic() - begun_s < 4.0  # on a busy machine


# Judging and showing.


def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that breaks over one text."""

    def report(request: ReportRequest) -> Report:
        if "breaks" in request.document.text:
            raise RecursionError
        return Report(request.document, words=1)

    monkeypatch.setattr(checker, "make_report", report)


def checked(*texts: str) -> Run:
    settings = Settings(engines=(), service="off", energy_meter="off")
    with checker.Checker(settings) as opened:
        return opened.check_all(read(f"{i}.md", text, settings) for i, text in enumerate(texts))


def test_a_text_that_cannot_be_judged_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch)
    good, bad, other = checked("one", "it breaks", "two").reports
    assert good.checked
    assert other.checked
    assert not bad.checked
    assert bad.skipped[0].what == "1.md"
    assert "cannot be judged: RecursionError" in bad.skipped[0].reason


def test_a_text_that_cannot_be_given_to_the_engines_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(block: Any, language: str = "en") -> bool:
        if "breaks" in block.text:
            raise AssertionError
        return False

    monkeypatch.setattr(checker, "is_in_other_language", other)
    good, bad = checked("one", "it breaks").reports
    assert not good.skipped
    assert "cannot be given to the engines" in bad.skipped[0].reason


@pytest.mark.parametrize("format", ["text", "json", "concise", "html"])
def test_a_report_that_cannot_be_shown_is_skipped(monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    from localproof.commands import check_output
    from localproof.pipeline.planning import CheckOptions
    from localproof.render import RENDERERS, Style, findings_of

    def breaking(show: Callable[..., str]) -> Callable[..., str]:
        def shown(what: Any, *rest: Any) -> str:
            reports = [what] if isinstance(what, Report) else what.reports
            if any(r.document.name == "1.md" for r in reports):
                raise KeyError
            return show(what, *rest)

        return shown

    monkeypatch.setattr(check_output, "findings_of", breaking(findings_of))
    monkeypatch.setitem(RENDERERS, format, breaking(RENDERERS[format]))
    run = checked("one", "two", "three")
    text, shown = check_output._result(CheckOptions(output_format=format), (), run, Style(), as_bytes=True)
    assert [s.what for s in shown.skipped] == ["1.md"]
    assert format != "json" or [f["path"] for f in json.loads(text)["documents"]] == ["0.md", "2.md"]


def test_every_format_is_contained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "bad", Format("bad", (".bad",), lambda *_: recurses()))  # type: ignore[arg-type]
    for format in (None, "bad"):
        with pytest.raises(Unavailable, match="cannot be read as bad: RecursionError"):
            read("a.bad", "x", Settings(), format)


def test_after_a_limit_in_a_thread_functions_can_be_traced() -> None:
    """In a process of its own: where that fails, it hangs."""
    code = (
        "import sys, threading\n"
        "from localproof.system import cpu_limits\n"
        "def work():\n"
        "    try:\n"
        "        cpu_limits._within(0.05, lambda: [None for _ in iter(int, 1)])\n"
        "    except BaseException as error:\n"
        "        print(type(error).__name__)\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start()\n"
        "thread.join()\n"
        "sys.settrace(lambda *_: None)\n"
        "[(lambda: 1)() for _ in range(100)]\n"
        "print('traced')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["_Overdue", "traced"]
