"""The plain form of a text: composed letters, common spaces, hyphens and letters, no marks that take no room."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from .spans import Edit, Span, apply_edits

# Marks that take no room (soft hyphen, zero-width space, direction marks …): what remains without them is what a reader
# sees. A joiner is one between Latin letters only, for elsewhere it makes another letter or another emoji.
_UNSEEN = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_LATIN = "A-Za-z\u00c0-\u024f"
_IS_UNSEEN = re.compile(f"[{_UNSEEN}]|(?<=[{_LATIN}\u0300-\u036f\u200c\u200d])[\u200c\u200d](?=[{_LATIN}\u200c\u200d])")
# Letters and digits of a compatibility form that mean the plain ones: ligatures, full width, bold and script letters.
# Superscripts, fractions and circled numbers mean something else.
_COMPATIBLE = re.compile(
    "[\u0132\u0133\u017f\u01c4-\u01cc\u01f1-\u01f3\u2160-\u217f\ufb00-\ufb06"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]"
)
_SAME = {ord(char): same for chars, same in (("\u00a0\u2007\u202f", " "), ("\u2010\u2011", "-")) for char in chars}
_LETTER_APOSTROPHE = re.compile(f"(?<=[{_LATIN}])\u02bc(?=[{_LATIN}])")
_NOT_ASCII = re.compile(r"[ -~]?[^\x00-\x7f]+")
_MOST_MARKS = 32  # on one letter; `unicodedata` takes the square of their number


def plain_forms(text: str) -> Iterator[tuple[Span, str]]:
    """The runs of `text` that engines and word lists know in another form, in order, each with that form.

    Letters are composed (NFC), marks that take no room are gone, no-break
    spaces and hyphens are common ones, and ligatures, full-width and bold
    letters are the plain ones. All else is left as it is.

    >>> [(span.start, span.end, form) for span, form in plain_forms("cafe\u0301 o\ufb03ce")]
    [(3, 5, 'é'), (7, 8, 'ffi')]
    """
    if text.isascii():
        return
    at = 0
    for run in _NOT_ASCII.finditer(text):
        at = max(at, run.start())
        while at < run.end():
            stop = _cluster_end(text, at)
            form = _plain_form(text, at, stop)
            if form != text[at:stop]:
                yield Span(at, stop), form
            at = stop


def plain(text: str) -> str:
    """`text` with each run of `plain_forms` in that form.

    >>> plain("re\u0301sume\u0301 in\u00adter\u00adnational")
    'résumé international'
    """
    return text if text.isascii() else apply_edits(text, [Edit(span, form) for span, form in plain_forms(text)])


def _cluster_end(text: str, start: int) -> int:
    """Where the letter that begins at `start` ends, with all that is composed with it and the unseen marks after it."""
    at = start + 1
    while at < min(len(text), start + _MOST_MARKS) and (char := text[at]) >= "\x80":
        if not (unicodedata.combining(char) or _IS_UNSEEN.match(text, at) or _composes(text[start:at], char)):
            break
        at += 1
    return at


def _composes(letter: str, char: str) -> bool:
    """Whether `char`, no mark, becomes one letter with the one before it, as the vowels of Hangul do."""
    if len(letter) > 3 or not unicodedata.category(char).startswith(("L", "M")):
        return False
    return unicodedata.normalize("NFC", letter + char) != unicodedata.normalize("NFC", letter) + char


def _plain_form(text: str, start: int, end: int) -> str:
    if end == start + 1 and text[start] < "\x80":
        return text[start]
    seen = "".join(text[i] for i in range(start, end) if not _IS_UNSEEN.match(text, i))
    if _LETTER_APOSTROPHE.match(text, start):
        seen = "\u2019" + seen[1:]
    form = unicodedata.normalize("NFC", seen).translate(_SAME)
    return _COMPATIBLE.sub(lambda m: unicodedata.normalize("NFKC", m.group()), form)
