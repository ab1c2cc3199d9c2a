"""`localproof donate`: corrections that a writer gives away, picked one by one, in one file to send by hand."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import BadInput

if TYPE_CHECKING:
    from ..project.donation import DonatedSentence
    from ..project.git_history import Correction
    from ..terminal import Terminal

_MOST = 500  # corrections that are asked about
_HELP = """\
y        give this sentence, as it stands here
n        keep it
r NAME   put the word NAME in place of a name in it: r Ann Berg
b        back to the one before
q        enough: go on to the licence
x        give nothing, write nothing
"""


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--from-git",
        nargs="?",
        const=".",
        metavar="FOLDER",
        help="pick from the corrections in your own commits of a repository; else from what reviews and --fix wrote",
    )
    parser.add_argument("--author", default="", metavar="ADDRESS", help="whose commits are yours (git's user.email)")
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="the file to write, which must not exist yet")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Hold the dialogue and write the file; 3 where there is nothing to give. Raises BadInput."""
    from ..terminal import is_terminal

    if terminal.stdin is None or not is_terminal(terminal.stdin):
        raise BadInput("donate: each sentence is shown and asked about, which needs a terminal")
    found = list(_sentences(_corrections(args, terminal)))
    if not found:
        terminal.say("localproof: no small corrections here to pick from; try --from-git FOLDER")
        return 3
    return Dialogue(terminal, lambda: _answer(terminal)).hold(found, args.output)


def _answer(terminal: Terminal) -> str | None:
    line = terminal.stdin.readline() if terminal.stdin else b""
    return line.decode("utf-8", "replace").strip() if line else None


def _corrections(args: argparse.Namespace, terminal: Terminal) -> Iterator[Correction]:
    from ..project.donation import reviewed_corrections
    from ..project.git_history import corrections_by, own_email
    from ..project.learned import today
    from ..project.undo_log import sessions

    if args.from_git is not None:
        folder = Path(args.from_git)
        if not folder.is_dir():
            raise BadInput(f"donate --from-git: {args.from_git}: no such folder")
        yield from reversed(corrections_by(folder, args.author or own_email(folder), _MOST))
        return
    for session in reversed(sessions(terminal.env)):
        for entry in session.entries():
            if entry.kept is None or entry.state() != "new":
                continue
            try:
                texts = [path.read_bytes().decode("utf-8") for path in (entry.kept, entry.path)]
            except (OSError, UnicodeDecodeError):
                continue
            yield from reviewed_corrections(texts[0], texts[1], today())


def _sentences(corrections: Iterator[Correction]) -> Iterator[DonatedSentence]:
    from ..project.donation import sentences_of

    seen: set[tuple[str, str]] = set()
    for correction in corrections:
        for each in sentences_of(correction):
            if (each.before, each.after) not in seen and len(seen) < _MOST:
                seen.add((each.before, each.after))
                yield each


@dataclass
class Dialogue:
    """The conversation about what is given. `answer` gives the next line that was typed, None at the end of input."""

    terminal: Terminal
    answer: Callable[[], str | None]

    def hold(self, found: Sequence[DonatedSentence], output: Path | None) -> int:
        """Ask about each, then about the licence and for consent, then write the file; the exit status."""
        from ..project.donation import CONSENT

        self._say("Each sentence is shown as it would leave, before and after. Nothing else of yours is in the file.\n")
        self._say(_HELP)
        given = self._pick(list(found))
        if not given:
            self._say("nothing was given, nothing was written\n")
            return 0
        licence = self._ask(
            "Under which licence? cc0 (no conditions) or cc-by (with your credit line): ", ("cc0", "cc-by")
        )
        credit = self._credit(licence)
        self._say(f"\n{CONSENT}\n\n")
        if licence is None or credit is None or self._ask("Do you agree? yes or no: ", ("yes", "no")) != "yes":
            self._say("nothing was written\n")
            return 0
        return self._write(given, licence, credit, output)

    def _pick(self, found: list[DonatedSentence]) -> list[DonatedSentence]:
        from ..project.donation import hide_name, likely_names

        given: dict[int, DonatedSentence] = {}
        at = 0
        while at < len(found):
            each = found[at]
            names = likely_names(each.after)
            look = f"perhaps names: {', '.join(names)}\n" if names else ""
            self._say(f"\n{at + 1} of {len(found)}\n- {each.before}\n+ {each.after}\n{look}")
            said = self._question("y n r b q x: ")
            if said is None or said == "x":
                return []
            if said == "q":
                break
            if said.startswith("r ") and said[2:].strip():
                found[at] = hide_name(each, said[2:])
            elif said == "b":
                at = max(at - 1, 0)
            elif said in ("y", "n"):
                given.pop(at, None)
                if said == "y":
                    given[at] = each
                at += 1
            else:
                self._say(_HELP)
        return [given[number] for number in sorted(given)]

    def _credit(self, licence: str | None) -> str | None:
        if licence != "cc-by":
            return ""
        while True:
            said = self._question("Your credit line, as it is to be printed: ")
            if said is None or said:
                return said

    def _write(self, given: Sequence[DonatedSentence], licence: str, credit: str, output: Path | None) -> int:
        import uuid

        from .. import __version__
        from ..project.donation import write_donation
        from ..project.files import write_new
        from ..project.learned import today
        from ..text.display import one_line
        from ..text.phrases import count

        path = output or Path(f"localproof-donation-{today()}.json")
        if path.exists():
            raise BadInput(f"donate: {one_line(str(path))} is there already; name another with --output")
        number = uuid.uuid4().hex
        text = write_donation(
            _with_rules(given),
            number=number,
            licence=licence,
            credit=credit,
            date=today(),
            tool=f"LocalProof {__version__}",
        )
        write_new(path, text.encode("utf-8"), private=True)
        self._say(
            f"{count(len(given), 'sentence')} written to {one_line(str(path))}. Nothing was sent: look at it, then "
            f"send it.\nKeep its number, to have it taken out again: {number}\n"
        )
        return 0

    def _ask(self, question: str, choices: tuple[str, ...]) -> str | None:
        while True:
            said = self._question(question)
            if said is None or said.lower() in choices:
                return said and said.lower()

    def _question(self, question: str) -> str | None:
        self.terminal.stdout.write(question)
        self.terminal.stdout.flush()
        return self.answer()

    def _say(self, text: str) -> None:
        from ..text import escape_invisible

        self.terminal.write("".join(f"{escape_invisible(line)}\n" for line in text.splitlines()))


def _with_rules(given: Sequence[DonatedSentence]) -> list[DonatedSentence]:
    """`given`, each with the rules that speak of what was corrected in it."""
    from ..config import Settings
    from ..formats import read
    from ..pipeline.checker import Checker
    from ..project.git_history import small_changes
    from .learned_history import mends

    out = []
    with Checker(Settings()) as checker:
        for each in given:
            report = checker.check(read("sentence.txt", each.before, checker.settings))
            changes = small_changes(each.before, each.after)
            found = [f for f in (*report.findings, *report.held_back) for c in changes if mends(each.before, f, c)]
            rules = tuple(dict.fromkeys(rule for f in found for rule in (f.source or (f.rule,))))
            out.append(replace(each, found_by=rules, decision="accepted" if rules else "own"))
    return out
