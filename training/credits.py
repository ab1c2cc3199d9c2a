"""Whose texts our models were made of: python -m training.credits [--tagger]

Writes ``localproof/models/localproof-small.sources.json``: every source with its commit, licence, credit line and
SHA-256, in which share it was drawn, and the repositories whose corrections taught the model. With ``--tagger`` the
same of the tagger, ``localproof-tagger.sources.json``.
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
from .scoring import held_back

OUT = Path(catalogue.__file__).with_name("localproof-small.sources.json")
OUT_TAGGER = OUT.with_name("localproof-tagger.sources.json")


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


def tagger_document(prepared: dict[str, Any]) -> dict[str, Any]:
    """The same of the tagger, which begins with the language model and learns from more corrections."""
    of_model = document(prepared)
    every = [*texts.correction_sources(), *texts.more_correction_sources()]
    return of_model | {
        "about": "What the LocalProof tagger was trained on, besides what LocalProof small was, whose weights it begins"
        " with: the same texts with slips put in by a program, and real corrections. Licences: SPDX."
        " See training/DATA_STATEMENT.md.",
        "corrections": [_row(s) for s in every if not held_back(s.id)],
        "dialogues": {
            "title": "ErAConD, corrected chats of learners of English",
            "repo": "yuanxun-yx/eracond",
            "commit": "8401d360",
            "licence": "MIT",
            "credit": "the authors of ErAConD, https://github.com/yuanxun-yx/eracond; no text of it is in any file",
        },
    }


def _row(source: texts.Source) -> dict[str, Any]:
    names = ("id", "title", "repo", "commit", "licence", "credit")
    return {name: getattr(source, name) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=CACHE)
    parser.add_argument("--tagger", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    make = tagger_document if options.tagger else document
    out = options.out or (OUT_TAGGER if options.tagger else OUT)
    found = make(json.loads((options.folder / "prepared.json").read_text("utf-8")))
    texts.replace_file(out, (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    say(f"{out}: {len(found['sources'])} sources, corrections of {len(found['corrections'])} repositories")


if __name__ == "__main__":
    main()
