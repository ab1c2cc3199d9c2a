"""What runs there were, on which files: kept on this machine, for `localproof disclose`.

A run is one small file in the folder ``runs`` of the user's own state, written
once and never sent anywhere: when, with what, at what energy, and for each text
its path, its words, how many of these are other ones because of the run, and
what a language model did for how many findings. Not a word of the texts is in
it. Where answers may not be kept (``cache = false``, ``--isolated``), runs are
not either; nor is what comes through a pipe, or is checked in an editor.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from ..config import state_folder
from ..report import QUESTIONS, ModelUse, Provenance, Run
from ..system.atomic import replace_file

Use = Literal["check", "fix", "review"]
Did = tuple[int, int, int]
_MOST_RUNS = 1000
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class LoggedText:
    """One text of a run: its words, and how many of them the run, or the writer in it, changed.

    `model_use_of` are how many findings a model supported, held back and proposed; None where none ran or that was not
    noted.
    """

    path: str
    words: int
    changed: int = 0
    did: Did | None = None


@dataclass(frozen=True)
class LoggedRun:
    """A run as it is remembered. `joules` is None where its energy is not known; `energy` says how it is known.

    `stayed` is whether every text stayed on this machine. `undone` is whether
    what the run wrote was put back since.
    """

    when: datetime
    use: Use
    version: str
    parts: tuple[Provenance, ...]
    texts: tuple[LoggedText, ...]
    joules: float | None
    energy: str
    stayed: bool = True
    undone: bool = False


def log_run(
    run: Run,
    use: Use,
    texts: Sequence[LoggedText],
    env: Mapping[str, str],
    *,
    stayed: bool = True,
    journal: str = "",
) -> None:
    """Remember a run; where that cannot be done it is not, and the run is none the worse. `journal` names the session
    by which what it wrote can be undone."""
    if not texts:
        return
    now = datetime.now(UTC)
    record = {
        "schema": 1,
        "when": now.isoformat(timespec="seconds"),
        "use": use,
        "version": run.version,
        # Of a model its whole card; of the other parts what they are.
        "parts": [
            asdict(p if p.role.startswith("model") else replace(p, facts=(), answers=())) for p in run.provenance
        ],
        "texts": [[t.path, t.words, t.changed] for t in texts],
        "model": [t.did if run.model is not None else None for t in texts],
        "joules": run.energy.joules if run.energy else None,
        "energy": run.energy.status if run.energy else "unavailable",
        "stayed": stayed,
        "journal": journal,
    }
    folder = state_folder(env) / "runs"
    path = folder / f"{now.strftime('%Y-%m-%dT%H%M%S.%f')}-{secrets.token_hex(6)}.json"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, json.dumps(record).encode("utf-8", "surrogateescape"), private=True, lasting=False)
        _forget(folder)


def model_use_of(use: ModelUse | None) -> Did | None:
    """What a model did for a text, as it is remembered."""
    return None if use is None else (use.supported, use.held_back, use.proposed)


def _forget(folder: Path) -> None:
    """Let go of the oldest runs, some at a time."""
    names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(".json"))
    if len(names) > _MOST_RUNS + 50:
        for name in names[:-_MOST_RUNS]:
            (folder / name).unlink(missing_ok=True)


def logged_runs(env: Mapping[str, str]) -> Iterator[LoggedRun]:
    """Every run that is remembered, oldest first. What cannot be read is passed over."""
    folder = state_folder(env) / "runs"
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            if path.stat().st_size <= _MOST_BYTES:
                yield _read(json.loads(path.read_text("utf-8", "surrogateescape")), env)


def _read(raw: Any, env: Mapping[str, str]) -> LoggedRun:
    from .undo_log import UndoLog

    parts = (
        Provenance(
            str(p["part"]),
            str(p["role"]),
            str(p["version"]),
            str(p["licence"]),
            str(p["data"]),
            str(p["sha256"]),
            tuple((str(name), str(text)) for name, text in p["facts"]),
            tuple((name, str(said[name])) for name in QUESTIONS if name in (said := dict(p.get("answers", ())))),
        )
        for p in raw["parts"]
    )
    joules = raw["joules"]
    model = raw.get("model") or [None] * len(raw["texts"])  # older records have none
    session = str(raw["journal"])
    plain = session == os.path.basename(session)  # noqa: PTH119 - a name, and no way out of the folder
    return LoggedRun(
        datetime.fromisoformat(raw["when"]),
        raw["use"] if raw["use"] in ("fix", "review") else "check",
        str(raw["version"]),
        tuple(parts),
        tuple(
            LoggedText(
                str(path),
                int(words),
                int(changed),
                None if said is None else (int(said[0]), int(said[1]), int(said[2])),
            )
            for (path, words, changed), said in zip(raw["texts"], model, strict=True)
        ),
        float(joules) if isinstance(joules, int | float) else None,
        str(raw["energy"]),
        bool(raw["stayed"]),
        bool(session) and plain and UndoLog(state_folder(env) / "journal" / session).undone,
    )
