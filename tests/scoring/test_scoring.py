"""The judge: what it knows of words, what it says of findings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localproof import scoring
from localproof.config import Settings
from localproof.formats import read
from localproof.report import Finding, Kind
from localproof.scoring import coefficients, features, spelling_errors
from localproof.scoring.edit_order import rank_edits
from localproof.scoring.features import FeatureContext, RuleFacts, ngram_gain
from localproof.scoring.ngram_counts import tokens
from localproof.scoring.wordlists import BANDS, NOT_LISTED, WordEntry, word_lists
from localproof.text import Block, Edit, Piece, Span, apply_edits, minimal_edit

KNOWN = scoring.ngram_counts()


def block(text: str, kind: str = "paragraph") -> Block:
    whole = Span(0, len(text))
    return Block(kind, text, (Piece(whole, whole, "text"),) if text else ())


def finding(text: str, old: str, new: str, *rules: str, kind: Kind = "spelling", agreement: int = 2) -> Finding:
    start = text.index(old)
    span = Span(start, start + len(old))
    return Finding(span, rules[0], "", (Edit(span, new),), rules, kind, agreement=agreement)


SPELL = ("harper/SpellCheck", "languagetool/MORFOLOGIK_RULE_EN_US")


def probability(text: str, old: str, new: str, *rules: str, kind: Kind = "spelling", more: str = "") -> float:
    words = scoring.count_words([block(text), block(more)])
    judged = scoring.score_finding(block(text), finding(text, old, new, *(rules or SPELL), kind=kind), words)
    assert judged.probability is not None
    return judged.probability


def ranked_edits(text: str, of: Finding, words: dict[str, int] | None = None) -> Finding:
    return rank_edits(text, of, coefficients().order, words or {})


def test_a_common_misspelling_is_likely_an_error() -> None:
    assert probability("We will recieve it tomorrow.", "recieve", "receive") > 0.9


def test_name_is_less_likely_an_error_than_its_lower_case_form() -> None:
    name = probability("We met Kushagra Gour in town.", "Gour", "Gourd")
    word = probability("We met a gour in the town.", "gour", "gourd")
    assert name < word


def test_word_repeated_in_the_text_is_less_likely_a_misspelling() -> None:
    once = probability("The flixboard was black.", "flixboard", "clipboard")
    often = probability("The flixboard was black.", "flixboard", "clipboard", more="flixboard " * 9)
    assert often < once / 2


def test_a_rule_that_knows_what_is_meant_is_no_dictionary() -> None:
    text = "We saw it and i'm glad."
    known = finding(text, "i'm", "I'm", "harper/CapitalizePersonalPronouns")
    word = finding(text, "i'm", "I'm", *SPELL)
    assert (features.voice(known), features.voice(word)) == ("typo", "spelling")
    often = [block(text)] * 8
    seen = scoring.score_finding(block(text), known, scoring.count_words(often)).probability
    once = scoring.score_finding(block(text), known, scoring.count_words(often[:1])).probability
    assert seen == once


def test_forms_that_end_as_what_was_written_are_offered_too() -> None:
    text = "You are registed already."
    ranked = ranked_edits(text, finding(text, "registed", "register", *SPELL))
    assert "registered" in [e.text for e in ranked.edits]
    text = "Our cybersec team is small."
    two = finding(text, "cybersec", "cybersex", *SPELL)
    two = replace(two, edits=(*two.edits, Edit(two.span, "cyber")))
    assert ranked_edits(text, two).edits[0].text == "cyber"


def test_a_style_rule_stays_quiet() -> None:
    p = probability("It is red, white and blue.", "white", "white,", "harper/OxfordComma", kind="style")
    assert p < scoring.threshold("quiet")


def test_an_engine_no_weights_know_is_not_judged_with_others() -> None:
    for text, old, new in (("We will recieve it.", "recieve", "receive"), ("We met Gour.", "Gour", "Gourd")):
        found = finding(text, old, new, "third/Speller", agreement=1)
        for engines in (["third"], ["harper", "third"], ["harper", "languagetool", "third"]):
            scored = scoring.score_finding(block(text), found, scoring.count_words([block(text)]), engines=engines)
            assert scored == replace(found, probability=scoring.UNLEARNED)
            assert not scoring.is_safe_fix(text, scored)
    assert scoring.threshold("balanced") < scoring.UNLEARNED < scoring.threshold("quiet")


def test_an_engine_no_weights_know_says_nothing_for_or_against() -> None:
    text = "We will recieve it tomorrow."
    words = scoring.count_words([block(text)])

    def said(engines: list[str], *rules: str, agreement: int) -> float | None:
        found = finding(text, "recieve", "receive", *rules, agreement=agreement)
        return scoring.score_finding(block(text), found, words, engines=engines).probability

    alone = said(["harper"], SPELL[0], agreement=1)
    assert said(["harper", "third"], SPELL[0], agreement=1) == alone
    assert said(["harper", "third"], SPELL[0], "third/Speller", agreement=2) == alone
    both = said(["harper", "languagetool"], *SPELL, agreement=2)
    assert said(["harper", "languagetool", "third"], "third/Speller", *SPELL, agreement=3) == both


def test_the_same_words_give_the_same_probability() -> None:
    text = "We will recieve it tomorrow."
    assert len({probability(text, "recieve", "receive") for _ in range(3)}) == 1


def test_profiles_are_cuts_from_strict_to_none() -> None:
    assert scoring.threshold("quiet") > scoring.threshold("balanced") > scoring.threshold("all") == 0


def certain(text: str, wrong: str, right: str, agreement: int = 2) -> bool:
    words = scoring.count_words([block(text)])
    return scoring.is_safe_fix(
        text,
        scoring.score_finding(block(text), finding(text, wrong, right, *SPELL[:agreement], agreement=agreement), words),
    )


def test_only_an_unambiguous_misspelling_agreed_by_all_is_certain() -> None:
    assert certain("We will recieve it.", "recieve", "receive")
    assert not certain("We will recieve it.", "recieve", "receive", agreement=1)
    assert not certain("We saw Teh Cat there.", "Teh", "The")


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("Teh shop is closed.", "Teh", "The"),
        ("It was late. Becuase it rained, we left.", "Becuase", "Because"),
    ],
)
def test_it_is_as_certain_with_the_capital_of_a_sentence(text: str, wrong: str, right: str) -> None:
    assert certain(text, wrong, right)


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("Ther shop is closed.", "Ther", "There"),  # it may be Their
        ("Teh was the minister.", "Teh", "The"),
        ("Teh Cheang Wan was the minister.", "Teh", "The"),
        ("We met Mr. Teh yesterday.", "Teh", "The"),
        ("We met Mr. Pivott the attorney.", "Pivott", "Pivot"),
        ("Thier dog barks.", "Thier", "Their"),  # a surname of the census
        ("Teh", "Teh", "The"),
        ("THIER dog barks.", "THIER", "THEIR"),
        ("teh shop is closed.", "teh", "the"),
    ],
)
def test_what_may_be_a_name_at_the_head_of_a_sentence_is_not_certain(text: str, wrong: str, right: str) -> None:
    sure = replace(finding(text, wrong, right, *SPELL), probability=0.99)
    assert not scoring.is_safe_fix(text, sure)


def repeated(text: str, copies: str, rule: str = "harper/RepeatedWords") -> Finding:
    """What is made of Harper's finding that the last two of `copies` are one too many, judged."""
    end = text.index(copies) + len(copies)
    word = copies.split()[-1]
    edit = minimal_edit(text, Edit(Span(end - 2 * len(word) - 1, end), word))
    raw = Finding(edit.span, rule, "", (edit,), (rule,))
    return scoring.score_finding(block(text), raw, scoring.count_words([block(text)]))


@pytest.mark.parametrize(
    ("text", "copies", "right"),
    [
        ("We went to the the the shop.", "the the the", "We went to the shop."),
        ("The the the the shop is closed.", "The the the the", "The shop is closed."),
        ("We left and and and went home.", "and and and", "We left and went home."),
    ],
)
def test_a_small_word_three_times_or_more_is_certainly_meant_once(text: str, copies: str, right: str) -> None:
    found = repeated(text, copies)
    assert apply_edits(text, found.edits) == right
    assert scoring.is_safe_fix(text, found)


@pytest.mark.parametrize(
    ("text", "copies"),
    [
        ("It was very very very good.", "very very very"),
        ("He had had had enough.", "had had had"),
        ("No no no, that is wrong.", "No no no"),
        ("And so on, blah blah blah.", "blah blah blah"),
        ("We went to the the shop.", "the the"),  # with one engine of two
    ],
)
def test_what_may_be_said_again_and_again_is_never_certain(text: str, copies: str) -> None:
    found = repeated(text, copies)
    assert len(found.span.of(text).split()) == 1
    assert not scoring.is_safe_fix(text, replace(found, probability=0.99))
    other = replace(repeated(text, copies, "x/Y"), probability=0.99)
    assert not scoring.is_safe_fix(text, other)


@pytest.mark.parametrize(
    ("text", "second", "sure"),
    [
        ("We saw the the end.", "the ", True),
        ("The the end is near.", "the ", True),
        ("It was so. The the end is near.", "the ", True),
        ("This is what it is is.", " is", False),
        ("I know where we need to to stay here.", "to ", False),
        ("I know that that is it.", "that ", False),
        ("The place I live in in the summer.", "in ", False),
        ("The man she is with with his dog.", "with ", False),
        ("We saw him and and her.", "and ", True),
        ("Use the operators and and or here.", "and ", False),
        ("It is an an apple.", "an ", True),
        ("It makes container A a sidecar.", "a ", False),
        ("We saw the The Hague.", "The ", False),
        ("It is closer to to top of it.", "to ", False),
        ("A cluster of of the box.", "of ", False),
        ("We saw the very end.", "very ", False),
    ],
)
def test_a_word_said_twice_is_certain_where_nothing_else_can_be_meant(text: str, second: str, sure: bool) -> None:
    at = text.rindex(second)
    span = Span(at, at + len(second))
    rules = ("harper/RepeatedWords", "languagetool/ENGLISH_WORD_REPEAT_RULE")
    found = Finding(span, rules[0], "", (Edit(span, ""),), rules, "grammar", 0.99, agreement=2)
    assert scoring.is_safe_fix(text, found) == sure


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("dreck", "deck"),
        ("colour", "color"),
        ("theatre", "theater"),
        ("accidently", "accidentally"),
        ("colors", "colours"),
    ],
)
def test_what_is_english_in_any_list_or_dialect_is_never_certain(wrong: str, right: str) -> None:
    assert not certain(f"We will see the {wrong} there.", wrong, right)


def test_what_may_end_a_clause_is_not_certain_said_three_times() -> None:
    assert not scoring.is_safe_fix(
        "The man I spoke to to to get it.", repeated("The man I spoke to to to get it.", "to to to")
    )


def test_an_unjudged_finding_is_never_certain() -> None:
    text = "We will recieve it."
    assert not scoring.is_safe_fix(text, finding(text, "recieve", "receive", *SPELL))


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("I saw a apple there.", "a apple", "an apple"),
        ("They could of done it.", "of", "have"),
        ("He went form there to here.", "form", "from"),
        ("It is the the best.", "the the", "the"),
    ],
)
def test_a_good_correction_gains_and_its_reverse_loses(text: str, old: str, new: str) -> None:
    start = text.index(old)
    edit = Edit(Span(start, start + len(old)), new)
    fixed = text[:start] + new + text[start + len(old) :]
    back = Edit(Span(start, start + len(new)), old)
    assert ngram_gain(text, edit, KNOWN) > 0 > ngram_gain(fixed, back, KNOWN)


def test_correct_words_outnumber_misspelt_ones_and_word_order_counts() -> None:
    assert KNOWN.count("receive") > 100 * KNOWN.count("recieve")
    assert KNOWN.count("of the") > 1000 * max(KNOWN.count("the of"), 1)
    assert KNOWN.capital_share("london") == 1 and KNOWN.capital_share("the") == 0
    assert KNOWN.capital_share("zzxqqy") is None


def test_listed_misspellings_are_known_with_their_corrections() -> None:
    assert KNOWN.misspelling("recieve", "receive") and KNOWN.is_only_correction("recieve", "receive")
    assert not KNOWN.misspelling("recieve", "relieve")


def test_the_table_file_says_what_it_is() -> None:
    for part in scoring.provenance():
        assert part.version and part.licence and part.data and len(part.sha256) == 64, part.part


def test_every_weight_by_hand_has_its_reason() -> None:
    raw = json.loads(Path(scoring.__file__).with_name("coefficients.json").read_text("utf-8"))
    assert raw["by_hand"] and all(len(entry["reason"]) > 20 for entry in raw["by_hand"].values())
    assert set(raw["cuts"]) == {"quiet", "balanced", "all"}
    assert set(coefficients().weights) == {"harper+languagetool", "harper", "languagetool"}


def test_engine_that_was_not_asked_does_not_count_as_silent() -> None:
    text = "We could of gone there."
    of = finding(text, "could of", "could have", "harper/ModalOf", kind="grammar", agreement=1)
    words = scoring.count_words([block(text)])
    alone = scoring.score_finding(block(text), of, words, engines=("harper",)).probability
    assert alone is not None and alone > scoring.threshold("quiet")
    assert alone != scoring.score_finding(block(text), of, words).probability


def test_the_judge_looks_whether_a_suspect_is_listed() -> None:
    def seen(word: str) -> dict[str, float]:
        text = f"The old {word} looked up."
        return features.features(text, finding(text, word, "squirrel", *SPELL), FeatureContext(), KNOWN, RuleFacts())

    assert seen("squireen")["listed rare lower"] == seen("Huddleston")["listed person or place capitalised"] == 1
    assert not any(name.startswith("listed ") for name in seen("squirewn"))


def test_the_lists_know_rare_words_names_and_their_possessives() -> None:
    assert word_lists().entry("sesquipedalian").band == "rare"
    assert word_lists().entry("huddleston's").person_or_place
    assert word_lists().entry("xqzzyq") == NOT_LISTED


@given(st.sampled_from(BANDS), st.booleans(), st.booleans())
def test_an_entry_of_the_lists_comes_back_from_its_number(band: str, name: bool, borne: bool) -> None:
    entry = WordEntry(band, name, borne)
    assert WordEntry.unpack(entry.pack()) == entry and 1 <= entry.pack() <= 31


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 12), st.text(max_size=8))
def test_any_text_and_edit_get_a_probability(text: str, start: int, length: int, new: str) -> None:
    start = min(start, len(text))
    span = Span(start, min(start + length, len(text)))
    for kind in ("spelling", "grammar"):
        f = Finding(span, "harper/X", "", (Edit(span, new),), ("harper/X",), kind)  # type: ignore[arg-type]
        p = scoring.score_finding(block(text), f, scoring.count_words([block(text)])).probability
        assert p is not None and 0 <= p <= 1


def test_a_word_of_five_thousand_letters_is_no_trouble() -> None:
    word = "abcde" * 1000
    assert 0 <= probability(f"See {word} here.", word, "abcde") <= 1
    assert spelling_errors.edit_distance(word, word[1:]) <= 4 and spelling_errors.error_model_log_prob(word, "abc") < 0


def test_features_are_numbers_with_names() -> None:
    text = "We will recieve it."
    found = features.features(text, finding(text, "recieve", "receive", *SPELL), FeatureContext(), KNOWN, RuleFacts())
    assert found["listed misspelling"] == 1 and found["same edit"] == 1
    assert all(isinstance(v, float) for v in found.values())


def test_tokens_are_what_was_counted() -> None:
    assert tokens("“Don’t,” she said—12 times.") == ['"', "don't", ",", '"', "she", "said", "—", "0", "times", "."]


@pytest.mark.parametrize(
    ("text", "old", "new", "feature"),
    [
        ("A real smörgåsbord of talks.", "smörgåsbord", "smorgasbord", "only accents"),
        ("The times are a changin' fast.", "changin", "changing", "clipped"),
        ("I was an 80s kid.", "an", "a", "article before a number"),
        ("Put it into a SQLite database.", "a", "an", "article before an abbreviation"),
        ("So it was very very small.", " very", "", "deletes=very"),
    ],
)
def test_what_only_the_writer_knows_weighs_against_a_finding(text: str, old: str, new: str, feature: str) -> None:
    of = finding(
        text, old, new, "harper/Some", kind="spelling" if feature in ("only accents", "clipped") else "grammar"
    )
    assert feature in features.features(text, of, FeatureContext(), KNOWN, RuleFacts())
    assert coefficients().by_hand[feature] < 0


def test_an_article_before_a_plain_word_is_no_matter_of_reading_aloud() -> None:
    seen = features.features(
        "Take a apple.",
        finding("Take a apple.", "a ", "an ", "harper/AnA", kind="grammar"),
        FeatureContext(),
        KNOWN,
        RuleFacts(),
    )
    assert not any(name.startswith("article before") for name in seen)


def test_likeliest_correction_comes_first_without_engine_votes() -> None:
    text = "I have bougth a new lamp."
    start = text.index("bougth")
    span = Span(start, start + 6)
    of = Finding(
        span, SPELL[0], "", tuple(Edit(span, w) for w in ("bough", "both", "bought")), SPELL, "spelling", agreement=2
    )
    ranked = ranked_edits(text, of)
    assert ranked.edits[0].text == "bought" and set(ranked.edits) == set(of.edits)
    assert ranked.agreement == 1
    assert ranked_edits(text, ranked).edits == ranked.edits


def of_many(text: str, old: str, *offers: str, rules: tuple[str, ...] = SPELL) -> Finding:
    found = finding(text, old, offers[0], *rules)
    return replace(found, edits=tuple(Edit(found.span, new) for new in offers))


@pytest.mark.parametrize(
    ("text", "old", "offers", "meant"),
    [
        ("We need to catch all the vistors at the door.", "vistors", ("visors", "visitors", "victors"), "visitors"),
        ("We will shutdwon the server today.", "shutdwon", ("shut won", "shutdown"), "shutdown"),
        ("It is good practive to do so.", "practive", ("proactive", "practice", "preactive"), "practice"),
        ("We read the MANAUL first.", "MANAUL", ("Manual", "MANUAL"), "MANUAL"),
    ],
)
def test_the_correction_that_fits_comes_first(text: str, old: str, offers: tuple[str, ...], meant: str) -> None:
    assert ranked_edits(text, of_many(text, old, *offers)).edits[0].text == meant


def test_a_correction_that_the_text_has_elsewhere_comes_sooner() -> None:
    text = "Then came the fromt again."
    of = of_many(text, "fromt", "front", "from")
    other = next(e.text for e in ranked_edits(text, of).edits[1:])
    places = [
        [e.text for e in ranked_edits(text, of, words).edits].index(other) for words in ({}, {other: 9, "fromt": 1})
    ]
    assert places[1] <= places[0]


def test_a_rule_that_only_finds_a_capital_yields_to_a_slip() -> None:
    text = "You may want ot know it."
    rules = ("harper/OrthographicConsistency", *SPELL)
    of = replace(of_many(text, "ot", "OT", "out", "to", rules=rules), offers=((Edit(Span(13, 15), "OT"), rules[0]),))
    assert ranked_edits(text, of).edits[0].text == "to"
    for text, old, offers in (
        ("It is written in plain english today.", "english", ("English", "enlist")),
        ("He kept the surprise easter egg there.", "easter", ("Easter", "eastern")),
        ("It should imho never be there.", "imho", ("IMHO", "imago", "imp")),
    ):
        of = of_many(text, old, *offers, rules=rules)
        of = replace(of, offers=((of.edits[0], rules[0]),))
        assert ranked_edits(text, of).edits[0].text == offers[0]
    text = "It is an impossible u-turn there."
    of = of_many(text, "u", "U", "up", rules=("languagetool/U_TURN", *SPELL))
    assert ranked_edits(text, replace(of, offers=((of.edits[0], "languagetool/U_TURN"),))).edits[0].text == "U"
    for text, old, offers in (
        ("This article os focused on it.", "os", ("OS", "Os", "is", "of")),
        ("A value od the enumeration.", "od", ("OD", "odd", "of")),
        ("We need standards amd tools.", "amd", ("AMD", "and", "add")),
    ):
        of = of_many(text, old, *offers, rules=rules)
        of = replace(of, offers=((of.edits[0], rules[0]),))
        assert ranked_edits(text, of).edits[0].text in ("is", "of", "and")


def test_corrections_of_other_kinds_keep_the_engines_order() -> None:
    text = "He go home."
    of = Finding(
        Span(3, 5), "harper/X", "", (Edit(Span(3, 5), "zz"), Edit(Span(3, 5), "goes")), ("harper/X",), "grammar"
    )
    assert ranked_edits(text, of) is of


@pytest.mark.parametrize("source", ["We use [{}](x) daily.", "We use [{} docs](x) daily.", "We use [the {}](x) daily."])
def test_a_word_at_an_end_of_a_link_is_more_likely_a_name(source: str) -> None:
    def said(source: str) -> float:
        text = source.format("thonny")
        (paragraph,) = read("a.md", text, Settings()).blocks
        of = finding(paragraph.text, "thonny", "thorny", *SPELL)
        judged = scoring.score_finding(paragraph, of, scoring.count_words([paragraph]), text)
        assert judged.probability is not None
        return judged.probability

    assert said(source) < said(source.replace("[", "").replace("](x)", ""))


def test_speller_of_another_dialect_counts_as_the_learned_one() -> None:
    text = "I like the codecasts that people post."
    american = probability(text, "codecasts", "code casts", *SPELL)
    british = probability(text, "codecasts", "code casts", SPELL[0], "languagetool/MORFOLOGIK_RULE_EN_GB")
    assert american == british


@given(st.lists(st.sampled_from(["One Ada two.", "two Ada, two", "Bob", "", "one"])), st.data())
def test_counts_that_are_carried_on_are_those_that_would_be_counted(before: list[str], data: st.DataObject) -> None:
    after = data.draw(st.permutations([*before, "Three", "two"]).map(lambda every: every[: len(before)]))
    old, new = ([scoring.count_block_words(text) for text in texts] for texts in (before, after))
    assert scoring.update_counts(scoring.add_counts(old), old, new) == scoring.add_counts(new)


def test_a_short_word_never_written_right_is_a_name() -> None:
    def chance(text: str) -> float:
        of = block(text)
        found = finding(text, text.split()[2], {"siad": "said", "teh": "the"}[text.split()[2]], *SPELL, agreement=2)
        return scoring.score_finding(of, found, scoring.count_words([of])).probability or 0.0

    name = chance("We run siad here. Then siad stops, and siad and siad start.")
    slip = chance("We run siad here. Then it said no, and siad and siad start.")
    assert name < slip
    small = chance("We saw teh cat. Then teh dog and teh mouse and teh bird.")
    assert small > 0.9
