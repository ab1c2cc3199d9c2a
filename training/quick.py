"""How good the judge is now, in a minute: python -m training.quick [SET…] [--every N] [--models score+tag]

Judges anew what the engines said of each set (`training.flags`), as the
product does, and prints for each profile one line a set: of raw blogs
(read-blogs) the obvious errors put right and what is said elsewhere, of the
held-back corrections precision and recall, of the suites what is kept of what
the rules themselves put right, of blogs and edited prose the flags in 1,000 words.
With `--models` it has the help of the language model, the tagger or both, from
`training.readings`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bench import reader_marks, scorer, sets
from localproof import scoring
from localproof.pipeline.merging import merge_agreement_pairs, merge_findings, resolve_overlaps
from localproof.report import Finding
from localproof.scoring.careless import carelessness
from localproof.scoring.language_model_client import ModelResponse
from localproof.scoring.rescoring import RescoringModel, load_rescoring_model
from localproof.text import Block, Piece, Span, apply_edits

from . import flags, readings
from .readings import WITH, with_models
from .scoring import flag, held_back

SETS = ("read-blogs", "corrections", "more-corrections", "suites", "blog-til", "blog-remy", "cweb-g")
PROFILES = ("quiet", "balanced")
Judged = dict[str, tuple[Finding, ...]]


@dataclass(frozen=True)
class Passage:
    """An item of a set as a block, and what the engines said of it."""

    ident: str
    block: Block
    raw: tuple[Finding, ...]


def as_block(text: str, kind: str = "paragraph") -> Block:
    """A text as a block that stands for itself."""
    whole = Span(0, len(text))
    return Block(kind, text, (Piece(whole, whole, "text"),))


def documents(name: str, every: int = 1) -> Iterator[list[Passage]]:
    """The documents of a set: where it does not say which items belong together, each is one."""
    items = {str(item.id): item for item in sets.load(name)}
    together: dict[str, list[Passage]] = defaultdict(list)
    for ident, text, raw in flags.raw(name, missing_end=True):
        meta = items[ident].meta
        if name.endswith("corrections") and not held_back(meta["repo"]):
            continue
        block = as_block(text, meta.get("block", "paragraph").replace("list item", "item"))
        together[meta.get("document", ident)].append(Passage(ident, block, raw))
    yield from list(together.values())[::every]


def judge(document: Sequence[Passage], read: Mapping[str, ModelResponse], known: RescoringModel | None) -> Judged:
    """Everything found in a document with its probability, one finding a place; with the help of models where `known`
    says what their word is worth, and `read` what they said."""
    words = scoring.count_words(p.block for p in document)
    found = [
        tuple(scoring.score_finding(p.block, f, words) for f in merge_findings(p.block.text, p.raw)) for p in document
    ]
    if known is not None:
        found = [
            scoring.rescore_findings(p.block, of_block, read[p.ident], words, known) if p.ident in read else of_block
            for p, of_block in zip(document, found, strict=True)
        ]
    tags = [tagged for p in document if p.ident in read and (tagged := read[p.ident].tagged) is not None]
    expected = sum(tagged.expected for tagged in tags) if tags else None
    careless = carelessness(zip([p.block for p in document], found, strict=True), sum(words.all.values()), expected)
    return {
        p.ident: merge_agreement_pairs(
            p.block.text, resolve_overlaps(careless.rescored(p.block.text, f) for f in of_block)
        )
        for p, of_block in zip(document, found, strict=True)
    }


def shown(judged: Judged, profile: str) -> Judged:
    """What `profile` shows of it."""
    least = scoring.threshold(profile)
    return {i: tuple(f for f in found if (f.probability or 0.0) >= least) for i, found in judged.items()}


def line(name: str, judged: Judged) -> str:
    """The figures of a set for what was shown."""
    items = [item for item in sets.load(name) if str(item.id) in judged]
    flags_ = sum(map(len, judged.values()))
    if name == "read-blogs":
        told = reader_marks.score(items, judged)
        return f"obvious put right {told.obvious:.3f} (mean of authors {told.mean:.3f}), elsewhere {told.elsewhere:.2f}"
    if name == "suites":
        return _suites_line(items, judged)
    if all(item.clean for item in items):
        return f"{1000 * flags_ / sum(item.tokens for item in items):.2f} flags in 1,000 words"
    chosen = scorer.core(items) if name.endswith("corrections") else items
    result = scorer.score(chosen, {item.id: [flag(f) for f in judged[str(item.id)]] for item in items})
    found, right = result.detection, result.correction
    first = right.tp / max(found.tp, 1)
    return (
        f"found P {found.precision:.3f} R {found.recall:.3f}, right R {right.recall:.3f}, first suggestion {first:.3f}"
    )


def _suites_line(items: Iterable[sets.Item], judged: Judged) -> str:
    raw = {ident: found for ident, _, found in flags.raw("suites", missing_end=True)}
    could: dict[str, int] = defaultdict(int)
    did: dict[str, int] = defaultdict(int)
    wrong = 0
    for item in items:
        engine, right = str(item.id).split(":")[0], item.meta["right"]
        if not right:
            wrong += bool(judged[str(item.id)])
        elif any(apply_edits(item.text, [e]) == right for f in raw[str(item.id)] for e in f.edits):
            could[engine] += 1
            did[engine] += any(apply_edits(item.text, [e]) == right for f in judged[str(item.id)] for e in f.edits)
    kept = ", ".join(f"{engine} {did[engine] / n:.3f} of {n}" for engine, n in could.items())
    return f"kept of {kept}; {wrong} texts flagged that the rule leaves alone"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--models", choices=WITH, help="with the help of these models")
    parser.add_argument("--out", help="write every finding of the sets to this file, a line of JSON each")
    options = parser.parse_args()
    with Path(options.out).open("w", encoding="utf-8") if options.out else nullcontext() as out:
        for name in options.sets or SETS:
            _measure(name, options.every, options.models, out)


def _measure(name: str, every: int, models: str | None, out: TextIO | None) -> None:
    """Print the lines of a set, and to `out` its findings."""
    begun_s = time.monotonic()
    judged: Judged = {}
    read: Mapping[str, ModelResponse] = {}
    known: RescoringModel | None = None
    if models:
        read = {ident: with_models(reading, models) for ident, reading in readings.load(name).items()}
        known = load_rescoring_model("lm" if "score" in models else "", "tagger" if "tag" in models else "")
    for document in documents(name, every):
        judged |= judge(document, read, known)
        for p in document if out else ():
            for f in judged[p.ident]:
                edits = [e.text for e in f.edits if e.span == f.span][:5]
                where = [name, p.ident, f.span.start, f.span.end, f.span.of(p.block.text)]
                print(json.dumps([*where, edits, f.probability, f.source]), file=out)
    for profile in PROFILES:
        print(f"{name:17} {profile:9} {line(name, shown(judged, profile))}", flush=True)
    print(f"{'':17} {len(judged):,} texts, {time.monotonic() - begun_s:.0f} s", flush=True)


if __name__ == "__main__":
    main()
