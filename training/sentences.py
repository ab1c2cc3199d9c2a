"""Sentences that ship, so that anyone can learn how far a model can be trusted: python -m training.sentences

Writes ``localproof/scoring/sentences.jsonl.xz`` (see `localproof.scoring.calibration`): of the real corrections some
that no model of ours was taught, and of the corpus some edited prose, each with what the engines said of it
(`training.flags`), as the judge thinks of it. Only text in the public domain or under CC0 or CC BY; whose it is, with
the credit lines, stands in the file's first line.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench import scorer, sets
from localproof import scoring
from localproof.report import Finding
from localproof.scoring import calibration

from . import corpus as texts
from . import flags
from .calibrate import block_of
from .pairs import taught
from .prepare import say
from .scoring import flag, held_back

_FREE = ("CC0-1.0", "CC-BY-4.0", "CC-BY-3.0", "LicenseRef-Public-Domain", "LicenseRef-US-Government-Work")
_SEED = 29
_MOST = {"learn": 700, "test": 500, "edited": 900}
_LONGEST = 60  # words of edited prose


def free(licence: str) -> bool:
    """Whether text under that SPDX expression can go into the file.

    >>> free("CC-BY-4.0"), free("Apache-2.0"), free("LicenseRef-US-Government-Work AND CC0-1.0")
    (True, False, True)
    """
    return all(part in _FREE for part in licence.replace(" OR ", " AND ").split(" AND "))


def corrected(sources: dict[str, texts.Source]) -> Iterator[dict[str, Any]]:
    """Sentences that people corrected, of repositories that no model of ours learned from."""
    gold = {str(i.id): i for i in scorer.core(sets.load("corrections"))}
    for ident, text, found in flags.merged("corrections"):
        item = gold.get(ident)
        if item is None or taught(item.meta["repo"]) or item.meta["repo"] not in sources:
            continue
        right = [scorer.verdict(item, flag(f)).detected for f in found]
        edits = [[e.start, e.end, e.replacement] for e in item.annotators[0]]
        part = "test" if held_back(item.meta["repo"]) else "learn"
        yield _row(text, found, right, edits, part, item.meta["repo"])


def edited(sources: dict[str, texts.Source]) -> Iterator[dict[str, Any]]:
    """Edited prose."""
    for ident, text, found in flags.merged("clean"):
        _, source, _ = ident.split(":")
        if source in sources and len(text.split()) <= _LONGEST:
            yield _row(text, found, [False] * len(found), [], "edited", source)


def _row(
    text: str, found: Iterable[Finding], right: list[bool], corrections: list[Any], part: str, source: str
) -> dict[str, Any]:
    block = block_of(text)
    words = scoring.count_words([block])
    judged = [scoring.score_finding(block, f, words) for f in found]
    rows = [
        [f.span.start, f.span.end, f.kind, round(f.probability or 0.0, 4),
         [[e.span.start, e.span.end, e.text] for e in f.edits], ok]
        for f, ok in zip(judged, right, strict=True)
    ]  # fmt: skip
    return {"part": part, "source": source, "text": text, "findings": rows, "corrections": corrections}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=calibration.FILE)
    options = parser.parse_args()
    of_corpus = {s.id: s for s in texts.sources() if free(s.licence)}
    of_corrections = {s.id: s for s in texts.correction_sources() if free(s.licence)}
    by_part: dict[str, list[dict[str, Any]]] = {part: [] for part in _MOST}
    for row in corrected(of_corrections):
        by_part[row["part"]].append(row)
    by_part["edited"] = list(edited(of_corpus))
    chance = random.Random(_SEED)
    rows = [row for part, most in _MOST.items() for row in chance.sample(by_part[part], most)]
    used = {("edited" if row["part"] == "edited" else "corrected", row["source"]) for row in rows}
    whose = [
        {"id": s.id, "texts": kind, "repo": s.repo, "commit": s.commit, "licence": s.licence, "credit": s.credit}
        for kind, table in (("corrected", of_corrections), ("edited", of_corpus))
        for s in table.values()
        if (kind, s.id) in used
    ]
    about = {"about": "sentences under the licences of their sources, without their markup", "sources": whose}
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (about, *rows))
    texts.replace_file(options.out, lzma.compress(lines.encode("utf-8"), preset=9))
    say(f"{options.out}: {len(rows):,} sentences of {len(whose)} sources")


if __name__ == "__main__":
    main()
