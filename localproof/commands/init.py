"""`localproof init`: a settings file from what is there, and the words that a site uses all over."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("paths", nargs="?", metavar="FOLDER", help="the folder of the site; the present one if none")
    parser.add_argument("--yes", action="store_true", help="add the proposed words without asking")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Begin in the folder. Nothing that exists is overwritten."""
    from .project_setup import init

    return init([args.paths] if args.paths else [], terminal, yes=args.yes)
