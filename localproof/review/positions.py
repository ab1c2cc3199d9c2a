"""Where in its prose a place of the source lies, and which words of it may be rewritten."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import accumulate

from ..render.snippet import sentence_around
from ..text import Block, Document, Edit, Span, minimal_edit

_MOST_TRIED = 50  # blocks lie side by side; one within another (a caption, a note) is a few further back


class BlockIndex:
    """The blocks of a document, ready to be asked which of them holds a place."""

    def __init__(self, document: Document) -> None:
        self._found = sorted(
            ((b.pieces[0].source.start, i, b) for i, b in enumerate(document.blocks) if b.pieces), key=lambda f: f[:2]
        )
        self._starts = [start for start, _, _ in self._found]

    def at(self, span: Span) -> tuple[Block, Span] | None:
        """The block that holds `span` of the source, and the run of its text that stands for it."""
        i = bisect_right(self._starts, span.start)
        for _, _, block in reversed(self._found[max(i - _MOST_TRIED, 0) : i]):
            inner = block.from_source(span)
            if inner is not None:
                return block, inner
        return None


_KEPT = 8
_kept: OrderedDict[str, tuple[Document, BlockIndex]] = OrderedDict()


def blocks_of(document: Document) -> BlockIndex:
    """The blocks of `document`; those of the last few files are kept, for a screen asks at every key."""
    known = _kept.get(document.name)
    if known is None or known[0] is not document:
        known = _kept[document.name] = (document, BlockIndex(document))
        if len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return known[1]


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both counted from 1, in code points; as `LineIndex.position`, for one place of a long text.

    >>> line_and_column("a\\r\\nb\\rcd", 6)
    (3, 2)
    """
    ends = text.count("\n", 0, offset) + text.count("\r", 0, offset) - text.count("\r\n", 0, offset)
    return ends + 1, offset - max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))


def words_around(document: Document, span: Span) -> Span | None:
    """The whole words that `span` of the source lies in, as far as no markup comes in between.

    None where `span` itself is not verbatim prose of one run: nothing is to be
    written there by hand but in an editor.
    """
    run = _run(document, span)
    if run is None:
        return None
    start, end, source = span.start, span.end, document.text
    while start > run.start and not source[start - 1].isspace():
        start -= 1
    while end < run.end and not source[end].isspace():
        end += 1
    return Span(start, end)


def sentence_of(document: Document, span: Span) -> Span | None:
    """The sentence that `span` of the source lies in, as `words_around`; it may go on from line to line."""
    run = _run(document, span, beyond=("\n", "\r\n"))
    return None if run is None else sentence_around(document.text, span, [run])


def escape_for_format(document: Document, span: Span, text: str) -> str | None:
    """`text` as the format of `document` writes it in the prose that holds `span` of the source; None if it cannot."""
    found = blocks_of(document).at(span)
    if found is None:
        return None
    block = found[0]
    new = block.escape_for_source(text)
    if new is None or (block.holder is not None and not block.holder.takes(Edit(span, new), text)):
        return None
    return new


def _run(document: Document, span: Span, beyond: Sequence[str] = ()) -> Span | None:
    """The prose of one run that `span` of the source lies in: verbatim, but for line ends of the forms in `beyond`."""
    found = blocks_of(document).at(span)
    runs = _runs(found[0], document.text, beyond) if found else []
    return next((r for r in runs if r.contains(span)), None)


def _runs(block: Block, source: str, beyond: Sequence[str]) -> list[Span]:
    """The runs of the source that are verbatim prose of `block`, neighbours joined."""
    runs: list[Span] = []
    for piece in block.pieces:
        if piece.kind != "text" and piece.source.of(source) not in beyond:
            continue
        if runs and runs[-1].end == piece.source.start:
            runs[-1] = Span(runs[-1].start, piece.source.end)
        else:
            runs.append(piece.source)
    return runs


class OffsetShift:
    """Where places of a text are after groups of edits, each of which counts in the text as it was before it."""

    def __init__(self, since: Iterable[Sequence[Edit]]) -> None:
        self._groups = []
        for edits in since:
            grown = accumulate((len(e.text) - len(e.span) for e in edits), initial=0)
            self._groups.append(([e.span.start for e in edits], [e.span.end for e in edits], [*grown]))

    def by(self, start: int, end: int) -> int | None:
        """How far a run of characters is moved; None if an edit went into it."""
        total = 0
        for starts, ends, grown in self._groups:
            i = bisect_right(ends, start + total)  # the edits that end before the run, or where it begins
            if start == end and i and starts[i - 1] == ends[i - 1] == start + total:
                return None  # something was put in at this very place
            if i < len(starts) and (starts[i] < end + total or (starts[i], ends[i]) == (start + total, end + total)):
                return None
            total += grown[i]
        return total


def carry_span(span: Span, since: Iterable[Sequence[Edit]]) -> Span | None:
    """Where `span` is after groups of edits, or None if one of them went into it.

    >>> carry_span(Span(4, 6), [[Edit(Span(0, 1), "abc")], [Edit(Span(6, 6), ",")]])
    Span(start=7, end=9)
    """
    by = OffsetShift(since).by(span.start, span.end)
    return None if by is None else span.shifted(by)


def inverse_edits(text: str, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits of the text after `edits` (in order) that lead back to `text`.

    >>> inverse_edits("abcd", [Edit(Span(0, 1), "xyz"), Edit(Span(3, 3), "-")])
    (Edit(span=Span(start=0, end=3), text='a'), Edit(span=Span(start=5, end=6), text=''))
    """
    out, by = [], 0
    for edit in edits:
        start = edit.span.start + by
        out.append(Edit(Span(start, start + len(edit.text)), edit.span.of(text)))
        by += len(edit.text) - len(edit.span)
    return tuple(out)


def move_offset(offset: int, since: Iterable[Sequence[Edit]]) -> int:
    """Where a place between characters is after groups of edits; one inside an edit is at its end.

    >>> move_offset(5, [[Edit(Span(0, 2), "abcd")]])
    7
    """
    for edits in since:
        by = 0
        for edit in edits:
            if edit.span.end <= offset:
                by += len(edit.text) - len(edit.span)
            elif edit.span.start < offset:
                by += edit.span.start + len(edit.text) - offset
        offset += by
    return offset


def draft_text(text: str, span: Span) -> str:
    """What stands in `span` of `text`, as it is offered for editing: on one line."""
    return re.sub(r"\r\n|\r|\n", " ", span.of(text))


def minimal_rewrite(text: str, span: Span, new: str) -> Edit:
    """The smallest edit of whole words that makes `new` of the `draft_text` of `span`; other line ends stay."""
    old = draft_text(text, span)
    change = minimal_edit(old, Edit(Span(0, len(old)), new))
    at = [m.start() for m in re.finditer(r"\r\n|(?s:.)", text[span.start : span.end])] + [len(span)]
    return Edit(Span(at[change.span.start], at[change.span.end]).shifted(span.start), change.text)
