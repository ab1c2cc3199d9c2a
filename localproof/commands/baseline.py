"""`localproof baseline`: accept what is there, so that later only what is new is shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..pipeline.batch import TaskOutcome, run_task
from ..project.baseline import describe_baseline, load_baseline, make_baseline, update_baseline, write
from ..project.files import InputFile
from ..report import BadInput, Report
from ..terminal import Terminal, one_line, progress
from ..text import escape_invisible
from .check import CLEAN, INTERRUPTED, NOTHING, WRONG, CheckOptions, plan_tasks, settings_finder


def baseline(action: str, wishes: CheckOptions, terminal: Terminal) -> int:
    """Create, update or show the baseline; the exit status. Raises BadInput for what makes no sense."""
    if action == "show":
        root = settings_finder(wishes, terminal.env)(Path()).root
        known = load_baseline(root)
        if known is None:
            raise BadInput("no baseline here; make one: localproof baseline create")
        terminal.write(describe_baseline(known))
        return CLEAN
    if wishes.from_pipe:
        raise BadInput("a baseline is of files: name files or folders")
    tasks, _ = plan_tasks(wishes, terminal.env)
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
