"""What `docs/ci.md` promises of the exit status: a pipeline is never green by mistake."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localproof.cli import run
from localproof.pipeline import checker
from localproof.pipeline.report_steps import ReportRequest
from localproof.project.discovery import discover_files
from localproof.project.files import InputFile, read_source
from localproof.report import Report, Unavailable
from localproof.terminal import Terminal

GOOD, BAD, BROKEN = b"We came to the end of it.\n", b"We came to teh end of it.\n", b"caf\x81\n"
HARPER = ("--engine", "harper")


def make(root: Path, **files: bytes) -> None:
    """Files by name, with ``__`` for a slash and ``_`` for a dot."""
    for name, data in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def ended(*arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    """(exit status, what was said on standard error)."""
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    env = {"LOCALPROOF_CONFIG_DIR": "/nowhere", "LOCALPROOF_CACHE": "false", "LOCALPROOF_SERVICE": "off"}
    env |= {"LOCALPROOF_STATE_DIR": str(Path.cwd() / ".state"), "TERM": "dumb"}
    status = run(arguments, Terminal(io.BytesIO(stdin), streams[0], streams[1], env))
    return status, streams[1].buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    make(tmp_path, localproof_toml=b'exclude = ["out"]\n')
    return tmp_path


def an_unreadable_file(root: Path) -> str:
    make(root, d__a_md=GOOD, d__b_md=BROKEN)
    return "d"


def a_broken_notebook(root: Path) -> str:
    make(root, d__a_md=GOOD, d__b_ipynb=b'{"cells": [')
    return "d"


def a_link_that_leads_nowhere(root: Path) -> str:
    make(root, d__a_md=GOOD)
    (root / "d/b.md").symlink_to("nowhere")
    return "d"


def a_folder_that_cannot_be_listed(root: Path) -> str:
    make(root, d__a_md=GOOD, d__shut__b_md=GOOD)
    return "d"


def findings_beside_an_unreadable_file(root: Path) -> str:
    make(root, d__a_md=BAD, d__b_md=BROKEN)
    return "d"


def a_name_that_is_gone(root: Path) -> str:
    make(root, a_md=GOOD)
    return "gone.md"


@pytest.fixture(autouse=True)
def shut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that nobody may list, for root too."""
    scandir = os.scandir

    def refused(path: str | os.PathLike[str] = ".") -> Iterator[os.DirEntry[str]]:
        if os.fspath(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)


@pytest.mark.skipif(sys.platform == "win32", reason="links")
@pytest.mark.parametrize(
    "situation",
    [
        an_unreadable_file,
        a_broken_notebook,
        a_link_that_leads_nowhere,
        a_folder_that_cannot_be_listed,
        findings_beside_an_unreadable_file,
        a_name_that_is_gone,
    ],
)
def test_what_cannot_be_read_is_status_2(here: Path, situation: Callable[[Path], str]) -> None:
    make(here, ok_md=GOOD)
    status, told = ended(*HARPER, "--quiet", situation(here), "ok.md")
    assert (status, told.startswith("localproof: ")) == (2, True)


@pytest.mark.parametrize("use", ["", "--quiet --diff", "--quiet --fix", "--output-format json"])
def test_what_cannot_be_read_is_status_2_in_every_use(here: Path, use: str) -> None:
    assert ended(*HARPER, *use.split(), an_unreadable_file(here))[0] == 2


def test_what_cannot_be_judged_is_status_2(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = checker.make_report

    def report(request: ReportRequest) -> Report:
        if request.document.name == "b.md":
            raise RecursionError
        return before(request)

    monkeypatch.setattr(checker, "make_report", report)
    make(here, a_md=GOOD, b_md=GOOD)
    status, said = ended("--quiet", *HARPER, "a.md", "b.md")
    assert status == 2
    assert said.count("b.md: cannot be judged: RecursionError") == 1


@pytest.mark.parametrize("asked", ["--model ./missing.gguf", "--model qwen3-0.6b", "-q --model ./missing.gguf"])
def test_a_model_that_is_named_and_not_there_is_status_2(here: Path, asked: str) -> None:
    make(here, a_md=GOOD)
    status, told = ended(*HARPER, *asked.split(), "a.md")
    assert (status, "its file is not there" in told or "there is no such file" in told) == (2, True)


def test_an_engine_that_is_named_and_not_there_is_status_2(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from localproof.engines import ENGINES

    def missing(_: object) -> object:
        raise Unavailable("languagetool", "lingotweaker is not installed")

    monkeypatch.setitem(ENGINES, "languagetool", missing)
    make(here, a_md=GOOD)
    assert ended("-q", "--engine", "harper,languagetool", "a.md")[0] == 2
    assert ended("-q", "a.md")[0] == 0  # by default: what is there
    status, told = ended("-q", "--engine", "languagetool", "a.md")
    assert (status, told) == (
        3,
        "localproof: nothing was checked: languagetool: lingotweaker is not installed\n",
    )


@pytest.mark.parametrize("files", [{"out__a_md": BAD}, {"d__b_md": BROKEN}, {"d__b_png": b"x"}], ids=str)
def test_where_nothing_was_checked_is_status_3(here: Path, files: dict[str, bytes]) -> None:
    make(here, **files)
    for quiet in (), ("--quiet",):
        status, told = ended(*HARPER, *quiet, next(iter(files)).split("__")[0])
        assert (status, "localproof: nothing was checked: " in told) == (3, True)


def test_a_hook_may_name_what_is_left_out(here: Path) -> None:
    make(here, out__a_md=BAD, out__b_md=BAD)
    assert ended("-q", "--force-exclude", "out/a.md", "out/b.md") == (0, "")
    assert ended("-q", "--force-exclude", "out")[0] == 3


@pytest.mark.parametrize(("arguments", "status"), [((), 3), (("-",), 0), (("--stdin-filename", "a.md"), 0)])
def test_an_empty_pipe_that_nobody_named_is_status_3(arguments: tuple[str, ...], status: int) -> None:
    assert ended("-q", *HARPER, *arguments)[0] == status
    assert ended("-q", *HARPER, *arguments, stdin=GOOD)[0] == 0


@pytest.mark.parametrize("command", ["review --plain", "baseline create"])
def test_the_other_faces_keep_the_promise(here: Path, command: str) -> None:
    make(here, d__a_md=GOOD, d__b_md=BROKEN, out__a_md=GOOD)
    assert ended(*command.split(), *HARPER, "d")[0] == 2
    (here / ".localproof/baseline.json").unlink(missing_ok=True)
    assert ended(*command.split(), *HARPER, "--model", "./missing.gguf", "d/a.md")[0] == 2


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, so another is asked, as far as that goes within a process."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be somebody else")
def test_what_modes_forbid_cannot_be_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    import tempfile

    with tempfile.TemporaryDirectory() as folder:  # one that others may enter
        root = Path(folder)
        root.chmod(0o755)
        make(root, a_md=GOOD, below__b_md=GOOD)
        (root / "a.md").chmod(0)
        (root / "below").chmod(0)
        with as_nobody():
            found = [item for item in discover_files([folder]) if isinstance(item, InputFile)]
            told = []
            for each in found:
                with pytest.raises(Unavailable) as caught:
                    read_source(each, 1000)
                told.append(caught.value.skipped.reason)
    assert told == ["cannot be read: permission denied", "cannot be listed: permission denied"]
