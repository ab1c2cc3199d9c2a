"""From the block to the file: where a finding stands in the source, and which of its edits can be made there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypedDict

from .. import scoring
from ..report import Finding, HintReason
from ..text import Block, Document, Edit
from .typography import decomposed

QUOTED = "quote"  # the kind of a block that quotes: never corrected unasked


class _Hints(TypedDict):
    hints: tuple[str, ...]
    hint_reasons: tuple[HintReason, ...]


def _hints(hints: Iterable[tuple[str, HintReason]]) -> _Hints:
    """The fields of a finding for corrections that only a hand can make, each text once."""
    once: dict[str, HintReason] = {}
    for text, reason in hints:
        once.setdefault(text, reason)
    return {"hints": tuple(once), "hint_reasons": tuple(once.values())}


def _known_hints(finding: Finding) -> Iterable[tuple[str, HintReason]]:
    return zip(finding.hints, finding.hint_reasons, strict=True)


def place_in_source(block: Block, finding: Finding) -> Finding:
    """`finding` moved from the block to the source; edits that would cross markup become hints."""
    edits: list[Edit] = []
    hints: list[tuple[str, HintReason]] = []
    for edit in finding.edits:
        placed = block.edit_to_source(edit)
        if placed is None:
            hints.append((edit.text, "markup"))
        else:
            edits.append(placed)
    applicable = bool(finding.edits) and block.edit_to_source(finding.edits[0]) is not None
    return replace(
        finding,
        span=block.to_source(finding.span),
        edits=tuple(edits),
        **_hints(hints),
        offers=(),  # in the block's coordinates, and of no use to anyone who reads a report
        is_safe_fix=applicable and block.kind != QUOTED and scoring.is_safe_fix(block.text, finding),
    )


def write_as_document(document: Document, finding: Finding) -> Finding:
    """`finding` with its edits as the file writes their letters; one that its encoding has no bytes for is a hint."""
    if all(edit.text.isascii() for edit in finding.edits):
        return finding
    written = [Edit(e.span, decomposed(document, e.text)) for e in finding.edits]
    edits = tuple(e for e in written if document.can_write(e.text))
    is_safe_fix = finding.is_safe_fix and edits[:1] == tuple(written[:1])
    lost: list[tuple[str, HintReason]] = [(e.text, "encoding") for e in written if not document.can_write(e.text)]
    return replace(finding, edits=edits, is_safe_fix=is_safe_fix, **_hints([*_known_hints(finding), *lost]))


def keep_layout(document: Document, finding: Finding) -> Finding:
    """`finding`, of whose edits those that the layout of the source has no room for become hints."""
    if not document.frames:
        return finding
    edits = tuple(e for e in finding.edits if document.keep_layout([e]))
    if edits == finding.edits:
        return finding
    lost: list[tuple[str, HintReason]] = [(e.text, "layout") for e in finding.edits if e not in edits]
    is_safe_fix = finding.is_safe_fix and edits[:1] == finding.edits[:1]
    return replace(finding, edits=edits, is_safe_fix=is_safe_fix, **_hints([*lost, *_known_hints(finding)]))
