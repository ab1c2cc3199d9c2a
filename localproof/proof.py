"""Documents in, one Run out: engines, settling, judging, the writer's decisions, and the account of it all.

`open_bench` starts everything that a run needs and returns at once; `run`
feeds it documents and yields nothing half done. The order of findings and of
everything else depends on the input alone, not on which engine answers first.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from . import __version__, energy
from . import judge as judging
from .cache.memory import Remembering
from .cache.store import NAME, Store
from .decisions import Ignores, Region, Vocabulary, regions, silences, unused
from .engines import ENGINES, Engine
from .report import BadInput, Finding, Provenance, Report, Run, Skipped, Unavailable
from .settings import DIALECTS, Settings
from .settle import merge, resolve
from .text import Block, Document, Edit, LineIndex, Span, apply

_IN_FLIGHT = 64  # blocks given to the engines before the oldest document is waited for
_WORD = re.compile(r"\w+(?:['’-]\w+)*")

# A paragraph with hundreds of suspects, one for every few words, is a table of
# numbers, a word list or an attack: nobody reads its findings.
_MOST_SUSPECTS = 300
_NOT_PROSE = Skipped("a passage", "a suspect every few words: this is hardly prose, and was not judged")

Answer = Future[tuple[Finding, ...]]


@dataclass(frozen=True)
class Bench:
    """What a run works with: engines, each with a memory, what could not be had, and where answers are kept."""

    settings: Settings
    engines: Mapping[str, Engine]
    skipped: tuple[Skipped, ...]
    vocabulary: Vocabulary
    window: energy.Window
    started_s: float
    ignores: Ignores = field(default_factory=Ignores)
    store: Store | None = None

    def pids(self) -> Iterator[int]:
        """The live helper processes of all engines."""
        for engine in self.engines.values():
            yield from engine.pids()

    def trouble(self) -> tuple[Skipped, ...]:
        """What went wrong with keeping answers so far; the run went on."""
        return self.store.trouble if self.store else ()


@contextmanager
def open_bench(settings: Settings, *, at_once: bool = True) -> Iterator[Bench]:
    """Start the engines that `settings` ask for, and the energy window; end both on leaving.

    With `at_once` False an engine is started by the first block whose answer
    is not in the cache, so perhaps never. An engine that cannot work here is a `Skipped` of the bench. Raises
    BadInput for an engine or a meter that does not exist.
    """
    engines: dict[str, Engine] = {}
    skipped: list[Skipped] = []
    store = Store(settings.cache_folder / NAME) if settings.cache_folder is not None else None
    window = energy.open_window(
        settings,
        pids=lambda: [pid for engine in engines.values() for pid in engine.pids()],
        calibration=energy.stored_calibration(),
    )
    try:
        for name in dict.fromkeys(settings.engines):
            if name not in ENGINES:
                raise BadInput(f"there is no engine {name!r}; choose from {', '.join(ENGINES)}")
            try:
                engines[name] = Remembering(ENGINES[name](settings), store)
                if at_once or store is None:
                    engines[name].start()
            except Unavailable as error:
                skipped.append(error.skipped)
        yield Bench(
            settings,
            engines,
            tuple(skipped),
            Vocabulary.of(settings.words),
            window,
            time.monotonic(),
            Ignores.of(settings.ignores, settings.root),
            store,
        )
    finally:
        for engine in engines.values():
            engine.close()
        if store is not None:
            store.close()
        window.close()


def run(
    bench: Bench, documents: Iterable[Document | Skipped], *, on_report: Callable[[Report], None] | None = None
) -> Run:
    """Proofread `documents` in order. `on_report` hears of each report as soon as it is complete, in order.

    The engines work on the next documents while one is being judged; no more
    than some dozens of blocks are in flight, however many documents there are.
    """
    reports: list[Report] = []
    skipped: list[Skipped] = list(bench.skipped)
    waiting: deque[tuple[Document, list[dict[str, Answer]]]] = deque()
    in_flight = 0

    def finish() -> None:
        nonlocal in_flight
        document, answers = waiting.popleft()
        report = _report(bench, document, answers)
        in_flight -= len(answers)
        reports.append(report)
        bench.window.poll()
        if on_report is not None:
            on_report(report)

    for document in documents:
        if isinstance(document, Skipped):
            skipped.append(document)
            continue
        answers = _submit(bench, document)
        waiting.append((document, answers))
        in_flight += len(answers)
        while waiting and in_flight > _IN_FLIGHT and len(waiting) > 1:
            finish()
    while waiting:
        finish()
    return Run(
        reports=tuple(reports),
        provenance=provenance(bench),
        energy=bench.window.close(sum(r.words for r in reports)),
        skipped=(*skipped, *bench.trouble()),
        profile=bench.settings.profile,
        elapsed_s=time.monotonic() - bench.started_s,
        version=__version__,
    )


def check(bench: Bench, document: Document) -> Report:
    """Proofread one document."""
    return _report(bench, document, _submit(bench, document))


def provenance(bench: Bench) -> tuple[Provenance, ...]:
    """What everything on the bench is made of, the judge included."""
    parts = [p for engine in bench.engines.values() for p in engine.provenance()]
    if bench.vocabulary.words or bench.vocabulary.phrases:
        count = len(bench.vocabulary.words) + len(bench.vocabulary.phrases)
        parts.append(Provenance("your words", "dictionary", data=f"{count:,} words and phrases of your own"))
    return (*parts, *judging.provenance())


def fix(report: Report) -> str:
    """The text of the report's document with every certain edit made."""
    return apply(report.document.text, [f.edits[0] for f in report.findings if f.certain and f.edits])


def _submit(bench: Bench, document: Document) -> list[dict[str, Answer]]:
    if _foreign(document):
        return []
    return [
        {}
        if block.language or judging.foreign(block.text)
        else {n: e.submit(block.text) for n, e in bench.engines.items()}
        for block in document.blocks
    ]


def _other(block: Block) -> bool:
    """Whether a block is in another language than English, by its mark or by its words."""
    marked = block.language.lower()
    return (bool(marked) and marked != "en" and not marked.startswith("en-")) or judging.foreign(block.text)


def _foreign(document: Document) -> bool:
    language = document.language.replace("_", "-").lower()
    return bool(language) and language != "en" and not language.startswith("en-")


def _report(bench: Bench, document: Document, answers: list[dict[str, Answer]]) -> Report:
    if _foreign(document):
        reason = f"written in {document.language}, as it says; only English is set up"
        return Report(document, skipped=(Skipped(document.name, reason),))
    read = [block for block in document.blocks if not _other(block)]
    words = judging.count_words(read)
    ground = regions(document)
    used: list[Region] = []
    findings: list[Finding] = []
    suppressed = 0
    failures: dict[Skipped, list[int]] = {}
    if len(read) < len(document.blocks):
        other = Skipped("a passage", "in another language than English, and not checked")
        failures[other] = [i for i, block in enumerate(document.blocks) if _other(block)]
    for i, (block, futures) in enumerate(zip(document.blocks, answers, strict=True)):
        raw, failed = _wait(futures)
        for skipped in failed:
            failures.setdefault(skipped, []).append(i)
        if len(raw) > _MOST_SUSPECTS and 4 * len(raw) > len(_WORD.findall(block.text)):
            failures.setdefault(_NOT_PROSE, []).append(i)
            continue
        asked = _wanted(bench.settings, raw)
        if len(asked) < len(raw):
            suppressed += len(merge(block.text, raw)) - len(merge(block.text, asked))
        candidates = []
        for finding in merge(block.text, asked):
            if block.touches_placeholder(finding.span):
                continue
            silent = [r for r in ground if _falls_in(block.to_source(finding.span), finding, r)]
            used += silent
            ignored = bench.ignores.covers(document.name, block.text, finding)
            if silent or ignored or bench.vocabulary.covers(block.text, finding):
                suppressed += 1
            else:
                candidates.append(judging.judge(block, finding, words, document.text))
        findings += [_in_source(block, f) for f in resolve(candidates)]
    least = judging.cut(bench.settings.profile)
    findings.sort(key=lambda f: (f.span, f.rule))
    notes = (*document.notes, *unused(document, [r.directive for r in used]), *_other_dialect(bench, document))
    return Report(
        replace(document, notes=notes),
        tuple(f for f in findings if (f.probability or 0) >= least),
        tuple(f for f in findings if (f.probability or 0) < least),
        suppressed,
        tuple(_told(document, s, blocks) for s, blocks in failures.items()),
        sum(len(_WORD.findall(b.text)) for b in read),
    )


def _wait(futures: Mapping[str, Answer]) -> tuple[list[Finding], list[Skipped]]:
    raw: list[Finding] = []
    failed: list[Skipped] = []
    for future in futures.values():
        try:
            raw += future.result()
        except Unavailable as error:
            failed.append(error.skipped)
    return raw, failed


def _wanted(settings: Settings, raw: list[Finding]) -> list[Finding]:
    if not settings.disable:
        return raw
    return [f for f in raw if not any(silences(pattern, f.rule) for pattern in settings.disable)]


def _falls_in(place: Span, finding: Finding, region: Region) -> bool:
    """Whether a comment's region silences a finding: it is enough that one of the rules that spoke is named."""
    return region.span.overlaps(place) and any(region.silences(rule) for rule in finding.source)


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
        certain=applicable and judging.certain(block.text, finding),
    )


def _other_dialect(bench: Bench, document: Document) -> tuple[str, ...]:
    said = document.language.replace("_", "-")
    ours = bench.settings.language
    if "-" in said and said.lower() != ours.lower():
        known = next((d for d in DIALECTS if d.lower() == said.lower()), None)
        return (f"it says {said} of itself; checked as {ours}" + (f" (use --lang {known})" if known else ""),)
    return ()


def _told(document: Document, skipped: Skipped, blocks: list[int]) -> Skipped:
    """A failure with the lines it concerns."""
    lines = LineIndex(document.text)
    at = [lines.line(document.blocks[i].pieces[0].source.start) + 1 for i in blocks if document.blocks[i].pieces]
    where = ", ".join(map(str, at[:5])) + (f" and {len(at) - 5} more" if len(at) > 5 else "")
    return Skipped(f"{document.name}, {skipped.what}", f"line {where}: {skipped.reason}", skipped.remedy)
