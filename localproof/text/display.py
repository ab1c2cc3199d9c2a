"""What may be shown: text from anywhere, made fit for a message."""

from __future__ import annotations

from . import escape_invisible


def one_line(text: str) -> str:
    """`text` for a message: in one line, with nothing in it that a terminal obeys."""
    return escape_invisible(text).replace("\n", "\\n").replace("\t", " ")
