"""Text and positions: the only place that converts one into the other.

Inside LocalProof a position is a number of code points from the start of a
`str`. Everything else (UTF-8 bytes, UTF-16 units, line and column) is made
here, at the door. Lines end at ``\\n``, ``\\r\\n`` and ``\\r`` and nowhere else:
U+2028, U+0085 and form feed are ordinary characters, as in CommonMark and LSP.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol

Unit = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n|\r|\n")
# What a terminal or a report must never receive raw: C0 and C1 controls, line
# and paragraph separators, and the controls that reorder text (Trojan Source).
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points, `start` included, `end` not.

    >>> Span(2, 5).of("proof")
    'oof'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:  # an empty span is still a place
        return True

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """True if the spans share a character, or one is an insertion inside or at the edge of the other.

        >>> Span(0, 3).overlaps(Span(3, 5)), Span(3, 3).overlaps(Span(3, 5))
        (False, True)
        """
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """True if `other` lies within this span."""
        return self.start <= other.start and other.end <= self.end

    def shifted(self, by: int) -> Span:
        """The same span, `by` code points further on."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the characters of `span` by `text`. An empty span inserts, an empty text deletes."""

    span: Span
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all `edits` made. Raises ValueError if two of them overlap or one lies outside.

    >>> apply("I could of gone.", [Edit(Span(8, 10), "have")])
    'I could have gone.'
    """
    ordered = sorted(edits)
    out: list[str] = []
    at = 0
    for i, edit in enumerate(ordered):
        if edit.span.end > len(text):
            raise ValueError(f"edit at {edit.span.start}..{edit.span.end} lies outside a text of {len(text)}")
        if i and (edit.span.start < at or edit.span == ordered[i - 1].span):
            raise ValueError(f"two edits overlap at {edit.span.start}")
        out += (text[at : edit.span.start], edit.text)
        at = edit.span.end
    out.append(text[at:])
    return "".join(out)


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
    >>> apply("Teh\\n===", keep_layout("Teh\\n===", [title], [Edit(Span(0, 3), "These")]))
    'These\\n====='
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


_REACH = 200  # code points around an edit that are looked at: thousands of equal words must not cost their square
_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*|\s+|[^\w\s]")
_CHUNK_BEFORE = re.compile(r"\S*\s*\Z")
_CHUNK_AFTER = re.compile(r"\s*\S*")


def minimal_edit(text: str, edit: Edit) -> Edit:
    """The smallest whole-token edit of `text` with the same result as `edit`: one form for all edits with that result.

    Two engines that cite more or less context, or that put the blank before or
    after a missing word, propose equal edits this way. What could stand in
    several places stands in the last: ``the [the ]cat``, not ``the[ the] cat``.

    >>> minimal("I could of gone", Edit(Span(2, 10), "could have"))
    Edit(span=Span(start=8, end=10), text='have')
    >>> minimal("the the cat", Edit(Span(0, 4), ""))
    Edit(span=Span(start=4, end=8), text='')
    >>> minimal("I want go", Edit(Span(6, 6), " to"))
    Edit(span=Span(start=7, end=7), text='to ')
    """
    start, end, new = _letters_that_differ(text, edit)
    head = _CHUNK_BEFORE.search(text, max(start - _REACH, 0), start)
    tail = _CHUNK_AFTER.match(text, end, end + _REACH)
    assert head is not None and tail is not None
    start, end, new = head.start(), tail.end(), head.group() + new + tail.group()
    old_tokens, new_tokens = _TOKEN.findall(text[start:end]), _TOKEN.findall(new)
    same = _alike(old_tokens, new_tokens)
    start += sum(map(len, old_tokens[:same]))
    old_tokens, new_tokens = old_tokens[same:], new_tokens[same:]
    same = _alike(old_tokens[::-1], new_tokens[::-1])
    end -= sum(map(len, old_tokens[len(old_tokens) - same :]))
    return Edit(Span(start, end), "".join(new_tokens[: len(new_tokens) - same]))


def _letters_that_differ(text: str, edit: Edit) -> tuple[int, int, str]:
    """`edit` as start, end and text, less the characters that it leaves as they are, as far right as it can stand."""
    end = edit.span.end + _REACH
    old, new = text[edit.span.start : end], edit.text + text[edit.span.end : end]
    same = _alike(old, new)
    start, old, new = edit.span.start + same, old[same:], new[same:]
    same = _alike(old[::-1], new[::-1])
    return start, start + len(old) - same, new[: len(new) - same]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items `one` and `other` have in common from the start."""
    shorter = min(len(one), len(other))
    return next((i for i in range(shorter) if one[i] != other[i]), shorter)


def escape_invisible(text: str) -> str:
    """`text` with every control, separator and reordering character written out, safe for a terminal or a log.

    Tabs and line feeds stay.

    >>> visible("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return _UNSAFE.sub(lambda m: _written_out(m.group()), text)


def _written_out(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class LineIndex:
    """Offsets of one text to line and column and back. Lines and columns count from 0.

    Built in one pass; each conversion costs a bisection and one line.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(m.end() for m in _LINE_END.finditer(text))]

    def line(self, offset: int) -> int:
        """The line that holds code point `offset`; the end of the text belongs to the last line."""
        return bisect_right(self.starts, min(max(offset, 0), len(self.text))) - 1

    def position(self, offset: int, unit: Unit = "utf-32") -> tuple[int, int]:
        """(line, column) of code point `offset`, the column counted in `unit`."""
        offset = min(max(offset, 0), len(self.text))
        line = self.line(offset)
        return line, count_units(self.text[self.starts[line] : offset], unit)

    def offset(self, line: int, column: int, unit: Unit = "utf-32") -> int:
        """The code point at (line, column). Beyond the end of a line means its end (before the line end, as in LSP);
        beyond the last line means the end of the text; inside a character means its start."""
        if line >= len(self.starts):
            return len(self.text)
        if line < 0:
            return 0
        start = self.starts[line]
        content = self.text[start : self.line_end(line)]
        if unit == "utf-32":
            return start + min(max(column, 0), len(content))
        at = 0
        for i, char in enumerate(content):
            at += count_units(char, unit)
            if at > column:
                return start + i
        return start + len(content)

    def line_end(self, line: int) -> int:
        """Where the content of `line` ends, before its line end."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        content = self.text[self.starts[line] : end]
        return end - (2 if content.endswith("\r\n") else 1 if content[-1:] in ("\r", "\n") else 0)


def count_units(text: str, unit: Unit) -> int:
    """The length of `text` in bytes of UTF-8, units of UTF-16, or code points. Lone surrogates count as three bytes.

    >>> [units("a\\N{GRINNING FACE}", u) for u in ("utf-8", "utf-16", "utf-32")]
    [5, 3, 2]
    """
    if unit == "utf-32" or text.isascii():
        return len(text)
    if unit == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(char > "\uffff" for char in text)


class UnitMap:
    """Offsets of one text in `unit` to code points, for answers of engines that count bytes or UTF-16 units."""

    def __init__(self, text: str, unit: Unit) -> None:
        self._length = len(text)
        self._starts: list[int] | None = None
        if unit != "utf-32" and not text.isascii():
            self._starts = []
            at = 0
            for char in text:
                self._starts.append(at)
                at += count_units(char, unit)
            self._starts.append(at)

    def __call__(self, offset: int) -> int:
        """The code point that holds unit `offset`; beyond the end means the end.

        >>> UnitMap("a\\N{GRINNING FACE}b", "utf-8")(5)
        2
        """
        if self._starts is None:
            return min(max(offset, 0), self._length)
        return min(max(bisect_right(self._starts, offset) - 1, 0), self._length)


# Marks that take no room (soft hyphen, zero-width space, direction marks …): what remains without them is what a reader
# sees. A joiner is one between Latin letters only, for elsewhere it makes another letter or another emoji.
_UNSEEN = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_LATIN = "A-Za-z\u00c0-\u024f"
_IS_UNSEEN = re.compile(f"[{_UNSEEN}]|(?<=[{_LATIN}\u0300-\u036f\u200c\u200d])[\u200c\u200d](?=[{_LATIN}\u200c\u200d])")
# Letters and digits of a compatibility form that mean the plain ones: ligatures, full width, bold and script letters.
# Superscripts, fractions and circled numbers mean something else.
_COMPATIBLE = re.compile(
    "[\u0132\u0133\u017f\u01c4-\u01cc\u01f1-\u01f3\u2160-\u217f\ufb00-\ufb06"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]"
)
_SAME = {ord(char): same for chars, same in (("\u00a0\u2007\u202f", " "), ("\u2010\u2011", "-")) for char in chars}
_LETTER_APOSTROPHE = re.compile(f"(?<=[{_LATIN}])\u02bc(?=[{_LATIN}])")
_NOT_ASCII = re.compile(r"[ -~]?[^\x00-\x7f]+")
_MOST_MARKS = 32  # on one letter; `unicodedata` takes the square of their number


def plain_forms(text: str) -> Iterator[tuple[Span, str]]:
    """The runs of `text` that engines and word lists know in another form, in order, each with that form.

    Letters are composed (NFC), marks that take no room are gone, no-break
    spaces and hyphens are common ones, and ligatures, full-width and bold
    letters are the plain ones. All else is left as it is.

    >>> [(span.start, span.end, form) for span, form in plain_forms("cafe\u0301 o\ufb03ce")]
    [(3, 5, 'é'), (7, 8, 'ffi')]
    """
    if text.isascii():
        return
    at = 0
    for run in _NOT_ASCII.finditer(text):
        at = max(at, run.start())
        while at < run.end():
            stop = _cluster_end(text, at)
            form = _plain_form(text, at, stop)
            if form != text[at:stop]:
                yield Span(at, stop), form
            at = stop


def plain(text: str) -> str:
    """`text` with each run of `plain_forms` in that form.

    >>> plain("re\u0301sume\u0301 in\u00adter\u00adnational")
    'résumé international'
    """
    return text if text.isascii() else apply_edits(text, [Edit(span, form) for span, form in plain_forms(text)])


def _cluster_end(text: str, start: int) -> int:
    """Where the letter that begins at `start` ends, with all that is composed with it and the unseen marks after it."""
    at = start + 1
    while at < min(len(text), start + _MOST_MARKS) and (char := text[at]) >= "\x80":
        if not (unicodedata.combining(char) or _IS_UNSEEN.match(text, at) or _composes(text[start:at], char)):
            break
        at += 1
    return at


def _composes(letter: str, char: str) -> bool:
    """Whether `char`, no mark, becomes one letter with the one before it, as the vowels of Hangul do."""
    if len(letter) > 3 or not unicodedata.category(char).startswith(("L", "M")):
        return False
    return unicodedata.normalize("NFC", letter + char) != unicodedata.normalize("NFC", letter) + char


def _plain_form(text: str, start: int, end: int) -> str:
    if end == start + 1 and text[start] < "\x80":
        return text[start]
    seen = "".join(text[i] for i in range(start, end) if not _IS_UNSEEN.match(text, i))
    if _LETTER_APOSTROPHE.match(text, start):
        seen = "\u2019" + seen[1:]
    form = unicodedata.normalize("NFC", seen).translate(_SAME)
    return _COMPATIBLE.sub(lambda m: unicodedata.normalize("NFKC", m.group()), form)


PieceKind = Literal["text", "normalized", "markup", "placeholder"]


_WRITABLE = ("text", "normalized")  # the kinds of pieces that an edit may replace


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a block's text and the run of the source that it stands for.

    `text`: the same characters on both sides. `normalized`: the writer's own in
    their plain form (see `plain_forms`). `markup`: other characters (an entity,
    a line break that the engine sees as a space). `placeholder`: a neutral word
    in place of code, a URL, a formula, a shortcode.
    """

    span: Span  # in the block's text
    source: Span  # in the document's text
    kind: PieceKind


class Holder(Protocol):
    """What holds the text of a block, and has a say in how it may be written: a string in a header."""

    def takes(self, edit: Edit, text: str) -> bool:
        """Whether `edit` of the source makes it say what it says now with `text` in that place, and nothing else."""


@dataclass(frozen=True)
class Block:
    """What an engine sees: a paragraph, heading, item, cell … as plain text, with a monotone map to the source.

    `pieces` cover `text` without gaps and in order; their source spans do not
    overlap. `kind` is one of paragraph, heading, item, cell, quote, caption,
    title, note. `language` is a BCP 47 tag, or "" for the document's own.
    `spelling` says how the source writes characters that mean something else
    there (``&`` in HTML); None where it cannot write one. `holder` is asked
    about each edit where writing single characters is not all that counts.
    """

    kind: str
    text: str
    pieces: tuple[Piece, ...]
    language: str = ""
    spelling: tuple[tuple[str, str | None], ...] = ()
    holder: Holder | None = field(repr=False, compare=False, default=None)
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(p.span.start for p in self.pieces))

    def _touched_pieces(self, span: Span) -> Iterator[Piece]:
        i = max(bisect_right(self._starts, span.start) - 1, 0)
        while i < len(self.pieces) and self.pieces[i].span.start < max(span.end, span.start + 1):
            yield self.pieces[i]
            i += 1

    def touches_placeholder(self, span: Span) -> bool:
        """True if any character of `span` stands for code, a URL or the like."""
        return any(p.kind == "placeholder" for p in self._touched_pieces(span))

    def to_source(self, span: Span) -> Span:
        """The run of the source that `span` of the text stands for, whole pieces where they are not text."""
        touched = list(self._touched_pieces(span))
        if not touched:
            end = self.pieces[-1].source.end if self.pieces else 0
            return Span(end, end)
        start = self._point(touched[0], span.start, at_end=False)
        end = start if span.start == span.end else self._point(touched[-1], span.end, at_end=True)
        return Span(start, max(start, end))

    @staticmethod
    def _point(piece: Piece, offset: int, *, at_end: bool) -> int:
        if piece.kind == "text":
            return piece.source.start + min(offset, piece.span.end) - piece.span.start
        return piece.source.end if at_end or offset >= piece.span.end else piece.source.start

    def from_source(self, span: Span) -> Span | None:
        """The run of the text that stands for `span` of the source, whole pieces where they are not text; None if none
        does."""
        first = next((p for p in self.pieces if p.source.start <= span.start < p.source.end), None)
        if first is None and self.pieces and span.start == span.end == self.pieces[-1].source.end:
            first = self.pieces[-1]
        if first is None:
            return None
        start = first.span.start + (span.start - first.source.start if first.kind == "text" else 0)
        if span.start == span.end:
            return Span(start, start)
        last = next((p for p in self.pieces if p.source.start < span.end <= p.source.end), None)
        if last is None:
            return None
        end = last.span.start + span.end - last.source.start if last.kind == "text" else last.span.end
        return Span(start, max(start, end))

    def edit_to_source(self, edit: Edit) -> Edit | None:
        """The same edit in the source, written as the source must write it, or None if that cannot be done.

        It cannot where the edit would touch anything but the writer's own
        characters in one run. Neighbouring pieces of them count as one run
        where nothing of the source lies between them. Of a run that is
        normalized, only the characters that differ are replaced.
        """
        placed = self._place_edit(edit)
        if placed is not None and self.holder is not None and not self.holder.takes(placed, edit.text):
            return None
        return placed

    def _place_edit(self, edit: Edit) -> Edit | None:
        touched = list(self._touched_pieces(edit.span))
        if any(p.kind == "normalized" for p in touched):
            edit = self._narrowed(edit)
            touched = list(self._touched_pieces(edit.span))
        written = self.escape_for_source(edit.text)
        if written is None:
            return None
        if edit.span.start == edit.span.end:  # an insertion may stand at the end of a piece
            before = [p for p in self.pieces if p.span.end == edit.span.start and p.kind in _WRITABLE]
            home = [p for p in touched if p.kind in _WRITABLE] or before
            if not home:
                return None
            at = self._point(home[0], edit.span.start, at_end=False)
            return Edit(Span(at, at), written)
        if not touched or any(p.kind not in _WRITABLE for p in touched):
            return None
        if any(a.source.end != b.source.start for a, b in pairwise(touched)):
            return None
        return Edit(self.to_source(edit.span), written)

    def _narrowed(self, edit: Edit) -> Edit:
        """`edit` without the characters that it leaves as they are, but never with a part of a normalized piece."""
        old, new = edit.span.of(self.text), edit.text
        head = _alike(old, new)
        tail = _alike(old[head:][::-1], new[head:][::-1])
        start, end, new = edit.span.start + head, edit.span.end - tail, new[head : len(new) - tail]
        for piece in self.pieces:
            if piece.kind == "normalized" and piece.span.start < start < piece.span.end:
                new, start = self.text[piece.span.start : start] + new, piece.span.start
            if piece.kind == "normalized" and piece.span.start < end < piece.span.end:
                new, end = new + self.text[end : piece.span.end], piece.span.end
        return Edit(Span(start, end), new)

    def escape_for_source(self, text: str) -> str | None:
        """`text` as the source must write it; None where it cannot."""
        spelling = dict(self.spelling)
        out = [spelling.get(char, char) for char in text] if spelling else [text]
        return None if None in out else "".join(char for char in out if char is not None)


Action = Literal["off", "on", "ignore"]
Scope = Literal["block", "line", "next-line", "file", "from-here"]


@dataclass(frozen=True, slots=True)
class Directive:
    """A comment of the writer's to LocalProof, such as ``<!-- localproof: ignore next-line harper/AnA -->``.

    `span` is the comment in the source. `rules` are rule names or globs; empty
    means all. `off`/`on` with scope "from-here" open and close a region;
    `ignore` speaks of a line, the next line, the next block or the file.
    """

    span: Span
    action: Action
    scope: Scope
    rules: tuple[str, ...] = ()


class Cell(NamedTuple):
    """A cell of a notebook: its `number` from 1, and where in the source each of its lines begins and the last ends."""

    number: int
    lines: tuple[int, ...]
    end: int


@dataclass(frozen=True)
class Document:
    """A source text, never altered, and the blocks of prose in it.

    `language` is what the document says of itself (front matter, ``lang``
    attribute) or "". `front_matter` holds the parsed header, empty if none,
    `cells` those cells of a notebook that hold prose, in order, and `names`
    what source code calls its own things, in lower case. `encoding` is that of
    the file: what has no bytes in it cannot be written there. `frames` are the
    runs whose width its layout counts on, in order.
    """

    name: str
    text: str
    blocks: tuple[Block, ...]
    format: str = "plain"
    language: str = ""
    directives: tuple[Directive, ...] = ()
    front_matter: dict[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what the reader of the source could not make sense of, one line each
    cells: tuple[Cell, ...] = ()
    names: frozenset[str] = frozenset()
    encoding: str = "utf-8"
    frames: tuple[Frame, ...] = ()

    def can_write(self, text: str) -> bool:
        """Whether the file's encoding has every character of `text`."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return self.encoding.startswith("utf")  # a lone surrogate, which was there before
        return True

    def keep_layout(self, edits: Iterable[Edit]) -> list[Edit]:
        """`edits` and what must change with them, as the function of the same name."""
        return keep_layout(self.text, self.frames, edits)

    def whole_edit(self, edit: Edit) -> Edit:
        """`edit` and what must change with it as one edit; `edit` itself if there is no room for it."""
        made = self.keep_layout([edit]) or [edit]
        span = Span(made[0].span.start, max(e.span.end for e in made))
        return Edit(span, apply_edits(span.of(self.text), [Edit(e.span.shifted(-span.start), e.text) for e in made]))

    def in_cell(self, offset: int) -> tuple[int, int] | None:
        """The number of the cell that holds code point `offset` of the source, and the line within it, both from 1.

        >>> Document("a.ipynb", "", (), cells=(Cell(3, (40, 60), 75),)).in_cell(61)
        (3, 2)
        """
        i = bisect_right(self.cells, offset, key=lambda cell: cell.lines[0]) - 1
        if i < 0 or offset > self.cells[i].end:
            return None
        return self.cells[i].number, bisect_right(self.cells[i].lines, offset)
