"""What an editor's status bar is told, and what is switched from there. No process is started."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path
from typing import Any

import pytest
from test_lsp_messages import URI, Json, Talk, edit, play

from localproof.config import BUNDLED
from localproof.lsp.document_checker import session_report
from localproof.project.toml_edit import assign_key

ASKS = {"experimental": {"localproofStatus": True}}


async def status(talk: Talk, said: int = 1) -> Json:
    """The last of at least `said` notifications, once a text is done."""
    for _ in range(400):
        found = talk.told.said("localproof/status")
        if len(found) >= said and any(each["checked"] for each in found[-1]["texts"]):
            return dict(found[-1])
        await asyncio.sleep(0.01)
    raise AssertionError(talk.told.out)


async def run(talk: Talk, name: str, *arguments: str) -> Any:
    return await talk.ask("workspace/executeCommand", {"command": f"localproof.{name}", "arguments": list(arguments)})


def warnings(talk: Talk) -> list[str]:
    return [m["message"] for m in talk.told.said("window/showMessage") if m["type"] == 2]


def test_an_editor_that_asks_hears_how_things_stand() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start(ASKS)
        await talk.open()
        said = await status(talk)
        (text,) = said["texts"]
        assert (text["uri"], text["findings"], text["heldBack"], text["why"]) == (URI, 1, 0, "")
        assert (text["profile"], text["language"], text["project"]) == ("quiet", "en-US", False)
        harper = {"name": "harper", "title": "Harper", "ready": True, "why": ""}
        assert said["engines"][0] == harper
        assert [e["ready"] for e in said["engines"][1:]] == [False, False]  # no such engines are here
        assert said["model"] is None
        assert said["energy"] == {"status": "unavailable", "joules": None, "text": "energy not available"}

    play(scene)


def test_an_editor_that_does_not_ask_hears_nothing() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start({"experimental": {"localproofStatus": "no"}})
        await talk.open()
        await asyncio.sleep(0.3)
        assert talk.told.said("localproof/status") == []

    play(scene)


def test_an_engine_is_ready_once_it_has_answered() -> None:
    async def scene(talk: Talk) -> None:
        talk.engine.at_once = False
        await talk.start(ASKS)
        item = {"uri": URI, "languageId": "markdown", "version": 1, "text": "One teh.\n"}
        await talk.tell("textDocument/didOpen", {"textDocument": item})
        talk.server.busy("Starting Harper")
        for _ in range(400):
            if found := talk.told.said("localproof/status"):
                break
            await asyncio.sleep(0.01)
        assert [e["ready"] for e in found[-1]["engines"]][:1] in ([], [False])
        talk.engine.answer_all()
        assert (await status(talk, 2))["engines"][0]["ready"]

    play(scene)


def test_an_engine_that_answers_nothing_says_why() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start(ASKS)
        await talk.open("One crash.\n")
        (harper, *_) = (await status(talk))["engines"]
        assert (harper["ready"], "crashed" in harper["why"]) == (False, True)

    play(scene)


def test_what_changes_within_a_moment_is_told_together() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start(ASKS)
        await talk.open()
        for version in range(2, 12):
            await talk.change(edit(0, 0, 0, "a "), version=version)
        await status(talk)
        await asyncio.sleep(0.3)
        assert 0 < len(talk.told.said("localproof/status")) < 10

    play(scene)


def test_a_text_that_is_left_out_says_why(tmp_path: Path) -> None:
    (tmp_path / "localproof.toml").write_text('exclude = ["a.md"]\n', "utf-8")
    uri = (tmp_path / "a.md").as_uri()

    async def scene(talk: Talk) -> None:
        await talk.start(ASKS)
        await talk.open(uri=uri)
        (text,) = (await status(talk))["texts"]
        assert (text["findings"], text["why"]) == (0, "left out by exclude in the settings")

    play(scene)


def test_the_report_of_the_session_is_not_checked() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start(ASKS)
        report = session_report(talk.server._env)
        await talk.open("We saw teh report.\n", uri=report.as_uri(), language="plaintext")
        assert talk.engine.asked == []

    play(scene)


# ── settings that an editor takes back ──


def test_a_setting_that_is_taken_back_is_gone() -> None:
    answers = iter([{"profile": "all", "words": ["x"]}, {"profile": None, "words": None}, {}])

    async def scene(talk: Talk) -> None:
        await talk.start({"workspace": {"configuration": True}})
        await talk.tell("initialized", {})
        assert talk.server.document_checker.client_settings == {"profile": "all", "words": frozenset({"x"})}
        await talk.tell("workspace/didChangeConfiguration", {"settings": None})
        assert talk.server.document_checker.client_settings == {}

    play(scene, workspace__configuration=lambda: [next(answers)])


def test_an_answer_that_names_nothing_leaves_the_first_settings() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start({"workspace": {"configuration": True}}, {"profile": "all"})
        await talk.tell("initialized", {})
        assert talk.server.document_checker.client_settings == {"profile": "all"}

    play(scene, workspace__configuration=lambda: [{}])


# ── what is switched from the status bar ──


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def at(home: Path, talk: Talk) -> str:
    talk.server.command_context.env = {"LOCALPROOF_CONFIG_DIR": str(home / "own")}
    return (home / "a.md").as_uri()


def test_a_choice_is_written_where_the_writer_wants_it(home: Path) -> None:
    (home / "pyproject.toml").write_text('[tool.localproof]\nlanguage = "en-US"  # ours\n', "utf-8")

    async def scene(talk: Talk) -> None:
        uri = at(home, talk)
        await talk.start()
        await talk.open(uri=uri)
        await run(talk, "changeSetting", uri, "language", "en-GB", "project")
        await run(talk, "changeSetting", uri, "profile", "balanced", "user")
        assert (home / "pyproject.toml").read_text("utf-8") == '[tool.localproof]\nlanguage = "en-GB"  # ours\n'
        (own,) = (home / "own").iterdir()
        assert tomllib.loads(own.read_text("utf-8")) == {"profile": "balanced"}
        assert warnings(talk) == []

    play(scene)


@pytest.mark.parametrize(
    ("key", "value", "where", "why"),
    [
        ("profile", "loud", "project", "loud"),
        ("model", "mine.gguf", "project", "model: no setting about texts"),
        ("languagetool-server", "http://evil", "user", "no setting about texts"),
        ("no\x1bsuch", "x", "project", "no setting about texts"),
        ("disable", "x", "project", "must be a list"),
        ("profile", "all", "everywhere", "choose project or user"),
    ],
)
def test_a_choice_that_makes_no_sense_is_told(home: Path, key: str, value: str, where: str, why: str) -> None:
    async def scene(talk: Talk) -> None:
        uri = at(home, talk)
        await talk.start()
        await talk.open(uri=uri)
        await run(talk, "changeSetting", uri, key, value, where)
        (said,) = warnings(talk)
        assert why in said and "\x1b" not in said
        assert [each.name for each in home.iterdir()] == [".git"]

    play(scene)


def test_the_model_is_switched_on_and_off(home: Path) -> None:
    async def scene(talk: Talk) -> None:
        at(home, talk)
        await talk.start()
        for chosen in (BUNDLED, "none"):
            await run(talk, "useModel", chosen)
            (own,) = (home / "own").iterdir()
            assert tomllib.loads(own.read_text("utf-8")) == {"model": BUNDLED if chosen == BUNDLED else ""}
            (model,) = [each for each in await run(talk, "models") if each["id"] == BUNDLED]
            assert (model["on"], model["refused"]) == (chosen == BUNDLED, "")
        await run(talk, "useModel", "no-such-model")
        (said,) = warnings(talk)
        assert "no-such-model" in said

    play(scene)


def test_a_table_that_is_not_there_is_not_made() -> None:
    with pytest.raises(Exception, match=r"no table \[tool.localproof\]"):
        assign_key("[tool.other]\n", "profile", "all", table="tool.localproof")
