"""The report for people, on a terminal or on paper. Its form may change from version to version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..report import Finding, Report, Run
from ..text import LineIndex
from ..text.phrases import count
from .labels import by_hand, credit, in_cell, message, skipped_rows
from .run_summary import summary_line
from .snippet import Snippet, draw_snippet, make_snippets
from .style import Style
from .suggestion_text import suggestion
from .width import InkedWord, columns, fill, one_line, words


def render(run: Run, style: Style) -> str:
    """Every finding in its sentence, then what could not be done, then one line of summary."""
    return "".join(findings_of(report, style) for report in run.reports) + closing(run, style)


Explained = set[str]  # rules with what they say, without what is quoted in it, that were explained in this document


def findings_of(report: Report, style: Style) -> str:
    """The findings of one document, each group followed by an empty line; "" for a clean one. What a rule has to say is
    said once."""
    if not (report.findings or (style.show_held_back and report.held_back)):
        return ""
    explained: Explained = set()
    index = LineIndex(report.document.text)
    out = [
        line
        for scene in _scenes(report, index, report.findings, style)
        for line in [*_snippet_lines(report, index, scene, style, explained), ""]
    ]
    if style.show_held_back and report.held_back:
        plain = Style(width=style.width, unicode=style.unicode)
        heading = f"{report.document.name}: {count(len(report.held_back), 'finding')} held back"
        out += [*fill(words(heading, "heading"), style), ""]
        for scene in _scenes(report, index, report.held_back, style):
            lines = _snippet_lines(report, index, scene, plain, explained)
            out += [*(style.paint(line, "quiet") for line in lines), ""]
    return "".join(line + "\n" for line in out)


def closing(run: Run, style: Style) -> str:
    """What comes after the findings of all documents: notes, what could not be done, the summary."""
    out: list[str] = []
    for note, names in _notes(run).items():
        more = f" and {len(names) - 1:,} more" * (len(names) > 1)
        out += fill(words(f"{names[0]}{more}: {note}"), style, [InkedWord("note", "quiet")], _TAB)
    for why, help_ in skipped_rows(run.all_skipped()):
        out += fill([*why], style, [InkedWord("skipped", "heading")], _TAB)
        out += fill(help_, style, indent=_TAB) if help_ else []
    if out:
        out.append("")
    return "".join(line + "\n" for line in [*out, summary_line(run, style)])


def _notes(run: Run) -> dict[str, list[str]]:
    """Each note with the names of the documents that it is about."""
    notes: dict[str, list[str]] = {}
    for report in run.reports:
        for note in dict.fromkeys(report.document.notes):
            notes.setdefault(note, []).append(report.document.name)
    return notes


_TAB = 9  # the room of the words "note" and "skipped"
_CONTINUED = 4  # before the lines of a correction that stands below its place
_QUOTED = re.compile(r"`[^`]+`|“[^”]+”|\"[^\"]+\"|‘[^’]+’|(?<!\w)'[^']+'(?!\w)")
# What the correction says by itself.
_OBVIOUS = re.compile(rf"(?:Did you mean|You should probably use:) (?:{_QUOTED.pattern})\s?[?.]", re.IGNORECASE)


def _gutter(index: LineIndex, style: Style) -> int:
    """The columns before a sentence: the number of its line, and the bar."""
    return (len(str(len(index.starts))) if style.measure >= 50 else 0) + 4


def _scenes(report: Report, index: LineIndex, findings: Sequence[Finding], style: Style) -> Iterator[Snippet]:
    room = style.measure - _gutter(index, style)
    return make_snippets(report, sorted(findings, key=lambda f: f.span), room, style)


def _snippet_lines(
    report: Report, index: LineIndex, scene: Snippet, style: Style, explained: Explained
) -> Iterable[str]:
    """The lines of one scene: for each finding its place and correction, the sentence with marks, and the reasons."""
    text, gutter = report.document.text, _gutter(index, style)
    several = len(scene.findings) > 1
    for i, finding in enumerate(scene.findings, 1):
        number = [InkedWord(f"({i})", "number")] if several else []
        yield from _head(report, index, finding, style, number)
    line = str(index.position(scene.findings[0].span.start)[0] + 1) if style.measure >= 50 else ""
    for row in draw_snippet(text, scene, style.measure - gutter, style):
        yield style.paint(f"{line:>{gutter - 3}} {style.bar}", "quiet") + f" {row}".rstrip(" ")
        line = ""
    for i, finding in enumerate(scene.findings, 1):
        first = [InkedWord(" " * (gutter - 4)), InkedWord(f"({i})", "number")] if several else []
        yield from fill(_reason(finding, style, explained), style, first, gutter)


def _head(
    report: Report, index: LineIndex, finding: Finding, style: Style, number: Sequence[InkedWord]
) -> Iterable[str]:
    """``post.md:12:5: teh → the``: the place, counted from 1 in code points and never broken, and what to write there.
    A place in a notebook is told by its cell, too: ``nb.ipynb:12:5 (cell 3, line 2): …``."""
    spot = ":".join(str(n + 1) for n in index.position(finding.span.start))
    cell = in_cell(report, finding)
    place = f"{one_line(report.document.name)}:{spot}" + (f" ({cell})" if cell else "") + ":"
    change = suggestion(report.document.text, finding, style)
    for hint in by_hand(finding):
        change += [*words("by hand:"), InkedWord(style.quoted(one_line(hint.text))), *words(f"({hint.why})", "quiet")]
    if not change:
        change = words(finding.short, "heading") or [InkedWord(style.quoted(_marked(report.document.text, finding)))]
    indent = _CONTINUED if columns(place) + 10 > style.measure else 2
    lines = fill([*number, *change], style, indent=indent)
    whole = fill([InkedWord(place, "place"), *number, *change], style)
    if len(whole) == 1:
        yield from whole
    else:
        yield style.paint(place, "place")
        yield from lines


def _marked(text: str, finding: Finding) -> str:
    return one_line(finding.span.of(text)).strip()


def _reason(finding: Finding, style: Style, explained: Explained) -> list[InkedWord]:
    """Why, unless that was said of an earlier finding of the document or goes without saying; who says so, how sure."""
    pattern = _QUOTED.sub(style.ellipsis, finding.message)
    known = f"{finding.rule} {pattern}"
    obvious = bool(finding.edits) and _OBVIOUS.fullmatch(finding.message)
    new = known not in explained and not obvious
    explained.add(known)
    why = message(finding, style) if new or not (finding.edits or finding.hints) else []
    first, *rest = credit(finding, style)
    return [*why, first._replace(joint=style.dot), *rest]
