"""Rules as a table, one in full, or as JSON: what `localproof rules` writes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..config import Settings
from ..engines.catalogue import CATALOGUES
from ..pipeline.rule_names import nearest_rule
from ..pipeline.rules import (
    Catalogues,
    ListedRule,
    describe_rule,
    format_origin,
    format_rate,
    in_one_line,
    is_called,
    list_rules,
)
from ..pipeline.suppressions import matches_rule
from ..render import Style
from ..render.width import fill, to_cells, words
from ..report import BadInput, Skipped
from ..terminal import Terminal, is_terminal, style
from ..text import escape_invisible
from ..text.display import one_line

_WIDEST_NAME = 40  # columns; beyond it a name pushes the rest of its line to the right
_LEAST_SAID = 24  # columns for what a rule says; where there are fewer, columns before it are left out


@dataclass(frozen=True)
class RuleFilter:
    """Which rules to list: those that any of `patterns` means (all if there is none), and of these what is asked."""

    patterns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    safe: bool = False
    off: bool = False


def print_rules(
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
        look = look._replace(width=sys.maxsize)
    if len(shown) == 1:
        terminal.write(describe_rule(shown[0], style(terminal.stdout, "never", terminal.env)))
        return 0
    names = _name_columns(shown)
    head = _head(names, look) if shown and look.width != sys.maxsize else ""
    terminal.write(head + "".join(_row(each, names, look) for each in shown))
    terminal.say("\n".join(fill(words(_summary(shown, len(named))), style(terminal.stderr, "never", terminal.env))))
    return 0


def _remedy(skipped: Skipped) -> str:
    return f" ({skipped.remedy})" if skipped.remedy else ""


def _select(every: Sequence[ListedRule], patterns: Sequence[str]) -> list[ListedRule]:
    """The rules that any of `patterns` means; a star in the name of a rule stands for what it may stand for."""
    for pattern in patterns:
        if not any(_matches(pattern, each.rule.name) for each in every):
            known = [each.rule.name for each in every]
            part = any(pattern.lower() in name.lower() for name in known)
            hint = f"; for a part of a name: '*{escape_invisible(pattern)}*'" if part else nearest_rule(pattern, known)
            raise BadInput(f"no rule is called {escape_invisible(pattern)!r}{hint}")
    return [each for each in every if not patterns or any(_matches(p, each.rule.name) for p in patterns)]


def _matches(pattern: str, name: str) -> bool:
    return matches_rule(pattern, name) or is_called(pattern, name)


def _name_columns(shown: Iterable[ListedRule]) -> int:
    return min(max((len(each.rule.name) for each in shown), default=0), _WIDEST_NAME)


def _row(each: ListedRule, names: int, look: Style) -> str:
    """One line: the name, as many columns of facts as leave room, and what the rule says as far as there is any."""
    cells = ("on " if each.on else "off", "fix" if each.safe else "   ", f"{each.rule.kind:<11}")
    start, room = _start(f"{each.rule.name:<{names}}", (*cells, f"{format_rate(each):>6}"), names, look)
    said = _truncate(_describe_rule_here(each), room, look) if room >= _LEAST_SAID // 2 else ""
    return f"{start}  {said}".rstrip() + "\n"


def _start(name: str, cells: Sequence[str], names: int, look: Style) -> tuple[str, int]:
    """(the line so far, the room left) with as many of `cells` as leave room for what a rule says."""
    for number in (4, 3, 2, 0):
        start = "  ".join((name, *cells[:number]))
        room = look.width - max(len(start), names) - 2
        if room >= _LEAST_SAID:
            break
    return start, room


def _head(names: int, look: Style) -> str:
    start, room = _start(f"{'RULE':<{names}}", ("ON ", "FIX", f"{'KIND':<11}", f"{'SPOKE':>6}"), names, look)
    said = "LOOKS FOR" if room >= len("LOOKS FOR") else ""
    return f"{start}  {said}".rstrip() + "\n"


def _truncate(text: str, room: int, look: Style) -> str:
    """`text`, which is safe to print, in no more than `room` columns.

    >>> _truncate("A comma too many.", 9, Style())
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
    said = in_one_line(each.rule.says)
    return f"[{'on' if each.on else 'off'}: {format_origin(each.why)}] {said}" if each.why else said


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
