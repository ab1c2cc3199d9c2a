"""`localproof terms`: how words are written here, shown, added to, taken from, imported."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import BadInput
from .arguments import Action

if TYPE_CHECKING:
    from ..config import Settings, Term
    from ..terminal import Terminal

_NAMED = 20  # entries that were not taken; more with -v


def _register_list(parser: argparse.ArgumentParser) -> None:
    _add_which(parser)


def _register_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("written", metavar="TERM", help="as it is not to be written; in lower case it means any case")
    parser.add_argument("use", nargs="*", metavar="INSTEAD", help="what to write instead; none: to be avoided")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for whoever reads the finding")
    _add_which(parser)


def _register_remove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("terms", nargs="+", metavar="TERM", help="as `terms list` shows it")
    _add_which(parser)


def _register_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a Vale rule or a folder of them, its reject.txt, rules for textlint's prh, settings of cspell",
    )
    _add_which(parser)


def _add_which(parser: argparse.ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--user", action="store_true", help="your own terms, for all you write (the default)")
    either.add_argument("--project", action="store_true", help="the project's terms, .localproof/terms.toml")


ACTIONS = {
    "list": Action("Show what holds here, and where it is said", _register_list),
    "add": Action("Say how a word is written", _register_add),
    "remove": Action("Take terms out", _register_remove),
    "import": Action("Take the terms of rules for Vale, textlint or cspell", _register_import),
}
DEFAULT_ACTION = "list"


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Do what the action says. Raises BadInput for what makes no sense."""
    from ..config import load_settings, parse_terms
    from ..project.term_lists import add_terms, remove_terms, term_list_path

    settings = load_settings(Path(), {}, terminal.env)
    if args.action == "list":
        return _list(args, settings, terminal)
    path = term_list_path(settings, terminal.env, project=args.project)
    if args.action == "import":
        return _import(args, path, terminal)
    if args.action == "add":
        value = {"use": args.use, "reason": args.reason} if args.use else None
        raw = {args.written: value} if value else {"avoid": [{"term": args.written, "reason": args.reason}]}
        done = [_format(term) for term in add_terms(path, parse_terms(raw, "terms add"))]
        terminal.say(
            f"localproof: {', '.join(done) or args.written}: {'in' if done else 'already in'} {_format_path(path)}"
        )
        return 0
    gone = remove_terms(path, args.terms)
    for term in args.terms:
        said = "taken out of" if term in gone else "not in"
        terminal.say(f"localproof: {_one_line(term)}: {said} {_format_path(path)}")
    return 0 if len(gone) == len(set(args.terms)) else 1


def _list(args: argparse.Namespace, settings: Settings, terminal: Terminal) -> int:
    from ..config import read_terms
    from ..project.term_lists import term_list_path

    paths = [] if args.project else [term_list_path(settings, terminal.env, project=False)]
    if args.project or (settings.root is not None and not args.user):
        paths.append(term_list_path(settings, terminal.env, project=True))
    listed: set[Term] = set()
    for path in paths:
        terms = read_terms(path)
        listed.update(terms)
        if terms:
            terminal.write(f"# {_format_path(path)}\n" + "".join(f"{_format(term)}\n" for term in terms))
    rest = [] if args.user or args.project else [term for term in settings.terms if term not in listed]
    if rest:
        terminal.write("# [terms] of the settings\n" + "".join(f"{_format(term)}\n" for term in rest))
    if not listed and not rest:
        terminal.say('localproof: no terms; to say one: localproof terms add "e-mail" "email"')
    return 0


def _import(args: argparse.Namespace, path: Path, terminal: Terminal) -> int:
    from ..project.term_lists import import_terms
    from ..text.phrases import count

    for name in args.files:
        file = Path(name)
        if not file.exists():
            raise BadInput(f"terms import: {_one_line(name)}: no such file or folder")
        done = import_terms(path, file)
        left = done.taken.left_out
        shown = left if args.verbose else left[:_NAMED]
        terminal.write("".join(f"not taken: {_one_line(entry)} ({why})\n" for entry, why in shown))
        if len(shown) < len(left):
            terminal.write(f"not taken: {len(left) - len(shown)} more (-v names all)\n")
        added = f"{count(len(done.new), 'term')} added to {_format_path(path)}"
        said = f"{_one_line(name)}, read as {done.taken.kind}: {added}"
        said += f", {done.known:,} already there" if done.known else ""
        terminal.say(f"localproof: {said}; {len(left):,} not taken")
    return 0


def _format(term: Term) -> str:
    written, preferred, reason = term
    said = f"{written} → {' or '.join(preferred)}" if preferred else f"{written}: avoid"
    return _one_line(said + (f"  ({reason})" if reason else ""))


def _format_path(path: Path) -> str:
    return _one_line(str(path))


def _one_line(text: str) -> str:
    from ..text.display import one_line

    return one_line(text)
