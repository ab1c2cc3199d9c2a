"""The closed set of single edits that a model may be asked about: nothing else can be proposed, unless `rewriting` is
switched on.

Each is a slip that fluent writers make, undone: a word taken for another, a
form that does not agree, a small word that is missing, left over or another
than meant, an apostrophe, a word written twice, a compound split or joined, a
letter that makes another word. Everything comes from tables here and from the
words that edited prose attests; a model only picks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..text import Edit, Span
from ..text.words import WORD, fold_word
from .ngram_counts import ngram_counts
from .tables import ARTICLES, CONFUSED, IRREGULAR, MORE_CONFUSED, PLURALS, PREPOSITIONS, TOGETHER
from .wordlists import word_lists

KINDS = (
    "confusion",
    "agreement",
    "article",
    "preposition",
    "small-word",
    "apostrophe",
    "doubled",
    "compound",
    "typo",
)

# What may be missing or left over between two words.
_SMALL = "a an the to of in is are be that it for on with as and by at from was have has been we you not or if"
SMALL = tuple(f"{_SMALL} this will can do".split())
DROPPABLE = frozenset(SMALL) | frozenset(PREPOSITIONS) | frozenset(
    "were had does did they he she i so but more most very also just there which who".split()
)  # fmt: skip
_APOSTROPHES = {
    w.replace("'", ""): w
    for w in "don't doesn't didn't isn't aren't wasn't weren't can't couldn't wouldn't shouldn't hasn't haven't hadn't"
    " that's there's here's what's who's let's i'm you're they're we're i've you've we've they've it'll"
    " he'll they'll you'll i'll we'll i'd you'd they'd it's she's he's".split()
}  # fmt: skip
_QUOTATION = re.compile(r"“[^”]*(?:”|\Z)|«[^»]*»|\"[^\"\n]*\"")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_COMMON = 150  # a word seen so often in edited prose is one that a writer may have meant
_PART = 2000  # the halves of a compound are commoner than that
_SHORT_WORDS = frozenset("a i an as at be by do go he if in is it me my no of on or so to up us we am".split())


@dataclass(frozen=True, slots=True)
class CandidateEdit:
    """One edit that might put something right, and its kind, one of `KINDS`."""

    edit: Edit
    kind: str


def _entries(table: str) -> list[list[str]]:
    return [entry.split() for entry in table.strip().replace("\n", "|").split("|")]


@lru_cache(maxsize=1)
def _confused() -> dict[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for one, other in (*_entries(CONFUSED), *_entries(MORE_CONFUSED)):
        table.setdefault(one, {})[other] = None
        table.setdefault(other, {})[one] = None
    return {word: tuple(others) for word, others in table.items()}


@lru_cache(maxsize=1)
def _kin() -> dict[str, tuple[str, ...]]:
    """The irregular forms of each word, and the small words that change with number, person and case."""
    table: dict[str, dict[str, None]] = {}
    groups: list[tuple[str, ...]] = [*TOGETHER, *(tuple(e) for e in _entries(PLURALS))]
    for base, past, participle, *third in _entries(IRREGULAR):
        if base not in ("be", "have", "do"):
            groups.append((base, past, participle, third[0] if third else _with_s(base), _with_ing(base)))
    for group in groups:
        for word in group:
            table.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(others) for word, others in table.items()}


def _with_s(word: str) -> str:
    if re.search(r"(s|x|z|ch|sh|[^aeiou]o)$", word):
        return word + "es"
    return word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + "s"


def _with_ing(word: str) -> str:
    if re.search(r"ie$", word):
        return word[:-2] + "ying"
    if re.search(r"[^aeiouy]e$|[aiu]e$", word) and word != "be":
        return word[:-1] + "ing"
    return word + word[-1] + "ing" if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", word) else word + "ing"


def known_word(word: str, least: float = _COMMON / 8) -> bool:
    """Whether `word` is listed and common enough in edited prose, and not a name: one lookup alone may be mistaken."""
    known = ngram_counts()
    return (
        known.count(word) >= least and bool(word_lists().entry(word).band) and (known.capital_share(word) or 0.0) < 0.5
    )


@lru_cache(maxsize=8192)
def word_forms(word: str) -> tuple[str, ...]:
    """Other forms of `word` (lower case): number, person, tense, participle, adverb. Each is attested.

    >>> sorted(word_forms("works"))
    ['work', 'worked', 'working']
    >>> sorted(word_forms("went"))
    ['go', 'goes', 'going', 'gone']
    """
    found = dict.fromkeys(_kin().get(word, ()))
    if word in found or len(word) < 3 or "'" in word:
        return tuple(found)
    for root in _roots(word):
        if root in _kin() and root != word:
            continue
        for form in (root, _with_s(root), _with_ing(root), *_past(root), root + "ly"):
            if form != word and known_word(form):
                found[form] = None
    return tuple(found)


def _past(root: str) -> tuple[str, ...]:
    if root.endswith("e"):
        return (root + "d",)
    if re.search(r"[^aeiou]y$", root):
        return (root[:-1] + "ied",)
    return (root + "ed", root + root[-1] + "ed") if re.search(r"[aeiou][bdglmnprt]$", root) else (root + "ed",)


def _roots(word: str) -> Iterator[str]:
    """What `word` may be a form of: itself, and itself without its ending."""
    yield word
    for ending, others in (
        ("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ied", ("y",)), ("ed", ("", "e")), ("ying", ("ie", "y")),
        ("ing", ("", "e")), ("ly", ("",)),
    ):  # fmt: skip
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2 or (ending == "s" and stem.endswith("s")):
            continue
        for other in others:
            if len(stem + other) > 2 and known_word(stem + other):
                yield stem + other
        if len(stem) > 3 and stem[-1] == stem[-2] and ending in ("ed", "ing") and known_word(stem[:-1]):
            yield stem[:-1]


@lru_cache(maxsize=8192)
def near_words(word: str) -> tuple[str, ...]:
    """Common words that one letter makes of `word` (lower case, three letters or more): left out, put in, exchanged or
    swapped.

    >>> "from" in near_words("form"), "cat" in near_words("the")
    (True, False)
    """
    if len(word) < 3 or not word.isalpha() or not word.isascii():
        return ()
    made: dict[str, None] = {}
    for i in range(len(word) + 1):
        left, right = word[:i], word[i:]
        if right:
            made[left + right[1:]] = None
        if len(right) > 1:
            made[left + right[1] + right[0] + right[2:]] = None
        if len(word) > 3:
            for letter in _LETTERS:
                if right:
                    made[left + letter + right[1:]] = None
                made[left + letter + right] = None
    kin = set(word_forms(word))
    return tuple(w for w in made if len(w) > 2 and w != word and w not in kin and known_word(w, 2 * _COMMON))


def one_letter(word: str, other: str) -> bool:
    """Whether one letter makes `other` of `word`: left out, put in, exchanged, or swapped with the next.

    >>> one_letter("form", "from"), one_letter("the", "then"), one_letter("one", "two")
    (True, True, False)
    """
    if word == other or abs(len(word) - len(other)) > 1:
        return False
    least = min(len(word), len(other))
    same = next((i for i in range(least) if word[i] != other[i]), least)
    a, b = word[same:], other[same:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1:2] + a[:1] == b[:2] and a[2:] == b[2:])


@lru_cache(maxsize=16384)
def replacements_for(word: str) -> tuple[tuple[str, str], ...]:
    """(kind, what may stand in place of `word`), in lower case, each once; but for `near_words`."""
    found: dict[str, str] = {}
    for other in _confused().get(word, ()):
        found.setdefault(other, "confusion")
    if word in _APOSTROPHES:
        found.setdefault(_APOSTROPHES[word], "apostrophe")
    for other in word_forms(word):
        found.setdefault(other, "agreement")
    if word in ARTICLES:
        found.update((other, "article") for other in (*ARTICLES, "") if other != word)
    elif word in PREPOSITIONS:
        found.update((other, "preposition") for other in PREPOSITIONS if other != word and other not in found)
    if word in DROPPABLE and word not in ARTICLES:
        found.setdefault("", "small-word")
    if word.isalpha() and len(word) > 3:
        if word.endswith("s") and not word.endswith("ss"):
            found.setdefault(f"{word[:-1]}'s", "apostrophe")
            found.setdefault(f"{word}'", "apostrophe")
        for i in range(1, len(word)):
            if _part(word[:i]) and _part(word[i:]):
                found.setdefault(f"{word[:i]} {word[i:]}", "compound")
    elif word.endswith("'s"):
        found.setdefault(word[:-2] + "s", "apostrophe")
        found.setdefault(word[:-2] + "s'", "apostrophe")
    return tuple((kind, other) for other, kind in found.items() if other != word)


def _part(piece: str) -> bool:
    return (len(piece) > 2 or piece in _SHORT_WORDS) and ngram_counts().count(piece) >= _PART


def quoted_spans(text: str) -> list[Span]:
    """What stands in double quotation marks in the text of a block: somebody else's words, as far as can be told.

    >>> [span.of("He said “go on” twice.") for span in quoted_spans("He said “go on” twice.")]
    ['“go on”']
    """
    return [Span(*m.span()) for m in _QUOTATION.finditer(text)]


_RAW = re.compile(r"[\d_@#/\\<>{}=|~^*`]|\w[.:]\w")
_BEGINS = re.compile(r"[.!?:]['\")]*\s+\Z")


def is_prose_word(text: str, word: Span, quoted: Iterable[Span]) -> bool:
    """Whether the word at `word` stands in plain prose and is no name: in lower case or at a beginning.

    >>> text = "It is foo_bar in Rome."
    >>> [is_prose_word(text, w.span, ()) for w in split_words(text)]
    [True, True, False, False, True, False]
    """
    if is_raw(text, word, quoted):
        return False
    old = word.of(text)
    return old.islower() or old == "I" or not text[: word.start].strip() or bool(_BEGINS.search(text, 0, word.start))


def is_raw(text: str, word: Span, quoted: Iterable[Span]) -> bool:
    """Whether the word at `word` is part of a number, of code or of a quotation (`quoted_spans`)."""
    if any(word.overlaps(span) for span in quoted):
        return True
    beside = text[max(word.start - 1, 0) : word.start] + text[word.end : word.end + 2]
    return bool(_RAW.search(beside)) or "-" in beside[:2]


def widened(span: Span) -> Span:
    """A span and the characters beside it, so that edits which touch overlap."""
    return Span(max(span.start - 1, 0), span.end + 1)


@dataclass(frozen=True, slots=True)
class TextWord:
    """A word of a text: where it stands, and itself in lower case with straight apostrophes."""

    span: Span
    low: str


def split_words(text: str) -> list[TextWord]:
    """The words of `text`."""
    return [TextWord(Span(*m.span()), fold_word(m.group())) for m in WORD.finditer(text)]


def replacement_edit(text: str, word: TextWord, kind: str, new: str) -> CandidateEdit:
    """The candidate that puts `new` in the place of `word`, in its case; "" takes it out together with a blank."""
    if not new:
        start, end = word.span.start, word.span.end
        if text[end : end + 1] == " ":
            end += 1
        elif text[start - 1 : start] == " ":
            start -= 1
        return CandidateEdit(Edit(Span(start, end), ""), kind)
    old = word.span.of(text)
    if old[:1].isupper() and old != "I":
        new = new[0].upper() + new[1:]
    elif new == "i" or new.startswith("i'"):
        new = "I" + new[1:]
    return CandidateEdit(Edit(word.span, new.replace("'", "’") if "’" in text else new), kind)


def edits_at_word(text: str, row: list[TextWord], i: int, expected: Iterable[str] = ()) -> Iterator[CandidateEdit]:
    """What may be put in the place of the word with number `i`, or joined with the next; `expected` are words that
    would be usual here, of which those count that one letter makes of it."""
    word = row[i]
    for kind, new in replacements_for(word.low):
        if new or word.span.start:
            yield replacement_edit(text, word, kind, new)
    if len(word.low) > 2:
        known = {new for _, new in replacements_for(word.low)}
        for new in expected:
            if len(new) > 2 and new not in known and one_letter(word.low, new) and known_word(new, 2 * _COMMON):
                yield replacement_edit(text, word, "typo", new)
    if i + 1 < len(row):
        after = row[i + 1]
        gap = text[word.span.end : after.span.start]
        if gap == " ":
            if word.low == after.low:
                yield CandidateEdit(Edit(Span(word.span.end, after.span.end), ""), "doubled")
            joined = word.low + after.low
            if len(joined) > 4 and "'" not in joined and known_word(joined, _COMMON):
                whole = TextWord(Span(word.span.start, after.span.end), joined)
                yield replacement_edit(text, whole, "compound", joined)


def insertions_between(text: str, before: TextWord, after: TextWord) -> Iterator[CandidateEdit]:
    """The small words that may be missing between two words that only a blank parts."""
    if text[before.span.end : after.span.start] != " ":
        return
    at = Span(after.span.start, after.span.start)
    for new in SMALL:
        if new in (before.low, after.low):
            continue
        if new in ARTICLES and (after.low in ARTICLES or before.low in ARTICLES):
            continue
        if new in ("a", "an") and (new == "an") != (after.low[0] in "aeiou"):
            continue
        kind = "article" if new in ARTICLES else "preposition" if new in PREPOSITIONS else "small-word"
        yield CandidateEdit(Edit(at, new + " "), kind)
