"""Classes and forms of words, from what edited prose knows of them: which are nouns that are counted, which verbs.

`ASKS` has what a pattern may ask of a word, `FORMS` what a correction may make
of one. A class is strict: a word that is often used in another way is in none,
so that a rule that asks keeps still.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from ..scoring.candidate_edits import word_forms
from ..scoring.ngram_counts import ngram_counts
from ..scoring.tables import IRREGULAR
from ..scoring.wordlists import word_lists

DETERMINERS = "the this that his her my your our their its each every another".split()
PREPOSITIONS = "in on of at by for with from into about as".split()
AMOUNTS = "much more some any no".split()


def share(pattern: str, word: str) -> float:
    """What share of the times that `word` was seen in edited prose it stood as in `pattern`, such as ``a *``."""
    known = ngram_counts()
    return known.count(pattern.replace("*", word)) / max(known.count(word), 1.0)


def shares(words: list[str], word: str) -> float:
    """What share of the times that `word` was seen one of `words` stood before it."""
    return sum(share(f"{w} *", word) for w in words)


@lru_cache(maxsize=4096)
def plural_of(word: str) -> str:
    """The plural of a noun in lower case, "" where edited prose has none.

    >>> plural_of("story"), plural_of("child"), plural_of("information")
    ('stories', 'children', '')
    """
    if re.search(r"[^aeiou]y$", word):
        made = word[:-1] + "ies"
    elif re.search(r"(?:s|x|z|ch|sh)$", word):
        made = word + "es"
    else:
        made = word + "s"
    forms = word_forms(word)
    irregular = [f for f in forms if f in _IRREGULAR_PLURALS]
    return irregular[0] if irregular else made if made in forms or ngram_counts().count(made) > 20 else ""


_IRREGULAR_PLURALS = frozenset(
    "men women children people feet teeth mice criteria phenomena analyses bases crises theses hypotheses indices"
    " matrices vertices appendices lives knives halves selves leaves".split()
)


@lru_cache(maxsize=4096)
def is_count_noun(word: str) -> bool:
    """Whether `word` is a singular noun that wants an article: edited prose has it with "a" and in the plural, hardly
    ever bare after a preposition, and never as an amount."""
    known = ngram_counts()
    n = known.count(word)
    if n < 60 or len(word) < 3 or (known.capital_share(word) or 0) > 0.5 or not word_lists().entry(word).band:
        return False
    plural = plural_of(word)
    return (
        bool(plural)
        and known.count(plural) / n >= 0.05
        and share("a *", word) + share("an *", word) >= 0.03
        and shares(DETERMINERS, word) >= 0.12
        and share("to *", word) <= 0.03
        and shares(AMOUNTS, word) <= 0.04
        and shares(PREPOSITIONS, word) <= 0.07
    )


@lru_cache(maxsize=4096)
def is_clear_count_noun(word: str) -> bool:
    """Whether `word` is a count noun that is hardly ever an amount: "computer", not "capacity"."""
    known = ngram_counts()
    return (
        is_count_noun(word)
        and share("a *", word) + share("an *", word) >= 0.05
        and shares(AMOUNTS, word) <= 0.015
        and known.count(plural_of(word)) / known.count(word) >= 0.13
    )


@lru_cache(maxsize=4096)
def is_singular_noun(word: str) -> bool:
    """Whether `word` is a singular noun that has a plural; it may have other uses."""
    known = ngram_counts()
    n = known.count(word)
    plural = plural_of(word)
    return (
        n >= 60
        and len(word) > 2
        and not word.endswith(("ss", "ing"))
        and bool(word_lists().entry(word).band)
        and (known.capital_share(word) or 0) <= 0.4
        and bool(plural)
        and known.count(plural) / n >= 0.05
        and share("a *", word) + share("an *", word) + share("the *", word) >= 0.1
        and share("to *", word) <= 0.15
        and word not in _IRREGULAR_PLURALS
    )


@lru_cache(maxsize=4096)
def is_base_verb(word: str) -> bool:
    """Whether `word` is a verb in its first form and no usual noun."""
    known = ngram_counts()
    n = known.count(word)
    return (
        n >= 100
        and share("to *", word) >= 0.2
        and share("a *", word) + share("an *", word) <= 0.01
        and shares(["the", "of", "in"], word) <= 0.08
    )


@lru_cache(maxsize=4096)
def is_verb(word: str) -> bool:
    """Whether `word` is a verb in its first form; it may be a noun as well."""
    known = ngram_counts()
    return known.count(word) >= 100 and share("to *", word) >= 0.12 and not is_count_noun(word)


@lru_cache(maxsize=4096)
def is_adjective(word: str) -> bool:
    """Whether `word` mostly stands before a noun, after "a" or "the", and has no plural."""
    known = ngram_counts()
    n = known.count(word)
    return (
        n >= 200
        and share("a *", word) + share("an *", word) + share("the *", word) >= 0.12
        and share("* of", word) <= 0.03
        and known.count(word + "s") / n <= 0.03
        and share("to *", word) <= 0.03
        and bool(word_lists().entry(word).band)
    )


@lru_cache(maxsize=4096)
def is_plural_noun(word: str) -> bool:
    """Whether `word` is the plural of a noun, and no form of a verb that is often used."""
    one = _singular(word)
    return bool(one) and is_singular_noun(one) and shares(["it", "he", "she", "which"], word) <= 0.01


@lru_cache(maxsize=4096)
def is_third_person(word: str) -> bool:
    """Whether `word` is a verb as it stands after "it", and no usual plural of a noun."""
    known = ngram_counts()
    return (
        word.endswith("s")
        and known.count(word) >= 60
        and shares(["it", "he", "she", "which", "that", "this", "who"], word) >= 0.04
        and shares(["the", "these", "of", "many", "two"], word) <= 0.08
        and bool(bare_form(word))
    )


@lru_cache(maxsize=4096)
def is_participle(word: str) -> bool:
    """Whether `word` is a participle that mostly stands after a form of "be", and another form than the first."""
    known = ngram_counts()
    return (
        (word.endswith("ed") or word in _irregular_participles())
        and known.count(word) >= 60
        and shares(["is", "are", "was", "were", "be", "been", "being"], word) >= 0.1
        and shares(["to", "a", "an"], word) <= 0.05
        and bool(bare_form(word))
    )


@lru_cache(maxsize=1)
def _irregular_participles() -> frozenset[str]:
    rows = (entry.split() for entry in IRREGULAR.strip().replace("\n", "|").split("|"))
    return frozenset(row[2] for row in rows if row[2] != row[0])


@lru_cache(maxsize=4096)
def bare_form(word: str) -> str:
    """The first form of the verb that `word` is another form of, "" where there is none.

    >>> bare_form("makes"), bare_form("written"), bare_form("using"), bare_form("table")
    ('make', 'write', 'use', '')
    """
    known = ngram_counts()
    forms = [f for f in word_forms(word) if not f.endswith(("ing", "ed")) and known.count(f"to {f}") > 20]
    best = max(forms, key=lambda f: known.count(f"to {f}"), default="")
    return best if known.count(f"to {best}") > 5 * known.count(f"to {word}") else ""


def _known(word: str) -> bool:
    return ngram_counts().count(word) > 300


def _ing(word: str) -> str:
    return next((f for f in word_forms(word) if f.endswith("ing") and f[:2] == word[:2]), "")


def _participle(word: str) -> str:
    return next((f for f in word_forms(word) if f.endswith("ed") and f[:2] == word[:2]), "")


@lru_cache(maxsize=1)
def _first_forms() -> dict[str, str]:
    entries = (entry.split() for entry in IRREGULAR.strip().replace("\n", "|").split("|"))
    return {past: base for base, past, *_ in entries}


def _base(word: str) -> str:
    return _first_forms().get(word, "")


def _singular(word: str) -> str:
    return next((f for f in word_forms(word) if plural_of(f) == word), "")


@lru_cache(maxsize=1)
def _participles() -> dict[str, str]:
    entries = [entry.split() for entry in IRREGULAR.strip().replace("\n", "|").split("|")]
    return {form: row[2] for row in entries for form in row[:2]} | {"get": "got"}


def _past_participle(word: str) -> str:
    low = word.lower()
    return _participles().get(low) or _participle(low)


_AFTER_WORDS = ("of", "in", "on", "at", "for", "with", "to", "about", "from", "by", "into")


@lru_cache(maxsize=4096)
def usual_preposition(word: str) -> str:
    """The preposition that edited prose mostly has after `word`, "" where none leads by far.

    >>> usual_preposition("depends"), usual_preposition("table")
    ('on', '')
    """
    low, known = word.lower(), ngram_counts()
    counts = {p: known.count(f"{low} {p}") for p in _AFTER_WORDS}
    best = max(counts, key=lambda p: counts[p])
    rest = sum(counts.values()) - counts[best]
    usual = counts[best] >= max(60.0, 0.25 * known.count(low)) and rest < 0.25 * counts[best]
    return best if usual else ""


def _third_person(word: str) -> str:
    low = word.lower()
    return {"have": "has", "go": "goes", "do": "does", "say": "says"}.get(low) or (
        low + "es"
        if low.endswith(("s", "x", "z", "ch", "sh"))
        else low[:-1] + "ies"
        if re.search("[^aeiou]y$", low)
        else low + "s"
    )


def _adverb(word: str) -> str:
    low = word.lower()
    return low[:-1] + "y" if low.endswith("le") else low[:-1] + "ily" if low.endswith("y") else low + "ly"


def _with_article(words: str) -> str:
    """The words with "a" or "an" before them."""
    vowel = words[:1].lower() in "aeiou" and not words.lower().startswith(("uni", "use", "usu"))
    return f"{'an' if vowel else 'a'} {words}"


_PLURAL_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do"}


def _plural_verb(word: str) -> str:
    bare = re.sub("n['’]t$", "", word.lower())
    return _PLURAL_VERBS.get(bare, "") + word[len(bare) :]


_SINGULAR_VERBS = {"are": "is", "were": "was", "have": "has", "do": "does"}
_MAKE = {"do": "make", "does": "makes", "did": "made", "done": "made", "doing": "making"}
_TELL = {"said": "told", "says": "tells", "saying": "telling"}


def _singular_verb(word: str) -> str:
    bare = re.match("[a-z]+?(?=n['’]t$| |$)", word.lower())
    return "" if bare is None else _SINGULAR_VERBS.get(bare[0], "") + word[bare.end() :]


ASKS: dict[str, Callable[[str], bool]] = {
    "count noun": is_count_noun,
    "clear count noun": is_clear_count_noun,
    "singular": is_singular_noun,
    "base verb": is_base_verb,
    "verb": is_verb,
    "adjective": is_adjective,
    "common": _known,
    "plural": is_plural_noun,
    "third person": is_third_person,
    "participle": is_participle,
    "no verb": lambda word: share("to *", word) <= 0.02,
    "no predicate": lambda word: not is_adjective(word) and not is_participle(word),
    "predicate": lambda word: is_adjective(word) or is_participle(word),
}
FORMS: dict[str, Callable[[str], str]] = {
    "plural": plural_of,
    "ing": _ing,
    "past": _participle,
    "base": _base,
    "bare": bare_form,
    "preposition": usual_preposition,
    "participle": _past_participle,
    "s": _third_person,
    "ly": _adverb,
    "a": _with_article,
    "plural_verb": _plural_verb,
    "singular_verb": _singular_verb,
    "make": lambda word: _MAKE[word.lower()],
    "tell": lambda word: _TELL[word.lower()],
    "singular": _singular,
    "capital": lambda word: word[:1].upper() + word[1:],
    "lower": lambda word: word[:1].lower() + word[1:],
}
