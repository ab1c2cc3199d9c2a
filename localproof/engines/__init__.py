"""Rule engines: block text in, findings out.

The two embedded engines hold their checkers in helper processes, so that building
one does not wait for the other, a call that is stuck can be ended, and nothing
that native code prints or breaks reaches this process. A third, of patterns of
our own, works in the process that asks, and so does `house`, that of the writer's
terms and rules.

The child imports this package too: it is quick to import.

Start reading in `interface`, then `harper`, the shorter of the two engines.

- `interface`: `Engine`, one that is open, and `EngineKind`, a row of `ENGINES`.
- `harper`, `languagetool`: the two embedded engines; `worker` is their helper process.
- `patterns`: the engine of closed patterns; `own_rules`: these, as data, and how files hold those of the writer's;
  `word_classes`: what these ask of a word.
- `house`: the engine of the writer's own; `inflection`: the forms of a word.
- `home`: which LanguageTool; `original`: that on Java, or a server.
- `prepare`: the text of a block as engines can read it, and the way back.
- `rules`, `rule_files`, `catalogue`: what an engine says of its rules.
- `package`: versions and digests of what is installed; `cluster`: engines on Dask.

A new engine is a module like `harper`, a builder in `worker` and a row here;
scoring knows nothing of it (see `scoring.learned_engines`) until it is trained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .interface import HOUSE, OWN, Engine, EngineKind

if TYPE_CHECKING:
    from ..config import Settings
    from .rules import Rule

__all__ = ["ENGINES", "HOUSE", "OWN", "Engine", "EngineKind", "is_speller", "with_house_rules"]


def _open_harper(settings: Settings) -> Engine:
    from .harper import HarperEngine

    return HarperEngine(settings)


def _harper_rules(settings: Settings) -> tuple[Rule, ...]:
    from .harper import catalogue

    return catalogue(settings)


def _describe_harper(rules: Iterable[str]) -> Mapping[str, str]:
    from .harper import describe_rules

    return describe_rules(rules)


def _open_languagetool(settings: Settings) -> Engine:
    from .home import open_languagetool

    return open_languagetool(settings)


def _languagetool_rules(settings: Settings) -> tuple[Rule, ...]:
    from .rule_files import catalogue

    return catalogue(settings)


def _describe_languagetool(rules: Iterable[str]) -> Mapping[str, str]:
    from .rule_files import describe_rule

    return {rule: says for rule in rules if (says := describe_rule(rule.partition("/")[2]))}


def _open_patterns(settings: Settings) -> Engine:
    from .patterns import PatternEngine

    return PatternEngine(settings)


def _own_rules(settings: Settings) -> tuple[Rule, ...]:
    from .patterns import catalogue

    return catalogue(settings)


def _describe_own_rules(rules: Iterable[str]) -> Mapping[str, str]:
    from .patterns import describe_rules

    return describe_rules(rules)


def _open_house(settings: Settings) -> Engine:
    from .house import HouseEngine

    return HouseEngine(settings)


def _house_rules(settings: Settings) -> tuple[Rule, ...]:
    from .house import catalogue

    return catalogue(settings)


def _describe_house_rules(rules: Iterable[str]) -> Mapping[str, str]:
    from .house import describe_rules

    return describe_rules(rules)


def with_house_rules(engines: Mapping[str, Engine], settings: Settings) -> Mapping[str, Engine]:
    """`engines` with the writer's own rules under `settings`, which hold whatever engines are named. Raises BadInput
    for rules that make no sense."""
    if HOUSE in settings.engines or settings.terms or settings.rule_files:
        return {**engines, HOUSE: _open_house(settings)}
    return engines if HOUSE not in engines else {name: engine for name, engine in engines.items() if name != HOUSE}


ENGINES: dict[str, EngineKind] = {
    kind.name: kind
    for kind in (
        EngineKind(
            "harper",
            "Harper",
            _open_harper,
            _harper_rules,
            _describe_harper,
            spellers=("harper/SpellCheck", "harper/SplitWords"),
            repeated="harper/RepeatedWords",
        ),
        EngineKind(
            "languagetool",
            "LanguageTool",
            _open_languagetool,
            _languagetool_rules,
            _describe_languagetool,
            page="https://community.languagetool.org/rule/show/{rule}?lang={language}",
            spellers=("languagetool/MORFOLOGIK_RULE_EN_",),
            repeated="languagetool/ENGLISH_WORD_REPEAT_RULE",
        ),
        EngineKind(OWN, "LocalProof", _open_patterns, _own_rules, _describe_own_rules, in_process=True),
        EngineKind(HOUSE, "your own", _open_house, _house_rules, _describe_house_rules, in_process=True),
    )
}

_SPELLERS = tuple(rule for kind in ENGINES.values() for rule in kind.spellers)


def is_speller(rule: str) -> bool:
    """Whether a rule is the dictionary of an engine: it knows which words there are, and nothing of what is meant.

    >>> is_speller("languagetool/MORFOLOGIK_RULE_EN_GB"), is_speller("harper/ItsContraction")
    (True, False)
    """
    return rule.startswith(_SPELLERS)
