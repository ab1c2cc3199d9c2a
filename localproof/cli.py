"""Arguments → the command that is meant → its exit status.

The parser of that command is built from its file in `commands`, and no other.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from . import __version__
from .commands import COMMANDS
from .commands.parsers import actions_of, build_parser, default_action, load_command
from .config import BUNDLED, one_of
from .text.escaping import escape_invisible

if TYPE_CHECKING:
    from .terminal import Terminal

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_ENDED = 143  # 128 + SIGTERM
_CUT_OFF = 141  # 128 + SIGPIPE: the reader of our output went away
_WRONG = 2


def find_command(argv: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The command that is meant, and its arguments; options may stand before its name, unless that is also a file."""
    if not argv or argv[0] in COMMANDS:
        return (argv[0], argv[1:]) if argv else ("check", argv)
    if argv[0].startswith("-") and "--" not in argv and COMMANDS.keys() & set(argv):
        known, _ = build_parser("check").parse_known_intermixed_args(argv)
        first = known.paths[0] if known.paths else ""
        if first in COMMANDS and not os.path.lexists(first):
            at = argv.index(first)
            return first, [*argv[:at], *argv[at + 1 :]]
    return "check", argv


def _find_action(name: str, rest: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The action of a command that is meant, and its arguments; options may stand before its name. "" for a command
    without actions, and where help with the command is asked for. Raises BadInput where there is no such action."""
    actions, default = actions_of(name), default_action(name)
    words = rest[: rest.index("--")] if "--" in rest else rest
    if not actions:
        return "", rest
    for at, word in enumerate(words):
        if word in actions:
            return word, [*rest[:at], *rest[at + 1 :]]
    if {"-h", "--help"} & set(words):
        return "", rest
    wrong = next((word for word in words if not word.startswith("-")), "")
    if default and (not rest or not wrong or words[0].startswith("-")):
        return default, rest
    if not wrong:
        from .report import BadInput

        raise BadInput(f"{name} needs one of {', '.join(actions)}; see `localproof {name} --help`")
    return one_of(wrong, actions, "action", name), rest


def _refuse_mistyped_command(first: str) -> None:
    """Raises BadInput where the first word is the name of no file and nearly that of a command."""
    if first.startswith("-") or os.path.lexists(first):
        return
    from difflib import get_close_matches

    if near := get_close_matches(first, COMMANDS, n=1, cutoff=0.75):
        from .report import BadInput

        raise BadInput(f"{first}: no such file; did you mean the command {near[0]}?")


def _refuse_text_for_model(name: str | None, env: Mapping[str, str]) -> None:
    """Raises BadInput where what --model names is a folder, or a file of a format that is read, and no model."""
    if not name or name == BUNDLED:  # as nearly always: nothing need be imported to say so
        return
    from .formats import format_of

    if format_of(name) is None and not os.path.isdir(name):  # noqa: PTH112 - as above
        return
    from .models.catalogue import load

    if all(model.id != name for model in load(env)):
        from .report import BadInput

        raise BadInput(
            f"--model {name}: that is no model, but a text to check; the bundled model is meant by --model alone, as "
            f"the last of the line, or by --model {BUNDLED} {name}"
        )


def run(argv: Sequence[str], terminal: Terminal, alone: str = "") -> int:
    """Do what the arguments say; the exit status. `alone`: why that is not done in the service, "" where it is. Raises
    BadInput for what makes no sense."""
    from .terminal import start_logging

    name, rest = find_command(argv)
    if name == "check" and rest is argv and argv:
        _refuse_mistyped_command(argv[0])
    action, rest = _find_action(name, rest)
    parser = build_parser(name, action)
    # Flags may stand between paths; but that way of parsing forgets what "--" is for.
    args = parser.parse_args(rest) if "--" in rest else parser.parse_intermixed_args(rest)
    args.action, args.parser = action, parser
    if start_logging(args.verbose, terminal):
        import logging

        where = f"here: the service was not used, {alone}" if alone else f"in process {os.getpid()} of the service"
        logging.getLogger(__name__).info("%s, LocalProof %s, %s", name, __version__, where)
    _refuse_text_for_model(getattr(args, "model", None), terminal.env)
    status: int = load_command(name).run(args, terminal)
    return status


def _describe_lost_folder() -> str:
    """What is wrong with the folder that the user is in, "" where it is there and open."""
    try:
        os.getcwd()  # noqa: PTH109 - help does not wait for pathlib
        os.stat(".")  # noqa: PTH116
    except FileNotFoundError:
        return "the folder that you are in is no longer there; go to another one, with cd"
    except PermissionError:
        return "the folder that you are in is not open to you; go to another one, with cd"
    return ""


def main(argv: Sequence[str] | None = None, *, alone: str = "") -> int:
    """The command `localproof`. Returns the exit status; `alone` as in `run`."""
    from .terminal import leave_quietly, process_terminal

    terminal = process_terminal()
    with contextlib.suppress(ValueError):  # this is not the main thread
        # So that what is open is closed: no half-written file stays behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(_ENDED))
    try:
        return run(sys.argv[1:] if argv is None else argv, terminal, alone)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        leave_quietly()
        return _CUT_OFF
    except Exception as error:  # noqa: BLE001 - nothing is hidden: else Python's own status 1 would say "findings"
        _explain_failure(error, terminal)
        return _WRONG


def _explain_failure(error: Exception, terminal: Terminal) -> None:
    """Say why a command came to nothing. Called where `error` is handled."""
    from .report import BadInput, Unavailable
    from .text.display import one_line

    if isinstance(error, BadInput | Unavailable):
        terminal.say(f"localproof: {one_line(str(error))}")
    elif isinstance(error, OSError) and (why := _describe_lost_folder()):
        terminal.say(f"localproof: {why}")
    else:
        import traceback

        terminal.say(escape_invisible(traceback.format_exc()))
        terminal.say("localproof: this is a mistake in LocalProof, not in your text; please report the lines above")
