"""Word lists and ignores files: small texts, one entry a line."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..report import BadInput
from ..text import escape_invisible
from ..text.languages import NAMES
from .choices import LANGUAGES
from .settings import Settings

_MOST_BYTES = 10_000_000  # of a settings file or word list; a larger one is a mistake or an attack


def list_for(path: Path, language: str) -> Path:
    """The word list for one language beside the list `path`; `path` itself for "", which means every language.

    >>> list_for(Path("dictionary.txt"), "en-GB").name
    'dictionary.en-GB.txt'
    """
    return path.with_name(f"{path.stem}.{language}{path.suffix}") if language else path


def lists_beside(path: Path) -> list[tuple[str, Path]]:
    """(tag, list) for every word list beside the list `path` that is for one language, there or not, in order."""
    try:
        names = {entry.name for entry in path.parent.iterdir()}
    except OSError:  # there is no such folder, or it is not for us
        return []
    return [(tag, each) for tag in dict.fromkeys((*NAMES, *LANGUAGES)) if (each := list_for(path, tag)).name in names]


def words_for(settings: Settings, language: str) -> frozenset[str]:
    """The writer's words in a text in `language`: those of every list that is for all languages, for that one, or for
    all its variants."""
    own = (words for tag, words in settings.words_by_language if tag in (language, language.partition("-")[0]))
    return settings.words.union(*own)


def read_ignores(path: Path) -> tuple[str, ...]:
    """The lines of an ignores file (see `decisions.Ignores`) in its own order; one that begins with ``#`` is a comment.

    () if there is none. Raises BadInput for a file that is there but cannot be read.
    """
    if not os.path.lexists(path):
        return ()
    lines = (" ".join(line.split()) for line in read_text(path).splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def read_words(path: Path) -> tuple[str, ...]:
    """The words and phrases of a word list in its own order: one a line, ``#`` begins a comment. () if there is none.

    Raises BadInput for a list that is there but cannot be read.
    """
    if not os.path.lexists(path):
        return ()
    return tuple(dict.fromkeys(w for line in read_text(path).splitlines() if (w := word_of(line))))


def word_of(line: str) -> str:
    """The word or phrase that a line of a word list holds, "" if it holds none.

    >>> word_of("  Hetzner Cloud   # where the site lives")
    'Hetzner Cloud'
    >>> word_of("C#"), word_of("# a comment")
    ('C#', '')
    """
    return " ".join(re.split(r"(?:^|\s)#", line, maxsplit=1)[0].split())


def require_inside(path: Path, root: Path) -> Path:
    """`path`, unless a link makes it lead out of `root`: then BadInput."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise BadInput(
            f"{escape_invisible(str(path))} leads out of the project, to {escape_invisible(str(real))}; remove the link"
        )
    return path


def read_text(path: Path) -> str:
    """A small UTF-8 text file. Raises BadInput for anything else."""
    shown = escape_invisible(str(path))
    if not is_file(path):
        raise BadInput(f"{shown}: " + ("not a regular file" if os.path.lexists(path) else "no such file"))
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{shown}: cannot be read: {error.strerror}") from None
    if len(data) > _MOST_BYTES:
        raise BadInput(f"{shown}: larger than {_MOST_BYTES:,} bytes, which no file of settings or words is")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(f"{shown}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a folder we may not enter, a name the system refuses
        return False


def exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
