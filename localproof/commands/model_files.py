"""The files of language models: got, verified, switched on, added and removed.

`get_model` is the only action that uses a network, and says beforehand what it gets, from where, how large it is and
under which licence.
"""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

from ..config import Settings, need_home
from ..models import card, names, policy, resolve_model, store
from ..models.catalogue import Catalogue, ModelEntry
from ..models.licences import is_osi
from ..project.settings_edits import choose_model
from ..render.width import InkedWord, fill, words
from ..report import BadInput, Unavailable
from ..terminal import Terminal, style
from ..text import escape_invisible
from ..text.display import one_line
from .consent import ask_consent, megabytes, progress_meter
from .model_entries import add_entry, remove_entry
from .model_listing import ModelsOptions, describe_model, named_models, training_energy


def get_model(options: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    """Download a model, after asking. Raises BadInput where the settings do not let it in."""
    model = known.get((names(options.names[0]) or options.names)[0])
    need_home(store.folder(terminal.env))
    wanted = store.download_plan(model)
    if why := policy.refusal(model, settings):
        raise BadInput(f"{model.id}: not let in by your settings: {why}")
    terminal.write(_plan(model, terminal))
    if not options.yes and not ask_consent(terminal):
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
        ("energy", f"of training: {training_energy(model)}"),
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


def verify_models(options: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    """Compare the files that are here with their SHA-256; 2 where one is another, 3 where there is none."""
    there = [(m, f) for m in named_models(options, known) if (f := store.find_file(m, terminal.env)) is not None]
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


def remove_model(options: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    """Delete what was got of a model, and the entry of one of the user's own."""
    model = known.get((names(options.names[0]) or options.names)[0])
    if model.bundled:
        raise BadInput(f"{model.id} comes with LocalProof and stays; localproof models use none switches it off")
    freed = store.remove(model, terminal.env)
    entry = remove_entry(model, terminal.env) if model.own else ""
    done = ([f"its file, {megabytes(freed)}"] if freed else []) + ([entry] if entry else [])
    terminal.write(f"removed of {model.id}: {'; '.join(done)}\n" if done else f"nothing of {model.id} is here\n")
    if model.id in names(settings.model):
        terminal.say("localproof: your settings still name it; localproof models use none switches it off")
    return 0


def use_model(options: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    """Write into the user's settings which model to use, or none."""
    wanted = names(options.names[0])
    id = options.names[0] if wanted else ""
    path = choose_model(terminal.env, id, known, settings)
    terminal.write(f"{escape_invisible(str(path))}: model = {json.dumps(id)}\n")
    for name in wanted:
        try:
            found = resolve_model(replace(settings, model=name), terminal.env)
        except Unavailable as error:
            terminal.say(f"localproof: {one_line(str(error))}")
            continue
        for warning in found.warnings if found else ():
            terminal.say(f"localproof: {f'{name}: ' if len(wanted) > 1 else ''}{one_line(warning)}")
    return 0


def add_model(options: ModelsOptions, known: Catalogue, settings: Settings, terminal: Terminal) -> int:
    """Add a GGUF file of the user's own."""
    path = Path(options.names[0]).expanduser().absolute()
    model, where = add_entry(path, options.id, known, terminal)
    if where is None:
        terminal.write(
            f"this file is {model.id} already; --model {escape_invisible(str(path))} uses it where it lies\n"
        )
        return 0
    terminal.write(describe_model(model, settings, style(terminal.stdout, "never", terminal.env)))
    terminal.write(
        f"\nWritten to {escape_invisible(str(where))}; "
        "what you know of it that the file does not say can be added there.\n"
        f"To use it: localproof models use {model.id}, or --model {model.id} for one run\n"
    )
    return 0
