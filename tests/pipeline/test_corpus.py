"""Many texts of one task: what they share, what earlier runs made of them, and that the result is always the same."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from test_cache import Counting, checker_with

from localproof.cache.serialization import PackedFindings
from localproof.cache.store import NAME, Store
from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.batch import Task, run_task
from localproof.pipeline.corpus import Corpus
from localproof.project.files import InputFile, SourceFile, read_source
from localproof.report import Report, Run
from localproof.scoring.site import shared_words, unusual_words
from localproof.text import Document

REPOSITORY = Path(__file__).parents[2]
ALL = Settings(profile="all")


Text = tuple[str, str]  # name, content


def sources(**texts: str) -> list[Text]:
    return [(f"{name}.md", text) for name, text in texts.items()]


def run(
    engine: Counting,
    store: Store | None,
    texts: list[Text],
    settings: Settings = ALL,
    take_apart: Callable[[SourceFile], Document] | None = None,
) -> tuple[Run, Corpus]:
    """`texts` proofread as one task."""
    take_apart = take_apart or (lambda source: read(source.name, source.text, settings))
    digests: dict[str, str] = {}

    def opened(common: Corpus, files: list[InputFile]) -> Iterator[Document | Report]:
        for found in files:
            source, read_in = common.open(found, whole=False)
            digests[source.name] = source.digest
            yield read_in

    with tempfile.TemporaryDirectory() as folder, checker_with(engine, store, settings) as b:
        files = [InputFile(Path(folder, name), name, named=False) for name, _ in texts]
        for found, (_, text) in zip(files, texts, strict=True):
            assert found.path is not None
            found.path.write_text(text, encoding="utf-8")
        common = Corpus(b, take_apart)
        common.survey(files)
        shape = lambda made: common.shape(made, digests[made.report.document.name])  # noqa: E731
        return b.check_all(opened(common, files), site=common.site, shape=shape), common


def told(run: Run) -> list[tuple[str, list[str], list[str], int]]:
    """The reports of a run, in words."""
    return [
        (
            r.document.name,
            [f"{f.span.of(r.document.text)} {f.probability}" for f in r.findings],
            [f"{f.span.of(r.document.text)} {f.probability}" for f in r.held_back],
            r.words,
        )
        for r in run.reports
    ]


# ─ reports of earlier runs ─

TEXTS = sources(
    a="---\ntitle: One\nsubtitle: A second line\n---\nWe saw teh cat.\n\n<!-- localproof: ignore -->\n\nAll is well.\n",
    b="Nothing here.\n",
    c="> Das ist ein ganz anderer Satz, der nicht auf Englisch geschrieben ist.\n\nBut teh end is.\n",
)


def test_second_run_parses_nothing_asks_nothing_and_reports_the_same(tmp_path: Path) -> None:
    first, _ = run(Counting(), Store(tmp_path / NAME), TEXTS)
    engine = Counting()
    second, _ = run(engine, Store(tmp_path / NAME), TEXTS, take_apart=lambda _: pytest.fail("taken apart again"))
    assert second.reports == first.reports and not engine.asked and not engine.started
    assert [p.facts for p in second.provenance[:1]] == [
        (("from the cache", "5 of 5 blocks, answered in earlier runs"),)
    ]


def test_a_run_without_a_cache_says_the_same(tmp_path: Path) -> None:
    kept, _ = run(Counting(), Store(tmp_path / NAME), TEXTS)
    assert run(Counting(), None, TEXTS)[0].reports == kept.reports


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({"profile": "quiet"}, 0),
        ({"words": frozenset({"teh"})}, 0),
        ({"disable": ("harper/*",)}, 0),
        ({"fail_on": ("never",)}, 0),
        ({"front_matter": ("title", "subtitle")}, 1),
    ],
)
def test_a_change_of_settings_asks_about_no_block_that_was_read(
    tmp_path: Path, more: dict[str, object], asked: int
) -> None:
    run(Counting(), Store(tmp_path / NAME), TEXTS)
    settings = replace(ALL, **more)  # type: ignore[arg-type]
    engine = Counting()
    remembered, _ = run(engine, Store(tmp_path / NAME), TEXTS, settings)
    assert remembered.reports == run(Counting(), None, TEXTS, settings)[0].reports and len(engine.asked) == asked


def test_one_changed_text_is_made_anew_and_the_others_are_not(tmp_path: Path) -> None:
    run(Counting(), Store(tmp_path / NAME), TEXTS)
    changed = [TEXTS[0], (TEXTS[1][0], "Something here.\n"), TEXTS[2]]
    engine = Counting()
    again, _ = run(engine, Store(tmp_path / NAME), changed)
    assert engine.asked == ["Something here."] and again.reports == run(Counting(), None, changed)[0].reports


def test_a_report_with_a_failure_in_it_is_not_kept(tmp_path: Path) -> None:
    texts = sources(a="STUCK here.\n", b="Fine.\n")
    for _ in range(2):
        engine = Counting()
        done, _ = run(engine, Store(tmp_path / NAME), texts)
        assert len(done.reports[0].skipped) == 1 and "STUCK here." in engine.asked


def test_name_resolving_to_another_file_is_not_treated_as_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(ALL, root=tmp_path, ignores=("harper/SpellCheck in old/*",))
    told: list[int] = []
    for folder in ("old", "new", "old"):
        (tmp_path / folder).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / folder)
        done, _ = run(Counting(), Store(tmp_path / NAME), sources(a="We saw teh cat.\n"), settings)
        told.append(len(list(done.findings())))
    assert told == [0, 1, 0]


def test_a_damaged_record_is_made_anew(tmp_path: Path) -> None:
    first, _ = run(Counting(), Store(tmp_path / NAME), TEXTS)
    with Store(tmp_path / NAME)._connect() as db:  # type: ignore[union-attr]
        db.execute("UPDATE kept SET value = x'789c030000000001'")
    db.close()
    assert run(Counting(), Store(tmp_path / NAME), TEXTS)[0].reports == first.reports


def test_run_drops_text_without_findings_and_packs_held_back_ones() -> None:
    done, _ = run(Counting(), None, TEXTS, Settings(profile="quiet"))
    assert [bool(r.document.text) for r in done.reports] == [True, False, True]
    assert all(isinstance(r.held_back, PackedFindings) for r in done.reports if r.held_back)
    assert all(not b.text for r in done.reports for b in r.document.blocks)


# ─ words of a site ─


def test_a_word_that_three_texts_use_is_one_of_the_site() -> None:
    texts = [f"We like datasette {i} here.\n" for i in range(3)]
    words = [unusual_words(read("a.md", text, ALL).blocks) for text in texts]
    assert shared_words(words) == shared_words(reversed(words)) == {"datasette": 3}
    assert (
        shared_words(words[:2]) == {}
        and unusual_words(read("a.md", "The colour of a house.", ALL).blocks) == frozenset()
    )


def probabilities(count: int, text: str) -> set[float | None]:
    every = sources(**{f"p{i}": text for i in range(count)})
    return {f.probability for _, f in run(Counting(), None, every)[0].findings()}


def test_a_name_of_the_site_is_less_likely_an_error() -> None:
    (alone,), (among,) = (probabilities(count, "We saw tehqx here.\n") for count in (1, 5))
    assert alone is not None and among is not None and among < alone


def test_a_listed_misspelling_stays_one_all_over_a_site() -> None:
    assert probabilities(1, "We saw teh cat.\n") == probabilities(5, "We saw teh cat.\n")


def test_a_report_is_made_anew_when_the_site_has_changed_its_mind(tmp_path: Path) -> None:
    few = sources(a="We saw tehqx here.\n", b="And tehqx there.\n")
    many = [*few, *sources(c="Then tehqx came.\n", d="At last tehqx went.\n")]
    before, _ = run(Counting(), Store(tmp_path / NAME), few)
    engine = Counting()
    after, common = run(engine, Store(tmp_path / NAME), many)
    assert common.site == {"tehqx": 4} and len(engine.asked) == 2
    assert after.reports == run(Counting(), None, many)[0].reports
    assert run(Counting(), Store(tmp_path / NAME), few)[0].reports == before.reports


# ─ with a real engine ─


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    if os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
        pytest.importorskip("harper")
    folder = tmp_path / "blog"
    folder.mkdir()
    words = "the of house teh recieve is are went could of an apple it's there their frobnicator Quuxly".split()
    dice = random.Random(7)
    for number in range(40):
        lines = [" ".join(dice.choices(words, k=12)).capitalize() + "." for _ in range(4)]
        (folder / f"{number:02}.md").write_text("# A title\n\n" + "\n\n".join(lines) + "\n", encoding="utf-8")
    return folder


def localproof(folder: Path, cache: Path, *arguments: str, cores: int = 0, **env: str) -> tuple[dict[str, object], int]:
    """What the command says of `folder` as JSON, without what differs from run to run, and its status; on so many
    `cores` where that is not 0."""
    own = {"LOCALPROOF_CACHE_DIR": str(cache), "LOCALPROOF_CONFIG_DIR": str(cache), **env}
    code = [sys.executable, "-m", "localproof", "--engine", "harper", "--output-format", "json", *arguments, "."]
    few = partial(os.sched_setaffinity, 0, sorted(os.sched_getaffinity(0))[:cores]) if cores else None
    done = subprocess.run(
        code,
        capture_output=True,
        preexec_fn=few,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **own},
        timeout=120,
    )
    said = json.loads(done.stdout)
    return {k: v for k, v in said.items() if k not in ("energy", "elapsed_s", "provenance")}, done.returncode


def test_result_is_the_same_with_any_thread_count_and_from_the_cache(blog: Path, tmp_path: Path) -> None:
    first = localproof(blog, tmp_path / "cache")
    assert first == localproof(blog, tmp_path / "cache")
    for jobs in ("1", "2", "4"):
        assert first == localproof(blog, tmp_path / "other", "--no-cache", LOCALPROOF_JOBS=jobs)
    if hasattr(os, "sched_setaffinity"):
        assert first == localproof(blog, tmp_path / "other", "--no-cache", cores=1)
    assert not (tmp_path / "other").exists()


def test_two_runs_at_once_share_the_cache_and_agree(blog: Path, tmp_path: Path) -> None:
    own = {**os.environ, "LOCALPROOF_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(REPOSITORY)}
    code = [sys.executable, "-m", "localproof", "--engine", "harper", "--output-format", "concise", "-q", "."]
    both = [subprocess.Popen(code, cwd=blog, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    (one, said), (other, heard) = (p.communicate(timeout=120) for p in both)
    assert one == other and one and not said and not heard


def found_in(folder: Path) -> tuple[InputFile, ...]:
    return tuple(InputFile(p, p.name, named=False) for p in sorted(folder.iterdir()))


def test_vanished_files_are_reported_and_changed_files_are_read_anew(blog: Path) -> None:
    def meddle(report: Report) -> None:
        if report.document.name == "00.md":
            (blog / "38.md").unlink()
            (blog / "39.md").write_text("All is new.\n")

    outcome = run_task(Task(Settings(engines=("harper",)), found_in(blog)), on_report=meddle)
    assert [s.what for s in outcome.run.skipped] == ["38.md"] and len(outcome.run.reports) == 39
    assert outcome.run.reports[-1].words == 3


def test_odd_files_are_named_and_the_rest_is_done(blog: Path) -> None:
    (blog / "empty.md").write_bytes(b"")
    (blog / "binary.md").write_bytes(bytes(range(256)))
    os.mkfifo(blog / "pipe.md")
    odd = os.fsencode(blog) + b"/line\nend \xff.md"
    Path(os.fsdecode(odd)).write_text("We saw teh end.\n")
    (blog / "loop").symlink_to(blog)
    outcome = run_task(Task(Settings(engines=("harper",)), tuple(f for f in found_in(blog) if f.name != "loop")))
    assert {s.what for s in outcome.run.skipped} == {"binary.md", "pipe.md"}
    assert len(outcome.run.reports) == 42


def test_correcting_after_a_run_from_the_cache_corrects_the_same(blog: Path, tmp_path: Path) -> None:
    settings = Settings(engines=("harper",), profile="all", cache_folder=tmp_path / "cache")
    certain: Callable[[Report], Report] = lambda r: replace(  # noqa: E731
        r, findings=tuple(replace(f, is_safe_fix=f.span.of(r.document.text) == "teh") for f in r.findings)
    )
    one = run_task(Task(settings, found_in(blog)), fix=True, narrow=certain)
    two = run_task(Task(settings, found_in(blog)), fix=True, narrow=certain)
    assert one.fixes.texts == two.fixes.texts and one.fixes.texts
    assert all(
        read_source(f, 10_000).text != one.fixes.texts[f.name] for f in found_in(blog) if f.name in one.fixes.texts
    )
