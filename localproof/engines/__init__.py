"""Rule engines: block text in, findings out.

An engine holds its checker in a helper process, so that building one does not
wait for the other, a call that is stuck can be ended, and nothing that native
code prints or breaks reaches this process.

The child imports this package too: it is quick to import.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ..config import Settings
    from ..report import Finding, Provenance


class Engine(Protocol):
    """One checker: still to be built, on its way, or ready."""

    name: str

    def start(self) -> None:
        """Begin to build the checker and return at once. The first `submit` does so too."""
        ...

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        """Begin to check the text of one block; spans of the findings count its code points.

        The future raises `Unavailable` where the block could not be checked
        (time limit, crash, engine that does not start). It never answers an
        empty tuple for a failure.
        """
        ...

    def provenance(self) -> tuple[Provenance, ...]:
        """What the engine is made of: checker, port, dictionary, data. Known without starting it."""
        ...

    def key(self) -> str:
        """Everything that could change its answer to the same text: versions, dialect, rule set. For caches."""
        ...

    def pids(self) -> tuple[int, ...]:
        """Its live helper processes, for the accounts of energy and memory."""
        ...

    def close(self) -> None:
        """End its helper processes. Futures still open raise `Unavailable`."""
        ...


def _harper(settings: Settings) -> Engine:
    from .harper import HarperEngine

    return HarperEngine(settings)


def _languagetool(settings: Settings) -> Engine:
    from .home import open_languagetool

    return open_languagetool(settings)


# A new engine is one row here. Opening one costs next to nothing and starts
# nothing; it raises Unavailable where the engine cannot work here at all.
ENGINES: dict[str, Callable[[Settings], Engine]] = {"harper": _harper, "languagetool": _languagetool}
