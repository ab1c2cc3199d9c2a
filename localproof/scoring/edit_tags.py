"""The edits that a tagger can name: for each word one tag, which says what to do at it.

A tag is a few words of text, and what it does to a given word follows from
tables and from `candidates` alone:

- ``keep``; ``delete``; ``misspelt`` (that the word is no word: a place, no edit);
- ``insert w``: a small word before this one (``insert a`` is an where an is due); ``insert ,`` and ``delete ,``;
- ``replace w``: another small word in its place;
- ``form s``, ``form ing``…: another form of it; ``apostrophe``: the one that it lacks;
- ``confused``: the word that it is taken for, or that one letter makes of it;
- ``join``, ``split``; ``capital``, ``small``.

`edits_at` is all that tags can do at a word, so it is the closed set of the
tagger; `tag_of` is the way back, from an edit to the tag that makes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..scoring import candidate_edits
from ..scoring.candidate_edits import DROPPABLE, CandidateEdit, TextWord
from ..scoring.ngram_counts import ngram_counts
from ..scoring.tables import ARTICLES, IRREGULAR, PLURALS, PREPOSITIONS, TOGETHER
from ..text import Edit, Span, apply_edits

KEEP, DELETE, MISSPELT, CONFUSED = "keep", "delete", "misspelt", "confused"
# Which small words are put in, and which take the place of another: those that real corrections put there.
INSERTED = tuple(
    "the a to of is be are it and in as with on you have by will for can do at us so than has how we which its when"
    " but was from or either out about your should does if while this been may them being where what up that i they"
    " he she there were had my our their did would could must also just all one any some more then because into"
    " who no".split()
)
REPLACED = tuple(
    "the a to of in on at for with by from as into onto over about than then that this these those it its it's"
    " is are was were be been being am has have had having do does did done can could will would should may might must"
    " you your you're yours i me my we our us they them their they're there he his him she her hers who whose who's"
    " whom which what when where how and or but if so not no now too two through though off out up down here other"
    " others another any some much many more most less fewer well good bad badly let let's lets don't doesn't didn't"
    " isn't aren't wasn't weren't hasn't haven't can't won't that's there's such every while because since during"
    " between among until without within also just even ever never".split()
)
ENDINGS = ("base", "s", "ing", "ed", "en", "ly", "'s", "s'")
TAGS = (
    KEEP, DELETE, MISSPELT, CONFUSED, "join", "split", "capital", "small", "apostrophe", "insert ,", "delete ,",
    *(f"form {ending}" for ending in ENDINGS),
    *(f"insert {word}" for word in INSERTED),
    *(f"replace {word}" for word in REPLACED),
)  # fmt: skip
_REPLACED = frozenset(REPLACED)
_SMALL = _REPLACED | frozenset((*INSERTED, "an"))
_OUT = DROPPABLE | _SMALL
_BEGINS = re.compile(r"(?:\A|[.!?:]['\")\]’”]*\s|[\n•])\s*['\"(\[‘“«]*\Z")
# Vowels that sound like the consonants of "you" and "one", and an h that is not heard.
_YOU = r"eu|ew|u(?:[fkst][aeiou]|b[ie]|ra[nl]|rin|nani|nary|ni(?!n|m|de))|one\b|once\b|ones"
_AN = re.compile(rf"(?!{_YOU})[aeiou]|hour|honest|honou?r|heir")
_LETTERS_AN = re.compile(r"[AEIO]|[FHLMNRSX](?:[^AEIOUYa-z]|\Z)")  # HTML is spelt out, NASA is not


def article(word: str) -> str:
    """Which indefinite article stands before `word`, as it is written.

    >>> [article(w) for w in ("apple", "user", "hour", "unable", "one", "HTML", "NASA", "URL")]
    ['an', 'a', 'an', 'an', 'a', 'an', 'a', 'a']
    """
    spelt = len(word) > 1 and word[:2].isupper()
    return "an" if (_LETTERS_AN.match(word) if spelt else _AN.match(word.lower())) else "a"


@lru_cache(maxsize=65536)
def form_names(word: str) -> tuple[tuple[str, str], ...]:
    """(name of the form, form) of each other form of `word` (lower case); a form has the first name that fits.

    >>> dict(form_names("wrote"))
    {'base': 'write', 's': 'writes', 'ing': 'writing', 'en': 'written', "'s": "wrote's"}
    >>> dict(form_names("simple"))["ly"], dict(form_names("user"))["s"]
    ('simply', 'users')
    """
    found: dict[str, str] = {}
    for form in candidate_edits.word_forms(word):
        found.setdefault(_name(word, form), form)
    for ending, adverb in (("le", "ly"), ("ic", "ically"), ("y", "ily")):
        if word.endswith(ending) and len(word) > 4 and candidate_edits.known_word(word.removesuffix(ending) + adverb):
            found.setdefault("ly", word.removesuffix(ending) + adverb)
        if word.endswith(adverb) and len(word) > 4 and candidate_edits.known_word(word.removesuffix(adverb) + ending):
            found.setdefault("base", word.removesuffix(adverb) + ending)
    if word in _SMALL:
        found = {name: form for name, form in found.items() if form not in _SMALL}
    if word.isalpha() and len(word) > 2:
        if word.endswith("s") and not word.endswith("ss"):
            found["'s"], found["s'"] = f"{word[:-1]}'s", f"{word}'"
        elif not word.endswith("s"):
            found["'s"] = f"{word}'s"
    elif word.endswith("'s") and len(word) > 3 and word not in _SMALL:
        found["s"], found["base"], found["s'"] = f"{word[:-2]}s", word[:-2], f"{word[:-2]}s'"
    found.pop("", None)
    return tuple((name, found[name]) for name in ENDINGS if name in found)


@lru_cache(maxsize=1)
def _irregular() -> dict[str, str]:
    """The names of irregular forms."""
    names: dict[str, str] = {}
    entries = [entry.split() for entry in IRREGULAR.strip().replace("\n", "|").split("|")]
    for base, past, participle, *_ in entries:
        for form, name in ((base, "base"), (past, "ed"), (participle, "en")):
            names.setdefault(form, name)
    for entry in PLURALS.strip().replace("\n", "|").split("|"):
        one, many = entry.split()
        names.setdefault(one, "base")
        names.setdefault(many, "s")
    for group in TOGETHER:
        for word in group:
            names.setdefault(word, "")
    return names


def _name(word: str, form: str) -> str:
    named = _irregular().get(form)
    if named is not None:
        return named
    if form.endswith("ing") and (len(form) > len(word) or not word.startswith(form)):
        return "ing"
    if form.endswith("ly") and not word.endswith("ly"):
        return "ly"
    if form.endswith("ed") and not word.startswith(form):
        return "ed"
    if form.endswith("s") and not word.startswith(form):
        return "s"
    return "base"


def begins(text: str, place: int) -> bool:
    """Whether a sentence begins at `place`, as far as marks tell."""
    return bool(_BEGINS.search(text, max(place - 12, 0), place)) if place else True


def edits_at(text: str, row: Sequence[TextWord], i: int) -> Iterator[tuple[str, CandidateEdit]]:
    """Each tag with the edit that it makes at the word with number `i` of `row`, the words of `text`; a tag that names
    several words (`confused`) stands once for each."""
    word = row[i]
    yield from _out(text, row, i)
    yield from _instead(text, row, i)
    yield from _compounds(text, row, i)
    yield from _letters(text, word)
    yield from _in(text, row, i)


def edit_of(tag: str, text: str, row: Sequence[TextWord], i: int) -> CandidateEdit | None:
    """The edit that a tag makes at a word, the first where it may be several; None where it makes none."""
    what = tag.partition(" ")[0]
    if what == "insert":
        found = _in(text, row, i, tag)
    elif what in ("replace", "form", "apostrophe", CONFUSED):
        found = _instead(text, row, i, tag)
    elif what in ("join", "split"):
        found = _compounds(text, row, i)
    elif what == DELETE:
        found = _out(text, row, i)
    else:
        found = _letters(text, row[i])
    return next((candidate for name, candidate in found if name == tag), None)


def tag_of(text: str, row: Sequence[TextWord], edit: Edit) -> tuple[int, str] | None:
    """The number of the word and the tag that make of `text` what `edit` makes of it; None where no tag does."""
    wanted = apply_edits(text, [edit])
    if wanted == text:
        return None
    near = [i for i, w in enumerate(row) if w.span.end >= edit.span.start - 1 and w.span.start <= edit.span.end + 1]
    for i in near:
        for tag, candidate in edits_at(text, row, i):
            new = candidate.edit
            if len(text) + len(new.text) - len(new.span) == len(wanted) and apply_edits(text, [new]) == wanted:
                return i, tag
    return None


def _out(text: str, row: Sequence[TextWord], i: int) -> Iterator[tuple[str, CandidateEdit]]:
    word = row[i]
    before = row[i - 1] if i else None
    if before is not None and text[before.span.end : word.span.start] == ", ":
        yield "delete ,", CandidateEdit(Edit(Span(before.span.end, before.span.end + 1), ""), "comma")
    doubled = i + 1 < len(row) and row[i + 1].low == word.low and text[word.span.end : row[i + 1].span.start] == " "
    if word.low not in _OUT and not doubled:
        return
    kind = "doubled" if doubled else "article" if word.low in ARTICLES else "small-word"
    if not begins(text, word.span.start):
        yield DELETE, candidate_edits.replacement_edit(text, word, kind, "")
    elif i + 1 < len(row) and text[word.span.end : row[i + 1].span.start] == " ":
        after = row[i + 1].span
        head = text[after.start].upper() if text[word.span.start].isupper() else text[after.start]
        yield DELETE, CandidateEdit(Edit(Span(word.span.start, after.start + 1), head), kind)


def _instead(text: str, row: Sequence[TextWord], i: int, only: str = "") -> Iterator[tuple[str, CandidateEdit]]:
    """What may stand in the place of a word."""
    word = row[i]
    low = word.low
    others = (only.removeprefix("replace "),) if only else REPLACED if low in _SMALL else _small_near(low)
    for new in others:
        if (
            new not in _REPLACED
            or (new == low and new != "a")
            or (low == "an" and new != "a" and not _may_be(low, new))
        ):
            continue
        if low not in _SMALL and new not in _small_near(low):
            continue
        tag = f"replace {new}"
        if new == "a":
            new = ("an" if low == "a" else "a") if low in ("a", "an") else _article_before(text, row, i + 1)
        yield tag, candidate_edits.replacement_edit(text, word, _kind(low, new), new)
    for name, form in form_names(low):
        kind = "apostrophe" if "'" in name or "'" in low else "agreement"
        yield f"form {name}", candidate_edits.replacement_edit(text, word, kind, form)
    for new in _meant(low):
        yield CONFUSED, candidate_edits.replacement_edit(text, word, "confusion", new)
    if (whole := candidate_edits._APOSTROPHES.get(low)) is not None:
        yield "apostrophe", candidate_edits.replacement_edit(text, word, "apostrophe", whole)


def _article_before(text: str, row: Sequence[TextWord], i: int) -> str:
    return article(row[i].span.of(text)) if i < len(row) else "a"


def _kind(low: str, new: str) -> str:
    """The kind of a small word in the place of another."""
    known = next((kind for kind, other in candidate_edits.replacements_for(low) if other == new), None)
    return known or ("article" if low in ARTICLES else "preposition" if low in PREPOSITIONS else "confusion")


def _may_be(word: str, other: str) -> bool:
    return any(other == new for _, new in candidate_edits.replacements_for(word))


@lru_cache(maxsize=65536)
def _small_near(word: str) -> tuple[str, ...]:
    """The small words that a longer or rarer word is taken for."""
    confused = [new for kind, new in candidate_edits.replacements_for(word) if kind == "confusion" and new in _REPLACED]
    return tuple(dict.fromkeys([*confused, *(new for new in candidate_edits.near_words(word) if new in _REPLACED)]))


@lru_cache(maxsize=65536)
def _meant(word: str) -> tuple[str, ...]:
    """The words, not small ones, that `word` is taken for or that one letter makes of it, the commonest last resort."""
    taken = [
        new for kind, new in candidate_edits.replacements_for(word) if kind == "confusion" and new not in _REPLACED
    ]
    letters = [new for new in candidate_edits.near_words(word) if new not in _REPLACED]
    letters.sort(key=lambda new: -ngram_counts().count(new))
    return tuple(dict.fromkeys([*taken, *letters]))


def _compounds(text: str, row: Sequence[TextWord], i: int) -> Iterator[tuple[str, CandidateEdit]]:
    word = row[i]
    if i + 1 < len(row) and text[word.span.end : row[i + 1].span.start] == " ":
        joined = word.low + row[i + 1].low
        if len(joined) > 3 and "'" not in joined and candidate_edits.known_word(joined):
            whole = TextWord(Span(word.span.start, row[i + 1].span.end), joined)
            yield "join", candidate_edits.replacement_edit(text, whole, "compound", joined)
    for new in _splits(word.low):
        yield "split", candidate_edits.replacement_edit(text, word, "compound", new)


@lru_cache(maxsize=65536)
def _splits(word: str) -> tuple[str, ...]:
    found = [new for kind, new in candidate_edits.replacements_for(word) if kind == "compound"]
    return tuple(sorted(found, key=lambda new: (-ngram_counts().count(new), new)))


def _letters(text: str, word: TextWord) -> Iterator[tuple[str, CandidateEdit]]:
    old = word.span.of(text)
    if old[0].islower():
        yield "capital", CandidateEdit(Edit(word.span, old[0].upper() + old[1:]), "case")
    elif old[0].isupper() and (len(old) == 1 or old[1:].islower()):
        yield "small", CandidateEdit(Edit(word.span, old.lower()), "case")


def _in(text: str, row: Sequence[TextWord], i: int, only: str = "") -> Iterator[tuple[str, CandidateEdit]]:
    """What may be put in before a word."""
    word = row[i]
    before = row[i - 1] if i else None
    gap = text[before.span.end if before else 0 : word.span.start]
    if before and gap == " " and only in ("", "insert ,"):
        yield "insert ,", CandidateEdit(Edit(Span(before.span.end, before.span.end), ","), "comma")
    if gap and not gap[-1].isspace() and gap[-1] not in "\"'([“‘«":
        return
    head = begins(text, word.span.start)
    for new in INSERTED if not only else (only.removeprefix("insert "),):
        if new not in INSERTED or new == word.low or (before and gap == " " and new == before.low):
            continue
        kind = "article" if new in ("a", "the") else "preposition" if new in PREPOSITIONS else "small-word"
        new = _article_before(text, row, i) if new == "a" else "I" if new == "i" else new
        at, rest = Span(word.span.start, word.span.start), ""
        if head and text[word.span.start].isupper():
            new = new[0].upper() + new[1:]
            if word.span.of(text)[1:].islower() and not (ngram_counts().capital_share(word.low) or 0.0) > 0.5:
                at, rest = Span(word.span.start, word.span.start + 1), text[word.span.start].lower()
        yield f"insert {'a' if new.lower() == 'an' else new.lower()}", CandidateEdit(Edit(at, f"{new} {rest}"), kind)
