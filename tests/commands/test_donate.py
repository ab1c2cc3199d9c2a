"""What is given away: only what was picked, as it was shown, under a licence and with consent."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from localproof.commands.donate import Dialogue
from localproof.project.donation import (
    DonatedSentence,
    hide_addresses,
    hide_name,
    read_donation,
    reviewed_corrections,
    sentences_of,
    write_donation,
)
from localproof.report import BadInput
from localproof.terminal import Terminal

FOUND = [
    DonatedSentence("Then Ann lost it's tail.", "Then Ann lost its tail."),
    DonatedSentence("It is teh end.", "It is the end."),
]


def hold(tmp_path: Path, *answers: str) -> tuple[dict[str, object] | None, str]:
    out = io.StringIO()
    said = iter(answers)
    file = tmp_path / "gift.json"
    Dialogue(Terminal(None, out, io.StringIO(), {}), lambda: next(said, None)).hold(FOUND, file)  # type: ignore[arg-type]
    return (json.loads(file.read_text("utf-8")) if file.exists() else None), out.getvalue()


def test_what_is_picked_is_given_as_it_was_shown(tmp_path: Path) -> None:
    record, said = hold(tmp_path, "r Ann", "y", "n", "cc-by", "", "A. Writer", "yes")
    assert record is not None and "perhaps names: Ann" in said and "Nothing was sent" in said
    (one,) = record["corrections"]  # type: ignore[misc]
    assert (one["before"], one["after"]) == ("Then NAME lost it's tail.", "Then NAME lost its tail.")
    assert record["statement"]["credit"] == "A. Writer" and record["statement"]["licence"] == "CC-BY-4.0"  # type: ignore[index]
    assert set(one) == {"id", "before", "after", "language", "decision", "found_by"}


@pytest.mark.parametrize(
    "answers",
    [
        ("x",),
        ("y", "x"),
        ("n", "n"),
        (),
        ("y", "y", "cc0", "no"),
        ("y", "y", "cc0"),
        ("y", "q"),
        ("q",),
    ],
)
def test_without_consent_nothing_is_written(tmp_path: Path, answers: tuple[str, ...]) -> None:
    assert hold(tmp_path, *answers)[0] is None


def test_one_can_go_back(tmp_path: Path) -> None:
    record, _ = hold(tmp_path, "y", "b", "n", "y", "cc0", "yes")
    assert record is not None
    assert [each["after"] for each in record["corrections"]] == ["It is the end."]  # type: ignore[attr-defined]


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "gift.json").write_text("mine")
    with pytest.raises(BadInput, match="there already"):
        hold(tmp_path, "y", "q", "cc0", "yes")
    assert (tmp_path / "gift.json").read_text() == "mine"


def test_sentences_hold_no_address() -> None:
    old = "Mail ann@example.org about teh end. See https://example.org/teh for more of it, please.\n"
    (correction,) = reviewed_corrections(old, old.replace("teh end", "the end"), "2026-01-01")
    (one,) = sentences_of(correction)
    assert (one.before, one.after) == ("Mail ADDRESS about teh end.", "Mail ADDRESS about the end.")
    assert hide_addresses("call 030 1234567 or @ann") == "call NUMBER or ADDRESS"
    assert hide_name(one, "Mail").after == "NAME ADDRESS about the end."


def gift() -> dict[str, object]:
    text = write_donation(FOUND, number="0" * 32, licence="cc0", credit="", date="2026-01-01", tool="x")
    made: dict[str, object] = json.loads(text)
    return made


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r.update(format="x"), "format"),
        (lambda r: r.update(version=2), "not known"),
        (lambda r: r.update(id="x"), "32 hexadecimal"),
        (lambda r: r.update(corrections=[]), "a list of 1"),
        (lambda r: r["statement"].update(licence="MIT"), "licence"),
        (lambda r: r["statement"].update(licence="CC-BY-4.0"), "credit line"),
        (lambda r: r["statement"]["consent"].update(text="yes"), "consent"),
        (lambda r: r["statement"].update(date="today"), "dates"),
        (lambda r: r["statement"].update(who=""), "who"),
        (lambda r: r["corrections"][0].update(path="/home/ann"), "more than a sentence"),
        (lambda r: r["corrections"][0].update(before="see https://example.org"), "an address"),
        (lambda r: r["corrections"][0].update(before=r["corrections"][0]["after"]), "two different"),
        (lambda r: r["corrections"][0].update(before="a\x1b[31m"), "invisible"),
        (lambda r: r["corrections"][0].update(id="1"), "id must be"),
        (lambda r: r["corrections"][0].update(decision="x"), "decision"),
        (lambda r: r["corrections"][0].update(found_by="x"), "found_by"),
        (lambda r: r["corrections"].__setitem__(0, 1), "an object"),
    ],
)
def test_a_file_that_is_not_valid_is_refused(change: object, says: str) -> None:
    record = gift()
    read_donation(json.dumps(record), "gift")
    change(record)  # type: ignore[operator]
    with pytest.raises(BadInput, match=says):
        read_donation(json.dumps(record), "gift")


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000])
def test_what_is_no_donation_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_donation(text, "gift")
