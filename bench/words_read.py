"""How many words of prose that a format's own processor shows are read here.

    python -m bench.words_read FOLDER --format rst --missing 20

A strict reader gives the text that a page would show, without code and formulas. Its words are counted a file at a
time, and so are those of the blocks that are read; a word is missing if the strict reader sees it more often. One more
format is one row of `STRICT`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from localproof.config import Settings
from localproof.formats import FORMATS, format_of, read
from localproof.formats.placeholders import placeholder_runs

_WORD = re.compile(r"(?<![\w-])[^\W\d_]{2,}(?:['’][^\W\d_]+)?(?![\w-]|:\w)")
_HIDDEN = frozenset(
    "pre code kbd samp var tt script style math svg textarea template object noscript head iframe canvas video audio".split()  # noqa: E501
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


class _Shown(HTMLParser):
    """The text of a page, less code, formulas and elements of `classes`; "#" is the class of links within the page, whose
    text a program may have made."""  # noqa: E501

    def __init__(self, classes: Iterable[str] = ()) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._classes = frozenset(classes)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.texts.append(" ")
        if tag in _VOID:
            return
        said = dict(attrs)
        left_out = tag in _HIDDEN or said.get("translate") == "no" or said.get("spellcheck") == "false"
        left_out = left_out or (tag == "a" and "#" in self._classes and (said.get("href") or "").startswith("#"))
        left_out = left_out or said.get("id") == "toc" or bool(self._classes & set((said.get("class") or "").split()))
        self._open.append((tag, left_out or bool(self._open and self._open[-1][1])))
        if tag not in ("a", "b", "i", "em", "strong", "span", "sub", "sup", "small", "mark", "u", "q", "s"):
            self.texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass
        if tag not in ("a", "b", "i", "em", "strong", "span", "sub", "sup", "small", "mark", "u", "q", "s"):
            self.texts.append("\n")

    def handle_data(self, data: str) -> None:
        self.texts.append(" Foo " if self._open and self._open[-1][1] else data)


def shown(page: str, classes: Iterable[str] = ()) -> str:
    """The prose of a page."""
    parser = _Shown(classes)
    parser.feed(page)
    parser.close()
    return "".join(parser.texts)


def made_by(*command: str, classes: Iterable[str] = ()) -> Callable[[str], str]:
    """A strict reader that is a program: the source goes in, a page comes out."""

    def strict(text: str) -> str:
        source = text.encode(errors="replace")
        return shown(
            subprocess.run(command, input=source, capture_output=True, check=True, timeout=120).stdout.decode(), classes
        )

    return strict


def docutils_text(text: str) -> str:
    """What docutils reads, with Sphinx's roles and directives taken for what they are in general."""
    from bench.sphinx_like import docutils_text as strict

    return strict(text)


# Who shows what: the program that must be there, "" for none, and what reads.
STRICT: dict[str, tuple[str, Callable[[str], str]]] = {
    "rst": ("", docutils_text),
    "html": ("", shown),
    "asciidoc": (
        "asciidoctor",
        made_by(
            *"asciidoctor -q -S secure -a nofooter -a stylesheet! -a experimental -a idprefix!".split(),
            *(
                word
                for label in ("table", "figure", "example", "appendix", "listing")
                for word in ("-a", f"{label}-caption!")
            ),
            *"-a version-label! -a toc! -a part-signifier! -a chapter-signifier! -o - -".split(),
            classes=("#", "details", "stemblock", "conum", "icon", "attribution", "version"),
        ),
    ),
    "org": (
        "pandoc",
        made_by(
            "pandoc",
            "-f",
            "org",
            "-t",
            "html",
            classes=("math", "tag", "todo", "done", "timestamp-wrapper", "citation"),
        ),
    ),
    "latex": ("pandoc", made_by("pandoc", "-f", "latex", "-t", "html", classes=("math", "citation"))),
    "djot": ("djot", made_by("djot", classes=("math",))),
}


@dataclass
class Tally:
    """The words of the files of one format."""

    files: int = 0
    refused: int = 0  # by the strict reader
    strict: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)  # words that are read and not shown
    worst: list[tuple[int, str]] = field(default_factory=list)


def words_in(text: str) -> Counter[str]:
    """The words of prose in a text, in small letters; URLs, paths and the like are none."""
    for start, end in reversed(placeholder_runs(text)):
        text = text[:start] + "Foo" + text[end:]
    return Counter(m.group().lower().replace("’", "'") for m in _WORD.finditer(text.replace("\xad", "")))


def words_read(name: str, text: str) -> Counter[str]:
    """The words that are read of a file."""
    document = read(name, text, Settings())
    return words_in("\n".join(block.text for block in document.blocks))


def count(paths: Iterable[Path], formats: Sequence[str]) -> dict[str, Tally]:
    """The words of all files whose format has a strict reader that is installed."""
    tallies: dict[str, Tally] = {}
    for path in paths:
        known = format_of(path)
        if known is None or known.name not in formats:
            continue
        program, strict = STRICT[known.name]
        if program and shutil.which(program) is None:
            continue
        tally = tallies.setdefault(known.name, Tally())
        text = path.read_bytes().decode(errors="replace")
        try:
            seen = words_in(strict(text))
        except (subprocess.SubprocessError, RecursionError):
            tally.refused += 1
            continue
        here = words_read(path.name, text)
        for word in ("foo", "ina", "data"):  # placeholders, on both sides
            del seen[word], here[word]
        missing = seen - here
        tally.files += 1
        tally.strict += sum(seen.values())
        tally.missing += missing
        tally.extra += here - seen
        tally.worst.append((sum(missing.values()), str(path)))
    return tallies


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--format", action="append", choices=sorted(STRICT))
    parser.add_argument("--missing", type=int, default=0, metavar="N", help="name so many words and files")
    args = parser.parse_args(arguments)
    paths = sorted(p for p in args.folder.rglob("*") if p.is_file())
    tallies = count(paths, args.format or list(STRICT))
    print("| format | files | refused | words shown | read | read, not shown |\n|---|---:|---:|---:|---:|---:|")
    for name in (n for n in FORMATS if n in tallies):
        t = tallies[name]
        share = 1 - sum(t.missing.values()) / max(t.strict, 1)
        extra = sum(t.extra.values()) / max(t.strict, 1)
        print(f"| {name} | {t.files:,} | {t.refused} | {t.strict:,} | {share:.2%} | {extra:.2%} |")
    for name, t in tallies.items() if args.missing else ():
        print(f"\n{name}:", ", ".join(f"{w} {n}" for w, n in t.missing.most_common(args.missing)))
        print("  not shown:", ", ".join(f"{w} {n}" for w, n in t.extra.most_common(args.missing)))
        print("\n".join(f"  {n:5} {path}" for n, path in sorted(t.worst, reverse=True)[: args.missing]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
