"""How quick the review screen is: ``python -m bench.review``.

One document with thousands of findings, found by a stand-in so that no
engine's time is counted. The first screen is timed from the moment the
findings are known to the last byte for the terminal, a key from its press to
the same. Beside the time by the clock, which other work on the machine
lengthens, stands the time that the screen's own thread was computing, until the
answer was drawn and until all was taken in that came of the key: the text
checked again, the place remembered. The last line says what the dearest key
cost of that; 50 ms is the most that it may.

    --findings N    how many findings the document has (default 5,000)
    --keys N        how often each key is pressed (default 20)
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import tempfile
import time
from pathlib import Path
from statistics import median

from localproof.pipeline.planning import CheckOptions
from localproof.review.program import application
from localproof.review.screen import ReviewScreen
from localproof.review.workspace import ReviewWorkspace

from .killed import find
from .machine import named

KEYS = {
    "1": "accept",
    "s": "skip",
    "i": "ignore here",
    "n": "next",
    "p": "previous",
    "\t": "choose",
    "u": "undo",
    "U": "redo",
    "N": "next file",
    "P": "file before",
    "?": "why",
    "x": "back from that",
    "h": "held back",
    "r": "rule off",
    "d": "word is right",
    "a": "accept all alike",
}


def main() -> None:
    """Print the report on standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=5000)
    parser.add_argument("--keys", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "long.md")
        chance = random.Random(1)
        words = "a paragraph of prose that somebody wrote about one thing and another".split()
        lines = (
            " ".join([*chance.choices(words, k=14), "teh", *chance.choices(words, k=6)]) + ".\n\n"
            for _ in range(args.findings)
        )
        file.write_text("".join(lines))
        env = {"LOCALPROOF_STATE_DIR": f"{place}/state", "LOCALPROOF_CONFIG_DIR": f"{place}/config"}
        print(f"Machine: {named()}. {args.findings:,} findings in one document of {file.stat().st_size:,} bytes.\n")
        options = CheckOptions(paths=(str(file),), flags={"energy_meter": "off"})
        with ReviewWorkspace(options, env, finder=find) as workspace:
            timed(workspace, args.keys)


def timed(workspace: ReviewWorkspace, times: int) -> None:
    """Hold a review with nobody at the keys, and print how long each answer took."""
    from prompt_toolkit.data_structures import Size
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output.vt100 import Vt100_Output

    out = io.StringIO()
    terminal = Vt100_Output(out, lambda: Size(rows=24, columns=80), term="xterm-256color")
    screen = ReviewScreen(workspace, str, colour=True)
    first: list[float] = []
    arrived = screen._add_page
    known: list[float] = []

    def noted(page: object) -> None:
        if not known:
            known.append(time.perf_counter())
        arrived(page)  # type: ignore[arg-type]

    screen._add_page = noted  # type: ignore[method-assign]
    with create_pipe_input() as pipe:
        app = application(screen, source=pipe, target=terminal)

        rendered = asyncio.Event()

        def drawn(_: object) -> None:
            if known and not first and screen.session.pages:
                first.append(time.perf_counter() - known[0])
            rendered.set()

        app.after_render += drawn

        async def press() -> None:
            while not first:
                await asyncio.sleep(0.01)
            print(f"{'first screen':<18}{1000 * first[0]:7.1f} ms after the findings are known")
            dearest = (0.0, "")
            for key, name in KEYS.items():
                took, computed, whole = [], [], []
                for _ in range(times if key not in "rda" else 1):
                    rendered.clear()
                    begun, computing = time.perf_counter(), time.thread_time()
                    pipe.send_text(key)
                    await rendered.wait()
                    took.append(1000 * (time.perf_counter() - begun))
                    computed.append(1000 * (time.thread_time() - computing))
                    await asyncio.wrap_future(screen.checking.submit(int))  # all that the key began is done
                    await asyncio.sleep(0.05)
                    whole.append(1000 * (time.thread_time() - computing))
                    if key in "rda":
                        screen.press("u")
                        await asyncio.sleep(0.05)
                dearest = max(dearest, (max(whole), name))
                print(
                    f"{name:<18}{median(took):7.1f} ms, at most {max(took):5.1f};"
                    f"  computing {median(computed):5.1f}, at most {max(computed):5.1f};"
                    f"  with all that follows {median(whole):5.1f}, at most {max(whole):5.1f}"
                )
            print(f"\nThe dearest key, {dearest[1]}, cost {dearest[0]:.1f} ms of computing (50 at most).")
            app.exit()

        def begin() -> None:
            screen.begin()
            app.create_background_task(press())

        app.run(pre_run=begin)
        screen.checking.shutdown(wait=False, cancel_futures=True)


if __name__ == "__main__":
    main()
