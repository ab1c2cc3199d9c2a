"""What a project shows of itself: its generator, its English, what others wrote; and a settings file from that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..config import DIALECTS, Settings
from ..report import Unavailable
from ..text import escape_invisible
from .files import InputFile, read_source
from .generators import SiteGenerator, site_of

FILE = ".localproof.toml"
_LOOKED_INTO = 100_000  # bytes of a generator's settings
_SAID = re.compile(
    r"(?:languageCode|default_?language|defaultLocale|lang|locale|language)[\"']?\s*[:=]\s*[\"']?(en[-_][A-Za-z]{2})\b",
    re.IGNORECASE,
)
# Texts at the top of a project that are lists, forms or by others.
_BY_OTHERS = ("CHANGELOG*.md", "CODE_OF_CONDUCT.md", "LICENSE*.md", "LICENSE*.txt", "LICENCE*.md", "NOTICE*.txt")


@dataclass(frozen=True)
class ProjectTraits:
    """What a project shows of itself: its generator and where, its English and who says so, what others wrote."""

    generator: SiteGenerator | None
    site: Path
    language: str
    said_by: str
    exclude: tuple[str, ...]
    evidence: str = ""  # what of the texts says so, where nothing else does


def inspect_project(root: Path, settings: Settings) -> ProjectTraits:
    """What the project in `root` shows of itself."""
    places = [root, *(p for name in ("docs", "website", "site", "blog", "web") if (p := root / name).is_dir())]
    generator, site = None, root
    for place in places:
        if generator := site_of({p.name for p in place.iterdir()}, place):
            site = place
            break
    language, said_by = settings.language, settings.sources.get("language", "default")
    if said_by == "default":
        language, said_by = _language(site) or (language, said_by)
    exclude = {p.name for glob in _BY_OTHERS for p in root.glob(glob) if p.is_file()}
    return ProjectTraits(generator, site, language, said_by, tuple(sorted(exclude)))


def _language(site: Path) -> tuple[str, str] | None:
    """(dialect, file that says it) from the settings of a generator."""
    for path in sorted(site.iterdir()):
        if not re.fullmatch(r"(?:hugo|config|_config|zola|mkdocs|docusaurus\.config|astro\.config)\.\w+", path.name):
            continue
        try:
            text = path.read_bytes()[:_LOOKED_INTO].decode("utf-8", "replace")
        except OSError:
            continue
        for match in _SAID.finditer(text):
            for dialect in DIALECTS:
                if dialect.casefold() == match[1].replace("_", "-").casefold():
                    return dialect, path.name
    return None


def settings_text(seen: ProjectTraits) -> str:
    """The settings file for what was seen."""
    lines = [
        "# Settings of LocalProof. All keys: localproof config schema; what holds where: localproof config show PATH"
    ]
    if seen.generator:
        folders = ", ".join(glob for glob in seen.generator.passed_over if "*" not in glob)
        lines.append(f"# A {seen.generator.title} site: {folders} are passed over without being named here.")
    if seen.evidence:
        others = "; or en-AU, en-NZ, en-ZA, en-IN" if seen.language == "en-GB" else ""
        lines.append(f"language = {json.dumps(seen.language)}  # {seen.evidence}{others}")
    elif seen.said_by != "default":
        lines.append(f"language = {json.dumps(seen.language)}  # as {escape_invisible(Path(seen.said_by).name)} says")
    else:
        lines.append(f"# language = {json.dumps(seen.language)}  # or {', '.join(DIALECTS[1:])}")
    if seen.generator and seen.generator.front_matter != Settings().front_matter:
        lines.append(f"front-matter = {json.dumps(list(seen.generator.front_matter))}")
    if seen.exclude:
        lines.append(
            f"exclude = {json.dumps(list(seen.exclude), ensure_ascii=False)}  # written by others, or no prose"
        )
    lines.append("# drafts = false  # pass over texts that call themselves drafts")
    return "\n".join(lines) + "\n"


def tags(found: Iterable[InputFile], fields: Sequence[str]) -> Iterator[str]:
    """The terms, in lower case and word by word, that texts give for `fields` of their front matter."""
    from ..formats.front_matter import read_header

    for one in found:
        try:
            values = read_header(read_source(one, 20_000_000).text).values
        except Unavailable:
            continue
        for name in fields:
            yield from (part for term in _terms(values, name.split(".")) for part in term.casefold().split())


def _terms(values: object, way: Sequence[str]) -> list[str]:
    for step in way:
        values = values.get(step) if isinstance(values, Mapping) else None
    if isinstance(values, str):
        return [values]
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []
