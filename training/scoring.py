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

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.feature_extraction import DictVectorizer

from bench import scorer, sets
from localproof.engines import is_speller
from localproof.pipeline.merging import resolve_overlaps
from localproof.report import Finding
from localproof.scoring import features as featuring  # the module
from localproof.scoring.features import FeatureContext, RuleFacts, feature_rule_name, features, voice
from localproof.scoring.ngram_counts import ngram_counts
from localproof.text import apply_edits

from . import flags, inject

OUT = Path(featuring.__file__).with_name("coefficients.json")
# How many flags of the sample of edited prose are real errors after all: by a reading of 34 of each group.
REAL = {"same edit": 0.6, "spelling": 0.015, "taste": 0.005, "other": 0.03}
# With one engine there is no "same edit"; those 417 flags are then among its 3,800 (Harper) or 3,967 others.
REAL_ALONE = {"spelling": 0.015, "taste": 0.005, "other": 0.085}
STRENGTH = 0.6  # inverse of the penalty on large weights
OF_RULES = 0.15  # the same for the weights of single rules, on what the groups leave open
MOST_OF_RULE = 15.0  # what all examples of a rule that is no dictionary weigh at most where groups are learned
MOST_OF_REPOSITORY = 0.02  # of the weight of all corrections
# How many errors edited prose holds for each in as many words of sentences that were corrected: one for 43 there.
EDITED = 0.025
TESTS = 3.0  # corrections that all test sentences of a rule weigh as much as
UNSURE = 12  # flags of a rule that its group's share of real errors counts as much as
COUNTERPARTS = 4  # right flags of a rule that count as much as "the other engine never speaks"
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


class _Rates(Mapping[str, float]):
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
    every = flags.merged("clean", engines, missing_end=True)
    return [(i, t, f) for i, t, f in islice(every, MOST_EDITED) if "-late:" not in i]


def rates_of(prose: Sequence[tuple[str, str, tuple[Finding, ...]]]) -> tuple[Counter[str], float]:
    """How often each rule speaks in `prose`, and its words in millions."""
    counts: Counter[str] = Counter()
    for _, _, found in prose:
        for finding in found:
            counts.update(set(finding.source))
    millions = sum(len(t.split()) for _, t, _ in prose) / 1e6
    return counts, millions


def rates_known_before(counts: Counter[str], millions: float) -> tuple[Counter[str], float]:
    """`rates_of`, but where the sample is not all there yet, for rules of the engines what was counted before."""
    if millions > 0.9 * WHOLE:
        return counts, millions
    known = json.loads(OUT.read_text("utf-8"))["rates"]
    own = {rule: round(n * WHOLE / millions) for rule, n in counts.items() if rule.startswith(featuring.OWN)}
    return Counter({rule: round(rate * WHOLE) for rule, rate in known.items()} | own), WHOLE


def examples(rows: Iterable[tuple[str, str, tuple[Finding, ...]]], rates: RuleFacts, name: str = "") -> list[Example]:
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


CORRECTED = ("corrections", "more-corrections")


@dataclass(frozen=True)
class Corrected:
    """The flags of a set of corrections and of which repository each sentence is."""

    flags: list[Example]
    items: list[sets.Item]
    repository: Mapping[str, str]

    def part(self, *, held: bool) -> list[Example]:
        """The flags of sentences of repositories that are held back, or of the others."""
        return [e for e in self.flags if held_back(self.repository[e.ident]) == held]


def corrected(name: str, rates: RuleFacts, engines: Sequence[str]) -> Corrected:
    """A set of corrections, and what `engines` say of it. Of the new ones only those of the core kinds: the rest is
    mostly house style."""
    items = sets.load(name)
    if name != "corrections":
        items = scorer.core(items)
    repository = {str(i.id): i.meta["repo"] for i in items}
    rows = (row for row in flags.merged(name, engines, missing_end=True) if row[0] in repository)
    return Corrected(examples(rows, rates, name), items, repository)


def taught(rates: RuleFacts, of: Sequence[Corrected], engines: Sequence[str], share: float = 1.0) -> list[Example]:
    """Labelled examples with their weights; `share` of the new repositories, for the curve."""
    rows: list[Example] = []
    for number, one in enumerate(of):
        for e in one.part(held=False):
            if number == 0 or int(hashlib.sha256(one.repository[e.ident].encode()).hexdigest(), 16) % 100 < 100 * share:
                rows.append(e)
    repository = {ident: name for one in of for ident, name in one.repository.items()}
    size = Counter(repository[e.ident] for e in rows)
    most = MOST_OF_REPOSITORY * len(rows)
    rows = [replace(e, weight=min(1.0, most / size[repository[e.ident]])) for e in rows]
    for name, weight in (("eracond", LEARNER), ("realec", REALEC)):
        of_set = examples(flags.merged(name, engines, missing_end=True), rates, name)
        many = {i for i, n in Counter(e.ident for e in of_set).items() if n > 12}  # a sentence with every word doubled
        rows += [replace(e, weight=weight) for e in of_set if e.ident not in many]
    return rows


def from_tests(rates: RuleFacts, engines: Sequence[str]) -> list[Example]:
    """What is said of the sentences by which Harper's authors test its rules: right where it makes what they expect,
    and wrong in those that a rule has to leave alone. All of one rule weigh as much as `TESTS` corrections; matters of
    style teach nothing."""
    rows: list[Example] = []
    right = {str(i.id): i.meta["right"] for i in sets.load("suites")}
    for ident, text, found in flags.merged("suites", engines, missing_end=True):
        if not ident.startswith("harper:"):
            continue
        for f in found:
            made = bool(f.edits) and apply_edits(text, f.edits[:1]) == right[ident]
            if voice(f) in ("grammar", "typo", "punctuation") and (made or not right[ident]):
                seen = features(text, f, FeatureContext(), ngram_counts(), rates)
                rows.append(Example(ident, text, f, seen, float(made)))
    of_rule = Counter((e.finding.rule, e.right) for e in rows)
    return [replace(e, weight=min(1.0, TESTS / of_rule[e.finding.rule, e.right])) for e in rows]


def counterparts(rows: Iterable[Example]) -> dict[str, float]:
    """In what share of the places where a rule was right both engines spoke; rules with few such places seem to have
    no counterpart, and so has a rule that none is known of."""
    right, both = Counter[str](), Counter[str]()
    for e in rows:
        if e.right >= 0.5:
            for rule in {feature_rule_name(r) for r in e.finding.source}:
                right[rule] += 1
                both[rule] += len({*e.finding.engines} - {featuring.OWN}) > 1
    found = {rule: round(both[rule] / (n + COUNTERPARTS), 2) for rule, n in sorted(right.items())}
    return {rule: share for rule, share in found.items() if share >= 0.05}


def injected(rates: RuleFacts, engines: Sequence[str]) -> list[Example]:
    """The flags that put a slip right which was put into a good sentence. What else is said there teaches nothing."""
    slips = dict(inject.sample())
    rows: list[Example] = []
    for ident, text, found in flags.merged("injected", engines, missing_end=True):
        if ident not in slips or slips[ident].text != text:
            continue  # of another state of `inject`
        back = slips[ident].back
        for f in found:
            if f.edits and f.kind != "style" and apply_edits(text, f.edits[:1]) == apply_edits(text, [back]):
                rows.append(Example(ident, text, f, features(text, f, FeatureContext(), ngram_counts(), rates), 1.0))
    of_rule = Counter(e.finding.rule for e in rows)
    return [replace(e, weight=min(1.0, INJECTED / of_rule[e.finding.rule])) for e in rows]


def false_alarms(prose: Sequence[tuple[str, str, tuple[Finding, ...]]], rates: RuleFacts) -> list[Example]:
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


def real_by_rule(
    alarms: Sequence[Example], rows: Sequence[Example], words: tuple[float, float], real: Mapping[str, float]
) -> tuple[list[str], dict[str, float]]:
    """The group of each flag of edited prose and the share of each group that is real. Where a rule speaks oftener in
    sentences that were corrected (`rows`) than in edited prose (`words`: of both, in millions), most of what it says
    there is an error, and so is a part of what it says here. Rules that hardly speak stay together."""
    careless = Counter(e.finding.rule for e in rows)
    edited_ = Counter(e.finding.rule for e in alarms)
    names, shares = [], dict(real)
    for e in alarms:
        rule, common = e.finding.rule, group(e.finding)
        often = edited_[rule]
        if often < 5 or is_speller(rule):
            names.append(common)
            continue
        here, there = often / words[1], careless[rule] / words[0]
        errors = EDITED * max(0.0, there - here) / (1 - EDITED) * words[1]
        kin = real.get(common, real["other"])
        name = f"{rule} {common}"
        shares[name] = min(0.9, (min(errors, often) + UNSURE * kin) / (often + UNSURE))
        names.append(name)
    return names, shares


def fitted(
    table: Any, right: np.ndarray, weight: np.ndarray, penalty: np.ndarray, start: np.ndarray, offset: Any = 0.0
) -> np.ndarray:
    """Weights of a logistic regression with soft labels, added to the log-odds `offset`; `penalty` by column. They
    are looked for from `start` on."""

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = table @ w + offset
        total = float(weight @ (np.logaddexp(0, z) - right * z)) + 0.5 * float(penalty @ (w * w))
        slope = table.T @ (weight * (1 / (1 + np.exp(-np.clip(z, -40, 40))) - right)) + penalty * w
        return total, slope

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 250, "ftol": 1e-8}).x)


def learned_in_two_steps(
    table: Any, names: Sequence[str], rules: Sequence[str], right: Any, weight: Any, before: np.ndarray
) -> np.ndarray:
    """The weights, looked for near those of `before`: first those of what rules have in common, where no rule weighs
    more than `MOST_OF_RULE`, so that a rule that was never met is taken for one of its kind and not for the loudest;
    then those of rules themselves."""
    own = np.array([n.startswith(("rule=", "category=")) for n in names])
    each: dict[str, float] = defaultdict(float)
    for rule, w in zip(rules, weight, strict=True):
        each[rule] += w
    fair = np.array([1.0 if is_speller(r) else min(1.0, MOST_OF_RULE / max(each[r], 1e-9)) for r in rules])
    common = np.full(len(names), 1 / STRENGTH)
    first = np.zeros(len(names))
    first[~own] = fitted(table[:, ~own], right, weight * fair, common[~own], before[~own])
    single = np.full(len(names), 1 / OF_RULES)
    first[own] = fitted(table[:, own], right, weight, single[own], before[own], table @ first)
    return first


def softened(
    learn_: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    table: Any,
    right: np.ndarray,
    weight: np.ndarray,
    groups: np.ndarray,
    real: Mapping[str, float],
    rounds: int = 3,
) -> np.ndarray:
    """Expectation maximisation. In each group of edited prose (`groups`; "" elsewhere) the share `real` of real errors
    falls to the flags that the model of the round before finds likeliest, by one shift of the group's log-odds."""
    right = right.copy()
    members = {name: np.flatnonzero(groups == name) for name in real}
    w = learn_(right, np.where(groups != "", 0.3 * weight, weight), np.zeros(table.shape[1]))
    for _ in range(rounds):
        every = table @ w
        for name, share in real.items():
            z = every[members[name]]
            if not len(z):
                continue
            low, high = -15.0, 10.0
            for _ in range(40):
                shift = (low + high) / 2
                low, high = (low, shift) if (1 / (1 + np.exp(-(z + shift)))).mean() > share else (shift, high)
            right[members[name]] = 1 / (1 + np.exp(-(z + low)))
        w = learn_(right, weight, w)
    return w


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
    spoken = "There's two of them: so people speak, and many mean to write; the writer's voice is not an error"
    out["there's"] = {"weight": -2.0, "reason": spoken}
    out["dialect variant"] = {
        "weight": -3.0,
        "reason": "British spelling in an unmarked text, or American: the writer's dialect, which nobody was told",
    }
    out["dialect variant against the text"] = {"weight": 2.0, "reason": "but the rest of the text is in the other"}
    spelt_out = "BTW, IMHO, nvm, mins: abbreviations are the writer's voice, or the name of something"
    out["expands"] = {"weight": -3.5, "reason": spelt_out}
    for rule in ("harper/ExpandTimeShorthands", "harper/OkToOkay"):
        out[f"rule={rule}"] = {"weight": -2.5, "reason": spelt_out}
    seldom = (
        "in the suites of both engines rules that never spoke in edited prose are mostly right, and what corrections"
        " call a false alarm of theirs is mostly an error that the editor passed over"
    )
    out["hardly ever in edited prose grammar"] = {"weight": 0.7, "reason": seldom}
    out["hardly ever in edited prose typo"] = {"weight": 0.5, "reason": seldom}
    out["own rule"] = {
        "weight": 2.0,
        "reason": "closed patterns, read in edited prose: of some 40 places in 0.2 million words nearly all are errors;"
        " too few sentences were corrected for each to be learned",
    }
    out["rare word and no listed misspelling"] = {
        "weight": -0.5,
        "reason": "outliner, probit, parametrize: a careful writer means a word that public lists have; of 10,000 right"
        " flags in sentences that were corrected 28 were of such words, and in eight careful blogs all were wrong",
    }
    term = "what stands by itself, in bold or in italics, or after “by” or “called” is mostly a name or a term"
    for sign, weight in (("marked", -1.0), ("by itself", -1.5), ("said of names", -0.7)):
        out[f"spelling {sign}"] = {"weight": weight, "reason": term}
    out["spelling outside the prose"] = {
        "weight": -2.0,
        "reason": "what code, an address or a tag of the same text is called is its name: of 11 such suspects on eight"
        " blogs that were at least .3 likely, 10 were names of tools and the eleventh no misspelling",
    }
    for word in ("very", "many", "really", "much", "so", "far", "long", "no"):
        out[f"deletes={word}"] = {
            "weight": -4.0 if word == "no" else -2.0,
            "reason": f"{word} {word}: said twice for emphasis; the writer's voice",
        }
    out["joins at a hyphen"] = {
        "weight": -2.0,
        "reason": "multi-byte to multibyte: none of 345 such flags in corrections and edited prose was an error",
    }
    out["said three times"] = {
        "weight": -3.0,
        "reason": "the keys Up Up Up; no no no: what is no small word and said three times is meant three times",
    }
    at_home = ("harper/QuantifierNeedsOf", "harper/PreferSneaked", "harper/ViciousCircle")
    for rule in (*at_home, "languagetool/THESE_ONES", "languagetool/FRISBEE"):
        out[f"rule={rule}"] = {
            "weight": -6.0,
            "reason": "a couple reasons, snuck, a vicious cycle, these ones, frisbee: at home in many writers' English",
        }
    for rule in ("harper/AvoidCurses", "harper/FillerWords"):
        out[f"rule={rule}"] = {
            "weight": -6.0,
            "reason": "uh oh, so um, and what is no word for children: the writer's voice",
        }
    out["rule=languagetool/BE_INTEREST_IN"] = {"weight": -3.0, "reason": "which is interesting in that, in this regard"}
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
    counterparts: dict[str, float]


def learn(
    engines: tuple[str, ...],
    counts: Counter[str],
    of_words: float,
    millions: float,
    *,
    share: float = 1.0,
    brief: bool = False,
) -> Learned:
    """Learn from what `engines` said, as if there were no others, and print how good the result is. `share` of the new
    corrections; with `brief` of the tests only the held-back corrections are printed."""
    heard = (*engines, featuring.OWN)
    rates = RuleFacts(_Rates(counts, of_words))
    of = [corrected(name, rates, heard) for name in CORRECTED]
    pairs = counterparts(e for one in of for e in one.part(held=False)) if len(engines) > 1 else {}
    facts = RuleFacts(rates.rates, pairs)
    of = [replace(one, flags=[again(e, facts) for e in one.flags]) for one in of]
    rows = taught(facts, of, heard, share)
    told = len(rows)
    rows += injected(facts, heard) + from_tests(facts, heard)
    spare = RuleFacts(_Rates(counts, of_words, spare=1), pairs)
    alarms = false_alarms(edited(heard), spare)
    seen = sum(len(i.text.split()) for one in of for i in one.items if not held_back(one.repository[str(i.id)])) / 1e6
    names, real = real_by_rule(alarms, rows[:told], (seen, millions), REAL if len(engines) > 1 else REAL_ALONE)
    columns = DictVectorizer()
    table = columns.fit_transform([e.features for e in rows + alarms]).tocsr()
    right = np.array([e.right for e in rows + alarms])
    weight = np.array([e.weight for e in rows] + [e.weight * WHOLE / millions for e in alarms])
    groups = np.array([""] * len(rows) + names)
    rules = [e.finding.rule for e in rows + alarms]
    labels = [str(n) for n in columns.get_feature_names_out()]
    w = softened(
        lambda y, k, at: learned_in_two_steps(table, labels, rules, y, k, at), table, right, weight, groups, real
    )
    hand = by_hand()

    def predict(xs: list[dict[str, float]]) -> Any:
        z = columns.transform(xs) @ w
        z += [sum(hand[k]["weight"] * v for k, v in x.items() if k in hand) for x in xs]
        return 1 / (1 + np.exp(-z))

    print(
        f"{'+'.join(engines)}: {len(rows):,} labelled flags, {len(alarms):,} of edited prose ({millions:.2f} M words)",
        flush=True,
    )
    for name, recalls, kind in (
        ("cweb-g", (0.09, 0.12, 0.16), "detection"),
        ("cweb-s", (0.06, 0.10), "detection"),
        ("jfleg-dev", (0.13, 0.16), "correction"),
    ):
        if not brief:
            of_set = examples(flags.merged(name, heard), facts, name)
            show(name, measured(of_set, sets.load(name), predict), recalls, kind)
    for name, one in zip(CORRECTED, of, strict=True):
        core = {str(i.id) for i in scorer.core(one.items)}
        test = [e for e in one.part(held=True) if e.ident in core]
        items = [i for i in one.items if str(i.id) in core and held_back(one.repository[str(i.id)])]
        show(f"held back, {name}", measured(test, items, predict), (0.55, 0.62, 0.65, 0.66), "detection")
    weights = dict(zip(labels, map(float, w), strict=True))
    return Learned(weights, len(rows), len(alarms), pairs)


def again(example: Example, facts: RuleFacts) -> Example:
    """`example` with its features by other facts of its rules."""
    f = {k: v for k, v in example.features.items() if not k.startswith(("the other is silent", "alone="))}
    said: dict[str, float] = {}
    featuring.engine_features(said, example.finding, facts)
    return replace(example, features=f | {k: v for k, v in said.items() if k.startswith(("the other", "alone="))})


MOST_EDITED: int | None = None  # paragraphs of edited prose, for a quick look
WHOLE = 1.94  # millions of words of edited prose; what is left of fewer weighs as much


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dry", action="store_true", help="write nothing")
    parser.add_argument("--both", action="store_true", help="learn for both engines alone; the others' weights stay")
    parser.add_argument("--most-edited", type=int, help="paragraphs of edited prose, for a quick look")
    parser.add_argument("--share", type=float, default=1.0, help="of the new corrections, for the curve")
    options = parser.parse_args()
    global MOST_EDITED
    MOST_EDITED = options.most_edited
    use_unseen_shapes()
    found, millions = rates_of(edited())
    counts, of = rates_known_before(found, millions)
    wanted: tuple[tuple[str, ...], ...] = ENGINES[:1] if options.both else ENGINES
    learned = {
        engines: learn(engines, counts, of, millions, share=options.share, brief=options.both) for engines in wanted
    }
    if not options.dry:
        write(learned, counts, of, millions)


def write(learned: Mapping[tuple[str, ...], Learned], counts: Counter[str], of: float, millions: float) -> None:
    """Write the coefficients, atomically."""
    n, m = learned[ENGINES[0]].labelled, learned[ENGINES[0]].alarms
    about = {
        "version": "2026.11",
        "licence": "CC-BY-4.0",
        "data": (
            "real corrections from the histories of some 390 blogs and docs (a fifth of the repositories is kept for"
            " tests), ErAConD, REALEC, slips put into sentences of the corpus, the sentences by which Harper tests its"
            " rules, and edited prose of the corpus as soft false alarms; see sources.json beside this file"
        ),
        "facts": {
            "method": "logistic regression, labels of edited prose softened by expectation maximisation",
            "examples": f"{n:,} labelled flags, {m:,} flags of {millions:.2f} million words of edited prose",
            "human work": "people who corrected prose in public repositories; the annotators of ErAConD and REALEC",
            "consent": "open licences; nobody was asked one by one",
            "made by": "python -m training.scoring",
            "training cost": "ten minutes of one CPU core, not metered; the engines' flags an hour of two",
        },
    }
    before = json.loads(OUT.read_text("utf-8"))
    known = (before["weights"] if len(learned) < len(ENGINES) else {}) | {
        "+".join(engines): {name: round(w, 3) for name, w in sorted(of.weights.items()) if abs(w) >= SMALLEST}
        for engines, of in learned.items()
    }
    document = {
        "about": about,
        "cuts": {"quiet": 0.6, "balanced": 0.4, "all": 0.0},
        "repeats": {
            "weight": -1.5,
            "reason": "how often misspellings recur in an essay (TOEFL-Spell) against how often unlisted words recur in"
            " 350 words of blogs and docs of the corpus",
        },
        "safe": {"probability": 0.9, "rules": ["languagetool/ENGLISH_WORD_REPEAT_RULE", "languagetool/EN_A_VS_AN"]},
        "by_hand": by_hand(),
        "order": before.get("order", {}),
        "counterparts": learned[ENGINES[0]].counterparts,
        "rates": {rule: round(n / of, 2) for rule, n in sorted(counts.items())},
        "weights": known,
    }
    partial = OUT.with_suffix(".part")
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", "utf-8")
    partial.replace(OUT)
    print(f"{OUT}: {sum(map(len, known.values()))} weights")


if __name__ == "__main__":
    main()
