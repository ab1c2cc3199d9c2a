"""Our own language model run by NumPy: the same log-probabilities as llama.cpp's, without a compiler."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..text import Span
from .network import Network, Past
from .passages import AT_ONCE, Passage, Rows, Scorer, TokenEdit
from .tensors import Array


class NumpyModel(Scorer):
    """A model in memory. For one thread at a time; several may stand on one `Network`."""

    def __init__(self, network: Network | Path) -> None:
        import numpy as np

        super().__init__()
        self._np = np
        self._network = Network(network) if isinstance(network, Path) else network
        self.size = self._network.size
        keys = self._network.header.keys
        first = keys.get("tokenizer.ggml.bos_token_id")
        adds = keys.get("tokenizer.ggml.add_bos_token")
        self._first = [int(first)] if adds and isinstance(first, int) and 0 <= first < self.size else []
        self._past: Past = []  # of the passage that was read last

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text, without the model's start."""
        return self._network.vocabulary.tokens(text)

    def piece(self, token: int) -> bytes:
        """The bytes of a token."""
        return self._network.vocabulary.pieces[token]

    def _read(self, text: str, span: Span, own: int) -> Passage:
        np = self._np
        most = min(AT_ONCE, self._network.context) - 1
        tokens = self.tokens(span.of(text))[:most]  # one word may be longer than any passage
        given = [*self._first, *tokens] or [0]
        seen = np.array(given[:-1] or given[:1], np.int64)
        places = np.arange(len(seen))
        hidden, self._past = self._network.read(seen, places, places[:, None] >= places)
        self.decoded += len(seen)
        rows = self._log_probabilities(hidden)
        if not self._first:  # nothing tells the first token
            rows = np.concatenate([np.zeros((1, self.size), np.float32), rows])
        return Passage(span, own, tokens, self._starts(text, span, tokens), rows)

    def _score(self, passage: Passage, changes: list[tuple[int, TokenEdit]], totals: list[float | None]) -> None:
        new = [float(passage.rows[c.same, c.tokens[0]]) if c.tokens else 0.0 for _, c in changes]
        owner = [j for j, (_, c) in enumerate(changes) for _ in c.tokens[1:]]
        if owner:
            found = self._of_tokens([c for _, c in changes], owner)
            for j, log_probability in zip(owner, found, strict=True):
                new[j] += log_probability
        for (i, change), total in zip(changes, new, strict=True):
            totals[i] = total - sum(passage.log_probability(k) for k in range(change.same, change.end))

    def _of_tokens(self, changes: Sequence[TokenEdit], owner: Sequence[int]) -> list[float]:
        """The log-probability of each token of `changes` but the first of each; `owner` says whose each one is."""
        np, lead = self._np, len(self._first)
        seen = np.array([token for c in changes for token in c.tokens[:-1]], np.int64)
        wanted = np.array([token for c in changes for token in c.tokens[1:]], np.int64)
        begins = np.array([c.same + lead for c in changes], np.int64)
        of = np.array(owner, np.int64)
        within = np.concatenate([np.arange(len(c.tokens) - 1) for c in changes if len(c.tokens) > 1])
        before = np.arange(self._past[0][0].shape[1]) < begins[of][:, None]
        beside = (of[:, None] == of) & (within[:, None] >= within)
        hidden, _ = self._network.read(seen, begins[of] + within, np.concatenate([before, beside], 1), self._past)
        self.decoded += len(seen)
        logits = hidden @ self._network.embeddings.T
        most = logits.max(1)
        chosen = logits[np.arange(len(wanted)), wanted] - most
        logits -= most[:, None]
        np.exp(logits, out=logits)
        found: list[float] = (chosen - np.log(logits.sum(1))).tolist()
        return found

    def _log_probabilities(self, hidden: Array) -> Rows:
        np = self._np
        rows: Rows = hidden @ self._network.embeddings.T
        rows -= rows.max(1, keepdims=True)
        rows -= np.log(np.exp(rows).sum(1, keepdims=True))
        return rows
