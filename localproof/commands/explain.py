"""`localproof explain`: what a rule looks for, and how it is switched off."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("rule", metavar="RULE", help="as a finding names it: harper/AnA, languagetool/EN_A_VS_AN")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Explain the rule. Raises BadInput where there is none of that name."""
    from ..config import load_settings
    from ..pipeline.rules import explain_rule
    from ..terminal import style

    look = style(terminal.stdout, "never", terminal.env)
    terminal.write(explain_rule(args.rule, load_settings(Path(), {}, terminal.env), look))
    return 0
