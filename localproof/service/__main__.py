"""The program of the resident service: ``main`` is called in a fresh interpreter, see `service.launch`."""

from __future__ import annotations

import os

from .. import cli
from ..commands import COMMANDS
from .host import run_service


def main(arguments: list[str]) -> None:
    """Be the service. Does not return."""
    run_service(arguments, cli.main, frozenset(COMMANDS) - {"check"}, _load_check)
    os._exit(0)  # nothing is left to be done, and nothing is to hold up its end


def _load_check() -> None:
    """Import what a run of `check` needs, with the parser of its arguments."""
    from ..commands import check_texts
    from ..commands.parsers import build_parser

    assert all((check_texts, build_parser("check")))
