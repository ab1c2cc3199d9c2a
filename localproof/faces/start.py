"""`localproof init`: a settings file from what is there, and the words that a site uses all over."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import judge
from ..judge.attested import attested
from ..report import BadInput, Finding, Report, Unavailable
from ..settings import DIALECTS, Settings, find, inside, load
from ..text import visible
from .batch import proofread
from .check import CLEAN, INTERRUPTED, Wishes, plan
from .files import Found, read_source, write_new
from .sites import Generator, site_of
from .terminal import Terminal, agreed, one_line, progress
from .words import add

FILE = ".localproof.toml"
FEWEST = 3  # texts that a word must stand in to be proposed; one that is a tag of the site's needs a single one
_LOOKED_INTO = 100_000  # bytes of a generator's settings
_SAID = re.compile(
    r"(?:languageCode|default_?language|defaultLocale|lang|locale|language)[\"']?\s*[:=]\s*[\"']?(en[-_][A-Za-z]{2})\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'’.-]*[^\W_]")
_POSSESSIVE = re.compile(r"['’]s?$")
# Texts at the top of a project that are lists, forms or by others.
_BY_OTHERS = ("CHANGELOG*.md", "CODE_OF_CONDUCT.md", "LICENSE*.md", "LICENSE*.txt", "LICENCE*.md", "NOTICE*.txt")


@dataclass(frozen=True)
class Seen:
    """What a project shows of itself: its generator and where, its English and who says so, what others wrote."""

    generator: Generator | None
    site: Path
    language: str
    said_by: str
    exclude: tuple[str, ...]


def init(paths: Sequence[str], terminal: Terminal, *, yes: bool) -> int:
    """Write the settings file if there is none, and propose words for the project's list; the exit status.

    Nothing that exists is overwritten. Words are added with `yes` or when a
    person at the terminal agrees. Raises BadInput where a file cannot be written.
    """
    here = Path(paths[0] if paths else ".").absolute()
    if not here.is_dir():
        raise BadInput(f"{one_line(str(here))}: is no folder; name the one that the site is in")
    file, found = find(here)
    root = found or here
    seen = look(root, load(root, {}, terminal.env))
    if file is not None:
        terminal.say(f"localproof: {one_line(str(file))} is there, and stays as it is")
    else:
        write_new(inside(root / FILE, root), settings_text(seen).encode("utf-8"))
        terminal.say(f"localproof: wrote {one_line(str(root / FILE))}")
    return _words(root, seen, terminal, yes=yes)


def look(root: Path, settings: Settings) -> Seen:
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
    return Seen(generator, site, language, said_by, tuple(sorted(exclude)))


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


def settings_text(seen: Seen) -> str:
    """The settings file for what was seen."""
    lines = [
        "# Settings of LocalProof. All keys: localproof config schema; what holds where: localproof config show PATH"
    ]
    if seen.generator:
        folders = ", ".join(glob for glob in seen.generator.passed_over if "*" not in glob)
        lines.append(f"# A {seen.generator.title} site: {folders} are passed over without being named here.")
    if seen.said_by != "default":
        lines.append(f"language = {json.dumps(seen.language)}  # as {visible(Path(seen.said_by).name)} says")
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


def _words(root: Path, seen: Seen, terminal: Terminal, *, yes: bool) -> int:
    tasks, _ = plan(Wishes((str(root),)), terminal.env)
    step, clear = progress(terminal, sum(isinstance(i, Found) for task in tasks for i in task.inputs))
    outcomes = [proofread(task, on_report=step) for task in tasks]
    clear()
    if any(o.interrupted for o in outcomes):
        return INTERRUPTED
    for failed in dict.fromkeys(s for o in outcomes for s in o.run.skipped):
        terminal.say(f"localproof: skipped: {one_line(f'{failed.what}: {failed.reason}')}")
    found = (i for task in tasks for i in task.inputs if isinstance(i, Found))
    fields = seen.generator.taxonomies if seen.generator else ("tags", "categories")
    proposed, doubtful = proposals((r for o in outcomes for r in o.run.reports), set(tags(found, fields)))
    if doubtful:
        terminal.say(
            f"localproof: also in several texts, but they may be mistakes: {', '.join(map(one_line, doubtful))}"
        )
    if not proposed:
        terminal.say("localproof: no word stands in three texts or more that the dictionaries do not know")
        return CLEAN
    width = max(len(word) for word in proposed)
    terminal.write(
        "".join(f"{one_line(w):<{width}}  {n:>5,} text{'' if n == 1 else 's'}\n" for w, n in proposed.items())
    )
    path = root / ".localproof/dictionary.txt"
    many = f"{len(proposed):,} word{'' if len(proposed) == 1 else 's'}"
    if yes or agreed(terminal, f"Are these {many} right? They go into {one_line(str(path))}."):
        terminal.say(f"localproof: {len(add(path, proposed)):,} words added to {one_line(str(path))}")
    else:
        terminal.say(
            "localproof: if they are right: localproof init --yes; or some: localproof dict add --project WORD…"
        )
    return CLEAN


def proposals(reports: Iterable[Report], terms: set[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """(word → how many texts it stands in, words that stand in as many but look like mistakes).

    Words that a spelling rule does not know, in the form they mostly have, the
    most used first: those in `FEWEST` texts or more, and those of `terms` (the
    site's own tags, in lower case) in any.
    """
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    flagged: Counter[str] = Counter()
    mistaken: Counter[str] = Counter()
    for report in reports:
        here: dict[str, str] = {}
        for finding in (*report.findings, *report.held_back):
            if finding.kind == "spelling" and (word := _word_of(finding.span.of(report.document.text))):
                here.setdefault(word.casefold(), word)
                flagged[word.casefold()] += 1
                mistaken[word.casefold()] += _mistake(word, finding)
        for low, word in here.items():
            forms[low][word] += 1
    proposed: dict[str, int] = {}
    doubtful = []
    for low, written in sorted(forms.items(), key=lambda item: (-item[1].total(), item[0])):
        if written.total() < FEWEST and low not in terms:
            continue
        word = min(written, key=lambda w: (-written[w], w))
        if 2 * mistaken[low] > flagged[low] and low not in terms:
            doubtful.append(word)
        else:
            proposed[word] = written.total()
    return proposed, tuple(doubtful)


def _word_of(text: str) -> str:
    """The word that a finding flags, without a possessive ending; "" where it is no single word."""
    word = _POSSESSIVE.sub("", text.strip())
    return word if _WORD.fullmatch(word) else ""


def _mistake(word: str, finding: Finding) -> bool:
    """Whether the word is a listed misspelling, or the judge would speak of it there."""
    table, low = attested(), word.lower().replace("’", "'")
    listed = any(table.misspelling(low, e.text.lower().replace("’", "'")) for e in finding.edits)
    return listed or (finding.probability or 0) >= judge.cut("quiet")


def tags(found: Iterable[Found], fields: Sequence[str]) -> Iterator[str]:
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
