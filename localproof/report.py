"""What a run found, what it could not do, what it was made of, and what it cost.

Values only: nothing here reads a file, opens a process or prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import reduce
from operator import add
from typing import Any, Literal, overload

from .text import Document, Edit, Span
from .text.kinds import KINDS as KINDS
from .text.kinds import Kind as Kind

# Why a correction cannot be made by LocalProof: it would cross markup, its table or title has no room for it, or the
# file's encoding has no bytes for its letters.
HintReason = Literal["markup", "layout", "encoding"]


class LocalProofError(Exception):
    """The root of LocalProof's own errors. Never raised itself."""


class Unavailable(LocalProofError):
    """A part cannot do its work; the run goes on without it and says so (see `Skipped`)."""

    def __init__(self, what: str, reason: str, remedy: str = "") -> None:
        super().__init__(f"{what}: {reason}" + (f" ({remedy})" if remedy else ""))
        self.skipped = Skipped(what, reason, remedy)


class TooLong(Unavailable):
    """Work on one text that was ended at its limit. `measured`: it is one of CPU time, so that the same text would take
    as long again; else the work may have been blocked by whatever was amiss on the machine."""

    def __init__(self, what: str, reason: str, remedy: str = "", *, measured: bool) -> None:
        super().__init__(what, reason, remedy)
        self.measured = measured


class BadInput(LocalProofError):
    """What was asked for makes no sense, or the input cannot be read. One line: what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be done, why, and what the user can do about it."""

    what: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in a text that may be wrong.

    `span` counts code points of the text that was checked: of the block while
    engines and judge are at work, of the document's source in a `Report`.
    `rule` is ``engine/Rule``; `source` names every rule that spoke for it, the
    leading one first. `edits` are alternatives, best first, each a whole
    correction by itself. `hints` are corrections that cannot be applied
    in the source, `hint_reasons` why not, one for each. `probability` is the judge's estimate
    that this is a real error that the writer would want to know of (0..1),
    None where no judge has seen it. `category` is the engine's own name for
    the kind of rule. `certain` is true where the first edit may be made
    without asking (see `localproof.scoring.is_safe_fix`). `agreement` counts the
    engines that put the leading edit first. `unaided` is the probability
    that the judge gave before a model helped it, None where none did.
    `offers` says which rule would make which edit first. `learned` is what was
    added to its log-odds for what the writer decided before, 0 for nothing.
    `variants` are those of `source` that are one of several under their name,
    with its number: ``languagetool/IT_IS[37]``. `short` says the message in two
    or three words and `url` is a page on the leading rule, each "" where the
    engine has none.
    """

    span: Span
    rule: str
    message: str
    edits: tuple[Edit, ...] = ()
    source: tuple[str, ...] = ()
    kind: Kind = "grammar"
    probability: float | None = None
    category: str = ""
    hints: tuple[str, ...] = ()
    is_safe_fix: bool = False
    agreement: int = 1
    probability_without_model: float | None = None
    variants: tuple[str, ...] = ()
    short: str = ""
    url: str = ""
    offers: tuple[tuple[Edit, str], ...] = ()
    learned: float = 0.0
    hint_reasons: tuple[HintReason, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a writer may silence it by: those of its rules, then of their variants."""
        return (*(self.source or (self.rule,)), *self.variants)

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that spoke for it, each once, in order."""
        return tuple(dict.fromkeys(s.split("/", 1)[0] for s in self.source or (self.rule,)))


class LazyFindings(Sequence[Finding]):
    """Findings that are made, by `make`, when somebody first looks at them.

    >>> found = LazyFindings(lambda: [Finding(Span(0, 3), "harper/SpellCheck", "why")])
    >>> len(found), found == tuple(found), found != ()
    (1, True, True)
    """

    def __init__(self, make: Callable[[], Iterable[Finding]]) -> None:
        self._make: Callable[[], Iterable[Finding]] | None = make
        self._made: tuple[Finding, ...] = ()

    def _all(self) -> tuple[Finding, ...]:
        if (make := self._make) is not None:  # two threads may both make them, to the same end
            self._made = tuple(make())
            self._make = None
        return self._made

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._all())

    @overload
    def __getitem__(self, at: int) -> Finding: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, at: int | slice) -> Finding | tuple[Finding, ...]:
        return self._all()[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())


# The five questions that are answered first of what learned from people's texts.
Question = Literal["data", "amount", "training", "people", "cost"]
QUESTIONS: tuple[Question, ...] = ("data", "amount", "training", "people", "cost")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What one part of a run is made of. An empty field is a gap and is printed as one.

    `role` is one of "rules", "patterns" (rules of our own), "dictionary",
    "judge", "model that scores", "model that tags", "model that proposes",
    "format". `facts` are further lines, in order, for the full report: (name,
    text). `answers` are short, to whose data it
    learned from, how much of it and by which licence and consent, how and by
    whom it was trained, what people worked for it, and what that cost; none
    for a part that learned nothing.
    """

    part: str
    role: str
    version: str = ""
    licence: str = ""
    data: str = ""
    sha256: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    answers: tuple[tuple[Question, str], ...] = ()


EnergyStatus = Literal["measured", "attributed", "estimated", "unavailable"]


@dataclass(frozen=True, slots=True)
class Energy:
    """The energy of one window of work. `joules` is None exactly when `status` is "unavailable", never 0 for unknown.

    `low` and `high` are bounds in joules. `scope` names the devices counted
    and `not_included` what was not. `record` is the full JSON record.
    """

    status: EnergyStatus
    joules: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    reason: str = ""
    scope: tuple[str, ...] = ()
    not_included: tuple[str, ...] = ()
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """One document and what was found in it. Spans count code points of `document.text`.

    `findings` are those to show, in order of position. `held_back` are those
    that the profile keeps quiet about. `suppressed` counts what the writer's
    own decisions silenced (dictionary, inline comments, disabled rules).
    `set_aside` counts what this run was not asked to show, by reason ("in the
    baseline"). `checked` is False where there is prose and no engine looked at
    any of it: then no finding means nothing. `held_by_decisions` counts those
    of `held_back` that would be shown but for what was learned from the writer.
    """

    document: Document
    findings: tuple[Finding, ...] = ()
    held_back: Sequence[Finding] = ()
    suppressed: int = 0
    skipped: tuple[Skipped, ...] = ()
    words: int = 0
    digest: str = ""  # SHA-256 of the bytes that were read, "" where there were none
    set_aside: tuple[tuple[str, int], ...] = ()
    checked: bool = True
    held_by_decisions: int = 0


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What a language model did in a run. `supported`, `held_back` and `proposed` count findings: those shown that it
    made no less likely, those that would be shown without it, and those that it alone made. `blocks` and `tokens` are
    what it read now, not in earlier runs; `loading_s` and `reading_s` are seconds of CPU."""

    name: str
    supported: int = 0
    held_back: int = 0
    proposed: int = 0
    blocks: int = 0
    tokens: int = 0
    loading_s: float = 0.0
    reading_s: float = 0.0

    def __add__(self, other: ModelUse) -> ModelUse:
        """Both together."""
        counts = (getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "name")
        return ModelUse(self.name, *counts)


def joined_use(uses: Sequence[ModelUse]) -> ModelUse:
    """What several models did in a run, as one. Each reads the same blocks, so these are not added up.

    >>> both = joined_use([ModelUse("one", blocks=2, tokens=9), ModelUse("two", blocks=3, tokens=11)])
    >>> both.name, both.blocks, both.tokens
    ('one and two', 3, 20)
    """
    joined = reduce(add, uses)
    return replace(joined, name=" and ".join(use.name for use in uses), blocks=max(use.blocks for use in uses))


@dataclass(frozen=True)
class Run:
    """Everything one run has to say. Every renderer takes a whole Run, so none can forget a part."""

    reports: Sequence[Report] = ()
    provenance: tuple[Provenance, ...] = ()
    energy: Energy | None = None
    skipped: tuple[Skipped, ...] = ()
    profile: str = "quiet"
    elapsed_s: float = 0.0
    version: str = ""
    model: ModelUse | None = None  # all models together
    models: tuple[ModelUse, ...] = ()  # each by itself: what it read, and what that took

    @property
    def words(self) -> int:
        """Words of prose that were proofread."""
        return sum(r.words for r in self.reports)

    @property
    def checked(self) -> bool:
        """Whether any document was looked at."""
        return any(r.checked for r in self.reports)

    def findings(self) -> Iterator[tuple[Report, Finding]]:
        """Every finding to show, with its report, in order."""
        for report in self.reports:
            for finding in report.findings:
                yield report, finding

    def set_aside(self) -> dict[str, int]:
        """How many findings the run was not asked to show, by reason."""
        total: dict[str, int] = {}
        for report in self.reports:
            for why, count in report.set_aside:
                total[why] = total.get(why, 0) + count
        return total

    def all_skipped(self) -> tuple[Skipped, ...]:
        """What the run and each of its reports could not do."""
        return self.skipped + tuple(s for r in self.reports for s in r.skipped)
