"""What stands in for the judge in other languages than English: the kind of rule decides what is shown.

The judge's weights, its lexicon and Harper know only English. Of the other
languages nothing is known here but what LanguageTool says of its own rules, so
nothing gets a probability, and nothing is ever certain.
"""

from __future__ import annotations

from ..report import Finding, Kind
from ..text import Document, Span
from ..text.languages import NAMES, base
from ..text.words import WORD
from . import features
from .other_languages import sentences

_OFTEN = 3  # a word that stands so often in a text is one of its own
_NOUNS_ARE_CAPITALISED = ("de",)

# By profile: the kinds of rule that are shown. With "all" every one is.
SHOWN: dict[str, tuple[Kind, ...]] = {
    "quiet": ("spelling", "grammar", "punctuation"),
    "balanced": ("spelling", "grammar", "punctuation", "typography"),
}


def is_shown(finding: Finding, document: Document, language: str, profile: str) -> bool:
    """Whether `profile` shows a finding, in the coordinates of `document`, that no judge has seen."""
    if profile not in SHOWN:
        return True
    if finding.kind not in SHOWN[profile]:
        return False
    return profile != "quiet" or finding.category != "TYPOS" or not _of_its_own(finding, document, language)


def _of_its_own(finding: Finding, document: Document, language: str) -> bool:
    """Whether an unknown word looks like a name or a term: a capital where none need be, digits, or often repeated."""
    word = finding.span.of(document.text)
    if " " in word.strip():
        return False
    first, rest = word[:1], word[1:]
    before = document.text[max(finding.span.start - 3, 0) : finding.span.start].strip()
    inside = bool(before) and before[-1] not in ".!?:„“\"'»«(*#-"
    named = first.isupper() and inside and base(language) not in _NOUNS_ARE_CAPITALISED
    odd = any(c.isupper() or c.isdigit() or c == "_" for c in rest)
    return named or odd or not finding.edits or document.text.count(word) >= _OFTEN


def is_english(text: str) -> bool:
    """Whether a passage in a text of another language is English, by its small words.

    >>> is_english("The quick brown fox is not one of the animals that he would have been afraid of.")
    True
    >>> is_english("Das ist in einem Satz gesagt, was die anderen an so einem Tag also nicht waren.")
    False
    """
    words = [w for w in WORD.findall(text) if w.islower()]
    return len(words) > 5 and sum(w in features.FUNCTION for w in words) > 0.35 * len(words)


def english_sentences(text: str) -> tuple[tuple[Span, str], ...]:
    """The sentences of a text of another language that are English."""
    return tuple((span, "en") for span in sentences(text) if is_english(span.of(text)))


def language_note(language: str) -> str:
    """What a report says of a text in `language`."""
    return (
        f"checked in {NAMES[base(language)]} by LanguageTool's rules alone: Harper and the judge know only English, "
        "so the kind of rule decides what is shown, and nothing is corrected unasked"
    )
