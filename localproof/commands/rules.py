"""`localproof rules`: every rule, whether it runs here and who says so, and whether `--fix` may act on it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .. import scoring
from ..config import Settings, nearest
from ..engines.catalogue import CATALOGUES, Rule
from ..pipeline.suppressions import matches_rule
from ..render import Style
from ..render.width import fill, to_cells, words
from ..report import BadInput, Skipped, Unavailable
from ..terminal import Terminal, is_terminal, one_line, style
from ..text import escape_invisible
from ..text.languages import base

Catalogues = Mapping[str, Callable[[Settings], tuple[Rule, ...]]]

_WIDEST_NAME = 40  # columns; beyond it a name pushes the rest of its line to the right
_LEAST_SAID = 24  # columns for what a rule says; where there are fewer, columns before it are left out


@dataclass(frozen=True)
class RuleFilter:
    """Which rules to list: those that any of `patterns` means (all if there is none), and of these what is asked."""

    patterns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    safe: bool = False
    off: bool = False


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
    for engine in dict.fromkeys(settings.engines):
        try:
            rules = catalogues[engine](settings)
        except Unavailable as error:
            missing.append(error.skipped)
            continue
        found += [_here(rule, settings) for rule in rules]
    return found, missing


def _here(rule: Rule, settings: Settings) -> ListedRule:
    on, why = rule.on, rule.why
    if any(matches_rule(pattern, rule.name) for pattern in settings.disable):
        on, why = False, settings.sources.get("disable", "")
    elif not on and any(fnmatchcase(rule.name, pattern) for pattern in settings.enable):
        on, why = True, settings.sources.get("enable", "")
    english = base(settings.language) == "en"
    return ListedRule(rule, on, why, english and scoring.may_be_safe_fix(rule.name), _rate(rule, settings))


def _rate(rule: Rule, settings: Settings) -> float | None:
    """How often the rule spoke in a million words of edited American English; None where it was not asked."""
    rates = scoring.coefficients().rates
    if "*" in rule.name:
        return round(sum(rate for name, rate in rates.items() if fnmatchcase(name, rule.name)), 2) or None
    return rates.get(rule.name, 0.0 if rule.on and base(settings.language) == "en" else None)


def rules(
    wanted: RuleFilter,
    settings: Settings,
    terminal: Terminal,
    *,
    format: str = "text",
    catalogues: Catalogues = CATALOGUES,
) -> int:
    """List what is `wanted`; the exit status. Raises BadInput for a pattern that means no rule."""
    every, missing = list_rules(settings, catalogues)
    for skipped in missing:
        terminal.say(f"localproof: {one_line(skipped.what)}: {skipped.reason}" + _remedy(skipped))
    if missing and not every:
        return 3
    named = _select(every, wanted.patterns)
    shown = [
        each
        for each in named
        if (not wanted.kinds or each.rule.kind in wanted.kinds)
        and (each.safe or not wanted.safe)
        and not (wanted.off and each.on)
    ]
    if format == "json":
        terminal.write(_json(shown, missing), "json")
        return 0
    look = style(terminal.stdout, "never", terminal.env)
    if not (is_terminal(terminal.stdout) or terminal.env.get("COLUMNS")):  # for grep, whole lines
        look = replace(look, width=sys.maxsize)
    if len(shown) == 1:
        terminal.write(describe_rule(shown[0], style(terminal.stdout, "never", terminal.env)))
        return 0
    terminal.write("".join(_row(each, _name_columns(shown), look) for each in shown))
    terminal.say("\n".join(fill(words(_summary(shown, len(named))), style(terminal.stderr, "never", terminal.env))))
    return 0


def _remedy(skipped: Skipped) -> str:
    return f" ({skipped.remedy})" if skipped.remedy else ""


def _select(every: Sequence[ListedRule], patterns: Sequence[str]) -> list[ListedRule]:
    """The rules that any of `patterns` means; a star in the name of a rule stands for what it may stand for."""
    for pattern in patterns:
        if not any(_matches(pattern, each.rule.name) for each in every):
            known = [name for each in every for name in (each.rule.name, each.rule.name.partition("/")[2])]
            part = any(pattern.lower() in name.lower() for name in known)
            hint = f"; for a part of a name: '*{escape_invisible(pattern)}*'" if part else nearest(pattern, known)
            raise BadInput(f"no rule is called {escape_invisible(pattern)!r}{hint}")
    return [each for each in every if not patterns or any(_matches(p, each.rule.name) for p in patterns)]


def _matches(pattern: str, name: str) -> bool:
    return matches_rule(pattern, name) or is_called(pattern, name)


def is_called(rule: str, name: str) -> bool:
    """Whether a rule with this name, which may stand for several, is the one that is asked for, or has the variant.

    >>> is_called("AnA", "harper/AnA"), is_called("languagetool/EN_COMPOUNDS_X", "languagetool/EN_COMPOUNDS_*")
    (True, True)
    >>> is_called("IT_IS[37]", "languagetool/IT_IS")
    True
    """
    rule = re.sub(r"\[\d+\]\Z", "", rule)
    return fnmatchcase(rule if "/" in rule else f"{name.partition('/')[0]}/{rule}", name)


def _name_columns(shown: Iterable[ListedRule]) -> int:
    return min(max((len(each.rule.name) for each in shown), default=0), _WIDEST_NAME)


def _row(each: ListedRule, names: int, look: Style) -> str:
    """One line: the name, as many columns of facts as leave room, and what the rule says as far as there is any."""
    name = f"{each.rule.name:<{names}}"
    state, fix, kind = "on " if each.on else "off", "fix" if each.safe else "   ", f"{each.rule.kind:<11}"
    for facts in ((state, fix, kind, f"{_often(each):>6}"), (state, fix, kind), (state, fix), ()):
        start = "  ".join((name, *facts))
        room = look.width - max(len(start), names) - 2
        if room >= _LEAST_SAID:
            break
    said = _truncate(_describe_rule_here(each), room, look) if room >= _LEAST_SAID // 2 else ""
    return f"{start}  {said}".rstrip() + "\n"


def _truncate(text: str, room: int, look: Style) -> str:
    """`text`, which is safe to print, in no more than `room` columns.

    >>> _cut("A comma too many.", 9, Style())
    'A comma …'
    """
    if len(text) <= room // 2 or sum(cell.width for cell in to_cells(text)) <= room:
        return text
    taken, left = "", room - len(look.ellipsis)
    for cell in to_cells(text):
        if cell.width > left:
            break
        taken, left = taken + cell.text, left - cell.width
    return taken + look.ellipsis


def _describe_rule_here(each: ListedRule) -> str:
    said = _in_one_line(each.rule.says)
    return f"[{'on' if each.on else 'off'}: {_where(each.why)}] {said}" if each.why else said


def _often(each: ListedRule) -> str:
    """How often in a million words.

    >>> [_often(Listed(Rule("", "", "style", ""), True, "", False, n)) for n in (None, 0.0, 0.52, 161.3)]
    ['', '0', '0.5', '161']
    """
    if each.per_million is None:
        return ""
    return f"{each.per_million:.1f}" if 0 < each.per_million < 10 else f"{each.per_million:,.0f}"


def describe_rule(each: ListedRule, look: Style | None = None) -> str:
    """All that is known of one rule, in some lines, no longer than `look` has columns where that is given."""
    right = " or ".join(f"“{one_line(way)}”" for way in each.rule.right)
    rate = f"; spoke {_often(each)} times in a million words of edited prose" if each.per_million is not None else ""
    fix = "; --fix may act on it, where all engines agree" if each.safe else ""
    state = f"{'on' if each.on else 'off'}, {f'says {_where(each.why)}' if each.why else 'by default'}"
    lines = [
        each.rule.name,
        f"    {_in_one_line(each.rule.says)}",
        *([f"    Example: “{one_line(each.rule.wrong)}”" + f" → {right}" * bool(right)] if each.rule.wrong else []),
        f"    {each.rule.kind} ({each.rule.category}); {state}{fix}{rate}",
        *([f"    More: {one_line(each.rule.url)}"] if each.rule.url else []),
    ]
    if look is not None:
        lines = [part for line in lines for part in fill(words(line), look, indent=4 * line.startswith(" "))]
    return "\n".join(lines) + "\n"


def _in_one_line(said: str) -> str:
    return one_line(" ".join(said.split()))


def _where(why: str) -> str:
    """What decided, as short as it is clear: a file as it is called from here."""
    path, here = Path(why), Path.cwd()
    return one_line(str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else why)


def _summary(shown: Sequence[ListedRule], named: int) -> str:
    off = sum(not each.on for each in shown)
    safe = sum(each.safe for each in shown)
    of = "" if len(shown) == named else f" of {named:,}"
    told = f"{len(shown):,}{of} rule{'' if len(shown) == 1 else 's'}, {off:,} off, {safe:,} that --fix may act on (fix)"
    rates = any(each.per_million is not None for each in shown)
    return told + "; the number: how often it spoke in a million words of edited prose" * rates


def _json(shown: Iterable[ListedRule], missing: Iterable[Skipped]) -> str:
    listed: dict[str, Any] = {
        "schema": 1,
        "rules": [_entry(each) for each in shown],
        "skipped": [{"what": s.what, "reason": s.reason, "remedy": s.remedy} for s in missing],
    }
    return json.dumps(listed, ensure_ascii=False, indent=1) + "\n"


def _entry(each: ListedRule) -> dict[str, Any]:
    return {
        "rule": each.rule.name,
        "engine": each.rule.name.partition("/")[0],
        "kind": each.rule.kind,
        "category": each.rule.category,
        "description": each.rule.says,
        "example": {"wrong": each.rule.wrong, "right": list(each.rule.right)} if each.rule.wrong else None,
        "on": each.on,
        "because": each.why or "default",
        "fix": each.safe,
        "per_million": each.per_million,
        "url": each.rule.url or None,
    }
