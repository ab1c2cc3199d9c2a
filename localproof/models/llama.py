"""A GGUF run by llama.cpp, asked one thing only: how likely are these tokens here.

The low-level interface of llama-cpp-python is used, for its `LlamaModel` class
keeps a row of logits for every token. A passage is decoded once; whatever may
stand in place of some of it shares its beginning (sequences of one cache), and
only what differs, with a few tokens after it, is decoded besides. Nothing is
ever sampled; where an instruct model is asked what it would write, that is the
likeliest token each time.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..report import Unavailable
from ..text import Span, escape_invisible
from .passages import AFTER, AT_ONCE, MOST_CHANGES, PASSAGE, ModelUnusable, Passage, Rows, Scorer, TokenEdit, straight

__all__ = ["AFTER", "PASSAGE", "LlamaModel", "ModelUnusable", "Passage", "Rows", "straight"]

_SEQUENCES = 1 + MOST_CHANGES  # the passage, and what may stand in place of parts of it
_ASKED, _GOES_ON = 1, 2  # while nothing else does: an answer that is laid before the model, and how it goes on


def _architecture(path: Path) -> str:
    """What kind of model the file says that it holds, which is nearly always why it cannot be loaded; "" if it does not
    say."""
    from .gguf import read

    try:
        name = read(path).text("general.architecture")
    except (OSError, Unavailable):
        return ""
    return (
        f": its architecture is {escape_invisible(name)!r}, which this version of llama.cpp may not know"
        if name
        else ""
    )


class LlamaModel(Scorer):
    """A model in memory. For one thread at a time. Raises ModelUnusable where the file cannot be used."""

    def __init__(self, path: Path, *, threads: int = 1, gpu_layers: int = 0) -> None:
        import llama_cpp.llama_cpp as native
        import numpy as np

        super().__init__()
        self._n, self._np = native, np
        _be_silent(native)
        parameters = native.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        self._model = native.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise ModelUnusable(f"llama.cpp cannot load it{_architecture(path)}")
        self._vocab = native.llama_model_get_vocab(self._model)
        self.size = int(native.llama_vocab_n_tokens(self._vocab))
        self._context = self._open_context(threads)
        self._memory = native.llama_get_memory(self._context)
        self._batch = native.llama_batch_init(AT_ONCE, 0, 1)
        first = native.llama_vocab_bos(self._vocab)
        self._first = [first] if first >= 0 and native.llama_vocab_get_add_bos(self._vocab) else []
        self._pieces: dict[int, bytes] = {}
        self._requests: dict[str, tuple[list[int], list[int]]] = {}

    def _open_context(self, threads: int) -> Any:
        n = self._n
        parameters = n.llama_context_default_params()
        # Every sequence shares the beginning of the first, so all together hold little more than one batch.
        parameters.n_ctx = PASSAGE + 2 * AT_ONCE
        parameters.n_batch = parameters.n_ubatch = AT_ONCE
        parameters.n_seq_max = _SEQUENCES
        parameters.n_outputs_max = AT_ONCE
        parameters.kv_unified = True
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.flash_attn_type = n.LLAMA_FLASH_ATTN_TYPE_DISABLED  # it computes in halves, and rounds by more than
        parameters.type_k = parameters.type_v = n.GGML_TYPE_F32  # the split of the work does
        parameters.no_perf = True
        parameters.op_offload = parameters.offload_kqv = False
        context = n.llama_init_from_model(self._model, parameters)
        if not context:
            raise ModelUnusable("llama.cpp cannot make room for it")
        return context

    def writer(self) -> LlamaModel:
        """Itself: an instruct model can be asked what it would write."""
        return self

    def close(self) -> None:
        """Let go of the memory. Closing twice is harmless."""
        if self._context:
            self._n.llama_batch_free(self._batch)
            self._n.llama_free(self._context)
            self._n.llama_model_free(self._model)
            self._context = None

    def tokens(self, text: str, *, marks: bool = False) -> list[int]:
        """The tokens of a text, without the model's start. With `marks`, those that part a chat count as such: never
        for a text that somebody else wrote."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        buffer = (ctypes.c_int32 * room)()
        count = self._n.llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, marks)
        if count < 0:
            raise ModelUnusable("it cannot take this text apart")
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """The bytes of a token."""
        if token not in self._pieces:
            buffer = ctypes.create_string_buffer(256)
            count = self._n.llama_token_to_piece(self._vocab, token, buffer, 256, 0, True)
            self._pieces[token] = buffer.raw[: max(count, 0)]
        return self._pieces[token]

    # What an instruct model would write.

    def chat_tokens(self, request: str, text: str) -> list[int]:
        """The tokens of a chat that asks for something to be done with `text`, up to where the answer begins. Empty
        where the model has no form for chats, or none that llama.cpp knows."""
        if request not in self._requests:
            head, _, tail = self._chat(f"{request}\x01").partition("\x01")
            self._requests[request] = self.tokens(head, marks=True), self.tokens(tail, marks=True)
        before, after = self._requests[request]
        return [*self._first, *before, *self.tokens(straight(text)), *after] if after else []

    def _chat(self, said: str) -> str:
        """What the model is given where a user has said something; "" without a form for it."""
        form = self._n.llama_model_chat_template(self._model, None)
        if not form:
            return ""
        chat = (self._n.llama_chat_message * 1)()
        chat[0].role, chat[0].content = b"user", said.encode()
        room = len(said) + 4096
        buffer = ctypes.create_string_buffer(room)
        count = self._n.llama_chat_apply_template(form, chat, 1, True, buffer, room)
        return buffer.raw[:count].decode("utf-8", "replace") if 0 < count <= room else ""

    def answered(self, asked: Sequence[int], tokens: Sequence[int]) -> Rows | None:
        """With `tokens` as the answer to what was `asked`: log-probabilities (len(tokens) + 1, size) of each of them
        and of what follows. None where that is too much for one decoding. To be undone with `unask`."""
        if len(asked) + len(tokens) > AT_ONCE:
            return None
        self._decode([(token, i, _ASKED) for i, token in enumerate((*asked, *tokens))], since=len(asked) - 1)
        return self._rows(len(tokens) + 1)

    def goes_on(self, place: int, token: int, most: int) -> list[int]:
        """The likeliest tokens, at most so many, after `token` stood at `place` of what was asked and answered. The
        last is -1 where the model ends there."""
        memory, n = self._memory, self._n
        n.llama_memory_seq_cp(memory, _ASKED, _GOES_ON, 0, place)
        found: list[int] = []
        while len(found) < most and token >= 0:
            self._decode([(token, place + len(found), _GOES_ON)])
            token = int(self._rows(1)[0].argmax())
            if self.ends(token):
                token = -1
            found.append(token)
        n.llama_memory_seq_rm(memory, _GOES_ON, -1, -1)
        return found

    def ends(self, token: int) -> bool:
        """Whether a token ends what a model says."""
        return bool(self._n.llama_vocab_is_eog(self._vocab, token))

    def unask(self) -> None:
        """Forget what was asked and answered."""
        self._n.llama_memory_seq_rm(self._memory, _ASKED, -1, -1)

    # Decoding.

    def _read(self, text: str, span: Span, own: int) -> Passage:
        tokens = self.tokens(span.of(text))[: AT_ONCE - 1]  # one word may be longer than any passage
        self._n.llama_memory_clear(self._memory, False)
        given = [*self._first, *tokens] or [0]
        self._decode([(token, i, 0) for i, token in enumerate(given[:-1])] or [(given[0], 0, 0)])
        logits = self._rows(max(len(given) - 1, 1))
        if not self._first:  # nothing tells the first token
            logits = self._np.concatenate([self._np.zeros((1, self.size), self._np.float32), logits])
        return Passage(span, own, tokens, self._starts(text, span, tokens), logits)

    def _decode(self, row: list[tuple[int, int, int]], since: int = 0) -> None:
        """Decode (token, position, sequence) of each, with logits from number `since` on."""
        batch = self._batch
        for i, (token, position, sequence) in enumerate(row):
            batch.token[i], batch.pos[i], batch.logits[i] = token, position, i >= since
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = sequence
        batch.n_tokens = len(row)
        if self._n.llama_decode(self._context, batch) != 0:
            raise RuntimeError("llama.cpp could not decode a batch")
        self.decoded += len(row)

    def _rows(self, count: int) -> Rows:
        """Log-probabilities (count, size) of what follows the first `count` tokens of the last batch with logits."""
        np = self._np
        pointer = self._n.llama_get_logits(self._context)
        every = np.ctypeslib.as_array(pointer, shape=(count, self.size))
        rows: Rows = np.array(every, np.float32)
        rows -= rows.max(1, keepdims=True)
        rows -= np.log(np.exp(rows).sum(1, keepdims=True))
        return rows

    def _score(self, passage: Passage, changes: list[tuple[int, TokenEdit]], totals: list[float | None]) -> None:
        n, lead = self._n, len(self._first)
        row: list[tuple[int, int, int]] = []
        places: list[int] = []
        for sequence, (_, change) in enumerate(changes, 1):
            places.append(len(row))
            if len(change.tokens) > 1:
                n.llama_memory_seq_cp(self._memory, 0, sequence, 0, change.same + lead)
                row += [(t, change.same + lead + k, sequence) for k, t in enumerate(change.tokens[:-1])]
        rows = None
        if row:
            self._decode(row)
            rows = self._rows(len(row))
        for sequence, ((i, change), at) in enumerate(zip(changes, places, strict=True), 1):
            new = 0.0
            if change.tokens:
                new = float(passage.rows[change.same, change.tokens[0]])
                for k, token in enumerate(change.tokens[1:]):
                    assert rows is not None
                    new += float(rows[at + k, token])
            old = sum(passage.log_probability(k) for k in range(change.same, change.end))
            totals[i] = new - old
            if len(change.tokens) > 1:
                n.llama_memory_seq_rm(self._memory, sequence, -1, -1)


def _be_silent(native: Any) -> None:
    """llama.cpp tells of its loading on standard error, which nobody reads."""
    global _silence
    if _silence is None:
        _silence = native.llama_log_callback(lambda *_: None)
        native.llama_log_set(_silence, ctypes.c_void_p(0))
        native.llama_backend_init()


_silence: Any = None
