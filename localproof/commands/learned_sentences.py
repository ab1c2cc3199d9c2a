"""What was learned, in sentences: `localproof learn`."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..scoring.learning import SORTS, Evidence, Learned, slip_sort, words_key
from ..text.display import one_line
from ..text.phrases import count

_WHERE = {"review": "in reviews", "editor": "in an editor", "history": "in your git history"}
_WORTH_TELL = 0.2  # of log-odds; less changes no finding that anybody sees
_MOST_ROWS = 12  # of each part
_EXAMPLES = {True: 0.5, False: 0.85}  # how sure a finding is taken to have been, to say what it is now


class _Row(NamedTuple):
    """What is added to the log-odds of what is called so, and how often the writer mended it, of all times."""

    name: str
    by: float
    mended: int
    of: int


def describe_learned(evidence: Sequence[Evidence], learned: Learned) -> str:
    """All of it, for the writer, each line ended."""
    parts = [_head(evidence)]
    rows = [row for row in _rows(evidence, learned) if abs(row.by) >= _WORTH_TELL]
    harder, left = [row for row in rows if row.by > 0], [row for row in rows if row.by < 0]
    parts += _part("Looked for harder, as you mend them:", harder)
    parts += _part("Spoken of less, as you leave them:", left)
    if not harder and not left:
        parts.append("\nToo little yet to change anything: ten decisions move little, a hundred what they should.\n")
    else:
        parts.append("\nNothing becomes a certain correction this way, and --isolated knows nothing of it.\n")
    return "".join(parts)


def _rows(evidence: Sequence[Evidence], learned: Learned) -> Iterator[_Row]:
    """Everything that was learned, level by level."""
    levels: tuple[tuple[dict[str, float], Callable[[Evidence], str]], ...] = (
        ({_words_title(key): by for key, by in learned.words.items()}, _words_of),
        (dict(learned.rules), lambda e: e.rule),
        ({SORTS[sort]: by for sort, by in learned.sorts.items()}, _sort_of),
        ({f"{kind} in general": by for kind, by in learned.kinds.items()}, lambda e: f"{e.kind} in general"),
    )
    for level, name_of in levels:
        mended: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for each in evidence:
            total[name_of(each)] += each.times
            mended[name_of(each)] += each.times * each.agreed
        for name, by in level.items():
            yield _Row(name, by, mended[name], total[name])


def _words_of(each: Evidence) -> str:
    return _words_title(words_key(each.rule, each.written, each.meant))


def _sort_of(each: Evidence) -> str:
    return SORTS.get(slip_sort(each.written, each.meant, each.kind), "")


def _words_title(key: tuple[str, str]) -> str:
    written, meant = key
    if written == meant:
        return f"the capitals of “{meant}”"
    if not written:
        return f"a missing “{meant}”"
    return f"“{written}” for “{meant}”" if meant else f"“{written}”"


def _head(evidence: Sequence[Evidence]) -> str:
    total = sum(e.times for e in evidence)
    where = Counter[str]()
    for each in evidence:
        where[each.where.partition(":")[0]] += each.times
    places = [f"{n:,} {_WHERE[place]}" for place, n in where.most_common()]
    since = min(e.date for e in evidence)
    return f"{count(total, 'decision')} of yours since {_format_date(since)}: {_list(places)}.\n"


def _part(title: str, rows: list[_Row]) -> list[str]:
    if not rows:
        return []
    rows.sort(key=lambda row: (-abs(row.by), row.name))
    width = min(max(len(one_line(row.name)) for row in rows[:_MOST_ROWS]), 44)
    lines = [f"\n{title}\n"]
    for row in rows[:_MOST_ROWS]:
        said = f"mended {row.mended:,}" if row.by > 0 else f"left {row.of - row.mended:,}"
        lines.append(f"  {one_line(row.name):<{width}}  {said + f' of {row.of:,}':<16}  {_effect(row.by)}\n")
    if len(rows) > _MOST_ROWS:
        lines.append(f"  and {len(rows) - _MOST_ROWS:,} more\n")
    return lines


def _effect(by: float) -> str:
    """``85 % sure is now 40 %``."""
    before = _EXAMPLES[by > 0]
    after = 1 / (1 + math.exp(-(math.log(before / (1 - before)) + by)))
    return f"{before:.0%} sure is now {after:.0%}".replace("%", " %")


def _format_date(date: str) -> str:
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        return one_line(date)
    return f"{day.day} {day:%B %Y}"


def _list(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)
