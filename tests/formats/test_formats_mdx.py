"""MDX has no indented code; its tags, expressions and modules are no prose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_formats_proof import read_markdown

from localproof.formats.unindent import Unindented


def seen(source: str, name: str = "post.mdx") -> list[str]:
    return [b.text for b in read_markdown(source, name).blocks]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<CardGrid>\n\t<Card title='x'>\n\t\tteh words\n\t</Card>\n</CardGrid>", ["teh words"]),
        ("<A>\n        <B>\n\n            Far in.\n\n        </B>\n</A>", ["Far in."]),
        ("    Four blanks.\n\n\tA tab.", ["Four blanks.", "A tab."]),
        ("<T>\n\t<I>\n\t\t```sh\n\t\tNEVER {\n\t\t```\n\t\tYes.\n\t</I>\n</T>", ["Yes."]),
        (
            "<T>\n\t\t1. One\n\n\t\t   more\n\t\t2. Two\n\n\t\t       ```\n\t\t       NEVER\n\t\t       ```\n</T>",
            ["One", "more", "Two"],
        ),
        ("- a\n    - b\n        - c\n\n            d\n\n        e", ["a", "b", "c", "d", "e"]),
        ("- a\n\n        b\n\n    c\n\nd", ["a", "b", "c", "d"]),
        (
            "<T>\n      ## Head\n\n      > Quoted\n\n      | a b | c d |\n      |---|---|\n      | e f | g h |\n</T>",
            ["Head", "Quoted", "a b", "c d", "e f", "g h"],
        ),
        ("<A b={'{'}>\n    One {x ? '}' : y} two `{` three.\n</A>", ["One Foo two Data three."]),
        ("export const a = () => {\n  const b = 1\n\n  return never\n}\n\nProse.", ["Prose."]),
        ("import {\n  A,\n} from 'b'\n\nProse.", ["Prose."]),
        ("import A from './a'; import\nB from './b';\n\nProse.", ["Prose."]),
        ("<p>\n    In a paragraph.\n</p>", ["In a paragraph."]),
        ("<A\n    title='never'\n    b={{\n        c: `never`\n    }}\n>\n    Prose.\n</A>", ["Prose."]),
        ("    {/* never */}\n    Prose.", ["Prose."]),
    ],
)
def test_what_is_indented_is_read(source: str, expected: list[str]) -> None:
    assert seen(source) == expected
    assert seen(source.replace("\n", "\r\n")) == expected
    assert seen(source.replace("\n", "\r")) == expected


def test_a_comment_that_is_indented_is_heard() -> None:
    document = read_markdown("<A>\n\t<B>\n\t\t{/* localproof: off */}\n\n\t\tteh\n\t</B>\n</A>", "post.mdx")
    assert [d.action for d in document.directives] == ["off"]


def test_markdown_has_indented_code_as_ever() -> None:
    assert seen("One.\n\n    never\n\n\tnever", "post.md") == ["One."]


LINES = st.lists(
    st.tuples(
        st.sampled_from(["", " ", "   ", "    ", "\t", "  \t", "\t\t", "          "]),
        st.sampled_from(
            ["word", "- item", "1. one", "10) ten", "- - two", "```", "~~~~", "", "# head", "> quote", "é 😀"]
        ),
        st.sampled_from(["\n", "\r\n", "\r"]),
    )
)


@given(LINES)
def test_what_is_moved_left_keeps_words_and_places(lines: list[tuple[str, str, str]]) -> None:
    source = "".join(map("".join, lines))
    moved = Unindented(source)
    assert moved.text.split() == source.split()
    places = [moved.place(at) for at in range(len(moved.text) + 1)]
    assert places == sorted(places) and places[-1] <= len(source)
    for at, char in enumerate(moved.text):
        assert char in " \t" or source[places[at]] == char
