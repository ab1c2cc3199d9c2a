"""The text's own typography: an edit writes apostrophes, quotation marks, ellipses and dashes as the text around does.

Engines offer ``don't`` whatever the text looks like. What a text uses is told
by its nearest use of the same kind of mark, and where it has none, by its
nearest apostrophe or quotation mark of any kind.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from ..report import Finding
from ..text import Block, Document, Edit

Role = Literal["apostrophe", "opening", "closing", "inner opening", "inner closing", "ellipsis", "dash"]

_MARK = re.compile(r"""['\u2018\u2019\u201a"\u201c\u201d\u201e\u2026]|\.\.\.+|-{2,3}|[\u2013\u2014]""")
_CURLY: dict[Role, str] = {
    "apostrophe": "\u2019",
    "opening": "\u201c",
    "closing": "\u201d",
    "inner opening": "\u2018",
    "inner closing": "\u2019",
}
_STRAIGHT = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201e": '"',
        "\u201d": '"',
        "\u2026": "...",
        "\u2013": "\u2014",
    }
)
_OPENS_AFTER = frozenset("([{\u2014\u2013-/\u201c\u2018\"'")


class _Use(NamedTuple):
    block: int
    at: int
    role: Role
    form: str


class Typography:
    """How the `blocks` of a document write their marks. Nothing is looked at until an edit has one."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks

    def writes_like(self, other: Typography) -> bool:
        """Whether the marks of both texts stand in the same places of the same blocks, so that both fit findings of
        equal blocks alike."""
        return len(self._blocks) == len(other._blocks) and all(
            mine.text == theirs.text or _forms(mine.text) == _forms(theirs.text)
            for mine, theirs in zip(self._blocks, other._blocks, strict=True)
        )

    def fitted(self, block: int, findings: list[Finding]) -> list[Finding]:
        """`findings` of the block with this number, with the marks in their edits as the text writes them. Findings of
        typography are left alone, and edits that are of nothing but a mark: what they change is their very point."""
        if not has_marks(findings):
            return findings
        return [self._fitted(block, finding) for finding in findings]

    def _fitted(self, block: int, finding: Finding) -> Finding:
        if finding.kind == "typography" or not any(_MARK.search(e.text) for e in finding.edits):
            return finding
        return replace(finding, edits=tuple(dict.fromkeys(self._edit(block, e) for e in finding.edits)))

    def _edit(self, block: int, edit: Edit) -> Edit:
        text = self._blocks[block].text
        old = edit.span.of(text)
        if straight(old) == straight(edit.text):
            return edit
        out, at = [], 0
        whole = (
            text[max(edit.span.start - 1, 0) : edit.span.start] + edit.text + text[edit.span.end : edit.span.end + 1]
        )
        offset = min(edit.span.start, 1)
        for start, end, role in _marks(whole):
            if offset <= start and end <= offset + len(edit.text):
                out += [edit.text[at : start - offset], self._form(block, edit.span.start, role, whole[start:end])]
                at = end - offset
        return Edit(edit.span, "".join(out) + edit.text[at:])

    def _form(self, block: int, at: int, role: Role, offered: str) -> str:
        """How the text writes a mark with this role at this place; as it is `offered` where nothing tells."""
        same = _nearest(self._by_role.get(role, []), block, at)
        if same is not None:
            return same.form
        if role in _CURLY and (other := _nearest(self._quotes, block, at)) is not None:
            return _CURLY[role] if other.form in _CURLY.values() else straight(_CURLY[role])
        return offered

    @cached_property
    def _by_role(self) -> dict[Role, list[_Use]]:
        uses: dict[Role, list[_Use]] = {}
        for number, block in enumerate(self._blocks):
            for start, end, role in _uses(block.text):
                uses.setdefault(role, []).append(_Use(number, start, role, block.text[start:end]))
        return uses

    @cached_property
    def _quotes(self) -> list[_Use]:
        return sorted(use for role, uses in self._by_role.items() if role in _CURLY for use in uses)


def has_marks(findings: Iterable[Finding]) -> bool:
    """Whether there is a mark in any edit of `findings`."""
    return any(_MARK.search(e.text) for f in findings for e in f.edits)


def straight(text: str) -> str:
    """`text` with one form for all that are the same mark.

    >>> straight("\u201cDon\u2019t\u2026\u201d")
    '"Don\\'t..."'
    """
    return text if text.isascii() else text.translate(_STRAIGHT)


def has_accents(text: str) -> bool:
    """Whether `decomposed` may have made `text`, or makes something else of it."""
    return not text.isascii() and unicodedata.normalize("NFD", text) != unicodedata.normalize("NFC", text)


def decomposed(document: Document, text: str) -> str:
    """`text` with its accents apart from their letters, if `document` writes all of its own so."""
    apart = unicodedata.normalize("NFD", text)
    if apart == text or not re.search("[A-Za-z][\u0300-\u036f]", document.text):
        return text
    return text if re.search("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017e]", document.text) else apart


def _nearest(uses: Sequence[_Use], block: int, at: int) -> _Use | None:
    """The use nearest to a place: in its own block, else in the nearest block; of two as near the one before."""
    i = bisect_left(uses, (block, at))
    beside: Iterable[_Use] = uses[max(i - 1, 0) : i + 1]
    return min(beside, key=lambda use: (abs(use.block - block), abs(use.at - at)), default=None)


@lru_cache(maxsize=1024)
def _uses(text: str) -> tuple[tuple[int, int, Role], ...]:
    return tuple(_marks(text))


def _forms(text: str) -> list[tuple[int, Role, str]]:
    return [(start, role, text[start:end]) for start, end, role in _uses(text)]


def _marks(text: str) -> Iterator[tuple[int, int, Role]]:
    """Where the marks of `text` start and end, and what each is for there."""
    for match in _MARK.finditer(text):
        start, end = match.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        role = _role(match.group(), before, after)
        if role is not None:
            yield start, end, role


def _role(mark: str, before: str, after: str) -> Role | None:
    if mark in ("\u2026", "..."):
        return "ellipsis"
    if mark in ("\u2013", "\u2014", "--", "---"):
        return None if before.isdigit() or after.isdigit() else "dash"
    if mark[0] == ".":
        return None
    if mark in "\u201a\u201e":  # German and Polish
        return "opening" if mark == "\u201e" else "inner opening"
    opens = not before or before.isspace() or before in _OPENS_AFTER
    if mark in '"\u201c\u201d':
        return "opening" if opens else "closing"
    return _role_of_single(before, after, opens=opens)


def _role_of_single(before: str, after: str, *, opens: bool) -> Role:
    if before.isalpha() and (after.isalpha() or before in "sS"):
        return "apostrophe"
    return ("apostrophe" if after.isdigit() else "inner opening") if opens else "inner closing"
