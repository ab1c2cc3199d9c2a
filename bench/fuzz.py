"""Mutated real files, read and corrected, and what must hold of each: see docs/formats.md.

    python -m bench.fuzz FOLDER --seconds 60 --seed 1 --format rst --format org

Every case has a seed of its own, which is told with a failure: `--case rst:1:204` makes that case again.
Start reading at `Fuzzer.run`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from pathlib import Path

from bench.strict import STRUCTURES, differs
from localproof.config import Settings
from localproof.formats import FORMATS, block_builder, format_of, read
from localproof.report import Unavailable
from localproof.text import Block, Document, Edit, Span, apply_edits

LONGEST = 2500  # code points of a case, before it is mutated
LIMIT_S = 2.0  # of processor time, to read one case
LARGEST_FILE = 400_000
_GROWS = 7.0  # four times the text may take this many times the time: linear, and noise
_SLOW_S = 0.08  # below that a growth is noise
_MOST_TOLD = 3  # failures of one kind and format

# What the stand-in for an engine finds. Corrections grow, shrink, stay as long, split a word, or need to be written in
# another way (`&` in HTML and LaTeX); none of them makes a word that is wrong again.
CERTAIN = {"teh": "the", "occured": "occurred", "recieve": "get"}
UNSAFE = {**CERTAIN, "alot": "a lot", "dont": "don’t", "BnB": "B&B", "naiive": "naïve", "日木": "日本語"}
_TWICE = "verry verry"  # and more of them: once
_CORRECTIONS = {
    "certain": (re.compile(rf"\b(?:{'|'.join(CERTAIN)})\b"), CERTAIN),
    "unsafe": (re.compile(rf"\b(?:{'|'.join(UNSAFE)}|verry(?: verry)+)\b"), UNSAFE),
}
# What is a paragraph goes by the lengths of lines; what is prose at all, by its words: there the blocks may be others.
WRAPPED = ("plain", "commit")
GUESSED = ("latex", *(f.name for f in FORMATS.values() if not f.walked))
_PLACEHOLDER = re.compile(r"\w*(?:Foo|Ina|Data)\w*")

ODD = [
    "\x00",
    "\ud800",
    "\ufeff",
    "e\u0301",
    "日木",
    "שלום",
    "\u202e",
    "\xa0",
    "\xad",
    "\u2028",
    "\t",
    "\r",
    "\r\n",
    "\x0b",
]


class Failure(Exception):
    """Something that must hold does not."""


@dataclass
class Tally:
    """What became of the cases of one format."""

    files: int = 0
    cases: int = 0
    corrected: int = 0
    compared: int = 0  # with a strict reader of the format
    slowest_s: float = 0.0
    failures: dict[str, list[str]] = field(default_factory=dict)


# ── what is read ──


def files_in(folder: Path) -> dict[str, list[str]]:
    """The texts of all files below `folder`, by the name of their format."""
    found: dict[str, list[str]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        known = format_of(path)
        if known and 0 < path.stat().st_size < LARGEST_FILE:
            found.setdefault(known.name, []).append(path.read_bytes().decode(errors="replace"))
    return found


# ── mutations ──


def excerpt(rng: random.Random, texts: Sequence[str], longest: int = LONGEST) -> str:
    """Some lines that follow each other in one of `texts`; a short one whole."""
    text = rng.choice(texts)
    if len(text) <= longest:
        return text
    start = rng.randrange(len(text) - longest // 2)
    start = text.rfind("\n", 0, start) + 1
    return text[start : start + rng.randrange(longest // 8, longest)]


def planted(rng: random.Random, text: str) -> str:
    """`text` with some of its words misspelt."""
    words = [m.span() for m in re.finditer(r"(?<=[a-z.,] )[A-Za-z]{3,}(?=[.,;\n]| (?! ))", text)]
    wrong = [*UNSAFE, _TWICE]
    for start, end in sorted(rng.sample(words, min(len(words), rng.randrange(1, 9))), reverse=True):
        text = text[:start] + rng.choice(wrong) + text[end:]
    return text


def marker(rng: random.Random, texts: Sequence[str]) -> str:
    """A few characters of one of `texts` that begin with a sign: most markup is found so."""
    text = rng.choice(texts)
    signs = [m.start() for m in re.finditer(r"[^\w\s]|\n(?=\W)", text[:20_000])]
    at = rng.choice(signs) if signs else 0
    return text[at : at + rng.choice((1, 2, 3, 4, 6, 9, 14))]


def mutated(rng: random.Random, text: str, texts: Sequence[str]) -> str:
    """`text` after up to five mutations."""
    for _ in range(rng.randrange(6)):
        a, b = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
        b = min(b, a + rng.choice((1, 3, 20, 200)))
        kind = rng.randrange(9)
        if kind == 0:
            text = text[:a] + text[b:]
        elif kind == 1:
            text = text[:b] + text[a:b] * rng.choice((1, 2, 5)) + text[b:]
        elif kind == 2:
            text = text[:a] + excerpt(rng, texts, 300) + text[a:]
        elif kind == 3:
            text = text[:a] + marker(rng, texts) + text[a:]
        elif kind == 4:
            text = text[:a] + rng.choice(ODD) + text[a:]
        elif kind == 5:
            text = text.replace("\n", rng.choice(("\r\n", "\r", "\n\n")))
        elif kind == 6:
            text = text[:a] if rng.random() < 0.5 else text[a:]
        elif kind == 7:
            lines = text.split("\n")
            i = rng.randrange(len(lines))
            lines[i] = rng.choice(("  ", "    ", "\t", "> ", "- ", "| ")) + lines[i]
            rng.shuffle(lines) if rng.random() < 0.1 else None
            text = "\n".join(lines)
        else:
            text = text[:a] + marker(rng, texts) * rng.randrange(2, 40) + text[b:]
        text = text[: 3 * LONGEST]
    return text


def case(rng: random.Random, format_name: str, texts: Sequence[str]) -> str:
    """One case: a notebook is mutated within a cell as often as it is broken."""
    if format_name != "notebook" or rng.random() < 0.2:
        return mutated(rng, planted(rng, excerpt(rng, texts)), texts)
    try:
        book = json.loads(rng.choice(texts))
        cells = [c for c in book["cells"] if c.get("cell_type") == "markdown"][:8] or [{"cell_type": "markdown"}]
    except (ValueError, TypeError, KeyError, AttributeError):
        cells = [{"cell_type": "markdown"}]
    for cell in cells:
        source = "".join(cell.get("source") or "Some words")[:1000]
        source = mutated(rng, planted(rng, source), [source or "*"]).encode(errors="replace").decode()
        cell["source"] = source if rng.random() < 0.3 else source.splitlines(keepends=True)
    return json.dumps({"cells": cells}, indent=rng.choice((None, 1)), ensure_ascii=rng.random() < 0.5)


# ── what must hold ──


def prove(document: Document) -> None:
    """Raises Failure where a map does not hold: pieces in order, apart, in range, text as in the source."""
    source, taken = document.text, []
    for block in document.blocks:
        at = before = 0
        for piece in block.pieces:
            if piece.span.start != at or piece.span.end <= at:
                raise Failure("the pieces of a block do not cover its text")
            if not before <= piece.source.start <= piece.source.end <= len(source):
                raise Failure("the source of two pieces overlaps, or lies outside")
            if piece.kind == "text" and piece.source.of(source) != piece.span.of(block.text):
                raise Failure("a block's text is not that of its source")
            if piece.kind == "placeholder" and not _PLACEHOLDER.fullmatch(piece.span.of(block.text)):
                raise Failure("a placeholder is none of the words that stand for one")
            if piece.kind == "text":
                taken.append(piece.source)
            at, before = piece.span.end, piece.source.end
        if at != len(block.text) or block.text != block.text.strip():
            raise Failure("the pieces of a block do not cover its text")
    taken.sort()
    if any(a.end > b.start for a, b in pairwise(taken)):
        raise Failure("two blocks hold the same text")
    spans = [frame.span for frame in document.frames]
    if any(a.end > b.start for a, b in pairwise(spans)):
        raise Failure("two frames overlap")


def found(block: Block, known: str) -> list[Edit]:
    pattern, words = _CORRECTIONS[known]
    return [Edit(Span(*m.span()), words.get(m.group(), "verry")) for m in pattern.finditer(block.text)]


def corrected(document: Document, known: str) -> tuple[str, list[str]]:
    """The source with all corrections made that can be, and the text that each block should have then."""
    placed: dict[Edit, tuple[int, Edit]] = {}
    for i, block in enumerate(document.blocks):
        for edit in found(block, known):
            there = block.edit_to_source(edit)
            if there is not None and document.keep_layout([there]):
                placed[there] = (i, edit)
    made = document.keep_layout(placed)
    inner: dict[int, list[Edit]] = {}
    for edit in made:
        if edit in placed:
            inner.setdefault(placed[edit][0], []).append(placed[edit][1])
    expected = [apply_edits(block.text, inner.get(i, [])) for i, block in enumerate(document.blocks)]
    return apply_edits(document.text, made), expected


def bare(text: str) -> str:
    """A block's text to compare: which placeholder stands for code goes by the words around it."""
    return _PLACEHOLDER.sub("Foo", text)


def other_text(format_name: str, got: Sequence[str], expected: Sequence[str]) -> str:
    """The first block that reads otherwise than expected, or ""."""
    if format_name in GUESSED:
        return ""
    if format_name in WRAPPED:
        got, expected = ([" ".join(" ".join(texts).split())] for texts in (got, expected))
    pairs = [(bare(a), bare(b)) for a, b in zip_longest(expected, got, fillvalue="")]
    return next((f"{a!r} became {b!r}" for a, b in pairs if a != b), "")


class Fuzzer:
    """Cases of one folder, and what became of them. Without `timed` no times are compared: busy machines err there."""

    def __init__(self, texts: dict[str, list[str]], seed: int, *, timed: bool = True) -> None:
        self.texts = texts
        self.seed = seed
        self.compares_times = timed
        self.tallies = {name: Tally(len(found)) for name, found in sorted(texts.items())}
        self.settings = Settings()
        signal.signal(signal.SIGPROF, _over)

    def run(self, go_on: Callable[[int], bool]) -> None:
        """Case after case of each format in turn, for as long as `go_on` says of their number."""
        number = 0
        while True:
            number += 1
            for name in self.texts:
                if not go_on(sum(t.cases for t in self.tallies.values())):
                    return
                self.one(name, number)

    def one(self, name: str, number: int) -> str:
        """Make, read and correct case `number` of a format; what went wrong is in the tally. The case's text."""
        rng = random.Random(f"{name}:{self.seed}:{number}")
        text = case(rng, name, self.texts[name])
        tally = self.tallies[name]
        tally.cases += 1
        try:
            self.check(name, text, tally, strict=number % STRUCTURES.get(name, ("", 1))[1] == 0)
            if (
                self.compares_times and number % 20 == 0 and FORMATS[name].walked
            ):  # Pygments promises nothing; source code has its own limit
                self.grow(name, rng)
        except Failure as failure:
            what = str(failure)
        except Unavailable:  # source code that is beyond what is read
            return text
        except Exception as error:  # noqa: BLE001 - that none comes is what is looked at
            what = f"{type(error).__name__}: {error}"
        else:
            return text
        tally.failures.setdefault(what.partition("\n")[0], []).append(f"{name}:{self.seed}:{number}")
        return text

    def read(self, name: str, text: str, tally: Tally | None = None) -> Document:
        """`text` read within the limit. Raises Failure beyond it."""
        block_builder.clear_block_cache()
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
        try:
            return read("a", text, self.settings, format=name)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            if tally:
                tally.slowest_s = max(tally.slowest_s, time.process_time() - start)

    def check(self, name: str, text: str, tally: Tally, *, strict: bool) -> None:
        """Raises Failure for the first thing that does not hold of `text`."""
        document = self.read(name, text, tally)
        prove(document)
        for known in ("certain", "unsafe"):
            once, expected = corrected(document, known)
            if once == text:
                continue
            tally.corrected += 1
            again = self.read(name, once)
            prove(again)
            if told := other_text(name, [b.text for b in again.blocks], expected):
                raise Failure(f"corrected ({known}), another text is read\n{told}")
            if corrected(again, known)[0] != once:
                raise Failure(f"corrected ({known}) twice is not once")
            if strict and name in STRUCTURES:
                tally.compared += 1
                if told := differs(name, text, once):
                    raise Failure(f"corrected ({known}), {STRUCTURES[name][0]} reads another structure\n{told}")

    def grow(self, name: str, rng: random.Random) -> None:
        """Raises Failure where repeating a marker makes reading slower than in proportion."""
        texts = self.texts[name]
        before, unit = excerpt(rng, texts, 200), marker(rng, texts) + rng.choice(("", "", " ", "a", " a ", "\n"))
        count = max(1, 5000 // len(unit))
        once, more = (self.timed(name, before + unit * n) for n in (count, 4 * count))
        if more > _SLOW_S and more > _GROWS * once:  # or the machine was busy: once more, and further
            once, more = (min(self.timed(name, before + unit * n) for _ in range(3)) for n in (count, 16 * count))
            if more > _GROWS**2 * once:
                raise Failure(f"reading grows faster than the text\n{unit!r} × {16 * count}: {more:.1f} s")

    def timed(self, name: str, text: str) -> float:
        """The processor time that reading takes, in seconds."""
        start = time.process_time()
        self.read(name, text)
        return time.process_time() - start


def _over(signum: int, frame: object) -> None:
    raise Failure(f"not read in {LIMIT_S:.0f} s")


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    """The tallies as a table in Markdown."""
    yield "| format | files | cases | corrected | compared with | slowest | failures |"
    yield "|---|---:|---:|---:|---|---:|---:|"
    for name, t in tallies.items():
        strict = f"{STRUCTURES[name][0]}, {t.compared:,}" if t.compared else ""
        cells = (t.files, t.cases, t.corrected, strict, f"{t.slowest_s:.2f} s", sum(map(len, t.failures.values())))
        yield f"| {name} | {' | '.join(f'{c:,}' if isinstance(c, int) else c for c in cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cases", type=int, help="this many, however long it takes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", action="append", choices=sorted(FORMATS))
    parser.add_argument("--case", metavar="FORMAT:SEED:NUMBER", help="make one case again and print its text")
    args = parser.parse_args(arguments)
    texts = {n: t for n, t in files_in(args.folder).items() if not args.format or n in args.format}
    if args.case:
        name, seed, number = args.case.split(":")
        fuzzer = Fuzzer(texts, int(seed))
        sys.stdout.buffer.write(fuzzer.one(name, int(number)).encode(errors="surrogatepass"))
        print(f"\n---\n{fuzzer.tallies[name].failures}")
        return 0
    if not texts:
        parser.error(f"no file of a format that is read in {args.folder}")
    fuzzer = Fuzzer(texts, args.seed)
    end = time.monotonic() + args.seconds
    with suppress(KeyboardInterrupt):  # Ctrl-C: what there is so far
        fuzzer.run(lambda done: done < args.cases if args.cases else time.monotonic() < end)
    print("\n".join(table(fuzzer.tallies)))
    for name, tally in fuzzer.tallies.items():
        for what, cases in tally.failures.items():
            print(f"\n{name}: {what}, {len(cases)} times: {' '.join(cases[:_MOST_TOLD])}")
    return int(any(t.failures for t in fuzzer.tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
