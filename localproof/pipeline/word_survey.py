"""What the texts of a site show by their words alone: which English they are spelled in, and which words are its own.

No engine reads the texts for that. Only the few words that are left in the end are shown to the spellers.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..config import Settings
from ..formats import read
from ..project.files import InputFile, read_source
from ..project.traits import ProjectTraits
from ..report import Finding, Report, Skipped, Unavailable
from ..scoring.dialect import dialect_counts
from ..scoring.ngram_counts import ngram_counts
from ..scoring.site import RARE
from ..scoring.spelling_errors import edit_distance
from ..scoring.wordlists import word_lists
from ..text.languages import base
from ..text.phrases import count
from ..text.words import fold_apostrophes, fold_word
from .batch import Task
from .checker import Checker
from .language_policy import prose

FEWEST = 3  # texts that a word must stand in to be proposed; one that is a tag of the site's needs a single one
_SHORTEST = 3  # letters; a speller doubts nearly everything that has fewer
# Whole words: what hangs on a digit, a hyphen, a dot or the like is a part of something else.
_WORD = re.compile(r"(?<![\w.'’@/&-])[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w@/&]|[-.'’]\w)")
_POSSESSIVE = re.compile(r"['’]s?$")
_ASKED = "They spoke of {} again."  # the place in which a speller is shown a word


@dataclass
class WordSurvey:
    """The words of a site's texts. `forms`: for each word in lower case how it is written, in how many texts each."""

    forms: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    british: int = 0  # texts that lean to British spelling
    american: int = 0
    failed: list[Skipped] = field(default_factory=list)

    def texts(self) -> dict[str, int]:
        """In how many texts each word stands."""
        return {low: written.total() for low, written in self.forms.items()}

    def dialect(self) -> str:
        """The English that the texts are plainly spelled in, "" where they leave it open."""
        if self.british >= FEWEST and self.british > 2 * self.american:
            return "en-GB"
        return "en-US" if self.american >= FEWEST and self.american > 2 * self.british else ""


def detect_dialect(seen: ProjectTraits, found: WordSurvey) -> ProjectTraits:
    """`seen` with the English that the texts are spelled in, where nothing says which it is."""
    dialect = found.dialect() if seen.said_by == "default" else ""
    if not dialect:
        return seen
    texts = found.british if dialect == "en-GB" else found.american
    others = found.british + found.american - texts
    name = "British" if dialect == "en-GB" else "American"
    evidence = f"{count(texts, 'text')} lean{'s' if texts == 1 else ''} to {name} spelling"
    return replace(seen, language=dialect, evidence=evidence + (f", {others:,} to the other" if others else ""))


def survey_words(tasks: Iterable[Task], language: str, on_text: Callable[[], None] = lambda: None) -> WordSurvey:
    """The words of the texts of `tasks` that are in `language`. What cannot be read is passed over and named."""
    found = WordSurvey()
    for task in tasks:
        for one in task.inputs:
            if isinstance(one, InputFile):
                try:
                    _count(found, one, task.settings, language)
                except Unavailable as error:
                    found.failed.append(error.skipped)
                on_text()
            else:
                found.failed.append(one)
    return found


def _count(survey: WordSurvey, one: InputFile, settings: Settings, language: str) -> None:
    source = read_source(one, settings.max_bytes)
    here: dict[str, str] = {}
    for block in prose(read(source.name, source.text, settings), language):
        for match in _WORD.finditer(block.text):
            word = _POSSESSIVE.sub("", match.group())
            if len(word) >= _SHORTEST:
                here.setdefault(fold_apostrophes(word.casefold()), word)
    for low, word in here.items():
        survey.forms[low][word] += 1
    british, american = dialect_counts([here])
    survey.british += british
    survey.american += american


def candidate_words(survey: WordSurvey, terms: set[str], language: str) -> dict[str, int]:
    """Words in the form that they mostly have, each with the number of its texts, the most used first: what stands in
    `FEWEST` texts or more, or is one of `terms` (the site's own tags, in lower case), and is in no list of words."""
    chosen = {}
    for low, written in sorted(survey.forms.items(), key=lambda item: (-item[1].total(), item[0])):
        if (written.total() >= FEWEST or low in terms) and (base(language) != "en" or _unlisted(low)):
            chosen[min(written, key=lambda w: (-written[w], w))] = written.total()
    return chosen


def _unlisted(low: str) -> bool:
    """Whether a word of English is in none of the lists that a speller is made from, and no well-known name."""
    entry = word_lists().entry(low)
    named = entry.name or entry.person_or_place or "'" in low
    return entry.band not in ("common", "rare") and not (named and ngram_counts().count(low) >= RARE)


def doubted_words(
    words: Mapping[str, int], settings: Settings, site: Mapping[str, int]
) -> tuple[dict[str, int], list[str]]:
    """Those of `words` that every speller doubts, in the same order, and apart from them those that are misspellings.

    `site` as in `scoring.site.shared_words`. Raises Unavailable where no engine can be asked.
    """
    with Checker(settings) as checker:
        if not checker.engines:
            raise next(iter(map(_why, checker.skipped)), Unavailable("engines", "none is switched on"))
        text = "\n\n".join(_ASKED.format(word) for word in words)
        report = checker.check(read("words.txt", text, settings, format="plain"), site)
        by_word = dict(_spelling(report))
        spellers = {s.partition("/")[0] for f in by_word.values() for s in f.source}
    own: dict[str, int] = {}
    mistakes = []
    for word, texts in words.items():
        finding = by_word.get(word)
        if finding is None or {s.partition("/")[0] for s in finding.source} < spellers:
            continue
        if _mistake(word, finding):
            mistakes.append(word)
        else:
            own[word] = texts
    return own, mistakes


def _why(skipped: Skipped) -> Unavailable:
    return Unavailable(skipped.what, skipped.reason, skipped.remedy)


def _spelling(report: Report) -> Iterator[tuple[str, Finding]]:
    """The words of a report that a speller flags, with what it says."""
    for finding in (*report.findings, *report.held_back):
        if finding.kind == "spelling":
            yield finding.span.of(report.document.text), finding


def _mistake(word: str, finding: Finding) -> bool:
    """Whether a word is a listed misspelling of what the engines suggest first. The list takes one pair in a few
    hundred for another, so only suggestions that are near count."""
    table, low = ngram_counts(), fold_word(word)
    near = (fold_word(e.text) for e in finding.edits[:3])
    return any(edit_distance(low, right) <= 2 and table.misspelling(low, right) for right in near)
