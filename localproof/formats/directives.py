"""Comments in which a writer speaks to LocalProof, or to another checker, about the text around them."""

from __future__ import annotations

import re

from ..text import Action, Directive, LineIndex, Scope, Span

_OURS = re.compile(r"\s*localproof\s*(?:[:\s-]\s*)([A-Za-z][\w-]*)?(.*)", re.IGNORECASE | re.DOTALL)
_REASON = re.compile(r"\s+--(?:\s|$).*", re.DOTALL)
_SPELLING = ("*/SpellCheck", "*/MORFOLOGIK_*", "*/HUNSPELL_*")  # what a spell checker's own comment may silence

# What others' comments mean: the whole comment, lower case, single spaces, none around : and =.
_OTHERS: dict[str, tuple[Action, Scope, tuple[str, ...]]] = {
    "vale off": ("off", "from-here", ()),
    "vale on": ("on", "from-here", ()),
    "ltex:enabled=false": ("off", "from-here", ()),
    "ltex:enabled=true": ("on", "from-here", ()),
    "harper:ignore": ("ignore", "block", ()),
    "spellchecker:off": ("off", "from-here", _SPELLING),
    "spellchecker:on": ("on", "from-here", _SPELLING),
    "spellchecker:disable": ("off", "from-here", _SPELLING),
    "spellchecker:enable": ("on", "from-here", _SPELLING),
    "spellchecker:ignore": ("ignore", "block", _SPELLING),
    "spellchecker:ignore-next-line": ("ignore", "next-line", _SPELLING),
    "cspell:disable": ("off", "from-here", _SPELLING),
    "cspell:enable": ("on", "from-here", _SPELLING),
    "cspell:disable-line": ("ignore", "line", _SPELLING),
    "cspell:disable-next-line": ("ignore", "next-line", _SPELLING),
    "codespell:ignore": ("ignore", "line", _SPELLING),
}
_SCOPES: dict[str, Scope] = {"line": "line", "next-line": "next-line", "file": "file", "block": "block"}


def parse_comment(text: str, span: Span) -> Directive | None:
    """What the inside of a comment asks for, or None if it asks for nothing that is known.

    `span` is the whole comment in the source. ``localproof: off`` and ``on``
    open and close a region; ``ignore`` speaks of the next block, ``ignore
    line``, ``ignore next-line`` and ``ignore file`` of those. Names or globs of
    rules may follow, and a reason after ``--``.

    >>> parse_comment(" localproof: ignore next-line harper/AnA -- a name ", Span(0, 9)).rules
    ('harper/AnA',)
    >>> parse_comment(" vale off ", Span(0, 9)).action
    'off'
    """
    if len(text) > 2000:
        return None
    ours = _OURS.fullmatch(text)
    if ours is None:
        known = _OTHERS.get(re.sub(r"\s*([:=])\s*", r"\1", " ".join(text.lower().split())))
        return Directive(span, *known) if known else None
    word = (ours[1] or "").lower()
    rest = tuple(re.split(r"[\s,]+", _REASON.sub("", ours[2]).strip())) if ours[2].strip() else ()
    rest = tuple(r for r in rest if r)
    if word in ("off", "disable"):
        return Directive(span, "off", "from-here", rest)
    if word in ("on", "enable"):
        return Directive(span, "on", "from-here", rest)
    if word == "ignore":
        scope = _SCOPES.get(rest[0].lower()) if rest else None
        return Directive(span, "ignore", scope or "block", rest[1:] if scope else rest)
    verb, _, scope_name = word.partition("-")
    if verb in ("ignore", "disable") and scope_name in _SCOPES:
        return Directive(span, "ignore", _SCOPES[scope_name], rest)
    return None


def unknown_word(text: str) -> str | None:
    """The word after ``localproof:`` in a comment that `parse_comment` can do nothing with, "" if there is none.

    >>> unknown_word(" localproof: of ")
    'of'
    >>> unknown_word(" localproof is good ") is None
    True
    """
    ours = re.match(r"\s*localproof\s*:\s*([^\s]{0,40})", text, re.IGNORECASE)
    if ours is None or parse_comment(text, Span(0, 0)) is not None:
        return None
    return ours[1]


class DirectiveCollector:
    """What the comments of one source ask for: `directives`, in order, and a line in `notes` for each misspelt one."""

    def __init__(self, source: str) -> None:
        self.directives: list[Directive] = []
        self.notes: list[str] = []
        self._source = source
        self._lines: LineIndex | None = None

    def note_comment(self, inner: str, start: int, end: int) -> None:
        """Take note of the comment at start..end of the source, whose inside is `inner`."""
        directive = parse_comment(inner[:4000], Span(start, end))
        if directive is not None:
            self.directives.append(directive)
        elif (word := unknown_word(inner[:4000])) is not None:
            self._lines = self._lines or LineIndex(self._source)
            line = self._lines.line(start) + 1
            self.notes.append(f"line {line}: “localproof: {word}” is not known; use off, on or ignore")
