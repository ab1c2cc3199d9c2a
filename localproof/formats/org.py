"""Org, the markup of Emacs' Org mode."""

from __future__ import annotations

import re
from bisect import bisect_left

from ..config import Settings
from ..text import Document
from .block_builder import BlockBuilder, PartKind, Segment
from .directives import DirectiveCollector
from .languages import language_tag
from .lines import InlineScanner, SourceLine, add_inline, alone, lines_of

_HEADLINE = re.compile(
    r"\*+[ \t]+(?:(?:TODO|DONE|NEXT|WAIT(?:ING)?|HOLD|STARTED|CANCEL{1,2}ED|SOMEDAY|PROJ|IDEA|KILL|STRT|LOOP)[ \t]+)?"
    r"(?:\[#\w\][ \t]+)?(?:COMMENT(?=[ \t]|$))?"
)
_TAGS = re.compile(r"[ \t]+:[\w@#%:]+:$")
_KEYWORD = re.compile(r"#\+([A-Za-z_]+)(?:\[[^\]\r\n]*\])?:[ \t]*")
_BLOCK = re.compile(r"#\+begin_(\S+)", re.IGNORECASE)
_DRAWER = re.compile(r":[\w-]+:$")
_ITEM = re.compile(r"(?:[-+]|\*(?!\*)|\d{1,4}[.)]|[A-Za-z][.)])[ \t]+(?:\[@\d+\][ \t]*)?(?:\[[ xX-]\][ \t]+)?")
_TERM = re.compile(r"(.*?\S)[ \t]+::(?:[ \t]+|$)")
_PLANNING = re.compile(r"(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):")
_FOOTNOTE = re.compile(r"\[fn:[\w-]+\][ \t]*")
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]{1,40}\*?)\}")
_NO_PROSE_BLOCKS = frozenset("src example export comment latex html ascii ditaa dot plantuml".split())
_PROSE_KEYWORDS = {"title": "title", "subtitle": "title", "description": "title", "caption": "caption"}

_BEFORE, _AFTER = r"(?<![^\s({'\"\-\u2013\u2014\u201c\u2018])", r"(?![^\s.,;:!?'\")}\]\[\-\\\u2013\u2014\u2019\u201d])"
_INLINE = re.compile(
    rf"{_BEFORE}[*/_+](?=\S)|{_BEFORE}[=~](?=\S)|\[\[(?=[^\[\]\s])|\[fn:[\w-]*:|\[fn:[\w-]+\]|\[cite(?:/[\w/-]+)?:"
    r"|<<<?[^<>\r\n]{1,200}>>>?|[<\[]\d{4}-\d\d-\d\d[^>\]\r\n]{0,60}[>\]](?:--?[<\[]\d{4}[^>\]\r\n]{0,60}[>\]])?"
    r"|<(?:https?|mailto|file|ftp):[^<>\r\n]{1,1000}>|\$\$?(?=\S)|\\[(\[]|@@\w+:|\{\{\{[a-z][\w-]*"
    r"|\b(?:src_|call_)[\w-]+(?:\[[^\]\r\n]{0,200}\])?[{(]|\\[A-Za-z]+(?:\{\})?|\\\\[ \t]*(?:\r\n|[\r\n]|\Z)"
    r"|\[\d*[/%]\d*\]|(?<!\S)#\+\w+:?|(?<=\w)[\^_]\{[^{}\r\n]{1,100}\}",
    re.IGNORECASE,
)
_PAIRS = {mark: rf"(?<=\S){re.escape(mark)}{_AFTER}" for mark in "*/_+=~"}
_ENDS = {"$": r"(?<=\S)\$(?!\w)", "$$": r"\$\$", "\\(": r"\\\)", "\\[": r"\\\]", "@@": "@@", "{{{": r"\}\}\}"}
SPELLING = (*((char, None) for char in "*=~[\\\n\r"), ("_", None))


def read_org(name: str, text: str, settings: Settings) -> Document:
    """The document that `text` makes up."""
    reader = _OrgReader(text, frozenset(settings.front_matter))
    reader.read()
    blocks = sorted(reader.sheet.blocks, key=lambda b: b.pieces[0].source.start)
    remarks = reader.remarks
    return Document(
        name, text, tuple(blocks), "org", reader.language, tuple(remarks.directives), {}, tuple(remarks.notes)
    )


class _OrgReader:
    """The lines of a text on their way into a sheet."""

    def __init__(self, text: str, wanted: frozenset[str]) -> None:
        self.text = text
        self.wanted = wanted
        self.lines = lines_of(text)
        self.sheet = BlockBuilder(text, spelling=SPELLING)
        self.remarks = DirectiveCollector(text)
        self.inline = InlineScanner(text, _INLINE, self._take)
        self.language = ""
        self.quoted = False
        self.ends: list[int] | None = None  # where drawers end and headlines stand, once a drawer has been seen
        self.heads: list[int] = []
        self.i = 0

    def read(self) -> None:
        """Go through the lines once."""
        while self.i < len(self.lines):
            line = self.lines[self.i]
            if not self._special(line):
                self._paragraph(line)

    def _special(self, line: SourceLine) -> bool:
        """Take what is no paragraph: False if `line` begins one."""
        words = line.words
        self.i += 1
        if not words or not words.strip("-") or _PLANNING.match(words) or words == ":" or words.startswith(": "):
            return True
        if words[0] == "*" and not line.indent and (head := _HEADLINE.match(words)):
            self._headline(line, head)
        elif words[0] == "#":
            return self._hash(line)
        elif _DRAWER.match(words):
            self._drawer()
        elif words[0] == "|":
            self._row(line)
        elif environment := _ENVIRONMENT.match(words):
            self._skip_to(f"\\end{{{environment[1]}}}", line)
        else:
            self.i -= 1
            return False
        return True

    def _headline(self, line: SourceLine, head: re.Match[str]) -> None:
        tags = _TAGS.search(line.words)
        if head.group().endswith("COMMENT"):  # with all that is below it
            depth = _depth(line)
            while self.i < len(self.lines) and not 0 < _depth(self.lines[self.i]) <= depth:
                self.i += 1
        elif head.end() < len(line.words):
            self._add(line.at + head.end(), line.at + (tags.start() if tags else len(line.words)), "heading")

    def _hash(self, line: SourceLine) -> bool:
        words = line.words
        if words == "#" or words.startswith("# "):
            self.remarks.note_comment(words[1:], line.at, line.end)
        elif block := _BLOCK.match(words):
            name = block[1].lower()
            if name in _NO_PROSE_BLOCKS:
                self._skip_to(f"#+end_{name}", line, comment=name == "comment")
            else:
                self.quoted = name in ("quote", "verse")
        elif keyword := _KEYWORD.match(words):
            name = keyword[1].lower()
            kind = _PROSE_KEYWORDS.get(name)
            if kind == "caption" or (kind and name in self.wanted | {"subtitle"}):
                self._add(line.at + keyword.end(), line.end, kind or "caption")
            elif name == "language":
                self.language = language_tag(words[keyword.end() :])
        elif words.lower().startswith("#+end_"):
            self.quoted = False
        elif not words.startswith("#+"):
            self.i -= 1
            return False
        return True

    def _drawer(self) -> None:
        """A drawer, unless it is never closed before the next headline."""
        if self.ends is None:
            self.ends = [i for i, line in enumerate(self.lines) if line.words.upper() == ":END:"]
            self.heads = [i for i, line in enumerate(self.lines) if _depth(line)]
        end = bisect_left(self.ends, self.i)
        head = bisect_left(self.heads, self.i)
        if end < len(self.ends) and (head == len(self.heads) or self.ends[end] < self.heads[head]):
            self.i = self.ends[end] + 1

    def _skip_to(self, mark: str, opening: SourceLine, *, comment: bool = False) -> None:
        start = self.i
        while self.i < len(self.lines) and not self.lines[self.i].words.lower().startswith(mark.lower()):
            self.i += 1
        if comment and self.i > start:
            last = self.lines[self.i - 1].end
            self.remarks.note_comment(self.text[self.lines[start].start : last], opening.at, last)
        self.i += 1

    def _row(self, line: SourceLine) -> None:
        if line.words.startswith("|-"):
            return
        for cell in re.finditer(r"[^|]+", line.words):
            self._add(line.at + cell.start(), line.at + cell.end(), "cell")

    def _paragraph(self, line: SourceLine) -> None:
        kind = "quote" if self.quoted else "paragraph"
        at = line.at
        if note := _FOOTNOTE.match(line.words):
            at, kind = at + note.end(), "note"
        elif (item := _ITEM.match(line.words)) and (line.words[0] != "*" or line.indent):
            at, kind = at + item.end(), "item"
            if term := _TERM.match(line.words, item.end()):
                self._add(at, line.at + term.end(1), kind)
                at = line.at + term.end()
        self.i += 1
        end = line.end
        while self.i < len(self.lines) and self._goes_on(self.lines[self.i]):
            end = self.lines[self.i].end
            self.i += 1
        self._add(min(at, end), end, kind)

    def _goes_on(self, below: SourceLine) -> bool:
        words = below.words
        if not words or words.startswith(("#+", "# ", "|", ": ")) or words == "#":
            return False
        if _ITEM.match(words) and (words[0] != "*" or below.indent):
            return False
        return not (
            (words[0] == "*" and not below.indent and _HEADLINE.match(words))
            or _DRAWER.match(words)
            or _ENVIRONMENT.match(words)
            or _FOOTNOTE.match(words)
            or _PLANNING.match(words)
        )

    def _add(self, start: int, end: int, kind: str) -> None:
        add_inline(self.sheet, start, end, self.inline.marks(start, end))
        self.sheet.close(kind)

    # ── inline markup ──

    def _take(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        run = match.group()
        if run in ("=", "~"):
            return self.inline.whole(match, _PAIRS[run], end)
        if run == "+":  # what is struck out is not part of the sentence
            whole = self.inline.whole(match, _PAIRS[run], end)
            return ([p._replace(kind="hidden") for p in whole[0]], whole[1]) if whole else None
        if run in _PAIRS:
            return self.inline.pair(match, _PAIRS[run], end)
        if run == "[[":
            return self._link(match, end)
        if run.lower().startswith("[fn:"):
            return alone("hidden", match) if run.endswith("]") else self._note(match, end)
        if run.lower().startswith("[cite"):
            return self._whole(match, r"\]", end, "hidden")
        if run.startswith(("@@", "{{{")):
            return self._whole(
                match, _ENDS[run[:2] if run[0] == "@" else "{{{"], end, "hidden" if run[0] == "@" else "placeholder"
            )
        if run in _ENDS:
            return self.inline.whole(match, _ENDS[run], end)
        if run[-1] in "{(" and run[0] != "\\":
            return self.inline.whole(match, r"[})]", end)
        if run.startswith("\\\\"):
            return alone("markup", match, "\n")
        if run[0] in "<\\#" and not run.startswith("<<"):
            return alone("placeholder", match)
        if run[0] == "[" and run[1:2].isdigit() and len(run) > 9:
            return alone("placeholder", match)
        return alone("placeholder" if run[0] in "^_" else "hidden", match)

    def _whole(self, match: re.Match[str], closer: str, end: int, kind: PartKind) -> tuple[list[Segment], int] | None:
        found = self.inline.whole(match, closer, end)
        return ([p._replace(kind=kind) for p in found[0]], found[1]) if found else None

    def _link(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        """``[[target][text]]``, of which the text is prose, or ``[[target]]``."""
        close = self.inline.ahead.match(r"\]\]", match.end())
        if close is None or close[1] > end:
            return None
        between = self.inline.ahead.match(r"\]\[", match.end())
        if between is None or between[1] > close[0]:
            target = self.text[match.end() : match.end() + 300].split("]")[0]
            image = re.search(r"\.(?:png|jpe?g|gif|svg|webp)$", target, re.IGNORECASE)
            return [Segment("image" if image else "placeholder", match.start(), close[1])], close[1]
        return [Segment("hidden", match.start(), between[1]), Segment("hidden", *close)], between[1]

    def _note(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        """A footnote in the sentence: a block of its own."""
        close = self.inline.ahead.match(r"\]", match.end())
        if close is None or close[1] > end:
            return None
        parts, self.sheet.parts = self.sheet.parts, []
        add_inline(self.sheet, match.end(), close[0])
        self.sheet.close("note")
        self.sheet.parts = parts
        return [Segment("hidden", match.start(), close[1])], close[1]


def _depth(line: SourceLine) -> int:
    """How many stars a headline begins with; 0 of what is none."""
    stars = re.match(r"\*+(?=[ \t])", line.words)
    return stars.end() if stars and not line.indent else 0
