"""Settings come from where they should, in the right order, and a project's file has no power over the machine."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from localproof.commands.settings_report import schema
from localproof.config import (
    KEYS,
    Settings,
    find_settings,
    homeless,
    load_settings,
    make_folder,
    own_folder,
    read_words,
    words_for,
)
from localproof.pipeline.foreign_languages import ForeignLanguageEngines
from localproof.report import BadInput


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    return {"LOCALPROOF_CONFIG_DIR": str(home), "LOCALPROOF_CACHE_DIR": str(home / "cache")}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "posts").mkdir()
    return folder


def user_file(env: dict[str, str], text: str) -> None:
    (Path(env["LOCALPROOF_CONFIG_DIR"]) / "localproof.toml").write_text(text, encoding="utf-8")


def test_without_any_file_the_defaults_hold_and_say_so(env: dict[str, str], project: Path) -> None:
    settings = load_settings(project, {}, env)
    cache = Path(env["LOCALPROOF_CACHE_DIR"])
    assert settings == Settings(dictionary=project / ".localproof/dictionary.txt", root=project, cache_folder=cache)
    assert set(settings.sources.values()) == {"default"}


@pytest.mark.parametrize("off", ["0", "no", "False", "OFF"])
def test_the_cache_can_be_switched_off_but_not_by_a_project(env: dict[str, str], project: Path, off: str) -> None:
    assert load_settings(project, {}, env | {"LOCALPROOF_CACHE": off}).cache_folder is None
    assert load_settings(project, {"cache": False}, env).cache_folder is None
    with pytest.raises(BadInput, match="LOCALPROOF_CACHE: cache must be true or false"):
        load_settings(project, {}, env | {"LOCALPROOF_CACHE": "never"})
    (project / "localproof.toml").write_text("cache = true\n")
    with pytest.raises(BadInput, match="concerns the machine"):
        load_settings(project, {}, env)


def test_each_later_source_wins(env: dict[str, str], project: Path) -> None:
    (project / "localproof.toml").write_text('profile = "balanced"\nlanguage = "en-GB"\ndisable = ["a/b"]\n')
    env |= {"LOCALPROOF_PROFILE": "all", "LOCALPROOF_LANGUAGE": "en_au"}
    settings = load_settings(project / "posts", {"language": "en-CA", "engines": None}, env)
    assert (settings.disable, settings.profile, settings.language) == (("a/b",), "all", "en-CA")
    assert settings.sources["disable"] == str(project / "localproof.toml")
    assert settings.sources["profile"] == "LOCALPROOF_PROFILE"
    assert settings.sources["language"] == "flag"
    assert settings.sources["engines"] == "default"


def test_only_the_project_decides_on_text_and_the_user_on_the_machine(env: dict[str, str], project: Path) -> None:
    user_file(env, 'profile = "all"\njobs = 3\n')
    assert load_settings(project, {}, env).profile == "all"
    (project / ".localproof.toml").write_text('language = "en-GB"\n')
    settings = load_settings(project, {}, env)
    assert (settings.profile, settings.language, settings.jobs) == ("quiet", "en-GB", 3)


@pytest.mark.parametrize("key", [k for k, f in KEYS.items() if f.metadata["scope"] == "machine"])
def test_a_project_cannot_decide_on_the_machine(env: dict[str, str], project: Path, key: str) -> None:
    (project / "localproof.toml").write_text(f"\n{key} = 1\n")
    with pytest.raises(BadInput, match=rf"localproof\.toml:2: {key} concerns the machine"):
        load_settings(project, {}, env)


def test_the_first_name_in_the_nearest_folder_is_the_settings_file(project: Path) -> None:
    posts = project / "posts"
    (project / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert find_settings(posts) == (None, project)
    (project / "pyproject.toml").write_text('[tool.localproof]\nprofile = "all"\n')
    assert find_settings(posts) == (project / "pyproject.toml", project)
    (project / ".config").mkdir()
    (project / ".config/localproof.toml").touch()
    assert find_settings(posts) == (project / ".config/localproof.toml", project)
    (project / "localproof.toml").touch()
    assert find_settings(posts) == (project / "localproof.toml", project)
    (posts / ".localproof.toml").touch()
    assert find_settings(posts) == (posts / ".localproof.toml", posts)


def test_the_search_ends_at_the_top_of_the_repository(tmp_path: Path, project: Path) -> None:
    (tmp_path / "localproof.toml").touch()
    assert find_settings(project / "posts") == (None, project)


def test_broken_pyproject_of_another_tool_is_not_reported(env: dict[str, str], project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.black\n")
    assert load_settings(project, {}, env).profile == "quiet"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('\n\nlanguge = "en-GB"', r"localproof\.toml:3: unknown key 'languge'; did you mean language\?"),
        ('front_matter = ["title"]', r":1: unknown key 'front_matter'; did you mean front-matter\?"),
        (
            'profile = "quite"',
            r":1: unknown profile 'quite'; did you mean quiet\? \(choose from quiet, balanced, all\)",
        ),
        ('language = "tlh"', r":1: unknown language 'tlh'.*en-US, en-GB"),
        ("profile = 3", r":1: profile must be a text, not 3"),
        ('disable = "x"', r":1: disable must be a list of texts, not 'x'"),
        ("words = [1]", r":1: words must be a list of texts, not \[1\]"),
        ('fail-on = ["any", "spelling"]', r":1: fail-on takes any or never by itself"),
        ("profile = ", r"not valid TOML"),
        ("a = " + "[" * 100_000, r"not valid TOML"),
        ("jobs = " + "9" * 5000, r"not valid TOML"),
        ('"\\u001b[31m" = 1', r"unknown key '\\\\?x1b\[31m'"),
    ],
)
def test_a_mistake_in_a_settings_file_is_one_clear_line(
    env: dict[str, str], project: Path, text: str, complaint: str
) -> None:
    (project / "localproof.toml").write_text(text)
    with pytest.raises(BadInput, match=complaint) as caught:
        load_settings(project, {}, env)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "true", "1" + "0" * 400, '"3"'])
def test_numbers_that_make_no_sense_are_refused(env: dict[str, str], value: str) -> None:
    user_file(env, f"block-timeout-s = {value}\n")
    with pytest.raises(BadInput, match=r":1: block-timeout-s must be"):
        load_settings(None, {}, env)


def test_a_settings_file_that_is_not_utf_8_is_named(env: dict[str, str], project: Path) -> None:
    (project / "localproof.toml").write_bytes(b'profile = "\xff"')
    with pytest.raises(BadInput, match="not UTF-8 at byte 11"):
        load_settings(project, {}, env)


def test_the_line_is_that_of_our_table_in_pyproject(env: dict[str, str], project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.x]\njobz = 1\n[tool.localproof]\njobz = 1\n")
    with pytest.raises(BadInput, match=r"pyproject\.toml:4: unknown key 'jobz'"):
        load_settings(project, {}, env)


def test_variables_are_checked_like_files(env: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="LOCALPROOF_PROFILE: unknown profile 'loud'"):
        load_settings(None, {}, env | {"LOCALPROOF_PROFILE": "loud"})
    settings = load_settings(None, {}, env | {"LOCALPROOF_ENGINES": "harper, ", "LOCALPROOF_JOBS": "2"})
    assert (settings.engines, settings.jobs) == (("harper",), 2)


def test_isolated_reads_no_file(env: dict[str, str], project: Path) -> None:
    (project / "localproof.toml").write_text("broken")
    user_file(env, "broken")
    assert load_settings(project, {}, env, isolated=True) == Settings(cache_folder=Path(env["LOCALPROOF_CACHE_DIR"]))


def test_a_named_file_is_read_instead_of_those_that_would_be_found(
    env: dict[str, str], project: Path, tmp_path: Path
) -> None:
    (project / "localproof.toml").write_text("broken")
    user_file(env, "broken")
    (tmp_path / "mine.toml").write_text('profile = "all"\njobs = 1\n')
    settings = load_settings(project, {}, env, file=tmp_path / "mine.toml")
    assert (settings.profile, settings.jobs) == ("all", 1)
    with pytest.raises(BadInput, match="no such file"):
        load_settings(project, {}, env, file=tmp_path / "none.toml")


def test_words_come_from_both_lists_and_the_file(env: dict[str, str], project: Path) -> None:
    (Path(env["LOCALPROOF_CONFIG_DIR"]) / "dictionary.txt").write_text("# mine\nGrafana\nC#  # a language\n\n")
    (project / ".localproof").mkdir()
    (project / ".localproof/dictionary.txt").write_bytes(b"\xef\xbb\xbfHetzner  Cloud\r\nGrafana\r\n")
    (project / "localproof.toml").write_text('words = ["kubelet"]\n')
    assert load_settings(project, {}, env).words == {"Grafana", "C#", "Hetzner Cloud", "kubelet"}


def test_a_word_list_that_leads_out_of_the_project_is_refused(env: dict[str, str], project: Path) -> None:
    (project / ".localproof").mkdir()
    (project / ".localproof/dictionary.txt").symlink_to("/dev/zero")
    with pytest.raises(BadInput, match=r"leads out of the project, to /dev/zero"):
        load_settings(project, {}, env)


def test_a_word_list_for_one_language_holds_for_that_language_alone(env: dict[str, str], project: Path) -> None:
    home, ours = Path(env["LOCALPROOF_CONFIG_DIR"]), project / ".localproof"
    for folder in (home, ours):
        folder.mkdir(parents=True, exist_ok=True)
    (ours / "dictionary.txt").write_text("all\n")
    (ours / "dictionary.de.txt").write_text("Fraktion\n")
    (home / "dictionary.de-AT.txt").write_text("Jänner\n")
    (home / "dictionary.en-GB.txt").write_text("labour\n")
    (home / "dictionary.xx.txt").write_text("nothing\n")
    settings = load_settings(project, {}, env)
    assert {tag: words_for(settings, tag) - {"all"} for tag in ("de", "de-AT", "en-GB", "en-US", "fr")} == {
        "de": {"Fraktion"},
        "de-AT": {"Fraktion", "Jänner"},
        "en-GB": {"labour"},
        "en-US": set(),
        "fr": set(),
    }
    assert "all" in words_for(settings, "fr")
    assert ForeignLanguageEngines(settings, None).dictionary("de").knows("Fraktion")
    assert load_settings(project, {}, env, isolated=True).words_by_language == ()


def test_language_word_list_outside_the_project_is_refused(env: dict[str, str], project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_text("secret\n")
    (project / ".localproof").mkdir(exist_ok=True)
    (project / ".localproof" / "dictionary.de.txt").symlink_to(tmp_path / "elsewhere.txt")
    with pytest.raises(BadInput, match="leads out of the project"):
        load_settings(project, {}, env)


def test_without_a_home_no_folder_is_made_up() -> None:
    def lost(kind: str) -> Path:
        raise RuntimeError("could not determine home directory")

    for given in (lost, lambda kind: Path("~/.config/localproof")):
        folder = own_folder("config", given)
        assert homeless(folder)
        assert not folder.exists()
        with pytest.raises(BadInput, match=r"your home folder is not known: set HOME \(or LOCALPROOF_CONFIG_DIR\)"):
            make_folder(folder)
    assert own_folder("cache").is_absolute()


def test_folder_as_word_list_is_refused_and_a_missing_list_is_empty(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not a regular file"):
        read_words(tmp_path)
    assert read_words(tmp_path / "none.txt") == ()


def test_the_spelling_language_of_editorconfig_is_the_default_dialect(env: dict[str, str], project: Path) -> None:
    (project / ".editorconfig").write_text(
        "root = true\n[*.py]\nspelling_language = en-AU\n[*]\nspelling_language = en_GB\n"
    )
    settings = load_settings(project / "posts", {}, env)
    assert (settings.language, settings.sources["language"]) == ("en-GB", f"{project / '.editorconfig'}:5")
    (project / ".editorconfig").write_text("[*]\nspelling_language = de\n")
    assert load_settings(project, {}, env).language == "de"
    (project / ".editorconfig").write_text("[*]\nspelling_language = tlh\n")
    assert load_settings(project, {}, env).language == "en-US"
    (project / "localproof.toml").write_text("")
    assert load_settings(project, {}, env).language == "en-US"


def test_the_schema_allows_what_is_read_and_nothing_else() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    described = json.loads(schema(["harper", "languagetool", "localproof"]))
    jsonschema.Draft202012Validator.check_schema(described)
    valid = jsonschema.Draft202012Validator(described).is_valid
    defaults = {key: p["default"] for key, p in described["properties"].items()}
    assert valid(defaults)
    assert valid({"profile": "all", "disable": ["harper/*"], "fail-on": ["never"]})
    assert not any(valid(bad) for bad in ({"proflie": "all"}, {"jobs": -1}, {"engines": ["x"]}, {"words": "x"}))


def test_every_flag_of_a_setting_is_an_argument_of_check() -> None:
    from localproof.commands.parsers import build_parser
    from localproof.config import FLAGS

    given = vars(build_parser("check").parse_args([]))
    assert set(FLAGS) <= set(given) and set(FLAGS.values()) <= {f.name for f in fields(Settings)}


def test_what_a_cluster_is_given_decides_what_its_engines_are() -> None:
    from localproof.config import having

    assert set(having("travels")) <= set(having("opens")) & set(having("reported"))
    assert not set(having("by_path")) & {f.name for f in KEYS.values() if f.metadata["scope"] == "machine"}
