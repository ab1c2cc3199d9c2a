"""Hours of editing in minutes: ``python -m bench.soak``.

Random edits on real posts through the language server, as fast as it takes
them. After every edit its text must be the editor's, and at the end the server
must not have grown.

    --edits N       edits in all (default 10,000)
    --data FOLDER   folder that holds data/ (default ../shared)
"""

from __future__ import annotations

import argparse
import hashlib
import random
import tarfile
import tempfile
import time
from pathlib import Path

from localproof.text import LineIndex, Unit

from . import product
from .editor import URI, Client, Server
from .machine import memory_of, named
from .sets import SHARED

_PIECES = (
    *(" teh", " recieve", " 😀", "é", "\u2028", "\x85", "\x0c", "\n", "\r\n", "\r", "\n\n"),
    *(" an word", "`x`", "**", ""),
)
_POST = 500  # edits of one post
_PAUSE = 20  # edits between two moments in which a check comes to its end


def main() -> None:
    """Print what came of it; exit with 1 where a text differs or anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description="Random edits through the server.")
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--data", type=Path, default=SHARED)
    args = parser.parse_args()
    print(f"Machine: {named()}.\n")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(args.data / "data" / "blogs" / "remysharp.tar.xz") as tar:
            tar.extractall(folder, filter="data")
        posts = sorted(p for p in Path(folder).rglob("*.md") if 2_000 < p.stat().st_size < 20_000)
        server = Server("localproof lsp", [*product.COMMAND, "lsp"], {"debounceMs": 5, "profile": "all"}, None)
        client = Client(server, Path(folder))
        begun = time.monotonic()
        differ, memory = _edited(client, posts, args.edits)
        took_s = time.monotonic() - begun
        client.end()
    quarter, end = memory[len(memory) // 4], memory[-1]
    print(f"{args.edits:,} edits in {took_s:.0f} s (units of {client.unit})")
    print(f"edits after which the server's text was not the editor's: {differ}")
    print(f"the server's own process: {quarter / 2**20:.0f} MiB after a quarter, {end / 2**20:.0f} MiB at the end")
    print(f"exceptions: {len(client.complaints)}")
    for line in client.complaints[:5]:
        print(f"    {line}")
    raise SystemExit(1 if differ or client.complaints else 0)


def _edited(client: Client, posts: list[Path], edits: int) -> tuple[int, list[int]]:
    """Make the edits, on a new post now and then; (how often the texts differed, the server's memory by the way)."""
    chance = random.Random(7)
    differ, memory, text = 0, [], ""
    for number in range(edits):
        if number % _POST == 0:
            if number:
                client.tell("textDocument/didClose", {"textDocument": {"uri": URI}})
            with chance.choice(posts).open(encoding="utf-8", errors="replace", newline="") as file:
                text = file.read()
            client.open(text)
        text = _one(client, chance, text)
        state = client.ask("workspace/executeCommand", {"command": "localproof.state", "arguments": [URI]})["result"]
        differ += state["sha256"] != hashlib.sha256(text.encode()).hexdigest()
        if number % _PAUSE == 0:
            time.sleep(0.15)
            memory.append(memory_of(client.process.pid, alone=True))
    return differ, memory


def _one(client: Client, chance: random.Random, text: str) -> str:
    """An edit somewhere: characters typed, some taken out, or both. The text after it."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((0, 0, 0, 1, 5, 40)))
    # A place within a line end cannot be told as a line and a column.
    while text[start - 1 : start + 1] == "\r\n" or text[end - 1 : end + 1] == "\r\n":
        start, end = max(start - 1, 0), min(end + 1, len(text))
    new = chance.choice(_PIECES)
    lines = LineIndex(text)
    unit: Unit = client.unit  # type: ignore[assignment]
    client.change(*lines.position(start, unit), *lines.position(end, unit), new)
    return text[:start] + new + text[end:]


if __name__ == "__main__":
    main()
