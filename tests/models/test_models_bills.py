"""Bills of materials: that they are what the published schemas ask for, and that they make nothing up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from localproof.models import cyclonedx, spdx
from localproof.models.added import describe_file
from localproof.models.catalogue import ModelEntry, shipped_entries
from localproof.models.gguf import GgufHeader
from localproof.models.vocabulary import CLAIMS

SCHEMAS = Path(__file__).parents[1] / "schemas"
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
UNKNOWN = describe_file(GgufHeader(3, 0, 0, {}, 100), Path("unknown.gguf"), "0" * 64)


@cache
def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text("utf-8"))


def cyclonedx_validator() -> Any:
    known = ("spdx", "jsf-0.82", "cryptography-defs")
    near = [(f"http://cyclonedx.org/schema/{n}.SNAPSHOT.schema.json", f"{n}.SNAPSHOT.schema.json") for n in known]
    registry: Any = Registry().with_resources([(url, Resource.from_contents(schema(name))) for url, name in near])
    return jsonschema.Draft7Validator(schema("bom-1.7.SNAPSHOT.schema.json"), registry=registry)


def complaints(validator: Any, document: Any) -> list[str]:
    return [f"{list(e.absolute_path)}: {e.message[:300]}" for e in validator.iter_errors(document)]


@pytest.mark.parametrize(
    "models", [shipped_entries(), (UNKNOWN,), ()], ids=["ours", "one of which nothing is known", "none"]
)
def test_a_cyclonedx_bill_is_what_its_schema_asks_for(models: tuple[ModelEntry, ...]) -> None:
    document = json.loads(json.dumps(cyclonedx.bill(models, NOW)))
    assert complaints(cyclonedx_validator(), document) == []
    assert len(document["components"]) == len(models)


def spdx_complaints(element: dict[str, Any]) -> list[str]:
    """What the schema has against one element as that which its `type` says it is. (To ask the schema about a whole
    document takes this library minutes, because it tries each element as everything that there is.)"""
    whole = schema("spdx-3.0.1.json")
    one = {"$ref": f"#/$defs/{element['type']}", "unevaluatedProperties": False, "$defs": whole["$defs"]}
    return complaints(jsonschema.Draft202012Validator(one), element)


@pytest.mark.parametrize("models", [shipped_entries(), (UNKNOWN,)], ids=["ours", "one of which nothing is known"])
def test_an_spdx_document_is_what_its_schema_asks_for(models: tuple[ModelEntry, ...]) -> None:
    document = json.loads(json.dumps(spdx.bill(models, NOW)))
    shapes = {(e["type"], *sorted(e)): e for e in document["@graph"]}  # one of each will do: the values are texts
    assert [wrong for element in shapes.values() for wrong in spdx_complaints(element)] == []
    ids = [element["spdxId"] for element in document["@graph"] if "spdxId" in element]
    assert len(ids) == len(set(ids))
    for element in document["@graph"]:
        if element["type"] == "Relationship":
            assert {element["from"], *element["to"]} <= set(ids)


def test_the_schemas_do_refuse_what_is_wrong() -> None:
    bill = json.loads(json.dumps(cyclonedx.bill(shipped_entries(), NOW)))
    bill["components"][0]["modelCard"]["considerations"]["environmentalConsiderations"]["energyConsumptions"] = [{}]
    assert complaints(cyclonedx_validator(), bill)
    package = next(e for e in spdx.bill(shipped_entries(), NOW)["@graph"] if e["type"] == "ai_AIPackage")
    assert spdx_complaints({**package, "creationInfo": None}) and spdx_complaints({**package, "co2": 1})


def test_every_claim_and_every_gap_is_in_the_bill() -> None:
    for component, model in zip(cyclonedx.bill(shipped_entries(), NOW)["components"], shipped_entries(), strict=True):
        named = {row["name"]: row["value"] for row in component["properties"]}
        assert {f"localproof:{name}" for name in CLAIMS} <= set(named)
        assert all(named.values())
        assert named["localproof:carbon:status"] == model.claim("carbon").status


def test_the_energy_of_another_model_is_not_booked_as_this_ones() -> None:
    for model, component in zip(shipped_entries(), cyclonedx.bill(shipped_entries(), NOW)["components"], strict=True):
        rows = component["modelCard"]["considerations"]["environmentalConsiderations"].get("energyConsumptions", [])
        own = [cost.energy.value for cost in model.costs if cost.of == "self" and cost.energy.known]
        assert [row["activityEnergyCost"]["value"] for row in rows] == own
    packages = [e for e in spdx.bill(shipped_entries(), NOW)["@graph"] if e["type"] == "ai_AIPackage"]
    assert sum("ai_energyConsumption" in package for package in packages) == sum(
        any(cost.of == "self" and cost.energy.known for cost in model.costs) for model in shipped_entries()
    )


def test_a_date_that_is_not_known_is_left_out() -> None:
    packages = {e["name"]: e for e in spdx.bill(shipped_entries(), NOW)["@graph"] if e["type"] == "ai_AIPackage"}
    assert packages["OLMo 2 1B Instruct"]["releaseTime"] == "2025-04-30T00:00:00Z"
    assert "releaseTime" not in packages["Qwen3 0.6B"] and "released: not found" in packages["Qwen3 0.6B"]["comment"]


def test_the_same_models_make_the_same_bill() -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    first, second = cyclonedx.bill(shipped_entries(), NOW), cyclonedx.bill(shipped_entries(), later)
    assert first["serialNumber"] == second["serialNumber"] and first["metadata"] != second["metadata"]
    assert spdx.bill(shipped_entries(), NOW)["@graph"][-1] == spdx.bill(shipped_entries(), later)["@graph"][-1]


def test_where_a_file_lies_on_this_machine_is_in_no_bill() -> None:
    mine = describe_file(GgufHeader(3, 0, 0, {}, 100), Path("/home/somebody/secret/a.gguf"), "0" * 64)
    for document in (cyclonedx.bill((mine,), NOW), spdx.bill((mine,), NOW)):
        assert "somebody" not in json.dumps(document)
