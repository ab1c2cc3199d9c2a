"""Terms from rules of Vale, textlint's prh and cspell: those of a simple form. The others are named, with why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import Term, parse_terms, read_text
from ..report import BadInput
from ..text import escape_invisible
from ..text.bounded_patterns import expand_pattern

_MOST_FILES = 2_000
_MOST_SHOWN = 60  # code points of an entry that is named
_VALE_WORDS = {"accept.txt": "words that are right: localproof dict import"}
_NOT_RULES = ("meta.json", "readme.md", "license")


@dataclass
class ImportedTerms:
    """What a file or folder gave: how it was read, the terms, and what was not taken, with the reason."""

    kind: str
    terms: dict[Term, None] = field(default_factory=dict)  # in their order, each once
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def add(self, written: str, preferred: tuple[str, ...], reason: str, entry: str) -> None:
        """Take one term, if it can stand in a table of them; `entry` is what to call it otherwise."""
        written, preferred = " ".join(written.split()), tuple(" ".join(p.split()) for p in preferred if p.strip())
        if written in preferred:
            return
        if any("(" in p for p in preferred):
            self.leave(entry, "says more than what to write")
            return
        value: object = {"use": list(preferred), "reason": reason} if preferred else None
        try:
            found = parse_terms({written: value} if preferred else {"avoid": [{"term": written, "reason": reason}]}, "")
        except BadInput:
            self.leave(entry, "no term")
            return
        if not re.match(r"[\x00-\u024f]*\Z", written):
            self.leave(entry, "not in Latin letters, where words are told by blanks")
            return
        self.terms |= dict.fromkeys(found)

    def leave(self, entry: str, why: str) -> None:
        """Note what is not taken."""
        shown = escape_invisible(" ".join(entry.split()))
        self.left_out.append((shown if len(shown) <= _MOST_SHOWN else shown[: _MOST_SHOWN - 1] + "…", why))


def read_imported_terms(path: Path) -> ImportedTerms:
    """The terms in a rule of Vale's or a folder of them, a vocabulary's reject.txt, a file of prh's, or settings of
    cspell. Raises BadInput for what is none of these or cannot be read."""
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix in (".yml", ".yaml", ".txt", ".json") and p.is_file())
        files = [p for p in files if p.name.lower() not in _NOT_RULES and ".git" not in p.parts]
        if not files or len(files) > _MOST_FILES:
            raise BadInput(
                f"{escape_invisible(str(path))}: {'more files than' if files else 'no'} rules of a known form"
            )
        taken = ImportedTerms("a folder of rules")
        for file in files:
            try:
                one = _read_file(file, f"{file.parent.name}/{file.stem}")
            except BadInput as error:
                taken.leave(f"{file.parent.name}/{file.name}", str(error).rpartition(": ")[2])
                continue
            taken.terms |= one.terms
            taken.left_out += one.left_out
        return taken
    return _read_file(path, path.stem)


def _read_file(path: Path, name: str) -> ImportedTerms:
    text = read_text(path)
    if path.name == "reject.txt":
        taken = ImportedTerms("what Vale's vocabulary rejects")
        for line in filter(None, (line.strip() for line in text.splitlines())):
            _add_pattern(taken, line, (), "", f"{name}: {line}")
        return taken
    if why := _VALE_WORDS.get(path.name):
        raise BadInput(f"{escape_invisible(str(path))}: {why}")
    record = _load(path, text)
    for reader in (_vale, _prh, _cspell):
        if (found := reader(record, name)) is not None:
            return found
    raise BadInput(
        f"{escape_invisible(str(path))}: no rules of a known form: Vale's, textlint-prh's, or cspell's settings"
    )


def _load(path: Path, text: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # JSON is YAML, too
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        why = escape_invisible(str(error).splitlines()[0])[:120]
        raise BadInput(f"{escape_invisible(str(path))}: not valid YAML: {why}") from None


def _vale(record: Any, name: str) -> ImportedTerms | None:
    if not isinstance(record, dict) or not isinstance(record.get("extends"), str):
        return None
    taken = ImportedTerms("a rule of Vale's")
    kind = record["extends"]
    if kind not in ("substitution", "existence"):
        taken.leave(name, f"extends {escape_invisible(kind)[:30]}")
        return taken
    if record.get("scope") not in (None, "text", "summary", "sentence", "paragraph"):
        taken.leave(name, "holds for some passages only (scope)")
        return taken
    message = record.get("message", "")
    reason = message if isinstance(message, str) and "%s" not in message else ""
    folds = record.get("ignorecase") is True
    if kind == "substitution":
        for key, value in _pairs(record.get("swap")):
            fixes = tuple(value.split("|")) if isinstance(value, str) else ()
            if not fixes or "$" in str(value):
                taken.leave(
                    f"{name}: {key}", "takes parts of what was found over" if fixes else "nothing to write instead"
                )
                continue
            _add_pattern(taken, key.lower() if folds else key, fixes, reason, f"{name}: {key}")
        return taken
    for raw in _strings(record.get("raw")):
        taken.leave(f"{name}: {raw}", "a raw pattern")
    for token in _strings(record.get("tokens")):
        if record.get("nonword") is True:
            taken.leave(f"{name}: {token}", "no words (nonword)")
        else:
            _add_pattern(taken, token.lower() if folds else token, (), reason, f"{name}: {token}")
    return taken


def _prh(record: Any, name: str) -> ImportedTerms | None:
    if not isinstance(record, dict) or not isinstance(record.get("rules"), list):
        return None
    taken = ImportedTerms("rules of textlint's prh")
    for other in _strings(record.get("imports")):
        taken.leave(f"{name}: imports {other}", "a file to import by itself")
    for rule in record["rules"]:
        rule = {"expected": rule} if isinstance(rule, str) else rule
        expected = rule.get("expected") if isinstance(rule, dict) else None
        if not isinstance(expected, str):
            taken.leave(f"{name}: {rule}", "says not what to write")
            continue
        reason = str(rule.get("prh") or "")
        patterns = rule.get("pattern", rule.get("patterns"))
        several = _strings(patterns if isinstance(patterns, list) else [patterns])
        if not several:  # any other case of it
            several = [expected.lower()] if expected.lower() != expected else []
        for pattern in several:
            entry = f"{name}: {pattern}"
            if "$" in expected:
                taken.leave(entry, "takes parts of what was found over")
            elif (found := re.fullmatch(r"/(.*)/([a-z]*)", pattern, re.DOTALL)) is not None:
                _add_pattern(taken, found[1].lower() if "i" in found[2] else found[1], (expected,), reason, entry)
            else:
                taken.add(pattern, (expected,), reason, entry)
    return taken


def _cspell(record: Any, name: str) -> ImportedTerms | None:
    if not isinstance(record, dict):
        return None
    record = {str(key).removeprefix("cSpell."): value for key, value in record.items()}
    if not {"flagWords", "suggestWords", "words", "version"} & set(record):
        return None
    taken = ImportedTerms("cspell's settings")
    for entry in (*_strings(record.get("flagWords")), *_strings(record.get("suggestWords"))):
        written, _, fixes = entry.replace("->", ":").partition(":")
        taken.add(written.strip("!* "), tuple(fixes.split(",")) if fixes else (), "", f"{name}: {entry}")
    if taken.terms or not _strings(record.get("words")):
        return taken
    taken.leave(f"{name}: words", "words that are right: localproof dict import")
    return taken


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """The pairs of a mapping, or of a list of mappings."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield from ((str(key), inner if inner is None else str(inner)) for key, inner in each.items())


def _strings(value: Any) -> list[str]:
    return [str(each) for each in value if isinstance(each, str | int)] if isinstance(value, list) else []


def _add_pattern(taken: ImportedTerms, pattern: str, preferred: tuple[str, ...], reason: str, entry: str) -> None:
    """Take what a simple pattern stands for, each as a term; name one that is not simple."""
    bare = pattern.removeprefix("(?i)")
    texts = expand_pattern(bare.lower() if bare != pattern else bare)
    if not texts:
        taken.leave(entry, "a pattern that stands for too many words")
        return
    for text in texts:
        taken.add(text, preferred, reason, entry)
