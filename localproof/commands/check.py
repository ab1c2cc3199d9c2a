"""The face behind `localproof check`: what to proofread, what to say where, how it ended."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from .. import energy
from ..config import ELSEWHERE, Settings, find_settings, for_file, load_settings, one_of
from ..engines import ENGINES
from ..formats import FORMATS
from ..pipeline.batch import Task, TaskOutcome, join_runs, run_task, write_fixes
from ..pipeline.checker import Checker
from ..project import run_log as runs
from ..project.discovery import Excluded, describe_excluded, discover_files
from ..project.files import InputFile, SourceFile, encode, write_back, write_new
from ..project.filters import limit_findings, report_filter
from ..project.git_changes import GitChanges, git_changes
from ..render import FORMS, RENDERERS, Style, closing, diff, findings_of, report_block
from ..render.build_log import Form, disarmed
from ..render.statistics import statistics
from ..report import BadInput, ModelUse, Report, Run, Skipped
from ..terminal import Terminal, is_terminal, one_line, progress, style
from ..text import escape_invisible

CLEAN, FINDINGS, WRONG, NOTHING, INTERRUPTED = 0, 1, 2, 3, 130
STDIN = "-"
_NO_BYTES = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class CheckOptions:
    """What a command line asks for, beside the settings. `paths` are files and folders, or "-" alone; none for standard
    input that was not asked for."""

    paths: tuple[str, ...] = (STDIN,)
    stdin_filename: str = ""
    flags: Mapping[str, object] = field(default_factory=dict)  # names of settings to values, None for not given
    config: Path | None = None
    isolated: bool = False
    force_exclude: bool = False
    output_format: str = "text"
    output_file: Path | None = None
    report: bool = False
    quiet: bool = False
    colour: str = "auto"
    correct: Literal["", "fix", "diff"] = ""
    unsafe: bool = False  # whether to correct more than what is certain
    exit_zero: bool = False
    changed: str | None = None  # the commit to compare with, "" for the last one; None: all lines are spoken of
    baseline: bool = True
    most_findings: int | None = None
    statistics: bool = False

    @property
    def from_pipe(self) -> bool:
        """Whether the text comes through standard input."""
        return self.paths in ((), (STDIN,))


def check(wishes: CheckOptions, terminal: Terminal) -> int:
    """Do what `wishes` say and return the exit status. Raises BadInput for what makes no sense."""
    begun = time.monotonic()
    if wishes.output_file is not None and not wishes.output_file.parent.is_dir():
        raise BadInput(f"{one_line(str(wishes.output_file))}: cannot be written: its folder does not exist")
    _refuse_contradictions(wishes)
    tasks, passed_over = plan_tasks(wishes, terminal.env)
    changed = None if wishes.changed is None else git_changes(map(Path, wishes.paths), wishes.changed)
    narrow_of = report_filter(changed, baseline=wishes.baseline and not wishes.isolated)
    if changed is not None:
        tasks = tuple(some for task in tasks if (some := keep_changed(task, changed)).inputs)
    step, clear = progress(terminal, sum(isinstance(i, InputFile) for task in tasks for i in task.inputs))
    checkers: list[Checker] = []
    # One window around everything: several checkers, and the second look that correcting takes.
    window = energy.open_window(
        tasks[0].settings if tasks else None,
        pids=lambda: [pid for checker in checkers for pid in checker.pids()],
        calibration=energy.stored_calibration(),
    )
    outcomes: list[TaskOutcome] = []
    words: dict[str, tuple[int, ModelUse | None]] = {}

    def on_report(report: Report) -> None:
        words[report.document.name] = report.words, checkers[-1].model_use([report])
        step(report)

    write, session = _writer(terminal) if wishes.correct == "fix" and not wishes.from_pipe else (write_back, "")
    for task in tasks:
        fix = bool(wishes.correct)
        outcome = run_task(
            task,
            terminal.stdin,
            fix=fix,
            unsafe=wishes.unsafe,
            on_checker=checkers.append,
            on_report=on_report,
            narrow=narrow_of(task.settings),
        )
        if wishes.correct == "fix" and not wishes.from_pipe and not outcome.interrupted:
            outcome = write_fixes(outcome, write)
        outcomes.append(outcome)
        if outcome.interrupted:
            break
    clear()
    runs = [o.fixed_run() if wishes.correct == "fix" else o.shown_run() for o in outcomes]
    run = join_runs(runs)
    run = replace(run, energy=window.close(run.words), elapsed_s=time.monotonic() - begun)
    run = limit_findings(run, wishes.most_findings)
    _deliver(wishes, terminal, outcomes, run)
    if not (wishes.from_pipe or wishes.isolated):
        _log_run(run, outcomes, words, "fix" if wishes.correct == "fix" else "check", terminal.env, session)
    if wishes.correct == "fix" and not wishes.from_pipe and not wishes.quiet:
        _corrected(terminal, outcomes, undoable=bool(session))
    _notices(wishes, terminal, outcomes, run, passed_over)
    if (status := _special_status(wishes, terminal, outcomes, run, passed_over)) is not None:
        return status
    failing = any(
        o.fixes.texts if wishes.correct == "diff" else o.fails(r) for o, r in zip(outcomes, runs, strict=True)
    )
    return FINDINGS if failing and not wishes.exit_zero else CLEAN


def _refuse_contradictions(wishes: CheckOptions) -> None:
    """Raises BadInput for wishes that contradict each other."""
    if wishes.unsafe and not wishes.correct:
        raise BadInput("--unsafe-fixes says what --fix or --diff may correct; add one of them")
    if wishes.correct == "diff" and wishes.output_format != "text":
        raise BadInput("--diff is a patch by itself, in no other --output-format; leave one of them out")
    if wishes.changed is not None and wishes.from_pipe:
        raise BadInput("--changed asks git about files, and standard input is none")
    if wishes.most_findings is not None and wishes.most_findings < 0:
        raise BadInput("--max-findings: how many findings to show cannot be less than 0")
    if wishes.statistics and (wishes.output_format != "text" or wishes.correct):
        raise BadInput("--statistics is a text by itself: no other --output-format, no --fix, no --diff")


def keep_changed(task: Task, changed: GitChanges) -> Task:
    """`task` without the files in which nothing changed; a name that is not there, and a folder that cannot be listed,
    stay, to be told."""

    def stays(found: InputFile) -> bool:
        path = found.path
        return path is not None and (
            changed.has_changes(path) or (found.named and not path.exists()) or (bool(found.trouble) and path.is_dir())
        )

    return replace(task, inputs=tuple(i for i in task.inputs if not isinstance(i, InputFile) or stays(i)))


def _writer(terminal: Terminal) -> tuple[Callable[[SourceFile, str], None], str]:
    """What writes so that `localproof review --undo-last` can put back what stood there, and the name of the session by
    which it does; where nothing can be kept for that, as in some containers, it is said and files are written all the
    same."""
    from ..project.undo_log import start_undo_log, why_unavailable

    if why := why_unavailable(terminal.env):
        terminal.say(f"localproof: what is corrected now cannot be undone later: {why}")
        return write_back, ""
    journal = start_undo_log(terminal.env)
    return journal.write, journal.folder.name


def _log_run(
    run: Run,
    outcomes: Sequence[TaskOutcome],
    words: Mapping[str, tuple[int, ModelUse | None]],
    use: runs.Use,
    env: Mapping[str, str],
    session: str,
) -> None:
    """Keep what ran on which files, for `localproof disclose`. `words`, and what a model did, by name of the text."""
    paths = {n: s.path for o in outcomes if o.settings.cache for n, s in o.sources.items() if s.path is not None}
    changed: dict[str, int] = {}
    if use == "fix" and any(o.fixes.texts for o in outcomes):
        from ..review.content_merge import words_changed

        changed = {n: words_changed(o.sources[n].text, t) for o in outcomes for n, t in o.fixes.texts.items()}
    texts = [
        runs.LoggedText(os.path.abspath(paths[name]), count, changed.get(name, 0), runs.model_use_of(model))  # noqa: PTH100
        for name, (count, model) in words.items()
        if name in paths
    ]
    stayed = not any(o.settings.executor or o.settings.languagetool_elsewhere == ELSEWHERE for o in outcomes)
    runs.log_run(run, use, texts, env, stayed=stayed, journal=session)


def plan_tasks(wishes: CheckOptions, env: Mapping[str, str]) -> tuple[tuple[Task, ...], tuple[Excluded, ...]]:
    """Which texts are checked under which settings, and what is passed over. Reads no text yet, or only headers."""
    if STDIN in wishes.paths and not wishes.from_pipe:
        raise BadInput("- stands for standard input and cannot be mixed with files; check one after the other")
    settings_of = settings_finder(wishes, env)
    if wishes.from_pipe:
        name = wishes.stdin_filename or STDIN
        settings = for_file(settings_of(Path(name).parent), Path(name))
        return (Task(settings, (InputFile(None, name, named=True),)),), ()
    tasks: list[tuple[Settings, list[InputFile | Skipped]]] = []
    passed_over: list[Excluded] = []
    for item in discover_files(wishes.paths, settings_of, force_exclude=wishes.force_exclude):
        if isinstance(item, Excluded):
            passed_over.append(item)
            continue
        path = item.path if isinstance(item, InputFile) else None
        settings = for_file(settings_of(path.parent), path) if path else settings_of(Path())
        alike = (items for known, items in tasks if known is settings or known == settings)
        if (items := next(alike, None)) is None:
            tasks.append((settings, items := []))
        items.append(item)
    return tuple(Task(settings, tuple(items)) for settings, items in tasks), tuple(passed_over)


def settings_finder(wishes: CheckOptions, env: Mapping[str, str]) -> Callable[[Path], Settings]:
    """A function that gives the settings of a folder; those that are found in the same place are read once."""
    places: dict[Path, tuple[Path | None, Path | None]] = {}
    known: dict[tuple[Path | None, Path | None], Settings] = {}
    alone = wishes.isolated or wishes.config is not None

    def settings_of(folder: Path) -> Settings:
        place = Path(os.path.normpath(folder.absolute()))
        if place not in places:
            places[place] = (None, None) if alone else find_settings(place)
        key = places[place]
        if key not in known:
            settings = load_settings(place, wishes.flags, env, file=wishes.config, isolated=wishes.isolated)
            for name in settings.engines:
                one_of(name, ENGINES, "engine", settings.sources["engines"])
            known[key] = settings
        return known[key]

    return settings_of


def _deliver(wishes: CheckOptions, terminal: Terminal, outcomes: Sequence[TaskOutcome], run: Run) -> None:
    """Findings, patch and corrected text to where results go."""
    filtering = wishes.correct == "fix" and wishes.from_pipe
    if filtering and not any(o.interrupted for o in outcomes):
        for outcome in outcomes:
            for name, source in outcome.sources.items():
                terminal.write_bytes(encode(source, outcome.fixes.texts.get(name, source.text)))
    if wishes.output_file is not None:
        plain = Style(colour=wishes.colour == "always")
        text = _result(wishes, outcomes, run, plain, as_bytes=True)
        if wishes.output_format == "text" and wishes.correct != "diff":
            text += _account(wishes, run, plain)
        write_new(wishes.output_file, text.encode("utf-8", "surrogateescape"))
        return
    stream = terminal.stderr if filtering else terminal.stdout
    look = style(stream, wishes.colour, terminal.env)
    text = _result(wishes, outcomes, run, look, as_bytes=not is_terminal(stream))
    bare = wishes.correct == "diff" or wishes.statistics
    form: Form = "text" if bare else FORMS.get(wishes.output_format, "text")
    if filtering and text:
        terminal.say(text, form)
    elif wishes.correct == "diff" and not is_terminal(stream) and disarmed(text, terminal.env) == text:
        # A patch is applied byte for byte.
        terminal.write_bytes(text.encode("utf-8", "surrogateescape"))
    elif not filtering:
        terminal.write(escape_invisible(text) if bare else text, form)


def _result(wishes: CheckOptions, outcomes: Sequence[TaskOutcome], run: Run, look: Style, *, as_bytes: bool) -> str:
    """What was asked for, without notices; a patch to be applied (`as_bytes`) or to be read."""
    if wishes.correct == "diff":
        return "".join(
            diff(
                report,
                outcome.fixes.texts[report.document.name],
                bom=outcome.sources[report.document.name].bom,
                name=_applied(outcome.sources[report.document.name]),
                encoding=report.document.encoding if as_bytes else "utf-8",
            )
            for outcome in outcomes
            for report in outcome.run.reports
            if report.document.name in outcome.fixes.texts
        )
    if wishes.statistics:
        return statistics(run)
    if wishes.output_format == "text":
        told_before: set[tuple[str, str]] = set()
        return "".join(findings_of(report, look, told_before) for report in run.reports)
    text = RENDERERS[wishes.output_format](run, look)
    if wishes.output_format == "concise":  # its lines on the whole run are notices
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("localproof: "))
    return text


def _applied(source: SourceFile) -> str:
    """The file of `source` as a patch names it for `git apply`, which follows no link and knows no path from the root:
    the one that is written, from this folder on where it lies there."""
    real, here = os.path.realpath(source.path or source.name), os.path.realpath(".")
    inside = source.path is not None and Path(real).is_relative_to(here)
    return os.path.relpath(real, here) if inside else source.name


def _corrected(terminal: Terminal, outcomes: Sequence[TaskOutcome], *, undoable: bool) -> None:
    """Say which files were corrected and how that is undone, to standard error."""
    names = [name for o in outcomes for name in o.fixes.texts]
    for name in names:
        terminal.say(f"localproof: corrected {one_line(name)}")
    if names and undoable:
        from ..review.messages import UNDO

        terminal.say(f"localproof: to undo: {UNDO}")


def _notices(
    wishes: CheckOptions, terminal: Terminal, outcomes: Sequence[TaskOutcome], run: Run, passed_over: Sequence[Excluded]
) -> None:
    """What is to be said beside the result, to standard error."""
    aloud = [p for p in passed_over if wishes.report or p.by_own_rule]
    if aloud and not wishes.quiet:
        terminal.say(f"localproof: passed over: {describe_excluded(aloud)}")
    told_already = wishes.output_format in ("json", "jsonl")
    if wishes.correct and not (wishes.quiet or (told_already and wishes.from_pipe)):
        more = sum(o.more_to_correct() for o in outcomes)
        if more:
            terminal.say(f"localproof: {more:,} more correction{'s' * (more > 1)} with --unsafe-fixes")
    if outcomes and (wishes.report or not (wishes.quiet or told_already)):
        terminal.say(_account(wishes, run, style(terminal.stderr, wishes.colour, terminal.env)))


def _account(wishes: CheckOptions, run: Run, look: Style) -> str:
    """What is said of the whole run: all there is with --report, else what was skipped and a line of summary."""
    if not wishes.report:
        return closing(run, look)
    notes = [f"note     {one_line(r.document.name)}: {one_line(n)}\n" for r in run.reports for n in r.document.notes]
    return "".join(notes) + report_block(run, look)


def _special_status(
    wishes: CheckOptions, terminal: Terminal, outcomes: Sequence[TaskOutcome], run: Run, passed_over: Sequence[Excluded]
) -> int | None:
    """The exit status where it is not about findings, and a line that says why; None where all went well."""
    if any(o.interrupted for o in outcomes):
        return INTERRUPTED
    failed = [s for o in outcomes for s in (*o.unread, *(o.missed if run.reports else ()), *o.unwritten)]
    if failed:
        for s in failed if wishes.quiet else ():
            terminal.say(f"localproof: {one_line(_sentence(s))}")
        return WRONG
    if not run.reports:
        # What a walk could not take, such as a link, is told; whether it changed nobody can say.
        if wishes.changed is not None and not any(o.tried for o in outcomes):
            terminal.say(f"localproof: no text changed since {one_line(wishes.changed or 'HEAD')}")
            return CLEAN
        if wishes.force_exclude and {p.name for p in passed_over}.issuperset(wishes.paths):
            return CLEAN  # a hook names whatever is committed
        endings = ", ".join(s for f in FORMATS.values() if f.walked for s in f.suffixes)
        missed = [_sentence(s) for o in outcomes for s in o.missed]
        why = f"no file that ends in one of {endings}"
        if run.skipped:
            why = "nothing could be read" + (f": {one_line(missed[0])}" if missed and wishes.quiet else "")
        elif any(p.by_own_rule for p in passed_over):
            why = "all that is there is left out"
        why += f"; passed over: {describe_excluded(passed_over)}" if passed_over else ""
        terminal.say(f"localproof: nothing was checked: {why}")
        return NOTHING
    if not run.checked:
        skipped = run.all_skipped() or (Skipped("engines", "none is switched on"),)
        first = next((s for s in skipped if s.remedy), skipped[0])
        terminal.say(f"localproof: nothing was checked: {one_line(_sentence(first))}")
        return NOTHING
    if lacking := [name for o in outcomes for name in o.lacking]:
        if wishes.quiet:
            for s in dict.fromkeys(s for o in outcomes for s in o.run.skipped if o.lacking and s not in o.missed):
                terminal.say(f"localproof: {one_line(_sentence(s))}")
        asked = ", ".join(dict.fromkeys(one_line(name) for name in lacking))
        terminal.say(f"localproof: checked without what was asked for: {asked}")
        return WRONG
    if not wishes.paths and not wishes.correct and all(r.digest == _NO_BYTES for r in run.reports):
        terminal.say("localproof: nothing was checked: no file is named, and standard input is empty")
        return NOTHING
    return None


def _sentence(skipped: Skipped) -> str:
    return f"{skipped.what}: {skipped.reason}" + (f" ({skipped.remedy})" if skipped.remedy else "")
