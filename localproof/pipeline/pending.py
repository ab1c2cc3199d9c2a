"""What is under way: blocks that the engines and the model have been given, and what has come of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
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

    def futures(self) -> Iterator[Future[Any]]:
        """Everything that is to come."""
        yield from self.engines.values()
        if self.model_response is not None:
            yield self.model_response

    def completed(self) -> PendingBlock:
        """What of it has come; an engine that has not answered is as one that was not asked."""
        response = self.model_response
        engines = {name: answer for name, answer in self.engines.items() if answer.done()}
        return PendingBlock(engines, response if response is not None and response.done() else None)


@dataclass(frozen=True)
class PendingCheck:
    """A document whose blocks are with the engines."""

    document: Document
    blocks: tuple[PendingBlock, ...]
    verifier: ProposalVerifier = field(default_factory=ProposalVerifier, compare=False)

    def unanswered(self) -> tuple[Future[Any], ...]:
        """The answers that are still to come; a partial report may add some, for the engines look at what a model
        proposes."""
        open_blocks = (future for block in self.blocks for future in block.futures() if not future.done())
        return (*open_blocks, *self.verifier.pending())


@dataclass(frozen=True)
class BlockAnswer:
    """Who has answered of a block: the engines, and the model, with what its word is worth."""

    engines: tuple[str, ...]
    model_response: ModelResponse | None = None
    rescoring_model: RescoringModel | None = field(default=None, compare=False)  # of a checker always the same
