"""The helper process that holds a tagger: ``python -P -m localproof.scoring.tagger_worker OPTIONS``.

Loads the file at once, then answers ``{"text": …}`` with ``{"errors": [[start,
end, probability], …], "edits": [[start, end, new, kind, probability], …],
"tokens": n, "loading_s": …, "reading_s": …}`` (seconds of CPU of the thread).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..workers.serve import serve

if TYPE_CHECKING:
    from ..models.tagger import Tagger

LEAST = 0.02  # a tag less likely than that is no candidate, and a word at which so little may be wrong is not named
MOST_AT_A_WORD = 4  # edits
_PLACES = 4  # decimals of a probability


def build(options: dict[str, Any]) -> Callable[[], Callable[[dict[str, Any]], str]]:
    """Load the tagger that `options` name. Raises ValueError where it cannot be used."""
    from ..models.network import one_thread_each
    from ..models.tagger import Tagger

    one_thread_each()
    tagger = Tagger(Path(options["path"]))
    loading_s = time.process_time()
    return lambda: partial(answer, tagger, loading_s)


def answer(tagger: Tagger, loading_s: float, request: dict[str, Any]) -> str:
    """What the tagger says of a text, as JSON."""
    from .tagging import tagged_words

    begun_s = time.thread_time()
    text = request["text"]
    words = tagged_words(tagger, text, least=LEAST)
    likely = [word for word in words if word.error >= LEAST]
    return json.dumps(
        {
            "errors": [[w.word.span.start, w.word.span.end, round(w.error, _PLACES)] for w in likely],
            "edits": [
                [c.edit.span.start, c.edit.span.end, c.edit.text, c.kind, round(chance, _PLACES)]
                for w in likely
                for c, chance in w.edits[:MOST_AT_A_WORD]
            ],
            "tokens": tagger.count_tokens(text),
            "loading_s": round(loading_s, 4),
            "reading_s": round(time.thread_time() - begun_s, 4),
        }
    )


def main(arguments: list[str]) -> None:
    """Serve the tagger that the options, as JSON, name. Does not return."""
    options = json.loads(arguments[0])
    serve(lambda: build(options), options["cores"])


if __name__ == "__main__":
    main(sys.argv[1:])
