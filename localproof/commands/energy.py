"""`localproof energy`: what this machine can tell of energy."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..text import escape_invisible
from .arguments import Action, no_arguments

if TYPE_CHECKING:
    from ..terminal import Terminal

ACTIONS = {"doctor": Action("Say what can be told of the energy of a run here, and what would help", no_arguments)}


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Tell of every meter: its state, and what the user can do."""
    from .. import energy

    for line in energy.doctor():
        mark = "*" if line.used else " "
        terminal.write(f"{mark} {line.name}: {line.state}\n      {escape_invisible(line.explanation)}\n")
        if line.remedy:
            terminal.write("".join(f"      {part}\n" for part in escape_invisible(line.remedy).splitlines()))
    terminal.write("\n* what a run would use now. Nothing was changed.\n")
    return 0
