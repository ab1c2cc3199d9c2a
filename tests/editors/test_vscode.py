"""The extension for VS Code says of settings and languages what LocalProof says. This needs no Node.js; a real VS Code
is used by `editors/vscode/test/run`."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from localproof.config import KEYS
from localproof.formats import format_of_language
from localproof.lsp.commands import COMMANDS
from localproof.lsp.document_checker import WRITTEN_SCHEMES, parse_client_settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "editors" / "vscode"
MANIFEST: dict[str, Any] = json.loads((FOLDER / "package.json").read_text("utf-8"))
SETTINGS: dict[str, Any] = MANIFEST["contributes"]["configuration"]["properties"]
GENERATED: dict[str, Any] = json.loads((FOLDER / "src" / "generated.json").read_text("utf-8"))


def writer() -> ModuleType:
    """The program that writes the generated parts."""
    spec = importlib.util.spec_from_file_location("write_manifest", FOLDER / "write_manifest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_manifest_is_what_its_program_writes() -> None:
    old = [path.name for path, text in writer().wanted().items() if path.read_text("utf-8") != text]
    assert old == [], "run python editors/vscode/write_manifest.py"


def test_a_setting_that_changed_is_seen() -> None:
    stale = json.loads(json.dumps(MANIFEST))
    del stale["contributes"]["configuration"]["properties"]["localproof.profile"]
    assert writer().with_generated(stale) == MANIFEST != stale


@pytest.mark.parametrize("name", GENERATED["settings"])
def test_the_server_takes_each_setting_with_its_default(name: str) -> None:
    declared, complaints = SETTINGS[f"localproof.{name}"], []
    taken = parse_client_settings({name: declared["default"]}, complaints.append)
    assert complaints == []
    ((field, value),) = taken.items()
    assert value == KEYS[field.replace("_", "-")].default
    assert KEYS[field.replace("_", "-")].metadata["doc"] in declared["description"]


def test_every_setting_about_texts_is_there_or_left_out_by_name() -> None:
    module = writer()
    about_texts = {key for key, known in KEYS.items() if known.metadata["scope"] == "text"}
    assert about_texts >= module.OF_RUNS
    assert {module.camel(key) for key in about_texts - module.OF_RUNS} == set(GENERATED["settings"])
    assert all(said.get("description") or said.get("markdownDescription") for said in SETTINGS.values())


def test_a_folder_that_is_not_trusted_names_no_program() -> None:
    assert SETTINGS["localproof.command"]["scope"] == "machine-overridable"
    assert MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] == ["localproof.command"]


def test_every_language_of_the_extension_is_read() -> None:
    names = [*GENERATED["prose"], *(name for names in GENERATED["source"].values() for name in names)]
    assert [name for name in names if format_of_language(name) is None] == []
    assert MANIFEST["activationEvents"] == [f"onLanguage:{name}" for name in names]


def test_the_languages_that_the_page_names_are_the_extensions() -> None:
    page = (ROOT / "docs" / "editors.md").read_text("utf-8").replace("\n", " ")
    said = re.search(r"It checks ([^.]+?), and the comments", page)
    assert said is not None
    names = re.findall(r"`([\w-]+)`", said[1])
    assert {"markdown", "plaintext", "latex", "restructuredtext", "asciidoc", "html", "mdx", "git-commit"} <= set(names)
    assert set(names) <= set(GENERATED["prose"])


def test_the_extension_takes_texts_that_the_server_reads() -> None:
    source = (FOLDER / "src" / "texts.ts").read_text("utf-8")
    schemes = re.search(r"const SCHEMES = \[(.*?)\];", source, re.DOTALL)
    assert schemes is not None
    found = re.findall(r'"([\w-]+)"', schemes[1])
    assert {"file", "untitled"} <= set(found) <= WRITTEN_SCHEMES


def test_the_commands_of_the_extension_are_declared_and_its_own() -> None:
    declared = {each["command"] for each in MANIFEST["contributes"]["commands"]}
    source = (FOLDER / "src" / "commands.ts").read_text("utf-8")
    table = re.search(r"const own: .*? = \{(.*?)\n    \};", source, re.DOTALL)
    assert table is not None
    assert {f"localproof.{name}" for name in re.findall(r"^      (\w+): ", table[1], re.MULTILINE)} == declared
    assert declared.isdisjoint(COMMANDS)  # the client registers the server's under their own names
    asked = set(re.findall(r'server\.run(?:<[^(]*>)?\("(\w+)"', source))
    assert {f"localproof.{name}" for name in asked} <= set(COMMANDS)
    assert asked >= {"addWord", "changeSetting", "models", "useModel", "showHeldBack", "report"}


def test_the_version_is_that_of_localproof() -> None:
    from localproof import __version__

    assert MANIFEST["version"] == __version__
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))
    assert (lock["version"], lock["packages"][""]["version"]) == (__version__, __version__)
