"""`localproof disclose`: a statement for a post or for a page on AI use, from what really ran on its texts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import BadInput
from ..text import escape_invisible
from .arguments import add_format_argument

if TYPE_CHECKING:
    from ..render.build_log import Form
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    add_format_argument(parser, ("markdown", "html", "json"))
    parser.add_argument("--short", action="store_true", help="three lines for the end of a post")
    parser.add_argument("--link", default="", metavar="ADDRESS", help="with --short: where the long form stands")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Write the statement for files and folders, the present folder if none."""
    from ..project.disclosure import FORMATS, make_statement, short_statement
    from ..project.run_log import logged_runs

    if args.link and not args.short:
        raise BadInput("--link belongs to --short: the long form is what it leads to")
    named = [Path(path) for path in args.paths or (".",)]
    for path in named:
        if not path.exists():
            raise BadInput(f"{escape_invisible(str(path))}: no such file or folder")
    statement = make_statement(logged_runs(terminal.env), named)
    wanted = args.output_format
    form: Form = "json" if wanted == "json" else "html" if wanted == "html" else "text"
    short = args.short and wanted != "json"  # which has both
    terminal.write(short_statement(statement, wanted, args.link) if short else FORMATS[wanted](statement), form)
    return 0
