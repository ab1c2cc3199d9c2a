"""What the models say of each training text, beside what the engines said of it (`training.flags`).

    python -m training.readings [SET…] [--model FILE.gguf] [--tagger FILE.gguf] [--every N] [--processes 2]

Writes ``training/cache/readings/SET.jsonl``: for each text its id, the edits
that the language model was asked about with their gains, its proposals, and
what the tagger says. Of the sets of sentences with slips and of edited prose
only some are read (`SOME`); of corrections those of held-back repositories,
for no model was taught any of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import sets
from localproof.models.network import one_thread_each
from localproof.report import Finding
from localproof.scoring import model_worker, tagger_worker
from localproof.scoring.attached_models import edits_to_ask
from localproof.scoring.language_model_client import ModelResponse, edits_to_score, to_response
from localproof.scoring.tagger_client import to_tags
from localproof.text import Edit, Span

from . import flags
from .prepare import say
from .scoring import held_back

ALL = ("corrections", "more-corrections", "read-blogs", "realec", "injected", "clean")
SOME = {"realec": 2, "injected": 12, "clean": 18}  # every so many-th text
WITH = ("score", "tag", "score+tag")  # which models are there
MODELS = Path(tagger_worker.__file__).parents[1] / "models"
_BATCH = 64
_MOST_CHARACTERS = 6000


def folder() -> Path:
    """Where the readings lie."""
    return flags.CACHE / "readings"


def calibrates(repository: str) -> bool:
    """Whether the corrections of a held-back repository of the new set teach how far models are trusted: half of them.
    The old set is for the test."""
    half = int(hashlib.sha256(f"calibrate:{repository}".encode()).hexdigest(), 16) % 2 == 1
    return half and held_back(repository)


def read_of(name: str, repository: str) -> bool:
    """Whether the corrections of a repository of a set are read."""
    return held_back(repository) if name == "corrections" else calibrates(repository)


def texts(name: str, every: int = 1) -> Iterator[tuple[str, str, tuple[Finding, ...]]]:
    """(id, text, merged findings) of the texts of a set that are read: no corrections that a model was taught."""
    repository = {str(i.id): i.meta["repo"] for i in sets.load(name)} if name.endswith("corrections") else {}
    step = SOME.get(name, 1) * every
    for number, row in enumerate(flags.merged(name, missing_end=name in SOME)):
        if number % step == 0 and "-late:" not in row[0] and (not repository or read_of(name, repository[row[0]])):
            yield row[0], row[1][:_MOST_CHARACTERS], row[2]


def collect(model: Path, tagger: Path, name: str, every: int, processes: int) -> None:
    """Read a set and write what was said."""
    path = folder() / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    batches = _batches(texts(name, every))
    count = 0
    one_thread_each()  # before a process that begins anew imports NumPy
    anew = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(processes, anew, initializer=_open, initargs=(model, tagger)) as pool,
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
        batch.append((ident, text, list(edits)))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


_answers: dict[str, Callable[[dict[str, Any]], str]] = {}


def _open(model: Path, tagger: Path) -> None:
    options = {"path": str(model), "cores": 1, "gpu_layers": 0, "suggest": "closed", "runtime": "numpy"}
    _answers["model"] = model_worker.build(options)()
    _answers["tagger"] = tagger_worker.build({"path": str(tagger)})()


def _read(batch: list[tuple[str, str, list[Edit]]]) -> list[list[Any]]:
    out = []
    for ident, text, edits in batch:
        tagged = json.loads(_answers["tagger"]({"text": text}))
        likely = edits_to_ask((), to_tags(tagged))
        rows = [[e.span.start, e.span.end, e.text] for e in dict.fromkeys([*edits, *likely])]
        told = json.loads(_answers["model"]({"text": text, "edits": rows}))
        out.append([ident, rows, told["gains"], told["proposals"], tagged["errors"], tagged["edits"]])
    return out


def load(name: str) -> Mapping[str, ModelResponse]:
    """The readings of a set by the id of the text."""
    path = folder() / f"{name}.jsonl"
    if not path.exists():
        raise SystemExit(f"{path} is not there; make it with: python -m training.readings {name}")
    out: dict[str, ModelResponse] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            ident, rows, gains, proposals, errors, tagged = json.loads(line)
            edits = [Edit(Span(a, b), new) for a, b, new in rows]
            response = to_response({"gains": gains, "proposals": proposals}, edits)
            out[ident] = replace(response, tagged=to_tags({"errors": errors, "edits": tagged}))
    return out


def with_models(reading: ModelResponse, models: str) -> ModelResponse:
    """What was said as if only some of the models had been there, of `WITH`."""
    if models == "tag":
        return ModelResponse({}, (), reading.tagged)
    return replace(reading, tagged=None) if models == "score" else reading


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="*", default=list(ALL))
    parser.add_argument("--model", type=Path, default=MODELS / "localproof-small.gguf")
    parser.add_argument("--tagger", type=Path, default=MODELS / "localproof-tagger.gguf")
    parser.add_argument("--every", type=int, default=1, help="only every N-th text")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    for name in options.sets or ALL:
        collect(options.model, options.tagger, name, options.every, options.processes)


if __name__ == "__main__":
    main()
