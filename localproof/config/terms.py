"""How words are written here: the table [terms] of a settings file, and files that hold nothing else.

[terms]
"e-mail" = "email"
kill = ["stop", "exit"]
utilise = { use = "use", reason = "plain words" }
avoid = ["simply", { term = "whitelist", reason = "say what is allowed" }]
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..report import BadInput
from ..text import escape_invisible
from .settings import Term
from .word_files import read_text

USER_TERMS = "terms.toml"
PROJECT_TERMS = ".localproof/terms.toml"
AVOID = "avoid"
_LONGEST = 200  # code points of a term or a reason
_MOST = 20_000
_OF_PATTERNS = frozenset("*[]{}|\\^")  # of globs and regular expressions; in prose they stand for themselves


def read_terms(path: Path) -> tuple[Term, ...]:
    """The terms in a file of them, () if there is none. Raises BadInput for one that makes no sense."""
    if not os.path.lexists(path):
        return ()
    import tomllib

    shown = escape_invisible(str(path))
    try:
        table = tomllib.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{shown}: not valid TOML: {error or 'nested too deeply'}") from None
    return parse_terms(table.get("terms", table), shown)


def parse_terms(raw: object, where: str) -> tuple[Term, ...]:
    """The terms that a table says. Raises BadInput, with `where` before it.

    >>> parse_terms({"e-mail": "email", "avoid": ["simply"]}, "")
    (('e-mail', ('email',), ''), ('simply', (), ''))
    """
    if not isinstance(raw, dict):
        raise BadInput(f'{where}: terms must be a table: "e-mail" = "email"')
    if len(raw) > _MOST:
        raise BadInput(f"{where}: more than {_MOST:,} terms")
    found: list[Term] = []
    for written, value in raw.items():
        if written == AVOID and not isinstance(value, str):
            found += _avoided(value, f"{where}: {AVOID}")
            continue
        shown = f"{where}: {escape_invisible(written)[:_LONGEST]!r}"
        use, reason = (value.get("use"), value.get("reason", "")) if isinstance(value, dict) else (value, "")
        several = [u for u in (use if isinstance(use, list) else [use]) if isinstance(u, str)]
        if not several or (isinstance(use, list) and len(several) < len(use)) or not isinstance(reason, str):
            raise BadInput(f'{shown} must be what to write instead: "email", or {{ use = "email", reason = "…" }}')
        if isinstance(value, dict) and (unknown := set(value) - {"use", "reason"}):
            raise BadInput(f"{shown}: unknown key {escape_invisible(min(unknown))!r} (choose from use, reason)")
        term = (_clean(written, where), tuple(_clean(u, shown) for u in several), reason.strip())
        if term[0] in term[1]:
            raise BadInput(f"{shown}: is to be written as it stands; take the line out")
        found.append(term)
    return tuple(found)


def _avoided(value: object, where: str) -> Iterator[Term]:
    if not isinstance(value, list):
        raise BadInput(f'{where} must be a list: ["simply", {{ term = "whitelist", reason = "…" }}]')
    for each in value:
        term, reason = (each.get("term"), each.get("reason", "")) if isinstance(each, dict) else (each, "")
        if not isinstance(term, str) or not isinstance(reason, str):
            raise BadInput(f'{where}: each must be a term, or {{ term = "whitelist", reason = "…" }}')
        yield _clean(term, where), (), reason.strip()


def _clean(term: str, where: str) -> str:
    clean = " ".join(term.split())
    if not clean or len(clean) > _LONGEST or escape_invisible(clean) != clean:
        raise BadInput(f"{where}: {escape_invisible(term)[:_LONGEST]!r} is no term")
    if _OF_PATTERNS & set(clean) or clean.count("(") != clean.count(")"):
        raise BadInput(
            f"{where}: {clean!r} is no term: terms are words as they stand; "
            "a pattern goes into a rule (docs/own-rules.md)"
        )
    return clean
