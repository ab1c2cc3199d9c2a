"""Text and positions: the only place that converts one into the other.

Inside LocalProof a position is a number of code points from the start of a
`str`. Everything else (UTF-8 bytes, UTF-16 units, line and column) is made
here, at the door.

Start reading in `spans`, then `documents`: everything else in the product
speaks of those nouns.

- `spans`: `Span`, `Edit`, `apply_edits`, and the smallest edit with one result.
- `documents`: `Document`, its `Block`s of prose, and the map back to the source.
- `lines`: offset to line and column, in any unit.
- `forms`: the plain form of a text that engines and word lists know.
- `words`: words, sentences and folding; the only tokenizer.
- `kinds`: the kinds of what may be wrong (not loaded from here).
- `frames`: layout that counts on the width of words.
- `escaping`: text made safe for a terminal.
- `languages`: the languages by tag and name (not loaded from here).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .documents import Action as Action
    from .documents import Block as Block
    from .documents import Cell as Cell
    from .documents import Directive as Directive
    from .documents import Document as Document
    from .documents import Piece as Piece
    from .documents import PieceKind as PieceKind
    from .documents import Scope as Scope
    from .escaping import escape_invisible as escape_invisible
    from .forms import plain as plain
    from .forms import plain_forms as plain_forms
    from .frames import Frame as Frame
    from .frames import HeldLine as HeldLine
    from .frames import RuledTitle as RuledTitle
    from .frames import columns as columns
    from .frames import keep_layout as keep_layout
    from .lines import LineIndex as LineIndex
    from .lines import Unit as Unit
    from .lines import UnitMap as UnitMap
    from .lines import count_units as count_units
    from .spans import Edit as Edit
    from .spans import Span as Span
    from .spans import apply_edits as apply_edits
    from .spans import minimal_edit as minimal_edit

# Where each name lives. It is fetched when it is asked for: help needs no documents.
_HOMES = {
    "Action": "documents",
    "Block": "documents",
    "Cell": "documents",
    "Directive": "documents",
    "Document": "documents",
    "Piece": "documents",
    "PieceKind": "documents",
    "Scope": "documents",
    "escape_invisible": "escaping",
    "plain": "forms",
    "plain_forms": "forms",
    "Frame": "frames",
    "HeldLine": "frames",
    "RuledTitle": "frames",
    "columns": "frames",
    "keep_layout": "frames",
    "LineIndex": "lines",
    "Unit": "lines",
    "UnitMap": "lines",
    "count_units": "lines",
    "Edit": "spans",
    "Span": "spans",
    "apply_edits": "spans",
    "minimal_edit": "spans",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return value
