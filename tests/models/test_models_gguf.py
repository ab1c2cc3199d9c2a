"""The reader of GGUF headers: what it makes of a sound file, and that nothing a file says of itself can hurt it."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from gguf_fakes import KEYS, TENSORS, gguf, text, tiny, value
from hypothesis import given
from hypothesis import strategies as st

from localproof.models import gguf as reader
from localproof.report import Unavailable


def refused(data: bytes, folder: Path) -> str:
    path = folder / "spoilt.gguf"
    path.write_bytes(data)
    with pytest.raises(Unavailable) as caught:
        reader.read(path)
    assert "\n" not in str(caught.value)
    return caught.value.skipped.reason


@pytest.mark.parametrize("version", reader.VERSIONS)
def test_a_sound_file_says_what_it_is(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(gguf(KEYS, TENSORS, version=version))
    header = reader.read(path)
    assert (header.version, header.tensors, header.parameters) == (version, 2, 12)
    assert header.text("general.name") == "Tiny" and header.number("llama.context_length") == 128
    assert header.keys["tokenizer.ggml.tokens"] is None  # too long to be kept
    assert header.size == path.stat().st_size


def test_training_data_is_read_in_both_forms(tmp_path: Path) -> None:
    listed = reader.read(tiny(tmp_path / "a.gguf", {"general.datasets": ["x/one", "x/two"]}, ()))
    assert listed.datasets() == ("x/one", "x/two")
    numbered = {
        "general.dataset.count": 2,
        "general.dataset.1.repo_url": "https://example.org/two",
        "general.dataset.0.name": "One",
    }
    assert reader.read(tiny(tmp_path / "b.gguf", numbered, ())).datasets() == ("One", "https://example.org/two")


def test_a_file_that_says_nothing_says_nothing(tmp_path: Path) -> None:
    header = reader.read(tiny(tmp_path / "a.gguf", {}, ()))
    assert header.text("general.license") == "" and header.datasets() == () and header.numbered("base_model") == ()


def test_every_truncation_of_a_sound_file_is_refused(tmp_path: Path) -> None:
    whole = gguf({**KEYS, "tokenizer.ggml.tokens": ["a", "b"]}, TENSORS)
    last = len(whole) - 24  # what follows the last tensor's bytes is padding
    for end in range(last):
        assert refused(whole[:end], tmp_path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "does not begin as one"),
        (b"PK\3\4" * 20, "does not begin as one"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60), "keys"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "tensors"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 63), "a key is"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IQ", 8, 1 << 62), "a text is"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 4, 1 << 40), "an array has"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", 99), "type that the form does not"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 9,
            "nest",
        ),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + (text("k") + value(1)) * 2, "there twice"),
        (gguf({"general.alignment": 3}), "power of two"),
        (gguf({"general.alignment": "x"}), "power of two"),
        (gguf({}, [("a", (4,), 0, b"\0" * 16)] * 2), "there twice"),
        (gguf({}, [("a", (1 << 40, 1 << 40), 0, b"")]), "values"),
        (gguf({}, [("a", (0,), 0, b"")]), "values"),
        (gguf({}, [("a", (), 0, b"")]), "dimensions"),
        (gguf({}, [("a", (1,) * 9, 0, b"\0" * 4)]), "dimensions"),
        (gguf({}, [("a", (32,), 77, b"\0" * 4)]), "type that is not known"),
        (gguf({}, [("a", (31,), 8, b"\0" * 34)]), "begin or end"),
        (gguf({}, [("a", (1 << 20,), 0, b"\0" * 64)]), "truncated"),
        (gguf({}, [("a", (32,), 0, b"\0" * 64), ("b", (8,), 0, b"\0" * 32)]), "overlap"),
    ],
)
def test_a_file_that_lies_is_refused_with_the_reason(tmp_path: Path, data: bytes, said: str) -> None:
    assert said in refused(data, tmp_path)


def test_many_small_texts_do_not_fill_the_memory(tmp_path: Path) -> None:
    keys = {f"k{i}": ["x" * 1000] * 900 for i in range(10)}
    assert "says more than" in refused(gguf(keys), tmp_path)


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.gguf"
    os.mkfifo(pipe)
    with pytest.raises(Unavailable, match="not a regular file"):
        reader.read(pipe)
    with pytest.raises(Unavailable, match="cannot be read"):
        reader.read(tmp_path / "none.gguf")


def test_what_a_file_says_does_not_reach_the_terminal_as_it_is(tmp_path: Path) -> None:
    said = refused(gguf({}, [("\x1b[31m\nred", (32,), 77, b"\0" * 4)]), tmp_path)
    assert "\x1b" not in said and "\n" not in said


@given(st.binary(max_size=400))
def test_any_bytes_give_a_header_or_one_clear_refusal(data: bytes) -> None:
    _either(b"GGUF" + data)


@given(st.data())
def test_a_spoilt_file_gives_a_header_or_one_clear_refusal(data: st.DataObject) -> None:
    whole = bytearray(gguf({**KEYS, "tokenizer.ggml.tokens": ["a", "b"]}, TENSORS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    _either(bytes(whole))


def _either(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.gguf")
        path.write_bytes(data)
        try:
            header = reader.read(path)
        except Unavailable as error:
            assert error.skipped.reason and "\n" not in error.skipped.reason
        else:
            assert header.tensors <= reader.MOST_TENSORS and len(header.keys) <= reader.MOST_KEYS
