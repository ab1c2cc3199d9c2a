"""The file of what was learned: whose it is, what may stand in it, and that it is whole whatever happens."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from localproof.config import Settings, load_settings
from localproof.config.learned_file import PROJECT_LEARNED, USER_LEARNED
from localproof.pipeline.checker import Checker
from localproof.project.learned import add_evidence, file_of, remove_evidence
from localproof.report import BadInput
from localproof.scoring.learning import Evidence, learned_from, read_evidence

IGNORED = Evidence("2026-01-01", "ignored", "harper/X", "grammar", 0.8, "a", "b", "review")


def env(tmp_path: Path) -> dict[str, str]:
    return {"LOCALPROOF_STATE_DIR": str(tmp_path / "state"), "LOCALPROOF_CONFIG_DIR": str(tmp_path / "config")}


def project(tmp_path: Path, learning: str = "user") -> Path:
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "localproof.toml").write_text(f'learning = "{learning}"\n')
    return root


def test_decisions_are_kept_for_the_user_alone(tmp_path: Path) -> None:
    assert add_evidence(Settings(), env(tmp_path), [IGNORED, IGNORED]) == 2
    path = tmp_path / "state" / USER_LEARNED
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = load_settings(tmp_path, {}, env(tmp_path))
    assert [e.times for e in read_evidence(settings.learned)] == [2]
    assert Checker(settings).learned == learned_from(settings.learned)
    assert not Checker(load_settings(tmp_path, {}, env(tmp_path), isolated=True)).learned
    assert [p.name for p in path.parent.iterdir()] == [USER_LEARNED]


def test_what_is_off_is_neither_read_nor_written(tmp_path: Path) -> None:
    add_evidence(Settings(), env(tmp_path), [IGNORED])
    root = project(tmp_path, "off")
    settings = load_settings(root, {}, env(tmp_path))
    assert settings.learned == ""
    assert add_evidence(settings, env(tmp_path), [IGNORED]) == 0


def test_a_project_cannot_switch_learning_on(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "localproof.toml").write_text('learning = "project"\n')
    with pytest.raises(BadInput, match="concerns the machine"):
        load_settings(root, {}, env(tmp_path))


def test_a_repository_cannot_teach(tmp_path: Path) -> None:
    root = project(tmp_path, "project")
    settings = load_settings(root, {}, env(tmp_path))
    add_evidence(settings, env(tmp_path), [IGNORED])
    file = root / PROJECT_LEARNED
    assert read_evidence(load_settings(root, {}, env(tmp_path)).learned) == (IGNORED,)
    other = tmp_path / "cloned"
    (other / ".git").mkdir(parents=True)
    (other / ".localproof").mkdir()
    (other / PROJECT_LEARNED).write_bytes(file.read_bytes())
    cloned = load_settings(other, {}, env(tmp_path))
    assert cloned.learned == ""
    with pytest.raises(BadInput, match="only your own decisions teach"):
        add_evidence(cloned, env(tmp_path), [IGNORED])
    file.write_text(file.read_text() + replace(IGNORED, rule="harper/Y").line() + "\n")  # as a pull would
    assert load_settings(root, {}, env(tmp_path)).learned == ""


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / "state" / USER_LEARNED).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match="a link"):
        add_evidence(Settings(), env(tmp_path), [IGNORED])
    assert (tmp_path / "elsewhere").read_text() == ""


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "getuid"), reason="files have no owner here")
def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_evidence(Settings(), env(tmp_path), [IGNORED])
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert load_settings(tmp_path, {}, env(tmp_path)).learned == ""
    with pytest.raises(BadInput, match="another user"):
        file_of(Settings(), env(tmp_path))


def test_any_of_it_can_be_taken_back(tmp_path: Path) -> None:
    add_evidence(Settings(), env(tmp_path), [IGNORED, replace(IGNORED, rule="harper/Y")])
    gone = remove_evidence(Settings(), env(tmp_path), lambda e: e.rule == "harper/X")
    assert gone == (IGNORED,)
    text = (tmp_path / "state" / USER_LEARNED).read_text()
    assert [e.rule for e in read_evidence(text)] == ["harper/Y"]
    assert remove_evidence(Settings(), env(tmp_path), lambda _: False) == ()


def test_a_line_taken_out_by_hand_is_forgotten(tmp_path: Path) -> None:
    add_evidence(Settings(), env(tmp_path), [IGNORED, replace(IGNORED, rule="harper/Y")])
    path = tmp_path / "state" / USER_LEARNED
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "harper/X" not in line))
    add_evidence(Settings(), env(tmp_path), [replace(IGNORED, rule="harper/Z")])
    assert {e.rule for e in read_evidence(path.read_text())} == {"harper/Y", "harper/Z"}
