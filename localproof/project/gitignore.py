"""What ``.gitignore`` and ``.localproofignore`` leave out, as git reads them, without git.

Our own matcher, because the pattern libraries turn a line into a regular
expression whose time grows with a power of its stars: a cloned repository
could hang a walk with one line and one long file name. Here a line is a list
of segments and each is matched in time linear in the name, times the line's
own length. Names are compared as text, so that ``?`` is a character and not,
as for git, a byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 1_000_000  # of one file of patterns; git itself gives up at a hundred times that
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r" \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_NEVER = re.compile(r"(?!)")

Segment = re.Pattern[str] | None  # None stands for ** between slashes: any number of folders


@dataclass(frozen=True)
class IgnorePattern:
    """One line. `anywhere`: it has no slash and speaks of the last part of a path, whatever folder that is in."""

    segments: tuple[Segment, ...]
    anywhere: bool
    folders_only: bool
    taken_back: bool  # begins with "!"


@dataclass(frozen=True)
class IgnoreFile:
    """The patterns of one file, which speak of paths in `folder`. `name` is what the file is called."""

    folder: str  # from the anchor of a walk, "" or with a "/" at its end
    name: str
    patterns: tuple[IgnorePattern, ...]


def read_ignore_file(path: Path, folder: str) -> IgnoreFile | None:
    """The rules in the file `path`, None where there are none or it cannot be read (git is silent then, too)."""
    try:
        if path.is_symlink() or not path.is_file():  # git follows no link here either
            return None
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError:
        return None
    if len(data) > _MOST_BYTES:
        return None
    lines = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n")
    patterns = tuple(p for line in lines if (p := parse_pattern(line)) is not None)
    return IgnoreFile(folder, path.name, patterns) if patterns else None


def decide(rules: Sequence[IgnoreFile], path: str, *, folder: bool) -> tuple[bool, str] | None:
    """(whether `path` is left out, the name of the file that decides), None where no line speaks of it.

    `rules` from the outermost folder in; the last line that matches decides.
    `path` is from the anchor, with "/" between its parts. Lines speak of the
    path itself and not of the folders above it: a walk does not enter those.

    >>> rules = [IgnoreFile("", ".gitignore", tuple(map(parse_pattern, ("/public/", "*.log", "!k*.log"))))]
    >>> decide(rules, "public", folder=True), decide(rules, "a/b.log", folder=False)
    ((True, '.gitignore'), (True, '.gitignore'))
    >>> decide(rules, "a/k.log", folder=False)
    (False, '.gitignore')
    """
    for file in reversed(rules):
        if not path.startswith(file.folder):
            continue
        parts = path[len(file.folder) :].split("/")
        for pattern in reversed(file.patterns):
            if (folder or not pattern.folders_only) and _matches(pattern, parts):
                return not pattern.taken_back, file.name
    return None


def _matches(pattern: IgnorePattern, parts: Sequence[str]) -> bool:
    if pattern.anywhere:
        only = pattern.segments[0]
        return only is None or only.fullmatch(parts[-1]) is not None
    return path_matches(pattern.segments, parts)


def path_matches(segments: Sequence[Segment], parts: Sequence[str]) -> bool:
    """Whether the parts of a path are what `segments` say. Of several ** only the last is ever gone back to."""
    at, i, star, resume = 0, 0, -1, 0
    while i < len(parts):
        segment = segments[at] if at < len(segments) else _NEVER
        if segment is None:
            star, resume, at = at, i, at + 1
        elif segment.fullmatch(parts[i]):
            at, i = at + 1, i + 1
        elif star >= 0:
            resume += 1
            at, i = star + 1, resume
        else:
            return False
    return at == len(segments)


def parse_pattern(line: str) -> IgnorePattern | None:
    """A line of an ignore file, None for an empty one, a comment, or what git cannot make sense of."""
    line = _trimmed(line.removesuffix("\r"))
    if not line or line.startswith("#"):
        return None
    taken_back = line.startswith("!")
    line = line[1:] if taken_back else line
    folders_only = len(line) > 1 and line.endswith("/")
    line = line[:-1] if folders_only else line
    anywhere = "/" not in line
    segments = split_segments(line.removeprefix("/"))
    if not segments or (len(segments) == 1 and line in ("", "/")):
        return None
    if anywhere and segments == [None]:
        segments = [re.compile(r"(?s:.*)")]
    if not anywhere and segments[-1] is None:  # a/** is all within a, and not a
        segments.append(re.compile(r"(?s:.*)"))
    return IgnorePattern(tuple(segments), anywhere, folders_only, taken_back)


def _trimmed(line: str) -> str:
    """`line` without the spaces at its end, except one that a backslash keeps."""
    bare = line.rstrip(" ")
    slashes = len(bare) - len(bare.rstrip("\\"))
    return line[: len(bare) + 1] if slashes % 2 and len(bare) < len(line) else bare


def split_segments(line: str) -> list[Segment]:
    """The parts of a pattern between its slashes; [] for a pattern that matches nothing."""
    line = re.sub(r"\\(.)", lambda m: "/" if m[1] == "/" else m[0], line)  # a slash is one with or without it
    found: list[Segment] = []
    pieces: list[str] = [""]  # of the present segment: regular expressions, with a star between each two
    i = start = 0
    while i <= len(line):
        char = line[i : i + 1]
        if char in ("/", ""):
            found.append(None if i - start > 1 and set(line[start:i]) == {"*"} else _compiled(pieces))
            pieces, start = [""], i + 1
        elif char == "*":
            pieces.append("")
        elif char == "?":
            pieces[-1] += r"[^/]"
        elif char == "[":
            end, part = _bracket(line, i)
            if end < 0:
                return []
            pieces[-1] += part
            i = end
        elif char == "\\":
            i += 1
            if i == len(line):
                return []
            pieces[-1] += re.escape(line[i])
        else:
            pieces[-1] += re.escape(char)
        i += 1
    return found


def _compiled(pieces: Sequence[str]) -> re.Pattern[str]:
    """The pieces with stars between them. A star stops at the first place where the next piece fits, for good, which
    is right for all but the last piece and keeps the time linear."""
    first, *rest = pieces
    if not rest:
        return re.compile(first)
    middle = "".join(f"(?>(?s:.*?){piece})" for piece in rest[:-1] if piece)
    return re.compile(f"{first}{middle}(?s:.*){rest[-1]}")


def _bracket(line: str, at: int) -> tuple[int, str]:
    """(where the set that begins at `at` ends, the set as a regular expression); (-1, "") if it has no end."""
    i = at + 1
    negated = line[i : i + 1] in ("!", "^")
    i += negated
    inside, first = "", True
    while i < len(line) and (first or line[i] != "]"):
        first = False
        if line.startswith("[:", i) and (end := line.find(":]", i)) > 0:
            name = line[i + 2 : end]
            if name not in _CLASSES:
                return -1, ""
            inside += _CLASSES[name]
            i = end + 2
            continue
        low, i = _member(line, i)
        high = low
        if line[i : i + 1] == "-" and line[i + 1 : i + 2] not in ("", "]"):
            high, i = _member(line, i + 1)
        inside += re.escape(low)  # by itself, too: for git [b-a] is b
        if low < high:
            inside += f"-{re.escape(high)}"
    if i >= len(line):
        return -1, ""
    if not inside:
        return i, "[^/]" if negated else "(?!)"
    return i, f"(?!/)[{'^' if negated else ''}{inside}]"


def _member(line: str, i: int) -> tuple[str, int]:
    """(the character that stands at `i` of a set, where the next begins)."""
    if line[i] == "\\" and i + 1 < len(line):
        i += 1
    return line[i], i + 1
