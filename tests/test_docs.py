"""The pages speak of what there is, what is generated is up to date, and the tutorial can be followed."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

from localproof.engines.languagetool import has_rules

REPOSITORY = Path(__file__).parents[1]
PAGES = ("CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/protocols.md", "bench/results/README.md")
SITE = tuple(sorted(p.relative_to(REPOSITORY).as_posix() for p in (REPOSITORY / "docs").rglob("*.md")))
LINKED = tuple(dict.fromkeys((*PAGES, "CHANGELOG.md", "README.md", *SITE, "training/MODEL_CARD.md")))
OLD = "## Old names"  # from here on a page speaks of what there was
CODE = re.compile(r"`([^`\n]+)`")
MODULE = re.compile(r"(?:[\w.-]+/)+[\w.-]+\.(?:py|case)")
NAME = re.compile(r"[A-Za-z_][\w.]*(?:\(.*\))?")


@cache
def _sources() -> tuple[frozenset[str], frozenset[str]]:
    """(paths, words and stems) of the code."""
    files = [
        p
        for folder in ("localproof", "tests", "bench", "training")
        for p in (REPOSITORY / folder).rglob("*")
        if p.suffix in (".py", ".case") and "__pycache__" not in p.parts
    ]
    read = [p.read_text("utf-8") for p in (*(p for p in files if p.suffix == ".py"), REPOSITORY / "pyproject.toml")]
    words = {word for text in read for word in re.findall(r"\w+", text)} | {p.stem for p in files}
    return frozenset(p.relative_to(REPOSITORY).as_posix() for p in files), frozenset(words)


def spoken_of(page: str) -> list[str]:
    """What a page puts between backticks, outside of examples and of what there was."""
    text = (REPOSITORY / page).read_text("utf-8").partition(OLD)[0]
    return CODE.findall(re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_a_page_names_is_there(page: str) -> None:
    paths, _ = _sources()
    named = {code for code in spoken_of(page) if MODULE.fullmatch(code) and "NAME" not in code}
    assert [n for n in sorted(named) if not any(path == n or path.endswith(f"/{n}") for path in paths)] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_name_that_a_page_speaks_of_is_in_the_code(page: str) -> None:
    _, words = _sources()
    named = {code.partition("(")[0] for code in spoken_of(page) if NAME.fullmatch(code)}
    capitals = re.compile(r"[A-Z_]*X*")  # of an example
    unknown = (n for n in sorted(named) if not capitals.fullmatch(n) and n.rpartition(".")[2] not in words)
    assert [n for n in unknown if not (REPOSITORY / n).exists()] == []


def _without_code(page: str) -> str:
    text = (REPOSITORY / page).read_text("utf-8")
    return re.sub(r"^ *```.*?^ *```|`[^`\n]+`", "", text, flags=re.DOTALL | re.MULTILINE)


def _anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and mkdocs both make them of plain words."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", h).lower()).strip().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", LINKED)
def test_a_link_leads_somewhere(page: str) -> None:
    """To a file that is there and to a heading of it."""
    wrong = []
    for link, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)", _without_code(page)):
        to = (REPOSITORY / page).parent / link if link else REPOSITORY / page
        if page == "docs/index.md" and link == "reference/rules.md":
            continue  # which the site alone has
        if not to.exists() or (anchor and to.suffix == ".md" and anchor not in _anchors(to)):
            wrong.append(f"{link}#{anchor}")
    assert wrong == []


@pytest.mark.parametrize("page", ["README.md", "CITATION.cff", "SECURITY.md", "CONTRIBUTING.md", *SITE])
def test_no_address_is_a_placeholder(page: str) -> None:
    text = (REPOSITORY / page).read_text("utf-8")
    assert re.findall(r"https?://[\w.]*example\.\w+|\bOWNER/|\bTODO\b|\bgithub\.com/(?:you|your|user)\b", text) == []


def test_the_readme_is_short() -> None:
    assert (REPOSITORY / "README.md").stat().st_size <= 8_000


def test_every_page_is_in_the_menu_once() -> None:
    menu = re.findall(r"^ +- .*: ([\w./-]+\.md)$", (REPOSITORY / "mkdocs.yml").read_text("utf-8"), flags=re.MULTILINE)
    there = {page.removeprefix("docs/") for page in SITE} | {"reference/rules.md"}
    assert sorted(menu) == sorted(there)


def test_what_is_generated_is_up_to_date() -> None:
    """Else: python docs/generate.py"""
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "docs/generate.py")
    assert spec is not None and spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    old = [p.name for p, text in generate.pages().items() if not p.exists() or p.read_text("utf-8") != text]
    assert old == []


def test_what_the_wheel_takes_along_is_there() -> None:
    wheel = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert [p for p in (*wheel["force-include"], *wheel["shared-data"]) if not (REPOSITORY / p).is_file()] == []


def test_the_version_to_cite_is_the_version() -> None:
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"\nversion: {version}\n" in (REPOSITORY / "CITATION.cff").read_text("utf-8")


def test_the_manual_page_is_one(tmp_path: Path) -> None:
    text = (REPOSITORY / "docs/localproof.1").read_text("utf-8")
    assert text.startswith(".TH LOCALPROOF 1") and text.isascii()
    assert re.findall(r"^\.(?!TH|SH|SS|TP|B\b|br)\S*", text, flags=re.MULTILINE) == []
    try:
        done = subprocess.run(["man", "-l", str(REPOSITORY / "docs/localproof.1")], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no man here")
    assert done.returncode == 0 and "warning" not in done.stderr


@pytest.mark.skipif(not has_rules("en"), reason="lingotweaker is not installed")
def test_the_tutorial_can_be_followed(tmp_path: Path) -> None:
    """Word by word from the third step on, each review answered with Enter."""
    steps = (REPOSITORY / "docs/tutorial.md").read_text("utf-8").partition("## 3.")[2]
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```", steps, flags=re.DOTALL | re.MULTILINE))
    answers = r"printf '\n\n\nq w\n' | localproof review --plain posts; localproof posts"
    script = commands.replace("localproof review posts", answers) + "\nlocalproof disclose --short posts\n"
    home = tmp_path / "home"
    home.mkdir()
    surroundings = {
        **os.environ,
        "HOME": str(home),
        "LOCALPROOF_SERVICE": "off",
        "LOCALPROOF_BLOCK_TIMEOUT_S": "300",
        **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        **{f"LOCALPROOF_{what}_DIR": str(tmp_path / what) for what in ("CONFIG", "STATE", "CACHE")},
    }
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=surroundings, capture_output=True, text=True)
    said = done.stdout + done.stderr
    for part in (
        "7 findings in 3 files",
        "Nethercombe  ",
        "1 word added to",
        "No findings in 3 files",
        "First posts",
        "could of → could have",
        "::warning file=posts/bread.md",
        "no language model",
    ):
        assert part in said, said
    log = subprocess.run(["git", "log", "--oneline"], cwd=tmp_path / "blog", capture_output=True, text=True).stdout
    assert "First posts" in log and "The basket" not in log
