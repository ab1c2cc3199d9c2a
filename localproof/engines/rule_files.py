"""LanguageTool's rule files: what each rule is called, looks for, and gives as an example. Nothing is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from ..config import Settings
from ..report import Unavailable
from ..text.languages import FORMS, NAMES, base
from .languagetool_rules import ENDLESS, OFF, VARIANTS, kind, page, rule_folder
from .package import setup_command as language_remedy
from .rules import Rule

# Rules that are code and not in the rule files, which name the others: their category, and what they look for.
CODE: Mapping[str, tuple[str, str]] = {
    "COMMA_PARENTHESIS_WHITESPACE": ("TYPOGRAPHY", "Spaces before a comma or inside parentheses."),
    "DOUBLE_PUNCTUATION": ("PUNCTUATION", "Two commas or two full stops in a row."),
    "ENGLISH_WORD_REPEAT_BEGINNING_RULE": ("REPETITIONS_STYLE", "Three sentences in a row that begin alike."),
    "ENGLISH_WORD_REPEAT_RULE": ("MISC", "The same word twice in a row."),
    "EN_A_VS_AN": ("MISC", "“a” before a vowel sound, or “an” before a consonant sound."),
    "EN_COMPOUNDS_*": ("COMPOUNDING", "A compound that is usually written as one word or with a hyphen."),
    "EN_CONTRACTION_SPELLING": ("TYPOS", "A contraction without its apostrophe."),
    "EN_DIACRITICS_REPLACE_*": ("TYPOS", "A borrowed word or a name without its accents."),
    "EN_SIMPLE_REPLACE_*": ("MISC", "A phrase or a name that is often mistaken for another."),
    "EN_SPECIFIC_CASE": ("CASING", "A name of several words without its capitals."),
    "EN_UNPAIRED_BRACKETS": ("PUNCTUATION", "A bracket without its partner."),
    "EN_UNPAIRED_QUOTES": ("PUNCTUATION", "A quotation mark without its partner."),
    "EN_US_SIMPLE_REPLACE_*": ("STYLE", "A British expression in American English."),
    "EN_WORD_COHERENCY": ("MISC", "Two spellings of one word in the same text."),
    "MORFOLOGIK_RULE_EN_*": ("TYPOS", "A word that is not in the dictionary of this English."),
    "SENTENCE_WHITESPACE": ("TYPOGRAPHY", "No space between two sentences."),
    "UNLIKELY_OPENING_PUNCTUATION": ("PUNCTUATION", "A punctuation mark that hardly ever begins a sentence."),
    "UPPERCASE_SENTENCE_START": ("CASING", "A sentence that begins with a small letter."),
    "WHITESPACE_RULE": ("TYPOGRAPHY", "Several spaces in a row."),
}
_PICKY = "picky"
_LOCALPROOF = "LocalProof"


def catalogue(settings: Settings) -> tuple[Rule, ...]:
    """Every rule of the settings' language, by name. Raises Unavailable where its rule files are not installed."""
    code = base(settings.language)
    if rule_folder(code) is None:
        remedy = language_remedy(code)
        name = NAMES.get(code, code)
        raise Unavailable("languagetool", f"the files that list its {name} rules are not installed", remedy)
    form = FORMS[code][0] if settings.language == code and code in FORMS else settings.language
    found = _read(code, VARIANTS.get(form, form))
    if code == "en":
        found = {**found, **_code_rules()}
    return tuple(_with_full_name(found[name], settings) for name in sorted(found))


def rule_ids() -> tuple[str, ...]:
    """The ids of the English rules that the rule files name, in order. Rules that are code are not among them."""
    return tuple(sorted(_read("en", None)))


def describe_rule(rule: str) -> str | None:
    """What is known of the English rule with this id: its name and its first example. None if nothing."""
    named = _read("en", None).get(rule)
    if named is None:
        return next((says for pattern, (_, says) in CODE.items() if fnmatchcase(rule, pattern)), None)
    if not named.wrong:
        return named.says
    right = " or ".join(f"“{way}”" for way in named.right)
    return f"{named.says}. Example: “{named.wrong}”" + (f" → {right}" if right else "")


def _with_full_name(rule: Rule, settings: Settings) -> Rule:
    """`rule` under its full name, on or off as LocalProof runs it."""
    rule = replace(rule, name=f"languagetool/{rule.name}")
    if rule.why == _PICKY and settings.picky:
        return replace(rule, on=True, why=settings.sources.get("picky", ""))
    off = rule.on and rule.name.partition("/")[2] in (*OFF, *ENDLESS) and base(settings.language) == "en"
    return replace(rule, on=False, why=_LOCALPROOF) if off else rule


def _code_rules() -> dict[str, Rule]:
    return {name: Rule(name, says, kind(name, category, ""), category) for name, (category, says) in CODE.items()}


@cache
def _read(code: str, variant: str | None) -> Mapping[str, Rule]:
    """The rules of a language, and those of one variant of it, or of all, by id."""
    folder = rule_folder(code)
    found: dict[str, Rule] = {}
    for path in sorted(folder.rglob("*.xml")) if folder else ():
        own = path.parent == folder
        # Rules for those whose mother tongue is another, and filters that are no rules.
        if path.name.startswith(("grammar-l2-", "remote-rule")) or not (own or variant in (None, path.parent.name)):
            continue
        for rule in read(path):
            found.setdefault(rule.name, rule)
    return found


def read(path: Path) -> tuple[Rule, ...]:
    """The rules of one rule file under their bare ids, in order. Raises Unavailable for a file that is broken."""
    from xml.parsers import expat

    reader = _RuleFileReader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        raise Unavailable("languagetool", f"{path.name}, which lists its rules, cannot be read: {error}") from None
    return tuple(reader.found)


@dataclass
class _OpenElement:
    """An element that is being read: a category, a group of rules or a rule, and the first that stands in it."""

    tag: str
    given: Mapping[str, str]
    example: tuple[str, tuple[str, ...]] | None = None
    url: str = ""


class _RuleFileReader:
    """What expat tells of a rule file (8 MB, half a second), of which only rules are kept, with the first example and
    the first address of each."""

    def __init__(self) -> None:
        self.found: list[Rule] = []
        self.open: list[_OpenElement] = []
        self.heard: list[str] | None = None  # of a wrong text or an address, while it is being read
        self.right = ""

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("category", "rulegroup", "rule"):
            self.open.append(_OpenElement(tag, given))
        elif tag == "url" or (tag == "example" and "correction" in given):
            self.heard, self.right = [], given.get("correction", "")

    def text(self, text: str) -> None:
        if self.heard is not None:
            self.heard.append(text)

    def end(self, tag: str) -> None:
        if tag in ("example", "url") and self.heard is not None:
            said, self.heard = " ".join("".join(self.heard).split()), None
            for each in self.open:
                if tag == "url":
                    each.url = each.url or page(said)
                else:
                    each.example = each.example or (said, tuple(filter(None, self.right.split("|"))))
        elif tag in ("category", "rulegroup", "rule"):
            done = self.open.pop()
            if "id" in done.given and tag != "category":
                self.found.append(self._rule(done))

    def _rule(self, done: _OpenElement) -> Rule:
        given = done.given
        around = next((each.given for each in self.open if each.tag == "category"), {})
        category, name = around.get("id", ""), given["id"]
        above = (*(each.given for each in self.open), given)
        off = any(about.get("default") in ("off", "temp_off") for about in above)
        picky = any("picky" in about.get("tags", "").split(",") for about in above)
        wrong, right = done.example or ("", ())
        return Rule(
            name,
            given.get("name") or name,
            kind(name, category, given.get("type") or around.get("type", "")),
            category,
            on=not (off or picky),
            why=_PICKY if picky and not off else "",
            wrong=wrong,
            right=right,
            url=done.url,
        )
