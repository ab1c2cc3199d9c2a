"""One part, in a process of its own, timed from within: ``python -m bench.worker PART``.

Reads one JSON line: {"warm": [text …], "texts": [text …], "threads": n}.
Builds the part, checks the warm-up texts, says so in one JSON line
({"built_s", "warmed_s"}), waits for a line, checks `texts` and answers one more
JSON line ({"seconds", "words", "flags"}). PART is harper, languagetool (bare
checkers, called as quickly as Python can) or localproof (the product; its
texts are Markdown files, for the others they are the blocks of those files).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import local

Check = Callable[[str], int]  # text to the number of flags
Batch = Callable[[list[str]], int]


def harper(threads: int) -> Batch:
    """Harper with one linter a thread: a linter cannot be shared."""
    import harper as module

    own = local()

    def check(text: str) -> int:
        if not hasattr(own, "linter"):
            own.linter = module.Linter()
        found = own.linter.organized_lints(text, language="plaintext", dedup=False)
        return sum(map(len, found.values()))

    return _pooled(check, threads)


def languagetool(threads: int) -> Batch:
    """The embedded LanguageTool, one engine for all threads."""
    import lt_py

    engine = lt_py.Engine("en", variant="en-US")
    return _pooled(lambda text: len(engine.check(text)), threads)


def localproof(threads: int) -> Batch:
    """The product, with the profile that holds nothing back."""
    from . import product

    return product.batch(threads)


def _pooled(check: Check, threads: int) -> Batch:
    pool = ThreadPoolExecutor(threads)
    return lambda texts: sum(pool.map(check, texts))


PARTS: dict[str, Callable[[int], Batch]] = {"harper": harper, "languagetool": languagetool, "localproof": localproof}


def main(part: str) -> None:
    """Speak the protocol above on standard input and output."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # Harper's native code prints to file descriptor 1
    task = json.loads(sys.stdin.readline())
    start = time.monotonic()
    batch = PARTS[part](task["threads"])
    built = time.monotonic()
    batch(task["warm"])
    print(json.dumps({"built_s": built - start, "warmed_s": time.monotonic() - built}), file=out)
    while sys.stdin.readline():
        start = time.monotonic()
        flags = batch(task["texts"])
        seconds = time.monotonic() - start
        print(
            json.dumps({"seconds": seconds, "words": sum(len(t.split()) for t in task["texts"]), "flags": flags}),
            file=out,
        )
    out.flush()
    os._exit(0)  # threads and native engines are not worth the wait


if __name__ == "__main__":
    main(sys.argv[1])
