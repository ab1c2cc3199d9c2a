"""The pages for those who work on LocalProof speak of what there is: files, names and links."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PAGES = ("CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/protocols.md", "bench/results/README.md")
LINKED = (*PAGES, "CHANGELOG.md", "README.md", "docs/ci.md", "docs/editors.md", "docs/models.md")
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


@pytest.mark.parametrize("page", LINKED)
def test_a_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)", (REPOSITORY / page).read_text("utf-8"))
    assert [link for link in links if not (REPOSITORY / page).parent.joinpath(link).exists()] == []
