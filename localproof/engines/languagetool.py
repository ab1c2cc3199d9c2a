"""LanguageTool's rules. Their home is a helper process with `lt_py` (LingoTweaker), a port that needs no Java.

Every rule that LanguageTool has on by default runs, but for the few in
`OFF` and `ENDLESS`; the writer's `enable` adds others. What the writer disables is dropped
further on, where it is counted.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from concurrent.futures import Future
from fnmatch import fnmatchcase
from pathlib import Path
from sys import intern
from typing import Any
from zlib import crc32

from ..config import Settings
from ..report import Finding, Provenance, Unavailable
from ..text import Edit, Span, Unit, UnitMap
from ..text.languages import FORMS, NAMES, base, rules_package
from ..workers.helper_process import find_module
from ..workers.pooled_worker import PooledWorker
from .languagetool_rules import ENDLESS, OFF, VARIANTS, kind, page, rule_folder, rules_module
from .original.ngrams import explain_unused
from .package import InstalledPackage, explain_missing_rules
from .package import setup_command as language_remedy
from .prepare import ANSWERS, check_in_parts, delete_with_space, own_rules, threads


def findings(text: str, raw: Any, unit: Unit = "utf-8") -> tuple[Finding, ...]:
    """Findings in `text` from matches in the embedded engine's form; `unit` is what their offsets count.

    A match has `rule_id`, `message`, `offset`, `length`, `suggestions`,
    `category_id` and `issue_type`, and may have `sub_id`, `short_message` and
    `url`.
    """
    to_code_point = UnitMap(text, unit)
    found: dict[Finding, None] = {}
    for match in raw:
        start = to_code_point(match["offset"])
        end = to_code_point(match["offset"] + match["length"])
        span = Span(start, max(start, end))
        name = f"languagetool/{match['rule_id']}"
        edits = (Edit(span, new) if new else delete_with_space(text, span) for new in match["suggestions"])
        finding = Finding(
            span=span,
            rule=name,
            message=plain(match["message"]),
            edits=tuple(dict.fromkeys(edit for edit in edits if edit.text != edit.span.of(text))),
            source=(name,),
            kind=kind(match["rule_id"], match["category_id"] or "", match["issue_type"] or ""),
            category=match["category_id"] or "",
            variants=(intern(f"{name}[{match['sub_id']}]"),) if match.get("sub_id") else (),
            short=plain(match.get("short_message") or ""),
            url=page(match.get("url") or ""),
        )
        found.setdefault(finding)
    return tuple(sorted(found, key=lambda f: (f.span, f.rule)))


def plain(message: str) -> str:
    """A message of LanguageTool's without its tags.

    >>> plain("Did you mean <suggestion>it's</suggestion>?")
    'Did you mean "it\\'s"?'
    """
    return " ".join(re.sub(r"</?suggestion>", '"', message).split())


class LanguageToolEngine:
    """The engine. Opening it raises `Unavailable` where it cannot work."""

    name = "languagetool"

    def __init__(self, settings: Settings) -> None:
        self._language = settings.language
        self._code = code = base(self._language)
        if code not in NAMES or (code == "en" and self._language not in VARIANTS):
            raise Unavailable("languagetool", f"has no rules here for {self._language}")
        if find_module("lt_py") is None:
            raise Unavailable("languagetool", *explain_missing_rules(code))
        self._data, self._state = _data_of_the_writer()
        if not has_rules(code) and not self._data:
            reason = f"its {NAMES[code]} rules, {rules_package(code)}, are not installed"
            raise Unavailable("languagetool", reason, language_remedy(code))
        form = FORMS[code][0] if self._language == code and code in FORMS else self._language
        self._variant = VARIANTS.get(form) or (form if "-" in form else None)
        self._picky = settings.picky
        self._unused = explain_unused(settings, "embedded") if settings.languagetool_ngrams else ()
        endless = ENDLESS if code == "en" else ()
        self._enable = [r for r in _expand_globs(own_rules("languagetool", settings.enable)) if r not in endless]
        self._off = (*(rule for rule in OFF if code == "en" and rule not in self._enable), *endless)
        count = threads(settings)
        options = {
            "language": code,
            "package": rules_module(code),
            "data": self._data,
            "state": self._state,  # other data in the same place is another helper
            "variant": self._variant,
            "picky": settings.picky,
            "enable": self._enable,
            "disable": self._off,
            "threads": count,
        }
        self._worker = PooledWorker(
            "languagetool",
            "localproof.engines.worker",
            ("languagetool", json.dumps(options)),
            threads=count,
            limit_s=settings.block_timeout_s,
            service=settings.service,
        )

    def start(self) -> None:
        """See `Engine.start`."""
        self._worker.start()

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        """See `Engine.submit`."""
        return check_in_parts(self._worker, text, findings)

    def provenance(self) -> tuple[Provenance, ...]:
        """See `Engine.provenance`."""
        name = NAMES[self._code]
        port, data = InstalledPackage("lingotweaker"), InstalledPackage(rules_package(self._code))
        variant = self._variant or self._code
        if self._language.startswith("en-") and variant != self._language:
            variant += f", the nearest that the embedded engine has to {self._language}"
        off = [f"off: {rule}" for rule in self._off]
        picky = ["picky ones too"] if self._picky else []
        return (
            Provenance(
                part="lingotweaker",
                role="rules",
                version=port.version,
                licence=port.licence,
                data=f"LanguageTool's {name} rules, from {data.name} {data.version}".rstrip(),
                sha256=port.sha256("lt_py"),
                facts=(
                    ("checker", "LingoTweaker, a port of LanguageTool 6.9-SNAPSHOT to Rust; embedded, without Java"),
                    ("dialect", variant),
                    ("rules", ", ".join(["on by default", *picky, *self._enable, *off])),
                    *self._unused,
                ),
                answers=(
                    ("data", "rules and word lists by their contributors"),
                    ("training", "rules by hand; the taggers inside, on data not named"),
                    ("people", ""),
                    ("cost", ""),
                ),
            ),
            Provenance(
                part=data.name,
                role="dictionary",
                version=data.version,
                licence=data.licence,
                data=f"LanguageTool's rule files, spelling dictionaries, tagger and chunker models for {name}",
                facts=(
                    (
                        "licence of the parts",
                        "as upstream, see LingoTweaker's THIRD_PARTY_NOTICES.md; the package names no licence and no "
                        "makers of the spelling dictionaries, the dictionary of word forms and the models of the "
                        "tagger and the chunker (files *.dict and *.bin)",
                    ),
                ),
            ),
        )

    def key(self) -> str:
        """See `Engine.key`."""
        versions = [InstalledPackage(name).version for name in ("lingotweaker", rules_package(self._code))]
        return json.dumps(
            [
                "languagetool",
                "embedded",
                *versions,
                self._data,
                self._state,
                self._code,
                self._variant,
                self._off,
                self._enable,
                self._picky,
                ANSWERS,
            ]
        )

    def pids(self) -> tuple[int, ...]:
        """See `Engine.pids`."""
        return self._worker.pids()

    def close(self) -> None:
        """See `Engine.close`."""
        self._worker.close()


def has_rules(code: str) -> bool:
    """Whether the embedded engine and the rules of the language with this code are installed."""
    return find_module("lt_py") is not None and rule_folder(code) is not None


def _data_of_the_writer() -> tuple[str, str]:
    """The folder with data for the embedded engine that the writer names, and what changes with every change of its
    files; "" where he names none."""
    if not (told := os.environ.get("LT_DATA_DIR", "")):
        return "", ""
    folder = Path(told).absolute()
    seen = [(os.fspath(path), path.stat()) for path in sorted(folder.rglob("*")) if path.is_file()]
    rows = [f"{name} {about.st_mtime_ns} {about.st_size}" for name, about in seen]
    return str(folder), f"{crc32(os.fsencode(chr(10).join(rows))):08x}"


def _expand_globs(patterns: Iterable[str]) -> list[str]:
    """Rule ids as they are, and for each glob the ids that it matches."""
    from .rule_files import rule_ids

    known: set[str] = set()
    for pattern in patterns:
        if any(c in pattern for c in "*?["):
            known |= {rule for rule in rule_ids() if fnmatchcase(rule, pattern)}
        else:
            known.add(pattern)
    return sorted(known)
