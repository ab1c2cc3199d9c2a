"""Terms of other tools: the simple ones are taken, the others are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from localproof.config import read_terms
from localproof.project.imported_terms import read_imported_terms
from localproof.project.term_lists import add_terms, import_terms, remove_terms
from localproof.report import BadInput


def taken(path: Path, text: str) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    path.write_text(text)
    found = read_imported_terms(path)
    return {written: preferred for written, preferred, _ in found.terms}, [entry for entry, _ in found.left_out]


def test_a_substitution_of_vale(tmp_path: Path) -> None:
    rule = (
        "extends: substitution\nignorecase: true\nswap:\n  E-?mail: email\n  kill: stop|end\n  '(a+) b': $1\n  x.*: y\n"
    )
    terms, left = taken(tmp_path / "Words.yml", rule)
    assert terms == {"e-mail": ("email",), "kill": ("stop", "end")}
    assert left == ["Words: (a+) b", "Words: x.*"]


def test_an_existence_and_what_else_vale_has(tmp_path: Path) -> None:
    terms, left = taken(tmp_path / "Avoid.yml", "extends: existence\nmessage: Why.\ntokens:\n  - simply\n  - 'a\\d'\n")
    assert (terms, left) == ({"simply": ()}, ["Avoid: a\\d"])
    assert taken(tmp_path / "Caps.yml", "extends: capitalization\nscope: heading\n") == ({}, ["Caps"])
    assert taken(tmp_path / "Head.yml", "extends: existence\nscope: heading\ntokens: [x]\n") == ({}, ["Head"])
    assert taken(tmp_path / "reject.txt", "whitelist\n[Bb]lacklist\n")[0].keys() == {
        "whitelist",
        "Blacklist",
        "blacklist",
    }


def test_rules_of_prh(tmp_path: Path) -> None:
    rules = "version: 1\nimports: [other.yml]\nrules:\n  - expected: jQuery\n"
    rules += "  - expected: Cookie\n    pattern: /cookies?/i\n"
    rules += "  - expected: $1 x\n    pattern: /(a)/\n  - expected: ウェブ\n    pattern: ウエブ\n"
    terms, left = taken(tmp_path / "prh.yml", rules)
    assert terms == {"jquery": ("jQuery",), "cookie": ("Cookie",), "cookies": ("Cookie",)}
    assert left == ["prh: imports other.yml", "prh: /(a)/", "prh: ウエブ"]


def test_flagged_words_of_cspell(tmp_path: Path) -> None:
    terms, left = taken(tmp_path / "cspell.json", '{"flagWords": ["hte->the", "whilst"], "suggestWords": ["a:b, c"]}')
    assert (terms, left) == ({"hte": ("the",), "whilst": (), "a": ("b", "c")}, [])


@pytest.mark.parametrize("text", ["a: [", "just words", "[]", "{}", "x: 1"])
def test_what_is_no_file_of_rules_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yml").write_text(text)
    with pytest.raises(BadInput):
        read_imported_terms(tmp_path / "x.yml")


def test_a_folder_is_read_and_a_broken_file_in_it_named(tmp_path: Path) -> None:
    (tmp_path / "A.yml").write_text("extends: existence\ntokens: [simply]\n")
    (tmp_path / "B.yml").write_text("a: [")
    found = read_imported_terms(tmp_path)
    assert [t[0] for t in found.terms] == ["simply"] and found.left_out[0][0].endswith("B.yml")


def test_a_file_of_terms_keeps_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "terms.toml"
    path.write_text('# ours\r\na = "b"  # why\r\navoid = ["x"]\r\n', newline="")
    add_terms(path, [("c", ("d",), ""), ("y", (), "because"), ("a", ("b",), "")])
    text = path.read_bytes().decode()
    assert text.startswith('# ours\r\na = "b"  # why\r\n') and "\n" not in text.replace("\r\n", "")
    assert set(read_terms(path)) == {("a", ("b",), ""), ("c", ("d",), ""), ("x", (), ""), ("y", (), "because")}
    assert remove_terms(path, ["a", "y", "z"]) == ("a", "y")
    assert set(read_terms(path)) == {("c", ("d",), ""), ("x", (), "")}


def test_an_import_keeps_what_is_there(tmp_path: Path) -> None:
    path, rules = tmp_path / "terms.toml", tmp_path / "Words.yml"
    path.write_text('e-mail = "mail"\n')
    rules.write_text("extends: substitution\nswap: {e-mail: email, b: c}\n")
    done = import_terms(path, rules)
    assert (done.new, done.known) == ((("b", ("c",), ""),), 1)
    assert read_terms(path) == (("e-mail", ("mail",), ""), ("b", ("c",), ""))
