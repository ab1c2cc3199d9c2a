"""What a run finds again and again, as the HTML page lists it: one decision of the writer settles many findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from ..report import Run
from .html_findings import change_markup
from .labels import engines_of
from .markup import SafeHtml, element
from .style import Style
from .suggestion_text import describe_changes
from .width import one_line

_LEAST = 3  # times, and in more than one file
_MOST = 8  # rows
_MOST_RULES = 2  # in a row, those that spoke most often

Change = tuple[str, str]  # the words as they are and as they should be, without regard to capitals


def frequent_changes(run: Run, style: Style) -> SafeHtml:
    """The changes that are proposed most often, with who proposes them, how often, and in how many files; "" where
    nothing comes three times and in more than one file."""
    rows = list(_rows(run, style))
    if not rows:
        return SafeHtml()
    heads = [
        element("th", name, scope="col", class_=ink)
        for name, ink in (("Change", None), ("Times", "number"), ("Files", "number"), ("Found by", None))
    ]
    table = element(
        "table",
        element("caption", "What comes again and again"),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        class_="ranking often",
    )
    help_ = element(
        "p",
        "For a word that is right as it is: ",
        element("code", "localproof dict add WORD"),
        ". For a rule that you can do without: ",
        element("code", "localproof explain RULE"),
        ".",
        class_="meta",
    )
    return element("div", table, help_, class_="wide")


def _rows(run: Run, style: Style) -> Iterator[SafeHtml]:
    times: Counter[Change] = Counter()
    files: Counter[Change] = Counter()
    shown: dict[Change, SafeHtml] = {}
    rules: dict[Change, Counter[str]] = {}
    for report in run.reports:
        here = set()
        text = report.document.text
        for finding in report.findings:
            if not finding.edits:
                continue
            best = replace(finding, edits=finding.edits[:1], hints=())
            old, news = describe_changes(text, best)[0]
            change = old.casefold(), news[0].casefold()
            times[change] += 1
            here.add(change)
            rules.setdefault(change, Counter()).update(map(one_line, engines_of(finding)))
            if change not in shown:
                shown[change] = SafeHtml("".join(change_markup(text, best, style)))
        files.update(here)
    every = sorted((c for c in times if times[c] >= _LEAST and files[c] > 1), key=lambda c: (-times[c], c))
    for change in every[:_MOST]:
        who = sorted(rules[change], key=lambda rule: (-rules[change][rule], rule))
        yield element(
            "tr",
            element("th", shown[change], scope="row"),
            element("td", f"{times[change]:,}", class_="number"),
            element("td", f"{files[change]:,}", class_="number"),
            element("td", ", ".join(who[:_MOST_RULES]), class_="quiet"),
        )
