"""What holds for some paths only: the tables [[overrides]], and the globs in them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .settings import Settings, variable_of


def for_file(settings: Settings, path: Path) -> Settings:
    """`settings` as they are for the file `path`: with each of the overrides whose globs match it, the last wins.

    Words and rules to switch on or off are added to those of the project; any
    other value takes the place of the project's. What a flag or a variable
    says stays, because it was said for this run. Returns `settings` itself
    where no override speaks of the file.
    """
    values: dict[str, Any] = {}
    sources = dict(settings.sources)
    for override in settings.overrides:
        if not covers(override.paths, path, settings.root):
            continue
        for name, value in override.values.items():
            said = settings.sources.get(name, "")
            if said == "flag" or said == variable_of(name):
                continue
            before: Any = values.get(name, getattr(settings, name))
            if name == "words":
                value = before | value
            elif Settings.__dataclass_fields__[name].metadata["adds"]:
                value = tuple(dict.fromkeys([*before, *value]))  # type: ignore[misc]
            values[name], sources[name] = value, override.source
    return replace(settings, **values, sources=sources) if values else settings


def covers(globs: Iterable[str], path: Path, root: Path | None) -> bool:
    """Whether a glob matches `path` or a folder that it is in, both told from `root`. * crosses folders.

    >>> root = Path("/site")
    >>> covers(["drafts"], root / "drafts/2024/a.md", root), covers(["content/**/*.md"], root / "content/a.md", root)
    (True, True)
    """
    globs = tuple(globs)
    if not globs or root is None:
        return False
    try:
        inner = Path(os.path.normpath(path.absolute())).relative_to(root)
    except ValueError:
        return False
    ways = [p.as_posix() for p in (inner, *inner.parents)][:-1]
    return any(fnmatchcase(way, form) for glob in globs for form in _forms(glob) for way in ways)


def _forms(glob: str) -> set[str]:
    """What `glob` may be written as: without ./ or / around it, and with **/ for no folder at all."""
    bare = glob.removeprefix("./").strip("/")
    bare = bare.removesuffix("/**") or bare
    return {bare, bare.replace("**/", "")}
