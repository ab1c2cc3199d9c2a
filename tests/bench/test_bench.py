"""The scorer that every quoted figure rests on."""

from __future__ import annotations

import doctest
import json
import lzma
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_model import tiny

ROOT = Path(__file__).resolve().parents[2]
if not (ROOT / "bench").is_dir():
    pytest.skip("bench/ is not part of this copy", allow_module_level=True)
sys.path.insert(0, str(ROOT))

from bench import align, quality, safe, scorer, sets  # noqa: E402
from bench.align import edits_between  # noqa: E402
from bench.product import Answer, Id, Said  # noqa: E402
from bench.reading import reading  # noqa: E402
from bench.scorer import Flag, Form, Tokens  # noqa: E402
from bench.sets import GoldEdit, Item  # noqa: E402


def item(text: str, *annotators: list[tuple[int, int, str, str]]) -> Item:
    return Item(0, text, [[GoldEdit(*e) for e in edits] for edits in annotators], len(scorer.TOKEN.findall(text)))


def scored(gold: Item, *flags: Flag, **how: bool) -> scorer.Result:
    return scorer.score([gold], {gold.id: flags}, **how)


def test_an_edit_with_more_context_is_the_same_edit() -> None:
    gold = item("I could of gone.", [(8, 10, "have", "R")])
    assert scored(gold, Flag(2, 10, "could have")).correction == scorer.Counts(1, 0, 0)
    assert scored(gold, Flag(0, 16, "I could have gone.")).correction == scorer.Counts(1, 0, 0)


def test_wrong_correction_of_the_right_words_counts_as_detected_only() -> None:
    result = scored(item("I could of gone.", [(8, 10, "have", "R")]), Flag(8, 10, "off"))
    assert result.detection == scorer.Counts(1, 0, 0)
    assert result.correction == scorer.Counts(0, 1, 1)


@pytest.mark.parametrize("gold", [(4, 8, ""), (8, 12, ""), (4, 11, "the"), (3, 7, "")])
@pytest.mark.parametrize("flag", [(4, 8, ""), (8, 12, ""), (4, 11, "the"), (3, 7, ""), (7, 11, "")])
def test_it_does_not_matter_which_copy_of_a_doubled_word_goes(
    gold: tuple[int, int, str], flag: tuple[int, int, str]
) -> None:
    result = scored(item("see the the cat", [(*gold, "D")]), Flag(*flag))
    assert result.correction == result.detection == scorer.Counts(1, 0, 0)


def test_a_doubled_word_at_the_start_is_found_whatever_its_case() -> None:
    gold = item("The the cat", [(0, 7, "The", "D")])
    assert scored(gold, Flag(0, 4, "")).correction.tp == 1


def test_deleting_another_word_is_not_deleting_the_doubled_one() -> None:
    assert scored(item("see the the cat", [(4, 8, "", "D")]), Flag(0, 4, "")).detection == scorer.Counts(0, 1, 1)


def test_an_insertion_counts_with_and_without_the_words_beside_it() -> None:
    gold = item("we go to school", [(8, 8, " the", "M")])
    for flag in (Flag(8, 8, " the"), Flag(9, 9, "the "), Flag(6, 8, "to the"), Flag(9, 15, "the school")):
        assert scored(gold, flag).correction == scorer.Counts(1, 0, 0)


def test_an_insertion_elsewhere_is_a_false_alarm_and_a_miss() -> None:
    assert scored(item("we go to school", [(8, 8, " the", "M")]), Flag(2, 2, " all")).detection == scorer.Counts(
        0, 1, 1
    )


def test_a_flag_on_a_clean_sentence_is_a_false_alarm() -> None:
    result = scored(item("All is well here.", []), Flag(0, 3, "Everything"))
    assert result.correction == scorer.Counts(0, 1, 0)
    assert (result.clean_flags, result.false_alarms_per_1k) == (1, 200.0)


def test_a_sentence_that_one_annotator_changed_is_not_clean() -> None:
    result = scored(item("All is well here.", [], [(4, 6, "are", "R")]), Flag(0, 3, "Everything"))
    assert (result.clean_tokens, result.false_alarms_per_1k) == (0, 0.0)


def test_the_annotator_who_agrees_most_is_taken_sentence_by_sentence() -> None:
    one = item("He go home now.", [(3, 5, "goes", "R"), (10, 13, "soon", "R")], [(3, 5, "went", "R")])
    assert scored(one, Flag(3, 5, "went")).correction == scorer.Counts(1, 0, 0)
    assert scored(one, Flag(3, 5, "goes")).correction == scorer.Counts(1, 0, 1)
    assert scored(one).correction == scorer.Counts(0, 0, 1)


def test_an_annotator_who_found_nothing_makes_silence_right() -> None:
    assert scored(item("He go home.", [(3, 5, "goes", "R")], [])).correction == scorer.Counts(0, 0, 0)


def test_gold_of_unknown_type_is_left_out() -> None:
    assert scored(item("He go home.", [(3, 5, "goes", "UNK")])).detection == scorer.Counts(0, 0, 0)


def test_two_flags_on_one_place_are_one_detection_and_two_corrections() -> None:
    result = scored(item("I recieve it", [(2, 9, "receive", "S")]), Flag(2, 9, "receive"), Flag(2, 9, "relieve"))
    assert result.detection == scorer.Counts(1, 0, 0)
    assert result.correction == scorer.Counts(1, 1, 0)
    assert result.flags == 1


def test_a_flag_without_a_correction_can_only_be_a_detection() -> None:
    result = scored(item("I recieve it", [(2, 9, "receive", "S")]), Flag(2, 9, None))
    assert result.detection == scorer.Counts(1, 0, 0)
    assert result.correction == scorer.Counts(0, 0, 1)


def test_a_flag_that_changes_nothing_is_no_flag() -> None:
    assert scored(item("All is well.", []), Flag(4, 6, "is")).flags == 0


def test_a_space_too_much_is_an_edit_of_its_own() -> None:
    gold = item("It rained , again", [(9, 10, "", "spacing")])
    assert scored(gold, Flag(9, 11, ",")).correction == scorer.Counts(1, 0, 0)
    assert scored(gold, Flag(11, 12, "")).correction == scorer.Counts(0, 1, 1)


def test_curly_and_straight_apostrophes_are_one_correction() -> None:
    assert scored(item("I dont know", [(2, 6, "don't", "S")]), Flag(2, 6, "don\u2019t")).correction.tp == 1


def test_overlap_with_a_wider_gold_edit_counts_only_when_lenient() -> None:
    result = scored(item("He did went home", [(3, 11, "went", "R")]), Flag(7, 11, "go"))
    assert result.detection.tp == 0
    assert result.overlap == scorer.Counts(0, 1, 1)  # the gold reduces to "did" deleted
    assert scored(item("He has went", [(3, 11, "is gone", "R")]), Flag(7, 11, "go")).overlap.tp == 1


def test_punctuation_can_be_left_out_on_both_sides() -> None:
    gold = item("Yes I recieve it", [(3, 3, ",", "P"), (6, 13, "receive", "S")])
    result = scored(gold, Flag(16, 16, "."), Flag(6, 13, "receive"), punctuation=False)
    assert result.correction == scorer.Counts(1, 0, 0)
    assert scored(gold, Flag(16, 16, "."), Flag(6, 13, "receive")).correction == scorer.Counts(1, 1, 1)


def test_a_curve_gives_the_cut_at_a_wanted_recall_and_precision() -> None:
    gold = item("aa bb cc dd", [(0, 2, "x", ""), (3, 5, "x", "")])
    system = {0: [Flag(0, 2, "x", 0.9), Flag(6, 8, "x", 0.5), Flag(3, 5, "x", 0.3), Flag(9, 11, "x", 0.1)]}
    points = scorer.curve([gold], system)
    assert [p.cut for p in points] == [0.9, 0.5, 0.3, 0.1]
    at = scorer.at_recall(points, 1.0)
    assert at is not None and (at.cut, round(at.result.detection.precision, 2)) == (0.3, 0.67)
    assert scorer.at_precision(points, 0.6) == at
    assert scorer.at_recall(points[:2], 1.0) is None
    assert scorer.best(points, "detection").cut == 0.9


def test_agreement_needs_the_same_edit_and_not_only_the_same_place() -> None:
    gold = item("I could of gone to", [(8, 10, "have", "R")])
    one = {0: [Flag(8, 10, "have"), Flag(11, 15, "go")]}
    other = {0: [Flag(2, 10, "could have"), Flag(11, 15, "went")]}
    assert scorer.agreement([gold], one, other) == {0: [Flag(8, 10, "have")]}


def test_one_flag_a_place_keeps_the_shorter() -> None:
    gold = item("a verry long one", [(2, 7, "very", "S")])
    kept = scorer.one_per_place([gold], {0: [Flag(0, 16, "One"), Flag(2, 7, "very"), Flag(8, 12, None)]})
    assert kept == {0: [Flag(2, 7, "very")]}


def test_found_by_kind_counts_touched_and_corrected() -> None:
    gold = item("I recieve teh mail", [(2, 9, "receive", "spelling"), (10, 13, "the", "spelling")])
    assert scorer.by_kind([gold], {0: [Flag(2, 9, "receive"), Flag(10, 13, "tea")]}) == {"spelling": (2, 1.0, 0.5)}


def test_token_detection_gives_an_insertion_to_the_next_token() -> None:
    gold = Item(0, "go school .", [[GoldEdit(3, 9, None, "i")]], 3, {"spans": [(0, 2), (3, 9), (10, 11)]})
    assert scorer.score_tokens([gold], {0: [Flag(2, 2, " to")]}) == scorer.Counts(1, 0, 0)
    assert scorer.score_tokens([gold], {0: [Flag(0, 2, "went")]}) == scorer.Counts(0, 1, 1)


def test_a_verdict_hears_every_annotator() -> None:
    gold = item("He go home.", [], [(3, 5, "goes", "R")], [(3, 5, "went", "R")])
    assert scorer.verdict(gold, Flag(3, 5, "goes")) == scorer.Verdict(True, True, True)
    assert scorer.verdict(gold, Flag(3, 5, "gone")) == scorer.Verdict(True, False, True)
    assert scorer.verdict(gold, Flag(6, 10, "away")) == scorer.Verdict(False, False, False)


M2 = """S What s your fav movie ?
A 1 2|||R:X|||'s|||REQUIRED|||-NONE-|||0
A 3 4|||R:X|||favorite|||REQUIRED|||-NONE-|||0
A -1 -1|||noop|||-NONE-|||REQUIRED|||-NONE-|||1

S it is   here , I do n't know
A 2 3|||U:SPACE||||||3|||-NONE-|||0
A 4 5|||R:PUNCT|||;|||REQUIRED|||-NONE-|||0
A 6 8|||R:X|||did not|||REQUIRED|||-NONE-|||0
A 8 9|||UNK|||zzz|||REQUIRED|||-NONE-|||0
"""


def test_m2_file_is_converted_to_text_with_character_offset_edits(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "eracond"
    folder.mkdir(parents=True)
    (folder / "eracond.m2").write_text(M2, encoding="utf-8")
    one, two = sets.load("eracond", tmp_path)
    assert one.text == "What s your fav movie?"
    assert made(one.text, one.annotators[0]) == "What's your favorite movie?"
    assert one.annotators[1] == [] and not one.clean and one.tokens == 6
    assert two.text == "it is here, I don't know"
    assert made(two.text, two.annotators[0]) == "it is here; I did not know"


def test_corrections_keep_their_offsets_and_kinds(tmp_path: Path) -> None:
    folder = tmp_path / "corpus" / "corrections"
    folder.mkdir(parents=True)
    pair = {"id": "ab", "repo": "r", "commit": "c", "date": "d", "path": "p", "before": "I recieve, mail."}
    pair |= {"after": "I receive mail.", "edits": [[2, 9, "receive", "spelling"], [9, 10, "", "comma"]]}
    with lzma.open(folder / "corrections.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(pair) + "\n")
    (one,) = sets.load("corrections", tmp_path)
    assert made(one.text, one.annotators[0]) == one.meta["after"]
    assert scorer.core([one]) == []


def made(text: str, edits: list[GoldEdit]) -> str:
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        text = text[: edit.start] + (edit.replacement or "") + text[edit.end :]
    return text


words = st.lists(
    st.sampled_from(["a", "the", "cat", "cats", "n't", "'s", ",", ".", "(", ")", "$", '"', "Z1"]), max_size=9
)


@given(words, words)
def test_the_edits_between_two_sentences_turn_one_into_the_other(old: list[str], new: list[str]) -> None:
    at, out = 0, []
    for start, end, put in edits_between(old, new):
        assert at <= start <= end
        out += [*old[at:start], *put]
        at = end
    assert out + old[at:] == new


@given(words)
def test_every_token_is_found_again_in_the_joined_text(tokens: list[str]) -> None:
    for join in (sets.joined, sets.quotes_joined):
        text = join(" ".join(tokens))
        assert [text[a:b] for a, b in sets.token_spans(tokens, text)] == tokens


@given(st.text("ab ,.'", max_size=12), st.data())
def test_the_normal_form_means_the_same_edit(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(st.text("ab ,'", max_size=4))
    tokens = Tokens(text)
    form = tokens.normal(start, end, new)
    wanted = scorer.TOKEN.findall(text[:start] + new + text[end:])
    if form is None:
        assert wanted == tokens.words
    elif form.new not in ("␣", "⌫"):
        assert form.new is not None
        assert [*tokens.words[: form.start], *form.new.split(), *tokens.words[form.end :]] == wanted


def test_wider_context_never_changes_the_normal_form() -> None:
    text = "well, the the cat's sat (on) a mat ."
    tokens = Tokens(text)
    for start, end, new in ((6, 10, ""), (14, 19, "cats"), (21, 21, "x"), (25, 29, "in"), (34, 35, "")):
        plain = tokens.normal(start, end, new)
        assert isinstance(plain, Form)
        for left in range(start + 1):
            for right in range(end, len(text) + 1):
                wide = text[left:start] + new + text[end:right]
                assert tokens.normal(left, right, wide) == plain


def test_table_has_rows_for_engines_union_agreement_and_profiles() -> None:
    said = {
        "harper": [(2, 9, "receive", 0.9), (15, 19, "male", 0.2)],
        "languagetool": [(2, 9, "receive", 0.9), (10, 14, "some", 0.6)],
        "bundled": [(0, 1, "We", 0.55)],
    }

    def proofread(texts: Mapping[Id, str], engines: tuple[str, ...], language: str, format: str) -> dict[Id, Answer]:
        flags = dict.fromkeys(Flag(*f) for engine in engines for f in said[engine])
        cuts = {"all": 0.0, "balanced": 0.5, "quiet": 0.8}
        found = [Said(f, "x/Y", frozenset(n for n, c in cuts.items() if f.probability >= c)) for f in flags]
        return {id: Answer(tuple(found), len(text.split()), ()) for id, text in texts.items()}

    gold = item("I recieve more mail", [(2, 9, "receive", "spelling")])
    measured = quality.measure("cweb-g", [gold], proofread)
    found = {row: scorer.score([gold], system).correction for row, system in measured.rows.items()}
    assert tuple(found) == quality.ROWS
    assert {row: (c.tp, c.fp) for row, c in found.items()} == {
        "Harper alone": (1, 1),
        "LanguageTool alone": (1, 1),
        "either": (1, 2),
        "both, the same edit": (1, 0),
        "LocalProof balanced": (1, 1),
        "LocalProof quiet": (1, 0),
        "LocalProof balanced, with its model": (1, 2),
        "LocalProof quiet, with its model": (1, 0),
    }
    without = quality.measure("cweb-g", [gold], proofread, model="")
    assert tuple(without.rows) == quality.ROWS[:6]
    assert quality.reliability([gold], measured.judged) == [
        (0.2, 1, 0.2, 0.0, 0.0, 0.0),
        (0.6, 1, 0.6, 0.0, 0.0, 0.0),
        (0.9, 1, 0.9, 1.0, 1.0, 1.0),
    ]
    text = "\n".join(quality.report([measured], {}, details=True))
    assert "| LocalProof quiet | 1.0 / 1.0 |" in text


@pytest.mark.parametrize("module", [scorer, sets, align])
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


def test_certain_fixes_are_counted_by_rules_and_wrong_ones_are_shown() -> None:
    gold = item("I recieve teh end of teh day.", [(2, 9, "receive", "R"), (10, 13, "an", "R")])

    def proofread(texts: Mapping[Id, str], engines: tuple[str, ...], language: str, format: str) -> dict[Id, Answer]:
        said = [
            Said(Flag(start, end, new, 0.99), rules[0], frozenset(), rules, certain)
            for start, end, new, rules, certain in (
                (2, 9, "receive", ("a/Spell", "b/SPELL"), True),
                (10, 13, "the", ("b/SPELL", "a/Spell"), True),
                (21, 24, "the", ("b/OTHER",), True),
                (25, 28, "night", ("b/OTHER",), False),
            )
        ]
        return {id: Answer(tuple(said), 7, ()) for id in texts}

    found = safe.fixes([gold], proofread)
    assert [(fix.exact, fix.touches) for fix in found] == [(True, True), (False, True), (False, False)]
    told = list(safe.report("mine", 1, found))
    assert "| all | 3 | 1 | 33.3 % | 2 |" in told
    assert "| a/Spell + b/SPELL | 2 | 1 | 50.0 % | 2 |" in told and "| b/OTHER | 1 | 0 | 0.0 % | 0 |" in told
    assert "- I recieve [-teh-]{+the+} end of teh day. (b/SPELL)" in told


def test_reading_is_not_measured_without_a_model() -> None:
    assert list(reading([], 1, None)) == ["### Reading with a model: not measured (--model FILE names one)"]


@pytest.mark.skipif(
    os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all" and find_spec("llama_cpp") is None,
    reason="llama-cpp-python is not installed: pip install '.[model]'",
)
def test_reading_is_measured_beside_the_same_tokens_by_themselves(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_text("The cat sat on the mat. It could of sat on a dog.\n\nThe cats sits.\n", "utf-8")
    lines = list(reading([post], 1, tiny().write(tmp_path / "tiny.gguf")))
    assert "16 words of prose" in lines[0]
    rows = {cells[1].strip(): cells[2:4] for line in lines[3:7] if (cells := line.split("|"))}
    peers = ["llama.cpp, logits of all tokens", "llama.cpp, logits of the last token alone"]
    assert list(rows) == [*peers, "read", "read, with proposals"]
    for name in (*peers, "read"):
        assert rows[name][0] == rows[name][1]  # nothing but the text is decoded
