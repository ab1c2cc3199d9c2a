"""A program of the writer's own, such as an editor, that has the terminal to itself till it ends."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence


def run_in_terminal(command: Sequence[str]) -> int:
    """Start `command` on this process's terminal and wait; its exit status. Raises OSError where it cannot start.

    Ctrl-C is the program's while it runs. For the main thread only.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not SIG_IGN, which the program would inherit
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
