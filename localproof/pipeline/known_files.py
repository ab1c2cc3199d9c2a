"""Files as earlier runs read them: what is on the disk as it was then need not be read to know what stands in it.

A file is known by its size, the time of its last change, that of its last
change of anything (which nobody can set back) and its inode, as git's index
knows it. As git does, this trusts no note that was made within two seconds of
such a change: what came after it within the same tick of the file system's
clock would look the same.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from ..cache.report_cache import KnownText
from ..cache.serialization import Unreadable, pack, unpack
from ..cache.store import Store
from ..project.files import InputFile, SourceFile, read_source

_TICK_NS = 2 * 10**9  # the coarsest clock of a file system that is in use, FAT's


class _FileState(NamedTuple):
    """What tells that a file has changed without a look into it."""

    size: int
    modified_ns: int
    changed_ns: int  # on Windows when it was made: nothing more is to be had there
    inode: int


class KnownFiles:
    """Reads files of `most_bytes`, notes in a `store` what they were then, and says which of them are still that."""

    def __init__(self, store: Store | None, most_bytes: int, now_ns: Callable[[], int] | None = None) -> None:
        self._store, self._most_bytes, self._now_ns = store, most_bytes, now_ns or time.time_ns
        self._notes: dict[Path, tuple[_FileState, KnownText]] = {}

    def look_up(self, files: Iterable[InputFile]) -> None:
        """Ask the store what it knows of `files`, once for all of them."""
        if self._store is None:
            return
        digests = {found.path: _digest(found.path) for found in files if found.path is not None}
        values = self._store.get_all(digests.values())
        for path, digest in digests.items():
            if digest in values and (note := _parse_note(values[digest], self._now_ns())) is not None:
                self._notes[path] = note

    def known(self, found: InputFile) -> KnownText | None:
        """What stands in a file, if `look_up` found it noted and the file has not changed since."""
        if found.path is None or (note := self._notes.get(found.path)) is None or found.trouble:
            return None
        state, text = note
        same = _state_of(found.path) == state and state.size <= self._most_bytes
        return text._replace(name=found.name) if same else None

    def read(self, found: InputFile) -> SourceFile:
        """The text of a file, which is noted. Raises Unavailable."""
        state, begun_ns = _state_of(found.path), self._now_ns()
        source = read_source(found, self._most_bytes)
        if self._store is not None and found.path is not None and state is not None:
            note = [*state, begun_ns, source.digest, source.encoding]
            self._store.put(_digest(found.path), pack(note))
        return source


def _state_of(path: Path | None) -> _FileState | None:
    try:
        about = None if path is None else os.stat(path)  # noqa: PTH116 - half the time, and a site has many files
    except (OSError, ValueError):
        return None
    if about is None:
        return None
    return _FileState(about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino)


def _parse_note(data: bytes, now_ns: int) -> tuple[_FileState, KnownText] | None:
    """What a note says; None if it was made too soon after a change, or makes no sense."""
    try:
        *state, noted_ns, digest, encoding = unpack(data)
        made = _FileState(*map(int, state))
        settled = max(made.modified_ns, made.changed_ns) + _TICK_NS < noted_ns <= now_ns
        return (made, KnownText("", str(digest), str(encoding))) if settled else None
    except (Unreadable, TypeError, ValueError):
        return None


def _digest(path: Path) -> bytes:
    where = os.path.abspath(path)  # noqa: PTH100 - links are followed by asking for the state of what they lead to
    return hashlib.sha256(b"file\0" + os.fsencode(where) + sys.platform.encode()).digest()
