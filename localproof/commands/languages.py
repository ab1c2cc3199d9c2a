"""`localproof languages`: what each language has, and how it is set up."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..report import Unavailable
from ..text.languages import FORMS, NAMES, base

if TYPE_CHECKING:
    from ..config import Settings
    from ..terminal import Terminal


def register(parser: argparse.ArgumentParser) -> None:
    """It has no arguments."""


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """List the languages; 3 where that of the settings is not ready."""
    from ..config import load_settings

    return list_languages(load_settings(Path(), {}, terminal.env), terminal)


def list_languages(settings: Settings, terminal: Terminal) -> int:
    """What each language has under `settings`; 3 where theirs is not ready."""
    from ..engines.languagetool import has_rules
    from ..engines.original.place import find_installation, install_folder
    from ..engines.package import setup_command

    try:
        found = find_installation(install_folder(terminal.env))
    except Unavailable:
        found = None
    width = max(len(name) for name in NAMES.values())
    ready, others = [], []
    for code, name in sorted(NAMES.items(), key=lambda row: row[1]):
        homes = [] if not has_rules(code) else ["embedded"]
        homes += ["java"] if found is not None and code in found.languages else []
        row = f"    {code:<4} {name:<{width}}  "
        if homes:
            forms = f" as {', '.join(FORMS[code])}" if len(FORMS.get(code, ())) > 1 else ""
            with_all = "Harper, LanguageTool and the judge" if code == "en" else "LanguageTool's rules alone"
            ready += [_fill(terminal, row, f"{with_all} ({', '.join(homes)}){forms}")]
        else:
            others.append(f"{row}{setup_command(code)}\n")  # to be copied, so in one line
    terminal.write("Ready\n" + "".join(ready or ["    none\n"]))
    terminal.write("\nTo be set up\n" + "".join(others or ["    none\n"]))
    terminal.write(
        f"\nChecked where nothing else is said: {settings.language}\n"
        "A text says its own: lang: de in its front matter, <html lang=de>, or its name,\n"
        "post.de.md. In other languages than English, Harper and the judge have no say:\n"
        "the kind of rule decides what is shown.\n"
    )
    return 0 if any(base(settings.language) == row.split()[0] for row in ready) else 3


def _fill(terminal: Terminal, first: str, text: str) -> str:
    from ..render.width import InkedWord, fill, words
    from ..terminal import style

    look = style(terminal.stdout, "never", terminal.env)
    return "\n".join(fill(words(text), look, [InkedWord(first)], len(first))) + "\n"
