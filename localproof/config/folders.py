"""Where the user's own files live: settings, cache, state and data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from ..report import BadInput

Place = Literal["config", "cache", "state", "data"]


def _given_value(kind: Place) -> Path:
    import platformdirs

    path: Path = getattr(platformdirs, f"user_{kind}_path")("localproof", appauthor=False)
    return path


def own_folder(kind: Place, given: Callable[[Place], Path] = _given_value) -> Path:
    """The folder of one kind that the system gives LocalProof in the user's home. Raises BadInput without a home."""
    try:
        path = given(kind)
    except RuntimeError:
        path = Path()
    if not path.is_absolute():  # "~" itself, below whatever folder this is: others may have put it there
        raise BadInput(f"your home folder is not known: set HOME (or LOCALPROOF_{kind.upper()}_DIR)")
    return path


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
