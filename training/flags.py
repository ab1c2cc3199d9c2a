"""What both engines say of each training text, kept so that learning can be repeated without them.

    python -m training.flags SET…      (a name of bench.sets, injected or clean; or all)

Writes ``training/cache/flags/SET.jsonl``: one line for each text with its id,
the text and the raw answers of Harper and LanguageTool, en-US, all rules that
are on by default. About a quarter of an hour on two cores, most of it for the
two million words of edited prose ("clean").
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bench import sets
from localproof.config import Settings
from localproof.engines import harper, languagetool
from localproof.engines.patterns import own_matcher
from localproof.pipeline.merging import merge_findings
from localproof.report import Finding

from . import corpus, inject

CACHE = Path(__file__).with_name("cache")
LABELLED = ("corrections", "more-corrections", "eracond", "realec", "cweb-g", "cweb-s", "jfleg-dev")
MEASURED = ("read-blogs", "suites", *sets.BLOGS)  # for `training.quick`; nothing is learned from them
ALL = (*LABELLED, "injected", "clean", *MEASURED)
ENGINES = ("harper", "languagetool", "localproof")
_MOST_CHARACTERS = 9000


def texts(name: str) -> Iterator[tuple[str, str]]:
    """(id, text) of every text of a set."""
    if name == "clean":
        yield from corpus.sample()
    elif name == "injected":
        yield from ((ident, slip.text) for ident, slip in inject.sample())
    else:
        for item in sets.load(name):
            yield str(item.id), item.text


def collect(name: str) -> Path:
    """Run both engines over the set and return the file that holds what they said."""
    path = CACHE / "flags" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    language = sets.BLOGS[name][1] if name in sets.BLOGS else "en-US"
    settings = Settings(language=language, block_timeout_s=300)  # a busy machine must not leave a hole in the data
    partial = path.with_suffix(".part")
    engines = (harper.HarperEngine(settings), languagetool.LanguageToolEngine(settings))
    try:
        with partial.open("w", encoding="utf-8") as out:
            waiting: deque[tuple[str, str, list[Any]]] = deque()
            for i, (ident, text) in enumerate(texts(name)):
                waiting.append((ident, text, [e.submit(text[:_MOST_CHARACTERS]) for e in engines]))
                if len(waiting) > 64:
                    _write(out, waiting.popleft())
                if i % 2000 == 0:
                    print(f"{name}: {i:,}", file=sys.stderr)
            for row in waiting:
                _write(out, row)
    finally:
        for engine in engines:
            engine.close()
    partial.replace(path)
    return path


def _write(out: Any, row: tuple[str, str, list[Any]]) -> None:
    ident, text, futures = row
    found = [_packed(f) for future in futures for f in future.result()]
    out.write(json.dumps([ident, text[:_MOST_CHARACTERS], found], ensure_ascii=False) + "\n")


def _packed(f: Finding) -> list[Any]:
    return [f.rule, f.span.start, f.span.end, f.kind, f.category, [[e.span.start, e.span.end, e.text] for e in f.edits]]


@cache
def raw_in_memory(name: str) -> list[tuple[str, str, tuple[Finding, ...]]]:
    """`raw` with `missing_end`, kept: for each set of engines learning goes through it anew."""
    return list(raw(name, missing_end=True))


def raw(name: str, *, missing_end: bool = False) -> Iterator[tuple[str, str, tuple[Finding, ...]]]:
    """(id, text, what both engines said, and LocalProof's own rules say now) of every text of a set that was collected;
    `missing_end` as in `merged`."""
    path = CACHE / "flags" / f"{name}.jsonl"
    if missing_end and not path.exists():
        path = path.with_suffix(".part")
    if not path.exists():
        raise SystemExit(f"{path} is not there; make it with: python -m training.flags {name}")
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if missing_end and not line.endswith("\n"):
                return
            ident, text, rows = json.loads(line)
            yield ident, text, (*_unpacked(rows), *own_matcher().findings(text))


def merged(
    name: str, engines: Sequence[str] = ENGINES, *, missing_end: bool = False
) -> Iterator[tuple[str, str, tuple[Finding, ...]]]:
    """(id, text, merged findings of `engines`) of every text of a set that was collected; with `missing_end` also of a
    set that is still being collected, as far as it goes."""
    for ident, text, found in raw_in_memory(name) if missing_end else raw(name):
        yield ident, text, merge_findings(text, [f for f in found if f.engines[0] in engines])


def _unpacked(rows: Iterable[Sequence[Any]]) -> Iterator[Finding]:
    from localproof.text import Edit, Span

    for rule, start, end, kind, category, edits in rows:
        yield Finding(
            Span(start, end),
            rule,
            "",
            tuple(Edit(Span(a, b), new) for a, b, new in edits),
            (rule,),
            kind,
            category=category,
        )


if __name__ == "__main__":
    for chosen in ALL if sys.argv[1:] == ["all"] else sys.argv[1:]:
        print(collect(chosen))
