"""N-gram data: how often words follow each other, by which LanguageTool tells words apart that are easily confused.

The writer gets it from LanguageTool's makers (8 GB for English) and names the
folder; it is an index of Lucene's for phrases of one, two and three words.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ...config import Settings
from ...report import BadInput
from ...text import escape_invisible
from ...text.languages import NAMES, base

_ORDERS = ("1grams", "2grams", "3grams")


@dataclass(frozen=True)
class NgramData:
    """The data for one language in `folder`, which LanguageTool is given. `digest` is the SHA-256 of the files that
    name what belongs to it, `size` counts the bytes of it all."""

    folder: Path
    language: str
    digest: str
    size: int


def ngram_data(settings: Settings) -> NgramData | None:
    """What the settings name for their language; None if they name nothing, or data for other languages alone.

    Raises BadInput for a folder that holds no n-gram data.
    """
    if not settings.languagetool_ngrams:
        return None
    folder, code = named_folder(settings), base(settings.language)
    home = folder / code
    if not home.is_dir():
        return None
    lists = [path for order in _ORDERS for path in sorted((home / order).glob("segments_*"))]
    try:
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in lists)).hexdigest()
        size = sum(path.stat().st_size for order in _ORDERS for path in (home / order).iterdir())
    except OSError as error:
        raise BadInput(f"languagetool-ngrams: {escape_invisible(str(home))} cannot be read: {error.strerror}") from None
    return NgramData(folder, code, digest, size)


def named_folder(settings: Settings) -> Path:
    """The folder that the settings name. Raises BadInput unless it has data, whole, for every language that it has."""
    said = settings.languagetool_ngrams
    folder = Path(said).expanduser()
    shown = f"languagetool-ngrams: {escape_invisible(said)!r}"
    if not folder.is_absolute():
        raise BadInput(f"{shown} is no whole path; begin it with / or ~")
    if not folder.is_dir():
        raise BadInput(f"{shown} is no folder")
    if all(map(_whole, (folder / order for order in _ORDERS))):
        raise BadInput(f"{shown} is the data of one language; name the folder that this one is in")
    found = [folder / code for code in NAMES if (folder / code).is_dir()]
    wanted = found or [folder / base(settings.language)]
    for home in wanted:
        missing = [f"{home.name}/{order}" for order in _ORDERS if not _whole(home / order)]
        if missing:
            raise BadInput(f"{shown} holds no n-gram data: there is no index in {', '.join(missing)}")
    return folder


def _whole(index: Path) -> bool:
    return index.is_dir() and any(index.glob("segments_*"))


def explain_unused(settings: Settings, home: str) -> tuple[tuple[str, str], ...]:
    """What is to be said where the LanguageTool in `home` reads none of the data that the settings name, as facts of
    its provenance; nothing where they name none."""
    if not settings.languagetool_ngrams:
        return ()
    why = {
        "embedded": "the embedded LanguageTool cannot read it",
        "server": "that server has its own, or none",
        "java": f"there is none for {NAMES[base(settings.language)]}",
    }
    return (("n-gram data", f"{escape_invisible(settings.languagetool_ngrams)} is not used: {why[home]}"),)
