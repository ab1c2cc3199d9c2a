"""How fast a model reads as LocalProof asks it to, beside what llama.cpp does with the same tokens by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from localproof.models.llama import LlamaModel
from localproof.models.network import one_thread_each
from localproof.models.numpy_model import NumpyModel
from localproof.models.passages import ModelUnusable, Scorer
from localproof.scoring.proposals import score_passage

from . import product

AIM = 0.8  # of llama.cpp's own rate, without proposals
_PEER = "llama.cpp, logits of all tokens"
_WORDS = 2_000  # of the texts; a model reads some hundred to some thousand a second


def reading(files: list[Path], runs: int, model: Path | None) -> Iterator[str]:
    """Tokens a second, blocks taken in turn by all ways, one thread: only decoded, with the logits of all tokens, as
    scoring needs them; with those at the end of each passage alone, as for the beginning of a prompt; read and scored;
    read with proposals; the last two in NumPy as well, where it reads the file."""
    if model is None:
        yield "### Reading with a model: not measured (--model FILE names one)"
        return
    one_thread_each()
    llama = LlamaModel(model)
    texts = _blocks(files)
    passages = {text: [p.tokens for p in llama.passages(text)] for text in texts}  # warms the file, too
    ways: dict[str, Callable[[str], object]] = {
        _PEER: lambda text: [_decoded(llama, tokens, every=True) for tokens in passages[text]],
        "llama.cpp, logits of the last token alone": lambda text: [_decoded(llama, t) for t in passages[text]],
        "read": lambda text: score_passage(llama, text, (), suggest="none"),
        "read, with proposals": lambda text: score_passage(llama, text, (), suggest="closed"),
    }
    readers: dict[str, Scorer] = dict.fromkeys(ways, llama)
    if (own_runtime := _in_numpy(model)) is not None:
        ways["read in NumPy"] = lambda text: score_passage(own_runtime, text, (), suggest="none")
        ways["read in NumPy, with proposals"] = lambda text: score_passage(own_runtime, text, (), suggest="closed")
        readers |= {name: own_runtime for name in ways if name not in readers}
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    of_text = sum(len(_given(llama, tokens)) for text in texts for tokens in passages[text])
    for _ in range(runs):
        spent = dict.fromkeys(ways, 0.0)
        decoded = dict.fromkeys(ways, 0)
        for text in texts:
            for name, way in ways.items():
                before, begun_s = readers[name].decoded, time.monotonic()
                way(text)
                spent[name] += time.monotonic() - begun_s
                decoded[name] += readers[name].decoded - before
        for name, times in rates.items():
            tokens = decoded[name] or of_text  # what is only decoded goes past the count
            times.append((of_text / spent[name], tokens / spent[name]))
    llama.close()
    words = sum(len(text.split()) for text in texts)
    yield f"### Reading with {model.name} ({words:,} words of prose, {of_text:,} tokens, one thread)\n"
    yield "| what | tokens of the text a second | all that are decoded, a second | of llama.cpp's own |"
    yield "|---|---|---|---|"
    floor = median(every for _, every in rates[_PEER])
    for name, times in rates.items():
        own, every = median(t for t, _ in times), median(e for _, e in times)
        yield f"| {name} | {own:,.0f} | {every:,.0f} | {100 * every / floor:.0f} % |"
    yield f"\nThe aim without proposals is {100 * AIM:.0f} %."


def _in_numpy(model: Path) -> NumpyModel | None:
    """The model in our own runtime; None where that does not read it."""
    try:
        return NumpyModel(model)
    except ModelUnusable:
        return None


def _blocks(files: Sequence[Path]) -> list[str]:
    """The blocks of `files`, up to about `_WORDS` words."""
    chosen: list[str] = []
    words = 0
    for path in files:
        for text in product.blocks(path.read_text(encoding="utf-8")):
            if words < _WORDS:
                chosen.append(text)
                words += len(text.split())
    return chosen


def _given(llama: LlamaModel, tokens: Sequence[int]) -> list[int]:
    """What is decoded of a passage: all but its last token, behind the model's start."""
    given = [*llama._first, *tokens] or [0]
    return given[:-1] or given


def _decoded(llama: LlamaModel, tokens: Sequence[int], *, every: bool = False) -> None:
    """Decode a passage in the context that ours are decoded in, with the logits of `every` token or of the last."""
    n: Any = llama._n
    given = _given(llama, tokens)
    n.llama_memory_clear(llama._memory, False)
    batch = llama._batch
    for i, token in enumerate(given):
        batch.token[i], batch.pos[i], batch.logits[i] = token, i, every or i == len(given) - 1
        batch.n_seq_id[i], batch.seq_id[i][0] = 1, 0
    batch.n_tokens = len(given)
    if n.llama_decode(llama._context, batch) != 0:
        raise RuntimeError("llama.cpp could not decode a batch")
    n.llama_synchronize(llama._context)
