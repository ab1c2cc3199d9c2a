"""The run as one page: HTML that stands alone, loads nothing, and works without its little script.

Its policy admits one style sheet and one script, by their checksums, and
nothing from anywhere. Its form may change from version to version.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..report import KINDS, Finding, Provenance, Report, Run
from ..text.phrases import count
from .charts import bar, bars, span, stack
from .energy import energy_bounds, energy_lines, energy_parts, model_energy, summarize_energy
from .html_findings import link, per_1000, section
from .html_frequent import frequent_changes
from .labels import skipped_rows
from .locations import path, remarks
from .markup import SafeHtml, element, group
from .origin import questions
from .run_summary import count_findings, part_rows, split_data, title_of
from .style import Style
from .width import InkedWord, one_line

_FEW = 100  # words; in a shorter text one finding weighs too much to compare it with others
_MANY = 500  # findings; beyond this the browser need not lay out what is out of sight
_MOST_ROWS = 15  # of the table of files before it is opened; page.css knows it too
_PARTS = (
    ("overview", "Overview"),
    ("files", "Files"),
    ("findings", "Findings"),
    ("undone", "Not done"),
    ("made-of", "Made of"),
    ("energy", "Energy"),
)


def render(run: Run, style: Style) -> str:
    """The whole page."""
    return "".join(pieces(run, style))


def pieces(run: Run, style: Style) -> Iterator[str]:
    """The page piece by piece, one for each document with findings, for a run that is large."""
    here = Path(__file__)
    sheet, script = (here.with_name(name).read_text("utf-8") for name in ("page.css", "page.js"))
    folder, names = shown_names(run)
    yield '<!doctype html>\n<html lang="en">\n'
    yield _head(run, sheet, script) + "\n<body>\n"
    yield element("a", "Skip to the findings", class_="skip", href="#findings")
    yield "\n" + _banner(run, folder) + "\n<main>\n"
    yield _overview(run, style) + "\n"
    yield _files(run, names) + "\n"
    yield '<section id="findings" aria-labelledby="h-findings">\n'
    told = [f for r in run.reports for f in (*r.findings, *(r.held_back if style.show_held_back else ()))]
    yield _heading("findings") + _tools(told)
    yield '\n<div id="list" class="many">\n' if len(told) > _MANY else '\n<div id="list">\n'
    for number, (report, name) in enumerate(zip(run.reports, names, strict=True)):
        if listed := section(report, name, number, style):
            yield listed + "\n"
    yield "</div>\n" + ("" if told else element("p", "Nothing to show.")) + "</section>\n"
    yield _undone(run) + "\n" + _made_of(run) + "\n" + _energy(run) + "\n</main>\n"
    yield element(
        "footer",
        element("p", "Made by LocalProof on the machine where it ran. This page loads nothing and sends nothing."),
    )
    yield f"\n<script>{script}</script>\n</body>\n</html>\n"


def _sha256(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _head(run: Run, sheet: str, script: str) -> SafeHtml:
    policy = (
        f"default-src 'none'; style-src {_sha256(sheet)}; script-src {_sha256(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{_title(run)} · LocalProof"),
        SafeHtml(f"<style>{sheet}</style>"),
    )


def shown_names(run: Run) -> tuple[str, list[str]]:
    """The folder that all documents lie in, "" or with a slash at its end, and their names as seen from there."""
    names = [one_line(path(report.document.name)) for report in run.reports]
    folders = [name.split("/")[:-1] for name in names]
    shared = [parts[0] for parts in zip(*folders, strict=False) if len(set(parts)) == 1] if len(names) > 1 else []
    depth = next((i for i, parts in enumerate(zip(*folders, strict=False)) if len(set(parts)) > 1), len(shared))
    folder = "".join(part + "/" for part in shared[:depth])
    return folder, [name[len(folder) :] if name not in ("", "-") else "standard input" for name in names]


def _banner(run: Run, folder: str) -> SafeHtml:
    links = [element("li", element("a", name, href=f"#{part}")) for part, name in _PARTS]
    version = f"LocalProof {run.version}" if run.version else "LocalProof"
    return element(
        "header",
        element("p", version, class_="brand"),
        element("h1", _title(run)),
        element("p", _lead(run), class_="lead"),
        *([element("p", "All files are in ", element("bdi", folder), class_="brand")] if folder.strip("/") else []),
        element("nav", element("ul", *links), aria_label="Parts of this page"),
    )


def _title(run: Run) -> str:
    return count_findings(run).partition(" (")[0]


def _lead(run: Run) -> str:
    if not run.reports:
        return "No text was read, so this page says only why."
    if not run.checked:
        return "No engine looked at any text, so this page says only why."
    n_with = sum(bool(report.findings) for report in run.reports)
    rest = sum(report.checked for report in run.reports) - n_with
    said = []
    if n_with and rest:
        verbs = ["has" if number == 1 else "have" for number in (n_with, rest)]
        said.append(f"{count(n_with, 'file')} {verbs[0]} findings, {rest:,} {verbs[1]} none.")
    if held := sum(len(report.held_back) for report in run.reports):
        said.append(
            f"{count(held, 'more suspect')} {'was' if held == 1 else 'were'} held back: the judge was not sure enough "
            f"for the profile “{run.profile}”."
        )
    said = said or ["Nothing was held back."]
    if (use := run.model) is not None:
        helped = count(use.supported, "finding") if use.supported else "no finding"
        held_back, proposed = (f"{number:,}" if number else "none" for number in (use.held_back, use.proposed))
        said.append(
            f"{'The language models' if ' and ' in use.name else 'The language model'} {use.name} supported {helped}, "
            f"held back {held_back} that would have been shown without, and proposed {proposed} besides."
        )
    return " ".join(said)


def _heading(part: str) -> SafeHtml:
    return element("h2", dict(_PARTS)[part], id=f"h-{part}")


def _part(part: str, *children: str) -> SafeHtml:
    return element("section", _heading(part), *children, id=part, aria_labelledby=f"h-{part}")


# ─ overview ─


def _overview(run: Run, style: Style) -> SafeHtml:
    n_findings = sum(len(report.findings) for report in run.reports)
    n_with = sum(bool(report.findings) for report in run.reports)
    files = count(sum(report.checked for report in run.reports), "file")
    energy, _, status = summarize_energy(run.energy).removeprefix("energy ").partition(", ")
    figures = [
        ("findings per 1,000 words", f"{per_1000(n_findings, run.words):.1f}" if run.words else "not known"),
        ("words read", f"{run.words:,}"),
        (f"of {files} {'has' if n_with == 1 else 'have'} findings", f"{n_with:,}"),
        ("not done", f"{len(set(run.all_skipped())):,}"),
        ("energy" + f", {status}" * bool(status), energy),
        ("from start to end", _duration(run.elapsed_s)),
    ]
    tiles = [element("div", element("dt", name), element("dd", figure)) for name, figure in figures]
    kinds = [(kind, sum(f.kind == kind for _, f in run.findings())) for kind in KINDS]
    rows = [(kind, number, f"{number:,}", f"k-{kind}") for kind, number in kinds]
    held = sum(len(report.held_back) for report in run.reports)
    decided = sum(report.held_by_decisions for report in run.reports)
    told = [
        ("shown", n_findings, "shown"),
        ("held back by the profile", held - decided, "held-back"),
        *([("held back by your decisions", decided, "held-back")] if decided else []),
        ("silenced by you", sum(report.suppressed for report in run.reports), "silenced"),
        *((why, number, "set-aside") for why, number in run.set_aside().items()),
    ]
    charts = [bars("Findings by kind", rows), stack("What became of the suspects", told)]
    any_ = any(number for _, number, _ in told)
    rest = [element("div", *charts, class_="charts")] if any_ else [element("p", "Nothing was suspected.")]
    return _part("overview", element("dl", *tiles, class_="tiles"), *rest, frequent_changes(run, style))


def _duration(seconds: float) -> str:
    """``0.8 s``, ``3 min 15 s``."""
    if not seconds:
        return "not recorded"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:,} min {rest} s" if minutes else f"{seconds:.1f} s"


# ─ files ─


def _files(run: Run, names: Sequence[str]) -> SafeHtml:
    listed = [(report, number) for number, report in enumerate(run.reports) if report.findings]
    few = _FEW if any(report.words >= _FEW for report, _ in listed) else 0
    ranked = sorted(
        listed, key=lambda pair: (pair[0].words < few, -per_1000(len(pair[0].findings), pair[0].words), pair[1])
    )
    if not ranked:
        return _part("files", element("p", "No file has findings."), _clean(run, names))
    scale = max((per_1000(len(r.findings), r.words) for r, _ in ranked if r.words >= few), default=0.0) or 1.0
    rows = [_file_row(report, names[number], number, scale, short=report.words < few) for report, number in ranked]
    heads = [
        element("th", name, scope="col", data_sort=sort, aria_sort=first, class_=ink)
        for name, sort, first, ink in (
            ("File", "text", None, None),
            ("Per 1,000 words", "number", "descending", "number"),
            ("Findings", "number", None, "number"),
            ("Words", "number", None, "number"),
            ("Held back", "number", None, "number"),
        )
    ]
    last = f"; texts of less than {_FEW} words come last" * any(report.words < few for report, _ in listed)
    caption = "Files with findings, the most per 1,000 words first" + last
    table = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        id="ranking",
        class_="ranking",
    )
    more: list[SafeHtml] = []
    if len(ranked) > _MOST_ROWS:
        box = element("input", type="checkbox", id="all-files")
        more = [element("p", element("label", box, f" Show all {len(ranked):,} files"), class_="more")]
    return _part("files", element("div", table, class_="wide"), *more, _clean(run, names))


def _file_row(report: Report, name: str, number: int, scale: float, *, short: bool) -> SafeHtml:
    rate = per_1000(len(report.findings), report.words)
    shown = group(bar(0 if short else rate / scale, "rate"), " ", element("span", f"{rate:.1f}"))
    return element(
        "tr",
        element("th", element("bdi", element("a", name, href=f"#file-{number}")), scope="row"),
        element("td", shown, class_="number rated", data_value=-1 if short else round(rate, 3)),
        *(
            element("td", f"{value:,}", class_="number", data_value=value)
            for value in (len(report.findings), report.words, len(report.held_back))
        ),
    )


def _clean(run: Run, names: Sequence[str]) -> SafeHtml:
    every = zip(run.reports, names, strict=True)
    clean = [(report, name) for report, name in every if report.checked and not report.findings]
    if not clean:
        return SafeHtml()
    rows = [element("li", element("bdi", link(report, name))) for report, name in clean]
    return element(
        "details",
        element("summary", f"{count(len(clean), 'file')} without findings"),
        element("ul", *rows, class_="names"),
    )


# ─ findings ─


def _tools(told: Sequence[Finding]) -> SafeHtml:
    """What sorts and filters the findings told; hidden until the script that does it is there."""
    engines = list(dict.fromkeys(e for f in told for e in f.engines))
    kinds = [kind for kind in KINDS if any(f.kind == kind for f in told)]
    boxes = [
        element(
            "label",
            element("input", type="checkbox", name="kind", value=kind, checked=True),
            element("span", kind, class_=f"kind k-{kind}"),
        )
        for kind in kinds
    ]
    return element(
        "div",
        element("label", "Search ", element("input", type="search", id="q", autocomplete="off", spellcheck="false")),
        element("fieldset", element("legend", "Kind"), *boxes),
        _choice("Found by ", "by", [("", "anyone"), *((e, e) for e in engines), ("+", "two or more")]),
        _choice("At least ", "sure", [("0", "any"), ("50", "50 % sure"), ("75", "75 % sure"), ("90", "90 % sure")]),
        _choice("Order ", "order", [("place", "by file"), ("sure", "surest first"), ("unsure", "least sure first")]),
        element("button", "Show all", type="button", id="reset"),
        element("p", "", role="status", id="status"),
        id="tools",
        role="search",
        aria_label="Findings",
        hidden=True,
    )


def _choice(label: str, name: str, options: Iterable[tuple[str, str]]) -> SafeHtml:
    choices = [element("option", shown, value=value) for value, shown in options]
    return element("label", label, element("select", *choices, id=name))


# ─ not done, made of, energy ─


def _words(pieces_: Iterable[InkedWord]) -> str:
    return " ".join(word.text for word in pieces_)


def _undone(run: Run) -> SafeHtml:
    told = skipped_rows(run.all_skipped())
    rows = [
        element("li", _words(why), *([element("span", _words(help_), class_="help")] if help_ else []))
        for why, help_ in told
    ]
    notes = [
        element("li", element("bdi", one_line(remark.path)), ": ", remark.text)
        for remark in remarks(run)
        if remark.kind == "note"
    ]
    children = [element("ul", *rows, class_="undone") if rows else element("p", "Everything that was asked was done.")]
    if notes:
        children += [element("h3", "Notes on the texts"), element("ul", *notes, class_="undone")]
    return _part("undone", *children)


def _rows(rows: Iterable[tuple[str, str]]) -> SafeHtml:
    told = (element("div", element("dt", one_line(label)), _claim_cell(label, one_line(text))) for label, text in rows)
    return element("dl", *told, class_="facts")


def _claim_cell(label: str, text: str) -> SafeHtml:
    sets = split_data(text) if label == "data" else []
    if len(sets) > 1:
        return element("dd", *(element("p", each) for each in sets))
    return element("dd", text, class_=_gap(text))


def _gap(text: str) -> str | None:
    return "gap" if text.startswith(("not stated", "not recorded")) else None


def _made_of(run: Run) -> SafeHtml:
    cards = [_card(p) for p in run.provenance]
    if not cards:
        cards = [element("p", "No part has said what it is made of.", class_="gap")]
    asked = (
        element(
            "div", element("dt", label.replace("\n", " ")), element("dd", *(element("p", one_line(s)) for s in said))
        )
        for label, said in questions(run)
    )
    return _part("made-of", element("dl", *asked, class_="facts"), element("div", *cards, class_="cards"))


def _card(p: Provenance) -> SafeHtml:
    return element("article", element("h3", one_line(title_of(p))), _rows(part_rows(p, whole_sum=True)), class_="card")


def _energy(run: Run) -> SafeHtml:
    energy = run.energy
    children = [_rows([*energy_lines(energy, run.words), *model_energy(run)])]
    if energy is not None and energy.joules is not None and (between := energy_bounds(energy)):
        low = 0.0 if energy.low is None else energy.low
        high = energy.joules if energy.high is None else energy.high
        children.append(span("The figure lies", low, energy.joules, high, between))
    how, parts = energy_parts(energy)
    if parts:
        rows = [(name, spent, words, "energy-part") for name, spent, words in parts]
        children.append(bars("Energy by part", rows, how))
    return _part("energy", *children)
