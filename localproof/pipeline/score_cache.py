"""What was made of the blocks of a text in its earlier states, so that a keystroke costs the block that it changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from .. import scoring
from ..report import Finding, Skipped
from ..scoring.careless import Carelessness
from ..scoring.site import WordsElsewhere
from ..text import Block
from ..text.words import WORD, fold_word
from .merging import merge_findings
from .pending import BlockAnswer, PendingBlock
from .profiles import MovableFinding
from .typography import Typography

_AS_CARELESS = 2  # states of the text for which what was made of a block is kept
_BEFORE, _BEHIND = 1, 2  # characters of the source beside a block that scoring may look at

Rules = tuple[str, ...]
ScoreFinding = Callable[[Block, Finding, scoring.WordCounts, str, Sequence[str]], Finding]


def score_block(
    block: Block,
    raw: list[Finding],
    words: scoring.WordCounts,
    source: str,
    answer: BlockAnswer,
    score_finding: ScoreFinding = scoring.score_finding,
) -> tuple[Finding, ...]:
    """What the engines found in a block (`raw`), merged and scored; `source` is the document's text."""
    found = tuple(
        score_finding(block, finding, words, source, answer.engines)
        for finding in merge_findings(block.text, raw)
        if not block.touches_placeholder(finding.span)
    )
    if answer.model_response is None or answer.rescoring_model is None:
        return found
    return scoring.rescore_findings(block, found, answer.model_response, words, answer.rescoring_model)


@dataclass(frozen=True, slots=True)
class ScoredBlock:
    """What was `found` in a block, scored by what can be seen in it and by the counts of words.

    `answer` says who answered, `checked` whether an engine did, `failures` what went wrong, and `suppressed` how many
    findings are of rules that are switched off. `fitted` are the findings before and after their marks were written as
    the text writes them; None where there are no marks in them.
    """

    found: Sequence[Finding]
    answer: BlockAnswer
    checked: bool
    failures: tuple[Skipped, ...] = ()
    suppressed: int = 0
    fitted: tuple[list[Finding], list[Finding]] | None = None


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """The findings of a block to report, where they were when the block began `at` this code point of the source;
    `suppressed` counts those silenced.

    `shifts` is by how much the carelessness of the document moved the log-odds of each scored finding. `silent` are the
    rules of each region around the block, `used` which of these silenced something; `marked`: there are marks in what a
    model proposes, written as the text writes them.
    """

    findings: Sequence[Finding]
    at: int
    suppressed: int = 0
    shifts: tuple[float, ...] = ()
    silent: tuple[Rules, ...] = ()
    used: tuple[int, ...] = ()
    marked: bool = False

    def findings_at(self, start: int) -> list[MovableFinding]:
        """The findings where the block stands at `start`."""
        return [MovableFinding(finding, start - self.at) for finding in self.findings]


@dataclass(slots=True)
class CachedBlock:
    """A block as it was last seen, with what was made of it, from the answers `pending` and the words that were
    `looked_up`, for each of its `findings` and besides.

    `placed` is what was made of its scored findings, the last one first: a word that is typed is often an error until
    it is whole, and makes the text as much more careless. `settled`: the last one goes with the text as it is.
    """

    block: Block
    pending: PendingBlock
    scored: ScoredBlock
    findings: list[_ScoredFinding] = field(default_factory=list)
    looked_up: _Words = field(default_factory=lambda: _Words())
    placed: list[PlacedBlock] = field(default_factory=list)
    settled: bool = False

    def placed_with(self, silent: tuple[Rules, ...], shifts: Callable[[], tuple[float, ...]]) -> PlacedBlock | None:
        """What was made of it where the rules `silent` were silent and the log-odds moved by `shifts`; None where that
        has to be found out."""
        if not self.settled:
            now = shifts()
            self.placed.sort(key=lambda placed: placed.shifts != now)
            self.settled = bool(self.placed) and self.placed[0].shifts == now
        return self.placed[0] if self.settled and self.placed[0].silent == silent else None

    def keep_placed(self, placed: PlacedBlock) -> None:
        """Remember what was made of it."""
        self.placed = [placed, *(each for each in self.placed if each.shifts != placed.shifts)][:_AS_CARELESS]
        self.settled = True


class ScoreCache:
    """What was made of the blocks of a text in its earlier states. For one thread at a time.

    A block's is used again where the block, the answers of the engines, all
    counts of words that scoring looked at and whatever else counts are the
    same, so the result is that of scoring anew. What the state before last
    made is let go.
    """

    def __init__(self) -> None:
        self._conditions: tuple[object, ...] = ()
        self._prose, self._source = _ProseWords(), _SourceWords()
        self._text = ""
        self._changed = _Words()  # since the state before
        self._counts = scoring.WordCounts({}, {})
        self._typography = Typography(())
        self._other_marks = False  # than in the state before
        self._careless: Carelessness | None = None
        self._times: Counter[tuple[str, ...]] = Counter()  # that a block came in this state
        self._blocks: dict[tuple[tuple[str, ...], int], CachedBlock] = {}
        self._before = self._blocks

    def begin(
        self,
        source: str,
        blocks: Iterable[Block],
        typography: Typography,
        site: Mapping[str, int],
        conditions: tuple[object, ...],
    ) -> scoring.WordCounts:
        """Begin with the next state of the text, and count its words; they stand until the next one. `site` are words
        that it shares with others, `conditions` is whatever else findings depend on."""
        self._before, self._blocks = self._blocks, {}
        if (site, conditions) != self._conditions:
            self._conditions, self._before = (site, conditions), {}
        self._text = source
        self._other_marks, self._typography = not typography.writes_like(self._typography), typography
        self._times.clear()
        every, capitalised = self._prose.update(blocks)
        outside = Counter(self._source.update(source))
        outside.subtract(every)
        elsewhere = WordsElsewhere(source, self._prose.all, self._source.counts)
        self._counts = scoring.WordCounts(self._prose.all, self._prose.capitalised, site, elsewhere)
        self._changed = _Words()
        for part, counts, by in (
            (_ALL, self._prose.all, every),
            (_CAPITALISED, self._prose.capitalised, capitalised),
            (_ELSEWHERE, elsewhere, outside),
        ):
            self._changed.add_differences(part, counts, by)
        return self._counts

    def block(
        self,
        block: Block,
        pending: PendingBlock,
        number: int,
        score: Callable[[scoring.WordCounts, ScoreFinding], ScoredBlock],
    ) -> CachedBlock:
        """The next block of the text, the one with this `number`, as it is known, else as `score` makes it."""
        text = self._text_around(block)
        self._times[text] += 1
        key = text, self._times[text]
        known = self._before.get(key)
        if known is None or not self._holds(known, block, pending, number):
            besides, findings = _Words(), list[_ScoredFinding]()
            scored = score(_recorded(self._counts, besides), partial(self._score_finding, findings))
            known = CachedBlock(block, pending, scored, findings, besides)
        self._blocks[key] = known
        return known

    def shift(self, careless: Carelessness) -> None:
        """Go on to what is made of scored findings in a document that is so `careless`."""
        if self._careless is None or not careless.shifts_like(self._careless):
            for known in self._blocks.values():
                known.settled = False
        self._careless = careless

    def _text_around(self, block: Block) -> tuple[str, ...]:
        if not block.pieces:
            return block.kind, block.text
        start, end = block.pieces[0].source.start, block.pieces[-1].source.end
        return block.kind, block.text, self._text[max(start - _BEFORE, 0) : end + _BEHIND]

    def _holds(self, known: CachedBlock, block: Block, pending: PendingBlock, number: int) -> bool:
        """Whether scoring `block`, which has the same text, anew would come to what is `known`, which is then where the
        block is now."""
        if known.pending is not pending and known.pending != pending:
            return False
        if known.looked_up.touches(self._changed) or not all(
            self._scores_alike(known, block, f) for f in known.findings
        ):
            return False
        fitted = known.scored.fitted if self._other_marks else None
        if fitted is not None and self._typography.fitted(number, fitted[0]) != fitted[1]:
            return False
        if self._other_marks and any(placed.marked for placed in known.placed):
            known.placed, known.settled = [], False
        if known.scored.found and known.block.pieces != block.pieces:
            by = block.pieces[0].source.start - known.block.pieces[0].source.start
            if not _same_layout(known.block, block, by):
                return False
            known.block = block
        return True

    def _score_finding(
        self,
        findings: list[_ScoredFinding],
        block: Block,
        finding: Finding,
        _: scoring.WordCounts,
        source: str,
        engines: Sequence[str],
    ) -> Finding:
        """As `scoring.score_finding`, noted in `findings`."""
        looked_up = _Words()
        scored = scoring.score_finding(block, finding, _recorded(self._counts, looked_up), source, engines)
        findings.append(_ScoredFinding(finding, scored, looked_up))
        return scored

    def _scores_alike(self, known: CachedBlock, block: Block, finding: _ScoredFinding) -> bool:
        """Whether a finding of a block is scored as before, by words of which some may have changed."""
        if not finding.looked_up.touches(self._changed):
            return True
        anew: list[_ScoredFinding] = []
        engines = known.scored.answer.engines
        scored = self._score_finding(anew, block, finding.merged, self._counts, self._text, engines)
        finding.looked_up = anew[0].looked_up
        return scored == finding.scored


_ALL, _CAPITALISED, _ELSEWHERE = range(3)  # the parts of `WordCounts`


@dataclass(slots=True)
class _Words:
    """Words, each with the part of `WordCounts` that it stands in: those whose count matters, and those of which only
    matters whether they stand there at all."""

    counted: set[tuple[int, str]] = field(default_factory=set)
    present: set[tuple[int, str]] = field(default_factory=set)

    def touches(self, changed: _Words) -> bool:
        """Whether what was looked up is another by what has `changed`."""
        return not (self.counted.isdisjoint(changed.counted) and self.present.isdisjoint(changed.present))

    def add_differences(self, part: int, counts: Mapping[str, int], differences: Mapping[str, int]) -> None:
        """Add words whose `counts`, by now, are others by `differences`."""
        for word, by in differences.items():
            if by:
                self.counted.add((part, word))
                now = counts.get(word, 0)
                if (now > 0) != (now - by > 0):
                    self.present.add((part, word))


@dataclass(slots=True)
class _ScoredFinding:
    """A finding as it was `merged` and `scored`, by the words that were `looked_up`."""

    merged: Finding
    scored: Finding
    looked_up: _Words


class _ProseWords:
    """How often each word stands in the blocks of a text, and how often capitalised: of a changed text those of the
    blocks that came and went are counted."""

    def __init__(self) -> None:
        self.all: Counter[str] = Counter()
        self.capitalised: Counter[str] = Counter()
        self._of_text: dict[str, scoring.WordCounts] = {}
        self._texts: Counter[str] = Counter()

    def update(self, blocks: Iterable[Block]) -> tuple[Counter[str], Counter[str]]:
        """Go on to `blocks`; by how much each word is more frequent now, and how much so capitalised."""
        texts = Counter(block.text for block in blocks)
        gone, come = self._texts - texts, texts - self._texts
        self._of_text |= {text: scoring.count_block_words(text) for text in come if text not in self._of_text}
        every, capitalised = Counter[str](), Counter[str]()
        for text, times in (*come.items(), *((text, -times) for text, times in gone.items())):
            _add(every, self._of_text[text].all, times)
            _add(capitalised, self._of_text[text].capitalised, times)
        _update(self.all, every)
        _update(self.capitalised, capitalised)
        for text in gone.keys() - texts.keys():
            del self._of_text[text]
        self._texts = texts
        return every, capitalised


class _SourceWords:
    """How often each word (folded) stands in a source, whatever it is there: of a changed source the lines that changed
    are counted."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._text = ""
        self._lines = [""]

    def update(self, text: str) -> Counter[str]:
        """Go on to the source `text`; by how much each word is more frequent now."""
        if text == self._text:
            return Counter()
        before, lines = self._lines, text.split("\n")
        least = min(len(before), len(lines))
        start = next((i for i in range(least) if before[i] != lines[i]), least)
        end = next((i for i in range(least - start) if before[-1 - i] != lines[-1 - i]), least - start)
        differences = Counter(_words(lines[start : len(lines) - end]))
        differences.subtract(_words(before[start : len(before) - end]))
        self._text, self._lines = text, lines
        _update(self.counts, differences)
        return differences


def _words(lines: Sequence[str]) -> list[str]:
    return WORD.findall(fold_word("\n".join(lines)))


def _add(counts: Counter[str], more: Mapping[str, int], times: int) -> None:
    for word, count in more.items():
        counts[word] += times * count


def _update(counts: Counter[str], differences: Mapping[str, int]) -> None:
    """Add `differences` to `counts`, where no word is counted 0 times."""
    _add(counts, differences, 1)
    for word in differences:
        if not counts[word]:
            del counts[word]


def _recorded(words: scoring.WordCounts, looked_up: _Words) -> scoring.WordCounts:
    """`words`, but each that is looked up is noted in `looked_up`."""
    every, capitalised, elsewhere = (
        _RecordedCounts(counts, part, looked_up)
        for part, counts in enumerate((words.all, words.capitalised, words.elsewhere))
    )
    return replace(words, all=every, capitalised=capitalised, elsewhere=elsewhere)


class _RecordedCounts(Mapping[str, int]):
    """Counts, of a part of `WordCounts`, that note which of them were looked up."""

    def __init__(self, counts: Mapping[str, int], part: int, looked_up: _Words) -> None:
        self._counts, self._part, self._looked_up = counts, part, looked_up

    def __contains__(self, word: object) -> bool:
        self._looked_up.present.add((self._part, str(word)))
        return word in self._counts

    def __getitem__(self, word: str) -> int:
        self._looked_up.counted.add((self._part, word))
        if (count := self._counts.get(word)) is None:  # a Counter would say 0
            raise KeyError(word)
        return count

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)


def _same_layout(one: Block, other: Block, by: int) -> bool:
    """Whether the source of `other` is laid out like that of `one`, `by` code points further on."""
    return len(one.pieces) == len(other.pieces) and all(
        (a.kind, a.span, a.source.start + by, a.source.end + by) == (b.kind, b.span, b.source.start, b.source.end)
        for a, b in zip(one.pieces, other.pieces, strict=True)
    )
