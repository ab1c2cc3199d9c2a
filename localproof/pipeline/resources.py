"""What a checker opens and closes: engines, the model's client, the cache, the energy window."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from .. import energy, models
from ..cache.caching_engine import CachingEngine
from ..cache.store import NAME, Store
from ..config import Settings, one_of
from ..engines import ENGINES, HOUSE, Engine, with_house_rules
from ..engines.cluster import Cluster, RemoteEngine
from ..report import Skipped, Unavailable
from ..scoring.attached_models import AttachedModels
from ..scoring.language_model_client import LanguageModelClient
from ..scoring.model_client import SelectedModel
from ..scoring.rescoring import RescoringModel, load_rescoring_model
from ..scoring.tagger_client import TaggerClient
from ..text.languages import base
from ..workers.helper_process import close_together
from .foreign_languages import ForeignLanguageEngines


@dataclass(frozen=True)
class Resources:
    """What is open: engines, each with a cache before it, what could not be had, and where answers are kept."""

    engines: Mapping[str, Engine]
    window: energy.EnergyWindow
    skipped: tuple[Skipped, ...] = ()
    store: Store | None = None
    foreign_engines: ForeignLanguageEngines | None = None
    attached_models: AttachedModels | None = None
    rescoring_model: RescoringModel | None = None  # what their word is worth
    opened_s: float = field(default_factory=time.monotonic)

    def with_settings(self, settings: Settings) -> Resources:
        """The same under other settings that ask for the same engines, with the writer's own rules there."""
        foreign = self.foreign_engines and self.foreign_engines.with_settings(settings)
        return replace(self, engines=with_house_rules(self.engines, settings), foreign_engines=foreign)

    def all_engines(self) -> Iterator[Engine]:
        """The engines, and those for other languages that a text has called for."""
        yield from self.engines.values()
        yield from self.foreign_engines.open_engines() if self.foreign_engines else ()

    def pids(self) -> Iterator[int]:
        """The live helper processes of all engines and of the model."""
        for engine in self.all_engines():
            yield from engine.pids()
        if self.attached_models is not None:
            yield from self.attached_models.pids()

    def start(self) -> None:
        """Begin to build what is not built yet, and return at once."""
        for engine in self.engines.values():
            engine.start()
        if self.attached_models is not None:
            self.attached_models.start()


@dataclass
class _Helpers:
    """What has helper processes, as far as it is open by now."""

    foreign_engines: ForeignLanguageEngines
    engines: dict[str, Engine] = field(default_factory=dict)
    attached_models: AttachedModels = field(default_factory=AttachedModels)

    def all(self) -> tuple[Engine | LanguageModelClient | TaggerClient, ...]:
        return (*self.engines.values(), *self.foreign_engines.open_engines(), *self.attached_models)

    def pids(self) -> list[int]:
        return [pid for helper in self.all() for pid in helper.pids()]

    def close(self) -> None:
        close_together(helper.close for helper in self.all())


@contextmanager
def open_resources(settings: Settings, *, at_once: bool) -> Iterator[Resources]:
    """Open what `settings` ask for, and close it all on leaving.

    With `at_once` False an engine is started by the first block whose answer
    is not in the cache, so perhaps never. What cannot work here is among
    `skipped`. Raises BadInput for an engine or a meter that does not exist.
    """
    with ExitStack() as stack:
        store = Store(settings.cache_folder / NAME) if settings.cache_folder is not None else None
        if store is not None:
            stack.callback(store.close)
        helpers = _Helpers(ForeignLanguageEngines(settings, store))
        window = energy.open_window(settings, pids=helpers.pids, calibration=energy.stored_calibration())
        stack.callback(window.close)
        cluster = Cluster(settings.executor) if settings.executor else None
        if cluster is not None:
            stack.callback(cluster.close)
        stack.callback(helpers.close)
        nothing_known = store is None or not store.path.exists()  # so every block is new
        skipped = _open_helpers(helpers, settings, store, cluster, start=at_once or nothing_known)
        attached = helpers.attached_models or None
        yield Resources(
            helpers.engines,
            window,
            tuple(skipped),
            store,
            helpers.foreign_engines,
            attached,
            load_rescoring_model(*attached.sums(), models.calibrations()) if attached is not None else None,
        )


def _open_helpers(
    helpers: _Helpers, settings: Settings, store: Store | None, cluster: Cluster | None, *, start: bool
) -> list[Skipped]:
    """Open the engines and the model, and start each at once or not. What cannot work here comes back."""
    skipped: list[Skipped] = []
    for name in dict.fromkeys(settings.engines):
        if name == HOUSE:
            continue
        try:
            engine = helpers.engines[name] = _open_engine(name, settings, store, cluster)
            if start:
                engine.start()
        except Unavailable as error:
            skipped.append(error.skipped)
    helpers.engines.update(with_house_rules(helpers.engines, settings))
    helpers.attached_models, refused = _open_models(settings, store)
    if start:
        helpers.attached_models.start()
    return skipped + refused


def _open_engine(name: str, settings: Settings, store: Store | None, cluster: Cluster | None) -> Engine:
    """The engine `name` with its cache. Raises Unavailable, and BadInput where there is none of that name."""
    one_of(name, ENGINES, "engine", settings.sources.get("engines", "settings"))
    engine = ENGINES[name](settings)
    if ENGINES[name].in_process:
        return engine
    return CachingEngine(
        RemoteEngine(engine, settings, cluster) if cluster else engine, store, settings.block_timeout_s
    )


def _open_models(settings: Settings, store: Store | None) -> tuple[AttachedModels, list[Skipped]]:
    """The clients of the models that are switched on, and what cannot be used or may not be."""
    language_model: LanguageModelClient | None = None
    tagger: TaggerClient | None = None
    skipped: list[Skipped] = []
    for name in models.names(settings.model) if base(settings.language) == "en" else ():
        try:
            resolved = models.resolve_model(replace(settings, model=name))
            assert resolved is not None
            if models.tags(resolved.model):
                tagger = TaggerClient(_selected(resolved, "closed"), settings, store)
            else:
                language_model = LanguageModelClient(_selected(resolved, settings.model_suggest), settings, store)
        except Unavailable as error:
            skipped.append(error.skipped)
    return AttachedModels(language_model, tagger), skipped


def _selected(resolved: models.ResolvedModel, suggest: str) -> SelectedModel:
    first, *rest = models.provenance(resolved, suggest=suggest)
    tags = models.tags(resolved.model)
    sums = ("", resolved.sha256) if tags else (resolved.sha256, "")
    if not load_rescoring_model(*sums, models.calibrations()).own:
        guess = ("how far it is trusted", "as was learned with LocalProof's own model: for this one that is a guess")
        first = replace(first, facts=(*first.facts, guess))
    return SelectedModel(resolved.path, resolved.sha256, (first, *rest), resolved.model.bundled)
