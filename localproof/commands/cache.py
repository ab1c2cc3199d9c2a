"""`localproof cache`: what is kept from earlier runs, and an end to it."""

from __future__ import annotations

from ..cache.store import MOST_BYTES, NAME, Store
from ..config import cache_folder
from ..report import BadInput
from ..terminal import Terminal, one_line


def command(action: str, terminal: Terminal) -> int:
    """Tell of the cache or clear it; the exit status."""
    store = Store(cache_folder(terminal.env) / NAME)
    shown = one_line(str(store.path))
    if action == "info":
        terminal.write(f"{shown}\n")
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
        return 0
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
    return 0
