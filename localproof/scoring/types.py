"""What a model proposes, apart from how it comes to that: whoever only reads of it need not know the closed set."""

from __future__ import annotations

from dataclasses import dataclass

from ..text import Edit

REWRITE = "rewrite"  # the kind of what an instruct model would write itself


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit that a model would make. The language model prefers it by `gain` nats to the text as it stands, None
    where it cannot tell or was not asked; `surprise` is what the words in its place cost it, `margin` by how much the
    edit beats the next best that touches the same words: both 0 where the edit is the tagger's alone. `chance` is the
    probability that the tagger gives it, 0 where it does not name it."""

    edit: Edit
    kind: str
    gain: float | None
    surprise: float
    margin: float
    chance: float = 0.0
