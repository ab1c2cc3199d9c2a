"""A worker for test_child.py that does what it is told, good or bad. Its arguments: ROOT THREADS [START [FILE]]."""

import ctypes
import json
import os
import re
import sys
import time
from pathlib import Path

root, threads = sys.argv[1], int(sys.argv[2])
start = sys.argv[3] if len(sys.argv) > 3 else "well"
sys.path.append(root)

from localproof.workers.serve import serve  # noqa: E402


class Panic(BaseException):
    """As PyO3 raises for a panic of Rust code: no Exception."""


def work(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def build():
    if len(sys.argv) > 4:
        with Path(sys.argv[4]).open("a") as tally:
            tally.write("started\n")
    if start == "crash":
        print("no memory for it", file=sys.stderr)
        os._exit(3)
    if start == "unable":
        raise RuntimeError("no data directory found")
    if start == "slow":
        time.sleep(60)
    if start == "hard":  # by the clock longer than it may, and at work all the time
        for _ in range(20):
            work(0.03)
            time.sleep(0.08)
    if start == "endless":
        work(60)
    if start == "garbage":
        os.write(4, b"\xff" * 64)
    answer.rest = lambda: rested.append(time.monotonic())
    return lambda: answer


kept = []
rested = []
TOLD = {"rested": lambda: len(rested), "pid": os.getpid}


def answer(request):
    what, _, rest = request["text"].partition(" ")
    if what == "sleep":
        time.sleep(float(rest))
    elif what == "hold":  # sleeps without letting any other thread of Python run
        ctypes.PyDLL(None).usleep(int(float(rest) * 1e6))
    elif what == "spin":  # works without letting any other thread of Python run
        re.match("(a+)+$", "a" * 60 + "b")
    elif what == "exit":
        os._exit(3)
    elif what == "segfault":
        ctypes.string_at(0)
    elif what == "panic":
        raise Panic("index out of bounds")
    elif what == "refuse":
        raise ValueError("cannot read this")
    elif what == "once" and not Path(rest).exists():  # crashes the first time only
        Path(rest).touch()
        os._exit(3)
    elif what == "print":
        print("to standard output", flush=True)
        os.write(1, b"\x00\x00\x00\x02{}")
        sys.stdin.read()
    elif what == "noise":
        os.write(2, b"warning\n" * 100_000)
    elif what == "grow":  # by so many MiB, for good
        kept.append(b"x" * (int(rest) * 2**20))
        return json.dumps(os.getpid())
    elif what == "work":  # seconds of the processor
        work(float(rest))
    elif what in TOLD:
        return json.dumps(TOLD[what]())
    elif what == "tally":
        with Path(rest).open("a") as tally:
            tally.write("asked\n")
    return json.dumps(request["text"])


# One that is "growing" may grow by 32 MiB before another takes its place.
serve(build, threads, 2**25 if start == "growing" else 0)
