"""The door of formats: which format a name has, and that each keeps to its promises."""

from __future__ import annotations

import pytest

from localproof.formats import FORMATS, format_of, read
from localproof.report import BadInput
from localproof.settings import Settings


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("notes.txt", "plain"),
        ("README.md", "markdown"),
        ("a/b/Post.MDX", "markdown"),
        ("report.Rmd", "markdown"),
        ("paper.qmd", "markdown"),
    ],
)
def test_the_suffix_of_a_name_tells_the_format(name: str, expected: str) -> None:
    found = format_of(name)
    assert found is not None and found.name == expected


@pytest.mark.parametrize("name", ["main.py", "Makefile", "", ".md.bak", "archive.tar.gz"])
def test_a_name_that_no_format_claims_has_none(name: str) -> None:
    assert format_of(name) is None


def test_no_suffix_is_claimed_twice() -> None:
    suffixes = [s for f in FORMATS.values() for s in f.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_a_format_that_is_asked_for_wins_over_the_suffix() -> None:
    assert read("a.txt", "*word*", Settings(), format="markdown").blocks[0].text == "word"
    assert read("a.md", "*word*", Settings(), format="plain").blocks[0].text == "*word*"


def test_an_unknown_suffix_is_read_as_plain_text() -> None:
    assert read("LICENSE", "Some words.", Settings()).format == "plain"


def test_a_format_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(BadInput, match=r"no format 'docx'; choose one of plain, markdown"):
        read("a", "text", Settings(), format="docx")


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_the_source_is_kept_as_it_came(format_name: str) -> None:
    source = "\ufeffOne\r\n\ttwo \x00 \ud800 three.\r\n"
    assert read("a", source, Settings(), format=format_name).text == source


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_a_character_that_no_engine_takes_becomes_one_that_it_does(format_name: str) -> None:
    (block,) = read("a", "one \ud800 two \x00 three", Settings(), format=format_name).blocks
    assert block.text == "one \ufffd two \ufffd three"
    assert [p.kind for p in block.pieces] == ["text", "markup", "text", "markup", "text"]
