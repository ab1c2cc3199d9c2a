"""The blocks of our own models in NumPy: pre-norm, rotary positions, a gated feed-forward (llama.cpp's "qwen3").

`Network` holds the weights and may be shared by threads; `read` is all that it
does. A model that foretells reads each token with those before it, a tagger
with all of its passage. NumPy's BLAS is to have one thread
(`one_thread_each`): the matrices are small, passages are many, and two threads
that share a busy core wait for each other most of the time.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .bpe import Vocabulary
from .gguf import GgufHeader
from .passages import AT_ONCE, ModelUnusable
from .tensors import Array, load

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Ints: TypeAlias = "NDArray[np.int64]"
Past: TypeAlias = "list[tuple[Array, Array]]"  # for each block keys and values (heads, tokens, width of a head)

_MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
_VECTORS = ("attn_norm", "attn_q_norm", "attn_k_norm", "ffn_norm")
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS")


def one_thread_each() -> None:
    """Let NumPy compute with one thread for each that calls it. To be called before NumPy is imported."""
    os.environ.update(dict.fromkeys(_THREADS, "1"))


class Network:
    """The weights of a GGUF file of the architecture "qwen3", and what they make of tokens. Raises ModelUnusable for
    any other, Unavailable as `gguf.read` does."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        self._np = np
        try:
            self.header, tensors = load(path)
        except ValueError as error:
            raise ModelUnusable(str(error)) from None
        self._measure(self.header)
        self.embeddings = self._take_tensor(tensors, "token_embd", self.size, self.width)
        self.output_norm = self._take_tensor(tensors, "output_norm", 1, self.width)
        self._blocks = [self._block(tensors, number) for number in range(self.blocks)]
        self.vocabulary = _vocabulary(self.header)
        if len(self.vocabulary.pieces) != self.size:
            raise ModelUnusable("its tokens are not as many as it has numbers for")
        turns = self._base ** (-np.arange(0, self.head, 2).astype(np.float64) / self.head)
        angles = np.outer(np.arange(self.context + AT_ONCE), turns)  # a change may begin where the context ends
        self._cos, self._sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
        self.rest = tensors  # what else the file holds: the head of a tagger

    def read(
        self, tokens: Ints, positions: Ints, visible: NDArray[np.bool_], past: Past | None = None
    ) -> tuple[Array, Past]:
        """What the last block says of `tokens`, normed (tokens, width), and their keys and values.

        `visible` (tokens, past tokens + tokens) says which ones each of them
        may look at: first those of `past`, then themselves.
        """
        np = self._np
        x = self.embeddings[tokens]
        cos, sin = self._cos[positions], self._sin[positions]
        hidden = np.where(visible, np.float32(0), np.float32(-np.inf))
        own: Past = []
        for number, block in enumerate(self._blocks):
            x, keys, values = self._through(block, x, cos, sin, hidden, past[number] if past else None)
            own.append((keys, values))
        return self._normed(x) * self.output_norm, own

    def _through(
        self, block: dict[str, Array], x: Array, cos: Array, sin: Array, hidden: Array, past: tuple[Array, Array] | None
    ) -> tuple[Array, Array, Array]:
        np, n = self._np, len(x)
        mixed = self._normed(x) @ block["qkv"].T
        q, k, v = mixed.reshape(n, 3, self.heads, self.head).transpose(1, 2, 0, 3)  # each (heads, n, head)
        q = _turned(np, self._normed(q) * block["attn_q_norm"], cos, sin)
        keys = _turned(np, self._normed(k) * block["attn_k_norm"], cos, sin)
        values = np.ascontiguousarray(v)
        all_keys, all_values = keys, values
        if past is not None:
            all_keys, all_values = np.concatenate([past[0], keys], 1), np.concatenate([past[1], values], 1)
        scores = q @ all_keys.transpose(0, 2, 1)
        scores *= np.float32(self.head**-0.5)
        scores += hidden
        scores -= scores.max(2, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(2, keepdims=True)
        heads: Array = (scores @ all_values).transpose(1, 0, 2).reshape(n, self.width)
        x = x + heads @ block["attn_output"].T
        both = self._normed(x) @ block["gate_up"].T
        gate, up = both[:, : self.inner], both[:, self.inner :]
        up *= gate  # gate * sigmoid(gate) * up
        np.negative(gate, out=gate)
        with np.errstate(over="ignore"):  # of a gate far below nothing: it lets nothing through
            np.exp(gate, out=gate)
        gate += 1
        up /= gate
        x += up @ block["ffn_down"].T
        return x, keys, values

    def _normed(self, x: Array) -> Array:
        """`x` with a root mean square of one in its last axis."""
        np = self._np
        squares = np.einsum("...i,...i->...", x, x) / np.float32(x.shape[-1])
        normed: Array = x / np.sqrt(squares + np.float32(self._epsilon))[..., None]
        return normed

    # What the file says.

    def _measure(self, header: GgufHeader) -> None:
        if header.text("general.architecture") != "qwen3":
            raise ModelUnusable("LocalProof's own runtime reads the architecture qwen3 alone")

        def number(key: str) -> int:
            value = header.number(f"qwen3.{key}")
            if value is None or value > 1 << 20:
                raise ModelUnusable(f"it does not say its {key}")
            return value

        self.width, self.inner, self.blocks = (
            number("embedding_length"), number("feed_forward_length"), number("block_count")
        )  # fmt: skip
        self.heads, self.context = number("attention.head_count"), number("context_length")
        self.head = number("attention.key_length")
        self.size = len(header.texts("tokenizer.ggml.tokens"))
        if header.number("qwen3.attention.head_count_kv") != self.heads or self.head * self.heads != self.width:
            raise ModelUnusable("its heads are of a kind that LocalProof's own runtime does not read")
        if self.context > 1 << 16 or self.head % 2:
            raise ModelUnusable("its shape is not one that LocalProof's own runtime reads")
        self._epsilon = _real(header, "qwen3.attention.layer_norm_rms_epsilon", 1e-6)
        self._base = _real(header, "qwen3.rope.freq_base", 10_000.0)

    def _block(self, tensors: dict[str, Array], number: int) -> dict[str, Array]:
        np, w, i = self._np, self.width, self.inner
        sizes = dict.fromkeys(_MATRICES, (w, w)) | {"ffn_gate": (i, w), "ffn_up": (i, w), "ffn_down": (w, i)}
        sizes |= {"attn_norm": (1, w), "ffn_norm": (1, w), "attn_q_norm": (1, self.head), "attn_k_norm": (1, self.head)}
        of = {
            name: self._take_tensor(tensors, f"blk.{number}.{name}", *sizes[name]) for name in (*_MATRICES, *_VECTORS)
        }
        # One product instead of three, and the weights of a norm in the matrix behind it.
        return {
            "qkv": np.concatenate([of["attn_q"], of["attn_k"], of["attn_v"]]) * of["attn_norm"],
            "attn_output": of["attn_output"],
            "gate_up": np.concatenate([of["ffn_gate"], of["ffn_up"]]) * of["ffn_norm"],
            "ffn_down": of["ffn_down"],
            "attn_q_norm": of["attn_q_norm"],
            "attn_k_norm": of["attn_k_norm"],
        }

    def _take_tensor(self, tensors: dict[str, Array], name: str, rows: int, columns: int) -> Array:
        found = tensors.pop(f"{name}.weight", None)
        if found is None or found.shape != ((rows, columns) if rows > 1 else (columns,)):
            raise ModelUnusable(f"the tensor {name} is not there, or of another size")
        if not self._np.isfinite(found).all():
            raise ModelUnusable(f"the tensor {name} holds what is no number")
        return found


def _turned(np: Any, x: Array, cos: Array, sin: Array) -> Array:
    """Each half of the columns of `x` (heads, tokens, head) turned against the other by its position."""
    half = x.shape[-1] // 2
    one, other = x[..., :half], x[..., half:]
    return np.concatenate([one * cos - other * sin, other * cos + one * sin], -1)  # type: ignore[no-any-return]


def _real(header: GgufHeader, key: str, default: float) -> float:
    value = header.keys.get(key, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e12:
        raise ModelUnusable(f"{key} is no number that can be used")
    return float(value)


def _vocabulary(header: GgufHeader) -> Vocabulary:
    if (header.text("tokenizer.ggml.model"), header.text("tokenizer.ggml.pre")) != ("gpt2", "smollm"):
        raise ModelUnusable("its tokens are of a kind that LocalProof's own runtime does not read")
    try:
        return Vocabulary(header.texts("tokenizer.ggml.tokens"), header.texts("tokenizer.ggml.merges"))
    except ValueError as error:
        raise ModelUnusable(str(error)) from None
