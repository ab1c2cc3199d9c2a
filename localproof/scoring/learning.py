"""What was learned from the writer: a small Bayesian layer over the log-odds of scoring.

`Evidence` is one decision of the writer's, as a line of a file that one can read. Each decision is compared with what
scoring had expected: where a rule is taken up more often than that, its findings become more likely, else less. Four
levels, each fitted on what the one before leaves unexplained, every one with a normal prior around no change at all:
the kind of rule, the sort of slip (`slip_sort`), the rule, and the very words. Ten decisions move little and a hundred
what they should; a rule alone moves itself and not its kind, and words alone not their rule.

Not every decision is plain. A finding that stood in a published text may have been right and not seen, so leaving one
counts by how likely that is; and the passages of a history are those in which something was mended, so how much oftener
that is than in any text is reckoned first and set aside.

Learning says how likely a finding is, never that it is safe: see `scoring.is_safe_fix`.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ..engines import is_speller
from ..report import Finding
from ..text.words import fold_word

HEAD = "# LocalProof learned, version 1"
FIELDS = ("date", "decision", "rule", "kind", "probability", "written", "meant", "where", "times")
# What each decision is worth as evidence, whether the writer agreed with the finding, and, where not, which share of
# the findings that are right such a decision passes over: of ten faults in published texts seven stood for years, and
# who skips a finding may only not care.
WEIGHTS: dict[str, tuple[float, bool, float]] = {
    "accepted": (1.0, True, 0.0),
    "edited": (1.0, True, 0.0),
    "slip": (1.0, True, 0.0),  # mended by the writer, whether any rule had spoken or not
    "skipped": (1.0, False, 0.5),
    "ignored": (1.0, False, 0.0),
    "alike": (2.0, False, 0.0),
    "silenced": (3.0, False, 0.0),  # the rule, in a file or a project
    "word": (0.15, False, 0.0),  # taken into a word list, which silences the word by itself
    "stood": (1.0, False, 0.7),  # in a text that the writer has proofread since
}
PLACES = ("review", "editor", "history")
_LONGEST = 40  # code points of the words that are kept of a finding
_MOST_LINES = 20_000
_MOST_TIMES = 10_000
_STEP = 0.25  # of what is added, so that most decisions leave the answers of earlier runs as they are
_LEAST, _MOST = -6.0, 2.0  # of all that is added to the log-odds
# Variances of the priors, and how much one member may weigh at a level: a rule within its kind, words within a rule.
_KIND, _SORT, _RULE, _WORDS = 0.1, 0.15, 1.0, 3.0
_SAMPLE = 4.0  # of how a history was chosen
_CAP_MEMBER = 3.0
_FEWEST_MEMBERS = 3  # rules of a kind that must have been decided on before the kind says anything
_SPELLER = 0.15  # of a decision on a word that no dictionary has, which says little of the next such word
_SLIP_OF_SORT = 0.25  # of a slip no rule had spoken of, for its sort: everybody makes some of each
_SLIP_OF_WORDS = 0.3  # of such a slip, for its words: it may have been another choice of words
_UNEXPECTED = 0.5  # the probability of a slip that no rule had spoken of


@dataclass(frozen=True)
class Evidence:
    """One decision, or several alike (`times`). `probability` is what scoring said without learning; `rule` and `kind`
    are "" for a slip that no rule spoke of; `written` and `meant` are the words, folded, "" where they are long."""

    date: str
    decision: str
    rule: str
    kind: str
    probability: float
    written: str
    meant: str
    where: str
    times: int = 1

    @property
    def weight(self) -> float:
        """What it is worth, all times together."""
        return WEIGHTS[self.decision][0] * self.times

    @property
    def passed_over(self) -> float:
        """The share of findings that are right which such a decision passes over."""
        return WEIGHTS[self.decision][2]

    @property
    def agreed(self) -> bool:
        """Whether the writer mended what was spoken of."""
        return WEIGHTS[self.decision][1]

    def line(self) -> str:
        """The line that stands for it, without its end."""
        shown = (self.date, self.decision, self.rule or "-", self.kind or "-", f"{self.probability:.2f}")
        return "\t".join((*shown, _quoted(self.written), _quoted(self.meant), self.where, str(self.times)))


def evidence_of(finding: Finding, flagged: str, decision: str, date: str, where: str) -> Evidence:
    """The evidence of a decision on `finding`, which `flagged` these words."""
    meant = finding.edits[0].text if finding.edits else ""
    before = probability_before(finding)
    words = (_short(flagged), _short(meant))
    if not all(len(w) <= _LONGEST for w in words):
        words = ("", "")
    probability = _UNEXPECTED if before is None else before
    return Evidence(date, decision, finding.rule, finding.kind, round(probability, 2), *words, where)


def probability_before(finding: Finding) -> float | None:
    """What scoring said of a finding before what was learned was added."""
    if finding.probability is None or not finding.learned:
        return finding.probability
    return _squash(_log_odds(finding.probability) - finding.learned)


def read_evidence(text: str) -> tuple[Evidence, ...]:
    """The evidence in the text of a file. Lines that are none are passed over, as are those behind too many."""
    if not text.startswith(HEAD):
        return ()
    found = (_parse_line(line) for line in text.splitlines()[:_MOST_LINES] if line and not line.startswith("#"))
    return tuple(each for each in found if each is not None)


def _parse_line(line: str) -> Evidence | None:
    parts = line.split("\t")
    if len(parts) != len(FIELDS) or parts[1] not in WEIGHTS or parts[7].partition(":")[0] not in PLACES:
        return None
    try:
        probability, times = float(parts[4]), int(parts[8])
    except ValueError:
        return None
    if not 0 <= probability <= 1 or not 0 < times <= _MOST_TIMES or max(map(len, parts)) > 4 * _LONGEST:
        return None
    rule, kind = (part if part != "-" else "" for part in parts[2:4])
    written, meant = (part.strip("“”") for part in parts[5:7])
    return Evidence(parts[0], parts[1], rule, kind, probability, written, meant, parts[7], times)


def merge_evidence(every: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """What says the same in one line, with the last date; the newest first to go where there are too many lines."""
    merged: dict[Evidence, Evidence] = {}
    for each in every:
        key = replace(each, date="", times=1, probability=round(each.probability, 1))
        old = merged.get(key)
        times = min(each.times + (old.times if old else 0), _MOST_TIMES)
        merged[key] = replace(each, times=times, date=max(each.date, old.date if old else ""))
    return tuple(sorted(merged.values(), key=lambda e: e.date)[-_MOST_LINES:])


def _quoted(words: str) -> str:
    return f"“{words}”"


def _short(words: str) -> str:
    return " ".join(fold_word(words).replace("“", " ").replace("”", " ").split())


# ─ sorts of slips ─

SORTS = {
    "article": "articles",
    "apostrophe": "apostrophes",
    "doubled": "words said twice",
    "capital": "capitals",
    "space": "words written apart or together",
    "mark": "punctuation",
    "small word": "small words",
    "ending": "endings of words",
    "letters": "misspellings",
    "word": "words confused",
}
_ARTICLES = frozenset(("a", "an", "the"))
_SMALL = frozenset(
    "in on at of to for from with by as into onto about over under and or but if than then that which who it is are was"
    " were be been has have had do does did not no so".split()
)


def slip_sort(written: str, meant: str, kind: str = "") -> str:
    """Which sort of slip makes `written` of what is `meant`, one of `SORTS`; "" where neither is known.

    >>> [slip_sort(*pair) for pair in (("its", "it's"), ("", "the"), ("walk", "walked"), ("*can't*", "_can't_"))]
    ['apostrophe', 'article', 'ending', 'mark']
    """
    old, new = written.lower().split(), meant.lower().split()
    if not old and not new:
        return ""
    gone, come = [w for w in old if w not in new], [w for w in new if w not in old]
    letters = ["".join(c for c in " ".join(side) if c.isalnum()) for side in (old, new)]
    if not letters[0] and not letters[1]:
        return "mark"
    if not gone and not come:
        return "capital" if old == new else "doubled"
    if letters[0] == letters[1]:
        spelt = ["".join(c for c in " ".join(side) if c.isalnum() or c in "' -") for side in (old, new)]
        if spelt[0] == spelt[1]:
            return "mark"
        return "apostrophe" if spelt[0].count("'") != spelt[1].count("'") else "space"
    if {*gone, *come} <= _ARTICLES and (gone or come):
        return "article"
    if {*gone, *come} <= _SMALL:
        return "small word"
    if kind == "spelling":
        return "letters"
    if len(gone) == len(come) == 1 and len(gone[0]) > 2 and gone[0][:3] == come[0][:3]:
        return "ending"
    return "word" if gone and come and not _near(gone[0], come[0]) else "letters"


def _near(one: str, other: str) -> bool:
    return sorted(one) == sorted(other) or (abs(len(one) - len(other)) < 2 and one[:1] == other[:1])


# ─ the layer ─


@dataclass(frozen=True)
class Learned:
    """What is added to the log-odds of a finding, by level and its member there. Only what is not 0 is held."""

    kinds: Mapping[str, float] = field(default_factory=dict)
    sorts: Mapping[str, float] = field(default_factory=dict)
    rules: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.kinds or self.sorts or self.rules or self.words)

    def shift(self, finding: Finding, flagged: str) -> float:
        """What is added to the log-odds of `finding`, which flags these words."""
        written, meant = _short(flagged), _short(finding.edits[0].text) if finding.edits else ""
        total = (
            self.kinds.get(finding.kind, 0.0)
            + self.sorts.get(slip_sort(written, meant, finding.kind), 0.0)
            + self.rules.get(finding.rule, 0.0)
            + self.words.get(words_key(finding.rule, written, meant), 0.0)
        )
        return round(max(_LEAST, min(_MOST, total)) / _STEP) * _STEP

    def rescored(self, text: str, finding: Finding) -> Finding:
        """`finding` of a text as likely as this writer makes it; the same object where nothing was learned of it."""
        if not self or finding.probability is None or not (by := self.shift(finding, finding.span.of(text))):
            return finding
        changed = replace(finding, probability=_squash(_log_odds(finding.probability) + by), learned=by)
        if finding.probability_without_model is None:
            return changed
        return replace(changed, probability_without_model=_squash(_log_odds(finding.probability_without_model) + by))

    def key(self) -> str:
        """What of it can change a report, in a digest; "" where there is nothing."""
        if not self:
            return ""
        rounded = [
            sorted((str(name), round(by / _STEP)) for name, by in level.items())
            for level in (self.kinds, self.sorts, self.rules, self.words)
        ]
        return "learned " + hashlib.sha256(repr(rounded).encode("utf-8", "backslashreplace")).hexdigest()


NOTHING = Learned()


@lru_cache(maxsize=8)
def learned_from(text: str) -> Learned:
    """What the evidence in the text of a file comes to."""
    return fit(read_evidence(text)) if text else NOTHING


def fit(evidence: Sequence[Evidence]) -> Learned:
    """The layer that `evidence` makes: its most likely values, level by level."""
    offsets = [_log_odds(e.probability) for e in evidence]
    sample = _sample_shift(evidence, offsets)
    _add(offsets, [sample if _is_of_sample(e) else 0.0 for e in evidence])
    kinds = _fit_level([(e.kind, e.rule) for e in evidence], evidence, offsets, _KIND, fewest=_FEWEST_MEMBERS)
    _add(offsets, [kinds.get(e.kind, 0.0) for e in evidence])
    sorts_of = [slip_sort(e.written, e.meant, e.kind) for e in evidence]
    members = [(sort, e.rule or f"{e.written}>{e.meant}") for sort, e in zip(sorts_of, evidence, strict=True)]
    sorts = _fit_level(members, evidence, offsets, _SORT, fewest=_FEWEST_MEMBERS)
    _add(offsets, [sorts.get(sort, 0.0) for sort in sorts_of])
    ruled = [(e.rule, f"{e.written}>{e.meant}" if e.written or e.meant else "") for e in evidence]
    rules = _fit_level(ruled, evidence, offsets, _RULE)
    _add(offsets, [rules.get(e.rule, 0.0) for e in evidence])
    keys = [words_key(e.rule, e.written, e.meant) if e.written or e.meant else None for e in evidence]
    worded = [(repr(key) if key else "", "") for key in keys]
    by_repr = {repr(key): key for key in keys if key}
    fitted = _fit_level(worded, evidence, offsets, _WORDS, capped=False)
    return Learned(kinds, sorts, rules, {by_repr[name]: by for name, by in fitted.items()})


def _is_of_sample(each: Evidence) -> bool:
    return bool(each.rule) and each.where.startswith("history")


def _sample_shift(evidence: Sequence[Evidence], offsets: Sequence[float]) -> float:
    """How much likelier a finding is to have been mended in the passages of a history, which were chosen because
    something was mended in them, than in any text; nothing is learned of the writer from that."""
    rows = [
        (e.weight, offset, e.agreed, e.passed_over)
        for e, offset in zip(evidence, offsets, strict=True)
        if _is_of_sample(e)
    ]
    return _posterior_mode(rows, _SAMPLE)


def words_key(rule: str, written: str, meant: str) -> tuple[str, str]:
    """What words are known by: a word that a dictionary lacks by itself, whatever is offered; else both."""
    return (written, "") if is_speller(rule) else (written, meant)


def _add(offsets: list[float], more: Iterable[float]) -> None:
    for at, by in enumerate(more):
        offsets[at] += by


def _fit_level(
    members: Sequence[tuple[str, str]],
    evidence: Sequence[Evidence],
    offsets: Sequence[float],
    variance: float,
    *,
    fewest: int = 1,
    capped: bool = True,
) -> dict[str, float]:
    """For each group of a level what is added to the log-odds of its findings. `members` are pairs of group and member:
    of one member with a name no more counts than `_CAP_MEMBER`; a group of fewer than `fewest` says nothing."""
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for pair, each in zip(members, evidence, strict=True):
        weights[pair] += _weight(each, capped)
    groups: dict[str, list[tuple[float, float, bool, float]]] = defaultdict(list)
    named: dict[str, set[str]] = defaultdict(set)
    for (group, member), each, offset in zip(members, evidence, offsets, strict=True):
        if not group:
            continue
        total = weights[group, member]
        scale = min(1.0, _CAP_MEMBER / total) if capped and member and total else 1.0
        named[group].add(member)
        groups[group].append((_weight(each, capped) * scale, offset, each.agreed, each.passed_over))
    fitted = {g: _posterior_mode(rows, variance) for g, rows in groups.items() if len(named[g]) >= fewest}
    return {group: by for group, by in fitted.items() if abs(by) >= _STEP / 8}


def _weight(each: Evidence, by_rule: bool) -> float:
    """What a piece of evidence weighs; above the level of words, little where it is of one word or a slip."""
    if not by_rule:
        return each.weight * (1.0 if each.rule else _SLIP_OF_WORDS)
    return each.weight * (_SPELLER if is_speller(each.rule) else _SLIP_OF_SORT if not each.rule else 1.0)


def _posterior_mode(rows: Sequence[tuple[float, float, bool, float]], variance: float) -> float:
    """The most likely shift, given weight, log-odds, outcome and share passed over of each decision, and a normal
    prior around 0. Where a share m of what is right is passed over, 1 - (1 - m) p of the findings are left."""
    shift = 0.0
    for _ in range(30):
        slope, bend = -shift / variance, -1 / variance
        for weight, offset, agreed, missed in rows:
            p = _squash(offset + shift)
            found = (1 - missed) * p
            slope += weight * (1 - p if agreed else -found * (1 - p) / (1 - found))
            bend -= weight * p * (1 - p)  # at least as much as it bends
        step = slope / bend
        shift -= max(-2.0, min(2.0, step))
        if abs(step) < 1e-4:
            break
    return max(2 * _LEAST, min(-2 * _LEAST, shift))


def _log_odds(probability: float) -> float:
    return math.log(max(probability, 1e-4) / max(1 - probability, 1e-4))


def _squash(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))
