"""Front matter: the header of a Markdown file in YAML, TOML or JSON, with the place of each string in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..text import Block, Directive, LineIndex, Span
from .block_builder import Spelling, build_block
from .languages import language_tag
from .scalars import (
    JSON_SPELLING,
    TOML_SPELLING,
    YAML_SPELLING,
    Scalar,
    json_parts,
    read_json,
    read_toml,
    read_yaml,
    read_yaml_in_flow,
    toml_parts,
    yaml_parts,
)

LARGEST = 64 * 1024  # code points; a longer header is cut off and not read
DEEPEST = 40  # levels of nesting

_FENCE = re.compile(r"\ufeff?(---|\+\+\+|;;;)[ \t]*(json|yaml|toml)?[ \t]*(?:\r\n|\n|\r)")
_HEXO = re.compile(r"(\ufeff?)(?=\"[^\"\r\n]+\"[ \t]*:)()")  # Hexo's JSON may begin without a fence
_JSON = re.compile(r"\ufeff?\{\s*[\"}]")
_KEY = re.compile(r"\s*(?:#[^\r\n]*[\r\n]+\s*)*(?:[\w.-]+|\"[^\"\r\n]+\"|'[^'\r\n]+')[ \t]*[:=]")


@dataclass(frozen=True)
class HeaderString:
    """A string in the header: its path (keys joined by dots), its value, where it starts, and how it is written.

    `scalar` is None where the way it is written cannot be followed exactly.
    """

    path: str
    value: str
    start: int
    scalar: Scalar | None
    spelling: Spelling = ()


@dataclass(frozen=True)
class FrontMatter:
    """What stands before the text. `end` is where the text begins; 0 where there is no header."""

    end: int = 0
    values: dict[str, object] = field(default_factory=dict)
    leaves: tuple[HeaderString, ...] = ()
    language: str = ""
    directives: tuple[Directive, ...] = ()
    notes: tuple[str, ...] = ()


class _UnreadableHeader(Exception):
    """The header cannot be read; the reason in plain words. Never leaves this module."""


def read_header(text: str) -> FrontMatter:
    """The front matter of `text`. What is wrong with it becomes a note, never an exception."""
    found = _fenced(text) or _bare_json(text)
    if found is None:
        return FrontMatter()
    kind, start, stop, end = found
    if stop - start > LARGEST:
        return FrontMatter(end, notes=(f"front matter: longer than {LARGEST // 1024} kB, not read",))
    try:
        values, leaves = _READERS[kind](text, start, stop)
    except _UnreadableHeader as e:
        if kind == "yaml" and not _KEY.match(text, start, stop):
            return FrontMatter()  # prose between two rules
        return FrontMatter(end, notes=(f"front matter: {e}",))
    if not isinstance(values, dict):
        return FrontMatter()
    off = values.get("localproof") is False
    directives = (Directive(Span(start, stop), "off", "file"),) if off else ()
    return FrontMatter(end, values, tuple(leaves), _language(values), directives)


def title_blocks(text: str, header: FrontMatter, wanted: Sequence[str], notes: list[str]) -> list[Block]:
    """The fields named in `wanted` (``title``, ``seo.title``) as blocks; a note for each that cannot be mapped."""
    names = {w.lower() for w in wanted}
    blocks: list[Block] = []
    for leaf in header.leaves:
        if leaf.path.lower() not in names or not leaf.value.strip():
            continue
        if leaf.scalar is None:
            line = LineIndex(text).line(leaf.start) + 1
            notes.append(f"front matter: the value of {leaf.path} on line {line} is written in a way that is not read")
            continue
        block = build_block(text, leaf.scalar.parts, "title", spelling=leaf.spelling)
        if block is not None:
            blocks.append(replace(block, holder=leaf.scalar))
    return blocks


def _fenced(text: str) -> tuple[str, int, int, int] | None:
    """(kind, start and end of the header, start of the text) of a header between two fences."""
    opening = _FENCE.match(text) or _HEXO.match(text)
    if opening is None:
        return None
    fence = opening[1] or ";;;"
    closing = r"(?:---|\.\.\.)" if fence == "---" else re.escape(fence)
    match = re.compile(rf"^{closing}[ \t]*$", re.MULTILINE).search(text.replace("\r", "\n"), opening.end())
    if match is None:
        return None
    kind = opening[2] or {"---": "yaml", "+++": "toml", ";;;": "json"}[fence]
    return kind, opening.end(), match.start(), match.end()


def _bare_json(text: str) -> tuple[str, int, int, int] | None:
    """Hugo's JSON front matter: an object at the very start."""
    opening = _JSON.match(text)
    if opening is None:
        return None
    import json

    start = text.index("{")
    head = text[start : start + LARGEST]
    try:
        _guard_depth(head)
        _, length = json.JSONDecoder().raw_decode(head)
    except (ValueError, _UnreadableHeader):
        return None
    return "json", start, start + length, start + length


def _guard_depth(text: str) -> None:
    """Raise _Broken if brackets nest deeper than any header's do, before a recursive parser sees them."""
    depth = 0
    for match in re.finditer(r"[\[{]|[\]}]", text):
        depth += 1 if match.group() in "[{" else -1
        if depth > 10 * DEEPEST:
            raise _UnreadableHeader("nested too deeply")


def _language(values: dict[str, Any]) -> str:
    for key in ("lang", "language", "languageCode", "locale"):
        if tag := language_tag(values.get(key)):
            return tag
    return ""


def _read_yaml(text: str, start: int, stop: int) -> tuple[Any, list[HeaderString]]:
    """YAML by its events: no alias is followed, so nothing grows, and nesting is a list, not a recursion."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    source = re.sub("[\ud800-\udfff]", "\ufffd", text[start:stop])
    tree = _YamlTree(text, start)
    try:
        for event in yaml.parse(source, Loader=loader):
            tree.take(type(event).__name__, event)
    except yaml.YAMLError as e:
        mark: Any = getattr(e, "problem_mark", None)
        where = f" on line {LineIndex(text).line(start + mark.index) + 1}" if mark is not None else ""
        problem = getattr(e, "problem", None) or "it holds a character that YAML forbids"
        raise _UnreadableHeader(f"not YAML{where}: {problem}") from e
    return (tree.root[0] if tree.root else {}), tree.leaves


class _YamlTree:
    """The values and the leaves of a YAML document, grown event by event."""

    def __init__(self, text: str, start: int) -> None:
        import yaml

        self.text, self.start = text, start
        self.root: list[Any] = []
        self.leaves: list[HeaderString] = []
        self._resolver: Any = yaml.resolver.Resolver()
        self._open: list[Any] = [self.root]
        self._keys: list[Any] = []  # for each open mapping the key that waits for its value, _NO_KEY if none
        self._path: list[str] = []
        self._flows: list[bool] = []  # for each open container whether it is written in brackets

    def take(self, kind: str, event: Any) -> None:
        """Take the next event. Raises _Broken for an alias and for deep nesting."""
        if kind == "AliasEvent":
            raise _UnreadableHeader("aliases (*name) are not read")
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self._open) > DEEPEST:
                raise _UnreadableHeader("nested too deeply")
            made: Any = {} if kind[0] == "M" else []
            self._path.append(self._put(made))
            self._open.append(made)
            self._keys.append(_NO_KEY)
            self._flows.append(bool(event.flow_style))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            for stack in (self._open, self._keys, self._path, self._flows):
                stack.pop()
        elif kind == "ScalarEvent":
            self._scalar(event)

    def _scalar(self, event: Any) -> None:
        if isinstance(self._open[-1], dict) and self._keys[-1] is _NO_KEY:
            self._keys[-1] = event.value
            return
        tag = "str"
        if event.implicit[0] and not event.style:
            import yaml

            tag = self._resolver.resolve(yaml.ScalarNode, event.value, (True, False)).rsplit(":", 1)[-1]
        step = self._put(_yaml_value(tag, event.value))
        if tag == "str" and isinstance(self._open[-1], dict):
            first, last = self.start + event.start_mark.index, self.start + event.end_mark.index
            style = event.style or ""
            parts = yaml_parts(self.text, first, last, style, event.value)
            reads = read_yaml_in_flow if self._flows and self._flows[-1] else read_yaml
            scalar = parts and Scalar(self.text[first:last], first, event.value, parts, reads)
            path = ".".join(p for p in (*self._path, step) if p)
            self.leaves.append(HeaderString(path, event.value, first, scalar or None, YAML_SPELLING.get(style, ())))

    def _put(self, value: Any) -> str:
        """Put `value` into the innermost open container; the step of the path to it, "#" in a list."""
        home = self._open[-1]
        if isinstance(home, list):
            home.append(value)
            return "#" if home is not self.root else ""
        key, self._keys[-1] = self._keys[-1], _NO_KEY
        if key is _NO_KEY:  # a list or a mapping as a key: it has no name here
            self._keys[-1] = "?"
            return "?"
        home[key] = value
        return str(key)


_NO_KEY = object()


def _yaml_value(tag: str, value: str) -> object:
    """A plain scalar as YAML means it; dates and uncommon numbers stay as they are written."""
    if tag == "null":
        return None
    if tag == "bool":
        return value.lower() in ("true", "yes", "on")
    return int(value) if tag == "int" and re.fullmatch(r"[+-]?\d{1,18}", value) else value


def _read_toml(text: str, start: int, stop: int) -> tuple[Any, list[HeaderString]]:
    import tomllib

    source = text[start:stop]
    _guard_depth(source)
    try:
        values = tomllib.loads(source.replace("\r\n", "\n").replace("\r", "\n"))
    except (tomllib.TOMLDecodeError, ValueError) as e:
        raise _UnreadableHeader(f"not TOML: {e}") from e
    return values, list(_toml_leaves(text, start, stop, values))


_TOML_LINE = re.compile(
    r"(?<![^\r\n])[ \t]*(?:\[(?P<table>[^\[\]\r\n]+)\][ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)|\[\[|"
    r"(?P<key>[\w.-]+|\"[^\"\r\n\\]+\"|'[^'\r\n]+')[ \t]*=[ \t]*(?P<quote>\"\"\"|'''|\"|')?)"
)
_TOML_END = {
    '"': re.compile(r"(?:[^\"\\\r\n]|\\.)*+\""),
    "'": re.compile(r"[^'\r\n]*'"),
    '"""': re.compile(r"(?s:(?:[^\"\\]|\\.|\"(?!\"\"))*+\"{3,5})"),
    "'''": re.compile(r"(?s:(?:[^']|'(?!''))*+'{3,5})"),
}


def _toml_leaves(text: str, start: int, stop: int, values: dict[str, Any]) -> Iterator[HeaderString]:
    """The strings of valid TOML, with their places."""
    table: str | None = ""
    at = start
    while line := _TOML_LINE.search(text, at, stop):
        at = line.end()
        if line["key"] is None:
            table = line["table"].strip() + "." if line["table"] else None  # None: in an array of tables
            continue
        quote = line["quote"]
        closing = _TOML_END[quote].match(text, at, stop) if quote else None
        if closing is None:
            continue
        first, at = at, closing.end()
        if table is None:
            continue
        path = (table + line["key"]).replace('"', "").replace("'", "")
        value = _at_path(values, path)
        if isinstance(value, str):
            parts = toml_parts(text, first, at - len(quote), quote, value)
            begin = first - len(quote)
            scalar = parts and Scalar(text[begin:at], begin, value, parts, read_toml)
            yield HeaderString(path, value, first, scalar or None, TOML_SPELLING[quote])


def _at_path(values: Any, path: str) -> object:
    for step in path.split("."):
        values = values.get(step.strip()) if isinstance(values, dict) else None
    return values


def _read_json(text: str, start: int, stop: int) -> tuple[Any, list[HeaderString]]:
    import json

    source = text[start:stop]
    _guard_depth(source)
    inside = source.strip()
    wrapped = inside if inside.startswith("{") else "{" + inside + "}"  # Hexo leaves the braces out
    try:
        values = json.loads(wrapped)
    except ValueError as e:
        raise _UnreadableHeader(f"not JSON: {e}") from e
    return values, list(_json_leaves(text, start, stop, braces=wrapped is inside))


_JSON_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|[{}\[\],:]")


def _json_leaves(text: str, start: int, stop: int, *, braces: bool) -> Iterator[HeaderString]:
    """The strings of valid JSON that stand in objects, with their places."""
    import json

    path: list[str | None] = [] if braces else [""]  # for each open container: the key it waits for, None in a list
    for token in _JSON_TOKEN.finditer(text, start, stop):
        char = token.group()[0]
        if char in "{[":
            path.append("" if char == "{" else None)
        elif char in "}]":
            path.pop()
        elif char == ",":
            if path[-1] is not None:
                path[-1] = ""
        elif char == '"' and path[-1] == "":
            path[-1] = json.loads(token.group()) or "?"
        elif char == '"' and None not in path:
            value = json.loads(token.group())
            parts = json_parts(text, token.start() + 1, token.end() - 1, value)
            scalar = parts and Scalar(token.group(), token.start(), value, parts, read_json)
            yield HeaderString(".".join(p or "" for p in path), value, token.start(), scalar or None, JSON_SPELLING)


_READERS = {"yaml": _read_yaml, "toml": _read_toml, "json": _read_json}
