"""Finding to probability: how likely it is a real error that its writer would want to know of.

A logistic regression over `features`, applied in a few lines; what it learned
stands in ``coefficients.json`` with its own provenance, and is learned again by
``python -m training.scoring``. No language model is needed: what is known of
words comes from `ngram_counts`.

Start reading in `score_finding`, then `features`.

- Judging: `features`, `name_features`, `categories` and `other_languages` (texts that are not English), `dialect`,
  `site`; `edit_order` says which correction comes first.
- Known of words: `ngram_counts`, `wordlists`, `spelling_errors`, `tables`.
- Edits of our own: `candidate_edits`, `edit_tags`, `tagging`, `generation`, `proposals`, `types`; `verification`.
- The writer: `learning`.
- Models: `attached_models` (all that are switched on), `language_model_client` and `tagger_client` on `model_client`,
  `model_worker` and `tagger_worker` (their processes), `rescoring`, `calibration`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ..engines import ENGINES, HOUSE, OWN, is_speller
from ..report import Finding, Provenance, Question
from ..text import Block, Edit, Span, minimal_edit
from ..text.words import WORD, fold_apostrophes, fold_word
from . import features
from .dialect import is_british
from .edit_order import rank_edits
from .features import FeatureContext, RuleFacts, find_sentence_start, main_word
from .language_model_client import ModelResponse
from .learning import probability_before
from .ngram_counts import BOUNDARY, ngram_counts
from .other_languages import foreign as foreign
from .other_languages import foreign_sentences as foreign_sentences
from .rescoring import RescoringModel, rescore
from .wordlists import word_lists

# The words of `WORD` that begin with a capital, in a text of ASCII.
_ASCII_CAPITALISED = re.compile(r"(?<![A-Za-z])(?<![A-Za-z]')[A-Z][A-Za-z]*(?:'[A-Za-z]+)*")
_LAST_WORD = re.compile(r"([^\W\d_]+)\W*$")
_NEXT_WORD = re.compile(r" ([^\W\d_]+(?:['’][^\W\d_]+)*)(?<=[a-z])")
_BOTH = ("harper", "languagetool")  # the engines that the weights were learned with
_REPEATED = tuple(kind.repeated for kind in ENGINES.values() if kind.repeated)
# What an engine says that no weights were learned with: as likely right as wrong, nearly. "balanced" shows it, "quiet"
# does not, and no fix is safe.
UNLEARNED = 0.45
# Three times in a row these are no English; "had", "that", "no" and "very" may be.
_THRICE = re.compile(r"\b(the|an|of|to|and|or|at|by|for|from|with|into)(?:\s+\1\b){2,}", re.IGNORECASE)
# Words that no clause ends with, so that one said twice was meant once. All others may end one where the next begins
# (``the people I spoke to to get this``, ``what it is is``), and of "of" one is often meant for another word.
_NO_CLAUSE_ENDS_WITH = frozenset(
    "a an the my your our their its every and or nor but if because although whether than".split()
)
_NAMES_OF_OPERATORS = frozenset("and or not nor xor nand".split())  # ``the operators and and or``
_MARKS = ("*", "_", "`")
_LONG = 6  # letters of a word that is hardly another's slip by chance
_WORTH_RANKING = 0.05  # nobody sees the edits of what is less likely


@dataclass(frozen=True)
class Coefficients:
    """What was learned: a weight for each feature, and by profile the least probability that is shown.

    There is a table of `weights` for each set of engines that may have been
    asked, for what an engine is silent about tells something only where it was.
    `rules` are how often each rule spoke in a million words of edited prose, and how often the other engine with it.
    `repeats` is the weight of the logarithm of how often a suspected
    misspelling stands in the document, `order` are those of `edit_order`; `by_hand` are weights that no shippable
    data could teach, each with its reason in the file.
    """

    weights: dict[str, dict[str, float]]
    rules: RuleFacts
    by_hand: dict[str, float]
    repeats: float
    order: dict[str, float]
    cuts: dict[str, float]
    safe: dict[str, Any]
    header: dict[str, Any]


@lru_cache(maxsize=1)
def coefficients() -> Coefficients:
    """The coefficients that come with LocalProof."""
    raw = json.loads(Path(__file__).with_name("coefficients.json").read_text("utf-8"))
    return Coefficients(
        raw["weights"],
        RuleFacts(raw["rates"], raw.get("counterparts", {})),
        {name: float(entry["weight"]) for name, entry in raw["by_hand"].items()},
        float(raw["repeats"]["weight"]),
        raw.get("order", {}),
        raw["cuts"],
        raw["safe"],
        raw["about"],
    )


@dataclass(frozen=True)
class WordCounts:
    """How often each word (lower case) stands in a document, how often capitalised inside a sentence, in how many
    documents of its site a word stands that is the site's own, and how often it stands outside the prose of its source
    (see `site.WordsElsewhere`)."""

    all: Mapping[str, int]
    capitalised: Mapping[str, int]
    site: Mapping[str, int] = field(default_factory=dict)
    elsewhere: Mapping[str, int] = field(default_factory=dict)


def count_words(blocks: Iterable[Block]) -> WordCounts:
    """The words of `blocks`, counted."""
    return add_counts(count_block_words(block.text) for block in blocks)


def add_counts(parts: Iterable[WordCounts]) -> WordCounts:
    """The counts of all `parts` together."""
    every: Counter[str] = Counter()
    capitalised: Counter[str] = Counter()
    for words in parts:
        every.update(words.all)
        capitalised.update(words.capitalised)
    return WordCounts(every, capitalised)


def update_counts(words: WordCounts, gone: Iterable[WordCounts], come: Iterable[WordCounts]) -> WordCounts:
    """The counts of a text of which parts have `gone` and `come` since it had `words`: as `add_counts`, but quicker."""
    every, capitalised = Counter(words.all), Counter(words.capitalised)
    for part in come:
        every.update(part.all)
        capitalised.update(part.capitalised)
    less = add_counts(gone)
    every -= Counter(less.all)
    capitalised -= Counter(less.capitalised)
    return WordCounts(every, capitalised)


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    words = WORD.findall(text)
    # All at once: a line end is no part of a word, and ends it as the end of a text does.
    return fold_word("\n".join(words)).split("\n") if words else []


def count_block_words(text: str) -> WordCounts:
    """The words of one block's text."""
    every = Counter(folded_words(text))
    capitalised: Counter[str] = Counter()
    for match in (_ASCII_CAPITALISED if text.isascii() else WORD).finditer(text):
        word = match.group()
        if word[0].isupper():
            starts = text[max(match.start() - 3, 0) : match.start()]
            if starts.strip() and not any(c in ".!?:\"“‘'(" for c in starts):
                capitalised[fold_word(word)] += 1
    return WordCounts(every, capitalised)


def score_finding(
    block: Block, finding: Finding, words: WordCounts, source: str = "", engines: Sequence[str] = _BOTH
) -> Finding:
    """`finding` (merged, in the block's coordinates) with its probability. `source` is the text that the block comes
    from, where that is known: its markup says what is a link. `engines` are those that looked at the block."""
    place = block.to_source(finding.span) if source else finding.span
    learned = learned_engines()
    by_learned = tuple(rule for rule in finding.source or (finding.rule,) if engine_of(rule) in learned)
    stated = finding.probability  # what an engine says of a finding itself, as that of the writer's own rules does
    if not by_learned:
        return replace(finding, probability=UNLEARNED if stated is None else stated)
    linked = source[max(place.start - 1, 0) : place.start] == "[" or source[place.end : place.end + 2] in ("](", "][")
    marked = source[max(place.start - 1, 0) : place.start] in _MARKS or source[place.end : place.end + 1] in _MARKS
    around = FeatureContext(block.kind, words.all, words.capitalised, linked, marked, words.site, words.elsewhere)
    finding = _delete_one_copy(block.text, finding)
    heard = _without_unlearned(finding, by_learned)
    if _is_tripled(block.text, finding):  # LanguageTool's rule passes over it, so that its silence says nothing
        heard = replace(finding, source=_REPEATED, agreement=2)
    sure = probability(block.text, heard, around, [engine for engine in engines if engine in learned] or _BOTH)
    if stated is not None:
        return replace(finding, probability=max(sure, stated))
    if sure > _WORTH_RANKING:
        finding = rank_edits(block.text, finding, coefficients().order, words.all)
    return replace(finding, probability=sure)


@cache
def learned_engines() -> frozenset[str]:
    """The engines whose findings the weights speak of. What another says is neither judged with the weights of these
    nor counted for or against what they say: see `UNLEARNED`."""
    known = coefficients()
    learned = {name.removeprefix("rule=") for table in known.weights.values() for name in table if name[:5] == "rule="}
    return frozenset(engine for asked in known.weights for engine in asked.split("+")) | {
        engine_of(rule) for rule in (*known.rules.rates, *learned)
    }


def engine_of(rule: str) -> str:
    """The engine that a rule is of.

    >>> engine_of("harper/AnA")
    'harper'
    """
    return rule.partition("/")[0]


def _without_unlearned(finding: Finding, by_learned: tuple[str, ...]) -> Finding:
    """`finding` as those say it whose rules are `by_learned`."""
    if len(by_learned) == len(finding.source or (finding.rule,)):
        return finding
    engines = len({engine_of(rule) for rule in by_learned})
    return replace(finding, rule=by_learned[0], source=by_learned, agreement=min(finding.agreement, engines))


def _is_tripled(text: str, finding: Finding) -> re.Match[str] | None:
    """The small word three times or more of which `finding` takes copies away; None where it is about anything else."""
    if finding.rule not in _REPEATED or finding.edits[:1] != (Edit(finding.span, ""),):
        return None
    span = finding.span
    runs = _THRICE.finditer(text, max(span.start - 100, 0), span.end + 100)
    return next((r for r in runs if r.start() <= span.start and span.end <= r.end() + 1), None)


def _delete_one_copy(text: str, finding: Finding) -> Finding:
    """`finding`, but where it takes away one of three copies or more of a small word, with all but the first taken."""
    run = _is_tripled(text, finding)
    if run is None:
        return finding
    edit = minimal_edit(text, Edit(Span(*run.span()), run[1]))
    return replace(finding, span=edit.span, edits=(edit,))


def rescore_findings(
    block: Block, findings: Sequence[Finding], reading: ModelResponse, words: WordCounts, known: RescoringModel
) -> tuple[Finding, ...]:
    """`findings` of a block (judged) with the help of what a model said of it, and the model's own after them."""
    around = FeatureContext(block.kind, words.all, words.capitalised, site=words.site)
    told = rescore(block, findings, reading, around, coefficients().rules, known)
    # A model has no say in what the writer's own rules ask for.
    kept = [old if HOUSE in old.engines else new for old, new in zip(findings, told, strict=False)]
    return (*kept, *told[len(findings) :])


def probability(text: str, finding: Finding, around: FeatureContext, engines: Sequence[str] = _BOTH) -> float:
    """The judge's estimate for one merged finding in the text of its block, between 0 and 1."""
    known = coefficients()
    weights = known.weights.get("+".join(sorted({*engines} - {OWN})), known.weights["+".join(_BOTH)])
    present = features.features(text, finding, around, ngram_counts(), known.rules)
    log_odds = sum(weights[name] * value for name, value in present.items() if name in weights)
    log_odds += sum(known.by_hand[name] * value for name, value in present.items() if name in known.by_hand)
    if "kind=spelling" in present and (word := main_word(finding.span.of(text))):
        word = fold_word(word)
        # What is listed as a misspelling is not made right by standing all over a text or a site; but a short word that
        # is never written as it should be there is the name of something (`siad`).
        listed = "listed misspelling" in present and (len(word) >= _LONG or _is_written_here(finding, present))
        often = 1 if listed else max(around.words.get(word, 1), around.site.get(word, 0), 1)
        log_odds += max(-3.0, known.repeats * math.log(often))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def _is_written_here(finding: Finding, present: Mapping[str, float]) -> bool:
    """Whether what is meant stands in the document, or is a small word, which stands in any."""
    return "correction stands here" in present or fold_word(finding.edits[0].text) in features.FUNCTION


def threshold(profile: str) -> float:
    """The least probability that `profile` shows."""
    return float(coefficients().cuts[profile])


def is_safe_fix(text: str, finding: Finding) -> bool:
    """Whether the first edit of a judged finding may be made without asking: a kind of rule that has earned it on real
    corrections (listed in ``coefficients.json``), of a word that is no name, agreed on by all engines that were asked.

    It must be likely enough without a model's help, and with it: a model may take this away, and never give it.
    """
    safe = coefficients().safe
    if finding.probability is None or not finding.edits:
        return False
    least = (
        finding.probability
        if finding.probability_without_model is None
        else min(finding.probability, finding.probability_without_model)
    )
    if finding.learned > 0:  # what the writer decided before raises a finding, and never makes it certain
        least = min(least, probability_before(finding) or 0.0)
    if least < safe["probability"]:
        return False
    old, new = finding.span.of(text), finding.edits[0].text
    if finding.kind == "spelling":
        low, meant = fold_word(old), fold_word(new)
        if finding.agreement < 2 or not ngram_counts().is_only_correction(low, meant) or _is_english(low):
            return False
        if find_sentence_start(text, finding.span.start) < finding.span.start:
            return old.islower() and new.islower()
        return old.istitle() and new.istitle() and _is_no_name(text, finding.span, low, meant)
    if (run := _is_tripled(text, finding)) is not None:
        return _meant_once(text, Span(*run.span()), run[1].lower())
    agreed = any(rule in safe["rules"] for rule in finding.source) and finding.agreement > 1
    return agreed and (bool(new) or _is_second_copy(text, finding.span))


def _is_english(low: str) -> bool:
    """Whether `low` stands in any list of English words, however rare, or is how a dialect spells one."""
    return bool(word_lists().entry(low).band) or is_british(low) is not None


def _is_second_copy(text: str, span: Span) -> bool:
    """Whether what is taken away at `span` is a second copy and nothing else: of the same letters (``A a`` may be name
    and article), and of a word that was meant once."""
    second = span.of(text).strip()
    copy = re.search(rf"\b{re.escape(second)}\s*\Z", text[max(span.start - 100, 0) : span.start], re.IGNORECASE)
    if copy is None:
        return False
    at = span.start - len(copy[0])
    same = copy[0].strip() == second or find_sentence_start(text, at) == at
    return same and _meant_once(text, Span(at, span.end), second.lower())


def _meant_once(text: str, copies: Span, word: str) -> bool:
    """Whether `word`, which stands at `copies` twice or more, can have been meant but once."""
    if word not in _NO_CLAUSE_ENDS_WITH:
        return False
    before, after = (
        _LAST_WORD.search(text[: copies.start][-40:]),
        _NEXT_WORD.match(" " + text[copies.end :][:40].lstrip()),
    )
    beside = {found[1].lower() for found in (before, after) if found is not None}
    return word not in _NAMES_OF_OPERATORS or not beside & _NAMES_OF_OPERATORS


def _is_no_name(text: str, span: Span, low: str, meant: str) -> bool:
    """Whether a misspelling with a capital at the head of a sentence can be no name: nobody and no town is listed as
    `low`, the sentence before ends in no title (``Dr.``), and the word that follows is in lower case and more usual
    after what is `meant` than elsewhere, which verbs after a name are not."""
    before, after = _LAST_WORD.search(text[max(span.start - 40, 0) : span.start]), _NEXT_WORD.match(text, span.end)
    if word_lists().entry(low).person_or_place or after is None or (before and not before[1].islower()):
        return False
    known, follows = ngram_counts(), fold_apostrophes(after[1])
    usual = math.log(max(known.count(follows), 0.5) / known.total)
    return known.log_probability(BOUNDARY, meant, follows) > usual


def may_be_safe_fix(rule: str) -> bool:
    """Whether findings of this rule may be `is_safe_fix`, where all else is as that asks: it is on the list, is the
    dictionary of an engine, or speaks of repeated words.

    >>> may_be_safe_fix("languagetool/MORFOLOGIK_RULE_EN_GB"), may_be_safe_fix("harper/ThenThan")
    (True, False)
    """
    return rule in (*coefficients().safe["rules"], *_REPEATED) or is_speller(rule)


def provenance() -> tuple[Provenance, ...]:
    """What the judge is made of."""
    here = Path(__file__)
    learned = {
        ("judge", "coefficients.json"): coefficients().header,
        ("shapes of misspellings", "spelling_errors.json"): json.loads(
            here.with_name("spelling_errors.json").read_text("utf-8")
        )["about"],
    }
    tables = {"attested words": ngram_counts().header, "listed words": word_lists().header}
    return (
        *(
            _part(part, about, hashlib.sha256(here.with_name(name).read_bytes()).hexdigest())
            for (part, name), about in learned.items()
        ),
        *(_part(part, header, header["sha256"]) for part, header in tables.items()),
    )


def _part(part: str, about: dict[str, Any], sha256: str) -> Provenance:
    facts = tuple((str(name), str(text)) for name, text in about["facts"].items())
    role = "judge" if part == "judge" else "dictionary"
    return Provenance(
        part, role, about["version"], about["licence"], about["data"], sha256, facts, _answers(part, about)
    )


def _answers(part: str, about: Mapping[str, Any]) -> tuple[tuple[Question, str], ...]:
    """The five questions, of the parts that were made of people's texts."""
    facts = about["facts"]
    if part == "judge":
        return (
            ("data", "corrections in open repositories, essays, edited prose"),
            ("amount", f"{facts['examples']}; {facts['consent']}"),
            ("training", "logistic regression, from scratch, by LocalProof"),
            ("people", str(facts["human work"])),
            ("cost", str(facts["training cost"])),
        )
    if part == "attested words":
        tokens = round(about["tokens"] / 1e6)
        return (
            ("data", "docs, government prose and old books, each named"),
            ("amount", f"{tokens} million tokens of {str(facts['sources']).partition(',')[0]} sources; open licences"),
            ("training", "counted, not trained"),
        )
    if part == "listed words":
        return (
            ("data", "SCOWL, the names of a census, GeoNames"),
            ("amount", f"{str(facts['entries']).partition(' ')[0]} words and names; open licences"),
            ("people", str(facts["human work"]).partition(";")[0]),
        )
    return (("data", "the lists of typos and TOEFL-Spell"),)
