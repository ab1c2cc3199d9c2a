"""The card of a model: everything that is known of it, and every gap by its name; in short for a report, or whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..report import Provenance, Question
from .catalogue import BaseModel, Claim, ModelEntry, ModelFile, TrainingCost, TrainingData
from .resolved import ResolvedModel
from .vocabulary import CLAIMS, GAPS

_REASONS = {
    "not_disclosed": "not disclosed by its makers",
    "not_found": "not found",
    "not_applicable": "does not apply",
}
_HOW = {"derived": "derived", "third_party": "told by a third party", "conflicting": "conflicting"}
_NAMED = 4  # sources of data that a report names; the card has them all
_NO_BASE = "no other model is named"
SCORES, TAGS, PROPOSES = "model that scores", "model that tags", "model that proposes"
WRITES = 'a closed set, and what it would write itself, six tokens at most (model-suggest = "rewrite")'
_CANNOT = "a closed set alone: it has no form for chats, so it cannot be asked what it would write"
# What is said in a report, beside licence, data and sum, which have places of their own there.
_SHORT = ("consent.level", "license.data", "human_work.annotators", "human_work.preference_data", "carbon")


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a card: under which heading, what it is called, what is said, and where that was read."""

    section: str
    label: str
    text: str
    source: str = ""


def card_parts(resolved: ResolvedModel, *, suggest: str = "none") -> tuple[Provenance, ...]:
    """What a report says of a model: as what scores or tags, and as what proposes unless `suggest` is "none"."""
    model = resolved.model
    facts = (
        ("file", _file_checked(resolved)),
        ("made from", "; ".join(_base(b) for b in model.bases) or describe_origin(model)),
        *((CLAIMS[name], describe_claim(model.claim(name))) for name in _SHORT),
        *((_label(cost), _cost(cost)) for cost in model.costs or (TrainingCost("training", "self", Claim()),)),
        *((("in conflict", model.conflict),) if model.conflict else ()),
        ("limits", "; ".join(model.limits) or describe_claim(Claim())),
        *(("note", text) for text in resolved.warnings),
    )
    scores = Provenance(
        model.name,
        TAGS if "tag" in model.roles else SCORES,
        model.version,
        _licence(model),
        summarize_data(model),
        resolved.sha256,
        facts,
        answers(model),
    )
    again = Provenance(
        model.name,
        PROPOSES,
        model.version,
        _licence(model),
        "that of the same model, above",
        resolved.sha256,
        (("edits from", _CANNOT if model.chat_template == "none" else WRITES),) if suggest == "rewrite" else (),
    )
    return (scores,) if suggest == "none" else (scores, again)


def answers(model: ModelEntry) -> tuple[tuple[Question, str], ...]:
    """The five questions in short; what is not known is said."""
    tokens = [f"{describe_tokens(row.tokens)} tokens" for row in model.data if row.tokens.known]
    consent, licence = model.claim("consent.level"), model.claim("license.data")
    right = f"{describe_claim(licence)}; consent: {describe_claim(consent)}"
    base = "; ".join(_base(b) for b in model.bases)
    own = [cost for cost in model.costs if cost.of == "self"] or [TrainingCost("training", "self", Claim())]
    return (
        (
            "data",
            "; ".join(row.name.partition(", ")[0] for row in model.data[:_NAMED]) or "not known",
        ),
        ("amount", f"{' and '.join(tokens) or 'how many tokens is not known'}; {right}"),
        ("training", f"{base or describe_origin(model)}; by {model.organization or 'makers who are not named'}"),
        ("people", describe_claim(model.claim("human_work.annotators"))),
        ("cost", "; ".join(_short_cost(cost) for cost in own)),
    )


def describe_origin(model: ModelEntry) -> str:
    """Where the weights of a model come from that names no other."""
    return "no other model: trained from scratch" if model.bundled else _NO_BASE


def _architecture(model: ModelEntry) -> str:
    shape = " (the name of the shape alone: no weight is from a model of that name)"
    return f"{model.architecture}{shape}" if model.bundled and model.architecture else model.architecture


def _short_cost(cost: TrainingCost) -> str:
    energy = cost.energy
    scope = cost.scope.replace("_", " ")
    return f"{energy.value:,} {cost.unit} ({scope}){_marks(energy)}" if energy.known else describe_claim(energy)


def _file_checked(resolved: ResolvedModel) -> str:
    kind = resolved.file.file_type if resolved.file else ""
    by = f"quantized by {resolved.file.quantized_by}" if resolved.file and resolved.file.quantized_by else ""
    checked = "SHA-256 verified" if resolved.verified else "in no catalogue; trusted by the user for this run"
    return ", ".join(filter(None, (resolved.path.name, kind, by, checked)))


def _licence(model: ModelEntry) -> str:
    licence = model.licence()
    return str(licence.value) + _marks(licence) if licence.known else ""


def summarize_data(model: ModelEntry) -> str:
    """The training data in a line, or that it is not known."""
    rows = "; ".join(_data(row) for row in model.data[:_NAMED])
    if more := len(model.data[_NAMED:]):
        rows += f"; and {more:,} more (localproof models show)"
    disclosed = model.claim("disclosure.data_disclosed")
    stated = f"disclosed: {disclosed.value}" if disclosed.known else f"disclosed: {describe_claim(disclosed)}"
    return f"{rows or 'not known'} ({stated})"


def card_lines(model: ModelEntry, *, places: bool = True) -> Iterator[CardLine]:
    """Every line of the card, in order. Nothing is left out: what is not known is a line that says so. With `places`
    False, where files lie on this machine is not said."""
    yield CardLine("Model", "id", model.id + (", from your own entries" if model.own else ""))
    for label, text in (
        ("name", model.name),
        ("version", model.version),
        ("made by", model.organization),
        ("kind", model.kind),
        ("architecture", _architecture(model)),
        ("languages", ", ".join(model.languages)),
        ("chat template", model.chat_template),
        ("may", ", ".join(model.roles)),
    ):
        yield CardLine("Model", label, text or "not stated", _title(model, model.source) if text else "")
    yield from _lines(model, "Model", "released", "parameters", "context_length")
    for base in model.bases:
        yield CardLine("Model", "made from", _base(base), _title(model, base.licence.source))
    if not model.bases:
        yield CardLine("Model", "made from", describe_origin(model))
    for file in model.files:
        yield CardLine(
            "Files", file.filename or file.repo, summarize_file(file, place=places), _title(model, file.source)
        )
    if not model.files:
        yield CardLine("Files", "files", "none is known in the form that runs here (GGUF)")
    yield from _lines(model, "Licence", "license.weights", "license.code", "license.data", "license.gated")
    yield CardLine("Licence", "use policy", model.use_policy or "none is known")
    yield CardLine("Licence", "conflict", model.conflict or "none is known")
    for row in model.data:
        yield CardLine("Data", row.stage, _data(row, whole=True), _title(model, row.source or row.tokens.source))
    if not model.data:
        yield CardLine("Data", "data", "not known")
    yield from _lines(model, "Data", "disclosure.data_disclosed", "disclosure.data_obtainable")
    yield from _lines(model, "Consent", *(name for name in CLAIMS if name.startswith("consent.")))
    yield from _lines(model, "Human work", "human_work.annotators", "human_work.preference_data")
    for cost in model.costs or (TrainingCost("training", "self", Claim()),):
        yield CardLine("Cost", _label(cost), _cost(cost), _where(model, cost.energy))
    yield from _lines(model, "Cost", *(n for n in CLAIMS if n.startswith("compute.")), "carbon", "water")
    yield CardLine("Limits", "limits", "; ".join(model.limits) or "none is stated")
    yield from _lines(model, "Contact", "contact.provider", "contact.challenge")
    yield from _lines(model, "Openness", "openness.osai", "openness.mof")


def _lines(model: ModelEntry, section: str, *names: str) -> Iterator[CardLine]:
    for name in names:
        claim = model.claim(name)
        yield CardLine(section, CLAIMS[name], describe_claim(claim), _where(model, claim))


def _where(model: ModelEntry, claim: Claim) -> str:
    return _title(model, claim.source, claim.locator)


def _title(model: ModelEntry, source: str, locator: str = "") -> str:
    """Where something was read: title and place in it, by whom and when, address."""
    found = model.sources.get(source)
    if found is None:
        return ""
    read = "read by us" if found.read_by == "primary" else "told second-hand"
    title = ", ".join(filter(None, (found.title, locator)))
    return " ".join(filter(None, (title, f"({', '.join(filter(None, (read, found.checked)))})", found.url)))


def describe_claim(claim: Claim) -> str:
    """A claim in words: its value with how sure it is, or the reason why there is none.

    >>> describe_claim(Claim(4096, "disclosed", read_by="second-hand"))
    '4,096 (second-hand)'
    >>> describe_claim(Claim(status="not_disclosed", note="asked"))
    'not disclosed by its makers: asked'
    """
    more = f": {claim.note}" if claim.note else ""
    if claim.note.startswith("we do not know"):  # a gap of our own, in our own words
        return claim.note
    if not claim.known:
        return _REASONS.get(claim.status, claim.status) + more
    unit = f" {claim.facts['unit']}" if "unit" in claim.facts else ""
    accounting = f", {claim.facts['accounting']}" if "accounting" in claim.facts else ""
    return f"{_text(claim.value)}{unit}{accounting}{_marks(claim)}{more}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return value.isoformat() if isinstance(value, date) else str(value).replace("_", " ")


def _marks(claim: Claim) -> str:
    marks = [_HOW.get(claim.status, ""), "second-hand" if claim.read_by == "second-hand" else ""]
    return f" ({', '.join(filter(None, marks))})" if any(marks) else ""


def _base(base: BaseModel) -> str:
    relation = {
        "finetune": "tuned from",
        "distill": "distilled from",
        "prune": "pruned from",
        "quantize": "quantized from",
        "merge": "merged from",
    }[base.relation]
    licence = f"licence {base.licence.value}" if base.licence.known else f"licence {describe_claim(base.licence)}"
    return f"{relation} {base.name} ({', '.join(filter(None, ('its teacher' if base.teacher else '', licence)))})"


def summarize_file(file: ModelFile, *, place: bool = True) -> str:
    """A file in a line: what it is, how large, its sum, and whether it can be got."""
    size = f"{file.size:,} bytes" if file.size is not None else "size not known to the byte"
    if file.size is not None and not file.size_is_exact:
        size = f"at most {size}"
    facts = (
        file.file_type,
        size,
        f"SHA-256 {file.sha256[:16]}…" if file.sha256 else "SHA-256 not known",
        {True: "official", False: "not official", None: ""}[file.official],
        f"by {file.quantized_by}" if file.quantized_by else "",
        (file.path if place else "") or file.repo,
        file.note,
        "second-hand" if file.read_by == "second-hand" else "",
    )
    return ", ".join(filter(None, facts))


def _data(row: TrainingData, *, whole: bool = False) -> str:
    tokens = f"{describe_tokens(row.tokens)} tokens" if row.tokens.known else ""
    facts = [tokens, row.licence, row.collection]
    if row.synthetic_from:
        facts.append(f"written by {', '.join(row.synthetic_from)}")
    if row.status in GAPS:
        facts.append(_REASONS[row.status])
    if whole:
        tokens_not_known = "" if row.tokens.known else f"tokens {describe_claim(row.tokens)}"
        statement = row.data_statement or "no data statement is known"
        facts = [*facts, tokens_not_known, row.tokens.note, row.availability, row.url, row.note, statement]
    inner = ", ".join(filter(None, facts))
    return f"{row.name} ({inner})" if inner else row.name


def describe_tokens(claim: Claim) -> str:
    """A number of tokens in words.

    >>> describe_tokens(Claim(4_000_000_000_000)), describe_tokens(Claim(75_500_000_000))
    ('4 trillion', '75.5 billion')
    """
    value = claim.value
    if not isinstance(value, int) or isinstance(value, bool):
        return str(value)
    for least, name in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if value >= least:
            return f"{float(f'{value / least:.3g}'):,.3g} {name}"
    return f"{value:,}"


def _label(cost: TrainingCost) -> str:
    return f"{cost.activity} energy" if cost.of == "self" else f"{cost.activity} energy of"


def _cost(cost: TrainingCost) -> str:
    """The energy of a row, always with what it covers."""
    of = "" if cost.of == "self" else f"{cost.of.replace(':', ' ', 1)}: "
    if not cost.energy.known:
        return of + describe_claim(cost.energy)
    pue = f", PUE {cost.pue:g}" if cost.pue else ""
    scope = cost.scope.replace("_", " ")
    energy = cost.energy
    return f"{of}{energy.value:,} {cost.unit} ({scope}{pue}; {cost.method or 'method not stated'}){_marks(energy)}" + (
        f": {energy.note}" if energy.note else ""
    )
