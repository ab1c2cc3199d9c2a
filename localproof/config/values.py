"""Values as files, variables, flags and editors give them, taken or refused with the nearest right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field
from typing import Any

from ..report import BadInput
from ..text import escape_invisible
from .choices import dialect, one_of
from .settings import Settings


def parse_flag(name: str, raw: str, where: str) -> object:
    """The value of field `name` written as one text, as in a flag or a variable. Raises BadInput."""
    known = Settings.__dataclass_fields__[name]
    if known.type in ("tuple[str, ...]", "frozenset[str]"):
        return read_value(known, [part for p in raw.split(",") if (part := p.strip())], where)
    if known.type == "bool":
        return read_value(known, _SWITCH.get(raw.strip().lower(), raw), where)
    if known.type in ("int", "float"):
        try:
            return read_value(known, int(raw) if known.type == "int" else float(raw), where)
        except ValueError:
            raise BadInput(f"{where}: expected a number, got {escape_invisible(raw)!r}") from None
    return read_value(known, raw, where)


def parse_value(name: str, raw: object, where: str) -> object:
    """The value of field `name` given as JSON or TOML gives it. Raises BadInput."""
    return read_value(Settings.__dataclass_fields__[name], raw, where)


def texts_of(raw: object) -> tuple[str, ...] | None:
    if isinstance(raw, list) and all(isinstance(x, str) for x in raw):
        return tuple(dict.fromkeys(raw))
    return None


def _number(raw: object) -> float | None:
    # The bounds keep out infinity, not-a-number, and integers that no C call takes.
    return raw if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) < 2**62 else None


def _whole(raw: object) -> float | None:
    return _number(raw) if isinstance(raw, int) else None


_SWITCH = {word: way for way, words in ((True, "1 true yes on"), (False, "0 false no off")) for word in words.split()}
_READERS: dict[str, tuple[Callable[[object], Any], str]] = {
    "str": (lambda raw: raw if isinstance(raw, str) else None, "a text"),
    "int": (_whole, "a whole number"),
    "bool": (lambda raw: raw if isinstance(raw, bool) else None, "true or false"),
    "float": (_number, "a number"),
    "tuple[str, ...]": (texts_of, "a list of texts"),
    "frozenset[str]": (lambda raw: None if (t := texts_of(raw)) is None else frozenset(t), "a list of texts"),
}


def read_value(known: Field[Any], raw: object, where: str) -> object:
    """`raw` as field `known` holds it. Raises BadInput."""
    read, expected = _READERS[str(known.type)]
    key = known.name.replace("_", "-")
    value: Any = read(raw)
    if value is None:
        raise BadInput(f"{where}: {key} must be {expected}, not {escape_invisible(repr(raw))[:60]}")
    least = known.metadata.get("least")
    if least is not None and value < least:
        raise BadInput(f"{where}: {key} must be at least {least}, not {raw}")
    if known.name == "language":
        return dialect(str(value), where)
    if choices := known.metadata.get("choices"):
        for each in (value,) if isinstance(value, str) else value:
            one_of(each, choices, key, where)
    if known.name == "ignore":
        for pattern in value:
            _require_bounded(pattern, f"{where}: {key}")
    if known.name == "fail_on" and len(value) > 1 and {"any", "never"} & set(value):
        raise BadInput(f"{where}: fail-on takes any or never by itself, or a list of kinds")
    return value


def _require_bounded(pattern: str, where: str) -> None:
    from ..text.bounded_patterns import UnboundedPattern, compile_bounded

    try:
        compile_bounded(pattern)
    except UnboundedPattern as error:
        raise BadInput(f"{where}: {escape_invisible(pattern)!r}: {error}") from None
