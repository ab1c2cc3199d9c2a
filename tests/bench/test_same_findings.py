"""Two states of the code beside each other: whether all that they find is the same."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from bench import same_findings
from bench.against import Checkout


def _run(probability: float) -> dict[str, Any]:
    return {"documents": [{"path": "a.md", "findings": [{"rule": "harper/AnA", "probability": probability}]}]}


@pytest.mark.parametrize(("now", "status"), [(0.5, 0), (0.5000001, 1)])
def test_the_last_digit_of_a_probability_is_seen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, now: float, status: int
) -> None:
    by_code = {tmp_path: _run(0.5), same_findings.HERE: _run(now)}
    monkeypatch.setattr(same_findings, "checkout", lambda *_: nullcontext(Checkout("before", tmp_path, tmp_path)))
    monkeypatch.setattr(same_findings, "findings", lambda code, *_: by_code[code])
    monkeypatch.setattr("sys.argv", ["same_findings", "HEAD", str(tmp_path)])
    assert same_findings.main() == status
    assert ("a.md: not the same" in capsys.readouterr().out) == bool(status)


def test_what_is_said_of_the_run_itself_is_left_out(tmp_path: Path) -> None:
    package = tmp_path / "localproof"
    (package / "cache").mkdir(parents=True)
    for name in ("__init__", "cache/__init__", "cache/caching_engine", "cache/report_cache"):
        (package / f"{name}.py").touch()
    said = '{"documents": [], "words": 2, "energy": null, "elapsed_s": 1.5, "provenance": []}'
    (package / "cli.py").write_text(f"def main(_):\n    print({said!r})\n    return 1\n", "utf-8")
    assert same_findings.findings(tmp_path, tmp_path, tmp_path / "cache") == {"documents": [], "words": 2}
