"""The product over raw blogs that a reader marked, and over the examples by which other checkers test their rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from localproof.report import Finding
from localproof.text import Edit, Span, apply_edits

from . import reader_marks
from .product import Answer, Proofread, Said
from .sets import Item, load

ENGINES = {
    "Harper alone": ("harper",),
    "LanguageTool alone": ("languagetool",),
    "LocalProof": ("harper", "languagetool"),
}
_BETWEEN = "\n\n"
Answers = Mapping[str, Answer]


def report(name: str, shared: Path, proofread: Proofread, model: str, every: int = 1) -> Iterator[str]:
    """The table of "read-blogs" or "suites", line by line."""
    items = load(name, shared)[::every]
    systems = dict(ENGINES) | ({"LocalProof with its model": (*ENGINES["LocalProof"], model)} if model else {})
    yield f"\n### {name}\n"
    heads: tuple[str, ...] = ("of Harper's kept", "of LanguageTool's kept", "flagged where right")
    if name == "read-blogs":
        heads = ("obvious put right", "mean of authors", "all put right", "elsewhere / 1,000 words")
    yield "| | " + " | ".join(heads) + " |"
    yield "|---|" + "---|" * len(heads)
    suspects: dict[str, list[Finding]] = {}
    for system, engines in systems.items():
        said = _said(items, proofread, engines)
        for profile in ("all",) if len(engines) == 1 else ("quiet", "balanced", "all"):
            shown = {i: [_finding(s) for s in rows if profile in s.profiles] for i, rows in said.items()}
            suspects = {i: [*suspects.get(i, ()), *found] for i, found in shown.items()}
            cells = _marks(items, shown) if name == "read-blogs" else _kept(items, shown, suspects)
            yield f"| {system}{'' if len(engines) == 1 else f', {profile}'} | " + " | ".join(cells) + " |"


def _said(items: Iterable[Item], proofread: Proofread, engines: tuple[str, ...]) -> dict[str, list[Said]]:
    """What is said of each item, in its own characters; items of one document are read together, as paragraphs."""
    together: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        together[item.meta.get("document", str(item.id))].append(item)
    texts: dict[int | str, str] = {d: _BETWEEN.join(i.text for i in parts) for d, parts in together.items()}
    answers = proofread(texts, engines, "en-US", "plain")
    out: dict[str, list[Said]] = {}
    for document, parts in together.items():
        at = 0
        for item in parts:
            end = at + len(item.text)
            of_item = [s for s in answers[document].said if at <= s.flag.start and s.flag.end <= end]
            out[str(item.id)] = [_moved(s, at) for s in of_item]
            at = end + len(_BETWEEN)
    return out


def _moved(said: Said, by: int) -> Said:
    flag = said.flag._replace(start=said.flag.start - by, end=said.flag.end - by)
    return Said(flag, said.rule, said.profiles, said.rules, said.certain, said.edits)


def _finding(said: Said) -> Finding:
    span = Span(said.flag.start, said.flag.end)
    return Finding(span, said.rule, "", tuple(Edit(span, new) for new in said.edits))


def _marks(items: Iterable[Item], shown: Mapping[str, list[Finding]]) -> list[str]:
    told = reader_marks.score(items, shown)
    return [f"{told.obvious:.3f}", f"{told.mean:.3f}", f"{told.every:.3f}", f"{told.elsewhere:.2f}"]


def _kept(items: Iterable[Item], shown: Mapping[str, list[Finding]], all_: Mapping[str, list[Finding]]) -> list[str]:
    """Of the texts that something puts right, the share that is shown so; and how many right ones are flagged."""
    could, did, wrong = dict.fromkeys(("harper", "languagetool"), 0), dict.fromkeys(("harper", "languagetool"), 0), 0
    for item in items:
        engine, right = str(item.id).split(":")[0], item.meta["right"]
        if not right:
            wrong += bool(shown[str(item.id)])
        elif _puts_right(item.text, right, all_[str(item.id)]):
            could[engine] += 1
            did[engine] += _puts_right(item.text, right, shown[str(item.id)])
    return [*(f"{did[e] / max(n, 1):.3f} of {n:,}" for e, n in could.items()), f"{wrong}"]


def _puts_right(text: str, right: str, found: Iterable[Finding]) -> bool:
    return any(apply_edits(text, [e]) == right for f in found for e in f.edits)
