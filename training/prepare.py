"""The texts that the language model is trained on, from the corpus to one file of paragraphs for each group.

    python -m training.prepare [--corpus DIR] [--out DIR]

Writes ``training/cache/model/GROUP.txt`` (a paragraph on each line, straight
quotation marks), ``heldout.txt`` (group, tab, paragraph) and
``prepared.json``: what each group holds, and the SHA-256 of every file that
was read and written. Takes about two minutes on one core, and some 3 GB of memory.

Left out, so that the model is never tested on text that it has seen:
paragraphs that share eight running tokens of one sentence with a correction,
the sample of edited prose that shows the judge false alarms, and held-out
paragraphs. Left out, so that nothing is learned by heart: near-duplicates.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import corpus as texts
from .ngram_counts import Numbered, number, same, say, sharing, shingles

CACHE = Path(__file__).with_name("cache") / "model"
# Which share of the tokens comes from each group in a run of some 50 million words (the corpus's own advice).
SHARES = {
    "blog": 0.24,
    "handbook": 0.12,
    "government": 0.14,
    "essay": 0.12,
    "proposals": 0.12,
    "textbook": 0.03,
    "docs": 0.06,
    "reference": 0.05,
    "fiction": 0.12,
}
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
# Of a source of reference documentation, and of a source whose language is archaic, at most so many words are taken.
_MOST_REFERENCE = 1_000_000
_MOST_ARCHAIC = {"se-samuel-pepys--the-diary": 100_000}
_SEED = 5


def group(ident: str, register: str) -> str:
    """The group of `SHARES` that a source belongs to."""
    return "reference" if ident.startswith("ms-") and ident != "ms-style-guide" else register


def straight(text: str) -> str:
    """`text` with straight quotation marks and apostrophes: the model is taught, and asked, with these alone.

    >>> straight("“It’s”")
    '"It\\'s"'
    """
    return text.translate(_STRAIGHT)


def repeated(main: Numbered) -> NDArray[np.bool_]:
    """Which texts are near-duplicates: at least half of their runs of eight tokens stand in texts before them."""
    runs = shingles(main.numbers)
    owner = np.searchsorted(main.starts, np.arange(len(runs)), side="right") - 1
    _, first = np.unique(runs, return_index=True)  # of equal runs, the first
    seen = np.ones(len(runs), np.bool_)
    seen[first] = False
    count = np.bincount(owner, minlength=len(main.starts))
    again = np.bincount(owner[seen], minlength=len(main.starts))
    long_enough = np.diff(main.starts, append=len(main.numbers)) >= 12
    return np.asarray(long_enough & (2 * again >= np.maximum(count, 1)), np.bool_)


def _some(paragraphs: list[str], most: int, chance: np.random.Generator) -> list[str]:
    """Of `paragraphs` so many, in their order, that they have `most` words together."""
    keep, words = set(), 0
    for i in chance.permutation(len(paragraphs)).tolist():
        words += len(paragraphs[i].split())
        if words > most:
            break
        keep.add(i)
    return [text for i, text in enumerate(paragraphs) if i in keep]


def collected(corpus: Path) -> dict[str, list[str]]:
    """The paragraphs of each group, without what must not or need not be learned."""
    sources = texts.sources(corpus)
    every = [list(texts.paragraphs(source, corpus)) for source in sources]
    say(f"{sum(map(len, every)):,} paragraphs of {len(sources)} sources")
    main = number(text for paragraphs in every for text in paragraphs)
    unwanted = (
        sharing(main, number(texts.corrections(corpus), main.vocabulary))
        | same(main, number((text for _, text in texts.sample(corpus)), main.vocabulary))
        | repeated(main)
    )
    say(f"{int(unwanted.sum()):,} left out: near a correction, in the sample of edited prose, or near-duplicates")
    out: dict[str, list[str]] = {name: [] for name in SHARES}
    chance = np.random.default_rng(_SEED)
    at = 0
    for source, paragraphs in zip(sources, every, strict=True):
        kept = [straight(text) for i, text in enumerate(paragraphs, at) if not unwanted[i]]
        at += len(paragraphs)
        of = group(source.id, source.register)
        most = _MOST_REFERENCE if of == "reference" else _MOST_ARCHAIC.get(source.id)
        out[of] += kept if most is None else _some(kept, most, chance)
    return out


def held_out(corpus: Path) -> Iterator[tuple[str, str]]:
    """(group, paragraph) of the held-out paragraphs."""
    registers = {source.id: source.register for source in texts.sources(corpus)}
    with lzma.open(corpus / "heldout.txt.xz", "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            ident, _, text = line.rstrip("\n").partition("\t")
            if ident in registers:
                yield group(ident, registers[ident]), straight(text)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(path: Path, lines: Iterable[str]) -> None:
    texts.replace_file(path, "".join(f"{line}\n" for line in lines).encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=texts.CORPUS)
    parser.add_argument("--out", type=Path, default=CACHE)
    options = parser.parse_args()
    groups = collected(options.corpus)
    about: dict[str, object] = {
        "corpus": {f.name: sha256(f) for f in sorted(options.corpus.glob("*.txt.xz"))},
        "collected": texts.collected(options.corpus),
        "groups": {},
        "files": {},
    }
    facts, files = {}, {}
    for name, paragraphs in groups.items():
        path = options.out / f"{name}.txt"
        _write(path, paragraphs)
        facts[name] = {"paragraphs": len(paragraphs), "words": sum(len(p.split()) for p in paragraphs)}
        files[path.name] = sha256(path)
        say(f"{name}: {facts[name]['words']:,} words in {len(paragraphs):,} paragraphs")
    _write(options.out / "heldout.txt", ("\t".join(row) for row in held_out(options.corpus)))
    about |= {"groups": facts, "files": files}
    texts.replace_file(options.out / "prepared.json", (json.dumps(about, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
