"""`localproof models`: what is known of each language model, getting one, switching it on, adding one's own.

`get` is the only action that uses a network, and says beforehand what it gets,
from where, how large it is and under which licence.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..config import USER_FILE, Settings, need_home, user_folder
from ..models import NONE, card, catalogue, cyclonedx, policy, resolve_model, spdx, store
from ..models.catalogue import Catalogue, ModelEntry
from ..models.licences import is_osi, spelled
from ..project.toml_edit import assign_key
from ..render import Style
from ..render.width import InkedWord, fill, words
from ..report import BadInput, Unavailable
from ..terminal import Terminal, one_line, style
from ..text import escape_invisible
from .consent import ask_consent, megabytes, progress_meter
from .models_calibrate import calibrate
from .models_entries import add, remove_entry, rewrite_file

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
    """What is to be done, and with which models. The rest is for the actions that the command line names."""

    action: str
    names: tuple[str, ...] = ()
    licence: str = ""
    require: tuple[str, ...] = ()
    here: bool = False
    json: bool = False
    id: str = ""
    yes: bool = False
    format: str = "cyclonedx"


def command(order: ModelsOptions, settings: Settings, terminal: Terminal) -> int:
    """Do what `order` says; the exit status. Raises BadInput and Unavailable."""
    known = catalogue.load(terminal.env)
    return _ACTIONS[order.action](order, known, settings, terminal)


# ─ telling ─


def _list(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    models = [m for m in _find_model(order, known) if _select_models(order, m, terminal.env)]
    if order.json:
        terminal.write(_to_json({"schema": 1, "models": [_entry(m, settings, terminal.env) for m in models]}), "json")
        return 0
    look = style(terminal.stdout, "never", terminal.env)
    rows = [_row(m, settings, terminal.env) for m in models]
    for model, row in zip(models, rows, strict=True):
        first = f"{'* ' if model.id == settings.model else ''}{model.id}"
        pieces = [InkedWord(cell, "", "" if i == 0 else look.dot) for i, cell in enumerate(row)]
        terminal.write("\n".join([one_line(first), *fill(pieces, look, indent=4)]) + "\n")
    here = sum(store.find_file(m, terminal.env) is not None for m in models)
    terminal.say(f"{len(models)} of {len(known.models)} models, {here} on this machine; all of one: models show ID")
    return 0


def _find_model(order: ModelsOptions, known: Catalogue) -> list[ModelEntry]:
    return [known.get(name) for name in order.names] if order.names else list(known)


def _select_models(order: ModelsOptions, model: ModelEntry, env: Mapping[str, str]) -> bool:
    licence = str(model.licence().value).lower()
    asked = Settings(models_require=order.require)
    return (
        (not order.licence or licence == spelled(order.licence).lower())
        and not policy.refusal(model, asked)
        and (not order.here or store.find_file(model, env) is not None)
    )


def _row(model: ModelEntry, settings: Settings, env: Mapping[str, str]) -> list[str]:
    """What the list says of a model: licence, size, data and consent, energy, what the settings say to it."""
    licence = model.licence()
    if not licence.known:
        said = "licence not known"
    else:
        said = str(licence.value) + ("" if is_osi(str(licence.value)) else " (not an OSI licence)")
    disclosed = model.claim("disclosure.data_disclosed")
    data = {"yes": "disclosed", "partly": "disclosed in part", "no": "not disclosed"}.get(
        str(disclosed.value), "not known"
    )
    consent = model.claim("consent.level")
    level = _CONSENT.get(str(consent.value), "") if consent.known else card.describe_claim(replace(consent, note=""))
    return [
        said + (" (in conflict)" if model.conflict else ""),
        _size(model),
        f"data {data}",
        f"consent: {level}",
        f"training energy {_energy(model)}",
        *_verdict(model, settings),
        "here" if store.find_file(model, env) else "not here",
    ]


def _size(model: ModelEntry) -> str:
    sizes = [file for file in model.files if file.size is not None]
    if not sizes or sizes[0].size is None:
        return "size not known"
    return f"{'' if sizes[0].size_is_exact else 'at most '}{megabytes(sizes[0].size)}"


def _energy(model: ModelEntry) -> str:
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


def _show(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    model = known.get(order.names[0])
    if order.json:
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


def _export(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    terminal.write(_to_json(_EXPORTS[order.format](_find_model(order, known), datetime.now(UTC))), "json")
    return 0


# ─ files ─


def _get(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    model = known.get(order.names[0])
    need_home(store.folder(terminal.env))
    wanted = store.download_plan(model)
    if why := policy.refusal(model, settings):
        raise BadInput(f"{model.id}: not let in by your settings: {why}")
    terminal.write(_plan(model, terminal))
    if not order.yes and not ask_consent(terminal):
        terminal.say("localproof: nothing was done")
        return 2
    show, clear = progress_meter(terminal, wanted.size)
    try:
        path = store.fetch(model, terminal.env, show, threading.Event())
    finally:
        clear()
    terminal.write(
        f"{model.id} is in {escape_invisible(str(path))}, and its SHA-256 is that of the catalogue\n"
        f"To use it: localproof models use {model.id}, or --model {model.id} for one run\n"
    )
    return 0


def _plan(model: ModelEntry, terminal: Terminal) -> str:
    wanted = store.download_plan(model)
    file = next(f for f in model.files if f.sha256 == wanted.sha256)
    licence = model.licence()
    label = "" if licence.known and is_osi(str(licence.value)) else " (not a licence approved by the OSI)"
    told = " (told second-hand: if it is another, nothing is kept)" if file.read_by == "second-hand" else ""
    rows = [
        ("what", f"{model.name}, {wanted.name}"),
        (
            "by",
            ", ".join(filter(None, (model.organization, file.quantized_by and f"quantized by {file.quantized_by}"))),
        ),
        ("licence", card.describe_claim(licence) + label),
        ("data", card.summarize_data(model)),
        ("consent", card.describe_claim(model.claim("consent.level"))),
        ("energy", f"of training: {_energy(model)}"),
        ("size", f"{'' if wanted.exact else 'at most '}{megabytes(wanted.size)} to download"),
        ("from", wanted.url),
        ("SHA-256", wanted.sha256 + told),
        ("into", str(store.folder(terminal.env) / model.id)),
    ]
    gated = model.claim("license.gated")
    if gated.known and gated.value != "no":
        rows.insert(3, ("gated", card.describe_claim(gated)))
    if model.use_policy:
        rows.insert(3, ("use", model.use_policy))
    look = style(terminal.stdout, "never", terminal.env)
    lines = [line for name, text in rows for line in fill(words(text), look, [InkedWord(f"{name:<9}")], 9)]
    return "\n".join(lines) + "\n"


def _verify(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    there = [(m, f) for m in _find_model(order, known) if (f := store.find_file(m, terminal.env)) is not None]
    if not there:
        terminal.say("localproof: no model's file is on this machine")
        return 3
    wrong = 0
    for model, (path, file) in there:
        store.forget(path, terminal.env)
        show, clear = progress_meter(terminal, path.stat().st_size, f"{model.id}: ")
        try:
            sha256 = store.sum_of(path, terminal.env, show)
        finally:
            clear()
        if sha256 == file.sha256:
            terminal.write(f"{model.id}: as the catalogue has it, {sha256}\n")
            continue
        wrong += 1
        should = file.sha256 or "is not known"
        terminal.write(
            f"{model.id}: CHANGED: {escape_invisible(str(path))} has {sha256}, and its SHA-256 should be {should}\n"
        )
    return 2 if wrong else 0


def _remove(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    model = known.get(order.names[0])
    if model.bundled:
        raise BadInput(f"{model.id} comes with LocalProof and stays; localproof models use none switches it off")
    freed = store.remove(model, terminal.env)
    entry = remove_entry(model, terminal.env) if model.own else ""
    done = ([f"its file, {megabytes(freed)}"] if freed else []) + ([entry] if entry else [])
    terminal.write(f"removed of {model.id}: {'; '.join(done)}\n" if done else f"nothing of {model.id} is here\n")
    if settings.model == model.id:
        terminal.say("localproof: your settings still name it; localproof models use none switches it off")
    return 0


def _use(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    id = "" if order.names[0] in NONE else known.get(order.names[0]).id
    path = user_folder(terminal.env) / USER_FILE
    if id and (why := policy.refusal(known.get(id), settings)):
        raise BadInput(f"{id}: not let in by your settings: {why}")
    rewrite_file(path, lambda text: assign_key(text, "model", id))
    terminal.write(f"{escape_invisible(str(path))}: model = {json.dumps(id)}\n")
    if not id:
        return 0
    try:
        found = resolve_model(replace(settings, model=id), terminal.env)
    except Unavailable as error:
        terminal.say(f"localproof: {one_line(str(error))}")
        return 0
    for warning in found.warnings if found else ():
        terminal.say(f"localproof: {one_line(warning)}")
    return 0


def _add(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    path = Path(order.names[0]).expanduser().absolute()
    model, where = add(path, order.id, known, terminal)
    if where is None:
        terminal.write(
            f"this file is {model.id} already; --model {escape_invisible(str(path))} uses it where it lies\n"
        )
        return 0
    terminal.write(describe_model(model, settings, style(terminal.stdout, "never", terminal.env)))
    terminal.write(
        f"\nWritten to {escape_invisible(str(where))}; what you know of it that the file does not say can be added there.\n"
        f"To use it: localproof models use {model.id}, or --model {model.id} for one run\n"
    )
    return 0


def _calibrate(order: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    return calibrate(order.names[0], settings, terminal, yes=order.yes)


def state(settings: Settings, env: Mapping[str, str]) -> Sequence[str]:
    """What the doctor says of the model, line by line."""
    if settings.model in NONE:
        return ["none is switched on: localproof models list"]
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


_ACTIONS: dict[str, Callable[[ModelsOptions, Catalogue, Settings, Terminal], int]] = {
    "list": _list,
    "show": _show,
    "get": _get,
    "verify": _verify,
    "use": _use,
    "remove": _remove,
    "add": _add,
    "calibrate": _calibrate,
    "export": _export,
}
