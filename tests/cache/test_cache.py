"""What is kept from run to run: found again, never wrong, never in the way, for the owner's eyes alone."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof import energy
from localproof.cache import report_cache
from localproof.cache.caching_engine import CachingEngine
from localproof.cache.serialization import Unreadable, findings_to_rows, pack, rows_to_findings, unpack
from localproof.cache.store import NAME, Store
from localproof.config import Settings
from localproof.formats import read
from localproof.pipeline.checker import Checker
from localproof.pipeline.resources import Resources
from localproof.report import KINDS, Finding, Provenance, TooLong, Unavailable
from localproof.text import Edit, Span
from localproof.workers.remembered_timeouts import AGAIN_S, REMEDY, RememberedTimeouts

REPOSITORY = Path(__file__).parents[2]


class Counting:
    """An engine that flags words in "teh…", notes what it is asked, and fails with `failure` at "STUCK"."""

    name = "harper"

    failure: Unavailable = Unavailable("harper", "crashed: it was ended by SIGKILL")

    def __init__(self, key: str = "1") -> None:
        self.asked: list[str] = []
        self.started = False
        self._key = key

    def start(self) -> None:
        self.started = True

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        self.asked.append(text)
        future: Future[tuple[Finding, ...]] = Future()
        wrong = re.search(r"teh\w*", text)
        if "STUCK" in text:
            future.set_exception(self.failure)
        elif wrong:
            edit, rule = Edit(Span(*wrong.span()), "the"), "harper/SpellCheck"
            future.set_result((Finding(edit.span, rule, "why", (edit,), (rule,), "spelling"),))
        else:
            future.set_result(())
        return future

    def provenance(self) -> tuple[Provenance, ...]:
        return (Provenance("harper-py", "rules"), Provenance("Harper's dictionary", "dictionary"))

    def key(self) -> str:
        return self._key

    def pids(self) -> tuple[int, ...]:
        return ()

    def close(self) -> None:
        pass


@contextmanager
def checker_with(engine: Counting, store: Store | None, settings: Settings | None = None) -> Iterator[Checker]:
    settings = settings or Settings(profile="all")
    remembering = CachingEngine(engine, store)
    window = energy.open_window(settings)
    yield Checker(settings, resources=Resources({"harper": remembering}, window, store=store))
    if store is not None:
        store.close()


def looked_at(engine: Counting, path: Path | None, text: str, settings: Settings | None = None) -> list[str]:
    """What is found in `text` by a checker of its own, in words."""
    settings = settings or Settings(profile="all")
    with checker_with(engine, Store(path) if path else None, settings) as b:
        return [f.span.of(text) for f in b.check(read("a.md", text, settings)).findings]


# ─ blocks ─


def test_after_an_edit_only_the_block_that_changed_is_asked_about() -> None:
    engine = Counting()
    with checker_with(engine, None) as b:
        b.check(read("a.md", "One is here.\n\nTwo saw teh cat.\n", Settings()))
        again = b.check(read("a.md", "One was here.\n\nTwo saw teh cat.\n", Settings()))
    assert engine.asked == ["One is here.", "Two saw teh cat.", "One was here."]
    assert len(again.findings) == 1


def test_identical_paragraphs_are_asked_about_once(tmp_path: Path) -> None:
    class Slow(Counting):
        def submit(self, text: str) -> Future[tuple[Finding, ...]]:
            self.asked.append(text)
            return Future()  # no answer yet

    slow, quick = CachingEngine(one := Slow(), Store(tmp_path / NAME)), Counting()
    assert slow.submit("teh cat") is slow.submit("teh cat") and one.asked == ["teh cat"]
    looked_at(quick, None, "Two saw teh cat.\n\nTwo saw teh cat.\n")
    assert quick.asked == ["Two saw teh cat."]


def test_the_next_run_asks_about_nothing_and_finds_the_same(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    text = "One is here.\n\nTwo saw teh cat.\n"
    assert looked_at(first, tmp_path / NAME, text) == looked_at(second, tmp_path / NAME, text) == ["teh"]
    assert (len(first.asked), second.asked, second.started) == (2, [], False)


def test_another_profile_word_or_disabled_rule_asks_no_engine(tmp_path: Path) -> None:
    text = "Two saw teh cat.\n"
    looked_at(Counting(), tmp_path / NAME, text)
    for more in ({"words": frozenset({"teh"})}, {"disable": ("harper/*",)}, {"profile": "quiet"}):
        engine = Counting()
        looked_at(engine, tmp_path / NAME, text, Settings(**more))  # type: ignore[arg-type]
        assert engine.asked == []


def test_another_version_dialect_or_rule_of_the_engine_is_asked_anew(tmp_path: Path) -> None:
    looked_at(Counting("1"), tmp_path / NAME, "Fine.")
    engine = Counting("2")
    looked_at(engine, tmp_path / NAME, "Fine.")
    assert engine.asked == ["Fine."]


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    for _ in range(2):
        engine = Counting()
        with checker_with(engine, Store(tmp_path / NAME)) as b:
            report = b.check(read("a.txt", "STUCK here.", Settings()))
            b.check(read("a.txt", "STUCK here.", Settings()))
        assert len(report.skipped) == 1 and len(engine.asked) == 2


class GivesUp(Counting):
    """Takes too long for "STUCK"."""

    failure = TooLong("harper", "took longer than 10 s", measured=True)


class Blocked(Counting):
    """Gives no answer to "STUCK", and takes no time for that."""

    failure = TooLong("harper", "gave no answer in 60 s", measured=False)


def reasons(b: Checker, text: str) -> list[tuple[str, str]]:
    report = b.check(read("a.txt", text, Settings()))
    return [(s.reason, s.remedy) for s in report.skipped]


def test_what_was_given_up_is_not_tried_again_and_said_again(tmp_path: Path) -> None:
    engines = [GivesUp(), GivesUp()]
    said = []
    for engine in engines:
        with checker_with(engine, Store(tmp_path / NAME)) as b:
            said += [reasons(b, "STUCK here."), reasons(b, "STUCK here.")]
    assert [engine.asked for engine in engines] == [["STUCK here."], []]
    assert said == [[("line 1: took longer than 10 s", remedy)] for remedy in ("", "", REMEDY, REMEDY)]


def test_without_the_cache_it_is_tried_once_in_a_run() -> None:
    for _ in range(2):
        engine = GivesUp()
        with checker_with(engine, None) as b:
            assert reasons(b, "STUCK here.") == reasons(b, "STUCK here.") == [("line 1: took longer than 10 s", "")]
        assert engine.asked == ["STUCK here."]


def test_another_version_or_limit_is_tried_at_once(tmp_path: Path) -> None:
    for engine, limit_s in ((GivesUp("1"), 10.0), (GivesUp("2"), 10.0), (GivesUp("1"), 20.0), (GivesUp("2"), 20.0)):
        store = Store(tmp_path / NAME)
        assert CachingEngine(engine, store, limit_s).submit("STUCK").exception() is engine.failure
        store.close()


def test_what_was_only_blocked_is_tried_by_the_next_run(tmp_path: Path) -> None:
    for _ in range(2):
        engine = Blocked()
        with checker_with(engine, Store(tmp_path / NAME)) as b:
            assert reasons(b, "STUCK here.") == reasons(b, "STUCK here.") == [("line 1: gave no answer in 60 s", "")]
        assert engine.asked == ["STUCK here."]


@pytest.mark.parametrize(("later_s", "known"), [(AGAIN_S - 1, True), (AGAIN_S + 1, False), (-5.0, False)])
def test_after_a_day_it_is_tried_again(tmp_path: Path, later_s: float, known: bool) -> None:
    with_store = Store(tmp_path / NAME)
    RememberedTimeouts(10.0, with_store, lambda: 1e9).note(b"digest", GivesUp.failure)
    assert (RememberedTimeouts(10.0, with_store, lambda: 1e9 + later_s).recall(b"digest") is not None) == known
    here = RememberedTimeouts(10.0, None, iter([1e9, 1e9 + later_s]).__next__)
    here.note(b"digest", GivesUp.failure)
    assert later_s < 0 or (here.recall(b"digest") is not None) == known
    with_store.close()


@pytest.mark.parametrize("damaged", [b"", b"{}", b"[1, 2]", b'["x", "harper", "slow"]', b"\xff"])
def test_a_damaged_record_of_giving_up_is_none(tmp_path: Path, damaged: bytes) -> None:
    store = Store(tmp_path / NAME)
    given_up = RememberedTimeouts(10.0, store)
    store.put(given_up._key(b"digest"), damaged)
    assert given_up.recall(b"digest") is None
    store.close()


def test_the_provenance_says_how_much_earlier_runs_had_answered(tmp_path: Path) -> None:
    looked_at(Counting(), tmp_path / NAME, "One is here.")
    with checker_with(Counting(), Store(tmp_path / NAME)) as b:
        b.check(read("a.md", "One is here.\n\nTwo is new.", Settings()))
        facts = [p.facts for p in b.provenance()[:2]]
    assert facts == [(("from the cache", "1 of 2 blocks, answered in earlier runs"),), ()]


def test_engines_start_at_once_without_cache_else_on_first_new_block(tmp_path: Path) -> None:
    pytest.importorskip("harper")
    kept = Settings(engines=("harper",), cache_folder=tmp_path)
    with Checker(kept, at_once=False) as b:
        assert not list(b.pids())
        b.check(read("a.txt", "It rains.", kept))
        assert list(b.pids())
    with Checker(kept, at_once=False) as b:
        b.check(read("a.txt", "It rains.", kept))
        assert not list(b.pids())
    for settings, at_once in ((kept, True), (Settings(engines=("harper",)), False)):
        with Checker(settings, at_once=at_once) as b:
            b.engines["harper"].submit("Wait till it is there.").result(60)
            assert list(b.pids())


# ─ forms ─

SPANS = st.tuples(st.integers(0, 10**6), st.integers(0, 99)).map(lambda p: Span(p[0], p[0] + p[1]))
TEXTS = st.text(st.characters(), max_size=20)
FINDINGS = st.builds(
    Finding,
    span=SPANS,
    rule=TEXTS,
    message=TEXTS,
    edits=st.lists(st.builds(Edit, SPANS, TEXTS), max_size=3).map(tuple),
    source=st.lists(TEXTS, max_size=3).map(tuple),
    kind=st.sampled_from(KINDS),
    probability=st.none() | st.floats(0, 1),
    category=TEXTS,
    hints=st.lists(TEXTS, max_size=2).map(tuple),
    is_safe_fix=st.booleans(),
    agreement=st.integers(1, 3),
    variants=st.lists(TEXTS, max_size=2).map(tuple),
    short=TEXTS,
    url=TEXTS,
)


@given(st.lists(FINDINGS, max_size=4))
def test_findings_survive_being_kept(every: list[Finding]) -> None:
    assert rows_to_findings(unpack(pack(findings_to_rows(every)))) == tuple(every)


@given(st.binary(max_size=60))
def test_what_was_never_kept_is_unreadable_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(data)


@pytest.mark.parametrize(
    "raw",
    [
        [[1]],
        [None],
        7,
        [["a"] * 15],
        [[5, 1, "r", "m", [], [], "k", None, "", [], False, 1, [], "", ""]],
        [[5, 6, "r", "m", [], [], "k", None, "", [], False, 1]],  # as kept by versions without variants
    ],
)
def test_records_of_another_shape_are_unreadable(raw: object) -> None:
    with pytest.raises(Unreadable):
        rows_to_findings(raw)  # type: ignore[arg-type]


# ─ the file ─


def kept(path: Path, key: bytes, **more: object) -> bytes | None:
    store = Store(path, **more)  # type: ignore[arg-type]
    try:
        return store.get(key)
    finally:
        store.close()


def keep(path: Path, **entries: bytes) -> Store:
    store = Store(path)
    for name, value in entries.items():
        store.put(name.encode(), value)
    store.close()
    return store


def test_what_is_put_is_there_at_once_and_in_the_next_run(tmp_path: Path) -> None:
    store = Store(tmp_path / NAME)
    store.put(b"a", b"1")
    assert (store.get(b"a"), store.get(b"b")) == (b"1", None)
    store.close()
    assert (kept(tmp_path / NAME, b"a"), store.trouble) == (b"1", ())
    assert store.get(b"a") is None  # closed


@pytest.mark.skipif(os.name == "nt", reason="no such modes on Windows")
def test_many_are_looked_up_at_once(tmp_path: Path) -> None:
    every = {b"%d" % number: b"value %d" % number for number in range(1_200)}
    store = Store(tmp_path / NAME)
    for key, value in list(every.items())[:1_100]:
        store.put(key, value)
    store.close()
    store = Store(tmp_path / NAME)
    for key, value in list(every.items())[1_100:]:  # not written yet
        store.put(key, value)
    assert store.get_all([*every, b"none", b"7"]) == every and store.get_all([]) == {}
    store.close()
    assert Store(tmp_path / "none" / NAME).get_all([b"1"]) == {}


def test_what_was_put_is_written_before_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr("localproof.cache.store.time.monotonic", lambda: now_s[0])
    store = Store(tmp_path / NAME)
    store.put(b"a", b"1")
    assert kept(tmp_path / NAME, b"a") is None
    now_s[0] += 31
    store.put(b"b", b"2")
    assert kept(tmp_path / NAME, b"a") == b"1"
    store.close()


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keep(tmp_path / "cache" / NAME, a=b"1")
        other = Store(tmp_path / "cache" / NAME)
        other.put(b"b", b"2")
        other.get(b"a")
        modes = {p.name: p.stat().st_mode & 0o777 for p in (tmp_path / "cache").iterdir()}
        other.close()
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600} and (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", ["all", "head", "middle", "short"])
def test_a_damaged_file_is_begun_anew_and_that_is_said(tmp_path: Path, damage: str) -> None:
    path = tmp_path / NAME
    keep(path, **{f"{i:04}": os.urandom(200) for i in range(200)})
    whole = path.read_bytes()
    garbage = b"\xff\x00garbage " * 900
    broken = {
        "all": garbage,
        "head": garbage[:100] + whole[100:],
        "middle": whole[:4096] + garbage * 5 + whole[4096 + 5 * len(garbage) :],
        "short": whole[:-8192],
    }
    path.write_bytes(broken[damage])
    store = Store(path)
    for i in range(200):
        assert store.get(f"{i:04}".encode()) is None or damage in ("middle", "short")
    store.put(b"new", b"1")
    store.close()
    assert kept(path, b"new") == b"1"
    assert [s.reason for s in store.trouble] == [f"{NAME} was damaged and was begun anew"]


def test_a_file_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / NAME) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    before = (tmp_path / NAME).read_bytes()
    store = keep(tmp_path / NAME, a=b"1")
    assert (tmp_path / NAME).read_bytes() == before
    assert [(s.reason.split(": ")[1], s.remedy) for s in store.trouble] == [
        ("made by another program", "localproof cache clear")
    ]


@pytest.mark.parametrize(("form", "said", "value"), [(0, "begun anew", b"2"), (99, "newer LocalProof", None)])
def test_an_older_file_is_begun_anew_and_a_newer_one_left_alone(
    tmp_path: Path, form: int, said: str, value: bytes | None
) -> None:
    keep(tmp_path / NAME, a=b"1")
    with sqlite3.connect(tmp_path / NAME) as db:
        db.execute(f"PRAGMA user_version = {form}")
    db.close()
    store = keep(tmp_path / NAME, a=b"2")
    assert said in store.trouble[0].reason and kept(tmp_path / NAME, b"a") == value


@pytest.mark.parametrize("case", ["file in the way", "folder in its place", "others may write", "link"])
def test_where_it_cannot_be_kept_the_run_goes_on_and_says_so(tmp_path: Path, case: str) -> None:
    folder = tmp_path / "cache"
    if case == "file in the way":
        folder.write_text("")
    else:
        folder.mkdir(mode=0o700)
    if case == "folder in its place":
        (folder / NAME).mkdir()
    elif case == "others may write":
        folder.chmod(0o777)
    elif case == "link":
        (folder / NAME).symlink_to(tmp_path / "elsewhere")
    engine = Counting()
    with checker_with(engine, Store(folder / NAME)) as b:
        run = b.check_all([read("a.md", "Saw teh cat.", Settings())])
    assert len(list(run.findings())) == 1
    assert [s.what for s in run.skipped] == ["cache"] and "is not used: " in run.skipped[0].reason
    assert not (tmp_path / "elsewhere").exists()


FULL = """
import resource, sys
from pathlib import Path
from localproof.cache.store import Store
store = Store(Path(sys.argv[1]))
store.put(b"before", b"1")
store.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
store = Store(Path(sys.argv[1]))
for i in range(20_000):
    store.put(b"%d" % i, bytes(200))
print(store.get(b"before"), store.get(b"1"), [s.reason for s in store.trouble])
store.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no limits on Windows")
def test_a_full_disk_ends_the_keeping_and_nothing_else(tmp_path: Path) -> None:
    code = [sys.executable, "-c", FULL, str(tmp_path / NAME)]
    done = subprocess.run(code, capture_output=True, text=True, cwd=REPOSITORY, timeout=60)
    assert done.stderr == ""
    assert done.stdout.startswith(f"b'1' None ['nothing more is kept in {NAME}: ")
    assert kept(tmp_path / NAME, b"before") == b"1"


def test_it_never_grows_beyond_its_limit_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    path, most = tmp_path / NAME, 400_000
    for day in range(12):
        store = Store(path, most_bytes=most, today=lambda day=day: day)  # type: ignore[misc]
        store.get(b"always")
        for i in range(600):
            store.put(f"{day}.{i}".encode(), os.urandom(100))
        store.put(b"always", b"1")
        store.close()
        assert path.stat().st_size <= most and store.trouble == ()
    assert kept(path, b"always") == b"1" and kept(path, b"11.599") is not None and kept(path, b"0.0") is None


def test_what_is_used_stays_young(tmp_path: Path) -> None:
    keep(tmp_path / NAME, a=b"1")
    later = Store(tmp_path / NAME, today=lambda: 99_999)
    later.get(b"a")
    later.close()
    with sqlite3.connect(tmp_path / NAME) as db:
        assert db.execute("SELECT day FROM kept").fetchall() == [(99_999,)]
    db.close()


WRITER = """
import sys
from pathlib import Path
from localproof.cache.store import Store
store = Store(Path(sys.argv[1]))
for i in range(4_000):
    key = b"%d" % i
    if store.get(key) is None:
        store.put(key, key * 20)
store.close()
print([s.reason for s in store.trouble])
"""


def test_runs_at_the_same_time_share_it(tmp_path: Path) -> None:
    code = [sys.executable, "-c", WRITER, str(tmp_path / NAME)]
    running = [subprocess.Popen(code, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) for _ in range(3)]
    assert [p.communicate(timeout=60)[0] for p in running] == ["[]\n"] * 3
    store = Store(tmp_path / NAME)
    assert all(store.get(b"%d" % i) == b"%d" % i * 20 for i in range(4_000))
    store.close()


def test_a_damaged_entry_is_asked_about_again(tmp_path: Path) -> None:
    looked_at(Counting(), tmp_path / NAME, "Saw teh cat.")
    with sqlite3.connect(tmp_path / NAME) as db:
        db.execute("UPDATE kept SET value = x'00'")
    db.close()
    engine = Counting()
    assert looked_at(engine, tmp_path / NAME, "Saw teh cat.") == ["teh"] and engine.asked
    engine = Counting()
    assert looked_at(engine, tmp_path / NAME, "Saw teh cat.") == ["teh"] and not engine.asked


def test_the_texts_themselves_are_not_kept(tmp_path: Path) -> None:
    looked_at(Counting(), tmp_path / NAME, "My secret is teh treasure under the oak.")
    with sqlite3.connect(tmp_path / NAME) as db:
        ((key, value, _),) = db.execute("SELECT * FROM kept").fetchall()
    db.close()
    assert len(key) == 32 and "treasure" not in str(unpack(value))


# ─ the command ─


def localproof(folder: Path, *arguments: str, stdin: str = "") -> tuple[str, str]:
    env = {**os.environ, "LOCALPROOF_CACHE_DIR": str(folder), "LOCALPROOF_CONFIG_DIR": str(folder)}
    code = [sys.executable, "-m", "localproof", *arguments]
    done = subprocess.run(code, input=stdin, capture_output=True, text=True, env=env, cwd=REPOSITORY, timeout=120)
    return done.stdout, done.stderr


def test_the_command_tells_of_the_cache_and_clears_it(tmp_path: Path) -> None:
    assert localproof(tmp_path, "cache", "info") == (f"{tmp_path / NAME}\nnothing is kept there yet\n", "")
    localproof(tmp_path, "--engine", "harper", "--no-cache", stdin="It rains.")
    assert not (tmp_path / NAME).exists()
    keep(tmp_path / NAME, a=b"1")
    told = localproof(tmp_path, "cache", "info")[0].splitlines()
    assert told[0] == str(tmp_path / NAME) and told[1].startswith("1 entry, 0.0 MiB of 256 MiB at most")
    assert localproof(tmp_path, "cache", "clear")[0] == f"{tmp_path / NAME}: removed\n"
    assert localproof(tmp_path, "cache", "clear")[0] == f"{tmp_path / NAME}: there was nothing to remove\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="no such modes on Windows")
def test_clearing_makes_a_folder_writable_by_others_usable_again(tmp_path: Path) -> None:
    tmp_path.chmod(0o775)
    assert "others may write" in keep(tmp_path / NAME, a=b"1").trouble[0].reason
    told = localproof(tmp_path, "cache", "clear")[0].splitlines()
    assert told[1] == f"{tmp_path}: others could write there, and now cannot"
    assert keep(tmp_path / NAME, a=b"1").trouble == () and kept(tmp_path / NAME, b"a") == b"1"
    assert tmp_path.stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(os.name == "nt", reason="no such modes on Windows")
def test_clearing_leaves_a_folder_for_all_to_all(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    assert len(localproof(tmp_path, "cache", "clear")[0].splitlines()) == 1
    assert tmp_path.stat().st_mode & 0o7777 == 0o1777


def test_clearing_removes_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"not a database at all" * 100)
    assert localproof(tmp_path, "cache", "clear")[0].endswith(": removed\n")


def test_all_that_a_report_depends_on_is_in_its_key() -> None:
    package = Path(report_cache.__file__).parents[1]
    names = {path.relative_to(package).as_posix() for path in report_cache._code_and_data()}
    data = {path.relative_to(package).as_posix() for path in (package / "scoring").iterdir() if path.suffix == ".bin"}
    assert data | {"scoring/coefficients.json", "models/tagger.py", "formats/markdown.py", "report.py"} <= names
    heads = [(package / name).read_bytes()[:10_000].partition(b"\n")[0] for name in data]
    assert all(b"sha256" in head for head in heads)  # which is all that is read of them
