"""A language model that is switched on: asked, block by block, how it takes to what the engines would change.

A `LanguageModelClient` stands beside the engines. When all of them have answered a block,
the model is asked once: how much likelier the text is with each of their
edits, and which edits of the closed set (`candidates`) it prefers itself;
where `rewriting` is switched on, also which it would write.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from .. import __version__
from ..config import Settings
from ..models.runtimes import BACKENDS, chosen_backend
from ..report import Finding, ModelUse, Provenance, Unavailable
from ..text import Edit, Span
from ..workers.futures import resolve_future
from ..workers.pooled_worker import PooledWorker
from ..workers.remembered_timeouts import ByteStore, RememberedTimeouts
from .types import Proposal

MODULE = "localproof.scoring.model_worker"
MOST_EDITS = 5  # of a finding: nobody is shown more
_AT_HAND = 2_000  # blocks whose readings are kept at hand
_START_S = 120.0  # a large file takes long to map on a slow disk


@dataclass(frozen=True)
class ModelResponse:
    """What the model says of one block: the gain in nats of each edit that it was asked about and could tell of, and
    its own proposals."""

    gains: Mapping[Edit, float]
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True)
class SelectedModel:
    """The model to read with: its file, the file's SHA-256, what it is made of, and whether it came with LocalProof."""

    path: Path
    sha256: str
    made_of: tuple[Provenance, ...] = ()
    bundled: bool = False


class LanguageModelClient:
    """Asks the model, in a helper process. Opening one starts nothing; raises Unavailable without what runs it.

    All methods may be called from any thread. Readings are remembered, and
    kept in `store` where there is one; of failures only that a text was given up.
    """

    def __init__(self, chosen: SelectedModel, settings: Settings, store: ByteStore | None = None) -> None:
        self.chosen = chosen
        self._runtime = chosen_backend(settings.model_runtime, bundled=chosen.bundled)
        self.title = chosen.made_of[0].part if chosen.made_of else chosen.path.name
        self._use = ModelUse(self.title)
        self._suggest = settings.model_suggest
        options = {
            "path": str(chosen.path.resolve()),
            "sha256": chosen.sha256,  # another file in the same place is another helper
            "cores": settings.model_threads,
            "gpu_layers": settings.model_gpu_layers,
            "suggest": self._suggest,
            "runtime": self._runtime,
        }
        limit_s = max(settings.block_timeout_s, 1.0) * 3
        self._worker = PooledWorker(
            "model",
            MODULE,
            (json.dumps(options, sort_keys=True),),
            threads=settings.model_threads if BACKENDS[self._runtime].parallel else 1,
            limit_s=limit_s,
            start_limit_s=_START_S,
            cores=settings.model_threads,
            service=settings.service,
        )
        self._store, self._given_up = store, RememberedTimeouts(limit_s, store)
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[bytes, ModelResponse] = OrderedDict()
        self._spoke = self._failed = False

    def start(self) -> None:
        """Begin to load the model and return at once."""
        self._worker.start()

    def submit_after(
        self,
        text: str,
        answers: Iterable[Future[tuple[Finding, ...]]],
        merge: Callable[[str, Iterable[Finding]], Iterable[Finding]],
    ) -> Future[ModelResponse]:
        """What the model says of a block as soon as all engines have answered it; `merge` makes one finding of theirs
        for each place. The future raises Unavailable where the model cannot be asked."""
        waiting = list(answers)
        reading: Future[ModelResponse] = Future()
        left = len(waiting)
        lock = threading.Lock()

        def on_answer(_: object) -> None:
            nonlocal left
            with lock:
                left -= 1
                last = left == 0
            if last:
                try:
                    self._ask(text, edits_to_score(merge(text, _to_response(waiting))), reading)
                except Exception as error:  # noqa: BLE001 - whoever waits must hear, and nobody else would
                    resolve_future(reading, Unavailable("model", f"cannot be asked: {type(error).__name__}: {error}"))

        if not waiting:
            self._ask(text, (), reading)
        for answer in waiting:
            answer.add_done_callback(on_answer)
        return reading

    def submit(self, text: str, edits: Sequence[Edit]) -> Future[ModelResponse]:
        """What the model says of a text and of `edits` to it. The future raises Unavailable where it cannot say."""
        reading: Future[ModelResponse] = Future()
        self._ask(text, edits, reading)
        return reading

    def _ask(self, text: str, edits: Sequence[Edit], reading: Future[ModelResponse]) -> None:
        if reading.cancelled():  # the text is another one by now
            return
        if not edits and (self._suggest == "none" or not text.strip()):
            resolve_future(reading, ModelResponse({}))
            return
        digest = self._digest(text, edits)
        if (known := self._recall(digest, edits)) is not None:
            self.count_reused()
            resolve_future(reading, known)
            return
        if (given_up := self._given_up.recall(digest)) is not None:
            self._failed = True
            resolve_future(reading, given_up)
            return
        rows = [[e.span.start, e.span.end, e.text] for e in edits]
        try:
            answer = self._worker.submit({"text": text, "edits": rows})
        except UnicodeEncodeError:
            resolve_future(reading, ModelResponse({}))  # half a character: no text for a model
            return

        reading.add_done_callback(lambda done: answer.cancel() if done.cancelled() else None)

        def on_answer(done: Future[Any]) -> None:
            if done.cancelled():
                return
            error = done.exception()
            if error is not None:
                self._failed = True
                self._given_up.note(digest, error)
                resolve_future(reading, error)
                return
            try:
                found = self._take(done.result(), edits, digest)
            except (LookupError, TypeError, ValueError) as wrong:  # whoever waits must hear
                said = f"gave an answer that cannot be read ({type(wrong).__name__}: {wrong})"
                resolve_future(reading, Unavailable("model", said))
            else:
                resolve_future(reading, found)

        answer.add_done_callback(on_answer)

    def _take(self, raw: Any, edits: Sequence[Edit], digest: bytes) -> ModelResponse:
        """What the helper answered, counted and kept. Raises what an answer in another shape causes."""
        found = to_response(raw, edits)
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
            self._store.put(digest, json.dumps([raw["gains"], raw["proposals"]]).encode("ascii"))
        return found

    def count_reused(self) -> None:
        """Note that something it said in an earlier run is used in this one."""
        self._spoke = True

    def provenance(self) -> tuple[Provenance, ...]:
        """What the model is made of; nothing where it was asked and could never answer, for then it had no part."""
        return self.chosen.made_of if self._spoke or not self._failed else ()

    def use(self) -> ModelUse | None:
        """What was read so far, and what that took; None where it had no part, as in `made_of`."""
        with self._lock:
            return self._use if self._spoke or not self._failed else None

    def key(self) -> str:
        """Everything that could change what it says of the same text."""
        return json.dumps(["model", __version__, code_digest(), self.chosen.sha256, self._suggest, self._runtime])

    def pids(self) -> tuple[int, ...]:
        """The helper process, where it is ours and lives."""
        return self._worker.pids()

    def close(self) -> None:
        """End the helper process. Futures still open raise `Unavailable`."""
        self._worker.close()

    def _digest(self, text: str, edits: Sequence[Edit]) -> bytes:
        asked = json.dumps([self.key(), text, [[e.span.start, e.span.end, e.text] for e in edits]])
        return hashlib.sha256(asked.encode("ascii")).digest()

    def _recall(self, digest: bytes, edits: Sequence[Edit]) -> ModelResponse | None:
        with self._lock:
            if (known := self._at_hand.get(digest)) is not None:
                self._at_hand.move_to_end(digest)
                return known
        if self._store is None or (data := self._store.get(digest)) is None:
            return None
        try:
            gains, proposals = json.loads(data)
            found = to_response({"gains": gains, "proposals": proposals}, edits)
        except (ValueError, TypeError, LookupError):  # damaged: asked again, and put in its place
            return None
        self._hold(digest, found)
        return found

    def _hold(self, digest: bytes, reading: ModelResponse) -> None:
        with self._lock:
            self._at_hand[digest] = reading
            while len(self._at_hand) > _AT_HAND:
                self._at_hand.popitem(last=False)


def _to_response(answers: Iterable[Future[tuple[Finding, ...]]]) -> list[Finding]:
    return [f for a in answers if not a.cancelled() and a.exception() is None for f in a.result()]


def edits_to_score(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """The edits that the model is asked about."""
    return tuple(dict.fromkeys(e for f in findings for e in f.edits[:MOST_EDITS]))


def to_response(raw: Mapping[str, Any], edits: Sequence[Edit]) -> ModelResponse:
    """What the helper answered to `edits`, as a reading."""
    gains = {e: float(g) for e, g in zip(edits, raw["gains"], strict=True) if g is not None}
    proposals = tuple(
        Proposal(Edit(Span(a, b), new), kind, gain, surprise, margin)
        for a, b, new, kind, gain, surprise, margin in raw["proposals"]
    )
    return ModelResponse(gains, proposals)


@cache
def code_digest() -> str:
    """A digest of LocalProof's own code between a block and a reading, for whoever changes that code."""
    here = Path(__file__).resolve().parent
    every = hashlib.sha256()
    files = [here / f"{name}.py" for name in ("candidate_edits", "types", "proposals", "generation", "model_worker")]
    models = [here.parent / "models" / f"{name}.py" for name in ("bpe", "llama", "network", "numpy_model", "passages")]
    for path in [*files, *models]:
        every.update(path.name.encode("utf-8") + b"\0" + path.read_bytes())
    return every.hexdigest()
