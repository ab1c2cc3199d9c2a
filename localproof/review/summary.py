"""How a review ended: for the writer in a few lines, for a script as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from ..project.comparison import words_changed
from ..project.undo_log import UNDO
from ..render import RENDERERS, Style
from ..render.energy import summarize_energy
from ..render.width import fill, words
from ..report import Run
from ..text.phrases import count
from .session import ReviewSession, ViewFilter, queue, tally
from .workspace import ReviewWorkspace

_NAMES = (
    ("accepted", "accepted"),
    ("edited", "edited by hand"),
    ("skipped", "skipped"),
    ("ignored", "ignored from now on"),
    ("alike", "ignored wherever they stand"),
    ("word", "added to a word list"),
    ("rule", "rules silenced in a file"),
)


@dataclass(frozen=True)
class ReviewSummary:
    """What a review came to. `changed_words` counts words that are other ones now, of `run.words`; `left` findings
    were not decided; `kept` says that decisions wait for the next review; `unseen` files were not checked yet when it
    ended."""

    run: Run
    tally: Counter[str]
    changed_words: int
    written: tuple[str, ...]
    left: int
    kept: bool
    unseen: int = 0

    @property
    def share(self) -> float:
        """The changed words as a share of all words: how far the text is still in the writer's voice."""
        return self.changed_words / self.run.words if self.run.words else 0.0


def summarize(workspace: ReviewWorkspace, session: ReviewSession) -> ReviewSummary:
    """What the review at `workspace` came to."""
    changed = workspace.changed_before
    texts = zip(workspace.started, session.pages, strict=False)  # the writer may have left before all were checked
    changed += sum(words_changed(old, page.original) for old, page in texts)
    return ReviewSummary(
        workspace.run(session),
        tally(session),
        changed,
        tuple(dict.fromkeys(workspace.written)),
        len(queue(replace(session, view=ViewFilter()))),
        workspace.kept,
        workspace.total - workspace.unread - len(session.pages),
    )


def as_text(ending: ReviewSummary, style: Style) -> str:
    """The summary for people, each line ended and no longer than there is room."""
    run, files = ending.run, len(ending.run.reports)
    done = [f"{ending.tally[key]:,} {name}" for key, name in _NAMES if ending.tally[key]]
    out = [f"{', '.join(done) or 'nothing decided'}; {ending.left:,} left undecided"]
    if ending.unseen:
        out.append(f"{count(ending.unseen, 'file')} not checked yet when you left")
    of = f"{count(run.words, 'word')}"
    changed = f"{ending.changed_words:,} of {of} changed"
    if ending.changed_words:
        changed += f" ({_percent(ending.share)}): the rest is as you wrote it"
    out.append(f"{changed}, in {count(files, 'file')}")
    parts = [f"{p.part} {p.version}".strip() for p in run.provenance if p.role == "rules"]
    parts += [p.part for p in run.provenance if p.role != "rules" and p.role != "dictionary"]
    engines = " + ".join(dict.fromkeys(parts)) or "no engine ran"
    out.append(f"{_time(run.elapsed_s)} · {engines} · {summarize_energy(run.energy)}")
    if ending.written:
        out.append(f"written: {', '.join(ending.written)}; to undo: {UNDO}")
    if ending.kept:
        out.append("not written, and remembered for the next review of these files")
    out += [f"skipped  {s.what}: {s.reason}" for s in run.all_skipped()]
    return "".join(part + "\n" for line in out for part in fill(words(line), style))


def as_json(ending: ReviewSummary) -> str:
    """The same for scripts, in the form that `schema.json` describes where it holds the same things."""
    whole: dict[str, Any] = json.loads(RENDERERS["json"](ending.run, Style()))
    record = {
        "schema": whole["schema"],
        "tool": "localproof review",
        "version": whole["version"],
        "files": [{"path": d["path"], "words": d["words"]} for d in whole["documents"]],
        "decided": {key: ending.tally[key] for key, _ in _NAMES},
        "undecided": ending.left,
        "files_not_checked_yet": ending.unseen,
        "words": ending.run.words,
        "words_changed": ending.changed_words,
        "words_changed_share": ending.share,
        "written": list(ending.written),
        "kept_for_later": ending.kept,
        **{key: whole[key] for key in ("elapsed_s", "skipped", "provenance", "energy")},
    }
    return json.dumps(record, indent=2) + "\n"


def _percent(share: float) -> str:
    return "under 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"


def _time(seconds: float) -> str:
    """``0.8 s``, ``12 s``, ``3 min 5 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s" if seconds >= 60 else f"{seconds:.0f} s"
