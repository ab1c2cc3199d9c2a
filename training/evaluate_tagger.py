"""How well a tagger does by itself: python -m training.evaluate_tagger FILE.gguf | --run FOLDER [--curve FILE.tsv]

Read raw, without the judge: at each word the likeliest edit, from one
threshold on. Measured on what it was never taught:

- the corrections of held-back repositories: the share of function, agreement
  and real-word errors put right exactly, where edited prose has 0.65 and 0.3
  alarms in 1,000 words;
- read-blogs: obvious errors, and articles, put right exactly, where it says 2,
  3.5 and 5 things elsewhere in 1,000 words (``score.py`` of the set counts).

With `--run` the last checkpoint is measured, and `--curve` gets one more row:
steps, tokens, joules, the figures. `--thresholds` gets for each kind of edit the
probability from which on edited prose has its share of 0.65 alarms.
"""

from __future__ import annotations

import argparse
import io
import json
import runpy
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from localproof.models.network import one_thread_each
from localproof.models.tagger import Tagger
from localproof.scoring.candidate_edits import CandidateEdit
from localproof.scoring.tagging import tagged_words
from localproof.text import Edit, apply_edits

from . import corpus as texts
from .evaluate import of_corrections
from .prepare import say

KINDS = ("function", "agreement", "real-word")
ALARMS = (0.65, 0.3)  # in 1,000 words of edited prose
ELSEWHERE = (2.0, 3.5, 5.0)  # in 1,000 words of read-blogs
SHOWN = ("article", "preposition", "small-word", "agreement", "confusion", "typo", "apostrophe", "doubled")
_PROSE = 120_000  # words of edited prose
COLUMNS = ("step", "tokens", "joules", "right at .65", "right at .3", *(f"obvious at {e}" for e in ELSEWHERE),
           *(f"articles at {e}" for e in ELSEWHERE))  # fmt: skip


@dataclass(frozen=True)
class Said:
    """An edit that the tagger would make of a text, and how likely it holds it."""

    candidate: CandidateEdit
    chance: float


def said_of(tagger: Tagger, text: str, least: float) -> list[Said]:
    """The likeliest edit at each word, none that touches a likelier one."""
    made = []
    for tagged in tagged_words(tagger, text, least=least):
        shown = [(c, p) for c, p in tagged.edits if c.kind in SHOWN]
        if shown and shown[0][1] >= least:
            made.append(Said(*shown[0]))
    made.sort(key=lambda s: (-s.chance, s.candidate.edit))
    kept: list[Said] = []
    for one in made:
        if not any(one.candidate.edit.span.overlaps(other.candidate.edit.span) for other in kept):
            kept.append(one)
    return kept


def prose(words: int = _PROSE) -> list[str]:
    """About so many words of edited prose that was printed or committed before the cut."""
    some, count = [], 0
    for ident, text in texts.sample():
        if "-late:" not in ident and not ident.startswith(("fiction", "essay")):
            some.append(text)
            count += len(text.split())
            if count >= words:
                break
    return some


def alarms_of(tagger: Tagger, paragraphs: Sequence[str]) -> tuple[list[Said], float]:
    """What is said of edited prose, likeliest first, and its words in thousands."""
    found = [said for text in paragraphs for said in said_of(tagger, text, 0.03)]
    return sorted(found, key=lambda s: -s.chance), sum(len(t.split()) for t in paragraphs) / 1000


def threshold(alarms: Sequence[Said], thousands: float, allowed: float) -> float:
    """The probability from which on there are at most so many alarms in 1,000 words."""
    at = int(allowed * thousands)
    return alarms[at].chance + 1e-9 if at < len(alarms) else 0.0


def right_by_kind(tagger: Tagger, rows: Iterable[tuple[str, str, Edit]]) -> dict[str, list[float]]:
    """For each error, by kind, how likely the edit that mends it is held, where it is what would be said; else 0."""
    out: dict[str, list[float]] = defaultdict(list)
    for kind, text, edit in rows:
        if kind in KINDS:
            wanted = apply_edits(text, [edit])
            said = said_of(tagger, text, 0.03)
            out[kind].append(
                max((s.chance for s in said if apply_edits(text, [s.candidate.edit]) == wanted), default=0.0)
            )
    return out


def share(by_kind: dict[str, list[float]], least: float) -> float:
    """The share of the errors of all kinds that are put right."""
    every = [p for found in by_kind.values() for p in found]
    return sum(p >= least and p > 0 for p in every) / max(len(every), 1)


def of_blogs(tagger: Tagger, folder: Path) -> list[tuple[float, int, int, Counter[str]]]:
    """For each of `ELSEWHERE`: the threshold, obvious errors and articles put right, and the kinds of what is said."""
    rows = [json.loads(line) for line in (folder / "paragraphs.jsonl").read_text("utf-8").splitlines()]
    said = [(row["id"], s) for row in rows for s in said_of(tagger, row["text"], 0.02)]
    said.sort(key=lambda row: -row[1].chance)
    out = []
    for allowed in ELSEWHERE:
        low, high = 0, len(said)
        while low < high:  # the most that is said with so little elsewhere
            middle = (low + high + 1) // 2
            low, high = (middle, high) if _score(folder, said[:middle])["elsewhere"] <= allowed else (low, middle - 1)
        found = _score(folder, said[:low])
        kinds = Counter(s.candidate.kind for _, s in said[:low])
        least = said[low - 1][1].chance if low else 1.0
        out.append((least, int(found["obvious"]), int(found["article"]), kinds))
    return out


def _score(folder: Path, said: Sequence[tuple[str, Said]]) -> dict[str, float]:
    """What the set's own program counts: obvious errors and articles found, and findings elsewhere in 1,000 words."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for ident, s in said:
            edit = s.candidate.edit
            row = {"id": ident, "start": edit.span.start, "end": edit.span.end, "suggestions": [edit.text]}
            file.write(json.dumps(row) + "\n")
        file.flush()
        told, given = io.StringIO(), sys.argv
        sys.argv = ["score.py", file.name]
        with redirect_stdout(told):
            runpy.run_path(str(folder / "score.py"), run_name="__main__")
        sys.argv = given
    out = {"obvious": 0.0, "article": 0.0, "elsewhere": 0.0}
    for line in told.getvalue().splitlines():
        cells = line.split()
        if cells and cells[0] in ("obvious", "article"):
            out[cells[0]] = float(cells[2])
        elif line.startswith("findings elsewhere"):
            out["elsewhere"] = float(line.split(",")[1].split()[0])
    return out


def joules(run: Path) -> float:
    """What a run has cost so far: as metered, and of the stretch that is not over by its time on the processor."""
    from .tagger import WATTS

    path = run / "spent.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    metered = sum(r["energy"].get("energy_j") or 0.0 for r in rows)
    going = run / "going.json"
    return metered + (json.loads(going.read_text("utf-8"))[2] * WATTS if going.exists() else 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--run", type=Path, nargs="+")
    parser.add_argument("--curve", type=Path)
    parser.add_argument("--thresholds", type=Path)
    parser.add_argument("--words", type=int, default=_PROSE)
    options = parser.parse_args()
    step: dict[str, int] = {}
    file = options.file
    if options.run:
        from . import export_tagger

        trained, tags, step = export_tagger.load(*options.run)
        file = options.run[-1] / "tagger.gguf"
        export_tagger.write(trained, tags, file)
    tagger = Tagger(file)
    alarms, thousands = alarms_of(tagger, prose(options.words))
    by_kind = right_by_kind(tagger, of_corrections(texts.CORPUS))
    figures: list[float] = []
    for allowed in ALARMS:
        least = threshold(alarms, thousands, allowed)
        figures.append(share(by_kind, least))
        per_kind = ", ".join(
            f"{kind} {share({kind: found}, least):.3f} of {len(found)}" for kind, found in by_kind.items()
        )
        say(f"{allowed} alarms in 1,000 words, from {least:.3f}: {figures[-1]:.3f} put right ({per_kind})")
    blogs = of_blogs(tagger, texts.DATA / "read-blogs")
    for allowed, (least, obvious, articles, kinds) in zip(ELSEWHERE, blogs, strict=True):
        say(f"read-blogs, {allowed} elsewhere, from {least:.3f}: {obvious} of 579 obvious, {articles} of 190 articles; "
            + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))  # fmt: skip
    if options.thresholds:
        kinds = Counter(s.candidate.kind for s in alarms[: int(ALARMS[0] * thousands)])
        found = {k: threshold([s for s in alarms if s.candidate.kind == k], thousands, n / thousands)
                 for k, n in kinds.items()}  # fmt: skip
        options.thresholds.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    if options.curve and options.run:
        new = not options.curve.exists()
        with options.curve.open("a", encoding="utf-8") as out:
            if new:
                out.write("\t".join(COLUMNS) + "\n")
            cells = [str(step["step"]), str(step["tokens"]), f"{joules(options.run[-1]):.0f}"]
            cells += [f"{f:.3f}" for f in figures] + [str(b[i]) for i in (1, 2) for b in blogs]
            out.write("\t".join(cells) + "\n")


if __name__ == "__main__":
    one_thread_each()
    main()
