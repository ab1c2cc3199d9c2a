"""The prose of HTML: of a whole page, or of a block of it in a Markdown text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ..text.languages import base
from .block_builder import BlockBuilder
from .directives import DirectiveCollector
from .html_tags import (
    INLINE,
    KINDS,
    NOT_PROSE,
    NOT_PROSE_INLINE,
    LookAhead,
    Tag,
    attribute_spelling,
    attributes,
    tag_at,
    tag_language,
    with_entities,
)
from .languages import language_tag

_SPACE = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")  # what HTML shows as one space
_MARKDOWN_BLOCK = re.compile(r"^\s*(?:#{1,6}|[-*+]|\d+[.)]) ", re.MULTILINE)
_MARKDOWN = re.compile(  # inline: some generators read it in HTML, others show it as it stands
    r"(?P<code>`+)(?!`)[^`\r\n]{1,300}(?P=code)(?!`)|!?\[(?=[^\[\]\r\n]{1,300}\]\()"
    r"|\]\([^()\s]{0,500}(?:[ \t]\"[^\"\r\n]{0,200}\")?\)|\*\*|__|~~"
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# Elements whose end tag may be left out, and what then ends them besides the end of their parent.
_ENDED_BY = {
    "li": frozenset(("li",)),
    **dict.fromkeys(("dt", "dd"), frozenset(("dt", "dd"))),
    **dict.fromkeys(("td", "th"), frozenset(("td", "th", "tr"))),
    "tr": frozenset(("tr",)),
}
_DEEPEST = 100  # open elements; of those within them only the text counts
_MARKUP = re.compile(r"<(?:!--|[!?]|/?[A-Za-z])")


def read_html(sheet: BlockBuilder, plain: str, lines: Sequence[tuple[int, int]], kind: str) -> None:
    """Add the blocks of an HTML block to `sheet`. `lines` are its runs of the source, less the prefix of containers.

    `plain` is the source as the parser saw it, masks and all, same length.
    `kind` is that of text without an element of its own. Elements without
    prose (code, scripts, forms' values) are left out; so are blocks that are
    written in Markdown, which HTML does not interpret here.
    """
    start, end = lines[0][0], lines[-1][1]
    reader = HtmlReader(sheet, plain, start, end, kind)
    if sum(e - s for s, e in lines) < end - start:  # in a container: each line has a prefix that is not HTML
        reader.prefixes = [(a[1], b[0]) for a, b in pairwise(lines) if a[1] < b[0]]
    reader.read()


class HtmlReader:
    """A run of HTML on its way into a sheet.

    `page` is given for a file of its own, in which nothing is Markdown: what
    its comments say, and which of ``title`` and ``description`` are to be read.
    Its language is what ``<html lang>`` says, unless that is `settled`.
    """

    def __init__(
        self,
        sheet: BlockBuilder,
        plain: str,
        start: int,
        end: int,
        kind: str,
        page: tuple[DirectiveCollector, frozenset[str]] | None = None,
        *,
        settled: bool = False,
    ) -> None:
        self.sheet = sheet
        self.source = plain
        self.at, self.end = start, end
        self.kinds = [kind]
        self.open: list[str] = []
        self.languages = [""]
        self.language = ""  # that of the page
        self.page, self.settled = page, settled
        self.prefixes: list[tuple[int, int]] = []
        self.ahead = LookAhead(plain)

    def read(self) -> None:
        """Go through the block once."""
        while self.at < self.end:
            found = _MARKUP.search(self.source, self.at, self.end)
            stop = found.start() if found else self.end
            self._text(self.at, stop)
            if found is None:
                break
            if found.group() == "<!--":
                self._comment(stop)
            elif found.group()[1] in "!?":
                # the end of <?php … ?> is its own; <?xml … > may end like a tag
                close = self.ahead.find("?>", stop) if found.group()[1] == "?" else self.end
                self._skip_to(close + 2 if close < self.end else self.ahead.find(">", stop + 2) + 1)
            else:
                tag = tag_at(self.source, stop, self.end, self.ahead)
                if tag is None:
                    if self.ahead.find(">", stop) >= self.end:  # an unfinished tag swallows the rest
                        break
                    self._text(stop, stop + 1)
                    self.at = stop + 1
                else:
                    self.at = tag.end
                    self._tag(tag)
        self._close()

    def _comment(self, at: int) -> None:
        close = self.ahead.find("-->", at + 2)
        self._skip_to(close + 3)
        self.sheet.add("hidden", at, self.at)
        if self.page and close < self.end:
            self.page[0].note_comment(self.source[at + 4 : close], at, self.at)

    def _skip_to(self, at: int) -> None:
        self.at = min(at, self.end)

    def _tag(self, tag: Tag) -> None:
        name = tag.name.lower()
        if not tag.closing and name in NOT_PROSE and not tag.self_closing:
            self._skip_element(tag, name)
        elif name == "br":
            if self.sheet.parts and self.sheet.parts[-1].text == "\n":  # two of them part paragraphs
                self._close()
            self.sheet.add("markup", tag.start, tag.end, "\n")
        elif name == "img":
            self.sheet.add("image", tag.start, tag.end)
            image_caption(self.sheet, self.source, tag)
        elif name in INLINE:
            if not tag.closing and tag_language(self.source, tag, self.sheet.home) and not tag.self_closing:
                self._skip_element(tag, name)
            else:
                self.sheet.add("hidden", tag.start, tag.end)
        else:
            self._close()
            self._element(tag, name)
            if name == "meta" and self.page and "description" in self.page[1]:
                self._description(tag)

    def _skip_element(self, tag: Tag, name: str) -> None:
        """Leave an element out: a word in its place where it stands in a sentence."""
        close = self.ahead.match(rf"</{name}\s{{0,9}}>", tag.end)
        if name in ("pre", "xmp"):
            self._close()
        self._skip_to(close[1] if close else self.end)
        inline = name in NOT_PROSE_INLINE or name in INLINE or name == "math"
        self.sheet.add("placeholder" if inline else "hidden", tag.start, self.at)
        if name in ("pre", "xmp"):
            self._close()

    def _element(self, tag: Tag, name: str) -> None:
        """Enter or leave an element that is a block of its own."""
        if tag.closing:
            if name in self.open:
                while self.open[-1] != name:
                    self._leave()
                self._leave()
            return
        if self.open and (self.open[-1] == "p" or name in _ENDED_BY.get(self.open[-1], ())):
            self._leave()
        if name in ("html", "body"):  # that a page is not to be translated does not mean that it is not prose
            said = {n: self.source[start:end] for n, start, end in attributes(self.source, tag)}
            self.language = language_tag(said.get("lang") or said.get("xml:lang")) or self.language
            self.sheet.home = base(self.language) if self.language and not self.settled else self.sheet.home
        elif name not in _VOID and not tag.self_closing and len(self.open) < _DEEPEST:
            self.open.append(name)
            kind = "title" if self.page and name == "title" else KINDS.get(name, self.kinds[-1])
            self.kinds.append(kind)
            language = tag_language(self.source, tag, self.sheet.home)
            self.languages.append(self.languages[-1] if language is None else language or self.sheet.home)

    def _leave(self) -> None:
        for stack in (self.open, self.kinds, self.languages):
            stack.pop()

    def _description(self, tag: Tag) -> None:
        """``<meta name="description" content="…">`` as a block."""
        values = {name: (start, end) for name, start, end in attributes(self.source, tag)}
        said = self.source[slice(*values["name"])].lower() if "name" in values else ""
        if said == "description" and "content" in values:
            self._text(*values["content"])
            self.sheet.close("title", spelling=attribute_spelling(self.source, values["content"][0]))

    def _close(self) -> None:
        parts = self.sheet.parts
        written = [p for p in parts if p.kind == "text"]
        if written and not self.page and _MARKDOWN_BLOCK.search(self.source, written[0].start, written[-1].end):
            parts.clear()
        unwanted = self.page and self.kinds[-1] == "title" and "title" not in self.page[1]
        if unwanted or self.languages[-1] == "zxx":
            parts.clear()
        self.sheet.close(self.kinds[-1], self.languages[-1])

    def _text(self, start: int, end: int) -> None:
        """Add a run of text: entities as their characters, line ends and the prefixes of containers as a space."""
        at = start
        for space in _SPACE.finditer(self.source, start, end):
            if space.start() < at:
                continue
            stop = self._past_prefix(space.end(), end)
            self._run(at, space.start())
            self.sheet.add("markup", space.start(), stop, " ")
            at = stop
        self._run(at, end)

    def _run(self, start: int, end: int) -> None:
        """Add text without line ends; in a Markdown text what may be marks of its own are no prose."""
        if not self.page:
            for mark in _MARKDOWN.finditer(self.source, start, end):
                add_html_text(self.sheet, self.source, start, mark.start())
                self.sheet.add("placeholder" if mark["code"] else "hidden", *mark.span())
                start = mark.end()
        add_html_text(self.sheet, self.source, start, end)

    def _past_prefix(self, at: int, end: int) -> int:
        """The end of the container's prefix that `at` stands in, or `at`."""
        while self.prefixes and self.prefixes[0][1] <= at:
            self.prefixes.pop(0)
        return min(self.prefixes[0][1], end) if self.prefixes and self.prefixes[0][0] <= at else at


def image_caption(sheet: BlockBuilder, plain: str, tag: Tag) -> None:
    """Add the ``alt`` of an ``<img>`` to `sheet` as a block of its own, beside the one that is open."""
    for name, start, end in attributes(plain, tag):
        if name == "alt":
            parts, sheet.parts = sheet.parts, []
            add_html_text(sheet, plain, start, end)
            sheet.close("caption", spelling=attribute_spelling(plain, start))
            sheet.parts = parts


def add_html_text(sheet: BlockBuilder, plain: str, start: int, end: int) -> None:
    """Add a run of HTML text to the open block: verbatim, and entities as their characters."""
    for part in with_entities(plain, start, end):
        if part.kind == "text":
            sheet.text(part.start, part.end)
        else:
            sheet.add(part.kind, part.start, part.end, part.text)
