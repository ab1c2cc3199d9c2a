"""Terms and rules as settings: where they come from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from localproof.config import load_settings, parse_terms
from localproof.report import BadInput


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / ".localproof" / "rules").mkdir(parents=True)
    return root


def env(root: Path) -> dict[str, str]:
    return {"LOCALPROOF_CONFIG_DIR": str(root.parent / "home")}


def test_terms_come_from_user_project_and_settings(project: Path) -> None:
    home = project.parent / "home"
    (home / "rules").mkdir(parents=True)
    (home / "terms.toml").write_text('a = "b"\n')
    (home / "rules" / "mine.toml").write_text("")
    (project / ".localproof/terms.toml").write_text('[terms]\nc = ["d", "e"]\n')
    (project / ".localproof/rules/ours.toml").write_text("# nothing\n")
    (project / "localproof.toml").write_text('[terms]\nx = { use = "y", reason = "z" }\n')
    settings = load_settings(project, {}, env(project))
    assert settings.terms == (("a", ("b",), ""), ("c", ("d", "e"), ""), ("x", ("y",), "z"))
    assert [Path(name).name for name, _ in settings.rule_files] == ["mine.toml", "ours.toml"]
    alone = load_settings(project, {}, env(project), isolated=True)
    assert (alone.terms, alone.rule_files) == ((), ())


def test_rules_behind_a_link_are_refused(project: Path) -> None:
    outside = project.parent / "outside.toml"
    outside.write_text("")
    (project / ".localproof/rules/x.toml").symlink_to(outside)
    with pytest.raises(BadInput, match="leads out of the project"):
        load_settings(project, {}, env(project))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"a": 1}, "must be what to write instead"),
        ({"a": []}, "must be what to write instead"),
        ({"a": ["b", 1]}, "must be what to write instead"),
        ({"a": {"use": "b", "why": "c"}}, "unknown key"),
        ({"a": "a"}, "take the line out"),
        ({" ": "a"}, "no term"),
        ({"a.*b": "c"}, "no term: terms are words as they stand"),
        ({"a": "b|c"}, "no term: terms are"),
        ({"a(": "b"}, "no term"),
        ({"a": "b\x1b[31m"}, "no term"),
        ({"avoid": {"a": "b"}}, "must be a list"),
        ({"avoid": [1]}, "each must be a term"),
        (["a"], "must be a table"),
    ],
)
def test_terms_that_make_no_sense_are_refused(raw: object, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        parse_terms(raw, "here")


def test_a_pattern_that_could_hang_is_refused(project: Path) -> None:
    (project / "localproof.toml").write_text("ignore = ['(a+)+$']\n")
    with pytest.raises(BadInput, match=r"localproof.toml:1: ignore: .*too long"):
        load_settings(project, {}, env(project))


def test_marks_that_stand_in_prose_make_terms() -> None:
    terms = {"C++": "C", "user(s)": "users", "...": "…", "R&D": "research", "->": "→"}
    assert [written for written, _, _ in parse_terms(terms, "")] == list(terms)
