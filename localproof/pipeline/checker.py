"""Documents in, one Run out: engines, settling, judging, the writer's decisions, and the account of it all.

`open_checker` starts everything that a run needs and returns at once; `run`
feeds it documents and yields nothing half done. The order of findings and of
everything else depends on the input alone, not on which engine answers first.
"""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from .. import __version__, energy, models
from .. import scoring as judging
from ..cache.caching_engine import CachingEngine
from ..cache.report_spool import ReportSpool
from ..cache.store import NAME, Store
from ..config import LANGUAGES, Settings, words_for
from ..engines import ENGINES, Engine
from ..engines.cluster import Cluster, RemoteEngine
from ..report import BadInput, Finding, ModelUse, Provenance, Report, Run, Skipped, Unavailable
from ..scoring import categories
from ..scoring.language_model_client import LanguageModelClient, ModelResponse, SelectedModel
from ..scoring.rescoring import PROPOSES, RescoringModel, count_model_use, load_rescoring_model
from ..scoring.site import with_site_counts
from ..scoring.verification import ProposalVerifier
from ..system.cpu_limits import run_contained
from ..text import Block, Document, Edit, LineIndex, Span, apply_edits
from ..text.languages import NAMES, base, language_of_file_name
from ..text.languages import known_language as known_language
from .merging import merge_agreement_pairs, merge_findings, resolve_overlaps
from .suppressions import Ignores, Region, UserDictionary, matches_rule, regions, unused_directives
from .typography import Typography, decomposed

_IN_FLIGHT = 64  # blocks given to the engines before the oldest document is waited for
_IN_FLIGHT_AFAR = 2_000  # the same where the engines are many and far away
_JUDGING = 10  # times as long as reading a text, judging what was found in it may take
_WORD = re.compile(r"\w+(?:['’-]\w+)*")

# A paragraph with hundreds of suspects, one for every few words, is a table of
# numbers, a word list or an attack: nobody reads its findings.
_MOST_SUSPECTS = 300
_NOT_PROSE = Skipped("a passage", "a suspect every few words: this is hardly prose, and was not judged")

QUOTED = "quote"  # the kind of a block that quotes: never corrected unasked
_SAY_ITS_LANGUAGE = "to say its language, such as --lang {0}, or lang: {0} in its header"

Answer = Future[tuple[Finding, ...]]


@dataclass(frozen=True)
class PendingBlock:
    """What each engine will answer to a block, and what the model will say of it where one is switched on."""

    engines: Mapping[str, Answer]
    reading: Future[ModelResponse] | None = None

    def futures(self) -> Iterator[Future[Any]]:
        """Everything that is to come."""
        yield from self.engines.values()
        if self.reading is not None:
            yield self.reading

    def completed(self) -> PendingBlock:
        """What of it has come; an engine that has not answered is as one that was not asked."""
        reading = self.reading if self.reading is not None and self.reading.done() else None
        return PendingBlock({name: a for name, a in self.engines.items() if a.done()}, reading)


@dataclass(frozen=True)
class Checker:
    """What a run works with: engines, each with a memory, what could not be had, and where answers are kept."""

    settings: Settings
    engines: Mapping[str, Engine]
    skipped: tuple[Skipped, ...]
    vocabulary: UserDictionary
    window: energy.EnergyWindow
    started_s: float
    ignores: Ignores = field(default_factory=Ignores)
    store: Store | None = None
    abroad: ForeignLanguageEngines | None = None
    reader: LanguageModelClient | None = None
    weights: RescoringModel | None = None  # for what the reader's model says

    def keys(self) -> Iterator[str]:
        """Everything of the engines and the model that could change what is found in a text."""
        yield from (engine.key() for engine in self.engines.values())
        if self.reader is not None:
            yield self.reader.key()
            if self.weights is not None:
                yield f"weighed by {sorted(self.weights.findings.items())} {sorted(self.weights.proposals.items())}"
            yield f"proposals from {judging.threshold(self.settings.profile)} on"  # were looked at a second time

    def start(self) -> None:
        """Begin to build what is not built yet, and return at once."""
        for engine in self.engines.values():
            engine.start()
        if self.reader is not None:
            self.reader.start()

    def pids(self) -> Iterator[int]:
        """The live helper processes of all engines."""
        for engine in self.all_engines():
            yield from engine.pids()
        if self.reader is not None:
            yield from self.reader.pids()

    def all_engines(self) -> Iterator[Engine]:
        """The engines, and those for other languages that a text has called for."""
        yield from self.engines.values()
        yield from self.abroad.all() if self.abroad else ()

    def lacking(self) -> tuple[str, ...]:
        """The engines and the model that the settings name, in so many words, and that are not at work here."""
        named = self.settings.sources.get("engines", "default") != "default"
        engines = tuple(name for name in self.settings.engines if named and name not in self.engines)
        wanted = self.settings.model not in models.NONE and base(self.settings.language) == "en"
        works = self.reader is not None and self.reader.use() is not None
        return (*engines, f"model {self.settings.model}") if wanted and not works else engines

    def trouble(self) -> tuple[Skipped, ...]:
        """What went wrong with keeping answers so far; the run went on."""
        return self.store.trouble if self.store else ()


class ForeignLanguageEngines:
    """The engines for texts in other languages than the settings', opened when the first such text comes."""

    def __init__(self, settings: Settings, store: Store | None) -> None:
        self._settings, self._store = settings, store
        self._open: dict[str, Mapping[str, Engine] | Unavailable] = {}
        self._words: dict[str, UserDictionary] = {}

    def engines(self, language: str) -> Mapping[str, Engine]:
        """Those for `language`, by name. Raises Unavailable where there are none."""
        if language not in self._open:
            self._open[language] = self._open_engines(replace(self._settings, language=language))
        found = self._open[language]
        if isinstance(found, Unavailable):
            raise found
        return found

    def _open_engines(self, settings: Settings) -> Mapping[str, Engine] | Unavailable:
        engines: dict[str, Engine] = {}
        why = Unavailable("languages", f"no engine that is switched on knows {NAMES[base(settings.language)]}")
        for name in dict.fromkeys(settings.engines):
            try:
                engines[name] = CachingEngine(ENGINES[name](settings), self._store, settings.block_timeout_s)
            except Unavailable as error:
                why = error if error.skipped.remedy else why
        return engines or why

    def under(self, settings: Settings) -> ForeignLanguageEngines:
        """The same engines with the words of other settings, which ask for the same engines."""
        other = ForeignLanguageEngines(settings, self._store)
        other._open = self._open
        return other

    def knows(self, code: str) -> bool:
        """Whether a text in the language with this code has called for its engines."""
        return any(base(language) == code for language in self._open)

    def vocabulary(self, language: str) -> UserDictionary:
        """The writer's words for a text in `language`."""
        if language not in self._words:
            self._words[language] = UserDictionary.of(words_for(self._settings, language))
        return self._words[language]

    def all(self) -> Iterator[Engine]:
        """Every engine that is open."""
        for engines in list(self._open.values()):
            yield from () if isinstance(engines, Unavailable) else engines.values()


@contextmanager
def open_checker(settings: Settings, *, at_once: bool = True) -> Iterator[Checker]:
    """Start the engines that `settings` ask for, and the energy window; end both on leaving.

    With `at_once` False an engine is started by the first block whose answer
    is not in the cache, so perhaps never. An engine that cannot work here is a `Skipped` of the bench. Raises
    BadInput for an engine or a meter that does not exist.
    """
    engines: dict[str, Engine] = {}
    skipped: list[Skipped] = []
    store = Store(settings.cache_folder / NAME) if settings.cache_folder is not None else None
    cluster = Cluster(settings.executor) if settings.executor else None
    abroad = ForeignLanguageEngines(settings, store)
    reader: LanguageModelClient | None = None
    window = energy.open_window(
        settings,
        pids=lambda: [
            *(pid for engine in (*engines.values(), *abroad.all()) for pid in engine.pids()),
            *(reader.pids() if reader is not None else ()),
        ],
        calibration=energy.stored_calibration(),
    )
    try:
        for name in dict.fromkeys(settings.engines):
            if name not in ENGINES:
                raise BadInput(f"there is no engine {name!r}; choose from {', '.join(ENGINES)}")
            try:
                engine = ENGINES[name](settings)
                engine = RemoteEngine(engine, settings, cluster) if cluster else engine
                engines[name] = CachingEngine(engine, store, settings.block_timeout_s)
                if at_once or store is None:
                    engines[name].start()
            except Unavailable as error:
                skipped.append(error.skipped)
        try:
            reader = _open_reader(settings, store)
        except Unavailable as error:
            skipped.append(error.skipped)
        if reader is not None and (at_once or store is None):
            reader.start()
        yield Checker(
            settings,
            engines,
            tuple(skipped),
            UserDictionary.of(words_for(settings, settings.language)),
            window,
            time.monotonic(),
            Ignores.of(settings.ignores, settings.root),
            store,
            abroad,
            reader,
            load_rescoring_model(reader.chosen.sha256, models.calibrations()) if reader is not None else None,
        )
    finally:
        for engine in (*engines.values(), *abroad.all()):
            engine.close()
        if reader is not None:
            reader.close()
        if cluster is not None:
            cluster.close()
        if store is not None:
            store.close()
        window.close()


def _open_reader(settings: Settings, store: Store | None) -> LanguageModelClient | None:
    """The model that is switched on, in its helper process; None where none is. Raises Unavailable where it cannot be
    used or may not be."""
    if base(settings.language) != "en":
        return None
    resolved = models.resolve_model(settings)
    if resolved is None:
        return None
    first, *rest = models.provenance(resolved, suggest=settings.model_suggest)
    if not load_rescoring_model(resolved.sha256, models.calibrations()).own:
        guess = ("how far it is trusted", "as was learned with LocalProof's own model: for this one that is a guess")
        first = replace(first, facts=(*first.facts, guess))
    return LanguageModelClient(
        SelectedModel(resolved.path, resolved.sha256, (first, *rest), resolved.model.bundled), settings, store
    )


@dataclass(frozen=True)
class CheckedDocument:
    """A report that a run has just made, from how many `blocks`, and whether it is `whole`: no engine failed.

    `site` is what the site had to say of each word that the judge looked at.
    """

    report: Report
    blocks: int
    whole: bool
    site: Mapping[str, int]


def run(
    bench: Checker,
    documents: Iterable[Document | Report | Skipped],
    *,
    on_report: Callable[[Report], None] | None = None,
    site: Mapping[str, int] | None = None,
    shape: Callable[[CheckedDocument], Report] = lambda made: made.report,
    reports: list[Report] | ReportSpool | None = None,
) -> Run:
    """Proofread `documents` in order. `on_report` hears of each report as soon as it is complete, in order.

    The engines work on the next documents while one is being judged; no more
    than some dozens of blocks are in flight, however many documents there are.
    A report among the documents is taken as it is. `site` are words that the
    documents share (`judge.site.shared`); `shape` decides what of a report
    the run keeps. They are kept in `reports` where that is given.
    """
    kept = [] if reports is None else reports
    words = 0
    skipped: list[Skipped] = list(bench.skipped)
    waiting: deque[tuple[Document | Report, list[PendingBlock]]] = deque()
    in_flight = 0
    most = _IN_FLIGHT_AFAR if bench.settings.executor else _IN_FLIGHT

    did = ModelUse("")
    least = judging.threshold(bench.settings.profile)

    def finish() -> None:
        nonlocal in_flight, words, did
        item, answers = waiting.popleft()
        report = item if isinstance(item, Report) else shape(_finish_document(bench, item, answers, site))
        in_flight -= len(answers)
        kept.append(report)
        words += report.words
        bench.window.poll()
        if bench.reader is not None:
            did = count_model_use(did, report, least)
        if on_report is not None:
            on_report(report)

    for document in documents:
        if isinstance(document, Skipped):
            skipped.append(document)
            continue
        item, answers = document, []
        if isinstance(item, Document):
            try:
                answers = _submit(bench, item)
            except Unavailable as error:
                item = _unjudgeable(item, error)
        waiting.append((item, answers))
        in_flight += len(answers)
        while len(waiting) > 1 and (in_flight > most or isinstance(waiting[0][0], Report)):
            finish()
    while waiting:
        finish()
    use = bench.reader.use() if bench.reader is not None else None
    return Run(
        reports=tuple(kept) if isinstance(kept, list) else kept,
        provenance=provenance(bench),
        energy=bench.window.close(words),
        skipped=(*skipped, *bench.trouble()),
        profile=bench.settings.profile,
        elapsed_s=time.monotonic() - bench.started_s,
        version=__version__,
        model=None if use is None else use + did,
    )


def model_use(bench: Checker, reports: Iterable[Report]) -> ModelUse | None:
    """What the model of a bench did for `reports`; None where none is switched on, or it could not work at all."""
    use = bench.reader.use() if bench.reader is not None else None
    if use is not None:
        for report in reports:
            use = count_model_use(use, report, judging.threshold(bench.settings.profile))
    return use


def _finish_document(
    bench: Checker, document: Document, answers: list[PendingBlock], site: Mapping[str, int] | None
) -> CheckedDocument:
    looked_at: dict[str, int] = {}
    second = ProposalVerifier()
    report = _report(bench, document, answers, second, site=site, looked_at=looked_at)
    asked = [block for block in answers if block.engines]
    whole = all(future.exception() is None for block in asked for future in block.futures())
    whole = whole and second.complete() and report.checked
    whole = whole and not _foreign_language(bench, document)  # what is set up for others is not in the key
    return CheckedDocument(report, len(asked), whole, looked_at)


def apply_profile(report: Report, profile: str) -> Report:
    """`report` with what `profile` shows in its findings, and the rest held back: with "quiet" also what is in a block
    quotation, which is not the writer's to mend."""
    least = judging.threshold(profile)
    every = sorted((*report.findings, *report.held_back), key=lambda f: (f.span, f.rule))

    quotes = [b for b in report.document.blocks if b.kind == QUOTED and b.pieces] if profile == "quiet" else []

    def is_shown(finding: Finding) -> bool:
        if any(b.pieces[0].source.start <= finding.span.start < b.pieces[-1].source.end for b in quotes):
            return False
        if finding.probability is None:
            return categories.is_shown(finding, report.document, report.document.language, profile)
        return finding.probability >= least

    findings = tuple(f for f in every if is_shown(f))
    return replace(report, findings=findings, held_back=tuple(f for f in every if not is_shown(f)))


def check(
    bench: Checker, document: Document, site: Mapping[str, int] | None = None, judgements: ScoreCache | None = None
) -> Report:
    """Proofread one document; `site` as in `run`, `judgements` as in `partial_report`."""
    try:
        answers = _submit(bench, document)
    except Unavailable as error:
        return _unjudgeable(document, error)
    return _report(bench, document, answers, ProposalVerifier(), judgements, site=site)


@dataclass(frozen=True)
class PendingCheck:
    """A document whose blocks are with the engines, and what each engine will answer to each block."""

    document: Document
    answers: tuple[PendingBlock, ...]
    second: ProposalVerifier = field(default_factory=ProposalVerifier, compare=False)

    def open(self) -> tuple[Future[Any], ...]:
        """The answers that are still to come; `partial_report` may add some, where a model proposes what it was to propose."""
        return (*(a for block in self.answers for a in block.futures() if not a.done()), *self.second.pending())


def start_check(bench: Checker, document: Document) -> PendingCheck:
    """Give `document` to the engines and return at once; `partial_report` is what has come of it at any time after.

    Raises Unavailable where that cannot be done with it.
    """
    return PendingCheck(document, tuple(_submit(bench, document)))


def partial_report(bench: Checker, begun: PendingCheck, judgements: ScoreCache | None = None) -> Report:
    """The report that the answers given by now make; an engine that has not answered is as one that was not asked.
    What a model proposes has the engines' second look before it: until that has come, it is not in the report.

    With `judgements`, a text that is checked again and again is judged only where something changed.
    """
    answers = [block.completed() for block in begun.answers]
    return _report(bench, begun.document, answers, begun.second, judgements, patience_s=0.0)


class _RecordedCounts(Mapping[str, int]):
    """Counts that note which of them were looked at."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self.seen: dict[str, int | None] = {}

    def __getitem__(self, word: str) -> int:
        count = self.seen[word] = self._counts.get(word)
        if count is None:
            raise KeyError(word)
        return count

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)


@dataclass(frozen=True, slots=True)
class _ScoredBlock:
    """What was judged of a block, from which answers, and the counts of words that were looked at for it."""

    raw: list[Finding]
    heard: _Answered
    every: Mapping[str, int | None]
    capitalised: Mapping[str, int | None]
    judged: tuple[Finding, ...]

    def holds(self, raw: list[Finding], heard: _Answered, words: judging.WordCounts) -> bool:
        """Whether judging anew would come to the same."""
        return (
            self.raw == raw
            and self.heard == heard
            and _same(self.every, words.all)
            and _same(self.capitalised, words.capitalised)
        )


class ScoreCache:
    """What was judged in earlier states of a text. For one thread at a time.

    A block's is used again where the block, the answers of the engines and all
    counts of words that the judge looked at are the same, so the result is
    that of judging anew.
    """

    def __init__(self) -> None:
        self._words: dict[str, judging.WordCounts] = {}
        self._texts: Counter[str] = Counter()  # of the blocks
        self._total = judging.WordCounts({}, {})
        self._kept: dict[tuple[object, ...], _ScoredBlock] = {}
        self._placed: dict[int, tuple[Finding, Block, Finding]] = {}  # by the identity of the first
        self._before = self._words, self._kept, self._placed

    def next(self, blocks: Iterable[Block]) -> judging.WordCounts:
        """Begin with the next state of the text: its words, counted. What the state before last made is let go."""
        self._before = before, _, _ = self._words, self._kept, self._placed
        self._words, self._kept, self._placed = {}, {}, {}
        texts = Counter(block.text for block in blocks)
        for text in texts:
            self._words[text] = before.get(text) or judging.count_block_words(text)
        gone, come = (self._texts - texts).elements(), (texts - self._texts).elements()
        self._total = judging.update_counts(self._total, [before[t] for t in gone], [self._words[t] for t in come])
        self._texts = texts
        return self._total

    def of(
        self, block: Block, raw: list[Finding], words: judging.WordCounts, source: str, heard: _Answered
    ) -> tuple[Finding, ...]:
        """As `_score_block`."""
        if not raw and heard.reading is None:
            return ()
        start, end = block.pieces[0].source.start, block.pieces[-1].source.end
        key = (block.kind, block.text, len(block.pieces), source[max(start - 1, 0) : end + 1], heard.engines)
        known = self._kept.get(key) or self._before[1].get(key)
        if known is None or not known.holds(raw, heard, words):
            every, capitalised = _RecordedCounts(words.all), _RecordedCounts(words.capitalised)
            made = _score_block(block, raw, judging.WordCounts(every, capitalised), source, heard)
            known = _ScoredBlock(raw, heard, every.seen, capitalised.seen, made)
        self._kept[key] = known
        return known.judged

    def in_source(self, block: Block, finding: Finding) -> Finding:
        """As `_in_source`, for a finding that `of` returned."""
        known = self._placed.get(id(finding)) or self._before[2].get(id(finding))
        if known is None or known[1].pieces != block.pieces:
            by = 0 if known is None else block.pieces[0].source.start - known[1].pieces[0].source.start
            if known is None or not _same_layout(known[1], block, by):
                known = (finding, block, _in_source(block, finding))
            else:
                edits = tuple(Edit(e.span.shifted(by), e.text) for e in known[2].edits)
                known = (finding, block, replace(known[2], span=known[2].span.shifted(by), edits=edits))
        self._placed[id(finding)] = known
        return known[2]


def _same_layout(one: Block, other: Block, by: int) -> bool:
    """Whether the source of `other` is laid out like that of `one`, `by` code points further on."""
    return len(one.pieces) == len(other.pieces) and all(
        (a.kind, a.span, a.source.start + by, a.source.end + by) == (b.kind, b.span, b.source.start, b.source.end)
        for a, b in zip(one.pieces, other.pieces, strict=True)
    )


def _same(seen: Mapping[str, int | None], counts: Mapping[str, int]) -> bool:
    return all(counts.get(word) == count for word, count in seen.items())


@dataclass(frozen=True)
class _Answered:
    """Who has spoken of a block: the engines, and the model with the weights for what it says."""

    engines: tuple[str, ...]
    reading: ModelResponse | None = None
    weights: RescoringModel | None = field(default=None, compare=False)  # of a bench always the same


def _score_block(
    block: Block, raw: list[Finding], words: judging.WordCounts, source: str, heard: _Answered
) -> tuple[Finding, ...]:
    """What was `heard` of a block, merged and judged; `source` is the document's text."""
    found = tuple(
        judging.score_finding(block, finding, words, source, heard.engines)
        for finding in merge_findings(block.text, raw)
        if not block.touches_placeholder(finding.span)
    )
    if heard.reading is None or heard.weights is None:
        return found
    return judging.rescore_findings(block, found, heard.reading, words, heard.weights)


def _skip_scoring(
    block: Block, raw: list[Finding], words: judging.WordCounts, source: str, heard: _Answered
) -> tuple[Finding, ...]:
    """As `_score_block`, for another language than English, of which the judge knows nothing."""
    return tuple(finding for finding in merge_findings(block.text, raw) if not block.touches_placeholder(finding.span))


def provenance(bench: Checker) -> tuple[Provenance, ...]:
    """What everything on the bench is made of, the judge included."""
    parts = list(dict.fromkeys(p for engine in bench.all_engines() for p in engine.provenance()))
    if bench.vocabulary.words or bench.vocabulary.phrases:
        count = len(bench.vocabulary.words) + len(bench.vocabulary.phrases)
        parts.append(Provenance("your words", "dictionary", data=f"{count:,} words and phrases of your own"))
    judged = base(bench.settings.language) == "en" or (bench.abroad is not None and bench.abroad.knows("en"))
    model = bench.reader.provenance() if bench.reader is not None else ()
    return (*parts, *(judging.provenance() if judged else ()), *model)


def fix(report: Report, *, unsafe: bool = False) -> str:
    """The text of the report's document with every certain edit made; see `correctable` for `unsafe`."""
    edits = [f.edits[0] for f in report.findings if correctable(f, unsafe=unsafe)]
    return apply_edits(report.document.text, report.document.keep_layout(edits))


def correctable(finding: Finding, *, unsafe: bool = False) -> bool:
    """Whether the first edit of a finding in a report may be made without asking: where it is certain, and with
    `unsafe` also where it is the only one or the first choice of several engines, all of it fits into the source, and
    it is no matter of style. A model's edit never is."""
    if not finding.edits or finding.rule.startswith(PROPOSES):
        return False
    clear = (len(finding.edits) == 1 or finding.agreement > 1) and not finding.hints
    return finding.is_safe_fix or (unsafe and clear and finding.kind != "style")


def _submit(bench: Checker, document: Document) -> list[PendingBlock]:
    """The blocks of `document` with the engines. Raises Unavailable where that cannot be done with it."""
    try:
        engines = _engines_for(bench, document)
    except Unavailable:
        return []
    language = _language(bench, document)
    reader = bench.reader if base(language) == "en" else None

    def submit() -> list[PendingBlock]:
        return [
            PendingBlock({}) if _is_other_language(b, language) else _ask(b.text, engines, reader)
            for b in document.blocks
        ]

    return run_contained(document.name, "given to the engines", len(document.text), submit)


def _unjudgeable(document: Document, error: Unavailable) -> Report:
    """A report that says why there is none."""
    return Report(document, skipped=(error.skipped,), checked=False)


def _ask(text: str, engines: Mapping[str, Engine], reader: LanguageModelClient | None) -> PendingBlock:
    answers = {name: engine.submit(text) for name, engine in engines.items()}
    return PendingBlock(
        answers, None if reader is None else reader.submit_after(text, answers.values(), merge_findings)
    )


def _language(bench: Checker, document: Document) -> str:
    """The language that `document` is to be checked in: the settings', unless it says that it is in another. A tag
    that is none of `languages` where it says so, and is not known."""
    said = document.language or language_of_file_name(document.name)
    ours = bench.settings.language
    return ours if not said or base(said) == base(ours) else known_language(said) or said


def _foreign_language(bench: Checker, document: Document) -> str:
    """The language of `document` if it is not that of the settings, else ""."""
    language = _language(bench, document)
    return "" if language == bench.settings.language else language


def _engines_for(bench: Checker, document: Document) -> Mapping[str, Engine]:
    """The engines that read `document`. Raises Unavailable where none knows its language."""
    language = _foreign_language(bench, document)
    if not language:
        return bench.engines
    if base(language) not in NAMES:
        raise Unavailable("languages", "which no rules are known for")
    if bench.abroad is None:
        raise Unavailable("languages", f"only {NAMES[base(bench.settings.language)]} is set up")
    return bench.abroad.engines(language)


def prose(document: Document, language: str = "en") -> list[Block]:
    """The blocks of `document` that are in `language`, as far as can be told: none if it says that it is not."""
    said = document.language or language_of_file_name(document.name)
    if said and base(said) != base(language):
        return []
    return [block for block in document.blocks if not _is_other_language(block, language)]


def _is_other_language(block: Block, language: str = "en") -> bool:
    """Whether a block is in another language than the text around it, by its mark or by its words."""
    if block.language and base(block.language) != base(language):
        return True
    return judging.foreign(block.text) if base(language) == "en" else categories.is_english(block.text)


def _other_sentences(block: Block, language: str) -> tuple[tuple[Span, str], ...]:
    """The sentences of a block that are in another language than the text around them, with their language's code."""
    return judging.foreign_sentences(block.text) if base(language) == "en" else categories.english_sentences(block.text)


def _unread(document: Document, language: str) -> tuple[Skipped, list[int]] | None:
    """What is said of the passages in other languages, and in which blocks they are; None where there are none."""
    at: list[int] = []
    codes: Counter[str] = Counter()
    for i, block in enumerate(document.blocks):
        marked = bool(block.language) and base(block.language) != base(language)
        found = [base(block.language)] if marked else [code for _, code in _other_sentences(block, language)]
        if found or _is_other_language(block, language):
            at.append(i)
            codes.update(found)
    if not at:
        return None
    known = [code for code, _ in codes.most_common() if code in NAMES] if base(language) == "en" else []
    which = f" ({', '.join(NAMES[code] for code in known[:3])})" if known else ""
    nothing_read = all(_is_other_language(block, language) for block in document.blocks)
    remedy = _SAY_ITS_LANGUAGE.format(known[0] if known else "de") if nothing_read else ""
    return Skipped("a passage", f"in another language than {NAMES[base(language)]}{which}, and not checked", remedy), at


def _report(
    bench: Checker,
    document: Document,
    answers: list[PendingBlock],
    second: ProposalVerifier,
    judgements: ScoreCache | None = None,
    *,
    patience_s: float | None = None,
    site: Mapping[str, int] | None = None,
    looked_at: dict[str, int] | None = None,
) -> Report:
    """The report on `document`; one that is not checked, and says why, where something goes wrong in making it."""

    def made() -> Report:
        return _settled_report(
            bench, document, answers, second, judgements, patience_s=patience_s, site=site, looked_at=looked_at
        )

    try:
        return run_contained(document.name, "judged", _JUDGING * len(document.text), made)
    except Unavailable as error:
        return _unjudgeable(document, error)


def _settled_report(
    bench: Checker,
    document: Document,
    answers: list[PendingBlock],
    second: ProposalVerifier,
    judgements: ScoreCache | None,
    *,
    patience_s: float | None,
    site: Mapping[str, int] | None,
    looked_at: dict[str, int] | None,
) -> Report:
    language = _language(bench, document)
    try:
        engines = _engines_for(bench, document)
    except Unavailable as error:
        said = f"written in {NAMES.get(base(language), language)}, as it says: {error.skipped.reason}"
        return Report(document, skipped=(Skipped(document.name, said, error.skipped.remedy),), checked=False)
    read = [block for block in document.blocks if not _is_other_language(block, language)]
    words = judging.count_words(read) if judgements is None else judgements.next(read)
    if site is not None:
        words = with_site_counts(words, site, looked_at)
    ground = regions(document)
    vocabulary = (
        bench.abroad.vocabulary(language) if bench.abroad and _foreign_language(bench, document) else bench.vocabulary
    )
    used: list[Region] = []
    findings: list[Finding] = []
    looked = not document.blocks
    suppressed = 0
    failures: dict[Skipped, list[int]] = {}
    if (unread := _unread(document, language)) is not None:
        failures[unread[0]] = unread[1]
    typography = Typography(document.blocks)
    for i, (block, asked_of) in enumerate(zip(document.blocks, answers, strict=True)):
        raw, heard, failed = _wait(bench, asked_of)
        strange = [span for span, _ in _other_sentences(block, language)]
        raw = [f for f in raw if not any(span.contains(f.span) for span in strange)] if strange else raw
        looked = looked or bool(heard.engines)
        for skipped in failed:
            failures.setdefault(skipped, []).append(i)
        if len(raw) > _MOST_SUSPECTS and 4 * len(raw) > _length(block.text):
            failures.setdefault(_NOT_PROSE, []).append(i)
            continue
        asked = _drop_disabled(bench.settings, raw)
        if len(asked) < len(raw):
            suppressed += len(merge_findings(block.text, raw)) - len(merge_findings(block.text, asked))
        asked = typography.fitted(i, asked)
        candidates = []
        judge = _skip_scoring if base(language) != "en" else _score_block if judgements is None else judgements.of
        for finding in judge(block, asked, words, document.text, heard):
            if any(span.contains(finding.span) for span in strange):
                continue  # what a model proposes there
            silent = [r for r in ground if _falls_in(block.to_source(finding.span), finding, r)]
            used += silent
            ignored = bench.ignores.covers(document.name, block.text, finding)
            known = vocabulary.covers(block.text, finding) or _is_a_name(document, block, finding)
            if silent or ignored or known:
                suppressed += 1
            else:
                candidates.append(finding)
        if heard.reading is not None and heard.reading.proposals:
            candidates, failed = second.verify(
                block.text,
                candidates,
                {name: (engines[name], asked_of.engines[name].result()) for name in heard.engines},
                least=judging.threshold(bench.settings.profile),
                patience_s=3 * bench.settings.block_timeout_s if patience_s is None else patience_s,
                heeded=lambda text, found: [
                    f for f in _drop_disabled(bench.settings, found) if not vocabulary.covers(text, f)
                ],
            )
            candidates = typography.fitted(i, candidates)
            for skipped in failed:
                failures.setdefault(skipped, []).append(i)
        place = _in_source if judgements is None or base(language) != "en" else judgements.in_source
        settled = _resolve_candidates(block, candidates)
        placed = [_fitting(document, _as_written(document, place(block, finding))) for finding in settled]
        if heard.reading is not None and any(f.is_safe_fix for f in placed):
            # What stands only because a model sank its rival is nothing to make unasked.
            alone = {f.edits[:1] for f in _resolve_candidates(block, map(_without_model, candidates))}
            firm = [f.edits[:1] in alone for f in settled]
            placed = [replace(p, is_safe_fix=p.is_safe_fix and sure) for p, sure in zip(placed, firm, strict=True)]
        findings += placed
    notes = (
        *document.notes,
        *unused_directives(document, [r.directive for r in used]),
        *_other_dialect(bench, document),
    )
    if base(language) != "en":
        document = replace(document, language=language)
        notes = (*notes, categories.language_note(language)) if looked else notes
    report = Report(
        replace(document, notes=notes),
        tuple(findings),
        (),
        suppressed,
        tuple(_locate_failure(document, s, blocks) for s, blocks in failures.items()),
        sum(_length(b.text) for b in read) if looked else 0,
        checked=looked,
    )
    return apply_profile(report, bench.settings.profile)


def _resolve_candidates(block: Block, candidates: Iterable[Finding]) -> tuple[Finding, ...]:
    return merge_agreement_pairs(block.text, resolve_overlaps(candidates))


def _without_model(finding: Finding) -> Finding:
    """A finding as it is without the model's help; the model's own are the least likely then."""
    if finding.rule.startswith(PROPOSES):
        return replace(finding, probability=0.0)
    return (
        finding
        if finding.probability_without_model is None
        else replace(finding, probability=finding.probability_without_model)
    )


@lru_cache(maxsize=1024)
def _length(text: str) -> int:
    return len(_WORD.findall(text))


def _wait(bench: Checker, asked: PendingBlock) -> tuple[list[Finding], _Answered, list[Skipped]]:
    """What the engines say of a block, who has spoken, and what became of the others."""
    raw: list[Finding] = []
    heard: list[str] = []
    failed: list[Skipped] = []
    for name, future in asked.engines.items():
        try:
            raw += future.result()
            heard.append(name)
        except Unavailable as error:
            failed.append(error.skipped)
    if asked.reading is None or bench.reader is None:
        return raw, _Answered(tuple(heard)), failed
    try:
        return raw, _Answered(tuple(heard), asked.reading.result(), bench.weights), failed
    except Unavailable as error:
        return raw, _Answered(tuple(heard)), [*failed, error.skipped]


def _drop_disabled(settings: Settings, raw: Iterable[Finding]) -> list[Finding]:
    if not settings.disable:
        return list(raw)
    return [f for f in raw if not any(matches_rule(pattern, name) for pattern in settings.disable for name in f.names)]


def _is_a_name(document: Document, block: Block, finding: Finding) -> bool:
    """Whether all that a finding calls misspelt is what the code around a comment calls something."""
    words = _WORD.findall(finding.span.of(block.text)) if document.names and finding.kind == "spelling" else []
    return bool(words) and all(word.lower() in document.names for word in words)


def _falls_in(place: Span, finding: Finding, region: Region) -> bool:
    """Whether a comment's region silences a finding: it is enough that one of the rules that spoke is named."""
    return region.span.overlaps(place) and any(region.silences(name) for name in finding.names)


def _in_source(block: Block, finding: Finding) -> Finding:
    """`finding` moved from the block to the source; edits that would cross markup become hints."""
    edits: list[Edit] = []
    hints: list[str] = []
    for edit in finding.edits:
        placed = block.edit_to_source(edit)
        if placed is None:
            hints.append(edit.text)
        else:
            edits.append(placed)
    applicable = bool(finding.edits) and block.edit_to_source(finding.edits[0]) is not None
    return replace(
        finding,
        span=block.to_source(finding.span),
        edits=tuple(edits),
        hints=tuple(dict.fromkeys(hints)),
        is_safe_fix=applicable and block.kind != QUOTED and judging.is_safe_fix(block.text, finding),
    )


def _as_written(document: Document, finding: Finding) -> Finding:
    """`finding` with its edits as the file writes their letters; one that its encoding has no bytes for is a hint."""
    if all(edit.text.isascii() for edit in finding.edits):
        return finding
    written = [Edit(e.span, decomposed(document, e.text)) for e in finding.edits]
    edits = tuple(e for e in written if document.can_write(e.text))
    lost = (e.text for e in written if not document.can_write(e.text))
    certain = finding.is_safe_fix and edits[:1] == tuple(written[:1])
    return replace(finding, edits=edits, hints=tuple(dict.fromkeys((*finding.hints, *lost))), is_safe_fix=certain)


def _fitting(document: Document, finding: Finding) -> Finding:
    """`finding`, of whose edits those that the layout of the source has no room for become hints."""
    if not document.frames:
        return finding
    edits = tuple(e for e in finding.edits if document.keep_layout([e]))
    if edits == finding.edits:
        return finding
    hints = tuple(dict.fromkeys((*(e.text for e in finding.edits if e not in edits), *finding.hints)))
    return replace(
        finding, edits=edits, hints=hints, is_safe_fix=finding.is_safe_fix and edits[:1] == finding.edits[:1]
    )


def _other_dialect(bench: Checker, document: Document) -> tuple[str, ...]:
    said = document.language.replace("_", "-")
    ours = bench.settings.language
    if "-" in said and base(said) == base(ours) and said.lower() != ours.lower():
        known = next((d for d in LANGUAGES if d.lower() == said.lower()), None)
        return (f"it says {said} of itself; checked as {ours}" + (f" (use --lang {known})" if known else ""),)
    return ()


def _locate_failure(document: Document, skipped: Skipped, blocks: list[int]) -> Skipped:
    """A failure with the lines it concerns."""
    lines = LineIndex(document.text)
    at = [lines.line(document.blocks[i].pieces[0].source.start) + 1 for i in blocks if document.blocks[i].pieces]
    where = ", ".join(map(str, at[:5])) + (f" and {len(at) - 5} more" if len(at) > 5 else "")
    return Skipped(
        f"{document.name}, {skipped.what}", f"line{'s' * (len(at) > 1)} {where}: {skipped.reason}", skipped.remedy
    )
