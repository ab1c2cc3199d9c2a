"""Language servers as an editor meets them: how soon findings come, and whether a text stays what the editor has."""

from __future__ import annotations

import json
import os
import queue
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from . import product
from .machine import memory_of

_PATIENCE_S = 60.0
_EDITS = 60
URI = "file:///nowhere/bench/text.md"


@dataclass(frozen=True)
class Server:
    """A language server to measure: the command, what it wants to hear when it starts and when it asks, and what its
    environment says."""

    name: str
    command: Sequence[str]
    options: Mapping[str, Any]
    section: Any
    env: Mapping[str, str] = field(default_factory=dict)


class Client:
    """A small editor: one text, everything that the server says with the moment it came."""

    def __init__(self, server: Server, folder: Path) -> None:
        env = {
            **os.environ,
            "LOCALPROOF_CONFIG_DIR": str(folder / "config"),
            "LOCALPROOF_CACHE_DIR": str(folder / "cache"),
            "LOCALPROOF_SERVICE": "off",
            **server.env,
        }
        self._section = server.section
        self.process = subprocess.Popen(server.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        self._heard: queue.Queue[tuple[float, dict[str, Any]] | None] = queue.Queue()
        self._asked = 0
        self.version = 0
        self.complaints: list[str] = []  # what the server said went wrong
        threading.Thread(target=self._listen, daemon=True).start()
        unit = {"general": {"positionEncodings": ["utf-32", "utf-16"]}}
        able = {**unit, "workspace": {"configuration": True}, "textDocument": {"publishDiagnostics": {}}}
        told = {
            "processId": os.getpid(),
            "rootUri": None,
            "capabilities": able,
            "initializationOptions": server.options,
        }
        about = self.ask("initialize", told)["result"]["capabilities"]
        self.unit = about.get("positionEncoding", "utf-16")
        sync = about.get("textDocumentSync", {})
        self.states = "localproof.state" in about.get("executeCommandProvider", {}).get("commands", ())
        self.incremental = (sync.get("change") if isinstance(sync, dict) else sync) == 2
        self.tell("initialized", {})

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not line:
                self._heard.put(None)
                return
            message = json.loads(stream.read(length))
            if "method" in message and "id" in message:
                wanted = message["method"] == "workspace/configuration"
                answer = [self._section for _ in message["params"]["items"]] if wanted else None
                self._send({"id": message["id"], "result": answer})
            else:
                said = str(message.get("params", {}).get("message", "")) if "method" in message else ""
                if "failed" in said or "Error" in said:
                    self.complaints.append(said)
                self._heard.put((time.monotonic(), message))

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method: str, params: Any) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> dict[str, Any]:
        """A request, and its answer."""
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        return self.until(lambda m: m.get("id") == self._asked)[1]

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> tuple[float, dict[str, Any]]:
        """The next message that is `wanted`, and when it came."""
        end = time.monotonic() + _PATIENCE_S
        while (got := self._heard.get(timeout=max(0.01, end - time.monotonic()))) is not None:
            if wanted(got[1]):
                return got
        raise SystemExit("a language server ended in the middle of a measurement")

    def open(self, text: str) -> float:
        """Open the text; the moment it was sent."""
        self.version = 1
        about = {"uri": URI, "languageId": "markdown", "version": 1, "text": text}
        begun = time.monotonic()
        self.tell("textDocument/didOpen", {"textDocument": about})
        return begun

    def change(self, line: int, column: int, to_line: int, to_column: int, text: str, whole: str = "") -> float:
        """An edit between two positions; the moment it was sent. `whole` goes to a server that wants all the text."""
        self.version += 1
        place = {"start": {"line": line, "character": column}, "end": {"line": to_line, "character": to_column}}
        change = {"range": place, "text": text} if self.incremental else {"text": whole}
        about = {"uri": URI, "version": self.version}
        begun = time.monotonic()
        self.tell("textDocument/didChange", {"textDocument": about, "contentChanges": [change]})
        return begun

    def shown(self) -> tuple[float, list[dict[str, Any]]]:
        """The next diagnostics for the text as it is now, and when they came."""

        def ours(message: dict[str, Any]) -> bool:
            if message.get("method") != "textDocument/publishDiagnostics":
                return False
            version = message["params"].get("version")
            return version is None or bool(version == self.version)

        when, message = self.until(ours)
        return when, message["params"]["diagnostics"]

    def calm(self, quiet_s: float = 2.0) -> None:
        """Wait until the text is checked, as far as the server tells, and nothing has been said for `quiet_s`."""
        while self.states:
            asked = {"command": "localproof.state", "arguments": [URI]}
            if self.ask("workspace/executeCommand", asked)["result"]["checked"]:
                break
            time.sleep(0.2)
        while True:
            try:
                self._heard.get(timeout=quiet_s)
            except queue.Empty:
                return

    def end(self) -> None:
        """Say goodbye."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(20)


def servers() -> Iterator[Server]:
    """LocalProof with both engines, with Harper alone, and with the model that comes along; and harper-ls where it is
    installed."""
    ours = [*product.COMMAND, "lsp"]
    yield Server("localproof lsp", ours, {"debounceMs": 0}, None)
    yield Server("localproof lsp, Harper alone", ours, {"debounceMs": 0}, None, {"LOCALPROOF_ENGINES": "harper"})
    yield Server("localproof lsp, with its debounce of 250 ms", ours, {}, None)
    both = {"LOCALPROOF_MODEL": "bundled"}
    yield Server("localproof lsp, with both models", ours, {"debounceMs": 0}, None, both)
    yield Server("the same, with its debounce of 250 ms", ours, {}, None, both)
    if found := shutil.which("harper-ls"):
        yield Server("harper-ls", [found, "--stdio"], {}, {"harper-ls": {}})


def lsp(files: list[Path], _: int) -> Iterator[str]:
    """A long Markdown text in an editor: from opening it to the first findings, and from a typed word to the next."""
    text = _long(files, 10_000)
    yield f"### In an editor: a Markdown text of {len(text.split()):,} words, {_EDITS} words typed\n"
    yield "| server | opened: first findings | one word typed: median | p95 | memory of all its processes |"
    yield "|---|---|---|---|---|"
    for server in servers():
        with tempfile.TemporaryDirectory() as folder:
            first_s, times, memory = _measured(Client(server, Path(folder)), text)
        ordered = sorted(times)
        p95 = ordered[int(0.95 * (len(ordered) - 1))]
        typed = f"{1000 * median(times):.0f} ms | {1000 * p95:.0f} ms"
        yield f"| {server.name} | {first_s:.2f} s | {typed} | {memory / 2**20:.0f} MiB |"
    if not shutil.which("harper-ls"):
        yield "| harper-ls | not installed | | | |"


def _long(files: list[Path], words: int) -> str:
    """The prose of `files`, one after the other, without front matter, to about `words` words."""
    parts: list[str] = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        parts.append(text.split("\n---\n", 1)[-1] if text.startswith("---\n") else text)
        if sum(len(p.split()) for p in parts) >= words:
            break
    text = "\n\n".join(parts)
    ends = [m.end() for m in re.finditer(r"\S+", text)]
    return text[: ends[min(words, len(ends)) - 1]] + "\n"


def _measured(client: Client, text: str) -> tuple[float, list[float], int]:
    """Seconds from opening to the first findings, seconds for each word typed, bytes of memory at the end."""
    begun = client.open(text)
    when, found = client.shown()
    while not found:  # a server may begin by saying that there is nothing yet
        when, found = client.shown()
    first_s = when - begun
    client.calm()
    lines = text.split("\n")
    prose = [i for i, line in enumerate(lines) if line[:1].isalpha() and line.isascii() and len(line.split()) > 12]
    chance = random.Random(1)
    times = []
    for _ in range(_EDITS):
        line = chance.choice(prose)
        at = lines[line].index(" ", len(lines[line]) // 2) if " " in lines[line][len(lines[line]) // 2 :] else 0
        lines[line] = lines[line][:at] + " indeed" + lines[line][at:]
        sent = client.change(line, at, line, at, " indeed", "\n".join(lines))
        times.append(client.shown()[0] - sent)
        time.sleep(0.3)  # a second message for the same state, if there is one, is not the next one's
    memory = memory_of(client.process.pid)
    client.end()
    return first_s, times, memory
