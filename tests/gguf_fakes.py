"""GGUF files made by hand, small and by the letter of the form, for tests to spoil."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

Tensor = tuple[str, Sequence[int], int, bytes]  # name, sizes, type, bytes


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def value(of: object) -> bytes:
    """A value with its type before it: bool, int (u32, or i64 where it must), float, text, or a list of one of them."""
    kind, data = _typed(of)
    return struct.pack("<I", kind) + data


def _typed(of: object) -> tuple[int, bytes]:
    if isinstance(of, bool):
        return 7, struct.pack("<B", of)
    if isinstance(of, int):
        return (4, struct.pack("<I", of)) if 0 <= of < 1 << 32 else (11, struct.pack("<q", of))
    if isinstance(of, float):
        return 6, struct.pack("<f", of)
    if isinstance(of, (str, bytes)):
        return 8, text(of)
    if isinstance(of, (list, tuple)):
        items = [_typed(item) for item in of] or [(8, b"")]
        kind = items[0][0]
        return 9, struct.pack("<IQ", kind, len(of)) + b"".join(data for _, data in items) * bool(of)
    raise TypeError(of)


def gguf(keys: Mapping[str, object], tensors: Sequence[Tensor] = (), *, version: int = 3, alignment: int = 32) -> bytes:
    """A whole file."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(keys))
    head += b"".join(text(key) + value(of) for key, of in keys.items())
    body, offset = b"", 0
    for name, sizes, kind, data in tensors:
        head += text(name) + struct.pack("<I", len(sizes)) + struct.pack(f"<{len(sizes)}Q", *sizes)
        head += struct.pack("<IQ", kind, offset)
        body += data + b"\0" * (-len(data) % alignment)
        offset = len(body)
    return head + b"\0" * (-len(head) % alignment) + body if tensors else head


KEYS: dict[str, object] = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "general.license": "apache-2.0",
    "general.file_type": 7,
    "llama.context_length": 128,
    "tokenizer.ggml.tokens": [f"t{i}" for i in range(2000)],
}
TENSORS: tuple[Tensor, ...] = (("token_embd.weight", (4, 2), 0, b"\0" * 32), ("norm.weight", (4,), 1, b"\0" * 8))


def tiny(path: Path, keys: Mapping[str, object] = KEYS, tensors: Sequence[Tensor] = TENSORS) -> Path:
    """A small file that is sound, at `path`."""
    path.write_bytes(gguf(keys, tensors))
    return path
