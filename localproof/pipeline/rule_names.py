"""Rules that the settings name and no engine has: a misspelt name in `disable` or `enable` is said, not passed over.

Most names are known at once, from the rates of scoring. Only for another one is an engine asked what it has, and what
it says is kept in the store.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path

from .. import __version__
from ..cache.caching_engine import code_digest
from ..cache.store import Store
from ..config import Settings, nearest, read_text
from ..engines import ENGINES, HOUSE
from ..engines.home import is_embedded
from ..report import BadInput, Unavailable
from ..scoring import coefficients
from ..scoring.rescoring import PROPOSES, proposed_kinds
from ..scoring.types import REWRITE
from ..text import escape_invisible
from .suppressions import matches_rule

_MODEL = PROPOSES.rstrip("/")
_ENGINES = (*ENGINES, _MODEL)
_GLOB = re.compile(r"[*?\[]")
_VARIANT = re.compile(r"\[\d+\]\Z")


def require_known_rules(settings: Settings, store: Store | None) -> None:
    """Raises BadInput where `disable` or `enable`, for all texts or for some paths, names a rule that no engine here
    has. An engine that cannot tell its rules is taken to have every one."""
    for key, pattern, source in _named_rules(settings):
        exact = key == "enable"  # an engine is told the name as it is written
        if _is_plainly_known(pattern, exact):
            continue
        engine, slash, _ = pattern.partition("/")
        asked = [name for name in _ENGINES if not slash or fnmatchcase(name, engine if exact else engine.lower())]
        if not asked:
            hint = nearest(engine, _ENGINES)
            raise BadInput(f"{_place(source, pattern)}: {key}: there is no engine {escape_invisible(engine)!r}{hint}")
        known = [_rules_of(name, settings, store) for name in asked if slash or name != HOUSE]
        if not slash:
            known.append(frozenset(rule.name for rule in ENGINES[HOUSE].rules(settings)))
        names = [name for some in known for name in some or ()]
        if None not in known and not any(_means(pattern, name, exact) for name in names):
            raise BadInput(f"{_place(source, pattern)}: {key}: {_no(pattern)}{nearest_rule(pattern, names)}")


def nearest_rule(pattern: str, names: Iterable[str]) -> str:
    """A hint that names the rule most like `pattern`, "" where none is near.

    >>> nearest_rule("harper/OxfrdComma", ["harper/OxfordComma"]), nearest_rule("nonsense", ["harper/InOnesDefense"])
    ('; did you mean harper/OxfordComma?', '')
    """
    bare = {name.rpartition("/")[2].lower(): name for name in sorted(names, reverse=True)}
    hint = nearest(pattern.rpartition("/")[2].lower(), bare, 0.8)
    for short in bare:
        if hint == f"; did you mean {short}?":
            return f"; did you mean {bare[short]}?"
    return ""


def _no(pattern: str) -> str:
    verb = "matches" if _GLOB.search(_VARIANT.sub("", pattern)) else "is called"
    return f"no rule {verb} {escape_invisible(pattern)!r}"


def _named_rules(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(key, name or glob, who says it) of all that the settings name."""
    for key in ("disable", "enable"):
        by_path = {p: o.source for o in settings.overrides for p in o.values.get(key, ())}  # type: ignore[attr-defined]
        for pattern in dict.fromkeys((*getattr(settings, key), *by_path)):
            yield key, pattern, by_path.get(pattern) or settings.sources.get(key, "settings")


def _place(source: str, pattern: str) -> str:
    """`source`, with the line that names `pattern` where it is a file."""
    shown = escape_invisible(source)
    if not Path(source).is_file():
        return shown
    lines = read_text(Path(source)).splitlines()
    quoted = (f'"{pattern}"', f"'{pattern}'")
    line = next((n for n, text in enumerate(lines, 1) if any(q in text for q in quoted)), None)
    return shown if line is None else f"{shown}:{line}"


def _means(pattern: str, name: str, exact: bool) -> bool:
    """Whether `pattern` means the rule `name`, or is one of those that a star in it stands for."""
    pattern = _VARIANT.sub("", pattern)
    full = pattern if "/" in pattern else f"{name.partition('/')[0]}/{pattern}"
    if exact:
        return fnmatchcase(name, full) or fnmatchcase(full, name)
    return matches_rule(full, name) or fnmatchcase(full.lower(), name.lower())


@cache
def _is_plainly_known(pattern: str, exact: bool) -> bool:
    return any(_means(pattern, name, exact) for name in coefficients().rules.rates)


def _rules_of(engine: str, settings: Settings, store: Store | None) -> frozenset[str] | None:
    """The names of the rules of an engine, in all languages that the settings speak of; None where it cannot tell."""
    if engine == _MODEL:
        return frozenset((*(name for name, _, _ in proposed_kinds()), f"{PROPOSES}{REWRITE}"))
    if engine == HOUSE:  # the writer's own settings may name rules of a project that is not this one
        return None
    if engine == "languagetool" and not is_embedded(settings):
        return None
    languages = {"en-US"}
    if engine == "languagetool":
        languages |= {settings.language, *(str(o.values.get("language", "en-US")) for o in settings.overrides)}
    try:
        return frozenset[str]().union(*(_rules_for(engine, language, store) for language in sorted(languages)))
    except Unavailable:
        return None


@lru_cache(maxsize=64)  # an editor asks at every keystroke
def _rules_for(engine: str, language: str, store: Store | None) -> frozenset[str]:
    """What an engine has for a language, as it says now or said in an earlier run. Raises Unavailable."""
    settings, kind = Settings(language=language), ENGINES[engine]
    opened = kind(settings)
    try:
        parts = ("rules", __version__, code_digest(), opened.key())
    finally:
        opened.close()
    key = hashlib.sha256("\0".join(parts).encode("utf-8")).digest()
    if store is not None and (kept := store.get(key)) is not None:
        return frozenset(json.loads(kept))
    names = frozenset(rule.name for rule in kind.rules(settings))
    if store is not None:
        store.put(key, json.dumps(sorted(names)).encode("utf-8"))
    return names
