"""The changes to a document as a patch that `git apply` takes."""

from __future__ import annotations

import os
import posixpath

from ..report import Report

_CONTEXT = 3
_BOM = "\ufeff"
_ESCAPES = {7: r"\a", 8: r"\b", 9: r"\t", 10: r"\n", 11: r"\v", 12: r"\f", 13: r"\r", 34: r"\"", 92: r"\\"}


def unified_diff(report: Report, fixed_text: str, *, bom: bool = False, name: str = "", encoding: str = "utf-8") -> str:
    """A unified diff from the document's text to `fixed_text`; "" if they are equal.

    Lines end at ``\\n`` only, as git sees them: a carriage return before it is
    part of the line. `bom` says that the file begins with a byte order mark that
    is in neither text, `encoding` what its lines are written in; of UTF-16, which
    git takes for binary, the patch is one to read. Write the patch as UTF-8, lone
    surrogates as the bytes that they stand for, without a change of line ends.
    The path is `name`, else the document's, and relative to where it is applied:
    a leading ``/``, ``./`` or drive is dropped.
    """
    import difflib

    mark = _BOM * bom
    before, after = (_in_bytes(text, encoding) for text in (report.document.text, fixed_text))
    old, new = _lines(mark + before), _lines(mark + after)
    if old == new:
        return ""
    name = name or report.document.name
    path = posixpath.normpath(os.path.splitdrive(name)[1].replace(os.sep, "/").lstrip("/"))
    tab = "\t" if " " in path else ""  # git's own sign that a name holds spaces and ends here
    # Without git's own first line, after which it would take the path from the top of the repository, and in a
    # folder below pass over the patch in silence.
    out = [f"--- {_quoted('a/' + path)}{tab}\n", f"+++ {_quoted('b/' + path)}{tab}\n"]
    body = difflib.unified_diff(old, new, n=_CONTEXT)
    for line in list(body)[2:]:
        out.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(out)


def _in_bytes(text: str, encoding: str) -> str:
    """`text` so that it is written as the bytes of `encoding` where it is written as UTF-8."""
    return text if encoding.startswith("utf") else text.encode(encoding).decode("utf-8", "surrogateescape")


def _lines(text: str) -> list[str]:
    """The lines of `text` with their ends, broken after ``\\n`` and nowhere else.

    >>> _lines("a\\r\\nb\\x0cc\\u2028d")
    ['a\\r\\n', 'b\\x0cc\\u2028d']
    """
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _quoted(name: str) -> str:
    """`name` as git writes it: in quotation marks, with the bytes of all but plain ASCII in octal, where it needs them.

    >>> _quoted("a/my post.md"), _quoted("a/é.md")
    ('a/my post.md', '"a/\\\\303\\\\251.md"')
    """
    data = name.encode("utf-8", "surrogateescape")
    safe = [chr(b) if 32 <= b < 127 and b not in _ESCAPES else _ESCAPES.get(b, f"\\{b:03o}") for b in data]
    text = "".join(safe)
    return text if text == name else f'"{text}"'
