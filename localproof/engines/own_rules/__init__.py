"""LocalProof's own rules, as data: see `rule.OwnRule` for what each field means, and `..patterns` for how they are applied.

A rule stands here if it hardly ever speaks wrongly: ``python -m training.own_rules``
says how often each is right in real corrections, and speaks in edited prose.
Examples are tests.
"""

from __future__ import annotations

from . import agreement, articles, facts, phrases, pronouns, small_words, verb_forms, verb_phrases, verbs
from .rule import OwnRule

RULES: tuple[OwnRule, ...] = (
    *facts.RULES,
    *small_words.RULES,
    *pronouns.RULES,
    *phrases.RULES,
    *verbs.RULES,
    *verb_forms.RULES,
    *verb_phrases.RULES,
    *agreement.RULES,
    *articles.RULES,
)
