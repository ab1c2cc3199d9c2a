"""Whole runs over a folder: the first, the next, one with a change, and how memory grows with the number of files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from . import product
from .machine import Peak, Timing, peak, timed

QUIET = [*product.CHECK, "-q"]
COPIES = (100, 1_000, 10_000)
_THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batch(files: list[Path], runs: int) -> Iterator[str]:
    """The same folder again and again, whole processes, beside both bare engines on the same blocks and cores."""
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as place:
        folder, cache = Path(place, "posts"), Path(place, "cache")
        os.environ["LOCALPROOF_CACHE_DIR"] = str(cache)
        folder.mkdir()
        posts = [Path(shutil.copy(path, folder)) for path in files]
        texts = [path.read_text(encoding="utf-8") for path in posts]
        blocks = [block for text in texts for block in product.blocks(text)]
        words = sum(len(block.split()) for block in blocks)
        seconds: dict[str, list[Timing]] = {}
        for turn in range(runs):
            shutil.rmtree(cache, ignore_errors=True)
            seconds.setdefault("both engines, side by side", []).append(engines(blocks))
            for name, arguments in (
                ("first run", []),
                ("nothing changed", []),
                ("another profile", ["--profile", "balanced"]),
            ):
                seconds.setdefault(name, []).append(_product(folder, "--no-service", *arguments))
            change_post(posts[turn % len(posts)], f"in turn {turn}")
            seconds.setdefault("one post changed, no service", []).append(_product(folder, "--no-service"))
            with _service(place) as on:
                change_post(posts[(turn + 1) % len(posts)], f"after turn {turn}")
                seconds.setdefault("one post changed, service warm", []).append(timed([[*on, *QUIET, str(folder)]]))
        yield f"### {len(posts)} Markdown files ({words:,} words of prose), {_THREADS} threads, with the start\n"
        yield from _rows(seconds, words)
        shutil.rmtree(cache, ignore_errors=True)
        for name in ("first run", "nothing changed"):
            memory = peak([*product.COMMAND, *product.CHECK, "-q", str(folder)]) / 2**20
            yield f"\nAll processes of the {name} together held {memory:.0f} MiB at most."


def _rows(seconds: dict[str, list[Timing]], words: int) -> Iterator[str]:
    yield "| what | seconds | words a second | first run ÷ this | CPU seconds | of the engines' |"
    yield "|---|---|---|---|---|---|"
    first = median(t.median for t in seconds["first run"])
    bare = median(c for t in seconds["both engines, side by side"] for c in t.cpu_s)
    for name, timings in seconds.items():
        every = Timing(tuple(s for t in timings for s in t.seconds), max(t.status for t in timings))
        wrong = "" if every.status in (0, 1) else f" (exit status {every.status})"
        cpu = median(c for t in timings for c in t.cpu_s)
        speed = f"{words / every.median:,.0f} | {first / every.median:.1f}"
        yield f"| {name} | {every}{wrong} | {speed} | {cpu:.2f} | {100 * cpu / bare:.1f} % |"


def change_post(post: Path, when: str) -> None:
    """Add a paragraph with an error in it to a post."""
    with post.open("a", encoding="utf-8") as text:
        text.write(f"\n\nThis was added {when}, and it has recieved no attention.\n")


@contextmanager
def _service(place: str) -> Iterator[list[str]]:
    """A service of its own, its engines built; the beginning of a command that uses it."""
    on = ["env", "LOCALPROOF_SERVICE=auto", f"LOCALPROOF_RUNTIME_DIR={Path(place, 'service')}", *product.COMMAND]
    subprocess.run([*on, "service", "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([*on, *product.PIPE], input=b"A paragraph to warm it.", check=False, **quiet)
        yield on
    finally:
        subprocess.run([*on, "service", "stop"], check=True, stdout=subprocess.DEVNULL)


def _product(folder: Path, *arguments: str) -> Timing:
    return timed([[*product.COMMAND, *QUIET, *arguments, str(folder)]])


def engines(blocks: list[str]) -> Timing:
    """Both bare engines from start to end, each in a process of its own."""
    task = json.dumps({"warm": [], "texts": blocks, "threads": _THREADS}) + "\ngo\n"
    return timed([[sys.executable, "-m", "bench.worker", name] for name in ("harper", "languagetool")], task)


def memory(files: list[Path], _: int, *, counts: Sequence[int] = COPIES) -> Iterator[str]:
    """The memory of a run over so many files, each with a paragraph of its own; all else is known from an earlier run.

    10,000 files take a quarter of an hour on two cores.
    """
    yield "### Memory of all processes, both engines at work, by the number of files\n"
    yield "| files | words with markup | peak | of it LocalProof's own process | seconds |\n|---|---|---|---|---|"
    texts = [path.read_text(encoding="utf-8") for path in files[:100]]
    with tempfile.TemporaryDirectory() as place:
        os.environ["LOCALPROOF_CACHE_DIR"] = str(Path(place, "cache"))
        for turn, count in enumerate((len(texts), *counts)):
            folder = Path(place, str(turn))
            folder.mkdir()
            for number in range(count):
                text = f"{texts[number % len(texts)]}\n\nThis is post {number} of {count}, and it is writen here.\n"
                (folder / f"{number:05}.md").write_text(text, encoding="utf-8")
            row = _held([*product.COMMAND, *product.CHECK, "-q", "-o", os.devnull, str(folder)])
            words = sum(len(texts[number % len(texts)].split()) for number in range(count))
            if turn:  # the first fills the cache
                yield f"| {count:,} | {words:,} | {row} |"


def _held(command: list[str]) -> str:
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        with Peak(child.pid) as all_, Peak(child.pid, alone=True) as own:
            child.wait()
        took = time.monotonic() - begun
        return f"{all_.bytes / 2**20:.0f} MiB | {own.bytes / 2**20:.0f} MiB | {took:.1f}"
