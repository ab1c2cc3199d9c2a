"""Strings of YAML, TOML and JSON as parts of the source: what is verbatim, what is an escape, what is a fold.

Each function ``…_parts`` gives the parts of one string, or None if they do not
spell `value`: then the string is written in a way that is not followed here,
and nobody may edit it. `Scalar` is such a string as what edits are tried on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..text import Edit, apply_edits
from .block_builder import Segment, Spelling

_FOLD = r"[ \t]*(?:\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))*[ \t]*"
_DOUBLE = re.compile(
    r"(?P<join>\\(?:\r\n|\n|\r)[ \t]*)|(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.))"
    rf"|(?P<fold>{_FOLD})"
)
_SINGLE = re.compile(rf"(?P<escape>'')|(?P<fold>{_FOLD})")
_PLAIN = re.compile(rf"(?P<fold>{_FOLD})")
_TOML = re.compile(
    r"(?P<join>\\[ \t]*(?:\r\n|\n|\r)\s*)|(?P<escape>\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.))|(?P<line>\r\n|\r|\n)"
)
_LINES = re.compile(r"(?P<line>\r\n|\r|\n)")
_JSON = re.compile(r"(?P<escape>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\(?:u[0-9a-fA-F]{4}|.))")
_NAMED = dict(zip("ntrbf0aveN_LP", "\n\t\r\b\f\0\a\v\x1b\x85\xa0\u2028\u2029", strict=True))
_LINE = re.compile(r"([ \t]*)([^\r\n]*)(\r\n|\n|\r|\Z)")

_ONE_LINE: Spelling = (("\n", None), ("\r", None))
_ESCAPED: Spelling = (('"', '\\"'), ("\\", "\\\\"), ("\t", "\\t"), *_ONE_LINE)
# How a string writes the characters that mean something else in it, by what it is opened with.
YAML_SPELLING: dict[str, Spelling] = {"'": (("'", "''"), *_ONE_LINE), '"': _ESCAPED}
TOML_SPELLING: dict[str, Spelling] = {
    '"': _ESCAPED,
    '"""': _ESCAPED,
    "'": (("'", None), *_ONE_LINE),
    "'''": _ONE_LINE,
}
JSON_SPELLING: Spelling = (*_ESCAPED, *((chr(code), None) for code in range(0x20) if chr(code) not in "\t\n\r"))


@dataclass(frozen=True)
class Scalar:
    """A string at `start` of a document, written as `source`, with the `value` that `parts` of the document spell.

    `read` gives the value of a string that is written so, None if it is none.
    """

    source: str
    start: int
    value: str
    parts: tuple[Segment, ...]
    read: Callable[[str], object]

    def takes(self, edit: Edit, text: str) -> bool:
        """Whether `edit` of the document makes the string say what it says now with `text` in that place."""
        span = edit.span
        if span.start < self.start or span.end > self.start + len(self.source):
            return False
        written = apply_edits(self.source, [Edit(span.shifted(-self.start), edit.text)])
        at = self._in_value(span.start)
        return self.read(written) == self.value[:at] + text + self.value[at + len(span) :]

    def _in_value(self, at: int) -> int:
        """Which character of the value stands at `at` of the document, where that is verbatim."""
        before = 0
        for part in self.parts:
            if at <= part.end and part.kind == "text":
                return before + max(at - part.start, 0)
            before += part.end - part.start if part.kind == "text" else len(part.text)
        return before


def read_yaml(source: str) -> object:
    """The value of a YAML scalar, as the value of a key; None if it is no string there, or something besides."""
    return _yaml_value(f"k: {source}")


def read_yaml_in_flow(source: str) -> object:
    """The value of a YAML scalar that stands in braces or brackets."""
    return _yaml_value(f"{{k: {source}}}")


def _yaml_value(document: str) -> object:
    import yaml

    values: list[object] = []
    for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # of a tab each has its own opinion
        try:
            read = yaml.load(document, Loader=loader)
        except (yaml.YAMLError, ValueError):  # ValueError: what looks like a date and is none
            return None
        values.append(read["k"] if isinstance(read, dict) and list(read) == ["k"] else None)
    return values[0] if values[0] == values[1] else None


def read_toml(source: str) -> object:
    """The value of a TOML string, None if it is none."""
    import tomllib

    try:
        read = tomllib.loads(f"k = {source}".replace("\r\n", "\n").replace("\r", "\n"))
    except ValueError:
        return None
    return read["k"] if list(read) == ["k"] else None


def read_json(source: str) -> object:
    """The value of a JSON string, None if it is none."""
    import json

    try:
        return json.loads(source)
    except ValueError:
        return None


def yaml_parts(text: str, start: int, end: int, style: str, value: str) -> tuple[Segment, ...] | None:
    """A scalar at start..end. `style` is YAML's: "" (plain), single or double quote, ``|`` or ``>``."""
    if style in ("|", ">"):
        return literal_parts(text, start, end, value, folded=style == ">")
    if style:
        return _verify_parts(text, _walk(text, start + 1, end - 1, _DOUBLE if style == '"' else _SINGLE), value)
    return _verify_parts(text, _walk(text, start, end, _PLAIN), value)


def toml_parts(text: str, start: int, end: int, quote: str, value: str) -> tuple[Segment, ...] | None:
    """A string whose inside is start..end and that `quote` opens."""
    if len(quote) == 3 and text[start : start + 1] in ("\r", "\n"):  # a first line end does not count
        start += 2 if text.startswith("\r\n", start) else 1
    return _verify_parts(text, _walk(text, start, end, _TOML if quote[0] == '"' else _LINES), value)


def json_parts(text: str, start: int, end: int, value: str) -> tuple[Segment, ...] | None:
    """A string whose inside is start..end."""
    return _verify_parts(text, _walk(text, start, end, _JSON), value)


def _walk(text: str, start: int, end: int, pattern: re.Pattern[str]) -> Iterator[Segment]:
    """Verbatim runs, and markup for each match of `pattern`."""
    at = start
    for match in pattern.finditer(text, start, end):
        if match.start() > at:
            yield Segment("text", at, match.start())
        yield Segment("markup", match.start(), match.end(), _READ[match.lastgroup or ""](match.group()))
        at = match.end()
    if at < end:
        yield Segment("text", at, end)


def _escaped(run: str) -> str:
    """The character that an escape stands for.

    >>> _escaped("\\\\u00e9"), _escaped("''"), _escaped('\\\\"')
    ('é', "'", '"')
    """
    if run[0] != "\\":
        return run[0]
    if run[1] in "xuU" and len(run) > 2:
        code = int(run[2:6], 16) if len(run) == 12 else int(run[2:], 16)
        if len(run) == 12:  # two halves of one character
            code = 0x10000 + ((code - 0xD800) << 10) + int(run[8:], 16) - 0xDC00
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _NAMED.get(run[1], run[1])


def _folded(run: str) -> str:
    """One line end is a space, more are one fewer."""
    ends = len(re.findall(r"\r\n|\n|\r", run))
    return " " if ends == 1 else "\n" * (ends - 1)


_READ: dict[str, Callable[[str], str]] = {
    "join": lambda run: "",
    "escape": _escaped,
    "fold": _folded,
    "line": lambda run: "\n",
}


def literal_parts(text: str, start: int, end: int, value: str, *, folded: bool) -> tuple[Segment, ...] | None:
    """A block scalar: its lines less their indentation, the ends of lines as YAML reads them."""
    head = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)").match(text, start, end)
    if head is None:
        return None
    lines = [(m.start(), m) for m in _LINE.finditer(text, head.end(), end) if m.end() > m.start()]
    indent = next((len(m[1]) for _, m in lines if m[2]), 0)
    parts: list[Segment] = []
    blank = 0  # line ends since the last line with something in it
    since = head.end()
    for at, line in lines:
        if line[2]:
            if parts:
                gap = "\n" * blank if not folded else " " if blank == 1 else "\n" * (blank - 1)
                parts.append(Segment("markup", since, at + indent, gap))
            parts.append(Segment("text", at + indent, line.end(2)))
            blank, since = 0, line.end(2)
        blank += 1 if line[3] else 0
    return _verify_parts(text, iter(parts), value.rstrip("\n"))


def _verify_parts(text: str, parts: Iterator[Segment], value: str) -> tuple[Segment, ...] | None:
    """The parts if they spell `value`, else None."""
    made = tuple(parts)
    spelled = "".join(text[p.start : p.end] if p.kind == "text" else p.text for p in made)
    return made if spelled == value else None
