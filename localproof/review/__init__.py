"""The review: walk through findings one by one, decide, and never regret it. Start reading at `session`.

- `session`, `intake`: the review as values, every command and every event as a function; `positions`, `content_merge`:
  where things are when a text changed meanwhile;
- `decisions`: what a review teaches;
- `workspace`: files, engines and lists; `progress`: where a review stopped;
- `plain`: line by line; `program`, `screen`, `layout`: the full screen; `messages`, `summary`: what is said;
- here: hold one, and undo or list what earlier ones wrote.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..pipeline.planning import CheckOptions
from ..render.build_log import disarmed
from ..terminal import CLEAN, NOTHING, WRONG, Terminal, is_terminal, style, wants_colour
from ..text.display import one_line

if TYPE_CHECKING:
    from .session import ReviewSession
    from .summary import ReviewSummary
    from .workspace import ReviewWorkspace


@dataclass(frozen=True)
class ReviewOptions:
    """How a review is held. `plain`: line by line. `json`: the summary is for a script. `mouse`: it may point."""

    plain: bool = False
    json: bool = False
    restart: bool = False
    mouse: bool = False


def review(options: CheckOptions, review_options: ReviewOptions, terminal: Terminal) -> int:
    """Hold a review and end it with its summary; the exit status, 2 where something that was asked for could not be
    read or was not there. Raises BadInput for what makes no sense."""
    from ..pipeline.rules import explain_rule
    from .decisions import learn_from_review
    from .plain import run_dialogue
    from .summary import as_json, as_text, summarize
    from .workspace import ReviewWorkspace

    by_line = review_options.plain or terminal.env.get("TERM", "") in ("", "dumb")
    by_line = by_line or not (is_terminal(terminal.stdout) and is_terminal(terminal.stdin))
    say = _side_terminal(terminal) if review_options.json else terminal.write
    with ReviewWorkspace(options, terminal.env, restart=review_options.restart) as workspace:
        if not workspace.total and options.changed is not None:
            terminal.say(f"localproof: no text changed since {one_line(options.changed or 'HEAD')}")
            return CLEAN
        if not workspace.total:
            terminal.say("localproof: nothing was reviewed: there is no file of a known format here")
            return NOTHING
        if by_line:
            look = style(terminal.stdout, "never", terminal.env)
            session = run_dialogue(workspace, terminal, say, lambda rule: explain_rule(rule, workspace.settings, look))
        else:
            from .program import run_screen

            colour = wants_colour(options.colour, terminal.env, terminal=True)
            session = run_screen(
                workspace,
                lambda rule: explain_rule(rule, workspace.settings),
                colour=colour,
                mouse=review_options.mouse,
            )
        result, wrong = summarize(workspace, session), bool(workspace.unread or workspace.lacking())
        looked = workspace.any_checked() and (result.run.checked or not result.run.reports)
        _log_review(result, workspace, session)
        if trouble := learn_from_review(workspace, session, terminal.env):
            terminal.say(f"localproof: {one_line(trouble)}")
    look = style(terminal.stdout, "never", terminal.env)
    terminal.write(
        as_json(result) if review_options.json else as_text(result, look), "json" if review_options.json else "text"
    )
    if not looked:
        return NOTHING
    return WRONG if wrong else CLEAN


def _log_review(result: ReviewSummary, workspace: ReviewWorkspace, session: ReviewSession) -> None:
    """Keep what was reviewed and what became of it, for `localproof disclose`."""
    from ..config import ELSEWHERE
    from ..project.comparison import words_changed
    from ..project.run_log import LoggedText, log_run, model_use_of

    texts = [
        LoggedText(
            os.path.abspath(text.source.path),  # noqa: PTH100
            p.report.words,
            words_changed(old, p.original),
            model_use_of(workspace.did.get(number)),
        )
        for number, (text, old, p) in enumerate(zip(workspace.texts, workspace.started, session.pages, strict=False))
        if text.source.path is not None and text.settings.cache
    ]
    stayed = not any(t.settings.executor or t.settings.languagetool_elsewhere == ELSEWHERE for t in workspace.texts)
    written = workspace.journal.folder.name if workspace.written and not workspace.hindrance else ""
    log_run(result.run, "review", texts, workspace.env, stayed=stayed, journal=written)


def _side_terminal(terminal: Terminal) -> Callable[[str], None]:
    """Where the conversation goes when the result alone is to be on standard output."""

    def say(text: str) -> None:
        terminal.stderr.write(disarmed(text, terminal.env))
        terminal.stderr.flush()

    return say


def undo_last(terminal: Terminal) -> int:
    """Put back what the last session that was not undone has written; the exit status, 1 where something was left."""
    from ..project import undo_log

    last = next((s for s in reversed(undo_log.sessions(terminal.env)) if not s.undone), None)
    if last is None:
        terminal.say("localproof: there is nothing to undo")
        return 0
    lines = undo_log.undo(last)
    terminal.write("".join(f"{line}\n" for line in lines))
    return 1 if any(": left as it is" in line for line in lines) else 0


def show_journal(terminal: Terminal) -> int:
    """List the sessions that wrote, newest first, and what each file holds now; the exit status."""
    from ..project import undo_log

    terminal.write(
        "".join(undo_log.describe_session(s) for s in reversed(undo_log.sessions(terminal.env)))
        or "nothing was written\n"
    )
    return 0
