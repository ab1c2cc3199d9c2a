"""The tagger: what tags do to words, the way back from edits, slips that can be undone, and the file that is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import Tiny, tiny

from localproof.models.passages import ModelUnusable
from localproof.models.tagger import BIAS, HEAD, TAGS_KEY, Tagger
from localproof.scoring import edit_tags
from localproof.scoring.candidate_edits import split_words
from localproof.scoring.edit_tags import TAGS, edit_of, edits_at, tag_of
from localproof.scoring.tagging import tagged_words
from localproof.text import Edit, Span, apply_edits


def made(text: str, word: str, tag: str) -> str | None:
    """What a tag makes of a text, at the first word that is `word`."""
    row = split_words(text)
    i = next(i for i, w in enumerate(row) if w.span.of(text) == word)
    found = edit_of(tag, text, row, i)
    return apply_edits(text, [found.edit]) if found else None


@pytest.mark.parametrize(
    ("text", "word", "tag", "after"),
    [
        ("I saw cat.", "cat", "insert a", "I saw a cat."),
        ("I ate apple.", "apple", "insert a", "I ate an apple."),
        ("It took hour.", "hour", "insert a", "It took an hour."),
        ("Library is open.", "Library", "insert the", "The library is open."),
        ("“Library is open.”", "Library", "insert the", "“The library is open.”"),
        ("It ran. Then he (friend) came.", "friend", "insert a", "It ran. Then he (a friend) came."),
        ("However it rained.", "it", "insert ,", "However, it rained."),
        ("I think, that it is.", "that", "delete ,", "I think that it is."),
        ("I discussed about it.", "about", "delete", "I discussed it."),
        ("The Bob came.", "The", "delete", "Bob came."),
        ("The other came.", "The", "delete", "Other came."),
        ("He said that that that one.", "that", "delete", "He said that that one."),
        ("They was late.", "was", "replace were", "They were late."),
        ("It’s tail.", "It’s", "replace its", "Its tail."),
        ("an cat", "an", "replace a", "a cat"),
        ("A apple", "A", "replace a", "An apple"),
        ("the users", "users", "form base", "the user"),
        ("He go home.", "go", "form s", "He goes home."),
        ("I have wrote it.", "wrote", "form en", "I have written it."),
        ("a Users guide", "Users", "form 's", "a User's guide"),
        ("the dog's bark", "dog's", "form s", "the dogs bark"),
        ("It dont matter", "dont", "apostrophe", "It don't matter"),
        ("I like in to it", "in", "join", "I like into it"),
        ("the setup phase", "setup", "split", "the set up phase"),
        ("see bob", "bob", "capital", "see Bob"),
        ("the Cat", "Cat", "small", "the cat"),
        ("i am", "i", "capital", "I am"),
    ],
)
def test_a_tag_makes_its_edit(text: str, word: str, tag: str, after: str) -> None:
    assert made(text, word, tag) == after


@pytest.mark.parametrize(
    ("text", "word", "tag"),
    [
        ("the cat", "cat", "insert the"),
        ("a well-known cat", "known", "insert the"),
        ("the cat", "cat", "delete"),
        ("the cat", "cat", "keep"),
        ("the caat", "caat", "misspelt"),
        ("NASA", "NASA", "small"),
        ("the cat", "cat", "form ly"),
        ("table of", "of", "form s"),
        ("the cat", "the", "no such tag"),
        ("the cat", "cat", "insert nosuchword"),
    ],
)
def test_a_tag_that_does_not_fit_makes_no_edit(text: str, word: str, tag: str) -> None:
    assert made(text, word, tag) is None


SENTENCES = (
    "I have went to store yesterday, and this are the thing i like.",
    "Library's users should of read the Release notes, didnt they? In to the the wild.",
    "It’s tail is longer then the others’ and he dont know.",
    "1. the first one! (A apple) “Quoted thing” e.g. every one",
)


@pytest.mark.parametrize("text", SENTENCES)
def test_every_edit_is_found_back_as_a_tag(text: str) -> None:
    row = split_words(text)
    for i in range(len(row)):
        for tag, candidate in edits_at(text, row, i):
            assert tag in TAGS
            assert (new := apply_edits(text, [candidate.edit])) != text
            back = tag_of(text, row, candidate.edit)
            assert back is not None
            found = [c for name, c in edits_at(text, row, back[0]) if name == back[1]]
            assert any(apply_edits(text, [c.edit]) == new for c in found)


@settings(max_examples=60)
@given(st.text("aI theTo,. n'’\n-é😀9\"", max_size=40))
def test_no_text_stops_a_tag(text: str) -> None:
    row = split_words(text)
    for i in range(len(row)):
        for tag, candidate in edits_at(text, row, i):
            assert tag in TAGS and 0 <= candidate.edit.span.start <= candidate.edit.span.end <= len(text)


def test_what_no_tag_can_say_has_none() -> None:
    text = "We like the cat."
    assert tag_of(text, split_words(text), Edit(Span(12, 15), "elephant")) is None
    assert tag_of(text, split_words(text), Edit(Span(3, 7), "like")) is None


# The model.


class Head(Tiny):
    """A tiny model with a head over tags."""

    tags: tuple[str, ...] = ("keep", "insert a", "insert the", "delete", "confused")
    bias: Any = None

    def vocabulary(self, writer: Any) -> None:
        super().vocabulary(writer)
        chance = np.random.default_rng(5)
        writer.add_array(TAGS_KEY, list(self.tags))
        writer.add_tensor(HEAD, (chance.standard_normal((len(self.tags), self.width)) * 0.2).astype(np.float32))
        writer.add_tensor(BIAS, np.linspace(2, 0, len(self.tags)).astype(np.float32))


def head(weights: Any = None) -> Head:
    model = tiny()
    return Head(model.tokens, weights or model.weights)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> Tagger:
    return Tagger(head().write(tmp_path_factory.mktemp("head") / "head.gguf"))


TEXT = "The cat sat on mat. It’s “of” an 😀 cat, and the dog sits on a mat — naïvely.\u00a0So it could of sat."


def test_each_word_has_a_distribution_over_tags(tagger: Tagger) -> None:
    row = split_words(TEXT)
    found = tagger.probabilities(TEXT, [w.span for w in row])
    assert found.shape == (len(row), 5)
    assert np.abs(found.sum(1) - 1).max() < 1e-5


def test_a_word_hears_of_what_comes_after_it(tagger: Tagger) -> None:
    one, other = "The cat sat on the mat", "The cat sat on the dog"
    first = [tagger.probabilities(text, [split_words(text)[0].span]) for text in (one, other)]
    assert np.abs(first[0] - first[1]).max() > 1e-6


def test_long_texts_are_tagged_to_the_end(tagger: Tagger) -> None:
    for text in (TEXT * 30, "cat " * 900, "x" * 3000 + " cat", ""):
        row = split_words(text)
        found = tagger.probabilities(text, [w.span for w in row])
        assert len(found) == len(row) and (not row or np.abs(found.sum(1) - 1).max() < 1e-5)


@settings(max_examples=40)
@given(st.text('the cat.\n’"é😀 9-', max_size=80))
def test_edits_come_with_their_probability(text: str) -> None:
    for tagged in tagged_words(_tagger(), text):
        assert 0 <= tagged.error <= 1
        chances = [chance for _, chance in tagged.edits]
        assert chances == sorted(chances, reverse=True) and sum(chances) <= tagged.error + 1e-5
        assert len({c.edit for c, _ in tagged.edits}) == len(chances)


def _tagger() -> Tagger:
    if not _MADE:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            _MADE.append(Tagger(head().write(Path(folder) / "head.gguf")))
    return _MADE[0]


_MADE: list[Tagger] = []


def test_a_tag_for_several_words_shares_its_chance(tagger: Tagger) -> None:
    (word,) = [w for w in tagged_words(tagger, "The dog sat form.", least=1e-4) if w.word.low == "form"]
    chances = {c.edit.text: p for c, p in word.edits if c.kind == "confusion"}
    number = tagger.tags.index("confused")
    row = split_words("The dog sat form.")
    whole = tagger.probabilities("The dog sat form.", [w.span for w in row])[3, number]
    assert len(chances) > 1 and sum(chances.values()) == pytest.approx(float(whole), abs=1e-4)


def test_a_language_model_is_no_tagger(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="tags"):
        Tagger(tiny().write(tmp_path / "tiny.gguf"))


def test_a_head_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    class Short(Head):
        tags = ("keep", "delete")

        def vocabulary(self, writer: Any) -> None:
            super().vocabulary(writer)
            writer.add_array("localproof.other", ["a"])

    class Wrong(Short):
        def vocabulary(self, writer: Any) -> None:
            Tiny.vocabulary(self, writer)
            writer.add_array(TAGS_KEY, ["keep", "delete", "small"])
            writer.add_tensor(HEAD, np.zeros((2, 32), np.float32))
            writer.add_tensor(BIAS, np.zeros(2, np.float32))

    model = tiny()
    assert Tagger(Short(model.tokens, model.weights).write(tmp_path / "short.gguf")).tags == ("keep", "delete")
    with pytest.raises(ModelUnusable, match="head"):
        Tagger(Wrong(model.tokens, model.weights).write(tmp_path / "wrong.gguf"))


def test_the_article_before_a_word_follows_its_sound() -> None:
    an = "apple hour honest heir umbrella idea unimportant uninstalled uncle urge".split()
    a = "user cat one unit university european once useful ubiquitous unique house".split()
    assert [w for w in an if edit_tags.article(w) != "an"] == []
    assert [w for w in a if edit_tags.article(w) != "a"] == []
