"""Findings in numbers: by kind, by rule, by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..report import Run
from ..text.display import one_line

_MOST_FILES = 20


def statistics(run: Run) -> str:
    """Three tables, each with the most frequent first; "" where nothing was found."""
    found = list(run.findings())
    if not found:
        return ""
    kinds = Counter(f.kind for _, f in found)
    rules = Counter(f.rule for _, f in found)
    files = Counter(r.document.name for r, _ in found)
    tables = [_table("by kind", kinds.items()), _table("by rule", rules.items()), _table("by file", files.items())]
    return "\n".join(tables)


def _table(title: str, rows: Iterable[tuple[str, int]]) -> str:
    ordered = sorted(rows, key=lambda row: (-row[1], row[0]))
    shown = ordered if title != "by file" else ordered[:_MOST_FILES]
    lines = [f"{count:>7,}  {one_line(name)}" for name, count in shown]
    if rest := ordered[len(shown) :]:
        lines.append(f"{sum(n for _, n in rest):>7,}  in {len(rest):,} more files")
    return "\n".join([title, *lines]) + "\n"
