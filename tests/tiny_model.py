"""A tiny language model made on the spot: a GGUF of chosen weights, and the same computed with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
WORDS = ("the", "a", "an", "cat", "cats", "dog", "sat", "sits", "sit", "on", "mat", "of", "have", "could", "it", "its")


@dataclass(frozen=True)
class Tiny:
    """Weights of one block (architecture "qwen3"), and the tokens they are of: every byte, then words with a blank."""

    tokens: tuple[str, ...]
    weights: dict[str, Matrix]
    width: int = 32
    heads: int = 1
    inner: int = 32
    base: float = 10_000.0
    epsilon: float = 1e-6
    chat: str = ""

    def log_probabilities(self, given: list[int]) -> Matrix:
        """(len(given), tokens): of what follows each token, by the definition of the architecture."""
        w, head = self.weights, self.width // self.heads
        x = w["token_embd"][given].astype(np.float64)
        h = _norm(x, w["attn_norm"], self.epsilon)
        shape = (len(given), self.heads, head)
        q = _turned(_norm((h @ w["attn_q"].T).reshape(shape), w["attn_q_norm"], self.epsilon), self.base)
        k = _turned(_norm((h @ w["attn_k"].T).reshape(shape), w["attn_k_norm"], self.epsilon), self.base)
        v = (h @ w["attn_v"].T).reshape(shape)
        scores = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(head)
        scores = np.where(np.tril(np.ones(scores.shape[1:], bool)), scores, -np.inf)
        mixed = np.einsum("hij,jhd->ihd", _softmax(scores), v).reshape(len(given), self.width)
        x = x + mixed @ w["attn_output"].T
        h = _norm(x, w["ffn_norm"], self.epsilon)
        gate = h @ w["ffn_gate"].T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ w["ffn_up"].T)) @ w["ffn_down"].T
        logits = _norm(x, w["output_norm"], self.epsilon) @ w["token_embd"].T
        return np.asarray(np.log(_softmax(logits)), np.float32)

    def write(self, path: Path) -> Path:
        """Write it as a GGUF with 32-bit weights."""
        import gguf

        writer = gguf.GGUFWriter(str(path), "qwen3")
        writer.add_name("tiny")
        writer.add_context_length(512)
        writer.add_embedding_length(self.width)
        writer.add_block_count(1)
        writer.add_feed_forward_length(self.inner)
        writer.add_head_count(self.heads)
        writer.add_head_count_kv(self.heads)
        writer.add_key_length(self.width // self.heads)
        writer.add_value_length(self.width // self.heads)
        writer.add_layer_norm_rms_eps(self.epsilon)
        writer.add_rope_freq_base(self.base)
        writer.add_file_type(gguf.LlamaFileType.ALL_F32)
        self.vocabulary(writer)
        if self.chat:
            writer.add_chat_template(self.chat)
        for name, matrix in self.weights.items():
            whole = name in ("token_embd", "output_norm")
            writer.add_tensor(f"{name}.weight" if whole else f"blk.0.{name}.weight", matrix)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path

    def vocabulary(self, writer: Any) -> None:
        """What `write` says of the tokens."""
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("smollm")
        writer.add_token_list(list(self.tokens))
        writer.add_token_types([3, *([1] * (len(self.tokens) - 1))])
        writer.add_token_merges(list(merges()))
        writer.add_bos_token_id(0)
        writer.add_eos_token_id(0)
        writer.add_add_bos_token(True)


class Blanked(Tiny):
    """One with a vocabulary as SentencePiece makes it: every text begins with a blank that is not in it."""

    def vocabulary(self, writer: Any) -> None:
        """As above: three marks, every byte, then `tokens` from the one that is "▁" on."""
        first = self.tokens.index("▁")
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list(list(self.tokens))
        writer.add_token_types([2, 3, 3, *([6] * 256), *([1] * (len(self.tokens) - first))])
        writer.add_token_scores([0.0] * first + [float(len(token)) for token in self.tokens[first:]])
        writer.add_add_space_prefix(True)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_add_bos_token(True)


def _norm(x: Any, weight: Matrix, epsilon: float) -> Any:
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight


def _softmax(x: Any) -> Any:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _turned(x: Any, base: float) -> Any:
    half = x.shape[-1] // 2
    angles = np.outer(np.arange(len(x)), base ** (-np.arange(half) / half))[:, None, :]
    one, other = x[..., :half], x[..., half:]
    return np.concatenate(
        [one * np.cos(angles) - other * np.sin(angles), other * np.cos(angles) + one * np.sin(angles)], -1
    )


def _bytes() -> list[str]:
    """The 256 characters that stand for bytes in this kind of tokens."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    stands = {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(rest)}
    return [stands[b] for b in range(256)]


def merges() -> list[str]:
    """The pairs that make the words, with the blank before them, letter by letter."""
    made: dict[str, None] = {}
    for word in WORDS:
        so_far = "Ġ"
        for letter in word:
            made[f"{so_far} {letter}"] = None
            so_far += letter
    return list(made)


def tiny(seed: int = 1, scale: float = 0.3) -> Tiny:
    """A model of random weights."""
    pieces = [m.replace(" ", "") for m in merges()]
    tokens = ("<|endoftext|>", *_bytes(), *pieces)
    chance = np.random.default_rng(seed)

    def some(*shape: int) -> Matrix:
        return (chance.standard_normal(shape) * scale).astype(np.float32)

    w, i = 32, 32
    return Tiny(
        tokens,
        {
            "token_embd": some(len(tokens), w),
            "output_norm": 1 + some(w),
            "attn_norm": 1 + some(w),
            "attn_q": some(w, w),
            "attn_k": some(w, w),
            "attn_v": some(w, w),
            "attn_output": some(w, w),
            "attn_q_norm": 1 + some(w),
            "attn_k_norm": 1 + some(w),
            "ffn_norm": 1 + some(w),
            "ffn_gate": some(i, w),
            "ffn_up": some(i, w),
            "ffn_down": some(w, i),
        },
    )


def blanked(*words: str) -> Blanked:
    """A model of random weights that knows these words, and every byte."""
    letters = sorted({*"".join(words)})
    pieces = ["▁" + word[:end] for word in words for end in range(1, len(word) + 1)]
    tokens = (
        "<unk>",
        "<s>",
        "</s>",
        *(f"<0x{byte:02X}>" for byte in range(256)),
        "▁",
        *letters,
        *dict.fromkeys(pieces),
    )
    chance = np.random.default_rng(1)
    weights = tiny().weights | {"token_embd": (chance.standard_normal((len(tokens), 32)) * 0.3).astype(np.float32)}
    return Blanked(tokens, weights)
