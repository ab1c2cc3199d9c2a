"""A settings file with one thing changed: a rule more in `disable`, another value. All else stays as it was."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..report import BadInput
from ..text import escape_invisible

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from ..config import Term


def add_to_disable(text: str, rule: str, *, table: str = "") -> str:
    """The TOML `text` with `rule` in the list `disable` of `table` ("" for the top), comments and layout kept.

    The same text where the rule is in the list already. Raises BadInput where
    `text` is not TOML or is laid out so that the change cannot be made safely.

    >>> add_to_disable('# ours\\ndisable = ["a/B"]  # loud\\n', "c/D")
    '# ours\\ndisable = ["a/B", "c/D"]  # loud\\n'
    """
    before = _list(_parsed(text), table)
    if rule in before:
        return text

    def change(document: TOMLDocument) -> None:
        place: Any = document
        for name in filter(None, table.split(".")):
            place = place.get(name) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise BadInput(f'the settings file has no table [{table}]; add one with disable = ["{rule}"]')
        if "disable" not in place:
            place["disable"] = [rule]
        elif isinstance(place["disable"], list):
            place["disable"].append(rule)

    after = _edited(text, change)
    if _list(_parsed(after), table) != [*before, rule]:
        raise BadInput(f'the settings file is laid out in an unusual way; add "{rule}" to its disable by hand')
    return after


def assign_key(text: str, key: str, value: str, *, table: str = "") -> str:
    """The TOML `text` with ``key = "value"`` in `table` ("" for the top, among its first keys), comments and layout
    kept.

    Raises BadInput where `text` is not TOML or is laid out so that the change cannot be made safely.

    >>> assign_key('model = "a"  # mine\\n[x]\\n', "model", "b")
    'model = "b"  # mine\\n[x]\\n'
    """
    wanted = _parsed(text)
    place = _table(wanted, table)
    if place.get(key) == value:
        return text
    place[key] = value
    after = _edited(text, lambda document: _table(document, table).update({key: value}))
    if _parsed(after) != wanted:
        raise BadInput(f'the settings file is laid out in an unusual way; write {key} = "{value}" into it by hand')
    return after


def _table(document: Any, table: str) -> Any:
    """The table of that name, "" for all. Raises BadInput where there is none."""
    for name in filter(None, table.split(".")):
        document = document.get(name) if isinstance(document, dict) else None
    if not isinstance(document, dict):
        raise BadInput(f"the settings file has no table [{table}]; add it by hand")
    return document


def _edited(text: str, change: Callable[[TOMLDocument], None]) -> str:
    """`text`, which is TOML, with `change` made in it; what is new has the line ends of the rest."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        change(document)
        after = document.as_string()
    except (ValueError, RecursionError, TOMLKitError) as error:  # stricter in some things than `tomllib`, which decides
        raise BadInput(f"the settings file cannot be changed safely: {escape_invisible(str(error))}") from None
    whole = "\r\n" in text and not re.search(r"(?<!\r)\n", text)
    return re.sub(r"(?<!\r)\n", "\r\n", after) if whole else after


def _parsed(text: str) -> dict[str, Any]:
    """What `text` says to those who read it."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the settings file is not valid TOML: {error}") from None


def _list(value: object, table: str) -> list[object]:
    for name in [*filter(None, table.split(".")), "disable"]:
        value = value.get(name) if isinstance(value, dict) else None
    return list(value) if isinstance(value, list) else []


def edit_terms(text: str, add: Iterable[Term] = (), remove: Iterable[str] = ()) -> str:
    """The TOML `text` of a file of terms with some put in and what it says of others taken out; comments and layout
    kept. Raises BadInput where `text` is not TOML or is laid out so that the change cannot be made safely.

    >>> edit_terms('# ours\\n', [("e-mail", ("email",), ""), ("simply", (), "")])
    '# ours\\ne-mail = "email"\\navoid = ["simply"]\\n'
    """
    gone, new = set(remove), list(add)

    def change(document: TOMLDocument) -> None:
        table: Any = document.get("terms", document)
        for written in gone & set(table):
            del table[written]
        avoided = [each for each in table.get("avoid", []) if _term_of(each) not in gone]
        before = len(table.get("avoid", []))
        for written, preferred, reason in new:
            if preferred:
                use: Any = preferred[0] if len(preferred) == 1 else list(preferred)
                table[written] = _inline({"use": use, "reason": reason}) if reason else use
            else:
                avoided = [each for each in avoided if _term_of(each) != written]
                avoided.append(_inline({"term": written, "reason": reason}) if reason else written)
        if len(avoided) != before or any(not preferred for _, preferred, _ in new):
            if "avoid" in table:
                del table["avoid"]
            if avoided:
                table["avoid"] = avoided

    return _edited(text, change)


def _term_of(each: Any) -> str:
    return str(each.get("term", "")) if isinstance(each, dict) else str(each)


def _inline(values: dict[str, Any]) -> Any:
    import tomlkit

    table = tomlkit.inline_table()
    table.update(values)
    return table
