"""The files of the judge, made from a small made-up corpus and read back as the product reads them."""

from __future__ import annotations

import json
import lzma
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="the training commands need numpy (training/requirements.txt)")
pytest.importorskip("sklearn", reason="the training commands need scikit-learn (training/requirements.txt)")

from hypothesis import given
from hypothesis import strategies as st

from localproof.scoring.ngram_counts import NgramCounts, tokens
from localproof.scoring.spelling_errors import edit_distance
from localproof.scoring.wordlists import WordEntry, WordLists
from localproof.text import apply_edits
from training import corpus, inject
from training import ngram_counts as attested
from training import spelling_errors as spelling
from training import wordlists as listed

RIVER = "The grey river runs past the old mill."
CORRECTED = "We recieve a great many letters from readers in every corner of the country."
DRAWN = "Nobody had told Marlowe that his zeppelin was late."
BLOG = [
    f"{RIVER} “It’s Marlowe,” said the miller, and the grey river was loud.",
    CORRECTED.replace("recieve", "receive"),
    "The grey river freezes in January 1897, as Marlowe said.",
    DRAWN,
]
DOCS = ["The grey river runs past 42 mills.", "To begin, see the grey river."]


def entry(name: str, licence: str, register: str, texts: list[str], folder: str = "") -> str:
    fields = {
        "id": name,
        "file": f"{folder}{name}.txt.xz",
        "title": f"The {name}",
        "repo": f"someone/{name}",
        "commit": "abc",
        "licence": licence,
        "credit": f"someone who wrote {name}",
        "register": register,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items()]
    return "\n".join(["[[source]]", *lines, f"words = {sum(len(t.split()) for t in texts)}", ""])


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    """A corpus and a data folder."""
    root, data = tmp_path / "corpus", tmp_path / "data"
    for folder in ("corrections", "late"):
        (root / folder).mkdir(parents=True)
    young = ["A very young paragraph about quokkas, quokkas and quokkas."]
    sources = ['collected = "2026-11-21"\n']
    for name, licence, register, texts, folder in (
        ("blog", "CC-BY-4.0", "blog", BLOG, ""),
        ("docs", "MIT", "docs", DOCS, ""),
        ("blog-late", "CC-BY-4.0", "blog", young, "late/"),
    ):
        sources.append(entry(name, licence, register, texts, folder))
        (root / folder / f"{name}.txt.xz").write_bytes(lzma.compress("\n".join([*texts, ""]).encode()))
    (root / "sources.toml").write_text("\n".join(sources), "utf-8")
    pair = {"before": CORRECTED, "after": CORRECTED.replace("recieve", "receive")}
    (root / "corrections" / "corrections.jsonl.xz").write_bytes(lzma.compress(json.dumps(pair).encode()))
    (root / "corrections" / "more-sources.toml").write_text(entry("wiki", "MIT", "", []) + "pairs = 1\n", "utf-8")
    (root / "corrections" / "sources.toml").write_text(entry("docs", "MIT", "", []) + "pairs = 1\n", "utf-8")
    (data / "typos-words").mkdir(parents=True)
    (data / "toefl-spell").mkdir()
    listed = "recieve,receive\nbeleive,believe\nacheive,achieve\ndefinetly,definitely\nteh,the,ten\n"
    (data / "typos-words" / "words.csv").write_text(listed, "utf-8")
    learners = (
        "Filename\tOffsetSpan\tMisspelling\tType\tCorrection\n1\t0-7\trecieve\tM\treceive\n1\t8-9\talot\tM2\ta lot\n"
    )
    (data / "toefl-spell" / "Annotations.tsv").write_text(learners, "utf-8")
    return root, data


def test_a_built_file_reads_back_with_the_counts_of_the_texts(made: tuple[Path, Path]) -> None:
    content, exact = attested.build(*made, sample=[DRAWN])
    known = NgramCounts(content)
    assert exact["river"] == 5
    for sequence, times in {"river": 5, "grey river": 5, "the grey river": 5}.items():
        assert attested.level(round(known.count(sequence))) == attested.level(times), sequence
    assert known.count("freezes") == 0  # seen once
    assert known.count("river runs") == 0  # seen twice, and a pair has to be seen four times
    assert known.misspelling("recieve", "receive")
    assert known.misspelling("teh", "ten")
    assert not known.misspelling("receive", "recieve")


def test_numbers_and_sentence_ends_are_counted_as_the_reader_expects(made: tuple[Path, Path]) -> None:
    _, exact = attested.build(*made, sample=[])
    assert exact["0"] == 2  # 1897 and 42
    assert "1897" not in exact
    assert exact["<s>"] > len(BLOG) + len(DOCS) - 1


def test_a_name_is_known_by_its_capitals_inside_sentences(made: tuple[Path, Path]) -> None:
    known = NgramCounts(attested.build(*made, sample=[])[0])
    assert known.capital_share("marlowe") == 1
    assert known.capital_share("the") == 0  # capitalised, but only where sentences begin
    assert known.capital_share("freezes") is None


def test_paragraphs_near_a_correction_are_not_counted(made: tuple[Path, Path]) -> None:
    kept, counted = attested.kept_texts(made[0], sample=[])
    assert counted == {"all": 6, "corrections": 1, "sample": 0}
    assert not attested_words(kept) & {"receive", "letters", "readers"}


def test_the_sample_and_late_texts_are_not_counted(made: tuple[Path, Path]) -> None:
    kept, counted = attested.kept_texts(made[0], sample=[DRAWN])
    assert counted == {"all": 6, "corrections": 1, "sample": 1}
    assert not attested_words(kept) & {"zeppelin", "quokkas"}
    assert "mill" in attested_words(kept)


def attested_words(kept: attested.Numbered) -> set[str]:
    words = list(kept.vocabulary)
    return {words[i] for i in kept.numbers}


def test_the_same_texts_give_the_same_bytes(made: tuple[Path, Path], tmp_path: Path) -> None:
    written = []
    for run in ("one", "two"):
        places = ["--corpus", str(made[0]), "--data", str(made[1]), "--cache", str(tmp_path / run)]
        attested.main([*places, "--out", str(tmp_path / run / "ngram_counts.bin")])
        written.append({p.name: p.read_bytes() for p in (tmp_path / run).iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {"ngram_counts.bin", "sources.json", "words.json"}


def test_the_file_says_where_its_counts_come_from(made: tuple[Path, Path]) -> None:
    header = NgramCounts(attested.build(*made, sample=[DRAWN])[0]).header
    assert {"version", "licence", "data", "sha256", "facts"} <= set(header)
    assert header["facts"]["words by licence"] == "CC-BY-4.0 52; MIT 13"
    assert "2022-11-30" in header["facts"]["cut"]


def test_every_source_that_was_used_is_credited_and_no_other(made: tuple[Path, Path]) -> None:
    listed = json.loads(attested.credits(made[0]))["sources"]
    ids = [source["id"] for source in listed]
    assert ids == [
        "harper-tests",
        "typos-words",
        "toefl-spell",
        "eracond",
        "realec-dev",
        "blog",
        "docs",
        "docs",
        "wiki",
    ]
    assert all(source["licence"] and source["credit"] and source["use"] for source in listed)


def test_the_sample_is_always_the_same_and_names_late_texts(made: tuple[Path, Path]) -> None:
    words = {"blog": 1000, "docs": 5}
    drawn = list(corpus.sample(made[0], words))
    assert drawn == list(corpus.sample(made[0], words))
    assert Counter(ident.rsplit(":", 1)[0] for ident, _ in drawn) == {
        "blog:blog": 4,
        "blog:blog-late": 1,
        "docs:docs": 1,
    }
    assert dict(drawn)["blog:blog:3"] == DRAWN


@given(st.lists(st.text("abcdefg", min_size=1, max_size=5), unique=True, max_size=80))
def test_every_key_of_a_table_is_found_where_it_was_put(keys: list[str]) -> None:
    slots, places = attested.table(keys, map(attested.level, range(1, len(keys) + 1)))
    empty = b"".join(attested.table([], [])[0].tobytes() for _ in range(3))
    header = {"tokens": 1, "buckets": {"1": len(slots), "2": 1, "3": 1, "4": 1}}
    known = NgramCounts(json.dumps(header).encode() + b"\n" + slots.tobytes() + empty + bytes(slots.size))
    assert len(set(places)) == len(keys)
    assert all(known.count(key) > 0 for key in keys)
    assert known.count("not there") == 0


@given(st.lists(st.text("aB1é.’' ", max_size=12)))
def test_texts_are_numbered_as_the_reader_splits_them(paragraphs: list[str]) -> None:
    numbered = attested.number(paragraphs)
    words = list(numbered.vocabulary)
    seen = [words[i] for i in numbered.numbers if i]
    assert seen == [token for text in paragraphs for token in tokens(text)]
    assert len(numbered.starts) == len(paragraphs)


def test_a_usual_slip_is_likelier_than_a_rare_one() -> None:
    slips = spelling.slip_table({("recieve", "receive"): 9, ("receeve", "receive"): 2, ("reteive", "receive"): 1})
    assert slips["tei"] > slips["sie"]
    assert "sct" not in slips  # once is too seldom
    assert spelling.slips_between("receive", "recieve") == ["tei"]


def test_lists_are_read_in_lower_case_with_single_misspelt_words_only(made: tuple[Path, Path]) -> None:
    assert ("teh", "ten") in set(corpus.listed_misspellings(made[1]))
    assert list(corpus.learners_misspellings(made[1])) == [("recieve", "receive")]


@given(st.text("abcd", max_size=6), st.text("abcd", max_size=6))
def test_as_many_slips_are_named_as_the_distance_says(right: str, wrong: str) -> None:
    slips = spelling.slips_between(right, wrong)
    steps = edit_distance(right, wrong)
    assert (None if slips is None else len(slips)) == (steps if steps <= 2 else None)


def test_shapes_tell_misspellings_from_words_never_learned_from() -> None:
    stems = [
        a + b for a in ("rec", "bel", "ach", "dec", "perc", "conc", "gr", "th") for b in ("ve", "ving", "vd", "vs", "r")
    ]
    shapes = spelling.learn_shapes([s[:-2] + "iey" + s[-2:] for s in stems], [s[:-2] + "eio" + s[-2:] for s in stems])
    assert shapes.auc > 0.9
    assert shapes.weights["iey"] > 0 > shapes.weights["eio"]
    assert len(shapes.unseen) == 2 * len(stems)


def test_shapes_do_not_depend_on_how_strings_are_hashed() -> None:
    code = (
        "from training.spelling_errors import learn_shapes as learn;"
        "words = [a + b + c for a in 'abcde' for b in ('iex', 'eix') for c in ('rst', 'ver', 'ing')];"
        "print(learn([w for w in words if 'ie' in w], [w for w in words if 'ei' in w]))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_the_tables_of_spelling_are_what_the_product_reads(made: tuple[Path, Path]) -> None:
    seen = {"isoform": 9, "terroir": 4, "receive": 900, "murine": 2}
    tables, shapes = spelling.build(made[1], seen, "2026-11-21")
    assert set(tables) == {"about", "slips", "shape"}
    assert {"version", "licence", "data", "facts", "sources"} <= set(tables["about"])
    assert set(shapes.unseen) == {"isoform", "terroir", "murine", "recieve", "beleive", "acheive", "definetly"}


def test_spelling_asks_for_the_counts_it_needs(made: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"python -m training\.ngram_counts"):
        spelling.main(
            ["--data", str(made[1]), "--cache", str(tmp_path), "--out", str(tmp_path / "spelling_errors.json")]
        )


def test_the_word_lists_are_read_back_as_the_product_reads_them() -> None:
    words = [("squireen", 80), ("house", 10), ("house", 70), ("Paris", 35), ("Rainer", 95)]
    names = {*listed.people(["SMITH 1.0 1.0 1\nRAINER 0.1 0.2 2\n"]), *listed.towns(["Saint-Étienne"])}
    known = WordLists(listed.build(listed.entries(words, names), {"a list": "abc"}))
    assert known.entry("squireen") == WordEntry("very rare")
    assert known.entry("house") == WordEntry("common")
    assert known.entry("paris's") == WordEntry("", name=True)
    assert known.entry("rainer") == WordEntry("", name=True, person_or_place=True)
    assert known.entry("etienne") == known.entry("étienne") == WordEntry("", person_or_place=True)
    assert known.entry("nowhere") == WordEntry()


SENTENCES = [
    "They're going to put the results of their work into the archive, and it's high time.",
    "I should have known that the well-known lists weren't complete when we looked at them.",
    "There is a house in an old village, which has been left as it was by its owners.",
    "“Don’t run,” she said, and then the boys would write to the city for more pages.",
]


@given(st.sampled_from(SENTENCES), st.randoms(use_true_random=False))
def test_a_slip_is_put_right_by_its_own_edit_and_touches_little(sentence: str, chance: random.Random) -> None:
    slip = inject.slip(sentence, chance)
    if slip is not None:
        assert slip.text != sentence
        assert apply_edits(slip.text, [slip.back]) == sentence
        assert abs(len(slip.text) - len(sentence)) < 16


def test_every_kind_of_slip_finds_room_and_can_be_drawn() -> None:
    drawn = {
        slip.kind for seed in range(300) for s in SENTENCES if (slip := inject.slip(s, random.Random(seed))) is not None
    }
    assert drawn == set(inject.KINDS)


def test_nothing_is_put_into_a_sentence_that_offers_no_room() -> None:
    assert inject.slip("42 + 42 = 84.", random.Random(1)) is None
