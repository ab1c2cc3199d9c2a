"""Words of the project's list that no text of the project uses any more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ..project.files import InputFile, read_source
from ..report import BadInput, Unavailable
from ..text.words import fold_apostrophes
from .planning import CheckOptions, plan_tasks
from .suppressions import UserDictionary

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")


def read_texts(paths: Iterable[str], env: Mapping[str, str]) -> Iterator[str]:
    """The source of every text that `paths` stand for.

    Raises BadInput where one cannot be read: a word may stand there and nowhere else.
    """
    tasks, _ = plan_tasks(CheckOptions(tuple(paths)), env)
    for task in tasks:
        for found in task.inputs:
            if isinstance(found, InputFile):
                try:
                    yield read_source(found, task.settings.max_bytes).text
                except Unavailable as error:
                    raise BadInput(f"{error}; nothing is taken out while a text cannot be looked at") from None


def unused_words(words: Iterable[str], sources: Iterable[str]) -> tuple[str, ...]:
    """Those of `words` that stand in none of `sources`, in no form that the list covers: plural, possessive, a capital.

    >>> unused_words(["kubelet", "Grafana Loki", "frobnicate"], ["Two kubelets, and GRAFANA.", "Grafana\\nLoki"])
    ('frobnicate',)
    """
    left = {word: UserDictionary.of([word]) for word in words}
    for source in sources:
        tokens: dict[str, set[str]] = {}
        for match in _WORD.finditer(source):
            for token in {match.group(), *re.split(r"[-.&]", match.group())}:
                tokens.setdefault(token[:1].casefold(), set()).add(token)
        flat = " ".join(fold_apostrophes(source).split()).casefold()
        for word in [w for w, v in left.items() if _occurs(w, v, tokens, flat)]:
            del left[word]
        if not left:
            break
    return tuple(left)


def _occurs(word: str, known: UserDictionary, tokens: Mapping[str, set[str]], flat: str) -> bool:
    plain = fold_apostrophes(word)
    if _WORD.fullmatch(plain) and " " not in plain:
        return any(known.knows(token) for token in tokens.get(plain[:1].casefold(), ()))
    return plain.casefold() in flat  # a phrase, or a word with marks in it
