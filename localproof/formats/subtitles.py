"""Subtitles, SubRip (.srt) and WebVTT (.vtt): what is said, read over the ends of lines and of cues."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..config import Settings
from ..text import Document
from .block_builder import BlockBuilder
from .directives import DirectiveCollector
from .html_tags import with_entities
from .lines import SourceLine, lines_of

_TIME = re.compile(r"(?:\d+:)?\d{1,2}:\d{2}[,.]\d{1,3}\s*-->")
_TAG = re.compile(r"</?[A-Za-z\d][^<>]{0,200}>|\{\\[^{}]{0,200}\}|\\[Nnh]")
_SAID_BY = re.compile(r"(?:-|\u2013|\u2014|>>)\s*")
_STOPPED = re.compile(r"[.?!:\u2026\u266a\])\"\u201d][\"\u201d')\]\u266a]*$")
_VTT = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", None), ("\r", None))
_SRT = (("<", None), ("{", None), ("\n", None), ("\r", None))


def read_subtitles(name: str, text: str, settings: Settings) -> Document:
    """The document that the cues of `text` make up: a sentence that goes on in the next cue is one block."""
    remarks = DirectiveCollector(text)
    lines = lines_of(text)
    vtt = bool(lines) and lines[0].words.startswith("WEBVTT")
    sheet = BlockBuilder(text, spelling=_VTT if vtt else _SRT)
    last: SourceLine | None = None
    for line, first in _cue_lines(lines, remarks, vtt):
        label = _SAID_BY.match(line.words)
        start = line.at + (label.end() if label else 0)
        goes_on = last is not None and not label and (not first or _goes_on(last, line, text))
        if goes_on and last is not None:
            sheet.add("markup", last.end, start, " ")
        else:
            sheet.close("paragraph")
        _add(sheet, start, line.end)
        last = line
    sheet.close("paragraph")
    return Document(
        name, text, tuple(sheet.blocks), "subtitles", "", tuple(remarks.directives), {}, tuple(remarks.notes)
    )


def _cue_lines(lines: list[SourceLine], remarks: DirectiveCollector, vtt: bool) -> Iterator[tuple[SourceLine, bool]]:
    """The lines of the cues, each with whether it is the first of its cue; comments of WebVTT go to `remarks`."""
    state = ""  # "cue", "first", "note" or ""
    note: list[SourceLine] = []
    for line in [*lines, SourceLine(0, 0, 0, "")]:
        if not line.words:
            if note:
                inner = "\n".join(n.words for n in note).removeprefix("NOTE")
                remarks.note_comment(inner, note[0].at, note[-1].end)
            state, note = "", []
        elif _TIME.match(line.words):
            state = "first"
        elif state in ("first", "cue"):
            yield line, state == "first"
            state = "cue"
        elif vtt and (note or re.match(r"NOTE\b", line.words)):
            note.append(line)


def _goes_on(last: SourceLine, line: SourceLine, text: str) -> bool:
    """Whether what is said in `last` is still going on in `line`, the first of the next cue."""
    before, after = _TAG.sub("", last.words).rstrip(), _TAG.sub("", line.words).lstrip()
    return not _STOPPED.search(before) and after[:1].islower()


def _add(sheet: BlockBuilder, start: int, end: int) -> None:
    at = start
    for tag in _TAG.finditer(sheet.source, start, end):
        _words(sheet, at, tag.start())
        sheet.add(
            "markup" if tag.group() in ("\\N", "\\n") else "hidden", *tag.span(), " " * (tag.group() in ("\\N", "\\n"))
        )
        at = tag.end()
    _words(sheet, at, end)


def _words(sheet: BlockBuilder, start: int, end: int) -> None:
    for part in with_entities(sheet.source, start, end):
        if part.kind == "text":
            sheet.text(part.start, part.end)
        else:
            sheet.add(*part)
