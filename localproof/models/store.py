"""Where the files of models lie on this machine, and whether each is the one that it should be."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..config import own_folder
from ..report import BadInput, Unavailable
from ..system.atomic import replace_file
from ..system.download import DownloadItem, Progress, download_file, file_digest
from ..text import escape_invisible
from . import gguf
from .catalogue import ModelEntry, ModelFile

MEMORY = "verified.json"  # what was computed of files, so that a start need not read a whole model
_MOST_REMEMBERED = 200


def folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where the files of models are kept; `LOCALPROOF_MODELS_DIR` moves it. It need not exist."""
    if moved := env.get("LOCALPROOF_MODELS_DIR"):
        return Path(moved).absolute()
    return own_folder("data") / "models"


def place(model: ModelEntry, file: ModelFile, env: Mapping[str, str] = os.environ) -> Path:
    """Where a file of a model lies, or would lie: with LocalProof, where the user keeps it, or in `folder`."""
    if model.bundled:
        return Path(__file__).with_name(file.filename)
    if file.path:
        return Path(file.path).expanduser()
    return folder(env) / model.id / file.filename


def find_file(model: ModelEntry, env: Mapping[str, str] = os.environ) -> tuple[Path, ModelFile] | None:
    """The first file of a model that is there."""
    for file in model.files:
        if file.filename and (path := place(model, file, env)).is_file():
            return path, file
    return None


def sum_of(path: Path, env: Mapping[str, str] = os.environ, progress: Progress = lambda _: None) -> str:
    """The SHA-256 of a file. It is remembered by the file's size, time and inode, and computed again when one of them
    is another. Raises Unavailable for what cannot be read."""
    return _once(path, "", lambda real: file_digest(real, progress), env)


def look_into(path: Path, env: Mapping[str, str] = os.environ) -> None:
    """Read the header of a GGUF file with our own reader, before native code does; once, as with `sum_of`. Raises
    Unavailable for one that is spoilt or lies."""

    def sound(real: Path) -> str:
        gguf.read(real)
        return "sound"

    _once(path, "#header", sound, env)


def _once(path: Path, what: str, compute: Callable[[Path], str], env: Mapping[str, str]) -> str:
    try:
        real = Path(os.path.realpath(path))
        state, name = _state(real), f"{real}{what}"
        known = _remembered(folder(env) / MEMORY).get(name)
        if isinstance(known, list) and known[:-1] == state and isinstance(known[-1], str):
            return known[-1]
        value = compute(real)
        if _state(real) != state:
            raise Unavailable(escape_invisible(path.name), "changed while it was read")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Unavailable(escape_invisible(path.name), f"cannot be read: {escape_invisible(why)}") from None
    memory = _remembered(folder(env) / MEMORY)  # anew: another run may have written meanwhile
    memory.pop(name, None)
    _remember(folder(env), {**memory, name: [*state, value]})
    return value


def _state(path: Path) -> list[int]:
    it = path.stat()
    return [it.st_size, it.st_mtime_ns, it.st_ino]


def _remembered(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):  # none, or spoilt: sums are computed again
        return {}
    return raw if isinstance(raw, dict) else {}


def _remember(where: Path, memory: Mapping[str, Any]) -> None:
    """Keep the sums that were computed last. Where that cannot be, they are computed again next time."""
    rows = dict(list(memory.items())[-_MOST_REMEMBERED:])
    with suppress(OSError):
        where.mkdir(parents=True, exist_ok=True)
        replace_file(where / MEMORY, json.dumps(rows, indent=1).encode(), lasting=False)


def forget(path: Path, env: Mapping[str, str] = os.environ) -> None:
    """Compute the sum of `path` anew when it is asked for next."""
    memory = _remembered(folder(env) / MEMORY)
    real = os.path.realpath(path)
    if [memory.pop(name, None) for name in (real, f"{real}#header")] != [None, None]:
        _remember(folder(env), memory)


def download_plan(model: ModelEntry) -> DownloadItem:
    """What `get` would fetch for a model. Raises BadInput, with what is missing, where nothing can be got."""
    if model.bundled:
        raise BadInput(f"{model.id} comes with LocalProof; there is nothing to get")
    if model.own and any(file.path for file in model.files):
        raise BadInput(f"{model.id} is a file of your own; there is nothing to get")
    why = "the catalogue knows no file of it"
    for file in model.files:
        missing = [
            *(["no SHA-256"] if not file.sha256 else []),
            *(["no size"] if file.size is None else []),
            *(["no address"] if not file.url else []),
        ]
        if not missing and file.size is not None:
            return DownloadItem(file.filename, file.url, file.size, file.sha256, file.size_is_exact)
        which = file.filename or file.repo
        why = f"the catalogue has {' and '.join(missing)} for {which}, and what cannot be checked is not got"
    raise BadInput(f"{model.id}: {why}; get the file yourself and add it: localproof models add PATH")


def fetch(model: ModelEntry, env: Mapping[str, str], progress: Progress, stop: threading.Event) -> Path:
    """Get the file of a model, check it, put it in its place. Raises BadInput and Unavailable (see `download.get`)."""
    order = download_plan(model)
    path = folder(env) / model.id / order.name
    download_file(order, path, progress, stop)
    sum_of(path, env)
    return path


def remove(model: ModelEntry, env: Mapping[str, str] = os.environ) -> int:
    """Remove what `fetch` put in place or left half done for a model, nothing else; the bytes that this frees."""
    where = folder(env) / model.id
    freed = 0
    if where.is_symlink():
        return 0
    for file in model.files:
        for path in () if not file.filename else (where / file.filename, where / f"{file.filename}.part"):
            if path.is_file() and not path.is_symlink():
                freed += path.stat().st_size
                path.unlink()
    with suppress(OSError):
        where.rmdir()
    return freed
