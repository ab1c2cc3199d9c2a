"""The plan of the house, held as data: which room may lean on which, and what may be used where."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "localproof"

# From the ground up. A room may import rooms on lower floors and its own; rooms on one floor are strangers.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("installation", "atomic"),
    ("text", "languages"),
    ("report",),
    ("settings", "child", "download"),
    ("formats", "engines", "models", "energy", "render"),
    ("settle", "judge", "decisions", "cache", "typography"),
    ("proof",),
    ("faces",),
    ("cli",),
    ("__main__", "resident"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# Modules that only certain places may import at all: a room, or files of it.
HOMES: dict[str, tuple[str, ...]] = {
    "subprocess": ("child/",),
    "multiprocessing": (),
    "llama_cpp": ("models/",),
    "numpy": ("models/", "judge/calibrating.py"),
    "lt_py": ("engines/",),
    "harper": ("engines/",),
    "language_tool_python": ("engines/",),
    "prompt_toolkit": ("faces/",),
    "distributed": ("engines/cluster.py",),
    "pygments": ("formats/code.py",),
    "pygls": (),  # see faces/lsp/rpc.py
    "lsprotocol": (),
    # Nothing leaves the machine but what the writer says: LanguageTool's server is spoken with on loopback, unless
    # the settings name another machine in so many words; `setup` and `models get` download, by way of one room.
    "socket": ("child/door.py", "engines/original/worker.py"),  # Unix sockets; a free port of the loopback interface
    "ssl": (),
    "http": ("download.py", "engines/original/"),
    "urllib": ("download.py", "engines/original/", "installation.py"),  # there only to take an address apart
    "ftplib": (),
    "smtplib": (),
    "requests": (),
}
# Of these even their own room may think only inside its functions: they make the start slow.
HEAVY = (
    "llama_cpp",
    "numpy",
    "lt_py",
    "harper",
    "language_tool_python",
    "prompt_toolkit",
    "distributed",
    "pyromark",
    "pygments",
    "yaml",
)
# The streams of the process belong to those who talk with the user, and to the child's end of a worker.
MAY_TALK = ("faces/", "cli.py", "__main__.py", "child/")


@dataclass(frozen=True)
class Import:
    """A module as it is imported: its full name, the line, and whether that happens inside a function (or never)."""

    name: str
    line: int
    inside: bool


def imports(tree: ast.Module, package: str) -> Iterator[Import]:
    """Every import of a module of `package` (its dotted name), relative ones resolved, submodules by name."""
    inside = {n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)}
    for_types = (f for f in ast.walk(tree) if isinstance(f, ast.If) and ast.unparse(f.test) == "TYPE_CHECKING")
    inside |= {n for f in for_types for n in ast.walk(f)}  # never run
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, node in inside)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = (
                ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
                if node.level
                else node.module
            )
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", node.lineno, node in inside)


def complaints(source: str, where: str) -> list[str]:
    """What the file `where` (its path within the package) does against the plan."""
    tree = ast.parse(source)
    room = where.split("/")[0].removesuffix(".py")
    package = ".".join(["localproof", *where.split("/")[:-1]])
    out = []
    for used in imports(tree, package):
        top, _, rest = used.name.partition(".")
        other = rest.split(".")[0]
        if top == "localproof" and other in FLOOR and other != room and FLOOR[other] >= FLOOR[room]:
            out.append(f"{where}:{used.line}: {room} leans on {other}, which is not below it")
        if top in HOMES and not any(where.startswith(home) for home in HOMES[top]):
            out.append(f"{where}:{used.line}: {top} has no place in {room}")
        if top in HEAVY and not used.inside:
            out.append(f"{where}:{used.line}: {top} is imported outside a function")
    if not where.startswith(MAY_TALK):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input"):
                out.append(f"{where}:{node.lineno}: {node.func.id}() is not for {room}")
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout", "sys.stderr", "sys.stdin"):
                out.append(f"{where}:{node.lineno}: {ast.unparse(node)} is not for {room}")
    return out


FILES = sorted(p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*.py"))
ROOMS = [f for f in FILES if f != "__init__.py"]


@pytest.mark.parametrize("where", ROOMS)
def test_a_file_keeps_to_the_plan(where: str) -> None:
    assert complaints((PACKAGE / where).read_text("utf-8"), where) == []


def test_every_room_has_a_floor() -> None:
    assert {where.split("/")[0].removesuffix(".py") for where in ROOMS} <= set(FLOOR)


@pytest.mark.parametrize(
    ("source", "where", "complaint"),
    [
        ("from .report import Finding", "text.py", "text leans on report"),
        ("from ..engines import ENGINES", "formats/plain.py", "formats leans on engines"),
        ("from .. import proof", "judge/__init__.py", "judge leans on proof"),
        ("def f():\n    import localproof.cli", "faces/pipe.py", "faces leans on cli"),
        ("import subprocess", "proof.py", "subprocess has no place in proof"),
        ("from urllib import request", "formats/get.py", "urllib has no place in formats"),
        ("import lt_py", "engines/languagetool.py", "lt_py is imported outside a function"),
        ("def f():\n    from pygls import server", "faces/review.py", "pygls has no place in faces"),
        ("import prompt_toolkit", "faces/review/screen.py", "prompt_toolkit is imported outside a function"),
        ("print('hello')", "render/text.py", "print() is not for render"),
        ("import sys\nsys.stdout.write('')", "proof.py", "sys.stdout is not for proof"),
    ],
)
def test_what_is_against_the_plan_is_seen(source: str, where: str, complaint: str) -> None:
    assert [c.split(": ", 1)[1][: len(complaint)] for c in complaints(source, where)] == [complaint]


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("from .report import Finding", "settings.py"),
        ("from .plain import read_plain", "formats/__init__.py"),
        ("from .. import __version__", "render/json.py"),
        ("def f():\n    import lt_py", "engines/languagetool.py"),
        ("import subprocess", "child/process.py"),
        ("def f():\n    import prompt_toolkit", "faces/review/screen.py"),
        ("print('hello')", "faces/demo.py"),
    ],
)
def test_what_keeps_to_the_plan_is_left_in_peace(source: str, where: str) -> None:
    assert complaints(source, where) == []


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that are loaded after `statement` in a fresh interpreter."""
    code = f"import sys\n{statement}\nsys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("command", ["--help", "--version", "dict --help", "completion bash"])
def test_help_loads_nothing_heavy(command: str) -> None:
    arguments = ", ".join(repr(a) for a in command.split())
    loaded = loaded_by(f"from localproof.cli import main\ntry: main([{arguments}])\nexcept SystemExit: pass")
    assert not loaded & {
        *HEAVY,
        "platformdirs",
        "tomllib",
        "json",
        "localproof.pipeline.checker",
        "localproof.scoring",
        "localproof.energy",
    }


def test_import_localproof_loads_no_room() -> None:
    assert not {name for name in loaded_by("import localproof") if name.startswith("localproof.")}


def test_every_public_name_is_there() -> None:
    import localproof

    assert [name for name in localproof.__all__ if not hasattr(localproof, name)] == []
    assert set(localproof.__all__) <= set(dir(localproof))
