"""What an editor's status bar can say: what was found, which engines answer, whether a model takes part, what energy
the session has cost. It is told in `localproof/status`, a notification of ours, to editors that ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ..render.energy import summarize_energy
from ..text import escape_invisible
from .code_actions import safe_edits
from .commands import CommandContext
from .document_checker import CheckerStatus, PartStatus
from .session import TextStatus

METHOD = "localproof/status"
_SOON_S = 0.2  # what changes within that time is told together


class StatusReporter:
    """Tells an editor how things stand, soon after they have changed. `send` takes the parameters of the notification,
    `spawn` starts what is to be awaited. Every method is called in the event loop's thread."""

    def __init__(
        self,
        context: CommandContext,
        send: Callable[[dict[str, Any]], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._context, self._send, self._spawn = context, send, spawn
        self._changed: set[str] = set()  # texts
        self._waits = False

    def note_change(self, uri: str = "") -> None:
        """Something is different: in the text `uri`, or in what checks."""
        if uri:
            self._changed.add(uri)
        if not self._waits:
            self._waits = True
            self._spawn(self._tell_soon())

    async def _tell_soon(self) -> None:
        try:
            await asyncio.sleep(_SOON_S)
            checker = await self._context.session.checker_status()
        finally:
            self._waits = False
        changed, self._changed = sorted(self._changed), set()
        found = [text for uri in changed if (text := self._context.session.text_status(uri)) is not None]
        texts = [_text_json(text, self._context.place(text.uri).project) for text in found]
        self._send({"texts": texts, **_checker_json(checker)})


def _text_json(text: TextStatus, project: bool) -> dict[str, Any]:
    report, settings = text.report, text.settings
    return {
        "uri": text.uri,
        "checked": text.checked,
        "why": escape_invisible(text.why),
        "findings": len(report.findings) if report else 0,
        "certain": len(safe_edits(report.findings)) if report else 0,
        "heldBack": len(report.held_back) if report else 0,
        "heldBackShown": text.held_back_shown,
        "project": project,
        "profile": settings.profile if settings else "",
        "language": settings.language if settings else "",
    }


def _checker_json(checker: CheckerStatus) -> dict[str, Any]:
    spent = checker.energy
    energy = spent and {"status": spent.status, "joules": spent.joules, "text": summarize_energy(spent)}
    return {
        "engines": [_part_json(part) for part in checker.engines],
        "model": checker.model and _part_json(checker.model),
        "energy": energy,
    }


def _part_json(part: PartStatus) -> dict[str, Any]:
    title, why = escape_invisible(part.title), escape_invisible(part.why)
    return {"name": part.name, "title": title, "ready": part.ready, "why": why}
