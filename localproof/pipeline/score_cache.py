"""What was scored in earlier states of a text, so that a keystroke costs the block that it changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .. import scoring
from ..report import Finding
from ..scoring.careless import Carelessness
from ..text import Block, Edit
from .merging import merge_findings
from .pending import BlockAnswer
from .placement import place_in_source


def score_block(
    block: Block, raw: list[Finding], words: scoring.WordCounts, source: str, answer: BlockAnswer
) -> tuple[Finding, ...]:
    """What the engines found in a block (`raw`), merged and scored; `source` is the document's text."""
    found = tuple(
        scoring.score_finding(block, finding, words, source, answer.engines)
        for finding in merge_findings(block.text, raw)
        if not block.touches_placeholder(finding.span)
    )
    if answer.model_response is None or answer.rescoring_model is None:
        return found
    return scoring.rescore_findings(block, found, answer.model_response, words, answer.rescoring_model)


class ScoreCache:
    """What was scored in earlier states of a text. For one thread at a time.

    A block's is used again where the block, the answers of the engines and all
    counts of words that scoring looked at are the same, so the result is that
    of scoring anew.
    """

    def __init__(self) -> None:
        self._words: dict[str, scoring.WordCounts] = {}
        self._texts: Counter[str] = Counter()  # of the blocks
        self._total = scoring.WordCounts({}, {})
        self._scored: dict[tuple[object, ...], _ScoredBlock] = {}
        self._placed: dict[int, tuple[Finding, Block, Finding]] = {}  # by the identity of the first
        self._rescored: dict[tuple[int, float], tuple[Finding, Finding]] = {}  # likewise, and by how much
        self._before = self._words, self._scored, self._placed, self._rescored

    def count_words(self, blocks: Iterable[Block]) -> scoring.WordCounts:
        """Begin with the next state of the text: its words, counted. What the state before last made is let go."""
        self._before = before, _, _, _ = self._words, self._scored, self._placed, self._rescored
        self._words, self._scored, self._placed, self._rescored = {}, {}, {}, {}
        texts = Counter(block.text for block in blocks)
        for text in texts:
            self._words[text] = before.get(text) or scoring.count_block_words(text)
        gone, come = (self._texts - texts).elements(), (texts - self._texts).elements()
        self._total = scoring.update_counts(self._total, [before[t] for t in gone], [self._words[t] for t in come])
        self._texts = texts
        return self._total

    def score_block(
        self, block: Block, raw: list[Finding], words: scoring.WordCounts, source: str, answer: BlockAnswer
    ) -> tuple[Finding, ...]:
        """As the function `score_block`."""
        if not raw and answer.model_response is None:
            return ()
        start, end = block.pieces[0].source.start, block.pieces[-1].source.end
        key = (block.kind, block.text, len(block.pieces), source[max(start - 1, 0) : end + 1], answer.engines)
        known = self._scored.get(key) or self._before[1].get(key)
        if known is None or not known.holds(raw, answer, words):
            seen = [_RecordedCounts(counts) for counts in (words.all, words.capitalised, words.elsewhere)]
            every, capitalised, elsewhere = seen
            counts = scoring.WordCounts(every, capitalised, elsewhere=elsewhere)
            scored = score_block(block, raw, counts, source, answer)
            known = _ScoredBlock(raw, answer, every.seen, capitalised.seen, elsewhere.seen, scored)
        self._scored[key] = known
        return known.scored

    def rescored(self, careless: Carelessness, block: Block, finding: Finding) -> Finding:
        """As `Carelessness.rescored`, for a finding that `score_block` returned: the same object as long as nothing
        changes."""
        key = id(finding), careless.shift(block.text, finding)
        known = self._rescored.get(key) or self._before[3].get(key)
        if known is None or known[0] is not finding:
            known = finding, careless.rescored(block.text, finding)
        self._rescored[key] = known
        return known[1]

    def place_in_source(self, block: Block, finding: Finding) -> Finding:
        """As `placement.place_in_source`, for a finding that `rescored` returned."""
        known = self._placed.get(id(finding)) or self._before[2].get(id(finding))
        if known is None or known[1].pieces != block.pieces:
            by = 0 if known is None else block.pieces[0].source.start - known[1].pieces[0].source.start
            if known is None or not _same_layout(known[1], block, by):
                known = (finding, block, place_in_source(block, finding))
            else:
                edits = tuple(Edit(e.span.shifted(by), e.text) for e in known[2].edits)
                known = (finding, block, replace(known[2], span=known[2].span.shifted(by), edits=edits))
        self._placed[id(finding)] = known
        return known[2]


@dataclass(frozen=True, slots=True)
class _ScoredBlock:
    """What was scored of a block, from which answers, and the counts of words that were looked at for it."""

    raw: list[Finding]
    answer: BlockAnswer
    every: Mapping[str, int | None]
    capitalised: Mapping[str, int | None]
    elsewhere: Mapping[str, int | None]
    scored: tuple[Finding, ...]

    def holds(self, raw: list[Finding], answer: BlockAnswer, words: scoring.WordCounts) -> bool:
        """Whether scoring anew would come to the same."""
        return (
            self.raw == raw
            and self.answer == answer
            and _same_counts(self.every, words.all)
            and _same_counts(self.capitalised, words.capitalised)
            and _same_counts(self.elsewhere, words.elsewhere)
        )


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


def _same_layout(one: Block, other: Block, by: int) -> bool:
    """Whether the source of `other` is laid out like that of `one`, `by` code points further on."""
    return len(one.pieces) == len(other.pieces) and all(
        (a.kind, a.span, a.source.start + by, a.source.end + by) == (b.kind, b.span, b.source.start, b.source.end)
        for a, b in zip(one.pieces, other.pieces, strict=True)
    )


def _same_counts(seen: Mapping[str, int | None], counts: Mapping[str, int]) -> bool:
    return all(counts.get(word) == count for word, count in seen.items())
