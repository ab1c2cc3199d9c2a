"""What each process of a first run does when, as a picture: ``python -m bench.timeline docs/timeline.svg``.

Samples the CPU time of LocalProof's own process and of each engine's helper
while a folder is checked that nobody has checked before, and draws for each
how many cores it keeps busy, and in grey what all other programs do meanwhile.
What is empty at the top is a core that idles.

    FILE           where the picture is written
    --words N      words of Markdown (default 20,000)
    --text FOLDER  Markdown files to use; default: a blog from DATA/data/blogs
    --data FOLDER  folder that holds data/ (default ../shared)
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

from . import product
from .against import compile_once
from .machine import family
from .sets import SHARED
from .speed import chosen_texts

_STEP_S = 0.25
_WIDTH, _HEIGHT, _LEFT, _TOP = 760, 220, 44, 26
_OWN = "LocalProof itself"
_INKS = {_OWN: "#2a6f97", "Harper": "#e09f3e", "LanguageTool": "#9e2a2b"}
_OTHERS = "other programs"
_INKS_AND_OTHERS = {**_INKS, _OTHERS: "#c8c8c8"}
_NAMES = {"harper": "Harper", "languagetool": "LanguageTool"}

Sample = Mapping[str, float]  # CPU seconds so far, by part


def main() -> int:
    """Check the texts once and write the picture; the exit status."""
    args = _arguments()
    compile_once()
    with tempfile.TemporaryDirectory() as folder:
        chosen_texts(args.text, args.data, args.words, Path(folder))
        command = [*product.COMMAND, *product.CHECK, "-q", "--no-service", str(Path(folder, "texts"))]
        env = {**os.environ, "LOCALPROOF_CACHE_DIR": str(Path(folder, "cache"))}
        samples, status = sample(command, env)
    args.file.write_text(draw(samples, os.cpu_count() or 1), encoding="utf-8")
    return 0 if status in (0, 1) else status


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.timeline", description="A first run as a picture.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED)
    return parser.parse_args()


def sample(command: Sequence[str], env: Mapping[str, str]) -> tuple[list[tuple[float, Sample]], int]:
    """(seconds since the start, CPU time by part) again and again while `command` runs, and its status."""
    begun_s, samples = time.monotonic(), []
    spent: dict[int, tuple[str, float]] = {}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        while child.poll() is None:
            for pid in family(child.pid):
                if (cpu_s := _cpu_s(pid)) is not None:
                    part = spent[pid][0] if pid in spent else _OWN
                    # A helper has our command till it has its own.
                    spent[pid] = (_part(pid, child.pid) if part == _OWN else part), cpu_s
            total = dict.fromkeys(_INKS_AND_OTHERS, 0.0)
            for part, cpu_s in spent.values():
                total[part] += cpu_s
            total[_OTHERS] = _busy_s() - sum(total.values())
            samples.append((time.monotonic() - begun_s, total))
            time.sleep(_STEP_S)
    return samples, child.returncode


def _part(pid: int, own: int) -> str:
    """Whose work a process does, by its command: helpers are told the name of their engine."""
    words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0") if pid != own else []
    return next((title for name, title in _NAMES.items() if name in words), _OWN)


def _cpu_s(pid: int) -> float | None:
    """The CPU seconds of a process (Linux); None where it has ended."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return None


def _busy_s() -> float:
    """The CPU seconds that everything on this machine has used since it was started (Linux)."""
    user, nice, system, _, _, *others = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def draw(samples: Sequence[tuple[float, Sample]], cores: int) -> str:
    """The picture, as SVG: time to the right, busy cores upwards, one colour for each part."""
    end_s = samples[-1][0] if samples else 1.0
    across, up = (_WIDTH - _LEFT - 10) / max(end_s, 1e-9), (_HEIGHT - _TOP - 24) / cores
    floor = _HEIGHT - 24
    shapes = []
    for (from_s, before), (to_s, now) in pairwise(samples):
        at = 0.0
        for part, ink in _INKS_AND_OTHERS.items():
            busy = min((now.get(part, 0.0) - before.get(part, 0.0)) / max(to_s - from_s, 1e-9), cores - at)
            if busy > 0.005:
                x, y = _LEFT + from_s * across, floor - (at + busy) * up
                size = f'width="{(to_s - from_s) * across + 0.3:.1f}" height="{busy * up:.1f}"'
                shapes.append(f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{ink}"/>')
                at += busy
    lines = [
        f'<text x="{_LEFT - 6}" y="{floor - n * up + 4:.1f}" text-anchor="end">{n}</text>'
        f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{floor - n * up:.1f}" y2="{floor - n * up:.1f}" stroke="#ccc"/>'
        for n in range(cores + 1)
    ]
    key = [
        f'<rect x="{_LEFT + 150 * n}" y="6" width="10" height="10" fill="{ink}"/>'
        f'<text x="{_LEFT + 150 * n + 15}" y="15">{escape(part)}</text>'
        for n, (part, ink) in enumerate(_INKS.items())
    ]
    end = f'<text x="{_WIDTH - 10}" y="{_HEIGHT - 8}" text-anchor="end">{end_s:.1f} s</text>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
    title = "<title>Cores that a first run keeps busy, by part, over time</title>"
    return "\n".join([head + 'font-size="12">', title, *lines, *shapes, *key, end, "</svg>", ""])


if __name__ == "__main__":
    sys.exit(main())
