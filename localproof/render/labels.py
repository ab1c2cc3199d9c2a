"""The words for things: engines, counts, how sure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from typing import NamedTuple

from ..engines import ENGINES
from ..report import Finding, HintReason, Report, Skipped
from .style import Style
from .width import InkedWord, words

_TITLES = {name: kind.title for name, kind in ENGINES.items()}
_BY_HAND: dict[HintReason, str] = {
    "markup": "the change would cross markup",
    "layout": "there is no room for it in its column",
    "encoding": "the encoding of the file has no such letter",
}


class ManualEdit(NamedTuple):
    """A correction that only the writer can make, and why."""

    text: str
    why: str


def by_hand(finding: Finding) -> list[ManualEdit]:
    """The corrections of a finding that LocalProof cannot make."""
    each = zip_longest(finding.hints, finding.hint_reasons[: len(finding.hints)], fillvalue="markup")
    return [ManualEdit(text, _BY_HAND[reason]) for text, reason in each if text.strip()]  # type: ignore[index]


def percent(probability: float) -> str:
    """``97 %``; never 0 or 100, which would claim more than anyone can know.

    >>> percent(0.966), percent(0.9999), percent(0.001)
    ('97 %', 'over 99 %', 'under 1 %')
    """
    rounded = round(100 * probability)
    return "over 99 %" if rounded > 99 else "under 1 %" if rounded < 1 else f"{rounded} %"


def learned_note(finding: Finding) -> str:
    """How what the writer decided before has changed how sure it is: ``, more by your decisions``, or ""."""
    return f", {'more' if finding.learned > 0 else 'less'} by your decisions" if finding.learned else ""


def in_cell(report: Report, finding: Finding) -> str:
    """``cell 3, line 2`` for a finding in a notebook, else "".

    >>> from localproof.text import Cell, Document, Span
    >>> in_cell(Report(Document("a.ipynb", "", (), cells=(Cell(3, (40, 60), 75),))), Finding(Span(61, 64), "x/Y", ""))
    'cell 3, line 2'
    """
    place = report.document.in_cell(finding.span.start)
    return "" if place is None else f"cell {place[0]}, line {place[1]}"


def engines_of(finding: Finding) -> list[str]:
    """Who spoke for the finding, the leading one first: ``Harper ModalOf``.

    >>> from localproof.text import Span
    >>> engines_of(Finding(Span(0, 1), "harper/AnA", "", source=("harper/AnA", "languagetool/EN_A_VS_AN")))
    ['Harper AnA', 'LanguageTool EN_A_VS_AN']
    """
    rules: dict[str, list[str]] = {}
    for source in finding.source or (finding.rule,):
        engine, _, rule = source.partition("/")
        rules.setdefault(engine, []).append(rule)
    return [
        " ".join([_TITLES.get(engine, engine), ", ".join(filter(None, names))]).strip()
        for engine, names in rules.items()
    ]


def _rules_of(finding: Finding) -> list[str]:
    """The rules that spoke for the finding, each engine's together: ``harper/SpellCheck, SplitWords``."""
    rules: dict[str, list[str]] = {}
    for source in finding.source or (finding.rule,):
        engine, _, rule = source.partition("/")
        rules.setdefault(engine, []).append(rule)
    return [f"{engine}/{', '.join(names)}" for engine, names in rules.items()]


def message(finding: Finding, style: Style) -> list[InkedWord]:
    """Why, in the engine's words; what it sets in backticks stands in quotation marks."""
    return words(re.sub("`([^`]+)`", lambda m: style.quoted(m.group(1)), finding.message))


def credit(finding: Finding, style: Style) -> list[InkedWord]:
    """Who says so, by the names that settings and `localproof explain` know, and how sure, as words to fill."""
    out = [InkedWord(name if i == 0 else f"+ {name}", "quiet") for i, name in enumerate(_rules_of(finding))]
    more: list[str] = [] if finding.kind in ("spelling", "grammar") else [finding.kind]  # a lesser matter is named
    if finding.probability is not None:
        more.append(f"{percent(finding.probability)} sure{learned_note(finding)}")
    if finding.is_safe_fix:
        more.append("fixed by --fix")
    return out + [InkedWord(part, "quiet", style.dot) for part in more]


def skipped_rows(skipped: Iterable[Skipped]) -> list[tuple[list[InkedWord], list[InkedWord]]]:
    """Each thing that could not be done, told once: (what and why, what helps), as words to fill."""
    out = []
    for item, times in Counter(skipped).items():
        why = words(f"{item.what}: {item.reason}")
        if times > 1:
            why.append(InkedWord(f"({times} times)"))
        out.append((why, words(f"What helps: {item.remedy}") if item.remedy else []))
    return out
