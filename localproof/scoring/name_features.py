"""Signs that an unknown word is no misspelling: a name or foreign by what stands beside it, or regularly built.

Each is 1 where it holds; what it weighs is learned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..text import Span
from ..text.words import fold_word
from .ngram_counts import NgramCounts
from .spelling_errors import strip_prefixes, strip_suffixes
from .wordlists import word_lists

# What may stand between words of one clause; a line end or a mark between clauses parts them.
_BETWEEN = frozenset(' ,“”"‘()&*_-')
_MOST_BETWEEN = 4  # characters
_LONGEST = 40  # letters of a word that is looked at
_KNOWN = 20  # times in the corpus; what is rarer and in no list of English words is unknown
_DOUBLED = re.compile(r"(.)\1")
_SMALL = 2  # letters of words that are passed over, for every language has them
_MOST_PASSED = 2


def neighbour_signs(text: str, span: Span, known: NgramCounts) -> Iterator[str]:
    """What the neighbours of an unknown word at `span` say of it.

    >>> from .ngram_counts import ngram_counts
    >>> list(neighbour_signs("livros ajudam a calibrar a mentalidade", Span(16, 24), ngram_counts()))
    ['beside unknown words']
    >>> list(neighbour_signs("by way of ido-mode", Span(10, 13), ngram_counts()))
    ['before a hyphen']
    """
    if text[span.end : span.end + 1] == "-" and text[span.end + 1 : span.end + 2].isalpha():
        yield "before a hyphen"
    if any(_is_unknown(_neighbour(text, span, before=before), known) for before in (True, False)):
        yield "beside unknown words"


def _neighbour(text: str, span: Span, *, before: bool) -> str:
    """The first word before a place or after it that is not small; "" where the clause ends first."""
    at, step = (span.start - 1, -1) if before else (span.end, 1)
    for _ in range(_MOST_PASSED + 1):
        start = _skip(text, at, step, _MOST_BETWEEN, _BETWEEN.__contains__)
        at = _skip(text, start, step, _LONGEST, _is_of_word)
        word = text[at + 1 : start + 1] if before else text[start:at]
        if len(word) > _SMALL or not word or not word.isascii():
            return word
    return ""


def _skip(text: str, at: int, step: int, most: int, passes: Callable[[str], bool]) -> int:
    """The first place from `at` on whose character does not pass, after `most` characters at the latest."""
    while most and 0 <= at < len(text) and passes(text[at]):
        at, most = at + step, most - 1
    return at


def _is_of_word(char: str) -> bool:
    return char.isalpha() or char in "'’"


def _is_unknown(word: str, known: NgramCounts) -> bool:
    """Whether `word` is no English word; one with a capital may be the name of anything."""
    low = fold_word(word).strip("'")
    return word.islower() and len(word) < _LONGEST and known.count(low) < _KNOWN and not word_lists().entry(low).band


def derivation_signs(low: str, known: NgramCounts) -> Iterator[str]:
    """Signs that an unlisted word (lower case) is built from words that are."""
    if any(known.count(s) > 20 for s in strip_prefixes(low)):
        yield "prefix and known word"
    if any(known.count(s) > 20 for s in strip_suffixes(low)):
        yield "known word and suffix"
    if len(low) <= 40 and any(
        known.count(low[:i]) > 200 and known.count(low[i:]) > 200 for i in range(3, len(low) - 2)
    ):
        yield "two known words"


def differ_in_doubling(a: str, b: str) -> bool:
    """Whether `a` and `b` are one word but for letters that are doubled in one of them.

    >>> differ_in_doubling("occured", "occurred"), differ_in_doubling("outliner", "outline")
    (True, False)
    """
    return _DOUBLED.sub(r"\1", a) == _DOUBLED.sub(r"\1", b)
