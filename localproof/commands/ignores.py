"""`localproof ignores`: the places that are ignored, listed, or some taken out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import BadInput
from ..text import escape_invisible
from .arguments import Action, no_arguments

if TYPE_CHECKING:
    from ..terminal import Terminal


def _register_remove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("numbers", nargs="+", type=int, metavar="NUMBER", help="a line, as list numbers them")


ACTIONS = {
    "list": Action("Show them, each with its number", no_arguments),
    "remove": Action("Take some out, by number", _register_remove),
}


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """List the places, or take some out. Raises BadInput for a number that there is not."""
    from ..config import USER_IGNORES, load_settings, read_ignores, user_folder
    from ..project.ignore_list import ignores_file, remove_lines

    own = ignores_file(load_settings(Path(), {}, terminal.env), terminal.env)
    paths = dict.fromkeys([user_folder(terminal.env) / USER_IGNORES, own])
    every = [(path, line) for path in paths for line in read_ignores(path)]
    if args.action == "list":
        _list(every, terminal)
        return 0
    for number in args.numbers:
        if not 1 <= number <= len(every):
            raise BadInput(f"ignores remove: there is no line {number}; `localproof ignores list` shows all")
    for path, line in (every[number - 1] for number in sorted(set(args.numbers))):
        remove_lines(path, [line])
        terminal.say(f"localproof: taken out of {escape_invisible(str(path))}: {escape_invisible(line)}")
    return 0


def _list(every: list[tuple[Path, str]], terminal: Terminal) -> None:
    at: Path | None = None
    for number, (path, line) in enumerate(every, 1):
        head = f"# {escape_invisible(str(path))}\n" * (path != at)
        terminal.write(f"{head}{number:4} {escape_invisible(line)}\n")
        at = path
