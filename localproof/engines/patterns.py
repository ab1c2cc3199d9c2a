"""LocalProof's own rules: closed patterns, where no other engine has a rule and a false alarm is nearly impossible.

What is looked for stands in `own_rules`, as data: a pattern, what to write
instead, and examples where it speaks and where it keeps still. Here is only
how a pattern is applied: rules are looked at where one of their words stands in
the text, and some ask of a word what edited prose knows of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from functools import lru_cache

from .. import __version__
from ..config import Settings
from ..report import Finding, Kind, Provenance, Unavailable
from ..scoring.candidate_edits import word_forms
from ..scoring.ngram_counts import ngram_counts
from ..scoring.tables import IRREGULAR
from ..scoring.wordlists import word_lists
from ..text import Edit, Span, minimal_edit
from ..text.languages import base
from ..text.words import WORD, fold_apostrophes
from .interface import OWN
from .own_rules.rule import OwnRule
from .rules import Rule

_PART = re.compile(r"\{(?:(\w+):)?(\d)\}")
DETERMINERS = "the this that his her my your our their its each every another".split()
PREPOSITIONS = "in on of at by for with from into about as".split()
AMOUNTS = "much more some any no".split()


def share(pattern: str, word: str) -> float:
    """What share of the times that `word` was seen in edited prose it stood as in `pattern`, such as ``a *``."""
    known = ngram_counts()
    return known.count(pattern.replace("*", word)) / max(known.count(word), 1.0)


def shares(words: list[str], word: str) -> float:
    """What share of the times that `word` was seen one of `words` stood before it."""
    return sum(share(f"{w} *", word) for w in words)


@lru_cache(maxsize=4096)
def plural_of(word: str) -> str:
    """The plural of a noun in lower case, "" where edited prose has none.

    >>> plural_of("story"), plural_of("child"), plural_of("information")
    ('stories', 'children', '')
    """
    if re.search(r"[^aeiou]y$", word):
        made = word[:-1] + "ies"
    elif re.search(r"(?:s|x|z|ch|sh)$", word):
        made = word + "es"
    else:
        made = word + "s"
    forms = word_forms(word)
    irregular = [f for f in forms if f in _IRREGULAR_PLURALS]
    return irregular[0] if irregular else made if made in forms or ngram_counts().count(made) > 20 else ""


_IRREGULAR_PLURALS = frozenset(
    "men women children people feet teeth mice criteria phenomena analyses bases crises theses hypotheses indices"
    " matrices vertices appendices lives knives halves selves leaves".split()
)


@lru_cache(maxsize=4096)
def is_count_noun(word: str) -> bool:
    """Whether `word` is a singular noun that wants an article: edited prose has it with "a" and in the plural, hardly
    ever bare after a preposition, and never as an amount."""
    known = ngram_counts()
    n = known.count(word)
    if n < 60 or len(word) < 3 or (known.capital_share(word) or 0) > 0.5 or not word_lists().entry(word).band:
        return False
    plural = plural_of(word)
    return (
        bool(plural)
        and known.count(plural) / n >= 0.05
        and share("a *", word) + share("an *", word) >= 0.03
        and shares(DETERMINERS, word) >= 0.12
        and share("to *", word) <= 0.03
        and shares(AMOUNTS, word) <= 0.04
        and shares(PREPOSITIONS, word) <= 0.07
    )


@lru_cache(maxsize=4096)
def is_singular_noun(word: str) -> bool:
    """Whether `word` is a singular noun that has a plural; it may have other uses."""
    known = ngram_counts()
    n = known.count(word)
    plural = plural_of(word)
    return (
        n >= 60
        and len(word) > 2
        and not word.endswith(("ss", "ing"))
        and bool(word_lists().entry(word).band)
        and (known.capital_share(word) or 0) <= 0.4
        and bool(plural)
        and known.count(plural) / n >= 0.05
        and share("a *", word) + share("an *", word) + share("the *", word) >= 0.1
        and share("to *", word) <= 0.15
        and word not in _IRREGULAR_PLURALS
    )


@lru_cache(maxsize=4096)
def is_base_verb(word: str) -> bool:
    """Whether `word` is a verb in its first form and no usual noun."""
    known = ngram_counts()
    n = known.count(word)
    return (
        n >= 100
        and share("to *", word) >= 0.2
        and share("a *", word) + share("an *", word) <= 0.01
        and shares(["the", "of", "in"], word) <= 0.08
    )


@lru_cache(maxsize=4096)
def is_adjective(word: str) -> bool:
    """Whether `word` mostly stands before a noun, after "a" or "the", and has no plural."""
    known = ngram_counts()
    n = known.count(word)
    return (
        n >= 200
        and share("a *", word) + share("an *", word) + share("the *", word) >= 0.12
        and share("* of", word) <= 0.03
        and known.count(word + "s") / n <= 0.03
        and share("to *", word) <= 0.03
        and bool(word_lists().entry(word).band)
    )


def _known(word: str) -> bool:
    return ngram_counts().count(word) > 300


def _ing(word: str) -> str:
    return next((f for f in word_forms(word) if f.endswith("ing") and f[:2] == word[:2]), "")


def _participle(word: str) -> str:
    return next((f for f in word_forms(word) if f.endswith("ed") and f[:2] == word[:2]), "")


@lru_cache(maxsize=1)
def _first_forms() -> dict[str, str]:
    entries = (entry.split() for entry in IRREGULAR.strip().replace("\n", "|").split("|"))
    return {past: base for base, past, *_ in entries}


def _base(word: str) -> str:
    return _first_forms().get(word, "")


def _singular(word: str) -> str:
    return next((f for f in word_forms(word) if plural_of(f) == word), "")


@lru_cache(maxsize=1)
def _participles() -> dict[str, str]:
    entries = [entry.split() for entry in IRREGULAR.strip().replace("\n", "|").split("|")]
    return {form: row[2] for row in entries for form in row[:2]} | {"get": "got"}


def _past_participle(word: str) -> str:
    low = word.lower()
    return _participles().get(low) or _participle(low)


def _third_person(word: str) -> str:
    low = word.lower()
    return {"have": "has", "go": "goes", "do": "does", "say": "says"}.get(low) or (
        low + "es"
        if low.endswith(("s", "x", "z", "ch", "sh"))
        else low[:-1] + "ies"
        if re.search("[^aeiou]y$", low)
        else low + "s"
    )


def _adverb(word: str) -> str:
    low = word.lower()
    return low[:-1] + "y" if low.endswith("le") else low[:-1] + "ily" if low.endswith("y") else low + "ly"


def _with_article(words: str) -> str:
    """The words with "a" or "an" before them."""
    vowel = words[:1].lower() in "aeiou" and not words.lower().startswith(("uni", "use", "usu"))
    return f"{'an' if vowel else 'a'} {words}"


_PLURAL_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do"}


def _plural_verb(word: str) -> str:
    bare = re.sub("n['’]t$", "", word.lower())
    return _PLURAL_VERBS.get(bare, "") + word[len(bare) :]


_SINGULAR_VERBS = {"are": "is", "were": "was", "have": "has", "do": "does"}
_MAKE = {"do": "make", "does": "makes", "did": "made", "done": "made", "doing": "making"}
_TELL = {"said": "told", "says": "tells", "saying": "telling"}


def _singular_verb(word: str) -> str:
    bare = re.match("[a-z]+?(?=n['’]t$| |$)", word.lower())
    return "" if bare is None else _SINGULAR_VERBS.get(bare[0], "") + word[bare.end() :]


ASKS: dict[str, Callable[[str], bool]] = {
    "count noun": is_count_noun,
    "singular": is_singular_noun,
    "base verb": is_base_verb,
    "adjective": is_adjective,
    "common": _known,
}
FORMS: dict[str, Callable[[str], str]] = {
    "plural": plural_of,
    "ing": _ing,
    "past": _participle,
    "base": _base,
    "participle": _past_participle,
    "s": _third_person,
    "ly": _adverb,
    "a": _with_article,
    "plural_verb": _plural_verb,
    "singular_verb": _singular_verb,
    "make": lambda word: _MAKE[word.lower()],
    "tell": lambda word: _TELL[word.lower()],
    "singular": _singular,
    "capital": lambda word: word[:1].upper() + word[1:],
    "lower": lambda word: word[:1].lower() + word[1:],
}


class Matcher:
    """Rules, ready to be looked for. A pattern is compiled when one of its words is first met."""

    def __init__(self, rules: tuple[OwnRule, ...]) -> None:
        self._rules = rules
        self._compiled: dict[int, re.Pattern[str]] = {}  # by the number of the rule
        self._by_word: dict[str, list[int]] = {}
        self._as_written: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            for word in rule.words.split() or [""]:
                (self._as_written if rule.case else self._by_word).setdefault(word, []).append(number)

    def findings(self, text: str) -> tuple[Finding, ...]:
        """What the rules say of the text of a block, in order of position."""
        written = {"", *WORD.findall(fold_apostrophes(text))}
        numbers = {number for word in written & self._as_written.keys() for number in self._as_written[word]}
        low = {word.lower() for word in written}
        numbers.update(number for word in low & self._by_word.keys() for number in self._by_word[word])
        found = [f for number in sorted(numbers) for f in self._apply(number, text)]
        return tuple(sorted(found, key=lambda f: (f.span, f.rule)))

    def _apply(self, number: int, text: str) -> Iterator[Finding]:
        rule = self._rules[number]
        if rule.needs and not any(needed in text for needed in rule.needs):
            return
        pattern = self._compiled.get(number)
        if pattern is None:
            pattern = self._compiled[number] = re.compile(rule.pattern, 0 if rule.case else re.IGNORECASE)
        for match in pattern.finditer(text):
            if all(ASKS[ask]((match[group] or "").lower()) for group, ask in rule.where):
                edits = tuple(dict.fromkeys(e for fix in rule.fixes if (e := fill_fix(text, match, fix))))
                if edits:
                    yield own_finding(rule.name, rule.says, edits, rule.kind)


def own_finding(rule: str, says: str, edits: tuple[Edit, ...], kind: Kind = "grammar") -> Finding:
    """A finding of the own rule with this bare name."""
    name = f"{OWN}/{rule}"
    return Finding(edits[0].span, name, says, edits, (name,), kind, category="Own")


def fill_fix(text: str, match: re.Match[str], fix: str) -> Edit | None:
    """The edit that `fix` describes; None where a form that it asks for is not known."""
    made = []
    at = 0
    for part in _PART.finditer(fix):
        word = match[int(part[2])] or ""
        form = FORMS[part[1]](word) if part[1] else word
        if not form and (word or part[1] == "a"):
            return None
        made += [fix[at : part.start()], form]
        at = part.end()
    new = "".join((*made, fix[at:]))
    if match[0][:1].isupper() and new[:1].islower() and not fix.startswith("{lower"):
        new = new[0].upper() + new[1:]
    if "’" in text and "'" in new:
        new = new.replace("'", "’")
    small = minimal_edit(text, Edit(Span(*match.span()), new))
    return None if small.span.of(text) == small.text else small


@lru_cache(maxsize=1)
def own_matcher() -> Matcher:
    """The matcher of LocalProof's own rules."""
    from .own_rules import RULES

    return Matcher(RULES)


_SHORT = 5_000  # characters of a paragraph whose answer is kept


def remember_answers(findings: Callable[[str], tuple[Finding, ...]]) -> Callable[[str], Future[tuple[Finding, ...]]]:
    """What `findings` says of a text, as an engine's answer. Those of the last paragraphs are kept: at every key an
    editor asks about all of a text, of which one has changed."""

    def answer(text: str) -> Future[tuple[Finding, ...]]:
        done: Future[tuple[Finding, ...]] = Future()
        done.set_result(findings(text))
        return done

    kept = lru_cache(maxsize=2048)(answer)
    return lambda text: kept(text) if len(text) <= _SHORT else answer(text)


class PatternEngine:
    """The engine. It works in the process that asks, so it has no helper to start or to end."""

    name = OWN

    def __init__(self, settings: Settings) -> None:
        if base(settings.language) != "en":
            raise Unavailable(OWN, f"has rules for English only, not for {settings.language}")
        self._answer = remember_answers(lambda text: own_matcher().findings(text))

    def start(self) -> None:
        """See `Engine.start`."""

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        """See `Engine.submit`. The answer is there on return."""
        return self._answer(text)

    def provenance(self) -> tuple[Provenance, ...]:
        """See `Engine.provenance`."""
        from .own_rules import RULES

        return (
            Provenance("LocalProof's own rules", "patterns", __version__, "MIT", f"{len(RULES)} patterns", _digest()),
        )

    def key(self) -> str:
        """See `Engine.key`."""
        return f"{OWN} {_digest()}"

    def pids(self) -> tuple[int, ...]:
        """See `Engine.pids`: none."""
        return ()

    def close(self) -> None:
        """See `Engine.close`."""


@lru_cache(maxsize=1)
def _digest() -> str:
    from .own_rules import RULES

    return hashlib.sha256(repr(RULES).encode()).hexdigest()


def catalogue(settings: Settings) -> tuple[Rule, ...]:
    """Every own rule, by name."""
    from .own_rules import RULES

    rules = (Rule(f"{OWN}/{r.name}", r.says, r.kind, "Own", wrong=r.wrong[0][0], right=(r.wrong[0][1],)) for r in RULES)
    return tuple(sorted(rules, key=lambda rule: rule.name))


def describe_rules(rules: Iterable[str]) -> Mapping[str, str]:
    """For full names of own rules, what each looks for; others are passed over."""
    from .own_rules import RULES

    says = {f"{OWN}/{rule.name}": rule.says for rule in RULES}
    return {name: says[name] for name in rules if name in says}
