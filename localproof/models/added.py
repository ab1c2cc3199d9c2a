"""An entry for a file of the user's own: what the file says of itself, and of all else that it is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from .catalogue import ModelEntry, parse_catalogue
from .gguf import FILE_TYPES, GgufHeader
from .licences import spelled
from .tagger import TAGS_KEY
from .vocabulary import CLAIMS

_UNTOLD = "the file does not say"
_MOST = 300  # characters of one text that a file says of itself


def describe_file(header: GgufHeader, path: Path, sha256: str) -> ModelEntry:
    """The entry of a file that no catalogue has."""
    return parse_catalogue(entry_to_toml(header, path, sha256), str(path), own=True)[0]


def suggest_id(header: GgufHeader, path: Path) -> str:
    """A short name for the file, from what it calls itself.

    >>> suggest_id(GgufHeader(3, 0, 0, {"general.name": "My Model (2)"}, 0), Path("a.gguf"))
    'my-model-2'
    """
    said = header.text("general.name") or path.stem
    return re.sub(r"[^a-z0-9._]+", "-", said.lower()).strip("-._")[:60].strip("-._") or "model"


def entry_to_toml(header: GgufHeader, path: Path, sha256: str, id: str = "", today: date | None = None) -> str:
    """A catalogue with one entry, as TOML: for `parsed`, and to be kept in the user's own models.toml."""
    source = f"file-{sha256[:12]}"
    model = _entry(header, path, sha256, id or suggest_id(header, path), source)
    told = {
        "id": source,
        "title": f"what the file {_short(path.name)} says of itself",
        **({"checked": today} if today else {}),
        "read_by": "primary",
    }
    return "schema = 1\n\n" + "\n".join(_entry_lines(model, told)) + "\n"


def _short(text: str) -> str:
    return " ".join(text.split())[:_MOST]


def _entry(header: GgufHeader, path: Path, sha256: str, id: str, source: str) -> dict[str, Any]:
    architecture = _short(header.text("general.architecture"))
    finetune = header.text("general.finetune").lower()
    said: dict[str, Any] = {
        "id": id,
        "name": _short(header.text("general.name")) or path.stem,
        "basename": _short(header.text("general.basename")),
        "version": _short(header.text("general.version")),
        "organization": _short(header.text("general.organization") or header.text("general.author")),
        "kind": "instruct" if finetune in ("instruct", "chat", "it") else "",
        "architecture": architecture,
        "languages": [_short(t) for t in header.texts("general.languages")[:100]],
        "chat_template": "from-gguf" if header.text("tokenizer.chat_template") else "none",
        "roles": ["tag" if header.texts(TAGS_KEY) else "score"],
        "source": source,
        "claims": _claims(header, architecture, source),
        "file": _file(header, path, sha256, source),
        "base_model": [
            {
                "name": _short(row.get("name") or row.get("repo_url", "") or _UNTOLD),
                "repo_url": _short(row.get("repo_url", "")),
            }
            for row in header.numbered("base_model")[:20]
        ],
        "data": [
            {"stage": "unstated", "name": _short(name), "status": "disclosed", "source": source}
            for name in header.datasets()[:100]
        ],
    }
    return said


def _claims(header: GgufHeader, architecture: str, source: str) -> dict[str, dict[str, Any]]:
    """Every claim by its name; those that a GGUF file has no word for as gaps."""
    claims: dict[str, dict[str, Any]] = {name: {"status": "not_found", "note": _UNTOLD} for name in CLAIMS}
    if header.parameters:
        claims["parameters"] = {"value": header.parameters, "status": "derived", "source": source, "note": "counted"}
    if length := header.number(f"{architecture}.context_length"):
        claims["context_length"] = {"value": length, "status": "disclosed", "source": source}
    if licence := _short(header.text("general.license")):
        claims["license.weights"] = {
            "value": spelled(licence),
            "status": "disclosed",
            "source": source,
            "note": "a tag of the file, not compared with the licences of the models that it was made from",
        }
    return claims


def _file(header: GgufHeader, path: Path, sha256: str, source: str) -> list[dict[str, Any]]:
    number = header.keys.get("general.file_type")
    file_type = FILE_TYPES.get(number, "") if isinstance(number, int) else ""
    row = {
        "filename": path.name,
        "path": str(path),
        "file_type": file_type,
        "bytes": header.size,
        "sha256": sha256,
        "quantized_by": _short(header.text("general.quantized_by")),
        "source": source,
    }
    return [row]


def _entry_lines(model: Mapping[str, Any], source: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the entry: what is plain, then tables, then the source."""
    yield "[[model]]"
    lists = ("file", "base_model", "data")
    yield from _rows({k: v for k, v in model.items() if k not in (*lists, "claims")})
    yield from _rows({name: claim for name, claim in model["claims"].items() if "." not in name})
    for name in lists:
        for row in model[name]:
            yield f"\n[[model.{name}]]"
            yield from _rows(row)
    yield "\n[[model.energy]]"
    yield from _rows({"activity": "training", "of": "self", "status": "not_found", "note": _UNTOLD})
    group = ""
    for name, claim in model["claims"].items():
        table, _, key = name.partition(".")
        if not key:
            continue
        if table != group:
            yield f"\n[model.{table}]"
            group = table
        yield from _rows({key: claim})
    yield "\n[[source]]"
    yield from _rows(source)


def _rows(row: Mapping[str, Any]) -> Iterator[str]:
    for key, value in row.items():
        if value not in ("", [], None):
            yield f"{key} = {_toml(value)}"


def _toml(value: object) -> str:
    """A value as TOML writes it.

    >>> _toml({"value": 'a "b"', "status": "derived"})
    '{ value = "a \\\\"b\\\\"", status = "derived" }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return '"' + "".join(_character(c) for c in str(value)) + '"'


def _character(c: str) -> str:
    if c in '\\"':
        return f"\\{c}"
    # Control characters and halves of surrogate pairs may not stand in TOML as they are.
    if ord(c) < 32 or ord(c) == 127:
        return f"\\u{ord(c):04x}"
    return "\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c
