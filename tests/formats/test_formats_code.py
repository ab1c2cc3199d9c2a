"""Source code: of comments and docstrings the prose, with exact places, and nothing else of the file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_formats_proof import proven

from localproof import check
from localproof.config import Settings
from localproof.formats import FORMATS, read
from localproof.formats.code import LONGEST
from localproof.formats.code_marks import is_code
from localproof.pipeline.batch import Task, run_task, write_fixes
from localproof.project.files import InputFile
from localproof.report import Unavailable
from localproof.system.installation import install_command
from localproof.text import Document, Edit, Span, apply_edits, plain

CODE = sorted(f.name for f in FORMATS.values() if not f.walked)


def seen(format_name: str, text: str) -> Document:
    return proven(read("a", text, Settings(), format=format_name))


def texts(format_name: str, text: str) -> list[str]:
    return [block.text for block in seen(format_name, text).blocks]


# ── every language ──

# A comment to the end of the line where a language has one, else one of several lines.
OPENING = {"css": "/* ", "ocaml": "(* ", "php": "<?php\n// "} | {
    name: mark
    for mark, names in {
        "-- ": "lua haskell elm sql",
        "; ": "commonlisp scheme emacs-lisp clojure",
        "% ": "erlang",
        "! ": "fortran",
        "# ": "python ruby powershell cmake shellscript fish perl r julia elixir nim crystal gdscript toml yaml "
        "makefile dockerfile graphql nix terraform",
    }.items()
    for name in names.split()
}
CLOSING = {"css": " */", "ocaml": " *)"}


@pytest.mark.parametrize("format_name", CODE)
def test_comment_in_every_language_is_read_and_edited_only_in_place(format_name: str) -> None:
    source = f"\ufeff{OPENING.get(format_name, '// ')}😀 Some teh words stand here.{CLOSING.get(format_name, '')}\r\n"
    (block,) = seen(format_name, source).blocks
    assert block.text == "😀 Some teh words stand here."
    edit = block.edit_to_source(Edit(Span(7, 10), "the"))
    assert edit is not None and apply_edits(source, [edit]) == source.replace("teh", "the")
    assert block.edit_to_source(Edit(Span(7, 10), "*/ \n")) is None


@pytest.mark.parametrize("format_name", CODE)
def test_of_every_language_a_comment_is_heard(format_name: str) -> None:
    said = "localproof: ignore next-line harper/AnA -- a name"
    source = f"{OPENING.get(format_name, '// ')}{said}{CLOSING.get(format_name, '')}\n"
    document = seen(format_name, source)
    assert document.blocks == ()
    assert [(d.scope, d.rules, d.span.of(source)) for d in document.directives] == [
        ("next-line", ("harper/AnA",), said)
    ]


# ── what is prose ──


@pytest.mark.parametrize(
    ("source", "prose"),
    [
        ("# One line of it\n# goes on here.\n#\n# Another one of them.\n",
         ["One line of it goes on here.", "Another one of them."]),
        ("x = 1  # the first of them\n       # goes on here\n", ["the first of them goes on here"]),
        ("x = 1  # the first of them\ny = 2  # the other of them\n", ["the first of them", "the other of them"]),
        ("def f():\n\t'''One string of it\n\tgoes on.'''\n", ["One string of it goes on."]),
        ("def f(): 'One string of it.'\n", ["One string of it."]),
        ("x = '''No prose in this string.'''\nf(\n    '''No prose in this one.''')\n", []),
        ("f'''No prose {in} this string'''\nb'''No prose in this string'''\n", []),
        ("'''No prose in a string of''' + ' two parts'\n", []),
        ('def f():\n    """It \\n was one of \\x41 them."""\n', ["It Foo was one of Foo them."]),
        ('def f():\n    r"""It is \\n one of them."""\n', ["It is Foo one of them."]),
        ("#!/usr/bin/env the first line\n# -*- coding: of this file -*-\n", []),
        ("x = 1  # noqa: all of them here\ny = 2  # the reason is this  # noqa: E501\n", ["the reason is this"]),
        ("# Copyright 2020 by the authors of it\n# SPDX-License-Identifier: of this file\n", []),
        ("# for item in items:\n#     print(item)\n", []),
        ("# two words\n", []),
        ("# TODO(me): Write all of this anew.\n", ["Write all of this anew."]),
        ("# Calls foo_bar() of os.path with HttpClient.\n", ["Calls Foo of Foo with Foo."]),
        ("# Of `x` and :class:`y.Z` and ``z`` again.\n", ["Of Foo and Foo and Foo again."]),
        ("# ---- The parts of it ----\n", ["The parts of it"]),
    ],
)  # fmt: skip
def test_what_is_prose_in_python(source: str, prose: list[str]) -> None:
    assert texts("python", source) == prose


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("x = f(y);", True),
        ("if (a && b) {", True),
        ("for item in items:", True),
        ("import os", True),
        ("return None", True),
        ("console.log(a, b)", True),
        ("self.x = other.y", True),
        ("SELECT a FROM b", True),
        ("return the items that are left over", False),
        ("if nothing is there, it stops", False),
        ("The following are supported:", False),
        ("This is where foo(x) is called.", False),
        ("import of goods from other countries", False),
    ],
)
def test_a_statement_is_told_from_a_sentence(line: str, code: bool) -> None:
    assert is_code(line) is code


def test_what_the_code_calls_its_things_is_no_misspelling() -> None:
    document = seen("python", "# The teh of it is here.\nteh = Frobnitz()\n")
    assert {"teh", "frobnitz"} <= document.names
    run = check(document.text, Settings(engines=("harper",), profile="all", cache=False), name="a.py")
    assert run.reports[0].suppressed == 1
    assert [f for f in (*run.reports[0].findings, *run.reports[0].held_back) if f.kind == "spelling"] == []


# ── edits ──


@pytest.mark.parametrize("written", ['"', "\\", "\n", "\r", "*", "/", "`"])
def test_an_edit_cannot_end_a_docstring(written: str) -> None:
    (block,) = seen("python", '"""Some teh words stand here."""\n').blocks
    assert block.edit_to_source(Edit(Span(5, 8), written)) is None


def test_a_fix_changes_prose_in_comments_and_nothing_else(tmp_path: Path) -> None:
    source = (
        'teh_value = "teh shop"  # It is in teh shop.\r\n\r\n\r\ndef f():\r\n    """Go to teh shop, 😀 of `teh`."""\r\n'
    )
    file = tmp_path / "a.py"
    file.write_bytes(source.encode())
    task = Task(Settings(cache=False), (InputFile(file, "a.py", named=True),))
    write_fixes(run_task(task, fix=True))
    assert file.read_bytes().decode() == source.replace("in teh", "in the").replace("to teh", "to the")


# ── what cannot be read ──


def test_without_pygments_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pygments.lexers", None)
    with pytest.raises(Unavailable) as caught:
        read("a.py", "# Some words of prose.\n", Settings())
    assert str(caught.value) == f"a.py: not read: source code needs Pygments ({install_command(extra='code')})"
    file = tmp_path / "a.py"
    file.write_text("# Some words of prose.\n")
    outcome = run_task(Task(Settings(engines=("harper",), cache=False), (InputFile(file, "a.py", named=True),)))
    assert [s.remedy for s in outcome.unread] == [install_command(extra="code")]
    assert not outcome.run.reports
    assert check("# Some words.", Settings(engines=("harper",)), name="a.py").skipped[-1].what == "a.py"


def test_source_code_that_nobody_wrote_by_hand_is_not_read() -> None:
    with pytest.raises(Unavailable, match="not read: source code of more than 1,000,000 characters"):
        read("a.c", "//" + "a b " * (LONGEST // 4), Settings())


# ── hostile ──

# fmt: off
FRAGMENTS = [
    'word ', 'Some words of it. ', '😀', 'é', '\u2028', '\x00', '\ud800', '\ufeff', '\x0c', '\x85', '\t', '\n',
    '\r\n', '\r', '    ', '# ', '#', '// ', '/// ', '//', '/* ', '/** ', ' */', ' * ', '-- ', '--[[ ', ']]', '{- ',
    '-}', '(* ', '*)', '"""', "'''", '"', "'", '`', '```', '\\', '\\n', '; ', '% ', '=begin\n', '=end\n', '<<A\n',
    'A\n', '<?php ', '?>', '#| ', '|#', '<# ', '#>', '$(', '${', '{', '}', '(', ')', ':', ': ', 'x = 1', 'f(a, b)',
    '>>> a\n', ':param x: a\n', '@param {a} b - c\n', 'Args:\n', '    a (b): c\n', 'Returns\n-----\n', '- ', '1. ',
    '| a |', '<pre>', '</pre>', '<b>', '@example\n', '{@link a}', '**', '*a*', '.. note:: a\n', '.. a::\n',
    'def f():\n', 'class A:\n', '#if 0\n', '#endif\n', 'noqa', 'localproof: off', 'localproof: x', '%s', 'a_b',
    'aB', '--a', '[a](b)', 'Copyright 2020', 'TODO(a): ', '------',
]
# fmt: on


@given(st.sampled_from(CODE), st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
@example("python", '"""a\\"""b')
@example("c", "/*/ some words here */")
@settings(max_examples=150, deadline=None)
def test_places_hold_for_any_mixture_of_fragments(format_name: str, text: str) -> None:
    seen(format_name, text)


@given(st.sampled_from(CODE), st.text())
@settings(max_examples=60, deadline=None)
def test_places_hold_for_any_text(format_name: str, text: str) -> None:
    seen(format_name, text)
    seen(format_name, OPENING.get(format_name, "// ") + text)


@given(
    st.sampled_from([name for name in CODE if name not in CLOSING]),
    st.lists(st.sampled_from(["alpha", "béta", "😀x", "e\u0301t", "שלום"]), min_size=2),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=150, deadline=None)
def test_words_come_out_as_they_went_in(format_name: str, words: list[str], end: str) -> None:
    mark = OPENING.get(format_name, "// ")
    lines = [mark + "Start", *(mark.removeprefix("<?php\n") + word for word in words)]
    assert texts(format_name, end.join([*lines, ""])) == [plain(" ".join(["Start", *words]))]


@pytest.mark.parametrize("format_name", ["python", "javascript", "rust", "c", "shellscript", "lua", "haskell"])
def test_long_and_deep_and_unfinished_texts_are_read_to_their_end(format_name: str) -> None:
    for unit in ("/* ", "// a ", '"""', "'", "{", "(", "{- ", "# a b c ", "word ", "`a ", "* ", "\\", "\n# a b c"):
        seen(format_name, OPENING.get(format_name, "// ") + unit * (4_000 // len(unit)))


def test_a_comment_of_half_a_megabyte_is_read() -> None:
    (block,) = seen("c", "/* " + "word " * 100_000 + "*/").blocks
    assert len(block.text) == 499_999
