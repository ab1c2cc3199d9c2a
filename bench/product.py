"""LocalProof as the benches use it: the only place here that knows its interface."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from localproof import scoring
from localproof.config import PROFILES, Settings
from localproof.engines import ENGINES, harper, languagetool, prepare
from localproof.formats import format_of, read
from localproof.pipeline.checker import Checker
from localproof.pipeline.fixes import is_correctable
from localproof.pipeline.language_policy import prose as prose_blocks
from localproof.pipeline.pending import BlockAnswer
from localproof.pipeline.report_steps import resolve_candidates
from localproof.pipeline.score_cache import score_block
from localproof.report import Finding, Report
from localproof.scoring.types import MOST_SUSPECTS
from localproof.text import Block, Document
from localproof.workers.pooled_worker import start_worker
from localproof.workers.supervisor import WorkerSupervisor

from .scorer import Flag

COMMAND = [sys.executable, "-m", "localproof"]
PIPE = ["check", "--isolated", "--no-cache", "-"]  # the arguments to check a text from standard input
CHECK = ["check", "--isolated"]  # the arguments before a folder


@dataclass(frozen=True, slots=True)
class Said:
    """One finding, as the scorer takes it, the rule it stands under, and the profiles that show it.

    `rules` are all that spoke for it; `certain` is whether --fix makes it.
    """

    flag: Flag
    rule: str
    profiles: frozenset[str]
    rules: tuple[str, ...] = ()
    certain: bool = False
    edits: tuple[str, ...] = ()  # of the flag's place, best first


@dataclass(frozen=True)
class Answer:
    """What the product found in one text, its number of words, and the parts that could not be checked."""

    said: tuple[Said, ...]
    words: int
    skipped: tuple[str, ...]


Id = int | str
# Texts by id, the engines to use and with them perhaps a language model, the dialect, the format of the texts.
Proofread = Callable[[Mapping[Id, str], tuple[str, ...], str, str], dict[Id, Answer]]


def proofread(texts: Mapping[Id, str], engines: tuple[str, ...], language: str, format: str) -> dict[Id, Answer]:
    """Each text as a document of its own, everything that the product finds in it, judged. What of `engines` is none is
    a language model, by its id or file."""
    model = next((name for name in engines if name not in ENGINES), "")
    engines = tuple(name for name in engines if name in ENGINES)
    if len(engines) > 1:
        engines = (*engines, "localproof")  # its own rules are a part of it, and of no engine's own row
    settings = Settings(language=language, engines=engines, profile="all", model=model, trust_file=True)
    with Checker(settings) as checker:
        documents = (read(str(id), text, settings, format) for id, text in texts.items())
        run = checker.check_all(documents)
    if run.skipped:
        raise SystemExit(f"not everything could be measured: {run.skipped}")
    return {id: _answer(report) for id, report in zip(texts, run.reports, strict=True)}


def _answer(report: Report) -> Answer:
    cuts = {profile: scoring.threshold(profile) for profile in PROFILES}
    said = []
    for finding in report.findings:
        probability = finding.probability or 0.0
        span = finding.edits[0].span if finding.edits else finding.span
        flag = Flag(span.start, span.end, finding.edits[0].text if finding.edits else None, probability)
        profiles = frozenset(p for p, least in cuts.items() if probability >= least)
        edits = tuple(e.text for e in finding.edits if e.span == span)
        said.append(Said(flag, finding.rule, profiles, finding.source, is_correctable(finding), edits))
    return Answer(tuple(said), report.words, tuple(f"{s.what}: {s.reason}" for s in report.skipped))


def blocks(source: str) -> list[str]:
    """The prose of a Markdown text, block by block, as the engines are given it."""
    return [block.text for block in read("text.md", source, Settings()).blocks]


def batch(threads: int) -> Callable[[list[str]], int]:
    """The product with its engines starting: a function from Markdown texts to the number of flags."""
    settings = Settings(profile="all", jobs=threads)
    opened = ExitStack()  # held by `run` until the process ends
    checker = opened.enter_context(Checker(settings))

    def run(texts: list[str], _held: ExitStack = opened) -> int:
        documents = (read(f"{number}.md", text, settings) for number, text in enumerate(texts))
        reports = checker.check_all(documents).reports
        failed = [s for r in reports for s in r.skipped if s.what.endswith(tuple(settings.engines))]
        if failed:  # passages in other languages are left out on purpose
            raise SystemExit(f"not everything was checked: {failed[:3]}")
        return sum(len(report.findings) for report in reports)

    return run


def is_read(name: str) -> bool:
    """Whether files so named are read when they lie in a folder."""
    format = format_of(name)
    return format is not None and format.walked


def read_text(name: str, text: str, settings: Settings, format: str | None = None) -> Document:
    """`text` as a document; see `localproof.formats.read`."""
    return read(name, text, settings, format)


def prose(document: Document, language: str) -> list[Block]:
    """The blocks of a document that the engines are asked about."""
    return prose_blocks(document, language)


def engine_worker(name: str, settings: Settings, limit_s: float) -> WorkerSupervisor:
    """The helper of an engine by itself, with so long for each request."""
    engine: Any = ENGINES[name](settings)
    return start_worker({**engine._worker._order, "limit_s": limit_s})


def ask(worker: WorkerSupervisor, text: str) -> list[tuple[Future[Any], list[float]]]:
    """What the helper of an engine will say of the text of a block, in parts as the engine is asked in, and the seconds
    of CPU that each took it."""
    asked = []
    for part in prepare.split_text(prepare.prepare_text(text).text):
        spent: list[float] = []
        asked.append((worker.submit({"text": part.text}, spent.append), spent))
    return asked


def found(text: str, raw: Mapping[str, Sequence[Any]]) -> list[Finding]:
    """The findings in what the helpers of engines said of `text`, by name and part."""
    convert = {"harper": harper.findings, "languagetool": languagetool.findings}
    parts = list(prepare.split_text(prepare.prepare_text(text).text))
    return [
        finding
        for name, answers in raw.items()
        for part, answer in zip(parts, answers, strict=True)
        for finding in convert[name](part.text, answer)
        if finding.span.end + part.start <= len(text)
    ]


def score(document: Document, block: Block, raw: list[Finding], engines: tuple[str, ...]) -> tuple[Finding, ...]:
    """`raw` findings of one block merged, scored and settled."""
    if len(raw) > MOST_SUSPECTS:
        return ()
    words = scoring.count_words([block])
    return resolve_candidates(block, score_block(block, raw, words, document.text, BlockAnswer(engines)))
