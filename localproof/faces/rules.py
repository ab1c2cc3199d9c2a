"""A rule switched off in a project's settings file, the rest of which is not touched."""

from __future__ import annotations

from pathlib import Path

from ..report import BadInput, Unavailable
from ..settings import find, inside
from ..text import visible
from .files import Found, read_source, write_back, write_new
from .toml_edit import disabled

_MOST_BYTES = 10_000_000


def disable(folder: Path, rule: str) -> Path:
    """Add `rule` to `disable` in the settings file that governs `folder`, and return the file.

    Where a project has none, ``localproof.toml`` is begun in its top folder.
    Raises BadInput where there is no project or the file cannot be changed.
    """
    file, root = find(folder)
    if root is None:
        raise BadInput("no project here: no settings file and no .git above; create localproof.toml")
    if file is None:
        file = inside(root / "localproof.toml", root)
        write_new(file, disabled("", rule).encode("utf-8"))
        return file
    inside(file, root)
    table = "tool.localproof" if file.name == "pyproject.toml" else ""
    try:
        source = read_source(Found(file, str(file), named=True), _MOST_BYTES)
        changed = disabled(source.text, rule, table=table)
        if changed != source.text:
            write_back(source, changed)
    except Unavailable as error:
        raise BadInput(visible(str(error))) from None
    return file
