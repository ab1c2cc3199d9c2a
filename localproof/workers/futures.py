"""Answers that arrive: a future resolved once, whoever still waits for it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any


def resolve_future(future: Future[Any], answer: object) -> None:
    """Resolve `future` with `answer`, or with the exception that `answer` is, unless whoever asked has lost interest.

    Never call it with a lock held: callbacks run here.
    """
    if future.done() or (not future.running() and not future.set_running_or_notify_cancel()):
        return
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)
