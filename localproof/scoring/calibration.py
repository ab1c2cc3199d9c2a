"""How far another model can be trusted: learned anew from sentences that ship, for `localproof models calibrate`.

``sentences.jsonl.xz`` (made by `training.sentences`) has sentences that people
corrected, and edited prose; of each, what the engines said, how likely the
judge thinks it, and whether it was right. A model is asked of them as of any
text. Its weights start from LocalProof's own and move only as far as that many
sentences can show.
"""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..report import Finding
from ..text import Edit, Span, apply_edits
from . import coefficients
from .features import FeatureContext
from .language_model_client import ModelResponse
from .rescoring import RescoringModel, finding_features, log_odds, predict, proposal_features

FILE = Path(__file__).with_name("sentences.jsonl.xz")
Part = Literal["learn", "test", "edited"]
_WIDTH = 0.25  # how far a weight may be from where it starts, as a standard deviation
_EDITED = 0.1  # weight of an example of edited prose: some of what is said there is right after all
_ELSEWHERE = 0.3  # weight of a proposal in a corrected sentence where nothing was corrected
_ROUNDS = 30
CUT = 0.5  # in the table, what is at least as likely as that is shown


@dataclass(frozen=True)
class CalibrationSentence:
    """A sentence, what the engines say of it (judged), whether each of that is right, and how people corrected it.

    `part` is "learn" or "test" for corrected sentences, "edited" for prose in
    which nothing was found wrong.
    """

    text: str
    findings: tuple[Finding, ...]
    right: tuple[bool, ...]
    corrections: tuple[Edit, ...]
    part: Part
    source: str

    def verdict(self, edit: Edit) -> bool | None:
        """Whether `edit` is one of the corrections; None where it touches none of them."""
        changed = apply_edits(self.text, [edit])
        if any(changed == apply_edits(self.text, [c]) for c in self.corrections):
            return True
        near = Span(max(edit.span.start - 1, 0), edit.span.end + 1)
        return False if self.part == "edited" or any(near.overlaps(c.span) for c in self.corrections) else None


@dataclass(frozen=True)
class CalibrationRow:
    """A line of the table: findings of the engines, or the model's own proposals, that are shown, how many of these are
    right, and how many right ones there are at all."""

    what: str
    shown: int
    right: int
    of: int


def sentences(path: Path = FILE) -> list[CalibrationSentence]:
    """The sentences that ship."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        next(lines)  # whose they are
        return [_sentence(json.loads(line)) for line in lines]


def _sentence(raw: Mapping[str, Any]) -> CalibrationSentence:
    findings = tuple(
        Finding(
            Span(start, end),
            "example",
            "",
            tuple(Edit(Span(a, b), new) for a, b, new in edits),
            ("example",),
            kind,
            probability=probability,
        )
        for start, end, kind, probability, edits, _ in raw["findings"]
    )
    corrections = tuple(Edit(Span(a, b), new) for a, b, new in raw["corrections"])
    right = tuple(bool(row[-1]) for row in raw["findings"])
    return CalibrationSentence(raw["text"], findings, right, corrections, raw["part"], raw["source"])


def learn_weights(
    known: Iterable[tuple[CalibrationSentence, ModelResponse]], start: RescoringModel, about: Mapping[str, Any]
) -> RescoringModel:
    """The weights of a model that said `known`, from `start` on; of sentences for the test nothing is learned."""
    read = [(s, r) for s, r in known if s.part != "test"]
    return RescoringModel(
        fit_weights([row for s, r in read for row in _of_findings(s, r)], start.findings),
        fit_weights([row for s, r in read for row in _of_proposals(s, r)], start.proposals),
        about,
    )


Example = tuple[Mapping[str, float], float, float]  # what is weighed, 1 where it is right, how much it counts


def _of_findings(sentence: CalibrationSentence, reading: ModelResponse) -> Iterator[Example]:
    for finding, right in zip(sentence.findings, sentence.right, strict=True):
        yield (
            finding_features(sentence.text, finding, log_odds(finding.probability or 0.0), reading),
            float(right),
            _weight(sentence),
        )


def _of_proposals(sentence: CalibrationSentence, reading: ModelResponse) -> Iterator[Example]:
    rules = coefficients().rules
    theirs = {apply_edits(sentence.text, [e]) for f in sentence.findings for e in f.edits}
    for proposal in reading.proposals:
        if apply_edits(sentence.text, [proposal.edit]) not in theirs:
            verdict = sentence.verdict(proposal.edit)
            seen = proposal_features(sentence.text, proposal, FeatureContext(), rules)
            yield seen, float(bool(verdict)), _ELSEWHERE if verdict is None else _weight(sentence)


def _weight(sentence: CalibrationSentence) -> float:
    return _EDITED if sentence.part == "edited" else 1.0


def fit_weights(examples: Sequence[Example], start: Mapping[str, float]) -> dict[str, float]:
    """Weights of a logistic regression with a bell-shaped prior around `start`, by Newton's method.

    >>> fit_weights([], {"bias": -1.0})
    {'bias': -1.0}
    """
    if not examples:
        return dict(start)
    import numpy as np

    names = sorted({*start, *(name for seen, _, _ in examples for name in seen)})
    column = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(examples), len(names)))
    for i, (seen, _, _) in enumerate(examples):
        for name, value in seen.items():
            table[i, column[name]] = value
    right = np.array([r for _, r, _ in examples])
    counts = np.array([c for _, _, c in examples])
    first = np.array([start.get(name, 0.0) for name in names])
    prior = 1 / _WIDTH**2

    def loss(at: Any) -> float:
        z = table @ at
        return float(counts @ (np.logaddexp(0, z) - right * z) + prior / 2 * ((at - first) @ (at - first)))

    now = first
    for _ in range(_ROUNDS):
        sure = 1 / (1 + np.exp(-np.clip(table @ now, -30, 30)))
        slope = table.T @ (counts * (sure - right)) + prior * (now - first)
        bend = (table.T * (counts * sure * (1 - sure))) @ table + prior * np.eye(len(names))
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while size > 1e-6 and loss(now - size * step) > loss(now):
            size /= 2
        now = now - size * step
        if float(np.abs(size * step).max()) < 1e-4:
            break
    return {name: round(float(w), 3) for name, w in zip(names, now, strict=True)}


def table(
    known: Sequence[tuple[CalibrationSentence, ModelResponse]], start: RescoringModel, learned: RescoringModel
) -> list[CalibrationRow]:
    """How many findings and proposals in the sentences for the test are right: without the model, with it and the
    weights of `start`, and with those that were `learned`."""
    test = [(s, r) for s, r in known if s.part == "test"]
    return [
        _row("engines alone", ((f.probability or 0.0, ok) for s, _ in test for f, ok in _pairs(s))),
        *(
            _row(what, ((predict(seen, by), right > 0) for s, r in test for seen, right, _ in rows(s, r)))
            for what, rows, by in (
                ("engines with the model, as it was", _of_findings, start.findings),
                ("engines with the model, as learned", _of_findings, learned.findings),
                ("its own proposals, as it was", _of_proposals, start.proposals),
                ("its own proposals, as learned", _of_proposals, learned.proposals),
            )
        ),
    ]


def _pairs(sentence: CalibrationSentence) -> Iterator[tuple[Finding, bool]]:
    return zip(sentence.findings, sentence.right, strict=True)


def _row(what: str, rows: Iterable[tuple[float, bool]]) -> CalibrationRow:
    every = list(rows)
    said = [ok for probability, ok in every if probability >= CUT]
    return CalibrationRow(what, len(said), sum(said), sum(ok for _, ok in every))


def per_proposal(known: Iterable[tuple[CalibrationSentence, ModelResponse]], learned: RescoringModel) -> float:
    """Proposals that would be shown in 1,000 words of edited prose."""
    edited = [(s, r) for s, r in known if s.part == "edited"]
    words = sum(len(s.text.split()) for s, _ in edited)
    shown = sum(predict(seen, learned.proposals) >= CUT for s, r in edited for seen, _, _ in _of_proposals(s, r))
    return 1000 * shown / words if words else math.nan
