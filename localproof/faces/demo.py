"""A page of prose with errors planted in it, for the first minute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..render import findings_of, report_block
from ..settings import load
from .batch import Task, proofread
from .files import Found
from .terminal import Terminal, style

PAGE = Path(__file__).with_name("demo.md")
PLANTED = 17


def demo(flags: Mapping[str, object], colour: str, terminal: Terminal) -> int:
    """Proofread the page and tell everything about it; the exit status is 0, or 3 if nothing could be checked."""
    terminal.write(
        f"A page of prose with {PLANTED} errors planted in it, and with names, British\n"
        "spellings, code and links that are right as they are. LocalProof says:\n\n"
    )
    settings = load(None, {"language": "en-GB", **flags}, terminal.env, isolated=True)
    outcome = proofread(Task(settings, (Found(PAGE, "demo.md", named=True),)))
    look = style(terminal.stdout, colour, terminal.env)
    for report in outcome.run.reports:
        terminal.write(findings_of(report, look))
    terminal.write(report_block(outcome.run, look))
    terminal.write("\nYour own: localproof FILE, or  echo 'I could of gone' | localproof\n")
    return 0 if any(p.role == "rules" for p in outcome.run.provenance) else 3
