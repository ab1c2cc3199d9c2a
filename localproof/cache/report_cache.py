"""Whole reports of earlier runs, for texts that have not changed.

A report is kept with everything that was found, whatever the profile, and
with what the site had to say of each word that scoring looked at: where the
site has changed its mind about one of them, the text is scored anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from .. import __version__
from ..config import Settings
from ..engines.package import InstalledPackage
from ..report import Report, Skipped
from ..text import Block, Cell, Document, Piece, Span
from .serialization import Unreadable, findings_to_rows, pack, rows_to_findings, unpack
from .store import Store

# What has no part in a report, beside what concerns the machine. The profile only divides it.
_ELSEWHERE = frozenset(
    "profile fail_on exclude include drafts generator overrides dictionary cache_folder sources".split()
)

_READERS = ("pyromark", "PyYAML", "Pygments")  # packages that take texts apart; "" for those not here


class ReportCache:
    """Reports under digests of a text and of all that could change what is found in it: `engines` are their keys.

    `silent` are the rules that the writer wants ignored in the text of a name, which goes by where that name leads.
    """

    def __init__(
        self, store: Store, settings: Settings, engines: Iterable[str], silent: Callable[[str], tuple[str, ...]]
    ) -> None:
        self._store, self._silent = store, silent
        ours = {f.name: _to_plain(getattr(settings, f.name)) for f in fields(settings) if _is_needed(f)}
        versions = [sys.version, *(InstalledPackage(name).version for name in _READERS)]
        everything = [__version__, versions, _code_digest(), sorted(engines), ours]
        self._salt = json.dumps(everything, sort_keys=True, default=str).encode("utf-8", "backslashreplace")

    def words(self, name: str, text: str) -> list[str] | None:
        """The unusual words that `keep_words` noted of this text, None if it did not."""
        data = self._store.get(self._digest("words", PurePath(name).suffix, text))
        try:
            return None if data is None else [str(word) for word in unpack(data)]
        except Unreadable:
            return None

    def put_words(self, name: str, text: str, words: Iterable[str]) -> None:
        """Note the unusual words of a text."""
        self._store.put(self._digest("words", PurePath(name).suffix, text), pack(sorted(words)))

    def get(self, name: str, text: str, site: Mapping[str, int], encoding: str = "utf-8") -> tuple[Report, int] | None:
        """The report on `text` under `name` within `site`, none of it held back, and how many blocks were read for it.

        None where there is none, or the site now says other things.
        """
        data = self._store.get(self._digest("report", name, text, encoding))
        if data is None:
            return None
        try:
            raw = unpack(data)
            if any(site.get(word, 0) != count for word, count in raw["site"].items()):
                return None
            return _from_plain(name, text, encoding, raw), int(raw["blocks"])
        except (Unreadable, AttributeError, LookupError, TypeError, ValueError):
            return None

    def put(self, report: Report, blocks: int, site: Mapping[str, int]) -> None:
        """Keep a report that no failure has touched, as `strip_document` has left it. `site`: what the site said of the words
        that scoring looked at; `blocks`: how many were read for it."""
        document = report.document
        raw = {
            "found": findings_to_rows((*report.findings, *report.held_back)),
            "extents": [extent(b) for b in document.blocks],
            "format": document.format,
            "language": document.language,
            "header": document.front_matter,
            "notes": document.notes,
            "cells": document.cells,
            "suppressed": report.suppressed,
            "skipped": [(s.what, s.reason, s.remedy) for s in report.skipped],
            "words": report.words,
            "blocks": blocks,
            "site": site,
        }
        self._store.put(self._digest("report", document.name, document.text, document.encoding), pack(raw))

    def _digest(self, what: str, name: str, text: str, encoding: str = "") -> bytes:
        every = hashlib.sha256(self._salt)
        for part in (what, name, text, encoding, *(self._silent(name) if what == "report" else ())):
            data = part.encode("utf-8", "surrogatepass")
            every.update(b"%d:" % len(data) + data)
        return every.digest()


def _from_plain(name: str, text: str, encoding: str, raw: Any) -> Report:
    document = Document(
        name,
        text,
        tuple(strip_block(kind, Span(start, end)) for kind, start, end in raw["extents"]),
        raw["format"],
        raw["language"],
        front_matter=dict(raw["header"]),
        notes=tuple(raw["notes"]),
        cells=tuple(Cell(number, tuple(lines), end) for number, lines, end in raw["cells"]),
        encoding=encoding,
    )
    return Report(
        document,
        rows_to_findings(raw["found"]),
        suppressed=int(raw["suppressed"]),
        skipped=tuple(Skipped(*s) for s in raw["skipped"]),
        words=int(raw["words"]),
    )


def strip_document(document: Document, found: Iterable[Span]) -> Document:
    """`document` with no more of its blocks than where those lie in which something was `found`, none of its
    directives, and of its front matter the plain texts."""
    spans = list(found)
    extents = [(b.kind, *_ends(b)) for b in document.blocks if b.pieces]
    blocks = tuple(strip_block(k, Span(a, z)) for k, a, z in extents if any(a <= s.start and s.end <= z for s in spans))
    header: dict[str, object] = {k: v for k, v in document.front_matter.items() if isinstance(v, str)}
    return Document(
        document.name,
        document.text,
        blocks,
        document.format,
        document.language,
        (),
        header,
        document.notes,
        document.cells,
        encoding=document.encoding,
    )


def strip_block(kind: str, source: Span) -> Block:
    """A block of which only the place in the source is known."""
    return Block(kind, "", (Piece(Span(0, 0), source, "markup"),))


def _ends(block: Block) -> tuple[int, int]:
    start = block.pieces[0].source.start
    return start, max(start, block.pieces[-1].source.end)


def extent(block: Block) -> tuple[str, int, int]:
    """What `strip_block` makes a block of again: its kind, and where it starts and ends in the source."""
    return (block.kind, *_ends(block))


def _is_needed(field: Field[Any]) -> bool:
    return field.name not in _ELSEWHERE and field.metadata.get("scope") != "machine"


def _to_plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


@cache
def _code_digest() -> str:
    """A digest of all of LocalProof's own code and data that a report depends on, for whoever changes them."""
    here = Path(__file__).resolve().parents[1]
    every = hashlib.sha256()
    rooms = [
        p
        for room in ("cache", "config", "engines", "formats", "pipeline", "scoring", "text")
        for p in (here / room).rglob("*.py")
    ]
    for path in sorted([*here.glob("*.py"), *rooms, *(here / "scoring").glob("*.json")]):
        every.update(path.name.encode("utf-8") + b"\0" + path.read_bytes())
    with (here / "scoring" / "ngram_counts.bin").open("rb") as tables:  # its first line names its sources and digest
        every.update(tables.readline())
    return every.hexdigest()
