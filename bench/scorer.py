"""One scorer for every engine: did it find the error, and did it propose the right correction?

What counts
    A flag and a gold edit are both reduced to the same form before they are
    compared (`normal`): white space and context are dropped, what remains is
    a range of tokens and the tokens that replace them. ``could of -> could
    have`` and ``of -> have`` are one edit. Deletions and insertions slide to
    the right as far as they can, so it does not matter which copy of a
    doubled word goes.

    correction  same range of tokens and same replacement; a flag without a
                correction does not take part
    detection   same range of tokens, whatever the replacement; several flags
                on one range count once
    overlap     some token in common, or an insertion inside or at the edge of
                the other's range; a lenient reading of detection

    As in errant_compare, where a sentence has several annotators the one that
    gives the higher F0.5 so far is taken, sentence by sentence; an annotator
    who changed nothing is an annotator; gold edits typed UNK are left out.

    Only the first suggestion of a flag counts.

Precision, recall and F0.5 are between 0 and 1; rates are per 1,000 tokens as
the set counts them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .sets import GoldEdit, Item

TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*|[^\w\s]")
CORE = frozenset(("spelling", "real-word", "agreement", "function", "doubled", "apostrophe", "spacing"))


class Flag(NamedTuple):
    """What a system says: characters `start` to `end` are wrong, `replacement` (None: no idea) would be right."""

    start: int
    end: int
    replacement: str | None
    probability: float = 1.0


class Form(NamedTuple):
    """The normal form of an edit: tokens `start` to `end` become `new`, joined by single spaces.

    `new` is None for "wrong, no correction known"; "␣" and "⌫" stand for a
    space put in or taken out at token gap `start` where no token changes.
    """

    start: int
    end: int
    new: str | None

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    def touches(self, other: Form) -> bool:
        """True if the two share a token, or one is an insertion inside or at the edge of the other."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


class Tokens:
    """The tokens of one text, and the normal form of any edit of it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span() for match in TOKEN.finditer(text)]
        self.words = [text[a:b] for a, b in self.spans]

    def normal(self, start: int, end: int, replacement: str | None) -> Form | None:
        """The normal form of replacing characters `start` to `end`; None if that changes nothing.

        >>> Tokens("I could of gone").normal(2, 10, "could have")
        Form(start=2, end=3, new='have')
        >>> Tokens("the the cat").normal(0, 4, "")
        Form(start=1, end=2, new='')
        >>> Tokens("It rained , again").normal(9, 10, "")
        Form(start=2, end=2, new='⌫')
        """
        if replacement is None:
            first, last = self._touched(start, end)
            return Form(first, last, None)
        a, b = self._chunk(start, end)
        first, last = self._inside(a, b)
        before, after = self.text[a:b], self.text[a:start] + replacement + self.text[end:b]
        old, new = self.words[first:last], TOKEN.findall(after)
        if old == new:
            return _spacing(before, after, first)
        while old and new and old[0] == new[0]:
            del old[0], new[0]
            first += 1
        while old and new and old[-1] == new[-1]:
            del old[-1], new[-1]
            last -= 1
        return self._slid(first, last, new)

    def punctuation(self, form: Form) -> bool:
        """True if neither side of the edit holds a letter or digit."""
        both = "".join(self.words[form.start : form.end]) + (form.new or "")
        return not any(char.isalnum() for char in both)

    def _chunk(self, start: int, end: int) -> tuple[int, int]:
        """The range widened to white space on both sides."""
        while start and not self.text[start - 1].isspace():
            start -= 1
        while end < len(self.text) and not self.text[end].isspace():
            end += 1
        return start, end

    def _inside(self, start: int, end: int) -> tuple[int, int]:
        first = sum(1 for _, b in self.spans if b <= start)
        return first, first + sum(1 for a, _ in self.spans[first:] if a < end)

    def _touched(self, start: int, end: int) -> tuple[int, int]:
        return self._inside(start, max(end, start))

    def _slid(self, first: int, last: int, new: list[str]) -> Form:
        words = [word.lower() for word in self.words]
        if not new:
            while last < len(words) and words[first] == words[last]:
                first, last = first + 1, last + 1
        if first == last:
            while first < len(words) and new[0] == self.words[first]:
                first, last, new = first + 1, last + 1, [*new[1:], new[0]]
        return Form(first, last, " ".join(new).replace("\u2019", "'"))


def _spacing(before: str, after: str, first: int) -> Form | None:
    """The form of an edit that changes only white space: the first gap that differs."""
    gaps = [TOKEN.split(side) for side in (before, after)]
    for number, (old, new) in enumerate(zip(*gaps, strict=True)):
        if old != new:
            return Form(first + number, first + number, "␣" if len(new) > len(old) else "⌫")
    return None


@dataclass(frozen=True)
class Counts:
    """True positives, false positives, false negatives.

    >>> c = Counts(8, 2, 24); c.precision, c.recall, round(c.f05, 3)
    (0.8, 0.25, 0.556)
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        """Share of what was proposed that is right; 1 where nothing was."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        """Share of the gold that was found; 1 where there is none."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f05(self) -> float:
        p, r = self.precision, self.recall
        return 1.25 * p * r / (0.25 * p + r) if p + r else 0.0


@dataclass(frozen=True)
class Result:
    """What one system is worth on one set.

    `flags` counts different ranges flagged, `tokens` the set's tokens;
    `clean_flags` and `clean_tokens` are those of sentences that no annotator
    touched. `overlap` is the lenient reading of detection.
    """

    correction: Counts
    detection: Counts
    overlap: Counts
    flags: int
    tokens: int
    clean_flags: int
    clean_tokens: int

    @property
    def flags_per_1k(self) -> float:
        return 1000 * self.flags / self.tokens if self.tokens else 0.0

    @property
    def false_alarms_per_1k(self) -> float:
        """Flags per 1,000 tokens on the sentences that no annotator touched."""
        return 1000 * self.clean_flags / self.clean_tokens if self.clean_tokens else 0.0


@dataclass(frozen=True)
class _Case:
    """One sentence, ready to be counted: forms with their probability, and the forms of each annotator."""

    tokens: int
    clean: bool
    flags: tuple[tuple[Form, float], ...]
    gold: tuple[frozenset[Form], ...]


def cases(
    items: Iterable[Item], system: Mapping[int | str, Iterable[Flag]], *, punctuation: bool = True
) -> list[_Case]:
    """Items and flags in normal form. With punctuation=False, edits of punctuation alone are left out on both sides."""
    out = []
    for item in items:
        tokens = Tokens(item.text)
        best: dict[Form, float] = {}
        for flag in system.get(item.id, ()):
            form = tokens.normal(flag.start, flag.end, flag.replacement)
            if form is not None and (punctuation or not tokens.punctuation(form)):
                best[form] = max(flag.probability, best.get(form, 0.0))
        gold = tuple(frozenset(gold_forms(tokens, edits, punctuation=punctuation)) for edits in item.annotators)
        out.append(_Case(item.tokens, item.clean, tuple(best.items()), gold))
    return out


def gold_forms(tokens: Tokens, edits: Iterable[GoldEdit], *, punctuation: bool = True) -> list[Form]:
    """The normal forms of one annotator's edits, without those that change nothing."""
    forms = (tokens.normal(edit.start, edit.end, edit.replacement) for edit in edits if edit.type != "UNK")
    return [form for form in forms if form is not None and (punctuation or not tokens.punctuation(form))]


def score(
    items: Iterable[Item],
    system: Mapping[int | str, Iterable[Flag]],
    *,
    cut: float = 0.0,
    punctuation: bool = True,
) -> Result:
    """How `system`, flags by item id, does on `items`. Flags whose probability is below `cut` do not count."""
    return _count(cases(items, system, punctuation=punctuation), cut)


def _count(ready: Sequence[_Case], cut: float) -> Result:
    correction = detection = overlap = Counts()
    flags = clean_flags = 0
    for case in ready:
        shown = {form for form, probability in case.flags if probability >= cut}
        spans = {form.span for form in shown}
        correction = _best(correction, [_exact({f for f in shown if f.new is not None}, gold) for gold in case.gold])
        detection = _best(detection, [_exact(spans, {form.span for form in gold}) for gold in case.gold])
        overlap = _best(overlap, [_lenient(shown, gold) for gold in case.gold])
        flags += len(spans)
        clean_flags += len(spans) * case.clean
    tokens = sum(case.tokens for case in ready)
    clean_tokens = sum(case.tokens for case in ready if case.clean)
    return Result(correction, detection, overlap, flags, tokens, clean_flags, clean_tokens)


def _exact(said: set[Form] | set[tuple[int, int]], gold: frozenset[Form] | set[tuple[int, int]]) -> Counts:
    both = len(said & gold)
    return Counts(both, len(said) - both, len(gold) - both)


def _lenient(said: set[Form], gold: frozenset[Form]) -> Counts:
    """Here tp counts gold edits that were touched, fp flags that touched none."""
    found = sum(any(form.touches(other) for other in said) for form in gold)
    lost = {form.span for form in said if not any(form.touches(other) for other in gold)}
    return Counts(found, len(lost), len(gold) - found)


def _best(sofar: Counts, choices: list[Counts]) -> Counts:
    """`sofar` and the annotator's counts with which F0.5 is highest; then most found, then fewest wrong, missed."""
    return max((sofar + c for c in choices), key=lambda c: (c.f05, c.tp, -c.fp, -c.fn))


@dataclass(frozen=True)
class Verdict:
    """What the gold says of one flag: exact range, exact correction, any gold edit touched. By any annotator."""

    detected: bool
    corrected: bool
    overlaps: bool


def verdict(item: Item, flag: Flag) -> Verdict:
    """The gold's word on one flag, for teaching a judge. A flag that changes nothing is wrong in every way."""
    tokens = Tokens(item.text)
    form = tokens.normal(flag.start, flag.end, flag.replacement)
    if form is None:
        return Verdict(False, False, False)
    gold = {other for edits in item.annotators for other in gold_forms(tokens, edits)}
    return Verdict(form.span in {other.span for other in gold}, form in gold, any(form.touches(g) for g in gold))


def core(items: Iterable[Item]) -> list[Item]:
    """The corrections whose edits are all of the core kinds: of these nearly all are clear errors (see CORE)."""
    return [item for item in items if all(edit.type in CORE for edits in item.annotators for edit in edits)]


def by_kind(
    items: Iterable[Item], system: Mapping[int | str, Iterable[Flag]], *, cut: float = 0.0
) -> dict[str, tuple[int, float, float]]:
    """For each kind of gold edit: how many, the share that a flag touches, the share with the right correction."""
    seen: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for item in items:
        tokens = Tokens(item.text)
        forms = (tokens.normal(f.start, f.end, f.replacement) for f in system.get(item.id, ()) if f.probability >= cut)
        said = {form for form in forms if form is not None}
        for edit in item.annotators[0]:
            form = tokens.normal(edit.start, edit.end, edit.replacement)
            if form is not None:
                row = seen[edit.type]
                row[0] += 1
                row[1] += any(form.touches(other) for other in said)
                row[2] += form in said
    return {kind: (n, hit / n, right / n) for kind, (n, hit, right) in sorted(seen.items(), key=lambda x: -x[1][0])}


def score_tokens(items: Iterable[Item], system: Mapping[int | str, Iterable[Flag]], *, cut: float = 0.0) -> Counts:
    """Detection counted token by token, as MultiGED does, for realec (items whose meta holds "spans").

    A token is called wrong if a flag covers a character of it; an insertion calls the token behind it wrong.
    """
    total = Counts()
    for item in items:
        spans = item.meta["spans"]
        gold = {spans.index((edit.start, edit.end)) for edit in item.annotators[0]}
        said: set[int] = set()
        words = Tokens(item.text)
        for flag in system.get(item.id, ()):
            form = words.normal(flag.start, flag.end, flag.replacement)
            if flag.probability < cut or form is None or not words.spans:
                continue
            first = min(form.start, len(words.spans) - 1)
            a, b = words.spans[first][0], words.spans[max(form.end - 1, first)][1]
            said |= {i for i, (x, y) in enumerate(spans) if x < b and a < y}
        total += _exact({(i, i) for i in said}, {(i, i) for i in gold})
    return total


class Point(NamedTuple):
    """One cut and what showing only flags at or above it gives."""

    cut: float
    result: Result


def curve(
    items: Iterable[Item],
    system: Mapping[int | str, Iterable[Flag]],
    *,
    steps: int = 60,
    punctuation: bool = True,
) -> list[Point]:
    """Precision and recall at up to `steps` cuts, spread evenly over the flags, highest cut first."""
    ready = cases(items, system, punctuation=punctuation)
    values = sorted((p for case in ready for _, p in case.flags), reverse=True)
    picks = (
        {values[min(len(values) - 1, round(k * len(values) / steps))] for k in range(1, steps + 1)} if values else ()
    )
    return [Point(cut, _count(ready, cut)) for cut in sorted(picks, reverse=True)]


def at_recall(points: Sequence[Point], recall: float, measure: str = "detection") -> Point | None:
    """The highest cut at which `measure` ("correction", "detection", "overlap") reaches `recall`; None if none does."""
    return next((point for point in points if getattr(point.result, measure).recall >= recall), None)


def at_precision(points: Sequence[Point], precision: float, measure: str = "detection") -> Point | None:
    """The lowest cut at which `measure` still has `precision`; None if none has."""
    good = [point for point in points if getattr(point.result, measure).precision >= precision]
    return good[-1] if good else None


def best(points: Sequence[Point], measure: str = "correction") -> Point:
    """The point with the highest F0.5."""
    return max(points, key=lambda point: getattr(point.result, measure).f05)


def union(*systems: Mapping[int | str, Iterable[Flag]]) -> dict[int | str, list[Flag]]:
    """Everything that any of the systems says."""
    out: dict[int | str, list[Flag]] = defaultdict(list)
    for system in systems:
        for id, flags in system.items():
            out[id] += flags
    return dict(out)


def agreement(
    items: Iterable[Item], one: Mapping[int | str, Iterable[Flag]], other: Mapping[int | str, Iterable[Flag]]
) -> dict[int | str, list[Flag]]:
    """The flags of `one` whose edit, in normal form, `other` proposes too."""
    out: dict[int | str, list[Flag]] = {}
    for item in items:
        tokens = Tokens(item.text)
        theirs = {tokens.normal(f.start, f.end, f.replacement) for f in other.get(item.id, ())}
        both = [f for f in one.get(item.id, ()) if tokens.normal(f.start, f.end, f.replacement) in theirs - {None}]
        out[item.id] = [flag for flag in both if flag.replacement is not None]
    return out


def one_per_place(items: Iterable[Item], system: Mapping[int | str, Iterable[Flag]]) -> dict[int | str, list[Flag]]:
    """A system's flags without overlaps, as if they were applied: the shortest first, no flag without a correction."""
    out: dict[int | str, list[Flag]] = {}
    for item in items:
        tokens = Tokens(item.text)
        taken: list[Form] = []
        out[item.id] = kept = []
        for flag in sorted(system.get(item.id, ()), key=lambda flag: (flag.end - flag.start, flag.start)):
            form = tokens.normal(flag.start, flag.end, flag.replacement)
            if form is not None and form.new is not None and not any(form.touches(other) for other in taken):
                taken.append(form)
                kept.append(flag)
    return out
