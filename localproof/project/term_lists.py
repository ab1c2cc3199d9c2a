"""The writer's terms: lines put into a file of them and taken out, the rest untouched; and those of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..config import PROJECT_TERMS, USER_TERMS, Settings, Term, make_folder, parse_terms, read_terms, user_folder
from ..report import BadInput, Unavailable
from .files import InputFile, SourceFile, read_source, write_back, write_new
from .imported_terms import ImportedTerms, read_imported_terms
from .toml_edit import edit_terms

_MOST_BYTES = 10_000_000
_HEAD = '# How words are written here: "e-mail" = "email". See docs/own-rules.md.\n'


@dataclass(frozen=True)
class TermImport:
    """What came of an import: the terms that are new, how many were there, and what was not taken, with why."""

    new: tuple[Term, ...]
    known: int
    taken: ImportedTerms


def term_list_path(settings: Settings, env: Mapping[str, str], *, project: bool) -> Path:
    """The project's or the user's file of terms, which need not exist. Raises BadInput where there is no project."""
    if not project:
        return user_folder(env) / USER_TERMS
    if settings.root is None:
        raise BadInput("no project here: no settings file and no .git above; leave out --project for your own terms")
    return settings.root / PROJECT_TERMS


def add_terms(path: Path, terms: Iterable[Term]) -> tuple[Term, ...]:
    """Put those of `terms` into the file that it lacks, in place of what it says of the same words; those that are new
    come back. Raises BadInput."""
    known = set(read_terms(path))
    new = tuple(term for term in dict.fromkeys(terms) if term not in known)
    if new:
        _rewrite(path, add=new)
    return new


def remove_terms(path: Path, written: Iterable[str]) -> tuple[str, ...]:
    """Take out what the file says of these words; those that were there come back. Raises BadInput."""
    unwanted = set(written)
    gone = tuple(dict.fromkeys(term[0] for term in read_terms(path) if term[0] in unwanted))
    if gone:
        _rewrite(path, remove=gone)
    return gone


def import_terms(path: Path, file: Path) -> TermImport:
    """Take the terms of another tool's file or folder of rules. Raises BadInput for what is none."""
    taken = read_imported_terms(file)
    known = {term[0] for term in read_terms(path)}
    fresh = [term for term in taken.terms if term[0] not in known]
    return TermImport(add_terms(path, fresh), len(taken.terms) - len(fresh), taken)


def _rewrite(path: Path, add: tuple[Term, ...] = (), remove: tuple[str, ...] = ()) -> None:
    old: SourceFile | None = None
    if path.exists():
        try:
            old = read_source(InputFile(path, str(path), named=True), _MOST_BYTES)
        except Unavailable as error:
            raise BadInput(str(error)) from None
    text = edit_terms(old.text if old else _HEAD, add, remove)
    import tomllib

    parse_terms(tomllib.loads(text.replace("\r\n", "\n")), str(path))
    if old is None:
        make_folder(path.parent)
        write_new(path, text.encode("utf-8"))
        return
    try:
        write_back(old, text)
    except Unavailable as error:
        raise BadInput(str(error)) from None
