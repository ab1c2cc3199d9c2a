"""Frames: four bytes of length, big-endian, then that many bytes of JSON."""

from __future__ import annotations

from collections.abc import Iterator

TYPE_CHECKING = False  # `typing` is not imported for this: see the package
if TYPE_CHECKING:
    from typing import IO, Any

LIMIT = 64 * 2**20  # bytes; a longer frame means that the other side has lost its senses


def write_frame(pipe: IO[bytes], body: bytes) -> None:
    """Write one frame and flush it. Raises OSError where nobody reads, ValueError where the pipe is closed."""
    pipe.write(len(body).to_bytes(4, "big") + body)
    pipe.flush()


def read_frames(pipe: IO[bytes]) -> Iterator[bytes]:
    """The body of each frame, till the pipe ends, in mid-frame or not, or a frame is longer than `LIMIT`."""
    while len(head := pipe.read(4)) == 4:
        size = int.from_bytes(head, "big")
        body = pipe.read(size) if size <= LIMIT else b""
        if len(body) < size:
            return
        yield body


def to_json(value: object) -> bytes:
    """JSON in UTF-8. Raises UnicodeEncodeError for a lone surrogate.

    >>> to_json({"id": 1})
    b'{"id":1}'
    """
    import json  # here, so that a child loads it while its checker is being built

    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def from_json(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises ValueError where it is none."""
    import json

    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
