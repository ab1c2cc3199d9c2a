"""The writer's word lists: words put in and taken out, nothing else of them touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..config import USER_DICTIONARY, Settings, make_folder, read_words, user_folder, word_of
from ..report import BadInput, Unavailable
from ..text import escape_invisible
from ..text.display import one_line
from ..text.phrases import count
from .files import InputFile, SourceFile, read_source, write_back, write_new

_MOST_BYTES = 10_000_000
_LONGEST = 200  # code points; a longer "word" is a paragraph pasted by mistake


def import_words(path: Path, file: Path) -> str:
    """Take the words of another tool's list into the list at `path`; what came of it, in one line."""
    from .imported_lists import read_list

    source = _read(file)
    if source is None:
        raise BadInput(f"{one_line(str(file))}: no such file")
    taken = read_list(str(file), source.text)
    good = []
    for word in taken.words:
        try:
            good.append(_new_word(word))
        except BadInput:
            taken.left_out["no word"] += 1
    new = add_words(path, good)
    said = f"{one_line(str(file))}, read as {taken.kind}: {format_word_count(len(new))} added to {one_line(str(path))}"
    if there := len(good) - len(new):
        said += f", {there:,} already there"
    if reasons := [f"{n:,} {why}" for why, n in taken.left_out.items() if n]:
        said += f"; left out: {', '.join(reasons)}"
    return said


def format_word_count(n: int) -> str:
    """How many words, in words."""
    return f"{count(n, 'word')}"


def word_list_path(settings: Settings, env: Mapping[str, str], *, project: bool) -> Path:
    """The user's or the project's word list, which need not exist. Raises BadInput where there is no project."""
    if not project:
        return user_folder(env) / USER_DICTIONARY
    if settings.dictionary is None:
        raise BadInput("no project here: no settings file and no .git above; use --user, or create localproof.toml")
    return settings.dictionary


def add_words(path: Path, words: Iterable[str]) -> tuple[str, ...]:
    """Append those of `words` that the list lacks, and return them. Raises BadInput for what is no word or no list."""
    known = set(read_words(path))
    new = tuple(w for w in dict.fromkeys(_new_word(w) for w in words) if w not in known)
    if not new:
        return ()
    old = _read(path)
    if old is None:
        make_folder(path.parent)
        write_new(path, "".join(f"{w}\n" for w in new).encode("utf-8"))
        return new
    end = "\r\n" if "\r\n" in old.text else "\n"
    joint = "" if not old.text or old.text.endswith("\n") else end
    _write(old, old.text + joint + "".join(w + end for w in new))
    return new


def remove_words(path: Path, words: Iterable[str]) -> tuple[str, ...]:
    """Take the lines that hold any of `words` out of the list, and return the words that were there."""
    unwanted = {clean_word(w) for w in words}
    old = _read(path)
    if old is None:
        return ()
    lines = old.text.splitlines(keepends=True)
    gone = tuple(dict.fromkeys(w for line in lines if (w := word_of(line)) in unwanted))
    if gone:
        _write(old, "".join(line for line in lines if word_of(line) not in unwanted))
    return gone


def clean_word(raw: str) -> str:
    """`raw` as a list holds it. Raises BadInput for what is no word."""
    word = " ".join(raw.split())
    shown = escape_invisible(raw)[:_LONGEST]
    if not word:
        raise BadInput("an empty word cannot stand in a word list")
    if word_of(word) != word:
        raise BadInput(f"{shown!r} cannot stand in a word list: # after a space or at the start begins a comment")
    if escape_invisible(word) != word or len(word) > _LONGEST:
        raise BadInput(f"{shown!r} is no word: it holds control characters or is longer than {_LONGEST}")
    return word


def _new_word(raw: str) -> str:
    """`raw` as a list may take it from now on: one that older lists hold may still be taken out. Raises BadInput."""
    word = clean_word(raw)
    if not any(char.isalnum() for char in word):
        raise BadInput(f"{word!r} is no word: it has no letter and no digit; a pattern goes into ignore = […]")
    return word


def _read(path: Path) -> SourceFile | None:
    if not path.exists():
        return None
    try:
        return read_source(InputFile(path, str(path), named=True), _MOST_BYTES)
    except Unavailable as error:
        raise BadInput(str(error)) from None


def _write(old: SourceFile, text: str) -> None:
    try:
        write_back(old, text)
    except Unavailable as error:
        raise BadInput(str(error)) from None
