"""The full screen of a review: keys in, pictures out. What the keys mean is decided by `session`.

Checking goes on in one thread of its own; what comes of it is taken in by the
thread of the screen, which alone changes the session.
"""

from __future__ import annotations

import asyncio
import gc
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..report import BadInput, Report, Unavailable
from ..text import Span, escape_invisible
from . import intake, layout
from . import session as review
from .editor import open_editor
from .layout import Line, ScreenState
from .plain import KEYS
from .positions import draft_text
from .session import ReviewPage, ReviewSession, ViewFilter
from .workspace import RereadFile, ReviewWorkspace

_UNWRITTEN = "Not written yet: w writes, l leaves it for later, x discards it, Esc goes on"


class ReviewScreen:
    """What is on the screen and what happens when a key is pressed."""

    def __init__(self, workspace: ReviewWorkspace, explain: Callable[[str], str], *, colour: bool) -> None:
        self.workspace, self._explain = workspace, explain
        words = tuple((w, "user" if where == "user" else "project") for w, where in workspace.remembered.words)
        self.session = ReviewSession(words=words, alike=workspace.remembered.alike)  # type: ignore[arg-type]
        self.look = ScreenState(colour=colour, arriving=workspace.total)
        self.mode = "deciding"  # or editing, filtering, leaving, reading
        self.reading: list[str] = []
        self.scroll = 0
        self.fate = "later"
        self.checking = ThreadPoolExecutor(1, "localproof-review")
        self.app: Any = None  # a prompt-toolkit Application, which only functions may import
        self._pages: Iterator[ReviewPage] = workspace.pages()
        self._strokes = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    # ─ what comes from the checking thread ─

    def begin(self) -> None:
        """Start checking; called once the screen's loop runs."""
        self._loop = asyncio.get_running_loop()
        if hasattr(signal, "SIGTERM") and hasattr(self._loop, "add_signal_handler"):
            with_status = SystemExit(143)
            with suppress(NotImplementedError):  # Windows
                self._loop.add_signal_handler(signal.SIGTERM, lambda: self._leave(with_status))
        self._next_page()

    def post(self, work: Callable[[], None]) -> None:
        """Have `work` done by our thread. Raises RuntimeError where its loop has ended."""
        if self._loop is None:
            raise RuntimeError("there is no loop yet")
        self._loop.call_soon_threadsafe(work)

    def _in_background(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Have `work` done by the checking thread, and `then` called with what came of it by ours."""

        def on_done(future: Future[Any]) -> None:
            if future.cancelled() or self._loop is None:
                return
            try:
                self._loop.call_soon_threadsafe(self._take, future, then)
            except RuntimeError:  # the loop has ended
                return

        try:
            self.checking.submit(work).add_done_callback(on_done)
        except RuntimeError:  # shut down: the writer has left
            return

    def _take(self, future: Future[Any], then: Callable[[Any], None]) -> None:
        error = future.exception()
        if isinstance(error, BadInput | Unavailable) and then != self._add_page:
            self.session = replace(self.session, note=str(error))
        elif error is not None:
            self._leave(error)
            return
        else:
            then(future.result())
        self._draw()

    def _next_page(self) -> None:
        self._in_background(lambda: next(self._pages, None), self._add_page)

    def _add_page(self, page: ReviewPage | None) -> None:
        if page is None:
            self.look = replace(self.look, arriving=0)
            _freeze_garbage()
            return
        self.session = intake.add_page(self.session, page)
        if trouble := self.workspace.trouble():
            self.session = replace(self.session, note=trouble)
        self.look = replace(self.look, arriving=max(self.workspace.total - len(self.session.pages), 0))
        self._next_page()

    def _page_changed(self, before: ReviewSession, *, follow: bool = True) -> None:
        """Check again what was changed, and remember how far the review has come."""
        strokes, checking = self._strokes, False
        for number, page in enumerate(self.session.pages):
            if number < len(before.pages) and page.version != before.pages[number].version:
                self._check(number, page, strokes, follow=follow)
                checking = True
        if not checking and self.session.past is not before.past:
            self._remember()

    def _remember(self) -> None:
        session = self.session

        def save() -> None:
            if session is self.session:  # else a later one is on its way
                self.workspace.save(session)

        self._in_background(save, lambda _: None)

    def _check(self, number: int, page: ReviewPage, strokes: int, *, follow: bool) -> None:
        def check() -> Report | None:
            stale = self.session.pages[number].version != page.version
            return None if stale else self.workspace.check(number, page.text)

        def take(report: Report | None) -> None:
            if report is not None:
                quiet = follow and strokes == self._strokes  # never move under the writer's fingers
                at = intake.update_page(self.session, number, page.version, report, follow=quiet, tell=follow)
                self.session = at
                _freeze_garbage()
                self._remember()

        self._in_background(check, take)

    def _look_again(self, number: int) -> None:
        page = self.session.pages[number]

        def take(again: RereadFile) -> None:
            taken = self.workspace.take_in(self.session, again)
            if taken is None:
                self._look_again(number)
            else:
                self.session = taken

        self._in_background(lambda: self.workspace.reread(number, page), take)

    # ─ keys ─

    def press(self, key: str) -> None:
        """A key of the writer's, outside of the line of input."""
        self._strokes += 1
        before = self.session
        if self.mode == "reading":
            self._read_on(key)
        elif self.mode == "leaving":
            self._leaving(key)
        else:
            self._decide(key)
        if self.session is not before:
            at = review.current(before), review.current(self.session)
            if at[0] is None or at[1] is None or at[0].span != at[1].span or at[0].page != at[1].page:
                self.look = replace(self.look, selected=1)
            self._page_changed(before, follow=key not in ("u", "U", "c-r"))

    def _decide(self, key: str) -> None:
        item = review.current(self.session)
        if key in _COMMANDS:
            self.session = _COMMANDS[key](self.session)
        elif key.isdecimal() and len(key) == 1:
            self.session = review.accept(self.session, int(key))
        elif key == "enter":
            self.session = review.accept(self.session, self.look.selected)
        elif key == "a":
            self.session = review.accept_alike(self.session, self.look.selected)
        elif key in ("tab", "right", "left", "s-tab") and item and item.edits:
            by = 1 if key in ("tab", "right") else -1
            self.look = replace(self.look, selected=(self.look.selected - 1 + by) % len(item.edits) + 1)
        elif key == "d":
            self.session = review.add_word(self.session, "project" if self.workspace.settings.dictionary else "user")
        elif key in ("e", "E"):
            self._edit(sentence=key == "E")
        elif key == "f":
            self._ask("filtering", "Show only: ", self.session.view.query)
        elif key == "w":
            self.session, anew = self.workspace.write(self.session)
            for number in anew:
                self._look_again(number)
        elif key in ("q", "c-c", "escape"):
            self._quit(key)
        elif key == "?":
            self._why()
        elif key == "o":
            self._open()

    def _quit(self, key: str) -> None:
        if key == "escape":
            self.session = replace(self.session, note="")
        elif self.workspace.pending(self.session):
            self.mode = "leaving"
        else:
            self.fate = "write"
            self._leave()

    def _leaving(self, key: str) -> None:
        fates = {"w": "write", "l": "later", "x": "discard", "q": "later", "c-c": "later"}
        if key in fates:
            self.fate = fates[key]
            self._leave()
        else:
            self.mode = "deciding"

    def _leave(self, error: BaseException | None = None) -> None:
        if self.app is None or not self.app.is_running or self.app.is_done:
            return
        if error is None:
            self.app.exit()
        else:
            self.app.exit(exception=error)

    def _edit(self, *, sentence: bool) -> None:
        item = review.current(self.session)
        span = review.editable_span(self.session, item, sentence=sentence) if item else None
        if item is None or span is None:
            self.session = review.edit(self.session, "")
            return
        text = self.session.pages[item.page].text
        self.look = replace(self.look, sentence=sentence)
        at = len(draft_text(text, Span(span.start, item.span.end))) if sentence else None
        self._ask("editing", "Write instead: ", draft_text(text, span), at)

    def _ask(self, mode: str, question: str, draft: str, at: int | None = None) -> None:
        """Have a line written that begins as `draft`, with the cursor behind `at` characters or all."""
        self.mode = mode
        self.look = replace(self.look, question=question, draft=draft if mode == "editing" else None)
        buffer = self.app.layout.get_buffer_by_name("draft")
        buffer.text = draft
        buffer.cursor_position = len(draft) if at is None else at
        self.app.layout.focus(buffer)

    def submit_line(self, text: str | None) -> None:
        """The line of input was ended: with `text`, or None for left."""
        self._strokes += 1
        mode, before = self.mode, self.session
        self.mode, self.look = "deciding", replace(self.look, draft=None, question="")
        self.app.layout.focus_last()
        if text is None:
            return
        if mode == "editing":
            self.session = review.edit(self.session, text, sentence=self.look.sentence)
        else:
            self.session = review.show(self.session, ViewFilter(text.strip(), self.session.view.held))
        self.look = replace(self.look, selected=1)
        self._page_changed(before)

    def _why(self) -> None:
        item = review.current(self.session)
        self.mode, self.scroll = "reading", 0
        rules = (item.finding.source or (item.finding.rule,)) if item else ()
        arrows = "Tab    choose another suggestion, which the paragraph then shows\n"
        keys = f"The keys\n\n{arrows}{KEYS}"
        self._to_read(("Looking up the rule …\n\n" if rules else "") + keys)

        def explained() -> str:
            out = []
            for rule in rules:
                try:
                    out.append(self._explain(rule))
                except BadInput as error:
                    out.append(f"{error}\n")
            return "\n".join(out)

        if item:
            self._in_background(explained, lambda text: self._to_read(f"{escape_invisible(text)}\n{keys}"))

    def _to_read(self, text: str) -> None:
        self.reading = text.split("\n")

    def _read_on(self, key: str) -> None:
        steps = {"down": 1, "j": 1, "n": 1, "up": -1, "k": -1, "p": -1, "pagedown": 10, " ": 10, "pageup": -10}
        if key in steps:
            self.scroll = min(max(self.scroll + steps[key], 0), max(len(self.reading) - 3, 0))
        else:
            self.mode = "deciding"

    def _open(self) -> None:
        from prompt_toolkit.application import run_in_terminal

        def edit() -> None:
            self.session, number = open_editor(self.session, self.workspace)
            if number is not None:
                self._look_again(number)

        run_in_terminal(edit)

    # ─ pictures ─

    def _draw(self) -> None:
        if self.app is not None:
            self.app.invalidate()

    def render(self, width: int, rows: int) -> list[Line]:
        """The whole screen but the line of input: `rows` lines."""
        foot = self._foot(width, rows)
        head = layout.header_line(self.session, self.look, width)
        room = rows - 1 - len(foot)
        if self.mode == "reading":
            lines = [
                part
                for line in self.reading
                for part in layout.wrap_pieces([(line, "")], width - 2, _hang(line, width))
            ]
            self.scroll = min(self.scroll, max(len(lines) - room, 0))
            middle = [[("", " "), *line] for line in lines[self.scroll : self.scroll + room]]
            middle += [[] for _ in range(room - len(middle))]
        else:
            middle = layout.body_lines(self.session, self.look, width, room)
        return [head, *middle, *foot]

    def _foot(self, width: int, rows: int) -> list[Line]:
        if self.mode == "reading":
            return [
                [("class:note", line)] for line in _lines("any other key goes back; arrows and space scroll", width)
            ]
        if self.mode == "leaving":
            return [[("class:note", line)] for line in _lines(_UNWRITTEN, width)]
        if self.mode == "filtering":
            help_ = (
                "A kind, an engine or a rule, or a part of its name; several with commas; nothing shows all. Esc leaves"
            )
            return [[("class:quiet", line)] for line in _lines(help_, width)]
        if self.mode == "editing":
            return [[("class:quiet", " Enter takes it, Esc leaves it")]]
        note = _lines(escape_invisible(self.session.note), width)[:2] if self.session.note else []
        return [*([("class:note", line)] for line in note), *layout.key_lines(width, 3 if rows >= 16 else 1)]


def _lines(text: str, width: int) -> list[str]:
    return [" " + "".join(t for _, t in line) for line in layout.wrap_pieces([(text, "")], max(width - 2, 20))]


def _freeze_garbage() -> None:
    """Have what lives now, the reports of all pages, not looked through for garbage: that would hold up a key for
    100 ms where there are thousands of findings. What nothing refers to any more is let go of all the same."""
    gc.collect(1)
    gc.freeze()


def _hang(line: str, width: int) -> int:
    """How far the text of a line begins from the left, behind its indent and its key."""
    return min(len(re.match(r" *(?:\S.{0,28}?\S? {2,})?", line)[0]), width // 3)  # type: ignore[index]


_COMMANDS: dict[str, Callable[[ReviewSession], ReviewSession]] = {
    "s": review.skip,
    " ": review.skip,
    "i": review.ignore,
    "I": review.ignore_alike,
    "D": lambda s: review.add_word(s, "user"),
    "r": review.silence,
    "u": review.undo,
    "U": review.redo,
    "c-r": review.redo,
    "n": review.forward,
    "j": review.forward,
    "down": review.forward,
    "p": review.back,
    "k": review.back,
    "up": review.back,
    "N": lambda s: review.next_page(s, 1),
    "pagedown": lambda s: review.next_page(s, 1),
    "P": lambda s: review.next_page(s, -1),
    "pageup": lambda s: review.next_page(s, -1),
    "h": lambda s: review.show(s, ViewFilter(s.view.query, not s.view.held)),
}
