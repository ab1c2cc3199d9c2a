"""Which English texts are spelled in: by words that Britain and America spell in different ways.

The families are those that style guides list (-our, -ise, -yse, -re, doubled l) with their usual members. Words whose
second spelling is also at home on the other side (license, program, meter, catalog) say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

# In each pattern the group decides: what it holds in Britain stands beside it.
_FAMILIES = tuple(
    (re.compile(pattern), british)
    for pattern, british in (
        (
            "(?:arb|arm|behavi|col|endeav|fav|flav|harb|hon|hum|neighb|rum|sav|splend|vap|vig)(ou?)r"
            "(?:s|ed|ing|ful|less|ite|ites|able|al|hood|ly)?",
            "ou",
        ),
        (
            "(?:apolog|author|categor|character|critic|custom|emphas|final|general|initial|legal|local|maxim|memor|minim"
            "|modern|normal|optim|organ|personal|popular|priorit|real|recogn|rational|sanit|serial|special|stabil"
            "|standard|summar|symbol|synchron|util|visual)i([sz])(?:e|es|ed|er|ers|ing|ation|ations|able)",
            "s",
        ),
        ("(?:anal|catal|paral)y([sz])(?:e|ed|er|ers|ing)", "s"),
        ("(?:calib|cent|fib|lit|lust|spect|theat)(re|er)s?", "re"),
        (
            "(?:cancel|channel|counsel|dial|fuel|label|level|marvel|model|panel|signal|travel|tunnel)(l?)"
            "(?:ed|ing|er|ers)",
            "l",
        ),
        ("(?:def|off|pret)en([cs])es?", "c"),
        ("gr([ae])y(?:s|ish)?", "e"),
        ("jewel(ler|r)y", "ler"),
        ("alumin(iu?)m", "iu"),
        ("s([ck])eptic(?:s|al|ally|ism)?", "c"),
        ("(?:skil|wil)(l?)ful(?:ly)?", ""),
        ("(?:enrol|fulfil)(l?)(?:s|ment|ments)?", ""),
        ("co([sz])(?:y|ier|iest)", "s"),
        ("m([ou])m(?:s|my)?", "u"),
        ("pl(ough|ow)(?:s|ed|ing)?", "ough"),
    )
)
_BRITISH_ALONE = frozenset(
    "cheque cheques kerb learnt licence licences maths programme programmes tyre tyres whilst".split()
)


@lru_cache(maxsize=8192)
def is_british(word: str) -> bool | None:
    """Whether `word`, in lower case, is spelled as in Britain; None where it is spelled alike everywhere, or no
    example of a difference.

    >>> is_british("colours"), is_british("organizer"), is_british("labelled"), is_british("sunrise")
    (True, False, True, None)
    """
    if word in _BRITISH_ALONE:
        return True
    for pattern, spelling in _FAMILIES:
        if match := pattern.fullmatch(word):
            return match[1] == spelling
    return None


_ISE = re.compile(r"([a-z]{3,}i)[sz]((?:e|es|ed|er|ers|ing|able|ation|ations)(?:'s)?)")


def differ_in_ise(a: str, b: str) -> bool:
    """Whether `a` and `b` are one verb in -ise and -ize, or a word built on it. Which of the two a word of no family
    takes is as open as with the families; -ize is at home in Britain, too. To parametrize is to parameterize.

    >>> differ_in_ise("deserialises", "deserializes"), differ_in_ise("parametrised", "parameterized")
    (True, True)
    >>> differ_in_ise("prise", "prize"), differ_in_ise("organises", "organised")
    (False, False)
    """
    one, other = (_ISE.fullmatch(word.replace("parametri", "parameteri")) for word in (a, b))
    return one is not None and other is not None and a != b and one.groups() == other.groups()


# Common words of the families, each with its other spelling: enough to tell how a text leans.
_TELLING = tuple(
    pair.split()
    for pair in "colour color|favourite favorite|behaviour behavior|neighbour neighbor|honour honor|centre center"
    "|realise realize|organise organize|recognise recognize|customise customize|optimise optimize|analyse analyze"
    "|optimised optimized|realised realized|organised organized|organisation organization|favour favor|flavour flavor"
    "|labour labor|travelling traveling|cancelled canceled|grey gray|defence defense|mum mom".split("|")
)


def leaning(words: Mapping[str, int], but: Iterable[str] = ()) -> bool | None:
    """Whether a text with these `words` leans to British spelling (True) or to American (False), without looking at
    those of `but`; None where neither shows."""
    said = [words.get(a, 0) - words.get(b, 0) for a, b in _TELLING if a not in but and b not in but]
    total = sum((n > 0) - (n < 0) for n in said)
    return None if not total else total > 0


def dialect_counts(texts: Iterable[Iterable[str]]) -> tuple[int, int]:
    """(how many texts lean to British spelling, how many to American), each text given as its different words."""
    towards = [0, 0]
    for words in texts:
        said = [known for word in words if (known := is_british(word)) is not None]
        if said and 2 * sum(said) != len(said):
            towards[2 * sum(said) < len(said)] += 1
    return towards[0], towards[1]
