"""What the server does when the writer picks a line of the menu. Settings and word lists are files: they are changed
here, one small edit each; a text that is open is never touched on disk."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ..config import (
    BUNDLED,
    BUNDLED_MODELS,
    PROJECT_DICTIONARY,
    PROJECT_IGNORES,
    USER_DICTIONARY,
    USER_IGNORES,
    find_settings,
    load_settings,
    user_folder,
)
from ..engines import ENGINES
from ..project.dictionaries import add_words
from ..project.settings_edits import assign_for_user, assign_in_project, choose_model, disable
from ..render import Style, report_block, summary_line
from ..report import BadInput, Finding, LocalProofError
from ..text import escape_invisible
from .code_actions import EditTargets
from .decisions import place_ignored, rule_silenced, word_added
from .session import EditorSession


class ClientWriter(Protocol):
    """Who asked, and is told."""

    def tell(self, line: str) -> None:
        """Say a line."""
        ...

    async def present(self, text: str) -> None:
        """Let a longer text be read."""
        ...


_LONGEST = 2_000  # code points of a line for the ignores file


class CommandContext:
    """Where commands find what they need: the session, and the files around the texts."""

    def __init__(self, session: EditorSession, env: Mapping[str, str]) -> None:
        self.session, self.env = session, env
        self._about: dict[str, str] = {}

    def place(self, uri: str) -> EditTargets:
        """What can be done where the text `uri` is."""
        folder = self._folder(uri)
        return EditTargets(uri, folder is not None and find_settings(folder)[1] is not None)

    def file(self, uri: str, where: object, project: str, user: str) -> Path:
        """The project's file of the name `project` or the user's of the name `user`, as `where` says."""
        if where == "user":
            return user_folder(self.env) / user
        if where != "project":
            raise BadInput(f"{escape_invisible(str(where))!r}: choose project or user")
        folder = self._folder(uri)
        root = find_settings(folder)[1] if folder else None
        if root is None:
            raise BadInput("no project here: no settings file and no .git above")
        return root / project

    def _folder(self, uri: str) -> Path | None:
        path = self.session.path(uri)
        return path.parent if path else None

    def folder(self, uri: str) -> Path:
        """The folder of an open text. Raises BadInput where it has none."""
        folder = self._folder(uri)
        if folder is None:
            raise BadInput("this text is not a file of a project")
        return folder

    async def explain_rules(self, findings: Sequence[Finding]) -> dict[str, str]:
        """A sentence on each rule that one of `findings` names, where the engine has one. The first question about a
        rule of an engine takes as long as it takes to look."""
        asked = [f.rule for f in findings if f.rule not in self._about]
        if asked:
            self._about |= await asyncio.to_thread(_sentences, asked)
        return {f.rule: said for f in findings if (said := self._about.get(f.rule))}


def _sentences(asked: Sequence[str]) -> dict[str, str]:
    """What engines say of their rules, "" where that cannot be had."""
    said = dict.fromkeys(asked, "")
    for name, kind in ENGINES.items():
        if ours := [rule for rule in asked if rule.startswith(f"{name}/")]:
            try:
                said |= kind.describe(ours)
            except LocalProofError:  # a rule that cannot be explained is not worth a complaint
                continue
    return said


def add_word(context: CommandContext, writer: ClientWriter, uri: str, word: str, where: str = "user") -> None:
    """Add a word to the project's or the user's list."""
    path = context.file(uri, where, PROJECT_DICTIONARY, USER_DICTIONARY)
    add_words(path, [word])
    context.session.note_decision(uri, lambda report: word_added(report, word))
    context.session.check_all()


def disable_rule(context: CommandContext, writer: ClientWriter, uri: str, rule: str) -> None:
    """Switch a rule off in the settings file of the text's project."""
    path = disable(context.folder(uri), str(rule))
    context.session.note_decision(uri, lambda report: rule_silenced(report, str(rule)))
    writer.tell(f"{rule} is switched off in {path}")
    context.session.check_all()


def ignore_place(context: CommandContext, writer: ClientWriter, uri: str, line: str, where: str = "project") -> None:
    """Add a line to the project's or the user's ignores file: this finding, in these words, is not to be told again."""
    from ..project.ignore_list import append_lines

    path = context.file(uri, where, PROJECT_IGNORES, USER_IGNORES)
    shown = escape_invisible(" ".join(str(line).split()))
    if not 0 < len(shown) <= _LONGEST or ": " not in shown:
        raise BadInput("not a line for the ignores file")
    append_lines(path, [shown])
    context.session.note_decision(uri, lambda report: place_ignored(report, shown))
    context.session.check_all()


def show_held_back(context: CommandContext, writer: ClientWriter, uri: str) -> None:
    """Show what the profile keeps quiet about in this text, or hide it again."""
    context.session.toggle_held_back(uri)


def change_setting(
    context: CommandContext, writer: ClientWriter, uri: str, key: str, value: str, where: str = "project"
) -> None:
    """Set a setting about texts that holds one word (`language`, `profile`) in the settings file of the text's project,
    or in the user's own."""
    if where == "user":
        path = assign_for_user(context.env, key, value)
    elif where == "project":
        path = assign_in_project(context.folder(uri), key, value)
    else:
        raise BadInput(f"{escape_invisible(where)!r}: choose project or user")
    writer.tell(f"{path}: {key} = {value}")
    context.session.check_all()


def list_models(context: CommandContext, writer: ClientWriter) -> list[dict[str, object]]:
    """The language models whose files are on this machine: what each is called, its licence, whether it is switched
    on, and why the settings do not let it in where they do not."""
    from ..models import catalogue, names, policy, store

    settings = load_settings(None, {}, context.env)
    chosen = names(settings.model)
    both: dict[str, object] = {"id": BUNDLED, "name": "both that come with LocalProof", "licence": "", "refused": ""}
    both["on"] = chosen == BUNDLED_MODELS
    each: list[dict[str, object]] = [
        {
            "id": model.id,
            "name": escape_invisible(model.name),
            "licence": escape_invisible(str(model.licence().value)) if model.licence().known else "",
            "on": chosen == (model.id,),
            "refused": policy.refusal(model, settings),
        }
        for model in catalogue.load(context.env)
        if store.find_file(model, context.env) is not None
    ]
    return [both, *each]


def use_model(context: CommandContext, writer: ClientWriter, id: str) -> None:
    """Write into the user's settings which language model to use; "none" switches it off."""
    from ..models import NONE, catalogue

    settings = load_settings(None, {}, context.env)
    path = choose_model(context.env, "" if id in NONE else id, catalogue.load(context.env), settings)
    writer.tell(f"{path}: model = {'none' if id in NONE else id}")
    context.session.check_all()


async def report(context: CommandContext, writer: ClientWriter, *_: object) -> str:
    """The account of the session: what it is made of, what it has cost; also the answer to the editor."""
    run = await context.session.account()
    plain = Style(colour=False)
    parts = " · ".join(summary_line(run, plain).split("\n")).split(" · ")
    writer.tell(" · ".join(p for p in parts if not p.startswith("--")))
    said = report_block(run, plain)
    await writer.present(said)
    return said


def state(context: CommandContext, writer: ClientWriter, uri: str) -> dict[str, object] | None:
    """What the server takes an open text to be: for the makers of clients, who can compare it with their own."""
    opened = context.session.opened(uri)
    if opened is None:
        return None
    data = opened.text.encode("utf-8", "surrogatepass")
    return {
        "version": opened.version,
        "characters": len(opened.text),
        "sha256": hashlib.sha256(data).hexdigest(),
        "checked": context.session.checked(uri),
    }


# A new command is one row here. Arguments are those that a menu's line carries.
COMMANDS: dict[str, Callable[..., Awaitable[object] | object]] = {
    "localproof.addWord": add_word,
    "localproof.disableRule": disable_rule,
    "localproof.ignorePlace": ignore_place,
    "localproof.showHeldBack": show_held_back,
    "localproof.changeSetting": change_setting,
    "localproof.models": list_models,
    "localproof.useModel": use_model,
    "localproof.report": report,
    "localproof.state": state,
}
