"""What a model's client has in common with another's: a helper process, what it said before, and what that took.

`LanguageModelClient` asks a model that scores, `TaggerClient` one that tags;
`attached_models` has the two work together.
"""

from __future__ import annotations

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from .. import __version__
from ..config import Settings
from ..report import ModelUse, Provenance, Unavailable
from ..workers.futures import resolve_future
from ..workers.pooled_worker import PooledWorker
from ..workers.remembered_timeouts import ByteStore, RememberedTimeouts

_AT_HAND = 2_000  # blocks whose readings are kept at hand
_START_S = 120.0  # a large file takes long to map on a slow disk

Response = TypeVar("Response")


@dataclass(frozen=True)
class SelectedModel:
    """The model to read with: its file, the file's SHA-256, what it is made of, and whether it came with LocalProof."""

    path: Path
    sha256: str
    made_of: tuple[Provenance, ...] = ()
    bundled: bool = False


class ModelClient(ABC, Generic[Response]):
    """Asks a model, in a helper process. Opening one starts nothing; raises Unavailable without what runs it.

    All methods may be called from any thread. Readings are remembered, and
    kept in `store` where there is one; of failures only that a text was given up.
    """

    NAME: ClassVar[str]  # of the helper
    MODULE: ClassVar[str]  # that the helper runs
    KEPT: ClassVar[tuple[str, ...]]  # what of an answer is kept

    def __init__(
        self,
        chosen: SelectedModel,
        settings: Settings,
        store: ByteStore | None,
        options: Mapping[str, Any],
        *,
        parallel: bool,
    ) -> None:
        self.chosen = chosen
        self.title = chosen.made_of[0].part if chosen.made_of else chosen.path.name
        self._use = ModelUse(self.title)
        # With the sum, for another file in the same place is another helper.
        all_options = {"path": str(chosen.path.resolve()), "sha256": chosen.sha256, **options}
        limit_s = max(settings.block_timeout_s, 1.0) * 3
        self._worker = PooledWorker(
            self.NAME,
            self.MODULE,
            (json.dumps(all_options, sort_keys=True),),
            threads=settings.model_threads if parallel else 1,
            limit_s=limit_s,
            start_limit_s=_START_S,
            cores=settings.model_threads,
            service=settings.service,
        )
        self._store, self._given_up = store, RememberedTimeouts(limit_s, store)
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[bytes, Response] = OrderedDict()
        self._spoke = self._failed = False

    @abstractmethod
    def key(self) -> str:
        """Everything that could change what it says of the same text."""

    @abstractmethod
    def _parse(self, raw: Mapping[str, Any], request: Mapping[str, Any]) -> Response:
        """What the helper answered. Raises LookupError, TypeError or ValueError where that cannot be read."""

    def start(self) -> None:
        """Begin to load the model and return at once."""
        self._worker.start()

    def _request(self, request: Mapping[str, Any], answer: Future[Response]) -> None:
        """Have `answer` resolved with what the helper says to `request`, or said to it before."""
        digest = hashlib.sha256(json.dumps([self.key(), request], sort_keys=True).encode("ascii")).digest()
        if (known := self._recall(digest, request)) is not None:
            self.count_reused()
            resolve_future(answer, known)
            return
        if (given_up := self._given_up.recall(digest)) is not None:
            self._failed = True
            resolve_future(answer, given_up)
            return
        asked = self._worker.submit(dict(request))
        answer.add_done_callback(lambda done: asked.cancel() if done.cancelled() else None)

        def on_answer(done: Future[Any]) -> None:
            if done.cancelled():
                return
            error = done.exception()
            if error is not None:
                self._failed = True
                self._given_up.note(digest, error)
                resolve_future(answer, error)
                return
            try:
                found = self._take(done.result(), request, digest)
            except (LookupError, TypeError, ValueError) as wrong:  # whoever waits must hear
                self._failed = True
                said = f"gave an answer that cannot be read ({type(wrong).__name__}: {wrong})"
                resolve_future(answer, Unavailable(self.NAME, said))
            else:
                resolve_future(answer, found)

        asked.add_done_callback(on_answer)

    def _take(self, raw: Any, request: Mapping[str, Any], digest: bytes) -> Response:
        """What the helper answered, counted and kept. Raises what an answer in another shape causes."""
        found = self._parse(raw, request)
        with self._lock:
            self._spoke = True
            self._use = replace(
                self._use,
                blocks=self._use.blocks + 1,
                tokens=self._use.tokens + int(raw["tokens"]),
                loading_s=float(raw["loading_s"]) if self.pids() else 0.0,  # the service loads for itself
                reading_s=self._use.reading_s + float(raw["reading_s"]),
            )
        self._hold(digest, found)
        if self._store is not None:
            self._store.put(digest, json.dumps([raw[name] for name in self.KEPT]).encode("ascii"))
        return found

    def count_reused(self) -> None:
        """Note that something it said in an earlier run is used in this one."""
        self._spoke = True

    def provenance(self) -> tuple[Provenance, ...]:
        """What the model is made of; nothing where it was asked and could never answer, for then it had no part."""
        return self.chosen.made_of if self._spoke or not self._failed else ()

    def use(self) -> ModelUse | None:
        """What was read so far, and what that took; None where it had no part, as in `provenance`."""
        with self._lock:
            return self._use if self._spoke or not self._failed else None

    def pids(self) -> tuple[int, ...]:
        """The helper process, where it is ours and lives."""
        return self._worker.pids()

    def close(self) -> None:
        """End the helper process. Futures still open raise `Unavailable`."""
        self._worker.close()

    def _recall(self, digest: bytes, request: Mapping[str, Any]) -> Response | None:
        with self._lock:
            if (known := self._at_hand.get(digest)) is not None:
                self._at_hand.move_to_end(digest)
                return known
        if self._store is None or (data := self._store.get(digest)) is None:
            return None
        try:
            found = self._parse(dict(zip(self.KEPT, json.loads(data), strict=True)), request)
        except (ValueError, TypeError, LookupError):  # damaged: asked again, and put in its place
            return None
        self._hold(digest, found)
        return found

    def _hold(self, digest: bytes, reading: Response) -> None:
        with self._lock:
            self._at_hand[digest] = reading
            while len(self._at_hand) > _AT_HAND:
                self._at_hand.popitem(last=False)


@cache
def code_digest(scoring: tuple[str, ...], models: tuple[str, ...]) -> str:
    """A digest of modules of LocalProof by name: what a model says depends on them, and they may change."""
    here = Path(__file__).resolve().parent
    every = hashlib.sha256()
    for folder, names in ((here, scoring), (here.parent / "models", models)):
        for name in names:
            path = folder / f"{name}.py"
            every.update(path.name.encode("utf-8") + b"\0" + path.read_bytes())
    return every.hexdigest()


def version_key(name: str, digest: str, *parts: str) -> str:
    """The `key` of a client from all that its answers depend on."""
    return json.dumps([name, __version__, digest, *parts])
