"""`localproof models calibrate`: how far a model can be trusted, learned from sentences that ship."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ..cache.store import NAME, Store
from ..config import Settings
from ..models import calibrations, names, resolve_model, tags
from ..models.gguf import read
from ..project.files import rewrite_file
from ..report import BadInput
from ..scoring import calibration
from ..scoring.calibration import CalibrationRow, CalibrationSentence
from ..scoring.language_model_client import LanguageModelClient, ModelResponse, edits_to_score
from ..scoring.model_client import SelectedModel
from ..scoring.rescoring import RescoringModel, load_rescoring_model
from ..terminal import Terminal, duration, progress
from ..text import escape_invisible
from .consent import ask_consent

_AT_ONCE = 8  # sentences with the helper process at a time
_PER_PARAMETER_S = 7e-9  # of one core, for a sentence; measured with models of 7 and 135 million parameters


def calibrate(name: str, settings: Settings, terminal: Terminal, *, yes: bool = False) -> int:
    """Ask the model called `name`, an id or a file, of every sentence; learn, show the table, keep what was learned.

    How long that takes is said first. What the model said is kept in the cache, so one that was interrupted goes on
    where it was. For LocalProof's own model there is nothing to learn: it is asked only if the user says so, or with
    `yes`. Raises BadInput and Unavailable.
    """
    if not (named := names(name)):
        raise BadInput("models calibrate needs a model; see `localproof models list`")
    name = named[0]
    suggest = "closed" if settings.model_suggest == "none" else settings.model_suggest
    settings = replace(settings, model=name, model_suggest=suggest)
    resolved = resolve_model(settings, terminal.env)
    assert resolved is not None
    if tags(resolved.model):
        raise BadInput(f"models calibrate: {resolved.model.id} is a tagger; only models that score are calibrated")
    every = calibration.sentences()
    start = load_rescoring_model(resolved.sha256)
    if start.own:
        terminal.say(
            "localproof: this model needs no calibrating: LocalProof's own weights were learned with it. What follows "
            "only shows how it does, and writes nothing"
        )
    takes = duration(read(resolved.path).parameters * _PER_PARAMETER_S * len(every))
    kept = "Ctrl-C ends it, and the next time it goes on from there" if settings.cache_folder is not None else ""
    terminal.say(
        f"localproof: asking it of {len(every):,} sentences takes one core about {takes}" + (kept and f"; {kept}")
    )
    if start.own and not yes and not ask_consent(terminal):
        terminal.say("localproof: nothing was done")
        return 2
    store = Store(settings.cache_folder / NAME) if settings.cache_folder is not None else None
    reader = LanguageModelClient(
        SelectedModel(resolved.path, resolved.sha256, bundled=resolved.model.bundled), settings, store
    )
    try:
        known = _score_sentences(reader, every, terminal, kept=store is not None)
    finally:
        reader.close()
        if store is not None:
            store.close()
    about = {
        "made by": "localproof models calibrate",
        "on": datetime.now(UTC).date().isoformat(),
        "data": f"{len(every):,} sentences that ship with LocalProof, of which those for the table taught nothing",
    }
    learned = calibration.learn_weights(known, start, about)
    terminal.write(table(calibration.table(known, start, learned)))
    terminal.write(
        f"In edited prose it would propose {calibration.per_proposal(known, learned):.1f} edits in 1,000 words\n"
    )
    if start.own:
        return 0
    where = _keep(learned, resolved.sha256, terminal)
    terminal.write(f"Written to {escape_invisible(str(where))}; removing that file takes it back\n")
    return 0


def _score_sentences(
    reader: LanguageModelClient, every: Sequence[CalibrationSentence], terminal: Terminal, *, kept: bool
) -> list[tuple[CalibrationSentence, ModelResponse]]:
    """What the model says of each sentence. Ended early, it is said how far it came and where it goes on."""
    step, clear = progress(terminal, len(every), what="sentences", in_log=True)
    waiting: deque[tuple[CalibrationSentence, Future[ModelResponse]]] = deque()
    known: list[tuple[CalibrationSentence, ModelResponse]] = []

    def on_answer() -> None:
        sentence, answer = waiting.popleft()
        known.append((sentence, answer.result()))
        step(None)

    try:
        for sentence in every:
            waiting.append((sentence, reader.submit(sentence.text, edits_to_score(sentence.findings))))
            if len(waiting) > _AT_ONCE:
                on_answer()
        while waiting:
            on_answer()
    except (KeyboardInterrupt, SystemExit):
        clear()
        then = "the same command goes on from there" if kept else "the same command begins anew, for there is no cache"
        terminal.say(f"localproof: ended after {len(known):,} of {len(every):,} sentences; {then}")
        raise
    finally:
        clear()
    return known


def table(rows: Sequence[CalibrationRow]) -> str:
    """The table for people: what is shown from probability .5 on, and how much of it is right.

    >>> print(table([CalibrationRow("engines alone", 80, 60, 120)]), end="")
    On sentences that nothing was learned from, shown from 50 % on   shown  right  share  found
    engines alone                                                       80     60   75 %   50 %
    """
    title = f"On sentences that nothing was learned from, shown from {100 * calibration.CUT:.0f} % on"
    out = [f"{title}   shown  right  share  found"]
    for row in rows:
        share = f"{100 * row.right / row.shown:.0f} %" if row.shown else "-"
        found = f"{100 * row.right / row.of:.0f} %" if row.of else "-"
        out.append(f"{row.what:{len(title)}} {row.shown:7} {row.right:6} {share:>6} {found:>6}")
    return "\n".join(out) + "\n"


def _keep(learned: RescoringModel, sha256: str, terminal: Terminal) -> Path:
    where = calibrations(terminal.env) / f"{sha256}.json"
    document = {
        "model": sha256,
        "about": dict(learned.about),
        "findings": dict(learned.findings),
        "proposals": dict(learned.proposals),
    }
    rewrite_file(where, lambda _: json.dumps(document, indent=0) + "\n")
    return where
