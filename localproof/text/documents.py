"""A source text, the blocks of prose in it, and the map from each block back to the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol

from .frames import Frame, keep_layout
from .spans import Edit, Span, apply_edits, common_start

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
        head = common_start(old, new)
        tail = common_start(old[head:][::-1], new[head:][::-1])
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
