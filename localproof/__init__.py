"""LocalProof: proofreading on your own machine, that says what it is made of and what it costs.

    import localproof

    run = localproof.check("I could of gone.")
    for report, finding in run.findings():
        print(finding.message, finding.edits)

The house, from the ground up; a room imports rooms on lower floors only:

    text, languages     positions, spans, edits, blocks: the only place that converts one into another; language tags
    report              findings, what was skipped, provenance, energy; the three errors
    settings, child     what the writer decided; a helper process that never leaks
    download            one file over the network, when a command was told to get it
    formats             source text → a document of blocks of prose (markdown, html, plain …)
    engines             block → findings (harper, languagetool: embedded, the original on Java, a server)
    models              a small language model that scores edits
    energy              two readings → joules, or why there are none
    render              a run → text for people, editors and machines
    cache               what engines answered before, kept in one file of the user's
    judge               finding → how likely it is a real error
    settle, proof       documents in, one run out
    faces               pipes, files, editors: where bytes come in and go out
    cli                 arguments → settings → a face → exit status
    resident            the program of the service that keeps engines ready (faces.service)
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

TYPE_CHECKING = False  # `typing` is not imported for this: every command and every helper would wait for it
if TYPE_CHECKING:
    from typing import Any

    from .faces.pipe import check as check
    from .formats import read as read
    from .proof import open_checker as open_checker
    from .report import BadInput as BadInput
    from .report import Finding as Finding
    from .report import LocalProofError as LocalProofError
    from .report import Report as Report
    from .report import Run as Run
    from .report import Skipped as Skipped
    from .report import Unavailable as Unavailable
    from .settings import Settings as Settings
    from .text import Document as Document
    from .text import Edit as Edit
    from .text import Span as Span
    from .text import apply_edits as apply_edits

# Where each public name lives. It is fetched when it is asked for, so that
# `import localproof` costs next to nothing.
_HOMES = {
    "BadInput": "report",
    "Document": "text",
    "Edit": "text",
    "Finding": "report",
    "LocalProofError": "report",
    "Report": "report",
    "Run": "report",
    "Settings": "settings",
    "Skipped": "report",
    "Span": "text",
    "Unavailable": "report",
    "apply": "text",
    "check": "faces.pipe",
    "open_bench": "proof",
    "read": "formats",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
