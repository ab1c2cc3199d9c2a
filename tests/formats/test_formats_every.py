"""What every format promises: exact places, edits that change one place, comments that are heard, linear time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_formats_proof import FRAGMENTS, HOSTILE, prose_of, proven

from localproof.config import Settings
from localproof.formats import FORMATS, block_builder, read
from localproof.report import Unavailable
from localproof.text import Document, Edit, Span, apply_edits, plain

HERE = Path(__file__).parents[1]
CORPUS = sorted(
    p for name in ("hostile_formats", "hostile_code") for p in (HERE / name).iterdir() if p.name != "README.txt"
)

# What stands around a text so that it is one paragraph of a format.
FRAMES: dict[str, tuple[str, str]] = {
    "plain": ("", ""),
    "markdown": ("", ""),
    "html": ("<p>", "</p>"),
    "commit": ("", ""),
    "rst": ("", ""),
    "asciidoc": ("", ""),
    "latex": ("\\begin{document}\n", "\n\\end{document}"),
    "org": ("", ""),
    "djot": ("", ""),
    "subtitles": ("1\n00:00:01,000 --> 00:00:02,000\n", "\n"),
    "notebook": ('{"cells": [{"cell_type": "markdown", "source": ["', '"]}]}'),
}


def seen(format_name: str, text: str) -> Document:
    return proven(read("a", text, Settings(), format=format_name))


def seen_or_refused(format_name: str, text: str) -> None:
    """As `seen`, of a text that may be no more than a part: what is no notebook is refused in a sentence."""
    try:
        seen(format_name, text)
    except Unavailable as error:
        assert format_name == "notebook" and "not JSON" in error.skipped.reason


# Source code is told from its comments by Pygments, which is linear in most of what people write but promises nothing:
# what holds of it instead is in test_formats_code.
PROSE = sorted(f.name for f in FORMATS.values() if f.walked)


def test_every_format_has_a_frame_here() -> None:
    assert sorted(FRAMES) == PROSE


# ── the hostile corpus ──


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.name)
def test_an_engine_sees_all_prose_of_the_corpus_and_nothing_else(path: Path) -> None:
    text = path.read_bytes().decode()
    prose = prose_of(proven(read(path.name, text, Settings())))
    assert [line for line in prose.split("\n") if "NEVER" in line] == []
    assert prose.count("ALWAYS") == text.count("ALWAYS")


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.name)
def test_line_ends_and_byte_order_mark_do_not_change_what_engines_see(path: Path) -> None:
    text = path.read_bytes().decode()
    expected = [(b.kind, b.text) for b in read(path.name, text, Settings()).blocks]
    assert expected
    for other in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text):
        assert [(b.kind, b.text) for b in proven(read(path.name, other, Settings())).blocks] == expected


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.name)
def test_a_source_that_is_cut_off_anywhere_is_read(path: Path) -> None:
    text = path.read_bytes().decode()
    for end in range(0, len(text), 41):
        seen_or_refused(read(path.name, text, Settings()).format, text[:end])


@pytest.mark.parametrize("format_name", PROSE)
def test_a_character_that_no_engine_takes_becomes_one_that_it_does(format_name: str) -> None:
    before, after = FRAMES[format_name]
    (block,) = seen(format_name, f"{before}one \ud800 two \x00 three{after}").blocks
    assert block.text == "one \ufffd two \ufffd three"
    assert [p.kind for p in block.pieces] == ["text", "markup", "text", "markup", "text"]


# ── edits ──


@pytest.mark.parametrize("format_name", PROSE)
def test_an_edit_changes_just_its_place(format_name: str) -> None:
    before, after = FRAMES[format_name]
    source = f"\ufeff{before}Some teh words stand here.{after}\r\n"
    (block,) = seen(format_name, source).blocks
    assert block.text == "Some teh words stand here."
    edit = block.edit_to_source(Edit(Span(5, 8), "the"))
    assert edit is not None and apply_edits(source, [edit]) == source.replace("teh", "the")


@pytest.mark.parametrize(
    ("format_name", "put", "written"),
    [
        ("html", "fish & chips < >", "fish &amp; chips &lt; &gt;"),
        ("latex", "50% # & $ _ {b}", "50\\% \\# \\& \\$ \\_ \\{b\\}"),
        ("latex", "“so”—so–so…", "``so''---so--so\\dots{}"),
        ("latex", 'say "so"', None),
        ("latex", "a\\b", None),
        ("notebook", 'the "word" \\ é\t', 'the \\"word\\" \\\\ é\\t'),
        ("notebook", "two\nlines", None),
        ("rst", "*so* ` |b|", "\\*so\\* \\` \\|b\\|"),
        ("rst", "word_", None),
        ("djot", "a*b [c]", "a\\*b \\[c\\]"),
        ("asciidoc", "a*b", None),
        ("org", "a=b", None),
        ("subtitles", "a<b", None),
        ("commit", "#12", None),
        ("plain", "a & <b> \\ %", "a & <b> \\ %"),
    ],
)
def test_an_edit_is_written_as_its_format_writes_it_or_not_at_all(
    format_name: str, put: str, written: str | None
) -> None:
    before, after = FRAMES[format_name]
    source = f"{before}Some teh words stand here.{after}"
    (block,) = seen(format_name, source).blocks
    edit = block.edit_to_source(Edit(Span(5, 8), put))
    if written is None:
        assert edit is None
        return
    assert edit is not None
    changed = apply_edits(source, [edit])
    assert changed == f"{before}Some {written} words stand here.{after}"
    (again,) = seen(format_name, changed).blocks
    assert again.text.split() == f"Some {put} words stand here.".split() or format_name == "plain"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_correction_of_a_notebook_leaves_valid_json(word: str) -> None:
    source = json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Tïtle\n", "some teh words"]}]}, indent=1)
    block = seen("notebook", source).blocks[1]
    edit = block.edit_to_source(Edit(Span(5, 8), word))
    assert edit is not None
    (cell,) = json.loads(apply_edits(source, [edit]))["cells"]
    assert cell["source"] == ["# Tïtle\n", f"some {word} words"]


@given(
    st.sampled_from(PROSE),
    st.lists(st.sampled_from(["alpha", "béta", "😀x", "e\u0301t", "שלום"]), min_size=2),
)
@settings(max_examples=150, deadline=None)
def test_words_come_out_as_they_went_in(format_name: str, words: list[str]) -> None:
    before, after = FRAMES[format_name]
    document = seen(format_name, f"{before}Start {' '.join(words)} end{after}")
    assert [b.text for b in document.blocks] == [plain(f"Start {' '.join(words)} end")]


# ── comments ──

SAYING: dict[str, Callable[[str], str]] = {
    "markdown": lambda said: f"<!-- {said} -->\n\nWords here.\n",
    "html": lambda said: f"<!-- {said} --><p>Words here.</p>",
    "commit": lambda said: f"Words here\n# {said}\n",
    "rst": lambda said: f".. {said}\n\nWords here.\n",
    "asciidoc": lambda said: f"// {said}\nWords here.\n",
    "latex": lambda said: f"\\begin{{document}}\n% {said}\nWords here.\n\\end{{document}}",
    "org": lambda said: f"# {said}\nWords here.\n",
    "djot": lambda said: f"{{% {said} %}}\nWords here.\n",
    "subtitles": lambda said: f"WEBVTT\n\nNOTE {said}\n\n00:01.000 --> 00:02.000\nWords here.\n",
    "notebook": lambda said: json.dumps({"cells": [{"cell_type": "markdown", "source": f"<!-- {said} -->\n\nWords."}]}),
}


@pytest.mark.parametrize("format_name", sorted(SAYING))
@pytest.mark.parametrize(
    ("said", "action", "scope", "rules"),
    [
        ("localproof: off", "off", "from-here", ()),
        ("localproof: on", "on", "from-here", ()),
        ("localproof: ignore", "ignore", "block", ()),
        ("localproof: ignore next-line harper/AnA -- a name", "ignore", "next-line", ("harper/AnA",)),
        ("localproof: ignore line", "ignore", "line", ()),
        ("localproof: ignore file", "ignore", "file", ()),
    ],
)
def test_a_comment_is_heard_where_it_stands(
    format_name: str, said: str, action: str, scope: str, rules: tuple[str, ...]
) -> None:
    source = SAYING[format_name](said)
    document = seen(format_name, source)
    (directive,) = document.directives
    assert (directive.action, directive.scope, directive.rules) == (action, scope, rules)
    assert said in directive.span.of(source)
    assert [b.text.rstrip(".") for b in document.blocks] in (["Words here"], ["Words"])


@pytest.mark.parametrize("format_name", sorted(SAYING))
def test_a_misspelt_comment_is_told(format_name: str) -> None:
    (note,) = seen(format_name, SAYING[format_name]("localproof: of")).notes
    assert "“localproof: of” is not known" in note


# ── hostile ──

# fmt: off
MORE = [
    '<p>', '</p>', '<li>', '<p lang=fr>', '<br>', '<span lang=fr>', '<title>', '<?', '&nbsp;', '.. a::\n', '.. a',
    '..\n', '::\n\n', 'a::\n\n  b\n', '``', '`a> ', ':a:`', '**a ', '|a ', 'a_ ', '+-+\n', '| a |\n', '=== ===\n',
    'a\n===\n', ':a: b\n', '  a\n', '>>> a\n', '- - ', '.. note:: a\n', '+---+\n| a |\n', '= a\n', '[[a]]\n',
    '----\n', '____\n', '|===\n', '////\n', 'a:: b\n', 'link:a[', 'footnote:[a] ', '<<a,', '(((', '{a}', '"`a ',
    '+a ', '+++', '#a ', 'a +\n', '* a\n', '* COMMENT a\n', ':A:\n', '#+BEGIN_SRC\n', '/a ', '=a ', '[[a][',
    '[fn:: a ', '[cite:', '\\begin{a}\n', '@@a:', '{{{a', 'src_a{', '\\section{', '\\a{', '\\begin{equation}',
    '\\begin{verbatim}', '\\end{a}', '{', '\\item[', '\\footnote{', '%\n', '\\verb|a ', '\\def\\a{', '\\iffalse ',
    '\\[', "\\'", '\\\\[', '~', '--', '\\enquote{', '\\a[', '\\begin{frame}{a}', '{=', '{.a}', '{"', '[a][b] ',
    '![a](', '> > ', '```\n', ': ', '"cells":[', '"a",', '"\\', '00:00:01,000 --> 00:00:02,000\na\n\n', 'NOTE\n',
    '{\\an8}', 'Fixes #1\n', 'a(b): ', '    a\n', '\u202e', '\xad',
]
# fmt: on
STARTS = {
    "plain": ("",),
    "markdown": ("",),
    "html": ("", "<p>"),
    "commit": ("", "a\n\n"),
    "rst": ("", "a\n\n"),
    "asciidoc": ("", "|===\n", "* "),
    "latex": ("", "\\begin{document}", "\\begin{tabular}{l}"),
    "org": ("", "- ", "|"),
    "djot": ("", "- ", "|"),
    "subtitles": ("", "1\n00:00:01,000 --> 00:00:02,000\n", "WEBVTT\n\n00:01.000 --> 00:02.000\n"),
    "notebook": ("", FRAMES["notebook"][0]),
}
MIXED = st.lists(st.sampled_from([*FRAGMENTS, *MORE]), max_size=25).map("".join)


@given(st.sampled_from(PROSE), st.integers(0, 2), MIXED)
@settings(max_examples=600, deadline=None)
def test_places_hold_for_any_mixture_of_fragments(format_name: str, start: int, text: str) -> None:
    starts = STARTS[format_name]
    seen_or_refused(format_name, starts[start % len(starts)] + text + FRAMES[format_name][1])


@given(st.sampled_from(PROSE), st.text())
@settings(max_examples=150, deadline=None)
def test_places_hold_for_any_text(format_name: str, text: str) -> None:
    before, after = FRAMES[format_name]
    seen_or_refused(format_name, text)
    seen_or_refused(format_name, before + text + after)


def calls_of(format_name: str, text: str) -> int:
    """How many functions are called, Python's and C's, to read `text`: a count of work that no busy machine changes."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    block_builder.clear_block_cache()  # a block that was read before costs nothing
    sys.setprofile(note)
    try:
        with suppress(Unavailable):  # half a notebook is refused at the end of the work
            read("a", text, Settings(), format=format_name)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("format_name", PROSE)
def test_twice_the_hostile_text_takes_twice_the_work(format_name: str) -> None:
    for start in STARTS[format_name]:
        for unit in HOSTILE if format_name in ("plain", "markdown") else MORE:
            many = 4 * max(2, 30 // len(unit))  # even, and twice as many too: odd ones may be read in another way
            calls_of(format_name, start + unit * many)  # what is compiled only once is not counted
            once, twice = (calls_of(format_name, start + unit * n) for n in (many, 2 * many))
            assert twice < 2.5 * once + 300, (start, unit)


@pytest.mark.parametrize("format_name", sorted(set(PROSE) - {"plain", "markdown"}))
def test_a_line_of_a_megabyte_is_read_to_its_end(format_name: str) -> None:
    before, after = FRAMES[format_name]
    for unit, length in (("word ", 1_000_000), ("x", 1_000_000), ("*", 1_000_000), ("{", 100_000), ("`a ", 100_000)):
        assert read("a", before + unit * (length // len(unit)) + after, Settings(), format=format_name)


DEEP = {
    "html": ("<div>", "</div>"),
    "rst": ("- ", ""),
    "asciidoc": ("====\n", ""),
    "latex": ("\\textbf{", "}"),
    "org": ("#+begin_quote\n", ""),
    "djot": ("> ", ""),
    "notebook": ("[", "]"),
}


@pytest.mark.parametrize("format_name", sorted(DEEP))
def test_ten_thousand_levels_are_read_without_recursion(format_name: str) -> None:
    opening, closing = DEEP[format_name]
    document = seen(format_name, opening * 10_000 + "word" + closing * 10_000)
    assert [b.text for b in document.blocks] == ([] if format_name == "notebook" else ["word"])
