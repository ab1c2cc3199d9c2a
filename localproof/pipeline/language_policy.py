"""What differs from language to language: English is scored; of the others the category of a rule decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from .. import scoring
from ..report import Finding
from ..scoring import categories
from ..scoring.careless import Carelessness
from ..text import Block, Document, Span
from ..text.languages import base, language_of_file_name
from .merging import merge_findings
from .pending import BlockAnswer
from .score_cache import ScoreFinding, score_block


class LanguagePolicy(Protocol):
    """How texts in `language` (a tag such as ``de-AT``) are treated."""

    @property
    def language(self) -> str:
        """The tag."""

    @property
    def has_model(self) -> bool:
        """Whether the language model knows the language."""

    @property
    def tells_languages(self) -> bool:
        """Whether the code with another sentence is worth telling."""

    def reads_as_other(self, text: str) -> bool:
        """Whether a passage is in another language, by its words."""

    def other_sentences(self, text: str) -> tuple[tuple[Span, str], ...]:
        """The sentences of a passage that are in another language, with their language's code."""

    def score(
        self,
        block: Block,
        raw: list[Finding],
        words: scoring.WordCounts,
        source: str,
        answer: BlockAnswer,
        score_finding: ScoreFinding = scoring.score_finding,
    ) -> tuple[Finding, ...]:
        """What the engines found in a block, merged, and scored where that can be done, by `score_finding`; `source` is
        the document's text."""

    def rescored(self, careless: Carelessness, block: Block, finding: Finding) -> Finding:
        """A finding of `score` as likely as it is in a document that is so `careless`."""

    def described(self, document: Document, *, checked: bool) -> Document:
        """`document` with what its report says of its language."""


@dataclass(frozen=True)
class ScoredEnglish:
    """English: each finding gets a probability, and a model may help."""

    language: str = "en"
    has_model: bool = True
    tells_languages: bool = True

    def reads_as_other(self, text: str) -> bool:
        """See `LanguagePolicy`."""
        return scoring.foreign(text)

    def other_sentences(self, text: str) -> tuple[tuple[Span, str], ...]:
        """See `LanguagePolicy`."""
        return scoring.foreign_sentences(text)

    def score(
        self,
        block: Block,
        raw: list[Finding],
        words: scoring.WordCounts,
        source: str,
        answer: BlockAnswer,
        score_finding: ScoreFinding = scoring.score_finding,
    ) -> tuple[Finding, ...]:
        """See `LanguagePolicy`."""
        return score_block(block, raw, words, source, answer, score_finding)

    def rescored(self, careless: Carelessness, block: Block, finding: Finding) -> Finding:
        """See `LanguagePolicy`."""
        return careless.rescored(block.text, finding)

    def described(self, document: Document, *, checked: bool) -> Document:
        """See `LanguagePolicy`."""
        return document


@dataclass(frozen=True)
class ByCategory:
    """Any other language, of which scoring knows nothing: no finding gets a probability."""

    language: str
    has_model: bool = False
    tells_languages: bool = False  # it is English, or nothing is known of it

    def reads_as_other(self, text: str) -> bool:
        """See `LanguagePolicy`. Only English is told from it."""
        return categories.is_english(text)

    def other_sentences(self, text: str) -> tuple[tuple[Span, str], ...]:
        """See `LanguagePolicy`. Only English is told from it."""
        return categories.english_sentences(text)

    def score(
        self,
        block: Block,
        raw: list[Finding],
        words: scoring.WordCounts,
        source: str,
        answer: BlockAnswer,
        score_finding: ScoreFinding = scoring.score_finding,
    ) -> tuple[Finding, ...]:
        """See `LanguagePolicy`."""
        return tuple(f for f in merge_findings(block.text, raw) if not block.touches_placeholder(f.span))

    def rescored(self, careless: Carelessness, block: Block, finding: Finding) -> Finding:
        """See `LanguagePolicy`."""
        return finding

    def described(self, document: Document, *, checked: bool) -> Document:
        """See `LanguagePolicy`."""
        notes = (*document.notes, categories.language_note(self.language)) if checked else document.notes
        return replace(document, language=self.language, notes=notes)


def policy_for(language: str) -> LanguagePolicy:
    """The policy for texts in `language`."""
    return ScoredEnglish(language) if base(language) == "en" else ByCategory(language)


def is_in_other_language(block: Block, policy: LanguagePolicy) -> bool:
    """Whether a block is in another language than the text around it, by its mark or by its words."""
    if block.language and base(block.language) != base(policy.language):
        return True
    return policy.reads_as_other(block.text)


def declared_language(document: Document) -> str:
    """The language that a document says it is in, in its header or by its name; "" where it says nothing."""
    return document.language or language_of_file_name(document.name)


def prose(document: Document, language: str = "en") -> list[Block]:
    """The blocks of `document` that are in `language`, as far as can be told: none if it says that it is not."""
    said = declared_language(document)
    if said and base(said) != base(language):
        return []
    policy = policy_for(language)
    return [block for block in document.blocks if not is_in_other_language(block, policy)]
