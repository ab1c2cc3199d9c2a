"""Counts of words and word sequences, from the corpus to ``localproof/scoring/ngram_counts.bin``.

    python -m training.ngram_counts [--corpus DIR] [--data DIR] [--out FILE] [--cache DIR]

Writes the file that `localproof.scoring.ngram_counts` reads, ``sources.json`` beside
it (who wrote the texts and the lists, and under which licence), and, for
``python -m training.spelling_errors``, the exact counts of words in
``training/cache/words.json``. The same texts give the same bytes. Takes about
two minutes on one core, and some 3 GB of memory.

Not counted, so that the judge is never tested on text its counts have seen:
paragraphs that share eight running tokens of one sentence with a correction,
and the sample of edited prose (`corpus.sample`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localproof import scoring
from localproof.scoring.ngram_counts import BOUNDARY, SLOTS, STEP, bucket_and_mark, marks, tokens

from . import corpus as texts

CACHE = Path(__file__).with_name("cache")
LEAST_WORD = 2
LEAST_SEQUENCE = 4
SHINGLE = 8
CUT = "2022-11-30"
LICENCE = "CC-BY-4.0 AND Apache-2.0"
# Of the slots of a table so many are filled: fuller, and lookups grow long.
_LOAD = 0.82
# A sequence is one 64-bit number of up to three words of so many bits.
_BITS = 21
_STOPS = frozenset(".!?")
# After these a capital says nothing about the word.
_OPENERS = frozenset(".!?:\"'(")
_NO_WORD, _LOWER, _CAPITAL, _OPENING = range(4)

Numbers = NDArray[np.uint32]


@dataclass(frozen=True)
class Numbered:
    """Texts as numbers: `vocabulary` gives each token its number in the order of first sight, `BOUNDARY` is 0.

    `numbers` are the tokens of all texts, a boundary before each text and
    after each full stop, question or exclamation mark; `cases` says how each
    was written; `starts` is where each text begins.
    """

    vocabulary: dict[str, int]
    numbers: Numbers
    cases: NDArray[np.uint8]
    starts: NDArray[np.int64]


def number(paragraphs: Iterable[str], vocabulary: dict[str, int] | None = None) -> Numbered:
    """The texts as numbers; given a vocabulary, tokens that are not in it become boundaries."""
    fixed = vocabulary is not None
    vocabulary = {BOUNDARY: 0} if vocabulary is None else vocabulary
    known: dict[str, tuple[int, int, int]] = {}
    numbers, cases, starts = array("I"), array("B"), array("q")
    for text in paragraphs:
        starts.append(len(numbers))
        numbers.append(0)
        cases.append(_NO_WORD)
        opens = True
        for mark in marks(text):
            if mark not in known:
                token = tokens(mark)[0]
                at = vocabulary.get(token, 0) if fixed else vocabulary.setdefault(token, len(vocabulary))
                known[mark] = at, _case(mark, token, opens=False), _case(mark, token, opens=True)
            at, inside, opening = known[mark]
            numbers.append(at)
            cases.append(opening if opens else inside)
            opens = mark in _OPENERS
            if mark in _STOPS:
                numbers.append(0)
                cases.append(_NO_WORD)
    if len(vocabulary) >> _BITS:
        raise SystemExit(f"{len(vocabulary):,} different words do not fit into {_BITS} bits")
    return Numbered(
        vocabulary,
        np.frombuffer(numbers, np.uint32),
        np.frombuffer(cases, np.uint8),
        np.frombuffer(starts, np.int64),
    )


def _case(mark: str, token: str, *, opens: bool) -> int:
    if not mark[0].isalpha() or mark.isdigit():
        return _NO_WORD
    if mark == token:
        return _LOWER
    return _OPENING if opens and mark[0].isupper() and not (len(mark) > 1 and mark.isupper()) else _CAPITAL


def shingles(numbers: Numbers) -> NDArray[np.uint64]:
    """A hash of the `SHINGLE` tokens that begin at each place."""
    places = max(0, len(numbers) - SHINGLE + 1)
    out = np.zeros(places, np.uint64)
    with np.errstate(over="ignore"):
        for i in range(SHINGLE):
            factor = np.uint64(pow(0x9E3779B97F4A7C15, i + 1, 2**64))
            out += (numbers[i : i + places].astype(np.uint64) + np.uint64(1)) * factor
    return out


def sharing(main: Numbered, sentences: Numbered) -> NDArray[np.bool_]:
    """Which texts of `main` share a shingle with one of `sentences`; no shingle runs over a boundary."""
    length = len(sentences.numbers) - SHINGLE + 1
    shared = np.zeros(len(main.starts), np.bool_)
    if length <= 0:
        return shared
    whole = np.ones(length, np.bool_)
    for i in range(SHINGLE):
        whole &= sentences.numbers[i : i + length] != 0
    wanted = np.unique(shingles(sentences.numbers)[whole])
    if len(wanted):
        have = shingles(main.numbers)
        hits = np.flatnonzero(wanted[np.minimum(np.searchsorted(wanted, have), len(wanted) - 1)] == have)
        shared[np.searchsorted(main.starts, hits, side="right") - 1] = True
    return shared


def same(main: Numbered, others: Numbered) -> NDArray[np.bool_]:
    """Which texts of `main` have the tokens of one of `others`, in any order: the corpus has a few texts twice, with
    other numbers or with quotation marks set otherwise."""
    theirs = set(_each(others))
    return np.fromiter((text in theirs for text in _each(main)), np.bool_, len(main.starts))


def _each(all_of: Numbered) -> Iterator[bytes]:
    """The tokens of each text, sorted."""
    borders = [*all_of.starts.tolist(), len(all_of.numbers)]
    for start, end in pairwise(borders):
        yield np.sort(all_of.numbers[start:end]).tobytes()


def without(main: Numbered, dropped: NDArray[np.bool_]) -> Numbered:
    """`main` without some of its texts, by the same vocabulary."""
    lengths = np.diff(main.starts, append=len(main.numbers))
    keep = np.repeat(~dropped, lengths)
    starts = np.cumsum(lengths[~dropped]) - lengths[~dropped]
    return Numbered(main.vocabulary, main.numbers[keep], main.cases[keep], starts)


def sequences(numbers: Numbers, n: int, least: int) -> tuple[list[tuple[int, ...]], list[int]]:
    """The sequences of n numbers seen `least` times or more, in order, and how often; a boundary only at an end."""
    places = max(0, len(numbers) - n + 1)
    packed = np.zeros(places, np.uint64)
    inside = np.ones(places, np.bool_)
    for i in range(n):
        part = numbers[i : i + places]
        packed = packed << np.uint64(_BITS) | part
        if 0 < i < n - 1:
            inside &= part != 0
    found, counts = np.unique(packed[inside], return_counts=True)
    often = counts >= least
    found, counts = found[often], counts[often]
    mask = np.uint64((1 << _BITS) - 1)
    columns = [(found >> np.uint64(_BITS * i) & mask).tolist() for i in reversed(range(n))]
    return list(zip(*columns, strict=True)), counts.tolist()


def level(count: int) -> int:
    """A count as a slot holds it; `Attested.count` is the way back.

    >>> level(1), level(2), level(4), level(1_000_000)
    (1, 2, 3, 28)
    """
    return min(31, 1 + int(STEP * math.log2(count)))


def table(keys: Sequence[str], values: Iterable[int]) -> tuple[NDArray[np.uint16], list[int]]:
    """A table (buckets, slots) of keys with values (1..31), and the slot of each key counted from the start of it."""
    # One slot at least stays empty, as only an empty slot ends the search for a key that is not there.
    buckets = max(int(len(keys) / SLOTS / _LOAD), len(keys) // SLOTS + 1)
    slots = [0] * (buckets * SLOTS)
    filled = [0] * buckets
    places = []
    for key, value in zip(keys, values, strict=True):
        bucket, mark = bucket_and_mark(key, buckets)
        while filled[bucket] == SLOTS:
            bucket = (bucket + 1) % buckets
        place = bucket * SLOTS + filled[bucket]
        slots[place] = mark << 5 | value
        filled[bucket] += 1
        places.append(place)
    return np.array(slots, "<u2").reshape(buckets, SLOTS), places


def capitals(kept: Numbered) -> list[int]:
    """For each word of the vocabulary how many fifteenths of it have capitals, where no sentence begins."""
    size = len(kept.vocabulary)
    lower = np.bincount(kept.numbers[kept.cases == _LOWER], minlength=size).tolist()
    capital = np.bincount(kept.numbers[kept.cases == _CAPITAL], minlength=size).tolist()
    return [round(15 * c / (c + low)) if c else 0 for low, c in zip(lower, capital, strict=True)]


def kept_texts(corpus: Path, sample: Iterable[str]) -> tuple[Numbered, dict[str, int]]:
    """The paragraphs that are counted, and how many there were, and how many were left out for which reason."""
    main = number(_all_paragraphs(corpus))
    by_correction = sharing(main, number(texts.corrections(corpus), main.vocabulary))
    by_sample = same(main, number(sample, main.vocabulary)) & ~by_correction
    say(f"left out: {by_correction.sum():,} paragraphs near corrections, {by_sample.sum():,} of the sample")
    counted = {"all": len(main.starts), "corrections": int(by_correction.sum()), "sample": int(by_sample.sum())}
    return without(main, by_correction | by_sample), counted


def _all_paragraphs(corpus: Path) -> Iterator[str]:
    for source in texts.sources(corpus):
        say(f"reading {source.id}")
        yield from texts.paragraphs(source, corpus)


def build(corpus: Path, data: Path, sample: Iterable[str]) -> tuple[bytes, dict[str, int]]:
    """The whole of ``ngram_counts.bin``, and the words with their exact counts; `sample` are paragraphs left out."""
    kept, paragraphs = kept_texts(corpus, sample)
    words = list(kept.vocabulary)
    often = np.bincount(kept.numbers, minlength=len(words)).tolist()
    chosen = [i for i, count in enumerate(often) if count >= LEAST_WORD]
    exact = {words[i]: often[i] for i in chosen}
    tables = {}
    tables[1], places = table(list(exact), map(level, exact.values()))
    case = np.zeros(tables[1].size, np.uint8)
    share = capitals(kept)
    case[places] = [share[i] for i in chosen]
    entries = {1: len(exact)}
    for n in (2, 3):
        found, counts = sequences(kept.numbers, n, LEAST_SEQUENCE)
        tables[n], _ = table([" ".join(words[i] for i in sequence) for sequence in found], map(level, counts))
        entries[n] = len(found)
        say(f"{len(found):,} sequences of {n}")
    listed = list(dict.fromkeys("\t".join(pair) for pair in texts.listed_misspellings(data)))
    # 2 where the list knows one correction only, else 1.
    corrections = Counter(pair.split("\t")[0] for pair in listed)
    tables[4], _ = table(listed, [2 if corrections[pair.split("\t")[0]] == 1 else 1 for pair in listed])
    entries[4] = len(listed)
    body = b"".join(tables[n].tobytes() for n in (1, 2, 3, 4)) + case.tobytes()
    head = header(corpus, paragraphs, entries)
    head["sha256"] = hashlib.sha256(body).hexdigest()
    head["tokens"] = len(kept.numbers)
    head["buckets"] = {str(n): len(tables[n]) for n in (1, 2, 3, 4)}
    return json.dumps(head, ensure_ascii=False).encode() + b"\n" + body, exact


def header(corpus: Path, paragraphs: dict[str, int], entries: dict[int, int]) -> dict[str, Any]:
    """What the file says of itself; the sha256 is that of the tables, and comes with them."""
    used = texts.sources(corpus)
    by_licence: Counter[str] = Counter()
    for source in used:
        by_licence[source.licence] += source.words
    return {
        "what": "attested words",
        "version": texts.collected(corpus)[:7].replace("-", "."),
        "licence": LICENCE,
        "data": f"counts from texts under {', '.join(sorted(by_licence))};"
        " listed misspellings from crate-ci/typos (MIT OR Apache-2.0); credits in sources.json",
        "sha256": "",
        "facts": {
            "sources": f"{len(used)}, named with their credits in localproof/scoring/sources.json",
            "words by licence": "; ".join(f"{licence} {words:,}" for licence, words in by_licence.most_common()),
            "cut": f"text committed before {CUT} or printed before 1931; no text generated by a language model",
            "left out": f"{paragraphs['corrections']:,} paragraphs that share {SHINGLE} running tokens"
            f" with a correction and {paragraphs['sample']:,} of the sample that trains the judge,"
            f" of {paragraphs['all']:,};"
            f" the source {', '.join(texts.LEFT_OUT)}; all share-alike sources",
            "least counts": f"words {LEAST_WORD}, pairs and triples {LEAST_SEQUENCE}",
            "entries": f"{entries[1]:,} words, {entries[2]:,} pairs, {entries[3]:,} triples,"
            f" {entries[4]:,} listed misspellings",
            "listed misspellings": "crate-ci/typos, MIT OR Apache-2.0, used under Apache-2.0",
        },
    }


# What is learned from without being in the corpus; see ../shared/data/README.md.
LISTS = (
    {
        "id": "harper-tests",
        "use": ["coefficients.json"],
        "title": "Sentences by which Harper tests its rules",
        "repo": "Automattic/harper",
        "commit": "1f6cac25840a624ecf7756919f3ec10c722a3ef3",
        "licence": "Apache-2.0",
        "credit": "Automattic and the contributors to Harper, https://github.com/Automattic/harper; none of them is in"
        " any file: what engines say of them is learned from",
    },
    {
        "id": "typos-words",
        "use": ["ngram_counts.bin", "spelling_errors.json"],
        "title": "List of misspellings of typos",
        "repo": "crate-ci/typos",
        "commit": "3bc303c2",
        "licence": "MIT OR Apache-2.0",
        "credit": "the contributors to crate-ci/typos, https://github.com/crate-ci/typos; used under Apache-2.0",
    },
    {
        "id": "toefl-spell",
        "use": ["spelling_errors.json"],
        "title": "TOEFL-Spell, misspellings of learners of English",
        "repo": "EducationalTestingService/TOEFL-Spell",
        "commit": "252ee893",
        "licence": "CC-BY-SA-4.0",
        "credit": "Educational Testing Service, https://github.com/EducationalTestingService/TOEFL-Spell;"
        " no pair of it is in any file: its misspellings are only counted and learned from in spelling_errors.json,"
        " which is therefore under CC-BY-SA-4.0",
    },
    {
        "id": "eracond",
        "use": ["coefficients.json"],
        "title": "ErAConD, corrected chats of learners of English",
        "repo": "yuanxun-yx/eracond",
        "commit": "8401d360",
        "licence": "MIT",
        "credit": "the authors of ErAConD, https://github.com/yuanxun-yx/eracond; no text of it is in any file",
    },
    {
        "id": "realec-dev",
        "use": ["coefficients.json"],
        "title": "REALEC, development part of MultiGED-2023: essays of learners of English",
        "repo": "spraakbanken/multiged-2023",
        "commit": "ca393f19",
        "licence": "CC-BY-SA-4.0",
        "credit": "the authors of REALEC and MultiGED-2023, https://github.com/spraakbanken/multiged-2023;"
        " no text of it is in any file",
    },
)


def credits(corpus: Path) -> bytes:
    """``sources.json``: every source of what the judge knows, with its credit line and the files it went into."""
    entries: list[dict[str, Any]] = [
        {"id": s.id, "use": use, "title": s.title, "repo": s.repo, "commit": s.commit}
        | {"licence": s.licence, "credit": s.credit}
        for use, group in (
            (["ngram_counts.bin", "spelling_errors.json", "coefficients.json"], texts.sources(corpus)),
            (["coefficients.json"], [*texts.correction_sources(corpus), *texts.more_correction_sources(corpus)]),
        )
        for s in group
    ]
    about = (
        "Sources of the judge's data files. The files hold counts and weights, no texts; `use` names the files that"
        " a source went into, `commit` is the state that was read. Licences are SPDX expressions;"
        " LicenseRef-Public-Domain: out of copyright in the United States or dedicated to the public domain;"
        " LicenseRef-US-Government-Work: work of the United States government."
    )
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in [*LISTS, *entries])
    return f'{{"about": {json.dumps(about)},\n"sources": [\n{lines}\n]}}\n'.encode()


def say(line: str) -> None:
    """Progress, for whoever waits."""
    print(line, file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.ngram_counts", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--corpus", type=Path, default=texts.CORPUS)
    parser.add_argument("--data", type=Path, default=texts.DATA)
    parser.add_argument("--out", type=Path, default=Path(scoring.__file__).with_name("ngram_counts.bin"))
    parser.add_argument("--cache", type=Path, default=CACHE)
    given = parser.parse_args(argv)
    content, exact = build(given.corpus, given.data, (text for _, text in texts.sample(given.corpus)))
    texts.replace_file(given.cache / "words.json", json.dumps(exact, ensure_ascii=False).encode())
    texts.replace_file(given.out.with_name("sources.json"), credits(given.corpus))
    texts.replace_file(given.out, content)
    say(f"{given.out}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
