"""Words and word sequences attested in openly licensed, edited prose: how often each was seen.

One read-only file, mapped into memory, made by ``training/ngram_counts.py``: a
line of JSON (what it is, from which sources, table sizes) and three hash
tables, of words, of pairs and of triples. A table is an array of buckets of
eight 16-bit slots. A slot holds 11 bits of a key's hash and a 5-bit count on a
logarithmic scale; words have a second array for their usual capitalisation.
So a lookup may mistake an unseen sequence for a seen one about three times in
a thousand, and counts are right within a fifth: good enough for evidence, and
small enough to ship.
"""

from __future__ import annotations

import json
import math
import mmap
import re
import struct
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

SLOTS = 8
_BUCKET = struct.Struct("<8H")
# Counts are stored as 1 + floor(STEP * log2(count)); 31 stands for some 3 million and more.
STEP = 1.4
_BACKOFF = math.log(0.4)
TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[^\w\s]|_")
_QUOTES = str.maketrans("‘’“”", "''\"\"")
BOUNDARY = "<s>"


def marks(text: str) -> list[str]:
    """The words, numbers and marks of `text` as they are written, but with straight quotes.

    >>> marks("It’s 42.")
    ["It's", '42', '.']
    """
    return TOKEN.findall(text.translate(_QUOTES))


def tokens(text: str) -> list[str]:
    """The words and marks of `text` as they are counted: lower case, straight quotes, every number 0.

    >>> tokens("It’s 42.")
    ["it's", '0', '.']
    """
    if text.isascii():  # folded all at once, which is not the same for every letter of the world
        return ["0" if t.isdigit() else t for t in TOKEN.findall(text.lower())]
    return ["0" if t.isdigit() else t.lower() for t in marks(text)]


def hash_key(key: str) -> int:
    """64 bits that place a key: the low bits choose the bucket, the top 11 are kept in the slot."""
    return int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def bucket_and_mark(key: str, buckets: int) -> tuple[int, int]:
    """Where a key lives among `buckets` buckets, and the 11 bits (never 0) that stand for it there."""
    h = hash_key(key)
    return h % buckets, (h >> 53) or 1


def find(data: bytes | mmap.mmap, at: int, buckets: int, key: str) -> tuple[int, int]:
    """(slot number, stored value) of a key in the table of `buckets` buckets that begins at byte `at`; else value 0."""
    bucket, mark = bucket_and_mark(key, buckets)
    while True:
        slots = _BUCKET.unpack_from(data, at + bucket * _BUCKET.size)
        for slot in slots:
            if slot >> 5 == mark:
                return bucket * SLOTS + slots.index(slot), slot & 31
        if slots[-1] == 0:  # a bucket that is not full ends the search
            return -1, 0
        bucket = (bucket + 1) % buckets


class NgramCounts:
    """The file, opened. Lookups are pure; the object may be shared by threads."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        end = data.find(b"\n")
        self.header: dict[str, Any] = json.loads(data[:end])
        self.total: int = self.header["tokens"]
        self._data = data
        self._tables: dict[int, tuple[int, int]] = {}
        at = end + 1
        for n in (1, 2, 3, 4):
            buckets = self.header["buckets"][str(n)]
            self._tables[n] = (at, buckets)
            at += buckets * _BUCKET.size
        self._case_at = at
        self.count = lru_cache(maxsize=16384)(self._count)

    def _find(self, key: str, n: int) -> tuple[int, int]:
        """(slot number, stored value) of a key of n words; value 0 where it was not seen."""
        return find(self._data, *self._tables[n], key) if n in self._tables else (-1, 0)

    def _count(self, key: str) -> float:
        n = key.count(" ") + 1
        value = self._find(key, n)[1] if n <= 3 else 0
        return 2 ** ((value - 0.5) / STEP) if value else 0.0

    def capital_share(self, word: str) -> float | None:
        """The share of `word` (lower case) that was capitalised inside sentences, in steps of 1/15; None if unseen."""
        slot, value = self._find(word, 1)
        if not value:
            return None
        return int(self._data[self._case_at + slot]) / 15

    def misspelling(self, wrong: str, right: str) -> bool:
        """True if `wrong` is a listed misspelling of `right` (both lower case)."""
        return self._find(f"{wrong}\t{right}", 4)[1] > 0

    def is_only_correction(self, wrong: str, right: str) -> bool:
        """True if `wrong` is a listed misspelling and `right` the only correction that the list has for it."""
        return self._find(f"{wrong}\t{right}", 4)[1] > 1

    def log_probability(self, before2: str, before: str, word: str) -> float:
        """Natural logarithm of the chance of `word` after two words, by the longest sequence seen (stupid backoff)."""
        triple = self.count(f"{before2} {before} {word}")
        if triple:
            return min(0.0, math.log(triple / max(self.count(f"{before2} {before}"), triple)))
        pair = self.count(f"{before} {word}")
        if pair:
            return _BACKOFF + min(0.0, math.log(pair / max(self.count(before), pair)))
        return 2 * _BACKOFF + math.log(max(self.count(word), 0.5) / self.total)

    def log_score(self, words: list[str], start: int, end: int) -> float:
        """Sum of log-probabilities of words[start:end] given what stands before each; the sentence begins at 0."""
        total = 0.0
        for i in range(start, end):
            before = words[i - 1] if i else BOUNDARY
            before2 = words[i - 2] if i > 1 else BOUNDARY
            total += self.log_probability(before2, before, words[i])
        return total


@lru_cache(maxsize=1)
def ngram_counts() -> NgramCounts:
    """The tables that come with LocalProof."""
    with Path(__file__).with_name("ngram_counts.bin").open("rb") as stream:
        return NgramCounts(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
