"""What an editor's changes and commands say of the writer's decisions."""

from __future__ import annotations

from localproof.config import Settings
from localproof.formats import read
from localproof.lsp.decisions import made_corrections, place_ignored, rule_silenced, word_added
from localproof.report import Finding, Report
from localproof.text import Edit, Span

TEXT = "Here teh one, wich two, teh three.\n"


def report() -> Report:
    def found(word: str, new: str, at: int, rule: str) -> Finding:
        span = Span(at, at + len(word))
        return Finding(span, rule, "", (Edit(span, new),), (rule,), "spelling", probability=0.9)

    findings = (
        found("teh", "the", 5, "harper/SpellCheck"),
        found("wich", "which", 14, "harper/Wich"),
        found("teh", "the", 24, "harper/SpellCheck"),
    )
    return Report(read("a.md", TEXT, Settings()), findings)


def test_a_correction_made_letter_by_letter_is_accepted() -> None:
    (one,) = made_corrections(report(), [Edit(Span(14, 18), "which")])
    assert (one.decision, one.rule, one.written, one.meant, one.where) == (
        "accepted",
        "harper/Wich",
        "wich",
        "which",
        "editor",
    )
    both = made_corrections(report(), [Edit(Span(24, 27), "the"), Edit(Span(5, 8), "the")])
    assert len(both) == 2


def test_typing_something_else_is_no_decision() -> None:
    assert made_corrections(report(), [Edit(Span(14, 18), "witch")]) == ()
    assert made_corrections(report(), [Edit(Span(15, 15), "h")]) == ()
    assert made_corrections(report(), [Edit(Span(5, 8), "the")] * 50) == ()


def test_commands_are_decisions() -> None:
    assert [e.decision for e in word_added(report(), "wich")] == ["word"]
    assert [e.decision for e in place_ignored(report(), "harper/Wich: Here teh one, [[wich]] two,")] == ["ignored"]
    assert [e.decision for e in place_ignored(report(), "harper/SpellCheck: … [[teh]] …")] == ["alike"]
    assert [e.decision for e in rule_silenced(report(), "harper/Wich")] == ["silenced"]
    assert word_added(report(), "other") == place_ignored(report(), "nonsense") == rule_silenced(report(), "x/Y") == ()
