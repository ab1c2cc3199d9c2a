"""Words that a whole site uses: what stands in several documents of one task is a name there, or a word of its trade.

Only words count that edited prose hardly knows. A common word that stands all
over a site says nothing about the place where it is wrong ("over" + "write").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from ..text import Block
from ..text.words import WORD, fold_word
from . import WordCounts, folded_words
from .ngram_counts import ngram_counts

RARE = 100  # times in the 62 million words of edited prose; "wget" 15, "entrypoint" 67, "tha" 297, "colour" 2,152
FEWEST = 3  # documents; what stands in two may be a slip that was copied


def unusual_words(blocks: Iterable[Block]) -> frozenset[str]:
    """The words of `blocks`, in lower case, that edited prose hardly knows."""
    known = ngram_counts().count
    every = {word for block in blocks for word in folded_words(block.text)}
    return frozenset(word for word in every if known(word) < RARE)


def shared_words(documents: Iterable[Iterable[str]]) -> dict[str, int]:
    """Of the unusual words of each document those that stand in several, and in how many; the order does not matter.

    >>> shared_words([["datasette", "teh"], ["datasette"], ["datasette"]])
    {'datasette': 3}
    """
    counts = Counter(word for words in documents for word in set(words))
    return {word: count for word, count in sorted(counts.items()) if count >= FEWEST}


class RecordedLookups(Mapping[str, int]):
    """`site` as it is, but `looked_at` is told of every word that was asked for and what the answer was, 0 for none."""

    def __init__(self, site: Mapping[str, int], looked_at: dict[str, int]) -> None:
        self._site, self._looked_at = site, looked_at

    def __getitem__(self, word: str) -> int:
        self._looked_at[word] = self._site.get(word, 0)
        return self._site[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._site)

    def __len__(self) -> int:
        return len(self._site)


def with_site_counts(words: WordCounts, site: Mapping[str, int], looked_at: dict[str, int] | None = None) -> WordCounts:
    """`words` of a document as part of a `site`; `looked_at` as in `RecordedLookups`."""
    return replace(words, site=RecordedLookups(site, {} if looked_at is None else looked_at))


class WordsElsewhere(Mapping[str, int]):
    """How often a word (lower case) stands in a `source` outside its prose, of which `prose` are the counts of words:
    in code, in an address, in an attribute, in another language. What is called so there is no misspelling here.
    `counted` are the words of the source, folded, where they are counted already.

    >>> WordsElsewhere("Run siad: `siad -M gctw`. It is lightwieght.", {"run": 1, "siad": 1, "lightwieght": 1})["siad"]
    1
    """

    def __init__(self, source: str, prose: Mapping[str, int], counted: Mapping[str, int] | None = None) -> None:
        self._source, self._prose, self._counted = source, prose, counted

    def __getitem__(self, word: str) -> int:
        count = self._every.get(word, 0) - self._prose.get(word, 0)
        if count <= 0:
            raise KeyError(word)
        return count

    @cached_property
    def _every(self) -> Mapping[str, int]:
        return Counter(WORD.findall(fold_word(self._source))) if self._counted is None else self._counted

    def __iter__(self) -> Iterator[str]:
        return (word for word in self._every if word in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
