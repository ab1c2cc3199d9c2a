"""What a rule looks for, and whether all parts work here: `explain`, `doctor`, `energy doctor`."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from concurrent.futures import TimeoutError as TooLate
from dataclasses import replace
from pathlib import Path
from time import monotonic

from .. import __version__, energy
from ..config import USER_DICTIONARY, USER_FILE, Settings, nearest, one_of, read_words, user_folder
from ..engines import ENGINES
from ..engines.catalogue import CATALOGUES
from ..render import Style
from ..report import BadInput, Unavailable
from ..service.control import status_line
from ..terminal import Terminal
from ..text import escape_invisible
from .rules import ListedRule, describe_rule, is_called, list_rules
from .setup import memory_mb, state

_START_LIMIT_S = 120.0  # as long as Java may take
_TRY = "You will recieve it."


def explain(rule: str, settings: Settings, look: Style | None = None) -> str:
    """What the rule looks for, whether it is on here and how it is switched off, within the width of `look` if any.
    Raises BadInput for one that does not exist."""
    engine, _, bare = rule.rpartition("/")
    if engine:
        one_of(engine, CATALOGUES, "engine", "explain")
    known, missing = list_rules(replace(settings, engines=(engine,) if engine else tuple(CATALOGUES)))
    found = [each for each in known if is_called(rule, each.rule.name)]
    if not known and missing:
        raise Unavailable(missing[0].what, missing[0].reason, missing[0].remedy)
    if not found:
        names = [each.rule.name.partition("/")[2] for each in known]
        raise BadInput(f"no rule is called {escape_invisible(rule)!r}{nearest(bare, names)}")
    return "\n".join(_explanation_lines(each, bare, look) for each in found)


def _explanation_lines(each: ListedRule, bare: str, look: Style | None) -> str:
    name = f"{each.rule.name.partition('/')[0]}/{bare}"
    return (
        f"{describe_rule(each, look)}\n"
        f'    Off for a project:    disable = ["{name}"] in localproof.toml\n'
        f"    Off for a paragraph:  <!-- localproof: ignore {name} --> before it\n"
    )


def doctor(settings: Settings, terminal: Terminal) -> int:
    """Try every part and tell; the exit status is 3 if no engine works."""
    from .models import state as model_state

    terminal.write(f"LocalProof {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}\n\n")
    terminal.write("Engines\n")
    works = [_try_engine(name, settings, terminal) for name in ENGINES]
    terminal.write("\nThe original LanguageTool\n")
    for line in state(settings, terminal.env):
        terminal.write(f"    {line}\n")
    terminal.write("\nModel\n")
    for line in model_state(settings, terminal.env):
        terminal.write(f"    {line}\n")
    terminal.write(f"\nService\n    {status_line(terminal.env, settings)}\n")
    terminal.write("\nYours\n")
    for what, text in _user_files(settings, terminal):
        terminal.write(f"    {what:<18}{text}\n")
    terminal.write("\nEnergy\n")
    used = next((line for line in energy.doctor() if line.used), None)
    terminal.write(f"    {used.name}: {used.explanation}\n" if used else "    no figure can be had\n")
    terminal.write("    more: localproof energy doctor\n")
    terminal.write(
        "\nNetwork\n    none, but for `localproof setup` and `localproof models get`, which ask first, and a "
        "LanguageTool server that you name\n"
    )
    return 0 if any(works) else 3


def _try_engine(name: str, settings: Settings, terminal: Terminal) -> bool:
    """Start an engine, have it find an error, and tell how that went."""
    begun = monotonic()
    try:
        engine = ENGINES[name](settings)
        try:
            found = engine.submit(_TRY).result(_START_LIMIT_S)
            held = sum(memory_mb(pid) for pid in engine.pids())
            made_of = ", ".join(f"{p.part} {p.version or '(version not stated)'}" for p in engine.provenance())
        finally:
            engine.close()
    except BadInput as error:  # a setting that makes no sense is what the doctor was asked about
        terminal.write(f"    {name:<18}does not work: {escape_invisible(str(error))}\n")
        return False
    except (Unavailable, TooLate) as error:
        told = error.skipped if isinstance(error, Unavailable) else None
        why = told.reason if told else f"does not answer within {_START_LIMIT_S:.0f} s"
        terminal.write(f"    {name:<18}does not work: {escape_invisible(why)}\n")
        if told and told.remedy:
            terminal.write(f"    {'':<18}what helps: {escape_invisible(told.remedy)}\n")
        return False
    state = "works" if found else "answers, but does not see a plain error"
    off = "" if name in settings.engines else ", switched off in your settings"
    terminal.write(f"    {name:<18}{state} ({monotonic() - begun:.1f} s to start and answer){off}\n")
    terminal.write(f"    {'':<18}{made_of}\n")
    if held:
        terminal.write(f"    {'':<18}its processes held {held:,.0f} MB at most\n")
    return bool(found)


def _user_files(settings: Settings, terminal: Terminal) -> Iterator[tuple[str, str]]:
    home = user_folder(terminal.env)
    yield "settings", _count_lines(home / USER_FILE)
    yield "words", _count_lines(home / USER_DICTIONARY, words=True)
    if settings.root is None:
        yield "project", "none here"
        return
    yield "project", escape_invisible(str(settings.root))
    files = sorted({s for s in settings.sources.values() if s.startswith(str(settings.root))})
    yield "its settings", escape_invisible(", ".join(files)) or "none"
    if settings.dictionary is not None:
        yield "its words", _count_lines(settings.dictionary, words=True)


def _count_lines(path: Path, *, words: bool = False) -> str:
    shown = escape_invisible(str(path))
    if not path.exists():
        return f"none ({shown})"
    return f"{len(read_words(path)):,} ({shown})" if words else shown


def energy_doctor(terminal: Terminal) -> int:
    """`localproof energy doctor`: every meter, its state and what the user can do."""
    for line in energy.doctor():
        mark = "*" if line.used else " "
        terminal.write(f"{mark} {line.name}: {line.state}\n      {escape_invisible(line.explanation)}\n")
        if line.remedy:
            terminal.write("".join(f"      {part}\n" for part in escape_invisible(line.remedy).splitlines()))
    terminal.write("\n* what a run would use now. Nothing was changed.\n")
    return 0
