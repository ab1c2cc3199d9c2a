"""What a model has to say of a block: how it takes to given edits, and which edits it prefers.

Runs in the helper process that holds the model. One decoding of a passage
shows where the words surprise; of the candidates there, the first token of
each tells roughly what it would gain, and only the best of these are decoded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..text import Edit, Span, apply_edits
from .candidate_edits import (
    CandidateEdit,
    TextWord,
    edits_at_word,
    insertions_between,
    is_prose_word,
    quoted_spans,
    split_words,
    widened,
)
from .generation import generate_edits
from .types import Proposal

if TYPE_CHECKING:
    from ..models.llama import LlamaModel
    from ..models.passages import Passage, Scorer

MOST_PASSAGES = 400  # of a block; what is longer is no paragraph that anybody wrote
_SCORED = 4  # candidates of a passage that are decoded, and for every `_WORDS_PER` words one more
_WORDS_PER = 6
_LEAST_GAIN = 1.0  # nats; what gains less is not worth telling
_SURPRISE = 5.0  # nats of a word from which on it is compared, letter by letter, with those that are usual here
_USUAL_HERE = 48  # so many of them
_USUAL = 5.0  # nats of the two tokens after a word in a sentence that goes on as it should


def score_passage(
    llama: Scorer, text: str, edits: Sequence[Edit], *, suggest: str = "closed"
) -> tuple[list[float | None], list[Proposal]]:
    """The gain in nats of each of `edits` (None where it cannot be told), and what the model would propose: nothing
    ("none"), of the closed set ("closed"), and with "rewrite" also what it would write itself as an instruct model."""
    gains: list[float | None] = [None] * len(edits)
    proposals: list[Proposal] = []
    for number, passage in enumerate(llama.passages(text)):
        if number == MOST_PASSAGES:
            break
        mine = [
            i for i, e in enumerate(edits) if gains[i] is None and passage.own <= e.span.start and _within(e, passage)
        ]
        chosen = list(rank_candidates(llama, text, passage)) if suggest != "none" else []
        if suggest == "rewrite" and (writer := llama.writer()) is not None:
            chosen += _own_edits(writer, text, passage, chosen)
        found = llama.gains(text, passage, [*(edits[i] for i in mine), *(c.edit for c, _ in chosen)])
        for i, gain in zip(mine, found, strict=False):
            gains[i] = gain
        proposals += _best(chosen, found[len(mine) :])
    return gains, proposals


def _own_edits(
    llama: LlamaModel, text: str, passage: Passage, chosen: Sequence[tuple[CandidateEdit, float]]
) -> list[tuple[CandidateEdit, float]]:
    """What the model would write itself and is not among those `chosen` from the closed set."""
    there = {apply_edits(text, [c.edit]) for c, _ in chosen}
    return [
        (c, passage.surprise(c.edit.span))
        for c in generate_edits(llama, text, passage)
        if apply_edits(text, [c.edit]) not in there
    ]


def _within(edit: Edit, passage: Passage) -> bool:
    return passage.span.start <= edit.span.start and edit.span.end <= passage.span.end


def _best(chosen: list[tuple[CandidateEdit, float]], gains: Sequence[float | None]) -> Iterator[Proposal]:
    """Of candidates that touch the same words the one that gains most."""
    ranked = sorted(
        ((gain, c, surprise) for (c, surprise), gain in zip(chosen, gains, strict=True) if gain is not None),
        key=lambda row: (-row[0], row[1].edit.span, row[1].edit.text),
    )
    taken: list[Span] = []
    for at, (gain, candidate, surprise) in enumerate(ranked):
        if gain < _LEAST_GAIN:
            return
        wide = widened(candidate.edit.span)
        if any(wide.overlaps(span) for span in taken):
            continue
        taken.append(wide)
        rival = next((g for g, c, _ in ranked[at + 1 :] if widened(c.edit.span).overlaps(wide)), 0.0)
        yield Proposal(candidate.edit, candidate.kind, gain, surprise, gain - max(rival, 0.0))


def rank_candidates(llama: Scorer, text: str, passage: Passage) -> Iterator[tuple[CandidateEdit, float]]:
    """The candidates in a passage that are worth decoding, each with the surprise of what it replaces."""
    row = [w for w in split_words(text[: passage.span.end]) if w.span.start >= passage.span.start]
    first = bisect_left([w.span.start for w in row], passage.own)
    weighed: list[tuple[float, CandidateEdit, float]] = []
    view = _PassageView(llama, text, passage, row)
    for i in range(first, len(row)):
        if view.prose(i):
            weighed += view.at(i)
    weighed.sort(key=lambda entry: (-entry[0], entry[1].edit.span, entry[1].edit.text))
    most = _SCORED + (len(row) - first) // _WORDS_PER
    return ((candidate, surprise) for priority, candidate, surprise in weighed[:most] if priority > 0)


class _PassageView:
    """A passage by words: what each costs, and what the first token of another would cost in its place."""

    def __init__(self, llama: Scorer, text: str, passage: Passage, row: list[TextWord]) -> None:
        self._llama, self._text, self._passage, self._row = llama, text, passage, row
        self._quoted = quoted_spans(text)
        self._tokens = [passage.tokens_of(w.span) for w in row]
        self._cost = [self._between(a, b) for a, b in self._tokens]

    def prose(self, i: int) -> bool:
        """Whether the word with number i stands in plain prose."""
        return is_prose_word(self._text, self._row[i].span, self._quoted)

    def at(self, i: int) -> Iterable[tuple[float, CandidateEdit, float]]:
        """(priority, candidate, surprise) of what may be wrong at the word with number i or before it."""
        a, b = self._tokens[i]
        cost = self._cost[i]
        after = self._between(b, min(b + 2, len(self._passage.tokens)))
        if not (0 <= a < len(self._passage.rows)):
            return
        expected = self._expected(a) if cost > _SURPRISE and self._row[i].low.isascii() else ()
        for candidate in edits_at_word(self._text, self._row, i, expected):
            yield self._weigh(candidate, a, b, cost, after), candidate, cost
        if i and self.prose(i - 1):
            for candidate in insertions_between(self._text, self._row[i - 1], self._row[i]):
                new = self._llama.first(" " + candidate.edit.text.strip())
                yield self._row_at(a, new) + self._now(a) - 0.5, candidate, self._now(a)

    def _expected(self, k: int) -> list[str]:
        """The words that are likeliest at token k, of those that are one token."""
        found = self._passage.rows[k].argpartition(-_USUAL_HERE)[-_USUAL_HERE:]
        pieces = (self._llama.piece(int(token)) for token in sorted(found.tolist()))
        return [p.decode().strip() for p in pieces if p.strip().isalpha() and p.islower()]

    def _weigh(self, candidate: CandidateEdit, a: int, b: int, cost: float, after: float) -> float:
        lead = " " if self._text[: self._row[0].span.start] or a else ""
        new = candidate.edit.text
        if candidate.kind == "doubled" or not new:
            if b >= len(self._passage.tokens):
                return -1.0
            return self._row_at(a, self._passage.tokens[b]) + cost + self._now(b) - 2.0
        if candidate.kind == "compound" and " " not in new:  # joined with the next word
            return self._row_at(a, self._llama.first(lead + new)) + cost + 0.5 * after
        token = self._llama.first(lead + new.split()[0])
        gained = self._row_at(a, token) + self._now(a)
        return gained + 0.6 * min(max(after - _USUAL, 0.0), 8.0) + 0.3

    def _now(self, k: int) -> float:
        return -self._passage.log_probability(k) if k < len(self._passage.tokens) else 0.0

    def _between(self, a: int, b: int) -> float:
        return sum(self._now(k) for k in range(a, min(b, len(self._passage.tokens))))

    def _row_at(self, k: int, token: int) -> float:
        return float(self._passage.rows[k, token]) if k < len(self._passage.rows) else -20.0
