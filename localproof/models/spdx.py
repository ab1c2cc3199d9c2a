"""The catalogue as an SPDX 3.0.1 document in JSON-LD, with the profiles for AI, datasets and software.

SPDX has no field for CO2, consent or a gap: these stand, in words, in the
comment of the package they belong to. A date or an address that is not known is
left out; it is never made up.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from .. import __version__
from .card import card_lines, describe_claim, describe_tokens
from .catalogue import ModelEntry, TrainingData
from .licences import spdx_id

_NAMESPACE = uuid.UUID("6f0cbb52-93a5-5d1e-8f5b-55a6f8a7d0aa")
_INFO = "_:creationinfo"
_AVAILABLE = ("clickthrough", "directDownload", "query", "registration", "scrapingScript")


def bill(models: Iterable[ModelEntry], now: datetime) -> dict[str, Any]:
    """A document of `models`. It has the same name whenever it has the same models in it."""
    models = tuple(models)
    base = f"urn:uuid:{uuid.uuid5(_NAMESPACE, repr([(m.id, m.entry) for m in models]))}#"
    graph = _SpdxGraph(base)
    maker = graph.add("SoftwareAgent", "localproof", name="LocalProof", summary=f"version {__version__}")
    info = {
        "type": "CreationInfo",
        "@id": _INFO,
        "specVersion": "3.0.1",
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "createdBy": [maker],
    }
    roots = [_model(graph, model) for model in models]
    elements = [element["spdxId"] for element in graph.elements]
    graph.add(
        "SpdxDocument",
        "document",
        name="models that LocalProof knows",
        profileConformance=["core", "software", "ai", "dataset", "simpleLicensing"],
        rootElement=roots,
        element=elements,
    )
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [info, *graph.elements]}


class _SpdxGraph:
    """The elements of a document, each with a name of its own."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.elements: list[dict[str, Any]] = []
        self._known: dict[str, str] = {}

    def add(self, kind: str, id: str, **values: Any) -> str:
        """A new element; its name."""
        spdx_id = self._base + id
        self.elements.append({"type": kind, "spdxId": spdx_id, "creationInfo": _INFO, **values})
        return spdx_id

    def once(self, kind: str, id: str, **values: Any) -> str:
        """An element that several lean on, made when it is first asked for; its name."""
        if id not in self._known:
            self._known[id] = self.add(kind, id, **values)
        return self._known[id]

    def relate(self, of: str, kind: str, to: list[str], id: str) -> None:
        """A relationship from one element to others."""
        self.add("Relationship", id, **{"from": of, "relationshipType": kind, "to": to})

    def declare(self, of: str, licence: str, id: str) -> None:
        """That an element is said to be under a licence."""
        number = uuid.uuid5(_NAMESPACE, licence).hex[:12]
        expression = {"simplelicensing_licenseExpression": licence}
        to = self.once("simplelicensing_LicenseExpression", f"licence-{number}", **expression)
        self.relate(of, "hasDeclaredLicense", [to], f"{id}/licence")


def _model(graph: _SpdxGraph, model: ModelEntry) -> str:
    values: dict[str, Any] = {
        "name": model.name,
        "software_primaryPurpose": "model",
        "comment": "\n".join(f"{line.section}, {line.label}: {line.text}" for line in card_lines(model, places=False)),
        "ai_typeOfModel": ["transformer language model"],
        "ai_domain": ["proofreading of prose"],
        "ai_informationAboutApplication": "scores single edits of prose, on the writer's own machine",
    }
    if model.version:
        values["software_packageVersion"] = model.version
    if model.organization:
        number = uuid.uuid5(_NAMESPACE, model.organization).hex[:12]
        values["suppliedBy"] = graph.once("Organization", f"organization-{number}", name=model.organization)
    released = model.claim("released").value
    if isinstance(released, date):
        values["releaseTime"] = f"{released.isoformat()}T00:00:00Z"
    if model.limits:
        values["ai_limitation"] = "; ".join(model.limits)
    _files(model, values)
    _energy(model, values)
    found = graph.add("ai_AIPackage", model.id, **values)
    licence = str(model.licence().value) if model.licence().known else ""
    if spdx_id(licence) or licence.startswith("LicenseRef-"):
        graph.declare(found, licence, model.id)
    _made_from(graph, model, found)
    return found


def _files(model: ModelEntry, values: dict[str, Any]) -> None:
    sums = [file.sha256 for file in model.files if file.sha256]
    if sums:
        values["verifiedUsing"] = [{"type": "Hash", "algorithm": "sha256", "hashValue": each} for each in sums]
    if url := next((file.url for file in model.files if file.url), ""):
        values["software_downloadLocation"] = url


def _energy(model: ModelEntry, values: dict[str, Any]) -> None:
    """The energy of this very model. That of others is in the comment, where it says whose it is."""
    fields = {
        "training": "ai_trainingEnergyConsumption",
        "fine-tuning": "ai_finetuningEnergyConsumption",
        "inference": "ai_inferenceEnergyConsumption",
    }
    rows: dict[str, list[dict[str, Any]]] = {}
    for cost in model.costs:
        if cost.of == "self" and cost.energy.known and cost.activity in fields:
            row = {
                "type": "ai_EnergyConsumptionDescription",
                "ai_energyQuantity": float(cost.energy.value),
                "ai_energyUnit": "kilowattHour",
            }
            rows.setdefault(fields[cost.activity], []).append(row)
    if rows:
        values["ai_energyConsumption"] = {"type": "ai_EnergyConsumption", **rows}


def _made_from(graph: _SpdxGraph, model: ModelEntry, found: str) -> None:
    """What the model was made from, and the data it was trained on."""
    bases = []
    for number, base in enumerate(model.bases, 1):
        more = {"software_downloadLocation": base.repo_url} if base.repo_url else {}
        note = f"{base.relation}{', a teacher' if base.teacher else ''}; licence: {describe_claim(base.licence)}"
        name = f"{model.id}/base-{number}"
        bases.append(graph.add("ai_AIPackage", name, name=base.name, comment=note, **more))
        if base.licence.known and spdx_id(str(base.licence.value)):
            graph.declare(bases[-1], str(base.licence.value), name)
    if bases:
        graph.relate(found, "descendantOf", bases, f"{model.id}/made-from")
    data = [_dataset(graph, model, number, row) for number, row in enumerate(model.data, 1)]
    if data:
        graph.relate(found, "trainedOn", data, f"{model.id}/trained-on")


def _dataset(graph: _SpdxGraph, model: ModelEntry, number: int, data: TrainingData) -> str:
    tokens = (
        f"{describe_tokens(data.tokens)} tokens"
        if data.tokens.known
        else f"number of tokens: {describe_claim(data.tokens)}"
    )
    note = f"{data.stage}; {tokens}; licence: {data.licence or 'not known'}; status: {data.status}"
    values: dict[str, Any] = {
        "name": data.name,
        "software_primaryPurpose": "data",
        "dataset_datasetType": ["text"],
        "comment": f"{note}; {data.note}" if data.note else note,
    }
    if data.collection:
        made = f", written by {', '.join(data.synthetic_from)}" if data.synthetic_from else ""
        values["dataset_dataCollectionProcess"] = data.collection + made
    if data.availability in _AVAILABLE:
        values["dataset_datasetAvailability"] = data.availability
    if data.url:
        values["software_downloadLocation"] = data.url
    found = graph.add("dataset_DatasetPackage", f"{model.id}/data-{number}", **values)
    if spdx_id(data.licence):
        graph.declare(found, data.licence, f"{model.id}/data-{number}")
    return found
