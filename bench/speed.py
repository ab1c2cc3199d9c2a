"""Speed and memory beside the bare engines and other tools: ``python -m bench.speed``.

Every figure is a median of several runs, taken in turn with the runs that it
is compared with, on one machine that is named. What is not installed is a row
that says so. Nothing is downloaded.

    --runs N        runs of each figure (default 5)
    --words N       words of Markdown for throughput (default 20,000)
    --text FOLDER   Markdown files to use; default: a blog from DATA/data/blogs
    --data FOLDER   folder that holds data/ (default ../shared)
    --peers FOLDER  look here too for the other tools (may be given again)
    --model FILE    a GGUF to measure the reading of; none by default
    --files N       files for the memory of a run (may be given again; default 100, 1,000 and 10,000)
    --against C     beside the commit C: both in turn, in one table; nothing else then, unless --only names it
    --posts N       posts of the site in that table (default 800; 0 for none)
    --only PART     cold, service, warm, batch, memory, lsp, model or peers (may be given again)
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from . import product
from .against import POSTS, against, compile_once
from .batch import COPIES, batch, memory
from .editor import lsp
from .machine import Timing, interleaved, named, peak, timed
from .reading import reading
from .sets import SHARED

PARAGRAPH = """\
A paragraph of the kind that somebody pipes through a proofreader before it is sent. She could of gone alone, but the \
the train was late and nobody knew when it would recieve a platform. We has looked at the timetable, which was not \
much help, and than we waited for a hour. The station were cold and the cafe had all ready closed. In the end a man \
with a lantern came and told us that there was no more trains, so we walked home along the river.
"""
_START = "import os, sys; text = sys.stdin.read(); os.dup2(2, 1); "
HARPER = _START + "import harper; harper.Linter().organized_lints(text, language='plaintext', dedup=False); os._exit(0)"
LANGUAGETOOL = _START + "import lt_py; lt_py.Engine('en', variant='en-US').check(text); os._exit(0)"

# Other tools: name, program, arguments before the folder, what it is.
PEERS: tuple[tuple[str, str, list[str], str], ...] = (
    ("harper-cli", "harper", ["lint", "--format", "compact"], "Harper by itself, all its rules"),
    ("typos", "typos", ["--format", "brief"], "known misspellings only"),
    ("codespell", "codespell", [], "known misspellings only"),
    ("proselint", "proselint", ["check"], "style advice"),
    ("vale", "vale", [], "style rules; its PyPI package downloads a program when first run, so it is not used here"),
)


def main() -> None:
    """Print the report on standard output."""
    args = _arguments()
    compile_once()
    if timed([[*product.COMMAND, "--help"]]).status:
        raise SystemExit(f"{' '.join(product.COMMAND)} does not run")
    os.environ["LOCALPROOF_SERVICE"] = "off"  # but where it is what is measured
    os.environ["PATH"] = os.pathsep.join([*map(str, args.peers), os.environ.get("PATH", "")])
    print(f"Machine: {named()}.\nMedians of {args.runs} runs; in brackets the fastest and the slowest.\n")
    with tempfile.TemporaryDirectory() as folder:
        files = chosen_texts(args.text, args.data, args.words, Path(folder))
        parts: dict[str, Callable[[list[Path], int], Iterator[str]]] = {
            "cold": cold,
            "service": service,
            "warm": warm,
            "batch": batch,
            "memory": partial(memory, counts=args.files or COPIES),
            "lsp": lsp,
            "model": partial(reading, model=args.model),
            "peers": peers,
        }
        if args.against:
            site = _posts(args.data, Path(folder), args.posts)
            for line in against(files, args.runs, args.against, site):
                print(line, flush=True)
            print()
        for name in args.only or ([] if args.against else parts):
            for line in parts[name](files, args.runs):
                print(line, flush=True)
            print()


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description="Speed beside engines and other tools.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--peers", type=Path, action="append", default=[])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--files", type=int, action="append", default=[])
    parser.add_argument("--against", metavar="COMMIT")
    parser.add_argument("--posts", type=int, default=POSTS)
    only = ("cold", "service", "warm", "batch", "memory", "lsp", "model", "peers")
    parser.add_argument("--only", action="append", choices=only, default=[])
    return parser.parse_args()


def chosen_texts(source: Path | None, data: Path, most_words: int, folder: Path) -> list[Path]:
    """Markdown files of about so many words in all, copied to ``texts`` in `folder`: from `source`, or a blog in
    `data`."""
    if source is None:
        source = folder / "blog"
        with tarfile.open(data / "data" / "blogs" / "remysharp.tar.xz") as tar:
            tar.extractall(source, filter="data")
    chosen: list[Path] = []
    words = 0
    (folder / "texts").mkdir()
    # Spread over the years: every 7th file, then every 7th from the second on.
    every = sorted(source.rglob("*.md"))
    for path in (p for start in range(7) for p in every[start::7]):
        count = len(path.read_text(encoding="utf-8", errors="replace").split())
        if count >= 50 and words < most_words:
            chosen.append(Path(shutil.copy(path, folder / "texts" / f"{len(chosen):04}-{path.name}")))
            words += count
    return chosen


def _posts(data: Path, folder: Path, count: int) -> list[Path]:
    """The first `count` posts of 250 words or more of all blogs in `data`, unpacked to `folder`."""
    if not count:
        return []
    for archive in sorted((data / "data" / "blogs").glob("*.tar.xz")):
        with tarfile.open(archive) as tar:
            tar.extractall(folder / "site", filter="data")
    every = sorted((folder / "site").rglob("*.md"))
    return [p for p in every if len(p.read_text(encoding="utf-8", errors="replace").split()) >= 250][:count]


def cold(_: list[Path], runs: int) -> Iterator[str]:
    """One paragraph through a pipe, whole processes, beside what the bare engines need for the same."""
    python = sys.executable
    work = {
        "python -c pass": [[python, "-c", "pass"]],
        "import localproof": [[python, "-c", "import localproof"]],
        "localproof --help": [[*product.COMMAND, "--help"]],
        "Harper: import, build, check": [[python, "-c", HARPER]],
        "LanguageTool: import, build, check": [[python, "-c", LANGUAGETOOL]],
        "both engines, side by side": [[python, "-c", HARPER], [python, "-c", LANGUAGETOOL]],
        "localproof, cold": [[*product.COMMAND, *product.PIPE]],
    }
    times = interleaved(work, runs, PARAGRAPH)
    floor = times["both engines, side by side"].median
    yield f"### One paragraph ({len(PARAGRAPH.split())} words), whole process\n"
    yield "| what | seconds | beside both engines | peak memory |\n|---|---|---|---|"
    for name, commands in work.items():
        memory = _mebibytes(sum(peak(command, PARAGRAPH) for command in commands))
        yield f"| {name} | {_shown(times[name])} | {times[name].median - floor:+.3f} s | {memory} |"


def service(_: list[Path], runs: int) -> Iterator[str]:
    """The same paragraph with the resident service running, beside doing without it, at least 20 runs each."""
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as folder:
        on = ["env", "LOCALPROOF_SERVICE=auto", f"LOCALPROOF_RUNTIME_DIR={folder}", *product.COMMAND]
        work = {
            "python -c pass": [[sys.executable, "-c", "pass"]],
            "localproof, service warm": [[*on, *product.PIPE]],
            "the same, answers in the cache": [[*on, *[word for word in product.PIPE if word != "--no-cache"]]],
            "localproof, cold": [[*product.COMMAND, *product.PIPE]],
            "Harper alone: import, build, check": [[sys.executable, "-c", HARPER]],
        }
        if found := shutil.which("harper-cli"):
            work["harper-cli, from standard input"] = [[found, "lint"]]
        subprocess.run([*on, "service", "start"], check=True, stdout=subprocess.DEVNULL)
        try:
            times = interleaved(work, max(20, runs), PARAGRAPH)
            state = subprocess.run([*on, "service", "status"], check=True, capture_output=True, text=True).stdout
        finally:
            subprocess.run([*on, "service", "stop"], check=True, stdout=subprocess.DEVNULL)
    floor = times["Harper alone: import, build, check"].median
    yield f"### One paragraph ({len(PARAGRAPH.split())} words), whole process, medians of {max(20, runs)} runs\n"
    yield "| what | seconds | of Harper alone |\n|---|---|---|"
    for name, time in times.items():
        yield f"| {name} | {_shown(time)} | {100 * time.median / floor:.0f} % |"
    yield f"\nThe service by then:\n\n```\n{state}```"


def _shown(timing: Timing, fine: tuple[int, ...] = (0, 1)) -> str:
    return str(timing) if timing.status in fine else f"{timing} (exit status {timing.status})"


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB" if size else ""


def warm(files: list[Path], runs: int) -> Iterator[str]:
    """Words a second of the product, engines already built, beside the bare engines on the same blocks and cores."""
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    sources = [path.read_text(encoding="utf-8") for path in files]
    blocks = [text for source in sources for text in product.blocks(source)]
    words = sum(len(text.split()) for text in blocks)
    # Warm-up with other texts, so that nothing measured is answered from an engine's own cache.
    held = max(1, len(sources) // 10)
    head = [text for source in sources[:held] for text in product.blocks(source)]
    rest = [text for source in sources[held:] for text in product.blocks(source)]
    bare = {"warm": head, "texts": rest, "threads": threads}
    whole = {"warm": sources[:held], "texts": sources[held:], "threads": threads}
    lines: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "Harper alone": [("harper", bare)],
        "LanguageTool alone": [("languagetool", bare)],
        "both engines, side by side": [("harper", bare), ("languagetool", bare)],
        "localproof": [("localproof", whole)],
    }
    count = sum(len(text.split()) for text in rest)
    speeds: dict[str, list[float]] = {name: [] for name in lines}
    for _ in range(runs):
        for name, parts in lines.items():
            speeds[name].append(count / _together(parts))
    floor = median(speeds["both engines, side by side"])
    yield f"### Throughput, engines built, {threads} threads ({len(files)} Markdown files, {words:,} words of prose)\n"
    yield "| what | words a second | of both engines |\n|---|---|---|"
    for name, values in speeds.items():
        shown = f"{median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"
        yield f"| {name} | {shown} | {100 * median(values) / floor:.0f} % |"


def _together(parts: list[tuple[str, dict[str, Any]]]) -> float:
    """Seconds until the last of `parts`, started at the same moment, has checked its texts."""
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.worker", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name, _ in parts
    ]
    for child, (_, task) in zip(children, parts, strict=True):
        assert child.stdin is not None
        child.stdin.write(json.dumps(task) + "\n")
        child.stdin.flush()
    for child in children:
        assert child.stdout is not None
        if not child.stdout.readline():
            raise SystemExit("a worker ended before it was ready; see above")
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [json.loads(child.communicate()[0]) for child in children]
    return max(float(answer["seconds"]) for answer in answers)


def peers(files: list[Path], runs: int) -> Iterator[str]:
    """The same files through other tools, whole processes, start included."""
    folder = files[0].parent
    words = sum(len(path.read_text(encoding="utf-8").split()) for path in files)
    work = {"localproof": [[*product.COMMAND, *product.CHECK, "--no-cache", str(folder)]]}
    for name, program, arguments, _ in PEERS:
        if found := shutil.which(program):
            # harper-cli takes files; the others walk a folder.
            targets = [str(path) for path in files] if name == "harper-cli" else [str(folder)]
            work[name] = [[found, *arguments, *targets]]
    times = interleaved(work, max(1, runs // 2))
    yield f"### Whole runs over {len(files)} Markdown files ({words:,} words with markup), start included\n"
    yield "| tool | seconds | words a second | times as fast as localproof | peak memory | what it is |"
    yield "|---|---|---|---|---|---|"
    base = times["localproof"].median
    rows = [("localproof", "", [], "rules of Harper and LanguageTool, judged"), *PEERS]
    for name, _, _, what in rows:
        if name not in work:
            yield f"| {name} | not installed | | | | {what} |"
            continue
        time = times[name]
        memory = _mebibytes(peak(work[name][0]))
        ratio = f"{base / time.median:.1f}×"
        # 2 and 65 are how typos and codespell say that they found something.
        shown = _shown(time) if name == "localproof" else _shown(time, (0, 1, 2, 65))
        yield f"| {name} | {shown} | {words / time.median:,.0f} | {ratio} | {memory} | {what} |"


if __name__ == "__main__":
    main()
