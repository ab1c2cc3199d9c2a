"""The writer's lists of words and of ignored places: lines put in at the end, lines taken out, the rest untouched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..config import PROJECT_IGNORES, USER_IGNORES, Settings, make_folder, read_ignores, user_folder
from ..report import BadInput, Unavailable
from .files import InputFile, read_source, write_back, write_new

_MOST_BYTES = 10_000_000
_HEAD = (
    "# Places that LocalProof leaves alone: a rule, then the words in [[ ]] with those around them, or a file.\n"
    "# Take a line out, and the place is spoken of again.\n"
)


def ignores_file(settings: Settings, env: Mapping[str, str]) -> Path:
    """The list of ignored places: the project's, or the user's own where there is no project."""
    return settings.root / PROJECT_IGNORES if settings.root else user_folder(env) / USER_IGNORES


def append_lines(path: Path, lines: Iterable[str]) -> tuple[str, ...]:
    """Append those of `lines` that the list of ignored places lacks, and return them. Raises BadInput."""
    known = set(read_ignores(path))
    new = tuple(line for line in dict.fromkeys(lines) if line not in known)
    if not new:
        return ()
    added = "".join(f"{line}\n" for line in new)
    if not path.exists():
        make_folder(path.parent)
        write_new(path, (_HEAD + added).encode("utf-8"))
        return new
    try:
        old = read_source(InputFile(path, str(path), named=True), _MOST_BYTES)
        joint = "" if not old.text or old.text.endswith("\n") else "\n"
        write_back(old, old.text + joint + added)
    except Unavailable as error:
        raise BadInput(str(error)) from None
    return new


def remove_lines(path: Path, lines: Iterable[str]) -> tuple[str, ...]:
    """Take `lines` out of a list, of words or of places, and return those that were there. Raises BadInput."""
    unwanted = set(lines)
    if not path.exists():
        return ()
    try:
        old = read_source(InputFile(path, str(path), named=True), _MOST_BYTES)
        kept = [line for line in old.text.splitlines(keepends=True) if " ".join(line.split()) not in unwanted]
        gone = tuple(
            line for line in dict.fromkeys(" ".join(r.split()) for r in old.text.splitlines()) if line in unwanted
        )
        if gone:
            write_back(old, "".join(kept))
    except Unavailable as error:
        raise BadInput(str(error)) from None
    return gone
