"""Text and positions: the only place that converts one into the other.

Inside LocalProof a position is a number of code points from the start of a
`str`. Everything else (UTF-8 bytes, UTF-16 units, line and column) is made
here, at the door. Lines end at ``\\n``, ``\\r\\n`` and ``\\r`` and nowhere else:
U+2028, U+0085 and form feed are ordinary characters, as in CommonMark and LSP.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
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


def apply(text: str, edits: Iterable[Edit]) -> str:
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


_MOST_SLIDES = 8
_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*|\s+|[^\w\s]")


def minimal(text: str, edit: Edit) -> Edit:
    """The smallest whole-token edit of `text` with the same result as `edit`.

    Tokens that both sides share at the start and at the end are dropped, so
    that two engines which cite more or less context propose equal edits. A
    pure insertion or deletion slides to the right as far as it can, which
    gives one form to ``the [the ]cat`` and ``the[ the] cat``.

    >>> minimal("I could of gone", Edit(Span(2, 10), "could have"))
    Edit(span=Span(start=8, end=10), text='have')
    >>> minimal("the the cat", Edit(Span(0, 7), "the"))
    Edit(span=Span(start=4, end=8), text='')
    """
    old, new = _TOKEN.findall(edit.span.of(text)), _TOKEN.findall(edit.text)
    start, end = edit.span.start, edit.span.end
    while old and new and old[0] == new[0]:
        start += len(old.pop(0))
        new.pop(0)
    while old and new and old[-1] == new[-1]:
        end -= len(old.pop())
        new.pop()
    insert = "".join(new)
    if start < end and not insert:  # deletion: slide right over equal characters, whole tokens only
        for _ in range(_MOST_SLIDES):  # a run of thousands of equal words must not cost their square
            step = _slide(text, start, end)
            if not step:
                break
            start, end = start + step, end + step
    return Edit(Span(start, end), insert)


def _slide(text: str, start: int, end: int) -> int:
    """How far a deletion may move right by one token and leave the same result; 0 if it cannot."""
    first = _TOKEN.match(text, start, end)
    if first is None or not text.startswith(first.group(), end):
        return 0
    follow = _TOKEN.match(text, end)
    return len(first.group()) if follow and follow.group() == first.group() else 0


def visible(text: str) -> str:
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
        return line, units(self.text[self.starts[line] : offset], unit)

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
            at += units(char, unit)
            if at > column:
                return start + i
        return start + len(content)

    def line_end(self, line: int) -> int:
        """Where the content of `line` ends, before its line end."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        content = self.text[self.starts[line] : end]
        return end - (2 if content.endswith("\r\n") else 1 if content[-1:] in ("\r", "\n") else 0)


def units(text: str, unit: Unit) -> int:
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
                at += units(char, unit)
            self._starts.append(at)

    def __call__(self, offset: int) -> int:
        """The code point that holds unit `offset`; beyond the end means the end.

        >>> UnitMap("a\\N{GRINNING FACE}b", "utf-8")(5)
        2
        """
        if self._starts is None:
            return min(max(offset, 0), self._length)
        return min(max(bisect_right(self._starts, offset) - 1, 0), self._length)


PieceKind = Literal["text", "markup", "placeholder"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a block's text and the run of the source that it stands for.

    `text`: the same characters on both sides. `markup`: other characters (an
    entity, a line break that the engine sees as a space). `placeholder`: a
    neutral word in place of code, a URL, a formula, a shortcode.
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

    def _touched(self, span: Span) -> Iterator[Piece]:
        i = max(bisect_right(self._starts, span.start) - 1, 0)
        while i < len(self.pieces) and self.pieces[i].span.start < max(span.end, span.start + 1):
            yield self.pieces[i]
            i += 1

    def touches_placeholder(self, span: Span) -> bool:
        """True if any character of `span` stands for code, a URL or the like."""
        return any(p.kind == "placeholder" for p in self._touched(span))

    def to_source(self, span: Span) -> Span:
        """The run of the source that `span` of the text stands for, whole pieces where they are not text."""
        touched = list(self._touched(span))
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

    def edit_to_source(self, edit: Edit) -> Edit | None:
        """The same edit in the source, written as the source must write it, or None if that cannot be done.

        It cannot where the edit would touch anything but verbatim text of one
        run. Neighbouring text pieces count as one run where nothing of the
        source lies between them.
        """
        placed = self._placed(edit)
        if placed is not None and self.holder is not None and not self.holder.takes(placed, edit.text):
            return None
        return placed

    def _placed(self, edit: Edit) -> Edit | None:
        written = self.written(edit.text)
        if written is None:
            return None
        touched = list(self._touched(edit.span))
        if edit.span.start == edit.span.end:  # an insertion may stand at the end of a text piece
            before = [p for p in self.pieces if p.span.end == edit.span.start and p.kind == "text"]
            home = [p for p in touched if p.kind == "text"] or before
            if not home:
                return None
            at = home[0].source.start + edit.span.start - home[0].span.start
            return Edit(Span(at, at), written)
        if not touched or any(p.kind != "text" for p in touched):
            return None
        if any(a.source.end != b.source.start for a, b in pairwise(touched)):
            return None
        return Edit(self.to_source(edit.span), written)

    def written(self, text: str) -> str | None:
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
    what source code calls its own things, in lower case.
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

    def in_cell(self, offset: int) -> tuple[int, int] | None:
        """The number of the cell that holds code point `offset` of the source, and the line within it, both from 1.

        >>> Document("a.ipynb", "", (), cells=(Cell(3, (40, 60), 75),)).in_cell(61)
        (3, 2)
        """
        i = bisect_right(self.cells, offset, key=lambda cell: cell.lines[0]) - 1
        if i < 0 or offset > self.cells[i].end:
            return None
        return self.cells[i].number, bisect_right(self.cells[i].lines, offset)
