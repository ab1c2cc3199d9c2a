"""What a review says of a finding, in words; the same on the screen and line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...render.names import percent, speakers
from ...render.phrase import in_context
from ...render.width import one_line
from ...text import Edit, Span
from .session import Item, Session

UNDO = "localproof review --undo-last"
_FAR = 40  # code points; suggestions further apart are told each by itself


def choices(text: str, edits: Sequence[Edit]) -> list[str]:
    """What each suggestion makes of the words: ``could have``, ``remove “the”``; all told of the same words."""
    if not edits:
        return []
    wide = [in_context(text, e, alone=len(edits) == 1) for e in edits]
    start, end = min(e.span.start for e in wide), max(e.span.end for e in wide)
    if end - start <= _FAR:
        wide = [Edit(Span(start, end), text[start : e.span.start] + e.text + text[e.span.end : end]) for e in wide]
    return [_choice(text, edit, told) for edit, told in zip(edits, wide, strict=True)]


def _choice(text: str, edit: Edit, wide: Edit) -> str:
    old = one_line(edit.span.of(text))
    if not edit.text:
        return f"remove “{old.strip() or old}”"
    new = one_line(wide.text).strip()
    spaced = one_line(wide.text) if one_line(wide.span.of(text)).strip() == new else new  # a change of space alone
    return spaced if spaced == new and new else f"“{spaced}”"


def why(item: Item) -> str:
    """The reason, in the engine's words and one line."""
    return one_line(re.sub("`([^`]+)`", r"“\1”", item.finding.message)).strip()


def who(item: Item) -> str:
    """Of which kind it is, who found it, and how sure the judge is."""
    finding = item.finding
    parts = [finding.kind, " + ".join(speakers(finding))]
    if finding.probability is not None:
        parts.insert(1, f"{percent(finding.probability)} sure")
    if item.held:
        parts.append("held back by the profile")
    return one_line(" · ".join(parts))


def hints(item: Item) -> str:
    """Corrections that cross markup and so are the writer's to make; "" if there are none."""
    found = [f"“{one_line(h)}”" for h in item.finding.hints if h.strip()]
    return f"by hand, for it crosses markup: {' or '.join(found)}" if found else ""


def nothing_left(session: Session, total: int, arriving: int = 0) -> str:
    """What is said where there is no finding to decide on after the place of the writer."""
    if arriving:
        return f"Checking: {arriving:,} file{'' if arriving == 1 else 's'} to come."
    if total:
        return f"{total:,} finding{'' if total == 1 else 's'} before this still undecided: n goes to the first."
    if not session.past and not any(p.marks for p in session.pages):
        unchecked = session.pages and not any(p.report.checked for p in session.pages)
        return "Nothing was checked." if unchecked else "Nothing was found."
    return "Every finding is decided. w writes, u undoes, q ends."
