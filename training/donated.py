"""Corrections that writers have given, as a source like any other.

    python -m training.donated FILE|FOLDER …     # is each valid, and what is in it
    python -m training.donated --remove ID …     # never to be used again: a whole file, or one sentence

Files come from ``localproof donate`` and lie in ``../shared/corpus/donated``. Each has its own data statement: licence,
credit, the consent with its version, the date and the tool. What is asked to be removed is noted by its id in
``removed.txt`` beside them, and left out wherever they are read.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from localproof.project.donation import read_donation
from localproof.report import BadInput

from .corpus import CORPUS, replace_file

FOLDER = CORPUS / "donated"
REMOVED = "removed.txt"
_ID = re.compile(r"[0-9a-f]{32}(?:-\d+)?")


@dataclass(frozen=True)
class Donated:
    """A sentence before and after its correction, with what its statement says."""

    id: str
    before: str
    after: str
    licence: str
    credit: str


def removed(folder: Path = FOLDER) -> frozenset[str]:
    """The ids that are not to be used."""
    file = folder / REMOVED
    return frozenset(file.read_text("utf-8").split()) if file.exists() else frozenset()


def donated(folder: Path = FOLDER) -> Iterator[Donated]:
    """Every sentence of every file in `folder` that is not removed, in order. Raises BadInput for a file that is not
    valid: what is not understood is not learned from."""
    gone = removed(folder)
    seen: set[str] = set()
    for path in sorted(folder.glob("*.json")):
        record = read_donation(path.read_text("utf-8"), path.name)
        if record["id"] in seen:
            raise BadInput(f"{path.name}: its id stands in another file, too")
        seen.add(record["id"])
        statement = record["statement"]
        for each in record["corrections"]:
            if record["id"] not in gone and each["id"] not in gone:
                yield Donated(each["id"], each["before"], each["after"], statement["licence"], statement["credit"])


def remove(ids: Sequence[str], folder: Path = FOLDER) -> None:
    """Note that these are not to be used. Raises BadInput for what is no id."""
    for each in ids:
        if not _ID.fullmatch(each):
            raise BadInput(f"{each!r} is no id: 32 hexadecimal digits, and -N for one sentence")
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / REMOVED, "".join(f"{each}\n" for each in sorted({*removed(folder), *ids})).encode("ascii"))


def describe(path: Path) -> str:
    """What a file holds, in a line. Raises BadInput for one that is not valid."""
    record = read_donation(path.read_text("utf-8"), path.name)
    statement = record["statement"]
    decisions = Counter(each["decision"] for each in record["corrections"])
    told = ", ".join(f"{n} {decision}" for decision, n in decisions.most_common())
    credit = f", {statement['credit']}" if statement["credit"] else ""
    return (
        f"{path.name}: {len(record['corrections'])} sentences ({told}), {statement['licence']}{credit}, {record['id']}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Check files, or note what is to be removed; 1 where a file is not valid."""
    parser = argparse.ArgumentParser(description="Check files of donated corrections, or remove some.")
    parser.add_argument("paths", nargs="*", type=Path, help="files, or folders of them")
    parser.add_argument("--remove", nargs="+", metavar="ID", default=[])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    args = parser.parse_args(arguments)
    if args.remove:
        remove(args.remove, args.folder)
        print(f"{len(args.remove)} noted in {args.folder / REMOVED}")
    wrong = 0
    for path in [p for each in args.paths for p in (sorted(each.glob("*.json")) if each.is_dir() else [each])]:
        try:
            print(describe(path))
        except (BadInput, OSError, UnicodeDecodeError) as error:
            print(error, file=sys.stderr)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
