"""Texts in other languages: which one a text is in, what is checked, and what stands in for the judge."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from localproof.commands.languages import list_languages
from localproof.config import LANGUAGES, Settings
from localproof.engines.package import setup_command
from localproof.formats import read
from localproof.pipeline.checker import Checker
from localproof.pipeline.language_policy import prose
from localproof.report import Finding, Kind
from localproof.scoring import categories
from localproof.system.installation import install_command
from localproof.terminal import Terminal
from localproof.text import Document, Edit, Span
from localproof.text.languages import NAMES, known_language, language_of_file_name, rules_package

GERMAN = (
    "---\ntitle: Ein Versuch\nlang: de\n---\n\n"
    "Das ist ein schöner Versuhc. Er gehen nach hause und ließt ein Buch.\n\n"
    "> The quick brown fox is not one of the animals that he would have been afraid of.\n"
)
ENGLISH = "---\nlang: en-GB\n---\n\nShe will recieve teh letter tomorrow, and that is an test of it.\n"


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    if find_spec("lingotweaker_data_de") is None and os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
        pytest.skip("lingotweaker-data-de is not installed")
    settings = Settings(engines=("languagetool",), jobs=1, block_timeout_s=60.0, profile="balanced")
    with Checker(settings, at_once=False) as checker:
        yield checker


def marked(report: object, name: str = "findings") -> set[str]:
    document: Document = report.document  # type: ignore[attr-defined]
    return {f.span.of(document.text).rstrip(".") for f in getattr(report, name)}


def test_a_german_post_among_english_ones_is_checked_in_german(checker: Checker) -> None:
    settings = checker.settings
    german, english = (checker.check(read(n, t, settings)) for n, t in (("a.md", GERMAN), ("b.md", ENGLISH)))
    assert {"Versuhc", "hause"} <= marked(german)
    assert "recieve" in marked(english)
    assert all(f.probability is None and not f.is_safe_fix for f in german.findings)
    assert any("checked in German by LanguageTool's rules alone" in note for note in german.document.notes)
    assert [s.reason for s in german.skipped] == ["line 8: in another language than German, and not checked"]
    assert any(p.part == "lingotweaker-data-de" for p in checker.provenance())


def test_front_matter_overrides_the_language_in_the_file_name(checker: Checker) -> None:
    plain = GERMAN.replace("lang: de\n", "")
    assert "Versuhc" in marked(checker.check(read("post.de.md", plain, checker.settings)))
    assert "recieve" in marked(checker.check(read("post.de.md", ENGLISH, checker.settings)))


def test_missing_language_is_skipped_with_the_command_to_install_it(checker: Checker) -> None:
    report = checker.check(read("post.is.md", "Þetta er texti.\n", checker.settings))
    (skipped,) = report.skipped
    assert (report.findings, skipped.what) == ((), "post.is.md")
    assert "written in Icelandic" in skipped.reason and skipped.remedy == "pip install lingotweaker-data-is"
    report = checker.check(read("a.md", "---\nlang: sw\n---\n\nHabari ya dunia\n", checker.settings))
    assert "written in sw" in report.skipped[0].reason and "no rules are known" in report.skipped[0].reason


def finding(text: str, word: str, kind: Kind = "spelling", category: str = "TYPOS") -> Finding:
    at = text.index(word)
    span = Span(at, at + len(word))
    return Finding(span, "languagetool/X", "", (Edit(span, "x"),), kind=kind, category=category)


@pytest.mark.parametrize(
    ("language", "text", "word", "quiet"),
    [
        ("fr", "Il a vu un chein hier.", "chein", True),
        ("fr", "Il a vu Duchein hier.", "Duchein", False),  # a name
        ("fr", "Chein hier, chat demain.", "Chein", True),  # the beginning of a sentence
        ("de", "Er sah ein Hausz gestern.", "Hausz", True),  # every noun has a capital
        ("de", "Er nimmt ein iPhonne gestern.", "iPhonne", False),
        ("de", "zopf zopf zopf", "zopf", False),  # its own word
    ],
)
def test_word_like_a_name_or_term_is_held_back_in_the_quiet_profile(
    language: str, text: str, word: str, quiet: bool
) -> None:
    document = Document("a.txt", text, ())
    assert categories.is_shown(finding(text, word), document, language, "quiet") is quiet
    assert categories.is_shown(finding(text, word), document, language, "balanced")


@pytest.mark.parametrize("profile", ["quiet", "balanced", "all"])
def test_style_is_shown_only_with_all(profile: str) -> None:
    text = "Ein Satz."
    shown = categories.is_shown(finding(text, "Satz", "style", "STYLE"), Document("a", text, ()), "de", profile)
    assert shown is (profile == "all")


def test_every_language_has_a_name_a_package_and_a_setting() -> None:
    assert all(known_language(code) for code in NAMES)
    assert set(NAMES) - {"en"} <= set(LANGUAGES)
    assert all(known_language(tag) == tag for tag in LANGUAGES)
    assert (rules_package("lt"), setup_command("de")) == ("lingotweaker-data-ltu", install_command(extra="de"))
    assert language_of_file_name("a.b/c.md") == ""


def test_language_list_shows_what_is_ready_and_how_to_get_the_rest(tmp_path: Path) -> None:
    terminal = Terminal(None, io.StringIO(), io.StringIO(), {"LOCALPROOF_LANGUAGETOOL_DIR": str(tmp_path)})
    list_languages(Settings(), terminal)
    text = terminal.stdout.getvalue()  # type: ignore[attr-defined]
    ready, others = text.split("To be set up")
    assert ("English" in ready) == (find_spec("lingotweaker_data_en") is not None)
    assert ("German" in ready) == (find_spec("lingotweaker_data_de") is not None)
    assert "pip install lingotweaker-data-is" in others
    assert all(name in text for name in NAMES.values())


@pytest.mark.parametrize(
    ("name", "language", "text", "read_as"),
    [
        ("a.md", "en-US", 'Say <i lang="de">guten Tag</i> to <i lang="en-GB">all</i>.', ["Say Foo to all."]),
        ("a.md", "de-DE", 'Sag <i lang="en">good day</i> zu <i lang="de-AT">allen</i>.', ["Sag Foo zu allen."]),
        ("a.de.md", "en-US", 'Sag <i lang="en">good day</i> zu <i lang="de">allen</i>.', ["Sag Foo zu allen."]),
        ("a.md", "en-US", '---\nlang: de\n---\n\nSag <i lang="en">good day</i> an.', ["Sag Foo an."]),
        (
            "a.html",
            "en-US",
            '<html lang="de"><p>Sag <i lang="en">good day</i> zu <i lang="de">dir</i>.',
            ["Sag Foo zu dir."],
        ),
        ("a.html", "de-DE", '<p>Sag <i lang="en">good day</i>.<p lang="de">Du.', ["Sag Foo.", "Du."]),
    ],
)
def test_words_in_another_language_than_their_context_are_not_read(
    name: str, language: str, text: str, read_as: list[str]
) -> None:
    document = read(name, text, Settings(language=language))
    own = document.language or language_of_file_name(name) or language
    assert [block.text for block in prose(document, own)] == read_as


def test_passage_in_another_language_than_its_page_is_marked_so() -> None:
    page = '<html lang="de"><p>Ein Satz.<p lang="en">One sentence.<div translate="no">Nothing</div>'
    assert [(b.text, b.language) for b in read("a.html", page, Settings()).blocks] == [
        ("Ein Satz.", ""),
        ("One sentence.", "en"),
    ]
