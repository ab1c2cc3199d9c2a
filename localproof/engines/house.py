"""The engine of the writer's own: terms, words to avoid, and rules from files, found in the process that asks.

It works wherever the settings hold any of these, whatever engines they name. Each finding says how likely it is to be
right by itself, for it was asked for: see `rule_file.SEVERITIES`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import lru_cache

from .. import __version__
from ..config import Settings, Term
from ..report import BadInput, Finding, Kind, Provenance
from ..text import Edit, Span, apply_edits, escape_invisible, minimal_edit
from ..text.bounded_patterns import compile_bounded, find_bounded
from ..text.words import WORD, fold_apostrophes, fold_word
from .inflection import BARE, inflect
from .interface import HOUSE
from .own_rules.rule_file import SEVERITIES, HouseRule, read_rules
from .patterns import fill_fix, remember_answers
from .rules import Rule

TERMS, AVOIDED = f"{HOUSE}/Terms", f"{HOUSE}/Avoid"
_LEFT, _RIGHT = r"(?<![\w@/.\\#$-])", r"(?![\w@/\\(=]|\.\w|-)"
_RIGHT_OR_HYPHEN = r"(?![\w@/\\(=]|\.\w|-\W)"
_BLANK = r"[ \t\n\u00a0]{1,4}"
_TAIL = re.compile(r"[A-Za-z]+\Z")
_ANY_WORD = r"[^\W_]+(?:['’-][^\W_]+){0,4}"


@dataclass(frozen=True)
class Search:
    """What is looked for: where one of `words` stands in a text (none: always), the matches of `pattern`, of each of
    which `edits` says what to write instead; None where it is none after all."""

    rule: str
    says: str
    kind: Kind
    probability: float
    pattern: str
    words: tuple[str, ...]
    edits: Callable[[str, re.Match[str]], tuple[Edit, ...] | None] = field(compare=False)
    case: bool = False

    def findings(self, text: str) -> Iterator[Finding]:
        """What it says of the text of a block."""
        compiled = compile_bounded(self.pattern, 0 if self.case else re.IGNORECASE)
        for match in find_bounded(compiled, text):
            edits = self.edits(text, match)
            if edits is None or not match[0].strip():
                continue
            span = edits[0].span if edits else Span(*match.span())
            names = (self.rule,)
            yield Finding(
                span, self.rule, self.says, edits, names, self.kind, probability=self.probability, category="House"
            )


class HouseMatcher:
    """Everything of the writer's own, ready to be looked for."""

    def __init__(self, searches: Iterable[Search]) -> None:
        self._by_word: dict[str, list[Search]] = {}
        self._always: list[Search] = []
        for search in searches:
            for word in search.words:
                self._by_word.setdefault(word, []).append(search)
            if not search.words:
                self._always.append(search)

    def findings(self, text: str) -> tuple[Finding, ...]:
        """What is to be said of the text of a block, in order of position."""
        found = [f for search in self._of_interest(text) for f in search.findings(text)]
        return tuple(sorted(_longest_terms(found), key=lambda f: (f.span, f.rule)))

    def _of_interest(self, text: str) -> list[Search]:
        if not self._by_word:
            return self._always
        words = {fold_word(word) for word in WORD.findall(text)}
        called = [s for word in sorted(words & self._by_word.keys()) for s in self._by_word[word]]
        return [*self._always, *dict.fromkeys(called)]


def _longest_terms(found: Iterable[Finding]) -> Iterator[Finding]:
    """`found`, but of terms that overlap only the longest: “web page” and not “page”."""
    kept: list[Span] = []
    for finding in sorted(found, key=lambda f: (-len(f.span), f.span)):
        if finding.rule in (TERMS, AVOIDED):
            if any(finding.span.overlaps(other) for other in kept):
                continue
            kept.append(finding.span)
        yield finding


# ─ terms ─


def term_search(term: Term) -> Search:
    """What looks for a term: any case of one in lower case, else as it is written or in capitals alone; with its plural
    and its other forms where what is to be written has them too, and never inside that."""
    written, preferred, reason = term
    pairs = _pairs(written, preferred)
    any_case = written.islower()
    case_only = any(written.lower() == p.lower() for p in preferred)
    heads = {_words_pattern(w) for w in pairs} | ({_words_pattern(w.upper()) for w in pairs} if not any_case else set())
    right = _RIGHT if any_case and case_only else _RIGHT_OR_HYPHEN
    left = _LEFT if written[0].isalnum() or written[0] == "_" else ""
    pattern = f"{left}(?:{'|'.join(sorted(heads, key=len, reverse=True))}){right if written[-1].isalnum() else ''}"
    why = f" {reason}" if reason else ""
    if preferred:
        says = f"“{written}” is written {' or '.join(f'“{p}”' for p in preferred)} here.{why}"
        rule, kind = TERMS, "spelling"
    else:
        says, rule, kind = f"“{written}” is a word to avoid here.{why}", AVOIDED, "style"
    words = tuple(dict.fromkeys(fold_word(found[0]) for w in pairs if (found := WORD.search(w))))
    probability = SEVERITIES["warning"]
    made: Kind = "spelling" if kind == "spelling" else "style"
    folded = {" ".join(w.lower().split()): fixes for w, fixes in pairs.items()}

    def edits(text: str, match: re.Match[str]) -> tuple[Edit, ...] | None:
        return _term_edits(text, match, folded, preferred, case_only=case_only)

    return Search(rule, says, made, probability, pattern, words, edits, case=not any_case)


def _pairs(written: str, preferred: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """By form of `written`, the same forms of what is preferred."""
    head, tail = _split(written)
    forms = inflect(tail) if tail else {BARE: ""}
    parts = [_split(p) for p in preferred]
    if not all(_inflects_alike(written, tail, p, last) for p, (_, last) in zip(preferred, parts, strict=True)):
        return {written: preferred}
    found: dict[str, tuple[str, ...]] = {}
    for tag, form in forms.items():
        fixes = [start + inflect(last)[tag] for start, last in parts if tag in inflect(last)]
        if len(fixes) == len(preferred):
            found.setdefault(head + form, tuple(fixes))
    return found


def _inflects_alike(written: str, tail: str, preferred: str, last: str) -> bool:
    """Whether the forms of one term are those of the other: “web pages” of “webpages”, not “log ins” of “logins”."""
    if len(written.split()) == len(preferred.split()):
        return bool(last)
    return min(len(tail), len(last)) > 3 and tail.lower().endswith(last.lower()[-4:])


def _split(term: str) -> tuple[str, str]:
    tail = _TAIL.search(term)
    return (term[: tail.start()], tail[0]) if tail else (term, "")


def _words_pattern(words: str) -> str:
    return _BLANK.join(re.escape(word).replace("'", "['’]") for word in words.split())


def _term_edits(
    text: str,
    match: re.Match[str],
    folded: Mapping[str, tuple[str, ...]],
    preferred: tuple[str, ...],
    *,
    case_only: bool,
) -> tuple[Edit, ...] | None:
    old = match[0]
    if case_only and old.isupper() and len(old) > 1 and not any(p.isupper() for p in preferred):
        return None  # a line in capitals says nothing of how a word is written
    if any(_lies_within(text, match, p) for p in preferred):
        return None
    fixes = folded.get(" ".join(fold_apostrophes(old).lower().split()), preferred)
    made = (minimal_edit(text, Edit(Span(*match.span()), _in_case(old, fix))) for fix in fixes)
    edits = tuple(e for e in made if e.span.of(text) != e.text)
    return edits if edits or not preferred else None


def _lies_within(text: str, match: re.Match[str], preferred: str) -> bool:
    """Whether what was found is part of what is preferred: “Script” of “Script API”, or that itself."""
    start = max(match.start() - len(preferred), 0)
    around = text[start : match.end() + len(preferred)]
    flags = re.IGNORECASE if preferred.islower() else 0
    return any(
        m.start() + start <= match.start() and match.end() <= m.end() + start and m[0] != match[0]
        for m in re.finditer(_words_pattern(preferred), around, flags)
    ) or (" ".join(match[0].split()) == preferred)


def _in_case(old: str, new: str) -> str:
    """`new` with the capitals of `old`, unless it has its own."""
    if not new.islower():
        return new
    letters = [c for c in old if c.isalpha()]
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return new.upper()
    return new[0].upper() + new[1:] if old[:1].isupper() else new


# ─ rules ─


def rule_search(rule: HouseRule) -> Search:
    """What looks for a rule. Raises BadInput for words that cannot be looked for."""
    name, probability = f"{HOUSE}/{rule.name}", SEVERITIES[rule.severity]
    if rule.pattern:
        own = rule.as_own_rule(rule.pattern, "")

        def by_groups(text: str, match: re.Match[str]) -> tuple[Edit, ...] | None:
            edits = tuple(dict.fromkeys(e for fix in own.fixes if (e := fill_fix(text, match, fix))))
            return edits if edits or not own.fixes else None

        return Search(name, rule.says, rule.kind, probability, rule.pattern, (), by_groups, rule.case)
    compiled = [_phrase(phrase, rule.source) for phrase in rule.words]
    pattern = _LEFT + "(?:" + "|".join(p for p, _ in compiled) + ")" + _RIGHT_OR_HYPHEN
    words = tuple(dict.fromkeys(w for _, some in compiled for w in some))
    if any(not some for _, some in compiled):
        words = ()  # one begins with any word

    def by_form(text: str, match: re.Match[str]) -> tuple[Edit, ...] | None:
        made = (_write_form(match[0], fix, rule) for fix in rule.fixes)
        edits = (minimal_edit(text, Edit(Span(*match.span()), _in_case(match[0], new))) for new in made)
        kept = tuple(e for e in edits if e.span.of(text) != e.text)
        return kept if kept or not rule.fixes else None

    try:
        compile_bounded(pattern, 0 if rule.case else re.IGNORECASE)
    except ValueError as error:
        raise BadInput(f"{rule.source}: words: {error}") from None
    return Search(name, rule.says, rule.kind, probability, pattern, words, by_form, rule.case)


def _phrase(phrase: str, where: str) -> tuple[str, tuple[str, ...]]:
    """A phrase as a pattern, and the words, folded, of which one stands in each of its matches."""
    parts: list[str] = []
    known: list[str] = []
    for token in phrase.split():
        if token == "*":
            parts.append(_ANY_WORD)
            continue
        forms = [form for each in token.split("|") for form in _forms(each)]
        if not all(forms):
            raise BadInput(f"{where}: words: {escape_invisible(phrase)!r}: nothing on one side of |")
        parts.append("(?:" + "|".join(map(_words_pattern, sorted(dict.fromkeys(forms), key=len, reverse=True))) + ")")
        heads = [found[0] for form in forms if (found := WORD.search(form))]
        if not known and len(heads) == len(forms):
            known = [fold_word(head) for head in heads]
    if not parts:
        raise BadInput(f"{where}: words: an empty phrase")
    return _BLANK.join(parts), tuple(known)


def _forms(token: str) -> list[str]:
    return list(dict.fromkeys(inflect(token[1:]).values())) if token.startswith("~") else [token]


def _write_form(old: str, fix: str, rule: HouseRule) -> str:
    """`fix` with each ``~word`` in the form that the first inflected word of the rule has in `old`."""
    if "~" not in fix:
        return fix
    low = [fold_word(word) for word in WORD.findall(old)]
    lemmas = [
        each[1:] for phrase in rule.words for token in phrase.split() for each in token.split("|") if each[0] == "~"
    ]
    tags = (tag for lemma in lemmas for tag, form in inflect(lemma).items() if form in low)
    tag = next(tags, BARE)
    return re.sub(r"~([A-Za-z]+)", lambda m: inflect(m[1]).get(tag, m[1]), fix)


# ─ the engine ─


@lru_cache(maxsize=16)
def house_matcher(terms: tuple[Term, ...], rule_files: tuple[tuple[str, str], ...]) -> HouseMatcher:
    """The matcher of these terms and rules. Raises BadInput for a rule that makes no sense."""
    return HouseMatcher((*map(term_search, terms), *map(rule_search, house_rules(rule_files))))


@lru_cache(maxsize=16)
def house_rules(rule_files: tuple[tuple[str, str], ...]) -> tuple[HouseRule, ...]:
    """The rules of all files. Raises BadInput for one that makes no sense, or two of a name."""
    rules, faults = read_rule_files(rule_files)
    if faults:
        more = f" (and {len(faults) - 1:,} more; to see all: localproof rules test)" if len(faults) > 1 else ""
        raise BadInput(faults[0] + more)
    return rules


def read_rule_files(rule_files: Iterable[tuple[str, str]]) -> tuple[tuple[HouseRule, ...], tuple[str, ...]]:
    """The rules of all files that can be looked for, and a line for each that makes no sense, in order."""
    kept: dict[str, HouseRule] = {}
    faults: list[str] = []

    def check(rule: HouseRule) -> None:
        if rule.name.lower() in ("terms", "avoid"):
            raise BadInput(f"{rule.source}: is the name of the rule for terms; choose another")
        if (before := kept.get(rule.name.lower())) is not None:
            raise BadInput(f"{rule.source}: there is another rule of that name, {before.source}")
        rule_search(rule)
        kept[rule.name.lower()] = rule

    for name, text in rule_files:
        faults += read_rules(name, text, check)[1]
    return tuple(kept.values()), tuple(faults)


class HouseEngine:
    """The engine. It works in the process that asks, so it has no helper to start or to end."""

    name = HOUSE

    def __init__(self, settings: Settings) -> None:
        self._terms, self._rules = settings.terms, settings.rule_files
        self._answer = remember_answers(house_matcher(self._terms, self._rules).findings)

    def start(self) -> None:
        """See `Engine.start`."""

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        """See `Engine.submit`. The answer is there on return."""
        return self._answer(text)

    def provenance(self) -> tuple[Provenance, ...]:
        """See `Engine.provenance`."""
        rules = len(house_rules(self._rules))
        if not self._terms and not rules:
            return ()
        parts = [
            f"{n:,} {what}{'' if n == 1 else 's'}" for n, what in ((len(self._terms), "term"), (rules, "rule")) if n
        ]
        return (Provenance("your own rules", "patterns", data=f"{' and '.join(parts)} of your own"),)

    def key(self) -> str:
        """See `Engine.key`."""
        digest = hashlib.sha256(repr((self._terms, self._rules)).encode("utf-8", "backslashreplace")).hexdigest()
        return f"{HOUSE} {__version__} {digest}"

    def pids(self) -> tuple[int, ...]:
        """See `Engine.pids`: none."""
        return ()

    def close(self) -> None:
        """See `Engine.close`."""


def catalogue(settings: Settings) -> tuple[Rule, ...]:
    """The writer's own rules under `settings`, by name. Raises BadInput."""
    terms = sum(bool(preferred) for _, preferred, _ in settings.terms)
    avoided = len(settings.terms) - terms
    rules = [
        replace(Rule(f"{HOUSE}/{r.name}", r.says, r.kind, "House"), wrong=wrong, right=(right,) if right else ())
        for r in house_rules(settings.rule_files)
        for wrong, right in (r.wrong[:1] or (("", ""),))
    ]
    if terms:
        rules.append(Rule(TERMS, f"Terms that are written otherwise here ({terms:,}).", "spelling", "House"))
    if avoided:
        rules.append(Rule(AVOIDED, f"Words to avoid here ({avoided:,}).", "style", "House"))
    return tuple(sorted(rules, key=lambda rule: rule.name))


def describe_rules(rules: Iterable[str]) -> Mapping[str, str]:
    """For full names of rules, what each looks for where that is known without the settings that hold it."""
    says = {
        TERMS: "How words are written here: the terms of the settings.",
        AVOIDED: "Words to avoid, as the settings have them.",
    }
    return {name: says[name] for name in rules if name in says}


# ─ examples ─


def example_failures(rule: HouseRule) -> tuple[str, ...]:
    """What the examples of a rule say that does not hold, a line for each. Raises BadInput for a rule that makes no
    sense."""
    matcher = HouseMatcher([rule_search(rule)])
    failures = []
    for text, meant in rule.wrong:
        found = matcher.findings(text)
        made = apply_edits(text, [f.edits[0] for f in found if f.edits])
        if not found:
            failures.append(f"is silent on “{escape_invisible(text)}”, which is an example of what is wrong")
        elif meant and made != meant:
            failures.append(
                f"makes “{escape_invisible(made)}” of “{escape_invisible(text)}”, not what its example says"
            )
    for text in rule.right:
        if found := matcher.findings(text):
            flagged = escape_invisible(found[0].span.of(text))
            failures.append(
                f"speaks of “{flagged}” in “{escape_invisible(text)}”, which is an example of what is right"
            )
    return tuple(failures)
