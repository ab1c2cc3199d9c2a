"""Jupyter notebooks: the Markdown cells, each with an exact map through the JSON in which it is written."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from ..config import Settings
from ..report import Unavailable
from ..text import Block, Cell, Directive, Document, LineIndex, Piece, PieceKind, Span, escape_invisible
from .block_builder import Segment
from .markdown import read_markdown
from .scalars import JSON_SPELLING, json_parts

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*+\"?|[{}\[\],:]|[^\s\"{}\[\],:]+")


class _NotJson(Exception):
    """The text is not JSON. Never leaves this module."""


def read_notebook(name: str, text: str, settings: Settings) -> Document:
    """The document that the Markdown cells of `text` make up; code, output and raw cells are left alone. Raises
    Unavailable for what is no JSON."""
    blocks: list[Block] = []
    directives: list[Directive] = []
    notes: list[str] = []
    places: list[Cell] = []
    try:
        cells = list(_cells(text))
    except _NotJson as error:
        raise Unavailable(escape_invisible(name) or "a text", f"not read: {error}") from None
    for number, cell in cells:
        through = _EmbeddedText(text, cell)
        inner = read_markdown(f"{name}.md", through.text, replace(settings, front_matter=()))
        blocks += [through.block(block) for block in inner.blocks]
        directives += [replace(d, span=through.span(d.span)) for d in inner.directives]
        notes += [f"cell {number}: {note}" for note in inner.notes]
        if cell:
            places.append(Cell(number, through.lines(), cell[-1].end))
    return Document(name, text, tuple(blocks), "notebook", "", tuple(directives), {}, tuple(notes), tuple(places))


def _cells(text: str) -> Iterator[tuple[int, list[Segment]]]:
    """(number from 1, parts of its source) of every Markdown cell. Raises _Broken if brackets do not match."""
    keys: list[str | None] = []  # for each open container: its key that waits for a value, "" before one; None in lists
    kind = ""
    source: list[Segment] = []
    followed = True  # whether the way its source is written could be
    number = 0
    for token in _TOKEN.finditer(text):
        run = token.group()
        if run[0] == '"' and (len(run) < 2 or run[-1] != '"'):
            raise _NotJson(f"not JSON, a string on line {LineIndex(text).line(token.start()) + 1} is not closed")
        if run in "{[":
            keys.append("" if run == "{" else None)
            if len(keys) == 3 and keys[:2] == ["cells", None]:
                kind, source, followed = "", [], True
                number += 1
        elif run in "}]":
            if not keys or (run == "}") != (keys.pop() is not None):
                line = LineIndex(text).line(token.start()) + 1
                raise _NotJson(f"not JSON, a bracket on line {line} closes nothing")
            if keys == ["cells", None] and kind == "markdown" and followed:
                yield number, source
        elif run == ",":
            if keys and keys[-1] is not None:
                keys[-1] = ""
        elif run[0] == '"' and keys and keys[-1] == "":
            keys[-1] = _value(run) or "?"
        elif run[0] != '"' or keys[:2] != ["cells", None]:
            continue
        elif keys[2:] == ["cell_type"]:
            kind = _value(run)
        elif keys[2:] in (["source"], ["source", None]):
            parts = json_parts(text, token.start() + 1, token.end() - 1, _value(run))
            followed = followed and parts is not None
            source += parts or ()
    if keys:
        raise _NotJson("not JSON, it ends too early")


def _value(run: str) -> str:
    """The text that a string of JSON spells; as it stands if it holds what JSON forbids."""
    try:
        return str(json.loads(run, strict=False))
    except ValueError:
        return run[1:-1]


class _EmbeddedText:
    """A text written in pieces in another one: its `text`, and its places as places of the source."""

    def __init__(self, source: str, parts: list[Segment]) -> None:
        self.parts = parts
        self.starts: list[int] = []
        texts: list[str] = []
        at = 0
        for part in parts:
            self.starts.append(at)
            texts.append(source[part.start : part.end] if part.kind == "text" else part.text)
            at += len(texts[-1])
        self.text = "".join(texts)

    def span(self, span: Span) -> Span:
        """The run of the source in which a run of the text is written."""
        if not self.parts:
            return Span(0, 0)
        first = max(bisect_right(self.starts, span.start) - 1, 0)
        last = max(bisect_right(self.starts, max(span.end - 1, span.start)) - 1, first)
        return Span(self._edge(first, span.start, False), self._edge(last, span.end, True))

    def _edge(self, i: int, at: int, end: bool) -> int:
        part = self.parts[i]
        if part.kind != "text":
            return part.end if end else part.start
        return min(part.start + at - self.starts[i], part.end)

    def lines(self) -> tuple[int, ...]:
        """Where in the source each line of the text begins."""
        return tuple(self.span(Span(start, start)).start for start in LineIndex(self.text).starts)

    def block(self, block: Block) -> Block:
        """A block of the text as a block of the source."""
        pieces = tuple(p for piece in block.pieces for p in self._pieces(piece))
        return replace(block, pieces=pieces, spelling=JSON_SPELLING)

    def _pieces(self, piece: Piece) -> Iterator[Piece]:
        if piece.kind != "text":
            yield Piece(piece.span, self.span(piece.source), piece.kind)
            return
        at, end = piece.source.start, piece.source.end
        i = bisect_right(self.starts, at) - 1
        while at < end:
            stop = min(end, self.starts[i + 1] if i + 1 < len(self.starts) else end)
            if stop > at:
                by = piece.span.start - piece.source.start
                kind: PieceKind = "text" if self.parts[i].kind == "text" else "markup"
                yield Piece(Span(at + by, stop + by), self.span(Span(at, stop)), kind)
            at = stop
            i += 1
