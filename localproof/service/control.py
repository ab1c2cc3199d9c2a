"""The service as others see it: asked, started, told of in a line, and started for the next run."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from ..config import Settings
from ..report import Unavailable
from ..terminal import Terminal
from ..text import escape_invisible
from ..text.display import one_line
from ..text.phrases import count
from ..workers import background, cpu_accounting
from ..workers.frames import from_json, to_json
from ..workers.helper_process import python
from ..workers.unix_socket import MOST, PATIENCE_S, code_fingerprint, connect, hindrance, socket_path

_A_FOLDER = "set XDG_RUNTIME_DIR or LOCALPROOF_RUNTIME_DIR to a folder of yours that is closed to others (mode 0700)"


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
        raise no_socket(env)
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
    import logging

    log = logging.getLogger(__name__)
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
        log.info("left behind, with %s", ", ".join(order["name"] for order in orders))
    except Unavailable as error:
        log.info("cannot be started: %s", error)
        if settings.service == "on":
            terminal.say(f"localproof: {error}")


def no_socket(env: Mapping[str, str]) -> Unavailable:
    """What to raise where the service cannot be had."""
    why = hindrance(env) or "the folder for its socket cannot be made"
    return Unavailable("service", escape_invisible(why), "" if sys.platform == "win32" else _A_FOLDER)


def why_not(env: Mapping[str, str], settings: Settings) -> str:
    """Why no service can or will run here, as a sentence; "" where one may."""
    if settings.service == "off" or env.get("LOCALPROOF_SERVICE") == "off":
        return " It is switched off."
    why = hindrance(env)
    return f" There can be none: {one_line(why)}." if why else ""


def status_line(env: Mapping[str, str], settings: Settings) -> str:
    """The state of the service in one line, for `doctor`."""
    told = ask(env, "status")
    if told is None or "pid" not in told:
        if settings.service != "off" and (why := hindrance(env)):
            return f"not running, and there can be none: {one_line(why)}"
        mode = {"off": "switched off", "on": "starts after the next run"}.get(settings.service, "starts when needed")
        return f"not running, {mode}"
    holds = f"holds {count(len(told['helpers']), 'helper')}, {describe_size(told['bytes'])}"
    return f"running (process {told['pid']}), {holds}"


def describe_size(count: int) -> str:
    """Bytes of memory, for people."""
    return f"{count / 1e6:,.0f} MB" if count else "memory unknown"
