"""Bytes under digests, kept from run to run: one SQLite file in the user's cache folder.

Several processes may use the file at once. Whatever is wrong with it, the run
goes on: a damaged or older file is begun anew, one that cannot be used is left
alone, and either is said (`Store.trouble`). Only the owner may read it, and a
folder that others may write to is not used.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import Skipped

if TYPE_CHECKING:
    import sqlite3

NAME = "answers.sqlite3"
MOST_BYTES = 256 * 2**20  # of the file; some five million words of prose with everything found in them
REMEDY = "localproof cache clear"
_ELSEWHERE = "set LOCALPROOF_CACHE_DIR to a folder that you may write to, or --no-cache"

_OURS = 0x4C50_414E  # "LPAN", SQLite's application id
_FORM = 1  # of the table; an older file is begun anew
_PATIENCE_S = 5.0  # for another process that writes; it does so for some milliseconds
# What is written at a time: entries, and their bytes. Keys are digests, so that each entry goes to a page of its own
# and a transaction of few writes nearly as many pages as one of many.
_BATCH = 8_192
_BATCH_BYTES = 4 * 2**20
_BATCH_S = 30.0  # after so long a process that is killed is not to lose more
_ASKED_AT_ONCE = 500  # keys; some builds of SQLite take no more than 999
_PAGE = 4096
_ANEW = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def _day() -> int:
    return int(time.time() // 86_400)


@dataclass(frozen=True)
class StoreSize:
    """How much a store holds: entries, and the bytes of its files."""

    entries: int
    bytes: int


class Store:
    """The file, opened when it is first asked. All methods may be called from any thread; none raises.

    What is put is written some thousands at a time and on `close`; what is not
    written yet is lost with the process, which costs nothing but time. `most_bytes` is the largest
    that the file becomes: before that, what was not used for longest makes way.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES, today: Callable[[], int] = _day) -> None:
        self.path = path
        self._most_pages = max(most_bytes // _PAGE, 16)
        self._today = today
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._opened = self._closed = False
        self._writes = True
        self._pending: dict[bytes, bytes] = {}
        self._pending_bytes = 0
        self._batch_bytes = min(_BATCH_BYTES, most_bytes // 16)
        self._flushed_s = time.monotonic()
        self._touched: list[bytes] = []
        self._trouble: dict[Skipped, None] = {}

    @property
    def trouble(self) -> tuple[Skipped, ...]:
        """What was wrong with the file so far, and what that means for the run."""
        return tuple(self._trouble)

    def get(self, key: bytes) -> bytes | None:
        """What was put under `key` in this run or an earlier one; None if nothing, or if it cannot be read."""
        return self.get_all((key,)).get(key)

    def get_all(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What `get` has for each of `keys`, without those for which it has nothing."""
        with self._lock:
            wanted = list(dict.fromkeys(keys))
            found = {key: self._pending[key] for key in wanted if key in self._pending}
            missing = [key for key in wanted if key not in found] if found else wanted
            for at in range(0, len(missing), _ASKED_AT_ONCE):
                found.update(self._select(missing[at : at + _ASKED_AT_ONCE]))
            return found

    def put(self, key: bytes, value: bytes) -> None:
        """Keep `value` under `key`, in place of what was there."""
        with self._lock:
            if self._writes and not self._closed:
                self._pending[key] = value
                self._pending_bytes += len(value)
                full = len(self._pending) >= _BATCH or self._pending_bytes >= self._batch_bytes
                if full or time.monotonic() - self._flushed_s >= _BATCH_S:
                    self._flush()

    def close(self) -> None:
        """Write what is still to be written, and let the file go. Closing twice is harmless."""
        with self._lock:
            self._flush()
            self._closed = True
            self._disconnect()

    def size(self) -> StoreSize | None:
        """How much is in the file; None where there is none or it cannot be used. Creates nothing."""
        import sqlite3

        with self._lock:
            if not self.path.exists() or (db := self._open()) is None:
                return None
            try:
                entries = db.execute("SELECT count(*) FROM kept").fetchone()[0]
            except sqlite3.Error as error:
                self._handle_error(error)
                return None
            return StoreSize(entries, sum(p.stat().st_size for p in self._files() if p.exists()))

    def clear(self) -> bool:
        """Remove the file, whatever it holds; whether there was one. Raises OSError if it cannot be removed."""
        with self._lock:
            self._closed = True
            self._disconnect()
            there = [path for path in self._files() if os.path.lexists(path)]
            for path in there:
                path.unlink(missing_ok=True)
            return bool(there)

    def restrict_access(self) -> bool:
        """Take from others the right to write to the folder, with which nothing is kept there; whether they had it.

        One of another user, or one that is meant for all like /tmp, stays as it is. Raises OSError if that fails.
        """
        folder = self.path.parent
        if not hasattr(os, "getuid") or not folder.is_dir():
            return False
        about = folder.stat()
        if about.st_uid != os.getuid() or about.st_mode & stat.S_ISVTX or not about.st_mode & _BY_OTHERS:
            return False
        folder.chmod(stat.S_IMODE(about.st_mode) & ~_BY_OTHERS)
        return True

    def _files(self) -> Iterator[Path]:
        return (self.path.with_name(self.path.name + ending) for ending in ("", "-wal", "-shm"))

    # All of what follows is called with the lock.

    def _open(self) -> sqlite3.Connection | None:
        import sqlite3

        if self._opened or self._closed:
            return self._db
        self._opened = True
        try:
            self._prepare()
            self._db = self._connect()
        except sqlite3.Error as error:
            self._handle_error(error)
        except OSError as error:
            self._give_up(error.strerror or str(error), _ELSEWHERE if error.errno else REMEDY)
        return self._db

    def _prepare(self) -> None:
        """The folder and an empty file that only the owner can read, unless they are there. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hasattr(os, "getuid"):
            about = self.path.parent.stat()
            if about.st_uid != os.getuid():
                raise PermissionError(0, "its folder belongs to another user")
            if about.st_mode & _BY_OTHERS:
                raise PermissionError(0, "others may write to its folder")
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        if not stat.S_ISREG(self.path.lstat().st_mode):
            raise OSError(0, "not a regular file")

    def _connect(self) -> sqlite3.Connection | None:
        import sqlite3

        db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        try:
            # In this order: another run may lay it out between two looks, all in one transaction.
            empty = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            ours, form = (db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("application_id", "user_version"))
            if not empty and (ours != _OURS or form > _FORM):
                db.close()
                self._give_up("made by another program" if ours != _OURS else "made by a newer LocalProof")
                return None
            if not empty and form < _FORM:
                db.close()
                return self._start_over("was made by an older LocalProof")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last entries, never the file
            db.execute(f"PRAGMA max_page_count = {self._most_pages}")
            if empty:
                self._create_tables(db)
        except sqlite3.Error:
            db.close()
            raise
        return db

    @staticmethod
    def _create_tables(db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB, day INTEGER) WITHOUT ROWID")
        db.execute(f"PRAGMA application_id = {_OURS}")
        db.execute(f"PRAGMA user_version = {_FORM}")
        db.execute("COMMIT")

    def _select(self, keys: list[bytes]) -> dict[bytes, bytes]:
        import sqlite3

        db = self._open()
        if db is None or not keys:
            return {}
        places = ",".join("?" * len(keys))
        try:
            rows = db.execute(f"SELECT key, value, day FROM kept WHERE key IN ({places})", keys).fetchall()
        except sqlite3.Error as error:
            self._handle_error(error)
            return {}
        today = self._today()
        self._touched += [key for key, _, day in rows if day < today]
        return {key: bytes(value) for key, value, _ in rows}

    def _flush(self) -> None:
        """Write what is pending. Where that cannot be done it is dropped, for it can be had again."""
        import sqlite3

        if not self._writes or not (self._pending or self._touched) or (db := self._open()) is None:
            return
        today, self._flushed_s = self._today(), time.monotonic()
        pending, touched = self._pending, self._touched
        self._pending, self._pending_bytes, self._touched = {}, 0, []
        try:
            self._make_room(db, today)
            db.execute("BEGIN IMMEDIATE")
            db.executemany("REPLACE INTO kept VALUES (?, ?, ?)", [(k, v, today) for k, v in sorted(pending.items())])
            db.executemany("UPDATE kept SET day = ? WHERE key = ?", [(today, k) for k in touched])
            db.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            self._handle_error(error)

    def _make_room(self, db: sqlite3.Connection, today: int) -> None:
        """Drop a quarter of the entries, those not used for longest first, when the file is nearly full."""
        pages, free = (db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count"))
        if pages - free < 0.8 * self._most_pages:
            return
        count = db.execute("SELECT count(*) FROM kept").fetchone()[0]
        row = db.execute("SELECT day FROM kept ORDER BY day LIMIT 1 OFFSET ?", (count // 4,)).fetchone()
        if row is not None and row[0] < today:
            db.execute("DELETE FROM kept WHERE day <= ?", row)
        else:  # all from today: digests are spread evenly, so this is a quarter of them
            db.execute("DELETE FROM kept WHERE key < ?", (b"\x40",))

    def _handle_error(self, error: sqlite3.Error) -> None:
        """Decide what an error means. Nothing raises from here."""
        import sqlite3

        name = str(getattr(error, "sqlite_errorname", ""))
        if name.startswith(_BUSY):
            return  # another process holds it for long: what was to be written or read can be had again
        if name.startswith(_ANEW):
            try:
                self._db = self._start_over("was damaged")
            except (sqlite3.Error, OSError) as again:
                self._give_up(str(again))
        elif name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR")) and self._db is not None:
            self._writes = False
            self._pending.clear()
            self._note_trouble(f"nothing more is kept in {self.path.name}: {error}", "")
        else:  # where the disk is full, clearing what is here is no help
            self._give_up(str(error), "" if name.startswith("SQLITE_FULL") else REMEDY)

    def _start_over(self, why: str) -> sqlite3.Connection | None:
        self._disconnect()
        for path in self._files():
            path.unlink(missing_ok=True)
        self._note_trouble(f"{self.path.name} {why} and was begun anew", "")
        self._prepare()
        return self._connect()

    def _give_up(self, why: str, remedy: str = REMEDY) -> None:
        self._disconnect()
        self._writes = False
        self._pending.clear()
        self._note_trouble(f"{self.path} is not used: {why}", remedy)

    def _disconnect(self) -> None:
        import sqlite3

        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
            self._db = None

    def _note_trouble(self, reason: str, remedy: str) -> None:
        self._trouble.setdefault(Skipped("cache", reason, remedy))
