"""Donated corrections as a source: valid or refused, and gone once they are removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from localproof.project.donation import DonatedSentence, write_donation
from localproof.report import BadInput
from training.donated import donated, main, remove


def give(folder: Path, number: str, *sentences: str, name: str = "") -> Path:
    text = write_donation(
        [DonatedSentence(s, s + " Yes.") for s in sentences],
        number=number * 32,
        licence="cc-by",
        credit="A. Writer",
        date="2026-01-01",
        tool="x",
    )
    path = folder / f"{name or number}.json"
    path.write_text(text, "utf-8")
    return path


def test_every_sentence_comes_with_licence_and_credit(tmp_path: Path) -> None:
    give(tmp_path, "a", "One.", "Two.")
    first, second = donated(tmp_path)
    assert (first.before, first.after, first.licence, first.credit) == ("One.", "One. Yes.", "CC-BY-4.0", "A. Writer")
    assert second.id == "a" * 32 + "-2"


def test_what_is_removed_by_its_id_is_gone(tmp_path: Path) -> None:
    give(tmp_path, "a", "One.", "Two.")
    give(tmp_path, "b", "Three.")
    remove(["a" * 32 + "-1", "b" * 32], tmp_path)
    assert [each.before for each in donated(tmp_path)] == ["Two."]
    remove(["a" * 32], tmp_path)
    assert list(donated(tmp_path)) == []
    with pytest.raises(BadInput, match="no id"):
        remove(["x"], tmp_path)


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    give(tmp_path, "a", "One.")
    give(tmp_path, "a", "One.", name="copy")
    with pytest.raises(BadInput, match="another file"):
        list(donated(tmp_path))


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    give(tmp_path, "a", "One.")
    (tmp_path / "bad.json").write_text("{}")
    assert main([str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "1 sentences (1 own), CC-BY-4.0, A. Writer" in out and "bad.json" in err
    assert main(["--remove", "a" * 32, "--folder", str(tmp_path)]) == 0
    assert list(donated(tmp_path / "nothing")) == []
