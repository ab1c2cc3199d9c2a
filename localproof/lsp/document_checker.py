"""Where open texts are checked: settings by folder, engines that stay warm, scores that are kept.

Everything here but `close` runs in one thread, the checking thread; it knows
nothing of editors or their protocol.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..config import (
    FILE_NAMES,
    KEYS,
    PROJECT_DICTIONARY,
    PROJECT_IGNORES,
    PROJECT_RULES,
    PROJECT_TERMS,
    USER_DICTIONARY,
    USER_FILE,
    USER_IGNORES,
    USER_TERMS,
    Settings,
    cache_folder,
    covers,
    find_settings,
    for_file,
    lists_beside,
    load_settings,
    one_of,
    opening_values,
    parse_value,
    rule_folders,
    user_folder,
)
from ..config.choices import LEARNING
from ..config.learned_file import learned_path
from ..engines import ENGINES
from ..formats import format_of, format_of_language, read
from ..models import NONE
from ..pipeline.checker import Checker
from ..pipeline.pending import PendingCheck
from ..pipeline.score_cache import ScoreCache
from ..project.learned import add_evidence
from ..report import BadInput, Energy, Report, Run, Unavailable
from ..scoring.learning import Evidence
from ..system.cpu_limits import REMEDY
from ..text import escape_invisible
from .text_document import TextDocument

_MODEL = "model"  # how what is skipped speaks of it
_MOST_CHECKERS = 2  # each holds its engines: some 500 MB


@dataclass(frozen=True)
class DocumentCheck:
    """A text on its way through the engines of a checker. `fresh`: they have not finished any text yet."""

    opened: TextDocument
    settings: Settings
    checker: Checker
    pending: PendingCheck
    fresh: bool = False


@dataclass(frozen=True)
class NotChecked:
    """A text that is not checked, and why; "" where that goes without saying. `for_all`: the reason holds for every
    text of its language; `failed`: it should have been checked."""

    opened: TextDocument
    reason: str = ""
    for_all: bool = False
    failed: bool = False


@dataclass(frozen=True)
class PartStatus:
    """An engine or a model. `ready`: it has answered, or does so at once. `why`: what it cannot do, and why; "" where
    there is nothing to say."""

    name: str
    title: str
    ready: bool = False
    why: str = ""


@dataclass(frozen=True)
class CheckerStatus:
    """What checks the texts: its engines, the model that is switched on (None: none is), and the energy since the
    engines were started (None: they are not)."""

    engines: tuple[PartStatus, ...] = ()
    model: PartStatus | None = None
    energy: Energy | None = None


# What the schemes of a URI say is the writer's own: a file, here or elsewhere, what has no file yet, a part of one.
# Everything else is shown to be read: a file as version control has it (beside which a finding would stand twice), a
# log, a terminal, a page of help.
WRITTEN_SCHEMES = frozenset(
    (
        *("", "file", "untitled", "buffer", "inmemory", "memfs"),
        *("ssh", "scp", "sftp", "ftp", "rsync", "dav", "davs", "vsls"),
        *("vscode-remote", "vscode-vfs", "vscode-userdata", "vscode-scm", "vscode-notebook-cell"),
    )
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?=:)")  # a single letter is a drive
_EMACS_REVISION = re.compile(r".+\.~[^/]+~")  # a.md.~HEAD~


def is_copy(opened: TextDocument, path: Path | None) -> bool:
    """Whether the editor shows a text that nobody writes, such as a file as version control has it.

    >>> [is_copy(TextDocument(uri, "markdown", 1, ""), None) for uri in ("git:/a.md?x", "untitled:1")]
    [True, False]
    """
    scheme = _SCHEME.match(opened.uri)
    if scheme is not None and scheme[0].lower() not in WRITTEN_SCHEMES:
        return True
    return path is not None and _EMACS_REVISION.fullmatch(path.name) is not None


def session_report(env: Mapping[str, str]) -> Path:
    """Where the account of the session is written for editors that can open a file."""
    return cache_folder(env) / "session-report.txt"


def format_for(opened: TextDocument, path: Path | None) -> str | None:
    """The name in `FORMATS` of what a text is written in, by the editor's name for it, else by its file's; None for
    what is not read."""
    said = format_of_language(opened.language)
    known = format_of(path) if path is not None else None
    if said is None or (said.name == "plain" and known is not None):  # what an editor does not know it calls plain
        said = known
    return said.name if said else None


class DocumentChecker:
    """Checks texts. `client_settings` are those that the editor sends, by field name; they win over files, as flags do.

    A context manager: leaving it ends the engines.
    """

    def __init__(self, env: Mapping[str, str], client_settings: Mapping[str, object] | None = None) -> None:
        self._env = env
        self._client_settings = dict(client_settings or {})
        self._settings: dict[Path | None, tuple[object, Settings]] = {}
        self._checkers: dict[tuple[object, ...], tuple[Checker, ExitStack]] = {}
        self._score_caches: dict[str, ScoreCache] = {}
        self._pending: dict[str, PendingCheck] = {}  # what the engines were given last, by text
        self._words: dict[str, int] = {}  # read in this session, by text
        self._finished: set[object] = set()  # windows of checkers that have seen a text through
        self._last: DocumentCheck | None = None  # whose answers were looked at last
        self._guessed: tuple[object, ...] = ()  # the key of a checker that no text has needed yet
        self._begun_s = time.monotonic()

    def __enter__(self) -> DocumentChecker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def client_settings(self) -> Mapping[str, object]:
        """The settings that the editor sent last, by field name."""
        return self._client_settings

    def set_client_settings(self, client_settings: Mapping[str, object]) -> None:
        """Take other settings from the editor."""
        self._client_settings = dict(client_settings)
        self._settings.clear()

    def settings_of(self, folder: Path | None) -> Settings:
        """The settings that govern the texts of `folder`, read again when a file that decides on them has changed.

        Raises BadInput for files that make no sense.
        """
        stamp = self._stamp(folder)
        known = self._settings.get(folder)
        if known is None or known[0] != stamp:
            settings = load_settings(folder, self._client_settings, self._env)
            for name in settings.engines:
                one_of(name, ENGINES, "engine", settings.sources["engines"])
            known = self._settings[folder] = (stamp, settings)
        return known[1]

    def _stamp(self, folder: Path | None) -> object:
        home = user_folder(self._env)
        paths = [home / name for name in (USER_FILE, USER_DICTIONARY, USER_IGNORES, USER_TERMS)]
        if folder is not None:
            found, root = find_settings(folder)
            paths += [found] if found else []
            paths += (
                [root / n for n in (PROJECT_DICTIONARY, PROJECT_IGNORES, PROJECT_TERMS, ".editorconfig")]
                if root
                else []
            )
        besides = [each for p in paths if p.name == USER_DICTIONARY for _, each in lists_beside(p)]
        learned = [learned_path(way, find_settings(folder)[1] if folder else None, self._env) for way in LEARNING]
        besides += [each for each in learned if each is not None]
        besides += [each for place in self._rule_folders(folder) for each in (place, *sorted(place.glob("*.toml")))]
        return tuple((str(p), _state(p)) for p in [*paths, *besides])

    def _rule_folders(self, folder: Path | None) -> tuple[Path, ...]:
        root = find_settings(folder)[1] if folder is not None else None
        return tuple(place for place in rule_folders(root, self._env) if place.is_dir())

    def warm(self, folder: Path | None) -> None:
        """Start the engines that texts in `folder` will want, as far as is known by now: they end where the first text
        wants others. What is wrong with the settings is told when a text is checked."""
        with contextlib.suppress(BadInput):
            settings = self.settings_of(folder)
            if opening_values(settings) != self._guessed:
                self._end_guess()
                self._checker(settings)
                self._guessed = opening_values(settings)

    def _end_guess(self) -> None:
        if self._guessed in self._checkers:
            self._checkers.pop(self._guessed)[1].close()
        self._guessed = ()

    def start_check(self, opened: TextDocument, path: Path | None) -> DocumentCheck | NotChecked:
        """Read `opened`, which is the file `path` (None: not a file), and give its blocks to the engines.

        Blocks of its earlier state that are neither answered nor wanted any more are taken back. Raises BadInput
        where the settings make no sense.
        """
        job: DocumentCheck | NotChecked | None = None
        try:
            job = self._job(opened, path)
            return job
        finally:
            before = self._pending.pop(opened.uri, None)
            if isinstance(job, DocumentCheck):
                self._pending[opened.uri] = job.pending
            self._take_back(before)

    def _take_back(self, pending: PendingCheck | None) -> None:
        if pending is None or not (left := pending.unanswered()):
            return
        wanted = {id(answer) for other in self._pending.values() for answer in other.unanswered()}
        for answer in left:
            if id(answer) not in wanted:
                answer.cancel()

    def _job(self, opened: TextDocument, path: Path | None) -> DocumentCheck | NotChecked:
        if is_copy(opened, path) or path == session_report(self._env):
            return NotChecked(opened, "not checked: a copy, or nothing that somebody writes")
        format = format_for(opened, path)
        if format is None:
            unread = (
                f"LocalProof does not read the language “{escape_invisible(opened.language)}”: nothing is checked there"
            )
            return NotChecked(opened, unread, for_all=True)
        settings = self.settings_of(path.parent if path else None)
        if path is not None:
            if covers(settings.exclude, path, settings.root):
                return NotChecked(opened, "left out by exclude in the settings")
            settings = for_file(settings, path)
        if len(opened.text) > settings.max_bytes:
            return NotChecked(opened, f"not checked: longer than {settings.max_bytes:,} characters")
        if (before := self._pending.get(opened.uri)) is not None:
            before = self._pending[opened.uri] = self._checker(settings)[0].ask_ahead(before, opened.text)
        try:
            document = read(str(path or ""), opened.text, settings, format)
        except Unavailable as error:
            return _passed(opened, error)
        if opening_values(settings) != self._guessed:
            self._end_guess()
        self._guessed = ()
        checker, fresh = self._checker(settings)
        try:
            pending = checker.start_check(document, before)
        except Unavailable as error:
            return _passed(opened, error)
        return DocumentCheck(opened, settings, checker, pending, fresh)

    def partial_report(self, job: DocumentCheck) -> Report:
        """What has come of a job by now."""
        uri = job.opened.uri
        score_cache = self._score_caches.setdefault(uri, ScoreCache())
        self._last = job
        report = job.checker.partial_report(job.pending, score_cache)
        self._words[uri] = report.words
        if not report.checked:  # it may have broken off in the middle of them
            self._score_caches.pop(uri, None)
        job.checker.window.poll()
        if not job.pending.unanswered():
            self._finished.add(job.checker.window)
        return report

    def learn(self, path: Path | None, evidence: tuple[Evidence, ...]) -> None:
        """Note what the writer decided in the text at `path`. Where that cannot be kept, nothing is learned."""
        known = tuple(each for each in evidence if each.rule)
        with contextlib.suppress(BadInput):
            add_evidence(self.settings_of(path.parent if path else None), self._env, known)

    def forget(self, uri: str) -> None:
        """The text was closed."""
        self._take_back(self._pending.pop(uri, None))
        self._score_caches.pop(uri, None)

    def _checker(self, settings: Settings) -> tuple[Checker, bool]:
        """The checker for `settings`, its engines shared with all settings that ask for the same ones."""
        key = opening_values(settings)
        if key not in self._checkers:
            while len(self._checkers) >= _MOST_CHECKERS:
                self._checkers.pop(next(iter(self._checkers)))[1].close()
            stack = ExitStack()
            self._checkers[key] = (stack.enter_context(Checker(settings)), stack)
        checker, stack = self._checkers[key]
        if checker.settings is not settings and checker.settings != settings:
            checker = checker.with_settings(settings)
        del self._checkers[key]
        self._checkers[key] = (checker, stack)  # used last
        return checker, checker.window not in self._finished

    def session_run(self, reports: Iterable[Report]) -> Run:
        """The account of the session so far: `reports` of the open texts, what the checker used last is made of, and
        its energy since its engines were started."""
        if not self._checkers:
            return Run(reports=tuple(reports), version=__version__, elapsed_s=time.monotonic() - self._begun_s)
        checker = list(self._checkers.values())[-1][0]
        reports = tuple(reports)
        return Run(
            reports=reports,
            provenance=checker.provenance(),
            energy=checker.window.partial(sum(self._words.values())),
            skipped=(*checker.skipped, *checker.trouble()),
            profile=checker.settings.profile,
            elapsed_s=time.monotonic() - self._begun_s,
            version=__version__,
            model=checker.model_use(reports),
            models=checker.model_uses(),
        )

    def status(self) -> CheckerStatus:
        """How far that is which checks, and what it has cost so far."""
        begun = [self._last.checker] if self._last else [checker for checker, _ in self._checkers.values()]
        if not begun:
            return CheckerStatus()
        checker = begun[-1]
        settings, attached = checker.settings, checker.attached_models
        absent = {s.what: s.reason for s in checker.skipped}
        engines = tuple(
            self._part_status(checker, kind.name, kind.title, _answers(self._last, kind.name), kind.in_process)
            if kind.name in checker.engines
            else PartStatus(kind.name, kind.title, why=absent.get(kind.name, ""))
            for kind in (ENGINES[name] for name in settings.engines)
        )
        model = None
        if attached is not None:
            model = self._part_status(checker, _MODEL, attached.title, _answers(self._last, ""))
        elif settings.model not in NONE:
            why = next((why for what, why in absent.items() if what.startswith(_MODEL)), "")
            model = PartStatus(_MODEL, settings.model, why=why)
        return CheckerStatus(engines, model, checker.window.partial(sum(self._words.values())))

    def _part_status(
        self, checker: Checker, name: str, title: str, answers: Iterable[Future[Any]], at_once: bool = False
    ) -> PartStatus:
        """How it stands with an engine or a model that is at work, by its last answers."""
        come = [answer for answer in answers if answer.done() and not answer.cancelled()]
        failed = [error for answer in come if (error := answer.exception()) is not None]
        ready = len(failed) < len(come) if come else at_once or checker.window in self._finished
        return PartStatus(name, title, ready, str(failed[0]) if failed else "")

    def close(self) -> None:
        """End all engines."""
        for _, stack in self._checkers.values():
            stack.close()
        self._checkers.clear()


def _answers(job: DocumentCheck | None, name: str) -> list[Future[Any]]:
    """What the engine `name` answers of a text, or the model where `name` is ""."""
    blocks = job.pending.blocks if job else ()
    if name:
        return [block.engines[name] for block in blocks if name in block.engines]
    return [block.model_response for block in blocks if block.model_response is not None]


def _passed(opened: TextDocument, error: Unavailable) -> NotChecked:
    said = error.skipped
    reason = said.reason + (f" ({said.remedy})" if said.remedy else "")
    return NotChecked(opened, reason, failed=said.remedy == REMEDY)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except (OSError, ValueError):
        return None
    return about.st_mtime_ns, about.st_size


def parse_client_settings(raw: object, complain: Callable[[str], None]) -> dict[str, object]:
    """Settings as an editor sends them, by field name: ``{"profile": "balanced"}``, perhaps under "localproof", in
    dashes or in camel case. What is not known or makes no sense is told to `complain` and left out; null, {} and
    anything that is no object mean nothing.

    >>> parse_client_settings({"localproof": {"frontMatter": ["title"]}}, print)
    {'front_matter': ('title',)}
    """
    if isinstance(raw, dict) and "localproof" in raw:
        raw = raw["localproof"]
    client_settings: dict[str, object] = {}
    for name, value in raw.items() if isinstance(raw, dict) else ():
        key = _key_of(name)
        if value is None or key in _OURS:
            continue
        try:
            one_of(key, KEYS, "setting", "the editor's settings")
            if KEYS[key].metadata["scope"] == "machine":  # it may come from a folder that somebody else made
                raise BadInput(f"the editor's settings: {key} concerns the machine; set it in your own settings file")
            client_settings[KEYS[key].name] = parse_value(KEYS[key].name, value, "the editor's settings")
        except BadInput as error:
            complain(str(error))
    return client_settings


def names_settings(raw: object) -> bool:
    """Whether an editor's answer names any setting, perhaps with null, which is no wish.

    >>> [names_settings(raw) for raw in ({"localproof": {"profile": None}}, {}, None, {"localproof": {}})]
    [True, False, False, False]
    """
    if isinstance(raw, dict) and "localproof" in raw:
        raw = raw["localproof"]
    return isinstance(raw, dict) and any(_key_of(name) in KEYS for name in raw)


def _key_of(name: object) -> str:
    """The key of a setting, whichever way an editor writes it: ``frontMatter``, ``front_matter``."""
    return "".join("-" + c.lower() if c.isupper() else c for c in str(name)).replace("_", "-")


_OURS = frozenset({"code-lens", "debounce-ms", "diagnostics", "trace"})  # wishes to the server itself


def watched_globs() -> tuple[str, ...]:
    """Globs, from any folder, of the files whose change may change a finding."""
    by_language = PROJECT_DICTIONARY.replace(".txt", ".*.txt")
    own = (PROJECT_IGNORES, PROJECT_TERMS, f"{PROJECT_RULES}/*.toml")
    ours = (*FILE_NAMES, PROJECT_DICTIONARY, by_language, *own, ".editorconfig")
    return tuple(f"**/{name}" for name in ours)
