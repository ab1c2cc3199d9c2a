"""The catalogue of models: that ours keeps its own rules, and that no entry can leave a gap unsaid."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localproof.models.card import card_lines
from localproof.models.catalogue import load, parse_catalogue, shipped_entries, shipped_path
from localproof.models.licences import is_osi
from localproof.models.validity import complaints
from localproof.models.vocabulary import CLAIMS, GAPS, LADDER
from localproof.report import BadInput

RAW: dict[str, Any] = tomllib.loads(shipped_path().read_text("utf-8"))
NAMED = (
    *("apertus-v1.1-0.5b-instruct", "apertus-v1.1-1.5b-instruct", "apertus-8b-instruct-2509"),
    *("luciole-1b-instruct-1.1", "olmo2-1b-instruct-q4km", "smollm2-135m-instruct", "smollm2-360m-instruct"),
    *("smollm3-3b", "comma-v0.1-2t", "kl3m-002-170m", "baguettotron-321m", "llama-3.2-1b-instruct"),
    *("gemma-3-270m-it", "qwen3-0.6b", "granite-4.0-350m"),
)


def tables(value: object) -> Iterator[dict[str, Any]]:
    """Every table of a TOML value, however deep."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from tables(inner)


def test_our_own_catalogue_is_sound() -> None:
    assert complaints(RAW) == []
    assert set(NAMED) <= {model.id for model in shipped_entries()}


def test_every_value_has_a_status_and_a_source_that_says_who_read_it() -> None:
    sources = {row["id"]: row for row in RAW["source"]}
    values = [table for table in tables(RAW["model"]) if "value" in table]
    assert len(values) > 150
    assert [v for v in values if v.get("status") in (None, *GAPS) or v.get("source") not in sources] == []
    assert all(re.fullmatch(r"20\d\d-\d\d(-\d\d)?", str(row["checked"])) for row in sources.values())
    assert {row["read_by"] for row in sources.values()} == {"primary", "second-hand"}


def test_no_source_is_named_for_nothing() -> None:
    used = {table.get("source") for table in tables(RAW["model"])}
    assert {row["id"] for row in RAW["source"]} - used == set()


@pytest.mark.parametrize("model", shipped_entries(), ids=lambda m: m.id)
def test_no_field_of_ours_is_left_out(model: Any) -> None:
    assert [name for name in CLAIMS if name not in model.claims] == []
    assert [cost.of for cost in model.costs].count("self") == 1
    assert model.data and model.source


def test_nothing_is_zero_for_unknown_and_nothing_stands_for_all() -> None:
    for table in tables(RAW["model"]):
        assert not [key for key, value in table.items() if not isinstance(value, bool) and value in (0, 0.0)]
        assert not {"score", "rating", "grade", "rank", "stars"} & set(table)


def test_a_licence_that_is_called_open_is_one() -> None:
    for table in tables(RAW["model"]):
        if "osi" in table:
            assert table["osi"] == is_osi(table["value"]), table


@pytest.mark.parametrize("model", shipped_entries(), ids=lambda m: m.id)
def test_a_card_says_every_gap_and_what_each_figure_covers(model: Any) -> None:
    lines = list(card_lines(model))
    assert all(line.text for line in lines)
    assert {CLAIMS[name] for name in CLAIMS} <= {line.label for line in lines}
    for cost in model.costs:
        if cost.of != "self":
            assert any(cost.of.partition(":")[2] in line.text for line in lines)


def entry(change: Callable[[dict[str, Any]], None], id: str = "olmo2-1b-instruct-q4km") -> list[str]:
    """The complaints about one of our entries after a change."""
    table = copy.deepcopy(RAW)
    change(next(row for row in table["model"] if row["id"] == id))
    return complaints(table)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["parameters"].pop("status"), "status must be one of"),
        (lambda m: m["parameters"].pop("source"), "needs a source"),
        (lambda m: m["parameters"].update(source="nowhere"), "is not among [[source]]"),
        (lambda m: m["parameters"].pop("value"), "without a value"),
        (lambda m: m["parameters"].update(status="not_found"), "a value cannot be not_found"),
        (lambda m: m["parameters"].update(value=0), "leave it out and say why"),
        (lambda m: m["carbon"].update(value=0, status="disclosed", source="olmo2-card"), "leave it out and say why"),
        (lambda m: m.update(score=7), "unknown key 'score'"),
        (lambda m: m["openness"].update(score={"status": "not_found"}), "stand for everything else"),
        (lambda m: m["file"][0].update(sha256="ABC"), "64 hexadecimal digits"),
        (lambda m: m["file"][0].update(sha256="0" * 63), "64 hexadecimal digits"),
        (lambda m: m["file"][0].update(bytes=0), "leave it out"),
        (lambda m: m["file"][0].update(filename="../../x"), "without a folder"),
        (lambda m: m["file"][0].update(filename=".."), "without a folder"),
        (lambda m: m["energy"][1].pop("of"), "must say what the number covers"),
        (lambda m: m["energy"][1].pop("scope"), "a scope"),
        (lambda m: m["energy"][1].update(unit="MWh"), "kWh"),
        (lambda m: m["consent"]["level"].update(value="fine"), "consent.level must be one of"),
        (lambda m: m["data"][0].update(stage="magic"), "stage must be one of"),
        (lambda m: m["data"][0].pop("status"), "needs a status"),
        (lambda m: m["base_model"][0].update(relation="distill"), "names its teacher"),
        (lambda m: m["base_model"][0].update(teacher=True), "needs a row of its own"),
        (lambda m: m["base_model"][0].update(teacher="yes"), "true or false"),
        (
            lambda m: m["base_model"][0].update(
                license={"value": "LicenseRef-Gemma-Terms-of-Use", "status": "disclosed", "source": "olmo2-card"}
            ),
            "say so in license.conflict",
        ),
        (lambda m: m.update(license="MIT"), "must be a table"),
        (lambda m: m.update(file={"filename": "a"}), "[[model.file]]"),
        (lambda m: m.update(parameters=5), "must be a claim"),
        (lambda m: m.update(id="Ä b"), "needs an id"),
        (lambda m: m.update(id="qwen3-0.6b"), "there twice"),
        (lambda m: m.update(roles=["write"]), "roles are"),
        (lambda m: m.update(languages="en"), "list of texts"),
    ],
)
def test_an_entry_that_hides_something_is_refused(change: Callable[[dict[str, Any]], None], said: str) -> None:
    assert any(said in wrong for wrong in entry(change)), entry(change)


def test_a_stricter_licence_of_the_base_holds_whatever_the_tag_says() -> None:
    text = """
schema = 1
[[model]]
id = "grammar-tuned"
name = "Grammar, tuned"
[[model.base_model]]
name = "Gemma 2 2B"
license = { value = "LicenseRef-Gemma-Terms-of-Use", status = "disclosed", source = "s" }
[model.license]
weights = { value = "Apache-2.0", status = "disclosed", source = "s" }
conflict = "tagged Apache-2.0, made from Gemma 2"
[[source]]
id = "s"
title = "A card"
"""
    model = parse_catalogue(text, "mine", own=True)[0]
    assert model.licence().value == "LicenseRef-Gemma-Terms-of-Use" and model.conflict


def test_the_ladder_has_no_model_on_its_first_rung() -> None:
    levels = {model.claim("consent.level").value for model in shipped_entries()}
    assert levels <= {None, *LADDER} and LADDER[0] not in levels


def test_the_users_own_entry_takes_the_place_of_ours(tmp_path: Path) -> None:
    env = {"LOCALPROOF_CONFIG_DIR": str(tmp_path)}
    assert load(env).get("qwen3-0.6b").organization.startswith("Alibaba")
    (tmp_path / "models.toml").write_text('schema = 1\n[[model]]\nid = "qwen3-0.6b"\nname = "Mine"\n')
    mine = load(env).get("qwen3-0.6b")
    assert mine.name == "Mine" and mine.own and mine.claim("carbon").status == "not_found"
    with pytest.raises(BadInput, match=r"no model is called 'qwen3'; did you mean qwen3-0.6b"):
        load(env).get("qwen3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema = 1\n[[model", "not valid TOML"),
        ("schema = 2", "schema must be 1"),
        ('schema = 1\nmodel = "x"', r"\[\[model\]\]"),
        ("schema = 1\n[[model]]\nid = 3", "needs an id"),
        ('schema = 1\n[[model]]\nid = "a"\nnmae = "x"', "unknown key 'nmae'"),
        ("x = " + "[" * 5000, "not valid TOML"),
    ],
)
def test_a_catalogue_that_is_none_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "models.toml").write_text(text)
    with pytest.raises(BadInput, match=said) as caught:
        load({"LOCALPROOF_CONFIG_DIR": str(tmp_path)})
    assert "\n" not in str(caught.value)
