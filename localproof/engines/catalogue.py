"""Every rule that an engine has, whether it is on, and what it looks for: for `localproof rules` and `explain`.

What an engine says of its rules is asked of the engine itself or read from its
rule files, so the list is that of the versions that are installed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..config import Settings
from ..report import Kind


@dataclass(frozen=True)
class Rule:
    """One rule. `name` is ``engine/Rule``; with a star in it, it stands for rules that are made from lists of words.

    `kind` is what most of its findings are, as far as that can be told before
    it speaks. `wrong` is an example of a text and `right` its corrections,
    where the engine gives them, and `url` a page on it. `on` is whether it runs where no setting speaks
    of it; `why` says what decided that, "" for the engine itself.
    """

    name: str
    says: str
    kind: Kind
    category: str
    on: bool = True
    why: str = ""
    wrong: str = ""
    right: tuple[str, ...] = ()
    url: str = ""


def _harper(settings: Settings) -> tuple[Rule, ...]:
    from . import harper

    return harper.catalogue(settings)


def _languagetool(settings: Settings) -> tuple[Rule, ...]:
    from .rule_files import catalogue

    return catalogue(settings)


# A row for each of ENGINES. Raises Unavailable where its rules cannot be told here.
CATALOGUES: dict[str, Callable[[Settings], tuple[Rule, ...]]] = {"harper": _harper, "languagetool": _languagetool}
