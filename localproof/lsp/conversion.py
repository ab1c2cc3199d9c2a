"""Our values as LSP's and back. LSP's are what JSON makes of them: what is sent here is asked for what is needed and no
more, so that a value which nobody knows yet hurts nobody.

What cannot be understood raises `InvalidParams`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..text import Edit, LineIndex, Span, Unit
from .code_actions import FIX_ALL, QUICK_FIX, CodeAction
from .diagnostics import Diagnostic
from .json_rpc import InvalidParams
from .text_document import Position, TextChange, TextDocument

SOURCE = "localproof"
Json = dict[str, Any]
UNNECESSARY = 1  # LSP's DiagnosticTag
_UNITS: tuple[Unit, ...] = ("utf-8", "utf-16", "utf-32")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


def dig(value: object, *names: str) -> Any:
    """What stands in objects within objects under `names`; None where there is no such thing.

    >>> dig({"a": {"b": 1}}, "a", "b"), dig({"a": 7}, "a", "b")
    (1, None)
    """
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def object_in(value: object, *names: str) -> Json:
    """The object under `names`."""
    found = dig(value, *names)
    if not isinstance(found, dict):
        raise InvalidParams(f"{'.'.join(names) or 'params'}: an object is wanted")
    return found


def string_in(value: object, *names: str) -> str:
    """The string under `names`."""
    found = dig(value, *names)
    if not isinstance(found, str):
        raise InvalidParams(f"{'.'.join(names)}: a string is wanted")
    return found


def integer_in(value: object, *names: str) -> int:
    """The whole number under `names`, which some languages cannot help writing as 1.0."""
    found = dig(value, *names)
    if isinstance(found, float) and found.is_integer():
        return int(found)
    if not isinstance(found, int) or isinstance(found, bool):
        raise InvalidParams(f"{'.'.join(names)}: a whole number is wanted")
    return found


def uri_in(params: object) -> str:
    """The text that `params` are about."""
    return string_in(params, "textDocument", "uri")


def position_in(value: object, *names: str) -> Position:
    """The position under `names`."""
    line, column = (integer_in(value, *names, part) for part in ("line", "character"))
    if line < 0 or column < 0:
        raise InvalidParams(f"{'.'.join(names)}: lines and characters count from 0")
    return line, column


def position_unit(params: object) -> Unit:
    """What columns count: the first that the editor offers and we know, UTF-16 where it says nothing."""
    offered = dig(params, "capabilities", "general", "positionEncodings")
    return next((u for o in (offered if isinstance(offered, list) else ()) for u in _UNITS if o == u), "utf-16")


def uri_to_path(uri: object) -> Path | None:
    """The file that `uri` names, None for what is not a file."""
    if not isinstance(uri, str) or uri[:5].lower() != "file:":
        return None
    named = re.split(r"[?#]", uri[5:], maxsplit=1)[0].encode("utf-8", "surrogatepass")
    name = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), named).decode("utf-8", "surrogateescape")
    if name.startswith("//"):
        host, slash, rest = name[2:].partition("/")
        name = slash + rest if host in ("", "localhost") else name
    if sys.platform == "win32":
        name = re.sub(r"^/+(?=[A-Za-z]:)", "", name)
    path = Path(name)
    return path if path.is_absolute() and "\0" not in name else None


def to_text_document(params: object) -> TextDocument:
    """A text as the editor hands it over; without a version it is version 0, without a language its file tells."""
    item = object_in(params, "textDocument")
    language = item.get("languageId")
    version = 0 if item.get("version") is None else integer_in(item, "version")
    return TextDocument(
        string_in(item, "uri"), language if isinstance(language, str) else "", version, string_in(item, "text")
    )


def to_text_changes(params: object) -> list[TextChange]:
    """Edits as the editor tells them."""
    events = dig(params, "contentChanges")
    if not isinstance(events, list):
        raise InvalidParams("contentChanges: a list is wanted")
    changes = []
    for event in events:
        text = string_in(event, "text")
        if event.get("range") is None:
            changes.append(TextChange(None, None, text))
        else:
            changes.append(TextChange(position_in(event, "range", "start"), position_in(event, "range", "end"), text))
    return changes


def kinds_wanted(params: object) -> list[str] | None:
    """The kinds of actions that the editor asks for, None where it does not say."""
    only = dig(params, "context", "only")
    if only is None:
        return None
    if not isinstance(only, list) or not all(isinstance(kind, str) for kind in only):
        raise InvalidParams("context.only: a list of strings is wanted")
    return only or None


def is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether an action of `kind` is among the kinds `only`. A kind stands for all below it, the empty one for all.

    >>> is_wanted("source.fixAll.localproof", ["source"]), is_wanted("quickfix", ["quickfix.spelling"])
    (True, False)
    >>> is_wanted("quickfix", [""]), is_wanted("source.fixAllOther", ["source.fixAll"])
    (True, False)
    """
    if only is None:
        return kind != FIX_ALL  # asked for by name, on saving or by a key
    return any(not wanted or f"{kind}.".startswith(f"{wanted}.") for wanted in only)


class PositionMap:
    """Positions of one text, both ways. `unit` is what the editor's columns count."""

    def __init__(self, text: str, unit: Unit) -> None:
        self._lines, self._unit = LineIndex(text), unit

    def range(self, span: Span) -> Json:
        """The editor's range for `span`."""
        return {"start": self._position(span.start), "end": self._position(span.end)}

    def _position(self, offset: int) -> Json:
        line, character = self._lines.position(offset, self._unit)
        return {"line": line, "character": character}

    def span(self, start: Position, end: Position) -> Span:
        """The code points between two positions."""
        return Span(*sorted(self._lines.offset(*position, self._unit) for position in (start, end)))


def diagnostics(
    opened: TextDocument, marks: Iterable[Diagnostic], unit: Unit, *, links: bool, tags: bool
) -> list[Json]:
    """What to underline. `links` and `tags`: whether the editor knows what these are."""
    places = PositionMap(opened.text, unit)
    found = []
    for mark in marks:
        made: Json = {
            "range": places.range(mark.span),
            "message": mark.message,
            "severity": mark.severity,
            "code": mark.code,
            "source": SOURCE,
        }
        if mark.link and links:
            made["codeDescription"] = {"href": mark.link}
        if mark.tags and tags:
            made["tags"] = [UNNECESSARY]
        found.append(made)
    return found


def actions(
    opened: TextDocument,
    acts: Iterable[CodeAction],
    unit: Unit,
    diagnostics: Sequence[object],
    *,
    versioned: bool,
    only: Sequence[str] | None,
) -> list[Json]:
    """The menu. `told` are the diagnostics that the editor asks about, `only` the kinds that it wants (see
    `kinds_wanted`).

    With `versioned` an edit names the version it was made for, so that an
    editor refuses one that comes too late.
    """
    places = PositionMap(opened.text, unit)
    made = []
    for act in acts:
        if not is_wanted(act.kind, only):
            continue
        action: Json = {"title": act.title, "kind": act.kind}
        if act.finding is not None:
            place = places.range(act.finding.span)
            if about := [d for d in diagnostics if dig(d, "range") == place and dig(d, "source") == SOURCE]:
                action["diagnostics"] = about
        if act.sure and act.kind == QUICK_FIX:
            action["isPreferred"] = True
        if act.edits:
            action["edit"] = workspace_edit(opened, act.edits, places, versioned=versioned)
        if act.command:
            action["command"] = command(act)
        made.append(action)
    return made


def command(act: CodeAction) -> Json:
    """The command of an action or a lens."""
    return {"title": act.title, "command": act.command, "arguments": list(act.arguments)}


def workspace_edit(opened: TextDocument, edits: Iterable[Edit], places: PositionMap, *, versioned: bool) -> Json:
    """`edits` of one open text for the editor to make."""
    made = [{"range": places.range(e.span), "newText": e.text} for e in edits]
    if not versioned:
        return {"changes": {opened.uri: made}}
    return {"documentChanges": [{"textDocument": {"uri": opened.uri, "version": opened.version}, "edits": made}]}
