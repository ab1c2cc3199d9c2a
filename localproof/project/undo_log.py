"""The journal of what was written, so that every session can be undone later, whatever became of it.

A session is a folder, named by the time it began. For each file it holds, in
order, the bytes that stood there (``001.old``) and, written after them and
before the file is touched, what is about to happen (``001.json``): the path and
the SHA-256 of the old and of the new content. A file is old or new by what it
holds now, so the journal tells which even after the power was cut. For word
lists and ignores it holds the lines that were added. The oldest sessions are
let go where all together are more than 200 or larger than 64 MiB.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ..config import make_folder, state_folder
from ..report import BadInput, Unavailable
from ..text import escape_invisible
from .files import SourceFile, encode, write_back, write_bytes_back, write_new

UNDO = "localproof review --undo-last"
_MOST_SESSIONS = 200
_MOST_BYTES = 64 * 2**20  # of all sessions, but for the newest, which is kept whole however large it is
_UNDONE = "undone"

State = Literal["old", "new", "changed since", "gone"]


@dataclass(frozen=True)
class UndoEntry:
    """One file of a session, or lines that were added to one of the writer's lists."""

    path: Path
    old: str = ""  # SHA-256
    new: str = ""
    kept: Path | None = None  # a copy of the old content
    lines: tuple[str, ...] = ()

    def state(self) -> State:
        """What the file holds now: the old content, the new one, or neither."""
        try:
            digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        except OSError:
            return "gone"
        return "new" if digest == self.new else "old" if digest == self.old else "changed since"


@dataclass(frozen=True)
class UndoLog:
    """One session's folder, which is made with its first entry."""

    folder: Path

    def write(self, source: SourceFile, text: str) -> None:
        """Note what stood in the file of `source`, then give it the content `text` (see `files.write_back`).

        Raises Unavailable, with the file as it was, where either cannot be done.
        """
        if source.path is None:
            raise ValueError("what came through a pipe has no file")
        path = os.path.realpath(source.path)
        try:
            stem = self._next()
            old = encode(source, source.text)
            write_new(stem.with_suffix(".old"), old, private=True)
            self._note(stem, path=path, old=source.digest, new=hashlib.sha256(encode(source, text)).hexdigest())
        except (OSError, BadInput) as error:
            name = escape_invisible(source.name)
            raise Unavailable(name, f"not changed: the journal cannot be written: {error}") from None
        write_back(source, text)

    def note_lines(self, path: Path, lines: Sequence[str]) -> None:
        """Note that `lines` are about to be added to a list. Raises Unavailable."""
        try:
            self._note(self._next(), path=str(path), lines=list(lines))
        except (OSError, BadInput) as error:
            raise Unavailable(
                escape_invisible(str(path)), f"not changed: the journal cannot be written: {error}"
            ) from None

    def _next(self) -> Path:
        if not self.folder.exists():
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _forget(self.folder.parent)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        return self.folder / f"{next(self._numbers):03}"

    @cached_property
    def _numbers(self) -> Iterator[int]:  # those of entries to come; the folder is read once, not for every file
        return itertools.count(max((int(p.stem) for p in self.folder.glob("*.json")), default=0) + 1)

    @staticmethod
    def _note(stem: Path, **record: Any) -> None:
        # In two steps of which the second is one rename: an entry that is there is whole.
        write_new(stem.with_suffix(".json"), json.dumps(record, indent=1).encode(), private=True)

    def entries(self) -> Iterator[UndoEntry]:
        """What the session wrote or was about to write, in order."""
        for file in sorted(self.folder.glob("*.json"), key=lambda p: int(p.stem)):
            record = json.loads(file.read_text("utf-8"))
            yield UndoEntry(
                Path(record["path"]),
                record.get("old", ""),
                record.get("new", ""),
                file.with_suffix(".old") if "old" in record else None,
                tuple(record.get("lines", ())),
            )

    @property
    def undone(self) -> bool:
        """Whether the session was undone."""
        return (self.folder / _UNDONE).exists()


def start_undo_log(env: Mapping[str, str]) -> UndoLog:
    """The journal of a new session. Nothing is written yet."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S.%f")
    return UndoLog(state_folder(env) / "journal" / f"{now}-{secrets.token_hex(3)}")


def why_unavailable(env: Mapping[str, str]) -> str:
    """Why no journal can be kept here, or "" if one can."""
    folder = state_folder(env) / "journal"
    try:
        make_folder(folder)
    except BadInput as error:
        return str(error)
    return "" if os.access(folder, os.W_OK) else f"{escape_invisible(str(folder))}: not writable"


def sessions(env: Mapping[str, str]) -> tuple[UndoLog, ...]:
    """Every session that is remembered, oldest first."""
    folder = state_folder(env) / "journal"
    if not folder.is_dir():
        return ()
    return tuple(UndoLog(p) for p in sorted(folder.iterdir()) if p.is_dir() and next(p.glob("*.json"), None))


def _forget(folder: Path) -> None:
    """Let go of the oldest sessions, where there are too many or they are too large, as a new one begins. The newest
    of them stays whatever its size: it is what is undone next where the new one comes to nothing."""
    newest_first = sorted((p for p in folder.iterdir() if p.is_dir()), reverse=True)
    size = 0
    for number, path in enumerate(newest_first):
        size += _size(path)
        if number and (number >= _MOST_SESSIONS - 1 or size > _MOST_BYTES):
            shutil.rmtree(path, ignore_errors=True)


def _size(folder: Path) -> int:
    size = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            size += entry.stat(follow_symlinks=False).st_size
    return size


def undo(journal: UndoLog) -> list[str]:
    """Put back what stood in the files of a session, and say for each what was done. A file that holds anything but
    what the session wrote is left as it is. The session counts as undone, unless one could not be put back that
    can be another time."""
    done = [_put_back(entry) for entry in reversed([*journal.entries()])]
    if not any(failed for _, failed in done):
        with contextlib.suppress(OSError):
            (journal.folder / _UNDONE).touch()
    return [line for line, _ in done]


def _put_back(entry: UndoEntry) -> tuple[str, bool]:
    """What became of an entry, in a line, and whether undoing it failed and may be tried again."""
    name = escape_invisible(str(entry.path))
    if entry.kept is None:
        return _lines_taken(entry, name)
    state = entry.state()
    if state == "old":
        return f"{name}: as it was before; nothing to undo", False
    if state != "new":
        kept = escape_invisible(str(entry.kept))
        return f"{name}: left as it is, for it was {state}; what stood there before: {kept}", False
    try:
        write_bytes_back(SourceFile(str(entry.path), "", entry.new, path=entry.path), entry.kept.read_bytes())
    except (OSError, Unavailable) as error:
        return f"{name}: left as it is: {error}", True
    return f"{name}: put back", False


def _lines_taken(entry: UndoEntry, name: str) -> tuple[str, bool]:
    from .ignore_list import remove_lines

    try:
        gone = remove_lines(entry.path, entry.lines)
    except BadInput as error:
        return f"{name}: left as it is: {error}", True
    return f"{name}: {len(gone)} line{'' if len(gone) == 1 else 's'} taken out", False


def describe_session(journal: UndoLog) -> str:
    """A session for people: when it was, and what each of its files holds now."""
    when = journal.folder.name[:17]
    head = f"{when[:10]} {when[11:13]}:{when[13:15]}:{when[15:17]} UTC{', undone' if journal.undone else ''}\n"
    rows = []
    for entry in journal.entries():
        if entry.kept is None:
            rows.append(f"    {escape_invisible(str(entry.path))}: {len(entry.lines)} added\n")
        else:
            state = entry.state()
            holds = f"holds the {state}" if state in ("old", "new") else state
            rows.append(f"    {escape_invisible(str(entry.path))}: {holds}\n")
    return head + "".join(rows)
