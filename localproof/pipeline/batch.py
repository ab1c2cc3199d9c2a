"""Many texts, one Run: read, proofread, correct what is safe, write back.

Texts that are governed by the same settings share one checker. Reading goes on
while the engines are still being built.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import BinaryIO

from .. import __version__
from ..cache.report_spool import ReportSpool, share_equal_parts
from ..config import Settings
from ..formats import format_of, read
from ..project.files import InputFile, SourceFile, encode, read_source, write_back
from ..project.filters import keep_all
from ..report import ModelUse, Report, Run, Skipped, Unavailable
from ..text import Document, escape_invisible
from .checker import CheckedDocument, Checker
from .corpus import Corpus, strip_report
from .fixes import AppliedFixes, apply_fixes, is_correctable

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """Texts that are governed by the same settings, in order, each under a name of its own."""

    settings: Settings
    inputs: tuple[InputFile | Skipped, ...]


@dataclass(frozen=True)
class TaskOutcome:
    """What became of a task.

    `sources` are the texts that were read, by name; `unread` those that the
    user named and that could not be read, `missed` those that a folder has;
    `unwritten` those whose correction could not be written back; `lacking` are
    engines and models that were asked for by name and are not there. `tried`
    is whether there was a text to read at all.
    """

    settings: Settings
    run: Run
    sources: Mapping[str, SourceFile]
    unread: tuple[Skipped, ...] = ()
    unwritten: tuple[Skipped, ...] = ()
    fixes: AppliedFixes = field(default_factory=AppliedFixes)
    interrupted: bool = False
    tried: bool = True
    missed: tuple[Skipped, ...] = ()
    lacking: tuple[str, ...] = ()

    def fails(self, run: Run) -> bool:
        """Whether the settings count any finding of `run` as a failure."""
        kinds = self.settings.fail_on
        return "never" not in kinds and any("any" in kinds or f.kind in kinds for _, f in run.findings())

    def fixed_run(self) -> Run:
        """The run with what is found in the corrected texts in place of what was found before."""
        now = self.run.reports
        if self.fixes.reports:
            now = share_equal_parts(now, (self._signed(self.fixes.reports.get(r.document.name, r)) for r in now))
        return replace(self.run, reports=now, skipped=self.run.skipped + self.fixes.skipped)

    def _signed(self, report: Report) -> Report:
        name = report.document.name
        if name not in self.fixes.texts or name not in self.sources:
            return report
        data = encode(self.sources[name], self.fixes.texts[name])
        return replace(strip_report(report), digest=hashlib.sha256(data).hexdigest())

    def more_to_correct(self) -> int:
        """How many findings in the corrected texts --unsafe-fixes would correct, too."""
        left = () if self.fixes.unsafe else self.fixed_run().findings()
        return sum(is_correctable(f, unsafe=True) and not is_correctable(f) for _, f in left)

    def shown_run(self) -> Run:
        """The run as it was before correcting, and what could not be corrected: for a patch that is only shown."""
        return replace(self.run, skipped=self.run.skipped + self.fixes.skipped)


def run_task(
    task: Task,
    stdin: BinaryIO | None = None,
    *,
    fix: bool = False,
    unsafe: bool = False,
    on_checker: Callable[[Checker], None] = lambda _: None,
    on_report: Callable[[Report], None] = lambda _: None,
    narrow: Callable[[Report], Report] = keep_all,
) -> TaskOutcome:
    """Proofread all texts of `task` and, with `fix`, correct what is certain, in memory; with `unsafe`, more than that.

    What `narrow` takes out of a report is neither shown nor corrected.
    `on_checker` hears of the checker as soon as it is open. Ctrl-C ends it early:
    the outcome then holds what was finished, and says so.
    """
    inputs = _TaskInputs(task, stdin, keep_texts=fix)
    if not any(isinstance(i, InputFile) for i in task.inputs):  # no engine need be started to say so
        skipped = tuple(i for i in task.inputs if isinstance(i, Skipped))
        return TaskOutcome(task.settings, Run(skipped=skipped, profile=task.settings.profile), {}, tried=False)
    done: list[Report] | ReportSpool = []
    with Checker(task.settings, at_once=False) as checker:
        on_checker(checker)
        try:
            corpus = _make_corpus(task, checker)
            done = ReportSpool() if corpus else []
            run = inputs.check(checker, corpus, done, on_report)
            _log.info("%d texts in %.2f s", len(run.reports), run.elapsed_s)
            for each in run.skipped:
                _log.info("skipped: %s", each)
            if narrow is not keep_all:
                run = replace(run, reports=share_equal_parts(done, map(narrow, run.reports)))
            outcome = inputs.outcome(run)
            if fix:
                site = corpus.site if corpus else None
                fixes = apply_fixes(
                    run.reports, task.settings, lambda new: narrow(checker.check(new, site)), unsafe=unsafe
                )
                outcome = replace(outcome, fixes=fixes)
            return replace(outcome, lacking=checker.lacking())
        except KeyboardInterrupt:
            run = _interrupted_run(checker, share_equal_parts(done, map(narrow, done)))
            return replace(inputs.outcome(run), interrupted=True)


@dataclass
class _TaskInputs:
    """The texts of a task as they are read, one after another.

    With `keep_texts`, `sources` are whole, else without the text. `unread` are
    those that the user named and that could not be read, `missed` the others.
    """

    task: Task
    stdin: BinaryIO | None
    keep_texts: bool
    sources: dict[str, SourceFile] = field(default_factory=dict)
    unread: list[Skipped] = field(default_factory=list)
    missed: list[Skipped] = field(default_factory=list)

    def check(
        self,
        checker: Checker,
        corpus: Corpus | None,
        done: list[Report] | ReportSpool,
        on_report: Callable[[Report], None],
    ) -> Run:
        """Read and check all of them; the reports go to `done`."""

        def shape(checked: CheckedDocument) -> Report:
            _log_report(checked)
            digest = self.sources[checked.report.document.name].digest
            return corpus.shape(checked, digest) if corpus else replace(checked.report, digest=digest)

        site = corpus.site if corpus else None
        return checker.check_all(self._documents(corpus), on_report=on_report, site=site, shape=shape, reports=done)

    def _documents(self, corpus: Corpus | None) -> Iterator[Document | Report | Skipped]:
        """Read and take apart one text after another, unless an earlier run did."""
        for found in self.task.inputs:
            if isinstance(found, Skipped):
                yield found
                continue
            try:
                source, read_in = self._open(found, corpus)
            except Unavailable as error:
                (self.unread if found.named else self.missed).append(error.skipped)
                yield error.skipped
                continue
            self.sources[source.name] = source if self.keep_texts else replace(source, text="")
            yield read_in

    def _open(self, found: InputFile, corpus: Corpus | None) -> tuple[SourceFile, Document | Report]:
        if corpus is not None and found.path is not None:
            return corpus.open(found, whole=self.keep_texts)
        source = read_source(found, self.task.settings.max_bytes, self.stdin)
        return source, _document(source, self.task.settings)

    def outcome(self, run: Run) -> TaskOutcome:
        """What has come of the task with `run`."""
        return TaskOutcome(self.task.settings, run, self.sources, tuple(self.unread), missed=tuple(self.missed))


def _log_report(checked: CheckedDocument) -> None:
    report = checked.report
    counts = (checked.blocks, report.words, len(report.findings), len(report.held_back))
    _log.debug("%s: %d blocks, %d words, %d findings, %d held back", report.document.name, *counts)
    for skipped in report.skipped:
        _log.info("skipped: %s", skipped)


def _interrupted_run(checker: Checker, done: Sequence[Report]) -> Run:
    """The run as far as it came."""
    stopped = Skipped("the rest", "interrupted before it was checked")
    return Run(done, checker.provenance(), skipped=(*checker.skipped, stopped), profile=checker.settings.profile)


def _make_corpus(task: Task, checker: Checker) -> Corpus | None:
    """What the texts of a task have in common; None for a text by itself."""
    files = [found for found in task.inputs if isinstance(found, InputFile) and found.path is not None]
    if len(files) < 2:
        return None
    corpus = Corpus(checker, lambda source: _document(source, task.settings))
    corpus.survey(files)
    return corpus


def _document(source: SourceFile, settings: Settings) -> Document:
    """The text taken apart. Raises Unavailable."""
    document = replace(read(source.name, source.text, settings), encoding=source.encoding)
    if source.path is None or format_of(source.name) or not source.path.suffix:
        return document
    note = f"{escape_invisible(source.path.suffix)} is no suffix that LocalProof knows; read as plain text"
    return replace(document, notes=(*document.notes, note))


def write_fixes(outcome: TaskOutcome, write: Callable[[SourceFile, str], None] = write_back) -> TaskOutcome:
    """Write the corrected texts into their files. What cannot be written is left as it was, and that is said."""
    texts, reports = dict(outcome.fixes.texts), dict(outcome.fixes.reports)
    unwritten: list[Skipped] = []
    for name, text in outcome.fixes.texts.items():
        try:
            write(outcome.sources[name], text)
        except Unavailable as error:
            unwritten.append(error.skipped)
            del texts[name], reports[name]
    fixes = replace(outcome.fixes, texts=texts, reports=reports, skipped=(*outcome.fixes.skipped, *unwritten))
    return replace(outcome, fixes=fixes, unwritten=tuple(unwritten))


def _added_uses(uses: Iterable[ModelUse]) -> tuple[ModelUse, ...]:
    """The uses of each model, by its name, added up."""
    by_name: dict[str, ModelUse] = {}
    for use in uses:
        by_name[use.name] = by_name[use.name] + use if use.name in by_name else use
    return tuple(by_name.values())


def join_runs(runs: Sequence[Run]) -> Run:
    """Runs that followed each other as one, without the energy and the time, which are not the sum of theirs."""
    few = all(isinstance(run.reports, tuple) for run in runs)
    every = (r for run in runs for r in run.reports)
    models = [run.model for run in runs if run.model is not None]
    return Run(
        reports=runs[0].reports if len(runs) == 1 else tuple(every) if few else ReportSpool(map(strip_report, every)),
        provenance=tuple(dict.fromkeys(p for run in runs for p in run.provenance)),
        skipped=tuple(dict.fromkeys(s for run in runs for s in run.skipped)),
        profile=runs[0].profile if runs else Settings().profile,
        version=__version__,
        model=reduce(add, models) if models else None,
        models=_added_uses(use for run in runs for use in run.models),
    )
