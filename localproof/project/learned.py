"""What was learned from the writer: put into the file of it, and taken out again."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ..config import Settings, make_folder, read_text, state_folder
from ..config.learned_file import (
    PROJECT_LEARNED,
    PROJECTS_LEARNED,
    checksum,
    known_projects,
    learned_path,
    why_refused,
)
from ..report import BadInput, Unavailable
from ..scoring.learning import FIELDS, HEAD, Evidence, merge_evidence, read_evidence
from .files import InputFile, read_source, write_back, write_new

_ABOUT = (
    f"{HEAD}. Your own decisions, kept on this machine and nowhere else.\n"
    "# `localproof learn` says what they come to. Take a line out, or all, and it is forgotten.\n"
    f"# {', '.join(FIELDS)}; between tabs\n"
)
_MOST_BYTES = 10_000_000
_TRIES = 3  # where another process writes at the same time


def today() -> str:
    """The date, as evidence has it."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def file_of(settings: Settings, env: Mapping[str, str]) -> Path | None:
    """The file of what was learned under `settings`, there or not; None where nothing is learned. Raises BadInput for
    one that is not this user's."""
    path = learned_path(settings.learning, settings.root, env)
    if path is not None and (why := why_refused(path, settings.root, env)):
        raise BadInput(f"{path}: nothing is learned from it and into it: {why}; move it away to begin anew")
    return path


def add_evidence(settings: Settings, env: Mapping[str, str], evidence: Iterable[Evidence]) -> int:
    """Note decisions; how many. Nothing is written where there are none or nothing is learned. Raises BadInput."""
    new = tuple(evidence)
    path = file_of(settings, env) if new else None
    if path is None:
        return 0
    _rewrite(path, settings, env, lambda old: merge_evidence((*old, *new)))
    return sum(each.times for each in new)


def remove_evidence(
    settings: Settings, env: Mapping[str, str], unwanted: Callable[[Evidence], bool]
) -> tuple[Evidence, ...]:
    """Forget what is `unwanted`, and return it. Raises BadInput."""
    path = file_of(settings, env)
    if path is None or not path.exists():
        return ()
    gone = tuple(each for each in read_evidence(read_text(path)) if unwanted(each))
    if gone:
        _rewrite(path, settings, env, lambda old: tuple(each for each in old if not unwanted(each)))
    return gone


def _rewrite(
    path: Path,
    settings: Settings,
    env: Mapping[str, str],
    change: Callable[[tuple[Evidence, ...]], tuple[Evidence, ...]],
) -> None:
    for left in reversed(range(_TRIES)):
        try:
            text = _write(path, change)
            break
        except Unavailable as error:
            if not left:
                raise BadInput(str(error)) from None
    if settings.root is not None and path == settings.root / PROJECT_LEARNED:
        projects = known_projects(env) | {str(settings.root): checksum(text)}
        note = state_folder(env) / PROJECTS_LEARNED
        make_folder(note.parent, 0o700)
        lines = "".join(f"{digest} {place}\n" for place, digest in projects.items())
        write_new(note, lines.encode("utf-8", "surrogateescape"), private=True)


def _write(path: Path, change: Callable[[tuple[Evidence, ...]], tuple[Evidence, ...]]) -> str:
    """Change the file in one step, if it still holds what was read. Raises Unavailable where it does not."""
    old = read_source(InputFile(path, str(path), named=True), _MOST_BYTES) if path.exists() else None
    evidence = change(read_evidence(old.text) if old else ())
    text = _ABOUT + "".join(f"{each.line()}\n" for each in evidence)
    if old is not None:
        write_back(old, text)
    else:
        make_folder(path.parent, 0o700)
        write_new(path, text.encode("utf-8"), private=True)
    return text
