"""The parser of a command, built when it is asked for from the command's own file."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

from .. import __version__
from . import COMMANDS
from .arguments import Action

_STATUS = (
    "exit status: 0 no findings, 1 findings, 2 asked wrongly, or what was asked for\n"
    "could not be read or is not there, 3 nothing was checked"
)


class ArgumentParser(argparse.ArgumentParser):
    """An argument parser whose complaints are LocalProof's: one line, what happened and what to do. `elsewhere` names
    the commands that do have an option."""

    elsewhere: Callable[[str], Sequence[str]] = staticmethod(lambda _: ())

    def error(self, message: str) -> NoReturn:
        from ..report import BadInput

        about, _, words = message.partition("unrecognized arguments: ")
        option = next((word.partition("=")[0] for word in words.split() if word.startswith("-")), "")
        hint = ""
        if option and not about:
            hint = _suggest_option(option, self._option_string_actions)
            if not hint and (others := self.elsewhere(option)):
                hint = f"; {others[0]} has {option}"
        message = self._explain_value(message)
        if "choose from" not in message and "did you mean" not in hint:
            hint += f"; see `{self.prog} --help`"
        # An option with two names is told by its first.
        raise BadInput(re.sub(r"\A(-[\w-]+)/[^ :]+:", r"\1:", message.removeprefix("argument ")) + hint)

    def _explain_value(self, message: str) -> str:
        """`message` in plain words where an option was given a value and takes none, or only some."""
        found = re.fullmatch(r"argument (-[\w-]+)[^ :]*: ignored explicit argument (.+)", message)
        if found is None:
            return message
        option, value = found.groups()
        values = sorted(known for known in self._option_string_actions if known.startswith(f"{option}="))
        if values:
            return f"{option}: unknown value {value} (choose from {', '.join([*values, option])})"
        return f"{option}: takes no value, so {value} cannot be one"


def _suggest_option(option: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(option, list(known), 1, 0.75)  # looser, and unlike ones are proposed
    return f"; did you mean {close[0]}?" if close else ""


def load_command(name: str) -> Any:
    """The module of a command."""
    return import_module(f".{name}", __package__)


def actions_of(name: str) -> Mapping[str, Action]:
    """The actions of a command, none for one that is a single thing."""
    actions: Mapping[str, Action] = getattr(load_command(name), "ACTIONS", {})
    return actions


def default_action(name: str) -> str:
    """The action that is meant where none is named, "" where one must be."""
    return str(getattr(load_command(name), "DEFAULT_ACTION", ""))


def build_parser(name: str, action: str = "") -> ArgumentParser:
    """The parser of a command, or of an action of it; of a command with actions it has the help alone."""
    actions = actions_of(name)
    parser = ArgumentParser(
        prog=" ".join(filter(None, ("localproof", "" if name == "check" else name, action))),
        description=(actions[action].about if action else COMMANDS[name]) + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if name == "check":
        parser.usage = "localproof [check] [options] [PATH | -]…\n       localproof COMMAND …"
        parser.description = "Proofread English prose on your own machine. Nothing you write leaves it."
        parser.epilog = f"commands:\n{_rows(COMMANDS)}\n\n{_STATUS}"
        parser.add_argument("--version", action="version", version=f"localproof {__version__}")
    elif actions and not action:
        parser.usage = f"localproof {name} {'[ACTION]' if default_action(name) else 'ACTION'} …"
        rows = _rows({each: row.about for each, row in actions.items()})
        parser.epilog = f"actions:\n{rows}\n\neach has its own: localproof {name} ACTION --help"
    parser.elsewhere = lambda option: _actions_with(option, name) if action else _commands_with(option, name)
    if action:
        actions[action].register(parser)
    elif not actions:
        load_command(name).register(parser)
    parser.add_argument(
        "--verbose",
        "-v",
        action="count",
        default=0,
        help="say on standard error what goes on inside; -vv says more (as LOCALPROOF_LOG=info, =debug)",
    )
    return parser


def _rows(table: Mapping[str, str]) -> str:
    width = max(map(len, table))
    return "\n".join(f"  {name:<{width}}  {about}" for name, about in table.items())


def _commands_with(option: str, name: str) -> list[str]:
    """The other commands that have an option, the default one first."""
    known = [other for other in COMMANDS if other != name and not actions_of(other)]
    return [f"`localproof {other}`" for other in known if option in build_parser(other)._option_string_actions]


def _actions_with(option: str, name: str) -> list[str]:
    """The actions of the command `name` that have an option."""
    return [
        f"`localproof {name} {action}`"
        for action in actions_of(name)
        if option in build_parser(name, action)._option_string_actions
    ]
