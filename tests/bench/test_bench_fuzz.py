"""A few mutated real files of every format, always the same ones; `python -m bench.fuzz` makes as many as you like."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bench import strict
from bench.fuzz import Failure, Fuzzer, Tally, files_in, prove
from localproof.formats import FORMATS
from localproof.text import Block, Document, Piece, Span

HERE = Path(__file__).parents[1]
FOLDERS = [HERE / "hostile_formats", HERE / "hostile_code", HERE / "hostile_markdown", HERE.parent / "docs"]
CASES = 40

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer of processor time here")


def texts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"plain": [p.read_text() for p in HERE.glob("*/README.txt")]}
    for folder in FOLDERS:
        for name, there in files_in(folder).items():
            found[name] = [*found.get(name, []), *there]
    return found


def test_every_format_that_is_walked_has_a_file_to_mutate() -> None:
    assert {f.name for f in FORMATS.values() if f.walked} <= texts().keys()


@pytest.mark.parametrize("name", sorted(texts()))
def test_mutated_files_are_read_and_corrected(name: str) -> None:
    fuzzer = Fuzzer({name: texts()[name]}, 1, timed=False)
    fuzzer.run(lambda done: done < CASES)
    assert fuzzer.tallies[name].failures == {}
    assert fuzzer.tallies[name].cases == CASES


def test_maps_that_overlap_are_found() -> None:
    source, text = "one two", "one two"
    pieces = (Piece(Span(0, 3), Span(0, 3), "text"), Piece(Span(3, 7), Span(2, 6), "markup"))
    with pytest.raises(Failure, match="overlaps"):
        prove(Document("a", source, (Block("paragraph", text, pieces),)))
    whole = Block("paragraph", text, (Piece(Span(0, 7), Span(0, 7), "text"),))
    with pytest.raises(Failure, match="two blocks hold the same text"):
        prove(Document("a", source, (whole, whole)))


def test_reading_that_never_ends_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def forever(*_: object, **__: object) -> None:
        while True:
            pass

    monkeypatch.setattr("bench.fuzz.read", forever)
    monkeypatch.setattr("bench.fuzz.LIMIT_S", 0.05)
    with pytest.raises(Failure, match="not read in"):
        Fuzzer({}, 1).read("plain", "word")


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("rst", "A\n=\n\ntext", "A\n\ntext"),
        ("html", "<p>a<b>b</b>", "<p>ab"),
        ("latex", "a \\emph{b}", "a emph{b}"),
        ("notebook", '{"cells": [{"source": "a"}]}', '{"cells": [{"source": "a", "b": 1}]}'),
        ("subtitles", "00:01.000 --> 00:02.000\na", "00:01.000 --> 00:03.000\na"),
    ],
)
def test_a_strict_reader_tells_structures_apart(name: str, one: str, other: str) -> None:
    assert strict.differs(name, one, one) == ""
    assert strict.differs(name, one, other) != ""


def test_the_tally_counts_what_was_corrected() -> None:
    fuzzer, tally = Fuzzer({"plain": [""]}, 1), Tally()
    fuzzer.check("plain", "Some teh words, alot of them.", tally, strict=False)
    assert tally.corrected == 2
