"""What a model proposes, apart from how it comes to that: whoever only reads of it need not know the closed set."""

from __future__ import annotations

from dataclasses import dataclass

from ..text import Edit

MOST_SUSPECTS = 300  # of a block; where there are more, and one for every four words, it is hardly prose
REWRITE = "rewrite"  # the kind of what an instruct model would write itself


def is_hardly_prose(suspects: int, words: int) -> bool:
    """Whether engines have so much to say of a block that it is no prose, and is not judged.

    >>> is_hardly_prose(301, 1000), is_hardly_prose(301, 2000), is_hardly_prose(20, 30)
    (True, False, False)
    """
    return suspects > MOST_SUSPECTS and 4 * suspects > words


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
