"""The summary, and the full account of a run: what it was made of, what it cost, what it left undone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..report import ModelUse, Provenance, Run
from ..text.phrases import count
from . import energy
from .labels import skipped_rows
from .style import Style
from .width import InkedWord, columns, fill, one_line, words

GAP = "not stated by its makers"
_ROLES = {"rules": "rule engine", "format": "reader of the format"}
_LABEL = 17  # the room of the longest label, "per 1,000 words", and two spaces


def summary_line(run: Run, style: Style) -> str:
    """What was found, what was held back, who looked, what it cost; broken between these where the width asks for it.

    ``3 findings in 1 file (412 words) · 5 held back · --fix corrects 1 · Harper 2.13.0 + judge · --report says more``

    The energy stands there where it is worth a word: more than a watt-hour, or a language model read.
    """
    first, *rest = summary_parts(run)
    return "\n".join(
        fill([InkedWord(first, "heading"), *(InkedWord(part, "quiet", style.dot) for part in rest)], style)
    )


def summary_parts(run: Run) -> list[str]:
    """The parts of the summary, in order."""
    parts = [count_findings(run)]
    if raised := sum(f.learned > 0 for _, f in run.findings()):
        parts.append(f"{raised:,} likelier by your decisions")
    if held := sum(len(r.held_back) for r in run.reports):
        decided = sum(r.held_by_decisions for r in run.reports)
        parts.append(f"{held:,} held back" + (f", {decided:,} by your decisions" if decided else ""))
    parts += [f"{count:,} {why}" for why, count in run.set_aside().items()]
    if skipped := len(set(run.all_skipped())):
        parts.append(f"{skipped:,} skipped")
    if safe := sum(f.is_safe_fix for _, f in run.findings()):
        parts.append(f"--fix corrects {safe:,}")
    parts.append(_made_of(run.provenance))
    if energy.is_notable(run):
        parts.append(energy.summarize_energy(run.energy))
    return [*parts, "--report says more"]


def count_findings(run: Run) -> str:
    """How many findings in how many files, of how many, and words that an engine looked at.

    ``42 findings in 24 of 40 files (31,204 words)``
    """
    if not run.checked:
        return "Nothing was checked"
    reports = [r for r in run.reports if r.checked]
    number = sum(len(r.findings) for r in reports)
    findings = count(number, "finding") if number else "No findings" if run.words else "Nothing to check"
    n_words = count(run.words, "word")
    if all(r.document.name in ("", "-") for r in reports):  # from a pipe
        return f"{findings} in {n_words}"
    having = sum(bool(r.findings) for r in reports)
    some = f"{having:,} of " if 0 < having < len(reports) else ""
    return f"{findings} in {some}{count(len(reports), 'file')} ({n_words})"


def _made_of(provenance: Iterable[Provenance]) -> str:
    """The engines with their versions, then judge and models by name."""
    named = []
    for p in provenance:
        if p.role == "rules":
            named.append(f"{p.part} {p.version}".strip())
        elif p.role == "judge" or p.role.startswith("model"):
            named.append(p.part)
    return " + ".join(dict.fromkeys(named)) or "no engine ran"


def report_block(run: Run, style: Style) -> str:
    """The full account, for `--report=full`: every part by name with its gaps, the energy with its status and limits,
    what was skipped and what would help, what was held back and silenced."""
    out = _section("This run", _this_run(run, style), style)
    for p in run.provenance:
        out += _section(title_of(p), part_rows(p), style)
    if not run.provenance:
        out += _section("Made of", [("parts", "none has said what it is made of")], style)
    out += _section("Energy", [*energy.energy_lines(run.energy, run.words), *energy.model_energy(run)], style)
    if run.all_skipped():
        out += [style.paint("Skipped", "heading")]
        for why, help_ in skipped_rows(run.all_skipped()):
            out += fill(why, style, indent=_indent(style))
            out += fill(help_, style, indent=2 * _indent(style)) if help_ else []
        out.append("")
    return "".join(line + "\n" for line in out[:-1])


def _this_run(run: Run, style: Style) -> list[tuple[str, str]]:
    held = sum(len(r.held_back) for r in run.reports)
    silenced = sum(r.suppressed for r in run.reports)
    decided = sum(r.held_by_decisions for r in run.reports)
    by_decisions = f", {decided:,} of them by your decisions" if decided else ""
    version = f"LocalProof {run.version}" if run.version else "LocalProof, version not stated"
    rows = [
        ("made with", version),
        ("found", count_findings(run)),
        (
            "held back",
            f"{held:,} by the profile {style.quoted(run.profile)}{by_decisions}; --profile all shows them"
            if held
            else "nothing",
        ),
        ("suppressed", f"{silenced:,} by your dictionary, comments and settings" if silenced else "nothing"),
    ]
    if run.model is not None:
        rows.append(("the model", describe_model_use(run.model)))
    if run.elapsed_s:
        rows.append(("took", f"{run.elapsed_s:.1f} s"))
    return rows


def describe_model_use(use: ModelUse) -> str:
    """What a language model did in a run, in a sentence."""
    read = f"read {count(use.blocks, 'paragraph')} ({use.tokens:,} tokens)" if use.blocks else "had read it all before"
    return f"supported {use.supported:,}, held back {use.held_back:,} and proposed {use.proposed:,}; {read}"


def title_of(p: Provenance) -> str:
    """A part by name, version and what it does: ``Harper 2.13.0, rule engine``."""
    title = " ".join(filter(None, [p.part, p.version]))
    return title if p.role == p.part else f"{title}, {_ROLES.get(p.role, p.role)}"


def part_rows(p: Provenance, *, whole_sum: bool = False) -> list[tuple[str, str]]:
    """Licence, data, checksum and facts of one part; a gap is said, never left out."""
    rows = [] if p.version else [("version", GAP)]
    rows += [
        ("licence", p.licence or GAP),
        ("data", p.data or GAP),
        ("sha256", (p.sha256 if whole_sum else p.sha256[:12]) or "not recorded"),
    ]
    return rows + [(name, text or GAP) for name, text in p.facts]


def split_data(data: str) -> list[str]:
    """The sets of data that are named one after the other; a semicolon within parentheses divides none.

    >>> split_data("books (old; new); letters (disclosed: yes)")
    ['books (old; new)', 'letters (disclosed: yes)']
    """
    sets, depth = [""], 0
    for piece in re.split(r"([();])", data):
        depth = max(depth + (piece == "(") - (piece == ")"), 0)
        if piece == ";" and not depth:
            sets.append("")
        else:
            sets[-1] += piece
    return [each.strip() for each in sets if each.strip()]


def _indent(style: Style) -> int:
    return 4 if style.measure >= 50 else 2


def _section(title: str, rows: Iterable[tuple[str, str]], style: Style) -> list[str]:
    indent = _indent(style)
    out = [style.paint(line, "heading") for line in fill(words(title), style)]
    for label, text in rows:
        if style.measure < 50 or columns(one_line(label)) > _LABEL - 2:  # no room for two columns
            out += fill([*words(f"{label}:"), *words(text)], style, indent=indent)
        else:
            first = [InkedWord(" " * indent), InkedWord(label, "quiet")]
            out += fill(words(text), style, first, indent + _LABEL)
    return [*out, ""]
