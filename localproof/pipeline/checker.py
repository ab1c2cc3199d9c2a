"""The checker: what a run needs, opened once, and many documents checked with it.

The order of findings and of everything else depends on the input alone, not on
which engine answers first.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Self

from .. import __version__, models, scoring
from ..cache.report_spool import ReportSpool
from ..cache.store import Store
from ..config import PASSAGES, Settings, words_for
from ..energy import EnergyWindow
from ..engines import Engine
from ..report import ModelUse, Provenance, Report, Run, Skipped, Unavailable, joined_use
from ..scoring.attached_models import AttachedModels
from ..scoring.learning import learned_from, read_evidence
from ..scoring.rescoring import count_model_use
from ..system.cpu_limits import run_contained
from ..text import Document
from ..text.languages import base
from .changed_block import guess_changed_block
from .fixes import fix_until_stable
from .language_policy import is_in_other_language
from .merging import merge_findings
from .pending import PendingBlock, PendingCheck
from .report_steps import ReportRequest, make_report
from .resources import Resources, open_resources
from .routing import Route, Router
from .rule_names import require_known_rules
from .score_cache import ScoreCache
from .suppressions import Ignores, UserDictionary

_IN_FLIGHT = 64  # blocks given to the engines before the oldest document is waited for
_IN_FLIGHT_AFAR = 2_000  # the same where the engines are many and far away
_SCORING = 10  # times as long as reading a text, scoring what was found in it may take


@dataclass(frozen=True)
class CheckedDocument:
    """A report that a run has just made, from how many `blocks`, and whether it is `whole`: no engine failed.

    `site` is what the site had to say of each word that was looked at.
    """

    report: Report
    blocks: int
    whole: bool
    site: Mapping[str, int]


def keep_whole_report(checked: CheckedDocument) -> Report:
    """All of a report: what a run keeps of it where nothing else is said."""
    return checked.report


class Checker:
    """Checks documents under `settings`. A context manager: entering it opens the engines and the model that are asked
    for, the cache and the energy window; leaving it closes them.

        with Checker(settings) as checker:
            report = checker.check(document)

    With `at_once` False an engine is started by the first block whose answer
    is not in the cache, so perhaps never. An engine that cannot work here is
    among `skipped`. With `resources` those are used and left open. Entering
    raises BadInput for an engine, a meter or a rule that does not exist.
    """

    def __init__(self, settings: Settings, *, at_once: bool = True, resources: Resources | None = None) -> None:
        self.settings = settings
        self.dictionary = UserDictionary.of(words_for(settings, settings.language))
        self.ignores = Ignores.of(settings.ignores, settings.root, settings.ignore)
        self.learned = learned_from(settings.learned)
        self._at_once = at_once
        self._stack = ExitStack()
        self._resources = resources

    def __enter__(self) -> Self:
        if self._resources is None:
            with ExitStack() as stack:
                self._resources = stack.enter_context(open_resources(self.settings, at_once=self._at_once))
                require_known_rules(self.settings, self._resources.store)
                self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def with_settings(self, settings: Settings) -> Checker:
        """A checker under other settings that ask for the same engines: they are shared, and not its own to close.
        Raises BadInput for a rule that does not exist."""
        require_known_rules(settings, self.resources.store)
        return Checker(settings, resources=self.resources.with_settings(settings))

    # ─ what is open ─

    @property
    def resources(self) -> Resources:
        """What is open."""
        if self._resources is None:
            raise RuntimeError("a checker is a context manager: open it with `with`")
        return self._resources

    @property
    def engines(self) -> Mapping[str, Engine]:
        """The engines that work here, by name."""
        return self.resources.engines

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The engines and the model that cannot work here."""
        return self.resources.skipped

    @property
    def window(self) -> EnergyWindow:
        """What measures the energy since the engines were opened."""
        return self.resources.window

    @property
    def store(self) -> Store | None:
        """Where answers are kept."""
        return self.resources.store

    @property
    def attached_models(self) -> AttachedModels | None:
        """What asks the models; None where none is switched on."""
        return self.resources.attached_models

    def start(self) -> None:
        """Begin to build what is not built yet, and return at once."""
        self.resources.start()

    def pids(self) -> Iterator[int]:
        """The live helper processes of all engines."""
        return self.resources.pids()

    # ─ checking ─

    def check(
        self, document: Document, site: Mapping[str, int] | None = None, score_cache: ScoreCache | None = None
    ) -> Report:
        """Proofread one document; `site` as in `check_all`, `score_cache` as in `partial_report`."""
        try:
            pending = self.start_check(document)
        except Unavailable as error:
            return _not_checkable(document, error)
        return self._report(pending, site=site, score_cache=score_cache)

    def start_check(self, document: Document, before: PendingCheck | None = None) -> PendingCheck:
        """Give `document` to the engines and return at once; `partial_report` is what has come of it at any time
        after. What the engines were asked `before`, in an earlier state of it, they are not asked again. Raises
        Unavailable where that cannot be done with it."""
        document = _without_passages(document, self.settings.ignore_blocks)
        return run_contained(
            document.name, "given to the engines", len(document.text), lambda: self._submit(document, before)
        )

    def ask_ahead(self, before: PendingCheck, source: str) -> PendingCheck:
        """`before`, the state that a document had before it read `source`, with the block that changed given to the
        engines, where it is easily told: so they are at work while the document is read."""
        name = before.document.name
        try:
            return run_contained(name, "given to the engines", len(source), lambda: self._ahead(before, source))
        except Unavailable:
            return before

    def partial_report(self, pending: PendingCheck, score_cache: ScoreCache | None = None) -> Report:
        """The report that the answers given by now make; an engine that has not answered is as one that was not asked.
        What a model proposes is verified by the engines first: until that has come, it is not in the report.

        With `score_cache`, a text that is checked again and again is scored only where something changed.
        """
        return self._report(pending.completed(), score_cache=score_cache, patience_s=0.0)

    def check_all(
        self,
        documents: Iterable[Document | Report | Skipped],
        *,
        on_report: Callable[[Report], None] | None = None,
        site: Mapping[str, int] | None = None,
        shape: Callable[[CheckedDocument], Report] = keep_whole_report,
        reports: list[Report] | ReportSpool | None = None,
    ) -> Run:
        """Proofread `documents` in order. `on_report` hears of each report as soon as it is complete, in order.

        The engines work on the next documents while one is being scored; no more
        than some dozens of blocks are in flight, however many documents there are.
        A report among the documents is taken as it is. `site` are words that the
        documents share (`scoring.site.shared_words`); `shape` decides what of a
        report the run keeps. They are kept in `reports` where that is given.
        """
        kept = [] if reports is None else reports
        skipped = list(self.skipped)
        words, model_work = 0, ModelUse("")
        threshold = scoring.threshold(self.settings.profile)
        for report in self._finished_reports(documents, skipped, site, shape):
            kept.append(report)
            words += report.words
            self.window.poll()
            if self.attached_models is not None:
                model_work = count_model_use(model_work, report, threshold)
            if on_report is not None:
                on_report(report)
        use = self.model_use(())
        return Run(
            reports=tuple(kept) if isinstance(kept, list) else kept,
            provenance=self.provenance(),
            energy=self.window.close(words),
            skipped=(*skipped, *self.trouble()),
            profile=self.settings.profile,
            elapsed_s=time.monotonic() - self.resources.opened_s,
            version=__version__,
            model=None if use is None else use + model_work,
            models=self.model_uses(),
        )

    def fix(self, report: Report, *, unsafe: bool = False) -> Report:
        """Make the safe edits of `report`, with `unsafe` more than those, check again, and so on until nothing is left
        to be made: the report on the corrected text, which is `.document.text`; `report` itself where there is nothing
        to correct. Raises Unavailable where that comes to no rest or would change the text's structure."""
        return fix_until_stable(report, self.settings, self.check, unsafe=unsafe)

    def _finished_reports(
        self,
        documents: Iterable[Document | Report | Skipped],
        skipped: list[Skipped],
        site: Mapping[str, int] | None,
        shape: Callable[[CheckedDocument], Report],
    ) -> Iterator[Report]:
        """The reports on `documents`, in order, the engines being given more than one document at a time. What was
        skipped goes to `skipped`."""
        waiting: deque[PendingCheck | Report] = deque()
        in_flight = 0
        most = _IN_FLIGHT_AFAR if self.settings.executor else _IN_FLIGHT

        def finish() -> Report:
            nonlocal in_flight
            oldest = waiting.popleft()
            if isinstance(oldest, Report):
                return oldest
            in_flight -= len(oldest.blocks)
            return shape(self._finish_check(oldest, site))

        for document in documents:
            if isinstance(document, Skipped):
                skipped.append(document)
                continue
            try:
                waiting.append(document if isinstance(document, Report) else self.start_check(document))
            except Unavailable as error:
                assert isinstance(document, Document)
                waiting.append(shape(CheckedDocument(_not_checkable(document, error), 0, False, {})))
            in_flight += 0 if isinstance(waiting[-1], Report) else len(waiting[-1].blocks)
            while len(waiting) > 1 and (in_flight > most or isinstance(waiting[0], Report)):
                yield finish()
        while waiting:
            yield finish()

    def _finish_check(self, pending: PendingCheck, site: Mapping[str, int] | None) -> CheckedDocument:
        """Wait for the answers of the engines."""
        counts_used: dict[str, int] = {}
        report = self._report(pending, site=site, site_counts_used=counts_used)
        submitted = [block for block in pending.blocks if block.engines]
        answered = all(future.exception() is None for block in submitted for future in block.futures())
        whole = answered and pending.verifier.complete() and report.checked
        whole = whole and not self._router.is_foreign(pending.document)  # what is set up for others is not in the key
        return CheckedDocument(report, len(submitted), whole, counts_used)

    # ─ the steps: see `report_steps` ─

    @property
    def _router(self) -> Router:
        return Router(self.settings, self.resources, self.dictionary)

    def _submit(self, document: Document, before: PendingCheck | None) -> PendingCheck:
        """The blocks of `document`, given to the engines; none where there are no engines for its language."""
        try:
            route = self._router.route(document)
        except Unavailable:
            return PendingCheck(document, ())
        asked = _listeners(route)
        known = before.known_blocks(asked) if before is not None else {}
        blocks = (
            PendingBlock({})
            if is_in_other_language(block, route.policy)
            else known.get(block.text) or _submit_block(block.text, route)
            for block in document.blocks
        )
        return PendingCheck(document, tuple(blocks), asked)

    def _ahead(self, before: PendingCheck, source: str) -> PendingCheck:
        document, route = before.document, self._router.route(before.document)
        read = (block for block, pending in zip(document.blocks, before.blocks, strict=False) if pending.engines)
        text = guess_changed_block(read, document.text, source) if _listeners(route) == before.asked else None
        return before if text is None else replace(before, ahead={text: _submit_block(text, route)})

    def _report(
        self,
        pending: PendingCheck,
        *,
        score_cache: ScoreCache | None = None,
        patience_s: float | None = None,
        site: Mapping[str, int] | None = None,
        site_counts_used: dict[str, int] | None = None,
    ) -> Report:
        request = ReportRequest(
            pending.document,
            pending.blocks,
            self._router,
            self.ignores,
            pending.verifier,
            score_cache,
            patience_s,
            site,
            site_counts_used,
            self.learned,
        )
        document = pending.document
        try:
            return run_contained(document.name, "judged", _SCORING * len(document.text), lambda: make_report(request))
        except Unavailable as error:
            return _not_checkable(document, error)

    # ─ the account ─

    def provenance(self) -> tuple[Provenance, ...]:
        """What everything that checks is made of, scoring included."""
        parts = list(dict.fromkeys(p for engine in self.resources.all_engines() for p in engine.provenance()))
        count = len(self.dictionary.words) + len(self.dictionary.phrases)
        if count:
            parts.append(
                Provenance(
                    "your words",
                    "dictionary",
                    data=f"{count:,} {'word or phrase' if count == 1 else 'words and phrases'} of your own",
                )
            )
        if self.learned:
            count = sum(each.times for each in read_evidence(self.settings.learned))
            parts.append(Provenance("your decisions", "judge", data=f"{count:,} decisions of your own"))
        foreign = self.resources.foreign_engines
        scored = base(self.settings.language) == "en" or (foreign is not None and foreign.has_opened("en"))
        model = self.attached_models.provenance() if self.attached_models is not None else ()
        return (*parts, *(scoring.provenance() if scored else ()), *model)

    def model_use(self, reports: Iterable[Report]) -> ModelUse | None:
        """What the models did together for `reports`; None where none is switched on, or it could not work at all."""
        uses = self.model_uses()
        if not uses:
            return None
        use = joined_use(uses)
        for report in reports:
            use = count_model_use(use, report, scoring.threshold(self.settings.profile))
        return use

    def model_uses(self) -> tuple[ModelUse, ...]:
        """What each model has read so far; without those that could not work at all."""
        return self.attached_models.uses() if self.attached_models is not None else ()

    def keys(self) -> Iterator[str]:
        """Everything of the engines and the model that could change what is found in a text."""
        yield from (engine.key() for engine in self.engines.values())
        if self.learned:
            yield self.learned.key()
        if self.attached_models is not None:
            yield from self.attached_models.keys()
            if (model := self.resources.rescoring_model) is not None:
                yield f"weighed by {sorted(model.findings.items())} {sorted(model.proposals.items())}"
            yield f"proposals from {scoring.threshold(self.settings.profile)} on"  # were verified

    def lacking(self) -> tuple[str, ...]:
        """The engines and the model that the settings name, in so many words, and that are not at work here."""
        named = self.settings.sources.get("engines", "default") != "default"
        engines = tuple(name for name in self.settings.engines if named and name not in self.engines)
        wanted = self.settings.model not in models.NONE and base(self.settings.language) == "en"
        works = bool(self.model_uses())
        return (*engines, f"model {self.settings.model}") if wanted and not works else engines

    def trouble(self) -> tuple[Skipped, ...]:
        """What went wrong with keeping answers so far; the run went on."""
        return self.store.trouble if self.store else ()


def _without_passages(document: Document, ignored: Collection[str]) -> Document:
    """`document` without the kinds of passage that its settings leave alone."""
    kinds = {PASSAGES[name] for name in ignored}
    if not kinds:
        return document
    return replace(document, blocks=tuple(block for block in document.blocks if block.kind not in kinds))


def _not_checkable(document: Document, error: Unavailable) -> Report:
    """A report that says why there is none."""
    return Report(document, skipped=(error.skipped,), checked=False)


def _listeners(route: Route) -> tuple[object, ...]:
    """Whom a block is given to."""
    return (*route.engines.values(), route.attached_models)


def _submit_block(text: str, route: Route) -> PendingBlock:
    """A block given to the engines, and to the model as soon as they have answered."""
    answers = {name: engine.submit(text) for name, engine in route.engines.items()}
    if route.attached_models is None:
        return PendingBlock(answers)
    return PendingBlock(answers, route.attached_models.submit_after(text, answers.values(), merge_findings))
