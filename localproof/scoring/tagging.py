"""What the tagger says of a text: for each word how likely something is wrong at it, and which edits how likely."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..scoring.candidate_edits import CandidateEdit, TextWord, is_raw, quoted_spans, split_words
from ..scoring.ngram_counts import ngram_counts
from ..text import Edit
from ..text.words import fold_word
from . import edit_tags

if TYPE_CHECKING:
    from ..models.tagger import Tagger

LEAST = 0.01  # a tag less likely than that makes no candidate
_MOST_MEANT = 8  # words that one may have been taken for, or may be by one letter


@dataclass(frozen=True, slots=True)
class TaggedWord:
    """A word, the probability that something is wrong at it or before it, and edits with theirs, likeliest first: none
    where the word is part of code or of a quotation.

    The probabilities of the edits add up to less than that of an error, for
    some tags name a place and no edit.
    """

    word: TextWord
    error: float
    edits: tuple[tuple[CandidateEdit, float], ...]


def tagged_words(tagger: Tagger, text: str, *, least: float = LEAST) -> list[TaggedWord]:
    """Every word of `text` (of one block), with the edits that are at least as likely as `least`."""
    row = split_words(text)
    numbers = {tag: i for i, tag in enumerate(tagger.tags)}
    found = tagger.probabilities(text, [word.span for word in row])
    keep = numbers.get(edit_tags.KEEP, -1)
    quoted = quoted_spans(text)
    out = []
    for i, word in enumerate(row):
        chances = found[i]
        error = 1.0 - float(chances[keep]) if keep >= 0 else 0.0
        if error < least:
            out.append(TaggedWord(word, error, ()))
            continue
        likely = ((tagger.tags[j], float(chances[j])) for j in (chances >= least).nonzero()[0].tolist() if j != keep)
        out.append(TaggedWord(word, error, () if is_raw(text, word.span, quoted) else _edits(text, row, i, likely)))
    return out


def _edits(
    text: str, row: Sequence[TextWord], i: int, likely: Iterator[tuple[str, float]]
) -> tuple[tuple[CandidateEdit, float], ...]:
    """The edits that tags make at a word, each once; two tags may make the same one."""
    by_edit: dict[Edit, tuple[CandidateEdit, float]] = {}
    for tag, chance in likely:
        for candidate, share in _of_tag(tag, text, row, i):
            known = by_edit.get(candidate.edit)
            by_edit[candidate.edit] = (candidate, chance * share + (known[1] if known else 0.0))
    return tuple(sorted(by_edit.values(), key=lambda made: (-made[1], made[0].edit)))


def _of_tag(tag: str, text: str, row: Sequence[TextWord], i: int) -> list[tuple[CandidateEdit, float]]:
    """The edits that a tag makes at a word, and which part of its probability each has."""
    if tag != edit_tags.CONFUSED:
        found = edit_tags.edit_of(tag, text, row, i)
        return [(found, 1.0)] if found else []
    meant = [c for name, c in edit_tags.edits_at(text, row, i) if name == tag][:_MOST_MEANT]
    # The tag does not say which word is meant: what usually stands here does.
    around = [row[j].low if 0 <= j < len(row) else "<s>" for j in (i - 2, i - 1, i, i + 1)]
    usual = [_fits(around, fold_word(c.edit.text)) for c in meant]
    if not usual:
        return []
    weights = [math.exp(u - max(usual)) for u in usual]
    return [(c, w / sum(weights)) for c, w in zip(meant, weights, strict=True)]


def _fits(around: Sequence[str], word: str) -> float:
    """The log-probability, by counts, of `word` and of the next after it."""
    before2, before, _, after = around
    known = ngram_counts()
    return known.log_probability(before2, before, word) + known.log_probability(before, word, after)
