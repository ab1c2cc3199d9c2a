"""What the writer asks of a model before it is let in, and what is to be said of one that nothing was asked of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..config import Settings
from .catalogue import Claim, ModelEntry
from .licences import allowed, is_osi
from .vocabulary import LADDER

Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """Whether a model is what was asked for, and why that is said."""

    what: str
    answer: Answer
    why: str


def verdicts(model: ModelEntry, settings: Settings) -> tuple[PolicyVerdict, ...]:
    """How `model` stands to each thing that the settings ask of a model; () where they ask for nothing."""
    found = [PolicyVerdict(name, *REQUIREMENTS[name][1](model)) for name in settings.models_require]
    if settings.models_allow_licenses:
        found.insert(0, _licence_allowed(model, settings.models_allow_licenses))
    return tuple(found)


def refusal(model: ModelEntry, settings: Settings) -> str:
    """Why the settings do not let `model` in, naming all that is missing; "" where they do."""
    return "; ".join(f"{v.what}: {v.why}" for v in verdicts(model, settings) if v.answer != "yes")


def warnings(model: ModelEntry) -> tuple[str, ...]:
    """What a user should know of `model` where nothing was asked of it: what is not so, and what is not known."""
    return tuple(_warnings(model))


def _warnings(model: ModelEntry) -> Iterator[str]:
    for name in ("osi-licence", "data-disclosed", "opt-out-honoured", "energy-disclosed"):
        answer, why = REQUIREMENTS[name][1](model)
        if answer != "yes":
            yield why
    if model.conflict:
        yield f"licence in conflict: {model.conflict}"


def _licence_allowed(model: ModelEntry, licences: tuple[str, ...]) -> PolicyVerdict:
    what = "licence"
    licence = model.licence()
    if not licence.known:
        return PolicyVerdict(what, "unknown", "its licence is not known")
    said = str(licence.value)
    if allowed(said, licences):
        return PolicyVerdict(what, "yes", said)
    return PolicyVerdict(what, "no", f"{said} is not among those that you allow ({', '.join(licences)})")


def _osi(model: ModelEntry) -> tuple[Answer, str]:
    licence = model.licence()
    if not licence.known:
        return "unknown", "the licence of the weights is not known"
    said = str(licence.value)
    if is_osi(said):
        return "yes", said
    return "no", f"the weights are under {said}, which is no licence approved by the Open Source Initiative"


def _read(claim: Claim) -> str:
    if claim.status == "derived":
        return "worked out from what its makers say"
    return "as read in the primary source" if claim.read_by == "primary" else "as told second-hand"


def _data(model: ModelEntry) -> tuple[Answer, str]:
    claim = model.claim("disclosure.data_disclosed")
    if not claim.known:
        return "unknown", "it is not known whether its training data is disclosed"
    if claim.value == "yes":
        return "yes", _read(claim)
    how = "in part only" if claim.value == "partly" else "not"
    return "no", f"its training data is disclosed {how}" + (f": {claim.note}" if claim.note else "")


def _open_data(model: ModelEntry) -> tuple[Answer, str]:
    claim = model.claim("license.data")
    texts_open = claim.facts.get("texts_open")
    if claim.status == "conflicting":
        return "no", f"what is said of the licence of its data is in conflict: {claim.note or claim.value}"
    if texts_open is True:
        return "yes", _read(claim)
    if texts_open is False:
        return "no", f"its texts are not all openly licensed: {claim.note or claim.value}"
    more = f" ({claim.note})" if claim.note else ""
    return "unknown", f"it is not known whether all its texts are openly licensed{more}"


def _at_least(level: str, what: str) -> Callable[[ModelEntry], tuple[Answer, str]]:
    """Whether consent stands on the rung `level` of the ladder or above it."""

    def required_level(model: ModelEntry) -> tuple[Answer, str]:
        claim = model.claim("consent.level")
        if not claim.known or claim.value == "unknown":
            return "unknown", f"it is not known whether {what}"
        if LADDER.index(str(claim.value)) <= LADDER.index(level):
            return "yes", f"{_words(claim)}, {_read(claim)}"
        return "no", f"it is not so that {what}: consent is {_words(claim)}"

    return required_level


def _words(claim: Claim) -> str:
    return str(claim.value).replace("_", " ")


def _energy(model: ModelEntry) -> tuple[Answer, str]:
    """Its own training and that of every teacher, as disclosed by the makers and not as worked out by others."""
    rows = {cost.of: cost.energy for cost in model.costs if cost.activity == "training"}
    wanted = {
        "self": "its training",
        **{f"teacher:{t.name}": f"training its teacher {t.name}" for t in model.teachers()},
    }
    for of, what in wanted.items():
        energy = rows.get(of, Claim())
        if energy.status == "not_found":
            return "unknown", f"no figure was found for the energy of {what}"
        if energy.status != "disclosed":
            known = "; a figure that is derived or told by others does not count" if energy.known else ""
            return "no", f"the energy of {what} is not disclosed{known}"
    return "yes", _read(rows["self"])


def _carbon(model: ModelEntry) -> tuple[Answer, str]:
    claim = model.claim("carbon")
    if claim.status == "not_found":
        return "unknown", "no figure was found for the CO2 of its training"
    if claim.status != "disclosed":
        return "no", "the CO2 of its training is not disclosed"
    if teachers := ", ".join(base.name for base in model.teachers()):
        return "no", f"the CO2 of its training is disclosed without that of its teachers ({teachers})"
    return "yes", _read(claim)


# What `models-require` may ask for: what it means, and how it is answered.
REQUIREMENTS: dict[str, tuple[str, Callable[[ModelEntry], tuple[Answer, str]]]] = {
    "data-disclosed": ("its makers say which data it was trained on, all of it", _data),
    "open-licence-data": ("every text it was trained on is openly licensed or in the public domain", _open_data),
    "opt-out-honoured": (
        "sites that say no in their robots.txt were left out, at the latest when they were crawled",
        _at_least("opt_out_at_crawl", "sites that opted out were left out"),
    ),
    "opt-out-retroactive": (
        "sites that say no later were taken out of older crawls, too",
        _at_least("opt_out_retroactive", "sites that opted out later were taken out"),
    ),
    "consent-certified": (
        "a third party certified the consent to its data",
        _at_least("third_party_certified", "consent to its data was certified by others"),
    ),
    "energy-disclosed": ("its makers say what energy its training took, and that of its teachers", _energy),
    "carbon-disclosed": ("its makers say what CO2 its training caused", _carbon),
    "osi-licence": ("its weights are under a licence approved by the Open Source Initiative", _osi),
}
