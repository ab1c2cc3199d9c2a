"""Layout that counts on the width of words: titles with a rule below them, cells of drawn tables."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .spans import Edit, Span


def columns(text: str, *, combining: int = 0) -> int:
    """How many columns `text` takes where every character has one or, in East Asian scripts, two; a combining mark
    takes `combining`.

    >>> columns("a\u8a9ee\u0301")
    4
    """
    if text.isascii():
        return len(text)
    return sum(
        combining if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text
    )


@dataclass(frozen=True, slots=True)
class RuledTitle:
    """A title at `span`, in a line with a rule below it and perhaps one above, which are at least as long as it.

    `exact`: they must neither be much longer nor much shorter, in code points.
    """

    span: Span
    rules: tuple[Span, ...]
    exact: bool = False

    def growth(self, text: str, edit: Edit) -> int:
        """By how much `edit` makes the title longer."""
        return len(edit.text) - len(edit.span) if self.exact else columns(edit.text) - columns(edit.span.of(text))

    def allows(self, growth: int) -> bool:
        """Whether the title may grow by that much: a rule grows with it."""
        return True

    def follow(self, text: str, growth: int) -> Iterator[Edit]:
        """What must change with a title that grows by `growth`."""
        width = columns(self.span.of(text))
        for rule in self.rules:
            lacking = growth if self.exact or len(rule) < width else width + growth - len(rule)
            if lacking > 0:
                yield Edit(Span(rule.end, rule.end), text[rule.end - 1] * lacking)
            elif self.exact and lacking < 0:
                yield Edit(Span(max(rule.start + 3, rule.end + lacking), rule.end), "")


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line, or what stands of it in one cell of a drawn table, whose words at `span` may grow by `least` (below 0) to
    `most` columns, None being any number; `exact`: code points.

    What stands behind `blanks`, if they are given, must keep its place.
    """

    span: Span
    least: int | None = None
    most: int | None = None
    blanks: Span | None = None
    exact: bool = False

    def growth(self, text: str, edit: Edit) -> int:
        """By how much `edit` makes the words longer; in a table a combining mark takes a column (docutils)."""
        if self.exact:
            return len(edit.text) - len(edit.span)
        return columns(edit.text, combining=1) - columns(edit.span.of(text), combining=1)

    def allows(self, growth: int) -> bool:
        """Whether the words may grow by that much."""
        return (self.least is None or growth >= self.least) and (self.most is None or growth <= self.most)

    def follow(self, text: str, growth: int) -> Iterator[Edit]:
        """What must change with words that grow by `growth`."""
        if self.blanks is None:
            return
        end = self.blanks.end
        if growth > 0:
            yield Edit(Span(end - growth, end), "")
        elif growth < 0:
            yield Edit(Span(end, end), " " * -growth)


Frame = RuledTitle | HeldLine


def keep_layout(text: str, frames: Sequence[Frame], edits: Iterable[Edit]) -> list[Edit]:
    """`edits` of `text` and what must change with them so that all `frames`, in order and apart, hold; without those
    that a frame has no room for.

    >>> title = RuledTitle(Span(0, 3), (Span(4, 7),))
    >>> [edit.text for edit in keep_layout("Teh\\n===", [title], [Edit(Span(0, 3), "These")])]
    ['These', '==']
    """
    if not frames:
        return list(edits)
    out: dict[Span, Edit] = {}
    inside: dict[int, list[Edit]] = {}
    for edit in sorted(edits):
        i = bisect_right(frames, edit.span.start, key=lambda frame: frame.span.start) - 1
        if i >= 0 and frames[i].span.contains(edit.span):
            inside.setdefault(i, []).append(edit)
        else:
            out[edit.span] = edit
    for i, of_one in inside.items():
        growth = 0
        for edit in of_one:
            more = frames[i].growth(text, edit)
            if frames[i].allows(growth + more):
                growth += more
                out[edit.span] = edit
        for edit in frames[i].follow(text, growth):
            before = out.get(edit.span)  # both insert at the end of a cell without blanks
            out[edit.span] = edit if before is None else Edit(edit.span, before.text + edit.text)
    return sorted(out.values())
