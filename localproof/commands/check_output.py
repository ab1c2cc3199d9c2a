"""What `localproof check` writes where: results, notices, and the exit status that is not about findings."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ..config import HOMELESS, homeless, user_folder
from ..formats import FORMATS
from ..pipeline.batch import TaskOutcome
from ..pipeline.planning import CheckOptions
from ..project.discovery import Excluded, describe_excluded
from ..project.files import SourceFile, encode, write_new
from ..render import FORMS, RENDERERS, Style, closing, diff, findings_of, origin_screen, report_block
from ..render.build_log import Form, disarmed
from ..render.statistics import statistics
from ..report import Report, Run, Skipped, Unavailable
from ..system.cpu_limits import REMEDY, run_contained
from ..terminal import CLEAN, INTERRUPTED, NOTHING, WRONG, Terminal, is_terminal, style
from ..text import escape_invisible
from ..text.display import one_line

_NO_BYTES = hashlib.sha256(b"").hexdigest()
_SHOWING = 100  # times as long as reading a text, showing what was found in it may take
_A_TEXT = 10_000  # characters: a long one, where nobody has counted


def write_results(options: CheckOptions, terminal: Terminal, outcomes: Sequence[TaskOutcome], run: Run) -> Run:
    """Findings, patch and corrected text to where results go. The run as it was shown: without what cannot be."""
    filtering = options.correct == "fix" and options.from_pipe
    if filtering and not any(o.interrupted for o in outcomes):
        for outcome in outcomes:
            for name, source in outcome.sources.items():
                terminal.write_bytes(encode(source, outcome.fixes.texts.get(name, source.text)))
    if options.output_file is not None:
        plain = Style(colour=options.colour == "always")
        text, run = _result(options, outcomes, run, plain, as_bytes=True)
        if options.output_format == "text" and options.correct != "diff":
            text += _account(options, run, plain)
        write_new(options.output_file, text.encode("utf-8", "surrogateescape"))
        return run
    stream = terminal.stderr if filtering else terminal.stdout
    look = style(stream, options.colour, terminal.env)
    text, run = _result(options, outcomes, run, look, as_bytes=not is_terminal(stream))
    bare = options.correct == "diff" or options.statistics
    form: Form = "text" if bare else FORMS.get(options.output_format, "text")
    if filtering and text:
        terminal.say(text, form)
    elif options.correct == "diff" and not is_terminal(stream) and disarmed(text, terminal.env) == text:
        # A patch is applied byte for byte.
        terminal.write_bytes(text.encode("utf-8", "surrogateescape"))
    elif not filtering:
        terminal.write(escape_invisible(text) if bare else text, form)
    return run


def _result(
    options: CheckOptions, outcomes: Sequence[TaskOutcome], run: Run, look: Style, *, as_bytes: bool
) -> tuple[str, Run]:
    """What was asked for, without notices, and the run as it is shown in it; a patch to be applied (`as_bytes`) or to
    be read."""
    if options.correct == "diff":
        of = {r.document.name: o for o in outcomes for r in o.run.reports if r.document.name in o.fixes.texts}

        def patch(report: Report) -> str:
            name = report.document.name
            source = of[name].sources[name]
            encoding = report.document.encoding if as_bytes else "utf-8"
            return diff(
                report, of[name].fixes.texts[name], bom=source.bom, name=_name_in_patch(source), encoding=encoding
            )

        reports = (r for o in outcomes for r in o.run.reports if r.document.name in o.fixes.texts)
        return _show_each(patch, reports, run)
    if options.statistics:
        return statistics(run), run
    if options.output_format == "text":
        return _show_each(lambda report: findings_of(report, look), run.reports, run)
    text, run = _render_contained(lambda run: RENDERERS[options.output_format](run, look), run)
    if options.output_format == "concise":  # its lines on the whole run are notices
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("localproof: "))
    return text, run


def _show_each(show: Callable[[Report], str], reports: Iterable[Report], run: Run) -> tuple[str, Run]:
    """What `show` makes of `reports`, one after the other, and `run` with those of them skipped that it cannot show."""
    shown: list[str] = []
    failed: list[Skipped] = []
    for report in reports:
        try:
            shown.append(_show_contained(show, report))
        except Unavailable as error:
            failed.append(error.skipped)
    return "".join(shown), replace(run, skipped=(*run.skipped, *failed)) if failed else run


def _show_contained(show: Callable[[Report], str], report: Report) -> str:
    """Raises Unavailable."""
    document = report.document
    return run_contained(document.name, "shown", _SHOWING * len(document.text), lambda: show(report))


def _render_contained(render: Callable[[Run], str], run: Run) -> tuple[str, Run]:
    """What `render` makes of the whole `run`, or of what is left of it without the reports that it cannot show."""
    size = _SHOWING * _A_TEXT * len(run.reports)
    try:
        return run_contained("the result", "shown", size, lambda: render(run)), run
    except Unavailable:  # for one of the documents: which, each tells by itself
        good: list[Report] = []
        failed: list[Skipped] = []
        for report in run.reports:
            try:
                _show_contained(lambda one: render(replace(run, reports=(one,))), report)
                good.append(report)
            except Unavailable as error:
                failed.append(error.skipped)
        run = replace(run, reports=tuple(good), skipped=(*run.skipped, *failed))
        return render(run), run


def _name_in_patch(source: SourceFile) -> str:
    """The file of `source` as a patch names it for `git apply`, which follows no link and knows no path from the root:
    the one that is written, from this folder on where it lies there."""
    real, here = os.path.realpath(source.path or source.name), os.path.realpath(".")
    inside = source.path is not None and Path(real).is_relative_to(here)
    return os.path.relpath(real, here) if inside else source.name


def say_corrected(terminal: Terminal, outcomes: Sequence[TaskOutcome], *, undoable: bool) -> None:
    """Say which files were corrected and how that is undone, to standard error."""
    names = [name for o in outcomes for name in o.fixes.texts]
    for name in names:
        terminal.say(f"localproof: corrected {one_line(name)}")
    if names and undoable:
        from ..project.undo_log import UNDO

        terminal.say(f"localproof: to undo: {UNDO}")


def say_notices(
    options: CheckOptions,
    terminal: Terminal,
    outcomes: Sequence[TaskOutcome],
    run: Run,
    passed_over: Sequence[Excluded],
) -> None:
    """What is to be said beside the result, to standard error."""
    aloud = [p for p in passed_over if options.report or p.by_own_rule]
    if aloud and not options.quiet:
        terminal.say(f"localproof: passed over: {describe_excluded(aloud)}")
    told_already = options.output_format in ("json", "jsonl")
    if options.correct and not (options.quiet or (told_already and options.from_pipe)):
        more = sum(o.more_to_correct() for o in outcomes)
        if more:
            terminal.say(f"localproof: {more:,} more correction{'s' * (more > 1)} with --unsafe-fixes")
    if not (options.quiet or options.isolated) and homeless(user_folder(terminal.env)):
        terminal.say(f"localproof: {HOMELESS}; until then there are no settings, words, cache or journal of your own")
    if outcomes and (options.report or not (options.quiet or told_already)):
        terminal.say(_account(options, run, style(terminal.stderr, options.colour, terminal.env)))


def _account(options: CheckOptions, run: Run, look: Style) -> str:
    """What is said of the whole run: all there is with --report, else what was skipped and a line of summary."""
    if not options.report:
        return closing(run, look)
    notes = [f"note     {one_line(r.document.name)}: {one_line(n)}\n" for r in run.reports for n in r.document.notes]
    return "".join(notes) + (report_block if options.report == "full" else origin_screen)(run, look)


def special_status(
    options: CheckOptions,
    terminal: Terminal,
    outcomes: Sequence[TaskOutcome],
    run: Run,
    passed_over: Sequence[Excluded],
) -> int | None:
    """The exit status where it is not about findings, and a line that says why; None where all went well."""
    if any(o.interrupted for o in outcomes):
        return INTERRUPTED
    failed = [s for o in outcomes for s in (*o.unread, *(o.missed if run.reports else ()), *o.unwritten)]
    if run.checked:  # what was read, and could not be judged, corrected or shown
        failed += [s for s in run.all_skipped() if s.remedy == REMEDY and s not in failed]
    if failed:
        for s in failed if options.quiet else ():
            terminal.say(f"localproof: {one_line(_sentence(s))}")
        return WRONG
    if not run.reports:
        # What a walk could not take, such as a link, is told; whether it changed nobody can say.
        if options.changed is not None and not any(o.tried for o in outcomes):
            terminal.say(f"localproof: no text changed since {one_line(options.changed or 'HEAD')}")
            return CLEAN
        if options.force_exclude and {p.name for p in passed_over}.issuperset(options.paths):
            return CLEAN  # a hook names whatever is committed
        endings = ", ".join(s for f in FORMATS.values() if f.walked for s in f.suffixes)
        missed = [_sentence(s) for o in outcomes for s in o.missed]
        why = f"no file that ends in one of {endings}"
        if run.skipped:
            why = "nothing could be read" + (f": {one_line(missed[0])}" if missed and options.quiet else "")
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
        if options.quiet:
            for s in dict.fromkeys(s for o in outcomes for s in o.run.skipped if o.lacking and s not in o.missed):
                terminal.say(f"localproof: {one_line(_sentence(s))}")
        asked = ", ".join(dict.fromkeys(one_line(name) for name in lacking))
        terminal.say(f"localproof: checked without what was asked for: {asked}")
        return WRONG
    named = options.paths or options.stdin_filename
    if not named and not options.correct and all(r.digest == _NO_BYTES for r in run.reports):
        terminal.say("localproof: nothing was checked: no file is named, and standard input is empty")
        return NOTHING
    return None


def _sentence(skipped: Skipped) -> str:
    return f"{skipped.what}: {skipped.reason}" + (f" ({skipped.remedy})" if skipped.remedy else "")
