"""The first step of a check: the language of a document, the engines that read it, the words that are right in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..config import LANGUAGES, Settings
from ..engines import Engine
from ..report import Unavailable
from ..scoring.attached_models import AttachedModels
from ..text import Document
from ..text.languages import NAMES, base, known_language
from .language_policy import LanguagePolicy, declared_language, policy_for
from .resources import Resources
from .suppressions import UserDictionary


@dataclass(frozen=True)
class Route:
    """How a document is checked. `is_foreign`: in another language than the settings', with engines of its own."""

    policy: LanguagePolicy
    engines: Mapping[str, Engine]
    attached_models: AttachedModels | None
    dictionary: UserDictionary
    is_foreign: bool = False


@dataclass(frozen=True)
class Router:
    """Finds the route of each document, under `settings`. `dictionary` are the writer's words in their language."""

    settings: Settings
    resources: Resources
    dictionary: UserDictionary

    def language(self, document: Document) -> str:
        """The language that `document` is to be checked in: the settings', unless it says that it is in another. A tag
        that is none of `LANGUAGES` where it says so, and is not known."""
        said, ours = declared_language(document), self.settings.language
        return ours if not said or base(said) == base(ours) else known_language(said) or said

    def is_foreign(self, document: Document) -> bool:
        """Whether `document` is in another language than the settings'."""
        return self.language(document) != self.settings.language

    def route(self, document: Document) -> Route:
        """The route of `document`. Raises Unavailable where no engine knows its language."""
        language = self.language(document)
        policy = policy_for(language)
        attached = self.resources.attached_models if policy.has_model else None
        if language == self.settings.language:
            return Route(policy, self.resources.engines, attached, self.dictionary)
        if base(language) not in NAMES:
            raise Unavailable("languages", "which no rules are known for")
        foreign = self.resources.foreign_engines
        if foreign is None:
            raise Unavailable("languages", f"only {NAMES[base(self.settings.language)]} is set up")
        return Route(policy, foreign.engines(language), attached, foreign.dictionary(language), is_foreign=True)

    def dialect_note(self, document: Document) -> tuple[str, ...]:
        """A line for a document that says it is in another dialect than it is checked in."""
        said, ours = document.language.replace("_", "-"), self.settings.language
        if "-" not in said or base(said) != base(ours) or said.lower() == ours.lower():
            return ()
        known = next((d for d in LANGUAGES if d.lower() == said.lower()), None)
        return (f"it says {said} of itself; checked as {ours}" + (f" (use --lang {known})" if known else ""),)
