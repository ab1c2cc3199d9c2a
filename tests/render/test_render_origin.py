"""`--report`: five questions on one screen, and the energy in words a writer knows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sample_run as sample

from localproof.models.card import card_parts
from localproof.models.catalogue import load
from localproof.models.resolved import ResolvedModel
from localproof.render import Style, origin_screen, report_block, summary_line
from localproof.render.energy import energy_sentence, everyday, is_notable
from localproof.render.width import columns
from localproof.report import Energy, ModelUse, Provenance, Run, Skipped
from localproof.scoring import provenance

LABELS = ["Whose words", "How many,", "Trained how", "Human work", "Cost"]
COLD = Energy("estimated", 30.0, 10.0, 90.0, record={"cpu_s": 3.0, "cpu_s_children": 2.5, "cpu_s_start": 2.0})


def screen(*parts: Provenance, width: int = 80, **more: object) -> str:
    return origin_screen(replace(sample.CLEAN, provenance=parts, **more), Style(width=width))  # type: ignore[arg-type]


def test_five_questions_come_first_on_one_screen() -> None:
    said = screen(*provenance(), energy=COLD).splitlines()
    assert [line.partition("  ")[0] for line in said if re.match("Whose|How|Trained|Human|Cost", line)] == LABELS
    assert said[1].startswith("Whose words") and len(said) <= 24
    assert "no language model ran" in said[0]


def test_the_own_model_answers_all_five() -> None:
    model = next(m for m in load({}) if m.id == "localproof-small")
    (part,) = card_parts(ResolvedModel(Path("x.gguf"), model, "0" * 64, True))
    assert [question for question, _ in part.answers] == ["data", "amount", "training", "people", "cost"]
    said = screen(part)
    assert "supported 3" in screen(part, model=ModelUse("x", supported=3))
    assert "trained from scratch" in said and "qwen" not in said and "29.4912" not in said


def test_what_is_not_known_is_said_on_the_screen() -> None:
    said = screen(
        Provenance("x", "rules", answers=(("people", ""),)), Provenance("y", "rules", answers=(("people", ""),))
    )
    assert "x, y: not stated by their makers" in said
    assert "Whose words    not stated by its makers" in said
    assert "none has said what it is made of" in screen()


def test_what_was_skipped_stands_on_the_screen() -> None:
    assert "German" in screen(skipped=(Skipped("LanguageTool for German", "not installed", "pip install x"),))


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_the_screen_keeps_to_the_width(width: int) -> None:
    assert max(map(columns, screen(*provenance(), width=width, energy=COLD).splitlines())) <= width


def test_a_hostile_part_does_not_reach_the_terminal() -> None:
    assert "\x1b" not in screen(Provenance("\x1b[31mx", "rules", answers=(("data", "a\x1b]0;b\x07"),)))


def test_a_cold_run_is_told_from_a_warm_one() -> None:
    cold = report_block(replace(sample.CLEAN, energy=COLD), Style())
    assert "~20 J built the engines; ~10 J are the work itself" in cold
    warm = replace(COLD, record={**COLD.record, "cpu_s_start": 0.0})
    assert "no engine had to be built in this run" in report_block(replace(sample.CLEAN, energy=warm), Style())
    unknown = replace(COLD, record={**COLD.record, "cpu_s_start": None})
    assert "of that, start" not in report_block(replace(sample.CLEAN, energy=unknown), Style())


def test_energy_has_a_range_and_a_scale() -> None:
    assert energy_sentence(COLD) == (
        "about 30 J (estimated), probably between 10 J and 90 J, as much as a 10-watt lamp in 3 seconds"
    )
    assert "not read" in energy_sentence(None)
    assert energy_sentence(Energy("unavailable", None, reason="vm")).startswith("not available: this virtual machine")


@pytest.mark.parametrize(
    ("joules", "said"),
    [(0.0, "less than"), (10.0, "1 second"), (590.0, "in 1 minute"), (599.0, "1 minute"), (36_000.0, "1 hour")],
)
def test_the_scale_goes_from_seconds_to_hours(joules: float, said: str) -> None:
    assert said in everyday(joules)


def test_energy_is_spoken_of_unasked_only_where_notable() -> None:
    quiet = Run(sample.CLEAN.reports, energy=COLD)
    assert not is_notable(quiet) and "energy" not in summary_line(quiet, Style(width=200))
    for loud in (replace(quiet, energy=replace(COLD, joules=4_000.0)), replace(quiet, model=ModelUse("x"))):
        assert "energy ~" in summary_line(loud, Style(width=200))
