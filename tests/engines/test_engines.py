"""The rule engines: what they are given to read, what becomes of their answers, and how they take hostile text."""

import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import CancelledError, Future
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localproof.config import DIALECTS, Settings
from localproof.engines import ENGINES, harper, languagetool, languagetool_rules, prepare, rule_files, worker
from localproof.engines.package import InstalledPackage
from localproof.report import KINDS, Finding, Unavailable
from localproof.text import Edit, Span, apply_edits, count_units

PACKAGES = {"harper": "harper", "languagetool": "lt_py"}
BOTH = tuple(PACKAGES)


@pytest.fixture(scope="module")
def opened():
    """Opens an engine by name and settings. The default one is kept for all of this file, another till the next."""
    kept = {}

    def get(name, language="en-US", **more):
        if find_spec(PACKAGES[name]) is None and os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
            pytest.skip(f"{PACKAGES[name]} is not installed")
        key = name, language, *more.items()
        if key not in kept:
            for other in [k for k in kept if k[0] == name and k != (name, "en-US")]:
                kept.pop(other).close()
            kept[key] = ENGINES[name](Settings(language=language, jobs=2, **more))
        return kept[key]

    yield get
    for engine in kept.values():
        engine.close()


def found(engine, text):
    """What the engine finds, as {(rule, the words it points at)}."""
    return {(f.rule.partition("/")[2], f.span.of(text)) for f in engine.submit(text).result(60)}


def repaired(engine, text, rule):
    """`text` after the first edit of each finding of `rule`."""
    findings = [f for f in engine.submit(text).result(60) if f.rule == rule]
    return apply_edits(text, [f.edits[0] for f in findings])


@pytest.mark.parametrize(
    ("engines", "cores", "count"),
    [
        (("harper",), 1, 1),
        (("harper",), 3, 3),
        (("harper",), 16, harper.MOST_THREADS),
        (BOTH, 1, 1),
        (BOTH, 2, 1),
        (BOTH, 3, 2),
        (BOTH, 16, harper.MOST_THREADS),
    ],
)
def test_harper_takes_few_cores_and_half_of_them_beside_languagetool(engines, cores, count):
    assert harper._default_threads(cores, Settings(engines=engines)) == count


@pytest.mark.skipif(find_spec("harper") is None, reason="harper is not installed")
@pytest.mark.parametrize(
    ("jobs", "count"), [(6, 6), (0, harper._default_threads(prepare.threads(Settings()), Settings()))]
)
def test_user_may_request_more_harper_threads_than_the_default(jobs, count):
    engine = harper.HarperEngine(Settings(jobs=jobs))
    assert engine._worker._order["threads"] == count
    engine.close()


class Scripted:
    """Stands in for a worker: answers each text by a function, or waits to be told."""

    name = "scripted"

    def __init__(self, answer=None):
        self.answer = answer
        self.asked = []

    def submit(self, request):
        future = Future()
        self.asked.append((request["text"], future))
        if self.answer is not None:
            future.set_running_or_notify_cancel()
            future.set_result(self.answer(request["text"]))
        return future


def at(word):
    """A conversion that finds every `word`."""

    def convert(text, _):
        starts = [i for i in range(len(text)) if text.startswith(word, i)]
        spans = [Span(i, i + len(word)) for i in starts]
        return tuple(Finding(s, "scripted/Word", "", edits=(Edit(s, "X"),)) for s in spans)

    return convert


# What an engine is given to read

STRANGE = """
\u00a0 \u202f \u2007 \u00ad \u200b \ufeff \u2060 \u202e \u200f \ud800 \udfff \0 \u2028 \u0085 \u200d e\u0301
\u05e9\u05dc \N{GRINNING FACE} \N{WOMAN}\u200d\N{PERSONAL COMPUTER} teh an test , . It's
""".strip(" \n")
strange = st.sampled_from([*re.split("[ \n]", STRANGE), " ", "  ", "\r\n", "\r", "\n", "x" * 101, "/" * 150])
texts = st.lists(strange | st.text(max_size=5), max_size=12).map("".join)


@given(texts)
def test_every_character_that_is_kept_leads_back_to_itself(text):
    block = prepare.prepare_text(text)
    for piece in block.pieces:
        if piece.kind == "text":
            assert piece.span.of(block.text) == piece.source.of(text)
        assert block.to_source(piece.span) == piece.source
    assert [p.source for p in block.pieces] == sorted(p.source for p in block.pieces)
    block.text.encode()


@given(st.text(st.characters(codec="ascii", exclude_characters="\x7f"), max_size=99))
def test_a_plain_text_is_read_as_it_is(text):
    assert prepare.prepare_text(text).text == text


def test_no_break_spaces_become_spaces_and_zero_width_marks_vanish():
    assert (
        prepare.prepare_text("an\u00a0odd\u202finter\u00adnational\u200b\ufeff test").text
        == "an odd international test"
    )


@given(st.lists(st.sampled_from(["One of them. ", "word and ", "x, ", "\n\n", "\r\n", "a" * 60 + " "]), max_size=900))
def test_parts_are_short_and_together_the_whole_text(pieces):
    text = "".join(pieces)
    split = list(prepare.split_text(text))
    assert "".join(p.text for p in split) == text
    assert all(len(p.text) <= prepare.PART for p in split)
    assert all(text.startswith(p.text, p.start) for p in split)
    assert all(d.end <= len(p.text) for p in split for d in p.doubtful)


def test_long_text_is_split_at_paragraphs_then_sentences_then_words():
    assert [p.text[-4:] for p in prepare.split_text("One. Two.\n\n" * 2000)][:-1] == [".\n\n"[-4:].rjust(4, "o")] * 2
    sentences = list(prepare.split_text("This is it. " * 2000))
    assert [len(p.text) // 12 for p in sentences] == [833, 833, 334]
    assert all(p.text.startswith("This") and p.doubtful == () for p in sentences)
    words = list(prepare.split_text("word and " * 2000))
    assert all(p.doubtful for p in words)
    assert {d.of(p.text) for p in words for d in p.doubtful} <= {"word ", "and ", "word", "and"}


def test_a_single_line_end_is_no_paragraph():
    assert prepare._PARAGRAPH.search("a\r\nb\rc\nd") is None
    assert prepare._PARAGRAPH.search("a\r\n\r\nb") and prepare._PARAGRAPH.search("a\n \nb")


# What becomes of its answers


@given(texts, texts)
def test_a_finding_lands_on_the_word_it_was_made_for(before, after):
    text = f"{before}\n\nHere is teh\u00a0word.\n\n{after}"
    start = len(before) + 10
    result = prepare.check_in_parts(Scripted(lambda text: None), text, at("teh")).result()
    assert Span(start, start + 3) in [f.span for f in result]
    for finding in result:
        # what takes no room may lie inside the word
        assert prepare.prepare_text(finding.span.of(text)).text == "teh"
        assert apply_edits(text, finding.edits)


def test_findings_of_later_parts_are_shifted_and_all_parts_are_joined():
    text = "This is it. Not teh. " * 1500
    result = prepare.check_in_parts(Scripted(lambda text: None), text, at("teh")).result()
    assert [f.span.start for f in result] == [i for i in range(len(text)) if text.startswith("teh", i)]


def test_the_words_beside_a_cut_in_mid_sentence_do_not_count():
    text = "word and " * 3000
    result = prepare.check_in_parts(Scripted(lambda text: None), text, at("word")).result()
    cuts = len(list(prepare.split_text(text))) - 1
    assert 0 < text.count("word") - len(result) <= 2 * cuts


def test_lines_of_a_key_are_words_that_no_speller_looks_at():
    line = "mQINBFit2ioBEADhWpZ8/wvZ6hUTiXOwQHXMAlaFHcPH9hAtr4F1y2+OYdbtMuth"
    text = f"Teh key ({line}\n{line}) has {'Internationalization' * 3} in it, {'x' * 45} not."
    block = prepare.prepare_text(text)
    assert block.text == f"Teh key (thing\nthing) has thing in it, {'x' * 45} not."
    assert block.to_source(Span(0, 3)) == Span(0, 3)
    at = block.text.index("not.")
    assert block.to_source(Span(at, at + 3)).of(text) == "not"


def test_nothing_is_found_on_what_stands_in_for_a_very_long_word():
    text = "thing " + "Ab9/" * 50 + " thing"
    result = prepare.check_in_parts(Scripted(lambda text: None), text, at("thing")).result()
    assert [f.span.start for f in result] == [0, len(text) - 5]


def test_a_no_break_space_inside_an_edit_survives_it():
    def convert(text, _):
        span = Span(0, len(text))
        return (Finding(span, "scripted/Phrase", "", edits=(Edit(span, "a sure test"),)),)

    (finding,) = prepare.check_in_parts(Scripted(lambda text: None), "an\u00a0sure\u00a0test", convert).result()
    assert apply_edits("an\u00a0sure\u00a0test", finding.edits[:1]) == "a\u00a0sure\u00a0test"


def test_text_without_prose_has_no_findings_and_is_not_submitted():
    worker = Scripted()
    for text in ("", "   ", "\n\u00a0", "\u200b\ufeff"):
        assert prepare.check_in_parts(worker, text, at("x")).result() == ()
    assert worker.asked == []


def test_parts_that_are_the_same_are_asked_for_once():
    worker = Scripted(lambda text: None)
    text = "word and " * 20_000
    result = prepare.check_in_parts(worker, text, at("word")).result()
    assert len(worker.asked) < 4 < len(list(prepare.split_text(text)))
    assert len(result) > 19_000


_MANY_PARTS = "".join(f"word and {n} " for n in range(5000))


def test_failure_of_one_part_fails_the_whole_and_cancels_the_rest(caplog):
    worker = Scripted()
    whole = prepare.check_in_parts(worker, _MANY_PARTS, at("word"))
    (_, first), (_, second), *rest = worker.asked
    first.set_running_or_notify_cancel()
    second.set_running_or_notify_cancel()
    second.set_exception(Unavailable("scripted", "took longer than 10 s"))
    first.set_exception(Unavailable("scripted", "was closed"))
    with pytest.raises(Unavailable, match="took longer"):
        whole.result(1)
    assert rest and all(future.cancelled() for _, future in rest)
    assert caplog.records == []  # where a callback that fails would be told of


def test_cancelling_the_whole_cancels_what_still_waits():
    worker = Scripted()
    whole = prepare.check_in_parts(worker, _MANY_PARTS, at("word"))
    (_, first), *rest = worker.asked
    first.set_running_or_notify_cancel()
    assert whole.cancel()
    assert all(future.cancelled() for _, future in rest)
    first.set_result(None)
    with pytest.raises(CancelledError):
        whole.result(1)


def test_parts_may_be_answered_in_any_order_and_from_any_thread():
    for _ in range(5):
        worker = Scripted()
        text = "".join(f"This is it, {n}. Not teh. " for n in range(2500))
        whole = prepare.check_in_parts(worker, text, at("teh"))
        for _, future in worker.asked:
            future.set_running_or_notify_cancel()
        threads = [threading.Thread(target=f.set_result, args=(None,)) for _, f in reversed(worker.asked)]
        for thread in threads:
            thread.start()
        assert len(whole.result(5)) == 2500


def test_an_answer_of_unknown_shape_is_a_failure_that_says_so():
    with pytest.raises(Unavailable, match="cannot be read"):
        prepare.check_in_parts(Scripted(lambda text: [["AnA"]]), "an test", harper.findings).result()
    with pytest.raises(Unavailable, match="cannot be read"):
        prepare.check_in_parts(Scripted(lambda text: [{"rule_id": "X"}]), "an test", languagetool.findings).result()


@pytest.mark.parametrize(
    ("text", "span", "left"),
    [
        ("It is is so.", Span(3, 5), "It is so."),
        ("the the end", Span(0, 3), "the end"),
        ("so it goes on.", Span(11, 13), "so it goes."),
        ("so it goes on", Span(11, 13), "so it goes"),
        ("(very good)", Span(1, 5), "(good)"),
        ("good (very)", Span(6, 10), "good ()"),
        ("vulnerable , and", Span(10, 11), "vulnerable, and"),
        ("is is so", Span(2, 5), "is so"),
        ("a\nb c", Span(2, 3), "a\nc"),
        ("well-known", Span(4, 5), "wellknown"),
    ],
)
def test_deleted_word_takes_one_space_with_it_where_that_is_clean(text, span, left):
    assert apply_edits(text, [prepare.delete_with_space(text, span)]) == left


class CountedLinter:
    """Finds nothing."""

    def organized_lints(self, text, language, dedup):
        return {}


def test_a_linter_that_has_read_much_is_begun_anew_at_rest():
    built = []

    def build():
        built.append(CountedLinter())
        return built[-1]

    linter = worker.HarperLinter(build, CountedLinter(), lambda: None)
    for _ in range(20):
        linter({"text": "x" * (worker.RENEWED_AT_REST // 10)})
    assert not built  # in the midst of work
    linter.rest()
    linter.rest()  # has read nothing since
    assert len(built) == 1
    linter({"text": "x" * (worker.RENEWED + 1)})
    linter({"text": "x"})
    assert len(built) == 2


def test_harpers_three_kinds_of_suggestion_are_one_kind_of_edit():
    text = "we need go, is is so"
    rows = [
        ["MissingTo", 3, 7, "WordChoice", "Insert `to`.", [[harper.INSERT_AFTER, " to"]]],
        ["SingleBe", 14, 17, "Grammar", "Drop it.", [[harper.REMOVE, ""]]],
        ["SpellCheck", 8, 10, "Spelling", "Spelling?", [[harper.REPLACE, "goes"], [harper.REPLACE, "goes"]]],
    ]
    missing, spell, single = harper.findings(text, rows)
    assert missing.edits == (Edit(Span(7, 7), " to"),)
    assert single.edits == (Edit(Span(14, 17), ""),)
    assert spell.edits == (Edit(Span(8, 10), "goes"),)
    assert (spell.rule, spell.source, spell.category) == ("harper/SpellCheck", ("harper/SpellCheck",), "Spelling")


def test_duplicate_harper_lints_count_once_and_are_sorted_by_position():
    row = ["AnA", 8, 10, "Miscellaneous", "Incorrect indefinite article.", [[0, "a"]]]
    early = ["SpellCheck", 0, 4, "Spelling", "Spelling?", []]
    assert [f.rule for f in harper.findings("This is an test.", [row, early, row])] == [
        "harper/SpellCheck",
        "harper/AnA",
    ]


def test_languagetool_counts_bytes_and_its_tags_become_quotes():
    text = "\N{GRINNING FACE} e\u0301 an test"
    match = {
        "rule_id": "EN_A_VS_AN",
        "sub_id": "12",
        "short_message": "Wrong\narticle",
        "url": "https://languagetool.org/a b",
        "message": "Use <suggestion>a</suggestion>  here.",
        "offset": count_units(text[:5], "utf-8"),
        "length": 2,
        "suggestions": ["a", "an", ""],
        "category_id": "MISC",
        "issue_type": "misspelling",
    }
    (finding,) = languagetool.findings(text, [match, match])
    assert finding.span.of(text) == "an"
    assert finding.message == 'Use "a" here.'
    assert [apply_edits(text, [edit])[5:] for edit in finding.edits] == ["a test", "test"]  # "an" would change nothing
    assert (finding.rule, finding.category, finding.kind) == ("languagetool/EN_A_VS_AN", "MISC", "grammar")
    assert (finding.variants, finding.short) == (("languagetool/EN_A_VS_AN[12]",), "Wrong article")
    assert finding.url == ""  # that was no address
    (paged,) = languagetool.findings(text, [match | {"sub_id": None, "url": "https://languagetool.org/a"}])
    assert (paged.variants, paged.url) == ((), "https://languagetool.org/a")
    (other,) = languagetool.findings(text, [match | {"offset": count_units(text[:5], "utf-16")}], "utf-16")
    assert other.span == finding.span


@given(st.text(max_size=20), st.integers(0, 90), st.integers(0, 90), st.lists(st.text(max_size=4), max_size=3))
def test_whatever_offsets_come_the_spans_lie_within_the_text(text, offset, length, suggestions):
    match = {"rule_id": "X", "message": "", "offset": offset, "length": length, "suggestions": suggestions}
    for finding in languagetool.findings(text, [match | {"category_id": None, "issue_type": None}]):
        assert finding.span.end <= len(text)
        assert all(edit.span.end <= len(text) for edit in finding.edits)


def test_every_kind_is_one_of_the_closed_list():
    tables = (harper.KINDS, harper.KIND_OF_RULE, languagetool_rules.KIND_OF_CATEGORY)
    tables += (languagetool_rules.KIND_OF_ISSUE, languagetool_rules.KIND_OF_RULE)
    assert {kind for table in tables for kind in table.values()} <= set(KINDS)
    assert harper.kind("Unheard", "Unheard") in KINDS
    assert languagetool_rules.kind("UNHEARD", "", "") in KINDS


# The engines themselves


@pytest.mark.parametrize("name", BOTH)
def test_an_engine_finds_plain_errors_and_says_what_to_put_there(opened, name):
    text = "This is an test of the the plan."
    results = opened(name).submit(text).result(60)
    fixed = {apply_edits(text, [f.edits[0]]) for f in results if f.edits}
    assert {"This is a test of the the plan.", "This is an test of the plan."} <= fixed
    assert all(f.rule.startswith(f"{name}/") and f.message and f.kind in KINDS for f in results)


@pytest.mark.parametrize("name", BOTH)
def test_an_engine_is_silent_on_a_clean_sentence(opened, name):
    assert opened(name).submit("The plan was simple, and everybody liked it.").result(60) == ()


@pytest.mark.parametrize("name", BOTH)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=texts, after=texts)
def test_offsets_hold_beside_whatever_characters(opened, name, before, after):
    text = f"{before}\n\nThis is an test of the plan.\n\n{after}"
    results = opened(name).submit(text).result(60)
    start = len(before) + 10
    assert Span(start, start + 2) in [f.span for f in results if f.span.of(text) == "an"]
    for finding in results:
        for edit in finding.edits:
            apply_edits(text, [edit])


@pytest.mark.parametrize("name", BOTH)
def test_a_no_break_space_or_a_mark_that_takes_no_room_hides_nothing(opened, name):
    for space in ("\u00a0", "\u202f", "\u2007", "\u200b ", " \ufeff", "\u2060 "):
        text = f"This is an{space}test."
        results = opened(name).submit(text).result(60)
        assert [(f.span.of(text), f.edits[0].text) for f in results] == [("an", "a")], ascii(space)


@pytest.mark.parametrize("name", BOTH)
def test_a_soft_hyphen_does_not_make_a_word_wrong(opened, name):
    assert found(opened(name), "This is inter\u00adnational law.") == set()


@pytest.mark.parametrize("name", BOTH)
def test_a_lone_surrogate_does_no_harm(opened, name):
    text = "Look \ud800 here. This is an test."
    assert "an" in {words for _, words in found(opened(name), text)}


def test_what_harper_prints_by_itself_reaches_nobody(opened, capfd):
    text = "I'm looking forward to see you."
    assert repaired(opened("harper"), text, "harper/LookingForwardTo") == "I'm looking forward to seeing you."
    assert capfd.readouterr() == ("", "")


def test_a_misspelling_inside_a_longer_lint_of_harpers_is_not_lost(opened):
    text = "The wrld " + "and the plan and the house " * 10 + "were good."
    rules = found(opened("harper"), text)
    assert ("LongSentences", text) in rules and ("SpellCheck", "wrld") in rules


@pytest.mark.parametrize(
    ("name", "language", "wrong"),
    [
        ("harper", "en-US", "colour"),
        ("harper", "en-GB", "color"),
        ("harper", "en-AU", "color"),
        ("languagetool", "en-US", "colour"),
        ("languagetool", "en-GB", "color"),
        ("languagetool", "en-AU", "color"),
    ],
)
def test_the_dialect_decides_what_is_a_misspelling(opened, name, language, wrong):
    results = found(opened(name, language), "They like the colour. They like the color.")
    assert {words for _, words in results} == {wrong}


def test_british_spelling_with_s_or_z_is_left_alone(opened):
    assert found(opened("languagetool", "en-GB"), "They realise it.") == set()
    assert found(opened("languagetool", "en-GB"), "They realize it.") == set()


def test_every_dialect_of_the_settings_has_a_place_in_both_engines():
    assert set(DIALECTS) <= set(harper.DIALECTS)
    assert set(DIALECTS) <= set(languagetool_rules.VARIANTS)
    assert set(languagetool_rules.VARIANTS.values()) == {"en-US", "en-GB"}  # the only ones with a speller of their own


def test_a_rule_that_is_off_by_default_runs_when_it_is_enabled(opened):
    text = "We have 3 cats, and it isn't far."
    assert "SpelledNumbers" not in {rule for rule, _ in found(opened("harper"), text)}
    engine = opened("harper", enable=("harper/Spelled*", "languagetool/X"))
    assert "SpelledNumbers" in {rule for rule, _ in found(engine, text)}
    engine = opened("languagetool", "en-GB", enable=("languagetool/OXFORD_SPELLING_Z_NOT_S",))
    assert found(engine, "They realise it.") == {("OXFORD_SPELLING_Z_NOT_S", "realise")}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    "text",
    [
        "word and " * 5_000,
        "a " * 6_000,
        ", " * 6_000,
        "," * 30_000,
        "x" * 50_000,
        "the the " * 1_000,
        "\u00a0" * 5_000 + "x",
        "\N{GRINNING FACE}" * 3_000,
        "\u200b" * 5_000 + "x",
        "((((" * 500 + " \u201c" * 500,
        "A" + "\u0301" * 3_000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_hostile_text_is_checked_in_reasonable_time(opened, name, text):
    opened(name).submit(text).result(60)
    assert "an" in {words for _, words in found(opened(name), "This is an test.")}


@pytest.mark.parametrize("name", BOTH)
def test_many_blocks_at_once_lose_nothing_and_change_nothing(opened, name):
    blocks = [f"This is an test number {i}. The plan is is good." for i in range(60)]
    futures = [opened(name).submit(block) for block in blocks]
    together = [future.result(60) for future in futures]
    assert together == [opened(name).submit(block).result(60) for block in blocks]
    assert all({"an", "is is"} <= {f.span.of(b) for f in fs} for b, fs in zip(blocks, together, strict=True))


@pytest.mark.parametrize("name", BOTH)
def test_an_engine_that_is_closed_leaves_no_process_and_says_so(opened, name):
    opened(name)  # skips where the engine is missing
    engine = ENGINES[name](Settings(jobs=1))
    future = engine.submit("This is an test.")
    engine.close()
    assert engine.pids() == ()
    for each in (future, engine.submit("Later.")):
        with pytest.raises(Unavailable, match="was closed"):
            each.result(5)


# What they say of themselves


@pytest.mark.parametrize("name", BOTH)
def test_an_engine_says_what_it_is_made_of(opened, name):
    rules, dictionary = opened(name).provenance()
    assert (rules.role, dictionary.role) == ("rules", "dictionary")
    for part in (rules, dictionary):
        assert part.version and part.licence and part.data
    assert len(rules.sha256) == 64 and int(rules.sha256, 16)
    assert dict(rules.facts)["dialect"]


def test_the_licences_are_those_of_the_packages(opened):
    assert {p.licence for p in opened("harper").provenance()} == {"Apache-2.0"}
    assert {p.licence for p in opened("languagetool").provenance()} == {"LGPL-2.1-or-later"}


@pytest.mark.parametrize("name", BOTH)
def test_a_dialect_that_is_only_the_nearest_is_said_to_be_so(opened, name):
    (rules, _) = opened(name, "en-AU" if name == "languagetool" else "en-NZ").provenance()
    assert "nearest" in dict(rules.facts)["dialect"]


@pytest.mark.parametrize("name", BOTH)
def test_key_changes_only_with_what_changes_the_answers(opened, name):
    key = opened(name).key()
    assert key == opened(name).key() and InstalledPackage("harper-py").version in key + "0.2.0"
    assert opened(name, "en-GB").key() != key
    assert opened(name, enable=(f"{name}/SOME_RULE",)).key() != key
    assert opened(name, disable=(f"{name}/SOME_RULE",)).key() == key


def test_a_package_that_is_missing_or_silent_is_a_gap_and_no_guess():
    package = InstalledPackage("no-such-package-at-all")
    assert (package.version, package.licence, package.sha256("x"), package.contains("x")) == ("", "", "", "")


@pytest.mark.parametrize("name", BOTH)
def test_a_language_that_an_engine_does_not_know_is_refused_at_once(name):
    with pytest.raises(Unavailable) as caught:
        ENGINES[name](Settings(language="tlh"))
    assert caught.value.skipped.what == name and "tlh" in caught.value.skipped.reason


OPEN = """
import sys
sys.path.append(sys.argv[1])
from localproof.engines import ENGINES
from localproof.report import Unavailable
from localproof.config import Settings
try:
    ENGINES[sys.argv[2]](Settings())
except Unavailable as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("name", "said", "remedy"),
    [
        ("harper", "harper: the package harper-py is not installed (", "harper-py)"),
        (
            "languagetool",
            "languagetool: the package lingotweaker is not installed (",
            "[lingotweaker]')",
        ),
    ],
)
def test_a_missing_package_is_named_at_opening_with_its_remedy(name, said, remedy):
    # -S: without the folder that packages are installed in
    line = [sys.executable, "-I", "-S", "-c", OPEN, str(Path(__file__).resolve().parents[2]), name]
    told = subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()
    assert told.startswith(said) and told.endswith(remedy)


def test_languagetools_rules_are_described_by_its_own_files():
    if not rule_files.rule_ids():
        pytest.skip("lingotweaker-data-en is not installed")
    assert {"HE_LIKE", "ARRIVAL_TO_THE_HOUSE"} <= set(rule_files.rule_ids())
    said = rule_files.describe_rule("HE_LIKE")
    assert said.startswith("He like (likes) me. Example: “") and "→" in said and "<" not in said
    assert rule_files.describe_rule("MORFOLOGIK_RULE_EN_GB") == rule_files.describe_rule("MORFOLOGIK_RULE_EN_US")
    assert rule_files.describe_rule("NO_SUCH_RULE") is None
    its = next(rule for rule in rule_files.catalogue(Settings()) if rule.name == "languagetool/IT_IS")
    assert "its" in its.wrong.lower() and its.url.startswith("https://languagetool.org/")


def test_rule_group_has_its_first_example_and_url_despite_named_rules(tmp_path):
    (tmp_path / "grammar.xml").write_text(
        "<rules><category id='TYPOS'><rulegroup id='GROUP'><url>https://a.example/</url>"
        "<rule><example correction='b'>First <marker>a</marker>.</example></rule>"
        "<rule id='OWN'><url>javascript:x</url><example correction='d'>Other.</example></rule>"
        "</rulegroup><rule id='BARE'><example>Right.</example></rule></category></rules>"
    )
    told = {rule.name: (rule.wrong, rule.right, rule.url) for rule in rule_files.read(tmp_path / "grammar.xml")}
    assert told == {
        "OWN": ("Other.", ("d",), ""),
        "GROUP": ("First a.", ("b",), "https://a.example/"),
        "BARE": ("", (), ""),
    }


def test_harpers_rules_are_described_by_itself(opened):
    told = opened("harper").rules()
    assert len(told) > 900 and all(told.values())
    assert json.dumps(told["AnA"])


DIGITS = ("boot2docker", "html2text", "mp3player", "es6promise", "oauth2client", "img2img", "Boot2docker's", "v8engine")


@pytest.mark.parametrize("enable", [(), ("languagetool/NUMBERS_IN_WORDS",)], ids=["by default", "asked for by name"])
def test_words_with_a_digit_inside_take_languagetool_no_time(opened, enable):
    engine = opened("languagetool", enable=enable)
    texts = {word: f"We has used the {word} tool." for word in DIGITS}
    answers = {word: engine.submit(text) for word, text in texts.items()}
    for word, text in texts.items():
        assert {(f.rule, f.span.of(text)) for f in answers[word].result(60)} == {("languagetool/BASE_FORM", "has")}
    assert "off: NUMBERS_IN_WORDS" in dict(engine.provenance()[0].facts)["rules"]


@pytest.mark.parametrize("name", ENGINES)
def test_a_row_of_the_table_speaks_of_its_own_rules(name: str) -> None:
    kind = ENGINES[name]
    assert kind.name == name and kind.title
    assert all(rule.startswith(f"{name}/") for rule in (*kind.spellers, *filter(None, [kind.repeated])))
    assert not kind.page or kind.page.format(rule="X", language="en")
