"""Kill a review or a `--fix` at random moments and look at what is left: ``python -m bench.killed``.

Each round reviews or fixes a folder of files in a process of its own, which
gets SIGKILL at a random moment of the work. Afterwards every file must hold
either what it held before or what it was to hold, the journal must say which,
undoing must bring every file back, and what the review remembers must load.

    --times N   rounds (default 1,000)
    --files N   files in each round (default 12)
    --seed N    for the same moments again
    --tally F   keep the count in a file, and go on from it where it was stopped: then N is the rounds in all
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from localproof.config import Settings
from localproof.pipeline.batch import TaskOutcome, write_fixes
from localproof.pipeline.fixes import AppliedFixes
from localproof.pipeline.planning import CheckOptions
from localproof.project import undo_log
from localproof.project.files import InputFile, read_source
from localproof.report import Finding, Report, Run
from localproof.review import progress
from localproof.review.plain import run_dialogue
from localproof.review.workspace import ReviewWorkspace
from localproof.terminal import Terminal
from localproof.text import Document, Edit, Span

_OLD, _NEW = "teh", "the"


def find(document: Document) -> Report:
    """One finding for each `teh` of the document, which needs no engine."""
    found = []
    for match in re.finditer(rf"\b{_OLD}\b", document.text):
        span = Span(*match.span())
        found.append(Finding(span, "bench/Teh", "wrong", (Edit(span, _NEW),), is_safe_fix=True))
    return Report(document, tuple(found), words=len(document.text.split()))


def texts(count: int, chance: random.Random) -> dict[str, bytes]:
    """Files of a few words and of many, with all kinds of line ends."""
    out = {}
    for i in range(count):
        end, mark = chance.choice(["\n", "\r\n"]), chance.choice([b"", b"\xef\xbb\xbf"])
        line = "We came to teh end of 漢字 😀 and went home again." + end
        out[f"{i:02}.md"] = mark + (f"Number {i}: teh first." + end + line * chance.choice([1, 20, 2000])).encode()
    return out


def work(folder: Path, env: dict[str, str], how: str, ready: int) -> None:
    """What is killed: a whole review line by line, or the writing of a `--fix`."""
    paths = sorted(folder.glob("*.md"))
    nowhere = io.StringIO()
    os.write(ready, b".")
    if how == "review":
        answers = b"".join(b"a\nN\n" for _ in paths) + b"w\nq\n"
        terminal = Terminal(io.BytesIO(answers), nowhere, nowhere, env)
        wishes = CheckOptions(paths=tuple(map(str, paths)), flags={"energy_meter": "off"})
        with ReviewWorkspace(wishes, env, finder=find) as desk:
            run_dialogue(desk, terminal, terminal.write, str)
        return
    sources = {str(p): read_source(InputFile(p, str(p), named=True), 10_000_000) for p in paths}
    fixed = {name: s.text.replace(_OLD, _NEW) for name, s in sources.items()}
    reports = {name: Report(Document(name, text, ())) for name, text in fixed.items()}
    write_fixes(
        TaskOutcome(Settings(), Run(), sources, fixes=AppliedFixes(fixed, reports)), undo_log.start_undo_log(env).write
    )


def killed(folder: Path, env: dict[str, str], how: str, after_s: float) -> bool:
    """Whether the work was still going on when it was killed, `after_s` seconds after it began."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(folder, env, how, writing)
            status = 0
        finally:
            os._exit(status)
    os.read(reading, 1)
    time.sleep(after_s)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(reading)
    os.close(writing)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"the {how} failed by itself"
    return os.WIFSIGNALED(status)


def verdict(folder: Path, env: dict[str, str], before: dict[str, bytes]) -> Counter[str]:
    """How many files hold the old and the new content. AssertionError for anything that must not be."""
    after = {name: data.replace(_OLD.encode(), _NEW.encode()) for name, data in before.items()}
    now = {name: (folder / name).read_bytes() for name in before}
    for name, data in now.items():
        assert data in (before[name], after[name]), f"{name} holds a mix"
    entries = {}
    for session in undo_log.sessions(env):
        for entry in session.entries():
            entries[entry.path.name] = entry
            data = now[entry.path.name]
            assert entry.kept is not None and entry.kept.read_bytes() == before[entry.path.name]
            assert entry.state() == ("new" if data == after[entry.path.name] else "old"), f"{entry}: {entry.state()}"
            assert entry.new == hashlib.sha256(after[entry.path.name]).hexdigest()
    for name, data in now.items():
        assert data == before[name] or name in entries, f"{name} is new and the journal does not know"
    memory = progress.progress_path(env, Path())
    assert not memory.exists() or progress.load(memory) != progress.ReviewProgress() or memory.stat().st_size < 60
    for session in reversed(undo_log.sessions(env)):
        undo_log.undo(session)
    assert {name: (folder / name).read_bytes() for name in before} == before, "undoing does not lead back"
    left = sum(p.suffix == ".tmp" for p in folder.iterdir())
    new = sum(data == after[name] for name, data in now.items())
    return Counter(old=len(now) - new, new=new, temporary_files_left=left)


@dataclass
class Tally:
    """The rounds so far. `longest`: seconds up to the kill at most, learnt from rounds that were not killed in time."""

    seed: int
    files: int
    done: int = 0
    longest: dict[str, float] = field(default_factory=lambda: {"review": 0.3, "fix": 0.15})
    total: Counter[str] = field(default_factory=Counter)

    @classmethod
    def load(cls, path: Path) -> Tally:
        """What `save` wrote."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**kept, "total": Counter(kept["total"])})

    def save(self, path: Path) -> None:
        """Keep it, whenever this process may be stopped."""
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps(vars(self)), encoding="utf-8")
        new.replace(path)


def one_round(tally: Tally) -> None:
    """The next round, counted in. Its moment follows from the seed, its number and what was learnt before."""
    chance = random.Random(f"{tally.seed} {tally.done}")
    how = ("review", "fix")[tally.done % 2]
    with tempfile.TemporaryDirectory(prefix="localproof-killed-") as place:
        folder = Path(place, "files")
        folder.mkdir()
        env = {"LOCALPROOF_STATE_DIR": f"{place}/state", "LOCALPROOF_CONFIG_DIR": f"{place}/config"}
        before = texts(tally.files, chance)
        for name, data in before.items():
            (folder / name).write_bytes(data)
        in_time = killed(folder, env, how, chance.uniform(0, tally.longest[how]))
        tally.longest[how] *= 1.03 if in_time else 0.97  # so that about half of all rounds are cut short
        tally.total += verdict(folder, env, before)
        tally.total[f"{how}: {'killed' if in_time else 'finished'}"] += 1
    tally.done += 1


def main() -> None:
    """Print what the files held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--tally", type=Path)
    args = parser.parse_args()
    tally = Tally.load(args.tally) if args.tally and args.tally.exists() else Tally(args.seed, args.files)
    print(f"seed {tally.seed}, {tally.files} files" + (f", going on after {tally.done:,} rounds" if tally.done else ""))
    while tally.done < args.times:
        one_round(tally)
        if args.tally:
            tally.save(args.tally)
    print(f"{tally.done:,} rounds")
    for name, count in sorted(tally.total.items()):
        print(f"{count:7,} {name.replace('_', ' ')}")
    print("no file held a mix; the journal said of each which it was; undoing brought all back")


if __name__ == "__main__":
    sys.exit(main())
