"""`localproof lsp`: the language server, for editors."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--stdio", action="store_true", help="as some editors say it; there is no other way")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Speak with an editor until it goes away."""
    from ..lsp import serve

    return serve(terminal.env)
