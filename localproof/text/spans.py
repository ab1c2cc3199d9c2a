"""Places in a text and changes to it: half-open spans of code points, and edits of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points, `start` included, `end` not.

    >>> Span(2, 5).of("proof")
    'oof'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:  # an empty span is still a place
        return True

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """True if the spans share a character, or one is an insertion inside or at the edge of the other.

        >>> Span(0, 3).overlaps(Span(3, 5)), Span(3, 3).overlaps(Span(3, 5))
        (False, True)
        """
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """True if `other` lies within this span."""
        return self.start <= other.start and other.end <= self.end

    def shifted(self, by: int) -> Span:
        """The same span, `by` code points further on."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the characters of `span` by `text`. An empty span inserts, an empty text deletes."""

    span: Span
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all `edits` made. Raises ValueError if two of them overlap or one lies outside.

    >>> apply_edits("I could of gone.", [Edit(Span(8, 10), "have")])
    'I could have gone.'
    """
    ordered = sorted(edits)
    out: list[str] = []
    at = 0
    for i, edit in enumerate(ordered):
        if edit.span.end > len(text):
            raise ValueError(f"edit at {edit.span.start}..{edit.span.end} lies outside a text of {len(text)}")
        if i and (edit.span.start < at or edit.span == ordered[i - 1].span):
            raise ValueError(f"two edits overlap at {edit.span.start}")
        out += (text[at : edit.span.start], edit.text)
        at = edit.span.end
    out.append(text[at:])
    return "".join(out)


_REACH = 200  # code points around an edit that are looked at: thousands of equal words must not cost their square
_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*|\s+|[^\w\s]")
_CHUNK_BEFORE = re.compile(r"\S*\s*\Z")
_CHUNK_AFTER = re.compile(r"\s*\S*")


def minimal_edit(text: str, edit: Edit) -> Edit:
    """The smallest whole-token edit of `text` with the same result as `edit`: one form for all edits with that result.

    Two engines that cite more or less context, or that put the blank before or
    after a missing word, propose equal edits this way. What could stand in
    several places stands in the last: ``the [the ]cat``, not ``the[ the] cat``.

    >>> minimal_edit("I could of gone", Edit(Span(2, 10), "could have"))
    Edit(span=Span(start=8, end=10), text='have')
    >>> minimal_edit("the the cat", Edit(Span(0, 4), ""))
    Edit(span=Span(start=4, end=8), text='')
    >>> minimal_edit("I want go", Edit(Span(6, 6), " to"))
    Edit(span=Span(start=7, end=7), text='to ')
    """
    if _replaces_a_word(text, edit):
        return edit
    start, end, new = _letters_that_differ(text, edit)
    head = _CHUNK_BEFORE.search(text, max(start - _REACH, 0), start)
    tail = _CHUNK_AFTER.match(text, end, end + _REACH)
    assert head is not None and tail is not None
    start, end, new = head.start(), tail.end(), head.group() + new + tail.group()
    old_tokens, new_tokens = _TOKEN.findall(text[start:end]), _TOKEN.findall(new)
    same = common_start(old_tokens, new_tokens)
    start += sum(map(len, old_tokens[:same]))
    old_tokens, new_tokens = old_tokens[same:], new_tokens[same:]
    same = common_start(old_tokens[::-1], new_tokens[::-1])
    end -= sum(map(len, old_tokens[len(old_tokens) - same :]))
    return Edit(Span(start, end), "".join(new_tokens[: len(new_tokens) - same]))


def _replaces_a_word(text: str, edit: Edit) -> bool:
    """Whether an edit writes another word in place of a whole one, as most do: that is minimal as it is."""
    span, new = edit.span, edit.text
    old = text[span.start : span.end]
    if old == new or len(old) + len(new) > _REACH or not (old.isalpha() and new.isalpha()):
        return False
    before, after = text[span.start - 1 : span.start] if span.start else " ", text[span.end : span.end + 1]
    return (before.isspace() or before == "(") and (not after or after.isspace() or after in ".,;:!?)")


def _letters_that_differ(text: str, edit: Edit) -> tuple[int, int, str]:
    """`edit` as start, end and text, less the characters that it leaves as they are, as far right as it can stand."""
    tail = text[edit.span.end : edit.span.end + _REACH]
    old, new = edit.span.of(text) + tail, edit.text + tail
    same = common_start(old, new)
    start, old, new = edit.span.start + same, old[same:], new[same:]
    least = min(len(old), len(new), len(tail))  # what follows is the same, and need not be compared
    same = least + common_start(old[: len(old) - least][::-1], new[: len(new) - least][::-1])
    return start, start + len(old) - same, new[: len(new) - same]


def common_start(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items `one` and `other` have in common from the start."""
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    return same
