"""The rows that make a test slow speak of tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import SLOW, is_slow


@pytest.mark.parametrize("row", SLOW)
def test_a_slow_row_names_a_test_that_there_is(row: str) -> None:
    path, _, name = row.partition("::")
    source = (Path(__file__).parent / path).read_text("utf-8")
    assert re.search(rf"^(async )?def {name or 'test_'}", source, re.MULTILINE)


def test_a_row_is_a_file_or_the_beginning_of_a_name() -> None:
    assert is_slow("lsp/test_lsp.py", "test_anything")
    assert is_slow("formats/test_formats_proof.py", "test_hostile_front_matter[x]")
    assert not is_slow("formats/test_formats_proof.py", "test_places")
    assert not is_slow("lsp/test_lsp_state.py", "test_anything")
