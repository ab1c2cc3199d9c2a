"""Figures kept with their date and machine: ``python -m bench.record speed --only cold``.

Runs the bench that is named, `speed` where none is, with the arguments that
follow, shows what it says, and, where it ends well, adds that to ``bench/results/DATE-MACHINE.md``
with the command, the commit and the load of the machine before. Help, its own
or that of a bench, is shown and not kept.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from .machine import named

RESULTS = Path(__file__).with_name("results")


def main(arguments: Sequence[str], results: Path = RESULTS) -> int:
    """Run a bench and keep what it says; its exit status."""
    wants_help = not {"-h", "--help"}.isdisjoint(arguments)
    if wants_help and arguments[0].startswith("-"):
        print(__doc__)
        return 0
    if not arguments or arguments[0].startswith("-"):
        arguments = ["speed", *arguments]
    if not Path(__file__).with_name(f"{arguments[0]}.py").is_file():
        raise SystemExit(__doc__)
    day, load = datetime.now(UTC).date().isoformat(), os.getloadavg()[0]
    commit = current_commit(Path(__file__).parents[1])
    command = [sys.executable, "-m", f"bench.{arguments[0]}", *arguments[1:]]
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            said.append(line)
    if running.returncode == 0 and not wants_help:
        machine = named()
        path = results / f"{day}-{machine_slug(machine)}.md"
        heading = "" if path.exists() else f"# {day}, {machine}\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(heading + "".join(section(arguments, commit, load, said)))
        print(f"kept in {path}", file=sys.stderr)
    return running.returncode


def machine_slug(machine: str) -> str:
    """What a machine is called in the name of a file: its processor and its cores.

    >>> machine_slug("AMD EPYC 9654 96-Core Processor, 2 cores, 8 GiB, Linux 6.8, Python 3.11.7")
    'amd-epyc-9654-96-core-processor-2-cores'
    """
    processor, cores, *_ = [*machine.split(", "), ""]
    return re.sub(r"[^a-z0-9]+", "-", f"{processor} {cores}".lower()).strip("-")


def current_commit(repository: Path) -> str:
    """The commit that is measured, and whether files differ from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short=12", "HEAD") + (" with changes that are not committed" if changed else "")


def section(arguments: Sequence[str], commit: str, load: float, said: Sequence[str]) -> Iterator[str]:
    """One run, in Markdown."""
    yield f"\n## `python -m bench.{' '.join(arguments)}`\n\n"
    yield f"Commit {commit}; load {load:.1f} before.\n\n"
    yield "".join(said).strip() + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
