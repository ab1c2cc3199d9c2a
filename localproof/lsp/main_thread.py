"""The main thread as the one that checks, while another speaks with the editor.

Only what the main thread is at can be interrupted whatever it is (see
`localproof.system.cpu_limits`): a text that keeps its reader busy for ever costs its own
check, and neither the conversation nor the end of the server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from ..system.cpu_limits import give_up

T = TypeVar("T")


class MainThread(Executor):
    """Does what is submitted, one after the other, in the thread that calls `work`."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """See `concurrent.futures.Executor.submit`."""
        if self._closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[T] = Future()
        self._waiting.put((future, lambda: fn(*args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing more, and have `work` return; what has not begun is cancelled in any case. Does not wait."""
        self._closed = True
        with suppress(Empty):
            while True:
                if item := self._waiting.get_nowait():
                    item[0].cancel()
        self._waiting.put(None)

    def work(self, speak: Callable[[], object]) -> None:
        """Do what is submitted while `speak` runs in a thread of its own, and return soon after it has. Ctrl-C and the
        end of the process pass."""
        threading.Thread(target=self._spoken, args=(speak,), name="localproof-speaks", daemon=True).start()
        while (item := self._waiting.get()) is not None:
            future, do = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = do()
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - for whoever asked
                future.set_exception(error)
            else:
                future.set_result(result)

    def _spoken(self, speak: Callable[[], object]) -> None:
        try:
            speak()
        finally:
            give_up()
            self.shutdown()
