"""The engines for texts in other languages than the settings', opened when the first such text comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..cache.caching_engine import CachingEngine
from ..cache.store import Store
from ..config import Settings, words_for
from ..engines import ENGINES, HOUSE, Engine, with_house_rules
from ..report import Unavailable
from ..text.languages import NAMES, base
from .suppressions import UserDictionary


class ForeignLanguageEngines:
    """The engines and the writer's words, by language. Those of a language are opened with its first text.

    Engines that could not be opened are not tried again.
    """

    def __init__(self, settings: Settings, store: Store | None) -> None:
        self._settings, self._store = settings, store
        self._open: dict[str, Mapping[str, Engine] | Unavailable] = {}
        self._dictionaries: dict[str, UserDictionary] = {}

    def engines(self, language: str) -> Mapping[str, Engine]:
        """Those for `language`, by name. Raises Unavailable where there are none."""
        if language not in self._open:
            self._open[language] = self._open_engines(replace(self._settings, language=language))
        found = self._open[language]
        if isinstance(found, Unavailable):
            raise found
        return with_house_rules(found, self._settings)

    def _open_engines(self, settings: Settings) -> Mapping[str, Engine] | Unavailable:
        engines: dict[str, Engine] = {}
        why = Unavailable("languages", f"no engine that is switched on knows {NAMES[base(settings.language)]}")
        for name in dict.fromkeys(settings.engines):
            if name == HOUSE:
                continue
            try:
                engines[name] = CachingEngine(ENGINES[name](settings), self._store, settings.block_timeout_s)
            except Unavailable as error:
                why = error if error.skipped.remedy else why
        return engines or why

    def with_settings(self, settings: Settings) -> ForeignLanguageEngines:
        """The same engines with the words of other settings, which ask for the same engines."""
        other = ForeignLanguageEngines(settings, self._store)
        other._open = self._open
        return other

    def has_opened(self, code: str) -> bool:
        """Whether a text in the language with this code has called for its engines."""
        return any(base(language) == code for language in self._open)

    def dictionary(self, language: str) -> UserDictionary:
        """The writer's words for a text in `language`."""
        if language not in self._dictionaries:
            self._dictionaries[language] = UserDictionary.of(words_for(self._settings, language))
        return self._dictionaries[language]

    def open_engines(self) -> Iterator[Engine]:
        """Every engine that is open."""
        for engines in list(self._open.values()):
            yield from () if isinstance(engines, Unavailable) else engines.values()
