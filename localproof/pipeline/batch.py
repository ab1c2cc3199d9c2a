"""Many texts, one Run: read, proofread, correct what is safe, write back.

Texts that are governed by the same settings share one bench. Reading goes on
while the engines are still being built.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from operator import add
from typing import BinaryIO

from .. import __version__
from ..cache.report_spool import ReportSpool, share_equal_parts
from ..config import Settings
from ..formats import format_of, read
from ..project.files import InputFile, SourceFile, encode, read_source, write_back
from ..project.filters import keep_all
from ..report import Report, Run, Skipped, Unavailable
from ..system.cpu_limits import run_contained
from ..text import Document, escape_invisible
from . import checker
from .corpus import Corpus, strip_report

_log = logging.getLogger(__name__)

_MOST_ROUNDS = 3  # of correcting; real texts come to rest in two


@dataclass(frozen=True)
class Task:
    """Texts that are governed by the same settings, in order, each under a name of its own."""

    settings: Settings
    inputs: tuple[InputFile | Skipped, ...]


@dataclass(frozen=True)
class AppliedFixes:
    """What correcting came to: by name, the corrected text and what is found in it; and what was left as it is.

    `unsafe` is whether more than what is certain was to be corrected.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    unsafe: bool = False


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
    fixes: AppliedFixes = AppliedFixes()
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
        return sum(checker.correctable(f, unsafe=True) and not checker.correctable(f) for _, f in left)

    def shown_run(self) -> Run:
        """The run as it was before correcting, and what could not be corrected: for a patch that is only shown."""
        return replace(self.run, skipped=self.run.skipped + self.fixes.skipped)


def run_task(
    task: Task,
    stdin: BinaryIO | None = None,
    *,
    fix: bool = False,
    unsafe: bool = False,
    on_bench: Callable[[checker.Checker], None] = lambda _: None,
    on_report: Callable[[Report], None] = lambda _: None,
    narrow: Callable[[Report], Report] = keep_all,
) -> TaskOutcome:
    """Proofread all texts of `task` and, with `fix`, correct what is certain, in memory; with `unsafe`, more than that.

    What `narrow` takes out of a report is neither shown nor corrected.
    `on_bench` hears of the bench as soon as it is open. Ctrl-C ends it early:
    the outcome then holds what was finished, and says so.
    """
    sources: dict[str, SourceFile] = {}
    unread: list[Skipped] = []
    missed: list[Skipped] = []
    lacking: tuple[str, ...] = ()
    done: list[Report] | ReportSpool = []
    fixes, interrupted = AppliedFixes(), False

    if not any(isinstance(i, InputFile) for i in task.inputs):  # no engine need be started to say so
        skipped = tuple(i for i in task.inputs if isinstance(i, Skipped))
        return TaskOutcome(task.settings, Run(skipped=skipped, profile=task.settings.profile), sources, tried=False)
    with checker.open_checker(task.settings, at_once=False) as bench:
        on_bench(bench)
        try:
            common = _make_corpus(task, bench)
            done = ReportSpool() if common else []
            documents = _documents(task, stdin, sources, (unread, missed), common, texts=fix)
            site = common.site if common else None

            def shape(made: checker.CheckedDocument) -> Report:
                _log_report(made)
                report = common.stripped(made) if common else made.report
                return replace(report, digest=sources[report.document.name].digest)

            run = checker.run(bench, documents, on_report=on_report, site=site, shape=shape, reports=done)
            _log.info("%d texts in %.2f s", len(run.reports), run.elapsed_s)
            for each in run.skipped:
                _log.info("skipped: %s", each)
            if narrow is not keep_all:
                run = replace(run, reports=share_equal_parts(done, map(narrow, run.reports)))
            if fix:
                fixes = apply_fixes(
                    run.reports, task.settings, lambda new: narrow(checker.check(bench, new, site)), unsafe=unsafe
                )
            lacking = bench.lacking()
        except KeyboardInterrupt:
            run = _interrupted_run(bench, share_equal_parts(done, map(narrow, done)))
            interrupted = True
    return TaskOutcome(
        task.settings,
        run,
        sources,
        tuple(unread),
        fixes=fixes,
        interrupted=interrupted,
        missed=tuple(missed),
        lacking=lacking,
    )


def _log_report(made: checker.CheckedDocument) -> None:
    report = made.report
    counts = (made.blocks, report.words, len(report.findings), len(report.held_back))
    _log.debug("%s: %d blocks, %d words, %d findings, %d held back", report.document.name, *counts)
    for skipped in report.skipped:
        _log.info("skipped: %s", skipped)


def _interrupted_run(bench: checker.Checker, done: Sequence[Report]) -> Run:
    """The run as far as it came."""
    stopped = Skipped("the rest", "interrupted before it was checked")
    return Run(done, checker.provenance(bench), skipped=(*bench.skipped, stopped), profile=bench.settings.profile)


def _make_corpus(task: Task, bench: checker.Checker) -> Corpus | None:
    """What the texts of a task have in common; None for a text by itself."""
    files = [found for found in task.inputs if isinstance(found, InputFile) and found.path is not None]
    if len(files) < 2:
        return None
    common = Corpus(bench, lambda source: _document(source, task.settings))
    common.survey(partial(read_source, found, task.settings.max_bytes) for found in files)
    return common


def _documents(
    task: Task,
    stdin: BinaryIO | None,
    sources: dict[str, SourceFile],
    unread: tuple[list[Skipped], list[Skipped]],
    common: Corpus | None,
    *,
    texts: bool,
) -> Iterator[Document | Report | Skipped]:
    """Read and take apart one text after another, unless an earlier run did; notes in `sources` (whole with `texts`,
    else without the text) and `unread`, those that were named and those that were not, what came of it."""
    for found in task.inputs:
        if isinstance(found, Skipped):
            yield found
            continue
        try:
            source = read_source(found, task.settings.max_bytes, stdin)
            known = common.cached_report(source) if common else None
            read_in = replace(known, digest=source.digest) if known else _document(source, task.settings)
        except Unavailable as error:
            unread[0 if found.named else 1].append(error.skipped)
            yield error.skipped
            continue
        sources[source.name] = source if texts else replace(source, text="")
        yield read_in


def _document(source: SourceFile, settings: Settings) -> Document:
    """The text taken apart. Raises Unavailable."""
    document = replace(read(source.name, source.text, settings), encoding=source.encoding)
    if source.path is None or format_of(source.name) or not source.path.suffix:
        return document
    note = f"{escape_invisible(source.path.suffix)} is no suffix that LocalProof knows; read as plain text"
    return replace(document, notes=(*document.notes, note))


def apply_fixes(
    reports: Iterable[Report], settings: Settings, check: Callable[[Document], Report], *, unsafe: bool = False
) -> AppliedFixes:
    """Make the certain edits of `reports`, look again, and so on until nothing certain is left, so that correcting
    once more changes nothing; with `unsafe`, more edits than the certain ones (see `proof.correctable`).

    A text whose corrections do not come to rest, or would change where its
    paragraphs are, gets only those that are certain, or is left as it is, and
    that is said.
    """
    texts: dict[str, str] = {}
    now: dict[str, Report] = {}
    skipped: list[Skipped] = []
    for report in reports:
        name = report.document.name
        last = report
        for boldly in (True, False) if unsafe else (False,):
            try:
                last = _corrected(report, settings, check, unsafe=boldly)
                break
            except Unavailable as error:
                skipped.append(error.skipped)
        if last is not report:
            texts[name], now[name] = last.document.text, last
    return AppliedFixes(texts, now, tuple(skipped), unsafe)


def _corrected(report: Report, settings: Settings, check: Callable[[Document], Report], *, unsafe: bool) -> Report:
    """As `_fix_until_stable`, for a text that may be beyond us."""
    text = report.document
    return run_contained(
        text.name, "corrected", 100 * len(text.text), lambda: _fix_until_stable(report, settings, check, unsafe=unsafe)
    )


def _fix_until_stable(
    report: Report, settings: Settings, check: Callable[[Document], Report], *, unsafe: bool
) -> Report:
    """The report on the corrected text; `report` itself if nothing of it is to be corrected. Raises Unavailable."""
    seen = {report.document.text}
    name = escape_invisible(report.document.name)
    left = "corrected only as far as it is certain" if unsafe else "not corrected"
    for _ in range(_MOST_ROUNDS):
        old = report.document
        text = checker.fix(report, unsafe=unsafe)
        if text == old.text:
            return report
        new = replace(read(old.name, text, settings, format=old.format), encoding=old.encoding)
        before = read(old.name, old.text, settings, format=old.format)  # the report's has not all of its blocks
        if [b.kind for b in new.blocks] != [b.kind for b in before.blocks]:
            raise Unavailable(name, f"{left}: it would change the structure of the text")
        if text in seen:
            raise Unavailable(name, f"{left}: one correction leads to another without end")
        seen.add(text)
        report = check(new)
        if not report.checked:
            why = next(iter(report.skipped), Skipped(name, "no engine looked at it again"))
            raise Unavailable(name, f"{left}: {why.reason}", why.remedy)
    if checker.fix(report, unsafe=unsafe) != report.document.text:
        raise Unavailable(name, f"{left}: one correction leads to another, still after {_MOST_ROUNDS} rounds")
    return report


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
    )
