"""What a writer's corrections in a git history teach: the engines read each passage as it was and as it became."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..formats import read
from ..pipeline.checker import Checker
from ..project.git_history import Change, Correction
from ..report import Finding, Report, Unavailable
from ..scoring.learning import Evidence, evidence_of, slip_sort
from ..scoring.wordlists import word_lists
from ..text import Edit, Span, apply_edits
from ..text.words import fold_word

# Sorts of slips that are told by the words alone; of punctuation and capitals a change may be taste.
_TOLD = ("article", "apostrophe", "doubled", "small word", "ending")


def history_evidence(corrections: Iterable[Correction], checker: Checker, where: str) -> Iterator[Evidence]:
    """For each correction what it says: which findings the writer mended (``accepted``), which slips no rule had spoken
    of (``slip``), and which findings were left standing in a passage that the writer has just read (``stood``)."""
    for correction in corrections:
        before, after = _check(checker, correction.before), _check(checker, correction.after)
        if before is None or after is None:
            continue
        found = (*before.findings, *before.held_back)
        for change in correction.changes:
            mended = next((f for f in found if mends(correction.before, f, change)), None)
            if mended is not None:
                yield evidence_of(mended, mended.span.of(correction.before), "accepted", correction.date, where)
            elif is_slip(change):
                yield slip_evidence(change, correction.date, where)
        for finding in (*after.findings, *after.held_back):
            if (finding.probability or 0.0) >= 0.1:
                yield evidence_of(finding, finding.span.of(correction.after), "stood", correction.date, where)


def _check(checker: Checker, passage: str) -> Report | None:
    """What is found in a passage as prose; None where it cannot be read."""
    try:
        return checker.check(read("passage.md", passage, checker.settings))
    except Unavailable:
        return None


def mends(passage: str, finding: Finding, change: Change) -> bool:
    """Whether a correction that `finding` offers is the `change` that was made."""
    if not _near(finding.span, change.span):
        return False
    made = apply_edits(passage, [Edit(change.span, change.meant)])
    return any(" ".join(apply_edits(passage, [e]).split()) == " ".join(made.split()) for e in finding.edits)


def _near(one: Span, other: Span) -> bool:
    return one.start <= other.end + 2 and other.start <= one.end + 2


def is_slip(change: Change) -> bool:
    """Whether a change is the mending of a slip, by the words alone, and not another choice of words.

    >>> [is_slip(Change(Span(0, 0), *pair)) for pair in (("its", "it's"), ("recieve", "receive"), ("big", "large"))]
    [True, True, False]
    """
    sort = slip_sort(change.written, change.meant)
    if sort == "letters":
        old, new = fold_word(change.written), fold_word(change.meant)
        return change.written.islower() and old.isalpha() and _is_word(new) and not _is_word(old)
    if sort == "ending":
        return _is_word(fold_word(change.meant))
    return sort in _TOLD


def _is_word(word: str) -> bool:
    return bool(word_lists().entry(word).band)


def slip_evidence(change: Change, date: str, where: str) -> Evidence:
    """The evidence of a slip that no rule had spoken of."""
    written, meant = (" ".join(fold_word(words).split()) for words in (change.written, change.meant))
    return Evidence(date, "slip", "", "", 0.5, written, meant, where)
