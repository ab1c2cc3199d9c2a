"""LanguageTool's rules, whoever runs them: their kind, their page, and those that LocalProof keeps off."""

from __future__ import annotations

import re
from pathlib import Path
from sys import intern

from ..report import Kind
from ..text.languages import rules_package
from ..workers.helper_process import find_module

# What the embedded engine is asked for. It has a speller for American and for
# British English only and checks every other variant as American in silence.
VARIANTS = {
    "en": "en-US",
    "en-US": "en-US",
    "en-GB": "en-GB",
    "en-AU": "en-GB",
    "en-CA": "en-GB",
    "en-IN": "en-GB",
    "en-NZ": "en-GB",
    "en-ZA": "en-GB",
}
# Would call every "realise" of British English in question.
OFF = ("OXFORD_SPELLING_Z_NOT_S",)
# Rules that the embedded engine cannot have on, whatever is enabled. To suggest something for a word with a digit in it
# (``boot2docker``) this one spells out what the letters around might have been, for 2 to 30 s a word. Harper's speller
# looks at such words, LanguageTool's does not.
ENDLESS = ("NUMBERS_IN_WORDS",)
KIND_OF_CATEGORY: dict[str, Kind] = {
    "AMERICAN_ENGLISH": "style",
    "AMERICAN_ENGLISH_STYLE": "style",
    "BRE_STYLE_OXFORD_SPELLING": "style",
    "BRITISH_ENGLISH": "style",
    "CASING": "spelling",
    "COLLOCATIONS": "grammar",
    "COMPOUNDING": "spelling",
    "CONFUSED_WORDS": "grammar",
    "CREATIVE_WRITING": "style",
    "FALSE_FRIENDS": "grammar",
    "GRAMMAR": "grammar",
    "MULTITOKEN_SPELLING": "spelling",
    "NONSTANDARD_PHRASES": "grammar",
    "PLAIN_ENGLISH": "style",
    "PROPER_NOUNS": "spelling",
    "PUNCTUATION": "punctuation",
    "REDUNDANCY": "style",
    "REPETITIONS": "style",
    "REPETITIONS_STYLE": "style",
    "SEMANTICS": "grammar",
    "STYLE": "style",
    "TYPOGRAPHY": "typography",
    "TYPOS": "spelling",
    "WIKIPEDIA": "style",
}
# For the categories that say nothing, MISC above all: the type of issue (ITS 2.0).
KIND_OF_ISSUE: dict[str, Kind] = {
    "duplication": "grammar",
    "grammar": "grammar",
    "inconsistency": "grammar",
    "locale-violation": "style",
    "misspelling": "spelling",
    "register": "style",
    "style": "style",
    "typographical": "typography",
    "whitespace": "typography",
}
# Rules whose category misleads.
KIND_OF_RULE: dict[str, Kind] = {
    "EN_A_VS_AN": "grammar",
    "IT_IS": "grammar",
    "LC_AFTER_PERIOD": "typography",
    "POSSESSIVE_APOSTROPHE": "punctuation",
    "UPPERCASE_SENTENCE_START": "typography",
}


def kind(rule: str, category: str, issue: str) -> Kind:
    """LocalProof's kind for a LanguageTool rule: by its name, else its category, else its type of issue.

    >>> kind("EN_A_VS_AN", "MISC", "misspelling"), kind("HE_LIKE", "GRAMMAR", "grammar")
    ('grammar', 'grammar')
    """
    if rule.endswith("_WORD_REPEAT_RULE"):  # of every language
        return "grammar"
    return KIND_OF_RULE.get(rule) or KIND_OF_CATEGORY.get(category) or KIND_OF_ISSUE.get(issue, "grammar")


def page(url: str) -> str:
    """`url` if it is the address of a page, which a link may lead to, else "".

    >>> page("https://languagetool.org/insights/post/its-it-s/"), page("javascript:alert(1)")
    ('https://languagetool.org/insights/post/its-it-s/', '')
    """
    return intern(url) if re.fullmatch(r"https?://[!-~]{1,500}", url) else ""


def rule_folder(code: str = "en") -> Path | None:
    """Where the rule files of a language's package lie, or None where it is not installed."""
    spec = find_module(rules_module(code))
    for place in spec.submodule_search_locations or () if spec else ():
        folder = Path(place, "data", code, "rules")
        if folder.is_dir():
            return folder
    return None


def rules_module(code: str) -> str:
    """The module of a language's package, which knows where its data is."""
    return rules_package(code).replace("-", "_")
