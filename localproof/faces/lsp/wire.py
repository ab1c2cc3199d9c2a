"""Our values as LSP's and back: the only place, beside `server`, that knows both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from ...text import Edit, LineIndex, Span, Unit
from .actions import FIX_ALL, QUICK_FIX, Act
from .marks import Mark
from .opened import Change, Opened

SOURCE = "localproof"


def unit_of(encoding: types.PositionEncodingKind | str | None) -> Unit:
    """What columns count, as it was agreed on; UTF-16 where nothing was."""
    if encoding == types.PositionEncodingKind.Utf8:
        return "utf-8"
    return "utf-32" if encoding == types.PositionEncodingKind.Utf32 else "utf-16"


def path_of(uri: str) -> Path | None:
    """The file that `uri` names, None for what is not a file."""
    if not uri.startswith("file:"):
        return None
    name = to_fs_path(uri)
    return Path(name) if name and "\0" not in name else None


def opened_of(item: types.TextDocumentItem) -> Opened:
    """A text as the editor hands it over."""
    return Opened(item.uri, str(item.language_id), item.version, item.text)


def changes_of(events: Iterable[types.TextDocumentContentChangeEvent]) -> list[Change]:
    """Edits as the editor tells them."""
    changes = []
    for event in events:
        place = getattr(event, "range", None)
        start = None if place is None else (place.start.line, place.start.character)
        end = None if place is None else (place.end.line, place.end.character)
        changes.append(Change(start, end, event.text))
    return changes


class Places:
    """Positions of one text, both ways. `unit` is what the editor's columns count."""

    def __init__(self, text: str, unit: Unit) -> None:
        self._lines, self._unit = LineIndex(text), unit

    def range(self, span: Span) -> types.Range:
        """The editor's range for `span`."""
        return types.Range(self._position(span.start), self._position(span.end))

    def _position(self, offset: int) -> types.Position:
        return types.Position(*self._lines.position(offset, self._unit))

    def span(self, place: types.Range) -> Span:
        """The code points of the editor's range."""
        ends = (self._lines.offset(p.line, p.character, self._unit) for p in (place.start, place.end))
        return Span(*sorted(ends))


def diagnostics(
    opened: Opened, marks: Iterable[Mark], unit: Unit, *, links: bool, tags: bool
) -> list[types.Diagnostic]:
    """What to underline. `links` and `tags`: whether the editor knows what these are."""
    places = Places(opened.text, unit)
    return [
        types.Diagnostic(
            range=places.range(mark.span),
            message=mark.message,
            severity=types.DiagnosticSeverity(mark.severity),
            code=mark.code,
            code_description=types.CodeDescription(mark.link) if mark.link and links else None,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if mark.tags and tags else None,
        )
        for mark in marks
    ]


def actions(
    opened: Opened,
    acts: Iterable[Act],
    unit: Unit,
    told: Sequence[types.Diagnostic],
    *,
    versioned: bool,
    only: Sequence[str] | None,
) -> list[types.CodeAction]:
    """The menu. `told` are the diagnostics that the editor asks about, `only` the kinds that it wants, None for all.

    With `versioned` an edit names the version it was made for, so that an
    editor refuses one that comes too late.
    """
    places = Places(opened.text, unit)
    made = []
    for act in acts:
        if only is not None and not any(act.kind == o or act.kind.startswith(o + ".") for o in only):
            continue
        if only is None and act.kind == FIX_ALL:
            continue  # asked for by name, on saving or by a key
        about = None
        if act.finding is not None:
            place = places.range(act.finding.span)
            about = [d for d in told if d.range == place and d.source == SOURCE] or None
        made.append(
            types.CodeAction(
                title=act.title,
                kind=act.kind,
                diagnostics=about,
                is_preferred=True if act.sure and act.kind == QUICK_FIX else None,
                edit=workspace_edit(opened, act.edits, places, versioned=versioned) if act.edits else None,
                command=types.Command(title=act.title, command=act.command, arguments=list(act.arguments))
                if act.command
                else None,
            )
        )
    return made


def _command(act: Act) -> types.Command:
    return types.Command(title=act.title, command=act.command, arguments=list(act.arguments))


def workspace_edit(opened: Opened, edits: Iterable[Edit], places: Places, *, versioned: bool) -> types.WorkspaceEdit:
    """`edits` of one open text for the editor to make."""
    made = [types.TextEdit(places.range(e.span), e.text) for e in edits]
    if not versioned:
        return types.WorkspaceEdit(changes={opened.uri: made})
    document = types.OptionalVersionedTextDocumentIdentifier(uri=opened.uri, version=opened.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(made))])
