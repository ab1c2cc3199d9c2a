"""The list of rules: what is on here and who says so, what --fix may act on, and where the list comes from."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

from localproof.commands.rule_listing import RuleFilter, print_rules
from localproof.config import Settings
from localproof.engines import ENGINES, rule_files
from localproof.engines.catalogue import CATALOGUES, Rule
from localproof.engines.languagetool_rules import ENDLESS
from localproof.pipeline.rules import list_rules
from localproof.render.width import columns
from localproof.report import KINDS, BadInput, Unavailable
from localproof.scoring import coefficients
from localproof.terminal import Terminal


@cache
def known(engine: str, **wishes: object) -> tuple[Rule, ...]:
    settings = Settings(engines=(engine,), service="off", **wishes)  # type: ignore[arg-type]
    try:
        return CATALOGUES[engine](settings)
    except Unavailable as error:
        pytest.skip(str(error))


def made(settings: Settings) -> tuple[Rule, ...]:
    """The rules of a test's own engine."""
    if settings.language == "de":
        raise Unavailable("harper", "checks English only, not de", "ask for English")
    return (
        Rule("harper/AnA", "“a” or “an”,\nas the next word begins. " + "More of it. " * 20, "grammar", "Grammar"),
        Rule("harper/BoringWords", "Words such as \x1b[31mvery.", "style", "Style", on=False),
        Rule("harper/PreferPled", "Prefer 汉字 汉字 汉字 汉字 汉字 汉字 汉字 汉字.", "grammar", "Words", on=False),
        Rule(
            "harper/SpellCheck", "Words that are in no dictionary.", "spelling", "Spelling", wrong="teh", right=("the",)
        ),
    )


OWN = Settings(engines=("harper",))


def said(wanted: RuleFilter, settings: Settings = OWN, *, format: str = "text", **env: str) -> tuple[int, str, str]:
    terminal = Terminal(None, io.StringIO(), io.StringIO(), env)
    status = print_rules(wanted, settings, terminal, format=format, catalogues={"harper": made})
    return status, terminal.stdout.getvalue(), terminal.stderr.getvalue()  # type: ignore[attr-defined]


def test_every_engine_tells_its_rules() -> None:
    assert list(CATALOGUES) == list(ENGINES)


@pytest.mark.parametrize("engine", CATALOGUES)
def test_rules_are_told_with_name_kind_group_and_sentence(engine: str) -> None:
    told = known(engine)
    least = {"localproof": 50, "house": -1}  # the writer's own are what the writer has
    assert len(told) > least.get(engine, 900) and [r.name for r in told] == sorted({r.name for r in told})
    assert all(r.name.startswith(f"{engine}/") and r.says and r.category and r.kind in KINDS for r in told)
    assert sum(not r.on for r in told) <= len(told) / 5


@pytest.mark.parametrize("engine", CATALOGUES)
def test_rule_that_fired_in_edited_prose_is_never_off_or_missing(engine: str) -> None:
    told = known(engine)
    on = {r.name for r in told if r.on}
    since = {
        f"languagetool/{rule}" for rule in ENDLESS
    }  # off since the rates were counted; on with Java they still are
    spoke = [rule for rule in coefficients().rules.rates if rule.startswith(f"{engine}/") and rule not in since]
    assert [rule for rule in spoke if rule not in on and not any(fnmatchcase(rule, name) for name in on)] == []


def test_picky_rules_are_on_when_the_settings_say_so() -> None:
    off = {r.name for r in known("languagetool") if r.why == "picky"}
    on = {r.name for r in known("languagetool", picky=True) if r.on}
    assert off and off <= on


def test_rules_of_a_variant_are_told_for_that_variant_only() -> None:
    american, british = ({r.name for r in known("languagetool", language=tag)} for tag in ("en-US", "en-GB"))
    assert american - british and british - american


def test_a_rule_file_that_is_no_xml_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "grammar.xml").write_text("<rules><rule id='A'")
    with pytest.raises(Unavailable, match=r"grammar\.xml, which lists its rules, cannot be read"):
        rule_files.read(tmp_path / "grammar.xml")


def test_rule_files_are_interpreted_as_languagetool_does(tmp_path: Path) -> None:
    (tmp_path / "grammar.xml").write_text(
        """<?xml version="1.0"?><!DOCTYPE rules [<!ENTITY it "it&#39;s">]><rules>
        <category id="GRAMMAR" name="Grammar" type="grammar">
          <!-- <rule id="GONE" name="gone"/> -->
          <rulegroup id='ONE' name='One &gt; two'>
            <rule><pattern/><example>Fine.</example></rule>
            <rule><example correction="&it;|its">Look, <marker>its</marker>
              here.</example><example correction="x">later</example></rule>
          </rulegroup>
          <rule id="TWO" default="temp_off"><pattern/></rule>
          <rule id="THREE" tags="picky" name="three"><pattern/></rule>
        </category>
        <category id="STYLE" name="Style" default="off"><rulegroup id="FOUR" name="four"><rule/></rulegroup></category>
        </rules>"""
    )
    found = rule_files.read(tmp_path / "grammar.xml")
    assert [(r.name, r.says, r.kind, r.on, r.why) for r in found] == [
        ("ONE", "One > two", "grammar", True, ""),
        ("TWO", "TWO", "grammar", False, ""),
        ("THREE", "three", "grammar", False, "picky"),
        ("FOUR", "four", "style", False, ""),
    ]
    assert (found[0].wrong, found[0].right) == ("Look, its here.", ("it's", "its"))
    assert found[1].wrong == ""


def test_the_settings_switch_rules_on_and_off_and_are_named() -> None:
    sources = {"disable": "a.toml", "enable": "b.toml"}
    settings = replace(OWN, disable=("ana",), enable=("harper/Boring*",), sources=sources)
    found = {each.rule.name: each for each in list_rules(settings, {"harper": made})[0]}
    assert [(found[n].on, found[n].why) for n in ("harper/AnA", "harper/BoringWords", "harper/PreferPled")] == [
        (False, "a.toml"),
        (True, "b.toml"),
        (False, ""),
    ]


@pytest.mark.parametrize("width", [24, 40, 60, 80, 100, 200])
def test_lines_fit_the_terminal(width: int) -> None:
    _, out, _ = said(RuleFilter(), COLUMNS=str(width))
    assert len(out.splitlines()) == 5 and out.startswith("RULE")
    assert all(columns(line) <= width for line in out.splitlines())


def test_piped_lines_are_whole_and_free_of_terminal_controls() -> None:
    _, out, _ = said(RuleFilter())
    assert "More of it. More of it." in out and "…" not in out and "\x1b" not in out and "as the next" in out


def test_only_what_is_asked_for_is_listed() -> None:
    assert [line.split()[0] for line in said(RuleFilter(off=True))[1].splitlines()] == [
        "harper/BoringWords",
        "harper/PreferPled",
    ]
    assert said(RuleFilter(kinds=("style",)))[1].startswith("harper/BoringWords\n")
    assert said(RuleFilter(("*word*", "pref*")))[2].startswith("2 rules, 2 off, 0 that --fix")
    assert said(RuleFilter(kinds=("punctuation",)))[:2] == (0, "")


def test_one_rule_is_told_with_its_example() -> None:
    _, out, err = said(RuleFilter(safe=True))
    assert out.startswith("harper/SpellCheck\n") and "Example    “teh” → “the”" in out and "--fix may act" in out
    assert err == ""


def test_a_variant_is_told_as_the_rule_that_has_it() -> None:
    assert said(RuleFilter(("harper/SpellCheck[2]",)))[1] == said(RuleFilter(safe=True))[1]


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [("borinwords", "did you mean"), ("Boring", r"for a part of a name: '\*Boring\*'"), ("x\x1b", "no rule is called")],
)
def test_a_name_that_no_rule_has_is_answered_with_what_may_help(pattern: str, hint: str) -> None:
    with pytest.raises(BadInput, match=hint) as told:
        said(RuleFilter((pattern,)))
    assert "\x1b" not in str(told.value)


def test_an_engine_whose_rules_cannot_be_told_is_named() -> None:
    status, out, err = said(RuleFilter(), replace(OWN, language="de"))
    assert (status, out, err) == (3, "", "localproof: harper: checks English only, not de (ask for English)\n")


def test_the_list_as_json_has_a_schema_number_and_every_fact() -> None:
    told = json.loads(said(RuleFilter(safe=True), format="json")[1])
    per_million = told["rules"][0].pop("per_million")
    assert per_million > 1000
    assert told == {
        "schema": 1,
        "rules": [
            {
                "rule": "harper/SpellCheck",
                "engine": "harper",
                "kind": "spelling",
                "category": "Spelling",
                "description": "Words that are in no dictionary.",
                "example": {"wrong": "teh", "right": ["the"]},
                "on": True,
                "because": "default",
                "fix": True,
                "url": None,
            }
        ],
        "skipped": [],
    }
