"""What a review touches outside itself: files read, checked and written, word lists, and what it remembers."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from .. import __version__, energy
from ..config import Settings, read_ignores, read_words
from ..formats import read
from ..pipeline.checker import Checker
from ..pipeline.planning import CheckOptions, keep_changed, plan_tasks
from ..pipeline.score_cache import ScoreCache
from ..project import ignore_list, undo_log
from ..project.comparison import words_changed
from ..project.dictionaries import add_words, word_list_path
from ..project.files import InputFile, SourceFile, encode, read_source, write_back
from ..project.filters import report_filter
from ..project.git_changes import git_changes
from ..report import BadInput, ModelUse, Report, Run, Skipped, Unavailable
from ..text import Document
from ..text.phrases import count
from . import progress
from .content_merge import merge_content
from .intake import mark_written, marks_by_context, replace_original
from .session import Recalled, ReviewPage, ReviewSession


@dataclass(frozen=True)
class ReviewFile:
    """A file under review: how it is called, what governs it, and what it was read as."""

    found: InputFile
    settings: Settings
    source: SourceFile

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return os.path.realpath(self.source.path or "")


@dataclass(frozen=True)
class RereadFile:
    """A file that was read anew: see `ReviewWorkspace.reread`."""

    number: int
    version: int
    source: SourceFile
    report: Report
    places: tuple[Recalled, ...]
    misfits: int


class ReviewWorkspace:
    """The files of one review and what checks them. A context manager; `pages` and `check` are for one thread.

    `restart` forgets where an earlier review stopped. `finder` takes the place of the engines.
    """

    def __init__(
        self,
        options: CheckOptions,
        env: Mapping[str, str],
        *,
        restart: bool = False,
        finder: Callable[[Document], Report] | None = None,
    ) -> None:
        if options.from_pipe or "-" in options.paths:
            raise BadInput("a review asks and writes back, so it needs files; name a file or a folder")
        self.env, self._finder = env, finder
        tasks, self.passed_over = plan_tasks(options, env)
        changed = None if options.changed is None else git_changes(map(Path, options.paths), options.changed)
        if changed is not None:
            tasks = tuple(some for task in tasks if (some := keep_changed(task, changed)).inputs)
        self._narrow_of = report_filter(changed, baseline=options.baseline and not options.isolated, edited=True)
        self.tasks = tasks
        self.settings = tasks[0].settings if tasks else Settings()
        self.texts: list[ReviewFile] = []
        self.skipped: list[Skipped] = []
        self.unread = 0  # files that are among these
        self.journal = undo_log.start_undo_log(env)
        self.hindrance = undo_log.why_unavailable(env)  # why nothing can be kept for undoing and resuming, or ""
        self._memory = progress.progress_path(env, self.settings.root or Path())
        self.remembered = progress.load(self._memory)
        self._restart = restart
        if restart:
            self.remembered = replace(self.remembered, words=(), alike=())
        self._lines: dict[Path, tuple[str, ...]] = {}  # of this session, written: words and ignored places, by list
        self._added: dict[Path, set[str]] = {}  # those of them that the list lacked before; no others are taken back
        self._stack = ExitStack()
        self._checkers: list[tuple[Settings, Checker]] = []
        self._score_caches: dict[int, ScoreCache] = {}
        self.started: list[str] = []  # what each file held when it was read first, or anew
        self.did: dict[int, ModelUse | None] = {}  # by file what a model did for what was found at first
        self.changed_before = 0  # words, in texts that were read anew since
        self.isolated, self.discarded = options.isolated, False  # whether what was decided is not to be learned from
        self.kept = False  # whether decisions were remembered that are in no file
        self.written: list[str] = []  # names of files, in order
        self._begun = time.monotonic()
        self._window = energy.open_window(
            self.settings,
            pids=lambda: [pid for _, checker in self._checkers for pid in checker.pids()],
            calibration=energy.stored_calibration(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()
        self._window.close()

    @property
    def total(self) -> int:
        """How many files there are to review."""
        return sum(isinstance(i, InputFile) for task in self.tasks for i in task.inputs)

    def pages(self) -> Iterator[ReviewPage]:
        """Each text that can be read, checked, with what an earlier review had decided. What cannot is in `skipped`."""
        for task in self.tasks:
            for found in task.inputs:
                if isinstance(found, Skipped):
                    self.skipped.append(found)
                    continue
                try:
                    source = read_source(found, task.settings.max_bytes)
                    read(source.name, source.text, task.settings)  # source code may be beyond what is read
                    self.texts.append(ReviewFile(found, task.settings, source))
                    page = self._page(len(self.texts) - 1)
                except Unavailable as error:
                    self.skipped.append(error.skipped)
                    self.unread += 1
                    del self.texts[len(self.started) :]
                    continue
                self.started.append(source.text)
                yield page

    def _page(self, number: int) -> ReviewPage:
        text = self.texts[number]
        known = {} if self._restart else self.remembered.files
        stopped = known.get(text.key, progress.PausedFile())
        now = text.source.text
        if stopped.text:
            now, _ = merge_content(stopped.original, stopped.text, now)
        return ReviewPage(
            text.source.name,
            text.source.text,
            now,
            self.check(number, now),
            silent=stopped.silent,
            recalled=frozenset(stopped.marks),
        )

    def document(self, number: int, text: str) -> Document:
        """`text` taken apart as the file's content."""
        source = self.texts[number].source
        return replace(read(source.name, text, self.texts[number].settings), encoding=source.encoding)

    def check(self, number: int, text: str) -> Report:
        """What is found in `text`, the content that file `number` is to have. Costs the paragraphs that are new."""
        if self._finder is not None:
            return self._narrow_of(self.texts[number].settings)(self._finder(self.document(number, text)))
        checker = self._checker(self.texts[number].settings)
        score_cache = self._score_caches.setdefault(number, ScoreCache())
        report = checker.check(self.document(number, text), score_cache=score_cache)
        self.did.setdefault(number, checker.model_use([report]))
        return self._narrow_of(self.texts[number].settings)(report)

    def _checker(self, settings: Settings) -> Checker:
        for known, checker in self._checkers:
            if known is settings:
                return checker
        checker = self._stack.enter_context(Checker(settings, at_once=False))
        self._checkers.append((settings, checker))
        return checker

    def trouble(self) -> str:
        """What the checking goes without, in one line; "" where all engines work."""
        missing = dict.fromkeys(s for _, checker in self._checkers for s in checker.skipped)
        lines = [f"{s.what}: {s.reason}" for s in missing]
        lines += [f"nothing can be undone or taken up again later: {self.hindrance}"] * bool(self.hindrance)
        return "; ".join(lines)

    def lacking(self) -> tuple[str, ...]:
        """What was asked for by name and is not at work: see `Checker.lacking`."""
        return tuple(dict.fromkeys(name for _, checker in self._checkers for name in checker.lacking()))

    def any_checked(self) -> bool:
        """Whether any text could be read and any engine could look at it; also where the writer left before that."""
        if self._finder is not None or not self._checkers:
            return bool(self.texts) or not self.skipped
        return any(checker.engines for _, checker in self._checkers)

    # ─ writing ─

    def pending(self, session: ReviewSession) -> bool:
        """Whether anything was decided that is not in a file yet."""
        return any(p.changed for p in session.pages) or self._lines_to_add(session) != self._lines

    def write(self, session: ReviewSession) -> tuple[ReviewSession, list[int]]:
        """Write every file that was changed, and the lists. What was done is in the session's note.

        A file that someone else has changed meanwhile gets the changes that
        fit; where one does not, nothing is written. The numbers of such files
        come back: they are to be read anew (`reread`, `take_in`).
        """
        notes: list[str] = []
        anew: list[int] = []
        before = len(self.written)
        for number, page in enumerate(session.pages):
            if page.changed:
                session, again = self.write_one(session, number)
                notes.append(session.note)
                anew += [number] * again
        files, lines = len(self.written) - before, 0
        try:
            lines = self._write_lists(session)
        except (BadInput, Unavailable) as error:
            notes.append(str(error))
        what = [count(files, "file")] if files else []
        what += [f"{count(lines, 'line')} of your lists"] if lines else []
        notes = [f"written: {' and '.join(what)}" if what else "", *notes]
        return replace(session, note="; ".join(filter(None, notes)) or "there is nothing to write"), anew

    def write_one(self, session: ReviewSession, number: int) -> tuple[ReviewSession, bool]:
        """Write one file, and whether it is to be read anew; as `write`."""
        page, text = session.pages[number], self.texts[number]
        try:
            self._write(number, text.source, page.text)
        except Unavailable as error:
            try:
                now = read_source(text.found, text.settings.max_bytes)
            except Unavailable as gone:
                return replace(session, note=str(gone)), False
            if now.digest == text.source.digest:
                return replace(session, note=str(error)), False
            said = self._write_both(number, page, now)
            return replace(session, note=f"{page.name} was changed elsewhere{said}"), True
        return replace(mark_written(session, number, page.text), note=""), False

    def _write(self, number: int, source: SourceFile, text: str) -> None:
        (write_back if self.hindrance else self.journal.write)(source, text)
        digest = hashlib.sha256(encode(source, text)).hexdigest()
        self.texts[number] = replace(self.texts[number], source=replace(source, text=text, digest=digest))
        self.written.append(source.name)

    def _write_both(self, number: int, page: ReviewPage, now: SourceFile) -> str:
        both, misfits = merge_content(page.original, page.text, now.text)
        if misfits:
            return ", where you changed it too; not written: look again, then write"
        try:
            self._write(number, now, both)
        except Unavailable as error:
            return f"; {error}"
        self.changed_before += words_changed(now.text, both)
        return "; written with both changes"

    def reread(self, number: int, page: ReviewPage) -> RereadFile:
        """File `number` as it is now, with what was decided in it as far as that still fits. Raises Unavailable."""
        source = read_source(self.texts[number].found, self.texts[number].settings.max_bytes)
        both, misfits = merge_content(page.original, page.text, source.text)
        return RereadFile(
            number, page.version, source, self.check(number, both), tuple(self.places(number, page)), misfits
        )

    def take_in(self, session: ReviewSession, again: RereadFile) -> ReviewSession | None:
        """The session that goes on from what was read; None where its page has changed since, and must be read anew."""
        number, page = again.number, session.pages[again.number]
        if page.version != again.version:
            return None
        self.changed_before += words_changed(self.started[number], page.original)
        self.started[number] = again.source.text
        self.texts[number] = replace(self.texts[number], source=again.source)
        session = replace_original(session, number, again.source.text, again.report, again.places)
        if again.misfits:
            lost = f"{count(again.misfits, 'change')} of yours did not fit any more"
            session = replace(session, note="; ".join(filter(None, [session.note, lost])))
        return session

    def reread_and_take_in(self, session: ReviewSession, number: int) -> ReviewSession:
        """Both at once."""
        try:
            return self.take_in(session, self.reread(number, session.pages[number])) or session
        except Unavailable as error:
            return replace(session, note=str(error))

    def places(self, number: int, page: ReviewPage) -> list[Recalled]:
        """The marks of `page` by the words around them."""
        if not page.marks:
            return list(page.recalled)
        document = self.document(number, page.text) if page.since else page.report.document
        return [*marks_by_context(page, document), *page.recalled]

    def _lines_to_add(self, session: ReviewSession) -> dict[Path, tuple[str, ...]]:
        """By list, the lines that this session is to have added."""
        wanted: dict[Path, tuple[str, ...]] = {}
        for word, where in session.words:
            path = self._word_list(where)
            wanted[path] = (*wanted.get(path, ()), word)
        if session.alike:
            path = ignore_list.ignores_file(self.settings, self.env)
            wanted[path] = (*wanted.get(path, ()), *(f"{rule}: {words}" for rule, words in session.alike))
        for number, page in enumerate(session.pages):
            lines = [f"{rule}: {spot}" for rule, spot, verdict in self.places(number, page) if verdict == "ignored"]
            lines += [f"{rule} in {self._ignore_list_name(number)}" for rule in page.silent]
            if lines:
                path = ignore_list.ignores_file(self.texts[number].settings, self.env)
                wanted[path] = (*wanted.get(path, ()), *lines)
        return {path: tuple(dict.fromkeys(lines)) for path, lines in wanted.items()}

    def _word_list(self, where: str) -> Path:
        project = where == "project" and self.settings.dictionary is not None
        return word_list_path(self.settings, self.env, project=project)

    def _ignore_list_name(self, number: int) -> str:
        """The file as an ignores list names it: from the project's folder, else from the top."""
        text = self.texts[number]
        path = Path(os.path.normpath((text.source.path or Path()).absolute()))
        root = text.settings.root
        return path.relative_to(root).as_posix() if root and path.is_relative_to(root) else path.as_posix()

    def _write_lists(self, session: ReviewSession) -> int:
        wanted, done = self._lines_to_add(session), 0
        for path in {**self._lines, **wanted}:
            before, now = self._lines.get(path, ()), wanted.get(path, ())
            ours, added = path.name in ("ignores",), self._added.setdefault(path, set())
            known = set(read_ignores(path) if ours else read_words(path))
            if new := [line for line in now if line not in before and line not in known]:
                if not self.hindrance:
                    self.journal.note_lines(path, new)
                done += len(ignore_list.append_lines(path, new) if ours else add_words(path, new))
                added.update(new)
            if gone := [line for line in before if line not in now and line in added]:
                done += len(ignore_list.remove_lines(path, gone))
        self._lines = wanted
        return done

    # ─ remembering ─

    def save(self, session: ReviewSession, *, finished: bool = False, discard: bool = False) -> None:
        """Remember what was decided and is not written, for the next review. `finished`: every finding was decided, so
        that what was skipped may be asked again another time. Raises BadInput."""
        self.discarded = discard
        if self.hindrance:
            return
        files = dict(self.remembered.files)
        for number, page in enumerate(session.pages):
            marks = () if finished else tuple(m for m in self.places(number, page) if m[2] == "skipped")
            paused = progress.PausedFile(marks=marks) if discard else self._pause_file(number, page, marks)
            files[self.texts[number].key] = paused
        words = () if discard else tuple(w for w in session.words if w[0] not in self._all_lines())
        lines = self._all_lines()
        alike = () if discard else tuple(a for a in session.alike if f"{a[0]}: {a[1]}" not in lines)
        progress.save(self._memory, progress.ReviewProgress(files, words, alike))
        self.kept = not discard and self.pending(session)

    def _pause_file(self, number: int, page: ReviewPage, skipped: tuple[Recalled, ...]) -> progress.PausedFile:
        """What is remembered of a file: its text where it is changed, and what no list has yet."""
        lines = self._all_lines()
        ignored = (m for m in self.places(number, page) if m[2] == "ignored" and self._open(number, m))
        silent = tuple(r for r in page.silent if f"{r} in {self._ignore_list_name(number)}" not in lines)
        texts = (page.original, page.text) if page.changed else ("", "")
        return progress.PausedFile(*texts, (*skipped, *ignored), silent)

    def _open(self, number: int, mark: Recalled) -> bool:
        return f"{mark[0]}: {mark[1]}" not in self._all_lines()

    def _all_lines(self) -> set[str]:
        return {line for lines in self._lines.values() for line in lines}

    def run(self, session: ReviewSession) -> Run:
        """The account of the review: what it was made of and what it cost so far."""
        parts = dict.fromkeys(p for _, checker in self._checkers for p in checker.provenance())
        reports = tuple(p.report for p in session.pages)
        troubles = tuple(s for _, checker in self._checkers for s in (*checker.skipped, *checker.trouble()))
        return Run(
            reports,
            tuple(parts),
            self._window.close(sum(r.words for r in reports)),
            (*self.skipped, *dict.fromkeys(troubles)),
            self.settings.profile,
            time.monotonic() - self._begun,
            __version__,
            next((use for _, checker in self._checkers if (use := checker.model_use(reports)) is not None), None),
        )
