"""The writer's word lists: add to them, take from them, nothing else of them touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..config import USER_DICTIONARY, Settings, list_for, lists_beside, make_folder, read_words, user_folder, word_of
from ..project.files import InputFile, SourceFile, read_source, write_back, write_new
from ..report import BadInput, Unavailable
from ..terminal import Terminal, ask_yes_no, one_line
from ..text import escape_invisible

_MOST_BYTES = 10_000_000
_LONGEST = 200  # code points; a longer "word" is a paragraph pasted by mistake


def command(
    action: str,
    words: Sequence[str],
    settings: Settings,
    terminal: Terminal,
    *,
    user: bool,
    project: bool,
    language: str = "",
    yes: bool = False,
) -> int:
    """`localproof dict`: the exit status. `language` means the list for that one, "" that for all. Raises BadInput
    for what makes no sense."""
    if action == "list":
        paths = [] if project else [word_list_path(settings, terminal.env, project=False)]
        if project or (settings.dictionary and not user):
            paths.append(word_list_path(settings, terminal.env, project=True))
        besides = [each for path in paths for _, each in lists_beside(path)]
        for path in [list_for(path, language) for path in paths] if language else [*paths, *besides]:
            terminal.write(f"# {one_line(str(path))}\n" + "".join(f"{escape_invisible(w)}\n" for w in read_words(path)))
        return 0
    if action == "prune":
        return _prune(words, settings, terminal, language=language, yes=yes)
    path = list_for(word_list_path(settings, terminal.env, project=project), language)
    if action == "import":
        for name in words:
            terminal.say(f"localproof: {_import(path, Path(name))}")
        return 0
    done = (add if action == "add" else remove)(path, words)
    left = [w for w in dict.fromkeys(_word(w) for w in words) if w not in done]
    told = ("added to", "already in") if action == "add" else ("removed from", "not in")
    for some, what in zip((done, left), told, strict=True):
        if some:
            terminal.say(f"localproof: {', '.join(some)}: {what} {one_line(str(path))}")
    return 1 if left and action == "remove" else 0


def _import(path: Path, file: Path) -> str:
    """Take the words of another tool's list into the list at `path`; what came of it, in one line."""
    from ..project.imported_lists import read_list

    source = _read(file)
    if source is None:
        raise BadInput(f"{one_line(str(file))}: no such file")
    taken = read_list(str(file), source.text)
    good = []
    for word in taken.words:
        try:
            good.append(_word(word))
        except BadInput:
            taken.left_out["no word"] += 1
    new = add(path, good)
    said = f"{one_line(str(file))}, read as {taken.kind}: {_count(len(new))} added to {one_line(str(path))}"
    if there := len(good) - len(new):
        said += f", {there:,} already there"
    if reasons := [f"{n:,} {why}" for why, n in taken.left_out.items() if n]:
        said += f"; left out: {', '.join(reasons)}"
    return said


def _prune(paths: Sequence[str], settings: Settings, terminal: Terminal, *, language: str, yes: bool) -> int:
    """Show the words of the project's list that no text uses, and take them out with `yes` or a person's consent."""
    from .unused_words import read_texts, unused_words

    path = list_for(word_list_path(settings, terminal.env, project=True), language)
    words = read_words(path)
    root = "." if settings.root is None else str(settings.root)
    idle = unused_words(words, read_texts(paths or (root,), terminal.env))
    if not idle:
        terminal.say(f"localproof: all {_count(len(words))} of {one_line(str(path))} are in use")
        return 0
    terminal.write("".join(f"{escape_invisible(w)}\n" for w in idle))
    if not yes and not ask_yes_no(terminal, f"Take {_count(len(idle))} out of {one_line(str(path))}?"):
        terminal.say(f"localproof: {_count(len(idle))} in no text; to take them out: localproof dict prune --yes")
        return 0
    remove(path, idle)
    terminal.say(f"localproof: {_count(len(idle))} taken out of {one_line(str(path))}")
    return 0


def _count(n: int) -> str:
    return f"{n:,} word{'' if n == 1 else 's'}"


def word_list_path(settings: Settings, env: Mapping[str, str], *, project: bool) -> Path:
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
        make_folder(path.parent)
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
    shown = escape_invisible(raw)[:_LONGEST]
    if not word:
        raise BadInput("an empty word cannot stand in a word list")
    if word_of(word) != word:
        raise BadInput(f"{shown!r} cannot stand in a word list: # after a space or at the start begins a comment")
    if escape_invisible(word) != word or len(word) > _LONGEST:
        raise BadInput(f"{shown!r} is no word: it holds control characters or is longer than {_LONGEST}")
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
