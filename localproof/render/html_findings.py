"""The findings of a run as the HTML page lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..report import Finding, Report
from ..text import LineIndex, Span
from ..text.phrases import count
from .labels import by_hand, engines_of, in_cell, learned_note, message, percent
from .locations import ReportItem, items, uri
from .markup import SafeHtml, element, group
from .snippet import block_extents, marked_span, sentence_around
from .style import Style
from .suggestion_text import suggestion
from .width import one_line

_REACH = 180  # code points of a sentence to show on each side of the words
_LONGEST = 400  # code points of marked words
_EDGE = "\ufdd0"  # stands for the edges of the words while a sentence is worked on; no text means anything by it
_LINK = re.compile(
    r"!?\[([^\[\]]{0,400})\]\([^()\s]{0,400}(?:\([^()\s]{0,400}\)[^()\s]{0,400})?(?: \"[^\"]{0,400}\")?\)"
)
_BREAK = re.compile(r"\s*[\r\n][\s>]*|\t")  # a line end, with the quote marks and indent of the next line


def per_1000(findings: int, words: int) -> float:
    """Findings per 1,000 words; 0 where there are no words to speak of."""
    return 1000 * findings / words if words else 0.0


def section(report: Report, name: str, number: int, style: Style) -> SafeHtml:
    """One document, under `name`, with its findings; "" if there are none to show."""
    listed = list(_list_items(report, name, style))
    if not listed:
        return SafeHtml()
    rate = f"{per_1000(len(report.findings), report.words):.1f} per 1,000 words"
    about = [count(len(report.findings), "finding"), count(report.words, "word"), rate]
    if report.held_back and not style.show_held_back:
        about.append(f"{len(report.held_back):,} held back")
    heading = element("h3", element("bdi", link(report, name)), id=f"file-{number}", tabindex="-1")
    rows = element("ol", *listed)
    meta = element("p", f" {style.dot} ".join(about), class_="meta")
    return element("section", heading, meta, rows, class_="file", aria_labelledby=f"file-{number}")


def link(report: Report, text: str) -> SafeHtml:
    """`text` as a link to the file, as seen from the folder where LocalProof ran; plain for standard input."""
    if report.document.name in ("", "-"):
        return group(text)
    return element("a", text, href=uri(report.document.name))


def _list_items(report: Report, name: str, style: Style) -> Iterator[SafeHtml]:
    ground = _DocumentView(report, LineIndex(report.document.text), name, block_extents(report))
    for item in items(report, style):
        yield _entry(ground, item, style)


class _DocumentView(NamedTuple):
    """A document, its name as shown, and what is worked out once for all of its findings."""

    report: Report
    lines: LineIndex
    name: str
    extents: list[Span]


def _entry(ground: _DocumentView, item: ReportItem, style: Style) -> SafeHtml:
    finding, text = item.finding, ground.report.document.text
    line, column = ground.lines.position(finding.span.start)
    cell = in_cell(ground.report, finding)
    place = group(
        element("span", element("bdi", link(ground.report, ground.name)), ", ", class_="path"),
        f"line {line + 1:,}, column {column + 1:,}" + (f" ({cell})" if cell else ""),
    )
    sure = "" if finding.probability is None else str(round(100 * finding.probability))
    return element(
        "li",
        element("p", place, class_="where"),
        element("p", *_sentence(ground, finding), class_="sentence", dir="auto"),
        *change_markup(text, finding, style),
        element("p", " ".join(word.text for word in message(finding, style)), class_="why"),
        element("p", *_credit(item, style), class_="who"),
        class_="finding" + " held" * item.held_back,
        data_kind=finding.kind,
        data_engines=" ".join(finding.engines),
        data_sure=sure,
    )


def _sentence(ground: _DocumentView, finding: Finding) -> Iterator[str]:
    """The sentence around the finding, its words marked; cut where it is long."""
    before, inside, after = _parted(ground, finding)
    if bare := inside.strip():  # the space that a deletion takes along is nothing to mark
        start = inside.index(bare)
        before, inside, after = before + inside[:start], bare, inside[start + len(bare) :] + after
    if len(before) > _REACH:
        before = "… " + before[-_REACH:].partition(" ")[2]
    if len(after) > _REACH:
        after = after[:_REACH].rpartition(" ")[0] + " …"
    if len(inside) > _LONGEST:
        inside = inside[:_LONGEST] + "…"
    kind = f"k-{finding.kind}"
    yield _line(before)
    if not inside:
        yield element("mark", element("span", "something is missing here", class_="unseen"), class_=f"{kind} gap")
    elif inside.isspace():
        yield element("mark", "␣" * len(_line(inside)), class_=kind)
    else:
        yield element("mark", _line(inside), class_=kind)
    yield _line(after)


def _parted(ground: _DocumentView, finding: Finding) -> tuple[str, str, str]:
    """The sentence before the words to mark, these words, and the rest; links without their addresses, which only hide
    what the sentence says."""
    text = ground.report.document.text
    whole = sentence_around(text, finding.span, ground.extents)
    span = marked_span(text, whole, finding)
    parts = text[whole.start : span.start], span.of(text), text[span.end : whole.end]
    if "](" not in "".join(parts) or _EDGE in "".join(parts):
        return parts
    before, *rest = _LINK.sub(r"\1", _EDGE.join(parts)).split(_EDGE)
    return (before, rest[0], rest[1]) if len(rest) == 2 else parts


def _line(text: str) -> str:
    return _BREAK.sub(" ", text)


def change_markup(text: str, finding: Finding, style: Style) -> Iterator[SafeHtml]:
    """What to write instead, and what only a hand can change."""
    pieces: list[str] = []
    for word in suggestion(text, finding, style):
        if word.ink == "new":
            pieces.append(element("ins", word.text))
        elif word.text == style.arrow:
            pieces.append(element("span", style.arrow, class_="quiet", aria_hidden="true"))
            pieces.append(element("span", "becomes", class_="unseen"))
        else:
            pieces.append(element("span", word.text, class_="quiet") if word.ink else word.text)
        pieces.append(" ")
    if pieces:
        yield element("p", *pieces[:-1], class_="change")
    for hint in by_hand(finding):
        why = element("span", f"(by hand: {hint.why})", class_="quiet")
        yield element("p", one_line(hint.text), " ", why, class_="change")


def _credit(item: ReportItem, style: Style) -> Iterator[str]:
    """What kind of thing it is, who found it, how sure the judge is, and whether it may be corrected unasked."""
    finding = item.finding
    yield element("span", finding.kind, class_=f"kind k-{finding.kind}")
    said = " + ".join(map(one_line, engines_of(finding)))
    yield group(" ", element("a", said, href=finding.url) if finding.url else said)
    more = (
        []
        if finding.probability is None
        else [f"{percent(finding.probability)} sure{learned_note(finding)}{_unaided(finding)}"]
    )
    more += ["fixed by --fix"] * finding.is_safe_fix + ["held back"] * item.held_back
    yield "".join(f" {style.dot} {part}" for part in more)


def _unaided(finding: Finding) -> str:
    """How sure the judge was before a language model had its say, where that is another figure."""
    if finding.probability_without_model is None or percent(finding.probability_without_model) == percent(
        finding.probability or 0.0
    ):
        return ""
    return f" ({percent(finding.probability_without_model)} without the model)"
