"""What is set and where it was set: for `config show`, `config schema` and editors that read the schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any

from ..config import (
    FILE_NAMES,
    KEYS,
    PROJECT_DICTIONARY,
    PROJECT_RULES,
    PROJECT_TERMS,
    USER_DICTIONARY,
    USER_FILE,
    USER_RULES,
    USER_TERMS,
    Settings,
    find_settings,
    user_folder,
)
from ..text import escape_invisible
from ..text.phrases import count


def _overrides(properties: Mapping[str, object]) -> dict[str, object]:
    """The schema of the tables [[overrides]]: paths, and the keys that can hold for some paths only."""
    own = {key: properties[key] for key, f in KEYS.items() if f.metadata["by_path"]}
    globs = {
        "description": "Globs from the settings file's folder; * crosses folders.",
        "type": "array",
        "items": {"type": "string"},
        "minItems": 1,
    }
    table = {
        "type": "object",
        "additionalProperties": False,
        "required": ["paths"],
        "properties": {"paths": globs, **own},
    }
    about = "What holds for some paths only; a later table wins. Words, disable and enable add to the project's."
    return {"description": about, "type": "array", "items": table, "default": []}


_TEXT = {"type": "string"}
_TERMS: dict[str, object] = {
    "description": "How words are written here: a term as it is not to be written, and what to write instead.",
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            _TEXT,
            {"type": "array", "items": _TEXT, "minItems": 1},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["use"],
                "properties": {"use": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}, "reason": _TEXT},
            },
        ]
    },
    "properties": {
        "avoid": {
            "description": "Words to avoid.",
            "type": "array",
            "items": {
                "anyOf": [
                    _TEXT,
                    {"type": "object", "required": ["term"], "properties": {"term": _TEXT, "reason": _TEXT}},
                ]
            },
        }
    },
    "default": {},
}


def describe_settings(settings: Settings) -> str:
    """Every key as a line of a settings file, with where its value comes from as a comment."""
    rows = [
        (f"{key} = {_toml(getattr(settings, f.name))}", settings.sources.get(f.name, "default")) for key, f in _own()
    ]
    width = min(max(len(row) for row, _ in rows), 60)
    words = count(len(settings.words), "word")
    lines = [f"{row:<{width}}  # {escape_invisible(source)}" for row, source in rows]
    return "\n".join([*lines, f"# {words} of your own: `localproof dict list`"]) + "\n"


def _own() -> Iterator[tuple[str, Field[Any]]]:
    # The words are listed by `dict list`: the settings hold them together with those of the lists.
    return ((key, f) for key, f in KEYS.items() if key != "words")


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(v) for v in value)}]"
    return escape_invisible(json.dumps(value, ensure_ascii=False))


def describe_paths(folder: Path, env: Mapping[str, str]) -> str:
    """The files of settings and words that matter for `folder`, and whether they are there."""
    file, root = find_settings(folder.absolute())
    rows = [
        ("user settings", user_folder(env) / USER_FILE),
        ("user words", user_folder(env) / USER_DICTIONARY),
        ("user terms", user_folder(env) / USER_TERMS),
        ("user rules", user_folder(env) / USER_RULES),
        ("project settings", file or (root / FILE_NAMES[1] if root else None)),
        ("project words", root / PROJECT_DICTIONARY if root else None),
        ("project terms", root / PROJECT_TERMS if root else None),
        ("project rules", root / PROJECT_RULES if root else None),
    ]
    return "".join(f"{what:<16}  {_state(path)}\n" for what, path in rows)


def _state(path: Path | None) -> str:
    if path is None:
        return "no project here: no settings file and no .git above"
    return escape_invisible(str(path)) + ("" if path.exists() else "  (not there)")


def schema(engines: Iterable[str]) -> str:
    """The JSON Schema (2020-12) of a settings file; `engines` are the names that the key of that name may hold."""
    properties: dict[str, object] = {}
    for key, known in KEYS.items():
        choices = list(engines) if key == "engines" else list(known.metadata["choices"])
        plain: dict[str, object] = {
            "type": {"int": "integer", "float": "number", "bool": "boolean"}.get(str(known.type), "string")
        }
        if choices:
            plain["enum"] = choices
        if known.metadata["least"] is not None:
            plain["minimum"] = known.metadata["least"]
        several = str(known.type) in ("tuple[str, ...]", "frozenset[str]")
        shape = {"type": "array", "items": plain, "uniqueItems": True} if several else plain
        default = sorted(known.default) if isinstance(known.default, frozenset) else known.default
        properties[key] = {"description": known.metadata["doc"], **shape, "default": default}
    return (
        json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "Settings of LocalProof",
                "type": "object",
                "additionalProperties": False,
                "properties": {**properties, "terms": _TERMS, "overrides": _overrides(properties)},
            },
            indent=2,
        )
        + "\n"
    )
