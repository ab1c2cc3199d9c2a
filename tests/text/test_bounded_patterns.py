"""Patterns of the writer's that cannot hang a run."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localproof.text.bounded_patterns import WINDOW, UnboundedPattern, compile_bounded, expand_pattern, find_bounded

USUAL = [
    r"\b[A-Z]{2,}-\d+\b",
    r"\w+ly\b",
    r"\b(\w+) \1\b",
    r"https?://\S+",
    r"\[\[[^\]]+\]\]",
    r"(?i)\b(?:very|really) \w+",
    r"\w+ (?:\w+ ){0,3}\w+",
    r"(?:ab|a b)+ c",
    r"(?<![\w-])e-?mail(?:s|ed|ing)?\b",
    r"([^,]+,)*x",
    r".*foo",
]
ENDLESS = [
    r"(a+)+$",
    r"(a|a)*b",
    r".*.*x",
    r"(x+x+)+y",
    r"(?:a?)+b",
    r"(\w+\s?)+$",
    r".*(?=.*b)",
    r"(?:\w*\d*)*!",
    r"([a-z]+)*\d",
    r"(?:(?:ab?)+c?)+d",
    r"(.)(?(1)a|b)",
]


@pytest.mark.parametrize("pattern", USUAL)
def test_usual_patterns_are_taken(pattern: str) -> None:
    assert compile_bounded(pattern).pattern == pattern


@pytest.mark.parametrize("pattern", ENDLESS)
def test_patterns_without_end_are_refused(pattern: str) -> None:
    with pytest.raises(UnboundedPattern):
        compile_bounded(pattern)


@pytest.mark.parametrize(
    ("pattern", "says"), [("[", "no regular expression"), ("a*", "nothing"), ("a" * 3000, "longer")]
)
def test_what_is_no_pattern_is_said(pattern: str, says: str) -> None:
    with pytest.raises(UnboundedPattern, match=says):
        compile_bounded(pattern)


ATOMS = st.sampled_from(["a", "b", ".", r"\w", r"\d", " ", "[ab]", "[^b]", "(?:a|ab)", "(?=a)", r"\b", "(?:aa)"])
PIECES = st.tuples(ATOMS, st.sampled_from(["", "*", "+", "?", "{0,3}", "{2,}", "*?"])).map("".join)
GROUPS = st.lists(PIECES, min_size=1, max_size=4).map(lambda parts: f"(?:{''.join(parts)})")
PATTERNS = st.lists(
    st.one_of(PIECES, st.tuples(GROUPS, st.sampled_from(["", "*", "+", "{0,2}"])).map("".join)), min_size=1, max_size=4
).map("".join)


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.sampled_from(["a" * 400, "ab" * 200, "a " * 200, "1" * 400, "aab b1" * 60]))
def test_what_is_taken_comes_to_an_end(pattern: str, text: str) -> None:
    """A hang shows: what is refused only by chance would take years here."""
    try:
        compiled = compile_bounded(pattern + "!")
    except UnboundedPattern:
        return
    assert all(len(match[0]) <= WINDOW for match in find_bounded(compiled, text))


@given(st.text("ab c", max_size=3 * WINDOW), st.sampled_from([r"\bab+\b", "a b", r"c\w"]))
def test_windows_find_what_the_whole_does(text: str, pattern: str) -> None:
    compiled = compile_bounded(pattern)
    assert [m.span() for m in find_bounded(compiled, text)] == [m.span() for m in re.finditer(pattern, text)]


@given(st.integers(0, 2600))
def test_a_match_on_the_edge_of_a_window_is_found_once(at: int) -> None:
    text = "x " * (at // 2) + "foo bar " + "y " * 1500
    assert [m.group() for m in find_bounded(compile_bounded(r"\bfoo bar\b"), text)] == ["foo bar"]


def test_a_simple_pattern_is_a_few_words() -> None:
    assert set(expand_pattern(r"colou?rs?")) == {"color", "colour", "colors", "colours"}
    assert expand_pattern(r"a\w+") == () == expand_pattern("(") == expand_pattern("[a-z]{3}")
