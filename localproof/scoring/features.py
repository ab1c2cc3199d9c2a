"""What the judge looks at: one finding in its block and document, as named numbers.

Every feature is a number that a person could work out by hand; the names are
the ones in ``coefficients.json``. Features of the form ``name=value`` are 1
where they hold and absent where they do not.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ..engines import OWN, is_speller
from ..report import Finding
from ..text import Edit, Span
from ..text.words import SENTENCE_END, WORD, fold_apostrophes, fold_word
from .dialect import differ_in_ise, is_british, leaning
from .name_features import derivation_signs, differ_in_doubling, neighbour_signs
from .ngram_counts import BOUNDARY, TOKEN, NgramCounts, tokens
from .spelling_errors import edit_distance, error_model_log_prob, letter_ngram_score
from .wordlists import word_lists

_MOST_ABBREVIATED = 5  # letters, of what may stand for several words
_RARE = ("rare", "very rare")  # of `wordlists.BANDS`; what is "hardly known" is mostly a slip
_WINDOW = 80  # code points on either side of an edit that are scored; more than three words always fit
FUNCTION = frozenset(
    "the a an of to in and is are was were be been that this it for on with as by at from or but not have has had he"
    " she they we you i his her their our your its my do does did will would can could may might if so than then there"
    " which who what when where how all no more one about into up out".split()
)


@dataclass(frozen=True)
class FeatureContext:
    """What stands around a finding: the block's kind, and how often each word (lower case) stands in the document.

    `capitalised` counts those of them that were capitalised inside a
    sentence, `site` in how many documents of a site each of its own words
    stands (see `scoring.site`). `linked`: what is flagged begins or ends the text of a link; `marked`: of what is in
    bold, in italics, or quoted by itself. `elsewhere`: how often each word stands in the source outside the prose (see
    `scoring.site`).
    """

    kind: str = "paragraph"
    words: Mapping[str, int] = field(default_factory=dict)
    capitalised: Mapping[str, int] = field(default_factory=dict)
    linked: bool = False
    marked: bool = False
    site: Mapping[str, int] = field(default_factory=dict)
    elsewhere: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleFacts:
    """What is known of rules by name: how often each speaks in a million words of edited prose (one that is not there
    never did), and in what share of its places the other engine speaks too, where its flags were right."""

    rates: Mapping[str, float] = field(default_factory=dict)
    counterparts: Mapping[str, float] = field(default_factory=dict)


def features(
    text: str, finding: Finding, around: FeatureContext, known: NgramCounts, rules: RuleFacts
) -> dict[str, float]:
    """The features of one merged finding in the text of its block."""
    f: dict[str, float] = {"bias": 1.0}
    engine_features(f, finding, rules)
    _rule_rate_features(f, finding, rules.rates)
    spelled = "kind=spelling" in f
    _position_features(f, text, finding, around)
    edit = finding.edits[0] if finding.edits else None
    old = finding.span.of(text)
    _word_features(f, old, text, finding, around, known)
    if edit is None:
        f["no edit"] = 1.0
        return f
    _edit_features(f, old, edit, around, known)
    _writer_knows(f, text, old, edit, finding)
    gains = [ngram_gain(text, e, known) for e in finding.edits[:5]]
    f["gain"] = _clip(gains[0], 12) / 4
    f["gain>0"] = float(gains[0] > 0)
    f["gain>4"] = float(gains[0] > 4)
    f["gain<-2"] = float(gains[0] < -2)
    f["best gain"] = _clip(max(gains), 12) / 4
    _attested_as_it_stands(f, text, finding.span, known)
    _neighbour_features(f, text, edit, spelled, known)
    return f


def voice(finding: Finding) -> str:
    """What speaks in `finding`: "spelling" where nothing but dictionaries is behind its leading edit, "typo" where a
    rule that knows what is meant is, too, else its kind. What the user sees as spelling is another thing.

    >>> span = Span(0, 3)
    >>> [voice(Finding(span, rule, "", kind="spelling")) for rule in ("harper/ItsContraction", "harper/SpellCheck")]
    ['typo', 'spelling']
    """
    if finding.kind != "spelling":
        return finding.kind
    lead = finding.edits[0] if finding.edits else None
    meant = [rule for edit, rule in finding.offers if edit == lead] or finding.source or (finding.rule,)
    return "spelling" if all(is_speller(rule) for rule in meant) else "typo"


def _clip(x: float, most: float) -> float:
    return max(-most, min(most, x))


# The speller of each dialect is a rule of its own, and only that of en-US was there to learn from.
_SPELLER = re.compile(r"(?<=/MORFOLOGIK_RULE_EN_)[A-Z]{2}$")


def feature_rule_name(rule: str) -> str:
    """The name under which a rule was learned.

    >>> feature_rule_name("languagetool/MORFOLOGIK_RULE_EN_GB")
    'languagetool/MORFOLOGIK_RULE_EN_US'
    """
    return _SPELLER.sub("US", rule)


def engine_features(f: dict[str, float], finding: Finding, rules: RuleFacts) -> None:
    """Put into `f` who speaks."""
    said = voice(finding)
    engines = [e for e in finding.engines if e != OWN]
    if len(engines) > 1:
        f["both engines"] = f["both engines " + said] = 1.0
    elif engines:
        # What the other keeps still about tells something only where it has a rule for the same.
        heard = max(rules.counterparts.get(feature_rule_name(rule), 0.0) for rule in finding.source or (finding.rule,))
        f[f"alone={engines[0]} {said}"] = 1.0
        f["the other is silent"] = heard
        f[f"the other is silent {said}"] = heard
    if finding.agreement > 1:
        f["same edit"] = 1.0
        f["same edit " + said] = 1.0
    for rule in finding.source or (finding.rule,):
        f["rule=" + feature_rule_name(rule)] = 1.0
        if rule.startswith(OWN + "/"):
            f["own rule"] = 1.0
    f["category=" + finding.rule.split("/", 1)[0] + "/" + finding.category] = 1.0
    f["kind=" + said] = 1.0
    if said in ("style", "typography", "spelling"):
        f["suggestions"] = math.log1p(len(finding.edits))


def _rule_rate_features(f: dict[str, float], finding: Finding, rates: Mapping[str, float]) -> None:
    """A rule that seldom speaks where editors have been is worth hearing when it does."""
    least = min(rates.get(feature_rule_name(rule), 0.0) for rule in finding.source or (finding.rule,))
    group = "taste" if finding.kind in ("style", "typography") else "typo" if "kind=typo" in f else finding.kind
    f[f"rate {group}"] = math.log1p(least) / 3
    if least < 1:
        f[f"hardly ever in edited prose {group}"] = 1.0
        if finding.agreement > 1:
            f[f"same edit, hardly ever in edited prose {group}"] = 1.0
    elif finding.agreement > 1:
        f[f"same edit, rate {group}"] = math.log1p(least) / 3


def find_sentence_start(text: str, at: int) -> int:
    """Where the sentence that holds code point `at` begins, by its punctuation alone; at most 2,000 before."""
    start = max(0, at - 2000)
    for match in SENTENCE_END.finditer(text, start, at):
        start = match.end()
    return start


def _position_features(f: dict[str, float], text: str, finding: Finding, around: FeatureContext) -> None:
    if around.kind != "paragraph":
        f[f"block={around.kind}"] = f[f"block={around.kind} {finding.kind}"] = 1.0
    start = find_sentence_start(text, finding.span.start)
    before = text[start : finding.span.start]
    if not before.strip("\"'“‘(*_ "):
        f["sentence start"] = 1.0
    if finding.span.end >= len(text.rstrip()):
        f["block end"] = 1.0
    if before.count('"') % 2 or before.count("“") > before.count("”"):
        f["quoted"] = 1.0
    f.update(_block_features(text))


@lru_cache(maxsize=8)
def _block_features(text: str) -> dict[str, float]:
    """Features of the whole block; the same for all findings in it."""
    f: dict[str, float] = {}
    words = [w.lower() for w in WORD.findall(text)]
    if len(words) >= 5 and sum(w in FUNCTION for w in words) < 0.15 * len(words):
        f["few function words"] = 1.0
    if words and sum(w[0].isupper() for w in WORD.findall(text)) > 0.5 * len(words):
        f["mostly capitals"] = 1.0
    return f


def _word_features(
    f: dict[str, float], old: str, text: str, finding: Finding, around: FeatureContext, known: NgramCounts
) -> None:
    spelled = "kind=spelling" in f
    if spelled:
        f["spelling"] = 1.0
    word = main_word(old)
    if not word:
        return
    low = fold_word(word)
    pre = "spelling " if spelled else ""
    _letter_case_features(f, pre, word, text, finding.span.start)
    if not word.isascii():
        f[pre + "not ASCII"] = 1.0
    if _in_identifier(text, finding.span):
        f[pre + "part of an identifier"] = 1.0
    if len(word) <= 3:
        f[pre + "short"] = 1.0
    seen = known.count(low)
    f[pre + "log seen"] = math.log1p(seen) / 5
    f[pre + "never seen"] = float(seen == 0)
    caps = known.capital_share(low)
    if caps is not None and caps > 0.5:
        f[pre + "seen as a name"] = 1.0
    if spelled:
        if around.linked:
            f["spelling linked"] = 1.0
        _name_features(f, text, finding.span, word, around)
        f.update({f"spelling {sign}": 1.0 for sign in neighbour_signs(text, finding.span, known)})
        if low in around.elsewhere:
            f["spelling outside the prose"] = 1.0
        f.update(dict.fromkeys(derivation_signs(low, known), 1.0))
        case = _capital_features(word, "sentence start" in f)
        _wordlist_features(f, low, case)
        if any(differ_in_ise(low, fold_word(edit.text)) for edit in finding.edits):
            f["dialect variant"] = 1.0
        f["shape"] = f["shape " + case] = _clip(letter_ngram_score(low), 6) / 2
        if not finding.edits:
            f[f"spelling {case} suggestions=0"] = 1.0
        f[f"spelling {case} engines={len(finding.engines)} agreement={finding.agreement}"] = 1.0
    if around.capitalised.get(low, 0) > 1:
        f[pre + "capitalised here"] = 1.0


def _letter_case_features(f: dict[str, float], pre: str, word: str, text: str, start: int) -> None:
    """Which letters of `word`, at `start`, are capitals; `pre` stands before the names of features."""
    if word[0].isupper() and "sentence start" not in f:
        f[pre + "capitalised inside"] = 1.0
        before = WORD.findall(text[max(start - 30, 0) : start])
        if before and before[-1][0].isupper() and text[start - 1 : start].isspace():
            f[pre + "capitalised after a capital"] = 1.0
    elif word[0].isupper():
        f[pre + "capitalised first"] = 1.0
    if len(word) > 1 and word.isupper():
        f[pre + "all capitals"] = 1.0
    elif any(c.isupper() for c in word[1:]):
        f[pre + "inner capital"] = 1.0


_SAID_OF_NAMES = re.compile(r"(?:\b(?:by|called|named|via|@)|[“\"‘'«])\s?\Z", re.IGNORECASE)


def _name_features(f: dict[str, float], text: str, span: Span, word: str, around: FeatureContext) -> None:
    """Signs of a name or a term where nothing else tells: it stands by itself, is marked, is said to be called so."""
    if around.marked:
        f["spelling marked"] = 1.0
    if around.kind != "paragraph" and len(text.split()) <= 2:
        f["spelling by itself"] = 1.0
    if _SAID_OF_NAMES.search(text[max(span.start - 10, 0) : span.start]) and not word.islower():
        f["spelling said of names"] = 1.0


def _wordlist_features(f: dict[str, float], low: str, case: str) -> None:
    """Whether public word lists have the word, and how rare it is there."""
    entry = word_lists().entry(low)
    names = {"name": entry.name, "person or place": entry.person_or_place, entry.band: bool(entry.band)}
    for name, holds in names.items():
        if holds:
            f[f"listed {name}"] = f[f"listed {name} {case}"] = 1.0


def main_word(flagged: str) -> str:
    """The longest word of what was flagged, the first of equals; "" if there is none."""
    return max(WORD.findall(flagged), key=len, default="")


def _capital_features(word: str, first: bool) -> str:
    if word[:1].islower():
        return "inner capital" if any(c.isupper() for c in word) else "lower"
    if len(word) > 1 and word.isupper():
        return "upper"
    if any(c.isupper() for c in word[1:]):
        return "inner capital"
    return "first" if first else "capitalised"


def _in_identifier(text: str, span: Span) -> bool:
    before, after = text[max(span.start - 1, 0) : span.start], text[span.end : span.end + 1]
    joined = "_/\\@#=<>{}|~+^$&*"
    if (
        (before and before in joined)
        or (after and after in joined)
        or any(c.isdigit() or c in joined for c in span.of(text))
    ):
        return True
    follow = text[span.end : span.end + 2]
    return (len(follow) == 2 and follow[0] in ".:" and follow[1].isalnum()) or (
        span.start >= 2 and text[span.start - 1] in ".:-" and text[span.start - 2].isalnum()
    )


def _edit_features(f: dict[str, float], old: str, edit: Edit, around: FeatureContext, known: NgramCounts) -> None:
    new = edit.text
    a, b = old.lower().strip(), new.lower().strip()
    if a == b:
        f["only case or space"] = 1.0
        if not old or not new or old[0] != new[0]:
            f["first letter case"] = 1.0
    if not old:
        f["inserts"] = 1.0
        f["inserts=" + (b if len(b) < 8 else "…")] = 1.0
    elif not new.strip():
        f["deletes"] = 1.0
        f["deletes=" + (a if len(a) < 8 else "…")] = 1.0
    if a.replace(" ", "").replace("-", "") == b.replace(" ", "").replace("-", "") and a != b:
        f["joins or splits"] = 1.0
        if "-" in a and a.replace("-", "") == b:
            f["joins at a hyphen"] = 1.0
    if not any(c.isalnum() for c in old + new):
        f["only marks"] = 1.0
    elif a and b and a != b:
        _respelling(f, old, a, b, around, known)


_THERE = frozenset({"languagetool/THERE_S_MANY", "languagetool/THERE_IS_A_LOT_OF", "harper/ThereIsAgreement"})


def _writer_knows(f: dict[str, float], text: str, old: str, edit: Edit, finding: Finding) -> None:
    """Where only the writer knows: accents, an article before what can be read in two ways, a sound left out."""
    if old != edit.text and _bare(old) == _bare(edit.text):
        f["only accents"] = 1.0
    if old.lower() in ("a", "an") and edit.text.lower() in ("a", "an") and "own rule" not in f:
        after = re.match(r"\s+([\w.]+)", text[edit.span.end : edit.span.end + 40])
        if after and after[1][0].isdigit():
            f["article before a number"] = 1.0
        elif after and any(c.isupper() for c in after[1][1:]):
            f["article before an abbreviation"] = 1.0
    if text[edit.span.end : edit.span.end + 1] in ("'", "’") and old.endswith("in"):
        f["clipped"] = 1.0
    if not edit.text.strip() and _is_said_thrice(text, edit.span):
        f["said three times"] = 1.0
    if not _THERE.isdisjoint(finding.source) and any(c in old for c in "'’"):
        f["there's"] = 1.0


def _is_said_thrice(text: str, span: Span) -> bool:
    """Whether the word that is taken away at `span` stands three times in a row there, and is no small word."""
    word = span.of(text).strip()
    if not word.isalpha() or word in FUNCTION:
        return False
    around = text[max(span.start - _WINDOW, 0) : span.end + _WINDOW]
    return re.search(rf"\b{word}(?:\W+{word}\b){{2}}", around, re.IGNORECASE) is not None


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _respelling(f: dict[str, float], edit_old: str, a: str, b: str, around: FeatureContext, known: NgramCounts) -> None:
    far = edit_distance(a, b)
    if " " in b and len(a) <= _MOST_ABBREVIATED and a.isalpha() and edit_distance(a, b.replace(" ", "")) > 2:
        f["expands"] = 1.0
    f[f"distance={far}"] = 1.0
    if a[0] == b[0]:
        f["same first letter"] = 1.0
    if sorted(a) == sorted(b):
        f["transposed"] = 1.0
    if a.rstrip("s") == b.rstrip("s"):
        f["only -s"] = 1.0
    if a in FUNCTION and b in FUNCTION:
        f["between function words"] = 1.0
    if f.get("spelling"):
        old_case = _capital_features(edit_old, "sentence start" in f)
        likely = max(error_model_log_prob(fold_apostrophes(a), fold_apostrophes(b)), -20.0)
        f["channel"] = likely / 5
        f[f"channel {old_case}"] = likely / 5
        f["channel for its length"] = likely / max(len(a), 3)
        f[f"distance={far} {old_case}"] = 1.0
        f["length"] = len(a) / 5
        f["correction listed"] = float(word_lists().entry(fold_apostrophes(b)).band == "common")
        _dialect_features(f, a, b, around)
        if known.misspelling(fold_apostrophes(a), fold_apostrophes(b)):
            f.pop("suggestions", None)  # that a dictionary has many words like it says nothing of this one
            f["listed misspelling"] = 1.0
            f[f"listed misspelling {old_case}"] = 1.0
        elif "known word and suffix" in f and not differ_in_doubling(a, b):
            f["built regularly"] = 1.0  # parametrize, outliner; but not occured
        elif len(a) <= _MOST_ABBREVIATED:
            f["short and no listed misspelling"] = 1.0
        if "listed misspelling" not in f and word_lists().entry(fold_apostrophes(a)).band in _RARE:
            f["rare word and no listed misspelling"] = 1.0
    seen_a, seen_b = known.count(fold_apostrophes(a)), known.count(fold_apostrophes(b))
    if " " not in a + b:
        f["log ratio"] = _clip(math.log((seen_b + 0.5) / (seen_a + 0.5)), 12) / 4
    if b in around.words:
        f["correction stands here"] = 1.0
        if around.words[b] > around.words.get(a, 1):
            f["correction more frequent here"] = 1.0
    f["correction never seen"] = float(seen_b == 0 and " " not in b and b.isalpha())


def _dialect_features(f: dict[str, float], a: str, b: str, around: FeatureContext) -> None:
    """Whether `a` is spelled as on the other side of the Atlantic, and whether the text leans to that side."""
    british = is_british(a)
    if british is not None and is_british(b) == (not british):
        f["dialect variant"] = 1.0
        if leaning(around.words, (a, b)) == (not british):
            f["dialect variant against the text"] = 1.0


def ngram_gain(text: str, edit: Edit, known: NgramCounts) -> float:
    """How much more probable the words around become by the edit, in nats (see `Attested.log_score`).

    The change in length is made up for by the mean log-probability of a word,
    so that deletions do not always win.
    """
    place = _as_it_stands(text, edit.span, known)
    after = [*place.before, *tokens(place.left + edit.text + place.right), *place.after]
    b = known.log_score(after, min(place.lead, len(after)), len(after) - place.tail)
    return b - place.score + _MEAN_WORD * (len(after) - place.words)


_MEAN_WORD = 5.0


class _Place(NamedTuple):
    """What stands around a place: tokens that no edit of it can join, and the text between these on either side; how
    many tokens at the sides an edit leaves alone, how many there are, and the score of all as it is."""

    before: list[str]
    left: str
    right: str
    after: list[str]
    lead: int
    tail: int
    words: int
    score: float


@lru_cache(maxsize=64)
def _as_it_stands(text: str, span: Span, known: NgramCounts) -> _Place:
    start = max(find_sentence_start(text, span.start), span.start - _WINDOW)
    end = span.end + _WINDOW
    if start:  # begin at a word
        start = next((m.start() for m in re.finditer(r"\S+", text[start:end])), 0) + start
    left, right = text[start : span.start], text[span.end : end]
    # A blank ends a token whatever stands beside it.
    apart, joined = left.rfind(" ") + 1, right.find(" ") if " " in right else len(right)
    before, after = tokens(left[:apart]), tokens(right[joined:])
    near = tokens(left[apart:] + span.of(text) + right[:joined])
    lead = max(len(before) + len(tokens(left[apart:])) - 1, 0)
    tail = max(len(tokens(right[:joined])) + len(after) - 3, 0)
    every = [*before, *near, *after]
    score = known.log_score(every, min(lead, len(every)), len(every) - tail)
    return _Place(before, left[apart:], right[:joined], after, lead, tail, len(every), score)


def _neighbour_features(f: dict[str, float], text: str, edit: Edit, spelling: bool, known: NgramCounts) -> None:
    """How well the correction sits between its neighbours: which pairs and triples with it were seen."""
    left = [BOUNDARY, BOUNDARY, *tokens(text[max(edit.span.start - 60, 0) : edit.span.start])][-2:]
    right = [*tokens(text[edit.span.end : edit.span.end + 60])[:2], BOUNDARY, BOUNDARY][:2]
    middle = tokens(edit.text)
    row = [*left, *middle, *right]
    pairs = [known.count(f"{a} {b}") for a, b in pairwise(row[1:-1])]
    triples = [known.count(" ".join(row[i : i + 3])) for i in range(len(row) - 2)]
    pre = "spelling " if spelling else ""
    f[pre + "correction pairs seen"] = sum(p > 0 for p in pairs) / len(pairs) if pairs else 0.0
    f[pre + "correction triples seen"] = sum(t > 0 for t in triples) / len(triples) if triples else 0.0
    f[f"{pre}correction triples={min(sum(t > 0 for t in triples), 3)}"] = 1.0
    if len(middle) == 1:  # how much the neighbours raise the chance of the word
        lift = known.log_probability(left[0], left[1], middle[0]) - math.log(
            max(known.count(middle[0]), 0.5) / known.total
        )
        back = known.log_probability(left[1], middle[0], right[0]) - math.log(
            max(known.count(right[0]), 0.5) / known.total
        )
        f[pre + "lift"] = _clip(lift, 8) / 4
        f[pre + "lift of the next"] = _clip(back, 8) / 4


def _attested_as_it_stands(f: dict[str, float], text: str, span: Span, known: NgramCounts) -> None:
    """How often the very words around the place were seen in edited prose: what many wrote is seldom wrong."""
    before = [m.group() for m in TOKEN.finditer(text, max(span.start - 40, 0), span.start)][-1:]
    after = [m.group() for m in TOKEN.finditer(text, span.end, span.end + 40)][:1]
    middle = tokens(span.of(text))
    if len(middle) == 1 and before and after:
        triple = known.count(" ".join(tokens(before[0])[:1] + middle + tokens(after[0])[:1]))
        f["log triple seen"] = math.log1p(triple) / 3
        pairs = [known.count(f"{tokens(before[0])[0]} {middle[0]}"), known.count(f"{middle[0]} {tokens(after[0])[0]}")]
        f["log pair seen"] = math.log1p(min(pairs)) / 3
        f["pair never seen"] = float(min(pairs) == 0)
