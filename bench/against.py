"""Two commits of LocalProof side by side: each figure for the one and the other in turn, so that a busy minute falls on
both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import product
from .batch import QUIET, change_post, engines
from .machine import Timing, timed

HERE = Path(__file__).parents[1]
_COMMAND = [sys.executable, "-P", "-m", "localproof"]  # not that of the folder we are in
POSTS = 800  # of the site that is large
_FINE = (0, 1)
# What issue 22 asks of each figure, in seconds of a quiet machine of two cores; of the others it asks ratios.
AIMS = {
    "--help": "≤ 0.05 s",
    "--version": "≤ 0.05 s",
    "a paragraph, service warm": "≤ 0.1 s",
    "first run": "≥ 95 % of the engines' speed, ≤ 104 % of their CPU",
    "nothing changed": "≤ 0.25 s",
    "one post changed, service warm": "≤ 0.35 s",
    "one post changed, no service": "≤ the engines' start + 0.2 s",
    f"{POSTS} posts, nothing changed": "≤ 1 s",
}
_PARAGRAPH = "She could of gone alone, but the the train was late, and nobody knew when it would recieve a platform.\n"


@dataclass(frozen=True)
class Checkout:
    """The files of a commit, and what its runs keep."""

    name: str
    code: Path
    place: Path

    def environment(self, *, service: bool = False) -> dict[str, str]:
        """What its commands run in."""
        own = {
            "PYTHONPATH": str(self.code),
            "LOCALPROOF_CACHE_DIR": str(self.place / "cache"),
            "LOCALPROOF_RUNTIME_DIR": str(self.place / "run"),
            "LOCALPROOF_SERVICE": "auto" if service else "off",
        }
        return {**os.environ, **own}

    def timed(self, *arguments: str, stdin: str = "", service: bool = False) -> Timing:
        """One run of the product with these arguments."""
        (self.place / "run").mkdir(mode=0o700, exist_ok=True)
        return timed([[*_COMMAND, *arguments]], stdin, self.environment(service=service))


def against(files: Sequence[Path], runs: int, commit: str, site: Sequence[Path]) -> Iterator[str]:
    """The table of both commits: `files` are a folder of posts, `site` is a large one, of which only the run in which
    nothing changed is measured."""
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as folder, ExitStack() as stack:
        before = stack.enter_context(checkout(commit, Path(folder, "before")))
        now = Checkout("now", HERE, Path(folder, "now"))
        now.place.mkdir()
        times: dict[str, dict[str, list[Timing]]] = {}
        for turn in range(runs + 1):  # one more goes before: it compiles the code and reads the files from disk
            for one in (before, now) if turn % 2 else (now, before):
                for name, timing in _turn(one, files, turn):
                    times.setdefault(name, {}).setdefault(one.name, []).extend([timing] * bool(turn))
            times.setdefault(_ENGINES, {}).setdefault("now", []).extend([engines(_blocks(files))] * bool(turn))
        if site:
            for name, timing in _unchanged_site((before, now), site, runs):
                times.setdefault(f"{len(site)} posts, nothing changed", {}).setdefault(name, []).append(timing)
        words = sum(len(block.split()) for block in _blocks(files))
        yield f"### Before ({commit}) and now, in turn ({len(files)} Markdown files, {words:,} words of prose)\n"
        yield from _table(times)


_ENGINES = "both engines, side by side"


def _turn(one: Checkout, files: Sequence[Path], turn: int) -> Iterator[tuple[str, Timing]]:
    """Every figure of one commit, once."""
    yield "--help", one.timed("--help")
    yield "--version", one.timed("--version")
    yield "a paragraph, cold", one.timed(*product.PIPE, stdin=_PARAGRAPH)
    posts = _copied(files, one.place / "posts")
    folder = str(one.place / "posts")
    shutil.rmtree(one.place / "cache", ignore_errors=True)
    yield "first run", one.timed(*QUIET, "--no-service", folder)
    yield "nothing changed", one.timed(*QUIET, "--no-service", folder)
    change_post(posts[turn % len(posts)], f"in turn {turn}")
    yield "one post changed, no service", one.timed(*QUIET, "--no-service", folder)
    with _service(one):
        yield "a paragraph, service warm", one.timed(*product.PIPE, stdin=_PARAGRAPH, service=True)
        change_post(posts[(turn + 1) % len(posts)], f"after turn {turn}")
        yield "one post changed, service warm", one.timed(*QUIET, folder, service=True)


def _unchanged_site(checkouts: Sequence[Checkout], site: Sequence[Path], runs: int) -> Iterator[tuple[str, Timing]]:
    for one in checkouts:
        _copied(site, one.place / "site")
        one.timed(*QUIET, "--no-service", str(one.place / "site"))
    for _ in range(runs):
        for one in checkouts:
            yield one.name, one.timed(*QUIET, "--no-service", str(one.place / "site"))


def _table(times: Mapping[str, Mapping[str, Sequence[Timing]]]) -> Iterator[str]:
    yield "| what | before | now | now ÷ before | CPU before | CPU now | now ÷ before | aim |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, by_commit in times.items():
        joined = {commit: _join(timings) for commit, timings in by_commit.items()}
        old, new = joined.get("before"), joined["now"]
        ratios = ["", ""]
        if old is not None:
            ratios = [f"{new.median / old.median:.2f}", f"{new.cpu_median / old.cpu_median:.2f}"]
        row = [name, _shown(old), _shown(new), ratios[0], _cpu(old), _cpu(new), ratios[1], AIMS.get(name, "")]
        yield f"| {' | '.join(row)} |"


def _join(timings: Sequence[Timing]) -> Timing:
    seconds, cpu_s = (s for t in timings for s in t.seconds), (s for t in timings for s in t.cpu_s)
    return Timing(
        tuple(seconds), max((t.status for t in timings), key=lambda status: status not in _FINE), tuple(cpu_s)
    )


def _shown(timing: Timing | None) -> str:
    if timing is None:
        return ""
    return str(timing) if timing.status in _FINE else f"{timing} (exit status {timing.status})"


def _cpu(timing: Timing | None) -> str:
    return "" if timing is None else f"{timing.cpu_median:.2f} s"


def _blocks(files: Sequence[Path]) -> list[str]:
    return [block for path in files for block in product.blocks(path.read_text(encoding="utf-8", errors="replace"))]


def _copied(files: Sequence[Path], folder: Path) -> list[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return [Path(shutil.copy(path, folder / f"{number:05}-{path.name}")) for number, path in enumerate(files)]


@contextmanager
def _service(one: Checkout) -> Iterator[None]:
    """A service of the commit's own, with its engines built."""
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "env": one.environment(service=True),
    }
    (one.place / "run").mkdir(mode=0o700, exist_ok=True)
    subprocess.run([*_COMMAND, "service", "start"], check=True, **quiet)
    try:
        subprocess.run([*_COMMAND, *product.PIPE], input=b"A paragraph to warm it.", check=False, **quiet)
        yield
    finally:
        subprocess.run([*_COMMAND, "service", "stop"], check=False, **quiet)


@contextmanager
def checkout(commit: str, place: Path) -> Iterator[Checkout]:
    """The files of `commit`, till the context is left. Raises SystemExit where there is no such commit."""
    place.mkdir()
    archive = subprocess.run(["git", "-C", str(HERE), "archive", commit], capture_output=True, check=False)
    if archive.returncode:
        raise SystemExit(f"bench: {archive.stderr.decode(errors='replace').strip()}")
    code = place / "code"
    code.mkdir()
    subprocess.run(["tar", "-x", "-C", str(code)], input=archive.stdout, check=True)
    yield Checkout("before", code, place)


def compile_once() -> None:
    """Have Python keep what it compiles, in a folder that lasts as long as this process, whatever the environment says:
    it does so for a user, and not to do it costs half as much again as a warm run."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    folder = tempfile.TemporaryDirectory(prefix="lp-compiled-")
    os.environ["PYTHONPYCACHEPREFIX"] = folder.name
    _KEPT.append(folder)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []  # till this process ends
