"""Where the user's own files live: settings, cache, state and data."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from ..report import BadInput
from ..text import escape_invisible

Place = Literal["config", "cache", "state", "data"]


def _given_value(kind: Place) -> Path:
    import platformdirs

    path: Path = getattr(platformdirs, f"user_{kind}_path")("localproof", appauthor=False)
    return path


# In place of the user's own folders where the home is not known, as in some containers: nothing is below a device,
# and nothing can be put there.
_NOWHERE = Path(os.devnull, "no-home-folder")
HOMELESS = "your home folder is not known: set HOME"


def own_folder(kind: Place, given: Callable[[Place], Path] = _given_value) -> Path:
    """The folder of one kind that the system gives LocalProof in the user's home, which need not exist; without a home
    one that cannot (see `make_folder`)."""
    try:
        path = given(kind)
    except RuntimeError:
        path = Path()
    # Else it is "~" itself, below whatever folder this is: others may have put it there.
    return path if path.is_absolute() else _NOWHERE / kind


def homeless(path: Path) -> bool:
    """Whether `path` stands for one in a home that is not known."""
    return path.is_relative_to(_NOWHERE)


def need_home(path: Path) -> None:
    """Raises BadInput where `path`, to be written, stands for one in a home that is not known."""
    if homeless(path):
        kind = path.relative_to(_NOWHERE).parts[0]
        raise BadInput(HOMELESS + ("" if kind == "data" else f" (or LOCALPROOF_{kind.upper()}_DIR)"))


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder of the user's, and those above it, unless it is there. Raises BadInput where that cannot be."""
    need_home(path)
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{escape_invisible(str(path))}: cannot be created: {error.strerror}") from None


def user_folder(env: Mapping[str, str]) -> Path:
    """Where the user's settings file and word list live; `LOCALPROOF_CONFIG_DIR` moves it."""
    if moved := env.get("LOCALPROOF_CONFIG_DIR"):
        return Path(moved)
    return own_folder("config")


def cache_folder(env: Mapping[str, str]) -> Path:
    """The user's cache folder, which need not exist; `LOCALPROOF_CACHE_DIR` moves it."""
    if moved := env.get("LOCALPROOF_CACHE_DIR"):
        return Path(moved).absolute()
    return own_folder("cache")


def state_folder(env: Mapping[str, str]) -> Path:
    """Where LocalProof keeps what it must remember; `LOCALPROOF_STATE_DIR` moves it."""
    if moved := env.get("LOCALPROOF_STATE_DIR"):
        return Path(moved)
    return own_folder("state")
