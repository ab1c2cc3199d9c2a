"""What a review says of a finding, in words; the same on the screen and line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..render.labels import by_hand, engines_of, in_cell, learned_note, percent
from ..render.suggestion_text import align_to_words
from ..render.width import one_line
from ..text import Edit
from ..text.phrases import count
from .positions import line_and_column
from .session import ReviewItem, ReviewPage, ReviewSession


def suggestion_choices(text: str, edits: Sequence[Edit]) -> list[str]:
    """What each suggestion makes of the words: ``could have``, ``remove “the”``; all told of the same words."""
    return [_choice(text, wide) for wide in align_to_words(text, edits)]


def _choice(text: str, wide: Edit) -> str:
    old, whole = one_line(wide.span.of(text)), one_line(wide.text)
    new = whole.strip()
    if not new:
        return f"remove “{old.strip() or old}”"
    spaced = whole if old.strip() == new else new  # a change of space alone
    return spaced if spaced == new else f"“{spaced}”"


def finding_place(page: ReviewPage, item: ReviewItem) -> str:
    """Where a finding stands: ``post.md:12:5``; in a notebook also the cell and the line in it."""
    line, column = line_and_column(page.text, item.start)
    cell = in_cell(page.report, item.finding)
    return f"{one_line(page.name)}:{line}:{column}" + (f" ({cell})" if cell else "")


def reason(item: ReviewItem) -> str:
    """The reason, in the engine's words and one line."""
    return one_line(re.sub("`([^`]+)`", r"“\1”", item.finding.message)).strip()


def credits(item: ReviewItem) -> str:
    """Of which kind it is, who found it, and how sure the judge is."""
    finding = item.finding
    parts = [finding.kind, " + ".join(engines_of(finding))]
    if finding.probability is not None:
        parts.insert(1, f"{percent(finding.probability)} sure{learned_note(finding)}")
    if item.held:
        parts.append("held back by the profile")
    return one_line(" · ".join(parts))


def manual_hints(item: ReviewItem) -> str:
    """Corrections that only the writer can make, and why; "" if there are none."""
    by_reason: dict[str, list[str]] = {}
    for hint in by_hand(item.finding):
        by_reason.setdefault(hint.why, []).append(f"“{one_line(hint.text)}”")
    return "; ".join(f"by hand, as {why}: {' or '.join(found)}" for why, found in by_reason.items())


def nothing_left(session: ReviewSession, total: int, arriving: int = 0) -> str:
    """What is said where there is no finding to decide on after the place of the writer."""
    if arriving:
        return f"Checking: {count(arriving, 'file')} to come."
    if session.view.query and not total:
        return f"Nothing is left for {one_line(session.view.query)}: f and Enter shows all again."
    if total:
        return f"{count(total, 'finding')} before this still undecided: n goes to the first."
    if not session.past and not any(p.marks for p in session.pages):
        unchecked = session.pages and not any(p.report.checked for p in session.pages)
        return "Nothing was checked." if unchecked else "Nothing was found."
    return "Every finding is decided. w writes, u undoes, q ends."
