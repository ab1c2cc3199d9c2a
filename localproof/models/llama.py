"""A GGUF run by llama.cpp, asked one thing only: how likely are these tokens here.

The low-level interface of llama-cpp-python is used, for its `Llama` class
keeps a row of logits for every token. A passage is decoded once; whatever may
stand in place of some of it shares its beginning (sequences of one cache), and
only what differs, with a few tokens after it, is decoded besides. Nothing is
ever sampled; where an instruct model is asked what it would write, that is the
likeliest token each time.
"""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..report import Unavailable
from ..text import Edit, Span, visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Rows: TypeAlias = "NDArray[np.float32]"

PASSAGE = 112  # tokens of a passage: the bundled model was taught with rows of 128
AFTER = 12  # tokens after the last difference that still count
_OVERLAP = 24  # tokens that a passage begins before a sentence which is too long for one
_AT_ONCE = 512  # tokens in one batch
_SEQUENCES = 33  # the passage, and what may stand in place of parts of it
_ASKED, _GOES_ON = 1, 2  # while nothing else does: an answer that is laid before the model, and how it goes on
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
_END = re.compile(r"[.!?…][\"'”’)\]]*\s+")


class Broken(ValueError):
    """A file that llama.cpp cannot load, or that cannot be asked about text."""


def _architecture(path: Path) -> str:
    """What kind of model the file says that it holds, which is nearly always why it cannot be loaded; "" if it does not
    say."""
    from .gguf import read

    try:
        name = read(path).text("general.architecture")
    except (OSError, Unavailable):
        return ""
    return f": its architecture is {visible(name)!r}, which this version of llama.cpp may not know" if name else ""


def straight(text: str) -> str:
    """`text` as models are asked about it: with straight quotation marks and plain blanks, as long as before.

    >>> straight("“It’s”\\u00a0so")
    '"It\\'s" so'
    """
    return re.sub(r"\s", " ", text.translate(_STRAIGHT))


@dataclass(frozen=True)
class Passage:
    """A stretch of a text that was decoded. `tokens` are those of ``text[span]`` behind the model's start; `starts[i]`
    is the code point of the text where token i begins, `starts[-1]` the end; what begins before `own` was only read as
    context. `rows[i]` holds the log-probabilities of all tokens at place i."""

    span: Span
    own: int
    tokens: list[int]
    starts: list[int]
    rows: Rows

    def log_probability(self, i: int) -> float:
        """Of the token at place i, given all before it."""
        return float(self.rows[i, self.tokens[i]])

    def surprise(self, span: Span) -> float:
        """Nats of the tokens that hold `span` of the text, at least one."""
        first, end = self.tokens_of(span)
        return -sum(self.log_probability(i) for i in range(first, min(end, len(self.tokens))))

    def tokens_of(self, span: Span) -> tuple[int, int]:
        """The numbers of the first token that holds something of `span`, and of the one after the last."""
        first = self.token_at(span.start)
        return first, max(self.token_at(max(span.end - 1, span.start)) + 1, first + 1)

    def token_at(self, place: int) -> int:
        """The number of the token that holds the code point `place` of the text."""
        return min(max(bisect_right(self.starts, place) - 1, 0), len(self.tokens))


class Llama:
    """A model in memory. For one thread at a time. Raises Broken where the file cannot be used."""

    def __init__(self, path: Path, *, threads: int = 1, gpu_layers: int = 0) -> None:
        import llama_cpp.llama_cpp as native
        import numpy as np

        self._n, self._np = native, np
        _be_silent(native)
        parameters = native.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        self._model = native.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise Broken(f"llama.cpp cannot load it{_architecture(path)}")
        self._vocab = native.llama_model_get_vocab(self._model)
        self.size = int(native.llama_vocab_n_tokens(self._vocab))
        self._context = self._opened(threads)
        self._memory = native.llama_get_memory(self._context)
        self._batch = native.llama_batch_init(_AT_ONCE, 0, 1)
        self.decoded = 0  # tokens so far
        first = native.llama_vocab_bos(self._vocab)
        self._first = [first] if first >= 0 and native.llama_vocab_get_add_bos(self._vocab) else []
        self._pieces: dict[int, bytes] = {}
        self._firsts: dict[str, int] = {}
        self._requests: dict[str, tuple[list[int], list[int]]] = {}

    def _opened(self, threads: int) -> Any:
        n = self._n
        parameters = n.llama_context_default_params()
        # Every sequence shares the beginning of the first, so all together hold little more than one batch.
        parameters.n_ctx = PASSAGE + 2 * _AT_ONCE
        parameters.n_batch = parameters.n_ubatch = _AT_ONCE
        parameters.n_seq_max = _SEQUENCES
        parameters.n_outputs_max = _AT_ONCE
        parameters.kv_unified = True
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.flash_attn_type = n.LLAMA_FLASH_ATTN_TYPE_DISABLED  # it computes in halves, and rounds by more than
        parameters.type_k = parameters.type_v = n.GGML_TYPE_F32  # the split of the work does
        parameters.no_perf = True
        parameters.op_offload = parameters.offload_kqv = False
        context = n.llama_init_from_model(self._model, parameters)
        if not context:
            raise Broken("llama.cpp cannot make room for it")
        return context

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
            raise Broken("it cannot take this text apart")
        return list(buffer[:count])

    def first(self, text: str) -> int:
        """The first token of a text, straight quotation marks; remembered."""
        if text not in self._firsts:
            tokens = self.tokens(straight(text))
            word = straight(text.removeprefix(" "))
            if text[:1] == " " and self._blank_first(bare := self.tokens(word), word):  # it puts a blank first itself
                tokens = bare
            self._firsts[text] = (tokens or [0])[0]
        return self._firsts[text]

    def piece(self, token: int) -> bytes:
        """The bytes of a token."""
        if token not in self._pieces:
            buffer = ctypes.create_string_buffer(256)
            count = self._n.llama_token_to_piece(self._vocab, token, buffer, 256, 0, True)
            self._pieces[token] = buffer.raw[: max(count, 0)]
        return self._pieces[token]

    def passages(self, text: str) -> Iterator[Passage]:
        """`text` (of one block) decoded in stretches of whole sentences, each with the one before it as context."""
        text = straight(text)
        for span, own in self._stretches(text):
            yield self._read(text, span, own)

    def gains(self, text: str, passage: Passage, edits: Sequence[Edit]) -> list[float | None]:
        """For each edit how much likelier, in nats, the passage is with it: log-probabilities of what differs and of a
        dozen tokens after it. None for an edit that does not lie in the passage or leaves it as it was."""
        changed = [self._changed(text, passage, edit) for edit in edits]
        totals: list[float | None] = [None] * len(edits)
        waiting: list[tuple[int, _Change]] = []
        room = 0
        for i, change in enumerate(changed):
            if change is None:
                continue
            if room + len(change.tokens) > _AT_ONCE or len(waiting) == _SEQUENCES - 1:
                self._score(passage, waiting, totals)
                waiting, room = [], 0
            waiting.append((i, change))
            room += len(change.tokens)
        if waiting:
            self._score(passage, waiting, totals)
        return totals

    # What an instruct model would write.

    def asked(self, request: str, text: str) -> list[int]:
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
        if len(asked) + len(tokens) > _AT_ONCE:
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

    # How a text falls into passages.

    def _stretches(self, text: str) -> Iterator[tuple[Span, int]]:
        """(span, where its own part begins) of each passage."""
        ends = [m.end() for m in _END.finditer(text)]
        if not ends or ends[-1] < len(text):
            ends.append(len(text))
        starts = [0, *ends[:-1]]
        sizes = [len(self.tokens(text[a:b])) for a, b in zip(starts, ends, strict=True)]
        i = 0
        while i < len(sizes):
            context = i - 1 if i and sizes[i - 1] + sizes[i] <= PASSAGE else i
            total, j = sum(sizes[context:i]), i
            while j < len(sizes) and total + sizes[j] <= PASSAGE:
                total += sizes[j]
                j += 1
            if j == i:  # a sentence longer than a passage
                yield from self._long(text, starts[i], ends[i])
                i += 1
            else:
                yield Span(starts[context], ends[j - 1]), starts[i]
                i = j

    def _long(self, text: str, start: int, end: int) -> Iterator[tuple[Span, int]]:
        """The same of a sentence that is too long for one: cut before words, a few words of context before each."""
        words = [start, *(start + m.start() for m in re.finditer(r"(?<=\s)\S", text[start:end])), end]
        sizes = [len(self.tokens(text[a:b])) for a, b in pairwise(words)]
        at = 0
        while at < len(sizes):
            back, total = at, 0
            while back and total + sizes[back - 1] <= min(_OVERLAP, PASSAGE - sizes[at]):
                back -= 1
                total += sizes[back]
            stop = at
            while stop < len(sizes) and (stop == at or total + sizes[stop] <= PASSAGE):
                total += sizes[stop]
                stop += 1
            yield Span(words[back], words[stop]), words[at]
            at = stop

    # Decoding.

    def _read(self, text: str, span: Span, own: int) -> Passage:
        tokens = self.tokens(span.of(text))[: _AT_ONCE - 1]  # one word may be longer than any passage
        self._n.llama_memory_clear(self._memory, False)
        given = [*self._first, *tokens] or [0]
        self._decode([(token, i, 0) for i, token in enumerate(given[:-1])] or [(given[0], 0, 0)])
        logits = self._rows(max(len(given) - 1, 1))
        if not self._first:  # nothing tells the first token
            logits = self._np.concatenate([self._np.zeros((1, self.size), self._np.float32), logits])
        return Passage(span, own, tokens, self._starts(text, span, tokens), logits)

    def _starts(self, text: str, span: Span, tokens: list[int]) -> list[int]:
        """Where each token begins: tokens are bytes, places are code points."""
        sizes = [len(char.encode("utf-8", "replace")) for char in span.of(text)]
        place_of_byte = [span.start + i for i, size in enumerate(sizes) for _ in range(size)] + [span.end]
        # Some vocabularies (SentencePiece) put a blank before the first word that no text has.
        at, starts = -1 if self._blank_first(tokens, span.of(text)) else 0, []
        for token in tokens:
            starts.append(place_of_byte[min(max(at, 0), len(place_of_byte) - 1)])
            at += len(self.piece(token))
        return [*starts, place_of_byte[min(at, len(place_of_byte) - 1)]]

    def _blank_first(self, tokens: Sequence[int], text: str) -> bool:
        return bool(tokens) and text[:1] != " " and self.piece(tokens[0])[:1] == b" "

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

    def _changed(self, text: str, passage: Passage, edit: Edit) -> _Change | None:
        span = passage.span
        if edit.span.start < span.start or edit.span.end > span.end:
            return None
        whole = straight(text[span.start : edit.span.start] + edit.text + text[edit.span.end : span.end])
        before, after = passage.tokens, self.tokens(whole)
        least = min(len(before), len(after))
        same = next((i for i in range(least) if before[i] != after[i]), least)
        tail = next((i for i in range(least - same) if before[-1 - i] != after[-1 - i]), least - same)
        if same == len(before) == len(after):
            return None
        ends = [len(v) - tail + min(tail, AFTER) for v in (before, after)]
        if ends[1] - same > _AT_ONCE // 2 or same >= len(passage.rows):
            return None
        return _Change(same, ends[0], after[same : ends[1]])

    def _score(self, passage: Passage, changes: list[tuple[int, _Change]], totals: list[float | None]) -> None:
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


@dataclass(frozen=True, slots=True)
class _Change:
    """An edit in tokens: those before `same` stay, the window of the old ends at `end`, `tokens` is the window of the
    new, beginning at `same`."""

    same: int
    end: int
    tokens: list[int]


def _be_silent(native: Any) -> None:
    """llama.cpp tells of its loading on standard error, which nobody reads."""
    global _silence
    if _silence is None:
        _silence = native.llama_log_callback(lambda *_: None)
        native.llama_log_set(_silence, ctypes.c_void_p(0))
        native.llama_backend_init()


_silence: Any = None
