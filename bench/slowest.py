"""The paragraphs that take longest: ``python -m bench.slowest FOLDER``.

Times every paragraph of a folder in each engine, in the CPU time that the
helper process spends on it, and in merging and scoring; and every document in
reading. Prints what took longest beside what it may take, a quarter of a second
and 2 ms a word, with where it stands. The exit status is 1 where anything took
more. A file ending in .txt.xz holds one paragraph a line; what else is there is
read as LocalProof reads it.

    --words N    about so many words, spread evenly over the files (default 300,000; 0 for all)
    --top N      rows of each table (default 10)
    --only PART  reading, scoring or the name of an engine (may be given again)
    --lang TAG   the language to check in (default en-US)
"""

from __future__ import annotations

import argparse
import lzma
import signal
import sys
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from localproof.config import Settings
from localproof.engines import ENGINES
from localproof.report import Unavailable
from localproof.text import Block, Document

from . import product

ALLOWED_MS, ALLOWED_MS_A_WORD = 250.0, 2.0
GIVEN_UP_S = 30.0  # in an engine; of CPU, where the system tells
_FIRST = "The first interfacesuggest takes Harper a second: this is not counted."
_IN_FLIGHT = 32  # paragraphs that the engines hold before the oldest is waited for


@dataclass(frozen=True, slots=True)
class Took:
    """How long one part of the work took over one paragraph or document; `ms` is infinite where it was given up."""

    part: str
    ms: float
    words: int
    where: str
    text: str

    @property
    def share(self) -> float:
        """Of what it may take."""
        return self.ms / (ALLOWED_MS + ALLOWED_MS_A_WORD * self.words)


@dataclass(frozen=True, slots=True)
class _Waiting:
    where: str
    document: Document
    block: Block
    answers: dict[str, list[tuple[Future[Any], list[float]]]]


def main() -> int:
    """Print the tables; the exit status."""
    args = _arguments()
    if not args.folder.is_dir():
        raise SystemExit(f"{args.folder} is no folder")
    took: dict[str, list[Took]] = defaultdict(list)
    for one in times(args.folder, Settings(language=args.lang, service="off", jobs=1), args.words, set(args.only)):
        took[one.part].append(one)
    for part, every in took.items():
        print("\n".join(table(part, every, args.top)), flush=True)
    return int(any(one.share > 1 for every in took.values() for one in every))


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench.slowest", description="The paragraphs that take longest.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--words", type=int, default=300_000)
    parser.add_argument("--top", type=int, default=10)
    parser.add_argument(
        "--only",
        action="append",
        choices=["reading", "scoring", *(name for name in ENGINES if name != "localproof")],
        default=[],
    )
    parser.add_argument("--lang", default="en-US")
    return parser.parse_args()


def table(part: str, every: list[Took], top: int) -> Iterator[str]:
    """The lines about one part."""
    words, seconds = sum(t.words for t in every), sum(t.ms for t in every if t.ms < inf) / 1000
    over = sum(t.share > 1 for t in every)
    speed = f"{words / max(seconds, 1e-9):,.0f} words a second"
    allowed = f"{ALLOWED_MS:g} ms + {ALLOWED_MS_A_WORD:g} ms a word"
    yield f"### {part}: {len(every):,} texts, {words:,} words, {speed}, {over:,} over {allowed}\n"
    yield "| ms | words | ms a word | of what it may | where | how it begins |\n|---|---|---|---|---|---|"
    for t in sorted(every, key=lambda t: -t.share)[:top]:
        head = repr(" ".join(t.text[:200].split())[:60]).replace("|", "\\|")
        yield f"| {t.ms:,.1f} | {t.words} | {t.ms / max(t.words, 1):,.2f} | {t.share:.2f} | {t.where} | {head} |"
    yield ""


def times(folder: Path, settings: Settings, words: int, only: set[str]) -> Iterator[Took]:
    """What each part of the work took over each text of `folder`, of about so many `words`; all of it with 0."""
    with ExitStack() as open_:
        workers = {}
        for name in settings.engines:
            if name != "localproof" and (not only or only & {name, "scoring"}):  # its own rules have no helper process
                workers[name] = product.engine_worker(name, settings, GIVEN_UP_S)
                workers[name].submit({"text": _FIRST})
                open_.callback(workers[name].close)
        waiting: deque[_Waiting] = deque()
        for where, document, read_ms in _documents(folder, settings, words):
            count = len(document.text.split())
            if read_ms is not None and (not only or "reading" in only):
                yield Took("reading", read_ms, count, where, document.text)
            for block in product.prose(document, settings.language) if workers else ():
                at = f"{where}:{document.text.count(chr(10), 0, block.pieces[0].source.start) + 1}"
                asked = {name: product.ask(worker, block.text) for name, worker in workers.items()}
                waiting.append(_Waiting(at if read_ms is not None else where, document, block, asked))
                while len(waiting) > _IN_FLIGHT:
                    yield from _answered(waiting.popleft(), only)
        while waiting:
            yield from _answered(waiting.popleft(), only)


def _answered(one: _Waiting, only: set[str]) -> Iterator[Took]:
    count = len(one.block.text.split())
    raw: dict[str, list[Any]] = {}
    for name, asked in one.answers.items():
        try:
            raw[name] = [future.result() for future, _ in asked]
            ms = 1000 * sum(sum(spent) for _, spent in asked)
        except Unavailable:
            ms = inf
        if not only or name in only:
            yield Took(name, ms, count, one.where, one.block.text)
    if len(raw) == len(one.answers) and (not only or "scoring" in only):
        found = product.found(one.block.text, raw)
        begun_s = time.thread_time()
        product.score(one.document, one.block, found, tuple(raw))
        yield Took("scoring", 1000 * (time.thread_time() - begun_s), count, one.where, one.block.text)


def _documents(folder: Path, settings: Settings, words: int) -> Iterator[tuple[str, Document, float | None]]:
    """Each text that is measured, as a document: where it stands, and the milliseconds that reading it took."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and (p.name.endswith(".txt.xz") or _readable(p))]
    corpora = [p for p in files if p.name.endswith(".txt.xz")]
    posts = [p for p in files if not p.name.endswith(".txt.xz")]
    # Posts are one source together, as each corpus is one.
    share = words // max(len(corpora) + bool(posts), 1) if words else 0
    for path in corpora:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            every = [(f"{path.name}:{n}", line.rstrip("\n")) for n, line in enumerate(lines, 1) if line.strip()]
        for where, text in _sampled(every, share):
            yield where, product.read_text(where, text, settings, "plain"), None
    texts = ((str(p.relative_to(folder)), p.read_text(encoding="utf-8", errors="replace")) for p in posts)
    for where, text in _sampled(list(texts), share):
        begun_s = time.thread_time()
        with _Limited(GIVEN_UP_S):
            document = _read_within(where, text, settings)
        ms = 1000 * (time.thread_time() - begun_s)
        yield where, document or Document(where, text, ()), inf if document is None else ms


def _readable(path: Path) -> bool:
    return product.is_read(path.name) and not any(part.startswith(".") for part in path.parts)


def _sampled(every: list[tuple[str, str]], words: int) -> Iterable[tuple[str, str]]:
    """Of `every` text of a source those, evenly spread, that have about `words` words together; all with 0."""
    total = sum(len(text.split()) for _, text in every)
    step = max(1, round(total / words)) if words else 1
    return every[step // 2 :: step]


class _TooLong(Exception):
    """A reader did not come to an end."""


def _read_within(where: str, text: str, settings: Settings) -> Document | None:
    try:
        return product.read_text(where, text, settings)
    except (_TooLong, Unavailable):
        return None


class _Limited:
    """A limit for what this process computes meanwhile, in seconds of CPU; none on Windows."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGVTALRM, _stop)
            signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds)

    def __exit__(self, *_: object) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _stop(*_: object) -> None:
    raise _TooLong


if __name__ == "__main__":
    sys.exit(main())
