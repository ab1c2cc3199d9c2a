"""`localproof doctor`: whether all parts work here."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from .. import __version__
from ..config import USER_DICTIONARY, USER_FILE, Settings, find_settings, load_settings, read_words, user_folder
from ..report import BadInput, Unavailable
from ..text import escape_invisible

if TYPE_CHECKING:
    from ..terminal import Terminal

_START_LIMIT_S = 120.0  # as long as Java may take
_TRY = "We could of had it, and will recieve it."  # every engine sees an error in it
_BELOW = " "  # no label, but in the column of those that have one


def register(parser: argparse.ArgumentParser) -> None:
    """It has no arguments."""


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Try every part and tell; 3 if no engine works."""
    return examine(load_settings(Path(), {}, terminal.env), terminal)


def examine(settings: Settings, terminal: Terminal) -> int:
    """Try every part under `settings` and tell; 3 if no engine works."""
    import platform

    from .. import energy
    from ..engines import ENGINES
    from ..service.control import status_line
    from .languagetool_setup import describe_installation
    from .model_listing import describe_model_here

    terminal.write(f"LocalProof {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}\n\n")
    terminal.write("Engines\n")
    works = [_try_engine(name, settings, terminal) for name in ENGINES]
    terminal.write("\nThe original LanguageTool\n")
    for line in describe_installation(settings, terminal.env):
        _write_row(terminal, "", line)
    terminal.write("\nModel\n")
    for line in describe_model_here(settings, terminal.env):
        _write_row(terminal, "", line)
    terminal.write("\nService\n")
    _write_row(terminal, "", status_line(terminal.env, settings))
    terminal.write("\nYours\n")
    for what, text in _user_files(settings, terminal):
        _write_row(terminal, what, text)
    terminal.write("\nEnergy\n")
    used = next((line for line in energy.doctor() if line.used), None)
    _write_row(terminal, "", f"{used.name}: {used.explanation}" if used else "no figure can be had")
    _write_row(terminal, "", "more: localproof energy doctor")
    terminal.write("\nNetwork\n")
    _write_row(
        terminal,
        "",
        "none, but for `localproof setup` and `localproof models get`, which ask first, and a LanguageTool server that "
        "you name",
    )
    return 0 if any(works) else 3


def _try_engine(name: str, settings: Settings, terminal: Terminal) -> bool:
    """Start an engine, have it find an error, and tell how that went."""
    from concurrent.futures import TimeoutError as TooLate

    from ..engines import ENGINES, HOUSE

    begun = monotonic()
    try:
        engine = ENGINES[name](settings)
        try:
            found = engine.submit(_TRY).result(_START_LIMIT_S)
            held = sum(_memory_mb(pid) for pid in engine.pids())
            made_of = ", ".join(f"{p.part} {p.version or '(version not stated)'}" for p in engine.provenance())
        finally:
            engine.close()
    except BadInput as error:  # a setting that makes no sense is what the doctor was asked about
        _write_row(terminal, name, f"does not work: {error}")
        return False
    except (Unavailable, TooLate) as error:
        told = error.skipped if isinstance(error, Unavailable) else None
        why = told.reason if told else f"does not answer within {_START_LIMIT_S:.0f} s"
        _write_row(terminal, name, f"does not work: {why}")
        if told and told.remedy:
            _write_row(terminal, _BELOW, f"what helps: {told.remedy}")
        return False
    patterns = ENGINES[name].in_process  # each looks for one thing, which need not be in the text that was tried
    state = "works" if found or patterns else "answers, but does not see a plain error"
    off = "" if name in settings.engines or name == HOUSE else ", switched off in your settings"
    _write_row(terminal, name, f"{state} ({monotonic() - begun:.1f} s to start and answer){off}")
    _write_row(terminal, _BELOW, made_of)
    if held:
        _write_row(terminal, _BELOW, f"its processes held {held:,.0f} MB at most")
    return bool(found)


def _write_row(terminal: Terminal, label: str, text: str) -> None:
    """A row under a heading, filled to the width of the terminal; `label` stands before it, "" for none."""
    from ..render.width import InkedWord, fill, words
    from ..terminal import style

    look = style(terminal.stdout, "never", terminal.env)
    first = f"    {label:<18}" if label else "    "
    terminal.write("\n".join(fill(words(text), look, [InkedWord(first)], len(first))) + "\n")


def _user_files(settings: Settings, terminal: Terminal) -> Iterator[tuple[str, str]]:
    home = user_folder(terminal.env)
    yield "settings", _count_lines(home / USER_FILE)
    yield "words", _count_lines(home / USER_DICTIONARY, words=True)
    if settings.root is None:
        yield "project", "none here"
        return
    yield "project", escape_invisible(str(settings.root))
    file, _ = find_settings(settings.root)
    yield "its settings", escape_invisible(str(file)) if file else "none"
    if settings.dictionary is not None:
        yield "its words", _count_lines(settings.dictionary, words=True)


def _count_lines(path: Path, *, words: bool = False) -> str:
    shown = escape_invisible(str(path))
    if not path.exists():
        return f"none ({shown})"
    return f"{len(read_words(path)):,} ({shown})" if words else shown


def _memory_mb(pid: int) -> float:
    """The most memory that a process has held so far (Linux); 0 where that cannot be told."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:"))
