"""What is known of each model: its files, licence, data, consent and cost, every value with where it was read.

The catalogue is ``models.toml``, which comes with LocalProof, and a file of
the same form in the user's own settings folder. A value that is not known is a
`Claim` without one and with the reason, never a zero or a blank.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ..config import nearest, read_text, user_folder
from ..report import BadInput
from ..text import escape_invisible
from .licences import strictness
from .vocabulary import CLAIMS, Status

FILE_NAME = "models.toml"


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """Where something was read. `checked` is a date or month; `read_by` is "primary" or "second-hand"."""

    id: str
    title: str
    url: str = ""
    checked: str = ""
    read_by: str = "second-hand"


@dataclass(frozen=True, slots=True)
class Claim:
    """One value with its status and source. `value` is None exactly where `status` is one of `GAPS`.

    `facts` are what else its table says: `osi`, `texts_open`, `unit` …
    """

    value: Any = None
    status: Status = "not_found"
    source: str = ""
    locator: str = ""
    note: str = ""
    checked: str = ""
    read_by: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file with weights. `size` counts bytes and is None where it is not known; with `size_is_exact` False it is the
    most that the file may have. `sha256` is "" where it is not known: then the file cannot be got. `filename` is ""
    where only the place is known that has such files. `path` is where a user's own file lies."""

    filename: str = ""
    repo: str = ""
    revision: str = ""
    address: str = ""
    file_type: str = ""
    size: int | None = None
    size_is_exact: bool = True
    sha256: str = ""
    quantized_by: str = ""
    official: bool | None = None
    path: str = ""
    source: str = ""
    read_by: str = ""
    note: str = ""

    @property
    def url(self) -> str:
        """Where it can be got, "" if that is not known: the entry's own address, or that of its revision on Hugging
        Face."""
        if self.address or not (self.repo and self.revision and self.filename):
            return self.address
        return f"https://huggingface.co/{self.repo}/resolve/{self.revision}/{self.filename}"


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model that this one was made from. `teacher` is true where this one learned from its answers."""

    name: str
    repo_url: str = ""
    relation: str = "finetune"
    teacher: bool = False
    licence: Claim = Claim()
    note: str = ""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """One body of training data, and of which stage. `licence` is what its makers say of the collection."""

    stage: str
    name: str
    url: str = ""
    tokens: Claim = Claim()
    availability: str = ""
    licence: str = ""
    collection: str = ""
    synthetic_from: tuple[str, ...] = ()
    data_statement: str = ""
    status: Status = "disclosed"
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TrainingCost:
    """Energy of one activity in kWh. `of` is "self" or names what the number really covers, and is always printed."""

    activity: str
    of: str
    energy: Claim
    scope: str = ""
    unit: str = "kWh"
    method: str = ""
    pue: float | None = None


@dataclass(frozen=True)
class ModelEntry:
    """One entry of the catalogue. `claims` are by name: see `CLAIMS`. `origin` is the file that it was read from."""

    id: str
    name: str
    basename: str = ""
    version: str = ""
    organization: str = ""
    kind: str = ""
    architecture: str = ""
    languages: tuple[str, ...] = ()
    chat_template: str = ""
    roles: tuple[str, ...] = ("score",)
    bundled: bool = False
    conflict: str = ""
    use_policy: str = ""
    limits: tuple[str, ...] = ()
    files: tuple[ModelFile, ...] = ()
    bases: tuple[BaseModel, ...] = ()
    data: tuple[TrainingData, ...] = ()
    costs: tuple[TrainingCost, ...] = ()
    claims: Mapping[str, Claim] = field(default_factory=dict)
    sources: Mapping[str, ClaimSource] = field(default_factory=dict)
    source: str = ""
    origin: str = ""
    own: bool = False  # from the user's file
    entry: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def claim(self, name: str) -> Claim:
        """What is said under one of the names of `CLAIMS`; a gap where the entry says nothing."""
        if name not in CLAIMS:
            raise KeyError(name)
        return self.claims.get(name, Claim())

    def licence(self) -> Claim:
        """The licence of the weights, resolved through the models that it was made from: a stricter one of theirs holds
        whatever the entry says of itself."""
        found = self.claim("license.weights")
        for base in self.bases:
            if base.licence.known and (
                not found.known or strictness(str(base.licence.value)) > strictness(str(found.value))
            ):
                found = base.licence
        return found

    def file(self, sha256: str = "") -> ModelFile | None:
        """The file with this sum; the first one for ""."""
        return next((f for f in self.files if not sha256 or f.sha256 == sha256), None)

    def teachers(self) -> tuple[BaseModel, ...]:
        """The models that it learned from."""
        return tuple(base for base in self.bases if base.teacher)


_GROUPS = ("license", "disclosure", "consent", "human_work", "compute", "contact", "openness")
_OWN = ("value", "status", "source", "locator", "note", "checked", "read_by")


@dataclass(frozen=True)
class Catalogue:
    """Models by id, in order; a user's own entry takes the place of ours of the same id."""

    models: Mapping[str, ModelEntry]

    def get(self, id: str) -> ModelEntry:
        """The model with this id. Raises BadInput, naming the nearest."""
        if id not in self.models:
            raise BadInput(
                f"no model is called {escape_invisible(id)!r}{nearest(id, self.models)}; see `localproof models list`"
            )
        return self.models[id]

    def by_sha256(self, sha256: str) -> ModelEntry | None:
        """The model that has a file with this sum."""
        return next((m for m in self.models.values() for f in m.files if f.sha256 and f.sha256 == sha256), None)

    def __iter__(self) -> Iterator[ModelEntry]:
        return iter(self.models.values())


def load(env: Mapping[str, str] = os.environ) -> Catalogue:
    """The catalogue that comes with LocalProof and the user's own entries. Raises BadInput for a bad file of theirs."""
    models = {m.id: m for m in shipped_entries()}
    path = user_folder(env) / FILE_NAME
    if os.path.lexists(path):
        models |= {m.id: m for m in parse_catalogue(read_text(path), str(path), own=True)}
    return Catalogue(models)


@cache
def shipped_entries() -> tuple[ModelEntry, ...]:
    """The entries that come with LocalProof."""
    path = shipped_path()
    return parse_catalogue(path.read_text("utf-8"), str(path))


def shipped_path() -> Path:
    """Our own models.toml: beside this file in a wheel, at the top of the repository otherwise."""
    beside = Path(__file__).with_name(FILE_NAME)
    return beside if beside.is_file() else Path(__file__).parents[2] / FILE_NAME


def parse_catalogue(text: str, origin: str, *, own: bool = False) -> tuple[ModelEntry, ...]:
    """The models of a catalogue. Raises BadInput for what is no catalogue, naming the first thing that is wrong."""
    import tomllib

    from .validity import complaints

    shown = escape_invisible(origin)
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{shown}: not valid TOML: {error or 'nested too deeply'}") from None
    if wrong := complaints(table):
        raise BadInput(f"{shown}: {wrong[0]}" + (f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""))
    sources = {row["id"]: _source(row) for row in table.get("source", ())}
    return tuple(_model(row, sources, origin, own) for row in table.get("model", ()))


def _source(row: Mapping[str, Any]) -> ClaimSource:
    return ClaimSource(
        row["id"], row["title"], row.get("url", ""), str(row.get("checked", "")), row.get("read_by", "second-hand")
    )


def _model(row: Mapping[str, Any], sources: Mapping[str, ClaimSource], origin: str, own: bool) -> ModelEntry:
    """An entry that `complaints` has nothing against, as a noun."""
    plain = {
        name: row[name]
        for name in (
            "basename",
            "version",
            "organization",
            "kind",
            "architecture",
            "chat_template",
            "bundled",
            "source",
        )
        if name in row
    }
    licence = row.get("license", {})
    return ModelEntry(
        id=row["id"],
        name=row["name"],
        **plain,
        languages=tuple(row.get("languages", ())),
        roles=tuple(row.get("roles", ("score",))),
        conflict=licence.get("conflict", ""),
        use_policy=licence.get("use_policy", ""),
        limits=tuple(row.get("limits", {}).get("text", ())),
        files=tuple(_file(f, sources) for f in row.get("file", ())),
        bases=tuple(_base(b, sources) for b in row.get("base_model", ())),
        data=tuple(_data(d, sources) for d in row.get("data", ())),
        costs=tuple(_cost(c, sources) for c in row.get("energy", ())),
        claims=dict(_claims(row, sources)),
        sources=sources,
        origin=origin,
        own=own,
        entry=row,
    )


def _claims(row: Mapping[str, Any], sources: Mapping[str, ClaimSource]) -> Iterator[tuple[str, Claim]]:
    for name in CLAIMS:
        group, _, key = name.partition(".")
        table = row.get(group, {}).get(key) if key else row.get(name)
        if isinstance(table, dict):
            yield name, _claim(table, sources)


def _claim(table: Mapping[str, Any], sources: Mapping[str, ClaimSource]) -> Claim:
    source = sources.get(table.get("source", ""))
    return Claim(
        table.get("value"),
        table.get("status", "not_found"),
        table.get("source", ""),
        table.get("locator", ""),
        table.get("note", ""),
        str(table.get("checked", source.checked if source else "")),
        table.get("read_by", source.read_by if source else ""),
        {k: v for k, v in table.items() if k not in _OWN},
    )


def _given_value(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


def _file(row: Mapping[str, Any], sources: Mapping[str, ClaimSource]) -> ModelFile:
    source = sources.get(row.get("source", ""))
    names = ("repo", "revision", "file_type", "sha256", "quantized_by", "official", "path", "source", "note")
    size = row.get("bytes", row.get("bytes_at_most"))
    read_by = row.get("read_by", source.read_by if source else "")
    return ModelFile(
        row.get("filename", ""),
        **_given_value(row, names),
        address=row.get("url", ""),
        size=size,
        size_is_exact="bytes" in row,
        read_by=read_by,
    )


def _base(row: Mapping[str, Any], sources: Mapping[str, ClaimSource]) -> BaseModel:
    licence = _claim(row["license"], sources) if "license" in row else Claim()
    return BaseModel(row["name"], **_given_value(row, ("repo_url", "relation", "teacher", "note")), licence=licence)


def _data(row: Mapping[str, Any], sources: Mapping[str, ClaimSource]) -> TrainingData:
    names = ("url", "availability", "collection", "data_statement", "status", "source", "note")
    return TrainingData(
        row["stage"],
        row["name"],
        **_given_value(row, names),
        tokens=_claim(row["tokens"], sources) if "tokens" in row else Claim(),
        licence=row.get("license", ""),
        synthetic_from=tuple(row.get("synthetic_from", ())),
    )


def _cost(row: Mapping[str, Any], sources: Mapping[str, ClaimSource]) -> TrainingCost:
    inner = {k: v for k, v in row.items() if k in _OWN}
    return TrainingCost(
        row["activity"], row["of"], _claim(inner, sources), **_given_value(row, ("scope", "unit", "method", "pue"))
    )
