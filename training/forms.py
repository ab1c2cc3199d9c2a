"""Pairs of sentences of which one is grammatical, made from small tables: what a model knows of forms.

For each phenomenon all combinations of its tables, in a fixed order mixed by a
seed. `pairs` gives (phenomenon, right, wrong); both differ in one word.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

_SEED = 31
_NOUNS = (("key", "keys"), ("report", "reports"), ("teacher", "teachers"), ("city", "cities"), ("child", "children"),
          ("author", "authors"), ("bird", "birds"), ("window", "windows"))  # fmt: skip
_PLACES = ("the cabinet", "the cities", "our neighbours", "the old building", "these pages")
_VERBS = (("is", "are", "ready"), ("was", "were", "late"), ("has", "have", "changed"), ("seems", "seem", "lost"))
_PEOPLE = (("he", "him"), ("she", "her"), ("we", "us"), ("they", "them"))
_PASTS = (("written", "wrote", "the letter"), ("taken", "took", "the bus"), ("seen", "saw", "the film"),
          ("broken", "broke", "the window"), ("chosen", "chose", "a name"), ("eaten", "ate", "the bread"),
          ("driven", "drove", "the car"), ("forgotten", "forgot", "the answer"))  # fmt: skip
_ACTS = (("write", "writes", "writing"), ("read", "reads", "reading"), ("walk", "walks", "walking"),
         ("speak", "speaks", "speaking"), ("work", "works", "working"), ("sing", "sings", "singing"))  # fmt: skip
_VOWELS = ("apple", "idea", "old house", "empty box", "answer", "open door")
_CONSONANTS = ("table", "good idea", "house", "book", "new answer", "green door")
_WHEN = ("yesterday", "last week", "in the morning", "two years ago")


def pairs() -> dict[str, list[tuple[str, str]]]:
    """For each phenomenon its pairs, the right sentence first."""
    chance = random.Random(_SEED)
    out: dict[str, list[tuple[str, str]]] = {}
    for name, found in (
        ("verb after a noun", list(_near())),
        ("verb after a noun with another between", list(_far())),
        ("participle", list(_participles())),
        ("base form after do and modals", list(_bases())),
        ("pronoun's case", list(_pronouns())),
        ("a and an", list(_articles())),
        ("this and these", list(_these())),
    ):
        out[name] = chance.sample(found, min(len(found), 120))
    return out


def _near() -> Iterator[tuple[str, str]]:
    for (one, many), (is_, are, what) in itertools.product(_NOUNS, _VERBS):
        yield f"The {one} {is_} {what}.", f"The {one} {are} {what}."
        yield f"The {many} {are} {what}.", f"The {many} {is_} {what}."


def _far() -> Iterator[tuple[str, str]]:
    for (one, many), place, (is_, are, what) in itertools.product(_NOUNS, _PLACES, _VERBS):
        yield f"The {one} of {place} {is_} {what}.", f"The {one} of {place} {are} {what}."
        yield f"The {many} of {place} {are} {what}.", f"The {many} of {place} {is_} {what}."


def _participles() -> Iterator[tuple[str, str]]:
    for (done, did, what), (who, _), when in itertools.product(_PASTS, _PEOPLE, _WHEN[:2]):
        have = "has" if who in ("he", "she") else "have"
        yield f"By now {who} {have} {done} {what}.", f"By now {who} {have} {did} {what}."
        yield f"It was {when} that {who} {did} {what}.", f"It was {when} that {who} {done} {what}."


def _bases() -> Iterator[tuple[str, str]]:
    for (base, third, going), (who, _) in itertools.product(_ACTS, _PEOPLE):
        for modal in ("can", "should", "will", "could"):
            yield f"I think that {who} {modal} {base} well.", f"I think that {who} {modal} {third} well."
        yield f"Did {who} {base} well?", f"Did {who} {third} well?"
        be = "is" if who in ("he", "she") else "are"
        yield f"At the moment {who} {be} {going} a lot.", f"At the moment {who} {be} {base} a lot."


def _pronouns() -> Iterator[tuple[str, str]]:
    for (subject, other), (one, _) in itertools.product(_PEOPLE, _NOUNS):
        yield f"The {one} gave it to {other} again.", f"The {one} gave it to {subject} again."
        yield f"Because {subject} saw the {one}, it was late.", f"Because {other} saw the {one}, it was late."


def _articles() -> Iterator[tuple[str, str]]:
    for what, verb in itertools.product(_VOWELS, ("found", "wanted", "saw", "had")):
        yield f"They {verb} an {what} there.", f"They {verb} a {what} there."
    for what, verb in itertools.product(_CONSONANTS, ("found", "wanted", "saw", "had")):
        yield f"They {verb} a {what} there.", f"They {verb} an {what} there."


def _these() -> Iterator[tuple[str, str]]:
    for (one, many), verb in itertools.product(_NOUNS, ("know", "like", "need", "see")):
        yield f"I {verb} this {one} well.", f"I {verb} these {one} well."
        yield f"I {verb} these {many} well.", f"I {verb} this {many} well."
