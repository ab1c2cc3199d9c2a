"""From runs of source to a `Block`: the one place where block text and its map are put together."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal, NamedTuple

from ..text import Block, Piece, PieceKind, Span, plain, plain_forms
from .placeholders import placeholder_runs

PartKind = Literal["text", "normalized", "markup", "placeholder", "image", "hidden"]

# Words that stand for code, a URL, a formula …, chosen by trying a dozen on 5,000 paragraphs of two blogs: these
# gave Harper and LanguageTool the least reason to speak of the words around them. "Foo" is known to both in every
# dialect of English; "Data" goes with a plural and a singular, but "the Data plugin" reads as a verb to Harper.
PLACEHOLDER = "Foo"
PLACEHOLDER_AFTER_AN = "Ina"
PLACEHOLDER_PLURAL = "Data"

_MOST_MADE = 1024  # blocks that are kept: a text of 30,000 words has some 900

_HOLE = "\ufffc"  # stands for a placeholder while a block is being put together
_UNSPEAKABLE = re.compile("[\x00\ud800-\udfff]")  # cannot be sent to an engine as UTF-8, or ends a C string
_AFTER_AN = re.compile(r"\ban[\s\"'\u201c\u2018(\[*_]+$", re.IGNORECASE)
_AFTER_PLURAL = re.compile(
    r"\b(?:these|those|many|several|few|both|most|all|multiple|various|different|following|other|"
    r"two|three|four|five|six|seven|eight|nine|ten|[2-9]|there(?: are| were|'re))\s+$",
    re.IGNORECASE,
)
_BEFORE_PLURAL = re.compile(
    r"[\"'\u201d\u2019)]*\s+(?:are|were|have|do|aren|weren|haven|don|remain|exist)\b", re.IGNORECASE
)
_CLOSING = frozenset(".,;:!?)]}\u201d\u2019")


class Segment(NamedTuple):
    """A run of the source and what an engine sees in its place.

    `text`: the run itself. `normalized`: its plain form (see `text.plain_forms`),
    which `build_block` makes; no reader gives it. `markup`: `text` in place of the
    run. `placeholder`: a neutral word. `image`: a placeholder where it stands
    inside a sentence, else nothing. `hidden`: nothing, and no double space
    where it stood.
    """

    kind: PartKind
    start: int
    end: int
    text: str = ""


Spelling = tuple[tuple[str, str | None], ...]  # as in `Block`


def build_block(
    source: str, parts: Sequence[Segment], kind: str, language: str = "", spelling: Spelling = ()
) -> Block | None:
    """The block that `parts` of `source` make up, or None if it holds no word of prose.

    Outer white space is dropped; URLs, paths, handles, hashes and the like
    (see `masks`) become placeholders. A block that was made before, in this
    place or another, is only moved: of a text that is being typed all but one
    are. What a block becomes depends on the source within its parts alone.
    """
    if not parts:
        return None
    first, last = min(p.start for p in parts), max(p.end for p in parts)
    moved = tuple([Segment(p.kind, p.start - first, p.end - first, p.text) for p in parts])
    return _cached_block(source[first:last], moved, kind, language, spelling).at(first)


class _CachedBlock:
    """A block whose source begins at 0, and where it stood last."""

    def __init__(self, block: Block | None) -> None:
        self._block = block
        self._last = (0, block)  # one value, so that threads may share it

    def at(self, first: int) -> Block | None:
        """The block where its source begins at `first`."""
        block = self._block
        if block is None:
            return None
        place, last = self._last
        if place != first:
            last = replace(block, pieces=tuple([Piece(p.span, p.source.shifted(first), p.kind) for p in block.pieces]))
            self._last = (first, last)
        return last


@lru_cache(maxsize=_MOST_MADE)
def _cached_block(
    source: str, parts: tuple[Segment, ...], kind: str, language: str, spelling: Spelling
) -> _CachedBlock:
    return _CachedBlock(_block(source, parts, kind, language, spelling))


def clear_block_cache() -> None:
    """Make every block anew from now on."""
    _cached_block.cache_clear()


def _block(source: str, parts: Sequence[Segment], kind: str, language: str, spelling: Spelling) -> Block | None:
    """See `build_block`."""
    tidy = _trim_segments(source, parts)
    joined = "".join(p.text for p in tidy)
    starts: list[int] = []
    at = 0
    for part in tidy:
        starts.append(at)
        at += len(part.text)
    holes = _placeholders(joined, tidy, starts)
    texts: list[str] = []
    pieces: list[Piece] = []
    length = 0
    for piece_kind, text, span in _runs(tidy, starts, joined, holes):
        pieces.append(Piece(Span(length, length + len(text)), span, piece_kind))
        texts.append(text)
        length += len(text)
    if not any(
        p.kind in ("text", "normalized") and any(map(str.isalpha, t)) for p, t in zip(pieces, texts, strict=True)
    ):
        return None
    return Block(kind, "".join(texts), tuple(pieces), language, spelling)


def _runs(
    parts: list[Segment], starts: list[int], joined: str, holes: list[tuple[int, int]]
) -> Iterator[tuple[PieceKind, str, Span]]:
    """The pieces of a block in order: verbatim runs between the holes, a placeholder in each hole."""
    at = 0
    for start, end in [*holes, (len(joined), len(joined))]:
        i = bisect_right(starts, at) - 1
        while at < start:
            part = parts[i]
            stop = min(start, starts[i] + len(part.text))
            if part.kind == "text":
                first = part.start + at - starts[i]
                yield "text", joined[at:stop], Span(first, first + stop - at)
            else:  # one piece, whole: a hole never cuts it (see _whole)
                kind: PieceKind = "normalized" if part.kind == "normalized" else "markup"
                yield kind, joined[at:stop], Span(part.start, part.end)
            at = stop
            i += 1
        if end > start:
            first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
            span = Span(_source(parts[first], starts[first], start), _source(parts[last], starts[last], end))
            yield "placeholder", _word(joined, start, end), span
            at = end


def _word(joined: str, start: int, end: int) -> str:
    """The placeholder that fits its neighbours: after ``an`` a vowel, between plurals a plural."""
    if _AFTER_AN.search(joined, max(0, start - 12), start):
        return PLACEHOLDER_AFTER_AN
    if _BEFORE_PLURAL.match(joined, end, end + 20) or _AFTER_PLURAL.search(joined, max(0, start - 20), start):
        return PLACEHOLDER_PLURAL
    return PLACEHOLDER


def _source(part: Segment, start: int, at: int) -> int:
    """Where offset `at` of the joined text lies in the source; an edge of the part if it is not text."""
    if part.kind == "text":
        return part.start + at - start
    return part.start if at <= start else part.end


def _placeholders(joined: str, parts: list[Segment], starts: list[int]) -> list[tuple[int, int]]:
    """What is to be replaced by placeholders: masks and ready placeholders with the letters that cling to them.

    ``the `foo`s`` has its plural s in the hole. What is no text is within a hole or outside it, whole: a letter whose
    accent is a second code point is one run of the source. Neighbours that touch become one.
    """
    grown: list[tuple[int, int]] = []
    for start, end in [(at, at + 1) for at, part in zip(starts, parts, strict=True) if part.kind == "placeholder"]:
        while start > 0 and joined[start - 1].isalnum() and (not grown or start > grown[-1][1]):
            start -= 1
        while end < len(joined) and joined[end].isalnum():
            end += 1
        grown.append((start, end))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(_whole(hole, joined, parts, starts) for hole in grown + placeholder_runs(joined)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _whole(hole: tuple[int, int], joined: str, parts: list[Segment], starts: list[int]) -> tuple[int, int]:
    """`hole`, or as much more as it takes to cut no part that is not text, with the letters that cling to that."""
    start, end = hole
    first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
    if parts[first].kind != "text":
        start = starts[first]
    if parts[last].kind != "text":
        end = max(end, starts[last] + len(parts[last].text))
    while hole[1] < end < len(joined) and joined[end].isalnum():
        part = bisect_right(starts, end) - 1
        end = end + 1 if parts[part].kind == "text" else starts[part] + len(parts[part].text)
    return start, end


def _trim_segments(source: str, parts: Sequence[Segment]) -> list[Segment]:
    """Visible parts only, with their text, without outer or doubled white space around what is hidden."""
    out: list[Segment] = []
    hidden = False
    for part in _segment_texts(source, _images(source, parts)):
        if part.kind == "hidden":
            hidden = True
            continue
        is_break = part.kind == "markup" and part.text.isspace()
        if is_break or (hidden and part.text[:1] in _CLOSING):
            _strip_end(out)
        after_space = not out or (out[-1].text[-1:].isspace() and (hidden or out[-1].kind == "markup"))
        if is_break and not out:
            continue
        if after_space and part.kind == "normalized" and part.text.isspace():
            continue
        if after_space and part.kind == "text":
            bare = part.text.lstrip()
            part = Segment("text", part.end - len(bare), part.end, bare)
        if part.text:
            out.append(part)
            hidden = False
    _strip_end(out)
    return out


def _strip_end(parts: list[Segment]) -> None:
    """Drop white space from the end of `parts`."""
    while parts:
        last = parts[-1]
        bare = last.text.rstrip()
        if bare == last.text:
            return
        parts.pop()
        if bare and last.kind == "text":
            parts.append(Segment("text", last.start, last.start + len(bare), bare))
        elif bare:
            parts.append(last)
            return


def _segment_texts(source: str, parts: Sequence[Segment]) -> Iterator[Segment]:
    """The parts with their text in its plain form; characters that no engine can be given become U+FFFD."""
    for part in parts:
        if part.kind == "placeholder":
            yield Segment("placeholder", part.start, part.end, _HOLE)
        elif part.kind != "text":
            yield part._replace(text=plain(_UNSPEAKABLE.sub("\ufffd", part.text)))
        else:
            yield from _normalized(source[part.start : part.end], part.start)


def _normalized(text: str, start: int) -> Iterator[Segment]:
    """Verbatim `text`, which begins at `start` of the source, with the runs in it that are seen in another form."""
    at = 0
    for span, form in _other_forms(text):
        if at < span.start:
            yield Segment("text", start + at, start + span.start, text[at : span.start])
        kind: PartKind = "markup" if form == "\ufffd" else "normalized"
        yield Segment(kind, start + span.start, start + span.end, form)
        at = span.end
    yield Segment("text", start + at, start + len(text), text[at:])


def _other_forms(text: str) -> Iterator[tuple[Span, str]]:
    at = 0
    for match in _UNSPEAKABLE.finditer(text):
        yield from ((span.shifted(at), form) for span, form in plain_forms(text[at : match.start()]))
        yield Span(*match.span()), "\ufffd"
        at = match.end()
    yield from ((span.shifted(at), form) for span, form in plain_forms(text[at:]))


def _images(source: str, parts: Sequence[Segment]) -> Sequence[Segment]:
    """Images as placeholders inside a line, as nothing at the ends of one: there they are decoration.

    An image that a line begins with stays if the text goes on in lower case, for then it is part of the sentence.
    """
    if not any(p.kind == "image" for p in parts):
        return parts
    visible = [
        i for i, p in enumerate(parts) if p.kind != "hidden" and (p.kind != "text" or source[p.start : p.end].strip())
    ]
    out = list(parts)
    for at, i in enumerate(visible):
        if parts[i].kind != "image":
            continue
        before = parts[visible[at - 1]] if at else None
        after = parts[visible[at + 1]] if at + 1 < len(visible) else None
        goes_on = after and after.kind == "text" and source[after.start : after.end].lstrip()[:1].islower()
        starts = (before is None or before.kind in ("markup", "image")) and not goes_on
        ends = after is None or after.kind in ("markup", "image")
        out[i] = parts[i]._replace(kind="hidden" if starts or ends else "placeholder")
    return out


class BlockBuilder:
    """The blocks of one source in the making: parts are added to the open block, `close` finishes it.

    `masks` are runs of the source that are not prose although the parser may
    take them for text (see `extensions`); text is cut around them. `spelling`
    is that of every block. `home` is the language of the text, as its readers
    know it (see `languages.home`).
    """

    def __init__(self, source: str, masks: Sequence[Segment] = (), spelling: Spelling = (), home: str = "en") -> None:
        self.source = source
        self.home = home
        self.spelling = spelling
        self.blocks: list[Block] = []
        self.parts: list[Segment] = []
        self.mask(masks)

    def mask(self, masks: Sequence[Segment]) -> None:
        """Cut text around `masks` from now on."""
        self._masks = masks
        self._mask_ends = [m.end for m in masks]

    def text(self, start: int, end: int) -> None:
        """Add a verbatim run of the source, less what is masked."""
        i = bisect_right(self._mask_ends, start)
        while i < len(self._masks) and self._masks[i].start < end:
            mask = self._masks[i]
            self._run(start, mask.start)
            if not (self.parts and self.parts[-1].end >= mask.end and self.parts[-1].kind == mask.kind):
                self.parts.append(mask)
            start = mask.end
            i += 1
        self._run(start, end)

    def _run(self, start: int, end: int) -> None:
        if start >= end:
            return
        last = self.parts[-1] if self.parts else None
        if last and last.kind == "text" and last.end == start:  # the parser cuts text at every bracket
            self.parts[-1] = Segment("text", last.start, end)
        else:
            self.parts.append(Segment("text", start, end))

    def add(self, kind: PartKind, start: int, end: int, text: str = "") -> None:
        """Add anything that is not verbatim text."""
        self.parts.append(Segment(kind, start, end, text))

    def close(self, kind: str, language: str = "", spelling: Spelling | None = None) -> None:
        """Finish the open block, with a `spelling` of its own if any is given; nothing is kept of one without words."""
        if self.parts:
            parts, self.parts = self.parts, []
            block = build_block(self.source, parts, kind, language, self.spelling if spelling is None else spelling)
            if block is not None:
                self.blocks.append(block)
