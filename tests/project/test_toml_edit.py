"""Settings files changed in one place: what else is in them stays, whatever it is."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.project.toml_edit import add_to_disable, assign_key
from localproof.report import BadInput

LINES = st.lists(
    st.sampled_from(
        [
            *("# mine", "", "a = 1", 'b.c = "x"', "disable = [", '  "x", # one', '  "y"', "]", "disable = []"),
            *("[t]", "[t.u]", "[[o]]", "disable = 'no'", 'model = "y"', "x = {a = 1}", 'm = """', '"""', "[[[", '"'),
        ]
    ),
    max_size=8,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "t", "t.u"]))
def test_any_file_is_changed_in_one_place_or_not_at_all(lines: list[str], end: str, table: str) -> None:
    text = end.join(lines)
    try:
        before = tomllib.loads(text.replace("\r\n", "\n"))
    except ValueError:
        for change in (lambda: add_to_disable(text, "a/B", table=table), lambda: assign_key(text, "model", "x")):
            with pytest.raises(BadInput):
                change()
        return
    try:
        after = assign_key(text, "model", "x")
        assert tomllib.loads(after.replace("\r\n", "\n")) == {**before, "model": "x"}
        assert "\r\n" not in text or "\n" not in after.replace("\r\n", "")
    except BadInput:
        pass
    try:
        added = tomllib.loads(add_to_disable(text, "a/B", table=table).replace("\r\n", "\n"))
    except BadInput:
        return
    for name in filter(None, table.split(".")):
        added, before = added[name], before[name]
    assert {k: v for k, v in added.items() if k != "disable"} == {k: v for k, v in before.items() if k != "disable"}
    assert added["disable"] == [*before.get("disable", []), "a/B"]
