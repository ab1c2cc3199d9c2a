"""Arguments that several commands share: converters of values, and groups of options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..config import BUNDLED, BUNDLED_MODELS, DIALECTS, LANGUAGES, PROFILES, dialect, one_of

if TYPE_CHECKING:
    from pathlib import Path

    from ..pipeline.planning import CheckOptions

    Arguments = argparse._ActionsContainer  # a parser, or a group of one


class Action(NamedTuple):
    """A command within a command, such as `add` in `dict add`: what it is for, and what adds the arguments that it
    alone has."""

    about: str
    register: Callable[[argparse.ArgumentParser], None]


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """For what has no arguments."""


def as_path(raw: str) -> Path:
    """A converter of a name in the file system."""
    from pathlib import Path  # not before it is needed: help costs a quarter less

    return Path(raw)


class ChoiceList:
    """A converter of ``a,b`` that knows its `choices`, which help and completions show too."""

    listed = True

    def __init__(self, what: str, choices: Sequence[str]) -> None:
        self.what, self.choices = what, tuple(choices)

    def __call__(self, raw: str) -> tuple[str, ...]:
        parts = tuple(dict.fromkeys(p for part in raw.split(",") if (p := part.strip())))
        if not parts:
            raise argparse.ArgumentTypeError(f"names no {self.what} (choose from {', '.join(self.choices)})")
        return tuple(_chosen(p, self.choices, self.what) for p in parts)


class ChoiceWord:
    """A converter of one word that knows its `choices`."""

    def __init__(self, what: str, choices: Sequence[str]) -> None:
        self.what, self.choices = what, tuple(choices)

    def __call__(self, raw: str) -> str:
        if self.what == "language":
            return _complaint(lambda: dialect(raw, ""))
        return _chosen(raw, self.choices, self.what)


def _chosen(value: str, choices: Sequence[str], what: str) -> str:
    return _complaint(lambda: one_of(value, choices, what, ""))


def _complaint(convert: Callable[[], str]) -> str:
    """What `convert` returns; its BadInput as the error that argparse puts the option's name before."""
    from ..report import BadInput

    try:
        return convert()
    except BadInput as error:
        raise argparse.ArgumentTypeError(str(error).removeprefix(": ")) from None


def add_settings_arguments(parser: argparse.ArgumentParser) -> None:
    """All settings that have a flag where texts are checked."""
    group = parser.add_argument_group("what to check, and how")
    add_rule_arguments(group)
    group.add_argument(
        "--profile",
        type=ChoiceWord("profile", PROFILES),
        metavar="PROFILE",
        help=f"how sure to be before speaking: {list_choices(PROFILES)}",
    )
    group.add_argument(
        "--model",
        nargs="?",
        const=BUNDLED,
        metavar="ID|FILE",
        help="the language models to read with: see `localproof models list`; none for none (at the end of the line, "
        f"without a name: {BUNDLED}, which is {' and '.join(BUNDLED_MODELS)})",
    )
    group.add_argument(
        "--trust-file",
        action="store_true",
        default=None,
        help="let native code read a model's file that no catalogue has",
    )
    group.add_argument(
        "--executor", metavar="dask://HOST:PORT", help="let the workers of a Dask cluster run the engines"
    )
    group.add_argument(
        "--no-cache",
        action="store_false",
        dest="cache",
        default=None,
        help="ask the engines anew, and keep nothing for later runs",
    )
    group.add_argument(
        "--no-service",
        action="store_const",
        const="off",
        dest="service",
        help="neither use nor start the resident service",
    )


def add_rule_arguments(group: Arguments) -> None:
    """What decides which rules there are."""
    group.add_argument(
        "--lang",
        type=ChoiceWord("language", LANGUAGES),
        metavar="LANG",
        help=f"{list_choices(DIALECTS)}, or another that `localproof languages` lists",
    )
    add_engine_argument(group)
    group.add_argument("--config", type=as_path, metavar="FILE", help="read this settings file instead of those found")
    group.add_argument("--isolated", action="store_true", help="read no settings file and no word list")


def add_engine_argument(group: Arguments) -> None:
    """Which engines are asked."""
    from ..engines import ENGINES

    group.add_argument(
        "--engine", type=ChoiceList("engine", tuple(ENGINES)), metavar="ENGINE[,ENGINE]", help=list_choices(ENGINES)
    )


def add_news_arguments(group: Arguments) -> None:
    """What is spoken of: what changed, what is new."""
    group.add_argument(
        "--changed",
        nargs="?",
        const="",
        metavar="BASE",
        help="only lines that changed in git since BASE (the last commit); a BASE that is also a file is the file",
    )
    group.add_argument(
        "--no-baseline", action="store_false", dest="baseline", help="show what the project's baseline accepts, too"
    )


def add_input_arguments(parser: argparse.ArgumentParser) -> None:
    """What is said of what is named."""
    group = parser.add_argument_group("what is named")
    group.add_argument(
        "--stdin-filename",
        default="",
        metavar="NAME",
        help="what standard input is called: decides format and settings",
    )
    add_exclude_argument(group)


def add_exclude_argument(group: Arguments) -> None:
    """Whether what is named may be left out."""
    group.add_argument(
        "--force-exclude",
        action="store_true",
        help="leave out named files, too, where settings, .localproofignore or the generator say so (for hooks)",
    )


def add_format_argument(group: Arguments, choices: Sequence[str]) -> None:
    """The form of what is written, under both names that people know; the first of `choices` is the default."""
    group.add_argument(
        "--output-format",
        "--format",
        type=ChoiceWord("format", choices),
        default=choices[0],
        metavar="FORMAT",
        help=list_choices(choices),
    )


def add_report_arguments(group: Arguments) -> None:
    """How much to say of what a run was made of; "" where neither is given."""
    group.add_argument(
        "--report",
        action="store_const",
        const="short",
        default="",
        help="say on a screen what the run was made of and what it cost",
    )
    # An option by itself, as the value of one could be taken for the name of a file.
    group.add_argument(
        "--report=full",
        action="store_const",
        const="full",
        dest="report",
        help="say all: every part with its sources, checksums and gaps, and the energy with its limits",
    )


def add_colour_argument(parser: Arguments) -> None:
    """When to write in colour."""
    parser.add_argument(
        "--color",
        type=ChoiceWord("choice", ("auto", "always", "never")),
        default="auto",
        metavar="WHEN",
        help="auto, always, never",
    )


def list_choices(choices: Iterable[str]) -> str:
    """`choices` for help."""
    return ", ".join(choices)


def tell_base_from_path(args: argparse.Namespace) -> None:
    """What stands behind --changed may be the first path instead: no commit has a name with * or the like in it."""
    if args.changed and (args.changed == "-" or set("*?[") & set(args.changed) or as_path(args.changed).exists()):
        args.paths, args.changed = [args.changed, *args.paths], ""


def setting_flags(args: argparse.Namespace) -> dict[str, object]:
    """The settings that flags give, by name; None for what is not given."""
    from ..config import FLAGS

    given = vars(args)
    return {field: given[name] for name, field in FLAGS.items() if name in given}


def check_options(args: argparse.Namespace, paths: Sequence[str] = (), **more: Any) -> CheckOptions:
    """What the arguments that commands share ask for, of `paths`; `more` is the command's own."""
    from ..pipeline.planning import CheckOptions

    return CheckOptions(tuple(paths), flags=setting_flags(args), config=args.config, isolated=args.isolated, **more)
