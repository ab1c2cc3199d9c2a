"""Many findings to one decision per place in the text.

Three steps, with scoring after the first: `merge_findings` makes one candidate
of all findings that speak of the same place, whichever engine they come from;
`resolve_overlaps` picks, among candidates that overlap, the one to show;
`merge_agreement_pairs` makes one of two that speak of one and the same
disagreement of subject and verb.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..engines import HOUSE, OWN, is_speller
from ..report import Finding
from ..text import Edit, Span, minimal_edit
from ..text.words import fold_word

_MOST_EDITS = 8
# A correctness finding is never hidden by one of taste, whatever their probabilities.
_TASTE = frozenset({"style", "typography"})
_OF_SOUND = frozenset({"harper/AnA", "languagetool/EN_A_VS_AN"})  # they hear no more than how the next word begins


def merge_findings(text: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
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
        slim = _minimize_edits(text, finding)
        places.setdefault(slim.span, []).append(slim)
    _join_nested(places)
    return tuple(_merge_group(text, group) for _, group in sorted(places.items()))


def _minimize_edits(text: str, finding: Finding) -> Finding:
    edits = tuple(
        dict.fromkeys(
            m for e in finding.edits if (m := minimal_edit(text, e)) and (m.text or m.span.start < m.span.end)
        )
    )
    edits = _best_case(text, edits, finding.kind)
    span = edits[0].span if edits else finding.span
    if span == finding.span and edits == finding.edits:
        return finding
    return replace(finding, edits=edits, span=span)


def _best_case(text: str, edits: tuple[Edit, ...], kind: str) -> tuple[Edit, ...]:
    """`edits`, but of those that differ in capitals only, the one with the capitals of the words it replaces.

    All stay where none has these. They stay where `kind` is spelling, too, for there a capital makes another word
    (``China``); but of the first two, the one with the capitals that are there leads.

    >>> _best_case("But its late.", (Edit(Span(4, 7), "It's"), Edit(Span(4, 7), "it's")), "grammar")
    (Edit(span=Span(start=4, end=7), text="it's"),)
    """
    if len({_small(e) for e in edits}) == len(edits):
        return edits
    fitting = {_small(e): e for e in reversed(edits) if len(e.span) and _capitals(e.text) == _capitals(e.span.of(text))}
    if kind != "spelling":
        return tuple(e for e in edits if fitting.get(_small(e), e) == e)
    swapped = _small(edits[0]) == _small(edits[1]) and fitting.get(_small(edits[1])) == edits[1]
    return (edits[1], edits[0], *edits[2:]) if swapped else edits


def _small(edit: Edit) -> tuple[Span, str]:
    return edit.span, edit.text.lower()


def _capitals(words: str) -> tuple[bool, bool]:
    return words[:1].isupper(), words.isupper() and len(words) > 1


def _join_nested(places: dict[Span, list[Finding]]) -> None:
    """Lay a finding without edits, or one that offers another's leading edit, at that other's place."""
    leading = {f.edits[0]: span for span, group in places.items() for f in group if f.edits}
    corrected = sorted(set(leading.values()))
    for span in list(places):
        for finding in list(places[span]):
            home = _host_of(finding, leading, corrected, places)
            if home is not None and home != span:
                places[span].remove(finding)
                places[home].append(finding)
        if not places[span]:
            del places[span]


def _host_of(
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


def _merge_group(text: str, group: list[Finding]) -> Finding:
    """One finding for all of a place: the edit with the most votes leads, and with it who offered it first."""
    group = sorted(group, key=lambda f: (not _is_house(f), f.kind in _TASTE, not f.edits, f.rule))
    votes = _count_votes(group)
    total: dict[Edit, float] = {}
    for (_, edit), vote in votes.items():
        total[edit] = total.get(edit, 0.0) + vote
    if any(is_speller(f.rule) for f in group):  # a rule that knows what is meant, and not only that the word is unknown
        for edit in {f.edits[0] for f in group if f.edits and not is_speller(f.rule) and f.kind not in _TASTE}:
            total[edit] += 1
    if any(f.rule in _OF_SOUND for f in group):  # ``an array an treating it``: what offers another word knows more
        for edit in {f.edits[0] for f in group if f.edits and f.rule not in _OF_SOUND and f.kind not in _TASTE}:
            total[edit] += 0.5
    for finding in group:
        if _is_house(finding) and finding.edits:  # what the writer asked for leads, whoever says otherwise
            total[finding.edits[0]] += len(group)
    edits = tuple(sorted(total, key=lambda e: -total[e]))  # sorted is stable: engine order breaks ties
    edits = (edits if group[0].kind == "spelling" else _best_case(text, edits, group[0].kind))[:_MOST_EDITS]
    lead = next((f for f in group if edits and f.edits[:1] == edits[:1]), group[0])
    return replace(
        lead,
        span=edits[0].span if edits else lead.span,
        edits=edits,
        kind=group[0].kind if lead.kind in _TASTE else lead.kind,
        agreement=max(
            1,
            sum(
                vote == 1
                for (engine, edit), vote in votes.items()
                if (edit,) == edits[:1] and engine not in (OWN, HOUSE)
            ),
        ),
        source=tuple(dict.fromkeys([lead.rule, *(f.rule for f in group)])),
        variants=tuple(dict.fromkeys(v for f in (lead, *group) for v in f.variants)),
        offers=tuple((f.edits[0], f.rule) for f in group if f.edits),
        probability=max((f.probability for f in group if f.probability is not None), default=None),
    )


def _is_house(finding: Finding) -> bool:
    """Whether it is of a rule of the writer's own."""
    return finding.rule.startswith(f"{HOUSE}/")


def _count_votes(group: Iterable[Finding]) -> dict[tuple[str, Edit], float]:
    """For each engine and edit the vote that it gives it: 1 for its first choice, 1/2 for its second, and so on."""
    votes: dict[tuple[str, Edit], float] = {}
    for finding in group:
        engine = finding.rule.split("/", 1)[0]
        for rank, edit in enumerate(finding.edits):
            votes[engine, edit] = max(votes.get((engine, edit), 0.0), 1 / (1 + rank))
    return votes


def resolve_overlaps(candidates: Iterable[Finding]) -> tuple[Finding, ...]:
    """Of candidates that overlap, the one to keep: an error before a matter of taste, then the more probable, then the
    one more engines stand behind, then the shorter. The result is in order of position and free of overlaps."""
    kept: list[Finding] = []
    for finding in sorted(candidates, key=_precedence):
        if not any(finding.span.overlaps(other.span) for other in kept):
            kept.append(finding)
    return tuple(sorted(kept, key=lambda f: f.span))


def _precedence(finding: Finding) -> tuple[bool, float, int, int, Span, str]:
    return (
        finding.kind in _TASTE and not _is_house(finding),
        -(finding.probability or 0.0),
        -len(finding.engines),
        len(finding.span),
        finding.span,
        finding.rule,
    )


# Singular and plural of what says so in subject and verb; any other word is told by its "s".
_SUBJECTS = {"this": "these", "that": "those", "he": "they", "she": "they", "it": "they", "i": "we"}
_VERBS = {
    "is": "are",
    "was": "were",
    "has": "have",
    "does": "do",
    "isn't": "aren't",
    "wasn't": "weren't",
    "hasn't": "haven't",
    "doesn't": "don't",
}


def merge_agreement_pairs(text: str, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """`findings` of `text` (in order, free of overlaps), where two that stand side by side are ways out of one
    disagreement made one: the more probable, with the corrections of the other after its own.

    Such are a change of a word to the plural and one of the next word to the
    singular, or the other way round: each puts right what is wrong between
    them, and both together would make the same error again (``This are``,
    ``These is``). All else stays as it is.
    """
    out: list[Finding] = []
    for finding in findings:
        if out and _same_disagreement(text, out[-1], finding):
            first, second = sorted((out[-1], finding), key=_precedence)
            out[-1] = replace(
                first,
                edits=(*first.edits, *second.edits)[:_MOST_EDITS],
                source=tuple(dict.fromkeys([*(first.source or (first.rule,)), *(second.source or (second.rule,))])),
                variants=tuple(dict.fromkeys([*first.variants, *second.variants])),
            )
        else:
            out.append(finding)
    return tuple(out)


def _same_disagreement(text: str, left: Finding, right: Finding) -> bool:
    between = text[left.span.end : right.span.start]
    if left.kind != "grammar" or right.kind != "grammar" or not between or between.strip(" \n"):
        return False
    if not (left.edits and right.edits):
        return False
    subject, verb = _to_plural(text, left.edits[0], _SUBJECTS, noun=True), _to_plural(text, right.edits[0], _VERBS)
    return subject is not None and verb is not None and subject != verb


def _to_plural(text: str, edit: Edit, pairs: dict[str, str], *, noun: bool = False) -> bool | None:
    """Whether `edit` makes a plural of a singular (True) or the other way round (False); None if it does neither."""
    old, new = (fold_word(word) for word in (edit.span.of(text), edit.text))
    if (old, new) in pairs.items() or (new, old) in pairs.items():
        return (old, new) in pairs.items()
    for one, other, longer in ((old, new, True), (new, old, False)):
        if one.isalpha() and other in (one + "s", one + "es"):
            return longer == noun
    return None
