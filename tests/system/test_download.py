"""One file over the network: whole, checked and in place, or not there at all. The servers are local and misbehave."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from localproof.report import BadInput, Unavailable
from localproof.system.download import DownloadItem, download_file, file_digest

CONTENT = bytes(range(256)) * 1200  # 307,200 bytes


@dataclass
class Faults:
    """How the server misbehaves: what it gives, how it lies of its length, after how many bytes it hangs up."""

    content: bytes = CONTENT
    ranges: bool = True
    cut_after: int | None = None
    cuts: int = 0
    length: int | None = None
    status: int = 200
    redirect: str = ""
    chunked: bool = False
    asked: list[str | None] = field(default_factory=list)


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        faults: Faults = self.server.faults  # type: ignore[attr-defined]
        asked = self.headers.get("Range")
        faults.asked.append(asked)
        if faults.redirect and self.path != "/there":
            self.send_response(302)
            self.send_header("Location", faults.redirect)
            self.end_headers()
            return
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked and faults.ranges else 0
        if first >= len(faults.content):
            self.send_error(416)
            return
        data = faults.content[first:]
        self.send_response(faults.status if faults.status != 200 else 206 if first else 200)
        if not faults.chunked:
            self.send_header("Content-Length", str(len(data) if faults.length is None else faults.length))
        self.end_headers()
        if faults.cut_after is not None and faults.cuts > 0:
            faults.cuts -= 1
            data = data[: faults.cut_after]
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(faults: Faults) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    server.faults = faults  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/file"
    finally:
        server.shutdown()
        server.server_close()


def wanted(url: str, *, size: int = len(CONTENT), exact: bool = True, content: bytes = CONTENT) -> DownloadItem:
    return DownloadItem("a.gguf", url, size, hashlib.sha256(content).hexdigest(), exact)


def fetched(order: DownloadItem, folder: Path, progress: Callable[[int], None] = lambda _: None) -> Path:
    return download_file(order, folder / "new" / "a.gguf", progress, threading.Event())


@pytest.mark.parametrize("exact", [True, False])
def test_a_file_is_got_checked_and_not_got_again(tmp_path: Path, exact: bool) -> None:
    faults, came = Faults(), list[int]()
    with serving(faults) as url:
        order = wanted(url, size=len(CONTENT) + (0 if exact else 500), exact=exact)
        path = fetched(order, tmp_path, came.append)
        assert path.read_bytes() == CONTENT and sum(came) == len(CONTENT)
        fetched(order, tmp_path)
    assert len(faults.asked) == 1 and [p.name for p in path.parent.iterdir()] == ["a.gguf"]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_is_cut_goes_on_where_it_was(tmp_path: Path, ranges: bool, exact: bool) -> None:
    faults, came = Faults(cut_after=100_000, cuts=1, ranges=ranges), list[int]()
    with serving(faults) as url:
        path = fetched(wanted(url, exact=exact), tmp_path, came.append)
    assert path.read_bytes() == CONTENT and sum(came) == len(CONTENT)
    assert faults.asked[0] is None and faults.asked[1] is not None and len(faults.asked) == 2


def test_what_came_before_is_taken_up_by_a_later_try(tmp_path: Path) -> None:
    faults = Faults(cut_after=0, cuts=99)
    (tmp_path / "new").mkdir()
    part = tmp_path / "new" / "a.gguf.part"
    part.write_bytes(CONTENT[:1000])
    with serving(faults) as url:
        with pytest.raises(Unavailable, match="ends before the file does") as caught:
            fetched(wanted(url), tmp_path)
        assert "what has come is kept" in caught.value.skipped.remedy and part.stat().st_size == 1000
        assert len(faults.asked) == 3
        faults.cuts = 0
        assert fetched(wanted(url), tmp_path).read_bytes() == CONTENT
    assert faults.asked[-1] == "bytes=1000-"


def test_a_part_that_was_spoilt_is_thrown_away_and_all_is_got_anew(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.gguf.part").write_bytes(b"x" * 1000)
    faults, came = Faults(), list[int]()
    with serving(faults) as url:
        assert fetched(wanted(url), tmp_path, came.append).read_bytes() == CONTENT
    assert faults.asked == ["bytes=1000-", None] and sum(came) == len(CONTENT)


@pytest.mark.parametrize("exact", [True, False])
def test_download_with_other_content_is_refused_and_not_kept(tmp_path: Path, exact: bool) -> None:
    faults = Faults()
    with serving(faults) as url, pytest.raises(Unavailable, match="not the one that was asked for"):
        fetched(wanted(url, content=b"other", exact=exact), tmp_path)
    assert list((tmp_path / "new").iterdir()) == [] and len(faults.asked) == 1


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (Faults(length=len(CONTENT) + 1), "offers 307,201 bytes"),
        (Faults(length=10), "offers 10 bytes"),
        (Faults(content=CONTENT * 2), "offers 614,400 bytes"),
        (Faults(content=CONTENT * 2, chunked=True), "more comes than the 307,200 bytes"),
        (Faults(status=404), "answers 404"),
    ],
)
def test_a_lying_length_and_a_file_too_large_are_refused(tmp_path: Path, faults: Faults, said: str) -> None:
    with serving(faults) as url, pytest.raises(Unavailable, match=said):
        fetched(wanted(url), tmp_path)
    assert not (tmp_path / "new" / "a.gguf").exists()


def test_a_server_in_trouble_is_asked_again_but_not_for_ever(tmp_path: Path) -> None:
    faults = Faults(status=503)
    with serving(faults) as url, pytest.raises(Unavailable, match="answers 503"):
        fetched(wanted(url), tmp_path)
    assert len(faults.asked) == 3


@pytest.mark.parametrize("to", ["http://example.org/a", "file:///etc/passwd", "ftp://example.org/a"])
def test_a_redirect_to_anything_but_https_is_not_followed(tmp_path: Path, to: str) -> None:
    with (
        serving(Faults(redirect=to)) as url,
        pytest.raises(Unavailable, match=r"is not https, and is not followed|is not allowed"),
    ):
        fetched(wanted(url), tmp_path)


def test_a_redirect_on_this_machine_is_followed(tmp_path: Path) -> None:
    faults = Faults()
    with serving(faults) as url:
        faults.redirect = url.replace("/file", "/there")
        assert fetched(wanted(url), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("url", ["http://example.org/a", "file:///etc/passwd", "ftp://x/a", "", "https://[bad/a"])
def test_address_without_https_is_refused_before_any_request(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match="is not an https address"):
        fetched(wanted(url), tmp_path)
    assert not (tmp_path / "new").exists()


def test_a_disk_without_room_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    faults = Faults()
    with serving(faults) as url, pytest.raises(Unavailable, match="free"):
        fetched(wanted(url, size=1 << 60), tmp_path)
    assert faults.asked == []


def test_stopping_ends_it_and_keeps_what_has_come(tmp_path: Path) -> None:
    stop = threading.Event()
    with serving(Faults()) as url, pytest.raises(Unavailable, match="stopped"):
        download_file(wanted(url), tmp_path / "a.gguf", lambda _: stop.set(), stop)
    assert (tmp_path / "a.gguf.part").stat().st_size > 0


def test_a_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    came: list[int] = []
    assert file_digest(tmp_path / "a", came.append) == hashlib.sha256(CONTENT).hexdigest() and sum(came) == len(CONTENT)
