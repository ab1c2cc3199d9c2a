"""The HTML page in a real browser: Chromium without a window, with nothing but the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import sample_run as sample
from test_render_html import attacked

from localproof.render import RENDERERS, Style
from localproof.report import Finding, Report, Run
from localproof.text import Edit, Span

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = os.environ.get("LOCALPROOF_TEST_REQUIRE") == "all"

if not CHROMIUM and not REQUIRED:
    pytest.skip("needs a Chromium: apt-get install chromium", allow_module_level=True)
if not REQUIRED:
    pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install '.[test]'")

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Its sandbox does not work for root, and tests in containers often run as root; the pages are our own.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclass
class Seen:
    """What a page did beside showing itself."""

    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@dataclass
class Visitor:
    """Opens runs as pages, and notes what they do."""

    browser: Browser
    folder: Path
    seen: Seen = field(default_factory=Seen)

    def open(self, run: Run, *, held_back: bool = False, **context: Any) -> Page:
        path = self.folder / "report.html"
        path.write_text(RENDERERS["html"](run, Style(show_held_back=held_back)), "utf-8")
        page = self.browser.new_context(**context).new_page()
        page.set_default_timeout(60_000)  # a busy machine makes a browser slow, not wrong
        page.on("console", lambda message: self.seen.console.append(message.text))
        page.on("request", lambda request: self.seen.requests.append(request.url))
        page.on("requestfailed", lambda request: self.seen.refused.append(f"{request.url}: {request.failure}"))
        page.on("pageerror", lambda error: self.seen.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.seen.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        return page


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Visitor]:
    visitor = Visitor(browser, tmp_path)
    yield visitor
    for context in browser.contexts:
        context.close()


def many(number: int) -> Run:
    """A run of `number` findings in files of twenty each."""
    text = "\n\n".join(f"Sentence {i} has teh slip in it." for i in range(20))
    starts = [i for i in range(len(text)) if text.startswith("teh", i)]
    findings = tuple(
        Finding(
            Span(at, at + 3),
            "harper/SpellCheck",
            "Did you mean `the`?",
            (Edit(Span(at, at + 3), "the"),),
            kind="spelling",
            probability=0.5 + i / 50,
        )
        for i, at in enumerate(starts)
    )
    reports = tuple(
        Report(sample.document(f"posts/{i:04}.md", text), findings, words=140 + i) for i in range(number // 20)
    )
    return replace(sample.RUN, reports=reports)


RUNS = {"sample": sample.RUN, "clean": sample.CLEAN, "empty": Run(), "attacked": attacked()}


def shown(page: Page) -> list[str]:
    """The sentences that can be seen, in order."""
    return page.eval_on_selector_all(
        "#list .finding",
        "all => all.filter(e => e.checkVisibility()).map(e => e.querySelector('.sentence').textContent)",
    )


@pytest.mark.parametrize("name", RUNS)
def test_the_page_asks_for_nothing_but_itself_and_has_no_complaints(visit: Visitor, name: str) -> None:
    page = visit.open(RUNS[name], held_back=True)
    page.wait_for_timeout(200)
    assert visit.seen == Seen(requests=[page.url])


def test_text_and_names_never_run_or_become_part_of_the_page(visit: Visitor) -> None:
    page = visit.open(attacked(), held_back=True)
    page.evaluate("document.querySelectorAll('*').forEach(e => e.dispatchEvent(new Event('mouseover')))")
    assert page.locator("img, script:not(:last-of-type), [onerror], [onmouseover]").count() == 0
    assert page.locator("script").count() == 1
    schemes = page.eval_on_selector_all("a", "all => [...new Set(all.map(a => a.protocol))]")
    assert schemes == ["file:"]
    assert visit.seen == Seen(requests=[page.url])


def test_a_script_that_got_in_would_not_run(visit: Visitor) -> None:
    """The policy itself: what is put into the page after the fact is refused."""
    page = visit.open(sample.RUN)
    page.evaluate(
        """() => {
            for (const [name, set] of [["script", e => e.textContent = "document.title = 'run'"],
                                       ["img", e => e.src = "https://example.invalid/x.png"]]) {
                const element = document.createElement(name); set(element); document.body.append(element);
            }
        }"""
    )
    page.wait_for_timeout(200)
    assert page.title() != "run"
    assert visit.seen.refused == ["https://example.invalid/x.png: csp"]
    assert len([line for line in visit.seen.console if "Content Security Policy" in line]) == 2


def test_everything_is_there_without_the_script(visit: Visitor) -> None:
    page = visit.open(sample.RUN, java_script_enabled=False)
    assert page.locator("#tools").is_hidden()
    assert page.locator("#list .finding").count() == 9
    assert all(page.locator("#list .finding").nth(i).is_visible() for i in range(9))
    assert page.locator("#ranking tbody tr").first.is_visible()
    assert page.locator("#ranking thead button").count() == 0


def test_all_files_can_be_shown_without_the_script(visit: Visitor) -> None:
    page = visit.open(many(600), java_script_enabled=False)
    rows = page.locator("#ranking tbody tr")
    assert rows.nth(14).is_visible() and rows.nth(15).is_hidden()
    page.get_by_label("Show all 30 files").check()
    assert rows.nth(29).is_visible()


def test_a_search_leaves_what_holds_the_words_and_says_how_much(visit: Visitor) -> None:
    page = visit.open(sample.RUN)
    page.get_by_role("searchbox").fill("GOVERNMENTS")
    page.get_by_text("1 of 9 shown").wait_for()
    assert len(shown(page)) == 1 and "goverment" in shown(page)[0]
    page.get_by_role("searchbox").fill("market")  # the name of a file
    page.get_by_text("2 of 9 shown").wait_for()
    page.get_by_role("button", name="Show all").click()
    assert len(shown(page)) == 9


def test_kinds_engines_and_sureness_can_be_chosen(visit: Visitor) -> None:
    page = visit.open(sample.RUN)
    page.get_by_label("spelling").uncheck()
    assert page.get_by_role("status").inner_text() == "7 of 9 shown"
    page.get_by_label("Found by").select_option("model")
    assert page.get_by_role("status").inner_text() == "1 of 9 shown"
    page.get_by_label("Found by").select_option("two or more")
    assert page.get_by_role("status").inner_text() == "5 of 9 shown"
    page.get_by_label("At least").select_option("90 % sure")
    assert page.get_by_role("status").inner_text() == "4 of 9 shown"


def test_findings_can_be_put_in_order_of_sureness_and_back(visit: Visitor) -> None:
    page = visit.open(sample.RUN)
    before = shown(page)
    page.get_by_label("Order").select_option("surest first")
    assert "the the cold" in shown(page)[0] and "definately" in shown(page)[-1]
    assert page.locator("#list .path a").first.is_visible()
    page.get_by_label("Order").select_option("least sure first")
    assert "However" in shown(page)[0]
    page.get_by_label("Order").select_option("by file")
    assert shown(page) == before


def test_the_table_of_files_is_sorted_by_a_click_and_says_so(visit: Visitor) -> None:
    page = visit.open(many(600))
    first = page.locator("#ranking tbody tr").first
    words = page.locator("#ranking th", has_text="Words").last
    words.get_by_role("button").click()
    assert first.inner_text().startswith("0029.md") and words.get_attribute("aria-sort") == "descending"
    words.get_by_role("button").press("Enter")
    assert first.inner_text().startswith("0000.md") and words.get_attribute("aria-sort") == "ascending"
    assert page.locator("#ranking [aria-sort]").count() == 1


def test_a_link_to_a_file_that_the_filter_hides_shows_it(visit: Visitor) -> None:
    page = visit.open(sample.RUN)
    page.get_by_role("searchbox").fill("governments")
    page.get_by_text("1 of 9 shown").wait_for()
    page.locator("#ranking a", has_text="the market.md").click()
    assert page.locator("h3", has_text="the market.md").is_visible()


def test_the_page_can_be_worked_with_the_keyboard_alone(visit: Visitor) -> None:
    page = visit.open(sample.RUN)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.get_by_role("status").inner_text() != "9 of 9 shown"


@pytest.mark.parametrize("name", ["sample", "attacked"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out_at_any_width(visit: Visitor, name: str, width: int) -> None:
    page = visit.open(RUNS[name], held_back=True, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", RUNS)
def test_axe_finds_no_barrier(visit: Visitor, name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit.open(RUNS[name], held_back=True, color_scheme=scheme, reduced_motion="reduce")
    result = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in result.response["violations"]] == []


def test_five_thousand_findings_stay_usable(visit: Visitor) -> None:
    page = visit.open(many(5000))
    page.get_by_role("searchbox").fill("posts/0123 sentence 7 ")
    page.get_by_role("searchbox").fill("sentence 7 ")
    page.get_by_text("250 of 5,000 shown").wait_for()
    page.get_by_label("Order").select_option("surest first")
    page.get_by_role("button", name="Show all").click()
    page.get_by_text("5,000 of 5,000 shown").wait_for()
    assert visit.seen.errors == []


def test_on_paper_there_are_findings_and_no_tools(visit: Visitor) -> None:
    page = visit.open(sample.RUN)
    page.emulate_media(media="print")
    assert page.locator("#tools").is_hidden() and page.locator("nav").is_hidden()
    assert len(shown(page)) == 9
