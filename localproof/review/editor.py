"""The writer's own editor, at the line of a finding."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..text import LineIndex, escape_invisible
from ..workers.foreground import run_in_terminal
from . import session as review
from .session import ReviewSession
from .workspace import ReviewWorkspace

# How editors are told a line, by the name of their program; others get the file alone.
_PLUS = ("vi", "vim", "nvim", "gvim", "nano", "pico", "micro", "emacs", "emacsclient", "kak", "joe", "mg", "ne", "jed")
_COLON = ("hx", "helix", "subl", "zed")
_GOTO = ("code", "code-insiders", "codium", "vscodium", "cursor")


def command(env: Mapping[str, str], path: Path, line: int) -> list[str] | None:
    """What to start, None where neither VISUAL nor EDITOR is set.

    >>> command({"EDITOR": "nano -w"}, Path("a.md"), 7)
    ['nano', '-w', '+7', 'a.md']
    >>> command({"VISUAL": "code --wait", "EDITOR": "vi"}, Path("a.md"), 7)
    ['code', '--wait', '--goto', 'a.md:7']
    """
    chosen = env.get("VISUAL") or env.get("EDITOR")
    if not chosen:
        return None
    try:
        words = shlex.split(chosen)
    except ValueError:  # an open quotation mark
        words = [chosen]
    name = Path(words[0]).name if words else ""
    target = str(path)
    if name in _PLUS:
        return [*words, f"+{line}", target]
    if name in _COLON:
        return [*words, f"{target}:{line}"]
    return [*words, "--goto", f"{target}:{line}"] if name in _GOTO else [*words, target]


def open_editor(session: ReviewSession, workspace: ReviewWorkspace) -> tuple[ReviewSession, int | None]:
    """Write the present file's changes and let the writer edit it; the number of the file to read anew, if any."""
    item = review.current(session)
    number = item.page if item else len(session.pages) - 1
    if number < 0:
        return replace(session, note="there is no file to open"), None
    page = session.pages[number]
    line = LineIndex(page.text).line(item.span.start) + 1 if item else 1
    words = command(workspace.env, (workspace.texts[number].source.path or Path()).absolute(), line)
    if not words:
        return replace(session, note="set VISUAL or EDITOR to the editor you use"), None
    if page.changed:
        session, again = workspace.write_one(session, number)
        if again:  # someone else changed it too, which the writer is to see first
            return session, number
        if session.pages[number].changed:
            return session, None
    try:
        run_in_terminal(words)
    except OSError as error:
        return replace(session, note=f"{escape_invisible(words[0])} cannot be started: {error.strerror}"), None
    return replace(session, note="read again"), number
