"""A review or a `--fix` that is killed leaves every file old or new, and the journal says which."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the work is killed in a forked process, which this system lacks")
def test_kill_at_any_moment_leaves_no_mixed_file_and_can_be_undone() -> None:
    command = [sys.executable, "-m", "bench.killed", "--times", "30"]  # 1,000 by default, when run by hand
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed" in done.stdout
