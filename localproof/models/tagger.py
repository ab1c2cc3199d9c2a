"""The tagger: read a passage once, in both directions, and every word has a distribution over tags.

Its file is a GGUF like that of the language model (architecture "qwen3",
``qwen3.attention.causal`` false) with two tensors more, the head over tags,
and the tags in order under ``localproof.tagger.tags``. What a tag does to a
word is not known here: see `localproof.scoring.edit_tags`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .network import Network
from .passages import AT_ONCE, ModelUnusable, straight, stretches
from .tensors import Array

if TYPE_CHECKING:
    from ..text import Span

TAGS_KEY = "localproof.tagger.tags"
KINDS_KEY, THRESHOLDS_KEY = "localproof.tagger.kinds", "localproof.tagger.thresholds"
HEAD, BIAS = "tags.weight", "tags.bias"


class Tagger:
    """A tagger in memory. Threads may share it. Raises ModelUnusable where the file is none, Unavailable as `gguf.read`
    does."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        self._np = np
        self._network = Network(path)
        header, rest = self._network.header, self._network.rest
        self.tags = header.texts(TAGS_KEY)
        head, bias = rest.get(HEAD), rest.get(BIAS)
        if not self.tags or len(set(self.tags)) != len(self.tags):
            raise ModelUnusable("it has no tags")
        if head is None or bias is None or head.shape != (len(self.tags), self._network.width):
            raise ModelUnusable("its head is not there, or of another size than its tags")
        if bias.shape != (len(self.tags),):
            raise ModelUnusable("its head is not there, or of another size than its tags")
        self._head, self._bias = head, bias
        first = header.keys.get("tokenizer.ggml.bos_token_id")
        self._first = [first] if isinstance(first, int) and 0 <= first < self._network.size else []

    @property
    def thresholds(self) -> dict[str, float]:
        """For each kind of edit the probability from which on it is worth showing by itself, as was measured; empty
        where the file does not say."""
        kinds = self._network.header.texts(KINDS_KEY)
        values = self._network.header.keys.get(THRESHOLDS_KEY)
        if not isinstance(values, tuple) or len(values) != len(kinds):
            return {}
        return {kind: float(v) for kind, v in zip(kinds, values, strict=True) if isinstance(v, int | float)}

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` is, as it is read."""
        return len(self._network.vocabulary.tokens(straight(text)))

    def probabilities(self, text: str, spans: Sequence[Span]) -> Array:
        """(len(spans), len(tags)): how likely each tag is for each word of `text` (of one block); `spans` are those of
        its words, in order."""
        np = self._np
        out: Array = np.zeros((len(spans), len(self.tags)), np.float32)
        if not spans:
            return out
        text = straight(text)
        words, done = list(spans), 0
        for passage, own in stretches(text, self._network.vocabulary.tokens):
            while done < len(words) and words[done].start < own:
                done += 1
            last = done
            while last < len(words) and words[last].start < passage.end:
                last += 1
            if last > done:
                starts = [word.start for word in words[done:last]]
                out[done:last] = self._read(passage.of(text), [start - passage.start for start in starts])
            done = last
        return out

    def _read(self, text: str, starts: Sequence[int]) -> Array:
        """The probabilities for the words of one passage that begin at `starts`."""
        np, network = self._np, self._network
        most = min(AT_ONCE, network.context) - len(self._first)
        tokens = network.vocabulary.tokens(text)
        begins = network.vocabulary.starts(text, tokens)
        tokens = tokens[:most]  # one word may be longer than any passage
        given = np.array([*self._first, *tokens] or [0], np.int64)
        hidden, _ = network.read(given, np.arange(len(given)), np.ones((len(given), len(given)), np.bool_))
        # A word begins in the last token that begins at or before it.
        at = np.searchsorted(begins[: len(tokens)], starts, side="right") - 1
        logits: Array = hidden[np.clip(at + len(self._first), 0, len(given) - 1)] @ self._head.T + self._bias
        logits -= logits.max(1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(1, keepdims=True)
        return logits
