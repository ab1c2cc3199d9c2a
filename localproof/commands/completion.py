"""`localproof completion`: a completion script for a shell."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from . import COMMANDS
from .arguments import ChoiceWord, list_choices

if TYPE_CHECKING:
    from ..terminal import Terminal

_SHELLS = ("bash", "zsh", "fish")


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("shell", type=ChoiceWord("shell", _SHELLS), metavar="SHELL", help=list_choices(_SHELLS))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Write the script, from the parsers of all commands."""
    from .completion_scripts import SHELLS
    from .parsers import actions_of, build_parser, default_action

    forms = [(name, action) for name in COMMANDS for action in ("", *actions_of(name))]
    defaults = {name: action for name in COMMANDS if (action := default_action(name))}
    terminal.write(SHELLS[args.shell]({form: build_parser(*form) for form in forms}, defaults))
    return 0
