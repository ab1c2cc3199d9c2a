"""The writer's own terms and rules: what they speak of, and what they leave alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.config import Settings, parse_terms
from localproof.engines import ENGINES, with_house_rules
from localproof.engines.house import (
    HouseMatcher,
    example_failures,
    house_matcher,
    read_rule_files,
    rule_search,
    term_search,
)
from localproof.engines.inflection import inflect
from localproof.engines.own_rules.rule_file import read_rules
from localproof.pipeline.merging import merge_findings
from localproof.report import BadInput, Finding
from localproof.scoring import WordCounts, score_finding
from localproof.text import Block, Edit, Piece, Span, apply_edits

TERMS = {
    "e-mail": "email",
    "Javascript": "JavaScript",
    "javascript": "JavaScript",
    "web page": "webpage",
    "login": "log in",
    "kill": ["stop", "end"],
    "Script": "Script API",
    "utilise": {"use": "use", "reason": "Plain words."},
    "avoid": ["simply"],
}


def matcher(**terms: object) -> HouseMatcher:
    return house_matcher(parse_terms(terms or TERMS, ""), ())


def corrected(text: str, found: HouseMatcher) -> str:
    return apply_edits(text, [f.edits[0] for f in found.findings(text) if f.edits])


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Send an e-mail.", "Send an email."),
        ("E-mails and E-MAILS, e-mailed e-mailing", "Emails and EMAILS, emailed emailing"),
        ("my e-mail’s end", "my email’s end"),
        ("Two web pages, one Web page.", "Two webpages, one Webpage."),
        ("Web\npages", "Webpages"),
        ("It killed them.", "It stopped them."),
        ("We utilised it, utilising them.", "We used it, using them."),
        ("Javascript and javascript and Javascript-based", "JavaScript and JavaScript and JavaScript-based"),
        ("Use Script now.", "Use Script API now."),
        ("The login was right.", "The log in was right."),
    ],
)
def test_terms_are_found_in_every_form(text: str, right: str) -> None:
    assert corrected(text, matcher()) == right


@pytest.mark.parametrize(
    "text",
    [
        "JavaScript, JAVASCRIPT, javascript.js, my-javascript and @javascript",
        "Use the Script API.",
        "a/e-mail/b, web-e-mail, e-mail_x",
        "skill, killer, emails, webpages",
        "The logins were right.",
    ],
)
def test_what_is_no_term_is_left_alone(text: str) -> None:
    assert [f.span.of(text) for f in matcher().findings(text)] == []


def test_a_word_to_avoid_has_no_edit() -> None:
    (found,) = matcher().findings("It is Simply so.")
    assert (found.rule, found.edits, found.span, found.kind) == ("house/Avoid", (), Span(6, 12), "style")


WORDS = st.sampled_from(
    "e-mail E-mails Javascript javascript JavaScript web page pages login kill Killing Script API simply utilises . ,"
    " of WEB PAGE E-MAIL log in".split()
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_terms_once_mended_are_right(text: str) -> None:
    found = matcher()
    for _ in range(12):  # of two that touch, one is mended first
        text, before = corrected(text, found), text
        if text == before:
            return
    raise AssertionError(text)


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    for finding in matcher().findings(text):
        assert 0 <= finding.span.start <= finding.span.end <= len(text)


RULE = '[[rule]]\nname = "R"\n'


def test_words_of_a_rule_have_forms_and_gaps() -> None:
    text = RULE + 'words = ["~make use of", "take * into|in account"]\nedit = "~use"\n'
    ((rule,), _) = read_rules("x", text)
    found = HouseMatcher([rule_search(rule)])
    assert corrected("He makes use of it. Made use of that.", found) == "He uses it. Used that."
    assert [f.span.of("I take that into account.") for f in found.findings("I take that into account.")]
    assert found.findings("I take it.") == ()


def test_examples_that_do_not_hold_are_said() -> None:
    examples = 'wrong = { "a foo" = "a baz", "nothing" = "" }\nright = ["food foo"]\n'
    ((rule,), _) = read_rules("x", RULE + "pattern = '\\bfoo\\b'\nedit = \"bar\"\n" + examples)
    said = example_failures(rule)
    assert len(said) == 3 and "makes “a bar”" in said[0] and "is silent" in said[1] and "speaks of “foo”" in said[2]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("pattern = '('", "no regular expression"),
        ("pattern = '(a+)+$'", "too long"),
        ("pattern = 'a'\nwords = ['b']", "either pattern or words"),
        ("", "either pattern or words"),
        ("pattern = 'a'\nedit = '{1}'", "0 groups"),
        ("pattern = '(a)'\nedit = '{rot13:1}'", "unknown form"),
        ("pattern = 'a'\nkind = 'x'", "unknown kind"),
        ("pattern = 'a'\nseverity = 'x'", "unknown severity"),
        ("pattern = 'a'\nexec = 'x'", "unknown key"),
        ("words = 3", "a list of texts"),
        ("pattern = 'a'\ncase = 'x'", "true or false"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(body: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        house_matcher((), (("x", RULE + body),))


def test_every_rule_that_makes_no_sense_is_told_by_line() -> None:
    good = '[[rule]]\nname = "Good"\npattern = "b"\n'
    files = (("a.toml", RULE + "words = ['|']\n" + good + "# x\n" + RULE + "kind = 'x'\n"), ("b.toml", "x ="))
    rules, faults = read_rule_files(files)
    assert [rule.source for rule in rules] == ["a.toml:4: rule 2 (Good)"]
    assert [fault.partition(": ")[0] for fault in faults] == ["a.toml:1", "a.toml:8", "b.toml"]
    with pytest.raises(BadInput, match="and 2 more"):
        house_matcher((), files)


def test_a_head_in_a_text_does_not_move_the_lines_told() -> None:
    text = RULE + 'pattern = \'a\'\nmessage = """\n[[rule]]\n"""\n'
    ((rule,), _) = read_rules("a.toml", text)
    assert rule.source == "a.toml: rule 1 (R)"


def test_two_rules_of_a_name_are_refused() -> None:
    with pytest.raises(BadInput, match="another rule of that name"):
        house_matcher((), (("x", RULE + "pattern = 'a'\n" + RULE + "pattern = 'b'"),))


def test_rules_hold_whatever_engines_are_named() -> None:
    settings = Settings(engines=("harper",), terms=parse_terms({"a b": "c"}, ""))
    engines = with_house_rules({}, settings)
    assert [f.rule for f in engines["house"].submit("an a b").result()] == ["house/Terms"]
    assert with_house_rules(engines, Settings()) == {}
    assert engines["house"].key() != ENGINES["house"](replace(settings, terms=())).key()


def test_what_the_writer_asked_for_leads_and_is_shown() -> None:
    text = "We utilised it."
    (house,) = matcher().findings(text)
    other = Finding(house.span, "harper/SpellCheck", "?", (Edit(house.span, "utilized"),), kind="spelling")
    (merged,) = merge_findings(text, [other, house])
    assert (merged.rule, merged.edits[0].text, merged.agreement) == ("house/Terms", "used", 1)
    block = Block("paragraph", text, (Piece(Span(0, len(text)), Span(0, len(text)), "text"),))
    assert (score_finding(block, merged, WordCounts({}, {})).probability or 0) >= 0.9


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("stop", "stop stops stopped stopped stopping"),
        ("write", "write writes wrote written writing"),
        ("panic", "panic panics panicked panicked panicking"),
        ("try", "try tries tried tried trying"),
        ("open", "open opens opened opened opening"),
        ("API", "API APIs"),
        ("in", "in"),
    ],
)
def test_forms_of_words(word: str, forms: str) -> None:
    assert " ".join(inflect(word).values()) == forms


def test_a_term_in_many_words_is_found_fast() -> None:
    """Thousands of terms cost what those in the text cost."""
    terms = {f"word{n}x": "y" for n in range(3000)}
    many = HouseMatcher(map(term_search, parse_terms({"e-mail": "email"} | terms, "")))
    assert len(many.findings("an e-mail " * 50)) == 50
