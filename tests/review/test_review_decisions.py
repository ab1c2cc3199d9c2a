"""What a review teaches: every decision once, and nothing that was undone or thrown away."""

from __future__ import annotations

from pathlib import Path

from review_fakes import environment, session, workspace

from localproof.config import load_settings
from localproof.review import session as review
from localproof.review.decisions import learn_from_review
from localproof.review.session import ReviewSession
from localproof.scoring.learning import read_evidence

TEXT = "Here teh one, teh two, wich three; could of four. It is more then that, then teh.\n"


def learned(home: Path, done: ReviewSession, *, discard: bool = False) -> list[tuple[str, str, str, int]]:
    file = home / "a.md"
    file.write_text(TEXT)
    with workspace(home, file) as place:
        place.texts[:] = []
        place.discarded = discard
        assert learn_from_review(place, done, environment(home)) == ""
    evidence = read_evidence(load_settings(home, {}, environment(home)).learned)
    return sorted((e.decision, e.rule, e.written, e.times) for e in evidence)


def test_every_decision_teaches_once(tmp_path: Path) -> None:
    s = review.accept(session(TEXT))
    s = review.skip(s)
    s = review.add_word(s, "user")
    s = review.ignore(s)
    s = review.undo(review.skip(s))
    s = review.ignore_alike(s)
    assert learned(tmp_path, s) == [
        ("accepted", "test/Teh", "teh", 1),
        ("alike", "test/Then", "then", 1),
        ("ignored", "test/CouldOf", "could of", 1),
        ("skipped", "test/Teh", "teh", 1),
        ("word", "test/Wich", "wich", 1),
    ]


def test_one_correction_in_many_places_counts_as_often(tmp_path: Path) -> None:
    assert learned(tmp_path, review.accept_alike(session(TEXT))) == [("accepted", "test/Teh", "teh", 3)]


def test_what_is_thrown_away_teaches_nothing(tmp_path: Path) -> None:
    assert learned(tmp_path, review.accept(session(TEXT)), discard=True) == []


def test_all_alike_are_silent_at_once_and_undone_at_once() -> None:
    s = session(TEXT, "And teh end.\n")
    assert len(review.queue(s)) == 8
    after = review.ignore_alike(s)
    assert [i.finding.rule for i in review.queue(after)] == ["test/Wich", "test/CouldOf", "test/Then", "test/Then"]
    assert after.alike == (("test/Teh", "… [[teh]] …"),)
    assert len(review.queue(review.undo(after))) == 8


def test_all_alike_is_a_line_for_the_ignores(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("Here teh one.\n")
    (tmp_path / ".git").mkdir()
    with workspace(tmp_path, file) as place:
        s = ReviewSession(pages=tuple(place.pages()))
        s, _ = place.write(review.ignore_alike(s))
        place.save(s)
    assert "test/Teh: … [[teh]] …\n" in (tmp_path / ".localproof/ignores").read_text()
