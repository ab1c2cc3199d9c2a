"""What LocalProof finds and what it costs in false alarms: ``python -m bench.quality``.

Runs the product over the gold sets and two blogs, each engine by itself and
both with the judge, and prints Markdown tables: the summary that README quotes
first, then each set, kinds of error, and whether the judge's probabilities
mean what they say. Sets that may not be shared are only measured with.

    safe            instead: how many of the corrections that --fix makes are exactly the editor's, by rule
    --data FOLDER   folder that holds data/ and corpus/ (default ../shared)
    --set NAME      only this set, or "blogs" (may be given again); read-blogs and suites have tables of their own
    --model ID      the language model of the rows that have one (default: LocalProof's own; none: no such rows)
    --every N       every Nth item only, for a quick look
    --details       more tables: each set, by kind, calibration, without punctuation
    --json FILE     all figures as JSON too

A sentence is a document of its own here, so the judge sees less of its
surroundings than in use. The engines' rows are what the engine says inside
LocalProof before the judge, one flag a place.
"""

from __future__ import annotations

import argparse
import json
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localproof.config import BUNDLED

from . import blogs_read, safe, scorer
from .machine import named
from .product import Proofread, proofread
from .scorer import Counts, Flag, Result
from .sets import SETS, SHARED, Item, load

System = Mapping[int | str, Iterable[Flag]]
QUOTED = ("corrections", "cweb-g", "cweb-s", "jfleg-dev", "eracond", "realec")
BLOGS = {"simonw-til": "en-US", "remysharp": "en-GB"}
ROWS = (
    "Harper alone",
    "LanguageTool alone",
    "either",
    "both, the same edit",
    "LocalProof balanced",
    "LocalProof quiet",
    "LocalProof balanced, with its model",
    "LocalProof quiet, with its model",
)
BOTH = ("harper", "languagetool")
WITH = ", with its model"


@dataclass(frozen=True)
class Measured:
    """One set and what each row of the table says of it. `judged` holds every finding with its probability."""

    name: str
    items: list[Item]
    rows: dict[str, System]
    judged: System
    skipped: int


def main() -> None:
    """Print the report on standard output, progress on standard error."""
    args = _arguments()
    if args.part == "safe":
        print(f"Machine: {named()}.\n")
        for name in args.set or ["corrections"]:
            items = load(name, args.data)[:: args.every]
            for line in safe.report(name, len(items), safe.fixes(items, proofread)):
                print(line)
        return
    wanted = args.set or [*QUOTED, "blogs"]
    for name in [name for name in wanted if name in ("read-blogs", "suites")]:
        wanted.remove(name)
        for line in blogs_read.report(
            name, args.data, proofread, "" if args.model == "none" else args.model, args.every
        ):
            print(line)
    if not wanted:
        return
    model = "" if args.model == "none" else args.model
    sets = [measure(name, load(name, args.data)[:: args.every], proofread, model) for name in wanted if name != "blogs"]
    blogs = measure_blogs(args.data, proofread, args.every, model) if "blogs" in wanted else {}
    print(f"Machine: {named()}.\n")
    for line in report(sets, blogs, details=args.details):
        print(line)
    if args.json:
        args.json.write_text(json.dumps(figures(sets, blogs), indent=1) + "\n", encoding="utf-8")


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description="Quality side by side.")
    parser.add_argument("part", nargs="?", choices=("all", "safe"), default="all")
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--set", action="append", choices=(*SETS, "blogs"), default=[])
    parser.add_argument("--model", default=BUNDLED)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--details", action="store_true")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def measure(name: str, items: list[Item], proofread: Proofread, model: str = BUNDLED) -> Measured:
    """Run the product over `items`: each engine by itself, both, and both with the language model `model`, if any."""
    texts: dict[int | str, str] = {item.id: item.text for item in items if item.text.strip()}
    answers = {}
    with_model = (*BOTH, *filter(None, (model,)))
    for engines in dict.fromkeys((("harper",), ("languagetool",), BOTH, with_model)):
        print(f"{name}: {len(texts)} texts, {' + '.join(engines)}", file=sys.stderr)
        answers[engines] = proofread(texts, engines, "en-US", "plain")
    both = answers[BOTH]
    alone = [
        scorer.one_per_place(items, {id: [s.flag for s in answer.said] for id, answer in answers[(engine,)].items()})
        for engine in ("harper", "languagetool")
    ]
    rows: dict[str, System] = {
        "Harper alone": alone[0],
        "LanguageTool alone": alone[1],
        "either": scorer.union(*alone),
        "both, the same edit": scorer.agreement(items, alone[1], alone[0]),
    }
    for engines, how in {BOTH: "", with_model: WITH}.items() if model else {BOTH: ""}.items():
        for profile in ("balanced", "quiet"):
            rows[f"LocalProof {profile}{how}"] = {
                id: [s.flag for s in answer.said if profile in s.profiles] for id, answer in answers[engines].items()
            }
    judged = {id: [s.flag for s in answer.said] for id, answer in both.items()}
    return Measured(name, items, rows, judged, sum(len(a.skipped) for got in answers.values() for a in got.values()))


def measure_blogs(
    shared: Path, proofread: Proofread, every: int = 1, model: str = BUNDLED
) -> dict[str, dict[str, Any]]:
    """For each blog: files, words, and for each profile the flags by rule."""
    out: dict[str, dict[str, Any]] = {}
    for blog, language in BLOGS.items():
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(shared / "data" / "blogs" / f"{blog}.tar.xz") as tar:
                tar.extractall(folder, filter="data")
            paths = sorted(Path(folder).rglob("*.md"))[::every]
            print(f"{blog}: {len(paths)} files", file=sys.stderr)
            texts: dict[int | str, str] = {str(p): p.read_text(encoding="utf-8", errors="replace") for p in paths}
            answers = proofread(texts, BOTH, language, "markdown")
            others = proofread(texts, (*BOTH, model), language, "markdown") if model else {}
        flags: dict[str, dict[str, int]] = {}
        for how, found in (("", answers), (WITH, others)):
            for profile in ("all", "balanced", "quiet") if found else ():
                rules = [said.rule for a in found.values() for said in a.said if profile in said.profiles]
                flags[f"{profile}{how}"] = dict(Counter(rules))
        out[blog] = {"files": len(paths), "words": sum(a.words for a in answers.values()), "flags": flags}
    return out


def report(sets: list[Measured], blogs: Mapping[str, Any], *, details: bool = False) -> Iterator[str]:
    """The whole report, line by line."""
    results = {s.name: {row: _result(s, system) for row, system in s.rows.items()} for s in sets if s.name != "realec"}
    if results:
        yield from _summary(results, blogs)
    for measured in sets:
        if measured.skipped:
            yield f"\n{measured.name}: {measured.skipped} parts could not be checked."
        if details:
            yield from _details(measured, results)
    if blogs:
        yield from _blogs(blogs)


def _result(measured: Measured, system: System) -> Result:
    items = scorer.core(measured.items) if measured.name in ("corrections", "late") else measured.items
    return scorer.score(items, system)


_COLUMNS: tuple[tuple[str, str, Callable[[Result], str]], ...] = (
    ("corrections", "corrections, core kinds: found P / R", lambda r: _pr(r.detection)),
    ("corrections", "… and right correction P / R", lambda r: _pr(r.correction)),
    ("cweb-g", "CWEB-G: found P / R", lambda r: _pr(r.detection)),
    ("cweb-g", "… alarms on clean sentences / 1,000 tokens", lambda r: f"{r.false_alarms_per_1k:.1f}"),
    ("cweb-s", "CWEB-S: found P / R", lambda r: _pr(r.detection)),
    ("cweb-s", "… alarms on clean sentences / 1,000 tokens", lambda r: f"{r.false_alarms_per_1k:.1f}"),
    ("jfleg-dev", "JFLEG-dev: right correction P / R", lambda r: _pr(r.correction)),
    ("eracond", "ErAConD: right correction P / R", lambda r: _pr(r.correction)),
)


def _summary(results: Mapping[str, Mapping[str, Result]], blogs: Mapping[str, Any]) -> Iterator[str]:
    columns = [column for column in _COLUMNS if column[0] in results]
    heads = [head for _, head, _ in columns] + [f"{blog}: flags / 1,000 words" for blog in blogs]
    yield from _head(["", *heads])
    for row in (row for row in ROWS if all(row in result for result in results.values())):
        cells = [shown(results[name][row]) for name, _, shown in columns]
        for facts in blogs.values():
            flags = facts["flags"].get(row.removeprefix("LocalProof "))
            cells.append("" if flags is None else f"{1000 * sum(flags.values()) / facts['words']:.1f}")
        yield f"| {row} | " + " | ".join(cells) + " |"


def _details(measured: Measured, results: Mapping[str, Mapping[str, Result]]) -> Iterator[str]:
    if measured.name == "realec":
        yield from _tokens(measured)
        return
    core = measured.name in ("corrections", "late")
    yield f"\n### {measured.name}{', core kinds' if core else ''} ({len(measured.items):,} items)\n"
    names = ["found P", "R", "F0.5", "right correction P", "R", "F0.5", "touched P", "R", "without punctuation F0.5"]
    yield from _head(["", *names, "flags / 1,000 tokens", "on clean sentences"])
    for row, system in measured.rows.items():
        result = results[measured.name][row]
        items = scorer.core(measured.items) if core else measured.items
        bare = scorer.score(items, system, punctuation=False)
        cells = [
            *_prf(result.detection),
            *_prf(result.correction),
            *_prf(result.overlap)[:2],
            _number(bare.correction.f05),
        ]
        clean = f"{result.false_alarms_per_1k:.1f}" if result.clean_tokens else ""
        rates = f"{result.flags_per_1k:.1f} | {clean}"
        yield f"| {row} | " + " | ".join(cells) + f" | {rates} |"
    if core:
        yield from _kinds(measured)
    yield from _curve(measured)
    yield from _calibration(measured)


def _tokens(measured: Measured) -> Iterator[str]:
    yield f"\n### realec, tokens ({len(measured.items):,} items)\n"
    yield from _head(["", "found P", "R", "F0.5"])
    for row, system in measured.rows.items():
        yield f"| {row} | " + " | ".join(_prf(scorer.score_tokens(measured.items, system))) + " |"


def _kinds(measured: Measured) -> Iterator[str]:
    yield "\nShare of the errors of each kind that are touched / rightly corrected:\n"
    yield from _head(["kind", "number", *measured.rows])
    found = {row: scorer.by_kind(measured.items, system) for row, system in measured.rows.items()}
    for kind, (number, _, _) in next(iter(found.values())).items():
        shares = [f"{found[row][kind][1]:.2f} / {found[row][kind][2]:.2f}" for row in measured.rows]
        yield f"| {kind} | {number} | " + " | ".join(shares) + " |"


def _curve(measured: Measured) -> Iterator[str]:
    items = scorer.core(measured.items) if measured.name in ("corrections", "late") else measured.items
    points = scorer.curve(items, measured.judged)
    yield "\nFound at a given recall, by the cut on the judge's probability:\n"
    yield from _head(["recall", "cut", "found P", "right correction P", "R", "flags / 1,000 tokens"])
    for recall in (0.05, 0.1, 0.12, 0.14, 0.2, 0.3, 0.4, 0.5, 0.6):
        if (point := scorer.at_recall(points, recall)) is not None:
            r = point.result
            cells = [*_prf(r.detection)[:1], *_prf(r.correction)[:2], f"{r.flags_per_1k:.1f}"]
            yield f"| {recall} | {point.cut:.2f} | " + " | ".join(cells) + " |"


def _calibration(measured: Measured) -> Iterator[str]:
    """Ten bins of the probability that was said, and the share of flags in each that any annotator confirms."""
    yield "\nWhat was said and what was true:\n"
    yield from _head(["said", "flags", "mean said", "found", "right correction", "touched", ""])
    for low, count, said, found, right, touched in reliability(measured.items, measured.judged):
        bar = "█" * round(20 * found)
        shares = f"{said:.2f} | {found:.2f} | {right:.2f} | {touched:.2f}"
        yield f"| {low:.1f} to {low + 0.1:.1f} | {count} | {shares} | {bar} |"


def reliability(items: Iterable[Item], judged: System) -> list[tuple[float, int, float, float, float, float]]:
    """For each tenth of probability that holds flags: (its lower bound, flags, mean probability, shares that are
    found, rightly corrected, touched)."""
    bins: dict[int, list[tuple[float, scorer.Verdict]]] = {}
    for item in items:
        for flag in judged.get(item.id, ()):
            bins.setdefault(min(9, int(10 * flag.probability)), []).append(
                (flag.probability, scorer.verdict(item, flag))
            )
    out = []
    for tenth, pairs in sorted(bins.items()):
        n = len(pairs)
        mean = sum(p for p, _ in pairs) / n
        shares = [sum(getattr(v, name) for _, v in pairs) / n for name in ("detected", "corrected", "overlaps")]
        out.append((tenth / 10, n, mean, shares[0], shares[1], shares[2]))
    return out


def _blogs(blogs: Mapping[str, Any]) -> Iterator[str]:
    yield "\n### Blogs\n"
    yield from _head(["", "files", "words", "all", "balanced", "quiet", "most frequent rules of quiet"])
    for blog, facts in blogs.items():
        rates = [f"{1000 * sum(facts['flags'][p].values()) / facts['words']:.1f}" for p in ("all", "balanced", "quiet")]
        top = sorted(facts["flags"]["quiet"].items(), key=lambda pair: -pair[1])[:6]
        named_rules = ", ".join(f"{rule} {count}" for rule, count in top)
        yield f"| {blog} | {facts['files']} | {facts['words']:,} | " + " | ".join(rates) + f" | {named_rules} |"
    yield "\nFlags per 1,000 words; a flag is not yet a false alarm."


def _head(cells: list[str]) -> Iterator[str]:
    yield "| " + " | ".join(cells) + " |"
    yield "|" + "---|" * len(cells)


def _number(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.0"


def _pr(counts: Counts) -> str:
    return f"{_number(counts.precision)} / {_number(counts.recall)}"


def _prf(counts: Counts) -> list[str]:
    return [_number(counts.precision), _number(counts.recall), _number(counts.f05)]


def figures(sets: list[Measured], blogs: Mapping[str, Any]) -> dict[str, Any]:
    """Every figure of the tables, for a machine."""
    out: dict[str, Any] = {"blogs": blogs}
    for measured in sets:
        if measured.name == "realec":
            rows = {row: {"found": _counts(scorer.score_tokens(measured.items, s))} for row, s in measured.rows.items()}
            out[measured.name] = rows
            continue
        rows = {}
        for row, system in measured.rows.items():
            r = _result(measured, system)
            rows[row] = {"found": _counts(r.detection), "right correction": _counts(r.correction)}
            rows[row] |= {"per 1,000": {"flags": r.flags_per_1k, "on clean sentences": r.false_alarms_per_1k}}
        out[measured.name] = rows
    return out


def _counts(counts: Counts) -> dict[str, float]:
    return {"precision": counts.precision, "recall": counts.recall, "f05": counts.f05, "tp": counts.tp, "fp": counts.fp}


if __name__ == "__main__":
    main()
