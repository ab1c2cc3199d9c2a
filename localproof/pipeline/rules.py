"""Every rule as it is here: whether it runs and who says so, whether `--fix` may act on it, what it looks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from .. import scoring
from ..config import Settings, one_of
from ..engines import HOUSE
from ..engines.catalogue import CATALOGUES, Rule
from ..models import NONE
from ..render import Style
from ..render.width import InkedWord, fill, words
from ..report import BadInput, Skipped, Unavailable
from ..scoring.rescoring import proposed_kinds
from ..text import escape_invisible
from ..text.display import one_line
from ..text.languages import base
from .rule_names import nearest_rule
from .suppressions import matches_rule

_MODEL = "model"
Catalogues = Mapping[str, Callable[[Settings], tuple[Rule, ...]]]


@dataclass(frozen=True)
class ListedRule:
    """A rule as it is here. `on` and `why` after the settings; `per_million` words of edited prose, None if unknown."""

    rule: Rule
    on: bool
    why: str
    safe: bool
    per_million: float | None


def list_rules(settings: Settings, catalogues: Catalogues = CATALOGUES) -> tuple[list[ListedRule], list[Skipped]]:
    """Every rule of the engines that are switched on, in order, and the engines whose rules cannot be told."""
    found: list[ListedRule] = []
    missing: list[Skipped] = []
    own = (HOUSE,) if settings.terms or settings.rule_files else ()
    for engine in dict.fromkeys((*settings.engines, *own)):
        try:
            rules = catalogues[engine](settings)
        except Unavailable as error:
            missing.append(error.skipped)
            continue
        found += [_here(rule, settings) for rule in rules]
    if settings.model not in NONE:
        found += [_here(rule, settings) for rule in model_rules(settings)]
    return found, missing


def model_rules(settings: Settings) -> tuple[Rule, ...]:
    """What language models propose, by the names that findings have; off where no model is switched on."""
    return tuple(Rule(name, says, kind, "Model", settings.model not in NONE) for name, says, kind in proposed_kinds())


def _here(rule: Rule, settings: Settings) -> ListedRule:
    on, why = rule.on, rule.why
    if any(matches_rule(pattern, rule.name) for pattern in settings.disable):
        on, why = False, settings.sources.get("disable", "")
    elif not on and any(fnmatchcase(rule.name, p if "/" in p else f"*/{p}") for p in settings.enable):
        on, why = True, settings.sources.get("enable", "")
    english = base(settings.language) == "en"
    return ListedRule(rule, on, why, english and scoring.may_be_safe_fix(rule.name), _rate(rule, settings))


def _rate(rule: Rule, settings: Settings) -> float | None:
    """How often the rule spoke in a million words of edited American English; None where it was not asked."""
    rates = scoring.coefficients().rules.rates
    if rule.name.startswith((f"{HOUSE}/", f"{_MODEL}/")):
        return None
    if "*" in rule.name:
        return round(sum(rate for name, rate in rates.items() if fnmatchcase(name, rule.name)), 2) or None
    return rates.get(rule.name, 0.0 if rule.on and base(settings.language) == "en" else None)


def is_called(rule: str, name: str) -> bool:
    """Whether a rule with this name, which may stand for several, is the one that is asked for, or has the variant.

    >>> is_called("AnA", "harper/AnA"), is_called("languagetool/EN_COMPOUNDS_X", "languagetool/EN_COMPOUNDS_*")
    (True, True)
    >>> is_called("IT_IS[37]", "languagetool/IT_IS")
    True
    """
    rule = re.sub(r"\[\d+\]\Z", "", rule)
    return fnmatchcase(rule if "/" in rule else f"{name.partition('/')[0]}/{rule}", name)


def format_rate(each: ListedRule) -> str:
    """How often in a million words.

    >>> [format_rate(ListedRule(Rule("", "", "style", ""), True, "", False, n)) for n in (None, 0.0, 0.52, 161.3)]
    ['', '0', '0.5', '161']
    """
    if each.per_million is None:
        return ""
    return f"{each.per_million:.1f}" if 0 < each.per_million < 10 else f"{each.per_million:,.0f}"


def describe_rule(each: ListedRule, look: Style | None = None) -> str:
    """All that is known of one rule, in some lines, no longer than `look` has columns where that is given."""
    right = " or ".join(f"“{one_line(way)}”" for way in each.rule.right)
    state = f"{'on' if each.on else 'off'}, {f'says {format_origin(each.why)}' if each.why else 'by default'}"
    rows = [
        ("Looks for", in_one_line(each.rule.says)),
        ("Example", f"“{one_line(each.rule.wrong)}”" + f" → {right}" * bool(right) if each.rule.wrong else ""),
        ("Kind", f"{each.rule.kind} ({each.rule.category})"),
        ("Here", state + ("; --fix may act on it, where all engines agree" if each.safe else "")),
        ("Spoke", "" if each.per_million is None else f"{format_rate(each)} times in a million words of edited prose"),
        ("More", one_line(each.rule.url)),
    ]
    return "\n".join([each.rule.name, *(line for row in rows if row[1] for line in _row(*row, look))]) + "\n"


def _row(label: str, text: str, look: Style | None, *, code: str = "") -> list[str]:
    """A labelled row, broken to the width of `look` if any; not within `code`, which is to be copied."""
    first = f"    {label:<{_LABEL}}"
    if look is None:
        return [first + " ".join(filter(None, (code, text)))]
    return fill([*([InkedWord(code)] if code else []), *words(text)], look, [InkedWord(first)], len(first))


def in_one_line(said: str) -> str:
    """What an engine says of a rule, safe to print and in one line."""
    return one_line(" ".join(said.split()))


def format_origin(why: str) -> str:
    """What decided, as short as it is clear: a file as it is called from here."""
    path, here = Path(why), Path.cwd()
    return one_line(str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else why)


_LABEL = 11  # columns of the labels of what is said of a rule


def explain_rule(rule: str, settings: Settings, look: Style | None = None) -> str:
    """What the rule looks for, whether it is on here and how it is switched off, within the width of `look` if any.
    Raises BadInput for one that does not exist."""
    engine, _, bare = rule.rpartition("/")
    if engine:
        one_of(engine, (*CATALOGUES, _MODEL), "engine", "explain")
    missing: list[Skipped] = []
    if engine == _MODEL:
        known = [_here(each, settings) for each in model_rules(settings)]
    else:
        known, missing = list_rules(replace(settings, engines=(engine,) if engine else tuple(CATALOGUES)))
    found = [each for each in known if is_called(rule, each.rule.name)]
    if not known and missing:
        raise Unavailable(missing[0].what, missing[0].reason, missing[0].remedy)
    if not found:
        hint = nearest_rule(rule, (each.rule.name for each in known))
        raise BadInput(f"no rule is called {escape_invisible(rule)!r}{hint}")
    return "\n".join(_explanation_lines(each, bare, look) for each in found)


def _explanation_lines(each: ListedRule, bare: str, look: Style | None) -> str:
    name = f"{each.rule.name.partition('/')[0]}/{bare}"
    project = _row("Off", "in localproof.toml, for a project;", look, code=f'disable = ["{name}"]')
    paragraph = _row("", "before it, for a paragraph", look, code=f"<!-- localproof: ignore {name} -->")
    return describe_rule(each, look) + "\n".join([*project, *paragraph]) + "\n"
