"""Every setting, each declared once: its default, and one row of facts from which all else derives.

What a settings file, a variable, a flag, [[overrides]], an editor, the cache
of reports and a cluster do with a setting is read off its row (see `_key`);
nowhere else does a list of settings stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from .choices import (
    ELSEWHERE,
    FAIL_ON,
    GENERATORS,
    HOMES,
    LANGUAGES,
    LEARNING,
    PROFILES,
    REQUIREMENTS,
    RUNTIMES,
    SERVICES,
    SUGGEST,
)

# What `ignore-blocks` may name, and what readers call such a block.
PASSAGES = {
    "quotes": "quote",
    "captions": "caption",
    "headings": "heading",
    "titles": "title",
    "items": "item",
    "cells": "cell",
    "notes": "note",
}
T = TypeVar("T")
Term = tuple[str, tuple[str, ...], str]  # how it is not to be written, what to write instead (or nothing), and why
Scope = Literal["text", "machine"]


def _key(
    default: T,
    doc: str,
    scope: Scope = "text",
    *,
    choices: tuple[str, ...] = (),
    least: float | None = None,
    flag: str = "",
    by_path: bool | None = None,
    adds: bool = False,
    opens: bool | None = None,
    reported: bool | None = None,
    travels: bool = False,
) -> T:
    """A field that settings files and variables may set, and its row of facts.

    `scope`: whether it is about the text, and a project's file and an editor may
    say it, or about this machine, which only the user may. `flag`: the name of
    the command line's argument that sets it. `by_path`: whether [[overrides]]
    may say it (what is about the text); `adds`: whether theirs comes to the
    project's instead of taking its place. `opens`: whether engines and a model
    must be opened anew where it differs (what is about the machine). `reported`:
    whether what is found in a text depends on it (what is about the text).
    `travels`: whether the engines on a cluster's workers are given it.
    """
    row = {
        "doc": doc,
        "scope": scope,
        "choices": choices,
        "least": least,
        "flag": flag,
        "by_path": scope == "text" if by_path is None else by_path,
        "adds": adds,
        "opens": scope == "machine" if opens is None else opens,
        "reported": scope == "text" if reported is None else reported,
        "travels": travels,
    }
    declared: T = field(default=default, metadata=row)
    return declared


@dataclass(frozen=True)
class Override:
    """What holds for some paths only: `values` by field name, for what `paths` (globs) match. See `for_file`."""

    paths: tuple[str, ...]
    values: Mapping[str, object]
    source: str  # the file and the number of the table in it, from 1


@dataclass(frozen=True)
class Settings:
    """What the writer decided. Every field has a default that suits most people.

    A key in a settings file is the field's name with "-" for "_"; the variable
    is ``LOCALPROOF_`` and the name in capitals, lists separated by commas.
    `sources` says for each field where its value comes from.
    """

    language: str = _key(
        "en-US", "The language that the text is written in.", choices=LANGUAGES, opens=True, flag="lang", travels=True
    )
    engines: tuple[str, ...] = _key(
        ("harper", "languagetool", "localproof"), "The rule engines that look for suspects.", opens=True, flag="engine"
    )
    profile: str = _key(
        "quiet",
        "How sure LocalProof must be before it speaks: quiet, balanced or all.",
        choices=PROFILES,
        flag="profile",
        reported=False,
    )
    front_matter: tuple[str, ...] = _key(
        ("title", "description", "summary"), "Fields of a file's front matter that hold prose."
    )
    disable: tuple[str, ...] = _key(
        (),
        'Rules never to hear of, by name or glob: "harper/OxfordComma", "*/EN_QUOTES"; a variant by its number: '
        '"languagetool/IT_IS[37]".',
        adds=True,
    )
    enable: tuple[str, ...] = _key(
        (), "Rules that are off by default, to be switched on.", opens=True, adds=True, travels=True
    )
    words: frozenset[str] = _key(
        frozenset(), "Words and phrases that are right here, beside those of the word lists.", adds=True
    )
    ignore: tuple[str, ...] = _key(
        (),
        "Patterns of prose to leave alone, as regular expressions; what touches a match is not spoken of.",
        adds=True,
    )
    ignore_blocks: tuple[str, ...] = _key(
        (), "Kinds of passage that are not checked.", choices=tuple(PASSAGES), adds=True
    )
    exclude: tuple[str, ...] = _key(
        (),
        "Files and folders not to check, as globs from the settings file's folder; * crosses folders.",
        by_path=False,
        reported=False,
    )
    include: tuple[str, ...] = _key(
        (),
        "The only files to take from folders, as globs of the same kind; empty means every known format.",
        by_path=False,
        reported=False,
    )
    drafts: bool = _key(True, "Whether texts in folders that call themselves drafts are checked.", reported=False)
    generator: str = _key(
        "auto",
        "The site generator whose other folders are passed over: auto looks for its settings, none passes over none.",
        choices=GENERATORS,
        by_path=False,
        reported=False,
    )
    fail_on: tuple[str, ...] = _key(
        ("any",),
        "Kinds of finding that make the exit status 1, or any, or never.",
        choices=FAIL_ON,
        flag="fail_on",
        reported=False,
    )
    block_timeout_s: float = _key(
        10.0, "Seconds of CPU time an engine may spend on one paragraph.", "machine", least=0.1
    )
    jobs: int = _key(0, "Threads for each engine; 0 means one for each core.", "machine", least=0)
    max_bytes: int = _key(20_000_000, "The largest file that is read, in bytes.", "machine", least=1, opens=False)
    executor: str = _key(
        "", "Where the engines work: here, or on the Dask cluster at dask://HOST:PORT.", "machine", flag="executor"
    )
    cache: bool = _key(
        True, "Whether answers are kept in the user's cache folder for later runs.", "machine", flag="cache"
    )
    picky: bool = _key(False, "Whether LanguageTool's picky rules run too, style above all.", opens=True, travels=True)
    languagetool_home: str = _key(
        "auto",
        "Which LanguageTool: embedded, java, server; auto takes a server that is named, else Java where it is set up.",
        "machine",
        choices=HOMES,
    )
    languagetool_server: str = _key("", "The LanguageTool server to use, such as http://localhost:8081.", "machine")
    languagetool_elsewhere: str = _key(
        "no", "Whether that server may be on another machine, in so many words.", "machine", choices=("no", ELSEWHERE)
    )
    languagetool_ngrams: str = _key(
        "", "The folder with LanguageTool's n-gram data (en/1grams and so on), for the original on Java.", "machine"
    )
    service: str = _key(
        "auto",
        "The resident service: auto uses it and starts it after a run, but in CI; on does so everywhere; off never.",
        "machine",
        choices=SERVICES,
        flag="service",
    )
    service_minutes: float = _key(
        10.0, "Minutes without use after which the service ends.", "machine", least=0.01, opens=False
    )
    service_megabytes: int = _key(
        1500, "Memory above which the service lets go of engines, in MB.", "machine", least=100, opens=False
    )
    model: str = _key(
        "",
        "The language models to read with: bundled for both that come with LocalProof, an id of `localproof models "
        "list`, a GGUF file, one that scores and one that tags as ID+ID, or none.",
        "machine",
        flag="model",
    )
    model_suggest: str = _key(
        "closed",
        "Where edits of the model's own come from: a closed set; with rewrite also what an instruct model would write, "
        "six tokens at most; none.",
        "machine",
        choices=SUGGEST,
    )
    model_runtime: str = _key(
        "auto",
        "What runs the model: numpy reads those that come with LocalProof, llama.cpp any GGUF file; auto: numpy where "
        "it can.",
        "machine",
        choices=RUNTIMES,
    )
    model_threads: int = _key(
        1,
        "Threads that the model computes with; more only pay where cores have nothing else to do.",
        "machine",
        least=1,
    )
    model_gpu_layers: int = _key(0, "Layers of the model that a graphics card computes.", "machine", least=0)
    models_allow_licenses: tuple[str, ...] = _key(
        (), "The only licences that a model may have, as SPDX identifiers; empty means any.", "machine"
    )
    models_require: tuple[str, ...] = _key(
        (), "What must be known of a model before it is let in.", "machine", choices=REQUIREMENTS
    )
    learning: str = _key(
        "user",
        "What your decisions teach: user keeps it for all you write, project in the project's folder, off nothing.",
        "machine",
        choices=LEARNING,
        opens=False,
    )
    energy_meter: str = _key("auto", "What tells the energy of a run: auto, off, or a meter by name.", "machine")
    watts_per_thread: float = _key(
        0.0, "Watts of one busy thread, for the energy estimate; 0 means LocalProof's own.", "machine", least=0
    )
    # The words of the lists for one language, by its tag: see `words_for`.
    words_by_language: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), metadata={"reported": True})
    dictionary: Path | None = None  # the project's word list, to which `dict add --project` writes
    # The project's folder: that of its settings file, or the repository's top.
    root: Path | None = field(default=None, metadata={"reported": True})
    # Whether native code may read a model's file that no catalogue has: said for one run only.
    trust_file: bool = field(default=False, metadata={"flag": "trust_file", "opens": True, "reported": True})
    cache_folder: Path | None = field(default=None, metadata={"opens": True})  # where answers are kept; None: nowhere
    # The lines of the ignores files: places that the writer wants left alone.
    ignores: tuple[str, ...] = field(default=(), metadata={"reported": True})
    # How words are written here: see `terms`. Rules of the writer's: the name and the content of each file of them.
    terms: tuple[Term, ...] = field(default=(), metadata={"reported": True})
    rule_files: tuple[tuple[str, str], ...] = field(default=(), metadata={"reported": True})
    # What was learned from the writer, as its file has it; what of it changes a report is in `Checker.keys`.
    learned: str = field(default="", repr=False, metadata={"reported": False})
    overrides: tuple[Override, ...] = field(default=(), metadata={"scope": "text"})  # see `for_file`
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


KEYS: dict[str, Field[Any]] = {f.name.replace("_", "-"): f for f in fields(Settings) if "doc" in f.metadata}
FLAGS: dict[str, str] = {f.metadata["flag"]: f.name for f in fields(Settings) if f.metadata.get("flag")}


def having(fact: str) -> tuple[str, ...]:
    """The names of the settings whose row says so of them, in order.

    >>> having("travels")
    ('language', 'enable', 'picky')
    """
    return tuple(f.name for f in fields(Settings) if f.metadata.get(fact))


def opening_values(settings: Settings) -> tuple[object, ...]:
    """What engines and a model are opened with: where it is the same for two settings, they may share them."""
    return tuple(getattr(settings, name) for name in having("opens"))


def variable_of(name: str) -> str:
    """The variable of the environment that sets field `name`."""
    return f"LOCALPROOF_{name.upper()}"
