"""Many findings to one decision per place in the text.

Two steps, with the judge between them: `merge` makes one candidate of all
findings that speak of the same place, whichever engine they come from;
`resolve` picks, among candidates that overlap, the one to show.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace

from .report import Finding
from .text import Edit, Span, minimal

_MOST_EDITS = 8
# A correctness finding is never hidden by one of taste, whatever their probabilities.
_TASTE = frozenset({"style", "typography"})


def merge(text: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One candidate for each place of `text` that any of `findings` speaks of, in order of position.

    Every edit is reduced to its minimal form first, so findings whose leading
    edits differ only in the context they cite fall together. A candidate's
    span is that of its leading edit; where no finding offers an edit, the
    flagged span. Its edits are the union, those that more engines offer first
    and then by the place the engines gave them. Its `source` holds every rule
    that spoke, each once, and its `variants` those that these told.
    """
    places: dict[Span, list[Finding]] = {}
    for finding in findings:
        slim = _slim(text, finding)
        places.setdefault(slim.span, []).append(slim)
    _join_nested(places)
    return tuple(_one(group) for _, group in sorted(places.items()))


def _slim(text: str, finding: Finding) -> Finding:
    edits = tuple(
        dict.fromkeys(m for e in finding.edits if (m := minimal(text, e)) and (m.text or m.span.start < m.span.end))
    )
    edits = _cased(text, edits)
    return replace(finding, edits=edits, span=edits[0].span if edits else finding.span)


def _cased(text: str, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """`edits`, but where the first two differ in capitals only, the one that begins as the text does comes first.

    >>> _cased("But its late.", (Edit(Span(4, 7), "It's"), Edit(Span(4, 7), "it's")))[0].text
    "it's"
    """
    if len(edits) > 1 and edits[0].span == edits[1].span and edits[0].text.lower() == edits[1].text.lower():
        small = edits[0].span.of(text)[:1].islower()
        if small and edits[0].text[:1].isupper() and edits[1].text[:1].islower():
            return (edits[1], edits[0], *edits[2:])
    return edits


def _join_nested(places: dict[Span, list[Finding]]) -> None:
    """Lay a finding without edits, or one that offers another's leading edit, at that other's place."""
    leading = {f.edits[0]: span for span, group in places.items() for f in group if f.edits}
    corrected = sorted(set(leading.values()))
    for span in list(places):
        for finding in list(places[span]):
            home = _home(finding, leading, corrected, places)
            if home is not None and home != span:
                places[span].remove(finding)
                places[home].append(finding)
        if not places[span]:
            del places[span]


def _home(
    finding: Finding, leading: dict[Edit, Span], corrected: list[Span], places: dict[Span, list[Finding]]
) -> Span | None:
    for edit in finding.edits[1:]:
        if edit.span != finding.span and edit in leading and places.get(leading[edit]):
            return leading[edit]
    if not finding.edits:
        for span in corrected[bisect_left(corrected, Span(finding.span.start, finding.span.start)) :]:
            if span.start > finding.span.end:
                break
            group = places.get(span)
            if group and finding.span.contains(span) and group[0].kind == finding.kind:
                return span
    return None


def _one(group: list[Finding]) -> Finding:
    group = sorted(group, key=lambda f: (f.kind in _TASTE, not f.edits, f.rule))
    votes: dict[Edit, float] = {}
    best_by_engine: dict[tuple[str, Edit], float] = {}
    for finding in group:
        engine = finding.rule.split("/", 1)[0]
        for rank, edit in enumerate(finding.edits):
            key = (engine, edit)
            best_by_engine[key] = max(best_by_engine.get(key, 0.0), 1 / (1 + rank))
    for (_, edit), vote in best_by_engine.items():
        votes[edit] = votes.get(edit, 0.0) + vote
    edits = tuple(sorted(votes, key=lambda e: -votes[e])[:_MOST_EDITS])  # sorted is stable: engine order breaks ties
    lead = next((f for f in group if edits and f.edits and f.edits[0] == edits[0]), group[0])
    return replace(
        lead,
        span=edits[0].span if edits else lead.span,
        edits=edits,
        kind=group[0].kind if lead.kind in _TASTE else lead.kind,
        agreement=max(1, sum(best_by_engine[key] == 1 for key in best_by_engine if edits and key[1] == edits[0])),
        source=tuple(dict.fromkeys([lead.rule, *(f.rule for f in group)])),
        variants=tuple(dict.fromkeys(v for f in (lead, *group) for v in f.variants)),
    )


def resolve(candidates: Iterable[Finding]) -> tuple[Finding, ...]:
    """Of candidates that overlap, the one to keep: an error before a matter of taste, then the more probable, then the
    one more engines stand behind, then the shorter. The result is in order of position and free of overlaps."""
    kept: list[Finding] = []
    for finding in sorted(candidates, key=_precedence):
        if not any(finding.span.overlaps(other.span) for other in kept):
            kept.append(finding)
    return tuple(sorted(kept, key=lambda f: f.span))


def _precedence(finding: Finding) -> tuple[bool, float, int, int, Span, str]:
    return (
        finding.kind in _TASTE,
        -(finding.probability or 0.0),
        -len(finding.engines),
        len(finding.span),
        finding.span,
        finding.rule,
    )
