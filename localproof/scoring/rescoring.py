"""What a model said of a block, weighed with what the judge thinks: probabilities with the model's help.

Two small logistic regressions, learned for each model by `training.calibrate`
(for other models: ``localproof models calibrate``): one takes the judge's
log-odds of a finding and what its edits gain, the other decides which of the
model's own proposals are likely enough to be findings at all. Their names are
those in ``rescoring.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..engines import OWN
from ..report import Finding, Kind, ModelUse, Report
from ..text import Block, Span, apply_edits
from .candidate_edits import KINDS, widened
from .features import FeatureContext, RuleFacts, features
from .language_model_client import ModelResponse
from .ngram_counts import ngram_counts
from .tagger_client import TaggerResponse
from .types import REWRITE, Proposal

PROPOSES = "model/"
_MOST_GAIN = 12.0  # nats; more says no more
_AGREES = 1.0  # nats from which on a model speaks for an edit, and so takes nothing from its finding
_UNNAMED = 0.005  # what a tag that is not named is taken for: a quarter of the least that is
_ORDINARY, _PULL = 0.005, 60.0  # errors that the tagger expects in a word of any text, and words added to each block
_WORD, _BESIDE = 6.0, 20  # characters of a word, and those beside a place that belong to it
_SURE = 0.5  # of a word that is one too many: nothing is proposed beside it
_WRONG = 0.5  # from which probability of an error on a tagger speaks for what is found there
_MOST_TAKEN = 1.5  # so much of the log-odds of a misspelling in lower case can be taken
_OFFERED, _MOST_OFFERED = 0.3, 2  # how likely, beside the likeliest, what is offered with it is; so many of them
_MOST_TOGETHER = 0.9
_NEARLY = 4.0  # nats by which it may like its own edit better than the engine's of the same words
_SPELLING = ("typo", "compound")  # of the kinds of proposals; all others are of grammar
_SAYS = {
    "confusion": "Perhaps {new} is meant; here it is much likelier than {old}.",
    "agreement": "{new} agrees better with the words around than {old}.",
    "article": "Another article is likelier here than {old}.",
    "preposition": "Another small word is usual here.",
    "small-word": "Another small word is usual here.",
    "apostrophe": "The apostrophe may be wrong: {new} fits better than {old}.",
    "doubled": "This word stands here twice.",
    "compound": "This is usually written {new}.",
    "typo": "Perhaps {new} is meant; here it is much likelier than {old}.",
    REWRITE: "The model would write {new} here, not {old}, and finds the sentence much likelier with it.",
}

_OR_ELSE = {  # where something is only put in (True) or only left out
    ("article", True): "An article may be missing here.",
    ("article", False): "The article {old} may be one too many.",
    ("preposition", True): "A small word may be missing here: {new}.",
    ("preposition", False): "{old} may be one too many.",
    ("small-word", True): "A small word may be missing here: {new}.",
    ("small-word", False): "{old} may be one too many.",
    (REWRITE, True): "The model would write {new} here besides, and finds the sentence much likelier with it.",
    (REWRITE, False): "The model would leave out {old} here, and finds the sentence much likelier without it.",
}


@dataclass(frozen=True)
class RescoringModel:
    """What was learned for a model, or for several together: weights by name for findings of the engines and for their
    own proposals."""

    findings: Mapping[str, float]
    proposals: Mapping[str, float]
    about: Mapping[str, Any]
    own: bool = True  # learned with these very models, and not with others


SCORES, TAGS = "score", "tag"  # what a model is for


@lru_cache(maxsize=8)
def load_rescoring_model(sha256: str, tagger_sha256: str = "", folder: Path | None = None) -> RescoringModel:
    """The weights for a language model and a tagger with these checksums, "" for one that is not there: those that the
    user had learned in `folder`, else LocalProof's, which were learned with its own. Nats are nats, so they serve for
    other models too, only less well."""
    ours = json.loads(Path(__file__).with_name("rescoring.json").read_text("utf-8"))
    asked = {role: sha for role, sha in ((SCORES, sha256), (TAGS, tagger_sha256)) if sha}
    table = ours["weights"]["+".join(asked) or SCORES]
    own = all(ours["models"].get(role) == sha for role, sha in asked.items())
    # What an instruct model would write taught no weights of ours: it begins as the kind that is trusted least.
    least = min((weight for name, weight in table["proposals"].items() if name.startswith("kind=")), default=-2.0)
    proposals = {f"kind={REWRITE}": least, **table["proposals"]}
    if folder is not None and not own and not tagger_sha256:
        try:
            raw = json.loads((folder / f"{sha256}.json").read_text("utf-8"))
            if raw["model"] == sha256:
                return RescoringModel(raw["findings"], {f"kind={REWRITE}": least, **raw["proposals"]}, raw["about"])
        except (OSError, ValueError, LookupError, TypeError):
            pass
    return RescoringModel(table["findings"], proposals, ours["about"], own)


def edit_kind(finding: Finding) -> str:
    """How a finding's leading edit changes the text: "spelling", "put in", "taken out", "mark" or "changed"."""
    if finding.kind == "spelling":
        return "spelling"
    if not finding.edits:
        return "none"
    edit = finding.edits[0]
    if not any(c.isalnum() for c in edit.text) and (edit.text or finding.kind == "punctuation"):
        return "mark"
    if not edit.text:
        return "taken out"
    return "put in" if edit.span.start == edit.span.end else "changed"


def finding_features(text: str, finding: Finding, alone: float, reading: ModelResponse) -> dict[str, float]:
    """What is weighed of a finding of the engines in the text of its block: the judge's log-odds (`alone`), what its
    edits gain, and what the tagger says of the place."""
    how = edit_kind(finding)
    f = {"bias": 1.0, "log-odds": alone, f"is {how}": 1.0, f"log-odds {how}": alone / 2}
    if reading.tagged is not None:
        f["tags around"] = around_evidence(text, finding.span, reading.tagged)
        f["tags error"] = tag_evidence(error_chance(finding.span, reading.tagged))
        f["tags edit"] = tag_evidence(_edit_chance(text, finding, reading.tagged))
        f[f"tags error {how}"], f[f"tags edit {how}"] = f["tags error"], f["tags edit"]
    gain = reading.gains.get(finding.edits[0]) if finding.edits else None
    if gain is None:
        return f | {"no gain": 1.0}
    gain = max(-_MOST_GAIN, min(_MOST_GAIN, gain))
    f["gain up"], f["gain down"] = max(gain, 0.0) / 4, min(gain, 0.0) / 4
    f[f"gain up {how}"], f[f"gain down {how}"] = f["gain up"], f["gain down"]
    if any(p.edit == finding.edits[0] for p in reading.proposals):
        f["proposed too"] = 1.0
    return f


def tag_evidence(chance: float) -> float:
    """What a probability of the tagger weighs: its log-odds over those of `_UNNAMED`, halved; 0 where it names nothing.

    >>> tag_evidence(0.0), round(tag_evidence(0.5), 2)
    (0.0, 2.65)
    """
    return (log_odds(min(max(chance, _UNNAMED), 0.99)) - log_odds(_UNNAMED)) / 2


def error_chance(span: Span, tagged: TaggerResponse) -> float:
    """How likely the tagger holds it that something is wrong at `span` or before the word that begins there."""
    wide = widened(span)
    return max((chance for word, chance in tagged.errors.items() if word.overlaps(wide)), default=0.0)


def around_evidence(text: str, span: Span, tagged: TaggerResponse) -> float:
    """How careless the tagger holds the rest of the block for: the logarithm of the errors that it expects elsewhere in
    100 words over those of an ordinary text, to which short blocks are pulled.

    >>> around_evidence("It is so. " * 5, Span(0, 2), TaggerResponse({}))
    0.0
    """
    near = Span(max(span.start - _BESIDE, 0), span.end + _BESIDE)
    elsewhere = sum(chance for word, chance in tagged.errors.items() if not word.overlaps(near))
    return math.log1p(elsewhere / (_ORDINARY * (len(text) / _WORD + _PULL)))


def _edit_chance(text: str, finding: Finding, tagged: TaggerResponse) -> float:
    """How likely the tagger holds the edit that leads in `finding`."""
    if not finding.edits:
        return 0.0
    near = Span(max(finding.span.start - 2, 0), finding.span.end + 2)
    meant = apply_edits(text, finding.edits[:1])
    same = (t.chance for t in tagged.edits if t.edit.span.overlaps(near) and apply_edits(text, [t.edit]) == meant)
    return sum(same)


def all_proposals(reading: ModelResponse) -> list[Proposal]:
    """What the models propose: what the language model prefers, and what the tagger names of the kinds that are shown,
    each edit once."""
    found = {p.edit: p for p in reading.proposals}
    for tagged in reading.tagged.edits if reading.tagged is not None else ():
        if (known := found.get(tagged.edit)) is not None:
            found[tagged.edit] = replace(known, chance=tagged.chance)
        elif tagged.kind in KINDS:
            gain = reading.gains.get(tagged.edit)
            found[tagged.edit] = Proposal(tagged.edit, tagged.kind, gain, 0.0, 0.0, tagged.chance)
    return list(found.values())


def proposal_features(
    text: str, proposal: Proposal, around: FeatureContext, rules: RuleFacts, tagged: TaggerResponse | None = None
) -> dict[str, float]:
    """What is weighed of a proposal: how much it gains, what the tagger says, what it replaces, and what the judge sees
    of any finding."""
    finding = proposal_to_finding(text, proposal)
    kind = proposal.kind
    f = {"bias": 1.0, f"kind={kind}": 1.0, f"{kind} {edit_kind(finding)}": 1.0}
    f |= _gain_features(proposal)
    if tagged is not None:
        f["tags edit"] = f[f"tags edit {kind}"] = tag_evidence(proposal.chance)
        f["both agree"] = min(max(proposal.gain or 0.0, 0.0) / 4, f["tags edit"])
        f["tags around"] = around_evidence(text, proposal.edit.span, tagged)
        f["tags error"] = tag_evidence(error_chance(proposal.edit.span, tagged))
        f["tags nothing"] = float(not proposal.chance)
    seen = features(text, finding, around, ngram_counts(), rules)
    f |= {f"sees {name}": value for name, value in seen.items() if not name.startswith(("rule=", "pair=", "rules="))}
    return f


def _gain_features(proposal: Proposal) -> dict[str, float]:
    if proposal.gain is None:
        return {"no gain": 1.0}
    kind, gain = proposal.kind, max(-_MOST_GAIN, min(proposal.gain, 2 * _MOST_GAIN))
    f = {"gain": gain / 4, f"gain {kind}": gain / 4, "gain over 6": max(gain - 6, 0.0) / 4}
    if not proposal.surprise and not proposal.margin:
        return f | {"not its own": 1.0}
    f["margin"] = min(proposal.margin, _MOST_GAIN) / 4
    f["surprise"] = min(proposal.surprise, _MOST_GAIN) / 4
    return f


def proposal_to_finding(text: str, proposal: Proposal) -> Finding:
    """A proposal as a finding, not judged yet."""
    old, new = proposal.edit.span.of(text).strip(), proposal.edit.text.strip()
    says = _SAYS[proposal.kind] if old and new else _OR_ELSE.get((proposal.kind, bool(new)), _SAYS[proposal.kind])
    said = says.format(old=f"“{old}”", new=f"“{new}”")
    rule = f"{PROPOSES}{proposal.kind}"
    kind: Kind = "spelling" if proposal.kind in _SPELLING else "grammar"
    return Finding(proposal.edit.span, rule, said, (proposal.edit,), (rule,), kind)


_ABOUT = {  # what each kind of proposal is, in general
    "confusion": "A word that is taken for another: form for from, then for than.",
    "agreement": "A form that does not agree with the words around it: number, person, tense.",
    "article": "An article that is wrong, missing or one too many.",
    "preposition": "A preposition where another is usual.",
    "small-word": "A small word that is missing, or one too many.",
    "apostrophe": "An apostrophe that is missing or too many.",
    "doubled": "A word that stands twice.",
    "compound": "A compound that is written apart, or words that are joined.",
    "typo": "A common word where one letter makes another that fits much better.",
    REWRITE: "What an instruct model would write itself (model-suggest).",
}


def proposed_kinds() -> Iterator[tuple[str, str, Kind]]:
    """The rules of what models propose: name, what it is about, kind."""
    for kind, says in _ABOUT.items():
        yield f"{PROPOSES}{kind}", says, "spelling" if kind in _SPELLING else "grammar"


def rescore(
    block: Block,
    findings: Sequence[Finding],
    reading: ModelResponse,
    around: FeatureContext,
    rules: RuleFacts,
    known: RescoringModel,
) -> tuple[Finding, ...]:
    """`findings` (judged) with the model's help, and after them the model's own."""
    helped = [_rescore_finding(block.text, f, reading, known) for f in findings]
    own = list(_own_proposals(block, helped, reading, around, rules, known))
    both = [[p for p in own if _agrees_on_place(block.text, f, p, reading)] for f in helped]
    told = [
        replace(f, probability=max(p.probability or 0.0 for p in (f, *others))) if others else f
        for f, others in zip(helped, both, strict=True)
    ]
    return (*told, *(p for p in own if not any(p in others for others in both)))


def _agrees_on_place(text: str, finding: Finding, proposal: Finding, reading: ModelResponse) -> bool:
    """Whether the model, where it would change the same words otherwise, is nearly as much for what the engine says:
    then the engine's edit stands, and both think that something is wrong here."""
    if finding.kind == "spelling" or not finding.edits or finding.probability is None:
        return False
    if _changes_no_word(text, finding):
        return False
    edit = finding.edits[0]
    gain = reading.gain_of(proposal.edits[0])
    return edit.span.overlaps(widened(proposal.span)) and reading.gains.get(edit, -math.inf) >= gain - _NEARLY


def _rescore_finding(text: str, finding: Finding, reading: ModelResponse, known: RescoringModel) -> Finding:
    if finding.probability is None:
        return finding
    alone = finding.probability
    if _changes_no_word(text, finding):
        return replace(finding, probability_without_model=alone)
    first, settled = finding.edits[:1], _is_settled(finding)
    finding = _rank_edits(finding, reading)
    settled = settled and finding.edits[:1] == first
    chance = predict(finding_features(text, finding, log_odds(alone), reading), known.findings)
    if finding.kind == "spelling":  # to a model every name it never saw is unlikely, so it has no say in this direction
        chance = max(min(chance, alone), _least_left(text, finding, alone))
    elif finding.edits and (_agrees(finding, reading) or settled):
        chance = max(chance, alone)
    return replace(finding, probability=chance, probability_without_model=alone)


def _changes_no_word(text: str, finding: Finding) -> bool:
    """Whether the leading edit changes capitals, blanks or hyphens between words alone. Of these a model knows nothing:
    it reads one block, and in each it expects a sentence to begin, be it an item or the line after a listing."""
    if not finding.edits:
        return False
    edit = finding.edits[0]
    old, new = (part.lower().replace("-", " ").split() for part in (edit.span.of(text), edit.text))
    return old == new


def _agrees(finding: Finding, reading: ModelResponse) -> bool:
    """Whether a model is for the leading edit, or holds it for likely that something is wrong there."""
    if reading.gains.get(finding.edits[0], 0.0) >= _AGREES:
        return True
    return reading.tagged is not None and error_chance(finding.span, reading.tagged) >= _WRONG


def _is_settled(finding: Finding) -> bool:
    """Whether a model has no say against a finding: both engines make the same edit, or a closed pattern of our own."""
    return finding.agreement > 1 or any(rule.startswith(OWN + "/") for rule in finding.source)


def _least_left(text: str, finding: Finding, alone: float) -> float:
    """What a model cannot take from a misspelling: all where it stands on the list with that very correction, much
    where it is no name, for a model that never saw a word does not know what is wrong with it."""
    if _is_listed_correction(text, finding):
        return alone
    return 1 / (1 + math.exp(_MOST_TAKEN - log_odds(alone))) if finding.span.of(text).islower() else 0.0


def _is_listed_correction(text: str, finding: Finding) -> bool:
    """Whether a misspelling stands on the list with that very correction: no model knows better."""
    edit = finding.edits[0] if finding.edits else None
    return edit is not None and ngram_counts().misspelling(edit.span.of(text).lower(), edit.text.lower())


def _rank_edits(finding: Finding, reading: ModelResponse) -> Finding:
    """`finding` with an edit first that the model prefers by far to the one that stood there."""
    told = [(reading.gains[e], -i) for i, e in enumerate(finding.edits) if e in reading.gains]
    if len(told) < 2 or finding.edits[0] not in reading.gains:
        return finding
    gain, at = max(told)
    if gain - reading.gains[finding.edits[0]] < _margin(finding):
        return finding
    first = finding.edits[-at]
    if first.span != finding.edits[0].span:
        return finding
    return replace(finding, edits=(first, *(e for e in finding.edits if e != first)), agreement=1)


def _margin(finding: Finding) -> float:
    """By how many nats another edit must gain more than the first to take its place: much where engines agree."""
    return 8.0 if finding.agreement > 1 else 5.0


def _own_proposals(
    block: Block,
    findings: Sequence[Finding],
    reading: ModelResponse,
    around: FeatureContext,
    rules: RuleFacts,
    known: RescoringModel,
) -> Iterator[Finding]:
    """The model's proposals where no engine makes the same, with how likely each is right."""
    proposals = all_proposals(reading) if holds_sentences(block) else []
    theirs = {apply_edits(block.text, [e]) for f in findings for e in f.edits} if proposals else set()
    judged: list[Finding] = []
    deletions = (f.edits[0] for f in findings if f.edits and (f.probability or 0.0) >= _SURE)
    deleted = [widened(edit.span) for edit in deletions if not edit.text]
    for proposal in proposals:
        if apply_edits(block.text, [proposal.edit]) in theirs or block.touches_placeholder(proposal.edit.span):
            continue
        if any(widened(proposal.edit.span).overlaps(span) for span in deleted):  # as in “the the”: one of the two goes
            continue
        chance = predict(proposal_features(block.text, proposal, around, rules, reading.tagged), known.proposals)
        judged.append(replace(proposal_to_finding(block.text, proposal), probability=chance))
    judged.sort(key=lambda f: (-(f.probability or 0.0), f.edits[0]))
    yield from _without_rivals(judged)


def _without_rivals(judged: Sequence[Finding]) -> Iterator[Finding]:
    """Of proposals, the likeliest first, that touch the same words only the first. What others of its kind would put
    in the very same place is offered beside it where it is nearly as likely: that one of them is right is as likely as
    all of them together."""
    taken: list[Span] = []
    for at, finding in enumerate(judged):
        wide = widened(finding.span)
        if any(wide.overlaps(span) for span in taken):
            continue
        taken.append(wide)
        chance = finding.probability or 0.0
        others = [
            f
            for f in judged[at + 1 :]
            if (f.span, f.rule) == (finding.span, finding.rule) and (f.probability or 0.0) >= _OFFERED * chance
        ][:_MOST_OFFERED]
        edits = (*finding.edits, *(edit for f in others for edit in f.edits))
        together = min(chance + sum(f.probability or 0.0 for f in others), max(chance, _MOST_TOGETHER))
        yield replace(finding, edits=edits, probability=together)


_SENTENCE_ENDS = (".", "!", "?", ":", ";", "…", ")", "”", '"', "’", "'")
_FEWEST_WORDS = 4


def holds_sentences(block: Block) -> bool:
    """Whether a block is made of sentences, so that a model may say that a word is missing there: no heading, cell or
    caption, and no item that is a title."""
    text = block.text.rstrip()
    if len(text.split()) < _FEWEST_WORDS or block.kind in ("heading", "title", "cell", "caption"):
        return False
    return block.kind != "item" or text.endswith(_SENTENCE_ENDS)


def log_odds(probability: float) -> float:
    """The natural logarithm of the odds.

    >>> log_odds(0.5)
    0.0
    """
    return math.log(max(probability, 1e-9) / max(1 - probability, 1e-9))


def predict(present: Mapping[str, float], of: Mapping[str, float]) -> float:
    """The probability that weights `of` names give to what is `present`."""
    total = sum(of.get(name, 0.0) * value for name, value in present.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def count_model_use(use: ModelUse, report: Report, least: float) -> ModelUse:
    """`use` with what the model did for `report`, of which is shown what is at least as likely as `least`."""
    own = sum(f.rule.startswith(PROPOSES) for f in report.findings)
    with_it = sum(
        f.probability_without_model is not None and (f.probability or 0.0) > f.probability_without_model
        for f in report.findings
    )
    kept = sum(
        f.probability_without_model is not None and f.probability_without_model >= least for f in report.held_back
    )
    return replace(use, supported=use.supported + with_it, held_back=use.held_back + kept, proposed=use.proposed + own)
