"""The helper process that holds a model: ``python -P -m localproof.scoring.model_worker OPTIONS``.

Loads the file at once, then answers ``{"text": …, "edits": [[start, end,
new], …]}`` with ``{"gains": […], "proposals": [[start, end, new, kind, gain,
surprise, margin], …], "tokens": n, "loading_s": …, "reading_s": …}`` (seconds
of CPU, of all threads). Whatever a broken file or a text does to
native code happens here.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..text import Edit, Span
from ..workers.serve import serve

if TYPE_CHECKING:
    from ..models.passages import Scorer

_PLACES = 2  # decimals of a nat: more would only show how the work was split


def build(options: dict[str, Any]) -> Callable[[], Callable[[dict[str, Any]], str]]:
    """Load the model that `options` name. Raises ValueError where it cannot be used, ImportError without a runtime."""
    from ..models.runtimes import BACKENDS
    from .proposals import score_passage

    backend = BACKENDS[options.get("runtime", "llama.cpp")]
    opened = backend.load(Path(options["path"]), options["cores"], options["gpu_layers"])
    loading_s = time.process_time()
    # A runtime with threads of its own has the process to itself; one without reads in several of ours.
    clock = time.thread_time if backend.parallel else time.process_time

    def answer(model: Scorer, request: dict[str, Any]) -> str:
        before, begun_s = model.decoded, clock()
        edits = [Edit(Span(a, b), new) for a, b, new in request["edits"]]
        gains, proposals = score_passage(model, request["text"], edits, suggest=options["suggest"])
        return json.dumps(
            {
                "gains": [None if g is None else round(g, _PLACES) for g in gains],
                "proposals": [
                    [p.edit.span.start, p.edit.span.end, p.edit.text, p.kind]
                    + [round(x, _PLACES) for x in (p.gain or 0.0, p.surprise, p.margin)]
                    for p in proposals
                ],
                "tokens": model.decoded - before,
                "loading_s": round(loading_s, 4),
                "reading_s": round(clock() - begun_s, 4),
            }
        )

    return lambda: partial(answer, opened())


def main(arguments: list[str]) -> None:
    """Serve the model that the options, as JSON, name. Does not return."""
    options = json.loads(arguments[0])
    from ..models.runtimes import BACKENDS

    parallel = BACKENDS[options.get("runtime", "llama.cpp")].parallel
    serve(lambda: build(options), options["cores"] if parallel else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
