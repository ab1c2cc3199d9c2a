"""Reports in little room, however many there are: the first as they are, the others as bytes, most of them in a file,
until somebody looks at one."""

from __future__ import annotations

import marshal
import weakref
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, overload

from ..report import Report, Skipped
from ..text import Cell, Document, Span
from .report_cache import extent, strip_block
from .serialization import PackedFindings, findings_to_rows, rows_to_findings

_AS_THEY_ARE = 24 * 2**20  # bytes, as `_size_in_bytes` reckons them; some thousand posts
_AT_HAND = 4 * 2**20  # bytes; as many again


class ReportSpool(Sequence[Report]):
    """`reports` as `lean` makes them. They come back equal; each look at one costs some hundred microseconds.

    For one thread at a time. The first reports stay `as_they_are`, up to so many bytes, the next are made small and
    stay in memory up to `at_hand` bytes, the others go to a file without a name in `folder` (None: that for temporary
    files), or stay in memory, too, where that cannot be written.

    >>> one = Report(Document("a.md", "teh cat", ()), words=2)
    >>> shelf = ReportSpool([one])
    >>> shelf.append(one)
    >>> len(shelf), shelf[1] == one, shelf == (one, one), shelf[:1] == (one,)
    (2, True, True, True)
    """

    def __init__(
        self,
        reports: Iterable[Report] = (),
        *,
        as_they_are: int = _AS_THEY_ARE,
        at_hand: int = _AT_HAND,
        folder: Path | None = None,
    ) -> None:
        self._first: list[Report] = []
        self._first_room = as_they_are
        self._room, self._folder = at_hand, folder
        self._near: dict[int, bytes] = {}
        self._file: IO[bytes] | None = None
        self._starts, self._sizes = array("Q"), array("Q")  # in the file; 0 for those in memory
        for report in reports:
            self.append(report)

    def append(self, report: Report) -> None:
        """Put `report` behind the others."""
        if self._first_room > 0 and not self._sizes:
            self._first_room -= _size_in_bytes(report)
            self._first.append(report)
            return
        data = zlib.compress(marshal.dumps(_to_plain(report)), 1)
        start = None if len(data) <= self._room else self._write_out(data)
        if start is None:
            self._near[len(self._sizes)] = data
            self._room -= len(data)
        self._starts.append(start or 0)
        self._sizes.append(len(data))

    def __len__(self) -> int:
        return len(self._first) + len(self._sizes)

    def __iter__(self) -> Iterator[Report]:
        return (self._at(i) for i in range(len(self)))

    @overload
    def __getitem__(self, at: int) -> Report: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Report, ...]: ...
    def __getitem__(self, at: int | slice) -> Report | tuple[Report, ...]:
        if isinstance(at, slice):
            return tuple(self._at(i) for i in range(len(self))[at])
        return self._at(range(len(self))[at])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # it grows

    def _write_out(self, data: bytes) -> int | None:
        """Where in the file `data` lies now; None where it could not be written."""
        import tempfile

        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            start = self._file.seek(0, 2)
            return start if self._file.write(data) == len(data) else None
        except OSError:
            return None

    def _at(self, number: int) -> Report:
        if number < len(self._first):
            return self._first[number]
        number -= len(self._first)
        data = self._near.get(number)
        if data is None:
            assert self._file is not None
            self._file.seek(self._starts[number])
            data = self._file.read(self._sizes[number])
        return _from_plain(marshal.loads(zlib.decompress(data)))  # bytes of this very process


def _size_in_bytes(report: Report) -> int:
    """About how many bytes a report takes as it is."""
    held, document = report.held_back, report.document
    packed = len(held.raw()[1]) if isinstance(held, PackedFindings) else 1_500 * len(held)
    return 2_000 + 2 * len(document.text) + 600 * len(document.blocks) + 1_500 * len(report.findings) + packed


def share_equal_parts(before: Sequence[Report], now: Iterable[Report]) -> Sequence[Report]:
    """`now` in as little room as `before`.

    >>> share_equal_parts((), []), len(share_equal_parts(ReportSpool(), []))
    ((), 0)
    """
    return ReportSpool(now) if isinstance(before, ReportSpool) else tuple(now)


def _to_plain(report: Report) -> Any:
    document = report.document
    return (
        document.name,
        document.text,
        [extent(block) for block in document.blocks],
        document.format,
        document.language,
        document.front_matter,
        document.notes,
        [tuple(cell) for cell in document.cells],
        findings_to_rows(report.findings),
        report.held_back.raw() if isinstance(report.held_back, PackedFindings) else findings_to_rows(report.held_back),
        report.suppressed,
        [(s.what, s.reason, s.remedy) for s in report.skipped],
        report.words,
        report.digest,
        report.set_aside,
        report.checked,
        report.held_by_decisions,
    )


def _from_plain(raw: Any) -> Report:
    name, text, extents, form, language, header, notes, cells, found, held, suppressed, skipped, *rest = raw
    words, digest, aside, checked, decided = rest
    blocks = tuple(strip_block(kind, Span(start, end)) for kind, start, end in extents)
    return Report(
        Document(
            name,
            text,
            blocks,
            form,
            language,
            front_matter=header,
            notes=notes,
            cells=tuple(Cell(*cell) for cell in cells),
        ),
        rows_to_findings(found),
        PackedFindings.of(held) if isinstance(held, tuple) else rows_to_findings(held),
        suppressed,
        tuple(Skipped(*s) for s in skipped),
        words,
        digest,
        aside,
        checked,
        decided,
    )
