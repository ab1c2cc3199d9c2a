"""Learn the judge's coefficients: python -m training.scoring [--dry]

Reads what the engines said (``python -m training.flags all``) and what was
right, and writes ``localproof/scoring/coefficients.json``.

Taught by sources whose licence allows it, and by nothing else: real corrections
(of all repositories but a fifth, see `held_back`), ErAConD, REALEC; and, as
false alarms, what the engines say of two million words of edited prose; and,
for the many rules that real corrections are too few to show, slips put into
sentences of that prose (`inject`). Edited
prose still holds real errors (most of what both engines correct alike is one),
so its labels are soft: by expectation maximisation the flags of each group
share the errors that the group is known to hold (`REAL`), those that look most
like the corrected ones getting most. The sets that may not ship (CWEB,
JFLEG) are only measured against.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import vstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from bench import scorer, sets
from localproof.pipeline.merging import resolve_overlaps
from localproof.report import Finding
from localproof.scoring import features as featuring  # the module
from localproof.scoring.features import FeatureContext, features
from localproof.scoring.ngram_counts import ngram_counts
from localproof.text import apply_edits

from . import flags, inject

OUT = Path(featuring.__file__).with_name("coefficients.json")
# How many flags of the sample of edited prose are real errors after all: by a reading of 34 of each group.
REAL = {"same edit": 0.6, "spelling": 0.015, "taste": 0.005, "other": 0.03}
# With one engine there is no "same edit"; those 417 flags are then among its 3,800 (Harper) or 3,967 others.
REAL_ALONE = {"spelling": 0.015, "taste": 0.005, "other": 0.085}
STRENGTH = 0.6  # inverse of the penalty on large weights
LEARNER, REALEC, FICTION = 0.3, 0.1, 0.3  # weights of single examples; corrections and edited prose weigh 1
INJECTED = 20  # all slips that one rule puts right weigh at most as much as so many real corrections
SAME = 15  # what is said the same way of the same word weighs at most as much as so many flags
SMALLEST = 0.02  # weights nearer to 0 are left out
# What an engine is silent about tells something only where it was asked: each set of engines has weights of its own.
ENGINES = (("harper", "languagetool"), ("harper",), ("languagetool",))
_QUOTES = ("UnclosedQuotes", "UNPAIRED")


@dataclass
class Example:
    """One merged finding of a set and whether it was right (detection), with what the judge sees of it."""

    ident: str
    text: str
    finding: Finding
    features: dict[str, float]
    right: float
    weight: float = 1.0


def held_back(repository: str) -> bool:
    """Whether the corrections of a repository are kept for the test: about a fifth of all repositories."""
    return int(hashlib.sha256(f"judge:{repository}".encode()).hexdigest(), 16) % 5 == 0


class Rates(Mapping[str, float]):
    """How often each rule speaks in a million words of edited prose. With `spare`, one time less: so a flag of that
    prose is judged as if it had not been counted itself."""

    def __init__(self, counts: Counter[str], millions: float, spare: int = 0) -> None:
        self.counts, self.millions, self.spare = counts, millions, spare

    def __getitem__(self, rule: str) -> float:
        return max(0, self.counts[rule] - self.spare) / self.millions

    def __iter__(self) -> Any:
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)


def edited(engines: Sequence[str] = ENGINES[0]) -> list[tuple[str, str, tuple[Finding, ...]]]:
    """The sample of edited prose, without what was written after November 2022, and what `engines` say of it."""
    return [(i, t, f) for i, t, f in flags.merged("clean", engines) if "-late:" not in i]


def rates_of(prose: Sequence[tuple[str, str, tuple[Finding, ...]]]) -> tuple[Counter[str], float]:
    """How often each rule speaks in `prose`, and its words in millions."""
    counts: Counter[str] = Counter()
    for _, _, found in prose:
        for finding in found:
            counts.update(set(finding.source))
    return counts, sum(len(t.split()) for _, t, _ in prose) / 1e6


def examples(rows: Iterable[tuple[str, str, tuple[Finding, ...]]], rates: Rates, name: str = "") -> list[Example]:
    """Every finding of `rows` with its features, right or wrong by the gold of the set `name` (none: all wrong)."""
    gold = {str(item.id): item for item in sets.load(name)} if name else {}
    out: list[Example] = []
    for ident, text, found in rows:
        for f in found:
            right = scorer.verdict(gold[ident], flag(f)).detected if gold else False
            out.append(
                Example(ident, text, f, features(text, f, FeatureContext(), ngram_counts(), rates), float(right))
            )
    return out


def flag(f: Finding) -> scorer.Flag:
    """A finding as the scorer takes it."""
    if not f.edits:
        return scorer.Flag(f.span.start, f.span.end, None, f.probability or 0.0)
    edit = f.edits[0]
    return scorer.Flag(edit.span.start, edit.span.end, edit.text, f.probability or 0.0)


def taught(
    rates: Rates, corrections: list[Example], repository: Mapping[str, str], engines: Sequence[str]
) -> list[Example]:
    """Labelled examples with their weights."""
    rows = [e for e in corrections if not held_back(repository[e.ident])]
    for name, weight in (("eracond", LEARNER), ("realec", REALEC)):
        of_set = examples(flags.merged(name, engines), rates, name)
        many = {i for i, n in Counter(e.ident for e in of_set).items() if n > 12}  # a sentence with every word doubled
        rows += [replace(e, weight=weight) for e in of_set if e.ident not in many]
    return rows


def injected(rates: Rates, engines: Sequence[str]) -> list[Example]:
    """The flags that put a slip right which was put into a good sentence. What else is said there teaches nothing."""
    slips = dict(inject.sample())
    rows: list[Example] = []
    for ident, text, found in flags.merged("injected", engines):
        back = slips[ident].back
        for f in found:
            if f.edits and f.kind != "style" and apply_edits(text, f.edits[:1]) == apply_edits(text, [back]):
                rows.append(Example(ident, text, f, features(text, f, FeatureContext(), ngram_counts(), rates), 1.0))
    of_rule = Counter(e.finding.rule for e in rows)
    return [replace(e, weight=min(1.0, INJECTED / of_rule[e.finding.rule])) for e in rows]


def false_alarms(prose: Sequence[tuple[str, str, tuple[Finding, ...]]], rates: Rates) -> list[Example]:
    """The flags of edited prose with their weights."""
    rows = examples(prose, rates)

    def what(e: Example) -> tuple[str, str, str]:
        return (
            e.finding.rule,
            e.finding.span.of(e.text).lower(),
            e.finding.edits[0].text.lower() if e.finding.edits else "",
        )

    same = Counter(what(e) for e in rows)
    for e in rows:
        e.weight = min(1.0, SAME / same[what(e)]) if what(e)[1] else 1.0
        if e.ident.startswith("fiction"):
            e.weight *= FICTION
        # The corpus was filtered for balanced quotation marks, except in
        # books, whose habits (a new mark at each paragraph) are not a blog's.
        quotes = any(q in rule for q in _QUOTES for rule in e.finding.source)
        if e.ident.startswith(("fiction", "essay")) and (quotes or e.finding.kind == "punctuation"):
            e.weight = 1e-6
    return rows


def group(finding: Finding) -> str:
    """The group of `REAL` that a flag of edited prose belongs to."""
    if finding.kind == "spelling":
        return "spelling"
    if finding.kind in ("style", "typography"):
        return "taste"
    compound = any(word in rule for rule in finding.source for word in ("Compound", "COMPOUND", "HYPHEN", "Hyphen"))
    return "same edit" if finding.agreement > 1 and finding.kind == "grammar" and not compound else "other"


def fitted(table: Any, right: np.ndarray, weight: np.ndarray) -> LogisticRegression:
    """A logistic regression where an example may be right in part: it then counts on both sides."""
    part = (right > 0) & (right < 1)
    more = right >= 0.5
    x = vstack([table, table[part]])
    y = np.r_[more, ~more[part]]
    share = np.where(more, right, 1 - right)
    w = np.r_[weight * share, weight[part] * (1 - share[part])]
    return LogisticRegression(C=STRENGTH, max_iter=500).fit(x, y, sample_weight=w)


def softened(
    table: Any, right: np.ndarray, weight: np.ndarray, groups: np.ndarray, real: Mapping[str, float], rounds: int = 4
) -> LogisticRegression:
    """Expectation maximisation. In each group of edited prose (`groups`; "" elsewhere) the share `real` of real errors
    falls to the flags that the model of the round before finds likeliest, by one shift of the group's log-odds."""
    right = right.copy()
    model = fitted(table, right, np.where(groups != "", 0.3 * weight, weight))
    for _ in range(rounds):
        for name, share in real.items():
            of_group = groups == name
            z = model.decision_function(table[of_group])
            low, high = -15.0, 10.0
            for _ in range(40):
                shift = (low + high) / 2
                low, high = (low, shift) if (1 / (1 + np.exp(-(z + shift)))).mean() > share else (shift, high)
            right[of_group] = 1 / (1 + np.exp(-(z + low)))
        model = fitted(table, right, weight)
    return model


def measured(
    rows: Sequence[Example], items: Sequence[sets.Item], predict: Callable[[list[dict[str, float]]], Any]
) -> Any:
    """The curve of a set: precision and recall for each cut."""
    by: dict[Any, list[Finding]] = defaultdict(list)
    ids = {str(i.id): i.id for i in items}
    for e, p in zip(rows, predict([e.features for e in rows]), strict=True):
        by[ids[e.ident]].append(replace(e.finding, probability=float(p)))
    return scorer.curve(items, {i: [flag(f) for f in resolve_overlaps(found)] for i, found in by.items()}, steps=300)


def show(title: str, curve: Any, recalls: Sequence[float], kind: str) -> None:
    for recall in recalls:
        point = scorer.at_recall(curve, recall, kind)
        if point is None:
            print(f"{title:12} {kind} at R {recall:.2f}: not reached")
            continue
        result = getattr(point.result, kind)
        print(
            f"{title:12} {kind} at R {recall:.2f}: P {result.precision:.3f}, cut {point.cut:.3f},"
            f" {point.result.flags_per_1k:.1f} flags per 1,000 tokens"
        )


def by_hand() -> dict[str, dict[str, Any]]:
    """Weights that no shippable data could teach, with their reasons."""
    reason = "the training text has no headings, cells, captions or list items, which follow rules of their own"
    out: dict[str, dict[str, Any]] = {}
    for block in ("heading", "title", "cell", "caption"):
        out[f"block={block} typography"] = {"weight": -2.5, "reason": reason}
        out[f"block={block} punctuation"] = {"weight": -2.0, "reason": reason}
    out["block=item typography"] = {"weight": -3.0, "reason": reason}
    out["block=item punctuation"] = {"weight": -1.0, "reason": reason}
    out["block=quote typography"] = {"weight": -1.5, "reason": "a quotation keeps the habits of the one who is quoted"}
    names = (
        "the names of people, places and products in blogs are many and new; the corpus knows the old and the common"
    )
    out["spelling capitalised inside"] = {"weight": -0.7, "reason": names}
    out["spelling capitalised after a capital"] = {"weight": -0.7, "reason": names}
    out["spelling linked"] = {
        "weight": -2.0,
        "reason": "the first and the last word of a link are mostly the name of a project or of a person",
    }
    voice = "There's two of them: so people speak, and many mean to write; the writer's voice is not an error"
    for rule in ("languagetool/THERE_S_MANY", "languagetool/THERE_IS_A_LOT_OF", "harper/ThereIsAgreement"):
        out[f"rule={rule}"] = {"weight": -2.0, "reason": voice}
    for word in ("very", "many", "really", "much", "so", "far", "long"):
        out[f"deletes={word}"] = {
            "weight": -2.0,
            "reason": f"{word} {word}: said twice for emphasis; the writer's voice",
        }
    out["only accents"] = {
        "weight": -3.0,
        "reason": "a foreign word with its accents or without is the writer's choice",
    }
    out["clipped"] = {"weight": -3.0, "reason": "changin': a sound left out, and shown to be, as people speak"}
    for after in ("a number", "an abbreviation"):
        out[f"article before {after}"] = {
            "weight": -1.5,
            "reason": "a SQL, an SQL; an 80s kid: it depends on how the writer reads it aloud, which no rule knows",
        }
    out["rule=harper/ThatWhich"] = {"weight": -1.5, "reason": "so that that one could: twice and right"}
    out["same edit, hardly ever in edited prose grammar"] = {
        "weight": 1.0,
        "reason": "a rule that is this rare cannot be learned by itself; where both engines make the same correction of"
        " grammar it was right in 552 of 708 flags of the corrections, 86 of 103 of ErAConD",
    }
    return out


def use_unseen_shapes() -> None:
    """Let the feature "shape" of listed words come from a model that had not seen them, as it will be for new words."""
    unseen = json.loads((flags.CACHE / "shape_oof.json").read_text("utf-8"))
    seen = featuring.letter_ngram_score
    featuring.letter_ngram_score = lambda word: unseen[word] if word in unseen else seen(word)


@dataclass(frozen=True)
class Learned:
    """What was learned for one set of engines: the weights, and how many examples of each sort there were."""

    weights: dict[str, float]
    labelled: int
    alarms: int


def learn(engines: tuple[str, ...], counts: Counter[str], millions: float, repository: Mapping[str, str]) -> Learned:
    """Learn from what `engines` said, as if there were no others, and print how good the result is."""
    rates = Rates(counts, millions)
    corrections = examples(flags.merged("corrections", engines), rates, "corrections")
    rows = taught(rates, corrections, repository, engines) + injected(rates, engines)
    alarms = false_alarms(edited(engines), Rates(counts, millions, spare=1))
    columns = DictVectorizer()
    table = columns.fit_transform([e.features for e in rows + alarms])
    right = np.array([e.right for e in rows + alarms])
    weight = np.array([e.weight for e in rows + alarms])
    groups = np.array([""] * len(rows) + [group(e.finding) for e in alarms])
    model = softened(table, right, weight, groups, REAL if len(engines) > 1 else REAL_ALONE)
    hand = by_hand()

    def predict(xs: list[dict[str, float]]) -> Any:
        z = model.decision_function(columns.transform(xs))
        z += [sum(hand[k]["weight"] * v for k, v in x.items() if k in hand) for x in xs]
        return 1 / (1 + np.exp(-z))

    print(
        f"{'+'.join(engines)}: {len(rows):,} labelled flags, {len(alarms):,} of edited prose ({millions:.2f} M words)"
    )
    for name, recalls, kind in (
        ("cweb-g", (0.09, 0.12, 0.16), "detection"),
        ("cweb-s", (0.06, 0.10), "detection"),
        ("jfleg-dev", (0.13, 0.16), "correction"),
    ):
        of_set = examples(flags.merged(name, engines), rates, name)
        show(name, measured(of_set, sets.load(name), predict), recalls, kind)
    items = sets.load("corrections")
    core = {str(i.id) for i in scorer.core(items)}
    test = [e for e in corrections if e.ident in core and held_back(repository[e.ident])]
    test_items = [i for i in items if str(i.id) in core and held_back(repository[str(i.id)])]
    show("held back", measured(test, test_items, predict), (0.55, 0.62, 0.65), "detection")
    weights = dict(zip(columns.get_feature_names_out(), map(float, model.coef_[0]), strict=True))
    weights["bias"] = weights.get("bias", 0.0) + float(model.intercept_[0])
    return Learned(weights, len(rows), len(alarms))


def main() -> None:
    use_unseen_shapes()
    counts, millions = rates_of(edited())
    repository = {str(i.id): i.meta["repo"] for i in sets.load("corrections")}
    learned = {engines: learn(engines, counts, millions, repository) for engines in ENGINES}
    if "--dry" not in sys.argv:
        write(learned, counts, millions)


def write(learned: Mapping[tuple[str, ...], Learned], counts: Counter[str], millions: float) -> None:
    """Write the coefficients, atomically."""
    n, m = learned[ENGINES[0]].labelled, learned[ENGINES[0]].alarms
    about = {
        "version": "2026.11",
        "licence": "CC-BY-4.0",
        "data": (
            "real corrections from the histories of 34 blogs and docs (five more repositories are kept for tests),"
            " ErAConD, REALEC, slips put into sentences of the corpus, and edited prose of the corpus as soft false"
            " alarms; see sources.json beside this file"
        ),
        "facts": {
            "method": "logistic regression, labels of edited prose softened by expectation maximisation",
            "examples": f"{n:,} labelled flags, {m:,} flags of {millions:.2f} million words of edited prose",
            "human work": "people who corrected prose in public repositories; the annotators of ErAConD and REALEC",
            "consent": "open licences; nobody was asked one by one",
            "made by": "python -m training.scoring",
            "training cost": "two minutes of one CPU core, not metered; the engines' flags half an hour of two",
        },
    }
    known = {
        "+".join(engines): {name: round(w, 3) for name, w in sorted(of.weights.items()) if abs(w) >= SMALLEST}
        for engines, of in learned.items()
    }
    document = {
        "about": about,
        "cuts": {"quiet": 0.55, "balanced": 0.3, "all": 0.0},
        "repeats": {
            "weight": -1.5,
            "reason": "how often misspellings recur in an essay (TOEFL-Spell) against how often unlisted words recur in"
            " 350 words of blogs and docs of the corpus",
        },
        "safe": {"probability": 0.9, "rules": ["languagetool/ENGLISH_WORD_REPEAT_RULE", "languagetool/EN_A_VS_AN"]},
        "by_hand": by_hand(),
        "rates": {rule: round(n / millions, 2) for rule, n in sorted(counts.items())},
        "weights": known,
    }
    partial = OUT.with_suffix(".part")
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", "utf-8")
    partial.replace(OUT)
    print(f"{OUT}: {sum(map(len, known.values()))} weights")


if __name__ == "__main__":
    main()
