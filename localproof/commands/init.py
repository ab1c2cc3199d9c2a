"""`localproof init`: a settings file from what is there, and the words that a site uses all over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..config import DIALECTS, Settings, find_settings, load_settings, require_inside
from ..pipeline.batch import Task
from ..project.files import InputFile, read_source, write_new
from ..project.generators import SiteGenerator, site_of
from ..report import BadInput, Unavailable
from ..terminal import Terminal, ask_yes_no, one_line, progress
from ..text import escape_invisible
from .check import CLEAN, INTERRUPTED, CheckOptions, plan_tasks
from .dict import add
from .word_survey import WordSurvey, candidate_words, doubted_words, survey_words

FILE = ".localproof.toml"
MOST = 100  # words that are proposed at a time: a person is to look at each
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


def init(paths: Sequence[str], terminal: Terminal, *, yes: bool) -> int:
    """Write the settings file if there is none, and propose words for the project's list; the exit status.

    Nothing that exists is overwritten. Words are added with `yes` or when a
    person at the terminal agrees. Raises BadInput where a file cannot be written.
    """
    here = Path(paths[0] if paths else ".").absolute()
    if not here.is_dir():
        raise BadInput(f"{one_line(str(here))}: is no folder; name the one that the site is in")
    file, project = find_settings(here)
    root = project or here
    target = require_inside(root / FILE, root)
    seen = inspect_project(root, load_settings(root, {}, terminal.env))
    by_others = {root / name for name in seen.exclude}
    tasks = tuple(
        replace(task, inputs=tuple(i for i in task.inputs if not isinstance(i, InputFile) or i.path not in by_others))
        for task in plan_tasks(CheckOptions((str(root),)), terminal.env)[0]
    )
    step, clear = progress(terminal, sum(isinstance(i, InputFile) for task in tasks for i in task.inputs))
    try:
        found = survey_words(tasks, seen.language, lambda: step(None))
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        clear()
    for failed in dict.fromkeys(found.failed):
        terminal.say(f"localproof: skipped: {one_line(f'{failed.what}: {failed.reason}')}")
    seen = detect_dialect(seen, found)
    if file is not None:
        terminal.say(f"localproof: {one_line(str(file))} is there, and stays as it is")
        if seen.evidence and seen.language != load_settings(root, {}, terminal.env).language:
            terminal.say(
                f"localproof: its texts want a line: language = {json.dumps(seen.language)}  # {seen.evidence}"
            )
    else:
        write_new(target, settings_text(seen).encode("utf-8"))
        terminal.say(f"localproof: wrote {one_line(str(root / FILE))}")
    return _words(root, seen, found, tasks, terminal, yes=yes)


def detect_dialect(seen: ProjectTraits, found: WordSurvey) -> ProjectTraits:
    """`seen` with the English that the texts are spelled in, where nothing says which it is."""
    dialect = found.dialect() if seen.said_by == "default" else ""
    if not dialect:
        return seen
    texts = found.british if dialect == "en-GB" else found.american
    others = found.british + found.american - texts
    name = "British" if dialect == "en-GB" else "American"
    evidence = f"{texts:,} text{'' if texts == 1 else 's'} lean{'s' if texts == 1 else ''} to {name} spelling"
    return replace(seen, language=dialect, evidence=evidence + (f", {others:,} to the other" if others else ""))


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


def _words(
    root: Path, seen: ProjectTraits, found: WordSurvey, tasks: Sequence[Task], terminal: Terminal, *, yes: bool
) -> int:
    """Propose words for the project's list: those of the site that spellers doubt."""
    fields = seen.generator.taxonomies if seen.generator else ("tags", "categories")
    terms = set(tags((i for task in tasks for i in task.inputs if isinstance(i, InputFile)), fields))
    settings = load_settings(root, {}, terminal.env)
    words = candidate_words(found, terms, settings.language)
    proposed, mistakes = doubted_words(words, settings, found.texts()) if words else ({}, [])
    if mistakes:
        terminal.say(f"localproof: in several texts, but likely misspelled: {', '.join(map(one_line, mistakes))}")
    if not proposed:
        terminal.say("localproof: no word stands in three texts or more that the dictionaries do not know")
        return CLEAN
    now = dict(list(proposed.items())[:MOST])
    width = max(len(word) for word in now)
    terminal.write("".join(f"{one_line(w):<{width}}  {n:>5,} text{'' if n == 1 else 's'}\n" for w, n in now.items()))
    if later := len(proposed) - len(now):
        terminal.say(f"localproof: {later:,} more stand in fewer texts; run init again for them")
    path = root / ".localproof/dictionary.txt"
    many = f"{len(now):,} word{'' if len(now) == 1 else 's'}"
    if yes or ask_yes_no(terminal, f"Are these {many} right? They go into {one_line(str(path))}."):
        terminal.say(f"localproof: {len(add(path, now)):,} words added to {one_line(str(path))}")
    else:
        terminal.say(
            "localproof: if they are right: localproof init --yes; or some: localproof dict add --project WORD…"
        )
    return CLEAN


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
