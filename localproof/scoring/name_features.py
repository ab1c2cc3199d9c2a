"""Signs that an unknown word is no misspelling: a name or foreign by what stands beside it, or regularly built.

Each is 1 where it holds; what it weighs is learned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..text import Span
from ..text.words import fold_word
from .ngram_counts import NgramCounts
from .spelling_errors import strip_prefixes, strip_suffixes
from .wordlists import word_lists

_AROUND = 48  # code points on either side in which neighbours are looked for
_WORD = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
# The word before a place, or after it, in the same clause; a line end or a mark between clauses parts them.
_BEFORE = re.compile(rf"({_WORD})(?:[ ]|, |[ ][“\"'‘(&]|-)[“\"'‘(*_]*\Z")
_AFTER = re.compile(rf"[”\"'’)*_]*(?:[ ]|, |[ ][“\"'‘(&]|-)[“\"'‘(*_]*({_WORD})")
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
    at = span.start if before else span.end
    for _ in range(_MOST_PASSED + 1):
        start = max(at - _AROUND, 0)
        found = _BEFORE.search(text[start:at]) if before else _AFTER.match(text[at : at + _AROUND])
        if found is None:
            return ""
        if len(found[1]) > _SMALL:
            return found[1]
        at = start + found.start(1) if before else at + found.end(1)
    return ""


def _is_unknown(word: str, known: NgramCounts) -> bool:
    """Whether `word` is no English word; one with a capital may be the name of anything."""
    low = fold_word(word)
    return word.islower() and known.count(low) < _KNOWN and not word_lists().entry(low).band


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
