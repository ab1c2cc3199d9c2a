"""What the tagger learns from: real corrections as tagged sentences, and prose with slips, packed into rows of a step.

    python -m training.tagger_data [--folder DIR] [--corpus DIR]

Writes ``tagger.npz`` beside the prepared texts: every pair of the real
corrections once with its error and once mended, as tokens with the tags of
their words, and ``tagger-counts.json``: which slips they undo. Read are
``corrections.jsonl.xz``, ``more.jsonl.xz`` and ErAConD; never a repository
that is held back (`judge.held_back`), and of one repository at most 2 % of
all pairs. Pairs that mend spelling alone are thinned out: rules do that.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bench import sets
from localproof.models.bpe import Vocabulary
from localproof.models.llama import straight
from localproof.models.tensors import load
from localproof.scoring import edit_tags
from localproof.scoring.candidate_edits import split_words
from localproof.text import Edit, Span, apply_edits

from . import corpus as texts
from . import pairs as pairing
from .prepare import CACHE, SHARES, say
from .scoring import held_back
from .slips import Counts, Slips

MODEL = Path(edit_tags.__file__).parents[1] / "models" / "localproof-small.gguf"
LENGTH = 128  # tokens of a row
START = 0
UNKNOWN = -1  # the tag of a word whose right tag is not known: it teaches nothing
_NUMBER = {tag: i for i, tag in enumerate(edit_tags.TAGS)}
_NO_ERROR = ("variant", "serial-comma", "full-stop")  # taste, or nothing that a tag could say
_MOST_OF_ONE = 0.02
_SPELLING_KEPT = 4  # one in so many of the pairs that mend nothing but spelling
_CLEAN = 1 / 3  # of the windows of prose
_NEUTRAL = 0.3  # of the clean ones get a variant that is as good

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Tagged:
    """Tokens of a passage, `START` first; where words begin among them, and the number of each word's tag."""

    tokens: list[int]
    places: list[int]
    tags: list[int]


def vocabulary() -> Vocabulary:
    """The tokens of the model that ships."""
    header, _ = load(MODEL)
    return Vocabulary(header.texts("tokenizer.ggml.tokens"), header.texts("tokenizer.ggml.merges"))


def coded(known: Vocabulary, text: str, tags: Sequence[int]) -> Tagged:
    """A text with straight quotation marks, and one tag for each of its words, as tokens."""
    tokens = known.tokens(text)
    starts = known.starts(text, tokens)
    places, at = [], 0
    for word in split_words(text):
        while starts[at + 1] <= word.span.start:
            at += 1
        places.append(at + 1)
    return Tagged([START, *tokens], places, list(tags))


# Real corrections.


def rows_of(corpus: Path) -> Iterator[tuple[str, str, list[tuple[Edit, str]]]]:
    """(repository, text before, its edits with their kinds) of all that may be learned from, none of it more than its
    share."""
    by: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name in ("corrections", "more"):
        with lzma.open(corpus / "corrections" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if not held_back(row["repo"]):
                    by[row["repo"]].append(row)
    most = int(_MOST_OF_ONE * sum(map(len, by.values())))
    for repo, rows in sorted(by.items()):
        for row in random.Random(repo).sample(rows, min(most, len(rows))):
            yield repo, row["before"], [(Edit(Span(a, b), new), kind) for a, b, new, kind in row["edits"]]
    for item in sets.load("eracond"):
        gold = [g for g in (item.annotators[0] if item.annotators else []) if g.replacement is not None]
        yield "eracond", item.text, [(Edit(Span(g.start, g.end), g.replacement or ""), g.type or "") for g in gold]


def tags_of(text: str, edits: Iterable[tuple[Edit, str]], counts: Counts | None = None) -> list[int]:
    """The numbers of the tags that make `edits` of `text`, word by word."""
    row = split_words(text)
    tags = [_NUMBER[edit_tags.KEEP]] * len(row)
    for edit, kind in edits:
        if kind in _NO_ERROR:
            continue
        wide = edit.span if len(edit.span) else Span(max(edit.span.start - 1, 0), edit.span.end + 2)
        touched = [i for i, w in enumerate(row) if w.span.end > wide.start and w.span.start < wide.end]
        if kind == "spelling" or "SPELL" in kind:
            inside = [i for i in touched if row[i].span.start < edit.span.end]
            found = (inside[0], edit_tags.MISSPELT) if len(inside) == 1 else None
        else:
            found = edit_tags.tag_of(text, row, edit)
        if found is None:
            for i in touched:
                tags[i] = UNKNOWN
        elif tags[found[0]] == _NUMBER[edit_tags.KEEP]:
            tags[found[0]] = _NUMBER[found[1]]
            if counts is not None:
                counts.add(found[1], row[found[0]].low)
    return tags


def real(corpus: Path, known: Vocabulary, counts: Counts) -> Iterator[Tagged]:
    """The passages of real corrections, each with its errors and then mended."""
    for repo, before, edits in rows_of(corpus):
        digest = hashlib.sha256(f"tagger:{repo}:{before}".encode()).digest()[0]
        if edits and all(kind == "spelling" for _, kind in edits) and digest % _SPELLING_KEPT:
            continue
        flat = straight(before)
        level = [(Edit(e.span, straight(e.text)), kind) for e, kind in edits]
        try:
            after = apply_edits(flat, [e for e, _ in level])
        except ValueError:  # two that touch
            continue
        for text, tags in (
            (flat, tags_of(flat, level, counts)),
            (after, [_NUMBER[edit_tags.KEEP]] * len(split_words(after))),
        ):
            made = coded(known, text, tags)
            if len(made.tokens) <= LENGTH and made.places:
                yield made


def write(folder: Path, passages: Iterable[Tagged]) -> Counter[str]:
    """Write the passages, flat; how many words have each tag."""
    tokens: list[int] = []
    places: list[int] = []
    tags: list[int] = []
    ends: list[tuple[int, int]] = []
    for passage in passages:
        tokens += passage.tokens
        places += passage.places
        tags += passage.tags
        ends.append((len(tokens), len(places)))
    partial = folder / "tagger.part.npz"
    np.savez(partial, tokens=np.array(tokens, np.uint16), places=np.array(places, np.uint8),
             tags=np.array(tags, np.int16), ends=np.array(ends, np.int64), names=np.array(edit_tags.TAGS))  # fmt: skip
    partial.replace(folder / "tagger.npz")
    return Counter(edit_tags.TAGS[t] if t >= 0 else "not known" for t in tags)


# Rows of a step.


@dataclass(frozen=True)
class Batch:
    """Rows of passages: `tokens` and `segments` (rows, LENGTH), the latter telling passages of a row apart; and for
    each word its row, its place there, and its tag."""

    tokens: Ints
    segments: Ints
    words: Ints  # (3, n)


def packed(passages: Sequence[Tagged], most_rows: int) -> tuple[Batch, int]:
    """`passages` laid into at most so many rows, each into the first with room; and how many did not fit."""
    rows: list[list[Tagged]] = []
    room: list[int] = []
    left = 0
    for passage in passages:
        size = len(passage.tokens)
        at = next((i for i, free in enumerate(room) if free >= size), None)
        if at is None and len(rows) < most_rows:
            at = len(rows)
            rows.append([])
            room.append(LENGTH)
        if at is None:
            left += 1
            continue
        rows[at].append(passage)
        room[at] -= size
    tokens = np.zeros((most_rows, LENGTH), np.int64)
    segments = np.full((most_rows, LENGTH), -1, np.int64)
    marked: list[tuple[int, int, int]] = []
    for i, row in enumerate(rows):
        at = 0
        for number, passage in enumerate(row):
            end = at + len(passage.tokens)
            tokens[i, at:end], segments[i, at:end] = passage.tokens, number
            marked += [(i, at + p, t) for p, t in zip(passage.places, passage.tags, strict=True) if t != UNKNOWN]
            at = end
    return Batch(tokens, segments, np.array(marked, np.int64).T), left


class Corrections:
    """The passages of real corrections, in an order that is another in each round."""

    def __init__(self, folder: Path, seed: int) -> None:
        with np.load(folder / "tagger.npz") as stored:
            if tuple(stored["names"].tolist()) != edit_tags.TAGS:
                raise ValueError("tagger.npz has other tags: make it anew")
            self._tokens, self._places, self._tags, self._ends = (
                stored[name] for name in ("tokens", "places", "tags", "ends")
            )
        self._seed = seed
        self._round, self._order = -1, np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._ends)

    @cached_property
    def tokens_count(self) -> int:
        """Of all passages together."""
        return len(self._tokens)

    def passage(self, number: int) -> Tagged:
        """The passage with a number, counted on through all rounds."""
        round_, at = divmod(number, len(self))
        if round_ != self._round:
            self._round = round_
            self._order = np.random.default_rng((self._seed, 7, round_)).permutation(len(self))
        i = int(self._order[at])
        (a, c), (b, d) = self._ends[i - 1] if i else (0, 0), self._ends[i]
        return Tagged(self._tokens[a:b].tolist(), self._places[c:d].tolist(), self._tags[c:d].tolist())


class Prose:
    """The prepared texts, paragraph by paragraph, with slips."""

    def __init__(self, folder: Path, data: Path, known: Vocabulary) -> None:
        self._known = known
        self._files = {g: np.memmap(folder / f"{g}.txt", np.uint8, "r") for g in SHARES}
        self._ends = {g: np.flatnonzero(file == 10) for g, file in self._files.items()}
        self._groups = list(SHARES)
        self._shares = np.array([SHARES[g] for g in self._groups])
        self._shares /= self._shares.sum()
        stored = json.loads((folder / "tagger-counts.json").read_text("utf-8"))
        counts = Counts(
            Counter(stored["dropped"]), Counter(stored["left_over"]),
            {right: Counter(wrongs) for right, wrongs in stored["taken"].items()}, Counter(stored["forms"]),
        )  # fmt: skip
        wrongs: dict[str, list[str]] = defaultdict(list)
        for wrong, right in texts.listed_misspellings(data):
            wrongs[right].append(wrong)
        self._slips = Slips(counts, wrongs)

    def passage(self, share: float, chance: np.random.Generator) -> Tagged:
        """A few sentences of a paragraph. Two in three have slips: on average in `share` of their words."""
        while True:
            text = self._some(chance)
            if chance.random() < _CLEAN:
                seed = int(chance.integers(1 << 30))
                edit = pairing.neutral(text, random.Random(seed)) if chance.random() < _NEUTRAL else None
                text = apply_edits(text, [edit] if edit else [])
                tags = [_NUMBER[edit_tags.KEEP]] * len(split_words(text))
            else:
                slipped = self._slips.put(text, min(float(chance.gamma(2.0, share / 2.0)), 0.3), chance)
                text, tags = slipped.text, [_NUMBER[tag] for tag in slipped.tags]
            made = coded(self._known, text, tags)
            if made.places and len(made.tokens) <= LENGTH:
                return made

    def _some(self, chance: np.random.Generator) -> str:
        group = self._groups[int(chance.choice(len(self._groups), p=self._shares))]
        ends = self._ends[group]
        i = int(chance.integers(1, len(ends)))
        text = bytes(self._files[group][ends[i - 1] + 1 : ends[i]]).decode("utf-8")
        sentences = [m.end() for m in re.finditer(r"[.!?][\"')]*(?:\s+|$)", text)] or [len(text)]
        first = int(chance.integers(len(sentences))) if len(text) > 450 else 0
        start = sentences[first - 1] if first else 0
        fitting = [end for end in sentences if start < end <= start + 430]
        return text[start : fitting[-1] if fitting else start + 400].strip()


def batch_of(
    step: int, seed: int, rows: int, share: float, corrections: Corrections, prose: Prose, real_rows: int
) -> Batch:
    """The rows of a step, always the same for a step and a seed: `real_rows` of real corrections, the rest of prose in
    which `share` of the words are slips."""
    chance = np.random.default_rng((seed, step))
    # As many passages as fill the rows; what does not fit comes in another round.
    per_row = LENGTH * len(corrections) / max(corrections.tokens_count, 1)
    many = int(real_rows * per_row * 0.98)
    mine = [corrections.passage(step * many + i) for i in range(many)]
    one, _ = packed(mine, real_rows)
    others: list[Tagged] = []
    size = 0
    while size < 0.97 * LENGTH * (rows - real_rows):
        others.append(prose.passage(share, chance))
        size += len(others[-1].tokens)
    other, _ = packed(others, rows - real_rows)
    other.words[0] += real_rows
    return Batch(
        np.concatenate([one.tokens, other.tokens]), np.concatenate([one.segments, other.segments]),
        np.concatenate([one.words, other.words], 1),
    )  # fmt: skip


def with_hidden(batch: Batch, share: float, real_rows: int, seed: Sequence[int]) -> Batch:
    """`batch` where so many of the tokens of the first `real_rows` rows, and of every third of the others, are `START`:
    what cannot be read cannot be known by heart."""
    some = np.random.default_rng(seed).random(batch.tokens.shape) < share
    some[[i for i in range(real_rows, len(some)) if (i - real_rows) % 3]] = False
    return Batch(np.where(some, START, batch.tokens), batch.segments, batch.words)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=CACHE)
    parser.add_argument("--corpus", type=Path, default=texts.CORPUS)
    options = parser.parse_args()
    counts = Counts()
    found = write(options.folder, real(options.corpus, vocabulary(), counts))
    stored = json.dumps(vars(counts), indent=0, sort_keys=True) + "\n"
    texts.replace_file(options.folder / "tagger-counts.json", stored.encode())
    say(", ".join(f"{tag} {n:,}" for tag, n in found.most_common(60)))


if __name__ == "__main__":
    main()
