"""The screen of a review as lines of styled text: a function of the session and of the room there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..render.suggestion_text import align_to_words, widen_to_words
from ..render.width import columns, one_line, to_cells
from ..text import Edit, Span
from . import messages
from . import session as review
from .positions import blocks_of, draft_text, minimal_rewrite, move_offset
from .session import ReviewItem, ReviewPage, ReviewSession

Fragment = tuple[str, str]  # style, text
Line = list[Fragment]

_SMALLEST, _WIDEST = 20, 110  # columns of text; wider windows leave the rest empty
_REACH = 4000  # code points of a paragraph to each side of the words; more does not fit on any screen
# Marks of emphasis and links that stand before and after the prose of a paragraph, as light markup writes them.
_OPENED = re.compile(r"[\[*_~!]*\Z")
_CLOSED = re.compile(r"[*_~]*(?:\](?:\([^()\n]{0,400}\)|\[[^\[\]\n]{0,400}\])?)?[*_~]*")
_SEEN = re.compile(r"[*_~`()<\[\]]")  # markup that a writer looks for, beside a line end
_KEYS = (
    ("1-9 Enter", "accept"),
    ("e", "edit"),
    ("E", "sentence"),
    ("s", "skip"),
    ("i", "ignore here"),
    ("d", "word is right"),
    ("r", "rule off in file"),
    ("u U", "undo redo"),
    ("n p", "next previous"),
    ("w", "write"),
    ("q", "quit"),
    ("?", "why, all keys"),
    ("a", "accept all alike"),
    ("I", "ignore all alike"),
    ("N P", "file"),
    ("f", "filter"),
    ("h", "held back"),
    ("o", "editor"),
)


@dataclass(frozen=True, slots=True)
class ScreenState:
    """What the screen shows beside the session. `draft` is what stands in the line of input, None outside of it;
    `sentence` says that it is to take the place of the whole sentence."""

    selected: int = 1
    draft: str | None = None
    sentence: bool = False
    question: str = ""
    arriving: int = 0
    colour: bool = True
    unicode: bool = True


def header_line(session: ReviewSession, look: ScreenState, width: int) -> Line:
    """The top line: where the writer is, and how far the work has come. What there is no room for is left out."""
    item = review.current(session)
    _, _, nth, total = review.position(session)
    done = sum(review.tally(session).values())
    files = len(session.pages) + look.arriving
    shown = f"only {one_line(session.view.query)} " * bool(session.view.query) + "+held back" * session.view.held
    parts = {  # the least needed first
        "bar": _bar(done, total, look),
        "done": f"{done} done",
        "checking": f"checking {look.arriving} more" if look.arriving else "",
        "file": f"file {item.page + 1}/{files}" if files > 1 and item else "",
        "shown": f"[{shown.strip()}]" if shown else "",
        "place": f"{nth} of {total} left" if item else "end",
    }
    parts = {name: part for name, part in parts.items() if part}
    left = ""
    if item is not None:
        page = session.pages[item.page]
        whole = f" {messages.finding_place(page, item)}"
        room = width - columns("  ".join(parts.values())) - 3
        left = whole if columns(whole) <= room else " " + whole.rpartition("/")[2].lstrip()
    while len(parts) > 1 and columns(left) + columns("  ".join(parts.values())) + 3 > width:
        del parts[next(iter(parts))]
    order = ("shown", "checking", "file", "place", "bar", "done")
    right = "  ".join(parts[name] for name in order if name in parts) + " "
    left = _truncate(left, width - columns(right) - 1, look)
    return [("class:head", left + " " * max(width - columns(left) - columns(right), 0) + right)]


def _bar(done: int, total: int, look: ScreenState) -> str:
    size = 8
    full = size * done // max(done + total, 1)
    return ("▓" if look.unicode else "#") * full + ("░" if look.unicode else ".") * (size - full)


def _truncate(text: str, room: int, look: ScreenState) -> str:
    """The end of `text` that fits."""
    if columns(text) <= room:
        return text
    sign = "…" if look.unicode else "."
    while text and columns(text) >= room:
        text = text[1:]
    return sign + text if room > 0 else ""


def body_lines(session: ReviewSession, look: ScreenState, width: int, rows: int) -> list[Line]:
    """The paragraph with the words marked and the suggestion in it, the reasons, the suggestions: `rows` lines."""
    item = review.current(session)
    room = min(max(width - 2, _SMALLEST), _WIDEST)
    if item is None:
        text = messages.nothing_left(session, review.position(session)[3], look.arriving)
        return _filled([[], *wrap_pieces([(text, "")], room)], rows)
    below = _below(session, item, look, room)
    space = rows - 1
    if len(below) > space - 3:  # the paragraph keeps three lines, or half of what there is
        below = below[: max(space - 3, space // 2)]
    lines, first = _paragraph(session, item, look, room)
    high = max(space - len(below) - 1, 1)
    start = min(max(first - high // 3, 0), max(len(lines) - high, 0))
    shown = lines[start : start + high]
    out: list[Line] = [[]] if rows > 8 else []
    for i, line in enumerate(shown):
        cut = (i == 0 and start > 0) or (i == len(shown) - 1 and start + high < len(lines))
        out.append([("class:quiet", ("… " if look.unicode else ". ") if cut else "  "), *line])
    return _filled([*out, [], *([("", "  "), *line] for line in below)], rows)


def _filled(lines: list[Line], rows: int) -> list[Line]:
    return [*lines, *([] for _ in range(rows - len(lines)))][:rows]


def _below(session: ReviewSession, item: ReviewItem, look: ScreenState, room: int) -> list[Line]:
    """The suggestions, why, and who says so."""
    text = session.pages[item.page].text
    pieces: list[Fragment] = []
    for i, choice in enumerate(messages.suggestion_choices(text, item.edits), 1):
        chosen = i == look.selected
        pieces += [("\n" if len(item.edits) > 1 and room < 50 and i > 1 else "  ", "")] if pieces else []
        pieces += [(f"{i}", "class:number"), ("\u00a0", "")]
        ink = "class:chosen" if chosen else "class:new"
        pieces.append((choice.replace(" ", "\u00a0"), f"{ink} class:choice{i}"))  # the second is what a mouse clicks
    lines = [[(ink, part.replace("\u00a0", " ")) for ink, part in line] for line in wrap_pieces(pieces, room)]
    lines = lines if pieces else wrap_pieces([("no suggestion", "class:quiet")], room)
    if hint := messages.manual_hints(item):
        lines += wrap_pieces([(hint, "")], room)
    lines += wrap_pieces([(messages.reason(item), "")], room)
    return lines + wrap_pieces([(messages.credits(item), "class:quiet")], room)


def _paragraph(session: ReviewSession, item: ReviewItem, look: ScreenState, room: int) -> tuple[list[Line], int]:
    """The paragraph in lines, and which of them holds the words."""
    page = session.pages[item.page]
    change = _change(session, item, look)
    old = change.span if change else item.span
    around, gaps = visible_context(page, item)
    pieces: list[Fragment] = []

    def put(span: Span, ink: str) -> None:
        pieces.extend((text, ink or markup) for text, markup in readable_pieces(page.text, span, gaps))

    put(Span(around.start, max(old.start, around.start)), "")
    marker = len(pieces)
    if not look.colour and old.start < old.end:
        pieces.append(("[-" if change else "[[", "class:old" if change else "class:flag"))
    put(old, "class:old" if change else "class:flag")
    if not look.colour and old.start < old.end:
        pieces.append(("-]" if change else "]]", "class:old" if change else "class:flag"))
    if change and change.text:
        new = change.text if look.colour else f"{{+{change.text}+}}"
        pieces += [(" ", "")] * (old.start < old.end) + [(new, "class:new")]
    elif old.start == old.end and not change:
        pieces.append(("^", "class:flag"))
    put(Span(old.end, max(around.end, old.end)), "")
    lines = wrap_pieces(pieces, room)
    marks = [i for i, line in enumerate(lines) if any(s in ("class:old", "class:new", "class:flag") for s, _ in line)]
    return lines, marks[0] if marks and marker is not None else 0


def _change(session: ReviewSession, item: ReviewItem, look: ScreenState) -> Edit | None:
    """What the paragraph is shown with: the draft of the writer's as far as it changes anything, or the suggestion
    chosen."""
    text = session.pages[item.page].text
    if look.draft is not None:
        span = review.editable_span(session, item, sentence=look.sentence)
        if span is None or draft_text(text, span) == look.draft:
            return None
        return (
            widen_to_words(text, minimal_rewrite(text, span, look.draft)) if look.sentence else Edit(span, look.draft)
        )
    if not 0 < look.selected <= len(item.edits):
        return None
    return align_to_words(text, item.edits)[look.selected - 1]


def readable_pieces(text: str, span: Span, gaps: Sequence[MarkupGap]) -> Iterator[Fragment]:
    """The pieces of `span` of `text`, as they are shown: what is in `gaps` as markup."""
    at = span.start
    for gap in gaps:
        if gap.end <= at or gap.start >= span.end:
            continue
        if gap.start > at:
            yield text[at : gap.start], ""
        stop = min(gap.end, span.end)
        yield " " if gap.blank else text[max(gap.start, at) : stop], "class:markup"
        at = stop
    if at < span.end:
        yield text[at : span.end], ""


class MarkupGap(NamedTuple):
    """A run of a page's text that is markup; `blank` where it stands for no more than a space, such as a line end."""

    start: int
    end: int
    blank: bool = False


def visible_context(page: ReviewPage, item: ReviewItem) -> tuple[Span, list[MarkupGap]]:
    """The run of the page's text to show, and the runs of markup in it, in order."""
    found = blocks_of(page.report.document).at(item.finding.span)
    low, high = max(item.span.start - _REACH, 0), min(item.span.end + _REACH, len(page.text))
    if found is None:
        line = page.text.rfind("\n", low, item.span.start) + 1  # it belongs to no block, so its line will do
        stop = page.text.find("\n", item.span.end, high)
        return Span(max(low, line), high if stop < 0 else stop), []
    pieces = found[0].pieces
    first, last = move_offset(pieces[0].source.start, page.since), move_offset(pieces[-1].source.end, page.since)
    start = first - len(_OPENED.search(page.text[max(first - 8, 0) : first])[0])  # type: ignore[index]
    end = _CLOSED.match(page.text, last).end()  # type: ignore[union-attr]
    gaps, at, stands_for = [], pieces[0].source.start, ""
    for piece in (*pieces, None):
        if piece is not None and piece.kind != "text":
            stands_for += found[0].text[piece.span.start : piece.span.end]
            continue
        stop = pieces[-1].source.end if piece is None else piece.source.start
        if stop > at:
            blank = stands_for.isspace() and not _SEEN.search(page.report.document.text, at, stop)
            gaps.append(MarkupGap(move_offset(at, page.since), move_offset(stop, page.since), blank))
        at, stands_for = max(at, piece.source.end if piece else stop), ""
    markup = [MarkupGap(start, first), *(g for g in gaps if g.start < g.end), MarkupGap(last, end)]
    return Span(max(start, low), min(max(end, item.span.end), high)), markup


def wrap_pieces(pieces: Iterable[tuple[str, str]], room: int, hang: int = 0) -> list[Line]:
    """Pieces of text, each with its style, in lines of at most `room` columns, broken at spaces where there are any.

    Controls are written out; a line end within a text is a space. Lines after the first begin at column `hang`.
    """
    row: list[tuple[str, int, str]] = []
    for text, ink in pieces:
        if text == "\n":
            row.append(("\n", 0, ink))
        else:
            row += [(cell.text, cell.width, ink) for cell in to_cells(text)]
    lines: list[Line] = []
    start = used = 0
    space = -1  # where the present line can be broken
    indent: list[tuple[str, int, str]] = [(" ", 1, "")] * hang
    i = 0
    while i < len(row):
        text, width, _ = row[i]
        if text == "\n" or used + width > room:
            stop = i if text == "\n" or space < 0 else space + 1
            stop = max(stop, start + 1) if text != "\n" else stop
            lines.append(_join_pieces([*(indent if lines else []), *row[start:stop]]))
            start = i = stop + (text == "\n")
            used, space = hang, -1
            continue
        if text == " ":
            space = i
        used += width
        i += 1
    return [*lines, _join_pieces([*(indent if lines else []), *row[start:]])]


def _join_pieces(row: Sequence[tuple[str, int, str]]) -> Line:
    line: Line = []
    for text, _, ink in row:
        if line and line[-1][0] == ink:
            line[-1] = (ink, line[-1][1] + text)
        elif text:
            line.append((ink, text))
    return line


def key_lines(width: int, rows: int) -> list[Line]:
    """What the keys do, in at most `rows` lines, the most used first; what does not fit is behind ``?``, which does."""
    lines = _keys(_KEYS, width, rows)
    if any(text == "?" for line in lines for _, text in line):
        return lines
    return _keys((_KEYS[0], ("?", "all keys"), *_KEYS[1:]), width, rows)


def _keys(which: Sequence[tuple[str, str]], width: int, rows: int) -> list[Line]:
    lines: list[Line] = [[("", " ")]]
    used = 1
    for key, does in which:
        size = columns(key) + columns(does) + 3
        if used + size > width:
            if len(lines) == rows:
                break
            lines.append([("", " ")])
            used = 1
        lines[-1] += [("class:key", key), ("class:quiet", f" {does}  ")]
        used += size
    return lines
