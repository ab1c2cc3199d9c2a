"""The resident service: engines that stay built, and small runs that are answered in the time of a blink.

Two things are served. *Helpers*: whoever runs engines asks
`workers.pooled_worker` for a helper process and gets one that is already built; adapters, scoring
and rendering stay with who asked. *Whole runs*: a pipe or a few small files are
sent, with arguments, folder and environment, to a process that was forked
from one with everything loaded, and that runs the same `cli.main` on them.

Measured before this was settled (two cores, one paragraph, medians): Python
10 ms; imports, parsing, formats, scoring and rendering together 95 ms more, of
which imports that could be put off were 15; asking warm engines 10; a socket
and what the engines say of themselves 20. Helpers alone so end above the
100 ms that were wanted; with whole runs it is Python, a socket, a fork of
2 ms and the work itself.

- `fast_client`: what a small run asks before anything else is loaded;
- `host`: the process that holds the helpers, answers the socket and ends itself; start reading there;
- `worker_pool`: the helpers, by what they were asked to be, and what they cost;
- `fork_server`: the process that whole runs are forked from, and such a run;
- `power`: whether the machine runs on its battery;
- here: start, stop and status, for the command line.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from ..config import Settings
from ..report import BadInput, Unavailable
from ..terminal import Terminal
from ..text import escape_invisible
from ..workers import background, cpu_accounting
from ..workers.frames import from_json, to_json
from ..workers.helper_process import python
from ..workers.unix_socket import MOST, PATIENCE_S, code_fingerprint, connect, holder_pid, socket_path

ACTIONS = ("start", "stop", "status")
_START_S = 10.0
_STOP_S = 5.0
NOT_RUNNING = 3
_NO_DOOR = Unavailable(
    "service",
    "there is no private folder for its socket here, or the system has no Unix sockets",
    "set XDG_RUNTIME_DIR or LOCALPROOF_RUNTIME_DIR to a folder of yours that is closed to others (mode 0700)",
)


def command(action: str, settings: Settings, terminal: Terminal) -> int:
    """`localproof service start|stop|status`; the exit status, 3 where status finds none. Raises Unavailable."""
    if socket_path(terminal.env, make=action == "start") is None:
        if action == "start":
            raise _NO_DOOR
        terminal.write("The service is not running.\n")
        return NOT_RUNNING if action == "status" else 0
    return {"start": _start, "stop": _stop, "status": _status}[action](settings, terminal)


def ask(env: Mapping[str, str], want: str) -> dict[str, Any] | None:
    """What the service answers to a `want` without more to it; None where there is none."""
    path = socket_path(env)
    line = connect(path) if path is not None else None
    if line is None:
        return None
    with line:
        try:
            line.send(to_json({"hello": code_fingerprint(), "want": want}))
            return from_json(line.receive(MOST, PATIENCE_S))
        except (OSError, ValueError):
            return None


def launch(settings: Settings, env: Mapping[str, str], orders: list[dict[str, Any]]) -> None:
    """Start a service in the background that builds the helpers of `orders`. Raises Unavailable.

    Where one of this installation runs already, the new one sees that and ends.
    """
    path = socket_path(env, make=True)
    if path is None:
        raise _NO_DOOR
    told = {
        "code": code_fingerprint(),
        "path": os.fspath(path),
        "idle_s": settings.service_minutes * 60,
        "most_bytes": settings.service_megabytes * 10**6,
        "orders": orders,
    }
    try:
        background.start(python("localproof.service.__main__", json.dumps(told)), env)
    except OSError as error:
        raise Unavailable("service", f"cannot be started: {error.strerror}") from None


def keep_warm(settings: Settings, terminal: Terminal) -> None:
    """At the end of a run that had to build engines itself: start a service, so that the next one need not.

    With "auto" not where ``CI`` is set: nothing comes after such a run. Where
    it cannot be had, that is said only if the settings insist on it.
    """
    env = terminal.env
    orders = cpu_accounting.own_workers()
    if not orders or settings.service == "off" or (settings.service == "auto" and env.get("CI")):
        return
    try:
        told = ask(env, "status")
        if told is not None and "other" not in told:  # it runs, and did not want to hold what we asked for
            return
        if told is not None:
            ask(env, "stop")
        launch(settings, env, orders)
    except Unavailable as error:
        if settings.service == "on":
            terminal.say(f"localproof: {error}")


def status_line(env: Mapping[str, str], settings: Settings) -> str:
    """The state of the service in one line, for `doctor`."""
    told = ask(env, "status")
    if told is None or "pid" not in told:
        mode = {"off": "switched off", "on": "starts after the next run"}.get(settings.service, "starts when needed")
        return f"not running, {mode}"
    return f"running (process {told['pid']}), holds {_count(len(told['helpers']), 'helper')}, {_bytes(told['bytes'])}"


def _start(settings: Settings, terminal: Terminal) -> int:
    told = ask(terminal.env, "status")
    if told is not None and "other" in told:
        ask(terminal.env, "stop")
        _wait_for_end(terminal.env)
    elif told is not None:
        terminal.write(f"The service is running already (process {told['pid']}).\n")
        return 0
    launch(settings, terminal.env, [])
    begun = time.monotonic()
    while (told := ask(terminal.env, "status")) is None or "pid" not in told:
        if time.monotonic() - begun > _START_S:
            raise Unavailable("service", f"did not answer within {_START_S:.0f} s", "see its log: service status")
        time.sleep(0.05)
    terminal.write(f"The service is running (process {told['pid']}).\n")
    return 0


def _stop(settings: Settings, terminal: Terminal) -> int:
    path = socket_path(terminal.env)
    pid = holder_pid(path) if path is not None else None
    if pid is None:
        terminal.write("The service is not running.\n")
        return 0
    ask(terminal.env, "stop")
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            os.kill(pid, number)  # it holds the lock, so the number is still its own
        if _wait_for_end(terminal.env):
            terminal.write("The service has stopped.\n")
            return 0
    raise BadInput(f"the service, process {pid}, does not end")


def _wait_for_end(env: Mapping[str, str]) -> bool:
    path = socket_path(env)
    until = time.monotonic() + _STOP_S
    while path is not None and holder_pid(path) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _status(settings: Settings, terminal: Terminal) -> int:
    told = ask(terminal.env, "status")
    if told is None or "pid" not in told:
        other = " One of another version is, which the next run replaces." if told else ""
        terminal.write(f"The service is not running.{other}\n")
        return NOT_RUNNING
    about = f"process {told['pid']}, LocalProof {escape_invisible(told['version'])}, for {_span(told['up_s'])}"
    terminal.write(f"The service is running: {about}.\n")
    for held in told["helpers"]:
        terminal.write(
            f"    {escape_invisible(held['name']):<16}{_bytes(held['bytes'])}, answered {held['answered']:,}, "
            f"not used for {_span(held['unused_s'])}{_describe_options(held['options'])}\n"
        )
    rest_s = max(0.0, told["cpu_s"] - told["asked_cpu_s"])
    terminal.write(
        f"    memory          {_bytes(told['bytes'])} of at most {_bytes(told['most_bytes'])}\n"
        f"    runs            {told['runs']:,} answered whole\n"
        f"    CPU time        {told['cpu_s']:.1f} s: {told['asked_cpu_s']:.1f} s attributed to those who asked, "
        f"{rest_s:.1f} s for building engines and waiting\n"
        f"    energy          {escape_invisible(told['energy'])}\n"
        f"    ends            when not used for {_span(told['idle_s'])}"
        + (", as the machine is on battery\n" if told["on_battery"] else "\n")
        + f"    log             {escape_invisible(told['log'])}\n"
    )
    return 0


def _describe_options(options: str) -> str:
    """What a helper was asked to be, in words: each option that says something.

    >>> _told('{"dialect": "British", "enable": [], "variant": null, "picky": false, "threads": 2}')
    ': dialect British, threads 2'
    """
    try:
        values = from_json(options.encode())
    except ValueError:
        return f": {escape_invisible(options)}" if options else ""
    said = [
        name if value is True else f"{name} {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in values.items()
        if value or (value == 0 and value is not False)
    ]
    return f": {escape_invisible(', '.join(said))}" if said else ""


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _bytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB" if count else "memory unknown"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
