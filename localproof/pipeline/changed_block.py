"""Which block of a document a change makes another, guessed without reading the document anew."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..text import Block, Edit, Span

# What is typed, and stands for itself in nearly all places of all formats: a guess may be wrong.
_PLAIN = re.compile(r"(?:[^\W_]|[ ,;.'’-]){0,200}")


def guess_changed_block(blocks: Iterable[Block], before: str, source: str) -> str | None:
    """The text that one of `blocks` has now that the source, which was `before`, reads `source`; None where that is not
    easily told, or no other than it was."""
    edit = change_between(before, source)
    if not _PLAIN.fullmatch(edit.text):
        return None
    for block in blocks:
        for piece in block.pieces:
            if piece.kind == "text" and piece.source.contains(edit.span):
                start = piece.span.start + edit.span.start - piece.source.start
                changed = block.text[:start] + edit.text + block.text[start + len(edit.span) :]
                changed = changed.rstrip() if piece is block.pieces[-1] else changed
                return changed if changed != block.text and changed.strip() else None
    return None


def change_between(before: str, after: str) -> Edit:
    """One edit that makes `after` of `before`.

    >>> change_between("the cat", "the black cat")
    Edit(span=Span(start=4, end=4), text='black ')
    """
    most = min(len(before), len(after))
    head = _common_start(before, after, most)
    tail = _common_end(before, after, most - head)
    return Edit(Span(head, len(before) - tail), after[head : len(after) - tail])


def _common_start(one: str, other: str, most: int) -> int:
    """How many characters both have in common from the start, at most `most`: found by halves, as texts are long."""
    same = 0
    while same < most:
        half = (same + most + 1) // 2
        if one.startswith(other[same:half], same):
            same = half
        else:
            most = half - 1
    return same


def _common_end(one: str, other: str, most: int) -> int:
    same = 0
    while same < most:
        half = (same + most + 1) // 2
        if one.endswith(other[len(other) - half : len(other) - same], 0, len(one) - same):
            same = half
        else:
            most = half - 1
    return same
