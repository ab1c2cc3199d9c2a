"""Small corrections in the git history of texts, by one author: what stood there, and what was made of it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..formats import FORMATS, format_of
from ..report import BadInput, Unavailable
from ..text import Span, escape_invisible
from ..text.words import WORD
from ..workers.captured_output import output_of
from .git_changes import GIT, GIT_ENV

_LOG = (
    *("log", "--no-merges", "--fixed-strings", "--format=%x01%ad", "--date=short", "--patch", "--unified=0"),
    *("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--diff-filter=M", "--no-show-signature"),
    *("--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/"),
)
_PROSE = frozenset(("markdown", "plain", "rst", "asciidoc", "org", "latex", "djot"))  # of HTML most is made by machines
_TEXTS = tuple(f":(top,glob,icase)**/*{suffix}" for f in FORMATS.values() if f.name in _PROSE for suffix in f.suffixes)
_TIMEOUT_S = 300.0
_MOST_WORDS = 400  # of a passage; a longer one is not read word by word
_MOST_CHANGED = 4  # words of it: more is rewriting
_LARGEST_SHARE = 0.25
_SMALL = frozenset(
    "a an and as at be but by for from have if in is it of on or so that the this to was we with you".split()
)
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")


@dataclass(frozen=True)
class Change:
    """Words of the passage before (`span`, maybe empty) and what was written in their place."""

    span: Span
    written: str
    meant: str


@dataclass(frozen=True)
class Correction:
    """A passage in which little was changed: when, in which file, what it was before and after, and the changes."""

    date: str
    path: str
    before: str
    after: str
    changes: tuple[Change, ...]


def own_email(folder: Path) -> str:
    """The address that git writes under commits made here. Raises BadInput where it knows none."""
    try:
        return output_of([*GIT, "config", "user.email"], folder, env=GIT_ENV).decode("utf-8", "replace").strip()
    except Unavailable:
        raise BadInput(
            f"git knows no user.email in {escape_invisible(str(folder))}; say whose commits are yours: --author ADDRESS"
        ) from None


def corrections_by(folder: Path, author: str, most: int) -> list[Correction]:
    """The small corrections of prose in the commits of `author` (part of the name or address) in the repository that
    `folder` lies in, the oldest first, `most` of them. Raises BadInput where git cannot tell them."""
    if not author or author.startswith("-"):
        raise BadInput(f"{escape_invisible(author)!r} is no author")
    try:
        command = [*(o for o in GIT if o != "--literal-pathspecs"), *_LOG, f"--author={author}", "--", *_TEXTS]
        said = output_of(command, folder, timeout_s=_TIMEOUT_S, env=GIT_ENV)
    except Unavailable as error:
        raise BadInput(f"git cannot tell its history here: {escape_invisible(error.skipped.reason)}") from None
    found: list[Correction] = []
    for date, path, before, after in _hunks(said.decode("utf-8", "replace")):
        if len(found) < most and _is_prose(before) and (changes := small_changes(before, after)):
            found.append(Correction(date, path, before, after, changes))
    return found[::-1]


def _hunks(log: str) -> Iterator[tuple[str, str, str, str]]:
    """(date, path, passage before, passage after) of each hunk in texts."""
    date = path = ""
    old: list[str] = []
    new: list[str] = []
    for line in [*log.split("\n"), "@@"]:
        if line.startswith(("@@", "\x01", "diff --git ")):
            if old and new and path:
                yield date, path, "\n".join(old), "\n".join(new)
            old, new = [], []
            if line.startswith("\x01"):
                date = line[1:]
            elif line.startswith("diff "):
                path = ""
        elif line.startswith("+++ "):
            name = line[4:].removeprefix("b/").rstrip("\t\r")
            known = format_of(name)
            path = os.fspath(name) if known is not None and known.name in _PROSE else ""
        elif path and line.startswith("-"):
            old.append(line[1:].rstrip("\r"))
        elif path and line.startswith("+"):
            new.append(line[1:].rstrip("\r"))


def _extent(tokens: Sequence[re.Match[str]], first: int, end: int, *, bare: bool) -> Span:
    """Where the tokens from `first` to `end` stand; with `bare` from the end of the one before, or, where there is
    none, to the start of the one behind."""
    if not bare:
        return Span(tokens[first].start(), tokens[end - 1].end())
    if first:
        return Span(tokens[first - 1].end(), tokens[max(end, first) - 1].end())
    start = tokens[0].start()
    return Span(start, tokens[end].start() if end < len(tokens) else tokens[-1].end())


def _is_prose(passage: str) -> bool:
    """Whether a few lines by themselves are sentences, and not code, a table or a header.

    >>> [_is_prose(text) for text in ("The cat sat on the mat with a hat.", "status: the draft of 2019", "x = f(a, b)")]
    [True, False, False]
    """
    words = WORD.findall(passage)
    small = sum(word.lower() in _SMALL for word in words)
    letters = sum(char.isalpha() or char == " " for char in passage)
    return len(words) > 5 and 8 * small >= len(words) and letters > 0.75 * len(passage)


def small_changes(before: str, after: str) -> tuple[Change, ...]:
    """What was changed in a passage, in order, () where that is nothing or too much to be a correction.

    >>> [(c.written, c.meant) for c in small_changes("It lost it's tail.", "It lost its tail.")]
    [("it's", 'its')]
    """
    if len(before) + len(after) > 12 * _MOST_WORDS:
        return ()
    old, new = list(_TOKEN.finditer(before)), list(_TOKEN.finditer(after))
    if not old or not new or max(len(old), len(new)) > _MOST_WORDS or abs(len(old) - len(new)) > _MOST_CHANGED:
        return ()
    matcher = difflib.SequenceMatcher(None, [m[0] for m in old], [m[0] for m in new], autojunk=False)
    changes, changed = [], 0
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        changed += max(i2 - i1, j2 - j1)
        bare = i1 == i2 or j1 == j2  # words that come or go take their blank along
        span = _extent(old, i1, i2, bare=bare)
        changes.append(Change(span, span.of(before), _extent(new, j1, j2, bare=bare).of(after)))
    if changed > _MOST_CHANGED or changed > max(2, _LARGEST_SHARE * len(old)):
        return ()
    return tuple(changes)
