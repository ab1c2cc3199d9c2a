"""AsciiDoc, as Asciidoctor reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..config import Settings
from ..text import Document, Frame, HeldLine, RuledTitle, Span
from .block_builder import BlockBuilder, PartKind, Segment
from .directives import DirectiveCollector
from .html_tags import with_entities
from .languages import language_tag
from .lines import InlineScanner, SourceLine, add_inline, alone, behind, lines_of

_FENCE = re.compile(r"(?:-{4,}|\.{4,}|\+{4,}|/{4,}|={4,}|\*{4,}|_{4,}|--|`{3,}|~{4,})$|(?:`{3,})[\w+-]*$|[|,:!]={3,}$")
_TITLE = re.compile(r"(?:={1,6}|#{1,6})[ \t]+(?=\S)")
_UNDERLINE = re.compile(r"([=~^+-])\1{2,}$")
_ATTRIBUTES = re.compile(r"\[(?:[^\[\]\r\n]|\[[^\[\]\r\n]*\])*\]$")
_NO_PROSE_STYLE = re.compile(
    r"\[(?:source|listing|literal|stem|latexmath|asciimath|pass|plantuml|ditaa|graphviz|mermaid|bibliography|comment|"
    r"verse_code|vega|blockdiag|seqdiag|format=|%linenums|,)",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r":!?\w[^:\r\n]*:(?:[ \t]|$)")  # any character but a colon, as in “:man manual: x”
_ITEM = re.compile(
    r"(?:\*{1,6}|-|\.{1,6}|\d{1,4}\.|[A-Za-z]\.|[ivxIVX]{1,5}\)|<(?:\d+|\.)>)[ \t]+(?=\S)(?:\[[ xX*]\][ \t]+)?"
)
_TERM = re.compile(r"(.*?\S)(?:::{1,3}|;;)(?:[ \t]+|$)")
_LABEL = re.compile(r"(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_MACRO = re.compile(r"([A-Za-z][\w-]*)::([^\[\r\n]*)\[(.*)\]$")
_CELL = re.compile(r"(?<!\\)(?:(?<!\S)(?:\d+(?:\.\d+)?[+*]|\.\d+\+)?(?:[<^>]?(?:\.[<^>])?)?[adehlmsv]?)?\|")
_ALT = re.compile(r"\"([^\"\r\n]*)\"|([^,=\"\r\n]+)(?=,|$)")

_INLINE = re.compile(
    r"\\(?=[*_`#^~+\[{<|])|\+{3}(?=\S)|(?<![\w`+])\+{1,2}(?=\S)|(?<=[\s])\+(?=[ \t]*[\r\n])"
    r"|(?<!\w)[\"']`(?=\S)|(?<=\w)`'(?=\w)|`{1,2}(?=[^\s`])"
    r"|\*{2}(?=\S)|__(?=\S)|\#\#(?=\S)|(?<![\w*])\*(?=[^\s*])|(?<![\w_])_(?=[^\s_])|(?<![\w#&])\#(?=[^\s#])"
    r"|[\^~](?=\S)|\[\[[^\[\]\r\n]{1,200}\]\]|<<[^<>\r\n]{1,500}>>|\(\(\(|\{[\w][\w:-]*\}"
    r"|(?<![\w:])(?:(?:https?|ftp|irc)://[^\s\[\]<>]{1,2000}|(?:link|xref|mailto|image|icon|kbd|btn|menu|stem|latexmath|"
    r"asciimath|pass|footnote|footnoteref|indexterm2?|anchor|bibanchor|audio|video|include|ifdef|eval|term|cite|"
    r"citenp):(?!:)[^\s\[\]]{0,1000}|mailto:[^\s\[\]]{1,300}|[a-z][\w-]{1,30}:[\w./#-]{1,200})\[|\[[.#%\"'][^\[\]\r\n]{1,100}\](?=[#*_`])|&#?\w+;"
)
_LINE_END = re.compile(r"[ \t]*(?:\r\n|\n|\r)[ \t]*")
_PAIRS = {
    "**": r"(?<=\S)\*\*", "__": r"(?<=\S)__", "##": r"(?<=\S)\#\#",
    "*": r"(?<=[^\s])\*(?!\w)", "_": r"(?<=[^\s])_(?!\w)", "#": r"(?<=[^\s])\#(?!\w)",
    "^": r"(?<=\S)\^", "~": r"(?<=\S)~",
}  # fmt: skip
_WHOLE = {"+++": r"\+\+\+", "++": r"(?<=\S)\+\+", "+": r"(?<=\S)\+(?!\w)", "``": r"(?<=\S)``", "`": r"(?<=\S)`(?!\w)"}
SPELLING = (*((char, None) for char in "*_`#^~+|{[<\\"), ("\n", None), ("\r", None))


def read_asciidoc(name: str, text: str, settings: Settings) -> Document:
    """The document that `text` makes up."""
    reader = _AsciidocReader(text)
    reader.read()
    blocks = sorted(reader.sheet.blocks, key=lambda b: b.pieces[0].source.start)
    remarks = reader.remarks
    return Document(
        name,
        text,
        tuple(blocks),
        "asciidoc",
        reader.language,
        tuple(remarks.directives),
        notes=tuple(remarks.notes),
        frames=tuple(reader.frames),
    )


class _AsciidocReader:
    """The lines of a text on their way into a sheet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = lines_of(text)
        self.sheet = BlockBuilder(text, spelling=SPELLING)
        self.remarks = DirectiveCollector(text)
        self.inline = InlineScanner(text, _INLINE, self._take)
        self.language = ""
        self.style = ""  # the attributes above the block that comes next
        self.defining = False  # whether a term has just been given and its definition comes next
        self.quotes: list[str] = []  # the fences of open quotations
        self.frames: list[Frame] = []
        self.i = 0

    def read(self) -> None:
        """Go through the lines once."""
        self._header()
        while self.i < len(self.lines):
            line = self.lines[self.i]
            if self._special(line):
                continue
            self._paragraph(line)
            self.style = ""

    def _header(self) -> None:
        """The title, the lines of the author and the revision, and the attributes; up to the first line that is none of
        these."""
        self._preliminaries(blank=True)
        if self.i >= len(self.lines) or not self.lines[self.i].words.startswith("= "):
            return
        self._add([behind(self.lines[self.i], 2)], "heading")
        self.i += 1
        for _ in range(2):  # the author, the revision
            self._preliminaries()
            if self.i >= len(self.lines) or not _names_author(self.lines[self.i].words):
                return
            self.i += 1
        self._preliminaries()

    def _preliminaries(self, *, blank: bool = False) -> None:
        """Take comments and attributes, with `blank` empty lines too."""
        while self.i < len(self.lines):
            words = self.lines[self.i].words
            wanted = words.startswith("//") or _ATTRIBUTE.match(words) if words else blank
            if not wanted or not self._special(self.lines[self.i]):  # “/// a” is a paragraph
                return

    def _special(self, line: SourceLine) -> bool:
        """Take what is no paragraph: False if `line` begins one."""
        words = line.words
        if not words or words in ("'''", "<<<", "+"):
            self.style = "" if words else self.style
        elif _is_comment(words):
            self.remarks.note_comment(words[2:], line.at, line.end)
        elif _ATTRIBUTE.match(words):
            if words.startswith(":lang:"):
                self.language = language_tag(words[6:])
            while words.endswith(" \\") and self.i + 1 < len(self.lines):  # the value goes on
                self.i += 1
                words = self.lines[self.i].words
        elif line.indent == 0 and _FENCE.match(words):
            self._fence(line)
            return True
        elif words.startswith("[[") or (words[0] == "[" and _ATTRIBUTES.match(words)):
            self.style = words if not words.startswith("[[") else self.style
        elif words[0] == "." and len(words) > 1 and words[1] not in ". \t" and line.indent == 0:
            self._add([behind(line, 1)], "caption")
        elif title := _TITLE.match(words):
            self._add([behind(line, title.end())], "heading")
        elif macro := _MACRO.match(words):
            self._macro(line, macro)
        else:
            return False
        self.i += 1
        return True

    def _macro(self, line: SourceLine, macro: re.Match[str]) -> None:
        if macro[1] == "image" and (alt := _ALT.match(macro[3])):
            group = 1 if alt[1] is not None else 2
            at = line.at + macro.start(3)
            add_inline(self.sheet, at + alt.start(group), at + alt.end(group))
            self.sheet.close("caption")

    def _fence(self, line: SourceLine) -> None:
        """A delimited block: its content is left out, or read like anything else."""
        mark, style = line.words, self.style
        self.style = ""
        self.i += 1
        if mark[0] in "|!" and mark[1] == "=":
            self._table(mark)
        elif (mark[0] in "-.+/`~,:" and mark != "--") or (mark[0] in "-=*_" and _NO_PROSE_STYLE.match(style)):
            closing = re.match(r"`+|.+", mark)
            self._skip_to(closing.group() if closing else mark, line, comment=mark[0] == "/")
        elif mark[0] == "_":
            if self.quotes and self.quotes[-1] == mark:
                self.quotes.pop()
            elif len(self.quotes) < 100:
                self.quotes.append(mark)

    def _skip_to(self, mark: str, opening: SourceLine, *, comment: bool = False) -> None:
        start = self.i
        while self.i < len(self.lines) and not (self.lines[self.i].words == mark and not self.lines[self.i].indent):
            self.i += 1
        if comment and self.i > start:
            self.remarks.note_comment(
                self.text[opening.end : self.lines[self.i - 1].end], opening.at, self.lines[self.i - 1].end
            )
        self.i += 1

    def _paragraph(self, line: SourceLine) -> None:
        """A paragraph or item that begins in `line`, with all its lines."""
        self.i += 1
        literal = line.indent and not self.defining
        self.defining = False
        if _NO_PROSE_STYLE.match(self.style) or (
            literal and not _ITEM.match(line.words) and not _TERM.match(line.words)
        ):
            while self.i < len(self.lines) and self.lines[self.i].words:  # a literal paragraph
                self.i += 1
            return
        kind = "quote" if self.quotes or self.style.startswith(("[quote", "[verse", '["')) else "paragraph"
        label = _LABEL.match(line.words)
        item = _ITEM.match(line.words)
        term = _TERM.match(line.words) if not item else None
        if opening := item or label:
            line = behind(line, opening.end())
            kind = "item" if item else kind
        elif term and not line.words.startswith(("http", "link:")):
            self._add([SourceLine(line.start, line.at, line.at + term.end(1), term[1])], "item")
            line, kind = behind(line, term.end()), "item"
            if not line.words:
                self.defining = True
                return
        body = [line]
        while self.i < len(self.lines):
            below = self.lines[self.i]
            if len(body) == 1 and kind == "paragraph" and _is_underline(line, below):
                self.frames.append(RuledTitle(Span(line.at, line.end), (Span(below.at, below.end),), exact=True))
                self.i += 1
                kind = "heading"
                break
            if len(body) == 1 and kind == "paragraph" and _UNDERLINE.match(below.words):
                # the fence of a block, right below a line that must not become as long
                by = len(below.words) - len(line.words)
                least, most = (None, by - 2) if by > 0 else (by + 2, None)
                self.frames.append(HeldLine(Span(line.at, line.end), least, most, exact=True))
            if not below.words or below.words == "+" or self._ends(below, kind):
                break
            if _is_comment(below.words):
                self.remarks.note_comment(below.words[2:], below.at, below.end)
                self._add(body, "", close=False)
                self.sheet.add("hidden", below.at, below.end)
                body = []
            elif not body:
                self.sheet.add("markup", below.start, below.at, " ")
                body = [below]
            else:
                body.append(below)
            self.i += 1
        self._add(body, kind)

    def _ends(self, below: SourceLine, kind: str) -> bool:
        words = below.words
        if words[0] == "[" and _ATTRIBUTES.match(words):
            return True
        if kind == "item" and (_ITEM.match(words) or _TERM.match(words)):
            return True
        return not below.indent and bool(_FENCE.match(words) or _MACRO.match(words))

    def _table(self, mark: str) -> None:
        """The cells of a table, each from its bar to the next."""
        start = self.lines[self.i].start if self.i < len(self.lines) else len(self.text)
        first = self.i
        while self.i < len(self.lines) and self.lines[self.i].words != mark:
            self.i += 1
        end = self.lines[self.i - 1].end if self.i > first else start
        self.i += 1
        bars = [m.span() for m in _CELL.finditer(self.text, start, end)] if mark[0] == "|" else []
        for (_, at), (stop, _) in zip(bars, [*bars[1:], (end, end)], strict=False):
            for part in re.finditer(r"(?:[^\r\n]|(?:\r\n|\n|\r)(?!\s*[\r\n]))+", self.text[at:stop]):
                self._run(at + part.start(), at + part.end())
                self.sheet.close("cell")

    def _add(self, body: Sequence[SourceLine], kind: str, *, close: bool = True) -> None:
        if body:
            self._run(body[0].at, body[-1].end)
        if close:
            self.sheet.close(kind)

    def _run(self, start: int, end: int) -> None:
        add_inline(self.sheet, start, end, self.inline.marks(start, end))

    # ── inline markup ──

    def _take(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        run = match.group()
        if run == "\\":
            return [Segment("hidden", *match.span())], match.end() + 1
        broken = _LINE_END.match(self.text, match.end(), end) if run == "+" else None
        if broken and self.text[match.start() - 1].isspace():
            return [Segment("markup", match.start(), broken.end(), "\n")], broken.end()
        if run[0] == "&":
            return [p for p in with_entities(self.text, *match.span()) if p.kind != "text"], match.end()
        if run in ('"`', "'`"):
            close = self.inline.ahead.match(r"(?<=\S)`" + run[0], match.end())
            if close is None or close[1] > end:
                return None
            quotes = "“”" if run[0] == '"' else "‘’"
            return [Segment("markup", *match.span(), quotes[0]), Segment("markup", *close, quotes[1])], match.end()
        if run == "`'":
            return alone("markup", match, "’")
        if run in _PAIRS:
            return self.inline.pair(match, _PAIRS[run], end)
        if run in _WHOLE:
            return self.inline.whole(match, _WHOLE[run], end)
        if run == "(((":
            close = self.inline.ahead.match(r"\)\)\)", match.end())
            return ([Segment("hidden", match.start(), close[1])], close[1]) if close and close[1] <= end else None
        if run.startswith("<<"):
            _, comma, shown = run[2:-2].partition(",")
            if not comma or not shown.strip():
                return alone("placeholder", match)
            stop = match.end() - 2
            return [Segment("hidden", match.start(), stop - len(shown)), Segment("hidden", stop, stop + 2)], match.end()
        if run[0] in "[{":
            return alone("placeholder" if run[0] == "{" else "hidden", match)
        return self._inline_macro(match, end)

    def _inline_macro(self, match: re.Match[str], end: int) -> tuple[list[Segment], int] | None:
        """``name:target[text]`` or ``https://…[text]``: what of it is shown."""
        if not match.group().endswith("["):
            return None
        close = self.inline.ahead.match(r"(?<!\\)\]", match.end())
        if close is None or close[1] > end:
            return None
        name = match.group().split(":", 1)[0]
        inside = self.text[match.end() : close[0]]
        if name in ("footnote", "footnoteref", "indexterm", "anchor", "bibanchor"):
            if name == "footnote" and inside.strip():
                parts, self.sheet.parts = self.sheet.parts, []
                add_inline(self.sheet, match.end(), close[0])
                self.sheet.close("note")
                self.sheet.parts = parts
            return [Segment("hidden", match.start(), close[1])], close[1]
        shown = inside.split(",window=")[0].removesuffix("^").strip()
        if (
            name in ("http", "https", "ftp", "irc", "link", "xref", "mailto", "indexterm2", "term")
            and shown
            and "=" not in shown
        ):
            stop = match.end() + inside.index(shown[0]) + len(shown)
            return [Segment("hidden", *match.span()), Segment("hidden", stop, close[1])], match.end()
        kind: PartKind = "image" if name in ("image", "icon") else "placeholder"
        return [Segment(kind, match.start(), close[1])], close[1]


def _is_comment(words: str) -> bool:
    return words.startswith("//") and not words.startswith("///")


def _names_author(words: str) -> bool:
    """Whether a line below the title may name the author or the revision."""
    return bool(words) and not (
        words.startswith((":", "//", "[", ".")) or _MACRO.match(words) or _FENCE.match(words) or _TITLE.match(words)
    )


def _is_underline(line: SourceLine, below: SourceLine) -> bool:
    """Whether `below` underlines the title `line`, as long as it give or take one."""
    return bool(_UNDERLINE.match(below.words)) and abs(len(line.words) - len(below.words)) <= 1
