"""The bench of the slowest paragraphs: what it measures, where it says that stands, and when it complains."""

from __future__ import annotations

import lzma
import sys
from importlib.util import find_spec
from math import inf
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if not (ROOT / "bench").is_dir():
    pytest.skip("bench/ is not part of this copy", allow_module_level=True)
sys.path.insert(0, str(ROOT))

from bench import product, slowest  # noqa: E402
from bench.slowest import Took, table, times  # noqa: E402
from localproof.config import Settings  # noqa: E402


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "post.md").write_text("# A post\n\nIt has a boot2docker in it.\n", "utf-8")
    with lzma.open(tmp_path / "corpus.txt.xz", "wt", encoding="utf-8") as file:
        file.write("One paragraph.\n\nAnother paragraph.\n")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "note.md").write_text("Not this.", "utf-8")
    return tmp_path


@pytest.mark.skipif(find_spec("lt_py") is None or find_spec("harper") is None, reason="needs both engines")
def test_every_part_is_timed_and_said_where_it_stands(folder: Path) -> None:
    took = list(times(folder, Settings(service="off", jobs=1), 0, set()))
    where = ["corpus.txt.xz:1", "corpus.txt.xz:3", "post.md:1", "post.md:3"]
    for part in ("harper", "languagetool", "scoring"):
        assert [t.where for t in took if t.part == part] == where
    assert [t.where for t in took if t.part == "reading"] == ["post.md"]
    assert all(0 <= t.ms < inf for t in took)


def test_a_text_that_was_given_up_leads_the_table() -> None:
    every = [
        Took("harper", 200.0, 0, "a:1", "Slow"),
        Took("harper", inf, 500, "b:1", "Ne|ver"),
        Took("harper", 1, 9, "c", "x"),
    ]
    lines = list(table("harper", every, 2))
    assert lines[0].endswith("1 over 250 ms + 2 ms a word\n")
    assert [line.split(" | ")[4] for line in lines[2:4]] == ["b:1", "a:1"]
    assert "Ne\\|ver" in lines[2]


def test_a_reader_that_does_not_end_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(product, "read", endless)
    monkeypatch.setattr(slowest, "GIVEN_UP_S", 0.2)
    (folder / "corpus.txt.xz").unlink()
    (one,) = times(folder, Settings(), 0, {"reading"})
    assert (one.part, one.ms, one.where) == ("reading", inf, "post.md")


def test_a_sample_is_spread_evenly_over_a_source() -> None:
    every = [(str(n), "two words") for n in range(100)]
    assert [where for where, _ in slowest._sampled(every, 20)] == [str(n) for n in range(5, 100, 10)]
    assert len(list(slowest._sampled(every, 0))) == 100
