"""`localproof baseline`: accept what is there, so that later only what is new is shown."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import BadInput, Report
from ..text import escape_invisible
from ..text.display import one_line
from .arguments import Action, add_exclude_argument, add_settings_arguments, check_options, no_arguments

if TYPE_CHECKING:
    from ..pipeline.batch import TaskOutcome
    from ..pipeline.planning import CheckOptions
    from ..terminal import Terminal


def _register_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; the present folder if none")
    add_settings_arguments(parser)
    add_exclude_argument(parser)


ACTIONS = {
    "create": Action("Accept all that is found now", _register_paths),
    "update": Action("Accept all that is found now, and forget what is gone", _register_paths),
    "show": Action("Show what is accepted", no_arguments),
}


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Create, update or show the baseline."""
    if args.action == "show":
        from ..pipeline.planning import CheckOptions

        return baseline(args.action, CheckOptions(), terminal)
    options = check_options(args, args.paths or (".",), force_exclude=args.force_exclude)
    return baseline(args.action, options, terminal)


def baseline(action: str, options: CheckOptions, terminal: Terminal) -> int:
    """Create, update or show the baseline; the exit status. Raises BadInput for what makes no sense."""
    from ..pipeline.batch import run_task
    from ..pipeline.planning import plan_tasks, settings_finder
    from ..project.baseline import describe_baseline, load_baseline
    from ..project.files import InputFile
    from ..terminal import CLEAN, INTERRUPTED, progress

    if action == "show":
        root = settings_finder(options, terminal.env)(Path()).root
        known = load_baseline(root)
        if known is None:
            raise BadInput("no baseline here; make one: localproof baseline create")
        terminal.write(describe_baseline(known))
        return CLEAN
    if options.from_pipe:
        raise BadInput("a baseline is of files: name files or folders")
    tasks, _ = plan_tasks(options, terminal.env)
    roots = {task.settings.root for task in tasks}
    if None in roots:
        raise BadInput("no project here: a baseline needs a settings file or a .git above what it speaks of")
    there = [root for root in roots if root is not None and action == "create" and load_baseline(root) is not None]
    if there:
        raise BadInput(f"{one_line(str(there[0]))} has a baseline; to renew it: localproof baseline update")
    step, clear = progress(terminal, sum(isinstance(i, InputFile) for task in tasks for i in task.inputs))
    outcomes = [run_task(task, on_report=step) for task in tasks]
    clear()
    if any(o.interrupted for o in outcomes):
        return INTERRUPTED
    return _write(outcomes, terminal)


def _write(outcomes: Sequence[TaskOutcome], terminal: Terminal) -> int:
    """Write the baseline of each project, and say so."""
    from ..project.baseline import load_baseline, make_baseline, update_baseline, write
    from ..terminal import CLEAN, NOTHING, WRONG

    unread = [s for o in outcomes for s in o.run.all_skipped()]
    for s in dict.fromkeys(unread):
        terminal.say(f"localproof: skipped: {one_line(f'{s.what}: {s.reason}')}")
    if not any(o.run.checked for o in outcomes):
        terminal.say("localproof: nothing was checked, and no baseline is written")
        return NOTHING
    reports: dict[Path, list[Report]] = {}
    for outcome in outcomes:
        if outcome.settings.root is not None:
            reports.setdefault(outcome.settings.root, []).extend(outcome.run.reports)
    for root, some in reports.items():
        new = update_baseline(load_baseline(root), make_baseline(some, root), [r.document.name for r in some])
        path = write(new)
        count = sum(new.known.values())
        terminal.say(
            f"localproof: {count:,} finding{'' if count == 1 else 's'} accepted in {escape_invisible(str(path))}"
        )
    for name in dict.fromkeys(name for o in outcomes for name in o.lacking):
        terminal.say(f"localproof: checked without what was asked for: {one_line(name)}")
    return WRONG if any(o.unread or o.missed or o.lacking for o in outcomes) else CLEAN
