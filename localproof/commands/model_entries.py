"""Entries for files of the user's own in their own catalogue: `localproof models add`, and taking them out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from ..config import user_folder
from ..models import catalogue, gguf, store
from ..models.added import entry_to_toml, suggest_id
from ..models.catalogue import Catalogue, ModelEntry
from ..project.files import rewrite_file
from ..report import BadInput
from ..terminal import Terminal
from ..text import escape_invisible
from .consent import progress_meter


def _free(id: str, known: Catalogue) -> str:
    return next(
        name for number in range(1, 10_000) if (name := f"{id}-{number}" if number > 1 else id) not in known.models
    )


def _marks(id: str) -> tuple[str, str]:
    return f"# ── {id}: written by `localproof models add` ──\n", f"# ── end of {id} ──\n"


def _with_entry(before: str, id: str, entry: str) -> str:
    begin, end = _marks(id)
    body = entry.removeprefix("schema = 1\n\n")
    head = before.rstrip("\n") + "\n" if before.strip() else "schema = 1\n"
    return f"{head}\n{begin}{body}{end}"


def remove_entry(model: ModelEntry, env: Mapping[str, str]) -> str:
    """Take the entry of a model that `add` wrote out of the user's catalogue; what was done, in words."""
    where = user_folder(env) / catalogue.FILE_NAME
    begin, end = _marks(model.id)

    def without(text: str) -> str:
        start, stop = text.find(begin), text.find(end)
        if start < 0 or stop < start:
            raise BadInput(
                f"{model.id} was written into {escape_invisible(str(where))} by hand; take it out there by hand"
            )
        return text[:start].rstrip("\n") + "\n" + text[stop + len(end) :]

    _rewrite_catalogue(where, without)
    return "its entry (the file that it names stays where it is)"


def _rewrite_catalogue(path: Path, change: Callable[[str], str]) -> None:
    """As `rewrite_file`, but nothing is written that could not be read again."""

    def sound(before: str) -> str:
        after = change(before)
        catalogue.parse_catalogue(after.replace("\r\n", "\n"), str(path), own=True)
        return after

    rewrite_file(path, sound)


def add_entry(path: Path, id: str, known: Catalogue, terminal: Terminal) -> tuple[ModelEntry, Path | None]:
    """The model of a file, and the catalogue into which its entry was written; None where it was known already.

    The entry says what the file says of itself, and of all else that it does not. Raises BadInput and Unavailable.
    """
    if not path.is_file():
        raise BadInput(f"{escape_invisible(str(path))}: no such file")
    header = gguf.read(path)
    show, clear = progress_meter(terminal, header.size)
    try:
        sha256 = store.sum_of(path, terminal.env, show)
    finally:
        clear()
    if (same := known.by_sha256(sha256)) is not None:
        return same, None
    id = id or _free(suggest_id(header, path), known)
    if id in known.models:
        raise BadInput(f"a model is called {id} already; choose another --id")
    text = entry_to_toml(header, path, sha256, id, today=date.today())
    model = catalogue.parse_catalogue(text, "the new entry", own=True)[0]
    where = user_folder(terminal.env) / catalogue.FILE_NAME
    _rewrite_catalogue(where, lambda before: _with_entry(before, id, text))
    return model, where
