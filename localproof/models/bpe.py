"""Text to tokens, without a library: byte-level pairs, split as llama.cpp's "smollm" does.

A text falls into pieces (a word with the blank before it, a mark, one digit,
blanks), and each piece into tokens by merging, over and over, the pair of
neighbours that was learned first. Pieces recur, so their tokens are remembered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import accumulate

_PIECE = re.compile(r"\d|'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?(?:[^\w\s]|_)+|\s+(?![^\s\d])|\s+")
_REMEMBERED = 50_000  # pieces


def stand_ins() -> list[str]:
    """The character that stands for each byte in the tokens of such a vocabulary.

    >>> stand_ins()[ord(" ")], stand_ins()[ord("a")]
    ('Ġ', 'a')
    """
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(others)) for byte in range(256)]


class Vocabulary:
    """Tokens and the pairs that make them, from the two arrays of a GGUF file. Threads may share it."""

    def __init__(self, tokens: Sequence[str], merges: Sequence[str]) -> None:
        """Raises ValueError where the arrays are not those of a byte-level vocabulary."""
        self._stand_in = stand_ins()
        byte_of = {char: byte for byte, char in enumerate(self._stand_in)}
        self.number = {token: i for i, token in enumerate(tokens)}
        self.pieces = [bytes(byte_of[c] for c in token) if all(c in byte_of for c in token) else token.encode()
                       for token in tokens]  # fmt: skip
        if missing := [char for char in self._stand_in if char not in self.number]:
            raise ValueError(f"{len(missing)} bytes have no token")
        self._rank: dict[tuple[str, str], int] = {}
        for rank, merge in enumerate(merges):
            left, _, right = merge.partition(" ")
            if left + right not in self.number:
                raise ValueError("a pair makes no token")
            self._rank.setdefault((left, right), rank)
        self._known: dict[str, tuple[int, ...]] = {}

    def tokens(self, text: str) -> list[int]:
        """The tokens of `text`."""
        known = self._known
        out: list[int] = []
        for piece in split(text):
            found = known.get(piece)
            out += found if found is not None else self._remember(piece)
        return out

    def starts(self, text: str, tokens: Sequence[int]) -> list[int]:
        """The code point of `text` in which each of its `tokens` begins, and the end."""
        ends = accumulate((len(self.pieces[token]) for token in tokens), initial=0)
        if text.isascii():
            return list(ends)
        place = [i for i, char in enumerate(text) for _ in char.encode("utf-8", "replace")]
        place.append(len(text))
        return [place[min(end, len(place) - 1)] for end in ends]

    def _remember(self, piece: str) -> tuple[int, ...]:
        found = tuple(self._merged(piece))
        if len(piece) < 40:
            if len(self._known) >= _REMEMBERED:
                self._known = {}
            self._known[piece] = found
        return found

    def _merged(self, piece: str) -> list[int]:
        """The tokens of a piece: of all neighbours the pair learned first is merged, the leftmost of several."""
        parts: list[str | None] = [self._stand_in[byte] for byte in piece.encode("utf-8", "replace")]
        before, after = list(range(-1, len(parts) - 1)), list(range(1, len(parts) + 1))
        waiting: list[tuple[int, int, str, str]] = []

        def offer(left: int, right: int) -> None:
            if left >= 0 and right < len(parts):
                pair = (parts[left] or "", parts[right] or "")
                if (rank := self._rank.get(pair)) is not None:
                    heappush(waiting, (rank, left, *pair))

        for i in range(len(parts) - 1):
            offer(i, i + 1)
        while waiting:
            _, left, one, other = heappop(waiting)
            right = after[left]
            if parts[left] != one or right >= len(parts) or parts[right] != other:
                continue  # merged with something else by now
            parts[left], parts[right] = one + other, None
            after[left] = after[right]
            if after[right] < len(parts):
                before[after[right]] = left
            offer(before[left], left)
            offer(left, after[left])
        return [self.number[part] for part in parts if part is not None]


def split(text: str) -> list[str]:
    """The pieces of `text`; together they are the text.

    >>> split("It's  a 42!"), split("x²")
    (['It', "'s", ' ', ' a', ' ', '4', '2', '!'], ['x', '²'])
    """
    if text.isascii() or not any(unicodedata.category(c)[0] == "N" for c in text if c > "\x7f"):
        return _PIECE.findall(text)
    # To Python ² and ½ are letters of words; here every number stands by itself.
    marked = "".join("0" if unicodedata.category(c)[0] == "N" else c for c in text)
    return [text[m.start() : m.end()] for m in _PIECE.finditer(marked)]
