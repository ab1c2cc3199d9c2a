"""The forms of an English word, regular or in the table of irregular verbs, each under a tag."""

from __future__ import annotations

import re
from functools import lru_cache

from ..scoring.ngram_counts import ngram_counts
from ..scoring.tables import IRREGULAR

BARE = ""
_VOWELS = "aeiou"
_ODD_S = {"have": "has", "be": "is", "do": "does", "go": "goes", "man": "men", "woman": "women", "child": "children"}


@lru_cache(maxsize=1)
def _irregular() -> dict[str, tuple[str, str]]:
    rows = (entry.split() for entry in IRREGULAR.strip().replace("\n", "|").split("|"))
    return {base: (past, participle) for base, past, participle, *_ in reversed(list(rows))}


@lru_cache(maxsize=4096)
def inflect(word: str) -> dict[str, str]:
    """The forms of `word`, given in its first: as it stands under "", and under "s", "ed", "en" and "ing". A word that
    is no plain one of three letters or more has its first form only; one with capitals has no forms of verbs.

    >>> inflect("stop")
    {'': 'stop', 's': 'stops', 'ed': 'stopped', 'en': 'stopped', 'ing': 'stopping'}
    >>> inflect("use")["ing"], inflect("write")["en"], inflect("API")
    ('using', 'written', {'': 'API', 's': 'APIs'})
    """
    if not re.fullmatch(r"[A-Za-z]{3,}", word):
        return {BARE: word}
    if not word.islower():
        return {BARE: word, "s": word + "s"}
    regular = _stem(word, "ed")
    past, participle = _irregular().get(word, (regular, regular))
    return {BARE: word, "s": _s_form(word), "ed": past, "en": participle, "ing": _stem(word, "ing")}


def _s_form(word: str) -> str:
    if word in _ODD_S:
        return _ODD_S[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(?:s|x|z|ch|sh)$", word) else "s")


def _stem(word: str, ending: str) -> str:
    if ending == "ed" and re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ied"
    if word.endswith("ic"):
        return word + "k" + ending
    if word.endswith("ie") and ending == "ing":
        return word[:-2] + "ying"
    if word.endswith("e") and (ending == "ed" or not word.endswith(("ee", "oe", "ye"))):
        return word[:-1] + ending
    if re.search(rf"[^{_VOWELS}][{_VOWELS}][^{_VOWELS}wxy]$", word):
        plain, doubled = word + ending, word + word[-1] + ending
        known = ngram_counts()
        short = not re.search(rf"[{_VOWELS}].*[{_VOWELS}]", word)
        more = known.count(doubled) - known.count(plain)
        return doubled if more > 0 or (more == 0 and short) else plain
    return word + ending
