"""Two versions of a passage, one of them right: what teaches the model to tell them apart.

    python -m training.pairs [--folder DIR] [--corpus DIR] [--count 100000]

Writes ``pairs.npz`` beside the tokens. Where the pairs come from:

- real corrections: the sentence as it was corrected against the same with one
  correction undone. Only of some repositories (`taught`): those of the others
  are kept for the judge, which learns from them how far the model can be
  trusted, and for the test;
- corrections that writers have given (`training.donated`);
- sentences of the prepared texts against themselves with one slip put in: an
  edit of the closed set of `localproof.scoring.candidate_edits`, a letter, a listed
  misspelling, a comma, a capital, two words exchanged;
- neutral pairs, between which the model should have no opinion: British and
  American spelling, the serial comma, contractions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from localproof.scoring import candidate_edits
from localproof.scoring.features import ngram_gain as counted_gain
from localproof.scoring.ngram_counts import ngram_counts
from localproof.text import Edit, Span, apply_edits

from . import corpus as texts
from .donated import donated
from .prepare import CACHE, SHARES, say, straight
from .scoring import held_back
from .tokenizer import START
from .tokenizer import load as load_tokenizer

LENGTHS = (48, 96)  # tokens of a pair, and how a step's pairs are shared among the two
_AFTER = 12  # tokens after the last difference that still count
_BEFORE = 48  # tokens before the first difference that the model sees at least, where there are so many
_REAL_TIMES = 3
_NEUTRAL = 0.06
_SEED = 13
# A slip that counts of words tell from afar, by so many nats, teaches little: of these so many are kept.
_PLAIN = -4.0
_EASY = 0.12
# Of the slips put into sentences so many are of each kind.
_KINDS = {
    "confusion": 14, "agreement": 14, "article": 11, "preposition": 9, "small-word": 11, "apostrophe": 8,
    "doubled": 3, "compound": 5, "typo": 6, "misspelling": 7, "comma": 7, "case": 3, "order": 2,
}  # fmt: skip
_CORE = ("spelling", "real-word", "agreement", "function", "doubled", "apostrophe", "spacing", "compound", "case")
_SPELT = """
color colour|behavior behaviour|favorite favourite|center centre|license licence|organize organise|realize realise
recognize recognise|analyze analyse|catalog catalogue|gray grey|traveling travelling|canceled cancelled|labeled labelled
modeling modelling|defense defence|program programme|customize customise|optimize optimise|summarize summarise
honor honour|labor labour|neighbor neighbour|flavor flavour|fulfill fulfil|judgment judgement|aging ageing|while whilst
"""
_CONTRACTED = (
    ("do not", "don't"), ("does not", "doesn't"), ("is not", "isn't"), ("are not", "aren't"), ("cannot", "can't"),
    ("it is", "it's"), ("that is", "that's"), ("we are", "we're"), ("you are", "you're"), ("they are", "they're"),
    ("i am", "i'm"), ("we have", "we've"), ("i have", "i've"), ("will not", "won't"), ("did not", "didn't"),
    ("would not", "wouldn't"), ("could not", "couldn't"), ("there is", "there's"), ("let us", "let's"),
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two versions of a passage. `right` is the better one, unless the pair is `neutral`."""

    right: str
    wrong: str
    kind: str
    neutral: bool = False


@dataclass(frozen=True)
class Part:
    """Pairs of one length: `tokens` (2 n, length) with the right versions first; `inside` marks those that count, of
    the same shape; `neutral` (n)."""

    tokens: Tensor
    inside: Tensor
    neutral: Tensor


def taught(repository: str) -> bool:
    """Whether the model learns from the corrections of a repository: about half of those not kept for the test."""
    half = int(hashlib.sha256(f"model:{repository}".encode()).hexdigest(), 16) % 2 == 0
    return half and not held_back(repository)


def real(corpus: Path, wanted: Callable[[str], bool] = taught) -> Iterator[Pair]:
    """A pair for each edit of the corrections of the repositories that are `wanted`."""
    with lzma.open(corpus / "corrections" / "corrections.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if wanted(row["repo"]):
                yield from _of_row(row)
    for each in donated(corpus / "donated"):
        yield Pair(straight(each.after), straight(each.before), "donated")


def _of_row(row: dict[str, Any]) -> Iterator[Pair]:
    edits = [Edit(Span(a, b), new) for a, b, new, _ in row["edits"]]
    for i, (_, _, _, kind) in enumerate(row["edits"]):
        undone = apply_edits(row["before"], edits[:i] + edits[i + 1 :])
        if kind in ("variant", "serial-comma"):
            yield Pair(straight(row["after"]), straight(undone), kind, neutral=True)
        else:
            times = _REAL_TIMES if kind in _CORE else 1
            yield from [Pair(straight(row["after"]), straight(undone), kind)] * times


def _listed(sentence: str, wrongs: dict[str, list[str]], chance: random.Random) -> Iterator[Edit]:
    for word in candidate_edits.split_words(sentence):
        for wrong in wrongs.get(word.low, ()):
            yield candidate_edits.replacement_edit(sentence, word, "misspelling", wrong).edit
        if len(word.low) > 4 and word.low.isascii():
            i = chance.randrange(1, len(word.low) - 1)
            low = word.low
            letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
            new = chance.choice(
                (low[:i] + low[i + 1 :], low[:i] + low[i + 1] + low[i] + low[i + 2 :], low[:i] + letter + low[i:],
                 low[:i] + letter + low[i + 1 :], low[:i] + low[i] + low[i:])
            )  # fmt: skip
            yield candidate_edits.replacement_edit(sentence, word, "misspelling", new).edit


def _commas(sentence: str) -> Iterator[Edit]:
    for m in re.finditer(r",(?= )", sentence):
        yield Edit(Span(*m.span()), "")
    for m in re.finditer(r"(?<=[a-z])(?= [a-z])", sentence):
        yield Edit(Span(m.start(), m.start()), ",")


def _cases(sentence: str) -> Iterator[Edit]:
    for word in candidate_edits.split_words(sentence):
        old = word.span.of(sentence)
        if (len(old) > 1 and old[1:].islower()) or old == "I":
            yield Edit(word.span, old.swapcase() if len(old) == 1 else old[0].swapcase() + old[1:])


def _orders(sentence: str) -> Iterator[Edit]:
    row = candidate_edits.split_words(sentence)
    for one, other in pairwise(row):
        if sentence[one.span.end : other.span.start] == " " and one.span.start and other.low != one.low:
            span = Span(one.span.start, other.span.end)
            yield Edit(span, f"{other.span.of(sentence)} {one.span.of(sentence)}")


def _doubles(sentence: str) -> Iterator[Edit]:
    for word in candidate_edits.split_words(sentence):
        if len(word.low) < 5:
            yield Edit(Span(word.span.end, word.span.end), f" {word.span.of(sentence).lower()}")


def _of_set(sentence: str, kind: str) -> Iterator[Edit]:
    row = candidate_edits.split_words(sentence)
    for i in range(len(row)):
        letters = candidate_edits.near_words(row[i].low) if kind == "typo" else ()
        for candidate in candidate_edits.edits_at_word(sentence, row, i, letters):
            if candidate.kind == kind:
                yield candidate.edit
        if kind in ("article", "preposition", "small-word") and i + 1 < len(row):
            for candidate in candidate_edits.insertions_between(sentence, row[i], row[i + 1]):
                if candidate.kind == kind:
                    yield candidate.edit


def slip(sentence: str, kind: str, wrongs: dict[str, list[str]], chance: random.Random) -> Edit | None:
    """An edit that puts a slip of a kind of `_KINDS` into `sentence`, None where it offers none. What is put in, taken
    out and changed are as frequent as one another, and a rare slip is as frequent as a common one."""
    if kind == "misspelling":
        found = list(_listed(sentence, wrongs, chance))
    else:
        found = list({"comma": _commas, "case": _cases, "order": _orders, "doubled": _doubles}.get(
            kind, lambda s: _of_set(s, kind))(sentence))  # fmt: skip
    shapes: dict[str, dict[tuple[str, str], list[Edit]]] = {}
    for edit in found:
        old = edit.span.of(sentence)
        shape = "in" if not old else "out" if not edit.text else "change"
        shapes.setdefault(shape, {}).setdefault((old.lower(), edit.text.lower()), []).append(edit)
    if not shapes:
        return None
    whats = shapes[chance.choice(sorted(shapes))]
    return chance.choice(whats[chance.choice(sorted(whats))])


def neutral(sentence: str, chance: random.Random) -> Edit | None:
    """An edit that makes of `sentence` what another careful writer might have, None where it offers none."""
    low = sentence.lower()
    both = [tuple(entry.split()) for entry in _SPELT.strip().replace("\n", "|").split("|")] + list(_CONTRACTED)
    options = [
        Edit(Span(*m.span()), new)
        for one, other in both
        for old, new in ((one, other), (other, one))
        for m in re.finditer(rf"\b{old}\b", low)
        if len(low) == len(sentence) and sentence[m.start()].islower()
    ]
    options += [Edit(Span(m.start(), m.start() + 1), "") for m in re.finditer(r", (?:and|or) ", sentence)
                if re.search(r", \w+$", sentence[: m.start()])]  # fmt: skip
    return chance.choice(options) if options else None


def made(folder: Path, data: Path, count: int) -> Iterator[Pair]:
    """`count` pairs of sentences with slips put in, with what stands before them in their paragraph."""
    chance = random.Random(_SEED)
    wrongs: dict[str, list[str]] = {}
    for wrong, right in texts.listed_misspellings(data):
        wrongs.setdefault(right, []).append(wrong)
    paragraphs = {g: (folder / f"{g}.txt").read_text("utf-8").splitlines() for g in SHARES}
    groups = [g for g in SHARES if paragraphs[g]]
    shares = [SHARES[g] for g in groups]
    done = 0
    while done < count:
        paragraph = chance.choice(paragraphs[chance.choices(groups, shares)[0]])
        places = [m for m in re.finditer(r"\S.*?[.!?][\"')]*(?=\s|$)", paragraph) if 4 <= len(m.group().split()) <= 40]
        if not places:
            continue
        at = chance.randrange(len(places))
        sentence = places[at].group()
        before = places[at - 1].group() + " " if at and chance.random() < 0.7 else ""
        if chance.random() < _NEUTRAL:
            edit, kind = neutral(sentence, chance), "neutral"
        else:
            kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
            edit = slip(sentence, kind, wrongs, chance)
        if edit is None or (other := apply_edits(sentence, [edit])) == sentence:
            continue
        if kind == "neutral" or chance.random() < _EASY or counted_gain(sentence, edit, ngram_counts()) > _PLAIN:
            done += 1
            yield Pair(before + sentence, before + other, kind, kind == "neutral")


def coded(right: list[int], wrong: list[int]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], int] | None:
    """The tokens of a pair (2, n), which of them count, and n: one of `LENGTHS`. None for a pair that is too long.

    What counts is what differs and the next dozen tokens. Of long beginnings
    only the end is kept.
    """
    least = min(len(right), len(wrong))
    same = next((i for i in range(least) if right[i] != wrong[i]), least)
    tail = next((i for i in range(least - same) if right[-1 - i] != wrong[-1 - i]), least - same)
    ends = [len(v) - tail + min(tail, _AFTER) for v in (right, wrong)]
    longest = max(ends)
    cut = max(0, same - _BEFORE) if longest + 1 > LENGTHS[-1] else 0
    first = [] if cut else [START]
    longest += len(first) - cut
    length = next((n for n in LENGTHS if longest <= n), None)
    if length is None or same == longest:
        return None
    out, inside = np.zeros((2, length), np.int64), np.zeros((2, length), np.bool_)
    for row, version, end in zip((0, 1), (right, wrong), ends, strict=True):
        kept = first + version[cut:end]
        out[row, : len(kept)] = kept
        inside[row, len(first) + same - cut : len(kept)] = True
    return (out, inside, length) if inside[:, 1:].any(1).all() else None


class Pairs:
    """The pairs by length; see `of_step`."""

    def __init__(self, parts: dict[int, dict[str, np.ndarray[Any, Any]]]) -> None:
        self.parts = parts

    def of_step(self, seed: int, step: int, rows: int) -> list[Part]:
        """So many pairs, always the same for a step: of each length its share."""
        chance = np.random.default_rng((seed, step, 1))
        total = sum(len(p["neutral"]) for p in self.parts.values())
        out = []
        for part in self.parts.values():
            n = max(1, round(rows * len(part["neutral"]) / total))
            at = chance.integers(0, len(part["neutral"]), n)
            tokens, inside = part["tokens"][at], part["inside"][at]
            out.append(
                Part(
                    torch.from_numpy(np.concatenate([tokens[:, 0], tokens[:, 1]]).astype(np.int64)),
                    torch.from_numpy(np.concatenate([inside[:, 0], inside[:, 1]])),
                    torch.from_numpy(part["neutral"][at]),
                )
            )
        return out


def load(folder: Path = CACHE) -> Pairs:
    """The pairs that were written."""
    with np.load(folder / "pairs.npz") as stored:
        return Pairs(
            {
                n: {k: stored[f"{k}{n}"] for k in ("tokens", "inside", "neutral")}
                for n in LENGTHS
                if f"tokens{n}" in stored
            }
        )


def write(folder: Path, pairs: Iterator[Pair]) -> dict[str, int]:
    """Code `pairs` and write them; how many there are of each kind."""
    tokenizer = load_tokenizer(folder)
    parts: dict[int, list[tuple[Any, Any, bool]]] = {n: [] for n in LENGTHS}
    kinds: dict[str, int] = {}
    while batch := list(islice(pairs, 4096)):
        codes = tokenizer.encode_batch([t for p in batch for t in (p.right, p.wrong)], add_special_tokens=False)
        for i, pair in enumerate(batch):
            if found := coded(codes[2 * i].ids, codes[2 * i + 1].ids):
                parts[found[2]].append((found[0], found[1], pair.neutral))
                kinds[pair.kind] = kinds.get(pair.kind, 0) + 1
    arrays: dict[str, Any] = {}
    for n, rows in parts.items():
        if rows:
            arrays[f"tokens{n}"] = np.stack([r[0] for r in rows]).astype(np.uint16)
            arrays[f"inside{n}"] = np.stack([r[1] for r in rows])
            arrays[f"neutral{n}"] = np.array([r[2] for r in rows])
    partial = folder / "pairs.part.npz"
    np.savez(partial, **arrays)
    partial.replace(folder / "pairs.npz")
    return kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=CACHE)
    parser.add_argument("--corpus", type=Path, default=texts.CORPUS)
    parser.add_argument("--data", type=Path, default=texts.DATA)
    parser.add_argument("--count", type=int, default=100_000)
    options = parser.parse_args()

    def every() -> Iterator[Pair]:
        yield from real(options.corpus)
        yield from made(options.folder, options.data, options.count)

    kinds = write(options.folder, every())
    say(", ".join(f"{kind} {n:,}" for kind, n in sorted(kinds.items())))


if __name__ == "__main__":
    main()
