"""The layer that learns from the writer: what moves, how far, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.report import Finding, Kind
from localproof.scoring import is_safe_fix, threshold
from localproof.scoring.learning import (
    HEAD,
    NOTHING,
    SORTS,
    WEIGHTS,
    Evidence,
    Learned,
    evidence_of,
    fit,
    learned_from,
    merge_evidence,
    probability_before,
    read_evidence,
    slip_sort,
)
from localproof.text import Edit, Span

TEXT = "We met its owner there."


def finding(rule: str, probability: float, kind: Kind = "grammar", text: str = TEXT) -> Finding:
    edits = (Edit(Span(7, 10), "it's"),)
    return Finding(Span(7, 10), rule, "", edits, (rule,), kind, probability=probability)


def decisions(
    count: int, decision: str, rule: str = "harper/Its", kind: str = "grammar", p: float = 0.9
) -> list[Evidence]:
    """So many, each on words of its own."""
    return [Evidence("2026-01-01", decision, rule, kind, p, f"w{n}", f"v{n}", "review") for n in range(count)]


def after(learned: Learned, before: Finding) -> float:
    return learned.rescored(TEXT, before).probability or 0.0


@pytest.mark.parametrize("probability", [0.6, 0.75, 0.9, 0.95, 0.97])
def test_a_rule_ignored_ten_times_is_silent_and_no_other(probability: float) -> None:
    learned = fit(decisions(10, "ignored", p=probability))
    assert after(learned, finding("harper/Its", probability)) < threshold("quiet")
    for rule in ("harper/Other", "languagetool/ITS"):
        assert learned.rescored(TEXT, finding(rule, probability)).learned == 0


def test_ten_mixed_decisions_move_little_and_a_hundred_more() -> None:
    mixed = [*decisions(4, "accepted", p=0.7), *decisions(6, "ignored", p=0.7)]
    few = after(fit(mixed), finding("harper/Its", 0.7))
    many = after(
        fit([replace(e, written=f"{i}{e.written}") for i in range(10) for e in mixed]), finding("harper/Its", 0.7)
    )
    assert 0.4 < many < few < 0.7
    assert abs(many - 0.4) < 0.06


@pytest.mark.parametrize(("decision", "left"), [("skipped", 0.5), ("stood", 0.7)])
def test_what_was_passed_over_as_expected_moves_nothing(decision: str, left: float) -> None:
    mended = round(100 * 0.6 * (1 - left))  # of a hundred findings that are right in six of ten
    history = [*decisions(mended, "accepted", p=0.6), *decisions(100 - mended, decision, p=0.6)]
    assert abs(fit(history).rules.get("harper/Its", 0.0)) < 0.25


def test_what_stood_says_much_less_than_what_was_ignored() -> None:
    before = finding("harper/Its", 0.9)
    left = [after(fit(decisions(10, how)), before) for how in ("accepted", "stood", "skipped", "ignored")]
    assert left == sorted(left, reverse=True)
    assert left[1] > threshold("quiet") > left[3]


def test_a_misspelling_that_was_skipped_once_is_shown_again() -> None:
    same = replace(finding("harper/SpellCheck", 0.75, "spelling"), span=Span(0, 2), edits=(Edit(Span(0, 2), "x"),))
    skipped = Evidence("2026-01-01", "skipped", "harper/SpellCheck", "spelling", 0.75, "we", "x", "review")
    assert after(fit([skipped]), same) > threshold("quiet")
    assert after(fit([replace(skipped, times=5)]), same) < threshold("quiet")


@pytest.mark.parametrize("mended", [1, 5, 9])  # of ten
def test_how_a_history_was_chosen_moves_no_kind_and_no_rule(mended: int) -> None:
    rules = [f"harper/R{n}" for n in range(10)]
    of_each = [("accepted", mended), ("stood", 10 - mended)]
    history = [replace(e, where="history:x") for r in rules for d, n in of_each for e in decisions(n, d, rule=r, p=0.5)]
    assert all(abs(by) < 0.125 for by in fit(history).kinds.values())  # which is rounded away
    assert all(abs(by) < 0.3 for by in fit(history).rules.values())


def test_a_rule_that_a_history_leaves_alone_is_told_by_the_rest() -> None:
    rest = [
        ("harper/A", "accepted", 4),
        ("harper/A", "stood", 10),
        ("harper/B", "accepted", 4),
        ("harper/B", "stood", 10),
    ]
    every = [*rest, ("harper/Odd", "stood", 30)]
    history = [replace(e, where="history:x") for r, d, n in every for e in decisions(n, d, rule=r, p=0.6)]
    learned = fit(history)
    assert learned.rules["harper/Odd"] < -0.5 < 0 < learned.rules["harper/A"]


def test_one_decision_silences_nothing() -> None:
    assert after(fit(decisions(1, "ignored", p=0.9)), finding("harper/Its", 0.9)) > 0.8


def test_names_that_are_ignored_silence_no_misspelling() -> None:
    speller = "harper/SpellCheck"
    learned = fit(decisions(30, "ignored", rule=speller, kind="spelling", p=0.8))
    assert after(learned, finding(speller, 0.95, "spelling")) > threshold("quiet")
    same = replace(finding(speller, 0.8, "spelling"), span=Span(0, 2), edits=(Edit(Span(0, 2), "x"),))
    again = fit([Evidence("2026-01-01", "ignored", speller, "spelling", 0.8, "we", "x", "review", 5)])
    assert after(again, same) < threshold("quiet")


def test_a_frequent_slip_is_looked_for_harder() -> None:
    slip = Evidence("2026-01-01", "slip", "", "", 0.5, "its", "it's", "history:x")
    some, often = (fit([replace(slip, times=times)]) for times in (3, 30))
    held = finding("harper/Its", 0.4)
    assert 0.4 < after(some, held) < after(often, held)
    assert after(often, held) > threshold("quiet")


def test_the_same_words_over_and_over_do_not_move_their_rule() -> None:
    learned = fit([Evidence("2026-01-01", "ignored", "harper/Its", "grammar", 0.9, "foo", "bar", "review", 40)])
    assert after(learned, finding("harper/Its", 0.9)) > threshold("quiet")


def test_a_kind_moves_only_when_many_rules_of_it_do() -> None:
    one = fit(decisions(50, "ignored"))
    several = fit([e for n in range(6) for e in decisions(10, "ignored", rule=f"harper/R{n}")])
    assert after(one, finding("x/Other", 0.9)) == 0.9 > after(several, finding("x/Other", 0.9)) > 0.7


def test_nothing_is_certain_by_learning_alone() -> None:
    learned = fit([*decisions(100, "accepted", rule="languagetool/IT_IS", p=0.5)])
    text = "It was teh end."
    found = Finding(
        Span(7, 10),
        "languagetool/IT_IS",
        "",
        (Edit(Span(7, 10), "the"),),
        ("languagetool/IT_IS", "harper/SpellCheck"),
        "spelling",
        probability=0.85,
        agreement=2,
    )
    raised = learned.rescored(text, found)
    assert (raised.probability or 0) > 0.9 and raised.learned > 0
    assert is_safe_fix(text, replace(found, probability=0.95))
    assert not is_safe_fix(text, raised)
    assert probability_before(raised) == pytest.approx(0.85)


@given(
    st.lists(
        st.builds(
            Evidence,
            st.just("2026-01-01"),
            st.sampled_from(sorted(WEIGHTS)),
            st.sampled_from(["harper/A", "harper/SpellCheck", "x/B", ""]),
            st.sampled_from(["grammar", "spelling", ""]),
            st.floats(0, 1),
            st.sampled_from(["its", "a", "", "teh"]),
            st.sampled_from(["it's", "", "the"]),
            st.sampled_from(["review", "history:x"]),
            st.integers(1, 10_000),
        ),
        max_size=30,
    ),
    st.floats(0.001, 0.999),
)
def test_any_evidence_keeps_probabilities_within_bounds(evidence: list[Evidence], probability: float) -> None:
    learned = fit(evidence)
    moved = learned.rescored(TEXT, finding("harper/A", probability))
    assert 0 < (moved.probability or 0) < 1 and -6 <= moved.learned <= 2
    text = "\n".join([HEAD, *(e.line() for e in evidence)])
    assert [replace(e, probability=0) for e in read_evidence(text)] == [replace(e, probability=0) for e in evidence]


@given(st.text(max_size=300))
def test_a_file_of_anything_is_read_or_passed_over(text: str) -> None:
    learned_from(text)
    learned_from(HEAD + "\n" + text)


def test_decisions_alike_are_one_line() -> None:
    twice = merge_evidence([*decisions(1, "ignored"), replace(decisions(1, "ignored")[0], date="2026-02-02")])
    assert [(e.times, e.date) for e in twice] == [(2, "2026-02-02")]


def test_long_passages_are_not_kept() -> None:
    long = Finding(Span(0, 60), "harper/X", "", (Edit(Span(0, 60), "y" * 60),), probability=0.5)
    kept = evidence_of(long, "x" * 60, "ignored", "2026-01-01", "review")
    assert (kept.written, kept.meant) == ("", "")


def test_the_key_changes_with_what_can_change_a_report() -> None:
    assert NOTHING.key() == fit([]).key() == ""
    assert fit(decisions(10, "ignored")).key() != fit(decisions(10, "accepted", p=0.5)).key()
    assert fit(decisions(10, "ignored")).key() == fit(decisions(10, "ignored")).key()


@pytest.mark.parametrize(
    ("written", "meant", "sort"),
    [
        ("its", "it's", "apostrophe"),
        ("a", "an", "article"),
        ("", "the", "article"),
        ("the the", "the", "doubled"),
        ("english", "English", "capital"),
        ("web page", "webpage", "space"),
        (",", "", "mark"),
        ("in", "on", "small word"),
        ("then", "than", "small word"),
        ("walk", "walked", "ending"),
        ("teh", "the", "letters"),
        ("big", "large", "word"),
        ("", "", ""),
    ],
)
def test_sorts_of_slips(written: str, meant: str, sort: str) -> None:
    assert slip_sort(written, meant) == sort
    assert sort in (*SORTS, "")
