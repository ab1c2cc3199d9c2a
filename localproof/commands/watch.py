"""Check again whenever a text is saved, till Ctrl-C.

Polling: the names and times of some thousands of files take milliseconds, and
it works on every file system, in containers and over a network, where
notifications get lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..config import (
    FILE_NAMES,
    PROJECT_DICTIONARY,
    PROJECT_IGNORES,
    USER_DICTIONARY,
    USER_FILE,
    USER_IGNORES,
    lists_beside,
    user_folder,
)
from ..pipeline.planning import CheckOptions, plan_tasks
from ..project.baseline import FILE as BASELINE
from ..project.files import InputFile
from ..report import BadInput
from ..terminal import INTERRUPTED, Terminal
from ..text.display import one_line
from .check_texts import check

_EVERY_S = 0.5
_QUIET_S = 0.15  # an editor that saves in several steps is given the time to finish

State = Mapping[str, tuple[int, int, int]]  # by name: time of change in ns, size, number of the file


def watch(
    options: CheckOptions,
    terminal: Terminal,
    *,
    pause: Callable[[float], None] = time.sleep,
    once: Callable[[], bool] = lambda: False,
) -> int:
    """Check all, then each text again when it changes, or all when settings or word lists do. Ctrl-C ends it with 0.

    Raises BadInput for what cannot be watched. What goes wrong later, such as
    a mistake in the settings file while it is being written, is said, and the
    watch goes on. `once` is asked after each look whether to end.
    """
    if options.from_pipe or options.correct or options.output_file:
        raise BadInput(
            "--watch looks at files and shows what it finds: no standard input, --fix, --diff or --output-file"
        )
    try:
        texts, rules = _texts(options, terminal), _rules(options, terminal)
        if check(options, terminal) == INTERRUPTED:
            return 0
        terminal.say("localproof: watching; Ctrl-C ends it")
        told = ""
        while not once():
            pause(_EVERY_S)
            try:
                texts, rules = _check_changed(options, terminal, texts, rules, pause)
                told = ""
            except BadInput as error:
                if str(error) != told:
                    terminal.say(f"localproof: {one_line(str(error))}")
                told = str(error)
    except KeyboardInterrupt:
        return 0
    return 0


def _check_changed(
    options: CheckOptions, terminal: Terminal, texts: State, rules: State, pause: Callable[[float], None]
) -> tuple[State, State]:
    """Check what changed since `texts` and `rules` were noted; how things are now."""
    now, ruled = _texts(options, terminal), _rules(options, terminal)
    if ruled == rules and now == texts:
        return texts, rules
    while True:
        pause(_QUIET_S)
        later, ruled_later = _texts(options, terminal), _rules(options, terminal)
        if (later, ruled_later) == (now, ruled):
            break
        now, ruled = later, ruled_later
    changed = tuple(name for name, state in now.items() if texts.get(name) != state)
    terminal.say(f"localproof: {time.strftime('%H:%M:%S')}, {_describe_watch(changed, ruled != rules)}")
    status = 0
    if ruled != rules:
        status = check(options, terminal)
    elif changed:
        status = check(replace(options, paths=changed), terminal)
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    return now, ruled


def _describe_watch(changed: tuple[str, ...], ruled: bool) -> str:
    if ruled:
        return "settings or words changed: all again"
    if not changed:
        return "a file is gone"
    return one_line(changed[0]) + (f" and {len(changed) - 1:,} more" if len(changed) > 1 else "") + " changed"


def _texts(options: CheckOptions, terminal: Terminal) -> State:
    tasks, _ = plan_tasks(options, terminal.env)
    return dict(_states((i.name, i.path) for task in tasks for i in task.inputs if isinstance(i, InputFile) and i.path))


def _rules(options: CheckOptions, terminal: Terminal) -> State:
    """The files that decide what is said of all texts."""
    home = user_folder(terminal.env)
    files = [home / name for name in (USER_FILE, USER_DICTIONARY, USER_IGNORES)]
    files += [options.config] if options.config else []
    roots = {task.settings.root for task in plan_tasks(options, terminal.env)[0]}
    own = (*FILE_NAMES, PROJECT_DICTIONARY, PROJECT_IGNORES, BASELINE)
    files += [root / name for root in roots if root for name in own]
    for path in [home / USER_DICTIONARY, *(root / PROJECT_DICTIONARY for root in roots if root)]:
        files += [each for _, each in lists_beside(path)]
    return dict(_states((str(path), path) for path in files))


def _states(files: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, tuple[int, int, int]]]:
    for name, path in files:
        try:
            about = path.stat()
        except OSError:
            continue
        yield name, (about.st_mtime_ns, about.st_size, about.st_ino)
