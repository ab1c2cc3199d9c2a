"""What an editor offers to do about a finding. Values, not yet LSP's: an edit of the text, or a command of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..pipeline.suppressions import all_alike, ignored_place
from ..render.labels import by_hand, learned_note
from ..report import Finding, Report
from ..text import Document, Edit, LineIndex, Span, escape_invisible

QUICK_FIX, FIX_ALL, SOURCE = "quickfix", "source.fixAll.localproof", "source.localproof"
_MOST_EDITS = 5
_LONGEST_SHOWN = 40  # code points of a suggestion in a menu
_ESCAPED = re.compile(r"[\\*_{}\[\]<>()#|!~&]")
_HTML, _MDX = ("<!-- ", " -->"), ("{/* ", " */}")
# By format: the signs around a comment at the end of a line, and around one on a line of its own.
_AT_END = {"markdown": _HTML, "html": _HTML, "latex": ("% ", "")}
_ALONE = {"markdown": _HTML, "html": _HTML, "latex": ("% ", ""), "rst": (".. ", ""), "asciidoc": ("// ", "")}
_MOST_FOUND = 10  # findings that one menu speaks of: more have to be looked at one by one


@dataclass(frozen=True)
class CodeAction:
    """One line of the editor's menu: either `edits` of the text, or a `command` of the server's with its arguments.

    `sure` says that there is one correction and it may be made without asking.
    `finding` is what it is about, None where it is about the whole text.
    """

    title: str
    kind: str
    edits: tuple[Edit, ...] = ()
    command: str = ""
    arguments: tuple[object, ...] = ()
    sure: bool = False
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class EditTargets:
    """What can be done where the text is: whether it belongs to a project that has or can have settings and words."""

    uri: str
    project: bool


def actions_at(report: Report, span: Span, place: EditTargets, *, held_back: bool = False) -> tuple[CodeAction, ...]:
    """The menu for the findings that `span` touches: corrections first, then words, then silence, then the whole."""
    found = [*report.findings, *(report.held_back if held_back else ())]
    here = [f for f in found if f.span.overlaps(span) or f.span.end == span.start][:_MOST_FOUND]
    acts = [act for f in here for act in corrections(report.document, f)]
    acts += [act for f in here for act in _words(report.document.text, f, place)]
    acts += [act for f in here for act in _silence(report.document, f, place)]
    return (*acts, *document_actions(report, place, held_back=held_back))


def code_lens(report: Report, place: EditTargets, *, held_back: bool) -> CodeAction:
    """The line above the text: how much was found and is held back, and a click that shows the latter or hides it.

    Where nothing is held back the click gives the account of the session.
    """
    found, quiet = len(report.findings), len(report.held_back)
    count = "1 finding" if found == 1 else f"{found or 'no'} findings"
    if not quiet:
        return CodeAction(count, SOURCE, command="localproof.report")
    title = f"{count}, {quiet} held back ({'hide' if held_back else 'show'})"
    return CodeAction(title, SOURCE, command="localproof.showHeldBack", arguments=(place.uri,))


def corrections(document: Document, finding: Finding) -> tuple[CodeAction, ...]:
    """Each edit of a finding as a line of the menu, the best first."""
    sure = finding.is_safe_fix or len(finding.edits) == 1
    edits = [(edit, tuple(document.keep_layout([edit]))) for edit in finding.edits[:_MOST_EDITS]]
    return tuple(
        CodeAction(_title(document.text, edit), QUICK_FIX, made, sure=sure and i == 0, finding=finding)
        for i, (edit, made) in enumerate(edits)
        if made
    )


def _title(text: str, edit: Edit) -> str:
    old, new = _short(edit.span.of(text)), _short(edit.text)
    if not edit.text:
        return f"Delete “{old}”"
    if not len(edit.span):
        return f"Insert “{new}”"
    return f"“{old}” → “{new}”"


def _short(text: str) -> str:
    shown = escape_invisible(" ".join(text.split()) or text.replace("\n", " "))
    return shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…"


def _words(text: str, finding: Finding, place: EditTargets) -> list[CodeAction]:
    if finding.kind != "spelling":
        return []
    word = " ".join(finding.span.of(text).split()).strip('.,;:!?"“”‘()[]*_')
    if not word or escape_invisible(word) != word or len(word) > 200:
        return []
    lists = [("project", "the project’s words")] if place.project else []
    return [
        CodeAction(
            f"Add “{_short(word)}” to {name}",
            QUICK_FIX,
            command="localproof.addWord",
            arguments=(place.uri, word, where),
            finding=finding,
        )
        for where, name in (*lists, ("user", "your words"))
    ]


def _silence(document: Document, finding: Finding, place: EditTargets) -> list[CodeAction]:
    acts = []
    if (edit := block_comment(document, finding)) is not None:
        acts.append(CodeAction("Ignore here (a comment in the text)", QUICK_FIX, (edit,), finding=finding))
    if (line := ignore_line(document, finding)) is not None:
        title = (
            "Ignore here (a line in the project’s ignores)" if place.project else "Ignore here (a line in your ignores)"
        )
        where = "project" if place.project else "user"
        arguments = (place.uri, line, where)
        acts.append(
            CodeAction(title, QUICK_FIX, command="localproof.ignorePlace", arguments=arguments, finding=finding)
        )
    if (line := ignore_line(document, finding, alike=True)) is not None:
        title = f"Ignore {finding.rule} on “{_short(finding.span.of(document.text))}” wherever it stands"
        arguments = (place.uri, line, "project" if place.project else "user")
        acts.append(
            CodeAction(title, QUICK_FIX, command="localproof.ignorePlace", arguments=arguments, finding=finding)
        )
    if (edit := file_comment(document, finding.rule)) is not None:
        acts.append(CodeAction(f"Ignore {finding.rule} in this file", QUICK_FIX, (edit,), finding=finding))
    if place.project:
        acts.append(
            CodeAction(
                f"Switch {finding.rule} off in this project",
                QUICK_FIX,
                command="localproof.disableRule",
                arguments=(place.uri, finding.rule),
                finding=finding,
            )
        )
    return acts


def document_actions(report: Report, place: EditTargets, *, held_back: bool = False) -> tuple[CodeAction, ...]:
    """What can be done with the text as a whole."""
    acts = []
    edits = safe_edits(report.findings)
    if edits:
        title = "Make the correction that is certain" if len(edits) == 1 else f"Make {len(edits)} certain corrections"
        acts.append(CodeAction(title, FIX_ALL, tuple(report.document.keep_layout(edits))))
    if report.held_back:
        count = len(report.held_back)
        shown = "Hide" if held_back else "Show"
        title = f"{shown} the {count:,} held-back finding{'s' if count > 1 else ''}"
        acts.append(CodeAction(title, SOURCE, command="localproof.showHeldBack", arguments=(place.uri,)))
    return tuple(acts)


def safe_edits(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """The edits that may be made without asking; they do not overlap."""
    edits: list[Edit] = []
    for finding in findings:
        if finding.is_safe_fix and finding.edits and not any(finding.edits[0].span.overlaps(e.span) for e in edits):
            edits.append(finding.edits[0])
    return tuple(edits)


def ignore_line(document: Document, finding: Finding, *, alike: bool = False) -> str | None:
    """The line of an ignores file that speaks of the finding's place, or with `alike` of its words wherever they stand;
    None where no block of the document holds it, or it is of no words."""
    for block in document.blocks:
        span = block.from_source(finding.span)
        if span is not None and block.to_source(span) == finding.span:
            if not alike:
                return f"{finding.rule}: {ignored_place(block.text, span)}"
            return f"{finding.rule}: {all_alike(block.text, span)}" if span.of(block.text).strip() else None
    return None


def block_comment(document: Document, finding: Finding) -> Edit | None:
    """The edit that adds a comment against the finding to the end of its line; None where the format has none of the
    kind or the line cannot bear one (front matter, a table, a line that ends within a tag or a comment)."""
    signs = _signs(document, _AT_END)
    lines = LineIndex(document.text)
    line = lines.line(finding.span.start)
    if signs is None or lines.line(max(finding.span.end - 1, finding.span.start)) != line:
        return None
    end = lines.line_end(line)
    content = document.text[lines.starts[line] : end]
    table = content.rstrip().endswith("|") or content.lstrip().startswith("|")
    within = content.rfind("<") > content.rfind(">") or (document.format == "latex" and "%" in content)
    if end <= _header_end(document) or table or within:
        return None
    # Two spaces or a backslash are a line break, and must stay the last thing of their line.
    kept = len(content) - len(content.rstrip(" \\")) if content.endswith(("  ", "\\")) else 0
    return Edit(Span(end - kept, end - kept), f" {signs[0]}localproof: ignore line {finding.rule}{signs[1]}")


def file_comment(document: Document, rule: str) -> Edit | None:
    """The edit that adds a comment against `rule` to the head of the text, after its front matter."""
    signs = _signs(document, _ALONE)
    if signs is None:
        return None
    at = _header_end(document)
    newline = "\r\n" if "\r\n" in document.text else "\n"
    before = newline if at and not document.text[:at].endswith(("\n", "\r")) else ""
    return Edit(Span(at, at), f"{before}{signs[0]}localproof: ignore file {rule}{signs[1]}{newline}{newline}")


def _signs(document: Document, signs: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    return _MDX if document.name.lower().endswith(".mdx") else signs.get(document.format)


def _header_end(document: Document) -> int:
    """Where the text proper begins, after a front matter between lines of ``---`` or ``+++``, or a document type."""
    text = document.text
    if first := re.match(r"(?:\s*<[?!][A-Za-z][^<>]*>[ \t]*(?:\r?\n)?)+", text):
        return first.end()
    fence = text[:3]
    if fence not in ("---", "+++"):
        return 0
    lines = LineIndex(text)
    for line in range(1, len(lines.starts)):
        if text[lines.starts[line] : lines.line_end(line)].rstrip() == fence:
            return lines.starts[line + 1] if line + 1 < len(lines.starts) else len(text)
    return 0


def hover(findings: Sequence[Finding], about: Mapping[str, str]) -> str:
    """Markdown on what was found at a place: the message, the corrections, who found it, how sure, a page on it, and
    the rule in a sentence where `about` holds one."""
    parts = []
    for finding in findings:
        lines = [f"**{_plain(finding.short or finding.message)}**"]
        if finding.short:
            lines.append(_plain(finding.message))
        if said := about.get(finding.rule):
            lines.append(_plain(said))
        suggestions = [f"`{_short(e.text).replace('`', 'ˋ')}`" for e in finding.edits if e.text][:_MOST_EDITS]
        if suggestions:
            lines.append("Suggested: " + ", ".join(suggestions))
        lines += [f"To be made by hand, as {hint.why}: {_plain(hint.text)}" for hint in by_hand(finding)]
        sure = "" if finding.probability is None else f" · {finding.probability:.0%} sure{learned_note(finding)}"
        lines.append(f"{finding.kind} · found by {_plain(', '.join(finding.source or (finding.rule,)))}{sure}")
        if finding.url:
            lines.append(f"<{finding.url.replace('<', '%3C').replace('>', '%3E')}>")
        parts.append("\n\n".join(lines))
    return "\n\n---\n\n".join(parts)


def _plain(text: str) -> str:
    """`text` as Markdown that shows it and nothing else; words between backticks stay code."""
    parts = " ".join(escape_invisible(text).split()).split("`")
    if len(parts) % 2 == 0:  # one has no partner
        parts = ["ˋ".join(parts)]
    return "`".join(part if i % 2 else _ESCAPED.sub(r"\\\g<0>", part) for i, part in enumerate(parts))
