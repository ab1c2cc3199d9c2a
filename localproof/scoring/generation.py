"""What an instruct model would write instead: an opt-in, after which every edit goes the way of all proposals.

The model is asked to correct a passage, and the passage itself is laid before
it as its answer, in one decoding. Where it would have gone on otherwise, and
is sure of that, a few tokens are decoded until it is back in the passage: that
is one edit. It is not a text of the model's that anybody sees, and no edit is
longer than six tokens.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..text import Edit, Span, minimal_edit
from ..text.words import fold_apostrophes
from .candidate_edits import (
    DROPPABLE,
    CandidateEdit,
    known_word,
    one_letter,
    quoted_spans,
    replacements_for,
    word_forms,
)
from .types import REWRITE

if TYPE_CHECKING:
    from ..models.llama import LlamaModel, Passage, Rows

_REQUEST = (
    "Correct the grammar and spelling of the following text. Change as few words as possible and keep everything else "
    "as it is. Answer with the corrected text only.\n\n"
)
_DISAGREES = 1.0  # nats by which another token must be likelier than the one that stands there
_PLACES = 4  # of a passage, where it disagrees most
_MOST = 6  # tokens of an edit, and of what it replaces
_MOST_WORDS = 2  # that an edit changes
_SMALL = DROPPABLE - {"not", "no", "never"}  # they may come and go without changing what is said
_BACK = 2  # tokens in which it must agree again
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MARK = re.compile(r"[,;.?!]")
_OTHER = re.compile(r"[^\w'’\- ,;.?!]|[\d_]")  # than words and the marks of a sentence


def generate_edits(llama: LlamaModel, text: str, passage: Passage) -> list[CandidateEdit]:
    """The edits to the own part of `passage` that the model would make, those that it is surest of first. None where
    it is no instruct model, or the passage too long for one decoding."""
    asked = llama.chat_tokens(_REQUEST, passage.span.of(text))
    rows = llama.answered(asked, passage.tokens) if asked else None
    if rows is None:
        return []
    try:
        return _disagreements(llama, text, passage, len(asked), rows)
    finally:
        llama.unask()


def _disagreements(llama: LlamaModel, text: str, passage: Passage, lead: int, rows: Rows) -> list[CandidateEdit]:
    """The same from the `rows` of its answer, which begins at place `lead`."""
    tokens = passage.tokens
    best = rows.argmax(1).tolist()
    by = [float(rows[i, best[i]] - rows[i, token]) for i, token in enumerate(tokens)]
    places = [
        i
        for i in range(len(tokens))
        if by[i] >= _DISAGREES and passage.starts[i] >= passage.own and not llama.ends(best[i])
    ]
    made_of: list[CandidateEdit] = []
    taken = quoted_spans(text)
    for i in sorted(places, key=lambda i: (-by[i], i))[:_PLACES]:
        went_on = [best[i], *llama.goes_on(lead + i, best[i], _MOST + _BACK - 1)]
        found = _find_rejoin(went_on, tokens, i)
        if found is None:
            continue
        made, dropped = found
        span = Span(passage.starts[i], passage.starts[i + dropped])
        new = b"".join(llama.piece(token) for token in went_on[:made]).decode("utf-8", "replace")
        edit = _whole(text, Edit(span, new))
        wide = Span(max(edit.span.start - 1, 0), edit.span.end + 1)
        if is_plain_change(text, edit) and not any(wide.overlaps(other) for other in taken):
            taken.append(wide)
            made_of.append(CandidateEdit(edit, REWRITE))
    return made_of


def _find_rejoin(went_on: Sequence[int], tokens: Sequence[int], i: int) -> tuple[int, int] | None:
    """How many tokens the model wrote, and how many from `i` on it left out, until it was back in the passage; None
    where it never was. Of several ways the one that changes least."""
    ways = sorted(
        ((made, left) for made in range(_MOST + 1) for left in range(_MOST + 1) if made or left),
        key=lambda way: (sum(way), way),
    )
    for made, left in ways:
        again = list(went_on[made : made + _BACK])
        there = list(tokens[i + left : i + left + _BACK])
        if again and i + left <= len(tokens) and again == there + [-1] * (len(again) - len(there)):
            return made, left
    return None


def _whole(text: str, edit: Edit) -> Edit:
    """`edit` without what it leaves as it was, and with whole words; its apostrophes as the text has them."""
    new = edit.text.replace("'", "’") if "’" in text else edit.text
    start, end = edit.span.start, edit.span.end
    while start and text[start - 1].isalnum() and (new[:1].isalnum() or text[start : start + 1].isalnum()):
        start -= 1
        new = text[start] + new
    while end < len(text) and text[end].isalnum() and (new[-1:].isalnum() or text[end - 1].isalnum()):
        new += text[end]
        end += 1
    edit = minimal_edit(text, Edit(Span(start, end), new))
    start = edit.span.start
    if not len(edit.span) and edit.text[:1] == text[start : start + 1] == " ":  # put in before a word, as others are
        return Edit(Span(start + 1, start + 1), edit.text[1:] + " ")
    return edit


def is_plain_change(text: str, edit: Edit) -> bool:
    """Whether `edit` puts right how something is said, and not what: one or two plain words for others that are their
    forms or look like them, and small words put in, taken out or changed. Nothing of a name, number or mark, nor the
    case of a letter; and words that are spelt wrongly are a dictionary's to mend.

    >>> is_plain_change("They was late.", Edit(Span(5, 8), "were"))
    True
    >>> is_plain_change("They met Bob.", Edit(Span(9, 12), "him"))
    False
    >>> is_plain_change("They met; so", Edit(Span(8, 9), ","))
    False
    >>> is_plain_change("in May 1999", Edit(Span(7, 11), "2000"))
    False
    >>> is_plain_change("It is is late.", Edit(Span(3, 6), ""))
    True
    >>> is_plain_change("We go there today.", Edit(Span(11, 17), ""))
    False
    >>> is_plain_change("It save some time.", Edit(Span(3, 7), "will save"))
    True
    >>> is_plain_change("It saves time.", Edit(Span(3, 8), "is good"))
    False
    >>> is_plain_change("I am agree.", Edit(Span(5, 5), "glad that you "))
    False
    >>> is_plain_change("It is not so.", Edit(Span(6, 10), ""))
    False
    >>> is_plain_change("They was late; so", Edit(Span(5, 14), "were late,"))
    False
    """
    old, new = edit.span.of(text), edit.text
    if _OTHER.search(old + new) or _MARK.findall(old) != _MARK.findall(new):
        return False
    before, after = (Counter(fold_apostrophes(word) for word in _WORDS.findall(part)) for part in (old, new))
    gone, come = list((before - after).elements()), list((after - before).elements())
    if not gone + come or max(len(gone), len(come)) > _MOST_WORDS:
        return False
    if not all((word.islower() or word == "I") and known_word(word.lower()) for word in gone + come):
        return False
    return all(
        word in _SMALL or any(_are_related(word, other) for other in across)
        for words, across in ((gone, come), (come, gone))
        for word in words
    )


def _are_related(one: str, other: str) -> bool:
    """Whether two words are forms of one, are taken for each other, or look alike."""
    if one_letter(one, other) or other in word_forms(one) or one in word_forms(other):
        return True
    return any(other == word for _, word in replacements_for(one)) or any(
        one == word for _, word in replacements_for(other)
    )
