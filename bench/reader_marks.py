"""Findings against what a reader marked in raw blogs: as ``score.py`` beside the marks does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from localproof.report import Finding

from .sets import GoldEdit, Item


@dataclass(frozen=True)
class Told:
    """The share of obvious marks that are put right, the same as a mean over authors, that of all marks, and findings
    in 1,000 words that touch no mark. `by_kind`: (obvious marks, put right, touched otherwise)."""

    obvious: float
    mean: float
    every: float
    elsewhere: float
    by_kind: Mapping[str, tuple[int, int, int]]


def score(items: Iterable[Item], said: Mapping[str, Sequence[Finding]]) -> Told:
    """What `said` (by the id of an item) puts right in `items` of read-blogs."""
    hits: Counter[tuple[str, str]] = Counter()  # (kind or author or "", "all", "found" or "touched") of obvious marks
    every: Counter[str] = Counter()
    elsewhere = words = 0
    for item in items:
        words += item.tokens
        told, astray = _told(item, said.get(str(item.id), ()))
        elsewhere += astray
        for edit, obvious, how in zip(item.annotators[0], item.meta["obvious"], told, strict=True):
            every.update(("all", how))
            if obvious:
                for group in ("", f"kind {edit.type}", f"author {item.meta['author']}"):
                    hits.update(((group, "all"), (group, how)))
    shares = [hits[g, "found"] / n for (g, how), n in hits.items() if how == "all" and g.startswith("author ")]
    kinds = sorted({g for g, _ in hits if g.startswith("kind ")}, key=lambda g: -hits[g, "all"])
    return Told(
        hits["", "found"] / max(hits["", "all"], 1),
        sum(shares) / max(len(shares), 1),
        every["found"] / max(every["all"], 1),
        1000 * elsewhere / max(words, 1),
        {g.removeprefix("kind "): (hits[g, "all"], hits[g, "found"], hits[g, "touched"]) for g in kinds},
    )


def _told(item: Item, said: Sequence[Finding]) -> tuple[list[str], int]:
    """For each mark of `item` whether it is "found", "touched" or "missed", and how many findings touch none."""
    text, marks = item.text, item.annotators[0]
    told, astray = ["missed"] * len(marks), 0
    reach = [_reach(text, mark.start, mark.end) for mark in marks]
    made_by_mark = [_made(text, [mark]) for mark in marks]
    for f in said:
        start, end = f.span.start, f.span.end
        touched = [
            i
            for i, (a, b) in enumerate(reach)
            if (a <= start <= b if start == end else start < max(b, a + 1) and end > a)
        ]
        astray += not touched
        made = {_made(text, [GoldEdit(e.span.start, e.span.end, e.text)]) for e in f.edits if e.span == f.span}
        inside = [i for i in touched if start <= marks[i].start and marks[i].end <= end]
        good = {i for i in touched if made_by_mark[i] in made}
        if len(inside) > 1 and _made(text, [marks[i] for i in inside]) in made:
            good.update(inside)
        for i in touched:
            told[i] = "found" if i in good else "touched" if told[i] == "missed" else told[i]
    return told, astray


def _made(text: str, edits: Sequence[GoldEdit]) -> str:
    for edit in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
        text = text[: edit.start] + (edit.replacement or "") + text[edit.end :]
    return " ".join(text.split())


def _reach(text: str, start: int, end: int) -> tuple[int, int]:
    """What a finding has to overlap to touch a mark: of an insertion or a single character the words around it."""
    if end - start > 1:
        return start, end
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    if start > 0 and (start == end or text[start:end].isspace()):
        start -= 1
        while start > 0 and not text[start - 1].isspace():
            start -= 1
    while end < len(text) and text[end].isspace():
        end += 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end
