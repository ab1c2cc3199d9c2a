"""Rules of the writer's, as files hold them: TOML with a table [[rule]] for each. Nothing in it can run anything.

[[rule]]
name = "Utilise"
words = ["~utilise", "~utilize"]      # ~ any form, * any word, a|b either; or: pattern = '\\butili[sz]e'
message = "Plain words: use."
edit = "~use"
wrong = { "We utilised it." = "We used it." }
right = ["We used it."]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...report import KINDS, BadInput, Kind
from ...text import escape_invisible
from ...text.bounded_patterns import UnboundedPattern, compile_bounded
from .rule import OwnRule

# How likely a finding of a rule with this severity is taken to be right: every profile shows the first two.
SEVERITIES = {"error": 0.99, "warning": 0.9, "suggestion": 0.45}
# What an edit may make of a group, ``{plural:1}``: some of the forms that the machinery knows.
FORM_NAMES = ("plural", "singular", "ing", "past", "base", "participle", "s", "ly", "a", "capital", "lower")
_NAME = re.compile(r"[A-Za-z][\w-]{0,79}")
_HEAD = re.compile(r"^[ \t]*\[\[[ \t]*[\"']?rule[\"']?[ \t]*\]\]", re.MULTILINE)
_PART = re.compile(r"\{(?:(\w+):)?(\d)\}")
_LONGEST = 1_000  # code points of any text in a rule
_MOST_RULES = 2_000  # in a file


@dataclass(frozen=True)
class HouseRule:
    """One rule of the writer's. Exactly one of `pattern` and `words` is set; `fixes` are written as those of
    `OwnRule`, in rules of `words` with ``~use`` for the form of "use" that stands for the form that was found.
    `wrong` are texts that it speaks of, with what its first edit makes of them ("" for anything). `source` is the
    file, the line and the number of the rule in it."""

    name: str
    says: str
    pattern: str = ""
    words: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    kind: Kind = "style"
    severity: str = "warning"
    case: bool = False
    wrong: tuple[tuple[str, str], ...] = ()
    right: tuple[str, ...] = ()
    source: str = ""

    def as_own_rule(self, pattern: str, words: str) -> OwnRule:
        """The same for the machinery of our own rules: its `pattern`, and the `words` of which one must stand there."""
        return OwnRule(self.name, self.says, pattern, self.fixes, words, self.kind, case=self.case)


_KEYS = {"name", "message", "pattern", "words", "edit", "edits", "kind", "severity", "case", "wrong", "right"}


def read_rules(
    name: str, text: str, check: Callable[[HouseRule], object] = lambda _: None
) -> tuple[tuple[HouseRule, ...], tuple[str, ...]]:
    """The rules in the file `name` that make sense, and for each that does not a line that names file, line, rule and
    what is wrong with it. `check` raises BadInput for a rule that makes sense only by itself."""
    import tomllib

    shown = escape_invisible(name)
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return (), (f"{shown}: not valid TOML: {error or 'nested too deeply'}",)
    raw = table.pop("rule", [])
    if table or not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        wrong = f"{escape_invisible(min(table))!r} stands outside a rule; " if table else ""
        return (), (f"{shown}: {wrong}a file of rules holds tables [[rule]] and nothing else",)
    if len(raw) > _MOST_RULES:
        return (), (f"{shown}: more than {_MOST_RULES:,} rules; split the file",)
    heads = [text.count("\n", 0, m.start()) + 1 for m in _HEAD.finditer(text)]
    rules, faults = [], []
    for number, each in enumerate(raw, 1):
        place = f"{shown}:{heads[number - 1]}" if len(heads) == len(raw) else shown
        try:
            rule = _parse_rule(each, f"{place}: rule {number}")
            check(rule)
            rules.append(rule)
        except BadInput as error:
            faults.append(str(error))
    return tuple(rules), tuple(faults)


def _parse_rule(raw: Mapping[str, Any], where: str) -> HouseRule:
    name = raw.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadInput(f'{where}: needs a name of letters, digits, - and _: name = "PlainWords"')
    where = f"{where} ({name})"
    if unknown := set(raw) - _KEYS:
        listed = ", ".join(sorted(_KEYS))
        raise BadInput(f"{where}: unknown key {escape_invisible(min(unknown))!r} (choose from {listed})")
    kind = _one_of(raw.get("kind", "style"), KINDS, "kind", where)
    severity = _one_of(raw.get("severity", "warning"), tuple(SEVERITIES), "severity", where)
    if bool(raw.get("pattern")) == bool(raw.get("words")):
        raise BadInput(f"{where}: needs either pattern or words")
    if not isinstance(raw.get("case", False), bool):
        raise BadInput(f"{where}: case must be true or false")
    edits = _texts(raw.get("edits", raw.get("edit", [])), "edits", where)
    rule = HouseRule(
        name,
        _text(raw.get("message", ""), "message", where) or f"{name}: a rule of yours.",
        _text(raw.get("pattern", ""), "pattern", where),
        _texts(raw.get("words", []), "words", where),
        edits,
        kind,  # type: ignore[arg-type]
        severity,
        raw.get("case", False),
        _wrong(raw.get("wrong", []), where),
        _texts(raw.get("right", []), "right", where),
        where,
    )
    if rule.pattern:
        _check_pattern(rule, where)
    return rule


def _check_pattern(rule: HouseRule, where: str) -> None:
    try:
        compiled = compile_bounded(rule.pattern, 0 if rule.case else re.IGNORECASE)
    except UnboundedPattern as error:
        raise BadInput(f"{where}: pattern: {error}") from None
    for fix in rule.fixes:
        for part in _PART.finditer(fix):
            if int(part[2]) > compiled.groups:
                raise BadInput(f"{where}: edit: {part[0]}: the pattern has {compiled.groups} groups")
            if part[1] and part[1] not in FORM_NAMES:
                raise BadInput(f"{where}: edit: unknown form {part[1]!r} (choose from {', '.join(FORM_NAMES)})")


def _one_of(value: object, choices: tuple[str, ...], what: str, where: str) -> str:
    if value not in choices:
        raise BadInput(
            f"{where}: unknown {what} {escape_invisible(str(value))[:40]!r} (choose from {', '.join(choices)})"
        )
    return str(value)


def _text(value: object, what: str, where: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise BadInput(f"{where}: {what} must be a text of at most {_LONGEST:,} characters")
    return value


def _texts(value: object, what: str, where: str) -> tuple[str, ...]:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list):
        raise BadInput(f"{where}: {what} must be a text, or a list of texts")
    return tuple(_text(each, what, where) for each in several)


def _wrong(value: object, where: str) -> tuple[tuple[str, str], ...]:
    if isinstance(value, dict):
        return tuple((_text(w, "wrong", where), _text(r, "wrong", where)) for w, r in value.items())
    return tuple((text, "") for text in _texts(value, "wrong", where))
