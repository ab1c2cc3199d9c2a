"""Merging and resolving findings of several engines."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.pipeline.merging import merge_agreement_pairs, merge_findings, resolve_overlaps
from localproof.report import Finding, Kind
from localproof.text import Edit, Span, apply_edits, minimal_edit

TEXT = "I could of went to teh shop."


def finding(rule: str, start: int, end: int, *edits: str, kind: Kind = "grammar", p: float | None = None) -> Finding:
    return Finding(
        Span(start, end), rule, "why", tuple(Edit(Span(start, end), e) for e in edits), (), kind, probability=p
    )


def test_equal_edits_with_different_context_become_one_candidate() -> None:
    both = merge_findings(
        TEXT, [finding("harper/ModalOf", 2, 10, "could have"), finding("languagetool/COULD_OF", 8, 10, "have")]
    )
    assert len(both) == 1
    assert both[0].edits == (Edit(Span(8, 10), "have"),)
    assert set(both[0].source) == {"harper/ModalOf", "languagetool/COULD_OF"}
    assert set(both[0].engines) == {"harper", "languagetool"}


def test_same_span_unions_suggestions_and_agreement_comes_first() -> None:
    one = merge_findings(
        TEXT,
        [
            finding("harper/SpellCheck", 19, 22, "tech", "the", kind="spelling"),
            finding("languagetool/MORFOLOGIK_RULE_EN_US", 19, 22, "the", "ten", kind="spelling"),
        ],
    )
    assert [e.text for e in one[0].edits] == ["the", "tech", "ten"]
    assert one[0].rule == "languagetool/MORFOLOGIK_RULE_EN_US"


@pytest.mark.parametrize(
    ("old", "offered", "kind", "left"),
    [
        ("its", ["It's", "it's", "it is"], "grammar", ["it's", "it is"]),
        ("Its", ["it's", "It's"], "grammar", ["It's"]),
        ("ITS", ["It's", "it's", "IT'S"], "grammar", ["IT'S"]),
        ("iTs", ["It's", "IT'S"], "grammar", ["It's", "IT'S"]),
        ("chian", ["China", "china", "chain"], "spelling", ["china", "China", "chain"]),
        ("chian", ["chain", "China", "china"], "spelling", ["chain", "China", "china"]),
    ],
)
def test_suggestion_with_fitting_capitals_replaces_its_case_variants(
    old: str, offered: list[str], kind: Kind, left: list[str]
) -> None:
    (one,) = merge_findings(f"But {old} late.", [finding("x/A", 4, 4 + len(old), *offered, kind=kind)])
    assert [e.text for e in one.edits] == left


def test_engine_with_fitting_capitals_wins_over_its_case_variant() -> None:
    (one,) = merge_findings("But its late.", [finding("x/A", 4, 7, "It's"), finding("y/B", 4, 7, "it's")])
    assert (one.rule, [e.text for e in one.edits], one.source) == ("y/B", ["it's"], ("y/B", "x/A"))


def test_name_offered_by_two_engines_leads_its_lower_case_form() -> None:
    offered = [finding("x/A", 4, 9, "china", "China", kind="spelling"), finding("y/B", 4, 9, "China", kind="spelling")]
    assert [e.text for e in merge_findings("But chian is far.", offered)[0].edits] == ["China", "china"]


def test_rules_of_one_engine_are_no_agreement() -> None:
    one = merge_findings(
        TEXT,
        [
            finding("harper/SpellCheck", 19, 22, "tea", kind="spelling"),
            finding("harper/The", 19, 22, "tea"),
            finding("languagetool/X", 19, 22, "the"),
            finding("languagetool/Y", 19, 22, "tea", "the"),
        ],
    )
    assert [e.text for e in one[0].edits] == ["tea", "the"]
    assert one[0].engines == ("harper", "languagetool") or one[0].engines == ("languagetool", "harper")


def test_a_doubled_word_is_one_place_whichever_copy_an_engine_deletes() -> None:
    text = "the the cat"
    one = merge_findings(text, [finding("harper/RepeatedWords", 0, 7, "the"), finding("languagetool/REPEAT", 3, 7, "")])
    assert len(one) == 1


def test_agreeing_variants_are_kept_with_the_page_of_the_leading_rule() -> None:
    own = replace(finding("languagetool/X", 19, 22, "the"), variants=("languagetool/X[3]",), url="https://x.example/")
    (one,) = merge_findings(TEXT, [own, finding("harper/The", 19, 22, "the")])
    assert (one.rule, one.variants, one.url) == ("harper/The", ("languagetool/X[3]",), "")
    assert one.names == ("harper/The", "languagetool/X", "languagetool/X[3]")


def test_style_never_hides_an_error_however_probable() -> None:
    style = finding("harper/UseTitleCase", 0, 28, "I Could", kind="style", p=0.99)
    error = finding("harper/SpellCheck", 19, 22, "the", kind="spelling", p=0.2)
    assert [f.rule for f in resolve_overlaps([style, error])] == ["harper/SpellCheck"]


def test_overlap_is_won_by_the_more_probable() -> None:
    a, b = finding("x/A", 2, 10, "could have", p=0.4), finding("x/B", 8, 14, "have gone", p=0.9)
    assert [f.rule for f in resolve_overlaps([a, b])] == ["x/B"]
    assert [f.rule for f in resolve_overlaps([b, finding("x/C", 19, 22, "the", p=0.1)])] == ["x/B", "x/C"]


def test_a_finding_without_an_edit_joins_the_one_that_has_it() -> None:
    one = merge_findings(
        TEXT, [finding("harper/Long", 0, 28, kind="grammar"), finding("languagetool/COULD_OF", 8, 10, "have")]
    )
    assert [f.rule for f in one] == ["languagetool/COULD_OF"]


def test_an_edit_that_changes_nothing_is_dropped() -> None:
    assert merge_findings(TEXT, [finding("x/A", 8, 10, "of", "have")])[0].edits == (Edit(Span(8, 10), "have"),)


def side_by_side(text: str, *changes: tuple[str, str, float], kind: Kind = "grammar") -> tuple[Finding, ...]:
    """What is left of findings that each change one word of `text`."""
    found = [
        replace(
            finding(f"x/{old}", text.index(old), text.index(old) + len(old), new, kind=kind, p=p), source=(f"x/{old}",)
        )
        for old, new, p in changes
    ]
    return merge_agreement_pairs(text, resolve_overlaps(found))


@pytest.mark.parametrize(
    ("text", "subject", "verb"),
    [
        ("This are good.", ("This", "These", 0.82), ("are", "is", 0.83)),
        ("Those was bad.", ("Those", "That", 0.7), ("was", "were", 0.9)),
        ("The dog bark.", ("dog", "dogs", 0.5), ("bark", "barks", 0.6)),
        ("They has left.", ("They", "He", 0.5), ("has", "have", 0.6)),
    ],
)
def test_two_fixes_of_one_disagreement_are_one_finding_likelier_first(
    text: str, subject: tuple[str, str, float], verb: tuple[str, str, float]
) -> None:
    (one,) = side_by_side(text, subject, verb)
    assert [e.text for e in one.edits] == [verb[1], subject[1]]
    assert (one.rule, one.span.of(text), one.probability) == (f"x/{verb[0]}", verb[0], verb[2])
    assert one.source == (f"x/{verb[0]}", f"x/{subject[0]}")
    (other,) = side_by_side(text, (*subject[:2], 0.99), verb)
    assert other.rule == f"x/{subject[0]}"


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("Two dog barks.", ("dog", "dogs", 0.5), ("barks", "bark", 0.6)),  # both are needed
        ("This are good.", ("This", "Thus", 0.5), ("are", "is", 0.6)),
        ("I could of went.", ("of", "have", 0.5), ("went", "gone", 0.6)),
        ("This, are good.", ("This", "These", 0.5), ("are", "is", 0.6)),
        ("This all are good.", ("This", "These", 0.5), ("are", "is", 0.6)),
    ],
)
def test_two_errors_in_neighbouring_words_both_stay(
    text: str, left: tuple[str, str, float], right: tuple[str, str, float]
) -> None:
    assert len(side_by_side(text, left, right)) == 2


def test_two_misspellings_side_by_side_both_stay() -> None:
    text = "This teh dogg barks."
    assert len(side_by_side(text, ("teh", "the", 0.9), ("dogg", "dog", 0.9), kind="spelling")) == 2


TOKENS = st.lists(
    st.sampled_from(["the", "a", "to", "cat", "don't", "a's", " ", "  ", "\n", ",", ".", "-", "é"]), max_size=8
)


@given(TOKENS.map("".join), st.data())
def test_edits_with_the_same_result_are_one_edit(text: str, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    edit = Edit(Span(start, end), data.draw(TOKENS.map("".join)))
    after = apply_edits(text, [edit])
    one = minimal_edit(text, edit)
    assert apply_edits(text, [one]) == after
    assert minimal_edit(text, Edit(Span(0, len(text)), after)) == one
    assert minimal_edit(text, one) == one


@given(TOKENS.map("".join), st.data())
def test_findings_merge_by_the_text_that_they_lead_to(text: str, data: st.DataObject) -> None:
    results: dict[str, Edit] = {}
    findings = []
    for number in range(4):
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        edit = Edit(Span(start, end), data.draw(st.sampled_from(["", "to", " to", "to ", "the ", ","])))
        after = apply_edits(text, [edit])
        if after != text:
            results[after] = edit
            findings.append(Finding(Span(start, end), f"x{number}/A", "why", (edit,)))
    merged = merge_findings(text, findings)
    led_to = [apply_edits(text, [e]) for f in merged for e in f.edits]
    assert sorted(led_to) == sorted(set(led_to)) and set(led_to) == set(results)


def test_a_missing_word_before_or_after_the_blank_is_one_finding() -> None:
    before = Finding(Span(2, 6), "harper/MissingTo", "why", (Edit(Span(6, 6), " to"),))
    after = Finding(Span(7, 9), "languagetool/MISSING_TO", "why", (Edit(Span(7, 9), "to go"),))
    (one,) = merge_findings("I want go home.", [before, after])
    assert one.edits == (Edit(Span(7, 7), "to "),) and one.agreement == 2


@pytest.mark.parametrize("spans", [((0, 4), (4, 8)), ((0, 3), (3, 7)), ((0, 4), (3, 7))])
def test_either_of_two_equal_neighbours_taken_away_is_one_finding(spans: tuple[tuple[int, int], ...]) -> None:
    text = "the the cat"
    found = [Finding(Span(*s), f"x{i}/A", "why", (Edit(Span(*s), ""),)) for i, s in enumerate(spans)]
    assert len({apply_edits(text, f.edits) for f in found}) == len(merge_findings(text, found))


def test_either_of_two_blanks_taken_away_is_one_finding() -> None:
    found = [Finding(Span(i, i + 1), f"x{i}/A", "why", (Edit(Span(i, i + 1), ""),)) for i in (1, 2)]
    (one,) = merge_findings("a  b", found)
    assert apply_edits("a  b", one.edits) == "a b"


def test_a_rule_with_another_word_knows_more_than_one_of_sound() -> None:
    text = "It is simple as an array an treating it so."
    at = text.index("an treating")
    of_sound = [finding(rule, at, at + 2, "a") for rule in ("harper/AnA", "languagetool/EN_A_VS_AN")]
    knows = finding("languagetool/AN_VB_PRP", at, at + 2, "and")
    (one,) = merge_findings(text, [of_sound[0], knows])
    assert [e.text for e in one.edits] == ["and", "a"] and one.rule == "languagetool/AN_VB_PRP"
    (two,) = merge_findings(text, [*of_sound, knows])
    assert [e.text for e in two.edits] == ["a", "and"]  # both engines hear the same
