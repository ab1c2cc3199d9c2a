"""From settings to one verified file: where it lies, whether it is the right one, and whether it may be let in."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from gguf_fakes import KEYS, TENSORS, gguf, tiny
from test_download import Faults, serving

from localproof.config import REQUIREMENTS, Settings
from localproof.config import load_settings as load_settings
from localproof.models import is_path, policy, provenance, resolve_model, store
from localproof.models.added import entry_to_toml, suggest_id
from localproof.models.catalogue import Claim, ModelEntry, load, parse_catalogue, shipped_entries
from localproof.models.gguf import read
from localproof.render import RENDERERS, Style, report_block
from localproof.report import BadInput, Run, Unavailable

FILE = gguf(KEYS, TENSORS)
SUM = hashlib.sha256(FILE).hexdigest()


def places(folder: Path, catalogue: str = "") -> dict[str, str]:
    """An environment in which everything of the user's lies in `folder`."""
    (folder / "config").mkdir(exist_ok=True)
    if catalogue:
        (folder / "config" / "models.toml").write_text(catalogue, "utf-8")
    return {"LOCALPROOF_CONFIG_DIR": str(folder / "config"), "LOCALPROOF_MODELS_DIR": str(folder / "models")}


def entry(url: str = "https://example.org/tiny.gguf", sha256: str = SUM, size: int = len(FILE), more: str = "") -> str:
    return f"""
schema = 1
[[model]]
id = "tiny"
name = "Tiny"
[[model.file]]
filename = "tiny.gguf"
url = "{url}"
bytes = {size}
sha256 = "{sha256}"
source = "s"
{more}
[[source]]
id = "s"
title = "A card"
"""


def fetch(env: Mapping[str, str]) -> Path:
    return store.fetch(load(env).get("tiny"), env, lambda _: None, threading.Event())


def test_no_model_is_switched_on_unless_somebody_does(tmp_path: Path) -> None:
    assert resolve_model(Settings(), places(tmp_path)) is None
    assert resolve_model(Settings(model="none"), places(tmp_path)) is None


def test_a_model_is_got_found_and_verified(tmp_path: Path) -> None:
    with serving(Faults(content=FILE)) as url:
        env = places(tmp_path, entry(url))
        with pytest.raises(Unavailable, match="its file is not there") as caught:
            resolve_model(Settings(model="tiny"), env)
        assert caught.value.skipped.remedy == "localproof models get tiny"
        path = fetch(env)
    assert path == tmp_path / "models" / "tiny" / "tiny.gguf"
    found = resolve_model(Settings(model="tiny"), env)
    assert found is not None and (found.path, found.sha256, found.verified) == (path, SUM, True)
    assert found.model.id == "tiny" and found.file is not None
    assert "the licence of the weights is not known" in found.warnings


def test_a_file_that_was_changed_is_not_let_in(tmp_path: Path) -> None:
    env = places(tmp_path, entry())
    path = tmp_path / "models" / "tiny" / "tiny.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(FILE)
    assert resolve_model(Settings(model="tiny"), env) is not None
    path.write_bytes(FILE[:-1] + b"x")
    with pytest.raises(Unavailable, match="SHA-256 is another"):
        resolve_model(Settings(model="tiny"), env)


def test_a_sum_is_computed_once_for_a_file_that_does_not_change(tmp_path: Path) -> None:
    env = places(tmp_path)
    path = tiny(tmp_path / "a.gguf")
    came: list[int] = []
    assert store.sum_of(path, env, came.append) == SUM and sum(came) == len(FILE)
    assert store.sum_of(path, env, came.append) == SUM and sum(came) == len(FILE)
    os.utime(path, ns=(1, 1))
    assert store.sum_of(path, env, came.append) == SUM and sum(came) == 2 * len(FILE)
    store.forget(path, env)
    store.sum_of(path, env, came.append)
    assert sum(came) == 3 * len(FILE)


@pytest.mark.parametrize("spoilt", ["", "[]", "{", '{"/x": 3}', "[" * 100_000])
def test_a_spoilt_memory_of_sums_is_as_none(tmp_path: Path, spoilt: str) -> None:
    env = places(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / store.MEMORY).write_text(spoilt)
    assert store.sum_of(tiny(tmp_path / "a.gguf"), env) == SUM
    assert json.loads((tmp_path / "models" / store.MEMORY).read_text())


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder would be")
    assert store.sum_of(tiny(tmp_path / "a.gguf"), places(tmp_path)) == SUM


def test_what_cannot_be_checked_is_not_got() -> None:
    reasons = {}
    ours = [model for model in shipped_entries() if not model.bundled]
    for model in ours:
        try:
            store.download_plan(model)
        except BadInput as error:
            reasons[model.id] = str(error)
    assert set(reasons) == {m.id for m in ours} - {"olmo2-1b-instruct-q4km", "smollm3-3b"}
    assert all("models add PATH" in reason for reason in reasons.values())
    assert "no SHA-256" in reasons["qwen3-0.6b"]


def test_only_what_was_got_is_removed(tmp_path: Path) -> None:
    with serving(Faults(content=FILE)) as url:
        env = places(tmp_path, entry(url))
        path = fetch(env)
    mine = path.with_name("mine.txt")
    mine.write_text("x")
    assert store.remove(load(env).get("tiny"), env) == len(FILE)
    assert mine.exists() and not path.exists()
    mine.unlink()
    assert store.remove(load(env).get("tiny"), env) == 0


def test_file_outside_the_catalogue_must_be_trusted_explicitly(tmp_path: Path) -> None:
    env = places(tmp_path)
    path = tiny(tmp_path / "mine.gguf")
    with pytest.raises(Unavailable, match="native code is not let near it") as caught:
        resolve_model(Settings(model=str(path)), env)
    assert "--trust-file" in caught.value.skipped.remedy
    found = resolve_model(Settings(model=str(path), trust_file=True), env)
    assert found is not None and not found.verified and found.sha256 == SUM
    assert found.model.name == "Tiny" and found.model.licence().value == "Apache-2.0"
    assert "in no catalogue" in found.warnings[0]


def test_trust_does_not_reach_a_file_that_is_spoilt(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(FILE[:100])
    with pytest.raises(Unavailable, match="not a GGUF file that can be used"):
        resolve_model(Settings(model=str(path), trust_file=True), places(tmp_path))


def test_a_file_that_is_in_the_catalogue_is_known_wherever_it_lies(tmp_path: Path) -> None:
    path = tiny(tmp_path / "renamed.gguf")
    found = resolve_model(Settings(model=str(path)), places(tmp_path, entry()))
    assert found is not None and found.verified and found.model.id == "tiny"


def test_a_model_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no model is called 'olmo'"):
        resolve_model(Settings(model="olmo"), places(tmp_path))
    with pytest.raises(Unavailable, match="there is no such file"):
        resolve_model(Settings(model=str(tmp_path / "no.gguf")), places(tmp_path))
    assert is_path("./a") and not is_path("smollm2-135m-instruct")


def test_bundled_model_lies_beside_the_code_and_is_never_downloaded() -> None:
    model = parse_catalogue(entry(more="").replace('name = "Tiny"', 'name = "Tiny"\nbundled = true'), "ours")[0]
    assert store.place(model, model.files[0]) == Path(store.__file__).with_name("tiny.gguf")
    with pytest.raises(BadInput, match="comes with LocalProof"):
        store.download_plan(model)
    assert store.find_file(model) is None


def test_a_header_that_lies_is_not_let_in_whatever_its_sum(tmp_path: Path) -> None:
    spoilt = b"GGUF" + b"\xff" * 100
    env = places(tmp_path, entry(sha256=hashlib.sha256(spoilt).hexdigest(), size=len(spoilt)))
    path = tmp_path / "models" / "tiny" / "tiny.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(spoilt)
    for _ in range(2):
        with pytest.raises(Unavailable, match="not a GGUF file that can be used"):
            resolve_model(Settings(model="tiny"), env)


# ─ policy ─


def test_every_requirement_that_settings_may_name_has_a_meaning() -> None:
    assert tuple(policy.REQUIREMENTS) == REQUIREMENTS


def by_id(id: str) -> ModelEntry:
    return next(model for model in shipped_entries() if model.id == id)


@pytest.mark.parametrize(
    ("id", "requirement", "answer"),
    [
        ("apertus-8b-instruct-2509", "data-disclosed", "yes"),
        ("apertus-8b-instruct-2509", "opt-out-retroactive", "yes"),
        ("apertus-8b-instruct-2509", "energy-disclosed", "no"),  # of the 70B only
        ("olmo2-1b-instruct-q4km", "opt-out-honoured", "yes"),
        ("olmo2-1b-instruct-q4km", "opt-out-retroactive", "no"),
        ("olmo2-1b-instruct-q4km", "energy-disclosed", "no"),  # of the 7B only
        ("comma-v0.1-2t", "open-licence-data", "yes"),
        ("luciole-1b-instruct-1.1", "open-licence-data", "no"),  # said, and contradicted
        ("baguettotron-321m", "open-licence-data", "unknown"),  # written by models of unknown data
        ("kl3m-002-170m", "consent-certified", "yes"),
        ("llama-3.2-1b-instruct", "data-disclosed", "no"),
        ("llama-3.2-1b-instruct", "energy-disclosed", "no"),  # worked out by us
        ("llama-3.2-1b-instruct", "carbon-disclosed", "no"),  # without its teachers
        ("llama-3.2-1b-instruct", "osi-licence", "no"),
        ("qwen3-0.6b", "opt-out-honoured", "unknown"),
        ("gemma-3-270m-it", "energy-disclosed", "unknown"),
    ],
)
def test_a_requirement_is_answered_from_the_entry(id: str, requirement: str, answer: str) -> None:
    verdict = policy.verdicts(by_id(id), Settings(models_require=(requirement,)))[0]
    assert verdict.answer == answer and verdict.why


def test_a_refusal_names_all_that_is_missing(tmp_path: Path) -> None:
    env = places(tmp_path, entry())
    path = tiny(tmp_path / "a.gguf")
    wishes = Settings(
        model=str(path), models_allow_licenses=("Apache-2.0",), models_require=("data-disclosed", "energy-disclosed")
    )
    with pytest.raises(Unavailable) as caught:
        resolve_model(wishes, env)
    for part in ("licence is not known", "training data is disclosed", "energy of its training"):
        assert part in caught.value.skipped.reason


def test_what_the_settings_ask_for_and_get_is_let_in_without_a_word(tmp_path: Path) -> None:
    more = '[model.license]\nweights = { value = "MIT", status = "disclosed", source = "s" }'
    wishes = Settings(model=str(tiny(tmp_path / "a.gguf")), models_allow_licenses=("mit",))
    found = resolve_model(wishes, places(tmp_path, entry(more=more)))
    assert found is not None and found.warnings == ()


def test_project_cannot_choose_the_model_or_loosen_its_requirements(tmp_path: Path) -> None:
    for line in ('model = "tiny"', "models-require = []", 'models-allow-licenses = ["X"]', "trust-file = true"):
        (tmp_path / "localproof.toml").write_text(line)
        with pytest.raises(BadInput):
            load_settings(tmp_path, {}, places(tmp_path))
    assert not load_settings(None, {}, {**places(tmp_path), "LOCALPROOF_TRUST_FILE": "1"}).trust_file
    assert load_settings(None, {"trust_file": True}, places(tmp_path)).trust_file


# ─ what is said of it ─


def test_entry_for_an_own_file_states_only_what_the_file_declares(
    tmp_path: Path,
) -> None:
    keys = {
        **KEYS,
        "general.name": 'Odd "name"\n\x1b[31m',
        "general.base_model.count": 1,
        "general.base_model.0.name": "Base",
        "general.base_model.0.repo_url": "https://example.org/base",
        "general.dataset.count": 1,
        "general.dataset.0.name": "Texts",
    }
    path = tiny(tmp_path / "a.gguf", keys)
    model = parse_catalogue(entry_to_toml(read(path), path, SUM, "odd"), "mine", own=True)[0]
    assert model.name == 'Odd "name" \x1b[31m' and model.bases[0].name == "Base" and model.data[0].name == "Texts"
    assert model.claim("context_length").value == 128 and model.claim("parameters").value == 12
    assert model.claim("carbon") == Claim(status="not_found", note="the file does not say")
    assert model.files[0].sha256 == SUM and model.files[0].path == str(path)
    assert suggest_id(read(path), path) == "odd-name-31m"


def test_a_run_says_whose_model_it_was(tmp_path: Path) -> None:
    found = resolve_model(Settings(model=str(tiny(tmp_path / "a.gguf")), trust_file=True), places(tmp_path))
    assert found is not None
    assert len(provenance(found)) == 1
    _, asked = provenance(found, suggest="rewrite")
    assert dict(asked.facts)["edits from"].startswith("a closed set alone: it has no form for chats")
    scores, proposes = provenance(found, suggest="closed")
    assert not proposes.facts
    assert (scores.role, proposes.role) == ("model that scores", "model that proposes")
    assert scores.sha256 == SUM and scores.licence == "Apache-2.0"
    facts = dict(scores.facts)
    assert facts["consent"] == "not found: the file does not say"
    assert facts["training energy"] == "not found: the file does not say"
    assert "trusted by the user" in facts["file"]
    assert provenance(found) == (scores,)


@pytest.mark.parametrize("format", RENDERERS)
def test_every_report_names_the_model(format: str, tmp_path: Path) -> None:
    found = resolve_model(Settings(model=str(tiny(tmp_path / "a.gguf")), trust_file=True), places(tmp_path))
    assert found is not None
    run = Run(provenance=provenance(found), version="0.1.0")
    whole = RENDERERS[format](run, Style()) + (report_block(run, Style()) if format == "text" else "")
    if format in ("json", "html", "text"):
        assert "Tiny" in whole and "not found: the file does not" in " ".join(whole.split())
    elif format in ("junit", "sarif"):
        assert "Tiny" in whole


@pytest.mark.parametrize("model", shipped_entries(), ids=lambda m: m.id)
def test_the_card_in_short_leaves_no_gap_unsaid(model: ModelEntry) -> None:
    from localproof.models import ResolvedModel

    part = provenance(ResolvedModel(Path("a.gguf"), model, SUM, True))[0]
    names = [name for name, _ in part.facts]
    for name in ("file", "consent", "licence of the data", "human annotators", "training CO2", "training energy"):
        assert name in names
    assert all(text for _, text in part.facts) and part.data
