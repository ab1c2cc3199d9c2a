"""How the tagger is taught: slips that can be undone, tags of real corrections, rows of a step, a run that goes on."""

from __future__ import annotations

import json
import os
import random
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if find_spec("torch") is None and os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
    pytest.skip("torch is not installed: pip install -r training/model-requirements.txt", allow_module_level=True)

import torch

from localproof.models.tagger import Tagger as Reader
from localproof.scoring.candidate_edits import split_words
from localproof.scoring.edit_tags import TAGS, edits_at
from localproof.scoring.tagging import tagged_words
from localproof.text import Edit, Span, apply_edits
from training import evaluate_tagger, export_tagger, tagger_data
from training.network import Shape
from training.prepare import SHARES
from training.slips import Counts, Slips
from training.tagger import Plan, Run, Tagger, mask_of, train
from training.tagger_data import (
    UNKNOWN,
    Corrections,
    Prose,
    Tagged,
    batch_of,
    coded,
    packed,
    tags_of,
    vocabulary,
    write,
)

TEXTS = (
    "The report from the committee was late, so we have asked for a new one. Nobody knew why it had taken a year.",
    "She doesn't think that its users are going to read the notes that they were given at the start of the project.",
    "An hour later the dogs were in the garden. There is nothing else to do but wait, and I would rather go home.",
)
SMALL = Shape(vocabulary=8192, width=32, blocks=1, heads=1, inner=32, context=128)


def counts() -> Counts:
    found = Counts()
    for tag, word in (("insert the", "cat"), ("insert a", "cat"), ("delete", "the"), ("replace its", "it's"),
                      ("form s", "user"), ("form base", "users"), ("replace to", "for")):  # fmt: skip
        for _ in range(20):
            found.add(tag, word)
    return found


def test_every_slip_can_be_undone_by_its_tag() -> None:
    slips = Slips(counts(), {"report": ["reprot"], "project": ["porject"]})
    chance = np.random.default_rng(3)
    kinds = set()
    for _ in range(60):
        for text in TEXTS:
            made = slips.put(text, 0.1, chance)
            row = split_words(made.text)
            assert len(made.tags) == len(row)
            back = []
            for i, tag in enumerate(made.tags):
                kinds.add(tag.partition(" ")[0])
                if tag not in ("keep", "misspelt"):
                    back.append([c.edit for name, c in edits_at(made.text, row, i) if name == tag])
                    assert back[-1], (made.text, tag)
            if len(back) == 1 and "misspelt" not in made.tags:
                assert any(apply_edits(made.text, [edit]) == text for edit in back[0])
    assert {"insert", "delete", "replace", "form", "misspelt", "capital"} <= kinds


def test_the_same_chance_makes_the_same_slips() -> None:
    slips = Slips(counts(), {})
    one, other = (slips.put(TEXTS[0], 0.2, np.random.default_rng(5)) for _ in range(2))
    assert one == other


def test_a_correction_is_tags_of_words() -> None:
    text = "He go to store, and she to."
    edits = [
        (Edit(Span(3, 5), "goes"), "agreement"),
        (Edit(Span(9, 9), "the "), "function"),
        (Edit(Span(24, 26), "too"), "real-word"),
        (Edit(Span(14, 15), ""), "serial-comma"),
    ]
    counted = Counts()
    tags = [TAGS[t] for t in tags_of(text, edits, counted)]
    assert tags == ["keep", "form s", "keep", "insert the", "keep", "keep", "replace too"]
    assert counted.dropped["the"] == 1 and counted.taken["too"]["to"] == 1


def test_what_no_tag_says_teaches_nothing() -> None:
    tags = tags_of("We like the cat much.", [(Edit(Span(12, 15), "elephant"), "agreement")])
    assert tags == [0, 0, 0, UNKNOWN, 0]


def test_words_begin_at_their_tokens() -> None:
    known = vocabulary()
    text = "Don't we 42 well-known naïve-ish (users)?"
    passage = coded(known, text, [0] * len(split_words(text)))
    begun = [known.pieces[passage.tokens[p]].strip().decode() for p in passage.places]
    assert all(w.span.of(text).startswith(piece[:2]) for w, piece in zip(split_words(text), begun, strict=True))


def test_passages_of_a_row_do_not_see_each_other() -> None:
    passages = [Tagged([0, 5, 6], [1, 2], [0, 1]), Tagged([0, 7], [1], [2]), Tagged([0] * 126, [1], [UNKNOWN])]
    batch, left = packed(passages, 2)
    assert left == 0 and batch.words.tolist() == [[0, 0, 0], [1, 2, 4], [0, 1, 2]]
    mask = mask_of(torch.from_numpy(batch.segments))
    assert mask[0, 0, 1, 2] == 0 and mask[0, 0, 1, 3] == float("-inf")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for group in SHARES:
        (tmp_path / f"{group}.txt").write_text("\n".join([*TEXTS, *TEXTS]) + "\n", "utf-8")
    known = vocabulary()
    write(tmp_path, (coded(known, text, [0] * len(split_words(text))) for text in TEXTS))
    stored = json.dumps(vars(counts()))
    (tmp_path / "tagger-counts.json").write_text(stored, "utf-8")
    (tmp_path / "typos-words").mkdir()
    (tmp_path / "typos-words" / "words.csv").write_text("reprot,report\n", "utf-8")
    return tmp_path


def run_of(folder: Path, name: str, steps: int = 4) -> Run:
    torch.manual_seed(1)
    small = Tagger(SMALL)
    start = folder / f"{name}.pt"
    stored = {"weights": small.state_dict(), "shape": SMALL.as_dict(), "tags": list(TAGS), "step": 0, "tokens": 0}
    torch.save(stored, start)
    return Run(folder / name, Plan(steps=steps, decay_from=steps, rows=4, real_rows=2), start)


def test_the_rows_of_a_step_are_always_the_same(folder: Path) -> None:
    def rows(step: int) -> list[list[int]]:
        corrections, prose = Corrections(folder, 1), Prose(folder, folder, vocabulary())
        found: list[list[int]] = batch_of(step, 1, 4, 0.1, corrections, prose, 2).tokens.tolist()
        return found

    assert rows(3) == rows(3) != rows(4)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(folder: Path) -> None:
    whole = run_of(folder, "whole")
    train(whole, folder, folder)
    halves = run_of(folder, "halves", 4)
    halves.plan = Plan(**{**vars(halves.plan), "steps": 2})
    train(halves, folder, folder)
    again = run_of(folder, "halves", 4)
    again.load()
    assert again.step == 2
    train(again, folder, folder)
    for name, value in whole.tagger.state_dict().items():
        assert torch.allclose(value, again.tagger.state_dict()[name], atol=1e-3), name
    spent = [json.loads(line) for line in (folder / "halves" / "spent.jsonl").read_text("utf-8").splitlines()]
    assert [row["steps"] for row in spent] == [[0, 2], [2, 4]] and all("energy" in row for row in spent)


def test_the_file_says_what_the_trained_tagger_says(folder: Path) -> None:
    run = run_of(folder, "out")
    run.save()
    tagger, tags, _ = export_tagger.load(folder / "out")
    export_tagger.write(tagger, tags, folder / "out.gguf", "F32", {}, {"article": 0.25})
    reader = Reader(folder / "out.gguf")
    assert reader.tags == TAGS and reader.thresholds == {"article": 0.25}
    text = TEXTS[1]
    row = split_words(text)
    passage = coded(vocabulary(), text, [0] * len(row))
    with torch.no_grad():
        tokens = torch.tensor([passage.tokens])
        at = torch.tensor(passage.places)
        logits = tagger(tokens, torch.zeros(1, 1, 1, 1), torch.zeros_like(at), at)
    found = reader.probabilities(text, [w.span for w in row])
    assert np.abs(torch.softmax(logits, -1).numpy() - found).max() < 1e-4
    assert len(tagged_words(reader, text)) == len(row)
    assert evaluate_tagger.said_of(reader, text, 0.0) == sorted(
        evaluate_tagger.said_of(reader, text, 0.0), key=lambda s: -s.chance
    )


def test_a_killed_stretch_is_accounted_for(folder: Path) -> None:
    run = run_of(folder, "killed", 1)
    (folder / "killed" / "going.json").write_text("[0, 7, 3600]", "utf-8")
    train(run, folder, folder)
    first = json.loads((folder / "killed" / "spent.jsonl").read_text("utf-8").splitlines()[0])
    assert first["steps"] == [0, 7] and first["energy"]["energy_j"] == 36_000
    assert evaluate_tagger.joules(folder / "killed") >= 36_000


def test_held_back_repositories_teach_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import lzma

    (tmp_path / "corrections").mkdir()
    names = [f"repo{i}" for i in range(40)]
    for file in ("corrections", "more"):
        with lzma.open(tmp_path / "corrections" / f"{file}.jsonl.xz", "wt", encoding="utf-8") as out:
            for name in names:
                row = {"repo": name, "before": f"He go to {name}.", "edits": [[3, 5, "goes", "agreement"]]}
                out.write("".join([json.dumps(row) + "\n"] * random.Random(name).randint(1, 60)))
    monkeypatch.setattr(tagger_data.sets, "load", lambda name: [])
    found = [repo for repo, _, _ in tagger_data.rows_of(tmp_path)]
    assert set(found) == {name for name in names if not tagger_data.held_back(name)} != set(names)
    every = sum(2 * random.Random(name).randint(1, 60) for name in set(found))
    assert max(found.count(name) for name in set(found)) <= 0.02 * every
