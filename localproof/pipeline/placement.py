"""From the block to the file: where a finding stands in the source, and which of its edits can be made there."""

from __future__ import annotations

from dataclasses import replace

from .. import scoring
from ..report import Finding
from ..text import Block, Document, Edit
from .typography import decomposed

QUOTED = "quote"  # the kind of a block that quotes: never corrected unasked


def place_in_source(block: Block, finding: Finding) -> Finding:
    """`finding` moved from the block to the source; edits that would cross markup become hints."""
    edits: list[Edit] = []
    hints: list[str] = []
    for edit in finding.edits:
        placed = block.edit_to_source(edit)
        if placed is None:
            hints.append(edit.text)
        else:
            edits.append(placed)
    applicable = bool(finding.edits) and block.edit_to_source(finding.edits[0]) is not None
    return replace(
        finding,
        span=block.to_source(finding.span),
        edits=tuple(edits),
        hints=tuple(dict.fromkeys(hints)),
        offers=(),  # in the block's coordinates, and of no use to anyone who reads a report
        is_safe_fix=applicable and block.kind != QUOTED and scoring.is_safe_fix(block.text, finding),
    )


def write_as_document(document: Document, finding: Finding) -> Finding:
    """`finding` with its edits as the file writes their letters; one that its encoding has no bytes for is a hint."""
    if all(edit.text.isascii() for edit in finding.edits):
        return finding
    written = [Edit(e.span, decomposed(document, e.text)) for e in finding.edits]
    edits = tuple(e for e in written if document.can_write(e.text))
    lost = (e.text for e in written if not document.can_write(e.text))
    is_safe_fix = finding.is_safe_fix and edits[:1] == tuple(written[:1])
    return replace(finding, edits=edits, hints=tuple(dict.fromkeys((*finding.hints, *lost))), is_safe_fix=is_safe_fix)


def keep_layout(document: Document, finding: Finding) -> Finding:
    """`finding`, of whose edits those that the layout of the source has no room for become hints."""
    if not document.frames:
        return finding
    edits = tuple(e for e in finding.edits if document.keep_layout([e]))
    if edits == finding.edits:
        return finding
    hints = tuple(dict.fromkeys((*(e.text for e in finding.edits if e not in edits), *finding.hints)))
    is_safe_fix = finding.is_safe_fix and edits[:1] == finding.edits[:1]
    return replace(finding, edits=edits, hints=hints, is_safe_fix=is_safe_fix)
