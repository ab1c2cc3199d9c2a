"""What is done in a quicker way where a text is of the usual sort comes to what the long way comes to."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localproof.scoring import count_block_words, other_languages
from localproof.scoring.features import _as_it_stands
from localproof.scoring.ngram_counts import marks, ngram_counts, tokens
from localproof.text import Span
from localproof.text.words import SENTENCE_END, WORD, fold_word

_WORDS = (
    "The the in et al per se don't l'ami it's de la is we Jones O'Brien's a's x1Ab dell'arte 42 non und, iPhone"
).split()
_ODD = st.text("aA'’.,-_ 1\né", max_size=6)
_SENTENCE = st.lists(st.one_of(st.sampled_from(_WORDS), _ODD), max_size=14).map(" ".join)


@given(_SENTENCE)
def test_a_sentence_is_in_the_language_that_the_long_way_says(sentence: str) -> None:
    said = other_languages.language_of(sentence)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(other_languages, "_is_plainly_english", lambda _: False)
        assert other_languages.language_of(sentence) == said


@given(_SENTENCE)
def test_words_with_a_capital_are_counted_one_by_one(text: str) -> None:
    counts = count_block_words(text)
    assert counts.all == Counter(fold_word(word) for word in WORD.findall(text))
    capitalised: Counter[str] = Counter()
    for match in WORD.finditer(text):
        before = text[max(match.start() - 3, 0) : match.start()]
        if match[0][0].isupper() and before.strip() and not any(c in before for c in ".!?:\"“‘'("):
            capitalised[fold_word(match[0])] += 1
    assert counts.capitalised == capitalised


@given(_SENTENCE)
def test_tokens_are_those_of_each_mark_by_itself(text: str) -> None:
    assert tokens(text) == ["0" if mark.isdigit() else mark.lower() for mark in marks(text)]


@given(st.text("ab' ’-.é1", max_size=60), st.data())
def test_tokens_around_an_edit_are_those_of_the_whole(text: str, data: st.DataObject) -> None:
    assume(not SENTENCE_END.search(text))  # one sentence, within reach
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(st.text("ab' -é", max_size=8))
    place = _as_it_stands(text, Span(start, end), ngram_counts())
    around = [*place.before, *tokens(place.left + new + place.right), *place.after]
    assert around == tokens(text[:start] + new + text[end:])
    assert place.words == len(tokens(text))
