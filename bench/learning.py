"""What learning from a writer is worth, on real corrections.

    python -m bench.learning [--least 500]         # repositories of the corpus with so many corrections
    python -m bench.learning FOLDER AUTHOR …       # the author's small corrections in a history of your own

In the order of time, of each passage as it was: a finding that its correction mends is right, one that the correction
leaves standing is one that this writer did not mend. Two tables:

- learned on the first half, measured on the second: what the quiet profile shows, and, at the same number of flags, how
  many of them were mended;
- the first hundred findings that the quiet profile shows and the last hundred, without learning and with each passage
  judged with what those before it taught.

Of a history of your own also: texts as they were first committed, in the order of time, gone through by somebody who
accepts what is right. That is what a reader said (`learning-read.tsv`, for three blogs, cloned into folders of those
names), else what was mended since; what still stands is then no more than a hint.

The first takes the answers of the engines that `training.flags corrections more-corrections` collected, the second asks
them. A repository stands for a writer there, though several write in most.
"""

from __future__ import annotations

import json
import lzma
import os
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localproof.commands.learned_history import is_slip, mends, slip_evidence
from localproof.config import Settings, cache_folder
from localproof.engines.patterns import own_matcher
from localproof.formats import read
from localproof.pipeline.checker import Checker
from localproof.pipeline.merging import merge_findings
from localproof.project.git_changes import GIT, GIT_ENV
from localproof.project.git_history import Change, Correction, corrections_by
from localproof.report import Finding, Unavailable
from localproof.scoring import count_words, score_finding, threshold
from localproof.scoring.learning import NOTHING, Evidence, Learned, evidence_of, fit
from localproof.text import Block, Piece, Span
from localproof.workers.captured_output import output_of

MOST = 400  # corrections of one history
MOST_TEXTS = 150
_AROUND = 25  # code points to each side, by which a place is known again
LEAST = 500  # corrections of a repository of the corpus
READ = Path(__file__).with_name("learning-read.tsv")
ALONE = ("benbalter", "everything-curl")  # of one writer, whatever the number


@dataclass(frozen=True)
class Judged:
    """A finding in a passage as it was, and whether the writer mended it. `agreed` is the evidence that it is."""

    finding: Finding
    flagged: str
    mended: bool
    evidence: Evidence


@dataclass(frozen=True)
class Passage:
    """What was found in one passage, and the slips in it that nothing spoke of."""

    findings: tuple[Judged, ...]
    slips: tuple[Evidence, ...]

    def evidence(self) -> tuple[Evidence, ...]:
        """What it teaches."""
        return (*(j.evidence for j in self.findings if (j.finding.probability or 0) >= 0.1 or j.mended), *self.slips)


def judge(correction: Correction, checker: Checker) -> Passage:
    """What the engines say of a passage before and after its correction."""
    try:
        reports = [
            checker.check(read("passage.md", text, checker.settings)) for text in (correction.before, correction.after)
        ]
    except Unavailable:
        return Passage((), ())
    before, after = ((*r.findings, *r.held_back) for r in reports)
    left = {(f.rule, f.span.of(correction.after)) for f in after}
    found, told = [], set()
    for finding in before:
        change = next((c for c in correction.changes if mends(correction.before, finding, c)), None)
        flagged = finding.span.of(correction.before)
        if change is None and (finding.rule, flagged) not in left:
            continue  # changed in another way: that says nothing for sure
        decision = "stood" if change is None else "accepted"
        evidence = evidence_of(finding, flagged, decision, correction.date, "history")
        found.append(Judged(finding, flagged, change is not None, evidence))
        if change is not None:
            told.add(change)
    slips = tuple(
        slip_evidence(c, correction.date, "history") for c in correction.changes if c not in told and is_slip(c)
    )
    return Passage(tuple(found), slips)


def probability(judged: Judged, learned: Learned) -> float:
    """How likely a finding is with what was learned."""
    padded = judged.flagged + " "
    moved = Finding(
        type(judged.finding.span)(0, len(judged.flagged)),
        judged.finding.rule,
        "",
        judged.finding.edits,
        kind=judged.finding.kind,
        probability=judged.finding.probability,
    )
    return learned.rescored(padded, moved).probability or 0.0


def halves(passages: Sequence[Passage]) -> tuple[str, ...]:
    """A row of the first table."""
    middle = len(passages) // 2
    learned = fit([e for p in passages[:middle] for e in p.evidence()])
    test = [j for p in passages[middle:] for j in p.findings]
    least = threshold("quiet")
    alone = sorted(test, key=lambda j: -probability(j, NOTHING))
    taught = sorted(test, key=lambda j: -probability(j, learned))
    shown = [j for j in test if probability(j, NOTHING) >= least]
    with_it = [j for j in test if probability(j, learned) >= least]
    same = len(shown)
    return (
        f"{sum(j.mended for j in shown)} of {len(shown)}",
        f"{sum(j.mended for j in with_it)} of {len(with_it)}",
        f"{sum(j.mended for j in alone[:same])}",
        f"{sum(j.mended for j in taught[:same])}",
        f"{sum(j.mended for j in test)}",
    )


def collected(least: int) -> dict[str, list[Passage]]:
    """By repository of the corpus with at least so many corrections, its passages in the order of time."""
    from training import flags
    from training.corpus import CORPUS

    rows: dict[str, dict[str, Any]] = {}
    for file in ("corrections", "more"):
        with lzma.open(CORPUS / "corrections" / f"{file}.jsonl.xz", "rt", encoding="utf-8") as lines:
            rows |= {row["id"]: row for row in map(json.loads, lines)}
    counts = Counter(row["repo"] for row in rows.values())
    found: dict[str, list[tuple[str, Passage]]] = {}
    for name in ("corrections", "more-corrections"):
        with (flags.CACHE / "flags" / f"{name}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                row = rows.get(line[2:].partition('"')[0])
                if row is None or not (counts[row["repo"]] >= least or row["repo"] in ALONE):
                    continue
                _, text, said = json.loads(line)
                told = (*flags._unpacked(said), *own_matcher().findings(text))
                if row["before"] == text:
                    passage = judge_row(row, merge_findings(text, told))
                    found.setdefault(row["repo"], []).append((row["date"], passage))
    return {repo: [p for _, p in sorted(some, key=lambda pair: pair[0])] for repo, some in found.items()}


def judge_row(row: dict[str, Any], findings: Sequence[Finding]) -> Passage:
    """A correction of the corpus with what the engines had said of the sentence, scored."""
    text = row["before"]
    whole = Span(0, len(text))
    block = Block("paragraph", text, (Piece(whole, whole, "text"),))
    words = count_words([block])
    changes = [Change(Span(a, b), text[a:b], new) for a, b, new, _ in row["edits"]]
    found, told = [], set()
    for finding in findings:
        scored = score_finding(block, finding, words)
        flagged = scored.span.of(text)
        change = next((c for c in changes if mends(text, scored, c)), None)
        if change is None and any(c.span.overlaps(scored.span) for c in changes):
            continue  # changed in another way: that says nothing for sure
        decision = "stood" if change is None else "accepted"
        found.append(
            Judged(scored, flagged, change is not None, evidence_of(scored, flagged, decision, row["date"], "history"))
        )
        told |= {change} - {None}
    slips = tuple(slip_evidence(c, row["date"], "history") for c in changes if c not in told and is_slip(c))
    return Passage(tuple(found), slips)


@dataclass(frozen=True)
class FirstVersion:
    """A text as it was first committed, when and under which name, and what it is `now`."""

    date: str
    path: str
    first: str
    now: str


def first_versions(folder: Path, wanted: Collection[str], most: int) -> list[FirstVersion]:
    """The texts that are still there, by way of their renames: those that once had a `wanted` name, in the order of
    time; where none is wanted, so many of the oldest."""
    log = _git(folder, "log", "-M40%", "--diff-filter=AR", "--format=%x01%H %cs", "--name-status", "--no-merges")
    now = {n: n for n in _git(folder, "ls-tree", "-r", "--name-only", "HEAD").splitlines() if _is_text(n)}
    born: dict[str, tuple[str, str, str]] = {}
    commit = date = ""
    for line in log.splitlines():  # the newest first
        if line.startswith("\x01"):
            commit, date = line[1:].split()
            continue
        change, *names = line.split("\t")
        if names and names[-1] in now:
            if change == "A":
                born[now[names[0]]] = (date, names[0], commit)
            elif len(names) == 2:
                now[names[0]] = now[names[1]]
    some = sorted((each, path) for path, each in born.items() if not wanted or each[1] in wanted)[: most or None]
    return [
        FirstVersion(date, name, _git(folder, "show", f"{commit}:{name}"), _git(folder, "show", f"HEAD:{path}"))
        for (date, name, commit), path in some
    ]


def _is_text(name: str) -> bool:
    return Path(name).suffix in (".md", ".dj", ".djot", ".adoc") and Path(name).name.lower() != "readme.md"


def _git(folder: Path, *arguments: str) -> str:
    return output_of([*GIT[:-1], *arguments], folder, env=GIT_ENV).decode("utf-8", "replace")


def reader_says() -> dict[str, dict[tuple[str, int, str], bool]]:
    """By writer what a reader said of findings, which go by path, place and rule."""
    said: dict[str, dict[tuple[str, int, str], bool]] = {}
    for line in READ.read_text("utf-8").splitlines():
        if not line.startswith(("#", "writer\t")):
            writer, path, start, rule, useful = line.split("\t")
            said.setdefault(writer, {})[path, int(start), rule] = useful == "yes"
    return said


def judge_text(text: FirstVersion, checker: Checker, said: Mapping[tuple[str, int, str], bool]) -> tuple[Judged, ...]:
    """What the engines say of a text: right is what the reader `said` so, and where nobody read it what the writer has
    mended since; what was rewritten is then left out."""
    try:
        report = checker.check(read(Path(text.path).name, text.first, checker.settings))
    except Unavailable:
        return ()
    found = []
    for finding in sorted((*report.findings, *report.held_back), key=lambda f: f.span):
        flagged = finding.span.of(text.first)
        place = text.path, finding.span.start, finding.rule
        right = said.get(place) if said else _was_mended(finding, flagged, text)
        if right is not None:
            decision = "accepted" if right else "ignored" if said else "stood"
            where = "review" if said else "history"
            found.append(Judged(finding, flagged, right, evidence_of(finding, flagged, decision, text.date, where)))
    return tuple(found)


def _was_mended(finding: Finding, flagged: str, text: FirstVersion) -> bool | None:
    before = text.first[max(finding.span.start - _AROUND, 0) : finding.span.start]
    after = text.first[finding.span.end : finding.span.end + _AROUND]
    if any(e.span == finding.span and before + e.text + after in text.now for e in finding.edits):
        return True
    return False if before + flagged + after in text.now else None


def walk(texts: Sequence[tuple[Judged, ...]], least: float) -> tuple[list[bool], list[bool]]:
    """What a writer meets who goes through all findings at least so likely, text by text, accepts what is right and
    leaves the rest: whether each that is shown is right, without learning, and with what the texts before taught."""
    evidence: list[Evidence] = []
    plain: list[bool] = []
    shown: list[bool] = []
    for findings in texts:
        learned = fit(evidence)
        seen = [j for j in findings if probability(j, learned) >= least]
        shown += [j.mended for j in seen]
        plain += [j.mended for j in findings if probability(j, NOTHING) >= least]
        evidence += [j.evidence for j in seen]  # of what was not shown nothing was decided
    return plain, shown


def ranked(texts: Sequence[tuple[Judged, ...]], least: float) -> tuple[str, str]:
    """Of the findings at least so likely without learning, each judged with what the texts before it taught: how many
    are right of as many as are right in all, in the first half and in the second; without learning, with it."""
    evidence: list[Evidence] = []
    rows: list[tuple[float, float, bool]] = []
    for findings in texts:
        learned = fit(evidence)
        seen = [j for j in findings if probability(j, NOTHING) >= least]
        rows += [(probability(j, NOTHING), probability(j, learned), j.mended) for j in seen]
        evidence += [j.evidence for j in seen]
    middle = len(rows) // 2
    cells = []
    for half in (rows[:middle], rows[middle:]):
        right = sum(row[2] for row in half)
        alone, taught = (sum(r[2] for r in sorted(half, key=lambda r: -r[way])[:right]) for way in (0, 1))
        cells.append(f"{alone} → {taught} of {right}")
    return cells[0], cells[1]


def hundreds(passages: Sequence[Passage], size: int = 100) -> tuple[str, ...]:
    """A row of the second table: of the first and the last `size` findings that are shown, how many were mended."""
    evidence: list[Evidence] = []
    shown: list[bool] = []
    plain: list[bool] = []
    least = threshold("quiet")
    learned = NOTHING
    for number, passage in enumerate(passages):
        if number % 20 == 0:
            learned = fit(evidence)
        shown += [j.mended for j in passage.findings if probability(j, learned) >= least]
        plain += [j.mended for j in passage.findings if probability(j, NOTHING) >= least]
        evidence += passage.evidence()
    parts = (plain[:size], plain[-size:], shown[:size], shown[-size:])
    return tuple(f"{sum(part)} of {len(part)}" for part in parts)


def main(arguments: Sequence[str]) -> None:
    """Print both tables."""
    histories: dict[str, list[Passage]] = {}
    texts: dict[str, list[tuple[Judged, ...]]] = {}
    read_by = reader_says()
    if arguments and arguments[0] != "--least":
        with Checker(Settings(cache_folder=cache_folder(os.environ))) as checker:
            for folder, author in zip(arguments[::2], arguments[1::2], strict=True):
                name = Path(folder).name
                some = [judge(c, checker) for c in corrections_by(Path(folder), author, MOST)]
                histories[name] = some
                known = read_by.get(name, {})
                first = first_versions(Path(folder), {path for path, _, _ in known}, 0 if known else MOST_TEXTS)
                texts[name] = [judge_text(text, checker, known) for text in first]
    else:
        histories = collected(int(arguments[1]) if arguments else LEAST)
    rows = [(name, len(some), halves(some), hundreds(some)) for name, some in sorted(histories.items()) if some]
    print("| history | corrections | mended of shown | learned | at the same number | learned | mended in all |")
    print("|---|---|---|---|---|---|---|")
    for name, count, half, _ in rows:
        print(f"| {name} | {count} | {' | '.join(half)} |")
    print("\n| history | first hundred | last hundred | learned: first | learned: last |")
    print("|---|---|---|---|---|")
    for name, _, _, hundred in rows:
        print(f"| {name} | {' | '.join(hundred)} |")
    for name, every in texts.items():
        print_texts(name, every, "useful" if name in read_by else "mended since")


def print_texts(name: str, texts: Sequence[tuple[Judged, ...]], right: str, size: int = 100) -> None:
    """Two tables: what is shown at some thresholds, and how findings are ranked."""

    def of(shown: Sequence[bool]) -> str:
        return f"{sum(shown)} of {len(shown)}" if shown else "–"

    print(f"\n{name}, {len(texts)} texts: {right} of shown, without learning → with it\n")
    print(f"| at least so likely | all | first {size} | second {size} | last {size} |\n|---|---|---|---|---|")
    for least in (threshold("quiet"), threshold("balanced"), 0.2, *(() if right == "useful" else (0.1,))):
        both = walk(texts, least)
        parts = ((shown, shown[:size], shown[size : 2 * size], shown[-size:]) for shown in both)
        cells = [f"{of(plain)} → {of(taught)}" for plain, taught in zip(*parts, strict=True)]
        print(f"| {least} | {' | '.join(cells)} |")
    print("\nof as many of the likeliest as are right: first half {}, second half {}".format(*ranked(texts, 0.2)))


if __name__ == "__main__":
    main(sys.argv[1:])
