"""Every offset proven: over a hostile corpus, two real blogs, and texts that Hypothesis puts together."""

from __future__ import annotations

import functools
import os
import re
import tarfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from localproof.config import Settings
from localproof.formats import FORMATS, read
from localproof.text import Block, Document, Edit, Span, apply_edits, plain

HERE = Path(__file__).parents[1]
BLOGS = HERE.parent.parent / "shared" / "data" / "blogs"
EVERYTHING = os.environ.get("LOCALPROOF_TEST_REQUIRE") == "all"
_WORD = re.compile(r"\w+")


def proven(document: Document) -> Document:
    """The document, once every promise of `Block` about its map has been checked."""
    for block in document.blocks:
        prove_pieces(document.text, block)
        prove_words(document.text, block)
    starts = [b.pieces[0].source.start for b in document.blocks]
    assert starts == sorted(starts)
    return document


def prove_pieces(source: str, block: Block) -> None:
    at = before = 0
    for piece in block.pieces:
        assert piece.span.start == at < piece.span.end
        assert before <= piece.source.start <= piece.source.end <= len(source)
        if piece.kind == "text":
            assert piece.source.of(source) == piece.span.of(block.text)
        if piece.kind in ("placeholder", "normalized"):
            assert len(piece.source) > 0
        if piece.kind == "normalized":
            assert piece.source.of(source) != piece.span.of(block.text)
        at, before = piece.span.end, piece.source.end
    assert at == len(block.text)
    assert block.text == block.text.strip()
    block.text.encode()  # an engine gets it as UTF-8


def prove_words(source: str, block: Block) -> None:
    """Of each word that lies in one run of text, the source has the same letters at the place it maps to."""
    inside = [p for p in block.pieces if p.kind == "text"]
    for piece in inside:
        for match in _WORD.finditer(block.text, piece.span.start, piece.span.end):
            span = Span(*match.span())
            assert block.to_source(span).of(source) == match.group()
            assert not block.touches_placeholder(span)
            edit = block.edit_to_source(Edit(span, "x"))
            assert edit is not None and edit.span == block.to_source(span)


def prose_of(document: Document) -> str:
    """What engines see less placeholders, a block a line."""
    return "\n".join(
        "".join(p.span.of(b.text) for p in b.pieces if p.kind != "placeholder").replace("\n", " ")
        for b in document.blocks
    )


def read_markdown(text: str, name: str = "post.md") -> Document:
    """`text` read with the default settings, every offset proven."""
    return proven(read(name, text, Settings()))


# ── the hostile corpus ──

CORPUS = sorted(p for p in (HERE / "hostile_markdown").iterdir() if p.name != "README.txt")


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.name)
def test_engine_sees_exactly_the_prose_of_the_hostile_corpus(path: Path) -> None:
    text = path.read_bytes().decode()
    prose = prose_of(read_markdown(text, path.name))
    assert [line for line in prose.split("\n") if "NEVER" in line] == []
    assert prose.count("ALWAYS") == text.count("ALWAYS")


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.name)
def test_line_ends_of_windows_change_nothing_of_what_an_engine_sees(path: Path) -> None:
    text = path.read_bytes().decode().replace("\r\n", "\n")
    unix = read_markdown(text, path.name)
    windows = read_markdown(text.replace("\n", "\r\n"), path.name)
    assert [(b.kind, b.text) for b in unix.blocks] == [(b.kind, b.text) for b in windows.blocks]


# ── two real blogs ──


@functools.cache
def posts() -> list[tuple[str, str]]:
    """The posts of the blogs beside the checkout: sixty of them, or all where everything is required."""
    found = []
    for archive in sorted(BLOGS.glob("*.tar.xz")):
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.isfile() and member.name.endswith(".md"):
                    file = tar.extractfile(member)
                    assert file is not None
                    found.append((member.name, file.read().decode()))
    if not found:  # they are nobody's to install: they come beside the checkout or not at all
        pytest.skip(f"the blogs are not at {BLOGS}")
    found.sort()
    return found if EVERYTHING else found[:: max(1, len(found) // 60)]


def test_every_word_of_the_blogs_maps_to_the_same_word_of_the_source() -> None:
    for name, text in posts():
        document = proven(read(name, text, Settings()))
        assert document.blocks, name
        assert document.notes == (), name


def test_no_code_of_the_blogs_reaches_an_engine() -> None:
    for name, text in posts():
        code, outside = fenced(text)
        prose = prose_of(read(name, text, Settings()))
        assert [line for line in code if len(line) > 25 and line in prose and line not in outside] == [], name


def fenced(text: str) -> tuple[list[str], str]:
    """The lines inside fences, and the text outside: a plain reading of them, without containers."""
    inside: list[str] = []
    outside: list[str] = []
    fence = ""
    for line in map(str.strip, text.split("\n")):
        if fence:
            inside.append(line)
            fence = "" if line.startswith(fence) and not line.strip(fence[0]) else fence
        elif opening := re.match(r"(`{3,}|~{3,})[^`]*$", line):
            fence = opening[1]
        else:
            outside.append(line)
    return inside, "\n".join(outside)


# ── texts that Hypothesis puts together ──

# fmt: off
FRAGMENTS = [
    'word ', 'Sentence one. ', '😀', 'e\u0301', 'é', '\u0301', '\ufb01',
    '\u00ad', '\u200b', '\uff21', '\u2028', '\x00', '\ud800', '\ufeff', 'שלום ', '\xa0', ' ', '\t',
    '\n', '\n\n', '\r\n', '\r', '\r\n\r\n', '    ', '> ', '- ', '1. ', '# ', '| a | b |\n|---|---|\n', '|',
    '---\n', '***\n', '*', '**', '_', '`', '``', '```\n', '~~', '~~~\n', '$', '$$', '\\', '\\(', '\\)', '\\[',
    '\\]', '[', ']', '](', ')', '![', '[a](b)', '![alt text](b.png)', '[[a|b]]', '[^1]', '[^1]: note\n',
    '[r]: http://x\n', '[@x]', '&amp;', '&eacute;', '&#0;', '<b>', '</b>', '<br>', '<p>', '</p>', '<div>\n',
    '</div>\n', '<pre>', '</pre>', '<code>', '</code>', '<!-- ', ' -->', "<img alt='a &lt; b'>",
    '<span lang=fr>', '</span>', '<Tag a={1}>', '</Tag>', '<Tag/>', '<x-y>', '<', '>', '<?', '<!A ',
    '{{< x >}}', '{{% /x %}}', '{{', '}}', '{%', '%}', '{% raw %}', '{% endraw %}', '{# ', '#}', '{: .a}', '{',
    '}', '{/* c */}', '!!! note "T"\n', '=== "T"\n', '::: tip\n', ':::{code-block}\n', ':::\n', '%%',
    '> [!note] T\n', '- [ ] ', 'Term\n: ', 'https://x.org/a_b', 'me@x.org', 'a_b', 'f(x,y)', '/usr/bin',
    ':smile:', '#tag', '@me', 'a' * 61, "import A from 'a'\n", '+++\n', 'title = "a\\"b"\n', 'title: a\n',
    '???+ x\n', '    !!! y "Z z"\n', '/// z | T t\n', '///\n', ':::note Some T\n', '\\ref{x}', '\\emph{',
    '\\begin{x}', '\\end{x}', '{++', '++}', '{~~', '~>', '~~}', '++a+b++', '\t\t', '        ', '<T>\n', '</T>\n',
    '-->\n:   ', "import A from 'b'\n",
    'title: "a\\u00e9b"\n', 'title: >\n  a\n  b\n', '{"title": "a"}\n', ';;;\n', '-- \n',
]
# fmt: on
NAMES = st.sampled_from(["a.md", "a.mdx", "a.txt"])


@given(NAMES, st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
@example("a.md", "<div>{{< x\n>}} word\n")
@example("a.md", "word <span lang=fr> word\n\nword")
@settings(max_examples=400, deadline=None)
def test_offsets_hold_for_any_mixture_of_fragments(name: str, text: str) -> None:
    proven(read(name, text, Settings()))


@given(
    NAMES, st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join), st.sampled_from(["---\n", "+++\n", ";;;\n"])
)
@settings(max_examples=200, deadline=None)
def test_offsets_hold_for_any_front_matter(name: str, text: str, fence: str) -> None:
    proven(read(name, fence + text + "\n" + fence + "word", Settings()))


@given(NAMES, st.text())
@settings(max_examples=200, deadline=None)
def test_offsets_hold_for_any_text(name: str, text: str) -> None:
    proven(read(name, text, Settings()))


WORDS = st.sampled_from(["alpha", "béta", "😀x", "e\u0301t", "שלום", "Zed"])
DRESSES = {
    "{}": "{}",
    "*{}*": "{}",
    "**{}**": "{}",
    "[{}](http://u.org/{})": "{}",
    "`{}`": "Foo",
    "<b>{}</b>": "{}",
    "{}<!-- {} -->": "{}",
    "{}&amp;": "{}&",
    "{}{{{{% /{} %}}}}": "{}",
    "\\*{}": "*{}",
    "{}[^{}]": "{}[^{}]",
}


@given(
    st.lists(st.tuples(WORDS, st.sampled_from(sorted(DRESSES))), min_size=1, max_size=12),
    st.sampled_from([" ", "\n", "\r\n"]),
)
@settings(max_examples=200, deadline=None)
def test_styled_words_are_read_plain_and_edits_change_only_the_word(words: list[tuple[str, str]], space: str) -> None:
    source = "Start " + space.join(dress.format(word, word) for word, dress in words)
    (block,) = read_markdown(source).blocks
    assert block.text == plain("Start " + " ".join(DRESSES[dress].format(word, word) for word, dress in words))
    edit = block.edit_to_source(Edit(Span(0, 5), "End"))
    assert edit is not None and apply_edits(source, [edit]) == "End" + source[5:]


# ── long and hostile: each of these is over in a blink, or the test file is not ──

# fmt: off
HOSTILE = [
    '{{', '{%', '{{< ', '{{% x ', '{#', '{:', '{', '<', '<a ', '<a "', '<A {', '</', '<!--', '<pre>', '<code>',
    '<b>', '<x-y> ', '[', '![', '[[', '[x](', '[@', '*', '**a ', '_a', '`', '`a', '$', '$a', '\\(', '\\[', '(',
    ')', '>', '> ', '- ', '1. ', '|', '#', '&', '~~', '%% ', '%%\n', ':::', '::: a\n', '!!! a', '=== "', '[^1]',
    '[^1]: ', '\x00', '\ud800', '😀', 'e\u0301', '\u2028', 'a_', 'a/', '/a', '@a', 'a@b.', 'a.', '#a', ':a:', '--a',
    'a=', '$A ', 'f(', '"', "'", 'www.', 'http://', '0a1b', 'A', '{x}', '{/*', 'import ', '<A>x</A>', '- a\n',
    '    x\n', '|a|b|\n|-|-|\n', '<div>\n', 'a: b\n', 'a: [\n', '\r', '\r\n',
]
# fmt: on


@pytest.mark.parametrize("name", ["a.md", "a.mdx", "a.txt"])
def test_hostile_repetition_is_read_to_its_end(name: str) -> None:
    for unit in HOSTILE:
        proven(read(name, unit * (20_000 // len(unit)), Settings()))


@pytest.mark.parametrize(
    "opening", ["---\ntitle: ", "+++\ntitle = ", '---json\n{"title": ', '{"title": ', ';;;\n"title": ']
)
def test_hostile_front_matter_is_read_to_its_end(opening: str) -> None:
    fence = opening.split("\n")[0].removesuffix("json") if "\n" in opening else ""
    for unit in ["[", "{", "{a: ", "&a [", "*a ", '"', "'", '\\"', "!", "- ", "? ", "x", "a: b\n", '{"a":', "[[a]]\n"]:
        proven(read("a.md", opening + unit * (60_000 // len(unit)) + "\n" + fence + "\nword\n", Settings()))


def test_a_document_of_deep_nesting_is_read_without_recursion() -> None:
    deep = "".join("  " * i + "- word\n" for i in range(500)) + ">" * 5_000 + " word\n\n" + "<div>" * 5_000 + "word"
    assert len(read_markdown(deep).blocks) >= 2


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_every_format_reads_nothing_as_no_blocks(format_name: str) -> None:
    for text in ("", "\ufeff", "\n\n", "\x00", " "):
        assert read("a", text, Settings(), format=format_name).blocks == ()
