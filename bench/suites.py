"""The examples by which rules of other checkers are tested: what a rule puts right, and what it must leave alone.

Harper's stand in its source (`harper_examples`, from a git folder of
github.com/Automattic/harper, Apache-2.0), LanguageTool's in its rule files
(`languagetool_examples`, LGPL-2.1-or-later: to measure with, never to learn from).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

_LITERAL = re.compile(r'r#"(.*?)"#|"((?:\\.|[^"\\])*)"', re.DOTALL)
_ASSERTION = re.compile(r"\bassert_(suggestion_result|no_lints|lint_count|good_and_bad_suggestions)\s*\(")
_LINTER = re.compile(r"\b([A-Z]\w+)::(?:default|new)\b|\b(lint_group)\b")
_WEIR = re.compile(r'^(test|allows)\s+"((?:\\.|[^"\\])*)"(?:\s+"((?:\\.|[^"\\])*)")?', re.MULTILINE)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a rule's author wrote or found: what it is put right to, "" where the rule has to leave it alone."""

    rule: str
    text: str
    right: str = ""


def harper_examples(folder: Path) -> Iterator[Example]:
    """Those of Harper's rules, from the newest commit of the git folder, in the order of the files."""
    for path in _git(folder, "ls-tree", "-r", "--name-only", "HEAD", "harper-core/src/linting").splitlines():
        if path.endswith((".rs", ".weir")):
            source = _git(folder, "show", f"HEAD:{path}")
            yield from _of_weir(Path(path).stem, source) if path.endswith(".weir") else _of_rust(source)


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", f"--git-dir={folder}", *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def _of_weir(rule: str, source: str) -> Iterator[Example]:
    for how, text, right in _WEIR.findall(source):
        if how == "allows" or text != right:
            yield Example(rule, _unescaped(text), _unescaped(right) if how == "test" else "")
        else:
            yield Example(rule, _unescaped(text))


def _of_rust(source: str) -> Iterator[Example]:
    for found in _ASSERTION.finditer(source):
        call = source[found.end() : found.end() + 4000].split(");\n", 1)[0]
        words = [_unescaped(plain) if plain else raw for raw, plain in _LITERAL.findall(call)]
        linter = _LINTER.search(call)
        if not words or linter is None:
            continue
        rule, what = linter[1] or "", found[1]
        if what in ("suggestion_result", "good_and_bad_suggestions") and len(words) > 1:
            yield Example(rule, words[0], words[1] if words[1] != words[0] else "")
        elif what == "no_lints" or (what == "lint_count" and re.search(r",\s*0,?\s*\Z", call)):
            yield Example(rule, words[0])


def _unescaped(text: str) -> str:
    text = re.sub(r"\\\n\s*", "", text)
    return re.sub(
        r"\\(?:u\{([0-9a-fA-F]+)\}|(.))", lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPES.get(m[2], m[2]), text
    )


def languagetool_examples(rules: Path) -> Iterator[Example]:
    """Those of LanguageTool's rules that are on by default and say how to put it right, each with its first way."""
    for path in (rules / "grammar.xml", rules / "style.xml", *sorted(rules.glob("en-US/*.xml"))):
        reader = _Reader()
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
        parser.CharacterDataHandler = reader.text
        parser.Parse(path.read_bytes(), True)
        yield from reader.found


class _Reader:
    def __init__(self) -> None:
        self.found: list[Example] = []
        self._open: list[dict[str, str]] = []
        self._parts: list[list[str]] | None = None
        self._right = ""

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("category", "rulegroup", "rule"):
            self._open.append(given)
        elif tag == "example" and given.get("correction"):
            self._parts, self._right = [[]], given["correction"].split("|")[0]
        elif tag == "marker" and self._parts is not None:
            self._parts.append([])

    def text(self, text: str) -> None:
        if self._parts is not None:
            self._parts[-1].append(text)

    def end(self, tag: str) -> None:
        if tag == "marker" and self._parts is not None:
            self._parts.append([])
        elif tag == "example" and self._parts is not None:
            parts, self._parts = ["".join(p) for p in self._parts], None
            off = any(g.get("default") in ("off", "temp_off") or "picky" in g.get("tags", "") for g in self._open)
            rule = next((g["id"] for g in reversed(self._open) if "id" in g), "")
            if len(parts) == 3 and not off:
                self.found.append(Example(rule, "".join(parts), parts[0] + self._right + parts[2]))
        elif tag in ("category", "rulegroup", "rule"):
            self._open.pop()
