"""Which files a name, a folder or a glob stands for, and what is passed over, and who says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localproof.config import GENERATORS
from localproof.pipeline.planning import CheckOptions, plan_tasks, settings_finder
from localproof.project.discovery import Excluded, describe_excluded, discover_files, is_draft, why_excluded
from localproof.project.files import InputFile, read_source
from localproof.project.generators import SITES, site_of
from localproof.project.gitignore import IgnoreFile, decide, parse_pattern, read_ignore_file
from localproof.report import BadInput, Skipped, Unavailable


def make(top: Path, *names: str, **contents: str) -> Path:
    """Files under `top`, each with a word in it unless `contents` says what (``__`` for a dot)."""
    written = {name.replace("__", "."): text for name, text in contents.items()}
    for name in (*names, *written):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written.get(name, "text"), encoding="utf-8")
    return top


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make(tmp_path, "b.md", "a.txt", "z/c.md", ".hidden.md", ".git/x.md", "node_modules/y.md", "image.png", "z/main.py")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def walked(*asked: str, force_exclude: bool = False) -> tuple[list[str], dict[str, str]]:
    """(what is taken, what is passed over and why), under the settings that are found."""
    settings_of = settings_finder(CheckOptions(), {"LOCALPROOF_CONFIG_DIR": "/nowhere"})
    taken, passed = [], {}
    for item in discover_files(asked, settings_of, force_exclude=force_exclude):
        if isinstance(item, Excluded):
            passed[item.name] = item.why
        else:
            why = item.reason if isinstance(item, Skipped) else item.trouble
            taken.append((item.what if isinstance(item, Skipped) else item.name) + (why and f": {why}"))
    return taken, passed


def names(*asked: str) -> list[str]:
    return walked(*asked)[0]


# ─ names, folders, globs ─


def test_a_folder_stands_for_its_texts_in_order_of_name(site: Path) -> None:
    assert names(".") == ["a.txt", "b.md", "z/c.md"]
    assert names("z/", "./b.md") == ["z/c.md", "./b.md"]
    assert names(str(site)) == [f"{site}/{n}" for n in ("a.txt", "b.md", "z/c.md")]


def test_what_has_no_known_format_is_passed_over_by_its_suffix(site: Path) -> None:
    make(site, "LICENSE")
    assert walked(".")[1] == {
        "LICENSE": "no suffix",
        "image.png": "no format for .png",
        "z/main.py": "source code, read where it is named",
    }


def test_a_file_that_is_named_is_taken_whatever_its_name(site: Path) -> None:
    assert names("z/main.py", ".hidden.md", "image.png") == ["z/main.py", ".hidden.md", "image.png"]


def test_each_file_comes_once(site: Path) -> None:
    (site / "again.md").symlink_to("b.md")
    assert names("b.md", ".", "z/../b.md", "again.md") == [
        "b.md",
        "a.txt",
        "again.md: a symbolic link, not followed in a folder",
        "z/c.md",
    ]


def test_a_name_that_is_not_there_is_an_error(site: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.md: no such file or folder"):
        names("none.md")
    with pytest.raises(BadInput, match="not a possible file name"):
        names("a\0b")
    with pytest.raises(BadInput, match=r"\*\.rst: no file matches"):
        names("*.rst")


def test_a_name_that_is_not_there_does_not_stop_the_others(site: Path) -> None:
    found = list(discover_files(["none.md", "z", "*.rst"]))
    assert [f.name for f in found if isinstance(f, InputFile)] == ["none.md", "z/c.md", "*.rst"]
    assert isinstance(found[0], InputFile)
    with pytest.raises(Unavailable, match="no such file"):
        read_source(found[0], 100)


@pytest.mark.parametrize(
    ("glob", "taken"),
    [
        ("*.md", ["b.md"]),
        ("**/*.md", ["b.md", "z/c.md"]),
        ("*", ["a.txt", "b.md", "z/c.md"]),
        ("z/*.py", ["z/main.py"]),
        ("?/[c-d].md", ["z/c.md"]),
        ("*/", ["z/c.md"]),
        ("./**/c.*", ["z/c.md"]),
        ("./z/../z/*.md", ["./z/../z/c.md"]),
    ],
)
def test_a_glob_that_no_shell_expanded_stands_for_what_it_matches(site: Path, glob: str, taken: list[str]) -> None:
    assert names(glob) == taken


def test_a_file_may_have_the_name_of_a_glob(site: Path) -> None:
    make(site, "a[1].md")
    assert names("a[1].md") == ["a[1].md"]


def test_a_glob_gets_lost_in_no_circle_of_links(site: Path) -> None:
    for name in ("one", "two", "z/three"):
        (site / name).symlink_to(site)
    assert names("**/c.md") == ["z/c.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_pipes_links_and_circles_are_named_and_not_read(site: Path) -> None:
    os.mkfifo(site / "z/pipe.md")
    (site / "z/round").symlink_to(".")
    (site / "z/round.md").symlink_to("round.md")
    assert names("z") == [
        "z/c.md",
        "z/pipe.md",
        "z/round.md: a symbolic link that leads nowhere",
    ]
    assert walked("z")[1]["z/round/"] == "a link, not followed"
    with pytest.raises(Unavailable, match="not a regular file"):
        read_source(InputFile(site / "z/pipe.md", "z/pipe.md", named=True), 100)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="such names cannot be made here")
def test_names_of_any_bytes_are_walked(site: Path) -> None:
    for name in (b"z/two\nlines.md", b"z/caf\xe9.md"):
        Path(os.fsdecode(name)).write_text("text")
    make(site, __gitignore="*\n!*/\n!*caf*\n")
    assert [os.fsencode(n) for n in names("z")] == [b"z/caf\xe9.md"]
    assert describe_excluded([Excluded("two\nlines.md", ".gitignore")]) == r"two\nlines.md (.gitignore)"


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(site: Path) -> None:
    (site / "z").chmod(0)
    try:
        assert names(".") == ["a.txt", "b.md", "z/: cannot be listed: permission denied"]
    finally:
        (site / "z").chmod(0o755)


# ─ what settings and ignore files leave out ─


@pytest.mark.parametrize(
    ("glob", "out"),
    [
        ("drafts", True),
        ("drafts/", True),
        ("./drafts/**", True),
        ("drafts/*.md", True),
        ("**/2024", True),
        ("*.md", True),
        ("dr?fts/2024", True),
        ("2024", False),
        ("*.txt", False),
        ("draft", False),
    ],
)
def test_globs_exclude_a_file_or_a_folder_it_is_in(
    tmp_path: Path, glob: str, out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "drafts/2024/a.md", localproof__toml=f'exclude = ["{glob}"]')
    monkeypatch.chdir(tmp_path)
    taken, passed = walked(".")
    assert (taken == []) is out
    assert ("exclude in the settings" in passed.values()) is out


def test_include_takes_only_what_it_names_and_that_of_any_format(site: Path) -> None:
    make(site, localproof__toml='include = ["z"]')
    assert walked(".") == (
        ["z/c.md", "z/main.py"],
        {
            "a.txt": "include in the settings",
            "b.md": "include in the settings",
            "image.png": "no format for .png",
            "localproof.toml": "source code, read where it is named",
        },
    )


def test_ignore_files_hold_from_the_repository_top_and_nearest_wins(site: Path) -> None:
    make(site, "z/built/d.md", "z/new.md", "built/e.md", __gitignore="built/\nnew.md\n")
    make(site / "z", __gitignore="!built/\n")
    assert names(".") == ["a.txt", "b.md", "z/c.md", "z/built/d.md"]
    assert walked("z") == (
        ["z/c.md", "z/built/d.md"],
        {"z/main.py": "source code, read where it is named", "z/new.md": ".gitignore"},
    )


def test_localproofs_own_ignore_file_has_the_last_word(site: Path) -> None:
    make(site, "notes/d.md", __gitignore="notes\n", __localproofignore="!notes\nb.*\n")
    assert names(".") == ["a.txt", "notes/d.md", "z/c.md"]


def test_a_folder_that_is_named_is_walked_though_it_is_ignored(site: Path) -> None:
    make(site, "public/d.md", __gitignore="/public/\n", hugo__toml="")
    assert names(".") == ["a.txt", "b.md", "z/c.md"]
    assert names("public") == ["public/d.md"]


def test_hook_forcing_exclusion_skips_named_files_as_a_walk_would(site: Path) -> None:
    make(site, "themes/x/d.md", "z/e.md", hugo__toml="", __localproofignore="e.md\n", __gitignore="b.md\n")
    asked = ("b.md", "z/e.md", "themes/x/d.md", "z/c.md")
    assert walked(*asked) == (list(asked), {})
    assert walked(*asked, force_exclude=True) == (
        ["b.md", "z/c.md"],
        {"z/e.md": ".localproofignore", "themes/x/d.md": "Hugo"},
    )


# Git reads a run of stars that ends at a slash differently when it stands behind other characters than when it
# stands alone after some that it takes literally, and a slash behind a backslash differently behind stars; no writer
# means that, and the patterns here do not say it.
PIECES = ["a", "b", "*", "**", "/", "?", "[ab]", "[!a]", "\\a", ".md", "!", "[", "]", "-", " ", "#", "[a-b]", "[b-a]"]
PIECES += ["[[:alpha:]]", "[]-]", "\\*", "/**/", "/**", "\\"]
LINES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
PATHS = ["a", "b", "ab", "a.md", "ba/a", "ba/b.md", "a b/ab/b.md", "-/a.md/ba/ab", "]/]/ab", "a[/a", "#b/*a/b", "*/!"]


@pytest.fixture(scope="module")
def repository() -> Iterator[Path]:
    if shutil.which("git") is None:
        pytest.skip("git is not installed here")
    with TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        yield Path(folder)


def unbroken(line: str) -> str:
    import re

    return re.sub(r"[^/*!]\*\*+/", "a/", line.replace("\\/", "a/"))


@settings(max_examples=150)
@given(st.lists(LINES.map(unbroken), min_size=1, max_size=3))
def test_lines_mean_what_they_mean_to_git(repository: Path, lines: list[str]) -> None:
    file = repository / ".gitignore"
    file.write_text("\n".join(lines) + "\n")
    asked = subprocess.run(
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        input="\0".join(PATHS).encode(),
        capture_output=True,
        cwd=repository,
        check=False,
    )
    rules = [r for r in (read_ignore_file(file, ""),) if r]

    def ours(path: str) -> bool:
        parts = path.split("/")
        ways = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        return any((said := decide(rules, way, folder=way != path)) and said[0] for way in ways)

    assert {p for p in PATHS if ours(p)} == {p.decode() for p in asked.stdout.split(b"\0") if p}


def test_a_hostile_line_costs_no_time() -> None:
    rules = [
        IgnoreFile("", ".gitignore", tuple(p for p in map(parse_pattern, ["*a" * 100 + "b", "**/a/" * 200 + "b"]) if p))
    ]
    begun = time.monotonic()
    assert decide(rules, "a" * 250 + ".md", folder=False) is None
    assert decide(rules, "a/" * 2000 + "c", folder=False) is None
    assert time.monotonic() - begun < 20  # with backtracking it would be years


# ─ generators ─

SITE_FILES = {
    "hugo": ({"hugo.toml": ""}, "content/a.md", "public/a.md", "themes/t/a.md", "resources/a.md", "layouts/a.md"),
    "jekyll": ({"_config.yml": ""}, "_posts/a.md", "_site/a.md", "vendor/bundle/a.md", "_includes/a.md"),
    "eleventy": ({"eleventy.config.js": ""}, "posts/a.md", "_site/a.md", "src/_includes/a.md"),
    "astro": ({"astro.config.mjs": ""}, "src/content/blog/a.md", "dist/a.md", "public/a.md"),
    "zola": ({"config.toml": "base_url = 'https://x.example'\n"}, "content/a.md", "public/a.md", "templates/a.md"),
    "mkdocs": ({"mkdocs.yml": ""}, "docs/a.md", "site/a.md", "overrides/a.md"),
    "docusaurus": ({"docusaurus.config.ts": ""}, "docs/a.md", "build/a.md", "versioned_docs/v1/a.md", "i18n/fr/a.md"),
}


@pytest.mark.parametrize("generator", SITE_FILES)
def test_of_a_site_only_what_its_writer_wrote_is_taken(
    generator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    markers, own, *others = SITE_FILES[generator]
    make(tmp_path / "web", own, *others, **{name.replace(".", "__"): text for name, text in markers.items()})
    monkeypatch.chdir(tmp_path)
    # Jekyll's own folders begin with an underscore and are what tells it from others.
    for top, prefix in (("web", "web/"), (".", "web/")):
        taken, passed = walked(top)
        assert taken == [prefix + own]
        assert {why for name, why in passed.items() if name.endswith("/")} == {SITES[generator].title}
    make(tmp_path, localproof__toml='generator = "none"')
    assert len(names("web")) == 1 + len(others)


def test_the_table_of_sites_and_the_setting_know_the_same_generators() -> None:
    assert set(SITES) == set(SITE_FILES) == set(GENERATORS) - {"auto", "none"}


@pytest.mark.parametrize(
    ("text", "title"),
    [('baseURL = "https://x.example"\n', "Hugo"), ('base_url = "https://x.example"\n', "Zola"), ("x = 1\n", None)],
)
def test_settings_name_shared_by_two_generators_is_inspected(tmp_path: Path, text: str, title: str | None) -> None:
    make(tmp_path, "content/a.md", config__toml=text)
    found = site_of({"config.toml", "content"}, tmp_path)
    assert (found.title if found else None) == title


# ─ drafts ─


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("---\ntitle: x\ndraft: true\n---\n", True),
        ("+++\ndraft = true\n+++\n", True),
        ("---\npublished: false\n---\n", True),
        ("---\ndraft: false\n---\n", False),
        ("---\ntitle: x\n---\ndraft: true\n", False),
        ("draft: true\n", False),
        ('{\n"title": "x",\n"draft": true\n}\n', True),
    ],
)
def test_a_draft_is_one_that_says_so_in_its_header(site: Path, text: str, draft: bool) -> None:
    make(site, d__md=text, localproof__toml="drafts = false")
    assert is_draft(site / "d.md") is draft
    assert ("d.md" in names(".")) is not draft
    assert "d.md" in names("d.md")


def test_jekylls_folder_of_drafts_holds_drafts(site: Path) -> None:
    make(site, "_drafts/d.md", localproof__toml="drafts = false")
    assert walked(".")[1]["_drafts/d.md"] == "drafts in the settings"


# ─ settings for some paths ─


def test_an_override_holds_where_its_globs_match_and_the_last_wins(site: Path) -> None:
    make(
        site,
        "z/old/d.md",
        localproof__toml="""
language = "en-GB"
disable = ["harper/AnA"]
[[overrides]]
paths = ["z"]
profile = "balanced"
disable = ["harper/ThenThan"]
words = ["zed"]
[[overrides]]
paths = ["z/old/**"]
profile = "all"
""",
    )
    env = {"LOCALPROOF_CONFIG_DIR": "/nowhere"}
    tasks, _ = plan_tasks(CheckOptions(paths=(".",)), env)
    told = [(t.settings.profile, t.settings.disable, sorted(t.settings.words)) for t in tasks]
    both = ("harper/AnA", "harper/ThenThan")
    assert told == [("quiet", ("harper/AnA",), []), ("balanced", both, ["zed"]), ("all", both, ["zed"])]
    assert [t.settings.language for t in tasks] == ["en-GB"] * 3
    flagged, _ = plan_tasks(CheckOptions(paths=(".",), flags={"profile": "quiet"}), env)
    assert {t.settings.profile for t in flagged} == {"quiet"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("overrides = 1", "must be tables"),
        ("[[overrides]]\nprofile = 'all'", r"\[\[overrides\]\] 1: needs paths"),
        ("[[overrides]]\npaths = ['a']\n[[overrides]]\npaths = ['a']\njobs = 2", "2: 'jobs' is no key that can hold"),
        ("[[overrides]]\npaths = ['a']\nexclude = ['b']", "'exclude' is no key"),
        ("[[overrides]]\npaths = ['a']\nproflie = 'all'", "did you mean profile"),
        ("[[overrides]]\npaths = ['a']\nprofile = 'loud'", "unknown profile 'loud'"),
    ],
)
def test_a_mistake_in_an_override_is_named_with_its_number(site: Path, text: str, complaint: str) -> None:
    make(site, localproof__toml=text)
    with pytest.raises(BadInput, match=complaint):
        names(".")


def test_what_is_passed_over_is_told_by_name_or_by_number() -> None:
    many = [Excluded(f"{n}.png", "no format for .png") for n in range(1200)]
    assert describe_excluded([*many, Excluded("themes/", "Hugo")]) == "1,200 files (no format for .png); themes/ (Hugo)"


def test_a_file_outside_of_any_project_is_left_out_by_nothing(tmp_path: Path) -> None:
    make(tmp_path, "a.md")
    assert why_excluded(tmp_path / "a.md", settings_finder(CheckOptions(isolated=True), {})) == ""


def test_texts_that_programs_read_are_no_prose_unless_they_are_named(site: Path) -> None:
    make(site, "requirements-dev.txt", "robots.txt")
    assert walked("*.txt") == (
        ["a.txt"],
        dict.fromkeys(["requirements-dev.txt", "robots.txt"], "no prose, by its name"),
    )
    assert names("robots.txt") == ["robots.txt"]
