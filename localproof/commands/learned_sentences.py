"""What was learned, as a page for the writer: `localproof learn`."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..engines import is_speller
from ..render import Style
from ..render.width import InkedWord, columns, fill
from ..scoring.learning import SORTS, Evidence, Learned, slip_sort, words_key
from ..text.display import one_line
from ..text.phrases import count

_WHERE = {"review": "in reviews", "editor": "in an editor", "history": "in your git history"}
_WORTH_TELL = 0.2  # of log-odds; less changes no finding that anybody sees
_MOST_ROWS = 10  # rules and the like, of each part
_MOST_WORDS = 20
_NEVER = 0.995  # from which on a finding is as good as never so sure
_WIDEST = 44  # columns of a name; a longer one pushes what follows to the right


class _Row(NamedTuple):
    """What is added to the log-odds of what is called so, and how often the writer mended it, of all times."""

    name: str
    by: float
    mended: int
    of: int
    is_words: bool


def describe_learned(
    evidence: Sequence[Evidence], learned: Learned, threshold: float, style: Style, *, whole: bool = False
) -> str:
    """All of it, each line ended; with `whole` the rare too. From `threshold` on a finding is shown of which nothing
    was learned."""
    rows = [row for row in _rows(evidence, learned) if abs(row.by) >= _WORTH_TELL]
    lines = fill([InkedWord(word) for word in _head(evidence).split()], style)
    if not rows:
        lines.append("Too little yet to change anything: ten decisions move little, a hundred what they should.")
        return "".join(f"{line}\n" for line in lines)
    lines.append(f"Others are shown from {_percent(threshold)} sure on; what is listed here:")
    for title, some in (
        ("You leave it, so it is spoken of less", [row for row in rows if row.by < 0]),
        ("You mend it, so it is looked for harder", [row for row in rows if row.by > 0]),
    ):
        lines += _part(title, some, threshold, style, whole=whole)
    lines += ["", "Nothing becomes a certain correction this way, and --isolated knows nothing of it."]
    return "".join(f"{line}\n" for line in lines)


def _rows(evidence: Sequence[Evidence], learned: Learned) -> Iterator[_Row]:
    """Everything that was learned, level by level."""
    titles = {words_key(e.rule, e.written, e.meant): _words_title(e) for e in evidence}
    levels: tuple[tuple[dict[str, float], Callable[[Evidence], str], bool], ...] = (
        ({titles.get(key, key[0]): by for key, by in learned.words.items()}, _words_title, True),
        (dict(learned.rules), lambda e: e.rule, False),
        ({SORTS[sort]: by for sort, by in learned.sorts.items()}, _sort_of, False),
        ({f"{kind} in general": by for kind, by in learned.kinds.items()}, lambda e: f"{e.kind} in general", False),
    )
    for level, name_of, is_words in levels:
        mended: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for each in evidence:
            total[name_of(each)] += each.times
            mended[name_of(each)] += each.times * each.agreed
        for name, by in level.items():
            yield _Row(name, by, mended[name], total[name], is_words)


def _sort_of(each: Evidence) -> str:
    return SORTS.get(slip_sort(each.written, each.meant, each.kind), "")


def _words_title(each: Evidence) -> str:
    written, meant = words_key(each.rule, each.written, each.meant)
    if is_speller(each.rule):
        return f"“{written}”"
    if written == meant:
        return f"the capitals of “{meant}”"
    if not written:
        return f"a missing “{meant}”"
    return f"“{written}” for “{meant}”" if meant else f"an extra “{written}”"


def _head(evidence: Sequence[Evidence]) -> str:
    total = sum(e.times for e in evidence)
    where = Counter[str]()
    for each in evidence:
        where[each.where.partition(":")[0]] += each.times
    places = [f"{n:,} {_WHERE[place]}" if len(where) > 1 else _WHERE[place] for place, n in where.most_common()]
    since = min(e.date for e in evidence)
    return f"{count(total, 'decision')} of yours since {_format_date(since)}, {_list(places)}."


def _part(title: str, rows: list[_Row], threshold: float, style: Style, *, whole: bool) -> list[str]:
    """What is left, or mended: rules and the like a line each, the strongest first; then words, the most frequent
    first."""
    if not rows:
        return []
    lines = ["", title]
    named = sorted((row for row in rows if not row.is_words), key=lambda row: (-abs(row.by), row.name))
    shown = named if whole else named[:_MOST_ROWS]
    width = min(max((columns(one_line(row.name)) for row in shown), default=0), _WIDEST)
    for row in shown:
        name = one_line(row.name)
        said = f"{'mended' if row.by > 0 else 'left'} {_times(row):,} of {row.of:,}"
        lines.append(f"  {name}{' ' * (width - columns(name))}  {said:<15}  {_from(row.by, threshold)}")
    if len(shown) < len(named):
        lines.append(f"  and {len(named) - len(shown):,} more (-v names all)")
    words = sorted((row for row in rows if row.is_words), key=lambda row: (-_times(row), -abs(row.by), row.name))
    if words:
        some = words if whole else words[:_MOST_WORDS]
        told = [one_line(row.name) + _how_often(_times(row)) for row in some]
        rest = f"and {len(words) - len(some):,} more (-v names all)" if len(some) < len(words) else ""
        pieces = [InkedWord(each + ("," if each is not told[-1] or rest else "")) for each in told]
        lines += fill([*pieces, *([InkedWord(rest)] if rest else [])], style, indent=2)
    return lines


def _times(row: _Row) -> int:
    return row.mended if row.by > 0 else row.of - row.mended


def _how_often(times: int) -> str:
    return "" if times < 2 else " (twice)" if times == 2 else f" ({times:,} times)"


def _from(by: float, threshold: float) -> str:
    """How sure a finding must be by itself to be shown: ``from 74 % on``."""
    least = 1 / (1 + math.exp(by - math.log(threshold / (1 - threshold))))
    return "hardly ever shown" if least >= _NEVER else f"from {_percent(least)} on"


def _percent(probability: float) -> str:
    return f"{probability:.0%}".replace("%", " %")


def _format_date(date: str) -> str:
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        return one_line(date)
    return f"{day.day} {day:%B %Y}"


def _list(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)
