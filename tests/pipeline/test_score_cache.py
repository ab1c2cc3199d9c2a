"""A text that is checked at every key: what is kept of its earlier states changes nothing of what is found."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localproof import energy
from localproof.config import Settings
from localproof.engines import Engine
from localproof.formats import read
from localproof.pipeline.changed_block import change_between, guess_changed_block
from localproof.pipeline.checker import Checker
from localproof.pipeline.pending import PendingCheck
from localproof.pipeline.resources import Resources
from localproof.pipeline.score_cache import ScoreCache
from localproof.report import Finding, Kind, Provenance, Report, Unavailable
from localproof.scoring.attached_models import AttachedModels
from localproof.scoring.language_model_client import ModelResponse
from localproof.scoring.rescoring import RescoringModel
from localproof.scoring.types import Proposal
from localproof.text import Edit, Span, apply_edits

# What is flagged, by which rule, and what is offered instead.
FLAGS: dict[str, tuple[str, Kind, tuple[str, ...]]] = {
    "teh": ("SpellCheck", "spelling", ("the", "ten")),
    "recieve": ("SpellCheck", "spelling", ("receive",)),
    "siad": ("SpellCheck", "spelling", ("said",)),
    "colour": ("SpellCheck", "spelling", ("color",)),
    "dont": ("Contractions", "grammar", ("don't",)),
    "cafe": ("Accents", "spelling", ("café",)),
    "quoted": ("Quotes", "punctuation", ('"quoted"',)),
    "it it": ("RepeatedWords", "grammar", ("it",)),
    "their": ("Confused", "grammar", ("there",)),
    "very": ("Very", "style", ()),
}
WORDS = (
    *FLAGS,
    *("the", "receive", "said", "Siad", "color", "house", "and", "don’t", "“so”", "...", "it", "STUCK"),
    *("`siad`", "[teh](x)", "*teh*", "cafe\u0301", "été", "&amp;"),
)
# With few suspects for its words: what has many is hardly prose, and is not judged.
SENTENCES = tuple(f"We walked with {word} and all of our friends to the house until it was dark." for word in WORDS)
BETWEEN = (
    *("\n\n", "\n\n", "\n\n", "\n\n> ", "\n\n- ", "\n\n# ", " ", "\n\n    code teh siad\n\n"),
    *("\n\n<!-- localproof-disable-next-line harper/SpellCheck -->\n\n", "\n\n<!-- localproof-disable -->\n\n"),
    *("\n\n<!-- localproof-enable -->\n\n", " <!-- localproof-ignore harper/Confused -->"),
)


class Flags:
    """An engine that flags words of `FLAGS`; it answers at once, or when it is told to."""

    def __init__(self, name: str, *, at_once: bool = True) -> None:
        self.name, self.at_once = name, at_once
        self.asked: list[tuple[str, Future[tuple[Finding, ...]]]] = []

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        self.asked.append((text, Future()))
        if self.at_once:
            self.answer(1)
        return self.asked[-1][1] if self.asked else Future()

    def answer(self, count: int) -> None:
        """Answer so many of what was asked last."""
        for text, future in [each for each in self.asked if not each[1].done()][-count:]:
            if "STUCK" in text:
                future.set_exception(Unavailable(self.name, "took longer than 10 s"))
            else:
                future.set_result(tuple(sorted(self.found(text), key=lambda f: f.span)))

    def found(self, text: str) -> Iterator[Finding]:
        for words, (rule, kind, offered) in FLAGS.items():
            at = text.find(words)
            while at >= 0:
                span, name = Span(at, at + len(words)), f"{self.name}/{rule}"
                yield Finding(span, name, "why", tuple(Edit(span, new) for new in offered), (name,), kind)
                at = text.find(words, at + 1)

    def provenance(self) -> tuple[Provenance, ...]:
        return ()

    def pids(self) -> tuple[int, ...]:
        return ()


class Proposes:
    """Models that would write "house" with a capital, and are for everything that an engine says of "their"."""

    def submit_after(self, text: str, *_: object) -> Future[ModelResponse]:
        told: Future[ModelResponse] = Future()
        at, their = text.find("house"), text.find("their")
        own = [Proposal(Edit(Span(at, at + 5), "'House'"), "confusion", 9.0, 9.0, 9.0)] if at >= 0 else []
        gains = {Edit(Span(their, their + 5), "there"): 9.0} if their >= 0 else {}
        told.set_result(ModelResponse(gains, tuple(own)))
        return told


@contextmanager
def checker_with(*engines: Flags, profile: str = "all", trust: float | None = None) -> Iterator[Checker]:
    """`trust` is how much counts what models propose; None: there are none."""
    wanted = Settings(profile=profile, disable=("harper/Very",))
    resources = Resources(
        {engine.name: cast(Engine, engine) for engine in engines},
        energy.open_window(wanted, method="off"),
        attached_models=None if trust is None else cast(AttachedModels, Proposes()),
        rescoring_model=None if trust is None else RescoringModel({"log-odds": 1.0}, {"bias": -3.0, "gain": trust}, {}),
    )
    yield Checker(wanted, resources=resources)


Change = tuple[float, int, str]  # where of all it begins, how many characters it takes, and what it puts there


def same(report: Report, fresh: Report) -> bool:
    """Whether both are the same, and reports at all."""
    return report == fresh and not any("cannot be judged" in skipped.reason for skipped in report.skipped)


def changed(text: str, change: Change) -> str:
    start = int(change[0] * len(text))
    if change[2][:1] == " ":  # a word of its own
        start = max(text.find(" ", start), 0)
    return apply_edits(text, [Edit(Span(start, min(start + change[1], len(text))), change[2])])


TEXTS = st.lists(st.sampled_from(SENTENCES) | st.sampled_from(BETWEEN), min_size=12, max_size=30).map("".join)
TYPED = st.sampled_from((*(f" {word}" for word in WORDS), *BETWEEN, "", "e"))
TRUST = st.sampled_from((None, 0.0, 2.0))
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.sampled_from((0, 0, 0, 1, 9, 200)), TYPED), min_size=3, max_size=8)


@settings(max_examples=60, deadline=None)
@given(TEXTS, CHANGES, st.sampled_from(("all", "quiet")), TRUST)
def test_what_is_kept_of_earlier_states_changes_nothing(
    text: str, changes: list[Change], profile: str, trust: float | None
) -> None:
    with checker_with(Flags("harper"), Flags("languagetool"), profile=profile, trust=trust) as checker:
        cache, before = ScoreCache(), None
        for change in [(0.0, 0, ""), *changes]:
            text = changed(text, change)
            document = read("a.md", text, checker.settings)
            before = checker.start_check(document, before)
            report = checker.partial_report(before, cache)
            while before.unanswered():
                report = checker.partial_report(before, cache)
            assert same(report, checker.check(document))


@settings(max_examples=40, deadline=None)
@given(TEXTS, CHANGES, st.lists(st.integers(0, 3), min_size=1, max_size=12), TRUST)
def test_neither_does_what_is_kept_before_all_have_answered(
    text: str, changes: list[Change], answers: list[int], trust: float | None
) -> None:
    late = Flags("languagetool", at_once=False)
    with checker_with(Flags("harper"), late, trust=trust) as checker:
        cache, before = ScoreCache(), None
        for change in [(0.0, 0, ""), *changes]:
            text = changed(text, change)
            before = checker.start_check(read("a.md", text, checker.settings), before)
            for count in answers:
                late.answer(count)
                assert same(checker.partial_report(before, cache), checker.partial_report(before))


def test_what_is_kept_is_found_anew_under_other_settings() -> None:
    text, cache = "A teh here.\n\nA recieve there.\n", ScoreCache()
    with checker_with(Flags("harper")) as checker:
        for more in ({}, {"words": frozenset({"teh"})}, {"disable": ("harper/*",)}, {"profile": "quiet"}):
            under = checker.with_settings(Settings(**{"profile": "all", **more}))  # type: ignore[arg-type]
            pending = under.start_check(read("a.md", text, under.settings))
            assert same(under.partial_report(pending, cache), under.check(pending.document))


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("a.tex", "% localproof-disable\n{}", "% localproof-disable-next-line\n{}"),
        ("a.rst", "A teh.\n\n{}\n", "A teh\n=====\n\n{}\n==================\n"),
        ("a.md", "---\ntitle: A teh here\n---\n\n{}", "---\ntitle: 'A teh here'\n---\n\n{}"),
        ("a.md", "{}\n\nSome words.", "{}\n\nSome said words."),  # what is meant
        ("a.md", "{}\n\nSome words.", "{}\n\nSome siad words."),
        ("a.md", "{}\n\nSome siad words.", "{}\n\nSome `siad` words."),
        ("a.md", "{}\n\nSome words.", "{}\n\n    siad\n"),
        ("a.md", "{}\n\nSome words.", "{}\n\nThey all say that it is a House, and that the House is a House."),
        ("a.md", "A cafe.\n\n{}", "A cafe.\n\n{}\n\nSome cafe\u0301 words."),
        ("a.md", "{}\n\nSome words.", "{}\n\nSome ‘so-called’ words, and don’t."),
    ],
)
@pytest.mark.parametrize(("profile", "trust"), [("all", None), ("quiet", 2.0), ("quiet", 0.0)])
def test_what_stands_around_a_block_is_looked_at_anew(
    name: str, one: str, other: str, profile: str, trust: float | None
) -> None:
    text = "This is the house of teh men\nwho will recieve siad at home, and this is what they dont like to be."
    with checker_with(Flags("harper"), profile=profile, trust=trust) as checker:
        cache, before, found = ScoreCache(), None, []
        for around in (one, other, one):
            document = read(name, around.format(text), checker.settings)
            before = checker.start_check(document, before)
            while not found or before.unanswered():
                found.append(checker.partial_report(before, cache))
            assert found[-1].findings or found[-1].held_back or found[-1].suppressed
            assert same(checker.partial_report(before, cache), checker.check(document))


def test_what_the_site_says_of_a_word_counts() -> None:
    text, cache = "A recieve here, and all of our friends.\n", ScoreCache()
    with checker_with(Flags("harper")) as checker:
        for site in ({}, {"recieve": 9}, {"recieve": 4}):
            document = read("a.md", text, checker.settings)
            assert checker.check(document, site, cache) == checker.check(document, site)


def test_only_blocks_that_changed_are_given_to_the_engines() -> None:
    engine = Flags("harper")
    with checker_with(engine) as checker:
        before: PendingCheck | None = None
        for text in ("One teh.\n\nA STUCK.\n\nTwo.\n", "One teh.\n\nA STUCK.\n\nTwo teh.\n"):
            before = checker.start_check(read("a.md", text, checker.settings), before)
        assert [asked for asked, _ in engine.asked] == ["One teh.", "A STUCK.", "Two.", "A STUCK.", "Two teh."]


# ── what is asked ahead ──


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_the_change_between_two_texts_makes_one_of_the_other(before: str, after: str) -> None:
    edit = change_between(before, after)
    assert apply_edits(before, [edit]) == after
    assert not (edit.text and len(edit.span)) or edit.text[0] != before[edit.span.start]


@pytest.mark.parametrize(
    ("before", "after", "guess"),
    [
        ("One.\n\nTwo words.\n", "One.\n\nTwo more words.\n", "Two more words."),
        ("One.\n\nTwo words.\n", "One.\n\nTwo words. More\n", "Two words. More"),
        ("One.\n\nTwo words.\n", "One.\n\nTwo.\n", "Two."),
        ("A *bold* word.\n", "A *bolder* word.\n", "A bolder word."),
        ("A `code` word.\n", "A `codes` word.\n", None),
        ("One.\n", "One. \n", None),  # the same block
        ("One.\n", "One.\n\nTwo.\n", None),
        ("One.\n", "One *.\n", None),
        ("One.\n", "", None),
    ],
)
def test_the_block_that_changed_is_guessed_where_that_is_easy(before: str, after: str, guess: str | None) -> None:
    document = read("a.md", before, Settings())
    assert guess_changed_block(document.blocks, before, after) == guess
    assert guess is None or guess in [block.text for block in read("a.md", after, Settings()).blocks]


def test_the_engines_are_asked_about_a_changed_block_once() -> None:
    engine = Flags("harper")
    with checker_with(engine) as checker:
        before = checker.start_check(read("a.md", "One.\n\nTwo teh.\n", checker.settings))
        text = "One.\n\nTwo more teh.\n"
        ahead = checker.ask_ahead(before, text)
        assert [asked for asked, _ in engine.asked] == ["One.", "Two teh.", "Two more teh."]
        checker.start_check(read("a.md", text, checker.settings), ahead)
        assert len(engine.asked) == 3
