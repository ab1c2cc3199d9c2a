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
from ..scoring.ngram_counts import ngram_counts
from ..text import Edit, Span, minimal_edit
from ..text.languages import base
from ..text.words import WORD, fold_apostrophes, fold_word
from .interface import OWN
from .own_rules.rule import OwnRule
from .rules import Rule
from .word_classes import ASKS, FORMS

_PART = re.compile(r"\{(?:(\w+):)?(\d)\}")
_ByWord = dict[str, list[int]]  # numbers of rules


class Matcher:
    """Rules, ready to be looked for. A pattern is compiled when one of its words is first met."""

    def __init__(self, rules: tuple[OwnRule, ...]) -> None:
        self._rules = rules
        self._compiled: dict[int, re.Pattern[str]] = {}  # by the number of the rule
        # By word, in lower case and as it is written: the rules that it calls up, and those whose matches begin at it.
        self._called: tuple[_ByWord, _ByWord] = {}, {}
        self._begun: tuple[_ByWord, _ByWord] = {}, {}
        for number, rule in enumerate(rules):
            for word in rule.words.split() or [""]:
                self._called[rule.case].setdefault(word, []).append(number)
            for word in (rule.begins or (rule.words if rule.at_word else "")).split():
                self._begun[rule.case].setdefault(word, []).append(number)

    def findings(self, text: str) -> tuple[Finding, ...]:
        """What the rules say of the text of a block, in order of position."""
        written: dict[str, list[int]] = {}
        for match in WORD.finditer(fold_apostrophes(text)):
            written.setdefault(match[0], []).append(match.start())
        low: dict[str, list[int]] = {}
        for word, starts in written.items():
            low.setdefault(word.lower(), []).extend(starts)
        found = (f for words, case in ((low, False), (written, True)) for f in self._found(text, words, case))
        return tuple(sorted(found, key=lambda f: (f.span, f.rule)))

    def _found(self, text: str, words: Mapping[str, list[int]], case: bool) -> Iterator[Finding]:
        """What the rules for which `case` matters, or those for which it does not, say of a text, of which `words` says
        where each stands."""
        called, begun = self._called[case], self._begun[case]
        places: dict[int, list[int]] = {}
        for word in words.keys() & begun.keys():
            for number in begun[word]:
                places.setdefault(number, []).extend(words[word])
        numbers = (number for word in words.keys() & called.keys() for number in called[word])
        for number in {*called.get("", ()), *numbers}:
            if matches := self._matches(number, text, places.get(number, ())):
                yield from _findings(self._rules[number], text, matches)

    def _matches(self, number: int, text: str, starts: Iterable[int]) -> list[re.Match[str]]:
        """Where the pattern of a rule matches, `starts` being where words stand at which its matches begin."""
        rule = self._rules[number]
        if rule.needs and not any(needed in text for needed in rule.needs):
            return []
        pattern = self._pattern(number)
        if not (rule.at_word or rule.begins):
            return list(pattern.finditer(text))
        match_at = pattern.match
        return [match for start in starts if (match := match_at(text, start))]

    def _pattern(self, number: int) -> re.Pattern[str]:
        pattern = self._compiled.get(number)
        if pattern is None:
            rule = self._rules[number]
            pattern = self._compiled[number] = re.compile(rule.pattern, 0 if rule.case else re.IGNORECASE)
        return pattern


def _findings(rule: OwnRule, text: str, matches: Iterable[re.Match[str]]) -> Iterator[Finding]:
    """What `rule` says of those that it matches, of two that overlap the first."""
    end = 0
    for match in sorted(matches, key=lambda match: match.start()):
        if match.start() < end:
            continue
        end = match.end()
        if _holds(rule, match):
            fixes = sorted(rule.fixes, key=lambda fix: -_times_known(match, fix)) if rule.by_count else rule.fixes
            edits = tuple(dict.fromkeys(e for fix in fixes if (e := fill_fix(text, match, fix))))
            if edits:
                yield own_finding(rule.name, rule.says, edits, rule.kind)


def _holds(rule: OwnRule, match: re.Match[str]) -> bool:
    """Whether what `rule` asks of the words that it matched is so."""
    return (
        all(ASKS[ask]((match[group] or "").lower()) for group, ask in rule.where)
        and not any(_times_seen(match, words) for words in rule.unseen)
        and all(_times_seen(match, words) >= rule.least for words in rule.seen)
    )


def _times_seen(match: re.Match[str], sequences: str) -> float:
    """How often edited prose has one of the sequences of words, written like a fix, "|" between them."""
    return sum(ngram_counts().count(fold_word(_fill(match, words) or "").strip()) for words in sequences.split("|"))


def own_finding(rule: str, says: str, edits: tuple[Edit, ...], kind: Kind = "grammar") -> Finding:
    """A finding of the own rule with this bare name."""
    name = f"{OWN}/{rule}"
    return Finding(edits[0].span, name, says, edits, (name,), kind, category="Own")


def fill_fix(text: str, match: re.Match[str], fix: str) -> Edit | None:
    """The edit that `fix` describes; None where a form that it asks for is not known."""
    new = _fill(match, fix)
    if new is None:
        return None
    if match[0][:1].isupper() and new[:1].islower() and not fix.startswith("{lower"):
        new = new[0].upper() + new[1:]
    if "’" in text and "'" in new:
        new = new.replace("'", "’")
    small = minimal_edit(text, Edit(Span(*match.span()), new))
    return None if small.span.of(text) == small.text else small


def _times_known(match: re.Match[str], fix: str) -> float:
    """How often edited prose has the last three words that `fix` makes."""
    return ngram_counts().count(" ".join(fold_word(_fill(match, fix) or "").split()[-3:]))


def _fill(match: re.Match[str], template: str) -> str | None:
    """`template` with the words of groups, or forms of them, put in; None where a form is not known."""
    made = []
    at = 0
    for part in _PART.finditer(template):
        word = match[int(part[2])] or ""
        form = FORMS[part[1]](word) if part[1] else word
        if not form and (word or part[1] == "a"):
            return None
        made += [template[at : part.start()], form]
        at = part.end()
    return "".join((*made, template[at:]))


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
