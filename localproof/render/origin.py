"""What a run was made of on one screen: five questions. The long form is `run_summary.report_block`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from ..report import Provenance, Question, Run
from .energy import energy_sentence
from .labels import skipped_rows
from .run_summary import GAP, count_findings, describe_model_use
from .style import Style
from .width import InkedWord, fill, words

_LABELS: dict[Question, str] = {
    "data": "Whose words",
    "amount": "How many,\nby what right",
    "training": "Trained how\nand by whom",
    "people": "Human work",
    "cost": "Cost",
}
_LABEL = 15


def origin_screen(run: Run, style: Style) -> str:
    """Whose data, how much and by which licence and consent, how trained and by whom, what human work, what cost in
    training and now; then parts, gaps, and what was skipped."""
    version = f"LocalProof {run.version}" if run.version else "LocalProof, version not stated"
    model = any(p.role.startswith("model") for p in run.provenance)
    head = [count_findings(run), "with a language model" if model else "no language model ran"]
    out = fill([InkedWord(version, "heading"), *(InkedWord(each, "quiet", style.dot) for each in head)], style)
    for label, said in questions(run):
        out += _row(label, said, style)
    for why, help_ in skipped_rows(run.all_skipped()):
        out += _row("Skipped", [" ".join(word.text for word in (*why, *help_))], style)
    if run.model is not None:
        out += _row("The model", [describe_model_use(run.model)], style)
    number = len(_once(run.provenance))
    more = "sources, licence, checksum and gaps of each: --report=full"
    out += _row("Parts", [f"{number}; {more}" if number else "none has said what it is made of"], style)
    return "".join(line + "\n" for line in out)


def questions(run: Run) -> Iterator[tuple[str, list[str]]]:
    """Each of the five questions, where its label may be broken, with its answers; a gap is said."""
    for question, label in _LABELS.items():
        said = [f"{name}: {text}" for name, text in _answers(run.provenance, question)]
        if question == "cost":
            said.append(f"this run: {energy_sentence(run.energy)}")
        yield label, said or [GAP]


def _row(label: str, said: Iterable[str], style: Style) -> list[str]:
    """What is said, beside its label, or below where there is no room."""
    heads = label.split("\n")
    if style.measure < 60:
        lines = [line for each in said for line in fill(words(each), style, indent=2)]
        return [style.paint(" ".join(heads), "heading"), *lines]
    bodies = [line for each in said for line in fill(words(each), style, limit=style.measure - _LABEL)]
    rows = zip_longest(heads, bodies, fillvalue="")
    return [(style.paint(head, "heading") + " " * (_LABEL - len(head)) + body).rstrip(" ") for head, body in rows]


def _answers(parts: Iterable[Provenance], question: Question) -> Iterator[tuple[str, str]]:
    """(parts, their answer), each answer once."""
    told: dict[str, list[str]] = {}
    for p in _once(parts):
        if (text := dict(p.answers).get(question)) is not None:
            told.setdefault(text or GAP, []).append(p.part)
    for text, names in told.items():
        yield ", ".join(names), text.replace(" its ", " their ") if text == GAP and len(names) > 1 else text


def _once(parts: Iterable[Provenance]) -> list[Provenance]:
    """Each part once, as what came first, also one that both scored and proposed."""
    once: dict[tuple[str, str], Provenance] = {}
    for p in parts:
        once.setdefault((p.part, p.version), p)
    return list(once.values())
