"""Edits in words: ``could of → could have``.

An edit is as small as it can be, which suits machines; a person wants the
words around a comma, a dropped word or an `of` to see what is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..report import Finding
from ..text import Edit, Span
from .style import Style
from .width import Word, cells, one_line

_MOST_SHOWN = 3
_SHORT = 4  # a change of fewer letters needs a neighbour to be understood
_FAR = 40  # characters; a "word" longer than this is no help
_ARTICLES = frozenset({"a", "an", "the"})
_CHUNK_BEFORE = re.compile(r"\S+\Z")
_CHUNK_AFTER = re.compile(r"\S+")
_LETTERS_AFTER = re.compile(r"[\w'’-]+")
_WORD_BEFORE = re.compile(r"[^\W_](?:[\w'’-]*\w)?(?:[ \t]+|[ \t]*\r?\n[ \t]*)\Z")
_WORD_AFTER = re.compile(r"(?:[ \t]+|[ \t]*\r?\n[ \t]*)[^\W_](?:[\w'’-]*\w)?")


def changes(text: str, finding: Finding) -> list[tuple[str, list[str]]]:
    """What the edits of `finding` do to `text`: the old words and the new ones that may take their place, best first.

    >>> finding = Finding(Span(8, 10), "x/Y", "", edits=(Edit(Span(8, 10), "have"),))
    >>> changes("I could of gone", finding)
    [('could of', ['could have'])]
    """
    out: list[tuple[str, list[str]]] = []
    for wide in _aligned(text, [in_context(text, edit, alone=len(finding.edits) == 1) for edit in finding.edits]):
        old, new = _shown(wide.span.of(text)), _shown(wide.text)
        if out and out[-1][0] == old:
            out[-1][1].append(new)
        else:
            out.append((old, [new]))
    return out


def _aligned(text: str, edits: list[Edit]) -> list[Edit]:
    """The same changes, all told of the same words, unless these are far apart."""
    start, end = min((e.span.start for e in edits), default=0), max((e.span.end for e in edits), default=0)
    if end - start > _FAR:
        return edits
    return [Edit(Span(start, end), text[start : e.span.start] + e.text + text[e.span.end : end]) for e in edits]


def in_context(text: str, edit: Edit, *, alone: bool = True) -> Edit:
    """The same change of `text`, told with as many words around it as it takes to read it; fewer if it is not the only
    one, for then the words would be told again with each.

    >>> in_context("We said so However it rained", Edit(Span(18, 18), ",")).text
    'However,'
    """
    old = edit.span.of(text)
    start, end = edit.span.start, edit.span.end
    if not (_letters(old) and _letters(edit.text)):
        start, end = _chunks(text, start, end, whole_words=_letters(old + edit.text) > 0)
    elif alone and (max(_letters(old), _letters(edit.text)) < _SHORT or _letters(old) < _SHORT - 1):
        start, end = _neighbour(text, start, end, old)
    return Edit(Span(start, end), text[start : edit.span.start] + edit.text + text[edit.span.end : end])


def _letters(text: str) -> int:
    return sum(char.isalnum() for char in text)


def _chunks(text: str, start: int, end: int, *, whole_words: bool) -> tuple[int, int]:
    """To the white space on both sides of an insertion, a deletion or a change of marks; a word further where the
    change itself is of words or begins at white space."""
    before, after = text[max(start - _FAR, 0) : start], text[end : end + _FAR]
    whole = _LETTERS_AFTER if whole_words else _CHUNK_AFTER
    if chunk := _CHUNK_BEFORE.search(before):
        start -= len(chunk.group())
    elif word := _WORD_BEFORE.search(before):
        start -= len(word.group())
    if chunk := whole.match(after):
        end += len(chunk.group())
    elif whole_words and (word := _WORD_AFTER.match(after)):
        end += len(word.group())
    return start, end


def _neighbour(text: str, start: int, end: int, old: str) -> tuple[int, int]:
    """One plain word beside a short change: the one after an article, else the one before if there is one."""
    before = _WORD_BEFORE.search(text[max(start - _FAR, 0) : start])
    after = _WORD_AFTER.match(text[end : end + _FAR])
    if after and (old.lower() in _ARTICLES or not before):
        return start, end + len(after.group())
    if before:
        return start - len(before.group()), end
    return start, end


def _shown(text: str) -> str:
    return one_line(text).strip()


def _spaced(text: str, style: Style) -> str:
    """`text` with two spaces or more in a row made visible."""
    return re.sub(" {2,}", lambda m: ("␣" if style.unicode else "_") * len(m.group()), text)


def _plain(text: str) -> str:
    """`text` as the eye sees it: no characters without width, all spaces alike."""
    return "".join(" " if cell.text.isspace() else cell.text for cell in cells(text) if cell.width)


def _named(text: str) -> str:
    """`text` with the characters that the eye cannot tell from others written as their code points."""
    hidden = (unicodedata.category(char) in ("Cf", "Zs") and char != " " for char in text)
    return "".join(f"<U+{ord(char):04X}>" if hides else char for char, hides in zip(text, hidden, strict=True))


def suggestion(text: str, finding: Finding, style: Style) -> list[Word]:
    """The suggestions of `finding` as words to fill: ``goverment → government or governor``. Empty if it has none."""
    pieces: list[Word] = []
    shown = 0
    for old, news in changes(text, finding):
        wanted = news[: _MOST_SHOWN - shown]
        if not wanted:
            break
        shown += len(wanted)
        if pieces:
            pieces[-1] = Word(pieces[-1].text + ";", pieces[-1].ink)
        pieces += _one_change(old, wanted, style)
    rest = len(finding.edits) - shown
    if rest > 0:
        pieces.append(Word(f"({rest} more)", "quiet"))
    return pieces


def _one_change(old: str, news: list[str], style: Style) -> Iterator[Word]:
    if any(old != new and _plain(old) == _plain(new) for new in news):  # they would look the same
        old, news = _named(old), [_named(new) for new in news]
    if news == [""]:
        yield Word("remove")
        yield Word(style.quoted(_spaced(old, style)))
        return
    if old:
        yield Word(_spaced(old, style))
        yield Word(style.arrow, "quiet")
    else:
        yield Word("add")
    for i, new in enumerate(news):
        if i:
            yield Word("or", "quiet")
        yield Word(_spaced(new, style) or "(nothing)", "new")
