"""From the answers of the engines to a report, step by step, in the order in which they stand here:

route by language → collect answers → score → suppress → verify proposals → resolve and place → assemble.

All blocks are scored before the next step, for how carelessly the document is written tells something of each finding.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from .. import scoring
from ..config import Settings
from ..report import Finding, Report, Skipped, Unavailable
from ..scoring.careless import Carelessness, carelessness
from ..scoring.learning import NOTHING, Learned
from ..scoring.rescoring import PROPOSES
from ..scoring.site import WordsElsewhere, with_site_counts
from ..scoring.types import is_hardly_prose
from ..scoring.verification import ProposalVerifier, worth_verifying
from ..text import Block, Document, LineIndex, Span
from ..text.languages import NAMES, base
from ..text.words import COUNTED_WORD
from .language_policy import is_in_other_language
from .merging import merge_agreement_pairs, merge_findings, resolve_overlaps
from .pending import BlockAnswer, PendingBlock
from .placement import keep_layout, place_in_source, write_as_document
from .profiles import MovableFinding, divide_findings
from .routing import Route, Router
from .score_cache import CachedBlock, PlacedBlock, ScoreCache, ScoredBlock, ScoreFinding
from .suppressions import Ignores, Region, block_extent, matches_rule, regions, unused_directives
from .typography import Typography, has_accents, has_marks

_FEW_BLOCKS = 3  # in another language say nothing of the rest
_NOT_PROSE = Skipped("a passage", "a suspect every few words: this is hardly prose, and was not judged")
_SAY_ITS_LANGUAGE = "to say its language, such as --lang {0}, or lang: {0} in its header"


@dataclass(frozen=True)
class ReportRequest:
    """A document whose blocks are with the engines, and what its report depends on beside them.

    `blocks` belong to the blocks of `document`, in order; there may be none
    where it cannot be checked. `patience_s` is how long the verifier waits for
    the engines; None: as long as they may take. `site` are words that the
    documents share; what is looked up there is noted in `site_counts_used`.
    `learned` is what earlier decisions of the writer's come to.
    With a `score_cache`, only what has changed is scored.
    """

    document: Document
    blocks: Sequence[PendingBlock]
    router: Router
    ignores: Ignores
    verifier: ProposalVerifier
    score_cache: ScoreCache | None = None
    patience_s: float | None = None
    site: Mapping[str, int] | None = None
    site_counts_used: dict[str, int] | None = None
    learned: Learned = NOTHING

    @property
    def settings(self) -> Settings:
        """Those that the document is checked under."""
        return self.router.settings


@dataclass(frozen=True)
class _Context:
    """What all steps share."""

    request: ReportRequest
    route: Route
    in_other_language: tuple[bool, ...]  # by block
    words: scoring.WordCounts
    regions: tuple[Region, ...]
    typography: Typography

    def read_blocks(self) -> list[Block]:
        """The blocks that are in the document's language."""
        blocks = zip(self.request.document.blocks, self.in_other_language, strict=True)
        return [block for block, other in blocks if not other]


@dataclass
class _Draft:
    """What has come of the steps so far."""

    checked: bool
    findings: list[MovableFinding] = field(default_factory=list)
    suppressed: int = 0
    used: list[Region] = field(default_factory=list)  # regions that have silenced something
    failures: dict[Skipped, list[int]] = field(default_factory=dict)  # with the numbers of their blocks

    def note_failures(self, number: int, failed: Iterable[Skipped]) -> None:
        """Note what went wrong with the block of this number."""
        for skipped in failed:
            self.failures.setdefault(skipped, []).append(number)

    def note_scored(self, number: int, scored: ScoredBlock) -> None:
        """Note what came of scoring the block of this number, beside its findings."""
        self.note_failures(number, scored.failures)
        self.suppressed += scored.suppressed
        self.checked = self.checked or scored.checked


def _expected_errors(answers: Iterable[BlockAnswer]) -> float | None:
    """How many errors a tagger expects in all blocks; None where none reads along."""
    responses = [answer.model_response for answer in answers if answer.model_response is not None]
    tagged = [response.tagged.expected for response in responses if response.tagged is not None]
    return sum(tagged) if tagged else None


def make_report(request: ReportRequest) -> Report:
    """The report that the answers given by now make, and those that are waited for."""
    document = request.document
    try:
        route = request.router.route(document)
    except Unavailable as error:
        return _not_checked(document, request.router.language(document), error.skipped)
    context = _prepare(request, route)
    draft = _Draft(checked=not document.blocks)
    _note_other_languages(context, draft)
    read = [number for number, is_other in enumerate(context.in_other_language) if not is_other]
    blocks = [(number, document.blocks[number], request.blocks[number]) for number in read]
    scored = [_score_block(context, *each) for each in blocks]
    for (number, _, _), each in zip(blocks, scored, strict=True):
        draft.note_scored(number, each.scored)
    judged = [(each.block, each.scored.found) for each in scored if each.scored.found]
    expected = _expected_errors(each.scored.answer for each in scored)
    careless = carelessness(judged, sum(context.words.all.values()), expected)
    if request.score_cache is not None:
        request.score_cache.shift(careless)
    for (number, block, pending), each in zip(blocks, scored, strict=True):
        if each.scored.found:
            draft.findings += _place_block(context, draft, number, block, pending, each, careless)
    return _assemble_report(context, draft)


def _score_block(context: _Context, number: int, block: Block, pending: PendingBlock) -> CachedBlock:
    """A block with what is found in it, scored by what can be seen in the block and the counts of words."""
    cache = context.request.score_cache
    if cache is None:
        return CachedBlock(
            block, pending, _score(context, number, block, pending, context.words, scoring.score_finding)
        )
    return cache.block(block, pending, number, partial(_score, context, number, block, pending))


def _place_block(
    context: _Context,
    draft: _Draft,
    number: int,
    block: Block,
    pending: PendingBlock,
    cached: CachedBlock,
    careless: Carelessness,
) -> Sequence[MovableFinding]:
    """What of a scored block is to be reported, where it stands in the source."""
    request, near = context.request, _regions_around(context.regions, block)
    start = block.pieces[0].source.start if block.pieces else 0
    silent = tuple(region.rules for region in near)
    kept = request.score_cache is not None and _stands_alone(request.document, block, near)

    def shifts() -> tuple[float, ...]:
        return tuple(careless.shift(block.text, finding) for finding in cached.scored.found)

    if (placed := cached.placed_with(silent, shifts) if kept else None) is None:
        candidates, suppressed, used = _suppress(context, near, block, cached.scored.found, careless)
        proposed = [f for f in candidates if f.rule.startswith(PROPOSES)]
        if proposed:
            candidates = _verify_proposals(context, draft, number, block, candidates, cached.scored.answer, pending)
        findings = _resolve_and_place(context, block, candidates, cached.scored.answer)
        placed = PlacedBlock(findings, start, suppressed, silent=silent, used=used)
        verified = worth_verifying(proposed, scoring.threshold(request.settings.profile)) if kept else []
        if kept and not verified and not any(has_accents(edit.text) for f in findings for edit in f.edits):
            cached.keep_placed(replace(placed, shifts=shifts(), marked=has_marks(proposed)))
    draft.suppressed += placed.suppressed
    draft.used += [near[i] for i in placed.used]
    return placed.findings_at(start)


def _regions_around(regions: Sequence[Region], block: Block) -> list[Region]:
    """Those of `regions` that reach `block`."""
    extent = block_extent(block) if regions else None
    if extent is None:
        return []
    return [region for region in regions if region.span.start <= extent.end and extent.start <= region.span.end]


def _stands_alone(document: Document, block: Block, near: Sequence[Region]) -> bool:
    """Whether all regions `near` a block hold in all of it, and no layout or header around it has a say in its
    edits."""
    extent = block_extent(block)
    if extent is None or block.holder is not None or not all(region.span.contains(extent) for region in near):
        return False
    frame = bisect_right(document.frames, extent.end, key=lambda frame: frame.span.start) - 1
    return frame < 0 or document.frames[frame].span.end < extent.start


# ─ route by language ─


def _not_checked(document: Document, language: str, why: Skipped) -> Report:
    """The report on a document that there are no engines for."""
    said = f"written in {NAMES.get(base(language), language)}, as it says: {why.reason}"
    return Report(document, skipped=(Skipped(document.name, said, why.remedy),), checked=False)


def _prepare(request: ReportRequest, route: Route) -> _Context:
    document = request.document
    other = tuple(is_in_other_language(block, route.policy) for block in document.blocks)
    if _is_mostly_other(document, other):
        other = (True,) * len(other)
    read = [block for block, is_other in zip(document.blocks, other, strict=True) if not is_other]
    typography = Typography(document.blocks)
    if request.score_cache is None:
        words = scoring.count_words(read)
        words = replace(words, elsewhere=WordsElsewhere(document.text, words.all))
    else:
        conditions = _conditions(request, route)
        words = request.score_cache.begin(document.text, read, typography, request.site or {}, conditions)
    if request.site is not None:
        words = with_site_counts(words, request.site, request.site_counts_used)
    return _Context(request, route, other, words, regions(document), typography)


def _conditions(request: ReportRequest, route: Route) -> tuple[object, ...]:
    """What findings depend on beside the text, and what is answered to it."""
    document = request.document
    of_document = document.name, document.format, document.encoding, document.names
    decided = request.ignores, request.learned, route.dictionary
    rescoring_model = request.router.resources.rescoring_model
    return (*of_document, request.settings, *decided, route.policy, rescoring_model)


def _is_mostly_other(document: Document, other: Sequence[bool]) -> bool:
    """Whether more than half of `document`, by letters, stands in blocks in other languages (`other`): then the rest is
    in them too, though its words do not show it."""
    if sum(other) < _FEW_BLOCKS:
        return False
    foreign = sum(len(block.text) for block, is_other in zip(document.blocks, other, strict=True) if is_other)
    return 2 * foreign > sum(len(block.text) for block in document.blocks)


def _note_other_languages(context: _Context, draft: _Draft) -> None:
    """Note the passages in other languages, which are not checked."""
    policy = context.route.policy
    codes: Counter[str] = Counter()
    numbers: list[int] = []
    for number, block in enumerate(context.request.document.blocks):
        marked = bool(block.language) and base(block.language) != base(policy.language)
        found = [base(block.language)] if marked else [code for _, code in policy.other_sentences(block.text)]
        if found or context.in_other_language[number]:
            numbers.append(number)
            codes.update(found)
    if numbers:
        draft.failures[_name_other_languages(context, codes)] = numbers


def _name_other_languages(context: _Context, codes: Counter[str]) -> Skipped:
    policy = context.route.policy
    known = [code for code, _ in codes.most_common() if code in NAMES] if policy.tells_languages else []
    which = f" ({', '.join(NAMES[code] for code in known[:3])})" if known else ""
    remedy = _SAY_ITS_LANGUAGE.format(known[0] if known else "de") if all(context.in_other_language) else ""
    return Skipped(
        "a passage", f"in another language than {NAMES[base(policy.language)]}{which}, and not checked", remedy
    )


# ─ collect answers ─


def _collect_answers(context: _Context, pending: PendingBlock) -> tuple[list[Finding], BlockAnswer, list[Skipped]]:
    """What the engines say of a block, who has spoken, and what became of the others."""
    raw: list[Finding] = []
    failed: list[Skipped] = []
    engines: list[str] = []
    response = None
    for name, future in pending.engines.items():
        try:
            raw += future.result()
            engines.append(name)
        except Unavailable as error:
            failed.append(error.skipped)
    if pending.model_response is not None:
        try:
            response = pending.model_response.result()
        except Unavailable as error:
            failed.append(error.skipped)
    model = context.request.router.resources.rescoring_model if response is not None else None
    return raw, BlockAnswer(tuple(engines), response, model), failed


def _outside(spans: Sequence[Span], findings: Sequence[Finding]) -> list[Finding]:
    """Those of `findings` that lie in none of `spans`."""
    return [f for f in findings if not any(span.contains(f.span) for span in spans)] if spans else list(findings)


@lru_cache(maxsize=1024)
def count_words(text: str) -> int:
    """How many words a text has, for the account of a run."""
    return len(COUNTED_WORD.findall(text))


# ─ score ─


def _score(
    context: _Context,
    number: int,
    block: Block,
    pending: PendingBlock,
    words: scoring.WordCounts,
    score_finding: ScoreFinding,
) -> ScoredBlock:
    """What the engines say of a block, without the rules that are switched off, merged, and scored by
    `score_finding`."""
    request, policy = context.request, context.route.policy
    raw, answer, failed = _collect_answers(context, pending)
    checked = bool(answer.engines)
    other_sentences = [span for span, _ in policy.other_sentences(block.text)]
    raw = _outside(other_sentences, raw)
    if is_hardly_prose(len(raw), count_words(block.text)):
        return ScoredBlock((), BlockAnswer(()), checked, (*failed, _NOT_PROSE))
    enabled = _drop_disabled(request.settings, raw)
    suppressed = 0
    if len(enabled) < len(raw):
        suppressed = len(merge_findings(block.text, raw)) - len(merge_findings(block.text, enabled))
    fitted = context.typography.fitted(number, enabled)
    found = _outside(other_sentences, policy.score(block, fitted, words, request.document.text, answer, score_finding))
    marks = None if fitted is enabled else (enabled, fitted)
    return ScoredBlock(found, answer, checked, tuple(failed), suppressed, marks)


def _drop_disabled(settings: Settings, raw: Iterable[Finding]) -> list[Finding]:
    if not settings.disable:
        return list(raw)
    return [f for f in raw if not any(matches_rule(pattern, name) for pattern in settings.disable for name in f.names)]


# ─ suppress ─


def _suppress(
    context: _Context, near: Sequence[Region], block: Block, scored: Iterable[Finding], careless: Carelessness
) -> tuple[list[Finding], int, tuple[int, ...]]:
    """What of `scored` the writer has not decided on: by a comment, an ignored place, a word of theirs. Each is as
    likely then as it is in a document that is so `careless`, and of this writer, as far as decisions have taught it.
    With how many the others are, and by which of the regions `near` the block they are silenced."""
    candidates: list[Finding] = []
    suppressed, used = 0, set()
    for finding in scored:
        silencing = _silencing_regions(near, block, finding) if near else []
        used.update(silencing)
        if silencing or _is_accepted(context, block, finding):
            suppressed += 1
        else:
            likely = context.route.policy.rescored(careless, block, finding)
            candidates.append(context.request.learned.rescored(block.text, likely))
    return candidates, suppressed, tuple(sorted(used))


def _silencing_regions(every: Sequence[Region], block: Block, finding: Finding) -> list[int]:
    """Which regions of comments silence a finding: it is enough that one of the rules that spoke is named."""
    place = block.to_source(finding.span)
    return [
        i
        for i, region in enumerate(every)
        if region.span.overlaps(place) and any(region.silences(name) for name in finding.names)
    ]


def _is_accepted(context: _Context, block: Block, finding: Finding) -> bool:
    """Whether what a finding speaks of is right here: in an ignored place, a word of the writer's, a name in code."""
    document = context.request.document
    return (
        context.request.ignores.covers(document.name, block.text, finding)
        or context.route.dictionary.covers(block.text, finding)
        or _is_name_in_code(document, block, finding)
    )


def _is_name_in_code(document: Document, block: Block, finding: Finding) -> bool:
    """Whether all that a finding calls misspelt is what the code around a comment calls something."""
    words = COUNTED_WORD.findall(finding.span.of(block.text)) if document.names and finding.kind == "spelling" else []
    return bool(words) and all(word.lower() in document.names for word in words)


# ─ verify proposals ─


def _verify_proposals(
    context: _Context,
    draft: _Draft,
    number: int,
    block: Block,
    candidates: Sequence[Finding],
    answer: BlockAnswer,
    pending: PendingBlock,
) -> list[Finding]:
    """`candidates` without what a model proposes and an engine objects to, or has not been able to check."""
    request, route = context.request, context.route
    settings = request.settings

    def relevant(text: str, found: Iterable[Finding]) -> list[Finding]:
        return [f for f in _drop_disabled(settings, found) if not route.dictionary.covers(text, f)]

    verified, failed = request.verifier.verify(
        block.text,
        candidates,
        {name: (route.engines[name], pending.engines[name].result()) for name in answer.engines},
        least=scoring.threshold(settings.profile),
        patience_s=3 * settings.block_timeout_s if request.patience_s is None else request.patience_s,
        heeded=relevant,
    )
    draft.note_failures(number, failed)
    return context.typography.fitted(number, verified)


# ─ resolve and place ─


def _resolve_and_place(
    context: _Context, block: Block, candidates: Sequence[Finding], answer: BlockAnswer
) -> list[Finding]:
    """One finding for each place, in the coordinates of the source."""
    document = context.request.document
    resolved = resolve_candidates(block, candidates)
    placed = [place_in_source(block, finding) for finding in resolved]
    placed = [keep_layout(document, write_as_document(document, finding)) for finding in placed]
    if answer.model_response is None or not any(f.is_safe_fix for f in placed):
        return placed
    # What stands only because a model sank its rival is nothing to make unasked.
    alone = {f.edits[:1] for f in resolve_candidates(block, map(_without_model, candidates))}
    stands = [f.edits[:1] in alone for f in resolved]
    return [replace(p, is_safe_fix=p.is_safe_fix and sure) for p, sure in zip(placed, stands, strict=True)]


def resolve_candidates(block: Block, candidates: Iterable[Finding]) -> tuple[Finding, ...]:
    """One of `candidates` for each place in the block, in the block's coordinates."""
    return merge_agreement_pairs(block.text, resolve_overlaps(candidates))


def _without_model(finding: Finding) -> Finding:
    """A finding as it is without the model's help; the model's own are the least likely then."""
    if finding.rule.startswith(PROPOSES):
        return replace(finding, probability=0.0)
    unaided = finding.probability_without_model
    return finding if unaided is None else replace(finding, probability=unaided)


# ─ assemble ─


def _assemble_report(context: _Context, draft: _Draft) -> Report:
    """The report under the profile of the settings."""
    request, document = context.request, context.request.document
    notes = (
        *document.notes,
        *unused_directives(document, [region.directive for region in draft.used]),
        *request.router.dialect_note(document),
    )
    report = Report(
        context.route.policy.described(replace(document, notes=notes), checked=draft.checked),
        suppressed=draft.suppressed,
        skipped=tuple(_locate_failure(document, skipped, numbers) for skipped, numbers in draft.failures.items()),
        words=sum(count_words(block.text) for block in context.read_blocks()) if draft.checked else 0,
        checked=draft.checked,
    )
    report = divide_findings(report, draft.findings, request.settings.profile)
    return report if request.score_cache is not None else replace(report, held_back=tuple(report.held_back))


def _locate_failure(document: Document, skipped: Skipped, blocks: list[int]) -> Skipped:
    """A failure with the lines it concerns."""
    lines = LineIndex(document.text)
    at = [lines.line(document.blocks[i].pieces[0].source.start) + 1 for i in blocks if document.blocks[i].pieces]
    where = ", ".join(map(str, at[:5])) + (f" and {len(at) - 5} more" if len(at) > 5 else "")
    return Skipped(
        f"{document.name}, {skipped.what}", f"line{'s' * (len(at) > 1)} {where}: {skipped.reason}", skipped.remedy
    )
