"""An engine that remembers: asked about a block it has read before, it answers without its checker."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from .. import __version__
from ..engines import Engine
from ..report import Finding, Provenance
from ..workers.remembered_timeouts import RememberedTimeouts
from .serialization import Unreadable, findings_to_rows, pack, rows_to_findings, unpack
from .store import Store

_log = logging.getLogger(__name__)  # loaded anyway, by concurrent.futures

# Bytes of answers at hand, as `_size_in_bytes` reckons them: a text of 10,000 words in which every tenth is a suspect
# has about one million.
_AT_HAND = 4_000_000

Answer = tuple[Finding, ...]


class CachingEngine:
    """`engine`, with a memory of the blocks it was asked about last and, where there is a `store`, of earlier runs.

    Itself an `Engine`. Answers are kept under a digest of everything that
    could change them and of the block's text. A failure is not, but for a
    block that was given up within `limit_s`: it is not asked about again for a
    day (see `child.given_up`). Both ways of remembering may be used from any
    thread.
    """

    def __init__(self, engine: Engine, store: Store | None = None, limit_s: float = 10.0) -> None:
        self.name = engine.name
        self.asked = self.kept = 0  # blocks so far, and how many of them earlier runs had answered
        self._engine, self._store = engine, store
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[bytes, Future[Answer]] = OrderedDict()
        self._held = 0  # bytes of it
        self._flying: dict[bytes, Future[Answer]] = {}  # asked, and not answered yet
        self._given_up = RememberedTimeouts(limit_s, store)
        self._salt: Any = None  # a digest, of all but the text

    def start(self) -> None:
        """See `Engine.start`."""
        self._engine.start()

    def submit(self, text: str) -> Future[Answer]:
        """See `Engine.submit`. The engine is started by the first block that is new."""
        digest = self._digest(text)
        known = self._look_up(digest)
        if known is not None:
            return known
        with self._lock:
            pending = self._flying.get(digest)
        if pending is not None:  # by an earlier state of a text that is being written, or by another text
            return pending
        if (given_up := self._given_up.recall(digest)) is not None:
            refused: Future[Answer] = Future()
            refused.set_exception(given_up)
            return refused
        future = self._engine.submit(text)
        with self._lock:
            self._flying[digest] = future
        future.add_done_callback(partial(self._store_answer, digest))
        return future

    def provenance(self) -> tuple[Provenance, ...]:
        """See `Engine.provenance`. The first part says how much of its work earlier runs had done."""
        first, *rest = self._engine.provenance()
        if self.kept:
            kept = ("from the cache", f"{self.kept:,} of {self.asked:,} blocks, answered in earlier runs")
            first = replace(first, facts=(*first.facts, kept))
        return (first, *rest)

    def key(self) -> str:
        """See `Engine.key`."""
        return self._engine.key()

    def pids(self) -> tuple[int, ...]:
        """See `Engine.pids`."""
        return self._engine.pids()

    def count_reused(self, blocks: int) -> None:
        """Count blocks that were not even asked about, because a whole report of an earlier run was there."""
        with self._lock:
            self.asked += blocks
            self.kept += blocks

    def close(self) -> None:
        """See `Engine.close`. The store is its owner's to close, afterwards."""
        _log.info("%s: %d blocks, %d of them answered by earlier runs", self.name, self.asked, self.kept)
        self._engine.close()

    def _digest(self, text: str) -> bytes:
        if self._salt is None:
            salt = "\0".join(("answer", __version__, code_digest(), self._engine.key(), ""))
            self._salt = hashlib.sha256(salt.encode("utf-8"))
        whole = self._salt.copy()
        whole.update(text.encode("utf-8", "surrogatepass"))
        digest: bytes = whole.digest()
        return digest

    def _look_up(self, digest: bytes) -> Future[Answer] | None:
        with self._lock:
            self.asked += 1
            if (known := self._at_hand.get(digest)) is not None:
                self._at_hand.move_to_end(digest)
                return known
        if self._store is None or (data := self._store.get(digest)) is None:
            return None
        try:
            answer = rows_to_findings(unpack(data))
        except Unreadable:  # asked again, and put in its place
            return None
        with self._lock:
            self.kept += 1
        return self._hold_in_memory(digest, answer)

    def _hold_in_memory(self, digest: bytes, answer: Answer) -> Future[Answer]:
        answered: Future[Answer] = Future()  # a new one, since the engine's holds on to whoever waited for it
        answered.set_result(answer)
        with self._lock:
            self._held += _size_in_bytes(answered) - _size_in_bytes(self._at_hand.get(digest))
            self._at_hand[digest] = answered
            while self._held > _AT_HAND and len(self._at_hand) > 1:
                self._held -= _size_in_bytes(self._at_hand.popitem(last=False)[1])
        return answered

    def _store_answer(self, digest: bytes, future: Future[Answer]) -> None:
        with self._lock:
            self._flying.pop(digest, None)
        if future.cancelled():
            return
        if (error := future.exception()) is not None:
            self._given_up.note(digest, error)
            return
        answer = future.result()
        self._hold_in_memory(digest, answer)
        if self._store is not None:
            self._store.put(digest, pack(findings_to_rows(answer)))


def _size_in_bytes(answered: Future[Answer] | None) -> int:
    """About how many bytes an answer takes, with its place in the memory; what is not there takes none."""
    if answered is None:
        return 0
    return 2_000 + sum(600 + 2 * len(f.message) + 200 * len(f.edits) for f in answered.result())


@cache
def code_digest() -> str:
    """A digest of LocalProof's own code between a block and an engine's answer, for whoever changes that code."""
    here = Path(__file__).resolve().parents[1]
    every = hashlib.sha256()
    for path in sorted(
        [*(here / "engines").rglob("*.py"), *(here / "text").rglob("*.py"), here / "cache" / "serialization.py"]
    ):
        every.update(path.name.encode("utf-8") + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return every.hexdigest()
