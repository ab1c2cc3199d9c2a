"""A second look at what a model proposes: nobody is shown an edit after which a rule engine has more to say.

The engines that read a block read it again, once, with all proposals made.
Where one then says something of the words that a proposal changed, or of those
beside them, that it did not say before, that proposal is dropped; where one
does not answer in time, all are held back. Their answers are remembered as all
others are.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait

from ..engines import Engine
from ..report import Finding, Skipped, Unavailable
from ..text import Edit, Span, apply_edits
from .rescoring import PROPOSES

MOST = 24  # proposals of a block that are looked at, the likeliest; where there are more, the block is no prose
_WORD = re.compile(r"\w+")

Answer = Future[tuple[Finding, ...]]
Heeded = Callable[[str, Iterable[Finding]], Sequence[Finding]]


class ProposalVerifier:
    """What engines answer, or will, to the blocks of one document with a proposal in them. For one thread at a time."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Answer] = {}

    def pending(self) -> Iterator[Answer]:
        """The answers that are still to come."""
        return (answer for answer in self._answers.values() if not answer.done())

    def complete(self) -> bool:
        """Whether every answer has come."""
        return all(a.done() and not a.cancelled() and a.exception() is None for a in self._answers.values())

    def verify(
        self,
        text: str,
        findings: Sequence[Finding],
        engines: Mapping[str, tuple[Engine, Sequence[Finding]]],
        *,
        least: float,
        patience_s: float,
        heeded: Heeded,
    ) -> tuple[list[Finding], list[Skipped]]:
        """`findings` (judged, of the block `text`) without the model's own that `engines` do not put up with.

        Looked at are those at least as likely as `least`; of these at most
        `MOST` are kept. `engines` come with what they say of the text as it
        is, and `heeded` leaves of what one says of a text what the writer
        wants to know. What is not answered within `patience_s` seconds is left
        out, as is what an engine fails on: the second list says so of failures.
        """
        own = worth_verifying(findings, least)
        if not own:
            return list(findings), []
        own.sort(key=lambda f: (-(f.probability or 0.0), f.span, f.rule))
        edits = sorted(f.edits[0] for f in own[:MOST])
        new = apply_edits(text, edits)
        dropped, failed = set(own[MOST:]), []
        until_s = time.monotonic() + patience_s
        answers = self._ask(engines, new)
        late = wait(answers.values(), max(until_s - time.monotonic(), 0.0)).not_done
        refused = set(edits) if late else set()
        try:
            for name, answer in {} if late else answers.items():
                before, after = heeded(text, engines[name][1]), heeded(new, answer.result())
                refused |= edits_objected_to(text, edits, before, after)
        except Unavailable as error:
            refused = set(edits)
            failed.append(_held_back(error.skipped))
        dropped |= {f for f in own if f.edits[0] in refused}
        return [f for f in findings if f not in dropped], failed

    def _ask(self, engines: Mapping[str, tuple[Engine, Sequence[Finding]]], text: str) -> dict[str, Answer]:
        for name, (engine, _) in engines.items():
            known = self._answers.get((name, text))
            if known is None or known.cancelled():
                self._answers[name, text] = engine.submit(text)
        return {name: self._answers[name, text] for name in engines}


def worth_verifying(findings: Iterable[Finding], least: float) -> list[Finding]:
    """What a model proposes among `findings`, at least as likely as `least`."""
    return [f for f in findings if f.rule.startswith(PROPOSES) and (f.probability or 0.0) >= least]


def _held_back(skipped: Skipped) -> Skipped:
    return Skipped("a proposal of the model", f"held back, as {skipped.what} did not check it: {skipped.reason}")


def edits_objected_to(
    text: str, edits: Sequence[Edit], before: Iterable[Finding], after: Iterable[Finding]
) -> set[Edit]:
    """Those of `edits` (in order) of whose words, or of those beside them, an engine that said `before` of `text` says
    something new in `after`, of what all the edits make of it. What it said before may have moved with the text."""
    known = {(f.rule, f.span) for f in before}
    new = apply_edits(text, edits)
    after = list(after)
    objected: set[Edit] = set()
    longer = 0
    for edit in edits:
        place = _around(new, Span(edit.span.start + longer, edit.span.start + longer + len(edit.text)))
        longer += len(edit.text) - len(edit.span)
        if any(f.span.overlaps(place) and (f.rule, _moved_back(f.span, edits)) not in known for f in after):
            objected.add(edit)
    return objected


def _around(text: str, span: Span) -> Span:
    """`span` widened to whole words, with the word before it and the word after it.

    >>> text = "We could have  gone home."
    >>> _around(text, Span(10, 12)).of(text), _around(text, Span(14, 14)).of(text)
    ('could have  gone', 'have  gone')
    """
    words = [Span(*m.span()) for m in _WORD.finditer(text)]
    inside = [w for w in words if w.start <= span.end and span.start <= w.end]
    start, end = min([span.start, *(w.start for w in inside)]), max([span.end, *(w.end for w in inside)])
    before = [w.start for w in words if w.end < start]
    after = [w.end for w in words if w.start > end]
    return Span(before[-1] if before else start, after[0] if after else end)


def _moved_back(span: Span, edits: Sequence[Edit]) -> Span:
    """Where `span`, of the text after `edits` (in order), was before them; what begins or ends in edited words takes
    them whole.

    >>> edits = [Edit(Span(8, 10), "have")]
    >>> [(s.start, s.end) for s in (_moved_back(Span(a, b), edits) for a, b in ((13, 17), (9, 17), (0, 8)))]
    [(11, 15), (8, 15), (0, 8)]
    """
    first, last, longer = span.start, span.end, 0
    for edit in edits:
        start = edit.span.start + longer
        end = start + len(edit.text)
        longer += len(edit.text) - len(edit.span)
        if span.start >= end:
            first = span.start - longer
        elif span.start > start:
            first = edit.span.start
        if span.end > start:
            last = max(span.end - longer, edit.span.end)
    return Span(min(first, last), last)
