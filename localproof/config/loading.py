"""The settings that govern a folder: found, read, and laid one over the other.

Start reading in `load_settings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..report import BadInput
from ..text import escape_invisible
from .choices import dialect, nearest
from .folders import cache_folder, homeless, user_folder
from .learned_file import read_learned
from .settings import KEYS, Override, Settings, Term, variable_of
from .terms import PROJECT_TERMS, USER_TERMS, parse_terms, read_terms
from .values import parse_flag, read_value, texts_of
from .word_files import exists, is_file, lists_beside, read_ignores, read_text, read_words, require_inside

# In one folder the first of these that exists (and, for pyproject.toml, has a
# table [tool.localproof]) is the settings file.
FILE_NAMES = (".localproof.toml", "localproof.toml", ".config/localproof.toml", "pyproject.toml")
USER_FILE = "localproof.toml"
USER_DICTIONARY = "dictionary.txt"
PROJECT_DICTIONARY = ".localproof/dictionary.txt"
USER_IGNORES = "ignores"
PROJECT_IGNORES = ".localproof/ignores"
USER_RULES = "rules"
PROJECT_RULES = ".localproof/rules"
_MOST_RULE_FILES = 200


def find_settings(folder: Path) -> tuple[Path | None, Path | None]:
    """(settings file, project folder) that govern `folder`, an absolute path; None for each that there is not.

    Looks in `folder` and above, up to the top of the repository (the first
    folder with a ``.git``) or of the file system.
    """
    for place in (folder, *folder.parents):
        for name in FILE_NAMES:
            path = place / name
            if is_file(path) and (name != "pyproject.toml" or _speaks_of_us(path)):
                return path, place
        if exists(place / ".git"):
            return None, place
    return None, None


def load_settings(
    start: Path | None,
    flags: Mapping[str, object],
    env: Mapping[str, str],
    *,
    file: Path | None = None,
    isolated: bool = False,
) -> Settings:
    """The settings that govern the folder `start` (None: no project).

    `flags` maps field names to values, None for what was not given. `file` is
    read in place of the files that would be found; `isolated` reads none of
    them and no word list. Raises BadInput for a file that cannot be read or a
    key or value that makes no sense, naming file, line and the nearest right one.
    """
    values: dict[str, object] = {}
    sources = {f.name: "default" for f in KEYS.values()}
    project, root = (None, None) if isolated or start is None else find_settings(start.absolute())
    if file is not None:
        project, root = file, file.absolute().parent
    elif root is not None and project is None and (dialect := _editorconfig(root)):
        values["language"], sources["language"] = dialect
    lists = [] if isolated else _layers(values, sources, project, own=file is not None, env=env)
    if root is not None and not isolated:
        lists.append(require_inside(root / PROJECT_DICTIONARY, root))
    for name, raw in _from_environment(env):
        values[name], sources[name] = raw
    for name, value in flags.items():
        if value is not None:
            values[name], sources[name] = value, "flag"
    by_language = tuple((tag, tuple(w for p in paths for w in read_words(p))) for tag, paths in _lists_of(lists, root))
    words = frozenset(values.pop("words", ())) | {w for path in lists for w in read_words(path)}  # type: ignore[call-overload]
    dictionary = root / PROJECT_DICTIONARY if root else None
    ignores = () if isolated else _ignores(root, env)
    own_terms = values.pop("terms", ())
    terms = () if isolated else (*_terms(root, env), *own_terms)  # type: ignore[misc]
    places = {
        "words_by_language": by_language,
        "dictionary": dictionary,
        "root": root,
        "cache_folder": kept if values.get("cache", True) and not homeless(kept := cache_folder(env)) else None,
    }
    rules = () if isolated else _rule_files(root, env)
    return Settings(
        **values,  # type: ignore[arg-type]
        **places,  # type: ignore[arg-type]
        words=words,
        ignores=ignores,
        terms=tuple(dict.fromkeys(terms)),
        rule_files=rules,
        learned="" if isolated else read_learned(str(values.get("learning", "user")), root, env),
        sources=sources,
    )


def _lists_of(lists: Iterable[Path], root: Path | None) -> list[tuple[str, list[Path]]]:
    """By language, the lists for it beside `lists`."""
    found: dict[str, list[Path]] = {}
    for path in lists:
        for tag, each in lists_beside(path):
            ours = root is not None and path == root / PROJECT_DICTIONARY
            found.setdefault(tag, []).append(require_inside(each, root) if ours and root else each)
    return sorted(found.items())


def _ignores(root: Path | None, env: Mapping[str, str]) -> tuple[str, ...]:
    paths = [user_folder(env) / USER_IGNORES]
    if root is not None:
        paths.append(require_inside(root / PROJECT_IGNORES, root))
    return tuple(dict.fromkeys(line for path in paths for line in read_ignores(path)))


def _terms(root: Path | None, env: Mapping[str, str]) -> tuple[Term, ...]:
    """The terms of the writer's own file and the project's."""
    paths = [user_folder(env) / USER_TERMS]
    if root is not None:
        paths.append(require_inside(root / PROJECT_TERMS, root))
    return tuple(term for path in paths for term in read_terms(path))


def rule_folders(root: Path | None, env: Mapping[str, str]) -> tuple[Path, ...]:
    """Where rules of the writer's lie, for all texts and for a project, there or not."""
    return (user_folder(env) / USER_RULES, *([require_inside(root / PROJECT_RULES, root)] if root else ()))


def _rule_files(root: Path | None, env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The files of rules of the writer's, by name and with what they hold. Raises BadInput for what cannot be read."""
    found = []
    for folder in rule_folders(root, env):
        try:
            paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
        except OSError:  # there is no such folder, or it is not for us
            continue
        if len(paths) > _MOST_RULE_FILES:
            raise BadInput(f"{escape_invisible(str(folder))}: more than {_MOST_RULE_FILES} files of rules")
        inside = root is not None and folder.is_relative_to(root)
        found += [(str(p), read_text(require_inside(p, root) if inside and root else p)) for p in paths]
    return tuple(found)


def _layers(
    values: dict[str, object], sources: dict[str, str], project: Path | None, *, own: bool, env: Mapping[str, str]
) -> list[Path]:
    """Lay the user's file and then the project's over `values`; the word lists to read besides."""
    home = user_folder(env)
    layers: list[tuple[Path, bool, bool]] = []  # file, may decide on the text, may decide on the machine
    if not own and is_file(home / USER_FILE):
        layers.append((home / USER_FILE, project is None, True))
    if project is not None:
        layers.append((project, True, own))
    for path, text, machine in layers:
        for name, value in _read_file(path, machine=machine).items():
            if text or Settings.__dataclass_fields__[name].metadata["scope"] == "machine":
                values[name], sources[name] = value, str(path)
    return [home / USER_DICTIONARY]


def _read_file(path: Path, *, machine: bool) -> dict[str, object]:
    """Field names and values that a settings file sets."""
    import tomllib

    shown = escape_invisible(str(path))
    text = read_text(path)
    try:
        table: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: bad TOML, or a number of thousands of digits
        raise BadInput(f"{shown}: not valid TOML: {error or 'nested too deeply'}") from None
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("localproof", {})
    if not isinstance(table, dict):
        raise BadInput(f"{shown}: [tool.localproof] must be a table")
    values: dict[str, object] = {}
    for key, raw in table.items():
        where = f"{shown}{_line_of(text, key, path.name == 'pyproject.toml')}"
        if key == "overrides":
            values[key] = _overrides(raw, shown)
            continue
        if key == "terms":
            values[key] = parse_terms(raw, f"{shown}: [terms]")
            continue
        if key not in KEYS:
            raise BadInput(f"{where}: unknown key {escape_invisible(key)!r}{nearest(key.replace('_', '-'), KEYS)}")
        known = KEYS[key]
        if known.metadata["scope"] == "machine" and not machine:
            raise BadInput(
                f"{where}: {key} concerns the machine and is not read from a project; "
                f"set it in your own settings (`localproof config path`) or as {variable_of(known.name)}"
            )
        values[known.name] = read_value(known, raw, where)
    return values


def _overrides(raw: object, shown: str) -> tuple[Override, ...]:
    """The tables [[overrides]] of a settings file. Raises BadInput for what they cannot hold."""
    if not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
        raise BadInput(f"{shown}: overrides must be tables: [[overrides]], then paths = […] and what holds there")
    found = []
    for number, table in enumerate(raw, 1):
        where = f"{shown}: [[overrides]] {number}"
        paths = texts_of(table.get("paths"))
        if not paths:
            raise BadInput(f'{where}: needs paths, a list of globs: paths = ["content/fr/*"]')
        values: dict[str, object] = {}
        for key, value in table.items():
            if key == "paths":
                continue
            known = KEYS.get(key)
            if known is None or not known.metadata["by_path"]:
                hint = nearest(key.replace("_", "-"), KEYS) if known is None else ""
                raise BadInput(f"{where}: {escape_invisible(key)!r} is no key that can hold for some paths only{hint}")
            values[known.name] = read_value(known, value, where)
        found.append(Override(paths, values, where))
    return tuple(found)


def _from_environment(env: Mapping[str, str]) -> Iterable[tuple[str, tuple[object, str]]]:
    for known in KEYS.values():
        variable = variable_of(known.name)
        if raw := env.get(variable):
            yield known.name, (parse_flag(known.name, raw, variable), variable)


def _line_of(text: str, key: str, in_table: bool) -> str:
    """``:12`` for the line that sets `key`, "" if it cannot be told."""
    start = 0
    if in_table:
        header = re.search(r"^\s*\[\s*tool\s*\.\s*localproof\s*\]", text, re.MULTILINE)
        start = header.end() if header else 0
    found = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.]", re.MULTILINE).search(text, start)
    return f":{text.count(chr(10), 0, found.start()) + 1}" if found else ""


def _speaks_of_us(path: Path) -> bool:
    """Whether a pyproject.toml has our table; a file that has not, broken or not, is none of our business."""
    import tomllib

    try:
        text = read_text(path)
        if "localproof" not in text:
            return False
        return "localproof" in tomllib.loads(text).get("tool", {})
    except BadInput:
        return False
    except (ValueError, RecursionError):
        return re.search(r"^\s*\[\s*tool\s*\.\s*localproof\s*\]", text, re.MULTILINE) is not None


def _editorconfig(root: Path) -> tuple[str, str] | None:
    """(dialect, where it was said) from `spelling_language` for all files in the project's ``.editorconfig``."""
    path = root / ".editorconfig"
    if not is_file(path):
        return None
    section = ""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if head := re.fullmatch(r"\s*\[(.*)\]\s*", line):
            section = head[1]
        elif section == "*" and (
            pair := re.fullmatch(r"\s*spelling_language\s*[=:]\s*([\w-]+)\s*", line, re.IGNORECASE)
        ):
            try:
                where = f"{path}:{number}"
                return dialect(pair[1], where), where
            except BadInput:  # another language: not for us, and not our file to complain about
                return None
    return None
