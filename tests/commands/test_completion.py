"""Completion, asked of the shells themselves."""

from __future__ import annotations

import os
import pty
import select
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from test_cli import command, surroundings

from localproof.commands import COMMANDS
from localproof.commands.dict import ACTIONS as DICT_ACTIONS
from localproof.engines import ENGINES
from localproof.render import RENDERERS

HERE = ["notes.md", "texts"]  # what is in the folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files, the scripts, and a `localproof` that the shells find."""
    root = tmp_path_factory.mktemp("shells")
    (root / "work/texts").mkdir(parents=True)
    (root / "work/notes.md").touch()
    (root / "bin").mkdir()
    program = root / "bin/localproof"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(command())} "$@"\n')
    program.chmod(0o755)
    for shell in ("bash", "zsh", "fish"):
        done = subprocess.run(
            command("completion", shell), capture_output=True, text=True, env=surroundings(root), check=True
        )
        (root / shell).write_text(done.stdout)
    return root


def env_of(place: Path) -> dict[str, str]:
    return surroundings(place, PATH=f"{place}/bin:{os.environ['PATH']}", TERM="xterm", XDG_CONFIG_HOME=str(place))


def by_bash(place: Path, typed: list[str]) -> list[str]:
    script = (
        f"source {place}/bash; COMP_WORDS=(localproof {shlex.join(typed)}); COMP_CWORD={len(typed)}; "
        '_localproof; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, cwd=place / "work", env=env_of(place), timeout=60
    )
    assert done.stderr == ""
    return sorted(done.stdout.split())


def by_fish(place: Path, typed: list[str]) -> list[str]:
    line = " ".join(["localproof", *typed])
    script = f"source {place}/fish; complete -C {shlex.quote(line)}"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        capture_output=True,
        text=True,
        cwd=place / "work",
        env=env_of(place),
        timeout=60,
    )
    assert done.stderr == ""
    return sorted(line.split("\t")[0].rstrip("/") for line in done.stdout.splitlines())


# compadd says what it would add, for what zsh shows is for eyes only.
_ZSH_SETUP = r"""
PS1= PS2= ; unsetopt zle_bracketed_paste 2>/dev/null; unset zle_bracketed_paste
autoload -Uz compinit; compinit -u -D
source {script} 2>/dev/null; compdef _localproof localproof
null-line () {{ print -r -- "<<<"; }}
compadd () {{
    if [[ ${{@[1,(i)(-|--)]}} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return $?; fi
    typeset -a __hits
    builtin compadd -A __hits "$@"
    local hit; for hit in $__hits; do print -r -- "@$hit@"; done
}}
compprefuncs=(null-line) comppostfuncs=(after)
after () {{ print -r -- ">>>"; exit; }}
bindkey '^I' complete-word
zstyle ':completion:*' list-prompt ''
print -r -- ready
"""


def by_zsh(place: Path, typed: list[str]) -> list[str]:
    child, master = pty.fork()
    if child == 0:
        os.chdir(place / "work")
        os.execvpe("zsh", ["zsh", "-f", "-i"], env_of(place))
    said = ""

    def until(mark: str) -> str:
        nonlocal said
        end = time.monotonic() + 60
        while mark not in said and time.monotonic() < end:
            if select.select([master], [], [], 1)[0]:
                try:
                    said += os.read(master, 65536).decode("utf-8", "replace")
                except OSError:
                    break
        assert mark in said, said
        return said

    (place / "setup.zsh").write_text(_ZSH_SETUP.format(script=place / "zsh"))
    os.write(master, f"source {place}/setup.zsh\n".encode())
    until("ready\r\n")
    said = ""
    os.write(master, f"localproof {' '.join(typed)}\t".encode())
    until(">>>")
    os.close(master)
    os.waitpid(child, 0)
    hits = {part for part in said.replace("\r\n", "\n").split("@")[1::2] if part.strip()}
    if not typed[-1]:  # where nothing else may stand, zsh offers options
        hits = {hit for hit in hits if not hit.startswith("-")}
    return sorted(hits)


SHELLS: dict[str, Callable[[Path, list[str]], list[str]]] = {"bash": by_bash, "zsh": by_zsh, "fish": by_fish}
FORMATS, ACTIONS = sorted(RENDERERS), sorted(DICT_ACTIONS)


@pytest.mark.skipif(sys.platform == "win32", reason="shells of POSIX")
@pytest.mark.parametrize(
    "shell", [s if shutil.which(s) else pytest.param(s, marks=pytest.mark.skip(f"no {s} here")) for s in SHELLS]
)
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["--output-format", ""], FORMATS),
        (["check", "--output-format", ""], FORMATS),
        (["rules", "--output-format", ""], ["json", "text"]),
        (["models", "export", "--format", ""], ["cyclonedx", "spdx"]),
        (["--profile", ""], ["all", "balanced", "quiet"]),
        (["dict", ""], ACTIONS),
        (["dict", "r"], ["remove"]),
        (["dict", "add", "--p"], ["--project"]),
        (["energy", ""], ["doctor"]),
        (["completion", ""], ["bash", "fish", "zsh"]),
        (["setup", ""], ["languagetool"]),
        (["service", ""], ["start", "status", "stop"]),
        (["check", ""], HERE),
        (["baseline", "create", ""], HERE),
        (["config", "show", "n"], ["notes.md"]),
        (["cache", "clear", ""], []),
    ],
    ids=" ".join,
)
def test_a_shell_completes(place: Path, shell: str, typed: list[str], offered: list[str]) -> None:
    assert SHELLS[shell](place, typed) == offered


@pytest.mark.parametrize(
    "shell", [s if shutil.which(s) else pytest.param(s, marks=pytest.mark.skip(f"no {s} here")) for s in SHELLS]
)
def test_a_shell_offers_commands_and_files_at_first(place: Path, shell: str) -> None:
    assert SHELLS[shell](place, [""]) == sorted([*COMMANDS, *HERE])
    assert SHELLS[shell](place, ["notes.md", ""]) == HERE


@pytest.mark.parametrize(
    "shell", [s if shutil.which(s) else pytest.param(s, marks=pytest.mark.skip(f"no {s} here")) for s in SHELLS]
)
def test_a_shell_completes_lists_and_models(place: Path, shell: str) -> None:
    last = [word.rpartition(",")[2] for word in SHELLS[shell](place, ["--engine", "harper,la"])]
    assert last == ["languagetool"]
    models = SHELLS[shell](place, ["models", "show", ""])
    assert "localproof-small" in models and "notes.md" not in models and "*" not in models


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_a_value_behind_an_equals_sign(place: Path) -> None:
    assert by_bash(place, ["--profile", "=", "b"]) == ["balanced"]
    assert by_bash(place, ["--profile", "="]) == ["all", "balanced", "quiet"]
    assert by_bash(place, ["--profile", "=", "all", "dict", "p"]) == ["prune"]


def test_settings_that_have_choices_are_offered_in_full(place: Path) -> None:
    script = (place / "bash").read_text()
    assert all(name in script for name in ENGINES) and "--fail-on" in script
