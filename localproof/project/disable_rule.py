"""A rule switched off in a project's settings file, the rest of which is not touched."""

from __future__ import annotations

from pathlib import Path

from ..config import find_settings, require_inside
from ..report import BadInput, Unavailable
from ..text import escape_invisible
from .files import InputFile, read_source, write_back, write_new
from .toml_edit import add_to_disable

_MOST_BYTES = 10_000_000


def disable(folder: Path, rule: str) -> Path:
    """Add `rule` to `disable` in the settings file that governs `folder`, and return the file.

    Where a project has none, ``localproof.toml`` is begun in its top folder.
    Raises BadInput where there is no project or the file cannot be changed.
    """
    file, root = find_settings(folder)
    if root is None:
        raise BadInput("no project here: no settings file and no .git above; create localproof.toml")
    if file is None:
        file = require_inside(root / "localproof.toml", root)
        write_new(file, add_to_disable("", rule).encode("utf-8"))
        return file
    require_inside(file, root)
    table = "tool.localproof" if file.name == "pyproject.toml" else ""
    try:
        source = read_source(InputFile(file, str(file), named=True), _MOST_BYTES)
        changed = add_to_disable(source.text, rule, table=table)
        if changed != source.text:
            write_back(source, changed)
    except Unavailable as error:
        raise BadInput(escape_invisible(str(error))) from None
    return file
