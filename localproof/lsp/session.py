"""The texts that are open, and when each is checked: the pure parts put to work, still without a protocol.

Checks run in one thread beside the event loop, so that edits and menus never
wait for them. A check whose text has changed in the meantime is given up: what
is shown always belongs to the version that it names.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ..config import Settings
from ..engines import ENGINES
from ..formats import frames_of
from ..report import BadInput, Finding, Report, Run, Skipped, Unavailable
from ..scoring.learning import Evidence
from ..system.cpu_limits import REMEDY
from ..text import Edit, Span, Unit
from .decisions import made_corrections
from .diagnostics import Diagnostic, describe_skipped, drop_unfinished, make_diagnostics
from .document_checker import CheckerStatus, DocumentCheck, DocumentChecker, NotChecked
from .text_document import (
    MovedFindings,
    TextChange,
    TextDocument,
    apply_changes,
    move_findings,
    unfinished_word,
)

DEBOUNCE_S = 0.25
# After which what has come is shown, though an engine is still at work: until there is something, and again.
_FIRST_S, _NEXT_S = 0.15, 0.5
_AHEAD, _REPORTED = 0.4, 0.7  # of the delay after a key, after which the engines are asked, and a report is made
_IDLE_S = 1.5  # without a key, after which the last word counts as finished

T = TypeVar("T")


@dataclass(frozen=True)
class TextStatus:
    """How it stands with an open text: its last report and the settings it was made under, None before the first.
    `checked`: its present state was checked by all engines; `why`: the reason where it is not checked at all."""

    uri: str
    report: Report | None
    settings: Settings | None
    checked: bool
    held_back_shown: bool
    why: str = ""


class ClientSink(Protocol):
    """Where a session says things."""

    def show(self, opened: TextDocument, marks: tuple[Diagnostic, ...]) -> None:
        """Underline these places of the text at this version, and no others."""
        ...

    def log(self, line: str) -> None:
        """A line for whoever looks into the editor's log."""
        ...

    def warn(self, line: str) -> None:
        """A line for the writer."""
        ...

    def tell(self, line: str) -> None:
        """A line for the writer that is no cause for alarm."""
        ...

    def busy(self, what: str) -> None:
        """A longer work begins, "" where it is over."""
        ...

    def note_checked(self, uri: str) -> None:
        """A text has been checked as it is now, or will not be."""
        ...


@dataclass
class _TextState:
    opened: TextDocument
    path: Path | None
    report: Report | None = None  # in the places where its findings are now
    moved: bool = False  # since its layout was read: see `EditorSession.report`
    notes: tuple[str, ...] = ()  # of the reader of the document, for the version that was read
    shown: tuple[object, ...] | None = None
    settings: Settings | None = None
    passed: str = ""  # why it is not checked
    held_back: bool = False
    check: asyncio.Task[None] | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)
    warnings: frozenset[str] = frozenset()
    failed: bool = False  # the last check, for a reason that the writer has been told
    lost: bool = False  # the editor shows something else than `opened`, and nobody here knows what


class EditorSession:
    """All open texts of one editor. Every method is called in the event loop's thread."""

    def __init__(
        self,
        document_checker: DocumentChecker,
        pool: Executor,
        sink: ClientSink,
        *,
        unit: Unit = "utf-16",
        debounce_s: float = DEBOUNCE_S,
    ) -> None:
        self._document_checker, self._pool, self._out = document_checker, pool, sink
        self.unit, self.debounce_s = unit, debounce_s
        self._texts: dict[str, _TextState] = {}
        self._starting = 0
        self._complaints: set[str] = set()  # what is told once

    # ── what the editor tells ──

    def open(self, opened: TextDocument, path: Path | None) -> None:
        """A text was opened."""
        self.close(opened.uri)
        self._texts[opened.uri] = _TextState(opened, path)
        self._check(opened.uri, 0.0)

    def change(self, uri: str, changes: Iterable[TextChange], version: int) -> None:
        """A text was edited. What an edit touched loses its mark now, everything else at the next check. An edit that
        cannot be applied is the end of what is known of the text (see `lose`)."""
        if (text := self._texts.get(uri)) is None:
            return
        changes = _from_the_last_whole(changes)
        if not changes or changes[0].start is not None:
            if text.lost:
                return
            if version < text.opened.version:
                self.lose(uri, f"version {version} came after version {text.opened.version}")
                return
        try:
            text.opened, edits = apply_changes(text.opened, changes, version, self.unit)
        except BadInput as error:
            self.lose(uri, f"the edit for version {version} lies outside of the text: {error}")
            return
        text.lost = False
        if any("\n" in e.text or "\r" in e.text or len(e.span) for e in edits):
            text.notes = ()  # they name lines, which may be others now
        if text.report is not None:
            self._note_decisions(text, made_corrections(text.report, edits))
            before = len(text.report.findings)
            text.report, text.moved = _follow(text.report, text.opened.text, edits), True
            if len(text.report.findings) < before:
                self._show(text)
        self._check(uri, self.debounce_s)

    def note_decision(self, uri: str, evidence: Callable[[Report], tuple[Evidence, ...]]) -> None:
        """Learn from what the writer decided in an open text; `evidence` says what its report makes of it."""
        text = self._texts.get(uri)
        if text is not None and text.report is not None:
            self._note_decisions(text, evidence(text.report))

    def _note_decisions(self, text: _TextState, evidence: tuple[Evidence, ...]) -> None:
        if evidence:
            self._pool.submit(self._document_checker.learn, text.path, evidence)

    def lose(self, uri: str | None, why: str) -> None:
        """What the editor shows in `uri` (None: in any text) is not known any more, as an edit could not be followed.
        Nothing is offered there until the whole text comes again."""
        for each in [uri] if uri is not None else list(self._texts):
            text = self._texts.get(each)
            if text is None or text.lost:
                continue
            text.lost = True
            if text.check is not None:
                text.check.cancel()
            text.report, text.notes = None, ()
            self._show(text)
            text.done.set()
            self._out.warn(f"{_name(text)} is not checked until you open it again: an edit was not understood ({why})")

    def save(self, uri: str) -> None:
        """A text was saved: now is the time, and no word is half typed any more."""
        if (text := self._texts.get(uri)) is not None:
            text.opened = replace(text.opened, caret=None)
            self._check(uri, 0.0)

    def close(self, uri: str) -> None:
        """A text was closed; its marks go."""
        text = self._texts.pop(uri, None)
        if text is None:
            return
        if text.check is not None:
            text.check.cancel()
        text.done.set()
        self._pool.submit(self._document_checker.forget, uri)
        self._out.show(text.opened, ())

    def check_all(self) -> None:
        """Something that decides on findings has changed: settings, word lists."""
        for uri in self._texts:
            self._check(uri, 0.0)

    def end(self) -> None:
        """Give up what is being checked."""
        for text in self._texts.values():
            if text.check is not None:
                text.check.cancel()
            text.done.set()

    # ── what the editor asks ──

    def opened(self, uri: str) -> TextDocument | None:
        """The text as it is now, None where it is not open or not known (see `lose`)."""
        text = self._texts.get(uri)
        return text.opened if text and not text.lost else None

    def path(self, uri: str) -> Path | None:
        """The file of an open text, None where it has none or is not open."""
        text = self._texts.get(uri)
        return text.path if text else None

    def report(self, uri: str) -> Report | None:
        """The last report on a text, its findings where they stand now."""
        text = self._texts.get(uri)
        if text is None or text.report is None:
            return None
        if text.moved:  # whoever asks may offer edits, for which it counts; a key does not wait for it
            document, text.moved = text.report.document, False
            with contextlib.suppress(Unavailable):  # what takes too long to read is told when it is checked
                text.report = replace(
                    text.report, document=replace(document, frames=frames_of(document, document.text))
                )
        return text.report

    def shows_held_back(self, uri: str) -> bool:
        """Whether the writer asked to see what the profile keeps quiet about."""
        text = self._texts.get(uri)
        return text is not None and text.held_back

    def checked(self, uri: str) -> bool:
        """Whether the present state of a text has been checked by all engines."""
        text = self._texts.get(uri)
        return text is not None and text.done.is_set() and not text.lost

    def text_status(self, uri: str) -> TextStatus | None:
        """How it stands with a text; None where it is not open."""
        if (text := self._texts.get(uri)) is None:
            return None
        return TextStatus(uri, text.report, text.settings, self.checked(uri), text.held_back, text.passed)

    async def checker_status(self) -> CheckerStatus:
        """How far that is which checks, and what it has cost so far."""
        return await self._read_document(self._document_checker.status)

    def toggle_held_back(self, uri: str) -> None:
        """Show what the profile keeps quiet about, or hide it again."""
        if (text := self._texts.get(uri)) is not None:
            text.held_back = not text.held_back
            self._show(text)

    async def finished(self, uri: str) -> tuple[TextDocument, tuple[Diagnostic, ...]] | None:
        """The text and its marks as soon as its present state has been checked; None if it is closed before."""
        while (text := self._texts.get(uri)) is not None and not text.done.is_set():
            await text.done.wait()
        if (text := self._texts.get(uri)) is None:
            return None
        return text.opened, self._marks(text)

    async def account(self) -> Run:
        """All open texts and what the session is made of and has cost."""
        reports = [t.report for t in self._texts.values() if t.report is not None]
        return await self._read_document(lambda: self._document_checker.session_run(reports))

    # ── checking ──

    def _check(self, uri: str, delay_s: float) -> None:
        text = self._texts[uri]
        if text.lost:
            return
        if text.check is not None:
            text.check.cancel()
        text.done.clear()
        text.check = asyncio.get_running_loop().create_task(self._finish_check(text, delay_s))
        text.check.add_done_callback(partial(self._report_failure, text))

    def _report_failure(self, text: _TextState, task: asyncio.Task[None]) -> None:
        """A check that broke is said and costs that check alone; nobody waits for it any longer."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._out.log(f"a check failed: {type(error).__name__}: {error}")
            if text.check is task:
                text.done.set()

    async def _finish_check(self, text: _TextState, delay_s: float) -> None:
        # The text is read, the engines are asked, and what they say is made a report of, while the writer may still be
        # typing; what is found is shown when the whole delay is over.
        begun_s = asyncio.get_running_loop().time()
        await asyncio.sleep(_AHEAD * delay_s)
        job = await self._start_check(text)
        if isinstance(job, NotChecked):
            await _sleep_until(begun_s + delay_s)
            self._pass(text, job)
            return
        await _sleep_until(begun_s + _REPORTED * delay_s)
        text.settings, text.passed = job.settings, ""
        self._watch_task(job)
        try:
            await self._await_answers(text, job, begun_s + delay_s)
        finally:
            self._watch_task(job, over=True)
        text.done.set()
        self._out.note_checked(text.opened.uri)
        if unfinished_word(text.opened.text, text.opened.caret) is not None:
            await asyncio.sleep(_IDLE_S)
            text.opened = replace(text.opened, caret=None)
            self._show(text)

    async def _start_check(self, text: _TextState) -> DocumentCheck | NotChecked:
        try:
            return await self._read_document(partial(self._document_checker.start_check, text.opened, text.path))
        except BadInput as error:
            self._complain(str(error))
            return NotChecked(text.opened)

    def _complain(self, line: str) -> None:
        """Tell the writer, once."""
        if line not in self._complaints:
            self._complaints.add(line)
            self._out.warn(line)

    def _pass(self, text: _TextState, passed: NotChecked) -> None:
        text.report, text.notes, text.passed = None, (), passed.reason
        if passed.for_all and passed.reason not in self._complaints:
            self._complaints.add(passed.reason)
            self._out.tell(passed.reason)
        line = f"{_name(text)}: {passed.reason}" if passed.reason and not passed.for_all else ""
        self._tell(text, [line] if line else [])
        if passed.failed and not text.failed:  # not again at every key
            self._out.warn(line)
        text.failed = passed.failed
        self._show(text)
        text.done.set()
        self._out.note_checked(text.opened.uri)

    async def _await_answers(self, text: _TextState, job: DocumentCheck, shown_at_s: float) -> None:
        """Show the report of a job, not before `shown_at_s`: at once where all answers are there by then, else in parts
        until they are."""
        early_s = max(0.0, shown_at_s - asyncio.get_running_loop().time())
        waiting, patience_s = job.pending.unanswered(), early_s + _FIRST_S
        missing = sum(1 for block in job.pending.blocks for _ in block.futures())  # in what is shown
        while waiting:
            await _all_of(waiting, patience_s)
            waiting = job.pending.unanswered()
            if 0 < len(waiting) < missing:
                missing = len(waiting)
                report = await self._read_document(partial(self._document_checker.partial_report, job))
                self._take(text, job, report, whole=False)
                patience_s = _NEXT_S if report.findings else _FIRST_S
        report = await self._read_document(partial(self._document_checker.partial_report, job))
        await _sleep_until(shown_at_s)
        while waiting := job.pending.unanswered():  # the engines look at what the model proposes
            self._take(text, job, report, whole=False)
            await _all_of(waiting, _NEXT_S)
            report = await self._read_document(partial(self._document_checker.partial_report, job))
        self._take(text, job, report, whole=True)

    def _take(self, text: _TextState, job: DocumentCheck, report: Report, *, whole: bool) -> None:
        if text.opened.version != job.opened.version or text.opened.text != job.opened.text:
            return
        if whole:
            broken = [s for s in report.skipped if s.remedy == REMEDY]
            if broken and not text.failed:
                self._out.warn(_describe(broken[0]))
            text.failed = bool(broken)
            self._tell(text, [*map(_describe, job.checker.skipped), *describe_skipped(report)])
            if not job.checker.engines:
                self._complain("nothing is checked: " + "; ".join(map(_describe, job.checker.skipped)))
        elif text.report is not None:
            report = _merge_reports(report, text.report)
        text.report, text.moved, text.notes = report, False, report.document.notes if whole else ()
        self._show(text)

    def _tell(self, text: _TextState, lines: Iterable[str]) -> None:
        every = frozenset(lines)
        for line in sorted(every - text.warnings):
            self._out.log(line)
        text.warnings = every

    def _watch_task(self, job: DocumentCheck, *, over: bool = False) -> None:
        if not job.fresh:
            return
        self._starting += -1 if over else 1
        if over and not self._starting:
            self._out.busy("")
        elif not over and self._starting == 1:
            self._out.busy(
                "Starting " + " and ".join(ENGINES[n].title for n in job.checker.engines if not ENGINES[n].in_process)
            )

    async def _read_document(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    # ── showing ──

    def _show(self, text: _TextState) -> None:
        marks = self._marks(text)
        state = (text.opened.version, marks)
        if text.shown != state:
            text.shown = state
            self._out.show(text.opened, marks)

    def _marks(self, text: _TextState) -> tuple[Diagnostic, ...]:
        if text.report is None:
            return ()
        findings = drop_unfinished(text.opened.text, text.report.findings, text.opened.caret)
        held_back = text.report.held_back if text.held_back else ()
        language = text.report.document.language
        return make_diagnostics(text.opened.text, findings, held_back, text.notes, language)


def _from_the_last_whole(changes: Iterable[TextChange]) -> list[TextChange]:
    """`changes` without those before the last one that replaces everything, which do not matter."""
    kept: list[TextChange] = []
    for change in changes:
        if change.start is None:
            kept.clear()
        kept.append(change)
    return kept


def _name(text: _TextState) -> str:
    return text.path.name if text.path is not None else text.opened.uri


def _describe(skipped: Skipped) -> str:
    return f"{skipped.what}: {skipped.reason}" + (f" ({skipped.remedy})" if skipped.remedy else "")


def _follow(report: Report, text: str, edits: tuple[Edit, ...]) -> Report:
    """`report` after `edits`, which made `text` of its text, with the layout that it had."""
    return replace(
        report,
        document=replace(report.document, text=text, blocks=(), notes=()),
        findings=move_findings(report.findings, edits),
        held_back=MovedFindings(report.held_back, edits),
    )


def _merge_reports(partial_: Report, before: Report) -> Report:
    """What has come so far, and what was shown before where it says nothing else."""
    said = [f.span for f in (*partial_.findings, *partial_.held_back)]
    kept = tuple(f for f in before.findings if not any(f.span.overlaps(s) for s in said))
    findings = tuple(sorted((*partial_.findings, *kept), key=_order))
    return replace(partial_, findings=findings, held_back=before.held_back or partial_.held_back)


def _order(finding: Finding) -> tuple[Span, str]:
    return finding.span, finding.rule


async def _sleep_until(time_s: float) -> None:
    """Return when the loop's clock shows `time_s`."""
    await asyncio.sleep(max(0.0, time_s - asyncio.get_running_loop().time()))


async def _all_of(answers: tuple[Future[Any], ...], patience_s: float) -> None:
    """Wait until all `answers` have come, or `patience_s` are over."""
    loop = asyncio.get_running_loop()
    every: asyncio.Future[None] = loop.create_future()
    left = len(answers)

    def one() -> None:
        nonlocal left
        left -= 1
        if not left and not every.done():
            every.set_result(None)

    def on_answer(_: Future[Any]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            loop.call_soon_threadsafe(one)

    for answer in answers:
        answer.add_done_callback(on_answer)
    await asyncio.wait([every], timeout=patience_s)
