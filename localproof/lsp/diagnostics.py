"""What an editor shows of a finding: where, how loud, under which code. Values, not yet LSP's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..render.style import Style
from ..render.suggestion_text import suggestion
from ..report import Finding, Report
from ..text import Edit, LineIndex, Span, escape_invisible
from ..text.languages import base
from .text_document import unfinished_word

# As in LSP's DiagnosticSeverity.
WARNING, INFORMATION, HINT = 2, 3, 4
_SEVERITY = {"spelling": WARNING, "grammar": WARNING, "punctuation": INFORMATION, "typography": INFORMATION}
_NOTE = re.compile(r"line (\d+): (.*)", re.DOTALL)
_PAGES = {"languagetool": "https://community.languagetool.org/rule/show/{rule}?lang={language}"}
_MOST_NOTES = 50
_LONGEST_SHOWN = 80  # code points of a correction
_AROUND = 100  # code points: more than `suggestion` looks at
_PLAIN = Style(colour=False)

Tag = Literal["unnecessary"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One underlined place. `span` counts code points; `rule_page` is "" where there is no page on the rule."""

    span: Span
    severity: int
    message: str
    code: str
    link: str = ""
    tags: tuple[Tag, ...] = ()


def make_diagnostics(
    text: str,
    findings: Iterable[Finding],
    held_back: Iterable[Finding] = (),
    notes: Iterable[str] = (),
    language: str = "en",
) -> tuple[Diagnostic, ...]:
    """Everything to underline in `text`, in order of position. `held_back` is what the profile keeps quiet about and
    the writer asked to see: it comes as hints. `notes` are those of the document's reader that name a line, `language`
    is that of the text."""
    found = [_mark(text, f, _SEVERITY.get(f.kind, HINT), language) for f in findings]
    found += [_mark(text, f, HINT, language, doubt=True) for f in held_back]
    lines = LineIndex(text)
    for note in list(notes)[:_MOST_NOTES]:
        if (said := _NOTE.fullmatch(note)) and 0 < int(said[1]) <= len(lines.starts):
            line = int(said[1]) - 1
            span = Span(lines.starts[line], lines.line_end(line))
            found.append(Diagnostic(span, HINT, escape_invisible(said[2]), "localproof/comment", tags=("unnecessary",)))
    return tuple(sorted(found, key=lambda m: (m.span, m.code)))


def _mark(text: str, finding: Finding, severity: int, language: str, *, doubt: bool = False) -> Diagnostic:
    message = ": ".join(filter(None, (_correction(text, finding), escape_invisible(finding.message))))
    if doubt and finding.probability is not None:
        message += f" (held back: {finding.probability:.0%} sure)"
    return Diagnostic(finding.span, severity, message, finding.rule, finding.url or rule_page(finding.rule, language))


def _correction(text: str, finding: Finding) -> str:
    """What to write instead, as the terminal says it: ``teh → the``; "" where that would take more than a glance."""
    if not finding.edits:
        return ""
    start = max(min(e.span.start for e in finding.edits) - _AROUND, 0)
    end = max(e.span.end for e in finding.edits) + _AROUND
    return _correction_in(text[start:end], tuple(Edit(e.span.shifted(-start), e.text) for e in finding.edits))


@lru_cache(maxsize=10_000)  # every finding of a text is shown again at every key
def _correction_in(text: str, edits: tuple[Edit, ...]) -> str:
    said = " ".join(word.text for word in suggestion(text, Finding(edits[0].span, "", "", edits), _PLAIN))
    return said if len(said) <= _LONGEST_SHOWN else ""


def rule_page(rule: str, language: str = "en") -> str:
    """A page that lists what a rule of `language` looks for, "" where there is none.

    >>> rule_page("languagetool/EN_A_VS_AN"), rule_page("languagetool/GERMAN_WORD_REPEAT_RULE", "de-AT")[-8:]
    ('https://community.languagetool.org/rule/show/EN_A_VS_AN?lang=en', '?lang=de')
    """
    engine, _, name = rule.partition("/")
    if engine not in _PAGES or not re.fullmatch(r"[A-Za-z0-9_]+", name):
        return ""
    return _PAGES[engine].format(rule=name, language=base(language) or "en")


def drop_unfinished(text: str, findings: Iterable[Finding], caret: int | None) -> tuple[Finding, ...]:
    """`findings` without those that speak of the word being typed, which may not be all there yet."""
    word = unfinished_word(text, caret)
    if word is None:
        return tuple(findings)
    return tuple(f for f in findings if not f.span.overlaps(word))


def describe_skipped(report: Report) -> tuple[str, ...]:
    """What could not be done in the document, a line each, for the editor's log."""
    lines = (f"{s.what}: {s.reason}" + (f" ({s.remedy})" if s.remedy else "") for s in report.skipped)
    return tuple(escape_invisible(line).replace("\n", " ") for line in lines)
