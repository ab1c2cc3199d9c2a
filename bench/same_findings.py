"""Whether a change of speed left every finding as it was: ``python -m bench.same_findings COMMIT FOLDER``.

Checks a folder with the code of COMMIT and with that which lies here, and
compares their JSON, all findings with their probabilities, byte by byte. The
engines are asked once: what they answered to the first lies in a cache of its
own, and all else is made anew. A change of what an engine is asked or of how
its answer is read is therefore not seen unless each has a cache (--apart).

    --cache FOLDER  keep the engines' answers there for the next time
    --apart         ask the engines for both
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import product
from .against import HERE, checkout, compile_once

# The answers of engines lie under a digest of the code around them; here they are to be found by both.
_RUN = """
import sys, uuid
from localproof import cli
from localproof.cache import caching_engine, report_cache
caching_engine.code_digest = lambda: "fixed"
report_cache._code_digest = lambda: uuid.uuid4().hex
sys.exit(cli.main(sys.argv[1:]))
"""
_OF_THE_RUN = {"energy", "elapsed_s", "provenance"}


def main() -> int:
    """Compare; the exit status, 1 where anything differs."""
    args = _arguments()
    compile_once()
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as place, checkout(args.commit, Path(place, "b")) as old:
        cache = args.cache or Path(place, "cache")
        before = findings(old.code, args.folder, cache)
        now = findings(HERE, args.folder, Path(place, "apart") if args.apart else cache)
    for one, other in zip(before["documents"], now["documents"], strict=False):
        if one != other:
            print(f"{other['path']}: not the same")
    count = sum(len(document["findings"]) for document in now["documents"])
    same = before == now
    print(f"{len(now['documents']):,} documents, {count:,} findings: {'the same' if same else 'NOT THE SAME'}")
    return int(not same)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.same_findings", description="Are all findings as before?")
    parser.add_argument("commit")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--apart", action="store_true")
    return parser.parse_args()


def findings(code: Path, folder: Path, cache: Path) -> Any:
    """All that the LocalProof in `code` finds in `folder`, without what is said of the run itself."""
    env = {
        **os.environ,
        "PYTHONPATH": str(code),
        "LOCALPROOF_CACHE_DIR": str(cache.absolute()),
        "LOCALPROOF_SERVICE": "off",
    }
    command = [sys.executable, "-P", "-c", _RUN, *product.CHECK, "-q", "--profile", "all", "--format", "json"]
    done = subprocess.run([*command, str(folder)], env=env, stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"bench: the code in {code} ended with status {done.returncode}")
    return {name: value for name, value in json.loads(done.stdout).items() if name not in _OF_THE_RUN}


if __name__ == "__main__":
    sys.exit(main())
