"""Files in other encodings than UTF-8 through the whole product: checked, corrected, reviewed, and undone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.batch import Task, run_task, write_fixes
from localproof.pipeline.placement import write_as_document
from localproof.project.files import InputFile
from localproof.project.undo_log import UndoLog, undo
from localproof.render import diff
from localproof.report import Finding
from localproof.text import Document, Edit, Span

TEXT = "I recieve the caf\xe9’s na\xefve mail.\r\n\r\nA fa\xe7ade stands.\n"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_a_correction_alters_its_own_bytes_alone(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.md"
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    path.write_bytes(mark + TEXT.encode(encoding))
    outcome = run_task(Task(Settings(), (InputFile(path, str(path), named=True),)), fix=True)
    journal = UndoLog(tmp_path / "journal")
    write_fixes(outcome, journal.write)
    assert path.read_bytes() == mark + TEXT.replace("recieve", "receive").encode(encoding)
    undo(journal)
    assert path.read_bytes() == mark + TEXT.encode(encoding)


def test_an_edit_that_cannot_be_encoded_is_refused_for_itself() -> None:
    document = read("a.md", "Wait, teh end.", Settings())
    finding = Finding(
        Span(0, 4), "x/Y", "why", (Edit(Span(0, 4), "Wait→"), Edit(Span(0, 4), "Wait-")), is_safe_fix=True
    )
    lost = write_as_document(Document("a.md", document.text, document.blocks, encoding="cp1252"), finding)
    assert [e.text for e in lost.edits] == ["Wait-"] and lost.hints == ("Wait→",) and not lost.is_safe_fix
    assert write_as_document(document, finding) == finding


def test_a_patch_holds_the_bytes_of_the_file(tmp_path: Path) -> None:
    from localproof.report import Report

    old, new = "caf\xe9 teh\n", "caf\xe9 the\n"
    (tmp_path / "a.md").write_bytes(old.encode("cp1252"))
    document = Document("a.md", old, (), encoding="cp1252")
    patch = diff(Report(document), new, encoding="cp1252").encode("utf-8", "surrogateescape")
    (tmp_path / "p").write_bytes(patch)
    subprocess.run(["git", "apply", "p"], cwd=tmp_path, check=True)
    assert (tmp_path / "a.md").read_bytes() == new.encode("cp1252")
