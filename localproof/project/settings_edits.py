"""A settings file with one thing changed, the rest of which is not touched: a project's, or the user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import KEYS, USER_FILE, Settings, find_settings, parse_value, require_inside, user_folder
from ..report import BadInput
from ..text import escape_invisible
from .files import rewrite_file, write_new
from .toml_edit import add_to_disable, assign_key

if TYPE_CHECKING:
    from ..models.catalogue import Catalogue


def disable(folder: Path, rule: str) -> Path:
    """Add `rule` to `disable` in the settings file that governs `folder`, and return the file.

    Where a project has none, ``localproof.toml`` is begun in its top folder.
    Raises BadInput where there is no project or the file cannot be changed.
    """
    return _change_project(folder, lambda text, table: add_to_disable(text, rule, table=table))


def assign_in_project(folder: Path, key: str, value: str) -> Path:
    """Set `key`, which is about texts and holds one word, to `value` in the settings file that governs `folder`, and
    return the file. A project without one, and errors, as in `disable`."""
    _require_sense(key, value)
    return _change_project(folder, lambda text, table: assign_key(text, key, value, table=table))


def assign_for_user(env: Mapping[str, str], key: str, value: str) -> Path:
    """Set `key`, which is about texts and holds one word, to `value` in the user's own settings file, and return the
    file. Raises BadInput."""
    _require_sense(key, value)
    path = user_folder(env) / USER_FILE
    rewrite_file(path, lambda text: assign_key(text, key, value))
    return path


def choose_model(env: Mapping[str, str], id: str, known: Catalogue, settings: Settings) -> Path:
    """Write into the user's own settings file which model to use, or which two (`models.names`), "" for none, and
    return the file. Raises BadInput for one that is not known or that `settings` do not let in."""
    from ..models import names, policy

    for name in names(id):
        if why := policy.refusal(known.get(name), settings):
            raise BadInput(f"{name}: not let in by your settings: {why}")
    path = user_folder(env) / USER_FILE
    rewrite_file(path, lambda text: assign_key(text, "model", id))
    return path


def _require_sense(key: str, value: str) -> None:
    if key not in KEYS or KEYS[key].metadata["scope"] != "text":
        raise BadInput(f"{escape_invisible(key)}: no setting about texts")
    parse_value(KEYS[key].name, value, "the choice")


def _change_project(folder: Path, change: Callable[[str, str], str]) -> Path:
    """Give the settings file that governs `folder` the content that `change` makes of its text and the name of our
    table in it."""
    file, root = find_settings(folder)
    if root is None:
        raise BadInput("no project here: no settings file and no .git above; create localproof.toml")
    if file is None:
        file = require_inside(root / "localproof.toml", root)
        write_new(file, change("", "").encode("utf-8"))
        return file
    require_inside(file, root)
    table = "tool.localproof" if file.name == "pyproject.toml" else ""
    rewrite_file(file, lambda text: change(text, table))
    return file
