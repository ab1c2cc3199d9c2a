"""Words and names that stand in public word lists, however rare: what is listed is seldom a slip.

One read-only file, mapped into memory, made by ``training/wordlists.py``: a line
of JSON (what it is, from which lists) and one hash table, laid out like those
of `attested`. A lookup may mistake an unlisted word for a listed one about
four times in a thousand.
"""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .ngram_counts import find

# How rare a word is, by the smallest SCOWL list that holds it: 10 to 60, 70, 80, 95.
BANDS = ("", "common", "rare", "very rare", "hardly known")


@dataclass(frozen=True, slots=True)
class WordEntry:
    """What the lists say of a word. `band` is one of `BANDS`, "" where only names are spelt so; `name` where a list of
    words has it with a capital; `person_or_place` where it is the name of people in the United States or of a town."""

    band: str = ""
    name: bool = False
    person_or_place: bool = False

    def pack(self) -> int:
        """The entry as a number from 1 to 20."""
        return 1 + BANDS.index(self.band) + 5 * self.name + 10 * self.person_or_place

    @classmethod
    def unpack(cls, value: int) -> WordEntry:
        """The entry that `pack` made the number of.

        >>> WordEntry.unpack(WordEntry("rare", True).pack())
        WordEntry(band='rare', name=True, person_or_place=False)
        """
        return cls(BANDS[(value - 1) % 5], (value - 1) // 5 % 2 == 1, value > 10)


NOT_LISTED = WordEntry()


class WordLists:
    """The file, opened. Lookups are pure; the object may be shared by threads."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self._at = data.find(b"\n") + 1
        self.header: dict[str, Any] = json.loads(data[: self._at])
        self._data = data

    def entry(self, word: str) -> WordEntry:
        """What is known of `word` (lower case, straight apostrophes), or of what it is the possessive of."""
        for form in (word, word.removesuffix("'s")):
            if value := find(self._data, self._at, self.header["buckets"], form)[1]:
                return WordEntry.unpack(value)
        return NOT_LISTED


@lru_cache(maxsize=1)
def word_lists() -> WordLists:
    """The lists that come with LocalProof."""
    with Path(__file__).with_name("wordlists.bin").open("rb") as stream:
        return WordLists(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
