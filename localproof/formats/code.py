"""Source code: the comments and docstrings that Pygments finds in it, as lines of what may be prose."""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..config import Settings
from ..report import Unavailable
from ..system.installation import install_command
from ..text import Document, LineIndex, escape_invisible
from .code_languages import CodeLanguage
from .code_prose import Comment, CommentLine, CommentProse

LONGEST = 1_000_000  # code points; what is longer was hardly written by hand
_MOST_S = 5.0  # of the processor's time for one text: some of Pygments' patterns are not linear on hostile input

_STRING = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_NO_PROSE_STRING = frozenset("bBfFtT")
_LINE = re.compile(r"([ \t]*)([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_STAR = re.compile(r"[ \t]*\*+(?=\s|$)")
_LINE_END = re.compile(r"[\r\n]\Z")
_SPACE = re.compile(r"[\s\ufeff]*")
_LONGEST_CLOSER = 40
_REST = re.compile(r"[ \t]*(?:[#;\r\n]|\Z)")
_COLUMNS = 4  # that a tab is wide
_DEEPEST = 400  # characters that a comment or docstring may be indented by


class _Token(NamedTuple):
    """A token of Pygments, by its place in the source: `kind` is "comment", "string", "space", "open", "close",
    "other", "goes on" (what a statement cannot end with) or ":"."""

    kind: str
    start: int
    end: int


def read_code(language: CodeLanguage, name: str, text: str, settings: Settings) -> Document:
    """The document that the comments of `text`, which is in `language`, make up.

    Raises Unavailable where Pygments is not installed, or where a text is too long or would take too long.
    """
    if len(text) > LONGEST:
        raise Unavailable(
            escape_invisible(name) or "a text", f"not read: source code of more than {LONGEST:,} characters"
        )
    prose = CommentProse(text)
    names: set[str] = set()
    for comment in _comments(language, text, _tokens(language, name, text, names)):
        prose.add(comment)
    return Document(
        name,
        text,
        tuple(prose.blocks),
        language.name,
        directives=tuple(prose.remarks.directives),
        notes=tuple(prose.remarks.notes),
        names=frozenset(names),
    )


def _tokens(language: CodeLanguage, name: str, text: str, names: set[str]) -> Iterator[_Token]:
    """What Pygments makes of `text`, with places in it; adds to `names`. Raises Unavailable."""
    try:
        from pygments.lexers import get_lexer_by_name
    except ImportError:
        raise Unavailable(
            escape_invisible(name) or "a text", "not read: source code needs Pygments", install_command(extra="code")
        ) from None
    plain, places = _unix(text)
    lexer = get_lexer_by_name(language.lexer or language.name)
    stop_s = time.thread_time() + _MOST_S
    for at, kind, value in lexer.get_tokens_unprocessed(plain):
        if time.thread_time() > stop_s:
            raise Unavailable(
                escape_invisible(name) or "a text", f"not read: telling code from comments takes over {_MOST_S} s"
            )
        if kind[:1] == ("Name",):
            names.add(value.lower())
        yield _Token(_kind(kind, value), places(at), places(at + len(value)))


class _UnixOffsets:
    """Places in a text whose line ends were made ``\\n``, as places in the text. `pairs` are the ``\\n`` that were
    two characters."""

    def __init__(self, pairs: list[int]) -> None:
        self._pairs = pairs

    def __call__(self, at: int) -> int:
        return at + bisect_left(self._pairs, at) if self._pairs else at


def _unix(text: str) -> tuple[str, _UnixOffsets]:
    """`text` as Pygments wants it, with ``\\n`` at the ends of lines and none but blanks for a byte order mark."""
    if text.startswith("\ufeff"):
        text = "\n" + text[1:]
    if "\r" not in text:
        return text, _UnixOffsets([])
    pairs = [match.start() - i for i, match in enumerate(re.finditer("\r\n", text))]
    return text.replace("\r\n", "\n").replace("\r", "\n"), _UnixOffsets(pairs)


def _kind(kind: Any, value: str) -> str:
    """The `kind` of a token by Pygments' type of it."""
    names = tuple(kind)
    if names[:1] == ("Comment",):
        return "other" if names[1:2] and names[1].startswith(("Preproc", "Hashbang")) else "comment"
    if names[:2] == ("Literal", "String"):
        return "comment" if names[2:] == ("Doc",) and value[:1] not in "rRuUbB\"'" else "string"
    if not value.strip():
        return "space"
    if names[:1] == ("Punctuation",):
        if value[-1] in "([{":
            return "open"
        return "close" if value[0] in ")]}" else ":" if value == ":" else "goes on" if value == "," else "other"
    return "goes on" if names[:1] == ("Operator",) or names[:1] == ("Keyword",) else "other"


# ── from tokens to comments ──


@dataclass
class _CommentGroup:
    """Comments up to the ends of their lines that belong together: same mark, same column, one line after another."""

    mark: str
    column: int
    line: int
    start: int
    end: int
    lines: list[tuple[int, int]]  # where each begins, behind its mark, and ends


def _comments(language: CodeLanguage, text: str, tokens: Iterable[_Token]) -> Iterator[Comment]:
    """The comments and docstrings of `text`, in order."""
    openers = [(re.compile(opener), closer) for opener, closer in language.blocks]
    marks = re.compile("|".join(language.lines) or r"(?!)")
    index = LineIndex(text)
    group: _CommentGroup | None = None
    for start, end, is_string in _runs(text, tokens, openers, marks, language.docstrings):
        block = None if is_string else next(((m, c) for o, c in openers if (m := o.match(text, start, end))), None)
        mark = None if is_string or block else marks.match(text, start, end)
        if mark is None:
            if group:
                yield _of_group(text, group)
                group = None
            if is_string:
                yield from _docstring(text, start, end)
            elif block:
                yield _of_block(text, block[0], block[1], end)
            continue  # what begins with no mark is code that the preprocessor leaves out
        line = index.line(start)
        lines = enumerate(_LINE.finditer(text, mark.end(), end))  # a backslash continues the line, in some languages
        here = [(match.start(), match.end(2)) for i, match in lines if not i or match.group()]
        same = mark.group()[: len(mark.group()) - len(mark.group().lstrip(mark.group()[0]))]
        column = start - index.starts[line] - (line == 0 and text.startswith("\ufeff"))
        if (
            group
            and line == group.line + 1
            and (same, column) == (group.mark, group.column)
            and _begins_line(text, start)
        ):
            group.lines += here
            group.line, group.end = line + len(here) - 1, end
            continue
        if group:
            yield _of_group(text, group)
        group = _CommentGroup(same, column, line + len(here) - 1, start, end, here)
    if group:
        yield _of_group(text, group)


def _runs(
    text: str,
    tokens: Iterable[_Token],
    blocks: list[tuple[re.Pattern[str], str]],
    marks: re.Pattern[str],
    strings: bool,
) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is a docstring) of what may be a comment: Pygments cuts one into several tokens.

    A comment is one of `blocks` or begins with one of `marks`; strings count if `strings`.
    """
    run: _Token | None = None
    documents = False  # whether the run is a string at a place where it documents
    closer: re.Pattern[str] | None = None
    depth, last = 0, ":"  # how many brackets are open; the last token that says anything
    for token in [*tokens, _Token("end", len(text), len(text))]:
        at = _behind_space(text, token)
        opening = next((c for o, c in blocks if o.match(text, at, token.end)), "")
        begins = bool(opening or marks.match(text, at, token.end))
        if run and (token.kind, token.start) == (run.kind, run.end) and not (begins and _is_over(text, run, closer)):
            run = run._replace(end=token.end)
            continue
        if run and (run.kind == "comment" or (documents and _ends_line(text, run.end))):
            yield run.start, run.end, run.kind == "string"
        run = None
        if token.kind == "comment" or (token.kind == "string" and strings):
            run = token._replace(start=at)
            closer = re.compile(f"(?:{opening})$") if opening else _LINE_END if begins else None
            at_start = last not in ("goes on", "open") and _begins_line(text, token.start)
            documents = depth == 0 and (last == ":" or at_start)
        depth += (token.kind == "open") - (token.kind == "close")
        last = token.kind if token.kind not in ("space", "comment") else last


def _behind_space(text: str, token: _Token) -> int:
    """Where a comment begins, for some languages' have the white space before them; of others that is all there is."""
    space = _SPACE.match(text, token.start, token.end) if token.kind == "comment" else None
    return space.end() if space and space.end() < token.end else token.start


def _is_over(text: str, run: _Token, closer: re.Pattern[str] | None) -> bool:
    """Whether a comment ends where `run` does, so that what begins one at once is another. What has begun with no mark
    is code that the preprocessor leaves out, to its end."""
    return run.kind == "comment" and closer is not None and bool(
        closer.search(text, max(run.start, run.end - _LONGEST_CLOSER), run.end)
    )  # fmt: skip


def _begins_line(text: str, at: int) -> bool:
    """Whether only white space, and not endlessly much of it, stands before `at` in its line."""
    least = max(0, at - _DEEPEST)
    start = max(text.rfind("\n", least, at), text.rfind("\r", least, at)) + 1
    return (start > 0 or least == 0) and not text[start:at].strip("\ufeff \t")


def _ends_line(text: str, end: int) -> bool:
    return _REST.match(text, end) is not None


# ── from comments to lines ──


def _of_group(text: str, group: _CommentGroup) -> Comment:
    rows = [_row(text, start, start, end) for start, end in group.lines]
    return Comment(group.start, group.end, _level(rows, rows), markdown=text.startswith(("///", "//!"), group.start))


def _of_block(text: str, opening: re.Match[str], closer: str, end: int) -> Comment:
    closing = re.compile(f"(?:{closer})$").search(text, max(opening.end(), end - 400), end)
    rows = list(_rows(text, opening.end(), closing.start() if closing else end))
    starred = all(_STAR.match(text, row.start, row.end) for row in rows[1:] if row.words)
    if starred:
        rows[1:] = [_behind_star(text, row) for row in rows[1:]]
    return Comment(opening.start(), end, _level(rows, rows[1:]), markdown=opening.group().startswith(("/**", "/*!")))


def _behind_star(text: str, row: CommentLine) -> CommentLine:
    star = _STAR.match(text, row.start, row.end)
    return _row(text, star.end(), star.end(), row.end) if star else row


def _docstring(text: str, start: int, end: int) -> Iterator[Comment]:
    """The comment that a string is, if it is closed and of the right kind."""
    opening = _STRING.match(text, start, end)
    if opening is None or _NO_PROSE_STRING & set(opening[1]):
        return
    quote = opening[2]
    if end - opening.end() < len(quote) or not text.endswith(quote, opening.end(), end):
        return
    rows = list(_rows(text, opening.end(), end - len(quote)))
    raw = "r" in opening[1].lower()
    yield Comment(start, end, _level(rows, rows[1:]), quote=quote[0], escapes=not raw)


def _rows(text: str, start: int, end: int) -> Iterator[CommentLine]:
    for line in _LINE.finditer(text, start, end):
        if line.end() > line.start():
            yield _row(text, line.start(), line.start(2), line.end(2))


def _row(text: str, start: int, at: int, end: int) -> CommentLine:
    """The line at start..end, whose words begin at `at` at the earliest."""
    words = text[at:end].strip()
    first = text.index(words[0], at, end) if words else end
    indent = len(text[start:first].replace("\ufeff", "").expandtabs(_COLUMNS))
    return CommentLine(start, first, first + len(words), words, indent)


def _level(rows: list[CommentLine], body: list[CommentLine]) -> list[CommentLine]:
    """`rows` with their indentation counted from that of the `body`; lines that are not in it have none."""
    least = min((row.indent for row in body if row.words), default=0)
    inside = {row.at for row in body}
    return [row._replace(indent=row.indent - least if row.words and row.at in inside else 0) for row in rows]
