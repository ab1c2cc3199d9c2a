"""Reports that are kept as bytes come back as they were, from memory and from the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.cache.report_cache import strip_document
from localproof.cache.report_spool import ReportSpool, share_equal_parts
from localproof.cache.serialization import PackedFindings
from localproof.config import Settings
from localproof.formats import read
from localproof.report import KINDS, Finding, Report, Skipped
from localproof.text import Cell, Edit, Span

TEXT = "---\ntitle: Sent\u00e9 \U0001f600\n---\nWe saw teh cat.\n\nAll is \u201cwell\u201d.\n"

spans = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda ends: Span(min(ends), max(ends)))
words = st.text(max_size=6)
found = st.builds(
    Finding,
    spans,
    words,
    words,
    st.lists(st.builds(Edit, spans, words), max_size=2).map(tuple),
    st.lists(words, max_size=2).map(tuple),
    st.sampled_from(KINDS),
    st.none() | st.floats(0, 1),
    words,
    st.lists(words, max_size=2).map(tuple),
    st.booleans(),
    st.integers(1, 3),
)


def report(name: str, findings: tuple[Finding, ...] = (), **others: object) -> Report:
    document = read(name, TEXT, Settings())
    whole = Report(document, findings, words=7, digest="0a", **others)  # type: ignore[arg-type]
    return replace(whole, document=strip_document(document, [f.span for f in findings]))


@given(
    st.lists(found, max_size=3).map(tuple),
    st.lists(found, max_size=3).map(tuple),
    st.integers(0, 900),
    st.integers(0, 6000),
)
def test_what_is_put_on_a_shelf_comes_back_equal(
    shown: tuple[Finding, ...], held: tuple[Finding, ...], at_hand: int, as_they_are: int
) -> None:
    some = [
        report("a\udcff.md", shown, held_back=PackedFindings(held), suppressed=2, set_aside=(("in the baseline", 3),)),
        report("b.md", held, held_back=shown, skipped=(Skipped("b.md", "why", "what"),)),
        report("c.md"),
    ]
    shelf = ReportSpool(some, as_they_are=as_they_are, at_hand=at_hand)
    assert shelf == some and list(shelf) == some and shelf[1:] == tuple(some[1:]) and shelf[-1] == some[-1]
    assert shelf[0].document.text == TEXT and isinstance(shelf[0].held_back, PackedFindings)


def test_shelf_iterators_disturb_neither_each_other_nor_added_reports() -> None:
    some = [report(f"{number}.md") for number in range(9)]
    shelf = ReportSpool(some[:8], as_they_are=4_000, at_hand=400)
    for one, other in zip(shelf, shelf, strict=True):
        assert one == other
    shelf.append(some[8])
    assert shelf == some and len(shelf) == 9
    with pytest.raises(IndexError):
        shelf[9]


def test_a_shelf_without_a_disk_keeps_all_in_memory(tmp_path: Path) -> None:
    some = [report(f"{number}.md") for number in range(9)]
    assert ReportSpool(some, as_they_are=0, at_hand=0, folder=tmp_path / "nowhere") == some


def test_the_cells_of_a_notebook_are_kept() -> None:
    one = report("a.ipynb")
    one = replace(one, document=replace(one.document, cells=(Cell(2, (4, 20), 30), Cell(5, (40,), 44))))
    assert ReportSpool([one], as_they_are=0, at_hand=0)[0] == one
    assert strip_document(one.document, []).cells == one.document.cells


def test_what_is_made_of_a_shelf_is_a_shelf_and_of_few_a_tuple() -> None:
    some = (report("a.md"), report("b.md"))
    assert share_equal_parts((), iter(some)) == some
    assert (
        isinstance(share_equal_parts(ReportSpool(), iter(some)), ReportSpool)
        and share_equal_parts(ReportSpool(), iter(some)) == some
    )
