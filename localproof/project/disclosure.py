"""A statement for a post or for a page on AI use, from what really ran on its texts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from ..models.card import WRITES
from ..render.energy import everyday, format_joules
from ..render.machine import part
from ..render.run_summary import split_data
from ..report import Provenance
from ..text import escape_invisible
from ..text.phrases import count
from .run_log import Did, LoggedRun, LoggedText

MODEL = "model"  # how the role of a part that is a language model begins
NOT_COUNTED = (
    "What the writer changed by hand after reading the findings is the writer's own and is not counted, nor is work in "
    "an editor, or text that came through a pipe."
)
_USES = {
    "check": "pointed out suspected errors",
    "fix": "made the corrections that are certain, or that it was told to make",
    "review": "put each suspected error before the writer, who decided",
}
_CARD = ("consent", "training energy", "training CO2", "human annotators")


@dataclass(frozen=True)
class Statement:
    """What is said of some texts. `words` are those of the texts when they were last looked at, `changed` those that
    are others because of LocalProof; `uses` counts runs by what they were for.

    `did` says for each text that a model read how many findings it supported,
    held back and proposed when it read it last, None where that was not noted.
    `joules` is the texts' share, by words, of the energy of the runs that
    know theirs; `unknown` counts the others. `statuses` says how it is known.
    """

    texts: int
    words: int
    changed: int
    uses: Mapping[str, int]
    first: datetime | None
    last: datetime | None
    versions: tuple[str, ...]
    parts: tuple[Provenance, ...]
    joules: float
    statuses: tuple[str, ...]
    unknown: int
    stayed: bool
    did: Mapping[str, Did | None] = field(default_factory=dict)

    @property
    def models(self) -> tuple[Provenance, ...]:
        """The language models among the parts, each once."""
        return tuple({p.sha256 or p.part: p for p in reversed(self.parts) if p.role.startswith(MODEL)}.values())[::-1]

    @property
    def others(self) -> tuple[Provenance, ...]:
        """The parts that are no language model."""
        return tuple(p for p in self.parts if not p.role.startswith(MODEL))


@dataclass(frozen=True)
class StatementRow:
    """A line of the statement: what it is about, what is said, and under it (what each is about, what is said)."""

    about: str
    said: str
    points: tuple[tuple[str, str], ...] = ()


def make_statement(runs: Iterable[LoggedRun], paths: Iterable[Path]) -> Statement:
    """What `runs` come to for the texts at `paths` and below them."""
    places = [place for path in paths for place in {os.path.abspath(path), os.path.realpath(path)}]  # noqa: PTH100
    ours = [(run, texts) for run in runs if (texts := [t for t in run.texts if _below(t.path, places)])]
    words: dict[str, int] = {}
    uses: dict[str, int] = {}
    did: dict[str, Did | None] = {}
    parts: dict[tuple[str, str, str, str, bool], Provenance] = {}
    changed, joules, unknown = 0, 0.0, 0
    for run, texts in ours:
        words |= {t.path: t.words for t in texts}
        changed += 0 if run.undone else sum(t.changed for t in texts)
        uses[run.use] = uses.get(run.use, 0) + 1
        if any(p.role.startswith(MODEL) for p in run.parts):
            did |= {t.path: t.did for t in texts}
        parts |= {(p.part, p.version, p.role, p.sha256, _wrote(p)): p for p in run.parts}
        if run.joules is None:
            unknown += 1
        else:
            joules += run.joules * _share(run, texts)
    known = [run.energy for run, _ in ours if run.joules is not None]
    return Statement(
        len(words),
        sum(words.values()),
        changed,
        uses,
        ours[0][0].when if ours else None,
        ours[-1][0].when if ours else None,
        tuple(dict.fromkeys(run.version for run, _ in ours)),
        tuple(parts.values()),
        joules,
        tuple(dict.fromkeys(known)),
        unknown,
        all(run.stayed for run, _ in ours),
        did,
    )


def _below(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(place.rstrip(os.sep) + os.sep) for place in places)


def _share(run: LoggedRun, texts: Iterable[LoggedText]) -> float:
    """The share of a run's words that stand in `texts`; of its texts, where there was not a word."""
    every = sum(t.words for t in run.texts)
    return sum(t.words for t in texts) / every if every else sum(1 for _ in texts) / len(run.texts)


def statement_rows(statement: Statement) -> list[StatementRow]:
    """The statement, line by line."""
    if statement.last is None:
        return [
            StatementRow(
                "Tool",
                "LocalProof has no record of a run on this text: none was made here, or it left none. No language "
                "model was used by LocalProof, as far as is recorded.",
            )
        ]
    parts = tuple((_describe_part(p), f"{p.role}, {p.licence or 'licence not stated'}") for p in statement.others)
    return [
        StatementRow("Tool", _tool(statement)),
        *_models(statement),
        *([StatementRow("What the model did", _did(statement))] if statement.did else []),
        StatementRow("Parts", "Rules and tables:" if parts else "not recorded", parts),
        StatementRow("Used for", _used_for(statement)),
        StatementRow("Words changed", _describe_changes(statement)),
        StatementRow("Energy", _energy(statement)),
        StatementRow("Not counted", NOT_COUNTED),
    ]


def _tool(statement: Statement) -> str:
    versions = ", ".join(filter(None, statement.versions)) or "version not recorded"
    where = "no text left" if statement.stayed else "some text left, as the writer allowed,"
    texts = f"{count(statement.texts, 'text')} of {statement.words:,} words"
    return f"LocalProof {versions}, a proofreader; {where} the machine that it ran on; {texts}"


def _models(statement: Statement) -> list[StatementRow]:
    """Each language model with its card in short."""
    if not statement.models:
        return [StatementRow("Language model", "No language model was used.")]
    wrote = {(p.part, p.sha256) for p in statement.parts if _wrote(p)}
    return [
        StatementRow(
            "Language model",
            f"{_describe_part(p)}. {_WROTE if (p.part, p.sha256) in wrote else _JUDGED}",
            tuple(_card(p)),
        )
        for p in statement.models
    ]


_JUDGED = "It judged single edits and wrote no prose."
_WROTE = "It judged single edits, and was asked what it would write itself, six tokens at a time and no more."


def _wrote(part: Provenance) -> bool:
    """Whether a model was asked what it would write."""
    return dict(part.facts).get("edits from") == WRITES


def _did(statement: Statement) -> str:
    """What a model did for the findings, when it last read each text."""
    known = [did for did in statement.did.values() if did is not None]
    unknown = len(statement.did) - len(known)
    if not known:
        return "It is not recorded how many findings it supported, held back or proposed."
    supported, held_back, proposed = map(sum, zip(*known, strict=True))
    said = (
        f"It supported {_findings(supported)} of the rules, held back {_findings(held_back)} that would have been "
        f"shown without it, and proposed {_findings(proposed)} of its own, as of when it last read each text."
    )
    return said + (f" Not recorded for {unknown:,} of {len(statement.did):,} texts." if unknown else "")


def _findings(number: int) -> str:
    return f"{count(number, 'finding')}" if number else "no finding"


def _card(part: Provenance) -> Iterator[tuple[str, str]]:
    facts = dict(part.facts)
    yield "licence", part.licence or "not known"
    for number, data in enumerate(split_data(part.data) or ["not known"]):
        yield "and on" if number else "trained on", data
    for name in _CARD:
        if name in facts:
            yield name, facts[name] or "not known"
    yield "file", f"SHA-256 {part.sha256[:12]}…" if part.sha256 else "not recorded"


def _describe_part(part: Provenance) -> str:
    return " ".join(filter(None, (part.part, part.version)))


def _used_for(statement: Statement) -> str:
    done = [text for use, text in _USES.items() if statement.uses.get(use)]
    when = ""
    if statement.first and statement.last:
        days = list(dict.fromkeys(day.strftime("%Y-%m-%d") for day in (statement.first, statement.last)))
        when = f", {' to '.join(days)}"
    return f"It {'; it '.join(done)}{when}."


def _describe_changes(statement: Statement) -> str:
    if not statement.changed:
        return "None: no word of the text was changed by it."
    return f"{statement.changed:,} of {statement.words:,} ({_percent(statement)}); all others are the writer's own."


def _percent(statement: Statement) -> str:
    share = statement.changed / max(statement.words, 1)
    return "under 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"


def _energy(statement: Statement) -> str:
    runs = sum(statement.uses.values())
    missing = f"; not known for {statement.unknown:,} of {runs:,} runs" if statement.unknown else ""
    if not statement.statuses:
        return f"Not known: the machine could not tell for any of {count(runs, 'run')}."
    rough = "about " if "estimated" in statement.statuses else ""
    how = " and ".join(statement.statuses)
    figure = format_joules(statement.joules, 1 if rough else 2)
    return f"{rough}{figure} of electricity in {count(runs, 'run')}, {how}{missing}: {everyday(statement.joules)}."


def short_lines(statement: Statement) -> tuple[str, ...]:
    """The statement in three sentences, for the end of a post."""
    if statement.last is None:
        return (statement_rows(statement)[0].said,)
    versions = ", ".join(filter(None, statement.versions)) or "version not recorded"
    where = "on the writer's own machine" if statement.stayed else "also on machines that the writer chose"
    rules = " and ".join(dict.fromkeys(title for p in statement.others if (title := _title(p))))
    models = " and ".join(map(_describe_part, statement.models))
    wrote = any(map(_wrote, statement.parts))
    did = (_WROTE if wrote else _JUDGED).removeprefix("It ").rstrip(".")
    called = "language models" if len(statement.models) > 1 else "language model"
    model = f"and the {called} {models}, which {did}" if models else "and no language model"
    words = "No word of the text was changed by it."
    if statement.changed:
        words = (
            f"{statement.changed:,} of its {statement.words:,} words ({_percent(statement)}) were changed by it; the "
        )
        words += "others are the writer's own."
    return (
        f"Proofread with LocalProof {versions} {where}: the rules of {rules or 'engines not recorded'}, {model}.",
        words,
        f"Energy: {_energy(statement)}",
    )


def _title(part: Provenance) -> str:
    """A rule engine as its writers call it; "" for what is none, Java among it."""
    if part.role != "rules" or part.part in ("Java", "language-tool-python"):
        return ""
    return {"harper-py": "Harper", "lingotweaker": "LanguageTool"}.get(part.part, part.part)


def short_statement(statement: Statement, format: str, link: str) -> str:
    """`short_lines` as Markdown or HTML, with a link to the long form if there is one."""
    lines = short_lines(statement)
    if format == "html":
        more = f' <a href="{_inert(link)}">More</a>' if link else ""
        return f'<p class="localproof-disclosure">{"<br>".join(map(_inert, lines))}{more}</p>\n'
    more = f" [More]({link.replace(' ', '%20').replace(')', '%29')})" if link else ""
    return "  \n".join(map(_plain, lines)) + more + "\n"  # two spaces break a line


def as_markdown(statement: Statement) -> str:
    """For a post, or a page on AI use."""
    lines = ["## How this text was proofread", ""]
    for row in statement_rows(statement):
        lines.append(f"- **{row.about}:** {_plain(row.said)}")
        lines += [f"  - {_plain(name)}: {_plain(text)}" for name, text in row.points]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """`text` so that Markdown takes none of it for markup.

    >>> _plain("a_b <i>*x*</i>")
    'a\\\\_b &lt;i>\\\\*x\\\\*&lt;/i>'
    """
    text = escape_invisible(text).replace("\n", " ").replace("\\", "\\\\").replace("<", "&lt;")
    return "".join(f"\\{c}" if c in "*_`[]" else c for c in text)


def as_html(statement: Statement) -> str:
    """The same as a section of a page."""
    items = "".join(
        f"  <dt>{_inert(row.about)}</dt>\n  <dd>{_inert(row.said)}{_list(row.points)}</dd>\n"
        for row in statement_rows(statement)
    )
    return (
        '<section class="localproof-disclosure">\n<h2>How this text was proofread</h2>\n'
        f"<dl>\n{items}</dl>\n</section>\n"
    )


def _list(points: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"    <li>{_inert(name)}: {_inert(text)}</li>\n" for name, text in points)
    return f"\n  <ul>\n{items}  </ul>\n  " if items else ""


def _inert(text: str) -> str:
    return escape(escape_invisible(text))


def as_json(statement: Statement) -> str:
    """The same for scripts; what is not known is null."""
    known = bool(statement.statuses)
    record: dict[str, Any] = {
        "schema": 1,
        "tool": "LocalProof",
        "versions": list(statement.versions),
        "recorded": statement.last is not None,
        "first": statement.first.isoformat() if statement.first else None,
        "last": statement.last.isoformat() if statement.last else None,
        "texts": statement.texts,
        "words": statement.words,
        "words_changed": statement.changed,
        "words_changed_share": statement.changed / statement.words if statement.words else None,
        "uses": dict(statement.uses),
        "language_model_used": bool(statement.models),
        "language_models": [_as_entry(p) for p in statement.models],
        "language_model_findings": _counts(statement),
        "parts": [_as_entry(p) for p in statement.others],
        "stayed_on_this_machine": statement.stayed if statement.last else None,
        "energy": {
            "joules": statement.joules if known else None,
            "status": list(statement.statuses) or ["unavailable"],
            "runs_unknown": statement.unknown,
        },
        "not_counted": NOT_COUNTED,
        "short": list(short_lines(statement)),
        "statement": [
            {"about": r.about, "said": r.said, "points": [{"about": name, "said": text} for name, text in r.points]}
            for r in statement_rows(statement)
        ],
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _counts(statement: Statement) -> dict[str, Any] | None:
    """What the model did for the findings, in sum and by text; None where none ran, null for what was not noted."""
    if not statement.did:
        return None
    names: tuple[str, ...] = ("supported", "held_back", "proposed")
    known = [did for did in statement.did.values() if did is not None]
    total = dict(zip(names, map(sum, zip(*known, strict=True)), strict=True)) if known else dict.fromkeys(names)
    texts = [
        {"path": _from_here(path)} | dict(zip(names, did or (None, None, None), strict=True))
        for path, did in sorted(statement.did.items())
    ]
    return total | {"texts_unknown": len(statement.did) - len(known), "by_text": texts}


def _from_here(path: str) -> str:
    """A path as seen from the present folder, where it lies in it."""
    here = Path.cwd()
    return Path(path).relative_to(here).as_posix() if Path(path).is_relative_to(here) else path


def _as_entry(p: Provenance) -> dict[str, Any]:
    return part(p) | {"facts": {name: text or None for name, text in p.facts}}


FORMATS: dict[str, Callable[[Statement], str]] = {"markdown": as_markdown, "html": as_html, "json": as_json}
