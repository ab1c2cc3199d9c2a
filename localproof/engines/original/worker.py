"""The helper process of the original LanguageTool: ``python -P -m localproof.engines.original.worker OPTIONS``.

Speaks the HTTP interface of LanguageTool's server, on loopback with a Java of
its own, or with the server that the settings name. Answers ``{"text": …}``
with what was found, in the rows that `matches.findings` reads.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from ...workers.cpu_clock import family_cpu_ns
from ...workers.program import Program
from ...workers.serve import Late, serve
from .place import JavaInstallation, command, environment, find_installation, server_properties

TYPE_CHECKING = False  # `typing` is not imported for this: see `localproof.workers`
if TYPE_CHECKING:
    from typing import Any

SUGGESTIONS = 8  # the rest, up to thousands, is of no use to anyone
WEDGED = 6  # requests in a row that Java does not answer in time, two for a block, after which it is started anew
WORKED = 0.8  # of the limit: so much CPU time is that of somebody at work and not of one who waits
PORTS = 4  # tries to get one that nobody takes in between
START_S = 110.0
WARM = 'This is are an test of teh speller. Its rules, too, and its it\'s own grammer; "quotes" and all.'
ENDED = 70


class JavaServer:
    """LanguageTool's server in a Java of ours. It is ready once it has said so itself on its standard output, which
    it does after it has got its port: whoever else listens there was never asked anything."""

    def __init__(self, found: JavaInstallation, options: Mapping[str, Any], *flags: str) -> None:
        config = server_properties(
            found, threads=options["threads"], limit_s=options["limit_s"], ngrams=options["ngrams"]
        )
        for _ in range(PORTS):
            self.port = _free_port()
            self.program = Program(command(found, *flags, port=self.port, config=config), environment(), found.folder)
            if self.program.wait_for_line("Server started", START_S):
                return
            said = self.program.last_lines()
            self.program.kill()
            if not any("PortBindingException" in line or "Address already in use" in line for line in said):
                break
        raise RuntimeError(f"Java did not start LanguageTool: {_cause(said)}")

    def end(self) -> None:
        """End it now."""
        self.program.kill()

    def end_in_order(self, limit_s: float) -> bool:
        """Have it write what it writes at its end; whether it ended by itself within `limit_s`."""
        self.program.terminate()
        done = self.program.wait_for_exit(limit_s) is not None
        self.end()
        return done


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cause(said: tuple[str, ...]) -> str:
    """The line that tells most of a Java that ended."""
    causes = [line for line in said if line.startswith("Caused by:")]
    errors = [line for line in said if "Exception" in line or "Error" in line]
    return ([*said[-1:], *errors[-1:], *causes[-1:]] or ["it said nothing"])[-1][:300]


class ServerConnection:
    """One thread's connection with a server. Redirections are not followed: text goes where the settings say."""

    def __init__(self, url: str, limit_s: float, *, elsewhere: bool, program: Program | None = None) -> None:
        self._parts = urlsplit(url)
        self._limit_s, self._elsewhere, self._program = limit_s, elsewhere, program
        self._late = 0
        self._connection: HTTPConnection | None = None

    def ask(self, path: str, form: Mapping[str, str] | None = None) -> Any:
        """The JSON that the server answers. Raises RuntimeError for everything else, in words for the writer."""
        begun_s = self._java_s()
        try:
            status, reason, place, body = self._speak(path, form)
        except TimeoutError:
            self._drop()
            self._late += 1
            if self._program is not None and self._late >= WEDGED:
                _exit_with_java(f"Java did not answer {WEDGED} times in a row within {self._limit_s:g} s")
            raise self._too_late(begun_s) from None
        except (OSError, HTTPException) as error:
            self._drop()
            self._still_there()
            raise RuntimeError(f"the connection failed: {error or type(error).__name__}") from None
        self._late = 0
        if 300 <= status < 400:
            raise RuntimeError(f"redirects to {place or 'another place'}, which is not followed")
        if status != 200:
            said = body.decode("utf-8", "replace").strip().splitlines()
            if said and "Checking took longer than" in said[0]:
                raise self._too_late(begun_s)
            raise RuntimeError(f"answered with HTTP {status} {reason}" + (f": {said[0][:200]}" if said else ""))
        try:
            return json.loads(body)
        except ValueError:
            raise RuntimeError("gave an answer that is no JSON, or only a part of it") from None

    def _java_s(self) -> float:
        """Seconds of CPU that a Java of ours has used; 0 where it is not ours, or the system does not tell."""
        return ((family_cpu_ns(self._program.pid) or 0) if self._program else 0) / 1e9

    def _too_late(self, begun_s: float) -> Late:
        """A limit by the clock has passed. It is asked once more, with nothing beside it: then what Java has used
        meanwhile tells whether it was at work all the time."""
        worked_s = self._java_s() - begun_s
        return Late(f"took longer than {self._limit_s:g} s", measured=worked_s > WORKED * self._limit_s)

    def _speak(self, path: str, form: Mapping[str, str] | None) -> tuple[int, str, str, bytes]:
        """One question and its answer. A connection that the server closed while it was idle is opened again."""
        method, body = ("GET", None) if form is None else ("POST", urlencode(form).encode())
        for again in (True, False):
            fresh = self._connection is None
            connection = self._connection or self._connect()
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
            try:
                connection.request(method, self._parts.path.rstrip("/") + path, body, headers)
                answer = connection.getresponse()
                data = answer.read()
            except TimeoutError:
                raise
            except (OSError, HTTPException):
                self._drop()
                if fresh or not again:
                    raise
                continue
            if answer.will_close:
                self._drop()
            return answer.status, answer.reason, answer.headers.get("Location", ""), data
        raise AssertionError  # the second time round returns or raises

    def _connect(self) -> HTTPConnection:
        if self._program is not None and not self._program.is_alive():  # whoever has its port now is to hear nothing
            self._still_there()
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._limit_s)
        connection.connect()
        address = connection.sock.getpeername()[0].split("%")[0]
        if not self._elsewhere and not ip_address(address).is_loopback:  # a name that means another machine today
            connection.close()
            raise OSError(f"{self._parts.hostname} is {address}, which is not this machine")
        self._connection = connection
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _still_there(self) -> None:
        """End this process where its Java has ended."""
        if self._program is not None and self._program.wait_for_exit(0.2) is not None:
            _exit_with_java(f"Java ended: {_cause(self._program.last_lines())}")


def _exit_with_java(why: str) -> None:
    """End this process, and with it Java, so that both are started anew."""
    os.write(2, f"{why}\n".encode())
    os._exit(ENDED)


def build(options: dict[str, Any]) -> Callable[[], Callable[[dict[str, Any]], str]]:
    """Start Java, or look whether the server answers and knows the language; then a session for each thread.

    Raises RuntimeError where that cannot work.
    """
    java: JavaServer | None = None
    url = options["url"]
    if not url:
        found = find_installation(Path(options["folder"]))
        if found is None:
            raise RuntimeError("LanguageTool is not set up")
        java = JavaServer(found, options)
        url = f"http://127.0.0.1:{java.port}"
    program = java.program if java else None

    def session() -> ServerConnection:
        return ServerConnection(url, options["limit_s"], elsewhere=options["elsewhere"], program=program)

    if java is None:
        _knows(session(), options["form"]["language"])
    else:
        _warm(url, java.program, {**options["form"], "text": WARM}, options["threads"])
    ending = threading.Lock()

    def begin() -> Callable[[dict[str, Any]], str]:
        own = session()

        def answer(request: dict[str, Any]) -> str:
            if request.get("ask") == "end":
                with ending:
                    if java is not None:
                        java.end()
                return "null"
            raw = own.ask("/v2/check", {**options["form"], "text": request["text"]})
            return json.dumps({"pid": program.pid if program else 0, **_answer(raw)})

        return answer

    return begin


def _warm(url: str, program: Program, form: Mapping[str, str], threads: int) -> None:
    """Have each thread of the server build its rules, which takes seconds that no block is to be charged with. One
    that does not come to its end within the limit of a block goes on where it was, at the next try."""
    from concurrent.futures import ThreadPoolExecutor
    from time import monotonic

    until = monotonic() + START_S

    def one() -> None:
        own = ServerConnection(url, START_S, elsewhere=False, program=program)
        while True:
            try:
                own.ask("/v2/check", form)
                return
            except RuntimeError:
                if monotonic() > until:
                    raise

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(one) for _ in range(threads)]:
            done.result()


def _knows(session: ServerConnection, language: str) -> None:
    """Raise RuntimeError unless the server has rules for `language`."""
    known = session.ask("/v2/languages")
    codes = {row.get(key) for row in known if isinstance(row, dict) for key in ("longCode", "code")} if known else set()
    if language not in codes:
        raise RuntimeError(f"the server has no rules for {language}")


def _answer(raw: Any) -> dict[str, Any]:
    """Version and rows. Raises RuntimeError for an answer that is not whole, ValueError for one of another shape."""
    try:
        warnings = raw.get("warnings") or {}
        if warnings.get("incompleteResults"):
            reason = warnings.get("incompleteResultsReason") or "it does not say why"
            raise RuntimeError(f"did not read all of it: {reason}")
        version = str(raw["software"]["version"])
        return {"version": version, "matches": [_row(match) for match in raw["matches"]]}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not the answer of a LanguageTool server ({type(error).__name__}: {error})") from None


def _row(match: Mapping[str, Any]) -> dict[str, Any]:
    rule = match["rule"]
    return {
        "rule_id": rule["id"],
        "sub_id": rule.get("subId") or "",
        "message": match["message"],
        "short_message": match.get("shortMessage") or "",
        "offset": int(match["offset"]),
        "length": int(match["length"]),
        "category_id": rule.get("category", {}).get("id") or "",
        "issue_type": rule.get("issueType") or "",
        "url": (rule.get("urls") or [{}])[0].get("value", ""),
        "suggestions": [s["value"] for s in match.get("replacements", ())[:SUGGESTIONS]],
    }


def main(arguments: list[str]) -> None:
    """Serve with the options of the first argument, as JSON. Does not return."""
    options = json.loads(arguments[0])
    serve(lambda: build(options), options["threads"])


if __name__ == "__main__":
    main(sys.argv[1:])
