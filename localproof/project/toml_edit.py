"""A settings file with one thing changed: a rule more in `disable`, another value. All else stays as it was."""

from __future__ import annotations

import re
import tomllib

from ..report import BadInput

_STRING = r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_TOKEN = re.compile(rf"{_STRING}|#[^\n]*|\[|\]|,", re.DOTALL)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


def add_to_disable(text: str, rule: str, *, table: str = "") -> str:
    """The TOML `text` with `rule` in the list `disable` of `table` ("" for the top), comments and layout kept.

    The same text where the rule is in the list already. Raises BadInput where
    `text` is not TOML or is laid out so that the change cannot be made safely.

    >>> add_to_disable('# ours\\ndisable = ["a/B"]  # loud\\n', "c/D")
    '# ours\\ndisable = ["a/B", "c/D"]  # loud\\n'
    """
    before = _list(text, table)
    if rule in before:
        return text
    start, end = _part(text, table)
    key = re.compile(r"^[ \t]*disable[ \t]*=[ \t]*\[", re.MULTILINE).search(text, start, end)
    after = _inserted(text, key.end(), rule) if key else _added(text, start, end, rule, table)
    if _list(after, table, required=True) != [*before, rule]:
        raise BadInput(f'the settings file is laid out in an unusual way; add "{rule}" to its disable by hand')
    return after


def assign_key(text: str, key: str, value: str) -> str:
    """The TOML `text` with ``key = "value"`` among its first keys, before any table; comments and layout kept.

    Raises BadInput where `text` is not TOML or is laid out so that the change cannot be made safely.

    >>> assign_key('model = "a"  # mine\\n[x]\\n', "model", "b")
    'model = "b"  # mine\\n[x]\\n'
    """
    before = _parse_or_none(text)
    if before.get(key) == value:
        return text
    start, end = _part(text, "")
    said = f'{key} = "{value}"'
    row = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=[ \t]*(?:{_STRING})", re.MULTILINE).search(text, start, end)
    newline = "\r\n" if "\r\n" in text else "\n"
    if row:
        after = text[: row.start()] + said + text[row.end() :]
    else:
        body = text[start:end].rstrip()
        after = (body + newline if body else "") + said + newline + (newline if text[end:] else "") + text[end:]
    if _parse_or_none(after) != {**before, key: value}:
        raise BadInput(f"the settings file is laid out in an unusual way; write {said} into it by hand")
    return after


def _parse_or_none(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the settings file is not valid TOML: {error}") from None


def _list(text: str, table: str, *, required: bool = False) -> list[object]:
    try:
        value: object = tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        if required:
            return []
        raise BadInput(f"the settings file is not valid TOML: {error}") from None
    for name in [*filter(None, table.split(".")), "disable"]:
        value = value.get(name) if isinstance(value, dict) else None
    return list(value) if isinstance(value, list) else []


def _part(text: str, table: str) -> tuple[int, int]:
    """Where the keys of `table` stand: from the end of its header to the next one; the head of the file for ""."""
    start = 0
    if table:
        name = r"\s*\.\s*".join(map(re.escape, table.split(".")))
        header = re.compile(rf"^[ \t]*\[\s*{name}\s*\][ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z)", re.MULTILINE).search(text)
        if header is None:
            return len(text), len(text)
        start = header.end()
    following = _TABLE.search(_blanked(text), start)
    return start, following.start() if following else len(text)


def _blanked(text: str) -> str:
    """`text` with what stands inside lists and strings over several lines blanked, so that no line of it looks like a
    table's header."""
    out, depth, at = list(text), 0, 0
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if depth:
            out[at : token.start()] = " " * (token.start() - at)
        elif sign.startswith(('"""', "'''")):
            out[token.start() : token.end()] = " " * len(sign)
        if sign == "[" and (depth or "=" in text[text.rfind("\n", 0, token.start()) + 1 : token.start()]):
            depth += 1
        elif sign == "]" and depth:
            depth -= 1
        if depth:
            out[token.start() : token.end()] = " " * len(sign)
        at = token.end()
    return "".join(out)


def _inserted(text: str, opened: int, rule: str) -> str:
    """`rule` at the end of the list whose bracket opens just before `opened`."""
    last, comma = opened, False
    for token in _TOKEN.finditer(text, opened):
        sign = token.group()
        if sign == "]":
            break
        if not sign.startswith("#"):
            last, comma = token.end(), sign == ","
    if last == opened:
        return text[:opened] + f'"{rule}"' + text[opened:]
    line = text.rfind("\n", 0, last) + 1
    many = "\n" in text[opened:last]
    indent = (re.match(r"[ \t]*", text[line:]) or [""])[0] if many else ""
    newline = "\r\n" if text[:line].endswith("\r\n") else "\n"
    joint = ("" if comma else ",") + (newline + indent if many else " ")
    return text[:last] + joint + f'"{rule}"' + ("," if many and comma else "") + text[last:]


def _added(text: str, start: int, end: int, rule: str, table: str) -> str:
    """A new line `disable = [...]` after the keys of the part between `start` and `end`."""
    newline = "\r\n" if "\r\n" in text else "\n"
    line = f'disable = ["{rule}"]{newline}'
    if table and start == len(text) and not text[:start].rstrip().endswith("]"):
        raise BadInput(f'the settings file has no table [{table}]; add one with disable = ["{rule}"]')
    body = text[start:end].rstrip()
    at = start + len(body)
    rest = text[at:]
    if not body:
        return text[:start] + line + (newline if not table and text[start:].strip() else "") + text[start:]
    return text[:at] + newline + line + rest.removeprefix("\r\n" if rest.startswith("\r\n") else "\n")
