"""A text that is open in an editor: what it holds now, whatever edits have come.

pygls keeps a copy too, but takes U+2028, U+0085 and form feeds for line ends,
which the protocol does not: there an edit after one of them lands in the wrong
place. So the text that is proofread is this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..report import BadInput, Finding, LazyFindings
from ..text import Edit, LineIndex, Span, Unit

Position = tuple[int, int]  # line and column from 0, the column in the unit that was agreed on


@dataclass(frozen=True, slots=True)
class TextChange:
    """New text for a range of positions, or for everything where `start` is None."""

    start: Position | None
    end: Position | None
    text: str


@dataclass(frozen=True)
class TextDocument:
    """One open text at one version. `caret` is the end of what was typed last, None after anything else."""

    uri: str
    language: str  # the editor's name for what it is written in
    version: int
    text: str
    caret: int | None = None


def apply_changes(
    opened: TextDocument, changes: Iterable[TextChange], version: int, unit: Unit
) -> tuple[TextDocument, tuple[Edit, ...]]:
    """The text after `changes`, each of which speaks of the text that the one before it left; and what they were, in
    code points. A position beyond a line means its end, an end beyond the text the text's; a range the wrong way round
    is turned. Raises BadInput where a range lies outside of the text altogether: then this is not the text that the
    editor shows.

    >>> before = TextDocument("a.md", "markdown", 1, "teh cat")
    >>> apply_changes(before, [TextChange((0, 0), (0, 3), "the")], 2, "utf-16")[0].text
    'the cat'
    """
    text, edits = opened.text, []
    for change in changes:
        if change.start is None or change.end is None:
            edit = Edit(Span(0, len(text)), change.text)
        else:
            lines = LineIndex(text)
            first = min(change.start, change.end)[0]
            if not 0 <= first <= len(lines.starts):  # some editors end a text with the line after its last
                raise BadInput(f"line {first + 1:,} of {len(lines.starts):,}")
            ends = sorted((lines.offset(*change.start, unit), lines.offset(*change.end, unit)))
            edit = Edit(Span(*ends), change.text)
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        edits.append(edit)
    return replace(opened, text=text, version=version, caret=_caret(edits)), tuple(edits)


def _caret(edits: list[Edit]) -> int | None:
    """Where somebody types: after a single insertion or deletion of little text. A paste, a reload, or edits in
    several places say nothing of it."""
    if len(edits) != 1 or len(edits[0].text) > 40 or len(edits[0].span) > 40:
        return None
    return edits[0].span.start + len(edits[0].text)


def move_findings(findings: Iterable[Finding], edits: Iterable[Edit]) -> tuple[Finding, ...]:
    """`findings` where they stand after `edits`; those that an edit touched are gone.

    So a correction that was just made, or the sentence that is being rewritten,
    loses its mark at once, and every other mark stays with its words.
    """
    left = tuple(findings)
    for edit in edits:
        left = tuple(after for f in left if (after := _after(f, edit)) is not None)
    return left


class MovedFindings(LazyFindings):
    """`findings` where they stand after `edits`, found out when somebody looks: nobody may before they are found anew.

    >>> before = [Finding(Span(4, 7), "harper/SpellCheck", "why")]
    >>> typed = (Edit(Span(0, 0), "x"), Edit(Span(1, 1), " "))
    >>> list(MovedFindings(MovedFindings(before, typed[:1]), typed[1:])) == list(move_findings(before, typed))
    True
    """

    def __init__(self, findings: Sequence[Finding], edits: tuple[Edit, ...]) -> None:
        before: Sequence[Finding] = findings
        if isinstance(findings, MovedFindings):  # keys by the thousand are no pile of as many calls
            before, edits = findings._before, (*findings._edits, *edits)
        self._before: Sequence[Finding] = before
        self._edits: tuple[Edit, ...] = edits
        super().__init__(lambda: move_findings(before, edits))


def _after(finding: Finding, edit: Edit) -> Finding | None:
    spans = (finding.span, *(e.span for e in finding.edits))
    start, end = min(s.start for s in spans), max(s.end for s in spans)
    if end < edit.span.start or (end == edit.span.start and edit.text[:1].isspace()):
        return finding
    if start > edit.span.end or (start == edit.span.end and edit.text[-1:].isspace()):
        return shift_finding(finding, len(edit.text) - len(edit.span))
    return None


def shift_finding(finding: Finding, by: int) -> Finding:
    """`finding` with its span and edits `by` code points further on (or back)."""
    if not by:
        return finding
    edits = tuple(Edit(e.span.shifted(by), e.text) for e in finding.edits)
    return replace(finding, span=finding.span.shifted(by), edits=edits)


def unfinished_word(text: str, caret: int | None) -> Span | None:
    """The word that ends at `caret` and may grow, None where the caret does not stand at the end of a word.

    >>> unfinished_word("I recie", 7)
    Span(start=2, end=7)
    >>> unfinished_word("I recieve ", 10) is None
    True
    """
    if caret is None or not 0 < caret <= len(text):
        return None
    start = caret
    while start and (text[start - 1].isalnum() or text[start - 1] in "'’-"):
        start -= 1
    if start == caret or text[caret : caret + 1].isalnum():
        return None
    return Span(start, caret)
