"""How well a model tells right from wrong: python -m training.evaluate FILE.gguf [--most N]

Prints, for real corrections of the repositories that nothing was learned from
and for ErAConD, how many single edits are ranked right (the corrected text is
likelier than the text before) by the model, by the counts of words that ship
with the judge, and by both together, for each kind of error; of pairs made
from tables (`training.forms`) how many are ranked right; and the nats per byte
of held-out text, for each register.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench import sets
from localproof.models.llama import LlamaModel, straight
from localproof.scoring.features import ngram_gain as counted_gain
from localproof.scoring.ngram_counts import ngram_counts
from localproof.text import Edit, Span

from . import corpus as texts
from . import forms
from .prepare import CACHE, say
from .scoring import held_back

Row = tuple[str, str, Edit]  # kind, text before, the edit that corrects it
_SEED = 17
_TIE = 0.5


def of_corrections(corpus: Path) -> Iterator[Row]:
    """The single edits of the corrections that are kept for the test, each in a text in which all else is corrected."""
    import json
    import lzma

    from localproof.text import apply_edits

    with lzma.open(corpus / "corrections" / "corrections.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if not held_back(row["repo"]):
                continue
            edits = [Edit(Span(a, b), new) for a, b, new, _ in row["edits"]]
            for i, (start, end, new, kind) in enumerate(row["edits"]):
                before = apply_edits(row["before"], edits[:i] + edits[i + 1 :])
                by = sum(len(e.text) - len(e.span) for e in edits[:i])
                yield kind, before, Edit(Span(start + by, end + by), new)


def of_set(name: str) -> Iterator[Row]:
    """The single edits of a gold set where there is one, by its first annotator."""
    for item in sets.load(name):
        for gold in item.annotators[0] if item.annotators else []:
            if gold.replacement is not None:
                yield gold.type or "edit", item.text, Edit(Span(gold.start, gold.end), gold.replacement)


def of_forms() -> Iterator[Row]:
    """The pairs of `forms`, as the edit that makes the wrong sentence right."""
    for kind, found in forms.pairs().items():
        for right, wrong in found:
            same = next(i for i, (a, b) in enumerate(zip(right, wrong, strict=False)) if a != b)
            start = wrong.rfind(" ", 0, same) + 1  # whole words, as all candidates are
            tail = next(i for i in range(len(wrong)) if right[-1 - i] != wrong[-1 - i])
            after = wrong.find(" ", len(wrong) - tail)
            left = len(wrong) - after if after >= 0 else 0
            yield kind, wrong, Edit(Span(start, len(wrong) - left), right[start : len(right) - left])


def ranked(llama: LlamaModel, rows: Iterable[Row]) -> dict[str, list[tuple[float, float]]]:
    """(gain by the model, gain by counts) of each edit, by kind, where the edit changes anything for the model."""
    out: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for kind, text, edit in rows:
        for passage in llama.passages(text):
            if (
                passage.span.start <= edit.span.start
                and edit.span.end <= passage.span.end
                and passage.own <= edit.span.start
            ):
                (gain,) = llama.gains(text, passage, [edit])
                if gain is not None:
                    out[kind].append((gain, counted_gain(text, edit, ngram_counts())))
                break
    return out


def table(title: str, by_kind: dict[str, list[tuple[float, float]]]) -> None:
    """Print the shares that are ranked right."""
    print(f"\n{title}\n{'kind':40} {'edits':>6} {'model':>7} {'counts':>7} {'both':>7}")
    every = [pair for pairs in by_kind.values() for pair in pairs]
    for kind, pairs in [*sorted(by_kind.items(), key=lambda item: -len(item[1])), ("all", every)]:
        if len(pairs) >= 20 or kind == "all":
            right = [_share(pairs, *by) for by in ((1, 0), (0, 1), (0.5, 0.5))]
            print(f"{kind:40} {len(pairs):6} " + " ".join(f"{100 * r:6.1f}%" for r in right))


def _share(pairs: list[tuple[float, float]], model: float, counts: float) -> float:
    scores = [model * m + counts * c for m, c in pairs]
    return sum(1.0 if s > 0 else _TIE if s == 0 else 0.0 for s in scores) / max(len(scores), 1)


def nats_per_byte(llama: LlamaModel, paragraphs: Iterable[str]) -> float:
    """The mean cost of a byte, what is only read as context left out."""
    nats = size = 0.0
    for text in paragraphs:
        for passage in llama.passages(text):
            first = passage.token_at(passage.own)
            nats -= sum(passage.log_probability(k) for k in range(first, len(passage.tokens)))
            size += len(straight(text)[passage.own : passage.span.end].encode())
    return nats / size if size else math.nan


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--most", type=int, default=0, help="edits of each set, 0 for all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=CACHE)
    parser.add_argument("--held-out", type=int, default=40, help="held-out paragraphs of each register")
    options = parser.parse_args()
    llama = LlamaModel(options.file, threads=options.threads)
    for title, rows in (
        ("corrections kept for the test", list(of_corrections(texts.CORPUS))),
        ("ErAConD", list(of_set("eracond"))),
    ):
        chance = random.Random(_SEED)
        some = chance.sample(rows, min(options.most or len(rows), len(rows)))
        table(title, ranked(llama, some))
    table("pairs made from tables", ranked(llama, list(of_forms())))
    by_register: dict[str, list[str]] = defaultdict(list)
    for line in (options.folder / "heldout.txt").read_text("utf-8").splitlines():
        group, _, text = line.partition("\t")
        by_register[group].append(text)
    print(f"\n{'held out':14} nats per byte")
    for group, paragraphs in sorted(by_register.items()):
        chance = random.Random(_SEED)
        some_of = chance.sample(paragraphs, min(options.held_out, len(paragraphs)))
        print(f"{group:14} {nats_per_byte(llama, some_of):.3f}", flush=True)
    say(f"{llama.decoded:,} tokens decoded")


if __name__ == "__main__":
    main()
