"""Harper, through `harper-py`: one linter for each thread of a helper process.

Every rule that Harper has on by default runs, and the writer's `enable` adds
others. What the writer disables is dropped further on, where it is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from ..config import Settings
from ..report import Finding, Kind, Provenance, Unavailable
from ..system.installation import install_command
from ..text import Edit, Span
from ..workers.helper_process import find_module
from ..workers.pooled_worker import PooledWorker
from .package import InstalledPackage
from .prepare import ANSWERS, check_in_parts, delete_with_space, own_rules, threads
from .rules import Rule

MOST_THREADS = 4  # unless the writer says more: each costs 60 MB

# The nearest that Harper has. New Zealand spells as Australia does, South Africa as Britain.
DIALECTS = {
    "en": "AMERICAN",
    "en-US": "AMERICAN",
    "en-GB": "BRITISH",
    "en-AU": "AUSTRALIAN",
    "en-CA": "CANADIAN",
    "en-IN": "INDIAN",
    "en-NZ": "AUSTRALIAN",
    "en-ZA": "BRITISH",
}

# Harper's kinds of lint. Its own comment on each is in `harper-core`, `LintKind`.
KINDS: dict[str, Kind] = {
    "Agreement": "grammar",
    "BoundaryError": "spelling",
    "Capitalization": "spelling",
    "Eggcorn": "grammar",
    "Enhancement": "style",
    "Formatting": "typography",
    "Grammar": "grammar",
    "Malapropism": "grammar",
    "Miscellaneous": "grammar",
    "Nonstandard": "grammar",
    "Punctuation": "punctuation",
    "Readability": "style",
    "Redundancy": "style",
    "Regionalism": "style",
    "Repetition": "grammar",
    "Spelling": "spelling",
    "Style": "style",
    "Typo": "spelling",
    "Usage": "grammar",
    "WordChoice": "grammar",
    "WordOrder": "grammar",
}

# Rules whose kind of lint misleads.
KIND_OF_RULE: dict[str, Kind] = {
    "AnA": "grammar",
    "AvoidContractions": "style",
    "BoringWords": "style",
    "CommaFixes": "punctuation",
    "Dashes": "typography",
    "DiscourseMarkers": "punctuation",
    "ItsContraction": "grammar",
    "ItsPossessive": "grammar",
    "MoreAdjective": "style",
    "NoFrenchSpaces": "typography",
    "NumericRangeEnDash": "typography",
    "RedundantThat": "style",
    "SentenceCapitalization": "typography",
    "SpelledNumbers": "style",
    "ThenThan": "grammar",
    "UnclosedQuotes": "punctuation",
    "UseEllipsisCharacter": "typography",
    "UseTitleCase": "typography",
    "VeryUnique": "style",
    "WrongApostrophe": "typography",
}

# What most rules of a group are about. The kind of lint that `KINDS` goes by is known only once a rule has spoken.
KIND_OF_GROUP: dict[str, Kind] = {
    "Capitalization and Case": "typography",
    "Proper Nouns": "spelling",
    "Punctuation and Spacing": "punctuation",
    "Regionalisms and Dialect": "style",
    "Spelling and Orthography": "spelling",
    "Style and Redundancy": "style",
}

REPLACE, REMOVE, INSERT_AFTER = range(3)


def kind(rule: str, lint_kind: str) -> Kind:
    """LocalProof's kind for a Harper rule, by its name where its kind of lint misleads.

    >>> kind("AnA", "Miscellaneous"), kind("SpellCheck", "Spelling"), kind("ToDoHyphen", "Miscellaneous")
    ('grammar', 'spelling', 'spelling')
    """
    if rule in KIND_OF_RULE:
        return KIND_OF_RULE[rule]
    if rule.endswith("Hyphen"):
        return "spelling"
    return KINDS.get(lint_kind, "grammar")


# Harper asks "Did you mean to spell … this way?", which tells a writer nothing.
_ABSENT = "Harper’s dictionary does not have `{}`."


def findings(text: str, raw: Any) -> tuple[Finding, ...]:
    """Findings in `text` from what the worker answered: rows of rule, start, end, kind, message, suggestions.

    Positions count code points of `text`; a suggestion is a number (0 replace,
    1 remove, 2 insert after) and its text.

    >>> row = ["AnA", 8, 10, "Miscellaneous", "Incorrect indefinite article.", [[0, "a"]]]
    >>> [f.rule for f in findings("This is an test.", [row])]
    ['harper/AnA']
    """
    found: dict[tuple[str, Span, str], Finding] = {}
    for rule, start, end, lint_kind, message, suggestions in raw:
        span = Span(start, end)
        edits = (_edit(text, span, how, new) for how, new in suggestions)
        name = f"harper/{rule}"
        finding = Finding(
            span=span,
            rule=name,
            message=_ABSENT.format(span.of(text)) if rule == "SpellCheck" else message,
            edits=tuple(dict.fromkeys(edit for edit in edits if edit.text != edit.span.of(text))),
            source=(name,),
            kind=kind(rule, lint_kind),
            category=lint_kind,
        )
        found.setdefault((rule, span, message), finding)  # the same lint may come twice
    return tuple(sorted(found.values(), key=lambda f: (f.span, f.rule)))


def _edit(text: str, span: Span, how: int, new: str) -> Edit:
    if how == INSERT_AFTER:
        return Edit(Span(span.end, span.end), new)
    if how == REMOVE or not new:
        return delete_with_space(text, span)
    return Edit(span, new)


class HarperEngine:
    """The engine. Opening it raises `Unavailable` where it cannot work."""

    name = "harper"

    def __init__(self, settings: Settings) -> None:
        self._language = settings.language
        if self._language not in DIALECTS:
            raise Unavailable("harper", f"checks English only, not {self._language}")
        if find_module("harper") is None:
            raise Unavailable("harper", "the package harper-py is not installed", install_command(package="harper-py"))
        self._dialect = DIALECTS[self._language]
        self._enable = own_rules("harper", settings.enable)
        count = threads(settings) if settings.jobs else _default_threads(threads(settings), settings)
        options = {"dialect": self._dialect, "enable": self._enable, "threads": count}
        self._worker = PooledWorker(
            "harper",
            "localproof.engines.worker",
            ("harper", json.dumps(options)),
            threads=count,
            limit_s=settings.block_timeout_s,
            service=settings.service,
        )

    def start(self) -> None:
        """See `Engine.start`."""
        self._worker.start()

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        """See `Engine.submit`."""
        return check_in_parts(self._worker, text, findings)

    def provenance(self) -> tuple[Provenance, ...]:
        """See `Engine.provenance`."""
        package = InstalledPackage("harper-py")
        harper = package.contains("harper-core")
        dialect = self._dialect.capitalize()
        if self._language.removeprefix("en-") in ("NZ", "ZA"):
            dialect += f", the nearest that Harper has to {self._language}"
        within = f"Harper {harper}" if harper else "Harper"
        return (
            Provenance(
                part="harper-py",
                role="rules",
                version=package.version,
                licence=package.licence,
                data=f"{within}, its own rules",
                sha256=package.sha256("_harper"),
                facts=(
                    ("checker", f"{within} by Automattic, written in Rust, with harper-py's bindings"),
                    ("dialect", dialect),
                    ("rules", ", ".join(["on by default", *self._enable])),
                ),
                answers=(
                    ("data", "rules and word lists by their contributors"),
                    ("training", "rules by hand; the taggers inside, on data not named"),
                    ("people", ""),
                    ("cost", ""),
                ),
            ),
            Provenance(
                part="Harper's dictionary",
                role="dictionary",
                version=harper,
                licence=package.licence,
                data="the curated word list that is built into Harper",
            ),
        )

    def key(self) -> str:
        """See `Engine.key`."""
        version = InstalledPackage("harper-py").version
        return json.dumps(["harper", version, self._dialect, self._enable, ANSWERS])

    def pids(self) -> tuple[int, ...]:
        """See `Engine.pids`."""
        return self._worker.pids()

    def rules(self) -> dict[str, str]:
        """Every rule, and what Harper says of it (Markdown). Waits for the helper process; raises `Unavailable`."""
        told: dict[str, str] = self._worker.submit({"ask": "rules"}).result()
        return dict(sorted(told.items()))

    def catalogue(self) -> dict[str, tuple[str, bool, str]]:
        """For each rule what Harper says of it (Markdown), whether it is on by default, and its group. Waits for the
        helper process; raises `Unavailable`."""
        told: dict[str, tuple[str, bool, str]] = self._worker.submit({"ask": "catalogue"}).result()
        return told

    def close(self) -> None:
        """See `Engine.close`."""
        self._worker.close()


def _default_threads(cores: int, settings: Settings) -> int:
    """Threads for so many cores: half of them where LanguageTool, which takes half as long again for each word, has to
    read the same, since more would only hold memory."""
    shared = "languagetool" in settings.engines
    return min(-(-cores // 2) if shared else cores, MOST_THREADS)


def rules(settings: Settings) -> dict[str, str]:
    """As `Harper.rules`, from an engine opened for the purpose."""
    engine = HarperEngine(settings)
    try:
        return engine.rules()
    finally:
        engine.close()


def describe_rules(names: Iterable[str]) -> dict[str, str]:
    """What Harper says of all its rules, by full name: as quickly had as some. Waits; raises `Unavailable`."""
    return {f"harper/{name}": says for name, says in rules(Settings()).items()}


def catalogue(settings: Settings) -> tuple[Rule, ...]:
    """Every rule, by name. Waits for the helper process; raises `Unavailable`."""
    engine = HarperEngine(settings)
    try:
        told = engine.catalogue()
    finally:
        engine.close()
    return tuple(
        Rule(f"harper/{name}", says, _expected_kind(name, group), group, on) for name, (says, on, group) in told.items()
    )


def _expected_kind(rule: str, group: str) -> Kind:
    told = kind(rule, "")
    return KIND_OF_GROUP.get(group, told) if rule not in KIND_OF_RULE and not rule.endswith("Hyphen") else told
