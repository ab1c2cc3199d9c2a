"""Files replaced in one step: whoever reads one sees the old content or the new, and a power cut leaves one of them.

The new content is written beside the old file, under a name that is
LocalProof's own, and takes the old one's name when it is whole on the disk.
What a killed process left beside a file is known by that name, and that
nobody holds it by its lock; `sweep` removes it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

_LONGEST = 150  # bytes of the old name in the new one; file systems allow 255, and not every character is one
_BESIDE = re.compile(r"\..*\.localproof-[0-9a-f]{12}\.tmp", re.DOTALL)
_ABANDONED_S = 60.0  # a write takes a fraction of a second; for where locks are not kept, as on some network shares


def replace_file(
    path: Path,
    data: bytes,
    *,
    private: bool = False,
    lasting: bool = True,
    before_replacing: Callable[[], None] = lambda: None,
) -> None:
    """Give the file `path`, which need not be there, the content `data`, in one step.

    An old file's mode, owner, group and extended attributes are the new one's before the first byte is in it. A new
    file is made as the user's umask says, with `private` for the user's own eyes. `before_replacing` is called when
    all is written; what it raises leaves everything as it was. Without `lasting` it is not waited for the disk: for
    notes that may get lost with the power. Raises OSError.
    """
    _sweep_once(path.parent)
    beside = _name_beside(path)
    old = _state(path)
    # Nobody else may open it before it has its mode: who has it open then goes on reading.
    first_mode = 0o666 if old is None and not private else 0o600
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), first_mode)
    try:
        with os.fdopen(handle, "wb") as file:
            _lock(handle)
            if old is not None:
                _take_on(beside, path, old)
            file.write(data)
            file.flush()
            if lasting:
                os.fsync(handle)
        before_replacing()
        beside.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
    if lasting:
        _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove what killed processes left in `folder`. What another one may still be writing is left alone."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_beside(entry.name):
                remove_abandoned(Path(entry.path))


def is_beside(name: str) -> bool:
    """Whether a file of that name is one that LocalProof writes beside another.

    >>> is_beside(".a.md.localproof-0123456789ab.tmp"), is_beside(".a.md.0123456789ab.tmp"), is_beside("a.tmp")
    (True, False, False)
    """
    return name.startswith(".") and _BESIDE.fullmatch(name) is not None


def remove_abandoned(path: Path) -> None:
    """Remove the file at `path`, which `is_beside`, unless it is being written."""
    with contextlib.suppress(OSError):
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or time.time() - about.st_mtime <= _ABANDONED_S:
            return
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            if _lock(handle):
                path.unlink()
        finally:
            os.close(handle)


@lru_cache(maxsize=256)
def _sweep_once(folder: Path) -> None:
    """Sweep a folder the first time that this process writes into it: listing it for each of its files is dear."""
    sweep(folder)


def _name_beside(path: Path) -> Path:
    name = os.fsencode(path.name)[:_LONGEST].decode("utf-8", "ignore")
    return path.with_name(f".{name}.localproof-{secrets.token_hex(6)}.tmp")


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _lock(handle: int) -> bool:
    """Hold the open file till it is closed; False where another process does."""
    try:
        import fcntl
    except ImportError:  # Windows removes no file that is open
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: its age decides
        return True
    return True


def _take_on(beside: Path, old: Path, about: os.stat_result) -> None:
    """Give the new file, which is still empty, the old one's owner, mode and extended attributes."""
    mode = stat.S_IMODE(about.st_mode)
    if hasattr(os, "chown"):
        now = beside.stat()
        if now.st_uid != about.st_uid:
            with contextlib.suppress(PermissionError):  # only root may give files away
                os.chown(beside, about.st_uid, -1)
        if now.st_gid != about.st_gid:
            try:
                os.chown(beside, -1, about.st_gid)
            except PermissionError:  # its group is another now, which may do what all may
                mode = mode & ~0o070 | (mode & 0o007) << 3
    shutil.copystat(old, beside)
    beside.chmod(mode)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):  # some file systems refuse; the file itself is safe
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
