"""The texts and lists that LocalProof learns from, as they lie in ``../shared/corpus`` and ``../shared/data``.

Of the corpus only the main part is counted: not ``late/`` (text that may be
younger than 30 November 2022), not ``by-sa/`` (share-alike), not the held-out
paragraphs, and none of `LEFT_OUT`.
"""

from __future__ import annotations

import csv
import json
import lzma
import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[2] / "shared"
CORPUS = SHARED / "corpus"
DATA = SHARED / "data"
# Speaks of peoples in racial terms of another time; the corpus itself advises against it.
LEFT_OUT = ("cnx-world-history",)
# The sample of edited prose: about so many words of each register.
SAMPLE = {
    "blog": 600_000,
    "handbook": 250_000,
    "government": 300_000,
    "essay": 150_000,
    "proposals": 300_000,
    "textbook": 80_000,
    "docs": 400_000,
    "fiction": 220_000,
}
# Reference documentation is long and alike: of one source at most so many paragraphs are drawn from.
_MOST_DOCS = 12_000
_SEED = 7


@dataclass(frozen=True)
class Source:
    """One source of the corpus or of the corrections, as its ``sources.toml`` has it.

    `file` is the path in the corpus, empty for corrections; `words` are the
    words of that file; `licence` is an SPDX expression.
    """

    id: str
    title: str
    repo: str
    commit: str
    licence: str
    credit: str
    file: str = ""
    register: str = ""
    words: int = 0

    @property
    def late(self) -> bool:
        """Whether its text may be younger than the cut."""
        return self.file.startswith("late/")


def sources(corpus: Path = CORPUS) -> list[Source]:
    """The sources that are counted, in the order of ``sources.toml``."""
    return [source for source in _listed(corpus / "sources.toml") if not source.late]


def correction_sources(corpus: Path = CORPUS) -> list[Source]:
    """The sources of `corrections`."""
    return _listed(corpus / "corrections" / "sources.toml")


def more_correction_sources(corpus: Path = CORPUS) -> list[Source]:
    """The sources of the second file of corrections, ``more.jsonl.xz``."""
    return _listed(corpus / "corrections" / "more-sources.toml")


def collected(corpus: Path = CORPUS) -> str:
    """The day on which the corpus was collected, YYYY-MM-DD."""
    return str(tomllib.loads((corpus / "sources.toml").read_text("utf-8"))["collected"])


def _listed(path: Path) -> list[Source]:
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))["source"]
    return [
        Source(
            entry["id"],
            entry.get("title", f"corrections in the history of {entry['repo']}"),
            entry["repo"],
            entry["commit"],
            entry["licence"],
            entry["credit"],
            entry.get("file", ""),
            entry.get("register", ""),
            entry.get("words", 0),
        )
        for entry in entries
        if entry["id"] not in LEFT_OUT and entry.get("pairs") != 0
    ]


def paragraphs(source: Source, corpus: Path = CORPUS) -> Iterator[str]:
    """The paragraphs of a source, in order."""
    with lzma.open(corpus / source.file, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if text := line.rstrip("\n"):
                yield text


def corrections(corpus: Path = CORPUS) -> Iterator[str]:
    """Every sentence of the corrections, as it was before and as it was after."""
    with lzma.open(corpus / "corrections" / "corrections.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            pair = json.loads(line)
            yield pair["before"]
            yield pair["after"]


def sample(corpus: Path = CORPUS, words: Mapping[str, int] = SAMPLE) -> Iterator[tuple[str, str]]:
    """(id, paragraph) of about `words` words of each register, in random order, always the same.

    An id is ``register:source:number``. Late sources are drawn from too; their
    ids say so (``register:source-late:number``), and who needs text that is
    certainly older than the cut leaves them out.
    """
    chance = random.Random(_SEED)
    by_register: dict[str, list[Source]] = {}
    for source in _listed(corpus / "sources.toml"):
        by_register.setdefault(source.register, []).append(source)
    drawn: list[tuple[str, str]] = []
    for register, members in by_register.items():
        drawn += _some_of(members, words[register], corpus, chance)
    chance.shuffle(drawn)
    yield from drawn


def _some_of(members: list[Source], words: int, corpus: Path, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Paragraphs of sources of one register, until there are more than `words` words."""
    pool: list[tuple[str, int, str]] = []
    for source in members:
        texts = list(paragraphs(source, corpus))
        if source.register == "docs" and len(texts) > _MOST_DOCS:
            texts = chance.sample(texts, _MOST_DOCS)
        pool += [(source.id, number, text) for number, text in enumerate(texts)]
    chance.shuffle(pool)
    so_far = 0
    for ident, number, text in pool:
        if so_far > words:
            return
        so_far += len(text.split())
        yield f"{members[0].register}:{ident}:{number}", text


def listed_misspellings(data: Path = DATA) -> Iterator[tuple[str, str]]:
    """(misspelling, correction) of the list of crate-ci/typos, in lower case, each as often as it is listed."""
    with (data / "typos-words" / "words.csv").open(encoding="utf-8", newline="") as lines:
        for wrong, *rights in csv.reader(lines):
            for right in rights:
                yield wrong.lower(), right.lower()


def learners_misspellings(data: Path = DATA) -> Iterator[tuple[str, str]]:
    """(misspelling, correction) as learners of English made them (TOEFL-Spell), in lower case, in order."""
    with (data / "toefl-spell" / "Annotations.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t")
        next(rows)
        for row in rows:
            if len(row) > 4 and row[3] == "M":  # one misspelt token that is no word; the rest is of other kinds
                yield row[2].lower(), row[4].lower()


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` so that a reader of `path` sees all of the old or all of the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part")
    partial.write_bytes(content)
    partial.replace(path)
