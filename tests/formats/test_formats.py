"""The door of formats: which format a name has, and that each keeps to its promises."""

from __future__ import annotations

import pytest

from localproof.config import Settings
from localproof.formats import FORMATS, format_of, format_of_language, read
from localproof.report import BadInput


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("notes.txt", "plain"),
        ("README.md", "markdown"),
        ("a/b/Post.MDX", "markdown"),
        ("report.Rmd", "markdown"),
        ("paper.qmd", "markdown"),
        ("index.htm", "html"),
        ("post.njk", "html"),
        ("manual.rst", "rst"),
        ("guide.adoc", "asciidoc"),
        ("guide.AsciiDoc", "asciidoc"),
        ("paper.tex", "latex"),
        ("notes.org", "org"),
        ("page.dj", "djot"),
        ("talk.srt", "subtitles"),
        ("talk.vtt", "subtitles"),
        ("book.ipynb", "notebook"),
        (".git/COMMIT_EDITMSG", "commit"),
    ],
)
def test_the_suffix_of_a_name_tells_the_format(name: str, expected: str) -> None:
    found = format_of(name)
    assert found is not None and found.name == expected


@pytest.mark.parametrize("name", ["data.json", "LICENSE", "", ".md.bak", "archive.tar.gz"])
def test_a_name_that_no_format_claims_has_none(name: str) -> None:
    assert format_of(name) is None


def test_no_suffix_name_or_language_is_claimed_twice() -> None:
    for claimed in (
        [s for f in FORMATS.values() for s in f.suffixes],
        [n for f in FORMATS.values() for n in f.names],
        [x for f in FORMATS.values() for x in f.languages],
    ):
        assert len(claimed) == len(set(claimed))
        assert claimed == [c.lower() for c in claimed]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("markdown", "markdown"),
        ("mdx", "markdown"),
        ("plaintext", "plain"),
        ("html", "html"),
        ("latex", "latex"),
        ("tex", "latex"),
        ("restructuredtext", "rst"),
        ("rst", "rst"),
        ("asciidoc", "asciidoc"),
        ("git-commit", "commit"),
        ("gitcommit", "commit"),
        ("org", "org"),
        ("djot", "djot"),
        ("python", "python"),
        ("typescriptreact", "typescriptreact"),
        ("shellscript", "shellscript"),
    ],
)
def test_what_an_editor_calls_a_language_tells_the_format(language: str, expected: str) -> None:
    found = format_of_language(language)
    assert found is not None and found.name == expected


def test_a_language_that_is_not_read_has_no_format() -> None:
    assert format_of_language("json") is None


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
