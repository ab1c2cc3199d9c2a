"""Findings as bytes and back.

JSON, compressed where it is long enough to gain by that. A checksum, which
compression has of its own, tells a damaged record from a whole one.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from ..report import Finding
from ..text import Edit, Span

Row = list[Any]

_SMALL = 512  # bytes; what compressing these saves is not worth its time
_BARE = b"\0"  # no stream of zlib's begins with it
_to_json = json.JSONEncoder(separators=(",", ":")).encode


class Unreadable(ValueError):
    """Bytes that `pack` did not make."""


def pack(value: Any) -> bytes:
    """`value`, of lists, numbers, texts and the like, as bytes."""
    data = _to_json(value).encode("ascii")
    return seal(data) if len(data) <= _SMALL else zlib.compress(data, 1)


def unpack(data: bytes) -> Any:
    """The value that `pack` made `data` of. Raises `Unreadable`."""
    try:
        return json.loads(unseal(data) if data[:1] == _BARE else zlib.decompress(data))
    except (zlib.error, ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from None


def seal(data: bytes) -> bytes:
    """`data` with a checksum."""
    return _BARE + zlib.crc32(data).to_bytes(4, "big") + data


def unseal(data: bytes) -> bytes:
    """What `seal` made `data` of. Raises `Unreadable`."""
    if data[:1] != _BARE or zlib.crc32(memoryview(data)[5:]) != int.from_bytes(data[1:5], "big"):
        raise Unreadable("the checksum is wrong")
    return data[5:]


def findings_to_rows(findings: Iterable[Finding]) -> list[Row]:
    """`rows_to_findings` as lists that `pack` takes; every field of each."""
    return [
        [
            f.span.start,
            f.span.end,
            f.rule,
            f.message,
            [[e.span.start, e.span.end, e.text] for e in f.edits],
            f.source,
            f.kind,
            f.probability,
            f.category,
            f.hints,
            f.is_safe_fix,
            f.agreement,
            f.probability_without_model,
            f.variants,
            f.short,
            f.url,
            f.learned,
            f.hint_reasons,
        ]
        for f in findings
    ]


class PackedFindings(Sequence[Finding]):
    """Findings that are seldom looked at, in a twentieth of the room; each look costs some ten microseconds a finding.

    >>> one = Finding(Span(0, 3), "harper/SpellCheck", "why")
    >>> len(PackedFindings([one])), PackedFindings([one])[0] == one, PackedFindings([one]) == (one,)
    (1, True, True)
    """

    def __init__(self, every: Sequence[Finding]) -> None:
        self._count, self._data = len(every), pack(findings_to_rows(every))

    @classmethod
    def of(cls, raw: tuple[int, bytes]) -> PackedFindings:
        """The findings whose `raw` these are."""
        made = cls(())
        made._count, made._data = raw
        return made

    def raw(self) -> tuple[int, bytes]:
        """How many there are, and the bytes."""
        return self._count, self._data

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Finding]:
        return iter(rows_to_findings(unpack(self._data)))

    @overload
    def __getitem__(self, at: int) -> Finding: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, at: int | slice) -> Finding | tuple[Finding, ...]:
        return tuple(self)[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self._data)


def rows_to_findings(raw: Iterable[Row]) -> tuple[Finding, ...]:
    """The findings that `findings_to_rows` made lists of. Raises `Unreadable`.

    >>> one = Finding(Span(0, 3), "harper/SpellCheck", "Did you mean “the”?", (Edit(Span(0, 3), "the"),))
    >>> rows_to_findings(unpack(pack(findings_to_rows([one])))) == (one,)
    True
    """
    try:
        return tuple(_row_to_finding(*row) for row in raw)
    except (TypeError, ValueError) as error:
        raise Unreadable(str(error)) from None


def _row_to_finding(
    start: int, end: int, rule: str, message: str, edits: list[list[Any]], source: list[str], *rest: Any
) -> Finding:
    kind, probability, category, hints, certain, agreement, unaided, variants, short, url, learned, why = rest
    made = tuple(Edit(Span(a, b), text) for a, b, text in edits)
    known = (kind, probability, category, tuple(hints), certain, agreement, unaided, tuple(variants), short, url)
    return Finding(
        Span(start, end), rule, message, made, tuple(source), *known, learned=learned, hint_reasons=tuple(why)
    )
