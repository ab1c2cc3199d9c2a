"""What changed against git: files and the lines in them, so that only these are spoken of."""

from __future__ import annotations

import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..report import BadInput, Unavailable
from ..text import Span, escape_invisible
from ..workers.captured_output import output_of

# Nothing in a repository's own settings may run a program or bend the output.
GIT = (
    *("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=true", "-c", "safe.bareRepository=explicit"),
    *("--no-pager", "--literal-pathspecs"),
)
GIT_ENV = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_FILTERS = r"^filter\..*\.(clean|smudge|process|required)$"
_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--find-renames",
    "--unified=0",
    "--inter-hunk-context=0",
    "--ignore-submodules=all",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_ESCAPED = re.compile(rb'\\([0-7]{3}|["\\abfnrtv])')
_LETTERS = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

Lines = tuple[tuple[int, int], ...]  # first and last, from 1, in order; () for all lines of a file


@dataclass(frozen=True)
class GitChanges:
    """The files that differ from `base` and, for each, the lines that do. Paths are absolute, without links."""

    base: str  # as the user would name it
    files: Mapping[str, Lines]

    def has_changes(self, path: Path) -> bool:
        """Whether anything in the file at `path` changed."""
        return os.path.realpath(path) in self.files

    def touches(self, path: Path, text: str, spans: Iterable[Span]) -> list[bool]:
        """For each of `spans` of `text`, which is what the file at `path` holds, whether it touches a changed line."""
        lines = self.files.get(os.path.realpath(path))
        if not lines:
            return [lines is not None for _ in spans]
        # Git's lines end at line feeds only.
        ends = [m.start() for m in re.finditer("\n", text)]
        return [
            _overlaps(lines, bisect_left(ends, s.start) + 1, bisect_left(ends, max(s.start, s.end - 1)) + 1)
            for s in spans
        ]


def _overlaps(lines: Lines, first: int, last: int) -> bool:
    i = bisect_right(lines, (last, 1 << 62)) - 1
    return i >= 0 and lines[i][1] >= first


def git_changes(paths: Iterable[Path], base: str) -> GitChanges:
    """What changed in the repositories that `paths` lie in, since they parted from `base` ("" means the last commit).

    Files that git does not know count as changed, those that it ignores do
    not. Raises BadInput where there is no git, no repository, or no such base.
    """
    files: dict[str, Lines] = {}
    for top in dict.fromkeys(_top(path) for path in paths):
        start = _start(top, base)
        files |= _changed_lines(top, _git(top, *_unfiltered(top), *_DIFF, start, "--"))
        for name in _git(top, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0"):
            if name:
                files[_real(top, name)] = ()
    return GitChanges(base or "HEAD", files)


def _top(path: Path) -> Path:
    # What is named may be a glob, or may not be there.
    folder = next((p for p in (path, *path.absolute().parents) if p.is_dir()), Path())
    try:
        said = output_of([*GIT, "rev-parse", "--show-toplevel"], folder, env=GIT_ENV)
    except Unavailable as error:
        raise BadInput(
            f"--changed asks git what changed, and here it says: {escape_invisible(error.skipped.reason)} "
            f"(in {escape_invisible(str(folder))})"
        ) from None
    return Path(os.fsdecode(said.removesuffix(b"\n").removesuffix(b"\r")))


def _start(top: Path, base: str) -> str:
    """The commit to compare with: where the present one parted from `base`."""
    if base.startswith("-"):
        raise BadInput(f"--changed: {escape_invisible(base)} is no name of a commit")
    if not _known_commit(top, "HEAD") and base in ("", "HEAD"):
        return _EMPTY_TREE  # nothing has been committed: everything is new
    if not base or base == "HEAD":
        return "HEAD"
    if not _known_commit(top, base):
        raise BadInput(
            f"--changed: git knows no commit {escape_invisible(base)} here; in a shallow checkout it must be fetched "
            "first (GitHub: fetch-depth: 0)"
        )
    try:
        return output_of([*GIT, "merge-base", base, "HEAD"], top, env=GIT_ENV).decode().strip()
    except Unavailable:
        raise BadInput(
            f"--changed: {escape_invisible(base)} and the present commit have no common ancestor that is there; in a "
            "shallow checkout fetch more history (GitHub: fetch-depth: 0)"
        ) from None


def _known_commit(top: Path, name: str) -> bool:
    try:
        output_of([*GIT, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"], top, env=GIT_ENV)
    except Unavailable:
        return False
    return True


def _unfiltered(top: Path) -> list[str]:
    """Options that switch off every filter that the repository's settings name: filters are programs."""
    try:
        said = output_of([*GIT, "config", "--null", "--name-only", "--get-regexp", _FILTERS], top, env=GIT_ENV)
    except Unavailable:  # so it says that there are none
        return []
    names = [os.fsdecode(name) for name in said.split(b"\0") if name]
    if any("=" in name for name in names):  # there is no way to say such a name in an option
        raise BadInput(
            f"--changed: the settings of git in {escape_invisible(str(top))} name a filter with = in its name"
        )
    return [o for name in names for o in ("-c", f"{name}={'false' if name.endswith('.required') else ''}")]


def _git(top: Path, *arguments: str) -> bytes:
    try:
        return output_of([*GIT, *arguments], top, env=GIT_ENV)
    except Unavailable as error:
        raise BadInput(f"--changed: git says: {escape_invisible(error.skipped.reason)}") from None


def _changed_lines(top: Path, patch: bytes) -> dict[str, Lines]:
    """The lines of each file that `patch`, without context, adds or alters."""
    found: dict[str, list[tuple[int, int]]] = {}
    name, left = "", 0
    for line in patch.split(b"\n"):
        if left:  # within a hunk, whatever the line looks like
            left -= not line.startswith(b"\\")
        elif line.startswith(b"diff --git "):
            name = ""
        elif line.startswith(b"+++ "):
            name = _real(top, _plain(line[4:])) if line != b"+++ /dev/null" else ""
        elif name and (hunk := _HUNK.match(line)):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            left = count + _only_removed(line)
            if count:
                found.setdefault(name, []).append((first, first + count - 1))
    return {name: tuple(lines) for name, lines in found.items()}


def _only_removed(line: bytes) -> int:
    _, old, _ = line.split(b" ", 2)
    return int(old.partition(b",")[2] or 1)


def _plain(name: bytes) -> bytes:
    """A name as git writes it in a patch, without the prefix ``b/`` and its quotes."""
    if not name.startswith(b'"'):
        return name.removesuffix(b"\t").removeprefix(b"b/")
    inner = name.rstrip(b"\t")[1:-1]
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 8) if len(m[1]) == 3 else _LETTERS[m[1]]]), inner).removeprefix(
        b"b/"
    )


def _real(top: Path, name: bytes) -> str:
    return os.path.realpath(top / os.fsdecode(name))
