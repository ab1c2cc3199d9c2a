"""Files: bytes to text and back, and nothing lost on the way.

A file is read once. What is written takes its place in one step (see
`localproof.atomic`), and only if it still holds what was read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..atomic import replace_file
from ..report import BadInput, Unavailable
from ..text import visible

_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_LOOK_FOR_NUL = 8192  # bytes; git and grep decide on the same kind of evidence


@dataclass(frozen=True)
class Source:
    """A text as it was read. `digest` is the SHA-256 of its bytes; a byte order mark (`bom`) is not in `text`."""

    name: str
    text: str
    digest: str
    bom: bool = False
    path: Path | None = None  # None for what came through a pipe


@dataclass(frozen=True)
class Found:
    """A text to check. `named` is True where the user wrote its very name and not a folder's. `trouble` says why it is
    known beforehand that it cannot be read."""

    path: Path | None  # None for standard input
    name: str  # as the user would write it
    named: bool
    trouble: str = ""


def read_source(found: Found, most_bytes: int, stdin: BinaryIO | None = None) -> Source:
    """The text of a file or of standard input, line ends as they are. Raises Unavailable, with why and what to do."""
    name = "standard input" if found.path is None else visible(found.name)
    if found.trouble:
        raise Unavailable(name, found.trouble)
    try:
        if found.path is None:
            if stdin is None:
                raise Unavailable(name, "closed", "name a file")
            data = stdin.read(most_bytes + 1)
            return _source(data, found, most_bytes, len(data))
        with _open_regular(found.path, name) as file:
            data = file.read(most_bytes + 1)
            size = os.fstat(file.fileno()).st_size
    except (OSError, ValueError) as error:
        raise Unavailable(name, f"cannot be read: {_why(error)}") from None
    return _source(data, found, most_bytes, max(size, len(data)))


def _open_regular(path: Path, name: str) -> BinaryIO:
    # Asked before opening: to open a named pipe would wait for its other end.
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise Unavailable(name, "a folder")
    if not stat.S_ISREG(mode):
        raise Unavailable(name, "not a regular file", "pipe its content in: … | localproof")
    return path.open("rb")


def _source(data: bytes, found: Found, most_bytes: int, size: int) -> Source:
    shown = "standard input" if found.path is None else visible(found.name)
    if len(data) > most_bytes:
        at_least = "" if found.path else "at least "
        raise Unavailable(
            shown,
            f"{at_least}{size:,} bytes, and the limit is {most_bytes:,}",
            "split it, or raise the limit with LOCALPROOF_MAX_BYTES and allow time for it",
        )
    text, bom = decode(data, shown)
    return Source(found.name, text, hashlib.sha256(data).hexdigest(), bom, found.path)


def decode(data: bytes, name: str) -> tuple[str, bool]:
    """(text without byte order mark, whether there was one) of UTF-8 bytes. Raises Unavailable for anything else."""
    for mark, encoding in _OTHER_ENCODINGS:
        if data.startswith(mark):
            raise Unavailable(name, f"encoded as {encoding}", f"convert it: iconv -f {encoding} -t UTF-8")
    if b"\0" in data[:_LOOK_FOR_NUL]:
        raise Unavailable(name, "a binary file, not text")
    bom = data.startswith(_BOM)
    try:
        return data[len(_BOM) if bom else 0 :].decode("utf-8"), bom
    except UnicodeDecodeError as error:
        at = error.start + (len(_BOM) if bom else 0)
        line = data.count(b"\n", 0, at) + 1
        raise Unavailable(
            name,
            f"not UTF-8: byte 0x{data[at]:02x} at offset {at}, line {line}",
            "convert it, perhaps: iconv -f WINDOWS-1252 -t UTF-8",
        ) from None


def encoded(source: Source, text: str) -> bytes:
    """`text` as the bytes that stand in the place of those of `source`."""
    return (_BOM if source.bom else b"") + text.encode("utf-8")


def write_back(source: Source, text: str) -> None:
    """Give the file of `source` the content `text`; it keeps byte order mark, mode, owner and extended attributes.

    A symbolic link stays one, and the file it leads to is replaced. Raises
    Unavailable, and changes nothing, if the file no longer holds what was
    read or cannot be replaced.
    """
    if source.path is None:
        raise ValueError("what came through a pipe has no file")
    data = encoded(source, text)
    name = visible(source.name)
    try:
        real = Path(os.path.realpath(source.path, strict=True))
        about = real.stat()
        if not os.access(real, os.W_OK):
            raise Unavailable(name, "not changed: it is read-only")
        if about.st_nlink > 1:
            raise Unavailable(name, f"not changed: it has {about.st_nlink} hard links, which replacing it would part")
        replace_file(real, data, before_replacing=lambda: _still_holds(real, source))
    except OSError as error:
        raise Unavailable(name, f"not changed: {_why(error)}") from None


def write_new(path: Path, data: bytes, *, private: bool = False) -> None:
    """Put `data` into the file `path` in one step, whether or not it exists; a device or pipe is written into. With
    `private` nobody but the user may read a file that is new.

    Raises BadInput if that cannot be done.
    """
    try:
        if path.is_dir():
            raise BadInput(f"{visible(str(path))}: is a folder; name a file in it")
        if (path.is_absolute() and path.parts[1:2] in (("dev",), ("proc",))) or (path.exists() and not path.is_file()):
            with path.open("wb") as file:  # /dev/null, /dev/stdout: never to be replaced by a file
                file.write(data)
            return
        replace_file(Path(os.path.realpath(path)), data, private=private)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise BadInput(f"{visible(str(path))}: cannot be written: {_why(error)}") from None


def _still_holds(real: Path, source: Source) -> None:
    """Raises Unavailable where the file at `real` is no longer what `source` was read from."""
    if hashlib.sha256(real.read_bytes()).hexdigest() != source.digest:
        raise Unavailable(
            visible(source.name), "not changed: it was altered by someone else since it was read", "run again"
        )


def _why(error: OSError | ValueError) -> str:
    """What the system says, in its own words and without the path."""
    if isinstance(error, ValueError):
        return "not a possible file name" if "null" in str(error) else str(error)
    if error.errno == errno.ENOENT:
        return "no such file or folder"
    return (error.strerror or str(error)).lower()
