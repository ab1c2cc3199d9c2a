"""HTML and JSX tags in a text, in linear time: the standard library's parser is not linear on hostile input."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..text.languages import base
from .block_builder import Segment, Spelling
from .languages import language_tag

# Elements whose content is not prose, whatever it looks like.
NOT_PROSE = frozenset(
    "pre script style svg math textarea template iframe object code kbd samp var tt noscript canvas xmp".split()
)
NOT_PROSE_INLINE = frozenset("code kbd samp var tt".split())  # of these, the ones that stand inside a sentence
INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite data del dfn em font i img ins label mark meter nobr progress q rp rt ruby "
    "s small span strike strong sub sup time u wbr".split()
)
KNOWN = (
    INLINE
    | NOT_PROSE
    | frozenset(
        "address article aside audio base basefont blockquote body button caption center col colgroup datalist dd "
        "details dialog dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 "
        "head header hgroup hr html input legend li link main map menu meta nav noframes ol optgroup option output p "
        "param picture search section select slot source summary table tbody td tfoot th thead title tr track ul video"
        "".split()
    )
)
KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "summary", "legend", "dt"), "heading"),
    **dict.fromkeys(("li", "dd"), "item"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
    "blockquote": "quote",
}

_NAME = re.compile(r"</?([A-Za-z][\w:.-]*)?")
_STOP = re.compile(r"[>\"'{<]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060"  # where a word may or may not be parted
_ATTRIBUTE = re.compile(r"(?<![\w:-])([\w:-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>{]+))")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag at start..end of a text. `name` is as written, "" for a JSX fragment."""

    name: str
    start: int
    end: int
    closing: bool
    self_closing: bool


class LookAhead:
    """The next place of a string at or after a position.

    The last answer for each string is kept with the run it holds for, so that
    a thousand openers without a closer cost no more than one.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[str, tuple[int, int, int]] = {}  # asked at, start, end of the answer
        self._patterns: dict[str, re.Pattern[str]] = {}

    def find(self, needle: str, at: int) -> int:
        """Where `needle` next begins; beyond the end of the text if nowhere."""
        asked, start, _ = self._known.get(needle, (1, 0, 0))
        if not asked <= at <= start:
            start = self.text.find(needle, at)
            start = start if start >= 0 else len(self.text) + 1
            self._known[needle] = (at, start, start)
        return start

    def match(self, pattern: str, at: int) -> tuple[int, int] | None:
        """The next match of `pattern` (multi-line, case ignored), as (start, end), or None."""
        asked, start, end = self._known.get(pattern, (1, 0, 0))
        if not asked <= at <= start:
            compiled = self._patterns.setdefault(pattern, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
            found = compiled.search(self.text, at)
            start, end = found.span() if found else (len(self.text) + 1, 0)
            self._known[pattern] = (at, start, end)
        return (start, end) if start <= len(self.text) else None


def tag_at(text: str, at: int, limit: int, ahead: LookAhead, braces: dict[int, int] | None = None) -> Tag | None:
    """The tag that begins with the ``<`` at `at` and ends before `limit`, or None if that is none.

    `braces` gives the closing brace of each JSX expression; without it a brace
    is an ordinary character.
    """
    name = _NAME.match(text, at, limit)
    if name is None:
        return None
    pos = name.end()
    while stop := _STOP.search(text, pos, limit):
        char = stop.group()
        if char == ">":
            return Tag(name[1] or "", at, stop.end(), text[at + 1] == "/", text[stop.start() - 1] == "/")
        if char == "<":
            return None
        if char == "{":
            close = braces.get(stop.start()) if braces is not None else stop.start()
        else:
            close = ahead.find(char, stop.end())
        if close is None or close >= limit:
            return None
        pos = close + 1
    return None


def attributes(text: str, tag: Tag) -> Iterator[tuple[str, int, int]]:
    """(name in lower case, start, end of the value) of each attribute of a tag, the quotes left out."""
    for match in _ATTRIBUTE.finditer(text, tag.start + 1, tag.end):
        group = next(g for g in (2, 3, 4) if match[g] is not None)
        yield match[1].lower(), *match.span(group)


_IN_ATTRIBUTE: Spelling = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_UNQUOTED: Spelling = tuple((char, None) for char in "\"'`= \t\r\n\f")


def attribute_spelling(text: str, start: int) -> Spelling:
    """How an attribute whose value begins at `start` writes the characters that mean something else in it."""
    quote = text[start - 1]
    own = {'"': (('"', "&quot;"),), "'": (("'", "&#39;"),)}.get(quote, _UNQUOTED)
    return (*_IN_ATTRIBUTE, *own)


def tag_language(text: str, tag: Tag, home: str) -> str | None:
    """The language that a tag gives its content, "zxx" where it says not to translate or check it, None if neither.

    `home`, the language of the text around it, is "".
    """
    for name, start, end in attributes(text, tag):
        value = text[start:end].lower()
        if (name, value) in (("translate", "no"), ("spellcheck", "false")):
            return "zxx"
        if name in ("lang", "xml:lang") and value:
            language = language_tag(text[start:end])
            return None if not language else "" if base(language) == home else language
    return None


def with_entities(text: str, start: int, end: int) -> Iterator[Segment]:
    """The parts of a run of HTML text or of an attribute: verbatim, and markup for each entity."""
    at = start
    for match in _ENTITY.finditer(text, start, end):
        char = html.unescape(match.group())
        if char == match.group():  # no such entity: the characters stand for themselves
            continue
        if match.start() > at:
            yield Segment("text", at, match.start())
        if char in _UNSEEN:
            yield Segment("hidden", match.start(), match.end())
        else:
            yield Segment("markup", match.start(), match.end(), char)
        at = match.end()
    if at < end:
        yield Segment("text", at, end)
