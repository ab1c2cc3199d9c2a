"""What the formats for other programs share: what there is to tell, how grave it is, and a name for it that lasts."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ..report import Finding, Kind, Report, Run
from .labels import by_hand, credit, message, skipped_rows
from .style import Style
from .suggestion_text import suggestion
from .width import InkedWord, one_line

Grade = Literal["warning", "note"]
# A word or a sentence that is wrong, and what is at most untidy. Nothing is called an error: no finding means that
# something is broken.
GRADES: dict[Kind, Grade] = {
    "spelling": "warning",
    "grammar": "warning",
    "punctuation": "note",
    "typography": "note",
    "style": "note",
}
_NEAR = 80  # code points on each side in which the neighbouring words are looked for
_NEIGHBOURS = 2
_WORD = re.compile(r"\w+")  # browsers match fragments at such borders: "don" and "t" are two
_NO_UTF8 = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


@dataclass(frozen=True, slots=True)
class ReportItem:
    """A finding to tell, and whether only because held-back ones were asked for.

    `fingerprint`, 32 hexadecimal digits, stays the same when the lines of a
    document move or other places in it are corrected, and differs from that of
    every other finding of the run, documents having names of their own.
    """

    finding: Finding
    held_back: bool
    fingerprint: str

    @property
    def grade(self) -> Grade:
        """How grave it is. What the profile holds back is never more than a note."""
        return "note" if self.held_back else GRADES[self.finding.kind]


def items(report: Report, style: Style) -> Iterator[ReportItem]:
    """What is to be told of one document, in order of position."""
    every = [(f, False) for f in report.findings]
    if style.show_held_back:
        every += [(f, True) for f in report.held_back]
    every.sort(key=lambda pair: (pair[0].span, pair[0].rule))
    alike: Counter[tuple[str, ...]] = Counter()
    for finding, held_back in every:
        # The two are counted apart, so that what is held back has no part in the fingerprint of what is shown.
        key = ("held back" * held_back, *_marks(report, finding))
        alike[key] += 1
        yield ReportItem(finding, held_back, digest(*key, str(alike[key])))


def _marks(report: Report, finding: Finding) -> tuple[str, ...]:
    """What a finding is known by: the document, the rule, the words, and the words next to them."""
    text, span = report.document.text, finding.span
    before = _WORD.findall(text[max(span.start - _NEAR, 0) : span.start])[-_NEIGHBOURS:]
    after = _WORD.findall(text[span.end : span.end + _NEAR])[:_NEIGHBOURS]
    return path(report.document.name), finding.rule, " ".join(span.of(text).split()), " ".join(before), " ".join(after)


def digest(*marks: str) -> str:
    """32 hexadecimal digits that stand for `marks`, in order.

    >>> digest("a", "bc") == digest("ab", "c")
    False
    """
    data = "".join(f"{len(mark)}:{mark}" for mark in marks).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:32]


class ReportRemark(NamedTuple):
    """What is to be said beside the findings: of the document at `path`, or of the whole run where that is ""."""

    path: str
    kind: Literal["skipped", "note"]
    text: str


def remarks(run: Run) -> list[ReportRemark]:
    """What could not be done, told once each, and what the readers of the formats could not make sense of."""
    out = [ReportRemark("", "skipped", text) for text in _skipped(run)]
    for report in run.reports:
        name = path(report.document.name)
        out += [ReportRemark(name, "skipped", text) for text in _skipped(report)]
        out += [ReportRemark(name, "note", one_line(note)) for note in report.document.notes]
    return list(dict.fromkeys(out))


def _skipped(what: Run | Report) -> Iterator[str]:
    for why, help_ in skipped_rows(what.skipped):
        yield ". ".join(join_lines(pieces) for pieces in (why, help_) if pieces)


def describe_finding(text: str, finding: Finding, style: Style) -> str:
    """Why, what to write instead, who says so and how sure, on one line that is safe to print."""
    parts = [join_lines(message(finding, style))]
    if change := join_lines(suggestion(text, finding, style)):
        parts.append(f"Suggestion: {change}")
    parts += [f"By hand, as {hint.why}: {style.quoted(one_line(hint.text))}" for hint in by_hand(finding)]
    return " ".join([*filter(None, parts), f"({join_lines(credit(finding, style))})"])


def join_lines(pieces: list[InkedWord]) -> str:
    """The words on one line, safe to print."""
    return one_line(" ".join(f"{word.joint} {word.text}" if word.joint else word.text for word in pieces))


def path(name: str) -> str:
    """The name of a document as a path with forward slashes and no ``./`` before it.

    >>> path("./posts/a.md")
    'posts/a.md'
    """
    return re.sub(r"^(?:\./+)+(?=.)", "", name.replace(os.sep, "/"))


def uri(name: str) -> str:
    """The name of a document as a relative reference or, where it is absolute, as a ``file:`` URI (RFC 3986).

    The bytes of a name that is not UTF-8 are kept.

    >>> uri("./my posts/é:1.md"), uri("/a#b.md"), uri("-")
    ('my%20posts/%C3%A9%3A1.md', 'file:///a%23b.md', '-')
    """
    shown = path(name)
    data = _NO_UTF8.sub("\ufffd", shown).encode("utf-8", "surrogateescape")
    written = "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)
    if re.match("[A-Za-z]:/", shown):  # a drive
        return "file:///" + written
    return "file://" + written if shown.startswith("/") else written
