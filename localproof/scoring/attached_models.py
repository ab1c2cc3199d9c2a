"""The models that are switched on, as one: the tagger reads while the engines do, and the language model after both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from ..report import Finding, ModelUse, Provenance, Unavailable
from ..text import Edit
from ..workers.futures import resolve_future
from .language_model_client import LanguageModelClient, ModelResponse, edits_to_score
from .tagger_client import TaggerClient, TaggerResponse
from .types import is_hardly_prose

SCORED = 0.04  # an edit that the tagger holds less likely is not worth the language model's time
Answer = Future[tuple[Finding, ...]]
Merge = Callable[[str, Iterable[Finding]], Iterable[Finding]]


@dataclass(frozen=True)
class AttachedModels:
    """The clients of a language model, of a tagger, or of both."""

    language_model: LanguageModelClient | None = None
    tagger: TaggerClient | None = None

    def __iter__(self) -> Iterator[LanguageModelClient | TaggerClient]:
        return (client for client in (self.language_model, self.tagger) if client is not None)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    @property
    def title(self) -> str:
        """What they are called."""
        return " and ".join(client.title for client in self)

    def sums(self) -> tuple[str, str]:
        """The SHA-256 of the language model's file and of the tagger's; "" for one that is not there."""
        scores, tags = self.language_model, self.tagger
        return scores.chosen.sha256 if scores else "", tags.chosen.sha256 if tags else ""

    def start(self) -> None:
        """Begin to load them and return at once."""
        for client in self:
            client.start()

    def submit_after(self, text: str, answers: Iterable[Answer], merge: Merge) -> Future[ModelResponse]:
        """What they say of a block as soon as all engines have answered it; `merge` makes one finding of theirs for
        each place. The future raises Unavailable where one cannot be asked."""
        waiting: list[Future[Any]] = list(answers)
        response: Future[ModelResponse] = Future()
        tagged = self.tagger.submit(text) if self.tagger is not None else None
        if tagged is not None:
            waiting.append(tagged)
            response.add_done_callback(lambda done: tagged.cancel() if done.cancelled() else None)
        left = len(waiting)
        lock = threading.Lock()

        def on_answer(_: object) -> None:
            nonlocal left
            with lock:
                left -= 1
                last = left == 0
            if last:
                try:
                    self._after(text, waiting, tagged, merge, response)
                except Exception as error:  # noqa: BLE001 - whoever waits must hear, and nobody else would
                    resolve_future(response, Unavailable("model", f"cannot be asked: {type(error).__name__}: {error}"))

        if not waiting:
            left, waiting = 1, []
            on_answer(None)
        for answer in waiting:
            answer.add_done_callback(on_answer)
        return response

    def _after(
        self,
        text: str,
        answers: Iterable[Future[Any]],
        tagged: Future[TaggerResponse] | None,
        merge: Merge,
        response: Future[ModelResponse],
    ) -> None:
        """Go on when everybody but the language model has answered."""
        if tagged is not None and tagged.cancelled():
            return
        if tagged is not None and (error := tagged.exception()) is not None:
            resolve_future(response, error)
            return
        tags = tagged.result() if tagged is not None else None
        if self.language_model is None:
            resolve_future(response, ModelResponse({}, (), tags))
            return
        found = _findings_of(a for a in answers if a is not tagged)
        if is_hardly_prose(len(found), len(text.split())):  # whoever reads the report would not see what it says
            resolve_future(response, ModelResponse({}, (), tags))
            return
        edits = edits_to_ask(merge(text, found), tags)
        if tags is None:
            self.language_model.ask(text, edits, response)
            return
        read = self.language_model.submit(text, edits)
        response.add_done_callback(lambda done: read.cancel() if done.cancelled() else None)
        read.add_done_callback(lambda done: _combine(done, tags, response))

    def count_reused(self) -> None:
        """Note that something they said in an earlier run is used in this one."""
        for client in self:
            client.count_reused()

    def provenance(self) -> tuple[Provenance, ...]:
        """What they are made of."""
        return tuple(part for client in self for part in client.provenance())

    def uses(self) -> tuple[ModelUse, ...]:
        """What each has read so far; without those that had no part."""
        return tuple(use for client in self if (use := client.use()) is not None)

    def keys(self) -> Iterator[str]:
        """Everything that could change what they say of the same text."""
        return (client.key() for client in self)

    def pids(self) -> tuple[int, ...]:
        """The helper processes that are ours and live."""
        return tuple(pid for client in self for pid in client.pids())

    def close(self) -> None:
        """End the helper processes. Futures still open raise `Unavailable`."""
        for client in self:
            client.close()


def edits_to_ask(findings: Iterable[Finding], tags: TaggerResponse | None) -> tuple[Edit, ...]:
    """What a language model is asked about: the edits of engines, and of the tagger those that are likely enough."""
    likely = (t.edit for t in tags.edits if t.chance >= SCORED) if tags is not None else ()
    return tuple(dict.fromkeys([*edits_to_score(findings), *likely]))


def _findings_of(answers: Iterable[Answer]) -> list[Finding]:
    return [f for a in answers if not a.cancelled() and a.exception() is None for f in a.result()]


def _combine(read: Future[ModelResponse], tags: TaggerResponse, response: Future[ModelResponse]) -> None:
    if read.cancelled():
        return
    error = read.exception()
    resolve_future(response, error if error is not None else replace(read.result(), tagged=tags))
