"""The model's tokens: byte-level pairs learned from the prepared texts, and the texts as tokens.

    python -m training.tokenizer [--folder DIR] [--size 8192]

Writes ``tokenizer.json`` (the form of the library tokenizers) and for each
group ``GROUP.tokens``: 16-bit numbers, `START` before each paragraph. The way
that a text falls into pieces before pairs are formed is the one llama.cpp
calls "smollm": every digit by itself, words with the blank before them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from . import corpus as texts
from .prepare import CACHE, SHARES, say, sha256

START = 0  # before each text, and what the model begins with
SIZE = 8192
_SPECIAL = "<|endoftext|>"
_LEARN_FROM = 4_000_000  # words, in the shares of the groups
_SEED = 3
_AT_ONCE = 20_000


def learned(folder: Path, size: int = SIZE, words: int = _LEARN_FROM) -> Any:
    """A tokenizer of `size` tokens learned from some of the prepared texts."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[_SPECIAL],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_mixed(folder, words), trainer)
    return tokenizer


def _mixed(folder: Path, words: int) -> Iterator[str]:
    """Paragraphs of all groups in their shares, in an order that is always the same."""
    chance = np.random.default_rng(_SEED)
    for group, share in SHARES.items():
        paragraphs = (folder / f"{group}.txt").read_text("utf-8").splitlines()
        left = int(words * share)
        for i in chance.permutation(len(paragraphs)).tolist():
            if left <= 0:
                break
            left -= len(paragraphs[i].split())
            yield paragraphs[i]


def load(folder: Path = CACHE) -> Any:
    """The tokenizer that was learned."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def numbers(tokenizer: Any, paragraphs: list[str]) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """The tokens of all `paragraphs`, `START` before each."""
    out: list[np.ndarray[Any, np.dtype[np.uint16]]] = []
    for at in range(0, len(paragraphs), _AT_ONCE):
        for coded in tokenizer.encode_batch(paragraphs[at : at + _AT_ONCE], add_special_tokens=False):
            out.append(np.array([START, *coded.ids], np.uint16))
    return np.concatenate(out) if out else np.zeros(0, np.uint16)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=CACHE)
    parser.add_argument("--size", type=int, default=SIZE)
    options = parser.parse_args()
    tokenizer = learned(options.folder, options.size)
    texts.replace_file(options.folder / "tokenizer.json", tokenizer.to_str(pretty=False).encode())
    about = {"size": options.size, "sha256": sha256(options.folder / "tokenizer.json"), "tokens": {}}
    for group in SHARES:
        coded = numbers(tokenizer, (options.folder / f"{group}.txt").read_text("utf-8").splitlines())
        texts.replace_file(options.folder / f"{group}.tokens", coded.tobytes())
        about["tokens"][group] = len(coded)
        say(f"{group}: {len(coded):,} tokens")
    texts.replace_file(options.folder / "tokenized.json", (json.dumps(about, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
