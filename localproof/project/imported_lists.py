"""Word lists of other tools, read for their words: what was taken, and what was left out and why."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from ..report import BadInput
from ..text import escape_invisible

_JSON_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_JSON_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_TWO_CASES = re.compile(r"\[(\w)(\w)\]")
_MAYBE = re.compile(r"(\w)\?$")
_PATTERN = re.compile(r"[\\^$.|?*+()\[\]{}]")


@dataclass
class ImportedWords:
    """What a list gave: `kind` names what it was read as, `left_out` counts entries by reason."""

    kind: str
    words: dict[str, None] = field(default_factory=dict)  # in their order, each once
    left_out: Counter[str] = field(default_factory=Counter)

    def add_words(self, words: Iterable[object]) -> None:
        """Take `words`, as they are."""
        for word in words:
            if isinstance(word, str) and word.strip():
                self.words[" ".join(word.split())] = None
            elif not isinstance(word, str):
                self.left_out["no word"] += 1


def read_list(name: str, text: str) -> ImportedWords:
    """The words in a list of Harper, Vale, cspell, LTeX, codespell or hunspell, told by its name and what it holds.

    Raises BadInput for a file that is none of these.
    """
    file = PurePath(name).name.lower()
    for reader in _READERS:
        if taken := reader(file, text):
            return taken
    raise BadInput(
        f"{escape_invisible(name)}: no word list that is known here: a text file with a word on each line, "
        "or settings of cspell, LTeX or codespell"
    )


def _json(file: str, text: str) -> ImportedWords | None:
    if not (file.endswith((".json", ".jsonc", ".code-workspace")) or text.lstrip("\ufeff \t\r\n").startswith("{")):
        return None
    try:
        return _settings(_loads(text))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{escape_invisible(file)}: not valid JSON: {escape_invisible(str(error))[:120]}") from None


def _loads(text: str) -> Any:
    """JSON, with the comments and last commas that editors allow in their settings."""
    bare = _JSON_COMMENT.sub(lambda m: m[1] or " ", text.lstrip("\ufeff"))
    return json.loads(_JSON_COMMA.sub(lambda m: m[1] or "", bare))


def _yaml(file: str, text: str) -> ImportedWords | None:
    if not (file.endswith((".yaml", ".yml")) and "cspell" in file):
        return None
    import yaml

    try:
        return _settings(yaml.safe_load(text))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadInput(
            f"{escape_invisible(file)}: not valid YAML: {escape_invisible(str(error).splitlines()[0])[:120]}"
        ) from None


def _settings(record: Any) -> ImportedWords | None:
    """Settings of cspell, or of VS Code, or of LTeX's server."""
    if not isinstance(record, dict):
        return None
    ltex = _nested_value(record, "ltex", "dictionary")
    if isinstance(ltex, dict):
        taken = ImportedWords("LTeX's dictionary")
        for language, words in ltex.items():
            _ltex(taken, str(language), words if isinstance(words, list) else [])
        taken.add_words(_string_items(_nested_value(record, "cSpell", "words")))
        return taken
    if any(str(key).startswith("cSpell.") for key in record):
        record = {str(key).removeprefix("cSpell."): value for key, value in record.items()}
    elif not {"words", "userWords", "ignoreWords", "flagWords", "version", "dictionaries"} & set(record):
        return None
    taken = ImportedWords("cspell's settings")
    for key in ("words", "userWords", "ignoreWords"):
        _cspell(taken, _string_items(record.get(key)))
    taken.left_out["marked as wrong there"] += len(_string_items(record.get("flagWords")))
    for key in ("overrides", "languageSettings"):
        some = [o for o in _string_items(record.get(key)) if isinstance(o, dict)]
        taken.left_out[f"for some files only ({key})"] += sum(len(_string_items(o.get("words"))) for o in some)
    taken.left_out["a file to import by itself"] += len(_string_items(record.get("dictionaryDefinitions")))
    return taken


def _nested_value(record: Mapping[Any, Any], *way: str) -> Any:
    """The value under ``a.b``, or under ``b`` in ``a``."""
    if ".".join(way) in record:
        return record[".".join(way)]
    inner: Any = record
    for step in way:
        inner = inner.get(step) if isinstance(inner, dict) else None
    return inner


def _string_items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _ltex(taken: ImportedWords, language: str, words: Iterable[Any]) -> None:
    for word in words:
        if not language.lower().startswith("en"):
            taken.left_out[f"for another language ({escape_invisible(language)[:20]})"] += 1
        elif isinstance(word, str) and word.startswith(":"):
            taken.left_out["a file to import by itself"] += 1
        elif isinstance(word, str) and word.startswith("-"):
            taken.left_out["taken back there"] += 1
        else:
            taken.add_words([word])


def _cspell(taken: ImportedWords, words: Iterable[Any]) -> None:
    """cspell marks a word that is wrong with "!", and parts of compounds with "+" and "*"."""
    for word in words:
        if isinstance(word, str) and word.startswith("!"):
            taken.left_out["marked as wrong there"] += 1
        else:
            taken.add_words([word.strip("+*~") if isinstance(word, str) else word])


def _ini(file: str, text: str) -> ImportedWords | None:
    """codespell's settings: a list between commas."""
    if file not in (".codespellrc", "setup.cfg", "tox.ini", "pyproject.toml"):
        return None
    found = re.search(r"^[ \t]*ignore-words-list[ \t]*=[ \t]*[\"']?((?:[^\n\"']|\n[ \t]+)*)", text, re.MULTILINE)
    if not found:
        raise BadInput(f"{escape_invisible(file)}: has no ignore-words-list")
    taken = ImportedWords("codespell's settings")
    taken.add_words(found[1].split(","))
    return taken


def _vale(file: str, text: str) -> ImportedWords | None:
    if file == "reject.txt":
        raise BadInput("reject.txt: these are the words that Vale is to flag; import accept.txt")
    if file != "accept.txt":
        return None
    taken = ImportedWords("Vale's vocabulary")
    for line in _lines(text):
        word = line.removeprefix("(?i)")
        if word != line:
            word = word.lower()  # in lower case it covers any case
        word = _TWO_CASES.sub(lambda m: m[1].lower() if m[1].lower() == m[2].lower() else m[0], word)
        word = word.removesuffix("\\b").removeprefix("\\b")
        forms = [_MAYBE.sub("", word), _MAYBE.sub(r"\1", word)] if _MAYBE.search(word) else [word]
        if any(_PATTERN.search(form) for form in forms):
            taken.left_out["a pattern, not a word"] += 1
        else:
            taken.add_words(forms)
    return taken


def _plain(file: str, text: str) -> ImportedWords | None:
    """A word on each line: Harper, LTeX's own files, codespell, hunspell and aspell, cspell's dictionaries."""
    if "\0" in text or (text.strip() and PurePath(file).suffix not in ("", ".txt", ".dic", ".pws", ".add", ".words")):
        return None
    language = re.fullmatch(r"ltex\.\w+\.([\w-]+)\.txt", file)
    taken = ImportedWords("LTeX's dictionary" if language else "a list of words")
    lines = list(_lines(text))
    if lines and lines[0].startswith("personal_ws-"):
        lines = lines[1:]
    numbered = PurePath(file).suffix == ".dic" and lines[:1] and lines[0].isdecimal()
    for line in lines[1:] if numbered else lines:
        if language:
            _ltex(taken, language[1], [line])
        elif "->" in line:
            taken.left_out["a correction, not a word"] += 1
        elif line.startswith(("!", "*")) and file.endswith((".dic", ".pws")):
            taken.left_out["marked as wrong there"] += 1
        elif numbered:
            taken.add_words([line.partition("/")[0]])
        else:
            _cspell(taken, [line])
    return taken


def _lines(text: str) -> Iterator[str]:
    for line in text.lstrip("\ufeff").splitlines():
        word = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if word:
            yield word


# The first that knows a file reads it.
_READERS: tuple[Callable[[str, str], ImportedWords | None], ...] = (_json, _yaml, _ini, _vale, _plain)
