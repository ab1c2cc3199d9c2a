"""Language models: what they are made of and what they cost (catalogue), where their files lie, whether they may run.

`resolve_model` is the door: from settings to one verified file and all that is known
of it. `provenance` says it in a run's account.

Start reading in `resolve_model`, then `catalogue` for what is known and `passages` for how a model is asked.

- Known of models: `catalogue` and its `vocabulary`, `validity`, `licences`, `policy`, `added` (the user's own files),
  `card`, `cyclonedx`, `spdx`; `resolved`: the one that is switched on.
- Files: `store`, where they lie; `gguf`, what one says of itself; `tensors`, its numbers.
- Running: `runtimes` (the table `BACKENDS`), `numpy_model` on `network` and `bpe`, `llama`, `tagger`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import BUNDLED, BUNDLED_MODELS, Settings
from ..report import Unavailable
from ..text import escape_invisible
from .resolved import ResolvedModel as ResolvedModel

if TYPE_CHECKING:
    from ..report import Provenance
    from .catalogue import Catalogue, ModelEntry

NONE = ("", "none")  # how settings say that no model is switched on


def resolve_model(settings: Settings, env: Mapping[str, str] = os.environ) -> ResolvedModel | None:
    """The file and the entry of the model that `settings` switch on; None where they switch on none.

    No native code has seen the file: our own reader has looked into it, and its
    sum was compared with the entry's; a file that no entry has is let in only
    where the user trusts it in so many words. Both are done once for a file
    that does not change. Raises Unavailable where the model
    cannot be used, or may not be by the settings' policy, with what would
    help; BadInput for an id that does not exist and for a bad catalogue.
    """
    if settings.model in NONE:
        return None
    from . import policy
    from .catalogue import load

    catalogue = load(env)
    found = _of_path(settings, catalogue, env) if is_path(settings.model) else _of_id(settings.model, catalogue, env)
    if why := policy.refusal(found.model, settings):
        raise Unavailable(
            _called(found.model), f"not let in by your settings: {why}", f"localproof models show {found.model.id}"
        )
    asked = settings.models_require or settings.models_allow_licenses
    unverified = () if found.verified else ("the file is in no catalogue: what it says of itself is all that is known",)
    return ResolvedModel(
        found.path,
        found.model,
        found.sha256,
        found.verified,
        unverified + (() if asked else policy.warnings(found.model)),
        found.file,
    )


def names(model: str) -> tuple[str, ...]:
    """The models that a setting switches on: one, or one that scores and one that tags with a plus between.

    >>> names("none"), names("bundled"), names("olmo+localproof-tagger"), names("c++/mine.gguf")
    ((), ('localproof-small', 'localproof-tagger'), ('olmo', 'localproof-tagger'), ('c++/mine.gguf',))
    """
    if model in NONE:
        return ()
    if model == BUNDLED:
        return BUNDLED_MODELS
    return (model,) if is_path(model) else tuple(filter(None, model.split("+")))


def tags(model: ModelEntry) -> bool:
    """Whether a model is a tagger."""
    return "tag" in model.roles


def is_path(name: str) -> bool:
    """Whether a model is named by its file and not by its id.

    >>> is_path("olmo2-1b-instruct"), is_path("mine.gguf"), is_path("~/models/a")
    (False, True, True)
    """
    return name.lower().endswith(".gguf") or "/" in name or os.sep in name or name.startswith("~")


def _called(model: ModelEntry) -> str:
    return f"model {escape_invisible(model.id)}"


def _of_id(id: str, catalogue: Catalogue, env: Mapping[str, str]) -> ResolvedModel:
    from .store import find_file, look_into, sum_of

    model = catalogue.get(id)
    there = find_file(model, env)
    if there is None:
        remedy = f"localproof models get {model.id}"
        if model.bundled or any(file.path for file in model.files):
            remedy = (
                "install LocalProof anew" if model.bundled else f"localproof models remove {model.id}, and add it anew"
            )
        raise Unavailable(_called(model), "its file is not there", remedy)
    path, file = there
    sha256 = sum_of(path, env)
    if not file.sha256 or sha256 != file.sha256:
        raise Unavailable(
            _called(model),
            f"{escape_invisible(str(path))} is not the file that the catalogue knows (its SHA-256 is another)",
            f"localproof models verify {model.id}",
        )
    look_into(path, env)
    return ResolvedModel(path, model, sha256, True, file=file)


def _of_path(settings: Settings, catalogue: Catalogue, env: Mapping[str, str]) -> ResolvedModel:
    from . import gguf
    from .added import describe_file
    from .store import look_into, sum_of

    path = Path(settings.model).expanduser().absolute()
    if not path.is_file():
        raise Unavailable(
            f"model {escape_invisible(settings.model)}", "there is no such file", "localproof models list"
        )
    look_into(path, env)
    sha256 = sum_of(path, env)
    if (model := catalogue.by_sha256(sha256)) is not None:
        return ResolvedModel(path, model, sha256, True, file=model.file(sha256))
    if not settings.trust_file:
        raise Unavailable(
            f"model {escape_invisible(path.name)}",
            f"the file is in no catalogue (SHA-256 {sha256[:12]}…), and native code is not let near it unasked",
            f"localproof models add {escape_invisible(str(path))}, or --trust-file for this once",
        )
    return ResolvedModel(path, describe_file(gguf.read(path), path, sha256), sha256, False)


def provenance(resolved: ResolvedModel, *, suggest: str = "none") -> tuple[Provenance, ...]:
    """What a run says of the model, with its card in short: as what scores, and as what proposes where the settings let
    it `suggest` something."""
    from .card import card_parts

    return card_parts(resolved, suggest=suggest)


def calibrations(env: Mapping[str, str] = os.environ) -> Path:
    """The folder of what was learned here of models: how far each can be trusted. It need not exist."""
    from .store import folder

    return folder(env) / "weighed"
