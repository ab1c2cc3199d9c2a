"""LocalProof: proofreading on your own machine, that says what it is made of and what it costs.

    import localproof

    run = localproof.check("I could of gone.")
    for report, finding in run.findings():
        print(finding.message, finding.edits)

The house, from the ground up; a room imports rooms on lower floors only (`tests/test_house.py` holds the plan):

    text        positions, spans, edits, blocks: the only place that converts one into another; language tags
    report      findings, what was skipped, provenance, energy; the three errors
    system      the machine around us: atomic files, CPU limits, the installation, downloads when a command asks
    config      what the writer decided: each setting declared once
    workers     supervised helper processes, the pool of the service, sockets; the only user of subprocess
    formats     source text → a document of blocks of prose (Markdown, HTML, plain …)
    engines     block → findings (Harper; LanguageTool embedded, the original on Java, a server; own rules)
    models      small language models: catalogue, store, file reader, runtimes
    energy      two readings → joules, or why there are none
    render      a run → text for people, editors and machines
    cache       what engines and models answered before, kept in one file of the user's
    scoring     finding → how likely it is a real error
    pipeline    documents in, one run out: start reading at `pipeline.checker`
    project     what a writer's folder holds: files, dictionaries, ignores, baseline, undo log
    service     the process that keeps engines ready, and the client that asks it
    review      one finding after another, decided by the writer
    lsp         the language server
    commands    one file for each command
    cli         the parser, built from the commands
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

TYPE_CHECKING = False  # `typing` is not imported for this: every command and every helper would wait for it
if TYPE_CHECKING:
    from typing import Any

    from .config import Settings as Settings
    from .formats import read as read
    from .pipeline.api import check as check
    from .pipeline.checker import Checker as Checker
    from .report import BadInput as BadInput
    from .report import Finding as Finding
    from .report import LocalProofError as LocalProofError
    from .report import Report as Report
    from .report import Run as Run
    from .report import Skipped as Skipped
    from .report import Unavailable as Unavailable
    from .text import Document as Document
    from .text import Edit as Edit
    from .text import Span as Span
    from .text import apply_edits as apply_edits

# Where each public name lives. It is fetched when it is asked for, so that
# `import localproof` costs next to nothing.
_HOMES = {
    "BadInput": "report",
    "Checker": "pipeline.checker",
    "Document": "text",
    "Edit": "text",
    "Finding": "report",
    "LocalProofError": "report",
    "Report": "report",
    "Run": "report",
    "Settings": "config",
    "Skipped": "report",
    "Span": "text",
    "Unavailable": "report",
    "apply_edits": "text",
    "check": "pipeline.api",
    "read": "formats",
}
# Public names of version 0.1, and what they are called now. They go with the next version.
_OLD_NAMES = {"apply": "apply_edits", "open_bench": "Checker"}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _OLD_NAMES:
        import warnings

        now = _OLD_NAMES[name]
        warnings.warn(f"localproof.{name} is called localproof.{now} now", DeprecationWarning, stacklevel=2)
        name = now
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
