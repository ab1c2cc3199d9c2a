"""The model that the settings have switched on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .catalogue import ModelEntry, ModelFile


@dataclass(frozen=True)
class ResolvedModel:
    """The model that is switched on. `file` is None for a file that no entry has.

    `verified` is true where the SHA-256 of the file at `path`, which is
    `sha256`, is that of the entry. `warnings` are sentences for the user:
    what is not so or not known where the settings ask for nothing.
    """

    path: Path
    model: ModelEntry
    sha256: str
    verified: bool
    warnings: tuple[str, ...] = ()
    file: ModelFile | None = None
