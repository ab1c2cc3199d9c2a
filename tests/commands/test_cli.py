"""Conversations with the command, one in each file of `cases/`, and what a text file cannot say.

A case is a sentence after ``#`` and then sections, each begun by a line
``--- NAME ARGUMENT``:

    --- file posts/a.md        a file that is there before
    --- env NAME=VALUE         for the runs that follow
    --- stdin                  of the run that follows
    --- run --fix posts        the command, in a folder with a ``.git``
    --- stdout                 what the run before said, "" if there is no such section
    --- stderr
    --- status 1               0 if there is no such section
    --- after posts/a.md       what the file holds now

``escaped`` after a name means that ``\\r``, ``\\xff`` and the like stand for bytes.
In what is expected ``[..]`` is any text within a line, a line ``...`` any number
of lines, ``[ROOT]`` and ``[HOME]`` the case's folders. With
``LOCALPROOF_BLESS=1`` what is expected and not met is rewritten as it is now;
read the difference before you keep it.
"""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from localproof.cli import find_command

CASES = Path(__file__).parents[1] / "cases"
REPOSITORY = Path(__file__).parents[2]
BLESS = bool(os.environ.get("LOCALPROOF_BLESS"))


@dataclass(frozen=True)
class Section:
    """A part of a case: its name, what stands after the name, and its lines."""

    name: str
    argument: str
    body: str

    @property
    def escaped(self) -> bool:
        return self.argument.split()[-1:] == ["escaped"]

    def data(self) -> bytes:
        """The bytes that the body stands for."""
        if not self.escaped:
            return self.body.encode()
        return (
            self.body.replace("\n", "").encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")
        )

    def path(self, root: Path) -> Path:
        """The file that the section speaks of."""
        return root / self.argument.removesuffix(" escaped")


def sections(text: str) -> list[Section]:
    """The parts of a case, in order; the first is the sentence."""
    parts = re.split(r"^--- (\w+) ?(.*)\n", text, flags=re.MULTILINE)
    rest = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return [Section("#", "", parts[0]), *(Section(*part) for part in rest)]


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """An environment that knows nothing of the user who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    own = {"LOCALPROOF_CONFIG_DIR": str(home), "XDG_CACHE_HOME": str(home / "cache"), "COLUMNS": "80"}
    own["LOCALPROOF_SERVICE"] = "off"
    return {**kept, **own, "PYTHONPATH": str(REPOSITORY), "HOME": str(home), **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "localproof", *arguments]


def matches(expected: str, actual: str) -> bool:
    """Whether `actual` is what `expected` says, wildcards and all."""
    parts = re.split(r"(\[\.\.\]|^\.\.\.\n)", expected, flags=re.MULTILINE)
    known = {"[..]": r"[^\n]*", "...\n": r"(?:[^\n]*\n)*"}
    return re.fullmatch("".join(known.get(p) or re.escape(p) for p in parts), actual) is not None


def lasting(said: str) -> str:
    """`said` without what differs from run to run and from judge to judge: figures of energy and of probability."""
    said = re.sub(r"(?:over )?\d+ % sure", "[..] sure", said)
    said = re.sub(r"\(\d+ %\)$", "([..])", said, flags=re.MULTILINE)
    return re.sub(
        r"^((?:No|Nothing|[\d,]+) [^·]*) ·(?:.*\n)*?.*--report says more\n",
        r"\1 ·[..]\n...\n",
        said,
        flags=re.MULTILINE,
    )


class Conversation:
    """A case being played."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        self.env: dict[str, str] = {}
        self.stdin = b""
        self.told = {"stdout": b"", "stderr": b"", "status": b"0"}
        self.unheard: dict[str, bytes] = {}

    def play(self, section: Section) -> Section:
        """Do what the section says, or compare; the section as it should be."""
        if section.name == "file":
            section.path(self.root).parent.mkdir(parents=True, exist_ok=True)
            section.path(self.root).write_bytes(section.data())
        elif section.name == "env":
            name, _, value = section.argument.partition("=")
            self.env[name] = value
        elif section.name == "stdin":
            self.stdin = section.data()
        elif section.name == "run":
            self._run(section.argument)
        elif section.name == "after":
            return self._compared(section, section.path(self.root).read_bytes())
        elif section.name == "status":
            return replace(section, argument=self.unheard.pop("status").decode())
        elif section.name in ("stdout", "stderr"):
            return self._compared(section, self.unheard.pop(section.name))
        return section

    def _run(self, arguments: str) -> None:
        self._nothing_unheard()
        env = surroundings(self.home, **self.env)
        done = subprocess.run(
            command(*shlex.split(arguments)), input=self.stdin, capture_output=True, cwd=self.root, env=env, timeout=120
        )
        self.stdin = b""
        self.unheard = {"stdout": done.stdout, "stderr": done.stderr, "status": str(done.returncode).encode()}

    def _nothing_unheard(self) -> None:
        left = {name: said.decode("utf-8", "backslashreplace") for name, said in self.unheard.items()}
        assert left.pop("status", "0") == "0" and not any(left.values()), f"the case does not speak of {self.unheard}"

    def _compared(self, section: Section, actual: bytes) -> Section:
        if section.escaped:
            return section if section.data() == actual else replace(section, body=repr(actual)[2:-1] + "\n")
        said = actual.decode("utf-8", "backslashreplace")
        said = said.replace(str(self.root), "[ROOT]").replace(str(self.home), "[HOME]")
        return section if matches(section.body, said) else replace(section, body=lasting(said))

    def end(self) -> None:
        self._nothing_unheard()
        left = [str(p.relative_to(self.root)) for p in self.root.rglob("*.tmp")]
        assert not left, f"left behind: {left}"


def written(parts: list[Section]) -> str:
    return parts[0].body + "".join(f"--- {s.name} {s.argument}".rstrip() + f"\n{s.body}" for s in parts[1:])


@pytest.mark.parametrize("path", sorted(CASES.glob("*.case")), ids=lambda p: p.stem)
def test_conversation(path: Path, tmp_path: Path) -> None:
    text = path.read_text("utf-8")
    root, home = tmp_path / "root", tmp_path / "home"
    (root / ".git").mkdir(parents=True)
    home.mkdir()
    talk = Conversation(root, home)
    parts = [talk.play(section) for section in sections(text)]
    if BLESS:
        path.write_text(written(parts), "utf-8")
    assert written(parts) == written(sections(text))
    talk.end()


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("a [..] c\n", "a b c\n", True),
        ("a [..] c\n", "a\nc\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("...\n", "", True),
        ("a\n", "a\nb\n", False),
    ],
)
def test_wildcards_stand_for_what_they_should(expected: str, actual: str, same: bool) -> None:
    assert matches(expected, actual) is same


# ─ what a case cannot say ─


def test_a_terminal_without_input_is_shown_the_help_and_does_not_hang(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            command(), stdin=slave, capture_output=True, cwd=tmp_path, env=surroundings(tmp_path), timeout=60
        )
    finally:
        os.close(master)
        os.close(slave)
    assert done.stdout.startswith(b"usage: localproof [check]")
    assert (done.returncode, done.stderr) == (2, b"")


def test_without_any_standard_input_the_user_is_told_what_to_do(tmp_path: Path) -> None:
    closed = shlex.join(command()) + " <&-"
    done = subprocess.run(closed, shell=True, capture_output=True, env=surroundings(tmp_path), timeout=60)
    assert done.stderr == b"localproof: there is no input: name a file or a folder, or pipe text in\n"
    assert done.returncode == 2


def test_a_reader_that_goes_away_is_no_occasion_for_a_traceback(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command("config", "schema"), stdout=writer, stderr=subprocess.PIPE, env=surroundings(tmp_path), timeout=60
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_without_a_traceback(tmp_path: Path, number: int, status: int) -> None:
    running = subprocess.Popen(
        command("-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(tmp_path)
    )
    assert running.stdin is not None
    running.stdin.write(b"It rains. " * 50_000)  # more than a pipe holds: once all is taken, it is reading
    running.stdin.flush()
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, b"Traceback" in said) == (status, False)


@pytest.mark.parametrize(
    ("typed", "name", "left"),
    [
        (["--profile", "all", "config", "show"], "config", ["--profile", "all", "show"]),
        (["--no-service", "models", "list"], "models", ["--no-service", "list"]),
        (["--stdin-filename", "models", "-"], "check", ["--stdin-filename", "models", "-"]),
        (["--quiet", "demo"], "check", ["--quiet", "demo"]),  # a file of that name
        (["--quiet", "--", "rules"], "check", ["--quiet", "--", "rules"]),
        (["--quiet", "a.md", "rules"], "check", ["--quiet", "a.md", "rules"]),
    ],
)
def test_options_may_stand_before_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], name: str, left: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").touch()
    assert find_command(typed) == (name, left)
