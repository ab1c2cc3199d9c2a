"""JSON-RPC 2.0 as the Language Server Protocol frames it: messages in, answers out, whatever the other side does.

Our own, not pygls's, whose types take half a second to import, leave a
message unanswered for one value that they do not know, and end when the last
of its threads wishes to. Of methods only `exit` and `$/cancelRequest` are
known here.

Two threads read and write, so that a slow or silent editor never holds up the
event loop, and a busy event loop never hides that the editor has gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from functools import partial
from queue import SimpleQueue
from typing import Any, Protocol

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
NOT_INITIALIZED, CANCELLED = -32002, -32800

_LAST_ANSWERS_S = 0.2  # at the end, for what was asked before
_LAST_WORDS_S = 0.3  # for what is still to be written
_CHUNK = 1 << 16
_LONGEST_HEADER = 1 << 16  # bytes
_LONGEST_BODY = 1 << 28  # bytes; what is longer is skipped
_MOST_UNREAD = 1 << 26  # bytes that wait to be written, after which nobody is taken to read
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,18})", re.IGNORECASE)


class ResponseError(Exception):
    """A request that is answered with an error: ours, or one that the other side sent."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidParams(ResponseError):
    """What came with a message cannot be understood."""

    def __init__(self, message: str) -> None:
        super().__init__(INVALID_PARAMS, message)


class Peer(Protocol):
    """Who deals with messages. All but `ending` are called in the event loop's thread, in the order of the messages."""

    async def request(self, method: str, params: Any) -> Any:
        """The answer, of JSON's types. Raises ResponseError; any other exception is an internal error."""
        ...

    async def notification(self, method: str, params: Any) -> None:
        """As `request`, with nobody to answer."""
        ...

    def unreadable(self, why: str) -> None:
        """A message came that could not be read at all."""
        ...

    def failed(self, method: str, error: BaseException) -> None:
        """The notification or request `method` went wrong in a way that nobody is told; "" for other work."""
        ...

    def ending(self) -> None:
        """`run` is to return: `exit` was said, the input ended, or nobody reads any more. Called in another thread, and
        at once, whatever the event loop is busy with."""
        ...


def frames(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """The bodies in a stream of bytes that comes in any pieces; None for one that is too long. Lines that are no
    header, and headers that say no length, are passed over."""
    stream = _Buffer(iter(chunks))
    length: int | None = None
    while (line := stream.line()) is not None:
        if found := _LENGTH.fullmatch(line):
            length = int(found[1])
        elif length is not None and not line:
            body = stream.take(length)
            if body is None:
                return
            yield body if length <= _LONGEST_BODY else None
            length = None


class _Buffer:
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._held = chunks, bytearray()

    def _more(self) -> bool:
        chunk = next(self._chunks, b"")
        self._held += chunk
        return bool(chunk)

    def line(self) -> bytes | None:
        """The next line without its end; None at the end of the stream. What never ends is cut."""
        looked = 0
        while (end := self._held.find(b"\n", looked)) < 0 and len(self._held) < _LONGEST_HEADER:
            looked = len(self._held)
            if not self._more():
                return None
        end = end if end >= 0 else len(self._held) - 1
        line = bytes(self._held[: end + 1]).strip()
        del self._held[: end + 1]
        return line

    def take(self, length: int) -> bytes | None:
        """The next `length` bytes, b"" in place of too many; None where the stream ends before."""
        left = length
        while left > _LONGEST_BODY:
            left -= len(self._held)
            self._held.clear()
            if not self._more():
                return None
        while len(self._held) < left:
            if not self._more():
                return None
        body = bytes(self._held[:left])
        del self._held[:left]
        return body if length <= _LONGEST_BODY else b""


def message_of(body: bytes) -> Any:
    """What a body says. NaN and the infinities, which JSON does not have, are null, and a number that is too large for
    a float is the largest. Raises ValueError for what is no JSON."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=lambda _: None, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _finite(digits: str) -> float:
    return min(max(float(digits), -sys.float_info.max), sys.float_info.max)


class RpcConnection:
    """One other side, on a pair of file descriptors. All methods but `end` and `close` are called in the event loop's
    thread."""

    def __init__(self, stdin: int, stdout: int) -> None:
        self._stdin, self._stdout = stdin, stdout
        if sys.platform != "win32":  # what starts us may have left them otherwise
            os.set_blocking(self._stdin, True)
            os.set_blocking(self._stdout, True)
        self._over = asyncio.Event()
        self._numbers = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Any]] = {}
        self._running: dict[Any, asyncio.Task[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._outgoing: SimpleQueue[bytes | None] = SimpleQueue()
        self._given = self._written = 0  # bytes; each is counted by one thread
        self._writer = threading.Thread(target=self._write, name="localproof-writing", daemon=True)

    async def run(self, peer: Peer) -> None:
        """Deal with messages until the end has come; what can be answered at once still is."""
        self._peer, self._loop = peer, asyncio.get_running_loop()
        self._writer.start()
        threading.Thread(target=self._read, name="localproof-reading", daemon=True).start()
        await self._over.wait()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=_LAST_ANSWERS_S)

    def close(self) -> None:
        """Let what is still to be written be written, for a moment. Called when `run` has returned, or never will."""
        self._outgoing.put(None)
        if self._writer.is_alive():
            self._writer.join(_LAST_WORDS_S)

    # ── to the other side ──

    def notify(self, method: str, params: Any) -> None:
        """Tell something."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> asyncio.Future[Any]:
        """Ask something; the future gives the result or raises ResponseError. It may never be resolved."""
        number = f"localproof-{next(self._numbers)}"
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        self._send({"id": number, "method": method, "params": params})
        return answer

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False).encode("ascii")
        self._given += len(body)
        self._outgoing.put(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        if self._given - self._written > _MOST_UNREAD:
            self.end()

    def _write(self) -> None:
        try:
            while (data := self._outgoing.get()) is not None:
                left = memoryview(data)
                while left:
                    left = left[os.write(self._stdout, left) :]
                self._written += len(data)
        except OSError:  # closed by the other side
            self.end()

    # ── from the other side ──

    def _read(self) -> None:
        for body in frames(iter(self._chunk, b"")):
            try:
                if body is None:
                    raise ValueError("too long")
                message = message_of(body)
            except ValueError as error:
                self._post(partial(self._take_unreadable, str(error)))
                continue
            if isinstance(message, dict) and message.get("method") == "exit":
                break
            self._post(partial(self._take, message))
        self.end()

    def _chunk(self) -> bytes:
        try:
            return os.read(self._stdin, _CHUNK)
        except OSError:  # a terminal that was hung up, say
            return b""

    def end(self) -> None:
        """Have `run` return. May be called in any thread."""
        self._peer.ending()
        self._post(self._over.set)

    def _post(self, work: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(work)

    def _take_unreadable(self, why: str) -> None:
        self._answer(None, error=ResponseError(PARSE_ERROR, f"not readable as JSON: {why}"))
        self._peer.unreadable(why)

    def _take(self, message: Any) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("method", ""), str):
            number = message.get("id") if isinstance(message, dict) else None
            self._answer(_valid_id(number), error=ResponseError(INVALID_REQUEST, "not a message of JSON-RPC"))
        elif "method" not in message:
            self._take_answer(message)
        elif "id" in message:
            self._take_request(message["id"], message["method"], message.get("params"))
        elif message["method"] == "$/cancelRequest":
            self._cancel(message.get("params"))
        else:
            self.spawn(self._peer.notification(message["method"], message.get("params")), message["method"])

    def _take_request(self, number: Any, method: str, params: Any) -> None:
        if number is not None and _valid_id(number) is None:
            self._answer(None, error=ResponseError(INVALID_REQUEST, "an id is a number or a string"))
            return
        task = asyncio.get_running_loop().create_task(self._peer.request(method, params))
        self._running[number] = task
        task.add_done_callback(partial(self._finish_request, number, method))

    def _finish_request(self, number: Any, method: str, task: asyncio.Task[Any]) -> None:
        if self._running.get(number) is task:
            del self._running[number]
        if task.cancelled():
            self._answer(number, error=ResponseError(CANCELLED, "cancelled"))
        elif isinstance(error := task.exception(), ResponseError):
            self._answer(number, error=error)
        elif error is not None:
            self._answer(number, error=ResponseError(INTERNAL_ERROR, f"{type(error).__name__}: {error}"))
            self._peer.failed(method, error)
        else:
            self._answer(number, task.result())

    def _answer(self, number: Any, result: Any = None, *, error: ResponseError | None = None) -> None:
        if error is not None:
            self._send({"id": number, "error": {"code": error.code, "message": str(error)}})
        else:
            self._send({"id": number, "result": result})

    def _take_answer(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        answer = self._asked.pop(number, None) if isinstance(number, str) else None
        if answer is None or answer.done():
            return
        error = message.get("error")
        if error is None:
            answer.set_result(message.get("result"))
            return
        said = error if isinstance(error, dict) else {"message": error}
        code = said.get("code")
        answer.set_exception(ResponseError(code if isinstance(code, int) else INTERNAL_ERROR, str(said.get("message"))))

    def _cancel(self, params: Any) -> None:
        number = _valid_id(params.get("id")) if isinstance(params, dict) else None
        if number is not None and (task := self._running.get(number)) is not None:
            task.cancel()

    def spawn(self, work: Coroutine[Any, Any, Any], method: str = "") -> None:
        """Do `work` beside everything else, and hold on to it until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._worked, method))

    def _worked(self, method: str, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._peer.failed(method, error)


def _valid_id(number: Any) -> int | float | str | None:
    """`number` where it can be the id of a message, else None."""
    return number if isinstance(number, (int, float, str)) and not isinstance(number, bool) else None
