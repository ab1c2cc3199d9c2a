"""Merging and resolving findings of several engines."""

from dataclasses import replace

from localproof.report import Finding, Kind
from localproof.settle import merge, resolve
from localproof.text import Edit, Span

TEXT = "I could of went to teh shop."


def finding(rule: str, start: int, end: int, *edits: str, kind: Kind = "grammar", p: float | None = None) -> Finding:
    return Finding(
        Span(start, end), rule, "why", tuple(Edit(Span(start, end), e) for e in edits), (), kind, probability=p
    )


def test_equal_edits_cited_with_different_context_become_one_candidate() -> None:
    both = merge(
        TEXT, [finding("harper/ModalOf", 2, 10, "could have"), finding("languagetool/COULD_OF", 8, 10, "have")]
    )
    assert len(both) == 1
    assert both[0].edits == (Edit(Span(8, 10), "have"),)
    assert set(both[0].source) == {"harper/ModalOf", "languagetool/COULD_OF"}
    assert set(both[0].engines) == {"harper", "languagetool"}


def test_same_span_unions_suggestions_and_agreement_comes_first() -> None:
    one = merge(
        TEXT,
        [
            finding("harper/SpellCheck", 19, 22, "tech", "the", kind="spelling"),
            finding("languagetool/MORFOLOGIK_RULE_EN_US", 19, 22, "the", "ten", kind="spelling"),
        ],
    )
    assert [e.text for e in one[0].edits] == ["the", "tech", "ten"]
    assert one[0].rule == "languagetool/MORFOLOGIK_RULE_EN_US"


def test_rules_of_one_engine_are_no_agreement() -> None:
    one = merge(
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
    one = merge(text, [finding("harper/RepeatedWords", 0, 7, "the"), finding("languagetool/REPEAT", 3, 7, "")])
    assert len(one) == 1


def test_the_variants_of_all_that_agree_are_kept_and_the_page_is_the_leading_rules() -> None:
    own = replace(finding("languagetool/X", 19, 22, "the"), variants=("languagetool/X[3]",), url="https://x.example/")
    (one,) = merge(TEXT, [own, finding("harper/The", 19, 22, "the")])
    assert (one.rule, one.variants, one.url) == ("harper/The", ("languagetool/X[3]",), "")
    assert one.names == ("harper/The", "languagetool/X", "languagetool/X[3]")


def test_style_never_hides_an_error_however_probable() -> None:
    style = finding("harper/UseTitleCase", 0, 28, "I Could", kind="style", p=0.99)
    error = finding("harper/SpellCheck", 19, 22, "the", kind="spelling", p=0.2)
    assert [f.rule for f in resolve([style, error])] == ["harper/SpellCheck"]


def test_overlap_is_won_by_the_more_probable() -> None:
    a, b = finding("x/A", 2, 10, "could have", p=0.4), finding("x/B", 8, 14, "have gone", p=0.9)
    assert [f.rule for f in resolve([a, b])] == ["x/B"]
    assert [f.rule for f in resolve([b, finding("x/C", 19, 22, "the", p=0.1)])] == ["x/B", "x/C"]


def test_a_finding_without_an_edit_joins_the_one_that_has_it() -> None:
    one = merge(TEXT, [finding("harper/Long", 0, 28, kind="grammar"), finding("languagetool/COULD_OF", 8, 10, "have")])
    assert [f.rule for f in one] == ["languagetool/COULD_OF"]


def test_an_edit_that_changes_nothing_is_dropped() -> None:
    assert merge(TEXT, [finding("x/A", 8, 10, "of", "have")])[0].edits == (Edit(Span(8, 10), "have"),)
