"""Plain text: paragraphs, lists and quoted mail, with hard line breaks undone where a paragraph is wrapped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..config import Settings
from ..text import Document
from .block_builder import BlockBuilder

NARROWEST_WRAP = 40  # columns; shorter lines are lines that somebody ended on purpose

_LINE = re.compile(r"(?P<quote>(?:[ \t]{0,3}>[ \t]?)*)(?P<indent>[ \t]*)(?P<text>[^\r\n]*)(?:\r\n|\n|\r|\Z)")
_BULLET = re.compile(
    r"(?:[-*+\u2022\u2023\u25aa\u25cf\u25e6\u2013\u2014]|\(?(?:\d{1,4}|[A-Za-z]|[ivxIVX]{1,5})[.)])[ \t]+(?=\S)"
)
_SIGNATURE = "-- "  # RFC 3676: what follows is the sender's card, not the message


@dataclass(frozen=True, slots=True)
class _PlainLine:
    """One line: where its words begin and end, how deep it is quoted, and whether a bullet opens it."""

    start: int
    end: int
    quote: int
    bullet: bool
    words: str


def read_plain(name: str, text: str, settings: Settings) -> Document:
    """The document that `text` makes up: no markup is known, and nothing but the shape of the lines is read."""
    sheet = BlockBuilder(text)
    add_plain(sheet, text)
    return Document(name, text, tuple(sheet.blocks), "plain")


def add_plain(sheet: BlockBuilder, text: str, start: int = 0) -> None:
    """Add the paragraphs of `text`, which is the source of `sheet` or a copy of the same length, to `sheet`."""
    for paragraph in _paragraphs(text, start):
        width = max(line.end - line.start for line in paragraph)
        previous: _PlainLine | None = None
        kind = "paragraph"
        for line in paragraph:
            if previous is not None and not line.bullet and _continues(previous, line, width):
                sheet.add("markup", previous.end, line.start, " ")
            else:
                sheet.close(kind)
                kind = "quote" if line.quote else "item" if line.bullet else "paragraph"
            sheet.text(line.start, line.end)
            previous = line
        sheet.close(kind)


def _paragraphs(text: str, start: int) -> Iterator[list[_PlainLine]]:
    """Runs of lines without a blank one, equally deep in quotation."""
    paragraph: list[_PlainLine] = []
    for line in _lines(text, start):
        if paragraph and (not line.words or line.quote != paragraph[-1].quote):
            yield paragraph
            paragraph = []
        if line.words:
            paragraph.append(line)
    if paragraph:
        yield paragraph


def _lines(text: str, start: int) -> Iterator[_PlainLine]:
    """The lines up to a mail's signature. A line without a letter or digit, such as a rule, counts as blank."""
    start += text.startswith("\ufeff", start)
    for match in _LINE.finditer(text, start):
        words = match["text"].rstrip()
        if match["text"] == _SIGNATURE and not match["quote"] and not match["indent"]:
            return
        at = match.start("text")
        bullet = _BULLET.match(words)
        if not any(map(str.isalnum, words)):
            words = ""
        first = at + (bullet.end() if bullet else 0)
        yield _PlainLine(first, at + len(words), match["quote"].count(">"), bullet is not None, words)


def _continues(previous: _PlainLine, line: _PlainLine, width: int) -> bool:
    """True if the break before `line` is only a wrap: its first word did not fit, or it goes on in lower case."""
    first = line.words.split(None, 1)[0]
    length = previous.end - previous.start
    if width >= NARROWEST_WRAP and length + 1 + len(first) > width:
        return True
    return first[:1].islower() and (length >= NARROWEST_WRAP // 2 or previous.words.endswith(","))
