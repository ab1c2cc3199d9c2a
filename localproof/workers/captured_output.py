"""A command that is asked one question and ends."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..report import Unavailable


def output_of(
    command: Sequence[str], folder: Path, *, timeout_s: float = 60, env: Mapping[str, str] | None = None
) -> bytes:
    """What `command`, run in `folder` with `env` added to the environment, writes to its standard output.

    Raises Unavailable, with the last line that it said, where it is not installed, ends with another status than 0 or
    takes longer than `timeout_s`.
    """
    name = command[0]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            env={**os.environ, **(env or {})},
            check=False,
        )
    except FileNotFoundError:
        raise Unavailable(name, "not installed", f"install {name}") from None
    except OSError as error:
        raise Unavailable(name, f"cannot be started: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(name, f"gave no answer in {timeout_s:.0f} s") from None
    if done.returncode:
        said = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        raise Unavailable(name, said[-1][:300] if said else f"ended with status {done.returncode}")
    return done.stdout
