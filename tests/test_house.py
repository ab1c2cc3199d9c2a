"""The plan of the house, held as data: which room may lean on which, and what may be used where."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "localproof"

# From the ground up. A room may import rooms on lower floors and its own; rooms on one floor are strangers.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("text",),
    ("report",),
    ("system",),
    ("config", "workers"),
    ("formats", "engines", "models", "energy"),
    ("render",),
    ("cache", "scoring"),
    (
        "project",
        "engines/patterns",
        "engines/word_classes",
        "engines/inflection",
    ),  # whose rules ask what scoring knows of words
    ("engines/house",),
    ("pipeline",),
    ("terminal",),
    ("lsp", "review", "service"),
    ("commands",),
    ("cli",),
    ("__main__", "service/__main__"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
LARGEST_ROOM = 0.16  # of all lines of the product
LONGEST_FUNCTION = 60  # lines
LONGEST_FILE = 500  # lines; most have less than 400
LONGEST_TEST_NAME = 60  # letters

# Modules that only certain places may import at all: a room, or files of it.
HOMES: dict[str, tuple[str, ...]] = {
    "subprocess": ("workers/",),
    "multiprocessing": (),
    "llama_cpp": ("models/",),
    "numpy": ("models/", "scoring/"),
    "lt_py": ("engines/",),
    "harper": ("engines/",),
    "language_tool_python": ("engines/",),
    "prompt_toolkit": ("review/",),
    "tomlkit": ("project/toml_edit.py",),
    "distributed": ("engines/cluster.py",),
    "pygments": ("formats/code.py",),
    "pygls": (),
    "lsprotocol": (),
    # Nothing leaves the machine but what the writer says: LanguageTool's server is spoken with on loopback, unless
    # the settings name another machine in so many words; `setup` and `models get` download, by way of one room.
    "socket": ("workers/unix_socket.py", "engines/original/worker.py"),  # Unix sockets; a free port on loopback
    "ssl": (),
    "http": ("system/download.py", "engines/original/"),
    "urllib": ("system/download.py", "engines/original/", "system/installation.py"),  # there to take an address apart
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
    "tomlkit",
    "distributed",
    "pyromark",
    "pygments",
    "yaml",
)
# The streams of the process belong to those who talk with the user, and to the child's end of a worker.
MAY_TALK = ("lsp/", "review/", "service/", "commands/", "terminal.py", "cli.py", "__main__.py", "workers/")


@dataclass(frozen=True)
class Import:
    """A module as it is imported: its full name, the line, and whether that happens inside a function."""

    name: str
    line: int
    inside: bool


def imports(tree: ast.Module, package: str) -> Iterator[Import]:
    """Every import of a module of `package` (its dotted name), relative ones resolved, submodules by name. What only
    type checkers read does not count."""
    unread = {n for i in ast.walk(tree) if isinstance(i, ast.If) and _is_typing(i.test) for n in ast.walk(i)}
    inside = {n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)}
    for node in ast.walk(tree):
        if node in unread:
            continue
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


def _is_typing(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def room_of(where: str) -> str:
    """The room of a file of the package, by its path."""
    whole = where.removesuffix(".py")
    return whole if whole in FLOOR else where.split("/")[0].removesuffix(".py")


def package_of(where: str) -> str:
    """The dotted name of the package that a file stands in."""
    return ".".join(["localproof", *where.split("/")[:-1]])


def complaints(source: str, where: str) -> list[str]:
    """What the file `where` (its path within the package) does against the plan."""
    tree = ast.parse(source)
    room = room_of(where)
    out = []
    for used in imports(tree, package_of(where)):
        top, _, rest = used.name.partition(".")
        other = rest.split(".")[0]
        if top == "localproof" and other in FLOOR and other != where.split("/")[0] and FLOOR[other] >= FLOOR[room]:
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
TREES = {where: ast.parse((PACKAGE / where).read_text("utf-8")) for where in FILES}


@pytest.mark.parametrize("where", ROOMS)
def test_a_file_keeps_to_the_plan(where: str) -> None:
    assert complaints((PACKAGE / where).read_text("utf-8"), where) == []


def test_every_room_has_a_floor() -> None:
    assert {room_of(where) for where in ROOMS} <= set(FLOOR)


def module_of(where: str) -> str:
    """The dotted name of a file of the package."""
    return ".".join(["localproof", *where.removesuffix(".py").split("/")]).removesuffix(".__init__")


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other, directly or not."""
    reach: dict[str, set[str]] = {}
    for start in graph:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for other in graph.get(todo.pop(), set()) - seen:
                seen.add(other)
                todo.append(other)
        reach[start] = seen
    groups = {tuple(sorted(m for m in reach[n] if n in reach.get(m, set()))) for n in graph if n in reach[n]}
    return sorted(map(list, groups))


def test_no_file_imports_one_that_imports_it() -> None:
    modules = {module_of(where) for where in FILES}
    graph: dict[str, set[str]] = {}
    for where, tree in TREES.items():
        here = module_of(where)
        used = {i.name if i.name in modules else i.name.rpartition(".")[0] for i in imports(tree, package_of(where))}
        graph[here] = (used & modules) - {here}
    assert circles(graph) == []


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


def test_every_class_has_a_name_of_its_own() -> None:
    homes = defaultdict(list)
    for where, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(where)
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_no_room_is_a_third_of_the_house() -> None:
    lines: Counter[str] = Counter()
    for where in FILES:
        lines[where.split("/")[0]] += len((PACKAGE / where).read_text("utf-8").splitlines())
    assert {r: n for r, n in lines.items() if n > LARGEST_ROOM * lines.total()} == {}


def test_files_and_functions_can_be_taken_in() -> None:
    long = []
    for where, tree in TREES.items():
        lines = len((PACKAGE / where).read_text("utf-8").splitlines())
        if lines > LONGEST_FILE:
            long.append(f"{where}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                of = node.end_lineno - node.lineno + 1
                if of > LONGEST_FUNCTION:
                    long.append(f"{where}:{node.lineno}: {node.name} has {of} lines")
    assert long == []


# Participles that say neither what is done nor to what.
BARE = {"told", "heard", "shown", "said", "made", "asked", "kept", "begun", "looked", "listed", "named", "taken"}


def test_no_function_is_called_by_a_bare_participle() -> None:
    found = [
        f"{where}:{node.lineno}: {node.name}"
        for where, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.strip("_") in BARE
    ]
    assert found == []


def test_names_of_tests_can_be_read_at_a_glance() -> None:
    long = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""
            if name.startswith("test_") and len(name.removeprefix("test_")) > LONGEST_TEST_NAME:
                long.append(f"{path.name}: {name}")
    assert long == []


def test_every_test_stands_in_the_folder_of_its_room() -> None:
    folders = {p.parent.name for p in (ROOT / "tests").rglob("test_*.py")} - {"tests"}
    rooms = {room.split("/")[0] for room in FLOOR} | {"bench", "training", "editors"}
    assert folders <= rooms
    assert {p.name for p in (ROOT / "tests").glob("test_*.py")} == {"test_docs.py", "test_house.py", "test_marks.py"}


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy", "localproof")]
)
def test_the_code_is_as_its_linters_want_it(command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.parametrize(
    ("source", "where", "complaint"),
    [
        ("from .report import Finding", "text/spans.py", "text leans on report"),
        ("from ..engines import ENGINES", "formats/plain.py", "formats leans on engines"),
        ("from ..pipeline import checker", "scoring/features.py", "scoring leans on pipeline"),
        ("def f():\n    import localproof.cli", "commands/check.py", "commands leans on cli"),
        ("from ..commands import check", "review/plain.py", "review leans on commands"),
        ("import subprocess", "pipeline/checker.py", "subprocess has no place in pipeline"),
        ("from urllib import request", "formats/get.py", "urllib has no place in formats"),
        ("import lt_py", "engines/languagetool.py", "lt_py is imported outside a function"),
        ("def f():\n    from pygls import server", "review/plain.py", "pygls has no place in review"),
        ("print('hello')", "render/text.py", "print() is not for render"),
        ("import sys\nsys.stdout.write('')", "pipeline/batch.py", "sys.stdout is not for pipeline"),
    ],
)
def test_what_is_against_the_plan_is_seen(source: str, where: str, complaint: str) -> None:
    source = source.replace("from .report", "from ..report")
    assert [c.split(": ", 1)[1][: len(complaint)] for c in complaints(source, where)] == [complaint]


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("from .report import Finding", "config.py"),
        ("from .plain import read_plain", "formats/__init__.py"),
        ("from .. import __version__", "render/json.py"),
        ("def f():\n    import lt_py", "engines/languagetool.py"),
        ("import subprocess", "workers/helper_process.py"),
        ("from ..cli import main", "service/__main__.py"),
        ("print('hello')", "commands/demo.py"),
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


@pytest.mark.parametrize("command", ["--help", "--version"])
def test_help_of_all_waits_for_no_dataclass(command: str) -> None:
    loaded = loaded_by(f"from localproof.cli import main\ntry: main(['{command}'])\nexcept SystemExit: pass")
    assert not loaded & {
        "dataclasses",
        "inspect",
        "pathlib",
        "threading",
        "localproof.report",
        "localproof.config.settings",
    }


def test_import_localproof_loads_no_room() -> None:
    assert not {name for name in loaded_by("import localproof") if name.startswith("localproof.")}


def test_every_public_name_is_there() -> None:
    import localproof

    assert [name for name in localproof.__all__ if not hasattr(localproof, name)] == []
    assert set(localproof.__all__) <= set(dir(localproof))


@pytest.mark.parametrize(("old", "new"), [("apply", "apply_edits"), ("open_bench", "Checker")])
def test_old_public_names_say_their_new_ones(old: str, new: str) -> None:
    import localproof

    with pytest.warns(DeprecationWarning, match=new):
        assert getattr(localproof, old) is getattr(localproof, new)


def test_the_map_of_the_house_names_every_room() -> None:
    import localproof

    named = set(re.findall(r"^    ([a-z]+)  ", localproof.__doc__ or "", re.MULTILINE))
    assert named == {room for room in FLOOR if "__main__" not in room and "/" not in room} - {"terminal"}
