"""`localproof config`: the settings, where each comes from, and their schema."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..text import escape_invisible
from .arguments import Action, add_settings_arguments, check_options, no_arguments

if TYPE_CHECKING:
    from ..terminal import Terminal


def _register_show(parser: argparse.ArgumentParser) -> None:
    _register_path(parser)
    add_settings_arguments(parser)


def _register_path(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="PATH", help="the file or folder to ask about"
    )


ACTIONS = {
    "show": Action("Show the values and where they come from", _register_show),
    "path": Action("Show where the files are, or would be", _register_path),
    "schema": Action("Write the JSON Schema of a settings file", no_arguments),
}


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Show what is asked for."""
    from ..engines import ENGINES
    from .settings_report import describe_paths, schema

    if args.action == "schema":
        terminal.write(schema(ENGINES))
        return 0
    folder = args.path if args.path.is_dir() else args.path.parent
    if args.action == "path":
        terminal.write(describe_paths(folder, terminal.env))
        return 0
    return _show(args, folder, terminal)


def _show(args: argparse.Namespace, folder: Path, terminal: Terminal) -> int:
    """The settings that hold for ``args.path``, which is or stands in `folder`."""
    from ..config import for_file
    from ..pipeline.planning import settings_finder
    from ..project.discovery import why_excluded
    from .settings_report import describe_settings

    settings_of = settings_finder(check_options(args), terminal.env)
    settings = settings_of(folder)
    terminal.write(describe_settings(settings if args.path.is_dir() else for_file(settings, args.path)))
    if not args.path.is_dir() and (why := why_excluded(args.path, settings_of, git=True)):
        terminal.write(f"# in a folder this file is passed over: {escape_invisible(why)}\n")
    return 0
