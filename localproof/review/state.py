"""A review as values: the texts, what was decided in them, and every step that can be taken back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ..report import Finding, Report
from ..text import Edit, Span
from .positions import OffsetShift

Act = Literal["accepted", "edited", "skipped", "ignored", "alike", "word", "rule"]
Verdict = Literal["skipped", "ignored"]
Where = Literal["project", "user"]
Place = tuple[int, int]  # page, offset in its text
Recalled = tuple[str, str, Verdict]  # rule, place by the words around it, what was decided


@dataclass(frozen=True, slots=True)
class Decision:
    """A place that the writer has decided to leave as it is."""

    span: Span
    rule: str
    verdict: Verdict


@dataclass(frozen=True, eq=False)
class ReviewPage:
    """One text under review.

    `original` is what the file held when it was read, `text` what it is to
    hold. `report` speaks of the text before the groups of edits in `since`,
    each of which counts in the text as it was before it. `version` grows with
    every change of the text. `silent` are rules not to be heard of in this
    file, `recalled` the places that an earlier session had decided on.
    """

    name: str
    original: str
    text: str
    report: Report
    since: tuple[tuple[Edit, ...], ...] = ()
    marks: tuple[Decision, ...] = ()
    silent: tuple[str, ...] = ()
    recalled: frozenset[Recalled] = frozenset()
    version: int = 0
    seen: dict[tuple[object, ...], tuple[ReviewItem, ...]] = field(
        init=False, repr=False, default_factory=dict
    )  # what `items` made of it for the last two views: a key is answered with what was before it and after

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.text != self.original


class ReviewItem(NamedTuple):
    """A finding that waits for a decision. `finding` counts in the report's text, `span` and `edits` in the page's,
    where it stands `by` further on; `shift` says so of other places, None where nothing was changed since."""

    page: int
    finding: Finding
    by: int
    held: bool
    shift: OffsetShift | None

    @property
    def start(self) -> int:
        return self.finding.span.start + self.by

    @property
    def span(self) -> Span:
        return self.finding.span.shifted(self.by) if self.by else self.finding.span

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The suggestions that can be made, best first; no more than there are digits."""
        edits = self.finding.edits
        if self.shift is not None:
            placed = [(e, self.shift.by(e.span.start, e.span.end)) for e in edits]
            edits = tuple(Edit(e.span.shifted(by), e.text) for e, by in placed if by is not None)
        return edits[:9]


@dataclass(frozen=True, slots=True)
class ViewFilter:
    """Which findings are shown: those of whose kind, engine or rule `query` is a part ("" all), and held-back ones."""

    query: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One thing done, with all it takes to undo it and to do it again. `edits` count in the text before it."""

    act: Act
    page: int
    at: Place
    edits: tuple[Edit, ...] = ()
    undoing: tuple[Edit, ...] = ()
    made: tuple[Decision, ...] = ()
    lost: tuple[Decision, ...] = ()
    word: tuple[str, Where] | None = None
    rule: str = ""
    alike: tuple[str, str] | None = None  # a rule, and the words that it is silent on from now on
    finding: Finding | None = None  # what was decided on, and the words that it was about
    flagged: str = ""


@dataclass(frozen=True)
class ReviewSession:
    """The whole review at one moment. `at` is where the writer is: the finding there or the next one after it."""

    pages: tuple[ReviewPage, ...] = ()
    at: Place = (0, 0)
    view: ViewFilter = ViewFilter()
    words: tuple[tuple[str, Where], ...] = ()
    alike: tuple[tuple[str, str], ...] = ()  # rules, and the words that each is silent on everywhere
    past: tuple[UndoStep, ...] = ()
    future: tuple[UndoStep, ...] = ()
    note: str = ""
    before: Counter[str] = field(default_factory=Counter)  # what was done and can no longer be undone
