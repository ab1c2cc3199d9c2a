"""A run on a Dask cluster, with a real scheduler and real workers: what it finds, and what happens when they die."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from localproof.config import Settings
from localproof.engines.cluster import Cluster, answer
from localproof.formats import read
from localproof.pipeline.checker import Checker
from localproof.report import BadInput, Report
from localproof.text import Document

REPOSITORY = Path(__file__).parents[2]

if os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
    pytest.importorskip("distributed")
    pytest.importorskip("harper")


@dataclass
class Dask:
    """A scheduler and its workers, each a process."""

    folder: Path
    stack: ExitStack
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def begin(self) -> None:
        file = self.folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show", file=file)
        self.address = json.loads(self._wait_for(file))["address"].replace("tcp://", "dask://")

    def work(self, count: int) -> None:
        for _ in range(count):
            more = ("--no-nanny", "--nthreads", "2", "--no-dashboard", "--local-directory", str(self.folder))
            self.workers.append(self._start("dask_worker", *more, file=self.folder / "scheduler.json"))

    def _start(self, what: str, *more: str, file: Path) -> subprocess.Popen[bytes]:
        code = [sys.executable, "-m", f"distributed.cli.{what}", "--scheduler-file", str(file), *more]
        said = (self.folder / f"{what}.log").open("ab")
        child = subprocess.Popen(code, cwd=REPOSITORY, stdout=said, stderr=said)
        self.stack.callback(child.wait)
        self.stack.callback(child.kill)
        self.stack.callback(said.close)
        return child

    @staticmethod
    def _wait_for(file: Path) -> str:
        until = time.monotonic() + 60
        while not (file.exists() and file.read_text().strip().endswith("}")):
            assert time.monotonic() < until, "no scheduler"
            time.sleep(0.05)
        return file.read_text()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    with ExitStack() as stack:
        cluster = Dask(tmp_path, stack)
        cluster.begin()
        yield cluster


def documents(count: int) -> list[Document]:
    words = "the of house teh recieve is are went could of an apple it's there their frobnicator Quuxly".split()
    dice = random.Random(3)
    settings = Settings()
    texts = ("\n\n".join(" ".join(dice.choices(words, k=12)) + "." for _ in range(5)) for _ in range(count))
    return [read(f"{i}.md", text, settings) for i, text in enumerate(texts)]


def reports(settings: Settings, every: list[Document], dask: Dask | None = None) -> tuple[Report, ...]:
    """What is found in all documents; with `dask`, its first worker is killed when the fifth is done."""
    done: list[Report] = []

    def note(report: Report) -> None:
        done.append(report)
        if dask is not None and len(done) == 5:
            dask.workers[0].kill()

    with Checker(settings) as checker:
        run = checker.check_all(every, on_report=note)
    assert run.skipped == ()
    return run.reports


def test_cluster_matches_local_findings_although_a_worker_dies(dask: Dask) -> None:
    dask.work(2)
    every = documents(60)
    here = Settings(engines=("harper",), profile="all")
    there = Settings(engines=("harper",), profile="all", executor=dask.address)
    with ThreadPoolExecutor(1) as pool:
        local = pool.submit(reports, here, every)
        assert reports(there, every, dask) == local.result()
    assert dask.workers[0].wait() == -9 and dask.workers[1].poll() is None


def test_provenance_names_the_cluster_and_its_uncounted_energy(dask: Dask) -> None:
    dask.work(1)
    settings = Settings(engines=("harper",), executor=dask.address)
    with Checker(settings) as checker:
        assert not checker.check(documents(1)[0]).skipped
        facts = dict(checker.provenance()[0].facts)
    assert facts["worked on"] == "a Dask cluster of 1 worker, whose energy is not counted"


def test_a_cluster_that_dies_is_told_and_ends_nothing_else(dask: Dask) -> None:
    dask.work(1)
    with Checker(Settings(engines=("harper",), executor=dask.address)) as checker:
        checker.check(documents(1)[0])
        dask.workers[0].kill()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(checker.check, documents(2)[1])
            dask.scheduler.kill()
            report = waiting.result(120)
    assert [s.what for s in report.skipped] == ["1.md, harper"] and "the cluster gave no answer" in report.skipped[
        0
    ].reason


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("dask://127.0.0.1:9", "no Dask scheduler answers at 127.0.0.1:9"),
        ("dask://127.0.0.1", "expected dask://HOST:PORT"),
        ("http://127.0.0.1:80", "expected dask://HOST:PORT"),
    ],
)
def test_an_address_where_no_cluster_is_makes_one_clear_line(address: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        Cluster(address)


def test_a_worker_tells_its_key_and_failures_as_values() -> None:
    key, found, failed = answer("harper", {"language": "en-GB", "enable": (), "picky": False}, "We saw teh end.")
    assert '"BRITISH"' in key and failed is None and "harper/SpellCheck" in [f.rule for f in found]
    assert answer("harper", {"language": "de-DE", "enable": (), "picky": False}, "x")[2] is not None
