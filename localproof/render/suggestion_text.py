"""Edits in words: ``could of → could have``.

An edit is as small as it can be, which suits machines; a person wants whole
words, also around a comma or a word put in. What an entry names is what is
marked in the sentence: whoever draws a mark asks `quote_words` where.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ..report import Finding
from ..text import Edit, Span
from .style import Style
from .width import InkedWord, one_line, to_cells

_MOST_SHOWN = 3
_FAR = 40  # characters; a "word" longer than this is no help
_CHUNK_BEFORE = re.compile(r"\S+\Z")
_CHUNK_AFTER = re.compile(r"\S+")
_LETTERS_AFTER = re.compile(r"[\w'’-]+")
_WORD_BEFORE = re.compile(r"[^\W_](?:[\w'’-]*\w)?(?:[ \t]+|[ \t]*\r?\n[ \t]*)\Z")
_WORD_AFTER = re.compile(r"(?:[ \t]+|[ \t]*\r?\n[ \t]*)[^\W_](?:[\w'’-]*\w)?")


def describe_changes(text: str, finding: Finding) -> list[tuple[str, list[str]]]:
    """What the edits of `finding` do to `text`: the old words and the new ones that may take their place, best first.

    >>> finding = Finding(Span(8, 10), "x/Y", "", edits=(Edit(Span(8, 10), "have"),))
    >>> describe_changes("I could of gone", finding)
    [('of', ['have'])]
    """
    out: list[tuple[str, list[str]]] = []
    for wide in align_to_words(text, finding.edits):
        old, new = _show_spaces(wide.span.of(text)), _show_spaces(wide.text)
        if out and out[-1][0] == old:
            out[-1][1].append(new)
        else:
            out.append((old, [new]))
    return out


def quote_words(text: str, finding: Finding) -> Span:
    """The words of `text` that the entry of `finding` names first, and that are to be marked; an empty span where
    something is to be put in.

    >>> edits = (Edit(Span(8, 10), "have"), Edit(Span(2, 10), "could've"))
    >>> quote_words("I could of gone", Finding(Span(8, 10), "x/Y", "", edits)).of("I could of gone")
    'could of'
    """
    if not finding.edits or finding.span.start == finding.span.end:
        return finding.span
    return align_to_words(text, finding.edits)[0].span


def align_to_words(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """The same changes of `text` in whole words, all told of the same words unless these are far apart.

    >>> edits = (Edit(Span(4, 6), ""), Edit(Span(0, 4), ""))
    >>> align_to_words("the a cat", edits) == [Edit(Span(0, 5), "the"), Edit(Span(0, 5), "a")]
    True
    """
    wide = [widen_to_words(text, edit) for edit in edits]
    start, end = min((e.span.start for e in wide), default=0), max((e.span.end for e in wide), default=0)
    if end - start > _FAR:
        return wide
    together = [text[start : e.span.start] + e.text + text[e.span.end : end] for e in wide]
    if len(edits) > 1:  # the space behind words of which one goes is nothing that changes
        while end > start and all(new[-1:] == text[end - 1 : end] in (" ", "\n") and new[:-1] for new in together):
            end, together = end - 1, [new[:-1] for new in together]
    return [Edit(Span(start, end), new) for new in together]


def widen_to_words(text: str, edit: Edit) -> Edit:
    """The same change of `text`, told of whole words: those around it where the change is of marks or of space, or puts
    words in.

    >>> widen_to_words("We said so However it rained", Edit(Span(18, 18), ",")).text
    'However,'
    """
    old = edit.span.of(text)
    if _letters(old) and (_letters(edit.text) or not edit.text):
        return edit
    start, end = _chunks(text, edit.span.start, edit.span.end, whole_words=_letters(old + edit.text) > 0)
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


def _show_spaces(text: str) -> str:
    return one_line(text).strip()


def _mark_spaces(text: str, style: Style) -> str:
    """`text` with two spaces or more in a row made visible."""
    return re.sub(" {2,}", lambda m: ("␣" if style.unicode else "_") * len(m.group()), text)


def _plain(text: str) -> str:
    """`text` as the eye sees it: no characters without width, all spaces alike."""
    return "".join(" " if cell.text.isspace() else cell.text for cell in to_cells(text) if cell.width)


def _name_lookalikes(text: str) -> str:
    """`text` with the characters that the eye cannot tell from others written as their code points."""
    hidden = (unicodedata.category(char) in ("Cf", "Zs") and char != " " for char in text)
    return "".join(f"<U+{ord(char):04X}>" if hides else char for char, hides in zip(text, hidden, strict=True))


def suggestion(text: str, finding: Finding, style: Style) -> list[InkedWord]:
    """The suggestions of `finding` as words to fill: ``goverment → government or governor``. Empty if it has none; only
    the first where that is certain."""
    pieces: list[InkedWord] = []
    shown = 0
    most = 1 if finding.is_safe_fix else _MOST_SHOWN
    for old, news in describe_changes(text, finding):
        wanted = news[: most - shown]
        if not wanted:
            break
        shown += len(wanted)
        if pieces:
            pieces[-1] = InkedWord(pieces[-1].text + ";", pieces[-1].ink)
        pieces += _one_change(old, wanted, style)
    rest = 0 if finding.is_safe_fix else len(finding.edits) - shown
    if rest > 0:
        pieces.append(InkedWord(f"({rest} more)", "quiet"))
    return pieces


def _one_change(old: str, news: list[str], style: Style) -> Iterator[InkedWord]:
    if any(old != new and _plain(old) == _plain(new) for new in news):  # they would look the same
        old, news = _name_lookalikes(old), [_name_lookalikes(new) for new in news]
    if news == [""]:
        yield InkedWord("remove")
        yield InkedWord(style.quoted(_mark_spaces(old, style)))
        return
    if old:
        yield InkedWord(_mark_spaces(old, style))
        yield InkedWord(style.arrow, "quiet")
    else:
        yield InkedWord("add")
    for i, new in enumerate(news):
        if i:
            yield InkedWord("or", "quiet")
        yield InkedWord(_mark_spaces(new, style) or "(nothing)", "new")
