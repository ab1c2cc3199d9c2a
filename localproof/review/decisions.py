"""What the decisions of a review teach: evidence, for `scoring.learning`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..project.learned import add_evidence, today
from ..report import BadInput
from ..scoring.learning import Evidence, evidence_of
from .state import ReviewSession, UndoStep
from .workspace import ReviewWorkspace

_DECISIONS = {
    "accepted": "accepted",
    "edited": "edited",
    "skipped": "skipped",
    "ignored": "ignored",
    "alike": "alike",
    "word": "word",
    "rule": "silenced",
}


def learn_from_review(workspace: ReviewWorkspace, session: ReviewSession, env: Mapping[str, str]) -> str:
    """Note what was decided in a review that has ended; what went wrong with that, in one line, or "". What was
    discarded teaches nothing."""
    if workspace.discarded or workspace.isolated:
        return ""
    settings = workspace.texts[0].settings if workspace.texts else workspace.settings
    try:
        add_evidence(settings, env, (each for step in session.past for each in _evidence(step)))
    except BadInput as error:
        return str(error)
    return ""


def _evidence(step: UndoStep) -> Iterator[Evidence]:
    if step.finding is None or step.finding.probability is None:  # of what no judge has seen nothing can be learned
        return
    one = evidence_of(step.finding, step.flagged, _DECISIONS[step.act], today(), "review")
    yield replace(one, times=max(len(step.edits), 1))
