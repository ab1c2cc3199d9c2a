"""The program of the resident service: ``main`` is called in a fresh interpreter, see `faces.service`."""

from __future__ import annotations

import os

from ..cli import COMMANDS
from ..cli import main as do
from .host import run_service


def main(arguments: list[str]) -> None:
    """Be the service. Does not return."""
    run_service(arguments, do, frozenset(COMMANDS) - {"check"})
    os._exit(0)  # nothing is left to be done, and nothing is to hold up its end
