"""`localproof service`: engines held ready in the background: started, stopped, told of."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..report import BadInput, Unavailable
from ..text import escape_invisible
from .arguments import Action, no_arguments

if TYPE_CHECKING:
    from ..config import Settings
    from ..terminal import Terminal

ACTIONS = {
    "start": Action("Hold the engines ready in the background", no_arguments),
    "stop": Action("End that", no_arguments),
    "status": Action("Say what is held, and its cost", no_arguments),
}
_START_S = 10.0
_STOP_S = 5.0
_NOT_RUNNING = 3


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Do what the action says; 3 where `status` finds no service."""
    from ..config import load_settings

    return control_service(args.action, load_settings(None, {}, terminal.env), terminal)


def control_service(action: str, settings: Settings, terminal: Terminal) -> int:
    """Start, stop or tell of the service; 3 where `status` finds none. Raises Unavailable."""
    from ..service.control import no_socket, why_not
    from ..workers.unix_socket import socket_path

    if socket_path(terminal.env, make=action == "start") is None:
        if action == "start":
            raise no_socket(terminal.env)
        terminal.write(f"The service is not running.{why_not(terminal.env, settings)}\n")
        return _NOT_RUNNING if action == "status" else 0
    return {"start": _start, "stop": _stop, "status": _status}[action](settings, terminal)


def _start(settings: Settings, terminal: Terminal) -> int:
    from ..service.control import ask, launch

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
    import os
    import signal

    from ..service.control import ask
    from ..workers.unix_socket import holder_pid, socket_path

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
    from ..workers.unix_socket import holder_pid, socket_path

    path = socket_path(env)
    until = time.monotonic() + _STOP_S
    while path is not None and holder_pid(path) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _status(settings: Settings, terminal: Terminal) -> int:
    from ..service.control import ask, describe_size, why_not

    told = ask(terminal.env, "status")
    if told is None or "pid" not in told:
        other = " One of another version is, which the next run replaces." if told else ""
        terminal.write(f"The service is not running.{other or why_not(terminal.env, settings)}\n")
        return _NOT_RUNNING
    about = f"process {told['pid']}, LocalProof {escape_invisible(told['version'])}, for {_span(told['up_s'])}"
    terminal.write(f"The service is running: {about}.\n")
    for held in told["helpers"]:
        terminal.write(
            f"    {escape_invisible(held['name']):<16}{describe_size(held['bytes'])}, answered {held['answered']:,}, "
            f"not used for {_span(held['unused_s'])}{_describe_options(held['options'])}\n"
        )
    rest_s = max(0.0, told["cpu_s"] - told["asked_cpu_s"])
    terminal.write(
        f"    memory          {describe_size(told['bytes'])} of at most {describe_size(told['most_bytes'])}\n"
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

    >>> _describe_options('{"dialect": "British", "enable": [], "variant": null, "picky": false, "threads": 2}')
    ': dialect British, threads 2'
    """
    from ..workers.frames import from_json

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
