"""`localproof learn`: what your decisions have taught, learned from a git history, or forgotten."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import BadInput
from .arguments import Action

if TYPE_CHECKING:
    from ..config import Settings
    from ..project.git_history import Correction
    from ..scoring.learning import Evidence
    from ..terminal import Terminal

_MOST_CORRECTIONS = 1_000
_SHOWN = 10  # corrections, before they are learned from
_LONGEST_SHOWN = 60  # code points of one side


def _register_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from-git",
        nargs="?",
        const=".",
        metavar="FOLDER",
        help="learn from the corrections in your own commits of a repository (this one); they are shown first",
    )
    parser.add_argument("--author", default="", metavar="ADDRESS", help="whose commits are yours (git's user.email)")
    parser.add_argument(
        "--most", type=int, default=_MOST_CORRECTIONS, metavar="N", help="the newest N corrections only"
    )
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")


def _register_forget(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "patterns", nargs="*", metavar="WHAT", help="a rule or a glob, words, or a kind: as `learn` shows"
    )
    parser.add_argument(
        "--from", dest="place", choices=("review", "editor", "history"), help="all that came from there"
    )
    parser.add_argument("--all", action="store_true", help="everything")


ACTIONS = {
    "show": Action("Say what was learned, in sentences", _register_show),
    "forget": Action("Take some of it back, or all", _register_forget),
}
DEFAULT_ACTION = "show"


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Do what the action says. Raises BadInput for what makes no sense."""
    from ..config import load_settings

    settings = load_settings(Path(), {}, terminal.env)
    if settings.learning == "off":
        terminal.say('localproof: nothing is learned: learning = "off" in your settings')
        return 0
    if args.action == "forget":
        return _forget(args, settings, terminal)
    if args.from_git is not None:
        return _learn_from_git(args, settings, terminal)
    return _show(settings, terminal, whole=bool(args.verbose))


def _show(settings: Settings, terminal: Terminal, *, whole: bool) -> int:
    from ..project.learned import file_of
    from ..scoring import threshold
    from ..scoring.learning import learned_from, read_evidence
    from ..terminal import style
    from ..text.display import one_line
    from .learned_sentences import describe_learned

    path = file_of(settings, terminal.env)
    evidence = read_evidence(settings.learned)
    if not evidence:
        terminal.say(
            "localproof: nothing yet; reviews and editors teach what you accept and leave, and so does "
            "localproof learn --from-git"
        )
        return 0
    look = style(terminal.stdout, "never", terminal.env)
    least = threshold(settings.profile)
    terminal.write(describe_learned(evidence, learned_from(settings.learned), least, look, whole=whole))
    terminal.say(
        f"localproof: kept in {one_line(str(path))}, to be read and changed; to take back: localproof learn forget"
    )
    return 0


def _forget(args: argparse.Namespace, settings: Settings, terminal: Terminal) -> int:
    from ..pipeline.suppressions import matches_rule
    from ..project.learned import remove_evidence
    from ..scoring.learning import SORTS, slip_sort
    from ..text.phrases import count

    if not (args.patterns or args.place or args.all):
        raise BadInput("learn forget: say what: a rule, words, --from history, or --all")

    def unwanted(each: Evidence) -> bool:
        if args.all or (args.place and each.where.partition(":")[0] == args.place):
            return True
        sort = slip_sort(each.written, each.meant, each.kind)
        names = {each.written, each.meant, each.kind, sort, SORTS.get(sort, "")} - {""}
        return any(p.lower() in names or (each.rule and matches_rule(p, each.rule)) for p in args.patterns)

    gone = remove_evidence(settings, terminal.env, unwanted)
    terminal.say(f"localproof: {count(sum(e.times for e in gone), 'decision')} forgotten")
    return 0 if gone else 1


def _learn_from_git(args: argparse.Namespace, settings: Settings, terminal: Terminal) -> int:
    from ..pipeline.checker import Checker
    from ..project.git_history import corrections_by, own_email
    from ..project.learned import add_evidence, file_of, remove_evidence
    from ..terminal import ask_yes_no
    from ..text.display import one_line
    from ..text.phrases import count
    from .learned_history import history_evidence

    folder = Path(args.from_git)
    if not folder.is_dir():
        raise BadInput(f"learn --from-git: {one_line(args.from_git)}: no such folder")
    if args.most < 1:
        raise BadInput("learn --from-git: --most must be at least 1")
    author = args.author or own_email(folder)
    file_of(settings, terminal.env)  # before the work, whether it could be kept
    corrections = corrections_by(folder, author, args.most)
    if not corrections:
        terminal.say(f"localproof: no small corrections of texts by {one_line(author)} in this history")
        return 3
    terminal.write(_preview(corrections))
    asked = f"Learn from {count(len(corrections), 'correction')} by {one_line(author)}?"
    if not args.yes and not ask_yes_no(terminal, asked):
        terminal.say("localproof: nothing was learned; to learn from them: --yes")
        return 0
    where = f"history:{_repository_name(folder)}"
    with Checker(settings) as checker:
        evidence = list(history_evidence(corrections, checker, where))
    remove_evidence(settings, terminal.env, lambda each: each.where == where)  # learned again, it counts once
    done = add_evidence(settings, terminal.env, evidence)
    terminal.say(f"localproof: {count(done, 'decision')} learned; localproof learn says what they come to")
    return 0


def _preview(corrections: Sequence[Correction]) -> str:
    """The newest corrections, as they would be learned from."""
    from ..text.display import one_line

    lines = [
        f"{c.date}  {one_line(c.path)}: "
        + "; ".join(
            f"“{one_line(x.written)[:_LONGEST_SHOWN]}” → “{one_line(x.meant)[:_LONGEST_SHOWN]}”" for x in c.changes
        )
        for c in corrections[: -_SHOWN - 1 : -1]
    ]
    more = len(corrections) - len(lines)
    return "\n".join([*lines, *([f"and {more:,} more"] if more else [])]) + "\n"


def _repository_name(folder: Path) -> str:
    """A name for the repository of a folder, to tell its evidence from that of others."""
    import hashlib
    import os

    place = next((p for p in (folder.absolute(), *folder.absolute().parents) if (p / ".git").exists()), folder)
    real = os.path.realpath(place)
    return f"{Path(real).name[:20]}-{hashlib.sha256(os.fsencode(real)).hexdigest()[:8]}".replace("\t", " ")
