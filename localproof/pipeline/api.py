"""One text in, one Run out: for programs that hold a text and not a file."""

from __future__ import annotations

from ..config import Settings
from ..formats import read
from ..report import Run, Skipped, Unavailable
from ..text import Document
from .checker import Checker


def check(text: str, settings: Settings | None = None, *, name: str = "", format: str | None = None) -> Run:
    """Proofread `text` and return the whole run: findings, what was skipped, provenance, energy.

    `format` is a name in `localproof.formats.FORMATS`; None means by the suffix
    of `name`, plain text if it has none. No settings file is read: what is not
    in `settings` has its default. Spans count code points of `text`. Engines
    are started and ended again, which takes seconds; for many texts hold a
    `Checker` open. Raises BadInput for a format that does not exist.
    """
    settings = settings or Settings()
    document: Document | Skipped
    try:
        document = read(name, text, settings, format)
    except Unavailable as error:
        document = error.skipped
    with Checker(settings) as checker:
        return checker.check_all([document])
