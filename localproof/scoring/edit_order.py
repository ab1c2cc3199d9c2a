"""Which of the corrections offered for an unknown word is meant: by its slip, by the words around, by its form, by who
offers it.

The weights were learned from the corrections of real misspellings (``python -m training.edit_order``); they stand in
``coefficients.json`` under ``order``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..engines import is_speller
from ..report import Finding
from ..text import Edit
from ..text.words import fold_word
from .candidate_edits import word_forms
from .features import ngram_gain
from .ngram_counts import ngram_counts
from .spelling_errors import edit_distance, error_model_log_prob
from .tables import VULGAR
from .wordlists import word_lists

_MOST_EDITS = 8
_KNOWN = 100  # times in the corpus: "english" and "easter", not "ot"
# By hand: the corrections that teach are single sentences, and where a capital alone is right none of them shows.
_STANDS_HERE = 1.0  # of a correction that the document has elsewhere
_ONLY_CAPITALS = 3.5
_KNOWN_NAME = 2.0  # more, of the capital of what edited prose writes with one
_OF_A_RULE = 5.0  # more, where a rule asks for it that speaks of this very word (``u-turn``)
_OF_ANY_WORD = "harper/OrthographicConsistency"  # knows every abbreviation and name, and nothing of what is meant


def rank_edits(text: str, finding: Finding, weights: Mapping[str, float], words: Mapping[str, int]) -> Finding:
    """`finding`, where a dictionary speaks in it, with the edits of its place in the order of how likely each is meant.
    `words` are the counts of the document's.

    An edit that comes to lead this way has no engine's first vote, so `agreement` is then 1.
    """
    here = offered(text, finding)
    if not here:
        return finding
    old = finding.span.of(text)
    asked = [edit for edit, rule in finding.offers if rule != _OF_ANY_WORD and not is_speller(rule)]
    scores = [
        sum(weights.get(name, 0.0) * value for name, value in order_features(text, finding, edit, rank).items())
        + _by_hand(edit.text, old, words)
        + _OF_A_RULE * (fold_word(edit.text) == fold_word(old) and edit in asked)
        for rank, edit in enumerate(here)
    ]
    order = sorted(range(len(here)), key=scores.__getitem__, reverse=True)
    edits = (*(here[i] for i in order[:_MOST_EDITS]), *(e for e in finding.edits if e.span != finding.span))
    return replace(finding, edits=edits, agreement=finding.agreement if edits[0] == finding.edits[0] else 1)


def offered(text: str, finding: Finding) -> list[Edit]:
    """The edits of the place of `finding`, where a dictionary speaks in it, to choose from: those of the engines, then
    other forms of their words; none that is vulgar, unless it is all there is or a listed correction."""
    here = [e for e in finding.edits if e.span == finding.span]
    if finding.kind != "spelling" or not here or not any(map(is_speller, finding.source or (finding.rule,))):
        return []
    old = fold_word(finding.span.of(text))
    here += _inflected(old, here) if finding.span.of(text).islower() else []
    decent = (e for e in here if e.text.lower() not in VULGAR or ngram_counts().misspelling(old, e.text.lower()))
    return list(decent) or here


def _by_hand(new: str, old: str, words: Mapping[str, int]) -> float:
    low = fold_word(new)
    if low != fold_word(old):
        return _STANDS_HERE * (low in words)
    known = ngram_counts()
    named = new[:1].isupper() and known.count(low) > _KNOWN and (known.capital_share(low) or 0.0) > 0.5
    return _ONLY_CAPITALS + _KNOWN_NAME * named


def _signs_of_rule(rule: str) -> tuple[str, ...]:
    """Who offers an edit first, where that is no dictionary: some rules know what is meant, and some only guess."""
    return () if is_speller(rule) else ("a rule's own", f"own={rule}")


def _inflected(old: str, offers: Sequence[Edit]) -> list[Edit]:
    """Forms of the words that are offered which end as what was written does: "register" is offered for "registed"."""
    known = {e.text.lower() for e in offers}
    made = dict.fromkeys(
        form
        for e in offers[:4]
        for form in (word_forms(e.text) if e.text.islower() and e.text.isalpha() else ())
        if form[-2:] == old[-2:] and form not in known and edit_distance(old, form) < 4
    )
    return [Edit(offers[0].span, form) for form in made]


def order_features(text: str, finding: Finding, edit: Edit, rank: int) -> dict[str, float]:
    """What speaks for an edit of `finding`, which stands at `rank` among those that are `offered`."""
    written, known = edit.span.of(text), ngram_counts()
    old, new = fold_word(written), fold_word(edit.text)
    seen, gain = known.count(new), ngram_gain(text, edit, known)
    signs = {
        "first": not rank,
        "listed": known.misspelling(old, new),
        "common": word_lists().entry(new).band == "common",
        "never seen": not seen and " " not in new,
        "split": " " in new,
        "hyphen": "-" in new and "-" not in old,
        "apostrophe": "'" in new and "'" not in old,
        "same start": new[:1] == old[:1],
        "same end": new[-1:] == old[-1:],
        "same ending": new[-2:] == old[-2:],
        "longer": len(new) > len(old),
        "shorter": len(new) < len(old),
        "other capital": edit.text[:1].isupper() != written[:1].isupper(),
        "other capitals": edit.text.isupper() != written.isupper() and len(old) > 1,
        "only capitals": new == old,
        **{sign: True for own, rule in finding.offers if own == edit for sign in _signs_of_rule(rule)},
    }
    return {
        "slip": max(error_model_log_prob(old, new), -20.0) / 5,
        "gain": max(-24.0, min(24.0, gain)) / 4,
        "log seen": math.log1p(seen) / 5,
        **{name: 1.0 for name, holds in signs.items() if holds},
    }
