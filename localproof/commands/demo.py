"""`localproof demo`: a page of prose with errors planted in it, for the first minute."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import PROFILES
from ..text import Span
from .arguments import (
    ChoiceWord,
    add_colour_argument,
    add_engine_argument,
    add_report_arguments,
    list_choices,
    setting_flags,
)

if TYPE_CHECKING:
    from ..report import Report
    from ..terminal import Terminal

PAGE = Path(__file__).with_name("demo.md")
# Each with as many words as it takes to be found only where it was planted, in order.
PLANTED = (
    "freind",
    "could of",
    "allready",
    "the the",
    "Its loose",
    "then it used",
    "a hour",
    "was cut",
    "alot",
    "should of",
    "there own",
    "to much",
    "off course",
    "payed",
    "forward to see",
    "wich",
    "it's flavour",
)


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_engine_argument(parser)
    parser.add_argument(
        "--profile", type=ChoiceWord("profile", PROFILES), metavar="PROFILE", help=list_choices(PROFILES)
    )
    add_report_arguments(parser)
    add_colour_argument(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Proofread the page and say how that went; 3 if nothing could be checked."""
    from ..config import load_settings
    from ..pipeline.batch import Task, run_task
    from ..project.files import InputFile
    from ..render import findings_of, origin_screen, report_block
    from ..terminal import style

    terminal.write(
        f"A page of prose with {len(PLANTED)} errors planted in it, and with names, British\n"
        "spellings, code and links that are right as they are.\n"
    )
    settings = load_settings(None, {"language": "en-GB", **setting_flags(args)}, terminal.env, isolated=True)
    outcome = run_task(Task(settings, (InputFile(PAGE, "demo.md", named=True),)))
    look = style(terminal.stdout, args.color, terminal.env)
    for each in outcome.run.reports:
        terminal.write(_score(each) + "\n\n" + findings_of(each, look))
    if args.report or not outcome.run.checked:
        account = origin_screen if args.report == "short" else report_block
        terminal.write(account(outcome.run, look) + "\n")
    terminal.write("Next, your own: localproof FILE or FOLDER; localproof review FILE to decide on each\n")
    return 0 if outcome.run.checked else 3


def _score(report: Report) -> str:
    """How many of the planted errors were found, which were not, and how many findings are false alarms."""
    places: dict[str, Span] = {}
    at = 0
    for phrase in PLANTED:
        at = report.document.text.index(phrase, at)
        places[phrase] = Span(at, at + len(phrase))
    found = {p for p, span in places.items() if any(f.span.overlaps(span) for f in report.findings)}
    alarms = sum(not any(f.span.overlaps(span) for span in places.values()) for f in report.findings)
    missed = ", ".join(p for p in PLANTED if p not in found)
    lines = [f"Found {len(found)} of {len(PLANTED)} planted errors, and raised {alarms or 'no'} false alarms."]
    if missed:
        lines.append(f"Not sure enough to speak of: {missed} (--profile all does).")
    return "\n".join(lines)
