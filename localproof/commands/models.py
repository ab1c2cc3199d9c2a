"""`localproof models`: what is known of each language model, getting one, switching it on, adding one's own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..config import REQUIREMENTS
from .arguments import Action, ChoiceList, ChoiceWord, add_format_argument, list_choices

if TYPE_CHECKING:
    from ..terminal import Terminal

_EXPORTS = ("cyclonedx", "spdx")


def _register_list(parser: argparse.ArgumentParser) -> None:
    _register_some(parser)
    group = parser.add_argument_group("only some of them")
    group.add_argument("--license", default="", metavar="LICENCE", help="under this licence: an SPDX identifier")
    group.add_argument(
        "--require",
        type=ChoiceList("requirement", REQUIREMENTS),
        default=(),
        metavar="WHAT[,WHAT]",
        help=list_choices(REQUIREMENTS),
    )
    group.add_argument("--here", action="store_true", help="whose file is on this machine")
    _add_json(parser)


def _add_json(parser: argparse.ArgumentParser) -> None:
    add_format_argument(parser, ("text", "json"))
    parser.add_argument("--json", action="store_const", const="json", dest="output_format", help="as JSON")


def _register_show(parser: argparse.ArgumentParser) -> None:
    _register_one(parser)
    _add_json(parser)


def _register_asking(parser: argparse.ArgumentParser) -> None:
    _register_one(parser)
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")


def _register_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs=1, metavar="PATH", help="a GGUF file")
    parser.add_argument("--id", default="", metavar="ID", help="what to call it")


def _register_export(parser: argparse.ArgumentParser) -> None:
    _register_some(parser)
    parser.add_argument(
        "--output-format",
        "--format",
        type=ChoiceWord("format", _EXPORTS),
        default=_EXPORTS[0],
        metavar="FORMAT",
        help="cyclonedx (1.7), spdx (3.0.1)",
    )


def _register_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs=1, metavar="ID", help="a model, as list calls it")


def _register_some(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="ID", help="models, as list calls them; all if none")


ACTIONS = {
    "list": Action("Say what is known of each, in short", _register_list),
    "show": Action("Say all that is known of one", _register_show),
    "get": Action("Download one, after asking", _register_asking),
    "verify": Action("Compare files with their SHA-256", _register_some),
    "use": Action("Write into your settings which to use, or none", _register_one),
    "remove": Action("Delete what was got of one", _register_one),
    "add": Action("Add a GGUF file of your own", _register_add),
    "calibrate": Action("Learn how far one can be trusted", _register_asking),
    "export": Action("Write a bill of materials", _register_export),
}
DEFAULT_ACTION = "list"


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Do what the action says. Raises BadInput and Unavailable."""
    from ..config import load_settings
    from ..models import catalogue
    from . import model_files, model_listing

    settings = load_settings(None, {}, terminal.env)
    known = catalogue.load(terminal.env)
    if args.action == "calibrate":
        from .model_calibration import calibrate

        return calibrate(args.names[0], settings, terminal, yes=args.yes)
    given = vars(args)
    options = model_listing.ModelsOptions(
        tuple(args.names),
        licence=given.get("license", ""),
        require=given.get("require", ()),
        here=given.get("here", False),
        json=given.get("output_format") == "json",
        id=given.get("id", ""),
        yes=given.get("yes", False),
        format=given.get("output_format", _EXPORTS[0]),
    )
    do = {
        "list": model_listing.list_models,
        "show": model_listing.show_model,
        "export": model_listing.export_models,
        "get": model_files.get_model,
        "verify": model_files.verify_models,
        "use": model_files.use_model,
        "remove": model_files.remove_model,
        "add": model_files.add_model,
    }
    return do[args.action](options, known, settings, terminal)
