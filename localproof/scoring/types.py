"""What a model proposes, apart from how it comes to that: whoever only reads of it need not know the closed set."""

from __future__ import annotations

from dataclasses import dataclass

from ..text import Edit

REWRITE = "rewrite"  # the kind of what an instruct model would write itself


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit that the model prefers by `gain` nats to the text as it stands. `surprise` is what the words in its place
    cost, `margin` by how much it beats the next best edit that touches the same words."""

    edit: Edit
    kind: str
    gain: float
    surprise: float
    margin: float
