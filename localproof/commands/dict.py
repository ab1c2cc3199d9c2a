"""`localproof dict`: the writer's word lists, shown, added to, taken from."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import LANGUAGES, Settings, list_for, lists_beside, read_words
from ..text import escape_invisible
from ..text.display import one_line
from .arguments import Action, ChoiceWord

if TYPE_CHECKING:
    from ..terminal import Terminal


def _register_list(parser: argparse.ArgumentParser) -> None:
    _add_language(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--user", action="store_true", help="your own list only")
    either.add_argument("--project", action="store_true", help="the project's list only")


def _register_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="a word, or a phrase in quotation marks")
    _add_which(parser)


def _register_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="FILE", help="another tool's list")
    _add_which(parser)


def _register_prune(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="PATH", help="where the texts are that use the words; the whole project if none"
    )
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    _add_language(parser)
    parser.add_argument("--project", action="store_true", help="the project's list: there is no other to prune")


def _add_which(parser: argparse.ArgumentParser) -> None:
    _add_language(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--user", action="store_true", help="your own list, for all you write (the default)")
    either.add_argument("--project", action="store_true", help="the project's list, .localproof/dictionary.txt")


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang",
        type=ChoiceWord("language", LANGUAGES),
        metavar="LANG",
        help="the list for one language, dictionary.LANG.txt beside the one for all",
    )


ACTIONS = {
    "add": Action("Add words", _register_words),
    "remove": Action("Take words out", _register_words),
    "list": Action("Show the lists", _register_list),
    "import": Action("Take the words of another tool's list", _register_import),
    "prune": Action("Take out of the project's list what no text uses", _register_prune),
}
DEFAULT_ACTION = "list"


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Do what the action says with the lists. Raises BadInput for what makes no sense."""
    from ..config import load_settings

    settings = load_settings(Path(), {}, terminal.env)
    which = {"user": getattr(args, "user", False), "project": args.project, "language": args.lang or ""}
    yes = getattr(args, "yes", False)
    return change_lists(args.action, getattr(args, "words", ()), settings, terminal, yes=yes, **which)


def change_lists(
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
    from ..project.dictionaries import add_words, clean_word, import_words, remove_words, word_list_path

    if action == "list":
        return _list(settings, terminal, user=user, project=project, language=language)
    if action == "prune":
        return _prune(words, settings, terminal, language=language, yes=yes)
    path = list_for(word_list_path(settings, terminal.env, project=project), language)
    if action == "import":
        for name in words:
            terminal.say(f"localproof: {import_words(path, Path(name))}")
        return 0
    done = (add_words if action == "add" else remove_words)(path, words)
    left = [w for w in dict.fromkeys(clean_word(w) for w in words) if w not in done]
    told = ("added to", "already in") if action == "add" else ("removed from", "not in")
    for some, what in zip((done, left), told, strict=True):
        if some:
            terminal.say(f"localproof: {', '.join(some)}: {what} {one_line(str(path))}")
    return 1 if left and action == "remove" else 0


def _list(settings: Settings, terminal: Terminal, *, user: bool, project: bool, language: str) -> int:
    from ..project.dictionaries import word_list_path

    paths = [] if project else [word_list_path(settings, terminal.env, project=False)]
    if project or (settings.dictionary and not user):
        paths.append(word_list_path(settings, terminal.env, project=True))
    besides = [each for path in paths for _, each in lists_beside(path)]
    for path in [list_for(path, language) for path in paths] if language else [*paths, *besides]:
        terminal.write(f"# {one_line(str(path))}\n" + "".join(f"{escape_invisible(w)}\n" for w in read_words(path)))
    return 0


def _prune(paths: Sequence[str], settings: Settings, terminal: Terminal, *, language: str, yes: bool) -> int:
    """Show the words of the project's list that no text uses, and take them out with `yes` or a person's consent."""
    from ..pipeline.unused_words import read_texts, unused_words
    from ..project.dictionaries import format_word_count, remove_words, word_list_path
    from ..terminal import ask_yes_no

    path = list_for(word_list_path(settings, terminal.env, project=True), language)
    words = read_words(path)
    root = "." if settings.root is None else str(settings.root)
    idle = unused_words(words, read_texts(paths or (root,), terminal.env))
    if not idle:
        terminal.say(f"localproof: all {format_word_count(len(words))} of {one_line(str(path))} are in use")
        return 0
    terminal.write("".join(f"{escape_invisible(w)}\n" for w in idle))
    if not yes and not ask_yes_no(terminal, f"Take {format_word_count(len(idle))} out of {one_line(str(path))}?"):
        terminal.say(
            f"localproof: {format_word_count(len(idle))} in no text; to take them out: localproof dict prune --yes"
        )
        return 0
    remove_words(path, idle)
    terminal.say(f"localproof: {format_word_count(len(idle))} taken out of {one_line(str(path))}")
    return 0
