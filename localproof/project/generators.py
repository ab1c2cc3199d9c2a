"""Site generators: how each is recognised, which of its folders hold no text of the writer's, and what its front
matter holds that readers see."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

_MOST_BYTES = 100_000  # of a generator's own settings, when they must be looked into to know whose they are


@dataclass(frozen=True)
class SiteGenerator:
    """One site generator. Folders are told from the site's own folder.

    `is_site(names, folder)`: whether `folder`, which holds `names`, is the top
    of such a site. `passed_over` are globs of what it makes, what others made
    (themes, packages) and what is a template. `content` is where the writer's
    texts are, `front_matter` the fields of a header that hold prose,
    `taxonomies` those that hold terms of the writer's own.
    """

    title: str
    is_site: Callable[[Collection[str], Path], bool]
    passed_over: tuple[str, ...]
    content: tuple[str, ...]
    front_matter: tuple[str, ...] = ("title", "description", "summary")
    taxonomies: tuple[str, ...] = ("tags", "categories")


def _any(*globs: str) -> Callable[[Collection[str], Path], bool]:
    return lambda names, _: any(fnmatchcase(name, glob) for glob in globs for name in names)


def _has_line(path: Path, pattern: str) -> bool:
    """Whether a line of the file `path` begins as `pattern` says."""
    try:
        with path.open("rb") as file:
            return re.search(pattern.encode(), file.read(_MOST_BYTES), re.MULTILINE) is not None
    except OSError:
        return False


def _is_hugo(names: Collection[str], folder: Path) -> bool:
    if any(
        fnmatchcase(name, "hugo.*") and name.rpartition(".")[2] in ("toml", "yaml", "yml", "json") for name in names
    ):
        return True
    if "config" in names and any((folder / "config/_default").glob("*.*")):
        return "content" in names
    # Till 2022 the file was called config.toml, as is Zola's and that of others; Hugo's has its own way with capitals.
    old = [n for n in names if n in ("config.toml", "config.yaml", "config.yml", "config.json")]
    return any(_has_line(folder / n, r'^[ \t]*["\']?(?i:baseurl)["\']?\s*[=:]') for n in old) and "content" in names


def _is_zola(names: Collection[str], folder: Path) -> bool:
    return any(
        n in names and _has_line(folder / n, r"^[ \t]*base_url\s*=") for n in ("config.toml", "zola.toml")
    ) and bool({"content", "templates"} & set(names))


def _is_jekyll(names: Collection[str], folder: Path) -> bool:
    if not {"_config.yml", "_config.yaml", "_config.toml"} & set(names):
        return False
    if {"_posts", "_layouts", "_includes", "_drafts"} & set(names):
        return True
    return "Gemfile" in names and _has_line(folder / "Gemfile", r"^[ \t]*gem\s*\(?\s*[\"'](?:jekyll|github-pages)")


# A new generator is one row here, and a name in settings.GENERATORS.
SITES: Mapping[str, SiteGenerator] = {
    "hugo": SiteGenerator(
        "Hugo",
        _is_hugo,
        ("public", "resources", "themes", "layouts", "archetypes", "_vendor", "exampleSite"),
        ("content",),
        ("title", "linkTitle", "description", "summary", "subtitle"),
        ("tags", "categories", "series"),
    ),
    "jekyll": SiteGenerator(
        "Jekyll",
        _is_jekyll,
        ("_site", "vendor", "_layouts", "_includes", "_sass", "_plugins"),
        ("_posts", "_drafts", "_pages"),
        ("title", "subtitle", "description", "excerpt"),
    ),
    "eleventy": SiteGenerator(
        "Eleventy",
        _any(".eleventy.js", "eleventy.config.*"),
        ("_site", "_includes", "*/_includes", "_layouts", "*/_layouts", "_data", "*/_data"),
        ("posts", "content", "src"),
    ),
    "astro": SiteGenerator(
        "Astro",
        _any("astro.config.*"),
        ("dist", "public"),
        ("src/content", "src/pages"),
    ),
    "zola": SiteGenerator(
        "Zola",
        _is_zola,
        ("public", "themes", "templates", "static", "sass"),
        ("content",),
        ("title", "description"),
        ("taxonomies.tags", "taxonomies.categories"),
    ),
    "mkdocs": SiteGenerator(
        "MkDocs",
        _any("mkdocs.yml", "mkdocs.yaml"),
        ("site", "overrides", "*/overrides"),
        ("docs",),
    ),
    "docusaurus": SiteGenerator(
        "Docusaurus",
        _any("docusaurus.config.*"),
        ("build", "versioned_docs", "versioned_sidebars", "*_versioned_docs", "*_versioned_sidebars", "i18n", "static"),
        ("docs", "blog"),
        ("title", "sidebar_label", "description"),
        ("tags", "keywords"),
    ),
}


def site_of(names: Collection[str], folder: Path, wanted: str = "auto") -> SiteGenerator | None:
    """The generator whose site `folder`, which holds `names`, is the top of; None for none.

    `wanted` is the setting: auto, none, or the only generator to look for.
    """
    if wanted == "none":
        return None
    looked_for = SITES if wanted == "auto" else {wanted: SITES[wanted]}
    return next((g for g in looked_for.values() if g.is_site(names, folder)), None)


def is_passed_over(generator: SiteGenerator, path: str) -> bool:
    """Whether `path`, from the site's own folder, is one of those that the generator's writer did not write.

    >>> is_passed_over(SITES["hugo"], "public"), is_passed_over(SITES["hugo"], "content/public")
    (True, False)
    """
    depth = path.count("/")
    return any(glob.count("/") == depth and fnmatchcase(path, glob) for glob in generator.passed_over)
