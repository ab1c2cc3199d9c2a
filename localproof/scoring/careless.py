"""How carelessly a document is written, as a prior: in a text full of sure errors the next suspect is one more often.

What the judge says of a finding by itself holds for a text of the usual sort,
with `USUAL` sure errors in 1,000 words. How many a document has is estimated
from its own likely findings, and pulled to the usual where it is short; each
finding's odds are then raised or lowered by how far that is from the usual,
without the finding's own part in it. Where a tagger reads along, the errors that
it expects in the document (in a text of the usual sort `EXPECTED` in 1,000 words)
say so of what models propose: engines find other errors than it does, in other texts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..engines import HOUSE
from ..report import Finding
from ..text import Block
from .rescoring import PROPOSES

USUAL = 2.0  # sure errors in 1,000 words
EXPECTED = 12.0  # errors that the tagger expects in 1,000 words of a text of the usual sort; in edited prose 6
_WORDS = 500.0  # so many words of the usual sort are added to each document
_WEIGHT = 0.8  # of the logarithm of the ratio
_EXPECTED_WEIGHT = 1.8  # the same of what the tagger expects: the odds of what a model proposes say less by themselves
_BOUNDS = (-1.0, 2.0)  # of what is added to the log-odds
_OWN_BOUNDS = (-2.0, 3.0)  # of the same for what a model proposes
_SURE = 0.5
_STEP = 0.25  # so that a word more or less changes nothing for the findings of a text
_TASTE = ("style", "typography")


@dataclass(frozen=True)
class Carelessness:
    """The sure errors of a document by what was written and what is meant, each once, and its number of words."""

    words: int = 0
    errors: Mapping[tuple[str, str], float] = field(default_factory=dict)
    expected: float | None = None  # errors in all of it by the tagger, where one reads along

    def shift(self, text: str, finding: Finding) -> float:
        """What is added to the log-odds of a finding in a block with this text."""
        if _is_taste(finding):
            return 0.0
        own = self.errors.get(_what(text, finding), 0.0)
        return self._shift(own, proposed=finding.rule.startswith(PROPOSES))

    def shifts_like(self, other: Carelessness) -> bool:
        """Whether every finding is shifted as in a document that is as careless as `other`."""
        if self.errors != other.errors:
            return False
        cases = [(own, proposed) for own in {0.0, *self.errors.values()} for proposed in (True, False)]
        return all(self._shift(own, proposed=p) == other._shift(own, proposed=p) for own, p in cases)

    def _shift(self, own: float, *, proposed: bool) -> float:
        """What is added for a finding whose part in the errors is `own`; `proposed`: by a model."""
        if not self.words:
            return 0.0
        rate = (self._sum - own + USUAL * _WORDS / 1000) / ((self.words + _WORDS) / 1000)
        by, (least, most) = _WEIGHT * math.log(rate / USUAL), _BOUNDS
        if self.expected is not None and proposed:
            expected = (self.expected + EXPECTED * _WORDS / 1000) / ((self.words + _WORDS) / 1000)
            by += _EXPECTED_WEIGHT * math.log(expected / EXPECTED)
            least, most = _OWN_BOUNDS
        by = max(least, min(most, by))
        return round(by / _STEP) * _STEP

    @cached_property
    def _sum(self) -> float:
        return sum(self.errors.values())

    def rescored(self, text: str, finding: Finding) -> Finding:
        """`finding` with its probability in this document."""
        by = self.shift(text, finding)
        if finding.probability is None or not by:
            return finding
        changed = replace(finding, probability=_shifted(finding.probability, by))
        if finding.probability_without_model is None:
            return changed
        return replace(changed, probability_without_model=_shifted(finding.probability_without_model, by))


def carelessness(
    judged: Iterable[tuple[Block, Iterable[Finding]]], words: int, expected: float | None = None
) -> Carelessness:
    """How carelessly a document of so many `words` is written, by what was judged of each block by itself, and by how
    many errors a tagger expects in it."""
    errors: dict[tuple[str, str], float] = {}
    for block, findings in judged:
        for f in findings:
            if (f.probability or 0.0) >= _SURE and not _is_taste(f):
                what = _what(block.text, f)
                errors[what] = max(errors.get(what, 0.0), f.probability or 0.0)
    return Carelessness(words, errors, expected)


def _is_taste(finding: Finding) -> bool:
    """Whether it says nothing of how carefully a text was written: a matter of taste, or a rule of the writer's own."""
    return finding.kind in _TASTE or finding.rule.startswith(f"{HOUSE}/")


def _what(text: str, finding: Finding) -> tuple[str, str]:
    return finding.span.of(text).lower(), finding.edits[0].text.lower() if finding.edits else ""


def _shifted(probability: float, by: float) -> float:
    odds = probability / max(1 - probability, 1e-9) * math.exp(by)
    return odds / (1 + odds)
