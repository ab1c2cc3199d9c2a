"""The writer's word lists: add to them, take from them, nothing else of them touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..report import BadInput, Unavailable
from ..settings import USER_DICTIONARY, Settings, read_words, user_folder, word_of
from ..text import visible
from .files import Found, Source, read_source, write_back, write_new
from .terminal import Terminal, one_line

_MOST_BYTES = 10_000_000
_LONGEST = 200  # code points; a longer "word" is a paragraph pasted by mistake


def command(
    action: str, words: Sequence[str], settings: Settings, terminal: Terminal, *, user: bool, project: bool
) -> int:
    """`localproof dict`: the exit status. Raises BadInput for what makes no sense."""
    if action == "list":
        if words:
            raise BadInput("dict list takes no words; to see whether one is there: localproof dict list | grep WORD")
        paths = [] if project else [list_of(settings, terminal.env, project=False)]
        if project or (settings.dictionary and not user):
            paths.append(list_of(settings, terminal.env, project=True))
        for path in paths:
            terminal.write(f"# {one_line(str(path))}\n" + "".join(f"{visible(w)}\n" for w in read_words(path)))
        return 0
    if not words:
        raise BadInput(f"dict {action} needs words: localproof dict {action} WORD…")
    path = list_of(settings, terminal.env, project=project)
    done = (add if action == "add" else remove)(path, words)
    left = [w for w in dict.fromkeys(_word(w) for w in words) if w not in done]
    told = ("added to", "already in") if action == "add" else ("removed from", "not in")
    for some, what in zip((done, left), told, strict=True):
        if some:
            terminal.say(f"localproof: {', '.join(some)}: {what} {one_line(str(path))}")
    return 1 if left and action == "remove" else 0


def list_of(settings: Settings, env: Mapping[str, str], *, project: bool) -> Path:
    """The user's or the project's word list, which need not exist. Raises BadInput where there is no project."""
    if not project:
        return user_folder(env) / USER_DICTIONARY
    if settings.dictionary is None:
        raise BadInput("no project here: no settings file and no .git above; use --user, or create localproof.toml")
    return settings.dictionary


def add(path: Path, words: Iterable[str]) -> tuple[str, ...]:
    """Append those of `words` that the list lacks, and return them. Raises BadInput for what is no word or no list."""
    known = set(read_words(path))
    new = tuple(w for w in dict.fromkeys(_word(w) for w in words) if w not in known)
    if not new:
        return ()
    old = _read(path)
    if old is None:
        _make_folder(path.parent)
        write_new(path, "".join(f"{w}\n" for w in new).encode("utf-8"))
        return new
    end = "\r\n" if "\r\n" in old.text else "\n"
    joint = "" if not old.text or old.text.endswith("\n") else end
    _write(old, old.text + joint + "".join(w + end for w in new))
    return new


def remove(path: Path, words: Iterable[str]) -> tuple[str, ...]:
    """Take the lines that hold any of `words` out of the list, and return the words that were there."""
    unwanted = {_word(w) for w in words}
    old = _read(path)
    if old is None:
        return ()
    lines = old.text.splitlines(keepends=True)
    gone = tuple(dict.fromkeys(w for line in lines if (w := word_of(line)) in unwanted))
    if gone:
        _write(old, "".join(line for line in lines if word_of(line) not in unwanted))
    return gone


def _word(raw: str) -> str:
    word = " ".join(raw.split())
    shown = visible(raw)[:_LONGEST]
    if not word:
        raise BadInput("an empty word cannot stand in a word list")
    if word_of(word) != word:
        raise BadInput(f"{shown!r} cannot stand in a word list: # after a space or at the start begins a comment")
    if visible(word) != word or len(word) > _LONGEST:
        raise BadInput(f"{shown!r} is no word: it holds control characters or is longer than {_LONGEST}")
    return word


def _read(path: Path) -> Source | None:
    if not path.exists():
        return None
    try:
        return read_source(Found(path, str(path), named=True), _MOST_BYTES)
    except Unavailable as error:
        raise BadInput(str(error)) from None


def _write(old: Source, text: str) -> None:
    try:
        write_back(old, text)
    except Unavailable as error:
        raise BadInput(str(error)) from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{visible(str(folder))}: cannot be created: {error.strerror}") from None
