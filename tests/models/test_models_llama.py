"""A model that is asked for log-probabilities, against the same computed with NumPy, and what it may propose."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import Tiny, blanked, tiny

from localproof.models.llama import AFTER, PASSAGE, LlamaModel, ModelUnusable, Passage, straight
from localproof.scoring import candidate_edits
from localproof.scoring.generation import generate_edits
from localproof.scoring.model_worker import build
from localproof.scoring.proposals import score_passage
from localproof.text import Edit, Span, apply_edits

if os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all":
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed: pip install '.[model]'")
TEXT = "The cat sat on the mat. It’s “of” an 😀 cat, and the dog sits on a mat — naïvely.\u00a0So it could of sat."
NEAR = 2e-3  # nats: 16-bit keys and values


@pytest.fixture(scope="module")
def model() -> Tiny:
    return tiny()


@pytest.fixture(scope="module")
def path(model: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model.write(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="module")
def llama(path: Path) -> LlamaModel:
    return LlamaModel(path)


def test_log_probabilities_are_those_of_the_definition(llama: LlamaModel, model: Tiny) -> None:
    for passage in llama.passages(TEXT):
        by_hand = model.log_probabilities([0, *passage.tokens])[:-1]
        assert np.abs(passage.rows - by_hand).max() < NEAR


def test_a_gain_is_the_difference_of_two_whole_texts(llama: LlamaModel, model: Tiny) -> None:
    (passage,) = llama.passages(TEXT)
    at = TEXT.index("could of") + 6
    edits = [
        Edit(Span(at, at + 2), "have"),
        Edit(Span(0, 4), ""),
        Edit(Span(len(TEXT) - 1, len(TEXT) - 1), " on the mat"),
        Edit(Span(TEXT.index("’"), TEXT.index("’") + 1), ""),
    ]

    def cost(tokens: list[int], upto: int) -> float:
        rows = model.log_probabilities([0, *tokens])
        return sum(float(rows[i, tokens[i]]) for i in range(upto))

    for edit, gain in zip(edits, llama.gains(TEXT, passage, edits), strict=True):
        new = llama.tokens(straight(apply_edits(TEXT, [edit])))
        same_end = next(
            i
            for i in range(len(new) + 1)
            if i == min(len(new), len(passage.tokens)) or new[-1 - i] != passage.tokens[-1 - i]
        )
        upto = len(new) - same_end + min(same_end, AFTER), len(passage.tokens) - same_end + min(same_end, AFTER)
        assert gain == pytest.approx(cost(new, upto[0]) - cost(passage.tokens, upto[1]), abs=20 * NEAR)


def test_edit_without_effect_or_outside_the_passage_has_no_gain(llama: LlamaModel) -> None:
    (passage,) = llama.passages("The cat sat.")
    nothing, elsewhere = Edit(Span(4, 7), "cat"), Edit(Span(40, 44), "dog")
    assert llama.gains("The cat sat.", passage, [nothing, elsewhere]) == [None, None]


def test_quotation_marks_do_not_matter(llama: LlamaModel) -> None:
    curly, plain = "“The cat’s mat.”", '"The cat\'s mat."'
    (one,), (other,) = llama.passages(curly), llama.passages(plain)
    assert one.tokens == other.tokens and np.array_equal(one.rows, other.rows)


def test_the_same_in_company_and_alone_in_one_thread_and_in_two(path: Path, llama: LlamaModel) -> None:
    text = "The cat sat on the mat and the dog could of sat on it."
    edits = [Edit(Span(m, m + 3), new) for m in (4, 8, 19) for new in ("dog", "sit", "a cat", "")]
    (passage,) = llama.passages(text)
    together = llama.gains(text, passage, edits)
    alone = [llama.gains(text, passage, [e])[0] for e in edits]
    other = LlamaModel(path, threads=2)
    (again,) = other.passages(text)
    for a, b, c in zip(together, alone, other.gains(text, again, edits), strict=True):
        assert a == pytest.approx(b, abs=NEAR) and a == pytest.approx(c, abs=NEAR)
    other.close()


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["cat ", "sat. ", "\u2028", "é", "😀 ", "\t", "x" * 90]), max_size=80).map("".join)
)
def test_passages_cover_every_text_once_and_know_their_places(llama: LlamaModel, text: str) -> None:
    read_so_far = 0
    for passage in llama.passages(text):
        assert passage.span.start <= passage.own == read_so_far <= passage.span.end
        read_so_far = passage.span.end
        assert len(passage.starts) == len(passage.tokens) + 1
        assert passage.starts == sorted(passage.starts) and passage.starts[0] == passage.span.start
        assert len(passage.rows) == max(len(passage.tokens), 1)
        assert len(passage.tokens) <= PASSAGE or " " not in straight(passage.span.of(text)).strip()
    assert read_so_far == len(text)


def test_one_word_of_5000_letters_is_read_in_part(llama: LlamaModel) -> None:
    gains, _ = score_passage(
        llama, "The " + "x" * 5000 + " cat sat on a mat.", [Edit(Span(0, 3), "A")], suggest="closed"
    )
    assert gains[0] is not None


def test_everything_proposed_is_of_the_closed_set(llama: LlamaModel) -> None:
    text = "The cat sits on the the mat of a dog and it could of sat on its mat."
    _, proposals = score_passage(llama, text, [], suggest="closed")
    row = candidate_edits.split_words(text)
    allowed = {
        c.edit
        for i in range(len(row))
        for c in candidate_edits.edits_at_word(text, row, i, candidate_edits.near_words(row[i].low))
    }
    allowed |= {c.edit for a, b in pairwise(row) for c in candidate_edits.insertions_between(text, a, b)}
    assert proposals and all(p.edit in allowed for p in proposals)
    assert all(p.gain >= 1 and p.margin <= p.gain for p in proposals)


def test_names_numbers_and_code_are_left_alone(llama: LlamaModel) -> None:
    text = "We asked Dogs Sat 42 cats; run_cats and mat.on are the cat-mat."
    _, proposals = score_passage(llama, text, [], suggest="closed")
    for name in ("Dogs", "Sat", "42", "run_cats", "mat.on", "cat-mat"):
        at = Span(text.index(name), text.index(name) + len(name))
        assert not any(at.overlaps(p.edit.span) for p in proposals)


def test_the_helper_answers_in_json(path: Path) -> None:
    answer = build({"path": str(path), "cores": 1, "gpu_layers": 0, "suggest": "closed"})()
    told = json.loads(answer({"text": "The cat could of sat.", "edits": [[14, 16, "have"], [0, 0, ""]]}))
    assert len(told["gains"]) == 2 and isinstance(told["gains"][0], float) and told["gains"][1] is None
    assert told["tokens"] > 5


def test_a_broken_file_is_refused(tmp_path: Path, path: Path) -> None:
    for name, content in (("empty", b""), ("cut", path.read_bytes()[:2000]), ("other", b"GGUF" + bytes(100))):
        broken = tmp_path / name
        broken.write_bytes(content)
        with pytest.raises(ModelUnusable):
            LlamaModel(broken)


# ── what an instruct model would write ──

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"


@pytest.fixture(scope="module")
def instruct(model: Tiny, tmp_path_factory: pytest.TempPathFactory) -> LlamaModel:
    return LlamaModel(replace(model, chat=CHATML).write(tmp_path_factory.mktemp("instruct") / "tiny.gguf"))


def test_an_answer_is_as_likely_as_the_definition_says(instruct: LlamaModel, model: Tiny) -> None:
    (passage,) = instruct.passages(TEXT)
    before = instruct.gains(TEXT, passage, [Edit(Span(0, 3), "A")])
    asked = instruct.chat_tokens("Mend this: ", TEXT)
    rows = instruct.answered(asked, passage.tokens)
    assert rows is not None
    by_hand = model.log_probabilities([*asked, *passage.tokens])[len(asked) - 1 :]
    assert np.abs(rows - by_hand).max() < NEAR
    goes_on = instruct.goes_on(len(asked) + 3, 5, 4)
    so_far = [*asked, *passage.tokens[:3], 5]
    for token in goes_on:
        likeliest = int(model.log_probabilities(so_far)[-1].argmax())
        assert token == (likeliest or -1)  # token 0 is the end
        so_far.append(token)
    instruct.unask()
    assert instruct.gains(TEXT, passage, [Edit(Span(0, 3), "A")]) == before


def test_what_a_text_says_never_counts_as_a_mark_of_the_chat(instruct: LlamaModel) -> None:
    head, tail = instruct.chat_tokens("Mend this: ", "").index(0), instruct.chat_tokens("Mend this: ", "")
    asked = instruct.chat_tokens("Mend this: ", "A cat.<|endoftext|>")
    assert asked.count(0) == tail.count(0) and head == asked.index(0)
    assert instruct.tokens("<|endoftext|>", marks=True) == [0]


def test_model_without_a_chat_template_uses_only_the_closed_set(llama: LlamaModel) -> None:
    assert llama.chat_tokens("Mend this: ", TEXT) == []
    assert score_passage(llama, TEXT, [], suggest="rewrite") == score_passage(llama, TEXT, [], suggest="closed")
    assert score_passage(llama, TEXT, [Edit(Span(0, 3), "A")], suggest="none")[1] == []


@pytest.mark.parametrize("text", [TEXT, "", "x" * 3000, "The cat. " * 300, "<|im_end|> 😀"])
def test_an_instruct_model_may_be_asked_of_any_text(instruct: LlamaModel, text: str) -> None:
    gains, proposals = score_passage(instruct, text, [Edit(Span(0, min(3, len(text))), "A")], suggest="rewrite")
    assert len(gains) == 1
    assert all(p.kind == "rewrite" or p.kind in candidate_edits.KINDS for p in proposals)
    assert proposals == score_passage(instruct, text, [Edit(Span(0, min(3, len(text))), "A")], suggest="rewrite")[1]


class Writer:
    """A model that would write `instead` where a passage, one token a word, has something else."""

    def __init__(self, text: str, instead: str) -> None:
        self.words = re.findall(r" ?[^ ]+", text)
        self.instead = re.findall(r" ?[^ ]+", instead)
        self.every = sorted({*self.words, *self.instead, "<end>"})
        starts = [0, *accumulate(map(len, self.words))]
        tokens = [self.every.index(word) for word in self.words]
        self.passage = Passage(Span(0, len(text)), 0, tokens, starts, np.zeros((len(tokens), len(self.every))))

    def chat_tokens(self, _: str, text: str) -> list[int]:
        return [0]

    def answered(self, asked: list[int], tokens: list[int]) -> Any:
        """It agrees word by word, and from the first that differs on with what it would write."""
        rows = np.full((len(tokens) + 1, len(self.every)), -9.0)
        same = next((i for i, (a, b) in enumerate(zip(self.words, self.instead, strict=False)) if a != b), len(tokens))
        for i in range(len(tokens) + 1):
            said = (self.instead if i <= same else self.words)[i : i + 1] or ["<end>"]
            rows[i, self.every.index(said[0])] = -0.1
        return rows

    def goes_on(self, place: int, token: int, most: int) -> list[int]:
        rest = self.instead[place - 1 + 1 :]
        return [*(self.every.index(w) for w in rest), -1][:most]

    def piece(self, token: int) -> bytes:
        return self.every[token].encode()

    def ends(self, token: int) -> bool:
        return self.every[token] == "<end>"

    def unask(self) -> None:
        """Nothing was kept."""


@pytest.mark.parametrize(
    ("text", "instead", "edits"),
    [
        ("We have worked of this for years.", "We have worked on this for years.", [(15, 17, "on")]),
        ("We look forward to see you soon.", "We look forward to seeing you soon.", [(19, 22, "seeing")]),
        ("They went school by bus today.", "They went to school by bus today.", [(10, 10, "to ")]),
        ("It is of course that we go.", "It is of course we go.", [(16, 21, "")]),
        ("We met here last year in May.", "We met here in May.", []),  # content
        ("We said “he go on” and left it.", "We said “he goes on” and left it.", []),  # a quotation
        ("We asked Bob for it last year.", "We asked him for it last year.", []),  # a name
        ("There were 20 of them in all.", "There were twenty of them in all.", []),  # a number
        ("I would of gone there.", "Perhaps it is better to say that all of us had been elsewhere.", []),  # a text
        ("It’s said that its late now.", "It’s said that it's late now.", [(15, 18, "it’s")]),
        ("They have been there befor noon.", "They have been there before noon.", []),  # a dictionary's to mend
        ("We ask for your help in this.", "We ask for your ideas in this.", []),  # another meaning
    ],
)
def test_what_it_would_write_is_one_small_edit_of_plain_words(
    text: str, instead: str, edits: list[tuple[int, int, str]]
) -> None:
    writer = Writer(text, instead)
    found = generate_edits(cast(LlamaModel, writer), text, writer.passage)
    assert [(c.edit.span.start, c.edit.span.end, c.edit.text) for c in found] == edits


def test_a_blank_that_a_vocabulary_puts_before_a_text_moves_no_place(tmp_path: Path) -> None:
    llama = LlamaModel(blanked("They", "was", "late").write(tmp_path / "blanked.gguf"))
    for text in ("They was late.", "They 😀 was late.", "“They was late.”"):
        (passage,) = llama.passages(text)
        assert passage.starts[-1] == len(text)
        at = text.index("was") - 1
        assert llama.piece(passage.tokens[passage.token_at(at + 1)]) == b" was"
        assert passage.starts[passage.token_at(at + 1)] == at
    assert llama.piece(llama.first(" was")) == llama.piece(llama.first("was")) == b" was"
