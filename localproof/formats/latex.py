"""LaTeX, read by our own scanner.

pylatexenc gives exact places too, but it recurses into every brace, which
hostile text makes as deep as it likes. This one goes through the source once
and keeps what is open on a list.
"""

from __future__ import annotations

import re
from collections import Counter

from ..config import Settings
from ..text import Block, Document, Span
from . import latex_commands as known
from .block_builder import BlockBuilder, PartKind, Segment
from .directives import DirectiveCollector
from .html_tags import LookAhead
from .lines import add_inline

_NEWLINE = r"(?>\r\n|\n|\r)"  # atomic: the two halves of a CRLF are no empty line
_TOKEN = re.compile(
    rf"\\(?:[A-Za-z@]+\*?|\r\n|.|\Z)|%[^\r\n]*{_NEWLINE}?[ \t]*|\$\$?|[{{}}~&]|---?|``|''|`|{_NEWLINE}[ \t]*[\r\n]\s*",
    re.DOTALL,
)
_BRACES = re.compile(r"\\.|%[^\r\n]*|[{}]", re.DOTALL)
_SPACE = re.compile(rf"[ \t]*(?:{_NEWLINE}[ \t]*)?")
_ENVIRONMENT = re.compile(r"\s{0,9}\{([A-Za-z@-]{1,40})(\*?)\}")
_BEGIN_OR_END = re.compile(r"(?<!\\)\\(begin|end)\s{0,9}\{([A-Za-z@-]{1,40}\*?)\}")
_PUNCTUATION = re.compile(r"([.,;:!?])(?:\s|~|\\[,;! ])*\Z")
_LABEL = re.compile(r"\\(?:label|tag)\{[^{}]*\}|\\(?:nonumber|notag|qedhere)\b")
_ACCENTED = re.compile(r"[ \t]?\{?(\\[ij](?![A-Za-z])|[A-Za-z])\}?")
_VERB = re.compile(r"\*?([^\sA-Za-z*{])[^\r\n]*?\1")
_BABEL = re.compile(
    r"\\(?:usepackage|documentclass)\s{0,9}\[([^\]]{0,1000})\]\s{0,9}\{(\w{1,40})\}|\\setdefaultlanguage\s{0,9}(?:\[[^\]]{0,200}\])?\{(\w+)\}"
)
_TITLE = re.compile(r"(?<!\\)\\(?:sub)?title(?=\s{0,9}[\[{])")
_ASSIGNED = re.compile(  # a length, or \\name=value
    r"[ \t]{0,9}=?[ \t]{0,9}-?(?:\d+(?:\.\d*)?|\.\d+)[ \t]?(?:true)?(?:in|pt|cm|mm|em|ex|sp|bp|pc)\b|[ \t]{0,9}=\S*"
)
_CITE = re.compile(r"\w*cite\w*\*?", re.IGNORECASE)
_BEFORE_CITED = re.compile(r"\b(?:see|in|by|from|and|of|with|to|than|at|on|as|via|per|cf\.)[\s~]+$", re.IGNORECASE)
_WORDY = re.compile(r"[A-Za-z]{2,}[,;]?\s+[a-z]{2,}")
_LONGEST_OPTION = 2000  # of an argument in brackets, in code points
_DEEPEST = 200  # environments that are open at once; of those within them only the text counts
# Commands without an argument that are plain enough to be meant where LaTeX is not expected.
_BARE = frozenset(("LaTeX", "TeX", "BibTeX", *(name for name in known.SYMBOLS if len(name) > 3)))
SPELLING = (
    *((char, "\\" + char) for char in "%&#$_{}"),
    *(("“", "``"), ("”", "''"), ("‘", "`"), ("—", "---"), ("–", "--"), ("…", "\\dots{}"), ("\u00a0", "~")),
    *((char, None) for char in '~^\\"`\n\r'),
)


def read_latex(name: str, text: str, settings: Settings) -> Document:
    """The document that `text` makes up: what stands between its ``begin`` and ``end``, and its title; all of a part
    that is to be included in another file."""
    reader = _LatexReader(text)
    start, end = 0, len(text)
    body = re.search(r"(?<!\\)\\begin\s{0,9}\{document\}", text)
    language = ""
    if body:
        start = body.end()
        closing = text.find("\\end{document}", start)
        end = closing if closing >= 0 else end
        language = _language(text[: body.start()])
        reader.preamble(body.start())
    reader.read(start, end)
    blocks = sorted(reader.sheet.blocks, key=lambda b: b.pieces[0].source.start)
    remarks = reader.remarks
    directives = tuple(sorted(remarks.directives, key=lambda d: d.span))
    return Document(name, text, tuple(blocks), "latex", language, directives, {}, tuple(remarks.notes))


class Inset:
    """LaTeX that stands in a text of another format."""

    def __init__(self, text: str) -> None:
        self._reader = _LatexReader(text)
        self._environments: dict[int, int] | None = None

    def command(self, start: int, limit: int) -> tuple[list[Segment], Span | None] | None:
        r"""The command at `start`: what it is in the sentence, in order; and the run that is to be read by itself.

        None where it is none that is known, or does not end before `limit`.
        A brace that closes what is shown comes last and may lie ahead.
        """
        reader = self._reader
        match = _TOKEN.match(reader.text, start)
        if match is None or len(name := match.group()[1:].rstrip("*")) < 2:
            return None
        brace = reader.text[match.end() : match.end() + 1]
        alone = brace not in ("{", "[")
        if alone and name not in _BARE and (name not in known.NOTHING or not _is_line(reader.text, start, match.end())):
            return None
        if brace == "{" and match.end() not in reader.pairs:
            return None
        if name in ("begin", "end"):  # of an environment that is not whole
            return [Segment("hidden", start, reader.pairs.get(match.end(), match.end() - 1) + 1)], None
        reader.sheet.parts, reader.at, reader.end = [], match.end(), limit
        if name in known.HEADINGS or name in known.CAPTIONS or name in known.NOTES:
            reader.at = reader._past(reader.at, 1 + (name == "captionof"))
            if reader.at > limit:
                return None
            return [Segment("hidden", start, reader.at)], Span(start, reader.at)
        reader._named_command(name, start)
        parts = [p for p in reader.sheet.parts if p.end > p.start]
        shown = not alone and reader.text[reader.at : reader.at + 1] == "{" and name not in known.NOTHING
        close = reader.pairs.get(reader.at) if shown else None
        quoted = reader.quoted.pop(close, "") if close is not None else ""
        if close is not None:
            parts += [Segment("hidden", reader.at, reader.at + 1), Segment("hidden", close, close + 1)]
        elif reader.quoted:  # ``enquote`` has its opening brace in its mark
            close, quoted = reader.quoted.popitem()
            parts.append(Segment("markup", close, close + 1, quoted))
        return (parts, None) if parts and parts[-1].end <= limit else None

    def environment(self, start: int) -> Span | None:
        r"""The run from the ``\begin{…}`` at `start` to its ``\end{…}``, None if it has none."""
        if self._environments is None:
            self._environments = _environments(self._reader.text)
        end = self._environments.get(start)
        return None if end is None else Span(start, end)

    def read(self, run: Span) -> list[Block]:
        """The blocks of a run."""
        self._reader.sheet.blocks.clear()
        self._reader.read(run.start, run.end)
        return list(self._reader.sheet.blocks)


def _language(preamble: str) -> str:
    """The language that the preamble asks of babel or polyglossia; of several the last one is the document's."""
    found = ""
    for match in _BABEL.finditer(preamble):
        for option in (match[3] or match[1] or "").split(","):
            key, _, value = option.partition("=")
            if key.strip() == "main" and value.strip() in known.LANGUAGES:
                return known.LANGUAGES[value.strip()]
            found = known.LANGUAGES.get(option.strip(), found)
    return found


class _LatexReader:
    """The tokens of a text on their way into a sheet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sheet = BlockBuilder(text, spelling=SPELLING)
        self.remarks = DirectiveCollector(text)
        self.ahead = LookAhead(text)
        self.pairs = _pairs(text)
        self.open: list[str] = []  # environments
        self.ends: list[
            tuple[int, str, list[Segment]]
        ] = []  # arguments that are blocks: closing brace, kind, what waits
        self.quoted: dict[int, str] = {}  # closing braces that are shown
        self.at = self.end = 0

    def preamble(self, end: int) -> None:
        """Read the title, and what comments ask for, in the first `end` characters."""
        done = 0
        for match in re.finditer(r"(?<!\\)%([^\r\n]*)", self.text[:end]):
            self.remarks.note_comment(match[1], *match.span())
        for match in _TITLE.finditer(self.text, 0, end):
            _, brace = self._options(match.end())
            close = self.pairs.get(brace)
            if close is not None and match.start() >= done and close < end:  # else the body's own braces close it
                done = close
                self.read(match.start(), close + 1)

    def read(self, start: int, end: int) -> None:
        """Go through start..end once."""
        self.at, self.end = start, end
        while token := _TOKEN.search(self.text, self.at, end):
            add_inline(self.sheet, self.at, token.start(), collapse=True)
            self.at = token.end()
            self._token(token.group(), token.start())
        add_inline(self.sheet, min(self.at, end), end, collapse=True)
        while self.ends:
            self._leave()
        self._close()

    def _token(self, run: str, start: int) -> None:
        first = run[0]
        if first == "\\":
            self._command(run[1:], start)
        elif first == "%":
            self._comment(run, start)
        elif first == "$":
            self._math(start, r"(?<!\\)" + re.escape(run))
        elif first == "{":
            self.sheet.add("hidden", start, self.at)
        elif first == "}":
            if self.ends and self.ends[-1][0] == start:
                self._leave()
            elif start in self.quoted:
                self.sheet.add("markup", start, self.at, self.quoted.pop(start))
            else:
                self.sheet.add("hidden", start, self.at)
        elif first == "&":
            if self._kind() == "cell":
                self._close()
        elif first in "\r\n":
            self._close()
        else:
            shown = {"~": " ", "--": "–", "---": "—", "``": "“", "''": "”", "`": "‘"}[run]
            self.sheet.add("markup", start, self.at, shown)

    def _comment(self, run: str, start: int) -> None:
        said = run.splitlines()[0] if run.splitlines() else run
        self.remarks.note_comment(said.lstrip("%"), start, start + len(said))
        self.sheet.add("hidden", start, self.at)
        if self.text[self.at : self.at + 1] in ("\r", "\n") or (
            start and self.text[start - 1] in "\r\n" and not run.strip("% \t\r\n")
        ):
            self._close()  # an empty line behind it, or a line of nothing but the sign

    def _kind(self) -> str:
        for name in reversed(self.open[-8:]):
            if name in known.TABLES:
                return "cell"
            if name in known.ITEMS:
                return "item"
            if name in known.QUOTES:
                return "quote"
        return "paragraph"

    def _close(self) -> None:
        self.sheet.close(self.ends[-1][1] if self.ends else self._kind())

    def _leave(self) -> None:
        """An argument that is a block of its own ends; what it interrupted goes on."""
        self._close()
        self.sheet.parts = self.ends.pop()[2]

    # ── arguments ──

    def _options(self, at: int) -> tuple[int, int]:
        """(end, start of the next argument) after the arguments in brackets that begin at `at`, if any do."""
        while True:
            space = _SPACE.match(self.text, at)
            begin = space.end() if space else at
            if self.text[begin : begin + 1] != "[":
                return at, begin
            close = self.ahead.find("]", begin)
            if close > min(begin + _LONGEST_OPTION, len(self.text) - 1):
                return at, begin
            at = close + 1

    def _past(self, at: int, count: int) -> int:
        """The end of `count` arguments in braces, with those in brackets before and among them."""
        at, begin = self._options(at)
        for _ in range(count):
            close = self.pairs.get(begin)
            if close is None:
                return at
            at, begin = self._options(close + 1)
        return at

    # ── commands ──

    def _command(self, name: str, start: int) -> None:
        if name in known.SIGNS:
            self.sheet.add("markup", start, self.at, known.SIGNS[name])
        elif name in ("\\", "newline", "tabularnewline"):
            self.at = self._options(self.at)[0]
            if self._kind() == "cell":
                self._close()
            else:
                self.sheet.add("markup", start, self.at, "\n")
        elif name in ("(", "["):
            self._math(start, r"\\\)" if name == "(" else r"\\\]")
        elif name in known.ACCENTS:
            self._accent(name, start)
        elif not name or not name[0].isalpha():
            self.sheet.add("hidden", start, self.at)  # \- \/ \@ and what makes no sense
        else:
            self._named_command(name.rstrip("*"), start)

    def _accent(self, accent: str, start: int) -> None:
        letter = _ACCENTED.match(self.text, self.at)
        if letter is None or (accent.isalpha() and self.text[self.at : self.at + 1].isalpha()):
            self.sheet.add("hidden", start, self.at)
            return
        self.at = letter.end()
        self.sheet.add(
            "markup", start, self.at, known.accented(accent, {"\\i": "ı", "\\j": "ȷ"}.get(letter[1], letter[1]))
        )

    def _named_command(self, name: str, start: int) -> None:
        if name in ("begin", "end"):
            self._environment(name, start)
        elif name in known.HEADINGS or name in known.CAPTIONS:
            self._block("heading" if name in known.HEADINGS else "caption", start, 1 if name == "captionof" else 0)
        elif name in known.NOTES:
            self._block("note", start, 0)
        elif name in ("item", "par"):
            self._close()
            self.sheet.add("hidden", start, self.at)
            if name == "item":
                self._term()
        elif verb := self._verbatim(name):
            self._until("placeholder", start, verb.end())
        elif name in ("def", "gdef", "edef", "let"):
            brace = self.ahead.find("{", self.at) if name != "let" else len(self.text)
            line = self.ahead.match(r"[\r\n]|\Z", self.at)
            self._until("hidden", start, self.pairs.get(brace, line[0] if line else self.end) + (brace in self.pairs))
        elif name == "iffalse":
            close = self.ahead.match(r"\\fi(?![A-Za-z])", self.at)
            self._until("hidden", start, close[1] if close else self.end)
        elif _CITE.fullmatch(name):
            inside = name.lower().startswith(("citet", "textcite", "citeauthor")) or _BEFORE_CITED.search(
                self.text, max(0, start - 10), start
            )
            self._until("placeholder" if inside else "hidden", start, self._past(self.at, 1))
        elif name == "enquote" and self.text[self.at : self.at + 1] == "{" and self.at in self.pairs:
            self.quoted[self.pairs[self.at]] = "”"
            self.sheet.add("markup", start, self.at + 1, "“")
            self.at += 1
        elif name in known.IN_SENTENCE:
            self._until("hidden", start, self._past(self.at, known.IN_SENTENCE[name]))
        elif name in known.WORDS:
            self._until("placeholder", start, self._past(self.at, known.WORDS[name]))
        elif name in known.NOTHING:
            self._until("hidden", start, self._past(self.at, known.NOTHING[name]))
            self._swallow()
        elif name in known.SYMBOLS:
            self._until("markup", start, self.at + 2 * self.text.startswith("{}", self.at), known.SYMBOLS[name])
        else:
            self._unknown(start)

    def _verbatim(self, name: str) -> re.Match[str] | None:
        """The argument of ``verb`` and its like between two equal signs, None if it has none."""
        if name not in ("verb", "lstinline", "mintinline"):
            return None
        return _VERB.match(self.text, self._past(self.at, name == "mintinline") if name != "verb" else self.at)

    def _term(self) -> None:
        """What an item explains is a block of its own, if it is but words."""
        end, _ = self._options(self.at)
        if end > self.at:
            first = self.text.index("[", self.at) + 1
            if not re.search(r"[\\${}~%]", self.text[first : end - 1]):
                add_inline(self.sheet, first, end - 1, collapse=True)
                self._close()
            self._until("hidden", end - 1, end)

    def _unknown(self, start: int) -> None:
        """A command of the writer's own: a word of the sentence, unless its argument reads like prose, or it stands
        alone in its line."""
        _, brace = self._options(self.at)
        close = self.pairs.get(brace)
        if assigned := _ASSIGNED.match(self.text, self.at):
            self._until("hidden", start, assigned.end())
        elif close is None:
            self._until("hidden" if _is_line(self.text, start, self.at) else "placeholder", start, self.at)
        elif _WORDY.search(self.text, brace, close):
            self._until("hidden", start, brace)
        else:
            self._until("placeholder", start, self._past_names(self._past(self.at, 1)))

    def _until(self, kind: PartKind, start: int, end: int, text: str = "") -> None:
        self.at = max(self.at, min(end, self.end))
        self.sheet.add(kind, start, self.at, text)

    def _swallow(self) -> None:
        """A command that shows nothing takes the white space behind it along."""
        space = _SPACE.match(self.text, self.at)
        if space and space.end() > self.at and self.text[space.end() : space.end() + 1] not in ("\r", "\n"):
            self._until("hidden", self.at, space.end())

    def _block(self, kind: str, start: int, skip: int) -> None:
        """An argument that is a block of its own. A note leaves the sentence that it stands in as it is."""
        _, brace = self._options(self._past(self.at, skip) if skip else self.at)
        close = self.pairs.get(brace)
        if close is None or close >= self.end:
            self.sheet.add("hidden", start, self.at)
            return
        if kind == "heading" and not self.ends:
            self._close()
        self.sheet.add("hidden", start, brace + 1)
        self.ends.append((close, kind, self.sheet.parts))
        self.sheet.parts = []
        self.at = brace + 1

    # ── environments and formulas ──

    def _environment(self, verb: str, start: int) -> None:
        match = _ENVIRONMENT.match(self.text, self.at)
        if match is None:
            self.sheet.add("hidden", start, self.at)
            return
        name, self.at = match[1], match.end()
        if verb == "end":
            self._close()
            if name in self.open:
                while self.open.pop() != name:
                    pass
        elif name in known.MATH and name not in known.TABLES:
            self._math(start, rf"\\end\s{{0,9}}\{{{name}{re.escape(match[2])}\}}")
        elif name in known.NO_PROSE:
            self._close()
            close = self.ahead.match(rf"\\end\s{{0,9}}\{{{name}{re.escape(match[2])}\}}", self.at)
            self._until("hidden", start, close[1] if close else self.end)
        else:
            self._close()
            if len(self.open) < _DEEPEST:
                self.open.append(name)
            if name in known.ARGUMENTS or name == "document":
                self._until("hidden", start, self._past(self.at, known.ARGUMENTS.get(name, 0)))
            elif name in known.TITLED and self._options(self.at)[1] in self.pairs:
                self._block("heading", start, 0)
            else:
                self._until("hidden", start, self._past_names(self.at))

    def _past_names(self, at: int) -> int:
        """The end of the arguments at `at` that do not read like prose, each right behind the other."""
        at, _ = self._options(at)
        while (close := self.pairs.get(at)) is not None and not _WORDY.search(self.text, at, close):
            at, _ = self._options(close + 1)
        return at

    def _math(self, start: int, closer: str) -> None:
        """A formula is a word of the sentence, with the punctuation that stands at its end."""
        close = self.ahead.match(closer, self.at)
        blank = self.ahead.match(rf"{_NEWLINE}[ \t]*[\r\n]", self.at)
        inline = self.text[start : self.at] in ("$", "\\(")
        if close is None or close[1] > self.end or (inline and blank and blank[0] < close[0]):
            self.sheet.add("hidden", start, self.at)
            return
        tail = _PUNCTUATION.search(_LABEL.sub("", self.text[max(self.at, close[0] - 200) : close[0]]))
        self._until("placeholder", start, close[1])
        if tail and not inline:
            self.sheet.add("markup", self.at, self.at, tail[1])


def _is_line(text: str, start: int, end: int) -> bool:
    """Whether start..end is all that its line holds."""
    before = text[max(0, start - 200) : start].rstrip(" \t")[-1:]
    after = text[end : end + 200].lstrip(" \t")[:1]
    return before in "\r\n" and after in "\r\n"


def _environments(text: str) -> dict[int, int]:
    """Where each environment that is ended ends, by where it begins."""
    ends: dict[int, int] = {}
    waiting: list[tuple[str, int]] = []
    names: Counter[str] = Counter()
    for match in _BEGIN_OR_END.finditer(text):
        verb, name = match.groups()
        if verb == "begin":
            waiting.append((name, match.start()))
            names[name] += 1
        elif names[name]:
            while True:
                opened, start = waiting.pop()
                names[opened] -= 1
                if opened == name:
                    ends[start] = match.end()
                    break
    return ends


def _pairs(text: str) -> dict[int, int]:
    """The closing brace of each opening one that has any."""
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    for match in _BRACES.finditer(text):
        if match.group() == "{":
            waiting.append(match.start())
        elif match.group() == "}" and waiting:
            pairs[waiting.pop()] = match.start()
    return pairs
