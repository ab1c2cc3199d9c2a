"""Where a review stopped, so that the next one goes on from there: known by content, whatever happened to the files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import make_folder, state_folder
from ..project.files import write_new
from .session import Recalled

_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class PausedFile:
    """What was decided of a file and not written. `original` and `text` are "" where nothing was changed."""

    original: str = ""
    text: str = ""
    marks: tuple[Recalled, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewProgress:
    """All that a review had not written: by path of the file, and the words for a list with which list."""

    files: Mapping[str, PausedFile] = field(default_factory=dict)
    words: tuple[tuple[str, str], ...] = ()
    alike: tuple[tuple[str, str], ...] = ()  # rules, and the words that each is silent on


def progress_path(env: Mapping[str, str], root: Path) -> Path:
    """The file that remembers the reviews of a project, or of a folder that is in none."""
    digest = hashlib.sha256(os.path.realpath(root).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return state_folder(env) / "review" / f"{digest}.json"


def load(path: Path) -> ReviewProgress:
    """What is remembered; nothing where there is no such file or it makes no sense."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return ReviewProgress()
        record = json.loads(path.read_text("utf-8"))
        files = {str(name): _stopped(raw) for name, raw in record["files"].items()}
        words = tuple((str(w), str(where)) for w, where in record["words"])
        return ReviewProgress(files, words, tuple((str(rule), str(w)) for rule, w in record.get("alike", ())))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ReviewProgress()


def _stopped(raw: Mapping[str, Any]) -> PausedFile:
    marks: list[Recalled] = []
    for rule, spot, verdict in raw["marks"]:
        marks.append((str(rule), str(spot), "ignored" if verdict == "ignored" else "skipped"))
    return PausedFile(str(raw["original"]), str(raw["text"]), tuple(marks), tuple(map(str, raw["silent"])))


def save(path: Path, progress: ReviewProgress) -> None:
    """Remember `progress`, in one step; where there is nothing to remember, forget. Raises BadInput."""
    files = {
        name: {"original": s.original, "text": s.text, "marks": s.marks, "silent": s.silent}
        for name, s in progress.files.items()
        if s != PausedFile()
    }
    if not files and not progress.words and not progress.alike:
        with suppress(FileNotFoundError):
            path.unlink()
        return
    record = {"files": files, "words": progress.words, "alike": progress.alike}
    make_folder(path.parent, 0o700)
    write_new(path, json.dumps(record).encode("ascii"), private=True)
