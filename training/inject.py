"""Errors put into sentences that were right, one at a time, so that the judge meets rules that real corrections are too
few to show it.

Only the kinds of slip that fluent writers make: a word for another that sounds
or looks alike, an apostrophe, an article, a preposition, agreement, a verb's
form, a small word doubled, dropped or left over, a compound. No text comes from
a language model: a slip is a small edit of a sentence that a person wrote.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from localproof.engines.word_classes import is_count_noun, plural_of
from localproof.scoring.candidate_edits import word_forms
from localproof.scoring.tables import CONFUSED
from localproof.text import Edit, Span, apply_edits

from . import corpus

_SEED = 11
_SHARE = 0.3  # of the sentences


def _entries(table: str) -> list[str]:
    return table.strip().replace("\n", "|").split("|")


_PREPOSITIONS = "at by for from in into of on to with about over".split()
_ALSO = {
    "a lot": "alot", "in fact": "infact", "as well": "aswell", "at least": "atleast", "in front": "infront",
    "each other": "eachother", "no one": "noone", "cannot": "can not", "anymore": "any more", "website": "web site",
    "used to": "use to", "supposed to": "suppose to", "by accident": "on accident", "would have": "would of",
    "could have": "could of", "should have": "should of", "might have": "might of", "must have": "must of",
    "because of": "because", "due to": "due the", "rather than": "rather then", "more than": "more then",
    "less than": "less then", "better than": "better then", "other than": "other then", "such as": "such us",
    "based on": "based of", "depends on": "depends of", "regardless": "irregardless", "for example": "for exemple",
    "all of a sudden": "all of the sudden", "couldn't care less": "could care less",
    "for all intents and purposes": "for all intensive purposes", "per se": "per say", "moot point": "mute point",
    "make do": "make due", "piqued": "peaked", "in regard to": "in regards to", "as follows": "as follow",
    "one of the": "one of", "try to": "try and", "looking forward to seeing": "looking forward to see",
    "more easily": "more easier", "better": "more better", "one of the most": "one of the more most",
    "themselves": "themself", "sneak peek": "sneak peak", "lo and behold": "low and behold",
    "first come, first served": "first come, first serve", "case in point": "case and point",
    "whether or not": "weather or not", "beck and call": "beckon call", "bated breath": "baited breath",
    "free rein": "free reign", "toe the line": "tow the line", "set up": "setup", "log in": "login",
    "back up": "backup", "sign up": "signup", "check out": "checkout", "break down": "breakdown",
    "follow up": "followup", "setup": "set up", "everyone": "every one", "somewhere": "some where",
    "throughout": "through out", "within": "with in", "without": "with out", "however": "how ever",
    "therefore": "there fore", "nevertheless": "never the less", "let's": "lets", "what's": "whats",
    "that's": "thats", "there's": "theres", "who's": "whos", "i'm": "im",
}  # fmt: skip
_WAS = {
    "is": "are", "are": "is", "was": "were", "were": "was", "has": "have", "have": "has", "does": "do", "do": "does",
    "doesn't": "don't", "don't": "doesn't", "isn't": "aren't", "this": "these", "these": "this", "that": "those",
    "those": "that", "wasn't": "weren't", "weren't": "wasn't", "hasn't": "haven't",
}  # fmt: skip
_PAST = """
go went gone|see saw seen|do did done|take took taken|give gave given|write wrote written|come came come|run ran run
begin began begun|break broke broken|choose chose chosen|eat ate eaten|fall fell fallen|get got gotten
know knew known|grow grew grown|show showed shown|speak spoke spoken|drive drove driven|become became become
find found found|make made made|build built built|think thought thought|leave left left|keep kept kept
send sent sent|lose lost lost
"""
_FORMS = {w: [o for o in entry.split() if o != w] for entry in _entries(_PAST) for w in entry.split()}
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")


@dataclass(frozen=True)
class Slip:
    """A sentence with one error: `text`, and the edit that puts it right again."""

    text: str
    back: Edit
    kind: str


def _replaced(sentence: str, span: Span, new: str, kind: str) -> Slip | None:
    old = span.of(sentence)
    if old[:1].isupper() and new and kind != "written":
        new = new[0].upper() + new[1:]
    if new == old:
        return None
    if "’" in old:
        new = new.replace("'", "’")
    return Slip(apply_edits(sentence, [Edit(span, new)]), Edit(Span(span.start, span.start + len(new)), old), kind)


Options = list[tuple[Span, str]]


def _words(sentence: str) -> list[tuple[Span, str]]:
    return [(Span(*m.span()), m.group().lower().replace("’", "'")) for m in _WORD.finditer(sentence)]


def _confusions() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for entry in _entries(CONFUSED):
        one, other = entry.split()
        table.setdefault(one, []).append(other)
        table.setdefault(other, []).append(one)
    return table


_TABLE = _confusions()


def confuse(sentence: str) -> Options:
    """A word for one that sounds or looks like it."""
    return [(span, other) for span, word in _words(sentence) for other in _TABLE.get(word, ())]


def phrase(sentence: str) -> Options:
    """A phrase that many get wrong."""
    low = sentence.lower().replace("’", "'")
    if len(low) != len(sentence):
        return []
    return [
        (Span(*m.span()), wrong)
        for right, wrong in _ALSO.items()
        for m in re.finditer(rf"(?<![\w'-]){re.escape(right)}(?![\w'-])", low)
    ]


def apostrophe(sentence: str) -> Options:
    """An apostrophe dropped or put before a plural's s."""
    out: Options = [(span, word.replace("'", "")) for span, word in _words(sentence) if "'" in word]
    out += [
        (span, f"{word[:-1]}'s")
        for span, word in _words(sentence)
        if re.fullmatch(r"[a-z]{3,}[^s'\W]s", word) and span.of(sentence).islower()
    ]
    return out


def article(sentence: str) -> Options:
    """a for an, an article dropped or put in."""
    out: Options = []
    for span, word in _words(sentence):
        if word in ("a", "an"):
            out += [(span, "an" if word == "a" else "a")] * 2
        if word in ("a", "an", "the") and span.start:
            out.append((Span(span.start, span.end + 1), ""))
    return out


def preposition(sentence: str) -> Options:
    """A preposition for another, or none."""
    out: Options = []
    for span, word in _words(sentence):
        if word in _PREPOSITIONS and span.start:
            out += [(span, other) for other in _PREPOSITIONS if other != word]
            out += [(Span(span.start, span.end + 1), "")] * 4
    return out


def agreement(sentence: str) -> Options:
    """A verb or a demonstrative in the wrong number; a noun or a verb without its s."""
    words = _words(sentence)
    out: Options = [(span, _WAS[word]) for span, word in words if word in _WAS]
    for span, word in words:
        if re.fullmatch(r"[a-z]{3,}[^s'\W]s", word) and span.of(sentence).islower():
            out.append((span, word[:-1]))
    return out


def verb(sentence: str) -> Options:
    """A verb in a form that its helper does not take."""
    words = _words(sentence)
    out: Options = [(span, other) for span, word in words for other in _FORMS.get(word, ())]
    for (_, before), (span, word) in pairwise(words):
        if before in ("to", "can", "will", "would", "should", "could", "did", "didn't", "don't") and len(word) > 3:
            out.append((span, word + ("d" if word.endswith("e") else "ed")))
            out.append((span, (word[:-1] if word.endswith("e") else word) + "ing"))
        if before in ("has", "have", "had", "was", "were", "been", "is", "be") and word.endswith("ed"):
            out.append((span, word[:-2] if not word.endswith("eed") else word))
    return out


def doubled(sentence: str) -> Options:
    """A small word twice, a small word too many, or one that is missing."""
    out: Options = []
    small = "the a to of in is and that it for be with on as are this was have not".split()
    for span, word in _words(sentence):
        if word in small and span.start:
            out += [(span, f"{word} {word}")] * 2
            out += [(span, f"{word} {other}") for other in ("the", "to", "be", "of") if other != word]
            out.append((Span(span.start, span.end + 1), ""))
    return out


def joined(sentence: str) -> Options:
    """Two words run together, a hyphen lost, a capital forgotten, a comma gone."""
    out: Options = [(Span(m.start(), m.end()), " ") for m in re.finditer(r"(?<=[a-z])-(?=[a-z])", sentence)]
    out += [(Span(*m.span()), "i") for m in re.finditer(r"\bI\b", sentence)]
    out += [(Span(m.start(), m.start() + 1), "") for m in re.finditer(r", (?=(?:and|but|which|so)\b)", sentence)]
    if sentence[:1].isupper() and sentence[1:2].islower():
        out.append((Span(0, 1), sentence[0].lower()))
    return out


_WANTED = {
    "to": "want wants wanted need needs needed able going have has had trying tries tried allows allowed due according",
    "of": "lot one some most because instead out front kind sort couple number part",
    "is": "it that this which there he she what",
    "are": "there they we you these those that",
    "a": "is was have has had with as such for in",
    "the": "of in on at for from to with by all",
}
_AFTER_ING = frozenset(
    "enjoy enjoyed avoid avoided stop stopped keep kept finish finished by without before after".split()
)
_NAMED = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february april june july september october"
    " november december english german french spanish italian chinese japanese russian american british"
    " european".split()
)


def missing(sentence: str) -> Options:
    """A small word left out after one that wants it."""
    words = _words(sentence)
    return [
        (Span(span.start, span.end + 1), "")
        for (_, before), (span, word) in pairwise(words)
        if before in _WANTED.get(word, "").split() and sentence[span.end : span.end + 1] == " "
    ]


def form(sentence: str) -> Options:
    """An adjective for an adverb, a plural after "a", a singular where there are several, -ing for "to" or none."""
    words = _words(sentence)
    out: Options = [(span, word[:-2]) for span, word in words if re.fullmatch(r"[a-z]{4,}[^ib]ly", word)]
    for (first, before), (span, word) in pairwise(words):
        if before in ("a", "an", "every", "each", "another") and is_count_noun(word):
            out.append((span, plural_of(word)))
        if before in ("to", "can", "will", "should", "must"):
            out += [(span, other) for other in word_forms(word) if other.endswith("ing")]
        if before == "to" and sentence[first.end : span.start] == " ":
            out += [(Span(first.start, span.end), o) for o in word_forms(word) if o.endswith("ing")]
        if before in _AFTER_ING and word.endswith("ing"):
            out += [
                (span, o) for o in word_forms(word) if not o.endswith(("ing", "s", "ed")) and word.startswith(o[:3])
            ]
    return out


def written(sentence: str) -> Options:
    """A name of a day, a month or a language in lower case, no space after a mark or before a parenthesis, one before a
    mark."""
    out: Options = [
        (span, word) for span, word in _words(sentence) if word in _NAMED and span.of(sentence)[0].isupper()
    ]
    out += [
        (Span(m.start(), m.end()), "")
        for m in re.finditer(r"(?<=[a-z]{2},) (?=[a-z])|(?<=[a-z]{2}) (?=\([a-z])", sentence)
    ]
    out += [(Span(m.start(), m.start()), " ") for m in re.finditer(r"(?<=[a-z])[?!:](?= |$)", sentence)]
    return out


KINDS: dict[str, tuple[Callable[[str], Options], int]] = {
    "confusion": (confuse, 6), "phrase": (phrase, 6), "apostrophe": (apostrophe, 4), "article": (article, 3),
    "preposition": (preposition, 2), "agreement": (agreement, 4), "verb": (verb, 3), "doubled": (doubled, 3),
    "joined": (joined, 2), "missing": (missing, 3), "form": (form, 4), "written": (written, 2),
}  # fmt: skip


def slip(sentence: str, chance: random.Random) -> Slip | None:
    """`sentence` with one error of a kind that it offers room for, None where it offers none."""
    open_ = {name: found for name, (find, _) in KINDS.items() if (found := find(sentence))}
    if not open_:
        return None
    name = chance.choices(list(open_), [KINDS[n][1] for n in open_])[0]
    by_new: dict[str, Options] = {}
    for span, new in open_[name]:
        by_new.setdefault(f"{span.of(sentence).lower()}>{new}", []).append((span, new))
    # A rare slip is as welcome as a frequent one: first what, then where.
    span, new = chance.choice(by_new[chance.choice(sorted(by_new))])
    return _replaced(sentence, span, new, name)


def sentences(paragraph: str) -> Iterator[str]:
    """The sentences of a paragraph of 5 to 40 words, by their punctuation."""
    for text in re.split(r"(?<=[.!?])\s+(?=[A-Z“\"])", paragraph):
        if 5 <= len(text.split()) <= 40:
            yield text


def sample() -> Iterator[tuple[str, Slip]]:
    """(id, slip) of about 22,000 sentences of the sample of edited prose, always the same: no fiction, no essays, whose
    habits are old, and nothing that may be younger than the cut."""
    chance = random.Random(_SEED)
    for ident, paragraph in corpus.sample():
        if "-late:" in ident or ident.startswith(("fiction", "essay")):
            continue
        for number, sentence in enumerate(sentences(paragraph)):
            if chance.random() < _SHARE and (made := slip(sentence, chance)):
                yield f"{ident}:{number}", made
