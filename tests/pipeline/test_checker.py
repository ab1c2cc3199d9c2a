"""From documents to a run: decisions of the writer, profiles, failures, order."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from localproof import energy
from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.checker import Checker
from localproof.pipeline.fixes import fix
from localproof.pipeline.resources import Resources
from localproof.report import Finding, Kind, Provenance, Skipped, Unavailable
from localproof.text import Document, Edit, Span


class Fake:
    """An engine that flags given words, and cannot check a block that holds "STUCK"."""

    def __init__(
        self, name: str, flags: dict[str, str], kind: Kind = "spelling", variants: tuple[str, ...] = ()
    ) -> None:
        self.name, self.flags, self.kind, self.asked, self.variants = name, flags, kind, [""][:0], variants

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        self.asked.append(text)
        future: Future[tuple[Finding, ...]] = Future()
        if "STUCK" in text:
            future.set_exception(Unavailable(self.name, "took longer than 10 s"))
            return future
        found = []
        for word, new in self.flags.items():
            at = text.find(word)
            while at >= 0:
                span = Span(at, at + len(word))
                rule = f"{self.name}/Rule"
                edits = (Edit(span, new),)
                found.append(Finding(span, rule, "why", edits, (rule,), self.kind, variants=self.variants))
                at = text.find(word, at + 1)
        future.set_result(tuple(found))
        return future

    def provenance(self) -> tuple[Provenance, ...]:
        return (Provenance(self.name, "rules"),)

    def key(self) -> str:
        return self.name

    def pids(self) -> tuple[int, ...]:
        return ()

    def close(self) -> None:
        pass


FLAGS = {"recieve": "receive", "teh": "the", "wether": "whether", "beleive": "believe"}


@contextmanager
def checker_with(settings: Settings | None = None, *engines: Fake) -> Iterator[Checker]:
    settings = settings or Settings(profile="all")
    both = engines or (Fake("harper", FLAGS), Fake("languagetool", FLAGS))
    yield Checker(settings, resources=Resources({e.name: e for e in both}, energy.open_window(settings)))


def document(text: str, settings: Settings | None = None, name: str = "post.md") -> Document:
    return read(name, text, settings or Settings())


def said(text: str, settings: Settings | None = None) -> list[str]:
    with checker_with(settings) as b:
        report = b.check(document(text, settings))
        return [f.span.of(text) for f in report.findings]


def test_findings_stand_in_the_source_and_both_engines_are_named() -> None:
    text = "\ufeff# A *title*\r\n\r\n😀 We will **recieve** it, `recieve` not.\r\n"
    with checker_with() as b:
        (finding,) = b.check(document(text)).findings
    assert finding.span.of(text) == "recieve" and text.index("recieve") == finding.span.start
    assert finding.engines == ("harper", "languagetool") and finding.agreement == 2


def test_an_edit_that_would_cross_markup_is_a_hint() -> None:
    text = "We will re*cieve* it."
    with checker_with() as b:
        (finding,) = b.check(document(text)).findings
    assert finding.edits == () and finding.hints == ("receive",) and not finding.is_safe_fix


def test_fix_makes_certain_edits_only_and_leaves_every_other_byte() -> None:
    text = "\ufeffWe will recieve it.\r\nI beleive `recieve` so; re*cieve*.\r\n"
    with checker_with() as b:
        fixed = fix(b.check(document(text)))
    assert fixed == text.replace("recieve it", "receive it").replace("beleive", "believe")


def test_both_ways_out_of_one_disagreement_are_never_made_together() -> None:
    with checker_with(None, Fake("languagetool", {"This": "These", "are": "is"}, kind="grammar")) as b:
        report = b.check(document("This are good.\n"))
    (finding,) = report.findings
    assert {e.text for e in finding.edits} == {"These", "is"}
    assert fix(report, unsafe=True) == "This are good.\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<!-- localproof: off -->\n\nteh cat\n\n<!-- localproof: on -->\n\nWe recieve it.\n", ["recieve"]),
        ("<!-- localproof: ignore -->\n\nteh cat\n\nWe recieve it.\n", ["recieve"]),
        ("<!-- localproof: ignore harper/Other -->\n\nSee teh cat.\n", ["teh"]),
        ("<!-- localproof: ignore */Rule -->\n\nSee teh cat.\n", []),
        ("<!-- localproof: ignore file -->\n\nteh cat\n\nWe recieve it.\n", []),
        ("We recieve it. <!-- localproof: ignore line -->\nAnd teh cat.\n", ["teh"]),
        ("---\nlocalproof: false\n---\nWe recieve it.\n", []),
    ],
)
def test_comments_silence_what_they_say(text: str, left: list[str]) -> None:
    assert said(text) == left


def test_only_a_comment_that_silences_nothing_is_reported() -> None:
    with checker_with() as b:
        idle = b.check(document("<!-- localproof: ignore -->\n\nAll is well.\n"))
        busy = b.check(document("<!-- localproof: ignore -->\n\nSee teh cat.\n"))
    assert [n for n in idle.document.notes if n.startswith("line 1:")] and not busy.document.notes
    assert busy.suppressed == 1


def test_words_of_the_writer_are_right_with_possessive_and_capitals() -> None:
    settings = Settings(profile="all", words=frozenset({"recieve"}))
    assert said("We recieve it. Recieve it! teh", settings) == ["teh"]


def test_a_disabled_rule_of_one_engine_leaves_the_other_speaking() -> None:
    settings = Settings(profile="all", disable=("harper/*",))
    with checker_with(settings) as b:
        (finding,) = b.check(document("See teh cat.")).findings
    assert finding.engines == ("languagetool",)
    assert said("See teh cat.", Settings(disable=("Rule",), profile="all")) == []


def test_what_the_profile_holds_back_is_kept_in_the_report() -> None:
    engine = Fake("harper", {"cat": "bat"}, "style")
    with checker_with(Settings(profile="quiet"), engine) as b:
        report = b.check(document("See the cat."))
    assert not report.findings and [f.probability is not None for f in report.held_back] == [True]


def test_unchecked_block_is_skipped_by_line_and_the_rest_is_checked() -> None:
    with checker_with() as b:
        report = b.check(document("See teh cat.\n\nSTUCK here.\n\nWe recieve it.\n"))
    assert len(report.findings) == 2
    assert {s.what for s in report.skipped} == {"post.md, harper", "post.md, languagetool"}
    assert all(s.reason == "line 3: took longer than 10 s" for s in report.skipped)


def test_a_text_in_another_language_is_skipped_and_no_engine_is_asked() -> None:
    engine = Fake("harper", FLAGS)
    with checker_with(None, engine) as b:
        report = b.check(document("---\nlang: de\n---\nDas ist teh Hund.\n"))
        other = b.check(document("> Das ist ein ganz anderer Satz, der nicht auf Englisch geschrieben ist.\n"))
    assert report.skipped and not report.findings and not engine.asked and not other.findings


def test_a_run_reports_in_order_with_words_provenance_and_energy() -> None:
    heard: list[str] = []
    documents = [document("See teh cat.", name=f"{i}.md") for i in range(200)]
    with checker_with() as b:
        run = b.check_all(
            [*documents, Skipped("gone.md", "no such file")], on_report=lambda r: heard.append(r.document.name)
        )
    assert heard == [d.name for d in documents] == [r.document.name for r in run.reports]
    assert run.words == 600 and run.skipped == (Skipped("gone.md", "no such file"),)
    assert {p.role for p in run.provenance} >= {"rules", "judge", "dictionary"}
    assert run.energy is not None and (run.energy.joules is None) == (run.energy.status == "unavailable")


def test_a_run_is_the_same_whatever_engine_answers_first() -> None:
    text = "We recieve teh post, wether or not I beleive it."
    one, two = Fake("harper", FLAGS), Fake("languagetool", dict(reversed(FLAGS.items())))
    with checker_with(None, one, two) as b, checker_with(None, two, one) as c:
        first, second = b.check(document(text)), c.check(document(text))
    assert [dataclasses.replace(f, source=()) for f in first.findings] == [
        dataclasses.replace(f, source=()) for f in second.findings
    ]
    assert [set(f.source) for f in first.findings] == [set(f.source) for f in second.findings]


def test_a_run_of_equal_words_ends_soon_and_is_told() -> None:
    with checker_with(None, Fake("harper", {"a ": ""}, "grammar")) as b:
        report = b.check(document("a " * 20_000))
    assert not report.findings and [s.what for s in report.skipped] == ["post.md, a passage"]


def test_a_passage_in_another_language_is_told_with_its_line() -> None:
    with checker_with() as b:
        report = b.check(document("All is well.\n\n> Das ist ein ganz anderer Satz, nicht auf Englisch.\n"))
    assert [s.reason[:7] for s in report.skipped] == ["line 3:"] and report.words == 3


def test_a_word_of_the_writer_does_not_silence_grammar_on_it() -> None:
    settings = Settings(profile="all", words=frozenset({"lead"}))
    with checker_with(settings, Fake("harper", {"lead": "led"}, "grammar")) as b:
        assert len(b.check(document("He lead them.", settings)).findings) == 1


def test_a_silenced_finding_does_not_take_its_neighbour_with_it() -> None:
    settings = Settings(profile="all", words=frozenset({"recieve"}))
    other = Fake("languagetool", {"recieve teh": "receive the"}, "grammar")
    with checker_with(settings, Fake("harper", {"recieve": "receive"}), other) as b:
        (finding,) = b.check(document("We recieve teh post.", settings)).findings
    assert finding.engines == ("languagetool",)


@pytest.mark.parametrize(
    ("named", "silent"),
    [("languagetool/Rule[2]", True), ("Rule[*", True), ("Rule", True), ("Rule[1]", False), ("harper/Rule[2]", False)],
)
def test_one_variant_of_a_rule_can_be_silenced_by_its_number(named: str, silent: bool) -> None:
    other = Fake("languagetool", {"teh": "the"}, variants=("languagetool/Rule[2]",))
    text = "See teh cat.\n"
    commented = f"<!-- localproof: ignore {named} -->\n\n{text}"
    for settings, written in ((Settings(profile="all", disable=(named,)), text), (Settings(profile="all"), commented)):
        with checker_with(settings, other) as b:
            report = b.check(document(written, settings))
        assert (report.findings == ()) is silent and report.suppressed == silent


def test_text_seen_by_no_engine_is_unchecked_without_words_or_notes() -> None:
    german = "Das ist ein Satz, den ich so nicht noch einmal schreiben will, weil er lang ist.\n"
    cases: list[tuple[Settings, str, tuple[Fake, ...]]] = [
        (Settings(language="fr"), "Un texte.\n", ()),
        (Settings(), "---\nlang: fr\n---\n\nUn texte.\n", (Fake("harper", FLAGS),)),
        (Settings(), "STUCK in here.\n", (Fake("harper", FLAGS),)),
        (Settings(), german, (Fake("harper", FLAGS),)),
    ]
    for settings, text, engines in cases:
        with checker_with(settings, *engines) as b:
            b = Checker(settings, resources=dataclasses.replace(b.resources, engines={e.name: e for e in engines}))
            run = b.check_all([document(text, settings)])
        assert not run.checked and run.words == 0 and run.reports[0].document.notes == ()
    with checker_with() as b:
        run = b.check_all([document("STUCK in here.\n\nNothing else.\n"), document("")])
    assert run.checked and all(report.checked for report in run.reports)


def test_naming_one_of_the_rules_that_agree_is_enough_for_silence() -> None:
    assert said("<!-- localproof: ignore harper/Rule -->\n\nSee teh cat.\n") == []


def test_foreign_sentence_is_skipped_and_reported_once() -> None:
    text = (
        "We will recieve it. Das ist nicht der Weg, den wir recieve wollten. It is teh end.\n\nIch bin nicht teh da.\n"
    )
    with checker_with() as b:
        report = b.check(document(text))
    assert [f.span.of(text) for f in report.findings] == ["recieve", "teh"]
    assert report.findings[1].span.start == text.index("teh end")
    assert [s.reason for s in report.skipped] == [
        "lines 1, 3: in another language than English (German), and not checked"
    ]


def test_short_misspelt_english_is_checked() -> None:
    with checker_with() as b:
        report = b.check(document("I beleive teh goverment shoud recieve mor mony.\n"))
    assert len(report.findings) == 3 and not report.skipped and report.checked


GERMAN = "Das ist nicht der Weg, den wir gehen wollten, und er ist es auch heute nicht."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ein teh.\n\n" + f"{GERMAN}\n\n" * 3, []),  # most of it is German: so is the rest
        (
            f"It is teh end of the road that we all took, and we came home.\n\n> {GERMAN}\n\nWe came to teh end.\n",
            ["teh"] * 2,
        ),
    ],
)
def test_what_is_mostly_in_another_language_is_so_wholly(text: str, found: list[str]) -> None:
    assert said(text) == found


def test_the_remedy_for_a_text_in_another_language_names_it() -> None:
    with checker_with() as b:
        report = b.check(document("Il faut que nous prenions le temps de réfléchir.\n"))
    assert not report.checked
    assert [s.remedy for s in report.skipped] == ["to say its language, such as --lang fr, or lang: fr in its header"]


@pytest.mark.parametrize(("profile", "shown"), [("quiet", 1), ("balanced", 2)])
def test_a_block_quotation_is_not_the_writers_to_mend(profile: str, shown: int) -> None:
    text = "We will recieve it.\n\n> He will recieve it.\n\n> [!note]\n"
    settings = Settings(profile=profile)
    with checker_with(settings) as b:
        report = b.check(document(text, settings))
    assert len(report.findings) == shown and len(report.held_back) == 2 - shown
    assert fix(report) == "We will receive it.\n\n> He will recieve it.\n\n> [!note]\n"


def test_an_edit_has_the_apostrophe_of_its_text() -> None:
    with checker_with(None, Fake("harper", {"dont": "don't"}), Fake("languagetool", {"dont": "don’t"})) as b:
        (finding,) = b.check(document("She’s here, but I dont know.\n")).findings
        (other,) = b.check(document("She's here, but I dont know.\n")).findings
    assert [e.text for e in finding.edits] == ["don’t"] and finding.agreement == 2
    assert [e.text for e in other.edits] == ["don't"]


def test_what_the_layout_of_a_source_has_no_room_for_is_a_hint() -> None:
    text = "+------+\n| alot |\n| teh  |\n+------+\n\nalot teh\n========\n"
    with checker_with(None, Fake("harper", {"alot": "a lot", "teh": "them"})) as b:
        report = b.check(document(text, name="a.rst"))
        fixed = fix(report, unsafe=True)
        again = fix(b.check(document(fixed, name="a.rst")), unsafe=True)
    assert [(f.hints, len(f.edits)) for f in report.findings] == [(("a lot",), 0), ((), 1), ((), 1), ((), 1)]
    assert fixed == again == "+------+\n| alot |\n| them |\n+------+\n\na lot them\n==========\n"
