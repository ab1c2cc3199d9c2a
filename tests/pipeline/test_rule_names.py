"""A rule that the settings name and no engine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from localproof.cache.store import Store
from localproof.config import Override, Settings
from localproof.pipeline import rule_names
from localproof.pipeline.rule_names import require_known_rules
from localproof.report import BadInput


def complaint(settings: Settings) -> str:
    with pytest.raises(BadInput) as caught:
        require_known_rules(settings, None)
    return str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("localproof/AABit", "no rule is called 'localproof/AABit'; did you mean localproof/ABit?"),
        ("model/articel", "no rule is called 'model/articel'; did you mean model/article?"),
        ("localproof/Nothing*", "no rule matches 'localproof/Nothing*'"),
        ("harpr/OxfordComma", "there is no engine 'harpr'; did you mean harper?"),
        ("local\x1bproof/X", "there is no engine 'local"),
    ],
)
def test_a_misspelt_rule_is_said_with_a_near_name(pattern: str, said: str) -> None:
    told = complaint(Settings(disable=(pattern,)))
    assert said in told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    "pattern",
    ["*/EN_QUOTES", "oxfordcomma", "languagetool/IT_IS[37]", "LocalProof/abit", "house/Foo", "model/*", "*/*"],
)
def test_what_names_a_rule_in_any_way_is_taken(pattern: str) -> None:
    require_known_rules(Settings(disable=(pattern,)), None)


def test_a_rule_is_switched_on_as_it_is_written() -> None:
    require_known_rules(Settings(enable=("harper/OxfordComma", "OxfordComma")), None)
    assert "did you mean localproof/ABit?" in complaint(Settings(enable=("localproof/abit",)))


def test_a_server_is_believed_whatever_rules_it_has() -> None:
    settings = Settings(disable=("languagetool/NEVER_SEEN",), languagetool_server="http://localhost:8081")
    require_known_rules(settings, None)


def test_a_rule_of_some_paths_is_looked_up_too(tmp_path: Path) -> None:
    override = Override(("a/*",), {"disable": ("localproof/Nothing",)}, "localproof.toml: [[overrides]] 1")
    assert complaint(Settings(overrides=(override,))).startswith("localproof.toml: [[overrides]] 1: disable: no rule")


def test_the_line_that_names_a_wrong_rule_is_told(tmp_path: Path) -> None:
    file = tmp_path / "localproof.toml"
    file.write_text('disable = [\n  "SpellCheck",\n  "localproof/Nothing",\n]\n')
    settings = Settings(disable=("SpellCheck", "localproof/Nothing"), sources={"disable": str(file)})
    assert complaint(settings).startswith(f"{file}:3: disable: ")


def test_what_an_engine_has_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule_names._rules_for.cache_clear()
    store = Store(tmp_path / "answers.sqlite3")
    known = Settings(disable=("localproof/ABit",))
    require_known_rules(known, store)
    monkeypatch.setattr("localproof.engines.patterns.catalogue", None)
    rule_names._rules_for.cache_clear()  # as in another run
    require_known_rules(known, store)
    store.close()
    with pytest.raises(TypeError):
        require_known_rules(known, None)
