"""Which texts are checked under which settings: from paths and flags to tasks."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ..config import Settings, find_settings, for_file, load_settings, one_of
from ..engines import ENGINES
from ..project.discovery import Excluded, discover_files
from ..project.files import InputFile
from ..project.git_changes import GitChanges
from ..report import BadInput, Skipped
from .batch import Task

STDIN = "-"


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
    report: str = ""  # how much to say of the run: nothing, "short" or "full"
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


def keep_changed(task: Task, changed: GitChanges) -> Task:
    """`task` without the files in which nothing changed; a name that is not there, and a folder that cannot be listed,
    stay, to be told."""

    def stays(found: InputFile) -> bool:
        path = found.path
        return path is not None and (
            changed.has_changes(path) or (found.named and not path.exists()) or (bool(found.trouble) and path.is_dir())
        )

    return replace(task, inputs=tuple(i for i in task.inputs if not isinstance(i, InputFile) or stays(i)))


def plan_tasks(options: CheckOptions, env: Mapping[str, str]) -> tuple[tuple[Task, ...], tuple[Excluded, ...]]:
    """Which texts are checked under which settings, and what is passed over. Reads no text yet, or only headers."""
    if STDIN in options.paths and not options.from_pipe:
        raise BadInput("- stands for standard input and cannot be mixed with files; check one after the other")
    settings_of = settings_finder(options, env)
    if options.from_pipe:
        name = options.stdin_filename or STDIN
        settings = for_file(settings_of(Path(name).parent), Path(name))
        return (Task(settings, (InputFile(None, name, named=True),)),), ()
    tasks: list[tuple[Settings, list[InputFile | Skipped]]] = []
    passed_over: list[Excluded] = []
    for item in discover_files(options.paths, settings_of, force_exclude=options.force_exclude):
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


def settings_finder(options: CheckOptions, env: Mapping[str, str]) -> Callable[[Path], Settings]:
    """A function that gives the settings of a folder; those that are found in the same place are read once."""
    places: dict[Path, tuple[Path | None, Path | None]] = {}
    known: dict[tuple[Path | None, Path | None], Settings] = {}
    alone = options.isolated or options.config is not None

    def settings_of(folder: Path) -> Settings:
        place = Path(os.path.normpath(folder.absolute()))
        if place not in places:
            places[place] = (None, None) if alone else find_settings(place)
        key = places[place]
        if key not in known:
            settings = load_settings(place, options.flags, env, file=options.config, isolated=options.isolated)
            for name in settings.engines:
                one_of(name, ENGINES, "engine", settings.sources["engines"])
            known[key] = settings
        return known[key]

    return settings_of
