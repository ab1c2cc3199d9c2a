"""How any runtime is asked about a text: in passages of whole sentences, and what a passage would gain by an edit.

A `Scorer` is a model in memory. What it is run by (`numpy_model` for our own
files, `llama` for any other) gives tokens, decodes a passage, and decodes what
may stand in place of some of it; all else is here and the same for each.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from ..text import Edit, Span
from ..text.words import SENTENCE_END

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .llama import LlamaModel

Rows: TypeAlias = "NDArray[np.float32]"

PASSAGE = 112  # tokens of a passage: the bundled model was taught with rows of 128
AFTER = 12  # tokens after the last difference that still count
AT_ONCE = 512  # tokens in one batch
MOST_CHANGES = 32  # in one batch
_OVERLAP = 24  # tokens that a passage begins before a sentence which is too long for one
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")


class ModelUnusable(ValueError):
    """A file that a runtime cannot load, or that cannot be asked about text."""


def straight(text: str) -> str:
    """`text` as models are asked about it: with straight quotation marks and plain blanks, as long as before.

    >>> straight("“It’s”\\u00a0so")
    '"It\\'s" so'
    """
    return re.sub(r"\s", " ", text.translate(_STRAIGHT))


@dataclass(frozen=True)
class Passage:
    """A stretch of a text that was decoded. `tokens` are those of ``text[span]`` behind the model's start; `starts[i]`
    is the code point of the text where token i begins, `starts[-1]` the end; what begins before `own` was only read as
    context. `rows[i]` holds the log-probabilities of all tokens at place i."""

    span: Span
    own: int
    tokens: list[int]
    starts: list[int]
    rows: Rows

    def log_probability(self, i: int) -> float:
        """Of the token at place i, given all before it."""
        return float(self.rows[i, self.tokens[i]])

    def surprise(self, span: Span) -> float:
        """Nats of the tokens that hold `span` of the text, at least one."""
        first, end = self.tokens_of(span)
        return -sum(self.log_probability(i) for i in range(first, min(end, len(self.tokens))))

    def tokens_of(self, span: Span) -> tuple[int, int]:
        """The numbers of the first token that holds something of `span`, and of the one after the last."""
        first = self.token_at(span.start)
        return first, max(self.token_at(max(span.end - 1, span.start)) + 1, first + 1)

    def token_at(self, place: int) -> int:
        """The number of the token that holds the code point `place` of the text."""
        return min(max(bisect_right(self.starts, place) - 1, 0), len(self.tokens))


class Scorer(ABC):
    """A model in memory. For one thread at a time."""

    size: int  # of its vocabulary
    decoded: int = 0  # tokens so far
    _first: list[int]  # what every text begins with

    def __init__(self) -> None:
        self._firsts: dict[str, int] = {}

    def writer(self) -> LlamaModel | None:
        """Itself, where it can be asked what it would write."""
        return None

    @abstractmethod
    def tokens(self, text: str) -> list[int]:
        """The tokens of a text, without the model's start."""

    @abstractmethod
    def piece(self, token: int) -> bytes:
        """The bytes of a token."""

    @abstractmethod
    def _read(self, text: str, span: Span, own: int) -> Passage:
        """The passage at `span` of `text`, decoded."""

    @abstractmethod
    def _score(self, passage: Passage, changes: list[tuple[int, TokenEdit]], totals: list[float | None]) -> None:
        """Put what each change of the passage that was decoded last would gain into `totals`, by its number."""

    def first(self, text: str) -> int:
        """The first token of a text, straight quotation marks; remembered."""
        if text not in self._firsts:
            tokens = self.tokens(straight(text))
            word = straight(text.removeprefix(" "))
            if text[:1] == " " and self._blank_first(bare := self.tokens(word), word):  # it puts a blank first itself
                tokens = bare
            self._firsts[text] = (tokens or [0])[0]
        return self._firsts[text]

    def passages(self, text: str) -> Iterator[Passage]:
        """`text` (of one block) decoded in stretches of whole sentences, each with the one before it as context."""
        text = straight(text)
        for span, own in stretches(text, self.tokens):
            yield self._read(text, span, own)

    def gains(self, text: str, passage: Passage, edits: Sequence[Edit]) -> list[float | None]:
        """For each edit how much likelier, in nats, the passage is with it: log-probabilities of what differs and of a
        dozen tokens after it. None for an edit that does not lie in the passage or leaves it as it was."""
        changed = [self._score_changes(text, passage, edit) for edit in edits]
        totals: list[float | None] = [None] * len(edits)
        waiting: list[tuple[int, TokenEdit]] = []
        room = 0
        for i, change in enumerate(changed):
            if change is None:
                continue
            if room + len(change.tokens) > AT_ONCE or len(waiting) == MOST_CHANGES:
                self._score(passage, waiting, totals)
                waiting, room = [], 0
            waiting.append((i, change))
            room += len(change.tokens)
        if waiting:
            self._score(passage, waiting, totals)
        return totals

    # Of single tokens and edits.

    def _starts(self, text: str, span: Span, tokens: list[int]) -> list[int]:
        """Where each token begins: tokens are bytes, places are code points."""
        sizes = [len(char.encode("utf-8", "replace")) for char in span.of(text)]
        place_of_byte = [span.start + i for i, size in enumerate(sizes) for _ in range(size)] + [span.end]
        # Some vocabularies (SentencePiece) put a blank before the first word that no text has.
        at, starts = -1 if self._blank_first(tokens, span.of(text)) else 0, []
        for token in tokens:
            starts.append(place_of_byte[min(max(at, 0), len(place_of_byte) - 1)])
            at += len(self.piece(token))
        return [*starts, place_of_byte[min(at, len(place_of_byte) - 1)]]

    def _blank_first(self, tokens: Sequence[int], text: str) -> bool:
        return bool(tokens) and text[:1] != " " and self.piece(tokens[0])[:1] == b" "

    def _score_changes(self, text: str, passage: Passage, edit: Edit) -> TokenEdit | None:
        span = passage.span
        if edit.span.start < span.start or edit.span.end > span.end:
            return None
        whole = straight(text[span.start : edit.span.start] + edit.text + text[edit.span.end : span.end])
        before, after = passage.tokens, self.tokens(whole)
        least = min(len(before), len(after))
        same = next((i for i in range(least) if before[i] != after[i]), least)
        tail = next((i for i in range(least - same) if before[-1 - i] != after[-1 - i]), least - same)
        if same == len(before) == len(after):
            return None
        ends = [len(v) - tail + min(tail, AFTER) for v in (before, after)]
        if ends[1] - same > AT_ONCE // 2 or same >= len(passage.rows):
            return None
        return TokenEdit(same, ends[0], after[same : ends[1]])


def stretches(text: str, tokens: Callable[[str], list[int]]) -> Iterator[tuple[Span, int]]:
    """(span, where its own part begins) of each passage that `text` falls into: whole sentences, `PASSAGE` tokens at
    most, with the sentence before as context."""
    ends = [m.end() for m in SENTENCE_END.finditer(text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    starts = [0, *ends[:-1]]
    sizes = [len(tokens(text[a:b])) for a, b in zip(starts, ends, strict=True)]
    i = 0
    while i < len(sizes):
        context = i - 1 if i and sizes[i - 1] + sizes[i] <= PASSAGE else i
        total, j = sum(sizes[context:i]), i
        while j < len(sizes) and total + sizes[j] <= PASSAGE:
            total += sizes[j]
            j += 1
        if j == i:  # a sentence longer than a passage
            yield from _long(text, starts[i], ends[i], tokens)
            i += 1
        else:
            yield Span(starts[context], ends[j - 1]), starts[i]
            i = j


def _long(text: str, start: int, end: int, tokens: Callable[[str], list[int]]) -> Iterator[tuple[Span, int]]:
    """The same of a sentence that is too long for one: cut before words, a few words of context before each."""
    words = [start, *(start + m.start() for m in re.finditer(r"(?<=\s)\S", text[start:end])), end]
    sizes = [len(tokens(text[a:b])) for a, b in pairwise(words)]
    at = 0
    while at < len(sizes):
        back, total = at, 0
        while back and total + sizes[back - 1] <= min(_OVERLAP, PASSAGE - sizes[at]):
            back -= 1
            total += sizes[back]
        stop = at
        while stop < len(sizes) and (stop == at or total + sizes[stop] <= PASSAGE):
            total += sizes[stop]
            stop += 1
        yield Span(words[back], words[stop]), words[at]
        at = stop


@dataclass(frozen=True, slots=True)
class TokenEdit:
    """An edit in tokens: those before `same` stay, the window of the old ends at `end`, `tokens` is the window of the
    new, beginning at `same`."""

    same: int
    end: int
    tokens: list[int]
