"""The report for people, on a terminal or on paper. Its form may change from version to version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..report import Finding, Report, Run
from ..text import LineIndex
from ..text.phrases import count
from .labels import credit, in_cell, message, skipped_rows
from .run_summary import summary_line
from .snippet import Snippet, draw_snippet, make_snippets
from .style import Style
from .suggestion_text import suggestion
from .width import InkedWord, columns, fill, one_line, words


def render(run: Run, style: Style) -> str:
    """Every finding in its sentence, then what could not be done, then one line of summary."""
    told: Told = set()
    return "".join(findings_of(report, style, told) for report in run.reports) + closing(run, style)


Told = set[tuple[str, str]]  # explanations, each with its rule, that stand further up already


def findings_of(report: Report, style: Style, told: Told | None = None) -> str:
    """The findings of one document, each group followed by an empty line; "" for a clean one. What is in `told` is not
    explained again, and what is explained here is added."""
    if not (report.findings or (style.show_held_back and report.held_back)):
        return ""
    told = set() if told is None else told
    index = LineIndex(report.document.text)
    out = [
        line
        for scene in _scenes(report, report.findings, style)
        for line in [*_snippet_lines(report, index, scene, style, told), ""]
    ]
    if style.show_held_back and report.held_back:
        plain = Style(width=style.width, unicode=style.unicode)
        heading = f"{report.document.name}: {count(len(report.held_back), 'finding')} held back"
        out += [*fill(words(heading, "heading"), style), ""]
        for scene in _scenes(report, report.held_back, style):
            out += [*(style.paint(line, "quiet") for line in _snippet_lines(report, index, scene, plain, told)), ""]
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


def _indent(style: Style) -> int:
    return 4 if style.measure >= 50 else 2


def _scenes(report: Report, findings: Sequence[Finding], style: Style) -> Iterator[Snippet]:
    return make_snippets(report, sorted(findings, key=lambda f: f.span), style.measure - _indent(style), style)


def _snippet_lines(report: Report, index: LineIndex, scene: Snippet, style: Style, told: Told) -> Iterable[str]:
    """The lines of one scene: place, sentence, marks, and a note for each finding."""
    indent, text = _indent(style), report.document.text
    yield from _places(report, index, scene.findings, style)
    for line in draw_snippet(text, scene, style.measure - indent, style):
        yield (" " * indent + line).rstrip(" ")
    for i, finding in enumerate(scene.findings, 1):
        if len(scene.findings) == 1:
            yield from _note(text, finding, style, told, [], indent)
        else:
            yield from _note(
                text, finding, style, told, [InkedWord(" " * indent), InkedWord(str(i), "number")], indent + 3
            )


def _places(report: Report, index: LineIndex, findings: Sequence[Finding], style: Style) -> list[str]:
    """``post.md:12:5``, counted from 1 in code points and never broken; then the places of the group's others. A place
    in a notebook is told by its cell, too: ``nb.ipynb:12:5 (cell 3, line 2)``."""
    spots = [":".join(str(n + 1) for n in index.position(f.span.start)) for f in findings]
    cells = [in_cell(report, f) for f in findings]
    spots = [f"{spot} ({cell})" if cell else spot for spot, cell in zip(spots, cells, strict=True)]
    first = InkedWord(f"{one_line(report.document.name)}:{spots[0]}", "place")
    rest = [InkedWord(spot, "quiet") for spot in spots[1:]]
    if columns(" ".join(word.text for word in [first, *rest])) <= style.measure:
        return [" ".join(style.paint(word.text, word.ink) for word in [first, *rest])]
    return [style.paint(first.text, first.ink), *(fill(rest, style, indent=_indent(style)) if rest else [])]


def _note(text: str, finding: Finding, style: Style, told: Told, first: list[InkedWord], indent: int) -> Iterable[str]:
    """What to write instead, why (unless that was told, and there is something else to say), who says so, how sure."""
    parts = [suggestion(text, finding, style)]
    parts += [_hint(hint, style) for hint in finding.hints]
    why = (finding.rule, finding.message)
    if why not in told or not any(parts):
        parts.append(message(finding, style))
    told.add(why)
    parts.append(credit(finding, style))
    for part in filter(None, parts):
        yield from fill(part, style, first, indent)
        first = []


def _hint(hint: str, style: Style) -> list[InkedWord]:
    return [InkedWord("by hand:"), InkedWord(style.quoted(hint)), *words("(the change would cross markup)", "quiet")]
