"""Where a finding stands: the sentence around it, cut to the room there is, with marks beneath the words."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from ..report import Finding, Report
from ..text import Span
from .style import Style
from .suggestion_text import quote_words
from .width import ScreenCell, columns, to_cells

_REACH = 800  # characters to look for the ends of a sentence in
_BLANK = " \t\r\n"
_MOST_MARKS = 9  # one digit each
_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")
# The end of a sentence: its mark, closing quotes and emphasis, space, and no small letter after.
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]*_]*(?=\s+[^\sa-z])")
_NO_END = re.compile(r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|cf|No|Fig|e\.g|i\.e|a\.m|p\.m))\.\Z")


@dataclass(frozen=True, slots=True)
class Snippet:
    """Some findings of one sentence that fit in one line: what of the source to show, and the findings, in order."""

    sentence: Span
    findings: tuple[Finding, ...]


def make_snippets(report: Report, findings: Sequence[Finding], room: int, style: Style) -> Iterator[Snippet]:
    """`findings` of `report`, in order, those of one sentence together as far as `room` columns hold them."""
    blocks = block_extents(report)
    group: list[Finding] = []
    home = Span(0, 0)
    for finding in findings:
        sentence = sentence_around(report.document.text, finding.span, blocks)
        if group and (sentence != home or not _fits(report.document.text, home, [*group, finding], room, style)):
            yield Snippet(home, tuple(group))
            group = []
        group.append(finding)
        home = sentence
    if group:
        yield Snippet(home, tuple(group))


def block_extents(report: Report) -> list[Span]:
    """The run of the source that each block of prose covers, in order."""
    return sorted(
        Span(b.pieces[0].source.start, max(b.pieces[0].source.start, b.pieces[-1].source.end))
        for b in report.document.blocks
        if b.pieces
    )


def sentence_around(text: str, span: Span, blocks: Sequence[Span]) -> Span:
    """The sentence of `text` around `span`, within its block if one holds it, else within its paragraph."""
    low, high = max(span.start - _REACH, 0), min(span.end + _REACH, len(text))
    i = bisect_right(blocks, span.start, key=lambda b: b.start) - 1
    if i >= 0 and blocks[i].contains(span):
        low, high = max(low, blocks[i].start), min(high, blocks[i].end)
    else:
        low = max([low, *(m.end() for m in _PARAGRAPH_END.finditer(text, low, span.start))])
        after = _PARAGRAPH_END.search(text, span.end, high)
        high = after.start() if after else high
    for m in _SENTENCE_END.finditer(text, low, min(high + 1, len(text))):
        if _NO_END.search(text, max(m.start() - 5, low), m.start() + 1):
            continue
        if m.end() <= span.start and text[m.end() : span.start + 1].strip():
            low = m.end()  # but not for a finding about the space between two sentences
        elif m.start() >= span.start and m.end() >= span.end:
            high = min(m.end(), high)
            break
    while low < span.start and text[low] in _BLANK:
        low += 1
    while high > span.end and text[high - 1] in _BLANK:
        high -= 1
    return Span(low, high)


def marked_span(text: str, sentence: Span, finding: Finding) -> Span:
    """What is to be marked for `finding` in its sentence: the words that its entry names, as far as they lie there."""
    words = quote_words(text, finding)
    if not words.overlaps(sentence):
        return finding.span
    return Span(max(words.start, sentence.start), min(words.end, sentence.end))


def _fits(text: str, sentence: Span, group: Sequence[Finding], room: int, style: Style) -> bool:
    """True if `group` can be drawn in one line: near enough to each other, no mark upon another."""
    if len(group) > _MOST_MARKS or any(_right_to_left(f.span.of(text)) for f in group):
        return False
    at = _columns(to_cells(sentence.of(text)))
    marks = [_mark(at, marked_span(text, sentence, f).shifted(-sentence.start)) for f in group]
    if any(column + length > following for (column, length), (following, _) in pairwise(marks)):
        return False
    return marks[-1][0] + marks[-1][1] - marks[0][0] + 2 * columns(style.ellipsis) <= room


def draw_snippet(text: str, scene: Snippet, room: int, style: Style) -> list[str]:
    """The sentence, a line of marks beneath it and, for more than one finding, a line of their numbers.

    ``~~~`` stands beneath the words that a finding's entry names and ``^``
    where something is to be inserted. No line is longer than `room` columns.
    """
    row = to_cells(scene.sentence.of(text))
    at = _columns(row)
    spans = [marked_span(text, scene.sentence, f).shifted(-scene.sentence.start) for f in scene.findings]
    low, high = _window(row, at, Span(spans[0].start, max(s.end for s in spans)), room, columns(style.ellipsis))
    left, right = style.ellipsis * (low > 0), style.ellipsis * (high < len(row))
    inks = [""] * len(row)
    marks: list[tuple[int, str, str]] = []
    for whole, finding in zip(spans, scene.findings, strict=True):
        span = _words_of(row, whole)
        inks[span.start : span.end] = [finding.kind] * len(span)
        seen = _whole_run(scene.sentence.of(text), Span(span.start, min(span.end, high)))
        column, length = _mark(at, Span(max(seen.start, low), min(seen.end, high)))
        sign = "~" * length if span.start < span.end else "^"
        marks.append((column - at[low] + columns(left), sign, finding.kind))
    out = [(left + _paint(row[low:high], inks[low:high], style) + right).rstrip(" "), _lay_marks(marks, style)]
    if len(marks) > 1:
        out.append(_lay_marks([(column, str(i), "number") for i, (column, _, _) in enumerate(marks, 1)], style))
    return out


def _columns(row: Sequence[ScreenCell]) -> list[int]:
    """The column at which each cell begins, and one more for the end."""
    return [0, *accumulate(cell.width for cell in row)]


def _words_of(row: Sequence[ScreenCell], span: Span) -> Span:
    """`span` without the white space at its ends, if it holds anything else."""
    inked = [i for i in range(span.start, span.end) if row[i].text.strip()]
    return Span(inked[0], inked[-1] + 1) if inked else span


def _mark(at: Sequence[int], span: Span) -> tuple[int, int]:
    """Where the mark for `span` begins and how long it is: at least one column."""
    return at[span.start], max(at[span.end] - at[span.start], 1)


def _window(row: Sequence[ScreenCell], at: Sequence[int], must: Span, room: int, ellipsis: int) -> tuple[int, int]:
    """The cells (from, to) to show: all if they fit, else those around `must`, cut between words where that is near.

    Where not even `must` fits, its beginning is shown.
    """
    size = len(row)
    needed = max(at[must.end], at[must.start] + 1)
    if max(at[size], needed) <= room:
        return 0, size
    spare = room - 2 * ellipsis - (needed - at[must.start])
    if spare < 0:
        high = bisect_right(at, at[must.start] + room - 2 * ellipsis) - 1
        return must.start, max(min(high, must.end), must.start)
    after = min(at[size] - at[must.end], spare - min(at[must.start], spare // 2))
    before = min(at[must.start], spare - after)
    low = bisect_left(at, at[must.start] - before)
    high = bisect_right(at, at[must.end] + after) - 1
    low, high = min(low, must.start), max(min(high, size), must.end)
    while low < must.start and row[low].width == 0:  # no combining mark without its letter
        low += 1
    if low > 0:
        low = next((i for i in range(low, must.start + 1) if row[i - 1].text == " " and row[i].text != " "), low)
    if high < size:
        high = next((i for i in range(high, must.end - 1, -1) if row[i].text == " " and row[i - 1].text != " "), high)
    return low, high


def _right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def _whole_run(text: str, span: Span) -> Span:
    """`span`, or if its words run from right to left, the whole run of such words: some terminals turn the run round
    and some do not, and the mark should be right in both."""
    if not _right_to_left(span.of(text)):
        return span
    start, end = span.start, span.end
    i = start
    while i > 0 and unicodedata.bidirectional(text[i - 1]) not in ("L", "EN"):
        i -= 1
        start = i if _right_to_left(text[i]) else start
    i = end
    while i < len(text) and unicodedata.bidirectional(text[i]) not in ("L", "EN"):
        i += 1
        end = i if _right_to_left(text[i - 1]) else end
    return Span(start, end)


def _paint(row: Sequence[ScreenCell], inks: Sequence[str], style: Style) -> str:
    runs = groupby(zip(row, inks, strict=True), key=lambda pair: pair[1])
    return "".join(style.paint("".join(cell.text for cell, _ in run), ink) for ink, run in runs)


def _lay_marks(marks: Sequence[tuple[int, str, str]], style: Style) -> str:
    """`marks` (column, sign, ink), from left to right, on one line."""
    line, used = "", 0
    for column, sign, ink in marks:
        line += " " * (column - used) + style.paint(sign, ink)
        used = max(column, used) + len(sign)
    return line
