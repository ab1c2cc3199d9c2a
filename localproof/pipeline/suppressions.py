"""The writer's own decisions: words that are right here, rules never to hear of, places to be left alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from ..report import Finding
from ..text import Block, Directive, Document, LineIndex, Span, escape_invisible, plain
from ..text.bounded_patterns import compile_bounded, find_bounded
from ..text.words import fold_apostrophes

_POSSESSIVE = re.compile(r"(?:['’]s|['’])$")
_NUMBER = re.compile(r"\[(\d+)\]\Z")  # of a variant, at the end of a pattern
_EDGES = " \t\n\"'“”‘’()[]*_.,;:!?"


def matches_rule(pattern: str, rule: str) -> bool:
    """Whether a name or glob of the writer's means `rule`. A bare name means the rule of any engine; case is ignored.
    One variant of a rule is meant by its number in brackets, all of them by the name without.

    >>> matches_rule("OxfordComma", "harper/OxfordComma"), matches_rule("languagetool/*", "harper/AnA")
    (True, False)
    >>> matches_rule("IT_IS[37]", "languagetool/IT_IS[37]"), matches_rule("IT_IS[37]", "languagetool/IT_IS")
    (True, False)
    """
    pattern, rule = pattern.lower(), rule.lower()
    pattern = pattern if "/" in pattern else f"*/{pattern}"
    if rule.endswith("]"):  # else the number would be a set of characters
        pattern = _NUMBER.sub(r"[[]\1]", pattern)
    return fnmatchcase(rule, pattern)


@dataclass(frozen=True)
class UserDictionary:
    """The writer's words, ready to be looked up. Build one for a run."""

    words: frozenset[str]
    phrases: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> UserDictionary:
        """A word in lower case covers any case of it, one with capitals only itself and all capitals."""
        every = [" ".join(fold_apostrophes(plain(w)).split()) for w in words]
        return cls(frozenset(w for w in every if w and " " not in w), tuple(sorted({w for w in every if " " in w})))

    def knows(self, word: str) -> bool:
        """Whether `word`, its possessive or its regular plural is one of the writer's.

        >>> v = UserDictionary.of(["Kubernetes", "frobnicate"])
        >>> [v.knows(w) for w in ("Kubernetes's", "Frobnicate", "frobnicates", "kubernetes")]
        [True, True, True, False]
        """
        word = fold_apostrophes(plain(word))
        bare = _POSSESSIVE.sub("", word)
        forms = {word, bare}
        forms |= {f[: -len(s)] for f in (word, bare) for s in ("s", "es") if f.endswith(s) and len(f) > len(s) + 2}
        forms |= {f.lower() for f in forms} | {f.capitalize() for f in forms if f.isupper()}
        return any(f in self.words for f in forms) or (word.isupper() and any(w.upper() == word for w in self.words))

    def covers(self, text: str, finding: Finding) -> bool:
        """Whether `finding` is about words of the writer's: all it flags is one of them, or lies inside a phrase."""
        flagged = finding.span.of(text)
        if not flagged.strip():
            return False
        if finding.kind in ("spelling", "typography"):
            parts = [p.strip(_EDGES) for p in flagged.split()]
            if self.words and all(p and (self.knows(p) or self._all_known(p)) for p in parts):
                return True
        return any(self._inside(text, phrase, finding.span) for phrase in self.phrases)

    def _all_known(self, word: str) -> bool:
        parts = word.split("-")
        return len(parts) > 1 and all(p and self.knows(p) for p in parts)

    @staticmethod
    def _inside(text: str, phrase: str, span: Span) -> bool:
        plain = fold_apostrophes(text)
        flags = 0 if any(c.isupper() for c in phrase) else re.IGNORECASE
        pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, phrase.split())) + r"(?!\w)"
        start, end = max(span.start - 200, 0), span.end + 200
        return any(
            m.start() + start <= span.start and span.end <= m.end() + start
            for m in re.finditer(pattern, plain[start:end], flags)
        )


_NEAR = 80  # code points to each side of the flagged words, which an ignored place is known by
_WORDS_BEFORE = re.compile(r"(?:\S+\s+){0,5}\S*\Z")
_WORDS_AFTER = re.compile(r"\S*(?:\s+\S+){0,5}")


def ignored_place(text: str, span: Span) -> str:
    """The words of `span` in ``[[ ]]`` with the words around them: what a place is known by, wherever it moves.

    `text` is that of a block. The place is another one as soon as a word near it changes.

    >>> ignored_place("It is more\\nthen I had hoped for.", Span(11, 15))
    'It is more [[then]] I had hoped for.'
    """
    before = _WORDS_BEFORE.search(text[max(span.start - _NEAR, 0) : span.start])
    after = _WORDS_AFTER.match(text[span.end : span.end + _NEAR])
    assert before is not None and after is not None
    return escape_invisible(" ".join(f"{before.group()}[[{span.of(text)}]]{after.group()}".split()))


def all_alike(text: str, span: Span) -> str:
    """The words of `span` as an ignores file names them wherever they stand.

    >>> all_alike("It is more then that.", Span(11, 15))
    '… [[then]] …'
    """
    return f"… {_in_brackets(text, span)} …"


def _in_brackets(text: str, span: Span) -> str:
    return escape_invisible(" ".join(f"[[{span.of(text)}]]".split()))


@lru_cache(maxsize=64)
def _pattern_spans(patterns: tuple[str, ...], text: str) -> tuple[Span, ...]:
    """What `patterns` match in the text of a block."""
    return tuple(Span(*m.span()) for p in patterns for m in find_bounded(compile_bounded(p), text))


def _touches(found: Span, ignored: Span) -> bool:
    return found.overlaps(ignored) or (not len(found) and ignored.start <= found.start <= ignored.end)


@dataclass(frozen=True)
class Ignores:
    """Places to be left alone, ready to be looked up.

    `places` maps a place (see `ignored_place`) to the rules, by name or glob,
    that are silent there; `files` are pairs of a rule and a glob of paths from
    `root` or from the top of the file system. `alike` maps words (see
    `all_alike`) to the rules that are silent on them wherever they stand;
    `patterns` are regular expressions of prose that no rule speaks of.
    """

    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()
    root: Path | None = None
    alike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: tuple[str, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[str], root: Path | None = None, patterns: Iterable[str] = ()) -> Ignores:
        """From the lines of the ignores files: ``harper/ThenThan: It is more [[then]] I had hoped for.`` for a place,
        ``harper/ThenThan: … [[then]] …`` for these words wherever they stand, ``harper/OxfordComma in posts/old-*.md``
        for files. A line that is none of these says nothing."""
        places: dict[str, tuple[str, ...]] = {}
        alike: dict[str, tuple[str, ...]] = {}
        files: list[tuple[str, str]] = []
        for line in lines:
            if found := re.fullmatch(r"(\S+): (?:…|\.\.\.) (\[\[.*\]\]) (?:…|\.\.\.)", line):
                alike[found[2]] = (*alike.get(found[2], ()), found[1])
            elif found := re.fullmatch(r"(\S+): (.+)", line):
                places[found[2]] = (*places.get(found[2], ()), found[1])
            elif found := re.fullmatch(r"(\S+) in (.+)", line):
                files.append((found[1], found[2]))
        return cls(places, tuple(files), root, alike, tuple(patterns))

    def covers(self, name: str, text: str, finding: Finding) -> bool:
        """Whether the writer wants `finding`, in the `text` of a block of the document `name`, ignored."""
        rules: tuple[str, ...] = ()
        if self.places:
            rules += self.places.get(ignored_place(text, finding.span), ())
        if self.alike:
            rules += self.alike.get(_in_brackets(text, finding.span), ())
        if any(matches_rule(pattern, rule) for pattern in rules for rule in finding.names):
            return True
        if self.patterns and any(_touches(finding.span, span) for span in _pattern_spans(self.patterns, text)):
            return True
        return bool(self.files) and any(
            matches_rule(pattern, rule) for pattern in self.of_file(name) for rule in finding.names
        )

    def of_file(self, name: str) -> tuple[str, ...]:
        """The rules that are silent in the document `name`."""
        path = Path(os.path.normpath(Path(name).absolute()))
        ways = [path.as_posix()]
        if self.root is not None and path.is_relative_to(self.root):
            ways.append(path.relative_to(self.root).as_posix())
        return tuple(rule for rule, glob in self.files if any(fnmatchcase(way, glob) for way in ways))


@dataclass(frozen=True)
class Region:
    """A part of a source in which some rules (empty: all) are silent, and the directive that says so."""

    span: Span
    rules: tuple[str, ...]
    directive: Directive

    def silences(self, rule: str) -> bool:
        """Whether `rule` is silent here."""
        return not self.rules or any(matches_rule(r, rule) for r in self.rules)


def regions(document: Document) -> tuple[Region, ...]:
    """Where the comments of `document` ask for silence."""
    if not document.directives:
        return ()
    lines = LineIndex(document.text)
    found = [
        Region(span, d.rules, d)
        for d in document.directives
        if d.action == "ignore" and (span := _meant_block(d, document, lines)) is not None
    ]
    return (*found, *_switched_off(document))


def _meant_block(directive: Directive, document: Document, lines: LineIndex) -> Span | None:
    end = len(document.text)
    if directive.scope == "file":
        return Span(0, end)
    if directive.scope == "block":
        after = next((b for b in document.blocks if (s := block_extent(b)) and s.start >= directive.span.end), None)
        return block_extent(after) if after else None
    line = lines.line(directive.span.start if directive.scope == "line" else max(directive.span.end - 1, 0))
    if directive.scope == "next-line":
        line += 1
        if line >= len(lines.starts):
            return None
    return Span(lines.starts[line], lines.line_end(line))


def _switched_off(document: Document) -> list[Region]:
    """``off`` holds to the next ``on`` that names the same rules, or none, or to the end."""
    found: list[Region] = []
    switches = [d for d in document.directives if d.action in ("off", "on")]
    for i, directive in enumerate(switches):
        if directive.action != "off":
            continue
        start = 0 if directive.scope == "file" else directive.span.end
        stop = next(
            (
                d
                for d in switches[i + 1 :]
                if d.action == "on" and (not d.rules or _named_rules(d) == _named_rules(directive))
            ),
            None,
        )
        end = stop.span.start if stop and directive.scope != "file" else len(document.text)
        found.append(Region(Span(start, max(start, end)), directive.rules, directive))
    return found


def _named_rules(directive: Directive) -> frozenset[str]:
    return frozenset(rule.lower() for rule in directive.rules)


def block_extent(block: Block) -> Span | None:
    """The run of the source that `block` comes from; None for an empty block."""
    return Span(block.pieces[0].source.start, block.pieces[-1].source.end) if block.pieces else None


def unused_directives(document: Document, used: Sequence[Directive]) -> tuple[str, ...]:
    """A line for each comment that asked for silence where nothing would have been said."""
    if not document.directives:
        return ()
    lines = LineIndex(document.text)
    return tuple(
        f"line {lines.line(d.span.start) + 1}: nothing is said there that this comment would silence"
        for d in document.directives
        if d.action in ("off", "ignore") and d.scope != "file" and d not in used
    )
