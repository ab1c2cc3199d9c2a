"""The HTML page as text: what is on it, and that nothing of a text can become part of it.

What a browser makes of it is tested in `test_render_html_browser`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product

import pytest
import sample_run as sample
from hypothesis import given
from hypothesis import strategies as st
from test_render import UNSAFE, hostile_run

from localproof.render import RENDERERS, Style
from localproof.render.html import shown_names
from localproof.render.markup import SafeHtml, element, escape
from localproof.report import Energy, Finding, ModelUse, Provenance, Report, Run, Skipped
from localproof.text import Document, Edit, Span

ATTACK = "\"><script>alert(1)</script><img src=x onerror=alert(1)>' onmouseover=alert(1) </style></title>--><!--&lt;"


MARK = '<mark class="k-grammar">'


def page(run: Run, held_back: bool = False) -> str:
    return RENDERERS["html"](run, Style(show_held_back=held_back))


class Reader(HTMLParser):
    """The tags, attributes and text of a page; what is open has been closed in order."""

    VOID = ("meta", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.said: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag not in ("span", "mark", "ins", "bdi", "a", "b", "label"):
            self.said.append(" ")

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())

    def all_of(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


def attacked() -> Run:
    """A run in which everything that can be named by others is an attack."""
    text = f"{ATTACK}\n\nHere {ATTACK} ends."
    at = len(ATTACK) + 7
    finding = Finding(
        Span(at, at + len(ATTACK)),
        f"x/{ATTACK}",
        ATTACK,
        (Edit(Span(at, at + 1), ATTACK),),
        (f"x/{ATTACK}", f"{ATTACK}/y"),
        probability=0.5,
        hints=(ATTACK,),
        category=ATTACK,
    )
    part = Provenance(ATTACK, ATTACK, ATTACK, ATTACK, ATTACK, ATTACK, ((ATTACK, ATTACK),))
    energy = Energy(
        "measured", 1.0, 0.5, 2.0, ATTACK, ATTACK, (ATTACK,), (ATTACK,), {"devices": [{"id": ATTACK, "raw_j": 1.0}]}
    )
    reports = tuple(
        Report(
            replace(sample.document(name, text), notes=(ATTACK,)),
            (finding,),
            (finding,),
            skipped=(Skipped(ATTACK, ATTACK, ATTACK),),
            words=9,
        )
        for name in (f"a/{ATTACK}.md", f"javascript:{ATTACK}", "//evil.example/x.md", "data:text/html,<script>")
    )
    return Run(reports, (part,), energy, (Skipped(ATTACK, ATTACK, ATTACK),), ATTACK, 1.0, ATTACK)


RUNS = {"sample": sample.RUN, "clean": sample.CLEAN, "empty": Run(), "hostile": hostile_run(), "attacked": attacked()}
EACH = pytest.mark.parametrize(("name", "held_back"), list(product(RUNS, [False, True])))


@EACH
def test_every_element_is_closed_and_every_id_is_there_once(name: str, held_back: bool) -> None:
    read = Reader(page(RUNS[name], held_back))
    ids = read.all_of("id")
    assert len(set(ids)) == len(ids)
    wanted = {v[1:] for v in read.all_of("href") if v.startswith("#")} | set(read.all_of("aria-labelledby"))
    assert wanted <= set(ids)


@EACH
def test_page_loads_nothing_runs_one_script_and_has_no_inline_style(name: str, held_back: bool) -> None:
    read = Reader(page(RUNS[name], held_back))
    assert not {"img", "iframe", "object", "embed", "link", "base", "form", "a:href"} & set(read.tags)
    assert (read.tags.count("script"), read.tags.count("style")) == (1, 1)
    assert not [a for _, a, _ in read.attributes if a.startswith("on") or a in ("src", "style", "srcset", "action")]
    pages = {f.url for report in RUNS[name].reports for f in (*report.findings, *report.held_back)}
    links = [href for href in read.all_of("href") if href not in pages]
    assert all(re.match(r"#|file:///|[^:/?#\\]*(?:/[^:?#\\]*)?\Z", href) for href in links)


@EACH
def test_nothing_unseen_gets_onto_the_page(name: str, held_back: bool) -> None:
    out = page(RUNS[name], held_back)
    out.encode("utf-8")
    assert not UNSAFE.search(out)


def test_policy_admits_exactly_the_style_sheet_and_script_of_the_page() -> None:
    out = page(sample.RUN)
    policy = next(v for v in Reader(out).all_of("content") if "default-src" in v)
    sums = []
    for tag in ("style", "script"):
        inside = re.search(f"<{tag}>(.*?)</{tag}>", out, re.S)
        assert inside
        sums.append("'sha256-" + base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode() + "'")
    assert policy == (
        f"default-src 'none'; style-src {sums[0]}; script-src {sums[1]}; base-uri 'none'; form-action 'none'"
    )


def test_five_questions_come_before_the_parts() -> None:
    page = RENDERERS["html"](sample.RUN, Style())
    places = [page.index(label) for label in ("Whose words", "How many, by what right", "Trained how", "Human work")]
    assert places == sorted(places) and places[-1] < page.index('class="cards"')


def test_finding_shows_sentence_words_suggestion_engine_and_certainty() -> None:
    out = page(sample.RUN)
    assert '<mark class="k-grammar">of</mark>' in out
    said = Reader(out).text
    assert "I could of told you earlier, but the lake was already frozen." in said
    assert "of →becomes have" in said
    assert "Use “have” rather than “of” here." in said
    assert "Harper ModalOf + LanguageTool MODAL_OF · 97 % sure · fixed by --fix" in said
    assert "line 7, column 9" in said


def test_every_part_stands_on_the_page_with_its_gaps() -> None:
    said = Reader(page(sample.RUN)).text
    for part in sample.PROVENANCE:
        assert part.part in said and (not part.sha256 or part.sha256 in said)
    assert page(sample.RUN).count('class="gap">not stated by its makers') == 5


@pytest.mark.parametrize("status", sample.ENERGIES)
def test_page_shows_energy_with_its_status_and_what_is_not_counted(status: str) -> None:
    said = Reader(page(replace(sample.RUN, energy=sample.ENERGIES[status]))).text
    assert (status if status != "unavailable" else "not available") in said
    assert "losses of the power supply" in said or status in ("unavailable", "measured")


def test_energy_that_is_not_known_has_no_chart_and_is_not_zero() -> None:
    for energy in (None, sample.ENERGIES["unavailable"]):
        out = page(replace(sample.RUN, energy=energy))
        assert "Energy by part" not in out and not re.search(r"\b0 J\b", Reader(out).text)


def test_energy_is_split_by_the_time_of_processes_or_by_device() -> None:
    shared = replace(sample.ENERGIES["estimated"], record={"cpu_s": 4.0, "cpu_s_children": 3.0})
    said = Reader(page(replace(sample.RUN, energy=shared))).text
    assert "rule engines, in processes of their own ~3 J" in said and "LocalProof itself ~1 J" in said
    devices = [{"id": "package-0", "raw_j": 9.0}, {"id": "package-1", "raw_j": 3.4, "mirrors": "package-0"}]
    whole = replace(sample.ENERGIES["measured"], record={"cpu_s": 4.0, "cpu_s_children": 3.0, "devices": devices})
    said = Reader(page(replace(sample.RUN, energy=whole))).text
    assert "package-0 9.0 J" in said and "package-1" not in said


def test_worst_file_comes_first_but_a_very_short_one_does_not_count() -> None:
    reports = [
        Report(sample.document(name, "teh cat"), (Finding(Span(0, 3), "x/Y", ""),) * n, words=words)
        for name, n, words in (("long.md", 2, 1000), ("short.md", 1, 10), ("bad.md", 3, 200))
    ]
    table = page(Run(tuple(reports))).split('id="ranking"')[-1].split("</table>")[0]
    assert re.findall(r"<a href=\"#file-\d+\">([^<]+)", table) == ["bad.md", "long.md", "short.md"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("See [teh docs](https://x.example/a_(b)) now.", "See <mark>teh</mark> docs now."),
        ('See [it](a.md "A title") and teh rest.', "See it and <mark>teh</mark> rest."),
        ("![A picture](a.png) of teh cat", "A picture of <mark>teh</mark> cat"),
        ("[One [nested](b)](c) teh end", "[One nested](c) <mark>teh</mark> end"),
        ("A [x](y and teh rest", "A [x](y and <mark>teh</mark> rest"),
        ("A [x](https://teh) end", "A [x](https://<mark>teh</mark>) end"),
        ("A \ufdd0 [x](y) teh end", "A \\ufdd0 [x](y) <mark>teh</mark> end"),
    ],
)
def test_only_link_addresses_are_left_out_of_a_sentence(text: str, sentence: str) -> None:
    at = text.index("teh")
    out = page(Run((Report(sample.document("a.md", text), (Finding(Span(at, at + 3), "x/Y", ""),), words=5),)))
    assert f'<p class="sentence" dir="auto">{sentence.replace("<mark>", MARK)}</p>' in out


def test_missing_text_is_marked_and_announced_to_screen_readers() -> None:
    assert '<mark class="k-punctuation gap"><span class="unseen">something is missing here' in page(sample.RUN)


def test_the_space_beside_marked_words_is_not_marked() -> None:
    assert '<mark class="k-grammar">the</mark> cold' in page(sample.RUN)


def test_wrong_space_is_marked_with_the_words_of_its_change() -> None:
    assert '<mark class="k-typography">shame ,</mark>' in page(sample.RUN)


def test_a_space_that_nothing_is_offered_for_is_shown_as_one() -> None:
    report = Report(sample.document("a.md", "a shame , yes"), (Finding(Span(7, 8), "x/Y", ""),), words=3)
    assert '<mark class="k-grammar">␣</mark>' in page(Run((report,)))


def test_model_activity_is_shown_with_its_cost_and_on_each_finding() -> None:
    energy = Energy("estimated", 10.0, 3.0, 30.0, record={"cpu_s": 2.0, "cpu_s_children": 1.5})
    use = ModelUse("Tiny", supported=1, held_back=2, proposed=3, blocks=4, tokens=50, loading_s=0.2, reading_s=0.8)
    (report,) = slips("teh").reports
    helped = replace(report.findings[0], probability=0.9, probability_without_model=0.6)
    run = Run((replace(report, findings=(helped,)),), energy=energy, model=use)
    text = Reader(page(run)).text
    did = "The language model Tiny supported 1 finding, held back 2 that would have been shown without, and proposed"
    assert f"{did} 3 besides." in text
    assert "90 % sure (60 % without the model)" in text
    assert "model, reading ~4 J, by CPU time" in text


def test_sets_of_data_stand_apart() -> None:
    part = Provenance("Tiny", "model that scores", "1", "MIT", "books (old; new); letters (disclosed: yes)", "", ())
    assert "<dd><p>books (old; new)</p><p>letters (disclosed: yes)</p></dd>" in page(Run(provenance=(part,)))


def slips(*texts: str) -> Run:
    """A run over `texts`, in which every “teh”, however written, is found."""

    def found(text: str) -> tuple[Finding, ...]:
        spans = [Span(*m.span()) for m in re.finditer("(?i)teh", text)]
        return tuple(Finding(s, "harper/SpellCheck", "", (Edit(s, "the"), Edit(s, "tech"))) for s in spans)

    reports = (Report(sample.document(f"{i}.md", text), found(text), words=9) for i, text in enumerate(texts))
    return Run(tuple(reports))


def test_recurring_problem_is_reported_once_with_count_and_places() -> None:
    text = Reader(page(slips("Teh cat and teh dog.", "All is well.", "Here is teh end."))).text
    assert "What comes again and again Change Times Files Found by Teh →becomes the 3 2 Harper SpellCheck For" in text


@pytest.mark.parametrize("texts", [("teh teh teh", "fine"), ("teh", "teh")])
def test_problem_in_one_file_or_only_twice_is_not_recurring(texts: tuple[str, str]) -> None:
    assert "again and again" not in page(slips(*texts))


def test_a_long_sentence_is_cut_around_the_words() -> None:
    text = "word " * 400 + "teh " + "word " * 400
    report = Report(sample.document("a.md", text), (Finding(Span(2000, 2003), "x/Y", ""),), words=801)
    sentence = re.search(r'<p class="sentence"[^>]*>(.*?)</p>', page(Run((report,))))
    assert sentence and len(sentence[1]) < 500 and sentence[1].startswith("… word") and "teh</mark>" in sentence[1]


@pytest.mark.parametrize(
    ("names", "folder", "shown"),
    [
        (["a/b/x.md", "a/b/y.md"], "a/b/", ["x.md", "y.md"]),
        (["a/x.md", "b/x.md"], "", ["a/x.md", "b/x.md"]),
        (["a/b/x.md", "a/y.md"], "a/", ["b/x.md", "y.md"]),
        (["a/b/x.md"], "", ["a/b/x.md"]),
        (["/a/x.md", "/a/y.md"], "/a/", ["x.md", "y.md"]),
        (["-"], "", ["standard input"]),
        ([], "", []),
    ],
)
def test_names_are_shown_relative_to_the_common_folder(names: list[str], folder: str, shown: list[str]) -> None:
    run = Run(tuple(Report(Document(name, "", ())) for name in names))
    assert shown_names(run) == (folder, shown)


@given(st.text(st.characters(codec=None), max_size=40))
def test_whatever_is_put_into_an_element_stays_text(text: str) -> None:
    read = Reader(element("p", text, title=text))
    assert read.tags == ["p"] and read.attributes == [("p", "title", "".join(read.said)[:-1])]
    if text.isascii() and text.isprintable():
        assert "".join(read.said)[:-1] == text


def test_html_is_not_escaped_twice() -> None:
    assert escape(SafeHtml("<b>")) == "<b>" and element("p", SafeHtml("<b></b>")) == "<p><b></b></p>"
