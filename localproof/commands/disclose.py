"""`localproof disclose`: a statement for a post or for a page on AI use, from what really ran on its texts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import BadInput
from ..text import escape_invisible
from .arguments import ChoiceWord

if TYPE_CHECKING:
    from ..render.build_log import Form
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    parser.add_argument(
        "--format",
        "--output-format",
        type=ChoiceWord("format", ("markdown", "html", "json")),
        default="markdown",
        metavar="FORMAT",
        help="markdown, html, json",
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Write the statement for files and folders, the present folder if none."""
    from ..project.disclosure import FORMATS, make_statement
    from ..project.run_log import logged_runs

    named = [Path(path) for path in args.paths or (".",)]
    for path in named:
        if not path.exists():
            raise BadInput(f"{escape_invisible(str(path))}: no such file or folder")
    statement = make_statement(logged_runs(terminal.env), named)
    form: Form = "json" if args.format == "json" else "html" if args.format == "html" else "text"
    terminal.write(FORMATS[args.format](statement), form)
    return 0
