"""Regular expressions of the writer's that cannot hang a run.

Python's engine goes back and tries again wherever a pattern can match in several ways, so some patterns take for ever
on some texts. `compile_bounded` takes a pattern apart and refuses one that could be tried in too many ways from one
place; what it takes, it also looks for in windows, so that the work grows with the length of a text and no faster.

What counts as a way: a repetition that is followed by something it could have taken itself. ``\\w+ \\w+`` has one, as
a blank is no letter of a word; ``.*foo`` has as many as there are characters; ``(a+)+`` has no end of them.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

WINDOW = 1_000  # code points that one match may look at at most
_STEP = 800  # code points from the start of a window to that of the next
MOST_WAYS = 2_000
_LONGEST = 2_000  # code points of a pattern
# Of every class of characters that an expression can tell apart, some; those that a pattern names come to them.
_SAMPLE = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    " \t\n\r_-'’.,;:!?()[]{}\"/\\|@#$%&*+=<>~^`é中\u0660\u00a0—"
)
_END: frozenset[str] = frozenset()  # what follows the last item of a pattern: nothing that could make it go back


class UnboundedPattern(ValueError):
    """A pattern that is none, or that could take too long. Says which, in words for the writer."""


@lru_cache(maxsize=4096)
def compile_bounded(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """`pattern`, compiled with `flags` of `re`. Raises `UnboundedPattern`.

    >>> compile_bounded(r"\\w+ly\\b").search("quickly")[0]
    'quickly'
    """
    if len(pattern) > _LONGEST:
        raise UnboundedPattern(f"longer than {_LONGEST:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            tree = parser.parse(pattern, flags)
            compiled = re.compile(pattern, flags)
    except (re.error, RecursionError, OverflowError, FutureWarning) as error:
        raise UnboundedPattern(f"no regular expression: {error}") from None
    try:
        ways = _count_ways(list(tree), _END, _Reading(flags | tree.state.flags, _SAMPLE | _named_characters(tree)))
    except RecursionError:
        raise UnboundedPattern("nested too deeply") from None
    if ways > MOST_WAYS:
        raise UnboundedPattern(
            f"could take too long on some texts: it can match in {ways:,} ways from one place; "
            "leave out a * or +, or say how often at most: {0,3}"
        )
    if compiled.match(""):
        raise UnboundedPattern("matches where there is nothing")
    return compiled


def find_bounded(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches of a bounded pattern in `text`, in order, none longer than `WINDOW` code points."""
    if len(text) <= WINDOW:
        yield from pattern.finditer(text)
        return
    at = 0
    for start in range(0, len(text), _STEP):
        while (match := pattern.search(text, max(at, start), min(start + WINDOW, len(text)))) is not None:
            if match.start() >= start + _STEP:
                break
            yield match
            at = match.end() if match.end() > match.start() else match.end() + 1


class _Reading:
    """How classes of characters are read: under which flags, and with which characters as a sample."""

    def __init__(self, flags: int, sample: frozenset[str]) -> None:
        self.flags, self.sample = flags & (re.IGNORECASE | re.DOTALL | re.ASCII), sample
        self._known: dict[str, frozenset[str]] = {}

    def characters(self, item: tuple[Any, Any]) -> frozenset[str]:
        """Those of the sample that one item of a pattern, which takes one character, may take."""
        what, value = item
        key = repr(item)
        if key not in self._known:
            self._known[key] = frozenset(c for c in self.sample if self._takes(what, value, c))
        return self._known[key]

    def _takes(self, what: Any, value: Any, char: str) -> bool:
        if what is op.ANY:
            return char != "\n" or bool(self.flags & re.DOTALL)
        if what is op.LITERAL:
            return self._same(chr(value), char)
        if what is op.NOT_LITERAL:
            return not self._same(chr(value), char)
        negated = value[0][0] is op.NEGATE
        return negated != any(self._in_class(kind, inner, char) for kind, inner in value[negated:])

    def _same(self, one: str, char: str) -> bool:
        return one == char or (bool(self.flags & re.IGNORECASE) and one.lower() == char.lower())

    def _in_class(self, kind: Any, inner: Any, char: str) -> bool:
        if kind is op.LITERAL:
            return self._same(chr(inner), char)
        if kind is op.RANGE:
            low, high = inner
            cases = (char, char.lower(), char.upper()) if self.flags & re.IGNORECASE else (char,)
            return any(len(c) == 1 and low <= ord(c) <= high for c in cases)
        known = {
            op.CATEGORY_DIGIT: char.isdecimal(),
            op.CATEGORY_SPACE: char.isspace(),
            op.CATEGORY_WORD: char.isalnum() or char == "_",
        }
        opposite = {
            op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
            op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
            op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
        }
        return not known[opposite[inner]] if inner in opposite else known.get(inner, True)


_ONE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


def _named_characters(tree: Any) -> frozenset[str]:
    """The characters that a pattern names, and those at the ends of its ranges with their neighbours."""
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, tuple) and len(value) == 2 and value[0] in (op.LITERAL, op.NOT_LITERAL):
            found.update({chr(value[1]), chr(value[1]).lower(), chr(value[1]).upper()})
        elif isinstance(value, tuple) and len(value) == 2 and value[0] is op.RANGE:
            ends = {value[1][0] - 1, *value[1], value[1][1] + 1}
            found.update(chr(code) for code in ends if 0 <= code <= 0x10FFFF)
        elif isinstance(value, tuple | list | parser.SubPattern):
            for inner in value:
                look(inner)

    look(tree)
    return frozenset(c for c in found if len(c) == 1)


def _count_ways(items: Sequence[Any], after: frozenset[str], reading: _Reading) -> int:
    """In how many ways `items`, followed by what begins with one of `after`, may be tried from one place, at most."""
    ways = 1
    for at, item in enumerate(items):
        follow = _first(items[at + 1 :], after, reading)
        ways *= _ways_of(item, follow, reading)
        if ways > 10**9:
            break
    return ways


def _ways_of(item: tuple[Any, Any], follow: frozenset[str], reading: _Reading) -> int:
    what, value = item
    if what in _REPEATS:
        return _ways_of_repeat(what, value, follow, reading)
    if what is op.SUBPATTERN:
        return _count_ways(list(value[3]), follow, reading)
    if what is op.ATOMIC_GROUP:
        return _count_ways(list(value), follow, reading)
    if what is op.BRANCH:
        branches = [list(branch) for branch in value[1]]
        firsts = [_first(b, follow, reading) for b in branches]
        counts = [_count_ways(b, follow, reading) for b in branches]
        by_char = (sum(n for n, f in zip(counts, firsts, strict=True) if c in f) for c in frozenset().union(*firsts))
        return max(1, max(by_char, default=1))
    if what in (op.ASSERT, op.ASSERT_NOT):
        return _count_ways(list(value[1]), _END, reading)
    if what is op.GROUPREF_EXISTS:
        raise UnboundedPattern("a condition (?(1)…) is not taken")
    return 1


def _ways_of_repeat(what: Any, value: Any, follow: frozenset[str], reading: _Reading) -> int:
    least, most, body = value
    body = list(body)
    begins = _first(body, frozenset(), reading)
    most = min(int(most), WINDOW)
    inner = _count_ways(body, begins | follow, reading)
    if most > 1 and _may_be_empty(body):
        raise UnboundedPattern("repeats what may be nothing at all")
    if inner > 1:
        if most > 12:
            raise UnboundedPattern(
                "could take too long on some texts: a repetition within a repetition can match the same words in many "
                "ways"
            )
        inner **= most
    if what is op.POSSESSIVE_REPEAT or not begins & follow:
        return inner
    return inner * max(1, most - int(least) + 1)


def _first(items: Sequence[Any], after: frozenset[str], reading: _Reading) -> frozenset[str]:
    """The characters that `items`, followed by one of `after`, may begin with."""
    found: frozenset[str] = frozenset()
    for item in items:
        found |= _first_of(item, reading)
        if not _may_be_empty([item]):
            return found
    return found | after


def _first_of(item: tuple[Any, Any], reading: _Reading) -> frozenset[str]:
    what, value = item
    if what in _ONE:
        return reading.characters(item)
    if what in _REPEATS:
        return _first(list(value[2]), frozenset(), reading)
    if what is op.SUBPATTERN:
        return _first(list(value[3]), frozenset(), reading)
    if what is op.ATOMIC_GROUP:
        return _first(list(value), frozenset(), reading)
    if what is op.BRANCH:
        return frozenset().union(*(_first(list(b), frozenset(), reading) for b in value[1]))
    if what is op.GROUPREF or (what in (op.ASSERT, op.ASSERT_NOT) and value[0] > 0):
        return reading.sample
    return frozenset()  # a place, not a character


def _may_be_empty(items: Sequence[Any]) -> bool:
    return all(_item_may_be_empty(item) for item in items)


def _item_may_be_empty(item: tuple[Any, Any]) -> bool:
    what, value = item
    if what in _ONE:
        return False
    if what in _REPEATS:
        return int(value[0]) == 0 or _may_be_empty(list(value[2]))
    if what is op.SUBPATTERN:
        return _may_be_empty(list(value[3]))
    if what is op.ATOMIC_GROUP:
        return _may_be_empty(list(value))
    if what is op.BRANCH:
        return any(_may_be_empty(list(branch)) for branch in value[1])
    return True


def expand_pattern(pattern: str, most: int = 16) -> tuple[str, ...]:
    """The texts that a simple pattern stands for, without regard to where words begin and end; () where it stands for
    more than `most`, or for what cannot be listed.

    >>> expand_pattern(r"\\be-?mails?\\b"), expand_pattern("(?:web|home) ?page"), expand_pattern("a.*b")
    (('email', 'emails', 'e-mail', 'e-mails'), ('webpage', 'web page', 'homepage', 'home page'), ())
    """
    try:
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return ()
    made = _texts(list(tree), most)
    return tuple(dict.fromkeys(made or ()))


def _texts(items: Sequence[Any], most: int) -> list[str] | None:
    made = [""]
    for item in items:
        own = _texts_of(item, most)
        if own is None or len(own) * len(made) > most:
            return None
        made = [head + tail for head in made for tail in own]
    return made


def _texts_of(item: tuple[Any, Any], most: int) -> list[str] | None:
    what, value = item
    if what is op.LITERAL:
        return [chr(value)]
    if what is op.AT and value in (op.AT_BOUNDARY, op.AT_BEGINNING, op.AT_END):
        return [""] if value is op.AT_BOUNDARY else None
    if what is op.SUBPATTERN:
        return _texts(list(value[3]), most)
    if what is op.BRANCH:
        every = [_texts(list(branch), most) for branch in value[1]]
        return None if any(texts is None for texts in every) else [t for texts in every for t in texts or ()]
    if what is op.IN and all(kind is op.LITERAL for kind, _ in value):
        return [chr(code) for _, code in value]
    if what is op.IN and value == [(op.CATEGORY, op.CATEGORY_SPACE)]:
        return [" "]
    if what in _REPEATS and (value[0], value[1]) == (0, 1):
        own = _texts(list(value[2]), most)
        return None if own is None else ["", *own]
    if what in _REPEATS and value[0] == 1 and list(value[2]) == [(op.IN, [(op.CATEGORY, op.CATEGORY_SPACE)])]:
        return [" "]
    return None
