"""What is known of each language model, told in short, in full, and as bills of materials."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ..config import Settings
from ..models import NONE, card, cyclonedx, names, policy, resolve_model, spdx, store
from ..models.catalogue import Catalogue, ModelEntry
from ..models.licences import is_osi, spelled
from ..render import Style
from ..render.width import InkedWord, fill, words
from ..report import BadInput, Unavailable
from ..terminal import Terminal, style
from ..text import escape_invisible
from ..text.display import one_line
from .consent import megabytes

_EXPORTS: dict[str, Callable[..., dict[str, Any]]] = {"cyclonedx": cyclonedx.bill, "spdx": spdx.bill}
_CONSENT = {
    "explicit_consent_or_contract": "explicit",
    "third_party_certified": "certified by a third party",
    "public_domain_or_open_licence": "open licences, public domain",
    "opt_out_retroactive": "opt-outs, also later ones",
    "opt_out_at_crawl": "opt-outs when crawled",
    "none_documented": "none documented",
    "unknown": "not known",
}


@dataclass(frozen=True)
class ModelsOptions:
    """Which models an action is about. The rest is for the actions that the command line names."""

    names: tuple[str, ...] = ()
    licence: str = ""
    require: tuple[str, ...] = ()
    here: bool = False
    json: bool = False
    id: str = ""
    yes: bool = False
    format: str = "cyclonedx"


def list_models(options: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    """List models, with what is known of each in short."""
    models = [m for m in named_models(options, known) if _select_models(options, m, terminal.env)]
    if options.json:
        terminal.write(_to_json({"schema": 1, "models": [_entry(m, settings, terminal.env) for m in models]}), "json")
        return 0
    look = style(terminal.stdout, "never", terminal.env)
    rows = [(_first_cells(m, settings, terminal.env), _more(m, settings)) for m in models]
    terminal.write("".join(_lines_of(rows, look)))
    here = sum(store.find_file(m, terminal.env) is not None for m in models)
    terminal.say(f"{len(models)} of {len(known.models)} models, {here} on this machine; all of one: models show ID")
    return 0


def named_models(options: ModelsOptions, known: Catalogue) -> list[ModelEntry]:
    """The models that are named, all if none."""
    return [known.get(id) for name in options.names for id in names(name)] if options.names else list(known)


def _select_models(options: ModelsOptions, model: ModelEntry, env: Mapping[str, str]) -> bool:
    licence = str(model.licence().value).lower()
    asked = Settings(models_require=options.require)
    return (
        (not options.licence or licence == spelled(options.licence).lower())
        and not policy.refusal(model, asked)
        and (not options.here or store.find_file(model, env) is not None)
    )


_HEADS = ("MODEL", "LICENCE", "SIZE", "DISCLOSED", "HERE")


def _lines_of(rows: Sequence[tuple[Sequence[str], Sequence[str]]], look: Style) -> Iterator[str]:
    """A table with heads, and below each row what is long; the columns without a table where that is too wide."""
    cells = [_HEADS, *(first for first, _ in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(_HEADS))]
    wide = sum(widths) + 2 * (len(widths) - 1) <= look.measure
    for first, more in [(_HEADS, ()), *rows] if wide else rows:
        if wide:
            yield "  ".join(f"{cell:<{width}}" for cell, width in zip(first, widths, strict=True)).rstrip() + "\n"
        else:
            yield "\n".join(fill([InkedWord(cell) for cell in first], look)) + "\n"
        if more:
            pieces = [InkedWord(cell, "", "" if i == 0 else look.dot) for i, cell in enumerate(more)]
            yield "\n".join(fill(pieces, look, indent=4)) + "\n"


def _first_cells(model: ModelEntry, settings: Settings, env: Mapping[str, str]) -> list[str]:
    """What the table says of a model: name, licence, size, data, and whether it is here."""
    licence = model.licence()
    said = "not known" if not licence.known else str(licence.value).removeprefix("LicenseRef-")
    disclosed = model.claim("disclosure.data_disclosed")
    data = {"yes": "yes", "partly": "in part", "no": "no"}.get(str(disclosed.value), "not known")
    return [
        one_line(f"{'* ' if model.id in names(settings.model) else ''}{model.id}"),
        one_line(said),
        _size(model),
        data,
        "yes" if store.find_file(model, env) else "no",
    ]


def _more(model: ModelEntry, settings: Settings) -> list[str]:
    """What the list says below: conflict, consent, energy, what the settings say to it."""
    licence, consent = model.licence(), model.claim("consent.level")
    level = _CONSENT.get(str(consent.value), "") if consent.known else card.describe_claim(replace(consent, note=""))
    return [
        *(["licences in conflict"] if model.conflict else []),
        *(["no OSI licence"] if licence.known and not is_osi(str(licence.value)) else []),
        f"consent: {level}",
        f"training energy {training_energy(model)}",
        *_verdict(model, settings),
    ]


def _size(model: ModelEntry) -> str:
    sizes = [file for file in model.files if file.size is not None]
    if not sizes or sizes[0].size is None:
        return "not known"
    return f"{'' if sizes[0].size_is_exact else 'max. '}{megabytes(sizes[0].size)}"


def training_energy(model: ModelEntry) -> str:
    """What training a model has cost, or why that is not known."""
    own = next((cost for cost in model.costs if cost.of == "self" and cost.activity == "training"), None)
    if own is None or not own.energy.known:
        return card.describe_claim(replace(own.energy, note="")) if own else "not found"
    without = ", without its teachers" if model.teachers() else ""
    used = f"{own.energy.value / 1000:,.0f} MWh" if own.energy.value >= 10_000 else f"{own.energy.value:,g} kWh"
    return f"{used} ({own.energy.status.replace('_', ' ')}{without})"


def _verdict(model: ModelEntry, settings: Settings) -> list[str]:
    if not (settings.models_allow_licenses or settings.models_require):
        return []
    return ["not let in by your settings" if policy.refusal(model, settings) else "let in by your settings"]


def show_model(options: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    """Say all that is known of a model."""
    model = known.get(options.names[0])
    if options.json:
        terminal.write(_to_json({"schema": 1, **_entry(model, settings, terminal.env)}), "json")
        return 0
    terminal.write(describe_model(model, settings, style(terminal.stdout, "never", terminal.env)))
    return 0


def describe_model(model: ModelEntry, settings: Settings, look: Style) -> str:
    """The whole card of a model with its sources by number, and how it stands to what can be asked of one."""
    out: list[str] = []
    sources: dict[str, int] = {}
    section = ""
    for line in card.card_lines(model):
        if line.section != section:
            out += ["", line.section] if out else [line.section]
            section = line.section
        number = f" [{sources.setdefault(line.source, len(sources) + 1)}]" if line.source else ""
        out += fill(words(f"{line.label}: {line.text}{number}"), look, indent=4)
    out += ["", "What models-require can ask for"]
    for name in policy.REQUIREMENTS:
        verdict = policy.verdicts(model, Settings(models_require=(name,)))[0]
        mark = " (your settings ask for it)" if name in settings.models_require else ""
        out += fill(words(f"{name}: {verdict.answer}, {verdict.why}{mark}"), look, indent=4)
    out += ["", "Read in"] if sources else []
    for source, count in sources.items():
        out += fill(words(f"[{count}] {source}"), look, indent=4)
    return "\n".join(out) + "\n"


def _entry(model: ModelEntry, settings: Settings, env: Mapping[str, str]) -> dict[str, Any]:
    """A model for scripts: its card line by line, its entry as it stands in the catalogue, and the verdicts."""
    there = store.find_file(model, env)
    licence = model.licence()
    used = {line.get("source", "") for line in _tables(model.entry)}
    return {
        "id": model.id,
        "name": model.name,
        "own": model.own,
        "licence": licence.value if licence.known else None,
        "osi": is_osi(str(licence.value)) if licence.known else None,
        "file": str(there[0]) if there else None,
        "refused": policy.refusal(model, settings) or None,
        "verdicts": {
            v.what: {"answer": v.answer, "why": v.why}
            for v in policy.verdicts(model, Settings(models_require=tuple(policy.REQUIREMENTS)))
        },
        "card": [
            {"section": x.section, "label": x.label, "text": x.text, "source": x.source or None}
            for x in card.card_lines(model)
        ],
        "entry": model.entry,
        "sources": {
            s.id: {"title": s.title, "url": s.url, "checked": s.checked, "read_by": s.read_by}
            for s in model.sources.values()
            if s.id in used
        },
    }


def _tables(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _tables(inner)


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=lambda d: d.isoformat()) + "\n"


def export_models(options: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    """Write a bill of materials."""
    terminal.write(_to_json(_EXPORTS[options.format](named_models(options, known), datetime.now(UTC))), "json")
    return 0


def describe_model_here(settings: Settings, env: Mapping[str, str]) -> Sequence[str]:
    """What the doctor says of the model, line by line."""
    if settings.model in NONE:
        return ["none is switched on: localproof models list"]
    return [line for name in names(settings.model) for line in _describe_one(replace(settings, model=name), env)]


def _describe_one(settings: Settings, env: Mapping[str, str]) -> Sequence[str]:
    try:
        found = resolve_model(settings, env)
    except (Unavailable, BadInput) as error:
        return [one_line(str(error))]
    if found is None:
        return []
    verified = "SHA-256 verified" if found.verified else "in no catalogue, trusted"
    return [
        f"{one_line(found.model.name)}, {verified}, in {escape_invisible(str(found.path))}",
        *map(one_line, found.warnings),
    ]
