"""Engines on the workers of a Dask cluster that is there already.

Every block is a task of its own, so a worker that dies costs its blocks a
second try elsewhere. Each worker process builds an engine once and keeps it;
settings of this machine do not travel. An answer counts only where the
worker's engine is the same as ours, in version, data and rules, so a run on a
cluster says what it would say here.

Dask is code that runs on request: name only a cluster that is yours.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from ..config import Settings, having
from ..report import BadInput, Finding, Provenance, Skipped, Unavailable
from ..system.installation import install_command
from ..text import escape_invisible
from ..text.phrases import count

if TYPE_CHECKING:
    from .interface import Engine

SCHEME = "dask://"
_CONNECT_S = 10.0

Answer = tuple[Finding, ...]


class Cluster:
    """A connection to a Dask scheduler at ``dask://HOST:PORT``, for all engines of a run.

    Raises BadInput where there is none, or where the package to talk with it is not installed.
    """

    def __init__(self, address: str) -> None:
        place = address.removeprefix(SCHEME)
        if not address.startswith(SCHEME) or ":" not in place:
            raise BadInput(f"executor {escape_invisible(address)!r}: expected {SCHEME}HOST:PORT")
        try:
            from distributed import Client
        except ImportError:
            raise BadInput(f"the executor dask:// needs Dask: {install_command(extra='dask')}") from None
        try:
            self._client: Any = Client(f"tcp://{place}", timeout=_CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:  # a TimeoutError is an OSError
            why = escape_invisible(str(error)).partition("\n")[0]
            raise BadInput(f"no Dask scheduler answers at {escape_invisible(place)}: {why}") from None
        self.place = place

    def workers(self) -> int:
        """How many worker processes it has now."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def submit(self, name: str, wishes: dict[str, Any], text: str) -> Any:
        """The Dask future of `answer`."""
        return self._client.submit(answer, name, wishes, text, pure=False)

    def close(self) -> None:
        """Leave the cluster. What it still works on for us is dropped."""
        self._client.close(timeout=_CONNECT_S)


class RemoteEngine:
    """`engine` as the workers of `cluster` have it. An `Engine`, of which nothing is built here."""

    def __init__(self, engine: Engine, settings: Settings, cluster: Cluster) -> None:
        self.name = engine.name
        self._engine, self._cluster = engine, cluster
        self._wishes = {field: getattr(settings, field) for field in having("travels")}

    def start(self) -> None:
        """See `Engine.start`. The workers' engines are built by the first block that comes to each."""

    def submit(self, text: str) -> Future[Answer]:
        """See `Engine.submit`."""
        whole: Future[Answer] = Future()
        whole.set_running_or_notify_cancel()
        self._cluster.submit(self.name, self._wishes, text).add_done_callback(self._read_answer(whole))
        return whole

    def _read_answer(self, whole: Future[Answer]) -> Callable[[Any], None]:
        from distributed import KilledWorker

        def on_answer(task: Any) -> None:
            try:  # both wait once more where an answer was lost together with its worker
                error = task.exception()
                result = None if error else task.result()
            except (KilledWorker, CancelledError, OSError) as gone:  # too many died, or the connection did
                error, result = gone, None
            if result is None:
                why = f"the cluster gave no answer: {escape_invisible(type(error).__name__)}"
                whole.set_exception(Unavailable(self.name, why))
                return
            key, found, failed = result
            task.release()
            if failed is not None:
                whole.set_exception(Unavailable(*failed))
            elif key != self._engine.key():
                why = "the cluster's workers have another version of it, or other data"
                whole.set_exception(Unavailable(self.name, why, "install the same versions there and here"))
            else:
                whole.set_result(found)

        return on_answer

    def provenance(self) -> tuple[Provenance, ...]:
        """See `Engine.provenance`."""
        first, *rest = self._engine.provenance()
        where = f"a Dask cluster of {count(self._cluster.workers(), 'worker')}, whose energy is not counted"
        return (replace(first, facts=(*first.facts, ("worked on", where))), *rest)

    def key(self) -> str:
        """See `Engine.key`. The same as here: an answer does not depend on where it was found."""
        return self._engine.key()

    def pids(self) -> tuple[int, ...]:
        """See `Engine.pids`: none, they are on other machines."""
        return ()

    def close(self) -> None:
        """See `Engine.close`. The workers keep theirs."""
        self._engine.close()


def answer(name: str, wishes: dict[str, Any], text: str) -> tuple[str, Answer, tuple[str, str, str] | None]:
    """On a worker: (key of its engine, what it finds in `text`, what failed if it could not be checked)."""
    try:
        engine = _build_engine(name, tuple(sorted(wishes.items())))
        return engine.key(), engine.submit(text).result(), None
    except Unavailable as error:
        told: Skipped = error.skipped
        return "", (), (told.what, told.reason, told.remedy)


@cache
def _build_engine(name: str, wishes: tuple[tuple[str, Any], ...]) -> Engine:
    from . import ENGINES

    return ENGINES[name](Settings(**dict(wishes), service="off"))
