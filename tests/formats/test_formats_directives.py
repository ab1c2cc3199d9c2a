"""What a writer says to LocalProof in comments."""

from __future__ import annotations

import pytest
from test_formats_proof import read_markdown

from localproof.formats.directives import parse_comment, unknown_word
from localproof.text import Directive, Span

HERE = Span(3, 9)


@pytest.mark.parametrize(
    ("comment", "action", "scope", "rules"),
    [
        ("localproof: off", "off", "from-here", ()),
        ("localproof: on", "on", "from-here", ()),
        ("LocalProof:OFF", "off", "from-here", ()),
        ("localproof-disable harper/AnA", "off", "from-here", ("harper/AnA",)),
        ("localproof: ignore", "ignore", "block", ()),
        ("localproof: ignore -- it is a name", "ignore", "block", ()),
        ("localproof: ignore harper/AnA, */EN_QUOTES -- names", "ignore", "block", ("harper/AnA", "*/EN_QUOTES")),
        ("localproof: ignore line", "ignore", "line", ()),
        ("localproof: ignore line harper/AnA", "ignore", "line", ("harper/AnA",)),
        ("localproof: ignore next-line", "ignore", "next-line", ()),
        ("localproof: ignore file harper/*", "ignore", "file", ("harper/*",)),
        ("localproof-disable-next-line harper/AnA -- why", "ignore", "next-line", ("harper/AnA",)),
        ("vale off", "off", "from-here", ()),
        ("vale on", "on", "from-here", ()),
        ("LTeX: enabled=false", "off", "from-here", ()),
        ("ltex: enabled = true", "on", "from-here", ()),
        ("harper:ignore", "ignore", "block", ()),
    ],
)
def test_a_comment_is_understood(comment: str, action: str, scope: str, rules: tuple[str, ...]) -> None:
    expected = Directive(HERE, action, scope, rules)  # type: ignore[arg-type]
    assert parse_comment(comment, HERE) == expected
    assert parse_comment(f" \n{comment}\n ", HERE) == expected
    assert unknown_word(comment) is None


@pytest.mark.parametrize(
    ("comment", "scope"),
    [
        ("cspell:disable", "from-here"),
        ("cSpell: enable", "from-here"),
        ("cspell:disable-next-line", "next-line"),
        ("spellchecker: off", "from-here"),
        ("spellchecker:on", "from-here"),
    ],
)
def test_a_spell_checkers_comment_speaks_of_spelling_only(comment: str, scope: str) -> None:
    directive = parse_comment(comment, HERE)
    assert directive is not None and directive.scope == scope
    assert directive.rules and "*/SpellCheck" in directive.rules


@pytest.mark.parametrize(
    "comment", ["", "more", "TODO: write", "vale", "vale Rule = NO", "cspell:words teh", "x" * 9999]
)
def test_other_comments_mean_nothing(comment: str) -> None:
    assert parse_comment(comment, HERE) is None
    assert unknown_word(comment) is None


@pytest.mark.parametrize(
    ("comment", "word"), [("localproof: of", "of"), ("localproof:", ""), ("localproof: igonre x", "igonre")]
)
def test_a_word_that_is_not_known_is_named(comment: str, word: str) -> None:
    assert parse_comment(comment, HERE) is None
    assert unknown_word(comment) == word


@pytest.mark.parametrize(
    ("name", "comment"),
    [
        ("a.md", "<!-- localproof: off -->"),
        ("a.md", "<!--\nlocalproof: off\n-->"),
        ("a.mdx", "{/* localproof: off */}"),
        ("a.md", "{# localproof: off #}"),
        ("a.md", "{{/* localproof: off */}}"),
        ("a.md", "{% comment %}localproof: off{% endcomment %}"),
        ("a.md", "{::comment}localproof: off{:/comment}"),
        ("a.md", "%% localproof: off %%"),
    ],
)
def test_every_kind_of_comment_can_speak(name: str, comment: str) -> None:
    for source in (f"One.\n\n{comment}\n\nTwo.", f"One {comment} two."):
        (directive,) = read_markdown(source, name).directives
        assert directive.span.of(source) == comment
        assert directive.action == "off"


def test_a_comment_inside_code_says_nothing() -> None:
    for source in ("```\n<!-- localproof: off -->\n```", "`<!-- localproof: off -->`", "    <!-- localproof: off -->"):
        assert read_markdown(source).directives == ()


def test_an_unknown_word_becomes_a_note_with_its_line() -> None:
    (note,) = read_markdown("One.\n\nTwo <!-- localproof: of --> three.").notes
    assert note.startswith("line 3:") and "of" in note


def test_directives_come_in_the_order_of_the_source() -> None:
    source = "---\nlocalproof: false\n---\nA <!-- vale off --> b <!-- vale on --> c"
    assert [d.action for d in read_markdown(source).directives] == ["off", "off", "on"]
