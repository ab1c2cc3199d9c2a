"""The review in a real terminal: what is on the screen, and that the terminal is as before however the review ends."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
HARD = (
    "# 日本語 and teh title\n\n"
    "A tab\there, teh שלום עולם, 👩‍👩‍👧 and wich cafe\u0301 漢字漢字漢字.\n\n" + "long line " * 200 + "teh end of it.\n"
)
# The review of a file with the quick stand-in for the engines; "crash" makes a check fail after the first.
PROGRAM = """
import sys, os
sys.path[:0] = [{tests!r}, {repository!r}]
import review_fakes
from localproof.review.program import run_screen
from pathlib import Path
checks = 0
def find(document):
    global checks
    checks += 1
    if "crash" in sys.argv and checks > 1:
        raise RuntimeError("the check broke")
    return review_fakes.find(document)
workspace = review_fakes.workspace(Path(sys.argv[1]), Path(sys.argv[1], "a.md"), restart=True)
workspace._finder = find
with workspace:
    run_screen(workspace, str, colour=not os.environ.get("NO_COLOR"))
"""


class Pane:
    """A terminal of its own, which tmux draws."""

    def __init__(self, home: Path, size: tuple[int, int], command: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tmux")  # a socket's path must be short
        self._tmux = ["tmux", "-S", str(Path(self._folder.name, "s")), "-f", "/dev/null"]
        script = f"stty -g > before; {command}; echo ENDED $?; stty -g > after; sleep 60"
        wide, high = map(str, size)
        env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        run = [*self._tmux, "-u", "new-session", "-d", "-x", wide, "-y", high, "-c", str(home), script]
        subprocess.run(run, check=True, env=env)

    def ask(self, *command: str) -> str:
        return subprocess.run([*self._tmux, *command], check=True, capture_output=True, text=True).stdout

    def press(self, *keys: str) -> None:
        for key in keys:
            self.ask("send-keys", key)

    def until(self, *wanted: str) -> str:
        """What is on the screen once all that is `wanted` is there."""
        return self.wait(lambda text: all(w in text for w in wanted), f"{wanted} was not to be seen")

    def wait(self, is_there: Callable[[str], bool], otherwise: str) -> str:
        end = time.monotonic() + 30
        text = ""
        while time.monotonic() < end:
            text = self.ask("capture-pane", "-p")
            if is_there(text):
                return text
            time.sleep(0.05)
        pytest.fail(f"{otherwise}:\n{text}")

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)
        self._folder.cleanup()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Pane]]:
    if shutil.which("tmux") is None:
        if os.environ.get("LOCALPROOF_TEST_REQUIRE") == "all":
            pytest.fail("tmux is not installed")
        pytest.skip("tmux is not installed")
    panes: list[Pane] = []

    def open_(size: tuple[int, int] = (80, 24), *arguments: str, env: str = "", text: str = HARD) -> Pane:
        (tmp_path / "a.md").write_text(text)
        (tmp_path / "program.py").write_text(
            PROGRAM.format(tests=str(REPOSITORY / "tests"), repository=str(REPOSITORY))
        )
        command = shlex.join([sys.executable, "program.py", str(tmp_path), *arguments])
        panes.append(Pane(tmp_path, size, f"{env} {command}"))
        return panes[-1]

    yield open_
    for pane in panes:
        pane.close()


def restored(pane: Pane, home: Path) -> bool:
    """Whether the terminal is as it was before."""
    pane.until("ENDED")
    end = time.monotonic() + 5
    while not (home / "after").exists() or not (home / "after").read_text():
        assert time.monotonic() < end
        time.sleep(0.02)
    state = pane.ask("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}").split()
    return (home / "before").read_text() == (home / "after").read_text() and state == ["0", "1", "0"]


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 12)])
def test_a_review_from_the_first_screen_to_the_last_word(
    opened: Callable[..., Pane], tmp_path: Path, size: tuple[int, int]
) -> None:
    pane = opened(size, env="NO_COLOR=1")
    assert "日本語 and [-teh-] {+the+} title" in pane.until("[-teh-]", "accept").replace("\n  ", " ")
    pane.press("1")
    pane.until("A tab here, [-teh-]", "שלום")
    pane.press("2")
    pane.until("[-wich-]")
    pane.press("s")
    pane.until("long line [-teh-] {+the+} end of") if size[0] > 40 else pane.until("[-teh-]", "end of")
    pane.press("e", "x", "Enter")
    pane.until("Every finding is decided")
    pane.press("q")
    pane.until("Not written yet")
    pane.press("w")
    assert restored(pane, tmp_path)
    expected = HARD.replace("teh title", "the title").replace("teh שלום", "tea שלום").replace("teh end", "tehx end")
    assert (tmp_path / "a.md").read_text() == expected


def test_colours_are_used_only_where_they_are_allowed(opened: Callable[..., Pane]) -> None:
    pane = opened(text="It is teh end.\n")
    pane.until("teh", "accept")
    assert "31m" in pane.ask("capture-pane", "-p", "-e")
    pane.close()
    plain = opened(env="NO_COLOR=1", text="It is teh end.\n")
    plain.until("teh", "accept")
    drawn = plain.ask("capture-pane", "-p", "-e")
    assert not any(f"{code}m" in drawn for code in ("31", "32", "90"))
    assert "[-teh-" in plain.ask("capture-pane", "-p")


def test_the_terminal_is_restored_after_a_crash(opened: Callable[..., Pane], tmp_path: Path) -> None:
    pane = opened((80, 24), "crash", text="It is teh end.\n")
    pane.until("teh", "accept")
    pane.press("1")
    assert restored(pane, tmp_path)
    assert "the check broke" in pane.ask("capture-pane", "-p", "-S", "-50")
    assert (tmp_path / "a.md").read_text() == "It is teh end.\n"


def test_the_terminal_is_restored_after_sigterm(opened: Callable[..., Pane], tmp_path: Path) -> None:
    pane = opened(text="It is teh end.\n")
    pane.until("teh", "accept")
    pid = pane.ask("display-message", "-p", "#{pane_pid}").strip()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(children[0]), 15)
    assert restored(pane, tmp_path)
    pane.until("ENDED 143")


def test_a_window_that_changes_its_size_is_filled_again(opened: Callable[..., Pane]) -> None:
    pane = opened((80, 24), env="NO_COLOR=1")
    pane.until("teh", "accept")
    pane.ask("resize-window", "-x", "50", "-y", "15")
    pane.wait(
        lambda t: "accept" in t and "undo redo" not in t.splitlines()[0] and len(t.splitlines()) <= 15, "no change"
    )
    pane.ask("resize-window", "-x", "120", "-y", "40")
    pane.until("undo redo", "editor")


def test_the_command_itself_reviews_with_an_engine(opened: Callable[..., Pane], tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("We came to teh end.\n")
    env = f"LOCALPROOF_STATE_DIR={tmp_path}/state LOCALPROOF_CONFIG_DIR={tmp_path}/config LOCALPROOF_CACHE=off"
    command = shlex.join([sys.executable, "-m", "localproof", "review", "--engine", "harper", "post.md"])
    pane = Pane(tmp_path, (80, 24), f"cd {shlex.quote(str(tmp_path))}; PYTHONPATH={REPOSITORY} {env} {command}")
    try:
        pane.until("accept", "Harper")
        pane.press("1", "q", "w")
        assert restored(pane, tmp_path)
        text = pane.until("1 accepted", "1 of 5 words changed (20.0 %)", "written: post.md")
        assert "energy" in text
    finally:
        pane.close()
    assert (tmp_path / "post.md").read_text() == "We came to the end.\n"
