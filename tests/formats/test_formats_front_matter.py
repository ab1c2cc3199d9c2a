"""Front matter: chosen fields with exact offsets, and nothing in it that can break a run."""

from __future__ import annotations

import pytest
from test_formats_proof import proven, read_markdown

from localproof.config import Settings
from localproof.formats import read
from localproof.text import Document, Edit, Span, apply_edits


def titles(document: Document) -> list[str]:
    return [b.text for b in document.blocks if b.kind == "title"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("title: Plain words", ["Plain words"]),
        ("title: Plain words # comment", ["Plain words"]),
        ('title: "The \\"best\\" of caf\\u00e9"', ['The "best" of café']),
        ("title: 'It''s here'", ["It's here"]),
        ("title: one\n  two\n\n  three", ["one two\nthree"]),
        ('title: "one\n  two"', ["one two"]),
        ('title: "one \\\n  two"', ["one two"]),
        ("title: >-\n  one\n  two\n\n  three", ["one two\nthree"]),
        ("title: |\n  one\n  two", ["one\ntwo"]),
        ("title: 😀 smile\ndescription: more", ["😀 smile", "more"]),
        ("title: Using `code` at x.org", ["Using Foo at Foo"]),
        ("{title: Flow, tags: [a]}", ["Flow"]),
        ("Title: Upper", ["Upper"]),
        ("title: 2024\ndescription: true\nsummary: 2024-01-01", []),
        ("seo:\n  title: Not this one", []),
        ("tags: [title]\nslug: title", []),
        ("title:", []),
    ],
)
def test_yaml_fields_are_read_as_yaml_means_them(header: str, expected: list[str]) -> None:
    for text in (f"---\n{header}\n---\nBody", f"---\n{header}\n---\nBody".replace("\n", "\r\n")):
        document = read_markdown(text)
        assert titles(document) == expected
        assert document.notes == ()
        assert document.blocks[-1].text == "Body"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('+++\ntitle = "A \\"b\\" \\u00e9"\n+++\n', ['A "b" é']),
        ("+++\ntitle = 'raw \\n words'\n+++\n", ["raw \\n words"]),
        ('+++\ndescription = """\none\ntwo \\\n  three"""\n+++\n', ["one\ntwo three"]),
        ('+++\n[params]\ntitle = "no"\n+++\n', []),
        ('+++\nlist = [\n  "title = \\"no\\"",\n]\ntitle = "yes"\n+++\n', ["yes"]),
        ('{"title": "J\\u00e9 \\ud83d\\ude00 \\"x\\"", "a": {"title": "no"}, "b": ["title", "no"]}\n', ['Jé 😀 "x"']),
        ('---json\n{"title": "x y"}\n---\n', ["x y"]),
        (';;;\n"title": "x y",\n"a": 1\n;;;\n', ["x y"]),
        ('"title": "x y",\n"a": 1\n;;;\n', ["x y"]),
        ('\ufeff---\ntitle: "x y"\n...\n', ["x y"]),
    ],
)
def test_other_kinds_of_header_are_read_too(text: str, expected: list[str]) -> None:
    for source in (text + "Body", (text + "Body").replace("\n", "\r\n")):
        document = read_markdown(source)
        assert titles(document) == expected
        assert document.blocks[-1].text == "Body"


def test_settings_choose_the_fields_nested_ones_by_their_path() -> None:
    text = "---\ntitle: One\nimage:\n  alt: Two\nexcerpt: Three\n---\n"
    document = proven(read("a.md", text, Settings(front_matter=("image.alt", "excerpt"))))
    assert titles(document) == ["Two", "Three"]
    assert document.front_matter == {"title": "One", "image": {"alt": "Two"}, "excerpt": "Three"}


def test_an_edit_of_a_title_leaves_its_quotes_alone() -> None:
    source = "---\ntitle: 'It''s teh best'\n---\n"
    (block,) = read_markdown(source).blocks
    at = block.text.index("teh")
    edit = block.edit_to_source(Edit(Span(at, at + 3), "the"))
    assert edit is not None
    assert apply_edits(source, [edit]) == "---\ntitle: 'It''s the best'\n---\n"
    assert block.edit_to_source(Edit(Span(0, 4), "Its")) is None


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("lang: en-GB", "en-GB"),
        ("language: fr", "fr"),
        ("locale: en_AU", "en-AU"),
        ("lang: [en]", ""),
        ("lang: eng", "en"),
        ("lang: deu", "de"),
        ("lang: js", ""),
        ("language: python", ""),
        ("lang: sh", ""),
        ("lang: ts\nlocale: pt_BR", "pt-BR"),
        ("lang: 'a b'", ""),
    ],
)
def test_a_document_says_its_language(header: str, language: str) -> None:
    assert read_markdown(f"---\n{header}\n---\nBody").language == language


def test_a_document_can_ask_to_be_left_alone() -> None:
    (directive,) = read_markdown("---\nlocalproof: false\n---\nBody").directives
    assert (directive.action, directive.scope) == ("off", "file")
    assert read_markdown("---\nlocalproof: true\n---\nBody").directives == ()


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("---\ntitle: a: b: c\n---\n", "not YAML on line 2"),
        ("---\ntitle: &a [x]\nb: *a\n---\n", "aliases"),
        ("---\ntitle: " + "[" * 500 + "\n---\n", "nested too deeply"),
        ("---\ntitle: \x01\n---\n", "not YAML"),
        ("+++\ntitle = \n+++\n", "not TOML"),
        ("+++\na = " + "[" * 5000 + "\n+++\n", "nested too deeply"),
        ("---json\n{\n---\n", "not JSON"),
        ("---json\n" + '{"a":' * 5000 + "\n---\n", "nested too deeply"),
        ("---\ntitle: " + "word " * 20_000 + "\n---\n", "longer than 64 kB"),
    ],
)
def test_a_broken_header_is_a_note_and_no_prose(text: str, note: str) -> None:
    document = read_markdown(text + "Body")
    assert [b.text for b in document.blocks] == ["Body"]
    assert len(document.notes) == 1 and note in document.notes[0]


def test_prose_between_two_rules_is_prose() -> None:
    assert [b.text for b in read_markdown("---\n\nSome prose.\n\n---\n\nMore.").blocks] == ["Some prose.", "More."]


def test_a_header_that_never_ends_is_a_rule_and_text() -> None:
    assert [b.text for b in read_markdown("---\nSome prose.\n").blocks] == ["Some prose."]


def test_front_matter_is_only_at_the_very_start() -> None:
    assert titles(read_markdown("Text\n\n---\ntitle: no\n---\n")) == []
