"""What is under way: blocks that the engines and the model have been given, and what has come of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from ..report import Finding
from ..scoring.language_model_client import ModelResponse
from ..scoring.rescoring import RescoringModel
from ..scoring.verification import ProposalVerifier
from ..text import Document

Answer = Future[tuple[Finding, ...]]


@dataclass(frozen=True)
class PendingBlock:
    """What each engine will answer to a block, and what the model will say of it where one is switched on."""

    engines: Mapping[str, Answer]
    model_response: Future[ModelResponse] | None = None
    answered: bool = field(init=False, repr=False, compare=False, default=False)  # by all, as far as was looked

    def is_sound(self) -> bool:
        """Whether nothing of it has failed or was taken back, so that an equal block need not be asked about again."""
        if not self.answered:
            futures = tuple(self.futures())
            come = [future for future in futures if future.done()]
            if any(future.cancelled() or future.exception() is not None for future in come):
                return False
            if len(come) == len(futures):
                object.__setattr__(self, "answered", True)
        return True

    def futures(self) -> Iterator[Future[Any]]:
        """Everything that is to come."""
        yield from self.engines.values()
        if self.model_response is not None:
            yield self.model_response

    def completed(self) -> PendingBlock:
        """What of it has come; an engine that has not answered is as one that was not asked."""
        if self.answered:
            return self
        response = self.model_response
        engines = {name: answer for name, answer in self.engines.items() if answer.done()}
        return PendingBlock(engines, response if response is not None and response.done() else None)


@dataclass(frozen=True)
class PendingCheck:
    """A document whose blocks are with the engines. `asked` are these, and what asks the models. `ahead` are texts that
    blocks of its next state may have, which were given to them, too."""

    document: Document
    blocks: tuple[PendingBlock, ...]
    asked: tuple[object, ...] = ()
    verifier: ProposalVerifier = field(default_factory=ProposalVerifier, compare=False)
    ahead: Mapping[str, PendingBlock] = field(default_factory=dict, compare=False)
    _open: tuple[Future[Any], ...] = field(init=False, repr=False, compare=False, default=())  # when last looked at

    def __post_init__(self) -> None:
        waiting = (block for block in (*self.blocks, *self.ahead.values()) if not block.answered)
        object.__setattr__(self, "_open", tuple(future for block in waiting for future in block.futures()))

    def known_blocks(self, asked: tuple[object, ...]) -> dict[str, PendingBlock]:
        """Its blocks by their texts, where the same were `asked`, but for those that would be asked about again."""
        if asked != self.asked:
            return {}
        texts = (block.text for block in self.document.blocks)
        every = (*zip(texts, self.blocks, strict=False), *self.ahead.items())
        return {text: block for text, block in every if block.engines and block.is_sound()}

    def unanswered(self) -> tuple[Future[Any], ...]:
        """The answers that are still to come; a partial report may add some, for the engines look at what a model
        proposes. May be called from any thread."""
        return (*self._unanswered_blocks(), *self.verifier.pending())

    def _unanswered_blocks(self) -> tuple[Future[Any], ...]:
        # What has come stays: nothing is asked about twice. Put in place whole, as another thread may look meanwhile.
        left = tuple(future for future in self._open if not future.done())
        object.__setattr__(self, "_open", left)
        return left

    def completed(self) -> PendingCheck:
        """What of it has come, as `PendingBlock.completed`; itself where everything has."""
        if not self._unanswered_blocks():
            return self
        return replace(self, blocks=tuple(block.completed() for block in self.blocks))


@dataclass(frozen=True)
class BlockAnswer:
    """Who has answered of a block: the engines, and the model, with what its word is worth."""

    engines: tuple[str, ...]
    model_response: ModelResponse | None = None
    rescoring_model: RescoringModel | None = field(default=None, compare=False)  # of a checker always the same
