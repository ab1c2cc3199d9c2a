"""A language model that is switched on: asked, block by block, how it takes to edits, and which it would make.

How much likelier the text is with each edit that the engines or a tagger
would make, and which edits of the closed set (`candidate_edits`) it prefers
itself; where `generation` is switched on, also which it would write.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ..config import Settings
from ..models.runtimes import BACKENDS, chosen_backend
from ..report import Finding
from ..text import Edit, Span
from ..workers.futures import resolve_future
from ..workers.remembered_timeouts import ByteStore
from .model_client import ModelClient, SelectedModel, code_digest, version_key
from .tagger_client import TaggerResponse
from .types import Proposal

MOST_EDITS = 5  # of a finding: nobody is shown more
_CODE = (
    ("candidate_edits", "types", "proposals", "generation", "model_worker", "tables", "ngram_counts", "wordlists"),
    ("bpe", "gguf", "llama", "network", "numpy_model", "passages", "tensors"),
)


@dataclass(frozen=True)
class ModelResponse:
    """What models say of one block: the gain in nats of each edit that the language model was asked about and could
    tell of, its own proposals, and what the tagger says, where one is switched on."""

    gains: Mapping[Edit, float]
    proposals: tuple[Proposal, ...] = ()
    tagged: TaggerResponse | None = None

    def gain_of(self, edit: Edit) -> float:
        """What an edit gains, of the engines, the tagger or the model itself; infinity where that is not known."""
        known = self.gains.get(edit)
        own = known if known is not None else next((p.gain for p in self.proposals if p.edit == edit), None)
        return math.inf if own is None else own


class LanguageModelClient(ModelClient[ModelResponse]):
    """Asks the model that scores."""

    NAME = "model"
    MODULE = "localproof.scoring.model_worker"
    KEPT = ("gains", "proposals")

    def __init__(self, chosen: SelectedModel, settings: Settings, store: ByteStore | None = None) -> None:
        self._runtime = chosen_backend(settings.model_runtime, bundled=chosen.bundled)
        self._suggest = settings.model_suggest
        options = {
            "cores": settings.model_threads,
            "gpu_layers": settings.model_gpu_layers,
            "suggest": self._suggest,
            "runtime": self._runtime,
        }
        super().__init__(chosen, settings, store, options, parallel=BACKENDS[self._runtime].parallel)

    def submit(self, text: str, edits: Sequence[Edit]) -> Future[ModelResponse]:
        """What the model says of a text and of `edits` to it. The future raises Unavailable where it cannot say."""
        reading: Future[ModelResponse] = Future()
        self.ask(text, edits, reading)
        return reading

    def ask(self, text: str, edits: Sequence[Edit], reading: Future[ModelResponse]) -> None:
        """The same, as what `reading` is resolved with."""
        if reading.cancelled():  # the text is another one by now
            return
        if not edits and (self._suggest == "none" or not text.strip()):
            resolve_future(reading, ModelResponse({}))
            return
        try:
            self._request({"text": text, "edits": [[e.span.start, e.span.end, e.text] for e in edits]}, reading)
        except UnicodeEncodeError:
            resolve_future(reading, ModelResponse({}))  # half a character: no text for a model

    def key(self) -> str:
        """Everything that could change what it says of the same text."""
        return version_key("model", code_digest(*_CODE), self.chosen.sha256, self._suggest, self._runtime)

    def _parse(self, raw: Mapping[str, Any], request: Mapping[str, Any]) -> ModelResponse:
        return to_response(raw, [Edit(Span(a, b), new) for a, b, new in request["edits"]])


def edits_to_score(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """The edits of findings that the model is asked about."""
    return tuple(dict.fromkeys(e for f in findings for e in f.edits[:MOST_EDITS]))


def to_response(raw: Mapping[str, Any], edits: Sequence[Edit]) -> ModelResponse:
    """What the helper answered to `edits`, as a reading."""
    gains = {e: float(g) for e, g in zip(edits, raw["gains"], strict=True) if g is not None}
    proposals = tuple(
        Proposal(Edit(Span(a, b), new), kind, gain, surprise, margin)
        for a, b, new, kind, gain, surprise, margin in raw["proposals"]
    )
    return ModelResponse(gains, proposals)
