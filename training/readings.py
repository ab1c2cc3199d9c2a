"""What a model says of each training text, beside what the engines said of it (`training.flags`).

    python -m training.readings FILE.gguf [SET…] [--every N] [--processes 2]

Writes ``training/cache/readings/DIGEST/SET.jsonl``: for each text its id, the
gains of the edits that the engines make, and the model's proposals. Of the
sets of sentences with slips and of edited prose only some are read (`SOME`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench import sets
from localproof.report import Finding
from localproof.scoring.language_model_client import ModelResponse, edits_to_score, to_response
from localproof.scoring.model_worker import build
from localproof.text import Edit, Span

from . import flags
from .pairs import taught
from .prepare import say, sha256

ALL = ("corrections", "eracond", "cweb-g", "cweb-s", "jfleg-dev", "injected", "clean")
SOME = {"injected": 6, "clean": 6}  # every so many-th text
_BATCH = 64
_MOST_CHARACTERS = 6000


def folder(file: Path) -> Path:
    """Where the readings of a model lie."""
    return flags.CACHE / "readings" / sha256(file)[:16]


def texts(name: str, every: int = 1) -> Iterator[tuple[str, str, tuple[Finding, ...]]]:
    """(id, text, merged findings) of the texts of a set that are read: no corrections that the model was taught."""
    repository = {str(i.id): i.meta["repo"] for i in sets.load(name)} if name == "corrections" else {}
    step = SOME.get(name, 1) * every
    for number, row in enumerate(flags.merged(name, missing_end=name in SOME)):
        if number % step == 0 and "-late:" not in row[0] and not (repository and taught(repository[row[0]])):
            yield row[0], row[1][:_MOST_CHARACTERS], row[2]


def collect(file: Path, name: str, every: int, processes: int) -> None:
    """Read a set and write what was said."""
    path = folder(file) / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    batches = _batches(texts(name, every))
    count = 0
    with (
        ProcessPoolExecutor(processes, initializer=_open, initargs=(file,)) as pool,
        path.with_suffix(".part").open("w", encoding="utf-8") as out,
    ):
        for rows in pool.map(_read, batches, chunksize=1):
            out.writelines(json.dumps(row) + "\n" for row in rows)
            count += len(rows)
            if count // 2000 != (count - len(rows)) // 2000:
                say(f"{name}: {count:,}")
    path.with_suffix(".part").replace(path)
    say(f"{path}: {count:,}")


def _batches(rows: Iterator[tuple[str, str, tuple[Finding, ...]]]) -> Iterator[list[tuple[str, str, list[Any]]]]:
    batch = []
    for ident, text, found in rows:
        edits = edits_to_score(f for f in found if f.span.end <= len(text))
        batch.append((ident, text, [[e.span.start, e.span.end, e.text] for e in edits]))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


_answers: list[Callable[[dict[str, Any]], str]] = []


def _open(file: Path) -> None:
    _answers.append(build({"path": str(file), "cores": 1, "gpu_layers": 0, "suggest": "closed"})())


def _read(batch: list[tuple[str, str, list[Any]]]) -> list[list[Any]]:
    out = []
    for ident, text, rows in batch:
        told = json.loads(_answers[0]({"text": text, "edits": rows}))
        out.append([ident, rows, told["gains"], told["proposals"]])
    return out


def load(file: Path, name: str) -> Mapping[str, ModelResponse]:
    """The readings of a set by the id of the text."""
    path = folder(file) / f"{name}.jsonl"
    if not path.exists():
        raise SystemExit(f"{path} is not there; make it with: python -m training.readings {file} {name}")
    out: dict[str, ModelResponse] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            ident, rows, gains, proposals = json.loads(line)
            edits = [Edit(Span(a, b), new) for a, b, new in rows]
            out[ident] = to_response({"gains": gains, "proposals": proposals}, edits)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("sets", nargs="*", default=list(ALL))
    parser.add_argument("--every", type=int, default=1, help="only every N-th text")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    for name in options.sets or ALL:
        collect(options.file, name, options.every, options.processes)


if __name__ == "__main__":
    main()
