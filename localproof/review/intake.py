"""What comes into a review from outside: pages and reports, and files that someone else has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..pipeline.suppressions import ignored_place
from ..project.comparison import edits_between
from ..report import Report
from ..text import Document
from .positions import OffsetShift, blocks_of, inverse_edits
from .session import Decision, Recalled, ReviewPage, ReviewSession, UndoStep, count_acts, current, items, replace_page


def add_page(session: ReviewSession, page: ReviewPage) -> ReviewSession:
    """One more page, whose findings are known. What an earlier session had changed in it can be undone, as one step."""
    number, past = len(session.pages), session.past
    if page.changed:
        edits = edits_between(page.original, page.text)
        past = (*past, UndoStep("accepted", number, (number, 0), edits, inverse_edits(page.original, edits)))
    page = _restore_mark(page)
    resumed = page.changed or page.marks or page.silent
    note = "going on where the last review stopped; --restart begins anew" if resumed else session.note
    return replace(session, pages=(*session.pages, page), past=past, note=note)


def update_page(
    session: ReviewSession, number: int, version: int, report: Report, *, follow: bool = False, tell: bool = True
) -> ReviewSession:
    """The page's present text was checked again. What is new in it is told with `tell`, and gone to with `follow`.

    Nothing happens where the text has changed since, for then another check is on its way.
    """
    page = session.pages[number]
    if page.version != version:
        return session
    shift = OffsetShift(page.since)
    moved = ((f, shift.by(f.span.start, f.span.end)) for f in page.report.findings)
    old = {(f.span.start + by, f.span.end + by, f.rule) for f, by in moved if by is not None}
    fresh = [f for f in report.findings if (f.span.start, f.span.end, f.rule) not in old]
    session = replace(
        session, pages=replace_page(session.pages, number, _restore_mark(replace(page, report=report, since=())))
    )
    known = {i.finding.span for i in items(session, number)}
    starts = [f.span.start for f in fresh if f.span in known]
    note = session.note
    if [b.kind for b in report.document.blocks] != [b.kind for b in page.report.document.blocks]:
        note = "this changed the structure of the text; u undoes it"
    elif starts and tell:
        note = f"{len(starts)} new finding{'s' * (len(starts) > 1)} after your change"
    at = session.at
    if follow and starts and (number, starts[0]) < at:
        at = (number, starts[0])
    return replace(session, at=at, note=note)


def replace_original(
    session: ReviewSession, number: int, original: str, report: Report, places: Iterable[Recalled]
) -> ReviewSession:
    """The file was changed by someone else: it now holds `original`, and with what was decided here becomes the text
    of `report`; `places` are the marks (see `marks_by_context`). What was done in this page can no longer be undone."""
    page = session.pages[number]
    text, known = report.document.text, frozenset(places) | page.recalled
    fresh = ReviewPage(page.name, original, text, report, (), (), page.silent, known, page.version + 1)
    gone = [s for s in session.past if s.page == number]
    item = current(session)
    at = session.at if item is None or item.page != number else (number, min(session.at[1], len(text)))
    return replace(
        session,
        pages=replace_page(session.pages, number, _restore_mark(fresh)),
        at=at,
        past=tuple(s for s in session.past if s.page != number),
        future=tuple(s for s in session.future if s.page != number),
        before=session.before + count_acts(gone),
    )


def mark_written(session: ReviewSession, number: int, text: str) -> ReviewSession:
    """The file now holds `text`."""
    return replace(session, pages=replace_page(session.pages, number, replace(session.pages[number], original=text)))


def _restore_mark(page: ReviewPage) -> ReviewPage:
    """`page` with a mark where an earlier session had decided, known by the words around."""
    if not page.recalled or page.since:
        return page
    verdicts = {(rule, place): verdict for rule, place, verdict in page.recalled}
    marked = {(m.span, m.rule) for m in page.marks}
    blocks, more = blocks_of(page.report.document), []
    for finding in (*page.report.findings, *page.report.held_back):
        found = blocks.at(finding.span)
        if found is None or (finding.span, finding.rule) in marked:
            continue
        if verdict := verdicts.get((finding.rule, ignored_place(found[0].text, found[1]))):
            more.append(Decision(finding.span, finding.rule, verdict))
    return replace(page, marks=(*page.marks, *more), recalled=frozenset())


def marks_by_context(page: ReviewPage, document: Document) -> list[Recalled]:
    """The page's marks by the words around them: (rule, place, verdict). `document` is that of the present text."""
    blocks = blocks_of(document)
    placed = [(mark, blocks.at(mark.span)) for mark in page.marks]
    return [(m.rule, ignored_place(found[0].text, found[1]), m.verdict) for m, found in placed if found]
