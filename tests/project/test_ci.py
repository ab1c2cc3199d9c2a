"""What others run LocalProof with: hooks for pre-commit, an action for GitHub; and the beginning, `localproof init`."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from localproof.commands.parsers import build_parser
from localproof.commands.project_setup import init
from localproof.config import Settings, load_settings, read_words
from localproof.pipeline.batch import Task
from localproof.pipeline.word_survey import WordSurvey, candidate_words, detect_dialect, doubted_words, survey_words
from localproof.project.files import InputFile
from localproof.project.settings_edits import disable
from localproof.project.traits import ProjectTraits, inspect_project, settings_text, tags
from localproof.report import BadInput
from localproof.terminal import Terminal

REPOSITORY = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda h: h["id"])
def test_a_hook_calls_what_there_is(hook: dict[str, Any]) -> None:
    name, *arguments = shlex.split(hook["entry"])
    assert name == "localproof"
    assert build_parser("check").parse_args([*arguments, "a.md"]).paths == ["a.md"]
    assert hook["require_serial"]
    assert ("commit-msg" in hook["stages"]) is (hook["id"] == "localproof-commit-message")  # each text is read once
    assert hook["language"] == "python"


def steps(name: str) -> dict[str, Any]:
    return next(step for step in ACTION["runs"]["steps"] if step.get("name") == name)


def test_no_input_of_the_action_is_ever_read_as_a_command() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert not step.get("run") or step["shell"] == "bash"


def test_action_uses_exactly_the_inputs_that_it_declares() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", (REPOSITORY / "action.yml").read_text("utf-8")))
    assert used == set(ACTION["inputs"])


@pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="needs bash")
@pytest.mark.parametrize(("text", "status"), [("We came to teh end.\n", "1"), ("We came to the end.\n", "0")])
def test_the_action_annotates_writes_sarif_and_tells_how_it_ended(tmp_path: Path, text: str, status: str) -> None:
    site, temp = tmp_path / "my site", tmp_path / "temp"
    command = temp / "localproof/bin/localproof"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m localproof "$@"\n')
    command.chmod(0o755)
    site.mkdir()
    (site / "a b.md").write_text(text)
    (site / "c.md").write_text("All is well here.\n")
    given = {name: str(spec["default"]) for name, spec in ACTION["inputs"].items()}
    given |= {"paths": "  a b.md\n\n$(touch ran)\n*.md", "args": "--engine harper", "sarif": "out.sarif"}
    env = {name: _filled(str(value), given, temp) for name, value in steps("Proofread")["env"].items()}
    env |= {"RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(temp / "output"), "PYTHONPATH": str(REPOSITORY)}
    env |= {
        "LOCALPROOF_SERVICE": "off",
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LOCALPROOF_CONFIG_DIR": str(tmp_path / "config"),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", steps("Proofread")["run"]],
        cwd=site,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    # "$(touch ran)" is the name of a file that is not there, and nothing else: that is told by status 2.
    assert (done.returncode, (temp / "output").read_text()) == (0, "status=2\n"), done.stderr
    assert not (site / "ran").exists()
    assert ("::" in done.stdout and "teh" in done.stdout) is (status == "1")
    assert '"2.1.0"' in (site / "out.sarif").read_text()
    assert (temp / "localproof-cache").is_dir()


@pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="needs bash")
def test_the_action_is_not_green_where_nothing_is_named(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "output")}
    env |= {"PATHS": " \n\n", "CHANGED": "", "ARGS": "", "ANNOTATIONS": "true", "SARIF": ""}
    script = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", steps("Proofread")["run"]]
    done = subprocess.run(script, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, (tmp_path / "output").read_text()) == (0, "status=2\n"), done.stderr
    assert done.stdout.startswith("::error ")


def _filled(value: str, given: dict[str, str], temp: Path) -> str:
    value = value.replace("${{ runner.temp }}", str(temp))
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: given[m[1]], value)


def test_the_action_fits_the_form_that_github_reads() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    form = json.loads((REPOSITORY / "tests/schemas/github-action.json").read_text("utf-8"))
    complaints = [e.message for e in jsonschema.Draft7Validator(form).iter_errors(ACTION)]
    assert complaints == []


# ─ init ─


def terminal(tmp_path: Path) -> Terminal:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    env = {"LOCALPROOF_CONFIG_DIR": str(tmp_path / "home"), "LOCALPROOF_CACHE": "false", "LOCALPROOF_ENGINES": "harper"}
    return Terminal(None, out, err, env)


def said(terminal: Terminal) -> tuple[str, str]:
    out, err = (s.buffer.getvalue().decode() for s in (terminal.stdout, terminal.stderr))  # type: ignore[attr-defined]
    return out, err


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    for name, text in {
        ".git/HEAD": "",
        "hugo.toml": 'baseURL = "https://x.example"\nlanguageCode = "en-gb"\n',
        "CHANGELOG.md": "# 1.0\n",
        "content/a.md": "---\ntags: [qemulator]\n---\n\nWe run Frobnitz on teh host. A qemulator.\n",
        "content/b.md": "Then Frobnitz stopped, and teh rest.\n",
        "content/c.md": "The colour of Frobnitz's screen is teh same. Zyxwv.\n",
        "themes/t/d.md": "Zyxwv Zyxwv.\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_what_a_site_shows_of_itself_becomes_its_settings(site: Path, tmp_path: Path) -> None:
    seen = inspect_project(site, load_settings(site, {}, {}))
    assert (seen.generator.title if seen.generator else "", seen.language, seen.said_by, seen.exclude) == (
        "Hugo",
        "en-GB",
        "hugo.toml",
        ("CHANGELOG.md",),
    )
    (site / ".localproof.toml").write_text(settings_text(seen))
    settings = load_settings(site, {}, {})
    assert (settings.language, settings.exclude) == ("en-GB", ("CHANGELOG.md",))
    assert "linkTitle" in settings.front_matter


def test_the_editors_settings_say_the_language_first(site: Path) -> None:
    (site / ".editorconfig").write_text("[*]\nspelling_language = en-AU\n")
    assert inspect_project(site, load_settings(site, {}, {})).language == "en-AU"
    assert "as .editorconfig:2 says" in settings_text(inspect_project(site, load_settings(site, {}, {})))


def test_without_any_hint_the_settings_are_comments(tmp_path: Path) -> None:
    (tmp_path / ".localproof.toml").write_text(settings_text(inspect_project(tmp_path, Settings())))
    assert load_settings(tmp_path, {}, {}).language == "en-US"


def test_init_writes_settings_and_proposes_words_without_overwriting(site: Path, tmp_path: Path) -> None:
    first = terminal(tmp_path)
    assert init([str(site)], first, yes=False) == 0
    out, _ = said(first)
    assert [line.split() for line in out.splitlines()] == [["Frobnitz", "3", "texts"], ["qemulator", "1", "text"]]
    assert "teh" not in out
    assert not (site / ".localproof/dictionary.txt").exists()
    (site / ".localproof.toml").write_text("# mine\n")
    again = terminal(tmp_path)
    assert init([str(site / "content")], again, yes=True) == 0
    assert (site / ".localproof.toml").read_text() == "# mine\n"
    assert read_words(site / ".localproof/dictionary.txt") == ("Frobnitz", "qemulator")
    assert "they stay as they are" in said(again)[1]
    third = terminal(tmp_path)
    init([str(site)], third, yes=True)
    assert said(third)[0] == ""


def surveyed(folder: Path, *texts: str) -> WordSurvey:
    for number, text in enumerate(texts):
        (folder / f"{number}.md").write_text(text)
    found = tuple(InputFile(path, path.name, named=False) for path in sorted(folder.glob("*.md")))
    return survey_words([Task(Settings(), found)], "en")


def test_words_are_proposed_in_their_main_form_most_frequent_first(tmp_path: Path) -> None:
    texts = [f"We run {w} here, and zyxwv too." for w in ("kubelet", "Kubelet", "kubelet's")]
    more = ["And k9, `kubelet`, sub-kubelet and kubelet.io.", "No zyxwv.", "Wombling womblify."]
    found = surveyed(tmp_path, *texts, *more)
    assert list(candidate_words(found, set(), "en").items()) == [("zyxwv", 4), ("kubelet", 3)]
    assert "womblify" in candidate_words(found, {"womblify"}, "en")


def test_spellers_see_only_words_and_known_misspellings_are_left_out() -> None:
    words = {"Frobnitz": 9, "recieve": 5, "qemulator": 4, "receive": 3}
    own, mistakes = doubted_words(words, Settings(engines=("harper",), service="off"), words)
    assert (own, mistakes) == ({"Frobnitz": 9, "qemulator": 4}, ["recieve"])


def test_the_spelling_of_the_texts_says_which_english_they_are_in(tmp_path: Path) -> None:
    site = ProjectTraits(None, tmp_path, "en-US", "default", ())
    british = surveyed(tmp_path, *["The colour of it was realised in the centre."] * 5, "A gray color.")
    told = detect_dialect(site, british)
    assert (told.language, told.evidence) == ("en-GB", "5 texts lean to British spelling, 1 to the other")
    assert 'language = "en-GB"  # 5 texts lean' in settings_text(told)
    torn = surveyed(tmp_path, *["The colour."] * 5, *["The color."] * 4)
    assert detect_dialect(site, torn) == site
    assert detect_dialect(replace(site, said_by="hugo.toml"), british).evidence == ""


def test_tags_are_found_where_a_generator_keeps_them(tmp_path: Path) -> None:
    texts = {
        "a.md": "---\ntags: [One two, 3]\n---\n",
        "b.md": "+++\n[taxonomies]\ntags = ['Three']\n+++\n",
        "c.md": "x",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    found = [InputFile(tmp_path / name, name, named=False) for name in (*texts, "gone.md")]
    assert sorted(tags(found, ("tags", "taxonomies.tags"))) == ["one", "three", "two"]


def test_a_settings_file_that_leads_out_of_the_project_is_not_written(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / ".localproof.toml").symlink_to(tmp_path / "profile")
    (site / "localproof.toml").symlink_to(tmp_path / "profile")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(BadInput, match="leads out of the project"):
        init([str(site)], Terminal(None, out, err, {"LOCALPROOF_CONFIG_DIR": str(tmp_path)}), yes=True)
    (site / ".git").mkdir()
    with pytest.raises(BadInput, match="leads out of the project"):
        disable(site, "harper/AnA")
    assert not (tmp_path / "profile").exists()
