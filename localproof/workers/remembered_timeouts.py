"""Texts that took too long, remembered, so that the same work is not begun again and again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Protocol

from ..report import TooLong

AGAIN_S = 86_400.0  # after which a text that took its CPU time is tried again; an update may have put that right
SOON_S = 600.0  # the same for one that may only have been blocked, and in the same process
REMEDY = "--no-cache tries it at once, any run after a day"
_MOST = 1_000  # at hand


class ByteStore(Protocol):
    """Bytes under digests: see `localproof.cache.store.Store`."""

    def get(self, key: bytes) -> bytes | None:
        """What was put under `key`, or None."""
        ...

    def put(self, key: bytes, value: bytes) -> None:
        """Keep `value` under `key`."""
        ...


class RememberedTimeouts:
    """Which texts were given up within `limit_s`, by digests that hold everything that could change that.

    What took all of its CPU time is kept in `store`, where there is one, from
    run to run. Of other failures nothing is remembered: a helper that was
    killed or got no memory may do better at once. For any thread.
    """

    def __init__(self, limit_s: float, store: ByteStore | None, now: Callable[[], float] = time.time) -> None:
        self._limit_s, self._store, self._now = limit_s, store, now
        self._at_hand: dict[bytes, tuple[float, TooLong]] = {}  # until when, and what is said till then

    def note(self, digest: bytes, error: BaseException | None) -> None:
        """Remember the text with this digest if it was given up."""
        if not isinstance(error, TooLong):
            return
        now = self._now()
        while len(self._at_hand) >= _MOST:
            self._at_hand.pop(next(iter(self._at_hand)), None)
        self._at_hand[digest] = (now + (AGAIN_S if error.measured else SOON_S), error)
        if error.measured and self._store is not None:
            record = json.dumps([now, error.skipped.what, error.skipped.reason])
            self._store.put(self._key(digest), record.encode("ascii"))

    def recall(self, digest: bytes) -> TooLong | None:
        """What to say of the text with this digest, if it was given up and is not to be tried yet."""
        now = self._now()
        until, error = self._at_hand.get(digest, (0.0, None))
        if now < until:
            return error
        if self._store is None or (data := self._store.get(self._key(digest))) is None:
            return None
        try:
            at, what, reason = json.loads(data)
            age_s = now - float(at)
        except (ValueError, TypeError):  # damaged, or no record of ours: it is tried, and put in its place
            return None
        return TooLong(str(what), str(reason), REMEDY, measured=True) if 0 <= age_s < AGAIN_S else None

    def _key(self, digest: bytes) -> bytes:
        return hashlib.sha256(b"given up\0%s\0" % repr(float(self._limit_s)).encode("ascii") + digest).digest()
