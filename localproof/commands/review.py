"""`localproof review`: walk through the findings, decide, and write the corrections."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..report import BadInput
from .arguments import (
    add_colour_argument,
    add_exclude_argument,
    add_news_arguments,
    add_settings_arguments,
    check_options,
    tell_base_from_path,
)

if TYPE_CHECKING:
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    add_settings_arguments(parser)
    group = parser.add_argument_group("only what matters now")
    add_news_arguments(group)
    add_exclude_argument(group)
    group = parser.add_argument_group("the review")
    group.add_argument(
        "--plain", action="store_true", help="line by line, for screen readers and scripts; needs no screen"
    )
    group.add_argument("--json", action="store_true", help="end with a summary in JSON on standard output")
    group.add_argument("--restart", action="store_true", help="forget where the last review of these files stopped")
    group.add_argument("--mouse", action="store_true", help="let the mouse choose suggestions")
    add_colour_argument(group)
    group = parser.add_argument_group("afterwards")
    group.add_argument(
        "--undo-last", action="store_true", help="put back what stood in the files before the last review or --fix"
    )
    group.add_argument("--journal", action="store_true", help="list what was written, and what each file holds now")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Hold a review, or undo or list what earlier ones wrote."""
    from ..review import ReviewOptions, review, show_journal, undo_last

    if args.undo_last or args.journal:
        _refuse_beside("--undo-last" if args.undo_last else "--journal", args)
        return undo_last(terminal) if args.undo_last else show_journal(terminal)
    tell_base_from_path(args)
    options = check_options(
        args,
        args.paths or (".",),
        force_exclude=args.force_exclude,
        colour=args.color,
        changed=args.changed,
        baseline=args.baseline,
    )
    return review(options, ReviewOptions(args.plain, args.json, args.restart, args.mouse), terminal)


def _refuse_beside(flag: str, args: argparse.Namespace) -> None:
    """Raises BadInput where more is given than `flag`, which is a request by itself."""
    for action in args.parser._actions:
        value = getattr(args, action.dest, action.default)
        if flag not in action.option_strings and value not in (action.default, []):
            raise BadInput(
                f"{flag} stands by itself: {(*action.option_strings, str(action.metavar))[0]} has no meaning there"
            )
