"""A process that outlives this one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from .helper_process import NEUTRAL, surroundings


def start(command: Sequence[str], env: Mapping[str, str]) -> None:
    """Start `command` in a session of its own, away from our streams and our folder, and do not wait for it.

    Raises OSError where it cannot be started.
    """
    process = subprocess.Popen(
        command,
        env=surroundings(env),
        cwd=NEUTRAL,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    process.returncode = 0  # nobody will ask how it ended, and no warning is due for that
