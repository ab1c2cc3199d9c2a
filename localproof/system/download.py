"""Getting one file over the network: pinned by its SHA-256, taken up where it was cut off, in place only when whole.

The only room that opens a connection to get something. It is for commands that
have said what they get, from where and how large, and were told to go on.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ..report import BadInput, Unavailable
from ..text import escape_invisible

Progress = Callable[[int], None]  # bytes that have come since the last call; negative where they were thrown away

TRIES = 3  # in a row that bring nothing
MOST_TRIES = 100
CHUNK = 64 * 1024
PATIENCE_S = 60.0
AGAIN = "try again: what has come is kept"


@dataclass(frozen=True)
class DownloadItem:
    """A file to get. `size` counts bytes; with `exact` False it is the most that the file may have."""

    name: str
    url: str
    size: int
    sha256: str
    exact: bool = True


def file_digest(path: Path, progress: Progress = lambda _: None) -> str:
    """The SHA-256 of a file in hexadecimal digits; `progress` hears of the bytes read."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
            progress(len(chunk))
    return found.hexdigest()


def download_file(wanted: DownloadItem, path: Path, progress: Progress, stop: threading.Event) -> Path:
    """The file at `path`, got if it is not there yet. Setting `stop` ends it soon.

    What has come stays beside it in ``.part`` till a later try takes it up.
    Raises Unavailable where the file cannot be had, is larger than was said or
    has another sum, and BadInput for an address that is not https (http will
    do on this machine itself).
    """
    if not _is_allowed(wanted.url):
        raise BadInput(
            f"{escape_invisible(wanted.name)}: {escape_invisible(wanted.url)} is not an https address, "
            "and nothing else is got"
        )
    if path.is_file() and path.stat().st_size <= wanted.size and file_digest(path) == wanted.sha256:
        progress(path.stat().st_size)
        return path
    part = path.with_name(f"{path.name}.part")
    _room(wanted, path.parent, part)
    _fill(wanted, part, progress, stop)
    part.replace(path)
    return path


def _fill(wanted: DownloadItem, part: Path, progress: Progress, stop: threading.Event) -> None:
    """Have all of the file in `part`, with the right sum."""
    another = f"{urlsplit(wanted.url).netloc} gives a file that is not the one that was asked for (SHA-256)"
    trouble, vain = "cannot be had", 0
    if there := _size(part):
        progress(there)
    for _ in range(MOST_TRIES):
        if stop.is_set():
            raise Unavailable(wanted.name, "stopped", AGAIN)
        before = _size(part)
        trouble = _attempt(wanted, part, progress, stop)
        if trouble:
            vain = 0 if _size(part) > before else vain + 1
            if vain == TRIES:
                break
            continue
        if file_digest(part) == wanted.sha256:
            return
        progress(-_size(part))
        part.unlink()
        if not before:  # all of it came at once and is wrong: it will be wrong again
            raise Unavailable(wanted.name, another)
        trouble = another
    raise Unavailable(wanted.name, trouble, AGAIN)


def _attempt(wanted: DownloadItem, part: Path, progress: Progress, stop: threading.Event) -> str:
    """Ask for what is missing of the file; "" where all of it is there now, else what went wrong and may go right
    another time. Raises Unavailable for what will not."""
    place = urlsplit(wanted.url).netloc
    try:
        return "" if _continue(wanted, part, progress, stop) else f"{place} ends before the file does"
    except HTTPError as error:
        if error.code == 416 and _size(part):  # there is no more to come than what is there
            return ""
        trouble = escape_invisible(f"{place} answers {error.code} {error.reason}")
        if error.code < 500:
            raise Unavailable(wanted.name, trouble) from None
        return trouble
    except (OSError, http.client.HTTPException) as error:
        why = error.reason if isinstance(error, URLError) else error
        return escape_invisible(f"cannot be had from {place}: {why}")


def _continue(wanted: DownloadItem, part: Path, progress: Progress, stop: threading.Event) -> bool:
    """Append to `part` what is still missing; whether it is as long as it should be."""
    have = _size(part)
    if wanted.exact and have == wanted.size:
        return True
    if have >= wanted.size:  # a part of something else
        progress(-have)
        part.unlink()
        have = 0
    # Nothing may be packed on the way: sizes and ranges count bytes of the file itself.
    headers = {"Accept-Encoding": "identity", "User-Agent": "localproof"}
    request = Request(wanted.url, headers=headers | ({"Range": f"bytes={have}-"} if have else {}))
    with build_opener(_SafeRedirects()).open(request, timeout=PATIENCE_S) as answer:
        appending = bool(have) and answer.status == 206 and _starts_at(answer.headers.get("Content-Range"), have)
        if have and not appending:  # it does not do ranges: from the beginning
            progress(-have)
            have = 0
        total = _total(answer.headers.get("Content-Length"), have)
        if total is not None and (total > wanted.size or (wanted.exact and total != wanted.size)):
            raise Unavailable(
                wanted.name, f"{urlsplit(wanted.url).netloc} offers {total:,} bytes, and it should be {wanted.size:,}"
            )
        with part.open("ab" if appending else "wb") as file:
            while chunk := answer.read(CHUNK):
                if stop.is_set():
                    raise OSError("stopped")
                have += len(chunk)
                if have > wanted.size:
                    raise Unavailable(wanted.name, f"more comes than the {wanted.size:,} bytes that it should be")
                file.write(chunk)
                progress(len(chunk))
            _to_disk(file)
    expected = wanted.size if wanted.exact else total
    return expected is None or have == expected


def _starts_at(said: str | None, have: int) -> bool:
    return said is None or said.replace("bytes", "").strip().startswith(f"{have}-")


def _total(said: str | None, have: int) -> int | None:
    return have + int(said) if said and said.isascii() and said.isdecimal() and len(said) < 19 else None


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _room(wanted: DownloadItem, folder: Path, part: Path) -> None:
    """Raises Unavailable where the disk has no room for the rest."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise Unavailable(wanted.name, f"{escape_invisible(str(folder))}: {error.strerror}") from None
    if (missing := wanted.size - _size(part)) > free:
        raise Unavailable(
            wanted.name,
            f"{missing / 1e6:,.0f} MB are to come, and {escape_invisible(str(folder))} has {free / 1e6:,.0f} MB free",
        )


def _is_allowed(url: str) -> bool:
    """Whether an address may be asked: over https, or on this machine itself.

    >>> _is_allowed("https://example.org/a"), _is_allowed("http://example.org/a")
    (True, False)
    >>> _is_allowed("http://127.0.0.1:80/a"), _is_allowed("file:///a")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _SafeRedirects(HTTPRedirectHandler):
    """Leads on only to https; from an address on this machine also to another one on it."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        to = urljoin(req.full_url, newurl)
        if not _is_allowed(to) or (urlsplit(req.full_url).scheme == "https" and urlsplit(to).scheme != "https"):
            raise Unavailable(
                urlsplit(req.full_url).netloc,
                f"leads on to {escape_invisible(to[:200])}, which is not https, and is not followed",
            )
        return super().redirect_request(req, fp, code, msg, headers, to)
