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
- `frames`: layout that counts on the width of words.
- `escaping`: text made safe for a terminal.
- `languages`: the languages by tag and name (not loaded from here).
"""

from .documents import Action, Block, Cell, Directive, Document, Piece, PieceKind, Scope
from .escaping import escape_invisible
from .forms import plain, plain_forms
from .frames import Frame, HeldLine, RuledTitle, columns, keep_layout
from .lines import LineIndex, Unit, UnitMap, count_units
from .spans import Edit, Span, apply_edits, minimal_edit

__all__ = [
    "Action",
    "Block",
    "Cell",
    "Directive",
    "Document",
    "Edit",
    "Frame",
    "HeldLine",
    "LineIndex",
    "Piece",
    "PieceKind",
    "RuledTitle",
    "Scope",
    "Span",
    "Unit",
    "UnitMap",
    "apply_edits",
    "columns",
    "count_units",
    "escape_invisible",
    "keep_layout",
    "minimal_edit",
    "plain",
    "plain_forms",
]
