"""`localproof cache`: what is kept from earlier runs, and an end to it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..report import BadInput
from ..text.display import one_line
from .arguments import Action, no_arguments

if TYPE_CHECKING:
    from ..cache.store import Store
    from ..terminal import Terminal

ACTIONS = {
    "info": Action("Say where answers of earlier runs are kept, and how many", no_arguments),
    "clear": Action("Remove them", no_arguments),
}


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Tell of the cache or clear it."""
    from ..cache.store import NAME, Store
    from ..config import cache_folder

    store = Store(cache_folder(terminal.env) / NAME)
    if args.action == "info":
        _describe(store, terminal)
    else:
        _clear(store, terminal)
    return 0


def _describe(store: Store, terminal: Terminal) -> None:
    from ..cache.store import MOST_BYTES

    terminal.write(f"{one_line(str(store.path))}\n")
    about = store.size()
    store.close()
    if about is None:
        terminal.write("nothing is kept there yet\n")
    else:
        size = f"{about.bytes / 2**20:.1f} MiB of {MOST_BYTES // 2**20} MiB at most"
        terminal.write(
            f"{about.entries:,} {'entry' if about.entries == 1 else 'entries'}, {size}, for you alone to read\n"
        )
        terminal.write("digests of texts and what was found in them; no text itself but the suggestions\n")
    for s in store.trouble:
        terminal.say(f"localproof: {one_line(s.reason)}" + (f" ({s.remedy})" if s.remedy else ""))


def _clear(store: Store, terminal: Terminal) -> None:
    shown = one_line(str(store.path))
    try:
        gone = store.clear()
    except OSError as error:
        raise BadInput(f"{shown}: cannot be removed: {error.strerror}") from None
    terminal.write(f"{shown}: " + ("removed\n" if gone else "there was nothing to remove\n"))
    folder = one_line(str(store.path.parent))
    try:
        if store.restrict_access():
            terminal.write(f"{folder}: others could write there, and now cannot\n")
    except OSError as error:
        raise BadInput(f"{folder}: others may write there, which cannot be changed: {error.strerror}") from None
