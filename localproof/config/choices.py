"""What may be chosen from, the values that settings and flags take, and what is said of a wrong choice.

Help loads nothing else of this room: no dataclass is declared here, and none is imported before it is needed.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..text.escaping import escape_invisible
from ..text.kinds import KINDS
from ..text.languages import FORMS, NAMES, known_language

DIALECTS = FORMS["en"]
LANGUAGES = (
    *DIALECTS,
    *(form for code in NAMES if code != "en" for form in dict.fromkeys((code, *FORMS.get(code, ())))),
)
BUNDLED = "bundled"  # the models that come with LocalProof, together
BUNDLED_MODELS = ("localproof-small", "localproof-tagger")  # one that scores and one that tags
PROFILES = ("quiet", "balanced", "all")
SERVICES = ("auto", "on", "off")
FAIL_ON = ("any", "never", *KINDS)
HOMES = ("auto", "embedded", "java", "server")
ELSEWHERE = "my text may leave this machine"
# What may be asked of a model; `models.policy` says what each means.
REQUIREMENTS = (
    *("data-disclosed", "open-licence-data", "opt-out-honoured", "opt-out-retroactive", "consent-certified"),
    *("energy-disclosed", "carbon-disclosed", "osi-licence"),
)
RUNTIMES = ("auto", "numpy", "llama.cpp")
SUGGEST = ("none", "closed", "rewrite")
LEARNING = ("user", "project", "off")
GENERATORS = ("auto", "none", "hugo", "jekyll", "eleventy", "astro", "zola", "mkdocs", "docusaurus")


def dialect(tag: str, where: str) -> str:
    """The English, or the other language, that a language tag names. Raises BadInput.

    >>> dialect("en_gb", "--lang"), dialect("en", "--lang"), dialect("de-at", "--lang")
    ('en-GB', 'en-US', 'de-AT')
    """
    if found := known_language(tag):
        return found
    from ..report import BadInput

    choices = f"choose from {', '.join(DIALECTS)}, or what `localproof languages` lists"
    raise BadInput(f"{where}: unknown language {escape_invisible(tag)!r}{nearest(tag, LANGUAGES)} ({choices})")


def one_of(value: str, choices: Iterable[str], what: str, where: str) -> str:
    """`value` if it is one of `choices`; else raises BadInput that names them and the nearest."""
    known = tuple(choices)
    if value in known:
        return value
    from ..report import BadInput

    raise BadInput(
        f"{where}: unknown {what} {escape_invisible(value)!r}{nearest(value, known)} (choose from {', '.join(known)})"
    )


def nearest(word: str, known: Iterable[str], least: float = 0.6) -> str:
    """A hint that names the most similar of `known`, or "" if none is near: as like as `least`, where 1 is the same.

    >>> nearest("languge", ["language", "profile"])
    '; did you mean language?'
    """
    import difflib

    close = difflib.get_close_matches(word, list(known), 1, least)
    return f"; did you mean {close[0]}?" if close else ""
