"""Our own runtime: the same tokens, log-probabilities and gains as by the definition and by llama.cpp."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import Tiny, blanked, tiny

from localproof.models import runtimes
from localproof.models.bpe import Vocabulary
from localproof.models.network import Network
from localproof.models.numpy_model import NumpyModel
from localproof.models.passages import ModelUnusable
from localproof.models.tensors import load
from localproof.report import Unavailable
from localproof.scoring.model_worker import build
from localproof.scoring.proposals import score_passage
from localproof.text import Edit, Span

SHIPPED = Path(runtimes.__file__).with_name("localproof-small.gguf")
TEXT = "The cat sat on the mat. It’s “of” an 😀 cat, and the dog sits on a mat — naïvely.\u00a0So it could of sat."
SENTENCES = (
    "I have went to the store yesterday, and this are the thing I like.",
    "The Kubernetes project’s maintainers said that its users should of read the release notes, didn’t they?",
    "In 2021 we moved 3.5 million rows; nobody noticed. That was a surprise — for us, at least.",
)


@pytest.fixture(scope="module")
def model() -> Tiny:
    return tiny()


@pytest.fixture(scope="module")
def path(model: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model.write(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="module")
def shipped() -> NumpyModel:
    return NumpyModel(SHIPPED)


def llama_of(path: Path) -> Any:
    if os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
        pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed: pip install '.[model]'")
    from localproof.models.llama import LlamaModel

    return LlamaModel(path)


def test_numpy_computes_what_the_definition_says(path: Path, model: Tiny) -> None:
    for passage in NumpyModel(path).passages(TEXT):
        by_hand = model.log_probabilities([0, *passage.tokens])[:-1]
        assert np.abs(passage.rows - by_hand).max() < 1e-4


def test_several_heads_are_computed_by_the_definition(tmp_path: Path, model: Tiny) -> None:
    weights = model.weights | {name: model.weights[name][:16] for name in ("attn_q_norm", "attn_k_norm")}
    two = replace(model, heads=2, weights=weights)
    for passage in NumpyModel(two.write(tmp_path / "two.gguf")).passages(TEXT):
        assert np.abs(passage.rows - two.log_probabilities([0, *passage.tokens])[:-1]).max() < 1e-4


@pytest.mark.parametrize("text", SENTENCES)
def test_numpy_and_llama_cpp_agree_on_our_own_model(text: str, shipped: NumpyModel, full: Path) -> None:
    mine, theirs = NumpyModel(full), llama_of(full)
    edits = [Edit(Span(2, 6), ""), Edit(Span(0, 0), "So "), Edit(Span(len(text) - 1, len(text)), "!")]
    for one, other in zip(mine.passages(text), theirs.passages(text), strict=True):
        assert (one.tokens, one.starts, one.span, one.own) == (other.tokens, other.starts, other.span, other.own)
        likely = other.rows > -12
        assert np.abs(one.rows - other.rows)[likely].max() < 0.01
        gains, expected = mine.gains(text, one, edits), theirs.gains(text, other, edits)
        assert [g is None for g in gains] == [g is None for g in expected]
        assert all(abs(a - b) < 0.05 for a, b in zip(gains, expected, strict=True) if a is not None and b is not None)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that ships with its numbers in 32 bits: in 8 llama.cpp rounds what goes in, too."""
    gguf = pytest.importorskip("gguf")
    header, tensors = load(SHIPPED)
    path = tmp_path_factory.mktemp("full") / "full.gguf"
    writer = gguf.GGUFWriter(str(path), "qwen3")
    for key, value in header.keys.items():
        if key.startswith(("qwen3.", "tokenizer.")) and value is not None:
            add = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}
            if isinstance(value, tuple):
                writer.add_array(key, list(value))
            else:
                add[type(value)](key, value)
    for name, array in tensors.items():
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text("ab '’tsl.,1½²Ⅷ_ \u00a0\té😀-", max_size=40))
def test_tokens_are_those_of_llama_cpp(text: str) -> None:
    mine = _vocabulary().tokens(text)
    assert mine == _llama().tokens(text)
    assert b"".join(_vocabulary().pieces[t] for t in mine) == text.encode("utf-8", "replace")


def _once(make: Callable[[], Any]) -> Callable[[], Any]:
    made: list[Any] = []

    def get() -> Any:
        if not made:
            made.append(make())
        return made[0]

    return get


_llama = _once(lambda: llama_of(SHIPPED))
_vocabulary = _once(lambda: NumpyModel(SHIPPED)._network.vocabulary)


def test_a_word_without_end_is_taken_apart_in_time() -> None:
    begun_s = time.process_time()
    for word in ("a" * 40_000, "Аб" * 20_000, "ab" * 20_000):
        assert _vocabulary().tokens(word)
    assert time.process_time() - begun_s < 20


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_tokens_begin_where_their_bytes_do(text: str) -> None:
    known: Vocabulary = _vocabulary()
    tokens = known.tokens(text)
    starts = known.starts(text, tokens)
    assert len(starts) == len(tokens) + 1 and starts == sorted(starts)
    assert starts[-1] == len(text) and all(0 <= s <= len(text) for s in starts)


@pytest.mark.parametrize("text", ["", " ", "a", "é", "word " * 400, "x" * 3000])
def test_any_text_can_be_read(text: str, shipped: NumpyModel) -> None:
    gains, _ = score_passage(shipped, text, [Edit(Span(0, len(text)), "b")])
    assert len(gains) == 1


def test_a_change_at_the_end_of_a_word_without_end_is_read(shipped: NumpyModel) -> None:
    text = "qz" * 2000
    (passage,) = shipped.passages(text)
    edits = [Edit(Span(at, at + 1), "e" * many) for at in (5, 480, 600, 3999) for many in (1, 200)]
    assert len(shipped.gains(text, passage, edits)) == len(edits)


def test_threads_change_nothing() -> None:
    network = Network(SHIPPED)
    with ThreadPoolExecutor(4) as pool:
        texts = [*SENTENCES] * 4
        found = list(pool.map(lambda text: score_passage(NumpyModel(network), text, []), texts))
    alone = [score_passage(NumpyModel(network), text, []) for text in SENTENCES]
    assert found == alone * 4


def test_the_helper_answers_with_either_runtime(path: Path) -> None:
    answers = []
    for runtime in ("numpy", "llama.cpp") if _has_llama() else ("numpy",):
        options = {"path": str(path), "cores": 1, "gpu_layers": 0, "suggest": "closed", "runtime": runtime}
        answer = json.loads(build(options)()({"text": "The cat sits on an mat.", "edits": [[16, 18, "a"]]}))
        answers.append((answer["gains"], [p[:4] for p in answer["proposals"]], answer["tokens"]))
    assert answers[0][0][0] is not None
    assert all(a[1:] == answers[0][1:] for a in answers)
    assert all(abs(a[0][0] - answers[0][0][0]) <= 0.01 for a in answers)


def _has_llama() -> bool:
    from importlib.util import find_spec

    return os.environ.get("LOCALPROOF_TEST_REQUIRE") == "all" or find_spec("llama_cpp") is not None


def test_a_file_of_another_kind_is_refused_in_words(tmp_path: Path, model: Tiny) -> None:
    with pytest.raises(ModelUnusable, match="kind"):
        NumpyModel(blanked("the").write(tmp_path / "blanked.gguf"))
    lacking = {name: w for name, w in model.weights.items() if name != "ffn_up"}
    with pytest.raises(ModelUnusable, match="ffn_up"):
        NumpyModel(replace(model, weights=lacking).write(tmp_path / "lacking.gguf"))
    other = model.weights | {"ffn_up": model.weights["ffn_up"][:16]}
    with pytest.raises(ModelUnusable, match="ffn_up"):
        NumpyModel(replace(model, weights=other).write(tmp_path / "other.gguf"))
    nan = model.weights | {"attn_q": np.full_like(model.weights["attn_q"], np.nan)}
    with pytest.raises(ModelUnusable, match="no number"):
        NumpyModel(replace(model, weights=nan).write(tmp_path / "nan.gguf"))
    whole = (tmp_path / "whole.gguf", tmp_path / "half.gguf")
    whole[1].write_bytes(model.write(whole[0]).read_bytes()[:-4000])
    with pytest.raises(Unavailable, match="truncated"):
        NumpyModel(whole[1])


def test_a_runtime_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "find_module", lambda name: None if name == "llama_cpp" else object())
    assert runtimes.chosen_backend("auto", bundled=True) == "numpy"
    with pytest.raises(Unavailable, match="llama-cpp-python"):
        runtimes.chosen_backend("auto", bundled=False)


def test_every_runtime_of_the_setting_is_in_the_table() -> None:
    from localproof.config import RUNTIMES

    assert set(RUNTIMES) == {"auto", *runtimes.BACKENDS}


def test_the_command_needs_no_llama_cpp(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("He go home.\n")
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nclass No:\n  def find_spec(self, name, *_):\n"
        "    if name.split('.')[0] == 'llama_cpp': raise ModuleNotFoundError(name)\nsys.meta_path.insert(0, No())\n"
    )
    env = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    env |= {"LOCALPROOF_SERVICE": "off", "LOCALPROOF_CACHE": "off"}
    command = [sys.executable, "-m", "localproof", "post.md", "--report=full", "--model"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert "LocalProof small, reading" in said and "LocalProof tagger, reading" in said
    assert "not installed" not in said
