"""Columns: how much room text takes on a terminal, and how it is filled into lines.

Our own and not `wcwidth`: its tables take 50 ms to load, which every report
would pay, and it tells the columns of characters that are shown as they are,
where this must also know what is written in place of one that may not be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from ..text import escape_invisible
from .style import Style

_JOINER = "\u200d"
_EMOJI_LOOK = "\ufe0f"
_BREAK = re.compile(r"[ \t]*[\r\n][\s>]*")  # a line end, with the quote marks and indent of the next line


class ScreenCell(NamedTuple):
    """What one code point becomes on the screen: the characters written and the columns they take."""

    text: str
    width: int


class InkedWord(NamedTuple):
    """A piece of a line that is not broken if it fits, and its ink. It may hold spaces.

    `joint` stands between it and the piece before, and is left out at a line's start.
    """

    text: str
    ink: str = ""
    joint: str = ""


# Letters of the Latin script, quotation marks, dashes and arrows: shown as they are, each in one column.
_PLAIN = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u2190-\u21ff]*")


def _is_plain(text: str) -> bool:
    """Whether every character is known to be shown as it is, in one column, as it is in nearly every text."""
    return (text.isascii() and text.isprintable()) or _PLAIN.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _plain_cell(char: str) -> ScreenCell:
    return ScreenCell(char, 1)


def to_cells(text: str) -> list[ScreenCell]:
    """One cell for each code point of `text`, safe to print on one line.

    Controls and characters that reorder text are written out, a tab is a
    space, a line end with the indent after it is one space. Columns are those
    of current terminals: East Asian wide characters and emoji take two,
    combining marks and what a zero-width joiner glues on take none.

    >>> [cell.width for cell in to_cells("aé漢\\x1b")]
    [1, 1, 2, 4]
    """
    if _is_plain(text):
        return list(map(_plain_cell, text))
    out: list[ScreenCell] = []
    skip_to, before = 0, ""
    breaks = {m.start(): m.end() for m in _BREAK.finditer(text)}
    for i, char in enumerate(text):
        if i in breaks and i >= skip_to:
            skip_to = breaks[i]
            out.append(ScreenCell(" ", 1))
        elif i < skip_to:
            out.append(ScreenCell("", 0))
        elif char == _EMOJI_LOOK and out and out[-1].width == 1 and unicodedata.category(before) == "So":
            out.append(ScreenCell(char, 1))  # the variation selector widens the symbol before it
        elif out and out[-1].width != 1 and _glued(before, char):
            out.append(ScreenCell(char, 0))
        else:
            out.append(_cell(char))
        before = char
    return out


def _glued(before: str, char: str) -> bool:
    """True for the later parts of an emoji made of several: after a joiner, and skin tones."""
    return (before == _JOINER and unicodedata.category(char) == "So") or "\U0001f3fb" <= char <= "\U0001f3ff"


def _cell(char: str) -> ScreenCell:
    if " " <= char <= "~":
        return ScreenCell(char, 1)
    if char == "\t":
        return ScreenCell(" ", 1)
    shown = escape_invisible(char)
    if shown != char:
        return ScreenCell(shown, len(shown))
    if unicodedata.category(char) in ("Mn", "Me") or char in "\u200b\u200c\u200d\u2060" or "\u1160" <= char <= "\u11ff":
        return ScreenCell(char, 0)
    return ScreenCell(char, 2 if unicodedata.east_asian_width(char) in "WF" else 1)


def one_line(text: str) -> str:
    """`text` as one line that is safe to print."""
    return text if _is_plain(text) else "".join(cell.text for cell in to_cells(text))


def columns(text: str) -> int:
    """The columns that `text` takes.

    >>> columns("naïve 漢字")
    10
    """
    return len(text) if _is_plain(text) else sum(cell.width for cell in to_cells(text))


def words(text: str, ink: str = "") -> list[InkedWord]:
    """`text`, made safe to print, as words to fill."""
    return [InkedWord(word, ink) for word in one_line(text).split()]


def fill(
    pieces: Iterable[InkedWord], style: Style, first: Sequence[InkedWord] = (), indent: int = 0, limit: int = 0
) -> list[str]:
    """`pieces` in lines no longer than `limit` columns (0: the style's measure) where the words allow.

    Each line begins with `indent` spaces; on the first line `first` stands in
    them. A piece that holds spaces and is too long for a line by itself is
    broken at its spaces; a single word never is.
    """
    limit = limit or style.measure
    lead = "".join(style.paint(one_line(w.text), w.ink) for w in first)
    lead += " " * (indent - sum(columns(w.text) for w in first))
    lines: list[str] = []
    line, used = lead, indent
    for word in _fitting(pieces, limit - indent):
        joint = f" {word.joint} " if word.joint else " "
        if used > indent and used + columns(joint + word.text) > limit:
            lines.append(line)
            line, used = " " * indent, indent
        if used > indent:
            line += style.paint(joint, word.ink) if word.joint else joint
            used += columns(joint)
        line += style.paint(word.text, word.ink)
        used += columns(word.text)
    return [*lines, line.rstrip(" ")]


def _fitting(pieces: Iterable[InkedWord], room: int) -> Iterable[InkedWord]:
    for piece in pieces:
        safe = one_line(piece.text)
        if columns(safe) <= room:
            yield piece._replace(text=safe)
        else:
            parts = [part for part in safe.split(" ") if part]
            yield from (InkedWord(part, piece.ink, piece.joint * (i == 0)) for i, part in enumerate(parts))
