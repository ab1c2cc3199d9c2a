"""A second look at what a model proposes: nobody is shown an edit after which a rule engine has more to say.

The engines that read a block read it again with the edit made. Where one then
says something of the edited words, or of those beside them, that it did not
say before, the proposal is dropped; where one does not answer in time, it is
held back. Their answers are remembered as all others are.
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

MOST = 4  # proposals of a block that are looked at, the likeliest; where there are more, the block is no prose
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
        own = [f for f in findings if f.rule.startswith(PROPOSES) and (f.probability or 0.0) >= least]
        own.sort(key=lambda f: (-(f.probability or 0.0), f.span, f.rule))
        asked = [(f, new, self._ask(engines, new)) for f in own[:MOST] for new in [apply_edits(text, f.edits[:1])]]
        dropped, failed = own[MOST:], []
        until_s = time.monotonic() + patience_s
        for finding, new, answers in asked:
            late = wait(answers.values(), max(until_s - time.monotonic(), 0.0)).not_done
            try:
                if late or any(
                    has_new_findings(
                        text, finding.edits[0], heeded(text, engines[name][1]), heeded(new, answer.result())
                    )
                    for name, answer in answers.items()
                ):
                    dropped.append(finding)
            except Unavailable as error:
                dropped.append(finding)
                failed.append(_held_back(error.skipped))
        return [f for f in findings if not any(f is other for other in dropped)], failed

    def _ask(self, engines: Mapping[str, tuple[Engine, Sequence[Finding]]], text: str) -> dict[str, Answer]:
        for name, (engine, _) in engines.items():
            known = self._answers.get((name, text))
            if known is None or known.cancelled():
                self._answers[name, text] = engine.submit(text)
        return {name: self._answers[name, text] for name in engines}


def _held_back(skipped: Skipped) -> Skipped:
    return Skipped("a proposal of the model", f"held back, as {skipped.what} did not check it: {skipped.reason}")


def has_new_findings(text: str, edit: Edit, before: Iterable[Finding], after: Iterable[Finding]) -> bool:
    """Whether an engine that said `before` of `text` says something new, in `after`, of what `edit` makes of it: of the
    edited words or those beside them. What it said before may have moved with the text."""
    known = {(f.rule, f.span) for f in before}
    place = _around(apply_edits(text, [edit]), Span(edit.span.start, edit.span.start + len(edit.text)))
    return any(f.span.overlaps(place) and (f.rule, _moved_back(f.span, edit)) not in known for f in after)


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


def _moved_back(span: Span, edit: Edit) -> Span:
    """Where `span`, of the text after `edit`, was before it; what begins or ends in the edited words takes them whole.

    >>> edit = Edit(Span(8, 10), "have")
    >>> _moved_back(Span(13, 17), edit), _moved_back(Span(9, 17), edit), _moved_back(Span(0, 8), edit)
    (Span(start=11, end=15), Span(start=8, end=15), Span(start=0, end=8))
    """
    end, longer = edit.span.start + len(edit.text), len(edit.text) - len(edit.span)
    first = span.start - longer if span.start >= end else min(span.start, edit.span.start)
    last = span.end if span.end <= edit.span.start else max(span.end - longer, edit.span.end)
    return Span(min(first, last), last)
