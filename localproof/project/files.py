"""Files: bytes to text and back, and nothing lost on the way.

A file is read once. What is written takes its place in one step (see
`localproof.system.atomic`), and only if it still holds what was read.
"""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..config import make_folder
from ..report import BadInput, Unavailable
from ..system.atomic import replace_file
from ..text import escape_invisible

_MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}  # byte order marks
_UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_LOOK_FOR_NUL = 8192  # bytes; git and grep decide on the same kind of evidence


@dataclass(frozen=True)
class SourceFile:
    """A text as it was read. `digest` is the SHA-256 of its bytes; a byte order mark (`bom`) is not in `text`.
    `encoding` is Python's name of how the bytes spell it."""

    name: str
    text: str
    digest: str
    bom: bool = False
    path: Path | None = None  # None for what came through a pipe
    encoding: str = "utf-8"


_MOST_OF_SETTINGS = 10_000_000  # bytes


@dataclass(frozen=True)
class InputFile:
    """A text to check. `named` is True where the user wrote its very name and not a folder's. `trouble` says why it is
    known beforehand that it cannot be read."""

    path: Path | None  # None for standard input
    name: str  # as the user would write it
    named: bool
    trouble: str = ""


def read_source(found: InputFile, most_bytes: int, stdin: BinaryIO | None = None) -> SourceFile:
    """The text of a file or of standard input, line ends as they are. Raises Unavailable, with why and what to do."""
    name = "standard input" if found.path is None else escape_invisible(found.name)
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
        raise Unavailable(name, f"cannot be read: {_system_reason(error)}") from None
    return _source(data, found, most_bytes, max(size, len(data)))


def _open_regular(path: Path, name: str) -> BinaryIO:
    # Asked before opening: to open a named pipe would wait for its other end.
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise Unavailable(name, "a folder")
    if not stat.S_ISREG(mode):
        raise Unavailable(name, "not a regular file", "pipe its content in: … | localproof")
    return path.open("rb")


def _source(data: bytes, found: InputFile, most_bytes: int, size: int) -> SourceFile:
    shown = "standard input" if found.path is None else escape_invisible(found.name)
    if len(data) > most_bytes:
        at_least = "" if found.path else "at least "
        raise Unavailable(
            shown,
            f"{at_least}{size:,} bytes, and the limit is {most_bytes:,}",
            "split it, or raise the limit with LOCALPROOF_MAX_BYTES and allow time for it",
        )
    text, bom, encoding = decode(data, shown)
    return SourceFile(found.name, text, hashlib.sha256(data).hexdigest(), bom, found.path, encoding)


def decode(data: bytes, name: str) -> tuple[str, bool, str]:
    """(text without byte order mark, whether there was one, encoding) of bytes that say plainly how they are encoded:
    valid UTF-8, UTF-16 with a mark, what a declaration in them names, or what can be nothing but Windows-1252 text.

    What is returned encodes to the same bytes again. Raises Unavailable for anything else.
    """
    if data.startswith(_UTF_32):
        raise Unavailable(name, "encoded as UTF-32", "convert it: iconv -f UTF-32 -t UTF-8")
    for encoding, mark in _MARKS.items():
        if data.startswith(mark) and encoding != "utf-8":
            text = _decoded(data[len(mark) :], encoding)
            if text is None:
                raise Unavailable(name, "not UTF-16, as its byte order mark says", "save it as UTF-8")
            return text, True, encoding
    if b"\0" in data[:_LOOK_FOR_NUL]:
        raise Unavailable(name, "a binary file, not text")
    bom = data.startswith(_MARKS["utf-8"])
    try:
        text = data[len(_MARKS["utf-8"]) if bom else 0 :].decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + (len(_MARKS["utf-8"]) if bom else 0)
    else:
        return text, bom, (not bom and data.isascii() and declared(data)) or "utf-8"
    for encoding in () if bom else (declared(data), "cp1252" if _is_windows_1252(data) else ""):
        text = _decoded(data, encoding) if encoding else None
        if text is not None:
            return text, False, encoding
    line = data.count(b"\n", 0, at) + 1
    raise Unavailable(
        name,
        f"not UTF-8: byte 0x{data[at]:02x} at offset {at}, line {line}",
        "convert it, perhaps: iconv -f WINDOWS-1252 -t UTF-8; or declare its encoding",
    )


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text that `data` spells in `encoding`; None if it spells none, or not as it would be written again."""
    try:
        text = data.decode(encoding)
        return text if text.encode(encoding) == data else None
    except UnicodeError:
        return None


_LOOK_FOR_DECLARATION = 1024  # bytes at each end: what browsers look at, and more than Emacs and Vim
# Of XML, HTML, LaTeX, Org and AsciiDoc headers, and of the mode lines of Emacs (and Python) and Vim.
_DECLARATIONS = re.compile(
    rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)"""
    rb"""|<meta\b[^>]*?\bcharset\s*=\s*["']?([\w.:-]+)"""
    rb"""|\\(?:usepackage|RequirePackage)\s*\[([\w-]+)\]\s*\{inputenc\}"""
    rb"""|^[ \t]*\#\+coding:[ \t]*([\w.-]+)"""
    rb"""|^:encoding:[ \t]*([\w.-]+)"""
    rb"""|-\*-.*?\bcoding:[ \t]*([\w.-]+).*?-\*-"""
    rb"""|\bvim?:[^\r\n]*?\b(?:fenc|fileencoding)=([\w.-]+)""",
    re.IGNORECASE | re.MULTILINE,
)
# As editors and LaTeX call them. Who says Latin-1 may mean Windows-1252, as browsers know: see `declared`.
_CALLED = {"ansinew": "cp1252", "applemac": "mac-roman", "latin9": "iso8859-15", "latin10": "iso8859-16"}
_BYTE_A_CHARACTER = re.compile(r"iso8859-\d+|cp(?:125\d|437|85\d|866)|koi8-[ru]|mac-\w+")


def declared(data: bytes) -> str:
    """Python's name of the encoding of a byte a character that a text declares, as its format or editor has it; "" if
    none that is known.

    >>> declared(b'<?xml version="1.0" encoding="ISO-8859-2"?>'), declared(b"% -*- coding: latin-9 -*-")
    ('iso8859-2', 'iso8859-15')
    >>> declared(b"<meta charset=utf-8>"), declared(b"It says coding: latin-1.")
    ('', '')
    """
    ends = data if len(data) <= 2 * _LOOK_FOR_DECLARATION else data[:_LOOK_FOR_DECLARATION]
    said = _DECLARATIONS.search(ends) or _DECLARATIONS.search(data[-_LOOK_FOR_DECLARATION:])
    if said is None:
        return ""
    called = next(group for group in said.groups() if group).decode("ascii").lower()
    called = re.sub(r"-(?:unix|dos|mac)\Z", "", called)  # Emacs names the line ends, too
    try:
        name = codecs.lookup(_CALLED.get(called.replace("-", ""), called)).name
    except (LookupError, ValueError):
        return ""
    if name == "iso8859-1" and _decoded(data, "cp1252") is not None:
        return "cp1252"  # the same but for typographic marks, in the place of controls that nobody writes
    return name if _BYTE_A_CHARACTER.fullmatch(name) else ""


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BROKEN_UTF_8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_WESTERN = re.compile("[À-ÖØ-öø-ÿŒœŠšŽžŸªºƒˆ]+")
_MARKS_OF_PROSE = frozenset("‘’‚“”„–—…•·«»‹›©®™°±²³¹¼½¾×÷§¶¡¿£€¥¢†‡µ\u00a0\u00ad")
_MOST_LETTERS = 0.15  # of all letters; French has some 4 % beyond ASCII, what is read as Cyrillic nearly all


def _is_windows_1252(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 are prose in Windows-1252 (or Latin-1) beyond doubt: its letters stand among
    plain ones, its other characters are the marks of prose, and nothing in it looks like damaged UTF-8."""
    text = _decoded(data, "cp1252")
    if text is None or _CONTROL.search(text) or _BROKEN_UTF_8.search(data):
        return False
    beyond = [char for char in text if char >= "\x80"]
    runs = _WESTERN.findall(text)
    if any(len(run) > 2 for run in runs) or not all(c in _MARKS_OF_PROSE or _WESTERN.match(c) for c in beyond):
        return False
    plain = sum(char.isalpha() for char in text if char < "\x80")
    return sum(map(len, runs)) <= max(2, _MOST_LETTERS * plain) and len(beyond) <= plain


def encode(source: SourceFile, text: str) -> bytes:
    """`text` as the bytes that stand in the place of those of `source`. Raises Unavailable where its encoding has no
    bytes for a character."""
    try:
        return (_MARKS[source.encoding] if source.bom else b"") + text.encode(source.encoding)
    except UnicodeEncodeError as error:
        char = escape_invisible(text[error.start])
        raise Unavailable(
            escape_invisible(source.name),
            f"not changed: {source.encoding} has no character {char}",
            "convert it to UTF-8",
        ) from None


def write_back(source: SourceFile, text: str) -> None:
    """Give the file of `source` the content `text`, in the file's own encoding; see `write_bytes_back`."""
    write_bytes_back(source, encode(source, text))


def write_bytes_back(source: SourceFile, data: bytes) -> None:
    """Give the file of `source` the content `data`; it keeps mode, owner and extended attributes.

    A symbolic link stays one, and the file it leads to is replaced. Raises
    Unavailable, and changes nothing, if the file no longer holds what was
    read or cannot be replaced.
    """
    if source.path is None:
        raise ValueError("what came through a pipe has no file")
    name = escape_invisible(source.name)
    try:
        real = Path(os.path.realpath(source.path, strict=True))
        about = real.stat()
        if not os.access(real, os.W_OK):
            raise Unavailable(name, "not changed: it is read-only")
        if about.st_nlink > 1:
            raise Unavailable(name, f"not changed: it has {about.st_nlink} hard links, which replacing it would part")
        replace_file(real, data, before_replacing=lambda: _still_holds(real, source))
    except OSError as error:
        raise Unavailable(name, f"not changed: {_system_reason(error)}") from None


def write_new(path: Path, data: bytes, *, private: bool = False) -> None:
    """Put `data` into the file `path` in one step, whether or not it exists; a device or pipe is written into. With
    `private` nobody but the user may read a file that is new.

    Raises BadInput if that cannot be done.
    """
    try:
        if path.is_dir():
            raise BadInput(f"{escape_invisible(str(path))}: is a folder; name a file in it")
        if (path.is_absolute() and path.parts[1:2] in (("dev",), ("proc",))) or (path.exists() and not path.is_file()):
            with path.open("wb") as file:  # /dev/null, /dev/stdout: never to be replaced by a file
                file.write(data)
            return
        replace_file(Path(os.path.realpath(path)), data, private=private)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise BadInput(f"{escape_invisible(str(path))}: cannot be written: {_system_reason(error)}") from None


def rewrite_file(path: Path, change: Callable[[str], str]) -> None:
    """Give a small file of the user's or a project's the content that `change` makes of it; one that is not there yet
    is begun. Raises BadInput."""
    try:
        if not path.exists():
            make_folder(path.parent)
            write_new(path, change("").encode("utf-8"))
            return
        source = read_source(InputFile(path, str(path), named=True), _MOST_OF_SETTINGS)
        after = change(source.text)
        if after != source.text:
            write_back(source, after)
    except Unavailable as error:
        raise BadInput(escape_invisible(str(error))) from None
    except OSError as error:
        raise BadInput(f"{escape_invisible(str(path))}: cannot be written: {error.strerror}") from None


def _still_holds(real: Path, source: SourceFile) -> None:
    """Raises Unavailable where the file at `real` is no longer what `source` was read from."""
    if hashlib.sha256(real.read_bytes()).hexdigest() != source.digest:
        raise Unavailable(
            escape_invisible(source.name), "not changed: it was altered by someone else since it was read", "run again"
        )


def _system_reason(error: OSError | ValueError) -> str:
    """What the system says, in its own words and without the path."""
    if isinstance(error, ValueError):
        return "not a possible file name" if "null" in str(error) else str(error)
    if error.errno == errno.ENOENT:
        return "no such file or folder"
    return (error.strerror or str(error)).lower()
