"""Plain text: the shape of the lines is all there is to read."""

from __future__ import annotations

import pytest
from test_formats_proof import proven

from localproof.config import Settings
from localproof.formats import read

WRAPPED = (
    "I am writing about the thing that we had discussed at\nlength last Monday. It was good, and so\nwas the coffee."
)


def seen(text: str) -> list[tuple[str, str]]:
    return [(b.kind, b.text) for b in proven(read("a.txt", text, Settings())).blocks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\nTwo.\r\n\r\nThree.\r\rFour.", [("paragraph", w) for w in ("One.", "Two.", "Three.", "Four.")]),
        (WRAPPED, [("paragraph", WRAPPED.replace("\n", " "))]),
        ("Dear John,\nThank you.", [("paragraph", "Dear John,"), ("paragraph", "Thank you.")]),
        ("- one\n* two\n1. three\n(a) four", [("item", w) for w in ("one", "two", "three", "four")]),
        ("- " + WRAPPED, [("item", WRAPPED.replace("\n", " "))]),
        ("  indented words", [("paragraph", "indented words")]),
        (
            "> He said so\n> and left.\n\nI see.",
            [("quote", "He said so"), ("quote", "and left."), ("paragraph", "I see.")],
        ),
        ("====\nTitle\n----\nText", [("paragraph", "Title"), ("paragraph", "Text")]),
        ("Text.\n\n-- \nMe\nme@x.org", [("paragraph", "Text.")]),
        ("\ufeffText", [("paragraph", "Text")]),
        ("a\u2028b\x0cc\x85d", [("paragraph", "a\u2028b\x0cc\x85d")]),
        ("Look at https://x.org/a, or `x y`.", [("paragraph", "Look at Foo, or Foo.")]),
        ("...\n\n***", []),
    ],
)
def test_lines_become_blocks(text: str, expected: list[tuple[str, str]]) -> None:
    assert seen(text) == expected


def test_quoted_mail_is_read_over_its_line_ends() -> None:
    text = "".join(f"> {line}\n" for line in WRAPPED.split("\n")) + ">> " + "Deeper."
    assert seen(text) == [("quote", WRAPPED.replace("\n", " ")), ("quote", "Deeper.")]


def test_a_long_line_for_each_paragraph_stays_a_paragraph_each() -> None:
    lines = ["First " + "word " * 40 + "end.", "Second one is short.", "Third " + "word " * 60 + "end."]
    assert [t for _, t in seen("\n".join(lines))] == lines
