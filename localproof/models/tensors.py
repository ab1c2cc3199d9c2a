"""The tensors of a GGUF file as NumPy arrays of 32-bit numbers, and what the file says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from . import gguf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float32]"

READ = ("F32", "F16", "BF16", "Q8_0")  # the types that are read here


def load(path: Path) -> tuple[gguf.GgufHeader, dict[str, Array]]:
    """The header with all its arrays, and each tensor by name: a vector, or a matrix with one row for each output.

    Raises Unavailable as `gguf.read` does, and ValueError for a tensor of a type that is not one of `READ`.
    """
    header, places = gguf.read_whole(path)
    with path.open("rb") as file:
        found = {}
        for name, place in places.items():
            file.seek(place.offset)
            found[name] = _numbers(file.read(place.length), place)
    return header, found


def _numbers(data: bytes, place: gguf.Tensor) -> Array:
    import numpy as np

    kind = gguf.TENSORS[place.kind][0]
    if kind == "F32":
        flat = np.frombuffer(data, "<f4").astype(np.float32)
    elif kind == "F16":
        flat = np.frombuffer(data, "<f2").astype(np.float32)
    elif kind == "BF16":
        flat = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    elif kind == "Q8_0":  # blocks of 32 whole numbers with one scale
        blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("numbers", "i1", 32)]))
        flat = blocks["numbers"] * blocks["scale"].astype(np.float32)[:, None]
    else:
        raise ValueError(f"tensors of type {kind} are not read here, only {', '.join(READ)}")
    return flat.reshape(place.rows, place.columns) if place.rows > 1 else flat.reshape(-1)
