"""Whole reports of earlier runs, for texts that have not changed.

A report is kept with everything that was found, what its profile held back as
bytes that nobody need decode, and with what the site had to say of each word
that the judge looked at: where the site has changed its mind about one of them,
the text is judged anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from .. import __version__
from ..config import Settings, having
from ..engines.package import InstalledPackage
from ..report import Report, Skipped
from ..text import Block, Cell, Document, Piece, Span
from .serialization import (
    PackedFindings,
    Unreadable,
    findings_to_rows,
    pack,
    rows_to_findings,
    seal,
    unpack,
    unseal,
)
from .store import Store

_READERS = ("pyromark", "PyYAML", "Pygments")  # packages that take texts apart; "" for those not here


class KnownText(NamedTuple):
    """What a text is known by without looking into it: its name, the SHA-256 of its bytes, and how these spell it."""

    name: str
    digest: str
    encoding: str = "utf-8"


class KeptReport(NamedTuple):
    """A report of an earlier run, divided by its `profile`, and how many `blocks` were read for it. What it holds back
    is decoded by whoever looks at it."""

    report: Report
    blocks: int
    profile: str


class ReportCache:
    """Reports under digests of a text and of all that could change what is found in it: `engines` are their keys.

    `silent` are the rules that the writer wants ignored in the text of a name, which goes by where that name leads.
    """

    def __init__(
        self, store: Store, settings: Settings, engines: Iterable[str], silent: Callable[[str], tuple[str, ...]]
    ) -> None:
        self._store, self._silent = store, silent
        ours = {name: _to_plain(getattr(settings, name)) for name in having("reported")}
        versions = [sys.version, *(InstalledPackage(name).version for name in _READERS)]
        everything = [__version__, versions, _code_digest(), sorted(engines), ours]
        self._salt = json.dumps(everything, sort_keys=True, default=str).encode("utf-8", "backslashreplace")

    def words(self, texts: Iterable[KnownText]) -> dict[KnownText, list[str]]:
        """The unusual words that `put_words` noted of those of `texts` for which it did."""
        digests = {text: self._digest("words", text) for text in texts}
        values = self._store.get_all(digests.values())
        found = {}
        for text, digest in digests.items():
            with suppress(KeyError, Unreadable):
                found[text] = [str(word) for word in unpack(values[digest])]
        return found

    def put_words(self, text: KnownText, words: Iterable[str]) -> None:
        """Note the unusual words of a text."""
        self._store.put(self._digest("words", text), pack(sorted(words)))

    def load(self, texts: Iterable[KnownText]) -> dict[KnownText, bytes]:
        """What is kept of those of `texts` of which anything is, for `read`: all with one look into the store."""
        digests = {text: self._digest("report", text) for text in texts}
        values = self._store.get_all(digests.values())
        return {text: values[digest] for text, digest in digests.items() if digest in values}

    def read(
        self, text: KnownText, kept: bytes, site: Mapping[str, int], content: Callable[[], str | None]
    ) -> KeptReport | None:
        """The report on `text` within `site`. None where the site now says other things, or what was `kept` is damaged.

        `content` is asked for what stands in the text where anything was found in it; None: it has changed.
        """
        try:
            data = unseal(kept)
            size = int.from_bytes(data[:4], "big")
            raw, held = unpack(data[4 : 4 + size]), data[4 + size :]
            if not site.keys().isdisjoint(raw["absent"]):
                return None
            if any(site.get(word, 0) != count for word, count in raw["site"].items()):
                return None
            found = bool(raw["found"] or raw["held"])
            source = content() if found else ""
            return None if source is None else _from_plain(text, source, raw, held)
        except (Unreadable, AttributeError, LookupError, TypeError, ValueError):
            return None

    def put(self, text: KnownText, report: Report, blocks: int, site: Mapping[str, int], profile: str) -> None:
        """Keep a report on `text` that no failure has touched, as `strip_document` and `profile` have left it, what is
        held back packed.

        `site`: what the site said of the words that scoring looked at; `blocks`: how many were read for it.
        """
        document = report.document
        count, held = report.held_back.raw() if isinstance(report.held_back, PackedFindings) else (0, b"")
        raw = {
            "profile": profile,
            "found": findings_to_rows(report.findings),
            "held": count,
            "extents": [extent(b) for b in document.blocks],
            "format": document.format,
            "language": document.language,
            "header": document.front_matter,
            "notes": document.notes,
            "cells": document.cells,
            "suppressed": report.suppressed,
            "held_by_decisions": report.held_by_decisions,
            "skipped": [(s.what, s.reason, s.remedy) for s in report.skipped],
            "words": report.words,
            "blocks": blocks,
            "site": {word: count for word, count in site.items() if count},
            "absent": [word for word, count in site.items() if not count],
        }
        head = pack(raw)
        self._store.put(self._digest("report", text), seal(len(head).to_bytes(4, "big") + head + held))

    def _digest(self, what: str, text: KnownText) -> bytes:
        name, silent = (text.name, self._silent(text.name)) if what == "report" else (PurePath(text.name).suffix, ())
        every = hashlib.sha256(self._salt)
        for part in (what, name, text.digest, *silent):
            data = part.encode("utf-8", "surrogatepass")
            every.update(b"%d:" % len(data) + data)
        return every.digest()


def _from_plain(text: KnownText, source: str, raw: Any, held: bytes) -> KeptReport:
    document = Document(
        text.name,
        source,
        tuple(strip_block(kind, Span(start, end)) for kind, start, end in raw["extents"]),
        raw["format"],
        raw["language"],
        front_matter=dict(raw["header"]),
        notes=tuple(raw["notes"]),
        cells=tuple(Cell(number, tuple(lines), end) for number, lines, end in raw["cells"]),
        encoding=text.encoding,
    )
    report = Report(
        document,
        rows_to_findings(raw["found"]),
        PackedFindings.of((int(raw["held"]), held)) if raw["held"] else (),
        suppressed=int(raw["suppressed"]),
        skipped=tuple(Skipped(*s) for s in raw["skipped"]),
        words=int(raw["words"]),
        held_by_decisions=int(raw["held_by_decisions"]),
    )
    return KeptReport(report, int(raw["blocks"]), str(raw["profile"]))


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


def _to_plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


@cache
def _code_digest() -> str:
    """A digest of all of LocalProof's own code and data that a report depends on, for whoever changes them."""
    every = hashlib.sha256()
    for path in _code_and_data():
        with path.open("rb") as file:  # the first line of tables names their sources and digest
            every.update(
                path.name.encode("utf-8") + b"\0" + (file.readline() if path.suffix == ".bin" else file.read())
            )
    return every.hexdigest()


def _code_and_data() -> list[Path]:
    """The files of LocalProof's own that a report depends on; models are in the keys of what reads with them."""
    here = Path(__file__).resolve().parents[1]
    rooms = ("cache", "config", "engines", "formats", "models", "pipeline", "scoring", "text")
    code = [path for room in rooms for path in (here / room).rglob("*.py")]
    data = [path for ending in ("json", "bin") for path in (here / "scoring").glob(f"*.{ending}")]
    return sorted([*here.glob("*.py"), *code, here / "project" / "files.py", *data])
