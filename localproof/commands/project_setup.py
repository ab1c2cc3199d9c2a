"""What `localproof init` does: a settings file from what is there, and the words that a site uses all over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..config import find_settings, load_settings, require_inside
from ..pipeline.batch import Task
from ..pipeline.planning import CheckOptions, plan_tasks
from ..pipeline.word_survey import WordSurvey, candidate_words, detect_dialect, doubted_words, survey_words
from ..project.dictionaries import add_words
from ..project.files import InputFile, write_new
from ..project.traits import FILE, ProjectTraits, inspect_project, settings_text, tags
from ..report import BadInput
from ..terminal import CLEAN, INTERRUPTED, Terminal, ask_yes_no, progress
from ..text.display import one_line
from ..text.phrases import count

MOST = 100  # words that are proposed at a time: a person is to look at each


def init(paths: Sequence[str], terminal: Terminal, *, yes: bool) -> int:
    """Write the settings file if there is none, and propose words for the project's list; the exit status.

    Nothing that exists is overwritten. Words are added with `yes` or when a
    person at the terminal agrees. Raises BadInput where a file cannot be written.
    """
    here = Path(paths[0] if paths else ".").absolute()
    if not here.is_dir():
        raise BadInput(f"{one_line(str(here))}: is no folder; name the one that the site is in")
    file, project = find_settings(here)
    root = project or here
    target = require_inside(root / FILE, root)
    seen = inspect_project(root, load_settings(root, {}, terminal.env))
    by_others = {root / name for name in seen.exclude}
    tasks = tuple(
        replace(task, inputs=tuple(i for i in task.inputs if not isinstance(i, InputFile) or i.path not in by_others))
        for task in plan_tasks(CheckOptions((str(root),)), terminal.env)[0]
    )
    step, clear = progress(terminal, sum(isinstance(i, InputFile) for task in tasks for i in task.inputs))
    try:
        found = survey_words(tasks, seen.language, lambda: step(None))
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        clear()
    for failed in dict.fromkeys(found.failed):
        terminal.say(f"localproof: skipped: {one_line(f'{failed.what}: {failed.reason}')}")
    seen = detect_dialect(seen, found)
    if file is not None:
        terminal.say(f"localproof: there are settings already, {one_line(str(file))}: they stay as they are")
        if seen.evidence and seen.language != load_settings(root, {}, terminal.env).language:
            terminal.say(
                f"localproof: its texts want a line: language = {json.dumps(seen.language)}  # {seen.evidence}"
            )
    else:
        write_new(target, settings_text(seen).encode("utf-8"))
        terminal.say(f"localproof: wrote {one_line(str(root / FILE))}")
    return _words(root, seen, found, tasks, terminal, yes=yes)


def _words(
    root: Path, seen: ProjectTraits, found: WordSurvey, tasks: Sequence[Task], terminal: Terminal, *, yes: bool
) -> int:
    """Propose words for the project's list: those of the site that spellers doubt."""
    fields = seen.generator.taxonomies if seen.generator else ("tags", "categories")
    terms = set(tags((i for task in tasks for i in task.inputs if isinstance(i, InputFile)), fields))
    settings = load_settings(root, {}, terminal.env)
    words = candidate_words(found, terms, settings.language)
    proposed, mistakes = doubted_words(words, settings, found.texts()) if words else ({}, [])
    if mistakes:
        terminal.say(f"localproof: in several texts, but likely misspelled: {', '.join(map(one_line, mistakes))}")
    if not proposed:
        terminal.say("localproof: no word stands in three texts or more that the dictionaries do not know")
        return CLEAN
    now = dict(list(proposed.items())[:MOST])
    width = max(len(word) for word in now)
    terminal.write("".join(f"{one_line(w):<{width}}  {n:>5,} text{'' if n == 1 else 's'}\n" for w, n in now.items()))
    if later := len(proposed) - len(now):
        terminal.say(f"localproof: {later:,} more stand in fewer texts; run init again for them")
    path = root / ".localproof/dictionary.txt"
    many = count(len(now), "word")
    if yes or ask_yes_no(terminal, f"Are these {many} right? They go into {one_line(str(path))}."):
        terminal.say(f"localproof: {count(len(add_words(path, now)), 'word')} added to {one_line(str(path))}")
    else:
        terminal.say(
            "localproof: if they are right: localproof init --yes; or some: localproof dict add --project WORD…"
        )
    return CLEAN
