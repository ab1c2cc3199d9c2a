"""What the texts of one task have in common: the words they share, and the reports that earlier runs made of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ..cache.caching_engine import CachingEngine
from ..cache.report_cache import ReportCache, strip_document
from ..cache.serialization import PackedFindings
from ..project.files import SourceFile
from ..report import Report, Unavailable
from ..scoring.site import shared_words, unusual_words
from ..text import Document
from .checker import CheckedDocument, Checker
from .language_policy import prose
from .profiles import apply_profile

_log = logging.getLogger(__name__)

Open = Callable[[], SourceFile]  # reads one text; raises Unavailable


class Corpus:
    """The texts of a task and their checker. `read` takes a text apart."""

    def __init__(self, checker: Checker, read: Callable[[SourceFile], Document]) -> None:
        self._checker, self._read = checker, read
        self._reports: ReportCache | None = None
        self.site: Mapping[str, int] = {}
        if checker.store is not None:
            self._reports = ReportCache(checker.store, checker.settings, checker.keys(), checker.ignores.of_file)

    def survey(self, texts: Iterable[Open]) -> None:
        """Note which words the `texts` share, in `site`. The first text that is new starts the engines meanwhile.

        What cannot be read is passed over here; it is told when its turn comes.
        """
        self.site = shared_words(self._words(texts))

    def _words(self, texts: Iterable[Open]) -> Iterator[Iterable[str]]:
        for open_text in texts:
            try:
                source = open_text()
            except Unavailable:
                continue
            words: Iterable[str] | None = None
            if self._reports is not None:
                words = self._reports.words(source.name, source.text)
            if words is None:
                self._checker.start()
                try:
                    document = self._read(source)
                except Unavailable:
                    continue
                words = unusual_words(prose(document, self._checker.settings.language))
                if self._reports is not None:
                    self._reports.put_words(source.name, source.text, words)
            yield words

    def cached_report(self, source: SourceFile) -> Report | None:
        """The report of an earlier run on the same text, as this run would make it; None if there is none."""
        if self._reports is None:
            return None
        found = self._reports.get(source.name, source.text, self.site, source.encoding)
        _log.debug("%s: %s", source.name, "new, or its site has changed" if found is None else "as in an earlier run")
        if found is None:
            return None
        report, blocks = found
        for engine in self._checker.engines.values():
            if isinstance(engine, CachingEngine):
                engine.count_reused(blocks)
        if self._checker.attached_models is not None:
            self._checker.attached_models.count_reused()
        return _drop_text(apply_profile(report, self._checker.settings.profile))

    def stripped(self, checked: CheckedDocument) -> Report:
        """What a run keeps of a report: enough for every renderer, in little room. Keeps it for later runs as well."""
        report = strip_report(checked.report)
        if checked.whole and self._reports is not None:
            self._reports.put(report, checked.blocks, checked.site)
        return _drop_text(report)


def strip_report(report: Report) -> Report:
    """`report` with no more of its document's blocks than renderers need."""
    return replace(
        report, document=strip_document(report.document, (f.span for f in (*report.findings, *report.held_back)))
    )


def _drop_text(report: Report) -> Report:
    """`report` without the text where nothing was found in it, and with what is held back made small."""
    if not (report.findings or report.held_back):
        return replace(report, document=replace(report.document, text=""))
    return replace(report, held_back=PackedFindings(report.held_back)) if report.held_back else report
