"""A LanguageTool server that runs already: where text may go, and that no fault of a server is ever "no findings"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from languagetool_fakes import misbehaving

from localproof.config import ELSEWHERE, Settings
from localproof.engines.home import open_languagetool
from localproof.engines.languagetool import LanguageToolEngine, has_rules
from localproof.engines.original.engine import OriginalLanguageTool, request_form
from localproof.report import BadInput, TooLong, Unavailable


@pytest.fixture(scope="module")
def fake() -> Iterator[tuple[OriginalLanguageTool, str, list[str]]]:
    with misbehaving() as (url, seen):
        engine = OriginalLanguageTool(Settings(languagetool_server=url, jobs=2, block_timeout_s=1.0), "server")
        yield engine, url, seen
        engine.close()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SLOW", "took longer than 1 s"),
        ("BROKEN", "answered with HTTP 500 .*something went wrong"),
        ("TRUNCATED", "no JSON, or only a part of it"),
        ("SHORT", "connection failed"),
        ("DIES", "connection failed"),
        ("INCOMPLETE", "did not read all of it: out of time"),
        ("OTHER", "not the answer of a LanguageTool server"),
        ("AWAY", "redirects to http://192.0.2.1:8081/v2/check, which is not followed"),
    ],
)
def test_a_fault_of_the_server_is_told_and_the_next_block_is_checked(
    fake: tuple[OriginalLanguageTool, str, list[str]], text: str, reason: str
) -> None:
    engine = fake[0]
    with pytest.raises(Unavailable) as caught:
        engine.submit(f"This is {text}.").result(30)
    assert re.search(reason, caught.value.skipped.reason)
    assert engine.submit("All is well.").result(30) == ()


def test_two_hundred_concurrent_blocks_all_get_an_answer_or_a_reason(
    fake: tuple[OriginalLanguageTool, str, list[str]],
) -> None:
    texts = [f"Block {i} is {'BROKEN' if i % 7 == 3 else 'fine'}." for i in range(200)]
    futures = [fake[0].submit(text) for text in texts]
    errors = [future.exception(60) for future in futures]
    assert [bool(error) for error in errors] == ["BROKEN" in text for text in texts]


def test_the_report_names_the_address(fake: tuple[OriginalLanguageTool, str, list[str]]) -> None:
    engine, url, _ = fake
    engine.submit("Some text.").result(30)
    (part,) = engine.provenance()
    assert (part.version, dict(part.facts)["address"]) == ("0.0", f"{url} (on this machine)")


def test_missing_server_or_unsupported_language_is_reported() -> None:
    with misbehaving() as (url, seen):
        french = OriginalLanguageTool(Settings(languagetool_server=url, language="fr", jobs=1), "server")
        with pytest.raises(Unavailable, match="no rules for fr"):
            french.submit("Un texte.").result(30)
        french.close()
        assert seen == []
    gone = OriginalLanguageTool(Settings(languagetool_server=url, jobs=1), "server")
    with pytest.raises(Unavailable, match="connection failed"):
        gone.submit("A text.").result(30)
    gone.close()


@pytest.mark.parametrize("url", ["http://192.0.2.1:8081", "https://example.org", "http://localhost.example.org"])
def test_text_goes_to_another_machine_only_with_explicit_consent(url: str) -> None:
    with pytest.raises(Unavailable, match="your text would leave this one") as caught:
        open_languagetool(Settings(languagetool_server=url))
    assert ELSEWHERE in caught.value.skipped.remedy
    engine = open_languagetool(Settings(languagetool_server=url, languagetool_elsewhere=ELSEWHERE))
    (part,) = engine.provenance()
    engine.close()
    assert "text left this machine" in dict(part.facts)["address"]


@pytest.mark.parametrize(
    "url", ["localhost:8081", "ftp://localhost", "http://", "http://[::1", "http://u:p@localhost", "x"]
)
def test_what_is_no_address_is_a_mistake_of_the_settings(url: str) -> None:
    with pytest.raises(BadInput, match="languagetool-server"):
        open_languagetool(Settings(languagetool_server=url))


def test_the_home_is_that_which_the_settings_name_or_which_is_there(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not set up") as caught:
        open_languagetool(Settings(languagetool_home="java"))
    assert caught.value.skipped.remedy == "localproof setup languagetool"
    with pytest.raises(Unavailable, match="no server is named"):
        open_languagetool(Settings(languagetool_home="server"))
    (tmp_path / "6.8").mkdir()
    (tmp_path / "6.8" / "installed.json").write_text("{")
    with pytest.raises(Unavailable, match="cannot be read"):
        OriginalLanguageTool(Settings(), "java", tmp_path)


def test_every_request_says_the_same_beside_its_text() -> None:
    assert request_form(Settings()) == {"language": "en-US", "disabledRules": "OXFORD_SPELLING_Z_NOT_S"}
    settings = Settings(language="en-IN", picky=True, enable=("languagetool/OXFORD_SPELLING_Z_NOT_S", "harper/X"))
    assert request_form(settings) == {"language": "en-GB", "enabledRules": "OXFORD_SPELLING_Z_NOT_S", "level": "picky"}


@pytest.mark.skipif(not has_rules("en"), reason="lingotweaker is not installed")
def test_an_engine_that_cannot_read_the_ngram_data_says_so() -> None:
    embedded = LanguageToolEngine(Settings(languagetool_ngrams="/data/ngrams"))
    embedded.close()
    assert "cannot read it" in dict(embedded.provenance()[0].facts)["n-gram data"]
    with misbehaving() as (url, _):
        there = OriginalLanguageTool(Settings(languagetool_server=url, languagetool_ngrams="/data/ngrams"), "server")
        there.close()
    assert "that server has its own" in dict(there.provenance()[0].facts)["n-gram data"]


def test_what_took_too_long_is_tried_once_more_alone() -> None:
    with misbehaving() as (url, seen):
        engine = OriginalLanguageTool(Settings(languagetool_server=url, jobs=2, block_timeout_s=0.5), "server")
        futures = [engine.submit(text) for text in ("Fine.", "SLOW.", "Fine, too.")]
        assert isinstance(futures[1].exception(30), TooLong)
        assert [futures[0].result(30), futures[2].result(30)] == [(), ()]
        engine.close()
    assert seen.count("SLOW.") == 2
