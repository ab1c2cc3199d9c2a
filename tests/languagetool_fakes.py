"""A LanguageTool server that misbehaves as it is told. For faults only: what is right is asked of the real one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

WHOLE = {"software": {"version": "0.0"}, "warnings": {"incompleteResults": False}, "matches": []}
LANGUAGES = [{"name": "English (US)", "code": "en", "longCode": "en-US"}]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200, json.dumps(LANGUAGES).encode())

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        text = form["text"][0]
        self.server.seen.append(text)  # type: ignore[attr-defined]
        if "SLOW" in text:
            self.server.over.wait(20)  # type: ignore[attr-defined]
            self.answer(200, json.dumps(WHOLE).encode())
        elif "BROKEN" in text:
            self.answer(500, b"Error: something went wrong")
        elif "TRUNCATED" in text:
            self.answer(200, json.dumps(WHOLE).encode()[:30])
        elif "SHORT" in text:
            self.answer(200, b'{"matches"', length=500)
        elif "DIES" in text:
            self.close_connection = True
            self.connection.close()
        elif "INCOMPLETE" in text:
            warnings = {"incompleteResults": True, "incompleteResultsReason": "out of time"}
            self.answer(200, json.dumps({**WHOLE, "warnings": warnings}).encode())
        elif "OTHER" in text:
            self.answer(200, b'{"answer": 42}')
        elif "AWAY" in text:
            self.answer(307, b"", ("Location", "http://192.0.2.1:8081/v2/check"))
        else:
            self.answer(200, json.dumps(WHOLE).encode())

    def answer(self, status: int, body: bytes, *headers: tuple[str, str], length: int = 0) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)
        if length:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def misbehaving() -> Iterator[tuple[str, list[str]]]:
    """(address, the texts that came so far) of a server that misbehaves by the words of what it is asked."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.seen, server.over = [], threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.seen  # type: ignore[attr-defined]
    finally:
        server.over.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()
