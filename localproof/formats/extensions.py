"""What site generators and dialects of Markdown add to it and the parser does not know.

Comments, shortcodes, template tags, JSX, containers, attributes, TeX: each is
found in the source, outside code, and taken out of a copy of the same length,
so that the parser sees plain CommonMark and every offset stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from ..text import Block, Span
from .block_builder import Segment
from .containers import LIST_MARKER, Opening, begins_content, begins_line, colons, indenting, slashes
from .directives import DirectiveCollector
from .html_tags import INLINE, KNOWN, NOT_PROSE, NOT_PROSE_INLINE, LookAhead, tag_at

if TYPE_CHECKING:
    from .latex import Inset

_OPEN = re.compile(
    r"<!--|</?[A-Za-z>]|\{[{%#:.=A-Za-z +~>-]|\\(?:[(\[]|[A-Za-z]{2})|%%|\[-?@|\[TOC\]|\[\[_TOC_\]\]|:::|!!!|\?\?\?"
    r"|===!? |--8<--|\*\[|///|\+\+[\"A-Za-z]|:[a-z][\w+-]{0,60}:"
)
_OPEN_MDX = re.compile(r"<!--|</?[A-Za-z>]|\{|\\[(\[]|\[-?@|:::|:[a-z][\w+-]{0,60}:|(?:import|export) ")
_OPEN_TEMPLATE = re.compile(r"\{[{%#]")
_LINE_START, _LINE_END = r"(?<![^\r\n])", r"(?=[\r\n]|\Z)"  # ^ and $ know only \n
_BLANK = r"(?>\r\n|\n|\r)[ \t>]*+[\r\n]"  # atomic: the two halves of a CRLF are no blank line

# Liquid, Nunjucks, Hexo and Hugo: what stands between such a tag and its end is not prose.
_NO_PROSE = frozenset(
    "raw verbatim highlight code codeblock code-block codefile prism math mermaid katex latex tex comment plantuml "
    "graphviz diagram chart rawhtml html svg css style stylesheet javascript script js schema terminal cmd "
    "csv-table goat gist".split()
)
_CONTROL = frozenset(
    "if elsif elif else unless case when for tablerow assign set capture cycle break continue include_cached block "
    "extends import from macro call filter with autoescape increment decrement layout more".split()
)
_NO_PROSE_JSX = frozenset("CodeBlock Code Highlight Mermaid Math Latex TeX Script Style Snippet Sandpack".split())

_ATTRIBUTES = re.compile(r"\{:?[ \t]*[.#][A-Za-z][^{}\n]*\}|\{:[^{}\n]*\}|\{[A-Za-z][\w:+.-]*\}(?=`)|\{=\w+\}")
_KEY_VALUE = re.compile(r"\{[ \t]*[A-Za-z][\w-]*=[^{}\n]*\}")
_NAMES = re.compile(r"\{[ \t]+[A-Za-z][\w-]*(?:[ \t]+[A-Za-z][\w-]*)*[ \t]*\}")
_KEYS = re.compile(r"\+\+(?:\"[^\"\r\n]{1,80}\"|[\w-]{1,30})(?:\+(?:\"[^\"\r\n]{1,80}\"|[\w-]{1,30})){0,9}\+\+(?!\w)")
_CITATION = re.compile(r"\[-?@[^\[\]\n]{1,300}\]")
_BEFORE_CITED = re.compile(r"\b(?:see|in|by|from|and|of|with|to|than|at|on|as|via|per|cf\.)\s+$", re.IGNORECASE)
_TEX = re.compile(r"[\\^_=<>+*/|]|^\s*[A-Za-z]\s*$|^[\s\d.,()-]*$")
_SENTENCE = re.compile(r"[^%\n]+%%")
_TAG_NAME = re.compile(r"\{(?:\{[<%]|%)-?\s*(/?)\s*([\w./-]*)")
_ENDS = re.compile(r"\{(?:\{[<%]-?\s*/\s*|%-?\s*end)([\w./-]+)")
_JSX_ENDS = re.compile(r"</([A-Za-z][\w.:-]*)")
_ARGUMENT = re.compile(r"\\[A-Za-z]{2,40}\*?[{\[]")
_BRACE = re.compile(r"\\[{}]|[{}]")
_IN_BRACES = re.compile(r"[{}]|(?<![\w\\])(?:\"(?:[^\"\\\r\n]|\\.)*+\"|'(?:[^'\\\r\n]|\\.)*+')")
_MODULE = re.compile(
    r"(?:import\s+(?:[\w$*{][^\r\n]*?\sfrom\s+)?[\"'][^\"'\r\n]+[\"'][ \t;]*(?:(?://|with\b|import\b)[^\r\n]*)?(?=[\r\n]|\Z)|import\s+(?:[*{]|[\w$]+\s*,\s*[*{])"
    r"|export\s+(?:const|let|var|default|function|async|class|\*|\{))"
)


class Extensions:
    """What was found in one source.

    `masks`: runs that are not prose, in order and apart. `masked`: the source
    with those runs made harmless, same length. `titles`: runs of prose that are
    blocks of their own, each with the sign that it may not hold; what they say is
    in `masked_titles`, a like copy of the source.
    `latex`: runs to be read as LaTeX. `remarks`: what comments ask for. In
    `html` only the tags of templates are looked for.
    """

    def __init__(
        self, source: str, start: int, code: Sequence[tuple[int, int]], *, mdx: bool = False, html: bool = False
    ) -> None:
        self.source = source
        self._opener = _OPEN_TEMPLATE if html else _OPEN_MDX if mdx else _OPEN
        self.mdx = mdx
        self._code = code
        self.masks: list[Segment] = []
        self.titles: list[tuple[Span, str]] = []
        self.latex: list[Span] = []
        self.remarks = DirectiveCollector(source)
        self._openings: list[tuple[int, Opening]] = []
        self._ahead_masks: list[Segment] = []  # a heap of masks that lie ahead of the scan
        self._done = start
        self._inset: Inset | None = None
        self._ahead = LookAhead(source)
        self._ends = {m[1] for m in _ENDS.finditer(source, start)} if "{" in source else set()
        self._jsx_ends = {m[1] for m in _JSX_ENDS.finditer(source, start)} if "</" in source else set()
        self._braces: dict[int, int] | None = None
        self._scan(start)
        self.masked_titles = self._masked()
        self.masked = self._without_openings(self.masked_titles)

    def _scan(self, start: int) -> None:
        i, code = 0, self._code
        for opener in self._opener.finditer(self.source, start):
            at = opener.start()
            while i < len(code) and code[i][1] <= at:
                i += 1
            self._reach(at)
            if at < self._done or (i < len(code) and code[i][0] <= at) or self._escaped(at):
                continue
            found = self._handler(opener.group())(at)
            if found is not None and not (self._ahead_masks and found.end > self._ahead_masks[0].start):
                self.masks.append(found)
                self._done = found.end
        self._reach(len(self.source))

    def _reach(self, at: int) -> None:
        """Take the masks that were known to come, up to `at`."""
        while self._ahead_masks and self._ahead_masks[0].start <= at:
            mask = heappop(self._ahead_masks)
            if mask.start >= self._done:
                self.masks.append(mask)
                self._done = mask.end

    def _escaped(self, at: int) -> bool:
        return at > 0 and self.source[at - 1] == "\\" and not (at > 1 and self.source[at - 2] == "\\")

    def _handler(self, opener: str) -> Callable[[int], Segment | None]:
        if opener == "<!--":
            return self._comment
        if opener[0] == "<":
            return self._tag
        if opener[0] == "{":
            if self.mdx:
                return self._expression
            other = self._critic if opener[1] in "+~>-=" else self._attribute
            return self._shortcode if opener == "{{" else self._template if opener in ("{%", "{#") else other
        if opener[0] == "\\":
            return self._tex if opener[1] in "([" else self._latex
        if opener[0] in ":!?=/":
            return self._container if opener[-1] != ":" or opener == ":::" else self._emoji
        if opener[:2] == "++":
            return self._keys
        for first, handler in (("%%", self._obsidian), ("[", self._bracket)):
            if opener.startswith(first):
                return handler
        return self._module if opener[0] in "ie" else self._line

    # ── where lines and paragraphs end ──

    def _limit(self, at: int) -> int:
        """Where the paragraph at `at` ends: the next blank line."""
        blank = self._ahead.match(_BLANK, at)
        return blank[0] if blank else len(self.source)

    def _line_end(self, at: int) -> int:
        found = self._ahead.match(r"[\r\n]", at)
        return found[0] if found else len(self.source)

    # ── one handler for each kind of opener: the mask that begins at `at`, or None ──

    def _comment(self, at: int) -> Segment | None:
        close = self._ahead.find("-->", at + 2)
        if close > len(self.source):
            return None
        self.remarks.note_comment(self.source[at + 4 : close], at, close + 3)
        return Segment("hidden", at, close + 3)

    def _tag(self, at: int) -> Segment | None:
        limit = len(self.source) if self.mdx else self._limit(at)
        first = self.source[at + 1 : at + 3].lstrip("/")[:1]
        jsx = self.mdx or first.isupper() or first == ">"
        tag = tag_at(self.source, at, limit, self._ahead, self._brace_pairs() if jsx else None)
        if tag is None:
            return None
        name = tag.name.lower()
        is_html = name in KNOWN and (tag.name.islower() or (tag.name.isupper() and not self.mdx))
        if is_html and name in NOT_PROSE:
            return None if tag.closing else self._element(at, tag.end, name, limit, alone=tag.self_closing)
        if is_html or (tag.name.islower() and "." not in tag.name):
            plain = not self.mdx or (name in INLINE and "{" not in self.source[tag.start : tag.end])
            return None if plain else Segment("hidden", at, tag.end)
        if tag.closing or not tag.name:
            return Segment("hidden", at, tag.end) if tag.name or self.mdx else None
        if tag.name in _NO_PROSE_JSX and not tag.self_closing:
            close = self._ahead.match(rf"</{tag.name}\s{{0,9}}>", tag.end)
            return Segment("hidden", at, close[1] if close else tag.end)
        wraps = tag.name in self._jsx_ends and not tag.self_closing
        return Segment("hidden" if wraps else "placeholder", at, tag.end)

    def _element(self, at: int, end: int, name: str, limit: int, *, alone: bool) -> Segment | None:
        """An element without prose, to its closing tag."""
        if alone:
            return Segment("hidden", at, end)
        close = self._ahead.match(rf"</{name}\s{{0,9}}>", end)
        inline = name in NOT_PROSE_INLINE
        if close is None or (inline and close[0] > limit):
            return None
        return Segment("placeholder" if inline else "hidden", at, close[1])

    def _brace_pairs(self) -> dict[int, int]:
        """The closing brace of each opening one that has any; those in code, and in strings within braces, are none."""
        if self._braces is None:
            self._braces = {}
            opened: list[int] = []
            at = i = 0
            while match := (_IN_BRACES if opened else _BRACE).search(self.source, at):
                at = match.end()
                while i < len(self._code) and self._code[i][1] <= match.start():
                    i += 1
                if i < len(self._code) and self._code[i][0] <= match.start():
                    at = self._code[i][1]
                elif match.group() == "{":
                    opened.append(match.start())
                elif match.group() == "}" and opened:
                    self._braces[opened.pop()] = match.start()
        return self._braces

    def _expression(self, at: int) -> Segment | None:
        close = self._brace_pairs().get(at)
        if close is None:
            return None
        inner = self.source[at + 1 : close].strip()
        if inner.startswith("/*") and inner.endswith("*/") and len(inner) > 3:
            self.remarks.note_comment(inner[2:-2], at, close + 1)
            return Segment("hidden", at, close + 1)
        if inner in ('" "', "' '", "` `"):
            return Segment("markup", at, close + 1, " ")
        return Segment("placeholder", at, close + 1)

    def _shortcode(self, at: int) -> Segment | None:
        mark = self.source[at + 2 : at + 3]
        closer = {"<": ">}}", "%": "%}}"}.get(mark, "}}")
        close = self._ahead.find(closer, at + 2)
        if close > self._limit(at):
            return None
        end = close + len(closer)
        if closer == "}}":
            end += self.source.startswith("}", end)  # {{{ unescaped }}}
            inner = self.source[at + 2 : close].strip()
            if inner.startswith("/*"):
                self.remarks.note_comment(inner[2:].removesuffix("*/"), at, end)
                return Segment("hidden", at, end)
            return Segment("placeholder", at, end)
        slash, name = self._tag_name(at)
        if slash or self.source[close - 1] == "/":
            return Segment("hidden" if slash else "placeholder", at, end)
        if name in _NO_PROSE or name.startswith(("code-", "highlight-")):
            body = self._ahead.match(rf"\{{\{{[<%]-?\s{{0,9}}/\s{{0,9}}{name}\s{{0,9}}-?[%>]\}}\}}", end)
            return self._body(at, body[1] if body else end)
        return Segment("hidden" if name in self._ends else "placeholder", at, end)

    def _body(self, at: int, end: int) -> Segment:
        """A shortcode with its body: within one line it is a word of the sentence."""
        return Segment("hidden" if re.search(r"[\r\n]", self.source[at:end]) else "placeholder", at, end)

    def _tag_name(self, at: int) -> tuple[str, str]:
        match = _TAG_NAME.match(self.source, at)
        return (match[1], match[2]) if match else ("", "")

    def _template(self, at: int) -> Segment | None:
        if self.source[at + 1] == "#":
            if self.source[at + 2 : at + 3] not in (" ", "-", "\n", "\r"):
                return self._attribute(at)
            close = self._ahead.find("#}", at + 2)
            if close > len(self.source):
                return None
            self.remarks.note_comment(self.source[at + 2 : close].strip("-"), at, close + 2)
            return Segment("hidden", at, close + 2)
        close = self._ahead.find("%}", at + 2)
        if close > self._limit(at):
            return None
        end, (_, name) = close + 2, self._tag_name(at)
        if name in _NO_PROSE:
            body = self._ahead.match(rf"\{{%-?\s{{0,9}}end{name}\s{{0,9}}-?%\}}", end)
            if name == "comment":
                self.remarks.note_comment(self.source[end : body[0]] if body else "", at, body[1] if body else end)
                return Segment("hidden", at, body[1] if body else end)
            return self._body(at, body[1] if body else end)
        hidden = name in _CONTROL or name.startswith("end") or name in self._ends
        return Segment("hidden" if hidden else "placeholder", at, end)

    def _attribute(self, at: int) -> Segment | None:
        match = _ATTRIBUTES.match(self.source, at)
        before = self.source[at - 1 : at]
        if match is None and (before in (")", "]", "`", ":") or begins_line(self.source, at)):
            match = _KEY_VALUE.match(self.source, at)
        if match is None and before in (")", "]"):
            match = _NAMES.match(self.source, at)
        if match is None:
            return None
        if match.group() == "{::comment}":
            close = self._ahead.find("{:/comment}", match.end())
            if close <= len(self.source):
                self.remarks.note_comment(self.source[match.end() : close], at, close + 11)
                return Segment("hidden", at, close + 11)
        return Segment("hidden", at, match.end())

    def _critic(self, at: int) -> Segment | None:
        """A change marked in the text: what is put in or marked is read, what is taken out or said of it not."""
        sign = self.source[at + 1 : at + 3]
        closer = {"--": "--}", "++": "++}", "~~": "~~}", "==": "==}", ">>": "<<}"}.get(sign)
        close = self._ahead.find(closer, at + 3) if closer else 0
        if closer is None or close > self._limit(at):
            return self._attribute(at)
        if sign in ("--", ">>"):
            return Segment("hidden", at, close + 3)
        begin = at + 3
        if sign == "~~":
            begin = self._ahead.find("~>", begin) + 2
            if begin > close:
                return None
        heappush(self._ahead_masks, Segment("hidden", close, close + 3))
        return Segment("hidden", at, begin)

    def _keys(self, at: int) -> Segment | None:
        """``++ctrl+c++`` of pymdownx."""
        match = None if self.source[at - 1 : at].isalnum() else _KEYS.match(self.source, at)
        return Segment("placeholder", at, match.end()) if match else None

    def _emoji(self, at: int) -> Segment | None:
        """``:smile:`` at the start of a line: the parser takes it for a definition. Elsewhere it is for `masks`."""
        if not begins_content(self.source, at):
            return None
        end = self.source.index(":", at + 1) + 1
        after = self.source[end : end + 1]
        return None if after in (":", "`") or after.isalnum() else Segment("placeholder", at, end)

    def _tex(self, at: int) -> Segment | None:
        closer = "\\)" if self.source[at + 1] == "(" else "\\]"
        close = self._ahead.find(closer, at + 2)
        if close > self._limit(at) or not _TEX.search(self.source, at + 2, close):
            return None
        return Segment("placeholder", at, close + 2)

    def _obsidian(self, at: int) -> Segment | None:
        end: int | None = None
        if begins_line(self.source, at) and self._line_end(at) == at + 2:
            close = self._ahead.match(rf"{_LINE_START}%%[ \t]*{_LINE_END}", at + 2)
            end = close[1] if close else None
        elif match := _SENTENCE.match(self.source, at + 2):
            end = match.end()
        if end is None:
            return None
        self.remarks.note_comment(self.source[at + 2 : end - 2], at, end)
        return Segment("hidden", at, end)

    def _bracket(self, at: int) -> Segment | None:
        if self.source.startswith(("[TOC]", "[[_TOC_]]"), at):
            return self._line(at)
        match = _CITATION.match(self.source, at)
        if match is None:
            return None
        # “as shown [@doe].” stands beside the sentence, “see [@doe].” in it
        inside = _BEFORE_CITED.search(self.source, max(0, at - 10), at)
        return Segment("placeholder" if inside else "hidden", at, match.end())

    def _latex(self, at: int) -> Segment | None:
        """A command or an environment of LaTeX, which pandoc and its kin let through."""
        before = self.source[at - 1 : at]
        if before in (":", "/", "\\") or (before.isalnum() and not _ARGUMENT.match(self.source, at)):
            return None  # a path of Windows
        if self._inset is None:
            from .latex import Inset  # few posts hold any

            self._inset = Inset(self.source)
        if environment := self._inset.environment(at):
            self.latex.append(environment)
            return Segment("hidden", environment.start, environment.end)
        found = self._inset.command(at, self._limit(at))
        if found is None:
            return None
        parts, apart = found
        if apart:
            self.latex.append(apart)
        for part in parts[1:]:
            heappush(self._ahead_masks, part)
        return parts[0]

    def latex_blocks(self) -> list[Block]:
        """The blocks of what is to be read as LaTeX."""
        return [block for run in self.latex if self._inset for block in self._inset.read(run)]

    def _container(self, at: int) -> Segment | None:
        """The line that opens or closes a container, less its title."""
        sign = self.source[at]
        if not (begins_content if sign in "!?=" else begins_line)(self.source, at):
            return None
        opening = (
            colons(self.source, at, self._ahead)
            if sign == ":"
            else slashes(self.source, at, self._ahead)
            if sign == "/"
            else indenting(self.source, at)
        )
        if opening is None:
            return None
        self._openings.append((at, opening))
        if opening.title is None:
            return Segment("hidden", at, opening.end)
        if opening.title.end < opening.end:
            heappush(self._ahead_masks, Segment("hidden", opening.title.end, opening.end))
        return Segment("hidden", at, opening.title.start)

    def _module(self, at: int) -> Segment | None:
        """import and export of MDX: to the next blank line that is in no braces."""
        if (at and self.source[at - 1] not in "\r\n") or not _MODULE.match(self.source, at):
            return None
        end = self._limit(at)
        for brace in re.compile(r"\{").finditer(self.source, at):
            if brace.start() >= end:
                break
            end = max(end, self._limit(self._brace_pairs().get(brace.start(), 0)))
        return Segment("hidden", at, end)

    def _line(self, at: int) -> Segment | None:
        """A line that is no prose: a table of contents, a snippet, an abbreviation."""
        end = self._line_end(at)
        if not begins_line(self.source, at) or (
            self.source[at] == "*" and not re.match(r"\*\[[^\]\n]+\]:", self.source[at:end])
        ):
            return None
        return Segment("hidden", at, end)

    # ── the copy for the parser ──

    def _masked(self) -> str:
        """The source with white space for masks that fill their lines and letters for the others."""
        out: list[str] = []
        at = 0
        for group in self._groups():
            alone = begins_line(self.source, group[0].start) and self._ends_line(group[-1].end)
            for mask in group:
                out.append(self.source[at : mask.start])
                run = self.source[mask.start : mask.end]
                if alone:
                    out.append(re.sub(r"[^\r\n]", " ", run))
                else:
                    out.append("x" * len(run))
                at = mask.end
        out.append(self.source[at:])
        return "".join(out)

    def _without_openings(self, masked: str) -> str:
        """The masked source without the lines that open containers; their titles are put aside."""
        out: list[str] = []
        at = 0
        for start, opening in self._openings:
            if opening.title:
                self.titles.append((opening.title, opening.quote))
            run = re.sub(r"[^\r\n]", " ", masked[start : opening.end])
            if opening.indents:
                run = LIST_MARKER + "x" * (len(run) - len(LIST_MARKER))
            out += (masked[at:start], run)
            at = opening.end
        out.append(masked[at:])
        return "".join(out)

    def _groups(self) -> list[list[Segment]]:
        """Masks with only white space between them, together."""
        groups: list[list[Segment]] = []
        for mask in self.masks:
            if groups and not self.source[groups[-1][-1].end : mask.start].strip(" \t"):
                groups[-1].append(mask)
            else:
                groups.append([mask])
        return groups

    def _ends_line(self, at: int) -> bool:
        while at < len(self.source) and self.source[at] in " \t":
            at += 1
        return at == len(self.source) or self.source[at] in "\r\n"


def needs_scan(source: str, start: int, *, mdx: bool) -> bool:
    """True if anything in the source could be an extension: most posts are spared the second parse."""
    return (_OPEN_MDX if mdx else _OPEN).search(source, start) is not None
