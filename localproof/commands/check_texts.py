"""What `localproof check` does: texts checked under one window of energy, corrected where asked, and logged."""

from __future__ import annotations

import gc
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from .. import energy
from ..config import ELSEWHERE, homeless, state_folder
from ..pipeline.batch import Task, TaskOutcome, join_runs, run_task, write_fixes
from ..pipeline.checker import Checker
from ..pipeline.planning import CheckOptions, keep_changed, plan_tasks
from ..project.files import InputFile, SourceFile, write_back
from ..project.filters import limit_findings, report_filter
from ..project.git_changes import GitChanges, git_changes
from ..project.run_log import LoggedText, Use, log_run, model_use_of
from ..report import BadInput, ModelUse, Report, Run
from ..terminal import CLEAN, FINDINGS, Terminal, progress
from ..text.display import one_line
from .check_output import say_corrected, say_notices, special_status, write_results

_log = logging.getLogger(__name__)

# Objects that are made, rounds, and rounds of rounds before cycles are looked for. What is read and found holds none,
# and looking through all of it again and again took a fifteenth of a run.
_COLLECTED = (20_000, 20, 50)

# By the name of a text: its words, and what a model did for it.
Words = dict[str, tuple[int, ModelUse | None]]


def check(options: CheckOptions, terminal: Terminal) -> int:
    """Do what `options` say and return the exit status. Raises BadInput for what makes no sense."""
    begun = time.monotonic()
    _refuse_contradictions(options)
    gc.set_threshold(*_COLLECTED)
    tasks, passed_over = plan_tasks(options, terminal.env)
    changed = None if options.changed is None else git_changes(map(Path, options.paths), options.changed)
    if changed is not None:
        tasks = tuple(some for task in tasks if (some := keep_changed(task, changed)).inputs)
    checkers: list[Checker] = []
    # One window around everything: several checkers, and the second look that correcting takes.
    window = energy.open_window(
        tasks[0].settings if tasks else None,
        pids=lambda: [pid for checker in checkers for pid in checker.pids()],
        calibration=energy.stored_calibration(),
    )
    in_place = options.correct == "fix" and not options.from_pipe
    write, session = _writer(terminal) if in_place else (None, "")
    outcomes, words = _run_tasks(options, tasks, changed, terminal, checkers, write)
    runs = [o.fixed_run() if options.correct == "fix" else o.shown_run() for o in outcomes]
    run = join_runs(runs)
    run = replace(run, energy=window.close(run.words), elapsed_s=time.monotonic() - begun)
    run = limit_findings(run, options.most_findings)
    if outcomes and _log.isEnabledFor(logging.INFO):
        from ..service.control import status_line

        _log.info("service: %s", status_line(terminal.env, outcomes[0].settings))
    run = write_results(options, terminal, outcomes, run)
    if not (options.from_pipe or options.isolated):
        _log_run(run, outcomes, words, "fix" if options.correct == "fix" else "check", terminal.env, session)
    if in_place and not options.quiet:
        say_corrected(terminal, outcomes, undoable=bool(session))
    say_notices(options, terminal, outcomes, run, passed_over)
    if (status := special_status(options, terminal, outcomes, run, passed_over)) is not None:
        return status
    failing = any(
        o.fixes.texts if options.correct == "diff" else o.fails(r) for o, r in zip(outcomes, runs, strict=True)
    )
    return FINDINGS if failing and not options.exit_zero else CLEAN


def _run_tasks(
    options: CheckOptions,
    tasks: Sequence[Task],
    changed: GitChanges | None,
    terminal: Terminal,
    checkers: list[Checker],
    write: Callable[[SourceFile, str], None] | None,
) -> tuple[list[TaskOutcome], Words]:
    """What came of each task till one was interrupted, and what was read of each text. What is opened for a task is
    added to `checkers`; corrected files are written by `write`, if any."""
    narrow_of = report_filter(changed, baseline=options.baseline and not options.isolated)
    step, clear = progress(terminal, sum(isinstance(i, InputFile) for task in tasks for i in task.inputs))
    outcomes: list[TaskOutcome] = []
    words: Words = {}

    def on_report(report: Report) -> None:
        words[report.document.name] = report.words, checkers[-1].model_use([report])
        step(report)

    for task in tasks:
        outcome = run_task(
            task,
            terminal.stdin,
            fix=bool(options.correct),
            unsafe=options.unsafe,
            on_checker=checkers.append,
            on_report=on_report,
            narrow=narrow_of(task.settings),
        )
        if write is not None and not outcome.interrupted:
            outcome = write_fixes(outcome, write)
        outcomes.append(outcome)
        if outcome.interrupted:
            break
    clear()
    return outcomes, words


def _refuse_contradictions(options: CheckOptions) -> None:
    """Raises BadInput for options that contradict each other, or name no place to write to."""
    if options.output_file is not None and not options.output_file.parent.is_dir():
        raise BadInput(f"{one_line(str(options.output_file))}: cannot be written: its folder does not exist")
    if options.unsafe and not options.correct:
        raise BadInput("--unsafe-fixes says what --fix or --diff may correct; add one of them")
    if options.correct == "diff" and options.output_format != "text":
        raise BadInput("--diff is a patch by itself, in no other --output-format; leave one of them out")
    if options.changed is not None and options.from_pipe:
        raise BadInput("--changed asks git about files, and standard input is none")
    if options.most_findings is not None and options.most_findings < 0:
        raise BadInput("--max-findings: how many findings to show cannot be less than 0")
    if options.statistics and (options.output_format != "text" or options.correct):
        raise BadInput("--statistics is a text by itself: no other --output-format, no --fix, no --diff")


def _writer(terminal: Terminal) -> tuple[Callable[[SourceFile, str], None], str]:
    """What writes so that `localproof review --undo-last` can put back what stood there, and the name of the session by
    which it does; where nothing can be kept for that, as in some containers, it is said and files are written all the
    same."""
    from ..project.undo_log import start_undo_log, why_unavailable

    if why := why_unavailable(terminal.env):
        if not homeless(state_folder(terminal.env)):  # which is told anyhow
            terminal.say(f"localproof: what is corrected now cannot be undone later: {why}")
        return write_back, ""
    journal = start_undo_log(terminal.env)
    return journal.write, journal.folder.name


def _log_run(
    run: Run,
    outcomes: Sequence[TaskOutcome],
    words: Words,
    use: Use,
    env: Mapping[str, str],
    session: str,
) -> None:
    """Keep what ran on which files, for `localproof disclose`. `words`, and what a model did, by name of the text."""
    paths = {n: s.path for o in outcomes if o.settings.cache for n, s in o.sources.items() if s.path is not None}
    changed: dict[str, int] = {}
    if use == "fix" and any(o.fixes.texts for o in outcomes):
        from ..project.comparison import words_changed

        changed = {n: words_changed(o.sources[n].text, t) for o in outcomes for n, t in o.fixes.texts.items()}
    texts = [
        LoggedText(os.path.abspath(paths[name]), count, changed.get(name, 0), model_use_of(model))  # noqa: PTH100
        for name, (count, model) in words.items()
        if name in paths
    ]
    stayed = not any(o.settings.executor or o.settings.languagetool_elsewhere == ELSEWHERE for o in outcomes)
    log_run(run, use, texts, env, stayed=stayed, journal=session)
