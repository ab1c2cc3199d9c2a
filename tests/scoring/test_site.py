"""What the rest of a text and of its site know of a word."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from localproof.report import Finding
from localproof.scoring import count_words, score_finding, threshold
from localproof.scoring.site import WordsElsewhere
from localproof.text import Block, Edit, Piece, Span
from localproof.text.words import WORD, fold_word

SPELL = ("harper/SpellCheck", "languagetool/MORFOLOGIK_RULE_EN_US")


@given(st.text("abAB'’ -_.1\n", max_size=60), st.text("abAB'’ -_.1\n", max_size=30))
def test_words_elsewhere_are_those_of_the_source_less_prose(outside: str, prose: str) -> None:
    source = f"{outside}\n{prose}"
    every = Counter(map(fold_word, WORD.findall(source)))
    inside = Counter(map(fold_word, WORD.findall(prose)))
    elsewhere = WordsElsewhere(source, inside)
    assert dict(elsewhere) == dict(every - inside) and len(elsewhere) == len(every - inside)
    assert "" not in elsewhere


def test_a_word_of_the_code_is_no_misspelling_in_the_prose() -> None:
    text = "It duplicates the logic of siac for the command line."
    block = Block("paragraph", text, (Piece(Span(0, len(text)), Span(0, len(text)), "text"),))
    span = Span(text.index("siac"), text.index("siac") + 4)
    found = Finding(span, SPELL[0], "", (Edit(span, "sic"),), SPELL, "spelling", agreement=2)
    words = count_words([block])
    likely = []
    for code in ("", "\n\n    siac -v\n"):
        counts = type(words)(words.all, words.capitalised, elsewhere=WordsElsewhere(text + code, words.all))
        likely.append(score_finding(block, found, counts, text + code).probability or 0.0)
    assert likely[1] < likely[0] / 2 and likely[1] < threshold("quiet")
