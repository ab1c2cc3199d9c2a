"""The way from texts to a model that llama.cpp reads, on a corpus of a few sentences made here."""

from __future__ import annotations

import json
import lzma
import os
import random
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if find_spec("torch") is None and os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
    pytest.skip("torch is not installed: pip install -r training/model-requirements.txt", allow_module_level=True)

import torch
from test_training import entry

from localproof.models.llama import LlamaModel
from localproof.text import Edit, Span
from training import evaluate, export, forms, pairs
from training.tokenizer import START
from training.train import Plan, Run, Texts

ROOT = Path(__file__).parents[2]


def command(module: str, *args: str | Path) -> str:
    """What a training command says; it must not fail."""
    done = subprocess.run(
        [sys.executable, "-m", f"training.{module}", *map(str, args)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared texts, tokens and pairs of a corpus of three sources, one of them with corrections."""
    root = tmp_path_factory.mktemp("chain")
    corpus, data, out = root / "corpus", root / "data", root / "made"
    (corpus / "corrections").mkdir(parents=True)
    (data / "typos-words").mkdir(parents=True)
    chance = random.Random(1)
    right = [r for found in forms.pairs().values() for r, _ in found]
    sources = ['collected = "2026-11-21"\n']
    for name, register in (("one", "blog"), ("two", "docs"), ("three", "fiction")):
        texts = [" ".join(chance.sample(right, 6)) for _ in range(60)]
        sources.append(entry(name, "CC-BY-4.0", register, texts))
        (corpus / f"{name}.txt.xz").write_bytes(lzma.compress("\n".join([*texts, ""]).encode()))
    (corpus / "sources.toml").write_text("\n".join(sources), "utf-8")
    (corpus / "heldout.txt.xz").write_bytes(lzma.compress(f"one\t{right[0]}\n".encode()))
    repository = next(f"r{i}" for i in range(99) if pairs.taught(f"r{i}"))
    row = {
        "id": "1",
        "repo": repository,
        "before": "We recieve many letters from all of our readers.",
        "after": "We receive many letters from all of our readers.",
        "edits": [[3, 10, "receive", "spelling"]],
    }
    (corpus / "corrections" / "corrections.jsonl.xz").write_bytes(lzma.compress(json.dumps(row).encode()))
    (corpus / "corrections" / "sources.toml").write_text(entry(repository, "MIT", "", []) + "pairs = 1\n", "utf-8")
    (data / "typos-words" / "words.csv").write_text("recieve,receive\nteh,the\n", "utf-8")
    # Nothing is drawn from so small a corpus as a sample of edited prose, or nothing would be left to learn from.
    small = "import training.corpus as c, training.prepare as p, sys; c.SAMPLE.update(dict.fromkeys(c.SAMPLE, 0)); "
    small += "c.sample = lambda *a, **k: iter(()); p.main()"
    done = subprocess.run(
        [sys.executable, "-c", small, "--corpus", str(corpus), "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    command("tokenizer", "--folder", out, "--size", "512")
    command("pairs", "--folder", out, "--corpus", corpus, "--data", data, "--count", "150")
    return out


def run(folder: Path, place: Path, steps: int) -> Run:
    made = Run(
        place, Plan(shape="tiny", steps=steps, rows=4, pair_rows=4, pairs_from=3, decay_from=4), "cpu", fused=False
    )
    made.load()
    return made


def losses(made: Run, folder: Path, steps: int) -> list[tuple[float, ...]]:
    texts, known = Texts(folder), pairs.load(folder)
    return [made.advance(texts, known) for _ in range(steps)]


def test_what_is_prepared_says_what_was_read_and_written(folder: Path) -> None:
    about = json.loads((folder / "prepared.json").read_text("utf-8"))
    assert set(about["corpus"]) >= {"one.txt.xz", "two.txt.xz", "three.txt.xz"}
    assert about["groups"]["blog"]["paragraphs"] > 20 and about["groups"]["government"]["paragraphs"] == 0
    assert all(len(digest) == 64 for digest in about["files"].values())


def test_pairs_hold_real_corrections_and_slips_and_mark_what_differs(folder: Path) -> None:
    with np.load(folder / "pairs.npz") as stored:
        tokens, inside = stored["tokens48"], stored["inside48"]
    assert len(tokens) >= 100 and tokens.shape[1:] == (2, 48)
    differs = (tokens[:, 0] != tokens[:, 1]) & (inside[:, 0] | inside[:, 1])
    assert differs.any(1).all()


def test_same_seed_repeats_the_losses_and_a_stopped_run_resumes(folder: Path, tmp_path: Path) -> None:
    whole = losses(run(folder, tmp_path / "whole", 8), folder, 8)
    first = run(folder, tmp_path / "halves", 8)
    begun = losses(first, folder, 5)
    first.save()
    rest = losses(run(folder, tmp_path / "halves", 8), folder, 3)
    assert np.allclose(whole, [*begun, *rest], rtol=1e-3, equal_nan=True)
    assert whole[-1][0] < whole[0][0]


def test_interrupted_run_leaves_a_checkpoint_and_its_account(folder: Path, tmp_path: Path) -> None:
    args = ["--run", str(tmp_path), "--folder", str(folder), "--shape", "tiny", "--rows", "4", "--no-compile"]
    child = subprocess.Popen([sys.executable, "-m", "training.train", *args], cwd=ROOT)
    until = time.monotonic() + 120
    while time.monotonic() < until and not (tmp_path / "losses.tsv").exists():
        time.sleep(0.2)
    time.sleep(1)
    child.send_signal(signal.SIGTERM)
    assert child.wait(120) == 0
    record = json.loads((tmp_path / "spent.jsonl").read_text("utf-8"))
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    assert record["steps"] == [0, state["step"]] and record["hours"] >= 0
    assert record["energy"]["status"] in ("measured", "estimated", "unavailable")


def test_llama_cpp_gives_the_probabilities_of_the_trained_weights(folder: Path, tmp_path: Path) -> None:
    made = run(folder, tmp_path / "run", 30)
    losses(made, folder, 30)
    made.save()
    file = tmp_path / "tiny.gguf"
    export.write(made.model.eval(), folder, file, "F32", {"hours": 0.1})
    llama = LlamaModel(file)
    text = "The keys of the cabinet are ready."
    (passage,) = llama.passages(text)
    with torch.no_grad():
        hidden = made.model(torch.tensor([[START, *passage.tokens]]))
        rows = torch.log_softmax(hidden[0] @ made.model.token_embd.weight.T, -1)
    for k, token in enumerate(passage.tokens):
        assert passage.log_probability(k) == pytest.approx(float(rows[k, token]), abs=0.008)
    right = Edit(Span(text.index("are"), text.index("are") + 3), "is")
    assert evaluate.ranked(llama, [("agreement", text, right)])["agreement"]
    wrongs = list(evaluate.of_forms())
    assert all(edit.span.of(text) != edit.text for _, text, edit in wrongs)
    assert {" " not in edit.text for _, _, edit in wrongs} == {True}


def test_the_file_says_whose_texts_it_was_made_of(folder: Path, tmp_path: Path) -> None:
    from localproof.models import gguf

    made = run(folder, tmp_path / "run", 1)
    export.write(made.model.eval(), folder, tmp_path / "tiny.gguf", "Q8_0", {"energy_j": 5.0})
    known = gguf.read(tmp_path / "tiny.gguf").keys
    assert known["general.license"] == "CC-BY-4.0" and known["general.dataset.count"] > 50
    assert known["localproof.training.energy_j"] == 5.0
