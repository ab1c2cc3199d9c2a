"""A stand-in for the engines, quick and without surprises, for tests of the review."""

from __future__ import annotations

import re
from pathlib import Path

from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.planning import CheckOptions
from localproof.report import Finding, Report
from localproof.review.intake import add_page
from localproof.review.session import ReviewPage, ReviewSession
from localproof.review.workspace import ReviewWorkspace
from localproof.text import Document, Edit, Span

WRONG = {
    "then": ("than",),
    "teh": ("the", "tea"),
    "could of": ("could have",),
    "wich": ("which",),
    "could have went": ("could have gone",),
}


def find(document: Document) -> Report:
    """Finds each of the phrases of `WRONG` where it stands in prose, and holds back what is about “maybe”."""
    found, held = [], []
    for block in document.blocks:
        for phrase, instead in {**WRONG, "maybe": ()}.items():
            for match in re.finditer(rf"\b{phrase}\b", block.text):
                span = Span(match.start(), match.end())
                edits = [e for new in instead if (e := block.edit_to_source(Edit(span, new)))]
                hints = () if edits else instead
                kind = "grammar" if " " in phrase or phrase == "then" else "spelling"
                finding = Finding(
                    block.to_source(span), f"test/{phrase.title().replace(' ', '')}", f"wrong: `{phrase}`",
                    tuple(edits), (f"test/{phrase.title().replace(' ', '')}",), kind, 0.9, "", hints,
                )  # fmt: skip
                (held if phrase == "maybe" else found).append(finding)
    words = sum(len(b.text.split()) for b in document.blocks)
    by_place = sorted(found, key=lambda f: f.span)
    shown = [f for i, f in enumerate(by_place) if not i or not f.span.overlaps(by_place[i - 1].span)]
    return Report(document, tuple(shown), tuple(held), words=words)


def page(text: str, name: str = "a.md") -> ReviewPage:
    return ReviewPage(name, text, text, find(read(name, text, Settings())))


def session(*texts: str) -> ReviewSession:
    out = ReviewSession()
    for i, text in enumerate(texts):
        out = add_page(out, page(text, f"{'abcdefg'[i]}.md"))
    return out


def environment(home: Path) -> dict[str, str]:
    return {"LOCALPROOF_CONFIG_DIR": str(home / "config"), "LOCALPROOF_STATE_DIR": str(home / "state"), "TERM": "dumb"}


def workspace(home: Path, *paths: Path, restart: bool = False) -> ReviewWorkspace:
    wishes = CheckOptions(paths=tuple(map(str, paths)), flags={"energy_meter": "off"})
    return ReviewWorkspace(wishes, environment(home), restart=restart, finder=find)
