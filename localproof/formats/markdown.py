"""Markdown: CommonMark with tables, footnotes, front matter and what site generators add, by way of pyromark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..config import Settings
from ..text import Directive, Document
from .block_builder import BlockBuilder, Segment
from .containers import begins_line, defined, sketch
from .extensions import Extensions, needs_scan
from .front_matter import read_header, title_blocks
from .html_blocks import image_caption, read_html
from .html_tags import KNOWN, LookAhead, tag_at, tag_language
from .languages import home
from .unindent import Unindented, without_tag_lines

_INLINE_TAGS = frozenset(("Emphasis", "Strong", "Strikethrough", "Superscript", "Subscript", "Link", "Image"))
_CALLOUT = re.compile(r"\[![\w-]{1,40}\][+-]?[ \t]*")
_IMPORT = re.compile(r"import\s+[\w*{][^\r\n]{0,300}\sfrom\s+[\"'][^\"'\r\n]+[\"'];?[ \t]*(?=[\r\n]|\Z)")
_FENCE = re.compile(r"(?:[\r\n]|\A)[ \t>]*(?:```|~~~)")
_MARKUP_IN_MONEY = re.compile(r"[*_`\[\]<>\\&~]")
_MARKS = re.compile(r"[^\w\s.,;?!'\"()/-]|_")
_OLD_LINE_END = re.compile(r"\r(?!\n)")
_UNPARSEABLE = re.compile("[\x00\ud800-\udfff]")  # not UTF-8, or replaced by the parser


def read_markdown(name: str, text: str, settings: Settings) -> Document:
    """The document that `text` makes up. It is MDX where `name` ends in ``.mdx``, or where it imports something."""
    header = read_header(text)
    mdx = name.lower().endswith(".mdx") or _imports(text, header.end)
    plain = _UNPARSEABLE.sub("\ufffd", text)
    if header.end:
        plain = re.sub(r"[^\r\n]", " ", plain[: header.end]) + plain[header.end :]
    elif plain.startswith("\ufeff"):
        plain = " " + plain[1:]
    plain = plain if mdx else defined(plain)
    directives, notes = list(header.directives), list(header.notes)
    sheet = BlockBuilder(text, home=home(name, header.language, settings))
    if needs_scan(plain, header.end, mdx=mdx):
        found = Extensions(plain, header.end, _code(plain, mdx=mdx), mdx=mdx)
        directives += found.remarks.directives
        notes += found.remarks.notes
        _read_titles(text, found, sheet)
        sheet.blocks += found.latex_blocks()
        plain = found.masked
    _MarkdownReader(text, plain, _unindented(plain) if mdx else _Parsed(plain), sheet).read()
    blocks = title_blocks(text, header, settings.front_matter, notes) + sheet.blocks
    blocks.sort(key=lambda b: b.pieces[0].source.start)
    return Document(
        name, text, tuple(blocks), "markdown", header.language, _in_order(directives), header.values, tuple(notes)
    )


def _read_titles(text: str, found: Extensions, sheet: BlockBuilder) -> None:
    """Add the titles of containers to `sheet`, and hide them from what is read next."""
    sheet.mask(found.masks)
    if not found.titles:
        return
    for span, quote in found.titles:
        sheet.spelling = ((quote, None),) if quote else ()
        if _MARKS.search(found.masked_titles, span.start, span.end):
            title = _Parsed(found.masked_titles[span.start : span.end], begin=span.start)
            _MarkdownReader(text, found.masked_titles, title, sheet, kind="heading").read()
        else:
            sheet.text(span.start, span.end)
            sheet.close("heading")
    sheet.spelling = ()
    hidden = [Segment("hidden", span.start, span.end) for span, _ in found.titles]
    sheet.mask(sorted((*found.masks, *hidden), key=lambda mask: mask.start))


def _imports(text: str, start: int) -> bool:
    """Whether a line imports something, before any code: Docusaurus reads MDX whatever the file is called."""
    if "import " not in text:
        return False
    fence = _FENCE.search(text, start)
    head = text[start : fence.start() if fence else len(text)]
    return any(begins_line(head, found.start()) for found in _IMPORT.finditer(head))


def _in_order(directives: list[Directive]) -> tuple[Directive, ...]:
    return tuple(sorted(directives, key=lambda d: d.span))


def _events(plain: str) -> Any:
    import pyromark

    option = pyromark.Options
    options = (
        option.ENABLE_TABLES
        | option.ENABLE_FOOTNOTES
        | option.ENABLE_STRIKETHROUGH
        | option.ENABLE_TASKLISTS
        | option.ENABLE_HEADING_ATTRIBUTES
        | option.ENABLE_MATH
        | option.ENABLE_GFM
        | option.ENABLE_DEFINITION_LIST
        | option.ENABLE_WIKILINKS
    )
    return pyromark.events_with_range(plain, options=options)


class _Parsed:
    """A text for the parser, and where its places in bytes of UTF-8 are in the source, as code points.

    It is the source from `begin` on, or `place` tells. Made for a cursor that moves little between two questions.
    """

    def __init__(self, text: str, *, begin: int = 0, place: Callable[[int], int] | None = None) -> None:
        self.text = _OLD_LINE_END.sub("\n", text) if "\r" in text else text  # the parser does not know all of them
        self._data = self.text.encode()
        self._same = len(self._data) == len(text) and place is None and begin == 0
        self._byte = self._char = 0
        self._begin, self._place = begin, place

    def __call__(self, byte: int) -> int:
        if self._same:
            return byte
        if byte >= self._byte:
            self._char += len(self._data[self._byte : byte].decode())
        else:
            self._char -= len(self._data[byte : self._byte].decode())
        self._byte = byte
        return self._place(self._char) if self._place else self._begin + self._char


def _unindented(plain: str) -> _Parsed:
    moved = Unindented(plain)
    return _Parsed(moved.text, place=moved.place if moved.moved() else None)


def _code(plain: str, *, mdx: bool) -> list[tuple[int, int]]:
    """The runs of `plain` that are code or math, where no extension begins."""
    chars = _unindented(without_tag_lines(plain)) if mdx else _Parsed(sketch(plain))
    runs: list[tuple[int, int]] = []
    for event, where in _events(chars.text):
        if isinstance(event, str):
            continue
        ((name, value),) = event.items()
        if name in ("Code", "InlineMath", "DisplayMath") or (name == "Start" and _tag(value) == "CodeBlock"):
            runs.append((chars(where["start"]), chars(where["end"])))
    return runs


def _tag(value: Any) -> str:
    return value if isinstance(value, str) else str(next(iter(value)))


class _MarkdownReader:
    """The events of the parser on their way into a sheet.

    `plain` is the source less what the parser would take for something else, same length, and `parsed` what it is
    given of that. `kind` is that of all blocks, if one is given.
    """

    def __init__(self, source: str, plain: str, parsed: _Parsed, sheet: BlockBuilder, *, kind: str = "") -> None:
        self.source = source
        self.plain = plain
        self.sheet = sheet
        self.chars = parsed
        self.kind = kind
        self.quotes: list[bool] = []  # open block quotes; True for an alert, whose words are the writer's own
        self.depth = {"Item": 0, "FootnoteDefinition": 0, "Heading": 0, "TableCell": 0, "DefinitionList": 0}
        self.in_code = False
        self.html: list[tuple[int, int]] | None = None
        self.images: list[tuple[int, list[Segment]]] = []
        self.muted: list[tuple[str, int, int]] = []  # inline elements without prose: name, start and end of the tag
        self.paragraph_end = 0
        self.ahead = LookAhead(plain)

    def read(self) -> None:
        """Go through all events once."""
        handlers: dict[str, Callable[[Any, int, int], None]] = {
            "Text": self._text,
            "Code": self._placeholder,
            "InlineMath": self._math,
            "DisplayMath": self._placeholder,
            "Html": self._html_line,
            "InlineHtml": self._inline_html,
            "FootnoteReference": self._hidden,
            "TaskListMarker": self._hidden,
            "Start": self._start,
            "End": self._end,
        }
        for event, where in _events(self.chars.text):
            if isinstance(event, str):
                if event == "Rule":
                    self._close()
                elif not self.muted and not self.in_code:
                    start, end = self.chars(where["start"]), self.chars(where["end"])
                    self.sheet.add("markup", start, end, "\n" if event == "HardBreak" else " ")
            else:
                ((name, value),) = event.items()
                handlers[name](value, where["start"], where["end"])
        self._close()

    # ── leaves: byte offsets in, parts out ──

    def _text(self, value: str, first: int, last: int) -> None:
        if self.in_code or self.muted:
            return
        start, end = self.chars(first), self.chars(last)
        if self.plain[start:end] == value:
            self.sheet.text(start, end)
        elif start < end:
            self.sheet.add("markup", start, end, value)

    def _leaf(self, kind: Any, first: int, last: int) -> None:
        if not self.muted:
            self.sheet.add(kind, self.chars(first), self.chars(last))

    def _placeholder(self, value: str, first: int, last: int) -> None:
        self._leaf("placeholder", first, last)

    def _hidden(self, value: Any, first: int, last: int) -> None:
        self._leaf("hidden", first, last)

    def _math(self, value: str, first: int, last: int) -> None:
        """A formula; but money, as in ``$5 or US$10``, is prose."""
        start, end = self.chars(first), self.chars(last)
        money = value[:1].isdigit() and self.source[end : end + 1].isdigit()
        if money and not self.muted and not _MARKUP_IN_MONEY.search(value):
            self.sheet.text(start, end)
        else:
            self._leaf("placeholder", first, last)

    def _html_line(self, value: str, first: int, last: int) -> None:
        if self.html is not None:
            self.html.append((self.chars(first), self.chars(last)))

    def _inline_html(self, value: str, first: int, last: int) -> None:
        start, end = self.chars(first), self.chars(last)
        tag = tag_at(self.plain, start, end, self.ahead)
        if tag is None:
            self._leaf("hidden", first, last)
            return
        name = tag.name.lower()
        if self.muted:
            if self.muted[-1][0] == "<" + name and tag.closing:
                self.sheet.add("placeholder", self.muted.pop()[1], end)
        elif name == "br":
            self.sheet.add("markup", start, end, "\n")
        elif name == "img":
            self.sheet.add("image", start, end)
            image_caption(self.sheet, self.plain, tag)
        elif not tag.closing and not tag.self_closing and tag_language(self.plain, tag, self.sheet.home):
            self.muted.append(("<" + name, start, end))
        elif name in KNOWN or tag.closing or f"</{name}" in self.plain[end : min(end + 2000, self.paragraph_end)]:
            self.sheet.add("hidden", start, end)
        else:  # <your-name>: a word that the reader is to put in
            self.sheet.add("placeholder", start, end)

    # ── tags ──

    def _start(self, value: Any, first: int, last: int) -> None:
        tag = _tag(value)
        if tag in _INLINE_TAGS:
            self._start_inline(tag, value, first, last)
            return
        self._close()
        if tag in self.depth:
            self.depth[tag] += 1
        elif tag == "BlockQuote":
            self.quotes.append(value["BlockQuote"] is not None)
        elif tag == "CodeBlock":
            self.in_code = True
        elif tag == "HtmlBlock":
            self.html = []
        if tag in ("Paragraph", "Heading", "TableCell", "Item"):
            self.paragraph_end = self.chars(first) + last - first  # an upper bound

    def _end(self, value: Any, first: int, last: int) -> None:
        tag = _tag(value)
        if tag in _INLINE_TAGS:
            self._end_inline(tag, last)
            return
        if tag == "HtmlBlock" and self.html:
            read_html(self.sheet, self.plain, self.html, self._kind())
        self._close()
        if tag in self.depth:
            self.depth[tag] -= 1
        elif tag == "BlockQuote":
            self.quotes.pop()
        elif tag == "CodeBlock":
            self.in_code = False
        elif tag == "HtmlBlock":
            self.html = None

    def _start_inline(self, tag: str, value: Any, first: int, last: int) -> None:
        if self.muted:
            return
        start = self.chars(first)
        if tag == "Image":
            self.images.append((start, self.sheet.parts))
            self.sheet.parts = []
        elif tag == "Strikethrough" or (tag == "Link" and _bare(value["Link"]["link_type"])):
            self.muted.append((tag, start, self.chars(last)))

    def _end_inline(self, tag: str, last: int) -> None:
        end = self.chars(last)
        if self.muted and self.muted[-1][0] == tag:
            # what is struck out is not part of the sentence; an address is
            self.sheet.add("hidden" if tag == "Strikethrough" else "placeholder", self.muted.pop()[1], end)
        elif tag == "Image" and self.images and not self.muted:
            self.sheet.close("caption")
            start, self.sheet.parts = self.images.pop()
            self.sheet.add("image", start, end)

    # ── blocks ──

    def _kind(self) -> str:
        if self.kind:
            return self.kind
        if self.depth["Heading"]:
            return "heading"
        if self.depth["TableCell"]:
            return "cell"
        if any(not alert for alert in self.quotes):
            return "quote"
        if self.depth["FootnoteDefinition"]:
            return "note"
        return "item" if self.depth["Item"] or self.depth["DefinitionList"] else "paragraph"

    def _close(self) -> None:
        while self.images:  # cannot happen with a well-formed stream; loses nothing if it does
            self.sheet.close("caption")
            self.sheet.parts = self.images.pop()[1]
        if self.muted:  # an element that is never closed
            self.sheet.add("placeholder", *self.muted[0][1:])
            self.muted.clear()
        parts = self.sheet.parts
        if not parts:
            return
        first = parts[0].start
        if self.quotes and self.source.startswith("[!", first):
            self._callout(first)
        if self.source.startswith("import ", first) and _IMPORT.match(self.source, first):
            parts.clear()
        self.sheet.close(self._kind())

    def _callout(self, first: int) -> None:
        """``> [!tip] Title`` of Obsidian: the title is a block of its own, and what follows is no quotation."""
        match = _CALLOUT.match(self.source, first)
        if match is None:
            return
        self.quotes[-1] = True
        parts = self.sheet.parts
        title_end = next((i for i, p in enumerate(parts) if p.kind == "markup" and p.text in (" ", "\n")), len(parts))
        title = [p._replace(start=max(p.start, match.end())) for p in parts[:title_end] if p.end > match.end()]
        self.sheet.parts = title
        self.sheet.close("heading")
        self.sheet.parts = parts[title_end:]


def _bare(link_type: Any) -> bool:
    """True for a link whose text is its address: an autolink, an e-mail address, a wiki link without a text."""
    if isinstance(link_type, dict):
        return not link_type.get("WikiLink", {}).get("has_pothole", True)
    return link_type in ("Autolink", "Email")
