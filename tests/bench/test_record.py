"""Figures that are kept: one file for a date and a machine, with the command and the commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import record


def test_what_a_bench_says_is_kept_under_date_and_machine(tmp_path: Path) -> None:
    for _ in range(2):
        assert record.main(["machine"], tmp_path) == 0
    (file,) = tmp_path.iterdir()
    text = file.read_text("utf-8")
    assert text.startswith(f"# {file.name[:10]}, ")
    assert text.count("## `python -m bench.machine`\n\nCommit ") == 2
    said = "".join(record.section(["machine"], "0", 0.5, ["one\n", "two\n"]))
    assert said.endswith("Commit 0; load 0.5 before.\n\none\ntwo\n")


@pytest.mark.parametrize("arguments", [["--help"], ["speed", "-h"], ["-h", "--only", "cold"]])
def test_help_is_shown_and_not_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert record.main(arguments, tmp_path) == 0
    assert "bench.record" in (said := capsys.readouterr().out) or "usage: " in said
    assert list(tmp_path.iterdir()) == []


def test_a_bench_that_fails_is_not_kept(tmp_path: Path) -> None:
    assert record.main(["speed", "--runs", "none"], tmp_path) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_bench_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        record.main(["nothing"], tmp_path)
