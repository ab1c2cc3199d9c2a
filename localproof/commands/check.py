"""`localproof check`, the default command: proofread files, folders or standard input."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..config import FAIL_ON
from .arguments import (
    ChoiceList,
    add_colour_argument,
    add_format_argument,
    add_input_arguments,
    add_news_arguments,
    add_report_arguments,
    add_settings_arguments,
    as_path,
    check_options,
    list_choices,
    setting_flags,
    tell_base_from_path,
)

if TYPE_CHECKING:
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input (the default in a pipe)"
    )
    add_settings_arguments(parser)
    add_input_arguments(parser)
    group = parser.add_argument_group("only what matters now")
    add_news_arguments(group)
    group.add_argument("--max-findings", type=int, metavar="N", help="show N findings and count the others")
    group.add_argument("--statistics", action="store_true", help="numbers by kind, rule and file instead of findings")
    group.add_argument("--watch", action="store_true", help="check again whenever a file is saved, till Ctrl-C")
    _add_output_arguments(parser)
    _add_correcting_arguments(parser)
    group = parser.add_argument_group("exit status")
    group.add_argument(
        "--fail-on",
        type=ChoiceList("kind", FAIL_ON),
        metavar="KIND[,KIND]",
        help=f"what counts as a failure: {list_choices(FAIL_ON)}",
    )
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 where there are findings")


def _add_output_arguments(parser: argparse.ArgumentParser) -> None:
    from ..render import RENDERERS

    group = parser.add_argument_group("output")
    add_format_argument(group, tuple(RENDERERS))
    group.add_argument(
        "--output-file", "-o", type=as_path, metavar="FILE", help="write the result to FILE, in one step"
    )
    add_report_arguments(group)
    add_colour_argument(group)
    group.add_argument("--quiet", "-q", action="store_true", help="findings and errors only")


def _add_correcting_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("correcting")
    group.add_argument(
        "--fix",
        action="store_true",
        help="correct what is certain: in place, or from standard input to standard output",
    )
    group.add_argument(
        "--diff", action="store_true", help="show what --fix would change, as a patch; write nothing, with --fix too"
    )
    group.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: correct also what is shown and has one clear suggestion; look at what it did",
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Check what is named, or what comes through a pipe; help where there is neither."""
    from ..report import BadInput
    from ..terminal import WRONG, is_terminal
    from .check_texts import check

    tell_base_from_path(args)
    if not args.paths and (args.changed is not None or args.watch):
        args.paths = ["."]
    if not args.paths:
        if terminal.stdin is None:
            raise BadInput("there is no input: name a file or a folder, or pipe text in")
        if is_terminal(terminal.stdin):
            terminal.write(args.parser.format_help())
            return WRONG
    options = check_options(
        args,
        args.paths,
        stdin_filename=args.stdin_filename,
        force_exclude=args.force_exclude,
        output_format=args.output_format,
        output_file=args.output_file,
        report=args.report,
        quiet=args.quiet,
        colour=args.color,
        correct="diff" if args.diff else "fix" if args.fix else "",
        unsafe=args.unsafe_fixes,
        exit_zero=args.exit_zero,
        changed=args.changed,
        baseline=args.baseline,
        most_findings=args.max_findings,
        statistics=args.statistics,
    )
    if args.watch:
        from .watch import watch

        return watch(options, terminal)
    status = check(options, terminal)
    _keep_warm(args, terminal)
    return status


def _keep_warm(args: argparse.Namespace, terminal: Terminal) -> None:
    """The next run is to find the engines built that this one had to build itself."""
    from ..workers import cpu_accounting

    if cpu_accounting.own_workers():
        from ..config import load_settings
        from ..service.control import keep_warm

        settings = load_settings(None, setting_flags(args), terminal.env, file=args.config, isolated=args.isolated)
        keep_warm(settings, terminal)
