"""Slips that writers make, put into right prose, with the tag that undoes each (`localproof.scoring.edit_tags`).

How often a small word is dropped, left over or taken for another, and which
form stands where which should, is counted in the real corrections of the
repositories that are not held back (`counted`) and smoothed; how much of each
kind raw prose has is `SHARES`. No text comes from a language model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from localproof.scoring import candidate_edits, edit_tags
from localproof.scoring.candidate_edits import TextWord, split_words
from localproof.scoring.ngram_counts import ngram_counts
from localproof.text import Edit, Span, apply_edits

# Of a hundred slips so many are of each kind, about as in the raw posts of 22 bloggers.
SHARES = {
    "article missing": 22, "article left over": 4, "article wrong": 4, "small word missing": 14,
    "small word left over": 6, "small word wrong": 12, "form": 20, "confused": 4, "apostrophe": 2, "comma missing": 4,
    "comma left over": 1, "capital": 2, "small": 1, "split": 1.5, "join": 1.5, "doubled": 1, "misspelt": 3,
}  # fmt: skip
_ARTICLES = ("a", "an", "the")
_PLACES = 12  # of which the likeliest for a word that is left over is taken
_TRIES = 4
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class Counts:
    """What real corrections undo: words dropped, left over, taken for others (right to wrong), and forms by what the
    tag makes and how the wrong one ends."""

    dropped: Counter[str] = field(default_factory=Counter)
    left_over: Counter[str] = field(default_factory=Counter)
    taken: dict[str, Counter[str]] = field(default_factory=dict)
    forms: Counter[str] = field(default_factory=Counter)

    def add(self, tag: str, wrong: str) -> None:
        """Count one correction: `tag`, at the word `wrong` (lower case)."""
        what, _, word = tag.partition(" ")
        if what == "insert":
            self.dropped[word] += 1
        elif tag == edit_tags.DELETE:
            self.left_over[wrong] += 1
        elif what == "replace":
            self.taken.setdefault(word, Counter())[wrong] += 1
        elif what == "form":
            self.forms[_form_key(word, wrong)] += 1


def _form_key(name: str, wrong: str) -> str:
    ending = next((e for e in ("'s", "s'", "s", "ing", "ed", "ly") if wrong.endswith(e)), "")
    return f"{ending}>{name}"


@dataclass(frozen=True)
class Slipped:
    """A text with slips in it, and for each word of it a tag."""

    text: str
    tags: list[str]


class Slips:
    """Puts slips into texts, in the shares that `counts` tell."""

    def __init__(self, counts: Counts, misspellings: Mapping[str, Sequence[str]]) -> None:
        self._counts, self._misspellings = counts, misspellings
        self._kinds = list(SHARES)
        weights = np.array([SHARES[kind] for kind in self._kinds], float)
        self._cumulative = np.cumsum(weights / weights.sum())

    def put(self, text: str, share: float, chance: np.random.Generator) -> Slipped:
        """`text` with slips at about `share` of its words; what is put in at each place is drawn anew."""
        row = split_words(text)
        tags: dict[int, str] = {}
        for _ in range(int(chance.poisson(share * len(row)))):
            for _ in range(_TRIES):
                kind = self._kinds[int(np.searchsorted(self._cumulative, chance.random()))]
                if (made := self._slip(kind, text, row, chance)) and (done := _placed(text, tags, *made)):
                    text, tags = done
                    row = split_words(text)
                    break
        return Slipped(text, [tags.get(word.span.start, edit_tags.KEEP) for word in row])

    def _slip(
        self, kind: str, text: str, row: Sequence[TextWord], chance: np.random.Generator
    ) -> tuple[Edit, tuple[str, ...]] | None:
        """An edit that makes a slip of a kind, and the tags that may undo it."""
        if not row:
            return None
        what, _, how = kind.rpartition(" ")
        if how == "missing" and what != "comma":
            return self._dropped(text, row, chance, what == "article")
        if kind.endswith("left over") and not kind.startswith("comma"):
            return self._left_over(text, row, chance, kind.startswith("article"))
        if how == "wrong":
            return self._taken(text, row, chance, what == "article")
        maker = {
            "form": self._form, "confused": self._confused, "apostrophe": _apostrophe, "comma missing": _comma_missing,
            "comma left over": _comma_left_over, "capital": _capital, "small": _small, "split": _split, "join": _join,
            "doubled": _doubled, "misspelt": self._misspelt,
        }[kind]  # fmt: skip
        return maker(text, row, chance)

    @cached_property
    def _drop_weight(self) -> dict[str, float]:
        known = ngram_counts()
        return {
            word: (self._counts.dropped["a" if word == "an" else word] + 1) / (known.count(word) + 1000)
            for word in (*edit_tags.INSERTED, "an")
        }

    def _dropped(
        self, text: str, row: Sequence[TextWord], chance: np.random.Generator, article: bool
    ) -> tuple[Edit, tuple[str, ...]] | None:
        weights = [
            self._drop_weight.get(w.low, 0.0) * ((w.low in _ARTICLES) == article) * (0.3 if not w.span.start else 1)
            for w in row
        ]
        i = _drawn(weights, chance)
        if i is None:
            return None
        low = row[i].low
        out = next((c.edit for tag, c in edit_tags._out(text, row, i) if tag == edit_tags.DELETE), None)
        return out and (out, (f"insert {'a' if low == 'an' else low}",))

    def _left_over(
        self, text: str, row: Sequence[TextWord], chance: np.random.Generator, article: bool
    ) -> tuple[Edit, tuple[str, ...]] | None:
        names = [w for w in edit_tags.INSERTED if (w in _ARTICLES) == article]
        j = _drawn([self._counts.left_over[w] + 1.0 for w in names], chance)
        assert j is not None
        new, known = names[j], ngram_counts()
        places = [int(i) for i in chance.integers(0, len(row), _PLACES)]
        fits = []
        for i in places:
            before = row[i - 1].low if i else "<s>"
            fits.append(known.log_probability("", before, new) + known.log_probability("", new, row[i].low))
        if not new or not places:
            return None
        i = places[int(np.argmax(np.array(fits) + chance.gumbel(size=len(fits))))]
        found = edit_tags.edit_of(f"insert {new}", text, row, i)
        return found and (found.edit, (edit_tags.DELETE,))

    @cached_property
    def _taken_weight(self) -> dict[str, tuple[float, list[str], list[float]]]:
        """For a right word how often it is written wrongly, and as what how often."""
        known = ngram_counts()
        out = {}
        for right in (*edit_tags.REPLACED, "an"):
            wrongs = dict(self._counts.taken.get("a" if right == "an" else right, {}))
            for other in (*edit_tags.REPLACED, "an"):
                if other != right and (edit_tags._may_be(right, other) or edit_tags._may_be(other, right)):
                    wrongs[other] = wrongs.get(other, 0) + 0.3
            if right in ("a", "an"):
                wrongs.pop(right, None)
            if wrongs:
                out[right] = sum(wrongs.values()) / (known.count(right) + 1000), list(wrongs), list(wrongs.values())
        return out

    def _taken(
        self, text: str, row: Sequence[TextWord], chance: np.random.Generator, article: bool
    ) -> tuple[Edit, tuple[str, ...]] | None:
        nothing = (0.0, [], [])
        weights = [self._taken_weight.get(w.low, nothing)[0] * ((w.low in _ARTICLES) == article) for w in row]
        i = _drawn(weights, chance)
        if i is None:
            return None
        _, wrongs, how_often = self._taken_weight[row[i].low]
        j = _drawn(how_often, chance)
        assert j is not None
        right = "a" if row[i].low == "an" else row[i].low
        return candidate_edits.replacement_edit(text, row[i], "slip", wrongs[j]).edit, (f"replace {right}",)

    def _form(
        self, text: str, row: Sequence[TextWord], chance: np.random.Generator
    ) -> tuple[Edit, tuple[str, ...]] | None:
        i = int(chance.integers(len(row)))
        options = _wrong_forms(row[i].low) if row[i].span.of(text)[1:].islower() else ()
        j = _drawn([self._counts.forms[_form_key(*option)] + 0.5 for option in options], chance)
        if j is None:
            return None
        name, wrong = options[j]
        return candidate_edits.replacement_edit(text, row[i], "slip", wrong).edit, (f"form {name}",)

    def _confused(
        self, text: str, row: Sequence[TextWord], chance: np.random.Generator
    ) -> tuple[Edit, tuple[str, ...]] | None:
        i = int(chance.integers(len(row)))
        low = row[i].low
        options = edit_tags._meant(low) if len(low) > 2 else ()
        if not options:
            return None
        # The first of `_meant` are those of the tables; the letters' follow by how common they are.
        j = min(int(chance.geometric(0.35)) - 1, len(options) - 1)
        return candidate_edits.replacement_edit(text, row[i], "slip", options[j]).edit, (
            edit_tags.CONFUSED,
            f"replace {low}",
        )

    def _misspelt(
        self, text: str, row: Sequence[TextWord], chance: np.random.Generator
    ) -> tuple[Edit, tuple[str, ...]] | None:
        i = int(chance.integers(len(row)))
        low = row[i].low
        if len(low) < 4 or not low.isascii() or not low.isalpha():
            return None
        listed = self._misspellings.get(low)
        if listed and chance.random() < 0.7:
            wrong = listed[int(chance.integers(len(listed)))]
        else:
            at, letter = int(chance.integers(1, len(low) - 1)), _LETTERS[int(chance.integers(26))]
            wrong = (
                low[:at] + low[at + 1 :], low[:at] + low[at + 1] + low[at] + low[at + 2 :],
                low[:at] + letter + low[at:],
                low[:at] + letter + low[at + 1 :], low[: at + 1] + low[at:],
            )[int(chance.integers(5))]  # fmt: skip
        if not wrong.isalpha() or ngram_counts().count(wrong) > 1:
            return None
        return candidate_edits.replacement_edit(text, row[i], "slip", wrong).edit, (edit_tags.MISSPELT,)


_FORMS: dict[str, tuple[tuple[str, str], ...]] = {}


def _wrong_forms(right: str) -> tuple[tuple[str, str], ...]:
    """(name of the tag that undoes it, wrong form) of a word."""
    if right not in _FORMS:
        wrongs = dict.fromkeys(form for _, form in edit_tags.form_names(right))
        _FORMS[right] = tuple((n, f) for f in wrongs for n, back in edit_tags.form_names(f) if back == right)
    return _FORMS[right]


def _drawn(weights: Sequence[float], chance: np.random.Generator) -> int | None:
    """A number drawn by weight; None where all weigh nothing."""
    total = math.fsum(weights)
    if total <= 0:
        return None
    at = chance.random() * total
    for i, weight in enumerate(weights):
        at -= weight
        if at < 0 and weight:
            return i
    return None


Made = tuple[Edit, tuple[str, ...]]


def _apostrophe(text: str, row: Sequence[TextWord], chance: np.random.Generator) -> Made | None:
    places = [w for w in row if "'" in w.low and candidate_edits._APOSTROPHES.get(w.low.replace("'", "")) == w.low]
    if not places:
        return None
    word = places[int(chance.integers(len(places)))]
    tags = ("apostrophe", f"replace {word.low}")
    return candidate_edits.replacement_edit(text, word, "slip", word.low.replace("'", "")).edit, tags


def _comma_missing(text: str, row: Sequence[TextWord], chance: np.random.Generator) -> Made | None:
    places = [
        a.span.end for a, b in pairwise(row) if text[a.span.end : b.span.start] == ", " and b.low not in ("and", "or")
    ]
    if not places:
        return None
    at = places[int(chance.integers(len(places)))]
    return Edit(Span(at, at + 1), ""), ("insert ,",)


def _comma_left_over(text: str, row: Sequence[TextWord], chance: np.random.Generator) -> Made | None:
    i = int(chance.integers(len(row)))
    if not i or text[row[i - 1].span.end : row[i].span.start] != " ":
        return None
    at = row[i - 1].span.end
    return Edit(Span(at, at), ","), ("delete ,",)


def _capital(text: str, row: Sequence[TextWord], chance: np.random.Generator) -> Made | None:
    places = [w for w in row if (o := w.span.of(text))[0].isupper() and (o[1:].islower() or len(o) == 1)]
    if not places:
        return None
    word = places[int(chance.integers(len(places)))]
    return Edit(word.span, word.span.of(text).lower()), ("capital",)


def _small(text: str, row: Sequence[TextWord], chance: np.random.Generator) -> Made | None:
    word = row[int(chance.integers(len(row)))]
    old = word.span.of(text)
    if not old.islower() or len(old) < 4:
        return None
    return Edit(word.span, old[0].upper() + old[1:]), ("small",)


def _split(text: str, row: Sequence[TextWord], chance: np.random.Generator) -> Made | None:
    i = int(chance.integers(len(row)))
    found = next((c.edit for tag, c in edit_tags._compounds(text, row, i) if tag == "join"), None)
    return found and (found, ("split",))


def _join(text: str, row: Sequence[TextWord], chance: np.random.Generator) -> Made | None:
    i = int(chance.integers(len(row)))
    options = edit_tags._splits(row[i].low)
    return (candidate_edits.replacement_edit(text, row[i], "slip", options[0]).edit, ("join",)) if options else None


def _doubled(text: str, row: Sequence[TextWord], chance: np.random.Generator) -> Made | None:
    word = row[int(chance.integers(len(row)))]
    if len(word.low) > 4:
        return None
    return Edit(Span(word.span.end, word.span.end), f" {word.span.of(text).lower()}"), (edit_tags.DELETE,)


def _placed(
    text: str, tags: Mapping[int, str], edit: Edit, undoing: Iterable[str]
) -> tuple[str, dict[int, str]] | None:
    """`text` after a slip, and its tags by where a word begins; None where no tag undoes it or another slip is near."""
    new, by = apply_edits(text, [edit]), len(edit.text) - len(edit.span)
    if new == text or any(edit.span.start - 2 <= start <= edit.span.end + 12 for start in tags):
        return None
    row = split_words(new)
    near = [
        i for i, w in enumerate(row)
        if w.span.end >= edit.span.start - 1 and w.span.start <= edit.span.start + len(edit.text) + 1
    ]  # fmt: skip
    for tag in undoing:
        for i in near:
            if tag == edit_tags.MISSPELT:
                undone = row[i].span.start == edit.span.start
            else:
                undone = any(apply_edits(new, [c.edit]) == text for c in _edits(tag, new, row, i))
            if undone:
                moved = {s + by if s >= edit.span.end else s: t for s, t in tags.items()}
                return new, {**moved, row[i].span.start: tag}
    return None


def _edits(tag: str, text: str, row: Sequence[TextWord], i: int) -> list[candidate_edits.CandidateEdit]:
    if tag == edit_tags.CONFUSED:
        return [c for name, c in edit_tags._instead(text, row, i, tag) if name == tag]
    found = edit_tags.edit_of(tag, text, row, i)
    return [found] if found else []
