"""The words of a catalogue: what a claim can be about, which values it can have, and why one can be missing."""

from __future__ import annotations

from typing import Literal, get_args

Status = Literal["disclosed", "derived", "third_party", "conflicting", "not_disclosed", "not_found", "not_applicable"]
STATUSES: tuple[str, ...] = get_args(Status)
GAPS = ("not_disclosed", "not_found", "not_applicable")  # the reasons for which a value may be missing
KINDS = ("base", "instruct", "gec")
RELATIONS = ("finetune", "distill", "prune", "quantize", "merge")
ROLES = ("score", "suggest", "tag")
STAGES = ("pretraining", "midtraining", "sft", "preference", "rl", "distillation", "synthetic", "unstated")
ACTIVITIES = (
    *("design", "data-collection", "data-preparation", "training", "fine-tuning"),
    *("validation", "deployment", "inference", "other"),
)
SCOPES = ("gpu_only", "node", "datacentre_pue", "development_total", "tdp_estimate", "")
# Consent, the strongest first. An open licence is a permission, not a request that was answered.
LADDER = (
    "explicit_consent_or_contract",
    "third_party_certified",
    "public_domain_or_open_licence",
    "opt_out_retroactive",
    "opt_out_at_crawl",
    "none_documented",
    "unknown",
)
# Every claim of a model, by the table and key it stands under; what each is called in a card.
CLAIMS: dict[str, str] = {
    "released": "released",
    "parameters": "parameters",
    "context_length": "context, tokens",
    "license.weights": "licence of the weights",
    "license.code": "licence of the code",
    "license.data": "licence of the data",
    "license.gated": "gated",
    "disclosure.data_disclosed": "data disclosed",
    "disclosure.data_obtainable": "data obtainable",
    "consent.level": "consent",
    "consent.robots_txt": "robots.txt",
    "consent.opt_out_date": "opt-outs till",
    "consent.certified_by": "certified by",
    "consent.pii_filter": "personal data filter",
    "consent.removal_contact": "removal",
    "consent.complaint_contact": "complaints",
    "consent.eu_summary": "EU training summary",
    "human_work.annotators": "human annotators",
    "human_work.preference_data": "preference data",
    "compute.hardware": "hardware",
    "compute.accelerator_hours": "accelerator hours",
    "compute.location": "place of training",
    "compute.energy_source": "source of energy",
    "carbon": "training CO2",
    "water": "training water",
    "contact.provider": "provider",
    "contact.challenge": "to object",
    "openness.osai": "Open Source AI Index",
    "openness.mof": "Model Openness Framework",
}
