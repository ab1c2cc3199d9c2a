"""Whose texts the language model was made of: python -m training.credits

Writes ``localproof/models/localproof-small.sources.json``: every source with its commit, licence, credit line and
SHA-256, in which share it was drawn, and the repositories whose corrections taught the model.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from localproof.models import catalogue

from . import corpus as texts
from .pairs import taught
from .prepare import CACHE, SHARES, group, say

OUT = Path(catalogue.__file__).with_name("localproof-small.sources.json")


def document(prepared: dict[str, Any]) -> dict[str, Any]:
    """What the file says, from what `training.prepare` wrote of what it read."""
    rows = [
        _row(s) | {"group": group(s.id, s.register), "words": s.words, "sha256": prepared["corpus"][s.file]}
        for s in texts.sources()
    ]
    return {
        "about": "What LocalProof small was trained on. Words are those before near-duplicates and all that the model"
        " is tested on were left out; of a group the given share of all tokens was drawn. Licences: SPDX."
        " See training/DATA_STATEMENT.md.",
        "collected": prepared["collected"],
        "groups": {g: {"share": share, **prepared["groups"][g]} for g, share in SHARES.items()},
        "sources": rows,
        "corrections": [_row(s) for s in texts.correction_sources() if taught(s.id)],
        "misspellings": {"repo": "crate-ci/typos", "licence": "MIT OR Apache-2.0", "used_under": "Apache-2.0"},
    }


def _row(source: texts.Source) -> dict[str, Any]:
    names = ("id", "title", "repo", "commit", "licence", "credit")
    return {name: getattr(source, name) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=CACHE)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    found = document(json.loads((options.folder / "prepared.json").read_text("utf-8")))
    texts.replace_file(options.out, (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    say(f"{options.out}: {len(found['sources'])} sources, corrections of {len(found['corrections'])} repositories")


if __name__ == "__main__":
    main()
