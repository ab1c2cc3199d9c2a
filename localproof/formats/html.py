"""HTML pages, and the templates that become such pages.

The tags are read by `html_tags` and not by the standard library's parser,
whose time is not linear on hostile input. Of attributes ``alt`` is read, for
it stands in for a picture; ``title`` and the like are labels of a word or two,
of which there is little to say and much to get wrong.
"""

from __future__ import annotations

import re

from ..config import Settings
from ..text import Document
from .block_builder import BlockBuilder
from .extensions import Extensions
from .front_matter import read_header, title_blocks
from .html_blocks import HtmlReader
from .languages import home

SPELLING = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def read_html(name: str, text: str, settings: Settings) -> Document:
    """The document that `text` makes up: a page, part of one, or a template with ``{{ }}``, ``{% %}``, a header."""
    header = read_header(text) if text.startswith(("---", "\ufeff---", "+++")) else read_header("")
    plain = text.replace("\x00", "\ufffd")
    if header.end:
        plain = re.sub(r"[^\r\n]", " ", plain[: header.end]) + plain[header.end :]
    elif plain.startswith("\ufeff"):
        plain = " " + plain[1:]
    found = Extensions(plain, header.end, (), html=True)
    sheet = BlockBuilder(text, found.masks, SPELLING, home(name, header.language, settings))
    remarks = (found.remarks, frozenset(settings.front_matter))
    page = HtmlReader(sheet, found.masked, 0, len(text), "paragraph", remarks, settled=bool(header.language))
    page.read()
    notes = [*header.notes, *found.remarks.notes]
    blocks = title_blocks(text, header, settings.front_matter, notes) + sheet.blocks
    blocks.sort(key=lambda b: b.pieces[0].source.start)
    directives = tuple(sorted((*header.directives, *found.remarks.directives), key=lambda d: d.span))
    language = header.language or page.language
    return Document(name, text, tuple(blocks), "html", language, directives, header.values, tuple(notes))
