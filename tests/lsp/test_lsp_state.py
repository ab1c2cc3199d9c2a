"""The language server without a server: texts under edits, marks, menus, settings files."""

from __future__ import annotations

import asyncio
import time
import tomllib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from localproof.cache.caching_engine import CachingEngine
from localproof.config import ELSEWHERE, Settings
from localproof.energy import open_window
from localproof.engines import ENGINES, Engine
from localproof.formats import read
from localproof.lsp import code_actions
from localproof.lsp import diagnostics as marks
from localproof.lsp.document_checker import DocumentCheck, DocumentChecker, format_for, parse_client_settings
from localproof.lsp.session import EditorSession
from localproof.lsp.text_document import TextChange, TextDocument, apply_changes, move_findings, unfinished_word
from localproof.pipeline import resources
from localproof.pipeline.checker import Checker
from localproof.pipeline.resources import Resources
from localproof.project import settings_edits
from localproof.project.toml_edit import add_to_disable
from localproof.render.style import Style
from localproof.render.suggestion_text import suggestion
from localproof.report import BadInput, Finding, Provenance, Report, Unavailable
from localproof.text import Document, Edit, LineIndex, Span, Unit, apply_edits

UNITS: tuple[Unit, ...] = ("utf-8", "utf-16", "utf-32")
CHARS = st.sampled_from("ab \n\r\x85\u2028\x0c\t😀é\u0301中")
TEXTS = st.text(CHARS, max_size=30)


def open_text(text: str, language: str = "markdown") -> TextDocument:
    return TextDocument("file:///a.md", language, 1, text)


# ── the text ──


@given(TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), TEXTS), max_size=6), st.sampled_from(UNITS))
@example("a\u2028b teh\nc\x0cd teh\n", [(9, 12, "the")], "utf-16")
@example("😀 teh", [(2, 5, "the")], "utf-16")
def test_the_servers_text_is_the_editors_after_any_edits(
    text: str, edits: list[tuple[int, int, str]], unit: Unit
) -> None:
    """The editor's side: cut at code points, told as positions."""
    here = there = text
    changes = []
    for a, b, new in edits:
        start, end = sorted((min(a, len(here)), min(b, len(here))))
        lines = LineIndex(here)
        # A place between \r and \n cannot be told as a line and a column.
        assume(all(here[i - 1 : i + 1] != "\r\n" for i in (start, end)))
        changes.append(TextChange(lines.position(start, unit), lines.position(end, unit), new))
        here = here[:start] + new + here[end:]
    after, made = apply_changes(open_text(there), changes, 2, unit)
    assert after.text == here
    assert after.version == 2
    for edit in made:
        there = apply_edits(there, [edit])
    assert there == here


@given(TEXTS, st.tuples(st.integers(-2, 9), st.integers(-2, 99)), st.tuples(st.integers(-2, 9), st.integers(-2, 99)))
def test_positions_that_make_no_sense_break_nothing(text: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    within = 0 <= min(start, end)[0] <= len(LineIndex(text).starts)
    with nullcontext() if within else pytest.raises(BadInput):
        after, (edit,) = apply_changes(open_text(text), [TextChange(start, end, "x")], 2, "utf-16")
        assert after.text == apply_edits(text, [edit])


def test_the_whole_text_may_come_anew() -> None:
    assert apply_changes(open_text("old"), [TextChange(None, None, "new")], 2, "utf-16")[0].text == "new"


@given(TEXTS, st.integers(0, 30), st.integers(0, 5), st.integers(0, 30), st.integers(0, 5), TEXTS)
def test_a_finding_moves_with_its_words_or_goes(
    text: str, at: int, length: int, edited: int, cut: int, new: str
) -> None:
    at, edited = min(at, len(text)), min(edited, len(text))
    span = Span(at, min(at + length, len(text)))
    edit = Edit(Span(edited, min(edited + cut, len(text))), new)
    finding = Finding(span, "harper/X", "", (Edit(span, "y"),))
    after = apply_edits(text, [edit])
    for left in move_findings([finding], [edit]):
        assert left.span.of(after) == span.of(text)
        assert left.edits[0].span == left.span


def test_a_space_after_a_misspelling_does_not_hide_it() -> None:
    finding = Finding(Span(2, 5), "harper/SpellCheck", "")
    assert move_findings([finding], [Edit(Span(5, 5), " ")]) == (finding,)
    assert move_findings([finding], [Edit(Span(5, 5), "m")]) == ()
    assert move_findings([finding], [Edit(Span(1, 2), " ")]) == (finding,)


def test_the_word_being_typed_is_left_alone_until_it_ends() -> None:
    finding = Finding(Span(2, 7), "harper/SpellCheck", "")
    assert unfinished_word("I recie", 7) == Span(2, 7)
    assert marks.drop_unfinished("I recie", [finding], 7) == ()
    assert marks.drop_unfinished("I recie ", [finding], 8) == (finding,)
    assert marks.drop_unfinished("I recie", [finding], None) == (finding,)


# ── marks ──


def test_how_loud_a_mark_is_goes_by_the_kind_of_finding() -> None:
    kinds = ("spelling", "grammar", "punctuation", "typography", "style")
    found = [Finding(Span(i, i + 1), "harper/X", "m", kind=kind) for i, kind in enumerate(kinds)]  # type: ignore[arg-type]
    assert [m.severity for m in marks.make_diagnostics("abcde", found)] == [2, 2, 3, 3, 4]


def test_a_comment_that_silences_nothing_is_marked_as_unnecessary() -> None:
    (mark,) = marks.make_diagnostics("one\ntwo\n", [], notes=["line 2: nothing is said there", "no line at all"])
    assert (mark.span, mark.tags, mark.message) == (Span(4, 7), ("unnecessary",), "nothing is said there")


def test_a_message_begins_with_the_correction() -> None:
    def said(old: str, *new: str, text: str = "It is teh cat, very odd.") -> str:
        span = Span(text.index(old), text.index(old) + len(old))
        edits = tuple(Edit(span, each) for each in new)
        (mark,) = marks.make_diagnostics(text, [Finding(span, "harper/X", "Why.", edits)])
        return mark.message

    assert said("teh", "the") == "teh → the: Why."
    assert said("teh", "the", "ten") == "teh → the or ten: Why."
    assert said("teh") == "Why."
    assert said(" very", "") == "remove “very”: Why."
    assert said("teh", "the" * 40) == "Why."
    assert said("t\x1b\n", "the", text="A t\x1b\n.") == "t\\x1b → the: Why."


@given(st.text("ab, .\n\x1b😀", max_size=200), st.integers(0, 200), st.integers(0, 4), st.text("ab ,", max_size=5))
def test_the_correction_is_the_one_that_the_terminal_shows(text: str, at: int, length: int, new: str) -> None:
    at = min(at, len(text))
    finding = Finding(
        Span(at, min(at + length, len(text))), "x/Y", "", (Edit(Span(at, min(at + length, len(text))), new),)
    )
    whole = " ".join(word.text for word in suggestion(text, finding, Style(colour=False)))
    (mark,) = marks.make_diagnostics(text, [finding])
    assert mark.message == (whole if len(whole) <= 80 else "")


def test_engine_messages_reach_the_editor_without_control_characters() -> None:
    (mark,) = marks.make_diagnostics("abc", [Finding(Span(0, 1), "harper/X", "\x1b[31m\u202ered")])
    assert mark.message == "\\x1b[31m\\u202ered"


# ── menus ──

HERE = code_actions.EditTargets("file:///p/a.md", project=True)


def report_on(text: str, *findings: Finding, name: str = "a.md", held_back: tuple[Finding, ...] = ()) -> Report:
    return Report(read(name, text, Settings()), findings, held_back)


def spelling(text: str, word: str, *fixes: str, is_safe_fix: bool = False) -> Finding:
    span = Span(text.index(word), text.index(word) + len(word))
    edits = tuple(Edit(span, fix) for fix in fixes)
    return Finding(
        span, "harper/SpellCheck", "Unknown.", edits, kind="spelling", probability=0.9, is_safe_fix=is_safe_fix
    )


def test_the_menu_begins_with_the_corrections_and_ends_with_silence() -> None:
    text = "We recieve it.\n"
    menu = code_actions.actions_at(report_on(text, spelling(text, "recieve", "receive", "relieve")), Span(4, 4), HERE)
    assert [a.title for a in menu] == [
        "“recieve” → “receive”",
        "“recieve” → “relieve”",
        "Add “recieve” to the project’s words",
        "Add “recieve” to your words",
        "Ignore here (a comment in the text)",
        "Ignore here (a line in the project’s ignores)",
        "Ignore harper/SpellCheck on “recieve” wherever it stands",
        "Ignore harper/SpellCheck in this file",
        "Switch harper/SpellCheck off in this project",
    ]


def test_correction_is_preferred_where_it_is_the_only_one_or_certain() -> None:
    text = "We recieve it.\n"

    def preferred(finding: Finding) -> list[bool]:
        return [a.sure for a in code_actions.corrections(read("a.md", text, Settings()), finding)]

    assert preferred(spelling(text, "recieve", "receive")) == [True]
    assert preferred(spelling(text, "recieve", "receive", "relieve")) == [False, False]
    assert preferred(spelling(text, "recieve", "receive", "relieve", is_safe_fix=True)) == [True, False]


def test_fix_all_makes_only_what_is_certain() -> None:
    text = "We recieve teh mail.\n"
    report = report_on(text, spelling(text, "recieve", "receive", is_safe_fix=True), spelling(text, "teh", "the"))
    (act,) = (a for a in code_actions.actions_at(report, Span(0, 0), HERE) if a.kind == code_actions.FIX_ALL)
    assert apply_edits(text, act.edits) == "We receive teh mail.\n"


def test_the_rule_below_a_title_grows_with_it_in_the_menu() -> None:
    text = "Beleive\n=======\n\nWe recieve.\n"
    found = spelling(text, "Beleive", "Believers", is_safe_fix=True)
    report = report_on(text, found, spelling(text, "recieve", "receive"), name="a.rst")
    first, *_, last = code_actions.actions_at(report, Span(0, 0), HERE)
    for act in (first, last):
        assert apply_edits(text, act.edits) == "Believers\n=========\n\nWe recieve.\n"


@pytest.mark.parametrize(
    "text",
    [
        "We recieve it.\n",
        "We recieve it.",
        "- We recieve it.\n- more\n",
        "We recieve it.  \nAnd a second line.\n",
        "We recieve it.\\\nAnd a second line.\n",
        "We recieve it.\r\nMore.\r\n",
        "---\ntitle: x\n---\n\nWe recieve it.\n",
    ],
)
def test_a_comment_from_the_menu_silences_that_finding(text: str) -> None:
    finding = spelling(text, "recieve", "receive")
    document = read("a.md", text, Settings())
    here, everywhere = code_actions.block_comment(document, finding), code_actions.file_comment(document, finding.rule)
    assert here is not None and everywhere is not None
    for edit in (here, everywhere):
        after = read("a.md", apply_edits(text, [edit]), Settings())
        assert [d.rules for d in after.directives] == [("harper/SpellCheck",)]
        assert [" ".join(b.text.split()) for b in after.blocks] == [" ".join(b.text.split()) for b in document.blocks]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.mdx", "We recieve it.\n"),
        ("a.html", "<!doctype html>\n<p>We recieve it.</p>\n"),
        ("a.tex", "We recieve it.\nMore.\n"),
    ],
)
def test_a_comment_is_written_as_its_format_writes_it(name: str, text: str) -> None:
    finding = spelling(text, "recieve", "receive")
    document = read(name, text, Settings())
    here, everywhere = code_actions.block_comment(document, finding), code_actions.file_comment(document, finding.rule)
    assert here is not None and everywhere is not None
    after = read(name, apply_edits(text, sorted({here, everywhere})), Settings())
    assert [(d.scope, d.rules) for d in after.directives] == [("file", (finding.rule,)), ("line", (finding.rule,))]
    assert [b.text for b in after.blocks] == [b.text for b in document.blocks]


@pytest.mark.parametrize(
    ("name", "text"), [("a.rst", "We recieve it.\n"), ("a.adoc", "We recieve it.\n"), ("a.tex", "recieve % x\n")]
)
def test_where_no_comment_can_follow_one_can_stand_at_the_head(name: str, text: str) -> None:
    finding, document = spelling(text, "recieve"), read(name, text, Settings())
    edit = code_actions.file_comment(document, finding.rule)
    assert code_actions.block_comment(document, finding) is None and edit is not None
    assert [d.scope for d in read(name, apply_edits(text, [edit]), Settings()).directives] == ["file"]


@pytest.mark.parametrize("text", ["| recieve | b |\n|---|---|\n| a | b |\n", "---\ntitle: We recieve\n---\n\nText.\n"])
def test_no_comment_is_offered_where_none_can_stand(text: str) -> None:
    assert code_actions.block_comment(read("a.md", text, Settings()), spelling(text, "recieve")) is None


def test_what_the_writer_wrote_cannot_break_out_of_the_hover() -> None:
    finding = replace(spelling("x recieve", "recieve", "a`b"), message="<script> [x](y) `code` _em_")
    text = code_actions.hover([finding], {})
    assert "**\\<script\\> \\[x\\]\\(y\\) `code` \\_em\\_**" in text
    assert "`aˋb`" in text


def test_hover_starts_with_the_short_message_and_ends_with_the_page() -> None:
    finding = replace(spelling("x recieve", "recieve"), short="Spelling mistake", url="https://a.example/<x>")
    text = code_actions.hover([finding], {})
    assert text.startswith(f"**Spelling mistake**\n\n{finding.message}")
    assert text.endswith("\n\n<https://a.example/%3Cx%3E>")


def test_diagnostic_links_to_the_rule_page_else_one_for_its_language() -> None:
    finding = replace(spelling("x recieve", "recieve"), rule="languagetool/X")
    (german,) = marks.make_diagnostics("x recieve", [finding], language="de")
    (paged,) = marks.make_diagnostics("x recieve", [replace(finding, url="https://a.example/")])
    assert german.link.endswith("rule/show/X?lang=de") and paged.link == "https://a.example/"


# ── settings files ──


@pytest.mark.parametrize(
    ("before", "table", "after"),
    [
        ("", "", 'disable = ["a/B"]\n'),
        ('language = "en-GB"\n', "", 'language = "en-GB"\ndisable = ["a/B"]\n'),
        ("disable = []\n", "", 'disable = ["a/B"]\n'),
        ('disable = ["x"] # why\n', "", 'disable = ["x", "a/B"] # why\n'),
        ('disable = [\n  "x", # one\n]\n', "", 'disable = [\n  "x", # one\n  "a/B",\n]\n'),
        ('disable = [\n  "x" # ]\n]\n', "", 'disable = [\n  "x", # ]\n  "a/B"\n]\n'),
        ('# us\n\n[[overrides]]\npaths = ["a"]\n', "", '# us\ndisable = ["a/B"]\n\n[[overrides]]\npaths = ["a"]\n'),
        (
            '[tool.localproof]\nprofile = "all"\n\n[tool.x]\ny = 1\n',
            "tool.localproof",
            '[tool.localproof]\nprofile = "all"\ndisable = ["a/B"]\n\n[tool.x]\ny = 1\n',
        ),
        (
            '[tool.x]\ndisable = ["no"]\n[tool.localproof]\n',
            "tool.localproof",
            '[tool.x]\ndisable = ["no"]\n[tool.localproof]\ndisable = ["a/B"]\n',
        ),
        ('disable = ["a/B"]\r\n', "", 'disable = ["a/B"]\r\n'),
        ('words = ["x"]\r\n', "", 'words = ["x"]\r\ndisable = ["a/B"]\r\n'),
    ],
)
def test_a_rule_is_added_to_a_settings_file_and_nothing_else_changes(before: str, table: str, after: str) -> None:
    assert add_to_disable(before, "a/B", table=table) == after


NAMES = st.text(st.sampled_from("ab#[]\"'\\, /"), max_size=6)


@given(st.lists(NAMES, max_size=4, unique=True), st.booleans(), st.booleans(), st.sampled_from(["", "tool.localproof"]))
def test_a_list_of_any_rules_is_added_to_or_left_alone(names: list[str], many: bool, comma: bool, table: str) -> None:
    shown = ['"' + n.replace("\\", "\\\\").replace('"', '\\"') + '"' for n in names]
    joint = ",\n    " if many else ", "
    inside = joint.join(shown) + ("," if comma and shown else "")
    head = f"[{table}]\n" if table else "# head\n"
    text = f"{head}disable = [{inside}]  # kept\n\n[other]\ndisable = ['no']\n"
    try:
        after = add_to_disable(text, "harper/AnA", table=table)
    except BadInput:
        return
    value = tomllib.loads(after)
    for part in filter(None, table.split(".")):
        value = value[part]
    assert value["disable"] == [*names, "harper/AnA"]
    assert "# kept" in after and after.startswith(head)


def test_a_settings_file_that_is_broken_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "localproof.toml").write_text("disable = [", "utf-8")
    with pytest.raises(BadInput, match="not valid TOML"):
        settings_edits.disable(tmp_path, "a/B")
    assert (tmp_path / "localproof.toml").read_text("utf-8") == "disable = ["


def test_a_project_without_settings_gets_a_file_in_its_top_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "posts").mkdir()
    assert settings_edits.disable(tmp_path / "posts", "a/B") == tmp_path / "localproof.toml"
    assert tomllib.loads((tmp_path / "localproof.toml").read_text("utf-8")) == {"disable": ["a/B"]}


# ── what editors send ──


@pytest.mark.parametrize("raw", [None, {}, [], "x", 7, {"localproof": None}, {"localproof": {}}])
def test_an_editor_that_sends_nothing_wishes_nothing(raw: object) -> None:
    assert parse_client_settings(raw, pytest.fail) == {}


def test_a_wish_that_makes_no_sense_is_told_and_the_others_hold() -> None:
    said: list[str] = []
    raw = {"profile": "loud", "frontMatter": ["title"], "jobs": 9, "colour": "red", "debounceMs": 10}
    assert parse_client_settings(raw, said.append) == {"front_matter": ("title",)}
    assert len(said) == 3


@pytest.mark.parametrize(
    ("language", "name", "format"),
    [
        ("markdown", "a.md", "markdown"),
        ("mdx", "a.mdx", "markdown"),
        ("plaintext", "a.md", "markdown"),
        ("plaintext", None, "plain"),
        ("python", "a.py", "python"),
        ("javascriptreact", None, "javascriptreact"),
        ("json", "a.json", None),
        ("mail", None, "plain"),
        ("rmarkdown", None, "markdown"),
        ("markdown.pandoc", None, "markdown"),
        ("tex.latex", None, "latex"),
        ("text.html.markdown", None, "markdown"),
        ("python.django", None, "python"),
        ("NeogitCommitMessage", None, "commit"),
        ("telekasten", None, "markdown"),
        ("typst.x", None, None),
        (".", None, None),
        ("", "a.txt", "plain"),
    ],
)
def test_the_editors_name_for_a_language_decides_on_the_format(
    language: str, name: str | None, format: str | None
) -> None:
    path = Path(name) if name else None
    assert format_for(replace(open_text(""), language=language), path) == format


# ── checking, with engines of our own ──


class Slow:
    """An engine that finds every "teh", as soon as it is told to answer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[tuple[str, Future[tuple[Finding, ...]]]] = []
        self.at_once = True

    def start(self) -> None:
        """Nothing to start."""

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        future: Future[tuple[Finding, ...]] = Future()
        self.asked.append((text, future))
        if self.at_once:
            self.answer(text, future)
        return future

    def answer(self, text: str, future: Future[tuple[Finding, ...]]) -> None:
        if "crash" in text:
            future.set_exception(Unavailable(self.name, "crashed"))
            return
        spans = [Span(i, i + 3) for i in range(len(text)) if text.startswith("teh", i)]
        rule = f"{self.name}/SpellCheck"
        future.set_result(tuple(Finding(s, rule, "Typo.", (Edit(s, "the"),), (rule,), kind="spelling") for s in spans))

    def answer_all(self) -> None:
        for text, future in self.asked:
            if not future.done():
                self.answer(text, future)

    def provenance(self) -> tuple[Provenance, ...]:
        return ()

    def key(self) -> str:
        return self.name

    def pids(self) -> tuple[int, ...]:
        return ()

    def close(self) -> None:
        """Nothing to end."""


class FakeDocumentChecker(DocumentChecker):
    """A document checker whose checker holds engines of ours."""

    def __init__(self, engines: Mapping[str, Engine]) -> None:
        super().__init__({"LOCALPROOF_CONFIG_DIR": "/nonexistent"})
        self.engines = engines

    def _checker(self, settings: Settings) -> tuple[Checker, bool]:
        window = open_window(method="off")
        everything = replace(settings, profile="all")
        return Checker(everything, resources=Resources(self.engines, window)), False


class Screen:
    """An editor that remembers what it was told to show."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, str, list[str]]] = []
        self.lines: list[str] = []

    def show(self, opened: TextDocument, marks: tuple[marks.Diagnostic, ...]) -> None:
        self.shown.append((opened.version, opened.text, [m.span.of(opened.text) for m in marks]))

    def log(self, line: str) -> None:
        self.lines.append(line)

    def warn(self, line: str) -> None:
        self.lines.append(line)

    def tell(self, line: str) -> None:
        self.lines.append(line)

    def busy(self, what: str) -> None:
        """Nothing to show."""

    def note_checked(self, uri: str) -> None:
        """Nothing to tell."""


async def until(condition: object, screen: Screen) -> None:
    for _ in range(500):
        if callable(condition) and condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError((screen.shown, screen.lines))


def test_every_state_that_is_shown_belongs_to_the_version_it_names() -> None:
    engine, screen = Slow("harper"), Screen()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(FakeDocumentChecker({"harper": engine}), pool, screen, debounce_s=0.01)
            session.open(open_text("One teh.\n\nTwo.\n"), None)
            await until(lambda: screen.shown and screen.shown[-1][2] == ["teh"], screen)
            for version in range(2, 12):
                session.change("file:///a.md", [TextChange((2, 0), (2, 0), "And teh.\n\n")], version)
                await asyncio.sleep(0.004 * (version % 4))
            await until(lambda: screen.shown[-1][0] == 11 and len(screen.shown[-1][2]) == 11, screen)
            session.end()

    asyncio.run(scene())
    assert [v for v, _, _ in screen.shown] == sorted(v for v, _, _ in screen.shown)
    assert all(word == "teh" for _, _, words in screen.shown for word in words)


def test_an_engine_that_is_not_ready_does_not_delay_the_one_that_is() -> None:
    quick, slow, screen = Slow("harper"), Slow("languagetool"), Screen()
    slow.at_once = False

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(FakeDocumentChecker({"harper": quick, "languagetool": slow}), pool, screen)
            session.open(open_text("One teh.\n"), None)
            await asyncio.sleep(0.05)
            assert screen.shown == []
            await until(lambda: screen.shown, screen)
            assert screen.shown[-1][2] == ["teh"]
            assert not slow.asked[0][1].done()
            slow.answer_all()
            report = await session.finished("file:///a.md")
            assert report is not None
            session.end()

    asyncio.run(scene())


def test_only_the_changed_block_is_judged_again_with_the_same_result() -> None:
    engine, screen = Slow("harper"), Screen()
    text = "".join(f"Paragraph {i} with teh word.\n\n" for i in range(30))
    document_checker = FakeDocumentChecker({"harper": engine})
    job = document_checker.start_check(open_text(text), None)
    assert isinstance(job, DocumentCheck)
    first = document_checker.partial_report(job)
    later = document_checker.start_check(open_text("New teh.\n\n" + text), None)
    assert isinstance(later, DocumentCheck)
    assert document_checker.partial_report(later) == later.checker.check(later.pending.document)
    assert len(first.findings) == 30 and screen.lines == []


def test_an_engine_that_fails_is_told_once_and_the_rest_is_shown() -> None:
    good, bad, screen = Slow("harper"), Slow("languagetool"), Screen()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(
                FakeDocumentChecker({"harper": good, "languagetool": bad}), pool, screen, debounce_s=0.0
            )
            session.open(open_text("One teh.\n\nA crash.\n"), None)
            await session.finished("file:///a.md")
            session.change("file:///a.md", [TextChange((0, 0), (0, 0), "x ")], 2)
            await session.finished("file:///a.md")
            session.end()

    asyncio.run(scene())
    assert screen.shown[-1][2] == ["teh"]
    assert len([line for line in screen.lines if "crashed" in line]) == 2  # one for each engine


def test_a_correction_takes_its_mark_away_before_anything_is_checked() -> None:
    engine, screen = Slow("harper"), Screen()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(FakeDocumentChecker({"harper": engine}), pool, screen, debounce_s=60.0)
            session.open(open_text("One teh. Two teh.\n"), None)
            await session.finished("file:///a.md")
            session.change("file:///a.md", [TextChange((0, 4), (0, 7), "the")], 2)
            session.end()

    asyncio.run(scene())
    assert screen.shown[-1] == (2, "One the. Two teh.\n", ["teh"])


def test_the_layout_of_an_edited_text_is_read_when_it_is_asked_for() -> None:
    engine, screen = Slow("harper"), Screen()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(FakeDocumentChecker({"harper": engine}), pool, screen, debounce_s=60.0)
            session.open(open_text("One teh\n=======\n", "restructuredtext"), None)
            await session.finished("file:///a.md")
            session.change("file:///a.md", [TextChange((0, 0), (0, 0), "Words.\n\n")], 2)
            report = session.report("file:///a.md")
            assert report is not None
            assert [frame.span.of(report.document.text) for frame in report.document.frames] == ["One teh"]
            session.end()

    asyncio.run(scene())


def test_nothing_is_shown_before_the_delay_after_a_key_is_over() -> None:
    engine, screen = Slow("harper"), Screen()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(FakeDocumentChecker({"harper": engine}), pool, screen, debounce_s=0.2)
            session.open(open_text("One teh.\n"), None)
            await session.finished("file:///a.md")
            changed_s = time.monotonic()
            session.change("file:///a.md", [TextChange((0, 0), (0, 0), "A teh. ")], 2)
            await until(lambda: screen.shown[-1][2] == ["teh", "teh"], screen)
            assert time.monotonic() > changed_s + 0.19
            session.end()

    asyncio.run(scene())


def test_settings_that_make_no_sense_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "localproof.toml").write_text("profil = 1\n", "utf-8")
    screen = Screen()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(
                DocumentChecker({"LOCALPROOF_CONFIG_DIR": str(tmp_path / "none")}), pool, screen, debounce_s=0.0
            )
            session.open(open_text("One teh.\n"), tmp_path / "a.md")
            await session.finished("file:///a.md")
            session.save("file:///a.md")
            await session.finished("file:///a.md")
            session.end()

    asyncio.run(scene())
    assert len([line for line in screen.lines if "did you mean profile?" in line]) == 1


def test_who_waits_for_a_check_that_breaks_is_answered() -> None:
    class Broken(FakeDocumentChecker):
        def partial_report(self, job: DocumentCheck) -> Report:
            raise RuntimeError("broken")

    screen = Screen()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as pool:
            session = EditorSession(Broken({"harper": Slow("harper")}), pool, screen, debounce_s=0.0)
            session.open(open_text("One teh.\n"), None)
            async with asyncio.timeout(10):
                assert await session.finished("file:///a.md") == (open_text("One teh.\n"), ())
            session.end()

    asyncio.run(scene())
    assert screen.lines == ["a check failed: RuntimeError: broken"]


# ── which engines a text gets ──

NO_ENGINES: dict[str, object] = {"engines": (), "energy_meter": "off", "cache": False}


def at_work(document_checker: DocumentChecker, path: Path) -> Checker:
    job = document_checker.start_check(open_text("One.\n"), path)
    assert isinstance(job, DocumentCheck)
    return job.checker


@pytest.mark.parametrize(
    ("wish", "same"),
    [
        ({"profile": "all"}, True),
        ({"picky": True}, False),
        ({"languagetool_home": "java"}, False),
        ({"languagetool_server": "http://localhost:8081"}, False),
        ({"languagetool_elsewhere": ELSEWHERE}, False),
        ({"languagetool_ngrams": "/data/ngrams"}, False),
        ({"service": "off"}, False),
        ({"model": "elsewhere.gguf"}, False),
        ({"service_minutes": 5.0}, True),
        ({"service_megabytes": 900}, True),
        ({"max_bytes": 900}, True),
    ],
)
def test_only_settings_that_concern_engines_bring_other_engines(
    tmp_path: Path, wish: dict[str, object], same: bool
) -> None:
    with DocumentChecker({"LOCALPROOF_CONFIG_DIR": str(tmp_path / "none")}, NO_ENGINES) as document_checker:
        before = at_work(document_checker, tmp_path / "a.md")
        document_checker.set_client_settings({**NO_ENGINES, **wish})
        assert (at_work(document_checker, tmp_path / "a.md").engines is before.engines) is same


def test_engines_that_were_built_ahead_serve_the_first_text_or_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    class Built(Slow):
        def close(self) -> None:
            closed.append(self.name)

    monkeypatch.setattr(
        resources, "ENGINES", {"harper": ENGINES["harper"]._replace(open=lambda settings: Built(settings.language))}
    )
    one = {**NO_ENGINES, "engines": ("harper",)}
    with DocumentChecker({"LOCALPROOF_CONFIG_DIR": str(tmp_path / "none")}, one) as document_checker:
        document_checker.warm(tmp_path)
        document_checker.warm(tmp_path)
        assert (
            at_work(document_checker, tmp_path / "a.md").engines is at_work(document_checker, tmp_path / "b.md").engines
        )
        assert not closed
        document_checker.set_client_settings({**one, "language": "en-GB"})
        at_work(document_checker, tmp_path / "a.md")
        assert not closed  # a text was checked with the first ones, and another may be again
    assert closed == ["en-US", "en-GB"]
    closed.clear()
    with DocumentChecker({"LOCALPROOF_CONFIG_DIR": str(tmp_path / "none")}, one) as document_checker:
        document_checker.warm(tmp_path)
        document_checker.set_client_settings({**one, "language": "en-GB"})
        document_checker.warm(tmp_path)
        assert closed == ["en-US"]
        document_checker.set_client_settings({**one, "language": "en-CA"})
        at_work(document_checker, tmp_path / "a.md")
        assert closed == ["en-US", "en-GB"]


def test_a_rule_that_does_not_exist_leaves_the_engines_at_work(tmp_path: Path) -> None:
    with DocumentChecker({"LOCALPROOF_CONFIG_DIR": str(tmp_path / "none")}, NO_ENGINES) as document_checker:
        before = at_work(document_checker, tmp_path / "a.md")
        document_checker.set_client_settings({**NO_ENGINES, "disable": ("nonsense/Rule",)})
        with pytest.raises(BadInput, match="no engine"):
            at_work(document_checker, tmp_path / "a.md")
        document_checker.set_client_settings(NO_ENGINES)
        assert at_work(document_checker, tmp_path / "a.md").window is before.window


def test_a_cluster_that_is_named_later_is_asked_for(tmp_path: Path) -> None:
    with DocumentChecker({"LOCALPROOF_CONFIG_DIR": str(tmp_path / "none")}, NO_ENGINES) as document_checker:
        at_work(document_checker, tmp_path / "a.md")
        document_checker.set_client_settings({**NO_ENGINES, "executor": "nonsense"})
        with pytest.raises(BadInput, match="expected dask://HOST:PORT"):
            at_work(document_checker, tmp_path / "a.md")


def test_language_word_list_counts_and_is_reloaded_on_change(tmp_path: Path) -> None:
    lists = tmp_path / ".localproof"
    for folder in (tmp_path / ".git", lists):
        folder.mkdir()
    with DocumentChecker({"LOCALPROOF_CONFIG_DIR": str(tmp_path / "none")}, NO_ENGINES) as document_checker:
        for words in ("frobnicate\n", "frobnicate\nbazqux\n"):
            for language in ("en-US", "de"):
                (lists / f"dictionary.{language}.txt").write_text(words)
            checker = at_work(document_checker, tmp_path / "a.md")
            assert checker.resources.foreign_engines is not None
            for vocabulary in (checker.dictionary, checker.resources.foreign_engines.dictionary("de-DE")):
                assert vocabulary.words == frozenset(words.split())


# ── judgements that are kept ──


@given(st.lists(st.sampled_from(["teh cat", "Teh Dog", "a [teh](x) link", "teh teh", "plain"]), min_size=1, max_size=6))
def test_judgements_that_are_kept_are_those_that_would_be_made(parts: list[str]) -> None:
    engine = Slow("harper")
    document_checker = FakeDocumentChecker({"harper": engine})
    text = ""
    for part in parts:
        text = f"{part}.\n\n{text}"
        job = document_checker.start_check(open_text(text), None)
        assert isinstance(job, DocumentCheck)
        assert document_checker.partial_report(job) == job.checker.check(job.pending.document)


def test_a_document_says_the_line_of_an_ignores_file() -> None:
    text = "It is *more* teh I had hoped for.\n"
    document: Document = read("a.md", text, Settings())
    line = code_actions.ignore_line(document, spelling(text, "teh"))
    assert line == "harper/SpellCheck: It is more [[teh]] I had hoped for."


def test_a_block_that_an_engine_is_busy_with_is_not_asked_about_again() -> None:
    engine = Slow("harper")
    engine.at_once = False
    remembering = CachingEngine(engine)
    first, second = remembering.submit("One teh."), remembering.submit("One teh.")
    assert len(engine.asked) == 1
    engine.answer_all()
    assert first.result() == second.result() != ()
    assert remembering.submit("One teh.").result() == first.result()
    assert len(engine.asked) == 1


def test_a_block_that_could_not_be_checked_is_asked_about_again() -> None:
    engine = Slow("harper")
    remembering = CachingEngine(engine)
    for _ in range(2):
        with pytest.raises(Unavailable):
            remembering.submit("A crash.").result()
    assert len(engine.asked) == 2


def test_what_a_writer_has_changed_since_is_not_waited_for() -> None:
    engine = Slow("harper")
    engine.at_once = False
    document_checker = FakeDocumentChecker({"harper": CachingEngine(engine)})
    document_checker.start_check(open_text("Stays teh.\n\nGoes teh.\n"), None)
    document_checker.start_check(open_text("Stays teh.\n\nComes teh.\n"), None)
    assert [(text, future.cancelled()) for text, future in engine.asked] == [
        ("Stays teh.", False),
        ("Goes teh.", True),
        ("Comes teh.", False),
    ]
    document_checker.forget("file:///a.md")
    assert all(future.cancelled() for _, future in engine.asked)


def test_another_model_in_the_settings_is_another_bench(tmp_path: Path) -> None:
    with DocumentChecker({}) as document_checker:
        plain = Settings(engines=(), service="off")
        without, _ = document_checker._checker(plain)
        wanting, _ = document_checker._checker(replace(plain, model=str(tmp_path / "not-there.gguf")))
        again, _ = document_checker._checker(replace(plain, profile="all"))
        assert wanting.window is not without.window and again.window is without.window
        assert [s.what for s in without.skipped] == [] and "not-there.gguf" in wanting.skipped[0].what
