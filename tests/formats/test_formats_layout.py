"""Widths that a source counts on: titles over their rules, cells of drawn tables."""

from __future__ import annotations

import re

import pytest
from docutils.core import publish_doctree
from docutils.nodes import system_message
from hypothesis import given, settings
from hypothesis import strategies as st

from localproof.config import Settings
from localproof.formats import frames_of, read
from localproof.text import Document, Edit, Span, apply_edits

WORDS = {"occured": "occurred", "teh": "the", "alot": "a lot", "recieve": "get", "日本": "日本語"}
_WORD = re.compile(r"\w+")


def edits_of(document: Document, words: dict[str, str] = WORDS) -> list[Edit]:
    """What an engine that knows `words` would change, as far as the source can be changed at all."""
    found = [
        block.edit_to_source(Edit(Span(*m.span()), words[m.group()]))
        for block in document.blocks
        for m in _WORD.finditer(block.text)
        if m.group() in words
    ]
    return [e for e in found if e is not None]


def corrected(format_name: str, text: str) -> str:
    document = read("a", text, Settings(), format=format_name)
    return apply_edits(text, document.keep_layout(edits_of(document)))


def shape(text: str) -> list[str]:
    """The elements that docutils reads, one a line; fails where it warns."""
    tree = publish_doctree(text, settings_overrides={"report_level": 5})
    assert [str(m.astext()) for m in tree.findall(system_message)] == []
    return [type(node).__name__ for node in tree.findall() if type(node).__name__ != "Text"]


CASES = [
    ("rst", "It occured\n==========", "It occurred\n==========="),
    ("rst", "occured recieve\n===============", "occurred get\n==============="),
    ("rst", "=====\n alot\n=====\n", "======\n a lot\n======\n"),
    ("rst", "occured alot teh\n" + "=" * 17, "occurred a lot the\n" + "=" * 18),
    ("rst", "It occured\n" + "=" * 30, "It occurred\n" + "=" * 30),
    ("rst", "日本\n----", "日本語\n------"),
    ("rst", "- occured\n", "- occurred\n"),
    ("rst", "+------+\n| alot |\n| teh  |\n+------+\n", "+------+\n| alot |\n| the  |\n+------+\n"),
    ("rst", "+----------+\n| alot     |\n| recieve  |\n+----------+",
            "+----------+\n| a lot    |\n| get      |\n+----------+"),
    ("rst", "+---------+---+\n| 日本    | x |\n| occured | x |\n+---------+---+",
            "+---------+---+\n| 日本語  | x |\n| occured | x |\n+---------+---+"),
    ("rst", "+---------------+\n| alot alot alot|\n+---------------+",
            "+---------------+\n| alot alot alot|\n+---------------+"),
    ("rst", "+-----------------+\n| alot occured    |\n+-----------------+",
            "+-----------------+\n| a lot occurred  |\n+-----------------+"),
    ("rst", "====  ====\nalot  alot\nteh   alot\n====  ====", "====  ====\nalot  a lot\nthe   a lot\n====  ===="),
    ("rst", "=====  ====\nalot   x\nalot\n=====  ====", "=====  ====\na lot  x\na lot\n=====  ===="),
    ("rst", "=======  ===\nrecieve  alot\n=======  ===", "=======  ===\nget      a lot\n=======  ==="),
    ("asciidoc", "It occured\n----------", "It occurred\n-----------"),
    ("asciidoc", "It recieve\n~~~~~~~~~~", "It get\n~~~~~~"),
    ("asciidoc", "日本\n---\n", "日本語\n----\n"),
    ("asciidoc", "recieve it\n-----\ncode\n-----", "recieve it\n-----\ncode\n-----"),
    ("asciidoc", "alot\n------\ncode\n------", "alot\n------\ncode\n------"),
    ("asciidoc", "alot\n-------\ncode\n-------", "a lot\n-------\ncode\n-------"),
    ("rst", "recieve\n===\n\ntext", "recieve\n===\n\ntext"),
    ("markdown", "It occured\n==========", "It occurred\n=========="),
    ("org", "| alot | x |", "| a lot | x |"),
]  # fmt: skip


@pytest.mark.parametrize(("format_name", "source", "expected"), CASES)
def test_an_edit_keeps_the_widths_that_its_source_counts_on(format_name: str, source: str, expected: str) -> None:
    assert corrected(format_name, source) == expected
    assert corrected(format_name, expected) == expected
    if format_name == "rst" and "\n\ntext" not in source:  # docutils warns of what might have been a title
        assert shape(source) == shape(expected)


CELLS = st.lists(st.sampled_from([*WORDS, "x", "two words", "", "語", "|", "a+b"]), min_size=2, max_size=3)


def grid(rows: list[list[str]], width: int) -> str:
    """A grid table of `rows` whose cells are `width` columns wide."""

    def wide(text: str) -> int:
        return sum(1 + (ord(char) > 0x2E80) for char in text)

    rule = "+" + ("-" * (width + 2) + "+") * 2 + "\n"
    lines = "".join(
        "|" + "".join(f" {cell}{' ' * (width - wide(cell))} |" for cell in row[:2]) + "\n" + rule for row in rows
    )
    return rule + lines


def simple(rows: list[list[str]], width: int) -> str:
    """A simple table of `rows`; the first column is never empty, for then a row would go on."""
    rule = "=" * width + "  " + "=" * width + "\n"
    return rule + "".join(f"{row[0] or 'y'!s:{width}}  {row[1]}\n".replace("語", "g") for row in rows) + rule


@given(st.lists(CELLS, min_size=1, max_size=4), st.integers(9, 13), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_table_that_docutils_reads_is_still_read_when_corrected(
    rows: list[list[str]], width: int, drawn: bool
) -> None:
    rows = rows if drawn else [[c.replace("日本", "teh") for c in row] for row in rows]
    source = (grid if drawn else simple)(rows, width)
    again = corrected("rst", source)
    assert shape(source) == shape(again)
    assert corrected("rst", again) == again


@given(st.lists(st.sampled_from([*WORDS, "Word"]), min_size=1, max_size=5), st.integers(0, 3), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_title_that_docutils_reads_is_still_read_when_corrected(words: list[str], more: int, over: bool) -> None:
    title = " ".join(words)
    rule = "=" * (sum(1 + (ord(char) > 0x2E80) for char in title) + more)
    source = f"{rule if over else ''}\n{title}\n{rule}\n\nText.\n".lstrip("\n")
    again = corrected("rst", source)
    assert shape(source) == shape(again)
    assert corrected("rst", again) == again


def test_one_edit_alone_holds_what_must_change_with_it() -> None:
    source = "=======\noccured\n=======\n\nalot"
    document = read("a.rst", source, Settings())
    first, second = edits_of(document)
    whole = document.whole_edit(first)
    assert (whole.span.of(source), whole.text) == ("\noccured\n=======", "=\noccurred\n========")
    assert document.whole_edit(second) == second


def test_what_has_no_room_is_not_made() -> None:
    document = read("a.rst", "+------+\n| alot |\n+------+\n", Settings())
    (edit,) = edits_of(document)
    assert document.keep_layout([edit]) == []
    assert document.whole_edit(edit) == edit


def test_the_frames_of_a_text_are_those_of_its_new_lines() -> None:
    document = read("a.rst", "alot\n====\n", Settings())
    assert [f.span for f in frames_of(document, "Some words.\n\nalot\n====\n")] == [Span(13, 17)]
    assert frames_of(read("a.md", "alot\n====\n", Settings()), "alot\n====\n") == ()
