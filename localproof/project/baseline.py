"""Findings that were there before: a file in the project that says which, so that only new ones are shown.

A finding is known by its file, its rule, the words it flags and the sentence
they stand in, and not by its line: text may move and be wrapped anew, and a
finding comes back when its sentence changes. The file is JSON with one finding
a line, in order, so that git shows and merges it well.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..report import BadInput, Finding, Report
from ..text import Document, escape_invisible
from ..text.display import one_line
from ..text.phrases import count
from ..text.words import SENTENCE_END
from .files import write_new

FILE = ".localproof/baseline.json"
SCHEMA = 1
_MOST_BYTES = 50_000_000
_LONGEST = 300  # code points of a sentence that are kept, around the words
_LINE_BREAK = re.compile(r"[\r\n]+[ \t]*(?:>[ \t]?)*")  # and the marks of a quotation at the start of the next

# (file, rule, words, sentence), the file from the project's folder
Known = tuple[str, str, str, str]


@dataclass(frozen=True)
class Baseline:
    """What is known: how often each finding is there. `root` is the project's folder."""

    root: Path
    known: Mapping[Known, int]

    def find_known(self, report: Report) -> list[bool]:
        """For each finding of `report`, whether it is known. What stood in a file that is gone may stand in any."""
        name = name_of(report.document.name, self.root)
        mine = Counter({key: n for key, n in self.known.items() if key[0] == name})
        moved: Counter[tuple[str, str, str]] = Counter()
        for key, n in self.known.items():
            if key[0] != name and not os.path.lexists(self.root / key[0]):
                moved[key[1:]] += n
        told = []
        for finding in report.findings:
            key = (name, *fingerprint(report.document, finding))
            budget: Counter[Any] = mine if mine[key] else moved
            spent = key if budget is mine else key[1:]
            told.append(budget[spent] > 0)
            budget[spent] -= 1
        return told


def name_of(name: str, root: Path) -> str:
    """The name of a document as a baseline has it: from the project's folder, with nothing in it that must not be."""
    path = os.path.relpath(os.path.realpath(name), os.path.realpath(root))
    return one_line(Path(path).as_posix())


def fingerprint(document: Document, finding: Finding) -> tuple[str, str, str]:
    """(rule, words, sentence) of a finding: what stays the same as long as its sentence does."""
    words = " ".join(finding.span.of(document.text).split())
    return finding.rule, one_line(words[:_LONGEST]), one_line(_sentence(document, finding))


def _sentence(document: Document, finding: Finding) -> str:
    """The sentence that a finding begins in, as its source writes it but without the breaks of its lines."""
    at = finding.span.start
    start, end = 0, len(document.text)
    for block in document.blocks:
        if block.pieces and block.pieces[0].source.start <= at <= block.pieces[-1].source.end:
            start, end = block.pieces[0].source.start, block.pieces[-1].source.end
            break
    for match in SENTENCE_END.finditer(document.text, start, end):
        if match.end() > at:
            end = match.start() + 1
            break
        start = match.end()
    start, end = max(start, at - _LONGEST // 2), min(end, at + _LONGEST // 2)
    return " ".join(_LINE_BREAK.sub(" ", document.text[start:end]).split())


def load_baseline(root: Path | None) -> Baseline | None:
    """The baseline of the project in `root`, None if it has none. Raises BadInput for one that cannot be read."""
    if root is None or not os.path.lexists(root / FILE):
        return None
    path = baseline_path(root)
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise BadInput(f"{_describe_entry(path)}: larger than {_MOST_BYTES:,} bytes, which no baseline is")
        return Baseline(root, _read(json.loads(data.decode("utf-8"))))
    except OSError as error:
        raise BadInput(f"{_describe_entry(path)}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        what = f"{type(error).__name__}: {escape_invisible(str(error))[:80]}"
        raise BadInput(
            f"{_describe_entry(path)}: no baseline that this version reads ({what}); "
            "make it again: localproof baseline update"
        ) from None


def _read(record: Any) -> dict[Known, int]:
    if record["schema"] != SCHEMA:
        raise ValueError(f"schema {record['schema']!r}")
    known: Counter[Known] = Counter()
    for entry in record["findings"]:
        key = (entry["file"], entry["rule"], entry["words"], entry["sentence"])
        times = entry.get("count", 1)
        if not all(isinstance(part, str) for part in key) or not isinstance(times, int):
            raise ValueError("an entry that is none")
        known[key] += times
    return dict(known)


def baseline_path(root: Path) -> Path:
    """Where the baseline of the project in `root` is or goes. Raises BadInput where a link leads out of the project."""
    path = root / FILE
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise BadInput(f"{_describe_entry(path)} leads out of the project, to {_describe_entry(real)}; remove the link")
    return path


def make_baseline(reports: Iterable[Report], root: Path) -> Baseline:
    """The baseline that holds all findings of `reports`."""
    known: Counter[Known] = Counter()
    for report in reports:
        name = name_of(report.document.name, root)
        known.update((name, *fingerprint(report.document, f)) for f in report.findings)
    return Baseline(root, dict(known))


def update_baseline(old: Baseline | None, new: Baseline, checked: Sequence[str]) -> Baseline:
    """`new`, and of `old` what is known of files that are there and were not `checked` (names of documents)."""
    if old is None:
        return new
    names = {name_of(name, new.root) for name in checked}
    kept = {k: n for k, n in old.known.items() if k[0] not in names and os.path.lexists(new.root / k[0])}
    return Baseline(new.root, {**kept, **new.known})


def write(baseline: Baseline) -> Path:
    """Write the file, in one step, and return its path. Raises BadInput where that cannot be done."""
    path = baseline_path(baseline.root)
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput(f"{_describe_entry(path.parent)}: cannot be created: {error.strerror}") from None
    write_new(path, baseline_text(baseline).encode("utf-8"))
    return path


def baseline_text(baseline: Baseline) -> str:
    """The file: a line for each finding, sorted, with its count where it is there more than once."""
    lines = []
    for key, times in sorted(baseline.known.items()):
        entry: dict[str, object] = dict(zip(("file", "rule", "words", "sentence"), key, strict=True))
        if times > 1:
            entry["count"] = times
        lines.append("    " + json.dumps(entry, ensure_ascii=False))
    findings = "[\n" + ",\n".join(lines) + "\n  ]" if lines else "[]"
    return f'{{\n  "schema": {SCHEMA},\n  "findings": {findings}\n}}\n'


def describe_baseline(baseline: Baseline) -> str:
    """The baseline for a person: how many findings of which rule in which file."""
    total = sum(baseline.known.values())
    by_file: dict[str, Counter[str]] = {}
    for (file, rule, *_), times in sorted(baseline.known.items()):
        by_file.setdefault(file, Counter())[rule] += times
    lines = [f"{count(total, 'finding')} known in {count(len(by_file), 'file')}"]
    for file, rules in by_file.items():
        gone = "" if os.path.lexists(baseline.root / file) else "  (the file is gone)"
        lines.append(f"{escape_invisible(file)}{gone}")
        lines += [
            f"  {times:>5,}  {escape_invisible(rule)}"
            for rule, times in sorted(rules.items(), key=lambda r: (-r[1], r[0]))
        ]
    return "".join(line + "\n" for line in lines)


def _describe_entry(path: Path) -> str:
    return escape_invisible(str(path))
