"""The engines' second look: a proposal of a model after which one of them has more to say is not shown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_lsp_state import FakeDocumentChecker, Screen, open_text, until

from localproof import energy
from localproof.cache.caching_engine import CachingEngine
from localproof.cache.store import Store
from localproof.config import Settings
from localproof.formats import read
from localproof.lsp.session import EditorSession
from localproof.pipeline.checker import CheckedDocument, Checker
from localproof.pipeline.resources import Resources
from localproof.report import Finding, ModelUse, Provenance, Report, Unavailable
from localproof.scoring.language_model_client import ModelResponse
from localproof.scoring.rescoring import RescoringModel
from localproof.scoring.types import Proposal
from localproof.scoring.verification import MOST, ProposalVerifier, edits_objected_to
from localproof.text import Edit, Span, apply_edits

TEXT = "There house is big, and teh dog sleeps."
THEIR = Edit(Span(0, 5), "Their")
WEIGHTS = RescoringModel({"log-odds": 1.0}, {"bias": -3.0, "gain": 2.0}, {})


class Words:
    """An engine that flags given words wherever they stand; what holds "STUCK" or is `late` waits to be answered."""

    def __init__(self, *words: str, late: str = "STUCK", name: str = "harper") -> None:
        self.name, self.words, self.late = name, words, late
        self.asked: list[str] = []
        self.waiting: list[tuple[str, Future[tuple[Finding, ...]]]] = []

    def start(self) -> None:
        """Nothing to build."""

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        self.asked.append(text)
        future: Future[tuple[Finding, ...]] = Future()
        if self.late in text:
            self.waiting.append((text, future))
        else:
            future.set_result(self.found(text))
        return future

    def answer_all(self) -> None:
        for text, future in self.waiting:
            future.set_result(self.found(text))

    def found(self, text: str) -> tuple[Finding, ...]:
        return tuple(flagged(text, word, self.name) for word in self.words if word in text)

    def provenance(self) -> tuple[Provenance, ...]:
        return (Provenance(self.name, "rules"),)

    def key(self) -> str:
        return " ".join(self.words)

    def pids(self) -> tuple[int, ...]:
        return ()

    def close(self) -> None:
        """Nothing to end."""


class Says:
    """A model that has the same to say of every text."""

    def __init__(self, *proposals: Proposal) -> None:
        self.reading = ModelResponse({}, proposals)

    def submit_after(self, *_: object) -> Future[ModelResponse]:
        reading: Future[ModelResponse] = Future()
        reading.set_result(self.reading)
        return reading

    def provenance(self) -> tuple[Provenance, ...]:
        return ()

    def uses(self) -> tuple[ModelUse, ...]:
        return (ModelUse("m"),)

    def keys(self) -> Iterator[str]:
        yield "m"


def flagged(text: str, words: str, engine: str = "harper") -> Finding:
    span = Span(text.index(words), text.index(words) + len(words))
    return Finding(span, f"{engine}/{words}", "why", (Edit(span, "x"),), (f"{engine}/{words}",))


def proposed(edit: Edit, gain: float = 9.0) -> Proposal:
    return Proposal(edit, "confusion", gain, 7.0, 6.0)


@contextmanager
def checker_with(*engines: Words | CachingEngine, says: Says | None = None, **wishes: object) -> Iterator[Checker]:
    settings = Settings(**{"profile": "balanced"} | wishes)  # type: ignore[arg-type]
    resources = Resources(
        {e.name: e for e in engines},
        energy.open_window(settings),
        attached_models=says or Says(proposed(THEIR)),  # type: ignore[arg-type]
        rescoring_model=WEIGHTS,
    )
    yield Checker(settings, resources=resources)


def shown(of: Checker, text: str = TEXT) -> list[str]:
    """The rules of what is shown that are the model's."""
    report = of.check(read("a.md", text, of.settings))
    return [f.edits[0].text for f in report.findings if f.rule.startswith("model/")]


@pytest.mark.parametrize(
    ("after", "worse"),
    [
        ((), False),
        (("teh",), False),  # it was there before, one character further on
        (("Their house",), True),
        (("house",), True),  # beside the edited word
        (("dog",), False),  # elsewhere
    ],
)
def test_what_is_new_at_the_edited_words_or_beside_them_counts(after: tuple[str, ...], worse: bool) -> None:
    new = "Their house is big, and teh dog sleeps."
    objected = edits_objected_to(TEXT, [THEIR], [flagged(TEXT, "teh")], [flagged(new, w) for w in after])
    assert bool(objected) == worse


def test_what_was_said_before_of_the_same_place_is_not_new() -> None:
    text, edit = "I could of gone.", Edit(Span(8, 10), "have")
    before = Finding(Span(0, 15), "harper/Long", "why")
    moved = Finding(Span(0, 17), "harper/Long", "why")
    assert not edits_objected_to(text, [edit], [before], [moved])
    assert edits_objected_to(text, [edit], [before], [Finding(Span(2, 17), "harper/Long", "why")])
    out = Edit(Span(2, 8), "")
    assert edits_objected_to(text, [out], [], [Finding(Span(2, 4), "harper/Other", "why")])
    assert not edits_objected_to(
        text, [out], [Finding(Span(8, 10), "harper/Other", "why")], [Finding(Span(2, 4), "harper/Other", "")]
    )


def test_of_several_edits_only_the_one_that_is_objected_to_falls() -> None:
    text = "Teh cat sat on mat, and dog ran to house of teh man."
    edits = [Edit(Span(15, 15), "the "), Edit(Span(24, 24), "the "), Edit(Span(35, 35), "a ")]
    new = apply_edits(text, edits)
    before = [flagged(text, "Teh"), flagged(text, "teh")]
    after = [flagged(new, "Teh"), flagged(new, "teh"), flagged(new, "a house")]
    assert edits_objected_to(text, edits, before, after) == {edits[2]}
    assert edits_objected_to(text, edits, before, after[:2]) == set()
    assert edits_objected_to(text, edits, [], [flagged(new, "mat")]) == {edits[0]}


def test_proposal_is_shown_only_if_no_engine_objects() -> None:
    with checker_with(Words("teh"), Words("xyz", name="languagetool")) as of:
        assert shown(of) == ["Their"]
    with checker_with(Words("teh"), Words("Their", name="languagetool")) as of:
        assert shown(of) == []


def test_a_rule_that_the_writer_has_silenced_minds_nothing() -> None:
    with checker_with(Words("Their"), disable=("harper/*",)) as of:
        assert shown(of) == ["Their"]


def test_only_the_likeliest_showable_proposals_get_a_second_look() -> None:
    harper = Words("teh")
    with checker_with(harper, says=Says(proposed(THEIR, gain=1.0))) as of:
        assert shown(of) == [] and harper.asked == [TEXT]
    many = [proposed(Edit(Span(at, at + 1), "X"), gain=8.0 + at / 10) for at in (0, 6, 9, 12, 15, 20, 28)]
    with checker_with(harper := Words("teh"), says=Says(*many)) as of:
        assert len(shown(of)) == len(many) and len(harper.asked) == 2  # all in one look
    text = "it was so " * (MOST + 3)
    crowd = [proposed(Edit(Span(10 * i, 10 * i + 2), "X"), gain=8.0 + i / 10) for i in range(MOST + 3)]
    with checker_with(Words("teh"), says=Says(*crowd)) as of:
        assert len(shown(of, text)) == MOST


def test_failed_or_late_check_holds_a_proposal_and_failure_is_told() -> None:
    class Fails(Words):
        def submit(self, text: str) -> Future[tuple[Finding, ...]]:
            future = super().submit(text)
            if "Their" in text:
                future = Future()
                future.set_exception(Unavailable("harper", "took longer than 10 s"))
            return future

    with checker_with(Fails("teh")) as of:
        whole: list[bool] = []

        def shape(made: CheckedDocument) -> Report:
            whole.append(made.whole)
            return made.report

        run = of.check_all([read("a.md", TEXT, of.settings)], shape=shape)
        assert not [f for _, f in run.findings() if f.rule.startswith("model/")]
        assert [(s.what, s.reason) for s in run.all_skipped()] == [
            ("a.md, a proposal of the model", "line 1: held back, as harper did not check it: took longer than 10 s")
        ]
        assert whole == [False]
    with checker_with(Words(late="Their"), block_timeout_s=0.1) as of:
        assert shown(of) == []


def test_the_second_look_is_remembered(tmp_path: Path) -> None:
    for asked in ([TEXT, TEXT.replace("There", "Their")], []):
        store, harper = Store(tmp_path / "answers.sqlite"), Words("teh")
        with checker_with(CachingEngine(harper, store)) as of:
            assert shown(of) == ["Their"] and harper.asked == asked
        store.close()


def test_a_whole_report_of_an_earlier_run_is_of_the_same_profile() -> None:
    with checker_with(Words("teh")) as one, checker_with(Words("teh"), profile="all") as other:
        assert list(one.keys()) != list(other.keys())


def test_only_the_proposal_waits_for_the_second_look() -> None:
    harper = Words("teh", late="Their")
    with checker_with(harper, profile="all") as of:
        begun = of.start_check(read("a.md", TEXT, of.settings))
        assert begun.unanswered() == ()
        assert [f.rule for f in of.partial_report(begun).findings] == ["harper/teh"]
        assert len(begun.unanswered()) == 1 and len(harper.asked) == 2
        assert [f.rule for f in of.partial_report(begun).findings] == ["harper/teh"] and len(harper.asked) == 2
        harper.answer_all()
        assert begun.unanswered() == ()
        assert [f.rule for f in of.partial_report(begun).findings] == ["model/confusion", "harper/teh"]


def test_editor_shows_the_proposal_once_the_second_look_arrives() -> None:
    harper, screen = Words("teh", late="Their"), Screen()

    class Verifying(FakeDocumentChecker):
        def _checker(self, settings: Settings) -> tuple[Checker, bool]:
            with checker_with(harper, profile="all") as of:
                return of, False

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(Verifying({}), pool, screen, debounce_s=0.01)
            session.open(open_text(TEXT), None)
            await until(lambda: screen.shown and screen.shown[-1][2] == ["teh"], screen)
            await until(lambda: harper.waiting, screen)
            harper.answer_all()
            await until(lambda: screen.shown[-1][2] == ["There", "teh"], screen)
            session.end()

    asyncio.run(scene())
    assert [words for _, _, words in screen.shown][-1] == ["There", "teh"]


def test_an_answer_that_was_taken_back_is_asked_for_again() -> None:
    harper, second = Words("teh", late="Their"), ProposalVerifier()
    finding = Finding(THEIR.span, "model/confusion", "why", (THEIR,), probability=0.9)

    def look() -> list[Finding]:
        engines = {"harper": (harper, ())}
        return second.verify(TEXT, [finding], engines, least=0.5, patience_s=0.0, heeded=lambda _, found: list(found))[
            0
        ]

    assert look() == [] and [a.cancel() for a in second.pending()] == [True]
    assert look() == [] and len(list(second.pending())) == 1 and not second.complete()
    harper.waiting = harper.waiting[1:]
    harper.answer_all()
    assert look() == [finding] and second.complete()
