"""What a catalogue must hold to be one: no value without a source, no gap without a reason, no figure that stands for
all others, no cost hidden behind a teacher."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .licences import strictness
from .vocabulary import ACTIVITIES, CLAIMS, GAPS, KINDS, LADDER, RELATIONS, ROLES, SCOPES, STAGES, STATUSES

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_SUM = re.compile(r"[0-9a-f]{64}")
_WRONG_NAMES = ("score", "rating", "rank", "stars", "grade", "aggregate")  # nothing here may stand for all the rest
_TEXTS = (
    *("name", "basename", "version", "organization", "kind", "architecture", "chat_template", "source"),
    *("filename", "repo", "revision", "url", "file_type", "quantized_by", "path", "repo_url", "relation", "note"),
    *("stage", "availability", "collection", "data_statement", "locator", "checked", "title", "conflict", "use_policy"),
    *("activity", "of", "scope", "unit", "method", "read_by", "sha256"),
)
_TABLES = ("license", "disclosure", "consent", "human_work", "compute", "contact", "openness", "limits")
_LISTS = ("file", "base_model", "data", "energy")
_MODEL_KEYS = frozenset(
    (
        *("id", "name", "basename", "version", "organization", "kind", "architecture", "languages", "chat_template"),
        *("roles", "bundled", "source", *_TABLES, *_LISTS, *(name for name in CLAIMS if "." not in name)),
    )
)


def complaints(table: Mapping[str, Any]) -> list[str]:
    """All that is wrong with a catalogue that was read from TOML, in order; [] where it is sound."""
    return list(_catalogue(table))


def _catalogue(table: Mapping[str, Any]) -> Iterator[str]:
    if table.get("schema") != 1:
        yield "schema must be 1"
    for key in table:
        if key not in ("schema", "model", "source"):
            yield f"unknown key {key!r} (a catalogue has schema, [[model]] and [[source]])"
    rows = {name: table.get(name, []) for name in ("model", "source")}
    for name, value in rows.items():
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            yield f"{name} must be tables: [[{name}]]"
            return
    sources = set()
    for number, row in enumerate(rows["source"], 1):
        where = f"[[source]] {number}"
        if not isinstance(row.get("id"), str) or not isinstance(row.get("title"), str):
            yield f"{where} needs an id and a title, both texts"
            continue
        yield from _texts(row, where)
        if row.get("read_by", "second-hand") not in ("primary", "second-hand"):
            yield f"{where}: read_by must be primary or second-hand"
        if row["id"] in sources:
            yield f"{where}: {row['id']!r} is there twice"
        sources.add(row["id"])
    seen: set[str] = set()
    for number, row in enumerate(rows["model"], 1):
        id_ = row.get("id")
        if not isinstance(id_, str) or not _ID.fullmatch(id_):
            yield f"[[model]] {number} needs an id of small letters, digits, dots and dashes"
            continue
        if id_ in seen:
            yield f"model {id_}: is there twice"
        seen.add(id_)
        shape = list(_shape(row))
        yield from (f"model {id_}: {wrong}" for wrong in shape or [*_model(row, sources)])


def _shape(row: Mapping[str, Any]) -> Iterator[str]:
    """What would keep the entry from being read at all."""
    for key in row:
        if key not in _MODEL_KEYS:
            yield f"unknown key {key!r}"
    if not isinstance(row.get("name"), str):
        yield "needs a name"
    for key in _TABLES:
        if not isinstance(row.get(key, {}), dict):
            yield f"{key} must be a table"
    for key in _LISTS:
        rows = row.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
            yield f"{key} must be tables: [[model.{key}]]"
    for group in (row, *(row[key] for key in _TABLES if isinstance(row.get(key), dict))):
        for key in ("languages", "roles", "text"):
            value = group.get(key, [])
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                yield f"{key} must be a list of texts"
    for claim in CLAIMS:
        group, _, key = claim.partition(".")
        outer = row.get(group, {})
        value = outer.get(key) if key and isinstance(outer, dict) else outer if not key else None
        if value not in (None, {}) and not isinstance(value, dict):
            yield f'{claim} must be a claim: {{ value = …, status = "…", source = "…" }}'
    if not isinstance(row.get("bundled", False), bool):
        yield "bundled must be true or false"


def _texts(row: Mapping[str, Any], where: str) -> Iterator[str]:
    for key in _TEXTS:
        if key in row and not isinstance(row[key], str) and not (key == "checked" or isinstance(row[key], dict)):
            yield f"{where}: {key} must be a text"


def _model(row: Mapping[str, Any], sources: set[str]) -> Iterator[str]:
    yield from _texts(row, "the entry")
    if row.get("source") and row["source"] not in sources:
        yield f"source {row['source']!r} is not among [[source]]"
    if row.get("kind", "") not in ("", *KINDS):
        yield f"kind must be one of {', '.join(KINDS)}"
    for role in row.get("roles", ()):
        if role not in ROLES:
            yield f"roles are {', '.join(ROLES)}, not {role!r}"
    yield from _claims(row, "", sources)
    for number, file in enumerate(row.get("file", ()), 1):
        yield from _file(file, f"file {number}", sources)
    for number, data in enumerate(row.get("data", ()), 1):
        yield from _data(data, f"data {number}")
    for number, cost in enumerate(row.get("energy", ()), 1):
        yield from _cost(cost, f"energy {number}")
    level = row.get("consent", {}).get("level", {}).get("value", "unknown")
    if level not in LADDER:
        yield f"consent.level must be one of {', '.join(LADDER)}"
    yield from _bases(row)


def _claims(value: object, where: str, sources: set[str]) -> Iterator[str]:
    """The rules for every table of claims, however deep: value, status and source belong together."""
    if isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _claims(each, f"{where} {number}".strip(), sources)
    if not isinstance(value, dict):
        return
    shown = where or "the entry"
    for key, inner in value.items():
        if key in _WRONG_NAMES:
            yield f"{shown}: {key!r} would stand for everything else; say each thing by itself"
        if isinstance(inner, dict | list):
            yield from _claims(inner, f"{where}.{key}" if where else key, sources)
    if "value" in value or "status" in value:
        yield from _claim(value, shown, sources)
    elif where and value.get("source") and value["source"] not in sources:
        yield f"{shown}: source {value['source']!r} is not among [[source]]"


def _claim(claim: Mapping[str, Any], where: str, sources: set[str]) -> Iterator[str]:
    status, number = claim.get("status"), claim.get("value")
    if status not in STATUSES:
        yield f"{where}: status must be one of {', '.join(STATUSES)}"
    elif "value" in claim and status in GAPS:
        yield f"{where}: a value cannot be {status}"
    elif "value" not in claim and status not in GAPS and "activity" not in claim and "stage" not in claim:
        yield f"{where}: without a value, status must be one of {', '.join(GAPS)}"
    if isinstance(number, int | float) and not isinstance(number, bool) and number <= 0:
        yield f"{where}: {number} is no value for what is unknown; leave it out and say why in status"
    if isinstance(number, dict | list):
        yield f"{where}: a value is a text, a number, a date, true or false"
    if "value" in claim and not claim.get("source"):
        yield f"{where}: a value needs a source"
    if claim.get("source") and claim["source"] not in sources:
        yield f"{where}: source {claim['source']!r} is not among [[source]]"
    if claim.get("read_by", "primary") not in ("primary", "second-hand"):
        yield f"{where}: read_by must be primary or second-hand"
    yield from _texts(claim, where)


def _file(file: Mapping[str, Any], where: str, sources: set[str]) -> Iterator[str]:
    yield from _texts(file, where)
    name = file.get("filename", "")
    if not isinstance(name, str) or re.search(r"[/\\\0]|^\.", name) or not (name or file.get("repo")):
        yield f"{where}: needs a filename, without a folder, or at least the repo that has such files"
    if "sha256" in file and not (isinstance(file["sha256"], str) and _SUM.fullmatch(file["sha256"])):
        yield f"{where}: sha256 must be 64 hexadecimal digits, in small letters; leave it out where it is not known"
    for key in ("bytes", "bytes_at_most"):
        size = file.get(key, 1)
        if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
            yield f"{where}: {key} must be a number above 0; leave it out where it is not known"
    if not isinstance(file.get("official", False), bool):
        yield f"{where}: official must be true or false"
    if not file.get("source"):
        yield f"{where}: needs a source"


def _data(data: Mapping[str, Any], where: str) -> Iterator[str]:
    yield from _texts(data, where)
    if data.get("stage") not in STAGES:
        yield f"{where}: stage must be one of {', '.join(STAGES)}"
    if not isinstance(data.get("name"), str):
        yield f"{where}: needs a name"
    if data.get("status") not in STATUSES:
        yield f"{where}: needs a status"
    elif data["status"] not in GAPS and not data.get("source"):
        yield f"{where}: needs a source"
    if not isinstance(data.get("license", ""), str):
        yield f"{where}: license must be a text"
    if not isinstance(data.get("tokens", {}), dict):
        yield f"{where}: tokens must be a claim"
    made = data.get("synthetic_from", [])
    if not isinstance(made, list) or not all(isinstance(each, str) for each in made):
        yield f"{where}: synthetic_from must be a list of texts"


def _cost(cost: Mapping[str, Any], where: str) -> Iterator[str]:
    if cost.get("activity") not in ACTIVITIES:
        yield f"{where}: activity must be one of {', '.join(ACTIVITIES)}"
    if not isinstance(cost.get("of"), str) or not cost["of"]:
        yield f'{where}: of must say what the number covers: "self", or "teacher:NAME" or "sibling:NAME"'
    if "status" not in cost:
        yield f"{where}: needs a status"
    if cost.get("scope", "") not in SCOPES:
        yield f"{where}: scope must be one of {', '.join(filter(None, SCOPES))}"
    if "value" in cost and (cost.get("unit") != "kWh" or not cost.get("scope")):
        yield f'{where}: a value needs unit = "kWh" and a scope'
    if "value" not in cost and cost.get("status") not in GAPS:
        yield f"{where}: without a value, status must be one of {', '.join(GAPS)}"
    if "value" in cost and (not isinstance(cost["value"], int | float) or isinstance(cost["value"], bool)):
        yield f"{where}: value must be a number"
    pue = cost.get("pue", 1.0)
    if not isinstance(pue, int | float) or isinstance(pue, bool) or pue < 1:
        yield f"{where}: pue must be a number from 1"


def _bases(row: Mapping[str, Any]) -> Iterator[str]:
    """Teachers with their cost, and licences that agree with those of the models that this one was made from."""
    covered = {str(cost.get("of", "")).removeprefix("teacher:") for cost in row.get("energy", ())}
    own = row.get("license", {}).get("weights", {}).get("value")
    relations = set()
    teachers = []
    for number, base in enumerate(row.get("base_model", ()), 1):
        where = f"base_model {number}"
        yield from _texts(base, where)
        if not isinstance(base.get("name"), str):
            yield f"{where}: needs a name"
            continue
        if base.get("relation", "finetune") not in RELATIONS:
            yield f"{where}: relation must be one of {', '.join(RELATIONS)}"
        if not isinstance(base.get("teacher", False), bool):
            yield f"{where}: teacher must be true or false"
        if not isinstance(base.get("license", {}), dict):
            yield f"{where}: license must be a claim"
            continue
        relations.add(base.get("relation", "finetune"))
        if base.get("teacher"):
            teachers.append(base["name"])
        theirs = base.get("license", {}).get("value")
        if own and theirs and strictness(theirs) > strictness(own) and not row["license"].get("conflict"):
            yield f"{where}: {theirs} is stricter than {own}: say so in license.conflict"
    if relations & {"distill", "prune"} and not teachers:
        yield "a distilled or pruned model names its teacher: [[model.base_model]] with teacher = true"
    for name in teachers:
        if name not in covered:
            yield f'the cost of the teacher {name} needs a row of its own: [[model.energy]] with of = "teacher:{name}"'
