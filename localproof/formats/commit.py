"""Messages of git commits, as an editor gets them: subject, body, trailers, comments, a diff below scissors."""

from __future__ import annotations

import re

from ..config import Settings
from ..text import Document
from .block_builder import BlockBuilder
from .directives import DirectiveCollector
from .lines import SourceLine, lines_of
from .plain import add_plain

_SCISSORS = re.compile(r"[#;@!$%^&|:] -{8,} >8 -{8,}")
_DIFF = re.compile(r"diff --git a/.* b/|diff --cc ")
# fixup! feat(parser)!: the type that a convention puts before the subject, and git's own words
_PREFIX = re.compile(
    r"(?:(?:fixup|squash|amend)! )*(?:\[[^\]\n]{1,40}\] ?)*(?:[a-z][\w-]{0,30}(?:\([^()\n]{1,60}\))?!?: +)?"
)
_TRAILER = re.compile(
    r"[A-Z][A-Za-z]*(?:-[A-Za-z]+)+: .*|(?:Fixes|Closes|Refs?|Resolves|See|Bug|Issue|Link|Cc|BREAKING)[:\s]+\S*[#/].*"
)
_ITEM = re.compile(r"(?:[-*+\u2022]|\d{1,3}[.)])\s+")
_CHERRY = re.compile(r"\(cherry picked from commit [0-9a-f]+\)")
_GENERATED = re.compile(r"Merge (?:branch|tag|pull request|remote-tracking branch)\b|This reverts commit ")


def read_commit(name: str, text: str, settings: Settings) -> Document:
    """The document that the message `text` makes up. Code, indented by four or more, is no prose."""
    remarks = DirectiveCollector(text)
    lines = lines_of(text)
    end = next((i for i, line in enumerate(lines) if _SCISSORS.match(line.words) or _DIFF.match(line.words)), None)
    lines = lines[:end]
    for line in lines:
        if _is_comment(line):
            remarks.note_comment(line.words[1:], line.at, line.end)
    said = [line for line in lines if not _is_comment(line)]
    sheet = BlockBuilder(text, spelling=(("#", None),))
    subject = next((i for i, line in enumerate(said) if line.words), None)
    if subject is not None:
        _subject(sheet, said[subject])
        kept = _body(said[subject + 1 :])
        blank = list(re.sub(r"[^\r\n]", " ", text))
        for line in kept:
            blank[line.start : line.end] = text[line.start : line.end]
        add_plain(sheet, "".join(blank))
    return Document(name, text, tuple(sheet.blocks), "commit", "", tuple(remarks.directives), {}, tuple(remarks.notes))


def _is_comment(line: SourceLine) -> bool:
    return line.words.startswith("#") and not line.indent


def _subject(sheet: BlockBuilder, line: SourceLine) -> None:
    if _GENERATED.match(line.words):
        return
    prefix = _PREFIX.match(line.words)
    sheet.text(line.at + (prefix.end() if prefix else 0), line.end)
    sheet.close("title")


def _body(lines: list[SourceLine]) -> list[SourceLine]:
    """The lines of prose: neither trailers at the end, nor code, nor what git writes itself."""
    last = len(lines)
    while last and (
        not lines[last - 1].words
        or _TRAILER.fullmatch(lines[last - 1].words)
        or _CHERRY.fullmatch(lines[last - 1].words)
    ):
        last -= 1
    kept: list[SourceLine] = []
    column = 0  # where the text of the open list item begins; what is four further in, after a blank line, is code
    code, blank = False, True
    for line in lines[:last]:
        item = _ITEM.match(line.words)
        if line.words:
            code = line.indent >= column + 4 and (blank or code)
            if item and not code:
                column = line.indent + item.end()
            elif not line.indent:
                column = 0
            if not code and not _GENERATED.match(line.words):
                kept.append(line)
        blank = not line.words
    return kept
