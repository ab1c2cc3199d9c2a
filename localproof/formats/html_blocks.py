"""The prose inside HTML blocks of a Markdown text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .html_tags import INLINE, KINDS, NOT_PROSE, Ahead, Tag, attributes, foreign, tag_at, with_entities
from .pieces import Sheet

_SPACE = re.compile(r"[ \t]*(?:\r\n|\n|\r)\s*")
_MARKDOWN = re.compile(r"`|\]\(|\*\*|__|~~|^\s*(?:#{1,6}|[-*+]|\d+[.)]) ", re.MULTILINE)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_MARKUP = re.compile(r"<(?:!--|[!?]|/?[A-Za-z])")


def read_html(sheet: Sheet, plain: str, lines: Sequence[tuple[int, int]], kind: str) -> None:
    """Add the blocks of an HTML block to `sheet`. `lines` are its runs of the source, less the prefix of containers.

    `plain` is the source as the parser saw it, masks and all, same length.
    `kind` is that of text without an element of its own. Elements without
    prose (code, scripts, forms' values) are left out; so is text that is
    written in Markdown, which HTML does not interpret here.
    """
    start, end = lines[0][0], lines[-1][1]
    reader = _Html(sheet, plain, start, end, kind)
    if sum(e - s for s, e in lines) < end - start:  # in a container: each line has a prefix that is not HTML
        reader.prefixes = [(a[1], b[0]) for a, b in pairwise(lines) if a[1] < b[0]]
    reader.read()


class _Html:
    """One HTML block on its way into a sheet."""

    def __init__(self, sheet: Sheet, plain: str, start: int, end: int, kind: str) -> None:
        self.sheet = sheet
        self.source = plain
        self.at, self.end = start, end
        self.kinds = [kind]
        self.open: list[str] = []
        self.languages = [""]
        self.prefixes: list[tuple[int, int]] = []

    def read(self) -> None:
        """Go through the block once."""
        ahead = Ahead(self.source)
        while self.at < self.end:
            found = _MARKUP.search(self.source, self.at, self.end)
            stop = found.start() if found else self.end
            self._text(self.at, stop)
            if found is None:
                break
            opener = found.group()
            if opener == "<!--":
                self._skip_to(ahead.find("-->", stop + 2) + 3)
            elif opener[1] in "!?":
                self._skip_to(ahead.find(">", stop + 2) + 1)
            else:
                tag = tag_at(self.source, stop, self.end, ahead)
                if tag is None:
                    if ahead.find(">", stop) >= self.end:  # an unfinished tag swallows the rest
                        break
                    self._text(stop, stop + 1)
                    self.at = stop + 1
                else:
                    self.at = tag.end
                    self._tag(tag, ahead)
        self._close()

    def _skip_to(self, at: int) -> None:
        self.at = min(at, self.end)

    def _tag(self, tag: Tag, ahead: Ahead) -> None:
        name = tag.name.lower()
        if not tag.closing and name in NOT_PROSE and not tag.self_closing:
            close = ahead.match(rf"</{name}\s{{0,9}}>", tag.end)
            self._skip_to(close[1] if close else self.end)
            self.sheet.add("placeholder" if name == "code" else "hidden", tag.start, self.at)
        elif name == "br":
            self.sheet.add("markup", tag.start, tag.end, "\n")
        elif name == "img":
            self.sheet.add("image", tag.start, tag.end)
            image_caption(self.sheet, self.source, tag)
        elif name in INLINE:
            self.sheet.add("hidden", tag.start, tag.end)
        else:
            self._close()
            self._element(tag, name)

    def _element(self, tag: Tag, name: str) -> None:
        """Enter or leave an element that is a block of its own."""
        if tag.closing:
            if name in self.open:
                while self.open.pop() != name:
                    self.kinds.pop()
                    self.languages.pop()
                self.kinds.pop()
                self.languages.pop()
        elif name not in _VOID and not tag.self_closing and len(self.open) < 100:
            self.open.append(name)
            self.kinds.append(KINDS.get(name, self.kinds[-1]))
            self.languages.append(foreign(self.source, tag) or self.languages[-1])

    def _close(self) -> None:
        parts = self.sheet.parts
        written = [p for p in parts if p.kind == "text"]
        if written and _MARKDOWN.search(self.source, written[0].start, written[-1].end):
            parts.clear()
        if self.languages[-1] == "zxx":
            parts.clear()
        self.sheet.close(self.kinds[-1], self.languages[-1])

    def _text(self, start: int, end: int) -> None:
        """Add a run of text: entities as their characters, line ends and the prefixes of containers as a space."""
        at = start
        for space in _SPACE.finditer(self.source, start, end):
            if space.start() < at:
                continue
            stop = self._past_prefix(space.end(), end)
            add_html_text(self.sheet, self.source, at, space.start())
            self.sheet.add("markup", space.start(), stop, " ")
            at = stop
        add_html_text(self.sheet, self.source, at, end)

    def _past_prefix(self, at: int, end: int) -> int:
        """The end of the container's prefix that `at` stands in, or `at`."""
        while self.prefixes and self.prefixes[0][1] <= at:
            self.prefixes.pop(0)
        return min(self.prefixes[0][1], end) if self.prefixes and self.prefixes[0][0] <= at else at


def image_caption(sheet: Sheet, plain: str, tag: Tag) -> None:
    """Add the ``alt`` of an ``<img>`` to `sheet` as a block of its own, beside the one that is open."""
    for name, start, end in attributes(plain, tag):
        if name == "alt":
            parts, sheet.parts = sheet.parts, []
            add_html_text(sheet, plain, start, end)
            sheet.close("caption")
            sheet.parts = parts


def add_html_text(sheet: Sheet, plain: str, start: int, end: int) -> None:
    """Add a run of HTML text to the open block: verbatim, and entities as their characters."""
    for part in with_entities(plain, start, end):
        if part.kind == "text":
            sheet.text(part.start, part.end)
        else:
            sheet.add(part.kind, part.start, part.end, part.text)
