"""`localproof rules`: every rule, whether it runs here and who says so, and whether `--fix` may act on it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import KINDS
from .arguments import ChoiceList, add_format_argument, add_rule_arguments, check_options, list_choices

if TYPE_CHECKING:
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "patterns",
        nargs="*",
        metavar="PATTERN",
        help="a rule, or a glob: AnA, 'harper/*', '*comma*'; with `test` before it: run the examples of your own rules",
    )
    group = parser.add_argument_group("only some of them")
    group.add_argument(
        "--kind", type=ChoiceList("kind", KINDS), default=(), metavar="KIND[,KIND]", help=list_choices(KINDS)
    )
    group.add_argument("--safe", action="store_true", help="only those that --fix may act on")
    group.add_argument("--off", action="store_true", help="only those that do not run")
    add_format_argument(group, ("text", "json"))
    add_rule_arguments(parser.add_argument_group("under which settings"))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """List the rules that are asked for. Raises BadInput for a pattern that means none."""
    from ..pipeline.planning import settings_finder
    from .rule_listing import RuleFilter, print_rules

    settings = settings_finder(check_options(args), terminal.env)(Path())
    if args.patterns[:1] == ["test"]:
        from .rule_examples import run_examples

        return run_examples(args.patterns[1:], settings, terminal)
    wanted = RuleFilter(tuple(args.patterns), args.kind, args.safe, args.off)
    return print_rules(wanted, settings, terminal, format=args.output_format)
