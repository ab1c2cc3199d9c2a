"""What a GGUF file says of itself, read by LocalProof's own bounded reader before any native code sees the file.

The form is that of ggml's docs/gguf.md, versions 2 and 3, little endian. No
tensor is read: of each it is only made sure that it lies within the file.
Parsers of GGUF in native code have had memory-safety bugs; what is refused here
never gets to one.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..report import Unavailable
from ..text import escape_invisible

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MOST_KEYS = 10_000
MOST_TENSORS = 100_000
MOST_NAME = 65_535  # bytes of a key, as the form has it
MOST_TENSOR_NAME = 255  # ggml's own limit is 64, and 128 in builds of others
MOST_TEXT = 16 << 20  # bytes of one text; chat templates have tens of thousands
MOST_ITEMS = 4 << 20  # of one array; vocabularies have some hundred thousand
MOST_NESTED = 4
MOST_HEADER = 512 << 20  # bytes before the tensors
KEPT_ITEMS = 1000  # arrays longer than this are passed over: nothing that is said of a model is so long
KEPT_BYTES = 8 << 20  # of all that is kept

Value = int | float | bool | str | tuple["Value", ...] | None  # None: an array that was passed over

# By type: the format and size of a number. Text and array have their own.
_NUMBERS: dict[int, tuple[str, int]] = {
    0: ("<B", 1),
    1: ("<b", 1),
    2: ("<H", 2),
    3: ("<h", 2),
    4: ("<I", 4),
    5: ("<i", 4),
    6: ("<f", 4),
    7: ("<B", 1),
    10: ("<Q", 8),
    11: ("<q", 8),
    12: ("<d", 8),
}
_BOOL, _TEXT, _ARRAY = 7, 8, 9
# By type of tensor: its name, and the values and bytes of one block (ggml.h and ggml-common.h).
TENSORS: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}
# general.file_type, as llama.h names it.
FILE_TYPES: dict[int, str] = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    3: "Q4_1",
    7: "Q8_0",
    8: "Q5_0",
    9: "Q5_1",
    10: "Q2_K",
    11: "Q3_K_S",
    12: "Q3_K_M",
    13: "Q3_K_L",
    14: "Q4_K_S",
    15: "Q4_K_M",
    16: "Q5_K_S",
    17: "Q5_K_M",
    18: "Q6_K",
    32: "BF16",
}
_MOST_DIMENSIONS = 4


@dataclass(frozen=True)
class GgufHeader:
    """What stands before the tensors. `keys` holds what is said, without arrays that are long; `size` counts bytes."""

    version: int
    tensors: int
    parameters: int
    keys: Mapping[str, Value]
    size: int

    def text(self, key: str) -> str:
        """The text under `key`, "" where the file says nothing or something else."""
        value = self.keys.get(key)
        return value.strip() if isinstance(value, str) else ""

    def number(self, key: str) -> int | None:
        """The whole number under `key`, if there is one above 0."""
        value = self.keys.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts in the array under `key`; a single text counts as one."""
        value = self.keys.get(key)
        if isinstance(value, str):
            return (value,)
        return tuple(v for v in value if isinstance(v, str)) if isinstance(value, tuple) else ()

    def numbered(self, group: str) -> tuple[Mapping[str, str], ...]:
        """The rows ``general.<group>.<number>.<name>`` in order of their numbers, each by name."""
        rows: dict[int, dict[str, str]] = {}
        start = f"general.{group}."
        for key in self.keys:
            number, _, name = key.removeprefix(start).partition(".")
            if key.startswith(start) and name and number.isascii() and number.isdecimal() and len(number) < 6:
                rows.setdefault(int(number), {})[name] = self.text(key)
        return tuple(rows[number] for number in sorted(rows))

    def datasets(self) -> tuple[str, ...]:
        """The training data that the file names, in either form: a list of links, or numbered rows."""
        rows = (row.get("name") or row.get("repo_url") or row.get("url", "") for row in self.numbered("dataset"))
        return tuple(dict.fromkeys(filter(None, (*self.texts("general.datasets"), *rows))))


class Tensor(NamedTuple):
    """Where a tensor lies: its type (a key of `TENSORS`), its size as a matrix, and its bytes in the file."""

    kind: int
    rows: int
    columns: int
    offset: int
    length: int


class _NotGguf(Exception):
    """Why the file is no GGUF that is read here."""


class _HeaderReader:
    """Bytes of the header in order, with limits on all that a file could lie about."""

    def __init__(self, file: BinaryIO, size: int, most_items: int = KEPT_ITEMS, most_bytes: int = KEPT_BYTES) -> None:
        self._file, self._size = file, size
        self._most_items, self._most_bytes = most_items, most_bytes
        self.at = 0
        self.kept = 0

    def take(self, count: int) -> bytes:
        if self.at + count > self._size:
            raise _NotGguf("it ends in the middle of its header")
        if self.at + count > MOST_HEADER:
            raise _NotGguf(f"its header is larger than {MOST_HEADER:,} bytes")
        data = self._file.read(count)
        if len(data) != count:
            raise _NotGguf("it ends in the middle of its header")
        self.at += count
        return data

    def skip(self, count: int) -> None:
        if self.at + count > self._size:
            raise _NotGguf("it ends in the middle of its header")
        if self.at + count > MOST_HEADER:
            raise _NotGguf(f"its header is larger than {MOST_HEADER:,} bytes")
        self._file.seek(count, os.SEEK_CUR)
        self.at += count

    def number(self, form: str) -> int:
        value: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return value

    def text(self, most: int, what: str) -> str:
        length = self.number("<Q")
        if length > most:
            raise _NotGguf(f"{what} is {length:,} bytes long, and {most:,} is the most")
        return self.take(length).decode("utf-8", "replace")

    def keep(self, count: int) -> None:
        self.kept += count
        if self.kept > self._most_bytes:
            raise _NotGguf(f"it says more than {self._most_bytes:,} bytes of itself")

    def value(self, kind: int, depth: int = 0, *, wanted: bool = True) -> Value:
        if kind in _NUMBERS:
            form, size = _NUMBERS[kind]
            self.keep(16 if wanted else 0)
            number: int | float = struct.unpack(form, self.take(size))[0]
            return bool(number) if kind == _BOOL else number
        if kind == _TEXT:
            if not wanted:
                self._skip_text()
                return None
            text = self.text(MOST_TEXT, "a text")
            self.keep(len(text) + 16)
            return text
        if kind == _ARRAY:
            return self._array(depth, wanted)
        raise _NotGguf(f"a value is of a type that the form does not have ({kind})")

    def _skip_text(self) -> None:
        length = self.number("<Q")
        if length > MOST_TEXT:
            raise _NotGguf(f"a text is {length:,} bytes long, and {MOST_TEXT:,} is the most")
        self.skip(length)

    def _array(self, depth: int, wanted: bool) -> Value:
        if depth >= MOST_NESTED:
            raise _NotGguf(f"arrays are nested more than {MOST_NESTED} deep")
        kind, count = self.number("<I"), self.number("<Q")
        if count > MOST_ITEMS:
            raise _NotGguf(f"an array has {count:,} items, and {MOST_ITEMS:,} is the most")
        wanted = wanted and count <= self._most_items
        if not wanted and kind in _NUMBERS:
            self.skip(count * _NUMBERS[kind][1])
            return None
        items = [self.value(kind, depth + 1, wanted=wanted) for _ in range(count)] if wanted else None
        if items is None:
            for _ in range(count):
                self.value(kind, depth + 1, wanted=False)
            return None
        return tuple(items)


def read(path: Path) -> GgufHeader:
    """What the GGUF file at `path` says of itself.

    Raises Unavailable, in one line, for a file that cannot be read, is none,
    is truncated, or says of itself what cannot be or exceeds the limits above.
    """
    return _read(path, KEPT_ITEMS, KEPT_BYTES)[0]


def read_whole(path: Path) -> tuple[GgufHeader, dict[str, Tensor]]:
    """The same with long arrays too (the tokens of a vocabulary), and where each tensor lies. Raises as `read` does."""
    return _read(path, MOST_ITEMS, MOST_HEADER)


def _read(path: Path, most_items: int, most_bytes: int) -> tuple[GgufHeader, dict[str, Tensor]]:
    name = escape_invisible(path.name)
    try:
        # Asked before opening: to open a named pipe would wait for its other end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unavailable(name, "not a regular file")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _header(_HeaderReader(file, size, most_items, most_bytes), size)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Unavailable(name, f"cannot be read: {escape_invisible(why)}") from None
    except _NotGguf as error:
        raise Unavailable(name, f"not a GGUF file that can be used: {escape_invisible(str(error))}") from None


def _header(reader: _HeaderReader, size: int) -> tuple[GgufHeader, dict[str, Tensor]]:
    if size < 4 or reader.take(4) != MAGIC:
        raise _NotGguf("it does not begin as one")
    version = reader.number("<I")
    if version not in VERSIONS:
        turned = int.from_bytes(version.to_bytes(4, "little"), "big")
        raise _NotGguf(
            "it is big-endian"
            if turned in VERSIONS
            else f"version {version} (read are {VERSIONS[0]} and {VERSIONS[1]})"
        )
    tensors, count = reader.number("<Q"), reader.number("<Q")
    if tensors > MOST_TENSORS or count > MOST_KEYS:
        raise _NotGguf(f"{tensors:,} tensors and {count:,} keys, and {MOST_TENSORS:,} and {MOST_KEYS:,} are the most")
    keys: dict[str, Value] = {}
    for _ in range(count):
        key = reader.text(MOST_NAME, "a key")
        reader.keep(len(key))
        if key in keys:
            raise _NotGguf(f"the key {key[:80]!r} is there twice")
        keys[key] = reader.value(reader.number("<I"))
    found = _tensors(reader, tensors, size, _alignment(keys))
    return GgufHeader(version, tensors, sum(t.rows * t.columns for t in found.values()), keys, size), found


def _alignment(keys: Mapping[str, Value]) -> int:
    value = keys.get("general.alignment", 32)
    if not isinstance(value, int) or isinstance(value, bool) or not 8 <= value <= 1 << 16 or value & (value - 1):
        raise _NotGguf("general.alignment is not a power of two from 8 to 65,536")
    return value


def _tensors(reader: _HeaderReader, count: int, size: int, alignment: int) -> dict[str, Tensor]:
    """The tensors by name. Raises _Refused where one of them does not lie within the file."""
    found: dict[str, Tensor] = {}
    for name, values, row, kind, offset in _described(reader, count):
        if name in found:
            raise _NotGguf(f"the tensor {name[:80]!r} is there twice")
        if kind not in TENSORS:
            raise _NotGguf(f"the tensor {name[:80]!r} is of a type that is not known here ({kind})")
        _, per_block, block = TENSORS[kind]
        if offset % alignment or row % per_block:
            raise _NotGguf(f"the tensor {name[:80]!r} does not begin or end where it may")
        found[name] = Tensor(kind, values // row, row, offset, values // per_block * block)
    start = -(-reader.at // alignment) * alignment
    end = 0
    for _, _, _, offset, length in sorted(found.values(), key=lambda t: (t.offset, t.length)):
        if offset < end:
            raise _NotGguf("its tensors overlap")
        end = offset + length
    if count and start + end > size:
        raise _NotGguf(f"its tensors end at byte {start + end:,}, and it has {size:,}: it is truncated")
    return {name: t._replace(offset=start + t.offset) for name, t in found.items()}


def _described(reader: _HeaderReader, count: int) -> Iterator[tuple[str, int, int, int, int]]:
    """Name, number of values, values in a row, type and offset of each tensor."""
    for _ in range(count):
        name = reader.text(MOST_TENSOR_NAME, "the name of a tensor")
        dimensions = reader.number("<I")
        if not 1 <= dimensions <= _MOST_DIMENSIONS:
            raise _NotGguf(f"the tensor {name[:80]!r} has {dimensions:,} dimensions")
        sizes = [reader.number("<Q") for _ in range(dimensions)]
        values = prod(sizes)
        if not 0 < values < 1 << 48:
            raise _NotGguf(f"the tensor {name[:80]!r} has {values:,} values")
        yield name, values, sizes[0], reader.number("<I"), reader.number("<Q")
