"""`localproof service`: engines held ready in the background: started, stopped, told of."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .arguments import Action, no_arguments

if TYPE_CHECKING:
    from ..terminal import Terminal

ACTIONS = {
    "start": Action("Hold the engines ready in the background", no_arguments),
    "stop": Action("End that", no_arguments),
    "status": Action("Say what is held, and its cost", no_arguments),
}


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Start, stop or tell of the service; 3 where `status` finds none."""
    from ..config import load_settings
    from ..service import command

    return command(args.action, load_settings(None, {}, terminal.env), terminal)
