"""The table of what LocalProof's own rules are worth."""

from __future__ import annotations

from collections import Counter

import pytest

pytest.importorskip("sklearn")

from bench.sets import GoldEdit, Item
from localproof.engines.patterns import own_matcher
from training.own_rules import table, verdict

_TEXT = "We met on monday in the bar."


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (GoldEdit(10, 16, "Monday"), "right"),
        (GoldEdit(10, 16, None), "right"),
        (GoldEdit(10, 16, "Sunday"), "otherwise"),
        (GoldEdit(24, 27, "pub"), "unmarked"),
    ],
)
def test_a_finding_is_held_against_what_was_changed(edit: GoldEdit, said: str) -> None:
    (finding,) = own_matcher().findings(_TEXT)
    assert verdict(Item("1", _TEXT, [[edit]], 8), finding) == said


def test_a_rule_that_was_never_right_is_named() -> None:
    verdicts = {"localproof/A": Counter({("realec", "right"): 2}), "localproof/B": Counter({("realec", "unmarked"): 1})}
    lines = list(table(verdicts, Counter({"localproof/B": 3}), 1_000_000, {}, 0))
    assert lines[1].split() == ["A", "0/0/0", "0/0/0", "0/0/0", "2/0/0", "0.0"]
    assert lines[2].split()[-1] == "3.0"
    assert lines[-1] == "never right here: B"
