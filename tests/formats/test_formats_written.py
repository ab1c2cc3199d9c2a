"""Corrections are written as the string that holds them is written, or refused one by one."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from test_formats_proof import proven

from localproof.config import Settings
from localproof.formats import read
from localproof.text import Block, Edit, Span, apply_edits

SETTINGS = Settings()


def first_title(source: str, name: str = "post.md") -> Block:
    return proven(read(name, source, SETTINGS)).blocks[0]


def put(source: str, old: str, new: str, name: str = "post.md") -> str | None:
    """The source with `new` in place of `old` in its first block; None if that is refused."""
    block = first_title(source, name)
    at = block.text.index(old)
    edit = block.edit_to_source(Edit(Span(at, at + len(old)), new))
    return None if edit is None else apply_edits(source, [edit])


@pytest.mark.parametrize(
    ("value", "old", "new", "written"),
    [
        ("'I dont know'", "dont", "don't", "'I don''t know'"),
        ('"I dont know"', "dont", "don't", '"I don\'t know"'),
        ('"The best one"', "best", '"best"', '"The \\"best\\" one"'),
        ("I dont know", "dont", "don't", "I don't know"),
        ("However it is", "However", "However,", "However, it is"),
        ("A note this is", "note", "note:", None),
        ("In C sharp", "C", "C #", None),
        ("A [draft] note", "A ", "", None),
        ("The yes", "The ", "", None),
        ("The 1.5", "The ", "", None),
        ("A - note", "A ", "", None),
        ("the word", "the", "'the", None),
        (">-\n  I dont\n  know", "dont", "don't: #", ">-\n  I don't: #\n  know"),
        ("|\n  I dont\n  know", "I ", "", "|\n  dont\n  know"),
        ("|\n  I dont\n  know", "I dont", " dont", None),
    ],
)
def test_yaml_is_written_as_yaml_or_not_at_all(value: str, old: str, new: str, written: str | None) -> None:
    expected = None if written is None else f"---\ntitle: {written}\n---\n"
    assert put(f"---\ntitle: {value}\n---\n", old, new) == expected


def test_a_comma_ends_a_plain_string_in_braces() -> None:
    assert put("---\n{title: However it is, tags: [a]}\n---\n", "However", "However,") is None
    quoted = "---\n{title: 'However it is', tags: [a]}\n---\n"
    assert put(quoted, "However", "However,") == quoted.replace("However", "However,")


@pytest.mark.parametrize(
    ("source", "old", "new", "written"),
    [
        ("+++\ntitle = '{}'\n+++\n", "dont", "don't", None),
        ('+++\ntitle = "{}"\n+++\n', "dont", 'do "not"', 'do \\"not\\"'),
        ('+++\ntitle = """{}"""\n+++\n', "dont", 'do "not"', 'do \\"not\\"'),
        ("+++\ntitle = '''{}'''\n+++\n", "dont", "don't", "don't"),
        ("+++\ntitle = '''{}'''\n+++\n", "dont", "don'''t", None),
        ('{{"title": "{}"}}\n', "dont", 'do "not"', 'do \\"not\\"'),
        (';;;\n"title": "{}"\n;;;\n', "dont", "do\\not", "do\\\\not"),
    ],
)
def test_toml_and_json_are_written_as_they_are_read(source: str, old: str, new: str, written: str | None) -> None:
    expected = None if written is None else source.format(f"I {written} know")
    assert put(source.format(f"I {old} know"), old, new) == expected


@pytest.mark.parametrize(
    ("source", "name", "written"),
    [
        ("<img src=x alt='I dont know'>", "post.md", "<img src=x alt='I don&#39;t know'>"),
        ('<img src=x alt="I dont know">', "post.md", '<img src=x alt="I don\'t know">'),
        ("<img src=x alt=dont>", "post.md", None),
        ("<img src=x alt='I dont know'>", "page.html", "<img src=x alt='I don&#39;t know'>"),
        (
            "<meta name='description' content='I dont know'>",
            "page.html",
            "<meta name='description' content='I don&#39;t know'>",
        ),
    ],
)
def test_attributes_are_written_between_their_quotes(source: str, name: str, written: str | None) -> None:
    assert put(source, "dont", "don't", name) == written


HEADERS: list[tuple[str, Callable[[str], object]]] = [
    ("---\ntitle: {}\nlast: 1\n---\n", lambda header: yaml.safe_load(header)),
    ("---\n{{title: {}, last: 1}}\n---\n", lambda header: yaml.safe_load(header)),
    ("+++\ntitle = {}\nlast = 1\n+++\n", tomllib.loads),
    ('---json\n{{"title": {}, "last": 1}}\n---\n', json.loads),
]
QUOTES = ["{}", "'{}'", '"{}"', "'''{}'''", '"""{}"""', ">-\n  {}\n  more", "|\n  {}\n  more"]
WORDS = st.lists(
    st.sampled_from(["one", "two's", "don't", "a:b", "#x", "C#", "-", "yes", "[it]", "{so}", "1", "é", "😀"]),
    min_size=2,
)
INSTEAD = st.text(st.sampled_from("ab ':\"#\\,[]{}-?!&*|>%@`\t=~"), max_size=6)


@given(st.sampled_from(HEADERS), st.sampled_from(QUOTES), WORDS, INSTEAD, st.data())
def test_a_written_header_says_what_was_meant(
    header: tuple[str, Callable[[str], object]], quotes: str, words: list[str], new: str, data: st.DataObject
) -> None:
    shape, reads = header
    source = shape.format(quotes.format(" ".join(words)))
    document = read("post.md", source, SETTINGS)
    titles = [b for b in document.blocks if b.kind == "title"]
    if not titles:
        return
    (block,) = titles
    old = str(document.front_matter["title"])
    verbatim = [p for p in block.pieces if p.kind == "text"]
    piece = data.draw(st.sampled_from(verbatim))
    start = data.draw(st.integers(piece.span.start, piece.span.end))
    end = data.draw(st.integers(start, piece.span.end))
    edit = block.edit_to_source(Edit(Span(start, end), new))
    if edit is None:
        return
    written = apply_edits(source, [edit])
    inside = re.sub(r"^(?:---|\+\+\+)(?:json)?\n|(?:---|\+\+\+)\n\Z", "", written)
    assert reads(inside) == {"title": meant(block, old, Span(start, end), new), "last": 1}


def meant(block: Block, value: str, span: Span, new: str) -> str:
    """The value with `new` in place of `span` of the block, which shows it with words for what is no prose."""
    at = 0
    for piece in block.pieces:
        shown = piece.span.of(block.text)
        if piece.kind != "placeholder":
            found = value.find(shown, at)
            if piece.span.start <= span.start and span.end <= piece.span.end:
                first = found + span.start - piece.span.start
                return value[:first] + new + value[first + len(span) :]
            at = found + len(shown)
    raise AssertionError(span)
