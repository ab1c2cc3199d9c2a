"""The program of the resident service: ``main`` is called in a fresh interpreter, see `faces.service`."""

from __future__ import annotations

from ..cli import COMMANDS
from ..cli import main as do
from .host import run_service


def main(arguments: list[str]) -> None:
    """Be the service. Returns when it has ended."""
    run_service(arguments, do, frozenset(COMMANDS) - {"check"})
