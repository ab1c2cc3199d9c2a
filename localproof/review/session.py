"""A review as values: what is to be decided, what was decided, and what every command makes of it.

Nothing here reads a key, a file or a clock. A command is a function from one
`ReviewSession` to the next; `Session.note` is what it has to say. Positions count
code points of a page's present text unless they are said to be the report's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from ..formats import frames_of
from ..pipeline.suppressions import UserDictionary, all_alike, matches_rule
from ..report import Finding
from ..text import Edit, Span, apply_edits, keep_layout
from ..text.phrases import count
from .positions import (
    OffsetShift,
    carry_span,
    draft_text,
    escape_for_format,
    inverse_edits,
    minimal_rewrite,
    sentence_of,
    words_around,
)
from .state import Decision as Decision
from .state import Place as Place
from .state import Recalled as Recalled
from .state import ReviewItem as ReviewItem
from .state import ReviewPage as ReviewPage
from .state import ReviewSession as ReviewSession
from .state import UndoStep as UndoStep
from .state import Verdict as Verdict
from .state import ViewFilter as ViewFilter
from .state import Where as Where

T = TypeVar("T")
_EDGES = " \t\r\n\"'“”‘’()[]*_.,;:!?"


# ─ what is to be decided ─


def queue(session: ReviewSession) -> tuple[ReviewItem, ...]:
    """Every finding that waits for a decision, in order."""
    return tuple(item for i in range(len(session.pages)) for item in items(session, i))


def items(session: ReviewSession, page: int) -> tuple[ReviewItem, ...]:
    """Those of one page."""
    here, key = session.pages[page], (session.view, session.words, session.alike)
    if key not in here.seen:
        if len(here.seen) > 1:
            del here.seen[next(iter(here.seen))]
        here.seen[key] = _items(here, page, *key)
    return here.seen[key]


def _items(
    page: ReviewPage,
    number: int,
    view: ViewFilter,
    words: tuple[tuple[str, Where], ...],
    alike: tuple[tuple[str, str], ...],
) -> tuple[ReviewItem, ...]:
    shown = [(f, False) for f in page.report.findings]
    if view.held:
        shown = sorted([*shown, *((f, True) for f in page.report.held_back)], key=lambda pair: pair[0].span)
    decided = {(m.span.start, m.span.end, m.rule) for m in page.marks}
    vocabulary = UserDictionary.of(word for word, _ in words)
    source, wanted = page.report.document.text, [q.strip() for q in view.query.casefold().split(",") if q.strip()]
    shift = OffsetShift(page.since) if page.since else None
    out = []
    for finding, held in shown:
        start, end = finding.span.start, finding.span.end
        by = shift.by(start, end) if shift else 0
        if by is None or (decided and (start + by, end + by, finding.rule) in decided):
            continue
        if page.silent and any(matches_rule(p, r) for p in page.silent for r in finding.names):
            continue
        if words and vocabulary.covers(source, finding):
            continue
        if alike and (finding.rule, all_alike(source, finding.span)) in alike:
            continue
        if wanted and not _matches(finding, wanted):
            continue
        out.append(ReviewItem(number, finding, by, held, shift))
    return tuple(out)


def _matches(finding: Finding, wanted: Sequence[str]) -> bool:
    names = [finding.kind, finding.rule.casefold(), *(s.casefold() for s in finding.source)]
    return any(w in name for w in wanted for name in names)


def current(session: ReviewSession) -> ReviewItem | None:
    """The finding that the writer is at; None after the last."""
    for number in range(session.at[0], len(session.pages)):
        here = items(session, number)
        start = session.at[1] if number == session.at[0] else 0
        i = bisect_left(here, start, key=lambda item: item.start)
        if i < len(here):
            return here[i]
    return None


def position(session: ReviewSession) -> tuple[int, int, int, int]:
    """(which finding of the page, of how many, which of all, of how many), counted from 1; 0 for none."""
    item = current(session)
    counts = [len(items(session, i)) for i in range(len(session.pages))]
    if item is None:
        return 0, 0, 0, sum(counts)
    here = items(session, item.page)
    nth = bisect_left(here, item.start, key=lambda i: i.start) + 1
    return nth, len(here), sum(counts[: item.page]) + nth, sum(counts)


# ─ moving ─


def forward(session: ReviewSession) -> ReviewSession:
    """Go to the next finding, decided or not."""
    item = current(session)
    if item is None:
        first = next(iter(queue(session)), None)
        return replace(session, at=(0, 0), note="from the top" if first else "there is no finding to go to")
    return replace(session, at=(item.page, item.span.start + 1), note="")


def back(session: ReviewSession) -> ReviewSession:
    """Go to the finding before."""
    item = current(session)
    here = (item.page, item.span.start) if item else (len(session.pages), 0)
    for number in range(min(here[0], len(session.pages) - 1), -1, -1):
        before = [i for i in items(session, number) if (number, i.start) < here]
        if before:
            return replace(session, at=(number, before[-1].span.start), note="")
    return replace(session, note="this is the first")


def next_page(session: ReviewSession, by: int) -> ReviewSession:
    """Go to the first finding of the next (`by` 1) or an earlier (-1) file that has any."""
    item = current(session)
    here = item.page if item else len(session.pages)
    numbers = range(here + 1, len(session.pages)) if by > 0 else range(here - 1, -1, -1)
    target = next((n for n in numbers if items(session, n)), None)
    if target is None:
        return replace(session, note="no further file has findings" if by > 0 else "no earlier file has findings")
    return replace(session, at=(target, 0), note="")


def show(session: ReviewSession, view: ViewFilter) -> ReviewSession:
    """Show other findings than before; the place is kept."""
    item = current(session)
    session = replace(session, view=view, at=(item.page, item.start) if item else session.at)
    waiting = len(queue(session))
    what = f" for {view.query}" if view.query else ""
    return replace(session, note=f"{count(waiting, 'finding')}{what}, held back ones " + _held_back(view))


def _held_back(view: ViewFilter) -> str:
    return "included" if view.held else "left out"


# ─ deciding ─


def accept(session: ReviewSession, number: int = 1) -> ReviewSession:
    """Make suggestion `number` (from 1) of the present finding."""
    item = current(session)
    if item is None:
        return replace(session, note="there is nothing to accept")
    if not item.edits:
        return replace(session, note="there is no suggestion to accept; e edits by hand, s skips")
    if not 1 <= number <= len(item.edits):
        return replace(session, note=f"there is no suggestion {number}")
    return _record_step(session, UndoStep("accepted", item.page, session.at, (item.edits[number - 1],)))


def accept_alike(session: ReviewSession, number: int = 1) -> ReviewSession:
    """Make the same correction wherever this page has the same words flagged by the same rule."""
    item = current(session)
    if item is None or not 1 <= number <= len(item.edits):
        return replace(session, note="there is no such suggestion to accept")
    text, chosen = session.pages[item.page].text, item.edits[number - 1]
    old = chosen.span.of(text)
    edits: list[Edit] = []
    for other in items(session, item.page):
        if other.finding.rule == item.finding.rule:
            same = [e for e in other.edits if e.text == chosen.text and e.span.of(text) == old]
            edits += [e for e in same[:1] if not edits or edits[-1].span.end <= e.span.start]
    step = _record_step(session, UndoStep("accepted", item.page, session.at, tuple(edits)))
    return replace(
        step, note=f"accepted in {len(edits)} places" if edits[1:] else "accepted; no other place is the same"
    )


def editable_span(session: ReviewSession, item: ReviewItem, *, sentence: bool = False) -> Span | None:
    """What is edited by hand for `item`: its words, whole, or its `sentence`; None where markup comes in between."""
    page = session.pages[item.page]
    wide = (sentence_of if sentence else words_around)(page.report.document, item.finding.span)
    return None if wide is None else carry_span(wide, page.since) or item.span


def edit(session: ReviewSession, new: str, *, sentence: bool = False) -> ReviewSession:
    """Write `new` in place of what `editable_span` says of the present finding. Only words that differ are changed."""
    item = current(session)
    span = editable_span(session, item, sentence=sentence) if item else None
    if item is None or span is None:
        return replace(session, note="this crosses markup; o opens the file in your editor")
    if any(char in new for char in "\r\n"):
        return replace(session, note="one line only; o opens the file in your editor")
    text = session.pages[item.page].text
    if draft_text(text, span) == new:
        return replace(session, note="nothing changed")
    if not new.strip(" \t") and text[: span.start][-1:] in ("", " ", "\t", "\n", "\r"):
        # The blanks behind go with the words, if words follow: at the head of a line they could make it code.
        behind = text[span.end :]
        rest = behind.lstrip(" \t")
        if rest[:1] not in ("", "\r", "\n"):
            span = Span(span.start, span.end + len(behind) - len(rest))
        change = Edit(span, new)
    else:
        change = minimal_rewrite(text, span, new)
        document = session.pages[item.page].report.document
        if (put := escape_for_format(document, item.finding.span, change.text)) is None:
            return replace(session, note="something in this means markup here; o opens the file in your editor")
        change = replace(change, text=put)
    after = _record_step(session, UndoStep("edited", item.page, session.at, (change,)))
    by = OffsetShift(((change,),)).by(
        item.span.start, item.span.end
    )  # what was flagged may still be there, to be decided
    return after if by is None else replace(after, at=(item.page, item.span.start + by))


def skip(session: ReviewSession) -> ReviewSession:
    """Leave the place as it is."""
    return _add_decision(session, "skipped")


def ignore(session: ReviewSession) -> ReviewSession:
    """Leave the place as it is, now and in every later run."""
    return _add_decision(session, "ignored")


def _add_decision(session: ReviewSession, verdict: Verdict) -> ReviewSession:
    item = current(session)
    if item is None:
        return replace(session, note="there is nothing left to decide")
    mark = Decision(item.span, item.finding.rule, verdict)
    return _record_step(session, UndoStep(verdict, item.page, session.at, made=(mark,)))


def add_word(session: ReviewSession, where: Where) -> ReviewSession:
    """Take the flagged words into a word list, so that they are right everywhere."""
    item = current(session)
    if item is None:
        return replace(session, note="there is no word to add")
    word = " ".join(item.span.of(session.pages[item.page].text).strip(_EDGES).split())
    if not word or not UserDictionary.of([word]).covers(session.pages[item.page].report.document.text, item.finding):
        return replace(session, note="a word list is for spellings; i ignores this place, r the rule in this file")
    session = _record_step(session, UndoStep("word", item.page, session.at, word=(word, where)))
    return replace(session, note=f"“{word}” is right in all {'of the project' if where == 'project' else 'you write'}")


def ignore_alike(session: ReviewSession) -> ReviewSession:
    """Leave the present finding's words to themselves wherever its rule speaks of them, now and in every later run."""
    item = current(session)
    if item is None:
        return replace(session, note="there is nothing left to decide")
    words = all_alike(session.pages[item.page].report.document.text, item.finding.span)
    if not item.finding.span.of(session.pages[item.page].report.document.text).strip():
        return replace(session, note="there are no words that it speaks of; i ignores this place")
    session = _record_step(session, UndoStep("alike", item.page, session.at, alike=(item.finding.rule, words)))
    return replace(session, note=f"{item.finding.rule} is silent on these words from now on")


def silence(session: ReviewSession) -> ReviewSession:
    """Hear no more of the present finding's rule in this file."""
    item = current(session)
    if item is None:
        return replace(session, note="there is no rule to silence")
    session = _record_step(session, UndoStep("rule", item.page, session.at, rule=item.finding.rule))
    return replace(session, note=f"{item.finding.rule} is silent in this file")


def undo(session: ReviewSession) -> ReviewSession:
    """Take back the last thing done."""
    if not session.past:
        lost = "a file was changed elsewhere: what was done in it before cannot be undone any more"
        return replace(session, note=lost if session.before else "there is nothing to undo")
    step = session.past[-1]
    session = _undo_step(session, step)
    return replace(
        session, past=session.past[:-1], future=(*session.future, step), note=f"undone: {describe_step(step)}"
    )


def redo(session: ReviewSession) -> ReviewSession:
    """Do again what was undone last."""
    if not session.future:
        return replace(session, note="there is nothing to redo")
    step = session.future[-1]
    rest = session.future[:-1]
    return replace(
        _record_step(replace(session, at=step.at), step), future=rest, note=f"done again: {describe_step(step)}"
    )


def describe_step(step: UndoStep) -> str:
    """What a step was, in a few words."""
    if step.word:
        return f"“{step.word[0]}” in a word list"
    said = {"rule": f"{step.rule} silent", "ignored": "ignored here", "alike": "all alike ignored"}
    return said.get(step.act, step.act)


def _record_step(session: ReviewSession, step: UndoStep) -> ReviewSession:
    """`step` made, noted and moved on from."""
    page = session.pages[step.page]
    if step.finding is None and (decided := current(session)) is not None:
        step = replace(step, finding=decided.finding, flagged=decided.span.of(page.text))
    undoing, lost, at = step.undoing, step.lost, (step.page, step.at[1] + 1)
    if step.edits:
        document = page.report.document
        edits = tuple(keep_layout(page.text, frames_of(document, page.text), step.edits))
        if not edits:
            return replace(session, note="there is no room for this in its column; o opens the file in your editor")
        undoing = inverse_edits(page.text, edits)
        page, lost = _edit_page(page, edits)
        at = (step.page, undoing[0].span.end)
    elif (item := current(session)) is not None:
        at = (item.page, item.span.start + 1)
    page = replace(
        page,
        marks=(*page.marks, *step.made) if step.made else page.marks,
        silent=(*page.silent, step.rule) if step.rule else page.silent,
    )
    return replace(
        session,
        pages=replace_page(session.pages, step.page, page),
        at=at,
        words=(*session.words, step.word) if step.word else session.words,
        alike=(*session.alike, step.alike) if step.alike else session.alike,
        past=(*session.past, replace(step, undoing=undoing, lost=lost)),
        future=(),
        note="",
    )


def _undo_step(session: ReviewSession, step: UndoStep) -> ReviewSession:
    page = session.pages[step.page]
    if step.edits:
        page, _ = _edit_page(page, step.undoing)
    marks = page.marks
    if step.made or step.lost:
        made = set(step.made)
        marks = (*(m for m in marks if m not in made), *step.lost)
    page = replace(page, marks=marks, silent=_without_last(page.silent, step.rule))
    return replace(
        session,
        pages=replace_page(session.pages, step.page, page),
        at=step.at,
        words=_without_last(session.words, step.word),
        alike=_without_last(session.alike, step.alike),
    )


def _edit_page(page: ReviewPage, edits: tuple[Edit, ...]) -> tuple[ReviewPage, tuple[Decision, ...]]:
    """`page` with `edits` made, and the marks that they went into."""
    kept: list[Decision] = []
    lost: list[Decision] = []
    shift = OffsetShift((edits,))
    for mark in page.marks:
        by = shift.by(mark.span.start, mark.span.end)
        if by is None:
            lost.append(mark)
        else:
            kept.append(Decision(mark.span.shifted(by), mark.rule, mark.verdict) if by else mark)
    page = replace(
        page,
        text=apply_edits(page.text, edits),
        since=(*page.since, edits),
        marks=tuple(kept),
        version=page.version + 1,
    )
    return page, tuple(lost)


def _without_last(have: tuple[T, ...], gone: T | None) -> tuple[T, ...]:
    """`have` without the last that equals `gone`."""
    for i in range(len(have) - 1, -1, -1):
        if have[i] == gone:
            return (*have[:i], *have[i + 1 :])
    return have


def replace_page(pages: tuple[ReviewPage, ...], number: int, page: ReviewPage) -> tuple[ReviewPage, ...]:
    """`pages` with another one in place of that `number`."""
    return (*pages[:number], page, *pages[number + 1 :])


def count_acts(steps: Iterable[UndoStep]) -> Counter[str]:
    """How often each thing was done; a correction made in many places counts as often."""
    out: Counter[str] = Counter()
    for step in steps:
        out[step.act] += max(len(step.edits), 1)
    return out


def tally(session: ReviewSession) -> Counter[str]:
    """What was done in this session and not undone."""
    return session.before + count_acts(session.past)
