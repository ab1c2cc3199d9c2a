"""Settings: read once from files, environment and flags, then never changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DIALECTS = ("en-US", "en-GB", "en-AU", "en-CA", "en-NZ", "en-ZA", "en-IN")
PROFILES = ("quiet", "balanced", "all")


@dataclass(frozen=True)
class Settings:
    """What the writer decided. Every field has a default that suits most people."""

    language: str = "en-US"
    engines: tuple[str, ...] = ("harper", "languagetool")
    profile: str = "quiet"
    front_matter: tuple[str, ...] = ("title", "description", "summary")
    disable: tuple[str, ...] = ()  # rule names or globs, such as "harper/OxfordComma" or "*/EN_QUOTES"
    enable: tuple[str, ...] = ()  # rules that are off by default
    words: frozenset[str] = frozenset()  # the writer's own words: user and project dictionaries together
    block_timeout_s: float = 10.0
    jobs: int = 0  # threads per engine; 0 means one for each core
    dictionary: Path | None = None  # the project's word list, to which `dict add --project` writes
