"""How far the models can be trusted: python -m training.calibrate [--dry]

Learns the weights of `localproof.scoring.rescoring` from what the models said
(`training.readings`): for the language model alone, for the tagger alone, and
for both. Prints how good the judge is with them and without, on sets that
nothing was learned from. Writes ``localproof/scoring/rescoring.json``.

Learned from real corrections of repositories that no model was taught
(`readings.calibrates`), sentences with one slip put in, essays of learners
(REALEC), which show what careless text is like, and edited prose,
whose labels are soft as in `training.scoring`. Of edited prose only some is
read: each text of it counts as many times as keeps its share of all that the
judge learned from.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer

from bench import scorer, sets
from localproof import scoring
from localproof.pipeline.merging import resolve_overlaps
from localproof.report import Finding
from localproof.scoring import rescoring
from localproof.scoring.features import FeatureContext
from localproof.scoring.language_model_client import ModelResponse
from localproof.text import Block, Edit, Piece, Span, apply_edits

from . import flags, inject, readings
from .corpus import replace_file
from .evaluate_tagger import ALARMS, KINDS
from .prepare import say, sha256
from .scoring import CORRECTED, REAL, STRENGTH, fitted, flag, group, held_back, softened

OUT = Path(rescoring.__file__).with_name("rescoring.json")
CUT = scoring.threshold("balanced")
# In 1,000 words of edited prose so many proposals are real errors after all.
REAL_PROPOSALS = 0.25
_INJECTED = 0.3  # weight of an example from a sentence with a slip put in
_LEARNER = 0.3  # weight of an example from essays of learners
_MARKED = 0.8  # share of the edits at words which these essays have marked that are right
_CLEAN_ELSEWHERE = 0.3  # weight of a proposal in a corrected sentence where nothing was corrected
_SMALLEST = 0.01


@dataclass
class Example:
    """A finding or a proposal with what is weighed of it, and whether it was right."""

    ident: str
    finding: Finding
    features: dict[str, float]
    right: float
    weight: float
    group: str = ""


@dataclass
class Text:
    """A text with what was said of it: findings judged without the model, and the reading."""

    ident: str
    text: str
    findings: tuple[Finding, ...]
    reading: ModelResponse


def block_of(text: str) -> Block:
    """A block that is all of `text`."""
    return Block("paragraph", text, (Piece(Span(0, len(text)), Span(0, len(text)), "text"),))


def judged(name: str) -> list[Text]:
    """The texts of a set that were read."""
    known = readings.load(name)
    out = []
    for ident, text, found in readings.texts(name):
        if ident in known:
            block = block_of(text)
            words = scoring.count_words([block])
            inside = (f for f in found if f.span.end <= len(text))
            out.append(Text(ident, text, tuple(scoring.score_finding(block, f, words) for f in inside), known[ident]))
    return out


def heard(texts: Iterable[Text], models: str) -> list[Text]:
    """`texts` as if only some of the models had been there."""
    return [replace(t, reading=readings.with_models(t.reading, models)) for t in texts]


def of_findings(texts: Iterable[Text], right: Any, weight: float, grouped: bool = False) -> list[Example]:
    """The findings of the engines as examples; `right(text, finding)` says whether one is."""
    out = []
    for t in texts:
        for f in t.findings:
            seen = rescoring.finding_features(t.text, f, rescoring.log_odds(f.probability or 0.0), t.reading)
            out.append(Example(t.ident, f, seen, float(right(t, f)), weight, group(f) if grouped else ""))
    return out


def of_proposals(texts: Iterable[Text], right: Any, weight: float, grouped: bool = False) -> list[Example]:
    """The model's proposals that no engine makes as examples; `right` gives None for what is not known."""
    rules = scoring.coefficients().rules
    out = []
    for t in texts:
        theirs = {e for f in t.findings for e in f.edits}
        for p in rescoring.all_proposals(t.reading):
            if p.edit in theirs:
                continue
            f = rescoring.proposal_to_finding(t.text, p)
            verdict = right(t, f)
            seen = rescoring.proposal_features(t.text, p, FeatureContext(), rules, t.reading.tagged)
            share = _CLEAN_ELSEWHERE if verdict is None else 1.0
            label = float(verdict or 0.0)
            out.append(Example(t.ident, f, seen, label, weight * share, "proposal" if grouped else ""))
    return out


def by_gold(name: str) -> tuple[Any, Any]:
    """Whether a finding, and whether a proposal, is right by the gold of a set."""
    gold = {str(item.id): item for item in sets.load(name)}

    def finding(t: Text, f: Finding) -> bool:
        return scorer.verdict(gold[t.ident], flag(f)).detected

    def proposal(t: Text, f: Finding) -> bool | None:
        verdict = scorer.verdict(gold[t.ident], flag(f))
        return True if verdict.corrected else None if not verdict.overlaps else False

    return finding, proposal


def by_tokens(name: str) -> tuple[Any, Any]:
    """The same where only the words that are wrong are marked, and not what is right: an edit there is mostly right."""
    marked = {str(item.id): [Span(g.start, g.end) for g in item.annotators[0]] for item in sets.load(name)}

    def right(t: Text, f: Finding) -> float:
        place = f.edits[0].span if f.edits else f.span
        wide = place if len(place) else Span(place.start, place.start + 1)
        return _MARKED if any(wide.overlaps(span) for span in marked[t.ident]) else 0.0

    return right, right


def by_slip() -> tuple[Any, Any]:
    """The same for sentences with a slip put in."""
    slips = dict(inject.sample())

    def right(t: Text, f: Finding) -> bool | None:
        back = slips[t.ident].back
        if f.edits and apply_edits(t.text, f.edits[:1]) == apply_edits(t.text, [back]):
            return True
        return False if f.span.overlaps(back.span) else None

    return (lambda t, f: bool(right(t, f))), right


@dataclass
class Learned:
    """Weights by name, and a function from examples to probabilities."""

    weights: dict[str, float]
    count: int

    def chances(self, examples: Sequence[Example]) -> np.ndarray[Any, Any]:
        """How likely each example is right."""
        z = np.array([sum(self.weights.get(k, 0.0) * v for k, v in e.features.items()) for e in examples])
        return 1 / (1 + np.exp(-np.clip(z, -30, 30)))


def learn(examples: Sequence[Example], real: Mapping[str, float]) -> Learned:
    """A logistic regression; the labels of grouped examples are softened."""
    columns = DictVectorizer()
    table = columns.fit_transform([e.features for e in examples]).tocsr()
    penalty = np.full(table.shape[1], 1 / STRENGTH)
    found = softened(
        lambda right, weight, at: fitted(table, right, weight, penalty, at),
        table,
        np.array([e.right for e in examples]),
        np.array([e.weight for e in examples]),
        np.array([e.group for e in examples]),
        real,
    )
    named = zip(columns.get_feature_names_out(), map(float, found), strict=True)
    return Learned({k: round(w, 3) for k, w in sorted(named) if abs(w) >= _SMALLEST}, len(examples))


def shown(t: Text, known: rescoring.RescoringModel | None) -> list[scorer.Flag]:
    """What is said of a text, with the model or without."""
    return [flag(f) for f in findings_of(t, known)]


def findings_of(t: Text, known: rescoring.RescoringModel | None) -> list[Finding]:
    """The findings of a text, with the model or without."""
    block = block_of(t.text)
    found: Iterable[Finding] = t.findings
    if known is not None:
        found = scoring.rescore_findings(block, t.findings, t.reading, scoring.count_words([block]), known)
    return list(resolve_overlaps(found))


def compare(title: str, texts: Sequence[Text], items: Sequence[sets.Item], known: rescoring.RescoringModel) -> None:
    """Print the curve of a set with the model and without, and how often its proposals are right."""
    ids = {str(i.id): i.id for i in items}
    mine = [t for t in texts if t.ident in ids]
    of_items = [i for i in items if str(i.id) in {t.ident for t in mine}]
    print(f"\n{title}: {len(mine):,} texts")
    curves = {
        name: scorer.curve(of_items, {ids[t.ident]: shown(t, how) for t in mine}, steps=300)
        for name, how in (("without", None), ("with", known))
    }
    for measure in ("detection", "correction"):
        for recall in (0.06, 0.09, 0.12, 0.16, 0.2, 0.3, 0.5, 0.6, 0.65, 0.7):
            row = []
            for curve in curves.values():
                point = scorer.at_recall(curve, recall, measure)
                row.append("    -" if point is None else f"{getattr(point.result, measure).precision:.3f}")
            if any(cell.strip() != "-" for cell in row):
                print(f"  {measure} at recall {recall:.2f}: precision {row[0]} without, {row[1]} with")
        for precision in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
            row = []
            for curve in curves.values():
                point = scorer.at_precision(curve, precision, measure)
                row.append("    -" if point is None else f"{getattr(point.result, measure).recall:.3f}")
            if any(cell.strip() != "-" for cell in row):
                print(f"  {measure} at precision {precision:.2f}: recall {row[0]} without, {row[1]} with")


def proposals(title: str, examples: Sequence[Example], learned: Learned) -> None:
    """Print how many proposals pass which cut, and how many of them are right."""
    chances = learned.chances(examples)
    print(f"\n{title}: proposals")
    for cut in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        chosen = [e for e, c in zip(examples, chances, strict=True) if c >= cut]
        good = sum(e.right for e in chosen)
        kinds = Counter(e.finding.rule.removeprefix("model/") for e in chosen if e.right)
        print(f"  from {cut:.1f}: {len(chosen)}, {good:.0f} right ({good / max(len(chosen), 1):.2f}) {dict(kinds)}")


def by_register(texts: Sequence[Text], known: rescoring.RescoringModel) -> None:
    """Print how many findings there are in 1,000 words of edited prose of each register, without the model and with it:
    nearly all are false alarms."""
    print(f"\n{'edited prose':14} {'words':>8} {'without':>8} {'with':>8} {'of these its own':>17}   in 1,000 words")
    registers: dict[str, list[Text]] = {}
    for t in texts:
        registers.setdefault(t.ident.partition(":")[0], []).append(t)
    for name, some in sorted(registers.items()):
        words = sum(len(t.text.split()) for t in some)
        row = []
        for how in (None, known):
            said = [f for t in some for f in findings_of(t, how) if (f.probability or 0.0) >= 0.5]
            row.append(len(said))
        own = sum(f.rule.startswith(rescoring.PROPOSES) for f in said)
        print(
            f"{name:14} {words:8,} "
            + " ".join(f"{1000 * n / words:8.2f}" for n in row)
            + f" {1000 * own / words:17.2f}"
        )


def _flags_of_proposals(t: Text) -> list[scorer.Flag]:
    """All that the models propose of a text, however unlikely."""
    return [flag(rescoring.proposal_to_finding(t.text, p)) for p in rescoring.all_proposals(t.reading)]


def found(texts: Sequence[Text], items: Sequence[sets.Item], known: rescoring.RescoringModel) -> None:
    """Print what share of the real errors of each kind is put right without the model and with it, and how many of its
    proposals have what is right however unlikely they are."""
    print(f"\n{'put right':14} {'errors':>6} {'engines':>8} {'without':>8} {'with':>8} {'ever proposed':>14}")
    ids = {str(i.id): i.id for i in items}
    mine = [i for i in items if str(i.id) in {t.ident for t in texts}]
    rows = [
        scorer.by_kind(mine, {ids[t.ident]: flags_of(t) for t in texts}, cut=cut)
        for flags_of, cut in (
            ((lambda t: [flag(f) for f in t.findings]), 0.0),
            ((lambda t: shown(t, None)), CUT),
            ((lambda t: shown(t, known)), CUT),
            (
                (
                    lambda t: [
                        flag(rescoring.proposal_to_finding(t.text, p)) for p in rescoring.all_proposals(t.reading)
                    ]
                ),
                0.0,
            ),
        )
    ]
    for kind, (count, _, _) in rows[0].items():
        print(f"{kind:14} {count:6} " + " ".join(f"{row[kind][2]:8.3f}" for row in rows))


def own_of(t: Text, known: rescoring.RescoringModel) -> list[Finding]:
    """What models propose of a text by themselves, as if no engine had read it."""
    block = block_of(t.text)
    found = scoring.rescore_findings(block, (), t.reading, scoring.count_words([block]), known)
    return [f for f in found if f.rule.startswith(rescoring.PROPOSES)]


def at_alarms(texts: Sequence[Text], clean: Sequence[Text], known: rescoring.RescoringModel) -> None:
    """Print what share of the errors of `KINDS` in corrections the models put right by themselves where edited prose
    has `ALARMS` of their proposals in 1,000 words."""
    prose = [t for t in clean if not t.ident.startswith(("fiction", "essay"))]
    thousands = sum(len(t.text.split()) for t in prose) / 1000
    alarms = sorted((f.probability or 0.0 for t in prose for f in own_of(t, known)), reverse=True)
    gold = {str(item.id): item for item in sets.load("corrections")}
    by_kind: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for t in texts:
        said = own_of(t, known)
        for g in gold[t.ident].annotators[0]:
            if g.type in KINDS and g.replacement is not None:
                meant = apply_edits(t.text, [Edit(Span(g.start, g.end), g.replacement)])
                right = (f.probability or 0.0 for f in said if any(apply_edits(t.text, [e]) == meant for e in f.edits))
                by_kind[g.type].append(max(right, default=0.0))
    for allowed in ALARMS:
        at = int(allowed * thousands)
        least = max(alarms[at] if at < len(alarms) else 0.0, 1e-9)
        shares = {kind: sum(p > least for p in found) / max(len(found), 1) for kind, found in by_kind.items()}
        every = [p for found in by_kind.values() for p in found]
        print(
            f"{allowed} alarms in 1,000 words of edited prose: {sum(p > least for p in every) / len(every):.3f} of"
            f" {len(every)} put right by themselves ({', '.join(f'{k} {s:.3f}' for k, s in shares.items())})"
        )


@dataclass(frozen=True)
class Sets:
    """What was read: corrections to learn from and to test with, sentences with a slip, essays, and edited prose."""

    learn: list[Text]
    test: list[Text]
    injected: list[Text]
    learners: list[Text]
    clean: list[Text]
    of_clean: float  # how many texts each of `clean` stands for

    def with_(self, models: str) -> Sets:
        """The same as if only some of the models had been there."""
        return Sets(
            *(heard(t, models) for t in (self.learn, self.test, self.injected, self.learners, self.clean)),
            self.of_clean,
        )


def gathered() -> Sets:
    """All that was read."""
    repository = {str(i.id): i.meta["repo"] for name in CORRECTED for i in sets.load(name)}
    core = {str(i.id) for name in CORRECTED for i in scorer.core(sets.load(name))}
    test = [t for t in judged("corrections") if t.ident in core]
    learn = [t for t in judged("more-corrections") if t.ident in core]
    clean = judged("clean")
    # Of corrections as many errors are learned from as edited prose has beside them where scoring is learned.
    prose = sum(1 for _ in flags.merged("clean", missing_end=True)) / max(len(clean), 1)
    taught = sum(not held_back(r) for r in repository.values())
    return Sets(learn, test, judged("injected"), judged("realec"), clean, prose * len(learn) / max(taught, 1))


def learned_with(every: Sets) -> tuple[Learned, Learned]:
    """The weights of the engines' findings and of the models' proposals."""
    theirs: list[Example] = []
    own: list[Example] = []
    for texts, (right, meant), weight, grouped in (
        (every.learn, by_gold("more-corrections"), 1.0, False),
        (every.injected, by_slip(), _INJECTED, False),
        (every.learners, by_tokens("realec"), _LEARNER, False),
        (every.clean, ((lambda t, f: False), (lambda t, f: False)), every.of_clean, True),
    ):
        theirs += of_findings(texts, right, weight, grouped)
        own += of_proposals(texts, meant, weight, grouped)
    words = sum(len(t.text.split()) for t in every.clean)
    alarms = sum(bool(e.group) for e in own)
    return learn(theirs, REAL), learn(own, {"proposal": min(0.1, REAL_PROPOSALS * words / 1000 / max(alarms, 1))})


def report(every: Sets, learned: tuple[Learned, Learned]) -> None:
    """Print how good the judge is with the models and without."""
    known = rescoring.RescoringModel(learned[0].weights, learned[1].weights, {})
    items = scorer.core(sets.load("corrections"))
    compare("held-back corrections, core kinds", every.test, items, known)
    found(every.test, items, known)
    proposals("held-back corrections", of_proposals(every.test, by_gold("corrections")[1], 1.0), learned[1])
    words = sum(len(t.text.split()) for t in every.clean)
    of_clean = of_proposals(every.clean, lambda t, f: False, 1.0)
    chances = learned[1].chances(of_clean)
    for cut in (0.3, 0.5, 0.6):
        print(f"edited prose: {1000 * (chances >= cut).sum() / max(words, 1):.2f} proposals per 1,000 words from {cut}")
    by_register(every.clean, known)
    at_alarms(every.test, every.clean, known)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dry", action="store_true", help="write nothing")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--model", type=Path, default=readings.MODELS / "localproof-small.gguf")
    parser.add_argument("--tagger", type=Path, default=readings.MODELS / "localproof-tagger.gguf")
    options = parser.parse_args()
    every = gathered()
    say(f"{len(every.learn):,} corrections, {len(every.injected):,} slips, {len(every.clean):,} of edited prose")
    weights = {}
    for models in readings.WITH:
        print(f"\n── with {models} ──")
        some = every.with_(models)
        learned = learned_with(some)
        report(some, learned)
        weights[models] = {"findings": learned[0].weights, "proposals": learned[1].weights}
        counts = learned[0].count, learned[1].count
    if not options.dry:
        write(options.out, {"score": options.model, "tag": options.tagger}, weights, counts)


def write(
    out: Path, files: Mapping[str, Path], weights: Mapping[str, Mapping[str, Mapping[str, float]]],
    counts: tuple[int, int],
) -> None:  # fmt: skip
    """Write the weights, by one replace."""
    about = {
        "made by": "python -m training.calibrate",
        "licence": "CC-BY-4.0",
        "data": "real corrections of repositories that no model was taught, REALEC, slips put into sentences of the"
        " corpus, edited prose of the corpus; see sources.json",
        "examples": f"{counts[0]:,} findings of the engines, {counts[1]:,} proposals of both models",
    }
    document = {"models": {role: sha256(file) for role, file in files.items()}, "about": about, "weights": weights}
    replace_file(out, (json.dumps(document, indent=0) + "\n").encode())
    print(f"{out}: {sum(len(t) for tables in weights.values() for t in tables.values())} weights")


if __name__ == "__main__":
    main()
