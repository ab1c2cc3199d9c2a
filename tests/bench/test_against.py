"""Two commits side by side: what is compared is what was asked for, and a row says what it is to be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench import against, record
from bench.machine import Timing


def test_a_commit_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no-such-commit"), against.checkout("no-such-commit", tmp_path / "before"):
        pass


def test_a_checkout_runs_the_code_of_its_commit(tmp_path: Path) -> None:
    with against.checkout("HEAD", tmp_path / "before") as one:
        assert (one.code / "localproof" / "__main__.py").is_file()
        assert one.environment()["PYTHONPATH"] == str(one.code)
        (one.code / "localproof" / "__main__.py").write_text("raise SystemExit(3)\n")
        assert one.timed("--version").status == 3
    assert against.Checkout("now", against.HERE, tmp_path).timed("--version").status == 0


def test_a_row_has_both_commits_their_ratio_and_the_aim() -> None:
    once = {"before": [Timing((2.0,), 1, (4.0,))], "now": [Timing((1.0,), 1, (1.0,))]}
    *_, row = against._table({"nothing changed": once})
    assert row.split(" | ")[3:] == ["0.50", "4.00 s", "1.00 s", "0.25", "≤ 0.25 s |"]
    *_, row = against._table({"both engines, side by side": {"now": [Timing((1.0,), 0, (2.0,))]}})
    assert row.startswith("| both engines, side by side |  | 1.000 s")


def test_a_run_that_failed_says_so_in_its_row() -> None:
    *_, row = against._table({"--help": {"now": [Timing((1.0,), 0, (1.0,)), Timing((1.0,), 2, (1.0,))]}})
    assert "(exit status 2)" in row


def test_what_is_compiled_is_kept_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    against.compile_once()
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ and Path(os.environ["PYTHONPYCACHEPREFIX"]).is_dir()


def test_the_bench_of_speed_is_meant_where_none_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert record.main(["--runs", "none"], tmp_path) == 2
    assert "python -m bench.speed: error: argument --runs" in capfd.readouterr().err
