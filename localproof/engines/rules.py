"""A rule, as the engine that has it speaks of it."""

from __future__ import annotations

from dataclasses import dataclass

from ..report import Kind


@dataclass(frozen=True)
class Rule:
    """One rule. `name` is ``engine/Rule``; with a star in it, it stands for rules that are made from lists of words.

    `kind` is what most of its findings are, as far as that can be told before
    it speaks. `wrong` is an example of a text and `right` its corrections,
    where the engine gives them, and `url` a page on it. `on` is whether it runs
    where no setting speaks of it; `why` says what decided that, "" for the
    engine itself.
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
