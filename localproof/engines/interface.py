"""What the product knows of an engine: `Engine`, one that is open, and `EngineKind`, its row of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ..config import Settings
    from ..report import Finding, Provenance
    from .rules import Rule

HOUSE = "house"  # the engine of the writer's own terms and rules
OWN = "localproof"  # the engine of patterns of our own: no second witness for what another says


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


class EngineKind(NamedTuple):  # no dataclass: each helper imports this, and `dataclasses` costs 5 ms
    """A rule engine, all that the other rooms know of it. Calling it opens the engine.

    Opening costs next to nothing and starts nothing; it raises `Unavailable`
    where the engine cannot work here at all. `name` stands before the slash in
    the names of its rules and `title` is what people call it. `rules` lists
    every rule, and raises `Unavailable` where that cannot be told; `describe`
    gives, for full names of rules, a sentence on each that it knows, and on
    others where they cost nothing more. `page` is the address of a page on a
    rule, with places for its name and the language, "" for none. `spellers`
    are how the names begin of the rules that look words up, and `repeated` is
    the rule that speaks of a word said twice: what two engines say of the same
    thing is told by these. An engine that is `in_process` has no helper to
    start, and answers sooner than a cache would.
    """

    name: str
    title: str
    open: Callable[[Settings], Engine]
    rules: Callable[[Settings], tuple[Rule, ...]]
    describe: Callable[[Iterable[str]], Mapping[str, str]]
    page: str = ""
    spellers: tuple[str, ...] = ()
    repeated: str = ""
    in_process: bool = False

    def __call__(self, settings: Settings) -> Engine:
        return self.open(settings)
