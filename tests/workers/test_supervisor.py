"""Helper processes: answers find their questions, the guilty are told from the innocent, and nothing is left behind."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, wait
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.energy.clocks import CpuTally, machine_clocks
from localproof.energy.meter import Machine
from localproof.report import Unavailable
from localproof.workers.frames import LIMIT, from_json, read_frames, to_json, write_frame
from localproof.workers.helper_process import STDERR_KEPT, HelperProcess, python
from localproof.workers.supervisor import FRUITLESS, WorkerSupervisor

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).parents[1] / "misbehaving_worker.py"
posix = pytest.mark.skipif(os.name != "posix", reason="signals and /proc")
linux = pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")


def command(threads=2, *more):
    return [sys.executable, "-P", str(SCRIPT), str(ROOT), str(threads), *map(str, more)]


@contextlib.contextmanager
def worker(threads=2, *more, limit_s=10.0, start_limit_s=30.0):
    opened = WorkerSupervisor(
        "checker", command(threads, *more), threads=threads, limit_s=limit_s, start_limit_s=start_limit_s
    )
    try:
        yield opened
    finally:
        opened.close()


def ask(opened, *texts):
    return [opened.submit({"text": text}) for text in texts]


def answers(futures):
    return [future.result(20) for future in futures]


def reason(future):
    with pytest.raises(Unavailable) as caught:
        future.result(20)
    assert caught.value.skipped.what == "checker"
    return caught.value.skipped.reason


def lives(pid):
    """Whether the process runs; a zombie that nobody reaps does not count as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def runs(pid):
    """Whether the process runs and is more than the entry of a dead one whose new parent has yet to reap it."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return sys.platform != "linux" and lives(pid)


def eventually(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


# Answers


def test_each_of_two_hundred_questions_gets_its_own_answer():
    with worker(3) as opened:
        texts = [f"block {i} \N{GRINNING FACE}\0\u2028" for i in range(200)]
        assert answers(ask(opened, *texts)) == texts


def test_questions_from_many_threads_all_get_their_answers():
    got = {}

    def run(n):
        got[n] = answers(ask(opened, *(f"{n} {i}" for i in range(40))))

    with worker(2) as opened:
        threads = [threading.Thread(target=run, args=(n,)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert got == {n: [f"{n} {i}" for i in range(40)] for n in range(5)}


def test_questions_run_beside_each_other():
    with worker(2) as opened:
        answers(ask(opened, "warm"))
        slow, quick = ask(opened, "sleep 5", "quick")
        assert quick.result(4) == "quick"
        assert not slow.done()


def test_no_more_questions_are_with_the_child_than_it_has_threads():
    with worker(1) as opened:
        answers(ask(opened, "warm"))
        first, second = ask(opened, "sleep 0.3", "second")
        assert first.running() and not second.running()
        assert answers([first, second]) == ["sleep 0.3", "second"]


def test_a_question_that_is_cancelled_while_it_waits_is_never_asked(tmp_path):
    tally = tmp_path / "tally"
    with worker(1) as opened:
        first, second, third = ask(opened, "sleep 0.2", f"tally {tally}", "third")
        assert second.cancel()
        assert answers([first, third]) == ["sleep 0.2", "third"]
    assert not tally.exists()


def test_what_the_child_prints_and_reads_does_not_touch_the_frames():
    with worker(1) as opened:
        assert answers(ask(opened, "print", "after")) == ["print", "after"]


def test_a_flood_on_standard_error_neither_blocks_nor_grows():
    with worker(1) as opened:
        assert answers(ask(opened, "noise", "after")) == ["noise", "after"]
        assert len(opened._child._last_words) <= STDERR_KEPT


def test_a_lone_surrogate_is_refused_before_it_is_sent():
    with worker(1) as opened, pytest.raises(UnicodeEncodeError):
        opened.submit({"text": "\ud800"})


# The guilty and the innocent


@linux
@pytest.mark.parametrize(
    ("stuck", "said"),
    [
        ("work 60", "took longer than 0.5 s"),
        ("spin", "took longer than 0.5 s"),
        ("sleep 60", "gave no answer in 3 s"),
        ("hold 60", "gave no answer in 3 s"),
    ],
)
@pytest.mark.parametrize("start", ["well", "growing"])
def test_a_stuck_question_is_ended_at_its_limit_and_says_so(stuck, said, start):
    with worker(2, start, limit_s=0.5) as opened:
        answers(ask(opened, "warm"))
        bad, *rest = ask(opened, stuck, *map(str, range(20)))
        assert reason(bad) == said
        assert bad.exception().measured == said.startswith("took")
        assert answers(rest) == list(map(str, range(20)))


@linux
def test_on_a_busy_machine_nothing_that_takes_little_is_given_up():
    spinning = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(spinning) for _ in range(4)]
    try:
        with worker(2, limit_s=1.0) as opened:
            texts = ["work 0.4", "sleep 1.5"] * 3
            assert answers(ask(opened, *texts)) == texts
    finally:
        for other in others:
            other.kill()
            other.wait()


@linux
def test_a_question_that_sleeps_beside_one_that_spins_is_not_blamed():
    with worker(2, limit_s=0.5) as opened:
        answers(ask(opened, "warm"))
        good, bad = ask(opened, "sleep 0.8", "work 60")
        assert reason(bad) == "took longer than 0.5 s"
        assert answers([good]) == ["sleep 0.8"]


@linux
def test_what_several_cores_work_out_may_take_more_of_their_time():
    opened = WorkerSupervisor("checker", command(1), limit_s=1.0, cores=4)
    assert answers(ask(opened, "work 1.3")) == ["work 1.3"]
    opened.close()


def test_wall_clock_limit_is_doubled_where_cpu_time_is_unavailable(monkeypatch):
    monkeypatch.setattr("localproof.workers.supervisor.family_cpu_ns", lambda pid: None)
    with worker(1, limit_s=0.5) as opened:
        good, bad = ask(opened, "sleep 0.7", "work 60")
        assert reason(bad) == "gave no answer in 1 s"
        assert answers([good]) == ["sleep 0.7"]


def test_time_limit_counts_from_sending_a_question_not_from_asking():
    with worker(1, limit_s=1.0) as opened:
        texts = ["sleep 0.3"] * 6
        assert answers(ask(opened, *texts)) == texts


def test_what_was_held_up_by_a_stuck_neighbour_is_not_blamed():
    with worker(2, limit_s=0.5) as opened:
        answers(ask(opened, "warm"))
        good, bad = ask(opened, "sleep 0.1", "spin")
        assert reason(bad) == "took longer than 0.5 s"
        assert answers([good]) == ["sleep 0.1"]


def test_what_ran_beside_a_stuck_question_is_asked_again():
    with worker(2, limit_s=1.0) as opened:
        answers(ask(opened, "warm"))
        (bad,) = ask(opened, "work 60")
        time.sleep(0.6)
        (good,) = ask(opened, "sleep 0.7")  # still running when the child is ended
        assert reason(bad) == "took longer than 1 s"
        assert answers([good]) == ["sleep 0.7"]


@posix
def test_a_segmentation_fault_costs_only_the_question_that_caused_it():
    with worker(2) as opened:
        texts = list(map(str, range(30)))
        before, bad, after = ask(opened, *texts), *ask(opened, "segfault"), ask(opened, *texts)
        assert "SIGSEGV" in reason(bad)
        assert answers(before + after) == texts + texts


def test_two_that_crash_are_both_found_among_many():
    with worker(3) as opened:
        futures = ask(opened, "1", "exit", "2", "exit", "3")
        assert "status 3" in reason(futures[1])
        assert "status 3" in reason(futures[3])
        assert answers(futures[::2]) == ["1", "2", "3"]


def test_a_crash_that_does_not_come_again_is_forgiven(tmp_path):
    with worker(2) as opened:
        text = f"once {tmp_path / 'mark'}"
        assert answers(ask(opened, text)) == [text]


def test_a_panic_is_named_and_its_neighbours_are_answered():
    with worker(2) as opened:
        futures = ask(opened, "sleep 0.2", "panic", "after")
        assert reason(futures[1]) == "crashed: Panic: index out of bounds"
        assert answers(futures[::2]) == ["sleep 0.2", "after"]


def test_a_refusal_does_not_cost_the_child_its_life():
    with worker(1) as opened:
        first, bad, second = ask(opened, "pid", "refuse", "pid")
        assert reason(bad) == "ValueError: cannot read this"
        assert first.result() == second.result(20)


@posix
def test_child_killed_while_idle_is_replaced_when_it_is_needed():
    with worker(1) as opened:
        (pid,) = answers(ask(opened, "pid"))
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: opened.pids() == ())
        (new,) = answers(ask(opened, "pid"))
        assert new != pid and opened.pids() == (new,)


def test_repeated_crashes_refuse_waiting_questions_but_not_later_ones():
    with worker(1) as opened:
        futures = ask(opened, *["exit"] * (FRUITLESS + 4), "good")
        wait(futures, 20)
        assert all(isinstance(future.exception(), Unavailable) for future in futures)
        assert "again and again" in reason(futures[-1])
        assert answers(ask(opened, "good")) == ["good"]


# Starting


def test_three_crashes_at_the_start_fail_everything_from_then_on(tmp_path):
    tally = tmp_path / "tally"
    with worker(2, "crash", tally) as opened:
        futures = ask(opened, "1", "2", "3")
        assert {reason(f) for f in futures} == {"ended with status 3: no memory for it (3 starts)"}
        assert reason(*ask(opened, "4")) == reason(futures[0])
        assert opened.pids() == ()
    assert tally.read_text() == "started\n" * 3


def test_a_child_that_says_it_is_unable_is_not_started_again(tmp_path):
    tally = tmp_path / "tally"
    with worker(2, "unable", tally) as opened:
        assert {reason(f) for f in ask(opened, "1", "2")} == {"no data directory found"}
    assert tally.read_text() == "started\n"


def test_a_child_that_is_not_ready_in_time_is_given_up():
    with worker(1, "slow", start_limit_s=0.5) as opened:
        assert reason(*ask(opened, "1")) == "was not ready within 0.5 s"
        assert opened.pids() == ()


@linux
def test_a_child_that_gets_on_with_its_start_is_waited_for():
    with worker(1, "hard", start_limit_s=1.0) as opened:
        assert answers(ask(opened, "1")) == ["1"]


@linux
def test_a_child_whose_start_takes_its_limit_of_cpu_time_is_given_up():
    with worker(1, "endless", start_limit_s=0.5) as opened:
        assert reason(*ask(opened, "1")) == "was not ready within 0.5 s"


def test_a_child_that_speaks_no_frames_is_given_up():
    with worker(1, "garbage") as opened:
        assert "3 starts" in reason(*ask(opened, "1"))


def test_a_program_that_is_not_there_is_a_reason_and_no_error():
    opened = WorkerSupervisor("checker", ["/nonexistent/python"])
    assert "cannot be started" in reason(*ask(opened, "1"))
    opened.close()


def test_a_module_that_is_not_there_is_named():
    opened = WorkerSupervisor("checker", python("localproof.no_such_module"))
    assert "ModuleNotFoundError: No module named 'localproof.no_such_module'" in reason(*ask(opened, "1"))
    opened.close()


def test_no_module_comes_from_the_folder_that_the_writer_is_in(tmp_path, monkeypatch):
    for name in ("importlib", "json", "harper", "localproof"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'taken')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    with HelperProcess(python("localproof.engines.worker", "harper", "not JSON")) as child:
        assert list(child.frames()) == []
    assert "JSONDecodeError" in child.exit_reason()
    assert not (tmp_path / "taken").exists()


# Ending


@linux
def test_closing_while_busy_is_prompt_and_leaks_nothing():
    def counted():
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    with worker(1) as opened:  # whatever the first use imports and opens for good
        answers(ask(opened, "warm"))
    before = counted()
    opened = WorkerSupervisor("checker", command(2), threads=2)
    answers(ask(opened, "warm"))
    futures = ask(opened, "sleep 60", "hold 60", "waiting")
    (pid,) = opened.pids()
    began = time.monotonic()
    opened.close()
    assert time.monotonic() - began < 5
    assert {reason(f) for f in futures} == {"was closed"}
    assert not lives(pid)
    assert counted() == before


def test_closing_twice_is_harmless_and_later_questions_are_refused():
    opened = WorkerSupervisor("checker", command(1))
    opened.close()
    opened.close()
    assert reason(*ask(opened, "1")) == "was closed"


def test_a_future_may_close_the_worker_that_answers_it():
    opened = WorkerSupervisor("checker", command(1))
    first, second = ask(opened, "1", "sleep 60")
    first.add_done_callback(lambda _: opened.close())
    assert reason(second) == "was closed"


def test_closing_right_after_opening_leaves_no_process():
    for _ in range(20):
        opened = WorkerSupervisor("checker", command(1))
        opened.close()
        assert opened.pids() == ()


@linux
def test_the_child_outlives_the_thread_that_opened_the_worker():
    made = []
    thread = threading.Thread(target=lambda: made.append(WorkerSupervisor("checker", command(1))))
    thread.start()
    thread.join()
    (pid,) = answers(ask(made[0], "pid"))
    time.sleep(0.2)
    assert answers(ask(made[0], "pid")) == [pid]
    made[0].close()


def test_the_child_ends_when_its_input_closes_even_while_it_is_busy():
    with HelperProcess(command(1)) as child:
        frames = child.frames()
        assert from_json(next(frames)) == {"ready": True}
        child.send(to_json({"id": 1, "text": "sleep 60"}))
        child._process.stdin.close()
        last_resort = threading.Timer(10, child.kill)
        last_resort.start()
        assert list(frames) == []
        last_resort.cancel()
    assert child.exit_reason() == "ended with status 0"


@linux
def test_grown_child_is_replaced_without_losing_or_repeating_answers(tmp_path):
    tally = tmp_path / "tally"
    with worker(2, "growing", tally) as opened:
        asked = ask(opened, *("grow 8" if number % 4 == 0 else f"text {number}" for number in range(60)))
        given = answers(asked)
        pids = given[::4]
        assert [each for number, each in enumerate(given) if number % 4] == [f"text {n}" for n in range(60) if n % 4]
        assert len(set(pids)) > 2
        assert tally.read_text().count("started") >= len(set(pids))


@linux
def test_the_processor_time_of_children_that_made_way_counts():
    with worker(1, "growing") as opened:
        tally = CpuTally(machine_clocks(Machine("linux")), opened.pids)
        answers(ask(opened, "work 0.3", "grow 40", "text"))
        (second,) = opened.pids()
        answers(ask(opened, "work 0.3", "grow 40", "text"))
        assert opened.pids() != (second,)
        assert tally.used_s()[1] > 0.6


@linux
def test_a_child_that_makes_way_is_no_failure():
    with worker(1, "growing") as opened:
        for _ in range(2 * FRUITLESS):
            assert answers(ask(opened, "grow 40", "text"))[1] == "text"


def test_the_time_of_what_the_child_holds_ahead_counts_once_it_begins():
    with worker(1, limit_s=1.0) as opened:
        assert answers(ask(opened, *["work 0.7"] * 4)) == ["work 0.7"] * 4


@pytest.mark.parametrize("what", ["exit", "panic", "spin"])
def test_what_the_child_holds_ahead_is_innocent_of_its_end(what, tmp_path):
    tally = tmp_path / "tally"
    with worker(1, limit_s=1.0) as opened:
        first, bad, *others = ask(opened, "one", what, *[f"tally {tally}"] * 8)
        assert answers([first, *others]) == ["one", *[f"tally {tally}"] * 8]
        assert reason(bad)
    assert tally.read_text() == "asked\n" * 8  # each once


def test_a_thread_that_is_asked_nothing_rests_once():
    """Till it is asked again: what rests does not wake up to rest."""
    with worker(1) as opened:
        assert answers(ask(opened, "rested")) == [0]
        assert eventually(lambda: answers(ask(opened, "rested")) != [0] or time.sleep(1.5))
        time.sleep(2.5)
        assert answers(ask(opened, "rested")) <= [2]


PARENT = """
import sys, time
sys.path.append(sys.argv[1])
from localproof.workers.supervisor import WorkerSupervisor
opened = WorkerSupervisor("checker", sys.argv[3:], threads=2, limit_s=float(sys.argv[2]))
opened.submit({"text": "warm"}).result()
print(*opened.pids(), flush=True)
try:
    for line in sys.stdin:
        print(opened.submit({"text": line.strip()}).result(), flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@contextlib.contextmanager
def parent(limit_s=60.0):
    """Another process that opens a worker; gives it and the pid of its child."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    line = [sys.executable, "-P", "-c", PARENT, str(ROOT), str(limit_s), *command(2)]
    with subprocess.Popen(line, text=True, bufsize=1, start_new_session=True, **pipes) as process:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@linux
@pytest.mark.parametrize("busy", ["", "sleep 60\n", "hold 60\n"])
def test_the_child_dies_with_a_parent_that_is_killed(busy):
    with parent() as (process, pid):
        assert runs(pid)
        process.stdin.write(busy)
        process.stdin.flush()
        time.sleep(0.1)
        process.kill()
        assert eventually(lambda: not runs(pid))


@linux
def test_the_child_dies_with_a_parent_that_forgot_to_close():
    with parent() as (process, pid):
        process.stdin.close()
        assert process.wait(10) == 0
        assert eventually(lambda: not runs(pid))
        assert process.stderr.read() == ""


@posix
def test_an_interrupt_from_the_keyboard_is_the_parents_alone():
    with parent() as (process, pid):
        process.stdin.write("sleep 60\n")
        process.stdin.flush()
        time.sleep(0.2)
        assert os.getsid(pid) != os.getsid(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "interrupted\n"
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
        assert eventually(lambda: not runs(pid))


@posix
def test_a_parent_that_was_stopped_does_not_blame_its_child():
    with parent(limit_s=1.0) as (process, _):
        process.stdin.write("sleep 2.2\n")
        process.stdin.flush()
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(1.6)
        os.kill(process.pid, signal.SIGCONT)  # late, but not by its own doing
        assert process.stdout.readline() == "sleep 2.2\n"


# Frames


@given(st.lists(st.binary(max_size=50)))
def test_frames_come_out_as_they_went_in(bodies):
    pipe = io.BytesIO()
    for body in bodies:
        write_frame(pipe, body)
    pipe.seek(0)
    assert list(read_frames(pipe)) == bodies


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1), st.data())
def test_a_stream_that_breaks_off_gives_only_whole_frames(bodies, data):
    pipe = io.BytesIO()
    for body in bodies:
        write_frame(pipe, body)
    whole = pipe.getvalue()
    got = list(read_frames(io.BytesIO(whole[: data.draw(st.integers(0, len(whole) - 1))])))
    assert got == bodies[: len(got)] and len(got) < len(bodies)


def test_a_frame_that_is_too_long_ends_the_stream_before_it_is_read():
    assert list(read_frames(io.BytesIO((LIMIT + 1).to_bytes(4, "big") + b"x"))) == []


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers() | st.text(max_size=5)))
def test_json_comes_back_as_it_was(value):
    with contextlib.suppress(UnicodeEncodeError):
        assert from_json(to_json(value)) == value


def test_what_is_no_json_object_is_a_value_error():
    for body in (b"", b"[1]", b"{", b"\xff"):
        with pytest.raises(ValueError):
            from_json(body)


def test_a_future_is_a_real_one():
    with worker(1) as opened:
        assert isinstance(*ask(opened, "1"), Future)


def test_a_child_is_of_the_localproof_that_started_it(tmp_path):
    (tmp_path / "localproof").mkdir()
    (tmp_path / "localproof" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(python("localproof.text"), capture_output=True, text=True, env=env)
    assert "the wrong one" not in done.stderr
    assert "has no attribute 'main'" in done.stderr
