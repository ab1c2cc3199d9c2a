"""The catalogue as a machine-learning bill of materials: CycloneDX 1.7 (ECMA-424), in JSON.

What CycloneDX has no field for, and every gap, stands in properties named
``localproof:…``: a reader of the bill must not take what is left out for what
is not so.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from .. import __version__
from .card import card_lines, describe_claim, describe_tokens
from .catalogue import Claim, ModelEntry, ModelFile, TrainingCost, TrainingData
from .licences import spdx_id
from .vocabulary import CLAIMS

# Of our own bills: one of the same content has the same name.
_NAMESPACE = uuid.UUID("2f6c2e0c-4a9e-5f43-9d0e-7a1d2b6f3c11")


def bill(models: Iterable[ModelEntry], now: datetime) -> dict[str, Any]:
    """A bill of `models`. It has the same serial number whenever it has the same models in it."""
    components = [_component(model) for model in models]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, repr(components))}",
        "version": 1,
        "metadata": {
            "timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {"components": [{"type": "application", "name": "localproof", "version": __version__}]},
        },
        "components": components,
    }


def _component(model: ModelEntry) -> dict[str, Any]:
    licence = model.licence()
    files = [_file(model, file) for file in model.files if file.filename]
    ancestors = [_ancestor(model, number) for number in range(len(model.bases))]
    component: dict[str, Any] = {"type": "machine-learning-model", "bom-ref": model.id, "name": model.name}
    if model.organization:
        component["supplier"] = {"name": model.organization}
    if model.version:
        component["version"] = model.version
    if licence.known:
        component["licenses"] = [_licence(str(licence.value))]
    hashes = [h for file in files for h in file.get("hashes", ())]
    if len(model.files) == 1 and hashes:
        component["hashes"] = hashes
    if ancestors:
        component["pedigree"] = {"ancestors": ancestors}
    if files:
        component["components"] = files
    component["modelCard"] = _card(model)
    component["properties"] = list(_properties(model))
    return component


def _licence(said: str) -> dict[str, Any]:
    known = spdx_id(said)
    return {"license": {"id" if known else "name": known or said, "acknowledgement": "declared"}}


def _file(model: ModelEntry, file: ModelFile) -> dict[str, Any]:
    """A file; the user's own without its place on this machine, which is nobody's business."""
    found: dict[str, Any] = {"type": "file", "bom-ref": f"{model.id}/{file.filename}", "name": file.filename}
    if file.sha256:
        found["hashes"] = [{"alg": "SHA-256", "content": file.sha256}]
    if file.url:
        found["externalReferences"] = [{"type": "distribution", "url": file.url}]
    facts = {
        "repository": file.repo,
        "file-type": file.file_type,
        "bytes": f"{file.size}" if file.size is not None and file.size_is_exact else "",
        "quantized-by": file.quantized_by,
    }
    found["properties"] = [_property(name, text or "not known") for name, text in facts.items()]
    return found


def _ancestor(model: ModelEntry, number: int) -> dict[str, Any]:
    base = model.bases[number]
    found: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": f"{model.id}/ancestor-{number + 1}",
        "name": base.name,
        "properties": [_property("relation", base.relation), _property("teacher", "yes" if base.teacher else "no")],
    }
    if base.licence.known:
        found["licenses"] = [_licence(str(base.licence.value))]
    if base.repo_url:
        found["externalReferences"] = [{"type": "distribution", "url": base.repo_url}]
    return found


def _card(model: ModelEntry) -> dict[str, Any]:
    parameters: dict[str, Any] = {"task": "scoring edits of English prose", "architectureFamily": "transformer network"}
    if model.architecture:
        parameters["modelArchitecture"] = model.architecture
    parameters["datasets"] = [_dataset(data) for data in model.data]
    consent = model.claim("consent.level")
    considerations: dict[str, Any] = {
        "useCases": ["judging and proposing single edits of prose, on the writer's own machine"],
        "ethicalConsiderations": [
            {"name": f"consent of those whose texts it was trained on: {describe_claim(consent)}"}
        ],
        "environmentalConsiderations": _environment(model),
    }
    if model.limits:
        considerations["technicalLimitations"] = list(model.limits)
    return {"modelParameters": parameters, "considerations": considerations}


def _dataset(data: TrainingData) -> dict[str, Any]:
    known = (
        f"{describe_tokens(data.tokens)} tokens"
        if data.tokens.known
        else f"number of tokens: {describe_claim(data.tokens)}"
    )
    made = f"written by {', '.join(data.synthetic_from)}" if data.synthetic_from else ""
    facts = (
        data.stage,
        known,
        f"licence: {data.licence or 'not known'}",
        data.collection,
        made,
        f"availability: {data.availability or 'not known'}",
        f"status: {data.status}",
        data.note,
    )
    found: dict[str, Any] = {"type": "dataset", "name": data.name, "description": "; ".join(filter(None, facts))}
    if data.url:
        found["contents"] = {"url": data.url}
    return found


def _environment(model: ModelEntry) -> dict[str, Any]:
    """The energy of this very model in the field for it; that of others, and what is not known, in properties."""
    carbon = model.claim("carbon")
    rows = [_consumption(model, cost, carbon) for cost in model.costs if cost.of == "self" and cost.energy.known]
    others = [
        _property(f"energy:{line.label}", line.text)
        for line in card_lines(model)
        if line.section == "Cost" and " energy" in line.label
    ]
    others += [_property("carbon", describe_claim(carbon)), _property("water", describe_claim(model.claim("water")))]
    return {**({"energyConsumptions": rows} if rows else {}), "properties": others}


def _consumption(model: ModelEntry, cost: TrainingCost, carbon: Claim) -> dict[str, Any]:
    row: dict[str, Any] = {
        "activity": cost.activity,
        "energyProviders": [],
        "activityEnergyCost": {"value": cost.energy.value, "unit": "kWh"},
        "properties": [
            _property("status", cost.energy.status),
            _property("scope", cost.scope),
            _property("method", cost.method or "not stated"),
            _property("source", cost.energy.source),
        ],
    }
    if cost.activity == "training" and carbon.known and carbon.facts.get("unit") == "tCO2eq":
        row["co2CostEquivalent"] = {"value": carbon.value, "unit": "tCO2eq"}
    return row


def _properties(model: ModelEntry) -> Iterator[dict[str, str]]:
    """Every claim in words, with its status and its source."""
    for name in CLAIMS:
        claim = model.claim(name)
        yield _property(name, describe_claim(claim))
        yield _property(f"{name}:status", claim.status)
        if source := model.sources.get(claim.source):
            where = f"{source.title}, {claim.locator}" if claim.locator else source.title
            yield _property(f"{name}:source", f"{where}; {claim.read_by}, {claim.checked}; {source.url}".rstrip("; "))
    yield _property("license.conflict", model.conflict or "none is known")
    yield _property("license.use_policy", model.use_policy or "none is known")


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"localproof:{name}", "value": value}
