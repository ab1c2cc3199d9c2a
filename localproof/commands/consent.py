"""What commands that get something have in common: asking first, and a bar while it comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ..report import BadInput
from ..terminal import Terminal, is_terminal


def ask_consent(terminal: Terminal) -> bool:
    """Whether a person says yes to what was just told. Raises BadInput where nobody can be asked."""
    if terminal.stdin is None or not is_terminal(terminal.stdin):
        raise BadInput("nobody is there to be asked; add --yes to go on")
    terminal.stderr.write("Go on? [y/N] ")
    terminal.stderr.flush()
    return terminal.stdin.readline().strip().lower() in (b"y", b"yes")


def progress_meter(terminal: Terminal, total: int, what: str = "") -> tuple[Callable[[int], None], Callable[[], None]]:
    """(what to call with bytes that came, what to call at the end): a bar on a terminal, else a line at the end."""
    done, shown, guard = 0, 0.0, threading.Lock()
    watched = is_terminal(terminal.stderr)

    def step(count: int) -> None:
        nonlocal done, shown
        with guard:
            done += count
            if watched and (time.monotonic() - shown > 0.1 or done >= total):
                shown = time.monotonic()
                full = min(max(30 * done // max(total, 1), 0), 30)
                bar = "#" * full + "." * (30 - full)
                terminal.stderr.write(f"\r[{bar}] {what}{megabytes(done)} of {megabytes(total)} ")
                terminal.stderr.flush()

    def clear() -> None:
        terminal.say("\r\x1b[K" if watched else f"{what}{megabytes(done)} of {megabytes(total)}")

    return step, clear


def megabytes(count: int) -> str:
    """A number of bytes for people.

    >>> megabytes(935_515_296)
    '936 MB'
    """
    return f"{count / 1e6:.0f} MB" if count >= 10**6 else f"{count / 1e3:.0f} kB"
