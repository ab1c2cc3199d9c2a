"""The prose in comments: paragraphs, items of lists and what documents a parameter, less code, licences and pragmas."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from ..text import Block
from .block_builder import BlockBuilder, Segment
from .code_marks import is_code, marks_in
from .directives import DirectiveCollector
from .lines import add_inline

_FEWEST_WORDS = 3  # of a comment that is read
_NARROW = 60  # a line of an item that is shorter was ended on purpose
_MOST_CODE = 1 / 3  # of a paragraph's lines may look like code

_FENCE = re.compile(r"(`{3,}|~{3,})[^`]*$")
_PROMPT = re.compile(r">>>(?:\s|$)|\.\.\.(?:\s|$)|In \[\d+\]:|\$ \S")
_ITEM = re.compile(r"(?:[-*+\u2022]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[ \t]+(?=\S)(?:\[[ xX]\][ \t]+)?")
_HEADING = re.compile(r"#{1,6}[ \t]+(?=\S)")
_TAGGED = re.compile(
    r"[@\\](?P<tag>[A-Za-z][\w:.-]*)(?:\[[\w, ]*\])?(?:[ \t]+|$)"
    r"|:(?P<field>[A-Za-z][^:\r\n`]{0,100}):(?:[ \t]+|$)"
)
# Of the tags, those behind which a name or a type stands, and others that prose follows; behind all the rest is none.
_NAMING = frozenset("param arg argument property prop typeparam tparam throws exception template retval cfg".split())
_NAMELESS = frozenset("return returns deprecated note remark remarks brief details since summary todo warning".split())
_TYPE = re.compile(r"\{[^{}\r\n]*(?:\{[^{}\r\n]*\}[^{}\r\n]*)*\}[ \t]*")
_NAME = re.compile(r"(?:\[[^\]\r\n]*\]|[$&*.<>\w\\|?:\[\]-]+)[ \t]*(?:(?:-{1,2}|\u2013|\u2014|:)[ \t]+)?")
_NO_PROSE_FIELD = re.compile(r"(?:r?type|vartype|meta|author|version|date|copyright|license)\b", re.IGNORECASE)
_SECTION = re.compile(
    r"(?:Args|Arguments|Parameters|Params|Other Parameters|Keyword Args|Keyword Arguments|Returns?|Yields?|Raises|"
    r"Attributes|Warns|Warnings?|Notes?|Examples?|See Also|References|Methods|Usage|Todo|Side Effects):?$"
)
_ARGUMENT = re.compile(r"\*{0,2}[\w.]+(?:[ \t]*\([^()\r\n]*(?:\([^()\r\n]*\)[^()\r\n]*)*\))?:[ \t]+(?=\S)")
_TYPED = re.compile(r"\*{0,2}\w[\w, *]*[ \t]+:[ \t]|\*{0,2}\w+[ \t]*:$")
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:(?P<name>[\w:-]+)::|[_|\[])[ \t]*")
_ADMONITION = frozenset(
    "note warning tip important hint caution danger attention error admonition seealso todo deprecated versionadded "
    "versionchanged rubric topic".split()
)
_VERSIONED = re.compile(r"[\w.]*\d[\w.]*[ \t]*")
_TASK = re.compile(r"(?:TODO|FIXME|XXX|HACK|BUG|OPTIMI[SZ]E|NOTE|NB|WARNING|SAFETY|PERF)\b(?:\([^()\r\n]*\))?[ \t:.-]*")
_ORNAMENT = re.compile(
    r"(?:[-=*#~_+/<>|.\u2500\u2550\u2014]{2,}|[\u2500-\u257f]+)[ \t]+|[-=*#~_+/\u2500\u2550]{3,}[ \t]*"
)
_TAIL = re.compile(r"[ \t]+(?:[-=*#~_+/<>|]{2,}|[\u2500-\u257f]+|[*#|])$|(?<=\w):?[-=*#~_+]{3,}$")
_LICENCE = re.compile(
    r"licensed under the|hereby granted|redistribution and use in source|free software[;:,]? you can|"
    r"\"as is\"|all rights reserved|without (?:any )?warrant|subject to the terms of|governed by a .{0,20}licen[cs]e|"
    r"licen[cs]e agreement|\u201cas is\u201d|distributed under the",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"SPDX-|copyright\b.{0,20}(?:\d{4}|\([cC]\)|\u00a9)|\([cC]\) ?(?:copyright|\d{4})|\u00a9", re.IGNORECASE
)
_PRAGMA = re.compile(
    r"!|noqa\b|type:|ty:|mypy:|pyright:|pylint:|pyre-|pytype:|ruff:|flake8[:-]|fmt: ?o|yapf:|isort:|black:|nosec\b|"
    r"pragma:|coverage:|cov(?:erage)?-|doctest:|-\*-|vim?:|ex:|kate:|coding[:=]|cython:|distutils:|sphinx-|"
    r"eslint\b|eslint-|global(?:s)? \w+[,:$]|exported |jshint|jslint|jscs:|tslint:|standard |prettier-|biome-|oxlint|"
    r"@ts-|@flow|@jsx|@vite|@__|#__|webpack\w*:|istanbul |c8 |v8 |node:coverage|sourceMappingURL|# ?source|"
    r"deno-|dprint-|@license|@preserve|@format\b|@noformat|<(?:reference|amd|editor-fold|/editor-fold|auto-generated)|"
    r"go:|\+build|export \w+$|nolint|lint:|gosec|cgo |line \S+:\d|-?NOLINT|clang-|IWYU|NOSONAR|noinspection|"
    r"language=|CHECKSTYLE|CPD-|formatter:|spotless:|suppress|\$NON-NLS|ktlint|detekt|swiftlint:|swift-tools|swiftformat|"
    r"MARK:|region\b|endregion\b|#region|#endregion|pragma mark|ReSharper|rubocop:|frozen_string_literal:|typed:|"
    r"sorbet|steep:|warn_indent:|encoding:|shareable_constant_value:|shellcheck |shfmt|bashate|"
    r"phpcs:|phpstan|psalm|@phpstan|@psalm|@codingStandards|luacheck:|luacov:|stylua:|LANGUAGE |OPTIONS|hlint|fourmolu|"
    r"stylelint-|yaml-language-server|yamllint|\$schema|renovate:|dependabot|check=|syntax=|escape=|hadolint|"
    r"tflint|checkov:|tfsec:|sqlfluff|credo:|cspell\b|spell-?checker\b|codespell|spell:|LTeX:|vale\b|harper:|"
    r"gitleaks|semgrep|trivy|nbqa|jupytext|%%|\+\+|---$|rustfmt|ignore[: ]?$|end(?:if|def|for|class|while| of file)?$",
    re.IGNORECASE,
)  # fmt: skip
_INNER_PRAGMA = re.compile(
    r"[ \t](?:#|//)[ \t]*(?:noqa|type:|pylint:|pragma:|nosec|nolint|eslint-|NOLINT|mypy:|ruff:).*$"
)
_PRE = re.compile(r"<(pre|code|example|script|xmp)\b[^>]*>(?!.*</\1>)", re.IGNORECASE)
_CODE = re.compile(r"[@\\](?:code|verbatim|startuml|dot)\b(?!.*[@\\]end)")
_CODE_END = re.compile(r"</(?:pre|code|example|script|xmp)>|[@\\]end(?:code|verbatim|uml|dot)", re.IGNORECASE)
_CODE_INDENT = 4
# A word that no name, path or call in code looks like, so `text.words.WORD` will not do.
_PLAIN_WORD = re.compile(r"(?<![\w.@/\\$-])[^\W\d_]+(?:['\u2019-][^\W\d_]+)*(?![\w(/\\=]|\.\w)")

SPELLING = tuple((char, None) for char in "\n\r\\*/<>]`")


class CommentLine(NamedTuple):
    """A line of a comment: where it starts behind the marks of the comment, where its words are, and how many columns
    they are indented by."""

    start: int
    at: int
    end: int
    words: str
    indent: int

    def behind(self, by: int) -> CommentLine:
        """What is left of the line behind its first `by` characters."""
        rest = self.words[by:]
        bare = rest.lstrip()
        return self._replace(at=self.at + by + len(rest) - len(bare), words=bare)


class Comment(NamedTuple):
    """A comment of the source at start..end, or a docstring between `quote` marks, line by line.

    `escapes`: a backslash in it is that of a string. `markdown`: it documents something, with Markdown or HTML.
    """

    start: int
    end: int
    rows: list[CommentLine]
    quote: str = ""
    escapes: bool = False
    markdown: bool = False


@dataclass
class _Paragraph:
    """Lines of one comment that belong together."""

    rows: list[CommentLine]
    kind: str
    column: int


class CommentProse:
    """The comments of one source on their way into `blocks`; what they say to LocalProof goes to `remarks`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sheet = BlockBuilder(text)
        self.remarks = DirectiveCollector(text)

    @property
    def blocks(self) -> Sequence[Block]:
        """What is finished so far."""
        return self.sheet.blocks

    def add(self, comment: Comment) -> None:
        """Read a comment."""
        self.sheet.spelling = (*SPELLING, (comment.quote, None)) if comment.quote else (*SPELLING, ('"', '"'))
        rows = [row for row in comment.rows if comment.quote or not self._hears(row)]
        said = " ".join(row.words for row in rows)
        if _LICENCE.search(said[:20_000]) and (_COPYRIGHT.search(said) or "icen" in said or "AS IS" in said):
            return
        for paragraph in _ParagraphBuilder(comment, rows).paragraphs():
            self._close(paragraph, comment)

    def _hears(self, row: CommentLine) -> bool:
        """Whether a line speaks to LocalProof or another checker, and not to people."""
        before = len(self.remarks.directives) + len(self.remarks.notes)
        self.remarks.note_comment(row.words, row.at, row.end)
        return len(self.remarks.directives) + len(self.remarks.notes) > before

    def _close(self, paragraph: _Paragraph, comment: Comment) -> None:
        rows = _without_code(paragraph.rows)
        said = " ".join(row.words for row in rows)
        if not rows or _COPYRIGHT.search(said) or len(_PLAIN_WORD.findall(said)) < _FEWEST_WORDS:
            return
        if task := _TASK.match(rows[0].words):
            rows[0] = rows[0].behind(task.end())
        parts = [Segment("markup", above.end, below.at, " ") for above, below in pairwise(rows)]
        parts += _in_source(marks_in(" ".join(row.words for row in rows), escapes=comment.escapes), rows)
        add_inline(self.sheet, rows[0].at, rows[-1].end, parts)
        fragment = rows[0].words[:1].islower()  # as a list has them: nobody begins those with a capital
        self.sheet.close("item" if fragment else paragraph.kind)


class _ParagraphBuilder:
    """The lines of one comment on their way into paragraphs."""

    def __init__(self, comment: Comment, rows: list[CommentLine]) -> None:
        self._rows = rows
        self._markdown = comment.markdown
        self._open: _Paragraph | None = None
        self._closer: re.Pattern[str] | None = None  # what closes the block of code that is open
        self._deeper: int | None = None  # what is indented by more than this is no prose
        self._prompt = False  # whether a doctest is going on
        self._example = False  # whether the code behind a tag is
        self._section: int | None = None  # what is indented by more than this belongs to a section of arguments
        self._blank = True  # whether the line above is blank

    def paragraphs(self) -> Iterator[_Paragraph]:
        """The paragraphs, each once its last line has been read."""
        for i, row in enumerate(self._rows):
            done = self._open
            if self._is_left_out(row, self._rows[i + 1] if i + 1 < len(self._rows) else None):
                self._open = None
            elif new := self._start_paragraph(row):
                self._open = new if new.rows[0].words else None
            elif self._open is not None:
                self._open.rows.append(row)
            if done is not None and self._open is not done:
                yield done
            self._blank = not row.words
        if self._open is not None:
            yield self._open

    def _is_left_out(self, row: CommentLine, below: CommentLine | None) -> bool:
        """Whether a line is no prose, for itself or because of what is open."""
        words = row.words
        if self._is_in_code(row) or not words:
            self._prompt = self._prompt and bool(words)
            return True
        fence = _FENCE.match(words)
        if fence or _CODE.match(words) or _PRE.search(words):
            self._closer = re.compile(re.escape(fence[1])) if fence else _CODE_END
            return True
        if self._markdown and self._blank and row.indent >= _CODE_INDENT and self._section is None:
            self._deeper = _CODE_INDENT - 1
            return True
        if directive := _DIRECTIVE.match(words):
            if directive["name"] in _ADMONITION:
                return not row.behind(directive.end()).words
            self._deeper = row.indent
            return True
        if not any(map(str.isalpha, words)) or words[0] == "|" or _PRAGMA.match(words) or _COPYRIGHT.search(words):
            return True
        return self._is_label(row, below)

    def _is_in_code(self, row: CommentLine) -> bool:
        """Whether a line belongs to a block of code, an example or a directive that began above it, or to a doctest."""
        if self._closer:
            self._closer = None if self._closer.search(row.words) else self._closer
            return True
        if self._example:
            self._example = not row.words.startswith("@")
        if self._deeper is not None and row.words and row.indent <= self._deeper:
            self._deeper = None
        self._prompt = self._prompt or bool(_PROMPT.match(row.words))
        return self._example or self._prompt or self._deeper is not None

    def _is_label(self, row: CommentLine, below: CommentLine | None) -> bool:
        """Whether a line is the name of a section, or says of which type a parameter is."""
        underlined = below is not None and len(below.words) > 2 and not below.words.strip("-=~")
        if _SECTION.match(row.words) and (underlined or row.words.endswith(":")):
            self._section = row.indent - underlined  # below a rule nothing is indented
            return True
        if self._section is None:
            return False
        if row.indent <= self._section:
            self._section = None
            return False
        type_alone = below is not None and below.indent > row.indent == self._section + 1 and " " not in row.words
        return type_alone or _TYPED.match(row.words) is not None

    def _start_paragraph(self, row: CommentLine) -> _Paragraph | None:
        """The paragraph that begins with `row`; None where it goes on with an open one."""
        words = row.words
        if tag := _TAGGED.match(words):
            return self._tagged(row, tag)
        if directive := _DIRECTIVE.match(words):
            row = row.behind(directive.end())
            if version := _VERSIONED.match(row.words):
                row = row.behind(version.end())
            return _Paragraph([row], "paragraph", row.indent)
        if self._section is not None and (argument := _ARGUMENT.match(words)):
            return _Paragraph([row.behind(argument.end())], "item", row.indent)
        if item := _ITEM.match(words):
            return _Paragraph([row.behind(item.end())], "item", row.indent)
        if self._markdown and (heading := _HEADING.match(words)):
            return _Paragraph([row.behind(heading.end())], "heading", row.indent)
        if ornament := _ORNAMENT.match(words):
            return _Paragraph([_less_tail(row.behind(ornament.end()))], "heading", row.indent)
        last = self._open
        if last is None or last.kind == "heading" or _TASK.match(words):
            return _Paragraph([row], "paragraph", row.indent)
        above = last.rows[-1].words
        apart = row.indent > last.rows[-1].indent + 1 and above.endswith(":")
        if apart or (last.kind == "item" and row.indent <= last.column and len(above) < _NARROW):
            return _Paragraph([row], "paragraph", row.indent)
        return None

    def _tagged(self, row: CommentLine, tag: re.Match[str]) -> _Paragraph:
        """What a tag of a doc comment or a field of a docstring says, without its name."""
        name = (tag["tag"] or "").lower()
        rest = row.behind(tag.end())
        nothing = _Paragraph([rest._replace(words="")], "item", row.indent)
        if tag["field"]:
            return nothing if _NO_PROSE_FIELD.match(tag["field"]) else _Paragraph([rest], "item", row.indent)
        if name not in _NAMING and name not in _NAMELESS:
            self._example = name == "example"
            return nothing
        if type_of := _TYPE.match(rest.words):
            rest = rest.behind(type_of.end())
        if name in _NAMING and (named := _NAME.match(rest.words)):
            rest = rest.behind(named.end())
        if rest.words.startswith("- "):
            rest = rest.behind(2)
        return _Paragraph([rest], "item", row.indent)


def _less_tail(row: CommentLine) -> CommentLine:
    """A line without an ornament at its end."""
    tail = _TAIL.search(row.words)
    return row if tail is None else row._replace(end=row.at + tail.start(), words=row.words[: tail.start()])


def _without_code(rows: list[CommentLine]) -> list[CommentLine]:
    """The lines of a paragraph less those of code at its ends; none where much of it is code."""
    rows = [_less_pragma(row) for row in rows]
    code = [is_code(row.words) for row in rows]
    first = next((i for i, known in enumerate(code) if not known), len(rows))
    last = next((i for i in range(len(rows), first, -1) if not code[i - 1]), first)
    inside = code[first:last]
    return [] if sum(inside) > _MOST_CODE * len(inside) else rows[first:last]


def _less_pragma(row: CommentLine) -> CommentLine:
    pragma = _INNER_PRAGMA.search(row.words)
    if pragma is None:
        return _less_tail(row)
    return row._replace(end=row.at + pragma.start(), words=row.words[: pragma.start()])


def _in_source(parts: Iterable[Segment], rows: list[CommentLine]) -> Iterator[Segment]:
    """Parts of lines with a blank between them, as parts of the source."""
    starts = list(accumulate((len(row.words) + 1 for row in rows), initial=0))[:-1]

    def place(at: int, i: int) -> int:
        return min(rows[i].at + at - starts[i], rows[i].end)

    for part in parts:
        first = bisect_right(starts, part.start) - 1
        last = bisect_left(starts, part.end) - 1
        start, end = place(part.start, first), place(part.end, last)
        if start < end:
            yield part._replace(start=start, end=end)
