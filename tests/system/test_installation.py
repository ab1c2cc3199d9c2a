"""What a remedy tells the user to type adds to this very installation, and fetches nothing under a name alone."""

from __future__ import annotations

import ast
import shlex
from pathlib import Path
from typing import Any

import pytest

from localproof.system.installation import Installation, installation

PACKAGE = Path(__file__).parents[2] / "localproof"
REQUIRES = {
    "": ("harper-py==0.2.0", "PyYAML>=6"),
    "model": ("llama-cpp-python<0.4,>=0.3.36",),
    "code": ("Pygments>=2",),
}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def at(prefix: Path, source: dict[str, Any] | None, **files: str) -> Installation:
    """An installation in a virtual environment with pip, unless `files` say what made it."""
    (prefix / "lib/python3.12/site-packages/pip").mkdir(parents=True)
    for name, text in files.items():
        (prefix / name.replace("__", ".").replace("_", "-" if "uv" in name else "_")).write_text(text)
    return Installation(REQUIRES, source, prefix, prefix / "bin/python")


def pip(prefix: Path) -> list[str]:
    return [f"{prefix}/bin/python", "-m", "pip", "install"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"url": "file://{here}/a%20b", "dir_info": {}}, ["{here}/a b[model]"]),
        ({"url": "file://{here}/a%20b", "dir_info": {"editable": True}}, ["-e", "{here}/a b[model]"]),
        (
            {
                "url": "https://x.example/lp",
                "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": COMMIT},
            },
            [f"localproof[model] @ git+https://x.example/lp@{COMMIT}"],
        ),
        (
            {"url": "ssh://git@x.example/lp", "vcs_info": {"vcs": "git", "commit_id": COMMIT}, "subdirectory": "py"},
            [f"localproof[model] @ git+ssh://git@x.example/lp@{COMMIT}#subdirectory=py"],
        ),
        ({"url": "https://x.example/lp.whl", "archive_info": {}}, ["localproof[model] @ https://x.example/lp.whl"]),
        ({"url": "file://{here}/lp.whl", "archive_info": {}}, ["localproof[model] @ file://{here}/lp.whl"]),
        ({"url": "file://{here}/gone", "dir_info": {}}, ["llama-cpp-python<0.4,>=0.3.36"]),
        ({"url": "file://{here}/gone.whl", "archive_info": {}}, ["llama-cpp-python<0.4,>=0.3.36"]),
        (None, ["llama-cpp-python<0.4,>=0.3.36"]),
        ({"strange": 1}, ["llama-cpp-python<0.4,>=0.3.36"]),
    ],
    ids=lambda x: str(x)[:50],
)
def test_an_extra_comes_from_where_localproof_came(
    tmp_path: Path, source: dict[str, Any] | None, said: list[str]
) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "lp.whl").touch()
    if source and "url" in source:
        source = {**source, "url": source["url"].replace("{here}", str(tmp_path))}
    command = at(tmp_path / "venv", source).command(extra="model")
    assert shlex.split(command) == pip(tmp_path / "venv") + [w.replace("{here}", str(tmp_path)) for w in said]


def test_a_package_comes_in_the_version_that_is_asked_for(tmp_path: Path) -> None:
    here = at(tmp_path, {"url": "https://x.example/lp.whl", "archive_info": {}})
    assert shlex.split(here.command(package="harper-py"))[-1] == "harper-py==0.2.0"
    assert shlex.split(here.command(package="lingotweaker-data-ro"))[-1] == "lingotweaker-data-ro"


def test_pip_is_called_as_the_shell_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = at(tmp_path / "one", None)
    for folder in ("one", "other"):
        (tmp_path / folder / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "bin/pip").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "one/bin"))
    assert here.command(extra="code") == "pip install 'Pygments>=2'"
    monkeypatch.setenv("PATH", str(tmp_path / "other/bin"))  # that one adds to another environment
    assert here.command(extra="code").startswith(f"{tmp_path}/one/bin/python -m pip install ")


def test_a_tool_of_uv_keeps_what_it_had(tmp_path: Path) -> None:
    receipt = '[tool]\nrequirements = [{name="localproof", extras=["code"]}, {name="numpy", specifier=">=2"}]\n'
    vcs = {"url": "https://x.example/lp", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    here = at(tmp_path, vcs, uv_receipt__toml=receipt)
    spec = f"localproof[code,model] @ git+https://x.example/lp@{COMMIT}"
    assert shlex.split(here.command(extra="model")) == ["uv", "tool", "install", "--with", "numpy>=2", spec]
    assert shlex.split(here.command(package="lingotweaker-data-ro"))[3:-1] == [
        *("--with", "numpy>=2", "--with", "lingotweaker-data-ro")
    ]


def test_a_tool_of_pipx_is_added_to(tmp_path: Path) -> None:
    here = at(tmp_path / "localproof", None, pipx_metadata__json="{}")
    assert here.command(extra="model") == "pipx inject localproof 'llama-cpp-python<0.4,>=0.3.36'"


def test_an_environment_of_uv_has_no_pip(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nuv = 0.12.0\n")
    here = Installation(REQUIRES, None, tmp_path, tmp_path / "bin/python")
    assert here.command(extra="code") == f"uv pip install --python {tmp_path}/bin/python 'Pygments>=2'"


def test_where_nothing_is_known_no_name_is_installed(tmp_path: Path) -> None:
    said = Installation({}, None, tmp_path, tmp_path / "bin/python").command(extra="model")
    assert said == "install LocalProof again from where you have it, with its extra “model”"


def test_this_installation_knows_its_extras_and_where_it_is() -> None:
    command = shlex.split(installation().command(extra="model"))
    assert "install" in command or "inject" in command
    assert not command[-1].startswith("localproof[") or " @ " in command[-1]


def test_no_other_place_says_what_to_install() -> None:
    told = [
        f"{path.relative_to(PACKAGE)}: {node.value}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "installation.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "pip install" in node.value
    ]
    assert told == []
