"""The homes of LanguageTool side by side: ``python -m bench.languagetool``.

Embedded (LingoTweaker) and the original on Java, in one run on one machine:
how long and how much CPU time a start takes, words per second, memory, energy,
and on how many sentences they differ, with the reason for each rule that does.
The original is the one that `localproof setup languagetool` set up.

    --sentences N   sentences of each set (default 400)
    --sets A,B      which sets of bench.sets (default jfleg-dev,cweb-g)
    --starts N      starts of each kind (default 3)
    --data FOLDER   folder that holds data/ (default ../shared)
"""

from __future__ import annotations

import argparse
import os
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from localproof import energy
from localproof.config import Settings
from localproof.engines import Engine
from localproof.engines.languagetool import LanguageToolEngine
from localproof.engines.original.engine import OriginalLanguageTool
from localproof.engines.original.place import JARS, JavaInstallation, find_installation, install_folder
from localproof.engines.original.worker import JavaServer, ServerConnection
from localproof.report import Finding

from .machine import Peak, named
from .sets import SHARED, load

FIRST = "I should of gone their before teh shop closed."
SETTINGS = Settings(jobs=2, block_timeout_s=60.0, service="off")
# What both have and yet see differently. A rule that only one of them has explains itself.
REASONS = {
    "COMMA_COMPOUND_SENTENCE": "in both; 6.8 asks for a comma between short main clauses more often",
    "MORFOLOGIK_RULE_EN_US": "a name in single quotation marks, which only 6.8 calls a misspelling",
}


@dataclass(frozen=True)
class Start:
    """From the command to the first answer: seconds, and seconds of CPU of all processes."""

    wall_s: float
    cpu_s: float


def main() -> None:
    """Print the report on standard output."""
    parser = argparse.ArgumentParser(prog="python -m bench.languagetool")
    parser.add_argument("--sentences", type=int, default=400)
    parser.add_argument("--sets", default="jfleg-dev,cweb-g")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--data", type=Path, default=SHARED)
    args = parser.parse_args()
    found = find_installation(install_folder())
    if found is None:
        raise SystemExit("the original is not set up: localproof setup languagetool")
    texts = [item.text for name in args.sets.split(",") for item in load(name, args.data)[: args.sentences]]
    print(f"Machine: {named()}; load {os.getloadavg()[0]:.1f} at the beginning.")
    print(f"Java: {found.java_version}. {len(texts):,} sentences of {args.sets}, {_words(texts):,} words.\n")
    for line in starts(found, args.starts):
        print(line, flush=True)
    answers = {}
    print("\n| home | words/s | words per CPU second | memory, peak | energy | per 1,000 words |")
    print("|---|---|---|---|---|---|")
    homes: dict[str, Callable[[], Engine]] = {
        "embedded": lambda: LanguageToolEngine(SETTINGS),
        "Java": lambda: OriginalLanguageTool(SETTINGS, "java"),
    }
    for name, build in homes.items():
        row, answers[name] = work(name, build, texts)
        print(row, flush=True)
    for line in differences(texts, answers["embedded"], answers["Java"], found):
        print(line)


def starts(found: JavaInstallation, runs: int) -> list[str]:
    """A table of starts, taken in turn."""
    kinds: dict[str, Callable[[], Start]] = {
        "embedded": lambda: _engine_start(LanguageToolEngine(SETTINGS)),
        "Java as it comes": lambda: _java_start(replace(found, archive=""), "-XX:TieredStopAtLevel=4"),
        "Java as LocalProof starts it": lambda: _java_start(found),
    }
    taken: dict[str, list[Start]] = {name: [] for name in kinds}
    for _ in range(runs):
        for name, begin in kinds.items():
            taken[name].append(begin())
    rows = ["| start to first answer | seconds | CPU seconds |", "|---|---|---|"]
    for name, each in taken.items():
        wall, cpu = median(s.wall_s for s in each), median(s.cpu_s for s in each)
        rows.append(f"| {name} | {wall:.1f} | {cpu:.1f} |")
    plain, quick = (median(s.cpu_s for s in taken[k]) for k in list(kinds)[1:])
    return [*rows, f"\nAs LocalProof starts it, Java needs {quick / plain:.0%} of the CPU time of a plain start."]


def _engine_start(engine: Engine) -> Start:
    begun = time.monotonic()
    engine.start()
    engine.submit(FIRST).result(300)
    start = Start(time.monotonic() - begun, sum(map(_cpu_s, engine.pids())))
    engine.close()
    return start


def _java_start(found: JavaInstallation, *flags: str) -> Start:
    begun = time.monotonic()
    options = {"threads": 1, "limit_s": 60.0, "ngrams": ""}
    java = JavaServer(found, options, *flags)
    session = ServerConnection(f"http://127.0.0.1:{java.port}", 60.0, elsewhere=False, program=java.program)
    session.ask("/v2/check", {"language": "en-US", "text": FIRST})
    start = Start(time.monotonic() - begun, _cpu_s(java.program.pid))
    java.end()
    return start


def _cpu_s(pid: int) -> float:
    """CPU seconds of a live process (Linux)."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e9


def work(name: str, build: Callable[[], Engine], texts: Sequence[str]) -> tuple[str, list[set[tuple[str, str]]]]:
    """A row on an engine that is warm, and what it found in each text."""
    engine = build()
    engine.submit(FIRST).result(300)
    with energy.open_window(SETTINGS, pids=engine.pids, calibration=energy.stored_calibration()) as window:
        before, begun = sum(map(_cpu_s, engine.pids())), time.monotonic()
        with Peak(os.getpid()) as peak:
            futures = [engine.submit(text) for text in texts]
            found = [_said(text, future.result(300)) for text, future in zip(texts, futures, strict=True)]
        seconds, cpu = time.monotonic() - begun, sum(map(_cpu_s, engine.pids())) - before
        used = window.close(_words(texts))
    engine.close()
    words = _words(texts)
    joules = "unavailable" if used.joules is None else f"{used.joules:.0f} J, {used.status}"
    each = "" if used.joules is None else f"{1000 * used.joules / words:.1f} J"
    memory = f"{peak.bytes / 2**20:.0f} MiB"
    return f"| {name} | {words / seconds:,.0f} | {words / cpu:,.0f} | {memory} | {joules} | {each} |", found


def _said(text: str, findings: Sequence[Finding]) -> set[tuple[str, str]]:
    return {(f.rule.partition("/")[2], f"{f.span.start}:{f.span.of(text)}") for f in findings}


def _words(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)


def differences(
    texts: Sequence[str],
    embedded: list[set[tuple[str, str]]],
    java: list[set[tuple[str, str]]],
    found: JavaInstallation,
) -> list[str]:
    """How many sentences differ, and a table by rule with the reason."""
    pairs = list(zip(embedded, java, strict=True))
    differ = sum(a != b for a, b in pairs)
    both = sum(len(a & b) for a, b in pairs)
    only = [Counter(rule for a, b in pairs for rule, _ in (a - b if way == 0 else b - a)) for way in (0, 1)]
    rows = [
        f"\nThey say the same of {len(texts) - differ:,} of {len(texts):,} sentences, and differ on {differ:,}: "
        f"{both:,} findings are of both, {sum(only[0].values()):,} of the embedded one alone, "
        f"{sum(only[1].values()):,} of Java alone.\n"
    ]
    if not differ:
        return rows
    rows += ["| rule | embedded alone | Java alone | why |", "|---|---|---|---|"]
    here, there = _embedded_rules(), _rules_of(found)
    for rule, _ in (only[0] + only[1]).most_common():
        rows.append(f"| {rule} | {only[0][rule]} | {only[1][rule]} | {_why(rule, here, there, only)} |")
    return rows


def _why(rule: str, here: set[str], there: set[str], only: Sequence[Mapping[str, int]]) -> str:
    if rule in REASONS:
        return REASONS[rule]
    if rule in here and rule not in there:
        return "newer than 6.8: the embedded rules are those of 6.9-SNAPSHOT"
    if rule in there and rule not in here:
        return "in 6.8, and taken out since"
    if rule in here:
        return "in both; its patterns, or the words they are about, changed between 6.8 and 6.9-SNAPSHOT"
    return (
        "a rule that is code, of which the port's differs" if only[0][rule] else "a rule that is code, not ported alike"
    )


def _embedded_rules() -> set[str]:
    """The ids that the rule files of the embedded engine name."""
    spec = find_spec("lingotweaker_data_en")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return {id for place in places for path in Path(place).rglob("*.xml") for id in _ids(path.read_text("utf-8"))}


def _rules_of(found: JavaInstallation) -> set[str]:
    """The ids that the rule files of the original name."""
    ids: set[str] = set()
    for path in (found.folder / JARS).glob("language-*.jar"):
        with zipfile.ZipFile(path) as jar:
            for name in jar.namelist():
                if name.startswith("org/languagetool/rules/en") and name.endswith(".xml"):
                    ids |= _ids(jar.read(name).decode("utf-8"))
    return ids


def _ids(rules: str) -> set[str]:
    return set(re.findall(r'<rule(?:group)?\s[^>]*?\bid="([^"]+)"', rules))


if __name__ == "__main__":
    main()
