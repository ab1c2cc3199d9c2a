"""What the texts of one task have in common: the words they share, and the reports that earlier runs made of them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..cache.caching_engine import CachingEngine
from ..cache.report_cache import KeptReport, KnownText, ReportCache, strip_document
from ..cache.serialization import PackedFindings
from ..project.files import InputFile, SourceFile, read_source
from ..report import Report, Unavailable
from ..scoring.site import shared_words, unusual_words
from ..text import Document
from .checker import CheckedDocument, Checker
from .known_files import KnownFiles
from .language_policy import prose
from .profiles import apply_profile

_log = logging.getLogger(__name__)

_AT_ONCE = 256  # texts whose words or reports are looked up together: the more, the more memory
_SHORT = 50_000  # characters of a text that is not read again while these are looked up
_SURVEYED = 2_000_000  # characters of texts that are not taken apart again


class Corpus:
    """The texts of a task and their checker. `read` takes a text apart."""

    def __init__(self, checker: Checker, read: Callable[[SourceFile], Document]) -> None:
        self._checker, self._read = checker, read
        self._reports: ReportCache | None = None
        self._files = KnownFiles(checker.store, checker.settings.max_bytes)
        self._ahead: deque[KnownText] = deque()  # texts whose reports are still to be looked up, in order
        self._loaded: dict[KnownText, bytes | None] = {}
        self._surveyed: dict[KnownText, Document] = {}  # new texts, taken apart for the survey
        self._surveyed_room = _SURVEYED
        self.site: Mapping[str, int] = {}
        if checker.store is not None:
            self._reports = ReportCache(checker.store, checker.settings, checker.keys(), checker.ignores.of_file)

    def survey(self, files: Sequence[InputFile]) -> None:
        """Note which words the `files` share, in `site`. The first text that is new starts the engines meanwhile.

        What cannot be read is passed over here; it is told when its turn comes.
        """
        self._files.look_up(files)
        self.site = shared_words(self._words(files))

    def _words(self, files: Sequence[InputFile]) -> Iterator[Iterable[str]]:
        for at in range(0, len(files), _AT_ONCE):
            some: dict[KnownText, tuple[InputFile, SourceFile | None]] = {}
            for found in files[at : at + _AT_ONCE]:
                source = None
                if (text := self._files.known(found)) is None:
                    try:
                        source = self._files.read(found)
                    except Unavailable:
                        continue
                    text = known_text(source)
                some[text] = found, source if source and len(source.text) <= _SHORT else None
            self._ahead.extend(some)
            noted = self._reports.words(some) if self._reports is not None else {}
            for text, (found, source) in some.items():
                if text in noted:
                    yield noted[text]
                elif (words := self._words_of(text, found, source)) is not None:
                    yield words

    def _words_of(self, text: KnownText, found: InputFile, source: SourceFile | None) -> Iterable[str] | None:
        """The unusual words of a text that no run has noted; None where it cannot be taken apart."""
        self._checker.start()
        try:
            document = self._read(source or self._files.read(found))
        except Unavailable:
            return None
        self._surveyed_room -= len(document.text)
        if self._surveyed_room >= 0:
            self._surveyed[text] = document
        words = unusual_words(prose(document, self._checker.settings.language))
        if self._reports is not None:
            self._reports.put_words(text, words)
        return words

    def open(self, found: InputFile, *, whole: bool) -> tuple[SourceFile, Document | Report]:
        """A file, and the report of an earlier run on it as this run would make it, or else its text taken apart.

        Unless `whole`, a text of which there is a report may be left out of what comes back. Raises Unavailable.
        """
        text = None if whole or self._reports is None else self._files.known(found)
        if text is not None and (report := self._cached_report(text, lambda: self._content(found, text))) is not None:
            return SourceFile(text.name, "", text.digest, path=found.path, encoding=text.encoding), report
        source = self._files.read(found)
        read = known_text(source)
        report = None if read == text else self._cached_report(read, lambda: source.text)
        return source, report or self._surveyed.pop(read, None) or self._read(source)

    def _content(self, found: InputFile, text: KnownText) -> str | None:
        """What stands in a file, if that is still `text`."""
        try:
            source = read_source(found, self._checker.settings.max_bytes)
        except Unavailable:
            return None
        return source.text if source.digest == text.digest else None

    def _cached_report(self, text: KnownText, content: Callable[[], str | None]) -> Report | None:
        kept = self._kept_report(text, content)
        _log.debug("%s: %s", text.name, "new, or its site has changed" if kept is None else "as in an earlier run")
        if kept is None:
            return None
        for engine in self._checker.engines.values():
            if isinstance(engine, CachingEngine):
                engine.count_reused(kept.blocks)
        if self._checker.attached_models is not None:
            self._checker.attached_models.count_reused()
        report = replace(kept.report, digest=text.digest)
        profile = self._checker.settings.profile
        return drop_text(report if kept.profile == profile else apply_profile(report, profile))

    def _kept_report(self, text: KnownText, content: Callable[[], str | None]) -> KeptReport | None:
        if self._reports is None:
            return None
        if text not in self._loaded:
            some = [text]
            if text in self._ahead:
                while self._ahead.popleft() != text:  # what was passed over
                    pass
                some += (self._ahead.popleft() for _ in range(min(_AT_ONCE, len(self._ahead))))
            self._loaded = {**dict.fromkeys(some), **self._reports.load(some)}
        kept = self._loaded.pop(text)
        return None if kept is None else self._reports.read(text, kept, self.site, content)

    def shape(self, checked: CheckedDocument, digest: str) -> Report:
        """What a run keeps of a report on the bytes of that `digest`: enough for every renderer, in little room. Keeps
        it for later runs as well."""
        report = drop_text(strip_report(replace(checked.report, digest=digest)))
        if checked.whole and self._reports is not None:
            text = KnownText(report.document.name, digest, report.document.encoding)
            self._reports.put(text, report, checked.blocks, checked.site, self._checker.settings.profile)
        return report


def known_text(source: SourceFile) -> KnownText:
    """What a text that was read is known by."""
    return KnownText(source.name, source.digest, source.encoding)


def strip_report(report: Report) -> Report:
    """`report` with no more of its document's blocks than renderers need."""
    return replace(
        report, document=strip_document(report.document, (f.span for f in (*report.findings, *report.held_back)))
    )


def drop_text(report: Report) -> Report:
    """`report` without the text where nothing was found in it, and with what is held back made small."""
    if not (report.findings or report.held_back):
        return replace(report, document=replace(report.document, text=""))
    packed = isinstance(report.held_back, PackedFindings) or not report.held_back
    return report if packed else replace(report, held_back=PackedFindings(report.held_back))
