"""A tagger that is switched on: asked of each block where something is wrong, and which edits would mend it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ..config import Settings
from ..text import Edit, Span
from ..workers.futures import resolve_future
from ..workers.remembered_timeouts import ByteStore
from .model_client import ModelClient, SelectedModel, code_digest, version_key

_CODE = (
    ("candidate_edits", "edit_tags", "tables", "tagging", "tagger_worker"),
    ("bpe", "network", "passages", "tagger"),
)


@dataclass(frozen=True, slots=True)
class TaggedEdit:
    """An edit that the tagger would make, its kind, and how likely it holds that this is what is to be done."""

    edit: Edit
    kind: str
    chance: float


@dataclass(frozen=True)
class TaggerResponse:
    """What the tagger says of one block: for words at which something may be wrong how likely that is, and the edits
    that it would make, in the order of the text."""

    errors: Mapping[Span, float]
    edits: tuple[TaggedEdit, ...] = ()

    @property
    def expected(self) -> float:
        """How many errors the tagger expects in the block."""
        return sum(self.errors.values())


class TaggerClient(ModelClient[TaggerResponse]):
    """Asks the tagger."""

    NAME = "tagger"
    MODULE = "localproof.scoring.tagger_worker"
    KEPT = ("errors", "edits")

    def __init__(self, chosen: SelectedModel, settings: Settings, store: ByteStore | None = None) -> None:
        super().__init__(chosen, settings, store, {"cores": settings.model_threads}, parallel=True)

    def submit(self, text: str) -> Future[TaggerResponse]:
        """What the tagger says of a text. The future raises Unavailable where it cannot say."""
        answer: Future[TaggerResponse] = Future()
        try:
            if text.strip():
                self._request({"text": text}, answer)
            else:
                resolve_future(answer, TaggerResponse({}))
        except UnicodeEncodeError:
            resolve_future(answer, TaggerResponse({}))  # half a character: no text for a model
        return answer

    def key(self) -> str:
        """Everything that could change what it says of the same text."""
        return version_key("tagger", code_digest(*_CODE), self.chosen.sha256)

    def _parse(self, raw: Mapping[str, Any], request: Mapping[str, Any]) -> TaggerResponse:
        return to_tags(raw)


def to_tags(raw: Mapping[str, Any]) -> TaggerResponse:
    """What the helper answered."""
    errors = {Span(a, b): float(chance) for a, b, chance in raw["errors"]}
    edits = tuple(TaggedEdit(Edit(Span(a, b), new), kind, float(chance)) for a, b, new, kind, chance in raw["edits"])
    return TaggerResponse(errors, edits)
